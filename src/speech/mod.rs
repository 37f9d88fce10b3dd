//! Who speaks when, and what they say: from frames of audio to spans, utterances and words.

pub mod activity;
pub mod coupling;
#[cfg(feature = "ctranslate2")]
pub mod ctranslate2;
#[cfg(any(feature = "ctranslate2", feature = "whisper"))]
mod cut;
mod dense;
pub mod guard;
mod high;
pub mod leak;
#[cfg(feature = "ctranslate2")]
mod mel;
pub mod partial;
pub mod silero;
pub mod span;
mod times;
pub mod transcript;
pub mod utterance;
#[cfg(feature = "whisper")]
pub mod whisper;
