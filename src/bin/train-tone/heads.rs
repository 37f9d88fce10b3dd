//! The models fitted to what was heard.

use std::collections::BTreeSet;

use evenkeel::tone::features::{COUNT, LEVEL, names};
use evenkeel::tone::head::{Head, Network, Unit};
use evenkeel::tone::voice::Scale;
use fastrand::Rng;

use crate::augment::gauss;
use crate::clips::Emotion;
use crate::examples::{Examples, Look};
use crate::fit::{Example, logistic};
use crate::network::{Learning, learn};

/// Actors were asked for emotions at their fullest. People on the telephone are at a part of the way
/// from their neutral voice to there, drawn evenly from here to 1.
const LEAST_OF_THE_WAY: f64 = 0.3;
/// One deviation of the level against the speaker's own. dB.
const LEVEL_DB: f64 = 6.0;
/// How much clips of one emotion differ in level, and how often the line evens levels out.
const SPREAD_DB: f64 = 4.0;
const EVENED_OUT: f32 = 0.4;
/// Networks in a head.
const NETWORKS: u64 = 3;

/// How the models are fitted.
#[derive(Clone, Copy, Debug)]
pub struct Fitting {
    /// How much the weights of the linear model are held down.
    pub ridge: f64,
    /// How the networks learn.
    pub learning: Learning,
    pub seed: u64,
}

/// Both models, and what features are scaled by.
pub struct Heads {
    pub scale: Vec<Scale>,
    pub cold: Head,
    pub warm: Head,
}

/// What weighs together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Group {
    Anger,
    /// Made up from neutral voices and angry ones.
    Raised,
    Low,
    Others,
}

impl Group {
    /// All, and what each weighs: what is tense as much as all else, and the low emotions as much as
    /// the others.
    const SHARES: [(Group, f64); 4] =
        [(Group::Anger, 0.45), (Group::Raised, 0.05), (Group::Low, 0.25), (Group::Others, 0.25)];

    pub fn of(look: &Look) -> Group {
        match look.emotion {
            _ if look.raised_db.is_some() => Group::Raised,
            Emotion::Anger => Group::Anger,
            emotion if emotion.is_low() => Group::Low,
            _ => Group::Others,
        }
    }

    pub fn is_tense(self) -> bool {
        matches!(self, Group::Anger | Group::Raised)
    }
}

/// Fits both models to what `speakers` said, at a random part of the way from their neutral
/// voice to each emotion that is not low.
pub fn fit(examples: &Examples, speakers: &BTreeSet<usize>, fitting: Fitting) -> Heads {
    let mut rng = Rng::with_seed(7);
    let of: Vec<&Look> =
        examples.looks.iter().filter(|look| speakers.contains(&look.speaker)).collect();
    let scale = scales(&of);
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    for look in of {
        let own = examples.baseline(look).map(|(_, own)| own);
        let group = Group::of(look);
        let part = match &own {
            Some(_) if group != Group::Low => {
                LEAST_OF_THE_WAY + (1.0 - LEAST_OF_THE_WAY) * rng.f64()
            }
            _ => 1.0,
        };
        let value = |i: usize| {
            let full = f64::from(look.features[i]);
            own.as_ref().map_or(full, |own| own[i] + part * (full - own[i])) as f32
        };
        let example = |away: &dyn Fn(usize) -> f32| {
            let features = (0..COUNT).map(|i| f64::from(away(i))).collect();
            (group, Example { features, positive: group.is_tense(), weight: 0.0 })
        };
        // A stranger's raised voice can't be told from a high one, and a shout needs no learning: here
        // they would cost more of the acted voices than they are worth.
        if group != Group::Raised {
            cold.push(example(&|i| {
                if i == LEVEL { 0.0 } else { scale[i].away(value(i), scale[i].mean) }
            }));
        }
        let louder = (part * louder_db(look)) as f32;
        warm.extend(own.as_ref().map(|own| {
            example(&|i| match i {
                LEVEL => scale[i].away(louder, 0.0),
                _ => scale[i].away(value(i), own[i] as f32),
            })
        }));
    }
    even_out(&mut cold);
    even_out(&mut warm);
    Heads { cold: head(cold, fitting, 1), warm: head(warm, fitting, 2), scale }
}

/// Mean and deviation of each feature.
fn scales(looks: &[&Look]) -> Vec<Scale> {
    let acted: Vec<&&Look> = looks.iter().filter(|look| look.raised_db.is_none()).collect();
    let count = acted.len() as f64;
    let scale = |(i, (name, _)): (usize, (String, _))| {
        let value = |look: &&&Look| f64::from(look.features[i]);
        let mean = acted.iter().map(value).sum::<f64>() / count;
        let square = acted.iter().map(|look| (value(look) - mean).powi(2)).sum::<f64>();
        // Levels over the ways say nothing of voices.
        let deviation = if i == LEVEL { LEVEL_DB } else { (square / count).sqrt().max(1e-6) };
        Scale { name, mean: mean as f32, deviation: deviation as f32 }
    };
    names().into_iter().enumerate().map(scale).collect()
}

/// By how much a clip is louder than its speaker's neutral voice. The corpus can't tell, since its
/// clips are all at full scale; so this is made up. The order of the emotions is that of mean energy
/// in Banse and Scherer, "Acoustic profiles in vocal emotion expression" (1996); how many dB they
/// lie apart is a guess, and a spread as wide as that keeps it from counting for much.
fn louder_db(look: &Look) -> f64 {
    if Rng::with_seed((look.speaker as u64) << 32 | look.way as u64).f32() < EVENED_OUT {
        return 0.0;
    }
    let mean = match look.emotion {
        Emotion::Anger => 9.0,
        Emotion::Joy => 7.0,
        Emotion::Surprise | Emotion::Fear => 5.0,
        Emotion::Disgust => 2.0,
        Emotion::Neutral | Emotion::Calm => 0.0,
        Emotion::Boredom => -2.0,
        Emotion::Sadness => -5.0,
    };
    let seed = 1 << 60 | (look.clip as u64) << 32 | look.way as u64;
    let spread = SPREAD_DB * f64::from(gauss(&mut Rng::with_seed(seed)));
    look.raised_db.map_or(mean, f64::from) + spread
}

/// Fits one head.
fn head(examples: Vec<(Group, Example)>, fitting: Fitting, which: u64) -> Head {
    let examples: Vec<Example> = examples.into_iter().map(|(_, example)| example).collect();
    let linear = logistic(&examples, fitting.ridge);
    let weights = linear.weights.iter().map(|weight| *weight as f32).collect();
    let linear = Unit { bias: linear.bias as f32, weights };
    let networks = (0..NETWORKS).map(|number| {
        let seed = fitting.seed << 16 | which << 8 | number;
        learn(&examples, fitting.learning, seed)
    });
    rounded(Head { linear, networks: networks.collect() })
}

/// Four decimals are as good as all, and half the file.
fn rounded(mut head: Head) -> Head {
    let round = |unit: &mut Unit| {
        for number in unit.weights.iter_mut().chain([&mut unit.bias]) {
            *number = (*number * 1e4).round() / 1e4;
        }
    };
    round(&mut head.linear);
    for Network { hidden, out } in &mut head.networks {
        hidden.iter_mut().for_each(round);
        round(out);
    }
    head
}

/// Divides each group's share among its examples.
fn even_out(examples: &mut [(Group, Example)]) {
    for (group, share) in Group::SHARES {
        let count = examples.iter().filter(|(of, _)| *of == group).count().max(1) as f64;
        for (_, example) in examples.iter_mut().filter(|(of, _)| *of == group) {
            example.weight = share / count;
        }
    }
}
