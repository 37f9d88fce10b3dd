//! Icons, painted from lines: the fonts lack most of them, and these are sharp at any scale.

use std::f32::consts::{PI, TAU};

use eframe::egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, Vec2, pos2, vec2};

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// A full disc.
    Record,
    /// Lines of text.
    Words,
    /// A ring that is struck through.
    NotKept,
    /// Two bars.
    Pause,
    /// A triangle that points on.
    Resume,
    /// A crescent.
    Snooze,
    /// A cross.
    Wrong,
    /// A full square.
    End,
    /// A triangle with an exclamation mark.
    Caution,
    /// A speech bubble.
    Prompt,
    /// Arrow down to a line.
    Smaller,
    /// Arrow up to a line.
    Larger,
    /// A mouth with sound in front of it.
    Speaking,
    /// An empty ring.
    Quiet,
    /// A triangle that points up.
    Raised,
    /// A triangle that points down.
    Lowered,
    /// A short dash.
    Even,
    /// A tick.
    Done,
    /// A pointer's arrow.
    ClickThrough,
    /// Two arrows apart.
    Overlap,
    /// An arrow to the left.
    Back,
    /// A funnel.
    Filter,
    /// Two arrows that go round.
    Loop,
    /// An arrow that goes round once.
    Again,
    /// Two triangles that point on.
    Skip,
    /// A pointer to the previous mark.
    Previous,
    /// A pointer to the next mark.
    Next,
    /// A mouth with sound, struck through.
    Muted,
    /// A half-filled disc.
    Look,
    /// A question mark.
    Question,
    /// An arrow out of a box.
    Share,
    /// An arrow that goes back.
    Undo,
}

/// Paints an icon into the square in the middle of `rect`.
pub fn paint(painter: &Painter, rect: Rect, icon: Icon, colour: Color32) {
    let side = rect.width().min(rect.height());
    let centre = rect.center();
    // Points in units of half a side, from the centre.
    let at = |x: f32, y: f32| pos2(centre.x + x * side / 2.0, centre.y + y * side / 2.0);
    let pen = Stroke::new((side / 9.0).max(1.3), colour);
    let line = |points: &[Pos2]| {
        painter.add(Shape::line(points.to_vec(), pen));
    };
    let fill = |points: Vec<Pos2>| {
        painter.add(Shape::convex_polygon(points, colour, Stroke::NONE));
    };
    let block = |x: f32, y: f32, width: f32, height: f32| {
        let size = vec2(width, height) * side / 2.0;
        painter.rect_filled(Rect::from_center_size(at(x, y), size), side / 14.0, colour);
    };
    match icon {
        Icon::Record => {
            painter.circle_filled(centre, side * 0.34, colour);
        }
        Icon::Words => {
            for (y, right) in [(-0.55, 0.7), (0.0, 0.7), (0.55, 0.2)] {
                line(&[at(-0.7, y), at(right, y)]);
            }
        }
        Icon::NotKept => {
            painter.circle_stroke(centre, side * 0.36, pen);
            line(&[at(-0.5, 0.5), at(0.5, -0.5)]);
        }
        Icon::Pause => {
            block(-0.32, 0.0, 0.34, 1.3);
            block(0.32, 0.0, 0.34, 1.3);
        }
        Icon::Resume => fill(vec![at(-0.45, -0.7), at(0.7, 0.0), at(-0.45, 0.7)]),
        Icon::Snooze => painter.extend(crescent(centre, side * 0.38, pen)),
        Icon::Wrong => {
            line(&[at(-0.55, -0.55), at(0.55, 0.55)]);
            line(&[at(-0.55, 0.55), at(0.55, -0.55)]);
        }
        Icon::End => block(0.0, 0.0, 1.15, 1.15),
        Icon::Caution => {
            let corners = [at(0.0, -0.75), at(0.85, 0.7), at(-0.85, 0.7)];
            painter.add(Shape::closed_line(corners.to_vec(), pen));
            line(&[at(0.0, -0.25), at(0.0, 0.2)]);
            painter.circle_filled(at(0.0, 0.45), pen.width * 0.6, colour);
        }
        Icon::Prompt => {
            let bubble = Rect::from_two_pos(at(-0.85, -0.7), at(0.85, 0.4));
            painter.rect_filled(bubble, side * 0.14, colour);
            fill(vec![at(-0.45, 0.3), at(0.1, 0.3), at(-0.45, 0.85)]);
        }
        Icon::Smaller => {
            line(&[at(-0.5, -0.45), at(0.0, 0.1), at(0.5, -0.45)]);
            line(&[at(-0.5, 0.6), at(0.5, 0.6)]);
        }
        Icon::Larger => {
            line(&[at(-0.5, 0.45), at(0.0, -0.1), at(0.5, 0.45)]);
            line(&[at(-0.5, -0.6), at(0.5, -0.6)]);
        }
        Icon::Speaking => {
            painter.circle_filled(at(-0.45, 0.0), side * 0.2, colour);
            for radius in [0.36, 0.62] {
                line(&arc(at(-0.45, 0.0), side * radius, -PI / 4.0, PI / 4.0));
            }
        }
        Icon::Quiet => {
            painter.circle_stroke(at(-0.45, 0.0), side * 0.17, pen);
        }
        Icon::Raised => fill(vec![at(0.0, -0.6), at(0.6, 0.5), at(-0.6, 0.5)]),
        Icon::Lowered => fill(vec![at(0.0, 0.6), at(-0.6, -0.5), at(0.6, -0.5)]),
        Icon::Even => line(&[at(-0.4, 0.0), at(0.4, 0.0)]),
        Icon::Done => line(&[at(-0.6, 0.05), at(-0.15, 0.5), at(0.65, -0.5)]),
        Icon::Overlap => {
            line(&[at(-0.75, 0.0), at(0.75, 0.0)]);
            line(&[at(-0.35, -0.4), at(-0.75, 0.0), at(-0.35, 0.4)]);
            line(&[at(0.35, -0.4), at(0.75, 0.0), at(0.35, 0.4)]);
        }
        Icon::Back => {
            line(&[at(-0.7, 0.0), at(0.7, 0.0)]);
            line(&[at(-0.1, -0.55), at(-0.7, 0.0), at(-0.1, 0.55)]);
        }
        Icon::Filter => {
            for (y, half) in [(-0.5, 0.75), (0.0, 0.45), (0.5, 0.15)] {
                line(&[at(-half, y), at(half, y)]);
            }
        }
        Icon::Loop => {
            for turn in [0.0, PI] {
                let (from, to) = (PI * 1.08 + turn, PI * 1.9 + turn);
                line(&arc(centre, side * 0.36, from, to));
                line(&arrowhead(centre, side * 0.36, to, side * 0.26));
            }
        }
        Icon::Again => {
            line(&arc(centre, side * 0.37, PI * 0.2, PI * 1.78));
            line(&arrowhead(centre, side * 0.37, PI * 1.78, side * 0.28));
        }
        Icon::Skip => {
            fill(vec![at(-0.75, -0.6), at(0.0, 0.0), at(-0.75, 0.6)]);
            fill(vec![at(0.0, -0.6), at(0.75, 0.0), at(0.0, 0.6)]);
        }
        Icon::Previous => {
            fill(vec![at(0.6, -0.6), at(-0.35, 0.0), at(0.6, 0.6)]);
            block(-0.6, 0.0, 0.22, 1.2);
        }
        Icon::Next => {
            fill(vec![at(-0.6, -0.6), at(0.35, 0.0), at(-0.6, 0.6)]);
            block(0.6, 0.0, 0.22, 1.2);
        }
        Icon::Muted => {
            painter.circle_filled(at(-0.35, 0.0), side * 0.18, colour);
            line(&arc(at(-0.35, 0.0), side * 0.38, -PI / 4.0, PI / 4.0));
            line(&[at(-0.7, 0.75), at(0.7, -0.75)]);
        }
        Icon::Look => {
            painter.circle_stroke(centre, side * 0.36, pen);
            let mut half = arc(centre, side * 0.36, -PI / 2.0, PI / 2.0);
            half.push(half[0]);
            fill(half);
        }
        Icon::Question => {
            let hook = arc(at(0.0, -0.35), side * 0.2, -PI, PI * 0.35);
            line(&hook);
            line(&[hook[hook.len() - 1], at(0.0, 0.1), at(0.0, 0.28)]);
            painter.circle_filled(at(0.0, 0.65), pen.width * 0.7, colour);
        }
        Icon::Share => {
            line(&[
                at(-0.3, -0.1),
                at(-0.65, -0.1),
                at(-0.65, 0.75),
                at(0.65, 0.75),
                at(0.65, -0.1),
                at(0.3, -0.1),
            ]);
            line(&[at(0.0, 0.3), at(0.0, -0.75)]);
            line(&[at(-0.32, -0.42), at(0.0, -0.75), at(0.32, -0.42)]);
        }
        Icon::Undo => {
            line(&[at(-0.6, -0.25), at(0.25, -0.25)]);
            line(&arc(at(0.25, 0.2), side * 0.225, -PI / 2.0, PI / 2.0));
            line(&[at(0.25, 0.65), at(-0.35, 0.65)]);
            line(&[at(-0.25, -0.65), at(-0.65, -0.25), at(-0.25, 0.15)]);
        }
        Icon::ClickThrough => {
            line(&[at(-0.3, -0.7), at(-0.3, 0.5), at(0.55, 0.1), at(-0.3, -0.7)]);
            line(&[at(0.1, 0.3), at(0.35, 0.8)]);
        }
    }
}

fn arc(centre: Pos2, radius: f32, from: f32, to: f32) -> Vec<Pos2> {
    const STEPS: usize = 16;
    let angle = |step: usize| from + (to - from) * step as f32 / STEPS as f32;
    (0..=STEPS).map(|step| centre + radius * Vec2::angled(angle(step))).collect()
}

/// The head of an arrow that goes round to the right and ends at an angle.
fn arrowhead(centre: Pos2, radius: f32, at: f32, length: f32) -> [Pos2; 3] {
    let tip = centre + Vec2::angled(at) * radius;
    let back = at - PI / 2.0;
    [tip + Vec2::angled(back - 0.55) * length, tip, tip + Vec2::angled(back + 0.75) * length]
}

/// A moon: the outline of what is left of a disc when another covers its upper right.
fn crescent(centre: Pos2, radius: f32, pen: Stroke) -> [Shape; 1] {
    let mut outline = arc(centre, radius, -PI * 0.42, -PI * 0.42 - TAU * 0.71);
    let (first, last) = (outline[0], outline[outline.len() - 1]);
    let bend = centre + (first - centre + (last - centre)) * 0.12;
    // Back along a flatter curve between the two horns.
    for step in 1..8 {
        let t = step as f32 / 8.0;
        let (a, b) = (last.lerp(bend, t), bend.lerp(first, t));
        outline.push(a.lerp(b, t));
    }
    [Shape::closed_line(outline, pen)]
}
