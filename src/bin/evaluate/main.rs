//! `evaluate`: measures Evenkeel against data whose truth is known.

mod auc;
mod classes;
mod clips;
mod cues;
mod ear;
mod goemotions;
mod leak;
mod listen;
mod meaning;
mod models;
#[cfg(feature = "whisper")]
mod normalise;
#[cfg(feature = "whisper")]
mod numbers;
mod overlaps;
mod phase;
mod practices;
mod recordings;
mod redaction;
mod reflections;
mod sentiment;
#[cfg(feature = "whisper")]
mod spelling;
mod tone;
mod vad;
#[cfg(feature = "whisper")]
mod wer;
#[cfg(feature = "whisper")]
mod words;
mod written;

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
    #[cfg(feature = "whisper")]
    /// Word error rate and time to text over a list of recordings
    Words(words::Args),
    /// How well the sentiment of texts is told
    Sentiment(sentiment::Args),
    /// How well voice activity tells speech from the rest
    Vad(vad::Args),
    /// How well a customer's anger is told from the sound of the voice
    Tone(tone::Args),
    /// Whether sentence embeddings tell kinds of sentences
    Meaning(meaning::Args),
    /// How well it is told what turns of dialogues do: apologise, offer, ask, complain
    Practices(practices::Args),
    /// What is suggested to say back of customers' statements
    Reflections(reflections::Args),
    /// Prompts of calls against the moments at which one is right
    Cues(cues::Args),
    /// Overlaps and silences of an event log against the true ones
    Overlaps(overlaps::Args),
    /// False and lost interruptions when the customer's voice leaks into the agent's channel
    Leak(leak::Args),
    /// What redaction finds in numbers, addresses and names as they are spoken, and what stays to be heard
    Redaction(redaction::Args),
    /// How much of what is told depends on where the frames fall on the audio
    Phase(phase::Args),
}

fn main() -> ExitCode {
    let result = match Cli::parse().measure {
        #[cfg(feature = "whisper")]
        Measure::Words(args) => words::run(args),
        Measure::Tone(args) => tone::run(args),
        Measure::Sentiment(args) => sentiment::run(args),
        Measure::Vad(args) => vad::run(args),
        Measure::Meaning(args) => meaning::run(args),
        Measure::Practices(args) => practices::run(args),
        Measure::Reflections(args) => reflections::run(args),
        Measure::Cues(args) => cues::run(args),
        Measure::Overlaps(args) => overlaps::run(args),
        Measure::Leak(args) => leak::run(args),
        Measure::Redaction(args) => redaction::run(args),
        Measure::Phase(args) => phase::run(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("evaluate: {error:#}");
            ExitCode::FAILURE
        }
    }
}
