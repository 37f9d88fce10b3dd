//! What was heard of the clips, and the models fitted to it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write as _};
use std::path::Path;

use evenkeel::tone::features::{COUNT, Features, names};
use evenkeel::tone::stretch::Stretch;
use evenkeel::units::CallTime;
use fastrand::Rng;

use crate::augment::Way;
use crate::clips::{Clip, Emotion};
use crate::ear::listen;
use crate::fit::{Example, Fit, logistic};
use crate::{models, recordings};

/// A clip is looked at after so many seconds of speech, and at its end.
const LOOKS_SECS: [f32; 4] = [1.0, 1.5, 2.0, 3.0];
/// Silence after a clip. Samples at 16 kHz.
const AFTER: usize = 16_000;
/// How the classes weigh: anger as much as all else, and the low emotions as much as the others.
const ANGER: f64 = 0.5;
const LOW: f64 = 0.25;
const OTHERS: f64 = 0.25;
/// Actors were asked for emotions at their fullest. People on the telephone are at a part of the way
/// from their neutral voice to there, drawn evenly from here to 1.
const LEAST_OF_THE_WAY: f64 = 0.3;

/// What weighs together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Anger,
    Low,
    Others,
}

impl Group {
    fn of(emotion: Emotion) -> Group {
        match emotion {
            Emotion::Anger => Group::Anger,
            emotion if emotion.is_low() => Group::Low,
            _ => Group::Others,
        }
    }
}

/// A stretch of a clip, heard over one way.
pub struct Look {
    pub clip: usize,
    pub speaker: usize,
    pub emotion: Emotion,
    pub way: usize,
    pub secs: f32,
    /// Whether it is the end of the clip.
    pub last: bool,
    pub features: Features,
}

/// All that was heard.
pub struct Examples {
    pub speakers: Vec<String>,
    pub looks: Vec<Look>,
    /// Sums of seconds, and of features by seconds, of the neutral clips by (speaker, way).
    neutral: BTreeMap<(usize, usize), (f64, Vec<f64>)>,
}

/// Both sets of weights, and what features are scaled by: mean and deviation of each.
pub struct Heads {
    pub scale: Vec<(f64, f64)>,
    pub cold: Fit,
    pub warm: Fit,
}

impl Examples {
    /// Hears all clips over `ways` ways.
    pub fn hear(clips: &[Clip], ways: usize, seed: u64) -> anyhow::Result<Examples> {
        let vad = models::voice_activity()?;
        let sounds: Vec<Vec<f32>> =
            clips.iter().map(|clip| recordings::load(&clip.path)).collect::<anyhow::Result<_>>()?;
        let others: Vec<&[f32]> = sounds.iter().map(Vec::as_slice).collect();
        let names: BTreeSet<&String> = clips.iter().map(|clip| &clip.speaker).collect();
        let speakers: Vec<String> = names.into_iter().cloned().collect();
        let mut looks = Vec::new();
        for (clip, of) in clips.iter().enumerate() {
            let speaker = speakers.iter().position(|name| *name == of.speaker).unwrap_or(0);
            for way in 0..ways {
                let seeded = |a: usize, b: usize| {
                    Rng::with_seed(seed << 48 | (a as u64) << 24 | (way as u64) << 8 | b as u64)
                };
                let line = match way {
                    0 => Way::plain(),
                    1 => Way::telephone(),
                    _ => Way::draw(&mut seeded(speaker, 1)),
                };
                let mut sound = line.take(&sounds[clip], &others, &mut seeded(clip, 2))?;
                sound.resize(sound.len() + AFTER, 0.0);
                let mut stretch = Stretch::default();
                let mut due = LOOKS_SECS.iter().peekable();
                let look = |stretch: &mut Stretch, last| {
                    let (secs, emotion) = (stretch.secs(), of.emotion);
                    let features = stretch.features()?;
                    Some(Look { clip, speaker, emotion, way, secs, last, features })
                };
                let mut end = None;
                listen(&sound, CallTime::ZERO, &vad, |sounds, frame, under_way| {
                    stretch.hear(sounds, frame, under_way);
                    if due.next_if(|secs| stretch.secs() >= **secs).is_some() {
                        looks.extend(look(&mut stretch, false));
                    }
                    if under_way.is_none() {
                        end = look(&mut stretch, true).or(end.take());
                    }
                });
                looks.extend(end);
            }
        }
        let mut neutral: BTreeMap<(usize, usize), (f64, Vec<f64>)> = BTreeMap::new();
        for look in looks.iter().filter(|look| look.last && look.emotion == Emotion::Neutral) {
            let (secs, sums) =
                neutral.entry((look.speaker, look.way)).or_insert_with(|| (0.0, vec![0.0; COUNT]));
            *secs += f64::from(look.secs);
            for (sum, value) in sums.iter_mut().zip(look.features) {
                *sum += f64::from(look.secs) * f64::from(value);
            }
        }
        Ok(Examples { speakers, looks, neutral })
    }

    /// The speaker's own baseline over the same way, without the clip itself, and the seconds
    /// that it is made of; `None` where nothing neutral is known.
    pub fn baseline(&self, look: &Look) -> Option<(f64, Vec<f64>)> {
        let (mut secs, mut sums) = self.neutral.get(&(look.speaker, look.way))?.clone();
        if look.emotion == Emotion::Neutral {
            let own = self
                .looks
                .iter()
                .find(|other| other.last && other.clip == look.clip && other.way == look.way)?;
            secs -= f64::from(own.secs);
            for (sum, value) in sums.iter_mut().zip(own.features) {
                *sum -= f64::from(own.secs) * f64::from(value);
            }
        }
        (secs > 0.5).then(|| (secs, sums.iter().map(|sum| sum / secs).collect()))
    }

    /// Fits both models to what `speakers` said, at a random part of the way from their neutral
    /// voice to each emotion that is not low.
    pub fn fit(&self, speakers: &BTreeSet<usize>, ridge: f64) -> Heads {
        let mut rng = Rng::with_seed(7);
        let of: Vec<&Look> =
            self.looks.iter().filter(|look| speakers.contains(&look.speaker)).collect();
        let count = of.len() as f64;
        let scale: Vec<(f64, f64)> = (0..COUNT)
            .map(|i| {
                let value = |look: &&Look| f64::from(look.features[i]);
                let mean = of.iter().map(value).sum::<f64>() / count;
                let square = of.iter().map(|look| (value(look) - mean).powi(2)).sum::<f64>();
                (mean, (square / count).sqrt().max(1e-6))
            })
            .collect();
        let (mut cold, mut warm) = (Vec::new(), Vec::new());
        for look in of {
            let own = self.baseline(look).map(|(_, own)| own);
            let part = match &own {
                Some(_) if !look.emotion.is_low() => {
                    LEAST_OF_THE_WAY + (1.0 - LEAST_OF_THE_WAY) * rng.f64()
                }
                _ => 1.0,
            };
            let value = |i: usize| {
                let full = f64::from(look.features[i]);
                own.as_ref().map_or(full, |own| own[i] + part * (full - own[i]))
            };
            let group = Group::of(look.emotion);
            let example = |usual: &dyn Fn(usize) -> f64| {
                let features = (0..COUNT).map(|i| scaled(value(i) - usual(i), scale[i].1));
                let positive = group == Group::Anger;
                (group, Example { features: features.collect(), positive, weight: 0.0 })
            };
            cold.push(example(&|i| scale[i].0));
            warm.extend(own.as_ref().map(|own| example(&|i| own[i])));
        }
        even_out(&mut cold);
        even_out(&mut warm);
        let fit = |examples: Vec<(Group, Example)>| {
            let examples: Vec<Example> = examples.into_iter().map(|(_, example)| example).collect();
            logistic(&examples, ridge)
        };
        Heads { cold: fit(cold), warm: fit(warm), scale }
    }

    /// Writes what was heard as a table.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut out = io::BufWriter::new(std::fs::File::create(path)?);
        write!(out, "clip,speaker,emotion,way,secs,last")?;
        for (name, _) in names() {
            write!(out, ",{name}")?;
        }
        writeln!(out)?;
        for look in &self.looks {
            let speaker = &self.speakers[look.speaker];
            let Look { clip, emotion, way, secs, last, .. } = look;
            write!(out, "{clip},{speaker},{emotion:?},{way},{secs},{last}")?;
            for value in look.features {
                write!(out, ",{value}")?;
            }
            writeln!(out)?;
        }
        out.flush()
    }
}

/// The distance from what is usual in deviations, as far as the model counts it.
pub fn scaled(away: f64, deviation: f64) -> f64 {
    (away / deviation).clamp(-4.0, 4.0)
}

/// Divides each group's share among its examples.
fn even_out(examples: &mut [(Group, Example)]) {
    let count = |group| examples.iter().filter(|(of, _)| *of == group).count().max(1) as f64;
    let counts = [Group::Anger, Group::Low, Group::Others].map(|group| (group, count(group)));
    for (group, example) in examples {
        let (_, count) = counts.iter().find(|(of, _)| of == group).expect("all are counted");
        let share = match group {
            Group::Anger => ANGER,
            Group::Low => LOW,
            Group::Others => OTHERS,
        };
        example.weight = share / count;
    }
}
