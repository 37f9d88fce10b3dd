//! Parts of the review window that stand in rows: each with a name for screen readers, and where there
//! is one, the key that does the same in its tip.

use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    Color32, FontId, Galley, Response, RichText, Role, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use crate::ui::icon::{self, Icon};
use crate::ui::theme::{Palette, normal, strong};

/// Height of buttons.
pub const HIGH: f32 = 30.0;

/// How a button stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// One of several.
    #[default]
    Plain,
    /// Switched on.
    On,
    /// What one most likely wants.
    Main,
    /// Without a ground until the pointer is on it.
    Bare,
    /// Can't be pressed now.
    Off,
}

/// A button of an icon alone.
pub fn icon_button(ui: &mut Ui, icon: Icon, name: &str, key: &str, look: Look) -> bool {
    press(ui, Some(icon), "", name, key, look).clicked()
}

/// A button of words, with an icon before them where one is given.
pub fn button(ui: &mut Ui, icon: Option<Icon>, text: &str, key: &str, look: Look) -> bool {
    press(ui, icon, text, text, key, look).clicked()
}

/// A button that shows `text` and is called `name`.
pub fn press(
    ui: &mut Ui,
    icon: Option<Icon>,
    text: &str,
    name: &str,
    key: &str,
    look: Look,
) -> Response {
    let colours = Palette::here(ui);
    let ink = match look {
        Look::Main => colours.on_accent,
        Look::On => colours.accent,
        Look::Bare | Look::Off => colours.faint,
        Look::Plain => colours.text,
    };
    let font = if look == Look::On { strong(13.0) } else { normal(13.0) };
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, ink);
    let sign = if icon.is_some() { 14.0 } else { 0.0 };
    let gap = if icon.is_some() && !text.is_empty() { 7.0 } else { 0.0 };
    let inner = sign + gap + galley.size().x;
    let width = if text.is_empty() { HIGH } else { inner + 22.0 };
    let sense = if look == Look::Off { Sense::hover() } else { Sense::click() };
    let (rect, response) = ui.allocate_exact_size(vec2(width, HIGH), sense);
    response.widget_info(|| match look {
        Look::On => WidgetInfo::selected(Role::Button, true, true, name),
        _ => WidgetInfo::labeled(Role::Button, look != Look::Off, name),
    });
    let lit = (response.hovered() || response.has_focus()) && look != Look::Off;
    let ground = match look {
        Look::Main => colours.accent,
        Look::On => colours.prompt,
        _ if lit => colours.lifted,
        Look::Plain => colours.raised,
        Look::Bare | Look::Off => Color32::TRANSPARENT,
    };
    let painter = ui.painter();
    painter.rect_filled(rect, 7.0, ground);
    if response.has_focus() {
        painter.rect_stroke(rect, 7.0, Stroke::new(2.0, colours.accent), StrokeKind::Inside);
    }
    let ink = if lit && look == Look::Bare { colours.text } else { ink };
    let mut left = rect.center().x - inner / 2.0;
    if let Some(icon) = icon {
        let centre = pos2(left + sign / 2.0, rect.center().y);
        let square = eframe::egui::Rect::from_center_size(centre, Vec2::splat(sign));
        icon::paint(painter, square, icon, ink);
        left += sign + gap;
    }
    painter.galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, ink);
    let tip = if key.is_empty() { name.to_owned() } else { format!("{name} ({key})") };
    response.on_hover_text(tip)
}

/// A short, faint text.
pub fn faint(ui: &mut Ui, text: impl Into<String>) -> Response {
    let colours = Palette::here(ui);
    ui.label(RichText::new(text).font(normal(12.5)).color(colours.faint))
}

/// A heading within a panel.
pub fn heading(ui: &mut Ui, text: &str) {
    let colours = Palette::here(ui);
    ui.add_space(10.0);
    ui.label(RichText::new(text).font(strong(14.0)).color(colours.text));
}

/// A time that one can go to; whether it was pressed.
pub fn time(ui: &mut Ui, clock: &str) -> bool {
    let colours = Palette::here(ui);
    let short = clock.split('.').next().unwrap_or(clock);
    let galley = ui.painter().layout_no_wrap(short.to_owned(), normal(12.5), colours.accent);
    let (rect, response) = ui.allocate_exact_size(galley.size() + vec2(8.0, 4.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Go to {clock}")));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 4.0, colours.lifted);
    }
    ui.painter().galley(rect.min + vec2(4.0, 2.0), galley, colours.accent);
    response.on_hover_text(format!("Go to {clock}")).clicked()
}

/// One row of text in `width`; what is too long is cut at any letter and ends in `…`.
pub fn one_line(ui: &Ui, text: &str, font: FontId, colour: Color32, width: f32) -> Arc<Galley> {
    let mut job = LayoutJob::single_section(text.to_owned(), TextFormat::simple(font, colour));
    job.wrap.max_width = width;
    job.wrap.max_rows = 1;
    job.wrap.break_anywhere = true;
    ui.painter().layout_job(job)
}
