//! The review window by what a screen reader finds in it: every flow, by button and by key.

#![cfg(feature = "gui")]

mod playback;
mod reviewed;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use eframe::egui::{self, Key, Modifiers, Theme};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use evenkeel::archive::Index;
use evenkeel::archive::find::{Wanted, matching};
use evenkeel::archive::lock::{Way, turn};
use evenkeel::audio::write::CallWriter;
use evenkeel::call::file::locked_path;
use evenkeel::call::key::Key as LockKey;
use evenkeel::call::notes::{About, Notes, Said, Verdict};
use evenkeel::session::player::Sound;
use evenkeel::ui::{
    Clip, Keeping, Place, PurgeItem, Review, ReviewSetup, Waker, install_theme, show_review,
};
use evenkeel::units::{CallSpan, PerParty};
use reviewed::HEARD;

fn setup(place: &Path, call: Option<&str>) -> ReviewSetup {
    ReviewSetup {
        place: Place::at(place).0,
        key: None,
        recordings: None,
        call: call.map(str::to_owned),
        by: "Kim".into(),
        memory: None,
        keeping: None,
        threads: 0,
        // No test is to be heard.
        opener: Some(Arc::new(|_, _, _| Err("there are no headphones in this test".into()))),
    }
}

fn window(setup: ReviewSetup, theme: Theme) -> Harness<'static, Review> {
    let mut harness = Harness::builder()
        .with_size((1_280.0, 800.0))
        .with_theme(theme)
        .with_context_setup(install_theme)
        .build_ui_state(show_review, Review::new(setup, Waker::default()));
    harness.run_steps(3);
    harness
}

/// The demo call, open.
fn open_call(dir: &Path) -> (Harness<'static, Review>, PathBuf) {
    let archive = reviewed::archive(dir);
    let folder = archive.join("calls").join(HEARD);
    (window(setup(&archive, Some(HEARD)), Theme::Light), folder)
}

fn press(harness: &mut Harness<'_, Review>, keys: &[Key]) {
    for key in keys {
        harness.key_press(*key);
        harness.run_steps(2);
    }
}

fn at(harness: &Harness<'_, Review>) -> f64 {
    harness.state().position_secs().unwrap()
}

#[track_caller]
fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 0.02, "{found}, not {expected}");
}

#[test]
fn calls_are_listed_sorted_found_and_opened() {
    let dir = tempfile::tempdir().unwrap();
    let archive = reviewed::archive(dir.path());
    let mut harness = window(setup(&archive, None), Theme::Light);
    assert_eq!(harness.state().listed().len(), 14);
    harness.get_by_label("Sort by heat").click();
    harness.run_steps(2);
    assert_eq!(harness.state().listed()[0], "2026-11-26-0912-billing");
    harness.get_by_label("Sort by heat").click();
    harness.run_steps(2);
    assert_eq!(harness.state().listed()[0], "2026-11-26-1021-orders");
    // By words: only one call has them.
    let log = fs::read_to_string(archive.join("calls").join(HEARD).join("events.jsonl")).unwrap();
    let log = log.replace("Is that right?", "Is the toaster right?");
    reviewed::write(&archive, "toast", &log);
    press(&mut harness, &[Key::F5, Key::Slash]);
    harness.get_by_label("Words that were said").type_text("toaster");
    harness.run_steps(3);
    assert_eq!(harness.state().listed(), ["toast"]);
    press(&mut harness, &[Key::Escape, Key::Enter]);
    assert_eq!(harness.state().open_call(), Some("toast"));
    // Where they were said.
    let said = log.lines().find(|line| line.contains("Is the toaster right?")).unwrap();
    let said: serde_json::Value = serde_json::from_str(said).unwrap();
    near(at(&harness), said["start"].as_f64().unwrap());
    press(&mut harness, &[Key::Escape]);
    assert_eq!(harness.state().open_call(), None);
    // It was opened, and stands out no more.
    harness.get_by_label("Filters").click();
    harness.run_steps(2);
    harness.get_by_label("Unread only").click();
    harness.run_steps(2);
    assert!(harness.state().listed().is_empty());
    harness.get_by_label("No call is like that.");
    harness.get_by_label("No filters").click();
    harness.run_steps(2);
    assert_eq!(harness.state().listed(), ["toast"]);
}

#[test]
fn a_call_is_opened_by_pressing_it_twice_and_what_was_opened_is_remembered() {
    let dir = tempfile::tempdir().unwrap();
    let archive = reviewed::archive(dir.path());
    let memory = Some(dir.path().join("review"));
    let own = || ReviewSetup { memory: memory.clone(), ..setup(&archive, None) };
    let mut harness = window(own(), Theme::Dark);
    for _ in 0..2 {
        harness.get_by_label_contains(HEARD).click();
        harness.run_steps(2);
    }
    assert_eq!(harness.state().open_call(), Some(HEARD));
    harness.get_by_label("Calls").click();
    harness.run_steps(2);
    let mut again = window(own(), Theme::Dark);
    let label = |harness: &Harness<'_, Review>| {
        harness.query_by_label_contains(&format!("{HEARD}, Ana, returns")).is_some()
            && harness
                .query_all_by_label_contains("unread")
                .all(|call| !format!("{call:?}").contains(HEARD))
    };
    assert!(label(&again));
    assert_eq!(again.query_all_by_label_contains(", unread").count(), 13);
    // To be looked at again.
    let place = again.state().listed().iter().position(|id| *id == HEARD).unwrap();
    press(&mut again, &[Key::Home]);
    press(&mut again, &vec![Key::ArrowDown; place]);
    press(&mut again, &[Key::U]);
    assert_eq!(again.query_all_by_label_contains(", unread").count(), 14);
}

#[test]
fn one_goes_to_a_word_by_pressing_it_and_by_finding_it() {
    let dir = tempfile::tempdir().unwrap();
    let (mut harness, folder) = open_call(dir.path());
    // The times of all words of the log.
    let log = fs::read_to_string(folder.join("events.jsonl")).unwrap();
    let mut words = Vec::new();
    for line in log.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        for word in line["words"].as_array().into_iter().flatten() {
            words.push((word["w"].as_str().unwrap().to_owned(), word["start"].as_f64().unwrap()));
        }
    }
    let row = harness.get_by_label_contains("Customer: My washing machine").rect();
    let place = egui::pos2(row.left() + 400.0, row.top() + 16.0);
    harness.hover_at(place);
    for pressed in [true, false] {
        let (button, modifiers) = (egui::PointerButton::Primary, Modifiers::NONE);
        harness.event(egui::Event::PointerButton { pos: place, button, pressed, modifiers });
        harness.run_steps(2);
    }
    let found = at(&harness);
    assert!(words.iter().any(|(_, start)| (start - found).abs() < 0.001), "{found}");
    assert!(found > 3.0 && found < 8.0, "{found}");
    // Found by typing, and again for the next.
    press(&mut harness, &[Key::Slash]);
    harness.get_by_label("Find in this call").type_text("thursday");
    harness.run_steps(2);
    let (_, thursday) = words.iter().find(|(word, _)| word.contains("Thursday")).unwrap();
    press(&mut harness, &[Key::Enter]);
    near(at(&harness), *thursday);
    harness.get_by_label("Close the search").click();
    harness.run_steps(2);
    assert!(harness.query_by_label("Find in this call").is_none());
}

#[test]
fn moments_are_gone_through_zoomed_and_shown_with_their_why() {
    let dir = tempfile::tempdir().unwrap();
    let (mut harness, _) = open_call(dir.path());
    press(&mut harness, &[Key::J]);
    near(at(&harness), 12.64);
    harness.get_by_label("overlap 1.4\u{a0}s");
    press(&mut harness, &[Key::J, Key::K]);
    near(at(&harness), 12.64);
    let (from, to) = harness.state().shown_secs().unwrap();
    press(&mut harness, &[Key::Plus, Key::Plus]);
    let (near_from, near_to) = harness.state().shown_secs().unwrap();
    near((to - from) / 4.0, near_to - near_from);
    for _ in 0..12 {
        harness.get_by_label("Closer").click();
        harness.run_steps(2);
    }
    let (near_from, near_to) = harness.state().shown_secs().unwrap();
    near(near_to - near_from, 2.0);
    assert!(near_from <= 12.64 && near_to >= 12.64);
    press(&mut harness, &[Key::Num0]);
    near(harness.state().shown_secs().unwrap().1, to);
    press(&mut harness, &[Key::Home, Key::ArrowRight, Key::ArrowRight, Key::ArrowLeft]);
    near(at(&harness), 5.0);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowLeft);
    harness.run_steps(2);
    near(at(&harness), 4.0);
}

#[test]
fn one_judges_notes_and_takes_back() {
    let dir = tempfile::tempdir().unwrap();
    let (mut harness, folder) = open_call(dir.path());
    let moment = About::Moment { start: 12.64, end: 14.048 };
    let verdict = || Notes::read(&folder).unwrap().verdict(moment);
    press(&mut harness, &[Key::J, Key::W]);
    assert_eq!(verdict(), Some(Verdict::Wrong));
    harness.get_by_label_contains("judged wrong (Kim)");
    harness.get_by_label("Right").click();
    harness.run_steps(2);
    assert_eq!(verdict(), Some(Verdict::Right));
    // The same again takes it back: the one before stands.
    press(&mut harness, &[Key::R]);
    assert_eq!(verdict(), Some(Verdict::Wrong));
    press(&mut harness, &[Key::N]);
    harness.get_by_label("Note").type_text("He was done, r w u.");
    harness.run_steps(2);
    harness.get_by_label("Note it").click();
    harness.run_steps(2);
    // What is typed is no key.
    assert_eq!(verdict(), Some(Verdict::Wrong));
    let notes = Notes::read(&folder).unwrap();
    let said = notes.standing().last().map(|note| (note.about, note.said.clone()));
    assert_eq!(said, Some((moment, Said::Noted { text: "He was done, r w u.".into() })));
    // Who types leaves the field with Escape, not the call.
    press(&mut harness, &[Key::N, Key::Escape]);
    assert!(harness.state().open_call().is_some());
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(2);
    assert_eq!(Notes::read(&folder).unwrap().standing().len(), 1);
    press(&mut harness, &[Key::F4]);
    harness.get_by_label("Take back").click();
    harness.run_steps(2);
    assert!(Notes::read(&folder).unwrap().standing().is_empty());
    // What is not noted yet is there again when the call is.
    press(&mut harness, &[Key::N]);
    harness.get_by_label("Note").type_text("half a thought");
    harness.run_steps(2);
    press(&mut harness, &[Key::Escape, Key::Escape]);
    assert_eq!(harness.state().open_call(), None);
    harness.get_by_label_contains("What you wrote is not noted yet");
    press(&mut harness, &[Key::Enter, Key::F4]);
    assert!(format!("{:?}", harness.get_by_label("Note")).contains("half a thought"));
    press(&mut harness, &[Key::N]);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.run_steps(2);
    let notes = Notes::read(&folder).unwrap();
    let said = notes.standing().last().map(|note| (note.about, note.said.clone()));
    assert_eq!(said, Some((About::Call, Said::Noted { text: "half a thought".into() })));
    // Of the call as a whole.
    harness.get_by_label("Unsure").click();
    harness.run_steps(2);
    assert_eq!(Notes::read(&folder).unwrap().verdict(About::Call), Some(Verdict::Unsure));
    harness.get_by_label_contains("Call judged unsure (Kim)");
}

#[test]
fn without_a_device_it_says_so_and_everything_else_works() {
    let dir = tempfile::tempdir().unwrap();
    let (mut harness, _) = open_call(dir.path());
    press(&mut harness, &[Key::Space]);
    harness.get_by_label_contains("there are no headphones in this test");
    press(&mut harness, &[Key::Num1, Key::CloseBracket, Key::S, Key::J, Key::L]);
    harness.get_by_label("Hear Agent");
    harness.get_by_label("Speed 1.25×");
    harness.get_by_label("Stop the loop");
    harness.get_by_label("Next moment").click();
    harness.run_steps(2);
    assert!(at(&harness) > 13.0);
}

#[test]
fn whatever_is_wrong_with_a_folder_is_said_kindly() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("some");
    let log = include_str!("fixtures/demo-call-log.jsonl");
    let cut: String = log.lines().take(60).map(|line| format!("{line}\n")).collect();
    let cases = [
        ("cut", cut.clone(), "This call goes on, or was cut short"),
        ("silent", log.to_owned(), "The sound of this call was not kept"),
        ("empty", String::new(), "Nothing is in the log of this call yet"),
        ("noise", "no event\nnone\n".into(), "nothing in it can be read"),
        ("hurt", log.replacen("\"type\":\"speech\"", "\"type\":\"spe", 2), "2 lines of the log"),
        ("newer", log.replace("evenkeel.call/1", "evenkeel.call/9"), "A newer Evenkeel"),
    ];
    for (name, log, _) in &cases {
        reviewed::write(&root, name, log);
    }
    fs::write(root.join("calls/silent/audio.wav"), "no sound").unwrap();
    for (name, _, said) in &cases {
        for theme in [Theme::Light, Theme::Dark] {
            let harness = window(setup(&root, Some(name)), theme);
            assert_eq!(harness.state().open_call(), Some(*name));
            let said = if *name == "silent" { "The sound can't be read" } else { said };
            assert!(harness.query_by_label_contains(said).is_some(), "{name}: {said}");
        }
    }
    // More of it comes.
    let mut harness = window(setup(&root, Some("cut")), Theme::Light);
    let (_, before) = harness.state().shown_secs().unwrap();
    fs::write(root.join("calls/cut/events.jsonl"), log).unwrap();
    press(&mut harness, &[Key::F5]);
    assert!(harness.state().shown_secs().unwrap().1 > before + 10.0);
    assert!(harness.query_by_label_contains("was cut short").is_none());
    // And of the list, those that can't be read are told.
    let harness = window(setup(&root, None), Theme::Light);
    assert!(harness.query_by_label_contains("can't be read").is_some());
    assert!(!harness.state().is_busy());
}

#[test]
fn every_view_is_complete_in_both_themes_and_when_all_is_large() {
    let dir = tempfile::tempdir().unwrap();
    let archive = reviewed::archive(dir.path());
    for theme in [Theme::Light, Theme::Dark] {
        for zoom in [1.0, 1.6] {
            let mut harness = window(setup(&archive, Some(HEARD)), theme);
            harness.ctx.set_zoom_factor(zoom);
            // A missing glyph or a control without a name fails.
            press(&mut harness, &[Key::F1, Key::J, Key::F2, Key::F3, Key::F4, Key::Slash]);
            press(&mut harness, &[Key::Escape, Key::Escape, Key::Questionmark]);
            harness.get_by_label("play, pause");
            press(&mut harness, &[Key::Questionmark, Key::Escape]);
            assert!(harness.query_by_label("play, pause").is_none());
            press(&mut harness, &[Key::Escape, Key::Escape, Key::F]);
            assert_eq!(harness.state().open_call(), None);
            harness.get_by_label("Unread only");
        }
    }
}

#[test]
fn locked_calls_are_gone_through_with_their_key_and_nothing_of_them_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let archive = reviewed::archive(dir.path());
    let folder = archive.join("calls").join(HEARD);
    let key = LockKey::generate();
    turn(&archive, Way::Lock, &key, &[]).unwrap();
    let files = || {
        let mut names = Vec::new();
        for folder in fs::read_dir(archive.join("calls")).unwrap().flatten() {
            names.extend(fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()));
        }
        names.extend(fs::read_dir(&archive).unwrap().map(|file| file.unwrap().path()));
        names.sort();
        names
    };
    let before = files();
    let with = |key: &LockKey| ReviewSetup { key: Some(key.clone()), ..setup(&archive, None) };
    let mut harness = window(with(&key), Theme::Light);
    assert_eq!(harness.state().listed().len(), 14);
    // Words are looked for as ever, and where they were said is told.
    press(&mut harness, &[Key::Slash]);
    harness.get_by_label("Words that were said").type_text("thursday");
    harness.run_steps(4);
    assert_eq!(harness.state().listed().len(), 14);
    press(&mut harness, &[Key::Escape]);
    harness.state_mut().open(HEARD);
    harness.run_steps(3);
    assert_eq!(harness.state().open_call(), Some(HEARD));
    // It opens where the word was said.
    assert!(harness.query_all_by_label_contains("machine on Thursday").next().is_some());
    for trouble in ["The sound of this call was not kept", "can't be read", "is locked"] {
        assert!(harness.query_by_label_contains(trouble).is_none(), "{trouble}");
    }
    press(&mut harness, &[Key::Space]);
    harness.get_by_label_contains("there are no headphones in this test");
    assert_eq!(files(), before);
    press(&mut harness, &[Key::Home, Key::J, Key::W]);
    let notes = folder.join("notes.jsonl");
    assert!(!notes.exists() && locked_path(&notes).is_file());
    let notes = Notes::read_with(&folder, Some(&key)).unwrap();
    assert_eq!(notes.verdict(About::Moment { start: 12.64, end: 14.048 }), Some(Verdict::Wrong));
    // Without the key, and with another.
    let harness = window(setup(&archive, None), Theme::Light);
    harness.get_by_label("All calls here are locked.");
    harness.get_by_label_contains("14 calls are locked and left out");
    let harness = window(with(&LockKey::generate()), Theme::Light);
    harness.get_by_label_contains("was locked with another key");
    let with = ReviewSetup { call: Some(HEARD.into()), ..with(&LockKey::generate()) };
    let harness = window(with, Theme::Light);
    let said = harness.get_by_label_contains("The log of this call can't be read");
    assert!(format!("{said:?}").contains("was locked with another key"), "{said:?}");
    let harness = window(setup(&archive, Some(HEARD)), Theme::Light);
    let said = harness.get_by_label_contains("The log of this call can't be read");
    assert!(format!("{said:?}").contains("is locked; give its key"), "{said:?}");
}

#[test]
fn a_call_of_two_recordings_can_be_played() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("some");
    let log = include_str!("fixtures/demo-call-log.jsonl");
    let mut lines: Vec<String> = log.lines().map(str::to_owned).collect();
    let mut head: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
    head["layout"] = "two-files".into();
    let call = &*playback::DEMO;
    let mut sources = Vec::new();
    for (name, voice) in [("agent", &call.agent), ("customer", &call.customer)] {
        let name = format!("{name}.wav");
        fs::create_dir_all(&root).unwrap();
        let mut writer = CallWriter::create(&root.join(&name)).unwrap();
        writer.write(&PerParty { agent: voice.clone(), customer: voice.clone() }).unwrap();
        writer.finish().unwrap();
        let source = serde_json::json!(
            {"name": name, "sample_rate": 16_000, "encoding": "pcm_s16le"}
        );
        sources.push(source);
    }
    head["source"] = sources.into();
    lines[0] = head.to_string();
    reviewed::write(&root, "two", &(lines.join("\n") + "\n"));
    let heard = Arc::new(Mutex::new(None));
    let own = Arc::clone(&heard);
    let opener = move |mut sound: Box<dyn Sound>, agent: usize, _: Vec<(f64, f64)>| {
        sound.seek(160_000).unwrap();
        let mut out = Vec::new();
        sound.read(16_000, &mut out).unwrap();
        *own.lock().unwrap() = Some((agent, sound.channels(), out));
        Err("it was heard".to_owned())
    };
    let with = ReviewSetup { opener: Some(Arc::new(opener)), ..setup(&root, Some("two")) };
    let mut harness = window(with, Theme::Light);
    assert!(harness.query_by_label_contains("The sound of this call was not kept").is_none());
    press(&mut harness, &[Key::Space]);
    harness.get_by_label_contains("it was heard");
    let (agent, channels, out) = heard.lock().unwrap().take().unwrap();
    assert_eq!((agent, channels), (0, 2));
    for (i, frame) in out.chunks_exact(2).enumerate() {
        let at = 160_000 + i;
        assert!((frame[0] - call.agent[at]).abs() < 1e-3, "{at}");
        assert!((frame[1] - call.customer[at]).abs() < 1e-3, "{at}");
    }
}

/// Notes what it is asked for.
#[derive(Default)]
struct Asked(Mutex<Vec<String>>);

impl Keeping for Asked {
    fn share(&self, folder: &Path, span: CallSpan, redacted: bool) -> Result<Clip, String> {
        let name = folder.file_name().unwrap().to_string_lossy();
        let (from, to) = (span.start.secs(), span.end.secs());
        self.0.lock().unwrap().push(format!("{name} {from:.3} {to:.3} {redacted}"));
        let remarks = vec!["3 words are masked".to_owned()];
        Ok(Clip { page: PathBuf::from("/clips/one"), remarks })
    }

    fn purge_plan(&self, older_than_days: u32) -> Result<Vec<PurgeItem>, String> {
        self.0.lock().unwrap().push(format!("plan {older_than_days}"));
        let item = |id: &str| PurgeItem {
            folder: PathBuf::from(id),
            id: id.into(),
            began: "2020-01-01".into(),
            bytes: 1_000_000,
            remark: String::new(),
            stays: false,
        };
        Ok(vec![item("one"), item("two")])
    }

    fn purge(&self, items: &[PurgeItem]) -> Result<usize, String> {
        self.0.lock().unwrap().push(format!("purge {}", items.len()));
        Ok(items.len())
    }
}

#[test]
fn a_moment_is_shared_and_old_calls_go_only_when_it_was_said_which() {
    let dir = tempfile::tempdir().unwrap();
    let archive = reviewed::archive(dir.path());
    let asked = Arc::new(Asked::default());
    let own = Arc::clone(&asked) as Arc<dyn Keeping>;
    let with = ReviewSetup { keeping: Some(own), ..setup(&archive, Some(HEARD)) };
    let mut harness = window(with, Theme::Light);
    press(&mut harness, &[Key::J]);
    harness.get_by_label("Share this moment…").click();
    harness.run_steps(3);
    harness.get_by_label("Make the clip").click();
    harness.run_steps(3);
    harness.get_by_label_contains("/clips/one");
    harness.get_by_label("3 words are masked");
    press(&mut harness, &[Key::Escape, Key::Escape]);
    harness.get_by_label("Remove old calls…").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("Remove them for good").is_none());
    harness.get_by_label("Show which").click();
    harness.run_steps(3);
    harness.get_by_label("2020-01-01  two");
    harness.get_by_label("Remove them for good").click();
    harness.run_steps(3);
    harness.get_by_label("2 calls are gone.");
    let asked = asked.0.lock().unwrap();
    assert_eq!(*asked, [&format!("{HEARD} 0.000 29.048 true"), "plan 90", "purge 2"]);
    // Without it, neither is offered.
    let harness = window(setup(&archive, None), Theme::Light);
    assert!(harness.query_by_label("Remove old calls…").is_none());
}

/// Words that no call has, nearly all have, or all have but never together.
const SEARCHES: [&str; 6] =
    ["refund", "washing machine", "the", "you", "the washing", "you have the"];

/// Prints what opening and going through costs, for `docs/measurements.md`. `EVENKEEL_ARCHIVE` is an
/// archive, such as `docs/compare/synthetic_archive.py` makes.
#[test]
#[ignore = "measures"]
fn measures() {
    let ready = |harness: &mut Harness<'_, Review>| {
        while harness.state().is_busy() {
            std::thread::sleep(Duration::from_millis(1));
            harness.step();
        }
    };
    let timed = |what: &str, from: Instant| println!("{what}: {:.0?}", from.elapsed());
    if let Some(archive) = std::env::var_os("EVENKEEL_ARCHIVE") {
        let archive = PathBuf::from(archive);
        let from = Instant::now();
        let with = ReviewSetup { threads: 2, ..setup(&archive, None) };
        let mut harness = window(with, Theme::Light);
        timed("window of the list", from);
        while harness.state().listed().is_empty() {
            std::thread::sleep(Duration::from_millis(1));
            harness.step();
        }
        timed("calls listed", from);
        println!("{} calls", harness.state().listed().len());
        ready(&mut harness);
        timed("folders looked through", from);
        for words in SEARCHES {
            press(&mut harness, &[Key::Slash]);
            harness.get_by_label("Words that were said").type_text(words);
            let from = Instant::now();
            harness.step();
            ready(&mut harness);
            harness.step();
            timed(&format!("filter by `{words}`"), from);
            println!("{} calls", harness.state().listed().len());
            for _ in 0..words.len() {
                harness.key_press(Key::Backspace);
            }
            harness.run_steps(2);
            ready(&mut harness);
        }
        // The search alone, by the clock and in processor time: others may be busy on the machine.
        let (index, _) = Index::open(&archive).unwrap();
        for words in SEARCHES {
            let wanted = Wanted { words: Some(words.into()), ..Wanted::default() };
            let (from, worked) = (Instant::now(), ThreadTime::now());
            let found = matching(&index, &wanted).unwrap().len();
            let worked = worked.elapsed();
            timed(&format!("search for `{words}` ({found} calls, {worked:.0?} of work)"), from);
        }
        press(&mut harness, &[Key::Escape]);
        let from = Instant::now();
        harness.get_by_label("Sort by agent and queue").click();
        harness.run_steps(2);
        timed("sort by agent (two frames)", from);
        let from = Instant::now();
        for _ in 0..100 {
            harness.key_press(Key::PageDown);
            harness.step();
        }
        timed("100 pages down", from);
    }
    let dir = tempfile::tempdir().unwrap();
    let archive = reviewed::archive(dir.path());
    let long = archive.join("calls/two-hours");
    fs::create_dir_all(&long).unwrap();
    fs::write(long.join("events.jsonl"), two_hours()).unwrap();
    let mut writer = CallWriter::create(&long.join("audio.wav")).unwrap();
    for _ in 0..82 {
        writer.write(&PerParty::clone(&playback::DEMO)).unwrap();
    }
    writer.finish().unwrap();
    for call in [HEARD, "two-hours"] {
        let with = ReviewSetup { threads: 2, ..setup(&archive, None) };
        let mut harness = window(with, Theme::Light);
        ready(&mut harness);
        harness.state_mut().open(call);
        let from = Instant::now();
        while harness.state().open_call().is_none() {
            std::thread::sleep(Duration::from_millis(1));
            harness.step();
        }
        harness.step();
        timed(&format!("{call}: shown"), from);
        ready(&mut harness);
        timed(&format!("{call}: whole waveform"), from);
        let from = Instant::now();
        for _ in 0..100 {
            harness.key_press(Key::ArrowRight);
            harness.step();
        }
        timed(&format!("{call}: 100 frames, each elsewhere"), from);
    }
}

/// The demo call again and again.
fn two_hours() -> String {
    let log = include_str!("fixtures/demo-call-log.jsonl");
    let mut all = String::new();
    let shift = |value: &mut serde_json::Value, by: f64| {
        if let Some(secs) = value.as_f64() {
            *value = serde_json::json!(secs + by);
        }
    };
    for turn in 0..82 {
        for line in log.lines() {
            let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
            let kind = line["type"].as_str().unwrap().to_owned();
            if kind == "summary" && turn < 81 || kind == "call" && turn > 0 {
                continue;
            }
            if kind == "summary" {
                line["duration"] = serde_json::json!(82.0 * 87.0);
            }
            let by = f64::from(turn) * 87.0;
            for of in ["at", "start", "end"] {
                shift(&mut line[of], by);
            }
            for word in line["words"].as_array_mut().into_iter().flatten() {
                shift(&mut word["start"], by);
                shift(&mut word["end"], by);
            }
            if let Some(object) = line.as_object_mut() {
                object.retain(|_, value| !value.is_null() || kind != "speech");
            }
            all += &(line.to_string() + "\n");
        }
    }
    all
}
