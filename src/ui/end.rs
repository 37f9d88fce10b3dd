//! The call on one screen when it is over: what went well first, then what to try in the next
//! call, then the numbers.

use eframe::egui::{Grid, Key, Rect, RichText, ScrollArea, Sense, Ui, UiBuilder, vec2};

use super::icon::{self, Icon};
use super::parts::{Button, Weight, button};
use super::theme::{Palette, normal, strong};
use crate::call::rebuild;
use crate::call::record::{Line, Record};
use crate::call::summary::SummaryRecord;
use crate::config::DialogueConfig;
use crate::event::Mark;
use crate::report::summary::{
    NEXT_CALL, PROMISED, WENT_WELL, marked, moments, mood_of, peak_of, prompts, signed,
};
use crate::report::wording;
use crate::units::{CallTime, PerParty};

/// Size of the screen, in points.
pub const POINTS: (f32, f32) = (380.0, 460.0);
/// So many practices of a kind are named; more would not be read.
const MAX_ITEMS: usize = 5;

/// What the agent did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndAction {
    /// See the files of the call.
    OpenFolder,
    /// On to the next call.
    NewCall,
    /// No more for now.
    Close,
}

/// A call as its last screen tells it.
pub struct CallEnd {
    length: String,
    partial: bool,
    well: Vec<Item>,
    next: Vec<Item>,
    promised: Vec<Item>,
    rows: Vec<(&'static str, PerParty<String>)>,
    customer: Option<String>,
    prompts: Option<String>,
}

/// A practice and the moments at which it was kept or not.
struct Item {
    text: String,
    moments: String,
}

impl CallEnd {
    /// What the lines of a call tell.
    pub fn of(lines: &[Line]) -> CallEnd {
        let logged = lines.iter().rev().find_map(|line| match &line.record {
            Record::Summary(summary) => Some(summary.as_ref().clone()),
            _ => None,
        });
        let partial = logged.is_none();
        let summary =
            logged.unwrap_or_else(|| rebuild::summary_of(lines, &DialogueConfig::default()));
        let items = |mark, how: &str| -> Vec<Item> {
            let item = |practice: &str| Item {
                text: format!("{}{how}", wording::practice(practice)),
                moments: times(&moments(lines, practice, mark)),
            };
            marked(&summary, mark).into_iter().map(item).collect()
        };
        let mut next = items(Mark::Broken, wording::HOW_BROKEN);
        next.extend(items(Mark::Missed, wording::HOW_MISSED));
        CallEnd {
            length: wording::length(summary.duration),
            partial,
            well: items(Mark::Done, ""),
            next,
            promised: promised(lines),
            rows: rows(&summary),
            customer: customer(lines, &summary),
            prompts: prompts(lines),
        }
    }
}

/// What the agent undertook to do, and by when.
fn promised(lines: &[Line]) -> Vec<Item> {
    let item = |line: &Line| match &line.record {
        Record::Promise { quote, due, .. } => Some(Item {
            text: quote.clone(),
            moments: due.as_ref().map_or(String::new(), |due| format!("by {due}")),
        }),
        _ => None,
    };
    lines.iter().filter_map(item).collect()
}

/// A moment without its fractions.
fn clock(moment: CallTime) -> String {
    let text = moment.to_string();
    text.split('.').next().unwrap_or_default().to_owned()
}

/// The first moments, as a clock has them.
fn times(moments: &[CallTime]) -> String {
    let mut list: Vec<String> = moments.iter().take(3).copied().map(clock).collect();
    if moments.len() > list.len() {
        list.push(format!("{} more", moments.len() - list.len()));
    }
    list.join(", ")
}

/// How the customer sounded over the call and what their words felt like: of the agent neither is told.
fn customer(lines: &[Line], summary: &SummaryRecord) -> Option<String> {
    let heat = summary.heat.map(|heat| {
        let at = peak_of(lines, &heat).map_or(String::new(), |at| format!(" at {}", clock(at)));
        let last = heat.last_minute.map(mood_of);
        match (mood_of(heat.peak), last) {
            (peak, Some(last)) if peak != last => format!("{peak}{at}, {last} at the end"),
            (peak, Some(_)) if peak == mood_of(0.0) => format!("{peak} throughout"),
            (peak, _) => format!("{peak}{at}"),
        }
    });
    let words = summary.sentiment.as_ref().and_then(|sentiment| sentiment.customer.as_ref());
    let words = words.map(|own| format!("words {}, from −5 to 5", signed(own.overall)));
    let told: Vec<String> = heat.into_iter().chain(words).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

fn rows(summary: &SummaryRecord) -> Vec<(&'static str, PerParty<String>)> {
    let mut rows = Vec::new();
    if let Some(talk) = &summary.talk {
        let share = talk.map(|part| format!("{:.0}\u{a0}%", part.share * 100.0));
        rows.push(("Talked", share));
    }
    if let Some(counts) = &summary.interruptions {
        rows.push(("Cut in", counts.map(|count| wording::times(*count))));
    }
    if let Some(longest) = &summary.longest_monologue {
        rows.push(("Longest turn", longest.map(|secs| wording::length(*secs))));
    }
    if let Some(pace) = summary.pace.filter(|pace| pace.iter().any(|(_, wpm)| wpm.is_some())) {
        let wpm = |wpm: &Option<f64>| wpm.map_or("–".into(), |wpm| format!("{wpm:.0} words/min"));
        rows.push(("Pace", pace.map(wpm)));
    }
    rows
}

/// Shows the last screen over the whole of `ui`; what the agent did, if anything. The button
/// that opens the folder is there where `has_folder`.
pub fn show_end(ui: &mut Ui, call: &CallEnd, has_folder: bool) -> Option<EndAction> {
    let all = ui.max_rect();
    let colours = Palette::here(ui);
    ui.painter().rect_filled(all, 0.0, colours.ground);
    let edge = eframe::egui::Stroke::new(1.0, colours.line);
    ui.painter().rect_stroke(all, 0.0, edge, eframe::egui::StrokeKind::Inside);
    let area = all.shrink2(vec2(18.0, 16.0));
    let foot = area.with_min_y(area.bottom() - 32.0);
    let body = area.with_max_y(foot.top() - 10.0);
    ui.scope_builder(UiBuilder::new().max_rect(body), |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| tell(ui, call, &colours));
    });
    let pressed = foot_buttons(ui, foot, has_folder);
    pressed.or_else(|| key(ui, has_folder))
}

fn key(ui: &Ui, has_folder: bool) -> Option<EndAction> {
    ui.input(|input| match input {
        input if has_folder && input.key_pressed(Key::O) => Some(EndAction::OpenFolder),
        input if input.key_pressed(Key::N) => Some(EndAction::NewCall),
        input if input.key_pressed(Key::C) => Some(EndAction::Close),
        _ => None,
    })
}

fn tell(ui: &mut Ui, call: &CallEnd, colours: &Palette) {
    ui.spacing_mut().item_spacing.y = 5.0;
    ui.spacing_mut().interact_size.y = 18.0;
    ui.horizontal(|ui| {
        ui.label(RichText::new("The call is over").font(strong(20.0)).color(colours.text));
        ui.label(RichText::new(&call.length).font(normal(14.0)).color(colours.faint));
    });
    if call.partial {
        ui.label("It was cut short; this is what is known.");
    }
    if !call.well.is_empty() {
        heading(ui, WENT_WELL, colours);
        items(ui, &call.well, (Icon::Done, colours.good), colours);
    }
    if !call.next.is_empty() {
        heading(ui, NEXT_CALL, colours);
        items(ui, &call.next, (Icon::Resume, colours.caution), colours);
    }
    if !call.promised.is_empty() {
        heading(ui, PROMISED, colours);
        items(ui, &call.promised, (Icon::Resume, colours.faint), colours);
    }
    heading(ui, "In numbers", colours);
    Grid::new("numbers").num_columns(3).spacing(vec2(26.0, 5.0)).show(ui, |ui| {
        for head in ["", "You", "Customer"] {
            ui.label(RichText::new(head).font(normal(12.5)).color(colours.faint));
        }
        ui.end_row();
        for (name, values) in &call.rows {
            ui.label(RichText::new(*name).font(normal(13.5)).color(colours.faint));
            ui.label(RichText::new(&values.agent).font(normal(13.5)).color(colours.text));
            ui.label(RichText::new(&values.customer).font(normal(13.5)).color(colours.text));
            ui.end_row();
        }
    });
    let told = [("Customer", &call.customer), ("Prompts", &call.prompts)];
    for (name, text) in told.into_iter().filter_map(|(name, text)| Some((name, text.as_ref()?))) {
        ui.add_space(2.0);
        let text = format!("{name}: {text}");
        ui.label(RichText::new(text).font(normal(13.5)).color(colours.faint));
    }
}

fn heading(ui: &mut Ui, text: &str, colours: &Palette) {
    ui.add_space(8.0);
    ui.label(RichText::new(text).font(strong(14.5)).color(colours.text));
}

fn items(
    ui: &mut Ui,
    items: &[Item],
    (sign, mark): (Icon, eframe::egui::Color32),
    colours: &Palette,
) {
    for item in items.iter().take(MAX_ITEMS) {
        ui.horizontal_wrapped(|ui| {
            let (place, _) = ui.allocate_exact_size(vec2(16.0, 18.0), Sense::hover());
            icon::paint(ui.painter(), place.shrink(2.5), sign, mark);
            ui.label(RichText::new(&item.text).font(normal(14.0)).color(colours.text));
            if !item.moments.is_empty() {
                let moments = RichText::new(&item.moments).font(normal(12.5));
                ui.label(moments.color(colours.faint));
            }
        });
    }
    if items.len() > MAX_ITEMS {
        let more = format!("and {} more", items.len() - MAX_ITEMS);
        ui.label(RichText::new(more).font(normal(12.5)).color(colours.faint));
    }
}

fn foot_buttons(ui: &Ui, row: Rect, has_folder: bool) -> Option<EndAction> {
    let all = [
        ("Open folder", "O", Weight::Normal, EndAction::OpenFolder),
        ("New call", "N", Weight::Main, EndAction::NewCall),
        ("Close", "C", Weight::Normal, EndAction::Close),
    ];
    let shown =
        all.into_iter().filter(|(.., action)| has_folder || *action != EndAction::OpenFolder);
    let count = if has_folder { 3.0 } else { 2.0 };
    let width = (row.width() - (count - 1.0) * 8.0) / count;
    let mut pressed = None;
    for (number, (name, key, weight, action)) in shown.enumerate() {
        let left = row.left() + number as f32 * (width + 8.0);
        let place = row.with_min_x(left).with_max_x(left + width);
        if button(ui, place, Button { icon: None, name, key, weight }) {
            pressed = Some(action);
        }
    }
    pressed
}
