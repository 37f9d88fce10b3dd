//! From events to lines of the log, and back.

use super::record::{
    AboutRecord, BearingRecord, CueRecord, Line, ModelRecord, ReasonRecord, Record, SCHEMA,
    SourceRecord, WordRecord, thousandths,
};
use super::summary::SummaryRecord;
use crate::event::{
    About, Bearing, Body, CallHead, Cue, Event, Measure, PRACTICES, Practice, REMARKS, Remark,
    Tone, Utterance, Word,
};
use crate::units::Party;

impl Line {
    /// The line of an event; `None` for those that are not logged.
    pub fn of(event: &Event) -> Option<Line> {
        let record = match &event.body {
            Body::Call(head) => Record::Call {
                schema: SCHEMA.to_owned(),
                id: head.id.clone(),
                started: head.started.clone(),
                about: AboutRecord {
                    agent: head.about.agent.clone(),
                    customer: head.about.customer.clone(),
                    queue: head.about.queue.clone(),
                },
                source: head
                    .source
                    .iter()
                    .map(|source| SourceRecord {
                        name: source.name.clone(),
                        sample_rate: source.sample_rate,
                        encoding: source.encoding.clone(),
                        sha256: source.sha256.clone(),
                    })
                    .collect(),
                layout: head.layout,
                config_sha256: head.config_sha256.clone(),
                models: head
                    .models
                    .iter()
                    .map(|m| ModelRecord {
                        name: m.name.clone(),
                        sha256: m.sha256.clone(),
                        engine: m.engine.map(str::to_owned),
                    })
                    .collect(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            Body::Speech { party, span } => Record::Speech { party: *party, span: (*span).into() },
            Body::Utterance(utterance) => Record::Utterance {
                party: utterance.party,
                span: utterance.span.into(),
                text: utterance.text.clone(),
                words: utterance
                    .words
                    .iter()
                    .map(|word| WordRecord {
                        w: word.text.clone(),
                        span: word.span.into(),
                        p: thousandths(word.p),
                    })
                    .collect(),
                confidence: thousandths(utterance.confidence),
                redo: utterance.redo,
                sentiment: utterance.sentiment.map(thousandths),
            },
            Body::Partial { party, span, text, stable } => Record::Partial {
                party: *party,
                span: (*span).into(),
                text: text.clone(),
                stable: *stable,
            },
            Body::Pause { span } => Record::Pause { span: (*span).into() },
            Body::Overlap { span, by, kind, yielded } => {
                Record::Overlap { span: (*span).into(), by: *by, kind: *kind, yielded: *yielded }
            }
            Body::Silence { span } => Record::Silence { span: (*span).into() },
            Body::Gap { party, span, cause } => {
                Record::Gap { party: *party, span: (*span).into(), cause: *cause }
            }
            Body::Measure(measure) => Record::Measure {
                party: measure.party,
                span: measure.span.into(),
                pace_wpm: measure.pace_wpm.map(|wpm| thousandths(wpm.round())),
                level_lu: measure.level_lu.map(thousandths),
                pitch_st: measure.pitch_st.map(thousandths),
                now: measure.now.map(|now| BearingRecord {
                    turn_pace_wpm: now.turn_pace_wpm.map(|wpm| thousandths(wpm.round())),
                    own_pace_wpm: thousandths(now.own_pace_wpm.round()),
                    level_lu: now.level_lu.map(thousandths),
                    pitch_st: now.pitch_st.map(thousandths),
                }),
            },
            Body::Tone(tone) => Record::Tone {
                party: Party::Customer,
                span: tone.span.into(),
                heat: thousandths(tone.heat),
                voice: thousandths(tone.voice),
                words: tone.words.map(thousandths),
                confidence: thousandths(tone.confidence),
                rise: thousandths(tone.rise),
                why: tone
                    .why
                    .iter()
                    .map(|why| ReasonRecord { what: why.what.clone(), by: thousandths(why.by) })
                    .collect(),
            },
            Body::Practice(practice) => Record::Practice {
                name: practice.name.to_owned(),
                party: practice.party,
                span: practice.span.into(),
                quote: practice.quote.clone(),
                score: thousandths(practice.score),
                evidence: (&practice.evidence).into(),
            },
            Body::Remark(remark) => Record::Remark {
                name: remark.name.to_owned(),
                party: remark.party,
                span: remark.span.into(),
                quote: remark.quote.clone(),
                score: thousandths(remark.score),
                suggestion: remark.suggestion.clone(),
            },
            Body::Issue { span, kind, quote } => {
                Record::Issue { span: (*span).into(), kind: kind.clone(), quote: quote.clone() }
            }
            Body::Promise { span, quote, due } => {
                Record::Promise { span: (*span).into(), quote: quote.clone(), due: due.clone() }
            }
            Body::Cue(cue) => Record::Cue(cue.into()),
            Body::Flag(flag) => Record::Flag {
                span: flag.span.into(),
                reason: flag.reason.to_owned(),
                severity: flag.severity,
                cue: flag.cue,
                evidence: (&flag.evidence).into(),
            },
            Body::CueOutcome { id, outcome, evidence } => {
                Record::CueOutcome { id: *id, outcome: *outcome, evidence: evidence.into() }
            }
            Body::Warning { code, text, disables } => Record::Warning {
                code: (*code).to_owned(),
                text: text.clone(),
                disables: disables.clone(),
            },
            Body::Summary(summary) => Record::Summary(Box::new(SummaryRecord::of(summary))),
            Body::Transcribe(_) => return None,
        };
        Some(Line { at: event.at.into(), record })
    }

    /// The event of the line, as far as anything that reads a log goes by it: of the head only the
    /// name, its beginning and the layout. `None` for what no one sums up, and for what a newer
    /// version wrote.
    pub fn body(&self) -> Option<Body> {
        let body = match &self.record {
            Record::Call { id, started, layout, .. } => Body::Call(Box::new(CallHead {
                id: id.clone(),
                started: started.clone(),
                about: About::default(),
                source: Vec::new(),
                layout: *layout,
                config_sha256: String::new(),
                models: Vec::new(),
            })),
            Record::Speech { party, span } => Body::Speech { party: *party, span: (*span).into() },
            Record::Utterance { party, span, text, words, confidence, redo, sentiment } => {
                let word = |word: &WordRecord| Word {
                    text: word.w.clone(),
                    span: word.span.into(),
                    p: word.p as f32,
                };
                Body::Utterance(Utterance {
                    party: *party,
                    span: (*span).into(),
                    text: text.clone(),
                    words: words.iter().map(word).collect(),
                    confidence: *confidence as f32,
                    redo: *redo,
                    sentiment: sentiment.map(|value| value as f32),
                })
            }
            Record::Overlap { span, by, kind, yielded } => {
                Body::Overlap { span: (*span).into(), by: *by, kind: *kind, yielded: *yielded }
            }
            Record::Silence { span } => Body::Silence { span: (*span).into() },
            Record::Gap { party, span, cause } => {
                Body::Gap { party: *party, span: (*span).into(), cause: *cause }
            }
            Record::Pause { span } => Body::Pause { span: (*span).into() },
            Record::Measure { party, span, pace_wpm, level_lu, pitch_st, now } => {
                Body::Measure(Measure {
                    party: *party,
                    span: (*span).into(),
                    pace_wpm: pace_wpm.map(|value| value as f32),
                    level_lu: level_lu.map(|value| value as f32),
                    pitch_st: pitch_st.map(|value| value as f32),
                    now: now.map(|now| Bearing {
                        turn_pace_wpm: now.turn_pace_wpm.map(|value| value as f32),
                        own_pace_wpm: now.own_pace_wpm as f32,
                        level_lu: now.level_lu.map(|value| value as f32),
                        pitch_st: now.pitch_st.map(|value| value as f32),
                    }),
                })
            }
            Record::Tone { span, heat, voice, words, confidence, rise, .. } => Body::Tone(Tone {
                span: (*span).into(),
                heat: *heat as f32,
                voice: *voice as f32,
                words: words.map(|value| value as f32),
                confidence: *confidence as f32,
                rise: *rise as f32,
                why: Vec::new(),
            }),
            Record::Practice { name, party, span, quote, score, evidence } => {
                Body::Practice(Practice {
                    name: known(&PRACTICES, name)?,
                    party: *party,
                    span: (*span).into(),
                    quote: quote.clone(),
                    score: *score as f32,
                    evidence: evidence.into(),
                })
            }
            Record::Remark { name, party, span, quote, score, suggestion } => {
                Body::Remark(Remark {
                    name: known(&REMARKS, name)?,
                    party: *party,
                    span: (*span).into(),
                    quote: quote.clone(),
                    score: *score as f32,
                    suggestion: suggestion.clone(),
                })
            }
            Record::Issue { span, kind, quote } => {
                Body::Issue { span: (*span).into(), kind: kind.clone(), quote: quote.clone() }
            }
            Record::Promise { span, quote, due } => {
                Body::Promise { span: (*span).into(), quote: quote.clone(), due: due.clone() }
            }
            Record::Cue(cue) => Body::Cue(Cue {
                id: cue.id,
                name: known(&PRACTICES, &cue.name)?,
                text: cue.text.clone(),
                suggestion: cue.suggestion.clone(),
                why: cue.why.clone(),
                rule: cue.rule.clone(),
                evidence: (&cue.evidence).into(),
                speed: cue.speed,
                until: cue.until.into(),
            }),
            Record::CueOutcome { id, outcome, evidence } => {
                Body::CueOutcome { id: *id, outcome: *outcome, evidence: evidence.into() }
            }
            Record::Partial { .. }
            | Record::Flag { .. }
            | Record::Warning { .. }
            | Record::Summary(_)
            | Record::Unknown => return None,
        };
        Some(body)
    }
}

/// The name as this version knows it.
fn known(names: &[&'static str], name: &str) -> Option<&'static str> {
    names.iter().copied().find(|known| *known == name)
}

impl From<&Cue> for CueRecord {
    fn from(cue: &Cue) -> Self {
        CueRecord {
            id: cue.id,
            name: cue.name.to_owned(),
            text: cue.text.clone(),
            suggestion: cue.suggestion.clone(),
            why: cue.why.clone(),
            rule: cue.rule.clone(),
            evidence: (&cue.evidence).into(),
            speed: cue.speed,
            until: cue.until.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Flag, evidence};
    use crate::units::{CallSpan, CallTime};

    #[test]
    fn what_was_written_is_what_is_read() {
        let span = CallSpan::new(CallTime::from_secs(1.0), CallTime::from_secs(2.5));
        let bodies = [
            Body::Practice(Practice {
                name: "apologise",
                party: Party::Agent,
                span,
                quote: "I'm so sorry.".into(),
                score: 0.875,
                evidence: evidence([("pattern", 1.0)]),
            }),
            Body::Remark(Remark {
                name: "complaint",
                party: Party::Customer,
                span,
                quote: "It still hasn't come.".into(),
                score: 0.75,
                suggestion: Some("It sounds like your order still hasn't come.".into()),
            }),
            Body::Issue { span, kind: "delivery".into(), quote: "It still hasn't come.".into() },
            Body::Promise { span, quote: "I'll call you.".into(), due: Some("2026-12-04".into()) },
        ];
        for body in bodies {
            let line = Line::of(&Event { at: span.end, body: body.clone() }).unwrap();
            let text = serde_json::to_string(&line).unwrap();
            assert_eq!(serde_json::from_str::<Line>(&text).unwrap().body(), Some(body), "{text}");
        }
    }

    #[test]
    fn moments_for_the_coach_have_the_names_of_the_contract() {
        let span = CallSpan::new(CallTime::from_secs(1.0), CallTime::from_secs(2.5));
        let numbers = evidence([("heat", 0.9)]);
        let flag = Flag { span, reason: "heat-peak", severity: 2, cue: None, evidence: numbers };
        let line = Line::of(&Event { at: span.end, body: Body::Flag(flag) }).unwrap();
        assert_eq!(
            serde_json::to_string(&line).unwrap(),
            r#"{"at":2.5,"type":"flag","start":1.0,"end":2.5,"reason":"heat-peak","severity":2,"cue":null,"evidence":{"heat":0.9}}"#
        );
    }
}
