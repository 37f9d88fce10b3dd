//! Where a clause tells of a sum of money, and what it comes to.

use super::super::closed_class::is_function_word;
use super::super::redact::{is_unit, number_value};
use super::heard::{Mark, Word};

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
/// Of so much: "a late fee of", "two payments of", "a forty pound joining fee".
pub(super) const AMOUNTS: [&str; 18] = [
    "fee",
    "fees",
    "bill",
    "charge",
    "charges",
    "payment",
    "payments",
    "refund",
    "deposit",
    "fine",
    "fines",
    "invoice",
    "debt",
    "excess",
    "ticket",
    "copay",
    "surcharge",
    "penalty",
];
/// These say enough without how much.
pub(super) const CHARGES: [&str; 9] = [
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
pub(super) const MOVES: [&str; 22] = [
    "take", "takes", "took", "taken", "taking", "pay", "pays", "paid", "paying", "lose", "lost",
    "losing", "spend", "spent", "spending", "owe", "owes", "owed", "want", "wants", "wanted",
    "deducted",
];
/// So a bill changes by a sum, or to one.
pub(super) const CHANGES: [&str; 8] =
    ["up", "down", "rose", "risen", "increased", "raised", "dropped", "gone"];
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

/// A sum of money: its first word, with what goes with it, and the one behind it.
pub(super) struct Sum {
    pub from: usize,
    pub to: usize,
}

fn is_figure(word: &Word) -> bool {
    word.text.contains(|c: char| c.is_ascii_digit()) || value(word).is_some()
}

/// Of "forty-two" the forty.
fn value(word: &Word) -> Option<u32> {
    part_value(word.text.split('-').next().unwrap_or_default())
}

fn part_value(part: &str) -> Option<u32> {
    part.parse().ok().or_else(|| number_value(part))
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
pub(super) fn sum(clause: &[Word]) -> Option<Sum> {
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
pub(super) fn amount(figures: &[Word]) -> Option<u32> {
    let plain = |word: &Word| -> Option<u32> {
        let parts: Option<Vec<u32>> = word.text.split('-').map(part_value).collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_come_to_what_is_plain() {
        for (figures, expected) in [
            ("eighty-two", Some(82)),
            ("a hundred and forty", Some(140)),
            ("nine hundred", Some(900)),
            ("60 pounds", Some(60)),
            ("one forty", None),
            ("nineteen ninety nine", None),
            ("one thousand two hundred", None),
            ("29 99", None),
            ("29.99", None),
        ] {
            let words: Vec<Word> = figures.split(' ').map(Word::new).collect();
            assert_eq!(amount(&words), expected, "{figures}");
        }
    }
}
