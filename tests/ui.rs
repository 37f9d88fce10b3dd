//! The windows by what a screen reader finds in them: every flow, by button and by key.

#![cfg(feature = "gui")]

use std::path::PathBuf;

use eframe::egui::{self, Key, Theme};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use evenkeel::event::{Body, Cue, Event, Heat, Sentiment, Speed, Summary, Tone};
use evenkeel::session::board::{Keeping, Pulse, Trouble, Wish};
use evenkeel::ui::{
    Action, Answers, CallEnd, Choice, Choices, EndAction, LanguageChoice, ModelChoice, OverlaySize,
    OverlayState, SetupAction, SetupState, show_end, show_overlay, show_setup,
};
use evenkeel::units::{CallSpan, CallTime, Party, PerParty};

/// An overlay that does to itself what a window would.
struct Desk {
    state: OverlayState,
    size: OverlaySize,
    done: Vec<Action>,
}

impl Desk {
    fn show(&mut self, ui: &mut egui::Ui) {
        if let Some(action) = show_overlay(ui, &self.state, self.size) {
            self.state.acted(action);
            self.done.push(action);
            if let Action::Size(size) = action {
                self.size = size;
            }
        }
    }

    fn wishes(&self) -> Vec<Wish> {
        let wish = |action: &Action| match action {
            Action::Wish(wish) => Some(*wish),
            _ => None,
        };
        self.done.iter().filter_map(wish).collect()
    }
}

fn overlay(size: OverlaySize, theme: Theme) -> Harness<'static, Desk> {
    let desk = Desk { state: OverlayState::new(Some(60.0)), size, done: Vec::new() };
    Harness::builder()
        .with_size(size.points())
        .with_theme(theme)
        .with_context_setup(evenkeel::ui::install_theme)
        .build_ui_state(|ui, desk: &mut Desk| desk.show(ui), desk)
}

fn tone(secs: f64, heat: f32) -> Event {
    let at = CallTime::from_secs(secs);
    let span = CallSpan::new(CallTime::from_secs(secs - 1.0), at);
    let (words, why) = (None, Vec::new());
    let tone = Tone { span, heat, voice: 0.5, words, confidence: 0.8, rise: 0.0, why };
    Event { at, body: Body::Tone(tone) }
}

#[test]
fn the_customers_heat_is_told_in_words_and_where_it_goes() {
    for theme in [Theme::Dark, Theme::Light] {
        let mut harness = overlay(OverlaySize::Full, theme);
        harness.run();
        harness.get_by_label("Heat not known yet");
        harness.state_mut().state.event(&tone(2.0, 0.2));
        harness.run();
        harness.get_by_label("The customer is calm");
        harness.state_mut().state.event(&tone(5.0, 0.8));
        harness.run();
        harness.get_by_label("The customer is heated, rising");
        harness.state_mut().state.event(&tone(14.0, 0.5));
        harness.run();
        harness.get_by_label("The customer is tense, falling");
    }
    let mut harness = overlay(OverlaySize::Compact, Theme::Dark);
    harness.state_mut().state.event(&tone(5.0, 0.8));
    harness.run();
    harness.get_by_label("The customer is heated");
}

fn pulse(change: impl FnOnce(&mut Pulse)) -> Pulse {
    let speaking = PerParty { agent: true, customer: false };
    let mut pulse = Pulse { now: CallTime::from_secs(187.0), speaking, ..Pulse::default() };
    change(&mut pulse);
    pulse
}

fn cue(text: &str) -> Event {
    let body = Body::Cue(Cue {
        id: 1,
        name: "reflect-back",
        text: text.into(),
        suggestion: Some("It sounds like you waited at home twice for nothing.".into()),
        why: "The customer stated a problem, and your reply did not take it up.".into(),
        rule: "reflect-back".into(),
        evidence: Vec::new(),
        speed: Speed::Slow,
        until: CallTime::from_secs(1_000.0),
    });
    Event { at: CallTime::ZERO, body }
}

const SIZES: [OverlaySize; 3] = [OverlaySize::Full, OverlaySize::Compact, OverlaySize::Line];

#[test]
fn every_state_is_complete_in_every_size_and_theme() {
    let states: [fn(&mut OverlayState); 7] = [
        |_| {},
        |state| _ = state.pulse(&pulse(|_| {})),
        |state| _ = state.pulse(&pulse(|pulse| pulse.paused = true)),
        |state| {
            let until = Some(CallTime::from_secs(400.0));
            state.pulse(&pulse(|pulse| pulse.snoozed_until = until));
        },
        |state| state.event(&cue("Say back what you have just heard")),
        |state| state.acted(Action::AskEnd),
        |state| {
            let what = "The sound is not kept: the disk is full".into();
            let troubles = vec![Trouble::NotKept { what }, Trouble::Bleed, Trouble::Behind];
            state.pulse(&pulse(|pulse| pulse.troubles = troubles));
        },
    ];
    for size in SIZES {
        for theme in [Theme::Dark, Theme::Light] {
            for prepare in states {
                // A missing glyph or a button without a name fails.
                let mut harness = overlay(size, theme);
                prepare(&mut harness.state_mut().state);
                harness.run();
            }
        }
    }
}

#[test]
fn the_agent_pauses_and_resumes_in_every_size() {
    for size in SIZES {
        let mut harness = overlay(size, Theme::Dark);
        harness.get_by_label("Pause").click();
        harness.run();
        harness.state_mut().state.pulse(&pulse(|pulse| pulse.paused = true));
        harness.run();
        harness.get_by_label("Paused");
        harness.get_by_label("Resume").click();
        harness.run();
        assert_eq!(harness.state().wishes(), [Wish::Pause, Wish::Resume], "{size:?}");
    }
}

#[test]
fn keys_do_what_buttons_do() {
    let mut harness = overlay(OverlaySize::Compact, Theme::Dark);
    harness.state_mut().state.event(&cue("Slow down a little"));
    for key in [Key::P, Key::W, Key::S] {
        harness.key_press(key);
        harness.run();
    }
    harness.state_mut().state.pulse(&pulse(|pulse| pulse.paused = true));
    harness.key_press(Key::P);
    harness.run();
    let wishes = [Wish::Pause, Wish::Wrong, Wish::Snooze, Wish::Resume];
    assert_eq!(harness.state().wishes(), wishes);
}

#[test]
fn wrong_and_snooze_take_the_prompt_away() {
    for (name, wish) in [("Wrong", Wish::Wrong), ("Snooze", Wish::Snooze)] {
        let mut harness = overlay(OverlaySize::Full, Theme::Light);
        harness.state_mut().state.event(&cue("Slow down a little"));
        harness.run();
        harness.get_by_label("Slow down a little");
        harness.get_by_label(name).click();
        harness.run();
        harness.state_mut().state.tick(0.5);
        harness.run();
        assert!(harness.query_by_label("Slow down a little").is_none());
        assert_eq!(harness.state().wishes(), [wish]);
    }
}

#[test]
fn a_prompt_leaves_by_itself() {
    for size in SIZES {
        let mut harness = overlay(size, Theme::Dark);
        harness.state_mut().state.event(&cue("Let them finish"));
        harness.run();
        harness.get_by_label("Let them finish");
        for secs in [4.9, 5.0, 5.2] {
            harness.state_mut().state.tick(secs);
        }
        harness.run();
        assert!(harness.query_by_label("Let them finish").is_none(), "{size:?}");
    }
}

#[test]
fn a_call_ends_only_when_confirmed() {
    for size in [OverlaySize::Full, OverlaySize::Compact] {
        let mut harness = overlay(size, Theme::Dark);
        harness.get_by_label("End").click();
        harness.run();
        harness.get_by_label("Keep going").click();
        harness.run();
        assert!(harness.query_by_label("End call").is_none());
        assert_eq!(harness.state().wishes(), []);
        harness.get_by_label("End").click();
        harness.run();
        harness.get_by_label("End call").click();
        harness.run();
        assert_eq!(harness.state().wishes(), [Wish::End], "{size:?}");
    }
}

#[test]
fn a_call_ends_by_two_keys_and_not_by_one_held_down() {
    let mut harness = overlay(OverlaySize::Line, Theme::Dark);
    // Pressed again without having been let go: the system repeats it.
    for _ in 0..2 {
        harness.key_down(Key::E);
        harness.run();
    }
    harness.key_up(Key::E);
    harness.run();
    assert_eq!(harness.state().wishes(), []);
    harness.key_press(Key::Escape);
    harness.run();
    assert!(!harness.state().state.asks_end());
    harness.key_press(Key::E);
    harness.key_press(Key::E);
    harness.run();
    assert_eq!(harness.state().wishes(), [Wish::End]);
}

#[test]
fn the_size_goes_by_button_and_by_key() {
    let mut harness = overlay(OverlaySize::Full, Theme::Dark);
    harness.get_by_label("Smaller").click();
    harness.run();
    assert_eq!(harness.state().size, OverlaySize::Compact);
    for (key, size) in [
        (Key::Num3, OverlaySize::Line),
        (Key::Plus, OverlaySize::Compact),
        (Key::Num1, OverlaySize::Full),
        (Key::Minus, OverlaySize::Compact),
    ] {
        harness.key_press(key);
        harness.run();
        assert_eq!(harness.state().size, size);
    }
}

#[test]
fn who_speaks_and_what_is_wrong_is_said() {
    let mut harness = overlay(OverlaySize::Full, Theme::Dark);
    let troubles = vec![
        Trouble::Lost { party: Party::Customer, device: "Headset".into() },
        Trouble::Behind,
        Trouble::Bleed,
    ];
    let keeping = Keeping::LogAndAudio;
    harness
        .state_mut()
        .state
        .pulse(&pulse(|pulse| (pulse.troubles, pulse.keeping) = (troubles, keeping)));
    harness.run();
    for words in [
        "Recording",
        "03:07",
        "You are speaking",
        "The customer is silent",
        "The customer's sound is gone. Waiting for it.",
        "+2 more",
    ] {
        harness.get_by_label(words);
    }
}

#[test]
fn the_last_screen_leads_on() {
    let mut state = OverlayState::new(None);
    state.event(&Event { at: CallTime::ZERO, body: Body::Summary(Box::default()) });
    assert!(state.is_over());
    let call = CallEnd::of(state.lines());
    let mut harness = Harness::builder()
        .with_size((380.0, 460.0))
        .with_context_setup(evenkeel::ui::install_theme)
        .build_ui_state(
            move |ui, done: &mut Vec<EndAction>| done.extend(show_end(ui, &call, true)),
            Vec::new(),
        );
    for name in ["Open folder", "New call", "Close"] {
        harness.get_by_label(name).click();
        harness.run();
    }
    harness.key_press(Key::N);
    harness.run();
    let expected =
        [EndAction::OpenFolder, EndAction::NewCall, EndAction::Close, EndAction::NewCall];
    assert_eq!(*harness.state(), expected);
}

#[test]
fn the_last_screen_tells_how_the_customer_was() {
    let mut state = OverlayState::new(None);
    state.event(&tone(62.0, 0.8));
    let words = Sentiment { overall: -1.2, quarters: [Some(-1.2), None, None, None] };
    let summary = Summary {
        heat: Some(Heat { peak: 0.8, mean: 0.5, last_minute: Some(0.2) }),
        sentiment: PerParty { agent: Some(words), customer: Some(words) },
        ..Summary::default()
    };
    state.event(&Event { at: CallTime::from_secs(90.0), body: Body::Summary(Box::new(summary)) });
    let call = CallEnd::of(state.lines());
    let mut harness = Harness::builder()
        .with_size((380.0, 460.0))
        .with_context_setup(evenkeel::ui::install_theme)
        .build_ui(move |ui| _ = show_end(ui, &call, true));
    harness.run();
    // Of the agent no feeling is told, though the log knows their words.
    harness.get_by_label(
        "Customer: heated at 01:02, calm at the end; words \u{2212}1.2, from \u{2212}5 to 5",
    );
    assert!(harness.query_all_by_label_contains("words").count() == 1);
}

#[test]
fn the_set_up_starts_when_all_is_chosen() {
    let device = |id: &str, name: &str| Choice {
        id: id.into(),
        name: name.into(),
        good_for: "For calls.".into(),
        recommended: id == "mic",
    };
    let choices = Choices {
        devices: PerParty {
            agent: vec![device("mic", "Headset microphone"), device("cam", "Camera")],
            customer: vec![device("out", "Headset speaker")],
        },
        languages: vec![LanguageChoice { code: "en".into(), name: "English".into() }],
        models: vec![ModelChoice { name: "tiny.en".into(), ..ModelChoice::default() }],
    };
    let before = Answers { folder: PathBuf::from("/calls"), ..Answers::default() };
    let state = (SetupState::new(choices, before), Vec::<SetupAction>::new());
    let mut harness = Harness::builder()
        .with_size((600.0, 1_000.0))
        .with_context_setup(evenkeel::ui::install_theme)
        .build_ui_state(|ui, (state, done)| done.extend(show_setup(ui, state)), state);
    let consent = "I have read this, and I tell my customers where the law asks for it.";
    let steps = [
        ("Choose your microphone.", "Headset microphone"),
        ("Choose what carries the customer's voice.", "Headset speaker"),
        ("Read and confirm the last part.", consent),
    ];
    for (missing, choose) in steps {
        harness.get_by_label(missing);
        harness.get_by_label("Start").click();
        harness.run();
        harness.get_by_label(choose).click();
        harness.run();
    }
    harness.get_by_label("Test").click();
    harness.run();
    harness.get_by_label("Say something.");
    harness.get_by_label("Start").click();
    harness.run();
    let chosen = Answers {
        devices: PerParty { agent: "mic".into(), customer: "out".into() },
        keeping: Keeping::Log,
        folder: PathBuf::from("/calls"),
        language: "en".into(),
        model: "tiny.en".into(),
        end_after_secs: None,
    };
    let done = &harness.state().1;
    assert_eq!(*done, [SetupAction::Listen, SetupAction::Listen, SetupAction::Start(chosen)]);
}
