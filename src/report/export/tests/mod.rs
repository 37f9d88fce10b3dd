//! Whole exports of hand-made logs.

mod contact_lens;

use serde_json::{Value, json};

use super::*;

/// How a format is written, for the calls of a test.
type Writer = fn(&[Line], &str, &mut dyn std::io::Write) -> std::io::Result<()>;

fn vtt(lines: &[Line], _: &str, out: &mut dyn std::io::Write) -> std::io::Result<()> {
    write_vtt(lines, out)
}

fn srt(lines: &[Line], _: &str, out: &mut dyn std::io::Write) -> std::io::Result<()> {
    write_srt(lines, out)
}

fn labels(lines: &[Line], _: &str, out: &mut dyn std::io::Write) -> std::io::Result<()> {
    write_audacity_labels(lines, out)
}

fn written(writer: Writer, lines: &[Line]) -> String {
    let mut out = Vec::new();
    writer(lines, "folder", &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn lens(lines: &[Line]) -> Value {
    serde_json::from_str(&written(write_contact_lens, lines)).unwrap()
}

fn log(lines: &[Value]) -> Vec<Line> {
    lines.iter().map(|line| serde_json::from_value(line.clone()).unwrap()).collect()
}

fn head(id: &str, layout: &str) -> Value {
    json!({
        "at": 0, "type": "call", "schema": "evenkeel.call/1", "id": id, "started": null,
        "source": [], "layout": layout, "config_sha256": "",
        "models": [{"name": "tiny.en", "sha256": ""}], "version": "0.1.0",
    })
}

fn said(party: Option<&str>, start: f64, end: f64, text: &str, sentiment: f64) -> [Value; 2] {
    let words: Vec<&str> = text.split_whitespace().collect();
    let step = (end - start) / words.len().max(1) as f64;
    let word = |(i, w): (usize, &&str)| {
        let from = start + step * i as f64;
        json!({"w": w, "start": from, "end": from + step, "p": 0.9})
    };
    let words: Vec<Value> = words.iter().enumerate().map(word).collect();
    [
        json!({"at": end, "type": "speech", "party": party, "start": start, "end": end}),
        json!({
            "at": end + 0.6, "type": "utterance", "party": party, "start": start, "end": end,
            "text": text, "words": words, "confidence": 0.9, "redo": false, "sentiment": sentiment,
        }),
    ]
}

fn measure(party: &str, start: f64, level_lu: Option<f64>) -> Value {
    json!({
        "at": start + 1.0, "type": "measure", "party": party, "start": start, "end": start + 1.0,
        "pace_wpm": null, "level_lu": level_lu, "pitch_st": null,
    })
}

/// A short call in which the agent cuts in; the log as far as its end, without it.
fn events() -> Vec<Value> {
    let mut lines = vec![head("door 7", "stereo")];
    lines.extend(said(Some("agent"), 0.5, 1.9, "Good morning, how can I help?", 0.65));
    lines.extend([
        measure("customer", 2.5, Some(-1.0)),
        measure("customer", 3.5, Some(2.0)),
        measure("customer", 4.5, None),
    ]);
    let door = "It came with a broken door – and nobody called!";
    lines.extend(said(Some("customer"), 2.5, 6.25, door, -0.9));
    lines.extend([
        json!({
            "at": 6.3, "type": "cue", "id": 1, "name": "let-them-finish", "text": "Let them finish",
            "suggestion": null, "why": "", "rule": "let-them-finish", "evidence": {},
            "speed": "fast", "until": 11.3,
        }),
        json!({
            "at": 6.4, "type": "overlap", "start": 5.5, "end": 6.25, "by": "agent",
            "kind": "interruption", "yielded": true,
        }),
        json!({
            "at": 6.4, "type": "practice", "name": "let-them-finish", "party": "agent",
            "start": 5.5, "end": 6.25, "quote": "", "score": 0.0, "evidence": {},
        }),
        json!({
            "at": 6.9, "type": "issue", "start": 2.5, "end": 6.25, "kind": "product",
            "quote": "nobody called",
        }),
    ]);
    lines.extend(said(Some("agent"), 5.5, 9.0, "I'm so sorry. I'll call you back by Friday.", 0.2));
    lines.extend([
        json!({
            "at": 9.6, "type": "practice", "name": "apologise", "party": "agent",
            "start": 5.5, "end": 6.5, "quote": "I'm so sorry.", "score": 0.98, "evidence": {},
        }),
        json!({
            "at": 9.6, "type": "promise", "start": 6.8, "end": 9.0,
            "quote": "I'll call you back by Friday", "due": "2026-11-27",
        }),
        json!({"at": 13.5, "type": "silence", "start": 9.0, "end": 13.25}),
        json!({"at": 26.3, "type": "cue-outcome", "id": 1, "outcome": "heeded", "evidence": {}}),
        json!({
            "at": 26.3, "type": "flag", "start": 5.5, "end": 6.25, "reason": "took-the-floor",
            "severity": 2, "cue": null, "evidence": {},
        }),
        json!({"at": 27, "type": "weather", "sky": "blue"}),
    ]);
    lines
}

fn summary() -> Value {
    json!({
        "at": 30.001, "type": "summary", "duration": 30.001,
        "pace": {"agent": 171.0, "customer": null},
        "sentiment": {
            "agent": {"overall": 1.5, "quarters": [3.25, 1.0, null, null]},
            "customer": {"overall": -4.5, "quarters": [-4.5, null, null, null]},
        },
        "recovery": {"onset": 2.5, "acknowledged": 3.0, "offered": null, "settled": 62.0},
    })
}

fn call() -> Vec<Line> {
    let mut lines = events();
    lines.push(summary());
    log(&lines)
}

/// Both voices in one channel.
fn mono() -> Vec<Line> {
    let mut lines = vec![head("mix", "mono-mix")];
    lines.extend(said(None, 0.5, 2.0, "Good morning.", 0.1));
    lines.extend(said(None, 2.5, 4.0, "Hello, it is broken.", -0.6));
    lines.push(json!({"at": 5, "type": "summary", "duration": 5.0}));
    log(&lines)
}

#[test]
fn webvtt() {
    insta::assert_snapshot!(written(vtt, &call()), @"
    WEBVTT

    00:00:00.500 --> 00:00:01.900
    <v Agent>Good morning, how can I help?

    00:00:02.500 --> 00:00:06.250
    <v Customer>It came with a broken door – and nobody called!

    00:00:05.500 --> 00:00:09.000
    <v Agent>I'm so sorry. I'll call you back by Friday.
    ");
}

#[test]
fn subrip() {
    insta::assert_snapshot!(written(srt, &call()), @"
    1
    00:00:00,500 --> 00:00:01,900
    Agent: Good morning, how can I help?

    2
    00:00:02,500 --> 00:00:06,250
    Customer: It came with a broken door – and nobody called!

    3
    00:00:05,500 --> 00:00:09,000
    Agent: I'm so sorry. I'll call you back by Friday.
    ");
}

#[test]
fn audacity() {
    insta::assert_snapshot!(written(labels, &call()), @"
    0.500000	1.900000	Agent: Good morning, how can I help?
    2.500000	6.250000	Customer: It came with a broken door – and nobody called!
    5.500000	9.000000	Agent: I'm so sorry. I'll call you back by Friday.
    5.500000	6.250000	Agent cut in (0.8 s); the customer gave way
    5.500000	6.250000	Moment: took the floor (severity 2)
    6.300000	11.300000	Prompt: Let them finish (heeded)
    ");
}

#[test]
fn rttm() {
    insta::assert_snapshot!(written(write_rttm, &call()), @"
    SPEAKER door_7 1 0.500 1.400 <NA> <NA> agent <NA> <NA>
    SPEAKER door_7 1 2.500 3.750 <NA> <NA> customer <NA> <NA>
    SPEAKER door_7 1 5.500 3.500 <NA> <NA> agent <NA> <NA>
    ");
}

#[test]
fn csv() {
    insta::assert_snapshot!(written(write_events_csv, &call()), @r#"
    call,event,party,start_secs,end_secs,name,text,confidence,sentiment,score,severity,outcome,due
    door 7,utterance,agent,0.500,1.900,,"Good morning, how can I help?",0.9,0.65,,,,
    door 7,utterance,customer,2.500,6.250,,It came with a broken door – and nobody called!,0.9,-0.9,,,,
    door 7,issue,customer,2.500,6.250,product,nobody called,,,,,,
    door 7,overlap,agent,5.500,6.250,interruption,,,,,,yielded,
    door 7,practice,agent,5.500,6.250,let-them-finish,,,,0,,,
    door 7,utterance,agent,5.500,9.000,,I'm so sorry. I'll call you back by Friday.,0.9,0.2,,,,
    door 7,practice,agent,5.500,6.500,apologise,I'm so sorry.,,,0.98,,,
    door 7,flag,,5.500,6.250,took-the-floor,,,,,2,,
    door 7,cue,,6.300,11.300,let-them-finish,Let them finish,,,,,heeded,
    door 7,promise,agent,6.800,9.000,,I'll call you back by Friday,,,,,,2026-11-27
    door 7,silence,,9.000,13.250,,,,,,,,
    "#);
}

#[test]
fn of_a_mono_mix_no_party_is_told() {
    insta::assert_snapshot!(written(vtt, &mono()), @"
    WEBVTT

    00:00:00.500 --> 00:00:02.000
    Good morning.

    00:00:02.500 --> 00:00:04.000
    Hello, it is broken.
    ");
    insta::assert_snapshot!(written(srt, &mono()), @"
    1
    00:00:00,500 --> 00:00:02,000
    Good morning.

    2
    00:00:02,500 --> 00:00:04,000
    Hello, it is broken.
    ");
    insta::assert_snapshot!(written(labels, &mono()), @"
    0.500000	2.000000	Good morning.
    2.500000	4.000000	Hello, it is broken.
    ");
    insta::assert_snapshot!(written(write_rttm, &mono()), @"
    SPEAKER mix 1 0.500 1.500 <NA> <NA> unknown <NA> <NA>
    SPEAKER mix 1 2.500 1.500 <NA> <NA> unknown <NA> <NA>
    ");
    insta::assert_snapshot!(written(write_events_csv, &mono()), @r#"
    call,event,party,start_secs,end_secs,name,text,confidence,sentiment,score,severity,outcome,due
    mix,utterance,,0.500,2.000,,Good morning.,0.9,0.1,,,,
    mix,utterance,,2.500,4.000,,"Hello, it is broken.",0.9,-0.6,,,,
    "#);
    let lens = lens(&mono());
    let unknown = json!([{"ParticipantId": "UNKNOWN", "ParticipantRole": "UNKNOWN"}]);
    assert_eq!(lens["Participants"], unknown);
    let numbers = json!({
        "TotalConversationDurationMillis": 5000,
        "NonTalkTime": {"TotalTimeMillis": 0, "Instances": []},
        "TalkTime": {
            "TotalTimeMillis": 3000, "DetailsByParticipant": {"UNKNOWN": {"TotalTimeMillis": 3000}},
        },
    });
    assert_eq!(lens["ConversationCharacteristics"], numbers);
    let turns = lens["Transcript"].as_array().unwrap();
    assert!(turns.iter().all(|turn| turn["ParticipantId"] == "UNKNOWN"), "{turns:?}");
}

#[test]
fn of_a_log_that_was_cut_short_there_is_what_it_has() {
    let cut = log(&events());
    let text = written(vtt, &cut);
    assert!(text.starts_with("WEBVTT\n\nNOTE The log of this call was cut short"), "{text}");
    for writer in [srt, labels, write_rttm, write_events_csv] {
        assert_eq!(written(writer, &cut), written(writer, &call()));
    }
    let lens = lens(&cut);
    assert_eq!(lens["JobStatus"], "IN_PROGRESS");
    let numbers = &lens["ConversationCharacteristics"];
    assert_eq!(numbers["TotalConversationDurationMillis"], 27_000);
    assert_eq!(numbers["TalkSpeed"]["DetailsByParticipant"]["AGENT"]["AverageWordsPerMinute"], 184);
    // Nothing at all is a call as well.
    let formats = [vtt, srt, labels, write_rttm, write_events_csv, write_contact_lens];
    let nothing = formats.map(|writer| written(writer, &[]).lines().count());
    assert_eq!(nothing[1..5], [0, 0, 0, 1]);
}
