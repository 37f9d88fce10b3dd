//! A clause that is too long, without what hangs on it.

use super::super::closed_class::{PREPOSITIONS, is_function_word};
use super::heard::Word;
use super::question::opens;
use super::verbs::{is_adverb, is_auxiliary, is_finite, is_gerund, is_past, is_plain};

/// Of fewer words nothing is cut off.
const LEAST: usize = 4;
/// Fewer words don't do without where.
const LEAST_WITHOUT_PLACE: usize = 6;
/// Whom it is enough to call so.
const SOMEBODY: [&str; 14] = [
    "fella",
    "man",
    "lady",
    "woman",
    "girl",
    "lad",
    "guy",
    "bloke",
    "chap",
    "driver",
    "engineer",
    "technician",
    "plumber",
    "agent",
];

/// "On Sunday night".
const DAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The clause without a relative clause behind its subject, and without what tells since when, how often or where;
/// the longest first.
pub(super) fn shorter(clause: &[Word]) -> Vec<Vec<Word>> {
    let bare = without_relative(clause);
    let whole = bare.as_deref().unwrap_or(clause);
    let cuts = (LEAST..whole.len()).rev().filter(|at| hangs_on(whole, *at));
    let cut: Vec<Vec<Word>> = cuts.map(|at| whole[..at].to_vec()).filter(|cut| acts(cut)).collect();
    bare.into_iter().chain(cut).collect()
}

/// "The dishwasher | you fitted on Tuesday | is leaking".
fn without_relative(clause: &[Word]) -> Option<Vec<Word>> {
    let text = |at: usize| clause.get(at).map_or("", |word| word.text.as_str());
    let owned = matches!(text(0), "the" | "my" | "our" | "your" | "that" | "this");
    let relative = |at: &usize| opens(text(*at)) || matches!(text(*at), "who" | "that");
    let cut = (2..clause.len().min(5)).find(relative)?;
    // "The meals that you bring", "the fella who came".
    let from = if text(cut) == "that" { cut + 1 } else { cut };
    // "The day i rang", "the parcel you said was left".
    let time = |at| {
        matches!(
            text(at),
            "day" | "time" | "week" | "month" | "year" | "minute" | "moment" | "night"
        )
    };
    let says = |at| matches!(text(at), "said" | "told" | "promised" | "thought" | "swore" | "knew");
    let fits = match text(from) {
        "you" | "i" | "we" | "they" => true,
        // Those "who complained" are not all.
        "who" => SOMEBODY.contains(&text(from - 1)),
        _ => false,
    };
    if !owned
        || !fits
        || from + 1 >= clause.len()
        || (1..from).any(|at| time(at) || is_finite(text(at)))
    {
        return None;
    }
    // "The fella you sent to sweep my chimney left soot."
    let acted = |at: usize| {
        is_past(text(at))
            && !is_function_word(text(at - 1))
            && !clause[at + 1..].iter().any(|word| is_auxiliary(&word.text))
    };
    let to = (from + 2..clause.len())
        .find(|at| is_auxiliary(text(*at)) || text(*at) == "keeps" || acted(*at))?;
    let within = from + 1..to;
    // "The phone i bought off you".
    let own = |at: usize| text(at) == "you" && PREPOSITIONS.contains(&text(at - 1));
    let other = |at| {
        (opens(text(at)) && !own(at))
            || matches!(text(at), "that" | "who" | "which" | "and")
            || says(at)
    };
    let verb = is_past(text(from + 1)) || is_plain(text(from + 1));
    let alone = verb && !within.into_iter().any(other);
    alone.then(|| [&clause[..cut], &clause[to..]].concat())
}

/// Whether what begins at `at` tells since when or how often, and what stands before it is true without.
fn hangs_on(clause: &[Word], at: usize) -> bool {
    let next = clause.get(at + 1).map_or("", |next| next.text.as_str());
    let tells = match clause[at].text.as_str() {
        "since" | "whenever" => true,
        "every" => matches!(next, "time" | "single"),
        // "In the baby's room".
        "in" | "at" | "on" | "from" | "over" | "outside" | "under" | "behind" | "near" => {
            let before = clause[at - 1].text.as_str();
            at >= LEAST_WITHOUT_PLACE
                && !(is_past(before) || is_gerund(before) || is_adverb(before))
                && !(is_plain(before) || is_auxiliary(before))
                && (matches!(next, "the" | "a" | "an" | "my" | "our" | "your" | "this")
                    || DAYS.contains(&next))
                && !clause[at + 1..].iter().any(|word| is_finite(&word.text))
        }
        _ => false,
    };
    // "We've had no power since four" is true without.
    let has_none =
        |at: usize| at > 0 && matches!(clause[at - 1].text.as_str(), "had" | "got" | "been");
    let bound = |at: usize| match clause[at].text.as_str() {
        "no" => !has_none(at),
        "only" | "ever" | "not" | "never" | "nobody" | "nothing" | "hardly" | "barely"
        | "without" => true,
        text => text.ends_with("n't"),
    };
    tells && !(0..at).any(bound)
}

/// Whether it says more than a name: who does what.
fn acts(clause: &[Word]) -> bool {
    clause.iter().any(|word| word.text.contains('\'') || is_finite(&word.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(clause: &str, expected: &[&str]) {
        let words: Vec<Word> = clause.split(' ').map(Word::new).collect();
        let said = |words: &Vec<Word>| {
            words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
        };
        let shorter: Vec<String> = shorter(&words).iter().map(said).collect();
        assert_eq!(shorter, expected, "{clause}");
    }

    #[test]
    fn what_hangs_on_it_goes() {
        check(
            "the dishwasher you fitted on tuesday is leaking all over my floor",
            &["the dishwasher is leaking all over my floor"],
        );
        check(
            "the puppy you sold us has been sick since the day we brought him home",
            &[
                "the puppy has been sick since the day we brought him home",
                "the puppy has been sick",
            ],
        );
        check(
            "the app keeps logging me out every time i try and pay",
            &["the app keeps logging me out"],
        );
        check("nobody has rung me back", &[]);
        check(
            "the phone i bought off you won't hold a charge past lunchtime",
            &["the phone won't hold a charge past lunchtime"],
        );
        check(
            "we've had no power on our side of the street since about quarter past four",
            &["we've had no power on our side of the street"],
        );
        check(
            "the meals that you bring to my father are still frozen",
            &["the meals are still frozen"],
        );
        check(
            "the fella you sent to sweep my chimney left soot footprints",
            &["the fella left soot footprints"],
        );
        check(
            "the fella who came to fit the blinds left two of them crooked",
            &["the fella left two of them crooked"],
        );
    }

    #[test]
    fn what_would_say_something_else_stays() {
        for clause in [
            "the day i rang you said it would be here by friday",
            "the first time i called they told me it would be fixed",
            "the parcel you said was left with my neighbour isn't there",
            "nobody can tell me when my parcel is going to arrive",
            "the card only works when i hold it upside down",
            "it's been broken ever since you came",
            "the sofa you delivered that was meant to be grey is orange",
        ] {
            check(clause, &[]);
        }
    }
}
