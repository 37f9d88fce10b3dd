//! `evenkeel promises`: what was promised in calls, and by when.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use jiff::Zoned;
use jiff::civil::Date;

use super::calls::calls_at;
use super::keys::KeyArgs;
use super::scope::day;
use crate::call::folder::{private_file, read_log_with};
use crate::call::key::Key;
use crate::report::{
    Promised, account_width, promised, sort_promises, write_calendar, write_promises,
    write_promises_csv,
};

/// List what was promised in calls, the first due first
#[derive(Args)]
pub struct PromisesArgs {
    /// Folders of calls, or folders that they are in
    #[arg(value_name = "CALL|FOLDER", default_value = "calls")]
    calls: Vec<PathBuf>,

    /// As a list to read, as a table for other programs, or as to-dos for a calendar
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Write to a file that only you can read, instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Only what falls due before this day, as 2026-12-04
    #[arg(long, value_name = "DATE", value_parser = day)]
    due_before: Option<Date>,

    #[command(flatten)]
    key: KeyArgs,
}

/// How the promises are written.
#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// A list to read
    Text,
    /// Comma-separated values, with a heading
    Csv,
    /// iCalendar to-dos; importing them twice does not double them
    Ical,
}

/// Runs the command; returns the exit code: 1 when a log could not be read, though the others
/// are told.
pub fn run(args: PromisesArgs) -> anyhow::Result<u8> {
    let key = args.key.load()?;
    let mut folders = BTreeSet::new();
    for path in &args.calls {
        folders.extend(calls_at(path)?);
    }
    let mut promises = Vec::new();
    let mut troubles = Vec::new();
    for folder in &folders {
        match promises_of(folder, key.as_ref()) {
            Ok(found) => promises.extend(found),
            Err(trouble) => troubles.push(trouble),
        }
    }
    if troubles.len() == folders.len() {
        return Err(troubles.swap_remove(0));
    }
    let to_read = matches!(args.format, Format::Text) && args.out.is_none();
    let mut none_before = None;
    if let Some(day) = args.due_before {
        let unknown = promises.iter().filter(|promise| promise.due.is_none()).count();
        promises.retain(|promise| promise.due.is_some_and(|due| due < day));
        none_before = promises.is_empty().then_some(day);
        if unknown > 0 && to_read {
            anstream::eprintln!(
                "evenkeel: promises left out, since their day is not known: {unknown}; of a recording, \
                 `evenkeel replay --began` tells it"
            );
        }
    }
    sort_promises(&mut promises);
    match (&args.out, none_before) {
        (None, Some(day)) if to_read => anstream::println!("No promise falls due before {day}."),
        (None, _) => {
            write(args.format, &promises, account_width(), &mut anstream::stdout().lock())?
        }
        (Some(path), _) => {
            let mut text = Vec::new();
            let mut plain = anstream::StripStream::new(&mut text);
            write(args.format, &promises, account_width(), &mut plain)?;
            let written = private_file(path).and_then(|mut file| file.write_all(&text));
            written.with_context(|| {
                format!("{}: can't be written; choose another file with --out", path.display())
            })?;
        }
    }
    for trouble in &troubles {
        anstream::eprintln!("evenkeel: {trouble:#}");
    }
    Ok(u8::from(!troubles.is_empty()))
}

fn write(
    format: Format,
    promises: &[Promised],
    width: usize,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let now = Zoned::now();
    match format {
        Format::Text => write_promises(promises, now.date(), width, out),
        Format::Csv => write_promises_csv(promises, now.date(), out),
        Format::Ical => write_calendar(promises, now.timestamp(), out),
    }
}

fn promises_of(call: &Path, key: Option<&Key>) -> anyhow::Result<Vec<Promised>> {
    let lines = read_log_with(call, key)?;
    let name =
        call.file_name().map_or_else(|| call.to_string_lossy(), |name| name.to_string_lossy());
    promised(&lines, &name).with_context(|| call.display().to_string())
}
