//! `train-practices`: makes `models/minilm-practices.safetensors`, which tells what an utterance
//! does, and what is due after it.
//!
//! Above the shared layers of `models/minilm-words.safetensors`, which stay as they are, copies of
//! all-MiniLM-L6-v2's upper layers and a new head learn from the dialogues and calls beside this file, in 32
//! bits; they are rounded at the end. Layers, base and file are those of `train-words`.
//! `models/README.md` says how the shipped file was made, `docs/measurements.md` what came out.

mod average;
#[path = "../train-words/base.rs"]
mod base;
mod calibrate;
mod calls;
#[path = "../train-words/chance.rs"]
mod chance;
mod dialogues;
#[allow(dead_code, reason = "shared with `train-words`, which uses all of it")]
#[path = "../train-words/export.rs"]
mod export;
#[path = "../train-words/layer.rs"]
mod layer;
mod learn;
#[path = "../train-words/linear.rs"]
mod linear;
mod look;
#[path = "../train-words/network.rs"]
mod network;
mod opinions;
#[allow(dead_code, reason = "shared with `evaluate`, which uses all of it")]
#[path = "../evaluate/practices/truth.rs"]
mod truth;

use clap::Parser;

#[derive(Parser)]
#[command(name = "train-practices", about = "Train the layers that tell what an utterance does")]
enum Command {
    /// Learn from the dialogues and calls
    Learn(learn::Args),
    /// Average what two trainings have learnt
    Average(average::Args),
    /// Shift each label of what an utterance does so that 0.5 is its threshold, and tell what patterns are worth
    Calibrate(calibrate::Args),
}

fn main() -> anyhow::Result<()> {
    match Command::parse() {
        Command::Learn(args) => learn::run(&args),
        Command::Average(args) => average::run(&args),
        Command::Calibrate(args) => calibrate::run(&args),
    }
}
