//! `practices`: how well it is told what turns of dialogues do, by what the engine itself uses.

mod score;
mod truth;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use evenkeel::language::practices::patterns::Patterns;
use evenkeel::language::practices::{Before, Detector, PracticeWeights};

use crate::models;
use score::Scores;
use truth::Truth;

#[derive(clap::Args)]
pub struct Args {
    /// JSON lines: a dialogue, and what its turns should be found to do (docs/measurements.md)
    file: PathBuf,
    /// Print each turn with what was found, and marks for what was missed or found wrongly
    #[arg(long)]
    per_line: bool,
    /// Without the patterns of assets/practices.toml
    #[arg(long, conflicts_with = "patterns")]
    no_patterns: bool,
    /// Another table of patterns than assets/practices.toml
    #[arg(long, value_name = "FILE")]
    patterns: Option<PathBuf>,
    /// Other weights than the shipped ones
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    let truth = Truth::read(&args.file)?;
    let mut detector = match &args.weights {
        Some(path) => {
            let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
            let weights = Arc::new(PracticeWeights::from_safetensors(&bytes)?);
            Detector::new(models::language()?, weights)?
        }
        None => models::practices()?,
    };
    if args.no_patterns {
        detector = detector.with_patterns(Patterns::none());
    }
    if let Some(path) = &args.patterns {
        let table = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let patterns = Patterns::from_toml(&table).with_context(|| path.display().to_string())?;
        detector = detector.with_patterns(patterns);
    }
    let mut scores = Scores::default();
    for (number, dialogue) in truth.dialogues.iter().enumerate() {
        let mut before = Before::default();
        for (at, turn) in dialogue.turns.iter().enumerate() {
            let reading = detector.read(&turn.text);
            let heard = detector.hear_reading(turn.party, &reading, &before);
            before.push(turn.party, &reading);
            let marks = scores.add(dialogue, at, &heard);
            if args.per_line {
                println!("{}.{at}\t{}\t{}\t{}", number + 1, turn.party.name(), turn.text, marks);
            }
        }
    }
    print!("{scores}");
    for (name, count) in &truth.not_judged {
        println!("not judged, since text can't show it: {name} ({count})");
    }
    Ok(())
}
