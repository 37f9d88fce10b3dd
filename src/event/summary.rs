//! The call in numbers, as its last event has it.

use crate::units::PerParty;

/// The call in numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Whether both voices are in one channel, so that nothing is known of either party.
    pub mono: bool,
    /// Length of the call in seconds.
    pub duration_secs: f64,
    /// Seconds of speech of each party.
    pub talk_secs: PerParty<f64>,
    /// Seconds with both voices.
    pub overlap_secs: f64,
    /// Seconds in the silences of the log.
    pub silence_secs: f64,
    /// How often each party interrupted.
    pub interruptions: PerParty<u32>,
    /// Median seconds from the end of a customer's turn to the agent's start.
    pub response_gap_median_secs: Option<f64>,
    /// The 90th percentile of the same.
    pub response_gap_p90_secs: Option<f64>,
    /// Longest turn of each party, in seconds.
    pub longest_monologue_secs: PerParty<f64>,
    /// Words a minute of speaking time over the call.
    pub pace_wpm: PerParty<Option<f64>>,
    /// How the words of each party feel; `None` where there were none, or nothing judged them.
    pub sentiment: PerParty<Option<Sentiment>>,
    /// How hot the customer was; `None` where that was not followed.
    pub heat: Option<Heat>,
    /// Each practice that could be judged, and how it stands.
    pub scorecard: Vec<(&'static str, Mark)>,
    /// How the call came back from trouble; `None` where there was none, or nobody could tell.
    pub recovery: Option<Recovery>,
}

/// How a call came back from trouble. Seconds; `None` where it did not come.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Recovery {
    /// When the trouble began, from the start of the call.
    pub onset_secs: f64,
    /// From there to the agent's first sign of having heard it.
    pub acknowledged_secs: Option<f64>,
    /// From there to the first concrete offer.
    pub offered_secs: Option<f64>,
    /// From there until the customer was calm, and stayed so.
    pub settled_secs: Option<f64>,
}

/// How a party's words feel over a call, −5 (bad) to 5 (good), as contact-centre tools report it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sentiment {
    /// Over the whole call.
    pub overall: f64,
    /// Over each quarter of its time; `None` where nothing was said.
    pub quarters: [Option<f64>; 4],
}

/// How hot the customer was over a call, 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Heat {
    /// The highest.
    pub peak: f64,
    /// The mean over their speech.
    pub mean: f64,
    /// The mean over their speech in the last minute; `None` where they said nothing in it.
    pub last_minute: Option<f64>,
}

/// How a practice stands at the end of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It was done.
    Done,
    /// It was called for and didn't come.
    Missed,
    /// The opposite was done.
    Broken,
    /// Nothing called for it.
    NotNeeded,
}
