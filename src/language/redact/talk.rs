//! What is to be hidden in a talk: some of it shows only by what was said before.
//!
//! A number is spoken over several turns, with the listener's "yes" between its groups; a name is no
//! more than a word until one has heard what was asked for. So the words of a party's utterances that
//! follow each other are looked at together as well, and for a while after a number, or a question
//! for something that identifies, what would pass elsewhere is hidden.

use std::ops::Range;

use super::super::closed_class::is_function_word;
use super::numbers;
use super::{Found, Kind, Redaction, Word, read};
use crate::units::Party;

/// An utterance.
#[derive(Clone, Debug, PartialEq)]
pub struct Spoken<'a> {
    /// Who; `None` in a mono mix.
    pub party: Option<Party>,
    /// Seconds from the beginning of the call.
    pub start_secs: f64,
    /// The same of its end.
    pub end_secs: f64,
    /// The words as the recogniser wrote them.
    pub words: Vec<&'a str>,
}

/// Utterances of a party that lie so near go on with each other: a group of digits is read back in
/// between, and confirmed. Seconds.
const GOES_ON_SECS: f64 = 12.0;
/// So many are looked at together.
const TOGETHER: usize = 3;
/// After a number, or a question for something, what belongs to it is hidden for so long. Seconds.
const REACH_SECS: f64 = 15.0;
/// Answers of at most so many words to a question for a name are nothing but the name.
const NAME_WORDS: usize = 5;
/// The same of an address.
const ADDRESS_WORDS: usize = 16;

/// What says nothing, and may stand beside what does.
const FILLERS: [&str; 30] = [
    "yes", "yeah", "yep", "no", "ok", "okay", "right", "sure", "sorry", "uh", "um", "er", "erm",
    "ah", "mm", "hmm", "and", "then", "so", "it's", "that's", "is", "the", "please", "thanks",
    "course", "of", "well", "just", "my",
];
/// What asks for a number.
const FOR_NUMBERS: [&str; 16] = [
    "number",
    "card",
    "digits",
    "digit",
    "account",
    "postcode",
    "code",
    "reference",
    "expiry",
    "cvv",
    "cvc",
    "pin",
    "phone",
    "mobile",
    "birth",
    "policy",
];
/// What asks for a name.
const FOR_NAMES: [&str; 5] = ["name", "surname", "names", "spell", "spelling"];
/// What asks for a place to write to.
const FOR_ADDRESSES: [&str; 5] = ["address", "email", "e-mail", "mail", "postcode"];

impl Redaction {
    /// What is to be hidden in each utterance of a talk, which is in the order of time.
    pub fn find_in_talk(&self, talk: &[Spoken<'_>]) -> Vec<Vec<Found>> {
        let mut hidden: Vec<Vec<Option<Kind>>> =
            talk.iter().map(|said| vec![None; said.words.len()]).collect();
        for first in 0..talk.len() {
            let together = followers(talk, first);
            for count in 1..=together.len() {
                let parts = &together[..count];
                // Read apart: each begins a sentence.
                let words: Vec<Word> = parts.iter().flat_map(|&at| read(&talk[at].words)).collect();
                let found = self.find_read(&words);
                spread(&found, parts, talk, &mut hidden);
            }
        }
        let words: Vec<Vec<Word>> = talk.iter().map(|said| read(&said.words)).collect();
        hide_the_rest(talk, &words, &mut hidden);
        hidden.into_iter().map(|kinds| super::gathered(&kinds)).collect()
    }
}

/// The utterance `first` and those of the same party that go on with it.
fn followers(talk: &[Spoken], first: usize) -> Vec<usize> {
    let mut together = vec![first];
    for (at, said) in talk.iter().enumerate().skip(first + 1) {
        let last = &talk[*together.last().expect("one is there")];
        if said.start_secs - last.end_secs > GOES_ON_SECS || together.len() == TOGETHER {
            break;
        }
        if said.party == last.party {
            together.push(at);
        }
    }
    together
}

/// Marks what was found in the words of several utterances where it lies in each.
fn spread(found: &[Found], parts: &[usize], talk: &[Spoken], hidden: &mut [Vec<Option<Kind>>]) {
    let mut begin = 0;
    for &at in parts {
        let length = talk[at].words.len();
        for Found { words, kind } in found {
            for word in words.clone() {
                if (begin..begin + length).contains(&word) {
                    hidden[at][word - begin].get_or_insert(*kind);
                }
            }
        }
        begin += length;
    }
}

/// What was asked for, or begun, and until when it may go on. Seconds.
#[derive(Default)]
struct Open {
    number_until: f64,
    /// Who asked for a name, and who for an address.
    name: Option<(Option<Party>, f64)>,
    address: Option<(Option<Party>, f64)>,
}

fn hide_the_rest(talk: &[Spoken], words: &[Vec<Word>], hidden: &mut [Vec<Option<Kind>>]) {
    let mut open = Open::default();
    for (at, said) in talk.iter().enumerate() {
        let (words, hidden) = (&words[at], &mut hidden[at]);
        if said.start_secs <= open.number_until {
            for run in numbers::runs(words) {
                if goes_on(words, &run, hidden) {
                    hidden[run].iter_mut().for_each(|kind| {
                        kind.get_or_insert(Kind::Number);
                    });
                }
            }
        }
        let answers = |asked: Option<(Option<Party>, f64)>| {
            asked.is_some_and(|(by, until)| {
                said.start_secs <= until && (by != said.party || by.is_none())
            })
        };
        if answers(open.name) && words.len() <= NAME_WORDS {
            hide_all(words, hidden, Kind::Name);
        } else if answers(open.address) && words.len() <= ADDRESS_WORDS {
            hide_all(words, hidden, Kind::Address);
        }
        let until = said.end_secs + REACH_SECS;
        let asks = |list: &[&str]| words.iter().any(|word| list.contains(&word.plain.as_str()));
        let numbers = [Kind::Number, Kind::Postcode];
        if asks(&FOR_NUMBERS) || hidden.iter().flatten().any(|kind| numbers.contains(kind)) {
            open.number_until = until;
        }
        if is_question(words) {
            open.name = asks(&FOR_NAMES).then_some((said.party, until)).or(open.name);
            open.address = asks(&FOR_ADDRESSES).then_some((said.party, until)).or(open.address);
        } else if !words.iter().all(|word| is_filler(&word.plain)) {
            // Whoever answers has answered.
            open.name = open.name.filter(|(by, _)| *by == said.party && by.is_some());
            open.address = open.address.filter(|(by, _)| *by == said.party && by.is_some());
        }
    }
}

/// Whether digits go on with a number: two of them at least, or one and nothing else in the
/// utterance. What is counted is none.
fn goes_on(words: &[Word], run: &Range<usize>, hidden: &[Option<Kind>]) -> bool {
    let next = words.get(run.end).map_or("", |word| word.plain.as_str());
    if numbers::is_unit(next) {
        return false;
    }
    let alone = words
        .iter()
        .enumerate()
        .all(|(at, word)| run.contains(&at) || hidden[at].is_some() || is_filler(&word.plain));
    alone || numbers::digits(&words[run.clone()]) >= 2
}

fn is_filler(word: &str) -> bool {
    FILLERS.contains(&word)
}

/// Hides all that is no filler and no function word.
fn hide_all(words: &[Word], hidden: &mut [Option<Kind>], kind: Kind) {
    for (word, hidden) in words.iter().zip(hidden) {
        if !is_filler(&word.plain) && !is_function_word(&word.plain) && !word.plain.is_empty() {
            hidden.get_or_insert(kind);
        }
    }
}

/// Whether something is asked for: "what's your name", "could I take your postcode", "spell that
/// for me".
fn is_question(words: &[Word]) -> bool {
    let first = |list: &[&str]| words.iter().any(|word| list.contains(&word.plain.as_str()));
    first(&["your", "you", "what", "what's", "which", "may", "can", "could", "spell", "take"])
}
