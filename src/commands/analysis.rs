//! With what a call is analysed, as it is typed: the same for live calls and recordings.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum as _};

use super::loaded::{LoadedModels, WordsBy};
use crate::config::{Config, RuleSet};

#[derive(Args)]
pub(super) struct AnalysisArgs {
    /// Settings to use instead of the defaults (see `evenkeel config`)
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Changes to the coach's rules (see `evenkeel rules`)
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,

    /// Turns of phrase beside the shipped ones (as in assets/practices.toml): your own jargon, say
    #[arg(long, value_name = "FILE")]
    phrases: Option<PathBuf>,

    /// Whisper model, by name or file (see `evenkeel models`)
    #[arg(long, value_name = "NAME")]
    model: Option<String>,

    /// What makes words by it
    #[arg(long, value_enum, value_name = "ENGINE", default_value_t)]
    words_by: WordsBy,

    /// Measure only: no speech to text
    #[arg(long, conflicts_with_all = ["model", "words_by"])]
    no_words: bool,
}

impl AnalysisArgs {
    /// The settings, with the shipped rules.
    pub fn settings(&self) -> anyhow::Result<Config> {
        self.config.as_deref().map_or_else(|| Ok(Config::default()), |path| Ok(Config::load(path)?))
    }

    /// The settings, with the rules as changed.
    pub fn config(&self) -> anyhow::Result<Config> {
        let mut config = self.settings()?;
        if let Some(path) = &self.rules {
            config.rules = RuleSet::load(path)?;
        }
        Ok(config)
    }

    /// The same as options for a program that is started in another folder.
    pub fn as_options(&self) -> anyhow::Result<Vec<OsString>> {
        let mut options = Vec::new();
        let files =
            [("--config", &self.config), ("--rules", &self.rules), ("--phrases", &self.phrases)];
        for (name, file) in files {
            if let Some(file) = file {
                options.extend([name.into(), std::path::absolute(file)?.into()]);
            }
        }
        if let Some(model) = &self.model {
            let is_file = std::path::Path::new(model).is_file();
            let model =
                if is_file { std::path::absolute(model)?.into() } else { OsString::from(model) };
            options.extend(["--model".into(), model]);
        }
        if let Some(by) = self.words_by.to_possible_value().filter(|_| !self.no_words) {
            options.extend(["--words-by".into(), by.get_name().into()]);
        }
        options.extend(self.no_words.then(|| "--no-words".into()));
        Ok(options)
    }

    /// Whether the words of many utterances are to be made at once, where nobody waits for them.
    pub fn gathers(&self) -> bool {
        self.words_by.gathers()
    }

    /// The models; `usual` is the Whisper model where none is named.
    pub fn models(&self, config: &Config, usual: Option<&str>) -> anyhow::Result<LoadedModels> {
        self.load(config, (!self.no_words).then_some(self.model.as_deref().or(usual)))
    }

    /// The same for a call that goes on in any case: where no Whisper model is named and there is none,
    /// without words.
    #[cfg(feature = "live")]
    pub fn models_at_hand(
        &self,
        config: &Config,
        usual: Option<&str>,
    ) -> anyhow::Result<LoadedModels> {
        use crate::models::{ModelDirs, ModelKind, ModelStore};

        if self.no_words || self.model.as_deref().or(usual).is_some() {
            return self.models(config, usual);
        }
        let whisper = ModelStore::open(ModelDirs::from_env())?.find(ModelKind::Whisper, None);
        if let Err(why) = &whisper {
            eprintln!("This call is measured without words: {why}");
        }
        self.load(config, whisper.is_ok().then_some(None))
    }

    fn load(&self, config: &Config, words: Option<Option<&str>>) -> anyhow::Result<LoadedModels> {
        LoadedModels::load(config, words, self.words_by, self.phrases.as_deref())
    }
}
