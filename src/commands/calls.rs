//! The calls that were named on the command line.

use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::call::file::locked_path;
use crate::call::folder::LOG_NAME;
use crate::call::search::call_folders;

/// The calls at `path`, each once however it was given.
pub(super) fn calls_at(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.exists() {
        bail!(
            "{}: there is no such folder; give that of a call, or one that calls are in",
            path.display()
        );
    }
    let calls = call_folders(path)?;
    if calls.is_empty() {
        bail!("{}: there is no call in it; a call's folder has a file {LOG_NAME}", path.display());
    }
    // The folder of a log that was given itself.
    let folder = |call: PathBuf| match call.file_name() {
        Some(name) if name == LOG_NAME || locked_path(Path::new(LOG_NAME)) == name => {
            call.parent().map(Path::to_owned).unwrap_or(call)
        }
        _ => call,
    };
    Ok(calls.into_iter().map(folder).map(|call| call.canonicalize().unwrap_or(call)).collect())
}
