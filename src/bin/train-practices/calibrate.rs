//! Thresholds: the bias of each label of what an utterance does is shifted so that a score of 0.5 is its
//! threshold.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use evenkeel::language::model::LanguageModel;
use evenkeel::language::practices::patterns::Patterns;
use evenkeel::language::practices::{Detector, LABELS, PracticeWeights};
use safetensors::SafeTensors;
use safetensors::tensor::TensorView;

use super::look::{AtThreshold, Look, Point, best, thresholds};
use super::truth::Truth;

/// What is held against an agent must be right at least this often.
const LEAST_PRECISION: f64 = 0.9;
/// Labels of which that is asked.
const PRECISE: [&str; 2] = ["!not-defensive", "!positive-words"];

#[derive(clap::Args)]
pub struct Args {
    /// The weights, which are written again
    weights: PathBuf,
    #[arg(long)]
    model: PathBuf,
    /// Files to choose by
    #[arg(long, num_args = 1.., required = true)]
    tuning: Vec<PathBuf>,
    /// Another table of patterns than assets/practices.toml
    #[arg(long, value_name = "FILE")]
    patterns: Option<PathBuf>,
    /// Only tell
    #[arg(long)]
    dry: bool,
}

pub fn run(args: &Args) -> anyhow::Result<()> {
    let bytes = std::fs::read(&args.model).with_context(|| args.model.display().to_string())?;
    let model = LanguageModel::from_safetensors(&bytes)?;
    let bytes = std::fs::read(&args.weights).with_context(|| args.weights.display().to_string())?;
    let mut look = Look::default();
    for path in &args.tuning {
        look.add_truth(&path.display().to_string(), &Truth::read(path)?, &model);
    }
    let weights = Arc::new(PracticeWeights::from_safetensors(&bytes)?);
    let mut detector = Detector::new(Arc::clone(&model), weights)?;
    if let Some(path) = &args.patterns {
        let table = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        detector = detector.with_patterns(Patterns::from_toml(&table)?);
    }
    let sets = look.weigh(&detector);
    let mut shifts = Vec::new();
    println!(
        "{:<20} {:>5} | best F1: network  patterns  both | chosen: threshold precision recall F1",
        "label", "there"
    );
    let mut sums = [0.0; 4];
    for (label, known) in LABELS.iter().enumerate() {
        if known.is_due() {
            // Nothing is known of it there; rules ask for the certainty they want.
            shifts.push(0.0);
            continue;
        }
        let all: Vec<&Point> = sets.iter().flat_map(|(_, points)| &points[label]).collect();
        let by = |score: fn(&Point) -> f32| -> Vec<(f32, bool)> {
            all.iter().map(|point| (score(point), point.there)).collect()
        };
        let network = best(by(|point| point.network)).f1;
        // Patterns alone tell by their sign.
        let right = all.iter().filter(|point| point.patterns > 0.0 && point.there).count() as f64;
        let found = all.iter().filter(|point| point.patterns > 0.0).count() as f64;
        let there = all.iter().filter(|point| point.there).count();
        let patterns = 2.0 * right / (found + there as f64).max(1.0);
        let both = best(by(Point::both)).f1;
        let chosen = choose(&known.tag(), by(Point::both));
        shifts.push(chosen.threshold);
        for (sum, f1) in sums.iter_mut().zip([network, patterns, both, chosen.f1]) {
            *sum += f1 / LABELS.iter().filter(|label| !label.is_due()).count() as f64;
        }
        println!(
            "{:<20} {there:>5} | {network:.3}  {patterns:.3}  {both:.3} | {:>6.2}  {:.3}  {:.3}  \
             {:.3}",
            known.tag(),
            chosen.threshold,
            chosen.precision,
            chosen.recall,
            chosen.f1
        );
    }
    println!(
        "macro-F1: network {:.4}, patterns {:.4}, both {:.4}, chosen {:.4}",
        sums[0], sums[1], sums[2], sums[3]
    );
    if !args.dry {
        std::fs::write(&args.weights, shifted(&bytes, &shifts)?)
            .with_context(|| args.weights.display().to_string())?;
    }
    Ok(())
}

/// Where F1, averaged over thresholds nearby so that a lucky one doesn't win, is highest; of those
/// labels that are held against an agent where the precision is high enough.
fn choose(tag: &str, points: Vec<(f32, bool)>) -> AtThreshold {
    const NEARBY: f32 = 0.5;
    let all = thresholds(points);
    let smooth = |at: &AtThreshold| {
        let near = all.iter().filter(|other| (other.threshold - at.threshold).abs() <= NEARBY);
        let (count, sum) = near.fold((0, 0.0), |(count, sum), at| (count + 1, sum + at.f1));
        sum / f64::from(count)
    };
    if PRECISE.contains(&tag) {
        let precise = all.iter().filter(|at| at.precision >= LEAST_PRECISION);
        if let Some(at) = precise.max_by(|a, b| a.recall.total_cmp(&b.recall)) {
            return *at;
        }
    }
    let best = all.iter().max_by(|a, b| smooth(a).total_cmp(&smooth(b)));
    best.copied().unwrap_or_default()
}

/// The file with each label's bias lowered by its threshold.
fn shifted(bytes: &[u8], thresholds: &[f32]) -> anyhow::Result<Vec<u8>> {
    const BIAS: &str = "practices.head.bias";
    let file = SafeTensors::deserialize(bytes)?;
    let numbers = file.tensor(BIAS)?.data().chunks_exact(4);
    let bias: Vec<u8> = numbers
        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        .enumerate()
        .flat_map(|(i, x)| (x - thresholds.get(i).unwrap_or(&0.0)).to_le_bytes())
        .collect();
    let views = file.iter().map(|(name, view)| {
        let data = if name == BIAS { &bias[..] } else { view.data() };
        Ok((name, TensorView::new(view.dtype(), view.shape().to_vec(), data)?))
    });
    Ok(safetensors::serialize(views.collect::<anyhow::Result<Vec<_>>>()?, None)?)
}
