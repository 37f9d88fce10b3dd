//! What there is to say of a call, made ready to be shown: the same for its page and for the window
//! in which calls are gone through.

pub mod course;
pub(super) mod moments;
pub mod scorecard;
mod transcript;

pub use moments::{Moment, Quote};
pub use transcript::{Piece, Row};

use self::scorecard::{Group, not_needed, scorecard};
use super::summary::{WORDS_FEEL, numbers, sentiment_of};
use super::warnings::{Warned, warnings};
use super::wording;
use super::wrap::clean;
use crate::call::rebuild;
use crate::call::record::{Line, Record};
use crate::call::summary::SummaryRecord;
use crate::event::Layout;
use crate::units::CallTime;

/// What there is to say of a call.
pub struct CallContent {
    /// Its name.
    pub title: String,
    /// The line below the title: when, who, how long.
    pub facts: Vec<String>,
    /// Where the log was cut short: up to when it goes.
    pub cut_short: Option<String>,
    /// What can't be trusted.
    pub warnings: Vec<Warning>,
    /// Its length in seconds.
    pub secs: f64,
    /// Whether both voices are in one channel.
    pub mono: bool,
    /// Moments for the coach, in the order of time.
    pub moments: Vec<Moment>,
    /// What was said and what happened.
    pub rows: Vec<Row>,
    /// Practices that went well, and those for the next call.
    pub scorecard: Vec<Group>,
    /// Those that nothing called for, in words.
    pub not_needed: String,
    /// The call in numbers: what each is, and what it comes to.
    pub measures: Vec<(&'static str, String)>,
    /// What the agent undertook to do.
    pub promises: Vec<Promise>,
    /// Where it came from and what analysed it.
    pub origin: Vec<(&'static str, String)>,
}

/// Something that can't be trusted.
pub struct Warning {
    /// What it is.
    pub text: String,
    /// How many more there are of its kind.
    pub more: usize,
    /// The practices that are not watched because of it.
    pub not_watched: Option<String>,
}

/// What the agent undertook to do.
pub struct Promise {
    /// When it was said, in seconds.
    pub at: f64,
    /// The same as a clock has it.
    pub clock: String,
    /// The words.
    pub quote: String,
    /// By when.
    pub due: Option<String>,
}

impl CallContent {
    /// That of the call in `lines`, which is in the folder `name`.
    pub fn of(lines: &[Line], name: &str) -> CallContent {
        let (summary, partial) = rebuild::logged_or_rebuilt(lines);
        let secs = summary.duration;
        let head = Head::of(lines, name);
        let mut facts = head.facts;
        facts.push(wording::length(secs));
        let ends = CallTime::from_secs(secs).to_string();
        CallContent {
            title: head.title,
            facts,
            cut_short: partial.then_some(ends),
            warnings: warnings(lines).iter().map(Warning::of).collect(),
            secs,
            mono: head.mono,
            moments: moments::moments(lines),
            rows: transcript::rows(lines),
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
            let by = model.engine.as_ref().map(|by| format!(", by {}", clean(by)));
            let (name, hash) = (clean(&model.name), hash(&model.sha256));
            origin.push(("Model", format!("{name} ({hash}){}", by.unwrap_or_default())));
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
            at: span.start.0,
            clock: CallTime::from(span.start).to_string(),
            quote: clean(quote),
            due: due.as_deref().map(clean),
        }),
        _ => None,
    };
    lines.iter().filter_map(promise).collect()
}
