//! Turns of phrase that speak for or against a label.
//!
//! They stand in `assets/practices.toml`, where anyone can read and extend them.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;

use super::super::idioms::{NEGATION_REACH, negated};
use super::super::phrases::Phrases;
use super::labels::{ISSUES, LABELS, Label};
use crate::units::Party;

/// The table as it is in the source.
const TABLE: &str = include_str!("../../../assets/practices.toml");

/// What an utterance begins and ends with in a phrase.
const EDGES: [&str; 2] = ["^", "$"];

/// Phrases with their weights, for each label.
#[derive(Clone, Debug)]
pub struct Patterns {
    by_label: Vec<Phrases<f32>>,
    /// For each kind of problem.
    by_issue: Vec<Phrases<f32>>,
}

/// A phrase in a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    /// Which of the text's words; may be none, where only an edge stands.
    pub words: Range<usize>,
    /// What is added to the label's log-odds.
    pub weight: f32,
}

/// Labels, or kinds of problem, each with phrases and weights.
type Weights = BTreeMap<String, BTreeMap<String, f32>>;

/// As in the file.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Table {
    agent: Weights,
    customer: Weights,
    issue: Weights,
}

impl Table {
    /// Adds the phrases of another table; the same phrase takes its weight.
    fn extend(&mut self, with: Table) {
        let Table { agent, customer, issue } = self;
        for (own, more) in [(agent, with.agent), (customer, with.customer), (issue, with.issue)] {
            for (tag, phrases) in more {
                own.entry(tag).or_default().extend(phrases);
            }
        }
    }
}

/// Why a table of patterns can't be used.
#[derive(Debug, thiserror::Error)]
pub enum PatternError {
    /// Not TOML, or not of this shape.
    #[error("the table of practices can't be read: {0}")]
    Format(#[from] toml::de::Error),
    /// A label that is not listened for.
    #[error("the table of practices knows no `{0}`: see what assets/practices.toml has")]
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
        let none = |count| (0..count).map(|_| Phrases::new::<&str>([])).collect();
        Patterns { by_label: none(LABELS.len()), by_issue: none(ISSUES.len()) }
    }

    /// From a table as in `assets/practices.toml`.
    ///
    /// # Errors
    /// [`PatternError`] when it is no such table.
    pub fn from_toml(text: &str) -> Result<Patterns, PatternError> {
        Patterns::of(toml::from_str(text)?)
    }

    /// The shipped ones and those of a table, of which the same phrase takes the weight; 0 takes it
    /// away.
    ///
    /// # Errors
    /// [`PatternError`] when it is no such table.
    pub fn extended(text: &str) -> Result<Patterns, PatternError> {
        let mut table: Table = toml::from_str(TABLE)?;
        table.extend(toml::from_str(text)?);
        Patterns::of(table)
    }

    fn of(table: Table) -> Result<Patterns, PatternError> {
        let mut patterns = Patterns::none();
        for (party, labels) in [(Party::Agent, table.agent), (Party::Customer, table.customer)] {
            for (tag, phrases) in labels {
                let label = Label::find(party, &tag).ok_or(PatternError::Label(tag))?;
                patterns.by_label[label] = Phrases::new(phrases);
            }
        }
        for (name, phrases) in table.issue {
            let issue = ISSUES.iter().position(|issue| *issue == name);
            patterns.by_issue[issue.ok_or(PatternError::Label(name))?] = Phrases::new(phrases);
        }
        Ok(patterns)
    }

    /// What speaks for a kind of problem in `words`, however often it occurs and whether negated
    /// or not: "it was never delivered" is about delivery.
    pub(super) fn of_issue(&self, issue: usize, words: &[String]) -> f32 {
        let at = (0..words.len()).filter_map(|at| self.by_issue[issue].at(&words[at..]));
        at.map(|(_, weight)| weight).fold(0.0, f32::max)
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
    fn the_strongest_phrase_speaks_for_a_kind_of_problem() {
        let table =
            "[agent]\n[customer]\n[issue.delivery]\n\"parcel\" = 1.0\n\"never came\" = 0.5\n";
        let of = |text: &str| Patterns::from_toml(table).unwrap().of_issue(3, &spoken::words(text));
        assert_eq!(of("no parcel, the parcel never came"), 1.0);
        assert_eq!(of("a letter"), 0.0);
        assert!(Patterns::from_toml("[agent]\n[customer]\n[issue.weather]\n").is_err());
    }

    #[test]
    fn other_labels_are_refused() {
        let error = Patterns::from_toml("[agent.apologize]\n[customer]\n").unwrap_err();
        assert!(error.to_string().contains("`apologize`"), "{error}");
        assert!(Patterns::from_toml("[agent.thanks]\n").is_err());
    }

    #[test]
    fn a_table_extends_what_is_shipped() {
        let label = Label::find(Party::Agent, "!plain-words").unwrap();
        let found = |patterns: &Patterns, text: &str| {
            let found = patterns.find(label, &spoken::words(text));
            found.iter().map(|found| found.weight).sum::<f32>()
        };
        let own = "[agent.\"!plain-words\"]\n\"the flurbostat\" = 4.0\n";
        let extended = Patterns::extended(own).unwrap();
        assert_eq!(found(&extended, "it's the flurbostat again"), 4.0);
        assert_eq!(found(&Patterns::default(), "it's the flurbostat again"), 0.0);
        let shipped = found(&Patterns::default(), "your rma is pending");
        assert_eq!(found(&extended, "your rma is pending"), shipped);
    }

    #[test]
    fn the_table_is_sound() {
        let table: Table = toml::from_str(TABLE).unwrap();
        for (tag, phrases) in table.agent.iter().chain(&table.customer).chain(&table.issue) {
            for (phrase, weight) in phrases {
                // By itself it makes the label laxer or stricter.
                let bare = phrase.strip_prefix('^').unwrap_or(phrase).trim_start();
                let bare = bare.strip_suffix(" $").unwrap_or(bare).replace('_', "any");
                let heard = spoken::words(&bare).join(" ");
                assert_eq!(heard, bare, "{tag}: not as it would be heard");
                assert!(*weight != 0.0 && weight.abs() <= 9.0, "{tag}, {phrase}: {weight}");
                assert!(!phrase.starts_with('_'), "{tag}, {phrase}");
            }
        }
    }
}
