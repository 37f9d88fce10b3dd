//! `evenkeel notes`: what people say of calls and of their moments.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;

use super::calls::calls_at;
use super::keys::KeyArgs;
use super::place::{name, stretch};
use crate::call::file::is_call;
use crate::call::folder::{FolderError, LOG_NAME, read_head_with, read_log_with};
use crate::call::key::Key;
use crate::call::notes::{About, Note, Notes, Said, Verdict, add_with, merge_with};
use crate::call::record::Record;
use crate::event::Body;
use crate::report::share::prompts;
use crate::units::CallTime;

/// Verdicts and notes on calls: add, take back, list, bring two copies together
#[derive(Args)]
pub struct NotesArgs {
    #[command(subcommand)]
    command: NotesCommand,

    #[command(flatten)]
    key: KeyArgs,
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
    let key = args.key.load()?;
    let key = key.as_ref();
    match args.command {
        NotesCommand::Add(args) => say(args, key)?,
        NotesCommand::Undo { call, note, by } => undo(&call, &note, by, key)?,
        NotesCommand::List { calls } => return list(&calls, key),
        NotesCommand::Merge { from, into } => {
            for folder in [&from, &into] {
                must_be_a_call(folder)?;
            }
            must_be_the_same(&from, &into, key)?;
            anstream::println!("{}", told(merge_with(&from, &into, key)?));
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

fn say(args: AddArgs, key: Option<&Key>) -> anyhow::Result<()> {
    must_be_a_call(&args.call)?;
    let about = match (args.cue, args.at) {
        (Some(id), _) => About::Cue(id),
        (None, Some((start, end))) => About::Moment { start, end },
        (None, None) => About::Call,
    };
    look(&args.call, about, key)?;
    let text = args.text.unwrap_or_default();
    let said = match args.verdict {
        Some(judgement) => Said::Judged { verdict: judgement.into(), text },
        None if text.trim().is_empty() => bail!("the note is empty; say something, or --verdict"),
        None => Said::Noted { text },
    };
    let note = Note::new(Timestamp::now(), &name(args.by)?, about, said);
    add_with(&args.call, &note, key)?;
    anstream::println!("Noted as {}.", note.id);
    Ok(())
}

/// That the call has what the note is about.
fn look(call: &Path, about: About, key: Option<&Key>) -> anyhow::Result<()> {
    let lines = read_log_with(call, key)?;
    let mut bodies = lines.iter().filter_map(|line| line.body());
    match about {
        About::Cue(id) if !bodies.any(|body| matches!(body, Body::Cue(cue) if cue.id == id)) => {
            bail!("{}: there is no prompt {id} in this call; {}", call.display(), prompts(&lines))
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

fn undo(call: &Path, id: &str, by: Option<String>, key: Option<&Key>) -> anyhow::Result<()> {
    must_be_a_call(call)?;
    if !Notes::read_with(call, key)?.has(id) {
        bail!("{}: there is no note {id}; `evenkeel notes list` shows their names", call.display());
    }
    let said = Said::Undone { undoes: id.to_owned() };
    let note = Note::new(Timestamp::now(), &name(by)?, About::Call, said);
    add_with(call, &note, key)?;
    anstream::println!("Taken back. To let it stand again: undo {}.", note.id);
    Ok(())
}

/// Lists what was noted; 1 when notes could not be read, though the others were.
fn list(paths: &[PathBuf], key: Option<&Key>) -> anyhow::Result<u8> {
    let mut out = anstream::stdout().lock();
    let (mut nothing, mut failed) = (true, false);
    for path in paths {
        for call in calls_at(path)? {
            let notes = match Notes::read_with(&call, key) {
                Ok(notes) => notes,
                Err(why) => {
                    failed = true;
                    anstream::eprintln!("evenkeel: {why}");
                    continue;
                }
            };
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
            nothing = false;
            writeln!(out, "{}", call.display())?;
            for note in standing {
                writeln!(out, "  {}", line(note))?;
            }
        }
    }
    if nothing && !failed {
        writeln!(out, "Nothing was noted.")?;
    }
    Ok(u8::from(failed))
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

fn must_be_a_call(folder: &Path) -> anyhow::Result<()> {
    if is_call(folder) {
        return Ok(());
    }
    if let Err(error) = std::fs::read_dir(folder)
        && error.kind() != io::ErrorKind::NotFound
    {
        bail!("{}: can't be read: {error}", folder.display());
    }
    bail!("{}: not a call's folder; it has no {LOG_NAME}", folder.display());
}

/// That one folder is a copy of the other: what is said of a call belongs to no other.
fn must_be_the_same(from: &Path, into: &Path, key: Option<&Key>) -> anyhow::Result<()> {
    let call = |folder: &Path| {
        Ok::<_, FolderError>(match read_head_with(folder, key)?.record {
            Record::Call { id, started, source, .. } => Some((id, started, source)),
            _ => None,
        })
    };
    let (one, other) = (call(from)?, call(into)?);
    if one.is_none() || one != other {
        bail!(
            "{} and {}: not the same call; nothing was brought over",
            from.display(),
            into.display()
        );
    }
    Ok(())
}
