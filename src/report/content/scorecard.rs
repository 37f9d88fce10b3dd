//! The scorecard of a call.

use crate::call::record::Line;
use crate::call::summary::SummaryRecord;
use crate::event::Mark;
use crate::report::summary::{NEXT_CALL, WENT_WELL, marked, moments as practice_moments};
use crate::report::wording;
use crate::report::wrap::clean;

/// So many moments of a practice are named.
const MAX_MOMENTS: usize = 8;

/// Practices that stand alike.
pub struct Group {
    /// How they stand.
    pub title: &'static str,
    /// Those that do.
    pub practices: Vec<Practice>,
}

/// A practice on the scorecard.
pub struct Practice {
    /// `+`, `×` or `–`.
    pub sign: &'static str,
    /// The same as a name: `kept`, `broken` or `missed`.
    pub class: &'static str,
    /// What it is called.
    pub name: String,
    /// What is said after its name.
    pub how: &'static str,
    /// When it was kept or not: seconds, and as a clock has them.
    pub moments: Vec<(f64, String)>,
    /// How many more such moments there are.
    pub more: usize,
}

/// The scorecard: what went well, then what is for the next call; groups that are empty are left out.
pub(super) fn scorecard(lines: &[Line], summary: &SummaryRecord) -> Vec<Group> {
    let of = |mark, sign, class, how| {
        let practice = move |name: &&str| {
            let moments = practice_moments(lines, name, mark);
            let more = moments.len().saturating_sub(MAX_MOMENTS);
            let told = moments.iter().take(MAX_MOMENTS);
            Practice {
                sign,
                class,
                name: wording::practice(&clean(name)),
                how,
                moments: told.map(|at| (at.secs(), at.to_string())).collect(),
                more,
            }
        };
        marked(summary, mark).iter().map(practice).collect::<Vec<_>>()
    };
    let well = of(Mark::Done, "+", "kept", "");
    let mut next = of(Mark::Broken, "×", "broken", wording::HOW_BROKEN);
    next.extend(of(Mark::Missed, "–", "missed", wording::HOW_MISSED));
    let groups =
        [Group { title: WENT_WELL, practices: well }, Group { title: NEXT_CALL, practices: next }];
    groups.into_iter().filter(|group| !group.practices.is_empty()).collect()
}

pub(super) fn not_needed(summary: &SummaryRecord) -> String {
    let names = marked(summary, Mark::NotNeeded);
    names.iter().map(|name| wording::practice(&clean(name))).collect::<Vec<_>>().join(", ")
}
