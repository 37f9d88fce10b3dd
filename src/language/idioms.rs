//! Idioms of complaint and of contentment on the phone.
//!
//! "I want to cancel" or "third time" say much to an agent and little to a model of general
//! text. They stand in `assets/complaints.toml`, where anyone can read and change them.

use std::ops::Range;

use serde::Deserialize;

/// The table as it is in the source.
const TABLE: &str = include_str!("../../assets/complaints.toml");

/// Words within which a negation turns an idiom off.
pub(super) const NEGATION_REACH: usize = 3;
const NEGATIONS: [&str; 8] =
    ["not", "no", "never", "without", "nothing", "hardly", "nobody", "neither"];

/// Idioms with their weights.
#[derive(Clone, Debug)]
pub struct Idioms {
    /// The longest first, so that they win over their parts.
    idioms: Vec<(Vec<String>, f32)>,
}

/// An idiom in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Which of the text's words.
    pub words: Range<usize>,
    /// Below 0 for complaint, above for contentment; in logits.
    pub weight: f32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    idioms: std::collections::BTreeMap<String, f32>,
}

impl Default for Idioms {
    /// Those of `assets/complaints.toml`.
    fn default() -> Self {
        let table: Table = toml::from_str(TABLE).expect("a test reads the table");
        Idioms::new(table.idioms)
    }
}

impl Idioms {
    /// From idioms, as their words in lower case, and weights; `_` stands for any one word.
    pub fn new(idioms: impl IntoIterator<Item = (String, f32)>) -> Idioms {
        let words = |idiom: &str| idiom.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let mut idioms: Vec<_> = idioms.into_iter().map(|(idiom, w)| (words(&idiom), w)).collect();
        idioms.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
        Idioms { idioms }
    }

    /// No idioms at all.
    pub fn none() -> Idioms {
        Idioms { idioms: Vec::new() }
    }

    /// The idioms in `words`, as [`spoken::words`](super::spoken::words) gives them, from left to
    /// right; none where a negation stands shortly before.
    pub fn find(&self, words: &[String]) -> Vec<Found> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let here = self.idioms.iter().find(|(idiom, _)| begins_with(&words[at..], idiom));
            match here {
                Some((idiom, weight)) => {
                    let words_of = at..at + idiom.len();
                    at = words_of.end;
                    if !negated(
                        &words[words_of.start.saturating_sub(NEGATION_REACH)..words_of.start],
                    ) {
                        found.push(Found { words: words_of, weight: *weight });
                    }
                }
                None => at += 1,
            }
        }
        found
    }
}

fn begins_with(words: &[String], idiom: &[String]) -> bool {
    words.len() >= idiom.len() && idiom.iter().zip(words).all(|(i, w)| i == "_" || i == w)
}

/// Whether one of these words negates what follows them.
pub(super) fn negated(before: &[String]) -> bool {
    before.iter().any(|word| NEGATIONS.contains(&word.as_str()) || word.ends_with("n't"))
}

#[cfg(test)]
mod tests {
    use super::super::spoken;
    use super::*;

    fn find(text: &str) -> Vec<(String, f32)> {
        let idioms = [("third time", -1.0), ("the third time i _", -2.0), ("all sorted", 1.0)];
        let idioms = Idioms::new(idioms.map(|(idiom, weight)| (idiom.to_owned(), weight)));
        let words = spoken::words(text);
        let found = idioms.find(&words);
        found.into_iter().map(|found| (words[found.words].join(" "), found.weight)).collect()
    }

    #[test]
    fn the_longest_idiom_wins() {
        assert_eq!(find("It's the THIRD time I call!"), [("the third time i call".into(), -2.0)]);
        assert_eq!(
            find("a third time, all sorted"),
            [("third time".into(), -1.0), ("all sorted".into(), 1.0)]
        );
        assert_eq!(find("the third time i"), [("third time".into(), -1.0)]);
        assert_eq!(find(""), []);
    }

    #[test]
    fn a_negation_turns_it_off() {
        assert_eq!(find("it isn't all sorted"), []);
        assert_eq!(find("not yet quite all sorted"), []);
        assert_eq!(find("no it is now at last all sorted").len(), 1);
    }

    #[test]
    fn the_table_is_sound() {
        let table: Table = toml::from_str(TABLE).unwrap();
        for (idiom, weight) in table.idioms {
            let words = spoken::words(&idiom.replace('_', "any"));
            assert_eq!(words.join(" "), idiom.replace('_', "any"), "not as it would be heard");
            assert!(weight != 0.0 && weight.abs() <= 4.0, "{idiom}: {weight}");
            assert!(!idiom.starts_with("_ "), "{idiom}");
        }
    }
}
