//! `evenkeel export` as it is typed, and what comes out of hostile words.

mod exported;

use std::fs;

use exported::{DEMO_LOG, HOSTILE, Place, hostile};
use serde_json::Value;

const FORMATS: [(&str, &str); 6] = [
    ("contact-lens", "contact-lens.json"),
    ("vtt", "vtt"),
    ("srt", "srt"),
    ("audacity", "labels.txt"),
    ("rttm", "rttm"),
    ("csv", "csv"),
];

/// The demo call, and two others further down that have one id.
pub fn calls() -> Place {
    let place = Place::new();
    place.log("calls/demo-call", DEMO_LOG);
    place.log("calls/more/one", &hostile("../a call", HOSTILE));
    place.log("calls/more/two", &hostile("../a call", HOSTILE));
    place
}

#[test]
fn hostile_words_stay_words() {
    let log = hostile("a \"call\"\n-->", HOSTILE);
    let export = |format| {
        let text = Place::export(&log, format);
        let steers =
            |c: &char| c.is_control() && !"\n\t".contains(*c) || "\u{202e}\u{2028}".contains(*c);
        assert_eq!(text.chars().find(steers), None, "{format}: {text:?}");
        text
    };
    // WebVTT and SubRip: three entries of a number or nothing, times and one line, and no more.
    let vtt = export("vtt");
    let blocks: Vec<Vec<&str>> = vtt.split("\n\n").map(|block| block.lines().collect()).collect();
    assert_eq!(blocks.len(), 2 + 3, "{vtt}");
    assert!(blocks[1][0].starts_with("NOTE ") && blocks[1].len() == 1, "{vtt}");
    for cue in &blocks[2..] {
        assert_eq!((cue.len(), cue[0].matches(" --> ").count()), (2, 1), "{vtt}");
        let (voice, said) = cue[1].split_once('>').unwrap();
        assert!(["<v Agent", "<v Customer"].contains(&voice), "{vtt}");
        assert!(!said.contains(['<', '>']) && said.contains("&amp;amp; &amp; \"q\""), "{vtt}");
        assert!(said.contains("&lt;script&gt;") && said.contains("--&gt; 00:09"), "{vtt}");
    }
    let srt = export("srt");
    let blocks: Vec<Vec<&str>> = srt.split("\n\n").map(|block| block.lines().collect()).collect();
    assert_eq!(blocks.len(), 3, "{srt}");
    for (i, entry) in blocks.iter().enumerate() {
        assert_eq!((entry.len(), entry[0]), (3, (i + 1).to_string().as_str()), "{srt}");
        assert!(entry[1].contains(" --> ") && !entry[2].contains(['<', '>', '{']), "{srt}");
        assert!(entry[2].contains("‹script›alert('x')‹/script›"), "{srt}");
    }
    let labels = export("audacity");
    assert_eq!(labels.lines().count(), 3 + 2, "{labels}");
    for label in labels.lines() {
        let parts: Vec<&str> = label.split('\t').collect();
        assert_eq!(parts.len(), 3, "{label}");
        let [start, end] = [0, 1].map(|i| parts[i].parse::<f64>().unwrap());
        assert!(0.0 <= start && start <= end && !parts[2].is_empty(), "{label}");
    }
    let rttm = export("rttm");
    for line in rttm.lines() {
        let parts: Vec<&str> = line.split_whitespace().collect();
        assert_eq!((parts.len(), parts[0], parts[1]), (10, "SPEAKER", "a__call__--_"), "{line}");
        assert!(parts[4].parse::<f64>().unwrap() > 0.0, "{line}");
    }
    let csv = export("csv");
    let mut table = csv::Reader::from_reader(csv.as_bytes());
    let text = table.headers().unwrap().iter().position(|name| name == "text").unwrap();
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    assert_eq!((rows.len(), csv.lines().count()), (10, 11), "{csv}");
    for row in &rows {
        assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@'])), "{row:?}");
        assert!(row[text].is_empty() || row[text].starts_with("'=1+1 <script>"), "{row:?}");
    }
    // JSON carries them as they are.
    let lens: Value = serde_json::from_str(&Place::export(&log, "contact-lens")).unwrap();
    assert_eq!(lens["Transcript"][0]["Content"], HOSTILE);
}

#[test]
fn a_call_goes_to_standard_output_or_to_a_file() {
    let place = calls();
    for (format, _) in FORMATS {
        let out = place.good(&["calls/demo-call", "--as", format]);
        assert!(out.lines().count() > 20 && out.ends_with('\n'), "{format}: {out}");
        // The log itself, and a folder with one call in it, are the call as well.
        assert_eq!(place.good(&["calls/demo-call/events.jsonl", "--as", format]), out);
        assert_eq!(place.good(&["calls/demo-call", "--as", format, "--out", "file"]), "");
        assert_eq!(fs::read_to_string(place.path("file")).unwrap(), out);
    }
    fs::create_dir(place.path("there")).unwrap();
    place.good(&["calls/demo-call", "--as", "vtt", "--out", "there"]);
    assert!(place.path("there/demo-call.vtt").is_file());
}

#[test]
fn several_calls_go_to_a_folder_that_only_its_owner_reads() {
    let place = calls();
    for (format, ending) in FORMATS {
        assert_eq!(
            place.good(&["calls", "calls/demo-call", "--as", format, "--out", "out/here"]),
            ""
        );
        for (name, call) in
            [("demo-call", "demo-call"), ("_._a call", "more/one"), ("_._a call-2", "more/two")]
        {
            let path = place.path("out/here").join(format!("{name}.{ending}"));
            let whole = place.good(&[&format!("calls/{call}"), "--as", format]);
            assert_eq!(fs::read_to_string(&path).unwrap(), whole, "{}", path.display());
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
                assert_eq!((mode(path), mode(place.path("out/here"))), (0o600, 0o700));
            }
        }
    }
    assert_eq!(fs::read_dir(place.path("out/here")).unwrap().count(), 3 * FORMATS.len());
    // A folder of calls makes a folder, though there is one call in it.
    place.log("night/only", DEMO_LOG);
    place.good(&["night", "--as", "csv", "--out", "table"]);
    assert!(place.path("table/demo-call.csv").is_file());
}

#[test]
fn what_cannot_be_done_is_said_and_the_rest_is_done() {
    let place = calls();
    place.log("calls/bad", "milk, eggs\n");
    let (code, out, err) = place.run(&["calls", "--as", "srt", "--out", "out"]);
    assert_eq!((code, out.as_str()), (1, ""), "{err}");
    assert!(err.contains("events.jsonl, line 1: not an event"), "{err}");
    assert_eq!(err.lines().count(), 1, "{err}");
    assert_eq!(fs::read_dir(place.path("out")).unwrap().count(), 3);

    fs::create_dir(place.path("empty")).unwrap();
    fs::write(place.path("file"), "").unwrap();
    let cases: [(&[&str], &[&str]); 6] = [
        (&["absent"], &["absent: there is no such folder", "give"]),
        (&["empty"], &["empty: there is no call in it", "events.jsonl"]),
        (&["calls"], &["4 calls", "--out"]),
        (&["calls", "--out", "file"], &["file: can't be written", "--out"]),
        (&["calls/demo-call", "--out", "none/file"], &["none/file: can't be written", "--out"]),
        (&["calls/bad"], &["events.jsonl, line 1: not an event"]),
    ];
    for (args, parts) in cases {
        let (code, out, err) = place.run(&[args, &["--as", "vtt"]].concat());
        assert_eq!((code, out.as_str()), (1, ""), "{args:?}: {err}");
        assert!(err.starts_with("evenkeel: ") && err.lines().count() == 1, "{err}");
        parts.iter().for_each(|part| assert!(err.contains(part), "{args:?}: {err}"));
    }
    for args in [&["calls"] as &[&str], &["calls", "--as", "pdf"], &["--as", "vtt"]] {
        let (code, _, err) = place.run(args);
        assert_eq!(code, 2, "{err}");
    }
}
