//! Keeping a live call: the log and the sound, written as the call goes.
//!
//! Nothing that goes wrong here ends the call. A full disk, a folder that was deleted or may not
//! be written to is said in words for the agent, and writing is tried again: events are never
//! given up while the program runs, and sound that could not be written becomes silence, so that
//! what follows is in its place.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
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
    /// Events from before the folder could be made, and the frames heard in that time.
    early: Vec<Event>,
    early_frames: PerParty<usize>,
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
            early_frames: PerParty::default(),
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
        match Files::create(&self.path, self.keeping, self.early_frames) {
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
        match &mut self.files {
            Some(Files { sound: Some(sound), .. }) => sound.write(audio),
            Some(Files { sound: None, .. }) => {}
            None => {
                for (party, samples) in audio.iter() {
                    self.early_frames[party] += samples.len();
                }
            }
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
    /// The files of a call of which `heard` frames of each party have gone by.
    fn create(path: &Path, keeping: Keeping, heard: PerParty<usize>) -> Result<Files, FolderError> {
        let folder = CallFolder::create(path)?;
        let journal = folder.journal()?;
        let sound =
            (keeping == Keeping::LogAndAudio).then(|| Sound::create(folder.audio_path(), heard));
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
        // A network's folder that can't be looked into for a moment is not gone.
        !matches!(self.folder.log_path().try_exists(), Ok(false))
    }
}

impl Sound {
    fn create(path: PathBuf, heard: PerParty<usize>) -> Sound {
        let mut sound = Sound { path, writer: None, good: 0, heard, trouble: None };
        sound.resume();
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

    /// Opens the file where it was last whole, with silence for what has been heard since.
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
        FolderError::Read { .. }
        | FolderError::Append { .. }
        | FolderError::Locked { .. }
        | FolderError::WrongKey { .. }
        | FolderError::Damaged { .. }
        | FolderError::Schema { .. }
        | FolderError::Line { .. } => error.to_string(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::folder::{AUDIO_NAME, read_log};
    use crate::event::Body;
    use crate::units::{CallSpan, CallTime};

    fn silence(secs: f64) -> Event {
        let at = CallTime::from_secs(secs);
        Event { at, body: Body::Silence { span: CallSpan::new(CallTime::ZERO, at) } }
    }

    fn block(level: f32) -> PerParty<Vec<f32>> {
        PerParty { agent: vec![level; 800], customer: vec![-level; 800] }
    }

    /// The agent's samples of a call's sound, where it is full scale.
    fn sounding(folder: &Path) -> Vec<bool> {
        let mut wav = hound::WavReader::open(folder.join(AUDIO_NAME)).unwrap();
        wav.samples::<i16>().step_by(2).map(|sample| sample.unwrap() != 0).collect()
    }

    #[test]
    fn a_folder_that_comes_late_loses_no_event_and_the_sound_is_in_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let way = dir.path().join("calls");
        std::fs::write(&way, "in the way").unwrap();
        let start = Instant::now();
        let folder = way.join("one");
        let mut keeper = CallKeeper::new(folder.clone(), Keeping::LogAndAudio, start);
        assert!(keeper.trouble().unwrap().starts_with("Nothing is kept"));
        keeper.events(&[silence(3.0)]);
        keeper.audio(&block(1.0));
        std::fs::remove_file(&way).unwrap();
        keeper.tick(start + RETRY_EVERY);
        assert_eq!(keeper.trouble(), None);
        keeper.events(&[silence(6.0)]);
        keeper.audio(&block(1.0));
        keeper.finish();
        assert_eq!(read_log(&folder).unwrap().len(), 2);
        let expected: Vec<bool> = (0..1_600).map(|frame| frame >= 800).collect();
        assert_eq!(sounding(&folder), expected);
    }

    #[test]
    fn sound_that_could_not_be_written_is_silence() {
        let dir = tempfile::tempdir().unwrap();
        let mut sound = Sound::create(dir.path().join(AUDIO_NAME), PerParty::default());
        sound.write(&block(1.0));
        sound.flush();
        // As after a failed write: what was not flushed is lost.
        sound.good = sound.writer.take().unwrap().flushed();
        sound.write(&block(1.0));
        sound.resume();
        assert_eq!(sound.trouble, None);
        sound.write(&block(1.0));
        sound.writer.take().unwrap().finish().unwrap();
        let expected: Vec<bool> = (0..2_400).map(|i| !(800..1_600).contains(&i)).collect();
        assert_eq!(sounding(dir.path()), expected);
    }

    #[test]
    fn a_folder_that_is_deleted_stays_deleted() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("one");
        let start = Instant::now();
        let mut keeper = CallKeeper::new(folder.clone(), Keeping::LogAndAudio, start);
        std::fs::remove_dir_all(&folder).unwrap();
        keeper.tick(start + RETRY_EVERY);
        assert_eq!(keeper.trouble().unwrap(), "Nothing is kept: the call's folder is gone.");
        keeper.events(&[silence(3.0)]);
        keeper.audio(&block(1.0));
        keeper.tick(start + RETRY_EVERY * 2);
        keeper.finish();
        assert!(!folder.exists());
    }

    #[test]
    fn nothing_leaves_no_file() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("one");
        let mut keeper = CallKeeper::new(folder.clone(), Keeping::Nothing, Instant::now());
        keeper.events(&[silence(3.0)]);
        keeper.audio(&block(1.0));
        keeper.finish();
        assert_eq!((keeper.trouble(), folder.exists()), (None, false));
    }
}
