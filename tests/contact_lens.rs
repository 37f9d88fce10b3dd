//! The Contact Lens files that `evenkeel export` writes, against the form that Amazon published.

mod exported;

use std::collections::BTreeSet;
#[cfg(feature = "whisper")]
use std::path::PathBuf;
#[cfg(feature = "whisper")]
use std::process::Command;

use exported::{DEMO_LOG, HOSTILE, Place, hostile};
use serde_json::{Value, json};

/// Made from the published example files.
const SCHEMA: &str = include_str!("fixtures/contact-lens-1.1.0.schema.json");

fn schema() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

fn errors(lens: &Value) -> Vec<String> {
    schema().iter_errors(lens).map(|e| format!("{}: {e}", e.instance_path())).collect()
}

fn lens(log: &str) -> Value {
    serde_json::from_str(&Place::export(log, "contact-lens")).unwrap()
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], |array| array)
}

/// What a schema can't say of a file: that its parts agree.
#[track_caller]
fn assert_agrees(lens: &Value) {
    let total = lens["ConversationCharacteristics"]["TotalConversationDurationMillis"].as_u64();
    let numbers = &lens["ConversationCharacteristics"];
    let ids: BTreeSet<&str> =
        array(&lens["Participants"]).iter().map(|p| p["ParticipantId"].as_str().unwrap()).collect();
    let mut last = 0;
    for turn in array(&lens["Transcript"]) {
        let begin = turn["BeginOffsetMillis"].as_u64().unwrap();
        let end = turn["EndOffsetMillis"].as_u64().unwrap();
        assert!(last <= begin && begin <= end && Some(end) <= total, "{turn}");
        last = begin;
        assert!(ids.contains(turn["ParticipantId"].as_str().unwrap()), "{turn}");
        if let Some(scores) = turn.get("LoudnessScore") {
            let seconds = end.saturating_sub(1).max(begin) / 1000 - begin / 1000 + 1;
            assert_eq!(array(scores).len() as u64, seconds, "{turn}");
        }
        let characters: Vec<char> = turn["Content"].as_str().unwrap().chars().collect();
        for found in ["IssuesDetected", "ActionItemsDetected"].iter().flat_map(|n| array(&turn[n]))
        {
            let of = |name| found["CharacterOffsets"][name].as_u64().unwrap() as usize;
            let said: String =
                characters[of("BeginOffsetChar")..of("EndOffsetChar")].iter().collect();
            assert_eq!(found["Text"], said);
        }
    }
    let talk = &numbers["TalkTime"];
    let own = talk["DetailsByParticipant"].as_object().unwrap();
    let sum: u64 = own.values().map(|own| own["TotalTimeMillis"].as_u64().unwrap()).sum();
    assert_eq!(talk["TotalTimeMillis"], sum);
    let by = &numbers["Interruptions"]["InterruptionsByInterrupter"];
    let interruptions: Vec<&Value> =
        by.as_object().into_iter().flat_map(|by| by.values()).flat_map(array).collect();
    for (stretches, of) in [
        (array(&numbers["NonTalkTime"]["Instances"]).iter().collect(), "NonTalkTime"),
        (interruptions, "Interruptions"),
    ] as [(Vec<&Value>, &str); 2]
    {
        let ms = |stretch: &Value, name| stretch[name].as_u64().unwrap();
        let mut sum = 0;
        for stretch in &stretches {
            let length = ms(stretch, "EndOffsetMillis") - ms(stretch, "BeginOffsetMillis");
            assert_eq!(ms(stretch, "DurationMillis"), length, "{stretch}");
            sum += length;
        }
        if let Some(of) = numbers.get(of) {
            assert_eq!(of["TotalTimeMillis"], sum, "{of}");
            assert!(of.get("TotalCount").is_none_or(|n| *n == stretches.len()), "{of}");
        }
    }
    let details = lens["Categories"]["MatchedDetails"].as_object().unwrap();
    let names: Vec<&Value> = array(&lens["Categories"]["MatchedCategories"]).iter().collect();
    assert_eq!(names, details.keys().collect::<Vec<_>>());
}

/// All paths of fields in a file, without participants, categories and numbers of items.
fn fields(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields_of) => {
            for (name, value) in fields_of {
                let name = match name.as_str() {
                    "AGENT" | "CUSTOMER" => "*",
                    _ if path.ends_with("/MatchedDetails") => "*",
                    name => name,
                };
                let path = format!("{path}/{name}");
                fields(value, &path, found);
                found.insert(path);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| fields(item, path, found)),
        _ => {}
    }
}

/// A call with every field that the published example files of calls have, in words of our own.
fn published() -> Value {
    let stretch =
        json!([{"BeginOffsetMillis": 3000, "DurationMillis": 500, "EndOffsetMillis": 3500}]);
    let detected = |text: &str| {
        json!([{
            "CharacterOffsets": {"BeginOffsetChar": 0, "EndOffsetChar": text.len()}, "Text": text,
        }])
    };
    let turn = |who: &str, begin: u64, end: u64, found: &str| {
        let mut turn = json!({
            "BeginOffsetMillis": begin, "Content": "My name is Ann.", "EndOffsetMillis": end,
            "Id": "1", "ParticipantId": who, "Sentiment": "MIXED", "LoudnessScore": [79.27, 40],
            "Redaction": {"RedactedTimestamps": [{"BeginOffsetMillis": 90, "EndOffsetMillis": 95}]},
        });
        turn[found] = detected("My name is Ann");
        turn
    };
    let quarters = json!([{"BeginOffsetMillis": 0, "EndOffsetMillis": 1000, "Score": -2.5}]);
    json!({
        "Version": "1.1.0", "AccountId": "123456789012", "Channel": "VOICE",
        "ContentMetadata": {
            "Output": "Redacted", "RedactionTypes": ["PII"],
            "RedactionTypesMetadata": {
                "PII": {"RedactionEntitiesRequested": ["NAME"], "RedactionMaskMode": "PII"},
            },
        },
        "JobStatus": "COMPLETED",
        "JobDetails": {"SkippedAnalysis": [{
            "Feature": "CATEGORIZATION", "ReasonCode": "QUOTA_EXCEEDED",
            "SkippedEntities": [{"CategoryName": "Refund", "RuleId": "b"}],
        }]},
        "LanguageCode": "en-US",
        "Participants": [
            {"ParticipantId": "CUSTOMER", "ParticipantRole": "CUSTOMER"},
            {"ParticipantId": "AGENT", "ParticipantRole": "AGENT"},
        ],
        "Categories": {
            "MatchedCategories": ["Refund"],
            "MatchedDetails": {
                "Refund": {"PointsOfInterest": [{"BeginOffsetMillis": 1, "EndOffsetMillis": 2}]},
            },
        },
        "ConversationCharacteristics": {
            "ContactSummary": {"PostContactSummary": {"Content": "A name was told."}},
            "TotalConversationDurationMillis": 4000,
            "Sentiment": {
                "OverallSentiment": {"AGENT": 0, "CUSTOMER": 3.1},
                "SentimentByPeriod": {"QUARTER": {"AGENT": quarters, "CUSTOMER": quarters}},
            },
            "Interruptions": {
                "InterruptionsByInterrupter": {"AGENT": stretch},
                "TotalCount": 1, "TotalTimeMillis": 500,
            },
            "NonTalkTime": {"TotalTimeMillis": 500, "Instances": stretch},
            "TalkSpeed": {"DetailsByParticipant": {
                "AGENT": {"AverageWordsPerMinute": 239}, "CUSTOMER": {"AverageWordsPerMinute": 163},
            }},
            "TalkTime": {
                "TotalTimeMillis": 3000,
                "DetailsByParticipant": {
                    "AGENT": {"TotalTimeMillis": 1000}, "CUSTOMER": {"TotalTimeMillis": 2000},
                },
            },
        },
        "CustomModels": [{"Type": "TRANSCRIPTION_VOCABULARY", "Name": "Wares", "Id": "4"}],
        "CustomerMetadata": {"InputS3Uri": "s3://calls/1.wav", "ContactId": "1", "InstanceId": "2"},
        "Transcript": [
            turn("CUSTOMER", 0, 1500, "IssuesDetected"),
            turn("AGENT", 1500, 2500, "OutcomesDetected"),
            turn("AGENT", 2600, 3500, "ActionItemsDetected"),
        ],
    })
}

#[test]
fn it_has_every_published_field_that_a_log_can_fill() {
    let published = published();
    assert_eq!(errors(&published), [""; 0]);
    let demo = lens(DEMO_LOG);
    assert_eq!(errors(&demo), [""; 0]);
    assert_agrees(&demo);
    let (mut theirs, mut ours) = (BTreeSet::new(), BTreeSet::new());
    fields(&published, "", &mut theirs);
    fields(&demo, "", &mut ours);
    let more: Vec<&String> = ours.difference(&theirs).collect();
    assert!(more.is_empty(), "{more:?}");
    let missing: Vec<&str> = theirs.difference(&ours).map(String::as_str).collect();
    let unknown = [
        "/AccountId",
        "/ContentMetadata/RedactionTypes",
        "/ContentMetadata/RedactionTypesMetadata",
        "/CustomModels/",
        "/CustomerMetadata/InputS3Uri",
        "/CustomerMetadata/InstanceId",
        "/JobDetails",
        "/Transcript/OutcomesDetected",
        "/Transcript/Redaction",
    ];
    for path in &missing {
        assert!(unknown.iter().any(|known| path.starts_with(known)), "{path} is missing");
    }
}

#[test]
fn it_tells_the_demo_call() {
    let demo = lens(DEMO_LOG);
    let numbers = &demo["ConversationCharacteristics"];
    assert_eq!(numbers["TotalConversationDurationMillis"], 87_245);
    assert_eq!(numbers["Interruptions"]["TotalCount"], 2);
    assert_eq!(numbers["Interruptions"]["TotalTimeMillis"], 1408 + 1200);
    assert_eq!(numbers["NonTalkTime"]["TotalTimeMillis"], 45_392 - 33_976);
    assert_eq!(numbers["TalkTime"]["DetailsByParticipant"]["AGENT"]["TotalTimeMillis"], 36_016);
    assert_eq!(
        numbers["TalkSpeed"]["DetailsByParticipant"]["CUSTOMER"]["AverageWordsPerMinute"],
        207
    );
    assert_eq!(numbers["Sentiment"]["OverallSentiment"]["AGENT"], -1.436);
    let turns = array(&demo["Transcript"]);
    assert_eq!(turns.len(), 20);
    assert!(turns.iter().any(|turn| turn.get("LoudnessScore").is_some()));
    let promised: Vec<&str> = turns
        .iter()
        .flat_map(|turn| array(&turn["ActionItemsDetected"]))
        .map(|found| found["Text"].as_str().unwrap())
        .collect();
    assert_eq!(promised, ["I'm going to book it now", "I'll call you back by Friday"]);
}

#[test]
fn the_schema_refuses_other_units_types_and_names() {
    let good = lens(DEMO_LOG);
    let numbers = "/ConversationCharacteristics";
    let changes = [
        // Seconds for milliseconds.
        ("/Transcript/0/BeginOffsetMillis".to_owned(), json!(0.6)),
        (format!("{numbers}/TotalConversationDurationMillis"), json!(87.245)),
        (format!("{numbers}/TalkTime/TotalTimeMillis"), json!("69712")),
        // Words a second; −1 to 1 would pass for −5 to 5, but not a percentage.
        (
            format!("{numbers}/TalkSpeed/DetailsByParticipant/AGENT/AverageWordsPerMinute"),
            json!(3.8),
        ),
        (format!("{numbers}/Sentiment/OverallSentiment/AGENT"), json!(-28)),
        (format!("{numbers}/Interruptions/TotalCount"), json!(-1)),
        ("/Transcript/1/LoudnessScore".to_owned(), json!([-23.0])),
        ("/Transcript/1/LoudnessScore".to_owned(), json!([null])),
        ("/Transcript/1/LoudnessScore".to_owned(), json!(78.0)),
        ("/Transcript/1/Sentiment".to_owned(), json!("negative")),
        ("/Transcript/1/Sentiment".to_owned(), json!(null)),
        ("/Participants/0/ParticipantRole".to_owned(), json!("agent")),
        ("/LanguageCode".to_owned(), json!("en")),
        ("/Version".to_owned(), json!("1.0.0")),
        ("/CustomModels".to_owned(), json!(["tiny.en"])),
        ("/Categories/MatchedCategories/0".to_owned(), json!("two words")),
    ];
    for (path, value) in changes {
        let mut bad = good.clone();
        *bad.pointer_mut(&path).unwrap_or_else(|| panic!("no {path}")) = value.clone();
        assert!(!errors(&bad).is_empty(), "{path} = {value}");
    }
    for (path, name) in [("", "Transcript"), (numbers, "TalkTime"), ("/Transcript/0", "Id")] {
        let mut bad = good.clone();
        let of = bad.pointer_mut(path).unwrap().as_object_mut().unwrap();
        let value = of.remove(name).unwrap();
        // The same under a name of another of Amazon's formats, and under none.
        of.insert(format!("{name}s"), value);
        assert_eq!(errors(&bad).len(), 2, "{path}/{name}");
    }
}

#[test]
fn it_is_valid_for_logs_of_all_kinds() {
    let mono = r#"{"at":0,"type":"call","schema":"evenkeel.call/1","id":"mix","started":null,"source":[],"layout":"mono-mix","config_sha256":"","models":[],"version":"0.1.0"}
{"at":2.9,"type":"utterance","party":null,"start":0.5,"end":2.0,"text":"Hello.","words":[],"confidence":0.9,"redo":false}
{"at":2.9,"type":"measure","party":null,"start":0.5,"end":1.5,"pace_wpm":null,"level_lu":-3.0,"pitch_st":null}
"#;
    let half = &DEMO_LOG[..DEMO_LOG.len() / 2];
    let endless = format!(
        "{}{}\n",
        hostile("a", "b"),
        json!({"at": 9, "type": "summary", "duration": 1e300})
    );
    for log in ["", mono, half, &hostile("a", HOSTILE), &hostile("", ""), &endless] {
        let lens = lens(log);
        assert_eq!(errors(&lens), [""; 0], "{lens:#}");
        assert_agrees(&lens);
    }
    assert_eq!(lens(half)["JobStatus"], "IN_PROGRESS");
    assert_eq!(lens(mono)["Transcript"][0]["LoudnessScore"], json!([75.5, 75.5]));
}

/// The demo call as it is analysed now, with the real models.
#[cfg(feature = "whisper")]
#[test]
fn the_demo_call_as_it_is_analysed_now_is_valid() {
    let place = Place::new();
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let replayed = Command::new(env!("CARGO_BIN_EXE_evenkeel"))
        .current_dir(&root)
        .args(["replay", "assets/demo-call.wav", "--quiet", "--out"])
        .arg(place.path("demo"))
        .output()
        .unwrap();
    assert!(replayed.status.success(), "{replayed:?}");
    let lens: Value = serde_json::from_str(&place.good(&["demo", "--as", "contact-lens"])).unwrap();
    assert_eq!(errors(&lens), [""; 0]);
    assert_agrees(&lens);
    assert_eq!(lens["LanguageCode"], "en-US");
}
