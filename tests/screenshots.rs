//! Pictures of every state of the windows, from moments of the demo call, in real windows on a
//! screen of its own (Xvfb). They go to `target/screenshots`; with `UPDATE_SCREENSHOTS=1` to
//! `assets/screenshots`. Each must have the size of its window and something in it.
//!
//! A program of its own, since a window needs the main thread.

mod playback;
mod reviewed;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use eframe::egui::{self, ColorImage, Theme, Ui, ViewportBuilder, ViewportCommand};
use eframe::icon_data::IconDataExt as _;
use evenkeel::call::notes::{About, Note, Said, Verdict, add};
use evenkeel::engine::{Input, Words};
use evenkeel::event::{Body, Event, Layout, Word};
use evenkeel::session::board::{Keeping, Pulse, Trouble};
use evenkeel::speech::transcript::Transcript;
use evenkeel::ui::{
    Action, Answers, CallEnd, Choice, Choices, LanguageChoice, ModelChoice, OverlaySize,
    OverlayState, Place, Review, ReviewSetup, SetupState, Waker, install_theme, show_end,
    show_overlay, show_review, show_setup,
};
use evenkeel::units::{CallSpan, CallTime, Dbfs, Party, PerParty};

/// Set in the process that has a screen.
const CHILD: &str = "EVENKEEL_SCREENSHOTS_CHILD";
/// Pixels a point: as on a dense screen.
const SCALE: f32 = 2.0;

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    if std::env::var_os(CHILD).is_some() {
        return take_pictures();
    }
    let screen = ["-a", "-s", "-screen 0 2600x2400x24 -noreset"];
    let own = std::env::current_exe().expect("a program has a path");
    let run = Command::new("xvfb-run").args(screen).arg(own).env(CHILD, "1").status();
    match run {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(status) => {
            eprintln!("screenshots: {status}");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("screenshots: SKIPPED, nothing was checked: xvfb-run: {error}");
            ExitCode::SUCCESS
        }
    }
}

/// What is in one picture.
enum View {
    Overlay(Box<OverlayState>, OverlaySize),
    End(CallEnd),
    Setup(Box<SetupState>),
    /// With a key that is pressed first, and the folder that the calls are in.
    Review {
        review: Box<Review>,
        key: Option<egui::Key>,
        _folder: Rc<tempfile::TempDir>,
    },
}

struct Picture {
    name: String,
    theme: Theme,
    points: (f32, f32),
    view: View,
}

fn take_pictures() -> ExitCode {
    let update = std::env::var_os("UPDATE_SCREENSHOTS").is_some_and(|value| value == "1");
    let folder = if update { "assets/screenshots" } else { "target/screenshots" };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    std::fs::create_dir_all(&folder).expect("a folder for the pictures");
    let viewport = ViewportBuilder::default().with_decorations(false);
    let options = eframe::NativeOptions { viewport, dithering: false, ..Default::default() };
    let faults = Rc::new(RefCell::new(Vec::new()));
    let found = Rc::clone(&faults);
    let studio = move |cc: &eframe::CreationContext<'_>| {
        install_theme(&cc.egui_ctx);
        cc.egui_ctx.set_zoom_factor(SCALE);
        let pictures = pictures().into_iter();
        let studio = Studio {
            folder,
            pictures,
            current: None,
            frames: 0,
            faults: found,
            taken: Arc::default(),
        };
        Ok(Box::new(studio) as Box<dyn eframe::App>)
    };
    eframe::run_native("screenshots", options, Box::new(studio)).expect("a window");
    for fault in faults.borrow().iter() {
        eprintln!("screenshots: {fault}");
    }
    if faults.borrow().is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Shows one picture after the other, and keeps each once it stands still.
struct Studio {
    folder: PathBuf,
    pictures: std::vec::IntoIter<Picture>,
    current: Option<Picture>,
    frames: u32,
    faults: Rc<RefCell<Vec<String>>>,
    taken: Arc<Mutex<Option<Arc<ColorImage>>>>,
}

impl Studio {
    fn keep(&mut self, image: &ColorImage) {
        let Some(picture) = self.current.take() else { return };
        let (width, height) = picture.points;
        let expected = [(width * SCALE) as usize, (height * SCALE) as usize];
        let fault =
            |what: String| self.faults.borrow_mut().push(format!("{}: {what}", picture.name));
        if image.size != expected {
            fault(format!("{:?} pixels instead of {expected:?}", image.size));
        }
        let ground = image.pixels[image.size[0] * 4 + 4];
        let drawn = image.pixels.iter().filter(|pixel| **pixel != ground).count();
        if drawn * 50 < image.pixels.len() {
            fault(format!("{drawn} of {} pixels are drawn", image.pixels.len()));
        }
        let rgba = image.pixels.iter().flat_map(|pixel| pixel.to_array()).collect();
        let [width, height] = image.size.map(|side| side as u32);
        let png = egui::IconData { rgba, width, height }.to_png_bytes().expect("a picture");
        std::fs::write(self.folder.join(format!("{}.png", picture.name)), png).expect("room");
    }
}

impl eframe::App for Studio {
    /// The pointer is nowhere: it would light up what it happens to be on.
    fn raw_input_hook(&mut self, _: &egui::Context, input: &mut egui::RawInput) {
        input.events.retain(|event| !matches!(event, egui::Event::PointerMoved(_)));
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        let taken = self.taken.lock().unwrap().take();
        if let Some(image) = taken {
            self.keep(&image);
        }
        if self.current.is_none() {
            self.current = self.pictures.next();
            self.frames = 0;
            match &self.current {
                None => return ctx.send_viewport_cmd(ViewportCommand::Close),
                Some(picture) => {
                    ctx.set_theme(picture.theme);
                    let size = egui::Vec2::from(picture.points);
                    ctx.send_viewport_cmd(ViewportCommand::InnerSize(size));
                }
            }
        }
        self.frames += 1;
        if self.frames == 4
            && let Some(View::Review { key: Some(key), .. }) =
                self.current.as_ref().map(|now| &now.view)
        {
            press(&ctx, *key);
        }
        if self.frames == 8 {
            let taken = Arc::clone(&self.taken);
            ctx.request_screenshot(move |image| *taken.lock().unwrap() = Some(image));
        }
        ctx.request_repaint();
        match self.current.as_mut().map(|picture| &mut picture.view) {
            Some(View::Overlay(state, size)) => _ = show_overlay(ui, state, *size),
            Some(View::End(call)) => _ = show_end(ui, call, true),
            Some(View::Setup(state)) => _ = show_setup(ui, state),
            Some(View::Review { review, .. }) => show_review(ui, review),
            None => {}
        }
    }
}

/// As if somebody had pressed a key.
fn press(ctx: &egui::Context, key: egui::Key) {
    let modifiers = egui::Modifiers::NONE;
    let event =
        egui::Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers };
    ctx.input_mut(|input| input.events.push(event));
}

/// The call's events, its speech and its sound.
struct Demo {
    events: Vec<Event>,
}

impl Demo {
    /// Played through the engine, with the words of the script.
    fn play() -> Demo {
        let mut engine = playback::engine(Layout::Live, Words::OnTime);
        let mut events = Vec::new();
        let call = &*playback::DEMO;
        for from in (0..call.agent.len()).step_by(320) {
            for (party, samples) in call.iter() {
                let samples = &samples[from.min(samples.len())..(from + 320).min(samples.len())];
                step(&mut engine, Input::Audio { party, samples }, &mut events);
            }
        }
        step(&mut engine, Input::End, &mut events);
        Demo { events }
    }

    /// The overlay as it was at a moment of the call.
    fn at(&self, secs: f64, change: impl FnOnce(&mut Pulse)) -> OverlayState {
        let now = CallTime::from_secs(secs);
        let mut state = OverlayState::new(Some(120.0));
        for event in self.events.iter().take_while(|event| event.at <= now) {
            state.tick(event.at.secs());
            state.event(event);
        }
        let speaks = |party| {
            self.events.iter().any(|event| {
                matches!(&event.body, Body::Speech { party: of, span } if *of == Some(party) && span.contains(now))
            })
        };
        let level = |party| {
            let samples: &[f32] = &playback::DEMO[party];
            let (from, to) = (playback::at(secs - 0.2), playback::at(secs));
            let part = &samples[from.min(samples.len())..to.min(samples.len())];
            let square: f32 = part.iter().map(|sample| sample * sample).sum();
            Dbfs::from_mean_square(square / part.len().max(1) as f32).0
        };
        let mut pulse = Pulse {
            now,
            speaking: PerParty::from_fn(speaks),
            level_dbfs: PerParty::from_fn(level),
            keeping: Keeping::LogAndAudio,
            ..Pulse::default()
        };
        change(&mut pulse);
        state.pulse(&pulse);
        state.tick(secs);
        state.tick(secs);
        state
    }
}

fn step(engine: &mut evenkeel::engine::Engine, input: Input<'_>, events: &mut Vec<Event>) {
    let mut seen = events.len();
    engine.step(input, events);
    while let Some(event) = events.get(seen) {
        seen += 1;
        if let Body::Transcribe(request) = &event.body {
            let transcript = scripted(request.party, request.span);
            engine.step(Input::Transcript { id: request.id, transcript: Some(transcript) }, events);
        }
    }
}

/// What the script has a party say in `span`.
fn scripted(party: Option<Party>, span: CallSpan) -> Transcript {
    let truth = include_str!("../assets/demo-call.truth.jsonl");
    let mut words = Vec::new();
    for line in truth.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("a line of the script");
        if line["kind"] != "line" || party.is_some_and(|party| line["party"] != party.name()) {
            continue;
        }
        let (start, end) = (line["start"].as_f64().unwrap(), line["end"].as_f64().unwrap());
        let text: Vec<&str> = line["text"].as_str().unwrap().split_whitespace().collect();
        for (number, word) in text.iter().enumerate() {
            let at = |number: usize| {
                CallTime::from_secs(start + (end - start) * number as f64 / text.len() as f64)
            };
            let word_span = CallSpan::new(at(number), at(number + 1));
            if span.contains(word_span.start.shifted(word_span.secs() / 2.0)) {
                words.push(Word { text: (*word).to_owned(), span: word_span, p: 0.9 });
            }
        }
    }
    let text: Vec<&str> = words.iter().map(|word: &Word| word.text.as_str()).collect();
    Transcript { text: text.join(" "), words, confidence: 0.9, redo: false }
}

fn pictures() -> Vec<Picture> {
    // `EVENKEEL_SCREENSHOTS=review` takes only those of one window.
    if std::env::var("EVENKEEL_SCREENSHOTS").is_ok_and(|only| only == "review") {
        return review();
    }
    let demo = Demo::play();
    let cue_at = |name: &str| {
        let found = demo
            .events
            .iter()
            .find(|event| matches!(&event.body, Body::Cue(cue) if cue.name == name));
        found.map_or(15.0, |event| event.at.secs()) + 0.6
    };
    // A moment at which the customer speaks and no prompt is shown.
    let calm = (90..170).map(|half| f64::from(half) / 2.0).find(|secs| {
        let state = demo.at(*secs, |_| {});
        state.now().speaking.customer && state.cue().is_none()
    });
    let calm = calm.expect("a calm moment");
    type Scene<'a> = (&'a str, Box<dyn Fn() -> OverlayState + 'a>);
    let scenes: Vec<Scene<'_>> = vec![
        ("quiet", Box::new(|| demo.at(36.0, |_| {}))),
        ("customer-speaks", Box::new(|| demo.at(calm, |_| {}))),
        ("prompt", Box::new(|| demo.at(cue_at("let-them-finish"), |_| {}))),
        ("paused", Box::new(|| demo.at(36.0, |pulse| pulse.paused = true))),
        (
            "device-lost",
            Box::new(|| {
                demo.at(36.0, |pulse| {
                    let device = "Headset".into();
                    pulse.troubles =
                        vec![Trouble::Lost { party: Party::Customer, device }, Trouble::Bleed];
                })
            }),
        ),
        ("words-late", Box::new(|| demo.at(calm, |pulse| pulse.troubles = vec![Trouble::Behind]))),
        (
            "ending",
            Box::new(|| {
                let mut state = demo.at(36.0, |pulse| pulse.keeping = Keeping::Log);
                state.acted(Action::AskEnd);
                state
            }),
        ),
    ];
    let mut pictures = Vec::new();
    for theme in [Theme::Dark, Theme::Light] {
        let tone = if theme == Theme::Dark { "dark" } else { "light" };
        for (scene, make) in &scenes {
            for size in [OverlaySize::Full, OverlaySize::Compact, OverlaySize::Line] {
                let name = format!("{scene}-{}-{tone}", format!("{size:?}").to_lowercase());
                let view = View::Overlay(Box::new(make()), size);
                pictures.push(Picture { name, theme, points: size.points(), view });
            }
        }
        let lines = playback::lines(&demo.events);
        let end = View::End(CallEnd::of(&lines));
        pictures.push(Picture {
            name: format!("end-{tone}"),
            theme,
            points: (380.0, 460.0),
            view: end,
        });
        let setup = View::Setup(Box::new(setup()));
        pictures.push(Picture {
            name: format!("set-up-{tone}"),
            theme,
            points: (600.0, 1010.0),
            view: setup,
        });
    }
    pictures.extend(review());
    pictures
}

/// The review of an archive, in its views.
fn review() -> Vec<Picture> {
    let dir = Rc::new(tempfile::tempdir().expect("a folder"));
    let archive = reviewed::archive(dir.path());
    let notes = [
        (
            "Kim",
            About::Moment { start: 12.64, end: 14.048 },
            Some(Verdict::Right),
            "She stops him \
          in the middle of his story: worth hearing together.",
        ),
        ("Ana", About::Moment { start: 12.64, end: 14.048 }, None, "I thought he was done."),
        ("Kim", About::Call, Some(Verdict::Right), ""),
    ];
    for (by, about, verdict, text) in notes {
        let text = text.to_owned();
        let said = match verdict {
            Some(verdict) => Said::Judged { verdict, text },
            None => Said::Noted { text },
        };
        let at = "2026-11-27T09:20:00Z".parse().expect("a time");
        let note = Note::new(at, by, about, said);
        add(&archive.join("calls").join(reviewed::HEARD), &note).expect("room");
    }
    let open = |call: Option<&str>| {
        let setup = ReviewSetup {
            place: Place::Archive(archive.clone()),
            key: None,
            recordings: None,
            call: call.map(str::to_owned),
            by: "Kim".into(),
            memory: None,
            keeping: None,
            threads: 0,
            opener: None,
        };
        Box::new(Review::new(setup, Waker::default()))
    };
    let heard = Some(reviewed::HEARD);
    let views = [
        ("review-list", Theme::Light, None, None),
        ("review-list-dark", Theme::Dark, None, None),
        ("review-call", Theme::Light, heard, Some(egui::Key::J)),
        ("review-dark", Theme::Dark, heard, Some(egui::Key::J)),
        ("review-scorecard", Theme::Light, heard, Some(egui::Key::F2)),
        ("review-notes", Theme::Dark, heard, Some(egui::Key::F4)),
        ("review-keys", Theme::Light, heard, Some(egui::Key::Questionmark)),
    ];
    let picture = |(name, theme, call, key): (&str, Theme, Option<&str>, Option<egui::Key>)| {
        let view = View::Review { review: open(call), key, _folder: Rc::clone(&dir) };
        Picture { name: name.into(), theme, points: (1_280.0, 800.0), view }
    };
    views.into_iter().map(picture).collect()
}

fn setup() -> SetupState {
    let device = |id: &str, name: &str, good_for: &str, recommended| Choice {
        id: id.into(),
        name: name.into(),
        good_for: good_for.into(),
        recommended,
    };
    let choices = Choices {
        devices: PerParty {
            agent: vec![
                device(
                    "headset",
                    "Jabra Evolve2 headset",
                    "Close to your mouth: hears you and little else.",
                    true,
                ),
                device(
                    "camera",
                    "Webcam microphone",
                    "Hears the room and your loudspeakers too.",
                    false,
                ),
            ],
            customer: vec![
                device(
                    "ear",
                    "Jabra Evolve2 headset",
                    "What your softphone plays into your ears.",
                    true,
                ),
                device(
                    "speakers",
                    "Loudspeakers",
                    "Your microphone would hear the customer.",
                    false,
                ),
            ],
        },
        languages: vec![LanguageChoice { code: "en".into(), name: "English".into() }],
        models: vec![ModelChoice {
            name: "tiny.en".into(),
            good_for: "quick, English only".into(),
            languages: vec!["en".into()],
        }],
    };
    let before = Answers {
        devices: PerParty { agent: "headset".into(), customer: "ear".into() },
        keeping: Keeping::LogAndAudio,
        folder: PathBuf::from("/home/agent/calls"),
        end_after_secs: Some(120.0),
        ..Answers::default()
    };
    let mut state = SetupState::new(choices, before);
    state.levels(PerParty { agent: Some(-24.0), customer: Some(-38.0) }, 1.0);
    state
}
