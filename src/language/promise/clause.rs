//! Where the clause of a promise ends, in text that may have no punctuation.

use super::super::due::Said;
use super::super::spoken::{listed, word};
use super::opening::named;
use super::quote::Quoted;
use super::undertaking::{Doer, Weight, adverbs, is_determiner, weight};

/// Where the clause whose verb stands at `verb` ends, and where the next verb with the same
/// subject stands, if there is one.
pub fn end_of(quoted: &Quoted, times: &[Said], verb: usize) -> (usize, Option<usize>) {
    let words = &quoted.words[..];
    for at in verb..words.len() {
        let rest = &words[at..];
        if at > verb && quoted.ends_sentence(at - 1) {
            return (at, None);
        }
        if at == verb {
            // "I'll um I'll call you": begun anew.
            if starts_sentence(rest) {
                return (at, None);
            }
            continue;
        }
        let next = word(rest, 1);
        match word(rest, 0) {
            "and" | "then" | "but" => {
                let mut second = 1;
                while matches!(word(rest, second), "then" | "also") {
                    second += 1;
                }
                let second = second + adverbs(&rest[second..]);
                let deed = &rest[second.min(rest.len())..];
                if !times.iter().any(|said| said.words.contains(&at))
                    && weight(Doer::Us, deed) != Weight::None
                    && deed.len() > 1
                {
                    return (at, Some(at + second));
                }
                if (word(rest, 0) == "but" || starts_clause(&rest[1..])) && next != "half" {
                    return (at, None);
                }
            }
            "or" if starts_clause(&rest[1..]) => return (at, None),
            "so" if !matches!(next, "that" | "nobody" | "nothing" | "everybody" | "everyone") => {
                return (at, None);
            }
            "no" if next != "later" && next != "more" => return (at, None),
            "right"
                if !matches!(next, "away" | "now")
                    && !is_determiner(word(words, at - 1))
                    && word(words, at - 1) != "make" =>
            {
                return (at, None);
            }
            "okay" | "ok" | "alright" | "please" | "thank" | "thanks" | "anyway" | "because"
            | "bye" | "yeah" | "yes" | "sorry" | "though" | "otherwise" | "goodbye" | "cheers" => {
                return (at, None);
            }
            "all" if next == "right" => return (at, None),
            "is" | "are" | "does" | "do" | "can" | "could" | "would" | "will" | "did"
                if matches!(next, "that" | "there" | "you" | "i" | "we" | "it" | "this") =>
            {
                return (at, None);
            }
            _ if starts_sentence(rest) && !subordinate(words, verb, at) => return (at, None),
            _ => {}
        }
    }
    (words.len(), None)
}

/// Whether a conjunction before `at` makes what begins there a part of its clause.
fn subordinate(words: &[String], verb: usize, at: usize) -> bool {
    const SUBORDINATE: &str = "when if once as before after until that what how where why who \
        which whether sure while than unless because whenever moment everything anything";
    let before = word(words, at - 1);
    at > verb && listed(SUBORDINATE, before)
        // "The form you need", "what the driver said": a noun between.
        || (at > verb + 1 && listed(SUBORDINATE, word(words, at - 2)) && is_determiner(before))
}

/// Whether what follows "and" is a clause with a subject of its own.
fn starts_clause(words: &[String]) -> bool {
    const SUBJECTS: &str = "i you we they he she it that there if when once please have";
    let first = word(words, 0);
    listed(SUBJECTS, first)
        || first.contains('\'') && !first.ends_with("'s")
        || matches!(first, "that's" | "it's" | "he's" | "she's" | "there's" | "let's")
        || named(words).is_some()
        || first == "then" && starts_clause(&words[1..])
        || matches!(
            first,
            "is" | "are" | "does" | "do" | "can" | "thank" | "thanks" | "again" | "sorry"
        )
}

/// Whether a new clause begins that no conjunction joins: its first word is a subject and can't
/// be an object.
fn starts_sentence(words: &[String]) -> bool {
    const SUBJECTS: &str = "i i'll i'm i've i'd we we'll we're we've you'll you're you've they \
        they'll they're he he'll she she'll it'll it's that's that'll there's there what";
    const VERBS: &str = "should will can takes is has have need don\'t won\'t may might could \
        was just usually normally are were would";
    let first = word(words, 0);
    if first == "there" || first == "what" {
        return matches!(word(words, 1), "is" | "are" | "will" | "i'll" | "we'll");
    }
    listed(SUBJECTS, first)
        || matches!(first, "you" | "it" | "that" | "this") && listed(VERBS, word(words, 1))
        || named(words).is_some()
        || first == "let" && matches!(word(words, 1), "me" | "us")
}
