//! How a promise begins: its subject and "will".

use super::super::spoken::{begins, listed, word};
use super::undertaking::{Doer, Weight, adverbs, is_determiner, is_person, plain_verb, weight};

/// The way in which a promise begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// "I'll", "somebody will": a verb follows.
    Will(Doer),
    /// "I'm sending": with a day.
    Doing,
    /// "Let me", of coming back to the customer only.
    LetMe,
    /// "Expect", "you can expect".
    Expect,
    /// "There'll be", with a day.
    There,
    /// "I've arranged for".
    Arranged,
}

/// How a promise begins at word `at`, and how many words that takes.
pub fn opening(words: &[String], at: usize) -> Option<(Opening, usize)> {
    let rest = &words[at..];
    let previous = at.checked_sub(1).map_or("", |at| word(words, at));
    const US: [&str; 13] = [
        "what i'll do is",
        "what we'll do is",
        "i'll",
        "we'll",
        "i will",
        "we will",
        "i shall",
        "we shall",
        "i'm going to",
        "we're going to",
        "i am going to",
        "we are going to",
        "ill",
    ];
    const GONNA: [&str; 2] = ["i'm gonna", "we're gonna"];
    const THEY: [&str; 14] = [
        "he'll",
        "she'll",
        "they'll",
        "he will",
        "she will",
        "they will",
        "he's going to",
        "she's going to",
        "they're going to",
        "they are going to",
        "somebody'll",
        "someone'll",
        "he is going to",
        "she is going to",
    ];
    const YOU: [&str; 5] =
        ["you'll", "you will", "you're going to", "you are going to", "you shall"];
    const IT: [&str; 8] = [
        "it'll",
        "that'll",
        "it will",
        "that will",
        "this will",
        "it's going to",
        "that's going to",
        "it is going to",
    ];
    let one_of = |list: &[&str]| list.iter().find_map(|phrase| begins(rest, phrase));
    if let Some(len) = one_of(&US).or_else(|| one_of(&GONNA)) {
        return Some((Opening::Will(Doer::Us), len));
    }
    // "I'm also going to".
    if let Some(len) = one_of(&["i'm", "we're", "i am", "we are"]) {
        let len = len + adverbs(&rest[len..]);
        if begins(&rest[len..], "going to").is_some() {
            return Some((Opening::Will(Doer::Us), len + 2));
        }
    }
    // "We'll" and "we're" that have lost their apostrophe are words of their own.
    let begins_clause =
        matches!(previous, "" | "and" | "so" | "okay" | "ok" | "then" | "right" | "yes");
    let verb = adverbs(&rest[1..]);
    if begins_clause && rest[0] == "were" && begins(&rest[1..], "going to").is_some() {
        return Some((Opening::Will(Doer::Us), 3));
    }
    if begins_clause
        && rest[0] == "well"
        && weight(Doer::Us, &rest[1 + verb..]) == Weight::Firm
        && rest.iter().skip(2).take(6).any(|w| w == "you" || w == "your")
        && !rest.iter().any(|w| w == "me" || w == "us")
    {
        return Some((Opening::Will(Doer::Us), 1));
    }
    if let Some(len) = one_of(&THEY) {
        return Some((Opening::Will(Doer::Colleague), len));
    }
    if let Some(len) = one_of(&YOU) {
        return Some((Opening::Will(Doer::You), len));
    }
    if let Some(len) = one_of(&IT) {
        return Some((Opening::Will(Doer::Thing), len));
    }
    if let Some(len) = one_of(&["let me", "let us"]) {
        return Some((Opening::LetMe, len));
    }
    if let Some(len) = one_of(&["you can expect", "please expect", "expect"]) {
        const NO: &str = "i we we'd i'd didn't don't did do does to not would they you can't \
            should shouldn't what wouldn't";
        return (!listed(NO, previous)).then_some((Opening::Expect, len));
    }
    if let Some(len) = one_of(&["there'll be", "there will be", "there's going to be"]) {
        return Some((Opening::There, len));
    }
    if let Some(len) = one_of(&["i've", "we've", "i have", "we have"]) {
        let at = len + adverbs(&rest[len..]);
        let arranged = ["arranged", "asked", "booked", "scheduled", "organised", "requested"];
        return arranged.contains(&word(rest, at)).then_some((Opening::Arranged, at + 1));
    }
    if let Some(len) = one_of(&["i'm", "we're", "i am", "we are", "they're", "he's", "she's"]) {
        let at = len + adverbs(&rest[len..]);
        let verb = plain_verb(word(rest, at))?;
        let now = matches!(
            verb.as_str(),
            "call" | "ring" | "phone" | "try" | "ask" | "look" | "check" | "contact"
        );
        return (!now).then_some((Opening::Doing, at));
    }
    named(rest).map(|(doer, len)| (Opening::Will(doer), len))
}

/// "Somebody from billing will", "the engineer's going to", "the money will".
pub fn named(words: &[String]) -> Option<(Doer, usize)> {
    let first = word(words, 0);
    let starts = matches!(first, "somebody" | "someone" | "one" | "customer")
        || is_determiner(first)
        || is_person(first);
    if !starts || matches!(first, "him" | "her" | "no" | "any") {
        return None;
    }
    let verbal = |w: &str| {
        matches!(
            w,
            "i" | "you"
                | "we"
                | "he"
                | "she"
                | "it"
                | "they"
                | "and"
                | "but"
                | "when"
                | "if"
                | "is"
                | "are"
                | "was"
                | "should"
                | "might"
                | "can"
                | "to"
        )
    };
    let pronoun =
        |w: &str| matches!(w, "i" | "you" | "we" | "he" | "she" | "it" | "they" | "that" | "there");
    let mut person = false;
    for at in 0..words.len().min(7) {
        let rest = &words[at..];
        let stem = rest[0].strip_suffix("'ll");
        if at > 0
            && (rest[0] == "will"
                || begins(rest, "is going to").is_some()
                || begins(rest, "are going to").is_some())
        {
            let len = if rest[0] == "will" { 1 } else { 3 };
            return Some((if person { Doer::Colleague } else { Doer::Thing }, at + len));
        }
        let going = rest[0].strip_suffix("'s").filter(|_| begins(&rest[1..], "going to").is_some());
        if let Some(stem) = going.filter(|stem| !pronoun(stem)) {
            let person = person || is_person(stem);
            return Some((if person { Doer::Colleague } else { Doer::Thing }, at + 3));
        }
        if let Some(stem) = stem {
            if pronoun(stem) {
                return None;
            }
            let person = person || is_person(stem);
            return (at > 0)
                .then_some((if person { Doer::Colleague } else { Doer::Thing }, at + 1));
        }
        if verbal(&rest[0]) {
            return None;
        }
        person |= is_person(&rest[0]) && rest[0] != "him" && rest[0] != "her";
    }
    None
}
