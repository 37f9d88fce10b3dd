//! The coupling between two channels: how the customer's sound gets into the agent's
//! microphone, learnt from both as the call runs.
//!
//! The path (headset, air, room, the delay of the sound cards) is taken to be linear and is
//! followed by a frequency-domain Kalman filter, which knows for each frequency how unsure it is of
//! the path and how loud the agent is, so that it neither needs to be told when both speak nor
//! runs away then (Enzner and Vary, Signal Processing 86, 2006; in partitions, for long paths:
//! Kuech, Mabande and Enzner, ICASSP 2014).

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// Samples of a block: 32 ms at 8 kHz.
pub const BLOCK: usize = 256;
/// Blocks that the path is long: 320 ms, delay and room together.
const PARTITIONS: usize = 10;
const WINDOW: usize = 2 * BLOCK;
const BINS: usize = WINDOW / 2 + 1;

/// Before anything was heard, each partition may pass this share of the power: −20 dB, and all
/// of them together −10 dB. More makes the first steps too bold.
const PRIOR_POWER: f32 = 0.01;
/// What stays known of the path from one block to the next: half of it is forgotten in 20 s.
const KEPT: f32 = 0.9995;
/// Smoothing of the agent's spectrum from block to block: about 60 ms.
const NEAR_KEPT: f32 = 0.5;
/// Power in a bin that the agent's channel has at the least: a noise of −60 dBFS.
const NEAR_FLOOR: f32 = 1e-6 * BLOCK as f32;
/// Mean square under which a block of the customer is silent: −65 dBFS.
const SILENT: f32 = 3.2e-7;

type Spectrum = [Complex<f32>; BINS];
const ZERO: Spectrum = [Complex { re: 0.0, im: 0.0 }; BINS];

/// What the customer's channel explains of the agent's.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The customer's sound in the agent's channel, as far as the path is known.
    pub leak: [f32; BLOCK],
    /// Mean square of what may be in there besides, the path being unsure.
    pub unsure: f32,
    /// Mean square of the customer's sound that is on its way through the path.
    pub source: f32,
}

/// One block of the path.
struct Partition {
    /// The customer's spectrum, so many blocks ago.
    heard: Spectrum,
    path: Spectrum,
    /// Variance of the path's error.
    error: [f32; BINS],
}

/// Follows the path from the customer's channel to the agent's.
pub struct Coupling {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    /// The newest first.
    partitions: Vec<Partition>,
    last: [f32; BLOCK],
    near: [f32; BINS],
    /// Blocks until the customer's last sound has left the path.
    sounding: usize,
    /// Mean square of the customer's last blocks.
    source: [f32; PARTITIONS],
    time: Vec<f32>,
    spectrum: Spectrum,
}

impl Default for Coupling {
    fn default() -> Self {
        let mut planner = RealFftPlanner::new();
        let partition = || Partition { heard: ZERO, path: ZERO, error: [PRIOR_POWER; BINS] };
        Coupling {
            forward: planner.plan_fft_forward(WINDOW),
            inverse: planner.plan_fft_inverse(WINDOW),
            partitions: (0..PARTITIONS).map(|_| partition()).collect(),
            last: [0.0; BLOCK],
            near: [NEAR_FLOOR; BINS],
            sounding: 0,
            source: [0.0; PARTITIONS],
            time: vec![0.0; WINDOW],
            spectrum: ZERO,
        }
    }
}

impl Coupling {
    /// Takes the next block of both channels (8 kHz, −1 to 1) and learns from it. `None` while
    /// nothing of the customer can be in the agent's channel.
    pub fn step(&mut self, agent: &[f32; BLOCK], customer: &[f32; BLOCK]) -> Option<Explained> {
        let power = customer.iter().map(|x| x * x).sum::<f32>() / BLOCK as f32;
        self.source.rotate_right(1);
        self.source[0] = power;
        self.sounding =
            if power >= SILENT { PARTITIONS + 1 } else { self.sounding.saturating_sub(1) };
        self.hear(customer);
        (self.sounding > 0).then(|| {
            let explained = self.explain();
            self.learn(agent, &explained.leak);
            explained
        })
    }

    /// The customer's spectra move on by a block.
    fn hear(&mut self, customer: &[f32; BLOCK]) {
        for i in (1..PARTITIONS).rev() {
            let (newer, older) = self.partitions.split_at_mut(i);
            older[0].heard = newer[i - 1].heard;
        }
        self.time[..BLOCK].copy_from_slice(&self.last);
        self.time[BLOCK..].copy_from_slice(customer);
        self.last = *customer;
        self.forward.process(&mut self.time, &mut self.partitions[0].heard).expect("a window");
    }

    fn explain(&mut self) -> Explained {
        let mut unsure = 0.0;
        self.spectrum = ZERO;
        for Partition { heard, path, error } in &self.partitions {
            for k in 0..BINS {
                self.spectrum[k] += heard[k] * path[k];
                unsure += error[k] * heard[k].norm_sqr();
            }
        }
        // Only half of each window is new; both halves of the spectrum count.
        let unsure = unsure / (WINDOW * BLOCK) as f32;
        self.invert();
        let leak = self.time[BLOCK..].try_into().expect("a block");
        let source = self.source.iter().sum::<f32>() / PARTITIONS as f32;
        Explained { leak, unsure, source }
    }

    fn learn(&mut self, agent: &[f32; BLOCK], leak: &[f32; BLOCK]) {
        self.time[..BLOCK].fill(0.0);
        for ((slot, agent), leak) in self.time[BLOCK..].iter_mut().zip(agent).zip(leak) {
            *slot = agent - leak;
        }
        self.forward.process(&mut self.time, &mut self.spectrum).expect("a window");
        let error_spectrum = self.spectrum;
        // Half of the window is padding.
        const NEW: f32 = 0.5;
        let mut gain = [0.0; BINS];
        for k in 0..BINS {
            let unsure: f32 =
                self.partitions.iter().map(|p| p.error[k] * p.heard[k].norm_sqr()).sum();
            let unsure = NEW * unsure;
            // What is left is the agent, and what is not known of the path, in these shares.
            let left = error_spectrum[k].norm_sqr();
            let near = left * self.near[k] / (self.near[k] + unsure);
            self.near[k] = (NEAR_KEPT * self.near[k] + (1.0 - NEAR_KEPT) * near).max(NEAR_FLOOR);
            gain[k] = NEW / (unsure + self.near[k]);
        }
        for i in 0..PARTITIONS {
            let Partition { heard, path, error } = &self.partitions[i];
            for k in 0..BINS {
                self.spectrum[k] =
                    path[k] + heard[k].conj() * error_spectrum[k] * (error[k] * gain[k]);
            }
            // A partition is one block long: what falls into the other half is not of it.
            self.invert();
            self.time[BLOCK..].fill(0.0);
            let Partition { heard, path, error } = &mut self.partitions[i];
            self.forward.process(&mut self.time, path).expect("a window");
            for k in 0..BINS {
                let learnt = NEW * error[k] * heard[k].norm_sqr() * gain[k];
                error[k] *= 1.0 - learnt;
                path[k] *= KEPT;
                error[k] = KEPT * KEPT * error[k] + (1.0 - KEPT * KEPT) * path[k].norm_sqr();
            }
        }
    }

    /// Turns the spectrum into samples.
    fn invert(&mut self) {
        self.spectrum[0].im = 0.0;
        self.spectrum[BINS - 1].im = 0.0;
        self.inverse.process(&mut self.spectrum, &mut self.time).expect("a window");
        for sample in &mut self.time {
            *sample /= WINDOW as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noise of a level, from a seed.
    struct Noise(u64, f32);

    impl Noise {
        fn block(&mut self) -> [f32; BLOCK] {
            std::array::from_fn(|_| {
                self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                // Uniform in −1 to 1 has a power of a third.
                let uniform = (self.0 >> 40) as f32 / (1u32 << 23) as f32 - 1.0;
                uniform * self.1 * 3f32.sqrt()
            })
        }
    }

    fn power(block: &[f32]) -> f32 {
        block.iter().map(|x| x * x).sum::<f32>() / BLOCK as f32
    }

    /// Plays noise of −20 dBFS through a path: gain 0.25 after 100 ms, an echo of 0.1 after
    /// 137 ms; with `agents` own sound on top. Returns, for each block, the powers of the leak, of
    /// what is wrong with it, and of the doubt about it.
    fn play(blocks: usize, mut agents: impl FnMut(usize) -> [f32; BLOCK]) -> Vec<[f32; 3]> {
        let mut coupling = Coupling::default();
        let (mut source, mut line) = (Noise(1, 0.1), Noise(2, 0.001));
        let mut past = vec![0.0; 4 * BLOCK + 76];
        let step = |i| {
            let customer = source.block();
            past.extend(customer);
            let now = past.len() - BLOCK;
            let leak: [f32; BLOCK] =
                std::array::from_fn(|k| 0.25 * past[now + k - 800] + 0.1 * past[now + k - 1_096]);
            let (own, noise) = (agents(i), line.block());
            let agent = std::array::from_fn(|k| leak[k] + own[k] + noise[k]);
            let explained = coupling.step(&agent, &customer).expect("the customer sounds");
            let wrong: Vec<f32> = leak.iter().zip(&explained.leak).map(|(a, b)| a - b).collect();
            [power(&leak), power(&wrong), explained.unsure]
        };
        (0..blocks).map(step).collect()
    }

    fn mean_db(blocks: &[[f32; 3]], what: usize) -> f32 {
        let sum = |i: usize| blocks.iter().map(|block| block[i]).sum::<f32>();
        10.0 * (sum(what) / sum(0)).log10()
    }

    #[test]
    fn it_learns_the_path() {
        let blocks = play(200, |_| [0.0; BLOCK]);
        // Within a second by 10 dB, in 6 s by 25.
        assert!(mean_db(&blocks[30..40], 1) < -10.0, "{}", mean_db(&blocks[30..40], 1));
        assert!(mean_db(&blocks[180..], 1) < -25.0, "{}", mean_db(&blocks[180..], 1));
    }

    #[test]
    fn its_doubt_is_no_less_than_its_mistakes() {
        let blocks = play(200, |_| [0.0; BLOCK]);
        for second in blocks[5..].chunks(31) {
            assert!(mean_db(second, 2) > mean_db(second, 1) - 3.0);
        }
    }

    #[test]
    fn the_agents_own_voice_does_not_lead_it_astray() {
        let mut voice = Noise(3, 0.1);
        let blocks = play(200, |i| if i < 60 { [0.0; BLOCK] } else { voice.block() });
        // The voice is 12 dB above the leak; the path learnt before it stays.
        assert!(mean_db(&blocks[180..], 1) < -10.0, "{}", mean_db(&blocks[180..], 1));
    }

    #[test]
    fn nothing_is_explained_by_what_has_nothing_to_do_with_it() {
        let mut coupling = Coupling::default();
        let (mut agent, mut customer) = (Noise(4, 0.1), Noise(5, 0.1));
        let leak = |_| power(&coupling.step(&agent.block(), &customer.block()).unwrap().leak);
        let leaks: Vec<f32> = (0..200).map(leak).collect();
        // The agent has a power of 0.01.
        assert!(leaks.iter().all(|leak| *leak < 0.05 * 0.01), "{leaks:?}");
        assert!(leaks[180..].iter().all(|leak| *leak < 0.03 * 0.01), "{leaks:?}");
    }

    #[test]
    fn a_silent_customer_explains_nothing() {
        let mut coupling = Coupling::default();
        let mut noise = Noise(6, 0.1);
        assert!(coupling.step(&noise.block(), &[0.0; BLOCK]).is_none());
        assert!(coupling.step(&noise.block(), &noise.block()).is_some());
        // Until it has left the path.
        let mut silent = || coupling.step(&[0.0; BLOCK], &[0.0; BLOCK]);
        assert_eq!((0..20).filter(|_| silent().is_some()).count(), PARTITIONS);
    }
}
