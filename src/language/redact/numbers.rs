//! Numbers that identify, in digits and spoken.

use std::ops::Range;

use super::{Found, Kind, Word};

/// From how many digits on a number is hidden whatever it counts.
const MANY_DIGITS: usize = 5;
/// From how many digits said one by one it is a code: "oh seven nine".
const SPELT_DIGITS: usize = 3;
/// How many words after "account" and the like a short number still belongs to it, and how many may lie
/// between two groups of a number: "four seven six two, no, sorry, four seven six three".
const REACH: usize = 4;
/// How many words after "born" the parts of a date may lie.
const DATE_REACH: usize = 8;
/// Words whose next word is never a quantity, if it is a number.
const KEEPERS: [&str; 8] =
    ["account", "card", "pin", "password", "code", "reference", "policy", "extension"];

/// Words that announce a number.
const ANNOUNCERS: [&str; 30] = [
    "number",
    "account",
    "card",
    "pin",
    "code",
    "policy",
    "reference",
    "ref",
    "ending",
    "ends",
    "extension",
    "serial",
    "tracking",
    "invoice",
    "order",
    "booking",
    "ticket",
    "passport",
    "licence",
    "license",
    "birth",
    "born",
    "digits",
    "end",
    "expiry",
    "expires",
    "password",
    "cvv",
    "p-i-n",
    "p.i.n",
];

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// What is counted or measured: a number before it is a quantity.
const UNITS: [&str; 38] = [
    "second", "seconds", "minute", "minutes", "hour", "hours", "day", "days", "night", "nights",
    "week", "weeks", "weekend", "weekends", "month", "months", "year", "years", "times", "pounds",
    "pound", "quid", "p", "pence", "dollar", "dollars", "bucks", "cents", "euro", "euros",
    "percent", "people", "o'clock", "am", "pm", "miles", "items", "calls",
];

/// The value of a number word, and whether it is a digit, a teen or a ten.
pub(in crate::language) fn value(word: &str) -> Option<u32> {
    Some(match word {
        "zero" | "nought" | "oh" | "o" => 0,
        "one" => 1,
        "two" => 2,
        "three" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        "seven" => 7,
        "eight" => 8,
        "nine" => 9,
        "ten" => 10,
        "eleven" => 11,
        "twelve" => 12,
        "thirteen" => 13,
        "fourteen" => 14,
        "fifteen" => 15,
        "sixteen" => 16,
        "seventeen" => 17,
        "eighteen" => 18,
        "nineteen" => 19,
        "twenty" => 20,
        "thirty" => 30,
        "forty" | "fourty" => 40,
        "fifty" => 50,
        "sixty" => 60,
        "seventy" => 70,
        "eighty" => 80,
        "ninety" => 90,
        "hundred" => 100,
        "thousand" => 1000,
        "million" => 1_000_000,
        _ => return None,
    })
}

/// Whether a number before `word` counts something ("weeks", "pounds").
pub(in crate::language) fn is_unit(word: &str) -> bool {
    UNITS.contains(&word)
}

/// What one word gives to a number.
enum Piece {
    /// This many digits, written as digits.
    Digits(usize),
    /// Spoken values: one, or two for "forty-two".
    Values(Vec<u32>),
    /// "double", "triple": the next digit counts that often.
    Again(usize),
    /// A letter of a code.
    Letter,
}

fn piece(word: &Word) -> Option<Piece> {
    let digits = word.plain.chars().filter(char::is_ascii_digit).count();
    if digits > 0 {
        return Some(Piece::Digits(digits));
    }
    match word.plain.as_str() {
        "double" => return Some(Piece::Again(2)),
        "triple" | "treble" => return Some(Piece::Again(3)),
        _ => {}
    }
    let values: Option<Vec<u32>> = word.plain.split('-').map(value).collect();
    if let Some(values) = values {
        return Some(Piece::Values(values));
    }
    let mut letters = word.plain.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) if letter.is_alphabetic() => Some(Piece::Letter),
        _ => None,
    }
}

/// The numbers that are to be hidden.
pub(super) fn find(words: &[Word]) -> Vec<Found> {
    let runs = runs(words);
    let mut hidden: Vec<bool> = runs.iter().map(|run| is_private(words, run)).collect();
    // Groups beside a number belong to it, and to each other.
    let near = |a: &Range<usize>, b: &Range<usize>| b.start - a.end <= REACH;
    let counts = |run: &Range<usize>| {
        words.get(run.end).is_some_and(|next| is_unit(&next.plain)) || is_article(words, run)
    };
    for at in 1..runs.len() {
        hidden[at] |= hidden[at - 1] && near(&runs[at - 1], &runs[at]) && !counts(&runs[at]);
    }
    for at in (1..runs.len()).rev() {
        hidden[at - 1] |= hidden[at] && near(&runs[at - 1], &runs[at]) && !counts(&runs[at - 1]);
    }
    let hidden = runs.into_iter().zip(hidden).filter(|(_, hidden)| *hidden);
    hidden.map(|(words, _)| Found { words, kind: Kind::Number }).collect()
}

/// "the one that broke", "one of them": a word, not a digit.
fn is_article(words: &[Word], run: &Range<usize>) -> bool {
    run.len() == 1 && words[run.start].plain == "one" && !words[run.start].ends
}

/// All that could be numbers, to be hidden or not.
pub(super) fn runs(words: &[Word]) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let run = run_from(words, at);
        at = run.end.max(at + 1);
        if !run.is_empty() {
            runs.push(run);
        }
    }
    runs
}

/// How many digits the pieces of a number have.
pub(super) fn digits(words: &[Word]) -> usize {
    count(words).digits
}

/// The words from `start` on that are pieces of one number; "and" within "hundred and five".
fn run_from(words: &[Word], start: usize) -> Range<usize> {
    let mut end = start;
    while end < words.len() {
        let and = words[end].plain == "and"
            && end > start
            && matches!(words[end - 1].plain.as_str(), "hundred" | "thousand")
            && words.get(end + 1).is_some_and(|next| value(&next.plain).is_some());
        if !and && piece(&words[end]).is_none() && !is_nought(words, end, start) {
            break;
        }
        end += 1;
    }
    if end == start {
        return start..start;
    }
    // "oh" and "a" before a number, and "a" and "i" after, are mostly words.
    let mut run = start..end;
    while run.len() > 1 && is_word(&words[run.end - 1].plain) {
        run.end -= 1;
    }
    // "oh seven nine four, two weeks ago": a quantity after a mark is a number of its own.
    if words.get(run.end).is_some_and(|next| is_unit(&next.plain))
        && let Some(mark) = (run.start..run.end - 1).rev().find(|&at| words[at].ends)
    {
        run.end = mark + 1;
    }
    if !words[run.clone()].iter().any(|word| !matches!(piece(word), Some(Piece::Letter) | None)) {
        return start..start;
    }
    run
}

/// A recogniser hears "not" for "nought" between digits.
fn is_nought(words: &[Word], at: usize, start: usize) -> bool {
    let digit = |at: usize| {
        words.get(at).is_some_and(|word| {
            matches!(piece(word), Some(Piece::Digits(_) | Piece::Values(_) | Piece::Again(_)))
                || word.plain == "not"
        })
    };
    matches!(words[at].plain.as_str(), "not" | "naught" | "nor")
        && at > start
        && digit(at - 1)
        && digit(at + 1)
        && words.get(at + 1).is_some_and(|next| next.plain != "one")
}

/// Letters that are words of their own.
fn is_word(letter: &str) -> bool {
    matches!(letter, "a" | "i" | "x" | "p")
}

/// What the pieces of a number amount to.
struct Count {
    digits: usize,
    letters: usize,
    /// Digits that were said one by one.
    spelt: usize,
}

fn count(words: &[Word]) -> Count {
    let mut digits = 0;
    let mut letters = 0;
    let mut spelt = 0;
    let mut again = 1;
    let mut spoken: Vec<u32> = Vec::new();
    for word in words {
        match piece(word) {
            Some(Piece::Digits(n)) => {
                digits += n * again;
                // "9-O-1-2", "2-double-7"; not "24-7".
                let single = |part: &&str| part.len() == 1 || *part == "double";
                let parts = word.plain.split('-').filter(single).count();
                spelt += if word.plain.contains('-') { parts } else { usize::from(n == 1) };
                // "AB1234": a code in one word; "7am", "40p" and "2nd" are none.
                letters += usize::from(n > 2 && word.plain.contains(|c: char| c.is_alphabetic()));
            }
            Some(Piece::Values(values)) => {
                if let ([0..=9], true) = (&values[..], again > 1) {
                    digits += again;
                    spelt += again;
                } else {
                    spelt += usize::from(matches!(values[..], [0..=9]));
                    spoken.extend(values);
                }
            }
            Some(Piece::Letter) => letters += usize::from(!is_word(&word.plain)),
            Some(Piece::Again(n)) => {
                again = n;
                continue;
            }
            None => {}
        }
        again = 1;
    }
    Count { digits: digits + spoken_digits(&spoken), letters, spelt }
}

fn is_private(words: &[Word], run: &Range<usize>) -> bool {
    let Count { digits, letters, spelt } = count(&words[run.clone()]);
    let next = words.get(run.end).map_or("", |word| word.plain.as_str());
    let before = &words[run.start.saturating_sub(REACH)..run.start];
    let announced = before.iter().any(|word| ANNOUNCERS.contains(&word.plain.as_str()));
    let kept = run.start > 0 && KEEPERS.contains(&words[run.start - 1].plain.as_str());
    // "born on the third of the eleventh".
    let earlier = &words[run.start.saturating_sub(DATE_REACH)..run.start];
    let dated = earlier.iter().any(|word| matches!(word.plain.as_str(), "born" | "birth"));
    digits >= MANY_DIGITS
        || is_code(words, run)
        || ((kept || dated) && digits > 0 && !is_unit(next))
        || spelt >= SPELT_DIGITS
        || (letters > 0 && digits >= 2)
        || (announced && digits >= 2 && !is_unit(next))
}

/// A number of four digits that is neither a year nor an amount: the end of a card, a PIN. Or one of
/// three and more with a mark before and after: what was asked for.
fn is_code(words: &[Word], run: &Range<usize>) -> bool {
    let next = words.get(run.end).map_or("", |word| word.plain.as_str());
    let word = &words[run.start];
    let digits = word.plain.chars().all(|c| c.is_ascii_digit()).then_some(word.plain.len());
    let year = word.plain.starts_with("19") || word.plain.starts_with("20");
    let apart = word.ends && run.start > 0 && words[run.start - 1].ends;
    run.len() == 1
        && !is_unit(next)
        && digits.is_some_and(|digits| digits == 4 && !year || digits >= 3 && apart)
}

/// Dates with their year: of birth, mostly. "14 March 1972", "March 14th, 1972".
pub(super) fn dates(words: &[Word]) -> Vec<Found> {
    let month = |at: usize| words.get(at).is_some_and(|word| MONTHS.contains(&word.plain.as_str()));
    let day = |at: usize| {
        words.get(at).is_some_and(|word| {
            let digits = word.plain.trim_end_matches(char::is_alphabetic);
            digits.parse::<u32>().is_ok_and(|day| (1..=31).contains(&day))
        })
    };
    let year = |at: usize| {
        words.get(at).is_some_and(|word| {
            word.plain.parse::<u32>().is_ok_and(|year| (1900..2100).contains(&year))
        })
    };
    let mut found = Vec::new();
    for at in 0..words.len() {
        let whole = (day(at) && month(at + 1) || month(at) && day(at + 1)) && year(at + 2);
        if whole {
            found.push(Found { words: at..at + 3, kind: Kind::Number });
        }
    }
    found
}

/// How many digits a sequence of number words has, written as numbers: "two thousand five
/// hundred" is one number of four, "twenty two fifty" two of two each.
fn spoken_digits(values: &[u32]) -> usize {
    let length = |number: u64| number.to_string().len();
    let mut digits = 0;
    // The number so far, and the least part it was made of: only smaller ones can be added.
    let mut number: Option<(u64, u64)> = None;
    for &value in values {
        let value = u64::from(value);
        number = Some(match number {
            Some((n, _)) if value >= 100 => {
                let (high, low) = if value == 100 { (n - n % 1000, n % 1000) } else { (0, n) };
                // A recogniser in a loop says "thousand" without end.
                (high.saturating_add(low.max(1).saturating_mul(value)), value)
            }
            None if value >= 100 => (value, value),
            Some((n, least)) if value > 0 && least > 9 && length(value) < length(least) => {
                (n.saturating_add(value), if (11..20).contains(&value) { 1 } else { value })
            }
            Some((n, _)) => {
                digits += length(n);
                (value, if (10..20).contains(&value) { 1 } else { value })
            }
            None => (value, if (10..20).contains(&value) { 1 } else { value }),
        });
    }
    digits + number.map_or(0, |(n, _)| length(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spoken_numbers_have_as_many_digits_as_written() {
        for (values, digits) in [
            (&[][..], 0),
            (&[7][..], 1),
            (&[20, 2][..], 2),
            (&[2, 2][..], 2),
            (&[12, 5][..], 3),
            (&[6, 100][..], 3),
            (&[2, 1000, 5, 100][..], 4),
            (&[2, 1000, 5, 100, 60, 2][..], 4),
            (&[20, 1000][..], 5),
            (&[20, 2, 50][..], 4),
            (&[19, 99, 12][..], 6),
        ] {
            assert_eq!(spoken_digits(values), digits, "{values:?}");
        }
    }
}
