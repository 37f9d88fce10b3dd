//! The calls that the window goes through: where they are, and what is looked up of them without the
//! window waiting for it.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::Sender;

use super::opened::OpenedCall;
use crate::archive::find::{Wanted, first_said, matching};
use crate::archive::index::{INDEX_NAME, Refreshed};
use crate::archive::overview::{Glance, overview};
use crate::archive::{Index, IndexError};
use crate::call::file::{is_call, is_locked, is_there};
use crate::call::folder::LOG_NAME;
use crate::call::key::Key;
use crate::call::notes::NOTES_NAME;
use crate::call::sound::CallSound;
use crate::session::errands::{Errands, Line};
use crate::session::playing::Playing;
use crate::ui::window::Waker;

/// Where calls are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// An archive: its calls are in the folder `calls`, and it has an index.
    Archive(PathBuf),
    /// A folder of calls.
    Folder(PathBuf),
}

impl Place {
    /// What is at `path`: an archive, a folder of calls, or a single call, whose name comes along.
    pub fn at(path: &Path) -> (Place, Option<String>) {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let path = if path.is_file() { path.parent().unwrap_or(&path).to_owned() } else { path };
        if is_call(&path) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            let above = path.parent().unwrap_or(&path);
            let archive = above.parent().filter(|_| above.ends_with("calls"));
            // Only an archive's calls are locked, and then it has no index.
            let locked = is_locked(&path.join(LOG_NAME));
            let is_archive = |archive: &&Path| locked || archive.join(INDEX_NAME).is_file();
            let place = match archive.filter(is_archive) {
                Some(archive) => Place::Archive(archive.to_owned()),
                None => Place::Folder(above.to_owned()),
            };
            return (place, name);
        }
        let is_archive = path.join("calls").is_dir();
        (if is_archive { Place::Archive(path) } else { Place::Folder(path) }, None)
    }

    /// The folder in which calls are.
    pub fn calls(&self) -> PathBuf {
        match self {
            Place::Archive(root) => root.join("calls"),
            Place::Folder(calls) => calls.clone(),
        }
    }

    /// The archive's folder, or that of the calls.
    pub fn path(&self) -> &Path {
        match self {
            Place::Archive(path) | Place::Folder(path) => path,
        }
    }
}

/// What comes back from the work that the window does not wait for.
pub enum News {
    /// The calls; where `complete`, none has been added or changed since.
    Listed {
        /// All of them, those worth the time on top.
        calls: Vec<Glance>,
        /// Whether the folders were looked through.
        complete: bool,
        /// Calls that can't be read, and why.
        damaged: Vec<String>,
        /// Calls that are locked, and no key was given.
        locked: usize,
    },
    /// The names of the calls that somebody noted something on.
    Noted(HashSet<String>),
    /// What was looked for.
    Matched {
        /// Which search it was.
        search: u64,
        /// The numbers of the calls.
        found: HashSet<i64>,
    },
    /// Where the words that were looked for were said first.
    Quoted {
        /// By which search.
        search: u64,
        /// The numbers of calls, with moment and utterance.
        said: Vec<(i64, (f64, String))>,
    },
    /// A call, ready to be shown.
    Opened(Box<OpenedCall>),
    /// The sound device.
    Playing {
        /// Of what.
        sound: CallSound,
        /// Ready to play, or why it can't.
        playing: Result<Playing, String>,
    },
    /// A clip was made, or not.
    Shared {
        /// Of which call.
        folder: PathBuf,
        /// Of which moment in it, in seconds.
        moment: (f64, f64),
        /// Where it is, or why not.
        came: Result<super::keeping::Clip, String>,
    },
    /// What would be taken away.
    Planned {
        /// As older than so many days.
        days: u32,
        /// Which calls, or why nobody can tell.
        plan: Result<Vec<super::keeping::PurgeItem>, String>,
    },
    /// How many calls were taken away.
    Purged(Result<usize, String>),
    /// Something can't be done, and why.
    Failed(String),
}

/// Tells news to the window, and wakes it.
#[derive(Clone)]
pub struct Teller {
    pub(super) news: Sender<News>,
    pub(super) waker: Waker,
}

impl Teller {
    /// Tells.
    pub fn tell(&self, news: News) {
        // Where nobody listens, the window is closed.
        let _ = self.news.send(news);
        self.waker.wake();
    }
}

/// The calls, and who looks things up in them.
pub struct Library {
    place: Place,
    key: Option<Key>,
    recordings: Option<PathBuf>,
    index: Arc<Mutex<Option<Index>>>,
    pub(super) errands: Errands,
    searches: Line,
    pub(super) teller: Teller,
}

impl Library {
    /// The calls at `place`, with the key of those that are locked and a folder of recordings, on so many
    /// threads; with none the window waits for everything.
    pub fn new(
        place: Place,
        key: Option<Key>,
        recordings: Option<PathBuf>,
        threads: usize,
        teller: Teller,
    ) -> Library {
        let errands = Errands::new("review", threads);
        let searches = errands.line();
        Library { place, key, recordings, index: Arc::default(), errands, searches, teller }
    }

    /// Where the calls are.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The folder of a call.
    pub fn folder(&self, id: &str) -> PathBuf {
        self.place.calls().join(id)
    }

    /// Lists the calls: as they were left, at once, and then as they are.
    pub fn list(&self) {
        let (place, key) = (self.place.clone(), self.key.clone());
        let (index, teller) = (Arc::clone(&self.index), self.teller.clone());
        self.errands.run(move || {
            if let Place::Archive(root) = &place
                && let Ok(Some(left)) = Index::as_left(root)
                && let Ok(calls) = overview(&left)
                && !calls.is_empty()
            {
                *index.lock().unwrap_or_else(PoisonError::into_inner) = Some(left);
                teller.tell(News::Listed {
                    calls,
                    complete: false,
                    damaged: Vec::new(),
                    locked: 0,
                });
            }
            let open = || match &place {
                Place::Archive(root) => Index::open_with(root, key.as_ref()),
                Place::Folder(calls) => Index::of_folder(calls, key.as_ref()),
            };
            let listed = || -> Result<_, IndexError> {
                let (now, refreshed) = open()?;
                let calls = overview(&now)?;
                Ok((now, calls, refreshed))
            };
            match listed() {
                Ok((now, calls, Refreshed { damaged, locked, .. })) => {
                    let ids: Vec<String> = calls.iter().map(|call| call.id.clone()).collect();
                    *index.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
                    teller.tell(News::Listed { calls, complete: true, damaged, locked });
                    let folder = place.calls();
                    let noted = |id: &String| is_there(&folder.join(id).join(NOTES_NAME));
                    teller.tell(News::Noted(ids.into_iter().filter(noted).collect()));
                }
                Err(why) => teller.tell(News::Failed(why.to_string())),
            }
        });
    }

    /// Looks for calls; of several searches that wait only the last is made.
    pub fn search(&self, search: u64, wanted: Wanted) {
        let (index, teller) = (Arc::clone(&self.index), self.teller.clone());
        self.searches.run(move || {
            let index = index.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(index) = index.as_ref() else { return };
            match matching(index, &wanted) {
                Ok(found) => teller.tell(News::Matched { search, found }),
                Err(why) => teller.tell(News::Failed(why.to_string())),
            }
        });
    }

    /// Looks up where the words of a search were said first in these calls.
    pub fn quote(&self, search: u64, words: String, numbers: Vec<i64>) {
        let (index, teller) = (Arc::clone(&self.index), self.teller.clone());
        self.errands.run(move || {
            let index = index.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(index) = index.as_ref() else { return };
            let said = |number: i64| -> Result<_, IndexError> {
                Ok(first_said(index, &words, number)?.map(|said| (number, said)))
            };
            let said = numbers.into_iter().map(said).filter_map(Result::transpose);
            match said.collect() {
                Ok(said) => teller.tell(News::Quoted { search, said }),
                Err(why) => teller.tell(News::Failed(why.to_string())),
            }
        });
    }

    /// Opens a call.
    pub fn open(&self, id: &str) {
        let (folder, key) = (self.folder(id), self.key.clone());
        let (recordings, teller) = (self.recordings.clone(), self.teller.clone());
        self.errands.run(move || {
            let opened = OpenedCall::read(&folder, key, recordings.as_deref());
            teller.tell(News::Opened(Box::new(opened)));
        });
    }
}
