//! Clips of calls for others: what is in them, what is not, and that it is recorded.

use std::fs;
use std::path::{Path, PathBuf};

use evenkeel::audio::decode::Recording;
use evenkeel::audio::source::{CallFiles, Side};
use evenkeel::audio::write::CallWriter;
use evenkeel::call::key::Key;
use evenkeel::call::lock::lock;
use evenkeel::call::shared::{SHARED_NAME, Shares};
use evenkeel::report::share::{
    MARGIN_SECS, Moment, Release, Request, ShareError, Wanted, practice_set, share,
};
use evenkeel::units::PerParty;
use serde_json::{Value, json};

const RATE: f64 = 16_000.0;

fn utterance(party: &str, start: f64, end: f64, text: &str) -> Value {
    // Each word as long as the next.
    let count = text.split(' ').count() as f64;
    let at = |i: usize| ((start + (end - start) * i as f64 / count) * 1e3).round() / 1e3;
    let words: Vec<Value> = text
        .split(' ')
        .enumerate()
        .map(|(i, word)| json!({"w": word, "start": at(i), "end": at(i + 1), "p": 0.9}))
        .collect();
    json!({"at": end, "type": "utterance", "party": party, "start": start, "end": end, "text": text,
           "words": words, "confidence": 0.9, "redo": false})
}

/// A call of a minute, with what should not be heard by others.
fn log() -> Vec<Value> {
    let mut untimed =
        utterance("customer", 32.0, 35.0, "The card is 4417 1234 5678 9012, you see.");
    untimed["words"] = json!([]);
    vec![
        json!({"at": 0.0, "type": "call", "schema": "evenkeel.call/1", "id": "07700900123-desai",
               "started": "2026-11-25T09:00:00+01:00", "source": [{"name": "desai.wav",
               "sample_rate": 16000, "encoding": "pcm_s16le"}], "layout": "stereo",
               "config_sha256": "", "models": [], "version": "0.1.0"}),
        utterance("customer", 10.0, 15.0, "My name is Priyanka Desai and I'm disappointed."),
        utterance("agent", 15.5, 17.0, "What's your phone number?"),
        utterance("customer", 18.0, 19.5, "It's oh seven"),
        utterance("agent", 19.6, 20.0, "Yes."),
        utterance("customer", 20.5, 21.5, "double nine"),
        utterance("agent", 21.6, 22.0, "Okay."),
        utterance("customer", 22.5, 23.0, "four."),
        utterance("agent", 25.0, 28.0, "Thanks, that is all I need."),
        untimed,
        // Nobody knows what was said there.
        json!({"at": 42.0, "type": "speech", "party": "customer", "start": 40.0, "end": 42.0}),
        // Most of the number was not heard: nobody says what is left so slowly.
        utterance("customer", 50.0, 55.0, "My mobile is 07, er 5."),
        json!({"at": 23.5, "type": "cue", "id": 2, "name": "apologise", "text": "Apologise",
               "suggestion": "I'm sorry, Priyanka.", "why": "\"My name is Priyanka Desai and I'm disappointed.\"",
               "rule": "apologise", "evidence": {}, "speed": "slow", "until": 28.5}),
        json!({"at": 23.5, "type": "flag", "start": 18.0, "end": 24.0, "reason": "heat-peak",
               "severity": 2, "cue": null, "evidence": {"heat": 0.8}}),
        json!({"at": 60.0, "type": "summary", "duration": 60.0, "silence": {"seconds": 0.0, "share": 0.0},
               "overlap": {"seconds": 0.0, "share": 0.0}, "scorecard": {}}),
    ]
}

fn write_log(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let lines: Vec<String> = log().iter().map(Value::to_string).collect();
    fs::write(folder.join("events.jsonl"), lines.join("\n") + "\n").unwrap();
}

/// Sound that is nowhere silent: the agent's positive, the customer's negative.
fn write_sound(path: &Path) {
    let mut writer = CallWriter::create(path).unwrap();
    let frames = (60.0 * RATE) as usize;
    let audio = PerParty { agent: vec![0.25; frames], customer: vec![-0.5; frames] };
    writer.write(&audio).unwrap();
    writer.finish().unwrap();
}

fn call(dir: &Path) -> PathBuf {
    let folder = dir.join("07700900123-desai");
    write_log(&folder);
    write_sound(&folder.join("audio.wav"));
    folder
}

fn samples(path: &Path) -> Vec<[f32; 2]> {
    let mut recording = Recording::open(path).unwrap();
    assert_eq!((recording.info().channels, recording.info().sample_rate.hz()), (2, 16_000));
    let mut all = Vec::new();
    while recording.read(&mut all).unwrap() > 0 {}
    all.chunks_exact(2).map(|frame| [frame[0], frame[1]]).collect()
}

fn around(moment: Moment, redact: bool) -> Wanted {
    Wanted { moment, before_secs: 15.0, after_secs: 15.0, redact }
}

fn release(out: &Path) -> Release<'_> {
    Release { by: "Kim", out, key: None }
}

/// Where the sound is exactly silent in both channels, in tenths of a second of the call.
fn silent(samples: &[[f32; 2]], start: f64, at: f64) -> bool {
    let first = ((at - start) * RATE).round() as usize;
    samples[first..first + 100].iter().all(|frame| *frame == [0.0, 0.0])
}

#[test]
fn a_clip_has_its_stretch_of_sound_and_words_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let (call, out) = (call(dir.path()), dir.path().join("out"));
    let wanted =
        Wanted { moment: Moment::At(16.0, 16.0), before_secs: 3.0, after_secs: 4.0, redact: false };
    let request = Request { call: &call, wanted, recording: None, recordings: None };
    let shared = share(&request, &release(&out)).unwrap();
    let sound = shared.sound.clone().unwrap();
    let heard = samples(&sound);
    assert_eq!(heard.len(), (7.0 * RATE) as usize);
    assert!(heard.iter().all(|[agent, customer]| *agent > 0.2 && *customer < -0.4));
    let page = fs::read_to_string(&shared.page).unwrap();
    for text in [
        "07700900123-desai",
        "What&#39;s your phone number?",
        "oh seven",
        "… and I&#39;m disappointed.",
        "src=\"clip-",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    // From 13 to 20 seconds: nothing of before and after.
    for text in ["Desai", "My name", "double nine", "4417", "Apologise"] {
        assert!(!page.contains(text), "{text}");
    }
    assert!(
        page.contains("default-src &#39;none&#39;") && page.contains("script-src &#39;none&#39;")
    );
    assert!(!page.contains("http:") && !page.contains("https:") && !page.contains("<script"));
    // The page and its sound, and nothing else; recorded in the call's folder.
    let mut files: Vec<_> = fs::read_dir(&out).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    assert_eq!(files, [shared.page.clone(), sound]);
    let shares = Shares::read(&call, None).unwrap();
    assert_eq!(shares.all, std::slice::from_ref(&shared.share));
    let share = &shares.all[0];
    assert_eq!((share.span.start.0, share.span.end.0, share.by.as_str()), (13.0, 20.0, "Kim"));
    assert!(share.sound && !share.redacted && share.to.ends_with("out"));
}

#[test]
fn what_identifies_is_masked_and_silent_over_turns_and_without_times() {
    let dir = tempfile::tempdir().unwrap();
    let (call, out) = (call(dir.path()), dir.path().join("out"));
    let wanted = Wanted { before_secs: 60.0, after_secs: 60.0, ..around(Moment::Cue(2), true) };
    let request = Request { call: &call, wanted, recording: None, recordings: None };
    let shared = share(&request, &release(&out)).unwrap();
    let page = fs::read_to_string(&shared.page).unwrap();
    for text in
        ["Priyanka", "Desai", "desai", "07700900123", "oh seven", "nine", "four", "4417", "9012"]
    {
        assert!(!page.contains(text), "{text}\n{page}");
    }
    for text in [
        "My name is [name] and I&#39;m disappointed.",
        "It&#39;s [number]",
        "What&#39;s your phone number?",
        "[number].",
        "Thanks, that is all I need.",
        "The card is [number], you see.",
        "Apologise",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    let heard = samples(shared.sound.as_deref().unwrap());
    assert_eq!(heard.len(), (60.0 * RATE) as usize);
    // "Priyanka Desai" is the fourth and fifth of eight words, from 11.875 to 13.125.
    let margin = MARGIN_SECS - 0.05;
    for at in [
        11.875 - margin,
        12.5,
        13.125 + margin - 0.01,
        18.6,
        19.4,
        20.6,
        21.4,
        22.6,
        32.0 - margin,
        33.0,
        35.0,
        41.0,
        50.3,
        54.9,
    ] {
        assert!(silent(&heard, 0.0, at), "{at} is heard");
    }
    for at in [10.2, 11.0, 14.2, 16.0, 26.0, 29.0, 38.0, 45.0] {
        assert!(!silent(&heard, 0.0, at), "{at} is silent");
    }
    assert!(shared.share.redacted && shared.masked >= 10 && shared.hushed_secs > 5.0);
    // Who gets the files can't tell the call by their names.
    for file in fs::read_dir(&out).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(name.starts_with("clip-") && !name.contains("desai"), "{name}");
    }
}

#[test]
fn the_recording_is_found_by_its_name_or_given_or_its_lack_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, out) = (dir.path().join("calls/a"), dir.path().join("out"));
    write_log(&folder);
    let request = Request {
        call: &folder,
        wanted: around(Moment::At(20.0, 20.0), false),
        recording: None,
        recordings: None,
    };
    let shared = share(&request, &release(&out)).unwrap();
    assert!(shared.sound.is_none() && shared.no_sound.unwrap().contains("--recording"));
    assert!(!shared.share.sound);
    let page = fs::read_to_string(&shared.page).unwrap();
    assert!(page.contains("There is no sound") && !page.contains("<audio"));
    // Beside the folder of calls.
    let beside = dir.path().join("calls/desai.wav");
    write_sound(&beside);
    assert!(share(&request, &release(&out)).unwrap().sound.is_some());
    // Another recording of the same name is none.
    fs::remove_file(&beside).unwrap();
    let mut short = CallWriter::create(&beside).unwrap();
    short.write(&PerParty { agent: vec![0.1; 16_000], customer: vec![0.1; 16_000] }).unwrap();
    short.finish().unwrap();
    assert!(share(&request, &release(&out)).unwrap().sound.is_none());
    let given = dir.path().join("other.wav");
    write_sound(&given);
    let given = CallFiles::One { path: given, agent: Side::Right };
    let request = Request { recording: Some(&given), ..request };
    let heard = samples(share(&request, &release(&out)).unwrap().sound.as_deref().unwrap());
    assert!(heard[1000][0] < -0.4 && heard[1000][1] > 0.2, "the agent is on the right of it");
}

#[test]
fn what_is_not_there_is_said_and_nothing_is_shared() {
    let dir = tempfile::tempdir().unwrap();
    let (call, out) = (call(dir.path()), dir.path().join("out"));
    let share_at = |moment| {
        let request = Request {
            call: &call,
            wanted: around(moment, true),
            recording: None,
            recordings: None,
        };
        share(&request, &release(&out))
    };
    assert!(matches!(share_at(Moment::Cue(9)), Err(ShareError::NoCue { id: 9, .. })));
    assert!(matches!(share_at(Moment::Flag(2)), Err(ShareError::NoMoment { count: 1, .. })));
    assert!(matches!(share_at(Moment::Flag(0)), Err(ShareError::NoMoment { .. })));
    let error = share_at(Moment::At(61.0, 61.0)).unwrap_err().to_string();
    assert!(error.contains("ends at 01:00"), "{error}");
    // A log without words: nobody knows what to silence.
    let speech: Vec<String> =
        log().iter().filter(|line| line["type"] != "utterance").map(Value::to_string).collect();
    fs::write(call.join("events.jsonl"), speech.join("\n")).unwrap();
    assert!(matches!(share_at(Moment::At(5.0, 5.0)), Err(ShareError::NoWords { .. })));
    assert!(!out.exists() && !call.join(SHARED_NAME).exists());
}

#[test]
fn a_practice_set_is_one_page_with_its_clips() {
    let dir = tempfile::tempdir().unwrap();
    let (call, out) = (call(dir.path()), dir.path().join("out"));
    let request = |moment| Request {
        call: &call,
        wanted: around(moment, true),
        recording: None,
        recordings: None,
    };
    let requests = [request(Moment::Flag(1)), request(Moment::At(27.0, 27.0))];
    let shared = practice_set("Let them <finish>", &requests, &release(&out)).unwrap();
    assert_eq!(shared.len(), 2);
    let page = fs::read_to_string(out.join("Let-them--finish.html")).unwrap();
    assert!(page.contains("Let them &#60;finish&#62;") && page.matches("<audio").count() == 2);
    assert!(page.contains("The customer was at their most heated"));
    for one in &shared {
        let sound = one.sound.as_ref().unwrap();
        assert!(page.contains(sound.file_name().unwrap().to_str().unwrap()) && sound.is_file());
        assert_eq!(one.share.set.as_deref(), Some("Let them <finish>"));
    }
    assert_eq!(Shares::read(&call, None).unwrap().all.len(), 2);
    // One that is not there: none is shared.
    let nowhere = [request(Moment::Flag(1)), request(Moment::Cue(7))];
    let out = dir.path().join("none");
    assert!(practice_set("x", &nowhere, &release(&out)).is_err());
    assert!(fs::read_dir(&out).map_or(0, Iterator::count) == 0);
    assert_eq!(Shares::read(&call, None).unwrap().all.len(), 2);
    assert!(matches!(practice_set("x", &[], &release(&out)), Err(ShareError::Empty)));
}

#[test]
fn a_locked_call_is_shared_with_its_key_and_recorded_in_the_lock() {
    let dir = tempfile::tempdir().unwrap();
    let (call, out) = (call(dir.path()), dir.path().join("out"));
    let key = Key::generate();
    lock(&call, &key).unwrap();
    let request = Request {
        call: &call,
        wanted: around(Moment::Flag(1), false),
        recording: None,
        recordings: None,
    };
    let without = share(&request, &release(&out)).unwrap_err().to_string();
    assert!(without.contains("is locked") && without.contains("--key"), "{without}");
    let with = Release { key: Some(&key), ..release(&out) };
    for _ in 0..2 {
        let shared = share(&request, &with).unwrap();
        assert_eq!(samples(shared.sound.as_deref().unwrap()).len(), (36.0 * RATE) as usize);
    }
    assert!(!call.join(SHARED_NAME).exists());
    assert_eq!(Shares::read(&call, Some(&key)).unwrap().all.len(), 2);
}
