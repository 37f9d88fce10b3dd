//! The sentence to reflect back with: from "I ordered a desk three weeks ago and it still hasn't
//! come" to "It sounds like the desk still hasn't come."
//!
//! In this order: what was heard is cleaned of fillers, false starts and oaths (`heard`); a network points
//! at the stretch of it that is the matter, and at the name of what that stretch calls "it" (`pointer`);
//! the stretch is cast so that it can be said back (`recast`): a question as what it takes for granted
//! (`question`), what "they" did as what was done (`they`); its thing is named (`thing`); sums
//! of money (`money`, `sums`) and places (`places`) go; and the customer's person becomes the agent's (`person`). What is too long
//! goes without what hangs on it (`shorten`). What is rude, private, a threat, a large number or not whole is left (`statement`), and the
//! next likely stretch tried. Where any of this is doubtful there is no sentence: an agent is better off
//! without one than with a wrong one.

mod heard;
mod money;
mod person;
mod places;
pub mod pointer;
mod question;
mod recast;
mod shorten;
mod statement;
mod sums;
mod tables;
mod they;
mod thing;
mod verbs;

use std::ops::Range;
use std::sync::Arc;

use self::heard::{Mark, Word};
use self::person::FOLK;
use self::pointer::{Chances, PointerWeights, Told};
use self::tables::Tables;
use self::thing::parts;
use super::closed_class::is_function_word;
use super::model::{LanguageError, LanguageModel};
use super::redact::Redaction;

/// The most words that a suggestion has.
pub const MOST_WORDS: usize = 12;

/// More words than these are no fillers: the stretch is not whole.
const MOST_LEFT_OUT: usize = 4;
/// So many stretches are tried.
const TRIES: usize = 12;
/// Nothing is said back where it is likelier than this that nothing should be.
const NOTHING: f32 = 0.8;
/// Stretches less likely than this share of the likeliest are not tried …
const UNLIKELY: f32 = 0.2;
/// … which counts as at least so likely.
const LIKELY: f32 = 0.5;
/// So much less likely does it make a stretch that it is of fewer words than [`SHORT`]: names end so.
const FOR_SHORT: f32 = 0.5;
/// A stretch that is cut off before its object gets that if the whole is so likely.
const COMPLETED: f32 = 0.02;
/// Stretches of fewer words say little.
const SHORT: usize = 4;

/// Turns what customers say into what agents can say back.
pub struct Reflection {
    model: Arc<LanguageModel>,
    pointer: PointerWeights,
    tables: Tables,
    redaction: Redaction,
}

impl Reflection {
    /// With the network that points at what to say.
    ///
    /// # Errors
    /// [`LanguageError`] when the weights were made for another language model.
    pub fn new(model: Arc<LanguageModel>, pointer: PointerWeights) -> Result<Self, LanguageError> {
        pointer.check(&model)?;
        let (tables, redaction) = (Tables::default(), Redaction::default());
        Ok(Reflection { model, pointer, tables, redaction })
    }

    /// The sentence to say back to somebody who said `text` in one turn: at most [`MOST_WORDS`]
    /// words, without names and without numbers that identify, always the same for the same
    /// text. `None` if nothing in it states a problem, or none could be said back with certainty.
    pub fn suggestion(&self, text: &str) -> Option<String> {
        let words = heard::hear(text, &self.redaction);
        if self.tables.sarcastic.any(&words) {
            return None;
        }
        let words = heard::cleaned(words, &self.tables);
        let words = pointer::latest(&words);
        let pointed = self.pointer.point(Told::of_words(&self.model, words)?);
        let completed = |stretch| completed(words, stretch, &pointed.stretch);
        let whole = |stretch: &Range<usize>| statement::is_whole(words, stretch);
        let stretches = stretches(&pointed.stretch).into_iter().map(completed);
        stretches.filter(whole).find_map(|stretch| {
            let stretch = whole_name(words, stretch)?;
            let len = stretch.len();
            let is_left_out = |at: &usize| {
                pointed.is_left_out(*at) && !statement::turns_meaning(&words[*at].text)
            };
            let kept: Vec<usize> = stretch.filter(|at| !is_left_out(at)).collect();
            if len - kept.len() > MOST_LEFT_OUT {
                return None;
            }
            let clause: Vec<Word> = kept.iter().map(|at| words[*at].clone()).collect();
            let name = |pronoun: &str| {
                let at = kept.iter().find(|at| parts(&words[**at]).0 == pronoun)?;
                Some(&words[pointed.thing(*at)?])
            };
            let clause = recast::recast(self.core(&clause))?;
            let clause = sums::without_sums(&clause).unwrap_or(clause);
            let clause = places::without_places(&clause).unwrap_or(clause);
            // Too long with its name, it may do without; and without what hangs on it.
            self.sentence(thing::named(clause.clone(), name)).or_else(|| {
                let shorter = match self.can_be_shown(&clause) {
                    true => shorten::shorter(&clause),
                    false => Vec::new(),
                };
                [clause].into_iter().chain(shorter).find_map(|clause| self.sentence(clause))
            })
        })
    }

    fn can_be_shown(&self, clause: &[Word]) -> bool {
        !self.tables.rude.any(clause) && statement::can_be_shown(clause)
    }

    /// A clause as a sentence.
    fn sentence(&self, clause: Vec<Word>) -> Option<String> {
        if !self.can_be_shown(&clause) {
            return None;
        }
        let turned = person::turned(&clause)?;
        let of_customer = matches!(parts(&clause[0]).0, "i" | "we");
        let slim =
            || turned.iter().filter(|word| !is_weak(&word.text)).cloned().collect::<Vec<_>>();
        let long = if of_customer { "I hear that" } else { "It sounds like" };
        // As a last resort bare: "Your hours have been cut and you can't make this month's payment."
        [&[long, "So"][..], &[""]].into_iter().find_map(|openers| {
            self.spoken(&turned, openers).or_else(|| self.spoken(&slim(), openers))
        })
    }

    /// The clause without what leads into it and what trails behind.
    fn core<'a>(&self, mut clause: &'a [Word]) -> &'a [Word] {
        while let Some((len, ())) = self.tables.lead_ins.at(clause) {
            clause = &clause[len..];
        }
        while let Some(len) = self.tables.tails.at_end(clause) {
            clause = &clause[..clause.len() - len];
        }
        clause
    }

    /// The sentence, with the first of the `openers` that fits; `None` if it is too long or would not do.
    fn spoken(&self, turned: &[Word], openers: &[&str]) -> Option<String> {
        let count = turned.iter().map(|word| word.text.split(' ').count()).sum::<usize>();
        let fits = |opener: &&&str| opener.split_whitespace().count() + count <= MOST_WORDS;
        let opener = *openers.iter().find(fits)?;
        let spelt = turned.iter().map(|word| {
            let spelling = self.tables.spelling.get(&word.text).or(word.shown.as_ref());
            spelling.unwrap_or(&word.text).as_str()
        });
        let said: Vec<&str> =
            Some(opener).filter(|opener| !opener.is_empty()).into_iter().chain(spelt).collect();
        let mut sentence = said.join(" ");
        if opener.is_empty() {
            // A first letter that is not ASCII stays as it is.
            if let Some(first) = sentence.get_mut(..1) {
                first.make_ascii_uppercase();
            }
        }
        sentence.push('.');
        let said: Vec<&str> = sentence.split(' ').collect();
        let clean = !turned.iter().any(|word| is_first_person(word.text.trim_end_matches("'s")))
            && self.redaction.find(&said).is_empty();
        clean.then_some(sentence)
    }
}

/// The stretch without the few words of a next sentence that it ends with, and with its object where it ends before that.
fn completed(words: &[Word], stretch: Range<usize>, chances: &Chances) -> Range<usize> {
    let stretch = statement::first_sentence(words, stretch);
    if !statement::is_cut(words, &stretch) {
        return stretch;
    }
    let longer = |(first, last, chance): &&(usize, usize, f32)| {
        *chance >= COMPLETED
            && *first == stretch.start
            && *last >= stretch.end
            && !statement::is_cut(words, &(*first..last + 1))
    };
    let best = chances.pairs.iter().filter(longer).max_by(|a, b| a.2.total_cmp(&b.2));
    best.map_or(stretch, |(first, last, _)| *first..last + 1)
}

/// The stretch with the "the" or "my" that was left outside; `None` where it begins within "you people".
fn whole_name(words: &[Word], stretch: Range<usize>) -> Option<Range<usize>> {
    let (Some(before), first) = (stretch.start.checked_sub(1), &words[stretch.start]) else {
        return Some(stretch);
    };
    let before = &words[before];
    if before.mark > Mark::None || is_function_word(&first.text) {
        return Some(stretch);
    }
    match before.text.as_str() {
        "you" if FOLK.contains(&first.text.as_str()) => None,
        "the" | "my" | "our" | "your" | "his" | "her" | "their" | "a" | "an" | "no" | "every" => {
            Some(stretch.start - 1..stretch.end)
        }
        _ => Some(stretch),
    }
}

/// Whether a sentence loses nothing but force without it.
fn is_weak(word: &str) -> bool {
    matches!(
        word,
        "just"
            | "really"
            | "absolutely"
            | "completely"
            | "totally"
            | "simply"
            | "very"
            | "literally"
            | "specifically"
            | "constantly"
            | "actually"
            | "suddenly"
            | "quite"
            | "extremely"
            | "even"
            | "whatsoever"
    )
}

/// What the agent would say of themselves, and must not: it was the customer's.
fn is_first_person(word: &str) -> bool {
    matches!(
        word,
        "i" | "am"
            | "i'm"
            | "i've"
            | "i'd"
            | "i'll"
            | "me"
            | "my"
            | "mine"
            | "myself"
            | "ourselves"
    )
}

/// The likeliest stretches, likeliest first, if anything is to be said.
fn stretches(chances: &Chances) -> Vec<Range<usize>> {
    if chances.none > NOTHING {
        return Vec::new();
    }
    let weighed = chances.pairs.iter().map(|(first, last, chance)| {
        let words = *first..last + 1;
        let factor = if words.len() < SHORT { FOR_SHORT } else { 1.0 };
        (words, chance * factor)
    });
    let mut found: Vec<(Range<usize>, f32)> = weighed.collect();
    let best = found.iter().map(|(_, chance)| *chance).fold(0.0, f32::max);
    let least = UNLIKELY * best.max(LIKELY);
    found.retain(|(_, chance)| *chance >= least);
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    found.into_iter().take(TRIES).map(|(words, _)| words).collect()
}
