//! The demo call through the session with the real models: all that its script holds is found,
//! and nothing else.

#![cfg(feature = "whisper")]

mod playback;

use std::ops::Range;
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

use evenkeel::call::names::Name;
use evenkeel::call::record::{Line, Record, Span};
use evenkeel::config::Config;
use evenkeel::engine::Words;
use evenkeel::event::{Event, Layout};
use evenkeel::session::replay::{Ended, Pace, WordWorkers, replay};
use evenkeel::speech::whisper::WhisperModel;
use evenkeel::units::Party;
use playback::{Collected, assert_same_log, demo_source, engine, lines, log};
use serde::Deserialize;

/// A line of `demo-call.truth.jsonl`.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Truth {
    Line { party: Party, start: f64, end: f64, text: String },
    Interruption { by: Party, start: f64, end: f64, yielded: bool },
    Backchannel { by: Party, start: f64, end: f64, yielded: bool },
    Silence { start: f64, end: f64 },
}

/// How far an edge may lie from the script's: seconds.
const EDGE: f64 = 0.1;

static SCRIPT: LazyLock<Vec<Truth>> = LazyLock::new(|| {
    let text = include_str!("../assets/demo-call.truth.jsonl");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
});

/// What two workers make of it.
static EVENTS: LazyLock<Vec<Event>> = LazyLock::new(|| replayed(2));
static LINES: LazyLock<Vec<Line>> = LazyLock::new(|| lines(&EVENTS));

fn replayed(count: usize) -> Vec<Event> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/ggml-tiny.en-q8_0.bin");
    let make = WhisperModel::load(&path, &Config::default().words).unwrap().workers();
    let workers = Some(WordWorkers { make: &*make, count });
    let engine = engine(Layout::Stereo, Words::OnTime);
    let (mut found, stop) = (Collected::default(), AtomicBool::new(false));
    let ended = replay(&mut demo_source(), engine, workers, Pace::Fast, &stop, &mut found);
    assert_eq!(ended.unwrap(), Ended::Complete);
    found.0
}

#[track_caller]
fn assert_near(found: Span, start: f64, end: f64, what: &str) {
    let near = |found: f64, true_one: f64| (found - true_one).abs() <= EDGE;
    let both = near(found.start.0, start) && near(found.end.0, end);
    assert!(both, "{what} at {found:?}, in truth {start} to {end}");
}

#[test]
fn real_model_the_number_of_workers_does_not_change_the_log() {
    assert_same_log(&log(&EVENTS), &log(&replayed(1)), "one worker instead of two");
}

#[test]
fn real_model_every_overlap_is_found_and_no_other() {
    let scripted = SCRIPT.iter().filter_map(|truth| match *truth {
        Truth::Interruption { by, start, end, yielded } => {
            Some((start, end, by, "interruption", yielded))
        }
        Truth::Backchannel { by, start, end, yielded } => {
            Some((start, end, by, "backchannel", yielded))
        }
        Truth::Line { .. } | Truth::Silence { .. } => None,
    });
    let found = LINES.iter().filter_map(|line| match line.record {
        Record::Overlap { span, by, kind, yielded } => Some((span, by, kind.name(), yielded)),
        _ => None,
    });
    let (scripted, found): (Vec<_>, Vec<_>) = (scripted.collect(), found.collect());
    assert_eq!(scripted.len(), found.len(), "{found:?}");
    for ((start, end, by, kind, yielded), found) in scripted.into_iter().zip(found) {
        assert_near(found.0, start, end, kind);
        assert_eq!((by, kind, yielded), (found.1, found.2, found.3), "at {start} s");
    }
}

#[test]
fn real_model_every_silence_is_found_and_no_other() {
    let scripted = SCRIPT.iter().filter_map(|truth| match *truth {
        Truth::Silence { start, end } => Some((start, end)),
        _ => None,
    });
    let found = LINES.iter().filter_map(|line| match line.record {
        Record::Silence { span } => Some(span),
        _ => None,
    });
    let (scripted, found): (Vec<_>, Vec<_>) = (scripted.collect(), found.collect());
    assert_eq!(scripted.len(), found.len(), "{found:?}");
    for ((start, end), found) in scripted.into_iter().zip(found) {
        assert_near(found, start, end, "silence");
    }
}

/// Words in lower case, without what is written in more than one way.
fn plain(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace('’', "'");
    let text = text.replace("i'm ", "i am ").replace("alright", "all right");
    let kept = |c: char| c.is_alphanumeric() || c == '\'';
    text.split(|c| !kept(c)).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The fewest words to change, leave out or put in that turn one text into the other.
fn edits(truth: &[String], heard: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (i, word) in truth.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in heard.iter().enumerate() {
            let changed = diagonal + usize::from(word != other);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[heard.len()]
}

#[test]
fn real_model_the_words_of_every_line_are_heard() {
    assert_eq!(edits(&plain("a b, c D."), &plain("b x d e")), 3);
    let utterances: Vec<(Party, Span, &str)> = LINES
        .iter()
        .filter_map(|line| match &line.record {
            Record::Utterance { party, span, text, .. } => Some((party.unwrap(), *span, &**text)),
            _ => None,
        })
        .collect();
    let (mut wrong, mut words) = (0, 0);
    for party in Party::BOTH {
        let mut truth = Vec::new();
        for line in SCRIPT.iter() {
            let Truth::Line { party: of, start, end, text } = line else { continue };
            if *of == party {
                truth.extend(plain(text));
                let shared = |span: Span| span.end.0.min(*end) - span.start.0.max(*start);
                let heard: f64 =
                    utterances.iter().filter(|u| u.0 == party).map(|u| shared(u.1).max(0.0)).sum();
                // The pauses between its sentences are no speech.
                assert!(heard > 0.8 * (end - start), "{heard} s of {text:?}");
            }
        }
        let heard: Vec<String> =
            utterances.iter().filter(|u| u.0 == party).flat_map(|u| plain(u.2)).collect();
        wrong += edits(&truth, &heard);
        words += truth.len();
    }
    assert!(words > 150, "{words}");
    let rate = wrong as f64 / words as f64;
    assert!(rate <= 0.08, "{wrong} of {words} words wrong: {:.1} %", 100.0 * rate);
}

#[test]
fn real_model_the_cues_come_in_order_and_in_time() {
    // From the moment at which each is due: 0.8 s into an interruption; a second of fast speech
    // once the pace is known, and before that turn ends; 10 s into the silence.
    let expected: [(&str, Range<f64>); 4] = [
        ("let-them-finish", 13.3..13.9),
        ("stay-calm", 16.0..21.93),
        ("let-them-finish", 28.1..28.63),
        ("keep-them-posted", 43.9..44.3),
    ];
    let cues: Vec<_> = LINES
        .iter()
        .filter_map(|line| match &line.record {
            Record::Cue(cue) => Some((line.at.0, cue)),
            _ => None,
        })
        .collect();
    let names: Vec<&str> = cues.iter().map(|(_, cue)| cue.name.as_str()).collect();
    assert_eq!(names, expected.clone().map(|(name, _)| name));
    for ((at, cue), (name, due)) in cues.iter().zip(expected) {
        assert!(due.contains(at), "{name} at {at}, not in {due:?}");
        assert!(cue.until.0 > *at && cue.text.split_whitespace().count() <= 7, "{cue:?}");
        assert!(!cue.why.is_empty() && !cue.evidence.0.is_empty(), "{cue:?}");
    }
    // What came of each is told once.
    let mut outcomes: Vec<u32> = LINES
        .iter()
        .filter_map(|line| match line.record {
            Record::CueOutcome { id, .. } => Some(id),
            _ => None,
        })
        .collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, cues.iter().map(|(_, cue)| cue.id).collect::<Vec<_>>());
}

#[test]
fn real_model_the_log_is_whole_and_warns_of_nothing() {
    assert!(matches!(LINES[0].record, Record::Call { .. }));
    let Record::Summary(summary) = &LINES.last().unwrap().record else { panic!("no summary") };
    assert!((summary.duration - 87.245).abs() < 0.001, "{}", summary.duration);
    assert_eq!(summary.interruptions.unwrap().agent, 2);
    assert_eq!(summary.interruptions.unwrap().customer, 0);
    let warning = LINES.iter().find(|line| matches!(line.record, Record::Warning { .. }));
    assert_eq!(warning, None);
    assert!(LINES.windows(2).all(|pair| pair[0].at <= pair[1].at));
}
