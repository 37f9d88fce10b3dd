//! The stretch of speech that is judged: what one party has just said.

use std::collections::VecDeque;

use super::features::{Features, READING_SECS, Reading, features};
use super::pitch::Pitch;
use super::speaker::Sounds;
use crate::units::{CallSpan, CallTime};

/// The stretch holds the last so many seconds of speech: long enough for a phrase, short enough
/// to follow a mood.
const LONGEST_SECS: f32 = 4.0;
/// After a pause this long a new one begins. Seconds.
const PAUSE_SECS: f64 = 1.0;

/// The last seconds of one party's speech.
#[derive(Clone, Debug, Default)]
pub struct Stretch {
    readings: VecDeque<Reading>,
    /// When the party was last speaking.
    heard: CallTime,
}

impl Stretch {
    /// Takes one frame and the speech under way after it; returns whether a new stretch begins
    /// with it.
    pub fn hear(&mut self, sounds: &Sounds, frame: CallSpan, under_way: Option<CallSpan>) -> bool {
        if under_way.is_none_or(|span| span.end <= frame.start) {
            return false;
        }
        let anew = frame.start.secs_since(self.heard) > PAUSE_SECS;
        if anew {
            self.readings.clear();
        }
        self.heard = frame.end;
        let mut nuclei = sounds.nuclei;
        for (i, shape) in sounds.shapes.iter().enumerate() {
            let Some(shape) = *shape else { continue };
            let pitch = sounds.pitch[2 * i + 1];
            let Pitch { f0_hz, likeness } = pitch;
            let nuclei = std::mem::take(&mut nuclei);
            self.readings.push_back(Reading { shape, f0_hz, likeness, nuclei });
        }
        while self.secs() > LONGEST_SECS {
            self.readings.pop_front();
        }
        anew
    }

    /// Seconds of speech in it.
    pub fn secs(&self) -> f32 {
        self.readings.len() as f32 * READING_SECS
    }

    /// What it sounds like; `None` where too little of it is voiced.
    pub fn features(&mut self) -> Option<Features> {
        features(self.readings.make_contiguous())
    }
}
