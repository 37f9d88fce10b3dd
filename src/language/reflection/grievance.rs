//! How much of a problem a clause states: by words that tell of one, and by its grammar, for
//! what goes wrong has no end of words.

use super::super::closed_class::{PREPOSITIONS, is_function_word};
use super::super::redact::is_unit;
use super::heard::Word;
use super::subject::{Kind, Subject};
use super::tables::Tables;
use super::verbs::{bases, is_adverb, is_auxiliary, is_gerund, is_past};

/// From which weight on a clause states a problem.
pub(super) const PROBLEM: f32 = 2.0;
/// What a word of `troubles` weighs.
const TROUBLE: f32 = 2.0;
/// What a clause weighs whose grammar alone tells of a problem.
const BY_GRAMMAR: f32 = 2.0;

/// The weight of a clause: of its words, or of its grammar if they say less.
pub(super) fn weight(clause: &[Word], subject: &Subject, tables: &Tables) -> f32 {
    let words = of_words(clause, tables);
    let grave = words >= PROBLEM || !by_grammar(clause, subject, tables);
    if grave { words } else { BY_GRAMMAR + words / 4.0 }
}

/// The weight of its words.
pub(super) fn of_words(clause: &[Word], tables: &Tables) -> f32 {
    let mut weight = 0.0;
    let mut at = 0;
    while at < clause.len() {
        if let Some((len, found)) = tables.problem.at(&clause[at..]) {
            weight += found;
            at += len;
            continue;
        }
        let text = clause[at].text.trim_end_matches("'s");
        if bases(text).iter().any(|base| tables.troubles.contains(base)) {
            weight += TROUBLE;
        }
        at += 1;
    }
    weight
}

/// Whether the way it is said tells of a problem: a deed, something done to the customer, a
/// comparison, a need, a regret.
fn by_grammar(clause: &[Word], subject: &Subject, tables: &Tables) -> bool {
    compares(clause)
        || drags(clause)
        || recurs(clause, subject)
        || spoils(clause, subject)
        || regrets(clause, subject)
        || deed(clause, subject, tables)
}

/// "Half the size", "less than", "different from", "nothing like".
fn compares(clause: &[Word]) -> bool {
    clause.windows(2).any(|two| {
        let (one, two) = (two[0].text.as_str(), two[1].text.as_str());
        match one {
            "half" | "double" | "twice" | "triple" => {
                matches!(two, "the" | "what" | "as" | "that") || one == "triple"
            }
            "different" => matches!(two, "from" | "to" | "than" | "price" | "size" | "one"),
            "less" | "fewer" | "smaller" | "cheaper" | "longer" | "later" => two == "than",
            "instead" => true,
            "except" => matches!(two, "us" | "me" | "mine" | "ours"),
            "nothing" => two == "like",
            "should" | "could" => two == "have",
            "should've" | "could've" => true,
            "rather" => two == "than",
            _ => false,
        }
    })
}

/// "It took three weeks", "it takes ages to load".
fn drags(clause: &[Word]) -> bool {
    let took = |word: &Word| matches!(word.text.as_str(), "took" | "takes" | "taken" | "taking");
    let Some(at) = clause.iter().position(took) else { return false };
    clause[at + 1..].iter().take(4).any(|word| {
        is_unit(&word.text)
            || matches!(word.text.as_str(), "ages" | "forever" | "attempts" | "calls" | "long")
    })
}

/// "Our internet goes down whenever it's windy", "you've had my passport since april".
fn recurs(clause: &[Word], subject: &Subject) -> bool {
    let any =
        |list: &str| clause.iter().any(|word| list.split(' ').any(|listed| listed == word.text));
    match subject.kind {
        Kind::Noun | Kind::It => {
            let habit = clause.windows(2).any(|two| two[0].text == "every" && two[1].text != "day");
            (any("whenever constantly") || habit) && !any("can will")
        }
        Kind::Company => any("had been") && any("since for") && clause[0].text == "you've",
        _ => false,
    }
}

/// "The crisps had gone soft".
fn spoils(clause: &[Word], subject: &Subject) -> bool {
    let changed = |word: &Word| matches!(word.text.as_str(), "gone" | "went" | "goes");
    let Some(at) = clause.iter().position(changed) else { return false };
    let next = clause.get(at + 1).map_or("since", |word| word.text.as_str());
    // "All my photos have gone since the update".
    let lost = at > 0 && matches!(clause[at - 1].text.as_str(), "has" | "have");
    if lost && matches!(next, "since" | "again") && subject.kind == Kind::Noun {
        return true;
    }
    let place = PREPOSITIONS.contains(&next)
        || is_adverb(next)
        || is_gerund(next)
        || is_function_word(next)
        || matches!(next, "home" | "well" | "fine" | "ok" | "okay" | "smooth" | "live" | "back")
        || matches!(next, "today" | "yesterday" | "ahead" | "away" | "past" | "green" | "first");
    matches!(subject.kind, Kind::Noun | Kind::It | Kind::They) && !place
}

/// What customers say of themselves that asks to be taken up: what they had to do, were kept
/// from, need, wish, had hoped.
fn regrets(clause: &[Word], subject: &Subject) -> bool {
    if subject.kind != Kind::Customer {
        return false;
    }
    let words: Vec<&str> = clause
        .iter()
        .map(|word| word.text.as_str())
        .filter(|word| !is_adverb(word))
        .take(6)
        .collect();
    let later = |at: usize| words.get(at).copied().unwrap_or_default();
    match later(0) {
        "i" | "we" => match later(1) {
            "wish" | "expected" | "feel" | "felt" => words.len() > 3,
            "had" | "have" | "need" => {
                let why = matches!(later(3), "know" | "understand")
                    && matches!(later(4), "why" | "when" | "where" | "how" | "what");
                let done = |word: &str| {
                    matches!(word, "sorted" | "fixed" | "resolved" | "repaired" | "answer")
                };
                (later(2) == "to" && (later(1) != "need" || why))
                    || (later(1) == "need" && words.iter().any(|word| done(word)))
            }
            "want" => {
                let why = matches!(later(3), "know" | "understand") && later(2) == "to";
                why || matches!(later(2), "somebody" | "someone" | "it" | "this" | "my" | "our")
            }
            "paid" | "sent" | "called" | "rang" | "emailed" | "returned" | "cancelled" => {
                clause.iter().any(|word| matches!(word.text.as_str(), "and" | "but" | "already"))
            }
            "ordered" | "booked" => clause.windows(2).any(|two| {
                matches!(two[0].text.as_str(), "and" | "but")
                    && matches!(two[1].text.as_str(), "got" | "received" | "didn't" | "ended")
            }),
            "asked" => clause.iter().all(|word| word.text != "not"),
            _ => false,
        },
        "i've" | "we've" => {
            let chases = |word: &str| {
                matches!(word, "trying" | "chasing" | "calling" | "ringing" | "phoning" | "asking")
                    || matches!(word, "waiting" | "emailing" | "going" | "given" | "told" | "sat")
            };
            (later(1) == "had" && later(2) == "to")
                || (later(1) == "been" && (chases(later(2)) || later(2) == "on"))
                || clause.iter().any(|word| word.text == "already")
        }
        "i'm" | "we're" => {
            matches!(later(1), "having" | "left" | "paying" | "overpaying")
        }
        _ => false,
    }
}

/// Whether it tells what somebody or something did, or what was done to it, and that was not
/// what people do without harm.
fn deed(clause: &[Word], subject: &Subject, tables: &Tables) -> bool {
    let rest = &clause[subject.verb.min(clause.len())..];
    let joined = subject.verb == 0 || clause[subject.verb - 1].text.contains("'s");
    let group = rest.iter().skip(usize::from(subject.verb == 0)).take_while(|word| {
        is_adverb(&word.text)
            || is_auxiliary(&word.text)
            || matches!(word.text.as_str(), "been" | "being" | "got")
    });
    let from = group.count() + usize::from(subject.verb == 0);
    let Some(verb) = rest.get(from).map(|word| word.text.as_str()) else { return false };
    let harmless = bases(verb).iter().any(|base| tables.harmless.contains(base))
        || matches!(
            verb,
            "said"
                | "told"
                | "rang"
                | "gave"
                | "came"
                | "went"
                | "paid"
                | "sent"
                | "bought"
                | "had"
        )
        || matches!(verb, "got" | "done" | "gone" | "let")
        || matches!(verb, "been" | "seen" | "written" | "spoke" | "spoken" | "kept" | "held")
        || matches!(verb, "born" | "married" | "supposed" | "based" | "called" | "named" | "meant")
        || matches!(verb, "thought" | "knew" | "sold" | "found" | "met" | "understood" | "rented");
    // "He just looked at it": what he did was too little.
    let merely = rest[..from].iter().any(|word| matches!(word.text.as_str(), "just" | "simply"));
    let other = matches!(subject.kind, Kind::Person | Kind::They);
    // "Gave our room away".
    let away = clause.iter().any(|word| word.text == "away") && !matches!(verb, "went" | "gone");
    if harmless && !away {
        return merely && other && is_past(verb);
    }
    // "Was opened", "got left", "have been put".
    let passive = rest[..from].iter().any(|word| {
        matches!(word.text.as_str(), "was" | "were" | "been" | "being" | "got" | "is" | "are")
    });
    let active = is_past(verb) && !passive || is_gerund(verb) && (passive || joined);
    match subject.kind {
        Kind::Customer => passive && is_past(verb),
        Kind::Quantity => {
            clause[0].text.starts_with("some") && (active || passive && is_past(verb))
        }
        Kind::It | Kind::There => false,
        _ => active || (passive && is_past(verb)) || from == 0,
    }
}
