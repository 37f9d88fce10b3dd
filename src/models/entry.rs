//! One model, and whether its file is whole.

use std::path::{Path, PathBuf};

use super::error::ModelError;
use super::foreign::Foreign;
use super::ggml;
use super::hash::{self, Sha256Sum};
use super::manifest::{self, ModelKind};

/// One model: what its manifest says of it, or what is known of a file given by its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelEntry {
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub kind: ModelKind,
    /// The file.
    pub path: PathBuf,
    /// Length of the file as its manifest says.
    pub bytes: u64,
    /// SHA-256 as the manifest says; `None` for a file that was given by its path.
    pub sha256: Option<Sha256Sum>,
    /// Under what licence it may be used.
    pub licence: String,
    /// Where it came from.
    pub origin: String,
    /// Whether it is taken when none of its kind is named; of each kind at most one.
    pub is_default: bool,
    /// The folder whose manifest lists it, or the file's folder.
    pub dir: PathBuf,
}

impl ModelEntry {
    /// Whether the file is there, has the right length and, for Whisper, is whole: all that can
    /// be said within milliseconds. What this lets pass may still be altered: see [`verify`].
    ///
    /// # Errors
    /// As [`verify`], but for [`ModelError::Altered`].
    pub fn check(&self) -> Result<(), ModelError> {
        let path = &self.path;
        let metadata = std::fs::metadata(path).map_err(|e| ModelError::unreadable(path, e))?;
        if !metadata.is_file() {
            return Err(ModelError::NoFile { path: path.clone() });
        }
        // A pointer or a web page in the file's place says more than a wrong length.
        if metadata.len() != self.bytes {
            let expected = match self.kind {
                ModelKind::Whisper | ModelKind::VoiceTone => None,
                ModelKind::VoiceActivity
                | ModelKind::Language
                | ModelKind::Practices
                | ModelKind::Reflections => Some(Foreign::Safetensors),
            };
            return Err(match ggml::recognise(path).filter(|what| Some(*what) != expected) {
                Some(what) => ModelError::Foreign { path: path.clone(), what },
                None => ModelError::Size {
                    path: path.clone(),
                    expected: self.bytes,
                    found: metadata.len(),
                    origin: self.origin.clone(),
                },
            });
        }
        match self.kind {
            ModelKind::Whisper => ggml::inspect(path).map(|_| ()),
            ModelKind::VoiceActivity
            | ModelKind::VoiceTone
            | ModelKind::Language
            | ModelKind::Practices
            | ModelKind::Reflections => Ok(()),
        }
    }
}

/// Whether the file is what its manifest says, by its hash: reads all of it. Returns the hash.
///
/// # Errors
/// [`ModelError::Missing`], [`ModelError::Size`] for a truncated file, [`ModelError::Altered`],
/// [`ModelError::Foreign`] or [`ModelError::Damaged`] when another file is in its place, and
/// [`ModelError::Unreadable`].
pub fn verify(entry: &ModelEntry) -> Result<Sha256Sum, ModelError> {
    entry.check()?;
    let path = &entry.path;
    let found = hash::of_file(path).map_err(|e| ModelError::unreadable(path, e))?;
    match entry.sha256 {
        Some(expected) if expected != found => Err(ModelError::Altered {
            path: path.clone(),
            expected,
            found,
            origin: entry.origin.clone(),
        }),
        _ => Ok(found),
    }
}

/// What the manifest of `dir` says of one model.
pub(super) fn from_manifest(
    dir: &Path,
    model: manifest::ManifestModel,
    sum: Sha256Sum,
) -> ModelEntry {
    ModelEntry {
        path: dir.join(&model.file),
        name: model.name,
        kind: model.kind,
        bytes: model.bytes,
        sha256: Some(sum),
        licence: model.licence,
        origin: model.origin,
        is_default: model.default,
        dir: dir.to_owned(),
    }
}

/// What can be said of a file that no manifest knows.
pub(super) fn from_path(kind: ModelKind, path: &Path) -> Result<ModelEntry, ModelError> {
    match kind {
        ModelKind::Whisper => drop(ggml::inspect(path)?),
        ModelKind::VoiceActivity
        | ModelKind::Language
        | ModelKind::Practices
        | ModelKind::Reflections
            if ggml::recognise(path) == Some(Foreign::Safetensors) => {}
        ModelKind::VoiceActivity => {
            return Err(ModelError::NotVoiceActivity { path: path.to_owned() });
        }
        ModelKind::Language | ModelKind::Practices | ModelKind::Reflections => {
            return Err(ModelError::NotLanguage { path: path.to_owned() });
        }
        // What is wrong in it is said when it is read.
        ModelKind::VoiceTone => {}
    }
    let bytes = std::fs::metadata(path).map_err(|e| ModelError::unreadable(path, e))?.len();
    Ok(ModelEntry {
        name: name_from(path),
        kind,
        path: path.to_owned(),
        bytes,
        sha256: None,
        licence: "unknown".into(),
        origin: "given by its path: origin unknown".into(),
        is_default: false,
        dir: path.parent().unwrap_or(Path::new(".")).to_owned(),
    })
}

/// The name in a file's name: without folder, `ggml-` and ending.
pub(super) fn name_from(path: &Path) -> String {
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let name = file.strip_prefix("ggml-").unwrap_or(&file);
    let endings = [".bin", ".safetensors", ".json"];
    endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name).into()
}
