//! A night's recordings, analysed by the real program.

#![allow(dead_code)] // Each test program uses its own part.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

pub const DEMO: &str = "assets/demo-call.wav";

/// A folder of recordings, and an archive to be.
pub struct Night {
    pub dir: tempfile::TempDir,
    words: bool,
}

impl Night {
    /// Without words, which most of what is tested of an archive has nothing to do with.
    pub fn new() -> Night {
        let night = Night { dir: tempfile::tempdir().unwrap(), words: false };
        fs::create_dir(night.source("")).unwrap();
        night
    }

    /// With the model that is shipped.
    pub fn with_words() -> Night {
        Night { words: true, ..Night::new() }
    }

    pub fn source(&self, name: &str) -> PathBuf {
        self.dir.path().join("recordings").join(name)
    }

    pub fn archive(&self) -> PathBuf {
        self.dir.path().join("archive")
    }

    /// `count` recordings of 10 seconds, each another part of the demo call.
    pub fn add_calls(&self, count: usize) {
        for number in 0..count {
            let bytes = cut_of_demo(16_000 * number, 160_000);
            fs::write(self.source(&format!("call {number:02}.wav")), bytes).unwrap();
        }
    }

    pub fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
        command.args(["batch", "--out"]).arg(self.archive()).args(more);
        if !self.words {
            command.arg("--no-words");
        }
        command
    }

    pub fn run(&self, more: &[&str]) -> Output {
        self.command(more).arg(self.source("")).output().unwrap()
    }

    /// Each call's name and log, in order.
    pub fn logs(&self) -> Vec<(String, String)> {
        let Ok(calls) = fs::read_dir(self.archive().join("calls")) else { return Vec::new() };
        let mut logs: Vec<(String, String)> = calls
            .map(|call| {
                let call = call.unwrap();
                let log = fs::read_to_string(call.path().join("events.jsonl")).unwrap();
                (call.file_name().into_string().unwrap(), log)
            })
            .collect();
        logs.sort();
        logs
    }

    /// The rows of `failures.csv`, sorted: recording, the customer's of a pair, reason.
    pub fn failures(&self) -> Vec<Vec<String>> {
        let mut reader = csv::Reader::from_path(self.archive().join("failures.csv")).unwrap();
        let fields = |row: csv::StringRecord| row.iter().map(str::to_owned).collect();
        let mut rows: Vec<Vec<String>> = reader.records().map(|row| fields(row.unwrap())).collect();
        rows.sort();
        rows
    }
}

/// A WAV file of `length` bytes of the demo call's sound, `from` bytes after its beginning.
pub fn cut_of_demo(from: usize, length: usize) -> Vec<u8> {
    let demo = fs::read(DEMO).unwrap();
    let data = demo.windows(4).position(|bytes| bytes == b"data").unwrap() + 8;
    let size = (length as u32).to_le_bytes();
    [&demo[..data - 4], &size, &demo[data + from..][..length]].concat()
}

/// What a program has said.
pub fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}
