//! The models that are measured, found and checked as the program does.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use evenkeel::language::model::LanguageModel;
use evenkeel::language::practices::{Detector, PracticeWeights};
use evenkeel::language::reflection::Reflection;
use evenkeel::language::reflection::pointer::PointerWeights;
use evenkeel::models::{ModelDirs, ModelEntry, ModelKind, ModelStore, verify};
use evenkeel::speech::silero::SileroWeights;
use evenkeel::tone::voice::VoiceModel;

/// The voice-activity model.
pub fn voice_activity() -> anyhow::Result<Arc<SileroWeights>> {
    let entry = find(ModelKind::VoiceActivity, None)?;
    Ok(SileroWeights::from_safetensors(&std::fs::read(entry.path)?)?)
}

/// The model of how tense a voice sounds.
pub fn voice_tone() -> anyhow::Result<Arc<VoiceModel>> {
    let entry = find(ModelKind::VoiceTone, None)?;
    Ok(VoiceModel::from_json(&std::fs::read(entry.path)?)?)
}

/// The language model.
pub fn language() -> anyhow::Result<Arc<LanguageModel>> {
    let entry = find(ModelKind::Language, None)?;
    Ok(LanguageModel::from_safetensors(&std::fs::read(entry.path)?)?)
}

/// What tells what utterances do.
pub fn practices() -> anyhow::Result<Detector> {
    let entry = find(ModelKind::Practices, None)?;
    let weights = PracticeWeights::from_safetensors(&std::fs::read(entry.path)?)?;
    Ok(Detector::new(language()?, Arc::new(weights))?)
}

/// What says complaints back, by these weights or the shipped ones.
pub fn reflection(weights: Option<&Path>) -> anyhow::Result<Reflection> {
    let path = match weights {
        Some(path) => path.to_owned(),
        None => find(ModelKind::Reflections, None)?.path,
    };
    let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
    Ok(Reflection::new(language()?, PointerWeights::from_safetensors(&bytes)?)?)
}

#[cfg(feature = "whisper")]
/// A Whisper model, the default one without a name.
pub fn whisper(name: Option<&str>) -> anyhow::Result<ModelEntry> {
    let entry = find(ModelKind::Whisper, name)?;
    entry.check()?;
    Ok(entry)
}

fn find(kind: ModelKind, name: Option<&str>) -> anyhow::Result<ModelEntry> {
    let entry = ModelStore::open(ModelDirs::from_env())?.find(kind, name)?;
    verify(&entry)?;
    Ok(entry)
}
