//! What must never stand on the screen: numbers that identify, addresses, names.
//!
//! A cue may quote the customer, and an agent may share the screen or sit in an open room. So
//! what can identify or harm someone is found first: card, account, order and telephone numbers
//! ([`Kind::Number`]), in digits or spoken one by one; e-mail and postal addresses and
//! postcodes; names of persons, and whatever else has a capital in mid-sentence. Amounts of
//! money, durations and small counts stay, as long as they have fewer than five digits.
//!
//! When in doubt, it hides: a word too many costs little.

mod numbers;
mod people;
mod places;
mod talk;

use std::ops::Range;

pub(super) use self::numbers::{is_unit, value as number_value};
use self::people::Names;
pub use self::talk::Spoken;

/// What kind of thing is to be hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A number or code that identifies: of a card, an account, an order, a telephone.
    Number,
    /// An e-mail address.
    Email,
    /// A street, a house, a place of living.
    Address,
    /// A postcode.
    Postcode,
    /// The name of a person, or another name with a capital.
    Name,
}

impl Kind {
    /// What [`Redaction::masked`] puts in its place.
    pub fn mask(self) -> &'static str {
        match self {
            Kind::Number => "[number]",
            Kind::Email => "[e-mail]",
            Kind::Address => "[address]",
            Kind::Postcode => "[postcode]",
            Kind::Name => "[name]",
        }
    }
}

/// Something that is to be hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which of the words; never empty.
    pub words: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

/// Finds what must not be shown.
///
/// ```
/// use evenkeel::language::redact::Redaction;
/// let redaction = Redaction::default();
/// assert_eq!(
///     redaction.masked("I'm Mrs Patel, it's oh seven nine four, two weeks ago."),
///     "I'm [name], it's [number], two weeks ago."
/// );
/// ```
#[derive(Clone, Debug, Default)]
pub struct Redaction {
    names: Names,
}

/// A word as it was written, and as it is compared.
struct Word<'a> {
    /// Without the marks around it, with its capitals.
    written: &'a str,
    /// In lower case.
    plain: String,
    /// Whether a sentence begins with it.
    starts: bool,
    /// Whether a mark follows it, which ends a list of names or digits of one kind.
    ends: bool,
}

impl Redaction {
    /// What is to be hidden in an utterance, from left to right, without overlap. `words` are the
    /// words as the recogniser wrote them, capitals and marks and all: case is a hint, not a
    /// condition.
    pub fn find<W: AsRef<str>>(&self, words: &[W]) -> Vec<Found> {
        self.find_read(&read(words))
    }

    fn find_read(&self, words: &[Word]) -> Vec<Found> {
        let mut kinds: Vec<Option<Kind>> = vec![None; words.len()];
        let mut mark = |found: Vec<Found>| {
            for Found { words, kind } in found {
                kinds[words].iter_mut().for_each(|k| {
                    k.get_or_insert(kind);
                });
            }
        };
        mark(places::emails(words));
        mark(places::postcodes(words));
        mark(places::addresses(words));
        mark(numbers::find(words));
        mark(numbers::dates(words));
        mark(self.names.find(words));

        gathered(&kinds)
    }

    /// `text` with a word in brackets in place of what is to be hidden; marks before and after
    /// stay, runs of spaces become one.
    pub fn masked(&self, text: &str) -> String {
        let words: Vec<&str> = text.split_whitespace().collect();
        mask(&words, &self.find(&words))
    }
}

/// The words with a word in brackets in place of what was found in them; marks before and after
/// stay.
pub fn mask(words: &[&str], found: &[Found]) -> String {
    let mut masked = String::new();
    let mut push = |part: &str| {
        if !masked.is_empty() {
            masked.push(' ');
        }
        masked.push_str(part);
    };
    let mut at = 0;
    for Found { words: range, kind } in found {
        words[at..range.start].iter().for_each(|word| push(word));
        let (first, last) = (words[range.start], words[range.end - 1]);
        let before = &first[..first.len() - first.trim_start_matches(is_mark).len()];
        let after = &last[last.trim_end_matches(is_mark).len()..];
        push(&format!("{before}{}{after}", kind.mask()));
        at = range.end;
    }
    words[at..].iter().for_each(|word| push(word));
    masked
}

/// Neighbours of a kind together.
fn gathered(kinds: &[Option<Kind>]) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for (at, kind) in kinds.iter().enumerate() {
        let Some(kind) = *kind else { continue };
        match found.last_mut() {
            Some(last) if last.words.end == at && last.kind == kind => last.words.end += 1,
            _ => found.push(Found { words: at..at + 1, kind }),
        }
    }
    found
}

/// Whether `c` stands around words, not in them. "+" and "#" belong to numbers.
fn is_mark(c: char) -> bool {
    !c.is_alphanumeric() && !matches!(c, '+' | '#' | '@' | '£' | '$' | '€' | '%')
}

fn read<W: AsRef<str>>(words: &[W]) -> Vec<Word<'_>> {
    let mut read: Vec<Word> = Vec::with_capacity(words.len());
    let mut starts = true;
    for word in words {
        let word = word.as_ref().trim();
        let written = word.trim_matches(is_mark);
        let after = &word[word.trim_end_matches(is_mark).len()..];
        let plain = written.to_lowercase().replace('\u{2019}', "'");
        // "Mrs. Patel": the point ends nothing.
        let title = after == "." && people::is_short_title(&plain);
        let ends = !after.is_empty() && !title;
        read.push(Word { written, plain, starts, ends });
        starts = !title && after.contains(['.', '!', '?', '\u{2026}']);
    }
    read
}

#[cfg(test)]
mod spoken_secrets;
#[cfg(test)]
mod tests;
