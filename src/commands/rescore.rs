//! `evenkeel rescore`: what other rules would have said in calls that are kept.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use anyhow::bail;
use clap::Args;

use super::keys::KeyArgs;
use crate::call::folder::read_log_with;
use crate::call::record::Line;
use crate::call::rescore::{Difference, Prompt, compare, prompts, shown};
use crate::call::search::call_folders;
use crate::config::{Config, RuleSet};
use crate::report::wording::counted;
use crate::session::batch::each;
use crate::session::replay::SessionError;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GONE: Style = AnsiColor::Red.on_default();
const NEW: Style = AnsiColor::Green.on_default();
/// Of so many calls each is told, of more only those that change.
const FEW: usize = 20;

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

    #[command(flatten)]
    key: KeyArgs,
}

/// Runs the command; returns the exit code: 1 when a log could not be read, though the others are
/// told.
pub fn run(args: RescoreArgs) -> anyhow::Result<u8> {
    let key = args.key.load()?;
    let before = args.config.as_deref().map_or_else(|| Ok(Config::default()), Config::load)?;
    let mut after = before.clone();
    if let Some(path) = &args.rules {
        after.rules = RuleSet::load(path)?;
    }
    let mut folders = Vec::new();
    for path in &args.calls {
        folders.extend(call_folders(path)?);
    }
    if folders.is_empty() {
        let places: Vec<String> =
            args.calls.iter().map(|path| path.display().to_string()).collect();
        bail!("{}: no call there; a call's folder has `events.jsonl` in it", places.join(", "));
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut found: Vec<(&PathBuf, Difference)> = Vec::new();
    let mut troubles = Vec::new();
    each(
        folders.iter(),
        cores,
        || Ok(()),
        |(), folder| {
            let lines = read_log_with(folder, key.as_ref()).map_err(|error| error.to_string())?;
            let earlier = args.rules.is_some().then_some(&before);
            Ok(difference(&lines, earlier, &after))
        },
        |folder, result: Result<Result<Difference, String>, String>| {
            match result.unwrap_or_else(Err) {
                Ok(difference) => found.push((folder, difference)),
                Err(why) => troubles.push(why),
            }
            Ok::<(), SessionError>(())
        },
    )?;
    found.sort_by_key(|(folder, _)| *folder);
    let mut out = anstream::stdout().lock();
    match &args.rules {
        None => writeln!(
            out,
            "{DIM}What the agents saw, against what the shipped rules find in the logs. Pace is looked at once a \
             second there, so that a prompt for it may move.{DIM:#}"
        )?,
        Some(path) => writeln!(
            out,
            "{DIM}What the shipped rules find in the logs, against those of {}.{DIM:#}",
            path.display()
        )?,
    }
    write(&found, &mut out)?;
    for trouble in &troubles {
        anstream::eprintln!("evenkeel: {trouble}; the call is left out");
    }
    Ok(if troubles.is_empty() { 0 } else { 1 })
}

/// What the rules of `after` say otherwise than those of `before` do, or, without these, than the
/// agent saw.
fn difference(lines: &[Line], before: Option<&Config>, after: &Config) -> Difference {
    let old = before.map_or_else(|| shown(lines), |before| prompts(lines, before));
    compare(old, prompts(lines, after))
}

fn write(found: &[(&PathBuf, Difference)], out: &mut dyn Write) -> io::Result<()> {
    let mut changes: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut changed = 0;
    for (folder, Difference { kept, gone, come }) in found {
        for (prompts, which) in [(kept, 0), (gone, 1), (come, 2)] {
            for (_, cue) in prompts {
                changes.entry(&cue.rule).or_default()[which] += 1;
            }
        }
        let same = gone.is_empty() && come.is_empty();
        changed += usize::from(!same);
        // In an archive only what changes is of interest.
        if same && found.len() > FEW {
            continue;
        }
        writeln!(
            out,
            "{BOLD}{}{BOLD:#}: {} the same, {} gone, {} new",
            folder.display(),
            counted(kept.len(), "prompt"),
            gone.len(),
            come.len()
        )?;
        let mut lines: Vec<(&Prompt, char, Style)> = Vec::new();
        lines.extend(gone.iter().map(|prompt| (prompt, '-', GONE)));
        lines.extend(come.iter().map(|prompt| (prompt, '+', NEW)));
        lines.sort_by_key(|((at, _), ..)| *at);
        for ((at, cue), sign, style) in lines {
            writeln!(
                out,
                "  {style}{sign} {at}  {}{style:#}  {} – {}",
                cue.rule, cue.text, cue.why
            )?;
        }
    }
    if found.len() > 1 {
        writeln!(out, "\nOther prompts in {changed} of {} calls.", found.len())?;
    }
    if !changes.is_empty() {
        writeln!(out, "\n{BOLD}{:<26}{:>6}{:>6}{:>6}{BOLD:#}", "rule", "same", "gone", "new")?;
        for (rule, [stay, go, come]) in changes {
            writeln!(out, "{rule:<26}{stay:>6}{go:>6}{come:>6}")?;
        }
    }
    Ok(())
}
