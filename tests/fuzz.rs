//! Seeded fuzzing of what reads bytes from outside: recordings, settings, logs.
//!
//! Runs a few thousand cases with the other tests; for more, and from another seed:
//!
//! ```sh
//! FUZZ_CASES=100000 FUZZ_SEED=2 cargo test --release --test fuzz -- --nocapture
//! ```

mod playback;
mod recordings;

use std::time::{Duration, Instant};

use evenkeel::call::folder::read_log;
use evenkeel::config::{Config, DEFAULTS};
use evenkeel::engine::{Engine, Input, Words};
use evenkeel::event::{About, CallHead, Layout};
use evenkeel::speech::silero::Silero;
use evenkeel::units::Party;

use playback::{DEMO, SILERO};
use recordings::{Numbers, Wav, compressed, damage, hear, repair_ogg};

/// A case that takes this long hangs. Far above the slowest case on a slow machine.
const HANG: Duration = Duration::from_secs(60);

fn number_of(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// Runs `case` for each number of cases (or a `share`th of them), and tells the slowest.
fn run(what: &str, share: u64, mut case: impl FnMut(&mut Numbers)) {
    let (cases, seed) = (number_of("FUZZ_CASES", 2_000) / share, number_of("FUZZ_SEED", 1));
    let mut slowest = Duration::ZERO;
    for i in 0..cases {
        let began = Instant::now();
        // Never zero, which the generator can't leave.
        case(&mut Numbers((seed << 32 | i).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1));
        let took = began.elapsed();
        assert!(took < HANG, "{what}, seed {seed}, case {i} took {took:?}");
        slowest = slowest.max(took);
    }
    println!("{what}: {cases} cases from seed {seed}, slowest {slowest:?}");
}

fn wav(numbers: &mut Numbers) -> Vec<u8> {
    let tags = [(1, 8), (1, 16), (1, 24), (1, 32), (3, 32), (3, 64), (6, 8), (7, 8)];
    let (tag, bits) = tags[numbers.below(tags.len())];
    let channels = 1 + numbers.below(2) as u16;
    let frames = numbers.below(400);
    let data = (0..frames * usize::from(channels) * usize::from(bits) / 8)
        .map(|_| numbers.next() as u8)
        .collect();
    let rates = [8_000, 11_025, 16_000, 44_100, 48_000];
    let wav = Wav::new(tag, channels, rates[numbers.below(rates.len())], bits, data);
    if numbers.below(3) == 0 { wav.extensible().bytes() } else { wav.bytes() }
}

#[test]
fn damaged_recordings_are_read_or_refused() {
    run("recordings", 1, |numbers| {
        let formats = compressed();
        let which = numbers.below(formats.len() * 3);
        let mut bytes = match formats.get(which) {
            Some((_, bytes)) => bytes.to_vec(),
            None => wav(numbers),
        };
        damage(&mut bytes, numbers);
        if numbers.below(2) == 0 {
            repair_ogg(&mut bytes);
        }
        if let Ok(heard) = hear(bytes) {
            // At most ten minutes of silence stand for what was lost.
            assert!(heard.frames() < 48_000 * 700, "{} frames", heard.frames());
        }
    });
}

/// The shipped settings with some values replaced, lines doubled, dropped or made up.
fn settings(numbers: &mut Numbers) -> String {
    let values = [
        "nan",
        "inf",
        "-inf",
        "0",
        "-1",
        "1e300",
        "1e-300",
        "9223372036854775807",
        "true",
        "\"\"",
        "\"a b c d e f g h\"",
        "\"\\u0000\"",
        "[]",
        "[1, \"x\"]",
        "{}",
        "{ a = 1 }",
        "0.5",
        "2",
        "0.1",
        "1979-05-27",
        "'",
        "\"\"\"",
    ];
    let mut text = String::new();
    for line in DEFAULTS.lines() {
        match (line.split_once('='), numbers.below(40)) {
            (Some((key, _)), 0..=2) => {
                let value = values[numbers.below(values.len())];
                text.push_str(&format!("{key}= {value}\n"));
            }
            (Some((key, value)), 3) => text.push_str(&format!("{key}x ={value}\n")),
            (_, 4) => text.push_str(&format!("{line}\n{line}\n")),
            (_, 5) => {}
            _ => text.push_str(&format!("{line}\n")),
        }
    }
    if numbers.below(3) > 0 {
        return text;
    }
    let mut bytes = text.into_bytes();
    damage(&mut bytes, numbers);
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn strange_settings_are_refused_or_work() {
    let head = CallHead {
        id: "fuzz".into(),
        started: None,
        about: About::default(),
        source: Vec::new(),
        layout: Layout::Stereo,
        config_sha256: String::new(),
        models: Vec::new(),
    };
    let mut accepted = 0u64;
    run("settings", 1, |numbers| {
        let Ok(config) = Config::parse(&settings(numbers), "fuzz.toml") else { return };
        accepted += 1;
        // One in twenty of those that are accepted is used on two seconds of the demo call.
        if accepted.is_multiple_of(20) {
            let mut engine = Engine::new(&config, head.clone(), Words::Never, |_| {
                Box::new(Silero::new(SILERO.clone()))
            });
            let mut events = Vec::new();
            for party in Party::BOTH {
                let samples = &DEMO[party][192_000..224_000];
                engine.step(Input::Audio { party, samples }, &mut events);
            }
            engine.step(Input::End, &mut events);
            assert!(engine.is_finished());
        }
    });
    assert!(accepted > 0, "no case was accepted: the settings are too strange");
}

#[test]
fn damaged_logs_are_read_or_refused() {
    let log = r#"{"at":0.0,"type":"call","schema":"evenkeel.call/1","id":"a","started":null,"source":[],"layout":"stereo","config_sha256":"","models":[],"version":"0.1.0"}
{"at":1.3,"type":"speech","party":"agent","start":0.5,"end":1.0}
{"at":2.0,"type":"utterance","party":"agent","start":0.5,"end":1.0,"text":"Hi.","words":[{"w":"Hi.","start":0.5,"end":0.9,"p":0.8}],"confidence":0.8,"redo":false}
{"at":9.0,"type":"silence","start":1.0,"end":9.0}
"#;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("events.jsonl");
    run("logs", 10, |numbers| {
        let mut bytes = log.as_bytes().to_vec();
        damage(&mut bytes, numbers);
        std::fs::write(&path, bytes).unwrap();
        if let Ok(lines) = read_log(&path) {
            let mut account = Vec::new();
            evenkeel::report::write_account(&lines, 80, &mut account).unwrap();
        }
    });
}
