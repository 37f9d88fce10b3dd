//! Shorter ways to say a clause that is too long.

use super::super::closed_class::PREPOSITIONS;
use super::heard::Word;
use super::subject::{Subject, is_determiner};
use super::verbs::{is_adverb, is_past, is_plain};

/// With these something begins that hangs on to a clause.
const HANGERS: &str = "
    and but because cos when while whenever since after before until with without which who on in
    at from for by during over so even ever just than through despite instead where every till as
    last this yesterday although though again about into onto all to";

/// Shorter ways to say a clause, the longest first: without the clause within its subject,
/// and without what hangs on at its end.
pub(super) fn shorter(clause: &[Word], subject: &Subject) -> Vec<Vec<Word>> {
    let mut shorter = Vec::new();
    let mut whole = clause.to_vec();
    if let Some(relative) = subject.relative.clone().filter(|r| r.end < clause.len()) {
        whole.drain(relative);
        shorter.push(whole.clone());
    }
    let slim: Vec<Word> = whole.iter().filter(|word| !is_weak(&word.text)).cloned().collect();
    if slim.len() < whole.len() {
        shorter.push(slim);
    }
    let told = whole
        .windows(2)
        .any(|two| two[0].text == "was" && matches!(two[1].text.as_str(), "told" | "promised"));
    let from = subject.verb + 2;
    for at in (from..whole.len()).rev() {
        let text = whole[at].text.as_str();
        let hangs = HANGERS.split_ascii_whitespace().any(|hanger| hanger == text);
        let last = whole[at - 1].text.as_str();
        // "With my kids in the car" is one thing, "on monday and another on tuesday" too.
        let joint = matches!(text, "and" | "but");
        let within = whole[at.saturating_sub(4)..at].iter().any(|word| {
            let text = word.text.as_str();
            matches!(text, "and" | "between") || (matches!(text, "with" | "without") && !joint)
        }) || whole.get(at + 1).is_some_and(|next| next.text == last);
        // "The rain", "a charge".
        let noun = at >= 2 && is_determiner(&whole[at - 2].text);
        // "Fell on the stairs", "was charged for it", "a chance to win": it belongs to what is before.
        let bound = match text {
            "on" | "at" | "with" | "for" | "as" | "by" | "into" | "onto" | "about" | "to"
            | "in" | "over" | "through" | "from" | "all" => {
                !noun && (is_past(last) || is_plain(last) || last.ends_with("ing"))
            }
            "last" | "this" | "every" | "again" => !noun && !is_noun_end(last),
            _ => false,
        } || (text == "to" && !noun && !is_noun_end(last))
            || matches!(text, "last" | "this" | "every" | "all" | "just")
                && PREPOSITIONS.contains(&last);
        // "Wrote my pin on a piece of paper": where it was put is what was done.
        let placed =
            matches!(text, "on" | "in" | "into" | "at" | "over" | "through" | "to" | "from")
                && whole[at.saturating_sub(4)..at].iter().any(|word| {
                    matches!(
                        word.text.as_str(),
                        "put"
                            | "wrote"
                            | "written"
                            | "placed"
                            | "stuck"
                            | "parked"
                            | "threw"
                            | "dumped"
                    )
                });
        // What was promised is cut to something else: "he'd be here [at two]".
        // "Keeps asking me to log in".
        let asked = text == "to" && matches!(last, "me" | "us" | "you" | "him" | "her" | "them");
        let bound = bound || asked || placed || (told && PREPOSITIONS.contains(&text));
        if hangs && !within && !bound && subject.relative.as_ref().is_none_or(|r| at > r.end) {
            shorter.push(whole[..at].to_vec());
        }
    }
    shorter
}

/// Whether a sentence loses nothing but force without it.
fn is_weak(word: &str) -> bool {
    matches!(word, "just" | "really" | "absolutely" | "completely" | "totally" | "simply" | "very")
        || matches!(word, "literally" | "specifically" | "constantly" | "actually" | "suddenly")
        || matches!(word, "quite" | "extremely" | "super" | "whatsoever")
}

fn is_noun_end(word: &str) -> bool {
    !is_past(word) && !is_plain(word) && !is_adverb(word) && !word.ends_with("ing")
}
