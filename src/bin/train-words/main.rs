//! `train-words`: makes `models/minilm-words.safetensors`, the language model.
//!
//! The lower layers are all-MiniLM-L6-v2's own, rounded to 8 bits and run by the program's own
//! encoder; copies of its upper layers and a new head learn sentiment above them, in 32 bits, and
//! are rounded at the end. `models/README.md` says where the data come from, `docs/measurements.md`
//! what came out. The same seed, data and processor give the same file.

mod base;
mod chance;
#[allow(dead_code, reason = "shared with `evaluate`, which uses all of it")]
#[path = "../evaluate/classes.rs"]
mod classes;
mod corpus;
mod export;
#[path = "../evaluate/goemotions.rs"]
mod goemotions;
mod layer;
mod linear;
#[allow(dead_code, reason = "shared with `train-practices`, which uses all of it")]
mod network;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use clap::Parser;
use evenkeel::language::encoder::WIDTH;
use evenkeel::language::idioms::Idioms;
use evenkeel::language::model::{LanguageModel, Reading};
use evenkeel::language::sentiment::Sentiment;

use base::{Base, LAYERS};
use chance::Chance;
use classes::Confusion;
use corpus::Labelled;
use goemotions::{Group, together};
use linear::Step;
use network::{Answer, Head, Network, Sample};

/// What people say on the phone, as patterns.
const PATTERNS: &str = include_str!("patterns.tsv");
/// Sentences made of each pattern.
const OF_A_PATTERN: usize = 8;
/// Longer texts are cut, in pieces with the marks.
const LONGEST: usize = 48;

#[derive(Parser)]
#[command(name = "train-words", about = "Train the language model's sentiment layers")]
struct Args {
    /// Folder of GoEmotions: train.tsv to learn from, dev.tsv to look how well
    goemotions: PathBuf,
    /// Folder of all-MiniLM-L6-v2: model.safetensors, vocab.txt
    #[arg(long)]
    base: PathBuf,
    /// Folder of the rated texts that come with VADER (hutto_ICWSM_2014); of them movie reviews
    /// and tweets are learnt from, newspaper editorials looked at; never product reviews
    #[arg(long)]
    ratings: Option<PathBuf>,
    /// The file to write
    #[arg(long)]
    out: PathBuf,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value_t = 2)]
    epochs: usize,
    /// Highest rate of the layers; the head's is ten times that
    #[arg(long, default_value_t = 1e-4)]
    rate: f32,
    /// Share of numbers left out at each step
    #[arg(long, default_value_t = 0.1)]
    drop: f32,
    /// Texts in a batch
    #[arg(long, default_value_t = 32)]
    batch: usize,
    /// Layers that stay as they are
    #[arg(long, default_value_t = 3)]
    shared: usize,
    /// Layers that are trained above them
    #[arg(long, default_value_t = 3)]
    layers: usize,
    /// Learn only from every n-th text, to try things out
    #[arg(long, default_value_t = 1)]
    every: usize,
}

/// A text as the shared layers give it.
struct Item {
    vectors: Vec<f32>,
    answers: Vec<Answer>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    ensure!(
        args.shared >= 1 && args.layers >= 1 && args.shared + args.layers <= LAYERS,
        "--shared and --layers are at least 1 each, and at most {LAYERS} together"
    );
    let began = Instant::now();
    let base = Base::read(&args.base)?;
    let mut chance = Chance::new(args.seed);
    let layers = (args.shared..args.shared + args.layers).map(|i| export::layer(&base, i));
    let mut network = Network { layers: layers.collect(), head: Head::new(vec![3], &mut chance) };
    let untrained = LanguageModel::from_safetensors(&export::file(&base, args.shared, &network)?)?;

    let mut texts = corpus::goemotions(&args.goemotions.join("train.tsv"))?;
    eprintln!("{} texts of GoEmotions", texts.len());
    if let Some(folder) = &args.ratings {
        for name in ["movieReviewSnippets", "tweets"] {
            let rated = corpus::ratings(folder, name)?;
            eprintln!("{} rated texts: {name}", rated.len());
            texts.extend(rated);
        }
    }
    let made = corpus::patterns(PATTERNS, OF_A_PATTERN, &mut chance)?;
    eprintln!("{} sentences of patterns", made.len());
    texts.extend(made);
    let items: Vec<Item> = texts
        .iter()
        .step_by(args.every)
        .filter_map(|labelled| item(&untrained, labelled))
        .collect();
    let pieces: usize = items.iter().map(|item| item.vectors.len() / WIDTH).sum();
    eprintln!("{} texts, {pieces} pieces, read after {:.0} s", items.len(), secs(began));
    let look = Look::read(&args, &untrained)?;

    let batches = items.len().div_ceil(args.batch);
    let steps = (args.epochs * batches) as f32;
    let mut order: Vec<usize> = (0..items.len()).collect();
    let mut number = 0;
    for epoch in 1..=args.epochs {
        chance.shuffle(&mut order);
        let mut losses = 0.0;
        for (i, batch) in order.chunks(args.batch).enumerate() {
            number += 1;
            let batch: Vec<Sample<'_>> = batch
                .iter()
                .map(|&i| Sample {
                    vectors: &items[i].vectors,
                    beside: &[],
                    answers: &items[i].answers,
                    weight: 1.0,
                })
                .collect();
            losses += network.learn(&batch, args.drop, &mut chance);
            network.step(Step::of(number, steps, args.rate), 10.0);
            if (i + 1) % 200 == 0 {
                let loss = losses / (i + 1) as f32;
                eprintln!(
                    "epoch {epoch}, batch {} of {batches}: loss {loss:.4}, {:.0} s",
                    i + 1,
                    secs(began)
                );
            }
        }
        let bytes = export::file(&base, args.shared, &network)?;
        std::fs::write(&args.out, &bytes).with_context(|| args.out.display().to_string())?;
        eprintln!("epoch {epoch}: loss {:.4}, {:.0} s", losses / batches as f32, secs(began));
        look.at(LanguageModel::from_safetensors(&bytes)?);
    }
    Ok(())
}

fn secs(began: Instant) -> f64 {
    began.elapsed().as_secs_f64()
}

fn item(model: &LanguageModel, labelled: &Labelled) -> Option<Item> {
    // Only the first part of a long text.
    let mut vectors = model.read(&labelled.text).parts.into_iter().next()?.vectors;
    vectors.truncate(LONGEST * WIDTH);
    let target = labelled.target.to_vec();
    Some(Item { vectors, answers: vec![Answer { question: 0, target, weight: 1.0 }] })
}

/// What the training is looked at with: nothing of it is learnt from.
struct Look {
    /// GoEmotions' development texts.
    emotions: Vec<(Reading, Group)>,
    /// Clearly rated newspaper sentences: whether positive.
    editorials: Vec<(Reading, bool)>,
}

impl Look {
    fn read(args: &Args, model: &LanguageModel) -> anyhow::Result<Look> {
        let path = args.goemotions.join("dev.tsv");
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let mut emotions = Vec::new();
        for line in text.lines() {
            let mut fields = line.split('\t');
            let (text, labels) = (fields.next().unwrap_or(""), fields.next().unwrap_or(""));
            let groups = goemotions::groups(labels).map_err(anyhow::Error::msg)?;
            emotions.push((model.read(text), together(&groups)));
        }
        let mut editorials = Vec::new();
        if let Some(folder) = &args.ratings {
            for rated in corpus::ratings(folder, "nytEditorialSnippets")? {
                // Two thirds of the raters on one side.
                let [negative, _, positive] = rated.target;
                if negative.max(positive) >= 2.0 / 3.0 {
                    editorials.push((model.read(&rated.text), positive > negative));
                }
            }
        }
        Ok(Look { emotions, editorials })
    }

    fn at(&self, model: Arc<LanguageModel>) {
        for (name, idioms) in
            [("without idioms", Idioms::none()), ("with idioms", Idioms::default())]
        {
            let sentiment = Sentiment::with_idioms(Arc::clone(&model), idioms);
            let (mut all, mut clear) = (Confusion::default(), Confusion::default());
            for (reading, group) in &self.emotions {
                let found = sentiment.score_reading(reading).polarity() as usize;
                let truth = match group {
                    Group::Negative => 0,
                    Group::Neutral | Group::Ambiguous => 1,
                    Group::Positive => 2,
                    Group::Mixed => continue,
                };
                all.add(truth, found);
                if *group != Group::Ambiguous {
                    clear.add(truth, found);
                }
            }
            let right = self.editorials.iter().filter(|(reading, positive)| {
                (sentiment.score_reading(reading).value > 0.0) == *positive
            });
            eprintln!(
                "{name}: macro-F1 {:.4} (ambiguous as neutral), {:.4} (ambiguous left out); sign of \
                 editorials {:.4}; {:?}",
                all.macro_f1(),
                clear.macro_f1(),
                right.count() as f64 / self.editorials.len().max(1) as f64,
                all.0
            );
        }
    }
}
