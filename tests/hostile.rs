//! Five hundred recordings as nobody wants them, in one batch: each is analysed rightly, or listed with
//! a reason, and none stops the others.

#![cfg(unix)]

mod night;
mod recordings;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;
use std::process::Command;

use night::{Night, cut_of_demo, said};
use recordings::{Numbers, Wav, compressed, damage};
use sha2::{Digest as _, Sha256};

/// What must come of a recording.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    /// It is analysed, and is so many seconds long.
    Analysed(f64),
    /// It is listed as failed.
    Failed,
    /// One of the two: what is damaged may be readable or not.
    Either,
}

struct Hostile {
    name: OsString,
    bytes: Vec<u8>,
    /// Zeros behind the bytes, which take no room on the disk.
    sparse_to: Option<u64>,
    fate: Fate,
}

fn hostile(name: impl Into<OsString>, bytes: impl Into<Vec<u8>>, fate: Fate) -> Hostile {
    Hostile { name: name.into(), bytes: bytes.into(), sparse_to: None, fate }
}

/// Half a second or so of the demo call, another part for each number: 16 bytes a millisecond.
fn speech(number: usize, length: usize) -> Vec<u8> {
    cut_of_demo(64_000 + 1_600 * number, length)
}

/// The samples in a file of [`speech`].
fn samples(number: usize, length: usize) -> Vec<u8> {
    let whole = speech(number, length);
    whole[whole.len() - length..].to_vec()
}

/// Cut off at a hundred places, from the first byte on. Sound that is left counts.
fn truncated_wav() -> Vec<Hostile> {
    let whole = Wav::new(7, 2, 8_000, 8, samples(0, 16_000)).bytes();
    let head = whole.len() - 16_000;
    let cut = |number: usize| {
        let length = 1 + number * (whole.len() - 1) / 100;
        // A tenth of a second of two channels at 8 kHz and 8 bits.
        let fate = match length.saturating_sub(head) {
            _ if length <= head => Fate::Failed,
            left if left < 1_600 => Fate::Either,
            left => Fate::Analysed(left as f64 / 16_000.0),
        };
        hostile(format!("cut {number:03}.wav"), &whole[..length], fate)
    };
    (0..100).map(cut).collect()
}

fn truncated_compressed() -> Vec<Hostile> {
    let all = compressed();
    let cut = |number: usize| {
        let (kind, bytes) = all[number % all.len()];
        let length = bytes.len() * (1 + number / all.len()) / 18;
        hostile(format!("cut {number:03}.{kind}"), &bytes[..length], Fate::Either)
    };
    (0..100).map(cut).map(|cut| Hostile { name: as_recording(cut.name), ..cut }).collect()
}

/// The fixtures are named by their codec: with an ending by which a folder's recordings are found.
fn as_recording(name: OsString) -> OsString {
    let name = name.into_string().unwrap();
    name.replace(".vorbis", ".ogg").replace(".aac", ".m4a").into()
}

fn damaged() -> Vec<Hostile> {
    let mut numbers = Numbers(500);
    let all = compressed();
    let break_one = |number: usize| {
        let mut bytes = match number % 2 {
            0 => speech(number, 8_000),
            _ => all[numbers.below(all.len())].1.to_vec(),
        };
        damage(&mut bytes, &mut numbers);
        hostile(format!("damaged {number:03}.wav"), bytes, Fate::Either)
    };
    (0..100).map(break_one).collect()
}

fn wrong_headers() -> Vec<Hostile> {
    let right = || Wav::new(7, 2, 8_000, 8, samples(200, 8_000));
    let mut all: Vec<(Wav, Fate)> = Vec::new();
    for channels in [0, 3, 9, 255, 65_535] {
        all.push((Wav { channels, ..right() }, Fate::Failed));
    }
    for rate_hz in [0, 1, 7_999, 48_001, 96_000, 0x7FFF_FFFF, 0xFFFF_FFFF] {
        all.push((Wav { rate_hz, ..right() }, Fate::Failed));
    }
    for bits in [0, 1, 7, 12, 13, 16, 24, 64, 255, 65_535] {
        all.push((Wav { bits, ..right() }, Fate::Either));
    }
    for tag in [0, 1, 2, 3, 6, 0x11, 0x31, 0x55, 0xFFFE, 0xFFFF] {
        all.push((Wav { tag, ..right() }, Fate::Either));
    }
    for align in [0, 1, 3, 4, 255, 65_535] {
        all.push((Wav { block_align: Some(align), ..right() }, Fate::Either));
    }
    // What the header says of the length is no matter: the sound is there.
    for (number, claimed) in
        [8_002, 100_000, 0x7FFF_FFFF, 0xFFFF_FFFE, 0xFFFF_FFFF].into_iter().enumerate()
    {
        let data = samples(210 + number, 8_000);
        all.push((Wav { data_length: Some(claimed), data, ..right() }, Fate::Analysed(0.5)));
    }
    for riff in [*b"RIFX", *b"RF64", *b"FORM", *b"riff", [0; 4]] {
        all.push((Wav { riff, ..right() }, Fate::Either));
    }
    for before in [b"LIST\xFF\xFF\xFF\xFF".to_vec(), b"LIST".to_vec(), b"fmt \0\0\0\0".to_vec()] {
        all.push((Wav { before, ..right() }, Fate::Either));
    }
    for (number, length) in [1, 2, 3, 4, 5, 6, 7, 8, 15].into_iter().enumerate() {
        let data = samples(220 + number, length);
        all.push((Wav { data, ..right() }, Fate::Either));
    }
    let named = |(number, (wav, fate)): (usize, (Wav, Fate))| {
        hostile(format!("header {number:02}.wav"), wav.bytes(), fate)
    };
    all.into_iter().enumerate().map(named).collect()
}

fn nothing_in_them() -> Vec<Hostile> {
    let empty = (0..10).map(|number| hostile(format!("empty {number}.mp3"), "", Fate::Failed));
    let zeros = |number: usize| {
        hostile(format!("zeros {number:02}.wav"), vec![0; 1 << number], Fate::Failed)
    };
    empty.chain((0..20).map(zeros)).collect()
}

/// Ten gigabytes each, of which the disk holds the first bytes.
fn sparse() -> Vec<Hostile> {
    let telephone = Wav { data_length: Some(u32::MAX), ..Wav::new(7, 1, 8_000, 8, vec![0xFF; 64]) };
    let heads: [(&str, Vec<u8>); 10] = [
        ("wav", Vec::new()),
        ("mp3", Vec::new()),
        ("wav", telephone.bytes()),
        ("wav", b"RIFF".to_vec()),
        ("wav", b"RIFF\xFF\xFF\xFF\xFFWAVE".to_vec()),
        ("flac", b"fLaC".to_vec()),
        ("flac", compressed()[0].1[..64].to_vec()),
        ("ogg", b"OggS".to_vec()),
        ("m4a", b"\0\0\0\x20ftypM4A ".to_vec()),
        ("webm", b"\x1A\x45\xDF\xA3".to_vec()),
    ];
    let make = |(number, (ending, head)): (usize, (&str, Vec<u8>))| Hostile {
        sparse_to: Some(10 << 30),
        ..hostile(format!("sparse {number}.{ending}"), head, Fate::Failed)
    };
    heads.into_iter().enumerate().map(make).collect()
}

fn texts() -> Vec<Hostile> {
    let texts = [
        "Dear diary",
        "<!DOCTYPE html><script>alert(1)</script>",
        "{\"type\":\"call\"}\n",
        "path,agent\n/etc/passwd,x\n",
        "RIFF is a word",
        "#!/bin/sh\nrm -rf \"$HOME\"\n",
        "\u{feff}Grüße, \u{202e}rückwärts",
        "-----BEGIN CERTIFICATE-----\n",
        "=cmd|' /C calc'!A0",
        "\n\n\n\n",
    ];
    let endings = ["wav", "mp3", "flac", "ogg", "m4a"];
    let mut all = Vec::new();
    for (number, text) in texts.into_iter().enumerate() {
        for ending in endings {
            all.push(hostile(format!("text {number}.{ending}"), text, Fate::Failed));
        }
    }
    all
}

/// Good recordings under bad names.
fn names() -> Vec<Hostile> {
    let whole = [
        "a \"quoted\" one",
        "it's",
        "two\nlines",
        "tab\tand\rreturn",
        "<b>bold<br> & <script>",
        "-rf",
        "--help",
        "..",
        "...dots",
        " ",
        "  spaces  ",
        "=1+1",
        "@SUM(A1)",
        "a,b;c",
        "100%",
        "%s%n%d",
        "$HOME",
        "`id`",
        "$(id)",
        "a\\b",
        "C:\\calls",
        "a|b",
        "*",
        "?",
        "[a-z]",
        "{x}",
        "~",
        "#",
        "!",
        "\u{202e}gnp",
        "\u{200b}",
        "e\u{301}",
        "日本語",
        "😀😀😀",
        "\u{1b}[31mred",
        "\u{7}bell",
        "null",
        "CON",
        "calls",
        "events.jsonl",
        "index.sqlite",
        "failures.csv",
        "audio",
        "reagent",
        "agent",
    ];
    let mut names: Vec<Vec<u8>> = whole.iter().map(|name| name.as_bytes().to_vec()).collect();
    names.push(vec![b'x'; 251]);
    names.push("\u{20000}".repeat(62).into_bytes());
    names.push(b"not \xFF\xFE UTF-8".to_vec());
    names.push(b"\xC3".to_vec());
    names.push(b"twice.wav".to_vec());
    let make = |(number, name): (usize, Vec<u8>)| {
        let name = OsString::from_vec([&name[..], b".wav"].concat());
        hostile(name, speech(300 + number, 8_000), Fate::Analysed(0.5))
    };
    names.into_iter().enumerate().map(make).collect()
}

/// The first digits of the hash of `bytes`, by which an archive knows a call.
fn digits(bytes: &[u8]) -> String {
    Sha256::digest(bytes)[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Each call's log by the digits at the end of its name.
fn by_digits(night: &Night) -> BTreeMap<String, String> {
    let digits = |id: &str| id[id.len() - 16..].to_owned();
    night.logs().into_iter().map(|(id, log)| (digits(&id), log)).collect()
}

/// The length of a call in seconds, by the last line of its log.
fn duration(log: &str) -> f64 {
    let last: serde_json::Value = serde_json::from_str(log.lines().next_back().unwrap()).unwrap();
    assert_eq!(last["type"], "summary");
    last["duration"].as_f64().unwrap()
}

fn lay_out(all: &[Hostile], folder: &Path) {
    for one in all {
        let mut file = File::create_new(folder.join(&one.name)).unwrap();
        file.write_all(&one.bytes).unwrap();
        if let Some(length) = one.sparse_to {
            file.set_len(length).unwrap();
        }
    }
}

#[test]
fn five_hundred_are_listed_or_rightly_analysed() {
    let all: Vec<Hostile> = [
        truncated_wav(),
        truncated_compressed(),
        damaged(),
        wrong_headers(),
        nothing_in_them(),
        sparse(),
        texts(),
        names(),
    ]
    .into_iter()
    .flatten()
    .collect();
    assert_eq!(all.len(), 500);
    let night = Night::new();
    lay_out(&all, &night.source(""));
    let output = night.run(&["--workers", "2"]);
    let report = said(&output);
    assert_eq!(output.status.code(), Some(3), "{report}");
    assert!(!report.contains("broke down"), "{report}");
    assert!(report.contains("500 recordings: "), "{report}");

    let logs = by_digits(&night);
    let failed: BTreeMap<String, String> =
        night.failures().into_iter().map(|row| (row[0].clone(), row[2].clone())).collect();
    for one in &all {
        let path = night.source("").join(&one.name);
        let reason = failed.get(&*path.to_string_lossy());
        let log = logs.get(&digits(&one.bytes)).filter(|_| one.sparse_to.is_none());
        let name = &one.name;
        assert!(reason.is_some() != log.is_some(), "{name:?}: {reason:?}");
        assert!(reason.is_none_or(|reason| reason.len() > 20), "{name:?}: {reason:?}");
        let secs = log.map(|log| duration(log));
        match one.fate {
            Fate::Failed => assert!(reason.is_some(), "{name:?}: {secs:?}"),
            Fate::Analysed(right) => {
                let secs = secs.unwrap_or_else(|| panic!("{name:?}: {reason:?}"));
                assert!((secs - right).abs() < 0.01, "{name:?}: {secs} s, not {right}");
            }
            Fate::Either => {}
        }
    }
    // Each is listed once, and no call came of anything else.
    assert_eq!(night.failures().len(), failed.len());
    let contents: BTreeSet<String> = all.iter().map(|one| digits(&one.bytes)).collect();
    assert!(logs.keys().all(|known| contents.contains(known)));
}

#[test]
fn a_bad_name_changes_nothing_of_a_call() {
    let (bad, plain) = (Night::new(), Night::new());
    let all = names();
    lay_out(&all, &bad.source(""));
    let renamed: Vec<Hostile> = names()
        .into_iter()
        .enumerate()
        .map(|(number, one)| Hostile { name: format!("{number}.wav").into(), ..one })
        .collect();
    lay_out(&renamed, &plain.source(""));
    for night in [&bad, &plain] {
        let output = night.run(&[]);
        assert!(output.status.success(), "{}", said(&output));
    }
    // The head names the recording and the call; all else is the same, byte for byte.
    let bodies = |night: &Night| -> BTreeMap<String, String> {
        let body = |log: String| log.split_once('\n').unwrap().1.to_owned();
        by_digits(night).into_iter().map(|(digits, log)| (digits, body(log))).collect()
    };
    assert_eq!(bodies(&bad).len(), all.len());
    assert!(bodies(&bad) == bodies(&plain));
}

#[test]
fn what_is_no_file_is_listed() {
    let night = Night::new();
    let at = |name: &str| night.source(name);
    std::os::unix::fs::symlink("nowhere", at("dangling.wav")).unwrap();
    std::os::unix::fs::symlink("loop.wav", at("loop.wav")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", at("endless.wav")).unwrap();
    std::os::unix::fs::symlink(".", at("folder.wav")).unwrap();
    fs::create_dir(at("real folder.wav")).unwrap();
    assert!(Command::new("mkfifo").arg(at("pipe.wav")).status().unwrap().success());
    fs::write(at("good.wav"), speech(0, 8_000)).unwrap();
    let output = night.run(&[]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let name =
        |row: Vec<String>| Path::new(&row[0]).file_name().map(OsStr::as_bytes).map(<[u8]>::to_vec);
    let names: Vec<Vec<u8>> = night.failures().into_iter().filter_map(name).collect();
    let expected = ["dangling.wav", "endless.wav", "folder.wav", "loop.wav", "pipe.wav"];
    assert_eq!(names, expected.map(|name| name.as_bytes().to_vec()));
    assert_eq!(night.logs().len(), 1);
}
