//! F0 by normalised cross-correlation, and its median.
//!
//! The method is the correlation stage of RAPT (Talkin, "A robust algorithm for pitch
//! tracking", 1995) without its dynamic programming: one window, the lag at which the signal
//! is most like itself, the shortest of those about as good. Correlation finds the period
//! from the harmonics, so it works where the telephone band has cut the fundamental off.

use std::collections::VecDeque;

use crate::config::MeasureConfig;
use crate::units::ENGINE_RATE;

/// The pitch is looked for at a quarter of the rate: F0 and enough harmonics lie below 2 kHz.
const DECIMATE: usize = 4;
const RATE_HZ: f32 = (ENGINE_RATE.0 as usize / DECIMATE) as f32;
/// Samples compared: 40 ms.
const WINDOW: usize = 160;
/// Likeness from which a window counts as voiced.
const VOICED: f32 = 0.55;
/// A shorter lag is taken if it is at least this good: the true period's multiples are as
/// good as itself.
const AS_GOOD: f32 = 0.88;
/// Mean square of what is nothing at all: -95 dBFS. What is merely quiet has a pitch.
const SILENCE: f32 = 3e-10;
/// Taps of the filter before decimation.
const TAPS: usize = 32;

/// What the tracker read.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pitch {
    /// F0 in Hz; `None` where the sound is not voiced.
    pub f0_hz: Option<f32>,
    /// How much the sound is like itself one period earlier, 0 to 1: of a clear voice near 1, of
    /// noise near 0 (the harmonics-to-noise ratio is `likeness / (1 - likeness)`; Boersma, 1993).
    pub likeness: f32,
}

/// Tracks the F0 of one party.
pub struct PitchTracker {
    lags: std::ops::RangeInclusive<usize>,
    filter: [f32; TAPS],
    tail: Vec<f32>,
    decimated: VecDeque<f32>,
}

impl PitchTracker {
    /// A tracker at the beginning of a call.
    pub fn new(config: &MeasureConfig) -> Self {
        let shortest = (RATE_HZ / config.pitch_max_hz).floor() as usize;
        let longest = (RATE_HZ / config.pitch_min_hz).ceil() as usize;
        // A windowed sinc (Hann) that passes up to about 1 kHz.
        let filter: [f32; TAPS] = std::array::from_fn(|i| {
            let t = i as f32 - (TAPS as f32 - 1.0) / 2.0;
            let x = std::f32::consts::PI * t * 0.13;
            let phase = std::f32::consts::TAU * (i as f32 + 0.5) / TAPS as f32;
            x.sin() / x * (0.5 - 0.5 * phase.cos())
        });
        let sum: f32 = filter.iter().sum();
        PitchTracker {
            lags: shortest..=longest,
            filter: filter.map(|tap| tap / sum),
            tail: vec![0.0; TAPS - DECIMATE],
            decimated: VecDeque::from(vec![0.0; WINDOW + longest + 1]),
        }
    }

    /// Takes the next samples (a multiple of 4; mono, 16 kHz).
    pub fn add(&mut self, samples: &[f32]) {
        self.tail.extend_from_slice(samples);
        let taken = (self.tail.len() - (TAPS - DECIMATE)) / DECIMATE;
        for i in 0..taken {
            let window = &self.tail[i * DECIMATE..][..TAPS];
            self.decimated.pop_front();
            self.decimated.push_back(dot(window, &self.filter));
        }
        self.tail.drain(..taken * DECIMATE);
    }

    /// The pitch around 30 ms before the last sample.
    pub fn read(&mut self) -> Pitch {
        let longest = *self.lags.end();
        let samples: &[f32] = self.decimated.make_contiguous();
        let now = &samples[samples.len() - WINDOW..];
        let energy = dot(now, now);
        if energy < SILENCE * WINDOW as f32 {
            return Pitch::default();
        }
        // likeness[i] belongs to the lag i; one more at each side for the peak's shape.
        let from = *self.lags.start() - 1;
        let first = &samples[samples.len() - WINDOW - from..][..WINDOW];
        let mut shifted_energy = dot(first, first);
        let mut likeness = vec![0.0f32; longest + 2];
        for (lag, likeness) in likeness.iter_mut().enumerate().skip(from) {
            let shifted = &samples[samples.len() - WINDOW - lag..][..WINDOW];
            *likeness = dot(now, shifted) / (energy * shifted_energy.max(1e-12)).sqrt();
            if lag <= longest {
                let entering = samples[samples.len() - WINDOW - lag - 1];
                let leaving = shifted[WINDOW - 1];
                shifted_energy += entering * entering - leaving * leaving;
            }
        }
        // Each peak as the top of the parabola through three points: (lag, height).
        let peaks = || {
            self.lags.clone().filter_map(|lag| {
                let (before, top, after) = (likeness[lag - 1], likeness[lag], likeness[lag + 1]);
                if top < before || top <= after {
                    return None;
                }
                let offset = 0.5 * (before - after) / (before - 2.0 * top + after).min(-1e-6);
                let height = top - 0.25 * (before - after) * offset;
                Some((lag as f32 + offset.clamp(-0.5, 0.5), height))
            })
        };
        let best = peaks().map(|(_, height)| height).fold(0.0, f32::max);
        let likeness = best.min(1.0);
        if best < VOICED {
            return Pitch { f0_hz: None, likeness };
        }
        let lag = peaks().find(|(_, height)| *height >= AS_GOOD * best).map(|(lag, _)| lag);
        Pitch { f0_hz: lag.map(|lag| RATE_HZ / lag), likeness }
    }
}

/// The median F0 of one speaker, from a histogram of quarter semitones.
#[derive(Clone, Debug)]
pub struct MedianPitch {
    counts: [u32; MedianPitch::BINS],
    total: u32,
}

impl Default for MedianPitch {
    fn default() -> Self {
        MedianPitch { counts: [0; Self::BINS], total: 0 }
    }
}

impl MedianPitch {
    /// Five octaves from [`Self::LOWEST_HZ`].
    const BINS: usize = 240;
    const LOWEST_HZ: f32 = 40.0;

    /// Counts one reading.
    pub fn add(&mut self, f0_hz: f32) {
        let bin = (semitones(f0_hz, Self::LOWEST_HZ) * 4.0).round().max(0.0) as usize;
        self.counts[bin.min(Self::BINS - 1)] += 1;
        self.total += 1;
    }

    /// Readings so far.
    pub fn count(&self) -> u32 {
        self.total
    }

    /// The median in Hz, to an eighth of a semitone; `None` before the first reading.
    pub fn hz(&self) -> Option<f32> {
        let mut below = 0;
        let bin = self.counts.iter().position(|&count| {
            below += count;
            below * 2 >= self.total && count > 0
        })?;
        Some(Self::LOWEST_HZ * 2f32.powf(bin as f32 / 48.0))
    }
}

/// How many semitones `hz` lies above `reference_hz`.
pub fn semitones(hz: f32, reference_hz: f32) -> f32 {
    12.0 * (hz / reference_hz).log2()
}

/// The sum of products, in eight sums so that they can be taken side by side.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for i in 0..8 {
            sums[i] += a[i] * b[i];
        }
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pulse train's harmonics between 300 and 3,400 Hz, as a telephone passes them.
    fn voice(f0_hz: f32, secs: f32) -> Vec<f32> {
        let harmonics = (1..60).map(|k| k as f32 * f0_hz).filter(|f| (300.0..3400.0).contains(f));
        let harmonics: Vec<f32> = harmonics.collect();
        (0..(secs * 16_000.0) as usize)
            .map(|i| {
                let t = i as f32 / 16_000.0;
                harmonics.iter().map(|f| (std::f32::consts::TAU * f * t).cos()).sum::<f32>() * 0.02
            })
            .collect()
    }

    fn track(samples: &[f32]) -> Option<f32> {
        let mut tracker = PitchTracker::new(&MeasureConfig::default());
        tracker.add(&samples[..samples.len() / 4 * 4]);
        tracker.read().f0_hz
    }

    #[test]
    fn finds_the_pitch_that_the_telephone_cut_off() {
        for f0 in [75.0, 100.0, 120.0, 180.0, 220.0, 280.0, 350.0] {
            let found = track(&voice(f0, 0.2)).unwrap();
            assert!(semitones(found, f0).abs() < 0.3, "{f0} Hz was taken for {found} Hz");
        }
    }

    #[test]
    fn noise_and_silence_have_no_pitch() {
        let mut state = 1u32;
        let noise: Vec<f32> = (0..3_200)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / (1 << 24) as f32 - 0.5
            })
            .collect();
        assert_eq!(track(&noise), None);
        assert_eq!(track(&[0.0; 3_200]), None);
    }

    #[test]
    fn the_median_is_the_middle_reading() {
        let mut median = MedianPitch::default();
        assert_eq!(median.hz(), None);
        for hz in [100.0, 100.0, 120.0, 200.0, 200.0] {
            median.add(hz);
        }
        assert!(semitones(median.hz().unwrap(), 120.0).abs() < 0.13);
    }
}
