//! The summary of a log that has none: what a call that was cut short still tells.

use super::record::{Line, Record, Span};
use super::summary::SummaryRecord;
use crate::coach::Situation;
use crate::coach::ledger::Ledger;
use crate::config::DialogueConfig;
use crate::config::rules::{Doubted, RuleSet};
use crate::dialogue::summary::Tally;
use crate::engine::doubt;
use crate::units::CallTime;

/// Sums up the lines of a log. A summary among them is not used; the call is taken to end
/// where the last of the other lines does.
pub fn summary_of(lines: &[Line], config: &DialogueConfig) -> SummaryRecord {
    let mut tally = Tally::new(config);
    let mut ledger = Ledger::default();
    let (mut end, mut doubted) = (CallTime::ZERO, Doubted::default());
    for line in lines.iter().filter(|line| !matches!(line.record, Record::Summary(_))) {
        end = end.max(line.at.into());
        if let Some(span) = span(&line.record) {
            end = end.max(span.end.into());
        }
        if let Record::Warning { code, disables, .. } = &line.record {
            match doubt::means(code) {
                Some((needs, true)) if !disables.is_empty() => doubted.add(needs),
                Some((needs, false)) => doubted.take_back(needs),
                Some((_, true)) | None => {}
            }
        }
        if let Some(body) = line.body() {
            tally.observe(&body);
            ledger.observe(&body);
        }
    }
    let mut summary = tally.summary(end);
    let over = Situation { now: end, ..Situation::default() };
    ledger.close(&over, &RuleSet::default(), &doubted, &mut summary);
    SummaryRecord::of(&summary)
}

/// The summary that stands in the log, or the rebuilt one of a call that was cut short, with the
/// default configuration; and whether it is rebuilt, which readers must say.
pub fn logged_or_rebuilt(lines: &[Line]) -> (SummaryRecord, bool) {
    let logged = lines.iter().rev().find_map(|line| match &line.record {
        Record::Summary(summary) => Some(summary.as_ref().clone()),
        _ => None,
    });
    let partial = logged.is_none();
    (logged.unwrap_or_else(|| summary_of(lines, &DialogueConfig::default())), partial)
}

/// Where a line lies in the audio; `None` for what has no extent.
fn span(record: &Record) -> Option<Span> {
    match record {
        Record::Speech { span, .. }
        | Record::Utterance { span, .. }
        | Record::Overlap { span, .. }
        | Record::Silence { span }
        | Record::Partial { span, .. }
        | Record::Pause { span }
        | Record::Gap { span, .. }
        | Record::Measure { span, .. }
        | Record::Tone { span, .. }
        | Record::Practice { span, .. }
        | Record::Remark { span, .. }
        | Record::Issue { span, .. }
        | Record::Promise { span, .. }
        | Record::Flag { span, .. } => Some(*span),
        Record::Call { .. }
        | Record::Cue(_)
        | Record::CueOutcome { .. }
        | Record::Warning { .. }
        | Record::Summary(_)
        | Record::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{
        About, Body, CallHead, Cue, Event, Layout, Outcome, OverlapKind, Speed, Utterance, Word,
    };
    use crate::units::{CallSpan, Party};

    fn from_to(start: f64, end: f64) -> CallSpan {
        CallSpan::new(CallTime::from_secs(start), CallTime::from_secs(end))
    }

    fn bodies(layout: Layout) -> Vec<Body> {
        let head = CallHead {
            id: "a".into(),
            started: None,
            about: About::default(),
            source: Vec::new(),
            layout,
            config_sha256: String::new(),
            models: Vec::new(),
        };
        let word = Word { text: "No.".into(), span: from_to(1.0, 1.5), p: 0.5 };
        let cue = Cue {
            id: 1,
            name: "keep-them-posted",
            text: "Say what you are doing".into(),
            suggestion: None,
            why: String::new(),
            rule: "keep-them-posted".into(),
            evidence: Vec::new(),
            speed: Speed::Fast,
            until: CallTime::from_secs(50.0),
        };
        vec![
            Body::Call(Box::new(head)),
            Body::Speech { party: Some(Party::Customer), span: from_to(1.0, 13.0) },
            Body::Utterance(Utterance {
                party: Some(Party::Customer),
                span: from_to(1.0, 13.0),
                text: "No. No.".into(),
                words: vec![word.clone(), word],
                confidence: 0.5,
                sentiment: Some(-0.5),
                redo: false,
            }),
            Body::Speech { party: Some(Party::Agent), span: from_to(12.0, 15.0) },
            Body::Overlap {
                span: from_to(12.0, 13.0),
                by: Party::Agent,
                kind: OverlapKind::Interruption,
                yielded: true,
            },
            Body::Cue(cue),
            Body::Silence { span: from_to(15.0, 40.0) },
            Body::CueOutcome { id: 1, outcome: Outcome::Ignored, evidence: Vec::new() },
        ]
    }

    fn lines(bodies: &[Body]) -> Vec<Line> {
        let at = CallTime::from_secs(41.0);
        bodies.iter().filter_map(|body| Line::of(&Event { at, body: body.clone() })).collect()
    }

    #[test]
    fn a_rebuilt_summary_is_the_one_that_the_log_would_have_had() {
        let config = DialogueConfig::default();
        for layout in [Layout::Stereo, Layout::MonoMix] {
            let bodies = bodies(layout);
            let mut tally = Tally::new(&config);
            let mut ledger = Ledger::default();
            for body in &bodies {
                tally.observe(body);
                ledger.observe(body);
            }
            let now = CallTime::from_secs(41.0);
            let mut whole = tally.summary(now);
            let over = Situation { now, ..Situation::default() };
            ledger.close(&over, &RuleSet::default(), &Doubted::default(), &mut whole);
            let whole = SummaryRecord::of(&whole);
            assert_eq!(summary_of(&lines(&bodies), &config), whole);
            assert_eq!(whole.interruptions.is_some(), layout == Layout::Stereo);
        }
    }

    #[test]
    fn what_a_newer_version_wrote_is_left_out() {
        let mut lines = lines(&bodies(Layout::Stereo));
        let known = summary_of(&lines, &DialogueConfig::default());
        lines.push(Line { at: Default::default(), record: Record::Unknown });
        let newer = r#"{"at":2,"type":"cue","id":9,"name":"sing","text":"","suggestion":null,
            "why":"","rule":"sing","evidence":{},"speed":"fast","until":7}"#;
        lines.push(serde_json::from_str(newer).unwrap());
        assert_eq!(summary_of(&lines, &DialogueConfig::default()), known);
        assert_eq!(summary_of(&[], &DialogueConfig::default()).duration, 0.0);
    }
}
