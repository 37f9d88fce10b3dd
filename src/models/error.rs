//! What can be wrong with a model.

use std::io;
use std::path::{Path, PathBuf};

use super::foreign::Foreign;
use super::ggml::Flaw;
use super::hash::Sha256Sum;
use super::manifest::ModelKind;

/// Why a model can't be used or added. Each text names the file, what is wrong, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// There is nothing at this path.
    #[error("{path}: there is no such file; see `evenkeel models` for what there is")]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// A folder, a pipe or a device.
    #[error("{path}: not a file; give the model's file itself")]
    NoFile {
        /// What was given.
        path: PathBuf,
    },
    /// The file system refuses.
    #[error("{path}: can't be read ({reason}); check its permissions and the disk")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
    /// The file system refuses to write. Nothing was changed.
    #[error("{path}: can't be written ({reason}); check the free space and permissions there")]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
    /// The length is not what the manifest says: cut short while copying, or another file.
    #[error(
        "{path}: {} ({found} bytes instead of {expected}); get the file again, from {origin}",
        if .found < .expected { "truncated" } else { "longer than it should be" }
    )]
    Size {
        /// The file.
        path: PathBuf,
        /// Bytes the manifest says.
        expected: u64,
        /// Bytes there are.
        found: u64,
        /// Where the manifest says it came from.
        origin: String,
    },
    /// The length is right and the contents are not.
    #[error(
        "{path}: altered (its SHA-256 is {found} instead of {expected}); get the file again, \
         from {origin}"
    )]
    Altered {
        /// The file.
        path: PathBuf,
        /// The sum the manifest says.
        expected: Sha256Sum,
        /// The sum the file has.
        found: Sha256Sum,
        /// Where the manifest says it came from.
        origin: String,
    },
    /// A file of another kind.
    #[error("{path}: {what}")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it seems to be, and what to do.
        what: Foreign,
    },
    /// Looks like a Whisper model, but is not whole.
    #[error("{path}: not a whole Whisper model: {flaw}; get its `ggml-….bin` file again")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        flaw: Flaw,
    },
    /// A path was given where a voice-activity model is wanted, and it leads to none.
    #[error("{path}: not a voice-activity model; Evenkeel reads Silero's as safetensors")]
    NotVoiceActivity {
        /// The file.
        path: PathBuf,
    },
    /// A path was given where a language model is wanted, and it leads to none.
    #[error("{path}: not a language model; Evenkeel reads its own as safetensors")]
    NotLanguage {
        /// The file.
        path: PathBuf,
    },
    /// A manifest that can't be understood. Mend it, or remove it if it is yours.
    #[error("{path}: {reason}")]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// `$EVENKEEL_MODELS` leads nowhere.
    #[error("{path}: EVENKEEL_MODELS names this folder, and there is none; correct or unset it")]
    NoFolder {
        /// What it says.
        path: PathBuf,
    },
    /// No model has this name.
    #[error("no {}model is called `{name}`{hint}; there are: {}", prefix(.kind), names(.known))]
    UnknownName {
        /// The name asked for.
        name: String,
        /// The kind asked for, if only one would do.
        kind: Option<ModelKind>,
        /// The names there are.
        known: Vec<String>,
        /// The nearest of them, or how to come by the model: empty, or ` (…)`.
        hint: String,
    },
    /// No model of this kind, in any folder.
    #[error(
        "no {kind} model in any of these folders: {}; set EVENKEEL_MODELS to the folder that \
         has them", joined(.folders)
    )]
    NoneOfKind {
        /// The kind.
        kind: ModelKind,
        /// Where was looked.
        folders: Vec<PathBuf>,
    },
    /// Another model has the name already.
    #[error(
        "{path}: another model is called `{name}` already ({}); choose another name with --name",
        .taken_by.display()
    )]
    NameTaken {
        /// The file that was to be added.
        path: PathBuf,
        /// The name.
        name: String,
        /// The file that has it.
        taken_by: PathBuf,
    },
    /// Not a name for a model.
    #[error(
        "`{name}` can't be a model's name; use up to 64 letters, digits, dots, dashes and \
         underscores, beginning with a letter or digit (--name)"
    )]
    BadName {
        /// The name.
        name: String,
    },
    /// A file that no manifest knows has the place of the model's copy.
    #[error("{path}: this file is in the way of the copy; move it elsewhere, or use --name")]
    InTheWay {
        /// The file.
        path: PathBuf,
    },
    /// The file became another while it was copied.
    #[error("{path}: changed while it was copied; wait until it is complete and add it again")]
    Changing {
        /// The file.
        path: PathBuf,
    },
    /// The system names no folder for the user's data.
    #[error("no folder for your own models: set XDG_DATA_HOME or HOME (Windows: LOCALAPPDATA)")]
    NoUserFolder,
}

impl ModelError {
    /// What `e` means for reading `path`.
    pub(super) fn unreadable(path: &Path, e: io::Error) -> Self {
        let path = path.to_owned();
        match e.kind() {
            io::ErrorKind::NotFound => ModelError::Missing { path },
            _ => ModelError::Unreadable { path, reason: e },
        }
    }

    /// What `e` means for writing `path`.
    pub(super) fn unwritable(path: &Path, e: io::Error) -> Self {
        ModelError::Unwritable { path: path.to_owned(), reason: e }
    }
}

fn prefix(kind: &Option<ModelKind>) -> String {
    kind.map(|kind| format!("{kind} ")).unwrap_or_default()
}

fn names(known: &[String]) -> String {
    if known.is_empty() { "none".into() } else { known.join(", ") }
}

fn joined(folders: &[PathBuf]) -> String {
    folders.iter().map(|f| f.display().to_string()).collect::<Vec<_>>().join(", ")
}
