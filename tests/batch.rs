//! A night's recordings through the real program, without words: what is in the archive afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

const DEMO: &str = "assets/demo-call.wav";

/// A folder of recordings, and an archive to be.
struct Night {
    dir: tempfile::TempDir,
}

impl Night {
    fn new() -> Night {
        let night = Night { dir: tempfile::tempdir().unwrap() };
        fs::create_dir(night.source("")).unwrap();
        night
    }

    fn source(&self, name: &str) -> PathBuf {
        self.dir.path().join("recordings").join(name)
    }

    fn archive(&self) -> PathBuf {
        self.dir.path().join("archive")
    }

    /// `count` recordings of some seconds, each another part of the demo call.
    fn add_calls(&self, count: usize) {
        let demo = fs::read(DEMO).unwrap();
        let mut head = header(&demo);
        for number in 0..count {
            let from = 16_000 * number;
            let data = &demo[head.len() + from..][..160_000];
            let length = (data.len() as u32).to_le_bytes();
            let end = head.len();
            head[end - 4..].copy_from_slice(&length);
            fs::write(self.source(&format!("call {number:02}.wav")), [&head[..], data].concat())
                .unwrap();
        }
    }

    fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
        command.args(["batch", "--no-words", "--out"]).arg(self.archive()).args(more);
        command
    }

    fn run(&self, more: &[&str]) -> Output {
        self.command(more).arg(self.source("")).output().unwrap()
    }

    /// Each call's name and log, in order.
    fn logs(&self) -> Vec<(String, String)> {
        let mut logs: Vec<(String, String)> = fs::read_dir(self.archive().join("calls"))
            .unwrap()
            .map(|call| {
                let call = call.unwrap();
                let log = fs::read_to_string(call.path().join("events.jsonl")).unwrap();
                (call.file_name().into_string().unwrap(), log)
            })
            .collect();
        logs.sort();
        logs
    }
}

/// The bytes of a WAV file up to its samples.
fn header(wav: &[u8]) -> Vec<u8> {
    let data = wav.windows(4).position(|bytes| bytes == b"data").unwrap();
    wav[..data + 8].to_vec()
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

#[test]
fn a_call_of_a_batch_is_told_as_by_replay() {
    let night = Night::new();
    fs::copy(DEMO, night.source("demo-call.wav")).unwrap();
    let output = night.run(&[]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let replayed = night.dir.path().join("replayed");
    let replay = Command::new(env!("CARGO_BIN_EXE_evenkeel"))
        .args(["replay", "--no-words", "--quiet", DEMO, "--out"])
        .arg(&replayed)
        .status();
    assert!(replay.unwrap().success());
    let replayed = fs::read_to_string(replayed.join("events.jsonl")).unwrap();
    let (id, log) = &night.logs()[0];
    assert!(id.starts_with("demo-call-"), "{id}");
    // Each call has its page, and the archive has one that leads there.
    let page = fs::read_to_string(night.archive().join("calls").join(id).join("report.html"));
    assert!(page.unwrap().contains(&format!("<h1>{id}</h1>")));
    let index = fs::read_to_string(night.archive().join("index.html")).unwrap();
    assert!(index.contains(&format!("href=\"calls/{id}/report.html\"")), "{index}");
    // The head names the call and the file's hash; all else is the same, byte for byte.
    let rest = |log: &str| log.split_once('\n').unwrap().1.to_owned();
    assert!(rest(log) == rest(&replayed));
}

#[test]
fn what_cannot_be_analysed_is_listed_and_stops_nothing() {
    let night = Night::new();
    fs::copy(DEMO, night.source("good.wav")).unwrap();
    fs::copy(DEMO, night.source("copy.wav")).unwrap();
    fs::write(night.source("empty.wav"), "").unwrap();
    fs::write(night.source("text\n\"<b>\".wav"), "Dear diary").unwrap();
    let sparse = fs::File::create(night.source("sparse.wav")).unwrap();
    sparse.set_len(10 << 30).unwrap();
    let manifest = night.dir.path().join("calls.csv");
    fs::write(&manifest, "path,agent\nnowhere.wav,Ana\n").unwrap();
    let output = night.command(&[]).arg(night.source("")).arg(&manifest).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let report = said(&output);
    assert!(
        report.contains("6 recordings: 1 analysed, 1 are copies of others, 4 failed."),
        "{report}"
    );
    let listed = || -> Vec<Vec<String>> {
        let mut reader = csv::Reader::from_path(night.archive().join("failures.csv")).unwrap();
        let fields = |row: csv::StringRecord| row.iter().map(str::to_owned).collect();
        let mut rows: Vec<Vec<String>> = reader.records().map(|row| fields(row.unwrap())).collect();
        rows.sort();
        rows
    };
    let failed = listed();
    let names: Vec<&str> = failed.iter().map(|row| row[0].rsplit('/').next().unwrap()).collect();
    assert_eq!(names, ["nowhere.wav", "empty.wav", "sparse.wav", "text\n\"<b>\".wav"]);
    assert!(failed.iter().all(|row| row[2].len() > 10), "{failed:?}");
    // Mended, it is taken in the next time, and the rest is known.
    fs::copy(DEMO, night.source("empty.wav")).unwrap();
    fs::remove_file(night.source("sparse.wav")).unwrap();
    let output = night.run(&[]);
    assert_eq!(listed().len(), 3, "{}", said(&output));
    assert_eq!(night.logs().len(), 1);
}

#[test]
fn what_the_telephone_system_knows_is_in_the_log() {
    let night = Night::new();
    night.add_calls(1);
    let manifest = night.source("calls.jsonl");
    let row = r#"{"path":"call 00.wav","agent":"Ana","queue":"returns","started":"2026-11-25"}"#;
    fs::write(&manifest, row).unwrap();
    let output = night.command(&["--quiet"]).arg(&manifest).output().unwrap();
    assert!(output.status.success() && said(&output).is_empty(), "{}", said(&output));
    let head =
        r#""started":"2026-11-25","agent":"Ana","queue":"returns","source":[{"name":"call 00.wav""#;
    assert!(night.logs()[0].1.contains(head), "{}", night.logs()[0].1);
}

#[test]
fn other_settings_are_noticed_and_the_calls_analysed_again_on_request() {
    let night = Night::new();
    night.add_calls(2);
    night.run(&[]);
    let before = night.logs();
    let settings = night.dir.path().join("settings.toml");
    fs::write(&settings, "[dialogue]\nsilence_min_secs = 2.0\n").unwrap();
    let settings = settings.to_str().unwrap();
    let report = said(&night.run(&["--config", settings]));
    assert!(report.contains("2 were there already"), "{report}");
    assert!(report.contains("2 of those that were there"), "{report}");
    assert!(night.logs() == before);
    let report = said(&night.run(&["--config", settings, "--again"]));
    assert!(report.contains("2 analysed"), "{report}");
    assert!(night.logs() != before);
}

/// Ends a child when the test does.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn killed_again_and_again_it_loses_no_call_and_makes_none_twice() {
    let whole = Night::new();
    whole.add_calls(12);
    assert!(whole.run(&["--workers", "2"]).status.success());

    let night = Night::new();
    night.add_calls(12);
    for round in 0..8u64 {
        let mut command = night.command(&["--workers", "2"]);
        command.arg(night.source("")).stdout(Stdio::null()).stderr(Stdio::null());
        let child = Killed(command.spawn().unwrap());
        // Spread over the run, some while it loads its models.
        std::thread::sleep(Duration::from_millis(60 + 97 * round % 450));
        drop(child);
        if night.archive().join("calls").exists() {
            for (id, log) in night.logs() {
                assert!(log.ends_with("}\n") && log.contains("\"type\":\"summary\""), "{id}");
            }
        }
    }
    assert!(night.run(&["--workers", "1"]).status.success());
    assert!(night.logs() == whole.logs());
    assert_eq!(night.logs().len(), 12);
    let left = fs::read_dir(night.archive().join(".unfinished")).unwrap().count();
    assert_eq!(left, 0);
}

#[test]
fn nothing_to_do_is_an_error_that_says_so() {
    let night = Night::new();
    let output = night.run(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("no recordings there"), "{}", said(&output));
    let output = night.command(&[]).arg(Path::new("nowhere/*.wav")).output().unwrap();
    assert!(said(&output).contains("nowhere/*.wav: there is no such file"), "{}", said(&output));
}
