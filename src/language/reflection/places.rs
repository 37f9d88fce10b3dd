//! A clause told without where, where that is a name: "our flight to Faro's been cancelled" as "our flight's been
//! cancelled". Where it says something else without, it is left as it is, and not shown.

use super::heard::Word;
use super::verbs::{is_gerund, is_noun, is_past};

/// Before a name they tell where.
const WHERE: [&str; 5] = ["at", "from", "in", "near", "via"];
/// What goes to a place; "to" anything else may be to somebody.
const TRIPS: [&str; 12] = [
    "flight", "flights", "train", "bus", "coach", "ferry", "boat", "trip", "ticket", "tickets",
    "journey", "crossing",
];

/// The clause without the names of places in it, where it has some and can be told without; else `None`.
pub(super) fn without_places(clause: &[Word]) -> Option<Vec<Word>> {
    let mut told: Vec<Word> = Vec::with_capacity(clause.len());
    let mut at = 0;
    while at < clause.len() {
        let word = &clause[at];
        let run = clause[at + 1..].iter().take_while(|word| word.private).count();
        let before = told.last().map_or("", |before| before.text.as_str());
        let tells_where = match word.text.as_str() {
            "to" => TRIPS.contains(&before),
            text => WHERE.contains(&text) && is_noun(before),
        };
        if run == 0 || word.private || !tells_where || told.len() < 2 {
            told.push(word.clone());
            at += 1;
            continue;
        }
        let (last, next) = (&clause[at + run], clause.get(at + run + 1));
        let before = told.last_mut()?;
        before.mark = last.mark;
        // "Our flight to Faro's been cancelled."
        if last.text.ends_with("'s") {
            let done = next.is_some_and(|next| is_past(&next.text) || is_gerund(&next.text));
            if !done || word.text != "to" || before.text.contains('\'') {
                return None;
            }
            before.text.push_str("'s");
            before.shown = None;
        }
        at += 1 + run;
    }
    (told.len() < clause.len() && told.len() > 3).then_some(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Private words begin with `_`.
    fn places(text: &str) -> Option<String> {
        let word = |word: &str| {
            let private = word.starts_with('_');
            Word { private, ..Word::new(word.trim_start_matches('_')) }
        };
        let words: Vec<Word> = text.split(' ').map(word).collect();
        let told = without_places(&words)?;
        Some(told.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn a_clause_is_told_without_its_place() {
        for (clause, told) in [
            ("our flight to _faro's been cancelled", "our flight's been cancelled"),
            ("my bag never came off the carousel at _lisbon", "my bag never came off the carousel"),
            ("i'm getting parking fines from _bradford", "i'm getting parking fines"),
        ] {
            assert_eq!(places(clause).as_deref(), Some(told), "{clause}");
        }
    }

    #[test]
    fn what_says_something_else_without_its_place_stays() {
        for clause in [
            "i spoke to _karen",
            "you've got my name down as _mrs",
            "i live in _hove",
            "my mum doesn't live in _leeds any more",
            "my luggage is still in _madrid",
            "i still can't get to _manchester",
            "you delivered my parcel to _mrs _patel",
            "my card ending in _4321 was declined",
            "i was staying at _karen's house when it came",
            "i left my bag at _karen's",
        ] {
            assert_eq!(places(clause), None, "{clause}");
        }
    }
}
