//! The shape of the spectrum in the telephone's band, free of level.
//!
//! A raised voice is not only louder: the folds close faster, so that its energy moves up
//! (Gramming and Sundberg, "Spectrum factors relevant to phonetogram measurement", 1988). The
//! measures are those of the eGeMAPS set (Eyben and others, 2016), moved into 200 to 3,400 Hz,
//! which is all that a telephone passes. Everything is a ratio: how loud the line is does not
//! count.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use crate::units::ENGINE_RATE;

/// Samples under one window: 32 ms, two to three periods of a low voice.
const WINDOW: usize = 512;
/// Hz between two lines of the spectrum.
const LINE_HZ: f32 = ENGINE_RATE.0 as f32 / WINDOW as f32;
/// The telephone's band in Hz (ITU-T G.712 begins at 300; the filters are not so steep).
const LOWEST_HZ: f32 = 200.0;
const HIGHEST_HZ: f32 = 3_400.0;
/// Where the spectrum is parted into low and high. Hz.
const ALPHA_HZ: f32 = 1_000.0;
const HAMMARBERG_HZ: f32 = 2_000.0;
/// What lies further than this below the whole is the noise of the line. dB.
const FLOOR_DB: f32 = -45.0;

/// What is nothing at all, in dBFS.
const SILENCE_DB: f32 = -100.0;

/// Mel bands.
pub const BANDS: usize = 20;

/// The spectrum of 32 ms.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shape {
    /// Energy in the telephone's band, in dBFS. For changes only, never as it is.
    pub level_db: f32,
    /// Energy of each mel band in dB below the whole.
    pub bands_db: [f32; BANDS],
    /// Energy from 200 to 1,000 Hz over that from 1,000 to 3,400 Hz, in dB (alpha ratio).
    pub alpha_db: f32,
    /// Strongest line up to 2,000 Hz over the strongest above, in dB (Hammarberg and others, 1980).
    pub hammarberg_db: f32,
    /// Slope from 200 to 1,000 Hz in dB per kHz.
    pub slope_low_db: f32,
    /// Slope from 1,000 to 3,400 Hz in dB per kHz.
    pub slope_high_db: f32,
    /// Centre of the energy in kHz.
    pub centroid_khz: f32,
    /// How much the bands have changed since the last reading, 0 to 1.
    pub flux: f32,
}

/// Reads the spectrum of one party.
pub struct SpectrumMeter {
    fft: Arc<dyn RealToComplex<f32>>,
    hann: Vec<f32>,
    recent: [f32; WINDOW],
    windowed: Vec<f32>,
    lines: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// For each band its first line and the weights from there on.
    bands: Vec<(usize, Vec<f32>)>,
    before: [f32; BANDS],
}

impl Default for SpectrumMeter {
    fn default() -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(WINDOW);
        let phase = |i| std::f32::consts::TAU * (i as f32 + 0.5) / WINDOW as f32;
        SpectrumMeter {
            hann: (0..WINDOW).map(|i| 0.5 - 0.5 * phase(i).cos()).collect(),
            recent: [0.0; WINDOW],
            windowed: fft.make_input_vec(),
            lines: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            bands: mel_bands(),
            before: [1.0 / BANDS as f32; BANDS],
            fft,
        }
    }
}

impl SpectrumMeter {
    /// Takes the next samples (at most 512; mono, 16 kHz).
    pub fn add(&mut self, samples: &[f32]) {
        self.recent.rotate_left(samples.len());
        self.recent[WINDOW - samples.len()..].copy_from_slice(samples);
    }

    /// The spectrum of the last 32 ms; `None` where there is nothing.
    pub fn read(&mut self) -> Option<Shape> {
        for ((to, sample), hann) in self.windowed.iter_mut().zip(&self.recent).zip(&self.hann) {
            *to = sample * hann;
        }
        self.fft
            .process_with_scratch(&mut self.windowed, &mut self.lines, &mut self.scratch)
            .expect("buffers made for it");
        let (first, last) = (line(LOWEST_HZ), line(HIGHEST_HZ));
        let power: Vec<f32> = self.lines[..=last].iter().map(Complex::norm_sqr).collect();
        let total: f32 = power[first..].iter().sum();
        // A sine at full scale has (WINDOW / 4)² in its line.
        let level_db = db(total / (WINDOW * WINDOW / 16) as f32);
        if level_db < SILENCE_DB {
            return None;
        }
        let relative_db = |energy: f32| db(energy / total).max(FLOOR_DB);
        let sum = |from: usize, to: usize| power[from..=to].iter().sum::<f32>();
        let strongest =
            |from: usize, to: usize| power[from..=to].iter().copied().fold(0.0, f32::max);
        let (alpha, hammarberg) = (line(ALPHA_HZ), line(HAMMARBERG_HZ));
        let mut shares = [0.0; BANDS];
        for (share, (from, weights)) in shares.iter_mut().zip(&self.bands) {
            *share = weights.iter().zip(&power[*from..]).map(|(w, p)| w * p).sum::<f32>() / total;
        }
        let whole: f32 = shares.iter().sum::<f32>().max(1e-9);
        let shares = shares.map(|share| share / whole);
        let changes = shares.iter().zip(&self.before).map(|(now, before)| (now - before).abs());
        let flux = 0.5 * changes.sum::<f32>();
        self.before = shares;
        let weighed = power[first..].iter().enumerate().map(|(i, p)| p * (first + i) as f32);
        Some(Shape {
            level_db,
            bands_db: shares.map(|share| db(share).max(FLOOR_DB)),
            alpha_db: relative_db(sum(first, alpha)) - relative_db(sum(alpha + 1, last)),
            hammarberg_db: relative_db(strongest(first, hammarberg))
                - relative_db(strongest(hammarberg + 1, last)),
            slope_low_db: slope(&power[first..=alpha], relative_db),
            slope_high_db: slope(&power[alpha..=last], relative_db),
            centroid_khz: weighed.sum::<f32>() / total * LINE_HZ / 1_000.0,
            flux,
        })
    }
}

/// The line nearest to a frequency.
fn line(hz: f32) -> usize {
    (hz / LINE_HZ).round() as usize
}

fn db(power: f32) -> f32 {
    10.0 * power.max(1e-12).log10()
}

/// Slope of the straight line nearest to the spectrum's lines, in dB per kHz.
fn slope(power: &[f32], level_db: impl Fn(f32) -> f32) -> f32 {
    let middle = (power.len() as f32 - 1.0) / 2.0;
    let (mut along, mut spread) = (0.0, 0.0);
    for (i, &power) in power.iter().enumerate() {
        let x = (i as f32 - middle) * LINE_HZ / 1_000.0;
        along += x * level_db(power);
        spread += x * x;
    }
    along / spread
}

/// Triangles evenly spaced in mel (O'Shaughnessy's formula), each reaching to the tops of its
/// neighbours.
fn mel_bands() -> Vec<(usize, Vec<f32>)> {
    let mel = |hz: f32| 2_595.0 * (1.0 + hz / 700.0).log10();
    let hz = |mel: f32| 700.0 * (10f32.powf(mel / 2_595.0) - 1.0);
    let (low, high) = (mel(LOWEST_HZ), mel(HIGHEST_HZ));
    let corner = |i: usize| hz(low + (high - low) * i as f32 / (BANDS + 1) as f32);
    (0..BANDS)
        .map(|band| {
            let (from, top, to) = (corner(band), corner(band + 1), corner(band + 2));
            let first = (from / LINE_HZ).ceil() as usize;
            let last = (to / LINE_HZ).floor() as usize;
            let weight = |line: usize| {
                let f = line as f32 * LINE_HZ;
                ((f - from) / (top - from)).min((to - f) / (to - top)).max(0.0)
            };
            (first, (first..=last).map(weight).collect())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(make: impl Fn(f32) -> f32) -> Option<Shape> {
        let mut meter = SpectrumMeter::default();
        let samples: Vec<f32> = (0..WINDOW).map(|i| make(i as f32 / 16_000.0)).collect();
        samples.chunks(128).for_each(|hop| meter.add(hop));
        meter.read()
    }

    fn sine(hz: f32, t: f32) -> f32 {
        (std::f32::consts::TAU * hz * t).sin()
    }

    #[test]
    fn a_tone_lies_in_its_band() {
        let shape = read(|t| 0.5 * sine(1_500.0, t)).unwrap();
        assert!((shape.centroid_khz - 1.5).abs() < 0.01, "{}", shape.centroid_khz);
        // Half of full scale.
        assert!((shape.level_db + 6.0).abs() < 2.0, "{}", shape.level_db);
        let loudest = (0..BANDS).max_by(|&a, &b| shape.bands_db[a].total_cmp(&shape.bands_db[b]));
        // 1,500 Hz are 1,291 mel; from 283 to 1,995 mel in 21 steps of 81.5 it is step 12.4,
        // and the band of step 12 is the twelfth.
        assert_eq!(loudest, Some(11));
        assert!(shape.alpha_db < -30.0 && shape.hammarberg_db > 30.0);
    }

    #[test]
    fn level_does_not_count() {
        let voice = |t: f32| sine(300.0, t) + 0.3 * sine(1_200.0, t) + 0.1 * sine(2_700.0, t);
        let (loud, soft) = (read(|t| 0.5 * voice(t)).unwrap(), read(|t| 0.005 * voice(t)).unwrap());
        assert!((loud.level_db - soft.level_db - 40.0).abs() < 0.01);
        for (loud, soft) in loud.bands_db.iter().zip(soft.bands_db) {
            assert!((loud - soft).abs() < 0.01);
        }
        // 1 against 0.3² + 0.1², and 1 against 0.1².
        assert!((loud.alpha_db - 10.0).abs() < 0.2, "{}", loud.alpha_db);
        assert!((loud.hammarberg_db - 20.0).abs() < 1.0, "{}", loud.hammarberg_db);
    }

    #[test]
    fn silence_has_no_spectrum() {
        assert_eq!(read(|_| 0.0), None);
    }

    #[test]
    fn flux_is_change() {
        let mut meter = SpectrumMeter::default();
        let mut at = |hz: f32| {
            let samples: Vec<f32> = (0..WINDOW).map(|i| sine(hz, i as f32 / 16_000.0)).collect();
            meter.add(&samples);
            meter.read().unwrap().flux
        };
        at(500.0);
        assert!(at(500.0) < 0.01);
        assert!(at(2_500.0) > 0.95);
    }
}
