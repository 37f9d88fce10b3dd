//! `evaluate`: measures Evenkeel against data whose truth is known.

mod auc;
mod models;
mod normalise;
mod numbers;
mod overlaps;
mod recordings;
mod spelling;
mod vad;
mod wer;
mod words;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "evaluate", about = "Measure Evenkeel against data whose truth is known")]
struct Cli {
    #[command(subcommand)]
    measure: Measure,
}

#[derive(Subcommand)]
enum Measure {
    /// Word error rate and time to text over a list of recordings
    Words(words::Args),
    /// How well voice activity tells speech from the rest
    Vad(vad::Args),
    /// Overlaps and silences of an event log against the true ones
    Overlaps(overlaps::Args),
}

fn main() -> ExitCode {
    let result = match Cli::parse().measure {
        Measure::Words(args) => words::run(args),
        Measure::Vad(args) => vad::run(args),
        Measure::Overlaps(args) => overlaps::run(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("evaluate: {error:#}");
            ExitCode::FAILURE
        }
    }
}
