//! Locking a call's folder, and unlocking it.
//!
//! Each file is made in its other form beside, handed to the disk, renamed to its place, and only then
//! is the first form removed. Whatever ends the program in between leaves every file whole in one
//! form at least, and the next try goes on from there. All files of a folder are made before the
//! first is renamed: where one can't be, none is changed.

use std::fs::{self, File};
use std::io::{self, BufReader, Read as _};
use std::path::{Path, PathBuf};

use super::file::{
    self, LOCKED_ENDING, UNFINISHED, held, locked_path, read_error, sync_folder, unfinished,
};
use super::folder::{FolderError, LOG_NAME, private_file};
use super::key::Key;

/// Bytes read at once.
const CHUNK: usize = 256 * 1024;

/// What was locked or unlocked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Files.
    pub files: usize,
    /// Their bytes, unlocked.
    pub bytes: u64,
}

/// Locks all files in the call's `folder` that are not.
///
/// # Errors
/// [`FolderError`]; then nothing has changed.
pub fn lock(folder: &Path, key: &Key) -> Result<Changed, FolderError> {
    let log = folder.join(LOG_NAME);
    if file::is_locked(&log) {
        // By another key? Then half of the call would be read with one, half with the other.
        drop(file::open(&log, Some(key))?);
    }
    let mut plain = files(folder, |name| !name.ends_with(LOCKED_ENDING))?;
    // The log first: from then on it is locked that a note is added to.
    plain.sort_by_key(|path| *path != log);
    // Nobody may add to a file while it is locked.
    let guards = plain.iter().map(|path| guard(path)).collect::<Result<Vec<_>, _>>()?;
    let made = plain.iter().map(|path| {
        let (from, to) = (path.as_path(), locked_path(path));
        made(from, &to, |to| locked(from, to, key)).map(|bytes| (path.clone(), to, bytes))
    });
    let changed = replaced(made.collect::<Result<Vec<_>, _>>(), &plain);
    drop(guards);
    changed
}

/// Unlocks all files in the call's `folder` that are locked.
///
/// # Errors
/// [`FolderError`]; then nothing has changed.
pub fn unlock(folder: &Path, key: &Key) -> Result<Changed, FolderError> {
    let log = folder.join(LOG_NAME);
    let guard = guard(&locked_path(&log))?;
    let mut locked = files(folder, |name| name.ends_with(LOCKED_ENDING))?;
    // The log last: until then it is locked that a note is added to.
    locked.sort_by_key(|path| *path == locked_path(&log));
    let made = locked.iter().map(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let plain = path.with_file_name(name.trim_end_matches(LOCKED_ENDING));
        let bytes = if plain.is_file() {
            // Cut short between the two forms: the plain one is whole, and may have grown since.
            drop(file::open_locked(&plain, Some(key))?);
            None
        } else {
            made(path, &plain, |to| unlocked(&plain, to, key))?
        };
        Ok((path.clone(), plain, bytes))
    });
    let changed = replaced(made.collect::<Result<Vec<_>, _>>(), &locked);
    drop(guard);
    changed
}

/// The files in a folder whose names are as they should be; what an earlier try left unfinished is
/// cleared away. Links and folders are left alone.
fn files(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>, FolderError> {
    let failed = |source| FolderError::Read { path: folder.to_owned(), source };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !entry.file_type().map_err(failed)?.is_file() {
            continue;
        }
        if name.starts_with('.') && name.ends_with(UNFINISHED) {
            fs::remove_file(entry.path()).map_err(failed)?;
        } else if wanted(&name) {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

fn guard(path: &Path) -> Result<Option<File>, FolderError> {
    held(path).map_err(|source| FolderError::Read { path: path.to_owned(), source })
}

/// Makes the other form of the file `from`, to lie at `to`, beside it; returns its bytes.
fn made(
    from: &Path,
    to: &Path,
    make: impl FnOnce(&File) -> Result<u64, FolderError>,
) -> Result<Option<u64>, FolderError> {
    let path = unfinished(to);
    let failed = |source| FolderError::Write { path: to.to_owned(), source };
    let file = private_file(&path).map_err(failed)?;
    let bytes = make(&file)?;
    // The time of the log tells how old a call is whose beginning is not known.
    let changed = fs::metadata(from).and_then(|from| from.modified());
    if let Ok(changed) = changed {
        file.set_modified(changed).map_err(failed)?;
    }
    file.sync_all().map_err(failed)?;
    Ok(Some(bytes))
}

/// Locks `from` into `to`, and reads it again to see that it is the same.
fn locked(from: &Path, to: &File, key: &Key) -> Result<u64, FolderError> {
    let read = |source| FolderError::Read { path: from.to_owned(), source };
    let write = |source| FolderError::Write { path: locked_path(from), source };
    let mut plain = BufReader::new(File::open(from).map_err(read)?);
    let mut out = key.lock(to).map_err(write)?;
    let bytes = io::copy(&mut plain, &mut out).map_err(write)?;
    let out = out.finish().map_err(write)?;
    out.into_inner().map_err(io::IntoInnerError::into_error).map_err(write)?;
    let again = File::open(unfinished(&locked_path(from))).map_err(write)?;
    let again = key.open(again).map_err(|_| FolderError::Damaged { path: locked_path(from) })?;
    let plain = File::open(from).map_err(read)?;
    match same(plain, again) {
        Ok(true) => Ok(bytes),
        Ok(false) => Err(write(io::Error::other("the disk does not give back what was written"))),
        Err(source) => Err(write(source)),
    }
}

/// Unlocks the locked form of `plain` into `to`.
fn unlocked(plain: &Path, to: &File, key: &Key) -> Result<u64, FolderError> {
    let mut opened = file::open_locked(plain, Some(key))?;
    let mut chunk = vec![0; CHUNK];
    let mut bytes = 0;
    loop {
        let count = opened.read(&mut chunk).map_err(|source| read_error(plain, source))?;
        if count == 0 {
            return Ok(bytes);
        }
        let written = io::Write::write_all(&mut &*to, &chunk[..count]);
        written.map_err(|source| FolderError::Write { path: plain.to_owned(), source })?;
        bytes += count as u64;
    }
}

fn same(a: impl io::Read, b: impl io::Read) -> io::Result<bool> {
    let (mut a, mut b) = (BufReader::with_capacity(CHUNK, a), BufReader::with_capacity(CHUNK, b));
    let (mut left, mut right) = (vec![0; CHUNK], vec![0; CHUNK]);
    loop {
        let count = read_full(&mut a, &mut left)?;
        if count != read_full(&mut b, &mut right)? || left[..count] != right[..count] {
            return Ok(false);
        }
        if count == 0 {
            return Ok(true);
        }
    }
}

fn read_full(from: &mut impl io::Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match from.read(&mut buffer[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

/// A file, what takes its place, and the bytes of it that were made; `None` where it was there.
type Made = (PathBuf, PathBuf, Option<u64>);

/// Puts what was made in its place, and removes the first forms; or, where something could not be
/// made, removes all that was.
fn replaced(made: Result<Vec<Made>, FolderError>, all: &[PathBuf]) -> Result<Changed, FolderError> {
    let made = match made {
        Ok(made) => made,
        Err(error) => {
            for path in all {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let plain = path.with_file_name(name.trim_end_matches(LOCKED_ENDING));
                let _ = fs::remove_file(unfinished(&plain));
                let _ = fs::remove_file(unfinished(&locked_path(&plain)));
            }
            return Err(error);
        }
    };
    let mut changed = Changed::default();
    for (from, to, bytes) in made {
        let failed = |source| FolderError::Write { path: to.clone(), source };
        if bytes.is_some() {
            fs::rename(unfinished(&to), &to).and_then(|()| sync_folder(&to)).map_err(failed)?;
        }
        fs::remove_file(&from).and_then(|()| sync_folder(&from)).map_err(failed)?;
        changed.files += 1;
        changed.bytes += bytes.unwrap_or(0);
    }
    Ok(changed)
}
