//! The call as a label track of Audacity.

use std::io::{self, Write};

use super::one_line;
use super::turn::{Offsets, millis, turns};
use crate::call::record::{Line, Record};
use crate::report::conversation::outcome_of;
use crate::report::wording;

/// Writes labels: utterances, two voices at once, prompts and moments for the coach, in the order
/// in which they begin. A line has the start and the end in seconds and the label, with tabs
/// between them.
pub fn write_audacity_labels(lines: &[Line], out: &mut dyn Write) -> io::Result<()> {
    let mut labels: Vec<(Offsets, String)> = turns(lines)
        .into_iter()
        .map(|turn| {
            let voice =
                turn.party.map_or(String::new(), |of| format!("{}: ", wording::name(Some(of))));
            (turn.at, format!("{voice}{}", turn.text))
        })
        .collect();
    labels.extend(lines.iter().filter_map(|line| label(lines, line)));
    // What was said comes first of what begins at the same moment: the sort keeps the order.
    labels.sort_by_key(|(at, _)| at.begin);
    for (at, text) in labels {
        let (begin, end) = (at.begin as f64 / 1000.0, at.end as f64 / 1000.0);
        let text = one_line(&text.replace('\u{a0}', " "));
        writeln!(out, "{begin:.6}\t{end:.6}\t{text}")?;
    }
    Ok(())
}

/// The label of a line of the log that is no utterance; `None` where it gets none.
fn label(lines: &[Line], line: &Line) -> Option<(Offsets, String)> {
    match &line.record {
        &Record::Overlap { span, by, kind, yielded } => {
            Some((Offsets::of(span), wording::overlap(by, kind, yielded, span.secs())))
        }
        Record::Cue(cue) => {
            let begin = millis(line.at);
            let at = Offsets { begin, end: millis(cue.until).max(begin) };
            let came = outcome_of(lines, cue.id)
                .map_or(String::new(), |came| format!(" ({})", wording::outcome(came)));
            Some((at, format!("Prompt: {}{came}", cue.text)))
        }
        Record::Flag { span, reason, severity, .. } => {
            let reason = reason.replace('-', " ");
            Some((Offsets::of(*span), format!("Moment: {reason} (severity {severity})")))
        }
        Record::Call { .. }
        | Record::Speech { .. }
        | Record::Utterance { .. }
        | Record::Partial { .. }
        | Record::Silence { .. }
        | Record::Gap { .. }
        | Record::Pause { .. }
        | Record::Measure { .. }
        | Record::Tone { .. }
        | Record::Practice { .. }
        | Record::Remark { .. }
        | Record::Issue { .. }
        | Record::Promise { .. }
        | Record::CueOutcome { .. }
        | Record::Warning { .. }
        | Record::Summary(_)
        | Record::Unknown => None,
    }
}
