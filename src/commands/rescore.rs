//! `evenkeel rescore`: what other rules would have said in calls that are kept.

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::AddAssign as _;
use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use anyhow::bail;
use clap::Args;

use crate::call::folder::read_log;
use crate::call::rescore::rescore;
use crate::call::search::call_folders;
use crate::config::{Config, RuleSet};
use crate::event::{Body, Cue};
use crate::units::CallTime;

const BOLD: Style = Style::new().bold();
const GONE: Style = AnsiColor::Red.on_default();
const NEW: Style = AnsiColor::Green.on_default();
/// A prompt of the same rule within so many seconds is the same.
const SAME_SECS: f64 = 2.0;

/// Hold changed rules against calls that are kept, without their audio, and print the difference
#[derive(Args)]
pub struct RescoreArgs {
    /// Calls, or folders of calls
    #[arg(required = true)]
    calls: Vec<PathBuf>,

    /// The changed rules; without, the shipped ones are held against what the agent saw
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,

    /// Settings that were in force, if not the defaults
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// A prompt and its time.
type Prompt = (CallTime, Cue);

/// Runs the command.
pub fn run(args: RescoreArgs) -> anyhow::Result<()> {
    let before = args.config.as_deref().map_or_else(|| Ok(Config::default()), Config::load)?;
    let mut after = before.clone();
    if let Some(path) = &args.rules {
        after.rules = RuleSet::load(path)?;
    }
    let mut out = anstream::stdout();
    let mut changes: BTreeMap<String, (usize, usize, usize)> = BTreeMap::new();
    let mut folders = Vec::new();
    for path in &args.calls {
        folders.extend(call_folders(path)?);
    }
    if folders.is_empty() {
        bail!("no calls there: a call's folder has `events.jsonl` in it");
    }
    for folder in &folders {
        let lines = read_log(folder)?;
        let bodies = |config| rescore(&lines, config).0;
        let old: Vec<Prompt> = match args.rules {
            Some(_) => bodies(&before).into_iter().filter_map(|e| prompt(e.at, e.body)).collect(),
            None => {
                let told = lines.iter().filter_map(|line| Some((line.at.into(), line.body()?)));
                told.filter_map(|(at, body)| prompt(at, body)).collect()
            }
        };
        let new: Vec<Prompt> =
            bodies(&after).into_iter().filter_map(|e| prompt(e.at, e.body)).collect();
        let (kept, gone, come) = compare(&old, &new);
        writeln!(
            out,
            "{BOLD}{}{BOLD:#}: {} prompts stay, {} go, {} come",
            folder.display(),
            kept.len(),
            gone.len(),
            come.len()
        )?;
        let mut lines: Vec<(&Prompt, char, Style)> = Vec::new();
        lines.extend(gone.iter().map(|prompt| (*prompt, '-', GONE)));
        lines.extend(come.iter().map(|prompt| (*prompt, '+', NEW)));
        lines.sort_by_key(|((at, _), ..)| *at);
        for ((at, cue), sign, style) in lines {
            writeln!(
                out,
                "  {style}{sign} {at}  {}{style:#}  {} – {}",
                cue.rule, cue.text, cue.why
            )?;
        }
        for (prompts, which) in [(&kept, 0), (&gone, 1), (&come, 2)] {
            for (_, cue) in prompts {
                let counts = changes.entry(cue.rule.clone()).or_default();
                [&mut counts.0, &mut counts.1, &mut counts.2][which].add_assign(1);
            }
        }
    }
    if !changes.is_empty() {
        writeln!(out, "\n{BOLD}{:<26}{:>6}{:>6}{:>6}{BOLD:#}", "rule", "stay", "go", "come")?;
        for (rule, (stay, go, come)) in changes {
            writeln!(out, "{rule:<26}{stay:>6}{go:>6}{come:>6}")?;
        }
    }
    Ok(())
}

fn prompt(at: CallTime, body: Body) -> Option<Prompt> {
    if let Body::Cue(cue) = body { Some((at, cue)) } else { None }
}

/// The prompts that stay, those that go and those that come; each matches one at most.
fn compare<'a>(
    old: &'a [Prompt],
    new: &'a [Prompt],
) -> (Vec<&'a Prompt>, Vec<&'a Prompt>, Vec<&'a Prompt>) {
    let mut matched = vec![false; new.len()];
    let (mut kept, mut gone) = (Vec::new(), Vec::new());
    for prompt in old {
        let same = new.iter().enumerate().find(|(i, (at, cue))| {
            let apart = (at.secs() - prompt.0.secs()).abs();
            !matched[*i] && cue.rule == prompt.1.rule && apart <= SAME_SECS
        });
        match same {
            Some((i, _)) => {
                matched[i] = true;
                kept.push(prompt);
            }
            None => gone.push(prompt),
        }
    }
    let come = new.iter().zip(&matched).filter(|(_, matched)| !**matched);
    (kept, gone, come.map(|(prompt, _)| prompt).collect())
}
