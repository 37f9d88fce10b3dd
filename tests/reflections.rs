//! What is suggested to say back, over statements as customers make them, each judged by hand.
//!
//! The tables have three columns: the statement, the suggestion or "-", and the verdict on it.
//! Where a suggestion changes, the test fails until somebody has judged the new one.

use evenkeel::language::redact::Redaction;
use evenkeel::language::reflection::{MOST_WORDS, Reflection};

const VERDICTS: [&str; 4] = ["right", "rightly withheld", "wrong", "wrongly withheld"];

struct Judged<'a> {
    statement: &'a str,
    suggestion: Option<&'a str>,
    verdict: &'a str,
}

fn read(table: &str) -> Vec<Judged<'_>> {
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            let [statement, suggestion, verdict] = columns[..] else { panic!("columns: {line}") };
            assert!(VERDICTS.contains(&verdict), "{line}");
            let suggestion = (suggestion != "-").then_some(suggestion);
            assert_eq!(suggestion.is_none(), verdict.ends_with("withheld"), "{line}");
            Judged { statement, suggestion, verdict }
        })
        .collect()
}

fn good(table: &[Judged]) -> usize {
    table.iter().filter(|judged| judged.verdict.starts_with("right")).count()
}

/// What must hold whatever the verdict.
fn check(sentence: &str) {
    let words: Vec<&str> = sentence.trim_end_matches('.').split(' ').collect();
    assert!(words.len() <= MOST_WORDS, "too long: {sentence}");
    assert!(sentence.ends_with('.') && !sentence.ends_with(".."), "{sentence}");
    assert_eq!(Redaction::default().find(&words), [], "private: {sentence}");
    assert!(!sentence.contains(|c: char| c.is_ascii_digit()), "a number: {sentence}");
    let opener = if sentence.starts_with("I hear that ") { 1 } else { 0 };
    for word in &words[opener..] {
        let word = word.to_lowercase();
        let own = ["i", "i'm", "i've", "i'd", "me", "my", "mine", "myself", "am"];
        assert!(!own.contains(&word.as_str()), "the wrong person: {sentence}");
        let oaths =
            ["bloody", "damn", "hell", "fucking", "shit", "useless", "idiots", "liar", "joke"];
        assert!(!oaths.contains(&word.as_str()), "rude: {sentence}");
    }
}

fn compare(table: &[Judged]) {
    let reflection = Reflection::default();
    let mut changed = String::new();
    for judged in table {
        let now = reflection.suggestion(judged.statement);
        now.iter().for_each(|sentence| check(sentence));
        if now.as_deref() != judged.suggestion {
            let now = now.unwrap_or_else(|| "-".to_owned());
            changed += &format!("{}\t{now}\t?\n", judged.statement);
        }
    }
    assert!(changed.is_empty(), "judge these anew:\n{changed}");
}

#[test]
fn suggestions_are_those_that_were_judged() {
    let table = read(include_str!("fixtures/reflections.tsv"));
    assert_eq!(table.len(), 100);
    compare(&table);
    assert!(good(&table) >= 90, "only {} are right or rightly withheld", good(&table));
}

#[test]
fn suggestions_for_the_fresh_statements_are_those_that_were_judged() {
    let table = read(include_str!("fixtures/reflections-fresh.tsv"));
    assert_eq!(table.len(), 100);
    compare(&table);
}

#[test]
fn marks_and_capitals_change_little() {
    let reflection = Reflection::default();
    for text in [
        "I ordered it three weeks ago, and it still hasn't come.",
        "i ordered it three weeks ago and it still hasnt come",
        "I ORDERED IT THREE WEEKS AGO AND IT STILL HASN'T COME!",
        "Um, I, I ordered it \u{2014} three weeks ago \u{2014} and it still hasn\u{2019}t come\u{2026}",
        "i ordered it three weeks ago and it still hasn t come",
    ] {
        let suggestion = reflection.suggestion(text);
        assert_eq!(suggestion.unwrap(), "It sounds like your order still hasn't come.", "{text}");
    }
}

#[test]
fn anything_can_be_heard() {
    let reflection = Reflection::default();
    let long = "and it still hasn't come ".repeat(2000);
    for text in
        ["", " ", "\u{2026}", "...", "-", "i", "it", "it's", "the", "every time", "half of", &long]
    {
        reflection.suggestion(text).iter().for_each(|sentence| check(sentence));
    }
}
