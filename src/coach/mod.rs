//! When to prompt the agent, with what, and what came of it.
//!
//! [`rules`] say when a prompt would be right, [`discipline`] whether it may be shown, and
//! [`outcome`] what happened in the seconds after. All three see only the [`Situation`].

pub mod discipline;
pub mod outcome;
pub mod rules;

use crate::dialogue::floor::{Turn, UnderWay};
use crate::dialogue::overlap::Running;
use crate::tone::heat::HeatNow;
use crate::units::CallTime;

/// What the agent does about prompts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// No prompts for a while.
    Snooze,
    /// The last prompt was wrong.
    Wrong,
}

/// What the coach knows at one moment.
#[derive(Clone, Debug)]
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
    /// The agent's pace in their turn, over the rule's window, in words a minute.
    pub agent_pace_wpm: Option<f64>,
    /// The agent's own pace over the call, once it can be trusted.
    pub agent_baseline_wpm: Option<f64>,
    /// How much louder the agent speaks than in this call so far, over the last three seconds of
    /// speech. LU.
    pub agent_level_lu: Option<f32>,
    /// How much higher, in semitones.
    pub agent_pitch_st: Option<f32>,
    /// The customer's heat, where it is followed.
    pub heat: Option<HeatNow>,
}

impl Situation {
    /// Whether the agent is speaking.
    pub fn agent_speaks(&self) -> bool {
        self.under_way.agent.is_some()
    }
}
