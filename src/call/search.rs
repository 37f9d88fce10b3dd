//! The calls below a folder.

use std::fs;
use std::path::{Path, PathBuf};

use super::file::is_call;
use super::folder::FolderError;

/// The folders of calls at `path` and below it, sorted; `path` itself where it is a call's folder
/// or a log; locked ones as well. Links to folders are not followed, nor hidden folders entered, in which
/// calls are half made or half removed.
///
/// # Errors
/// [`FolderError::Read`], where a folder can't be read.
pub fn call_folders(path: &Path) -> Result<Vec<PathBuf>, FolderError> {
    let mut calls = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        if folder.is_file() || is_call(&folder) {
            calls.push(folder);
            continue;
        }
        let failed = |source| FolderError::Read { path: folder.clone(), source };
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            if !is_hidden && entry.file_type().map_err(failed)?.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    calls.sort();
    Ok(calls)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::folder::LOG_NAME;

    #[test]
    fn calls_are_found_at_any_depth() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for call in ["b", "a/2026/one", "a/two", "a/.unfinished/three"] {
            fs::create_dir_all(at(call)).unwrap();
            fs::write(at(call).join(LOG_NAME), "").unwrap();
        }
        fs::create_dir(at("empty")).unwrap();
        let found = [at("a/2026/one"), at("a/two"), at("b")];
        assert_eq!(call_folders(dir.path()).unwrap(), found);
        assert_eq!(call_folders(&at("b")).unwrap(), [at("b")]);
        assert_eq!(call_folders(&at("b/events.jsonl")).unwrap(), [at("b/events.jsonl")]);
        assert!(call_folders(&at("empty")).unwrap().is_empty());
        assert!(call_folders(&at("none")).unwrap_err().to_string().contains("none"));
    }
}
