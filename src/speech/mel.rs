//! Whisper's spectrum: the logarithm of the power in mel bands, a frame every 10 ms.
//!
//! As whisper.cpp makes it (`log_mel_spectrogram` in whisper.cpp): windows of 25 ms, each in the
//! middle of its frame, the audio mirrored at its beginning and silent after its end.

use std::f32::consts::PI;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

/// Samples of a window.
const WINDOW: usize = 400;
/// Samples from one frame to the next.
const HOP: usize = 160;
/// Frequencies of a window.
const BINS: usize = WINDOW / 2 + 1;
/// Power below this counts as this.
const LEAST_POWER: f32 = 1e-10;
/// What is so many tenfold below the loudest counts as that.
const RANGE: f32 = 8.0;

/// Makes spectra by the filters of a model.
pub struct Mel {
    /// Of each band, its first frequency and the weights from there on.
    bands: Vec<(usize, Vec<f32>)>,
    window: Vec<f32>,
    fft: Arc<dyn RealToComplex<f32>>,
    framed: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
}

/// The spectrum of some audio.
pub struct Spectrum {
    /// Frame by frame, a number a band.
    frames: Vec<f32>,
    bands: usize,
    /// What silence is.
    silence: f32,
}

impl Mel {
    /// By `filters`, as many bands as they have times 201 frequencies.
    pub fn new(filters: &[f32]) -> Mel {
        let band = |weights: &[f32]| {
            let first = weights.iter().position(|weight| *weight != 0.0).unwrap_or(0);
            let end = weights.iter().rposition(|weight| *weight != 0.0).map_or(first, |at| at + 1);
            (first, weights[first..end].to_vec())
        };
        let fft = RealFftPlanner::new().plan_fft_forward(WINDOW);
        let hann = |i| 0.5 * (1.0 - (2.0 * PI * i as f32 / WINDOW as f32).cos());
        Mel {
            bands: filters.chunks_exact(BINS).map(band).collect(),
            window: (0..WINDOW).map(hann).collect(),
            framed: vec![0.0; WINDOW],
            bins: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            fft,
        }
    }

    /// The spectrum of `samples` (16 kHz), up to where the silence after them begins.
    pub fn spectrum(&mut self, samples: &[f32]) -> Spectrum {
        let bands = self.bands.len();
        let count = (samples.len() + WINDOW / 2).div_ceil(HOP);
        let mut frames = Vec::with_capacity(bands * count);
        for frame in 0..count {
            let start = (frame * HOP) as isize - (WINDOW / 2) as isize;
            for (i, (framed, window)) in self.framed.iter_mut().zip(&self.window).enumerate() {
                let at = (start + i as isize).unsigned_abs();
                *framed = window * samples.get(at).copied().unwrap_or(0.0);
            }
            let done =
                self.fft.process_with_scratch(&mut self.framed, &mut self.bins, &mut self.scratch);
            debug_assert!(done.is_ok(), "the buffers are the plan's own");
            for bin in &mut self.bins {
                bin.re = bin.norm_sqr();
            }
            frames.extend(self.bands.iter().map(|(first, weights)| {
                let power: f32 =
                    weights.iter().zip(&self.bins[*first..]).map(|(w, bin)| w * bin.re).sum();
                power.max(LEAST_POWER).log10()
            }));
        }
        // Silence follows, which no spectrum is below.
        let loudest = frames.iter().copied().fold(LEAST_POWER.log10(), f32::max);
        let scaled = |log: f32| (log.max(loudest - RANGE) + 4.0) / 4.0;
        frames.iter_mut().for_each(|log| *log = scaled(*log));
        Spectrum { frames, bands, silence: scaled(LEAST_POWER.log10()) }
    }
}

impl Spectrum {
    /// Appends `count` frames of it, band by band, with silence where it is shorter.
    pub fn write(&self, count: usize, out: &mut Vec<f32>) {
        let own = (self.frames.len() / self.bands).min(count);
        for band in 0..self.bands {
            out.extend(self.frames[band..].iter().step_by(self.bands).take(own));
            out.extend(std::iter::repeat_n(self.silence, count - own));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each band is one frequency, 40 Hz apart.
    fn of_lines(bands: usize) -> Mel {
        let mut filters = vec![0.0; bands * BINS];
        (0..bands).for_each(|band| filters[band * BINS + band] = 1.0);
        Mel::new(&filters)
    }

    #[test]
    fn a_tone_lies_in_its_band() {
        let tone: Vec<f32> =
            (0..16_000).map(|i| (2.0 * PI * 1_000.0 * i as f32 / 16_000.0).sin()).collect();
        let mut out = Vec::new();
        of_lines(50).spectrum(&tone).write(100, &mut out);
        // 1000 Hz is the 25th; a sine's power at its line is (N/4)² after a Hann window.
        let expected = (100.0_f32.powi(2).log10() + 4.0) / 4.0;
        assert!((out[25 * 100 + 50] - expected).abs() < 1e-3, "{}", out[25 * 100 + 50]);
        // What is 80 dB below counts as that.
        assert!((out[40 * 100 + 50] - (expected - 2.0)).abs() < 1e-3);
    }

    #[test]
    fn silence_follows() {
        let mut out = Vec::new();
        of_lines(2).spectrum(&[]).write(3, &mut out);
        assert_eq!(out, [-1.5; 6]);
        let spectrum = of_lines(2).spectrum(&[1.0; 1_600]);
        let (mut short, mut long) = (Vec::new(), Vec::new());
        spectrum.write(5, &mut short);
        spectrum.write(20, &mut long);
        assert_eq!(short[..5], long[..5]);
        assert_eq!(short[5..], long[20..25]);
        assert!(long[12..20].iter().all(|number| *number == spectrum.silence));
    }
}
