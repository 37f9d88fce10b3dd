//! A call as a page for a browser, the calls of an archive as another, and what comes back in them
//! as a third.
//!
//! Each page is one file that opens from disk and asks for nothing but the call's own sound beside
//! it. Its words are all in it, to be read and printed without its script, which only plays, seeks,
//! follows, sorts and filters. Its templates are in `templates/`; they escape what they are given,
//! and a content-security policy (`frame.rs`) lets no other script or style in, wherever it came from.

mod call;
mod clip;
mod frame;
mod index;
mod link;
mod picture;
mod sound;
mod trends;

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use askama::Template;

use crate::archive::overview::overview;
use crate::archive::trends::Trends;
use crate::archive::{Index, IndexError};
use crate::call::folder::{AUDIO_NAME, FolderError, LOG_NAME, read_log_with, write_whole};
use crate::call::key::Key;

pub(super) use self::clip::{clip_page, practice_page};

/// Name of a call's page in its folder.
pub const CALL_PAGE: &str = "report.html";
/// Name of an archive's page.
pub const INDEX_PAGE: &str = "index.html";
/// Name of the page of an archive's trends.
pub const TRENDS_PAGE: &str = "trends.html";

/// A page can't be made.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The log can't be read, or the page can't be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A page of a locked call would lie beside it in the clear.
    #[error("{}: is locked, and a page in it would not be; have it written to another place (--out, or --page=FILE)", folder.display())]
    BesideLocked {
        /// The folder of the call, or of the archive.
        folder: PathBuf,
    },
    /// The archive's index can't be used.
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// Writes the page of the call in `folder` into it, and returns where it is.
///
/// # Errors
/// [`PageError::Folder`].
pub fn write_call_page(folder: &Path) -> Result<PathBuf, PageError> {
    write_call_page_to(folder, &folder.join(CALL_PAGE))
}

/// Writes the page of the call in `folder` to the file `path`. It plays the sound in the folder, by
/// the way from the one to the other.
///
/// # Errors
/// [`PageError::Folder`].
pub fn write_call_page_to(folder: &Path, path: &Path) -> Result<PathBuf, PageError> {
    write_call_page_with(folder, path, None)
}

/// The same of a call that may be locked; its page has no sound then.
///
/// # Errors
/// [`PageError::Folder`].
pub fn write_call_page_with(
    folder: &Path,
    path: &Path,
    key: Option<&Key>,
) -> Result<PathBuf, PageError> {
    let lines = read_log_with(folder, key)?;
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let sound = sound::Sound::beside(folder, path);
    Ok(write(&call::CallPage::of(&lines, &name, &sound), path)?)
}

/// Whether the page of the call in `folder` was made by this program from what is there now.
pub fn is_up_to_date(folder: &Path) -> bool {
    let changed = |name: &str| fs::metadata(folder.join(name)).and_then(|file| file.modified());
    let Ok(made) = changed(CALL_PAGE) else { return false };
    let earlier = |name| changed(name).map_or(name == AUDIO_NAME, |changed| changed <= made);
    // The sound may have been taken away since: then the page still has a player.
    earlier(LOG_NAME) && earlier(AUDIO_NAME) && is_by_this_program(&folder.join(CALL_PAGE))
}

/// The maker's mark stands at the beginning of a page.
fn is_by_this_program(page: &Path) -> bool {
    let mut head = Vec::new();
    let read = fs::File::open(page).and_then(|file| file.take(512).read_to_end(&mut head));
    read.is_ok() && String::from_utf8_lossy(&head).contains(&frame::mark())
}

/// Writes the page of all calls of the archive at `root` into it, and returns where it is.
///
/// # Errors
/// [`PageError`].
pub fn write_index_page(root: &Path, index: &Index) -> Result<PathBuf, PageError> {
    write_index_page_to(root, index, &root.join(INDEX_PAGE))
}

/// Writes the page of all calls of the archive at `root` to the file `path`.
///
/// # Errors
/// [`PageError`].
pub fn write_index_page_to(root: &Path, index: &Index, path: &Path) -> Result<PathBuf, PageError> {
    let calls = overview(index)?;
    Ok(write(&index::IndexPage::of(root, &calls, path), path)?)
}

/// Writes what comes back in the archive at `root` to the file `path`; `scope` says in words whose
/// calls were looked at.
///
/// # Errors
/// [`PageError::Folder`].
pub fn write_trends_page(
    root: &Path,
    trends: &Trends,
    scope: &str,
    path: &Path,
) -> Result<PathBuf, PageError> {
    Ok(write(&trends::TrendsPage::of(root, trends, scope, path), path)?)
}

fn write(page: &impl Template, path: &Path) -> Result<PathBuf, FolderError> {
    let text = page.render().expect("a page of texts and numbers is written to memory");
    write_whole(path, &text)?;
    Ok(path.to_owned())
}
