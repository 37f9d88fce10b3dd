//! Who speaks, and how each voice stands against how it was.

use eframe::egui::{Rect, Ui, pos2};

use super::icon::{self, Icon};
use super::parts::{self, square};
use super::state::OverlayState;
use super::theme::{Palette, normal, strong};
use crate::units::Party;

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
    parts::meter(ui, bar, dbfs, own);
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
    let salt = |what: &str| format!("{} {what}", side(party));
    reading(ui, &salt("pace"), row(0.0), pace(state, party), 12.5);
    reading(ui, &salt("voice"), row(1.0), bearing(state, party), 12.5);
}

/// The same in one row: of the agent the pace, of the customer the voice.
pub fn voice_short(ui: &Ui, state: &OverlayState, party: Party, area: Rect) {
    let split = match party {
        Party::Agent => 0.42,
        Party::Customer => 0.62,
    };
    let (who, what) = area.split_left_right_at_fraction(split);
    speaker(ui, state, party, who);
    let (words, raised) = match party {
        Party::Agent => match state.pace() {
            Some(pace) => match pace.usual_wpm {
                Some(usual) => (format!("{}, usual {usual}", pace.now_wpm), is_fast(pace.words())),
                None => (format!("Pace {}", pace.now_wpm), false),
            },
            None => (String::new(), false),
        },
        Party::Customer => match state.bearing(party) {
            Some(bearing) => {
                let short = bearing.words.split(' ').next().unwrap_or_default();
                let words = if bearing.raised >= 0.5 { short } else { "" };
                (words.to_owned(), bearing.raised >= 0.5)
            }
            None => (String::new(), false),
        },
    };
    let place = what.with_min_x(what.left() + 6.0);
    reading(ui, &format!("{} short", side(party)), place, (words, raised), 12.0);
}

/// A measurement in words, with an arrow where it is raised.
fn reading(ui: &Ui, name: &str, area: Rect, (words, raised): (String, bool), size: f32) {
    if words.is_empty() {
        return;
    }
    let colours = Palette::here(ui);
    let (sign, mark, ink) = match raised {
        true => (Icon::Raised, colours.caution, colours.text),
        false => (Icon::Even, colours.faint, colours.faint),
    };
    icon::paint(ui.painter(), square(area.left() + 6.0, area.center().y, 9.0), sign, mark);
    parts::text(ui, name, area.with_min_x(area.left() + 18.0), &words, normal(size), ink);
}

fn pace(state: &OverlayState, party: Party) -> (String, bool) {
    if party == Party::Customer {
        return (String::new(), false);
    }
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

fn bearing(state: &OverlayState, party: Party) -> (String, bool) {
    let what = match party {
        Party::Agent => "Level",
        Party::Customer => "Voice",
    };
    match state.bearing(party) {
        None => (format!("{what} not known yet"), false),
        Some(bearing) => (format!("{what} {}", bearing.words), bearing.raised >= 0.5),
    }
}
