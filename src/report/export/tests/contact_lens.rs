//! What Contact Lens says of a call.

use super::*;

#[test]
fn contact_lens() {
    insta::assert_snapshot!(written(write_contact_lens, &call()), @r#"
    {
      "Version": "1.1.0",
      "Channel": "VOICE",
      "ContentMetadata": {
        "Output": "Raw"
      },
      "JobStatus": "COMPLETED",
      "LanguageCode": "en-US",
      "Participants": [
        {
          "ParticipantId": "AGENT",
          "ParticipantRole": "AGENT"
        },
        {
          "ParticipantId": "CUSTOMER",
          "ParticipantRole": "CUSTOMER"
        }
      ],
      "Categories": {
        "MatchedCategories": [
          "apologise",
          "flag-took-the-floor",
          "issue-product",
          "let-them-finish-broken"
        ],
        "MatchedDetails": {
          "apologise": {
            "PointsOfInterest": [
              {
                "BeginOffsetMillis": 5500,
                "EndOffsetMillis": 6500
              }
            ]
          },
          "flag-took-the-floor": {
            "PointsOfInterest": [
              {
                "BeginOffsetMillis": 5500,
                "EndOffsetMillis": 6250
              }
            ]
          },
          "issue-product": {
            "PointsOfInterest": [
              {
                "BeginOffsetMillis": 2500,
                "EndOffsetMillis": 6250
              }
            ]
          },
          "let-them-finish-broken": {
            "PointsOfInterest": [
              {
                "BeginOffsetMillis": 5500,
                "EndOffsetMillis": 6250
              }
            ]
          }
        }
      },
      "ConversationCharacteristics": {
        "ContactSummary": {
          "PostContactSummary": {
            "Content": "The customer's problem (product): “nobody called”. The agent promised: “I'll call you back by Friday” (due 2026-11-27). The customer was calm again 1 min 2 s after the trouble began."
          }
        },
        "TotalConversationDurationMillis": 30001,
        "Sentiment": {
          "OverallSentiment": {
            "AGENT": 1.5,
            "CUSTOMER": -4.5
          },
          "SentimentByPeriod": {
            "QUARTER": {
              "AGENT": [
                {
                  "BeginOffsetMillis": 0,
                  "EndOffsetMillis": 7500,
                  "Score": 3.25
                },
                {
                  "BeginOffsetMillis": 7500,
                  "EndOffsetMillis": 15000,
                  "Score": 1.0
                }
              ],
              "CUSTOMER": [
                {
                  "BeginOffsetMillis": 0,
                  "EndOffsetMillis": 7500,
                  "Score": -4.5
                }
              ]
            }
          }
        },
        "Interruptions": {
          "InterruptionsByInterrupter": {
            "AGENT": [
              {
                "BeginOffsetMillis": 5500,
                "DurationMillis": 750,
                "EndOffsetMillis": 6250
              }
            ]
          },
          "TotalCount": 1,
          "TotalTimeMillis": 750
        },
        "NonTalkTime": {
          "TotalTimeMillis": 4250,
          "Instances": [
            {
              "BeginOffsetMillis": 9000,
              "DurationMillis": 4250,
              "EndOffsetMillis": 13250
            }
          ]
        },
        "TalkSpeed": {
          "DetailsByParticipant": {
            "AGENT": {
              "AverageWordsPerMinute": 171
            }
          }
        },
        "TalkTime": {
          "TotalTimeMillis": 8650,
          "DetailsByParticipant": {
            "AGENT": {
              "TotalTimeMillis": 4900
            },
            "CUSTOMER": {
              "TotalTimeMillis": 3750
            }
          }
        }
      },
      "CustomModels": [],
      "CustomerMetadata": {
        "ContactId": "door 7"
      },
      "Transcript": [
        {
          "BeginOffsetMillis": 500,
          "Content": "Good morning, how can I help?",
          "EndOffsetMillis": 1900,
          "Id": "fd0ed4bc-864a-5e6b-bf7e-40579543cca2",
          "ParticipantId": "AGENT",
          "Sentiment": "POSITIVE"
        },
        {
          "BeginOffsetMillis": 2500,
          "Content": "It came with a broken door – and nobody called!",
          "EndOffsetMillis": 6250,
          "Id": "add45eca-35d3-5fc2-9e02-75efa1e106ba",
          "ParticipantId": "CUSTOMER",
          "Sentiment": "NEGATIVE",
          "LoudnessScore": [
            77.5,
            79.0,
            80.5,
            80.5,
            80.5
          ],
          "IssuesDetected": [
            {
              "CharacterOffsets": {
                "BeginOffsetChar": 33,
                "EndOffsetChar": 46
              },
              "Text": "nobody called"
            }
          ]
        },
        {
          "BeginOffsetMillis": 5500,
          "Content": "I'm so sorry. I'll call you back by Friday.",
          "EndOffsetMillis": 9000,
          "Id": "64db3ae6-7712-58f1-9657-4873470c7aad",
          "ParticipantId": "AGENT",
          "Sentiment": "NEUTRAL",
          "ActionItemsDetected": [
            {
              "CharacterOffsets": {
                "BeginOffsetChar": 14,
                "EndOffsetChar": 42
              },
              "Text": "I'll call you back by Friday"
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn a_loudness_score_is_there_for_each_second_that_a_turn_touches() {
    let lens = lens(&call());
    let turns = lens["Transcript"].as_array().unwrap();
    // 2.5 to 6.25 s touch the seconds 2 to 6. Level: −1 to 3.5 s, then 2 to 4.5 s, then unknown.
    assert_eq!(turns[1]["LoudnessScore"], json!([77.5, 79.0, 80.5, 80.5, 80.5]));
    // Of the agent nothing was measured.
    assert_eq!(turns[0].get("LoudnessScore"), None);
}

#[test]
fn ids_are_the_same_each_time_and_unique() {
    let ids = |lens: &Value| -> Vec<String> {
        let turns = lens["Transcript"].as_array().unwrap();
        turns.iter().map(|turn| turn["Id"].as_str().unwrap().to_owned()).collect()
    };
    let mut all = ids(&lens(&call()));
    assert_eq!(all, ids(&lens(&call())));
    all.extend(ids(&lens(&mono())));
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 5, "{all:?}");
}

#[test]
fn quotes_are_found_where_they_were_said() {
    let quoted = |quote: &str, start: f64, end: f64| {
        let mut lines = events();
        lines.retain(|line| line["type"] != "issue" && line["type"] != "promise");
        lines.push(json!({
            "at": 9, "type": "issue", "start": start, "end": end, "kind": "x", "quote": quote,
        }));
        let lens = lens(&log(&lines));
        let found = lens["Transcript"][1]["IssuesDetected"][0].clone();
        let offset = |name: &str| found["CharacterOffsets"][name].as_u64();
        let of = (offset("BeginOffsetChar"), offset("EndOffsetChar"));
        Some((of.0?, of.1?, found["Text"].as_str()?.to_owned()))
    };
    // Characters, not bytes: the dash before it has three.
    assert_eq!(quoted("nobody called", 2.5, 6.25), Some((33, 46, "nobody called".into())));
    // By the times of the words, where the log has the quote otherwise: 0.375 s a word.
    assert_eq!(quoted("BROKEN DOOR", 4.0, 4.74), Some((15, 26, "broken door".into())));
    // The whole turn, where no word was said there.
    let (from, to, text) = quoted("something else", 6.2, 6.22).unwrap();
    assert_eq!((from, to), (0, 47));
    assert!(text.starts_with("It came") && text.ends_with("called!"), "{text}");
    // Nowhere, where the customer said nothing.
    assert_eq!(quoted("nobody called", 20.0, 21.0), None);
}
