//! The set-up as a page to fill in.

use eframe::egui::{
    Align, ComboBox, Label, Layout, Rect, RichText, ScrollArea, Sense, TextEdit, Ui, UiBuilder,
    pos2, vec2,
};

use super::test::TestStep;
use super::{Answers, SetupState};
use crate::session::board::Keeping;
use crate::ui::icon::{self, Icon};
use crate::ui::parts::{self, Button, Weight, button};
use crate::ui::theme::{Palette, normal, strong};
use crate::units::Party;

/// Choices for the silence after which a call ends.
const SILENCES: [(&str, Option<f64>); 5] = [
    ("1 minute of silence", Some(60.0)),
    ("2 minutes of silence", Some(120.0)),
    ("5 minutes of silence", Some(300.0)),
    ("10 minutes of silence", Some(600.0)),
    ("only when you end it", None),
];

/// What the agent did.
#[derive(Clone, Debug, PartialEq)]
pub enum SetupAction {
    /// Other devices are to be listened to.
    Listen,
    /// All is chosen.
    Start(Answers),
}

/// Shows the set-up over the whole of `ui`; what the agent did, if anything.
pub fn show_setup(ui: &mut Ui, state: &mut SetupState) -> Option<SetupAction> {
    let all = ui.max_rect();
    let colours = Palette::here(ui);
    ui.painter().rect_filled(all, 0.0, colours.ground);
    let foot = all.with_min_y(all.bottom() - 60.0);
    let body = all.with_max_y(foot.top());
    let mut action = None;
    ui.scope_builder(UiBuilder::new().max_rect(body), |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let page =
                eframe::egui::Frame::new().inner_margin(eframe::egui::Margin::symmetric(24, 18));
            page.show(ui, |ui| action = page_of(ui, state, &colours));
        });
    });
    action.or(foot_of(ui, state, foot, &colours))
}

fn page_of(ui: &mut Ui, state: &mut SetupState, colours: &Palette) -> Option<SetupAction> {
    ui.spacing_mut().item_spacing.y = 5.0;
    ui.spacing_mut().interact_size.y = 20.0;
    ui.spacing_mut().icon_spacing = 8.0;
    ui.label(RichText::new("Before your first call").font(strong(23.0)).color(colours.text));
    faint(ui, "Evenkeel listens along and gives you a short prompt when one may help.", colours);
    let mut changed = false;
    for party in Party::BOTH {
        changed |= devices(ui, state, party, colours);
    }
    test(ui, state, colours);
    heading(ui, "What is kept", colours);
    kept(ui, state, colours);
    heading(ui, "Words", colours);
    words(ui, state, colours);
    heading(ui, "Please read", colours);
    consent(ui, state, colours);
    changed.then_some(SetupAction::Listen)
}

fn heading(ui: &mut Ui, text: &str, colours: &Palette) {
    ui.add_space(12.0);
    ui.label(RichText::new(text).font(strong(15.5)).color(colours.text));
}

fn faint(ui: &mut Ui, text: &str, colours: &Palette) {
    let text = RichText::new(text).font(normal(13.0)).color(colours.faint);
    ui.add(Label::new(text).wrap());
}

/// The devices of one side; whether another was chosen.
fn devices(ui: &mut Ui, state: &mut SetupState, party: Party, colours: &Palette) -> bool {
    let (title, none, own) = match party {
        Party::Agent => ("Your microphone", "No microphone was found.", colours.agent),
        Party::Customer => {
            ("What you hear", "Nothing was found that carries what you hear.", colours.customer)
        }
    };
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        ui.label(RichText::new(title).font(strong(15.5)).color(colours.text));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (bar, _) = ui.allocate_exact_size(vec2(150.0, 18.0), Sense::hover());
            let level = state.levels[party];
            parts::meter(ui, bar, level.unwrap_or(-120.0), own);
            let words = level.map_or(String::new(), |level| format!("{level:.0} dBFS"));
            ui.label(RichText::new(words).font(normal(12.0)).color(colours.faint));
        });
    });
    let chosen = state.answers.devices[party].clone();
    let mut taken = None;
    for choice in &state.choices.devices[party] {
        ui.horizontal(|ui| {
            let name = RichText::new(&choice.name).font(normal(14.0));
            if ui.radio(choice.id == chosen, name).clicked() && choice.id != chosen {
                taken = Some(choice.id.clone());
            }
            if choice.recommended {
                let (place, _) = ui.allocate_exact_size(vec2(12.0, 14.0), Sense::hover());
                icon::paint(ui.painter(), place, Icon::Done, colours.good);
                ui.label(RichText::new("recommended").font(normal(12.5)).color(colours.good));
            }
        });
        if !choice.good_for.is_empty() {
            ui.horizontal(|ui| {
                ui.add_space(18.0);
                faint(ui, &choice.good_for, colours);
            });
        }
    }
    if state.choices.devices[party].is_empty() {
        faint(ui, none, colours);
    }
    if let Some(id) = &taken {
        state.choose(party, id);
    }
    taken.is_some()
}

fn test(ui: &mut Ui, state: &mut SetupState, colours: &Palette) {
    let chosen = state.chosen();
    if chosen.agent.is_none() || chosen.customer.is_none() {
        return;
    }
    heading(ui, "A short test", colours);
    let (sign, colour, words) = match state.test_step() {
        TestStep::Idle => (None, colours.faint, "Ten seconds to know that both sides are heard."),
        TestStep::Say => (Some(Icon::Speaking), colours.agent, "Say something."),
        TestStep::Play => (
            Some(Icon::Speaking),
            colours.customer,
            "Good. Now play something: a ring tone, a voice mail.",
        ),
        TestStep::Passed => (Some(Icon::Done), colours.good, "Both sides are heard."),
        TestStep::PassedWithBleed => (
            Some(Icon::Caution),
            colours.caution,
            "Both are heard, but your microphone hears the other side too. Use a headset.",
        ),
        TestStep::Silent(Party::Agent) => (
            Some(Icon::Caution),
            colours.caution,
            "Nothing came from your microphone. Is it muted? Else choose another.",
        ),
        TestStep::Silent(Party::Customer) => (
            Some(Icon::Caution),
            colours.caution,
            "Nothing was heard of what you played. Choose where it plays.",
        ),
        TestStep::Crossed => (
            Some(Icon::Caution),
            colours.caution,
            "Your voice came in on the other side. Swap the two.",
        ),
    };
    ui.horizontal(|ui| {
        let again = if state.test_step() == TestStep::Idle { "Test" } else { "Test again" };
        if ui.button(again).clicked() {
            state.test.start();
        }
        if let Some(sign) = sign {
            let (place, _) = ui.allocate_exact_size(vec2(16.0, 16.0), Sense::hover());
            icon::paint(ui.painter(), place, sign, colour);
        }
        let ink = if sign.is_some() { colours.text } else { colours.faint };
        ui.add(Label::new(RichText::new(words).font(normal(13.5)).color(ink)).wrap());
    });
}

fn kept(ui: &mut Ui, state: &mut SetupState, colours: &Palette) {
    let all = [
        (Keeping::LogAndAudio, "Sound and words", "You and your coach can listen again."),
        (Keeping::Log, "Words and findings, no sound", ""),
        (Keeping::Nothing, "Nothing", "Prompts during the call, and no trace of it after."),
    ];
    for (keeping, name, note) in all {
        ui.horizontal(|ui| {
            ui.radio_value(
                &mut state.answers.keeping,
                keeping,
                RichText::new(name).font(normal(14.0)),
            );
            faint(ui, note, colours);
        });
    }
    // Rows with fields are higher.
    ui.spacing_mut().interact_size.y = 30.0;
    if state.answers.keeping != Keeping::Nothing {
        ui.horizontal(|ui| {
            let label = ui.label(RichText::new("In the folder").font(normal(14.0)));
            let field = TextEdit::singleline(&mut state.folder).desired_width(f32::INFINITY);
            ui.add(field).labelled_by(label.id);
        });
    }
    ui.horizontal(|ui| {
        ui.label(RichText::new("A call ends after").font(normal(14.0)));
        let now = SILENCES.iter().find(|(_, secs)| *secs == state.answers.end_after_secs);
        let now = now.map_or("a length of your own", |(name, _)| *name);
        let choice = ComboBox::new("silence", "").selected_text(now).width(200.0);
        let shown = choice.show_ui(ui, |ui| {
            for (name, secs) in SILENCES {
                ui.selectable_value(&mut state.answers.end_after_secs, secs, name);
            }
        });
        shown.response.accessible_name("A call ends after");
    });
}

fn words(ui: &mut Ui, state: &mut SetupState, colours: &Palette) {
    if state.choices.models.is_empty() {
        faint(ui, "There is no speech model, so calls are measured without words.", colours);
        return;
    }
    ui.horizontal(|ui| {
        ui.label(RichText::new("Language").font(normal(14.0)));
        let code = &mut state.answers.language;
        let languages = &state.choices.languages;
        let now = languages.iter().find(|language| language.code == *code);
        let now = now.map_or(code.clone(), |language| language.name.clone());
        let shown =
            ComboBox::new("language", "").selected_text(now).width(130.0).show_ui(ui, |ui| {
                for language in languages {
                    ui.selectable_value(code, language.code.clone(), &language.name);
                }
            });
        shown.response.accessible_name("Language");
        ui.add_space(10.0);
        ui.label(RichText::new("Model").font(normal(14.0)));
        let name = &mut state.answers.model;
        let shown =
            ComboBox::new("model", "").selected_text(name.clone()).width(180.0).show_ui(ui, |ui| {
                for model in &state.choices.models {
                    let text = format!("{}: {}", model.name, model.good_for);
                    ui.selectable_value(name, model.name.clone(), text);
                }
            });
        shown.response.accessible_name("Model");
    });
}

fn consent(ui: &mut Ui, state: &mut SetupState, colours: &Palette) {
    let kept = match state.answers.keeping {
        Keeping::LogAndAudio => {
            "The sound, the words and the findings are kept in the folder above, for you alone to read."
        }
        Keeping::Log => {
            "The words and the findings are kept in the folder above, for you alone to read."
        }
        Keeping::Nothing => "Nothing is kept of a call.",
    };
    let points = [
        "During a call, your microphone and what you hear are listened to. Not before, not after.",
        kept,
        "Nothing leaves this computer. The program has no network code.",
        "Your own voice is measured (pace, level, who cuts in) and compared with itself. Nobody's mood is judged on your side.",
        "In many places you must tell the customer that the call is listened to or recorded, and must stop when they object. P pauses at any time.",
    ];
    for point in points {
        ui.horizontal_top(|ui| {
            let (place, _) = ui.allocate_exact_size(vec2(10.0, 17.0), Sense::hover());
            ui.painter().circle_filled(place.center(), 2.0, colours.faint);
            ui.add(Label::new(RichText::new(point).font(normal(13.5)).color(colours.text)).wrap());
        });
    }
    ui.add_space(4.0);
    let text = "I have read this, and I tell my customers where the law asks for it.";
    ui.checkbox(&mut state.consent, RichText::new(text).font(normal(14.0)));
}

fn foot_of(ui: &mut Ui, state: &SetupState, foot: Rect, colours: &Palette) -> Option<SetupAction> {
    let line = eframe::egui::Stroke::new(1.0, colours.line);
    ui.painter().hline(foot.x_range(), foot.top(), line);
    let row = foot.shrink2(vec2(24.0, 13.0));
    let place = row.with_min_x(row.right() - 140.0);
    let words = row.with_max_x(place.left() - 12.0);
    match state.missing() {
        Some(missing) => {
            let sign = Rect::from_center_size(
                pos2(words.left() + 8.0, words.center().y),
                vec2(16.0, 16.0),
            );
            icon::paint(ui.painter(), sign, Icon::Even, colours.faint);
            let text = words.with_min_x(words.left() + 24.0);
            parts::announced(ui, "missing", text, missing);
            let galley = parts::laid(ui, missing, normal(13.5), colours.faint, text.width(), 1);
            let top = text.center().y - galley.size().y / 2.0;
            ui.painter().galley(pos2(text.left(), top), galley, colours.faint);
            ui.scope_builder(UiBuilder::new().max_rect(place).disabled(), |ui| {
                button(
                    ui,
                    place,
                    Button { icon: None, name: "Start", key: "", weight: Weight::Normal },
                )
            });
            None
        }
        None => {
            let start = Button { icon: None, name: "Start", key: "", weight: Weight::Main };
            button(ui, place, start).then(|| state.answers().map(SetupAction::Start)).flatten()
        }
    }
}
