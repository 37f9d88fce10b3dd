//! The first start: what there is to choose from, and what was chosen.

use std::time::Instant;

use super::calls_folder;
use crate::audio::capture::{Capture, devices};
use crate::audio::choice::{choose, heard};
use crate::audio::ring::Outlet;
use crate::config::settings::{KeepChoice, Settings};
use crate::models::{ModelDirs, ModelKind, ModelStore};
use crate::session::board::Keeping;
use crate::ui::{Answers, Choice, Choices, LanguageChoice, ModelChoice, SetupHost};
use crate::units::{Dbfs, PerParty};

/// Languages that Whisper hears well, the more spoken first.
const LANGUAGES: [(&str, &str); 12] = [
    ("en", "English"),
    ("es", "Spanish"),
    ("fr", "French"),
    ("de", "German"),
    ("pt", "Portuguese"),
    ("it", "Italian"),
    ("nl", "Dutch"),
    ("pl", "Polish"),
    ("sv", "Swedish"),
    ("tr", "Turkish"),
    ("ja", "Japanese"),
    ("ko", "Korean"),
];

/// The devices and models of this machine.
#[derive(Default)]
pub struct Host {
    open: PerParty<Option<Meter>>,
}

struct Meter {
    id: String,
    // Kept for its stream.
    _capture: Capture,
    outlet: Outlet,
}

impl SetupHost for Host {
    fn choices(&mut self) -> Choices {
        let found = devices().unwrap_or_default();
        let usual = choose(&found);
        let of = |party| {
            let fits = found.iter().filter(move |device| device.hears == heard(party));
            let usual = &usual[party];
            let choice = fits.map(|device| {
                let best = usual.as_ref().filter(|choice| choice.id == device.id);
                Choice {
                    id: device.id.clone(),
                    name: device.name.clone(),
                    good_for: best.map(|choice| sentence(choice.why)).unwrap_or_default(),
                    recommended: best.is_some(),
                }
            });
            choice.collect()
        };
        let language = |&(code, name): &(&str, &str)| LanguageChoice {
            code: code.to_owned(),
            name: name.to_owned(),
        };
        Choices {
            devices: PerParty::from_fn(of),
            languages: LANGUAGES.iter().map(language).collect(),
            models: models(),
        }
    }

    fn listen(&mut self, wanted: PerParty<Option<&str>>) {
        for (party, id) in wanted.iter() {
            let open = &mut self.open[party];
            if open.as_ref().map(|meter| meter.id.as_str()) == *id {
                continue;
            }
            *open = id.and_then(|id| {
                let (capture, outlet) = Capture::open(id, Instant::now()).ok()?;
                Some(Meter { id: id.to_owned(), _capture: capture, outlet })
            });
        }
    }

    fn levels(&mut self) -> PerParty<Option<f32>> {
        let level = |meter: &mut Meter| {
            let (mut squares, mut count) = (0.0, 0);
            meter.outlet.drain(|_, samples| {
                squares += samples.iter().map(|x| x * x).sum::<f32>();
                count += samples.len();
            });
            let mean_square = squares / count.max(1) as f32;
            Dbfs::from_mean_square(mean_square).0
        };
        PerParty {
            agent: self.open.agent.as_mut().map(level),
            customer: self.open.customer.as_mut().map(level),
        }
    }
}

/// Begins with a capital letter.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The Whisper models that are whole, and what each is good for.
fn models() -> Vec<ModelChoice> {
    let Ok(store) = ModelStore::open(ModelDirs::from_env()) else { return Vec::new() };
    let whispers = store.list().iter().filter(|entry| entry.kind == ModelKind::Whisper);
    whispers
        .filter(|entry| entry.check().is_ok())
        .map(|entry| {
            let english = entry.name.contains(".en");
            ModelChoice {
                name: entry.name.clone(),
                good_for: if english { "hears English" } else { "hears many languages" }.to_owned(),
                languages: if english { vec!["en".to_owned()] } else { Vec::new() },
            }
        })
        .collect()
}

/// What the set-up begins with.
pub fn answers_of(settings: &Settings) -> Answers {
    Answers {
        devices: settings.devices.map(|id| id.clone().unwrap_or_default()),
        keeping: match settings.keep {
            KeepChoice::Nothing => Keeping::Nothing,
            KeepChoice::Log => Keeping::Log,
            KeepChoice::LogAndAudio => Keeping::LogAndAudio,
        },
        folder: calls_folder(settings),
        language: settings.language.clone().unwrap_or_else(|| "en".to_owned()),
        model: settings.model.clone().unwrap_or_default(),
        end_after_secs: settings.end_after_secs,
    }
}

/// The settings `before`, with the answers.
pub fn settings_of(answers: Answers, before: Settings) -> Settings {
    let chosen = |text: String| (!text.is_empty()).then_some(text);
    let PerParty { agent, customer } = answers.devices;
    Settings {
        devices: PerParty { agent: chosen(agent), customer: chosen(customer) },
        keep: match answers.keeping {
            Keeping::Nothing => KeepChoice::Nothing,
            Keeping::Log => KeepChoice::Log,
            Keeping::LogAndAudio => KeepChoice::LogAndAudio,
        },
        calls: Some(answers.folder),
        language: chosen(answers.language),
        model: chosen(answers.model),
        end_after_secs: answers.end_after_secs,
        agreed: Some(super::now_rfc3339()),
        ..before
    }
}
