//! The picture of a call: both voices over its time, with what happened to them drawn on it.
//!
//! Places along the time are per cent of the width, so that the picture fits any screen with its
//! letters in their own size; heights are pixels.

use std::fmt::Write as _;

use super::sound::Sound;
use crate::call::record::Line;
use crate::report::content::{Moment, course};
use crate::report::wording;
use crate::tone::heat::Mood;
use crate::units::{CallTime, Party};

/// Columns of a waveform at most, and in a second of a short call.
const MAX_COLUMNS: usize = 900;
const COLUMNS_A_SEC: f64 = 12.0;
/// What is shorter is drawn so wide, to be seen. Per cent.
const LEAST_WIDTH: f64 = 0.15;
/// Lengths between two times on the axis, of which the first that gives at most
/// [`MAX_TICKS`] is taken. Seconds.
const TICK_SECS: [f64; 10] = [5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0];
const MAX_TICKS: f64 = 8.0;
/// Where the rows lie, from the top. Pixels.
const CUE_ROWS: [u32; 3] = [28, 41, 54];
const MOMENTS_TOP: u32 = 62;
const MOMENT_ROWS: usize = 3;
const MOMENT_ROW: u32 = 13;
const LANES_TOP: u32 = 106;
const LANE: u32 = 66;
const HEAT: u32 = 54;
const BETWEEN: u32 = 10;
/// Width of a letter of a label, where the picture is as wide as a usual window. Per cent.
const LETTER: f64 = 0.62;
/// Width of a moment's number, which stands before its bar. Per cent.
const NUMBER: f64 = 1.6;

/// All that is drawn.
pub struct Picture {
    /// Said to those who don't see it.
    pub label: String,
    pub height: u32,
    pub ticks: Vec<Tick>,
    pub lanes: Vec<Lane>,
    pub lanes_top: u32,
    pub lanes_height: u32,
    pub shades: Vec<Shade>,
    pub cues: Vec<CueMark>,
    pub moments: Vec<MomentMark>,
    pub heat: Option<HeatLine>,
    /// Kinds of shade that occur, for the legend: class and name.
    pub legend: Vec<(&'static str, &'static str)>,
}

/// A time on the axis.
pub struct Tick {
    pub x: String,
    pub text: String,
}

/// A voice.
pub struct Lane {
    pub name: &'static str,
    pub class: &'static str,
    pub y: u32,
    pub height: u32,
    /// In a box of `columns` by 100.
    pub columns: usize,
    pub path: String,
}

/// A stretch that is shaded across the voices.
pub struct Shade {
    pub x: String,
    pub width: String,
    pub class: &'static str,
    pub title: String,
}

/// A prompt.
pub struct CueMark {
    pub x: String,
    pub y: u32,
    pub at: String,
    pub text: String,
    /// Whether there is room for the text.
    pub has_room: bool,
    /// Whether it stands before its place, at the end of the picture.
    pub before: bool,
    pub title: String,
}

/// A moment for the coach.
pub struct MomentMark {
    pub x: String,
    pub width: String,
    pub at: String,
    pub y: u32,
    pub class: &'static str,
    pub number: usize,
    pub title: String,
}

/// How hot the customer was.
pub struct HeatLine {
    pub y: u32,
    pub height: u32,
    /// In a box of 1000 by 100.
    pub path: String,
    /// The heights from which the customer is tense, and heated: of 100 and in pixels, with the word.
    pub thresholds: Vec<(u32, u32, &'static str)>,
}

impl Picture {
    /// Draws a call of `secs` seconds, which are more than none.
    pub fn of(lines: &[Line], moments: &[Moment], sound: &Sound, secs: f64, mono: bool) -> Picture {
        let columns = ((secs * COLUMNS_A_SEC) as usize).clamp(60, MAX_COLUMNS);
        let parties: &[(Option<Party>, &str, &str)] = match mono {
            true => &[(None, "Both voices", "voice")],
            false => &[
                (Some(Party::Agent), "Agent", "agent"),
                (Some(Party::Customer), "Customer", "customer"),
            ],
        };
        let mut y = LANES_TOP;
        let mut lanes = Vec::new();
        for &(party, name, class) in parties {
            let path = waveform(&sound.heights(party, lines, secs, columns));
            lanes.push(Lane { name, class, y, height: LANE, columns, path });
            y += LANE;
        }
        let lanes_height = y - LANES_TOP;
        let heat = heat(lines, secs, y + BETWEEN);
        let height = heat.as_ref().map_or(y, |heat| heat.y + heat.height);
        let shades = shades(lines, secs);
        let occurs = |class: &str| shades.iter().any(|shade| shade.class == class);
        Picture {
            label: label(secs, moments.len(), mono),
            height: height + 4,
            ticks: ticks(secs),
            lanes,
            lanes_top: LANES_TOP,
            lanes_height,
            legend: course::SHADES.into_iter().filter(|(class, _)| occurs(class)).collect(),
            shades,
            cues: cues(lines, secs),
            moments: moment_marks(moments, secs),
            heat,
        }
    }
}

fn label(secs: f64, moments: usize, mono: bool) -> String {
    let what = match mono {
        true => "the sound of both voices",
        false => "the voices of agent and customer",
    };
    let marks = match moments {
        0 => "no moment for the coach is marked".to_owned(),
        1 => "one moment for the coach is marked".to_owned(),
        many => format!("{many} moments for the coach are marked"),
    };
    format!(
        "The call over its {}: {what}, who cut in, silences, prompts and heat; {marks}. All of it \
         stands in words below.",
        wording::length(secs)
    )
}

/// A place along the time, in per cent.
fn percent(secs: f64, of: f64) -> f64 {
    (secs / of * 100.0).clamp(0.0, 100.0)
}

fn text(percent: f64) -> String {
    format!("{percent:.2}%")
}

/// A moment as the script seeks it.
pub fn seconds(at: f64) -> String {
    format!("{:.2}", at.max(0.0))
}

fn ticks(secs: f64) -> Vec<Tick> {
    let step = TICK_SECS.into_iter().find(|step| secs / step <= MAX_TICKS);
    let step = step.unwrap_or_else(|| (secs / MAX_TICKS / 3_600.0).ceil() * 3_600.0);
    let count = (secs / step) as u32;
    (0..=count)
        .map(|n| f64::from(n) * step)
        // Its text would stand beyond the edge.
        .filter(|at| *at == 0.0 || percent(*at, secs) < 93.0)
        .map(|at| {
            let clock = CallTime::from_secs(at).to_string();
            let clock = clock.trim_end_matches(".0").to_owned();
            Tick { x: text(percent(at, secs)), text: clock }
        })
        .collect()
}

/// The outline of heights from 0 to 1, mirrored: in a box of their number by 100.
fn waveform(heights: &[f64]) -> String {
    let mut path = String::from("M0 50");
    let half = |height: f64| (height * 47.0).max(0.4);
    for (i, height) in heights.iter().enumerate() {
        write!(path, "L{i} {:.0}H{}", 50.0 - half(*height), i + 1).expect("a text takes all");
    }
    for (i, height) in heights.iter().enumerate().rev() {
        write!(path, "L{} {:.0}H{i}", i + 1, 50.0 + half(*height)).expect("a text takes all");
    }
    path + "Z"
}

fn shades(lines: &[Line], secs: f64) -> Vec<Shade> {
    let shade = |shade: course::Shade| {
        let course::Shade { start, end, class, title } = shade;
        let (x, end) = (percent(start, secs), percent(end, secs));
        Shade { x: text(x), width: text((end - x).max(LEAST_WIDTH)), class, title }
    };
    course::shades(lines).into_iter().map(shade).collect()
}

fn cues(lines: &[Line], secs: f64) -> Vec<CueMark> {
    // From where each row is free.
    let mut free = [0.0_f64; CUE_ROWS.len()];
    let mut marks = Vec::new();
    for cue in course::prompts(lines) {
        let x = percent(cue.at, secs);
        let width = (cue.text.chars().count() + 3) as f64 * LETTER;
        let before = x + width > 100.0;
        let from = if before { x - width } else { x };
        let row = free.iter().position(|free| *free <= from);
        if let Some(row) = row {
            free[row] = if before { 100.0 } else { x + width };
        }
        marks.push(CueMark {
            x: text(x),
            y: CUE_ROWS[row.unwrap_or(CUE_ROWS.len() - 1)],
            at: seconds(cue.at),
            text: cue.text,
            has_room: row.is_some(),
            before,
            title: cue.title,
        });
    }
    marks
}

fn moment_marks(moments: &[Moment], secs: f64) -> Vec<MomentMark> {
    // From where each row is free.
    let mut free = [0.0_f64; MOMENT_ROWS];
    let mark = |moment: &Moment| {
        let (x, end) = (percent(moment.start, secs), percent(moment.end, secs));
        let width = (end - x).max(LEAST_WIDTH * 4.0);
        // Where all are taken, the one that is free soonest.
        let soonest = (0..MOMENT_ROWS).min_by(|a, b| free[*a].total_cmp(&free[*b])).unwrap_or(0);
        let row = free.iter().position(|free| *free <= x).unwrap_or(soonest);
        free[row] = x + width + NUMBER;
        MomentMark {
            x: text(x),
            width: text(width),
            at: seconds(moment.start),
            y: MOMENTS_TOP + row as u32 * MOMENT_ROW,
            class: moment.class,
            number: moment.number,
            title: format!("{}: {}", moment.number, moment.title),
        }
    };
    moments.iter().map(mark).collect()
}

/// The customer's heat over the call; `None` where it was not followed.
fn heat(lines: &[Line], secs: f64, y: u32) -> Option<HeatLine> {
    let values = course::heat(lines);
    if values.is_empty() {
        return None;
    }
    let mut path = String::new();
    for run in values.chunk_by(|a, b| b.0 - a.0 <= course::APART_SECS) {
        for (i, (at, heat)) in run.iter().enumerate() {
            let to = if i == 0 { 'M' } else { 'L' };
            let (x, y) = (percent(*at, secs) * 10.0, 98.0 - heat * 96.0);
            write!(path, "{to}{x:.1} {y:.1}").expect("a text takes all");
        }
        if run.len() == 1 {
            path.push_str("h1");
        }
    }
    let threshold = |(value, mood): (f32, Mood)| {
        let share = 98.0 - value * 96.0;
        let pixels = y as f32 + share / 100.0 * HEAT as f32;
        (share.round() as u32, pixels.round() as u32, mood.word())
    };
    let thresholds = Mood::THRESHOLDS.into_iter().map(threshold).collect();
    Some(HeatLine { y, height: HEAT, path, thresholds })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Line {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn times_are_even_and_few() {
        let at = |secs| ticks(secs).into_iter().map(|tick| tick.text).collect::<Vec<_>>();
        assert_eq!(
            at(40.0),
            ["00:00", "00:05", "00:10", "00:15", "00:20", "00:25", "00:30", "00:35"]
        );
        assert_eq!(at(3.0), ["00:00"]);
        assert_eq!(at(7_200.0)[..2], ["00:00", "30:00"]);
        assert!(at(86_400.0).len() <= 9);
    }

    #[test]
    fn places_are_shares_of_the_call() {
        let lines = [
            line(
                r#"{"at":3,"type":"overlap","start":2,"end":3,"by":"agent","kind":"interruption","yielded":true}"#,
            ),
            line(r#"{"at":9,"type":"silence","start":5,"end":9}"#),
            line(
                r#"{"at":5,"type":"tone","party":"customer","start":4,"end":5,"heat":0.5,"voice":0.5,"words":null,"confidence":1}"#,
            ),
        ];
        let picture = Picture::of(&lines, &[], &Sound::Missing, 10.0, false);
        let places: Vec<_> = picture
            .shades
            .iter()
            .map(|shade| (shade.class, shade.x.as_str(), shade.width.as_str()))
            .collect();
        assert_eq!(places, [("interruption", "20.00%", "10.00%"), ("silence", "50.00%", "40.00%")]);
        assert_eq!(picture.heat.unwrap().path, "M500.0 50.0h1");
        assert_eq!(picture.legend.len(), 2);
        assert_eq!(picture.lanes.len(), 2);
    }

    #[test]
    fn in_a_mono_mix_there_is_one_voice() {
        let picture = Picture::of(&[], &[], &Sound::Missing, 10.0, true);
        assert_eq!(picture.lanes.len(), 1);
        assert_eq!(picture.lanes[0].name, "Both voices");
        assert!(picture.heat.is_none() && !picture.label.contains("agent"));
    }
}
