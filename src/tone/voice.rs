//! How tense a voice sounds: a linear model over the features of a stretch of speech.
//!
//! Two sets of weights: one against what is usual of people, one against the speaker's own
//! baseline. Of a speaker of whom nothing is known only the first can say anything; the better the
//! speaker is known, the more the second counts. Being sums, both can say what moved them.
//!
//! The weights come from `src/bin/train-tone`; `models/README.md` says on whom.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::baseline::Baseline;
use super::features::{self, Aspect, Features};

/// The schema of the file of weights.
pub const SCHEMA: &str = "evenkeel.tone-voice/1";
/// A feature further from usual than this many deviations counts as this far: it is an error.
const FARTHEST: f32 = 4.0;

/// The file of weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VoiceFile {
    /// [`SCHEMA`].
    pub schema: String,
    /// What the weights were trained on, and how.
    pub trained: String,
    /// Added to the sum of a speaker not known.
    pub cold_bias: f32,
    /// Added to the sum of a known speaker.
    pub warm_bias: f32,
    /// One for each feature, in the order of [`features::names`].
    pub features: Vec<FeatureWeights>,
}

/// The weights of one feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeatureWeights {
    /// Its name.
    pub name: String,
    /// Its usual value.
    pub mean: f32,
    /// How much it differs from speaker to speaker and mood to mood: one deviation.
    pub deviation: f32,
    /// Weight of its distance from the usual, in deviations.
    pub cold: f32,
    /// Weight of its distance from the speaker's own baseline, in deviations.
    pub warm: f32,
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
    /// A number that is none, or a deviation that is not above 0.
    #[error("the model of the voice's tone has a wrong number for `{0}`")]
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
            let found = file.features.get(i).map_or("nothing", |weights| &weights.name);
            if found != expected {
                let (found, expected) = (found.to_owned(), expected.clone());
                return Err(VoiceModelError::Feature { found, expected });
            }
        }
        if let Some(more) = file.features.get(names.len()) {
            let (found, expected) = (more.name.clone(), "nothing".to_owned());
            return Err(VoiceModelError::Feature { found, expected });
        }
        for weights in &file.features {
            let numbers = [weights.mean, weights.deviation, weights.cold, weights.warm];
            if weights.deviation <= 0.0 || numbers.iter().any(|n| !n.is_finite()) {
                return Err(VoiceModelError::Number(weights.name.clone()));
            }
        }
        let aspects = names.into_iter().map(|(_, aspect)| aspect).collect();
        Ok(Arc::new(VoiceModel { file, aspects }))
    }

    /// Judges a stretch of `secs` of speech.
    pub fn judge(&self, features: &Features, secs: f32, baseline: &Baseline) -> Judged {
        let own_share = baseline.known();
        let mut sum = (1.0 - own_share) * self.file.cold_bias + own_share * self.file.warm_bias;
        let mut moved: Vec<(Aspect, f32)> = Vec::new();
        for (i, (weights, &value)) in self.file.features.iter().zip(features).enumerate() {
            let from =
                |usual: f32| ((value - usual) / weights.deviation).clamp(-FARTHEST, FARTHEST);
            let cold = weights.cold * from(weights.mean);
            let warm = baseline.mean(i).map_or(0.0, |own| weights.warm * from(own));
            let by = (1.0 - own_share) * cold + own_share * warm;
            sum += by;
            match moved.iter_mut().find(|(aspect, _)| *aspect == self.aspects[i]) {
                Some((_, total)) => *total += by,
                None => moved.push((self.aspects[i], by)),
            }
        }
        moved.sort_by(|(_, a), (_, b)| b.abs().total_cmp(&a.abs()));
        let value = 1.0 / (1.0 + (-sum).exp());
        Judged { value, confidence: confidence(secs, baseline.known()), moved, features: *features }
    }
}

/// How far, from none to all, a judgement can be trusted after `secs` of speech of a speaker who
/// is so far `known`. A rule of thumb: about twice the share by which judgements of strangers'
/// voices beat a coin in another corpus (`docs/measurements.md`: UAR 0.85 for a clip of a stranger,
/// 0.89 for a known voice), less for shorter speech, as in the model's own validation.
fn confidence(secs: f32, known: f32) -> f32 {
    let heard = secs / (secs + 0.5);
    heard * (0.75 + 0.25 * known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::CallTime;

    fn file(change: impl Fn(&mut VoiceFile)) -> Vec<u8> {
        let weights = |(name, _): (String, Aspect)| FeatureWeights {
            name,
            mean: 1.0,
            deviation: 2.0,
            cold: 0.0,
            warm: 0.0,
        };
        let mut file = VoiceFile {
            schema: SCHEMA.into(),
            trained: "by hand".into(),
            cold_bias: 0.5,
            warm_bias: -0.5,
            features: features::names().into_iter().map(weights).collect(),
        };
        change(&mut file);
        serde_json::to_vec(&file).unwrap()
    }

    #[test]
    fn the_sums_are_those_on_paper() {
        let model = VoiceModel::from_json(&file(|file| {
            file.features[0].cold = 1.0;
            file.features[0].warm = 3.0;
        }))
        .unwrap();
        let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
        let mut heard = [1.0; features::COUNT];
        heard[0] = 5.0;
        // Nobody known: 0.5 + (5 − 1) / 2.
        let judged = model.judge(&heard, 2.0, &Baseline::default());
        assert!((judged.value - sigmoid(2.5)).abs() < 1e-6);
        assert_eq!(judged.moved[0], (Aspect::Pitch, 2.0));
        // Half known, at 4: half of that, and half of −0.5 + 3 · (5 − 4) / 2.
        let mut baseline = Baseline::default();
        baseline.add(CallTime::ZERO, &[4.0; features::COUNT], 4.0, 1.0);
        baseline.settle();
        let judged = model.judge(&heard, 2.0, &baseline);
        assert!((judged.value - sigmoid(0.5 * 2.5 + 0.5 * 1.0)).abs() < 1e-6);
        assert!(judged.confidence > confidence(2.0, 0.0));
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
        assert!(VoiceModel::from_json(b"<html>").is_err());
    }
}
