//! What the other party said before an utterance.

use std::collections::VecDeque;

use super::super::encoder::WIDTH;
use super::super::model::Reading;

/// Utterances whose words are known: a turn or two.
const UTTERANCES: usize = 3;
/// Pieces of words, the last, that are looked at: what an answer answers stands at the end.
const PIECES: usize = 40;

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
        if reading.words.is_empty() {
            return;
        }
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
        self.texts.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::model::Part;
    use super::*;

    /// A reading whose pieces are numbered, with marks of -1 at both ends.
    fn reading(word: &str, pieces: std::ops::Range<usize>) -> Reading {
        let numbers = [-1.0].into_iter().chain(pieces.clone().map(|n| n as f32)).chain([-1.0]);
        let vectors = numbers.flat_map(|n| [n; WIDTH]).collect();
        let part = Part { vectors, word_of: vec![0; pieces.len()] };
        Reading { words: vec![word.to_owned()], parts: vec![part] }
    }

    #[test]
    fn the_last_words_and_pieces_are_kept() {
        let mut before = Before::default();
        for (word, pieces) in [("one", 0..20), ("two", 20..40), ("three", 40..45), ("four", 45..50)]
        {
            before.push(&reading(word, pieces));
        }
        before.push(&Reading { words: Vec::new(), parts: Vec::new() });
        assert_eq!(before.text(), "two three four");
        let kept: Vec<f32> = before.vectors.chunks(WIDTH).map(|piece| piece[0]).collect();
        assert_eq!(kept, (10..50).map(|n| n as f32).collect::<Vec<_>>());
    }
}
