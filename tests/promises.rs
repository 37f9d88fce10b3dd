//! `evenkeel promises` as it is typed: what it lists, and what other programs read of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use calcard::icalendar::{ICalendar, ICalendarComponentType, ICalendarProperty, ICalendarValue};
use calcard::{Entry, Parser};
use serde_json::json;
use tempfile::TempDir;

/// An empty folder to run the program in.
struct Place(TempDir);

/// A promise: where it begins, in seconds, its words, and when it is due.
type Given<'a> = (f64, &'a str, Option<&'a str>);

impl Place {
    fn new() -> Self {
        Place(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Puts a call there.
    fn call(&self, folder: &str, id: &str, promises: &[Given]) {
        let mut log = json!({
            "at": 0.0, "type": "call", "schema": "evenkeel.call/1", "id": id,
            "started": "2020-02-03T09:30:00+01:00", "source": [], "layout": "stereo",
            "config_sha256": "", "models": [], "version": "0.1.0",
        })
        .to_string();
        log.push('\n');
        for (start, quote, due) in promises {
            let line = json!({
                "at": start + 3.0, "type": "promise", "start": start, "end": start + 2.0,
                "quote": quote, "due": due,
            });
            log.push_str(&format!("{line}\n"));
        }
        fs::create_dir_all(self.path(folder)).unwrap();
        fs::write(self.path(folder).join("events.jsonl"), log).unwrap();
    }

    /// Three calls, one of them further down.
    fn calls() -> Self {
        let place = Place::new();
        let late = [
            (67.4, "I'll call you back by Friday", Some("2020-02-07")),
            (4.0, "we'll be in touch", None),
        ];
        place.call("calls/one", "one", &late);
        place.call("calls/more/two", "two", &[(3725.0, "I'll post it", Some("2999-12-31"))]);
        place.call("calls/none", "none", &[]);
        place
    }

    fn run(&self, args: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
        command.current_dir(self.0.path()).arg("promises").args(args);
        for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
            command.env_remove(variable);
        }
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    #[track_caller]
    fn good(&self, args: &[&str]) -> String {
        let (code, out, err) = self.run(args);
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        out
    }
}

#[test]
fn the_first_due_is_told_first() {
    let place = Place::calls();
    let out = place.good(&[]);
    let rows: Vec<&str> = out.lines().collect();
    let expected = [
        "         Due             Call  Who         At  Promised",
        "overdue  Fri 07 Feb 2020 one   Agent    01:07  “I'll call you back by Friday”",
        "         Tue 31 Dec 2999 two   Agent  1:02:05  “I'll post it”",
        "         day not known   one   Agent    00:04  “we'll be in touch”",
        "",
        "3 promises, 1 overdue. Whether they were kept, the logs do not say.",
    ];
    assert_eq!(rows, expected, "\n{out}");
}

#[test]
fn folders_and_calls_can_be_named_and_count_once() {
    let place = Place::calls();
    let all = place.good(&["calls"]);
    assert_eq!(place.good(&["calls/one", "calls", "calls/more/two/events.jsonl"]), all);
    let one = place.good(&["calls/more"]);
    assert!(one.contains("I'll post it") && one.contains("1 promise, none overdue"), "{one}");
    assert_eq!(place.good(&["calls/none"]), "Nothing was promised.\n");
}

#[test]
fn what_is_due_later_can_be_left_out() {
    let place = Place::calls();
    let out = place.good(&["--due-before", "2020-02-08", "--format", "csv"]);
    assert_eq!(out.lines().count(), 2, "{out}");
    let out = place.good(&["--due-before", "2020-02-07", "--format", "csv"]);
    assert_eq!(out.lines().count(), 1, "{out}");
}

#[test]
fn csv_reads_back() {
    let place = Place::calls();
    let quote = "I'll send \"it\", the form,\nand a label – über Nacht";
    place.call("calls/odd", "odd, call", &[(1.5, quote, Some("2999-01-01"))]);
    let out = place.good(&["--format", "csv"]);
    let mut rows = csv::Reader::from_reader(out.as_bytes());
    let heading: Vec<String> = rows.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(heading, ["due", "overdue", "call", "party", "at", "at_secs", "promise"]);
    let rows: Vec<Vec<String>> =
        rows.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    assert_eq!(
        rows,
        [
            [
                "2020-02-07",
                "yes",
                "one",
                "agent",
                "01:07",
                "67.400",
                "I'll call you back by Friday"
            ],
            ["2999-01-01", "no", "odd, call", "agent", "00:01", "1.500", quote],
            ["2999-12-31", "no", "two", "agent", "1:02:05", "3725.000", "I'll post it"],
            ["", "no", "one", "agent", "00:04", "4.000", "we'll be in touch"],
        ]
    );
}

/// The calendar in `text`, by another reader than the writer's.
fn calendar(text: &str) -> ICalendar {
    let mut parser = Parser::new(text);
    let Entry::ICalendar(calendar) = parser.entry() else { panic!("no calendar: {text}") };
    assert!(matches!(parser.entry(), Entry::Eof), "more than a calendar: {text}");
    calendar
}

/// The to-dos in `text`: for each UID, its other properties as text.
fn todos_of(text: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let calendar = calendar(text);
    let todos = calendar
        .components
        .iter()
        .filter(|component| component.component_type == ICalendarComponentType::VTodo);
    todos
        .map(|todo| {
            let text = |value: &ICalendarValue| match value {
                ICalendarValue::Text(text) => text.clone(),
                ICalendarValue::PartialDateTime(date) => {
                    let day = [
                        date.year.map(i64::from),
                        date.month.map(i64::from),
                        date.day.map(i64::from),
                    ];
                    let time = if date.hour.is_some() { " with a time" } else { "" };
                    format!("{:?}{time}", day.map(|part| part.unwrap_or(0)))
                }
                other => format!("{other:?}"),
            };
            let mut fields = BTreeMap::new();
            for entry in &todo.entries {
                let name = entry.name.as_str().to_owned();
                let value = entry.values.iter().map(text).collect::<Vec<_>>().join(",");
                assert!(fields.insert(name.clone(), value).is_none(), "{name} twice");
            }
            let uid = fields.remove(ICalendarProperty::Uid.as_str()).expect("a UID");
            (uid, fields)
        })
        .collect()
}

#[test]
fn a_calendar_takes_the_promises_in_and_only_once() {
    let place = Place::calls();
    let quote = "I'll send \"it\"; the form, and a label – über Nacht, by post, to the address that \
                 we have for you, and \\ of course";
    let twice = [(1.5, "you'll get a text", None), (1.5, quote, Some("2999-01-01"))];
    place.call("calls/odd", "odd, call", &twice);
    let out = place.good(&["--format", "ical"]);
    // RFC 5545, 3.1: lines end with CR LF and have at most 75 octets.
    assert!(
        out.split_terminator("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')),
        "{out}"
    );
    assert!(out.ends_with("END:VCALENDAR\r\n"), "{out}");
    for once in ["\r\nVERSION:", "\r\nPRODID:"] {
        assert_eq!(out.matches(once).count(), 1, "{once}\n{out}");
    }
    let todos = todos_of(&out);
    assert_eq!(todos.len(), 5, "{todos:#?}");
    let one = &todos["one-20200203T083000Z-67400@evenkeel"];
    assert_eq!(one["SUMMARY"], "I'll call you back by Friday");
    assert_eq!(one["DUE"], "[2020, 2, 7]");
    assert_eq!(one["DTSTAMP"], "[2020, 2, 3] with a time");
    assert_eq!(
        one["DESCRIPTION"],
        "Promised by the agent in call one at 01:07: “I'll call you back by Friday”"
    );
    let odd = &todos["odd, call-20200203T083000Z-1500-2@evenkeel"];
    assert_eq!(odd["SUMMARY"], quote);
    assert_eq!(odd["DUE"], "[2999, 1, 1]");
    let other = &todos["odd, call-20200203T083000Z-1500@evenkeel"];
    assert_eq!(other["SUMMARY"], "you'll get a text");
    assert!(!other.contains_key("DUE"), "{other:?}");
    assert!(out.contains("DUE;VALUE=DATE:20200207\r\n"), "{out}");
    // A part of them has the UIDs that it has among all.
    let due = todos_of(&place.good(&["--format", "ical", "--due-before", "2999-06-01"]));
    assert_eq!(due.len(), 2, "{due:#?}");
    assert!(due.keys().all(|uid| due[uid] == todos[uid]), "{due:#?}");
    // The same again, byte for byte.
    assert_eq!(place.good(&["--format", "ical"]), out);
}

#[cfg(unix)]
#[test]
fn a_file_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::calls();
    assert_eq!(place.good(&["--format", "csv", "--out", "promises.csv"]), "");
    let path = place.path("promises.csv");
    assert_eq!(fs::read_to_string(&path).unwrap(), place.good(&["--format", "csv"]));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    place.good(&["--out", "promises.txt"]);
    let text = fs::read_to_string(place.path("promises.txt")).unwrap();
    assert!(text.contains("overdue") && !text.contains('\x1b'), "{text:?}");
}

#[test]
fn a_log_that_was_cut_short_is_read_up_to_there() {
    let place = Place::calls();
    let log = place.path("calls/one/events.jsonl");
    let whole = fs::read(&log).unwrap();
    fs::write(&log, &whole[..whole.len() - 9]).unwrap();
    let out = place.good(&["calls/one"]);
    assert!(out.contains("1 promise,") && out.contains("by Friday"), "{out}");
    fs::write(&log, "").unwrap();
    assert_eq!(place.good(&["calls/one"]), "Nothing was promised.\n");
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_is_told() {
    let place = Place::calls();
    fs::write(place.path("calls/none/events.jsonl"), "milk, eggs\n").unwrap();
    let (code, out, err) = place.run(&[]);
    assert_eq!(code, 1);
    assert!(out.contains("3 promises"), "{out}");
    assert!(err.contains("events.jsonl, line 1: not an event"), "{err}");
    assert_eq!(err.lines().count(), 1, "{err}");

    place.call("calls/none", "none", &[(9.0, "I'll call you", Some("soon"))]);
    fs::create_dir(place.path("empty")).unwrap();
    let cases: [(&[&str], &[&str]); 4] = [
        (&["absent"], &["absent: there is no such folder", "give"]),
        (&["empty"], &["empty: there is no call in it", "events.jsonl"]),
        (&["calls/none"], &["none: the promise at 9.0 s", "`soon`", "2026-12-04"]),
        (&["--out", "empty"], &["empty: can't be written", "--out"]),
    ];
    for (args, parts) in cases {
        let (code, out, err) = place.run(args);
        assert_eq!((code, out.as_str()), (1, ""), "{args:?}: {err}");
        assert!(err.starts_with("evenkeel: ") && err.lines().count() == 1, "{err}");
        parts.iter().for_each(|part| assert!(err.contains(part), "{args:?}: {err}"));
    }
    let (code, _, err) = place.run(&["--due-before", "Friday"]);
    assert_eq!(code, 2);
    assert!(err.contains("2026-12-04"), "{err}");
}
