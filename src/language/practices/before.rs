//! What was said before an utterance, by both parties.

use std::collections::VecDeque;
use std::sync::Arc;

use super::super::encoder::WIDTH;
use super::super::model::Reading;
use crate::units::Party;

/// Utterances of the other party whose words are known: a turn or two.
const WORDS_OF: usize = 3;
/// Pieces of words of each party, the last, that are looked at: what an answer answers stands at the end.
const PIECES: usize = 40;
/// Utterances that are kept: more than hold those pieces, unless hardly a word is said in each.
const KEPT: usize = 48;

/// Whose turn something was said in, as seen from an utterance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The same turn.
    Here,
    /// The other party's last.
    Answered,
    /// An earlier one of the same party.
    Own,
    /// An earlier one of the other party.
    Other,
}

impl Whose {
    /// How many there are.
    pub const COUNT: usize = 4;
}

#[derive(Clone, Debug)]
struct Utterance {
    party: Party,
    text: Arc<str>,
    /// Of its last pieces, as the shared layers give them.
    vectors: Arc<[f32]>,
}

/// A conversation so far, as long as it matters to the next utterance.
#[derive(Clone, Debug, Default)]
pub struct Before {
    utterances: VecDeque<Utterance>,
}

impl Before {
    /// The next utterance.
    pub fn push(&mut self, party: Party, reading: &Reading) {
        if reading.words.is_empty() {
            return;
        }
        let mut vectors = Vec::new();
        for part in &reading.parts {
            // Without the marks at both ends.
            vectors.extend_from_slice(&part.vectors[WIDTH..(part.word_of.len() + 1) * WIDTH]);
        }
        vectors.drain(..vectors.len().saturating_sub(PIECES * WIDTH));
        let text = reading.words.join(" ").into();
        self.utterances.push_back(Utterance { party, text, vectors: vectors.into() });
        if self.utterances.len() > KEPT {
            self.utterances.pop_front();
        }
    }

    /// The last words of a party.
    pub fn words_of(&self, party: Party) -> String {
        let last = self.utterances.iter().rev().filter(|said| said.party == party);
        let mut texts: Vec<&str> = last.take(WORDS_OF).map(|said| &*said.text).collect();
        texts.reverse();
        texts.join(" ")
    }

    /// The pieces that somebody of this party looks at, the latest first, [`WIDTH`] numbers each.
    pub(super) fn pieces(&self, party: Party) -> Vec<(Whose, &[f32])> {
        let mut pieces = Vec::new();
        let (mut own_left, mut others_left) = (PIECES, PIECES);
        let (mut answered, mut earlier) = (false, false);
        for said in self.utterances.iter().rev() {
            let own = said.party == party;
            answered |= !own;
            earlier |= own && answered;
            let (whose, left) = match (own, answered, earlier) {
                (true, false, _) => (Whose::Here, &mut own_left),
                (true, true, _) => (Whose::Own, &mut own_left),
                (false, _, false) => (Whose::Answered, &mut others_left),
                (false, _, true) => (Whose::Other, &mut others_left),
            };
            let some = said.vectors.chunks_exact(WIDTH).rev().take(*left);
            *left -= some.len();
            pieces.extend(some.map(|piece| (whose, piece)));
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::model::Part;
    use super::*;
    use crate::units::Party::{Agent, Customer};

    /// A reading whose pieces are numbered, with marks of -1 at both ends.
    fn reading(word: &str, pieces: std::ops::Range<usize>) -> Reading {
        let numbers = [-1.0].into_iter().chain(pieces.clone().map(|n| n as f32)).chain([-1.0]);
        let vectors = numbers.flat_map(|n| [n; WIDTH]).collect();
        let part = Part { vectors, word_of: vec![0; pieces.len()] };
        Reading { words: vec![word.to_owned()], parts: vec![part] }
    }

    fn numbers(before: &Before, party: Party, whose: Whose) -> Vec<f32> {
        let mut numbers: Vec<f32> = before
            .pieces(party)
            .into_iter()
            .filter(|(at, _)| *at == whose)
            .map(|(_, piece)| piece[0])
            .collect();
        numbers.reverse();
        numbers
    }

    #[test]
    fn the_last_words_and_pieces_are_kept() {
        let mut before = Before::default();
        for (word, pieces) in [("one", 0..20), ("two", 20..40), ("three", 40..45), ("four", 45..50)]
        {
            before.push(Agent, &reading(word, pieces));
        }
        before.push(Agent, &Reading { words: Vec::new(), parts: Vec::new() });
        assert_eq!(before.words_of(Agent), "two three four");
        assert_eq!(before.words_of(Customer), "");
        let kept: Vec<f32> = (10..50).map(|n| n as f32).collect();
        assert_eq!(numbers(&before, Customer, Whose::Answered), kept);
        assert_eq!(numbers(&before, Agent, Whose::Here), kept);
    }

    #[test]
    fn pieces_are_told_by_whose_turn_they_are_of() {
        let mut before = Before::default();
        let said = [Customer, Agent, Customer, Customer, Agent];
        for (at, party) in said.into_iter().enumerate() {
            before.push(party, &reading("word", at..at + 1));
        }
        assert_eq!(numbers(&before, Agent, Whose::Here), [4.0]);
        assert_eq!(numbers(&before, Agent, Whose::Answered), [2.0, 3.0]);
        assert_eq!(numbers(&before, Agent, Whose::Own), [1.0]);
        assert_eq!(numbers(&before, Agent, Whose::Other), [0.0]);
        assert!(numbers(&before, Customer, Whose::Here).is_empty());
        assert_eq!(numbers(&before, Customer, Whose::Answered), [4.0]);
        assert_eq!(numbers(&before, Customer, Whose::Own), [0.0, 2.0, 3.0]);
        assert_eq!(numbers(&before, Customer, Whose::Other), [1.0]);
    }
}
