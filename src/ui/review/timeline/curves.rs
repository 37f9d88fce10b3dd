//! What is measured over the time of a call: the voices, the customer's heat, the agent's pace and level.

use eframe::egui::{Align2, Color32, Mesh, Pos2, Rect, Shape, Stroke, pos2, vec2};

use super::Brush;
use crate::report::content::course::APART_SECS;
use crate::tone::heat::Mood;
use crate::ui::review::opened::Wave;
use crate::ui::theme::{Palette, normal};
use crate::units::Party;

/// Quiet speech is to be seen beside loud.
const EVENNESS: f32 = 0.6;
/// The height of speech that can't be heard any more.
const PLAIN: f32 = 0.5;
/// Values of pace and level further apart are not joined. Seconds.
const MEASURES_APART_SECS: f64 = 3.5;

/// A voice: its waveform as far as the sound has been read, else where the log has speech.
pub(super) fn voice(
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
pub(super) fn heat(brush: &Brush<'_>, row: Rect, values: &[(f64, f64)]) {
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
pub(super) fn curve(
    brush: &Brush<'_>,
    row: Rect,
    values: &[(f64, f64)],
    fits: (f64, f64),
    pen: Stroke,
) {
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
