//! Pages of calls and of archives: what is in them, and that nothing in a call can do more than be
//! read.

use std::fs;
use std::path::Path;
use std::time::Instant;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use evenkeel::archive::Index;
use evenkeel::archive::scope::Scope;
use evenkeel::archive::trends::{Period, trends};
use evenkeel::audio::write::CallWriter;
use evenkeel::report::page::{
    CALL_PAGE, is_up_to_date, write_call_page, write_call_page_to, write_index_page,
    write_trends_page,
};
use evenkeel::units::PerParty;
use jiff::civil::date;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const DEMO: &str = include_str!("fixtures/demo-call-log.jsonl");

/// A call's folder with this log.
fn call(dir: &Path, log: &str) -> std::path::PathBuf {
    let folder = dir.join("call");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("events.jsonl"), log).unwrap();
    folder
}

fn page(log: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = write_call_page(&call(dir.path(), log)).unwrap();
    fs::read_to_string(path).unwrap()
}

/// The page as somebody reads it whose browser runs no script: without marks, style and script.
fn words(page: &str) -> String {
    let mut text = String::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        let element = ["<style>", "<script"].into_iter().find(|mark| rest[at..].starts_with(mark));
        let close = match element {
            Some("<style>") => "</style>",
            Some(_) => "</script>",
            None => ">",
        };
        // What stands in cells and blocks of their own is not read as one word.
        let inline = ["strong", "code", "b", "i", "a", "tspan"];
        let name = rest[at + 1..].trim_start_matches('/').split([' ', '>']).next().unwrap();
        if !inline.contains(&name) {
            text.push(' ');
        }
        rest = &rest[at + rest[at..].find(close).unwrap() + close.len()..];
    }
    text.push_str(rest);
    let entities =
        [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    let text = entities.iter().fold(text, |text, (entity, c)| text.replace(entity, c));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let from = text.find(start).unwrap_or_else(|| panic!("no {start}")) + start.len();
    &text[from..from + text[from..].find(end).unwrap()]
}

/// Only this style and this script may be used, and nothing may be loaded but the call's sound.
#[track_caller]
fn assert_closed(page: &str) {
    let policy = between(page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    let policy = policy.replace("&#39;", "'");
    let allowed = |text: &str| {
        let hash = BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()));
        policy.contains(&format!("'sha256-{hash}'"))
    };
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
    assert!(allowed(between(page, "<style>", "</style>")), "another style than {policy}");
    assert!(page.matches("<style").count() == 1 && page.matches("<script>").count() <= 1);
    if page.contains("<script>") {
        assert!(allowed(between(page, "<script>", "</script>")), "another script than {policy}");
    }
    // The only address is a name of SVG, in the script, which is not loaded.
    let addresses = page.replace("http://www.w3.org/2000/svg", "");
    for mark in [
        "http:", "https:", "//www", "@import", "url(//", "<link", "<iframe", "<img", " style=",
        " onclick",
    ] {
        assert!(!addresses.contains(mark), "{mark}");
    }
}

#[test]
fn all_that_was_found_is_read_without_a_script() {
    let page = page(DEMO);
    assert_closed(&page);
    let words = words(&page);
    for text in [
        "demo-call",
        "1 min 27 s",
        "Good morning, how can I help?",
        "My washing machine came three weeks ago with a broken door.",
        "Agent cut in (1.4 s); the customer gave way × Let them finish",
        "You started while the customer was speaking, and both have spoken for 0.8 s.",
        "“So your washing machine came three weeks ago with a broken door.”",
        "The agent cut in, and the customer gave way",
        "Prompt: Let them finish (not taken up).",
        "Reflect back",
        "Say what can be done: did not work out.",
        "Ask an open question: was called for",
        "I'm going to book it now",
        "peak 0.54, tense at 00:05.0",
        "There is no sound beside this page",
        "--keep-audio",
        "silero-v6.2 (7df1ddfe)",
    ] {
        let text = text.replace(' ', "\u{a0}");
        let plain = words.replace(' ', "\u{a0}");
        assert!(plain.contains(&text), "{text}\n{words}");
    }
    let spoken = DEMO.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut utterances = 0;
    for line in spoken.filter(|line| line["type"] == "utterance") {
        // A listener's signal may stand between any two of the words.
        for word in line["text"].as_str().unwrap().split_whitespace() {
            assert!(words.contains(word), "{word}");
        }
        utterances += 1;
    }
    assert!(utterances > 10 && !words.contains("cut short"));
    // Of the agent there are measurements; how words feel is told of the customer only.
    assert!(words.contains("Words feel customer") && !words.contains("Agent −1.4"), "{words}");
}

#[test]
fn words_that_are_markup_and_script_are_words() {
    let bad = r#"</script><script>alert(1)</script><img src=x onerror=alert(2)>"'&{{x}}"#;
    let quoted = serde_json::to_string(bad).unwrap();
    let quoted = &quoted[1..quoted.len() - 1];
    let mut log = String::new();
    let mut put = |value: Value| log += &format!("{}\n", value.to_string().replace("BAD", quoted));
    put(
        json!({"at": 0, "type": "call", "schema": "evenkeel.call/1", "id": "BAD", "started": "BAD",
        "agent": "BAD", "customer": "BAD", "queue": "BAD", "source": [{"name": "BAD",
        "sample_rate": 8000, "encoding": "BAD"}], "layout": "stereo", "config_sha256": "BAD",
        "models": [{"name": "BAD", "sha256": "BAD"}], "version": "BAD"}),
    );
    put(json!({"at": 1, "type": "warning", "code": "x", "text": "BAD", "disables": ["BAD"]}));
    put(
        json!({"at": 3, "type": "utterance", "party": "customer", "start": 1, "end": 3, "text": "BAD",
        "words": [], "confidence": 1, "redo": false}),
    );
    put(json!({"at": 3, "type": "tone", "party": "customer", "start": 1, "end": 3, "heat": 0.9,
        "voice": 1, "words": null, "confidence": 1, "why": [{"what": "BAD", "by": 1}]}));
    put(json!({"at": 3, "type": "practice", "name": "BAD", "party": "agent", "start": 1, "end": 3,
        "quote": "BAD!", "score": 0, "evidence": {"BAD": 1}}));
    put(json!({"at": 3, "type": "issue", "start": 1, "end": 3, "kind": "BAD", "quote": "BAD"}));
    put(
        json!({"at": 3, "type": "promise", "start": 1, "end": 3, "quote": "BAD", "due": "2026-12-04BAD"}),
    );
    put(json!({"at": 4, "type": "cue", "id": 1, "name": "BAD", "text": "BAD", "suggestion": "BAD",
        "why": "BAD", "rule": "BAD", "evidence": {"BAD": 1}, "speed": "slow", "until": 9}));
    put(
        json!({"at": 5, "type": "flag", "start": 1, "end": 3, "reason": "BAD", "severity": 2, "cue": 1,
        "evidence": {"BAD": 1}}),
    );
    put(
        json!({"at": 9, "type": "summary", "duration": 9, "scorecard": {"BAD": "done", "BAD2": "missed"}}),
    );

    let dir = tempfile::tempdir().unwrap();
    let archive = dir.path().join("archive");
    let folder = archive.join("calls/<b>&\"'call");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("events.jsonl"), &log).unwrap();
    let read = |path: std::path::PathBuf| fs::read_to_string(path).unwrap();
    let report = read(write_call_page(&folder).unwrap());
    let (index, refreshed) = Index::open(&archive).unwrap();
    assert_eq!(refreshed.damaged, [""; 0]);
    let list = read(write_index_page(&archive, &index).unwrap());
    let found = trends(&index, &Scope::default(), Period::Week, date(2026, 11, 1)).unwrap();
    let path = archive.join("trends.html");
    let trends = read(write_trends_page(&archive, &found, bad, &path).unwrap());

    for page in [&report, &list, &trends] {
        assert_closed(page);
        assert!(!page.contains("<script>alert") && !page.contains("<img"), "{page}");
        assert!(words(page).contains(bad), "{}", words(page));
    }
    let data: Value = serde_json::from_str(between(&list, "id=\"data\">", "</script>")).unwrap();
    assert_eq!(data[0]["agent"], bad);
    assert_eq!(data[0]["link"], "%3Cb%3E%26%22%27call/report.html");
}

#[test]
fn a_call_that_was_cut_short_says_so() {
    let lines: Vec<&str> = DEMO.lines().collect();
    let half = lines[..lines.len() / 2].join("\n");
    let page = page(&half);
    assert_closed(&page);
    let words = words(&page);
    assert!(words.contains("This log was cut short; what can be told ends at"), "{words}");
    assert!(words.contains("The call in numbers, as far as it is known"), "{words}");
    let head = self::page(lines[0]);
    assert!(self::words(&head).contains("There is nothing in the log of this call."));
}

#[test]
fn a_mono_mix_names_no_speaker() {
    let mut log = String::new();
    for line in DEMO.lines() {
        let mut line: Value = serde_json::from_str(line).unwrap();
        let kind = line["type"].as_str().unwrap().to_owned();
        match kind.as_str() {
            "call" => line["layout"] = "mono-mix".into(),
            "speech" | "utterance" => line["party"] = Value::Null,
            "silence" => {}
            _ => continue,
        }
        log += &format!("{line}\n");
    }
    let page = page(&log);
    let words = words(&page);
    assert!(words.contains("Both voices") && words.contains("Voice Good morning"), "{words}");
    for text in ["Customer", "Agent ", "Agent cut in", "Heat of"] {
        assert!(!words.contains(text), "{text}: {words}");
    }
}

#[test]
fn the_sound_is_played_from_where_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let folder = call(dir.path(), DEMO);
    assert!(!is_up_to_date(&folder));
    write_call_page(&folder).unwrap();
    assert!(is_up_to_date(&folder));
    let mut audio = CallWriter::create(&folder.join("audio.wav")).unwrap();
    let tone = |hz: f32| (0..160_000).map(|i| (i as f32 * hz).sin() * 0.2).collect::<Vec<f32>>();
    audio.write(&PerParty { agent: tone(0.1), customer: tone(0.02) }).unwrap();
    audio.finish().unwrap();
    // The sound is newer than the page.
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(2);
    fs::File::options()
        .append(true)
        .open(folder.join("audio.wav"))
        .unwrap()
        .set_modified(later)
        .unwrap();
    assert!(!is_up_to_date(&folder));
    let page = fs::read_to_string(write_call_page(&folder).unwrap()).unwrap();
    assert!(page.contains("src=\"audio.wav\"") && !words(&page).contains("no sound"), "{page}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(folder.join(CALL_PAGE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let elsewhere = dir.path().join("pages");
    fs::create_dir(&elsewhere).unwrap();
    let page = write_call_page_to(&folder, &elsewhere.join("a.html")).unwrap();
    assert!(fs::read_to_string(page).unwrap().contains("src=\"../call/audio.wav\""));
    fs::write(folder.join("audio.wav"), "no sound").unwrap();
    let page = fs::read_to_string(write_call_page(&folder).unwrap()).unwrap();
    assert!(words(&page).contains("The sound can't be played (") && !page.contains("<audio"));
}

#[test]
fn ten_thousand_calls_are_on_a_page_that_stays_small() {
    let dir = tempfile::tempdir().unwrap();
    for number in 0..10_000 {
        let folder = dir.path().join(format!("calls/made-up-{number:05}"));
        fs::create_dir_all(&folder).unwrap();
        let flag = match number {
            7_777 => {
                r#"{"at":9,"type":"flag","start":65.5,"end":67,"reason":"heat-peak","severity":3,"cue":null,"evidence":{}}"#
            }
            _ => r#"{"at":9,"type":"silence","start":1,"end":6}"#,
        };
        let heat = number % 97;
        let log = format!(
            r#"{{"at":0,"type":"call","schema":"evenkeel.call/1","id":"made-up-{number:05}","started":"2026-11-25T10:00:00Z","agent":"Ana","queue":"billing","source":[],"layout":"stereo","config_sha256":"","models":[],"version":"1"}}
{flag}
{{"at":90,"type":"summary","duration":90,"heat":{{"peak":0.{heat:02},"mean":0.1,"last_minute":null}},"scorecard":{{}}}}
"#
        );
        fs::write(folder.join("events.jsonl"), log).unwrap();
    }
    let (index, _) = Index::open(dir.path()).unwrap();
    let began = Instant::now();
    let path = write_index_page(dir.path(), &index).unwrap();
    let page = fs::read_to_string(&path).unwrap();
    println!("10,000 calls: {} bytes, written in {:.2?}", page.len(), began.elapsed());
    assert_closed(&page);
    assert_eq!(page.matches("<tr>").count(), 101);
    let data: Vec<Value> =
        serde_json::from_str(between(&page, "id=\"data\">", "</script>")).unwrap();
    assert_eq!(data.len(), 10_000);
    // The one with a moment is on top, then the hottest.
    assert_eq!(data[0]["id"], "made-up-07777");
    assert_eq!(data[0]["seek"], "65.50");
    assert_eq!(data[1]["heat"], 96);
    let words = words(&page);
    assert!(words.contains("10000 calls 1 moment for the coach in 1 of them"), "{words}");
    assert!(words.contains("10000 of them have no page yet"));
    assert!(words.contains("1 01:05.5 The customer was at their most heated made-up-07777"));
}

/// Runs `evenkeel`; what it said, and whether it went well.
fn evenkeel(args: &[&std::ffi::OsStr]) -> (String, bool) {
    let output =
        std::process::Command::new(env!("CARGO_BIN_EXE_evenkeel")).args(args).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout) + &text(&output.stderr), output.status.success())
}

#[test]
fn the_command_writes_what_is_missing_and_says_where() {
    let dir = tempfile::tempdir().unwrap();
    let archive = dir.path().join("archive");
    for id in ["a", "b"] {
        let folder = archive.join("calls").join(id);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("events.jsonl"), DEMO).unwrap();
    }
    let page = |more: &[&str]| {
        let mut args = vec!["page".as_ref(), archive.as_os_str()];
        args.extend(more.iter().map(std::ffi::OsStr::new));
        evenkeel(&args)
    };
    let (said, well) = page(&[]);
    assert!(well && said.contains("2 pages are written.") && said.contains("index.html"), "{said}");
    fs::remove_file(archive.join("calls/b/report.html")).unwrap();
    let (said, _) = page(&[]);
    assert!(said.contains("The page is") && said.contains("b/report.html"), "{said}");
    assert!(page(&[]).0.contains("All pages were up to date"));
    assert!(page(&["--all"]).0.contains("2 pages are written."));
    // One call to a file, with the way to trends.
    let file = dir.path().join("one.html");
    let call = archive.join("calls/a");
    let out = "--out".as_ref();
    let (said, well) = evenkeel(&["page".as_ref(), call.as_os_str(), out, file.as_os_str()]);
    assert!(well && file.is_file(), "{said}");
    let (said, well) = evenkeel(&["trends".as_ref(), archive.as_os_str(), "--page".as_ref()]);
    assert!(well && said.contains("trends.html"), "{said}");
    assert!(words(&fs::read_to_string(archive.join("trends.html")).unwrap()).contains("service 2"));
    assert!(page(&[]).1);
    assert!(
        fs::read_to_string(archive.join("index.html")).unwrap().contains("href=\"trends.html\"")
    );
    // A log that can't be read is told, and the others are written.
    fs::write(archive.join("calls/b/events.jsonl"), "nonsense\n").unwrap();
    let (said, well) = page(&["--all"]);
    assert!(!well && said.contains("line 1") && said.contains("The page is"), "{said}");
}
