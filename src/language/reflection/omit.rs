//! A clause told without what is not to be said back: without sums, which recognisers get wrong ("you took
//! forty pounds out of my account" as "you took money out of my account"), and without where, where that is a name.
//! Where a clause says something else without them it is left as it is, and not shown.

use super::super::closed_class::is_function_word;
use super::super::redact::number_value;
use super::heard::{Mark, Word};
use super::verbs::{is_adverb, is_auxiliary, is_gerund, is_past, is_verb};

/// What figures before it make a sum of money.
pub(super) const CURRENCIES: [&str; 13] = [
    "pounds", "pound", "quid", "bucks", "dollars", "dollar", "euros", "euro", "rupees", "pence",
    "p", "cents", "grand",
];
/// What stands before a sum and goes with it.
const ABOUT: [&str; 13] = [
    "a", "an", "over", "about", "around", "nearly", "almost", "another", "extra", "the", "like",
    "some", "exactly",
];
/// Of so much: "a late fee of", "two payments of".
const AMOUNTS: [&str; 12] = [
    "fee", "fees", "bill", "charge", "charges", "payment", "payments", "refund", "deposit", "fine",
    "invoice", "debt",
];
/// These say enough without how much.
const CHARGES: [&str; 9] = [
    "charge",
    "charged",
    "charging",
    "charges",
    "billed",
    "billing",
    "fined",
    "overcharged",
    "invoiced",
];
/// Money moves by these.
const MOVES: [&str; 22] = [
    "take", "takes", "took", "taken", "taking", "pay", "pays", "paid", "paying", "lose", "lost",
    "losing", "spend", "spent", "spending", "owe", "owes", "owed", "want", "wants", "wanted",
    "deducted",
];
/// So a bill changes by a sum, or to one.
const CHANGES: [&str; 8] =
    ["up", "down", "rose", "risen", "increased", "raised", "dropped", "gone"];
/// A sum before these is so much in a time.
const TIMES: [&str; 8] = ["month", "week", "year", "day", "hour", "hours", "minute", "minutes"];
/// Before a name they tell where.
const WHERE: [&str; 5] = ["at", "from", "in", "near", "via"];
/// What goes to a place; "to" anything else may be to somebody.
const TRIPS: [&str; 12] = [
    "flight", "flights", "train", "bus", "coach", "ferry", "boat", "trip", "ticket", "tickets",
    "journey", "crossing",
];

/// The clause without its sums, where it has some and can be told without; else `None`.
pub(super) fn without_sums(clause: &[Word]) -> Option<Vec<Word>> {
    let mut told = clause.to_vec();
    let mut found = false;
    while let Some(sum) = sum(&told) {
        told = told_without(&told, sum)?;
        found = true;
    }
    found.then_some(told)
}

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

/// Whether it is likelier a noun than anything else.
fn is_noun(word: &str) -> bool {
    !word.is_empty()
        && !is_function_word(word)
        && !is_auxiliary(word)
        && !is_verb(word)
        && !is_past(word)
        && !is_gerund(word)
        && !is_adverb(word)
}

/// A sum of money: its first word, with what goes with it, and the one behind it.
struct Sum {
    from: usize,
    to: usize,
}

fn is_figure(word: &Word) -> bool {
    word.text.contains(|c: char| c.is_ascii_digit()) || value(word).is_some()
}

fn value(word: &Word) -> Option<u32> {
    let first = word.text.split('-').next().unwrap_or_default();
    first.parse().ok().or_else(|| number_value(first))
}

/// The first sum: figures with a currency behind them, or where only money can be meant.
fn sum(clause: &[Word]) -> Option<Sum> {
    let text = |at: usize| clause.get(at).map_or("", |word| word.text.as_str());
    let mut at = 0;
    while at < clause.len() {
        if !is_figure(&clause[at]) {
            at += 1;
            continue;
        }
        let mut to = at + 1;
        while to < clause.len() && clause[to - 1].mark == Mark::None {
            let joins =
                matches!(text(to), "and" | "point") && clause.get(to + 1).is_some_and(is_figure);
            if !is_figure(&clause[to]) && !joins {
                break;
            }
            to += 1;
        }
        let mut from = at;
        while from > 0 && ABOUT.contains(&text(from - 1)) {
            from -= 1;
        }
        let before = from.checked_sub(1).map_or("", text);
        let two_before = from.checked_sub(2).map_or("", text);
        let goes_on = |to: usize| clause[to - 1].mark == Mark::None;
        let currency = usize::from(CURRENCIES.contains(&text(to)));
        // "From sixty to a hundred and thirty".
        let changes = CHANGES.contains(&two_before) || two_before == "went";
        if before == "from" && changes && text(to + currency) == "to" && goes_on(to) {
            let other = (to + currency + 1..clause.len()).find(|at| !ABOUT.contains(&text(*at)))?;
            let figures =
                clause[other..].iter().take_while(|word| is_figure(word) || word.text == "and");
            let mut to = other + figures.count();
            to += usize::from(CURRENCIES.contains(&text(to)));
            if to > other {
                return Some(Sum { from, to });
            }
        }
        if currency > 0 {
            to += 1;
            // "Forty pounds sixty", "one pound eight pence".
            while clause.get(to).is_some_and(is_figure) && goes_on(to) {
                to += 1 + usize::from(CURRENCIES.contains(&text(to + 1)));
            }
            return Some(Sum { from, to });
        }
        let meant = CHARGES.contains(&before)
            || MOVES.contains(&before)
            || (matches!(before, "me" | "us") && CHARGES.contains(&two_before))
            || (before == "of" && AMOUNTS.contains(&two_before));
        // "Charged three times", "took forty minutes".
        let counts = !text(to).is_empty()
            && !is_function_word(text(to))
            && !matches!(text(to), "last" | "twice" | "again" | "instead");
        let small = to - at == 1 && value(&clause[at]).is_some_and(|value| value <= 12);
        if meant && !counts && !small {
            return Some(Sum { from, to });
        }
        at = to;
    }
    None
}

/// Of "eighty-two to a hundred and forty" both figures.
fn of_two(words: &[Word]) -> Option<(u32, u32)> {
    let to = words.iter().position(|word| word.text == "to")?;
    let figure = |words: &[Word]| {
        let parts = words
            .iter()
            .flat_map(|word| word.text.split('-'))
            .filter_map(|part| part.parse().ok().or_else(|| number_value(part)));
        parts.reduce(|sum: u32, part| match part {
            100 | 1000 => sum.saturating_mul(part),
            _ => sum.saturating_add(part),
        })
    };
    Some((figure(&words[..to])?, figure(&words[to + 1..])?))
}

/// The clause without this sum.
fn told_without(clause: &[Word], Sum { from, to }: Sum) -> Option<Vec<Word>> {
    let text = |at: usize| clause.get(at).map_or("", |word| word.text.as_str());
    let before = from.checked_sub(1).map_or("", text);
    let two_before = from.checked_sub(2).map_or("", text);
    // "Four pounds of it", "forty instead of four", "only forty".
    let compares = |word: &Word| matches!(word.text.as_str(), "only" | "instead" | "than");
    if text(to) == "of" || clause.iter().any(compares) {
        return None;
    }
    // "Forty pounds a month".
    let each = matches!(text(to), "a" | "per" | "each")
        && matches!(text(to + 1), "day" | "week" | "month" | "year" | "time" | "go");
    let end = if each { to + 2 } else { to };
    // "A forty pound joining fee".
    let of_thing =
        matches!(text(from), "a" | "an" | "another" | "the") && is_noun(text(to)) && !each;
    if of_thing && !TIMES.contains(&text(to)) {
        let vowel = text(to).starts_with(['a', 'e', 'i', 'o', 'u']);
        let article = match text(from) {
            "a" | "an" => {
                if vowel {
                    "an"
                } else {
                    "a"
                }
            }
            other => other,
        };
        return Some([&clause[..from], &[Word::new(article)], &clause[to..]].concat());
    }
    let money =
        |from: usize| Some([&clause[..from], &[Word::new("money")], &clause[end..]].concat());
    let without = |from: usize| Some([&clause[..from], &clause[end..]].concat());
    match before {
        "of" | "for" if AMOUNTS.contains(&two_before) => without(from - 1),
        "from" if matches!(two_before, "gone" | "went") => {
            // Up or down: "gone from eighty to a hundred and forty".
            let (one, other) = of_two(&clause[from..to])?;
            let way = if one < other { "up" } else { "down" };
            Some([&clause[..from - 1], &[Word::new(way)], &clause[end..]].concat())
        }
        "by" | "to" | "from" if CHANGES.contains(&two_before) => without(from - 1),
        "up" | "down" if CHANGES.contains(&two_before) || two_before == "went" => without(from),
        "for" => money(from),
        "me" | "us" if CHARGES.contains(&two_before) => without(from),
        "had" if matches!(text(end), "taken" | "stolen" | "deducted" | "out") => money(from),
        "there's" if matches!(text(end), "missing" | "gone") => money(from),
        "pay" | "paying" if !each && text(end).is_empty() => {
            let extra = matches!(text(from), "another" | "extra");
            extra.then(|| [&clause[..from], &[Word::new("extra")]].concat())
        }
        _ if CHARGES.contains(&before) => {
            let goes_on = matches!(text(end), "for" | "twice" | "again" | "out");
            if goes_on { without(from) } else { None }
        }
        "pay" | "pays" | "paid" | "paying" | "spend" | "spent" if text(end) == "for" && !each => {
            without(from)
        }
        "pay" | "pays" | "paid" | "paying" if each => None,
        _ if MOVES.contains(&before) => money(from),
        "" if matches!(text(end), "has" | "was" | "went") => money(from),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::heard::{cleaned, hear};
    use super::super::tables::Tables;
    use super::*;
    use crate::language::redact::Redaction;

    fn said(words: Option<Vec<Word>>) -> Option<String> {
        let words = words?;
        Some(words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "))
    }

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let words = cleaned(hear(text, &Redaction::default()), &Tables::default());
        assert_eq!(said(without_sums(&words)).as_deref(), expected, "{text}");
    }

    #[test]
    fn a_clause_is_told_without_its_sum() {
        for (clause, told) in [
            (
                "you took forty-two quid out of my account twice",
                "you took money out of my account twice",
            ),
            ("someone has taken £4.99 from my account", "someone has taken money from my account"),
            (
                "the insurance has gone up by two hundred and ten pounds",
                "the insurance has gone up",
            ),
            ("my bill's gone up to two hundred pounds a month", "my bill's gone up"),
            (
                "i got a bill for a hundred and twenty five bucks for the visit",
                "i got a bill for the visit",
            ),
            ("you charged me three hundred pounds for a router", "you charged me for a router"),
            ("i paid sixty pounds for a dress that ripped", "i paid for a dress that ripped"),
            (
                "you've been taking 14.99 every month since then",
                "you've been taking money every month since then",
            ),
            ("you're chasing me for forty pounds", "you're chasing me for money"),
            ("i've had two hundred quid taken off my card", "i've had money taken off my card"),
            (
                "my water bill's gone up from twenty-nine to eighty-eight a month",
                "my water bill's gone up",
            ),
            ("you've put my rent up from sixty to a hundred and thirty", "you've put my rent up"),
            ("it went up ninety dollars", "it went up"),
            (
                "my direct debit has gone from eighty-two pounds to a hundred and forty",
                "my direct debit has gone up",
            ),
            ("my heating bill went from two hundred to ninety", "my heating bill went down"),
            (
                "you've hit me with a forty nine dollar cancellation fee",
                "you've hit me with a cancellation fee",
            ),
            ("there's a forty pound admin fee on my bill", "there's an admin fee on my bill"),
            (
                "someone's had eight hundred pound out of my account",
                "someone's had money out of my account",
            ),
            ("there's two hundred and seven pounds missing", "there's money missing"),
            ("got a red letter for one pound eight pence", "got a red letter for money"),
            ("you made me pay another fifty-five euros", "you made me pay extra"),
            ("you've slapped a late fee of $312.50 on us", "you've slapped a late fee on us"),
            ("two hundred pounds has gone from my account", "money has gone from my account"),
            (
                "there's two payments of 89.99 pounds on the same day",
                "there's two payments on the same day",
            ),
        ] {
            check(clause, Some(told));
        }
    }

    #[test]
    fn what_says_something_else_without_its_sum_stays() {
        for clause in [
            "the invoice says seven hundred and ninety",
            "i'm paying sixty eight a month",
            "i was charged twice",
            "you've charged me 3 times",
            "it took forty minutes to get through",
            "i've spent 3 hours on hold",
            "my battery lost forty percent overnight",
            "nobody told me fifty pounds would be taken",
            "you only refunded me forty pounds",
            "you took forty pounds for the charity instead of four",
            "you've paid four hundred pounds of it",
            "i waited three hours",
            "i was quoted three hundred for the clutch",
            "she only pays forty a month for the same package",
            "you made me pay fifty-five euros",
            "my tablet's racked up two hundred pounds",
            "i moved from 60 to 130 elm street",
            "you have charged four hundred this month without notice",
        ] {
            check(clause, None);
        }
    }

    /// Private words begin with `_`.
    fn places(text: &str) -> Option<String> {
        let word = |word: &str| {
            let private = word.starts_with('_');
            Word { private, ..Word::new(word.trim_start_matches('_')) }
        };
        let words: Vec<Word> = text.split(' ').map(word).collect();
        said(without_places(&words))
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
