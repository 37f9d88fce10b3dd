//! Calls of a few lines in an archive, and the program over them.

#![allow(dead_code)] // Each test program uses its own part.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use evenkeel::call::notes::{About, Note, Said};
use jiff::Timestamp;
use serde_json::json;

pub const SECRET_WORD: &str = "zebrafish";

/// A call in an archive, begun on this day, or at an unknown time.
pub fn call(root: &Path, id: &str, started: Option<&str>) -> PathBuf {
    let folder = root.join("calls").join(id);
    fs::create_dir_all(&folder).unwrap();
    let lines = [
        json!({"at": 0.0, "type": "call", "schema": "evenkeel.call/1", "id": id, "started": started,
               "source": [], "layout": "stereo", "config_sha256": "", "models": [], "version": "0.1.0"}),
        json!({"at": 3.0, "type": "utterance", "party": "customer", "start": 1.0, "end": 3.0,
               "text": format!("The {SECRET_WORD} never came."), "words": [], "confidence": 0.9, "redo": false}),
        json!({"at": 60.0, "type": "summary", "duration": 60.0, "silence": {"seconds": 0.0, "share": 0.0},
               "overlap": {"seconds": 0.0, "share": 0.0}, "scorecard": {}}),
    ];
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(folder.join("events.jsonl"), text).unwrap();
    fs::write(folder.join("report.html"), format!("<p>{SECRET_WORD}</p>")).unwrap();
    folder
}

pub fn remark(text: &str) -> Note {
    let said = Said::Noted { text: text.to_owned() };
    Note::new(Timestamp::from_second(1_764_000_000).unwrap(), "Kim", About::Call, said)
}

/// Everything in a folder, by name.
pub fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap());
    files.map(|f| (f.file_name().into_string().unwrap(), fs::read(f.path()).unwrap())).collect()
}

pub fn evenkeel(args: &[&str], typed: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_evenkeel"))
        .args(args)
        .env_remove("EVENKEEL_KEY_FILE")
        .env("USER", "Kim")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[track_caller]
pub fn told(output: &Output, code: i32) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let all = text(&output.stdout) + &text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{all}");
    all
}

pub fn contents_of_files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap());
    let files = files.filter(|file| file.file_type().unwrap().is_file());
    files.map(|f| (f.file_name().into_string().unwrap(), fs::read(f.path()).unwrap())).collect()
}

pub fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}
