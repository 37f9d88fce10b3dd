//! The language model's file, and the reading of a text that all uses of it share.
//!
//! One safetensors file holds all: the vocabulary, the vectors of its pieces, the `shared` layers,
//! and above them a stack of layers for each use: `meaning` (sentence embeddings, as published)
//! and `sentiment` (trained by `train-words`). So what all need is computed once. A third stack,
//! `practices`, has a file of its own ([`PracticeWeights`](super::practices::PracticeWeights)), and so have the layers of
//! [`reflection`](super::reflection), which share its pieces only.

use std::sync::Arc;

use safetensors::{Dtype, SafeTensors};

use super::encoder::{INNER, Layer, Norm, Scratch, WIDTH};
use super::matrix::Matrix;
use super::spoken;
use super::wordpiece::Vocabulary;

/// Most pieces read at a time, the marks at both ends included; longer texts are read in parts.
pub const MOST_PIECES: usize = 128;

/// Why the file can't be used. Fetch it again: `models/README.md` says where from.
#[derive(Debug, thiserror::Error)]
pub enum LanguageError {
    /// Not a safetensors file, or a part is missing.
    #[error("the language model can't be read: {0}; get the file again (models/README.md)")]
    Format(#[from] safetensors::SafeTensorError),
    /// A safetensors file of something else.
    #[error(
        "the language model's `{tensor}` is not what is expected ({expected}); get the file \
         again (models/README.md)"
    )]
    Shape {
        /// The tensor.
        tensor: String,
        /// What it should be.
        expected: String,
    },
}

/// What the head of the sentiment stack has learnt.
pub(super) struct Head {
    /// Rows of [`WIDTH`]: negative, neutral, positive.
    pub classes: [Vec<f32>; 3],
    /// How much a piece counts.
    pub attention: Vec<f32>,
    /// Of the classes.
    pub bias: [f32; 3],
}

/// The model, read once and shared.
pub struct LanguageModel {
    vocabulary: Vocabulary,
    words: Vec<i8>,
    word_scale: Vec<f32>,
    positions: Vec<f32>,
    norm: Norm,
    shared: Vec<Layer>,
    pub(super) meaning: Vec<Layer>,
    pub(super) sentiment: Vec<Layer>,
    pub(super) head: Head,
}

/// A text that was read.
#[derive(Clone)]
pub struct Reading {
    /// Its words, as [`spoken::words`] gives them.
    pub words: Vec<String>,
    /// One unless the text is very long, none when it has no words.
    pub parts: Vec<Part>,
}

/// As many words as are read at a time.
#[derive(Clone)]
pub struct Part {
    /// The vectors of the pieces, [`WIDTH`] numbers each; the first and the last are marks.
    pub vectors: Vec<f32>,
    /// For each piece but the marks, which of the text's words it belongs to.
    pub word_of: Vec<usize>,
}

impl Part {
    /// The vectors after further layers.
    pub(super) fn through(&self, layers: &[Layer]) -> Vec<f32> {
        let mut vectors = self.vectors.clone();
        through(&mut vectors, layers);
        vectors
    }
}

/// Passes the vectors of pieces through further layers.
pub(super) fn through(vectors: &mut [f32], layers: &[Layer]) {
    through_beside(vectors, &[], layers);
}

/// The same, where in the first of the layers they look at `others` as well.
pub(super) fn through_beside(vectors: &mut [f32], others: &[f32], layers: &[Layer]) {
    let mut scratch = Scratch::default();
    for (i, layer) in layers.iter().enumerate() {
        layer.apply_beside(vectors, if i == 0 { others } else { &[] }, &mut scratch);
    }
}

impl LanguageModel {
    /// Reads the model's file.
    ///
    /// # Errors
    /// [`LanguageError`] when it is another file, or not whole.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Arc<Self>, LanguageError> {
        let file = File::new(bytes)?;
        let lines = file.0.tensor("vocabulary")?;
        let vocabulary = std::str::from_utf8(lines.data()).ok().and_then(Vocabulary::from_lines);
        let vocabulary = vocabulary.ok_or_else(|| wrong("vocabulary", "a list of pieces"))?;
        let pieces = vocabulary.len();
        let head = file.numbers("sentiment.head.weight", 4 * WIDTH)?;
        let row = |row: usize| head[row * WIDTH..(row + 1) * WIDTH].to_vec();
        let bias = file.numbers("sentiment.head.bias", 3)?;
        Ok(Arc::new(LanguageModel {
            words: file.small("words.weight", pieces * WIDTH)?,
            word_scale: file.numbers("words.scale", pieces)?,
            positions: file.numbers("positions", MOST_PIECES * WIDTH)?,
            norm: file.norm("words.norm")?,
            shared: file.stack("shared")?,
            meaning: file.stack("meaning")?,
            sentiment: file.stack("sentiment")?,
            head: Head {
                classes: [row(0), row(1), row(2)],
                attention: row(3),
                bias: [bias[0], bias[1], bias[2]],
            },
            vocabulary,
        }))
    }

    /// Cuts a text into pieces and passes them through the shared layers.
    pub fn read(&self, text: &str) -> Reading {
        self.read_by(text, &self.shared)
    }

    /// Cuts a text into pieces, for layers that share none.
    pub fn pieces(&self, text: &str) -> Reading {
        self.read_by(text, &[])
    }

    fn read_by(&self, text: &str, layers: &[Layer]) -> Reading {
        let words = spoken::words(text);
        let mut parts = Vec::new();
        let (mut pieces, mut word_of, mut cut) = (Vec::new(), Vec::new(), Vec::new());
        for (at, word) in words.iter().enumerate() {
            cut.clear();
            self.vocabulary.cut(word, &mut cut);
            // No single word is longer than a part.
            cut.truncate(MOST_PIECES - 2);
            if pieces.len() + cut.len() > MOST_PIECES - 2 {
                parts.push(self.read_part(&pieces, std::mem::take(&mut word_of), layers));
                pieces.clear();
            }
            pieces.extend_from_slice(&cut);
            word_of.resize(pieces.len(), at);
        }
        if !pieces.is_empty() {
            parts.push(self.read_part(&pieces, word_of, layers));
        }
        Reading { words, parts }
    }

    fn read_part(&self, pieces: &[u32], word_of: Vec<usize>, layers: &[Layer]) -> Part {
        let marks = [self.vocabulary.opening, self.vocabulary.closing];
        let all = marks[..1].iter().chain(pieces).chain(&marks[1..]);
        let mut vectors = Vec::with_capacity((pieces.len() + 2) * WIDTH);
        for (&piece, position) in all.zip(self.positions.chunks_exact(WIDTH)) {
            let scale = self.word_scale[piece as usize];
            let word = &self.words[piece as usize * WIDTH..][..WIDTH];
            vectors.extend(word.iter().zip(position).map(|(w, p)| f32::from(*w) * scale + p));
        }
        self.norm.apply(&mut vectors);
        let part = Part { vectors, word_of };
        Part { vectors: part.through(layers), word_of: part.word_of }
    }
}

/// A safetensors file, whose parts are checked as they are read.
pub(super) struct File<'a>(SafeTensors<'a>);

pub(super) fn wrong(tensor: &str, expected: &str) -> LanguageError {
    LanguageError::Shape { tensor: tensor.into(), expected: expected.into() }
}

impl<'a> File<'a> {
    pub fn new(bytes: &'a [u8]) -> Result<Self, LanguageError> {
        Ok(File(SafeTensors::deserialize(bytes)?))
    }

    pub fn numbers(&self, name: &str, count: usize) -> Result<Vec<f32>, LanguageError> {
        let tensor = self.0.tensor(name)?;
        if tensor.dtype() != Dtype::F32 || tensor.data().len() != 4 * count {
            return Err(wrong(name, &format!("{count} numbers of 32 bits")));
        }
        let numbers = tensor.data().chunks_exact(4);
        let numbers: Vec<f32> =
            numbers.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        match numbers.iter().all(|x| x.is_finite()) {
            true => Ok(numbers),
            false => Err(wrong(name, "finite numbers")),
        }
    }

    fn small(&self, name: &str, count: usize) -> Result<Vec<i8>, LanguageError> {
        let tensor = self.0.tensor(name)?;
        if tensor.dtype() != Dtype::I8 || tensor.data().len() != count {
            return Err(wrong(name, &format!("{count} numbers of 8 bits")));
        }
        Ok(tensor.data().iter().map(|b| b.cast_signed()).collect())
    }

    fn matrix(&self, name: &str, rows: usize, columns: usize) -> Result<Matrix, LanguageError> {
        let weights = self.small(&format!("{name}.weight"), rows * columns)?;
        let scale = self.numbers(&format!("{name}.scale"), rows)?;
        let bias = self.numbers(&format!("{name}.bias"), rows)?;
        Matrix::new(columns, &weights, scale, bias).ok_or_else(|| wrong(name, "a matrix"))
    }

    fn norm(&self, name: &str) -> Result<Norm, LanguageError> {
        Ok(Norm {
            weight: self.numbers(&format!("{name}.weight"), WIDTH)?,
            bias: self.numbers(&format!("{name}.bias"), WIDTH)?,
        })
    }

    /// The layers whose names begin with `name`, from 0 on.
    pub fn stack(&self, name: &str) -> Result<Vec<Layer>, LanguageError> {
        let mut layers = Vec::new();
        loop {
            let of = |part: &str| format!("{name}.{}.{part}", layers.len());
            if self.0.tensor(&of("norm.weight")).is_err() {
                return match layers.is_empty() {
                    true => Err(wrong(name, "at least one layer")),
                    false => Ok(layers),
                };
            }
            layers.push(Layer {
                attention: self.matrix(&of("attention"), 3 * WIDTH, WIDTH)?,
                attention_out: self.matrix(&of("attention_out"), WIDTH, WIDTH)?,
                attention_norm: self.norm(&of("attention_norm"))?,
                up: self.matrix(&of("up"), INNER, WIDTH)?,
                down: self.matrix(&of("down"), WIDTH, INNER)?,
                norm: self.norm(&of("norm"))?,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_files_are_refused() {
        assert!(LanguageModel::from_safetensors(b"no weights").is_err());
        let bytes = 1.0f32.to_le_bytes();
        let view = safetensors::tensor::TensorView::new(Dtype::F32, vec![1], &bytes).unwrap();
        let other = safetensors::serialize([("conv.weight", view)], None).unwrap();
        let error = LanguageModel::from_safetensors(&other).err().unwrap().to_string();
        assert!(error.contains("vocabulary") && error.contains("models/README.md"), "{error}");
    }
}
