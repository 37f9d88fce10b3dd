//! E-mail addresses, postcodes, and where somebody lives.

use super::super::closed_class::is_function_word;
use super::numbers::value;
use super::{Found, Kind, Word};

/// How many words a street's name may have between the house number and "street".
const STREET_NAME_WORDS: usize = 3;
/// Sites by which a word is part of an e-mail address.
const PROVIDERS: [&str; 9] =
    ["gmail", "hotmail", "outlook", "yahoo", "icloud", "mail.", "live.com", "aol", "internet"];
/// How many words more than the last the name in an e-mail address may have.
const LOCAL_WORDS: usize = 3;
/// How many words with a capital may follow a street: a village, a town, a county.
const TOWN_WORDS: usize = 4;
/// How many words after "postcode" may be of it.
const POSTCODE_WORDS: usize = 8;
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
const HOUSES: [&str; 8] = ["flat", "apartment", "unit", "house", "suite", "box", "lot", "plot"];
const DOMAIN_ENDS: [&str; 14] =
    ["com", "co", "org", "net", "uk", "edu", "gov", "io", "de", "fr", "eu", "ca", "au", "ie"];

pub(super) fn emails(words: &[Word]) -> Vec<Found> {
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let plain = word.plain.as_str();
        // A site of one's own name tells as much as an address at it.
        if plain.contains('@')
            || is_domain(plain) && words[..at].last().is_none_or(|w| w.plain != "at")
        {
            // "rachel double l. rachellatgmail.com": a recogniser joins them.
            let mut start = at;
            while start > 0
                && at - start < LOCAL_WORDS
                && PROVIDERS.iter().any(|provider| plain.contains(provider))
                && is_of_name(&words[start - 1])
            {
                start -= 1;
            }
            found.push(Found { words: start..at + 1, kind: Kind::Email });
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
        // "tom hyphen walker at", "big dave at": as far as something else begins.
        let first = start;
        while start > 0 && first - start < LOCAL_WORDS && is_of_name(&words[start - 1]) {
            start -= 1;
        }
        found.push(Found { words: start..end, kind: Kind::Email });
    }
    found
}

/// Whether a word before the last of an e-mail address belongs to it.
fn is_of_name(word: &Word) -> bool {
    let plain = word.plain.as_str();
    let other = [
        "email", "e-mail", "mail", "address", "receipt", "send", "sent", "use", "put", "try",
        "write", "confirm", "is", "it's", "its", "to", "yes", "yeah", "okay", "ok", "no", "at",
        "on", "that's",
    ];
    // "W.T. Jackson": points that shorten end nothing.
    let initials = plain.split('.').all(|part| part.chars().count() == 1);
    (!word.ends || initials) && !other.contains(&plain) && !is_function_word(plain)
}

/// Whether a word is the name of a site: "example.co.uk".
fn is_domain(plain: &str) -> bool {
    plain.rsplit_once('.').is_some_and(|(name, end)| {
        DOMAIN_ENDS.contains(&end) && name.chars().filter(|c| c.is_alphabetic()).count() >= 3
    })
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
    found.extend(announced_postcodes(words));
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

/// What is said after "postcode": letters, digits, and the words by which letters are told apart, "B for
/// bravo".
fn announced_postcodes(words: &[Word]) -> Vec<Found> {
    let mut found = Vec::new();
    for at in 0..words.len() {
        let one = words[at].plain.as_str();
        let two = matches!(one, "code" | "codes") && at > 0 && words[at - 1].plain == "post";
        if !matches!(one, "postcode" | "postcode's" | "postcodes" | "zip") && !two {
            continue;
        }
        let mut start = at + 1;
        while words.get(start).is_some_and(|word| matches!(word.plain.as_str(), "is" | "it's")) {
            start += 1;
        }
        let mut end = start;
        while end < words.len() && end < start + POSTCODE_WORDS {
            let plain = words[end].plain.as_str();
            // "M23B Act": what is heard of letters may be a word.
            let short = plain.chars().count() <= 4
                && words[end].written.starts_with(|c: char| c.is_ascii_digit() || c.is_uppercase());
            let told = plain == "for" || end > start && words[end - 1].plain == "for";
            if !(short || told || value(plain).is_some() || plain == "double") {
                break;
            }
            end += 1;
        }
        if end > start {
            found.push(Found { words: start..end, kind: Kind::Postcode });
        }
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
            found.push(Found { words: house..town_end(words, at + 1), kind: Kind::Address });
        } else if named && street < CLEAR_STREETS {
            // "the Old Forge, Mill Lane, Great Barford".
            let mut start = at - 1;
            while start > 0
                && at - start < TOWN_WORDS
                && capital(&words[start - 1])
                && !words[start - 1].starts
            {
                start -= 1;
            }
            found.push(Found { words: start..town_end(words, at + 1), kind: Kind::Address });
        } else if named || (street < CLEAR_STREETS && after_place && name_words == 1) {
            found.push(Found { words: at - 1..at + 1, kind: Kind::Address });
        }
    }
    found
}

/// Where what follows a street ends: words with a capital, with commas between or not; a number is one
/// where such a word follows.
fn town_end(words: &[Word], start: usize) -> usize {
    let capital = |at: usize| {
        words.get(at).is_some_and(|word| {
            word.written.starts_with(char::is_uppercase)
                && !word.starts
                && !is_function_word(&word.plain)
        })
    };
    let number = |at: usize| {
        words.get(at).is_some_and(|word| word.plain.chars().all(|c| c.is_ascii_digit()))
    };
    let mut end = start;
    while end < start + TOWN_WORDS && (capital(end) || number(end) && capital(end + 1)) {
        end += 1;
    }
    end
}
