//! The file's form: the fields of Amazon's published example files, version 1.1.0, by their names.
//!
//! Offsets and lengths are milliseconds from the start of the call. What stands in an `Option` is
//! left out of the file where it is `None`.

use std::collections::BTreeMap;

use serde::Serialize;

/// One value for each participant, by the participant's id.
pub type ById<T> = BTreeMap<&'static str, T>;

/// The whole file.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Analysis<'a> {
    /// Of the form.
    pub version: &'static str,
    /// `VOICE`.
    pub channel: &'static str,
    /// Whether anything was taken out of the text.
    pub content_metadata: ContentMetadata,
    /// Whether the analysis went on to the call's end.
    pub job_status: &'static str,
    /// The language that the recogniser read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language_code: Option<&'static str>,
    /// Who spoke.
    pub participants: Vec<Participant>,
    /// What was found in the call, by name.
    pub categories: Categories,
    /// The call in numbers.
    pub conversation_characteristics: Characteristics,
    /// Vocabularies of one's own; there are none.
    pub custom_models: [(); 0],
    /// Whose call it is.
    pub customer_metadata: CustomerMetadata<'a>,
    /// The utterances, in the order in which they begin.
    pub transcript: Vec<TranscriptTurn<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ContentMetadata {
    /// `Raw`: nothing was taken out.
    pub output: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CustomerMetadata<'a> {
    pub contact_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Participant {
    pub participant_id: &'static str,
    pub participant_role: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Categories {
    /// The names of `matched_details`.
    pub matched_categories: Vec<String>,
    pub matched_details: BTreeMap<String, Matched>,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Matched {
    pub points_of_interest: Vec<Point>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Point {
    pub begin_offset_millis: u64,
    pub end_offset_millis: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Characteristics {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_summary: Option<ContactSummary>,
    pub total_conversation_duration_millis: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<Sentiment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interruptions: Option<Interruptions>,
    pub non_talk_time: NonTalkTime,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub talk_speed: Option<TalkSpeed>,
    pub talk_time: TalkTime,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ContactSummary {
    pub post_contact_summary: PostContactSummary,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PostContactSummary {
    pub content: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Sentiment {
    /// −5 to 5.
    pub overall_sentiment: ById<f64>,
    pub sentiment_by_period: SentimentByPeriod,
}

#[derive(Serialize)]
pub struct SentimentByPeriod {
    #[serde(rename = "QUARTER")]
    pub quarter: ById<Vec<PeriodScore>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PeriodScore {
    pub begin_offset_millis: u64,
    pub end_offset_millis: u64,
    /// −5 to 5.
    pub score: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Interruptions {
    /// Only those who did interrupt.
    pub interruptions_by_interrupter: ById<Vec<Stretch>>,
    pub total_count: usize,
    pub total_time_millis: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct NonTalkTime {
    pub total_time_millis: u64,
    pub instances: Vec<Stretch>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Stretch {
    pub begin_offset_millis: u64,
    pub duration_millis: u64,
    pub end_offset_millis: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TalkSpeed {
    pub details_by_participant: ById<Speed>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Speed {
    pub average_words_per_minute: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TalkTime {
    /// The sum of the participants' own.
    pub total_time_millis: u64,
    pub details_by_participant: ById<OwnTalkTime>,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct OwnTalkTime {
    pub total_time_millis: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TranscriptTurn<'a> {
    pub begin_offset_millis: u64,
    pub content: &'a str,
    pub end_offset_millis: u64,
    /// Unique to the turn.
    pub id: String,
    pub participant_id: &'static str,
    /// `POSITIVE`, `NEUTRAL` or `NEGATIVE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<&'static str>,
    /// A score, 0 to 100, for each second of the call's clock that the turn touches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loudness_score: Option<Vec<f64>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub issues_detected: Vec<Detected>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub action_items_detected: Vec<Detected>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Detected {
    pub character_offsets: CharacterOffsets,
    /// The words between the offsets.
    pub text: String,
}

/// Characters of the turn's content, the end excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CharacterOffsets {
    pub begin_offset_char: usize,
    pub end_offset_char: usize,
}
