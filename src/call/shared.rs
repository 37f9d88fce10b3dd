//! `shared.jsonl`: what was shared of a call, one JSON object a line. The file only grows.

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::file;
use super::folder::FolderError;
use super::key::Key;
use super::record::Span;

/// Name of the record in a call's folder.
pub const SHARED_NAME: &str = "shared.jsonl";
/// Hexadecimal digits of a share's name.
const DIGITS: usize = 8;

/// One clip that was shared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Its name, which its files bear: digits of a hash over the rest. Who has the clip can't tell
    /// the call by it, who has the call can tell the clip.
    pub id: String,
    /// When it was shared.
    pub at: Timestamp,
    /// Who shared it, as they call themselves.
    pub by: String,
    /// What of the call was shared.
    #[serde(flatten)]
    pub span: Span,
    /// Whether what identifies people was masked in its text and silenced in its sound.
    pub redacted: bool,
    /// Whether its sound was shared.
    pub sound: bool,
    /// The practice set that it is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// The folder into which it was written.
    pub to: String,
}

impl Share {
    /// The same with its name.
    pub fn named(mut self, call: &str) -> Share {
        self.id = String::new();
        let mut hash = Sha256::new();
        hash.update(call);
        hash.update(serde_json::to_vec(&self).expect("a share is JSON"));
        let hash: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        self.id = hash[..DIGITS].to_owned();
        self
    }
}

/// What was shared of a call, the earliest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shares {
    /// All that could be read.
    pub all: Vec<Share>,
    /// Lines that are none this program knows: of a newer version, or damaged.
    pub unread: usize,
}

impl Shares {
    /// Reads what was shared of the call in `folder`; nothing where there is no file.
    ///
    /// # Errors
    /// [`FolderError`], where the file can't be read.
    pub fn read(folder: &Path, key: Option<&Key>) -> Result<Shares, FolderError> {
        let path = folder.join(SHARED_NAME);
        let mut shares = Shares::default();
        if !file::is_there(&path) {
            return Ok(shares);
        }
        let bytes = file::read(&path, key)?;
        let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        for line in lines.filter(|line| !line.is_empty()) {
            match serde_json::from_slice(line) {
                Ok(share) => shares.all.push(share),
                Err(_) => shares.unread += 1,
            }
        }
        Ok(shares)
    }
}

/// Records that something is shared of the call in `folder`. When this returns, it is on the disk.
///
/// # Errors
/// [`FolderError`], where it can't be written: then nothing may be shared.
pub fn record(folder: &Path, share: &Share, key: Option<&Key>) -> Result<(), FolderError> {
    let mut line = serde_json::to_vec(share).expect("a share is JSON");
    line.push(b'\n');
    file::append(&folder.join(SHARED_NAME), key, |_| line.clone())
}

#[cfg(test)]
mod tests {
    use super::super::record::Secs;
    use super::*;

    #[test]
    fn a_line_is_as_documented_and_reads_back() {
        let dir = tempfile::tempdir().unwrap();
        let share = Share {
            id: String::new(),
            at: Timestamp::from_second(1_764_000_000).unwrap(),
            by: "Kim".into(),
            span: Span { start: Secs(60.2), end: Secs(90.2) },
            redacted: true,
            sound: true,
            set: None,
            to: "clips".into(),
        };
        let share = share.named("a-call");
        record(dir.path(), &share, None).unwrap();
        let text = std::fs::read_to_string(dir.path().join(SHARED_NAME)).unwrap();
        let expected = format!(
            r#"{{"id":"{}","at":"2025-11-24T16:00:00Z","by":"Kim","start":60.2,"end":90.2,"redacted":true,"sound":true,"to":"clips"}}"#,
            share.id
        );
        assert_eq!(text, expected + "\n");
        assert_eq!(share.id.len(), DIGITS);
        assert_ne!(share.clone().named("another").id, share.id);
        let shares = Shares::read(dir.path(), None).unwrap();
        assert_eq!((shares.all, shares.unread), (vec![share], 0));
    }
}
