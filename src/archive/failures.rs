//! `failures.csv`: the recordings that could not be analysed, and why.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::intake::Job;
use crate::call::folder::private_file;

/// Name of the list in an archive.
pub const FAILURES_NAME: &str = "failures.csv";

/// One recording that could not be analysed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// The list, which grows as the work goes on.
#[derive(Debug)]
pub struct Failures {
    path: PathBuf,
    /// Those of recordings that are not worked on now.
    earlier: Vec<Failure>,
    now: Vec<Failure>,
}

impl Failures {
    /// Continues the list at `path`: `jobs` are tried again, what is known of others stays.
    ///
    /// # Errors
    /// Whatever the file system says. A list that was damaged is begun anew.
    pub fn open(path: &Path, jobs: &[Job]) -> io::Result<Failures> {
        let earlier: Vec<Failure> = match csv::Reader::from_path(path) {
            Ok(mut reader) => reader.deserialize().map_while(Result::ok).collect(),
            Err(_) => Vec::new(),
        };
        let again: BTreeSet<(String, String)> = jobs
            .iter()
            .map(|job| Failure::of(job, ""))
            .map(|failure| (failure.recording, failure.customer_recording))
            .collect();
        let of_others = |failure: &Failure| {
            !again.contains(&(failure.recording.clone(), failure.customer_recording.clone()))
        };
        let earlier = earlier.into_iter().filter(of_others).collect();
        Ok(Failures { path: path.to_owned(), earlier, now: Vec::new() })
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

    /// Writes the list as it stands: without those that have been mended since.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn finish(&self) -> io::Result<()> {
        let all: Vec<&Failure> = self.earlier.iter().chain(&self.now).collect();
        if all.is_empty() {
            return match fs::remove_file(&self.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        let beside = self.path.with_extension("csv.new");
        let mut writer = csv::Writer::from_writer(private_file(&beside)?);
        all.iter().try_for_each(|failure| writer.serialize(failure))?;
        writer.flush()?;
        drop(writer);
        fs::rename(beside, &self.path)
    }
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
        let mut failures = Failures::open(&path, &[a.clone(), b.clone()]).unwrap();
        for job in [&a, &b] {
            failures.add(Failure::of(job, "no sound, \"none\"")).unwrap();
        }
        failures.finish().unwrap();
        // Only `b` and `c` are tried now, and `b` goes well.
        let mut failures = Failures::open(&path, &[b, c.clone()]).unwrap();
        failures.add(Failure::of(&c, "c.wav: too short")).unwrap();
        failures.finish().unwrap();
        assert_eq!(failures.count(), 1);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(
            text,
            "recording,customer_recording,reason\n\"a\n\"\"x\"\".wav\",,\"no sound, \"\"none\"\"\"\n\
             c.wav,,too short\n"
        );
        Failures::open(&path, &[a, c]).unwrap().finish().unwrap();
        assert!(!path.exists());
    }
}
