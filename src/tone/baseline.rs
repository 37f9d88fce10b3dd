//! How one speaker usually sounds in this call.

use std::collections::VecDeque;

use super::features::{COUNT, Features};
use crate::units::CallTime;

/// After so many seconds of calm speech the speaker is half known.
pub const HALF_KNOWN_SECS: f32 = 4.0;
/// What was said becomes part of the baseline after so long, or when a new stretch of speech
/// begins: what is being judged must not be its own measure.
const SETTLES_SECS: f64 = 8.0;

/// A running mean of one speaker's features, over what was said before the stretch under way.
///
/// It gains trust with the speech heard. Tense speech counts less: somebody who has been angry
/// from the first word must not become their own norm.
#[derive(Clone, Debug)]
pub struct Baseline {
    sums: [f64; COUNT],
    secs: f32,
    /// What is too recent to count: when it was said, what it sounded like, and its weight.
    recent: VecDeque<(CallTime, Features, f32)>,
}

impl Default for Baseline {
    fn default() -> Self {
        Baseline { sums: [0.0; COUNT], secs: 0.0, recent: VecDeque::new() }
    }
}

impl Baseline {
    /// Takes `secs` of speech that sounded like `features` at `now`; `calm` is how calm it was,
    /// 0 to 1.
    pub fn add(&mut self, now: CallTime, features: &Features, secs: f32, calm: f32) {
        self.recent.push_back((now, *features, secs * calm));
        while self.recent.front().is_some_and(|(at, ..)| now.secs_since(*at) > SETTLES_SECS) {
            self.settle_one();
        }
    }

    /// Counts all that was said: something new begins.
    pub fn settle(&mut self) {
        while !self.recent.is_empty() {
            self.settle_one();
        }
    }

    fn settle_one(&mut self) {
        let Some((_, features, weight)) = self.recent.pop_front() else { return };
        for (sum, value) in self.sums.iter_mut().zip(&features) {
            *sum += f64::from(weight * value);
        }
        self.secs += weight;
    }

    /// How far the speaker is known, 0 to 1.
    pub fn known(&self) -> f32 {
        self.secs / (self.secs + HALF_KNOWN_SECS)
    }

    /// The mean of a feature; `None` before anything was counted.
    pub fn mean(&self, feature: usize) -> Option<f32> {
        (self.secs > 0.0).then(|| (self.sums[feature] / f64::from(self.secs)) as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calm_speech_makes_a_speaker_known() {
        let mut baseline = Baseline::default();
        assert_eq!((baseline.known(), baseline.mean(0)), (0.0, None));
        baseline.add(CallTime::ZERO, &[1.0; COUNT], 4.0, 1.0);
        // It may still be under judgement.
        assert_eq!((baseline.known(), baseline.mean(0)), (0.0, None));
        baseline.settle();
        assert_eq!((baseline.known(), baseline.mean(0)), (0.5, Some(1.0)));
        // Angry speech hardly counts: 4 s of 1 and 0.4 s of 12.
        baseline.add(CallTime::from_secs(4.0), &[12.0; COUNT], 4.0, 0.1);
        baseline.settle();
        assert!((baseline.mean(0).unwrap() - 2.0).abs() < 1e-5);
    }

    #[test]
    fn a_long_speech_settles_as_it_goes() {
        let mut baseline = Baseline::default();
        for i in 0..12 {
            baseline.add(CallTime::from_secs(f64::from(i)), &[0.0; COUNT], 1.0, 1.0);
        }
        // At 11 s, what was said up to 2 s.
        assert_eq!(baseline.known(), 3.0 / 7.0);
    }
}
