//! A night's recordings through the real program, without words: what is in the archive afterwards.

mod night;

use std::fs;
use std::path::Path;
use std::process::Command;

use night::{DEMO, Night, said};

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
        report.contains("6 recordings: 1 analysed, 1 a copy of another, 4 failed."),
        "{report}"
    );
    let failed = night.failures();
    let names: Vec<&str> = failed.iter().map(|row| row[0].rsplit('/').next().unwrap()).collect();
    assert_eq!(names, ["nowhere.wav", "empty.wav", "sparse.wav", "text\n\"<b>\".wav"]);
    assert!(failed.iter().all(|row| row[2].len() > 10), "{failed:?}");
    assert!(failed[2][2].contains("10.7 GB, which is no call"), "{failed:?}");
    // Mended, it is taken in the next time, and the rest is known.
    fs::copy(DEMO, night.source("empty.wav")).unwrap();
    fs::remove_file(night.source("sparse.wav")).unwrap();
    let output = night.run(&[]);
    assert_eq!(night.failures().len(), 3, "{}", said(&output));
    assert_eq!(night.logs().len(), 1);
}

#[test]
fn what_is_cut_short_is_analysed_and_said() {
    let night = Night::new();
    let whole = fs::read(DEMO).unwrap();
    fs::write(night.source("cut.wav"), &whole[..whole.len() / 2]).unwrap();
    let output = night.run(&[]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let said = said(&output);
    assert!(said.contains("cut.wav: shorter than its header says"), "{said}");
    assert!(said.contains("1 recording: 1 analysed (1 from damaged recordings)."), "{said}");
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
    assert!(report.contains("2 there already"), "{report}");
    assert!(report.contains("2 of those that were there"), "{report}");
    assert!(night.logs() == before);
    let report = said(&night.run(&["--config", settings, "--again"]));
    assert!(report.contains("2 analysed"), "{report}");
    assert!(night.logs() != before);
}

#[test]
fn sound_that_was_kept_stays_when_a_call_is_analysed_again() {
    let night = Night::new();
    night.add_calls(1);
    night.run(&["--keep-audio"]);
    let audio = night.archive().join("calls").join(&night.logs()[0].0).join("audio.wav");
    let before = fs::read(&audio).unwrap();
    // Ten seconds of two channels at 16 kHz and 16 bits.
    assert_eq!(before.len(), 44 + 10 * 16_000 * 4);
    let report = said(&night.run(&["--again"]));
    assert!(report.contains("1 analysed"), "{report}");
    assert!(fs::read(&audio).unwrap() == before);
}

#[test]
fn nothing_to_do_is_an_error_that_says_so() {
    let night = Night::new();
    let output = night.run(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("no recordings there"), "{}", said(&output));
    let output = night.command(&[]).arg(Path::new("nowhere/*.wav")).output().unwrap();
    assert!(said(&output).contains("nowhere/*.wav: there is no such file"), "{}", said(&output));
    assert!(!night.archive().exists(), "nothing was analysed, and an archive made for it");
}

#[cfg(not(feature = "cloud"))]
#[test]
fn a_url_says_what_to_build_with_and_nothing_is_made() {
    let night = Night::new();
    let archive = night.archive();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_evenkeel")).args(arguments).output().unwrap();
        assert!(!output.status.success());
        let report = said(&output);
        assert!(report.contains("s3://calls/night: this program was built without"), "{report}");
        assert!(report.contains("--features cloud"), "{report}");
        assert!(!archive.exists());
    };
    let folder = archive.to_str().unwrap();
    run(&["batch", "s3://calls/night", "--out", folder]);
    run(&["archive", "fetch", "s3://calls/night", folder]);
}
