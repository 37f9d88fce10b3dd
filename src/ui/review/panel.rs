//! Beside the transcript: the moments with their why, the scorecard, the numbers, the notes.

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{Align, Frame, Label, Margin, RichText, ScrollArea, Stroke, Ui};
use serde::{Deserialize, Serialize};

use super::call::{Call, about};
use super::notes;
use super::timeline::moment_colour;
use super::widgets::{Look, button, faint, heading, press, time};
use crate::call::notes::About;
use crate::report::content::Moment;
use crate::ui::icon::{self, Icon};
use crate::ui::theme::{Palette, normal, strong};

/// What is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tab {
    /// Moments for the coach.
    #[default]
    Moments,
    /// Practices, and what was promised.
    Scorecard,
    /// The call in numbers, and where it came from.
    Numbers,
    /// What people said of the call.
    Notes,
}

impl Tab {
    /// All of them, each with its name and key.
    pub const ALL: [(Tab, &str, &str); 4] = [
        (Tab::Moments, "Moments", "F1"),
        (Tab::Scorecard, "Scorecard", "F2"),
        (Tab::Numbers, "Numbers", "F3"),
        (Tab::Notes, "Notes", "F4"),
    ];
}

/// What somebody did in the panel.
#[derive(Clone, Debug, PartialEq)]
pub enum Did {
    /// Show another.
    Tab(Tab),
    /// Choose a moment.
    Moment(usize),
    /// Go to a time.
    Seek(f64),
    /// Go round in the chosen moment, or no longer.
    Loop,
    /// Share the chosen moment.
    Share,
    /// Something about notes.
    Note(notes::Did),
}

/// Shows the panel in all of `ui`.
pub fn show(ui: &mut Ui, call: &mut Call, tab: Tab, by: &str, shares: bool) -> Option<Did> {
    let mut did = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let notes = call.opened.notes.standing().len();
        for (which, name, key) in Tab::ALL {
            let text = match which {
                Tab::Moments => format!("{name} {}", call.opened.content.moments.len()),
                Tab::Notes if notes > 0 => format!("{name} {notes}"),
                _ => name.to_owned(),
            };
            let look = if which == tab { Look::On } else { Look::Bare };
            if press(ui, None, &text, name, key, look).clicked() {
                did = Some(Did::Tab(which));
            }
        }
    });
    ui.add_space(2.0);
    let id = (tab as u8, call.opened.id.clone());
    ScrollArea::vertical().id_salt(id).auto_shrink(false).show(ui, |ui| {
        ui.set_max_width(ui.available_width() - 12.0);
        ui.spacing_mut().item_spacing.y = 5.0;
        ui.spacing_mut().interact_size.y = 20.0;
        let done = match tab {
            Tab::Moments => moments(ui, call, by, shares),
            Tab::Scorecard => scorecard(ui, call),
            Tab::Numbers => {
                numbers(ui, call);
                None
            }
            Tab::Notes => notes::all(ui, call, by).map(Did::Note),
        };
        ui.add_space(16.0);
        did = did.take().or(done);
    });
    did
}

fn moments(ui: &mut Ui, call: &mut Call, by: &str, shares: bool) -> Option<Did> {
    let colours = Palette::here(ui);
    let mut did = None;
    if call.opened.content.moments.is_empty() {
        ui.add_space(8.0);
        ui.label("No moment stands out in this call.");
        faint(ui, "Hold Shift and draw over the picture to choose one yourself.");
    }
    if let Some((from, to)) = call.selection {
        let edge = Stroke::new(1.0, colours.accent);
        let frame = Frame::new().inner_margin(Margin::same(10)).corner_radius(8).stroke(edge);
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            let [from_clock, to_clock] = [from, to].map(|at| super::axis::clock(at, true));
            let text = format!("Chosen: {from_clock} to {to_clock}");
            ui.label(RichText::new(text).font(strong(14.0)).color(colours.text));
            did = judged(ui, call, call.about(), by, shares).or(did.take());
            let said = notes::of(ui, call, call.about(), by);
            did = did.take().or(said.map(Did::Note));
        });
    }
    for at in 0..call.opened.content.moments.len() {
        let chosen = call.moment == Some(at) && call.selection.is_none();
        let edge = if chosen { Stroke::new(1.0, colours.line) } else { Stroke::NONE };
        let ground = if chosen { colours.raised.gamma_multiply(0.55) } else { colours.ground };
        let frame = Frame::new()
            .inner_margin(Margin::symmetric(10, 7))
            .corner_radius(8)
            .fill(ground)
            .stroke(edge);
        let shown = frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            if head(ui, call, at) {
                did = Some(Did::Moment(at));
            }
            if chosen {
                let what = about(&call.opened.content.moments[at]);
                did = judged(ui, call, what, by, shares).or(did.take());
                body(ui, &call.opened.content.moments[at], &colours);
                let said = notes::of(ui, call, what, by);
                did = did.take().or(said.map(Did::Note));
            }
        });
        if chosen && std::mem::take(&mut call.reveal_moment) {
            shown.response.scroll_to_me(Some(Align::TOP));
        }
    }
    did
}

/// A moment in two lines; whether it was pressed.
fn head(ui: &mut Ui, call: &Call, at: usize) -> bool {
    use eframe::egui::{Align2, Role, Sense, WidgetInfo, pos2, vec2};
    let moment = &call.opened.content.moments[at];
    let colours = Palette::here(ui);
    let colour = moment_colour(&colours, moment.class);
    let width = ui.available_width();
    let title =
        crate::ui::parts::laid(ui, &moment.title, strong(13.5), colours.text, width - 34.0, 3);
    let size = vec2(width, title.size().y + 20.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let verdicts = notes::verdicts(call, about(moment));
    response.widget_info(|| {
        let label = format!(
            "{}: {}, {}, {}{}",
            moment.number,
            moment.title,
            moment.clock,
            moment.weight,
            if verdicts.is_empty() { String::new() } else { format!(", judged {verdicts}") }
        );
        WidgetInfo::labeled(Role::Button, true, label)
    });
    let painter = ui.painter();
    if response.hovered() || response.has_focus() {
        painter.rect_filled(rect.expand2(vec2(6.0, 4.0)), 7.0, colours.raised);
    }
    let badge = eframe::egui::Rect::from_min_size(rect.min + vec2(0.0, 1.0), vec2(24.0, 20.0));
    painter.rect_filled(badge, 5.0, colour.gamma_multiply(0.22));
    let number = moment.number.to_string();
    painter.text(badge.center(), Align2::CENTER_CENTER, number, strong(12.0), colours.text);
    let left = rect.left() + 34.0;
    let below = rect.top() + title.size().y + 10.0;
    painter.galley(pos2(left, rect.top() + 1.0), title, colours.text);
    let clock = moment.clock.split('.').next().unwrap_or(&moment.clock);
    let line = format!("{clock}  ·  {}", moment.weight);
    let drawn =
        painter.text(pos2(left, below), Align2::LEFT_CENTER, line, normal(12.5), colours.faint);
    if !verdicts.is_empty() {
        let sign = eframe::egui::Rect::from_center_size(
            pos2(drawn.right() + 16.0, below),
            vec2(11.0, 11.0),
        );
        icon::paint(painter, sign, Icon::Done, colours.accent);
        let place = pos2(sign.right() + 5.0, below);
        painter.text(place, Align2::LEFT_CENTER, verdicts, normal(12.5), colours.accent);
    }
    response.clicked()
}

/// Why it is a moment, and what was said in it.
fn body(ui: &mut Ui, moment: &Moment, colours: &Palette) {
    ui.add_space(2.0);
    for quote in &moment.quotes {
        let own = match quote.class {
            "agent" => colours.agent,
            "customer" => colours.customer,
            _ => colours.text,
        };
        let mut job = LayoutJob::default();
        job.append(quote.who, 0.0, TextFormat::simple(strong(13.0), own));
        job.append(&quote.text, 8.0, TextFormat::simple(normal(13.5), colours.text));
        ui.add(Label::new(job).wrap());
    }
    for why in &moment.why {
        let text = RichText::new(why).font(normal(13.0)).color(colours.text);
        ui.add(Label::new(text).wrap());
    }
    if !moment.numbers.is_empty() {
        let text = RichText::new(&moment.numbers).font(normal(12.5)).color(colours.faint);
        ui.add(Label::new(text).wrap());
    }
}

/// Whether the program was right about a stretch, and what can be done with it.
fn judged(ui: &mut Ui, call: &Call, what: About, by: &str, shares: bool) -> Option<Did> {
    let mut did = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        did = notes::judge(ui, call, what, by).map(Did::Note);
        ui.add_space(6.0);
        let around = call.deck.around.is_some();
        let (name, look) = match around {
            true => ("Loop ends", Look::On),
            false => ("Loop this moment", Look::Plain),
        };
        if button(ui, Some(Icon::Loop), name, "L", look) {
            did = Some(Did::Loop);
        }
        if shares && button(ui, Some(Icon::Share), "Share this moment…", "Ctrl+E", Look::Plain) {
            did = Some(Did::Share);
        }
    });
    did
}

fn scorecard(ui: &mut Ui, call: &Call) -> Option<Did> {
    let colours = Palette::here(ui);
    let content = &call.opened.content;
    let mut did = None;
    if content.scorecard.is_empty() {
        ui.add_space(8.0);
        ui.label("Nothing could be judged in this call.");
    }
    for group in &content.scorecard {
        heading(ui, group.title);
        for practice in &group.practices {
            let (sign, colour) = match practice.class {
                "kept" => (Icon::Done, colours.good),
                "broken" => (Icon::Wrong, colours.record),
                _ => (Icon::Even, colours.caution),
            };
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                let size = eframe::egui::vec2(18.0, 18.0);
                let (place, _) = ui.allocate_exact_size(size, eframe::egui::Sense::hover());
                icon::paint(ui.painter(), place.shrink(3.5), sign, colour);
                let text = format!("{}{}", practice.name, practice.how);
                ui.label(RichText::new(text).font(normal(13.5)).color(colours.text));
                for (at, clock) in &practice.moments {
                    if time(ui, clock) {
                        did = Some(Did::Seek(*at));
                    }
                }
                if practice.more > 0 {
                    faint(ui, format!("{} more", practice.more));
                }
            });
        }
    }
    if !content.not_needed.is_empty() {
        ui.add_space(8.0);
        let text = format!("Not called for: {}.", content.not_needed);
        let text = RichText::new(text).font(normal(12.5)).color(colours.faint);
        ui.add(Label::new(text).wrap());
    }
    if !content.promises.is_empty() {
        heading(ui, "Promised");
    }
    for promise in &content.promises {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let text = format!("“{}”", promise.quote);
            ui.label(RichText::new(text).font(normal(13.5)).color(colours.text));
            if time(ui, &promise.clock) {
                did = Some(Did::Seek(promise.at));
            }
            if let Some(due) = &promise.due {
                faint(ui, format!("due {due}"));
            }
        });
    }
    did
}

fn numbers(ui: &mut Ui, call: &Call) {
    let content = &call.opened.content;
    let partial = content.cut_short.is_some();
    heading(
        ui,
        if partial { "The call in numbers, as far as it is known" } else { "The call in numbers" },
    );
    table(ui, "numbers", &content.measures);
    heading(ui, "Where it came from");
    table(ui, "origin", &content.origin);
    for warning in &content.warnings {
        ui.add_space(4.0);
        let more = match warning.more {
            0 => String::new(),
            more => format!(" (and {more} more like it)"),
        };
        let not_watched = match &warning.not_watched {
            Some(names) => format!(" Not watched: {names}."),
            None => String::new(),
        };
        faint(ui, format!("{}{more}{not_watched}", warning.text));
    }
}

fn table(ui: &mut Ui, id: &str, rows: &[(&'static str, String)]) {
    let colours = Palette::here(ui);
    let width = ui.available_width();
    for (number, (what, text)) in rows.iter().enumerate() {
        ui.push_id((id, number), |ui| {
            ui.horizontal_top(|ui| {
                let name = RichText::new(*what).font(normal(13.0)).color(colours.faint);
                let size = eframe::egui::vec2(104.0, 18.0);
                ui.allocate_ui(size, |ui| {
                    ui.set_min_width(104.0);
                    ui.label(name);
                });
                let text = RichText::new(text).font(normal(13.0)).color(colours.text);
                ui.allocate_ui(eframe::egui::vec2(width - 116.0, 18.0), |ui| {
                    ui.add(Label::new(text).wrap());
                });
            });
        });
    }
}
