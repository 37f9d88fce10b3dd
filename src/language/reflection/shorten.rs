//! A clause that is too long, without what hangs on it.

use super::heard::Word;
use super::question::opens;
use super::verbs::{is_auxiliary, is_finite, is_past};

/// Of fewer words nothing is cut off.
const LEAST: usize = 4;

/// The clause without a relative clause behind its subject, and without what tells since when or how often;
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
    let text = |at: usize| clause[at].text.as_str();
    let owned = matches!(text(0), "the" | "my" | "our" | "your" | "that" | "this");
    let from = (2..clause.len().min(5)).find(|at| opens(text(*at)))?;
    // "The day i rang", "the parcel you said was left".
    let time = |at| {
        matches!(
            text(at),
            "day" | "time" | "week" | "month" | "year" | "minute" | "moment" | "night"
        )
    };
    let says = |at| matches!(text(at), "said" | "told" | "promised" | "thought" | "swore" | "knew");
    let fits = matches!(text(from), "you" | "i" | "we" | "they") && from + 1 < clause.len();
    if !owned || !fits || (1..from).any(|at| time(at) || is_finite(text(at))) {
        return None;
    }
    let to = (from + 2..clause.len()).find(|at| is_auxiliary(text(*at)) || text(*at) == "keeps")?;
    let within = from + 1..to;
    let other =
        |at| opens(text(at)) || matches!(text(at), "that" | "who" | "which" | "and") || says(at);
    let alone = is_past(text(from + 1)) && !within.into_iter().any(other);
    alone.then(|| [&clause[..from], &clause[to..]].concat())
}

/// Whether what begins at `at` tells since when or how often, and what stands before it is true without.
fn hangs_on(clause: &[Word], at: usize) -> bool {
    let next = clause.get(at + 1).map_or("", |next| next.text.as_str());
    let tells = match clause[at].text.as_str() {
        "since" | "whenever" => true,
        "every" => matches!(next, "time" | "single"),
        _ => false,
    };
    let bound = |word: &Word| {
        matches!(
            word.text.as_str(),
            "only" | "ever" | "not" | "never" | "nobody" | "nothing" | "no"
        ) || word.text.ends_with("n't")
    };
    tells && !clause[..at].iter().any(bound)
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
