//! Whether the two channels are two voices: the same audio in both is found out here.

use crate::speech::span::HOPS;

/// Levels are compared while one channel at least is above this.
const ACTIVE_DBFS: f32 = -50.0;
/// So much activity is compared before judging: 3 s of frames.
const FRAMES: u32 = 94;
/// Two voices differ by far more than this; a copy, even at another volume, by less.
const SAME_DB: f32 = 0.5;

/// Compares the levels of both channels over the first seconds of activity.
#[derive(Default)]
pub struct ChannelCheck {
    frames: u32,
    sum_db: f64,
    sum_square_db: f64,
    compared: u32,
    told: bool,
}

impl ChannelCheck {
    /// Takes the levels of the same frame in both channels, in dBFS. Returns `true`, once,
    /// when they turn out to carry the same audio.
    pub fn step(&mut self, agent_db: &[f32; HOPS], customer_db: &[f32; HOPS]) -> bool {
        if self.told || self.frames >= FRAMES {
            return false;
        }
        let loudest = agent_db.iter().chain(customer_db).copied().fold(f32::MIN, f32::max);
        if loudest < ACTIVE_DBFS {
            return false;
        }
        self.frames += 1;
        for (a, c) in agent_db.iter().zip(customer_db) {
            let difference = f64::from(a - c);
            self.sum_db += difference;
            self.sum_square_db += difference * difference;
            self.compared += 1;
        }
        if self.frames < FRAMES {
            return false;
        }
        let mean = self.sum_db / f64::from(self.compared);
        let variance = self.sum_square_db / f64::from(self.compared) - mean * mean;
        self.told = variance.max(0.0).sqrt() < f64::from(SAME_DB);
        self.told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(i: u32) -> f32 {
        -20.0 - 15.0 * (i as f32 * 0.7).sin()
    }

    #[test]
    fn a_copy_is_found_at_any_volume() {
        let mut check = ChannelCheck::default();
        let found = (0..200).filter(|&i| check.step(&[level(i); 4], &[level(i) - 9.0; 4])).count();
        assert_eq!(found, 1);
    }

    #[test]
    fn two_voices_are_not_a_copy() {
        let mut check = ChannelCheck::default();
        assert!((0..200).all(|i| !check.step(&[level(i); 4], &[level(i + 3); 4])));
        let mut check = ChannelCheck::default();
        assert!((0..200).all(|i| !check.step(&[level(i); 4], &[-90.0; 4])));
    }
}
