//! A live call equals its replay: the demo call, played into two sinks, goes through the real
//! program, from its window to its log. Needs PipeWire and Xvfb; without them the test says so and
//! passes.

#![cfg(all(target_os = "linux", feature = "pipewire", feature = "whisper", feature = "gui"))]

mod rig;

use std::path::Path;
use std::time::Duration;

use rig::Rig;
use rig::faults::LiveCall;
use rig::process::wait_until;
use rig::screen::Screen;
use serde_json::Value;

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo-call.wav");
const PATIENCE: Duration = Duration::from_secs(30);
/// How far a moment may lie from where the replay has it.
const WITHIN_SECS: f64 = 0.06;
/// Word errors of the live log against the replayed one, at most.
const WORD_ERRORS: f64 = 0.02;

fn read(folder: &Path) -> Vec<Value> {
    let log = std::fs::read_to_string(folder.join("events.jsonl")).unwrap();
    log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn secs(event: &Value, key: &str) -> f64 {
    event[key].as_f64().unwrap()
}

fn of<'a>(events: &'a [Value], kind: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["type"] == kind).collect()
}

/// So much later is the live call than the recording: the difference at which most speech
/// begins at the same moments.
fn offset(live: &[Value], replayed: &[Value]) -> f64 {
    let starts = |events: &[Value]| -> Vec<f64> {
        of(events, "speech").iter().map(|event| secs(event, "start")).collect()
    };
    let (live, replayed) = (starts(live), starts(replayed));
    let near = |offset: f64| {
        let met = |start: &f64| replayed.iter().any(|at| (start - offset - at).abs() < 0.02);
        live.iter().filter(|start| met(start)).count()
    };
    let offsets = live.iter().flat_map(|a| replayed.iter().map(move |b| a - b));
    offsets.max_by_key(|offset| near(*offset)).expect("somebody speaks")
}

/// What happened, as (name, start, end), in order.
fn happenings(events: &[Value], offset: f64) -> Vec<(String, f64, f64)> {
    let mut found = Vec::new();
    for event in of(events, "overlap") {
        let name = format!("{} by the {}, {}", event["kind"], event["by"], event["yielded"]);
        found.push((name, secs(event, "start") - offset, secs(event, "end") - offset));
    }
    for event in of(events, "silence") {
        found.push(("silence".into(), secs(event, "start") - offset, secs(event, "end") - offset));
    }
    // The demo call's pace lies at the threshold: which side a live recording of it falls on
    // differs from one to the next. All other cues must agree.
    for event in of(events, "cue").into_iter().filter(|cue| cue["rule"] != "stay-calm") {
        let at = secs(event, "at") - offset;
        found.push((format!("cue {}", event["rule"]), at, at));
    }
    found.sort_by(|a, b| a.1.total_cmp(&b.1).then_with(|| a.0.cmp(&b.0)));
    found
}

fn words(events: &[Value], party: &str) -> Vec<String> {
    let plain = |word: &str| -> String {
        word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let of_party = of(events, "utterance").into_iter().filter(|e| e["party"] == party);
    of_party
        .flat_map(|e| e["text"].as_str().unwrap().split_whitespace().map(plain).collect::<Vec<_>>())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Words to replace, put in or leave out.
fn edits(from: &[String], to: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (k, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[k + 1];
            row[k + 1] = replaced.min(row[k] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[test]
fn a_live_call_equals_its_replay() {
    let Some(rig) = Rig::start() else { return };
    let Some(screen) = Screen::start() else { return };
    for name in ["agent", "customer"] {
        rig.sink(name, 48_000);
    }
    let folder = rig.path("live");
    let mut command = rig.command(env!("CARGO_BIN_EXE_evenkeel"));
    command.args(["live", "--agent-device", "pipewire:agent"]);
    command.args(["--customer-device", "pipewire:customer", "--keep", "audio", "--stats"]);
    command.arg("--out").arg(&folder);
    command.env("EVENKEEL_MODELS", concat!(env!("CARGO_MANIFEST_DIR"), "/models"));
    let program = rig.run(screen.show(&mut command));
    let mut call = LiveCall { program, folder: folder.clone() };
    assert!(wait_until(PATIENCE, || rig.listeners().len() == 2), "{}", call.program.log());
    assert!(screen.wait_for_window("Evenkeel", PATIENCE), "{}", call.program.log());

    let mut player = rig.play_call("agent", "customer", Path::new(DEMO));
    let cue = call.wait_for(Duration::from_secs(60), |event| event["type"] == "cue");
    let picture = rig.path("prompt.png");
    screen.screenshot(&picture);
    // A blank screen is a few hundred bytes.
    assert!(std::fs::metadata(&picture).unwrap().len() > 5_000, "nothing is on the screen: {cue}");
    assert!(wait_until(Duration::from_secs(120), || !player.is_running()));
    std::thread::sleep(Duration::from_millis(800));
    let status = call.interrupt(PATIENCE);
    assert!(status.success(), "{status}: {}", call.program.log());
    // For whoever reads the test's output: nothing of it is asserted, since machines differ.
    let log = call.program.log();
    println!("{}", &log[log.rfind("\nLength").unwrap_or(0)..]);

    let replay = rig.path("replayed");
    let mut command = rig.command(env!("CARGO_BIN_EXE_evenkeel"));
    command.env("EVENKEEL_MODELS", concat!(env!("CARGO_MANIFEST_DIR"), "/models"));
    command.args(["replay", "--quiet", DEMO, "--out"]).arg(&replay);
    assert!(command.status().unwrap().success());

    let (live, replayed) = (read(&folder), read(&replay));
    assert_eq!(live.last().unwrap()["type"], "summary");
    assert!(of(&live, "gap").is_empty(), "{:?}", of(&live, "gap"));
    let offset = offset(&live, &replayed);
    // What lies after the recording's end is of the live call alone.
    let end = replayed.last().unwrap()["duration"].as_f64().unwrap();
    let live_happenings: Vec<_> =
        happenings(&live, offset).into_iter().filter(|(_, start, _)| *start < end - 0.1).collect();
    let expected = happenings(&replayed, 0.0);
    let names = |all: &[(String, f64, f64)]| -> Vec<String> {
        all.iter().map(|(name, ..)| name.clone()).collect()
    };
    assert_eq!(names(&live_happenings), names(&expected));
    for (live, expected) in live_happenings.iter().zip(&expected) {
        let far = (live.1 - expected.1).abs().max((live.2 - expected.2).abs());
        assert!(far <= WITHIN_SECS, "{live:?} for {expected:?}");
    }
    let (mut wrong, mut count) = (0, 0);
    for party in ["agent", "customer"] {
        let expected = words(&replayed, party);
        wrong += edits(&expected, &words(&live, party));
        count += expected.len();
    }
    println!("{wrong} of {count} words differ");
    assert!(wrong as f64 <= WORD_ERRORS * count as f64, "{wrong} of {count} words differ");
}
