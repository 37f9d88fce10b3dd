//! From the customer's mouth to the agent's: person and possessives are turned.

use super::super::closed_class::PREPOSITIONS;
use super::doubt::is_dialect_my;
use super::heard::Word;
use super::verbs::{is_adverb, is_past, is_verb};

/// What else the company is called to its face: "you people".
pub(super) const FOLK: [&str; 5] = ["people", "lot", "guys", "folks", "boys"];

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
        let said = match word.text.as_str() {
            "i" => "you",
            "i'm" | "we're" => "you're",
            "i've" | "we've" => "you've",
            "i'd" | "we'd" => "you'd",
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
            "your" => "our",
            // "Here" is where the customer is.
            "here" if at > 0 && clause[at - 1].text == "be" => "with you",
            "here" => "there",
            "yours" => "ours",
            "you" => {
                if FOLK.contains(&next) {
                    len = 2;
                }
                if is_subject(clause, at, at + len) { "we" } else { "us" }
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

/// "since you", "after you": a preposition that is a conjunction too.
fn after_conjunction(clause: &[Word], at: usize) -> bool {
    matches!(clause[at - 1].text.as_str(), "since" | "after" | "before" | "until" | "till" | "like")
}
