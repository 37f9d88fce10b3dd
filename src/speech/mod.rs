//! Who speaks when, and what they say: from frames of audio to spans, utterances and words.

pub mod activity;
pub mod coupling;
mod dense;
pub mod guard;
mod high;
pub mod leak;
pub mod partial;
pub mod silero;
pub mod span;
pub mod transcript;
pub mod utterance;
#[cfg(feature = "whisper")]
pub mod whisper;
