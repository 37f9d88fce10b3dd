//! Raised voices, made of calm ones, and shouts, made of angry ones.
//!
//! A corpus of actors has a raised voice only where an emotion was acted, and hardly a shout. What
//! vocal effort does is known: F0 rises, the spectrum's tilt flattens, the first formant rises a
//! little (Traunmüller and Eriksson, "Acoustic effects of variation in vocal effort by men, women,
//! and children", 2000). So that is done to clips: slower by overlap-add at the places that fit best
//! (WSOLA; Verhelst and Roelands, 1993), faster again by resampling, and the envelope of the spectrum, read
//! from its cepstrum, put where the formants belong.

use std::f32::consts::TAU;

use fastrand::Rng;
use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

use crate::augment::{at_speed, between};
use crate::clips::Emotion;

/// Samples at 16 kHz: a window of 32 ms, and how far the next is on.
const WINDOW: usize = 512;
const HOP: usize = WINDOW / 4;
/// Of the cepstrum so much is envelope: 1.25 ms, the period of 800 Hz.
const ENVELOPE: usize = 20;
/// The tilt turns about this. Hz.
const TURNS_HZ: f32 = 500.0;
/// No line is changed by more. dB.
const MOST_DB: f32 = 25.0;

/// How a voice is raised.
#[derive(Clone, Copy, Debug)]
pub struct Raise {
    /// F0 is so many times as high.
    pub pitch: f32,
    /// The formants are.
    pub formants: f32,
    /// Flatter by so many dB an octave.
    pub tilt_db: f32,
    /// Louder by so many dB.
    pub louder_db: f32,
}

impl Raise {
    /// A neutral voice becomes a raised one, an angry one a shout; of others nothing is made.
    pub fn draw(emotion: Emotion, rng: &mut Rng) -> Option<Raise> {
        let octaves = |rng: &mut Rng, low, high| 2f32.powf(between(rng, low, high) / 12.0);
        match emotion {
            Emotion::Neutral | Emotion::Calm => Some(Raise {
                pitch: octaves(rng, 2.0, 7.0),
                formants: between(rng, 1.0, 1.06),
                tilt_db: between(rng, 1.5, 4.5),
                louder_db: between(rng, 4.0, 12.0),
            }),
            Emotion::Anger => Some(Raise {
                pitch: octaves(rng, 3.0, 9.0),
                formants: between(rng, 1.03, 1.15),
                tilt_db: between(rng, 1.0, 5.0),
                louder_db: between(rng, 10.0, 20.0),
            }),
            _ => None,
        }
    }

    /// `samples` (mono, 16 kHz) raised, as long as they were; the level stays, but for the tilt.
    pub fn apply(&self, samples: &[f32]) -> Vec<f32> {
        let mut sound = at_speed(&slower(samples, self.pitch), self.pitch);
        sound.resize(samples.len(), 0.0);
        self.reshape(&sound)
    }

    /// Moves the envelope of the spectrum to where the formants belong, and tilts it.
    fn reshape(&self, samples: &[f32]) -> Vec<f32> {
        let mut planner = RealFftPlanner::<f32>::new();
        let forward = planner.plan_fft_forward(WINDOW);
        let inverse = planner.plan_fft_inverse(WINDOW);
        let hann: Vec<f32> = (0..WINDOW)
            .map(|i| (0.5 - 0.5 * (TAU * i as f32 / WINDOW as f32).cos()).sqrt())
            .collect();
        let mut padded = vec![0.0; WINDOW];
        padded.extend_from_slice(samples);
        padded.resize(padded.len() + 2 * WINDOW, 0.0);
        let mut out = vec![0.0; padded.len()];
        let (mut time, mut lines) = (forward.make_input_vec(), forward.make_output_vec());
        let mut logs = forward.make_output_vec();
        let last = lines.len() - 1;
        for start in (0..padded.len() - WINDOW).step_by(HOP) {
            for ((to, from), hann) in time.iter_mut().zip(&padded[start..]).zip(&hann) {
                *to = from * hann;
            }
            forward.process(&mut time, &mut lines).expect("buffers made for it");
            for (log, line) in logs.iter_mut().zip(&lines) {
                *log = Complex::new((line.norm_sqr() + 1e-12).ln() / 2.0, 0.0);
            }
            // To the cepstrum, and back with its slow part only.
            inverse.process(&mut logs, &mut time).expect("buffers made for it");
            time[ENVELOPE..=WINDOW - ENVELOPE].fill(0.0);
            forward.process(&mut time, &mut logs).expect("buffers made for it");
            let envelope = |line: f32| {
                let below = (line as usize).min(last - 1);
                let part = (line - below as f32).min(1.0);
                (logs[below].re * (1.0 - part) + logs[below + 1].re * part) / WINDOW as f32
            };
            for (i, line) in lines.iter_mut().enumerate() {
                let hz = (i as f32 * 16_000.0 / WINDOW as f32).clamp(100.0, 4_000.0);
                let moved = envelope(i as f32 * self.pitch / self.formants) - envelope(i as f32);
                let tilted = self.tilt_db * (hz / TURNS_HZ).log2();
                let db = moved * 20.0 * std::f32::consts::LOG10_E + tilted;
                *line *= 10f32.powf(db.clamp(-MOST_DB, MOST_DB) / 20.0) / WINDOW as f32;
            }
            (lines[0].im, lines[last].im) = (0.0, 0.0);
            inverse.process(&mut lines, &mut time).expect("buffers made for it");
            for ((to, from), hann) in out[start..].iter_mut().zip(&time).zip(&hann) {
                // Four windows lie over each sample; their squares add up to 2.
                *to += from * hann / 2.0;
            }
        }
        out[WINDOW..][..samples.len()].to_vec()
    }
}

/// `factor` (1 or more) times as long, at the same pitch.
fn slower(samples: &[f32], factor: f32) -> Vec<f32> {
    const HALF: usize = WINDOW / 2;
    /// How far a better fitting place is looked for: the period of 60 Hz.
    const SEARCH: usize = 266;
    let length = (samples.len() as f32 * factor) as usize;
    let mut out = vec![0.0; length + WINDOW];
    // What would come next if nothing were changed.
    let mut follows = 0usize;
    for to in (0..length).step_by(HALF) {
        let nominal = (to as f32 / factor) as usize;
        let places = nominal.saturating_sub(SEARCH)..=nominal + SEARCH;
        let fits = |place: usize| -> f32 {
            let pairs = (0..WINDOW).step_by(2);
            pairs.map(|i| at(samples, place + i) * at(samples, follows + i)).sum()
        };
        let best = places.map(|place| (place, fits(place))).max_by(|(_, a), (_, b)| a.total_cmp(b));
        let place = if to == 0 { 0 } else { best.map_or(nominal, |(place, _)| place) };
        for i in 0..WINDOW {
            let hann = 0.5 - 0.5 * (TAU * i as f32 / WINDOW as f32).cos();
            out[to + i] += at(samples, place + i) * hann;
        }
        follows = place + HALF;
    }
    out.truncate(length);
    out
}

fn at(samples: &[f32], place: usize) -> f32 {
    samples.get(place).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use evenkeel::config::MeasureConfig;
    use evenkeel::tone::pitch::PitchTracker;
    use evenkeel::tone::spectrum::{Shape, SpectrumMeter};

    /// A second of a voice at 120 Hz: a sawtooth's harmonics under one formant at 1 kHz.
    fn voice() -> Vec<f32> {
        let gain = |hz: f32| 1.0 / hz / (1.0 + ((hz - 1_000.0) / 150.0).powi(2));
        let sample = |i: usize| {
            let at = TAU * 120.0 * i as f32 / 16_000.0;
            (1..50).map(|k| 20.0 * gain(120.0 * k as f32) * (at * k as f32).sin()).sum()
        };
        (0..16_000).map(sample).collect()
    }

    /// F0 and spectrum at the middle.
    fn heard(samples: &[f32]) -> (f32, Shape) {
        let mut tracker = PitchTracker::new(&MeasureConfig::default());
        let mut meter = SpectrumMeter::default();
        tracker.add(&samples[..8_000]);
        samples[7_488..8_000].chunks(128).for_each(|hop| meter.add(hop));
        (tracker.read().f0_hz.unwrap(), meter.read().unwrap())
    }

    #[test]
    fn pitch_and_tilt_go_up_and_the_formants_stay() {
        let calm = voice();
        let raise = Raise { pitch: 1.5, formants: 1.0, tilt_db: 0.0, louder_db: 0.0 };
        let raised = raise.apply(&calm);
        assert_eq!(raised.len(), calm.len());
        let ((before_hz, before), (after_hz, after)) = (heard(&calm), heard(&raised));
        assert!((before_hz - 120.0).abs() < 2.0 && (after_hz - 180.0).abs() < 4.0, "{after_hz}");
        let strongest = |shape: &Shape| {
            let bands = shape.bands_db.iter().enumerate();
            bands.max_by(|(_, a), (_, b)| a.total_cmp(b)).unwrap().0
        };
        assert!(strongest(&before).abs_diff(strongest(&after)) <= 1, "{before:?} {after:?}");
        let tilted = heard(&Raise { tilt_db: 6.0, ..raise }.apply(&calm)).1;
        assert!(tilted.hammarberg_db < after.hammarberg_db - 3.0, "{tilted:?} {after:?}");
    }

    #[test]
    fn only_calm_and_angry_voices_are_raised() {
        let mut rng = Rng::with_seed(1);
        assert!(Raise::draw(Emotion::Joy, &mut rng).is_none());
        for _ in 0..100 {
            let raised = Raise::draw(Emotion::Neutral, &mut rng).unwrap();
            assert!(raised.pitch > 1.1 && raised.tilt_db > 0.0 && raised.louder_db > 0.0);
        }
    }
}
