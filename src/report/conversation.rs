//! The log as a conversation: what was said and what happened, in the order in which it began.

use crate::call::record::{CueRecord, Line, ReasonRecord, Record, WordRecord};
use crate::config::DialogueConfig;
use crate::event::{GapCause, Outcome, OverlapKind};
use crate::tone::heat::Mood;
use crate::units::{CallSpan, CallTime, Party};

/// In a log with words, shorter speech that has none is a cough as often as not. Seconds.
const WORDLESS_MIN_SECS: f64 = 1.0;

/// One thing to tell, and where it lies.
#[derive(Debug)]
pub struct Told<'a> {
    pub span: CallSpan,
    pub what: What<'a>,
}

/// What there is to tell. The earlier kinds come first where two begin at the same moment.
#[derive(Debug)]
pub enum What<'a> {
    Warning(&'a str),
    Silence,
    Gap {
        party: Option<Party>,
        cause: GapCause,
    },
    Overlap {
        by: Party,
        kind: OverlapKind,
        yielded: bool,
        practice: Option<Practised<'a>>,
    },
    Said(Said<'a>),
    Practice {
        party: Party,
        quote: &'a str,
        practice: Practised<'a>,
        /// Others that were kept, or broken, by the same words.
        also: Vec<&'a str>,
    },
    Cue {
        cue: &'a CueRecord,
        outcome: Option<Outcome>,
    },
    /// The customer's mood has changed from one word to another.
    Mood {
        from: Mood,
        to: Mood,
        why: &'a [ReasonRecord],
    },
}

/// A practice that was kept or not.
#[derive(Clone, Copy, Debug)]
pub struct Practised<'a> {
    pub name: &'a str,
    pub kept: bool,
}

/// Speech of one party; without text where the log has no words for it.
#[derive(Debug)]
pub struct Said<'a> {
    pub party: Option<Party>,
    pub text: Option<&'a str>,
    words: &'a [WordRecord],
    asides: Vec<Aside<'a>>,
}

/// A listener's signal in another's speech.
#[derive(Debug)]
pub struct Aside<'a> {
    start: CallTime,
    pub by: Party,
    pub text: Option<&'a str>,
    /// Whether it counted as showing that one listens.
    pub credited: bool,
}

/// A stretch of a [`Said`].
#[derive(Debug)]
pub enum Part<'a, 'b> {
    /// What was said; `words` has the time of each word of it, or nothing.
    Text {
        text: String,
        words: &'a [WordRecord],
    },
    Aside(&'b Aside<'a>),
}

/// What a line tells by itself; `None` where it is nothing that one reads.
pub fn told(line: &Line) -> Option<Told<'_>> {
    let at: CallTime = line.at.into();
    let moment = CallSpan::new(at, at);
    let (span, what) = match &line.record {
        Record::Utterance { party, span, text, words, .. } => {
            let said = Said { party: *party, text: Some(text), words, asides: Vec::new() };
            ((*span).into(), What::Said(said))
        }
        &Record::Overlap { span, by, kind, yielded } => {
            (span.into(), What::Overlap { by, kind, yielded, practice: None })
        }
        Record::Silence { span } => ((*span).into(), What::Silence),
        &Record::Gap { party, span, cause } => (span.into(), What::Gap { party, cause }),
        Record::Pause { span } => {
            ((*span).into(), What::Gap { party: None, cause: GapCause::Paused })
        }
        Record::Practice { name, party, span, quote, score, .. } => {
            let practice = Practised { name, kept: *score >= 0.5 };
            ((*span).into(), What::Practice { party: *party, quote, practice, also: Vec::new() })
        }
        Record::Cue(cue) => (moment, What::Cue { cue, outcome: None }),
        Record::Warning { text, .. } => (moment, What::Warning(text)),
        Record::Call { .. }
        | Record::Speech { .. }
        | Record::Partial { .. }
        | Record::Measure { .. }
        | Record::Tone { .. }
        | Record::Remark { .. }
        | Record::Issue { .. }
        | Record::Promise { .. }
        | Record::Flag { .. }
        | Record::CueOutcome { .. }
        | Record::Summary(_)
        | Record::Unknown => return None,
    };
    Some(Told { span, what })
}

/// Follows the customer's mood through the lines of a log.
#[derive(Default)]
pub struct Moods(Mood);

impl Moods {
    /// What the next line changes about the mood; `None` where nothing.
    pub fn told<'a>(&mut self, line: &'a Line) -> Option<Told<'a>> {
        let Record::Tone { span, heat, why, .. } = &line.record else { return None };
        let (from, to) = (self.0, self.0.then(*heat as f32));
        self.0 = to;
        let span = CallSpan::new(span.end.into(), span.end.into());
        (from != to).then_some(Told { span, what: What::Mood { from, to, why } })
    }
}

/// The whole call. Listeners' signals are put into the speech in which they were given, and
/// practices onto the overlaps that they are about.
pub fn conversation(lines: &[Line]) -> Vec<Told<'_>> {
    let mut all: Vec<Told> = lines.iter().filter_map(told).collect();
    let mut moods = Moods::default();
    all.extend(lines.iter().filter_map(|line| moods.told(line)));
    for told in &mut all {
        if let What::Cue { cue, outcome } = &mut told.what {
            *outcome = outcome_of(lines, cue.id);
        }
    }
    add_wordless(lines, &mut all);
    fold_practices(&mut all);
    fold_signals(&mut all);
    all.sort_by_key(|told| (told.span.start, told.what.rank()));
    fold_same_words(&mut all);
    all
}

/// What became of the cue with this number.
pub fn outcome_of(lines: &[Line], cue: u32) -> Option<Outcome> {
    lines.iter().find_map(|line| match line.record {
        Record::CueOutcome { id, outcome, .. } if id == cue => Some(outcome),
        _ => None,
    })
}

/// Adds the turns of which the log has no words.
fn add_wordless(lines: &[Line], all: &mut Vec<Told>) {
    let said: Vec<(Option<Party>, CallSpan)> = all
        .iter()
        .filter_map(|told| match &told.what {
            What::Said(said) => Some((said.party, told.span)),
            What::Overlap { by, kind: OverlapKind::Backchannel, .. } => {
                Some((Some(*by), told.span))
            }
            _ => None,
        })
        .collect();
    let has_words = all.iter().any(|told| matches!(told.what, What::Said(_)));
    let min_secs = if has_words { WORDLESS_MIN_SECS } else { 0.0 };
    let mut spans: Vec<(CallSpan, Option<Party>)> = lines
        .iter()
        .filter_map(|line| match line.record {
            Record::Speech { party, span } => Some((span.into(), party)),
            _ => None,
        })
        .filter(|(span, party)| {
            !said.iter().any(|(of, said)| of == party && said.intersection(*span).is_some())
        })
        .collect();
    spans.sort_by_key(|(span, party)| (span.start, *party));
    let mut turns: Vec<(CallSpan, Option<Party>)> = Vec::new();
    let pause_secs = DialogueConfig::default().turn_pause_secs;
    for (span, party) in spans {
        match turns.last_mut() {
            Some((turn, of)) if *of == party && span.start.secs_since(turn.end) < pause_secs => {
                turn.end = turn.end.max(span.end);
            }
            _ => turns.push((span, party)),
        }
    }
    all.extend(turns.into_iter().filter(|(turn, _)| turn.secs() >= min_secs).map(
        |(span, party)| {
            let said = Said { party, text: None, words: &[], asides: Vec::new() };
            Told { span, what: What::Said(said) }
        },
    ));
}

/// Makes one of practices that follow each other and were kept, or broken, by the same words; words
/// that were just read are not told again.
fn fold_same_words(all: &mut Vec<Told>) {
    let texts: Vec<String> = all
        .iter()
        .filter_map(|told| match &told.what {
            What::Said(said) => said.text.map(|text| text.trim().to_owned()),
            _ => None,
        })
        .collect();
    let mut folded: Vec<Told> = Vec::new();
    for mut told in std::mem::take(all) {
        if let What::Practice { quote, practice, .. } = &mut told.what {
            if let Some(Told { span, what: What::Practice { practice: last, also, .. } }) =
                folded.last_mut()
                && *span == told.span
                && last.kept == practice.kept
            {
                also.push(practice.name);
                continue;
            }
            if texts.iter().any(|text| text == quote) {
                *quote = "";
            }
        }
        folded.push(told);
    }
    *all = folded;
}

/// Puts a practice that says the same as an overlap onto it.
fn fold_practices(all: &mut Vec<Told>) {
    let mut folded = Vec::new();
    for (i, told) in all.iter().enumerate() {
        let What::Practice { party, practice, .. } = told.what else { continue };
        let same = |other: &Told| {
            matches!(other.what, What::Overlap { by, .. } if by == party) && other.span == told.span
        };
        if let Some(place) = all.iter().position(same) {
            folded.push((i, place, practice));
        }
    }
    for &(_, place, folded) in &folded {
        if let What::Overlap { practice, .. } = &mut all[place].what {
            *practice = Some(folded);
        }
    }
    for &(i, ..) in folded.iter().rev() {
        all.remove(i);
    }
}

/// Puts listeners' signals, with their words, into the speech in which they were given. One
/// that was given in none stays where it is.
fn fold_signals(all: &mut Vec<Told>) {
    let is_signal =
        |told: &Told| matches!(told.what, What::Overlap { kind: OverlapKind::Backchannel, .. });
    let signals: Vec<Told> = all.extract_if(.., |told| is_signal(told)).collect();
    for signal in signals {
        let What::Overlap { by, practice, .. } = signal.what else { continue };
        let start = signal.span.start;
        let of = |told: &Told, party| matches!(&told.what, What::Said(said) if said.party == Some(party));
        let host = |told: &Told| of(told, by.other()) && told.span.contains(start);
        if !all.iter().any(host) {
            all.push(signal);
            continue;
        }
        let own = |told: &Told| {
            let shared = told.span.intersection(signal.span).map_or(0.0, |both| both.secs());
            of(told, by) && shared >= told.span.secs() / 2.0
        };
        let own = all.iter().position(own).map(|i| all.remove(i).what);
        let text = match own {
            Some(What::Said(said)) => said.text,
            _ => None,
        };
        let credited = practice.is_some_and(|practice| practice.kept);
        let aside = Aside { start, by, text, credited };
        if let Some(Told { what: What::Said(said), .. }) = all.iter_mut().find(|told| host(told)) {
            said.asides.push(aside);
        }
    }
}

impl What<'_> {
    fn rank(&self) -> u8 {
        match self {
            What::Warning(_) => 0,
            What::Silence => 1,
            What::Gap { .. } => 2,
            What::Overlap { .. } => 3,
            What::Said(_) => 4,
            What::Practice { .. } => 5,
            What::Mood { .. } => 6,
            What::Cue { .. } => 7,
        }
    }
}

impl<'a> Said<'a> {
    /// The text with the listener's signals at the words at which they were given, or at its
    /// end where the words have no times.
    pub fn parts(&self) -> Vec<Part<'a, '_>> {
        let words: Vec<&str> = self.text.unwrap_or_default().split_whitespace().collect();
        let timed = words.len() == self.words.len();
        let mut asides: Vec<&Aside> = self.asides.iter().collect();
        asides.sort_by_key(|aside| aside.start);
        let text = |from: usize, to: usize| Part::Text {
            text: words[from..to].join(" "),
            words: if timed { &self.words[from..to] } else { &[] },
        };
        let mut parts = Vec::new();
        let mut from = 0;
        for aside in asides {
            let before = |word: &&WordRecord| CallTime::from(word.span.start) < aside.start;
            let to = if timed { self.words.iter().take_while(before).count() } else { words.len() };
            if to > from {
                parts.push(text(from, to));
                from = to;
            }
            parts.push(Part::Aside(aside));
        }
        if from < words.len() {
            parts.push(text(from, words.len()));
        }
        parts
    }
}
