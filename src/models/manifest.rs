//! `manifest.toml`: what a folder of models holds.
//!
//! ```toml
//! schema = "evenkeel.models/1"
//!
//! [[model]]
//! name = "tiny.en"
//! file = "ggml-tiny.en-q8_0.bin"
//! kind = "whisper"
//! bytes = 43550778
//! sha256 = "319f19e1fa0d20114abdb7b93b321fb0a39667914d7508af046227ce13ac94c6"
//! licence = "MIT"
//! origin = "where it came from, in words"
//! default = true
//! ```

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::ModelError;
use super::hash::Sha256Sum;

/// The manifest's name in its folder.
pub const MANIFEST: &str = "manifest.toml";
/// What every manifest's `schema` begins with.
const FAMILY: &str = "evenkeel.models/";
/// The version this program reads and writes.
const SCHEMA: &str = "evenkeel.models/1";
/// Longest name of a model, in bytes.
const LONGEST_NAME: usize = 64;
/// Longest name of a model's file, in bytes.
const LONGEST_FILE: usize = 128;
/// The first lines of a manifest that the program makes.
const OPENING: &str = "\
# Your own models. `evenkeel models add FILE` writes here; you may edit it.
schema = \"evenkeel.models/1\"
";

/// What a model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModelKind {
    /// Speech to text, in whisper.cpp's ggml format.
    Whisper,
    /// Voice activity: Silero as safetensors.
    VoiceActivity,
    /// How tense a voice sounds: our own weights, as JSON.
    VoiceTone,
    /// What words mean: sentiment and sentence embeddings, as safetensors.
    Language,
    /// What an utterance does, above the language model, as safetensors.
    Practices,
    /// What of a complaint is to be said back, above the language model, as safetensors.
    Reflections,
}

impl ModelKind {
    /// All of them: a call needs one of each.
    pub const ALL: [ModelKind; 6] = [
        ModelKind::Whisper,
        ModelKind::VoiceActivity,
        ModelKind::VoiceTone,
        ModelKind::Language,
        ModelKind::Practices,
        ModelKind::Reflections,
    ];

    /// The name as the manifest has it.
    pub fn name(self) -> &'static str {
        match self {
            ModelKind::Whisper => "whisper",
            ModelKind::VoiceActivity => "voice-activity",
            ModelKind::VoiceTone => "voice-tone",
            ModelKind::Language => "language",
            ModelKind::Practices => "practices",
            ModelKind::Reflections => "reflections",
        }
    }
}

impl fmt::Display for ModelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A manifest as it is on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `evenkeel.models/1`.
    pub schema: String,
    /// The models, in the order in which they are listed.
    #[serde(default)]
    pub model: Vec<ManifestModel>,
}

/// One model as it is on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestModel {
    /// What people call it.
    pub name: String,
    /// The file's name, in the manifest's folder.
    pub file: String,
    /// What it is for.
    pub kind: ModelKind,
    /// Length of the file.
    pub bytes: u64,
    /// SHA-256 of the file, 64 hexadecimal digits.
    pub sha256: String,
    /// Under what licence it may be used.
    pub licence: String,
    /// Where it came from.
    pub origin: String,
    /// Whether it is taken when none of its kind is named.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub default: bool,
}

/// What is written behind a manifest to add a model.
#[derive(Serialize)]
struct Addition<'a> {
    model: [&'a ManifestModel; 1],
}

/// What lies at a manifest's place.
#[derive(Debug)]
pub enum Found {
    /// No manifest.
    Nothing,
    /// A file of this name that some other program made.
    Others,
    /// Ours: its models, with their sums.
    Models(Vec<(ManifestModel, Sha256Sum)>),
}

/// Whether `name` can be a model's name: 1 to 64 letters, digits, dots, dashes and underscores,
/// the first a letter or digit, all of ASCII. So a name is never a path.
pub fn is_name(name: &str) -> bool {
    name.len() <= LONGEST_NAME && is_plain(name)
}

/// Whether `text` has only the characters of names.
fn is_plain(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

/// Reads the manifest of `folder`.
///
/// # Errors
/// [`ModelError::Unreadable`], or [`ModelError::Manifest`] when it is ours and makes no sense.
pub fn read(folder: &Path) -> Result<Found, ModelError> {
    let path = folder.join(MANIFEST);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Found::Nothing),
        // Not even text.
        Err(e) if e.kind() == std::io::ErrorKind::InvalidData => return Ok(Found::Others),
        Err(e) => return Err(ModelError::unreadable(&path, e)),
    };
    parse(&text).map_err(|reason| ModelError::Manifest { path, reason })
}

/// `manifest` (or a new one, when there is none) with one model more at its end; what people
/// wrote into it stays as it is.
pub fn with_model(manifest: Option<&str>, model: &ManifestModel) -> String {
    let mut text = manifest.unwrap_or(OPENING).trim_end().to_owned();
    text.push_str("\n\n");
    let addition = Addition { model: [model] };
    text.push_str(&toml::to_string(&addition).expect("strings, numbers and flags are TOML"));
    text
}

/// What a manifest's text says, or what is wrong with it.
fn parse(text: &str) -> Result<Found, String> {
    let ours = |schema: &str| schema.starts_with(FAMILY);
    // Whose file it is comes first: its schema may be readable where the rest is not.
    match toml::from_str::<toml::Table>(text) {
        Ok(table) => match table.get("schema").and_then(toml::Value::as_str) {
            Some(SCHEMA) => {}
            Some(schema) if ours(schema) => {
                return Err(format!(
                    "its schema is `{schema}`, and this version of Evenkeel reads `{SCHEMA}`; \
                     use the version that wrote it"
                ));
            }
            _ => return Ok(Found::Others),
        },
        Err(_) if !text.contains(FAMILY) => return Ok(Found::Others),
        Err(e) => return Err(mend(text, &e)),
    }
    let manifest: Manifest = toml::from_str(text).map_err(|e| mend(text, &e))?;
    let mut models: Vec<(ManifestModel, Sha256Sum)> = Vec::new();
    for model in manifest.model {
        let name = &model.name;
        if !is_name(name) {
            return Err(format!("{name:?} can't be a model's name; correct it there"));
        }
        if models.iter().any(|(known, _)| known.name == *name) {
            return Err(format!("it has two models called `{name}`; rename one there"));
        }
        if model.file.len() > LONGEST_FILE || !is_plain(&model.file) {
            return Err(format!(
                "the file of `{name}` must be a plain file name in the same folder, not {:?}",
                model.file
            ));
        }
        let sum = model
            .sha256
            .parse()
            .map_err(|e| format!("the sha256 of `{name}` is wrong: {e}; correct it there"))?;
        models.push((model, sum));
    }
    Ok(Found::Models(models))
}

/// What TOML's reader says, on one line with the remedy.
fn mend(text: &str, e: &toml::de::Error) -> String {
    let before = e.span().and_then(|span| text.get(..span.start)).unwrap_or(text);
    let (line, what) = (before.matches('\n').count() + 1, e.message().replace('\n', " "));
    format!("line {line}: {what}; mend it in an editor, or remove it and add its models again")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUM: &str = "319f19e1fa0d20114abdb7b93b321fb0a39667914d7508af046227ce13ac94c6";

    fn model(name: &str) -> ManifestModel {
        ManifestModel {
            name: name.into(),
            file: format!("ggml-{name}.bin"),
            kind: ModelKind::Whisper,
            bytes: 12,
            sha256: SUM.into(),
            licence: "MIT".into(),
            origin: "a \"quoted\" place".into(),
            default: false,
        }
    }

    fn models(text: &str) -> Vec<ManifestModel> {
        match parse(text) {
            Ok(Found::Models(models)) => models.into_iter().map(|(model, _)| model).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn models_are_added_behind_what_people_wrote() {
        let one = with_model(None, &model("base.en"));
        assert_eq!(models(&one), [model("base.en")]);
        let edited = one.replace("[[model]]", "# mine\n[[model]]");
        let two = with_model(Some(&edited), &model("small.en"));
        assert!(two.contains("# mine"), "{two}");
        assert_eq!(models(&two), [model("base.en"), model("small.en")]);
    }

    #[test]
    fn a_folder_may_be_empty_of_models() {
        assert_eq!(models(OPENING), []);
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let good = with_model(None, &model("base.en"));
        let twice = with_model(Some(&good), &model("base.en"));
        let cases = [
            (good.replace("models/1", "models/2"), "use the version that wrote it"),
            (good.replace("\"base.en\"", "\"../base\""), "can't be a model's name"),
            (good.replace("ggml-base.en.bin", "/etc/passwd"), "plain file name"),
            (good.replace("ggml-base.en.bin", ".."), "plain file name"),
            (good.replace(SUM, "319f"), "64 hexadecimal digits"),
            (good.replace("licence =", "license ="), "line 10: unknown field `license`"),
            (good.replace("whisper", "whimper"), "unknown variant `whimper`"),
            (good.replace("bytes = 12", "bytes = -1"), "mend it"),
            (good.replace("bytes = 12", "bytes = "), "mend it"),
            (twice, "two models called `base.en`"),
        ];
        for (text, expected) in cases {
            let reason = parse(&text).unwrap_err();
            assert!(reason.contains(expected), "{reason}");
            assert!(!reason.contains('\n'), "{reason}");
        }
    }

    #[test]
    fn manifests_of_other_programs_are_left_alone() {
        for text in ["", "schema = 3", "[package]\nname = \"x\"", "not toml at all ["] {
            assert!(matches!(parse(text), Ok(Found::Others)), "{text}");
        }
    }

    #[test]
    fn names_are_never_paths() {
        for good in ["tiny.en", "silero-v6.2", "my_model.1"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", ".", "..", ".hidden", "a/b", "a\\b", "a b", "naïve", &"a".repeat(65)] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
