//! What an utterance does: the practices of its speaker, kept or broken, and remarks; and what a coach would ask
//! the agent for after it.
//!
//! Above the shared layers of the language model stands a stack that `train-practices` has trained
//! on dialogues (`models/README.md`). For each label the vector of each word votes, and the
//! network says how much each vote counts; so the score is a sum over words, and the words that
//! carry it can be named. Turns of phrase with a known meaning ([`patterns`]) are added to it.

pub mod before;
pub mod labels;
pub mod patterns;
pub mod weights;

use std::ops::Range;
use std::sync::Arc;

use super::act::{Act, Heard};
use super::echo::echoed;
use super::encoder::{WIDTH, products, softmax};
use super::model::{LanguageError, LanguageModel, Reading, through_beside};
use crate::exponential::exp;
use crate::units::Party;
pub use before::Before;
pub use labels::{ISSUES, LABELS, Label};
use patterns::Patterns;
pub use weights::PracticeWeights;

/// Words that carry a label have at least this share of the strongest word's weight, on average.
const SHARE: f32 = 0.15;

/// A kind of problem that is likelier than all others together is clear.
const CLEAR: f32 = 0.5;

/// Hears what utterances do.
#[derive(Clone)]
pub struct Detector {
    model: Arc<LanguageModel>,
    weights: Arc<PracticeWeights>,
    patterns: Patterns,
}

/// What speaks for a label in an utterance, in log-odds.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighed {
    /// Which of [`LABELS`].
    pub label: usize,
    /// What the network says.
    pub network: f32,
    /// What the patterns add.
    pub patterns: f32,
    /// The words that carry it.
    pub words: Range<usize>,
}

impl Weighed {
    /// 0 to 1.
    pub fn score(&self) -> f32 {
        1.0 / (1.0 + exp(-self.odds()))
    }

    fn odds(&self) -> f32 {
        self.network + self.patterns
    }
}

/// The pieces of a text above the practices' layers.
struct Pieces {
    vectors: Vec<f32>,
    /// The word of each.
    word_of: Vec<usize>,
}

impl Pieces {
    fn of(&self, row: &[f32]) -> Vec<f32> {
        products(row, &self.vectors)
    }
}

impl Detector {
    /// With the shipped table of patterns.
    ///
    /// # Errors
    /// [`LanguageError`] when the weights were made for another language model.
    pub fn new(
        model: Arc<LanguageModel>,
        weights: Arc<PracticeWeights>,
    ) -> Result<Self, LanguageError> {
        weights.check(&model)?;
        Ok(Detector { model, weights, patterns: Patterns::default() })
    }

    /// With other patterns.
    pub fn with_patterns(self, patterns: Patterns) -> Self {
        Detector { patterns, ..self }
    }

    /// What an utterance of this party does. Punctuation and case don't matter. `before` is what
    /// was said until then, which an answer answers and a reflection says back.
    pub fn hear(&self, party: Party, text: &str, before: &Before) -> Heard {
        self.hear_reading(party, &self.model.read(text), before)
    }

    /// A text, read by the language model.
    pub fn read(&self, text: &str) -> Reading {
        self.model.read(text)
    }

    /// The same of a text that was read already by the same language model.
    pub fn hear_reading(&self, party: Party, reading: &Reading, before: &Before) -> Heard {
        let pieces = self.pieces(party, reading, before);
        if pieces.word_of.is_empty() {
            return Heard::default();
        }
        let weighed = self.weigh(party, reading, &pieces).filter(|weighed| weighed.score() >= 0.5);
        let (due, done): (Vec<Weighed>, Vec<Weighed>) =
            weighed.partition(|weighed| LABELS[weighed.label].is_due());
        // A coach says one thing at a time.
        let most_due = due.into_iter().max_by(|a, b| a.odds().total_cmp(&b.odds()));
        let acts: Vec<Act> = done
            .into_iter()
            .chain(most_due)
            .map(|weighed| {
                let Label { name, broken, .. } = LABELS[weighed.label];
                Act { name, broken, score: weighed.score(), words: weighed.words }
            })
            .collect();
        let complains = acts.iter().any(|act| act.name == "complaint");
        let issue = complains.then(|| self.kind(&reading.words, &pieces));
        Heard { issue: issue.filter(|(_, p)| *p >= CLEAR), acts }
    }

    /// What was said in these utterances, one after the other.
    pub fn before<'a>(&self, said: impl IntoIterator<Item = (Party, &'a str)>) -> Before {
        let mut before = Before::default();
        said.into_iter().for_each(|(party, text)| before.push(party, &self.model.read(text)));
        before
    }

    /// What speaks for each label of the party; none in a text without words. For measurements.
    pub fn weighed(&self, party: Party, reading: &Reading, before: &Before) -> Vec<Weighed> {
        let pieces = self.pieces(party, reading, before);
        match pieces.word_of.is_empty() {
            true => Vec::new(),
            false => self.weigh(party, reading, &pieces).collect(),
        }
    }

    fn pieces(&self, party: Party, reading: &Reading, before: &Before) -> Pieces {
        let PracticeWeights { layers, marks, .. } = &*self.weights;
        let echoed = echoed(&reading.words, &before.words_of(party.other()));
        let others = marks.of_before(before, party);
        let mut pieces = Pieces { vectors: Vec::new(), word_of: Vec::new() };
        for part in &reading.parts {
            let mut vectors = marks.own(part, &echoed);
            through_beside(&mut vectors, &others, layers);
            // The marks at both ends don't vote.
            pieces.vectors.extend_from_slice(&vectors[WIDTH..(part.word_of.len() + 1) * WIDTH]);
            pieces.word_of.extend_from_slice(&part.word_of);
        }
        pieces
    }

    fn weigh(
        &self,
        party: Party,
        reading: &Reading,
        pieces: &Pieces,
    ) -> impl Iterator<Item = Weighed> {
        let labels = (0..LABELS.len()).filter(move |label| LABELS[*label].party == party);
        labels.map(move |label| {
            let (votes, count, bias) = self.weights.label(label);
            let mut counts = pieces.of(count);
            softmax(&mut counts);
            let mut moved = vec![0.0; reading.words.len()];
            let mut network = bias;
            for ((word, vote), count) in pieces.word_of.iter().zip(pieces.of(votes)).zip(&counts) {
                moved[*word] += vote * count;
                network += vote * count;
            }
            let mut patterns = 0.0;
            for found in self.patterns.find(label, &reading.words) {
                patterns += found.weight;
                let share = found.weight / found.words.len().max(1) as f32;
                moved[found.words].iter_mut().for_each(|moved| *moved += share);
            }
            Weighed { label, network, patterns, words: carrying(&moved) }
        })
    }

    /// The likeliest kind of problem.
    fn kind(&self, words: &[String], pieces: &Pieces) -> (&'static str, f32) {
        let (votes, count, bias) = self.weights.kinds();
        let mut counts = pieces.of(count);
        softmax(&mut counts);
        let logit = |(row, bias): (&[f32], &f32)| {
            bias + pieces.of(row).iter().zip(&counts).map(|(vote, count)| vote * count).sum::<f32>()
        };
        let mut kinds: Vec<f32> = votes.into_iter().zip(bias).map(logit).collect();
        for (issue, kind) in kinds.iter_mut().enumerate() {
            *kind += self.patterns.of_issue(issue, words);
        }
        softmax(&mut kinds);
        let best =
            (1..kinds.len()).fold(0, |best, i| if kinds[i] > kinds[best] { i } else { best });
        (ISSUES[best], kinds[best])
    }
}

/// The run of words whose weights, less a share of the largest, sum up to most: from the first to
/// the last that carry a label. The first of equals; one word at least.
fn carrying(moved: &[f32]) -> Range<usize> {
    let largest = moved.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let least = SHARE * largest.max(0.0);
    let mut best = (f32::NEG_INFINITY, 0..0);
    let (mut sum, mut from) = (0.0, 0);
    for (at, moved) in moved.iter().enumerate() {
        if sum <= 0.0 {
            (sum, from) = (0.0, at);
        }
        sum += moved - least;
        if sum > best.0 {
            best = (sum, from..at + 1);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_that_carry_a_label_are_named() {
        assert_eq!(carrying(&[0.0, 0.1, 2.0, 0.5, 1.0, 0.0, 0.1]), 2..5);
        // A strong word further on is worth a weak one between.
        assert_eq!(carrying(&[1.0, -0.1, 1.0, -3.0, 1.2]), 0..3);
        assert_eq!(carrying(&[-1.0, -0.5, -2.0]), 1..2);
        assert_eq!(carrying(&[0.0]), 0..1);
    }
}
