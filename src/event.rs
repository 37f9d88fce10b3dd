//! What the engine says: one enum of events, each with the moment at which it was known.
//!
//! [`Body::Transcribe`] asks for words and never reaches the log; all the others have a
//! line of their own in `events.jsonl` (see [`crate::call::record`] for the form on disk).

mod names;
mod summary;

use std::borrow::Cow;

use crate::units::{CallSpan, CallTime, Party};
pub use names::{DUE, PRACTICES, REMARKS};
pub use summary::{Heat, Mark, Recovery, Sentiment, Summary};

/// Something that the engine found out, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The audio time at which the engine knew it; never falls from one event to the next.
    pub at: CallTime,
    /// What it is.
    pub body: Body,
}

#[allow(missing_docs, reason = "the fields are named as their units and types are")]
/// The kinds of events. Where a party is an `Option`, it is `None` in a mono mix, in which
/// nobody can tell who speaks.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// The head of the log: always first.
    Call(Box<CallHead>),
    /// A speech span has ended.
    Speech { party: Option<Party>, span: CallSpan },
    /// Final words.
    Utterance(Utterance),
    /// Words of an utterance that goes on; the first `stable` characters of `text` will not
    /// change.
    Partial { party: Option<Party>, span: CallSpan, text: String, stable: usize },
    /// Two voices at once.
    Overlap { span: CallSpan, by: Party, kind: OverlapKind, yielded: bool },
    /// Nobody spoke for a while.
    Silence { span: CallSpan },
    /// Audio that is not there.
    Gap { party: Option<Party>, span: CallSpan, cause: GapCause },
    /// The agent paused: nothing was heard or kept.
    Pause { span: CallSpan },
    /// A second of speech, measured against the speaker's own baseline.
    Measure(Measure),
    /// How the customer sounds.
    Tone(Tone),
    /// Something the agent did, well or badly.
    Practice(Practice),
    /// Something said that matters to what should come next, and is no practice; or what is due after it.
    Remark(Remark),
    /// What the customer's problem is.
    Issue { span: CallSpan, kind: String, quote: String },
    /// What the agent undertook to do; `due` is a date (`2026-12-04`), where one was said.
    Promise { span: CallSpan, quote: String, due: Option<String> },
    /// A prompt for the agent.
    Cue(Cue),
    /// What happened in the 20 s after a cue.
    CueOutcome { id: u32, outcome: Outcome, evidence: Evidence },
    /// A moment for the coach.
    Flag(Flag),
    /// Something can't be trusted.
    Warning { code: &'static str, text: String, disables: Vec<String> },
    /// The call in numbers: always last in a complete call.
    Summary(Box<Summary>),
    /// A request for the words of an utterance; not logged.
    Transcribe(TranscribeRequest),
}

/// Where the call came from and what analysed it.
#[derive(Clone, Debug, PartialEq)]
pub struct CallHead {
    /// The call's name, unique within its archive.
    pub id: String,
    /// When it began (RFC 3339), where known.
    pub started: Option<String>,
    /// What else is known of it.
    pub about: About,
    /// The files or devices, one for each channel source.
    pub source: Vec<Source>,
    /// How the parties lie in the sources.
    pub layout: Layout,
    /// SHA-256 of the configuration in force, in hexadecimal.
    pub config_sha256: String,
    /// The models in use.
    pub models: Vec<ModelUsed>,
}

/// One file or device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// File or device name.
    pub name: String,
    /// Frames a second, as recorded.
    pub sample_rate: u32,
    /// Sample encoding, as `pcm_mulaw`.
    pub encoding: String,
    /// SHA-256 of the file in hexadecimal, where it was read through beforehand.
    pub sha256: Option<String>,
}

/// What somebody else knows of a call: the telephone system, say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The agent's name or number.
    pub agent: Option<String>,
    /// The customer's name or number.
    pub customer: Option<String>,
    /// The queue or line by which the call came.
    pub queue: Option<String>,
}

/// A model and the hash of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelUsed {
    /// Its name in the manifest.
    pub name: String,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// What made words by it, where that was not whisper.cpp.
    pub engine: Option<&'static str>,
}

/// How the two parties lie in the audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One file, a channel for each party.
    Stereo,
    /// A file for each party.
    TwoFiles,
    /// One channel with both voices in it.
    MonoMix,
    /// Two devices.
    Live,
}

/// Final words of one utterance.
#[derive(Clone, Debug, PartialEq)]
pub struct Utterance {
    /// Who spoke.
    pub party: Option<Party>,
    /// From the first to the last speech of it.
    pub span: CallSpan,
    /// The words as text.
    pub text: String,
    /// The words one by one.
    pub words: Vec<Word>,
    /// Mean probability of its tokens, 0 to 1.
    pub confidence: f32,
    /// Whether the guarded fast decode was thrown away for one with the full context.
    pub redo: bool,
    /// How the words feel, −1 (bad) to 1 (good); `None` where nothing judged them.
    pub sentiment: Option<f32>,
}

/// One word.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// The word, with the punctuation that clings to it.
    pub text: String,
    /// When it was said.
    pub span: CallSpan,
    /// Probability, 0 to 1.
    pub p: f32,
}

/// What two voices at once were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverlapKind {
    /// A listener's signal; the other keeps the floor.
    Backchannel,
    /// One cut in while the other had the floor.
    Interruption,
    /// Neither: a change of speaker that overlapped a little, or a start at the same moment.
    Shared,
}

/// Why audio is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapCause {
    /// Frames did not come in time, or found the ring full.
    Overrun,
    /// The device went away.
    DeviceLost,
    /// The recording lacks it.
    File,
    /// The agent paused the call; told as [`Body::Pause`], once for both parties.
    Paused,
}

/// One second of a party's speech. `None` where not yet known.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Who spoke.
    pub party: Option<Party>,
    /// The second measured.
    pub span: CallSpan,
    /// Words a minute of speaking time, over the last 20 s of speech.
    pub pace_wpm: Option<f32>,
    /// Loudness above the speaker's own integrated loudness, in LU.
    pub level_lu: Option<f32>,
    /// F0 in semitones above the speaker's own median.
    pub pitch_st: Option<f32>,
    /// What the coach goes by; of the agent only.
    pub now: Option<Bearing>,
}

/// How the agent speaks just now, as the coach knows it. `None` where not yet known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bearing {
    /// Pace of the turn under way, in words a minute.
    pub turn_pace_wpm: Option<f32>,
    /// Pace over the call, or what stands for it.
    pub own_pace_wpm: f32,
    /// Loudness over the last three seconds of speech above that of the call, in LU.
    pub level_lu: Option<f32>,
    /// F0 over the same, in semitones above that of the call.
    pub pitch_st: Option<f32>,
}

/// How tense or angry the customer is, in one second of speech or one utterance.
#[derive(Clone, Debug, PartialEq)]
pub struct Tone {
    /// What it was judged by.
    pub span: CallSpan,
    /// 0 to 1, from voice and words, after what went before.
    pub heat: f32,
    /// How tense the voice sounds, 0 to 1; 0.5 where nothing could be told.
    pub voice: f32,
    /// The words of the utterance, −1 (bad) to 1 (good); `None` for a second of speech.
    pub words: Option<f32>,
    /// How far the heat can be trusted, 0 to 1.
    pub confidence: f32,
    /// By how much it has risen within a few seconds; negative where it has fallen.
    pub rise: f32,
    /// What moved it most, the strongest first.
    pub why: Vec<Reason>,
}

/// Something that moved the heat.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// In plain words; what was said stands in quotes.
    pub what: String,
    /// By how much, in log-odds: positive is hotter.
    pub by: f32,
}

/// A practice that the agent kept or broke.
#[derive(Clone, Debug, PartialEq)]
pub struct Practice {
    /// Its name, from [`PRACTICES`].
    pub name: &'static str,
    /// Who did it.
    pub party: Party,
    /// Where.
    pub span: CallSpan,
    /// The words, empty where none are needed.
    pub quote: String,
    /// 0 to 1; below 0.5 it is a breach.
    pub score: f32,
    /// The numbers behind it.
    pub evidence: Evidence,
}

/// Something said that matters to what should come next, and is no practice; or what is due after it.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    /// What was done by saying it, from [`REMARKS`].
    pub name: &'static str,
    /// Who said it.
    pub party: Party,
    /// Where.
    pub span: CallSpan,
    /// The words.
    pub quote: String,
    /// How sure that is, 0 to 1.
    pub score: f32,
    /// Of a complaint: how the agent could say it back, where that can be told.
    pub suggestion: Option<String>,
}

/// A moment for the coach.
#[derive(Clone, Debug, PartialEq)]
pub struct Flag {
    /// Where.
    pub span: CallSpan,
    /// Why, as a short name.
    pub reason: &'static str,
    /// 1 worth a look, 2 worth a talk, 3 first of all.
    pub severity: u8,
    /// The cue that it is about.
    pub cue: Option<u32>,
    /// The numbers behind it.
    pub evidence: Evidence,
}

/// A prompt shown to the agent.
#[derive(Clone, Debug, PartialEq)]
pub struct Cue {
    /// Number of the cue in this call, from 1.
    pub id: u32,
    /// The practice that it asks for.
    pub name: &'static str,
    /// What the agent reads: at most seven words.
    pub text: String,
    /// A sentence to say, where there is one.
    pub suggestion: Option<String>,
    /// Why, in a sentence.
    pub why: String,
    /// The rule that fired.
    pub rule: String,
    /// Its numbers, thresholds included.
    pub evidence: Evidence,
    /// Which path decided it.
    pub speed: Speed,
    /// When it leaves the screen at the latest.
    pub until: CallTime,
}

/// The path that decided a cue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speed {
    /// Without words.
    Fast,
    /// From words.
    Slow,
}

/// What became of a cue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The agent did what it asked for.
    Heeded,
    /// Nothing changed.
    Ignored,
    /// The agent said that it was wrong.
    Wrong,
    /// The moment passed by itself.
    Expired,
    /// The agent snoozed it.
    Snoozed,
}

/// Named numbers behind a finding, in a fixed order.
pub type Evidence = Vec<(Cow<'static, str>, f64)>;

/// Evidence of a fixed set of numbers.
pub fn evidence<const N: usize>(numbers: [(&'static str, f64); N]) -> Evidence {
    numbers.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

/// How much hangs on a request for words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// Words of an utterance that is over, or seems to be.
    Final,
    /// Words of an utterance that goes on: the next request will say the same and more.
    Partial,
}

/// A request for words: the audio of one utterance.
#[derive(Clone, Debug, PartialEq)]
pub struct TranscribeRequest {
    /// Number of the request in this call; the answer carries it back.
    pub id: u64,
    /// How much hangs on it.
    pub urgency: Urgency,
    /// Whose speech it is; `None` in a mono mix.
    pub party: Option<Party>,
    /// From the first to the last speech in it.
    pub span: CallSpan,
    /// Where `samples` begins: some context before the speech.
    pub audio_start: CallTime,
    /// Mono, 16 kHz, −1 to 1.
    pub samples: Vec<f32>,
}
