//! Names of persons: after words that announce them, by lists, by their capitals.

use std::collections::HashSet;
use std::ops::Range;

use serde::Deserialize;

use super::super::closed_class::is_function_word;
use super::{Found, Kind, Word};

/// The lists as they are in the source.
const TABLE: &str = include_str!("../../../assets/names.toml");

/// How many words a name has at most.
const NAME_WORDS: usize = 3;
/// If more than this share of the words that could be lower case have a capital, capitals say
/// nothing: a heading, or shouting.
const MOSTLY_CAPITALS: f32 = 0.5;
/// Words all in capitals are abbreviations (PIN, DVD) up to this length.
const ABBREVIATION: usize = 4;

const TITLES: [&str; 11] =
    ["mr", "mrs", "ms", "mister", "missus", "prof", "professor", "dr", "doctor", "miss", "sir"];
/// How many of [`TITLES`] are nothing but titles.
const CLEAR_TITLES: usize = 8;

/// Whether a point after the word only shortens it.
pub(super) fn is_short_title(word: &str) -> bool {
    matches!(word, "mr" | "mrs" | "ms" | "dr" | "prof" | "st")
}

/// What announces a name for certain: whatever follows is one, if it is no function word.
const CERTAIN: [&[&str]; 8] = [
    &["name", "is"],
    &["name's"],
    &["name", "was"],
    &["names", "is"],
    &["surname", "is"],
    &["name", "of"],
    &["named"],
    &["names"],
];
/// What often announces a name: it is one if it has a capital or stands in a list.
const LIKELY: [&[&str]; 9] = [
    &["this", "is"],
    &["i'm"],
    &["i", "am"],
    &["it's"],
    &["called"],
    &["by"],
    &["from"],
    &["with"],
    &["ask", "for"],
];
/// What is done with a person: what follows is a name unless it stands among `people`.
const SPEAKING: [&str; 9] =
    ["speak", "spoke", "spoken", "speaking", "talk", "talked", "talking", "chatted", "dealt"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    given: String,
    ambiguous: String,
    family: String,
    capitals: String,
    people: String,
}

/// Names that are known, and words that look like names and are none.
#[derive(Clone, Debug)]
pub(super) struct Names {
    given: HashSet<String>,
    ambiguous: HashSet<String>,
    family: HashSet<String>,
    capitals: HashSet<String>,
    people: HashSet<String>,
}

impl Default for Names {
    /// Those of `assets/names.toml`.
    fn default() -> Names {
        let table: Table = toml::from_str(TABLE).expect("a test reads the table");
        let set = |list: &str| list.split_whitespace().map(str::to_owned).collect();
        Names {
            given: set(&table.given),
            ambiguous: set(&table.ambiguous),
            family: set(&table.family),
            capitals: set(&table.capitals),
            people: set(&table.people),
        }
    }
}

impl Names {
    pub fn find(&self, words: &[Word]) -> Vec<Found> {
        let telling = capitals_tell(words);
        let mut found = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let name = self.name_at(words, at, telling);
            at = name.end.max(at + 1);
            if !name.is_empty() {
                found.push(Found { words: name, kind: Kind::Name });
            }
        }
        found
    }

    /// The name that begins at `at`; empty if none does.
    fn name_at(&self, words: &[Word], at: usize, telling: bool) -> Range<usize> {
        let word = &words[at];
        let base = possessor(&word.plain);
        let before = &words[..at];
        let next_is_name =
            |next: &Word| self.is_capital(next, telling) || self.is_known(possessor(&next.plain));

        if let Some(title) = TITLES.iter().position(|title| *title == base) {
            let next = words.get(at + 1);
            let named = next.is_some_and(|next| {
                next_is_name(next)
                    || (title < CLEAR_TITLES && !word.ends && !is_function_word(&next.plain))
            });
            if named {
                return at..self.rest_of_name(words, at + 2, telling);
            }
        }
        if is_function_word(base) || base.is_empty() {
            return at..at;
        }
        let certain = CERTAIN.iter().any(|phrase| ends_with(before, phrase));
        let speaking = at >= 2
            && matches!(words[at - 1].plain.as_str(), "to" | "with")
            && SPEAKING.contains(&words[at - 2].plain.as_str())
            // "Every person i speak to says."
            && !matches!(base, "says" | "said" | "tells" | "told" | "gives" | "seems" | "sounds");
        let likely = LIKELY.iter().any(|phrase| ends_with(before, phrase));
        let speaks = words.get(at + 1).is_some_and(|next| {
            matches!(next.plain.as_str(), "speaking" | "calling")
                && ["is", "it's", "i'm"].iter().any(|verb| ends_with(before, &[verb]))
        });
        let is_name = self.given.contains(base)
            || self.family.contains(base)
            || self.is_capital(word, telling)
            || (certain && !self.capitals.contains(base))
            || (speaking && !self.people.contains(base))
            || speaks
            || (likely && word.plain == base && self.ambiguous.contains(base) && ends(words, at));
        if !is_name {
            return at..at;
        }
        let mut end = self.rest_of_name(words, at + 1, telling);
        if certain {
            // "my name is priyanka desai and": up to the next function word or mark.
            let more = words[at..].iter().take(NAME_WORDS);
            let open = more.take_while(|word| !is_function_word(&word.plain));
            let mut count = 0;
            for word in open {
                count += 1;
                if word.ends {
                    break;
                }
            }
            end = end.max(at + count);
        }
        at..end
    }

    /// How far a name goes on from `at`, whose first word has been found.
    fn rest_of_name(&self, words: &[Word], at: usize, telling: bool) -> usize {
        let mut end = at;
        while let Some(word) = words.get(end)
            && !words[end - 1].ends
            && end < at + NAME_WORDS
            && (self.is_capital(word, telling) || self.is_known(possessor(&word.plain)))
        {
            end += 1;
        }
        end
    }

    fn is_known(&self, word: &str) -> bool {
        self.given.contains(word) || self.family.contains(word)
    }

    /// Whether a word has a capital that only a name would have.
    fn is_capital(&self, word: &Word, telling: bool) -> bool {
        let base = possessor(&word.plain);
        let letters = word.written.chars().filter(|c| c.is_alphabetic());
        let abbreviation = word.written.len() <= ABBREVIATION
            && letters.clone().count() > 1
            && letters.clone().all(char::is_uppercase);
        telling
            && !word.starts
            && word.written.starts_with(char::is_uppercase)
            && letters.count() > 1
            && !abbreviation
            && !self.capitals.contains(base)
            && !is_function_word(&word.plain)
    }
}

/// The word without a possessive "'s".
fn possessor(word: &str) -> &str {
    word.strip_suffix("'s").unwrap_or(word)
}

fn ends_with(words: &[Word], phrase: &[&str]) -> bool {
    words.len() >= phrase.len()
        && words[words.len() - phrase.len()..].iter().zip(phrase).all(|(w, p)| w.plain == *p)
}

/// Whether a name at `at` could end there: a mark, a function word or nothing follows.
fn ends(words: &[Word], at: usize) -> bool {
    words[at].ends || words.get(at + 1).is_none_or(|next| is_function_word(&next.plain))
}

/// Whether capitals within sentences are rare enough to say something.
fn capitals_tell(words: &[Word]) -> bool {
    let within = words.iter().filter(|w| !w.starts && w.written.chars().count() > 1);
    let (mut all, mut capital) = (0.0_f32, 0.0_f32);
    for word in within {
        all += 1.0;
        capital += f32::from(u8::from(word.written.starts_with(char::is_uppercase)));
    }
    // A short answer is often nothing but a name: "Jane Brown."
    all < 4.0 || capital <= MOSTLY_CAPITALS * all
}
