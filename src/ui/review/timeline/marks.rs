//! Moments and prompts over the time of a call.

use eframe::egui::{
    Align2, Color32, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::{Brush, Did, MOMENT, Rows};
use crate::ui::icon::{self, Icon};
use crate::ui::review::call::Call;
use crate::ui::theme::{Palette, normal, strong};

/// Moments that overlap stand in rows of their own, up to so many.
const MOMENT_ROWS: usize = 3;

/// The row of each moment, and how many rows there are.
pub(super) fn moment_rows(call: &Call) -> (Vec<usize>, usize) {
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

/// Moments and prompts, which can be pressed.
pub(super) fn marks<'a>(
    brush: &mut Brush<'a>,
    ui: &Ui,
    rows: &Rows,
    call: &'a Call,
) -> Option<Did> {
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
