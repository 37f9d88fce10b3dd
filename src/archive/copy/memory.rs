//! `.copies/`: what an archive and one of its copies had in common when they last met.
//!
//! A file a URL, of lines of which the last of each kind counts. It is a help, not the truth: without it
//! calls that differ are told as changed in both places, and nothing is written over.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::super::failures::Failure;
use super::CopyError;
use crate::call::folder::{CallFolder, private_file, write_whole};
use crate::cloud::ObjectUrl;
use crate::models::Sha256Sum;

const FOLDER: &str = ".copies";
/// Hexadecimal digits of a URL's hash that name its file.
const DIGITS: usize = 16;

/// What is remembered, and the file where it is.
#[derive(Debug)]
pub struct Memory {
    calls: BTreeMap<String, String>,
    failures: Vec<Failure>,
    /// What was about to be written there; a kill may have come before it or after.
    pending: Vec<Failure>,
    path: PathBuf,
    file: File,
    _lock: File,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    Url(String),
    Call { id: String, sum: Option<String> },
    Failures(Vec<Failure>),
    Pending(Vec<Failure>),
}

impl Memory {
    /// That of the archive at `root` and its copy at `url`, this program's until it is dropped.
    pub fn open(root: &Path, url: &ObjectUrl) -> Result<Memory, CopyError> {
        let folder = root.join(FOLDER);
        CallFolder::create(&folder)?;
        let name = Sha256Sum::from(Sha256::new_with_prefix(url.to_string())).to_string();
        let path = folder.join(format!("{}.jsonl", &name[..DIGITS]));
        let at = path.with_extension("lock");
        let failed = |source| CopyError::File { path: at.clone(), source };
        let lock = private_file(&at).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(CopyError::Busy { path: root.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let text = super::read(path.clone())?;
        let (mut calls, mut failures, mut pending) = (BTreeMap::new(), Vec::new(), Vec::new());
        for line in String::from_utf8_lossy(&text).lines() {
            // A last line may have been cut short.
            match serde_json::from_str(line) {
                Ok(Line::Call { id, sum: Some(sum) }) => drop(calls.insert(id, sum)),
                Ok(Line::Call { id, sum: None }) => drop(calls.remove(&id)),
                Ok(Line::Failures(met)) => (failures, pending) = (met, Vec::new()),
                Ok(Line::Pending(about)) => pending = about,
                Ok(Line::Url(_)) | Err(_) => {}
            }
        }
        // Each once, however many lines it took.
        let call =
            |(id, sum): (&String, &String)| Line::Call { id: id.clone(), sum: Some(sum.clone()) };
        let lines = std::iter::once(Line::Url(url.to_string()))
            .chain(calls.iter().map(call))
            .chain([Line::Failures(failures.clone()), Line::Pending(pending.clone())]);
        write_whole(&path, &lines.map(|line| text_of(&line)).collect::<String>())?;
        let file = OpenOptions::new().append(true).open(&path);
        let file = file.map_err(|source| CopyError::File { path: path.clone(), source })?;
        Ok(Memory { calls, failures, pending, path, file, _lock: lock })
    }

    /// The sum of a call's files that both had.
    pub fn call(&self, id: &str) -> Option<&str> {
        self.calls.get(id).map(String::as_str)
    }

    /// Both have the files of this sum now, or neither has the call.
    pub fn meet(&mut self, id: &str, sum: Option<&str>) -> Result<(), CopyError> {
        if self.call(id) == sum {
            return Ok(());
        }
        match sum {
            Some(sum) => self.calls.insert(id.to_owned(), sum.to_owned()),
            None => self.calls.remove(id),
        };
        self.write(&Line::Call { id: id.to_owned(), sum: sum.map(str::to_owned) })
    }

    /// The failures that both listed, if `there` is what is listed there now.
    pub fn failures(&self, there: &[Failure]) -> Vec<Failure> {
        let pending = self.pending.iter().filter(|failure| there.contains(failure));
        self.failures.iter().chain(pending).cloned().collect()
    }

    /// These failures are about to be listed there.
    pub fn list_failures(&mut self, about: &[Failure]) -> Result<(), CopyError> {
        self.pending = about.to_vec();
        self.write(&Line::Pending(self.pending.clone()))
    }

    /// These are what both list now.
    pub fn meet_failures(&mut self, met: &[Failure]) -> Result<(), CopyError> {
        if self.failures == met && self.pending.is_empty() {
            return Ok(());
        }
        (self.failures, self.pending) = (met.to_vec(), Vec::new());
        self.write(&Line::Failures(self.failures.clone()))
    }

    fn write(&mut self, line: &Line) -> Result<(), CopyError> {
        let written = self.file.write_all(text_of(line).as_bytes());
        written.map_err(|source| CopyError::File { path: self.path.clone(), source })
    }
}

fn text_of(line: &Line) -> String {
    serde_json::to_string(line).expect("a line is JSON") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_had_is_remembered_for_each_url() {
        let dir = tempfile::tempdir().unwrap();
        let url: ObjectUrl = "s3://calls/a".parse().unwrap();
        let failure = |name: &str| Failure {
            recording: name.into(),
            customer_recording: String::new(),
            reason: "no sound".into(),
        };
        let (a, b) = (failure("a"), failure("b"));
        let mut memory = Memory::open(dir.path(), &url).unwrap();
        assert!(matches!(Memory::open(dir.path(), &url), Err(CopyError::Busy { .. })));
        memory.meet("x", Some("1")).unwrap();
        memory.meet("y", Some("2")).unwrap();
        memory.meet("x", Some("3")).unwrap();
        memory.meet("y", None).unwrap();
        memory.meet_failures(std::slice::from_ref(&a)).unwrap();
        memory.list_failures(&[a.clone(), b.clone()]).unwrap();
        drop(memory);
        let mut memory = Memory::open(dir.path(), &url).unwrap();
        assert_eq!((memory.call("x"), memory.call("y")), (Some("3"), None));
        // Whether `b` came to be listed is told by what is listed there.
        assert_eq!(memory.failures(&[]), std::slice::from_ref(&a));
        assert_eq!(memory.failures(std::slice::from_ref(&b)), [a, b.clone()]);
        memory.meet_failures(std::slice::from_ref(&b)).unwrap();
        assert_eq!(memory.failures(&[]), [b]);
        let other = Memory::open(dir.path(), &url.join("b")).unwrap();
        assert_eq!(other.call("x"), None);
    }
}
