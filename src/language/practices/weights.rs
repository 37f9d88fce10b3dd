//! What the practices' layers and their head have learnt: a file of its own.

use super::super::encoder::{Layer, WIDTH};
use super::super::model::{File, LanguageError, LanguageModel, Part, wrong};
use super::before::{Before, Whose};
use super::labels::{ISSUES, LABELS};
use crate::units::Party;

/// Read by the shared layers of the language model for which the weights were made, this gives
/// the numbers that the file holds; another one's would not fit.
const SAMPLE: &str = "so what can i do for you today";

/// What is added to vectors, to tell where they come from; [`WIDTH`] numbers each.
pub struct Marks {
    /// To those of words that the other party has just said too.
    pub echo: Vec<f32>,
    /// To those of what was said before, by whose turn it was in.
    pub before: [Vec<f32>; Whose::COUNT],
}

/// The weights, read from their file.
pub struct PracticeWeights {
    pub(super) layers: Vec<Layer>,
    pub(super) marks: Marks,
    /// For each label a row of votes and one of how much a piece counts; then the same for the
    /// kinds of problem, with a row of votes for each.
    rows: Vec<f32>,
    /// Of the labels, then of the kinds.
    bias: Vec<f32>,
    sample: Vec<f32>,
}

impl PracticeWeights {
    /// Classes of each question of the head, in the order of its rows.
    pub fn questions() -> Vec<usize> {
        let mut questions = vec![1; LABELS.len()];
        questions.push(ISSUES.len());
        questions
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`LanguageError`] when it is another file, or not whole.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, LanguageError> {
        let file = File::new(bytes)?;
        let classes = LABELS.len() + ISSUES.len();
        let rows = classes + LABELS.len() + 1;
        let before = file.numbers("practices.before", Whose::COUNT * WIDTH)?;
        let before: [&[f32]; Whose::COUNT] =
            std::array::from_fn(|whose| &before[whose * WIDTH..(whose + 1) * WIDTH]);
        Ok(PracticeWeights {
            layers: file.stack("practices")?,
            rows: file.numbers("practices.head.weight", rows * WIDTH)?,
            bias: file.numbers("practices.head.bias", classes)?,
            sample: file.numbers("practices.sample", WIDTH)?,
            marks: Marks {
                echo: file.numbers("practices.echo", WIDTH)?,
                before: before.each_ref().map(|mark| mark.to_vec()),
            },
        })
    }

    /// Of a label: the row of its votes, how much a piece counts, and the bias.
    pub(super) fn label(&self, label: usize) -> (&[f32], &[f32], f32) {
        (self.row(2 * label), self.row(2 * label + 1), self.bias[label])
    }

    /// Of the kinds of problem: the rows of their votes, how much a piece counts, the biases.
    pub(super) fn kinds(&self) -> ([&[f32]; ISSUES.len()], &[f32], &[f32]) {
        let first = 2 * LABELS.len();
        let votes = std::array::from_fn(|kind| self.row(first + kind));
        (votes, self.row(first + ISSUES.len()), &self.bias[LABELS.len()..])
    }

    fn row(&self, row: usize) -> &[f32] {
        &self.rows[row * WIDTH..(row + 1) * WIDTH]
    }

    /// Whether they were made for this language model.
    pub(super) fn check(&self, model: &LanguageModel) -> Result<(), LanguageError> {
        match sample(model) == self.sample {
            true => Ok(()),
            false => Err(wrong("practices.sample", "made for the language model beside it")),
        }
    }
}

impl Marks {
    /// The vectors of a text's part, those of `echoed` words marked.
    pub fn own(&self, part: &Part, echoed: &[bool]) -> Vec<f32> {
        let mut vectors = part.vectors.clone();
        // What stands at the beginning is of no word.
        for (vector, word) in vectors.chunks_exact_mut(WIDTH).skip(1).zip(&part.word_of) {
            if echoed[*word] {
                add(vector, &self.echo);
            }
        }
        vectors
    }

    /// The vectors of what was said before an utterance of this party, all marked.
    pub fn of_before(&self, before: &Before, party: Party) -> Vec<f32> {
        let mut vectors = Vec::new();
        for (whose, piece) in before.pieces(party) {
            vectors
                .extend(piece.iter().zip(&self.before[whose as usize]).map(|(x, mark)| x + mark));
        }
        vectors
    }
}

fn add(vector: &mut [f32], mark: &[f32]) {
    vector.iter_mut().zip(mark).for_each(|(x, mark)| *x += mark);
}

/// What a file of weights holds of the language model that it was made for: [`WIDTH`] numbers.
pub fn sample(model: &LanguageModel) -> Vec<f32> {
    let mut reading = model.read(SAMPLE);
    let mut vectors = reading.parts.swap_remove(0).vectors;
    vectors.truncate(WIDTH);
    vectors
}
