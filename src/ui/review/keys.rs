//! What the keys do, and the sheet that shows it.

use eframe::egui::{
    Align, Context, Frame, Id, Key, Label, Layout, Margin, Modal, Modifiers, RichText, ScrollArea,
    Ui,
};

use super::panel::Tab;
use super::widgets::{Look, button};
use crate::ui::theme::{Palette, normal, strong};

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs, reason = "named as what they do")]
pub enum Wish {
    Sheet,
    Look,
    Close,
    // In the list.
    Step(isize),
    First,
    Last,
    Open,
    Search,
    Filters,
    Unread,
    Again,
    Purge,
    // In a call.
    Play,
    Back(f64),
    Start,
    End,
    Moment(bool),
    Zoom(f64),
    Whole,
    Speed(isize),
    Loop,
    Skip,
    MuteAgent,
    MuteCustomer,
    Follow,
    Right,
    Wrong,
    Unsure,
    Note,
    Undo,
    Find,
    FindNext(bool),
    Show(Tab),
    Share,
}

/// A line of the sheet: keys, and what they do.
type Line = (&'static [&'static str], &'static str);

const ANYWHERE: &[Line] = &[
    (&["?"], "show these keys"),
    (&["D"], "light or dark"),
    (&["Ctrl", "+", "−"], "everything larger, smaller"),
    (&["Tab"], "to the next control; Enter presses it"),
    (&["Esc"], "close this, or go back to the list"),
];
const LIST: &[Line] = &[
    (&["↑", "↓"], "choose a call"),
    (&["Home", "End"], "the first, the last"),
    (&["Enter"], "open it"),
    (&["/"], "search for words that were said"),
    (&["F"], "filters"),
    (&["U"], "mark as unread, or as read"),
    (&["F5"], "look for new calls"),
    (&["Ctrl", "Delete"], "remove old calls"),
];
const HEAR: &[Line] = &[
    (&["Space"], "play, pause"),
    (&["←", "→"], "5 seconds back, on; with Shift, 1 second"),
    (&["J", "K"], "next moment, the one before"),
    (&["Home", "End"], "to the beginning, to the end"),
    (&["[", "]"], "slower, faster"),
    (&["L"], "loop the moment"),
    (&["S"], "skip silences"),
    (&["1", "2"], "mute the agent, the customer"),
];
const SEE: &[Line] = &[
    (&["+", "−"], "picture closer, further"),
    (&["0"], "the whole call"),
    (&["O"], "follow the sound"),
    (&["/"], "find a word; Enter goes on to the next"),
    (&["F1 to F4"], "moments, scorecard, numbers, notes"),
];
const SAY: &[Line] = &[
    (&["R"], "the program was right"),
    (&["W"], "it was wrong"),
    (&["U"], "can't tell"),
    (&["N"], "write a note; Ctrl+Enter notes it"),
    (&["Ctrl", "Z"], "take back what you said last"),
    (&["Ctrl", "E"], "share the moment"),
];

/// What the keys that were just pressed ask for. While somebody types, only those count that type
/// nothing; those that press what has the focus are left to it.
pub fn wishes(ctx: &Context, in_call: bool, typing: bool) -> Vec<Wish> {
    let focus = ctx.memory(|memory| memory.focused()).is_some();
    ctx.input_mut(|input| {
        let mut wishes = Vec::new();
        let mut on = |modifiers: Modifiers, key: Key, wish: Wish| {
            // Pressed, not held: but what steps may go on.
            if input.consume_key(modifiers, key) {
                wishes.push(wish);
            }
        };
        let (none, shift, ctrl) = (Modifiers::NONE, Modifiers::SHIFT, Modifiers::COMMAND);
        on(none, Key::Escape, Wish::Close);
        on(none, Key::F5, Wish::Again);
        if in_call {
            for (number, key) in [Key::F1, Key::F2, Key::F3, Key::F4].into_iter().enumerate() {
                on(none, key, Wish::Show(Tab::ALL[number].0));
            }
            on(ctrl, Key::E, Wish::Share);
            on(ctrl, Key::F, Wish::Find);
            on(shift, Key::F3, Wish::FindNext(false));
        } else {
            on(ctrl, Key::Delete, Wish::Purge);
        }
        if typing {
            return wishes;
        }
        on(ctrl, Key::Z, Wish::Undo);
        on(shift, Key::Questionmark, Wish::Sheet);
        on(none, Key::Questionmark, Wish::Sheet);
        on(shift, Key::Slash, Wish::Sheet);
        on(none, Key::D, Wish::Look);
        if !in_call {
            on(none, Key::Slash, Wish::Search);
            on(none, Key::F, Wish::Filters);
            on(none, Key::U, Wish::Unread);
            on(none, Key::ArrowDown, Wish::Step(1));
            on(none, Key::ArrowUp, Wish::Step(-1));
            on(none, Key::PageDown, Wish::Step(12));
            on(none, Key::PageUp, Wish::Step(-12));
            on(none, Key::Home, Wish::First);
            on(none, Key::End, Wish::Last);
            if !focus {
                on(none, Key::Enter, Wish::Open);
            }
            return wishes;
        }
        if !focus {
            on(none, Key::Space, Wish::Play);
        }
        on(shift, Key::ArrowLeft, Wish::Back(-1.0));
        on(shift, Key::ArrowRight, Wish::Back(1.0));
        on(none, Key::ArrowLeft, Wish::Back(-5.0));
        on(none, Key::ArrowRight, Wish::Back(5.0));
        on(none, Key::Home, Wish::Start);
        on(none, Key::End, Wish::End);
        on(none, Key::J, Wish::Moment(true));
        on(none, Key::K, Wish::Moment(false));
        on(none, Key::Plus, Wish::Zoom(0.5));
        on(shift, Key::Plus, Wish::Zoom(0.5));
        on(none, Key::Equals, Wish::Zoom(0.5));
        on(none, Key::Minus, Wish::Zoom(2.0));
        on(none, Key::Num0, Wish::Whole);
        on(none, Key::OpenBracket, Wish::Speed(-1));
        on(none, Key::CloseBracket, Wish::Speed(1));
        on(none, Key::L, Wish::Loop);
        on(none, Key::S, Wish::Skip);
        on(none, Key::Num1, Wish::MuteAgent);
        on(none, Key::Num2, Wish::MuteCustomer);
        on(none, Key::O, Wish::Follow);
        on(none, Key::R, Wish::Right);
        on(none, Key::W, Wish::Wrong);
        on(none, Key::U, Wish::Unsure);
        on(none, Key::N, Wish::Note);
        on(none, Key::Slash, Wish::Find);
        wishes
    })
}

/// Shows the sheet; whether it is to be closed.
pub fn sheet(ctx: &Context) -> bool {
    let response = Modal::new(Id::unique("keys")).frame(frame(ctx)).show(ctx, |ui| {
        ui.set_width((ctx.content_rect().width() - 120.0).min(820.0));
        let colours = Palette::here(ui);
        let mut closes = false;
        ui.horizontal(|ui| {
            ui.label(RichText::new("Keys").font(strong(20.0)).color(colours.text));
            let right = Layout::right_to_left(eframe::egui::Align::Center);
            closes =
                ui.with_layout(right, |ui| button(ui, None, "Close", "Esc", Look::Plain)).inner;
        });
        ui.add_space(4.0);
        let height = ctx.content_rect().height() - 130.0;
        let area = ScrollArea::vertical().max_height(height).min_scrolled_height(height.min(620.0));
        area.show(ui, |ui| {
            ui.columns(2, |columns| {
                group(&mut columns[0], "In a call: hear", HEAR);
                group(&mut columns[0], "In a call: see", SEE);
                pointer(&mut columns[0]);
                group(&mut columns[1], "In a call: say", SAY);
                group(&mut columns[1], "In the list", LIST);
                group(&mut columns[1], "Anywhere", ANYWHERE);
            });
        });
        closes
    });
    response.should_close() || response.inner
}

/// The frame of what lies over the window.
pub fn frame(ctx: &Context) -> Frame {
    let margin = Margin { left: 22, right: 22, top: 16, bottom: 18 };
    Frame::popup(&ctx.global_style()).inner_margin(margin).corner_radius(10)
}

fn group(ui: &mut Ui, title: &str, lines: &[Line]) {
    let colours = Palette::here(ui);
    ui.spacing_mut().interact_size.y = 22.0;
    ui.spacing_mut().item_spacing.y = 4.0;
    ui.add_space(10.0);
    ui.label(RichText::new(title).font(strong(14.0)).color(colours.text));
    for (keys, what) in lines {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let start = ui.cursor().left();
            for key in *keys {
                cap(ui, key, &colours);
            }
            let used = ui.cursor().left() - start;
            ui.add_space((108.0 - used).max(6.0));
            ui.label(RichText::new(*what).font(normal(13.5)).color(colours.text));
        });
    }
}

/// What the pointer does.
fn pointer(ui: &mut Ui) {
    let colours = Palette::here(ui);
    ui.add_space(10.0);
    ui.label(RichText::new("With the pointer").font(strong(14.0)).color(colours.text));
    let text = "Press a word, a moment or the picture to go there. Drag the picture to move it, turn the \
                wheel with Ctrl to zoom; hold Shift and draw over it to choose a stretch.";
    let text = RichText::new(text).font(normal(13.5)).color(colours.text);
    // A column would stretch the lines to its whole width.
    let width = ui.available_width() - 24.0;
    ui.with_layout(Layout::top_down(Align::Min), |ui| {
        ui.set_max_width(width);
        ui.add(Label::new(text).wrap());
    });
}

/// A key as it is on the keyboard.
fn cap(ui: &mut Ui, key: &str, colours: &Palette) {
    use eframe::egui::{Role, Sense, Stroke, StrokeKind, WidgetInfo, vec2};
    let galley = ui.painter().layout_no_wrap(key.to_owned(), normal(12.5), colours.text);
    let size = vec2((galley.size().x + 12.0).max(24.0), 22.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, key));
    ui.painter().rect_filled(rect, 5.0, colours.raised);
    let edge = Stroke::new(1.0, colours.line);
    ui.painter().rect_stroke(rect, 5.0, edge, StrokeKind::Inside);
    let at = rect.center() - galley.size() / 2.0;
    ui.painter().galley(at, galley, colours.text);
}
