//! Loudness after ITU-R BS.1770-4, by the `ebur128` crate.

use ebur128::{EbuR128, Mode};

use crate::units::ENGINE_RATE;

/// Follows the loudness of one party. Levels are judged against the same party's integrated
/// loudness, never absolutely: lines and headsets differ by more than voices do.
pub struct Loudness {
    meter: EbuR128,
}

impl Default for Loudness {
    fn default() -> Self {
        let mode = Mode::M | Mode::I | Mode::HISTOGRAM;
        let meter = EbuR128::new(1, ENGINE_RATE.hz(), mode).expect("one channel at 16 kHz");
        Loudness { meter }
    }
}

impl Loudness {
    /// Takes mono samples at 16 kHz, −1 to 1.
    pub fn add(&mut self, samples: &[f32]) {
        self.meter.add_frames_f32(samples).expect("one channel");
    }

    /// Loudness of the last 400 ms in LUFS; `None` for silence.
    pub fn momentary_lufs(&self) -> Option<f32> {
        self.meter.loudness_momentary().ok().and_then(audible)
    }

    /// Gated loudness of all that was heard, in LUFS; `None` while nothing passed the gate.
    pub fn integrated_lufs(&self) -> Option<f32> {
        self.meter.loudness_global().ok().and_then(audible)
    }
}

/// BS.1770's absolute gate: what is below −70 LUFS is silence.
fn audible(lufs: f64) -> Option<f32> {
    (lufs > -70.0).then_some(lufs as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_scale_sine_reads_as_the_standard_says() {
        // BS.1770: a 0 dBFS sine of 997 Hz in one channel reads −3.01 LUFS.
        let mut loudness = Loudness::default();
        let sine: Vec<f32> = (0..32_000)
            .map(|i| (i as f32 * 997.0 * std::f32::consts::TAU / 16_000.0).sin())
            .collect();
        loudness.add(&sine);
        assert!((loudness.momentary_lufs().unwrap() + 3.01).abs() < 0.1);
        assert!((loudness.integrated_lufs().unwrap() + 3.01).abs() < 0.1);
    }

    #[test]
    fn silence_has_no_loudness() {
        let mut loudness = Loudness::default();
        loudness.add(&[0.0; 16_000]);
        assert_eq!((loudness.momentary_lufs(), loudness.integrated_lufs()), (None, None));
    }
}
