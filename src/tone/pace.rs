//! Pace: words a minute of speaking time.
//!
//! Words arrive a second or more after they were said, so until then syllables stand for
//! them: nuclei, the peaks of the level in voiced sound with a dip before and after (after de
//! Jong and Wempe, "Praat script to detect syllable nuclei", 2009). How many words this
//! speaker makes of a nucleus is learnt from the words as they come.

use std::collections::VecDeque;

use crate::units::CallTime;

/// A peak counts when the level fell by this much on both sides.
const DIP_DB: f32 = 2.5;
/// Peaks further than this below the loudest recent one are no nuclei.
const BELOW_PEAK_DB: f32 = 25.0;
/// English talk has about 1.45 syllables a word; some nuclei are missed. Stands until the
/// speaker's own words are known, and weighs as much as `PRIOR_NUCLEI` nuclei.
const PRIOR_WORDS_PER_NUCLEUS: f64 = 0.75;
const PRIOR_NUCLEI: f64 = 30.0;
/// Speech is counted in slices of about this length, so that any window can be taken.
const SLICE_SECS: f64 = 0.5;
/// Slices older than this much speech are forgotten; more than any window.
const KEPT_SECS: f64 = 320.0;

/// Counts syllable nuclei in the levels of one party.
#[derive(Clone, Debug)]
pub struct NucleusCounter {
    smoothed: [f32; 5],
    loudest_db: f32,
    peak_db: f32,
    peak_voiced: bool,
    valley_db: f32,
    rising: bool,
}

impl Default for NucleusCounter {
    fn default() -> Self {
        NucleusCounter {
            smoothed: [-90.0; 5],
            loudest_db: -60.0,
            peak_db: -90.0,
            peak_voiced: false,
            valley_db: -90.0,
            rising: false,
        }
    }
}

impl NucleusCounter {
    /// Takes the level of the next 8 ms in dBFS and whether it is voiced; returns whether a
    /// nucleus has just been passed.
    pub fn step(&mut self, level_db: f32, voiced: bool) -> bool {
        self.smoothed.rotate_left(1);
        self.smoothed[4] = level_db;
        let level = self.smoothed.iter().sum::<f32>() / 5.0;
        self.loudest_db = level.max(self.loudest_db - 0.05);
        if self.rising {
            if level >= self.peak_db {
                self.peak_db = level;
            }
            self.peak_voiced |= voiced;
            if level < self.peak_db - DIP_DB {
                self.rising = false;
                self.valley_db = level;
                return self.peak_voiced && self.peak_db > self.loudest_db - BELOW_PEAK_DB;
            }
        } else if level < self.valley_db {
            self.valley_db = level;
        } else if level > self.valley_db + DIP_DB {
            self.rising = true;
            self.peak_db = level;
            self.peak_voiced = voiced;
        }
        false
    }
}

/// The pace of one party.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    slices: VecDeque<Slice>,
    kept_secs: f64,
    /// Words and nuclei of all speech whose words are known.
    known_words: f64,
    known_nuclei: f64,
}

#[derive(Clone, Copy, Debug)]
struct Slice {
    start: CallTime,
    end: CallTime,
    secs: f64,
    nuclei: f64,
    words: Option<f64>,
}

impl Pace {
    /// Counts `secs` seconds of speech up to `end`, with its nuclei.
    pub fn speech(&mut self, start: CallTime, end: CallTime, nuclei: u32) {
        let (secs, nuclei) = (end.secs_since(start), f64::from(nuclei));
        self.kept_secs += secs;
        match self.slices.back_mut() {
            // Never across a pause: an utterance may end there.
            Some(last) if last.words.is_none() && last.secs < SLICE_SECS && last.end == start => {
                last.end = end;
                last.secs += secs;
                last.nuclei += nuclei;
            }
            _ => self.slices.push_back(Slice { start, end, secs, nuclei, words: None }),
        }
        while self.kept_secs > KEPT_SECS {
            self.kept_secs -= self.slices.pop_front().map_or(self.kept_secs, |s| s.secs);
        }
    }

    /// Takes the words of an utterance from `start` to `end`, by the middle of each.
    pub fn words(&mut self, start: CallTime, end: CallTime, middles: &[CallTime]) {
        let mut nuclei = 0.0;
        let from = self.slices.partition_point(|slice| slice.end <= start);
        let to = self.slices.partition_point(|slice| slice.start < end);
        for i in from..to {
            // A word in a pause belongs to the speech before it.
            let next =
                if i + 1 < to { self.slices[i + 1].start } else { CallTime::from_frames(u64::MAX) };
            let first = if i == from { CallTime::ZERO } else { self.slices[i].start };
            let count = middles.iter().filter(|&&m| first <= m && m < next).count();
            // Where a long utterance was cut, one slice has words of both.
            let slice = &mut self.slices[i];
            match &mut slice.words {
                Some(words) => *words += count as f64,
                none => {
                    *none = Some(count as f64);
                    nuclei += slice.nuclei;
                }
            }
        }
        self.known_words += middles.len() as f64;
        self.known_nuclei += nuclei;
    }

    /// Words a minute over the last `window_secs` of speech; `None` before `min_secs` of it.
    pub fn wpm(&self, window_secs: f64, min_secs: f64) -> Option<f64> {
        self.wpm_since(CallTime::ZERO, window_secs, min_secs)
    }

    /// The same, of what was said after `since` only.
    pub fn wpm_since(&self, since: CallTime, window_secs: f64, min_secs: f64) -> Option<f64> {
        let words_per_nucleus = (self.known_words + PRIOR_WORDS_PER_NUCLEUS * PRIOR_NUCLEI)
            / (self.known_nuclei + PRIOR_NUCLEI);
        let (mut secs, mut words) = (0.0, 0.0);
        for slice in self.slices.iter().rev().take_while(|slice| slice.end > since) {
            secs += slice.secs;
            words += slice.words.unwrap_or(slice.nuclei * words_per_nucleus);
            if secs >= window_secs {
                break;
            }
        }
        (secs >= min_secs).then(|| words / secs * 60.0)
    }

    /// Seconds of speech so far, up to the last five minutes.
    pub fn speech_secs(&self) -> f64 {
        self.kept_secs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(secs: f64) -> CallTime {
        CallTime::from_secs(secs)
    }

    #[test]
    fn voiced_peaks_are_counted() {
        let mut counter = NucleusCounter::default();
        // Four syllables a second for two seconds: 125 hops of 8 ms a second.
        let level = |i: usize| -25.0 + 8.0 * (i as f32 * 4.0 / 125.0 * std::f32::consts::TAU).sin();
        let count = (0..250).filter(|&i| counter.step(level(i), true)).count();
        assert!((7..=8).contains(&count), "{count}");
        let mut counter = NucleusCounter::default();
        assert_eq!((0..250).filter(|&i| counter.step(level(i), false)).count(), 0);
        let mut counter = NucleusCounter::default();
        assert_eq!((0..250).filter(|_| counter.step(-20.0, true)).count(), 0);
    }

    #[test]
    fn words_replace_nuclei_and_teach_the_rate() {
        let mut pace = Pace::default();
        assert_eq!(pace.wpm(20.0, 3.0), None);
        // 10 s of speech with 4 nuclei a second: 4 · 0.75 · 60 = 180 until words are known.
        for i in 0..20 {
            pace.speech(t(i as f64 * 0.5), t(i as f64 * 0.5 + 0.5), 2);
        }
        assert!((pace.wpm(20.0, 3.0).unwrap() - 180.0).abs() < 1e-9);
        // 20 words in it: 120 a minute.
        let middles: Vec<_> = (0..20).map(|i| t(i as f64 * 0.5 + 0.25)).collect();
        pace.words(t(0.0), t(10.0), &middles);
        assert!((pace.wpm(20.0, 3.0).unwrap() - 120.0).abs() < 1e-9);
        // New nuclei now count (20 + 22.5) / (40 + 30) words each.
        pace.speech(t(10.0), t(10.5), 2);
        let expected = (20.0 + 2.0 * 42.5 / 70.0) / 10.5 * 60.0;
        assert!((pace.wpm(20.0, 3.0).unwrap() - expected).abs() < 1e-9);
    }

    #[test]
    fn the_window_looks_at_the_latest_speech() {
        let mut pace = Pace::default();
        for i in 0..40 {
            let nuclei = if i < 20 { 1 } else { 3 };
            pace.speech(t(i as f64 * 0.5), t(i as f64 * 0.5 + 0.5), nuclei);
        }
        assert!((pace.wpm(5.0, 3.0).unwrap() - 6.0 * 0.75 * 60.0).abs() < 1e-9);
    }
}
