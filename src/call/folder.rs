//! A call's folder, and the journal in it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::file;
use super::key::Key;
use super::record::{Line, Record, SCHEMA};
use crate::event::Event;

/// Name of the event log in a call's folder.
pub const LOG_NAME: &str = "events.jsonl";
/// Name of the audio in a call's folder.
pub const AUDIO_NAME: &str = "audio.wav";

/// A call's folder can't be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Something can't be written there.
    #[error("{}: can't be written: {source}; choose another place with --out, or make room", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The log can't be read.
    #[error("{}: can't be read: {source}; is this a call's folder?", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Something can't be added to a file that grows: notes, or what was shared.
    #[error("{}: {source}; nothing that was in it is lost", path.display())]
    Append {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is locked, and no key was given.
    #[error("{}: is locked; give its key with --key FILE, or name it in EVENKEEL_KEY_FILE", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// A file was locked with another key.
    #[error("{}: was locked with another key", path.display())]
    WrongKey {
        /// The file.
        path: PathBuf,
    },
    /// A locked file is not as it was when it was locked.
    #[error("{}: was changed or cut short after it was locked; take it from a backup; nothing was changed", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The log is of a format of which nothing is known.
    #[error("{}: its format is `{schema}`, and this program reads `{SCHEMA}`; get the Evenkeel that made it", path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// What it says.
        schema: String,
    },
    /// A line of the log is damaged.
    #[error("{}, line {line}: not an event: {source}; the lines before it are good", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// A call's folder, to write to.
#[derive(Clone, Debug)]
pub struct CallFolder {
    path: PathBuf,
}

impl CallFolder {
    /// Creates the folder, readable by its owner only, unless it is there.
    pub fn create(path: &Path) -> Result<CallFolder, FolderError> {
        let write_error = |source| FolderError::Write { path: path.to_owned(), source };
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path).map_err(write_error)?;
        Ok(CallFolder { path: path.to_owned() })
    }

    /// Where the folder is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where its log is.
    pub fn log_path(&self) -> PathBuf {
        self.path.join(LOG_NAME)
    }

    /// Where its audio is.
    pub fn audio_path(&self) -> PathBuf {
        self.path.join(AUDIO_NAME)
    }

    /// Begins the log, over one that is there.
    pub fn journal(&self) -> Result<Journal, FolderError> {
        let path = self.log_path();
        match private_file(&path) {
            Ok(file) => Ok(Journal { path, file, unwritten: Vec::new(), written: 0 }),
            Err(source) => Err(FolderError::Write { path, source }),
        }
    }
}

/// Creates a file that only its owner can read, or empties the one that is there.
pub fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes a file that only its owner can read: whole, or not at all. An earlier one stays until the
/// new one is complete.
///
/// # Errors
/// [`FolderError::Write`].
pub fn write_whole(path: &Path, text: &str) -> Result<(), FolderError> {
    let failed = |source| FolderError::Write { path: path.to_owned(), source };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Of this program's own: another may be writing the same file.
    let unfinished = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = private_file(&unfinished).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        fs::rename(&unfinished, path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written.map_err(failed)
}

/// The log of a call, written as it goes. Each batch of events is handed to the system before
/// the next, so that a crash of the program loses no event that was written.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    unwritten: Vec<u8>,
    /// Bytes of whole lines in the file.
    written: u64,
}

impl Journal {
    /// Writes the events that belong in a log. After an error they are kept in memory, and the
    /// next write tries them again; the file ends with a whole line all the same.
    pub fn write(&mut self, events: &[Event]) -> Result<(), FolderError> {
        for line in events.iter().filter_map(Line::of) {
            serde_json::to_writer(&mut self.unwritten, &line).expect("a line is JSON");
            self.unwritten.push(b'\n');
        }
        match self.file.write_all(&self.unwritten) {
            Ok(()) => {
                self.written += self.unwritten.len() as u64;
                self.unwritten.clear();
                Ok(())
            }
            Err(source) => {
                // Best effort: readers pass over a last line that was cut short.
                let _ = self.file.set_len(self.written);
                let _ = self.file.seek(SeekFrom::Start(self.written));
                Err(FolderError::Write { path: self.path.clone(), source })
            }
        }
    }

    /// Hands what was written to the disk, so that a power cut does not lose it.
    pub fn sync(&self) -> Result<(), FolderError> {
        let failed = |source| FolderError::Write { path: self.path.clone(), source };
        self.file.sync_data().map_err(failed)
    }
}

/// Reads the first line of a log; `path` is the log or its folder.
///
/// # Errors
/// [`FolderError`].
pub fn read_head(path: &Path) -> Result<Line, FolderError> {
    read_head_with(path, None)
}

/// The same of a call that may be locked.
///
/// # Errors
/// [`FolderError`].
pub fn read_head_with(path: &Path, key: Option<&Key>) -> Result<Line, FolderError> {
    let path = log_at(path);
    let mut text = Vec::new();
    let read = BufReader::new(file::open(&path, key)?).read_until(b'\n', &mut text);
    read.map_err(|source| file::read_error(&path, source))?;
    let path = file::on_disk(&path);
    let head = serde_json::from_slice(&text).map_err(|source| FolderError::Line {
        path: path.clone(),
        line: 1,
        source,
    })?;
    known(&head, &path)?;
    Ok(head)
}

/// Reads a log; `path` is the log or its folder. A last line that a crash cut short is left
/// out.
///
/// # Errors
/// [`FolderError`].
pub fn read_log(path: &Path) -> Result<Vec<Line>, FolderError> {
    read_log_with(path, None)
}

/// The same of a call that may be locked.
///
/// # Errors
/// [`FolderError`].
pub fn read_log_with(path: &Path, key: Option<&Key>) -> Result<Vec<Line>, FolderError> {
    let path = log_at(path);
    let mut reader = BufReader::new(file::open(&path, key)?);
    let mut lines = Vec::new();
    // A crash can cut a line within a character.
    let mut text = Vec::new();
    for number in 1.. {
        text.clear();
        let read = reader.read_until(b'\n', &mut text);
        if read.map_err(|source| file::read_error(&path, source))? == 0 {
            break;
        }
        match serde_json::from_slice::<Line>(&text) {
            Ok(line) => {
                known(&line, &path)?;
                lines.push(line);
            }
            Err(_) if !text.ends_with(b"\n") => break,
            Err(source) => {
                let path = file::on_disk(&path);
                return Err(FolderError::Line { path, line: number, source });
            }
        }
    }
    Ok(lines)
}

/// Reads of a log what can be read, and how many lines can't: damaged, or of a newer version; `path` is
/// the log or its folder. A last line that is still being written is none of them.
///
/// # Errors
/// [`FolderError`], also where a locked log was changed: then nothing in it can be trusted.
pub fn salvage_log(path: &Path, key: Option<&Key>) -> Result<(Vec<Line>, usize), FolderError> {
    let text = file::read(&log_at(path), key)?;
    let (mut lines, mut unread) = (Vec::new(), 0);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        match serde_json::from_slice(line) {
            Ok(line) => lines.push(line),
            Err(_) if !line.ends_with(b"\n") || line.trim_ascii().is_empty() => {}
            Err(_) => unread += 1,
        }
    }
    Ok((lines, unread))
}

/// That a line that heads a log is of a format that this program knows.
fn known(line: &Line, path: &Path) -> Result<(), FolderError> {
    match &line.record {
        Record::Call { schema, .. } if schema != SCHEMA => {
            let path = file::on_disk(path);
            Err(FolderError::Schema { path, schema: schema.clone() })
        }
        _ => Ok(()),
    }
}

/// The place of the log that is at `path`, or in the folder there.
fn log_at(path: &Path) -> PathBuf {
    if path.is_dir() {
        return path.join(LOG_NAME);
    }
    let is_locked_log = path == file::locked_path(&path.with_file_name(LOG_NAME));
    if is_locked_log { path.with_file_name(LOG_NAME) } else { path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Body;
    use crate::units::{CallSpan, CallTime};

    #[test]
    fn a_log_that_was_cut_within_a_letter_is_read_up_to_there() {
        let dir = tempfile::tempdir().unwrap();
        let head = r#"{"type":"silence","at":4.0,"start":1.0,"end":4.0}"#;
        let mut log = format!("{head}\n{head}").into_bytes();
        log.extend("“".as_bytes()[..2].iter());
        fs::write(dir.path().join(LOG_NAME), log).unwrap();
        assert_eq!(read_log(dir.path()).unwrap().len(), 1);
    }

    #[test]
    fn a_log_of_another_format_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let head = |schema: &str| {
            format!(
                r#"{{"at":0.0,"type":"call","schema":"{schema}","version":"0","id":"a","started":null,"source":[],"layout":"stereo","config_sha256":"","models":[]}}"#
            ) + "\n"
        };
        fs::write(dir.path().join(LOG_NAME), head(SCHEMA)).unwrap();
        assert_eq!(read_log(dir.path()).unwrap().len(), 1);
        fs::write(dir.path().join(LOG_NAME), head("evenkeel.call/9")).unwrap();
        let error = read_log(dir.path()).unwrap_err().to_string();
        assert!(error.contains("`evenkeel.call/9`") && error.contains(SCHEMA), "{error}");
    }

    fn silence(at: f64) -> Event {
        let at = CallTime::from_secs(at);
        Event { at, body: Body::Silence { span: CallSpan::new(CallTime::ZERO, at) } }
    }

    #[test]
    fn a_log_is_private_and_reads_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("calls/one");
        let folder = CallFolder::create(&path).unwrap();
        folder.journal().unwrap().write(&[silence(4.0), silence(8.0)]).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&path), mode(&folder.log_path())), (0o700, 0o600));
        }
        assert_eq!(read_log(&path).unwrap().len(), 2);
        folder.journal().unwrap().write(&[silence(4.0)]).unwrap();
        assert_eq!(read_log(&path).unwrap().len(), 1);
    }

    #[test]
    fn a_file_is_written_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("page.html");
        write_whole(&path, "one").unwrap();
        write_whole(&path, "two").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        // A folder is in its place.
        fs::create_dir(dir.path().join("taken")).unwrap();
        let error = write_whole(&dir.path().join("taken"), "one").unwrap_err().to_string();
        assert!(error.contains("taken"), "{error}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn of_a_damaged_log_the_good_lines_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let folder = CallFolder::create(dir.path()).unwrap();
        folder.journal().unwrap().write(&[silence(4.0), silence(8.0)]).unwrap();
        let mut text = fs::read_to_string(folder.log_path()).unwrap();
        text.insert_str(0, "{\"at\":1,\"type\":\"silence\"}\n\n");
        text.push_str("{\"at\":9,\"ty");
        fs::write(folder.log_path(), text).unwrap();
        let (lines, unread) = salvage_log(dir.path(), None).unwrap();
        assert_eq!((lines.len(), unread), (2, 1));
    }

    #[test]
    fn a_log_that_was_cut_short_reads_up_to_there() {
        let dir = tempfile::tempdir().unwrap();
        let folder = CallFolder::create(dir.path()).unwrap();
        folder.journal().unwrap().write(&[silence(4.0), silence(8.0)]).unwrap();
        let whole = fs::read(folder.log_path()).unwrap();
        fs::write(folder.log_path(), &whole[..whole.len() - 5]).unwrap();
        assert_eq!(read_log(dir.path()).unwrap().len(), 1);
        fs::write(folder.log_path(), "no event\n").unwrap();
        let error = read_log(dir.path()).unwrap_err().to_string();
        assert!(error.contains("line 1"), "{error}");
    }
}
