//! The models that a call is analysed with, found, checked and loaded.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use clap::ValueEnum;

use crate::config::Config;
use crate::event::ModelUsed;
use crate::language::listener::Understanding;
use crate::language::model::{LanguageError, LanguageModel};
use crate::language::practices::patterns::Patterns;
use crate::language::practices::{Detector, PracticeWeights};
use crate::language::reflection::Reflection;
use crate::language::reflection::pointer::PointerWeights;
use crate::language::sentiment::Sentiment;
use crate::models::{ModelDirs, ModelEntry, ModelError, ModelKind, ModelStore, verify};
use crate::speech::activity::VoiceActivity;
use crate::speech::silero::{Silero, SileroWeights};
use crate::speech::transcript::MakeTranscriber;
use crate::tone::voice::VoiceModel;

/// What makes words by Whisper's weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum WordsBy {
    /// Utterance by utterance, as soon as each is over
    #[default]
    #[value(name = "whisper.cpp")]
    WhisperCpp,
    /// Many utterances at once, which takes less time where nobody waits for them; only in programs
    /// that were built with it
    #[value(name = "ctranslate2")]
    CTranslate2,
}

impl WordsBy {
    /// Whether it takes less time for many utterances at once.
    pub fn gathers(self) -> bool {
        self == WordsBy::CTranslate2
    }

    /// What the log says of it, where it says anything.
    fn logged(self) -> Option<&'static str> {
        (self == WordsBy::CTranslate2).then_some("ctranslate2")
    }
}

/// Models, ready for use.
pub struct LoadedModels {
    /// Makes a party's voice-activity model.
    pub voice_activity: Box<dyn Fn() -> Box<dyn VoiceActivity> + Send + Sync>,
    /// How tense a voice sounds.
    pub voice_tone: Arc<VoiceModel>,
    /// How words feel; `None` where there are none, or none in its language.
    pub sentiment: Option<Sentiment>,
    /// What utterances do; `None` where there are no words, none in its language, or no weights.
    pub understanding: Option<Arc<Understanding>>,
    /// Makes a worker's transcriber; `None` where no words are wanted.
    pub transcriber: Option<Box<MakeTranscriber>>,
    /// What the log says of them.
    pub used: Vec<ModelUsed>,
}

impl LoadedModels {
    /// Loads the models; `words` is `None` for no words, and else may name a Whisper model, by which
    /// `words_by` is to make them.
    /// `phrases` is a table of turns of phrase beside the shipped ones.
    pub fn load(
        config: &Config,
        words: Option<Option<&str>>,
        words_by: WordsBy,
        phrases: Option<&Path>,
    ) -> anyhow::Result<LoadedModels> {
        // Looked at before anything slow, and where there are no words as well.
        let patterns = phrases.map(patterns).transpose()?;
        let store = ModelStore::open(ModelDirs::from_env())?;
        let vad = store.find(ModelKind::VoiceActivity, None)?;
        let mut used = vec![model_used(&vad)?];
        let bytes = std::fs::read(&vad.path)
            .with_context(|| format!("{}: can't be read", vad.path.display()))?;
        let weights = SileroWeights::from_safetensors(&bytes)?;
        let tone = store.find(ModelKind::VoiceTone, None)?;
        used.push(model_used(&tone)?);
        let bytes = std::fs::read(&tone.path)
            .with_context(|| format!("{}: can't be read", tone.path.display()))?;
        let voice_tone = VoiceModel::from_json(&bytes)
            .with_context(|| format!("{}: can't be used", tone.path.display()))?;
        // It knows English only.
        let (mut sentiment, mut understanding) = (None, None);
        if words.is_some() && config.words.language == "en" {
            let language = store.find(ModelKind::Language, None)?;
            used.push(model_used(&language)?);
            let bytes = std::fs::read(&language.path)
                .with_context(|| format!("{}: can't be read", language.path.display()))?;
            let model = LanguageModel::from_safetensors(&bytes)
                .with_context(|| format!("{}: can't be used", language.path.display()))?;
            if let Some(detector) = detector(&model, &store, &mut used)? {
                let detector = match patterns {
                    Some(patterns) => detector.with_patterns(patterns),
                    None => detector,
                };
                let reflection = reflection(&model, &store, &mut used)?;
                let model = Arc::clone(&model);
                understanding = Some(Arc::new(Understanding { model, detector, reflection }));
            }
            sentiment = Some(Sentiment::new(model));
        }
        let transcriber = match words {
            Some(name) => transcriber(name, words_by, config, &store, &mut used)?,
            None => None,
        };
        let voice_activity =
            Box::new(move || Box::new(Silero::new(Arc::clone(&weights))) as Box<dyn VoiceActivity>);
        Ok(LoadedModels { voice_activity, voice_tone, sentiment, understanding, transcriber, used })
    }
}

/// The shipped turns of phrase and those of a file.
fn patterns(path: &Path) -> anyhow::Result<Patterns> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{}: can't be read", path.display()))?;
    Patterns::extended(&text).with_context(|| path.display().to_string())
}

/// What tells what utterances do. Without its weights the rest works, so that is only said.
fn detector(
    model: &Arc<LanguageModel>,
    store: &ModelStore,
    used: &mut Vec<ModelUsed>,
) -> anyhow::Result<Option<Detector>> {
    above(ModelKind::Practices, "practices are not told from words", store, used, |bytes| {
        Detector::new(Arc::clone(model), Arc::new(PracticeWeights::from_safetensors(bytes)?))
    })
}

/// What tells how complaints can be said back.
fn reflection(
    model: &Arc<LanguageModel>,
    store: &ModelStore,
    used: &mut Vec<ModelUsed>,
) -> anyhow::Result<Option<Reflection>> {
    above(ModelKind::Reflections, "no words to reflect back are suggested", store, used, |bytes| {
        Reflection::new(Arc::clone(model), PointerWeights::from_safetensors(bytes)?)
    })
}

/// What stands above the language model, by weights without which the rest works: where there are none,
/// what is `missing` is said.
fn above<T>(
    kind: ModelKind,
    missing: &str,
    store: &ModelStore,
    used: &mut Vec<ModelUsed>,
    read: impl FnOnce(&[u8]) -> Result<T, LanguageError>,
) -> anyhow::Result<Option<T>> {
    let entry = match store.find(kind, None) {
        Err(why @ (ModelError::NoneOfKind { .. } | ModelError::Missing { .. })) => {
            eprintln!("evenkeel: {missing}: {why}");
            return Ok(None);
        }
        found => found?,
    };
    used.push(model_used(&entry)?);
    let path = entry.path.display();
    let bytes = std::fs::read(&entry.path).with_context(|| format!("{path}: can't be read"))?;
    read(&bytes).map(Some).with_context(|| format!("{path}: can't be used"))
}

/// What the log says of a model, found to be whole.
fn model_used(entry: &ModelEntry) -> Result<ModelUsed, ModelError> {
    let sha256 = verify(entry)?.to_string();
    Ok(ModelUsed { name: entry.name.clone(), sha256, engine: None })
}

#[cfg(feature = "whisper")]
fn transcriber(
    name: Option<&str>,
    by: WordsBy,
    config: &Config,
    store: &ModelStore,
    used: &mut Vec<ModelUsed>,
) -> anyhow::Result<Option<Box<MakeTranscriber>>> {
    let entry = store.find(ModelKind::Whisper, name)?;
    entry.check()?;
    used.push(ModelUsed { engine: by.logged(), ..model_used(&entry)? });
    Ok(Some(match by {
        WordsBy::WhisperCpp => {
            crate::speech::whisper::WhisperModel::load(&entry.path, &config.words)?.workers()
        }
        WordsBy::CTranslate2 => by_ctranslate2(&entry, config)?,
    }))
}

#[cfg(feature = "ctranslate2")]
fn by_ctranslate2(entry: &ModelEntry, config: &Config) -> anyhow::Result<Box<MakeTranscriber>> {
    let language = &config.words.language;
    let Some(place) = crate::speech::whisper::language_place(language) else {
        anyhow::bail!("words.language = {language:?}: Whisper knows no language of that name");
    };
    let words = &config.words;
    let model = crate::speech::ctranslate2::CTranslate2Model::open(&entry.path, place, words)?;
    Ok(model.workers())
}

#[cfg(all(feature = "whisper", not(feature = "ctranslate2")))]
fn by_ctranslate2(_: &ModelEntry, _: &Config) -> anyhow::Result<Box<MakeTranscriber>> {
    anyhow::bail!(
        "this program was built without CTranslate2 (feature `ctranslate2`); leave out --words-by"
    )
}

#[cfg(not(feature = "whisper"))]
fn transcriber(
    name: Option<&str>,
    by: WordsBy,
    _: &Config,
    _: &ModelStore,
    _: &mut Vec<ModelUsed>,
) -> anyhow::Result<Option<Box<MakeTranscriber>>> {
    if name.is_some() || by.logged().is_some() {
        anyhow::bail!("this program was built without speech to text (feature `whisper`)");
    }
    Ok(None)
}
