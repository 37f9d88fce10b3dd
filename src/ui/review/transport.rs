//! Below the picture: play, how fast, who is heard how loud, what is followed.

use eframe::egui::{ComboBox, Role, Slider, Ui, WidgetInfo, vec2};

use super::axis::clock;
use super::call::Call;
use super::deck::TEMPI;
use super::memory::Layout;
use super::widgets::{HIGH, Look, icon_button, press};
use crate::ui::icon::Icon;
use crate::ui::theme::{Palette, strong};
use crate::units::Party;

/// What somebody did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Did {
    /// Play or pause.
    Play,
    /// To the next moment, or the one before.
    StepMoment(bool),
    /// Play so fast.
    Speed(f64),
    /// Pass over silences, or no longer.
    Skip,
    /// Go round in the chosen moment, or no longer.
    Loop,
    /// Make a party so loud.
    Volume(Party, f32),
    /// Make a party silent, or heard again.
    Mute(Party),
    /// Follow the sound, or no longer.
    Follow,
    /// Show more, or less, of the call.
    Zoom(f64),
    /// Show all of it.
    Whole,
}

/// Shows the row of controls.
pub fn show(ui: &mut Ui, call: &Call, layout: &Layout) -> Option<Did> {
    let colours = Palette::here(ui);
    let mut did = None;
    let mut done = |done: bool, what: Did| {
        if done {
            did = Some(what);
        }
    };
    let on = |on: bool| if on { Look::On } else { Look::Plain };
    let deck = &call.deck;
    let can_play = !call.opened.sound.is_missing();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.set_height(HIGH);
        let previous = icon_button(ui, Icon::Previous, "Moment before", "K", Look::Plain);
        done(previous, Did::StepMoment(false));
        let (icon, name) =
            if deck.is_playing() { (Icon::Pause, "Pause") } else { (Icon::Resume, "Play") };
        let look = if can_play { Look::Main } else { Look::Off };
        done(press(ui, Some(icon), name, name, "Space", look).clicked(), Did::Play);
        let next = icon_button(ui, Icon::Next, "Next moment", "J", Look::Plain);
        done(next, Did::StepMoment(true));
        ui.add_space(4.0);
        let now = clock(deck.position(), true);
        let total = clock(call.opened.content.secs, false);
        let galley = ui.painter().layout_no_wrap("0:00:00.0".into(), strong(15.0), colours.text);
        let (rect, response) = ui
            .allocate_exact_size(vec2(galley.size().x + 58.0, HIGH), eframe::egui::Sense::hover());
        let text = format!("{now} of {total}");
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
        let middle = eframe::egui::Align2::LEFT_CENTER;
        let left = rect.left_center();
        let drawn = ui.painter().text(left, middle, now, strong(15.0), colours.text);
        let of = drawn.right_center() + vec2(6.0, 0.5);
        let font = crate::ui::theme::normal(12.5);
        ui.painter().text(of, middle, format!("of {total}"), font, colours.faint);
        ui.add_space(2.0);
        let looping = deck.around.is_some();
        let can_loop = looping || call.stretch().is_some();
        let look = if can_loop { on(looping) } else { Look::Off };
        let name = if looping { "Stop the loop" } else { "Loop the moment" };
        done(icon_button(ui, Icon::Loop, name, "L", look), Did::Loop);
        let skip = press(ui, Some(Icon::Skip), "", "Skip silences", "S", on(deck.skip_silence));
        done(skip.clicked(), Did::Skip);
        let speed = ComboBox::from_id_salt("speed")
            .width(66.0)
            .selected_text(tempo(deck.speed))
            .show_ui(ui, |ui| {
                for times in TEMPI {
                    let chosen = ui.selectable_label(deck.speed == times, tempo(times));
                    done(chosen.clicked(), Did::Speed(times));
                }
            });
        let label = format!("Speed {}", tempo(deck.speed));
        speed.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &label));
        speed.response.on_hover_text("Speed ([ and ])");
        ui.add_space(8.0);
        let parties: &[(Party, &str, &str)] = match call.opened.content.mono {
            true => &[(Party::Customer, "Both", "2")],
            false => &[(Party::Agent, "Agent", "1"), (Party::Customer, "Customer", "2")],
        };
        for &(party, name, key) in parties {
            let mute = deck.mute[party];
            let icon = if mute { Icon::Muted } else { Icon::Speaking };
            let word = if mute { format!("Hear {name}") } else { format!("Mute {name}") };
            let look = if mute { Look::On } else { Look::Plain };
            done(press(ui, Some(icon), name, &word, key, look).clicked(), Did::Mute(party));
            let mut volume = deck.volume[party];
            ui.spacing_mut().slider_width = 64.0;
            let slider = Slider::new(&mut volume, 0.0..=2.0)
                .show_value(false)
                .step_by(0.05)
                .trailing_fill(true);
            let slider = ui.add_enabled(!mute, slider);
            let label = format!("Volume of {name}");
            let value = f64::from(volume);
            slider.widget_info(|| WidgetInfo::slider(true, value, &label));
            let changed = slider.changed();
            slider.on_hover_text(format!("{label}: {:.0} %", volume * 100.0));
            done(changed, Did::Volume(party, volume));
        }
        let right = eframe::egui::Layout::right_to_left(eframe::egui::Align::Center);
        ui.with_layout(right, |ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let whole = call.axis.is_whole();
            let look = |off: bool| if off { Look::Off } else { Look::Plain };
            let all = press(ui, None, "Whole call", "Whole call", "0", look(whole));
            done(all.clicked(), Did::Whole);
            let closer = call.axis.span() > 2.0;
            done(press(ui, None, "+", "Closer", "+", look(!closer)).clicked(), Did::Zoom(0.5));
            done(press(ui, None, "−", "Further", "-", look(whole)).clicked(), Did::Zoom(2.0));
            let follow = press(ui, None, "Follow", "Follow the sound", "O", on(layout.follow));
            done(follow.clicked(), Did::Follow);
        });
    });
    did
}

/// A tempo as it is told.
fn tempo(times: f64) -> String {
    format!("{times}×")
}
