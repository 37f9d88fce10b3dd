//! Who spoke when, as RTTM (Rich Transcription Time Marked, NIST RT-09).

use std::io::{self, Write};

use super::call_id;
use super::turn::Offsets;
use crate::call::record::{Line, Record};
use crate::units::Party;

/// Writes a `SPEAKER` line for each stretch of speech: the call as the file, channel 1, the start
/// and the length in seconds, and `agent`, `customer`, or in a mono mix `unknown`. `name` is the
/// call's where the log does not say it; its spaces, and whatever might split a line, become `_`.
pub fn write_rttm(lines: &[Line], name: &str, out: &mut dyn Write) -> io::Result<()> {
    let file = file_name(call_id(lines, name));
    let mut speech: Vec<(Offsets, Option<Party>)> = lines
        .iter()
        .filter_map(|line| match line.record {
            Record::Speech { party, span } => Some((Offsets::of(span), party)),
            _ => None,
        })
        // Speech of no length is none.
        .filter(|(at, _)| at.length() > 0)
        .collect();
    speech.sort();
    for (at, party) in speech {
        let (start, length) = (at.begin as f64 / 1000.0, at.length() as f64 / 1000.0);
        let who = party.map_or("unknown", Party::name);
        writeln!(out, "SPEAKER {file} 1 {start:.3} {length:.3} <NA> <NA> {who} <NA> <NA>")?;
    }
    Ok(())
}

/// A name without spaces, quotes and marks, never empty.
fn file_name(id: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "._-".contains(c) { c } else { '_' };
    let name: String = id.chars().map(plain).collect();
    if name.is_empty() { "call".into() } else { name }
}
