//! What training and thresholds are looked at with: nothing of it is learnt from.

use std::sync::Arc;

use evenkeel::language::model::{LanguageModel, Reading};
use evenkeel::language::practices::patterns::Patterns;
use evenkeel::language::practices::{Before, Detector, LABELS, Label, PracticeWeights, Weighed};
use evenkeel::units::Party;

use super::dialogues::{Turn, read_turns};
use super::truth::Truth;

/// A turn of which it is known what it does.
struct Judged {
    party: Party,
    reading: Reading,
    before: Before,
    /// Labels that are there or not; others are not known.
    truth: Vec<(usize, bool)>,
}

/// Several sets of turns.
#[derive(Default)]
pub struct Look {
    sets: Vec<(String, Vec<Judged>)>,
}

/// What was weighed for a label in one turn, and whether it is there.
#[derive(Clone, Debug)]
pub struct Point {
    pub network: f32,
    pub patterns: f32,
    pub there: bool,
}

impl Point {
    pub fn both(&self) -> f32 {
        self.network + self.patterns
    }
}

/// Precision, recall and F1 at a threshold.
#[derive(Clone, Copy, Debug, Default)]
pub struct AtThreshold {
    /// Midway between the last that counts and the next.
    pub threshold: f32,
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
}

/// All thresholds, from the highest down.
pub fn thresholds(mut points: Vec<(f32, bool)>) -> Vec<AtThreshold> {
    points.sort_by(|a, b| b.0.total_cmp(&a.0));
    let there = points.iter().filter(|point| point.1).count() as f64;
    let mut all = Vec::new();
    let mut right = 0.0;
    for (i, (score, is_there)) in points.iter().enumerate() {
        right += f64::from(u8::from(*is_there));
        let next = points.get(i + 1).map_or(score - 1.0, |next| next.0);
        if next == *score {
            continue;
        }
        let found = (i + 1) as f64;
        all.push(AtThreshold {
            threshold: (score + next) / 2.0,
            precision: right / found,
            recall: right / there.max(1.0),
            f1: 2.0 * right / (found + there),
        });
    }
    all
}

/// Where F1 is highest.
pub fn best(points: Vec<(f32, bool)>) -> AtThreshold {
    let all = thresholds(points).into_iter();
    all.max_by(|a, b| a.f1.total_cmp(&b.f1)).unwrap_or_default()
}

impl Look {
    pub fn add_truth(&mut self, name: &str, truth: &Truth, model: &LanguageModel) {
        let mut judged = Vec::new();
        for dialogue in &truth.dialogues {
            let turns = dialogue.turns.iter().map(|turn| (turn.party, turn.text.as_str()));
            let read = read_turns(turns, model);
            for (at, (turn, (reading, before))) in dialogue.turns.iter().zip(read).enumerate() {
                let of_turn = dialogue.expected.iter().filter(|expected| expected.turn == at);
                let truth = of_turn.filter_map(|expected| {
                    Some((Label::find(turn.party, &expected.tag())?, expected.present))
                });
                judged.push(Judged { party: turn.party, reading, before, truth: truth.collect() });
            }
        }
        self.sets.push((name.to_owned(), judged));
    }

    pub fn add_turns(&mut self, name: &str, dialogues: &[Vec<Turn>], model: &LanguageModel) {
        let turns = dialogues.iter().flat_map(|dialogue| {
            let texts: Vec<String> = dialogue.iter().map(Turn::text).collect();
            let turns = dialogue.iter().zip(&texts).map(|(turn, text)| (turn.party, text.as_str()));
            dialogue.iter().zip(read_turns(turns, model))
        });
        let judged = turns.map(|(turn, (reading, before))| Judged {
            party: turn.party,
            reading,
            before,
            truth: turn.known().map(|(label, _)| (label, turn.has(label))).collect(),
        });
        self.sets.push((name.to_owned(), judged.collect()));
    }

    /// Of each set its name and for each label what was weighed.
    pub fn weigh(&self, detector: &Detector) -> Vec<(&str, Vec<Vec<Point>>)> {
        let of_set = |judged: &[Judged]| {
            let mut points = vec![Vec::new(); LABELS.len()];
            for Judged { party, reading, before, truth } in judged {
                let weighed = detector.weighed(*party, reading, before);
                for Weighed { label, network, patterns, .. } in weighed {
                    if let Some((_, there)) = truth.iter().find(|(known, _)| *known == label) {
                        points[label].push(Point { network, patterns, there: *there });
                    }
                }
            }
            points
        };
        self.sets.iter().map(|(name, judged)| (name.as_str(), of_set(judged))).collect()
    }

    /// Prints how well each label is told at its best threshold, patterns left aside.
    pub fn at(&self, model: Arc<LanguageModel>, weights: &[u8]) -> anyhow::Result<()> {
        let weights = Arc::new(PracticeWeights::from_safetensors(weights)?);
        let detector = Detector::new(model, weights)?.with_patterns(Patterns::none());
        for (name, points) in self.weigh(&detector) {
            let f1 = points.iter().map(|points| {
                best(points.iter().map(|point| (point.network, point.there)).collect()).f1
            });
            let f1: Vec<f64> = f1.collect();
            let known =
                points.iter().filter(|points| points.iter().any(|point| point.there)).count();
            let mean = f1.iter().sum::<f64>() / known.max(1) as f64;
            let of_labels: Vec<String> = f1
                .iter()
                .zip(&LABELS)
                .filter(|(f1, _)| **f1 > 0.0)
                .map(|(f1, label)| format!("{} {:.0}", label.tag(), 100.0 * f1))
                .collect();
            eprintln!(
                "{name}: macro-F1 at the best thresholds {mean:.4}: {}",
                of_labels.join(", ")
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_threshold_lies_between_two_points() {
        let best = best(vec![(1.0, true), (3.0, true), (0.0, false), (2.0, false), (-1.0, false)]);
        // Three found, two right: precision 2/3, recall 1.
        assert_eq!(best.threshold, 0.5);
        assert!((best.f1 - 0.8).abs() < 1e-9 && best.recall == 1.0);
    }
}
