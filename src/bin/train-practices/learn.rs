//! Learning.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use evenkeel::language::echo::echoed;
use evenkeel::language::encoder::WIDTH;
use evenkeel::language::model::LanguageModel;
use evenkeel::language::practices::weights::{Marks, sample};
use evenkeel::language::practices::{Before, LABELS, PracticeWeights};

use super::base::{Base, LAYERS};
use super::calls::{self, CALLS, HELD_CALLS};
use super::chance::Chance;
use super::dialogues::{self, Turn, WRITTEN};
use super::export;
use super::linear::Step;
use super::look::Look;
use super::network::{Answer, Head, Network, Sample};
use super::truth::Truth;

/// Longer texts are cut, in pieces with the marks.
const LONGEST: usize = 64;
/// A rare label's turns count at most this much.
const MOST_WEIGHT: f32 = 3.0;
/// Share of the turns that are misheard, and that are joined to the party's next.
const MISHEARD: f32 = 0.15;
const JOINED: f32 = 0.12;
/// Share of the turns that are learnt from without what was said before.
const UNKNOWN_BEFORE: f32 = 0.1;
/// Share of the turns of calls of which only the end is learnt from, after a pause.
const SPLIT: f32 = 0.2;
/// How much the kind of a problem counts beside a label.
const KIND_WEIGHT: f32 = 2.0;

#[derive(clap::Args)]
pub struct Args {
    /// The language model whose shared layers are read with
    #[arg(long)]
    model: PathBuf,
    /// Folder of all-MiniLM-L6-v2: model.safetensors, vocab.txt
    #[arg(long)]
    base: PathBuf,
    /// The file to write
    #[arg(long)]
    out: PathBuf,
    /// Files to look at after each epoch; never learnt from
    #[arg(long, num_args = 1..)]
    tuning: Vec<PathBuf>,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value_t = 4)]
    epochs: usize,
    /// Highest rate of the layers; the head's is ten times that
    #[arg(long, default_value_t = 1e-4)]
    rate: f32,
    /// Share of numbers left out at each step
    #[arg(long, default_value_t = 0.1)]
    drop: f32,
    /// Turns in a batch
    #[arg(long, default_value_t = 32)]
    batch: usize,
    /// Layers that are trained
    #[arg(long, default_value_t = 3)]
    layers: usize,
    /// Leave out a writer of dialogues, whose turns are looked at instead
    #[arg(long)]
    without: Option<String>,
    /// Learn only from every n-th dialogue and call, to try things out
    #[arg(long, default_value_t = 1)]
    every: usize,
}

/// A turn as the shared layers give it, the words marked that the other party has just said.
struct Item {
    vectors: Vec<f32>,
    beside: Vec<f32>,
    answers: Vec<Answer>,
}

/// What the layers make of the marks, they learn.
fn marks() -> Marks {
    let every = |second: usize| {
        (0..WIDTH).map(|at| if at % second == 0 { -0.25 } else { 0.25 }).collect::<Vec<f32>>()
    };
    Marks { echo: every(2), before: [every(5), every(3), every(7), every(4)] }
}

pub fn run(args: &Args) -> anyhow::Result<()> {
    let began = Instant::now();
    let bytes = std::fs::read(&args.model).with_context(|| args.model.display().to_string())?;
    let model = LanguageModel::from_safetensors(&bytes)?;
    let base = Base::read(&args.base)?;
    let shared = 3;
    ensure!(shared + args.layers <= LAYERS && args.layers > 0, "--layers is 1 to 3");
    let mut chance = Chance::new(args.seed);
    let mut beginning = || Network {
        layers: (shared..shared + args.layers).map(|i| export::layer(&base, i)).collect(),
        head: Head::new(PracticeWeights::questions(), &mut chance),
    };
    let (mut network, mut twin) = (beginning(), beginning());

    let (mut learnt, mut held, mut held_calls) = (Vec::new(), Vec::new(), Vec::new());
    let others = dialogues::others()?;
    for (writer, lines) in WRITTEN {
        let dialogues = dialogues::read(writer, lines, &others)?;
        match args.without.as_deref() == Some(writer) {
            true => held.extend(dialogues),
            false => learnt.extend(dialogues.into_iter().step_by(args.every)),
        }
    }
    let others = calls::Others::read()?;
    for (writer, text) in CALLS {
        let read = calls::read(writer, text, &others)?;
        match writer == HELD_CALLS {
            true => held_calls.extend(read),
            false => learnt.extend(read.into_iter().step_by(args.every)),
        }
    }
    let mut look = Look::default();
    for path in &args.tuning {
        look.add_truth(&path.display().to_string(), &Truth::read(path)?, &model);
    }
    if !held.is_empty() {
        look.add_turns("the writer left out", &held, &model);
    }
    look.add_turns("the calls left out", &held_calls, &model);
    let counts = dialogues::counts(learnt.iter().flatten());
    let weights: Vec<f32> = (0..LABELS.len())
        .map(|label| {
            let (with, without) = counts.get(&label).copied().unwrap_or_default();
            (without / with.max(1.0)).sqrt().clamp(1.0, MOST_WEIGHT)
        })
        .collect();
    let befores: Vec<Vec<Before>> = learnt.iter().map(|turns| befores(turns, &model)).collect();
    let marks = marks();
    let turns = learnt.iter().map(Vec::len).sum::<usize>();
    eprintln!("{} dialogues, {turns} turns, {:.0} s", learnt.len(), secs(began));

    let mut number = 0;
    for epoch in 1..=args.epochs {
        let mut turns = heard(&learnt, &befores, &model, &mut chance);
        chance.shuffle(&mut turns);
        let batches = turns.len().div_ceil(args.batch);
        let steps = (args.epochs * batches) as f32;
        let mut losses = 0.0;
        for (i, batch) in turns.chunks(args.batch).enumerate() {
            number += 1;
            let items = batch
                .iter()
                .filter_map(|(turn, before)| item(&model, &marks, turn, before, &weights));
            let items: Vec<Item> = items.collect();
            let samples: Vec<Sample<'_>> = items
                .iter()
                .map(|Item { vectors, beside, answers }| Sample {
                    vectors,
                    beside,
                    answers,
                    weight: 1.0,
                })
                .collect();
            if samples.is_empty() {
                continue;
            }
            losses += network.learn_with(&mut twin, &samples, args.drop, &mut chance);
            network.step(Step::of(number, steps, args.rate), 10.0);
            if (i + 1) % 100 == 0 {
                let loss = losses / (i + 1) as f32;
                eprintln!(
                    "epoch {epoch}, batch {} of {batches}: loss {loss:.4}, {:.0} s",
                    i + 1,
                    secs(began)
                );
            }
        }
        let mut file = export::File::default();
        file.network("practices", &network);
        file.numbers("practices.sample".into(), &sample(&model));
        file.numbers("practices.echo".into(), &marks.echo);
        file.numbers("practices.before".into(), &marks.before.concat());
        let bytes = file.bytes()?;
        std::fs::write(&args.out, &bytes).with_context(|| args.out.display().to_string())?;
        eprintln!("epoch {epoch}: loss {:.4}, {:.0} s", losses / batches as f32, secs(began));
        look.at(Arc::clone(&model), &bytes)?;
    }
    Ok(())
}

fn secs(began: Instant) -> f64 {
    began.elapsed().as_secs_f64()
}

/// What was said before each turn.
fn befores(turns: &[Turn], model: &LanguageModel) -> Vec<Before> {
    let texts: Vec<String> = turns.iter().map(Turn::text).collect();
    let said = turns.iter().zip(&texts).map(|(turn, text)| (turn.party, text.as_str()));
    dialogues::read_turns(said, model).into_iter().map(|(_, before)| before).collect()
}

/// The turns of an epoch, each with what was said before: some misheard, some joined as well, of some only the
/// end after a pause.
fn heard(
    dialogues: &[Vec<Turn>],
    befores: &[Vec<Before>],
    model: &LanguageModel,
    chance: &mut Chance,
) -> Vec<(Turn, Before)> {
    let mut turns = Vec::new();
    for (dialogue, befores) in dialogues.iter().zip(befores) {
        for (at, turn) in dialogue.iter().enumerate() {
            if chance.unit() < SPLIT
                && let Some((begun, rest)) = calls::split(turn, chance)
            {
                let mut before = befores[at].clone();
                before.push(turn.party, &model.read(&begun));
                turns.push((rest, before));
                continue;
            }
            let heard = match chance.unit() < MISHEARD {
                true => dialogues::misheard(turn, chance),
                false => turn.clone(),
            };
            // What is due hangs on what was said.
            let (heard, before) = match chance.unit() < UNKNOWN_BEFORE {
                true => (heard.without_due(), Before::default()),
                false => (heard, befores[at].clone()),
            };
            if chance.unit() < JOINED {
                let next = dialogue[at + 1..].iter().find(|next| next.party == turn.party);
                let joined = next.and_then(|next| dialogues::joined(turn, next));
                turns.extend(joined.map(|joined| (joined, before.clone())));
            }
            turns.push((heard, before));
        }
    }
    turns
}

fn item(
    model: &LanguageModel,
    marks: &Marks,
    turn: &Turn,
    before: &Before,
    weights: &[f32],
) -> Option<Item> {
    let reading = model.read(&turn.text());
    let echoed = echoed(&reading.words, &before.words_of(turn.party.other()));
    // Only the first part of a long text.
    let mut vectors = marks.own(reading.parts.first()?, &echoed);
    vectors.truncate(LONGEST * WIDTH);
    // A rare label's share that say it is there counts more than the others.
    let answer = |(question, share): (usize, f32)| {
        let there = share * weights[question];
        let weight = there + 1.0 - share;
        Answer { question, target: vec![there / weight], weight }
    };
    let mut answers: Vec<Answer> = turn.known().map(answer).collect();
    if let Some(issue) = turn.issue {
        let mut target = vec![0.0; evenkeel::language::practices::ISSUES.len()];
        target[issue] = 1.0;
        answers.push(Answer { question: LABELS.len(), target, weight: KIND_WEIGHT });
    }
    if answers.is_empty() {
        return None;
    }
    let beside = marks.of_before(before, turn.party);
    Some(Item { vectors, beside, answers })
}
