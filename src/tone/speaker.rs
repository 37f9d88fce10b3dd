//! One party's measures, second by second of speech, against their own baseline.

use std::collections::VecDeque;

use super::pace::Pace;
use super::pitch::{MedianPitch, Pitch, semitones};
use super::spectrum::Shape;
use crate::config::MeasureConfig;
use crate::event::{Measure, Word};
use crate::units::{CallSpan, CallTime, ENGINE_RATE, HOP, HOPS};

/// Readings of the pitch in a second of speech from which it is trusted.
const PITCH_READINGS: usize = 15;
/// Clipping is judged by the last minute or two of speech, in hops.
const CLIPPING_HOPS: u32 = 60 * ENGINE_RATE.0 / HOP as u32;
/// How somebody speaks just now is judged by so many seconds of speech, none older than …
const RECENT_SECONDS: usize = 3;
/// … this. Seconds.
const RECENT_SECS: f64 = 8.0;

/// What one frame of a party sounded like.
#[derive(Clone, Debug, Default)]
pub struct Sounds {
    /// The pitch at each hop, while somebody speaks.
    pub pitch: [Pitch; HOPS],
    /// The spectrum at every second hop, while somebody speaks whose tone is followed.
    pub shapes: [Option<Shape>; HOPS / 2],
    /// Syllable nuclei passed.
    pub nuclei: u32,
    /// BS.1770 momentary loudness in LUFS, while somebody speaks.
    pub momentary_lufs: Option<f32>,
    /// BS.1770 integrated loudness so far, in LUFS.
    pub integrated_lufs: Option<f32>,
    /// Hops that hit the converter's limit.
    pub clipped_hops: u32,
}

/// Follows one party.
pub struct Speaker {
    config: MeasureConfig,
    pace: Pace,
    median_pitch: MedianPitch,
    speech_secs: f64,
    /// Up to where the speech has been counted.
    counted_to: CallTime,
    speech_hops: u32,
    clipped_hops: u32,
    second: Option<Second>,
    /// The last seconds of speech, measured.
    recent: VecDeque<Measure>,
}

/// The second of speech under way.
struct Second {
    start: CallTime,
    f0_hz: Vec<f32>,
    loudness_energy: f64,
    loudness_readings: u32,
}

impl Second {
    fn new(start: CallTime) -> Self {
        Second { start, f0_hz: Vec::new(), loudness_energy: 0.0, loudness_readings: 0 }
    }
}

impl Speaker {
    /// A speaker of whom nothing is known yet.
    pub fn new(config: &MeasureConfig) -> Self {
        Speaker {
            config: config.clone(),
            pace: Pace::default(),
            median_pitch: MedianPitch::default(),
            speech_secs: 0.0,
            counted_to: CallTime::ZERO,
            speech_hops: 0,
            clipped_hops: 0,
            second: None,
            recent: VecDeque::new(),
        }
    }

    /// Takes one frame and the speech under way after it; returns the measure of the second
    /// of speech that is now complete, if one is. Its party is left open.
    pub fn hear(
        &mut self,
        sounds: &Sounds,
        frame: CallSpan,
        under_way: Option<CallSpan>,
    ) -> Option<Measure> {
        let Some(span) = under_way else {
            self.second = None;
            return None;
        };
        if span.end > frame.start {
            // With the pause before it, if there was one: it has just been bridged.
            let spoken = CallSpan::new(self.counted_to.max(span.start), frame.end);
            self.counted_to = frame.end;
            self.speech_secs += spoken.secs();
            self.pace.speech(spoken.start, spoken.end, sounds.nuclei);
            self.speech_hops += HOPS as u32;
            self.clipped_hops += sounds.clipped_hops;
            if self.speech_hops >= 2 * CLIPPING_HOPS {
                self.speech_hops /= 2;
                self.clipped_hops /= 2;
            }
        }
        let second = self.second.get_or_insert_with(|| Second::new(span.start));
        for f0_hz in sounds.pitch.iter().filter_map(|pitch| pitch.f0_hz) {
            second.f0_hz.push(f0_hz);
            self.median_pitch.add(f0_hz);
        }
        if let Some(lufs) = sounds.momentary_lufs {
            second.loudness_energy += 10f64.powf(f64::from(lufs) / 10.0);
            second.loudness_readings += 1;
        }
        if frame.end.secs_since(second.start) < 1.0 {
            return None;
        }
        let next = Second::new(second.start.shifted(1.0));
        let mut second = self.second.replace(next)?;
        let known = self.speech_secs >= self.config.baseline_min_secs;
        let level_lu = sounds.integrated_lufs.filter(|_| second.loudness_readings > 0).map(|own| {
            let mean = second.loudness_energy / f64::from(second.loudness_readings);
            (10.0 * mean.log10()) as f32 - own
        });
        second.f0_hz.sort_by(f32::total_cmp);
        let middle = second.f0_hz.get(second.f0_hz.len() / 2).copied();
        let pitch_st = middle
            .filter(|_| second.f0_hz.len() >= PITCH_READINGS)
            .zip(self.median_pitch.hz())
            .map(|(f0_hz, own)| semitones(f0_hz, own));
        let measure = Measure {
            party: None,
            span: CallSpan::new(second.start, second.start.shifted(1.0)),
            pace_wpm: self
                .pace_since(CallTime::ZERO, self.config.pace_window_secs)
                .map(|wpm| wpm as f32),
            level_lu: level_lu.filter(|_| known),
            pitch_st: pitch_st.filter(|_| known),
            now: None,
        };
        self.recent.truncate(RECENT_SECONDS - 1);
        self.recent.push_front(measure.clone());
        Some(measure)
    }

    /// Level above the speaker's own over the last three seconds of speech, in LU; `None` where
    /// one of them is not known, or they were long before `now`.
    pub fn recent_level_lu(&self, now: CallTime) -> Option<f32> {
        self.recently(now, |measure| measure.level_lu)
    }

    /// The same of the pitch, in semitones.
    pub fn recent_pitch_st(&self, now: CallTime) -> Option<f32> {
        self.recently(now, |measure| measure.pitch_st)
    }

    fn recently(&self, now: CallTime, value: impl Fn(&Measure) -> Option<f32>) -> Option<f32> {
        let recent = |m: &&Measure| now.secs_since(m.span.end) <= RECENT_SECS;
        let values: Option<Vec<f32>> = self.recent.iter().filter(recent).map(value).collect();
        let values = values.filter(|values| values.len() == RECENT_SECONDS)?;
        Some(values.iter().sum::<f32>() / values.len() as f32)
    }

    /// Takes the words of the utterance in `span`.
    pub fn words(&mut self, span: CallSpan, words: &[Word]) {
        let middle = |word: &Word| word.span.start + (word.span.end - word.span.start) / 2;
        let middles: Vec<CallTime> = words.iter().map(middle).collect();
        self.pace.words(span.start, span.end, &middles);
    }

    /// Words a minute of what was said after `since`, over the last `window_secs` of speech.
    pub fn pace_since(&self, since: CallTime, window_secs: f64) -> Option<f64> {
        self.pace.wpm_since(since, window_secs, self.config.pace_min_secs.min(window_secs))
    }

    /// Words a minute over all that was said (at most the last five minutes of speech), once
    /// `min_secs` of it have been heard.
    pub fn baseline_wpm(&self, min_secs: f64) -> Option<f64> {
        self.pace.wpm(f64::INFINITY, min_secs)
    }

    /// Seconds of speech so far.
    pub fn speech_secs(&self) -> f64 {
        self.speech_secs
    }

    /// Share of the last minute or two of speech that hit the converter's limit, 0 to 1; 0 before ten seconds.
    pub fn clipped_share(&self) -> f64 {
        if self.speech_secs < 10.0 {
            return 0.0;
        }
        f64::from(self.clipped_hops) / f64::from(self.speech_hops)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_of_speech_is_measured_against_the_speakers_own() {
        let mut speaker = Speaker::new(&MeasureConfig::default());
        let mut measures = Vec::new();
        for i in 0..313u64 {
            let frame =
                CallSpan::new(CallTime::from_frames(i * 512), CallTime::from_frames(i * 512 + 512));
            let span = CallSpan::new(CallTime::ZERO, frame.end);
            // An octave higher and 6 dB louder in the last two seconds of ten.
            let raised = i >= 250;
            let sounds = Sounds {
                pitch: [Pitch { f0_hz: Some(if raised { 200.0 } else { 100.0 }), likeness: 0.9 };
                    HOPS],
                shapes: Default::default(),
                nuclei: u32::from(i % 8 == 0),
                momentary_lufs: Some(if raised { -20.0 } else { -26.0 }),
                integrated_lufs: Some(-26.0),
                clipped_hops: 0,
            };
            measures.extend(speaker.hear(&sounds, frame, Some(span)));
        }
        assert_eq!(measures.len(), 10);
        assert_eq!(
            (measures[1].pitch_st, measures[1].level_lu, measures[1].pace_wpm),
            (None, None, None)
        );
        assert!(measures[5].pitch_st.unwrap().abs() < 0.2);
        assert!(measures[5].level_lu.unwrap().abs() < 0.01);
        assert!((measures[9].pitch_st.unwrap() - 12.0).abs() < 0.2);
        assert!((measures[9].level_lu.unwrap() - 6.0).abs() < 0.01);
        // One nucleus in 8 frames of 32 ms, 0.75 words each.
        assert!((measures[9].pace_wpm.unwrap() - 60.0 / 0.256 * 0.75).abs() < 10.0);
    }
}
