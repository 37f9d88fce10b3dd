//! The one thing that the overlay says.

use eframe::egui::{Color32, CornerRadius, Rect, Ui, UiBuilder, pos2, vec2};

use super::icon::{self, Icon};
use super::overlay::Action;
use super::parts::{self, Button, Weight, button, square};
use super::state::{OverlayState, ShownCue};
use super::theme::{Palette, normal, strong};
use crate::session::board::{Trouble, Wish};
use crate::units::{CallTime, Party};

/// What the middle of the overlay says: one thing at a time.
pub enum Message<'a> {
    /// Whether to end the call.
    AskEnd,
    /// The call ends by itself, in so many seconds.
    EndsIn(u32),
    /// The agent has paused it.
    Paused,
    /// A prompt.
    Cue(ShownCue<'a>),
    /// The worst of what is wrong, and how much more there is.
    Trouble(&'a Trouble, usize),
    /// Clicks go to what is behind the window.
    ClickThrough,
    /// No prompts until then.
    Snoozed(CallTime),
    /// The customer's last words.
    Heard(&'a str),
    /// All is well.
    Nothing,
}

impl<'a> Message<'a> {
    /// What matters most just now.
    pub fn of(state: &'a OverlayState) -> Message<'a> {
        let message = Message::beside_trouble(state);
        match (message, state.trouble()) {
            (
                Message::ClickThrough | Message::Snoozed(_) | Message::Heard(_) | Message::Nothing,
                Some((trouble, more)),
            ) => Message::Trouble(trouble, more),
            (message, _) => message,
        }
    }

    /// The same where what is wrong has a place of its own.
    pub fn beside_trouble(state: &'a OverlayState) -> Message<'a> {
        let pulse = state.now();
        if state.asks_end() {
            return Message::AskEnd;
        }
        if pulse.paused {
            return Message::Paused;
        }
        if let Some(shown) = state.cue() {
            return Message::Cue(shown);
        }
        if let Some(secs) = state.ends_in_secs() {
            return Message::EndsIn(secs);
        }
        if state.click_through() {
            return Message::ClickThrough;
        }
        if let Some(until) = pulse.snoozed_until.filter(|until| *until > pulse.now) {
            return Message::Snoozed(until);
        }
        match state.heard(Party::Customer).text.trim() {
            "" => Message::Nothing,
            text => Message::Heard(text),
        }
    }

    /// Shows it; with all there is to say where the place is `roomy`, else in one row.
    pub fn show(self, ui: &mut Ui, area: Rect, roomy: bool) -> Option<Action> {
        let colours = Palette::here(ui);
        match self {
            Message::AskEnd => {
                let words = if area.width() < 280.0 { "End it?" } else { "End the call?" };
                return question(ui, area, roomy, words, true);
            }
            Message::EndsIn(secs) => {
                let words = format!("Silence. Ends in {secs} s.");
                return question(ui, area, roomy, &words, false);
            }
            Message::Paused => {
                let words = "Paused. Nothing is heard or kept.";
                hint(ui, area, Icon::Pause, colours.caution, words);
            }
            Message::ClickThrough => {
                hint(ui, area, Icon::ClickThrough, colours.faint, "Clicks go through. T ends it.");
            }
            Message::Snoozed(until) => {
                let words = format!("No prompts until {}", clock(until));
                hint(ui, area, Icon::Snooze, colours.faint, &words);
            }
            Message::Trouble(trouble, more) => trouble_row(ui, area, trouble, more),
            Message::Cue(shown) => prompt(ui, area, shown, roomy),
            Message::Heard(text) => caption(ui, area, text, if roomy { 3 } else { 1 }),
            Message::Nothing => {}
        }
        None
    }
}

/// A question with its buttons, the harmless one first.
fn question(ui: &Ui, area: Rect, roomy: bool, words: &str, may_end: bool) -> Option<Action> {
    let colours = Palette::here(ui);
    let widths = if may_end { 2.0 * 86.0 + 6.0 } else { 86.0 };
    let (text, row) = if roomy {
        let row = area.with_min_y(area.center().y).with_max_y(area.center().y + 28.0);
        (area.with_max_y(row.top() - 4.0), row.with_max_x(row.left() + widths))
    } else {
        let row = Rect::from_center_size(area.center(), vec2(area.width(), 26.0));
        let row = row.with_min_x(row.right() - widths);
        (area.with_max_x(row.left() - 6.0), row)
    };
    let size = if roomy { 17.0 } else { 13.0 };
    parts::text(ui, "question", text, words, strong(size), colours.text);
    let first = row.with_max_x(row.left() + 86.0);
    let keep = Button { icon: None, name: "Keep going", key: "K", weight: Weight::Main };
    if button(ui, first, keep) {
        return Some(Action::KeepGoing);
    }
    if may_end {
        let second = row.with_min_x(row.right() - 86.0);
        let end = Button { icon: None, name: "End call", key: "E", weight: Weight::Normal };
        return button(ui, second, end).then_some(Action::Wish(Wish::End));
    }
    None
}

fn hint(ui: &Ui, area: Rect, sign: Icon, colour: Color32, words: &str) {
    icon::paint(ui.painter(), square(area.left() + 8.0, area.center().y, 14.0), sign, colour);
    let text = area.with_min_x(area.left() + 24.0);
    parts::text(ui, "hint", text, words, normal(13.0), Palette::here(ui).faint);
}

/// In two rows where it is long and there is room.
fn trouble_row(ui: &Ui, area: Rect, trouble: &Trouble, more: usize) {
    let colours = Palette::here(ui);
    let sign = square(area.left() + 8.0, area.center().y, 15.0);
    icon::paint(ui.painter(), sign, Icon::Caution, colours.caution);
    let mut text = area.with_min_x(area.left() + 24.0);
    if more > 0 {
        let words = format!("+{more} more");
        let rest = text.with_min_x(text.right() - 54.0);
        parts::text_right(ui, "more trouble", rest, &words, normal(12.0), colours.faint);
        text.max.x = rest.left() - 6.0;
    }
    let words = trouble.to_string();
    let (size, rows) = if area.height() >= 30.0 { (13.0, 2) } else { (11.0, 2) };
    let galley = parts::laid(ui, &words, normal(size), colours.text, text.width(), rows);
    let top = text.center().y - galley.size().y / 2.0;
    ui.painter().galley(pos2(text.left(), top), galley, colours.text);
    parts::announced(ui, "trouble", text, &words).on_hover_text(words);
}

/// The last words of the customer, the end of them where there are many.
fn caption(ui: &Ui, area: Rect, text: &str, rows: usize) {
    let colours = Palette::here(ui);
    let font = normal(13.0);
    let words: Vec<&str> = text.split_whitespace().collect();
    let fits = |from: usize| {
        let lead = if from > 0 { "… " } else { "" };
        let tail = format!("“{lead}{}”", words[from..].join(" "));
        let galley = parts::laid(ui, &tail, font.clone(), colours.faint, area.width(), rows);
        (!galley.elided).then_some(galley)
    };
    let Some(galley) = (0..words.len()).find_map(fits) else { return };
    let top = if rows > 1 { area.top() + 2.0 } else { area.center().y - galley.size().y / 2.0 };
    ui.painter().galley(pos2(area.left(), top), galley, colours.faint);
    parts::said(ui, "heard", area, &format!("Customer: {text}"));
}

/// The prompt; where there is room, what to say and why.
fn prompt(ui: &mut Ui, area: Rect, shown: ShownCue<'_>, roomy: bool) {
    let colours = Palette::here(ui);
    let cue = shown.cue;
    let mut faded = ui.new_child(UiBuilder::new().id_salt("prompt"));
    faded.set_opacity(shown.opacity);
    let painter = faded.painter();
    painter.rect_filled(area, 8.0, colours.prompt);
    let edge = area.with_max_x(area.left() + 4.0);
    painter.rect_filled(edge, CornerRadius { nw: 8, sw: 8, ne: 0, se: 0 }, colours.accent);
    let inner =
        area.shrink2(vec2(12.0, if roomy { 10.0 } else { 2.0 })).with_min_x(area.left() + 40.0);
    let sizes: &[f32] = if roomy { &[21.0, 19.0, 17.0] } else { &[18.0, 16.0, 14.0] };
    let title = parts::fitted(&faded, &cue.text, colours.text, inner.width(), sizes);
    let mut y = inner.top();
    if !roomy || (cue.suggestion.is_none() && cue.why.is_empty()) {
        y = inner.center().y - title.size().y / 2.0;
    }
    let first_row = title.rows.first().map_or(20.0, |row| row.height());
    let sign = square(area.left() + 22.0, y + first_row / 2.0, 19.0);
    icon::paint(painter, sign, Icon::Prompt, colours.accent);
    let mut spoken = cue.text.clone();
    let title_height = title.size().y;
    painter.galley(pos2(inner.left(), y), title, colours.text);
    y += title_height + 5.0;
    let more = [
        (cue.suggestion.as_ref().map(|say| format!("Say: “{say}”")), 13.5, colours.text, 2),
        ((!cue.why.is_empty()).then(|| cue.why.clone()), 12.5, colours.faint, 2),
    ];
    for (text, size, ink, rows) in more {
        let Some(text) = text else { continue };
        spoken.push_str(". ");
        spoken.push_str(&text);
        let left = inner.bottom() - y;
        let rows = rows.min((left / (size * 1.25)) as usize);
        if roomy && rows > 0 {
            let galley = parts::laid(&faded, &text, normal(size), ink, inner.width(), rows);
            let height = galley.size().y;
            painter.galley(pos2(inner.left(), y), galley, ink);
            y += height + 4.0;
        }
    }
    parts::announced(ui, "prompt", area, &cue.text).on_hover_text(spoken);
}

/// Minutes and seconds; with hours from one hour on.
pub fn clock(now: CallTime) -> String {
    let secs = now.secs() as u64;
    let (hours, minutes, secs) = (secs / 3_600, secs / 60 % 60, secs % 60);
    match hours {
        0 => format!("{minutes:02}:{secs:02}"),
        _ => format!("{hours}:{minutes:02}:{secs:02}"),
    }
}
