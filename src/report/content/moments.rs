//! Moments for the coach, each with its why.

use crate::call::record::{CueRecord, Line, Record, Span};
use crate::report::conversation::outcome_of;
use crate::report::wording;
use crate::report::wrap::clean;
use crate::units::CallTime;

/// So much of what was said is quoted: utterances, and letters of each.
const MAX_QUOTES: usize = 3;
const MAX_LETTERS: usize = 220;

/// A moment.
pub struct Moment {
    /// From 1, in the order of time.
    pub number: usize,
    /// Where it begins, in seconds.
    pub start: f64,
    /// Where it ends.
    pub end: f64,
    /// Its beginning as a clock has it.
    pub clock: String,
    /// What it weighs, in words.
    pub weight: &'static str,
    /// The same as a name: `well`, `light`, `serious` or `grave`.
    pub class: &'static str,
    /// What it is.
    pub title: String,
    /// Why, in sentences.
    pub why: Vec<String>,
    /// The numbers behind it; empty where there are none.
    pub numbers: String,
    /// What was said in it.
    pub quotes: Vec<Quote>,
    /// The prompt that it is about.
    pub cue: Option<u32>,
}

/// What somebody said in it.
pub struct Quote {
    /// Who.
    pub who: &'static str,
    /// The same as a name.
    pub class: &'static str,
    /// The words.
    pub text: String,
}

/// All moments in the order of time.
pub fn moments(lines: &[Line]) -> Vec<Moment> {
    let mut flags: Vec<_> = lines
        .iter()
        .filter_map(|line| match &line.record {
            Record::Flag { span, reason, severity, cue, evidence } => {
                Some((*span, reason.as_str(), *severity, *cue, evidence))
            }
            _ => None,
        })
        .collect();
    flags.sort_by(|a, b| a.0.start.0.total_cmp(&b.0.start.0));
    let mut moments = Vec::new();
    for (span, reason, severity, cue, evidence) in flags {
        let about = cue;
        let cue = cue.and_then(|id| cue_of(lines, id));
        moments.push(Moment {
            number: moments.len() + 1,
            start: span.start.0,
            end: span.end.0,
            clock: CallTime::from(span.start).to_string(),
            weight: wording::severity(severity),
            class: match (reason, severity) {
                ("done-well", _) => "well",
                (_, 3..) => "grave",
                (_, 2) => "serious",
                _ => "light",
            },
            title: clean(&wording::moment(reason)),
            why: why(lines, span, reason, cue),
            numbers: clean(&wording::evidence(evidence)),
            quotes: quotes(lines, span),
            cue: about,
        });
    }
    moments
}

fn cue_of(lines: &[Line], id: u32) -> Option<&CueRecord> {
    lines.iter().find_map(|line| match &line.record {
        Record::Cue(cue) if cue.id == id => Some(cue),
        _ => None,
    })
}

fn why(lines: &[Line], span: Span, reason: &str, cue: Option<&CueRecord>) -> Vec<String> {
    let mut why = Vec::new();
    if let Some(cue) = cue {
        let came = outcome_of(lines, cue.id)
            .map_or(String::new(), |came| format!(" ({})", wording::outcome(came)));
        why.push(format!("Prompt: {}{came}.", clean(&cue.text)));
        why.push(clean(&cue.why));
        why.extend(cue.suggestion.as_ref().map(|text| format!("Suggested: “{}”", clean(text))));
    }
    for line in lines {
        match &line.record {
            Record::Practice { name, span: of, score, .. } if *of == span => {
                let broken = *score < 0.5;
                if broken == (reason != "done-well") {
                    let how = if broken { wording::HOW_BROKEN } else { "" };
                    why.push(format!("{}{how}.", wording::practice(&clean(name))));
                }
            }
            Record::Practice { name, span: of, score, .. }
                if reason == "done-well" && *score >= 0.5 && lies_in(*of, span) =>
            {
                let name = format!("{}.", wording::practice(&clean(name)));
                if !why.contains(&name) {
                    why.push(name);
                }
            }
            Record::Tone { span: of, why: reasons, .. }
                if reason == "heat-peak" && *of == span && !reasons.is_empty() =>
            {
                let hotter = reasons.iter().filter(|reason| reason.by > 0.0);
                let list: Vec<String> = hotter.map(|reason| clean(&reason.what)).collect();
                if !list.is_empty() {
                    why.push(format!("What moved it: {}.", list.join(", ")));
                }
            }
            _ => {}
        }
    }
    why
}

fn lies_in(inner: Span, outer: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// What was said in it, or around it.
fn quotes(lines: &[Line], span: Span) -> Vec<Quote> {
    let mut said: Vec<(Span, Quote)> = lines
        .iter()
        .filter_map(|line| match &line.record {
            Record::Utterance { party, span: of, text, .. }
                if of.start < span.end && of.end > span.start =>
            {
                let quote = Quote {
                    who: wording::name(*party),
                    class: party.map_or("voice", |party| party.name()),
                    text: shortened(&clean(text)),
                };
                Some((*of, quote))
            }
            _ => None,
        })
        .collect();
    said.sort_by(|a, b| a.0.start.0.total_cmp(&b.0.start.0));
    said.into_iter().take(MAX_QUOTES).map(|(_, quote)| quote).collect()
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= MAX_LETTERS {
        return text.to_owned();
    }
    let part: String = text.chars().take(MAX_LETTERS).collect();
    let whole_words = part.rfind(' ').map_or(part.as_str(), |end| &part[..end]);
    format!("{whole_words} …")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_says_why_and_what_was_said() {
        let log = r#"
{"at":3,"type":"cue","id":1,"name":"apologise","text":"Apologise","suggestion":null,"why":"They wait.","rule":"apologise","evidence":{},"speed":"slow","until":8}
{"at":4,"type":"utterance","party":"customer","start":2,"end":4,"text":"I wait and wait.","words":[],"confidence":0.9,"redo":false}
{"at":5,"type":"practice","name":"not-defensive","party":"agent","start":4,"end":5,"quote":"","score":0,"evidence":{}}
{"at":5,"type":"flag","start":4,"end":5,"reason":"breach","severity":3,"cue":null,"evidence":{"score":0.0}}
{"at":23,"type":"cue-outcome","id":1,"outcome":"ignored","evidence":{}}
{"at":23,"type":"flag","start":3,"end":23,"reason":"ignored-cue","severity":1,"cue":1,"evidence":{"watched_secs":20.0}}"#;
        let lines: Vec<Line> =
            log.trim().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let moments = moments(&lines);
        assert_eq!(moments.len(), 2);
        assert_eq!(moments[0].why, ["Prompt: Apologise (not taken up).", "They wait."]);
        assert_eq!(moments[0].quotes[0].text, "I wait and wait.");
        assert_eq!(moments[0].numbers.replace('\u{a0}', " "), "watched 20.0 s");
        assert_eq!(moments[1].why, ["Do not argue or blame: did not work out."]);
        assert_eq!((moments[1].number, moments[1].class), (2, "grave"));
        assert!(moments[1].quotes.is_empty());
    }
}
