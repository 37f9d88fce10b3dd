//! The picture of a call over its time: voices, who cut in, silences, prompts, moments, heat, the
//! agent's pace and level, practices; painted anew for each frame, at any scale.

mod curves;
mod marks;

use eframe::egui::{
    Align2, Color32, FontId, Painter, PointerButton, Rect, Role, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, pos2, vec2,
};

pub use curves::heat_colour;
use curves::{curve, heat, voice};
pub use marks::moment_colour;
use marks::{marks, moment_rows};

use super::axis::{Axis, clock};
use super::call::Call;
use super::opened::lanes;
use crate::ui::icon::{self, Icon};
use crate::ui::theme::{Palette, normal, strong};
use crate::units::Party;

/// Width of the names at the left.
const NAMES: f32 = 84.0;
const TICKS: f32 = 18.0;
const MARKS: f32 = 18.0;
const MOMENT: f32 = 14.0;
const LANE: f32 = 54.0;
const HEAT: f32 = 40.0;
const PACE: f32 = 34.0;
const PRACTICES: f32 = 18.0;
const WHOLE: f32 = 14.0;
const GAP: f32 = 5.0;
/// The least distance of two times on the axis.
const TICK_ROOM: f64 = 90.0;

/// What somebody did to the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Did {
    /// Go to a time.
    Seek(f64),
    /// Choose a moment by its place in the list.
    Moment(usize),
    /// Choose a stretch.
    Select(f64, f64),
}

/// How high the picture is.
pub fn height(call: &Call) -> f32 {
    let lanes = lanes(call.opened.content.mono).len() as f32;
    let moments = moment_rows(call).1 as f32 * MOMENT;
    TICKS + moments + MARKS + lanes * LANE + HEAT + PACE + PRACTICES + WHOLE + 6.0 * GAP
}

/// Where each row lies.
struct Rows {
    ticks: Rect,
    moments: Rect,
    prompts: Rect,
    lanes: Vec<Rect>,
    heat: Rect,
    pace: Rect,
    practices: Rect,
    whole: Rect,
}

impl Rows {
    fn of(all: Rect, lanes: usize, moments: usize) -> Rows {
        let area = all.with_min_x(all.left() + NAMES);
        let mut y = area.top();
        let mut row = |height: f32, gap: f32| {
            let rect = Rect::from_min_size(pos2(area.left(), y), vec2(area.width(), height));
            y += height + gap;
            rect
        };
        Rows {
            ticks: row(TICKS, 0.0),
            moments: row(MOMENT * moments as f32, 2.0),
            prompts: row(MARKS, GAP - 2.0),
            lanes: (0..lanes).map(|_| row(LANE, 0.0)).collect(),
            heat: row(HEAT, GAP),
            pace: row(PACE, GAP),
            practices: row(PRACTICES, GAP),
            whole: row(WHOLE, 0.0),
        }
    }
}

/// What painting needs everywhere.
struct Brush<'a> {
    painter: Painter,
    axis: Axis,
    area: Rect,
    colours: Palette,
    /// Things under the pointer have a word to say: where, and what.
    spots: Vec<(Rect, &'a str)>,
}

impl Brush<'_> {
    fn x(&self, secs: f64) -> f32 {
        let place = self.axis.place(secs).clamp(-0.5, 1.5);
        self.area.left() + place as f32 * self.area.width()
    }

    fn shows(&self, from: f64, to: f64) -> bool {
        self.axis.shows(from, to)
    }

    /// The box between two times in a row, at least so wide that it can be seen.
    fn stretch(&self, from: f64, to: f64, row: Rect) -> Rect {
        let (left, right) = (self.x(from), self.x(to));
        row.with_min_x(left.max(row.left() - 4.0))
            .with_max_x(right.max(left + 2.0).min(row.right() + 4.0))
    }
}

/// Shows the picture; what was done to it.
pub fn show(ui: &mut Ui, call: &mut Call) -> Option<Did> {
    let size = vec2(ui.available_width(), height(call));
    let (all, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let position = call.deck.position();
    let total = call.opened.content.secs;
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Slider, true, "The call over its time");
        info.value = Some(position);
        info
    });
    let lanes = lanes(call.opened.content.mono).len();
    let rows = Rows::of(all, lanes, moment_rows(call).1);
    move_about(ui, call, &response, &rows);
    let mut brush = Brush {
        painter: ui.painter_at(all.expand(1.0)),
        axis: call.axis,
        area: rows.ticks,
        colours: Palette::here(ui),
        spots: Vec::new(),
    };
    names(ui, all, &rows, call);
    paint(&mut brush, ui, &rows, call, position);
    let mut did = marks(&mut brush, ui, &rows, call);
    playhead(&brush, &rows, position);
    whole(&brush, &rows, call, position, total);
    if let Some(at) = response.hover_pos() {
        let said = brush.spots.iter().rev().find(|(rect, _)| rect.expand(1.5).contains(at));
        if let Some((_, said)) = said {
            response.clone().on_hover_text_at_pointer(*said);
        }
    }
    if let Some(at) = response.interact_pointer_pos().filter(|_| did.is_none()) {
        let place = |x: f32| f64::from((x - rows.ticks.left()) / rows.ticks.width());
        let shift = ui.input(|input| input.modifiers.shift);
        if rows.whole.expand(3.0).contains(at) && (response.clicked() || response.dragged()) {
            did = Some(Did::Seek(place(at.x) * total));
        } else if response.clicked_by(PointerButton::Primary) && at.x >= rows.ticks.left() {
            did = Some(Did::Seek(call.axis.time(place(at.x))));
        } else if shift && response.dragged_by(PointerButton::Primary) {
            let from = ui.input(|input| input.pointer.press_origin()).unwrap_or(at);
            let [a, b] = [from.x, at.x].map(|x| call.axis.time(place(x)).clamp(0.0, total));
            did = Some(Did::Select(a.min(b), a.max(b)));
        }
    }
    did
}

/// Zooms and pans: wheel with Ctrl, pinch, wheel sideways, dragging.
fn move_about(ui: &Ui, call: &mut Call, response: &eframe::egui::Response, rows: &Rows) {
    let width = f64::from(rows.ticks.width());
    if let Some(at) = response.hover_pos() {
        let (zoom, scroll) = ui.input(|input| (input.zoom_delta(), input.smooth_scroll_delta()));
        if zoom != 1.0 {
            let place = f64::from((at.x - rows.ticks.left()) / rows.ticks.width());
            let around = call.axis.time(place.clamp(0.0, 1.0));
            call.axis.zoom(1.0 / f64::from(zoom), around);
        } else if scroll != vec2(0.0, 0.0) {
            let by = if scroll.x.abs() > scroll.y.abs() { scroll.x } else { scroll.y };
            call.axis.pan(-f64::from(by) / width * call.axis.span());
        }
    }
    let shift = ui.input(|input| input.modifiers.shift);
    let on_whole =
        response.interact_pointer_pos().is_some_and(|at| rows.whole.expand(3.0).contains(at));
    if response.dragged() && !shift && !on_whole && !call.axis.is_whole() {
        call.axis.pan(-f64::from(response.drag_delta().x) / width * call.axis.span());
    }
}

/// The names at the left of the rows.
fn names(ui: &Ui, all: Rect, rows: &Rows, call: &Call) {
    let colours = Palette::here(ui);
    let painter = ui.painter();
    let name = |row: Rect, text: &str, colour: Color32, font: FontId| {
        painter.text(pos2(all.left(), row.center().y), Align2::LEFT_CENTER, text, font, colour);
    };
    name(rows.moments, "Moments", colours.faint, normal(12.0));
    name(rows.prompts, "Prompts", colours.faint, normal(12.0));
    for (row, party) in rows.lanes.iter().zip(lanes(call.opened.content.mono)) {
        let (text, colour) = match party {
            Some(Party::Agent) => ("Agent", colours.agent),
            Some(Party::Customer) => ("Customer", colours.customer),
            None => ("Both voices", colours.text),
        };
        name(*row, text, colour, strong(13.0));
    }
    name(rows.heat, "Heat", colours.faint, normal(12.0));
    let (upper, lower) = (rows.pace.top() + 9.0, rows.pace.bottom() - 8.0);
    let at = |y: f32| rows.pace.with_min_y(y).with_max_y(y);
    name(at(upper), "Agent's pace", colours.agent, normal(12.0));
    name(at(lower), "and level", colours.faint, normal(12.0));
    name(rows.practices, "Practices", colours.faint, normal(12.0));
    name(rows.whole, "Whole call", colours.faint, normal(12.0));
}

fn paint<'a>(brush: &mut Brush<'a>, ui: &Ui, rows: &Rows, call: &'a Call, position: f64) {
    let colours = brush.colours;
    let course = &call.opened.course;
    let room = f64::from(rows.ticks.width()) / TICK_ROOM;
    let bottom = rows.practices.bottom();
    for (at, text) in brush.axis.ticks(room) {
        let x = brush.x(at).round() + 0.5;
        let line = Stroke::new(1.0, colours.line.gamma_multiply(0.55));
        brush.painter.vline(x, rows.ticks.bottom()..=bottom, line);
        let place = pos2(x, rows.ticks.center().y);
        // What stands under the flag can't be read.
        if brush.shows(position, position) && (brush.x(position) - x - 12.0).abs() < 52.0 {
            continue;
        }
        // The last one must not run out at the right.
        let align =
            if x > rows.ticks.right() - 24.0 { Align2::RIGHT_CENTER } else { Align2::LEFT_CENTER };
        brush.painter.text(place, align, text, normal(11.5), colours.faint);
    }
    let voices = Rect::from_min_max(
        rows.lanes.first().map_or(rows.heat.min, |lane| lane.min),
        rows.lanes.last().map_or(rows.heat.min, |lane| lane.max),
    );
    brush.painter.rect_filled(voices, 4.0, colours.raised.gamma_multiply(0.6));
    if let Some((from, to)) = call.selection.or(call.deck.around) {
        let chosen = brush.stretch(from, to, voices.with_min_y(rows.moments.top()));
        brush.painter.rect_filled(chosen, 3.0, colours.accent.gamma_multiply(0.16));
        let edge = Stroke::new(1.0, colours.accent.gamma_multiply(0.7));
        brush.painter.rect_stroke(chosen, 3.0, edge, StrokeKind::Inside);
    }
    let axis = brush.axis;
    for shade in course.shades.iter().filter(|shade| axis.shows(shade.start, shade.end)) {
        let colour = match shade.class {
            "interruption" => colours.record.gamma_multiply(0.38),
            "shared" => colours.caution.gamma_multiply(0.28),
            "backchannel" => colours.good.gamma_multiply(0.22),
            "silence" => colours.faint.gamma_multiply(0.16),
            _ => colours.faint.gamma_multiply(0.45),
        };
        let place = brush.stretch(shade.start, shade.end, voices);
        brush.painter.rect_filled(place, 0.0, colour);
        brush.spots.push((place, &shade.title));
    }
    for (row, party) in rows.lanes.iter().zip(lanes(call.opened.content.mono)) {
        let colour = match party {
            Some(Party::Agent) => colours.agent,
            Some(Party::Customer) => colours.customer,
            None => colours.text,
        };
        let speech = &course.speech[party.unwrap_or(Party::Agent)];
        voice(brush, *row, &call.wave, *party, speech, colour, ui.pixels_per_point());
    }
    if let [first, .., last] = rows.lanes.as_slice()
        && first != last
    {
        let line = Stroke::new(1.0, colours.line.gamma_multiply(0.8));
        brush.painter.hline(first.x_range(), first.bottom(), line);
    }
    heat(brush, rows.heat, &course.heat);
    curve(brush, rows.pace, &course.pace, (100.0, 300.0), Stroke::new(1.6, colours.agent));
    curve(brush, rows.pace, &course.level, (-12.0, 12.0), Stroke::new(1.2, colours.faint));
    for done in course.practices.iter().filter(|done| axis.shows(done.at, done.at)) {
        let (sign, colour) =
            if done.kept { (Icon::Done, colours.good) } else { (Icon::Wrong, colours.record) };
        let place = Rect::from_center_size(
            pos2(brush.x(done.at), rows.practices.center().y),
            vec2(11.0, 11.0),
        );
        icon::paint(&brush.painter, place, sign, colour);
        brush.spots.push((place, &done.name));
    }
}

fn playhead(brush: &Brush<'_>, rows: &Rows, position: f64) {
    if !brush.shows(position, position) {
        return;
    }
    let (x, colours) = (brush.x(position), brush.colours);
    let pen = Stroke::new(1.8, colours.text);
    brush.painter.vline(x, rows.ticks.bottom() - 2.0..=rows.practices.bottom(), pen);
    let text = clock(position, brush.axis.span() < 60.0);
    let galley = brush.painter.layout_no_wrap(text, strong(11.5), colours.ground);
    let size = galley.size() + vec2(10.0, 3.0);
    let left = (x - size.x / 2.0).clamp(rows.ticks.left(), rows.ticks.right() - size.x);
    let flag = Rect::from_min_size(pos2(left, rows.ticks.top()), size);
    brush.painter.rect_filled(flag, 4.0, colours.text);
    brush.painter.galley(flag.min + vec2(5.0, 1.5), galley, colours.ground);
}

/// All of the call, with what is shown of it.
fn whole(brush: &Brush<'_>, rows: &Rows, call: &Call, position: f64, total: f64) {
    let (row, colours) = (rows.whole, brush.colours);
    let x = |secs: f64| row.left() + (secs / total.max(0.001)) as f32 * row.width();
    brush.painter.rect_filled(row, 3.0, colours.raised);
    for (party, colour) in [(Party::Agent, colours.agent), (Party::Customer, colours.customer)] {
        let top = row.top() + if party == Party::Agent { 3.0 } else { 8.0 };
        for (from, to) in &call.opened.course.speech[party] {
            let bar = Rect::from_min_max(pos2(x(*from), top), pos2(x(*to), top + 3.0));
            brush.painter.rect_filled(bar, 1.0, colour.gamma_multiply(0.75));
        }
    }
    let shown = Rect::from_min_max(
        pos2(x(brush.axis.from), row.top()),
        pos2(x(brush.axis.to), row.bottom()),
    );
    if !brush.axis.is_whole() {
        let (left, right) = (row.with_max_x(shown.left()), row.with_min_x(shown.right()));
        for outside in [left, right] {
            brush.painter.rect_filled(outside, 0.0, colours.ground.gamma_multiply(0.6));
        }
        let edge = Stroke::new(1.4, colours.faint);
        brush.painter.rect_stroke(shown, 3.0, edge, StrokeKind::Inside);
    }
    brush.painter.vline(x(position), row.y_range(), Stroke::new(1.6, colours.text));
}
