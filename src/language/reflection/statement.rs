//! What of a stretch must not be said back, whatever speaks for it.

use super::super::closed_class::{CONJUNCTIONS, DETERMINERS};
use super::super::redact::{is_unit, number_value};
use super::heard::Word;
use super::question::opens;
use super::verbs::{is_auxiliary, is_gerund, is_past, is_verb};

/// Whether nothing in a clause must not be shown, and it ends where a sentence can.
pub(super) fn can_be_shown(clause: &[Word]) -> bool {
    clause.len() > 1
        && !clause.iter().any(|word| word.private)
        && !counts(clause)
        && !only_leads_in(clause)
        && !threatens(clause)
        && clause.last().is_some_and(|last| can_end(&last.text))
}

/// "I'm never ordering from you again."
fn threatens(clause: &[Word]) -> bool {
    matches!(clause, [who, never, doing, ..]
        if matches!(who.text.as_str(), "i'm" | "we're") && never.text == "never" && is_gerund(&doing.text))
}

/// Whether it is no more than when or why something happens: "every time i get to the front".
fn only_leads_in(clause: &[Word]) -> bool {
    let text = |at: usize| clause.get(at).map_or("", |word| word.text.as_str());
    let leads = match (text(0), text(1)) {
        ("every" | "each", "time") | ("as", "soon") => true,
        (first, _) => matches!(first, "when" | "whenever" | "while" | "if" | "because" | "until"),
    };
    // What happens begins with another subject.
    let acts = |at: usize| {
        let (word, next) = (text(at), text(at + 1));
        word.contains('\'') || is_auxiliary(next) || is_past(next) || is_verb(next)
    };
    let begins = |at: &usize| {
        opens(text(*at)) || matches!(text(*at), "nothing" | "the" | "my" | "our" | "your" | "all")
    };
    leads && !(4..clause.len()).any(|at| begins(&at) && (acts(at) || acts(at + 1)))
}

/// Whether a sentence may end with this word.
fn can_end(word: &str) -> bool {
    let bound = DETERMINERS.contains(&word) && !matches!(word, "all" | "this" | "that" | "another");
    !bound
        && !CONJUNCTIONS.contains(&word)
        && !matches!(word, "my" | "our" | "your" | "his" | "their" | "its" | "the" | "of" | "to")
        && !matches!(word, "very" | "really" | "just" | "every" | "i" | "i'm" | "i've" | "we")
}

/// Whether it has a number other than a small count or a time: a recogniser's numbers are not to
/// be said back.
fn counts(clause: &[Word]) -> bool {
    let value = |word: &Word| number_value(word.text.split('-').next().unwrap_or_default());
    let mut at = 0;
    while at < clause.len() {
        let run = clause[at..].iter().take_while(|word| value(word).is_some()).count();
        let next = clause.get(at + run).map_or("", |next| next.text.as_str());
        let money =
            matches!(next, "pounds" | "pound" | "quid" | "dollars" | "euros" | "percent" | "p");
        let small = run == 1 && value(&clause[at]).is_some_and(|value| value <= 12);
        let written = clause[at].text.contains(|c: char| c.is_ascii_digit());
        if written || (run > 0 && (money || (!small && !is_unit(next)))) {
            return true;
        }
        at += run.max(1);
    }
    false
}
