//! One call of a batch, from its recording to its folder in the archive.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::BatchArgs;
use super::fetch::{Fetcher, Found};
use crate::archive::seen::{SEEN_NAME, Seen};
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
    /// The recordings that were fetched in earlier ones.
    pub seen: Seen,
}

/// What a worker keeps from call to call.
pub struct Bench {
    transcriber: Option<Box<dyn Transcriber>>,
    fetcher: Fetcher,
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
    /// It is; what harms the recording, and why the page could not be written, where something is
    /// said.
    Analysed { harm: Option<String>, no_page: Option<String> },
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

/// Why a call is not in the archive: for its recording, or because nothing can be read or written
/// there, which would hold for all others too.
pub enum Trouble {
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
        let (begun, seen) = (Mutex::default(), Seen::of(archive.root()));
        Shared { config, archive, models, keep_audio, again, stop, begun, seen }
    }

    /// What a worker keeps.
    pub fn bench(&self) -> Result<Bench, SessionError> {
        let transcriber = self.models.transcriber.as_deref().map(|make| make()).transpose()?;
        Ok(Bench { transcriber, fetcher: Fetcher::default() })
    }

    /// Analyses one call.
    pub fn work(&self, job: &Job, bench: &mut Bench) -> Came {
        let mut secs = 0.0;
        let made = self.try_to(job, bench, &mut secs).unwrap_or_else(|trouble| {
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

    fn try_to(&self, job: &Job, bench: &mut Bench, secs: &mut f64) -> Result<Made, Trouble> {
        if let Some(why) = &job.refused {
            return Err(Trouble::Recording(why.clone()));
        }
        if self.stop.load(Ordering::Relaxed) {
            return Ok(Made::Stopped);
        }
        let found = bench.fetcher.look(job)?;
        let bytes = found.as_ref().map_or_else(|| job.bytes(), Found::bytes);
        if bytes > MOST_BYTES {
            return Err(Trouble::Recording(format!(
                "{:.1} GB, which is no call; at most {:.1} GB are analysed: cut it into its calls",
                bytes as f64 / 1e9,
                MOST_BYTES as f64 / 1e9
            )));
        }
        let Some(found) = found else { return self.try_here(job, job, bench, None, secs) };
        if !self.again
            && let Some(id) = self.seen.call(&found.objects).filter(|id| self.archive.has(id))
        {
            let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
            let new = begun.insert(id.to_owned());
            let known = || Made::Known { same_settings: self.is_settled(id) };
            return Ok(if new { known() } else { Made::Same });
        }
        let fetched = bench.fetcher.fetch(job, &found, self.archive.workshop())?;
        self.try_here(job, &fetched.job, bench, Some(&found), secs).map_err(|trouble| match trouble
        {
            Trouble::Recording(reason) => Trouble::Recording(fetched.renamed(reason)),
            Trouble::Archive(_) => trouble,
        })
    }

    /// Analyses the call `job` from the files of `here`, which are its own or copies of what was `found`.
    fn try_here(
        &self,
        job: &Job,
        here: &Job,
        bench: &mut Bench,
        found: Option<&Found>,
        secs: &mut f64,
    ) -> Result<Made, Trouble> {
        // Before the whole is read for its hash: most of what can't be used is told by its head.
        let source = CallSource::open(&here.files)?;
        let mut source = match found {
            Some(found) => source.named(found.names()),
            None => source,
        };
        if let Some(long) = source.expected_secs().filter(|secs| *secs > LONGEST_SECS) {
            return Err(Trouble::Recording(format!(
                "{:.0} hours long, which is no call; at most 24 are analysed",
                long / 3600.0
            )));
        }
        let Content { id, sha256 } = Content::at(job, here)?;
        let sums = sha256.iter().map(ToString::to_string).collect();
        let head = self.head(job, &source, &id, found, sums);
        // Under which name it was analysed before, or is in this run.
        let earlier = self.archive.claim(&id);
        let known = earlier.is_some();
        let id = earlier.unwrap_or(id);
        if let Some(found) = found {
            let noted = self.seen.add(self.archive.root(), &found.objects, &id);
            noted
                .map_err(|why| Trouble::Archive(format!("{SEEN_NAME}: can't be written: {why}")))?;
        }
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        if !begun.insert(id.clone()) {
            return Ok(Made::Same);
        }
        drop(begun);
        if known && !self.again {
            return Ok(Made::Known { same_settings: self.is_settled(&id) });
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
        let ended = self.analyse(&mut source, head, &mut bench.transcriber, job, &mut sink);
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
                Ok(Made::Analysed { harm: harm(&source), no_page })
            }
            Ended::Stopped => Ok(Made::Stopped),
        });
        if !matches!(made, Ok(Made::Analysed { .. })) {
            self.archive.discard(&id);
        }
        made
    }

    fn head(
        &self,
        job: &Job,
        source: &CallSource,
        id: &str,
        found: Option<&Found>,
        sums: Vec<String>,
    ) -> CallHead {
        let mut sources = source.sources();
        for (source, sum) in sources.iter_mut().zip(sums) {
            source.sha256 = Some(sum);
        }
        // The whole URL: nobody would find the recording again by its last part alone.
        for (source, name) in sources.iter_mut().zip(found.iter().flat_map(|found| found.names())) {
            source.name = name;
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
        let understanding = models.understanding.clone();
        let engine = Engine::new(self.config, head, words, |_| (models.voice_activity)())
            .with_tone(models.voice_tone.clone())
            .with_sentiment(models.sentiment.clone())
            .with_listener(understanding.map(|with| Listener::new(with, day)));
        let transcriber = transcriber.as_mut().map(|own| &mut **own as &mut dyn Transcriber);
        analyse(source, engine, transcriber, self.stop, sink)
    }

    /// Whether the call in the archive was analysed as it would be now.
    fn is_settled(&self, id: &str) -> bool {
        let head = read_head(&self.archive.call(id)).map(|line| line.record);
        if matches!(head, Err(FolderError::Locked { .. })) {
            // Nobody can tell.
            return true;
        }
        let Ok(Record::Call { config_sha256, models, version, .. }) = head else { return false };
        let now = &self.models.used;
        let same_models = models.len() == now.len()
            && models
                .iter()
                .zip(now)
                .all(|(was, is)| was.sha256 == is.sha256 && was.engine.as_deref() == is.engine);
        same_models && config_sha256 == self.config.sha256() && version == env!("CARGO_PKG_VERSION")
    }
}

/// What harms a recording that was read all the same: the first thing, and how many there are more.
fn harm(source: &CallSource) -> Option<String> {
    let harms: Vec<_> = source.defects().into_iter().filter(|(_, what)| what.harms()).collect();
    let (file, what) = harms.first()?;
    Some(match harms.len() - 1 {
        0 => format!("{file}: {what}"),
        more => format!("{file}: {what}; and {more} more like it"),
    })
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
