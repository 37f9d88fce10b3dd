//! What lies along the time of a call, to be drawn.

use crate::call::record::{Line, Record, Span};
use crate::event::{GapCause, OverlapKind};
use crate::report::conversation::outcome_of;
use crate::report::wording;
use crate::report::wrap::clean;
use crate::units::Party;

/// Values of heat further apart are not joined: the customer said nothing between. Seconds.
pub const APART_SECS: f64 = 6.0;

/// A stretch that is shaded across the voices.
pub struct Shade {
    /// Where it begins, in seconds.
    pub start: f64,
    /// Where it ends.
    pub end: f64,
    /// What kind: the name of one of [`SHADES`].
    pub class: &'static str,
    /// What it is, in words.
    pub title: String,
}

/// The kinds of shade, each with the word for a legend.
pub const SHADES: [(&str, &str); 5] = [
    ("interruption", "cut in"),
    ("shared", "both at once"),
    ("backchannel", "short signal"),
    ("silence", "silence"),
    ("gap", "no sound"),
];

/// All shades.
pub fn shades(lines: &[Line]) -> Vec<Shade> {
    let shade =
        |span: Span, class, title| Shade { start: span.start.0, end: span.end.0, class, title };
    let of = |line: &Line| match &line.record {
        &Record::Overlap { span, by, kind, yielded } => {
            let class = match kind {
                OverlapKind::Interruption => "interruption",
                OverlapKind::Shared => "shared",
                OverlapKind::Backchannel => "backchannel",
            };
            Some(shade(span, class, wording::overlap(by, kind, yielded, span.secs())))
        }
        Record::Silence { span } => {
            Some(shade(*span, "silence", format!("{} silence", wording::length(span.secs()))))
        }
        &Record::Gap { party, span, cause } => {
            Some(shade(span, "gap", wording::gap(party, cause, span.secs())))
        }
        Record::Pause { span } => {
            Some(shade(*span, "gap", wording::gap(None, GapCause::Paused, span.secs())))
        }
        _ => None,
    };
    lines.iter().filter_map(of).collect()
}

/// A prompt.
pub struct Prompt {
    /// Its number in the log.
    pub id: u32,
    /// When it was shown, in seconds.
    pub at: f64,
    /// What the agent read.
    pub text: String,
    /// The same, with what came of it and why it was shown.
    pub title: String,
}

/// All prompts.
pub fn prompts(lines: &[Line]) -> Vec<Prompt> {
    let of = |line: &Line| {
        let Record::Cue(cue) = &line.record else { return None };
        let came = outcome_of(lines, cue.id)
            .map_or(String::new(), |came| format!(" ({})", wording::outcome(came)));
        let (text, why) = (clean(&cue.text), clean(&cue.why));
        Some(Prompt { id: cue.id, at: line.at.0, title: format!("{text}{came}: {why}"), text })
    };
    lines.iter().filter_map(of).collect()
}

/// A practice that was kept, or not.
pub struct Practised {
    /// Where, in seconds.
    pub at: f64,
    /// Whether it was kept.
    pub kept: bool,
    /// What it is called.
    pub name: String,
}

/// All practices of the agent.
pub fn practices(lines: &[Line]) -> Vec<Practised> {
    let of = |line: &Line| match &line.record {
        Record::Practice { name, party: Party::Agent, span, score, .. } => Some(Practised {
            at: span.start.0,
            kept: *score >= 0.5,
            name: wording::practice(&clean(name)),
        }),
        _ => None,
    };
    lines.iter().filter_map(of).collect()
}

/// The customer's heat, 0 to 1, at times in seconds, in their order.
pub fn heat(lines: &[Line]) -> Vec<(f64, f64)> {
    in_order(lines.iter().filter_map(|line| match &line.record {
        Record::Tone { span, heat, .. } => Some((span.end.0, heat.clamp(0.0, 1.0))),
        _ => None,
    }))
}

/// The agent's pace in words a minute, at times in seconds, in their order.
pub fn pace(lines: &[Line]) -> Vec<(f64, f64)> {
    in_order(lines.iter().filter_map(|line| match &line.record {
        Record::Measure { party: Some(Party::Agent), span, pace_wpm: Some(pace), .. } => {
            Some((span.end.0, *pace))
        }
        _ => None,
    }))
}

/// The agent's level against their own over the call, in LU, at times in seconds, in their order.
pub fn level(lines: &[Line]) -> Vec<(f64, f64)> {
    in_order(lines.iter().filter_map(|line| match &line.record {
        Record::Measure { party: Some(Party::Agent), span, level_lu: Some(level), .. } => {
            Some((span.end.0, *level))
        }
        _ => None,
    }))
}

/// Where a party speaks, in seconds, with the level there against their own, in LU, where it was
/// measured: what is drawn of a voice that can't be heard any more.
pub fn speech(lines: &[Line], party: Option<Party>) -> Vec<(f64, f64)> {
    let of = |line: &Line| match &line.record {
        Record::Speech { party: of, span } if *of == party => Some((span.start.0, span.end.0)),
        _ => None,
    };
    in_order(lines.iter().filter_map(of))
}

/// Where nobody speaks for at least `least` seconds, from the first word to the end.
pub fn quiet(lines: &[Line], secs: f64, least: f64) -> Vec<(f64, f64)> {
    let spoken = in_order(lines.iter().filter_map(|line| match &line.record {
        Record::Speech { span, .. } => Some((span.start.0, span.end.0)),
        _ => None,
    }));
    let mut quiet = Vec::new();
    let mut from = 0.0;
    for (start, end) in spoken.into_iter().chain([(secs, secs)]) {
        if start - from >= least {
            quiet.push((from, start));
        }
        from = end.max(from);
    }
    quiet
}

fn in_order(values: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let mut values: Vec<(f64, f64)> = values.collect();
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_quiet_where_neither_speaks() {
        let line = |text: &str| serde_json::from_str::<Line>(text).unwrap();
        let lines = [
            line(r#"{"at":4,"type":"speech","party":"agent","start":2,"end":6}"#),
            line(r#"{"at":4,"type":"speech","party":"customer","start":3,"end":4}"#),
            line(r#"{"at":9,"type":"speech","party":"customer","start":8,"end":9}"#),
        ];
        assert_eq!(quiet(&lines, 20.0, 1.5), [(0.0, 2.0), (6.0, 8.0), (9.0, 20.0)]);
        assert_eq!(quiet(&lines, 20.0, 5.0), [(9.0, 20.0)]);
        assert_eq!(quiet(&[], 3.0, 1.0), [(0.0, 3.0)]);
        assert_eq!(speech(&lines, Some(Party::Customer)), [(3.0, 4.0), (8.0, 9.0)]);
    }
}
