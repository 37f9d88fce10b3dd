//! The page of a call.

use askama::Template;

use super::frame::Frame;
use super::moments::{Moment, moments};
use super::picture::{Picture, seconds};
use super::sound::Sound;
use super::transcript::{Row, rows};
use crate::call::rebuild;
use crate::call::record::{Line, Record};
use crate::call::summary::SummaryRecord;
use crate::event::{Layout, Mark};
use crate::report::summary::moments as practice_moments;
use crate::report::summary::{NEXT_CALL, WENT_WELL, WORDS_FEEL, marked, numbers, sentiment_of};
use crate::report::warnings::{Warned, warnings};
use crate::report::wording;
use crate::report::wrap::clean;
use crate::units::CallTime;

const SCRIPT: &str = include_str!("../../../templates/call.js");
/// So many moments of a practice are named.
const MAX_MOMENTS: usize = 8;

/// What the page says.
#[derive(Template)]
#[template(path = "call.html")]
pub struct CallPage {
    frame: Frame,
    title: String,
    /// The line below the title.
    facts: Vec<String>,
    /// Where the log was cut short: up to when it goes.
    cut_short: Option<String>,
    warnings: Vec<Warning>,
    secs: String,
    /// The way to the sound, where it is kept.
    audio: Option<String>,
    /// What is said of the sound.
    sound: String,
    picture: Option<Picture>,
    moments: Vec<Moment>,
    rows: Vec<Row>,
    scorecard: Vec<Group>,
    not_needed: String,
    measures: Vec<(&'static str, String)>,
    promises: Vec<Promise>,
    /// Where it came from and what analysed it.
    origin: Vec<(&'static str, String)>,
}

struct Warning {
    text: String,
    more: usize,
    not_watched: Option<String>,
}

/// Practices that stand alike.
struct Group {
    title: &'static str,
    practices: Vec<Practice>,
}

struct Practice {
    sign: &'static str,
    class: &'static str,
    name: String,
    how: &'static str,
    /// Where to seek, and the time.
    moments: Vec<(String, String)>,
    more: usize,
}

struct Promise {
    at: String,
    clock: String,
    quote: String,
    due: Option<String>,
}

impl CallPage {
    /// The page of the call in `lines`, which is in the folder `name`.
    pub fn of(lines: &[Line], name: &str, sound: &Sound) -> CallPage {
        let (summary, partial) = rebuild::logged_or_rebuilt(lines);
        let secs = summary.duration;
        let head = Head::of(lines, name);
        let moments = moments(lines);
        let picture = (secs > 0.0).then(|| Picture::of(lines, &moments, sound, secs, head.mono));
        let mut facts = head.facts;
        facts.push(wording::length(secs));
        let ends = CallTime::from_secs(secs).to_string();
        CallPage {
            frame: Frame::new(SCRIPT),
            title: head.title,
            facts,
            cut_short: partial.then_some(ends),
            warnings: warnings(lines).iter().map(Warning::of).collect(),
            secs: seconds(secs),
            audio: match sound {
                Sound::Kept { link, .. } => Some(link.clone()),
                Sound::Missing | Sound::Unreadable(_) => None,
            },
            sound: said_of(sound, head.mono),
            picture,
            moments,
            rows: rows(lines),
            scorecard: scorecard(lines, &summary),
            not_needed: not_needed(&summary),
            measures: measures(lines, &summary),
            promises: promises(lines),
            origin: head.origin,
        }
    }
}

impl Warning {
    fn of(warned: &Warned) -> Warning {
        let Warned { text, more, not_watched } = warned;
        Warning { text: clean(text), more: *more, not_watched: not_watched.as_deref().map(clean) }
    }
}

/// What the head of the log says.
struct Head {
    title: String,
    facts: Vec<String>,
    origin: Vec<(&'static str, String)>,
    mono: bool,
}

impl Head {
    fn of(lines: &[Line], name: &str) -> Head {
        let call = lines.iter().find_map(|line| match &line.record {
            Record::Call {
                id,
                started,
                about,
                source,
                layout,
                config_sha256,
                models,
                version,
                ..
            } => Some((id, started, about, source, *layout, config_sha256, models, version)),
            _ => None,
        });
        let Some((id, started, about, source, layout, settings, models, version)) = call else {
            let origin = vec![("Call", "unknown, the log has no beginning".to_owned())];
            // Whose speech has no party is of a mono mix.
            let nobody = |line: &Line| matches!(line.record, Record::Speech { party: None, .. });
            let mono = lines.iter().any(nobody);
            return Head { title: clean(name), facts: Vec::new(), origin, mono };
        };
        let mut facts: Vec<String> = Vec::new();
        facts.extend(started.as_ref().map(|started| clean(&wording::began(started))));
        let told =
            [("agent", &about.agent), ("customer", &about.customer), ("queue", &about.queue)];
        for (what, who) in told {
            facts.extend(who.as_ref().map(|who| format!("{what} {}", clean(who))));
        }
        let mut origin = vec![("Layout", wording::layout(layout).to_owned())];
        for source in source {
            let (name, encoding) = (clean(&source.name), clean(&source.encoding));
            origin.push(("Source", format!("{name} ({}\u{a0}Hz, {encoding})", source.sample_rate)));
        }
        for model in models {
            origin.push(("Model", format!("{} ({})", clean(&model.name), hash(&model.sha256))));
        }
        origin.push(("Settings", hash(settings)));
        origin.push(("Evenkeel", clean(version)));
        Head { title: clean(id), facts, origin, mono: layout == Layout::MonoMix }
    }
}

/// As much of a hash as tells one from another.
fn hash(sha256: &str) -> String {
    clean(&sha256.chars().take(8).collect::<String>())
}

fn said_of(sound: &Sound, mono: bool) -> String {
    match sound {
        Sound::Kept { .. } if mono => {
            "The waveform is that of the sound; both voices are in one channel.".into()
        }
        Sound::Kept { .. } => {
            "The waveforms are those of the sound, each against its own loudest part.".into()
        }
        Sound::Missing => {
            "There is no sound beside this page, so it can't be played; what is drawn \
                           is the speech in the log, with its level where it was measured. To have \
                           the sound, analyse the recording with --keep-audio."
                .into()
        }
        Sound::Unreadable(why) => format!(
            "The sound can't be played ({}); what is drawn is the speech in the log, with its level \
             where it was measured.",
            clean(why)
        ),
    }
}

fn scorecard(lines: &[Line], summary: &SummaryRecord) -> Vec<Group> {
    let of = |mark, sign, class, how| {
        let practice = move |name: &&str| {
            let moments = practice_moments(lines, name, mark);
            let more = moments.len().saturating_sub(MAX_MOMENTS);
            let told = moments.iter().take(MAX_MOMENTS);
            Practice {
                sign,
                class,
                name: wording::practice(&clean(name)),
                how,
                moments: told.map(|at| (seconds(at.secs()), at.to_string())).collect(),
                more,
            }
        };
        marked(summary, mark).iter().map(practice).collect::<Vec<_>>()
    };
    let well = of(Mark::Done, "+", "kept", "");
    let mut next = of(Mark::Broken, "×", "broken", wording::HOW_BROKEN);
    next.extend(of(Mark::Missed, "–", "missed", wording::HOW_MISSED));
    let groups =
        [Group { title: WENT_WELL, practices: well }, Group { title: NEXT_CALL, practices: next }];
    groups.into_iter().filter(|group| !group.practices.is_empty()).collect()
}

fn not_needed(summary: &SummaryRecord) -> String {
    let names = marked(summary, Mark::NotNeeded);
    names.iter().map(|name| wording::practice(&clean(name))).collect::<Vec<_>>().join(", ")
}

/// The call in numbers; of how words feel, the customer's only: what is shown of the agent are
/// measurements.
fn measures(lines: &[Line], summary: &SummaryRecord) -> Vec<(&'static str, String)> {
    let own = summary.sentiment.as_ref().and_then(|both| both.customer.as_ref());
    numbers(lines, summary)
        .into_iter()
        .filter_map(|(what, text)| {
            if what != WORDS_FEEL {
                return Some((what, clean(&text)));
            }
            let text =
                format!("customer {}, from −5 to 5; in brackets by quarter", sentiment_of(own?));
            Some((what, text))
        })
        .collect()
}

fn promises(lines: &[Line]) -> Vec<Promise> {
    let promise = |line: &Line| match &line.record {
        Record::Promise { span, quote, due } => Some(Promise {
            at: seconds(span.start.0),
            clock: CallTime::from(span.start).to_string(),
            quote: clean(quote),
            due: due.as_deref().map(clean),
        }),
        _ => None,
    };
    lines.iter().filter_map(promise).collect()
}
