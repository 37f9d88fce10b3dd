//! Keeping a live call: the log and the sound, written as the call goes.
//!
//! Nothing that goes wrong here ends the call. A full disk, a folder that was deleted or may not
//! be written to is said in words for the agent, and writing is tried again: events are never
//! given up while the program runs, and sound that could not be written becomes silence, so that
//! what follows is in its place.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::folder::{CallFolder, FolderError, Journal};
use crate::audio::write::{CallWriter, WriteError};
use crate::event::Event;
use crate::session::board::Keeping;
use crate::session::keep::Keep;
use crate::units::PerParty;

/// The file is made whole so often, and handed to the disk.
const FLUSH_EVERY: Duration = Duration::from_millis(400);
/// After a failure, writing is tried again so often.
const RETRY_EVERY: Duration = Duration::from_secs(2);
/// Silence for sound that could not be written is put in by pieces of a second.
const PIECE: usize = 16_000;

/// Keeps one call.
pub struct CallKeeper {
    path: PathBuf,
    keeping: Keeping,
    files: Option<Files>,
    /// Why the folder can't be used, or is not used any more.
    no_folder: Option<String>,
    /// Events from before the folder could be made.
    early: Vec<Event>,
    tried: Instant,
    flushed: Instant,
}

struct Files {
    folder: CallFolder,
    journal: Journal,
    log_trouble: Option<String>,
    sound: Option<Sound>,
}

/// The sound of the call on its way to the file.
struct Sound {
    path: PathBuf,
    writer: Option<CallWriter>,
    /// Frames of the file that are good, while there is no writer.
    good: u32,
    /// Frames of each party that have been heard in all.
    heard: PerParty<usize>,
    trouble: Option<String>,
}

impl CallKeeper {
    /// Keeps what `keeping` says in the folder `path`, from `now` on.
    pub fn new(path: PathBuf, keeping: Keeping, now: Instant) -> Self {
        let mut keeper = CallKeeper {
            path,
            keeping,
            files: None,
            no_folder: None,
            early: Vec::new(),
            tried: now,
            flushed: now,
        };
        keeper.begin();
        keeper
    }

    fn begin(&mut self) {
        if self.keeping == Keeping::Nothing {
            return;
        }
        match Files::create(&self.path, self.keeping) {
            Ok(files) => {
                self.no_folder = None;
                self.files = Some(files);
                let early = std::mem::take(&mut self.early);
                self.events(&early);
            }
            Err(error) => self.no_folder = Some(format!("Nothing is kept: {}.", reason(&error))),
        }
    }

    /// Tries again what has failed.
    fn retry(&mut self) {
        match &mut self.files {
            None if self.early.is_empty() => {}
            None => self.begin(),
            Some(files) => {
                files.write(&[]);
                if let Some(sound) = &mut files.sound {
                    sound.resume();
                }
            }
        }
    }
}

impl Keep for CallKeeper {
    fn events(&mut self, events: &[Event]) {
        match &mut self.files {
            Some(files) => files.write(events),
            None if self.keeping == Keeping::Nothing => {}
            None => self.early.extend_from_slice(events),
        }
    }

    fn audio(&mut self, audio: &PerParty<Vec<f32>>) {
        if let Some(sound) = self.files.as_mut().and_then(|files| files.sound.as_mut()) {
            sound.write(audio);
        }
    }

    fn tick(&mut self, now: Instant) {
        if now.duration_since(self.flushed) >= FLUSH_EVERY {
            self.flushed = now;
            if self.files.as_ref().is_some_and(|files| !files.are_there()) {
                // Who deletes a call's folder wants it gone.
                self.files = None;
                self.keeping = Keeping::Nothing;
                self.no_folder = Some("Nothing is kept: the call's folder is gone.".into());
            }
            if let Some(files) = &mut self.files {
                files.flush();
            }
        }
        if now.duration_since(self.tried) >= RETRY_EVERY {
            self.tried = now;
            self.retry();
        }
    }

    fn trouble(&self) -> Option<String> {
        let of_files = |files: &Files| {
            let sound = files.sound.as_ref().and_then(|sound| sound.trouble.clone());
            files.log_trouble.clone().or(sound)
        };
        self.no_folder.clone().or_else(|| self.files.as_ref().and_then(of_files))
    }

    fn finish(&mut self) {
        self.retry();
        if let Some(files) = &mut self.files {
            files.flush();
            if let Some(writer) = files.sound.as_mut().and_then(|sound| sound.writer.take())
                && let Err(error) = writer.finish()
                && let Some(sound) = &mut files.sound
            {
                sound.trouble = Some(lost("sound", error.kind(), &error));
            }
        }
    }
}

impl Files {
    fn create(path: &std::path::Path, keeping: Keeping) -> Result<Files, FolderError> {
        let folder = CallFolder::create(path)?;
        let journal = folder.journal()?;
        let sound = (keeping == Keeping::LogAndAudio).then(|| Sound::create(folder.audio_path()));
        Ok(Files { folder, journal, log_trouble: None, sound })
    }

    fn write(&mut self, events: &[Event]) {
        self.log_trouble = match self.journal.write(events) {
            Ok(()) => None,
            Err(error) => Some(format!("The log is not kept: {}.", reason(&error))),
        };
    }

    fn flush(&mut self) {
        if let Some(sound) = &mut self.sound {
            sound.flush();
        }
        if let (None, Err(error)) = (&self.log_trouble, self.journal.sync()) {
            self.log_trouble = Some(format!("The log is not kept: {}.", reason(&error)));
        }
    }

    fn are_there(&self) -> bool {
        self.folder.log_path().exists()
    }
}

impl Sound {
    fn create(path: PathBuf) -> Sound {
        let created = CallWriter::create(&path);
        let mut sound =
            Sound { path, writer: None, good: 0, heard: PerParty::default(), trouble: None };
        match created {
            Ok(writer) => sound.writer = Some(writer),
            Err(error) => sound.fail(&error),
        }
        sound
    }

    fn write(&mut self, audio: &PerParty<Vec<f32>>) {
        for (party, samples) in audio.iter() {
            self.heard[party] += samples.len();
        }
        if let Some(Err(error)) = self.writer.as_mut().map(|writer| writer.write(audio)) {
            self.fail(&error);
        }
    }

    fn flush(&mut self) {
        let Some(writer) = &mut self.writer else { return };
        if let Err(error) = writer.flush().and_then(|()| writer.sync()) {
            self.fail(&error);
        }
    }

    /// Leaves the file as it was when it was last whole.
    fn fail(&mut self, error: &WriteError) {
        self.trouble = Some(lost("sound", error.kind(), error));
        if let Some(writer) = self.writer.take() {
            self.good = writer.flushed();
        }
    }

    fn resume(&mut self) {
        if self.writer.is_some() {
            return;
        }
        let resumed = if self.good == 0 {
            CallWriter::create(&self.path)
        } else {
            CallWriter::resume(&self.path, self.good)
        };
        let filled = resumed.and_then(|mut writer| {
            let mut missed = self.heard.map(|heard| heard.saturating_sub(self.good as usize));
            while missed.agent + missed.customer > 0 {
                let piece = missed.map(|left| vec![0.0; PIECE.min(*left)]);
                writer.write(&piece)?;
                for (party, piece) in piece.iter() {
                    missed[party] -= piece.len();
                }
            }
            writer.flush()?;
            Ok(writer)
        });
        match filled {
            Ok(writer) => {
                self.writer = Some(writer);
                self.trouble = None;
            }
            Err(error) => self.trouble = Some(lost("sound", error.kind(), &error)),
        }
    }
}

fn reason(error: &FolderError) -> String {
    match error {
        FolderError::Write { path, source } => {
            why(source.kind()).unwrap_or_else(|| format!("{}: {source}", path.display()))
        }
        FolderError::Read { .. } | FolderError::Line { .. } => error.to_string(),
    }
}

fn lost(what: &str, kind: ErrorKind, error: &WriteError) -> String {
    let why = why(kind).unwrap_or_else(|| error.to_string());
    format!("The {what} is not kept: {why}.")
}

/// The usual troubles in few words.
fn why(kind: ErrorKind) -> Option<String> {
    let text = match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "the disk is full",
        ErrorKind::PermissionDenied => "no permission to write there",
        ErrorKind::ReadOnlyFilesystem => "the disk is read-only",
        ErrorKind::NotFound => "the folder is gone",
        _ => return None,
    };
    Some(text.to_owned())
}
