//! The rules: when a prompt would be right, and why.

use super::Situation;
use crate::config::RulesConfig;
use crate::config::rules::{CueSettings, StayCalmRule};
use crate::event::Evidence;
use crate::units::Party;

/// The rules, the more urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The agent cuts in and keeps talking.
    LetThemFinish,
    /// The agent's pace or voice runs away, or the customer's heat rises.
    StayCalm,
    /// Nobody speaks.
    KeepThemPosted,
    /// The customer talks for long and hears nothing.
    ShowListening,
}

/// What a rule found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What the agent reads, where it is not the rule's usual text.
    pub text: Option<String>,
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
                    text: None,
                    why: format!(
                        "You started while the customer was speaking, and both have spoken for {:.1} s.",
                        overlap.secs
                    ),
                    evidence: vec![
                        ("overlap_secs".into(), round(overlap.secs)),
                        ("threshold_secs".into(), rule.overlap_secs),
                        ("since_secs".into(), round(overlap.start.secs())),
                    ],
                })
            }
            Rule::StayCalm => {
                let rule = &config.stay_calm;
                let lets_go = if was_on { LETS_GO } else { 1.0 };
                pace_runs_away(now, rule, lets_go)
                    .or_else(|| voice_is_raised(now, rule, lets_go as f32))
                    .or_else(|| heat_rises(now, rule, lets_go as f32))
            }
            Rule::KeepThemPosted => {
                let threshold = config.keep_them_posted.dead_air_secs;
                (now.dead_air_secs >= threshold).then(|| Finding {
                    text: None,
                    why: format!("Nobody has spoken for {:.0} s.", now.dead_air_secs),
                    evidence: vec![
                        ("dead_air_secs".into(), round(now.dead_air_secs)),
                        ("threshold_secs".into(), threshold),
                    ],
                })
            }
            Rule::ShowListening => {
                let threshold = config.show_listening.unanswered_secs;
                (now.unanswered_secs >= threshold).then(|| Finding {
                    text: None,
                    why: format!(
                        "The customer has spoken for {:.0} s and has not heard you.",
                        now.unanswered_secs
                    ),
                    evidence: vec![
                        ("unanswered_secs".into(), round(now.unanswered_secs)),
                        ("threshold_secs".into(), threshold),
                    ],
                })
            }
        }
    }
}

/// A rule lets go at so much of its threshold.
const LETS_GO: f64 = 0.92;
/// Heat that can be trusted less than this makes no cue.
const MIN_CONFIDENCE: f32 = 0.5;

fn pace_runs_away(now: &Situation, rule: &StayCalmRule, lets_go: f64) -> Option<Finding> {
    now.agent_speaks().then_some(())?;
    let pace = now.agent_pace_wpm?;
    let own = now.agent_baseline_wpm;
    let threshold = (own.unwrap_or(rule.typical_wpm) * rule.pace_ratio).max(rule.pace_min_wpm);
    (pace >= threshold * lets_go).then(|| Finding {
        text: None,
        why: match own {
            Some(own) => format!(
                "You speak about {pace:.0} words a minute; in this call so far it was {own:.0}."
            ),
            None => format!("You speak about {pace:.0} words a minute."),
        },
        evidence: vec![
            ("pace_wpm".into(), round(pace)),
            ("baseline_wpm".into(), round(own.unwrap_or(rule.typical_wpm))),
            ("threshold_wpm".into(), round(threshold)),
        ],
    })
}

fn voice_is_raised(now: &Situation, rule: &StayCalmRule, lets_go: f32) -> Option<Finding> {
    now.agent_speaks().then_some(())?;
    let level = now.agent_level_lu?;
    let pitch = now.agent_pitch_st;
    let louder = level >= rule.level_lu * lets_go;
    let higher = level >= rule.level_lu / 2.0 * lets_go
        && pitch.is_some_and(|pitch| pitch >= rule.pitch_st * lets_go);
    (louder || higher).then(|| {
        let how = if louder { "louder" } else { "louder and higher" };
        let mut evidence: Evidence = vec![
            ("level_lu".into(), round(level.into())),
            ("threshold_lu".into(), round(rule.level_lu.into())),
        ];
        if let Some(pitch) = pitch {
            evidence.push(("pitch_st".into(), round(pitch.into())));
            evidence.push(("threshold_st".into(), round(rule.pitch_st.into())));
        }
        Finding {
            text: Some(rule.voice_text.clone()),
            why: format!("You speak {how} than in this call so far."),
            evidence,
        }
    })
}

fn heat_rises(now: &Situation, rule: &StayCalmRule, lets_go: f32) -> Option<Finding> {
    let heat = now.heat.filter(|heat| heat.confidence >= MIN_CONFIDENCE)?;
    (heat.rise >= rule.heat_rise * lets_go && heat.value >= rule.heat_min * lets_go).then(|| {
        Finding {
            text: Some(rule.heat_text.clone()),
            why: "The customer sounds tenser than a moment ago.".into(),
            evidence: vec![
                ("heat".into(), round(heat.value.into())),
                ("threshold_heat".into(), round(rule.heat_min.into())),
                ("rise".into(), round(heat.rise.into())),
                ("threshold_rise".into(), round(rule.heat_rise.into())),
            ],
        }
    })
}

/// To three decimals, as the log has numbers.
pub fn round(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}
