//! What people said of the prompts of each rule, and how right that makes it.

use std::collections::BTreeMap;
use std::path::Path;

use super::index::{Index, IndexError};
use super::scope::{Conditions, Scope};
use crate::call::file::is_there;
use crate::call::folder::read_log_with;
use crate::call::key::Key;
use crate::call::notes::{About, NOTES_NAME, Notes, Verdict};
use crate::call::record::Record;
use crate::units::CallTime;

/// With fewer verdicts, right or wrong, nothing is said of a rule: of seven the 95 % interval is wider
/// than a half, whatever they are.
pub const MIN_VERDICTS: u32 = 8;
/// A rule is judged poorly where even the upper end of the interval lies below this.
pub const WANTED_PRECISION: f64 = 0.7;

/// A prompt that somebody judged.
#[derive(Clone, Debug, PartialEq)]
pub struct JudgedCue {
    /// The call.
    pub call: String,
    /// When it came.
    pub at: CallTime,
    /// Its rule.
    pub rule: String,
    /// The latest verdict that stands.
    pub verdict: Verdict,
}

/// How a rule was judged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Precision {
    /// The rule.
    pub rule: String,
    /// Prompts that were right.
    pub right: u32,
    /// Prompts that were wrong.
    pub wrong: u32,
    /// Prompts of which whoever judged could not tell.
    pub unsure: u32,
}

/// What can be said of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There are less than [`MIN_VERDICTS`].
    TooFew,
    /// It is more often wrong than it may be.
    Poor,
    /// It may be as right as is wanted.
    Fair,
}

impl Precision {
    /// Verdicts that say whether it was right.
    pub fn told(&self) -> u32 {
        self.right + self.wrong
    }

    /// The share of those that were right; `None` without any.
    pub fn share(&self) -> Option<f64> {
        (self.told() > 0).then(|| f64::from(self.right) / f64::from(self.told()))
    }

    /// Between which shares the true one lies with 95 % certainty: the interval of Wilson (1927), which
    /// holds for few verdicts as well.
    pub fn interval(&self) -> Option<(f64, f64)> {
        const Z: f64 = 1.959_964;
        let (share, count) = (self.share()?, f64::from(self.told()));
        let middle = share + Z * Z / (2.0 * count);
        let half = Z * (share * (1.0 - share) / count + Z * Z / (4.0 * count * count)).sqrt();
        let whole = 1.0 + Z * Z / count;
        Some((((middle - half) / whole).max(0.0), ((middle + half) / whole).min(1.0)))
    }

    /// What can be said of the rule.
    pub fn standing(&self) -> Standing {
        match self.interval() {
            Some((_, most)) if self.told() >= MIN_VERDICTS => {
                if most < WANTED_PRECISION {
                    Standing::Poor
                } else {
                    Standing::Fair
                }
            }
            _ => Standing::TooFew,
        }
    }
}

/// The names of the calls in `scope`.
///
/// # Errors
/// [`IndexError::Database`].
pub fn calls_in(index: &Index, scope: &Scope) -> Result<Vec<String>, IndexError> {
    let mut conditions = Conditions::default();
    scope.add_to(&mut conditions);
    let text = format!("SELECT id FROM calls WHERE {} ORDER BY id", conditions.text());
    let ask = || {
        let mut query = index.connection().prepare(&text)?;
        let ids =
            query.query_map(rusqlite::params_from_iter(conditions.values()), |row| row.get(0))?;
        ids.collect()
    };
    index.done(ask())
}

/// The prompts in these calls of the archive at `root` that somebody judged, by call and time. Calls
/// whose notes or log can't be read are named beside.
pub fn judged(root: &Path, calls: &[String], key: Option<&Key>) -> (Vec<JudgedCue>, Vec<String>) {
    let (mut judged, mut troubles) = (Vec::new(), Vec::new());
    for call in calls {
        let folder = root.join("calls").join(call);
        // Few calls are judged: the others cost no more than a look.
        if !is_there(&folder.join(NOTES_NAME)) {
            continue;
        }
        match judged_in(&folder, call, key) {
            Ok(found) => judged.extend(found),
            Err(why) => troubles.push(why),
        }
    }
    (judged, troubles)
}

fn judged_in(folder: &Path, call: &str, key: Option<&Key>) -> Result<Vec<JudgedCue>, String> {
    let notes = Notes::read_with(folder, key).map_err(|error| error.to_string())?;
    let lines = read_log_with(folder, key).map_err(|error| error.to_string())?;
    let cues = lines.iter().filter_map(|line| match &line.record {
        Record::Cue(cue) => Some(JudgedCue {
            call: call.to_owned(),
            at: line.at.into(),
            rule: cue.rule.clone(),
            verdict: notes.verdict(About::Cue(cue.id))?,
        }),
        _ => None,
    });
    Ok(cues.collect())
}

/// How each rule was judged, the least right first and those with too few verdicts last.
pub fn precisions(judged: &[JudgedCue]) -> Vec<Precision> {
    let mut rules: BTreeMap<&str, Precision> = BTreeMap::new();
    for cue in judged {
        let rule = rules.entry(&cue.rule).or_default();
        match cue.verdict {
            Verdict::Right => rule.right += 1,
            Verdict::Wrong => rule.wrong += 1,
            Verdict::Unsure => rule.unsure += 1,
        }
    }
    let named = |(rule, counts): (&str, Precision)| Precision { rule: rule.to_owned(), ..counts };
    let mut all: Vec<Precision> = rules.into_iter().map(named).collect();
    let order = |a: &Precision| (a.standing() == Standing::TooFew, a.share().unwrap_or(1.0));
    all.sort_by(|a, b| {
        let ((few, share), (other_few, other)) = (order(a), order(b));
        few.cmp(&other_few).then(share.total_cmp(&other))
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(right: u32, wrong: u32) -> Precision {
        Precision { rule: "x".into(), right, wrong, unsure: 0 }
    }

    #[test]
    fn the_interval_is_that_of_wilson() {
        // Newcombe (1998), table I: 81 of 263, and 0 of 20, with their score intervals.
        let near = |found: Option<(f64, f64)>, least: f64, most: f64| {
            let (a, b) = found.unwrap();
            assert!((a - least).abs() < 6e-5 && (b - most).abs() < 6e-5, "{a} {b}");
        };
        near(of(81, 182).interval(), 0.2553, 0.3662);
        near(of(0, 20).interval(), 0.0, 0.1611);
        assert_eq!(of(0, 0).interval(), None);
    }

    #[test]
    fn a_few_verdicts_say_nothing_and_many_must_be_clear() {
        use Standing::{Fair, Poor, TooFew};
        for (right, wrong, standing) in [
            (0, 7, TooFew),
            (0, 8, Poor),
            (3, 5, Poor),
            (4, 4, Fair),
            (60, 40, Poor),
            (65, 35, Fair),
            (20, 0, Fair),
        ] {
            assert_eq!(of(right, wrong).standing(), standing, "{right} {wrong}");
        }
    }
}
