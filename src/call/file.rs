//! The files of a call, locked or not: the one door through which they are read and added to.
//!
//! A locked file lies beside the place of the plain one, with `.age` after its name. Where both are
//! there, as after a kill half-way, both are whole, and the plain one counts.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::folder::{FolderError, LOG_NAME, private_file};
use super::key::{Key, Opened, Unopened};

/// What the name of a locked file ends with.
pub const LOCKED_ENDING: &str = ".age";

/// A file of a call, open for reading.
pub enum CallFile {
    /// It is not locked.
    Plain(File),
    /// It is, and was opened with its key.
    Locked(Opened),
}

impl Read for CallFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            CallFile::Plain(file) => file.read(buffer),
            CallFile::Locked(opened) => opened.read(buffer).map_err(said),
        }
    }
}

impl Seek for CallFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            CallFile::Plain(file) => file.seek(to),
            CallFile::Locked(opened) => opened.seek(to).map_err(said),
        }
    }
}

/// The same failure, in words for people who know nothing of the format.
fn said(error: io::Error) -> io::Error {
    use io::ErrorKind::{InvalidData, UnexpectedEof};
    match error.kind() {
        kind @ (InvalidData | UnexpectedEof) => {
            io::Error::new(kind, "it was changed or cut short after it was locked")
        }
        _ => error,
    }
}

/// Where the file at `path` lies when it is locked.
pub fn locked_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(LOCKED_ENDING);
    path.with_file_name(name)
}

/// Whether there is a file for `path`, locked or not.
pub fn is_there(path: &Path) -> bool {
    path.is_file() || locked_path(path).is_file()
}

/// Whether the file for `path` is there in its locked form only.
pub fn is_locked(path: &Path) -> bool {
    !path.is_file() && locked_path(path).is_file()
}

/// Whether `folder` is that of a call: its log is there, locked or not.
pub fn is_call(folder: &Path) -> bool {
    is_there(&folder.join(LOG_NAME))
}

/// The file for `path` as it lies on the disk.
pub fn on_disk(path: &Path) -> PathBuf {
    if is_locked(path) { locked_path(path) } else { path.to_owned() }
}

/// Opens the file for `path`.
///
/// # Errors
/// [`FolderError::Read`], [`FolderError::Locked`], [`FolderError::WrongKey`],
/// [`FolderError::Damaged`] where its beginning is.
pub fn open(path: &Path, key: Option<&Key>) -> Result<CallFile, FolderError> {
    if is_locked(path) {
        return open_locked(path, key).map(CallFile::Locked);
    }
    let failed = |source| FolderError::Read { path: path.to_owned(), source };
    File::open(path).map(CallFile::Plain).map_err(failed)
}

/// Opens the locked form of the file for `path`.
///
/// # Errors
/// As [`open`].
pub(super) fn open_locked(path: &Path, key: Option<&Key>) -> Result<Opened, FolderError> {
    let there = locked_path(path);
    let failed = |source| FolderError::Read { path: there.clone(), source };
    let Some(key) = key else { return Err(FolderError::Locked { path: there }) };
    let file = File::open(&there).map_err(failed)?;
    match key.open(file) {
        Ok(opened) => Ok(opened),
        Err(Unopened::WrongKey) => Err(FolderError::WrongKey { path: there }),
        Err(Unopened::Damaged) => Err(FolderError::Damaged { path: there }),
        Err(Unopened::Read(source)) => Err(failed(source)),
    }
}

/// Reads the file for `path` whole.
///
/// # Errors
/// As [`open`]; [`FolderError::Damaged`] wherever it is.
pub fn read(path: &Path, key: Option<&Key>) -> Result<Vec<u8>, FolderError> {
    let mut bytes = Vec::new();
    match open(path, key)?.read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(source) => Err(read_error(path, source)),
    }
}

/// What a failure while reading the file for `path` means.
pub(super) fn read_error(path: &Path, source: io::Error) -> FolderError {
    use io::ErrorKind::{InvalidData, UnexpectedEof};
    let there = on_disk(path);
    if is_locked(path) && matches!(source.kind(), InvalidData | UnexpectedEof) {
        FolderError::Damaged { path: there }
    } else {
        FolderError::Read { path: there, source }
    }
}

/// Appends to the file for `path` what `more` makes of what is there: whole lines or nothing, while
/// no other program does. In a locked call the file is locked as well. When this returns, it is on
/// the disk.
///
/// # Errors
/// [`FolderError`].
pub fn append(
    path: &Path,
    key: Option<&Key>,
    mut more: impl FnMut(&[u8]) -> Vec<u8>,
) -> Result<(), FolderError> {
    let log = path.with_file_name(LOG_NAME);
    // Between a look and a lock another program may have locked or unlocked the call.
    loop {
        let goes_locked = is_locked(path) || !path.is_file() && is_locked(&log);
        let done = if goes_locked {
            append_locked(path, &log, key, &mut more)?
        } else {
            let written = append_plain(path, &mut more);
            written.map_err(|source| FolderError::Append { path: path.to_owned(), source })?
        };
        if done {
            return Ok(());
        }
    }
}

/// `false` where another program has replaced the file since.
fn append_plain(path: &Path, more: &mut impl FnMut(&[u8]) -> Vec<u8>) -> io::Result<bool> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file: File = options.open(path)?;
    file.lock()?;
    if !is_still(&file, path) {
        return Ok(false);
    }
    let mut there = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut there)?;
    let text = joined(&there, more(&there));
    if text.is_empty() {
        return Ok(true);
    }
    let written = file.write_all(&text).and_then(|()| file.sync_data());
    if written.is_err() {
        // Best effort: readers count half a line and pass over it.
        let _ = file.set_len(there.len() as u64);
    }
    written.map(|()| true)
}

/// A locked file can't grow: it is made anew beside, and takes the place of the other.
fn append_locked(
    path: &Path,
    log: &Path,
    key: Option<&Key>,
    more: &mut impl FnMut(&[u8]) -> Vec<u8>,
) -> Result<bool, FolderError> {
    let Some(key) = key else { return Err(FolderError::Locked { path: locked_path(path) }) };
    let failed = |source| FolderError::Append { path: locked_path(path), source };
    if !is_there(log) {
        let source = io::Error::new(io::ErrorKind::NotFound, "the call's log is gone");
        return Err(failed(source));
    }
    let Some(_guard) = held(&on_disk(log)).map_err(failed)? else { return Ok(false) };
    if path.is_file() {
        return Ok(false);
    }
    // The same key for all of a call.
    drop(open(log, Some(key))?);
    let mut there = if is_locked(path) { read(path, Some(key))? } else { Vec::new() };
    let text = joined(&there, more(&there));
    if text.is_empty() {
        return Ok(true);
    }
    there.extend_from_slice(&text);
    let unfinished = unfinished(&locked_path(path));
    let written = private_file(&unfinished).and_then(|file| {
        let mut out = key.lock(&file)?;
        out.write_all(&there)?;
        out.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        fs::rename(&unfinished, locked_path(path))?;
        sync_folder(path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written.map(|()| true).map_err(failed)
}

/// A program that died while it wrote has left half a line: it must not take the next along.
fn joined(there: &[u8], mut text: Vec<u8>) -> Vec<u8> {
    if !text.is_empty() && !there.is_empty() && !there.ends_with(b"\n") {
        text.insert(0, b'\n');
    }
    text
}

/// The file at `path`, locked against other programs; `None` where it was replaced meanwhile, or
/// is gone.
pub(super) fn held(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => {
            file.lock()?;
            Ok(is_still(&file, path).then_some(file))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether `path` still leads to the open `file`.
fn is_still(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let same = |(a, b): (fs::Metadata, fs::Metadata)| (a.dev(), a.ino()) == (b.dev(), b.ino());
        file.metadata().ok().zip(fs::metadata(path).ok()).is_some_and(same)
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

/// Where what is to lie at `path` is made.
pub(super) fn unfinished(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}{UNFINISHED}"))
}

/// What the name of an unfinished file ends with.
pub(super) const UNFINISHED: &str = ".part";

/// Hands the names in the folder of `path` to the disk.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    // Other systems can't open a folder.
    if cfg!(unix)
        && let Some(folder) = path.parent()
    {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
