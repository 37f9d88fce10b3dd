//! Looking into an archive: what is found, what comes back, and that the index follows the folders.

use std::fs;
use std::path::Path;

use evenkeel::archive::find::{Order, Wanted, find};
use evenkeel::archive::index::Refreshed;
use evenkeel::archive::offer::offer;
use evenkeel::archive::overview::{Moment, overview};
use evenkeel::archive::scope::Scope;
use evenkeel::archive::trends::{Period, trends};
use evenkeel::archive::verdicts::{Standing, calls_in, judged, precisions};
use evenkeel::archive::{Index, IndexError};
use evenkeel::call::folder::read_log;
use evenkeel::call::notes::{About, Note, Said, Verdict, add};
use evenkeel::call::rescore::prompts;
use evenkeel::config::{Config, RuleSet};
use jiff::Timestamp;
use jiff::civil::date;
use serde_json::{Value, json};

/// A call by hand: what its head and its summary say, and its other lines.
struct Call {
    id: &'static str,
    head: Value,
    lines: Vec<Value>,
    summary: Value,
}

fn calls() -> Vec<Call> {
    let said = |party: &str, start: f64, text: &str| {
        json!({"at": start + 2.0, "type": "utterance", "party": party, "start": start,
               "end": start + 2.0, "text": text, "words": [], "confidence": 0.9, "redo": false})
    };
    let cue = |id: u32, rule: &str| {
        json!({"at": 9.0, "type": "cue", "id": id, "name": "apologise", "text": "", "suggestion": null,
               "why": "", "rule": rule, "evidence": {}, "speed": "slow", "until": 14.0})
    };
    let outcome = |id: u32, outcome: &str| json!({"at": 29.0, "type": "cue-outcome", "id": id, "outcome": outcome, "evidence": {}});
    let share = |share: f64| json!({"seconds": share * 100.0, "share": share});
    let quarters =
        |a: f64, d: f64| json!({"overall": (a + d) / 2.0, "quarters": [a, null, null, d]});
    vec![
        Call {
            id: "calm",
            head: json!({"started": "2026-11-23T09:00:00+01:00", "agent": "Ana", "queue": "billing"}),
            lines: vec![said("customer", 1.0, "I wanted to ask about my bills.")],
            summary: json!({"duration": 100.0, "silence": share(0.1), "heat": {"peak": 0.2, "mean": 0.1,
                "last_minute": null}, "sentiment": {"agent": null, "customer": quarters(0.0, 2.0)},
                "interruptions": {"agent": 0, "customer": 1},
                "scorecard": {"apologise": "not-needed", "thank": "done"}}),
        },
        Call {
            id: "hot",
            head: json!({"started": "2026-11-25T15:30:00+01:00", "agent": "Ana", "queue": "returns"}),
            lines: vec![
                said("customer", 3.0, "This is the third time; I'm still waiting for my refund."),
                json!({"at": 5.0, "type": "issue", "start": 3.0, "end": 5.0, "kind": "billing",
                       "quote": "still waiting for my refund"}),
                json!({"at": 8.0, "type": "promise", "start": 6.0, "end": 8.0,
                       "quote": "I'll call you by Friday", "due": "2026-11-27"}),
                cue(1, "apologise"),
                outcome(1, "ignored"),
                json!({"at": 9.5, "type": "flag", "start": 3.0, "end": 9.0, "reason": "heat-peak",
                       "severity": 3, "cue": null, "evidence": {}}),
            ],
            summary: json!({"duration": 300.0, "silence": share(0.4), "heat": {"peak": 0.9, "mean": 0.5,
                "last_minute": 0.8}, "sentiment": {"agent": null, "customer": quarters(1.0, -3.0)},
                "interruptions": {"agent": 4, "customer": 0},
                "scorecard": {"apologise": "missed", "not-defensive": "broken", "thank": "done"}}),
        },
        Call {
            id: "late",
            head: json!({"started": "2026-12-01", "agent": "Ben", "queue": "returns"}),
            lines: vec![
                said("customer", 2.0, "The parcels came late, and I was waiting still."),
                json!({"at": 4.0, "type": "issue", "start": 2.0, "end": 4.0, "kind": "delivery",
                       "quote": "came late"}),
                json!({"at": 5.0, "type": "issue", "start": 4.0, "end": 5.0, "kind": "billing",
                       "quote": "and charged twice"}),
                cue(1, "apologise"),
                outcome(1, "heeded"),
                cue(2, "thank"),
            ],
            summary: json!({"duration": 200.0, "silence": share(0.2), "heat": {"peak": 0.6, "mean": 0.3,
                "last_minute": 0.1}, "interruptions": {"agent": 1, "customer": 1},
                "scorecard": {"apologise": "done", "thank": "missed"}}),
        },
    ]
}

fn write(root: &Path, call: &Call) {
    let folder = root.join("calls").join(call.id);
    fs::create_dir_all(&folder).unwrap();
    let mut head = json!({"at": 0.0, "type": "call", "schema": "evenkeel.call/1", "id": call.id,
        "source": [], "layout": "stereo", "config_sha256": "", "models": [], "version": "0.1.0"});
    head.as_object_mut().unwrap().extend(call.head.as_object().unwrap().clone());
    let mut summary = json!({"at": 400.0, "type": "summary"});
    summary.as_object_mut().unwrap().extend(call.summary.as_object().unwrap().clone());
    let lines: Vec<String> =
        [&head].into_iter().chain(&call.lines).chain([&summary]).map(Value::to_string).collect();
    fs::write(folder.join("events.jsonl"), lines.join("\n") + "\n").unwrap();
}

fn archive() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    calls().iter().for_each(|call| write(dir.path(), call));
    dir
}

fn names(index: &Index, wanted: &Wanted, order: Order) -> Vec<String> {
    let (found, all) = find(index, wanted, order, 100).unwrap();
    assert_eq!(found.len(), all);
    found.into_iter().map(|call| call.id).collect()
}

#[test]
fn calls_are_found_by_what_is_known_of_them() {
    let dir = archive();
    let (index, refreshed) = Index::open(dir.path()).unwrap();
    assert_eq!(refreshed, Refreshed { read: 3, ..Refreshed::default() });
    let none = Wanted::default();
    let every = Scope::default();
    let within = |scope| Wanted { scope, ..Wanted::default() };
    let text = |text: &str| Some(text.to_owned());
    let cases: [(Wanted, &[&str]); 14] = [
        (none.clone(), &["late", "hot", "calm"]),
        (within(Scope { agent: text("Ana"), ..every.clone() }), &["hot", "calm"]),
        (within(Scope { queue: text("returns"), agent: text("Ana"), ..every.clone() }), &["hot"]),
        (within(Scope { since: Some(date(2026, 11, 24)), ..every.clone() }), &["late", "hot"]),
        (within(Scope { until: Some(date(2026, 11, 25)), ..every.clone() }), &["hot", "calm"]),
        (Wanted { min_heat: Some(0.6), ..none.clone() }, &["late", "hot"]),
        (Wanted { min_fall: Some(4.0), ..none.clone() }, &["hot"]),
        (Wanted { min_interruptions: Some(1), ..none.clone() }, &["late", "hot"]),
        (Wanted { min_silence_share: Some(0.3), ..none.clone() }, &["hot"]),
        (Wanted { missed: vec!["apologise".into()], ..none.clone() }, &["hot"]),
        (Wanted { done: vec!["thank".into()], ..none.clone() }, &["hot", "calm"]),
        (Wanted { broken: vec!["not-defensive".into()], ..none.clone() }, &["hot"]),
        (Wanted { issue: text("billing"), ..none.clone() }, &["late", "hot"]),
        (Wanted { min_severity: Some(3), ..none.clone() }, &["hot"]),
    ];
    for (wanted, expected) in cases {
        assert_eq!(names(&index, &wanted, Order::Latest), expected, "{wanted:?}");
    }
    for (order, expected) in [
        (Order::Heat, ["hot", "late", "calm"]),
        (Order::Fall, ["hot", "calm", "late"]),
        (Order::Interruptions, ["hot", "late", "calm"]),
        (Order::Silence, ["hot", "late", "calm"]),
        (Order::Moments, ["hot", "calm", "late"]),
    ] {
        assert_eq!(names(&index, &none, order), expected, "{order:?}");
    }
    let (found, all) = find(&index, &none, Order::Heat, 1).unwrap();
    assert_eq!((found.len(), all), (1, 3));
    assert_eq!((found[0].sentiment_shift, found[0].moments), (Some(-4.0), 1));
}

#[test]
fn words_are_found_in_any_form_and_mean_nothing_else() {
    let dir = archive();
    let (index, _) = Index::open(dir.path()).unwrap();
    let with = |words: &str| {
        let wanted = Wanted { words: Some(words.into()), ..Wanted::default() };
        names(&index, &wanted, Order::Latest)
    };
    assert_eq!(with("wait still"), ["late", "hot"]);
    assert_eq!(with("\"still waiting\""), ["hot"]);
    assert_eq!(with("bill"), ["calm"]);
    assert_eq!(with("parcel refund"), [""; 0]);
    // What the query language of the index would take for its own.
    for words in
        ["\"", "*", "NEAR(", "text:bill", "bill OR parcel", "-", "'); DROP TABLE calls; --"]
    {
        assert_eq!(with(words), [""; 0], "{words}");
    }
    let wanted = Wanted { words: Some("refund".into()), ..Wanted::default() };
    let (found, _) = find(&index, &wanted, Order::Latest, 9).unwrap();
    let (at, text) = found[0].said.clone().unwrap();
    assert_eq!(
        (at, text.as_str()),
        (3.0, "This is the third time; I'm still waiting for my refund.")
    );
}

#[test]
fn what_comes_back_is_counted() {
    let dir = archive();
    let (index, _) = Index::open(dir.path()).unwrap();
    let today = date(2026, 11, 26);
    let all = trends(&index, &Scope::default(), Period::Week, today).unwrap();
    assert_eq!(all.calls, 3);
    let issues: Vec<(&str, u32, &str)> =
        all.issues.iter().map(|i| (i.kind.as_str(), i.calls, i.quote.as_str())).collect();
    assert_eq!(
        issues,
        [("billing", 2, "still waiting for my refund"), ("delivery", 1, "came late")]
    );
    assert!((all.issues[0].heat.unwrap() - 0.75).abs() < 1e-9);
    let practices: Vec<(&str, &str, &str, [u32; 3])> = all
        .practices
        .iter()
        .map(|p| {
            let counts = [p.done, p.missed, p.broken];
            (p.agent.as_deref().unwrap(), p.practice.as_str(), p.period.as_deref().unwrap(), counts)
        })
        .collect();
    assert_eq!(
        practices,
        [
            ("Ana", "apologise", "2026-11-23", [0, 1, 0]),
            ("Ana", "not-defensive", "2026-11-23", [0, 0, 1]),
            ("Ana", "thank", "2026-11-23", [2, 0, 0]),
            // The first of December is a Tuesday.
            ("Ben", "apologise", "2026-11-30", [1, 0, 0]),
            ("Ben", "thank", "2026-11-30", [0, 1, 0]),
        ]
    );
    assert_eq!(all.promises.len(), 1);
    assert_eq!(all.promises[0].due, "2026-11-27");
    let rules: Vec<(&str, u32, Option<f64>)> =
        all.rules.iter().map(|r| (r.rule.as_str(), r.prompts, r.share())).collect();
    assert_eq!(rules, [("apologise", 2, Some(0.5)), ("thank", 1, None)]);

    let ben = Scope { agent: Some("Ben".into()), ..Scope::default() };
    let of_ben = trends(&index, &ben, Period::Month, date(2026, 11, 28)).unwrap();
    assert_eq!((of_ben.calls, of_ben.promises.len(), of_ben.issues.len()), (1, 0, 2));
    assert_eq!(of_ben.practices[0].period.as_deref(), Some("2026-12"));
}

#[test]
fn the_overview_has_the_most_to_hear_on_top() {
    let dir = archive();
    let (index, _) = Index::open(dir.path()).unwrap();
    let all = overview(&index).unwrap();
    // One has a moment; of the others the hotter comes first.
    assert_eq!(
        all.iter().map(|call| call.id.as_str()).collect::<Vec<_>>(),
        ["hot", "late", "calm"]
    );
    let moment = Moment { start: 3.0, reason: "heat-peak".into(), severity: 3 };
    assert_eq!((all[0].moments.as_slice(), all[0].weight()), ([moment].as_slice(), 9));
    assert_eq!(all[1].issues, ["billing", "delivery"]);
    assert_eq!((all[1].weight(), all[1].heat_course.as_str()), (0, ""));
    assert_eq!(all[2].started.as_deref(), Some("2026-11-23T09:00:00+01:00"));
}

#[test]
fn the_index_follows_the_folders() {
    let dir = archive();
    drop(Index::open(dir.path()).unwrap());
    let (_, refreshed) = Index::open(dir.path()).unwrap();
    assert_eq!(refreshed, Refreshed::default());
    // One is deleted, one analysed again with other words, one damaged, one cut short.
    fs::remove_dir_all(dir.path().join("calls/calm")).unwrap();
    let mut late = calls().remove(2);
    late.lines[0]["text"] = json!("All is well now.");
    write(dir.path(), &late);
    fs::create_dir(dir.path().join("calls/broken")).unwrap();
    fs::write(dir.path().join("calls/broken/events.jsonl"), "no event\n").unwrap();
    let hot = dir.path().join("calls/hot/events.jsonl");
    let text = fs::read_to_string(&hot).unwrap();
    fs::write(&hot, &text[..text.len() - 40]).unwrap();
    let (index, refreshed) = Index::open(dir.path()).unwrap();
    assert_eq!((refreshed.read, refreshed.gone, refreshed.damaged.len()), (2, 1, 1));
    assert!(refreshed.damaged[0].contains("line 1"), "{:?}", refreshed.damaged);
    let with = |words: &str| {
        let wanted = Wanted { words: Some(words.into()), ..Wanted::default() };
        names(&index, &wanted, Order::Latest)
    };
    assert_eq!((with("parcels"), with("well")), (vec![], vec!["late".to_owned()]));
    // Of the call that was cut short the numbers are rebuilt from what is there.
    assert_eq!(with("refund"), ["hot"]);
    let scope = Scope::default();
    let practices = trends(&index, &scope, Period::Week, date(2026, 11, 26)).unwrap().practices;
    assert!(practices.iter().all(|p| p.agent.as_deref() != Some("Ana") || p.practice != "thank"));

    // Whatever has become of the file, it is made anew.
    drop(index);
    Index::remove(dir.path()).unwrap();
    let (index, _) = Index::open(dir.path()).unwrap();
    assert_eq!(names(&index, &Wanted::default(), Order::Latest), ["late", "hot"]);
}

#[test]
fn what_is_no_archive_or_no_index_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let error = Index::open(dir.path()).unwrap_err();
    assert!(matches!(error, IndexError::NoArchive { .. }));
    assert!(error.to_string().contains("make one with `evenkeel batch`"), "{error}");
    fs::create_dir(dir.path().join("calls")).unwrap();
    fs::write(dir.path().join("index.sqlite"), "not a database, but long enough to look like one")
        .unwrap();
    let error = Index::open(dir.path()).unwrap_err().to_string();
    assert!(error.contains("`evenkeel archive rebuild` makes it anew"), "{error}");
}

#[test]
fn rules_are_judged_by_verdicts_and_a_poor_one_gets_another_threshold() {
    let dir = tempfile::tempdir().unwrap();
    let demo = include_str!("fixtures/demo-call-log.jsonl");
    let cues: Vec<Value> = demo
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| line["type"] == "cue")
        .collect();
    let ids: Vec<String> = (0..10).map(|number| format!("call-{number}")).collect();
    for id in &ids {
        let folder = dir.path().join("calls").join(id);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("events.jsonl"), demo).unwrap();
        for cue in &cues {
            // Of one rule all are wrong, of another right, of the rest there are few.
            let verdict = match (cue["rule"].as_str().unwrap(), id.as_str()) {
                ("let-them-finish", _) => Verdict::Wrong,
                ("stay-calm-pace", _) => Verdict::Right,
                (_, "call-0") => Verdict::Wrong,
                _ => continue,
            };
            let said = Said::Judged { verdict, text: String::new() };
            let about = About::Cue(cue["id"].as_u64().unwrap() as u32);
            let note =
                Note::new(Timestamp::from_second(1_764_000_000).unwrap(), "Kim", about, said);
            add(&folder, &note).unwrap();
        }
    }
    let (index, _) = Index::open(dir.path()).unwrap();
    let calls = calls_in(&index, &Scope::default()).unwrap();
    assert_eq!(calls, ids);
    let (judged, troubles) = judged(dir.path(), &calls, None);
    assert!(troubles.is_empty());
    let all = precisions(&judged);
    let of = |rule: &str| all.iter().find(|one| one.rule == rule).unwrap();
    let finish = of("let-them-finish");
    assert_eq!((finish.right, finish.wrong % 10, finish.standing()), (0, 0, Standing::Poor));
    assert_eq!(
        (of("stay-calm-pace").share(), of("stay-calm-pace").standing()),
        (Some(1.0), Standing::Fair)
    );
    assert_eq!(of("reflect-back").standing(), Standing::TooFew);
    let config = Config::default();
    let offered =
        offer(dir.path(), &calls, "let-them-finish", &judged, &config, None).unwrap().unwrap();
    assert!(offered.wrong.0 > 0 && offered.wrong.0 <= offered.wrong.1, "{offered:?}");
    assert_eq!((offered.calls, offered.right), (10, (0, 0)));
    // The file that is offered is one of rules, and does what is told.
    let file = dir.path().join("mine.toml");
    fs::write(&file, &offered.toml).unwrap();
    let rules = RuleSet::load(&file).unwrap();
    let lines = read_log(&dir.path().join("calls/call-0")).unwrap();
    let of_rule = |config: &Config| {
        prompts(&lines, config).iter().filter(|(_, cue)| cue.rule == "let-them-finish").count()
    };
    let changed = Config { rules, ..config.clone() };
    assert_eq!((of_rule(&config) * 10, offered.gone.0 > 0), (offered.gone.1, true));
    assert_eq!(of_rule(&changed) * 10, offered.gone.1 - offered.gone.0 + offered.come);
    // What is right is not offered away.
    assert_eq!(offer(dir.path(), &calls, "stay-calm-pace", &judged, &config, None).unwrap(), None);
}
