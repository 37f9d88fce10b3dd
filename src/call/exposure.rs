//! Who else can read what should be its owner's only.
//!
//! The program makes its folders and files so that only their owner can read them. A copy, an
//! unpacked backup or a shared disk may lose that. Where a folder is closed to others, what is in it
//! is closed as well, whatever its own permissions say.

use std::fmt;
use std::path::{Path, PathBuf};

/// Something that others can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposed {
    /// The file or folder.
    pub path: PathBuf,
    /// Its permissions, as `chmod` has them.
    pub mode: u32,
    /// What is within it that others can read as well.
    pub within: usize,
}

impl fmt::Display for Exposed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        let within = match self.within {
            0 => String::new(),
            1 => ", and what is in it".to_owned(),
            count => format!(", and {count} files and folders in it"),
        };
        // As a shell takes it, whatever is in the name.
        let quoted = self.path.to_string_lossy().replace('\'', r"'\''");
        let recursive = if self.within > 0 { "-R " } else { "" };
        write!(
            f,
            "{path}: others on this computer can read it{within} ({:04o}); type: chmod {recursive}go-rwx \
             '{quoted}'",
            self.mode
        )
    }
}

/// Looks at one file or folder, and not into it; `None` where it is not there, or closed to others.
pub fn exposed(path: &Path) -> Option<Exposed> {
    let mode = open_to_others(path)?;
    Some(Exposed { path: path.to_owned(), mode, within: 0 })
}

/// Looks at a folder and all that is in it; links are not followed. What is in a folder that is
/// closed to others is not looked at; what is in one that is open is counted with it.
pub fn exposed_in(folder: &Path) -> Option<Exposed> {
    let mut found = exposed(folder)?;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_symlink() || open_to_others(&entry.path()).is_none() {
                continue;
            }
            found.within += 1;
            if kind.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    Some(found)
}

/// The permissions, where they let others than the owner read or enter.
#[cfg(unix)]
fn open_to_others(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    let meta = std::fs::symlink_metadata(path).ok()?;
    let mode = meta.permissions().mode() & 0o7777;
    let others = if meta.is_dir() { 0o055 } else { 0o044 };
    (mode & others != 0).then_some(mode)
}

/// Elsewhere access is told by lists that are not looked at.
#[cfg(not(unix))]
fn open_to_others(_: &Path) -> Option<u32> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_closed_folder_closes_what_is_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let call = dir.path().join("it's a call");
        fs::create_dir(&call).unwrap();
        for name in ["events.jsonl", "audio.wav"] {
            fs::write(call.join(name), "").unwrap();
        }
        set(&call.join("events.jsonl"), 0o644);
        set(&call.join("audio.wav"), 0o600);
        set(&call, 0o700);
        assert_eq!(exposed_in(&call), None);
        set(&call, 0o755);
        let found = exposed_in(&call).unwrap();
        assert_eq!((found.mode, found.within), (0o755, 1));
        let told = found.to_string();
        assert!(told.contains("(0755)") && told.contains(r"it'\''s a call'"), "{told}");
        assert_eq!(exposed(&call.join("audio.wav")), None);
        assert_eq!(exposed(&call.join("none")), None);
        let told = exposed(&call.join("events.jsonl")).unwrap().to_string();
        assert!(told.contains("chmod go-rwx '"), "{told}");
    }
}
