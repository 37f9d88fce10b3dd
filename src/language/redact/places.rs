//! E-mail addresses, postcodes, and where somebody lives.

use super::super::closed_class::is_function_word;
use super::numbers::value;
use super::{Found, Kind, Word};

/// How many words a street's name may have between the house number and "street".
const STREET_NAME_WORDS: usize = 3;
/// How many letters and digits said one by one can be a postcode, "s w one a two a a".
const POSTCODE: std::ops::RangeInclusive<usize> = 5..=8;

/// What a street's name ends with; the second half only after a house number or with a capital.
const STREETS: [&str; 27] = [
    "street",
    "road",
    "avenue",
    "lane",
    "crescent",
    "boulevard",
    "terrace",
    "mews",
    "grove",
    "parkway",
    "st",
    "rd",
    "ave",
    "drive",
    "close",
    "court",
    "way",
    "place",
    "gardens",
    "square",
    "hill",
    "row",
    "walk",
    "park",
    "green",
    "rise",
    "view",
];
/// How many of [`STREETS`] are hardly ever anything else.
const CLEAR_STREETS: usize = 10;
const HOUSES: [&str; 6] = ["flat", "apartment", "unit", "house", "suite", "box"];
const DOMAIN_ENDS: [&str; 14] =
    ["com", "co", "org", "net", "uk", "edu", "gov", "io", "de", "fr", "eu", "ca", "au", "ie"];

pub(super) fn emails(words: &[Word]) -> Vec<Found> {
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let plain = word.plain.as_str();
        if plain.contains('@') {
            found.push(Found { words: at..at + 1, kind: Kind::Email });
            continue;
        }
        // "jane at example dot com", "jane at example.com".
        let Some(end) = (plain == "at").then(|| domain_end(words, at + 1)).flatten() else {
            continue;
        };
        let mut start = at.saturating_sub(1);
        while start > 0 {
            let joiner = |at: usize| {
                matches!(words[at].plain.as_str(), "dot" | "underscore" | "dash" | "hyphen")
            };
            let spelt = |at: usize| {
                let plain = words[at].plain.as_str();
                plain.chars().count() == 1 && plain != "i" || value(plain).is_some()
            };
            if joiner(start) || joiner(start - 1) || spelt(start) && spelt(start - 1) {
                start -= 1;
            } else if words[start].plain.chars().all(|c| c.is_ascii_digit())
                || value(&words[start].plain).is_some()
            {
                // "jane seventy at": the number ends a name.
                start -= 1;
            } else {
                break;
            }
        }
        found.push(Found { words: start..end, kind: Kind::Email });
    }
    found
}

/// Where a domain that begins at `start` ends.
fn domain_end(words: &[Word], start: usize) -> Option<usize> {
    let is_end =
        |at: usize| words.get(at).is_some_and(|word| DOMAIN_ENDS.contains(&word.plain.as_str()));
    let is_dot = |at: usize| words.get(at).is_some_and(|word| word.plain == "dot");
    let written = |at: usize| {
        let word = words.get(at)?;
        let (_, end) = word.plain.rsplit_once('.')?;
        DOMAIN_ENDS.contains(&end).then_some(at + 1)
    };
    (start..start + 4).find_map(|at| {
        if let Some(end) = written(at) {
            return Some(end);
        }
        let mut end = at;
        while is_dot(end) && is_end(end + 1) {
            end += 2;
        }
        (end > at && at > start).then_some(end)
    })
}

pub(super) fn postcodes(words: &[Word]) -> Vec<Found> {
    let mut found = Vec::new();
    for at in 0..words.len() {
        let one = words[at].plain.as_str();
        let two = words.get(at + 1).map(|next| format!("{one}{}", next.plain));
        if two.is_some_and(|two| is_postcode(&two)) && one.len() <= 4 {
            found.push(Found { words: at..at + 2, kind: Kind::Postcode });
        } else if is_postcode(one) {
            found.push(Found { words: at..at + 1, kind: Kind::Postcode });
        }
    }
    // Letters and digits one by one.
    let single = |word: &Word| match word.plain.chars().next() {
        Some(c) if word.plain.len() == c.len_utf8() => Some(c.is_alphabetic()),
        _ => value(&word.plain).filter(|value| *value < 10).map(|_| false),
    };
    let mut at = 0;
    while at < words.len() {
        let run: Vec<bool> = words[at..].iter().map_while(single).collect();
        let letters = run.iter().filter(|letter| **letter).count();
        if POSTCODE.contains(&run.len()) && letters >= 3 && letters < run.len() {
            found.push(Found { words: at..at + run.len(), kind: Kind::Postcode });
        } else if letters >= 3 && words[at..at + run.len()].iter().any(|w| !is_stutter(&w.plain)) {
            // A name or a code that is spelt.
            found.push(Found { words: at..at + run.len(), kind: Kind::Name });
        }
        at += run.len().max(1);
    }
    found
}

fn is_stutter(letter: &str) -> bool {
    matches!(letter, "i" | "a")
}

/// The form of a British postcode, without its space: one or two letters, a digit, perhaps one
/// more digit or letter, then a digit and two letters. Canada's: letter and digit in turn.
fn is_postcode(text: &str) -> bool {
    let shape: String = text
        .chars()
        .map(|c| {
            if c.is_ascii_digit() {
                '0'
            } else if c.is_ascii_alphabetic() {
                'a'
            } else {
                '.'
            }
        })
        .collect();
    let british = ["a0", "a00", "aa0", "aa00", "a0a", "aa0a"];
    shape == "a0a0a0" || shape.strip_suffix("0aa").is_some_and(|area| british.contains(&area))
}

pub(super) fn addresses(words: &[Word]) -> Vec<Found> {
    let mut found = Vec::new();
    let number = |word: &Word| {
        word.plain.starts_with(|c: char| c.is_ascii_digit())
            || word.plain.split('-').all(|part| value(part).is_some())
    };
    let capital = |word: &Word| word.written.starts_with(char::is_uppercase) && word.written != "I";
    for (at, word) in words.iter().enumerate() {
        let plain = word.plain.as_str();
        let next = words.get(at + 1);
        if HOUSES.contains(&plain) && next.is_some_and(number) {
            found.push(Found { words: at..at + 2, kind: Kind::Address });
        }
        // "I live in Leeds".
        let lives = matches!(plain, "in" | "at" | "near")
            && at > 0
            && matches!(words[at - 1].plain.as_str(), "live" | "lives" | "living" | "lived");
        if lives && next.is_some_and(capital) {
            found.push(Found { words: at + 1..at + 2, kind: Kind::Address });
        }
        let Some(street) = STREETS.iter().position(|street| *street == plain) else { continue };
        let name = words[..at].iter().rev().take(STREET_NAME_WORDS + 1);
        let name_words = name.take_while(|w| !is_function_word(&w.plain)).count();
        let first = at - name_words;
        let house = (first..at.saturating_sub(1)).find(|&i| number(&words[i]));
        let after_place =
            first > 0 && matches!(words[first - 1].plain.as_str(), "on" | "in" | "at");
        let named = at > 0 && name_words > 0 && capital(word) && capital(&words[at - 1]);
        if let Some(house) = house {
            found.push(Found { words: house..at + 1, kind: Kind::Address });
        } else if named || (street < CLEAR_STREETS && after_place && name_words == 1) {
            found.push(Found { words: at - 1..at + 1, kind: Kind::Address });
        }
    }
    found
}
