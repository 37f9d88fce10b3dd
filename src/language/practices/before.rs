//! What the other party said before an utterance.

use std::collections::VecDeque;

use super::super::encoder::WIDTH;
use super::super::model::Reading;

/// Utterances whose words are known: a turn or two.
const UTTERANCES: usize = 3;
/// Pieces of words, the last, that are looked at: what an answer answers stands at the end.
const PIECES: usize = 24;

/// What a party said last.
#[derive(Clone, Debug, Default)]
pub struct Before {
    texts: VecDeque<String>,
    /// Of its last pieces, as the shared layers give them.
    pub(super) vectors: Vec<f32>,
}

impl Before {
    /// The next utterance of the same party.
    pub fn push(&mut self, reading: &Reading) {
        self.texts.push_back(reading.words.join(" "));
        if self.texts.len() > UTTERANCES {
            self.texts.pop_front();
        }
        for part in &reading.parts {
            // Without the marks at both ends.
            let pieces = WIDTH..(part.word_of.len() + 1) * WIDTH;
            self.vectors.extend_from_slice(&part.vectors[pieces]);
        }
        let too_many = self.vectors.len().saturating_sub(PIECES * WIDTH);
        self.vectors.drain(..too_many);
    }

    /// Its words.
    pub fn text(&self) -> String {
        Vec::from(self.texts.clone()).join(" ")
    }
}
