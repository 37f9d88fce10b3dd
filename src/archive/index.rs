//! `index.sqlite`: facts of all calls of an archive, to be looked into quickly.
//!
//! It is a cache of the call folders: [`Index::open`] takes in what has been added or changed since,
//! and whoever deletes the file loses nothing. Locked calls are never in the file, where their words
//! would stand in the clear: who has the key gets an index of all calls in memory.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rusqlite::{Connection, OptionalExtension as _, params};

use super::facts::{Facts, Utterance};
use super::lock::any_locked;
use crate::call::file::locked_path;
use crate::call::folder::{LOG_NAME, private_file, read_log_with};
use crate::call::key::Key;
use crate::call::names::Name;
use crate::session::batch::each;
use crate::session::replay::SessionError;

/// Name of the index in an archive.
pub const INDEX_NAME: &str = "index.sqlite";
/// Raised with each change of the tables: an index of another version is made anew.
const VERSION: i32 = 3;

/// The places of utterances in a call, as part of their numbers, have so many bits.
pub(super) const PLACE_BITS: u32 = 16;

const TABLES: &str = include_str!("index.sql");

/// An archive's index.
#[derive(Debug)]
pub struct Index {
    path: PathBuf,
    connection: Connection,
}

/// The index can't be used.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// There is no archive there.
    #[error("{}: no archive there; make one with `evenkeel batch`", path.display())]
    NoArchive {
        /// The folder.
        path: PathBuf,
    },
    /// A file or folder can't be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database failed.
    #[error("{}: {source}; it is a cache: `evenkeel archive rebuild` makes it anew", path.display())]
    Database {
        /// The index.
        path: PathBuf,
        /// What is wrong.
        source: rusqlite::Error,
    },
    /// A worker broke down.
    #[error("a worker broke down while reading logs; please report it")]
    Worker(#[from] SessionError),
}

impl IndexError {
    /// Of a folder that has no calls, or none that can be seen.
    pub(super) fn no_archive(root: &Path) -> IndexError {
        let path = root.to_owned();
        match fs::read_dir(root.join("calls")) {
            Err(source) if source.kind() == std::io::ErrorKind::PermissionDenied => {
                IndexError::File { path, source }
            }
            _ => IndexError::NoArchive { path },
        }
    }
}

/// What was taken in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refreshed {
    /// Calls that are new or have changed.
    pub read: usize,
    /// Calls that are gone.
    pub gone: usize,
    /// Calls whose log can't be read, and why.
    pub damaged: Vec<String>,
    /// Calls that are locked, and left out.
    pub locked: usize,
}

/// What tells whether a log has changed: its size and time of change in nanoseconds.
type Stamp = (i64, i64);

impl Index {
    /// Opens the index of the archive at `root`, and brings it up to date with the call folders.
    ///
    /// # Errors
    /// [`IndexError`]; a log that can't be read is none, but told.
    pub fn open(root: &Path) -> Result<(Index, Refreshed), IndexError> {
        Index::open_with(root, None)
    }

    /// The same with the key of locked calls: where there are such, the index is made in memory.
    ///
    /// # Errors
    /// [`IndexError`]; a log that can't be read is none, but told.
    pub fn open_with(root: &Path, key: Option<&Key>) -> Result<(Index, Refreshed), IndexError> {
        let calls = root.join("calls");
        if !calls.is_dir() {
            return Err(IndexError::no_archive(root));
        }
        let path = root.join(INDEX_NAME);
        if key.is_some() && any_locked(&calls) {
            let failed = |source| IndexError::Database { path: path.clone(), source };
            let connection = Connection::open_in_memory().map_err(failed)?;
            let mut index = Index { path: path.clone(), connection };
            let made = format!("PRAGMA foreign_keys = ON; {TABLES}");
            index.done(index.connection.execute_batch(&made))?;
            let refreshed = index.refresh(&calls, key)?;
            return Ok((index, refreshed));
        }
        let mut index = Index::connect(&path)?;
        if index.pragma_version()? != VERSION {
            drop(index);
            Index::remove(root)?;
            index = Index::connect(&path)?;
            index.done(index.connection.execute_batch(TABLES))?;
            index.done(index.connection.pragma_update(None, "user_version", VERSION))?;
        }
        let refreshed = index.refresh(&calls, None)?;
        Ok((index, refreshed))
    }

    /// Opens the index of the archive at `root` as it was left, without looking what has changed since;
    /// `None` where there is none that this version made.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    pub fn as_left(root: &Path) -> Result<Option<Index>, IndexError> {
        let path = root.join(INDEX_NAME);
        if !path.is_file() {
            return Ok(None);
        }
        let index = Index::connect(&path)?;
        Ok((index.pragma_version()? == VERSION).then_some(index))
    }

    /// An index of the calls in the folder `calls`, which is no archive: in memory only. `key` is that
    /// of locked calls.
    ///
    /// # Errors
    /// [`IndexError`]; a log that can't be read is none, but told.
    pub fn of_folder(calls: &Path, key: Option<&Key>) -> Result<(Index, Refreshed), IndexError> {
        let failed = |source| IndexError::Database { path: calls.to_owned(), source };
        let connection = Connection::open_in_memory().map_err(failed)?;
        connection.execute_batch(TABLES).map_err(failed)?;
        let mut index = Index { path: calls.to_owned(), connection };
        let refreshed = index.refresh(calls, key)?;
        Ok((index, refreshed))
    }

    /// Deletes the index of the archive at `root`: the next [`Self::open`] makes it anew.
    ///
    /// # Errors
    /// [`IndexError::File`].
    pub fn remove(root: &Path) -> Result<(), IndexError> {
        for ending in ["", "-wal", "-shm"] {
            let path = root.join(format!("{INDEX_NAME}{ending}"));
            match fs::remove_file(&path) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    return Err(IndexError::File { path, source });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Takes out of the file what was forgotten: a database only marks it as free.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    pub fn scrub(&self) -> Result<(), IndexError> {
        let text = "INSERT INTO words (words) VALUES ('optimize');
                    INSERT INTO call_words (call_words) VALUES ('optimize'); VACUUM;
                    PRAGMA wal_checkpoint(TRUNCATE);";
        self.done(self.connection.execute_batch(text))
    }

    fn connect(path: &Path) -> Result<Index, IndexError> {
        if !path.exists() {
            let made = private_file(path);
            made.map_err(|source| IndexError::File { path: path.to_owned(), source })?;
        }
        let failed = |source| IndexError::Database { path: path.to_owned(), source };
        let connection = Connection::open(path).map_err(failed)?;
        let settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
                        PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 30000;
                        PRAGMA cache_size = -65536;";
        connection.execute_batch(settings).map_err(failed)?;
        Ok(Index { path: path.to_owned(), connection })
    }

    fn pragma_version(&self) -> Result<i32, IndexError> {
        self.done(self.connection.pragma_query_value(None, "user_version", |row| row.get(0)))
    }

    /// The database, to ask.
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Names the index in an error of the database.
    pub(super) fn done<T>(&self, result: rusqlite::Result<T>) -> Result<T, IndexError> {
        result.map_err(|source| IndexError::Database { path: self.path.clone(), source })
    }

    /// Takes in the calls that are new or have changed, and forgets those that are gone.
    fn refresh(&mut self, calls: &Path, key: Option<&Key>) -> Result<Refreshed, IndexError> {
        let mut known = self.stamps()?;
        let mut changed: Vec<(String, Stamp)> = Vec::new();
        let (mut locked, mut closed) = (0, Vec::new());
        let failed = |source| IndexError::File { path: calls.to_owned(), source };
        for entry in fs::read_dir(calls).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let log = entry.path().join(LOG_NAME);
            // One look at the disk a call: of ten thousand they are most of the time.
            let (found, is_locked) = match fs::metadata(&log) {
                Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                    closed.push(format!("{}: can't be read: {error}", entry.path().display()));
                    continue;
                }
                Ok(found) => (Ok(found), false),
                Err(_) => (fs::metadata(locked_path(&log)), true),
            };
            let Ok(log) = found else { continue };
            if is_locked && key.is_none() {
                locked += 1;
                continue;
            }
            let since = log.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
            let stamp = (log.len() as i64, since.map_or(0, |since| since.as_nanos() as i64));
            let id = entry.file_name().to_string_lossy().into_owned();
            if known.remove(&id) != Some(stamp) {
                changed.push((id, stamp));
            }
        }
        let mut refreshed =
            Refreshed { gone: known.len(), locked, damaged: closed, ..Refreshed::default() };
        if known.is_empty() && changed.is_empty() {
            return Ok(refreshed);
        }
        let path = self.path.clone();
        let database = |source| IndexError::Database { path: path.clone(), source };
        let transaction = self.connection.transaction().map_err(database)?;
        for id in known.keys() {
            forget(&transaction, id).map_err(database)?;
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        each(
            changed.into_iter(),
            cores,
            || Ok(()),
            |(), (id, _)| {
                let lines = read_log_with(&calls.join(id), key);
                lines.map(|lines| Facts::of(id, &lines)).map_err(|error| error.to_string())
            },
            |(_, stamp), result| match result.unwrap_or_else(Err) {
                Ok(facts) => {
                    refreshed.read += 1;
                    add(&transaction, &facts, stamp).map_err(database)
                }
                Err(why) => {
                    refreshed.damaged.push(why);
                    Ok(())
                }
            },
        )?;
        transaction.commit().map_err(database)?;
        if refreshed.gone > 0 && refreshed.locked > 0 {
            // They may have been locked since: their words must not stay behind.
            self.scrub()?;
        }
        Ok(refreshed)
    }

    /// See [`Stamp`].
    fn stamps(&self) -> Result<BTreeMap<String, Stamp>, IndexError> {
        let ask = || {
            let mut query = self.connection.prepare("SELECT id, log_bytes, log_ns FROM calls")?;
            let rows = query.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
            rows.collect()
        };
        self.done(ask())
    }
}

const CALL_WORDS: &str = "INSERT INTO call_words (call_words, rowid, text)";
/// All that was said in a call: what is taken out must be what was put in.
const JOINED: &str = "group_concat(text, char(10)) FROM
     (SELECT call, text FROM utterances WHERE call = ?1 ORDER BY number) GROUP BY call";

/// Forgets a call; the tables below it follow.
fn forget(connection: &Connection, id: &str) -> rusqlite::Result<()> {
    let number: Option<i64> = connection
        .query_row("SELECT number FROM calls WHERE id = ?1", [id], |row| row.get(0))
        .optional()?;
    let Some(number) = number else { return Ok(()) };
    // The indexes of words do not follow by themselves.
    connection
        .prepare_cached(&format!("{CALL_WORDS} SELECT 'delete', call, {JOINED}"))?
        .execute([number])?;
    connection
        .prepare_cached(
            "INSERT INTO words (words, rowid, text)
             SELECT 'delete', number, text FROM utterances WHERE call = ?1",
        )?
        .execute([number])?;
    connection.prepare_cached("DELETE FROM calls WHERE number = ?1")?.execute([number])?;
    Ok(())
}

fn add(connection: &Connection, facts: &Facts, stamp: Stamp) -> rusqlite::Result<()> {
    forget(connection, &facts.id)?;
    let n = &facts.numbers;
    connection
        .prepare_cached(
            "INSERT INTO calls (id, log_bytes, log_ns, started, day, agent, customer, queue,
                 partial, duration, agent_talk_share, customer_talk_share, overlap_share,
                 silence_share, agent_interruptions, customer_interruptions, response_gap,
                 agent_pace, customer_pace, heat_peak, heat_mean, heat_last_minute,
                 customer_sentiment, sentiment_shift, recovered_after, heat_course)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                 ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26)",
        )?
        .execute(params![
            facts.id,
            stamp.0,
            stamp.1,
            facts.started,
            facts.day(),
            facts.agent,
            facts.customer,
            facts.queue,
            facts.partial,
            n.duration,
            n.agent_talk_share,
            n.customer_talk_share,
            n.overlap_share,
            n.silence_share,
            n.agent_interruptions,
            n.customer_interruptions,
            n.response_gap,
            n.agent_pace,
            n.customer_pace,
            n.heat_peak,
            n.heat_mean,
            n.heat_last_minute,
            n.customer_sentiment,
            n.sentiment_shift,
            n.recovered_after,
            facts.heat_course,
        ])?;
    let call = connection.last_insert_rowid();
    let mut practice = connection
        .prepare_cached("INSERT INTO practices (call, name, mark) VALUES (?1, ?2, ?3)")?;
    for (name, mark) in &facts.practices {
        practice.execute(params![call, name, mark])?;
    }
    let mut utterance = connection.prepare_cached(
        "INSERT INTO utterances (number, call, party, start, end, text, sentiment)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let mut words = connection.prepare_cached("INSERT INTO words (rowid, text) VALUES (?1, ?2)")?;
    // More than fit are more than a day of talk.
    for (place, said) in (0..1_i64 << PLACE_BITS).zip(&facts.utterances) {
        let party = said.party.map(|party| party.name());
        let number = (call << PLACE_BITS) + place;
        let Utterance { start, end, text, sentiment, .. } = said;
        utterance.execute(params![number, call, party, start, end, text, sentiment])?;
        words.execute(params![number, text])?;
    }
    let text = format!("INSERT INTO call_words (rowid, text) SELECT call, {JOINED}");
    connection.prepare_cached(&text)?.execute([call])?;
    let mut issue = connection
        .prepare_cached("INSERT INTO issues (call, kind, start, quote) VALUES (?1, ?2, ?3, ?4)")?;
    for (kind, start, quote) in &facts.issues {
        issue.execute(params![call, kind, start, quote])?;
    }
    let mut promise = connection
        .prepare_cached("INSERT INTO promises (call, start, quote, due) VALUES (?1, ?2, ?3, ?4)")?;
    for (start, quote, due) in &facts.promises {
        promise.execute(params![call, start, quote, due])?;
    }
    let mut cue = connection.prepare_cached(
        "INSERT INTO cues (call, at, practice, rule, outcome) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for told in &facts.cues {
        let outcome = told.outcome.map(Name::name);
        cue.execute(params![call, told.at, told.practice, told.rule, outcome])?;
    }
    let mut flag = connection.prepare_cached(
        "INSERT INTO flags (call, start, end, reason, severity) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (start, end, reason, severity) in &facts.flags {
        flag.execute(params![call, start, end, reason, severity])?;
    }
    Ok(())
}
