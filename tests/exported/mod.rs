//! Calls that the program exports.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

/// The log of the demo call, as the program wrote it once.
pub const DEMO_LOG: &str = include_str!("../fixtures/demo-call-log.jsonl");

/// What a recogniser will hardly write, and a name hardly be: markup, script, what ends a line or a
/// cell, what makes times of a line, formulas, characters that steer.
pub const HOSTILE: &str = "=1+1 <script>alert('x')</script> <v Customer>no</v> &amp; & \"q\", \
                       \n\n00:00:00.000 --> 00:09:00.000\r\nline \t tab \0 nul \u{1b}[31m \
                       {\\an8} \\ ;; a\u{2028}b \u{202e}c NOTE WEBVTT";

/// An empty folder to run the program in.
pub struct Place(pub TempDir);

impl Place {
    /// Nothing in it yet.
    pub fn new() -> Self {
        Place(tempfile::tempdir().unwrap())
    }

    /// Where something is in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Puts a call there.
    pub fn log(&self, folder: &str, log: &str) {
        fs::create_dir_all(self.path(folder)).unwrap();
        fs::write(self.path(folder).join("events.jsonl"), log).unwrap();
    }

    /// The exit code, what was printed, and what was said of errors.
    pub fn run(&self, args: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
        let output = command.current_dir(self.0.path()).arg("export").args(args).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    /// What was printed, where all went well.
    #[track_caller]
    pub fn good(&self, args: &[&str]) -> String {
        let (code, out, err) = self.run(args);
        assert_eq!((code, err.as_str()), (0, ""), "{args:?}: {out}");
        out
    }

    /// A log in a format.
    #[track_caller]
    pub fn export(log: &str, format: &str) -> String {
        let place = Place::new();
        place.log("call", log);
        place.good(&["call", "--as", format])
    }
}

/// A log in which every text is `text`.
pub fn hostile(id: &str, text: &str) -> String {
    let at = |start: f64, end: f64, mut line: Value| {
        let place = json!({"at": end, "start": start, "end": end});
        line.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
        line
    };
    let utterance = |party: &str, start: f64, end: f64| {
        let word = json!({"w": text, "start": start, "end": end, "p": 0.5});
        let of = json!({
            "type": "utterance", "party": party, "text": text, "words": [word],
            "confidence": 0.5, "redo": false, "sentiment": 0.1,
        });
        at(start, end, of)
    };
    let lines = [
        json!({
            "at": 0, "type": "call", "schema": "evenkeel.call/1", "id": id, "started": text,
            "source": [], "layout": "stereo", "config_sha256": "", "models": [], "version": text,
        }),
        at(1.0, 2.0, json!({"type": "speech", "party": "agent"})),
        utterance("agent", 1.0, 2.0),
        utterance("customer", 2.0, 2.0),
        utterance("customer", 2.5, 3.5),
        json!({
            "at": 3, "type": "cue", "id": 1, "name": text, "text": text, "suggestion": text,
            "why": text, "rule": text, "evidence": {}, "speed": "fast", "until": 2,
        }),
        at(2.5, 3.5, json!({"type": "issue", "kind": text, "quote": text})),
        at(1.0, 2.0, json!({"type": "promise", "quote": text, "due": text})),
        at(
            1.0,
            2.0,
            json!({
                "type": "practice", "name": text, "party": "agent", "quote": text, "score": 0.9,
                "evidence": {},
            }),
        ),
        at(
            1.0,
            2.0,
            json!({
                "type": "flag", "reason": text, "severity": 2, "cue": null, "evidence": {},
            }),
        ),
        // Backwards, before the call, and far beyond any call.
        at(9.0, -3.0, json!({"type": "silence"})),
        at(-1e300, 1e300, json!({"type": "silence"})),
        at(4.0, 1e300, json!({"type": "speech", "party": "customer"})),
    ];
    lines.map(|line| format!("{line}\n")).concat()
}
