//! What an agent undertakes to do: "I'll call you back by Friday", "you'll have the refund in
//! three to five working days", "somebody from billing will ring you this afternoon".
//!
//! A promise has somebody of the company, or something that the customer waits for, as its
//! subject; a future that nothing hedges; and a deed (`undertaking`). What
//! is done while the customer waits ("I'll put you on hold", "I'll just check that") is none, nor
//! what is tried, hoped, thought, asked or told of what others said, nor what "should", "might",
//! "can" or "would" happen.
//!
//! What hangs on the customer or on the world, "if you send it back I'll refund you", is a promise
//! when its deed is one, and its condition belongs to the quote; a day within the condition is no
//! due date. "I'll refund it and email you" are two promises, unless the first part is none by
//! itself: "I'll find out and let you know" is one.

mod clause;
mod contact;
mod opening;
mod quote;
mod undertaking;

use std::ops::Range;

use jiff::civil::Date;

use self::clause::end_of;
use self::contact::{brings_word, contacts};
use self::opening::{Opening, opening};
use self::quote::Quoted;
use self::undertaking::{
    Doer, Weight, adverbs, is_determiner, is_person, is_remedy, plain_verb, weight,
};
use super::due::{self, Said};
use super::spoken::{begins, listed, word};

/// Something that was promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Which of the text's words, as [`spoken::words`](super::spoken::words) gives them.
    pub words: Range<usize>,
    /// The same as they stand in the text.
    pub quote: String,
    /// The day on which it falls due; `None` where no day was said, or the call's is unknown.
    pub due: Option<Date>,
    /// Whether it is to come back to the customer: call, write, let them know.
    pub contact: bool,
}

/// The promises in an utterance of the agent, from left to right; `call_day` is the day on which
/// it was said.
///
/// ```
/// use evenkeel::language::promise::promises;
/// use jiff::civil::date;
/// let found = promises("Right, I'll call you back by Friday.", Some(date(2026, 11, 25)));
/// assert_eq!(found[0].quote, "I'll call you back by Friday");
/// assert_eq!(found[0].due, Some(date(2026, 11, 27)));
/// assert!(found[0].contact);
/// ```
pub fn promises(text: &str, call_day: Option<Date>) -> Vec<Promise> {
    let quoted = Quoted::new(text);
    let search = Search { words: &quoted.words, times: due::times(&quoted.words), quoted: &quoted };
    let found = search.all().into_iter().map(|found| Promise {
        quote: quoted.quote(&found.words).to_owned(),
        words: found.words,
        due: found.time.and_then(|said| said.day.date(call_day?)),
        contact: found.contact,
    });
    found.collect()
}

/// A promise and the time that was said with it.
struct Found {
    words: Range<usize>,
    time: Option<Said>,
    contact: bool,
}

struct Search<'a> {
    words: &'a [String],
    times: Vec<Said>,
    quoted: &'a Quoted<'a>,
}

impl Search<'_> {
    fn all(&self) -> Vec<Found> {
        let mut all: Vec<Found> = Vec::new();
        let mut at = 0;
        while at < self.words.len() {
            let floor = all.last().map_or(0, |found| found.words.end);
            match opening(self.words, at) {
                Some((opening, len)) if !self.hedged(floor, at, opening) => {
                    let end = self.clause(floor, at, at + len, opening, &mut all);
                    at = end.max(at + len);
                }
                Some((_, len)) => at += len,
                None => at += 1,
            }
        }
        all
    }

    /// Whether the words before the subject take the promise back: "I think", "did they say".
    fn hedged(&self, floor: usize, at: usize, opening: Opening) -> bool {
        let from =
            (floor..at).rev().find(|&at| self.quoted.ends_sentence(at)).map_or(floor, |at| at + 1);
        let before = &self.words[from..at];
        let mut last = before.len();
        while last > 0 && matches!(before[last - 1].as_str(), "that" | "um" | "uh" | "er") {
            last -= 1;
        }
        let directly = last.checked_sub(1).map_or("", |at| before[at].as_str());
        const DIRECTLY: &str = "think thought guess hope hoping suppose believe imagine reckon \
            assume if whether unless until when how what why where who which before after once \
            wish doubt like wonder case as";
        const ANYWHERE: &str = "maybe perhaps hopefully probably possibly";
        const TOLD: &str = "said say says saying told promised mentioned heard claimed assured \
            agreed understood confirmed";
        let near = &before[before.len().saturating_sub(3)..];
        let others_say = (0..last).rev().take(4).find(|&at| listed(TOLD, &before[at]));
        let told = others_say.is_some_and(|verb| {
            let object = |w: &String| {
                matches!(w.as_str(), "you" | "me" | "us" | "him" | "her" | "them" | "to")
            };
            // "As I said, I'll call you": one's own word is repeated.
            let own = verb > 0
                && matches!(before[verb - 1].as_str(), "i" | "we" | "i've" | "we've" | "to");
            before[verb + 1..last].iter().all(object) && !own
        });
        let unsure = directly == "sure"
            && !matches!(
                last.checked_sub(2).map_or("", |at| before[at].as_str()),
                "make" | "making"
            )
            && opening != Opening::Will(Doer::Us);
        // "I can't promise that they'll", "I wish I could tell you".
        let unable = before[..last].iter().rev().take(4).any(|w| {
            matches!(
                w.as_str(),
                "can't" | "cannot" | "couldn't" | "could" | "won't" | "don't" | "not" | "wish"
            )
        });
        let vouch = before[..last]
            .iter()
            .rev()
            .take(2)
            .any(|w| matches!(w.as_str(), "promise" | "guarantee" | "say" | "tell" | "know"));
        listed(DIRECTLY, directly)
            || unable && vouch
            || near.iter().any(|w| listed(ANYWHERE, w))
            || told
            || unsure
    }

    /// Takes in the promises of the clause whose subject begins at `start` and whose verb comes
    /// from `verb` on; returns where the clause ends.
    fn clause(
        &self,
        floor: usize,
        start: usize,
        verb: usize,
        opening: Opening,
        all: &mut Vec<Found>,
    ) -> usize {
        let mut start = self.with_lead(floor, start);
        let mut verb = verb + adverbs(&self.words[verb..]);
        loop {
            let (mut end, conjunct) = end_of(self.quoted, &self.times, verb);
            let clause = &self.words[verb..end];
            let condition =
                clause.iter().position(|w| matches!(w.as_str(), "if" | "unless" | "case"));
            let main = verb + condition.unwrap_or(clause.len());
            let lead =
                self.times.iter().find(|said| said.words.start == start && said.words.end <= verb);
            let inside = || {
                let mut inside = self
                    .times
                    .iter()
                    .filter(|said| said.words.start >= verb && said.words.end <= main);
                inside.clone().find(|said| !said.of_day).or_else(|| inside.next())
            };
            let mut time = lead.or_else(inside);
            // "… It'll take three to five days."
            if time.is_none()
                && conjunct.is_none()
                && let Some(said) = self.continued(end)
            {
                time = Some(said);
                end = said.words.end;
            }
            let kind = self.kind(opening, &self.words[verb..main], time.is_some());
            if let Some(contact) = kind {
                all.push(Found { words: start..end, time: time.cloned(), contact });
            }
            // "… and email you": the same subject goes on; a part that promises nothing by itself
            // belongs to what comes of it.
            match (conjunct, opening) {
                (Some(next), Opening::Will(Doer::Us | Doer::Colleague) | Opening::LetMe) => {
                    if kind.is_some() {
                        start = next;
                    }
                    verb = next + adverbs(&self.words[next..]);
                }
                _ => return end,
            }
        }
    }

    /// Whether the clause, from its verb to a condition, is a promise, and whether it is to come
    /// back to the customer.
    fn kind(&self, opening: Opening, clause: &[String], timed: bool) -> Option<bool> {
        if clause.iter().any(|w| {
            matches!(w.as_str(), "hopefully" | "maybe" | "perhaps" | "probably" | "possibly")
        }) {
            return None;
        }
        let comes_back = contacts(clause);
        match opening {
            Opening::Will(doer) => {
                let good = match weight(doer, clause) {
                    Weight::None => false,
                    Weight::WithDay => timed,
                    Weight::Firm => true,
                };
                let word_of_us = doer == Doer::You && brings_word(clause);
                let being = clause.first().is_some_and(|w| w == "be") && contacts(&clause[1..]);
                good.then_some(comes_back || word_of_us || being)
            }
            Opening::LetMe => {
                (comes_back && weight(Doer::Us, clause) == Weight::Firm).then_some(true)
            }
            Opening::Doing => {
                let verb = clause.first().and_then(|verb| plain_verb(verb))?;
                let base: Vec<String> =
                    std::iter::once(verb).chain(clause[1..].iter().cloned()).collect();
                (timed && weight(Doer::Us, &base) != Weight::None).then(|| contacts(&base))
            }
            Opening::Expect => {
                let object = &clause[..clause.len().min(6)];
                let word_of_us = brings_word(object);
                let remedy = object.iter().any(|w| is_remedy(w) || is_person(w));
                (is_determiner(word(clause, 0)) || timed)
                    .then_some(word_of_us)
                    .filter(|_| word_of_us || remedy)
            }
            Opening::There => {
                let what = &clause[..clause.len().min(5)];
                let somebody = what.iter().any(|w| is_person(w));
                (timed && (somebody || brings_word(what))).then(|| brings_word(what))
            }
            Opening::Arranged => {
                let somebody = clause.iter().take(6).any(|w| is_person(w));
                (somebody && (comes_back || timed)).then_some(comes_back)
            }
        }
    }

    /// Where a promise begins whose subject stands at `at`: with a time or a condition before it.
    fn with_lead(&self, floor: usize, at: usize) -> usize {
        let then = usize::from(at > floor && matches!(word(self.words, at - 1), "then" | "so"));
        if let Some(said) = self
            .times
            .iter()
            .find(|said| (at - then..=at).contains(&said.words.end) && said.words.start >= floor)
        {
            return said.words.start;
        }
        if at > floor && matches!(word(self.words, at - 1), "and" | "but" | "so") {
            return at;
        }
        let from = at.saturating_sub(14).max(floor);
        for before in (from..at).rev() {
            if self.quoted.ends_sentence(before) {
                break;
            }
            let rest = &self.words[before..];
            if matches!(word(rest, 0), "if" | "unless" | "once" | "when")
                || begins(rest, "as soon as").is_some()
                || begins(rest, "the moment").is_some()
            {
                return before;
            }
        }
        at
    }

    /// The time in what follows a clause that ends at `end` and says how long it takes.
    fn continued(&self, end: usize) -> Option<&Said> {
        let rest = &self.words[end.min(self.words.len())..];
        let and = usize::from(matches!(word(rest, 0), "and" | "so"));
        let takes = [
            "it should",
            "it usually",
            "it normally",
            "it takes",
            "it'll take",
            "it will take",
            "that should",
            "that usually",
            "that takes",
            "that'll take",
            "that normally",
            "this usually",
            "this takes",
            "this should",
            "this can take",
            "it can take",
            "that can take",
            "which takes",
            "which should",
            "please allow",
            "allow",
            "usually",
            "it'll be",
            "that'll be",
            "it should be",
            "it will be",
            "you should",
            "you'll have it",
            "you'll get it",
            "it'll arrive",
            "it'll reach",
        ];
        takes.iter().find_map(|phrase| begins(&rest[and..], phrase))?;
        let said = self.times.iter().find(|said| said.words.start >= end)?;
        let between = end + and..said.words.start;
        let one_clause = between.len() <= 9
            && !between.clone().skip(1).any(|at| self.quoted.ends_sentence(at - 1) && at > end)
            && !between.clone().skip(2).any(|at| opening(self.words, at).is_some());
        one_clause.then_some(said)
    }
}
