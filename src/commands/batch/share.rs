//! One of several equal shares of the recordings, for programs that divide the work among
//! themselves without asking each other.

use std::str::FromStr;

use crate::archive::Job;

/// A share: which, and of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// From 1.
    number: usize,
    of: usize,
}

impl Share {
    /// The jobs of this share: every N-th, so that no share gets all the long calls of one hour.
    pub fn of(self, jobs: Vec<Job>) -> Vec<Job> {
        jobs.into_iter().skip(self.number - 1).step_by(self.of).collect()
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Share, String> {
        let share = text.split_once('/').and_then(|(number, of)| {
            Some(Share { number: number.trim().parse().ok()?, of: of.trim().parse().ok()? })
        });
        share
            .filter(|share| (1..=share.of).contains(&share.number))
            .ok_or_else(|| "write it as 3/20: the third of twenty, counted from 1".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::source::{CallFiles, Side};

    #[test]
    fn the_shares_are_all_there_is_and_no_call_is_in_two() {
        let job = |n: usize| {
            Job::of(CallFiles::One { path: format!("{n}.wav").into(), agent: Side::Left })
        };
        let jobs: Vec<Job> = (0..10).map(job).collect();
        let share = |text: &str| text.parse::<Share>().unwrap().of(jobs.clone());
        assert_eq!(share("2/4"), [job(1), job(5), job(9)]);
        assert_eq!(share("1/1"), jobs);
        let all: usize = ["1/4", "2/4", "3/4", "4/4"].iter().map(|text| share(text).len()).sum();
        assert_eq!(all, 10);
        // More programs than calls: the last have nothing to do.
        assert!(share("20/20").is_empty());
        for wrong in ["0/4", "5/4", "1/0", "3", "a/b", "-1/4"] {
            assert!(wrong.parse::<Share>().is_err(), "{wrong}");
        }
    }
}
