//! A live call equals its replay: the demo call, played into two sinks, goes through the real
//! program, from its window to its log. Needs PipeWire and Xvfb; without them the test says so and
//! passes.
//!
//! A live call begins at any moment, so that the engine's frames lie anywhere on the recording.
//! What is found hardly depends on that (`tests/phase.rs`), but a live call is also resampled, and
//! its clocks settle. The recording is therefore replayed after as much silence as the live call
//! had before it, and a few milliseconds more and less. What these replays agree on the live call
//! must have, and nothing that none of them has.

#![cfg(all(target_os = "linux", feature = "pipewire", feature = "whisper", feature = "gui"))]

mod playback;
mod rig;

use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use evenkeel::units::{Party, PerParty};

use rig::Rig;
use rig::faults::LiveCall;
use rig::process::wait_until;
use rig::screen::Screen;
use serde_json::Value;

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo-call.wav");
const PATIENCE: Duration = Duration::from_secs(30);
/// How far a moment may lie from where the replay has it.
const WITHIN_SECS: f64 = 0.06;
/// The recording is replayed after the silence that the live call had before it, and up to so
/// many frames less and more: 4 ms.
const AROUND_FRAMES: usize = 64;
/// So often is the call made, at most.
const CALLS: usize = 3;
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

/// So much later is the live call than the recording, in seconds: the difference at which most
/// speech begins at the same moments.
fn roughly_later(live: &[Value]) -> f64 {
    const STARTS: [f64; 3] = [12.64, 22.33, 47.205]; // As in demo-call.truth.jsonl.
    let speech = of(live, "speech");
    let starts = || speech.iter().map(|event| secs(event, "start"));
    let near = |later: f64| {
        let met = |at: &&f64| starts().any(|start| (start - later - **at).abs() < 0.1);
        STARTS.iter().filter(met).count()
    };
    let all = starts().flat_map(|start| STARTS.map(|at| start - at));
    // The player starts soon after the call: any other likeness is chance.
    let all = all.filter(|later| (0.0..15.0).contains(later));
    all.max_by_key(|later| near(*later)).expect("somebody speaks")
}

/// So many frames of 16 kHz later is it, by what is heard of `party` in `part` (seconds of the
/// recording): the difference at which the sounds are most alike.
fn later(heard: &PerParty<Vec<f32>>, party: Party, part: Range<f64>, roughly: f64) -> usize {
    let said = &playback::DEMO[party][playback::at(part.start)..playback::at(part.end)];
    let likeness = |later: usize| -> f32 {
        let heard = &heard[party][playback::at(part.start) + later..];
        said.iter().zip(heard).map(|(a, b)| a * b).sum()
    };
    let (roughly, around) = (playback::at(roughly), playback::at(0.2));
    let lags = roughly.saturating_sub(around)..roughly + around;
    lags.max_by(|a, b| likeness(*a).total_cmp(&likeness(*b))).unwrap()
}

/// What the program kept of the sound.
fn sound(path: &Path) -> PerParty<Vec<f32>> {
    let mut heard = PerParty::<Vec<f32>>::default();
    let samples = hound::WavReader::open(path).unwrap().into_samples::<i16>();
    for (i, sample) in samples.map(Result::unwrap).enumerate() {
        heard[Party::BOTH[i % 2]].push(f32::from(sample) / 32_768.0);
    }
    heard
}

/// Writes the demo call, each party after so many frames (of 8 kHz) of silence.
fn write_demo_after(frames: &PerParty<usize>, path: &Path) {
    const SILENCE: u8 = 0xFF; // In µ-law.
    let mut bytes = std::fs::read(DEMO).unwrap();
    let data = bytes.windows(4).position(|name| name == b"data").unwrap();
    let longest = frames.agent.max(frames.customer);
    // The length of the file, of the sound in frames (the chunk before), and in bytes.
    for (at, more) in [(4, 2 * longest), (data - 4, longest), (data + 4, 2 * longest)] {
        let length = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        bytes[at..at + 4].copy_from_slice(&(length + more as u32).to_le_bytes());
    }
    let sound = bytes.split_off(data + 8);
    let mut moved = vec![SILENCE; sound.len() + 2 * longest];
    for (i, frame) in sound.chunks_exact(2).enumerate() {
        moved[2 * (i + frames.agent)] = frame[0];
        moved[2 * (i + frames.customer) + 1] = frame[1];
    }
    bytes.extend(moved);
    std::fs::write(path, bytes).unwrap();
}

/// Name, start and end.
type Happening = (String, f64, f64);

/// What happened, in order.
fn happenings(events: &[Value]) -> Vec<Happening> {
    let mut found = Vec::new();
    for event in of(events, "overlap") {
        let name = format!("{} by the {}, {}", event["kind"], event["by"], event["yielded"]);
        found.push((name, secs(event, "start"), secs(event, "end")));
    }
    for event in of(events, "silence") {
        found.push(("silence".into(), secs(event, "start"), secs(event, "end")));
    }
    // The agent's pace lies at the threshold (250 words a minute; 266 begin the cue, 245 hold
    // it): replays have this cue or not as the frames lie, 3 of 8 have it. It is looked at apart.
    // Prompts from words come with the words, live as soon as these are there.
    let by_ear = |cue: &&Value| cue["speed"] == "fast" && cue["name"] != "stay-calm";
    for event in of(events, "cue").into_iter().filter(by_ear) {
        let at = secs(event, "at");
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

/// The pixels on the screen, three bytes each.
fn picture(rig: &Rig, screen: &Screen) -> Vec<u8> {
    let path = rig.path("screen.ppm");
    screen.screenshot(&path);
    std::fs::read(path).unwrap().split_off("P6\n1280 800\n255\n".len())
}

fn changed_pixels(from: &[u8], to: &[u8]) -> usize {
    from.chunks_exact(3).zip(to.chunks_exact(3)).filter(|(a, b)| a != b).count()
}

/// Plays the demo call to the program, from its window to its log, which lies in `folder` then.
fn live_call(rig: &Rig, screen: &Screen, folder: &Path) -> Vec<Value> {
    let mut command = rig.command(env!("CARGO_BIN_EXE_evenkeel"));
    command.args(["live", "--agent-device", "pipewire:agent"]);
    command.args(["--customer-device", "pipewire:customer", "--keep", "audio", "--stats"]);
    command.arg("--out").arg(folder);
    command.env("EVENKEEL_MODELS", concat!(env!("CARGO_MANIFEST_DIR"), "/models"));
    let program = rig.run(screen.show(&mut command));
    let mut call = LiveCall { program, folder: folder.to_owned() };
    assert!(wait_until(PATIENCE, || rig.listeners().len() == 2), "{}", call.program.log());
    assert!(screen.wait_for_window("Evenkeel", PATIENCE), "{}", call.program.log());
    // All of the window, 340 by 240 points, is drawn; a screen without one is black.
    let empty = vec![0; 1280 * 800 * 3];
    let mut calm = Vec::new();
    let drawn = wait_until(PATIENCE, || {
        calm = picture(rig, screen);
        changed_pixels(&empty, &calm) > 80_000
    });
    assert!(drawn, "{}", call.program.log());

    let mut player = rig.play_call("agent", "customer", Path::new(DEMO));
    let cue = call.wait_for(Duration::from_secs(60), |event| event["type"] == "cue");
    // The latest line of the log may be on its way to the screen.
    std::thread::sleep(Duration::from_millis(300));
    let changed = changed_pixels(&calm, &picture(rig, screen));
    println!("{changed} pixels changed");
    assert!((20_000..81_600).contains(&changed), "{changed} pixels changed for {cue}");
    assert!(wait_until(Duration::from_secs(120), || !player.is_running()));
    std::thread::sleep(Duration::from_millis(800));
    let status = call.interrupt(PATIENCE);
    assert!(status.success(), "{status}: {}", call.program.log());
    // For whoever reads the test's output: nothing of it is asserted, since machines differ.
    let log = call.program.log();
    println!("{}", &log[log.rfind("\nLength").unwrap_or(0)..]);

    let live = read(folder);
    assert_eq!(live.last().unwrap()["type"], "summary");
    live
}

/// So much sound did the machine lose, in seconds, which the log must call by its name.
fn lost_secs(live: &[Value]) -> f64 {
    let gaps = of(live, "gap");
    assert!(gaps.iter().all(|gap| gap["cause"] == "overrun"), "{gaps:?}");
    gaps.iter().map(|gap| secs(gap, "end") - secs(gap, "start")).sum()
}

#[test]
fn a_live_call_equals_its_replay() {
    let Some(rig) = Rig::start() else { return };
    let Some(screen) = Screen::start() else { return };
    for name in ["agent", "customer"] {
        rig.sink(name, 48_000);
    }
    // A machine that stands still for a moment loses sound, and the clocks are found anew, whatever the
    // program does. Up to `WITHIN_SECS` of that changes nothing that is compared here; a call that lost
    // more, or moved by more, is made again.
    let (live, before) = (0..CALLS)
        .find_map(|i| {
            let folder = rig.path(&format!("live{i}"));
            let live = live_call(&rig, &screen, &folder);
            let lost_secs = lost_secs(&live);
            let heard = sound(&folder.join("audio.wav"));
            let roughly = roughly_later(&live);
            // While its clocks settle, the live call moves by some milliseconds.
            let place = |party, parts: [Range<f64>; 2]| {
                parts.map(|part| later(&heard, party, part, roughly))
            };
            let before = PerParty {
                agent: place(Party::Agent, [15.0..17.0, 80.0..82.0]),
                customer: place(Party::Customer, [23.0..25.0, 64.0..66.0]),
            };
            let moved = before.map(|[early, late]| early.abs_diff(*late));
            let moved_secs = moved.agent.max(moved.customer) as f64 / 16_000.0;
            println!("{lost_secs:.3} s of the sound lost, moved by {moved_secs:.3} s: {before:?}");
            (lost_secs.max(moved_secs) <= WITHIN_SECS).then_some((live, before))
        })
        .expect("a call that loses hardly any sound, and keeps its place");

    let replays = [0, 1, 2, 3, 4].map(|more: usize| {
        let (recording, replay) = (rig.path("demo.wav"), rig.path(&format!("replayed{more}")));
        let frames = before.map(|[early, late]| {
            let (least, most) = ((*early).min(*late), (*early).max(*late) + AROUND_FRAMES);
            let least = least.saturating_sub(AROUND_FRAMES);
            (least + (most - least) * more / 4) / 2
        });
        write_demo_after(&frames, &recording);
        let mut command = rig.command(env!("CARGO_BIN_EXE_evenkeel"));
        command.env("EVENKEEL_MODELS", concat!(env!("CARGO_MANIFEST_DIR"), "/models"));
        command.args(["replay", "--quiet"]).arg(recording).arg("--out").arg(&replay);
        assert!(command.status().unwrap().success());
        read(&replay)
    });

    // What lies after the recording's end is of the live call alone.
    let end = replays[0].last().unwrap()["duration"].as_f64().unwrap();
    let found: Vec<Happening> =
        happenings(&live).into_iter().filter(|(_, start, _)| *start < end - 0.1).collect();
    let replayed = replays.each_ref().map(|events| happenings(events));
    let is_within = |one: &Happening, all: &[Happening], secs: f64| {
        all.iter().any(|other| {
            let far = (one.1 - other.1).abs().max((one.2 - other.2).abs());
            one.0 == other.0 && far <= secs
        })
    };
    let is_in = |one: &Happening, all: &[Happening]| is_within(one, all, WITHIN_SECS);
    // So far apart are the recordings of the replays.
    let moved = |[early, late]: [usize; 2]| early.abs_diff(late) + 2 * AROUND_FRAMES;
    let spread_secs = moved(before.agent).max(moved(before.customer)) as f64 / 16_000.0;
    let agree_secs = WITHIN_SECS + spread_secs;
    for one in &found {
        let times = replayed.iter().filter(|all| is_in(one, all)).count();
        println!("{one:?}: in {times} of {} replays", replayed.len());
        assert!(times > 0, "in no replay: {one:?}\n{replayed:#?}");
    }
    let agreed: Vec<&Happening> = replayed[0]
        .iter()
        .filter(|one| replayed.iter().all(|all| is_within(one, all, agree_secs)))
        .collect();
    // All seven but one, at least.
    assert!(agreed.len() >= 6, "{replayed:#?}");
    for one in &agreed {
        assert!(is_within(one, &found, agree_secs), "not in the live call: {one:?}\n{found:#?}");
    }
    println!("{} happenings, {} of them in all replays", found.len(), agreed.len());
    assert!(replayed.iter().any(|all| all.len() == found.len()), "{found:#?}\n{replayed:#?}");

    // Where it comes, it comes once, in the turn in which the agent hurries.
    let hurries = [16.0, 21.93].map(|at| before.agent[0] as f64 / 16_000.0 + at);
    for events in replays.iter().chain([&live]) {
        let cues = of(events, "cue").into_iter().filter(|cue| cue["name"] == "stay-calm");
        let at: Vec<f64> = cues.map(|cue| secs(cue, "at")).collect();
        println!("stay-calm: {at:?}");
        let due = at.iter().all(|at| (hurries[0]..hurries[1]).contains(at));
        assert!(at.len() <= 1 && due, "{at:?}, not in {hurries:?}");
    }

    // The replays' own words differ: of "Thursday is fine", some have two words or none. The live
    // call has those of one of them.
    let differ = |replayed: &Vec<Value>| {
        let (mut wrong, mut count) = (0, 0);
        for party in ["agent", "customer"] {
            let expected = words(replayed, party);
            wrong += edits(&expected, &words(&live, party));
            count += expected.len();
        }
        println!("{wrong} of {count} words differ");
        assert!(count > 200, "{count} words");
        wrong as f64 / count as f64
    };
    let least = replays.iter().map(differ).fold(1.0, f64::min);
    assert!(least <= WORD_ERRORS, "{:.1} % of the words differ", 100.0 * least);
}
