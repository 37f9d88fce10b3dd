//! `train-reflections`: makes `models/minilm-reflections.safetensors`, which points at what is to be
//! said back.
//!
//! Above the pieces of `models/minilm-words.safetensors`, which stay as they are, copies of all-MiniLM-L6-v2's six layers
//! and a new head learn from the statements beside this file, in 32 bits; they are rounded at the end. Layers,
//! base and file are those of `train-words`.
//! `models/README.md` says how the shipped file was made, `docs/measurements.md` what came out.

#[path = "../train-words/base.rs"]
mod base;
#[path = "../train-words/chance.rs"]
mod chance;
#[allow(dead_code, reason = "shared with `train-words`, which uses all of it")]
#[path = "../train-words/export.rs"]
mod export;
#[path = "../train-words/layer.rs"]
mod layer;
#[path = "../train-words/linear.rs"]
mod linear;
#[allow(dead_code, reason = "shared with `train-words`, which uses all of it")]
#[path = "../train-words/network.rs"]
mod network;
mod pointer;
mod statements;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context as _;
use clap::Parser;
use evenkeel::language::encoder::WIDTH;
use evenkeel::language::model::LanguageModel;
use evenkeel::language::practices::weights::sample;
use evenkeel::language::reflection::pointer::{Chances, names_nothing};

use base::{Base, LAYERS};
use chance::Chance;
use layer::{Layer, Text};
use linear::Step;
use network::{Network, Sample};
use pointer::{Known, Pointer};
use statements::{Reading, Statement, Stretch, WRITTEN};

/// Of these chances the first is for the best stretch, the second for the next …
const BEST: [f32; 3] = [0.7, 0.2, 0.1];

#[derive(Parser)]
#[command(name = "train-reflections", about = "Train the layers that point at what to say back")]
struct Args {
    /// The language model whose pieces are read
    #[arg(long)]
    model: PathBuf,
    /// Folder of all-MiniLM-L6-v2: model.safetensors, vocab.txt
    #[arg(long)]
    base: PathBuf,
    /// The file to write
    #[arg(long)]
    out: PathBuf,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value_t = 6)]
    epochs: usize,
    /// Highest rate of the layers; the head's is ten times that
    #[arg(long, default_value_t = 1e-4)]
    rate: f32,
    /// Share of numbers left out at each step
    #[arg(long, default_value_t = 0.1)]
    drop: f32,
    /// Turns in a batch
    #[arg(long, default_value_t = 16)]
    batch: usize,
    /// Leave out writers, whose statements are looked at instead
    #[arg(long, num_args = 1..)]
    without: Vec<String>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let began = Instant::now();
    let bytes = std::fs::read(&args.model).with_context(|| args.model.display().to_string())?;
    let model = LanguageModel::from_safetensors(&bytes)?;
    let base = Base::read(&args.base)?;
    let mut chance = Chance::new(args.seed);
    let layers = (0..LAYERS).map(|i| export::layer(&base, i));
    let mut network = Network { layers: layers.collect(), head: Pointer::new(&mut chance) };
    let (mut learnt, mut held) = (Vec::new(), Vec::new());
    for (writer, lines) in WRITTEN {
        let statements =
            statements::read(&model, lines).with_context(|| format!("writer {writer}"))?;
        match args.without.iter().any(|without| without == writer) {
            true => held.extend(statements),
            false => learnt.extend(statements),
        }
    }
    let secs = || began.elapsed().as_secs_f64();
    eprintln!("{} statements, {} held out, {:.0} s", learnt.len(), held.len(), secs());
    let mut number = 0;
    for epoch in 1..=args.epochs {
        let mut items: Vec<(&Reading, Known)> = learnt
            .iter()
            .map(|Statement { readings }| {
                let reading = &readings[chance.below(readings.len())];
                (reading, reading.known(picked(reading, &mut chance)))
            })
            .collect();
        chance.shuffle(&mut items);
        let batches = items.len().div_ceil(args.batch);
        let steps = (args.epochs * batches) as f32;
        let mut losses = 0.0;
        for batch in items.chunks(args.batch) {
            number += 1;
            let batch: Vec<Sample<'_, Known>> = batch
                .iter()
                .map(|(reading, answers)| Sample {
                    vectors: &reading.told.vectors,
                    beside: &[],
                    answers,
                    weight: 1.0,
                })
                .collect();
            losses += network.learn(&batch, args.drop, &mut chance);
            network.step(Step::of(number, steps, args.rate), 10.0);
        }
        let mut file = export::File::default();
        file.layers("reflections", &network.layers);
        file.numbers("reflections.head.weight".into(), &network.head.weight.values);
        file.numbers("reflections.sample".into(), &sample(&model));
        std::fs::write(&args.out, file.bytes()?).with_context(|| args.out.display().to_string())?;
        eprintln!("epoch {epoch}: loss {:.4}, {:.0} s", losses / batches as f32, secs());
        look(&network, &held);
    }
    Ok(())
}

/// One of the stretches by chance, the better ones more often.
fn picked<'a>(reading: &'a Reading, chance: &mut Chance) -> Option<&'a Stretch> {
    let mut left = chance.unit();
    let picked = BEST.iter().position(|share| {
        left -= share;
        left < 0.0
    });
    picked.and_then(|at| reading.stretches.get(at)).or(reading.stretches.first())
}

/// Tells how often the likeliest stretch is one that was written, and the likeliest thing its.
fn look(network: &Network<Pointer>, held: &[Statement]) {
    let readings = held.iter().flat_map(|statement| &statement.readings);
    let (mut all, mut right, mut none, mut rightly_none) = (0, 0, 0, 0);
    let (mut said, mut things, mut right_things) = (0, [0; 2], [0; 2]);
    for Reading { told, stretches } in readings {
        let vectors = above(&network.layers, &told.vectors);
        let head = &network.head.weight.values;
        let found = Chances::of_stretch(head, &vectors, &told.first, &told.last).best();
        if stretches.is_empty() {
            none += 1;
            rightly_none += usize::from(found.is_none());
            continue;
        }
        all += 1;
        said += usize::from(found.is_some());
        right += usize::from(stretches.iter().any(|stretch| Some(stretch.words) == found));
        for of in stretches.iter().filter(|of| names_nothing(&told.words[of.words.0..])) {
            let pronoun = of.words.0;
            let thing = Chances::of_thing(head, &vectors, &told.first, &told.last, pronoun).best();
            right_things[usize::from(of.thing.is_some())] += usize::from(thing == of.thing);
            things[usize::from(of.thing.is_some())] += 1;
        }
    }
    eprintln!(
        "  of {all} to say back {said} are, {right} as written; of {none} others {rightly_none} withheld; \
         of {} that are named {} rightly, of {} that are not {}",
        things[1], right_things[1], things[0], right_things[0]
    );
}

/// What the layers make of a text, nothing left out.
fn above(layers: &[Layer], vectors: &[f32]) -> Vec<f32> {
    let whole = Text::below([(vectors.len() / WIDTH, 0)].into_iter());
    let through = |x: Vec<f32>, layer: &Layer| layer.forward(x, &whole, 0.0, &mut Chance::new(0)).0;
    layers.iter().fold(vectors.to_vec(), through)
}
