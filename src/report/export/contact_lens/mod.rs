//! The call as Amazon Connect Contact Lens describes an analysed call: JSON, version 1.1.0, after
//! the example files in Amazon's administrator guide ("Example Contact Lens conversational
//! analytics output files for a call").
//!
//! What the log does not know is left out: `AccountId`, `CustomerMetadata.InstanceId`, redaction,
//! outcomes. Nothing here is guessed; where the two programs look at things differently:
//!
//! - `LoudnessScore` is relative to the speaker ([`loudness`]).
//! - `Sentiment` of a turn is never `MIXED`: the log has one number for it.
//! - The quarters of `SentimentByPeriod` are those of the call, not of a participant's share in it,
//!   and one in which somebody said nothing is missing.
//! - `Categories` are Evenkeel's own findings: practices kept, practices broken (`…-broken`), what
//!   the customer did by saying something, issues (`issue-…`) and moments for the coach
//!   (`flag-…`).
//! - In a mono mix nobody knows who speaks: the one participant is `UNKNOWN`, and what needs to
//!   know it is left out.
//! - `JobStatus` is `IN_PROGRESS` for a log without its end.

mod detected;
mod form;
mod loudness;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use sha1::{Digest as _, Sha1};

use super::turn::{Offsets, Turn, millis, turns};
use super::{call_id, is_whole, one_line};
use crate::call::rebuild;
use crate::call::record::{Line, Record, Secs};
use crate::call::summary::{SentimentRecord, SummaryRecord};
use crate::config::DialogueConfig;
use crate::event::{Layout, OverlapKind};
use crate::report::wording;
use crate::units::Party;

use form::{
    Analysis, ById, Categories, Characteristics, ContactSummary, ContentMetadata, CustomerMetadata,
    Detected, Interruptions, Matched, NonTalkTime, OwnTalkTime, Participant, PeriodScore, Point,
    PostContactSummary, Sentiment, SentimentByPeriod, Speed, Stretch, TalkSpeed, TalkTime,
    TranscriptTurn,
};
use loudness::Levels;

/// Beyond it the likelier of good and bad outweighs neutral, however the rest is shared out: the
/// log's value is the probability of good less that of bad.
const FELT: f64 = 0.5;

/// The longest name of a category that Amazon Connect takes.
const MAX_CATEGORY: usize = 200;

/// Writes the file, indented. `name` is the call's where the log does not say it.
pub fn write_contact_lens(lines: &[Line], name: &str, out: &mut dyn Write) -> io::Result<()> {
    let analysis = analysis(lines, name);
    serde_json::to_writer_pretty(&mut *out, &analysis)?;
    out.write_all(b"\n")
}

fn analysis<'a>(lines: &'a [Line], name: &'a str) -> Analysis<'a> {
    let turns = turns(lines);
    let summary = lines.iter().rev().find_map(|line| match &line.record {
        Record::Summary(summary) => Some((**summary).clone()),
        _ => None,
    });
    let summary = summary.unwrap_or_else(|| rebuild::summary_of(lines, &DialogueConfig::default()));
    Analysis {
        version: "1.1.0",
        channel: "VOICE",
        content_metadata: ContentMetadata { output: "Raw" },
        job_status: if is_whole(lines) { "COMPLETED" } else { "IN_PROGRESS" },
        language_code: language(lines),
        participants: participants(lines, &turns),
        categories: categories(lines),
        conversation_characteristics: characteristics(lines, &turns, &summary),
        custom_models: [],
        customer_metadata: CustomerMetadata { contact_id: call_id(lines, name) },
        transcript: transcript(lines, name, &turns),
    }
}

/// The id, and the role, of a party.
fn id(party: Option<Party>) -> &'static str {
    match party {
        Some(Party::Agent) => "AGENT",
        Some(Party::Customer) => "CUSTOMER",
        None => "UNKNOWN",
    }
}

/// Only a recogniser that knows nothing else tells the language: the English-only ones, whose names
/// end so, and which write American English.
fn language(lines: &[Line]) -> Option<&'static str> {
    lines.iter().find_map(|line| match &line.record {
        Record::Call { models, .. } => {
            models.iter().any(|model| model.name.ends_with(".en")).then_some("en-US")
        }
        _ => None,
    })
}

/// Whether both voices are in one channel.
fn is_mono(lines: &[Line]) -> bool {
    lines.iter().any(|line| matches!(line.record, Record::Call { layout: Layout::MonoMix, .. }))
}

fn participants(lines: &[Line], turns: &[Turn]) -> Vec<Participant> {
    let mut ids: BTreeSet<&'static str> = turns.iter().map(|turn| id(turn.party)).collect();
    if is_mono(lines) {
        ids.insert(id(None));
    } else {
        ids.extend(Party::BOTH.map(|party| id(Some(party))));
    }
    ids.into_iter().map(|id| Participant { participant_id: id, participant_role: id }).collect()
}

fn categories(lines: &[Line]) -> Categories {
    let mut matched_details = BTreeMap::<String, Matched>::new();
    for line in lines {
        let (name, span) = match &line.record {
            Record::Practice { name, span, score, .. } if *score >= 0.5 => (name.clone(), span),
            Record::Practice { name, span, .. } => (format!("{name}-broken"), span),
            Record::Remark { name, span, party: Party::Customer, .. } => (name.clone(), span),
            Record::Issue { kind, span, .. } => (format!("issue-{kind}"), span),
            Record::Flag { reason, span, .. } => (format!("flag-{reason}"), span),
            _ => continue,
        };
        let at = Offsets::of(*span);
        let points = &mut matched_details.entry(category(&name)).or_default().points_of_interest;
        points.push(Point { begin_offset_millis: at.begin, end_offset_millis: at.end });
    }
    for matched in matched_details.values_mut() {
        matched.points_of_interest.sort();
        matched.points_of_interest.dedup();
    }
    Categories { matched_categories: matched_details.keys().cloned().collect(), matched_details }
}

/// The name of a category, of the characters that Amazon Connect takes in one; it takes none
/// without a name.
fn category(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let name: String = name.chars().map(plain).take(MAX_CATEGORY).collect();
    if name.is_empty() { "unnamed".into() } else { name }
}

fn characteristics(lines: &[Line], turns: &[Turn], summary: &SummaryRecord) -> Characteristics {
    let length = millis(Secs(summary.duration));
    let length = turns.iter().map(|turn| turn.at.end).fold(length, u64::max);
    let silences: Vec<Stretch> = lines
        .iter()
        .filter_map(|line| match line.record {
            Record::Silence { span } => Some(stretch(Offsets::of(span))),
            _ => None,
        })
        .collect();
    Characteristics {
        contact_summary: contact_summary(lines, summary),
        total_conversation_duration_millis: length,
        sentiment: sentiment(summary, length),
        interruptions: (!is_mono(lines)).then(|| interruptions(lines)),
        non_talk_time: NonTalkTime {
            total_time_millis: silences.iter().map(|silence| silence.duration_millis).sum(),
            instances: silences,
        },
        talk_speed: talk_speed(summary),
        talk_time: talk_time(lines),
    }
}

fn stretch(at: Offsets) -> Stretch {
    Stretch {
        begin_offset_millis: at.begin,
        duration_millis: at.length(),
        end_offset_millis: at.end,
    }
}

/// What the call was about and came to, in sentences; `None` where the log has nothing of it.
fn contact_summary(lines: &[Line], summary: &SummaryRecord) -> Option<ContactSummary> {
    let quoted = |quote: &str| format!("“{}”", one_line(quote));
    let (mut kinds, mut sentences, mut promises) = (BTreeSet::new(), Vec::new(), Vec::new());
    for line in lines {
        match &line.record {
            Record::Issue { kind, quote, .. } if kinds.insert(kind.as_str()) => {
                let kind = one_line(&kind.replace('-', " "));
                sentences.push(format!("The customer's problem ({kind}): {}", quoted(quote)));
            }
            Record::Promise { quote, due, .. } => {
                let due =
                    due.as_ref().map_or(String::new(), |due| format!(" (due {})", one_line(due)));
                promises.push(format!("{}{due}", quoted(quote)));
            }
            _ => {}
        }
    }
    if !promises.is_empty() {
        sentences.push(format!("The agent promised: {}", promises.join("; ")));
    }
    if let Some(secs) = summary.recovery.and_then(|recovery| recovery.settled) {
        let length = wording::length(secs).replace('\u{a0}', " ");
        sentences.push(format!("The customer was calm again {length} after the trouble began"));
    }
    for sentence in &mut sentences {
        // What is quoted may have its own.
        if !sentence.trim_end_matches('”').ends_with(['.', '!', '?']) {
            sentence.push('.');
        }
    }
    (!sentences.is_empty()).then(|| ContactSummary {
        post_contact_summary: PostContactSummary { content: sentences.join(" ") },
    })
}

fn sentiment(summary: &SummaryRecord, length: u64) -> Option<Sentiment> {
    let known: Vec<(&'static str, SentimentRecord)> = summary
        .sentiment
        .iter()
        .flat_map(|both| both.iter())
        .filter_map(|(party, own)| Some((id(Some(party)), (*own)?)))
        .collect();
    let quarters = |own: &SentimentRecord| {
        let quarters = own.quarters.iter().zip(0..).filter_map(|(score, i)| {
            Some(PeriodScore {
                begin_offset_millis: i * length / 4,
                end_offset_millis: (i + 1) * length / 4,
                score: (*score)?,
            })
        });
        quarters.collect()
    };
    (!known.is_empty()).then(|| Sentiment {
        overall_sentiment: known.iter().map(|(id, own)| (*id, own.overall)).collect(),
        sentiment_by_period: SentimentByPeriod {
            quarter: known.iter().map(|(id, own)| (*id, quarters(own))).collect(),
        },
    })
}

fn interruptions(lines: &[Line]) -> Interruptions {
    let mut by = ById::<Vec<Stretch>>::new();
    for line in lines {
        if let Record::Overlap { span, by: who, kind: OverlapKind::Interruption, .. } = line.record
        {
            by.entry(id(Some(who))).or_default().push(stretch(Offsets::of(span)));
        }
    }
    let all = || by.values().flatten();
    Interruptions {
        total_count: all().count(),
        total_time_millis: all().map(|stretch| stretch.duration_millis).sum(),
        interruptions_by_interrupter: by,
    }
}

fn talk_speed(summary: &SummaryRecord) -> Option<TalkSpeed> {
    let details: ById<Speed> = summary
        .pace
        .iter()
        .flat_map(|both| both.iter())
        .filter_map(|(party, wpm)| {
            Some((id(Some(party)), Speed { average_words_per_minute: (*wpm)?.round() as u64 }))
        })
        .collect();
    (!details.is_empty()).then_some(TalkSpeed { details_by_participant: details })
}

fn talk_time(lines: &[Line]) -> TalkTime {
    let mut details = ById::<OwnTalkTime>::new();
    for line in lines {
        if let Record::Speech { party, span } = line.record {
            details.entry(id(party)).or_default().total_time_millis += Offsets::of(span).length();
        }
    }
    TalkTime {
        total_time_millis: details.values().map(|own| own.total_time_millis).sum(),
        details_by_participant: details,
    }
}

fn transcript<'a>(lines: &[Line], name: &str, turns: &[Turn<'a>]) -> Vec<TranscriptTurn<'a>> {
    let levels = Levels::of(lines);
    let (mut issues, mut promises) = (vec![Vec::new(); turns.len()], vec![Vec::new(); turns.len()]);
    for line in lines {
        let (party, span, quote, of) = match &line.record {
            Record::Issue { span, quote, .. } => (Party::Customer, span, quote, &mut issues),
            Record::Promise { span, quote, .. } => (Party::Agent, span, quote, &mut promises),
            _ => continue,
        };
        if let Some((turn, found)) = detected::detected(turns, party, *span, quote) {
            of[turn].push(found);
        }
    }
    let sorted = |found: &mut Vec<Detected>| {
        let mut found = std::mem::take(found);
        found.sort_by_key(|found| found.character_offsets.begin_offset_char);
        found
    };
    let call = format!("{}/{}", call_id(lines, name), started(lines).unwrap_or_default());
    turns
        .iter()
        .enumerate()
        .map(|(i, turn)| TranscriptTurn {
            begin_offset_millis: turn.at.begin,
            content: turn.text,
            end_offset_millis: turn.at.end,
            id: uuid(&format!("{call}/{i}")),
            participant_id: id(turn.party),
            sentiment: turn.sentiment.map(|value| match value {
                value if value > FELT => "POSITIVE",
                value if value < -FELT => "NEGATIVE",
                _ => "NEUTRAL",
            }),
            loudness_score: levels.scores(turn),
            issues_detected: sorted(&mut issues[i]),
            action_items_detected: sorted(&mut promises[i]),
        })
        .collect()
}

fn started(lines: &[Line]) -> Option<&str> {
    lines.iter().find_map(|line| match &line.record {
        Record::Call { started, .. } => started.as_deref(),
        _ => None,
    })
}

/// A UUID made of a name: always the same for the same (RFC 9562, version 5).
fn uuid(name: &str) -> String {
    // Evenkeel's own namespace, drawn once.
    const NAMESPACE: [u8; 16] =
        *b"\x8c\x1d\x5e\x42\x0f\x6b\x4b\x9a\xa3\x77\xe1\x2f\x90\x5d\x3c\x68";
    let hash = Sha1::new().chain_update(NAMESPACE).chain_update(name).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x50;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
