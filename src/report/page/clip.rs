//! The page of a clip, and that of several for training.

use askama::Template;

use super::frame::Frame;
use super::link::encoded;
use crate::report::share::Clip;
use crate::report::wording;
use crate::report::wrap::clean;
use crate::units::Party;

/// What is said of redaction.
const REDACTED: &str = "Names, numbers, e-mail and postal addresses were found by a program, masked \
                        in the text and silenced in the sound; it may have missed some.";

/// The page of one clip.
#[derive(Template)]
#[template(path = "clip.html")]
struct ClipPage {
    frame: Frame,
    clip: Shown,
    redacted: Option<&'static str>,
}

/// The sheet of a practice set.
#[derive(Template)]
#[template(path = "practice.html")]
struct PracticePage {
    frame: Frame,
    title: String,
    clips: Vec<Shown>,
    redacted: Option<&'static str>,
}

/// A clip as it is shown.
struct Shown {
    title: String,
    length: String,
    /// The way to its sound.
    sound: Option<String>,
    no_sound: Option<&'static str>,
    rows: Vec<Row>,
    reasons: Vec<Why>,
}

struct Row {
    clock: String,
    class: &'static str,
    who: &'static str,
    text: String,
}

struct Why {
    clock: String,
    title: String,
    sentences: Vec<String>,
}

impl Shown {
    fn of(clip: &Clip, sound: Option<&str>) -> Shown {
        let row = |said: &crate::report::share::Said| Row {
            clock: clock(said.at_secs),
            class: said.party.map_or("voice", Party::name),
            who: wording::name(said.party),
            text: clean(&said.text),
        };
        let why = |reason: &crate::report::share::Reason| Why {
            clock: clock(reason.at_secs),
            title: clean(&reason.title),
            sentences: reason.why.iter().map(|sentence| clean(sentence)).collect(),
        };
        Shown {
            title: clean(&clip.title),
            length: wording::length(clip.span.secs()),
            sound: sound.map(encoded),
            // Why there is none is a matter of whoever shares it, and may name places on their computer.
            no_sound: sound.is_none().then_some("There is no sound of it."),
            rows: clip.said.iter().map(row).collect(),
            reasons: clip.reasons.iter().map(why).collect(),
        }
    }
}

/// Minutes and seconds from the beginning of the clip.
fn clock(secs: f64) -> String {
    let secs = secs as u64;
    format!("{}:{:02}", secs / 60, secs % 60)
}

/// The page of a clip whose sound has the name `sound` beside it.
pub(in crate::report) fn clip_page(clip: &Clip, sound: Option<&str>) -> String {
    let redacted = clip.redacted.then_some(REDACTED);
    let clip = Shown::of(clip, sound);
    let page = ClipPage { frame: Frame::new(""), clip, redacted };
    page.render().expect("a page of texts is written to memory")
}

/// The sheet of a practice set: clips, each with the name of its sound.
pub(in crate::report) fn practice_page(name: &str, clips: &[(&Clip, Option<&str>)]) -> String {
    let redacted = clips.iter().any(|(clip, _)| clip.redacted).then_some(REDACTED);
    let clips = clips.iter().map(|(clip, sound)| Shown::of(clip, *sound));
    let page = PracticePage {
        frame: Frame::new(""),
        title: clean(name),
        clips: clips.collect(),
        redacted,
    };
    page.render().expect("a page of texts is written to memory")
}
