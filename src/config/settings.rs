//! What an agent chose at set-up: devices, what is kept and where, language and model.
//!
//! These are no thresholds, and differ from machine to machine: they are kept apart from the
//! configuration, in a file that the program writes itself.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::folders::UserFolders;
use super::{ConfigError, RuleSet};
use crate::units::PerParty;

/// The choices. A file that lacks some leaves them open.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Stable id of the device that hears the agent, and of the one that plays the customer.
    pub devices: PerParty<Option<String>>,
    /// `nothing`, `log`, or `log-and-audio`.
    pub keep: KeepChoice,
    /// Folder in which calls are kept, each in its own.
    pub calls: Option<PathBuf>,
    /// Language as Whisper names it.
    pub language: Option<String>,
    /// Whisper model, by name.
    pub model: Option<String>,
    /// A call ends when nobody has spoken for so long. Seconds; none: only by hand.
    pub end_after_secs: Option<f64>,
    /// When the agent agreed to be listened to (RFC 3339).
    pub agreed: Option<String>,
    /// A file of changes to the coach's rules.
    pub rules: Option<PathBuf>,
    /// Rules that the agent called wrong, and how often: each time makes them harder to fire.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub wrong: BTreeMap<String, u32>,
}

/// What is kept of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeepChoice {
    /// No file at all.
    Nothing,
    /// The event log, with the words.
    #[default]
    Log,
    /// The log and the sound.
    LogAndAudio,
}

/// The settings can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file is there but can't be read or written.
    #[error("{}: {source}; check its permissions", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not what this program writes.
    #[error("{}: {message}; mend it, or delete it to set up anew", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
}

/// Where the agent's choices are kept; `None` where the system has no such place.
pub fn settings_path() -> Option<PathBuf> {
    UserFolders::from_env().config.map(|folder| folder.join("settings.toml"))
}

impl Settings {
    /// Reads the settings; `None` where there are none yet.
    pub fn load(path: &Path) -> Result<Option<Settings>, SettingsError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(SettingsError::Io { path: path.to_owned(), source }),
        };
        let settings = toml::from_str(&text).map_err(|error| SettingsError::Malformed {
            path: path.to_owned(),
            message: error.to_string().trim().replace('\n', "; "),
        })?;
        Ok(Some(settings))
    }

    /// Writes the settings, whole or not at all.
    pub fn save(&self, path: &Path) -> Result<(), SettingsError> {
        let failed = |source| SettingsError::Io { path: path.to_owned(), source };
        let text = toml::to_string(self).expect("settings are TOML");
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let draft = path.with_extension("new");
        let mut options = std::fs::File::options();
        options.write(true).create(true).truncate(true);
        // Which devices somebody has, and what they called wrong, is their own affair.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(&draft).and_then(|mut file| file.write_all(text.as_bytes()));
        written.and_then(|()| std::fs::rename(&draft, path)).map_err(failed)
    }

    /// Whether nothing was chosen yet.
    pub fn is_unset(&self) -> bool {
        *self == Settings { wrong: self.wrong.clone(), ..Settings::default() }
    }

    /// The rules as the agent has them: with the changes of their file, and those that they called
    /// wrong harder to fire.
    pub fn rules(&self) -> Result<RuleSet, ConfigError> {
        let mut rules =
            self.rules.as_deref().map_or_else(|| Ok(RuleSet::shipped()), RuleSet::load)?;
        for (name, times) in &self.wrong {
            rules.raise(name, *times);
        }
        Ok(rules)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_as_they_were() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/settings.toml");
        assert_eq!(Settings::load(&path).unwrap(), None);
        let settings = Settings {
            devices: PerParty { agent: Some("pipewire:mic".into()), customer: None },
            keep: KeepChoice::LogAndAudio,
            end_after_secs: Some(90.0),
            wrong: BTreeMap::from([("reflect-back".to_owned(), 2)]),
            ..Settings::default()
        };
        settings.save(&path).unwrap();
        assert_eq!(Settings::load(&path).unwrap(), Some(settings));
    }

    #[test]
    fn a_damaged_file_says_where_and_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("settings.toml");
        std::fs::write(&path, "kep = \"log\"\n").unwrap();
        let error = Settings::load(&path).unwrap_err().to_string();
        assert!(error.contains("settings.toml") && error.contains("kep"), "{error}");
        assert!(error.contains("delete it"), "{error}");
    }
}
