//! Leakage: the customer's voice, out of the agent's headset, in the agent's microphone.
//!
//! What the learnt coupling of the channels explains of the agent's is not the agent. Each hop
//! is held against it: the agent speaks where more is left than the leak, the doubt about the
//! path and the noise of the line account for. The agent's samples stay as they are.

use super::activity::FRAME;
use super::coupling::{BLOCK, Coupling, Explained};
use super::span::HOPS;
use crate::config::LeakConfig;
use crate::units::Dbfs;

/// Samples of a hop at half the rate.
const HALF_HOP: usize = BLOCK / HOPS;
/// A hop of which the leak makes up less than this share is the agent's whatever is left.
const SHARE: f32 = 0.3;
/// What is left of a leak, by mistakes of the path and echoes beyond it, is below this share of it …
const LEFT_OVER: f32 = 0.25;
/// … and below this until the path has been judged.
const LEFT_OVER_FIRST: f32 = 2.0;
/// The path may be wrong by more than its variance says: by this, as a ratio of powers. Keeps the
/// customer's first words out, when nothing is known of the path.
const DOUBT: f32 = 4.0;
/// The agent's voice stands out from the noise by this, as a ratio of powers: 6 dB.
const ABOVE_NOISE: f32 = 4.0;
/// The noise of the line is followed up at 1 dB a second (here for a hop of 8 ms), and down at once.
const NOISE_RISE: f32 = 1.00184;
/// Mean square of the least noise: −75 dBFS.
const LEAST_NOISE: f32 = 3.2e-8;
/// Smoothing of the gain over the customer's sound: 2 s of frames.
const GAIN_KEPT: f32 = 1.0 - 1.0 / 64.0;
/// The gain is followed while the customer is louder than the noise of a line. Mean square of
/// −50 dBFS.
const GAIN_SOURCE: f32 = 1e-5;
/// From this mean share of a hop's power on that the path explains, there is a leak at all. Where
/// there is none, taking away what is wrongly explained makes hops louder.
const COUPLED: f32 = 0.05;
/// Frames of the customer's sound before gain and share are judged: 3 s.
const GAIN_FRAMES: u32 = 94;
/// The gain must fall so far below the limit before the voices can be told apart again. dB.
const GAIN_HYSTERESIS_DB: f32 = 2.0;

/// What of a frame is leak.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Leak {
    /// For each hop that is leak, how far its level falls without it, in dB (at most 0);
    /// `None` where it is the party's own.
    pub hops: [Option<f32>; HOPS],
    /// Whether so much leaks in that the voices can't be told apart.
    pub bleeds: bool,
}

/// Finds the customer's voice in the agent's channel.
pub struct LeakGate {
    config: LeakConfig,
    agent: Halver,
    customer: Halver,
    coupling: Coupling,
    noise: f32,
    /// Smoothed mean squares of the leak and of what it comes from.
    leak: f32,
    source: f32,
    /// Smoothed share of the hops' power that the path explains, −1 to 1.
    share: f32,
    frames: u32,
    bleeds: bool,
}

impl LeakGate {
    /// A gate at the beginning of a call.
    pub fn new(config: &LeakConfig) -> Self {
        LeakGate {
            config: config.clone(),
            agent: Halver::default(),
            customer: Halver::default(),
            coupling: Coupling::default(),
            noise: 1e-6,
            leak: 0.0,
            source: 0.0,
            share: 0.0,
            frames: 0,
            bleeds: false,
        }
    }

    /// Takes the same frame of both channels.
    pub fn step(&mut self, agent: &[f32; FRAME], customer: &[f32; FRAME]) -> Leak {
        if !self.config.enabled {
            return Leak::default();
        }
        let (agent, customer) = (self.agent.halve(agent), self.customer.halve(customer));
        let Some(explained) = self.coupling.step(&agent, &customer) else {
            for hop in agent.chunks_exact(HALF_HOP) {
                self.follow_noise(mean_square(hop.iter().copied()));
            }
            return Leak { bleeds: self.bleeds, ..Leak::default() };
        };
        let is_new = self.frames < GAIN_FRAMES;
        let left_over = if is_new { LEFT_OVER_FIRST } else { LEFT_OVER };
        let mut shares = 0.0;
        let hops: [Option<f32>; HOPS] = std::array::from_fn(|i| {
            let hop = i * HALF_HOP..(i + 1) * HALF_HOP;
            let (agent, leak) = (&agent[hop.clone()], &explained.leak[hop]);
            let power = mean_square(agent.iter().copied());
            let left = mean_square(agent.iter().zip(leak).map(|(agent, leak)| agent - leak));
            let leak = mean_square(leak.iter().copied()) + DOUBT * explained.unsure;
            shares += (power - left) / power.max(left).max(LEAST_NOISE);
            self.follow_noise(left.min(power));
            let own = left > (ABOVE_NOISE * self.noise).max(left_over * leak);
            let below_db = || Dbfs::from_mean_square(left).0 - Dbfs::from_mean_square(power).0;
            (leak > SHARE * power && !own).then(|| below_db().min(0.0))
        });
        self.judge(&explained, shares / HOPS as f32);
        let leaks = self.frames < GAIN_FRAMES || self.share > COUPLED;
        Leak { hops: if leaks { hops } else { [None; HOPS] }, bleeds: self.bleeds }
    }

    fn follow_noise(&mut self, power: f32) {
        self.noise = if power < self.noise {
            0.8 * self.noise + 0.2 * power
        } else {
            self.noise * NOISE_RISE
        };
        self.noise = self.noise.clamp(LEAST_NOISE, power.max(LEAST_NOISE));
    }

    /// Follows how loud the leak is, and whether there is one: of a frame, `share` is explained.
    fn judge(&mut self, explained: &Explained, share: f32) {
        if explained.source < GAIN_SOURCE {
            return;
        }
        let follow = |slot: &mut f32, value: f32| *slot += (1.0 - GAIN_KEPT) * (value - *slot);
        follow(&mut self.leak, mean_square(explained.leak.iter().copied()));
        follow(&mut self.source, explained.source);
        follow(&mut self.share, share);
        self.frames = self.frames.saturating_add(1);
        let gain_db = 10.0 * (self.leak / self.source).log10();
        let hysteresis = if self.bleeds { GAIN_HYSTERESIS_DB } else { 0.0 };
        self.bleeds = self.frames >= GAIN_FRAMES
            && self.share > COUPLED
            && gain_db > self.config.bleed_db - hysteresis;
    }
}

fn mean_square(samples: impl ExactSizeIterator<Item = f32>) -> f32 {
    let count = samples.len() as f32;
    samples.map(|x| x * x).sum::<f32>() / count
}

/// Taps of the low-pass before every second sample is dropped.
const TAPS: usize = 31;

/// Halves the rate: 16 to 8 kHz. A telephone carries no more, and a leak little.
struct Halver {
    taps: [f32; TAPS],
    last: [f32; TAPS - 1],
}

impl Default for Halver {
    fn default() -> Self {
        // A sinc that cuts at 3.8 kHz, in a Hann window.
        let taps: [f32; TAPS] = std::array::from_fn(|i| {
            use std::f32::consts::PI;
            let x = i as f32 - (TAPS / 2) as f32;
            let cut = 3_800.0 / 8_000.0;
            let sinc = if x == 0.0 { cut } else { (PI * cut * x).sin() / (PI * x) };
            sinc * (0.5 + 0.5 * (PI * x / (TAPS / 2 + 1) as f32).cos())
        });
        Halver { taps, last: [0.0; TAPS - 1] }
    }
}

impl Halver {
    fn halve(&mut self, frame: &[f32; FRAME]) -> [f32; BLOCK] {
        let mut samples = [0.0; FRAME + TAPS - 1];
        samples[..TAPS - 1].copy_from_slice(&self.last);
        samples[TAPS - 1..].copy_from_slice(frame);
        self.last.copy_from_slice(&frame[FRAME - (TAPS - 1)..]);
        std::array::from_fn(|i| {
            samples[2 * i..2 * i + TAPS].iter().zip(&self.taps).map(|(x, tap)| x * tap).sum()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noise that goes up and down like syllables, −20 dBFS at its loudest.
    fn babble(seed: u64, frames: usize) -> Vec<[f32; FRAME]> {
        let mut state = seed;
        let mut sample = |i: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let uniform = (state >> 40) as f32 / (1u32 << 23) as f32 - 1.0;
            let syllable = (i as f32 / 2_000.0 + seed as f32).sin().powi(2);
            0.17 * uniform * syllable
        };
        (0..frames).map(|f| std::array::from_fn(|i| sample(f * FRAME + i))).collect()
    }

    /// The agent's channel: its own voice, and the customer's with `gain`, 10 frames of 16 kHz
    /// later.
    fn mixed(own: &[[f32; FRAME]], customer: &[[f32; FRAME]], gain: f32) -> Vec<[f32; FRAME]> {
        let customer: Vec<f32> = customer.iter().flatten().copied().collect();
        let delayed = |at: usize| at.checked_sub(10).map_or(0.0, |at| gain * customer[at]);
        let frame = |(f, own): (usize, &[f32; FRAME])| {
            std::array::from_fn(|i| own[i] + delayed(f * FRAME + i))
        };
        own.iter().enumerate().map(frame).collect()
    }

    /// Share of the hops from the fourth second on that are leak, and whether it bleeds.
    fn listen(agent: &[[f32; FRAME]], customer: &[[f32; FRAME]]) -> (f64, bool) {
        let mut gate = LeakGate::new(&LeakConfig::default());
        let leaks: Vec<Leak> = agent.iter().zip(customer).map(|(a, c)| gate.step(a, c)).collect();
        let hops = leaks[125..].iter().flat_map(|leak| leak.hops);
        let count = hops.clone().filter(Option::is_some).count();
        (count as f64 / hops.count() as f64, leaks.last().unwrap().bleeds)
    }

    #[test]
    fn a_leak_is_told_from_a_voice() {
        let (customer, voice) = (babble(1, 250), babble(2, 250));
        let silent = vec![[0.0; FRAME]; 250];
        for gain_db in [-10.0, -20.0, -30.0] {
            let gain = 10f32.powf(gain_db / 20.0);
            let (share, bleeds) = listen(&mixed(&silent, &customer, gain), &customer);
            assert!(share > 0.95 && !bleeds, "{share} at {gain_db} dB");
            let (share, bleeds) = listen(&mixed(&voice, &customer, gain), &customer);
            assert!(share < 0.3 && !bleeds, "{share} with a voice, at {gain_db} dB");
        }
    }

    #[test]
    fn a_loud_leak_bleeds() {
        let customer = babble(1, 250);
        let silent = vec![[0.0; FRAME]; 250];
        assert!(listen(&mixed(&silent, &customer, 0.7), &customer).1);
        assert!(!listen(&mixed(&silent, &customer, 0.4), &customer).1);
    }

    #[test]
    fn without_a_leak_all_is_the_agents() {
        let (customer, voice) = (babble(1, 250), babble(2, 250));
        let silent = vec![[0.0; FRAME]; 250];
        assert_eq!(listen(&voice, &silent), (0.0, false));
        assert_eq!(listen(&voice, &customer), (0.0, false));
        let off = LeakConfig { enabled: false, ..LeakConfig::default() };
        let mut gate = LeakGate::new(&off);
        let copies = customer.iter().map(|frame| gate.step(frame, frame));
        assert!(copies.into_iter().all(|leak| leak == Leak::default()));
    }
}
