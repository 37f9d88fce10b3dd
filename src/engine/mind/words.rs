//! What the mind makes of words, once they are there.

use super::Mind;
use crate::engine::pending::{Final, Partial};
use crate::event::{Body, DUE, Event, Utterance};
use crate::language::listener::Said;
use crate::language::model::Reading;
use crate::language::sentiment::Scored;
use crate::speech::transcript::Transcript;
use crate::tone::heat;
use crate::units::{CallSpan, Party};

/// Nobody takes their leave while the other talks on.
const LEAVE: [&str; 2] = ["closing", "wraps-up"];

impl Mind {
    /// Takes the final words whose time it is, or all when the call is `over`, and tells those of
    /// utterances that go on.
    pub(super) fn take_words(&mut self, over: bool, out: &mut Vec<Event>) {
        while let Some(Final { party, span, transcript }) = self.pending.next_final(self.now, over)
        {
            match transcript {
                Some(transcript) => self.take_transcript(party, span, transcript, out),
                None => {
                    let text =
                        format!("The words from {} to {} are missing.", span.start, span.end);
                    self.warn("words-lost", text, &[], out);
                }
            }
        }
        for party in Party::BOTH {
            if let Some(Partial { party, span, text, stable }) = self.pending.partial(party) {
                let party = self.named(party);
                self.tell(Body::Partial { party, span, text, stable }, out);
            }
        }
    }

    fn take_transcript(
        &mut self,
        party: Party,
        span: CallSpan,
        transcript: Transcript,
        out: &mut Vec<Event>,
    ) {
        let bare = |word: &str| {
            let kept = |c: char| c.is_alphanumeric() || c == '-' || c == '\'';
            word.chars().filter(|&c| kept(c)).collect::<String>().to_lowercase()
        };
        let plain: Vec<String> = transcript.words.iter().map(|word| bare(&word.text)).collect();
        let spoken = plain.iter().map(String::as_str).filter(|word| !word.is_empty());
        self.scene.overlaps.words(party, span, spoken);
        self.speakers[party].words(span, &transcript.words);
        if !transcript.words.is_empty() {
            let Transcript { text, words, confidence, redo } = transcript;
            let reading = self.sentiment.as_ref().map(|sentiment| sentiment.read(&text));
            let scored = self.sentiment.as_ref().zip(reading.as_ref());
            let scored = scored.map(|(sentiment, reading)| sentiment.score_reading(reading));
            let sentiment = scored.as_ref().map(|scored| scored.value);
            let mut told = reading.map_or_else(Vec::new, |reading| {
                let said = Said { party, span, text: &text, words: &words, confidence };
                self.hear(&said, &reading)
            });
            if party == Party::Agent && is_signal(span, self.last_signal) {
                told.retain(can_be_signalled);
            }
            let doubt = self.doubt.words(confidence, words.len());
            let named = self.named(party);
            let utterance =
                Utterance { party: named, span, text, words, confidence, redo, sentiment };
            self.tell(Body::Utterance(utterance), out);
            if let (Some(Party::Customer), Some(scored)) = (named, scored) {
                self.feel(span, confidence, scored, out);
            }
            for body in told {
                let signal = matches!(&body, Body::Practice(said) if said.name == "show-listening");
                if !(signal && self.is_credited(span)) {
                    self.tell(body, out);
                }
            }
            if let Some(finding) = doubt {
                self.tell_doubt(finding, out);
            }
        }
    }

    /// Whether the parties can be told apart.
    pub(super) fn apart(&self) -> bool {
        !self.doubt.same_audio() && !self.doubt.bleeds()
    }

    /// What an utterance does; nothing where it may be the other's, or the words can't be trusted.
    fn hear(&mut self, said: &Said<'_>, reading: &Reading) -> Vec<Body> {
        let trusted = self.apart() && !self.doubt.words_are_doubtful();
        let listener = self.listener.as_mut().filter(|_| trusted);
        listener.map_or_else(Vec::new, |listener| listener.hear(said, reading))
    }

    /// Lets what the customer said count in their heat; not where both channels are one.
    fn feel(&mut self, span: CallSpan, confidence: f32, scored: Scored, out: &mut Vec<Event>) {
        let Some(tone) = self.tone.as_mut().filter(|_| !self.doubt.same_audio()) else { return };
        let phrases = scored.phrases.into_iter().map(|phrase| (phrase.text, phrase.weight));
        let said = heat::Said { value: scored.value, confidence, phrases: phrases.collect() };
        if let Some(told) = tone.said(span, self.now, said) {
            self.tell(Body::Tone(told), out);
        }
    }
}

/// Whether a listener's signal can be heard as this: it takes no leave, nor is it a reply that a coach would find
/// wanting.
fn can_be_signalled(body: &Body) -> bool {
    let is_none = |name| LEAVE.contains(&name) || DUE.contains(&name);
    !matches!(body, Body::Remark(said) if is_none(said.name))
}

/// Whether what was said in `span` was the listener's `signal` and hardly more: a short "I see" over
/// the other's voice may be heard as "bye, see".
fn is_signal(span: CallSpan, signal: Option<CallSpan>) -> bool {
    let both = signal.and_then(|signal| signal.intersection(span));
    both.is_some_and(|both| both.secs() > 0.5 * span.secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Remark;
    use crate::units::CallTime;

    #[test]
    fn a_signal_takes_no_leave_and_leaves_nothing_due() {
        let remark = |name| {
            let span = CallSpan::new(CallTime::ZERO, CallTime::from_secs(1.0));
            let (party, quote) = (Party::Agent, "mm, see".to_owned());
            Body::Remark(Remark { name, party, span, quote, score: 0.9, suggestion: None })
        };
        assert!(!can_be_signalled(&remark("wraps-up")));
        assert!(!can_be_signalled(&remark("due-empathise")));
        assert!(can_be_signalled(&remark("closed-question")));
    }

    #[test]
    fn a_signal_is_told_from_a_turn_that_begins_as_one() {
        let span = |start, end| CallSpan::new(CallTime::from_secs(start), CallTime::from_secs(end));
        let signal = Some(span(53.5, 54.3));
        assert!(is_signal(span(53.5, 54.4), signal));
        assert!(!is_signal(span(53.5, 58.0), signal));
        assert!(!is_signal(span(60.0, 60.8), signal));
        assert!(!is_signal(span(53.5, 54.4), None));
    }
}
