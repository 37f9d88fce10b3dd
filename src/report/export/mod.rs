//! A call in formats that other programs read: functions of the lines of its log.
//!
//! Words come from a recogniser and names from files: whatever stands in them, the formats stay
//! valid. All but JSON, which can carry any text, get it as one line without control characters.

mod contact_lens;
mod labels;
mod rttm;
mod subtitles;
mod table;
pub mod tables;
#[cfg(test)]
mod tests;
mod turn;

pub use contact_lens::write_contact_lens;
pub use labels::write_audacity_labels;
pub use rttm::write_rttm;
pub use subtitles::{write_srt, write_vtt};
pub use table::write_events_csv;

use super::wrap;
use crate::call::record::{Line, Record};

/// The id that the log gives the call; `name` where it gives none.
pub fn call_id<'a>(lines: &'a [Line], name: &'a str) -> &'a str {
    lines
        .iter()
        .find_map(|line| match &line.record {
            Record::Call { id, .. } => Some(id.as_str()),
            _ => None,
        })
        .unwrap_or(name)
}

/// Whether the log goes on to the call's end.
fn is_whole(lines: &[Line]) -> bool {
    lines.iter().any(|line| matches!(line.record, Record::Summary(_)))
}

/// The text as one line without control characters.
fn one_line(text: &str) -> String {
    wrap::clean(text).trim().to_owned()
}
