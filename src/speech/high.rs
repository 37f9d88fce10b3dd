//! Voices too high for Silero, brought down to where it knows voices.
//!
//! Who shouts or screams speaks at 500 Hz and more, with the energy moved up into the higher
//! formants, and Silero takes it for no speech: neither level nor clipping matters, pitch and tilt do
//! (`docs/measurements.md`). The same spectrum a quarter lower it hears. So what has a clear high
//! pitch, and what the network has not taken for speech for a tenth of a second, is squeezed
//! towards 0 Hz before the network sees it, and the network goes on judging: tones, sirens and
//! music stay what they are to it. All else passes as it is, to the bit.

use crate::config::MeasureConfig;
use crate::tone::pitch::{Pitch, PitchTracker};

/// Up to this pitch a voice is heard as it is. Hz.
const KNOWN_HZ: f32 = 350.0;
/// The highest pitch that is looked for. Hz.
const HIGHEST_HZ: f32 = 1_000.0;
/// A sound has a pitch that counts here from this likeness on (0 to 1): rough shouts do, noise in
/// a narrow band does not.
const CLEAR: f32 = 0.65;
/// No spectrum is squeezed further: what is not speech becomes like it, lower than this.
const LOWEST: f32 = 0.75;
/// So many hops of a high voice must the network doubt first: 96 ms, as far as a span looks back.
const DOUBTED: usize = 12;
/// The network doubts below this probability.
const DOUBT: f32 = 0.5;
/// Hops without a high pitch that do not end a high sound: 32 ms.
const BRIDGED: usize = 4;
/// After so many hops without a high pitch the network is trusted again: 0.3 s.
const TRUSTED: usize = 38;

/// Follows how far the spectrum of one party is to be squeezed.
pub(super) struct High {
    pitch: PitchTracker,
    /// Hops of a high sound that the network did not take for speech.
    doubted: usize,
    /// Hops since the last high pitch.
    idle: usize,
}

impl High {
    /// At the beginning of a call.
    pub(super) fn new() -> Self {
        let config = MeasureConfig { pitch_max_hz: HIGHEST_HZ, ..MeasureConfig::default() };
        High { pitch: PitchTracker::new(&config), doubted: 0, idle: 0 }
    }

    /// Takes the next hop (mono, 16 kHz), and what the network `said` of the last it was asked about.
    /// Returns by which factor frequencies are to be multiplied: 1 for all but high voices that it
    /// doubted, and where it is not `asked`.
    pub(super) fn step(&mut self, hop: &[f32], asked: bool, said: f32) -> f32 {
        self.pitch.add(hop);
        // Of what the network hears no pitch is needed: that is most of a call.
        let needed = asked && (self.doubted > 0 || said < DOUBT);
        let pitch = if needed { self.pitch.read() } else { Pitch::default() };
        let f0_hz = pitch.f0_hz.filter(|&hz| hz > KNOWN_HZ && pitch.likeness >= CLEAR);
        let squeezes = self.doubted >= DOUBTED;
        let Some(f0_hz) = f0_hz else {
            self.idle += 1;
            if self.idle > if squeezes { TRUSTED } else { BRIDGED } {
                self.doubted = 0;
            }
            return 1.0;
        };
        self.idle = 0;
        if squeezes {
            return (KNOWN_HZ / f0_hz).max(LOWEST);
        }
        self.doubted = if said < DOUBT { self.doubted + 1 } else { 0 };
        1.0
    }
}

/// Multiplies all frequencies of a spectrum, whose first `lines` count, by a `factor` of at most 1.
pub(super) fn squeeze(spectrum: &mut [f32], lines: usize, factor: f32) {
    if factor >= 1.0 {
        return;
    }
    // Each line takes from one at or above it, which has not been written to yet.
    for line in 0..lines {
        let from = line as f32 / factor;
        let below = from as usize;
        spectrum[line] = if below + 1 < lines {
            let part = from - below as f32;
            spectrum[below] * (1.0 - part) + spectrum[below + 1] * part
        } else {
            0.0
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speech::span::HOP;

    /// The factor of each hop over 0.4 s of harmonics of `f0_hz` within the telephone's band, of which
    /// the network says this.
    fn factors(f0_hz: f32, said: f32) -> Vec<f32> {
        let harmonics = (1..60).map(|k| k as f32 * f0_hz).filter(|f| (300.0..3400.0).contains(f));
        let harmonics: Vec<f32> = harmonics.collect();
        let at = |i: usize| {
            let phase = std::f32::consts::TAU * i as f32 / 16_000.0;
            harmonics.iter().map(|f| (f * phase).cos()).sum::<f32>() * 0.02
        };
        let samples: Vec<f32> = (0..50 * HOP).map(at).collect();
        let mut high = High::new();
        samples.chunks_exact(HOP).map(|hop| high.step(hop, true, said)).collect()
    }

    #[test]
    fn only_high_voices_are_lowered() {
        for f0_hz in [80.0, 120.0, 220.0, 300.0, 340.0] {
            assert_eq!(factors(f0_hz, 0.1), [1.0; 50], "{f0_hz} Hz");
        }
        for (f0_hz, expected) in
            [(400.0, 350.0 / 400.0), (437.5, 0.8), (500.0, LOWEST), (850.0, LOWEST)]
        {
            let last = factors(f0_hz, 0.1)[49];
            assert!((last - expected).abs() < 0.02, "{f0_hz} Hz: {last}");
        }
    }

    #[test]
    fn what_the_network_hears_is_left_alone() {
        assert_eq!(factors(600.0, 0.5), [1.0; 50]);
        // What it does not hear is so as well for the first tenth of a second.
        let doubted = factors(600.0, 0.4);
        let first = doubted.iter().position(|factor| *factor < 1.0).unwrap();
        assert!((DOUBTED..DOUBTED + 8).contains(&first), "{first}");
    }

    #[test]
    fn a_pause_of_a_third_of_a_second_ends_it() {
        let tone = |i: usize| (std::f32::consts::TAU * 600.0 * i as f32 / 16_000.0).sin() * 0.1;
        let hops = |from: usize| -> [f32; HOP] { std::array::from_fn(|i| tone(from * HOP + i)) };
        let after = |pause: usize| {
            let mut high = High::new();
            (0..40).for_each(|i| _ = high.step(&hops(i), true, 0.0));
            (0..pause).for_each(|_| assert!(high.step(&[0.0; HOP], false, 0.0) == 1.0));
            // The window of 40 ms must be full again.
            (0..10).map(|i| high.step(&hops(i), true, 0.0)).any(|factor| factor < 1.0)
        };
        assert!(after(20) && !after(60));
    }

    #[test]
    fn a_squeezed_spectrum_has_its_lines_lower() {
        let mut spectrum = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 99.0];
        squeeze(&mut spectrum, 9, 0.5);
        // Line i is line 2 i of before; from beyond the last there is nothing; the tenth is not of it.
        assert_eq!(spectrum, [0.0, 2.0, 4.0, 6.0, 0.0, 0.0, 0.0, 0.0, 0.0, 99.0]);
        let mut spectrum = [0.0, 3.0, 6.0, 9.0];
        squeeze(&mut spectrum, 4, 0.75);
        // 4/3 of a line lies a third of the way from 3 to 6.
        assert!((spectrum[1] - 4.0).abs() < 1e-5 && (spectrum[2] - 8.0).abs() < 1e-5);
        let mut same = [1.0, 2.0];
        squeeze(&mut same, 2, 1.0);
        assert_eq!(same, [1.0, 2.0]);
    }
}
