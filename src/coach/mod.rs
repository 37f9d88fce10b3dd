//! When to prompt the agent, with what, and what came of it.
//!
//! What is measured at a moment is the [`Situation`], as the [`scene`] shows it; what has happened before is the [`memory`],
//! which follows the events of the log. [`finding`] holds the rules, which are data
//! ([`crate::config::rules`]), against both; [`discipline`] says whether a prompt may be shown, and
//! [`outcome`] what happened in the seconds after. The [`ledger`] says what
//! the call comes to: the [`scorecard`] how each practice stands, [`recovery`] how it came back from
//! trouble; [`flags`] are the
//! moments for the coach.
//!
//! Nothing here knows audio: the same rules can be held against a log.

pub mod discipline;
pub mod finding;
pub mod flags;
pub mod ledger;
pub mod memory;
pub mod outcome;
pub mod recovery;
pub mod scene;
pub mod scorecard;

use crate::config::rules::fact::Measured;
use crate::dialogue::floor::{Turn, UnderWay};
use crate::dialogue::overlap::Running;
use crate::event::Bearing;
use crate::tone::heat::HeatNow;
use crate::units::{CallTime, Party};

/// What the agent does about prompts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// No prompts for a while.
    Snooze,
    /// The last prompt was wrong.
    Wrong,
}

/// What the coach knows of one moment.
#[derive(Clone, Debug, Default)]
pub struct Situation {
    /// The moment.
    pub now: CallTime,
    /// Speech under way.
    pub under_way: UnderWay,
    /// The overlap under way.
    pub overlap: Option<Running>,
    /// Whose turn it is.
    pub turn: Option<Turn>,
    /// Seconds for which nobody has spoken.
    pub dead_air_secs: f64,
    /// Seconds for which the customer has held the floor without a sound from the agent.
    pub unanswered_secs: f64,
    /// Seconds since the customer's turn ended, while the agent has not answered.
    pub answer_gap_secs: f64,
    /// How the agent speaks.
    pub bearing: Bearing,
    /// The customer's heat, where it is followed.
    pub heat: Option<HeatNow>,
    /// Whether words of the agent are still on their way.
    pub agent_words_awaited: bool,
}

/// Up to so many times their own pace, and so far above their own level, an agent speaks evenly: where
/// the rules for these begin to prompt.
const EVEN_PACE_RATIO: f64 = 1.3;
const EVEN_LEVEL_LU: f64 = 5.0;
/// Heat that can be trusted less than this is not known.
pub const MIN_CONFIDENCE: f32 = 0.5;

impl Situation {
    /// Whether the agent is speaking.
    pub fn agent_speaks(&self) -> bool {
        self.under_way.agent.is_some()
    }

    /// Whether the agent, who is speaking, keeps near their own pace and level.
    pub fn is_even(&self) -> bool {
        let near = |fact, limit| self.measured(fact).is_none_or(|value| value < limit);
        near(Measured::PaceRatio, EVEN_PACE_RATIO) && near(Measured::LevelLu, EVEN_LEVEL_LU)
    }

    /// What a rule can measure; `None` where it is not known.
    pub fn measured(&self, fact: Measured) -> Option<f64> {
        let bearing = || Some(&self.bearing).filter(|_| self.agent_speaks());
        let pace = || bearing()?.turn_pace_wpm.map(f64::from);
        let heat = || self.heat.filter(|heat| heat.confidence >= MIN_CONFIDENCE);
        match fact {
            Measured::OverlapSecs => {
                let cuts_in = self.overlap.filter(|o| o.by == Party::Agent && o.cuts_in);
                Some(cuts_in.map_or(0.0, |overlap| overlap.secs))
            }
            Measured::DeadAirSecs => Some(self.dead_air_secs),
            Measured::UnansweredSecs => Some(self.unanswered_secs),
            Measured::AnswerGapSecs => Some(self.answer_gap_secs),
            Measured::PaceWpm => pace(),
            Measured::PaceRatio => Some(pace()? / f64::from(self.bearing.own_pace_wpm).max(1.0)),
            Measured::LevelLu => bearing()?.level_lu.map(f64::from),
            Measured::PitchSt => bearing()?.pitch_st.map(f64::from),
            Measured::Heat => heat().map(|heat| heat.value.into()),
            Measured::HeatRise => heat().map(|heat| heat.rise.into()),
            // Not of one moment: the coach knows.
            Measured::Recovered => None,
        }
    }
}

/// To three decimals, as the log has numbers.
pub fn round(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}
