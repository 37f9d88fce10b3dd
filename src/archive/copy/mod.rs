//! A copy of an archive on object storage: [`send`](send()) and [`fetch`](fetch()) bring one up to the
//! other, a call whole or not at all.
//!
//! ```text
//! URL/
//!   calls/ID/files.json          which files the call has, with their hashes: written last, in one step
//!   calls/ID/HASH/events.jsonl   a file, below the beginning of its content's hash
//!   failures.csv, purged.jsonl, key.age
//! ```
//!
//! Storage knows no step that moves a folder, only one that writes an object. So a file's object
//! is never written over: a changed one is another object, and the call is what its `files.json` says. Whoever
//! is killed before that is written has changed nothing; what is then needed no more is removed after it.
//!
//! Who changed a call since, here or there, is told by what both had in common (`memory`) when they last
//! met. What was changed in both places is left alone, and told.

mod fetch;
mod list;
mod memory;
mod rows;
mod send;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub use fetch::fetch;
pub use send::send;

use self::list::{FileList, LIST_NAME};
use super::failures::FAILURES_NAME;
use super::index::IndexError;
use super::lock::KEY_NAME;
use super::purge::PURGED_NAME;
use super::store::{ArchiveError, DIGITS};
use crate::call::folder::FolderError;
use crate::cloud::{Bucket, CloudError, Object, ObjectUrl, Version};
use crate::session::replay::SessionError;

/// Calls sent or fetched at once: most of the time is waiting for an answer.
const AT_ONCE: usize = 8;
/// How often a call is begun anew that is changed while it is copied.
const ATTEMPTS: usize = 3;
/// The largest object that is read as a whole: a list of files, a key, a table of failures. Bytes.
const MOST_WHOLE: u64 = 256 << 20;

/// What to do.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// The archive's folder.
    pub root: &'a Path,
    /// Where its copy is.
    pub url: &'a ObjectUrl,
    /// Whether what was changed in both places is written over.
    pub over: bool,
}

impl Wish<'_> {
    /// One of the archive's own files; empty where there is none.
    fn own_file(&self, name: &str) -> Result<Vec<u8>, CopyError> {
        read(self.root.join(name))
    }
}

/// What a file has; nothing where there is none.
fn read(path: PathBuf) -> Result<Vec<u8>, CopyError> {
    match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        other => other.map_err(|source| CopyError::File { path, source }),
    }
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Calls that were copied.
    pub copied: usize,
    /// Calls that were the same already.
    pub same: usize,
    /// Calls that were changed in the place they would have been copied to, and not where they would have come
    /// from: the other direction is theirs.
    pub newer: usize,
    /// Calls of the same recordings under other names.
    pub twice: usize,
    /// Calls that were taken out of the other place, and are left out.
    pub gone: usize,
    /// Calls that were removed from storage, as they were purged here.
    pub removed: usize,
    /// Bytes that went over the network.
    pub bytes: u64,
    /// What could not be done, and why.
    pub troubles: Vec<String>,
}

/// An archive can't be copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// Storage can't be used.
    #[error(transparent)]
    Cloud(#[from] CloudError),
    /// There is no archive in the folder.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// There is none at the URL.
    #[error("{url}: no copy of an archive there; `evenkeel archive send DIR {url}` makes one")]
    NoCopy {
        /// The URL.
        url: ObjectUrl,
    },
    /// Another program copies the same archive.
    #[error("{}: another program sends or fetches it just now; wait until that is done", path.display())]
    Busy {
        /// The archive.
        path: PathBuf,
    },
    /// A file here can't be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A call is changed all the time.
    #[error("{}: is being changed; send it again later", path.display())]
    Changing {
        /// Its folder.
        path: PathBuf,
    },
    /// What storage has is no call.
    #[error(
        "{url}: {why}; remove that object, and `archive send --over`, from an archive that has the call, sends it anew"
    )]
    Damaged {
        /// The object.
        url: ObjectUrl,
        /// What is wrong with it.
        why: String,
    },
    /// The archive can't be written.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A folder can't be.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A worker broke down.
    #[error(transparent)]
    Worker(#[from] SessionError),
}

impl CopyError {
    /// Whether the next call would fare no better.
    fn holds_for_all(&self) -> bool {
        use CloudError::{NotBuilt, Setup, Storage};
        matches!(
            self,
            CopyError::Cloud(Storage { .. } | Setup { .. } | NotBuilt { .. })
                | CopyError::Archive(_)
                | CopyError::Folder(_)
                | CopyError::Worker(_)
        )
    }
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Came {
    /// It was copied; so many bytes of it.
    Copied(u64),
    Same,
    Newer,
    Twice,
    Gone,
    Both,
}

/// Which side has changed a call, by the sums of its files: here, there, and when both last met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    None,
    Here,
    There,
    Both,
}

impl Change {
    fn of(here: Option<&str>, there: Option<&str>, met: Option<&str>) -> Change {
        match (here == there, here == met, there == met) {
            (true, _, _) => Change::None,
            (false, true, _) => Change::There,
            (false, false, true) => Change::Here,
            (false, false, false) => Change::Both,
        }
    }
}

/// A bucket with the copy in it.
struct There<'a> {
    url: &'a ObjectUrl,
    bucket: Bucket,
}

impl<'a> There<'a> {
    fn open(url: &'a ObjectUrl) -> Result<There<'a>, CopyError> {
        Ok(There { url, bucket: Bucket::open(url)? })
    }

    fn call(&self, id: &str) -> ObjectUrl {
        self.url.join("calls").join(id)
    }

    /// A call's list, where it is there.
    fn list(&self, id: &str) -> Result<Option<(FileList, Version)>, CopyError> {
        let url = self.call(id).join(LIST_NAME);
        let Some((text, version)) = self.bucket.get(&url)? else { return Ok(None) };
        let list = FileList::parse(&text).map_err(|why| CopyError::Damaged { url, why })?;
        Ok(Some((list, version)))
    }
}

/// All that storage has of an archive.
#[derive(Debug, Default)]
struct Listing {
    calls: BTreeMap<String, Vec<Object>>,
    /// The calls that are whole, by their content: the first of each.
    whole: BTreeMap<String, String>,
    /// Which of the archive's own files are there.
    own: BTreeSet<&'static str>,
}

impl Listing {
    fn of(there: &There) -> Result<Listing, CopyError> {
        let calls = there.url.join("calls");
        let mut listing = Listing::default();
        // Each by itself: another's files may lie below the same URL.
        for object in there.bucket.list(&calls)? {
            let Some((id, rest)) = object.url.below(&calls).and_then(|at| at.split_once('/'))
            else {
                continue;
            };
            if rest == LIST_NAME {
                listing.whole.entry(content(id).to_owned()).or_insert_with(|| id.to_owned());
            }
            listing.calls.entry(id.to_owned()).or_default().push(object);
        }
        for name in [FAILURES_NAME, PURGED_NAME, KEY_NAME] {
            if let Some(object) = there.bucket.look(&there.url.join(name))? {
                if object.bytes > MOST_WHOLE {
                    let why = format!("{} MB, which is too large", object.bytes / 1_000_000);
                    return Err(CopyError::Damaged { url: object.url, why });
                }
                listing.own.insert(name);
            }
        }
        Ok(listing)
    }

    fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.own.is_empty()
    }

    /// Whether the recording of the call `id` is there under another name only.
    fn has_otherwise(&self, id: &str) -> bool {
        self.whole.get(content(id)).is_some_and(|first| first != id)
    }
}

/// By what a call is told from others: the digits of its recording's hash, where its name ends with them.
fn content(id: &str) -> &str {
    let digits = id.rsplit_once('-').map(|(_, digits)| digits);
    let all =
        |digits: &&str| digits.len() == DIGITS && digits.chars().all(|c| c.is_ascii_hexdigit());
    digits.filter(all).unwrap_or(id)
}

impl Done {
    fn take(&mut self, id: &str, came: Came) {
        match came {
            Came::Copied(bytes) => {
                self.copied += 1;
                self.bytes += bytes;
            }
            Came::Same => self.same += 1,
            Came::Newer => self.newer += 1,
            Came::Twice => self.twice += 1,
            Came::Gone => self.gone += 1,
            Came::Both => self.troubles.push(format!(
                "{id}: was changed here and there since both were the same; it is left alone. Look at the other \
                 in a folder of its own (`archive fetch`), `evenkeel notes` merges notes; --over takes \
                 the one that is copied"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_told_by_its_content_where_its_name_says_it() {
        assert_eq!(content("monday-0123456789abcdef"), content("copy-of-it-0123456789abcdef"));
        for other in ["2026-11-29 14.30.00", "a-2026-11-29-1430-000000", "monday"] {
            assert_eq!(content(other), other);
        }
    }

    #[test]
    fn who_has_changed_a_call_is_told_by_what_both_had() {
        let change = |here: &str, there: &str, met: &str| {
            let sum = |text: &'static str| (!text.is_empty()).then_some(text);
            let find =
                |text: &str| sum(["a", "b", "c", ""].into_iter().find(|s| *s == text).unwrap());
            Change::of(find(here), find(there), find(met))
        };
        assert_eq!(change("a", "a", "b"), Change::None);
        assert_eq!(change("b", "a", "a"), Change::Here);
        assert_eq!(change("a", "b", "a"), Change::There);
        assert_eq!(change("a", "b", "c"), Change::Both);
        // New here; new there; taken out there; taken out here; neither knows of the other.
        assert_eq!(change("a", "", ""), Change::Here);
        assert_eq!(change("", "a", ""), Change::There);
        assert_eq!(change("a", "", "a"), Change::There);
        assert_eq!(change("", "a", "a"), Change::Here);
        assert_eq!(change("a", "b", ""), Change::Both);
    }
}
