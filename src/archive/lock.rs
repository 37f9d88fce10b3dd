//! Locking all calls of an archive, and unlocking them.
//!
//! The index holds the words of all calls, and the pages of the archive some of them: they go first,
//! as they are made from the folders, and again at the end, should another program have made them
//! meanwhile.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::index::{Index, IndexError};
use crate::call::file::{is_call, is_locked, open};
use crate::call::folder::{FolderError, LOG_NAME, read_log};
use crate::call::key::Key;
use crate::call::lock::{Changed, lock, unlock};
use crate::call::record::Record;

/// The key of an archive that is locked with a passphrase, itself locked with it.
pub const KEY_NAME: &str = "key.age";
/// A log without an end that has grown since is of a call under way.
const UNDER_WAY: Duration = Duration::from_secs(600);

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Lock what is open.
    Lock,
    /// Unlock what is locked.
    Unlock,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Calls of which something was locked, or unlocked.
    pub calls: usize,
    /// Their files.
    pub files: usize,
    /// Calls that were so already.
    pub already: usize,
    /// Calls that are as they were, and why.
    pub troubles: Vec<String>,
}

/// Locks the calls of the archive at `root`, or unlocks them; `pages` are the names of pages in it that
/// have words of calls on them.
///
/// # Errors
/// [`IndexError`], where there is no archive or its index or a page can't be removed. What is wrong
/// with a call is told, and the others go on.
pub fn turn(root: &Path, way: Way, key: &Key, pages: &[&str]) -> Result<Done, IndexError> {
    let calls = calls_of(root)?;
    if way == Way::Lock {
        clear(root, pages)?;
    }
    let mut done = Done::default();
    for call in &calls {
        match turned(call, way, key) {
            Ok(Changed { files: 0, .. }) => done.already += 1,
            Ok(changed) => {
                done.calls += 1;
                done.files += changed.files;
            }
            Err(why) => done.troubles.push(why),
        }
    }
    if way == Way::Lock {
        clear(root, pages)?;
    }
    Ok(done)
}

/// The first call of the archive at `root` that is locked with another key than this one.
///
/// # Errors
/// [`IndexError`], where there is no archive.
pub fn locked_otherwise(root: &Path, key: &Key) -> Result<Option<PathBuf>, IndexError> {
    let other = |call: &PathBuf| {
        let log = call.join(LOG_NAME);
        is_locked(&log) && matches!(open(&log, Some(key)), Err(FolderError::WrongKey { .. }))
    };
    Ok(calls_of(root)?.into_iter().find(other))
}

/// How many calls in the folder `calls` are locked, where none of them opens with this key; 0 where one
/// does, or none is locked.
pub fn unopened(calls: &Path, key: &Key) -> usize {
    let logs = fs::read_dir(calls).into_iter().flatten().flatten();
    let logs = logs.map(|entry| entry.path().join(LOG_NAME));
    let mut count = 0;
    for log in logs.filter(|log| is_locked(log)) {
        if open(&log, Some(key)).is_ok() {
            return 0;
        }
        count += 1;
    }
    count
}

/// Whether a call in the folder `calls` is locked.
pub fn any_locked(calls: &Path) -> bool {
    let mut entries = fs::read_dir(calls).into_iter().flatten().flatten();
    entries.any(|entry| is_locked(&entry.path().join(LOG_NAME)))
}

pub(super) fn calls_of(root: &Path) -> Result<Vec<PathBuf>, IndexError> {
    let calls = root.join("calls");
    if !calls.is_dir() {
        return Err(IndexError::no_archive(root));
    }
    let failed = |source| IndexError::File { path: calls.clone(), source };
    let mut found = Vec::new();
    for entry in fs::read_dir(&calls).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        // A link may lead out of the archive.
        if entry.file_type().map_err(failed)?.is_dir() && is_call(&entry.path()) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

fn turned(call: &Path, way: Way, key: &Key) -> Result<Changed, String> {
    match way {
        Way::Lock if is_under_way(call) => {
            Err(format!("{}: may be under way still; it is left open", call.display()))
        }
        Way::Lock => lock(call, key).map_err(|error| error.to_string()),
        Way::Unlock => unlock(call, key).map_err(|error| error.to_string()),
    }
}

/// Whether a live call is being written there.
pub(super) fn is_under_way(call: &Path) -> bool {
    let log = fs::metadata(call.join(LOG_NAME)).and_then(|log| log.modified());
    let fresh = log
        .is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|since| since < UNDER_WAY));
    fresh
        && read_log(call)
            .is_ok_and(|lines| !lines.iter().any(|line| matches!(line.record, Record::Summary(_))))
}

fn clear(root: &Path, pages: &[&str]) -> Result<(), IndexError> {
    Index::remove(root)?;
    for page in pages {
        let path = root.join(page);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(IndexError::File { path, source });
            }
            _ => {}
        }
    }
    Ok(())
}
