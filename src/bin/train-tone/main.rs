//! `train-tone`: trains the model of how tense a voice sounds, on clips of acted emotions.
//!
//! Each clip is heard over several ways from a mouth to the program (`augment`), by the same code
//! that hears calls. A way stays the same for all clips of a speaker, as it would in a call, so
//! that the speaker's neutral clips are their baseline over the same line. Two logistic
//! regressions are fitted (`fit`): against what is usual of people, and against the speaker's own
//! baseline. Before the last fit, on all, each speaker in turn is left out and tested on.

#[path = "../evaluate/auc.rs"]
mod auc;
mod augment;
#[allow(dead_code, reason = "made for `evaluate` as well")]
#[path = "../evaluate/clips.rs"]
mod clips;
#[path = "../evaluate/ear.rs"]
mod ear;
mod examples;
mod fit;

#[allow(dead_code, reason = "made for `evaluate` as well")]
#[path = "../evaluate/models.rs"]
mod models;
#[allow(dead_code, reason = "made for `evaluate` as well")]
#[path = "../evaluate/recordings.rs"]
mod recordings;
mod validate;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Parser;
use evenkeel::tone::features;
use evenkeel::tone::voice::{FeatureWeights, SCHEMA, VoiceFile};

use examples::{Examples, Heads};

/// Train the model of how tense a voice sounds
#[derive(Parser)]
#[command(name = "train-tone")]
struct Args {
    /// Folder with labels.csv (file, speaker, emotion), or such a list: EmoDB's is one
    dir: PathBuf,
    /// Where the weights go
    #[arg(long, default_value = "models/tone-voice.json")]
    out: PathBuf,
    /// A list of clips that will be tested on: nobody in it may be trained on
    #[arg(long, value_name = "MANIFEST.csv")]
    held_out: Option<PathBuf>,
    /// Each seed gives the same weights again
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Ways over which each clip is heard: as it is, by telephone, and the rest at random
    #[arg(long, default_value_t = 24)]
    ways: usize,
    /// How much weights are held down
    #[arg(long, default_value_t = 0.0008)]
    ridge: f64,
    /// Write what was heard as a table as well, to try other models on
    #[arg(long, value_name = "FILE.csv")]
    examples: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("train-tone: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> anyhow::Result<()> {
    let list = if args.dir.is_dir() { args.dir.join("labels.csv") } else { args.dir.clone() };
    let clips = clips::read(&list)?;
    if let Some(held_out) = &args.held_out {
        let tested = clips::read(held_out)?;
        refuse_shared(&clips, &tested)?;
    }
    println!("{} clips of {}", clips.len(), list.display());
    let examples = Examples::hear(&clips, args.ways.max(2), args.seed)?;
    if let Some(path) = &args.examples {
        examples.write(path).with_context(|| format!("{}: can't be written", path.display()))?;
    }
    let everybody: BTreeSet<usize> = (0..examples.speakers.len()).collect();
    validate::leave_one_out(&examples, args.ridge);

    let Heads { scale, cold, warm } = examples.fit(&everybody, args.ridge);
    let weights = features::names().into_iter().enumerate().map(|(i, (name, _))| FeatureWeights {
        name,
        mean: scale[i].0 as f32,
        deviation: scale[i].1 as f32,
        cold: cold.weights[i] as f32,
        warm: warm.weights[i] as f32,
    });
    let file = VoiceFile {
        schema: SCHEMA.into(),
        trained: format!(
            "{} clips of {} speakers, {} ways, seed {}, ridge {}",
            clips.len(),
            examples.speakers.len(),
            args.ways,
            args.seed,
            args.ridge
        ),
        cold_bias: cold.bias as f32,
        warm_bias: warm.bias as f32,
        features: weights.collect(),
    };
    let mut text = serde_json::to_string_pretty(&file)?;
    text.push('\n');
    std::fs::write(&args.out, text)
        .with_context(|| format!("{}: can't be written", args.out.display()))?;
    println!("The weights are in {}", args.out.display());
    Ok(())
}

/// Nobody may be trained and tested on.
fn refuse_shared(train: &[clips::Clip], test: &[clips::Clip]) -> anyhow::Result<()> {
    let who = |clip: &clips::Clip| (clip.corpus.clone(), clip.speaker.clone());
    let trained: BTreeSet<_> = train.iter().map(who).collect();
    if let Some(clip) = test.iter().find(|clip| trained.contains(&who(clip))) {
        bail!(
            "speaker {} of {} is trained on and to be tested on; take them out of one list",
            clip.speaker,
            clip.corpus
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clips::{Clip, Emotion};

    #[test]
    fn nobody_is_trained_and_tested_on() {
        let clip = |corpus: &str, speaker: &str| Clip {
            path: PathBuf::new(),
            corpus: corpus.into(),
            speaker: speaker.into(),
            emotion: Emotion::Anger,
        };
        let train = [clip("emodb", "03"), clip("emodb", "08")];
        assert!(refuse_shared(&train, &[clip("ravdess", "03")]).is_ok());
        let error = refuse_shared(&train, &[clip("emodb", "08")]).unwrap_err().to_string();
        assert!(error.contains("speaker 08 of emodb"), "{error}");
    }
}
