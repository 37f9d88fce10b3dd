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
    let opener = usize::from(sentence.starts_with("I hear that "));
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
fn suggestions_for_statements_written_later_are_those_that_were_judged() {
    for (table, len) in [
        (include_str!("fixtures/reflections-fresh.tsv"), 100),
        (include_str!("fixtures/reflections-third.tsv"), 50),
    ] {
        let table = read(table);
        assert_eq!(table.len(), len);
        compare(&table);
        // Withheld too often is no harm; wrong is.
        assert!(table.iter().all(|judged| judged.verdict != "wrong"));
    }
}

#[test]
fn suggestions_for_statements_of_other_writers_are_those_that_were_judged() {
    for (table, least) in [
        (include_str!("fixtures/reflections-blind.tsv"), 55),
        (include_str!("fixtures/reflections-blind-second.tsv"), 56),
        (include_str!("fixtures/reflections-blind-third.tsv"), 66),
    ] {
        let table = read(table);
        assert_eq!(table.len(), 100);
        compare(&table);
        assert!(good(&table) >= least, "only {} are right or rightly withheld", good(&table));
    }
}

#[test]
fn suggestions_for_statements_of_all_trades_are_those_that_were_judged() {
    let table = read(include_str!("fixtures/reflections-wide.tsv"));
    assert_eq!(table.len(), 399);
    compare(&table);
    let wrong = table.iter().filter(|judged| judged.verdict == "wrong").count();
    assert!(wrong * 50 <= table.len(), "{wrong} are wrong");
    assert!(good(&table) * 10 >= table.len() * 9, "only {} are good", good(&table));
}

#[test]
fn statements_without_a_problem_are_left_alone() {
    let reflection = Reflection::default();
    for text in [
        "my husband usually deals with the bills",
        "the light on the front is green now",
        "your colleague told me to call this number",
        "yeah the engineer came and fixed it",
        "i've just turned it off and on again",
        "where is the nearest branch",
        "why do you need my date of birth",
        "all i want is to say thank you",
        "i don't know how to thank you",
        "i want to know when the shop opens",
        "i need to book an eye test for next week",
        "i feel like we're getting somewhere",
        // Mocking.
        "i asked for a window clean not a flood",
    ] {
        assert_eq!(reflection.suggestion(text), None, "{text}");
    }
}

#[test]
fn what_others_said_and_did_is_told_as_what_befell_the_customer() {
    let reflection = Reflection::default();
    for (text, expected) in [
        ("they told me it was in stock", "I hear that you were told it was in stock."),
        (
            "they gave my room to someone else",
            "It sounds like your room was given to someone else.",
        ),
        ("why hasn't anyone rung me", "It sounds like nobody has rung you."),
        ("why did you charge me twice", "It sounds like we charged you twice."),
        ("when i press start it freezes", "It sounds like it freezes when you press start."),
        ("i shouldn't have to chase you", "I hear that you're having to chase us."),
        (
            "apparently i've missed a payment",
            "I hear that you've been told you've missed a payment.",
        ),
    ] {
        assert_eq!(reflection.suggestion(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn what_was_said_wrongly_once_is_withheld() {
    let reflection = Reflection::default();
    for text in [
        // Two clauses run together.
        "the kettle is leaking the lid is cracked",
        "it's the boiler it won't start",
        // A clause cut in the middle.
        "I was told one thing on Monday and another thing on Tuesday.",
        // Irony, threats, insults, small talk.
        "Oh great, you've only lost my order twice.",
        "I'm never ordering from you again",
        "you're the worst company i've ever dealt with",
        "it's not rocket science is it",
        "no problem at all",
        "I don't mind, it doesn't matter",
        // Two clauses about one noun; where a thing was put, cut off.
        "somebody at your branch wrote my pin on a piece of paper",
        // Nobody's business.
        "i live at 14 elm street and you keep ringing dave jones",
    ] {
        assert_eq!(reflection.suggestion(text), None, "{text}");
    }
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

/// Words of the tables, in any order, give a sound sentence or none.
#[test]
fn any_order_of_words_gives_a_sound_sentence_or_none() {
    let reflection = Reflection::default();
    let table = read(include_str!("fixtures/reflections-wide.tsv"));
    let words: Vec<&str> = table.iter().flat_map(|judged| judged.statement.split(' ')).collect();
    // A linear congruence (Knuth, MMIX): the same words in every run.
    let mut state = 1_u64;
    let mut next = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    for _ in 0..20_000 {
        let count = 1 + next(20);
        let mut text = String::new();
        while text.split(' ').count() <= count {
            // Runs of words that were said together, so that clauses come about.
            let from = next(words.len());
            let run = words[from..].iter().take(1 + next(5));
            run.for_each(|word| text = format!("{text} {word}"));
        }
        reflection.suggestion(&text).iter().for_each(|sentence| check(sentence));
    }
}
