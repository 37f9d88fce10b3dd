//! The calls that were named on the command line, and how files that are written of them are named.

use std::collections::HashSet;
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

/// A file's name for a call, without what no file system takes or what leads out of the folder;
/// with a number where another call has it already.
pub(super) fn free_name(id: &str, taken: &mut HashSet<String>) -> String {
    /// Leaves room for the number and the ending in the 255 bytes that file systems take.
    const MAX_BYTES: usize = 200;
    let mut name = String::new();
    for c in id.trim().chars() {
        let bad = c.is_control() || "/\\:*?\"<>|".contains(c) || (name.is_empty() && c == '.');
        let c = if bad { '_' } else { c };
        if name.len() + c.len_utf8() > MAX_BYTES {
            break;
        }
        name.push(c);
    }
    if name.is_empty() {
        name.push_str("call");
    }
    // Some file systems take capitals for small letters.
    let mut free = name.clone();
    let mut n = 1;
    while !taken.insert(free.to_lowercase()) {
        n += 1;
        free = format!("{name}-{n}");
    }
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_the_folder_and_are_used_once() {
        let mut taken = HashSet::new();
        let mut name = |id: &str| free_name(id, &mut taken);
        assert_eq!(name("demo-call"), "demo-call");
        assert_eq!(name("Demo-Call"), "Demo-Call-2");
        assert_eq!(name("demo-call"), "demo-call-3");
        assert_eq!(name("../../etc/passwd"), "_._.._etc_passwd");
        assert_eq!(name("a\nb\0c\"<d>|"), "a_b_c__d__");
        assert_eq!(name(" "), "call");
        assert_eq!(name(&"ö".repeat(300)).len(), 200);
    }
}
