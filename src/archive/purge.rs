//! Removing calls that have been kept long enough.
//!
//! A call is as old as its beginning, or, where its log does not tell that or can't be read, as its
//! log's file. Only what is certainly a call's folder is removed: a folder in the archive, no link, with
//! a log that begins as one does. A call with a note "keep" on it, or "keep: …", stays.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};

use super::store::{Archive, ArchiveError};
use crate::call::began::Began;
use crate::call::file::{LOCKED_ENDING, is_locked, locked_path, on_disk};
use crate::call::folder::{LOG_NAME, private_file, read_head_with};
use crate::call::key::{Key, looks_locked};
use crate::call::notes::{About, NOTES_NAME, Notes, Said};
use crate::call::record::Record;
use crate::call::shared::SHARED_NAME;

/// Name of the record of removed calls in an archive.
pub const PURGED_NAME: &str = "purged.jsonl";

/// Calls can't be removed.
#[derive(Debug, thiserror::Error)]
pub enum PurgeError {
    /// There is no archive there.
    #[error("{}: no archive there: it has no folder `calls`, or that is a link", path.display())]
    NoArchive {
        /// The folder.
        path: PathBuf,
    },
    /// A folder can't be read.
    #[error("{}: can't be read: {source}", path.display())]
    Read {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The record can't be written; the call it was to tell of is there.
    #[error("{}: can't be written: {source}; nothing is removed that is not recorded", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The archive can't be used.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

/// How a call's day is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Told {
    /// Its log says when it began.
    Began,
    /// By the time of its log's file.
    FileTime,
}

/// A call that is old enough.
#[derive(Clone, Debug, PartialEq)]
pub struct Old {
    /// Its name, which is that of its folder.
    pub id: String,
    /// Its day.
    pub day: Date,
    /// How that is known.
    pub told: Told,
    /// Bytes of its files.
    pub bytes: u64,
    /// Whether clips were shared of it, which stay where they are.
    pub shared: bool,
}

/// What would be removed, and what not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The calls, the oldest first.
    pub old: Vec<Old>,
    /// Calls that are old enough and stay for a note.
    pub kept: Vec<String>,
    /// Folders and files that are left alone though they lie among the calls, and why.
    pub left: Vec<String>,
    /// Calls that are not old enough.
    pub young: usize,
}

impl Plan {
    /// Bytes that would be freed.
    pub fn bytes(&self) -> u64 {
        self.old.iter().map(|call| call.bytes).sum()
    }
}

/// A line of the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Purged {
    /// When it was removed.
    pub at: Timestamp,
    /// Who removed it, as they call themselves.
    pub by: String,
    /// The call.
    pub call: String,
    /// Its day.
    pub day: Date,
    /// How that was known.
    pub told: Told,
    /// Calls up to this day were removed.
    pub until: Date,
}

/// Looks which calls of the archive at `root` are from a day up to `until`; removes nothing.
///
/// # Errors
/// [`PurgeError::NoArchive`], [`PurgeError::Read`].
pub fn plan(root: &Path, until: Date, key: Option<&Key>) -> Result<Plan, PurgeError> {
    let calls = root.join("calls");
    if !fs::symlink_metadata(&calls).is_ok_and(|calls| calls.is_dir()) {
        return Err(PurgeError::NoArchive { path: root.to_owned() });
    }
    let failed = |source| PurgeError::Read { path: calls.clone(), source };
    let mut plan = Plan::default();
    for entry in fs::read_dir(&calls).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        match look(&path, until, key) {
            Ok(Age::Old(old)) => plan.old.push(old),
            Ok(Age::Kept(id)) => plan.kept.push(id),
            Ok(Age::Young) => plan.young += 1,
            Err(why) => plan.left.push(format!("{}: {why}", path.display())),
        }
    }
    plan.old.sort_by(|a, b| (a.day, &a.id).cmp(&(b.day, &b.id)));
    plan.kept.sort();
    plan.left.sort();
    Ok(plan)
}

enum Age {
    Old(Old),
    Kept(String),
    Young,
}

/// Looks at what lies among the calls; an error says why it is left alone.
fn look(path: &Path, until: Date, key: Option<&Key>) -> Result<Age, String> {
    let id = path.file_name().and_then(|name| name.to_str()).ok_or("its name is no text")?;
    let is = |path: &Path| fs::symlink_metadata(path).map_err(|error| error.to_string());
    let kind = is(path)?.file_type();
    if kind.is_symlink() {
        return Err("is a link, which is not followed".into());
    }
    let log = path.join(LOG_NAME);
    let there = on_disk(&log);
    if !kind.is_dir() || !is(&there).is_ok_and(|log| log.is_file()) {
        return Err("is no call's folder".into());
    }
    let began = match read_head_with(path, key).map(|line| line.record) {
        Ok(Record::Call { started, .. }) => started.as_deref().and_then(day_of),
        Ok(_) => return Err("its log does not begin as a call's does".into()),
        // Of a locked call the age of its file is known without the key.
        Err(_) if is_locked(&log) && looks_locked(&there) => None,
        Err(error) => return Err(error.to_string()),
    };
    let (day, told) = match began {
        Some(day) => (day, Told::Began),
        None => {
            let changed = is(&there)?.modified().map_err(|error| error.to_string())?;
            let changed = Timestamp::try_from(changed).map_err(|error| error.to_string())?;
            (changed.to_zoned(jiff::tz::TimeZone::system()).date(), Told::FileTime)
        }
    };
    if day > until {
        return Ok(Age::Young);
    }
    if is_to_be_kept(path, key)? {
        return Ok(Age::Kept(id.to_owned()));
    }
    let shared = [SHARED_NAME.to_owned(), format!("{SHARED_NAME}{LOCKED_ENDING}")];
    let shared = shared.iter().any(|name| path.join(name).is_file());
    Ok(Age::Old(Old { id: id.to_owned(), day, told, bytes: bytes_in(path), shared }))
}

/// The day on which a call began, where it was taken.
fn day_of(started: &str) -> Option<Date> {
    started.parse::<Began>().ok().map(|began| began.day)
}

/// Whether somebody has noted that the call is to be kept.
fn is_to_be_kept(call: &Path, key: Option<&Key>) -> Result<bool, String> {
    let notes = call.join(NOTES_NAME);
    if key.is_none() && is_locked(&notes) {
        let notes = locked_path(&notes);
        return Err(format!("{} may say that it is to be kept; give its key", notes.display()));
    }
    let notes = Notes::read_with(call, key).map_err(|error| error.to_string())?;
    let keeps = |text: &str| {
        let text = text.trim().to_lowercase();
        text == "keep" || text.starts_with("keep:")
    };
    let standing = notes.standing();
    let mut texts = standing.iter().filter(|note| note.about == About::Call);
    Ok(texts.any(|note| matches!(&note.said, Said::Noted { text } if keeps(text))))
}

fn bytes_in(folder: &Path) -> u64 {
    let mut bytes = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(meta) if meta.is_dir() => folders.push(entry.path()),
                Ok(meta) => bytes += meta.len(),
                Err(_) => {}
            }
        }
    }
    bytes
}

/// Removes the calls of a plan, each whole: it is recorded, taken out of the archive in one step, and
/// then deleted. A kill in between leaves a call there, though there may be a line of it in the
/// record, or gone. Each is looked at once more before. Returns how many are gone, and what could
/// not be removed.
///
/// # Errors
/// [`PurgeError`].
pub fn purge(
    root: &Path,
    plan: &Plan,
    until: Date,
    by: &str,
    key: Option<&Key>,
) -> Result<(usize, Vec<String>), PurgeError> {
    let archive = Archive::open(root)?;
    let (mut gone, mut troubles) = (0, Vec::new());
    for call in &plan.old {
        // A note may have come since.
        match look(&archive.call(&call.id), until, key) {
            Ok(Age::Old(_)) => {}
            Ok(_) => continue,
            Err(why) => {
                troubles.push(format!("{}: {why}", call.id));
                continue;
            }
        }
        let line = Purged {
            at: Timestamp::now(),
            by: by.to_owned(),
            call: call.id.clone(),
            day: call.day,
            told: call.told,
            until,
        };
        let path = root.join(PURGED_NAME);
        record(&path, &line).map_err(|source| PurgeError::Record { path, source })?;
        match archive.remove(&call.id) {
            Ok(()) => gone += 1,
            Err(error) => troubles.push(error.to_string()),
        }
    }
    Ok((gone, troubles))
}

fn record(path: &Path, line: &Purged) -> io::Result<()> {
    add(path, &serde_json::to_string(line).expect("a line is JSON"))
}

/// Adds a line to the record at `path`.
pub(super) fn add(path: &Path, line: &str) -> io::Result<()> {
    if !path.exists() {
        drop(private_file(path)?);
    }
    let mut file = fs::OpenOptions::new().append(true).open(path)?;
    file.lock()?;
    file.write_all(format!("{line}\n").as_bytes())?;
    file.sync_data()
}

/// The lines of a record, and the call that each says was removed; those that say none are left out.
pub(super) fn removed(record: &str) -> Vec<(String, String)> {
    let line = |line: &str| {
        let purged: Purged = serde_json::from_str(line).ok()?;
        Some((line.to_owned(), purged.call))
    };
    record.lines().filter_map(line).collect()
}

/// The last day that is older than a length of time before today: `90d`, `12w`, `6m`, `7y`.
///
/// # Errors
/// What is wrong with the text.
pub fn last_day(older_than: &str, today: Date) -> Result<Date, String> {
    let wrong = || format!("`{older_than}` is no length of time; write it as 90d, 12w, 6m or 7y");
    let text = older_than.trim();
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let count: i64 = text[..text.len() - unit.len_utf8()].trim().parse().map_err(|_| wrong())?;
    if count < 1 {
        return Err(format!("`{older_than}`: give one day at least"));
    }
    let span = jiff::Span::new();
    let span = match unit {
        'd' => span.try_days(count),
        'w' => span.try_weeks(count),
        'm' => span.try_months(count),
        'y' => span.try_years(count),
        _ => return Err(wrong()),
    };
    let first_kept = span.and_then(|span| today.checked_sub(span)).map_err(|_| wrong())?;
    first_kept.yesterday().map_err(|_| wrong())
}

/// Today, where this computer is.
pub fn today() -> Date {
    Zoned::now().date()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_day_of_a_call_is_that_where_it_was_taken() {
        for started in ["2026-02-03", "2026-02-03T23:30:00Z", "2026-02-03T23:30:00.5+13:00"] {
            assert_eq!(day_of(started), Some(date(2026, 2, 3)), "{started}");
        }
        assert_eq!(day_of("yesterday"), None);
        assert_eq!(day_of("2026-02-3é"), None);
    }

    #[test]
    fn a_length_of_time_leads_to_the_last_day_that_is_older() {
        let today = date(2026, 11, 30);
        // A call of 90 days ago is 90 days old, and not older.
        assert_eq!(last_day("90d", today), Ok(date(2026, 8, 31)));
        assert_eq!(last_day("2w", today), Ok(date(2026, 11, 15)));
        assert_eq!(last_day("6m", today), Ok(date(2026, 5, 29)));
        assert_eq!(last_day(" 1y", today), Ok(date(2025, 11, 29)));
        for wrong in ["", "d", "90", "0d", "-3d", "90 days", "9999999y", "3é"] {
            assert!(last_day(wrong, today).is_err(), "{wrong}");
        }
        assert_eq!(day_of("2026-11-25T23:30:00-05:00"), Some(date(2026, 11, 25)));
        assert_eq!(day_of("last week"), None);
    }
}
