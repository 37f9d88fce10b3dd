//! Turns of phrase that speak for or against a label.
//!
//! They stand in `assets/practices.toml`, where anyone can read and extend them.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;

use super::super::complaint::{NEGATION_REACH, negated};
use super::super::phrases::Phrases;
use super::labels::{LABELS, Label};
use crate::units::Party;

/// The table as it is in the source.
const TABLE: &str = include_str!("../../../assets/practices.toml");

/// What an utterance begins and ends with in a phrase.
const EDGES: [&str; 2] = ["^", "$"];

/// Phrases with their weights, for each label.
#[derive(Clone, Debug)]
pub struct Patterns {
    by_label: Vec<Phrases<f32>>,
}

/// A phrase in a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    /// Which of the text's words; may be none, where only an edge stands.
    pub words: Range<usize>,
    /// What is added to the label's log-odds.
    pub weight: f32,
}

/// As in the file: labels of each party, each with phrases and weights.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    agent: BTreeMap<String, BTreeMap<String, f32>>,
    customer: BTreeMap<String, BTreeMap<String, f32>>,
}

/// Why a table of patterns can't be used.
#[derive(Debug, thiserror::Error)]
pub enum PatternError {
    /// Not TOML, or not of this shape.
    #[error("the table of practices can't be read: {0}")]
    Format(#[from] toml::de::Error),
    /// A label that is not listened for.
    #[error("the table of practices has no label `{0}`: see the labels in assets/practices.toml")]
    Label(String),
}

impl Default for Patterns {
    /// Those of `assets/practices.toml`.
    fn default() -> Self {
        Patterns::from_toml(TABLE).expect("a test reads the table")
    }
}

impl Patterns {
    /// No patterns at all.
    pub fn none() -> Patterns {
        Patterns { by_label: LABELS.iter().map(|_| Phrases::new::<&str>([])).collect() }
    }

    /// From a table as in `assets/practices.toml`.
    ///
    /// # Errors
    /// [`PatternError`] when it is no such table.
    pub fn from_toml(text: &str) -> Result<Patterns, PatternError> {
        let table: Table = toml::from_str(text)?;
        let mut patterns = Patterns::none();
        for (party, labels) in [(Party::Agent, table.agent), (Party::Customer, table.customer)] {
            for (tag, phrases) in labels {
                let label = Label::find(party, &tag).ok_or(PatternError::Label(tag))?;
                patterns.by_label[label] = Phrases::new(phrases);
            }
        }
        Ok(patterns)
    }

    /// The label's phrases in `words`, from left to right, the longest first; those that speak for
    /// it not where a negation stands shortly before.
    pub(super) fn find(&self, label: usize, words: &[String]) -> Vec<Found> {
        let phrases = &self.by_label[label];
        let framed: Vec<&str> = std::iter::once(EDGES[0])
            .chain(words.iter().map(String::as_str))
            .chain(std::iter::once(EDGES[1]))
            .collect();
        let mut found = Vec::new();
        let mut at = 0;
        while at < framed.len() {
            let Some((len, weight)) = phrases.at(&framed[at..]) else {
                at += 1;
                continue;
            };
            // The edge before the first word is no word.
            let clip = |at: usize| at.saturating_sub(1).min(words.len());
            let found_words = clip(at)..clip(at + len);
            let before =
                &words[found_words.start.saturating_sub(NEGATION_REACH)..found_words.start];
            if weight < 0.0 || !negated(before) {
                found.push(Found { words: found_words, weight });
            }
            at += len;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::spoken;
    use super::*;

    fn find(text: &str) -> Vec<(String, f32)> {
        let table = "[agent.apologise]\n\"sorry\" = 1.0\n\"sorry _ you repeat\" = -2.0\n\
                     \"^ so sorry $\" = 3.0\n[customer]\n";
        let label = Label::find(Party::Agent, "apologise").unwrap();
        let words = spoken::words(text);
        let found = Patterns::from_toml(table).unwrap().find(label, &words);
        found.into_iter().map(|found| (words[found.words].join(" "), found.weight)).collect()
    }

    #[test]
    fn the_longest_phrase_wins() {
        assert_eq!(find("I'm sorry."), [("sorry".into(), 1.0)]);
        assert_eq!(find("Sorry, could you repeat?"), [("sorry could you repeat".into(), -2.0)]);
        assert_eq!(find(""), []);
    }

    #[test]
    fn edges_are_the_utterance_s() {
        assert_eq!(find("So sorry!"), [("so sorry".into(), 3.0)]);
        assert_eq!(find("so sorry mate"), [("sorry".into(), 1.0)]);
    }

    #[test]
    fn a_negation_turns_it_off() {
        assert_eq!(find("i'm not that sorry"), []);
        assert_eq!(find("no sorry can you repeat"), [("sorry can you repeat".into(), -2.0)]);
    }

    #[test]
    fn other_labels_are_refused() {
        let error = Patterns::from_toml("[agent.apologize]\n[customer]\n").unwrap_err();
        assert!(error.to_string().contains("`apologize`"), "{error}");
        assert!(Patterns::from_toml("[agent.thanks]\n[customer]\n").is_err());
    }

    #[test]
    fn the_table_is_sound() {
        let table: Table = toml::from_str(TABLE).unwrap();
        for (tag, phrases) in table.agent.iter().chain(&table.customer) {
            for (phrase, weight) in phrases {
                let bare = phrase.strip_prefix("^ ").unwrap_or(phrase);
                let bare = bare.strip_suffix(" $").unwrap_or(bare).replace('_', "any");
                let heard = spoken::words(&bare).join(" ");
                assert_eq!(heard, bare, "{tag}: not as it would be heard");
                assert!(*weight != 0.0 && weight.abs() <= 6.0, "{tag}, {phrase}: {weight}");
                assert!(!phrase.starts_with('_'), "{tag}, {phrase}");
            }
        }
    }
}
