//! WordPiece: words cut into the pieces that the network has vectors for.
//!
//! As BERT's uncased tokeniser (Devlin et al., 2019): punctuation is a piece of its own, and of a
//! word the longest known beginning is taken again and again, pieces after the first marked
//! `##`. A word that can't be cut so becomes `[UNK]`.

use std::collections::HashMap;

/// Longest word that is cut, in bytes; longer ones are no words.
const LONGEST_WORD: usize = 100;

/// The pieces that are known, each with its number.
pub struct Vocabulary {
    pieces: HashMap<Box<str>, u32>,
    unknown: u32,
    /// Opens a text: `[CLS]`.
    pub opening: u32,
    /// Closes a text: `[SEP]`.
    pub closing: u32,
}

impl Vocabulary {
    /// From a list of pieces, one a line, in the order of their numbers. `None` when one of the
    /// marks `[UNK]`, `[CLS]` and `[SEP]` is missing.
    pub fn from_lines(lines: &str) -> Option<Vocabulary> {
        let pieces: HashMap<Box<str>, u32> =
            lines.lines().zip(0..).map(|(piece, number)| (piece.into(), number)).collect();
        let mark = |name: &str| pieces.get(name).copied();
        let (unknown, opening, closing) = (mark("[UNK]")?, mark("[CLS]")?, mark("[SEP]")?);
        Some(Vocabulary { pieces, unknown, opening, closing })
    }

    /// How many pieces there are.
    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The numbers of the pieces of one word as [`spoken::words`](super::spoken::words) gives it,
    /// added to `pieces`.
    pub fn cut(&self, word: &str, pieces: &mut Vec<u32>) {
        for part in word.split_inclusive('\'') {
            match part.strip_suffix('\'') {
                Some(before) => {
                    self.cut_part(before, pieces);
                    self.cut_part("'", pieces);
                }
                None => self.cut_part(part, pieces),
            }
        }
    }

    fn cut_part(&self, part: &str, pieces: &mut Vec<u32>) {
        if part.is_empty() {
            return;
        }
        let before = pieces.len();
        let mut rest = part;
        let mut marked = String::new();
        while !rest.is_empty() && part.len() <= LONGEST_WORD {
            let mut end = rest.len();
            let found = loop {
                let known = if before == pieces.len() {
                    self.pieces.get(&rest[..end])
                } else {
                    marked.clear();
                    marked.push_str("##");
                    marked.push_str(&rest[..end]);
                    self.pieces.get(marked.as_str())
                };
                if known.is_some() {
                    break known;
                }
                match rest[..end].char_indices().next_back() {
                    Some((at, _)) if at > 0 => end = at,
                    _ => break None,
                }
            };
            let Some(&piece) = found else { break };
            pieces.push(piece);
            rest = &rest[end..];
        }
        if !rest.is_empty() {
            pieces.truncate(before);
            pieces.push(self.unknown);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "[UNK]\n[CLS]\n[SEP]\nun\n##accept\n##able\n##a\ndon\n'\nt\nunder\n##é";

    fn cut(word: &str) -> Vec<u32> {
        let mut pieces = vec![99];
        Vocabulary::from_lines(LINES).unwrap().cut(word, &mut pieces);
        assert_eq!(pieces.remove(0), 99);
        pieces
    }

    #[test]
    fn the_longest_beginning_is_taken() {
        assert_eq!(cut("unacceptable"), [3, 4, 5]);
        assert_eq!(cut("under"), [10]);
        assert_eq!(cut("una"), [3, 6]);
        assert_eq!(cut("uné"), [3, 11]);
    }

    #[test]
    fn apostrophes_are_pieces() {
        assert_eq!(cut("don't"), [7, 8, 9]);
    }

    #[test]
    fn what_cannot_be_cut_is_unknown_as_a_whole() {
        assert_eq!(cut("unx"), [0]);
        assert_eq!(cut("é"), [0]);
        assert_eq!(cut(&"un".repeat(60)), [0]);
    }

    #[test]
    fn a_list_without_the_marks_is_refused() {
        assert!(Vocabulary::from_lines("a\nb").is_none());
    }
}
