//! How tense a voice sounds: two models over the features of a stretch of speech.
//!
//! One is against what is usual of people, one against the speaker's own baseline (`head`). Of a
//! speaker of whom nothing is known only the first can say anything; the better the speaker is known,
//! the more the second counts. Both can say what moved them.
//!
//! The weights come from `src/bin/train-tone`; `models/README.md` says on whom.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::baseline::Baseline;
use super::features::{self, Aspect, COUNT, Features, LEVEL, VOICED_SHARE};
use super::head::Head;

/// The schema of the file of weights.
pub const SCHEMA: &str = "evenkeel.tone-voice/2";
/// A feature further from usual than this many deviations counts as this far: it is an error.
const FARTHEST: f32 = 4.0;

/// The file of weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VoiceFile {
    /// [`SCHEMA`].
    pub schema: String,
    /// What the weights were trained on, and how.
    pub trained: String,
    /// What features are measured in, in the order of [`features::names`].
    pub features: Vec<Scale>,
    /// From the distances from the usual to log-odds.
    pub cold: Head,
    /// From the distances from the speaker's own baseline to log-odds.
    pub warm: Head,
    /// How sure a judgement is.
    pub confidence: Confidence,
}

/// What one feature is measured in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    /// Its name.
    pub name: String,
    /// Its usual value.
    pub mean: f32,
    /// How much it differs from speaker to speaker and mood to mood: one deviation.
    pub deviation: f32,
}

impl Scale {
    /// The distance of `value` from `usual` in deviations, as far as it counts.
    pub fn away(&self, value: f32, usual: f32) -> f32 {
        ((value - usual) / self.deviation).clamp(-FARTHEST, FARTHEST)
    }
}

/// How often a judgement is right, as log-odds: a sum over what is known of the speech. Fitted to
/// judgements of speakers left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Confidence {
    /// Added to the sum.
    pub bias: f32,
    /// For the natural logarithm of the seconds of speech.
    pub log_secs: f32,
    /// For the share of them that is voiced.
    pub voiced: f32,
    /// For how far the speaker is known, 0 to 1.
    pub known: f32,
}

impl Confidence {
    /// How far a judgement can be trusted, 0 (as far as a coin) to 1 (always right): by how much it is
    /// more often right than wrong.
    fn of(&self, secs: f32, voiced: f32, known: f32) -> f32 {
        let log_secs = secs.max(0.01).ln();
        let sum = self.bias + self.log_secs * log_secs + self.voiced * voiced + self.known * known;
        // Twice the chance of being right, less one.
        (sum / 2.0).tanh().max(0.0)
    }
}

/// Why a file of weights can't be used. Fetch it again: `models/README.md` says where from.
#[derive(Debug, thiserror::Error)]
pub enum VoiceModelError {
    /// Not the JSON that is expected.
    #[error("the model of the voice's tone can't be read: {0}")]
    Format(#[from] serde_json::Error),
    /// Another schema.
    #[error("the model of the voice's tone has schema `{0}`; this program reads `{SCHEMA}`")]
    Schema(String),
    /// Other features than the program computes.
    #[error("the model of the voice's tone has `{found}` where `{expected}` is expected")]
    Feature {
        /// What stands there.
        found: String,
        /// What should.
        expected: String,
    },
    /// A number that is none, or one too many or too few, or a deviation that is not above 0.
    #[error("the model of the voice's tone has wrong numbers for `{0}`")]
    Number(String),
}

/// The model, shared by all calls.
#[derive(Debug)]
pub struct VoiceModel {
    file: VoiceFile,
    aspects: Vec<Aspect>,
}

/// How tense a stretch of speech sounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// 0 to 1; from 0.5 on, more like anger than like calm. Calibrated as if both were equally
    /// likely.
    pub value: f32,
    /// How far it can be trusted, 0 to 1.
    pub confidence: f32,
    /// What moved it, in log-odds: positive towards tense.
    pub moved: Vec<(Aspect, f32)>,
    /// What it sounded like.
    pub features: Features,
}

impl VoiceModel {
    /// Reads the file of weights.
    pub fn from_json(bytes: &[u8]) -> Result<Arc<Self>, VoiceModelError> {
        let file: VoiceFile = serde_json::from_slice(bytes)?;
        if file.schema != SCHEMA {
            return Err(VoiceModelError::Schema(file.schema));
        }
        let names = features::names();
        for (i, (expected, _)) in names.iter().enumerate() {
            let found = file.features.get(i).map_or("nothing", |scale| &scale.name);
            if found != expected {
                let (found, expected) = (found.to_owned(), expected.clone());
                return Err(VoiceModelError::Feature { found, expected });
            }
        }
        if let Some(more) = file.features.get(names.len()) {
            let (found, expected) = (more.name.clone(), "nothing".to_owned());
            return Err(VoiceModelError::Feature { found, expected });
        }
        for scale in &file.features {
            let wrong = !scale.mean.is_finite() || !scale.deviation.is_finite();
            if wrong || scale.deviation <= 0.0 {
                return Err(VoiceModelError::Number(scale.name.clone()));
            }
        }
        for (head, name) in [(&file.cold, "cold"), (&file.warm, "warm")] {
            if !head.is_sound(COUNT) {
                return Err(VoiceModelError::Number(name.to_owned()));
            }
        }
        let Confidence { bias, log_secs, voiced, known } = file.confidence;
        if [bias, log_secs, voiced, known].iter().any(|number| !number.is_finite()) {
            return Err(VoiceModelError::Number("confidence".to_owned()));
        }
        let aspects = names.into_iter().map(|(_, aspect)| aspect).collect();
        Ok(Arc::new(VoiceModel { file, aspects }))
    }

    /// Judges a stretch of `secs` of speech.
    pub fn judge(&self, features: &Features, secs: f32, baseline: &Baseline) -> Judged {
        let VoiceFile { features: scales, cold, warm, confidence, .. } = &self.file;
        let known = baseline.known();
        let mut by = [0.0; COUNT];
        let mut odds = 0.0;
        if known < 1.0 {
            // How loud a line is says nothing of a stranger.
            let away = std::array::from_fn::<f32, COUNT, _>(|i| {
                if i == LEVEL { 0.0 } else { scales[i].away(features[i], scales[i].mean) }
            });
            odds += (1.0 - known) * cold.odds(&away, 1.0 - known, &mut by);
        }
        if known > 0.0 {
            let away = std::array::from_fn::<f32, COUNT, _>(|i| {
                baseline.mean(i).map_or(0.0, |own| scales[i].away(features[i], own))
            });
            odds += known * warm.odds(&away, known, &mut by);
        }
        let mut moved: Vec<(Aspect, f32)> = Vec::new();
        for (aspect, by) in self.aspects.iter().zip(by) {
            match moved.iter_mut().find(|(known, _)| known == aspect) {
                Some((_, total)) => *total += by,
                None => moved.push((*aspect, by)),
            }
        }
        moved.sort_by(|(_, a), (_, b)| b.abs().total_cmp(&a.abs()));
        let value = 1.0 / (1.0 + (-odds).exp());
        let confidence = confidence.of(secs, features[VOICED_SHARE], known);
        Judged { value, confidence, moved, features: *features }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::CallTime;

    fn only(feature: usize, weight: f32) -> [f32; COUNT] {
        std::array::from_fn(|i| if i == feature { weight } else { 0.0 })
    }

    fn file(change: impl Fn(&mut VoiceFile)) -> Vec<u8> {
        let scale = |(name, _): (String, Aspect)| Scale { name, mean: 1.0, deviation: 2.0 };
        let mut file = VoiceFile {
            schema: SCHEMA.into(),
            trained: "by hand".into(),
            features: features::names().into_iter().map(scale).collect(),
            cold: Head::of_weights(0.5, &only(0, 1.0)),
            warm: Head::of_weights(-0.5, &only(0, 3.0)),
            confidence: Confidence { bias: 1.0, log_secs: 0.5, voiced: 0.5, known: 1.0 },
        };
        change(&mut file);
        serde_json::to_vec(&file).unwrap()
    }

    fn known_at(value: f32) -> Baseline {
        let mut baseline = Baseline::default();
        baseline.add(CallTime::ZERO, &[value; COUNT], 4.0, 1.0);
        baseline.settle();
        baseline
    }

    #[test]
    fn the_sums_are_those_on_paper() {
        let model = VoiceModel::from_json(&file(|_| ())).unwrap();
        let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
        let mut heard = [1.0; COUNT];
        heard[0] = 5.0;
        // Nobody known: 0.5 + (5 − 1) / 2.
        let judged = model.judge(&heard, 2.0, &Baseline::default());
        assert!((judged.value - sigmoid(2.5)).abs() < 1e-6);
        let (aspect, by) = judged.moved[0];
        assert!(aspect == Aspect::Pitch && (by - 2.0).abs() < 1e-5, "{by}");
        // Half known, at 4: half of that, and half of −0.5 + 3 · (5 − 4) / 2.
        let judged = model.judge(&heard, 2.0, &known_at(4.0));
        assert!((judged.value - sigmoid(0.5 * 2.5 + 0.5 * 1.0)).abs() < 1e-6);
        assert!((judged.moved[0].1 - 1.75).abs() < 1e-5, "{:?}", judged.moved);
    }

    #[test]
    fn how_loud_a_stranger_is_says_nothing() {
        let by_level = |file: &mut VoiceFile| {
            file.cold = Head::of_weights(0.0, &only(LEVEL, 1.0));
            file.warm = Head::of_weights(0.0, &only(LEVEL, 1.0));
        };
        let model = VoiceModel::from_json(&file(by_level)).unwrap();
        let mut loud = [1.0; COUNT];
        loud[LEVEL] = 5.0;
        assert_eq!(model.judge(&loud, 2.0, &Baseline::default()).value, 0.5);
        let judged = model.judge(&loud, 2.0, &known_at(1.0));
        assert!(judged.value > 0.7 && judged.moved[0].0 == Aspect::Loudness, "{judged:?}");
    }

    #[test]
    fn confidence_is_the_chance_of_being_right_beyond_a_coin() {
        let confidence = Confidence { bias: 1.0, log_secs: 0.5, voiced: 0.5, known: 1.0 };
        // Log-odds 1 + 0.5 · ln 2 + 0.25 + 0.5: right in 0.8906 of the cases.
        let found = confidence.of(2.0, 0.5, 0.5);
        assert!((found - (2.0 * 0.8906 - 1.0)).abs() < 1e-3, "{found}");
        assert!(confidence.of(1.0, 0.5, 0.5) < found && confidence.of(2.0, 0.5, 0.0) < found);
        // What is more often wrong than right is worth nothing.
        assert_eq!(confidence.of(0.01, 0.0, 0.0), 0.0);
    }

    #[test]
    fn a_wrong_file_is_refused() {
        let refused = |change: fn(&mut VoiceFile)| {
            VoiceModel::from_json(&file(change)).unwrap_err().to_string()
        };
        assert!(refused(|file| file.schema = "tone/9".into()).contains("schema `tone/9`"));
        assert!(refused(|file| file.features.swap(0, 1)).contains("where `f0_median_st`"));
        assert!(refused(|file| file.features[2].deviation = 0.0).contains("f0_loud_st"));
        assert!(refused(|file| drop(file.features.pop())).contains("has `nothing`"));
        assert!(refused(|file| file.warm.linear.weights.truncate(9)).contains("`warm`"));
        assert!(VoiceModel::from_json(b"<html>").is_err());
    }
}
