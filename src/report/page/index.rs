//! The page of all calls of an archive.
//!
//! A table of ten thousand rows would keep a browser busy for seconds. So the first rows stand in the
//! page, and all of them beside it as data, out of which the script makes the rows that are asked for.

use std::fmt::Write as _;
use std::path::Path;

use askama::Template;
use serde::Serialize;

use super::frame::Frame;
use super::picture::seconds;
use super::{CALL_PAGE, TRENDS_PAGE, link};
use crate::archive::overview::Glance;
use crate::report::summary::{mood_of, signed};
use crate::report::wording;
use crate::report::wrap::clean;
use crate::units::CallTime;

const SCRIPT: &str = include_str!("../../../templates/index.js");
/// Rows that stand in the page, and that the script shows at once.
const ROWS: usize = 100;

/// What the page says.
#[derive(Template)]
#[template(path = "index.html")]
pub struct IndexPage {
    frame: Frame,
    /// The line below the title.
    facts: [String; 2],
    calls: usize,
    /// The first rows.
    rows: Vec<Row>,
    at_once: usize,
    /// Calls that have no page yet.
    without_page: usize,
    /// The way to the page of trends, where there is one.
    trends: Option<String>,
    /// The way to the folder of calls.
    base: String,
    /// All rows, for the script.
    data: String,
}

/// A call, as the page and its script have it.
#[derive(Serialize)]
struct Row {
    /// The way to its page below the folder of calls; empty where it has none.
    link: String,
    id: String,
    began: String,
    agent: String,
    queue: String,
    /// Seconds, and as it is told.
    secs: u32,
    length: String,
    partial: bool,
    /// Hundredths; null where it was not followed.
    heat: Option<u32>,
    /// As the index has it.
    course: String,
    /// Tenths.
    words: Option<i32>,
    cut_in: Option<u32>,
    /// Per cent.
    silence: u32,
    issues: String,
    moments: usize,
    weight: u32,
    /// The gravest moment: where to seek, the time, and what it is.
    seek: String,
    clock: String,
    gravest: String,
}

impl IndexPage {
    /// The page at `path` of the archive at `root`, whose calls come in the order in which they are
    /// shown.
    pub fn of(root: &Path, calls: &[Glance], path: &Path) -> IndexPage {
        let folder = root.join("calls");
        let mut rows: Vec<Row> = calls.iter().map(|call| Row::of(&folder, call)).collect();
        let without_page = rows.iter().filter(|row| row.link.is_empty()).count();
        let trends = root.join(TRENDS_PAGE);
        let data = as_data(&rows);
        rows.truncate(ROWS);
        IndexPage {
            frame: Frame::new(SCRIPT),
            calls: calls.len(),
            facts: facts(calls),
            rows,
            at_once: ROWS,
            without_page,
            trends: trends.exists().then(|| link::between(path, &trends)),
            base: link::between(path, &folder),
            data,
        }
    }
}

fn facts(calls: &[Glance]) -> [String; 2] {
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let moments = calls.iter().map(|call| call.moments.len()).sum();
    let with_moments = calls.iter().filter(|call| !call.moments.is_empty()).count();
    let moments = count(moments, "moment");
    [count(calls.len(), "call"), format!("{moments} for the coach in {with_moments} of them")]
}

impl Row {
    fn of(folder: &Path, call: &Glance) -> Row {
        let has_page = folder.join(&call.id).join(CALL_PAGE).is_file();
        let gravest = call.moments.first();
        let text = |text: &Option<String>| clean(text.as_deref().unwrap_or_default());
        let length = CallTime::from_secs(call.duration.round()).to_string();
        Row {
            link: match has_page {
                true => format!("{}/{CALL_PAGE}", link::encoded(&call.id)),
                false => String::new(),
            },
            id: clean(&call.id),
            began: wording::began(&text(&call.started)),
            agent: text(&call.agent),
            queue: text(&call.queue),
            secs: call.duration.round() as u32,
            length: length.trim_end_matches(".0").to_owned(),
            partial: call.partial,
            heat: call.heat_peak.map(|heat| (heat * 100.0).round() as u32),
            course: call.heat_course.clone(),
            words: call.customer_sentiment.map(|words| (words * 10.0).round() as i32),
            cut_in: call.agent_interruptions,
            silence: (call.silence_share * 100.0).round() as u32,
            issues: clean(&call.issues.join(", ")),
            moments: call.moments.len(),
            weight: call.weight(),
            seek: gravest.map_or(String::new(), |moment| seconds(moment.start)),
            clock: gravest
                .map_or(String::new(), |moment| CallTime::from_secs(moment.start).to_string()),
            gravest: gravest
                .map_or(String::new(), |moment| clean(&wording::moment(&moment.reason))),
        }
    }

    fn heat_text(&self) -> String {
        self.heat.map_or("–".into(), |heat| format!("{:.2}", f64::from(heat) / 100.0))
    }

    fn mood(&self) -> &'static str {
        self.heat.map_or("", |heat| mood_of(f64::from(heat) / 100.0))
    }

    fn words_text(&self) -> String {
        self.words.map_or("–".into(), |words| signed(f64::from(words) / 10.0))
    }

    fn cut_in_text(&self) -> String {
        self.cut_in.map_or("–".into(), |count| count.to_string())
    }

    /// The course of heat as bars, in a box of 30 by 10.
    fn bars(&self) -> String {
        let mut path = String::new();
        for (i, digit) in self.course.chars().enumerate() {
            if let Some(tenths) = digit.to_digit(10) {
                write!(path, "M{i}.5 10v-{}", tenths + 1).expect("a text takes all");
            }
        }
        path
    }
}

/// The rows as JSON that can't end the element in which it stands, whatever is in it: the HTML
/// standard, section 4.12.1.3, "Restrictions for contents of script elements".
fn as_data(rows: &[Row]) -> String {
    let json = serde_json::to_string(rows).expect("rows of texts and numbers are JSON");
    json.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e")
}
