//! Where one clause of a turn ends and the next begins.

use std::ops::Range;

use super::super::closed_class::{DETERMINERS, PREPOSITIONS};
use super::heard::{Mark, Word};
use super::subject::{opens, subject};
use super::verbs::{acts, is_adverb, is_auxiliary, is_gerund, is_verb, is_verb_of_noun};

/// After these a clause belongs to the one before: "she said it's", "where it is".
const EMBEDDERS: &str = "
    said says say saying told tell telling tells know knew think thought hope promised sure see saw
    showed showing shows means meant claims claimed reckons realised found heard that if when where
    why what how which who whose because cos cause until till since after before while whenever
    once unless than as like time whether although though wish believe and but or so noticed every
    everything thing way day to";
/// Words after which a clause about the noun before can't begin.
pub(super) const TIMES: [&str; 12] = [
    "now",
    "today",
    "yesterday",
    "ago",
    "again",
    "yet",
    "already",
    "once",
    "twice",
    "time",
    "away",
    "back",
];

/// Where the clauses of a turn may lie; some lie within others.
pub(super) fn clauses(words: &[Word]) -> Vec<Range<usize>> {
    let mut clauses = Vec::new();
    let mut start = 0;
    for at in 0..words.len() {
        if words[at].mark > Mark::None || at + 1 == words.len() {
            split(words, start..at + 1, &mut clauses);
            start = at + 1;
        }
    }
    clauses
}

/// Splits a stretch without marks where one clause ends and another begins.
fn split(words: &[Word], stretch: Range<usize>, clauses: &mut Vec<Range<usize>>) {
    let mut start = stretch.start;
    // Where an effect begins whose cause follows: they may be said together, or each alone.
    let mut effect: Option<usize> = None;
    for at in stretch.start + 1..stretch.end {
        let text = words[at].text.as_str();
        let before = &words[start..at];
        if at < start + 2 || !has_verb(before) {
            continue;
        }
        let next = at + 1;
        let joint =
            matches!(text, "and" | "but" | "so" | "then" | "because" | "cos" | "cause" | "plus");
        if joint && next < stretch.end && begins(&words[next..stretch.end]) {
            clauses.extend(effect.take().map(|effect| effect..at));
            if matches!(text, "because" | "cos" | "cause") {
                effect = Some(start);
            }
            clauses.push(start..at);
            start = next;
        } else if runs_on(words, start, at)
            && (subject(&words[at..stretch.end]).is_some() || matches!(text, "this" | "that's"))
        {
            clauses.extend(effect.take().map(|effect| effect..at));
            clauses.push(start..at);
            start = at;
        }
    }
    clauses.extend(effect.map(|effect| effect..stretch.end));
    clauses.push(start..stretch.end);
}

fn has_verb(words: &[Word]) -> bool {
    (0..words.len()).any(|at| {
        let text = words[at].text.as_str();
        is_verb_of_noun(text)
            || text.ends_with("'s")
            || (text.contains('\'') && opens(text))
            || (at > 0 && opens(&words[at - 1].text) && is_verb(text))
            || acts(words, at)
    })
}

/// Whether a clause begins here, after a conjunction.
fn begins(words: &[Word]) -> bool {
    let ahead = words.iter().take_while(|word| {
        is_adverb(&word.text)
            || matches!(word.text.as_str(), "so" | "but" | "that" | "again" | "when")
    });
    let ahead = ahead.count();
    subject(&words[ahead..]).is_some()
}

/// Whether a new clause begins at `at` without any sign of it: "it died i've rung you".
fn runs_on(words: &[Word], start: usize, at: usize) -> bool {
    let text = words[at].text.as_str();
    let joined = opens(text) && text.contains('\'');
    let next = words.get(at + 1).map_or("", |next| next.text.as_str());
    let goes = is_auxiliary(next) || is_adverb(next) || (is_verb_of_noun(next) && text != "it");
    let separate =
        opens(text) && goes && (text != "it" || next.ends_with("n't") || is_adverb(next));
    let last = words[at - 1].text.as_str();
    if is_embedder(last) || PREPOSITIONS.contains(&last) || DETERMINERS.contains(&last) {
        return false;
    }
    let told = at >= start + 2 && is_told(&words[at - 2].text, last);
    // "a ring i've lost" may be about the noun before; "a ring she's happy" can't.
    let ended = TIMES.contains(&last)
        || (is_verb_of_noun(last) && !is_auxiliary(last))
        || is_gerund(last)
        || matches!(last, "it" | "me" | "us" | "them" | "anything" | "you");
    // "The receptionist she was", "in here the radiators haven't".
    let ended = ended
        || (matches!(text, "he" | "she" | "they")
            && matches!(next, "is" | "was" | "were" | "has" | "had" | "are"))
        || matches!(last, "here" | "there");
    let complete = text.ends_with("'m") || text.ends_with("'s");
    let named = at >= start + 2 && is_specifier(&words[at - 2].text);
    !told
        && match text {
            "nobody" => true,
            "the" | "my" | "our" | "your" => {
                TIMES.contains(&last) || matches!(last, "here" | "there")
            }
            "this" => matches!(next, "is" | "was"),
            "that's" => true,
            "you" => false,
            _ if joined => complete || ended || !(named || is_vague(last)),
            _ => separate && ended,
        }
}

/// "She told me [it was]".
pub(super) fn is_told(verb: &str, whom: &str) -> bool {
    matches!(whom, "me" | "us" | "you" | "him" | "her" | "them") && is_embedder(verb)
}

/// Whether the word after is likely to be the noun that a relative clause is about.
pub(super) fn is_specifier(word: &str) -> bool {
    DETERMINERS.contains(&word) || matches!(word, "my" | "our" | "your")
}

pub(super) fn is_vague(word: &str) -> bool {
    matches!(word, "something" | "anything" | "everything" | "nothing" | "things" | "stuff" | "one")
}

pub(super) fn is_embedder(word: &str) -> bool {
    EMBEDDERS.split_ascii_whitespace().any(|embedder| embedder == word)
}
