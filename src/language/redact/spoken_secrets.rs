//! What is found in 245 forms of numbers, addresses and names as people say them, spoken by synthetic
//! voices through a telephone's coding and heard by the shipped Whisper; and in harmless sentences.
//! `tests/fixtures/spoken-secrets.tsv` has, a line each, the kind, the half (`tuning`, on which this was
//! tuned; `test`, whose misses were mended once; `fresh`, which was spoken after that), what was said, and what was heard with what is to be hidden in braces.

use std::collections::BTreeMap;

use super::{Redaction, numbers};
use crate::language::closed_class::is_function_word;

const TABLE: &str = include_str!("../../../tests/fixtures/spoken-secrets.tsv");

/// What is counted of the forms of a kind.
#[derive(Default)]
struct Count {
    forms: usize,
    /// Of which nothing that tells was left.
    whole: usize,
    words: usize,
    hidden: usize,
    left: Vec<String>,
}

/// Whether a word would tell something: a digit in a number, in the rest what is no little word.
fn tells(kind: &str, word: &str) -> bool {
    let plain = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let digits = plain.contains(|c: char| c.is_ascii_digit())
        || plain.split('-').all(|part| numbers::value(part).is_some())
        || matches!(plain.as_str(), "double" | "triple" | "treble");
    let little = ["at", "dot", "er", "erm", "um", "uh", "sorry", "a", "v", "number"];
    match kind {
        "card" | "phone" | "account" => digits,
        _ => {
            digits
                || !(plain.is_empty()
                    || is_function_word(&plain)
                    || little.contains(&plain.as_str()))
        }
    }
}

fn counts(half: &str) -> BTreeMap<&'static str, Count> {
    let redaction = Redaction::default();
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    for line in TABLE.lines() {
        let [kind, of, _, heard] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        if of != half {
            continue;
        }
        let words: Vec<String> =
            heard.split(' ').map(|word| word.replace(['{', '}'], "")).collect();
        let found = redaction.find(&words);
        let mut secret = false;
        let mut left = Vec::new();
        let count = counts.entry(kind).or_default();
        for (at, word) in heard.split(' ').enumerate() {
            secret |= word.starts_with('{');
            let hidden = found.iter().any(|found| found.words.contains(&at));
            let is_told = if kind == "plain" { true } else { secret && tells(kind, &words[at]) };
            count.words += usize::from(is_told);
            count.hidden += usize::from(is_told && hidden);
            if is_told && hidden == (kind == "plain") {
                left.push(words[at].clone());
            }
            secret &= !word.ends_with('}');
        }
        count.forms += 1;
        count.whole += usize::from(left.is_empty());
        if !left.is_empty() {
            count.left.push(format!("{} | {heard}", left.join(" ")));
        }
    }
    counts
}

#[test]
fn what_people_say_is_found_as_it_is_heard() {
    let mut wrong = Vec::new();
    for half in ["tuning", "test", "fresh"] {
        for (kind, count) in counts(half) {
            let Count { forms, whole, words, hidden, left } = count;
            println!(
                "{half:<7} {kind:<8} {whole:>3} of {forms:>3} whole  {hidden:>4} of {words:>4} words"
            );
            left.iter().for_each(|left| println!("    {left}"));
            let least = least(kind);
            if half != "tuning" && (whole as f64) < least * forms as f64 {
                wrong.push(format!("{kind}: {whole} of {forms}, {least} asked"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The share of the forms of which nothing may be left.
fn least(kind: &str) -> f64 {
    match kind {
        "card" => 0.95,
        "phone" | "account" | "email" => 0.9,
        // Harmless sentences of which nothing is hidden.
        "plain" => 0.9,
        _ => 0.0,
    }
}
