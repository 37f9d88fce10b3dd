//! Overlaps and silences of an event log, held against those that are known to be in the call.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use evenkeel::units::Party;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What `evaluate overlaps` is given.
#[derive(clap::Args)]
pub struct Args {
    /// What is in the call: one JSON object a line with `kind` (`interruption`, `backchannel`,
    /// `shared`, `silence`; others are ignored), `by` (not for silence), `start` and `end` in
    /// seconds
    truth: PathBuf,
    /// The event log to judge
    events: PathBuf,
    /// How far an onset or offset may be off, in milliseconds
    #[arg(long, default_value_t = 100.0)]
    tolerance_ms: f64,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

/// Reads both files, compares them and prints the result.
pub fn run(args: Args) -> Result<()> {
    let truth = read_truth(&args.truth)?;
    let found = read(&args.events, kind_of_event)?;
    let comparison = compare(&truth, &found, args.tolerance_ms);
    if args.json {
        println!("{}", serde_json::to_string_pretty(&comparison)?);
    } else {
        print!("{}", comparison.table());
    }
    Ok(())
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Interruption,
    Backchannel,
    Shared,
    Silence,
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::Interruption, Kind::Backchannel, Kind::Shared, Kind::Silence];

    fn name(self) -> &'static str {
        match self {
            Kind::Interruption => "interruption",
            Kind::Backchannel => "backchannel",
            Kind::Shared => "shared",
            Kind::Silence => "silence",
        }
    }
}

/// A stretch of a kind, in seconds from the start of the call.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Stretch {
    pub kind: Kind,
    /// Who came second; nobody for a silence.
    pub by: Option<Party>,
    pub start: f64,
    pub end: f64,
}

impl Stretch {
    /// Intersection over union, where both are of one kind, by the same party, and meet.
    fn likeness(&self, other: &Stretch) -> Option<f64> {
        let shared = self.end.min(other.end) - self.start.max(other.start);
        let joined = self.end.max(other.end) - self.start.min(other.start);
        (self.kind == other.kind && self.by == other.by && shared > 0.0).then(|| shared / joined)
    }

    fn line(&self) -> String {
        let by = self.by.map_or("", Party::name);
        format!("{:<12} {by:<8} {:9.3} to {:9.3} s", self.kind.name(), self.start, self.end)
    }
}

/// A stretch of the truth beside the one found for it. Errors are positive where it was found
/// too late.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Match {
    pub truth: Stretch,
    pub found: Stretch,
    pub onset_error_ms: f64,
    pub offset_error_ms: f64,
}

impl Match {
    fn within(&self, tolerance_ms: f64) -> bool {
        self.onset_error_ms.abs().max(self.offset_error_ms.abs()) <= tolerance_ms
    }
}

/// How far edges are off, regardless of direction.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct EdgeError {
    pub mean_ms: f64,
    pub max_ms: f64,
}

impl EdgeError {
    fn over(errors_ms: impl Iterator<Item = f64> + Clone) -> Option<Self> {
        let sizes = errors_ms.map(f64::abs);
        let max_ms = sizes.clone().reduce(f64::max)?;
        Some(EdgeError { mean_ms: sizes.clone().sum::<f64>() / sizes.count() as f64, max_ms })
    }
}

/// The result for one kind. Shares and errors are absent where there is nothing to divide by.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct KindResult {
    pub kind: Kind,
    pub truth: usize,
    pub found: usize,
    pub matched: usize,
    pub precision: Option<f64>,
    pub recall: Option<f64>,
    pub onset: Option<EdgeError>,
    pub offset: Option<EdgeError>,
}

/// The result for a call.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    pub kinds: Vec<KindResult>,
    pub matches: Vec<Match>,
    pub misses: Vec<Stretch>,
    pub extras: Vec<Stretch>,
    pub tolerance_ms: f64,
    /// Nothing was missed and no edge of a match is off by more than the tolerance.
    pub all_edges_within: bool,
}

/// Pairs what is true with what was found, one to one, the most alike first.
pub fn compare(truth: &[Stretch], found: &[Stretch], tolerance_ms: f64) -> Comparison {
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (i, true_one) in truth.iter().enumerate() {
        for (j, found_one) in found.iter().enumerate() {
            pairs.extend(true_one.likeness(found_one).map(|likeness| (likeness, i, j)));
        }
    }
    // Stable: at equal likeness the earlier line goes first.
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));

    let mut partner_of_truth = vec![None; truth.len()];
    let mut is_taken = vec![false; found.len()];
    for (_, i, j) in pairs {
        if partner_of_truth[i].is_none() && !is_taken[j] {
            partner_of_truth[i] = Some(j);
            is_taken[j] = true;
        }
    }

    let mut matches = Vec::new();
    let mut misses = Vec::new();
    for (true_one, partner) in truth.iter().zip(partner_of_truth) {
        match partner {
            None => misses.push(*true_one),
            Some(j) => matches.push(Match {
                truth: *true_one,
                found: found[j],
                onset_error_ms: ms_between(true_one.start, found[j].start),
                offset_error_ms: ms_between(true_one.end, found[j].end),
            }),
        }
    }
    let extras = found.iter().zip(is_taken).filter(|(_, taken)| !taken).map(|(one, _)| *one);
    Comparison {
        kinds: Kind::ALL.map(|kind| kind_result(kind, truth, found, &matches)).to_vec(),
        all_edges_within: misses.is_empty() && matches.iter().all(|m| m.within(tolerance_ms)),
        matches,
        misses,
        extras: extras.collect(),
        tolerance_ms,
    }
}

/// Milliseconds from one time in seconds to another, to the microsecond: logs have whole
/// milliseconds, and one that is off by just the tolerance must not fail by its last bit.
fn ms_between(from: f64, to: f64) -> f64 {
    ((to - from) * 1e6).round() / 1e3
}

fn kind_result(kind: Kind, truth: &[Stretch], found: &[Stretch], matches: &[Match]) -> KindResult {
    let count = |stretches: &[Stretch]| stretches.iter().filter(|s| s.kind == kind).count();
    let (truth, found) = (count(truth), count(found));
    let matches = matches.iter().filter(|m| m.truth.kind == kind);
    let matched = matches.clone().count();
    let share = |of: usize| (of > 0).then(|| matched as f64 / of as f64);
    KindResult {
        kind,
        truth,
        found,
        matched,
        precision: share(found),
        recall: share(truth),
        onset: EdgeError::over(matches.clone().map(|m| m.onset_error_ms)),
        offset: EdgeError::over(matches.map(|m| m.offset_error_ms)),
    }
}

impl Comparison {
    fn table(&self) -> String {
        let mut lines = vec![format!(
            "{:<12} {:>5} {:>5} {:>7} {:>9} {:>6}   {:>16}   {:>16}",
            "kind",
            "truth",
            "found",
            "matched",
            "precision",
            "recall",
            "onset ms mean/max",
            "offset ms mean/max"
        )];
        let share = |share: Option<f64>| share.map_or("-".into(), |share| format!("{share:.3}"));
        let edge = |error: Option<EdgeError>| match error {
            Some(EdgeError { mean_ms, max_ms }) => format!("{mean_ms:.0} / {max_ms:.0}"),
            None => "-".into(),
        };
        for kind in &self.kinds {
            lines.push(format!(
                "{:<12} {:>5} {:>5} {:>7} {:>9} {:>6}   {:>17}   {:>18}",
                kind.kind.name(),
                kind.truth,
                kind.found,
                kind.matched,
                share(kind.precision),
                share(kind.recall),
                edge(kind.onset),
                edge(kind.offset)
            ));
        }
        for miss in &self.misses {
            lines.push(format!("missed  {}", miss.line()));
        }
        for extra in &self.extras {
            lines.push(format!("extra   {}", extra.line()));
        }
        for off in self.matches.iter().filter(|m| !m.within(self.tolerance_ms)) {
            lines.push(format!(
                "off     {}   onset {:+.0} ms, offset {:+.0} ms",
                off.truth.line(),
                off.onset_error_ms,
                off.offset_error_ms
            ));
        }
        lines.push(format!(
            "all edges within {} ms: {} ({} matched, {} missed, {} extra)\n",
            self.tolerance_ms,
            if self.all_edges_within { "yes" } else { "no" },
            self.matches.len(),
            self.misses.len(),
            self.extras.len()
        ));
        lines.join("\n")
    }
}

/// The stretches of a truth file.
pub fn read_truth(path: &Path) -> Result<Vec<Stretch>> {
    read(path, kind_of_truth)
}

/// Which kind of stretch a line of a truth file calls itself.
fn kind_of_truth(line: &Value) -> Option<&str> {
    line["kind"].as_str()
}

/// The same for a line of an event log.
fn kind_of_event(line: &Value) -> Option<&str> {
    match line["type"].as_str() {
        Some("overlap") => line["kind"].as_str(),
        other => other,
    }
}

fn read(path: &Path, kind_of: impl Fn(&Value) -> Option<&str>) -> Result<Vec<Stretch>> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut stretches = Vec::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let stretch =
            parse(line, &kind_of).with_context(|| format!("{}, line {number}", path.display()))?;
        stretches.extend(stretch);
    }
    Ok(stretches)
}

/// The stretch on a line; nothing when it is of a kind that is not compared.
fn parse(line: &str, kind_of: impl Fn(&Value) -> Option<&str>) -> Result<Option<Stretch>> {
    #[derive(Deserialize)]
    struct Fields {
        by: Option<Party>,
        start: f64,
        end: f64,
    }

    let line: Value = serde_json::from_str(line).context("not a JSON object")?;
    let name = kind_of(&line).context("does not say what kind it is")?;
    let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.name() == name) else {
        return Ok(None);
    };
    let Fields { by, start, end } = Fields::deserialize(&line)?;
    ensure!(start <= end, "ends at {end} s, before it starts at {start} s");
    ensure!(kind == Kind::Silence || by.is_some(), "{name} without `by`");
    Ok(Some(Stretch { kind, by, start, end }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(kind: Kind, by: Party, start: f64, end: f64) -> Stretch {
        Stretch { kind, by: Some(by), start, end }
    }

    fn silence(start: f64, end: f64) -> Stretch {
        Stretch { kind: Kind::Silence, by: None, start, end }
    }

    fn result_of(comparison: &Comparison, kind: Kind) -> &KindResult {
        comparison.kinds.iter().find(|result| result.kind == kind).unwrap()
    }

    #[test]
    fn counts_shares_and_edge_errors() {
        use Kind::{Backchannel, Interruption};
        use Party::{Agent, Customer};
        let truth = [
            stretch(Interruption, Agent, 10.0, 11.0),
            stretch(Interruption, Agent, 20.0, 22.0),
            stretch(Backchannel, Customer, 30.0, 30.5),
            silence(40.0, 50.0),
        ];
        let found = [
            stretch(Interruption, Agent, 10.0625, 10.75),
            stretch(Interruption, Agent, 19.875, 22.0),
            stretch(Interruption, Customer, 30.0, 30.5),
            silence(40.0, 50.0),
        ];
        let comparison = compare(&truth, &found, 250.0);

        // Onsets 62.5 late and 125 early, offsets 250 early and exact.
        assert_eq!(
            *result_of(&comparison, Interruption),
            KindResult {
                kind: Interruption,
                truth: 2,
                found: 3,
                matched: 2,
                precision: Some(2.0 / 3.0),
                recall: Some(1.0),
                onset: Some(EdgeError { mean_ms: 93.75, max_ms: 125.0 }),
                offset: Some(EdgeError { mean_ms: 125.0, max_ms: 250.0 }),
            }
        );
        assert_eq!(result_of(&comparison, Backchannel).recall, Some(0.0));
        assert_eq!(result_of(&comparison, Backchannel).precision, None);
        assert_eq!(comparison.misses, [truth[2]]);
        assert_eq!(comparison.extras, [found[2]]);
        assert!(!comparison.all_edges_within, "one was missed");
    }

    #[test]
    fn an_edge_may_be_off_by_the_tolerance_and_no_more() {
        let (truth, found) = ([silence(1.0, 5.0)], [silence(1.125, 5.0)]);
        assert!(compare(&truth, &found, 125.0).all_edges_within);
        assert!(!compare(&truth, &found, 124.0).all_edges_within);
        // 8.3 - 8.2 is a little more than 0.1.
        assert!(compare(&[silence(8.2, 9.0)], &[silence(8.3, 9.0)], 100.0).all_edges_within);
    }

    #[test]
    fn the_most_alike_pair_up_first_and_only_once() {
        // The first found touches both; it is nearer to the second.
        let truth = [silence(0.0, 10.0), silence(10.0, 20.0)];
        let found = [silence(8.0, 20.0), silence(12.0, 14.0)];
        let comparison = compare(&truth, &found, 100.0);
        assert_eq!(comparison.matches.len(), 1);
        assert_eq!(comparison.matches[0].truth, truth[1]);
        assert_eq!(comparison.matches[0].found, found[0]);
        assert_eq!(comparison.misses, [truth[0]]);
        assert_eq!(comparison.extras, [found[1]]);
    }

    #[test]
    fn stretches_that_only_touch_do_not_match() {
        let comparison = compare(&[silence(0.0, 5.0)], &[silence(5.0, 9.0)], 1e9);
        assert!(comparison.matches.is_empty());
    }

    #[test]
    fn lines_are_read_by_kind_and_others_skipped() {
        let line = r#"{"kind": "shared", "by": "agent", "start": 1, "end": 2.5, "text": "so"}"#;
        let shared = stretch(Kind::Shared, Party::Agent, 1.0, 2.5);
        assert_eq!(parse(line, kind_of_truth).unwrap(), Some(shared));
        let line = r#"{"kind": "line", "party": "agent", "text": "so"}"#;
        assert_eq!(parse(line, kind_of_truth).unwrap(), None);

        let line = r#"{"type": "overlap", "at": 3.1, "start": 1, "end": 2.5, "by": "agent",
                       "kind": "shared", "yielded": false}"#;
        assert_eq!(parse(line, kind_of_event).unwrap(), Some(shared));
        let line = r#"{"type": "silence", "at": 9.0, "start": 4, "end": 9}"#;
        assert_eq!(parse(line, kind_of_event).unwrap(), Some(silence(4.0, 9.0)));
        let line = r#"{"type": "issue", "kind": "silence", "start": 4, "end": 9}"#;
        assert_eq!(parse(line, kind_of_event).unwrap(), None);
    }

    #[test]
    fn what_is_wrong_with_a_line_is_said() {
        let error = |line| format!("{:#}", parse(line, kind_of_truth).unwrap_err());
        assert!(error("kind").starts_with("not a JSON object"));
        assert_eq!(error("{}"), "does not say what kind it is");
        assert_eq!(
            error(r#"{"kind": "silence", "start": 5, "end": 4}"#),
            "ends at 4 s, before it starts at 5 s"
        );
        assert_eq!(error(r#"{"kind": "shared", "start": 3, "end": 4}"#), "shared without `by`");
        assert_eq!(error(r#"{"kind": "silence", "start": 5}"#), "missing field `end`");
    }
}
