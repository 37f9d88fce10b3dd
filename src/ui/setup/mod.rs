//! The set-up before the first call: which devices, with live meters and a test; what is kept
//! and where; the language and the model; and the agent's consent.

mod form;
mod test;
mod window;

use std::path::PathBuf;

pub use form::{SetupAction, show_setup};
pub use test::TestStep;
pub use window::{SetupHost, run_setup};

use self::test::Test;
use crate::session::board::Keeping;
use crate::units::{Party, PerParty};

/// A device to choose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Stable name, to open the device by.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// What it is good for, in a sentence; may be empty.
    pub good_for: String,
    /// Whether it is what most should take.
    pub recommended: bool,
}

/// A language that is spoken in the calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LanguageChoice {
    /// Its code, as `en`.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// A model that turns speech into words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelChoice {
    /// Its name in the manifest.
    pub name: String,
    /// What it is good for, in a few words.
    pub good_for: String,
    /// Codes of the languages that it knows; empty for all.
    pub languages: Vec<String>,
}

/// What there is to choose from.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// What the agent may speak into, and what carries what they hear.
    pub devices: PerParty<Vec<Choice>>,
    /// Languages.
    pub languages: Vec<LanguageChoice>,
    /// Models. Where there are none, calls are measured without words.
    pub models: Vec<ModelChoice>,
}

/// What was chosen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    /// Ids of the devices.
    pub devices: PerParty<String>,
    /// What is kept of a call.
    pub keeping: Keeping,
    /// The folder of the calls.
    pub folder: PathBuf,
    /// Code of the language.
    pub language: String,
    /// Name of the model; empty for no words.
    pub model: String,
    /// A call ends by itself after so much silence on both sides, in seconds.
    pub end_after_secs: Option<f64>,
}

/// The state of the set-up.
pub struct SetupState {
    choices: Choices,
    answers: Answers,
    folder: String,
    consent: bool,
    levels: PerParty<Option<f32>>,
    test: Test,
    now_secs: f64,
}

impl SetupState {
    /// A set-up that begins with what was chosen the last time, or with nothing.
    pub fn new(choices: Choices, answers: Answers) -> Self {
        let folder = answers.folder.display().to_string();
        let mut state = SetupState {
            choices: Choices::default(),
            answers,
            folder,
            consent: false,
            levels: PerParty::default(),
            test: Test::default(),
            now_secs: 0.0,
        };
        state.set_choices(choices);
        state
    }

    /// Takes what there is to choose from; a device that is gone is no longer chosen.
    pub fn set_choices(&mut self, choices: Choices) {
        for party in Party::BOTH {
            let chosen = &mut self.answers.devices[party];
            if !choices.devices[party].iter().any(|choice| choice.id == *chosen) {
                chosen.clear();
            }
        }
        let knows = |name: &str| choices.models.iter().any(|model| model.name == name);
        if !knows(&self.answers.model) {
            self.answers.model =
                choices.models.first().map(|model| model.name.clone()).unwrap_or_default();
        }
        let spoken = |code: &str| choices.languages.iter().any(|language| language.code == code);
        if !spoken(&self.answers.language) {
            let first = choices.languages.first();
            self.answers.language = first.map(|language| language.code.clone()).unwrap_or_default();
        }
        self.choices = choices;
    }

    /// Takes the levels that are heard, in dBFS, where a device is open, at `now_secs` of the
    /// caller's steady clock.
    pub fn levels(&mut self, levels: PerParty<Option<f32>>, now_secs: f64) {
        let passed = (now_secs - self.now_secs).max(0.0);
        self.now_secs = now_secs;
        self.levels = levels;
        self.test.hear(levels, passed);
    }

    /// Chooses a device.
    pub fn choose(&mut self, party: Party, id: &str) {
        id.clone_into(&mut self.answers.devices[party]);
        self.levels[party] = None;
        self.test = Test::default();
    }

    /// Ids of the devices that are chosen.
    pub fn chosen(&self) -> PerParty<Option<&str>> {
        PerParty::from_fn(|party| {
            Some(self.answers.devices[party].as_str()).filter(|id| !id.is_empty())
        })
    }

    /// How far the test is.
    pub fn test_step(&self) -> TestStep {
        self.test.step()
    }

    /// What is missing before the first call can begin, as the agent is to read it.
    pub fn missing(&self) -> Option<&'static str> {
        let chosen = self.chosen();
        let known = self.choices.models.iter().find(|model| model.name == self.answers.model);
        let knows = |code: &String| {
            known.is_none_or(|model| model.languages.is_empty() || model.languages.contains(code))
        };
        if chosen.agent.is_none() {
            Some("Choose your microphone.")
        } else if chosen.customer.is_none() {
            Some("Choose what carries the customer's voice.")
        } else if chosen.agent == chosen.customer {
            Some("Both sides have the same device. Choose another for one of them.")
        } else if self.answers.keeping != Keeping::Nothing && self.folder.trim().is_empty() {
            Some("Say where calls are kept.")
        } else if !knows(&self.answers.language) {
            Some("This model does not know the language. Choose another.")
        } else if !self.consent {
            Some("Read and confirm the last part.")
        } else {
            None
        }
    }

    /// What was chosen, once nothing is missing.
    pub fn answers(&self) -> Option<Answers> {
        let folder = PathBuf::from(self.folder.trim());
        self.missing().is_none().then(|| Answers { folder, ..self.answers.clone() })
    }
}
