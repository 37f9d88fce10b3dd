//! `train-tone`: trains the model of how tense a voice sounds, on clips of acted emotions.
//!
//! Each clip is heard over several ways from a mouth to the program (`augment`), by the same code
//! that hears calls. A way stays the same for all clips of a speaker, as it would in a call, so
//! that the speaker's neutral clips are their baseline over the same line. Raised voices are made up of
//! neutral clips, and shouts of angry ones (`raise`). Two models are fitted (`heads`), each a logistic
//! regression (`fit`) beside small networks (`network`): against what is usual of people, and against the
//! speaker's own baseline. Before the last fit, on all, each speaker in turn is left out and tested
//! on (`validate`); that also tells how sure a judgement is.

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
mod heads;
#[allow(dead_code, reason = "made for `evaluate` as well")]
#[path = "../evaluate/models.rs"]
mod models;
mod network;
mod raise;
#[allow(dead_code, reason = "made for `evaluate` as well")]
#[path = "../evaluate/recordings.rs"]
mod recordings;
mod table;
mod validate;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Parser;
use evenkeel::tone::voice::{SCHEMA, VoiceFile};

use examples::Examples;
use heads::{Fitting, Heads};
use network::Learning;

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
    /// How much the linear models' weights are held down
    #[arg(long, default_value_t = 0.0008)]
    ridge: f64,
    /// Hidden units of each network
    #[arg(long, default_value_t = 6)]
    units: usize,
    /// How often the networks see each example
    #[arg(long, default_value_t = 8)]
    epochs: usize,
    /// How much the networks' weights are held down
    #[arg(long, default_value_t = 0.001)]
    decay: f32,
    /// Noise on what the networks see, in deviations
    #[arg(long, default_value_t = 0.0)]
    noise: f32,
    /// Write what was heard as a table as well
    #[arg(long, value_name = "FILE.csv")]
    examples: Option<PathBuf>,
    /// Take what was heard from such a table instead of hearing the clips again
    #[arg(long, value_name = "FILE.csv", conflicts_with = "examples")]
    heard: Option<PathBuf>,
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
    let at = |path: &Path| path.display().to_string();
    let examples = match &args.heard {
        Some(path) => table::read(path).with_context(|| at(path))?,
        None => Examples::hear(&clips, args.ways.max(2), args.seed)?,
    };
    if let Some(path) = &args.examples {
        table::write(&examples, path).with_context(|| at(path))?;
    }
    let Args { ridge, units, epochs, decay, noise, seed, .. } = args;
    let learning = Learning { units, epochs, decay, noise };
    let fitting = Fitting { ridge, learning, seed };
    let judged = validate::leave_one_out(&examples, fitting);
    validate::print(&judged);
    let confidence = validate::confidence(&judged);
    println!("Right by {confidence:?}");

    let everybody: BTreeSet<usize> = (0..examples.speakers.len()).collect();
    let Heads { scale, cold, warm } = heads::fit(&examples, &everybody, fitting);
    let file = VoiceFile {
        schema: SCHEMA.into(),
        trained: format!(
            "{} clips of {} speakers, {} ways, seed {seed}, ridge {ridge}, networks of {units} units, \
             {epochs} epochs, decay {decay}, noise {noise}",
            clips.len(),
            examples.speakers.len(),
            args.ways,
        ),
        features: scale,
        cold,
        warm,
        confidence,
    };
    let mut text = serde_json::to_string(&file)?;
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
