//! `evenkeel export`: calls in formats that other programs read.

use std::collections::{BTreeSet, HashSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};

use super::calls::{calls_at, free_name};
use super::keys::KeyArgs;
use crate::call::file::is_call;
use crate::call::folder::{CallFolder, private_file, read_log_with};
use crate::call::record::Line;
use crate::report::export::tables::{Form, Table, Tables};
use crate::report::export::{
    call_id, write_audacity_labels, write_contact_lens, write_events_csv, write_rttm, write_srt,
    write_vtt,
};
use crate::report::share::redacted;

/// Write calls in formats that other programs read
#[derive(Args)]
pub struct ExportArgs {
    /// Folders of calls, or folders that they are in
    #[arg(value_name = "CALL|FOLDER", required = true)]
    calls: Vec<PathBuf>,

    /// The format
    #[arg(long = "as", value_enum, value_name = "FORMAT")]
    format: Format,

    /// Write to a file that only you can read, instead of standard output; of several calls, to a
    /// folder, with a file for each that has the call's name; tables of all calls always go to a
    /// folder
    #[arg(long, value_name = "FILE|FOLDER")]
    out: Option<PathBuf>,

    /// Mask numbers, names and addresses in all that was said, and leave out the customer and the names
    /// of files; the call's own name, agent and queue stay
    #[arg(long)]
    redact: bool,

    #[command(flatten)]
    key: KeyArgs,
}

/// What a call is written as.
#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// What was said, how the call went and what was found, as Amazon Connect Contact Lens 1.1.0
    /// has it (JSON)
    ContactLens,
    /// Subtitles with voices (WebVTT)
    Vtt,
    /// Subtitles (SubRip)
    Srt,
    /// A label track for Audacity: what was said, prompts, two voices at once, moments for the coach
    Audacity,
    /// Who spoke when, for speaker diarisation tools (NIST RTTM)
    Rttm,
    /// A table with a row for each thing that happened, with a heading
    Csv,
    /// Four tables of all the calls together, which pandas, DuckDB and Spark read (Apache Parquet):
    /// calls, utterances, events, scorecards
    Parquet,
    /// The same four tables as CSV
    Tables,
}

/// Writes a call; the text is its name where its log does not say it.
type WriteCall = fn(&[Line], &str, &mut dyn Write) -> io::Result<()>;

/// What is written of the calls.
enum Written {
    /// A file each, whose name ends with this.
    Each(&'static str, WriteCall),
    /// Tables of all of them.
    Together(Form),
}

impl Format {
    fn written(self) -> Written {
        match self {
            Format::ContactLens => Written::Each("contact-lens.json", write_contact_lens),
            Format::Vtt => Written::Each("vtt", |lines, _, out| write_vtt(lines, out)),
            Format::Srt => Written::Each("srt", |lines, _, out| write_srt(lines, out)),
            Format::Audacity => {
                Written::Each("labels.txt", |lines, _, out| write_audacity_labels(lines, out))
            }
            Format::Rttm => Written::Each("rttm", write_rttm),
            Format::Csv => Written::Each("csv", write_events_csv),
            Format::Parquet => Written::Together(Form::Parquet),
            Format::Tables => Written::Together(Form::Csv),
        }
    }
}

/// Where the calls go.
enum Place {
    Screen,
    File(PathBuf),
    Folder { path: PathBuf, taken: HashSet<String> },
}

/// Runs the command; returns the exit code: 1 when a log could not be read, though the others
/// are written.
pub fn run(args: ExportArgs) -> anyhow::Result<u8> {
    let key = args.key.load()?;
    let mut folders = BTreeSet::new();
    for path in &args.calls {
        folders.extend(calls_at(path)?);
    }
    let (mut troubles, mut masked) = (Vec::new(), 0);
    // The logs that can be read, each with its folder's name.
    let calls = folders.iter().filter_map(|folder| match read_log_with(folder, key.as_ref()) {
        Ok(mut lines) => {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if args.redact {
                let (kept, words) = redacted(&lines);
                (lines, masked) = (kept, masked + words);
            }
            Some((name, lines))
        }
        Err(trouble) => {
            troubles.push(trouble);
            None
        }
    });
    match args.format.written() {
        Written::Each(ending, write) => {
            let mut place = place(&args, folders.len())?;
            for (name, lines) in calls {
                let mut text = Vec::new();
                write(&lines, &name, &mut text)?;
                place.put(&text, call_id(&lines, &name), ending)?;
            }
        }
        Written::Together(form) => {
            let Some(out) = &args.out else {
                bail!("these are four tables; give a folder for them with --out");
            };
            write_tables(form, calls, out)?;
        }
    }
    if args.redact {
        anstream::eprintln!(
            "{masked} words are masked; a program did it: look through it before you send it on"
        );
    }
    if troubles.len() == folders.len() {
        return Err(troubles.swap_remove(0).into());
    }
    for trouble in &troubles {
        anstream::eprintln!("evenkeel: {trouble}");
    }
    Ok(u8::from(!troubles.is_empty()))
}

/// Writes the tables of all calls into the folder `out`. Each is there under its name when it is
/// whole: another program may be about to read it.
fn write_tables(
    form: Form,
    calls: impl Iterator<Item = (String, Vec<Line>)>,
    out: &Path,
) -> anyhow::Result<()> {
    let failed =
        || format!("{}: can't be written; choose another folder with --out", out.display());
    let folder = CallFolder::create(out)?;
    let path = |table: Table, more: &str| {
        folder.path().join(format!("{}.{}{more}", table.name(), form.ending()))
    };
    let mut tables =
        Tables::new(form, |table| private_file(&path(table, ".new"))).with_context(failed)?;
    for (name, lines) in calls {
        tables.add(&lines, &name).with_context(failed)?;
    }
    tables.finish().with_context(failed)?;
    for table in Table::ALL {
        std::fs::rename(path(table, ".new"), path(table, "")).with_context(failed)?;
    }
    Ok(())
}

/// Where `--out` and what was named say that the calls go.
fn place(args: &ExportArgs, calls: usize) -> anyhow::Result<Place> {
    // Whoever names a folder of calls gets a folder, though there is but one call in it.
    let is_call = |path: &Path| path.is_file() || is_call(path);
    let named = calls == 1 && args.calls.iter().all(|path| is_call(path));
    match &args.out {
        None if calls > 1 => {
            bail!("{calls} calls are in what you named; give a folder for their files with --out")
        }
        None => Ok(Place::Screen),
        Some(out) if named && !out.is_dir() => Ok(Place::File(out.clone())),
        Some(out) => {
            let folder = CallFolder::create(out)?;
            Ok(Place::Folder { path: folder.path().to_owned(), taken: HashSet::new() })
        }
    }
}

impl Place {
    /// Writes a call there.
    fn put(&mut self, text: &[u8], id: &str, ending: &str) -> anyhow::Result<()> {
        let path = match self {
            Place::Screen => {
                let mut screen = io::stdout().lock();
                return Ok(screen.write_all(text).and_then(|()| screen.flush())?);
            }
            Place::File(path) => path.clone(),
            Place::Folder { path, taken } => {
                path.join(format!("{}.{ending}", free_name(id, taken)))
            }
        };
        private_file(&path).and_then(|mut file| file.write_all(text)).with_context(|| {
            format!("{}: can't be written; choose another place with --out", path.display())
        })
    }
}
