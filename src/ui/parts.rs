//! The parts that the overlay is made of. Each has an id of its own, so that the focus stays
//! where it is when others come and go, and a name for screen readers.

use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    Align2, Color32, FontId, Galley, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, accesskit, pos2, vec2,
};

use super::icon::{self, Icon};
use super::theme::{Palette, normal, strong};

/// The square of this side around a point.
pub fn square(x: f32, y: f32, side: f32) -> Rect {
    Rect::from_center_size(pos2(x, y), Vec2::splat(side))
}

/// Text in at most `rows` rows of `width`; what is too long ends in `…`.
pub fn laid(
    ui: &Ui,
    text: &str,
    font: FontId,
    colour: Color32,
    width: f32,
    rows: usize,
) -> Arc<Galley> {
    let mut job = LayoutJob::single_section(text.to_owned(), TextFormat::simple(font, colour));
    job.wrap.max_width = width;
    job.wrap.max_rows = rows;
    ui.painter().layout_job(job)
}

/// One row of text at the left of `rect`, in the middle of its height.
pub fn text(
    ui: &Ui,
    name: &str,
    rect: Rect,
    words: &str,
    font: FontId,
    colour: Color32,
) -> Response {
    let galley = laid(ui, words, font, colour, rect.width(), 1);
    let place = Align2::LEFT_CENTER.align_size_within_rect(galley.size(), rect);
    ui.painter().galley(place.min, galley, colour);
    said(ui, name, rect, words)
}

/// The same at the right.
pub fn text_right(ui: &Ui, name: &str, rect: Rect, words: &str, font: FontId, colour: Color32) {
    let galley = laid(ui, words, font, colour, rect.width(), 1);
    let place = Align2::RIGHT_CENTER.align_size_within_rect(galley.size(), rect);
    ui.painter().galley(place.min, galley, colour);
    said(ui, name, rect, words);
}

/// Lets a screen reader find `words` at `rect`.
pub fn said(ui: &Ui, name: &str, rect: Rect, words: &str) -> Response {
    let response = ui.interact(rect, ui.scope_id().with(name), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
    response
}

/// The same for what a screen reader should say when it comes.
pub fn announced(ui: &Ui, name: &str, rect: Rect, words: &str) -> Response {
    let response = said(ui, name, rect, words);
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_live(accesskit::Live::Polite);
    });
    response
}

/// How a button looks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// One of several.
    Normal,
    /// What one most likely wants.
    Main,
    /// An icon alone, without a ground until the pointer is on it.
    Bare,
}

/// A button: its icon, its name, and the key that does the same.
#[derive(Clone, Copy)]
pub struct Button<'a> {
    /// Shown before the name, or alone.
    pub icon: Option<Icon>,
    /// Shown, except on a bare one, and read out.
    pub name: &'a str,
    /// The key, as one types it.
    pub key: &'a str,
    /// How it looks.
    pub weight: Weight,
}

/// Shows a button; whether it was pressed.
pub fn button(ui: &Ui, rect: Rect, button: Button<'_>) -> bool {
    let colours = Palette::here(ui);
    let response = ui.interact(rect, ui.scope_id().with(("button", button.name)), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, button.name));
    let lit = response.hovered() || response.has_focus();
    let (ground, ink) = match button.weight {
        Weight::Main => (colours.accent, colours.on_accent),
        _ if response.is_pointer_button_down_on() || lit => (colours.lifted, colours.text),
        Weight::Normal => (colours.raised, colours.text),
        Weight::Bare => (Color32::TRANSPARENT, colours.faint),
    };
    let painter = ui.painter();
    painter.rect_filled(rect, 6.0, ground);
    if response.has_focus() {
        painter.rect_stroke(rect, 6.0, Stroke::new(2.0, colours.accent), StrokeKind::Inside);
    }
    if button.weight == Weight::Bare {
        if let Some(icon) = button.icon {
            icon::paint(painter, rect.shrink(5.0), icon, ink);
        }
    } else {
        let label = painter.layout_job(marked(button.name, button.key, ink));
        let icon_width = if button.icon.is_some() { 18.0 } else { 0.0 };
        let width = icon_width + label.size().x;
        let left = rect.center().x - width / 2.0;
        if let Some(icon) = button.icon {
            let square =
                Rect::from_center_size(pos2(left + 6.0, rect.center().y), vec2(12.0, 12.0));
            icon::paint(painter, square, icon, ink);
        }
        let top = rect.center().y - label.size().y / 2.0;
        painter.galley(pos2(left + icon_width, top), label, ink);
    }
    let tip = match button.key {
        "" => button.name.to_owned(),
        key => format!("{} ({key})", button.name),
    };
    response.on_hover_text(tip).clicked()
}

/// A name with its key underlined, where the name begins with it.
fn marked(name: &str, key: &str, ink: Color32) -> LayoutJob {
    let plain = TextFormat::simple(normal(13.0), ink);
    let mut job = LayoutJob::default();
    match name.strip_prefix(key) {
        Some(rest) if !key.is_empty() => {
            let underline = Stroke::new(1.0, ink);
            job.append(key, 0.0, TextFormat { underline, ..plain.clone() });
            job.append(rest, 0.0, plain);
        }
        _ => job.append(name, 0.0, plain),
    }
    job
}

/// The level of one party's voice, `dbfs` on a scale from −60 to 0.
pub fn meter(ui: &Ui, rect: Rect, dbfs: f32, colour: Color32) {
    share(ui, rect, (dbfs + 60.0) / 60.0, colour);
}

/// A bar of which the `part`, 0 to 1, is full.
pub fn share(ui: &Ui, rect: Rect, part: f32, colour: Color32) {
    let bar = Rect::from_center_size(rect.center(), vec2(rect.width(), 5.0));
    let part = part.clamp(0.0, 1.0);
    let painter = ui.painter();
    painter.rect_filled(bar, 2.5, Palette::here(ui).raised);
    if part > 0.0 {
        let width = (bar.width() * part).max(5.0);
        painter.rect_filled(bar.with_max_x(bar.left() + width), 2.5, colour);
    }
}

/// The largest of the sizes in which the text takes one row of `width`, or else the smallest,
/// in two.
pub fn fitted(ui: &Ui, text: &str, colour: Color32, width: f32, sizes: &[f32]) -> Arc<Galley> {
    let smallest = sizes.last().copied().unwrap_or(14.0);
    let one_row = sizes.iter().find_map(|size| {
        let galley = laid(ui, text, strong(*size), colour, f32::INFINITY, 1);
        (galley.size().x <= width).then_some(galley)
    });
    one_row.unwrap_or_else(|| laid(ui, text, strong(smallest), colour, width, 2))
}
