//! What has happened in the call so far, as far as a rule can name it.

use crate::config::rules::fact::{Fact, Happening};
use crate::event::Body;
use crate::units::{CallSpan, CallTime, Party};

/// An agent's utterance of fewer words is a listener's signal, no reply, and a customer's says little.
const FEW_WORDS: usize = 4;
/// A customer's utterance feels bad from this sentiment down …
const NEGATIVE: f32 = -0.6;
/// … if it has so many words.
const NEGATIVE_WORDS: usize = 3;
/// What a reply passed over was told so long before it at most. Seconds.
const TOLD_SECS: f64 = 20.0;

/// One time that something happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Time {
    /// Where.
    pub span: CallSpan,
    /// How sure it is, 0 to 1.
    pub score: f32,
    /// Whose; `None` where nobody's in particular.
    pub party: Option<Party>,
    /// The words, if there were any.
    pub quote: String,
    /// Of a complaint: how to say it back.
    pub suggestion: Option<String>,
}

/// All that has happened, by kind, in the order of the audio.
pub struct Memory {
    times: Vec<Vec<Time>>,
}

impl Default for Memory {
    fn default() -> Self {
        Memory { times: vec![Vec::new(); Happening::COUNT] }
    }
}

impl Memory {
    /// Takes the next event of the log.
    pub fn observe(&mut self, body: &Body) {
        match body {
            Body::Practice(practice) => {
                let kept = practice.score >= 0.5;
                let of = if kept { Happening::kept } else { Happening::broken };
                let score = if kept { practice.score } else { 1.0 - practice.score };
                let party = Some(practice.party);
                let of = of(practice.name);
                self.add(of, practice.span, party, score, &practice.quote, None);
            }
            Body::Remark(remark) => {
                let suggestion = remark.suggestion.clone();
                let of = Happening::said(remark.name);
                let party = Some(remark.party);
                self.add(of, remark.span, party, remark.score, &remark.quote, suggestion);
            }
            Body::Issue { span, quote, .. } => {
                self.add(Some(Happening::ISSUE), *span, Some(Party::Customer), 1.0, quote, None);
            }
            Body::Promise { span, quote, .. } => {
                self.add(Some(Happening::PROMISE), *span, Some(Party::Agent), 1.0, quote, None);
            }
            Body::Utterance(utterance) => {
                let (words, text) = (utterance.words.len(), &utterance.text);
                let feels_bad = utterance.sentiment.is_some_and(|value| value <= NEGATIVE);
                let (says_more, negative) =
                    (words >= FEW_WORDS, feels_bad && words >= NEGATIVE_WORDS);
                let of = match utterance.party {
                    Some(Party::Agent) => [says_more.then_some(Happening::REPLY), None],
                    Some(Party::Customer) => [
                        says_more.then_some(Happening::STATEMENT),
                        negative.then_some(Happening::NEGATIVE),
                    ],
                    None => return,
                };
                for of in of {
                    self.add(of, utterance.span, utterance.party, 1.0, text, None);
                }
            }
            Body::Call(_)
            | Body::Speech { .. }
            | Body::Partial { .. }
            | Body::Overlap { .. }
            | Body::Silence { .. }
            | Body::Gap { .. }
            | Body::Pause { .. }
            | Body::Measure(_)
            | Body::Tone(_)
            | Body::Cue(_)
            | Body::CueOutcome { .. }
            | Body::Flag(_)
            | Body::Warning { .. }
            | Body::Summary(_)
            | Body::Transcribe(_) => {}
        }
    }

    fn add(
        &mut self,
        of: Option<Happening>,
        span: CallSpan,
        party: Option<Party>,
        score: f32,
        quote: &str,
        suggestion: Option<String>,
    ) {
        let Some(of) = of else { return };
        let times = &mut self.times[of.index()];
        // Words of two parties come a little out of order.
        let at =
            times.iter().rposition(|time| time.span.start <= span.start).map_or(0, |at| at + 1);
        times.insert(at, Time { span, party, score, quote: quote.to_owned(), suggestion });
    }

    /// How often something happened.
    pub fn count(&self, of: Happening) -> usize {
        self.times[of.index()].len()
    }

    /// How often a practice was kept, and how often broken.
    pub fn practised(&self, practice: &str) -> (usize, usize) {
        let count = |of: Option<Happening>| of.map_or(0, |of| self.count(of));
        (count(Happening::kept(practice)), count(Happening::broken(practice)))
    }

    /// The times of any of these that began at `from` or later and are at least so sure.
    pub fn since(
        &self,
        of: &[Happening],
        from: CallTime,
        min_score: f32,
    ) -> impl Iterator<Item = &Time> {
        of.iter().flat_map(move |of| {
            let times = &self.times[of.index()];
            let first = times.partition_point(|time| time.span.start < from);
            times[first..].iter().filter(move |time| time.score >= min_score)
        })
    }

    /// The last time of any of these.
    pub fn last_of(&self, of: &[Happening], min_score: f32) -> Option<&Time> {
        let last = of.iter().filter_map(|of| self.last(*of, min_score));
        last.max_by_key(|time| time.span.start)
    }

    /// The last time of something.
    pub fn last(&self, of: Happening, min_score: f32) -> Option<&Time> {
        self.times[of.index()].iter().rfind(|time| time.score >= min_score)
    }

    /// What this party said before `time`: of the customer's troubles that were told in the seconds before, the last; else
    /// their last utterance of more than a few words.
    pub fn said_before(&self, party: Party, time: &Time) -> Option<&Time> {
        let before = |of: Happening| {
            self.times[of.index()].iter().rfind(|said| said.span.start < time.span.start)
        };
        if party == Party::Agent {
            return before(Happening::REPLY);
        }
        let troubles = ["complaint", "hardship"].into_iter().filter_map(Happening::said);
        let told = troubles.filter_map(before).max_by_key(|told| told.span.start);
        told.filter(|told| time.span.start.secs_since(told.span.end) <= TOLD_SECS)
            .or_else(|| before(Happening::STATEMENT))
    }

    /// The first of these after which none of `until` has come.
    pub fn open(&self, of: &[Happening], until: &[Happening], min_score: f32) -> Option<&Time> {
        let ended = until.iter().filter_map(|until| self.times[until.index()].last());
        let ended = ended.map(|time| time.span.start).max();
        // What began with what ends it is ended by it.
        let from = ended.map_or(CallTime::ZERO, |ended| ended + 1);
        self.since(of, from, min_score).min_by_key(|time| time.span.start)
    }

    /// The number of a fact at `now`; `None` where it has none, or is not of what has happened.
    pub fn value(&self, fact: &Fact, now: CallTime, min_score: f32) -> Option<f64> {
        let secs = |time: &Time| now.secs_since(time.span.end).max(0.0);
        match fact {
            Fact::Measured(_) => None,
            Fact::Since(of) => {
                let last = of.iter().filter_map(|of| self.last(*of, min_score)).map(secs);
                Some(last.fold(f64::INFINITY, f64::min))
            }
            Fact::Count(of, within) => {
                let within = within.unwrap_or(f64::INFINITY);
                let times = self.since(of, CallTime::ZERO, min_score);
                Some(times.filter(|time| secs(time) <= within).count() as f64)
            }
            Fact::Open(of, until) => self.open(of, until, min_score).map(secs),
            Fact::Replies(of, until) => {
                let asks = match until.is_empty() {
                    true => self.last_of(of, min_score)?,
                    false => self.open(of, until, min_score)?,
                };
                let replies = self.since(&[Happening::REPLY], asks.span.start, 0.0);
                let later = replies.filter(|reply| !reply.span.contains(asks.span.start)).count();
                Some((later + usize::from(asks.party == Some(Party::Agent))) as f64)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::rules::condition::Condition;
    use crate::event::Remark;

    fn told(memory: &mut Memory, name: &'static str, start: f64, end: f64, score: f32) {
        let span = CallSpan::new(CallTime::from_secs(start), CallTime::from_secs(end));
        let (party, quote) = (Party::Customer, format!("{name} at {start}"));
        memory.observe(&Body::Remark(Remark { name, party, span, quote, score, suggestion: None }));
    }

    fn value(memory: &Memory, fact: &str, now: f64) -> Option<f64> {
        let fact = Condition::parse(&format!("{fact} >= 0")).unwrap().fact;
        memory.value(&fact, CallTime::from_secs(now), 0.5)
    }

    #[test]
    fn what_was_never_said_was_said_endlessly_long_ago() {
        let memory = Memory::default();
        assert_eq!(value(&memory, "since complaint", 9.0), Some(f64::INFINITY));
        assert_eq!(value(&memory, "count complaint", 9.0), Some(0.0));
        assert_eq!(value(&memory, "open complaint until thanks", 9.0), None);
        assert_eq!(value(&memory, "replies complaint until thanks", 9.0), None);
    }

    #[test]
    fn open_is_from_the_first_that_nothing_has_ended() {
        let mut memory = Memory::default();
        told(&mut memory, "complaint", 1.0, 3.0, 0.9);
        told(&mut memory, "complaint", 10.0, 12.0, 0.9);
        assert_eq!(value(&memory, "open complaint until thanks", 20.0), Some(17.0));
        told(&mut memory, "thanks", 5.0, 6.0, 0.9);
        assert_eq!(value(&memory, "open complaint until thanks", 20.0), Some(8.0));
        assert_eq!(value(&memory, "since complaint | thanks", 20.0), Some(8.0));
        assert_eq!(value(&memory, "count complaint in 9", 20.0), Some(1.0));
        told(&mut memory, "thanks", 13.0, 14.0, 0.9);
        assert_eq!(value(&memory, "open complaint until thanks", 20.0), None);
    }

    #[test]
    fn what_is_not_sure_enough_does_not_count() {
        let mut memory = Memory::default();
        told(&mut memory, "complaint", 1.0, 3.0, 0.4);
        assert_eq!(value(&memory, "count complaint", 9.0), Some(0.0));
        assert_eq!(value(&memory, "open complaint until thanks", 9.0), None);
    }

    #[test]
    fn late_words_take_their_place() {
        let mut memory = Memory::default();
        told(&mut memory, "complaint", 10.0, 12.0, 0.9);
        told(&mut memory, "complaint", 1.0, 3.0, 0.9);
        assert_eq!(value(&memory, "since complaint", 13.0), Some(1.0));
        assert_eq!(value(&memory, "open complaint until thanks", 13.0), Some(10.0));
    }
}
