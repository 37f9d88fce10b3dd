//! What came of a cue: whether the agent did what it asked for, so that rules that never
//! help can be found.

use super::finding::Known;
use super::round;
use crate::config::rules::fact::Happening;
use crate::config::rules::{Heeded, Rule};
use crate::event::{Evidence, Outcome};
use crate::units::{CallTime, Party};

/// An agent who stops within this time of the prompt has let the customer finish.
const STOPS_WITHIN_SECS: f64 = 2.0;
/// Whether the agent has settled is judged on at least this much speech after the prompt.
const SETTLES_AFTER_SECS: f64 = 3.0;
/// And they must stay so for so long: one value can be an estimate that the words have put right.
const SETTLED_SECS: f64 = 1.5;
/// Words that began so shortly before the prompt may be its answer: who speaks is known first.
const WORDS_BEFORE_SECS: f64 = 0.2;

/// Watches the seconds after one cue.
pub struct Watch {
    id: u32,
    rule: usize,
    since: CallTime,
    window_secs: f64,
    /// When the agent was first seen to do what was asked.
    done_at: Option<CallTime>,
    /// Since when they have done it without a break.
    doing_since: Option<CallTime>,
    /// When the moment passed by itself.
    passed_at: Option<CallTime>,
    /// When the agent did the opposite again.
    relapsed_at: Option<CallTime>,
    spoke_secs: f64,
    last_step: CallTime,
    replied: bool,
    slowest_wpm: Option<f32>,
}

impl Watch {
    /// Watches the cue number `id` of the rule at place `rule`, shown now, for `window_secs`.
    pub fn new(id: u32, rule: usize, now: CallTime, window_secs: f64) -> Self {
        Watch {
            id,
            rule,
            since: now,
            window_secs,
            done_at: None,
            doing_since: None,
            passed_at: None,
            relapsed_at: None,
            spoke_secs: 0.0,
            last_step: now,
            replied: false,
            slowest_wpm: None,
        }
    }

    /// Number of the cue watched.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The place of the rule whose cue is watched.
    pub fn rule(&self) -> usize {
        self.rule
    }

    /// Whether the agent has done what was asked, or the moment has passed.
    pub fn is_settled(&self) -> bool {
        self.done_at.is_some() || self.passed_at.is_some()
    }

    /// Takes what is known; returns the outcome once the time is over.
    pub fn step(&mut self, known: Known<'_>, rule: &Rule) -> Option<(Outcome, Evidence)> {
        let now = known.now;
        let secs = now.now.secs_since(self.since);
        if secs > self.window_secs {
            return Some(self.finish(now.now, rule));
        }
        if now.agent_speaks() {
            self.spoke_secs += now.now.secs_since(self.last_step);
        }
        self.last_step = now.now;
        match rule.heeded {
            Heeded::Stops => {
                if now.under_way.agent.is_none() && secs <= STOPS_WITHIN_SECS {
                    self.done_at.get_or_insert(now.now);
                }
                let again = now.overlap.is_some_and(|overlap| overlap.start > self.since);
                if again && known.meets(rule, false) {
                    self.relapsed_at.get_or_insert(now.now);
                }
            }
            Heeded::Settles => {
                // What still holds speech from before the prompt tells nothing, nor does a pause.
                if let Some(pace) = now
                    .bearing
                    .turn_pace_wpm
                    .filter(|_| now.agent_speaks() && self.spoke_secs > SETTLES_AFTER_SECS)
                {
                    self.slowest_wpm = Some(self.slowest_wpm.map_or(pace, |slow| slow.min(pace)));
                    // How the customer feels is not in the agent's hand: how they speak is.
                    let settled = match rule.is_about_heat() {
                        true => now.is_even(),
                        false => !known.goes_on(rule),
                    };
                    let since = *self.doing_since.get_or_insert(now.now);
                    if !settled {
                        self.doing_since = None;
                    } else if now.now.secs_since(since) >= SETTLED_SECS {
                        self.done_at.get_or_insert(since);
                    }
                }
            }
            Heeded::Speaks => {
                if now.under_way.customer.is_some() && self.done_at.is_none() {
                    self.passed_at.get_or_insert(now.now);
                }
                if now.agent_speaks() && self.passed_at.is_none() {
                    self.done_at.get_or_insert(now.now);
                }
            }
            Heeded::Signals => {
                let still_theirs = now.turn.is_some_and(|t| t.party == Party::Customer);
                if now.agent_speaks() && still_theirs {
                    self.done_at.get_or_insert(now.now);
                }
                if !still_theirs && self.done_at.is_none() {
                    self.passed_at.get_or_insert(now.now);
                }
            }
            Heeded::Does => {
                let own = Happening::kept(rule.practice);
                let done = own.iter().chain(&rule.heeded_by);
                let done: Vec<Happening> = done.copied().collect();
                if self.done_at.is_none() && self.said_since(known, &done) {
                    self.done_at = Some(now.now);
                }
                self.replied |= self.said_since(known, &[Happening::REPLY]);
            }
            Heeded::Refrains => {
                let broken: Vec<Happening> = Happening::broken(rule.practice).into_iter().collect();
                if self.relapsed_at.is_none() && self.said_since(known, &broken) {
                    self.relapsed_at = Some(now.now);
                }
                self.replied |= self.said_since(known, &[Happening::REPLY]);
            }
        }
        None
    }

    fn said_since(&self, known: Known<'_>, what: &[Happening]) -> bool {
        let from = CallTime::from_secs((self.since.secs() - WORDS_BEFORE_SECS).max(0.0));
        known.memory.since(what, from, 0.0).next().is_some()
    }

    /// The outcome as far as it is known now.
    pub fn finish(&self, now: CallTime, rule: &Rule) -> (Outcome, Evidence) {
        // The call ended before it could be told.
        let cut_short = now.secs_since(self.since) < self.window_secs && self.relapsed_at.is_none();
        let after = |at: Option<CallTime>| at.map(|at| round(at.secs_since(self.since)));
        let outcome = match rule.heeded {
            _ if self.done_at.is_some() && self.relapsed_at.is_none() => Outcome::Heeded,
            Heeded::Refrains if self.relapsed_at.is_none() && self.replied => Outcome::Heeded,
            // The customer had to break the silence.
            Heeded::Speaks if self.passed_at.is_some() => Outcome::Ignored,
            Heeded::Signals if self.passed_at.is_some() => Outcome::Expired,
            Heeded::Speaks | Heeded::Signals | Heeded::Settles | Heeded::Does if cut_short => {
                Outcome::Expired
            }
            // Too little was said after it to tell.
            Heeded::Settles if self.slowest_wpm.is_none() => Outcome::Expired,
            Heeded::Does if !self.replied => Outcome::Expired,
            Heeded::Refrains if self.relapsed_at.is_none() => Outcome::Expired,
            Heeded::Stops
            | Heeded::Settles
            | Heeded::Speaks
            | Heeded::Signals
            | Heeded::Does
            | Heeded::Refrains => Outcome::Ignored,
        };
        let mut evidence: Evidence =
            vec![("watched_secs".into(), round(now.secs_since(self.since)))];
        for (name, value) in [
            ("done_after_secs", after(self.done_at)),
            ("passed_after_secs", after(self.passed_at)),
            ("again_after_secs", after(self.relapsed_at)),
            ("slowest_wpm", self.slowest_wpm.map(|wpm| round(wpm.into()))),
        ] {
            evidence.extend(value.map(|value| (name.into(), value)));
        }
        (outcome, evidence)
    }
}
