//! How a call came back from trouble.

use super::MIN_CONFIDENCE;
use crate::event::{Body, Practice, Recovery, Remark, Tone};
use crate::tone::heat::Mood;
use crate::units::CallTime;

/// Follows the trouble of a call: its beginning, the first sign that the agent heard it, the first
/// offer, and since when the customer has been calm.
#[derive(Clone, Debug, Default)]
pub struct Trouble {
    onset: Option<CallTime>,
    acknowledged: Option<CallTime>,
    offered: Option<CallTime>,
    settled: Option<CallTime>,
    mood: Mood,
    /// Whether the voice was part of it: only then can it show that it is over.
    was_hot: bool,
}

impl Trouble {
    /// Takes the next event of the log.
    pub fn observe(&mut self, body: &Body) {
        if let Body::Remark(remark) = body {
            self.hear(remark);
        } else if let Body::Tone(tone) = body {
            self.feel(tone);
        } else if let Body::Practice(practice) = body {
            self.credit(practice);
        }
    }

    fn hear(&mut self, remark: &Remark) {
        match remark.name {
            "complaint" | "asks-for-manager" | "threatens-to-leave" | "refuses" => {
                self.onset.get_or_insert(remark.span.start);
                // A voice that has been calm since can't show that this is over.
                (self.settled, self.was_hot) = (None, false);
                if remark.name == "refuses" {
                    self.offered = None;
                }
            }
            // Thanks before anything was done settle nothing.
            "relief" | "thanks" if self.acknowledged.or(self.offered).is_some() => {
                self.settled.get_or_insert(remark.span.start);
            }
            "accepts" if self.offered.is_some() => {
                self.settled.get_or_insert(remark.span.start);
            }
            _ => {}
        }
    }

    fn feel(&mut self, tone: &Tone) {
        if tone.confidence < MIN_CONFIDENCE {
            return;
        }
        self.mood = self.mood.then(tone.heat);
        if self.mood == Mood::Heated {
            self.onset.get_or_insert(tone.span.start);
            (self.was_hot, self.settled) = (true, None);
        } else if self.mood == Mood::Calm && self.was_hot {
            self.settled.get_or_insert(tone.span.end);
        }
    }

    fn credit(&mut self, practice: &Practice) {
        if practice.score < 0.5 || self.onset.is_none() {
            return;
        }
        match practice.name {
            "acknowledge" | "empathise" | "apologise" | "reflect-back" => {
                self.acknowledged.get_or_insert(practice.span.start);
            }
            // What looked settled before there was an offer was not.
            "offer-solution" | "offer-options" if self.offered.is_none() => {
                (self.offered, self.settled) = (Some(practice.span.start), None);
            }
            _ => {}
        }
    }

    /// Whether there was trouble, and the customer is calm again.
    pub fn is_over(&self) -> bool {
        self.onset.is_some() && self.settled.is_some()
    }

    /// The trouble in numbers; `None` where there was none.
    pub fn recovery(&self) -> Option<Recovery> {
        let onset = self.onset?;
        let after = |at: Option<CallTime>| at.map(|at| at.secs_since(onset).max(0.0));
        Some(Recovery {
            onset_secs: onset.secs(),
            acknowledged_secs: after(self.acknowledged),
            offered_secs: after(self.offered),
            settled_secs: after(self.settled),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{CallSpan, Party};

    fn at(secs: f64) -> CallSpan {
        CallSpan::new(CallTime::from_secs(secs), CallTime::from_secs(secs + 1.0))
    }

    fn remark(name: &'static str, secs: f64) -> Body {
        let (party, span, quote) = (Party::Customer, at(secs), String::new());
        Body::Remark(Remark { name, party, span, quote, score: 0.9, suggestion: None })
    }

    fn practice(name: &'static str, secs: f64) -> Body {
        let (party, span, quote) = (Party::Agent, at(secs), String::new());
        Body::Practice(Practice { name, party, span, quote, score: 0.9, evidence: Vec::new() })
    }

    fn heat(heat: f32, secs: f64) -> Body {
        let (span, why) = (at(secs), Vec::new());
        Body::Tone(Tone { span, heat, voice: heat, words: None, confidence: 0.9, rise: 0.0, why })
    }

    fn trouble(bodies: &[Body]) -> Trouble {
        let mut trouble = Trouble::default();
        bodies.iter().for_each(|body| trouble.observe(body));
        trouble
    }

    #[test]
    fn a_calm_call_has_no_trouble() {
        let calm = trouble(&[practice("apologise", 1.0), heat(0.3, 2.0), remark("thanks", 3.0)]);
        assert_eq!(calm.recovery(), None);
        assert!(!calm.is_over());
    }

    #[test]
    fn each_step_is_counted_from_the_onset() {
        let told = [
            practice("apologise", 1.0), // before there was anything to be sorry for
            remark("complaint", 10.0),
            heat(0.8, 12.0),
            practice("empathise", 20.0),
            practice("apologise", 25.0),
            practice("offer-solution", 40.0),
            heat(0.2, 49.0),
        ];
        let expected = Recovery {
            onset_secs: 10.0,
            acknowledged_secs: Some(10.0),
            offered_secs: Some(30.0),
            settled_secs: Some(40.0),
        };
        assert_eq!(trouble(&told).recovery(), Some(expected));
    }

    #[test]
    fn an_offer_that_is_turned_down_is_none_and_the_first_good_one_comes_before_the_end() {
        let told = [
            remark("complaint", 10.0),
            practice("offer-solution", 14.0),
            remark("refuses", 20.0),
            practice("apologise", 25.0),
            remark("thanks", 30.0),
            practice("offer-options", 40.0),
            remark("accepts", 50.0),
        ];
        let found = trouble(&told).recovery().unwrap();
        assert_eq!((found.offered_secs, found.settled_secs), (Some(30.0), Some(40.0)));
    }

    #[test]
    fn a_relapse_is_no_end() {
        let mut told = vec![
            remark("complaint", 10.0),
            practice("apologise", 15.0),
            heat(0.8, 16.0),
            heat(0.2, 19.0),
            remark("relief", 20.0),
            remark("complaint", 30.0),
        ];
        assert!(!trouble(&told).is_over());
        // The voice had been calm all along.
        told.extend([heat(0.2, 31.0), heat(0.2, 32.0)]);
        assert!(!trouble(&told).is_over());
        told.push(remark("relief", 50.0));
        assert_eq!(trouble(&told).recovery().unwrap().settled_secs, Some(40.0));
        assert!(!trouble(&[remark("complaint", 1.0), remark("thanks", 2.0)]).is_over());
    }
}
