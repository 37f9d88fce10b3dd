//! The filters of the list: those of `find`.

use eframe::egui::{ComboBox, Margin, Role, TextEdit, Ui, WidgetInfo};

use super::list::CallList;
use super::query::{How, Query, day};
use super::widgets::{Look, button, faint};
use crate::event::PRACTICES;
use crate::report::wording;
use crate::ui::theme::normal;

/// Choices of a number, each with its words; the first is that of no filter.
type Choices<T> = &'static [(Option<T>, &'static str)];

const HEATS: Choices<f64> =
    &[(None, "Any heat"), (Some(0.4), "Tense, or hotter"), (Some(0.72), "Heated")];
const FALLS: Choices<f64> = &[
    (None, "Any course of words"),
    (Some(1.0), "Words fell by 1"),
    (Some(3.0), "Words fell by 3"),
    (Some(5.0), "Words fell by 5"),
];
const CUTS: Choices<u32> = &[
    (None, "Cut in: any"),
    (Some(1), "Agent cut in"),
    (Some(3), "Cut in 3 times or more"),
    (Some(6), "Cut in 6 times or more"),
];
const SILENCES: Choices<f64> = &[
    (None, "Any silence"),
    (Some(0.1), "Silence 10 % or more"),
    (Some(0.25), "Silence 25 % or more"),
    (Some(0.5), "Silence 50 % or more"),
];
const MOMENTS: Choices<u8> = &[
    (None, "Any moments"),
    (Some(1), "Worth a look, or more"),
    (Some(2), "Worth a talk, or more"),
    (Some(3), "First of all"),
];

/// Shows the filters; whether one has changed.
pub fn show(ui: &mut Ui, list: &mut CallList) -> bool {
    let before = list.query.clone();
    let CallList { query, agents, queues, issues, .. } = list;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        names(ui, "Agent", "Any agent", agents, &mut query.agent);
        names(ui, "Queue", "Any queue", queues, &mut query.queue);
        date(ui, "From day", &mut query.since);
        date(ui, "To day", &mut query.until);
        names(ui, "Problem", "Any problem", issues, &mut query.issue);
        numbers(ui, "Heat", HEATS, &mut query.min_heat);
        numbers(ui, "Moments", MOMENTS, &mut query.min_severity);
        practice(ui, query);
        numbers(ui, "Cutting in", CUTS, &mut query.min_interruptions);
        numbers(ui, "Silence", SILENCES, &mut query.min_silence_share);
        numbers(ui, "Course of words", FALLS, &mut query.min_fall);
        ui.checkbox(&mut query.unread, "Unread only");
        let look = if query.filters() == 0 { Look::Off } else { Look::Plain };
        if button(ui, None, "No filters", "", look) {
            *query = Query { words: query.words.clone(), ..Query::default() };
        }
    });
    *query != before
}

fn combo(ui: &mut Ui, name: &str, shown: &str, width: f32, fill: impl FnOnce(&mut Ui)) {
    let combo = ComboBox::from_id_salt(name).width(width).selected_text(shown).truncate();
    let shown_name = format!("{name}: {shown}");
    let response = combo.show_ui(ui, fill).response;
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &shown_name));
}

fn names(ui: &mut Ui, name: &str, any: &str, all: &[String], chosen: &mut Option<String>) {
    let shown = chosen.clone().unwrap_or_else(|| any.to_owned());
    combo(ui, name, &shown, 120.0, |ui| {
        ui.selectable_value(chosen, None, any);
        for one in all {
            ui.selectable_value(chosen, Some(one.clone()), one);
        }
    });
}

fn numbers<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    choices: Choices<T>,
    chosen: &mut Option<T>,
) {
    let known = choices.iter().find(|(value, _)| value == chosen);
    combo(ui, name, known.map_or("", |(_, text)| text), 150.0, |ui| {
        for (value, text) in choices {
            ui.selectable_value(chosen, *value, *text);
        }
    });
}

fn practice(ui: &mut Ui, query: &mut Query) {
    let how = |how: How| match how {
        How::Missed => "missed",
        How::Broken => "did not work out",
        How::Done => "done",
    };
    let shown = match &query.practice {
        Some((name, stands)) => format!("{}: {}", wording::practice(name), how(*stands)),
        None => "Any practice".to_owned(),
    };
    combo(ui, "Practice", &shown, 180.0, |ui| {
        ui.selectable_value(&mut query.practice, None, "Any practice");
        for name in PRACTICES {
            for stands in [How::Missed, How::Broken, How::Done] {
                let text = format!("{}: {}", wording::practice(name), how(stands));
                let value = Some((name.to_owned(), stands));
                ui.selectable_value(&mut query.practice, value, text);
            }
        }
    });
}

fn date(ui: &mut Ui, name: &str, text: &mut String) {
    let field = TextEdit::singleline(text)
        .id_salt(name)
        .hint_text(format!("{name}, 2026-11-25"))
        .font(normal(13.0))
        .desired_width(140.0)
        .margin(Margin::symmetric(8, 6));
    let response = ui.add(field);
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, name));
    if !text.trim().is_empty() && day(text).is_none() && !response.has_focus() {
        faint(ui, "not a day");
    }
}
