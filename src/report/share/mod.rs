//! A clip of a call, to be shared: its sound, and a page with its words and why it was flagged.
//!
//! Nothing else leaves the call's folder, and that it left is recorded there before a file of it
//! appears (`shared.jsonl`). In a redacted clip what identifies people is masked in the text and
//! silent in the sound.

mod clip;
mod hush;
mod redacted;
mod sound;

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

pub use self::clip::{Clip, Moment, Reason, Said, Wanted, hidden_in, prompts};
pub use self::hush::MARGIN_SECS;
pub use self::redacted::redacted;
use self::sound::Found;
use crate::audio::source::{CallFiles, SourceError};
use crate::audio::write::WriteError;
use crate::call::folder::{CallFolder, FolderError, read_log_with, write_whole};
use crate::call::key::Key;
use crate::call::record::Span;
use crate::call::shared::{self, Share};
use crate::report::page::{clip_page, practice_page};
use crate::units::CallTime;

/// A clip can't be shared; nothing was.
#[derive(Debug, thiserror::Error)]
pub enum ShareError {
    /// The call can't be read, or a file can't be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// There is no such prompt.
    #[error("{call}: there is no prompt {id} in this call; {known}")]
    NoCue {
        /// The call.
        call: String,
        /// The prompt's `id`.
        id: u32,
        /// Which there are, in words.
        known: String,
    },
    /// There is no such moment.
    #[error("{call}: there is no moment {number} for the coach in this call, which has {count}")]
    NoMoment {
        /// The call.
        call: String,
        /// The number that was asked for.
        number: usize,
        /// How many there are.
        count: usize,
    },
    /// The place lies after the end.
    #[error("{call}: the call ends at {end}; give a time in it")]
    AfterEnd {
        /// The call.
        call: String,
        /// Its end.
        end: CallTime,
    },
    /// Without words nobody knows what to mask.
    #[error(
        "{call}: its log has no words, so nobody knows what to silence; share it without --redact, or analyse it with words first"
    )]
    NoWords {
        /// The call.
        call: String,
    },
    /// The sound can't be read.
    #[error(transparent)]
    Sound(#[from] SourceError),
    /// The sound can't be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A file can't be put in its place.
    #[error("{}: can't be written: {source}; choose another folder with --out", path.display())]
    Place {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is a sheet of this name.
    #[error("{}: is there already; give the sheet another name, or another folder with --out", page.display())]
    SheetThere {
        /// The sheet's page.
        page: PathBuf,
    },
    /// A practice set of nothing.
    #[error("there is no moment in the set; name some as CALL@1:15, CALL@cue:2 or CALL@flag:1")]
    Empty,
}

/// What is shared, of which call.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The call's folder.
    pub call: &'a Path,
    /// What of it.
    pub wanted: Wanted,
    /// Its recording, where it isn't the sound in the folder nor beside it under its name.
    pub recording: Option<&'a CallFiles>,
    /// A folder in which recordings are looked for by the names in the log, beside the usual places.
    pub recordings: Option<&'a Path>,
}

/// By whom, and where to.
#[derive(Clone, Copy, Debug)]
pub struct Release<'a> {
    /// Who shares it, as they call themselves.
    pub by: &'a str,
    /// The folder for the files; made where it isn't there.
    pub out: &'a Path,
    /// The key of locked calls.
    pub key: Option<&'a Key>,
}

/// A clip that was shared.
#[derive(Clone, Debug)]
pub struct Shared {
    /// As it is recorded.
    pub share: Share,
    /// Its page, or that of the set.
    pub page: PathBuf,
    /// Its sound.
    pub sound: Option<PathBuf>,
    /// Why it has none.
    pub no_sound: Option<String>,
    /// Seconds of its sound that are silenced.
    pub hushed_secs: f64,
    /// Words that are masked in its text.
    pub masked: usize,
}

/// Shares one clip: a page and its sound, `clip-….html` and `clip-….wav`.
///
/// # Errors
/// [`ShareError`]; then nothing was shared.
pub fn share(request: &Request<'_>, release: &Release<'_>) -> Result<Shared, ShareError> {
    let draft = Draft::of(request, release, None)?;
    let page = release.out.join(format!("clip-{}.html", draft.share.id));
    let text = clip_page(&draft.clip, draft.sound_name().as_deref());
    draft.record(request, release)?;
    draft.place_sound()?;
    write_whole(&page, &text)?;
    Ok(draft.shared(page))
}

/// Shares several clips as a sheet for training: one page, with their sounds beside it.
///
/// # Errors
/// [`ShareError`]; then no clip is in its place.
pub fn practice_set(
    name: &str,
    requests: &[Request<'_>],
    release: &Release<'_>,
) -> Result<Vec<Shared>, ShareError> {
    if requests.is_empty() {
        return Err(ShareError::Empty);
    }
    let page = release.out.join(format!("{}.html", file_name(name)));
    if page.exists() {
        return Err(ShareError::SheetThere { page });
    }
    let mut drafts = Vec::new();
    for request in requests {
        drafts.push(Draft::of(request, release, Some(name))?);
    }
    let sounds: Vec<Option<String>> = drafts.iter().map(Draft::sound_name).collect();
    let pairs = drafts.iter().zip(&sounds);
    let clips: Vec<(&Clip, Option<&str>)> =
        pairs.map(|(draft, sound)| (&draft.clip, sound.as_deref())).collect();
    let text = practice_page(name, &clips);
    for (draft, request) in drafts.iter().zip(requests) {
        draft.record(request, release)?;
    }
    drafts.iter().try_for_each(Draft::place_sound)?;
    write_whole(&page, &text)?;
    Ok(drafts.into_iter().map(|draft| draft.shared(page.clone())).collect())
}

/// A clip that is made and not shared yet. Its sound lies unfinished where it will be, and is removed
/// with it.
struct Draft {
    clip: Clip,
    share: Share,
    /// Where the sound is to be.
    sound: Option<PathBuf>,
    no_sound: Option<String>,
}

impl Draft {
    fn of(
        request: &Request<'_>,
        release: &Release<'_>,
        set: Option<&str>,
    ) -> Result<Draft, ShareError> {
        let lines = read_log_with(request.call, release.key)?;
        let name = request.call.file_name().unwrap_or_default().to_string_lossy();
        let clip = Clip::of(&lines, &name, &request.wanted)?;
        let out = CallFolder::create(release.out)?;
        let found = sound::find(request, &lines, release.key);
        let no_sound = match &found {
            Found::Source(_) => None,
            Found::Nowhere(why) => Some(why.clone()),
        };
        let share = Share {
            id: String::new(),
            at: Timestamp::now(),
            by: release.by.to_owned(),
            span: Span { start: clip.span.start.into(), end: clip.span.end.into() },
            redacted: clip.redacted,
            sound: no_sound.is_none(),
            set: set.map(str::to_owned),
            to: std::path::absolute(out.path())
                .unwrap_or_else(|_| out.path().to_owned())
                .display()
                .to_string(),
        };
        let share = share.named(&name);
        let mut draft = Draft { clip, share, sound: None, no_sound };
        if let Found::Source(mut source) = found {
            let path = out.path().join(format!("clip-{}.wav", draft.share.id));
            draft.sound = Some(path.clone());
            sound::cut(&mut source, draft.clip.span, &draft.clip.hushed, &unfinished(&path))?;
        }
        Ok(draft)
    }

    /// The name of the sound, as a page beside it links to it.
    fn sound_name(&self) -> Option<String> {
        self.sound.as_ref()?.file_name().map(|name| name.to_string_lossy().into_owned())
    }

    /// Before a file of it is there.
    fn record(&self, request: &Request<'_>, release: &Release<'_>) -> Result<(), ShareError> {
        Ok(shared::record(request.call, &self.share, release.key)?)
    }

    fn place_sound(&self) -> Result<(), ShareError> {
        let Some(path) = &self.sound else { return Ok(()) };
        let placed = std::fs::rename(unfinished(path), path);
        placed.map_err(|source| ShareError::Place { path: path.clone(), source })
    }

    fn shared(mut self, page: PathBuf) -> Shared {
        let hushed = self.clip.hushed.iter();
        let within = hushed.map(|span| {
            let (start, end) =
                (span.start.max(self.clip.span.start), span.end.min(self.clip.span.end));
            (end.secs() - start.secs()).max(0.0)
        });
        Shared {
            hushed_secs: within.sum::<f64>() + 0.0,
            masked: self.clip.masked,
            share: self.share.clone(),
            page,
            sound: self.sound.take(),
            no_sound: self.no_sound.take(),
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(path) = &self.sound {
            let _ = std::fs::remove_file(unfinished(path));
        }
    }
}

fn unfinished(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.part"))
}

/// A set's name as that of a file.
fn file_name(name: &str) -> String {
    let good = |c: char| if c.is_alphanumeric() || "-_".contains(c) { c } else { '-' };
    let name: String = name.trim().chars().map(good).take(60).collect();
    let name = name.trim_matches('-').to_owned();
    if name.is_empty() { "practice-set".into() } else { name }
}
