//! The list of calls as it is seen: a row a call, of which only those in view are made.

use eframe::egui::{
    Align2, Color32, Key, Label, Margin, Rect, RichText, Role, ScrollArea, Sense, Stroke,
    StrokeKind, TextEdit, Ui, WidgetInfo, pos2, vec2,
};

use super::filters;
use super::list::{CallList, Column};
use super::memory::Memory;
use super::timeline::heat_colour;
use super::widgets::{Look, button, faint, icon_button, one_line};
use crate::archive::overview::Glance;
use crate::report::summary::signed;
use crate::report::wording;
use crate::report::wrap::clean;
use crate::tone::heat::Mood;
use crate::ui::icon::{self, Icon};
use crate::ui::theme::{Palette, normal, strong};
use crate::units::CallTime;

/// Height of a row.
const ROW: f32 = 48.0;
const HEADING: f32 = 30.0;
const PAD: f32 = 12.0;
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

/// Where each column lies, from the left, in a row of this width.
fn columns(row: Rect) -> [Rect; 9] {
    let fixed = [124.0, 0.0, 122.0, 62.0, 158.0, 52.0, 52.0, 62.0, 0.0];
    let taken: f32 = fixed.iter().sum();
    let left = (row.width() - taken - 2.0 * PAD - 14.0).max(240.0);
    let mut x = row.left() + PAD + 14.0;
    let mut number = 0;
    fixed.map(|width| {
        let width = match number {
            1 => left * 0.40,
            8 => left * 0.60,
            _ => width,
        };
        number += 1;
        let rect = Rect::from_min_max(pos2(x, row.top()), pos2(x + width - 12.0, row.bottom()));
        x += width;
        rect
    })
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

/// Shows a call; whether it is to be opened (`true`) or only chosen.
fn row(
    ui: &Ui,
    place: Rect,
    number: usize,
    call: &Glance,
    list: &CallList,
    memory: &Memory,
    chosen: bool,
) -> Option<bool> {
    let colours = Palette::here(ui);
    let unread = list.is_unread(call, memory);
    let response = ui.interact(place, ui.scope_id().with(("call", number)), Sense::click());
    let label = spoken(call, unread);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, &label));
    let painter = ui.painter();
    let body = place.shrink2(vec2(2.0, 1.0));
    if chosen {
        painter.rect_filled(body, 7.0, colours.prompt);
    } else if response.hovered() {
        painter.rect_filled(body, 7.0, colours.raised);
    }
    if response.has_focus() {
        painter.rect_stroke(body, 7.0, Stroke::new(1.5, colours.accent), StrokeKind::Inside);
    }
    if unread {
        painter.circle_filled(pos2(place.left() + PAD, place.center().y), 4.0, colours.accent);
    }
    let cells = columns(place);
    let [began, agent, problem, length, heat, words, cut_in, silence, moments] = cells;
    let name = if unread { strong(14.0) } else { normal(14.0) };
    let two = |cell: Rect, upper: &str, lower: &str, font| {
        let (high, low) = (cell.top() + 7.0, cell.top() + 26.0);
        let first = one_line(ui, upper, font, colours.text, cell.width());
        painter.galley(pos2(cell.left(), high), first, colours.text);
        let second = one_line(ui, lower, normal(12.0), colours.faint, cell.width());
        painter.galley(pos2(cell.left(), low), second, colours.faint);
    };
    let text = |text: &Option<String>| clean(text.as_deref().unwrap_or_default());
    let told = call.started.as_deref().map(wording::began).map(|began| clean(&began));
    let told = told.unwrap_or_else(|| "no date".into());
    let (day, hour) = told.split_once(' ').unwrap_or((&told, ""));
    two(began, day, hour, normal(14.0));
    let who = match &call.agent {
        Some(agent) => clean(agent),
        None => clean(&call.id),
    };
    let mut below: Vec<String> = vec![text(&call.queue)];
    if call.agent.is_some() {
        below.push(clean(&call.id));
    }
    below.push(text(&call.customer));
    below.retain(|part| !part.is_empty());
    if call.partial {
        below.push("cut short, or going on".into());
    }
    two(agent, &who, &below.join("  ·  "), name);
    let issues = clean(&call.issues.join(", "));
    let one = |cell: Rect, text: &str, colour: Color32, right: bool| {
        let galley = one_line(ui, text, normal(13.5), colour, cell.width());
        let x = if right { cell.right() - galley.size().x } else { cell.left() };
        painter.galley(pos2(x, cell.center().y - galley.size().y / 2.0), galley, colour);
    };
    one(problem, &issues, colours.text, false);
    let clock = CallTime::from_secs(call.duration.round()).to_string();
    one(length, clock.trim_end_matches(".0"), colours.text, true);
    small_picture(ui, heat, call, &colours);
    let signed = call.customer_sentiment.map_or("–".into(), signed);
    let worse = call.customer_sentiment.is_some_and(|words| words < -1.0);
    one(words, &signed, if worse { colours.record } else { colours.text }, true);
    let cuts = call.agent_interruptions.map_or("–".into(), |count| count.to_string());
    one(cut_in, &cuts, colours.text, true);
    one(silence, &format!("{:.0} %", call.silence_share * 100.0), colours.text, true);
    worth(ui, moments, call, list, &colours);
    if response.double_clicked() || response.clicked() && chosen {
        return Some(true);
    }
    response.clicked().then_some(false)
}

/// The course of heat, and its highest.
fn small_picture(ui: &Ui, cell: Rect, call: &Glance, colours: &Palette) {
    let painter = ui.painter();
    let Some(peak) = call.heat_peak else {
        painter.text(cell.left_center(), Align2::LEFT_CENTER, "–", normal(13.5), colours.faint);
        return;
    };
    let area = Rect::from_min_max(
        pos2(cell.left(), cell.top() + 9.0),
        pos2(cell.right() - 40.0, cell.bottom() - 9.0),
    );
    painter.hline(area.x_range(), area.bottom(), Stroke::new(1.0, colours.line));
    let parts = call.heat_course.len().max(1) as f32;
    for (i, digit) in call.heat_course.bytes().enumerate() {
        if !digit.is_ascii_digit() {
            continue;
        }
        let value = f32::from(digit - b'0') / 10.0 + 0.05;
        let width = area.width() / parts;
        let left = area.left() + i as f32 * width;
        let bar = Rect::from_min_max(
            pos2(left, area.bottom() - area.height() * value),
            pos2(left + (width - 0.8).max(0.8), area.bottom()),
        );
        painter.rect_filled(bar, 0.5, heat_colour(colours, value).gamma_multiply(0.85));
    }
    let text = format!("{peak:.2}");
    let ink = match Mood::default().then(peak as f32) {
        Mood::Calm => colours.text,
        Mood::Tense => colours.caution,
        Mood::Heated => colours.record,
    };
    painter.text(cell.right_center(), Align2::RIGHT_CENTER, text, normal(13.5), ink);
}

/// How many moments of what weight, and the gravest; or where the words were said.
fn worth(ui: &Ui, cell: Rect, call: &Glance, list: &CallList, colours: &Palette) {
    let painter = ui.painter();
    let upper = cell.top() + 15.0;
    let mut x = cell.left();
    for severity in [3, 2, 1] {
        let of = |moment: &&crate::archive::overview::Moment| {
            moment.severity.clamp(1, 3) == severity && moment.reason != "done-well"
        };
        let count = call.moments.iter().filter(of).count();
        if count == 0 {
            continue;
        }
        let colour = match severity {
            3 => colours.record,
            2 => colours.caution,
            _ => colours.faint,
        };
        painter.circle_filled(pos2(x + 4.0, upper), 4.0, colour);
        let place = pos2(x + 12.0, upper);
        let drawn =
            painter.text(place, Align2::LEFT_CENTER, count.to_string(), strong(12.5), colours.text);
        x = drawn.right() + 10.0;
    }
    let done_well = call.moments.iter().filter(|moment| moment.reason == "done-well").count();
    if done_well > 0 {
        let sign = Rect::from_center_size(pos2(x + 5.0, upper), vec2(10.0, 10.0));
        icon::paint(painter, sign, Icon::Done, colours.good);
        let place = pos2(x + 13.0, upper);
        let text = done_well.to_string();
        x = painter.text(place, Align2::LEFT_CENTER, text, strong(12.5), colours.text).right();
    }
    let (text, ink) = match (list.said(call), call.moments.first()) {
        (Some((at, said)), _) => {
            let clock = super::axis::clock(*at, false);
            (format!("{clock} “{}”", clean(said)), colours.text)
        }
        (None, Some(gravest)) => {
            let clock = super::axis::clock(gravest.start, false);
            (format!("{clock} {}", clean(&wording::moment(&gravest.reason))), colours.faint)
        }
        (None, None) => ("nothing stands out".into(), colours.faint),
    };
    let top = if x > cell.left() { cell.top() + 26.0 } else { cell.center().y - 8.0 };
    let galley = one_line(ui, &text, normal(12.0), ink, cell.width());
    painter.galley(pos2(cell.left(), top), galley, ink);
}

/// A call as a screen reader says it.
fn spoken(call: &Glance, unread: bool) -> String {
    let mut parts = vec![clean(&call.id)];
    parts.extend(call.agent.as_ref().map(|agent| clean(agent)));
    parts.extend(call.queue.as_ref().map(|queue| clean(queue)));
    parts.extend(call.started.as_ref().map(|started| clean(&wording::began(started))));
    parts.push(wording::length(call.duration));
    parts.extend(
        call.heat_peak
            .map(|heat| format!("{} at {heat:.2}", Mood::default().then(heat as f32).word())),
    );
    parts.push(format!("{} moments", call.moments.len()));
    parts.extend(unread.then(|| "unread".to_owned()));
    parts.join(", ")
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
