//! The prompts of calls, held against the moments at which one is right.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use evenkeel::call::folder::{CallFolder, read_log};
use evenkeel::call::rescore::rescore;
use evenkeel::config::{Config, RuleSet};
use evenkeel::event::{Body, Cue, Event, Layout};
use evenkeel::units::{CallTime, Party};
use serde::Deserialize;

use crate::written::{Ears, Line};

/// What `evaluate cues` is given.
#[derive(clap::Args)]
pub struct Args {
    /// Folder of truths: `NAME.truth.jsonl`, of whose lines those of the kind `moment` are read
    /// (`practices`, `optional`, `start` and `end` in seconds)
    truths: PathBuf,
    /// Folder of calls: `NAME/events.jsonl`
    #[arg(required_unless_present = "written")]
    calls: Option<PathBuf>,
    /// Take the calls from the lines of the truths, without sound, and tell besides what was heard
    /// in them (a mono mix by `layout` in `NAME.toml` beside it)
    #[arg(long, conflicts_with_all = ["calls", "rescore"])]
    written: bool,
    /// With --written, keep the logs in this folder, for trying rules on them (--rules) without
    /// hearing the lines anew
    #[arg(long, requires = "written", value_name = "FOLDER")]
    logs: Option<PathBuf>,
    /// With --written, tell what each line was heard to do
    #[arg(long, requires = "written")]
    per_line: bool,
    /// Hold the rules against the logs anew, instead of judging the prompts that are in them
    #[arg(long)]
    rescore: bool,
    /// The same with the changes of this file
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Take the moments that another coach marked instead (tests/calls/panel): one a line, with the
    /// `call` that it is in
    #[arg(long, value_name = "FILE")]
    marks: Option<PathBuf>,
    /// Only these calls
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
}

/// A window may be off by so many seconds at both ends: a silence begins when the voice fades, not
/// when the line ends, and a prompt for 10 s of it comes then.
const EDGE_SECS: f64 = 0.5;

/// A time at which a prompt for one of some practices is right.
#[derive(Clone, Debug, Deserialize)]
struct Moment {
    practices: Vec<String>,
    optional: bool,
    start: f64,
    end: f64,
    why: String,
}

/// A moment as another coach marked it.
#[derive(Deserialize)]
struct Marked {
    call: String,
    #[serde(flatten)]
    moment: Moment,
}

/// How many prompts and moments came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counts {
    right: usize,
    wrong: usize,
    found: usize,
    missed: usize,
}

impl Counts {
    fn add(&mut self, other: Counts) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.found += other.found;
        self.missed += other.missed;
    }
}

/// Reads the truths and the calls, and prints what each prompt was.
pub fn run(args: Args) -> Result<()> {
    let mut config = Config::default();
    if let Some(path) = &args.rules {
        config.rules = RuleSet::load(path)?;
    }
    let ears = args.written.then(|| Ears::new(config.clone())).transpose()?;
    let mut all = Counts::default();
    let mut by_rule: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let marked = args.marks.as_deref().map(marks).transpose()?;
    let truths = truths(&args.truths)?;
    if let Some(call) =
        marked.iter().flat_map(BTreeMap::keys).find(|call| !truths.contains_key(*call))
    {
        bail!("marks of the call {call}, which is not in {}", args.truths.display());
    }
    for (name, Truth { moments, lines, layout }) in truths {
        let moments = match &marked {
            Some(marked) => marked.get(&name).cloned().unwrap_or_default(),
            None => moments,
        };
        if !args.only.is_empty() && !args.only.contains(&name) {
            continue;
        }
        let told: Vec<(CallTime, Body)> = match (&ears, &args.calls) {
            (Some(ears), _) => {
                let events = ears.listen(&lines, layout)?;
                if let Some(logs) = &args.logs {
                    let folder = CallFolder::create(&logs.join(&name))?;
                    let path = folder.log_path();
                    ensure!(
                        !path.exists(),
                        "{}: is there already; name another folder",
                        path.display()
                    );
                    folder.journal()?.write(&events)?;
                }
                told(events)
            }
            (None, Some(calls)) => {
                let log = read_log(&calls.join(&name))?;
                if args.rescore || args.rules.is_some() {
                    told(rescore(&log, &config).0)
                } else {
                    log.iter().filter_map(|line| Some((line.at.into(), line.body()?))).collect()
                }
            }
            (None, None) => bail!("neither a folder of calls nor --written"),
        };
        let cues: Vec<(f64, &Cue)> = told
            .iter()
            .filter_map(|(at, body)| match body {
                Body::Cue(cue) => Some((at.secs(), cue)),
                _ => None,
            })
            .collect();
        let times: Vec<(f64, &str)> = cues.iter().map(|(at, cue)| (*at, cue.name)).collect();
        let matched = matches(&times, &moments);
        println!("{name}");
        if args.per_line {
            tell_lines(&lines, &told);
        }
        let mut counts = Counts::default();
        for ((at, cue), moment) in cues.iter().zip(&matched) {
            let sums = by_rule.entry(cue.rule.clone()).or_default();
            let (mark, said) = match moment {
                Some(moment) => ("+", moments[*moment].why.as_str()),
                None => ("× false:", cue.why.as_str()),
            };
            match moment {
                Some(_) => (counts.right, sums.0) = (counts.right + 1, sums.0 + 1),
                None => (counts.wrong, sums.1) = (counts.wrong + 1, sums.1 + 1),
            }
            println!("  {at:7.1} s  {mark} {}  {said}", cue.rule);
            if let Some(suggestion) = &cue.suggestion {
                println!("             “{suggestion}”");
            }
        }
        for (i, moment) in moments.iter().enumerate().filter(|(_, moment)| !moment.optional) {
            if matched.contains(&Some(i)) {
                counts.found += 1;
            } else {
                counts.missed += 1;
                let (start, practices) = (moment.start, moment.practices.join(" or "));
                println!("  {start:7.1} s  – missed: {practices}: {}", moment.why);
            }
        }
        all.add(counts);
    }
    ensure!(
        all != Counts::default(),
        "{}: no NAME.truth.jsonl with moments",
        args.truths.display()
    );
    println!("\n{:<26}{:>6}{:>6}", "rule", "right", "false");
    for (rule, (right, wrong)) in by_rule {
        println!("{rule:<26}{right:>6}{wrong:>6}");
    }
    let share = |part: usize, rest: usize| part as f64 / (part + rest).max(1) as f64;
    println!(
        "\nprecision {:.3} ({} of {} prompts), recall {:.3} ({} of {} moments that ask for one)",
        share(all.right, all.wrong),
        all.right,
        all.right + all.wrong,
        share(all.found, all.missed),
        all.found,
        all.found + all.missed
    );
    Ok(())
}

fn told(events: Vec<Event>) -> Vec<(CallTime, Body)> {
    events.into_iter().map(|event| (event.at, event.body)).collect()
}

/// Prints the lines with what was heard in them.
fn tell_lines(lines: &[Line], told: &[(CallTime, Body)]) {
    let heard = |body: &Body| match body {
        Body::Practice(said) => Some((said.party, said.span, said.name, said.score)),
        Body::Remark(said) => Some((said.party, said.span, said.name, said.score)),
        Body::Utterance(said) => Some((said.party?, said.span, "sentiment", said.sentiment?)),
        Body::Tone(tone) => Some((Party::Customer, tone.span, "heat", tone.heat)),
        _ => None,
    };
    for line in lines {
        println!("  {:7.1}..{:.1} {}: {}", line.start, line.end, line.party.name(), line.text);
        for (party, span, name, value) in told.iter().filter_map(|(_, body)| heard(body)) {
            if party == line.party && (line.start..line.end).contains(&span.start.secs()) {
                println!("              {name} {value:.2}");
            }
        }
    }
}

/// What is known of a call.
struct Truth {
    moments: Vec<Moment>,
    lines: Vec<Line>,
    layout: Layout,
}

/// What is known of each call, by its name.
fn truths(folder: &Path) -> Result<BTreeMap<String, Truth>> {
    let mut truths = BTreeMap::new();
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    for entry in entries {
        let path = entry.with_context(|| folder.display().to_string())?.path();
        let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(name) = file.strip_suffix(".truth.jsonl") else { continue };
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let (mut moments, mut lines) = (Vec::new(), Vec::new());
        for (i, line) in text.lines().enumerate() {
            let place = || format!("{}, line {}", path.display(), i + 1);
            let value: serde_json::Value = serde_json::from_str(line).with_context(place)?;
            if value["kind"] == "moment" {
                moments.push(serde_json::from_value(value).with_context(place)?);
            } else if value["kind"] == "line" {
                lines.push(serde_json::from_value(value).with_context(place)?);
            }
        }
        let script = folder.join(format!("{name}.toml"));
        let layout = if script.is_file() { layout(&script)? } else { Layout::Stereo };
        truths.insert(name.to_owned(), Truth { moments, lines, layout });
    }
    Ok(truths)
}

/// The moments that a coach marked in each call.
fn marks(file: &Path) -> Result<BTreeMap<String, Vec<Moment>>> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let mut marks: BTreeMap<String, Vec<Moment>> = BTreeMap::new();
    for (i, line) in text.lines().enumerate() {
        let Marked { call, moment } = serde_json::from_str(line)
            .with_context(|| format!("{}, line {}", file.display(), i + 1))?;
        marks.entry(call).or_default().push(moment);
    }
    Ok(marks)
}

/// How the parties lie in the call of a script.
fn layout(script: &Path) -> Result<Layout> {
    #[derive(Deserialize)]
    struct Script {
        layout: String,
    }
    let place = || script.display().to_string();
    let text = fs::read_to_string(script).with_context(place)?;
    let Script { layout } = toml::from_str(&text).with_context(place)?;
    match layout.as_str() {
        "stereo" => Ok(Layout::Stereo),
        "mono-mix" => Ok(Layout::MonoMix),
        other => bail!("{}: layout is {other:?}, not stereo or mono-mix", script.display()),
    }
}

/// Which moment each prompt serves: one at most, and each moment one prompt. Moments that ask for
/// a prompt go first, of several the one that is over first.
fn matches(cues: &[(f64, &str)], moments: &[Moment]) -> Vec<Option<usize>> {
    let mut taken = vec![false; moments.len()];
    let mut matched = Vec::new();
    for (at, practice) in cues {
        let fits = |(i, moment): &(usize, &Moment)| {
            !taken[*i]
                && (moment.start - EDGE_SECS..=moment.end + EDGE_SECS).contains(at)
                && moment.practices.iter().any(|name| name == practice)
        };
        let best = moments
            .iter()
            .enumerate()
            .filter(fits)
            .min_by(|(_, a), (_, b)| a.optional.cmp(&b.optional).then(a.end.total_cmp(&b.end)));
        let best = best.map(|(i, _)| i);
        if let Some(i) = best {
            taken[i] = true;
        }
        matched.push(best);
    }
    matched
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(practice: &str, optional: bool, start: f64, end: f64) -> Moment {
        Moment { practices: vec![practice.into()], optional, start, end, why: String::new() }
    }

    #[test]
    fn one_prompt_serves_one_moment() {
        let moments = [
            moment("thank", true, 0.0, 10.0),
            moment("thank", false, 5.0, 20.0),
            moment("apologise", false, 5.0, 20.0),
        ];
        let cues = [(4.6, "thank"), (7.0, "thank"), (8.0, "thank"), (20.6, "apologise")];
        assert_eq!(matches(&cues, &moments), [Some(1), Some(0), None, None]);
    }
}
