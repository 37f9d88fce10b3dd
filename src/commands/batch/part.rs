//! What passes between `--engine hq` and its tasks: files in a folder that all machines see.
//!
//! ```text
//! in/TASK.jsonl              the calls of a task: a manifest
//! out/TASK.ATTEMPT.jsonl     a line for each call that is dealt with, in their order
//! log/TASK                   what the task says of errors
//! ```
//!
//! A task that is begun again after its worker was lost writes a file of its own: the one before
//! it may still be at work, on a machine that only the network has lost.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};

use super::worker::{Came, Made, Shared};
use super::{BatchArgs, analyse};
use crate::archive::failures::Failure;
use crate::archive::{Archive, manifest};
use crate::call::folder::{CallFolder, private_file};
use crate::commands::{INTERRUPTED, stop_on_ctrl_c};

/// The folder.
pub struct Desk {
    folder: PathBuf,
    /// How many bytes of each file in `out` have been read.
    read: BTreeMap<OsString, u64>,
}

/// What came of a call of a task.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    /// Which of the task's calls, from 0.
    call: usize,
    came: Came,
}

impl Desk {
    /// Makes the folder.
    pub fn new(folder: &Path) -> anyhow::Result<Desk> {
        for name in ["in", "out", "log"] {
            CallFolder::create(&folder.join(name))?;
        }
        Ok(Desk { folder: folder.to_owned(), read: BTreeMap::new() })
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Gives a task its calls, a line of a manifest each.
    pub fn give<'a>(
        &self,
        task: usize,
        lines: impl Iterator<Item = &'a str>,
    ) -> anyhow::Result<()> {
        let path = manifest_of(&self.folder, &task.to_string());
        let text: String = lines.flat_map(|line| [line, "\n"]).collect();
        let written = private_file(&path).and_then(|mut file| file.write_all(text.as_bytes()));
        written.with_context(|| format!("{}: can't be written", path.display()))
    }

    /// What tasks have told since it was last asked: the task, which of its calls, and what came
    /// of it. Of a task that was begun again, calls may be told twice.
    pub fn told(&mut self) -> anyhow::Result<Vec<(usize, usize, Came)>> {
        let out = self.folder.join("out");
        let failed = || format!("{}: can't be read", out.display());
        let mut told = Vec::new();
        for entry in fs::read_dir(&out).with_context(failed)? {
            let entry = entry.with_context(failed)?;
            let name = entry.file_name();
            let task = name.to_string_lossy().split('.').next().and_then(|task| task.parse().ok());
            let Some(task) = task else { continue };
            let read = self.read.entry(name).or_default();
            let text = more(&entry.path(), *read).with_context(failed)?;
            // What is written just now is read the next time.
            let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
            *read += whole.len() as u64;
            let lines = whole.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
            told.extend(lines.map(|line| (task, line.call, line.came)));
        }
        Ok(told)
    }

    /// The last that a task said of errors; empty where it said nothing.
    pub fn last_words(&self, task: usize) -> String {
        let log = fs::read(self.folder.join("log").join(task.to_string())).unwrap_or_default();
        String::from_utf8_lossy(&log).trim().lines().last().unwrap_or_default().to_owned()
    }
}

fn manifest_of(folder: &Path, task: &str) -> PathBuf {
    folder.join("in").join(format!("{task}.jsonl"))
}

/// The text of a file from byte `from` on.
fn more(path: &Path, from: u64) -> io::Result<String> {
    let mut file = File::open(path)?;
    if file.metadata()?.len() == from {
        return Ok(String::new());
    }
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What a task does: it analyses its part of the calls, one after the other. Returns the exit
/// code: calls that can't be analysed are told, and no failure of the task.
pub fn work(args: &BatchArgs, folder: &Path) -> anyhow::Result<u8> {
    let task = std::env::var("HQ_TASK_ID")
        .context("--part-of is for the tasks of --engine hq, whose number is in HQ_TASK_ID")?;
    let attempt = std::env::var("HQ_INSTANCE_ID").unwrap_or_else(|_| "0".into());
    let (jobs, _) = manifest::read(&manifest_of(folder, &task))?;
    let config = args.analysis.config()?;
    let models = args.analysis.models(&config, None)?;
    let archive = Archive::open(&args.out)?;
    let stop = stop_on_ctrl_c()?;
    let shared = Shared::new(args, &config, &archive, &models, &stop);
    let path = folder.join("out").join(format!("{task}.{attempt}.jsonl"));
    let failed = || format!("{}: can't be written", path.display());
    let mut out = private_file(&path).with_context(failed)?;
    let mut call = 0;
    analyse(&shared, jobs.iter(), 1, &stop, |job, mut came| {
        match &mut came.made {
            Made::Failed(reason) => *reason = Failure::of(job, reason).reason,
            Made::Unwritable(reason) => bail!("{reason}"),
            Made::Analysed { .. } | Made::Known { .. } | Made::Same | Made::Stopped => {}
        }
        if !matches!(came.made, Made::Stopped) {
            let line = serde_json::to_string(&Line { call, came })? + "\n";
            out.write_all(line.as_bytes()).with_context(failed)?;
        }
        call += 1;
        Ok(())
    })?;
    Ok(if stop.load(Ordering::Relaxed) { INTERRUPTED } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tasks_tell_is_read_once_and_in_whole_lines() {
        let dir = tempfile::tempdir().unwrap();
        let mut desk = Desk::new(dir.path()).unwrap();
        desk.give(7, ["{\"path\":\"/a.wav\"}", "{\"path\":\"/b.wav\"}"].into_iter()).unwrap();
        let (jobs, _) = manifest::read(&manifest_of(dir.path(), "7")).unwrap();
        assert_eq!(jobs.len(), 2);

        let mut out = File::create(dir.path().join("out/7.0.jsonl")).unwrap();
        let failed = Came { secs: 1.5, made: Made::Failed("no\nsound".into()) };
        let known = Came { secs: 0.0, made: Made::Known { same_settings: true } };
        let line = |call, came| serde_json::to_string(&Line { call, came }).unwrap() + "\n";
        let (first, second) = (line(0, failed), line(1, known));
        assert_eq!(desk.told().unwrap().len(), 0);
        out.write_all((first + &second[..5]).as_bytes()).unwrap();
        let told = desk.told().unwrap();
        assert!(matches!(
            &told[..],
            [(7, 0, Came { secs: 1.5, made: Made::Failed(why) })] if why == "no\nsound"
        ));
        out.write_all(&second.as_bytes()[5..]).unwrap();
        let told = desk.told().unwrap();
        let known = Made::Known { same_settings: true };
        assert!(matches!(&told[..], [(7, 1, Came { made, .. })] if *made == known));
        assert!(desk.told().unwrap().is_empty());

        assert_eq!(desk.last_words(7), "");
        fs::write(dir.path().join("log/7"), "first\nlast\n\n").unwrap();
        assert_eq!(desk.last_words(7), "last");
    }
}
