//! Words: the trait behind which speech-to-text engines stand.

use crate::event::{TranscribeRequest, Word};

/// The words of one utterance.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transcript {
    /// The text; empty where there are no words.
    pub text: String,
    /// The words one by one, in order, within the utterance's speech.
    pub words: Vec<Word>,
    /// Mean probability of the tokens, 0 to 1.
    pub confidence: f32,
    /// Whether the guarded fast decode was thrown away for one with the full context.
    pub redo: bool,
}

impl Transcript {
    /// Adds the words of what followed.
    pub fn append(&mut self, rest: Transcript) {
        let (own, new) = (self.words.len() as f32, rest.words.len() as f32);
        if new > 0.0 {
            self.confidence = (self.confidence * own + rest.confidence * new) / (own + new);
            if own > 0.0 {
                self.text.push(' ');
            }
            self.text.push_str(&rest.text);
            self.words.extend(rest.words);
        }
        self.redo |= rest.redo;
    }
}

/// Turns utterances into words. Each worker thread makes and keeps one of its own.
pub trait Transcriber {
    /// The words of `request`. What comes out depends on the request alone, never on what was
    /// transcribed before.
    fn transcribe(&mut self, request: &TranscribeRequest) -> Result<Transcript, TranscribeError>;

    /// Whether it takes less time for many utterances at once, so that it pays to gather them where
    /// nobody waits for their words.
    fn gathers(&self) -> bool {
        false
    }

    /// The words of each of the `requests`, in their order: those of [`Transcriber::transcribe`].
    fn transcribe_all(
        &mut self,
        requests: &[TranscribeRequest],
    ) -> Vec<Result<Transcript, TranscribeError>> {
        requests.iter().map(|request| self.transcribe(request)).collect()
    }
}

/// Makes a worker's transcriber, on the worker's own thread.
pub type MakeTranscriber = dyn Fn() -> Result<Box<dyn Transcriber>, TranscribeError> + Send + Sync;

/// Speech to text failed. On one utterance, the call goes on without its words.
#[derive(Debug, thiserror::Error)]
#[error("speech to text failed: {0}")]
pub struct TranscribeError(pub String);
