//! Overlaps: two voices at once, and what they were.
//!
//! An overlap is told when it is over and can be named: a listener's signal, somebody cutting
//! in, or neither. Where the length alone does not settle it, the words of the second voice
//! are waited for, but not for long.

use super::floor::UnderWay;
use crate::config::DialogueConfig;
use crate::event::OverlapKind;
use crate::units::{CallSpan, CallTime, Party};

/// The floor is seen to stay with the first voice if it speaks again within this time.
const RESUMES_WITHIN_SECS: f64 = 1.0;
/// Words that have not come after this time are not waited for any longer.
const WORDS_WITHIN_SECS: f64 = 5.0;

/// An overlap that is over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overlap {
    /// Where both spoke.
    pub span: CallSpan,
    /// Who came second.
    pub by: Party,
    /// What it was.
    pub kind: OverlapKind,
    /// Whether the first voice gave way.
    pub yielded: bool,
    /// All that the second voice said.
    pub second: CallSpan,
}

/// An overlap under way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Running {
    /// Who came second.
    pub by: Party,
    /// When.
    pub start: CallTime,
    /// Seconds of both voices so far.
    pub secs: f64,
    /// Whether the other had the floor.
    pub cuts_in: bool,
}

/// Finds and names the overlaps.
pub struct OverlapTracker {
    config: DialogueConfig,
    expect_words: bool,
    pending: Vec<Pending>,
}

struct Pending {
    by: Party,
    start: CallTime,
    cuts_in: bool,
    /// The end of the first voice's span, when known.
    first_end: Option<CallTime>,
    /// The end of the second voice's span, when known.
    second_end: Option<CallTime>,
    /// Whether the first voice has spoken again after its end.
    resumed: bool,
    /// Whether the second voice's words are only a listener's, when known.
    only_signals: Option<bool>,
}

impl OverlapTracker {
    /// A tracker at the beginning of a call; `expect_words` says whether words will come.
    pub fn new(config: &DialogueConfig, expect_words: bool) -> Self {
        OverlapTracker { config: config.clone(), expect_words, pending: Vec::new() }
    }

    /// A span of `party` began at `start`; `other` is the other party's speech under way,
    /// and `floor` is who had the floor before.
    pub fn started(
        &mut self,
        party: Party,
        start: CallTime,
        other: Option<CallSpan>,
        floor: Option<Party>,
    ) {
        for pending in &mut self.pending {
            let first = pending.by.other();
            pending.resumed |= first == party && pending.first_end.is_some();
        }
        let Some(other) = other else { return };
        // Each party's start is told late; who came second is known from the times.
        let (by, start, earlier) = if start >= other.start {
            (party, start, other.start)
        } else {
            (party.other(), other.start, start)
        };
        let together = start.secs_since(earlier) < self.config.same_start_secs;
        let cuts_in = floor == Some(by.other()) && !together;
        self.pending.push(Pending {
            by,
            start,
            cuts_in,
            first_end: None,
            second_end: None,
            resumed: false,
            only_signals: None,
        });
    }

    /// A span of `party` has ended.
    pub fn ended(&mut self, party: Party, span: CallSpan) {
        for pending in &mut self.pending {
            let slot =
                if party == pending.by { &mut pending.second_end } else { &mut pending.first_end };
            if span.end > pending.start {
                slot.get_or_insert(span.end);
            }
        }
        // Speech that ended before the other began, as it turns out.
        self.pending.retain(|p| span.end > p.start);
    }

    /// The words of `party` in `span` are known; `words` are they, in lower case.
    pub fn words<'a>(
        &mut self,
        party: Party,
        span: CallSpan,
        words: impl Iterator<Item = &'a str> + Clone,
    ) {
        let signals = &self.config.backchannel_words;
        for pending in self.pending.iter_mut().filter(|p| p.by == party) {
            if span.start <= pending.start.shifted(0.3) && pending.start < span.end {
                let mut words = words.clone().peekable();
                let any = words.peek().is_some();
                pending.only_signals = Some(any && words.all(|w| signals.iter().any(|s| s == w)));
            }
        }
    }

    /// The overlap under way, if any.
    pub fn running(&self, under_way: &UnderWay) -> Option<Running> {
        let pending =
            self.pending.iter().rev().find(|p| p.first_end.is_none() && p.second_end.is_none())?;
        let (first, second) = (under_way[pending.by.other()]?, under_way[pending.by]?);
        let shared = CallSpan::new(pending.start, first.end.min(second.end));
        Some(Running {
            by: pending.by,
            start: pending.start,
            secs: shared.secs(),
            cuts_in: pending.cuts_in,
        })
    }

    /// Time has come to `now`: tells the overlaps that can be named.
    pub fn step(&mut self, now: CallTime, mut tell: impl FnMut(Overlap)) {
        let (config, expect_words) = (&self.config, self.expect_words);
        self.pending.retain(|pending| match pending.name(config, expect_words, now) {
            Some(overlap) => {
                tell(overlap);
                false
            }
            None => true,
        });
    }

    /// The call is over at `now`: tells what is left, as far as it is known.
    pub fn finish(&mut self, now: CallTime, tell: impl FnMut(Overlap)) {
        for pending in &mut self.pending {
            pending.first_end.get_or_insert(now);
            pending.second_end.get_or_insert(now);
        }
        self.step(now.shifted(WORDS_WITHIN_SECS + RESUMES_WITHIN_SECS), tell);
    }
}

impl Pending {
    /// What it was, once that is settled.
    fn name(&self, config: &DialogueConfig, expect_words: bool, now: CallTime) -> Option<Overlap> {
        let second_len = |end: CallTime| end.secs_since(self.start);
        let told = |end: CallTime, second_end: CallTime, kind, yielded| {
            let span = CallSpan::new(self.start, end);
            let second = CallSpan::new(self.start, second_end);
            Some(Overlap { span, by: self.by, kind, yielded, second })
        };
        let long = |secs: f64| secs >= config.interruption_min_secs;
        match (self.first_end, self.second_end) {
            (None, None) => None,
            // The first voice goes on: it has kept the floor.
            (first, Some(second)) if first.is_none_or(|first| first > second) => {
                let secs = second_len(second);
                let kind = if !self.cuts_in {
                    OverlapKind::Shared
                } else if secs <= config.backchannel_max_secs {
                    OverlapKind::Backchannel
                } else {
                    let may_be_signals = secs <= config.backchannel_words_max_secs;
                    match self.only_signals {
                        Some(true) if may_be_signals => OverlapKind::Backchannel,
                        None if may_be_signals
                            && expect_words
                            && now.secs_since(second) < WORDS_WITHIN_SECS =>
                        {
                            return None;
                        }
                        _ => OverlapKind::Interruption,
                    }
                };
                told(second, second, kind, false)
            }
            // The second voice goes on after the first has stopped.
            (Some(first), second) => {
                let secs = first.secs_since(self.start);
                let brief = |end| second_len(end) <= config.backchannel_max_secs;
                let known_to = second.unwrap_or(now);
                if !self.cuts_in || second.is_none() && !long(secs) && !brief(now) {
                    return told(first, known_to, OverlapKind::Shared, false);
                }
                match second {
                    // It may yet turn out brief.
                    None if brief(now.shifted(-config.backchannel_max_secs * 0.5)) => return None,
                    Some(end) if brief(end) => {
                        if self.resumed {
                            return told(first, end, OverlapKind::Backchannel, false);
                        }
                        if now.secs_since(end) < RESUMES_WITHIN_SECS {
                            return None;
                        }
                    }
                    _ => {}
                }
                let yielded = long(secs) && secs <= config.yield_within_secs;
                let kind = if long(secs) { OverlapKind::Interruption } else { OverlapKind::Shared };
                told(first, known_to, kind, yielded)
            }
            (None, Some(_)) => unreachable!("the first arm takes it"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(secs: f64) -> CallTime {
        CallTime::from_secs(secs)
    }

    /// Plays spans of both parties as they would be told, 0.3 s after their ends, and
    /// returns (by, start, end, kind, yielded) of each overlap.
    fn play(
        spans: &[(Party, f64, f64)],
        words: Option<&[&str]>,
    ) -> Vec<(Party, OverlapKind, bool)> {
        let mut tracker = OverlapTracker::new(&DialogueConfig::default(), words.is_some());
        let mut found = Vec::new();
        for tick in 0..1_000 {
            let now = f64::from(tick) * 0.032;
            let at = |moment: f64| (now - 0.032..now).contains(&moment);
            let mut under_way = UnderWay::default();
            for &(party, start, end) in spans {
                if start + 0.12 < now && now < end + 0.3 {
                    under_way[party] = Some(CallSpan::new(t(start), t(end.min(now))));
                }
            }
            for &(party, start, end) in spans {
                if at(end + 0.3) {
                    tracker.ended(party, CallSpan::new(t(start), t(end)));
                }
                if at(start + 0.13) {
                    let floor = (start > spans[0].1).then_some(spans[0].0);
                    tracker.started(party, t(start), under_way[party.other()], floor);
                }
                if let Some(words) = words.filter(|_| at(end + 1.0)) {
                    let span = CallSpan::new(t(start), t(end));
                    tracker.words(party, span, words.iter().copied());
                }
            }
            tracker.step(t(now), |o| found.push((o.by, o.kind, o.yielded)));
        }
        found
    }

    use OverlapKind::{Backchannel, Interruption, Shared};
    use Party::{Agent, Customer};

    #[test]
    fn a_short_sound_inside_the_others_turn_is_a_backchannel() {
        assert_eq!(
            play(&[(Customer, 1.0, 9.0), (Agent, 4.0, 4.6)], None),
            [(Agent, Backchannel, false)]
        );
    }

    #[test]
    fn cutting_in_is_an_interruption_and_giving_way_is_yielding() {
        assert_eq!(
            play(&[(Customer, 1.0, 5.2), (Agent, 4.0, 9.0)], None),
            [(Agent, Interruption, true)]
        );
        assert_eq!(
            play(&[(Customer, 1.0, 9.0), (Agent, 4.0, 5.3)], None),
            [(Agent, Interruption, false)]
        );
        // Held out for more than two seconds.
        assert_eq!(
            play(&[(Agent, 1.0, 6.5), (Customer, 4.0, 9.0)], None),
            [(Customer, Interruption, false)]
        );
    }

    #[test]
    fn a_little_overlap_at_a_change_of_speaker_is_neither() {
        assert_eq!(
            play(&[(Customer, 1.0, 4.3), (Agent, 4.0, 9.0)], None),
            [(Agent, Shared, false)]
        );
        assert_eq!(
            play(&[(Customer, 1.0, 4.3), (Agent, 1.1, 6.0)], None),
            [(Agent, Shared, false)]
        );
    }

    #[test]
    fn a_signal_at_the_end_of_a_phrase_is_a_backchannel_if_the_other_goes_on() {
        let goes_on = [(Customer, 1.0, 4.3), (Agent, 4.0, 4.6), (Customer, 4.8, 8.0)];
        assert_eq!(play(&goes_on, None), [(Agent, Backchannel, false)]);
        let stops = [(Customer, 1.0, 4.3), (Agent, 4.0, 4.6)];
        assert_eq!(play(&stops, None), [(Agent, Shared, false)]);
    }

    #[test]
    fn words_settle_what_the_length_does_not() {
        let longer = [(Customer, 1.0, 9.0), (Agent, 4.0, 5.8)];
        assert_eq!(play(&longer, Some(&["yeah", "okay", "right"])), [(Agent, Backchannel, false)]);
        assert_eq!(play(&longer, Some(&["but", "the", "policy"])), [(Agent, Interruption, false)]);
    }

    #[test]
    fn no_overlap_is_found_where_there_is_none() {
        assert_eq!(play(&[(Customer, 1.0, 4.0), (Agent, 4.05, 6.0)], None), []);
    }
}
