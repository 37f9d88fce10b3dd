//! `evenkeel notes`: what people say of calls and of their moments.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;

use super::calls::calls_at;
use crate::call::folder::{LOG_NAME, read_log};
use crate::call::notes::{About, Note, Notes, Said, Verdict, add, merge};
use crate::event::Body;
use crate::units::CallTime;

/// Verdicts and notes on calls: add, take back, list, bring two copies together
#[derive(Args)]
pub struct NotesArgs {
    #[command(subcommand)]
    command: NotesCommand,
}

#[derive(Subcommand)]
enum NotesCommand {
    /// Say something of a call, of a prompt in it, or of a moment
    Add(AddArgs),
    /// Take a note back; taking that back lets it stand again
    Undo {
        /// The call's folder
        call: PathBuf,
        /// Its name, as `list` shows it
        note: String,
        /// Who takes it back, as they call themselves; usually your name on this computer
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
    /// List what was said and stands
    List {
        /// Folders of calls, or folders that they are in
        #[arg(value_name = "CALL|FOLDER", default_value = "calls")]
        calls: Vec<PathBuf>,
    },
    /// Bring over the notes that a copy of a call's folder has and this one lacks
    Merge {
        /// The copy
        from: PathBuf,
        /// The folder that takes them in
        into: PathBuf,
    },
}

#[derive(Args)]
struct AddArgs {
    /// The call's folder
    call: PathBuf,
    /// What there is to say; may be left out with a verdict
    #[arg(required_unless_present = "verdict")]
    text: Option<String>,
    /// Whether the program was right
    #[arg(long, value_enum)]
    verdict: Option<Judgement>,
    /// About the prompt of this number (`id` in the log)
    #[arg(long, value_name = "NUMBER")]
    cue: Option<u32>,
    /// About this moment, or stretch: 1:23 or 1:23-1:40, or in seconds
    #[arg(long, value_name = "TIME", conflicts_with = "cue", value_parser = stretch)]
    at: Option<(f64, f64)>,
    /// Who says it, as they call themselves; usually your name on this computer
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// Whether the program was right.
#[derive(Clone, Copy, ValueEnum)]
enum Judgement {
    Right,
    Wrong,
    Unsure,
}

impl From<Judgement> for Verdict {
    fn from(judgement: Judgement) -> Verdict {
        match judgement {
            Judgement::Right => Verdict::Right,
            Judgement::Wrong => Verdict::Wrong,
            Judgement::Unsure => Verdict::Unsure,
        }
    }
}

/// Runs the command; returns the exit code.
pub fn run(args: NotesArgs) -> anyhow::Result<u8> {
    match args.command {
        NotesCommand::Add(args) => say(args)?,
        NotesCommand::Undo { call, note, by } => undo(&call, &note, by)?,
        NotesCommand::List { calls } => list(&calls)?,
        NotesCommand::Merge { from, into } => {
            for folder in [&from, &into] {
                must_be_a_call(folder)?;
            }
            anstream::println!("{}", told(merge(&from, &into)?));
        }
    }
    Ok(0)
}

fn told(added: usize) -> String {
    match added {
        0 => "Nothing new in it.".to_owned(),
        1 => "1 note was brought over.".to_owned(),
        more => format!("{more} notes were brought over."),
    }
}

fn say(args: AddArgs) -> anyhow::Result<()> {
    must_be_a_call(&args.call)?;
    let about = match (args.cue, args.at) {
        (Some(id), _) => About::Cue(id),
        (None, Some((start, end))) => About::Moment { start, end },
        (None, None) => About::Call,
    };
    look(&args.call, about)?;
    let text = args.text.unwrap_or_default();
    let said = match args.verdict {
        Some(judgement) => Said::Judged { verdict: judgement.into(), text },
        None if text.trim().is_empty() => bail!("the note is empty; say something, or --verdict"),
        None => Said::Noted { text },
    };
    let note = Note::new(Timestamp::now(), &name(args.by)?, about, said);
    add(&args.call, &note)?;
    anstream::println!("Noted as {}.", note.id);
    Ok(())
}

/// That the call has what the note is about.
fn look(call: &Path, about: About) -> anyhow::Result<()> {
    let lines = read_log(call)?;
    let mut bodies = lines.iter().filter_map(|line| line.body());
    match about {
        About::Cue(id) if !bodies.any(|body| matches!(body, Body::Cue(cue) if cue.id == id)) => {
            bail!("{}: there is no prompt {id} in this call", call.display())
        }
        About::Moment { start, .. } => {
            let end = lines.last().map_or(0.0, |line| CallTime::from(line.at).secs());
            if start > end {
                bail!("{}: the call is {end:.0} s long; give a time in it", call.display());
            }
        }
        About::Call | About::Cue(_) => {}
    }
    Ok(())
}

fn undo(call: &Path, id: &str, by: Option<String>) -> anyhow::Result<()> {
    must_be_a_call(call)?;
    if !Notes::read(call)?.has(id) {
        bail!("{}: there is no note {id}; `evenkeel notes list` shows their names", call.display());
    }
    let said = Said::Undone { undoes: id.to_owned() };
    let note = Note::new(Timestamp::now(), &name(by)?, About::Call, said);
    add(call, &note)?;
    anstream::println!("Taken back. To let it stand again: undo {}.", note.id);
    Ok(())
}

fn list(paths: &[PathBuf]) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    for path in paths {
        for call in calls_at(path)? {
            let notes = Notes::read(&call)?;
            if notes.unread > 0 {
                anstream::eprintln!(
                    "evenkeel: {}: lines of its notes that this program can't read: {}",
                    call.display(),
                    notes.unread
                );
            }
            let standing = notes.standing();
            if standing.is_empty() {
                continue;
            }
            writeln!(out, "{}", call.display())?;
            for note in standing {
                writeln!(out, "  {}", line(note))?;
            }
        }
    }
    Ok(())
}

/// A note on one line; control characters of what was typed stay out of the terminal.
fn line(note: &Note) -> String {
    let place = match note.about {
        About::Call => "the call".to_owned(),
        About::Cue(id) => format!("prompt {id}"),
        About::Moment { start, end } if end > start => format!("{}-{}", clock(start), clock(end)),
        About::Moment { start, .. } => clock(start),
    };
    let said = match &note.said {
        Said::Judged { verdict, text } => {
            [verdict.word(), text].join(if text.is_empty() { "" } else { ": " })
        }
        Said::Noted { text } => text.clone(),
        Said::Undone { undoes } => format!("takes back {undoes}"),
    };
    let day = note.at.strftime("%Y-%m-%d");
    format!("{}  {day}  {}  {place}: {said}", note.id, note.by).replace(char::is_control, " ")
}

fn clock(secs: f64) -> String {
    let secs = secs as u64;
    format!("{}:{:02}", secs / 60, secs % 60)
}

/// Reads `1:23`, `1:02:03` or `83.5`, or two of them with a hyphen between.
fn stretch(text: &str) -> Result<(f64, f64), String> {
    let wrong = || "not a time; write it as 1:23 or 1:23-1:40, or in seconds".to_owned();
    let time = |text: &str| {
        let mut secs = 0.0;
        for part in text.split(':') {
            let part: f64 = part.trim().parse().ok().filter(|part: &f64| *part >= 0.0)?;
            secs = secs * 60.0 + part;
        }
        Some(secs).filter(|secs| secs.is_finite())
    };
    let (start, end) = text.split_once('-').unwrap_or((text, text));
    let (start, end) = time(start).zip(time(end)).ok_or_else(wrong)?;
    if end < start { Err("it ends before it starts".to_owned()) } else { Ok((start, end)) }
}

/// Who says it.
pub(super) fn name(given: Option<String>) -> anyhow::Result<String> {
    let system =
        || ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|key| std::env::var(key).ok());
    let name = given.or_else(system).filter(|name| !name.trim().is_empty());
    name.context("who says it is not known; give a name with --by")
}

fn must_be_a_call(folder: &Path) -> anyhow::Result<()> {
    if !folder.join(LOG_NAME).is_file() {
        bail!("{}: not a call's folder; it has no {LOG_NAME}", folder.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        assert_eq!(stretch("1:23"), Ok((83.0, 83.0)));
        assert_eq!(stretch("83.5-1:02:03"), Ok((83.5, 3723.0)));
        for wrong in ["", "1:-2", "soon", "2:00-1:00", "inf"] {
            assert!(stretch(wrong).is_err(), "{wrong}");
        }
    }
}
