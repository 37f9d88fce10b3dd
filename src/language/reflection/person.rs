//! From the customer's mouth to the agent's: person and possessives are turned.

use super::super::closed_class::{PREPOSITIONS, is_function_word};
use super::super::redact::{is_unit, number_value};
use super::heard::Word;
use super::verbs::{is_adverb, is_past, is_plain, is_third, is_verb};

/// What else the company is called to its face: "you people".
pub(super) const FOLK: [&str; 5] = ["people", "lot", "guys", "folks", "boys"];

/// Who is called so without more is the customer's own.
const KIN: [&str; 14] = [
    "mum", "mam", "mom", "mummy", "dad", "daddy", "nan", "nana", "gran", "granny", "grandma",
    "grandad", "grandpa", "granddad",
];
/// What one rinses, brushes or warms, and a company has none of.
const OF_THE_BODY: [&str; 6] = ["hair", "hands", "face", "feet", "teeth", "hand"];
/// After "me" these are no thing that is the customer's.
const TIMES: [&str; 9] =
    ["now", "today", "yesterday", "ago", "again", "already", "once", "twice", "back"];

/// The words of a clause as the agent would say them: "I" and "we" become "you", "you" becomes
/// "we" or "us". `None` where that can't be done for certain.
pub(super) fn turned(clause: &[Word]) -> Option<Vec<Word>> {
    let mut turned: Vec<Word> = Vec::with_capacity(clause.len());
    // Whether the subject of the verb that comes is the customer alone.
    let mut customer = false;
    let mut at = 0;
    while at < clause.len() {
        let word = &clause[at];
        let next = clause.get(at + 1).map_or("", |next| next.text.as_str());
        let mut len = 1;
        if KIN.contains(&word.text.trim_end_matches("'s")) && names_own(clause, at) {
            turned.push(Word::new("your"));
        }
        let said = match word.text.as_str() {
            // "I been waiting."
            "i" if next == "been" => "you've",
            "i" => "you",
            "i'm" | "we're" => "you're",
            "i've" | "we've" => "you've",
            "i'd" | "we'd" => "you'd",
            // "Me phone's dead."
            "me" if at == 0 && !is_function_word(next) => "your",
            "me" if is_dialect_my(clause, at) => return None,
            "we" | "me" | "us" => "you",
            "my" | "our" => "your",
            "mine" | "ours" => "yours",
            "myself" => "yourself",
            "am" if customer => "are",
            "was" if customer => "were",
            "wasn't" if customer => "weren't",
            "you're" => "we're",
            "you've" => "we've",
            "you'd" => "we'd",
            // "Hardly enough to rinse your hair": anyone's.
            "your"
                if at > 1
                    && clause[at - 2].text == "to"
                    && OF_THE_BODY.contains(&next)
                    && clause.get(at + 2).is_none_or(|after| is_function_word(&after.text)) =>
            {
                "your"
            }
            "your" => "our",
            // "Here" is where the customer is.
            "here" if at > 0 && clause[at - 1].text == "be" => "with you",
            "here" => "there",
            "yours" => "ours",
            "you" => {
                if FOLK.contains(&next) {
                    len = 2;
                }
                match is_subject(clause, at, at + len) {
                    // "That strimmer i got off you cuts out."
                    true if is_third(next) && !is_plain(next) && !is_past(next) => return None,
                    // Whoever it is: "you can hear it all night".
                    true if is_anyone(&clause[at + len..]) => "you",
                    true => "we",
                    false => "us",
                }
            }
            // "Ourselves" is one or many, and the rest speaks of the future.
            "ourselves" | "yourself" | "yourselves" | "i'll" | "we'll" | "you'll" | "let's" => {
                return None;
            }
            _ => "",
        };
        customer = match word.text.as_str() {
            "i" => true,
            // "i still was", "i rang and was".
            other => customer && (is_adverb(other) || other == "and" || is_coordinate(clause, at)),
        };
        if said.is_empty() {
            turned.push(word.clone());
        } else {
            turned.push(Word::new(said));
        }
        at += len;
    }
    Some(turned)
}

/// Whether the words between "i" and an "and was" that shares it leave no other subject.
fn is_coordinate(clause: &[Word], at: usize) -> bool {
    let rest = clause[at..].iter().position(|word| word.text == "and").map(|and| at + and);
    rest.is_some_and(|and| {
        clause.get(and + 1).is_some_and(|word| matches!(word.text.as_str(), "was" | "wasn't"))
            && is_past(&clause[at].text)
            && and == at + 1
    })
}

/// Whether "you" at `at` acts, rather than being acted on; `next` is where what follows begins.
fn is_subject(clause: &[Word], at: usize, next: usize) -> bool {
    let after_preposition = at > 0
        && PREPOSITIONS.contains(&clause[at - 1].text.as_str())
        && !after_conjunction(clause, at);
    let verb = clause[next.min(clause.len())..].iter().find(|word| !is_adverb(&word.text));
    // "The lady before you was" is about the lady.
    let other = verb.is_some_and(|verb| matches!(verb.text.as_str(), "was" | "is" | "has"));
    verb.is_some_and(|verb| is_verb(&verb.text)) && !after_preposition && !other
}

/// Whether nothing before the kin at `at` says whose they are.
fn names_own(clause: &[Word], at: usize) -> bool {
    at.checked_sub(1).is_none_or(|before| {
        let before = clause[before].text.as_str();
        (PREPOSITIONS.contains(&before)
            || is_verb(before)
            || matches!(before, "and" | "that" | "so"))
            && !before.ends_with("'s")
    })
}

/// Whether "you" before these words is anyone, since the company would do something else.
fn is_anyone(rest: &[Word]) -> bool {
    let can = rest.first().is_some_and(|word| {
        matches!(word.text.as_str(), "can" | "can't" | "cannot" | "could" | "couldn't")
    });
    let verb = rest.iter().skip(1).find(|word| !is_adverb(&word.text));
    can && verb.is_some_and(|verb| {
        !matches!(
            verb.text.as_str(),
            "tell"
                | "give"
                | "find"
                | "explain"
                | "help"
                | "send"
                | "say"
                | "refund"
                | "guarantee"
                | "offer"
                | "confirm"
                | "deliver"
                | "do"
                | "fix"
                | "answer"
                | "transfer"
                | "change"
                | "cancel"
                | "process"
                | "trace"
                | "provide"
                | "put"
        )
    })
}

/// "since you", "after you": a preposition that is a conjunction too.
fn after_conjunction(clause: &[Word], at: usize) -> bool {
    matches!(clause[at - 1].text.as_str(), "since" | "after" | "before" | "until" | "till" | "like")
}

/// Whether the "me" at `at` may be somebody's "my": "with me arm out".
fn is_dialect_my(clause: &[Word], at: usize) -> bool {
    let after = at
        .checked_sub(1)
        .is_some_and(|before| PREPOSITIONS.contains(&clause[before].text.as_str()));
    let noun = clause.get(at + 1).is_some_and(|next| {
        let text = next.text.as_str();
        // "On me three times".
        let counted = clause.get(at + 2).is_some_and(|word| is_unit(&word.text));
        let count = number_value(text).is_some() && counted;
        !is_function_word(text)
            && !is_adverb(text)
            && !is_verb(text)
            && !TIMES.contains(&text)
            && !matches!(text, "halfway" | "mid")
            && !count
    });
    after && noun
}
