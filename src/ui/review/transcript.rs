//! What was said and what happened, beside the picture: words light up as they sound, and one goes to
//! a word by pressing it.

use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    Align, Color32, CornerRadius, CursorIcon, Galley, Rect, Role, ScrollArea, Sense, Stroke, Ui,
    Vec2, WidgetInfo, pos2, vec2,
};

use super::call::Call;
use crate::report::content::Row;
use crate::ui::icon::{self, Icon};
use crate::ui::theme::{Palette, normal, strong};

/// Width of the times, and of who speaks.
const TIMES: f32 = 58.0;
const LEADS: f32 = 78.0;
const MARGIN: f32 = 10.0;
/// After somebody has scrolled, the list stands still for so long. Seconds.
const REST_SECS: f64 = 4.0;

/// What the transcript keeps from frame to frame.
#[derive(Default)]
pub struct Transcript {
    /// The width for which the rows were measured.
    width: f32,
    pixels: f32,
    /// Where each row begins, from the top, and at last where they end.
    tops: Vec<f32>,
    /// The row that sounds.
    sounds: Option<usize>,
    scrolled_secs: f64,
    /// A row to show.
    pub reveal: Option<usize>,
}

impl Transcript {
    /// The rows are others now.
    pub fn forget(&mut self) {
        self.tops.clear();
    }
}

/// The text of a row, and where its words are.
struct Text {
    job: LayoutJob,
    /// Of each word: first character, the one after its last, from and to in seconds.
    words: Vec<(usize, usize, f64, f64)>,
}

/// Whether a row is what somebody said.
pub fn is_speech(row: &Row) -> bool {
    matches!(row.class, "agent" | "customer" | "voice")
}

fn text_of(row: &Row, colours: &Palette, sounds: Option<f64>, found: &str) -> Text {
    let speech = is_speech(row);
    let size = if speech { 14.0 } else { 12.5 };
    let plain = TextFormat {
        font_id: normal(size),
        color: if speech { colours.text } else { colours.faint },
        line_height: Some(size * 1.42),
        ..TextFormat::default()
    };
    let mut text = Text { job: LayoutJob::default(), words: Vec::new() };
    let mut chars = 0;
    let mut append = |job: &mut LayoutJob, piece: &str, format: TextFormat| {
        chars += piece.chars().count();
        job.append(piece, 0.0, format);
        chars
    };
    for (number, piece) in row.pieces.iter().enumerate() {
        let lead = if number > 0 { " " } else { "" };
        let color = match piece.class {
            "prompt" => colours.accent,
            "kept" => colours.good,
            "broken" => colours.record,
            "aside" | "quiet" => colours.faint,
            _ => plain.color,
        };
        let format = TextFormat { color, ..plain.clone() };
        if piece.times.is_empty() {
            append(&mut text.job, &format!("{lead}{}", piece.text), format);
            continue;
        }
        append(&mut text.job, lead, format.clone());
        for (i, (word, (from, to))) in piece.text.split(' ').zip(&piece.times).enumerate() {
            if i > 0 {
                append(&mut text.job, " ", format.clone());
            }
            let mut of_word = format.clone();
            match sounds {
                Some(now) if (*from..*to).contains(&now) => {
                    (of_word.color, of_word.background) = (colours.on_accent, colours.accent);
                }
                Some(now) if now < *from => of_word.color = colours.faint,
                _ => {}
            }
            if !found.is_empty() && word.to_lowercase().contains(found) {
                of_word.underline = Stroke::new(2.0, colours.caution);
            }
            let end = append(&mut text.job, word, of_word);
            text.words.push((end - word.chars().count(), end, *from, *to));
        }
    }
    let small = TextFormat { font_id: normal(12.0), color: colours.faint, ..plain };
    for note in &row.notes {
        append(&mut text.job, &format!("\n{note}"), small.clone());
    }
    text
}

fn laid(ui: &Ui, mut job: LayoutJob, width: f32) -> Arc<Galley> {
    job.wrap.max_width = width;
    ui.painter().layout_job(job)
}

fn measure(ui: &Ui, transcript: &mut Transcript, rows: &[Row], width: f32, colours: &Palette) {
    let pixels = ui.pixels_per_point();
    if transcript.width == width
        && transcript.pixels == pixels
        && transcript.tops.len() == rows.len() + 1
    {
        return;
    }
    (transcript.width, transcript.pixels) = (width, pixels);
    let mut top = 4.0;
    transcript.tops = Vec::with_capacity(rows.len() + 1);
    for row in rows {
        transcript.tops.push(top);
        let text = text_of(row, colours, None, "");
        let between = if is_speech(row) { 12.0 } else { 7.0 };
        top += laid(ui, text.job, width).size().y + between;
    }
    transcript.tops.push(top);
}

/// Shows the transcript in all of `ui`; where to go, where somebody pressed a word or a row.
pub fn show(ui: &mut Ui, call: &mut Call, follow: bool) -> Option<f64> {
    let colours = Palette::here(ui);
    let position = call.deck.position();
    if call.opened.content.rows.is_empty() {
        ui.add_space(16.0);
        ui.label("Nobody has spoken yet.");
        return None;
    }
    let bar = 14.0;
    let width = (ui.available_width() - TIMES - LEADS - 2.0 * MARGIN - bar).max(120.0);
    let rows = &call.opened.content.rows;
    measure(ui, &mut call.transcript, rows, width, &colours);
    let now = ui.input(|input| input.time);
    if ui.rect_contains_pointer(ui.max_rect())
        && ui.input(|input| input.smooth_scroll_delta().y != 0.0)
    {
        call.transcript.scrolled_secs = now;
    }
    let sounds = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| is_speech(row) && row.at <= position + 0.02 && position < row.end)
        .map(|(i, _)| i)
        .next_back();
    let found = call.finder.text.trim().to_lowercase();
    let mut reveal = call.transcript.reveal.take();
    if sounds != call.transcript.sounds && sounds.is_some() {
        call.transcript.sounds = sounds;
        let rests = now - call.transcript.scrolled_secs < REST_SECS;
        if follow && !(rests && call.deck.is_playing()) {
            reveal = reveal.or(sounds);
        }
    }
    let tops = &call.transcript.tops;
    let mut seek = None;
    ScrollArea::vertical()
        .id_salt(("transcript", &call.opened.id))
        .auto_shrink(false)
        .show_viewport(ui, |ui, seen| {
            let total = tops[rows.len()] + 12.0;
            ui.set_height(total);
            let origin = ui.max_rect().min;
            if let Some(i) = reveal {
                let place = Rect::from_min_max(
                    origin + vec2(0.0, tops[i]),
                    origin + vec2(10.0, tops[i + 1]),
                );
                ui.scroll_to_rect(place, Some(Align::Center));
            }
            let first = tops.partition_point(|top| *top < seen.top()).saturating_sub(1);
            for (i, row) in rows.iter().enumerate().skip(first) {
                if tops[i] > seen.bottom() {
                    break;
                }
                let place = Rect::from_min_size(
                    origin + vec2(0.0, tops[i]),
                    vec2(ui.max_rect().width() - bar, tops[i + 1] - tops[i]),
                );
                let sounds = (sounds == Some(i)).then_some(position);
                seek = seek.or(row_at(ui, place, i, row, width, sounds, &found, &colours));
            }
        });
    seek
}

/// Shows a row; where to go, where it was pressed.
#[allow(clippy::too_many_arguments, reason = "what one row is made of")]
fn row_at(
    ui: &Ui,
    place: Rect,
    number: usize,
    row: &Row,
    width: f32,
    sounds: Option<f64>,
    found: &str,
    colours: &Palette,
) -> Option<f64> {
    let response = ui.interact(place, ui.scope_id().with(("row", number)), Sense::click());
    let spoken: Vec<&str> = row.pieces.iter().map(|piece| piece.text.as_str()).collect();
    let label = format!("{} {}: {}", row.clock, row.lead, spoken.join(" "));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    let painter = ui.painter();
    let ground = if sounds.is_some() {
        Some(colours.prompt)
    } else if response.hovered() || response.has_focus() {
        Some(colours.raised.gamma_multiply(0.7))
    } else {
        None
    };
    if let Some(ground) = ground {
        painter.rect_filled(place.shrink2(vec2(2.0, 1.0)), CornerRadius::same(6), ground);
    }
    if response.has_focus() {
        let edge = Stroke::new(1.5, colours.accent);
        let inside = eframe::egui::StrokeKind::Inside;
        painter.rect_stroke(place.shrink2(vec2(2.0, 1.0)), 6.0, edge, inside);
    }
    let speech = is_speech(row);
    let top = place.top() + if speech { 6.0 } else { 3.5 };
    let text = text_of(row, colours, sounds, found);
    let galley = laid(ui, text.job, width);
    let clock = row.clock.split('.').next().unwrap_or(&row.clock);
    let line = galley.rows.first().map_or(18.0, |row| row.height());
    let middle = top + line / 2.0;
    let left = place.left() + MARGIN;
    let at = |x: f32| pos2(left + x, middle);
    let align = eframe::egui::Align2::LEFT_CENTER;
    painter.text(at(0.0), align, clock, normal(12.0), colours.faint);
    if speech {
        let own = match row.class {
            "agent" => colours.agent,
            "customer" => colours.customer,
            _ => colours.text,
        };
        painter.text(at(TIMES), align, row.lead, strong(13.0), own);
    } else {
        let (sign, colour) = sign_of(row, colours);
        let square = Rect::from_center_size(at(TIMES + LEADS - 16.0), Vec2::splat(12.0));
        icon::paint(painter, square, sign, colour);
    }
    let origin = pos2(left + TIMES + LEADS, top);
    painter.galley(origin, Arc::clone(&galley), colours.text);
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    if !response.clicked() {
        return None;
    }
    let word = response.interact_pointer_pos().and_then(|at| {
        let cursor = galley.cursor_from_pos(at - origin).index.0;
        let word = text.words.iter().find(|(first, last, ..)| (*first..=*last).contains(&cursor));
        word.filter(|_| at.x >= origin.x).map(|word| word.2)
    });
    Some(word.unwrap_or(row.at))
}

/// The sign of what happened, and its colour.
fn sign_of(row: &Row, colours: &Palette) -> (Icon, Color32) {
    match row.class {
        "kept" => (Icon::Done, colours.good),
        "broken" => (Icon::Wrong, colours.record),
        "cue" => (Icon::Prompt, colours.accent),
        "overlap" => (Icon::Overlap, colours.caution),
        "mood" if row.lead == "▼" => (Icon::Lowered, colours.good),
        "mood" => (Icon::Raised, colours.caution),
        "warning" => (Icon::Caution, colours.caution),
        _ => (Icon::Even, colours.faint),
    }
}
