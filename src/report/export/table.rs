//! What happened in a call as a table: CSV (RFC 4180) with a heading.

use std::io::{self, Write};

use super::turn::{Offsets, millis};
use super::{call_id, one_line};
use crate::call::names::Name;
use crate::call::record::{Line, Record};
use crate::report::conversation::outcome_of;
use crate::units::Party;

/// The heading. Cells that don't apply to a row, or are not known, are empty.
///
/// - `call`: the call's id
/// - `event`: `utterance`, `overlap`, `silence`, `practice`, `issue`, `promise`, `cue` or `flag`
/// - `party`: `agent` or `customer`; of an overlap, who came second
/// - `start_secs`, `end_secs`: from the start of the call
/// - `name`: of an overlap its kind, of a practice, cue or issue which it is, of a flag its reason
/// - `text`: what was said, or what the agent read
/// - `confidence`: of words, 0 to 1
/// - `sentiment`: of words, −1 to 1
/// - `score`: of a practice, 0 to 1; below 0.5 it is a breach
/// - `severity`: of a flag, 1 to 3
/// - `outcome`: of a cue, as in the log; of an overlap, `yielded` or `went-on`
/// - `due`: of a promise, the date
const HEADING: [&str; 13] = [
    "call",
    "event",
    "party",
    "start_secs",
    "end_secs",
    "name",
    "text",
    "confidence",
    "sentiment",
    "score",
    "severity",
    "outcome",
    "due",
];

/// A row as it is built.
#[derive(Default)]
pub(super) struct Row<'a> {
    pub event: &'static str,
    pub party: Option<Party>,
    pub name: &'a str,
    pub text: &'a str,
    pub confidence: Option<f64>,
    pub sentiment: Option<f64>,
    pub score: Option<f64>,
    pub severity: Option<u8>,
    pub outcome: &'a str,
    pub due: &'a str,
}

/// Writes a row for each utterance, overlap, silence, practice, issue, promise, cue and flag, in
/// the order in which they begin. `name` is the call's where the log does not say it. Text that
/// a spreadsheet would take for a formula has an apostrophe before it.
pub fn write_events_csv(lines: &[Line], name: &str, out: &mut dyn Write) -> io::Result<()> {
    let call = cell(call_id(lines, name));
    let mut rows: Vec<(Offsets, Row)> = lines.iter().filter_map(|line| row(lines, line)).collect();
    rows.sort_by_key(|(at, _)| at.begin);
    let mut table = csv::Writer::from_writer(out);
    table.write_record(HEADING)?;
    for (at, row) in rows {
        let secs = |ms: u64| format!("{}.{:03}", ms / 1000, ms % 1000);
        let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
        table.write_record([
            call.as_str(),
            row.event,
            row.party.map_or("", Party::name),
            &secs(at.begin),
            &secs(at.end),
            &cell(row.name),
            &cell(row.text),
            &number(row.confidence),
            &number(row.sentiment),
            &number(row.score),
            &row.severity.map_or(String::new(), |severity| severity.to_string()),
            row.outcome,
            &cell(row.due),
        ])?;
    }
    table.flush()
}

/// Text on one line that no spreadsheet takes for a formula (OWASP, "CSV injection").
pub(super) fn cell(text: &str) -> String {
    let text = one_line(text);
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text }
}

/// The row of a line of the log; `None` where it gets none.
pub(super) fn row<'a>(lines: &[Line], line: &'a Line) -> Option<(Offsets, Row<'a>)> {
    let none = Row::default();
    let (at, row) = match &line.record {
        Record::Utterance { party, span, text, confidence, sentiment, .. } => {
            let (confidence, sentiment) = (Some(*confidence), *sentiment);
            let event = "utterance";
            (*span, Row { event, party: *party, text, confidence, sentiment, ..none })
        }
        Record::Overlap { span, by, kind, yielded } => {
            let outcome = if *yielded { "yielded" } else { "went-on" };
            let (event, name) = ("overlap", kind.name());
            (*span, Row { event, party: Some(*by), name, outcome, ..none })
        }
        Record::Silence { span } => (*span, Row { event: "silence", ..none }),
        Record::Practice { name, party, span, quote, score, .. } => {
            let (party, score) = (Some(*party), Some(*score));
            (*span, Row { event: "practice", party, name, text: quote, score, ..none })
        }
        Record::Issue { span, kind, quote } => {
            let party = Some(Party::Customer);
            (*span, Row { event: "issue", party, name: kind, text: quote, ..none })
        }
        Record::Promise { span, quote, due } => {
            let (party, due) = (Some(Party::Agent), due.as_deref().unwrap_or_default());
            (*span, Row { event: "promise", party, text: quote, due, ..none })
        }
        Record::Cue(cue) => {
            let begin = millis(line.at);
            let at = Offsets { begin, end: millis(cue.until).max(begin) };
            let outcome = outcome_of(lines, cue.id).map_or("", Name::name);
            let (name, text) = (&cue.name, &cue.text);
            return Some((at, Row { event: "cue", name, text, outcome, ..none }));
        }
        Record::Flag { span, reason, severity, .. } => {
            (*span, Row { event: "flag", name: reason, severity: Some(*severity), ..none })
        }
        Record::Call { .. }
        | Record::Speech { .. }
        | Record::Partial { .. }
        | Record::Gap { .. }
        | Record::Pause { .. }
        | Record::Measure { .. }
        | Record::Tone { .. }
        | Record::Remark { .. }
        | Record::CueOutcome { .. }
        | Record::Warning { .. }
        | Record::Summary(_)
        | Record::Unknown => return None,
    };
    Some((Offsets::of(at), row))
}
