//! What the review window can have done to calls beyond reading them: clips to share, and old calls
//! taken away. Whoever opens the window says how, or leaves it out.

use std::path::{Path, PathBuf};

use crate::units::CallSpan;

/// How clips are made and old calls taken away.
pub trait Keeping: Send + Sync {
    /// Makes a clip of a stretch of the call in `folder`, with numbers, names and addresses silenced
    /// and masked where `redacted`.
    ///
    /// # Errors
    /// What is the matter, in words for people.
    fn share(&self, folder: &Path, span: CallSpan, redacted: bool) -> Result<Clip, String>;

    /// The calls older than so many days, also those that stay all the same; nothing is taken away yet.
    ///
    /// # Errors
    /// What is the matter, in words for people.
    fn purge_plan(&self, older_than_days: u32) -> Result<Vec<PurgeItem>, String>;

    /// Takes these calls away for good, but for those that stay; returns how many.
    ///
    /// # Errors
    /// What is the matter, in words for people.
    fn purge(&self, items: &[PurgeItem]) -> Result<usize, String>;
}

/// A clip that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clip {
    /// Its page.
    pub page: PathBuf,
    /// What whoever sends it should know.
    pub remarks: Vec<String>,
}

/// A call that would be taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurgeItem {
    /// Its folder.
    pub folder: PathBuf,
    /// Its name.
    pub id: String,
    /// When it began, or what is known of its age.
    pub began: String,
    /// What it takes on disk.
    pub bytes: u64,
    /// What else there is to say of it; may be empty.
    pub remark: String,
    /// Whether it stays all the same, for the reason in `remark`.
    pub stays: bool,
}
