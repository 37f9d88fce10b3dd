//! A text beside its words: where in the text each word stands, and where sentences end.

use std::ops::Range;

use super::super::spoken::{listed, word, words};

/// A text and its words.
#[derive(Clone, Debug)]
pub struct Quoted<'a> {
    text: &'a str,
    /// As [`words`] has them.
    pub words: Vec<String>,
    /// The pieces between blanks: their bytes, and the words that begin before they end.
    pieces: Vec<(Range<usize>, usize)>,
}

impl<'a> Quoted<'a> {
    /// Takes `text` apart.
    pub fn new(text: &'a str) -> Self {
        let mut pieces: Vec<(Range<usize>, usize)> = Vec::new();
        let mut count = 0;
        // The piece before, which a contraction may join: "don t".
        let mut before = "";
        for piece in text.split_whitespace() {
            let start = piece.as_ptr() as usize - text.as_ptr() as usize;
            let alone = words(piece).len();
            if alone > 0 {
                let both = words(&format!("{before} {piece}")).len();
                count += both - words(before).len();
                before = piece;
            }
            pieces.push((start..start + piece.len(), count));
        }
        Quoted { text, words: words(text), pieces }
    }

    /// The text of some of its words, without punctuation around it. Where blanks don't part
    /// the words, the piece that they share is there as a whole.
    pub fn quote(&self, range: &Range<usize>) -> &'a str {
        let first = self.pieces.partition_point(|(_, count)| *count <= range.start);
        let last = self.pieces.partition_point(|(_, count)| *count < range.end);
        // The rest of a contraction counts for no more words.
        let rest = self.pieces[last.min(self.pieces.len())..].iter().skip(1);
        let joined = rest.take_while(|(_, count)| *count == range.end).count();
        let (Some(first), Some(last)) = (self.pieces.get(first), self.pieces.get(last + joined))
        else {
            return "";
        };
        let text = &self.text[first.0.start..last.0.end.max(first.0.start)];
        text.trim_matches(|c: char| !c.is_alphanumeric())
    }

    /// Whether a sentence ends with word `at`: a full stop, a question or an exclamation mark
    /// and a blank stand behind it, and it is no "Mr.".
    pub fn ends_sentence(&self, at: usize) -> bool {
        if listed("mr mrs ms dr st no", word(&self.words, at)) {
            return false;
        }
        let piece = self.pieces.partition_point(|(_, count)| *count <= at);
        self.pieces.get(piece).is_some_and(|(bytes, count)| {
            *count == at + 1
                && self.text[bytes.clone()]
                    .trim_end_matches(['"', '\'', ')'])
                    .ends_with(['.', '!', '?', '…'])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_as_they_stand_in_the_text() {
        let quoted = Quoted::new("Well – I 'll e-mail it, then: \"by Friday\"! Don t worry.");
        assert_eq!(quoted.words.join(" "), "well i'll e mail it then by friday don't worry");
        assert_eq!(quoted.quote(&(1..8)), "I 'll e-mail it, then: \"by Friday");
        assert_eq!(quoted.quote(&(8..9)), "Don t");
        assert_eq!(quoted.quote(&(3..5)), "e-mail it");
        assert_eq!(quoted.quote(&(0..1)), "Well");
        assert_eq!(quoted.quote(&(9..10)), "worry");
        assert_eq!(quoted.quote(&(20..21)), "");
        let ends: Vec<usize> = (0..10).filter(|&at| quoted.ends_sentence(at)).collect();
        assert_eq!(ends, [7, 9]);
        assert_eq!(Quoted::new("").quote(&(0..0)), "");
    }
}
