//! What the review window remembers from one time to the next: on this computer and of this person,
//! never in a call.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::list::Column;
use super::panel::Tab;

/// The settings, in the person's folder for this.
const SETTINGS_NAME: &str = "window.toml";
/// Hexadecimal digits that tell one archive from another.
const DIGITS: usize = 16;

/// How the window was left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Layout {
    /// Width and height in points.
    pub size: Option<(f32, f32)>,
    /// Its left and upper edge.
    pub at: Option<(f32, f32)>,
    /// How large everything is: 1 as designed.
    pub zoom: f32,
    /// Dark, light, or as the system has it.
    pub dark: Option<bool>,
    /// By what calls are sorted.
    pub sort: Column,
    /// The other way round.
    pub reversed: bool,
    /// Whether the filters are shown.
    pub filters: bool,
    /// What stands beside the transcript.
    pub tab: Tab,
    /// The share of the width that the transcript takes.
    pub split: f32,
    /// Whether transcript and picture follow the sound.
    pub follow: bool,
    /// Whether silences are passed over.
    pub skip_silence: bool,
    /// How fast calls are played.
    pub speed: f64,
    /// How loud the agent is, and the customer.
    pub volume: (f32, f32),
}

impl Default for Layout {
    fn default() -> Layout {
        Layout {
            size: None,
            at: None,
            zoom: 1.0,
            dark: None,
            sort: Column::default(),
            reversed: false,
            filters: false,
            tab: Tab::default(),
            split: 0.56,
            follow: true,
            skip_silence: false,
            speed: 1.0,
            volume: (1.0, 1.0),
        }
    }
}

/// What is remembered.
#[derive(Debug, Default)]
pub struct Memory {
    /// How the window was left.
    pub layout: Layout,
    folder: Option<PathBuf>,
    /// Where the names of opened calls of this archive are.
    opened_path: Option<PathBuf>,
    opened: HashSet<String>,
}

impl Memory {
    /// What `folder` remembers of the calls at `place`; without a folder all is forgotten. What can't
    /// be read is no reason to bother anybody.
    pub fn load(folder: Option<&Path>, place: &Path) -> Memory {
        let Some(folder) = folder else { return Memory::default() };
        let text = fs::read_to_string(folder.join(SETTINGS_NAME)).unwrap_or_default();
        let real = place.canonicalize().unwrap_or_else(|_| place.to_owned());
        let hash = Sha256::digest(real.to_string_lossy().as_bytes());
        let digits: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let opened_path = folder.join(format!("opened-{}.txt", &digits[..DIGITS]));
        let opened = fs::read_to_string(&opened_path).unwrap_or_default();
        Memory {
            layout: toml::from_str(&text).unwrap_or_default(),
            folder: Some(folder.to_owned()),
            opened_path: Some(opened_path),
            opened: opened.lines().map(str::to_owned).collect(),
        }
    }

    /// Writes down how the window is left.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn save(&self) -> io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        fs::create_dir_all(folder)?;
        let text = toml::to_string(&self.layout).map_err(io::Error::other)?;
        fs::write(folder.join(SETTINGS_NAME), text)
    }

    /// Whether this person has opened the call.
    pub fn has_opened(&self, id: &str) -> bool {
        self.opened.contains(id)
    }

    /// Notes that a call was opened. Best effort: what can't be written is known until the end.
    pub fn open(&mut self, id: &str) {
        if !self.opened.insert(id.to_owned()) {
            return;
        }
        let append = |path: &PathBuf| -> io::Result<()> {
            fs::create_dir_all(path.parent().unwrap_or(path))?;
            writeln!(OpenOptions::new().append(true).create(true).open(path)?, "{id}")
        };
        let _ = self.opened_path.as_ref().map(append);
    }

    /// Forgets that a call was opened, so that it stands out again.
    pub fn unopen(&mut self, id: &str) {
        if self.opened.remove(id)
            && let Some(path) = &self.opened_path
        {
            let mut all: Vec<&str> = self.opened.iter().map(String::as_str).collect();
            all.sort_unstable();
            let text: String = all.iter().map(|id| format!("{id}\n")).collect();
            let _ = fs::write(path, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_opened_is_remembered_of_each_archive() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("review");
        let load = |place: &str| Memory::load(Some(&folder), &dir.path().join(place));
        let mut memory = load("a");
        assert_eq!(memory.layout, Layout::default());
        memory.layout.split = 0.4;
        memory.layout.dark = Some(true);
        memory.save().unwrap();
        memory.open("one");
        memory.open("two");
        memory.unopen("one");
        let again = load("a");
        assert_eq!(again.layout, memory.layout);
        assert!(again.has_opened("two") && !again.has_opened("one"));
        assert!(!load("b").has_opened("two"));
        fs::write(folder.join(SETTINGS_NAME), "split = 'wide'").unwrap();
        assert_eq!(load("a").layout, Layout::default());
    }
}
