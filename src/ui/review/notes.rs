//! Verdicts and notes: said by whom, of what; to add, and to take back.

use eframe::egui::{Frame, Key, Label, Margin, RichText, TextEdit, Ui};

use super::axis::clock;
use super::call::Call;
use super::widgets::{Look, button, faint, heading, press};
use crate::call::notes::{About, Note, Said, Verdict};
use crate::ui::icon::Icon;
use crate::ui::theme::{Palette, normal, strong};

/// What somebody did with notes.
#[derive(Clone, Debug, PartialEq)]
pub enum Did {
    /// Said whether the program was right.
    Judge(About, Verdict),
    /// Noted what was written.
    Note(About),
    /// Took back a note.
    TakeBack(Note),
    /// Went to what a note is about.
    Go(f64),
}

/// The verdicts, each with its key.
pub const VERDICTS: [(Verdict, &str, &str); 3] = [
    (Verdict::Right, "Right", "R"),
    (Verdict::Wrong, "Wrong", "W"),
    (Verdict::Unsure, "Unsure", "U"),
];

/// The verdicts on something, in a few words; empty where there are none.
pub fn verdicts(call: &Call, about: About) -> String {
    let mut told: Vec<(&str, &str)> = Vec::new();
    for note in call.opened.notes.standing() {
        if let (true, Said::Judged { verdict, .. }) = (note.about == about, &note.said) {
            told.retain(|(by, _)| *by != note.by);
            told.push((&note.by, verdict.word()));
        }
    }
    told.iter().map(|(by, word)| format!("{word} ({by})")).collect::<Vec<_>>().join(", ")
}

/// What was said of something, with a place to say more.
pub fn of(ui: &mut Ui, call: &mut Call, about: About, by: &str) -> Option<Did> {
    let mut did = None;
    ui.add_space(4.0);
    for note in call.opened.notes.standing().into_iter().filter(|note| note.about == about) {
        did = did.or(one(ui, note, by, false));
    }
    did.or(say(ui, call, about))
}

/// Buttons for a verdict, in a row.
pub fn judge(ui: &mut Ui, call: &Call, about: About, by: &str) -> Option<Did> {
    let mut did = None;
    let own = call.opened.notes.standing().into_iter().rev().find_map(|note| match note.said {
        Said::Judged { verdict, .. } if note.about == about && note.by == by => Some(verdict),
        _ => None,
    });
    for (verdict, name, key) in VERDICTS {
        let look = if own == Some(verdict) { Look::On } else { Look::Plain };
        if press(ui, None, name, name, key, look).clicked() {
            did = Some(Did::Judge(about, verdict));
        }
    }
    did
}

/// A field for words.
fn say(ui: &mut Ui, call: &mut Call, about: About) -> Option<Did> {
    let mut did = None;
    ui.horizontal(|ui| {
        let width = ui.available_width() - 96.0;
        let field = TextEdit::multiline(&mut call.draft)
            .id_salt("draft")
            .hint_text("A note, or why (N)")
            .font(normal(13.5))
            .desired_rows(1)
            .desired_width(width)
            .margin(Margin::symmetric(8, 6));
        let response = ui.add(field);
        response.widget_info(|| {
            eframe::egui::WidgetInfo::labeled(eframe::egui::Role::MultilineTextInput, true, "Note")
        });
        if std::mem::take(&mut call.wants_note) {
            response.request_focus();
            response.scroll_to_me(None);
        }
        let sends = response.has_focus()
            && ui.input(|input| input.modifiers.command && input.key_pressed(Key::Enter));
        let look = if call.draft.trim().is_empty() { Look::Off } else { Look::Main };
        if button(ui, None, "Note it", "Ctrl+Enter", look) || sends {
            did = Some(Did::Note(about));
        }
    });
    did
}

/// Everything that was said of the call and in it.
pub fn all(ui: &mut Ui, call: &mut Call, by: &str) -> Option<Did> {
    heading(ui, "The call as a whole");
    let mut did = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        did = judge(ui, call, About::Call, by);
    });
    did = of(ui, call, About::Call, by).or(did);
    let notes: Vec<&Note> = call.opened.notes.standing();
    let others: Vec<&Note> = notes.into_iter().filter(|note| note.about != About::Call).collect();
    if !others.is_empty() {
        heading(ui, "In the call");
    }
    for note in others {
        did = did.or(one(ui, note, by, true));
    }
    ui.add_space(8.0);
    faint(ui, format!("You are {by}. Ctrl+Z takes back what you said last."));
    did
}

/// A note.
fn one(ui: &mut Ui, note: &Note, by: &str, says_where: bool) -> Option<Did> {
    let colours = Palette::here(ui);
    let mut did = None;
    let frame = Frame::new()
        .inner_margin(Margin::symmetric(9, 6))
        .corner_radius(7)
        .fill(colours.raised.gamma_multiply(0.8));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 2.0;
        let (verdict, text) = match &note.said {
            Said::Judged { verdict, text } => (Some(*verdict), text.as_str()),
            Said::Noted { text } => (None, text.as_str()),
            Said::Undone { .. } => return,
        };
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = 18.0;
            ui.label(RichText::new(&note.by).font(strong(12.5)).color(colours.text));
            if let Some(verdict) = verdict {
                let colour = match verdict {
                    Verdict::Right => colours.good,
                    Verdict::Wrong => colours.record,
                    Verdict::Unsure => colours.caution,
                };
                ui.label(RichText::new(verdict.word()).font(strong(12.5)).color(colour));
            }
            let zone = jiff::tz::TimeZone::system();
            faint(ui, note.at.to_zoned(zone).strftime("%Y-%m-%d %H:%M").to_string());
            if says_where {
                match note.about {
                    About::Call => {}
                    About::Cue(id) => _ = faint(ui, format!("prompt {id}")),
                    About::Moment { start, .. } => {
                        if super::widgets::time(ui, &clock(start, false)) {
                            did = Some(Did::Go(start));
                        }
                    }
                }
            }
            if note.by == by {
                let layout = eframe::egui::Layout::right_to_left(eframe::egui::Align::Center);
                ui.with_layout(layout, |ui| {
                    let name = "Take back";
                    if super::widgets::icon_button(ui, Icon::Undo, name, "Ctrl+Z", Look::Bare) {
                        did = Some(Did::TakeBack(note.clone()));
                    }
                });
            }
        });
        if !text.is_empty() {
            let text = RichText::new(text).font(normal(13.5)).color(colours.text);
            ui.add(Label::new(text).wrap());
        }
    });
    did
}
