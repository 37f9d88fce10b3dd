//! What a call comes to: what has happened, how each practice stands, how trouble ended. A fold
//! over the events, so that a log can be summed up again wherever it was cut off.

use super::Situation;
use super::finding::Known;
use super::memory::Memory;
use super::recovery::Trouble;
use super::scorecard::Scorecard;
use crate::config::rules::{Doubted, Need, RuleSet};
use crate::event::{Body, Summary};

/// Follows the events of a call.
#[derive(Default)]
pub struct Ledger {
    memory: Memory,
    trouble: Trouble,
    scorecard: Scorecard,
}

impl Ledger {
    /// Takes the next event of the log.
    pub fn observe(&mut self, body: &Body) {
        self.memory.observe(body);
        self.trouble.observe(body);
        self.scorecard.observe(body);
    }

    /// What has happened.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// All that a rule can look at, at the moment of `now`.
    pub fn known<'a>(&'a self, now: &'a Situation) -> Known<'a> {
        Known { now, memory: &self.memory, recovered: self.trouble.is_over() }
    }

    /// Completes the numbers of the call, which is over at `now`, as far as what is `doubted` allows; not of a
    /// mono mix, in which nobody knows who did what.
    pub fn close(
        &self,
        now: &Situation,
        rules: &RuleSet,
        doubted: &Doubted,
        summary: &mut Summary,
    ) {
        if !summary.mono {
            summary.scorecard = self.scorecard.marks(self.known(now), rules, doubted);
            // Whether anybody helped is not known where not all was heard.
            if ![Need::Parties, Need::Heard, Need::Words].iter().any(|need| doubted.has(*need)) {
                summary.recovery = self.trouble.recovery();
            }
        }
    }
}
