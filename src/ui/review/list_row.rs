//! A call in the list, as it is seen and as a screen reader says it.

use eframe::egui::{
    Align2, Color32, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::list::CallList;
use super::memory::Memory;
use super::timeline::heat_colour;
use super::widgets::one_line;
use crate::archive::overview::Glance;
use crate::report::summary::signed;
use crate::report::wording;
use crate::report::wrap::clean;
use crate::tone::heat::Mood;
use crate::ui::icon::{self, Icon};
use crate::ui::theme::{Palette, normal, strong};
use crate::units::CallTime;

/// At both ends of a row.
const PAD: f32 = 12.0;

/// Where each column lies, from the left, in a row of this width.
pub fn columns(row: Rect) -> [Rect; 9] {
    const LEAST: f32 = 240.0;
    let fixed = [124.0, 0.0, 122.0, 62.0, 158.0, 52.0, 52.0, 62.0, 0.0];
    let taken: f32 = fixed.iter().sum();
    let width = row.width() - 2.0 * PAD - 14.0;
    // In a narrow window, or with large letters, all give way alike.
    let share = (width / (taken + LEAST)).min(1.0);
    let left = width - taken * share;
    let mut x = row.left() + PAD + 14.0;
    let mut number = 0;
    fixed.map(|width| {
        let width = match number {
            1 => left * 0.40,
            8 => left * 0.60,
            _ => width * share,
        };
        number += 1;
        let rect = Rect::from_min_max(pos2(x, row.top()), pos2(x + width - 12.0, row.bottom()));
        x += width;
        rect
    })
}

/// Shows a call; whether it is to be opened (`true`) or only chosen.
pub fn row(
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
