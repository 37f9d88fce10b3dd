//! The program as it is typed: exit codes, files, what goes to which stream.

mod playback;
mod recordings;

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use evenkeel::audio::decode::Recording;
use evenkeel::audio::resample::RateConverter;
use evenkeel::call::folder::read_log;
use evenkeel::call::names::Name as _;
use evenkeel::call::record::{Line, Record};
use evenkeel::event::{GapCause, Layout, OverlapKind};
use evenkeel::units::{ENGINE_RATE, Party, SampleRate};
use recordings::Wav;
use tempfile::TempDir;

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo-call.wav");

/// An empty folder to run the program in.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Place(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The program with nothing of the user's around it.
    fn command(&self, args: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
        command.current_dir(self.0.path()).args(args);
        for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "EVENKEEL_MODELS"] {
            command.env_remove(variable);
        }
        command.env("HOME", self.0.path()).env("XDG_DATA_HOME", self.path("data"));
        command
    }

    fn run(&self, args: &[impl AsRef<OsStr>]) -> Ran {
        Ran::of(self.command(args).output().unwrap())
    }

    /// Replays without words, which must go well.
    #[track_caller]
    fn replay(&self, args: &[&str]) -> Ran {
        let ran = self.run(&[&["replay", "--no-words"], args].concat());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
        ran
    }

    /// Puts a recording there: seconds of the demo call at a rate, a party in each channel.
    fn record(&self, name: &str, parties: &[Party], secs: f64, hz: u32) {
        let call = playback::demo_cut(10.0, 10.0 + secs);
        let channel = |party: &Party| {
            let mut converter = RateConverter::new(ENGINE_RATE, SampleRate(hz));
            let mut samples = Vec::new();
            converter.push(&call[*party], &mut samples);
            converter.finish(&mut samples);
            samples
        };
        let channels: Vec<Vec<f32>> = parties.iter().map(channel).collect();
        let frame = |i: usize| channels.iter().map(move |channel| channel[i]);
        let data = (0..channels[0].len())
            .flat_map(frame)
            .flat_map(|x| ((x * 32_767.0) as i16).to_le_bytes())
            .collect();
        let wav = Wav::new(1, parties.len() as u16, hz, 16, data);
        fs::write(self.path(name), wav.bytes()).unwrap();
    }

    fn log(&self, folder: &str) -> Vec<Line> {
        read_log(&self.path(folder)).unwrap()
    }
}

/// What a run left.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let code = output.status.code().expect("it ended by itself");
        Ran { code, out: text(output.stdout), err: text(output.stderr) }
    }
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_log_is_whole_though_nobody_reads_the_output() {
    let place = Place::new();
    place.replay(&[DEMO, "--out", "whole", "--quiet"]);
    let mut command = place.command(&["replay", "--no-words", DEMO, "--out", "piped", "--json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.contains("evenkeel.call/1"), "{first}");
    assert!(child.wait().unwrap().success());
    let log = |name: &str| fs::read(place.path(name).join("events.jsonl")).unwrap();
    assert!(log("piped") == log("whole"));
}

#[test]
fn a_call_is_not_written_into_an_archive() {
    let place = Place::new();
    for folder in ["archive/calls", "archive/.unfinished"] {
        fs::create_dir_all(place.path(folder)).unwrap();
    }
    let ran = place.run(&["replay", "--no-words", DEMO, "--out", "archive"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("is an archive") && ran.err.contains("--out"), "{}", ran.err);
}

#[test]
fn a_replay_leaves_a_log_and_tells_the_call() {
    let place = Place::new();
    let ran = place.replay(&[DEMO]);
    assert!(ran.out.contains("demo-call") && ran.out.contains("silence"), "{}", ran.out);
    let log = Path::new("calls/demo-call/events.jsonl");
    assert!(ran.out.contains(log.to_str().unwrap()), "{}", ran.out);
    let lines = place.log("calls/demo-call");
    assert!(matches!(lines[0].record, Record::Call { .. }));
    assert!(matches!(lines.last().unwrap().record, Record::Summary(_)));
    let files: Vec<_> = fs::read_dir(place.path("calls/demo-call")).unwrap().collect();
    assert_eq!(files.len(), 1, "{files:?}");
}

#[test]
fn a_cut_recording_is_replayed_again_and_no_other_of_its_name() {
    let place = Place::new();
    let whole = fs::read(DEMO).unwrap();
    let record = |bytes: &[u8]| fs::write(place.path("1.wav"), bytes).unwrap();
    record(&whole[..whole.len() / 2]);
    let again = || place.run(&["replay", "--no-words", "--quiet", "1.wav"]);
    assert_eq!((again().code, again().code), (0, 0), "cut short, it is the same all the same");
    let log = fs::read(place.path("calls/1/events.jsonl")).unwrap();
    record(&whole);
    let refused = again();
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("the log of another call"), "{}", refused.err);
    assert_eq!(fs::read(place.path("calls/1/events.jsonl")).unwrap(), log);
}

#[cfg(unix)]
#[test]
fn a_call_is_readable_by_its_owner_only() {
    let place = Place::new();
    place.record("call.wav", &Party::BOTH, 3.0, 8_000);
    place.replay(&["call.wav", "--keep-audio"]);
    let folder = place.path("calls/call");
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join("events.jsonl")), 0o600);
    assert_eq!(mode(&folder.join("audio.wav")), 0o600);
}

#[test]
fn the_log_on_standard_output_is_that_in_the_folder() {
    let place = Place::new();
    let ran = place.replay(&[DEMO, "--json", "--out", "here"]);
    let log = fs::read_to_string(place.path("here/events.jsonl")).unwrap();
    assert!(log.lines().count() > 50);
    assert_eq!(ran.out, log);
}

#[test]
fn quiet_says_nothing() {
    let place = Place::new();
    let ran = place.replay(&[DEMO, "--quiet"]);
    assert_eq!(ran.out, "");
    assert!(place.path("calls/demo-call/events.jsonl").is_file());
}

#[test]
fn colours_are_for_terminals_and_for_who_asks() {
    let place = Place::new();
    place.record("call.wav", &Party::BOTH, 8.0, 8_000);
    let plain = place.replay(&["call.wav"]).out;
    assert!(!plain.contains('\x1b'), "{plain:?}");
    let coloured = place.replay(&["call.wav", "--color", "always"]).out;
    assert!(coloured.contains("\x1b["), "{coloured:?}");
    assert_eq!(place.replay(&["call.wav", "--color", "never"]).out, plain);
    let mut forced = place.command(&["replay", "--no-words", "call.wav"]);
    let forced = Ran::of(forced.env("NO_COLOR", "1").env("CLICOLOR_FORCE", "1").output().unwrap());
    assert_eq!((forced.code, forced.out), (0, plain));
}

#[test]
fn what_cannot_be_done_says_where_why_and_what_to_do() {
    let place = Place::new();
    place.record("call.wav", &Party::BOTH, 1.0, 8_000);
    place.record("mono.wav", &[Party::Agent], 1.0, 8_000);
    place.record("three.wav", &[Party::Agent, Party::Customer, Party::Agent], 1.0, 8_000);
    fs::write(place.path("empty.wav"), "").unwrap();
    fs::write(place.path("notes.txt"), "Call them back on Friday.\n".repeat(40)).unwrap();
    fs::write(place.path("mine.toml"), "[speech]\nbridge_sec = 0.4\n").unwrap();
    fs::write(place.path("wild.toml"), "[speech]\nonset_probability = 7\n").unwrap();
    fs::create_dir(place.path("folder")).unwrap();
    let cases: [(&[&str], &[&str]); 14] = [
        (&["absent.wav"], &["absent.wav: can't be opened", "check the path"]),
        (&["empty.wav"], &["empty.wav", "copy it again"]),
        (&["notes.txt"], &["notes.txt"]),
        (&["folder"], &["folder: is a folder", "give the path of a recording"]),
        (&["three.wav"], &["three.wav: 3 channels", "--agent and --customer"]),
        (&["mono.wav", "--agent", "right"], &["mono.wav: one channel", "leave out"]),
        (&["call.wav", "--agent", "middle"], &["--agent middle", "left or right"]),
        (&["call.wav", "--agent", "mono.wav"], &["--agent mono.wav", "left or right"]),
        (&["--agent", "mono.wav", "--customer", "absent.wav"], &["absent.wav: can't be opened"]),
        (
            &["call.wav", "--config", "mine.toml"],
            &["mine.toml, line 2", "`speech.bridge_sec`", "did you mean `speech.bridge_secs`?"],
        ),
        (
            &["call.wav", "--config", "wild.toml"],
            &["wild.toml, line 2: speech.onset_probability = 7", "0 to 1"],
        ),
        (&["call.wav", "--config", "absent.toml"], &["absent.toml: can't be read", "check"]),
        (&["call.wav", "--out", "notes.txt"], &["notes.txt: can't be written", "--out"]),
        #[cfg(feature = "whisper")]
        (&["call.wav", "--model", "tiny.em"], &["`tiny.em`", "did you mean `tiny.en`?"]),
        #[cfg(not(feature = "whisper"))]
        (&["call.wav", "--model", "tiny.en"], &["without speech to text"]),
    ];
    for (args, parts) in cases {
        let ran = place.run(&[&["replay"], args].concat());
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{args:?}: {}", ran.err);
        assert!(ran.err.starts_with("evenkeel: ") && ran.err.lines().count() == 1, "{}", ran.err);
        for part in parts {
            assert!(ran.err.contains(part), "{args:?}: {:?} does not say {part:?}", ran.err);
        }
        // What the system said stands there once.
        assert!(ran.err.matches("os error").count() <= 1, "{:?}", ran.err);
        assert!(!place.path("calls").exists(), "{args:?} left a folder behind");
    }
}

#[test]
fn what_is_typed_wrong_is_a_usage_error() {
    let place = Place::new();
    let cases: [&[&str]; 8] = [
        &[],
        &["replai", "a.wav"],
        &["replay"],
        &["replay", "a.wav", "--loud"],
        &["replay", "a.wav", "--workers", "0"],
        &["replay", "a.wav", "--json", "--quiet"],
        &["replay", "a.wav", "--no-words", "--model", "tiny.en"],
        &["replay", "--customer", "a.wav"],
    ];
    for args in cases {
        let ran = place.run(args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
        let clear = ran.err.starts_with("error: ") || ran.err.contains("Usage: evenkeel");
        assert!(clear && ran.err.contains("help"), "{args:?}: {}", ran.err);
    }
    let help = place.run(&["replay", "--help"]);
    assert_eq!((help.code, help.err.as_str()), (0, ""));
    let version = place.run(&["--version"]);
    assert_eq!(version.out, format!("evenkeel {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn two_files_of_different_rates_and_lengths_are_one_call() {
    let place = Place::new();
    fs::create_dir(place.path("monday")).unwrap();
    place.record("monday/agent.wav", &[Party::Agent], 10.0, 8_000);
    place.record("monday/customer.wav", &[Party::Customer], 14.0, 44_100);
    place.replay(&["--agent", "monday/agent.wav", "--customer", "monday/customer.wav"]);
    // Named for the folder that they are in.
    let lines = place.log("calls/monday");
    let Record::Call { layout, source, .. } = &lines[0].record else { panic!("{lines:?}") };
    assert_eq!(*layout, Layout::TwoFiles);
    let rates: Vec<(&str, u32)> = source.iter().map(|s| (&*s.name, s.sample_rate)).collect();
    assert_eq!(rates, [("agent.wav", 8_000), ("customer.wav", 44_100)]);
    let Record::Summary(summary) = &lines.last().unwrap().record else { panic!("no summary") };
    assert_eq!(summary.duration, 14.0);
    let gap = lines.iter().find_map(|line| match line.record {
        Record::Gap { party, span, cause } => Some((party, span.start.0, span.end.0, cause)),
        _ => None,
    });
    assert_eq!(gap, Some((Some(Party::Agent), 10.0, 14.0, GapCause::File)));
    // The interruption at 12.64 s of the demo call lies where it lay.
    let cut_in = lines.iter().find_map(|line| match line.record {
        Record::Overlap { span, by, .. } => Some((span.start.0, by)),
        _ => None,
    });
    let (start, by) = cut_in.expect("an overlap");
    assert!((start - 2.64).abs() < 0.1 && by == Party::Agent, "{start} {by}");
}

#[test]
fn the_side_of_the_agent_can_be_given() {
    let place = Place::new();
    let by = |args: &[&str]| {
        place.replay(&[&[DEMO, "--out", "here"], args].concat());
        let lines = place.log("here");
        lines.iter().find_map(|line| match line.record {
            Record::Overlap { by, kind: OverlapKind::Interruption, .. } => Some(by),
            _ => None,
        })
    };
    assert_eq!(by(&["--agent", "right"]), Some(Party::Customer));
    assert_eq!(by(&["--agent", "left"]), Some(Party::Agent));
    assert_eq!(by(&[]), Some(Party::Agent));
}

#[test]
fn a_mono_mix_says_what_it_cannot_tell() {
    let place = Place::new();
    place.record("mix.wav", &[Party::Customer], 6.0, 16_000);
    let ran = place.replay(&["mix.wav"]);
    assert!(ran.out.contains("one channel"), "{}", ran.out);
    let lines = place.log("calls/mix");
    let Record::Call { layout, .. } = lines[0].record else { panic!("{lines:?}") };
    assert_eq!(layout.name(), "mono-mix");
    let mut parties = lines.iter().filter_map(|line| match line.record {
        Record::Speech { party, .. } => Some(party),
        _ => None,
    });
    assert!(parties.by_ref().next().is_some_and(|party| party.is_none()));
}

#[test]
fn the_audio_is_kept_on_request() {
    let place = Place::new();
    place.record("call.wav", &Party::BOTH, 6.0, 44_100);
    place.replay(&["call.wav", "--keep-audio", "--agent", "right"]);
    let mut kept = Recording::open(&place.path("calls/call/audio.wav")).unwrap();
    assert_eq!((kept.info().channels, kept.info().sample_rate), (2, ENGINE_RATE));
    assert_eq!(kept.info().frames, Some(6 * 16_000));
    let mut samples = Vec::new();
    while kept.read(&mut samples).unwrap() > 0 {}
    // The agent is on the left now: what the demo call's customer says.
    let spoken = playback::demo_cut(10.0, 16.0).customer;
    let left = samples.iter().step_by(2);
    let error: f32 = left.zip(&spoken).map(|(a, b)| (a - b).powi(2)).sum::<f32>();
    let energy: f32 = spoken.iter().map(|x| x * x).sum();
    assert!(error < 0.01 * energy, "{error} of {energy}");
}

#[test]
fn only_the_same_call_is_replaced() {
    let place = Place::new();
    place.record("one.wav", &Party::BOTH, 3.0, 8_000);
    place.record("two.wav", &Party::BOTH, 4.0, 8_000);
    place.replay(&["one.wav", "--out", "here"]);
    let first = fs::read_to_string(place.path("here/events.jsonl")).unwrap();
    let refused = place.run(&["replay", "--no-words", "two.wav", "--out", "here"]);
    assert_eq!((refused.code, refused.out.as_str()), (1, ""));
    let log = Path::new("here").join("events.jsonl");
    assert!(refused.err.contains(log.to_str().unwrap()), "{}", refused.err);
    assert!(refused.err.contains("--out"), "{}", refused.err);
    assert_eq!(fs::read_to_string(place.path("here/events.jsonl")).unwrap(), first);

    fs::write(place.path("mine.toml"), "[dialogue]\nsilence_min_secs = 4.0\n").unwrap();
    place.replay(&["one.wav", "--out", "here", "--config", "mine.toml"]);
    let second = fs::read_to_string(place.path("here/events.jsonl")).unwrap();
    assert_ne!(first, second);
    place.replay(&["one.wav", "--out", "here"]);
    assert_eq!(fs::read_to_string(place.path("here/events.jsonl")).unwrap(), first);

    // What is no log of a call is nobody's to overwrite.
    fs::write(place.path("here/events.jsonl"), "milk, eggs\n").unwrap();
    assert_eq!(place.run(&["replay", "--no-words", "one.wav", "--out", "here"]).code, 1);
    assert_eq!(fs::read_to_string(place.path("here/events.jsonl")).unwrap(), "milk, eggs\n");
}

#[cfg(unix)]
#[test]
fn an_interrupted_replay_leaves_whole_lines() {
    let place = Place::new();
    let mut child = place
        .command(&["replay", DEMO, "--realtime", "--no-words", "--json", "--out", "here"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(child.stdout.take().unwrap()).lines();
    let first: Vec<String> = told.by_ref().take(2).map(Result::unwrap).collect();
    assert!(first[0].contains(r#""type":"call""#), "{first:?}");
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{err}");
    assert!(err.contains("stopped"), "{err}");

    let log = fs::read_to_string(place.path("here/events.jsonl")).unwrap();
    assert!(log.ends_with('\n') && log.lines().count() >= 2, "{log}");
    let lines = place.log("here");
    assert_eq!(lines.len(), log.lines().count(), "a line is damaged");
    let summary = lines.iter().find(|line| matches!(line.record, Record::Summary(_)));
    assert_eq!(summary, None, "the call was not heard to its end");
    assert!(lines.last().unwrap().at.0 < 60.0);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = Place::new();
    let replay = ["replay", DEMO, "--no-words", "--json"];
    for args in [&replay[..], &replay[..3], &["config"], &["models"]] {
        let mut child =
            place.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{args:?}");
    }
}

#[test]
fn the_settings_that_are_printed_are_good_settings() {
    let place = Place::new();
    let printed = place.run(&["config"]);
    assert_eq!((printed.code, printed.err.as_str()), (0, ""));
    assert_eq!(printed.out, include_str!("../assets/evenkeel.toml"));
    fs::write(place.path("mine.toml"), &printed.out).unwrap();
    let checked = place.run(&["config", "--check", "mine.toml"]);
    assert_eq!((checked.code, checked.out.as_str()), (0, "mine.toml: fine\n"), "{}", checked.err);
    // They change nothing.
    place.record("call.wav", &Party::BOTH, 3.0, 8_000);
    let own = place.replay(&["call.wav", "--json"]).out;
    assert_eq!(place.replay(&["call.wav", "--json", "--config", "mine.toml"]).out, own);

    fs::write(place.path("mine.toml"), printed.out.replace("[cues]", "[clues]")).unwrap();
    let refused = place.run(&["config", "--check", "mine.toml"]);
    assert_eq!((refused.code, refused.out.as_str()), (1, ""));
    assert!(refused.err.contains("`cues`") && refused.err.contains("mine.toml, line"));
}

#[cfg(feature = "whisper")]
#[test]
fn real_model_its_name_and_its_words_are_in_the_log() {
    let place = Place::new();
    place.record("call.wav", &Party::BOTH, 6.0, 16_000);
    let ran = place.run(&["replay", "call.wav", "--model", "tiny.en", "--workers", "1"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let lines = place.log("calls/call");
    let Record::Call { models, .. } = &lines[0].record else { panic!("{lines:?}") };
    let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
    let language = ["minilm-words", "minilm-practices", "minilm-reflections"];
    assert_eq!(names, [&["silero-v6.2", "tone-voice"], &language[..], &["tiny.en"]].concat());
    assert!(models.iter().all(|model| model.sha256.len() == 64));
    assert!(lines.iter().any(|line| matches!(line.record, Record::Utterance { .. })));
}
