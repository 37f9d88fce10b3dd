//! The rules: when a prompt would be right, and why.

use super::Situation;
use crate::config::RulesConfig;
use crate::config::rules::CueSettings;
use crate::event::Evidence;
use crate::units::Party;

/// The rules, the more urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The agent cuts in and keeps talking.
    LetThemFinish,
    /// The agent's pace runs away.
    StayCalm,
    /// Nobody speaks.
    KeepThemPosted,
    /// The customer talks for long and hears nothing.
    ShowListening,
}

/// What a rule found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Why, in a sentence.
    pub why: String,
    /// The numbers, thresholds included.
    pub evidence: Evidence,
}

impl Rule {
    /// All rules, the more urgent first.
    pub const ALL: [Rule; 4] =
        [Rule::LetThemFinish, Rule::StayCalm, Rule::KeepThemPosted, Rule::ShowListening];

    /// The rule's name, which is that of the practice it asks for.
    pub fn name(self) -> &'static str {
        match self {
            Rule::LetThemFinish => "let-them-finish",
            Rule::StayCalm => "stay-calm",
            Rule::KeepThemPosted => "keep-them-posted",
            Rule::ShowListening => "show-listening",
        }
    }

    /// What is set for it.
    pub fn settings(self, config: &RulesConfig) -> &CueSettings {
        match self {
            Rule::LetThemFinish => &config.let_them_finish.cue,
            Rule::StayCalm => &config.stay_calm.cue,
            Rule::KeepThemPosted => &config.keep_them_posted.cue,
            Rule::ShowListening => &config.show_listening.cue,
        }
    }

    /// For how long the rule must find something before it may prompt, in seconds.
    pub fn on_delay_secs(self, config: &RulesConfig) -> f64 {
        match self {
            Rule::StayCalm => config.stay_calm.hold_secs,
            // Their thresholds are delays already.
            Rule::LetThemFinish | Rule::KeepThemPosted | Rule::ShowListening => 0.0,
        }
    }

    /// Whether the prompt is about what the agent is saying, and so may come while they
    /// speak; the others wait until the agent has ended.
    pub fn about_agents_speech(self) -> bool {
        match self {
            Rule::LetThemFinish | Rule::StayCalm => true,
            Rule::KeepThemPosted | Rule::ShowListening => false,
        }
    }

    /// What the rule finds now; `was_on` is whether it found something a moment ago, which
    /// makes it slower to let go.
    pub fn find(self, now: &Situation, config: &RulesConfig, was_on: bool) -> Option<Finding> {
        match self {
            Rule::LetThemFinish => {
                let rule = &config.let_them_finish;
                let overlap = now.overlap.filter(|o| o.by == Party::Agent && o.cuts_in)?;
                (overlap.secs >= rule.overlap_secs).then(|| Finding {
                    why: format!(
                        "You started while the customer was speaking, and both have spoken for {:.1} s.",
                        overlap.secs
                    ),
                    evidence: vec![
                        ("overlap_secs", round(overlap.secs)),
                        ("threshold_secs", rule.overlap_secs),
                        ("since_secs", round(overlap.start.secs())),
                    ],
                })
            }
            Rule::StayCalm => {
                let rule = &config.stay_calm;
                now.agent_speaks().then_some(())?;
                let pace = now.agent_pace_wpm?;
                let own = now.agent_baseline_wpm;
                let threshold =
                    (own.unwrap_or(rule.typical_wpm) * rule.pace_ratio).max(rule.pace_min_wpm);
                let lets_go = if was_on { 0.92 } else { 1.0 };
                (pace >= threshold * lets_go).then(|| Finding {
                    why: match own {
                        Some(own) => format!(
                            "You speak about {pace:.0} words a minute; in this call so far it was {own:.0}."
                        ),
                        None => format!("You speak about {pace:.0} words a minute."),
                    },
                    evidence: vec![
                        ("pace_wpm", round(pace)),
                        ("baseline_wpm", round(own.unwrap_or(rule.typical_wpm))),
                        ("threshold_wpm", round(threshold)),
                    ],
                })
            }
            Rule::KeepThemPosted => {
                let threshold = config.keep_them_posted.dead_air_secs;
                (now.dead_air_secs >= threshold).then(|| Finding {
                    why: format!("Nobody has spoken for {:.0} s.", now.dead_air_secs),
                    evidence: vec![
                        ("dead_air_secs", round(now.dead_air_secs)),
                        ("threshold_secs", threshold),
                    ],
                })
            }
            Rule::ShowListening => {
                let threshold = config.show_listening.unanswered_secs;
                (now.unanswered_secs >= threshold).then(|| Finding {
                    why: format!(
                        "The customer has spoken for {:.0} s and has not heard you.",
                        now.unanswered_secs
                    ),
                    evidence: vec![
                        ("unanswered_secs", round(now.unanswered_secs)),
                        ("threshold_secs", threshold),
                    ],
                })
            }
        }
    }
}

/// To three decimals, as the log has numbers.
pub fn round(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}
