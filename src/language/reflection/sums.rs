//! A clause told without its sums of money, which recognisers get wrong: "you took forty pounds out of my account" as
//! "you took money out of my account". Where it says something else without, it is left as it is, and not shown.

use super::super::closed_class::is_function_word;
use super::super::redact::{is_unit, number_value};
use super::heard::{Mark, Word};
use super::verbs::is_noun;

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
/// "A forty pound joining fee": these are of a sum.
const FEES: [&str; 14] = [
    "fee",
    "fees",
    "fine",
    "fines",
    "charge",
    "charges",
    "bill",
    "payment",
    "deposit",
    "excess",
    "surcharge",
    "ticket",
    "copay",
    "penalty",
];
/// What has a price that goes up and down.
const PRICED: [&str; 22] = [
    "bill",
    "bills",
    "rent",
    "debit",
    "premium",
    "premiums",
    "fare",
    "fares",
    "price",
    "payment",
    "payments",
    "insurance",
    "tariff",
    "subscription",
    "mortgage",
    "cover",
    "package",
    "plan",
    "fee",
    "fees",
    "tax",
    "cost",
];
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

/// Where the figures that begin at `at` end.
fn after_figures(clause: &[Word], at: usize) -> usize {
    let mut to = at + 1;
    while to < clause.len() && clause[to - 1].mark == Mark::None {
        let joins = matches!(clause[to].text.as_str(), "and" | "point")
            && clause.get(to + 1).is_some_and(is_figure);
        if !is_figure(&clause[to]) && !joins {
            break;
        }
        to += 1;
    }
    to
}

/// The first sum: figures with a currency behind them, or where only money can be meant.
fn sum(clause: &[Word]) -> Option<Sum> {
    let text = |at: usize| clause.get(at).map_or("", |word| word.text.as_str());
    let is_currency = |at: usize| CURRENCIES.contains(&text(at));
    let ends = |at: usize| clause[at - 1].mark > Mark::None || text(at).is_empty();
    let mut at = 0;
    while at < clause.len() {
        if !is_figure(&clause[at]) {
            at += 1;
            continue;
        }
        let mut to = after_figures(clause, at);
        let mut from = at;
        while from > 0 && ABOUT.contains(&text(from - 1)) {
            from -= 1;
        }
        let before = from.checked_sub(1).map_or("", text);
        let two_before = from.checked_sub(2).map_or("", text);
        let changes = CHANGES.contains(&two_before) || two_before == "went";
        if before == "from"
            && changes
            && let Some(to) = after_second(clause, from, to)
        {
            return Some(Sum { from, to });
        }
        if is_currency(to) {
            to += 1;
            // "Forty pounds sixty", "one pound eight pence", but not "forty pounds two weeks ago".
            if !ends(to) && clause.get(to).is_some_and(is_figure) {
                let after = after_figures(clause, to);
                let whole = is_currency(after) || ends(after) || is_function_word(text(after));
                if whole && text(after) != "off" {
                    to = after + usize::from(is_currency(after));
                }
            }
            return Some(Sum { from, to });
        }
        let meant = CHARGES.contains(&before)
            || MOVES.contains(&before)
            || (matches!(before, "me" | "us") && CHARGES.contains(&two_before))
            || (before == "of" && AMOUNTS.contains(&two_before));
        // "Charged three times", "took forty minutes", "took thirty or forty minutes".
        let counts = !text(to).is_empty()
            && !is_function_word(text(to))
            && !matches!(text(to), "last" | "twice" | "again" | "instead");
        let lasts = matches!(text(to), "or" | "to" | "and")
            && (to + 1..to + 5).any(|at| is_unit(text(at)) && !is_currency(at));
        let small = to - at == 1 && value(&clause[at]).is_some_and(|value| value <= 12);
        if meant && !counts && !lasts && !small {
            return Some(Sum { from, to });
        }
        at = to;
    }
    None
}

/// Where "from sixty to a hundred and thirty" ends, if it tells of a price; its figures begin at `from`, and `to` is
/// behind the first of them.
fn after_second(clause: &[Word], from: usize, to: usize) -> Option<usize> {
    let text = |at: usize| clause.get(at).map_or("", |word| word.text.as_str());
    let is_currency = |at: usize| CURRENCIES.contains(&text(at));
    let joint = to + usize::from(is_currency(to));
    if text(joint) != "to" || clause[joint - 1].mark > Mark::None {
        return None;
    }
    let other = (joint + 1..clause.len()).find(|at| !ABOUT.contains(&text(*at)))?;
    if !is_figure(&clause[other]) {
        return None;
    }
    let end = after_figures(clause, other);
    let money = is_currency(to) || is_currency(end);
    let priced = clause[..from]
        .iter()
        .any(|word| PRICED.contains(&word.text.strip_suffix("'s").unwrap_or(&word.text)));
    let end = end + usize::from(is_currency(end));
    // "From eight to twelve hours".
    let goes_on =
        matches!(text(end), "" | "without" | "and" | "but" | "since" | "for" | "a" | "per");
    ((money || priced) && (goes_on || clause[end - 1].mark > Mark::None)).then_some(end)
}

/// What figures come to where that is plain: "eighty-two", "a hundred and forty", "two hundred"; of "one forty" or "29.99"
/// it is not.
fn amount(figures: &[Word]) -> Option<u32> {
    let plain = |word: &Word| -> Option<u32> {
        let value = |part: &str| part.parse().ok().or_else(|| number_value(part));
        let parts: Option<Vec<u32>> = word.text.split('-').map(value).collect();
        match parts?[..] {
            [one] => Some(one),
            [tens, ones] if tens >= 20 && tens % 10 == 0 && ones < 10 => Some(tens + ones),
            _ => None,
        }
    };
    let words: Vec<&Word> = figures
        .iter()
        .filter(|word| !ABOUT.contains(&word.text.as_str()) && word.text != "and")
        .filter(|word| !CURRENCIES.contains(&word.text.as_str()))
        .collect();
    let below_hundred = |words: &[&Word]| match words {
        [] => Some(0),
        [one] => plain(one).filter(|value| *value < 100),
        [tens, ones] => match (plain(tens)?, plain(ones)?) {
            (tens, ones) if tens >= 20 && tens % 10 == 0 && ones < 10 => Some(tens + ones),
            _ => None,
        },
        _ => None,
    };
    match words.iter().position(|word| plain(word) == Some(100)) {
        None if words.is_empty() => None,
        None => below_hundred(&words),
        Some(0) => Some(100 + below_hundred(&words[1..])?),
        Some(1) => Some(
            100 * plain(words[0]).filter(|hundreds| *hundreds < 10)? + below_hundred(&words[2..])?,
        ),
        _ => None,
    }
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
    let fee = (to..to + 4).find(|at| FEES.contains(&text(*at)));
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
