//! The overlay: who speaks, how the agent's own voice stands, the clock, what is kept, what is
//! wrong, and at most one prompt. Three sizes, the smallest one line.

use eframe::egui::{Event, Key, Rect, Sense, Stroke, StrokeKind, Ui, vec2};
use serde::{Deserialize, Serialize};

use super::icon::{self, Icon};
use super::message::{Message, clock};
use super::parts::{self, Button, Weight, button, square};
use super::state::OverlayState;
use super::theme::{Palette, normal, strong};
use super::voices::{speaker, voice, voice_short};
use crate::session::board::{Keeping, Pulse, Wish};
use crate::units::Party;

/// What the agent did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Something for the session.
    Wish(Wish),
    /// End the call, but ask first.
    AskEnd,
    /// Don't end the call.
    KeepGoing,
    /// Another size.
    Size(OverlaySize),
    /// The window is dragged.
    Drag,
    /// Clicks go to what is behind the window, or no longer do.
    ClickThrough,
}

/// How much room the overlay takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OverlaySize {
    /// All there is, with the why of a prompt.
    #[default]
    Full,
    /// Without the why and the names of buttons.
    Compact,
    /// One line.
    Line,
}

impl OverlaySize {
    /// Width and height in points.
    pub fn points(self) -> (f32, f32) {
        match self {
            OverlaySize::Full => (340.0, 240.0),
            OverlaySize::Compact => (340.0, 112.0),
            OverlaySize::Line => (340.0, 34.0),
        }
    }

    fn smaller(self) -> Self {
        match self {
            OverlaySize::Full => OverlaySize::Compact,
            OverlaySize::Compact | OverlaySize::Line => OverlaySize::Line,
        }
    }

    fn larger(self) -> Self {
        match self {
            OverlaySize::Line => OverlaySize::Compact,
            OverlaySize::Compact | OverlaySize::Full => OverlaySize::Full,
        }
    }
}

/// Shows the overlay over the whole of `ui`; what the agent did, if anything.
pub fn show_overlay(ui: &mut Ui, state: &OverlayState, size: OverlaySize) -> Option<Action> {
    let all = ui.max_rect();
    let colours = Palette::here(ui);
    ui.painter().rect_filled(all, 0.0, colours.ground);
    // Before the buttons, which lie on it. Not a stop for the Tab key.
    let dragged = ui.interact(all, ui.scope_id().with("background"), Sense::DRAG).drag_started();
    let pressed = match size {
        OverlaySize::Full => full(ui, state, all.shrink2(vec2(12.0, 10.0))),
        OverlaySize::Compact => compact(ui, state, all.shrink2(vec2(12.0, 8.0))),
        OverlaySize::Line => one_line(ui, state, all.shrink2(vec2(10.0, 4.0))),
    };
    let edge = Stroke::new(1.0, colours.line);
    ui.painter().rect_stroke(all, 0.0, edge, StrokeKind::Inside);
    pressed.or_else(|| key(ui, state, size)).or(dragged.then_some(Action::Drag))
}

/// What a key asks for. A key that is held down counts once.
fn key(ui: &Ui, state: &OverlayState, size: OverlaySize) -> Option<Action> {
    let pressed = ui.input(|input| {
        input.events.iter().find_map(|event| match event {
            Event::Key { key, pressed: true, repeat: false, modifiers, .. } => {
                let plain = !modifiers.alt && (!modifiers.command || *key == Key::E);
                plain.then_some(*key)
            }
            _ => None,
        })
    })?;
    let paused = state.now().paused;
    Some(match pressed {
        Key::P if !paused => Action::Wish(Wish::Pause),
        Key::P | Key::R if paused => Action::Wish(Wish::Resume),
        Key::S => Action::Wish(Wish::Snooze),
        Key::W if state.cue().is_some() => Action::Wish(Wish::Wrong),
        Key::E if state.asks_end() => Action::Wish(Wish::End),
        Key::E => Action::AskEnd,
        Key::K | Key::Escape if state.asks_end() || state.ends_in_secs().is_some() => {
            Action::KeepGoing
        }
        Key::T => Action::ClickThrough,
        Key::Num1 => Action::Size(OverlaySize::Full),
        Key::Num2 => Action::Size(OverlaySize::Compact),
        Key::Num3 => Action::Size(OverlaySize::Line),
        Key::Plus | Key::Equals => Action::Size(size.larger()),
        Key::Minus => Action::Size(size.smaller()),
        _ => return None,
    })
}

fn full(ui: &mut Ui, state: &OverlayState, area: Rect) -> Option<Action> {
    let header = area.with_max_y(area.top() + 22.0);
    status(ui, state, header, true);
    let sizes = size_buttons(ui, OverlaySize::Full, header);

    let voices = Rect::from_min_size(area.min + vec2(0.0, 32.0), vec2(area.width(), 54.0));
    let (left, right) = halves(voices);
    voice(ui, state, Party::Agent, left);
    voice(ui, state, Party::Customer, right);

    let foot = area.with_min_y(area.bottom() - 28.0);
    let mut card = area.with_min_y(voices.bottom() + 8.0).with_max_y(foot.top() - 8.0);
    if let Some((trouble, more)) = state.trouble() {
        let row = card.with_min_y(card.bottom() - 34.0);
        Message::Trouble(trouble, more).show(ui, row, false);
        card.max.y -= 38.0;
    }
    let answer = Message::beside_trouble(state).show(ui, card, true);
    let pressed = foot_buttons(ui, state, foot);
    sizes.or(answer).or(pressed)
}

fn compact(ui: &mut Ui, state: &OverlayState, area: Rect) -> Option<Action> {
    let header = area.with_max_y(area.top() + 24.0);
    let tools = header.with_min_x(header.right() - 6.0 * TOOL);
    status(ui, state, header.with_max_x(tools.left() - 4.0), true);
    let pressed = tool_buttons(ui, state, OverlaySize::Compact, tools);

    let voices = Rect::from_min_size(area.min + vec2(0.0, 31.0), vec2(area.width(), 18.0));
    let (left, right) = voices.split_left_right_at_x(voices.right() - 150.0);
    voice_short(ui, state, Party::Agent, left.with_max_x(left.right() - 6.0));
    voice_short(ui, state, Party::Customer, right);

    let card = area.with_min_y(voices.bottom() + 7.0);
    pressed.or(Message::of(state).show(ui, card, false))
}

fn one_line(ui: &mut Ui, state: &OverlayState, area: Rect) -> Option<Action> {
    let message = Message::of(state);
    let tools = area.with_min_x(area.right() - 2.0 * TOOL);
    let calm = matches!(message, Message::Nothing | Message::Heard(_) | Message::Paused);
    // The word beside the icon, wherever there is room for it.
    let left = area.with_max_x(area.left() + if calm { 134.0 } else { 60.0 });
    status(ui, state, left, calm);
    let middle = area.with_min_x(left.right() + 5.0).with_max_x(tools.left() - 3.0);
    let answer = match message {
        Message::Paused => None,
        Message::Nothing | Message::Heard(_) => {
            let (you, customer) = middle.split_left_right_at_fraction(0.39);
            speaker(ui, state, Party::Agent, you);
            speaker(ui, state, Party::Customer, customer);
            None
        }
        message @ (Message::AskEnd | Message::EndsIn(_)) => {
            return message.show(ui, middle.with_max_x(area.right()), false);
        }
        message => message.show(ui, middle, false),
    };
    let (first, second) = tools.split_left_right_at_fraction(0.5);
    let (shown, does) = match state.cue() {
        Some(_) => WRONG,
        None => pause_of(state.now()),
    };
    let pressed = button(ui, first, Button { weight: Weight::Bare, ..shown }).then_some(does);
    let larger = button(ui, second, LARGER).then_some(Action::Size(OverlaySize::Compact));
    answer.or(pressed).or(larger)
}

/// Two columns with room between them.
fn halves(area: Rect) -> (Rect, Rect) {
    let (left, right) = area.split_left_right_at_fraction(0.5);
    (left.with_max_x(left.right() - 8.0), right.with_min_x(right.left() + 8.0))
}

/// What is kept, and the clock.
fn status(ui: &Ui, state: &OverlayState, area: Rect, named: bool) {
    let colours = Palette::here(ui);
    let pulse = state.now();
    let (sign, word, colour) = match pulse.keeping {
        _ if pulse.paused => (Icon::Pause, "Paused", colours.caution),
        Keeping::LogAndAudio => (Icon::Record, "Recording", colours.record),
        Keeping::Log => (Icon::Words, "Words only", colours.agent),
        Keeping::Nothing => (Icon::NotKept, "Not kept", colours.faint),
    };
    icon::paint(ui.painter(), square(area.left() + 7.0, area.center().y, 14.0), sign, colour);
    let mut x = area.left() + 20.0;
    if named {
        let width = parts::laid(ui, word, strong(13.0), colours.text, 100.0, 1).size().x;
        let place = area.with_min_x(x).with_max_x(x + width + 1.0);
        parts::text(ui, "keeping", place, word, strong(13.0), colours.text);
        x = place.right() + 10.0;
    } else {
        parts::said(ui, "keeping", area.with_max_x(x), word);
    }
    let clock = clock(pulse.now);
    parts::text(ui, "clock", area.with_min_x(x), &clock, normal(13.0), colours.faint);
}

/// Side of a button that is an icon alone.
const TOOL: f32 = 24.0;

const SMALLER: Button<'static> =
    Button { icon: Some(Icon::Smaller), name: "Smaller", key: "-", weight: Weight::Bare };
const LARGER: Button<'static> =
    Button { icon: Some(Icon::Larger), name: "Larger", key: "+", weight: Weight::Bare };
const SNOOZE: (Button<'static>, Action) = (
    Button { icon: Some(Icon::Snooze), name: "Snooze", key: "S", weight: Weight::Normal },
    Action::Wish(Wish::Snooze),
);
const WRONG: (Button<'static>, Action) = (
    Button { icon: Some(Icon::Wrong), name: "Wrong", key: "W", weight: Weight::Normal },
    Action::Wish(Wish::Wrong),
);
const END: (Button<'static>, Action) = (
    Button { icon: Some(Icon::End), name: "End", key: "E", weight: Weight::Normal },
    Action::AskEnd,
);

fn pause_of(pulse: &Pulse) -> (Button<'static>, Action) {
    let (icon, name, key, weight, wish) = match pulse.paused {
        false => (Icon::Pause, "Pause", "P", Weight::Normal, Wish::Pause),
        true => (Icon::Resume, "Resume", "R", Weight::Main, Wish::Resume),
    };
    (Button { icon: Some(icon), name, key, weight }, Action::Wish(wish))
}

fn controls(pulse: &Pulse) -> [(Button<'static>, Action); 4] {
    [pause_of(pulse), SNOOZE, WRONG, END]
}

fn foot_buttons(ui: &Ui, state: &OverlayState, row: Rect) -> Option<Action> {
    const GAP: f32 = 6.0;
    let width = (row.width() - 3.0 * GAP) / 4.0;
    let mut left = row.left();
    let mut pressed = None;
    for (shown, does) in controls(state.now()) {
        let place = row.with_min_x(left).with_max_x(left + width);
        pressed = button(ui, place, shown).then_some(does).or(pressed);
        left += width + GAP;
    }
    pressed
}

fn tool_buttons(ui: &Ui, state: &OverlayState, size: OverlaySize, area: Rect) -> Option<Action> {
    let mut left = area.left();
    let mut pressed = None;
    for (shown, does) in controls(state.now()) {
        let place = area.with_min_x(left).with_max_x(left + TOOL);
        let bare = Button { weight: Weight::Bare, ..shown };
        pressed = button(ui, place, bare).then_some(does).or(pressed);
        left += TOOL;
    }
    pressed.or(size_buttons(ui, size, area))
}

/// At the right end of `area`.
fn size_buttons(ui: &Ui, size: OverlaySize, area: Rect) -> Option<Action> {
    let right = square(area.right() - TOOL / 2.0, area.center().y, TOOL);
    if size == OverlaySize::Full {
        return button(ui, right, SMALLER).then_some(Action::Size(size.smaller()));
    }
    let smaller = button(ui, right.translate(vec2(-TOOL, 0.0)), SMALLER);
    let larger = button(ui, right, LARGER);
    let smaller = smaller.then_some(Action::Size(size.smaller()));
    smaller.or(larger.then_some(Action::Size(size.larger())))
}
