//! A call, read from its folder and made ready to be shown.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::library::Teller;
use crate::audio::peaks::Peaks;
use crate::call::file::on_disk;
use crate::call::folder::{LOG_NAME, salvage_log};
use crate::call::key::Key;
use crate::call::notes::{NOTES_NAME, Notes};
use crate::call::record::{Line, Record, SCHEMA};
use crate::call::sound::CallSound;
use crate::report::content::CallContent;
use crate::report::content::course::{self, Practised, Prompt, Shade};
use crate::units::{Party, PerParty};

/// Quiet for so long is passed over where somebody asks for it. Seconds.
const QUIET_SECS: f64 = 1.0;
/// The waveform is told of each time so much more of it is read. Frames.
const TELL_FRAMES: usize = 4_000_000;

/// What tells whether something in the folder has changed: size and time of change.
pub type Stamp = [Option<(u64, SystemTime)>; 2];

/// What tells whether the log or the notes in a folder have changed.
pub fn stamp(folder: &Path) -> Stamp {
    [LOG_NAME, NOTES_NAME].map(|name| {
        let file = fs::metadata(on_disk(&folder.join(name))).ok()?;
        Some((file.len(), file.modified().ok()?))
    })
}

/// A call.
pub struct OpenedCall {
    /// Its folder.
    pub folder: PathBuf,
    /// The key with which it was opened, where it is locked.
    pub key: Option<Key>,
    /// Its folder's name.
    pub id: String,
    /// The folder as it was read.
    pub stamp: Stamp,
    /// What there is to say of it.
    pub content: CallContent,
    /// What lies along its time.
    pub course: Course,
    /// What people said of it.
    pub notes: Notes,
    /// What is the matter with the folder, in words for people.
    pub troubles: Vec<String>,
    /// Where its sound is.
    pub sound: CallSound,
    /// Whether it goes on: nobody has written its end.
    pub goes_on: bool,
}

/// What lies along the time of a call.
#[derive(Default)]
pub struct Course {
    /// Stretches that are shaded.
    pub shades: Vec<Shade>,
    /// Prompts.
    pub prompts: Vec<Prompt>,
    /// Practices, kept or not.
    pub practices: Vec<Practised>,
    /// The customer's heat.
    pub heat: Vec<(f64, f64)>,
    /// The agent's pace.
    pub pace: Vec<(f64, f64)>,
    /// The agent's level.
    pub level: Vec<(f64, f64)>,
    /// Where each party speaks; in a mono mix both are the same.
    pub speech: PerParty<Vec<(f64, f64)>>,
    /// What may be passed over.
    pub quiet: Vec<(f64, f64)>,
}

impl OpenedCall {
    /// Reads the call in `folder`, with the key of what is locked in it; its recording may be among the
    /// `recordings`. Whatever is wrong with it, there is something to show.
    pub fn read(folder: &Path, key: Option<Key>, recordings: Option<&Path>) -> OpenedCall {
        let stamp = stamp(folder);
        let id = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut troubles = Vec::new();
        let lines = match salvage_log(folder, key.as_ref()) {
            Ok((lines, unread)) => {
                troubles.extend(newer(&lines));
                troubles.extend(lacking(&lines, unread));
                lines
            }
            Err(why) => {
                troubles.push(format!("The log of this call can't be read: {why}."));
                Vec::new()
            }
        };
        let notes = Notes::read_with(folder, key.as_ref()).unwrap_or_else(|why| {
            // Of a call that can't be opened at all that is said already.
            if !lines.is_empty() {
                troubles.push(format!("The notes on this call can't be read: {why}."));
            }
            Notes::default()
        });
        if notes.unread > 0 {
            troubles.push(format!(
                "{} of the notes can't be shown: they are damaged, or of a newer Evenkeel. They stay \
                 where they are.",
                notes.unread
            ));
        }
        let content = CallContent::of(&lines, &id);
        let sound = CallSound::of(folder, &lines, content.secs, recordings);
        let mono = content.mono;
        let speech = |party| course::speech(&lines, (!mono).then_some(party));
        let course = Course {
            shades: course::shades(&lines),
            prompts: course::prompts(&lines),
            practices: course::practices(&lines),
            heat: course::heat(&lines),
            pace: course::pace(&lines),
            level: course::level(&lines),
            speech: PerParty::from_fn(speech),
            quiet: course::quiet(&lines, content.secs, QUIET_SECS),
        };
        let goes_on = content.cut_short.is_some();
        let folder = folder.to_owned();
        OpenedCall { folder, key, id, stamp, content, course, notes, troubles, sound, goes_on }
    }
}

/// What is said of a log that a newer version wrote.
fn newer(lines: &[Line]) -> Option<String> {
    let schema = lines.iter().find_map(|line| match &line.record {
        Record::Call { schema, .. } => Some(schema),
        _ => None,
    })?;
    let unknown = lines.iter().filter(|line| line.record == Record::Unknown).count();
    match (schema == SCHEMA, unknown) {
        (true, 0) => None,
        (true, _) => Some(
            "A newer Evenkeel has analysed this call. What this one does not know is left out."
                .into(),
        ),
        (false, _) => Some(
            "A newer Evenkeel has analysed this call, in a way that this one knows only in part. \
             What it does not know is left out."
                .into(),
        ),
    }
}

/// What is said of a log that lacks something.
fn lacking(lines: &[Line], unread: usize) -> Option<String> {
    match (lines.is_empty(), unread) {
        (true, 0) => Some("Nothing is in the log of this call yet.".into()),
        (_, 0) => None,
        (true, _) => Some("The log of this call is damaged: nothing in it can be read.".into()),
        (false, 1) => Some("One line of the log is damaged and left out.".into()),
        (false, many) => Some(format!("{many} lines of the log are damaged and left out.")),
    }
}

/// The waveform of a call, which grows while the sound is read. It is kept in memory only: the
/// folder is all there is of a call.
#[derive(Clone, Default)]
pub struct Wave(Arc<Mutex<Growing>>);

#[derive(Default)]
struct Growing {
    peaks: Peaks,
    /// The agent's channel.
    agent: usize,
    whole: bool,
    /// Why it goes no further.
    fault: Option<String>,
    /// Nobody looks at it any more.
    dropped: bool,
}

impl Wave {
    /// Uses what is there of it.
    pub fn with<T>(&self, look: impl FnOnce(&Peaks, usize) -> T) -> T {
        let growing = self.growing();
        look(&growing.peaks, growing.agent)
    }

    /// Whether all of the sound has been read, or as much as could be.
    pub fn is_whole(&self) -> bool {
        self.growing().whole
    }

    /// The agent's channel, once that is known.
    pub fn agent(&self) -> Option<usize> {
        let growing = self.growing();
        growing.whole.then_some(growing.agent)
    }

    /// Why the sound can't be read.
    pub fn fault(&self) -> Option<String> {
        self.growing().fault.clone()
    }

    /// Has the reading stop.
    pub fn leave(&self) {
        self.growing().dropped = true;
    }

    fn growing(&self) -> std::sync::MutexGuard<'_, Growing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the sound through. `speech` tells where each party speaks, to know the agent's channel
    /// in a recording of which nobody noted it; `key` is that of a locked call.
    pub fn read(
        &self,
        sound: &CallSound,
        key: Option<&Key>,
        speech: &PerParty<Vec<(f64, f64)>>,
        teller: &Teller,
    ) {
        let read = || -> Result<(), String> {
            let file = sound.open(key).map_err(|error| error.to_string())?;
            let Some(mut file) = file else { return Ok(()) };
            let channels = file.channels();
            self.growing().peaks = Peaks::new(channels, f64::from(file.rate().hz()));
            let (mut block, mut since) = (Vec::new(), 0);
            loop {
                block.clear();
                let got = file.read(8_192, &mut block).map_err(|error| error.to_string())?;
                let mut growing = self.growing();
                if got == 0 || growing.dropped {
                    growing.peaks.finish();
                    return Ok(());
                }
                growing.peaks.push(&block);
                drop(growing);
                since += got;
                if since >= TELL_FRAMES {
                    since = 0;
                    teller.waker.wake();
                }
            }
        };
        let fault = read().err();
        let mut growing = self.growing();
        if matches!(sound, CallSound::Recording(_)) {
            growing.agent = agent_channel(&growing.peaks, speech);
        }
        (growing.fault, growing.whole) = (fault, true);
        drop(growing);
        teller.waker.wake();
    }
}

/// The channel that is louder where the agent speaks than where the customer does.
fn agent_channel(peaks: &Peaks, speech: &PerParty<Vec<(f64, f64)>>) -> usize {
    let loud = |channel: usize, spans: &[(f64, f64)]| -> f64 {
        let of = |&(from, to): &(f64, f64)| {
            let (low, high) = peaks.between(channel, from, to).unwrap_or_default();
            f64::from(high - low) * (to - from)
        };
        spans.iter().map(of).sum()
    };
    let own = loud(0, &speech.agent) + loud(1, &speech.customer);
    let other = loud(1, &speech.agent) + loud(0, &speech.customer);
    usize::from(peaks.channels() == 2 && other > own)
}

/// The parties of the two lanes, or none where both voices are in one.
pub fn lanes(mono: bool) -> &'static [Option<Party>] {
    if mono { &[None] } else { &[Some(Party::Agent), Some(Party::Customer)] }
}
