//! What came of a cue: whether the agent did what it asked for, so that rules that never
//! help can be found.

use super::Situation;
use super::rules::{Rule, round};
use crate::config::RulesConfig;
use crate::event::{Evidence, Outcome};
use crate::units::{CallTime, Party};

/// An agent who stops within this time of the prompt has let the customer finish.
const STOPS_WITHIN_SECS: f64 = 2.0;
/// Pace is judged on at least this much speech after the prompt.
const PACE_AFTER_SECS: f64 = 3.0;

/// Watches the seconds after one cue.
pub struct Watch {
    id: u32,
    rule: Rule,
    since: CallTime,
    window_secs: f64,
    /// When the agent was first seen to do what was asked.
    done_at: Option<CallTime>,
    /// When the moment passed by itself.
    passed_at: Option<CallTime>,
    /// When the agent did the opposite again.
    relapsed_at: Option<CallTime>,
    spoke_secs: f64,
    last_step: CallTime,
    slowest_wpm: Option<f64>,
}

impl Watch {
    /// Watches `rule`'s cue number `id`, shown now, for `window_secs`.
    pub fn new(id: u32, rule: Rule, now: &Situation, window_secs: f64) -> Self {
        Watch {
            id,
            rule,
            since: now.now,
            window_secs,
            done_at: None,
            passed_at: None,
            relapsed_at: None,
            spoke_secs: 0.0,
            last_step: now.now,
            slowest_wpm: None,
        }
    }

    /// Number of the cue watched.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The rule whose cue is watched.
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// Whether the agent has done what was asked, or the moment has passed.
    pub fn is_settled(&self) -> bool {
        self.done_at.is_some() || self.passed_at.is_some()
    }

    /// Takes the situation; returns the outcome once the time is over.
    pub fn step(&mut self, now: &Situation, rules: &RulesConfig) -> Option<(Outcome, Evidence)> {
        let secs = now.now.secs_since(self.since);
        if secs > self.window_secs {
            return Some(self.finish(now.now));
        }
        if now.agent_speaks() {
            self.spoke_secs += now.now.secs_since(self.last_step);
        }
        self.last_step = now.now;
        match self.rule {
            Rule::LetThemFinish => {
                let talks_over = now.overlap.filter(|o| o.by == Party::Agent && o.cuts_in);
                if now.under_way.agent.is_none() && secs <= STOPS_WITHIN_SECS {
                    self.done_at.get_or_insert(now.now);
                }
                let again = |start: CallTime| start > self.since;
                if talks_over
                    .is_some_and(|o| again(o.start) && o.secs >= rules.let_them_finish.overlap_secs)
                {
                    self.relapsed_at.get_or_insert(now.now);
                }
            }
            Rule::StayCalm => {
                // A pace that still holds what was said before the prompt tells nothing.
                if let Some(pace) = now.agent_pace_wpm.filter(|_| self.spoke_secs > PACE_AFTER_SECS)
                {
                    self.slowest_wpm = Some(self.slowest_wpm.map_or(pace, |slow| slow.min(pace)));
                    if self.rule.find(now, rules, true).is_none() {
                        self.done_at.get_or_insert(now.now);
                    }
                }
            }
            Rule::KeepThemPosted => {
                if now.under_way.customer.is_some() && self.done_at.is_none() {
                    self.passed_at.get_or_insert(now.now);
                }
                if now.agent_speaks() && self.passed_at.is_none() {
                    self.done_at.get_or_insert(now.now);
                }
            }
            Rule::ShowListening => {
                let still_theirs = now.turn.is_some_and(|t| t.party == Party::Customer);
                if now.agent_speaks() && still_theirs {
                    self.done_at.get_or_insert(now.now);
                }
                if !still_theirs && self.done_at.is_none() {
                    self.passed_at.get_or_insert(now.now);
                }
            }
        }
        None
    }

    /// The outcome as far as it is known now.
    pub fn finish(&self, now: CallTime) -> (Outcome, Evidence) {
        let after = |at: Option<CallTime>| at.map(|at| round(at.secs_since(self.since)));
        let outcome = match self.rule {
            _ if self.done_at.is_some() && self.relapsed_at.is_none() => Outcome::Heeded,
            // The customer had to break the silence.
            Rule::KeepThemPosted if self.passed_at.is_some() => Outcome::Ignored,
            Rule::ShowListening if self.passed_at.is_some() => Outcome::Expired,
            // Too little was said after it to tell.
            Rule::StayCalm if self.slowest_wpm.is_none() => Outcome::Expired,
            Rule::LetThemFinish | Rule::StayCalm | Rule::KeepThemPosted | Rule::ShowListening => {
                Outcome::Ignored
            }
        };
        let mut evidence = vec![("watched_secs".into(), round(now.secs_since(self.since)))];
        for (name, value) in [
            ("done_after_secs", after(self.done_at)),
            ("passed_after_secs", after(self.passed_at)),
            ("again_after_secs", after(self.relapsed_at)),
            ("slowest_wpm", self.slowest_wpm.map(round)),
        ] {
            evidence.extend(value.map(|value| (name.into(), value)));
        }
        (outcome, evidence)
    }
}
