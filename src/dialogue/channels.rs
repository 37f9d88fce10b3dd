//! Whether the two channels are two voices: the same audio in both is found out here, at the
//! start of a call or later, as when a sound server has moved a stream to another source.

use std::collections::VecDeque;

use crate::speech::span::HOPS;

/// A hop is compared when one channel at least is above this.
const ACTIVE_DBFS: f32 = -50.0;
/// So much activity is compared at a time: 1.5 s of hops.
const COMPARED: usize = 188;
/// Two voices differ by far more than this; a copy, even at another volume, by less. Standard
/// deviation.
const SAME_DB: f32 = 0.5;
/// A voice goes up and down by more than this: steady tones are no sign of a copy. Standard
/// deviation.
const LIVELY_DB: f32 = 2.0;
/// After so much activity without likeness the channels are two again: 3 s of hops.
const APART: usize = 375;

/// Compares the levels of both channels over the last seconds of activity.
#[derive(Default)]
pub struct ChannelCheck {
    /// The last active hops: the levels in both channels, in dBFS.
    levels: VecDeque<(f32, f32)>,
    /// Active hops since the channels were last alike.
    apart: usize,
    same: bool,
}

impl ChannelCheck {
    /// Takes the levels of the same frame in both channels, in dBFS. Returns whether they
    /// carry the same audio, when that has changed.
    pub fn step(&mut self, agent_db: &[f32; HOPS], customer_db: &[f32; HOPS]) -> Option<bool> {
        let before = self.levels.len();
        let mut active = 0;
        for (&agent, &customer) in agent_db.iter().zip(customer_db) {
            if agent.max(customer) > ACTIVE_DBFS {
                self.levels.push_back((agent, customer));
                active += 1;
            }
        }
        self.levels.drain(..(before + active).saturating_sub(COMPARED));
        if active == 0 {
            return None;
        }
        self.apart = if self.are_alike() { 0 } else { self.apart + active };
        let same = if self.same { self.apart < APART } else { self.apart == 0 };
        (same != self.same).then(|| {
            self.same = same;
            same
        })
    }

    /// Whether both channels carry the same audio, as far as is known.
    pub fn same(&self) -> bool {
        self.same
    }

    fn are_alike(&self) -> bool {
        let levels = || self.levels.iter().copied();
        self.levels.len() == COMPARED
            && deviation(levels().map(|(agent, customer)| agent - customer)) < SAME_DB
            && deviation(levels().map(|(agent, _)| agent)) > LIVELY_DB
    }
}

/// Standard deviation.
fn deviation(values: impl ExactSizeIterator<Item = f32> + Clone) -> f32 {
    let count = values.len() as f32;
    let mean = values.clone().sum::<f32>() / count;
    (values.map(|value| (value - mean).powi(2)).sum::<f32>() / count).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(i: u32) -> f32 {
        -20.0 - 15.0 * (i as f32 * 0.7).sin()
    }

    /// Frames of the levels that `channels` gives; returns what was told, and in which frame.
    fn told(
        check: &mut ChannelCheck,
        frames: std::ops::Range<u32>,
        channels: impl Fn(u32) -> (f32, f32),
    ) -> Vec<(u32, bool)> {
        let step = |i| {
            let (agent, customer) = channels(i);
            check.step(&[agent; HOPS], &[customer; HOPS]).map(|same| (i, same))
        };
        frames.filter_map(step).collect()
    }

    #[test]
    fn a_copy_is_found_at_any_volume() {
        let mut check = ChannelCheck::default();
        // 1.5 s are 47 frames.
        assert_eq!(told(&mut check, 0..200, |i| (level(i), level(i) - 9.0)), [(46, true)]);
    }

    #[test]
    fn two_voices_are_not_a_copy() {
        let mut check = ChannelCheck::default();
        assert_eq!(told(&mut check, 0..200, |i| (level(i), level(i + 3))), []);
        assert_eq!(told(&mut check, 200..400, |i| (level(i), -90.0)), []);
        // The line's tone, and noise on the other side.
        assert_eq!(told(&mut check, 400..600, |_| (-60.0, -20.0)), []);
    }

    #[test]
    fn a_copy_is_found_late_in_the_call_and_its_end_too() {
        let mut check = ChannelCheck::default();
        assert_eq!(told(&mut check, 0..200, |i| (level(i), level(i + 3))), []);
        assert_eq!(told(&mut check, 200..300, |i| (level(i), level(i))), [(246, true)]);
        // Pauses don't count: neither alike nor apart.
        assert_eq!(told(&mut check, 300..600, |_| (-70.0, -70.0)), []);
        let apart = told(&mut check, 600..800, |i| (level(i), level(i + 3)));
        assert_eq!(apart, [(693, false)]);
    }
}
