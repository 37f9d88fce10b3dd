//! What was said, utterance by utterance, at offsets in milliseconds.

use crate::call::record::{Line, Record, Secs, Span, WordRecord};
use crate::units::Party;

/// Later than any call: what a damaged log says beyond it is cut off there. About 11 days.
const LATEST_MS: f64 = 1e9;

/// Where something lies in the call, in milliseconds from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Offsets {
    /// Its first moment.
    pub begin: u64,
    /// The first moment after it, not before `begin`.
    pub end: u64,
}

impl Offsets {
    /// The milliseconds of a stretch of the log.
    pub fn of(span: Span) -> Offsets {
        let begin = millis(span.start);
        Offsets { begin, end: millis(span.end).max(begin) }
    }

    /// Milliseconds from one to the other.
    pub fn length(self) -> u64 {
        self.end - self.begin
    }

    /// Milliseconds that lie in both.
    pub fn shared(self, other: Offsets) -> u64 {
        self.end.min(other.end).saturating_sub(self.begin.max(other.begin))
    }
}

/// The moment in milliseconds.
pub fn millis(secs: Secs) -> u64 {
    (secs.0 * 1000.0).round().clamp(0.0, LATEST_MS) as u64
}

/// An utterance.
#[derive(Clone, Debug)]
pub struct Turn<'a> {
    /// Who spoke; `None` in a mono mix.
    pub party: Option<Party>,
    /// From the first to the last speech in it.
    pub at: Offsets,
    /// What was said, as the recogniser wrote it; never blank.
    pub text: &'a str,
    /// The words one by one.
    pub words: &'a [WordRecord],
    /// How the words feel, −1 to 1.
    pub sentiment: Option<f64>,
}

/// The utterances that have words, in the order in which they begin.
pub fn turns(lines: &[Line]) -> Vec<Turn<'_>> {
    let mut turns: Vec<Turn> = lines
        .iter()
        .filter_map(|line| match &line.record {
            Record::Utterance { party, span, text, words, sentiment, .. } => {
                let at = Offsets::of(*span);
                Some(Turn { party: *party, at, text, words, sentiment: *sentiment })
            }
            _ => None,
        })
        .filter(|turn| !turn.text.trim().is_empty())
        .collect();
    turns.sort_by_key(|turn| (turn.at, turn.party));
    turns
}
