//! Loudness scores as Contact Lens has them: one for each second of the call that a turn touches.

use crate::call::record::{Line, Record};
use crate::report::export::turn::{Offsets, Turn};
use crate::units::Party;

/// The score of a speaker's own mean loudness. Amazon does not publish the scale's zero, and the
/// log has levels above and below each speaker's own integrated loudness only, in LU; so they are
/// put where speech lies in the published example file, whose 39 scores have this mean. A
/// difference of one is a decibel.
const OWN_MEAN: f64 = 78.5;

/// Longer turns get no scores: no recogniser writes such, and a damaged log could ask for millions.
const MAX_TURN_MS: u64 = 3_600_000;

/// A measured stretch of somebody's speech.
struct Level {
    party: Option<Party>,
    at: Offsets,
    lu: f64,
}

/// The levels of a call.
pub struct Levels(Vec<Level>);

impl Levels {
    /// Those that the log has, in order.
    pub fn of(lines: &[Line]) -> Levels {
        let mut levels: Vec<Level> = lines
            .iter()
            .filter_map(|line| match line.record {
                Record::Measure { party, span, level_lu: Some(lu), .. } => {
                    Some(Level { party, at: Offsets::of(span), lu })
                }
                _ => None,
            })
            .collect();
        levels.sort_by_key(|level| level.at);
        Levels(levels)
    }

    /// A score, 0 to 100, for each second of the call's clock that the turn touches. A second in
    /// which nothing was measured has that of the nearest one of the turn in which something
    /// was; `None` where nothing was measured in the turn.
    pub fn scores(&self, turn: &Turn) -> Option<Vec<f64>> {
        if turn.at.length() > MAX_TURN_MS {
            return None;
        }
        let own: Vec<&Level> = self
            .0
            .iter()
            .filter(|level| level.party == turn.party && level.at.shared(turn.at) > 0)
            .collect();
        let last = turn.at.end.saturating_sub(1).max(turn.at.begin) / 1000;
        let measured: Vec<Option<f64>> = (turn.at.begin / 1000..=last)
            .map(|second| {
                let begin = (second * 1000).max(turn.at.begin);
                mean(&own, Offsets { begin, end: ((second + 1) * 1000).min(turn.at.end) })
            })
            .collect();
        let known: Vec<(usize, f64)> =
            measured.iter().enumerate().filter_map(|(i, lu)| Some((i, (*lu)?))).collect();
        (0..measured.len())
            .map(|i| {
                let (_, lu) = known.iter().min_by_key(|(at, _)| at.abs_diff(i))?;
                Some(((OWN_MEAN + lu).clamp(0.0, 100.0) * 100.0).round() / 100.0)
            })
            .collect()
    }
}

/// The mean level of a second, each stretch by how much of it lies there.
fn mean(levels: &[&Level], second: Offsets) -> Option<f64> {
    let (sum, ms) = levels.iter().fold((0.0, 0.0), |(sum, ms), level| {
        let shared = level.at.shared(second) as f64;
        (sum + shared * level.lu, ms + shared)
    });
    (ms > 0.0).then(|| sum / ms)
}
