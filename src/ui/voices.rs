//! Who speaks, and how each voice stands against how it was.

use eframe::egui::{Rect, Ui, pos2};

use super::icon::{self, Icon};
use super::parts::{self, square};
use super::reading::{HeatReading, Trend};
use super::state::OverlayState;
use super::theme::{Palette, normal, strong};
use crate::report::wording::capitalised;
use crate::tone::heat::Mood;
use crate::units::Party;

/// A shorter meter shows nothing.
const MIN_METER: f32 = 14.0;
/// Room for the longest word of a mood.
const HEAT_WORD: f32 = 52.0;

fn side(party: Party) -> &'static str {
    match party {
        Party::Agent => "You",
        Party::Customer => "Customer",
    }
}

/// Whether a party speaks: an icon, the name, and the level of the voice.
pub fn speaker(ui: &Ui, state: &OverlayState, party: Party, area: Rect) {
    let colours = Palette::here(ui);
    let pulse = state.now();
    let speaks = pulse.speaking[party];
    let own = match party {
        Party::Agent => colours.agent,
        Party::Customer => colours.customer,
    };
    let (sign, ink, font) = match speaks {
        true => (Icon::Speaking, own, strong(13.0)),
        false => (Icon::Quiet, colours.faint, normal(13.0)),
    };
    icon::paint(ui.painter(), square(area.left() + 7.0, area.center().y, 14.0), sign, ink);
    let ink = if speaks { colours.text } else { colours.faint };
    let name = parts::laid(ui, side(party), font, ink, area.width(), 1);
    let width = name.size().x;
    let top = area.center().y - name.size().y / 2.0;
    ui.painter().galley(pos2(area.left() + 18.0, top), name, ink);
    let bar = area.with_min_x(area.left() + 18.0 + width.max(26.0) + 8.0);
    // Between utterances the meter rests: noise is no voice.
    let dbfs = if speaks { pulse.level_dbfs[party] } else { -120.0 };
    if bar.width() >= MIN_METER {
        parts::meter(ui, bar, dbfs, own);
    }
    let words = match (party, speaks) {
        (Party::Agent, true) => "You are speaking",
        (Party::Agent, false) => "You are silent",
        (Party::Customer, true) => "The customer is speaking",
        (Party::Customer, false) => "The customer is silent",
    };
    parts::said(ui, side(party), area, words);
}

/// A party with everything that is measured of the voice.
pub fn voice(ui: &Ui, state: &OverlayState, party: Party, area: Rect) {
    speaker(ui, state, party, area.with_max_y(area.top() + 18.0));
    let row = |number: f32| {
        let top = area.top() + 20.0 + number * 17.0;
        area.with_min_y(top).with_max_y(top + 17.0)
    };
    match party {
        Party::Agent => {
            reading(ui, "your pace", row(0.0), pace(state), 12.5);
            reading(ui, "your level", row(1.0), bearing(state), 12.5);
        }
        Party::Customer => heat(ui, state, row(0.0)),
    }
}

/// The customer's heat: where it is going, the word for it, and a bar.
fn heat(ui: &Ui, state: &OverlayState, area: Rect) {
    let Some(heat) = state.heat() else {
        return reading(ui, "heat", area, ("Heat not known yet".into(), false), 12.5);
    };
    let colours = Palette::here(ui);
    let ink = match heat.mood {
        Mood::Calm => colours.faint,
        Mood::Tense => colours.caution,
        Mood::Heated => colours.record,
    };
    let (sign, going) = trend(heat);
    icon::paint(ui.painter(), square(area.left() + 6.0, area.center().y, 9.0), sign, ink);
    let word = capitalised(heat.mood.word());
    let font = if heat.mood == Mood::Calm { normal(12.5) } else { strong(12.5) };
    let words = parts::laid(ui, &word, font, colours.text, area.width(), 1);
    let place = pos2(area.left() + 18.0, area.center().y - words.size().y / 2.0);
    // All bars begin at the same place, whatever the word.
    let bar = area.with_min_x(area.left() + 18.0 + HEAT_WORD);
    ui.painter().galley(place, words, colours.text);
    if bar.width() >= MIN_METER {
        parts::share(ui, bar, heat.value, ink);
    }
    parts::said(ui, "heat", area, &format!("The customer is {}{going}", heat.mood.word()));
}

/// Where the heat is going: its sign, and how it is read out.
fn trend(heat: HeatReading) -> (Icon, &'static str) {
    match heat.trend {
        Trend::Rising => (Icon::Raised, ", rising"),
        Trend::Even => (Icon::Even, ""),
        Trend::Falling => (Icon::Lowered, ", falling"),
    }
}

/// The same in one row: of the agent the pace, of the customer the heat where there is any.
pub fn voice_short(ui: &Ui, state: &OverlayState, party: Party, area: Rect) {
    let width = match party {
        Party::Agent => state.pace().map(|_| 72.0),
        Party::Customer => state.heat().filter(|heat| heat.mood > Mood::Calm).map(|_| 82.0),
    };
    let Some(width) = width else { return speaker(ui, state, party, area) };
    let (who, what) = area.split_left_right_at_x(area.left() + width);
    let what = what.with_min_x(what.left() + 4.0);
    speaker(ui, state, party, who);
    match (party, state.pace()) {
        (Party::Customer, _) => heat(ui, state, what),
        (Party::Agent, Some(pace)) => {
            let words = match pace.usual_wpm {
                Some(usual) => format!("{}, usual {usual}", pace.now_wpm),
                None => format!("Pace {}", pace.now_wpm),
            };
            reading(ui, "You short", what, (words, is_fast(pace.words())), 12.0);
        }
        (Party::Agent, None) => {}
    }
}

/// A measurement in words, with an arrow where it is raised.
fn reading(ui: &Ui, name: &str, area: Rect, (words, raised): (String, bool), size: f32) {
    let colours = Palette::here(ui);
    let (sign, mark, ink) = match raised {
        true => (Icon::Raised, colours.caution, colours.text),
        false => (Icon::Even, colours.faint, colours.faint),
    };
    icon::paint(ui.painter(), square(area.left() + 6.0, area.center().y, 9.0), sign, mark);
    parts::text(ui, name, area.with_min_x(area.left() + 18.0), &words, normal(size), ink);
}

fn pace(state: &OverlayState) -> (String, bool) {
    match state.pace() {
        None => ("Pace not known yet".into(), false),
        Some(pace) => match pace.usual_wpm {
            None => (format!("Pace {} words/min", pace.now_wpm), false),
            Some(usual) => (format!("Pace {}, usual {usual}", pace.now_wpm), is_fast(pace.words())),
        },
    }
}

fn is_fast(words: &str) -> bool {
    words.ends_with("fast")
}

fn bearing(state: &OverlayState) -> (String, bool) {
    match state.bearing() {
        None => ("Level not known yet".into(), false),
        Some(bearing) if bearing.words == "as before" => ("Level as before".into(), false),
        Some(bearing) => (capitalised(bearing.words), bearing.raised >= 0.5),
    }
}
