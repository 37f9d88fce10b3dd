//! What is good English and still not the thing to say back.

use super::super::closed_class::{PREPOSITIONS, is_function_word};
use super::clause::TIMES;
use super::heard::Word;
use super::subject::{Kind, Subject};
use super::verbs::{is_adverb, is_auxiliary, is_past, is_plain, is_verb};

/// Whether what "he" or "she" did was with what is theirs: "he took his name off the lease". Who
/// it was, the agent can't say, and the customer's trouble it is not.
pub(super) fn is_their_own(clause: &[Word]) -> bool {
    let is_in = |list: &[&str]| clause.iter().any(|word| list.contains(&word.text.as_str()));
    is_in(&["his", "her", "himself", "herself"]) && !is_in(&["me", "us", "my", "our"])
}

/// Whether a verb is as a dialect or a slip has it: "it give me no money".
pub(super) fn is_broken(clause: &[Word], subject: &Subject) -> bool {
    let verb = clause[subject.verb.max(1)..].iter().find(|word| !is_adverb(&word.text));
    let one = matches!(clause[0].text.as_str(), "it" | "he" | "she");
    one && verb.is_some_and(|verb| {
        is_plain(&verb.text) && !is_past(&verb.text) && !is_auxiliary(&verb.text)
    })
}

/// Whether it reports what some third person said, of themselves or as a command: "the man says
/// he can't touch it", "the lass said ring your bank".
pub(super) fn is_hearsay(clause: &[Word], subject: &Subject) -> bool {
    if !matches!(subject.kind, Kind::Noun | Kind::Person) {
        return false;
    }
    let said = clause.iter().position(|word| {
        matches!(word.text.as_str(), "said" | "says" | "saying" | "goes" | "told")
    });
    said.is_some_and(|said| {
        let rest = &clause[said + 1..];
        let third = rest.iter().any(|word| {
            matches!(word.text.as_str(), "he" | "he's" | "he'd" | "she" | "she's" | "she'd")
        });
        third || rest.first().is_some_and(|word| is_plain(&word.text))
    })
}

/// Whether something in it is likened to something: "sat on hold like a lemon". What smells,
/// looks or sounds like something is no figure of speech.
pub(super) fn is_simile(clause: &[Word]) -> bool {
    let senses = ["smell", "look", "sound", "taste", "feel"];
    clause.windows(3).any(|three| {
        let sensed = senses.iter().any(|sense| three[0].text.starts_with(sense));
        // "I'd just like a straight answer."
        let liked = three[0].text == "just" || three[0].text.ends_with("'d");
        three[1].text == "like" && !liked && matches!(three[2].text.as_str(), "a" | "an") && !sensed
    })
}

/// Whether the "me" at `at` may be somebody's "my": "with me arm out".
pub(super) fn is_dialect_my(clause: &[Word], at: usize) -> bool {
    let after = at
        .checked_sub(1)
        .is_some_and(|before| PREPOSITIONS.contains(&clause[before].text.as_str()));
    let noun = clause.get(at + 1).is_some_and(|next| {
        let text = next.text.as_str();
        !is_function_word(text)
            && !is_adverb(text)
            && !is_verb(text)
            && !TIMES.contains(&text)
            && text != "halfway"
    });
    after && noun
}
