//! What was heard of the clips.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use evenkeel::speech::silero::SileroWeights;
use evenkeel::tone::features::{COUNT, Features};
use evenkeel::tone::stretch::Stretch;
use evenkeel::units::CallTime;
use fastrand::Rng;

use crate::augment::Way;
use crate::clips::{Clip, Emotion};
use crate::ear::listen;
use crate::raise::Raise;
use crate::{models, recordings};

/// A clip is looked at after so many seconds of speech, and at its end.
const LOOKS_SECS: [f32; 5] = [0.5, 1.0, 1.5, 2.0, 3.0];
/// Every so many ways clips are heard raised as well.
const RAISED_EVERY: usize = 2;
/// Silence after a clip. Samples at 16 kHz.
const AFTER: usize = 16_000;
/// A stretch of a clip, heard over one way.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    pub clip: usize,
    pub speaker: usize,
    pub emotion: Emotion,
    pub way: usize,
    /// By how many dB a voice made louder was; `None` of voices as they were acted.
    pub raised_db: Option<f32>,
    pub secs: f32,
    /// Whether it is the end of the clip.
    pub last: bool,
    pub features: Features,
}

/// All that was heard.
pub struct Examples {
    pub speakers: Vec<String>,
    pub looks: Vec<Look>,
    /// Sums of seconds, and of features by seconds, of the neutral clips by (speaker, way).
    neutral: BTreeMap<(usize, usize), (f64, Vec<f64>)>,
}

impl Examples {
    /// Hears all clips over `ways` ways.
    pub fn hear(clips: &[Clip], ways: usize, seed: u64) -> anyhow::Result<Examples> {
        let vad = models::voice_activity()?;
        let sounds: Vec<Vec<f32>> =
            clips.iter().map(|clip| recordings::load(&clip.path)).collect::<anyhow::Result<_>>()?;
        let others: Vec<&[f32]> = sounds.iter().map(Vec::as_slice).collect();
        let names: BTreeSet<&String> = clips.iter().map(|clip| &clip.speaker).collect();
        let speakers: Vec<String> = names.into_iter().cloned().collect();
        let mut looks = Vec::new();
        for (clip, of) in clips.iter().enumerate() {
            let speaker = speakers.iter().position(|name| *name == of.speaker).unwrap_or(0);
            for way in 0..ways {
                let seeded = |a: usize, b: usize| {
                    Rng::with_seed(seed << 48 | (a as u64) << 24 | (way as u64) << 8 | b as u64)
                };
                let line = match way {
                    0 => Way::plain(),
                    1 => Way::telephone(),
                    _ => Way::draw(&mut seeded(speaker, 1)),
                };
                looks.extend(
                    Sound { clip, speaker, emotion: of.emotion, way, raised_db: None }
                        .hear(line.take(&sounds[clip], &others, &mut seeded(clip, 2))?, &vad),
                );
                let raise = Raise::draw(of.emotion, &mut seeded(clip, 3));
                if let Some(raise) = raise.filter(|_| way % RAISED_EVERY == 1) {
                    let raised = raise.apply(&sounds[clip]);
                    let raised_db = Some(raise.louder_db);
                    looks.extend(
                        Sound { clip, speaker, emotion: of.emotion, way, raised_db }
                            .hear(line.take(&raised, &others, &mut seeded(clip, 4))?, &vad),
                    );
                }
            }
        }
        Ok(Examples::of(speakers, looks))
    }

    /// All that was heard of these speakers.
    pub fn of(speakers: Vec<String>, looks: Vec<Look>) -> Examples {
        let mut neutral: BTreeMap<(usize, usize), (f64, Vec<f64>)> = BTreeMap::new();
        for look in looks.iter().filter(|look| look.is_neutral_end()) {
            let (secs, sums) =
                neutral.entry((look.speaker, look.way)).or_insert_with(|| (0.0, vec![0.0; COUNT]));
            *secs += f64::from(look.secs);
            for (sum, value) in sums.iter_mut().zip(look.features) {
                *sum += f64::from(look.secs) * f64::from(value);
            }
        }
        Examples { speakers, looks, neutral }
    }

    /// The speaker's own baseline over the same way, without the clip itself, and the seconds
    /// that it is made of; `None` where nothing neutral is known.
    pub fn baseline(&self, look: &Look) -> Option<(f64, Vec<f64>)> {
        let (mut secs, mut sums) = self.neutral.get(&(look.speaker, look.way))?.clone();
        if look.emotion == Emotion::Neutral {
            let own = self.looks.iter().find(|other| {
                other.is_neutral_end() && other.clip == look.clip && other.way == look.way
            })?;
            secs -= f64::from(own.secs);
            for (sum, value) in sums.iter_mut().zip(own.features) {
                *sum -= f64::from(own.secs) * f64::from(value);
            }
        }
        (secs > 0.5).then(|| (secs, sums.iter().map(|sum| sum / secs).collect()))
    }
}

/// A clip on its way to the program.
struct Sound {
    clip: usize,
    speaker: usize,
    emotion: Emotion,
    way: usize,
    raised_db: Option<f32>,
}

impl Sound {
    /// Hears the `samples` that arrive.
    fn hear(self, mut samples: Vec<f32>, vad: &Arc<SileroWeights>) -> Vec<Look> {
        samples.resize(samples.len() + AFTER, 0.0);
        let mut stretch = Stretch::default();
        let mut due = LOOKS_SECS.iter().peekable();
        let Sound { clip, speaker, emotion, way, raised_db } = self;
        let look = |stretch: &mut Stretch, last| {
            let secs = stretch.secs();
            let features = stretch.features()?;
            Some(Look { clip, speaker, emotion, way, raised_db, secs, last, features })
        };
        let mut looks = Vec::new();
        let mut end = None;
        listen(&samples, CallTime::ZERO, vad, |sounds, frame, under_way| {
            stretch.hear(sounds, frame, under_way);
            if due.next_if(|secs| stretch.secs() >= **secs).is_some() {
                looks.extend(look(&mut stretch, false));
            }
            if under_way.is_none() {
                end = look(&mut stretch, true).or(end.take());
            }
        });
        looks.extend(end);
        looks
    }
}

impl Look {
    /// Whether it is of what the speaker's baseline is made of.
    fn is_neutral_end(&self) -> bool {
        self.last && self.emotion == Emotion::Neutral && self.raised_db.is_none()
    }
}
