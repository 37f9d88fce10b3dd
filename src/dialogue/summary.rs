//! The call in numbers: a fold over the events, so that a log can be summed up again
//! wherever it was cut off.

use crate::config::DialogueConfig;
use crate::event::{Body, Heat, Layout, OverlapKind, Sentiment, Summary};
use crate::units::{CallSpan, CallTime, Party, PerParty};

use super::floor::Turn;

/// Adds up the events of a call.
pub struct Tally {
    turn_pause_secs: f64,
    backchannel_max_secs: f64,
    speech: PerParty<Vec<CallSpan>>,
    mono: bool,
    words: PerParty<u32>,
    feelings: PerParty<Vec<Feeling>>,
    heat: Vec<(CallSpan, f64)>,
    overlap_secs: f64,
    silence_secs: f64,
    interruptions: PerParty<u32>,
}

impl Tally {
    /// Nothing yet.
    pub fn new(config: &DialogueConfig) -> Self {
        Tally {
            turn_pause_secs: config.turn_pause_secs,
            backchannel_max_secs: config.backchannel_max_secs,
            speech: PerParty::default(),
            mono: false,
            words: PerParty::default(),
            feelings: PerParty::default(),
            heat: Vec::new(),
            overlap_secs: 0.0,
            silence_secs: 0.0,
            interruptions: PerParty::default(),
        }
    }

    /// Takes the next event of the log.
    pub fn observe(&mut self, event: &Body) {
        match event {
            Body::Speech { party: Some(party), span } => self.speech[*party].push(*span),
            Body::Speech { party: None, .. } => {}
            Body::Call(head) => self.mono = head.layout == Layout::MonoMix,
            Body::Utterance(utterance) => {
                if let Some(party) = utterance.party {
                    self.words[party] += utterance.words.len() as u32;
                    let middle = utterance.span.start.shifted(utterance.span.secs() / 2.0);
                    let words = utterance.words.len() as f64;
                    let value = utterance.sentiment.map(f64::from);
                    self.feelings[party].extend(value.map(|value| Feeling {
                        middle,
                        words,
                        value,
                    }));
                }
            }
            Body::Overlap { span, by, kind, .. } => {
                self.overlap_secs += span.secs();
                match kind {
                    OverlapKind::Interruption => self.interruptions[*by] += 1,
                    OverlapKind::Backchannel | OverlapKind::Shared => {}
                }
            }
            Body::Silence { span } => self.silence_secs += span.secs(),
            Body::Tone(tone) => self.heat.push((tone.span, f64::from(tone.heat))),
            Body::Cue(_)
            | Body::CueOutcome { .. }
            | Body::Gap { .. }
            | Body::Partial { .. }
            | Body::Pause { .. }
            | Body::Measure(_)
            | Body::Practice(_)
            | Body::Remark(_)
            | Body::Issue { .. }
            | Body::Promise { .. }
            | Body::Flag(_)
            | Body::Warning { .. }
            | Body::Summary(_)
            | Body::Transcribe(_) => {}
        }
    }

    /// The numbers of a call that ended at `end`.
    pub fn summary(&self, end: CallTime) -> Summary {
        let talk_secs = self.speech.map(|spans| spans.iter().map(|s| s.secs()).sum::<f64>());
        let turns = self.turns();
        let mut gaps: Vec<f64> = turns
            .windows(2)
            .filter(|pair| pair[0].party == Party::Customer && pair[1].party == Party::Agent)
            .map(|pair| pair[1].span.start.secs_since(pair[0].span.end))
            .collect();
        gaps.sort_by(f64::total_cmp);
        Summary {
            mono: self.mono,
            duration_secs: end.secs(),
            talk_secs,
            overlap_secs: self.overlap_secs,
            silence_secs: self.silence_secs,
            interruptions: self.interruptions,
            response_gap_median_secs: quantile(&gaps, 0.5),
            response_gap_p90_secs: quantile(&gaps, 0.9),
            longest_monologue_secs: PerParty::from_fn(|party| {
                let own = turns.iter().filter(|turn| turn.party == party);
                own.map(|turn| turn.span.secs()).fold(0.0, f64::max)
            }),
            pace_wpm: PerParty::from_fn(|party| {
                let (words, secs) = (self.words[party], talk_secs[party]);
                (words > 0 && secs > 0.0).then(|| f64::from(words) / secs * 60.0)
            }),
            sentiment: self.feelings.map(|feelings| sentiment(feelings, end)),
            heat: self.heat(end),
            // The coach's.
            scorecard: Vec::new(),
            recovery: None,
        }
    }

    fn heat(&self, end: CallTime) -> Option<Heat> {
        let seconds = |from: CallTime| {
            let of = self.heat.iter().filter(|(span, _)| span.end > from);
            let (sum, secs) = of.fold((0.0, 0.0), |(sum, secs), (span, heat)| {
                (sum + span.secs() * heat, secs + span.secs())
            });
            (secs > 0.0).then(|| sum / secs)
        };
        let last_minute = CallTime::from_secs((end.secs() - 60.0).max(0.0));
        Some(Heat {
            peak: self.heat.iter().map(|(_, heat)| *heat).reduce(f64::max)?,
            mean: seconds(CallTime::ZERO)?,
            last_minute: seconds(last_minute),
        })
    }

    /// The turns in order: speech of one party, until the other takes the floor or a long
    /// pause ends it. A listener's signals do not take the floor.
    fn turns(&self) -> Vec<Turn> {
        let mut spans: Vec<(CallSpan, Party)> = self
            .speech
            .iter()
            .flat_map(|(party, spans)| spans.iter().map(move |span| (*span, party)))
            .collect();
        spans.sort_by_key(|(span, party)| (span.start, *party));
        let mut turns: Vec<Turn> = Vec::new();
        for (span, party) in spans {
            match turns.last_mut() {
                Some(turn) if turn.party == party => {
                    if span.start.secs_since(turn.span.end) < self.turn_pause_secs {
                        turn.span.end = turn.span.end.max(span.end);
                        continue;
                    }
                }
                Some(turn) if span.start < turn.span.end => {
                    let short = span.secs() <= self.backchannel_max_secs;
                    if short || span.end <= turn.span.end {
                        continue;
                    }
                }
                Some(_) | None => {}
            }
            turns.push(Turn { party, span });
        }
        turns
    }
}

/// How one utterance feels.
#[derive(Clone, Copy)]
struct Feeling {
    middle: CallTime,
    words: f64,
    value: f64,
}

/// The mean of the utterances' values, each by its number of words, on a scale of −5 to 5: over
/// the call, and over each quarter of its time.
fn sentiment(feelings: &[Feeling], end: CallTime) -> Option<Sentiment> {
    let mean = |from: f64, to: f64| {
        let inside = |feeling: &&Feeling| (from..to).contains(&feeling.middle.secs());
        let of = feelings.iter().filter(inside);
        let (sum, words) = of.fold((0.0, 0.0), |(sum, words), feeling| {
            (sum + feeling.words * feeling.value, words + feeling.words)
        });
        (words > 0.0).then(|| 5.0 * sum / words)
    };
    let quarter = end.secs() / 4.0;
    let last = |i: usize| if i == 3 { f64::INFINITY } else { (i + 1) as f64 * quarter };
    Some(Sentiment {
        overall: mean(0.0, f64::INFINITY)?,
        quarters: std::array::from_fn(|i| mean(i as f64 * quarter, last(i))),
    })
}

/// The value below which the share `q` of sorted `values` lies, between neighbours in
/// proportion; `None` for no values.
pub fn quantile(values: &[f64], q: f64) -> Option<f64> {
    let place = q * values.len().checked_sub(1)? as f64;
    let (below, above) = (values[place.floor() as usize], values[place.ceil() as usize]);
    Some(below + (above - below) * place.fract())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Tone;

    fn span(start: f64, end: f64) -> CallSpan {
        CallSpan::new(CallTime::from_secs(start), CallTime::from_secs(end))
    }

    fn tally(speech: &[(Party, f64, f64)]) -> Tally {
        let mut tally = Tally::new(&DialogueConfig::default());
        for &(party, start, end) in speech {
            tally.observe(&Body::Speech { party: Some(party), span: span(start, end) });
        }
        tally
    }

    use Party::{Agent, Customer};

    #[test]
    fn quantiles_lie_between_neighbours() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[2.0], 0.9), Some(2.0));
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.5), Some(2.0));
        assert_eq!(quantile(&[1.0, 2.0], 0.5), Some(1.5));
    }

    #[test]
    fn turns_gaps_and_monologues() {
        let tally = tally(&[
            (Agent, 0.0, 2.0),
            (Customer, 2.5, 6.0),
            (Agent, 4.0, 4.5), // a signal
            (Customer, 6.5, 9.0),
            (Agent, 9.75, 12.0),
            (Customer, 11.5, 20.0), // takes the floor
            (Agent, 20.25, 21.0),
        ]);
        let summary = tally.summary(CallTime::from_secs(25.0));
        assert_eq!(summary.talk_secs, PerParty { agent: 5.5, customer: 14.5 });
        assert_eq!(summary.response_gap_median_secs, Some(0.5));
        assert_eq!(summary.response_gap_p90_secs, Some(0.7));
        assert_eq!(summary.longest_monologue_secs, PerParty { agent: 2.25, customer: 8.5 });
    }

    #[test]
    fn sentiment_is_by_words_and_quarters() {
        let feeling =
            |secs, words, value| Feeling { middle: CallTime::from_secs(secs), words, value };
        let end = CallTime::from_secs(40.0);
        assert_eq!(sentiment(&[], end), None);
        let told = sentiment(
            &[feeling(1.0, 3.0, -1.0), feeling(9.0, 1.0, 1.0), feeling(39.0, 4.0, 0.5)],
            end,
        )
        .unwrap();
        assert_eq!(told.quarters, [Some(-2.5), None, None, Some(2.5)]);
        assert_eq!(told.overall, 0.0);
    }

    #[test]
    fn heat_has_a_peak_a_mean_and_an_end() {
        let mut tally = tally(&[]);
        assert_eq!(tally.summary(CallTime::from_secs(9.0)).heat, None);
        for (start, end, heat) in [(1.0, 2.0, 0.9), (2.0, 3.0, 0.5), (100.0, 102.0, 0.2)] {
            tally.observe(&Body::Tone(Tone {
                span: span(start, end),
                heat,
                voice: 0.5,
                words: None,
                confidence: 1.0,
                rise: 0.0,
                why: Vec::new(),
            }));
        }
        let heat = tally.summary(CallTime::from_secs(120.0)).heat.unwrap();
        assert!((heat.peak - 0.9).abs() < 1e-6 && (heat.mean - 0.45).abs() < 1e-6);
        assert!((heat.last_minute.unwrap() - 0.2).abs() < 1e-6);
    }
}
