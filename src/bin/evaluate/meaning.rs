//! `meaning`: whether sentence embeddings know what kind of thing is said, by the nearest other
//! sentence, against shared words.

use std::collections::HashSet;
use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use evenkeel::language::embedding::Embedding;
use evenkeel::language::spoken;

use crate::models;

#[derive(clap::Args)]
pub struct Args {
    /// Tab-separated: a sentence, its kind; one a line
    file: PathBuf,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(&args.file)
        .with_context(|| format!("{}: can't be read", args.file.display()))?;
    let mut sentences = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let Some((sentence, kind)) = line.split_once('\t') else {
            bail!("{}, line {}: needs a sentence, a tab, its kind", args.file.display(), i + 1);
        };
        sentences.push((sentence, kind));
    }
    ensure!(sentences.len() > 1, "{}: needs at least two sentences", args.file.display());
    let model = models::language()?;
    let embeddings: Vec<Embedding> =
        sentences.iter().map(|(text, _)| Embedding::of(&model, &model.read(text))).collect();
    let words: Vec<HashSet<String>> =
        sentences.iter().map(|(text, _)| spoken::words(text).into_iter().collect()).collect();
    let kinds: Vec<&str> = sentences.iter().map(|(_, kind)| *kind).collect();
    let near = |a: usize, b: usize| f64::from(embeddings[a].similarity(&embeddings[b]));
    // Jaccard's index.
    let shared = |a: usize, b: usize| {
        let both = words[a].intersection(&words[b]).count();
        both as f64 / words[a].union(&words[b]).count().max(1) as f64
    };
    println!("The nearest other sentence is of the same kind, of {}:", kinds.len());
    println!("by embeddings    {:.3}", nearest_is_like(&kinds, near));
    println!("by shared words  {:.3}", nearest_is_like(&kinds, shared));
    Ok(())
}

/// Share of the items whose nearest other one is of their kind; of equally near ones the mean.
fn nearest_is_like(kinds: &[&str], near: impl Fn(usize, usize) -> f64) -> f64 {
    let like = |item: usize| {
        let others = (0..kinds.len()).filter(|other| *other != item);
        let nearness: Vec<(usize, f64)> = others.map(|other| (other, near(item, other))).collect();
        let most = nearness.iter().fold(f64::MIN, |most, (_, near)| most.max(*near));
        let nearest: Vec<usize> =
            nearness.iter().filter(|(_, near)| *near == most).map(|(other, _)| *other).collect();
        let like = nearest.iter().filter(|other| kinds[**other] == kinds[item]).count();
        like as f64 / nearest.len() as f64
    };
    (0..kinds.len()).map(like).sum::<f64>() / kinds.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share() {
        let places: [f64; 4] = [0.0, 1.0, 2.0, 9.0];
        let near = |a: usize, b: usize| -(places[a] - places[b]).abs();
        // 0's nearest is 1 (like); 1 lies between 0 (like) and 2; 2's is 1; 9's is 2 (like).
        let share = nearest_is_like(&["a", "a", "b", "b"], near);
        assert!((share - (1.0 + 0.5 + 0.0 + 1.0) / 4.0).abs() < 1e-12);
    }
}
