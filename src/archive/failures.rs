//! `failures.csv`: the recordings that could not be analysed, and why.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::intake::Job;
use crate::call::folder::private_file;

/// Name of the list in an archive.
pub const FAILURES_NAME: &str = "failures.csv";
/// The file beside it that is locked by whoever writes: programs of several machines may.
const LOCK_NAME: &str = ".failures.lock";

/// One recording that could not be analysed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Failure {
    /// The recording; of a pair the agent's.
    pub recording: String,
    /// The customer's file of a pair.
    pub customer_recording: String,
    /// Why: what is wrong, and what to do.
    pub reason: String,
}

impl Failure {
    /// `job` failed for this `reason`, which may begin with its name.
    pub fn of(job: &Job, reason: &str) -> Failure {
        let mut names = job.paths().into_iter().map(|path| path.to_string_lossy().into_owned());
        let recording = names.next().unwrap_or_default();
        let customer_recording = names.next().unwrap_or_default();
        let reason = reason.strip_prefix(&format!("{recording}: ")).unwrap_or(reason).to_owned();
        Failure { recording, customer_recording, reason }
    }

    /// The recording's files, which tell it from others.
    fn key(&self) -> (String, String) {
        (self.recording.clone(), self.customer_recording.clone())
    }
}

/// The list, which grows as the work goes on.
#[derive(Debug)]
pub struct Failures {
    path: PathBuf,
    /// The recordings that are worked on now: what the list says of them is no longer true.
    own: BTreeSet<(String, String)>,
    now: Vec<Failure>,
}

impl Failures {
    /// Continues the list at `path`: `jobs` are tried again, what is known of others stays.
    pub fn of<'a>(path: &Path, jobs: impl IntoIterator<Item = &'a Job>) -> Failures {
        let own = jobs.into_iter().map(|job| Failure::of(job, "").key()).collect();
        Failures { path: path.to_owned(), own, now: Vec::new() }
    }

    /// How many of these jobs have failed.
    pub fn count(&self) -> usize {
        self.now.len()
    }

    /// Those of these jobs.
    pub fn now(&self) -> &[Failure] {
        &self.now
    }

    /// Adds one, and writes it down at once.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn add(&mut self, failure: Failure) -> io::Result<()> {
        let _lock = lock(&self.path)?;
        let new = !self.path.exists();
        if new {
            drop(private_file(&self.path)?);
        }
        let file = OpenOptions::new().append(true).open(&self.path)?;
        let mut writer = csv::WriterBuilder::new().has_headers(new).from_writer(file);
        writer.serialize(&failure)?;
        writer.flush()?;
        self.now.push(failure);
        Ok(())
    }

    /// Writes the list as it stands: without those that have been mended since. What other
    /// programs have added stays. A list that was damaged is begun anew.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn finish(&self) -> io::Result<()> {
        if self.now.is_empty() && !self.path.exists() {
            return Ok(());
        }
        let now = self.now.iter().cloned();
        change(&self.path, |mut others| {
            others.retain(|failure| !self.own.contains(&failure.key()));
            others.extend(now);
            others
        })
    }
}

/// Puts in the place of the list at `path` what is made of it, while no other program writes.
///
/// # Errors
/// Whatever the file system says.
pub(super) fn change(
    path: &Path,
    make: impl FnOnce(Vec<Failure>) -> Vec<Failure>,
) -> io::Result<()> {
    let _lock = lock(path)?;
    let list = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        list => list?,
    };
    let all = make(parse(&list));
    if all.is_empty() {
        return match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
    }
    let beside = path.with_extension("csv.new");
    let mut file = private_file(&beside)?;
    file.write_all(&text(&all)?)?;
    drop(file);
    fs::rename(beside, path)
}

/// The failures of a list, as far as it is not damaged.
pub(super) fn parse(list: &[u8]) -> Vec<Failure> {
    csv::Reader::from_reader(list).deserialize().map_while(Result::ok).collect()
}

/// A list of these failures.
///
/// # Errors
/// None that is known of.
pub(super) fn text(all: &[Failure]) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    if all.is_empty() {
        writer.write_record(["recording", "customer_recording", "reason"])?;
    }
    all.iter().try_for_each(|failure| writer.serialize(failure))?;
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// Waits until no other program writes the list at `path`; given up when what is returned is dropped.
fn lock(path: &Path) -> io::Result<File> {
    let file = private_file(&path.with_file_name(LOCK_NAME))?;
    file.lock()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::source::{CallFiles, Side};

    #[test]
    fn what_has_been_mended_leaves_the_list_and_the_rest_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FAILURES_NAME);
        let job =
            |name: &str| Job::of(CallFiles::One { path: PathBuf::from(name), agent: Side::Left });
        let (a, b, c) = (job("a\n\"x\".wav"), job("b.wav"), job("c.wav"));
        let mut failures = Failures::of(&path, [&a, &b]);
        for job in [&a, &b] {
            failures.add(Failure::of(job, "no sound, \"none\"")).unwrap();
        }
        failures.finish().unwrap();
        // Only `b` and `c` are tried now, and `b` goes well.
        let mut failures = Failures::of(&path, [&b, &c]);
        failures.add(Failure::of(&c, "c.wav: too short")).unwrap();
        failures.finish().unwrap();
        assert_eq!(failures.count(), 1);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(
            text,
            "recording,customer_recording,reason\n\"a\n\"\"x\"\".wav\",,\"no sound, \"\"none\"\"\"\n\
             c.wav,,too short\n"
        );
        Failures::of(&path, [&a, &c]).finish().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn programs_that_write_at_the_same_time_keep_what_each_other_wrote() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FAILURES_NAME);
        let job =
            |name: String| Job::of(CallFiles::One { path: PathBuf::from(name), agent: Side::Left });
        std::thread::scope(|scope| {
            for program in 0..4 {
                let path = &path;
                scope.spawn(move || {
                    for round in 0..10 {
                        let job = job(format!("{program}-{round}.wav"));
                        let mut failures = Failures::of(path, [&job]);
                        failures.add(Failure::of(&job, "no sound")).unwrap();
                        failures.finish().unwrap();
                    }
                });
            }
        });
        let mut reader = csv::Reader::from_path(&path).unwrap();
        let listed: BTreeSet<String> =
            reader.deserialize().map(|row: Result<Failure, _>| row.unwrap().recording).collect();
        assert_eq!(listed.len(), 40);
    }
}
