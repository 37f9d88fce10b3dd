//! What of a call is in a clip: its words, and why it was flagged.

use std::collections::HashSet;

use super::ShareError;
use super::hush::{self, MARGIN_SECS};
use crate::call::rebuild;
use crate::call::record::{Line, Record, Span, WordRecord};
use crate::language::redact::{Found, Redaction, Spoken, mask};
use crate::report::content::moments::moments;
use crate::report::wording;
use crate::report::wrap::clean;
use crate::units::{CallSpan, CallTime, Party};

/// A place in a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Moment {
    /// At so many seconds, or from there to there.
    At(f64, f64),
    /// Where the prompt with this `id` came.
    Cue(u32),
    /// The moment for the coach with this number, as a call's page has it, from 1.
    Flag(usize),
}

/// What is wanted of a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wanted {
    /// Around which moment.
    pub moment: Moment,
    /// From so many seconds before it …
    pub before_secs: f64,
    /// … to so many after it.
    pub after_secs: f64,
    /// Whether what identifies people is masked and silenced.
    pub redact: bool,
}

/// A clip.
#[derive(Clone, Debug, PartialEq)]
pub struct Clip {
    /// Where in the call it is.
    pub span: CallSpan,
    /// What it is called: the call and the time, or, where it is redacted, only what it shows.
    pub title: String,
    /// Whether what identifies people is masked and silenced.
    pub redacted: bool,
    /// What was said, in the order of time.
    pub said: Vec<Said>,
    /// Why it was flagged, and which prompts came, in the order of time.
    pub reasons: Vec<Reason>,
    /// Where its sound is silenced, in the time of the call.
    pub hushed: Vec<CallSpan>,
    /// Words that are masked in its text.
    pub masked: usize,
}

/// What somebody said.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// Who; `None` in a mono mix.
    pub party: Option<Party>,
    /// Seconds from the beginning of the clip.
    pub at_secs: f64,
    /// The words, with `…` where they go on outside the clip.
    pub text: String,
}

/// Why it was flagged, or which prompt came.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// Seconds from the beginning of the clip.
    pub at_secs: f64,
    /// What it is.
    pub title: String,
    /// More of it, in sentences.
    pub why: Vec<String>,
}

/// An utterance of the log with its words.
pub(super) struct Uttered<'a> {
    pub party: Option<Party>,
    pub span: Span,
    /// With their times, where those are known of all.
    pub words: Vec<(&'a str, Option<Span>)>,
    /// What is to be hidden of them.
    pub found: Vec<Found>,
}

impl Clip {
    /// The clip of the call `name` that is wanted.
    ///
    /// # Errors
    /// [`ShareError::NoCue`], [`ShareError::NoMoment`], [`ShareError::AfterEnd`],
    /// [`ShareError::NoWords`].
    pub fn of(lines: &[Line], name: &str, wanted: &Wanted) -> Result<Clip, ShareError> {
        let end = CallTime::from_secs(rebuild::logged_or_rebuilt(lines).0.duration);
        let core = core(lines, name, wanted.moment)?;
        if core.start > end || end == CallTime::ZERO {
            return Err(ShareError::AfterEnd { call: name.to_owned(), end });
        }
        let start = CallTime::from_secs((core.start.secs() - wanted.before_secs).max(0.0));
        let span = CallSpan::new(start, core.end.shifted(wanted.after_secs).min(end));
        let mut talk = uttered(lines);
        let (mut hushed, mut reasons) = (Vec::new(), reasons(lines, span));
        if wanted.redact {
            if talk.is_empty() {
                return Err(ShareError::NoWords { call: name.to_owned() });
            }
            find(&mut talk);
            hushed = hush::spans(&talk, lines, MARGIN_SECS);
            mask_reasons(&mut reasons, &talk);
        }
        let title = match wanted.redact {
            // A recording's name may hold a number or a name.
            true => "A moment of a call".to_owned(),
            false => format!("{} at {}", clean(name), core.start),
        };
        let said: Vec<(Said, usize)> =
            talk.iter().filter_map(|uttered| said(uttered, span)).collect();
        let masked = said.iter().map(|(_, masked)| masked).sum();
        let said = said.into_iter().map(|(said, _)| said).collect();
        Ok(Clip { span, title, redacted: wanted.redact, said, reasons, hushed, masked })
    }
}

/// Where the sound of a redacted clip of this call would be silent, with so much around hidden words;
/// and what is hidden in each utterance, in the order of time.
pub fn hidden_in(lines: &[Line], margin_secs: f64) -> (Vec<CallSpan>, Vec<Vec<Found>>) {
    let mut talk = uttered(lines);
    find(&mut talk);
    let spans = hush::spans(&talk, lines, margin_secs);
    (spans, talk.into_iter().map(|uttered| uttered.found).collect())
}

/// Which prompts there are in a call, for who named another: `its prompts are 1 at 0:21, 2 at 1:03`.
pub fn prompts(lines: &[Line]) -> String {
    let cues = lines.iter().filter_map(|line| match &line.record {
        Record::Cue(cue) => Some(format!("{} at {}", cue.id, CallTime::from(line.at))),
        _ => None,
    });
    match cues.collect::<Vec<_>>() {
        none if none.is_empty() => "it has none".to_owned(),
        cues => format!("its prompts are {}", cues.join(", ")),
    }
}

/// The moment itself, without what lies around it.
fn core(lines: &[Line], name: &str, moment: Moment) -> Result<CallSpan, ShareError> {
    let secs = CallTime::from_secs;
    match moment {
        Moment::At(start, end) => Ok(CallSpan::new(secs(start), secs(end.max(start)))),
        Moment::Cue(id) => {
            let cue = lines.iter().find_map(|line| match &line.record {
                Record::Cue(cue) if cue.id == id => Some(CallTime::from(line.at)),
                _ => None,
            });
            let no_cue = || ShareError::NoCue { call: name.to_owned(), id, known: prompts(lines) };
            let at = cue.ok_or_else(no_cue)?;
            Ok(CallSpan::new(at, at))
        }
        Moment::Flag(number) => {
            let all = moments(lines);
            let found = number.checked_sub(1).and_then(|at| all.get(at));
            let none = || ShareError::NoMoment { call: name.to_owned(), number, count: all.len() };
            let moment = found.ok_or_else(none)?;
            Ok(CallSpan::new(secs(moment.start), secs(moment.end.max(moment.start))))
        }
    }
}

/// What was said in the call, in the order of time.
pub(super) fn uttered(lines: &[Line]) -> Vec<Uttered<'_>> {
    let mut talk: Vec<Uttered> = lines
        .iter()
        .filter_map(|line| match &line.record {
            Record::Utterance { party, span, text, words, .. } => Some(Uttered {
                party: *party,
                span: *span,
                words: timed(text, words),
                found: Vec::new(),
            }),
            _ => None,
        })
        .collect();
    talk.sort_by(|a, b| a.span.start.0.total_cmp(&b.span.start.0));
    talk
}

/// The words of a text with their times, or without, where one is lacking or they are not those of
/// the text.
fn timed<'a>(text: &'a str, words: &'a [WordRecord]) -> Vec<(&'a str, Option<Span>)> {
    let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let joined: String = words.iter().map(|word| letters(&word.w)).collect();
    let whole = !words.is_empty() && joined == letters(text);
    if whole && words.iter().all(|word| !word.w.trim().is_empty()) {
        words.iter().map(|word| (word.w.trim(), Some(word.span))).collect()
    } else {
        text.split_whitespace().map(|word| (word, None)).collect()
    }
}

/// Finds what is to be hidden, in the light of all that was said before.
pub(super) fn find(talk: &mut [Uttered<'_>]) {
    let spoken: Vec<Spoken> = talk
        .iter()
        .map(|uttered| Spoken {
            party: uttered.party,
            start_secs: uttered.span.start.0,
            end_secs: uttered.span.end.0,
            words: uttered.words.iter().map(|(word, _)| *word).collect(),
        })
        .collect();
    let found = Redaction::default().find_in_talk(&spoken);
    for (uttered, found) in talk.iter_mut().zip(found) {
        uttered.found = found;
    }
}

/// What of an utterance lies in the clip, and how many of its words are masked; `None` where nothing
/// does.
fn said(uttered: &Uttered<'_>, clip: CallSpan) -> Option<(Said, usize)> {
    let own = CallSpan::from(uttered.span);
    if own.end <= clip.start || own.start >= clip.end {
        return None;
    }
    let lies = |span: &Option<Span>| {
        span.is_none_or(|span| {
            let middle = CallTime::from_secs((span.start.0 + span.end.0) / 2.0);
            clip.start <= middle && middle < clip.end
        })
    };
    let first = uttered.words.iter().position(|(_, span)| lies(span))?;
    let end = uttered.words.iter().rposition(|(_, span)| lies(span))? + 1;
    let words: Vec<&str> = uttered.words[first..end].iter().map(|(word, _)| *word).collect();
    let within = |found: &Found| {
        let range = found.words.start.max(first)..found.words.end.min(end);
        let range = range.start.saturating_sub(first)..range.end.saturating_sub(first);
        (!range.is_empty()).then_some(Found { words: range, kind: found.kind })
    };
    let found: Vec<Found> = uttered.found.iter().filter_map(within).collect();
    let masked = found.iter().map(|found| found.words.len()).sum();
    let mut text = clean(&mask(&words, &found));
    if first > 0 {
        text = format!("… {text}");
    }
    if end < uttered.words.len() {
        text.push_str(" …");
    }
    let at_secs = own.start.max(clip.start).secs_since(clip.start);
    Some((Said { party: uttered.party, at_secs, text }, masked))
}

/// The moments and the prompts in the clip.
fn reasons(lines: &[Line], clip: CallSpan) -> Vec<Reason> {
    let secs = CallTime::from_secs;
    let at = |at: CallTime| at.max(clip.start).secs_since(clip.start);
    let within = |start: CallTime, end: CallTime| start < clip.end && end >= clip.start;
    let mut reasons: Vec<Reason> = moments(lines)
        .into_iter()
        .filter(|moment| within(secs(moment.start), secs(moment.end)))
        .map(|moment| {
            let numbers = Some(moment.numbers).filter(|numbers| !numbers.is_empty());
            let why = moment.why.into_iter().chain(numbers).collect();
            Reason { at_secs: at(secs(moment.start)), title: moment.title, why }
        })
        .collect();
    for line in lines {
        let time = CallTime::from(line.at);
        if let Record::Cue(cue) = &line.record
            && within(time, time)
        {
            // Told with its moment already?
            let prompt = format!("Prompt: {}", clean(&cue.text));
            let told = |reason: &Reason| reason.why.iter().any(|why| why.starts_with(&prompt));
            if !reasons.iter().any(told) {
                let suggestion = cue.suggestion.as_ref();
                let suggestion = suggestion.map(|text| format!("Suggested: “{}”", clean(text)));
                let why = [clean(&cue.why)].into_iter().chain(suggestion).collect();
                reasons.push(Reason { at_secs: at(time), title: prompt, why });
            }
        }
    }
    reasons.sort_by(|a, b| a.at_secs.total_cmp(&b.at_secs));
    reasons.iter_mut().for_each(|reason| reason.title = wording::capitalised(&reason.title));
    reasons
}

/// Sentences may quote what was said: what is hidden there is hidden here.
fn mask_reasons(reasons: &mut [Reason], talk: &[Uttered<'_>]) {
    let hidden = Hidden::of(talk);
    for reason in reasons {
        for why in &mut reason.why {
            if why.contains(['“', '"']) {
                *why = hidden.masked(why);
            }
        }
    }
}

/// The words that are hidden anywhere in a call, to be hidden wherever they are quoted.
pub(super) struct Hidden {
    words: HashSet<String>,
    redaction: Redaction,
}

impl Hidden {
    pub fn of(talk: &[Uttered<'_>]) -> Hidden {
        let words = talk.iter().flat_map(|uttered| {
            uttered.found.iter().flat_map(|found| found.words.clone().map(|at| uttered.words[at].0))
        });
        let words = words.map(plain).filter(|word| word.len() > 2).collect();
        Hidden { words, redaction: Redaction::default() }
    }

    /// A text with all of them masked, and what would be hidden in it by itself.
    pub fn masked(&self, text: &str) -> String {
        let words = self.redaction.masked(text);
        let words = words
            .split(' ')
            .map(|word| if self.words.contains(&plain(word)) { "[…]" } else { word });
        words.collect::<Vec<_>>().join(" ")
    }
}

fn plain(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase()
}
