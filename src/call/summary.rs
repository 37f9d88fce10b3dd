//! The call in numbers, as the last line of the log has it.

use serde::{Deserialize, Serialize};

use super::names::Name;
use super::record::thousandths;
use crate::event::Summary;
use crate::units::PerParty;

/// Seconds of something and their share of the call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ShareRecord {
    /// Seconds.
    pub seconds: f64,
    /// Share of the call, 0 to 1.
    pub share: f64,
}

/// The call in numbers. What is null could not be told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SummaryRecord {
    /// Length of the call in seconds.
    pub duration: f64,
    /// Speech of each party; null in a mono mix.
    pub talk: Option<PerParty<ShareRecord>>,
    /// Both at once.
    pub overlap: ShareRecord,
    /// Nobody, for 3 s or more.
    pub silence: ShareRecord,
    /// How often each party cut in; null in a mono mix.
    pub interruptions: Option<PerParty<u32>>,
    /// Seconds from the end of a customer's turn to the agent's start.
    pub response_gap: Option<ResponseGapRecord>,
    /// Seconds of each party's longest turn; null in a mono mix.
    pub longest_monologue: Option<PerParty<f64>>,
    /// Words a minute of speaking time.
    pub pace: Option<PerParty<Option<f64>>>,
    /// How each party's words feel; null where no words were judged.
    pub sentiment: Option<PerParty<Option<SentimentRecord>>>,
    /// How hot the customer was; null where that was not followed.
    pub heat: Option<HeatRecord>,
    /// How each practice that could be judged stands.
    pub scorecard: serde_json::Map<String, serde_json::Value>,
    /// How the call came back from trouble; null where there was none.
    pub recovery: Option<RecoveryRecord>,
}

/// Seconds from the end of a customer's turn to the agent's start; may be negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResponseGapRecord {
    /// Half are shorter.
    pub median: f64,
    /// Nine in ten are shorter.
    pub p90: f64,
}

/// How a party's words feel, −5 to 5.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SentimentRecord {
    /// Over the whole call.
    pub overall: f64,
    /// Over each quarter of its time; null where nothing was said.
    pub quarters: [Option<f64>; 4],
}

/// How hot the customer was, 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HeatRecord {
    /// The highest.
    pub peak: f64,
    /// The mean over their speech.
    pub mean: f64,
    /// The mean over their speech in the last minute; null where they said nothing in it.
    pub last_minute: Option<f64>,
}

/// How a call came back from trouble. Seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RecoveryRecord {
    /// When it began, from the start of the call.
    pub onset: f64,
    /// From there to the agent's first sign of having heard it; null where there was none.
    pub acknowledged: Option<f64>,
    /// From there to the first concrete offer.
    pub offered: Option<f64>,
    /// From there until the customer was calm, and stayed so.
    pub settled: Option<f64>,
}

impl SummaryRecord {
    /// The record of a summary.
    pub fn of(summary: &Summary) -> SummaryRecord {
        let share = |seconds: f64| ShareRecord {
            seconds: thousandths(seconds),
            share: thousandths(seconds / summary.duration_secs.max(1e-9)),
        };
        let known = !summary.mono;
        SummaryRecord {
            duration: thousandths(summary.duration_secs),
            talk: known.then(|| summary.talk_secs.map(|secs| share(*secs))),
            overlap: share(summary.overlap_secs),
            silence: share(summary.silence_secs),
            interruptions: known.then_some(summary.interruptions),
            response_gap: summary.response_gap_median_secs.zip(summary.response_gap_p90_secs).map(
                |(median, p90)| ResponseGapRecord {
                    median: thousandths(median),
                    p90: thousandths(p90),
                },
            ),
            longest_monologue: known
                .then(|| summary.longest_monologue_secs.map(|secs| thousandths(*secs))),
            pace: known.then(|| summary.pace_wpm.map(|wpm| wpm.map(f64::round))),
            sentiment: summary.sentiment.iter().any(|(_, own)| own.is_some()).then(|| {
                summary.sentiment.map(|own| {
                    own.map(|own| SentimentRecord {
                        overall: thousandths(own.overall),
                        quarters: own.quarters.map(|value| value.map(thousandths)),
                    })
                })
            }),
            heat: summary.heat.map(|heat| HeatRecord {
                peak: thousandths(heat.peak),
                mean: thousandths(heat.mean),
                last_minute: heat.last_minute.map(thousandths),
            }),
            scorecard: summary
                .scorecard
                .iter()
                .map(|(name, mark)| ((*name).to_owned(), mark.name().into()))
                .collect(),
            recovery: summary.recovery.map(|recovery| RecoveryRecord {
                onset: thousandths(recovery.onset_secs),
                acknowledged: recovery.acknowledged_secs.map(thousandths),
                offered: recovery.offered_secs.map(thousandths),
                settled: recovery.settled_secs.map(thousandths),
            }),
        }
    }
}
