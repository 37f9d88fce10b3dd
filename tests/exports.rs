//! `evenkeel export` as it is typed, and what comes out of hostile words.

mod exported;

use std::fs;

use exported::{DEMO_LOG, HOSTILE, Place, hostile};
use serde_json::{Value, json};

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

/// The cells of a Parquet table as its CSV has them.
fn parquet_cells(path: &std::path::Path) -> Vec<Vec<String>> {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use parquet::record::Field;

    let reader = SerializedFileReader::new(fs::File::open(path).unwrap()).unwrap();
    let schema = reader.metadata().file_metadata().schema();
    let heading = schema.get_fields().iter().map(|field| field.name().to_owned()).collect();
    let cell = |field: &Field| match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Double(number) => number.to_string(),
        Field::Long(count) => count.to_string(),
        Field::Bool(flag) => flag.to_string(),
        Field::Date(days) => {
            let days = jiff::Span::new().days(i64::from(*days));
            jiff::civil::date(1970, 1, 1).checked_add(days).unwrap().to_string()
        }
        Field::TimestampMicros(micros) => {
            jiff::Timestamp::from_microsecond(*micros).unwrap().to_string()
        }
        other => panic!("{other}"),
    };
    let rows = reader.get_row_iter(None).unwrap();
    let rows = rows.map(|row| row.unwrap().get_column_iter().map(|(_, f)| cell(f)).collect());
    std::iter::once(heading).chain(rows).collect()
}

#[test]
fn all_calls_together_are_four_tables() {
    let place = calls();
    let began = |text: &str| {
        let head = format!("\"started\":\"{text}\",\"agent\":\"Ana\"");
        DEMO_LOG.replacen("\"started\":null", &head, 1).replacen("\"demo-call\"", "\"told\"", 1)
    };
    place.log("calls/told", &began("2026-11-25T23:30:00-05:00"));
    place.good(&["calls", "--as", "parquet", "--out", "tables"]);
    place.good(&["calls", "--as", "tables", "--out", "tables"]);
    let rows = |table: &str| {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_path(place.path("tables").join(format!("{table}.csv")))
            .unwrap();
        let row = |row: csv::StringRecord| row.iter().map(str::to_owned).collect();
        reader.records().map(|found| row(found.unwrap())).collect::<Vec<Vec<String>>>()
    };
    let mut lengths = Vec::new();
    for table in ["calls", "utterances", "events", "scorecards"] {
        let cells = rows(table);
        lengths.push(cells.len() - 1);
        let hostile = |cell: &String| cell.contains("script") || cell.contains("a call");
        for (row, typed) in
            cells.iter().zip(parquet_cells(&place.path("tables").join(format!("{table}.parquet"))))
        {
            for (cell, typed) in row.iter().zip(typed) {
                // A spreadsheet must not run them; typed columns carry them as they are.
                assert!(*cell == typed || hostile(cell), "{table}: {cell:?} {typed:?}");
            }
        }
    }
    let said = |log: &str| log.matches("\"type\":\"utterance\"").count();
    assert_eq!(lengths[0], 4);
    assert_eq!(lengths[1], 2 * said(DEMO_LOG) + 2 * said(&hostile("../a call", HOSTILE)));

    let calls = rows("calls");
    let cell = |call: &str, column: &str| {
        let at = calls[0].iter().position(|name| name == column).unwrap();
        calls.iter().find(|row| row[0] == call).unwrap()[at].clone()
    };
    assert_eq!(cell("told", "agent"), "Ana");
    assert_eq!(cell("told", "started"), "2026-11-26T04:30:00Z");
    assert_eq!(cell("told", "day"), "2026-11-25");
    assert_eq!(cell("demo-call", "started"), "");
    assert_eq!(cell("demo-call", "partial"), "false");
    assert_eq!(cell("../a call", "partial"), "true");
    // As the log's summary has it.
    let summary = DEMO_LOG.lines().last().unwrap();
    let summary: Value = serde_json::from_str(summary).unwrap();
    assert_eq!(cell("demo-call", "duration_secs"), summary["duration"].to_string());
    let marks = summary["scorecard"].as_object().unwrap().len();
    assert_eq!(rows("scorecards").iter().filter(|row| row[0] == "demo-call").count(), marks);

    let (code, _, err) = place.run(&["calls", "--as", "parquet"]);
    assert!(code == 1 && err.contains("give a folder for them with --out"), "{err}");
    let left = fs::read_dir(place.path("tables")).unwrap().count();
    assert_eq!(left, 8);
}

#[test]
fn what_identifies_people_is_in_no_redacted_export() {
    let line = |line: Value| format!("{line}\n");
    let said = |party: &str, start: f64, text: &str| {
        let words: Vec<Value> = text
            .split(' ')
            .enumerate()
            .map(|(i, w)| {
                let at = start + 0.3 * i as f64;
                json!({"w": format!(" {w}"), "start": at, "end": at + 0.3, "p": 0.9})
            })
            .collect();
        let end = start + 0.3 * words.len() as f64;
        line(
            json!({"at": end, "type": "utterance", "party": party, "start": start, "end": end, "text": text,
                    "words": words, "confidence": 0.9, "redo": false, "sentiment": -0.2}),
        )
    };
    let card = "My card is 4929 1234 5678 9012, and it was charged twice.";
    let log = [
        line(
            json!({"at": 0.0, "type": "call", "schema": "evenkeel.call/1", "id": "a-call", "started": "2026-11-25",
                    "agent": "Ana", "customer": "+49 30 5550 17", "layout": "stereo", "config_sha256": "",
                    "source": [{"name": "marlowe-5550.wav", "sample_rate": 8000, "encoding": "pcm_mulaw"}],
                    "models": [], "version": "0.1.0"}),
        ),
        line(json!({"at": 1.0, "type": "partial", "party": "customer", "start": 0.5, "end": 1.0,
                    "text": "Marlowe", "stable": 1})),
        said("agent", 1.0, "What is your name, please?"),
        said("customer", 4.0, "My name is Thaddeus Marlowe."),
        said("customer", 8.0, card),
        line(
            json!({"at": 13.0, "type": "remark", "name": "complaint", "party": "customer", "start": 8.0, "end": 11.3,
                    "quote": card, "score": 0.9, "suggestion": null}),
        ),
        line(
            json!({"at": 13.0, "type": "issue", "start": 8.0, "end": 11.3, "kind": "billing", "quote": card}),
        ),
        said("agent", 14.0, "I'll write to thaddeus at example dot com by Friday."),
        line(json!({"at": 18.0, "type": "promise", "start": 14.0, "end": 17.0,
                    "quote": "I'll write to thaddeus at example dot com by Friday.", "due": "2026-11-27"})),
        line(
            json!({"at": 19.0, "type": "cue", "id": 1, "name": "acknowledge", "text": "Acknowledge what they said",
                    "suggestion": null, "why": "They said: \"My name is Thaddeus Marlowe\"", "rule": "acknowledge",
                    "evidence": {}, "speed": "slow", "until": 24.0}),
        ),
        line(
            json!({"at": 30.0, "type": "summary", "duration": 30.0, "silence": {"seconds": 0.0, "share": 0.0},
                    "overlap": {"seconds": 0.0, "share": 0.0}, "scorecard": {}}),
        ),
    ];
    let place = Place::new();
    place.log("call", &log.concat());
    let secrets = [
        "4929",
        "5678",
        "9012",
        "Thaddeus",
        "thaddeus",
        "Marlowe",
        "marlowe",
        "example dot com",
        "5550",
    ];
    let formats = FORMATS.map(|(format, _)| format);
    for format in formats.iter().copied().chain(["tables"]) {
        let export = |more: &[&str]| {
            let out = if format == "tables" { &["--out", "tables"][..] } else { &[] };
            let (code, text, remark) = place.run(&[&["call", "--as", format], out, more].concat());
            assert_eq!(code, 0, "{format}: {remark}");
            let tables = fs::read_dir(place.path("tables")).into_iter().flatten().flatten();
            let tables: String =
                tables.map(|file| fs::read_to_string(file.path()).unwrap()).collect();
            (if format == "tables" { tables } else { text }, remark)
        };
        let (plain, _) = export(&[]);
        // Who spoke when has no words to begin with.
        assert_eq!(plain.contains("Marlowe"), format != "rttm", "{format}: {plain}");
        let (redacted, remark) = export(&["--redact"]);
        assert!(remark.contains("words are masked; a program did it"), "{remark}");
        for secret in secrets {
            assert!(!redacted.contains(secret), "{format}: {secret} in {redacted}");
        }
        if format != "rttm" {
            assert!(
                redacted.contains("[number]") && redacted.contains("charged twice"),
                "{redacted}"
            );
        }
    }
}
