//! Word error rate, and hypotheses that loop.

use std::ops::AddAssign;

use serde::Serialize;

/// The edits that turn a reference into a hypothesis; over a corpus, their sums.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WordErrors {
    /// Words heard as another word.
    pub substitutions: usize,
    /// Words of the reference that the hypothesis lacks.
    pub deletions: usize,
    /// Words of the hypothesis that the reference lacks.
    pub insertions: usize,
    /// Words in the reference.
    pub reference_words: usize,
}

impl WordErrors {
    /// The fewest edits (Levenshtein) between two lists of normalised words. At equal cost a
    /// substitution is preferred, then a deletion.
    pub fn between<T: PartialEq>(reference: &[T], hypothesis: &[T]) -> Self {
        let insert =
            |before: WordErrors| WordErrors { insertions: before.insertions + 1, ..before };
        let delete = |before: WordErrors| WordErrors { deletions: before.deletions + 1, ..before };
        let substitute =
            |before: WordErrors| WordErrors { substitutions: before.substitutions + 1, ..before };

        // row[j]: the edits between the reference so far and the first j words of the hypothesis.
        let mut row = vec![WordErrors::default()];
        for _ in hypothesis {
            row.push(insert(row[row.len() - 1]));
        }
        for word in reference {
            let mut diagonal = row[0];
            row[0] = delete(row[0]);
            for (j, heard) in hypothesis.iter().enumerate() {
                let above = row[j + 1];
                row[j + 1] = if word == heard {
                    diagonal
                } else {
                    [substitute(diagonal), delete(above), insert(row[j])]
                        .into_iter()
                        .min_by_key(|edits| edits.edits())
                        .unwrap_or_default()
                };
                diagonal = above;
            }
        }
        WordErrors { reference_words: reference.len(), ..row[hypothesis.len()] }
    }

    /// Edits of all three kinds.
    pub fn edits(self) -> usize {
        self.substitutions + self.deletions + self.insertions
    }

    /// Edits per word of the reference, which may exceed 1; nothing when the reference is empty.
    pub fn rate(self) -> Option<f64> {
        (self.reference_words > 0).then(|| self.edits() as f64 / self.reference_words as f64)
    }
}

impl AddAssign for WordErrors {
    fn add_assign(&mut self, other: Self) {
        self.substitutions += other.substitutions;
        self.deletions += other.deletions;
        self.insertions += other.insertions;
        self.reference_words += other.reference_words;
    }
}

/// The longest phrase, in words, whose repetition counts as a loop.
const LONGEST_PHRASE: usize = 8;
/// How often a phrase comes in a row before it counts as a loop.
const LOOP_REPEATS: usize = 4;

/// Whether the hypothesis says a phrase of 1 to 8 words at least 4 times in a row, and more
/// often in a row than the reference does: what Whisper writes when its decoder gets stuck.
pub fn is_looping<T: PartialEq>(reference: &[T], hypothesis: &[T]) -> bool {
    (1..=LONGEST_PHRASE).any(|length| {
        hypothesis.windows(length).enumerate().any(|(at, phrase)| {
            let repeats = repeats(&hypothesis[at..], phrase);
            repeats >= LOOP_REPEATS
                && (0..reference.len()).all(|at| self::repeats(&reference[at..], phrase) < repeats)
        })
    })
}

/// How often `phrase` comes in a row at the beginning of `words`.
fn repeats<T: PartialEq>(words: &[T], phrase: &[T]) -> usize {
    words.chunks(phrase.len()).take_while(|chunk| *chunk == phrase).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        text.split_whitespace().collect()
    }

    /// Substitutions, deletions, insertions, reference words.
    #[track_caller]
    fn check(reference: &str, hypothesis: &str, expected: [usize; 4]) {
        let errors = WordErrors::between(&words(reference), &words(hypothesis));
        let found =
            [errors.substitutions, errors.deletions, errors.insertions, errors.reference_words];
        assert_eq!(found, expected, "{reference:?} heard as {hypothesis:?}");
    }

    #[test]
    fn each_kind_of_error_is_counted() {
        check("the door is broken", "the door is broken", [0, 0, 0, 4]);
        check("the door is broken", "the floor is broken", [1, 0, 0, 4]);
        check("the door is broken", "door is broken", [0, 1, 0, 4]);
        check("the door is broken", "the door is broken now", [0, 0, 1, 4]);
        check("a b c d e", "b x d e f", [1, 1, 1, 5]);
    }

    #[test]
    fn empty_sides_are_all_deletions_or_insertions() {
        check("", "", [0, 0, 0, 0]);
        check("one two", "", [0, 2, 0, 2]);
        check("", "one two three", [0, 0, 3, 0]);
    }

    #[test]
    fn the_corpus_rate_weighs_by_words() {
        // 1 error in 1 word and 1 in 9: 2 in 10, not the mean of 100% and 11%.
        let mut total = WordErrors::between(&["yes"], &["no"]);
        total += WordErrors::between(&words("a b c d e f g h i"), &words("a b c d e f g h"));
        assert_eq!(total.rate(), Some(0.2));
        assert_eq!(WordErrors::default().rate(), None);
    }

    #[test]
    fn a_phrase_said_four_times_over_is_a_loop() {
        let said = words("thank you for calling");
        assert!(is_looping(&said, &words("thank you thank you thank you thank you for calling")));
        assert!(!is_looping(&said, &words("thank you thank you thank you for calling")));
        assert!(is_looping(&[], &words("no no no no")));
        assert!(is_looping(&said, &words(&"one two three four five six seven eight ".repeat(4))));
        assert!(!is_looping(&said, &words(&"1 2 3 4 5 6 7 8 9 ".repeat(4))));
    }

    #[test]
    fn what_was_said_that_often_is_no_loop() {
        let said = words("no no no no not that");
        assert!(!is_looping(&said, &said));
        assert!(is_looping(&said, &words("no no no no no not that")));
    }
}
