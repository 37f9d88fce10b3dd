//! The event log on disk, schema `evenkeel.call/1`: one JSON object a line.
//!
//! These structs are the contract with every reader. Fields are added, never renamed; a
//! breaking change raises the number in [`SCHEMA`]. Times are seconds with three decimals.
//! Readers skip types ([`Record::Unknown`]) and fields that they don't know.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::names;
use super::summary::SummaryRecord;
use crate::event::{Evidence, GapCause, Layout, Outcome, OverlapKind, Speed};
use crate::units::{CallSpan, CallTime, Party};

/// The schema that this program writes.
pub const SCHEMA: &str = "evenkeel.call/1";

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Audio time in seconds at which the engine knew it.
    pub at: Secs,
    /// What it is.
    #[serde(flatten)]
    pub record: Record,
}

/// Seconds, kept to the millisecond.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secs(pub f64);

impl From<CallTime> for Secs {
    fn from(time: CallTime) -> Self {
        Secs(thousandths(time.secs()))
    }
}

impl From<Secs> for CallTime {
    fn from(secs: Secs) -> Self {
        CallTime::from_secs(secs.0)
    }
}

/// Where something lies in the audio, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// Its first moment.
    pub start: Secs,
    /// The first moment after it.
    pub end: Secs,
}

impl Span {
    /// Length in seconds.
    pub fn secs(self) -> f64 {
        self.end.0 - self.start.0
    }
}

impl From<CallSpan> for Span {
    fn from(span: CallSpan) -> Self {
        Span { start: span.start.into(), end: span.end.into() }
    }
}

impl From<Span> for CallSpan {
    fn from(span: Span) -> Self {
        CallSpan::new(span.start.into(), span.end.into())
    }
}

/// The kinds of lines; the fields are those of the contract. `party` is null in a mono mix.
#[allow(missing_docs, reason = "the contract documents its fields")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Record {
    Call {
        schema: String,
        id: String,
        started: Option<String>,
        #[serde(flatten)]
        about: AboutRecord,
        source: Vec<SourceRecord>,
        #[serde(with = "names")]
        layout: Layout,
        config_sha256: String,
        models: Vec<ModelRecord>,
        version: String,
    },
    Speech {
        party: Option<Party>,
        #[serde(flatten)]
        span: Span,
    },
    Utterance {
        party: Option<Party>,
        #[serde(flatten)]
        span: Span,
        text: String,
        words: Vec<WordRecord>,
        confidence: f64,
        redo: bool,
        /// −1 to 1; null where nothing judged the words.
        #[serde(default)]
        sentiment: Option<f64>,
    },
    Partial {
        party: Option<Party>,
        #[serde(flatten)]
        span: Span,
        text: String,
        stable: usize,
    },
    Overlap {
        #[serde(flatten)]
        span: Span,
        by: Party,
        #[serde(with = "names")]
        kind: OverlapKind,
        yielded: bool,
    },
    Silence {
        #[serde(flatten)]
        span: Span,
    },
    Gap {
        party: Option<Party>,
        #[serde(flatten)]
        span: Span,
        #[serde(with = "names")]
        cause: GapCause,
    },
    /// The agent paused: nothing was heard or kept.
    Pause {
        #[serde(flatten)]
        span: Span,
    },
    Measure {
        party: Option<Party>,
        #[serde(flatten)]
        span: Span,
        pace_wpm: Option<f64>,
        level_lu: Option<f64>,
        pitch_st: Option<f64>,
        /// Of the agent: what the coach goes by.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        now: Option<BearingRecord>,
    },
    Tone {
        party: Party,
        #[serde(flatten)]
        span: Span,
        heat: f64,
        voice: f64,
        words: Option<f64>,
        confidence: f64,
        /// By how much the heat has risen within a few seconds.
        #[serde(default)]
        rise: f64,
        /// What moved the heat most, the strongest first.
        #[serde(default)]
        why: Vec<ReasonRecord>,
    },
    Practice {
        name: String,
        party: Party,
        #[serde(flatten)]
        span: Span,
        quote: String,
        score: f64,
        evidence: EvidenceRecord,
    },
    /// Something said that matters to what should come next, and is no practice.
    Remark {
        name: String,
        party: Party,
        #[serde(flatten)]
        span: Span,
        quote: String,
        score: f64,
        /// Of a complaint: how the agent could say it back.
        #[serde(default)]
        suggestion: Option<String>,
    },
    Issue {
        #[serde(flatten)]
        span: Span,
        kind: String,
        quote: String,
    },
    Promise {
        #[serde(flatten)]
        span: Span,
        quote: String,
        due: Option<String>,
    },
    Cue(CueRecord),
    Flag {
        #[serde(flatten)]
        span: Span,
        reason: String,
        severity: u8,
        cue: Option<u32>,
        evidence: EvidenceRecord,
    },
    CueOutcome {
        id: u32,
        #[serde(with = "names")]
        outcome: Outcome,
        evidence: EvidenceRecord,
    },
    Warning {
        code: String,
        text: String,
        disables: Vec<String>,
    },
    Summary(Box<SummaryRecord>),
    #[serde(other)]
    Unknown,
}

/// A file or device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRecord {
    /// File or device name.
    pub name: String,
    /// Frames a second.
    pub sample_rate: u32,
    /// Sample encoding.
    pub encoding: String,
    /// Hash of the file, hexadecimal, where it was read through beforehand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// What the telephone system knows of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AboutRecord {
    /// The agent's name or number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The customer's name or number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// The queue or line by which the call came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
}

/// A model that was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelRecord {
    /// Its name.
    pub name: String,
    /// Hash of its file, hexadecimal.
    pub sha256: String,
    /// What made words by it; without it, whisper.cpp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
}

/// A word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WordRecord {
    /// The word.
    pub w: String,
    /// When it was said.
    #[serde(flatten)]
    pub span: Span,
    /// Probability, 0 to 1.
    pub p: f64,
}

/// How the agent speaks just now, as the coach knows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BearingRecord {
    /// Pace of the turn under way, in words a minute.
    pub turn_pace_wpm: Option<f64>,
    /// Pace over the call, or what stands for it.
    pub own_pace_wpm: f64,
    /// Loudness over the last three seconds of speech above that of the call, in LU.
    pub level_lu: Option<f64>,
    /// F0 over the same, in semitones above that of the call.
    pub pitch_st: Option<f64>,
}

/// Something that moved the heat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReasonRecord {
    /// In plain words; what was said stands in quotes.
    pub what: String,
    /// By how much, in log-odds: positive is hotter.
    pub by: f64,
}

/// A prompt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CueRecord {
    /// Number in the call, from 1.
    pub id: u32,
    /// Practice.
    pub name: String,
    /// What the agent read.
    pub text: String,
    /// A sentence to say.
    pub suggestion: Option<String>,
    /// Why.
    pub why: String,
    /// The rule that fired.
    pub rule: String,
    /// Its numbers.
    pub evidence: EvidenceRecord,
    /// Which path decided it.
    #[serde(with = "names")]
    pub speed: Speed,
    /// When it left the screen at the latest.
    pub until: Secs,
}

/// Named numbers, in the order in which the rule gave them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EvidenceRecord(pub Vec<(String, f64)>);

impl Serialize for EvidenceRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for EvidenceRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // What is no number is from a newer version: left out.
        let map = serde_json::Map::<String, serde_json::Value>::deserialize(deserializer)?;
        let numbers = map.into_iter().filter_map(|(name, value)| Some((name, value.as_f64()?)));
        Ok(EvidenceRecord(numbers.collect()))
    }
}

impl From<&Evidence> for EvidenceRecord {
    fn from(evidence: &Evidence) -> Self {
        let number = |(name, value): &(Cow<'static, str>, f64)| {
            (name.clone().into_owned(), thousandths(*value))
        };
        EvidenceRecord(evidence.iter().map(number).collect())
    }
}

impl From<&EvidenceRecord> for Evidence {
    fn from(record: &EvidenceRecord) -> Self {
        record.0.iter().map(|(name, value)| (name.clone().into(), *value)).collect()
    }
}

/// To three decimals, so that nothing of a float's tail reaches the log.
pub(super) fn thousandths(value: impl Into<f64>) -> f64 {
    let value = (value.into() * 1_000.0).round() / 1_000.0;
    // Not "-0.0".
    value + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Body, Cue, Event, Utterance, Word, evidence};

    fn span(start: f64, end: f64) -> CallSpan {
        CallSpan::new(CallTime::from_secs(start), CallTime::from_secs(end))
    }

    #[test]
    fn lines_have_the_names_and_units_of_the_contract() {
        let line = |body| {
            let event = Event { at: CallTime::from_secs(2.5), body };
            serde_json::to_string(&Line::of(&event).unwrap()).unwrap()
        };
        assert_eq!(
            line(Body::Overlap {
                span: span(1.0, 1.6),
                by: Party::Agent,
                kind: OverlapKind::Interruption,
                yielded: true
            }),
            r#"{"at":2.5,"type":"overlap","start":1.0,"end":1.6,"by":"agent","kind":"interruption","yielded":true}"#
        );
        assert_eq!(
            line(Body::Utterance(Utterance {
                party: Some(Party::Customer),
                span: span(1.0, 1.6),
                text: "No.".into(),
                words: vec![Word { text: "No.".into(), span: span(1.1, 1.5), p: 0.87 }],
                confidence: 0.87,
                redo: false,
                sentiment: Some(-0.4),
            })),
            r#"{"at":2.5,"type":"utterance","party":"customer","start":1.0,"end":1.6,"text":"No.","words":[{"w":"No.","start":1.1,"end":1.5,"p":0.87}],"confidence":0.87,"redo":false,"sentiment":-0.4}"#
        );
        assert_eq!(
            line(Body::Speech { party: None, span: span(0.0, 1.0004) }),
            r#"{"at":2.5,"type":"speech","party":null,"start":0.0,"end":1.0}"#
        );
    }

    #[test]
    fn a_line_reads_back_as_it_was_written() {
        let cue = Cue {
            id: 3,
            name: "stay-calm",
            text: "Slow down a little".into(),
            suggestion: None,
            why: "You speak fast.".into(),
            rule: "stay-calm".into(),
            evidence: evidence([("pace_wpm", 212.4), ("baseline_wpm", 150.0)]),
            speed: Speed::Fast,
            until: CallTime::from_secs(9.0),
        };
        let line = Line::of(&Event { at: CallTime::from_secs(4.0), body: Body::Cue(cue) }).unwrap();
        let text = serde_json::to_string(&line).unwrap();
        assert_eq!(serde_json::from_str::<Line>(&text).unwrap(), line);
    }

    #[test]
    fn what_is_not_known_is_skipped() {
        let line: Line =
            serde_json::from_str(r#"{"type":"weather","at":1.0,"sky":"blue"}"#).unwrap();
        assert_eq!(line.record, Record::Unknown);
        let newer = r#"{"type":"silence","at":9.0,"start":1.0,"end":8.5,"mood":"tense"}"#;
        assert!(matches!(
            serde_json::from_str::<Line>(newer).unwrap().record,
            Record::Silence { span } if span.secs() == 7.5
        ));
    }
}
