//! Live calls when things go wrong: devices and servers that vanish, a full disk, a program that
//! is paused, stopped or killed. Needs PipeWire; without it each test says so and passes.

#![cfg(all(target_os = "linux", feature = "pipewire"))]

mod rig;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rig::faults::{LiveCall, SmallDisk, wav_secs};
use rig::process::wait_until;
use rig::{Rig, Sink, skipped};
use serde_json::Value;

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo-call.wav");
const RATE_HZ: u32 = 48_000;
const PATIENCE: Duration = Duration::from_secs(15);

/// A sound system with the two sinks of a call.
fn sinks() -> Option<(Rig, Sink, Sink)> {
    let rig = Rig::start()?;
    let (agent, customer) = (rig.sink("agent", RATE_HZ), rig.sink("customer", RATE_HZ));
    Some((rig, agent, customer))
}

/// A call that hears both sinks, its log in `folder`; nothing plays yet.
#[track_caller]
fn started(rig: &Rig, folder: &Path, more: &[&str]) -> LiveCall {
    let mut call = LiveCall::start(rig, folder, &[&["--no-words"], more].concat());
    call.wait_for(PATIENCE, is("call"));
    assert!(wait_until(PATIENCE, || rig.listeners().len() == 2), "{}", call.program.log());
    call
}

fn is(kind: &str) -> impl Fn(&Value) -> bool {
    move |event| event["type"] == kind
}

/// A gap in the customer's sound, because the device went.
fn lost_customer(event: &Value) -> bool {
    event["type"] == "gap" && event["party"] == "customer" && event["cause"] == "device-lost"
}

#[track_caller]
fn assert_complete(call: &LiveCall) {
    let events = call.events();
    assert_eq!(events[0]["type"], "call");
    assert_eq!(events.last().unwrap()["type"], "summary", "{}", call.program.log());
}

/// The recordings in a call's folder.
fn recordings(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.extension() == Some(OsStr::new("wav"))).collect()
}

#[test]
fn an_interrupted_call_has_a_complete_log() {
    let Some((rig, ..)) = sinks() else { return };
    let mut call = started(&rig, &rig.path("call"), &[]);
    let _player = rig.play_call("agent", "customer", Path::new(DEMO));
    call.wait_for(PATIENCE, is("speech"));
    let status = call.interrupt(PATIENCE);
    assert!(status.success() || status.code() == Some(130), "{status}: {}", call.program.log());
    assert_complete(&call);
}

#[test]
fn a_sink_that_goes_is_a_gap_and_is_found_again_at_another_rate() {
    let Some((rig, _agent, mut customer)) = sinks() else { return };
    let mut call = started(&rig, &rig.path("call"), &[]);
    for (rates, rate_hz) in [16_000, 44_100].into_iter().enumerate() {
        customer = rig.set_rate(customer, rate_hz);
        let gaps = |call: &LiveCall| call.events().iter().filter(|e| lost_customer(e)).count();
        assert!(wait_until(PATIENCE, || gaps(&call) > rates), "{}", call.program.log());
        assert!(wait_until(PATIENCE, || rig.listeners().len() == 2), "{}", call.program.log());
        let since = call.events().last().unwrap()["at"].as_f64().unwrap();
        let _player = rig.play("customer", Path::new(DEMO));
        call.wait_for(PATIENCE, |event| {
            let customers = event["type"] == "speech" && event["party"] == "customer";
            customers && event["start"].as_f64().unwrap() > since
        });
    }
    call.interrupt(PATIENCE);
    assert_complete(&call);
}

#[test]
fn a_pause_is_silence_and_has_no_words() {
    let Some((rig, ..)) = sinks() else { return };
    let words = if cfg!(feature = "whisper") { &[][..] } else { &["--no-words"][..] };
    let options = [&["--keep", "audio"], words].concat();
    let mut call = LiveCall::start(&rig, &rig.path("call"), &options);
    call.wait_for(PATIENCE, is("call"));
    assert!(wait_until(PATIENCE, || rig.listeners().len() == 2), "{}", call.program.log());
    let _player = rig.play_call("agent", "customer", Path::new(DEMO));
    call.wait_for(PATIENCE, is("speech"));
    call.program.type_line("p");
    std::thread::sleep(Duration::from_secs(5));
    call.program.type_line("r");
    let pause = call.wait_for(PATIENCE, is("pause"));
    let span = |event: &Value| (event["start"].as_f64().unwrap(), event["end"].as_f64().unwrap());
    let (from, to) = span(&pause);
    assert!((to - from - 5.0).abs() < 0.3, "{pause}");
    // The call goes on.
    let heard = if cfg!(feature = "whisper") { "utterance" } else { "speech" };
    call.wait_for(PATIENCE, |event| event["type"] == heard && span(event).0 >= to - 0.01);
    call.interrupt(PATIENCE);
    assert_complete(&call);

    let events = call.events();
    let pauses: Vec<_> = events.iter().filter(|event| event["type"] == "pause").collect();
    assert_eq!(pauses, [&pause]);
    let speaks = |event: &&Value| event["type"] == "speech" || event["type"] == "utterance";
    for event in events.iter().filter(speaks) {
        let (start, end) = span(event);
        assert!(end <= from + 0.01 || start >= to - 0.01, "{event} in {pause}");
        for word in event["words"].as_array().into_iter().flatten() {
            let (start, end) = span(word);
            assert!(end <= from + 0.01 || start >= to - 0.01, "{word} in {pause}");
        }
    }
    // Of both parties; the sound around it is kept.
    let wav = hound::WavReader::open(&recordings(&call.folder)[0]).unwrap();
    let samples: Vec<i16> = wav.into_samples().map(Result::unwrap).collect();
    let sample = |secs: f64| (secs * 16_000.0).round() as usize * 2;
    let loud = |from: f64, to: f64| samples[sample(from)..sample(to)].iter().any(|&x| x != 0);
    // The log has its times to a thousandth of a second.
    assert!(!loud(from + 0.001, to - 0.001), "the pause {pause} is heard in the recording");
    assert!(loud(from - 1.0, from) && loud(to, to + 3.0), "nothing is heard around {pause}");
}

#[test]
fn a_customer_lost_is_never_replaced_by_the_agent() {
    let Some((rig, _agent, customer)) = sinks() else { return };
    let mut call = started(&rig, &rig.path("call"), &[]);
    rig.remove(customer);
    let _player = rig.play("agent", Path::new(DEMO));
    call.wait_for(PATIENCE, |event| event["type"] == "speech" && event["party"] == "agent");
    call.interrupt(PATIENCE);
    let heard = |event: &Value| event["type"] == "speech" && event["party"] == "customer";
    assert!(!call.events().iter().any(heard), "{}", call.program.log());
}

#[test]
fn a_call_outlives_the_sound_server() {
    let Some((mut rig, ..)) = sinks() else { return };
    let mut call = started(&rig, &rig.path("call"), &[]);
    rig.restart_pipewire();
    for name in ["agent", "customer"] {
        rig.sink(name, RATE_HZ);
    }
    assert!(wait_until(PATIENCE, || rig.listeners().len() == 2), "{}", call.program.log());
    let _player = rig.play_call("agent", "customer", Path::new(DEMO));
    call.wait_for(PATIENCE, is("speech"));
    call.interrupt(PATIENCE);
    assert_complete(&call);
}

#[test]
fn a_killed_call_loses_a_second_at_most() {
    let Some((rig, ..)) = sinks() else { return };
    let mut player = rig.play_call("agent", "customer", Path::new(DEMO));
    for round in 0..20 {
        let mut call = started(&rig, &rig.path(&format!("call-{round}")), &["--keep", "audio"]);
        if !player.is_running() {
            player = rig.play_call("agent", "customer", Path::new(DEMO));
        }
        let after = call.kill_within(Duration::from_secs(3));
        // What was known, and when, at the latest line; the sound goes on beyond it.
        let at = |event: &Value| event["at"].as_f64();
        let known = call.events().iter().filter_map(at).fold(0.0, f64::max);
        let kept = recordings(&call.folder);
        assert_eq!(kept.len(), 1, "killed after {after:?}");
        let secs = wav_secs(&kept[0]);
        assert!(secs > known - 1.0, "{secs} s of {known}, killed after {after:?}");
        assert!(secs > after.as_secs_f64() - 1.0, "{secs} s, killed after {after:?}");
    }
}

#[test]
fn a_program_that_stood_still_tells_what_it_missed() {
    let Some((rig, ..)) = sinks() else { return };
    let before = Instant::now();
    let mut call = started(&rig, &rig.path("call"), &["--keep", "audio"]);
    let after = Instant::now();
    let _player = rig.play_call("agent", "customer", Path::new(DEMO));
    call.wait_for(PATIENCE, is("speech"));
    let began = Instant::now();
    call.program.signal(libc::SIGSTOP);
    std::thread::sleep(Duration::from_secs(3));
    call.program.signal(libc::SIGCONT);
    let stood = began.elapsed().as_secs_f64();
    let overrun = |party: &'static str| {
        move |event: &Value| {
            event["type"] == "gap" && event["party"] == party && event["cause"] == "overrun"
        }
    };
    for party in ["agent", "customer"] {
        call.wait_for(PATIENCE, overrun(party));
    }
    // The call goes on.
    let since = call.events().last().unwrap()["at"].as_f64().unwrap();
    call.wait_for(PATIENCE, |event| {
        event["type"] == "speech" && event["start"].as_f64().unwrap() > since
    });
    let shortest = after.elapsed().as_secs_f64();
    call.interrupt(PATIENCE);
    let longest = before.elapsed().as_secs_f64();
    assert_complete(&call);
    let secs = |event: &Value| event["end"].as_f64().unwrap() - event["start"].as_f64().unwrap();
    for party in ["agent", "customer"] {
        let missed: f64 = call.events().iter().filter(|e| overrun(party)(e)).map(secs).sum();
        println!("{missed} s of {stood} s of the {party}");
        assert!((missed - stood).abs() < 0.3, "{missed} s of {stood} s of the {party}");
    }
    // Its time is that of the clock, as if it had never stood still.
    let length = call.events().last().unwrap()["duration"].as_f64().unwrap();
    println!("{shortest} {length} {longest}");
    assert!((shortest - 0.3..longest).contains(&length), "{length}, not {shortest} to {longest}");
    assert!((wav_secs(&recordings(&call.folder)[0]) - length).abs() < 0.2);
}

#[test]
fn a_ring_that_overflows_is_a_gap_and_time_goes_on() {
    const HELD: Duration = Duration::from_secs(4);
    let Some((rig, ..)) = sinks() else { return };
    let before = Instant::now();
    let mut call = started(&rig, &rig.path("call"), &["--stats"]);
    let after = Instant::now();
    let _player = rig.play_call("agent", "customer", Path::new(DEMO));
    call.wait_for(PATIENCE, is("speech"));
    // Longer than the rings, while the callbacks go on.
    if skipped("one thread alone can't be held", call.program.hold_thread("listen", HELD)).is_none()
    {
        return;
    }
    let overrun = |event: &Value| event["type"] == "gap" && event["cause"] == "overrun";
    for party in ["agent", "customer"] {
        call.wait_for(PATIENCE, |event| overrun(event) && event["party"] == party);
    }
    let since = call.events().last().unwrap()["at"].as_f64().unwrap();
    // The turns of the demo call are long, and a span is told at its end.
    call.wait_for(PATIENCE * 3, |event| {
        event["type"] == "speech" && event["start"].as_f64().unwrap() > since
    });
    let shortest = after.elapsed().as_secs_f64();
    call.interrupt(PATIENCE);
    let longest = before.elapsed().as_secs_f64();
    assert_complete(&call);
    let secs = |event: &Value| event["end"].as_f64().unwrap() - event["start"].as_f64().unwrap();
    for party in ["agent", "customer"] {
        let missed: f64 =
            call.events().iter().filter(|e| overrun(e) && e["party"] == party).map(secs).sum();
        // The rings hold two seconds; the rest could not be kept.
        assert!((1.5..3.0).contains(&missed), "{missed} s of the {party}");
    }
    let length = call.events().last().unwrap()["duration"].as_f64().unwrap();
    assert!((shortest - 0.3..longest).contains(&length), "{length}, not {shortest} to {longest}");
    // Each frame that was dropped is counted.
    let log = call.program.log();
    let dropped = log.lines().find(|line| line.starts_with("Frames dropped")).expect(&log);
    let counts: Vec<u64> = dropped.split([' ', ',']).filter_map(|word| word.parse().ok()).collect();
    let expected = u64::from(RATE_HZ) * 3 / 2..u64::from(RATE_HZ) * 3;
    assert!(counts.len() == 2 && counts.iter().all(|n| expected.contains(n)), "{dropped}");
}

#[test]
fn a_source_that_was_moved_is_noticed_and_found_again() {
    let Some((rig, ..)) = sinks() else { return };
    let mut call = started(&rig, &rig.path("call"), &[]);
    let _player = rig.play_call("agent", "customer", Path::new(DEMO));
    call.wait_for(PATIENCE, |event| event["type"] == "speech" && event["party"] == "customer");
    // The customer's side hears the agent's sink: their own microphone, as it were.
    rig.relink("customer", "agent");
    let same = call.wait_for(PATIENCE, |event| event["code"] == "same-audio");
    assert!(same["disables"].as_array().is_some_and(|rules| !rules.is_empty()), "{same}");
    // The agent is told by another thread than writes the log.
    let told = |call: &LiveCall| call.program.log().contains("Both sides carry the same sound");
    assert!(wait_until(PATIENCE, || told(&call)), "{}", call.program.log());
    call.wait_for(PATIENCE, |event| event["code"] == "same-audio-over");
    let since = call.events().last().unwrap()["at"].as_f64().unwrap();
    call.wait_for(PATIENCE * 3, |event| {
        let customers = event["type"] == "speech" && event["party"] == "customer";
        customers && event["start"].as_f64().unwrap() > since
    });
    call.interrupt(PATIENCE);
    assert_complete(&call);
}

#[test]
fn a_folder_that_cannot_be_made_ends_nothing() {
    let Some((rig, ..)) = sinks() else { return };
    fs::write(rig.path("file"), "in the way").unwrap();
    let mut call = LiveCall::start(&rig, &rig.path("file").join("call"), &["--no-words"]);
    let told = |call: &LiveCall| call.program.log().contains("Nothing is kept");
    assert!(wait_until(PATIENCE, || told(&call)), "{}", call.program.log());
    assert!(call.program.is_running());
    let status = call.interrupt(PATIENCE);
    assert!(status.success(), "{status}: {}", call.program.log());
}

#[test]
fn a_full_disk_is_told_and_ends_nothing() {
    let Some((rig, ..)) = sinks() else { return };
    let disk = rig.path("disk");
    let Some(_disk) = SmallDisk::mount(&disk, 256) else { return };
    let mut call = started(&rig, &disk.join("call"), &["--keep", "audio"]);
    let full = |call: &LiveCall| call.program.log().contains("the disk is full");
    assert!(wait_until(PATIENCE, || full(&call)), "{}", call.program.log());
    assert!(call.program.is_running(), "{}", call.program.log());
    call.interrupt(PATIENCE);
    // Reading checks that each line is whole.
    assert!(!call.events().is_empty());
}
