//! The picture of a call over its time: voices, who cut in, silences, prompts, moments, heat, the
//! agent's pace and level, practices; painted anew for each frame, at any scale.

use eframe::egui::{
    Align2, Color32, FontId, Mesh, Painter, PointerButton, Pos2, Rect, Role, Sense, Shape, Stroke,
    StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::axis::{Axis, clock};
use super::call::Call;
use super::opened::{Wave, lanes};
use crate::report::content::course::APART_SECS;
use crate::tone::heat::Mood;
use crate::ui::icon::{self, Icon};
use crate::ui::theme::{Palette, normal, strong};
use crate::units::Party;

/// Width of the names at the left.
const NAMES: f32 = 84.0;
const TICKS: f32 = 18.0;
const MARKS: f32 = 18.0;
/// Moments that overlap stand in rows of their own, up to so many.
const MOMENT_ROWS: usize = 3;
const MOMENT: f32 = 14.0;
const LANE: f32 = 54.0;
const HEAT: f32 = 40.0;
const PACE: f32 = 34.0;
const PRACTICES: f32 = 18.0;
const WHOLE: f32 = 14.0;
const GAP: f32 = 5.0;
/// Quiet speech is to be seen beside loud.
const EVENNESS: f32 = 0.6;
/// The height of speech that can't be heard any more.
const PLAIN: f32 = 0.5;
/// Values of pace and level further apart are not joined. Seconds.
const MEASURES_APART_SECS: f64 = 3.5;
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

/// The row of each moment, and how many rows there are.
fn moment_rows(call: &Call) -> (Vec<usize>, usize) {
    // A number is to be read beside the bar before it.
    let margin = call.opened.content.secs * 0.016;
    let mut free = [f64::MIN; MOMENT_ROWS];
    let mut rows = Vec::new();
    for moment in &call.opened.content.moments {
        let soonest = (0..MOMENT_ROWS).min_by(|a, b| free[*a].total_cmp(&free[*b])).unwrap_or(0);
        let row = free.iter().position(|free| *free <= moment.start).unwrap_or(soonest);
        free[row] = moment.end.max(moment.start + margin);
        rows.push(row);
    }
    let count = rows.iter().max().map_or(1, |row| row + 1);
    (rows, count)
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

/// A voice: its waveform as far as the sound has been read, else where the log has speech.
fn voice(
    brush: &Brush<'_>,
    row: Rect,
    wave: &Wave,
    party: Option<Party>,
    speech: &[(f64, f64)],
    colour: Color32,
    pixels: f32,
) {
    let half = row.height() / 2.0 - 3.0;
    let middle = row.center().y;
    let heard = wave.with(|peaks, agent| {
        let channel = match party {
            Some(Party::Agent) => agent,
            Some(Party::Customer) if peaks.channels() > 1 => 1 - agent.min(1),
            Some(Party::Customer) | None => 0,
        };
        let read = peaks.secs();
        let full = peaks.loudest(channel).max(0.003);
        let step = 1.0 / pixels.max(0.5);
        let columns = (row.width() / step) as usize;
        let mut mesh = Mesh::default();
        mesh.reserve_triangles(2 * columns);
        mesh.reserve_vertices(4 * columns);
        for column in 0..columns {
            let place = |column: usize| column as f64 / columns as f64;
            let (from, to) = (brush.axis.time(place(column)), brush.axis.time(place(column + 1)));
            if from >= read {
                break;
            }
            let Some((low, high)) = peaks.between(channel, from, to) else { continue };
            let y = |value: f32| {
                let height = (value.abs() / full).min(1.0).powf(EVENNESS) * half;
                middle - height.copysign(value)
            };
            let left = row.left() + column as f32 * step;
            let (top, bottom) = (y(high), y(low));
            let bottom = bottom.max(top + step);
            mesh.add_colored_rect(
                Rect::from_min_max(pos2(left, top), pos2(left + step, bottom)),
                colour,
            );
        }
        brush.painter.add(Shape::mesh(mesh));
        read
    });
    let line = Stroke::new(1.0, colour.gamma_multiply(0.35));
    brush.painter.hline(row.x_range(), middle, line);
    for &(from, to) in speech.iter().filter(|(from, to)| *to > heard && brush.shows(*from, *to)) {
        let place = brush.stretch(from.max(heard), to, row);
        let bar = Rect::from_center_size(place.center(), vec2(place.width(), half * PLAIN * 2.0));
        brush.painter.rect_filled(bar, 3.0, colour.gamma_multiply(0.5));
    }
}

/// The customer's heat, filled up to its line, with the heights from which it is tense and heated.
fn heat(brush: &Brush<'_>, row: Rect, values: &[(f64, f64)]) {
    let colours = brush.colours;
    let y = |heat: f64| row.bottom() - heat as f32 * row.height();
    for (value, mood) in Mood::THRESHOLDS {
        let line = Stroke::new(1.0, colours.line);
        brush.painter.extend(Shape::dashed_line(
            &[pos2(row.left(), y(f64::from(value))), pos2(row.right(), y(f64::from(value)))],
            line,
            3.0,
            4.0,
        ));
        let place = pos2(row.left() - 6.0, y(f64::from(value)));
        let faint = colours.faint;
        brush.painter.text(place, Align2::RIGHT_CENTER, mood.word(), normal(10.5), faint);
    }
    for run in values.chunk_by(|a, b| b.0 - a.0 <= APART_SECS) {
        let (first, last) = (run[0].0, run[run.len() - 1].0);
        if !brush.shows(first, last) {
            continue;
        }
        let points: Vec<Pos2> =
            thinned(brush, run).map(|(at, v)| pos2(brush.x(at), y(v))).collect();
        let mut mesh = Mesh::default();
        for pair in points.windows(2) {
            let base = mesh.vertices.len() as u32;
            let tint = |point: Pos2| {
                let share = (row.bottom() - point.y) / row.height();
                heat_colour(&colours, share).gamma_multiply(0.32)
            };
            for point in pair {
                mesh.colored_vertex(*point, tint(*point));
                mesh.colored_vertex(pos2(point.x, row.bottom()), tint(*point).gamma_multiply(0.3));
            }
            mesh.add_triangle(base, base + 1, base + 2);
            mesh.add_triangle(base + 1, base + 2, base + 3);
        }
        brush.painter.add(Shape::mesh(mesh));
        for pair in points.windows(2) {
            let share = (row.bottom() - pair[1].y) / row.height();
            let pen = Stroke::new(1.6, heat_colour(&colours, share));
            brush.painter.line_segment([pair[0], pair[1]], pen);
        }
        if let [only] = points.as_slice() {
            brush.painter.circle_filled(*only, 1.6, colours.caution);
        }
    }
}

/// The colour of a heat, 0 to 1.
pub fn heat_colour(colours: &Palette, heat: f32) -> Color32 {
    match Mood::default().then(heat) {
        Mood::Calm => colours.good,
        Mood::Tense => colours.caution,
        Mood::Heated => colours.record,
    }
}

/// A line of measured values, from the lowest to the highest that fits.
fn curve(brush: &Brush<'_>, row: Rect, values: &[(f64, f64)], fits: (f64, f64), pen: Stroke) {
    for run in values.chunk_by(|a, b| b.0 - a.0 <= MEASURES_APART_SECS) {
        if !brush.shows(run[0].0, run[run.len() - 1].0) {
            continue;
        }
        let y = |value: f64| {
            let share = ((value - fits.0) / (fits.1 - fits.0)).clamp(0.0, 1.0);
            row.bottom() - share as f32 * row.height()
        };
        let points: Vec<Pos2> =
            thinned(brush, run).map(|(at, v)| pos2(brush.x(at), y(v))).collect();
        match points.as_slice() {
            [only] => _ = brush.painter.circle_filled(*only, pen.width * 0.8, pen.color),
            _ => _ = brush.painter.add(Shape::line(points, pen)),
        }
    }
}

/// Of values that lie closer than can be seen, the highest; and none far outside.
fn thinned<'v>(
    brush: &Brush<'_>,
    run: &'v [(f64, f64)],
) -> impl Iterator<Item = (f64, f64)> + use<'v> {
    let close = brush.axis.span() / f64::from(brush.area.width().max(1.0));
    let margin = brush.axis.span() * 0.05 + 4.0;
    let (from, to) = (brush.axis.from - margin, brush.axis.to + margin);
    let seen = run.iter().filter(move |(at, _)| (from..=to).contains(at));
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for &(at, value) in seen {
        match kept.last_mut() {
            Some(last) if at - last.0 < close => last.1 = last.1.max(value),
            _ => kept.push((at, value)),
        }
    }
    kept.into_iter()
}

/// Moments and prompts, which can be pressed.
fn marks<'a>(brush: &mut Brush<'a>, ui: &Ui, rows: &Rows, call: &'a Call) -> Option<Did> {
    let colours = brush.colours;
    let mut did = None;
    let (own_rows, _) = moment_rows(call);
    let mut free = [f32::MIN; MOMENT_ROWS];
    for (i, moment) in call.opened.content.moments.iter().enumerate() {
        if !brush.shows(moment.start, moment.end) {
            continue;
        }
        let colour = moment_colour(&colours, moment.class);
        let own = own_rows[i];
        let top = rows.moments.top() + own as f32 * MOMENT;
        let row = rows.moments.with_min_y(top).with_max_y(top + MOMENT - 1.5);
        let bar = brush.stretch(moment.start, moment.end, row);
        let chosen = call.moment == Some(i);
        let fill = colour.gamma_multiply(if chosen { 0.55 } else { 0.22 });
        brush.painter.rect_filled(bar, 3.0, fill);
        brush.painter.rect_stroke(bar, 3.0, Stroke::new(1.0, colour), StrokeKind::Inside);
        let number = format!("{}", moment.number);
        let room = bar.left() + 3.0 >= free[own];
        if room {
            let place = pos2(bar.left() + 3.0, bar.center().y);
            let drawn =
                brush.painter.text(place, Align2::LEFT_CENTER, number, strong(10.5), colours.text);
            free[own] = drawn.right() + 2.0;
        }
        let press = bar.with_max_x(bar.right().max(bar.left() + 12.0));
        let response = ui.interact(press, ui.scope_id().with(("moment", i)), Sense::click());
        let label = format!("Moment {} at {}: {}", moment.number, moment.clock, moment.title);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
        if response.on_hover_text(label).clicked() {
            did = Some(Did::Moment(i));
        }
    }
    let mut free = f32::MIN;
    for prompt in &call.opened.course.prompts {
        if !brush.shows(prompt.at, prompt.at) {
            continue;
        }
        let x = brush.x(prompt.at);
        let sign = Rect::from_center_size(pos2(x + 5.0, rows.prompts.center().y), vec2(11.0, 11.0));
        let line = Stroke::new(1.0, colours.accent.gamma_multiply(0.6));
        let lanes_end = rows.lanes.last().map_or(rows.prompts.bottom(), |lane| lane.bottom());
        brush.painter.vline(x, rows.prompts.bottom()..=lanes_end, line);
        icon::paint(&brush.painter, sign, Icon::Prompt, colours.accent);
        let mut end = sign.right();
        let text = brush.painter.layout_no_wrap(prompt.text.clone(), normal(11.5), colours.text);
        let right = sign.right() + 4.0 + text.size().x;
        let next = call.opened.course.prompts.iter().find(|other| other.at > prompt.at);
        let until = next.map_or(rows.prompts.right(), |next| brush.x(next.at) - 6.0);
        if sign.left() >= free && right <= until.min(rows.prompts.right()) {
            let top = rows.prompts.center().y - text.size().y / 2.0;
            brush.painter.galley(pos2(sign.right() + 4.0, top), text, colours.text);
            end = right;
        }
        free = end + 4.0;
        brush.spots.push((rows.prompts.with_min_x(x).with_max_x(end), &prompt.title));
    }
    did
}

/// The colour of what a moment weighs.
pub fn moment_colour(colours: &Palette, class: &str) -> Color32 {
    match class {
        "grave" => colours.record,
        "serious" => colours.caution,
        "well" => colours.good,
        _ => colours.faint,
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
