//! What an archive remembers of a call: facts to look for, taken from its log.

use crate::call::rebuild;
use crate::call::record::{Line, Record};
use crate::call::summary::SummaryRecord;
use crate::config::DialogueConfig;
use crate::event::Outcome;
use crate::units::Party;

/// Parts into which a call is cut for its course of heat: as many as a small picture shows.
pub const HEAT_COURSE: usize = 30;

/// A call. What is `None` could not be told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The call's name.
    pub id: String,
    /// When it began, as it was told.
    pub started: Option<String>,
    /// Who, with whom, by which queue.
    pub agent: Option<String>,
    /// The customer's name or number.
    pub customer: Option<String>,
    /// The queue or line.
    pub queue: Option<String>,
    /// Whether its log was cut short, so that the numbers are rebuilt from what is there.
    pub partial: bool,
    /// The customer's highest heat in each of [`HEAT_COURSE`] equal parts of the call, in tenths
    /// rounded down (`0` to `9`), `-` where they said nothing; empty where heat was not followed.
    pub heat_course: String,
    /// The call in numbers.
    pub numbers: Numbers,
    /// Each practice that could be judged, and how it stands.
    pub practices: Vec<(String, String)>,
    /// What was said.
    pub utterances: Vec<Utterance>,
    /// What the customer's problem is: kind, moment, words.
    pub issues: Vec<(String, f64, String)>,
    /// What was promised: moment, words, due date.
    pub promises: Vec<(f64, String, Option<String>)>,
    /// Prompts: moment, practice, rule, and what came of each.
    pub cues: Vec<Cue>,
    /// Moments for the coach: start, end, reason, severity.
    pub flags: Vec<(f64, f64, String, u8)>,
}

/// A call in numbers: seconds, shares from 0 to 1, counts; heat from 0 to 1, sentiment from −5 to 5.
#[allow(missing_docs, reason = "the columns of the index, named as in the log's summary")]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Numbers {
    pub duration: f64,
    pub agent_talk_share: Option<f64>,
    pub customer_talk_share: Option<f64>,
    pub overlap_share: f64,
    pub silence_share: f64,
    pub agent_interruptions: Option<u32>,
    pub customer_interruptions: Option<u32>,
    pub response_gap: Option<f64>,
    pub agent_pace: Option<f64>,
    pub customer_pace: Option<f64>,
    pub heat_peak: Option<f64>,
    pub heat_mean: Option<f64>,
    pub heat_last_minute: Option<f64>,
    pub customer_sentiment: Option<f64>,
    /// From the first quarter in which the customer spoke to the last.
    pub sentiment_shift: Option<f64>,
    /// From the onset of trouble until the customer was calm again.
    pub recovered_after: Option<f64>,
}

/// What somebody said.
#[derive(Clone, Debug, PartialEq)]
pub struct Utterance {
    /// Who; `None` in a mono mix.
    pub party: Option<Party>,
    /// Seconds from the beginning of the call.
    pub start: f64,
    /// The same of its end.
    pub end: f64,
    /// The words.
    pub text: String,
    /// −1 to 1.
    pub sentiment: Option<f64>,
}

/// A prompt.
#[derive(Clone, Debug, PartialEq)]
pub struct Cue {
    /// Seconds from the beginning of the call.
    pub at: f64,
    /// The practice.
    pub practice: String,
    /// The rule.
    pub rule: String,
    /// What came of it; `None` where the log ends before.
    pub outcome: Option<Outcome>,
}

impl Facts {
    /// Those of a log whose call is `id`.
    pub fn of(id: &str, lines: &[Line]) -> Facts {
        let mut facts = Facts { id: id.to_owned(), ..Facts::default() };
        let mut ids = Vec::new();
        let mut heat: Vec<(f64, f64)> = Vec::new();
        let mut summary = None;
        for line in lines {
            match &line.record {
                Record::Call { started, about, .. } => {
                    facts.started = started.clone();
                    facts.agent = about.agent.clone();
                    facts.customer = about.customer.clone();
                    facts.queue = about.queue.clone();
                }
                Record::Utterance { party, span, text, sentiment, .. } => {
                    facts.utterances.push(Utterance {
                        party: *party,
                        start: span.start.0,
                        end: span.end.0,
                        text: text.clone(),
                        sentiment: *sentiment,
                    });
                }
                Record::Issue { span, kind, quote } => {
                    facts.issues.push((kind.clone(), span.start.0, quote.clone()));
                }
                Record::Promise { span, quote, due } => {
                    facts.promises.push((span.start.0, quote.clone(), due.clone()));
                }
                Record::Cue(cue) => {
                    ids.push(cue.id);
                    facts.cues.push(Cue {
                        at: line.at.0,
                        practice: cue.name.clone(),
                        rule: cue.rule.clone(),
                        outcome: None,
                    });
                }
                Record::CueOutcome { id, outcome, .. } => {
                    if let Some(at) = ids.iter().rposition(|known| known == id) {
                        facts.cues[at].outcome = Some(*outcome);
                    }
                }
                Record::Flag { span, reason, severity, .. } => {
                    facts.flags.push((span.start.0, span.end.0, reason.clone(), *severity));
                }
                Record::Tone { span, heat: value, .. } => heat.push((span.end.0, *value)),
                Record::Summary(logged) => summary = Some(logged.as_ref().clone()),
                Record::Speech { .. }
                | Record::Partial { .. }
                | Record::Overlap { .. }
                | Record::Silence { .. }
                | Record::Gap { .. }
                | Record::Pause { .. }
                | Record::Measure { .. }
                | Record::Practice { .. }
                | Record::Remark { .. }
                | Record::Warning { .. }
                | Record::Unknown => {}
            }
        }
        facts.partial = summary.is_none();
        let summary =
            summary.unwrap_or_else(|| rebuild::summary_of(lines, &DialogueConfig::default()));
        facts.numbers = Numbers::of(&summary);
        facts.heat_course = heat_course(&heat, summary.duration);
        let mark = |(name, mark): (&String, &serde_json::Value)| {
            Some((name.clone(), mark.as_str()?.to_owned()))
        };
        facts.practices = summary.scorecard.iter().filter_map(mark).collect();
        facts
    }

    /// The day on which it began, as 2026-11-25, where it was told.
    pub fn day(&self) -> Option<&str> {
        self.started.as_deref().and_then(|started| started.get(..10))
    }
}

/// See [`Facts::heat_course`]; `heat` is moments in seconds with the heat at each.
fn heat_course(heat: &[(f64, f64)], duration: f64) -> String {
    if heat.is_empty() {
        return String::new();
    }
    let mut highest = [None::<f64>; HEAT_COURSE];
    for (at, value) in heat {
        let part = (at / duration.max(1e-9) * HEAT_COURSE as f64) as usize;
        let part = &mut highest[part.min(HEAT_COURSE - 1)];
        *part = Some(part.map_or(*value, |known| known.max(*value)));
    }
    let digit = |value: f64| char::from(b'0' + (value * 10.0).clamp(0.0, 9.0) as u8);
    highest.into_iter().map(|value| value.map_or('-', digit)).collect()
}

impl Numbers {
    fn of(summary: &SummaryRecord) -> Numbers {
        let customer = summary.sentiment.as_ref().and_then(|both| both.customer);
        let shift = customer.and_then(|own| {
            let mut told = own.quarters.iter().flatten();
            let first = *told.next()?;
            Some(*told.next_back()? - first)
        });
        Numbers {
            duration: summary.duration,
            agent_talk_share: summary.talk.as_ref().map(|talk| talk.agent.share),
            customer_talk_share: summary.talk.as_ref().map(|talk| talk.customer.share),
            overlap_share: summary.overlap.share,
            silence_share: summary.silence.share,
            agent_interruptions: summary.interruptions.as_ref().map(|counts| counts.agent),
            customer_interruptions: summary.interruptions.as_ref().map(|counts| counts.customer),
            response_gap: summary.response_gap.map(|gap| gap.median),
            agent_pace: summary.pace.as_ref().and_then(|pace| pace.agent),
            customer_pace: summary.pace.as_ref().and_then(|pace| pace.customer),
            heat_peak: summary.heat.map(|heat| heat.peak),
            heat_mean: summary.heat.map(|heat| heat.mean),
            heat_last_minute: summary.heat.and_then(|heat| heat.last_minute),
            customer_sentiment: customer.map(|own| own.overall),
            sentiment_shift: shift,
            recovered_after: summary.recovery.and_then(|recovery| recovery.settled),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_course_of_heat_has_the_highest_of_each_part() {
        assert_eq!(heat_course(&[], 60.0), "");
        // Parts of two seconds; what lies at the very end belongs to the last.
        let heat = [(0.5, 0.31), (1.5, 0.25), (4.0, 0.99), (59.0, 0.0), (60.0, 1.0)];
        assert_eq!(heat_course(&heat, 60.0), format!("3-9{}9", "-".repeat(26)));
        assert_eq!(heat_course(&[(1.0, 0.5)], 0.0).len(), HEAT_COURSE);
    }
}
