//! What was said and what happened, row by row.

use crate::call::record::Line;
use crate::report::conversation::{Part, Practised, Said, What, conversation};
use crate::report::wording;
use crate::report::wrap::clean;
use crate::units::{CallTime, Party};

/// A row.
pub struct Row {
    /// Where it begins and ends, in seconds.
    pub at: f64,
    /// Its end.
    pub end: f64,
    /// Its beginning as a clock has it.
    pub clock: String,
    /// Whose, or what kind.
    pub class: &'static str,
    /// Who speaks, or the sign of what happened.
    pub lead: &'static str,
    /// Its text.
    pub pieces: Vec<Piece>,
    /// Sentences below it.
    pub notes: Vec<String>,
}

/// A stretch of a row's text.
pub struct Piece {
    /// What kind of text; empty for what was said.
    pub class: &'static str,
    /// The text.
    pub text: String,
    /// When each of its words, which single spaces part, was said: from and to in seconds. Empty
    /// where that is not known.
    pub times: Vec<(f64, f64)>,
}

/// All rows.
pub fn rows(lines: &[Line]) -> Vec<Row> {
    let all = conversation(lines);
    // What was wrong from the beginning is in the head.
    let at_first =
        |what: &What, start: CallTime| matches!(what, What::Warning(_)) && start == CallTime::ZERO;
    let told = all.iter().filter(|told| !at_first(&told.what, told.span.start));
    told.map(|told| {
        let (class, lead) = lead(&told.what);
        let secs = told.span.secs();
        Row {
            at: told.span.start.secs(),
            end: told.span.end.secs(),
            clock: told.span.start.to_string(),
            class,
            lead,
            pieces: pieces(&told.what, secs),
            notes: notes(&told.what),
        }
    })
    .collect()
}

fn lead(what: &What) -> (&'static str, &'static str) {
    match what {
        What::Warning(_) => ("warning", "!"),
        What::Silence => ("silence", "·"),
        What::Gap { .. } => ("gap", "~"),
        What::Overlap { .. } => ("overlap", "↔"),
        What::Said(said) => (said.party.map_or("voice", Party::name), wording::name(said.party)),
        What::Practice { practice, .. } => kept(practice),
        What::Mood { from, to, .. } => ("mood", if to > from { "▲" } else { "▼" }),
        What::Cue { .. } => ("cue", "▸"),
    }
}

fn kept(practice: &Practised) -> (&'static str, &'static str) {
    if practice.kept { ("kept", "+") } else { ("broken", "×") }
}

fn plain(text: impl Into<String>) -> Piece {
    of_class("", text)
}

fn of_class(class: &'static str, text: impl Into<String>) -> Piece {
    Piece { class, text: text.into(), times: Vec::new() }
}

fn pieces(what: &What, secs: f64) -> Vec<Piece> {
    match what {
        What::Warning(text) => vec![plain(clean(text))],
        What::Silence => vec![plain(format!("{} silence", wording::length(secs)))],
        What::Gap { party, cause } => vec![plain(wording::gap(*party, *cause, secs))],
        What::Overlap { by, kind, yielded, practice } => {
            let mut pieces = vec![plain(wording::overlap(*by, *kind, *yielded, secs))];
            pieces.extend(practice.as_ref().map(|practice| {
                let (class, sign) = kept(practice);
                let name = wording::practice(&clean(practice.name));
                of_class(class, format!("{sign}\u{a0}{name}"))
            }));
            pieces
        }
        What::Said(said) => words(said, secs),
        What::Practice { party, practice, also, quote } => {
            let who = if *party == Party::Customer { "Customer: " } else { "" };
            let names = std::iter::once(&practice.name).chain(also);
            let names: Vec<String> = names.map(|name| wording::practice(&clean(name))).collect();
            let mut pieces = vec![plain(format!("{who}{}", names.join(" · ")))];
            if !quote.is_empty() {
                pieces.push(of_class("quote", format!("“{}”", clean(quote))));
            }
            pieces
        }
        What::Mood { from, to, .. } => vec![plain(wording::mood(*from, *to))],
        What::Cue { cue, outcome } => {
            let mut pieces = vec![of_class("prompt", clean(&cue.text))];
            let came = outcome.map(|outcome| format!("({})", wording::outcome(outcome)));
            pieces.extend(came.map(plain));
            pieces
        }
    }
}

/// The words with the listener's signals in them.
fn words(said: &Said, secs: f64) -> Vec<Piece> {
    if said.text.is_none() {
        let text = format!("speaks for {}; there are no words of it", wording::length(secs));
        return vec![of_class("quiet", text)];
    }
    let piece = |part| match part {
        Part::Text { text, words } => {
            let text = clean(&text);
            let timed = text.split(' ').count() == words.len();
            let times = words.iter().filter(|_| timed);
            let times = times.map(|word| (word.span.start.0, word.span.end.0)).collect();
            Piece { class: "", text, times }
        }
        Part::Aside(aside) => {
            let credit = if aside.credited { "+\u{a0}" } else { "" };
            let text = match aside.text {
                Some(text) => format!("“{}”", clean(text)),
                None => "a short signal".into(),
            };
            let who = wording::name(Some(aside.by));
            of_class("aside", format!("({credit}{who}: {text})"))
        }
    };
    said.parts().into_iter().map(piece).collect()
}

fn notes(what: &What) -> Vec<String> {
    match what {
        What::Cue { cue, .. } => {
            let suggestion = cue.suggestion.as_ref().map(|text| format!("“{}”", clean(text)));
            suggestion.into_iter().chain([clean(&cue.why)]).collect()
        }
        What::Mood { from, to, why } if to > from => {
            // What made it fall is of no use to anybody.
            let hotter = why.iter().filter(|why| why.by > 0.0);
            let reasons: Vec<String> = hotter.map(|why| clean(&why.what)).collect();
            if reasons.is_empty() { Vec::new() } else { vec![reasons.join(", ")] }
        }
        What::Mood { .. }
        | What::Warning(_)
        | What::Silence
        | What::Gap { .. }
        | What::Overlap { .. }
        | What::Said(_)
        | What::Practice { .. } => Vec::new(),
    }
}
