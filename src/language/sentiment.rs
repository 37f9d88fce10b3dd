//! How an utterance sounds by its words: from −1, negative, to 1, positive.
//!
//! A small BERT whose upper layers were trained by `train-words` (`models/README.md` tells on
//! what). The vector of each word, changed by the words around it, votes for the three classes,
//! and the network says how much each vote counts; so a score is a sum over words, and the words
//! that moved it most can be named.

use std::sync::Arc;

use super::encoder::{WIDTH, softmax, sum_of_products};
use super::idioms::Idioms;
use super::model::{LanguageModel, Reading};

/// Most phrases that are named.
const MOST_PHRASES: usize = 3;
/// Longest phrase, in words.
const LONGEST_PHRASE: usize = 4;
/// A word belongs to a phrase if its weight is at least this share of the largest.
const SHARE: f32 = 0.4;
/// Phrases of less weight than this are not worth naming, in logits.
const LEAST_WEIGHT: f32 = 0.2;
/// Words that say nothing by themselves: a phrase neither begins nor ends with them.
const FUNCTION_WORDS: &str = " a an the and or but so if then than as at by for from in of on to with into about out \
                              i i'm i've i'd i'll me my you you're you've your he he's she she's it it's its we \
                              they them their this that that's these those there there's here is am are was were be \
                              been being have has had do does did will would can could should may might what what's \
                              which who how when where let just oh well um uh ";

/// The three classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Polarity {
    /// Complaint, anger, sadness, fear…
    Negative,
    /// Matter of fact; also surprise and curiosity.
    Neutral,
    /// Thanks, joy, approval…
    Positive,
}

/// What the words of an utterance say.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// −1 to 1: `positive` less `negative`.
    pub value: f32,
    /// Probability of each class; the three sum to 1.
    pub negative: f32,
    /// See `negative`.
    pub neutral: f32,
    /// See `negative`.
    pub positive: f32,
    /// What moved the value most, the strongest first; at most three.
    pub phrases: Vec<Phrase>,
}

/// A word or a few that moved the value.
#[derive(Clone, Debug, PartialEq)]
pub struct Phrase {
    /// Its words, in lower case and without punctuation.
    pub text: String,
    /// How far it moved the score: below 0 towards negative. In logits: about 2 turns a neutral
    /// utterance.
    pub weight: f32,
}

impl Scored {
    /// Of a text without words.
    const NOTHING: Scored =
        Scored { value: 0.0, negative: 0.0, neutral: 1.0, positive: 0.0, phrases: Vec::new() };

    /// The likeliest class.
    pub fn polarity(&self) -> Polarity {
        if self.neutral >= self.negative && self.neutral >= self.positive {
            Polarity::Neutral
        } else if self.negative >= self.positive {
            Polarity::Negative
        } else {
            Polarity::Positive
        }
    }
}

/// Scores utterances.
#[derive(Clone)]
pub struct Sentiment {
    model: Arc<LanguageModel>,
    idioms: Idioms,
}

impl Sentiment {
    /// With the shipped table of idioms.
    pub fn new(model: Arc<LanguageModel>) -> Self {
        Sentiment::with_idioms(model, Idioms::default())
    }

    /// With another table of idioms.
    pub fn with_idioms(model: Arc<LanguageModel>, idioms: Idioms) -> Self {
        Sentiment { model, idioms }
    }

    /// Reads a text, once for all that is to be told of it.
    pub fn read(&self, text: &str) -> Reading {
        self.model.read(text)
    }

    /// Scores one utterance. Punctuation and case don't matter.
    pub fn score(&self, text: &str) -> Scored {
        self.score_reading(&self.model.read(text))
    }

    /// The same of a text that was read already.
    pub fn score_reading(&self, reading: &Reading) -> Scored {
        if reading.parts.is_empty() {
            return Scored::NOTHING;
        }
        let head = &self.model.head;
        // Each piece's word, its votes, and how much they count.
        let (mut words, mut votes, mut counts) = (Vec::new(), Vec::new(), Vec::new());
        for part in &reading.parts {
            let vectors = part.through(&self.model.sentiment);
            let pieces = vectors.chunks_exact(WIDTH).skip(1);
            for (vector, word) in pieces.zip(&part.word_of) {
                words.push(*word);
                votes.push(head.classes.each_ref().map(|row| sum_of_products(row, vector)));
                counts.push(sum_of_products(&head.attention, vector));
            }
        }
        softmax(&mut counts);
        let mut logits = head.bias;
        let mut moved = vec![0.0; reading.words.len()];
        for ((word, votes), count) in words.iter().zip(&votes).zip(&counts) {
            logits.iter_mut().zip(votes).for_each(|(logit, vote)| *logit += count * vote);
            moved[*word] += count * (votes[2] - votes[0]);
        }
        let mut phrases = Vec::new();
        for found in self.idioms.find(&reading.words) {
            logits[if found.weight < 0.0 { 0 } else { 2 }] += found.weight.abs();
            let weight = found.weight + moved[found.words.clone()].iter().sum::<f32>();
            phrases.push(Phrase { text: reading.words[found.words.clone()].join(" "), weight });
            // Told of already.
            moved[found.words].fill(0.0);
        }
        softmax(&mut logits);
        let [negative, neutral, positive] = logits;
        name_phrases(&reading.words, &moved, &mut phrases);
        Scored { value: positive - negative, negative, neutral, positive, phrases }
    }
}

/// Adds to `phrases` what moved most, and leaves the strongest.
fn name_phrases(words: &[String], moved: &[f32], phrases: &mut Vec<Phrase>) {
    let largest = moved.iter().fold(0.0, |largest: f32, x| largest.max(x.abs()));
    let strong = |x: f32| x.abs() >= SHARE * largest && x != 0.0;
    let tells = |at: &usize| !FUNCTION_WORDS.contains(&format!(" {} ", words[*at]));
    let mut from = 0;
    while from < words.len() {
        let like = |at: &usize| strong(moved[*at]) && moved[*at].signum() == moved[from].signum();
        let run = (from..words.len()).take(LONGEST_PHRASE).take_while(like);
        match run.filter(tells).last() {
            Some(last) if tells(&from) => {
                let weight = moved[from..=last].iter().sum();
                phrases.push(Phrase { text: words[from..=last].join(" "), weight });
                from = last + 1;
            }
            _ => from += 1,
        }
    }
    phrases.retain(|phrase| phrase.weight.abs() >= LEAST_WEIGHT);
    // Stable, so that of equals the first comes first.
    phrases.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
    phrases.truncate(MOST_PHRASES);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(words: &str, moved: &[f32]) -> Vec<(String, f32)> {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        let mut phrases = Vec::new();
        name_phrases(&words, moved, &mut phrases);
        phrases.into_iter().map(|phrase| (phrase.text, phrase.weight)).collect()
    }

    #[test]
    fn strong_neighbours_of_one_sign_are_one_phrase() {
        assert_eq!(
            named("i am not happy but thanks", &[0.0, 0.1, -1.0, -1.5, -0.2, 1.25]),
            [("not happy".to_owned(), -2.5), ("thanks".to_owned(), 1.25)]
        );
    }

    #[test]
    fn at_most_three_of_at_most_four_words_and_none_too_weak() {
        assert_eq!(
            named("q w e r t y u s o p", &[1.0, 1.0, 1.0, 1.0, 1.5, -1.25, 1.0, -0.75, 0.5, 0.1]),
            [("q w e r".to_owned(), 4.0), ("t".to_owned(), 1.5), ("y".to_owned(), -1.25)]
        );
        assert_eq!(named("q w", &[0.15, 0.0]), []);
        assert_eq!(named("q w", &[0.0, 0.0]), []);
    }

    #[test]
    fn phrases_keep_to_telling_words() {
        let half = [-0.5; 6];
        assert_eq!(named("and it is the worst of", &half), [("worst".to_owned(), -0.5)]);
        assert_eq!(named("what is it", &half[..3]), []);
    }

    #[test]
    fn ties_are_neutral() {
        let scored = |negative, neutral, positive| Scored {
            value: positive - negative,
            negative,
            neutral,
            positive,
            phrases: Vec::new(),
        };
        assert_eq!(scored(0.4, 0.4, 0.2).polarity(), Polarity::Neutral);
        assert_eq!(scored(0.4, 0.2, 0.4).polarity(), Polarity::Negative);
        assert_eq!(scored(0.2, 0.3, 0.5).polarity(), Polarity::Positive);
    }
}
