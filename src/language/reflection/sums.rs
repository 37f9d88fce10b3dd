//! A clause told without its sums of money, which recognisers get wrong: "you took forty pounds out of my account" as
//! "you took money out of my account". Where it says something else without, it is left as it is, and not shown.

use super::super::closed_class::is_function_word;
use super::super::redact::number_value;
use super::heard::{Mark, Word};
use super::money::{AMOUNTS, CHANGES, CHARGES, MOVES, Sum, amount, sum};
use super::verbs::is_noun;

/// So a sum comes again.
const EACH: [&str; 10] =
    ["day", "week", "month", "year", "time", "go", "hour", "night", "person", "visit"];

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
    let each = matches!(text(to), "a" | "per" | "each") && EACH.contains(&text(to + 1));
    let end = if each { to + 2 } else { to };
    // "A forty pound joining fee".
    let article = ["a", "an", "another", "the"].iter().find(|article| **article == text(from));
    let fee = (to..to + 4).find(|at| AMOUNTS.contains(&text(*at)));
    if let (Some(article), Some(fee)) = (article, fee)
        && before != "from"
        && !clause[to..fee].iter().any(|word| is_function_word(&word.text) && word.text != "off")
    {
        let article = match *article {
            "a" | "an" if begins_with_vowel(text(to)) => "an",
            "a" | "an" => "a",
            other => other,
        };
        return Some([&clause[..from], &[Word::new(article)], &clause[to..]].concat());
    }
    // "Sixty pounds postage".
    if is_noun(text(end))
        && clause[end - 1].mark == Mark::None
        && !is_time(text(end))
        && number_value(text(end)).is_none()
    {
        return None;
    }
    let money =
        |from: usize| Some([&clause[..from], &[Word::new("money")], &clause[end..]].concat());
    let without = |from: usize| Some([&clause[..from], &clause[end..]].concat());
    match before {
        "of" | "for" if AMOUNTS.contains(&two_before) => without(from - 1),
        "from" if matches!(two_before, "gone" | "went") => {
            // Up or down: "gone from eighty to a hundred and forty".
            let joint = from + clause[from..to].iter().position(|word| word.text == "to")?;
            let (one, other) = (amount(&clause[from..joint])?, amount(&clause[joint + 1..to])?);
            let way = if one < other { "up" } else { "down" };
            Some([&clause[..from - 1], &[Word::new(way)], &clause[end..]].concat())
        }
        // Bare "gone to" or "up to" says something else.
        "to" if two_before == "gone" => None,
        "to" if matches!(two_before, "up" | "down") && !changed_before(clause, from - 2) => None,
        "by" | "to" | "from" if CHANGES.contains(&two_before) => without(from - 1),
        "up" | "down" if CHANGES.contains(&two_before) || two_before == "went" => without(from),
        "for" if clause[..from].iter().any(|word| is_dunning(&word.text)) => money(from),
        "for" => None,
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

/// "Gone up to", "put my rent up to": something changed.
fn changed_before(clause: &[Word], at: usize) -> bool {
    clause[..at].iter().any(|word| {
        let word = word.text.trim_end_matches("'s");
        matches!(
            word,
            "gone" | "went" | "going" | "goes" | "put" | "putting" | "jumped" | "crept" | "shot"
        )
    })
}

fn is_dunning(word: &str) -> bool {
    ["chas", "ask", "demand", "hound", "invoic", "bill"].iter().any(|stem| word.starts_with(stem))
}

/// What tells when, behind a sum: "took forty pounds yesterday".
fn is_time(word: &str) -> bool {
    matches!(
        word,
        "today"
            | "yesterday"
            | "overnight"
            | "twice"
            | "again"
            | "last"
            | "instead"
            | "back"
            | "missing"
    )
}

fn begins_with_vowel(word: &str) -> bool {
    let said_as_consonant = ["eu", "uni", "use", "one"].iter().any(|start| word.starts_with(start));
    word.starts_with(['a', 'e', 'i', 'o', 'u']) && !said_as_consonant
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
            ("you took a hundred pounds yesterday", "you took money yesterday"),
            ("you took forty pounds two weeks ago", "you took money two weeks ago"),
            ("i paid a forty pound upgrade fee", "i paid an upgrade fee"),
            ("my bill went from £40 to £60", "my bill went up"),
            ("you've charged me a forty pound one off fee", "you've charged me a one off fee"),
            (
                "my bill went from forty pounds to sixty and nobody told me",
                "my bill went up and nobody told me",
            ),
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
            "my rent has gone from 29.99 to 34.00",
            "my bill went from ninety to one forty",
            "my bill's gone from nine hundred to one thousand two hundred",
            "my wait has gone from ten to forty minutes",
            "the queue went from forty to ten people",
            "my appointment has gone from nine to eleven",
            "it took thirty or forty minutes to get through",
            "i paid forty pounds postage",
            "i want a hundred pounds compensation",
            "my bill has gone to two hundred pounds",
            "you promised me up to two hundred pounds",
            "got a red letter for one pound eight pence",
            "you have charged four hundred this month without notice",
        ] {
            check(clause, None);
        }
    }
}
