//! One call of a batch, from its recording to its folder in the archive.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::BatchArgs;
use crate::archive::store::Content;
use crate::archive::{Archive, ArchiveError, Job};
use crate::audio::source::{CallSource, SourceError};
use crate::audio::write::{CallWriter, WriteError};
use crate::call::file::is_locked;
use crate::call::folder::{FolderError, Journal, LOG_NAME, read_head};
use crate::call::record::Record;
use crate::commands::loaded::LoadedModels;
use crate::config::Config;
use crate::engine::{Engine, Words};
use crate::event::{CallHead, Event};
use crate::language::listener::Listener;
use crate::report::page::write_call_page;
use crate::session::replay::{Ended, SessionError, Sink, analyse};
use crate::speech::transcript::Transcriber;
use crate::units::PerParty;

/// Longer recordings are none of a call: most are sparse or damaged files, which would keep a core
/// for hours. Seconds.
const LONGEST_SECS: f64 = 24.0 * 3600.0;

/// Larger recordings are none either; of some formats a reader would look through all of it for where
/// the sound begins. Bytes: what a WAV file can hold, a day and a half of a telephone's two channels.
const MOST_BYTES: u64 = 1 << 32;

/// What all workers share.
pub struct Shared<'a> {
    pub config: &'a Config,
    pub archive: &'a Archive,
    pub models: &'a LoadedModels,
    pub keep_audio: bool,
    pub again: bool,
    pub stop: &'a AtomicBool,
    /// The calls that were begun in this run.
    pub begun: Mutex<BTreeSet<String>>,
}

/// What came of a recording.
#[derive(Debug, Serialize, Deserialize)]
pub struct Came {
    /// Its length in seconds, as far as it was analysed now.
    pub secs: f64,
    pub made: Made,
}

/// Whether its call is in the archive.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Made {
    /// It is; its page could not be written where something is said.
    Analysed { no_page: Option<String> },
    /// It was before.
    Known { same_settings: bool },
    /// The same recording was given twice.
    Same,
    /// It can't be; the reason names the file.
    Failed(String),
    /// The archive can't be written, which is no fault of the recording: the others would fare no
    /// better.
    Unwritable(String),
    /// The work was stopped.
    Stopped,
}

/// Why a call is not in the archive.
enum Trouble {
    Recording(String),
    Archive(String),
}

impl From<SourceError> for Trouble {
    fn from(error: SourceError) -> Trouble {
        Trouble::Recording(error.to_string())
    }
}

impl From<FolderError> for Trouble {
    fn from(error: FolderError) -> Trouble {
        Trouble::Archive(error.to_string())
    }
}

impl From<WriteError> for Trouble {
    fn from(error: WriteError) -> Trouble {
        Trouble::Archive(error.to_string())
    }
}

impl From<ArchiveError> for Trouble {
    fn from(error: ArchiveError) -> Trouble {
        match error {
            ArchiveError::Recording { .. } => Trouble::Recording(error.to_string()),
            ArchiveError::Write { .. } | ArchiveError::Folder(_) => {
                Trouble::Archive(error.to_string())
            }
        }
    }
}

impl From<SessionError> for Trouble {
    fn from(error: SessionError) -> Trouble {
        match error {
            SessionError::Sink(_) => Trouble::Archive(error.to_string()),
            SessionError::Source(_) | SessionError::Words(_) | SessionError::Worker => {
                Trouble::Recording(error.to_string())
            }
        }
    }
}

impl<'a> Shared<'a> {
    /// What the workers on calls of this `archive` share.
    pub fn new(
        args: &BatchArgs,
        config: &'a Config,
        archive: &'a Archive,
        models: &'a LoadedModels,
        stop: &'a AtomicBool,
    ) -> Shared<'a> {
        let (keep_audio, again) = (args.keep_audio, args.again);
        Shared { config, archive, models, keep_audio, again, stop, begun: Default::default() }
    }

    /// A worker's transcriber.
    pub fn transcriber(&self) -> Result<Option<Box<dyn Transcriber>>, SessionError> {
        self.models.transcriber.as_deref().map(|make| make()).transpose().map_err(Into::into)
    }

    /// Analyses one call.
    pub fn work(&self, job: &Job, transcriber: &mut Option<Box<dyn Transcriber>>) -> Came {
        let mut secs = 0.0;
        let made = self.try_to(job, transcriber, &mut secs).unwrap_or_else(|trouble| {
            // The causes are in the texts of those that matter; the outermost names the file.
            match trouble {
                Trouble::Recording(reason) => Made::Failed(reason),
                Trouble::Archive(reason) => {
                    // At once: the next call may be small enough for what room is left.
                    self.stop.store(true, Ordering::Relaxed);
                    Made::Unwritable(reason)
                }
            }
        });
        Came { secs, made }
    }

    fn try_to(
        &self,
        job: &Job,
        transcriber: &mut Option<Box<dyn Transcriber>>,
        secs: &mut f64,
    ) -> Result<Made, Trouble> {
        if let Some(why) = &job.refused {
            return Err(Trouble::Recording(why.clone()));
        }
        if self.stop.load(Ordering::Relaxed) {
            return Ok(Made::Stopped);
        }
        let bytes = job.bytes();
        if bytes > MOST_BYTES {
            return Err(Trouble::Recording(format!(
                "{:.1} GB, which is no call; at most {:.1} GB are analysed: cut it into its calls",
                bytes as f64 / 1e9,
                MOST_BYTES as f64 / 1e9
            )));
        }
        // Before the whole is read for its hash: most of what can't be used is told by its head.
        let mut source = CallSource::open(&job.files)?;
        if let Some(long) = source.expected_secs().filter(|secs| *secs > LONGEST_SECS) {
            return Err(Trouble::Recording(format!(
                "{:.0} hours long, which is no call; at most 24 are analysed",
                long / 3600.0
            )));
        }
        let Content { id, sha256 } = Content::of(job)?;
        let head = self.head(job, &source, &id, sha256.iter().map(ToString::to_string).collect());
        // Under which name it was analysed before, or is in this run.
        let earlier = self.archive.claim(&id);
        let known = earlier.is_some();
        let id = earlier.unwrap_or(id);
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        if !begun.insert(id.clone()) {
            return Ok(Made::Same);
        }
        drop(begun);
        if known && !self.again {
            return Ok(Made::Known { same_settings: self.is_settled(&id, &head) });
        }
        if known && is_locked(&self.archive.call(&id).join(LOG_NAME)) {
            return Err(Trouble::Recording(format!(
                "its call {id} is locked; `evenkeel archive unlock` unlocks it"
            )));
        }
        let head = CallHead { id: id.clone(), ..head };
        let folder = self.archive.begin(&id)?;
        let audio = match self.keep_audio {
            true => Some(CallWriter::create(&folder.audio_path())?),
            false => None,
        };
        let mut sink = CallSink { journal: folder.journal()?, audio };
        let ended = self.analyse(&mut source, head, transcriber, job, &mut sink);
        *secs = source.now().secs();
        let page = |folder: &Path| write_call_page(folder).err().map(|why| why.to_string());
        let made = ended.map_err(Trouble::from).and_then(|ended| match ended {
            Ended::Complete => {
                sink.audio.map_or(Ok(()), CallWriter::finish)?;
                // A page can be made at any time: without one the call is kept all the same.
                let mut no_page = page(folder.path());
                self.archive.keep(&id)?;
                if known && !self.keep_audio {
                    // Sound that was copied earlier has come to it.
                    no_page = page(&self.archive.call(&id));
                }
                Ok(Made::Analysed { no_page })
            }
            Ended::Stopped => Ok(Made::Stopped),
        });
        if !matches!(made, Ok(Made::Analysed { .. })) {
            self.archive.discard(&id);
        }
        made
    }

    fn head(&self, job: &Job, source: &CallSource, id: &str, sums: Vec<String>) -> CallHead {
        let mut sources = source.sources();
        for (source, sum) in sources.iter_mut().zip(sums) {
            source.sha256 = Some(sum);
        }
        CallHead {
            id: id.to_owned(),
            started: job.began.as_ref().map(|began| began.text.clone()),
            about: job.about.clone(),
            source: sources,
            layout: source.layout(),
            config_sha256: self.config.sha256(),
            models: self.models.used.clone(),
        }
    }

    fn analyse(
        &self,
        source: &mut CallSource,
        head: CallHead,
        transcriber: &mut Option<Box<dyn Transcriber>>,
        job: &Job,
        sink: &mut CallSink,
    ) -> Result<Ended, SessionError> {
        let words = if transcriber.is_some() { Words::OnTime } else { Words::Never };
        let day = job.began.as_ref().map(|began| began.day);
        let models = self.models;
        let listener = models.practices.clone();
        let engine = Engine::new(self.config, head, words, |_| (models.voice_activity)())
            .with_tone(models.voice_tone.clone())
            .with_sentiment(models.sentiment.clone())
            .with_listener(listener.map(|(model, detector)| Listener::new(model, detector, day)));
        let transcriber = transcriber.as_mut().map(|own| &mut **own as &mut dyn Transcriber);
        analyse(source, engine, transcriber, self.stop, sink)
    }

    /// Whether the call in the archive was analysed as it would be now.
    fn is_settled(&self, id: &str, now: &CallHead) -> bool {
        let head = read_head(&self.archive.call(id)).map(|line| line.record);
        if matches!(head, Err(FolderError::Locked { .. })) {
            // Nobody can tell.
            return true;
        }
        let Ok(Record::Call { config_sha256, models, version, .. }) = head else { return false };
        let same_models = models.len() == now.models.len()
            && models.iter().zip(&now.models).all(|(was, is)| was.sha256 == is.sha256);
        same_models && config_sha256 == now.config_sha256 && version == env!("CARGO_PKG_VERSION")
    }
}

/// Where a call's events and sound go.
struct CallSink {
    journal: Journal,
    audio: Option<CallWriter>,
}

impl Sink for CallSink {
    fn events(&mut self, events: &[Event]) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(self.journal.write(events)?)
    }

    fn audio(&mut self, audio: &PerParty<Vec<f32>>) -> Result<(), Box<dyn Error + Send + Sync>> {
        if let Some(writer) = &mut self.audio {
            writer.write(audio)?;
        }
        Ok(())
    }
}
