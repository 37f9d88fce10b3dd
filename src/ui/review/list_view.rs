//! The list of calls as it is seen: a row a call, of which only those in view are made.

use eframe::egui::{
    Key, Label, Margin, Rect, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, TextEdit, Ui,
    WidgetInfo, pos2, vec2,
};

use super::filters;
use super::list::{CallList, Column};
use super::list_row::{columns, row};
use super::memory::Memory;
use super::widgets::{Look, button, faint, icon_button, one_line};
use crate::ui::icon::{self, Icon};
use crate::ui::theme::{Palette, normal, strong};

/// Height of a row.
const ROW: f32 = 48.0;
const HEADING: f32 = 30.0;
/// How locked calls are seen.
const WITH_KEY: &str = "`evenkeel review --key FILE` opens them with the file of their key.";
/// What the scroll bar takes.
const BAR: f32 = 12.0;

/// What somebody did in the list.
#[derive(Clone, Debug, PartialEq)]
pub enum Did {
    /// Open a call.
    Open(String),
    /// Something else is looked for.
    Search,
    /// Sort by this, or the other way round.
    Sort(Column),
    /// Show or hide the filters.
    Filters,
    /// Show the keys.
    Keys,
    /// Light or dark.
    Look,
    /// Look for calls that have come since.
    Again,
    /// Take old calls away.
    Purge,
}

/// Shows the list in all of `ui`.
pub fn show(
    ui: &mut Ui,
    list: &mut CallList,
    memory: &Memory,
    title: &str,
    purges: bool,
) -> Option<Did> {
    let mut did = head(ui, list, memory, title, purges);
    if memory.layout.filters {
        ui.add_space(2.0);
        if filters::show(ui, list) {
            did = Some(Did::Search);
        }
    }
    ui.add_space(6.0);
    let sorted = headings(ui, memory);
    did = did.or(sorted.map(Did::Sort));
    if list.shown.is_empty() {
        nothing(ui, list);
        return did;
    }
    did.or(rows(ui, list, memory))
}

fn head(
    ui: &mut Ui,
    list: &mut CallList,
    memory: &Memory,
    title: &str,
    purges: bool,
) -> Option<Did> {
    let colours = Palette::here(ui);
    let mut did = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        ui.label(RichText::new("Calls").font(strong(21.0)).color(colours.text));
        let count = match (list.loaded, list.shown.len() == list.calls.len()) {
            (false, _) => "looking…".to_owned(),
            (true, true) => format!("{} in {title}", grouped(list.calls.len())),
            (true, false) => {
                let (shown, all) = (grouped(list.shown.len()), grouped(list.calls.len()));
                format!("{shown} of {all} in {title}")
            }
        };
        faint(ui, count);
        if list.is_searching() {
            faint(ui, "· searching…");
        }
        if list.loaded && !list.complete {
            faint(ui, "· looking for new ones…");
        }
        let right = eframe::egui::Layout::right_to_left(eframe::egui::Align::Center);
        ui.with_layout(right, |ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            if icon_button(ui, Icon::Question, "Keys", "?", Look::Bare) {
                did = Some(Did::Keys);
            }
            if icon_button(ui, Icon::Look, "Light or dark", "D", Look::Bare) {
                did = Some(Did::Look);
            }
            if icon_button(ui, Icon::Again, "Look for new calls", "F5", Look::Bare) {
                did = Some(Did::Again);
            }
            if purges && button(ui, None, "Remove old calls…", "Ctrl+Delete", Look::Bare) {
                did = Some(Did::Purge);
            }
            let set = list.query.filters();
            let look = if memory.layout.filters || set > 0 { Look::On } else { Look::Plain };
            let name = if set > 0 { format!("Filters: {set}") } else { "Filters".to_owned() };
            if button(ui, Some(Icon::Filter), &name, "F", look) {
                did = Some(Did::Filters);
            }
            let field = TextEdit::singleline(&mut list.query.words)
                .id_salt("search")
                .hint_text("Words that were said  (/)")
                .font(normal(14.0))
                .desired_width(280.0)
                .margin(Margin::symmetric(10, 6));
            let response = ui.add(field);
            response.widget_info(|| {
                WidgetInfo::labeled(Role::SearchInput, true, "Words that were said")
            });
            if std::mem::take(&mut list.wants_search) {
                response.request_focus();
            }
            if response.changed() {
                did = Some(Did::Search);
            }
            if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
                list.reveal = true;
            }
        });
    });
    did
}

/// A count with its thousands apart.
fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Columns of numbers stand at the right.
fn is_number(column: Column) -> bool {
    matches!(column, Column::Length | Column::Words | Column::CutIn | Column::Silence)
}

fn headings(ui: &mut Ui, memory: &Memory) -> Option<Column> {
    let colours = Palette::here(ui);
    let size = vec2(ui.available_width(), HEADING);
    let (line, _) = ui.allocate_exact_size(size, Sense::hover());
    let row = line.with_max_x(line.right() - BAR);
    let mut sorted = None;
    for (column, place) in Column::ALL.into_iter().zip(columns(row)) {
        let current = memory.layout.sort == column;
        let id = ui.scope_id().with(("heading", column));
        let response = ui.interact(place.expand2(vec2(6.0, 0.0)), id, Sense::click());
        let label = format!("Sort by {}", column.name().to_lowercase());
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, current, &label));
        let lit = response.hovered() || response.has_focus();
        let ink = if current || lit { colours.text } else { colours.faint };
        let font = if current { strong(12.5) } else { normal(12.5) };
        let arrow = if current { 14.0 } else { 0.0 };
        let text = one_line(ui, column.name(), font, ink, place.width() - arrow);
        let width = text.size().x;
        let left = if is_number(column) { place.right() - width - arrow } else { place.left() };
        ui.painter().galley(pos2(left, place.center().y - text.size().y / 2.0), text, ink);
        if current {
            let sign = if memory.layout.reversed { Icon::Raised } else { Icon::Lowered };
            let at = pos2(left + width + 8.0, place.center().y);
            icon::paint(ui.painter(), Rect::from_center_size(at, vec2(8.0, 8.0)), sign, ink);
        }
        if response.has_focus() {
            let edge = Stroke::new(1.5, colours.accent);
            ui.painter().rect_stroke(place.expand(3.0), 4.0, edge, StrokeKind::Inside);
        }
        if response.on_hover_text(label).clicked() {
            sorted = Some(column);
        }
    }
    ui.painter().hline(line.x_range(), line.bottom(), Stroke::new(1.0, colours.line));
    sorted
}

/// What is said where no call is shown.
fn nothing(ui: &mut Ui, list: &CallList) {
    ui.add_space(40.0);
    ui.vertical_centered(|ui| {
        let (title, more) = if !list.loaded {
            ("Looking for calls…", "")
        } else if list.calls.is_empty() && list.locked > 0 {
            ("All calls here are locked.", WITH_KEY)
        } else if list.calls.is_empty() {
            (
                "There is no call here yet.",
                "`evenkeel live` and `evenkeel batch` put them here; F5 looks again.",
            )
        } else if list.is_searching() {
            ("Searching…", "")
        } else {
            ("No call is like that.", "Take away a word or a filter.")
        };
        ui.label(RichText::new(title).font(strong(17.0)));
        if !more.is_empty() {
            faint(ui, more);
        }
    });
}

fn rows(ui: &mut Ui, list: &mut CallList, memory: &Memory) -> Option<Did> {
    let mut did = None;
    ui.spacing_mut().item_spacing.y = 0.0;
    let mut area = ScrollArea::vertical().id_salt("calls").auto_shrink(false);
    let seen = ui.available_height();
    if std::mem::take(&mut list.reveal)
        && let Some(row) = list.chosen_row()
    {
        let id = ui.scope_id().with("calls-offset");
        let offset: f32 = ui.data(|data| data.get_temp(id)).unwrap_or_default();
        let (top, bottom) = (row as f32 * ROW, (row + 1) as f32 * ROW);
        if top < offset || bottom > offset + seen {
            let to = if top < offset { top } else { bottom - seen };
            area = area.vertical_scroll_offset(to.max(0.0));
        }
    }
    let chosen = list.chosen_row();
    let shown = &*list;
    let mut choose = None;
    let mut in_view = Vec::new();
    let output = area.show_rows(ui, ROW, shown.shown.len(), |ui, range| {
        for number in range {
            let Some(call) = shown.at(number) else { continue };
            in_view.push(call.number);
            let size = vec2(ui.available_width() - BAR, ROW);
            let (place, _) = ui.allocate_exact_size(size, Sense::hover());
            let is_chosen = chosen == Some(number);
            match row(ui, place, number, call, shown, memory, is_chosen) {
                Some(true) => did = Some(Did::Open(call.id.clone())),
                Some(false) => choose = Some(number),
                None => {}
            }
        }
    });
    let id = ui.scope_id().with("calls-offset");
    ui.data_mut(|data| data.insert_temp(id, output.state.clamped_offset().y));
    if let Some(row) = choose {
        list.choose(row);
    }
    list.in_view = in_view;
    did
}

/// What is said of calls that could not be read, or not without a key.
pub fn left_out(ui: &mut Ui, list: &CallList) {
    let colours = Palette::here(ui);
    let damaged = match &list.damaged[..] {
        [] => None,
        [one] => Some(format!("A call is left out, as its log can't be read: {one}")),
        [one, more @ ..] => Some(format!(
            "{} calls are left out, as their logs can't be read: {one} …",
            more.len() + 1
        )),
    };
    let locked = match list.locked {
        0 => None,
        1 => Some(format!("A call is locked and left out. {WITH_KEY}")),
        many => Some(format!("{many} calls are locked and left out. {WITH_KEY}")),
    };
    for text in damaged.into_iter().chain(locked) {
        let text = RichText::new(text).font(normal(12.5)).color(colours.caution);
        ui.add(Label::new(text).truncate());
    }
}
