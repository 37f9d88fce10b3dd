//! `evenkeel export`: calls in formats that other programs read.

use std::collections::{BTreeSet, HashSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};

use super::calls::calls_at;
use crate::call::folder::{CallFolder, LOG_NAME, private_file, read_log};
use crate::call::record::Line;
use crate::report::export::{
    call_id, write_audacity_labels, write_contact_lens, write_events_csv, write_rttm, write_srt,
    write_vtt,
};

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
    /// folder, with a file for each that has the call's name
    #[arg(long, value_name = "FILE|FOLDER")]
    out: Option<PathBuf>,
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
}

impl Format {
    /// What its files' names end with.
    fn ending(self) -> &'static str {
        match self {
            Format::ContactLens => "contact-lens.json",
            Format::Vtt => "vtt",
            Format::Srt => "srt",
            Format::Audacity => "labels.txt",
            Format::Rttm => "rttm",
            Format::Csv => "csv",
        }
    }

    /// Writes a call; `name` is its own where its log does not say it.
    fn write(self, lines: &[Line], name: &str, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Format::ContactLens => write_contact_lens(lines, name, out),
            Format::Vtt => write_vtt(lines, out),
            Format::Srt => write_srt(lines, out),
            Format::Audacity => write_audacity_labels(lines, out),
            Format::Rttm => write_rttm(lines, name, out),
            Format::Csv => write_events_csv(lines, name, out),
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
    let mut folders = BTreeSet::new();
    for path in &args.calls {
        folders.extend(calls_at(path)?);
    }
    let mut place = place(&args, folders.len())?;
    let mut troubles = Vec::new();
    for folder in &folders {
        let lines = match read_log(folder) {
            Ok(lines) => lines,
            Err(trouble) => {
                troubles.push(trouble);
                continue;
            }
        };
        let name =
            folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
        let mut text = Vec::new();
        args.format.write(&lines, &name, &mut text)?;
        place.put(&text, call_id(&lines, &name), args.format)?;
    }
    if troubles.len() == folders.len() {
        return Err(troubles.swap_remove(0).into());
    }
    for trouble in &troubles {
        anstream::eprintln!("evenkeel: {trouble}");
    }
    Ok(u8::from(!troubles.is_empty()))
}

/// Where `--out` and what was named say that the calls go.
fn place(args: &ExportArgs, calls: usize) -> anyhow::Result<Place> {
    // Whoever names a folder of calls gets a folder, though there is but one call in it.
    let is_call = |path: &Path| path.is_file() || path.join(LOG_NAME).is_file();
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
    fn put(&mut self, text: &[u8], id: &str, format: Format) -> anyhow::Result<()> {
        let path = match self {
            Place::Screen => {
                let mut screen = io::stdout().lock();
                return Ok(screen.write_all(text).and_then(|()| screen.flush())?);
            }
            Place::File(path) => path.clone(),
            Place::Folder { path, taken } => {
                path.join(format!("{}.{}", free_name(id, taken), format.ending()))
            }
        };
        private_file(&path).and_then(|mut file| file.write_all(text)).with_context(|| {
            format!("{}: can't be written; choose another place with --out", path.display())
        })
    }
}

/// A file's name for a call, without what no file system takes or what leads out of the folder;
/// with a number where another call has it already.
fn free_name(id: &str, taken: &mut HashSet<String>) -> String {
    /// Leaves room for the number and the ending in the 255 bytes that file systems take.
    const MAX_BYTES: usize = 200;
    let mut name = String::new();
    for c in id.trim().chars() {
        let bad = c.is_control() || "/\\:*?\"<>|".contains(c) || (name.is_empty() && c == '.');
        let c = if bad { '_' } else { c };
        if name.len() + c.len_utf8() > MAX_BYTES {
            break;
        }
        name.push(c);
    }
    if name.is_empty() {
        name.push_str("call");
    }
    // Some file systems take capitals for small letters.
    let mut free = name.clone();
    let mut n = 1;
    while !taken.insert(free.to_lowercase()) {
        n += 1;
        free = format!("{name}-{n}");
    }
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_the_folder_and_are_used_once() {
        let mut taken = HashSet::new();
        let mut name = |id: &str| free_name(id, &mut taken);
        assert_eq!(name("demo-call"), "demo-call");
        assert_eq!(name("Demo-Call"), "Demo-Call-2");
        assert_eq!(name("demo-call"), "demo-call-3");
        assert_eq!(name("../../etc/passwd"), "_._.._etc_passwd");
        assert_eq!(name("a\nb\0c\"<d>|"), "a_b_c__d__");
        assert_eq!(name(" "), "call");
        assert_eq!(name(&"ö".repeat(300)).len(), 200);
    }
}
