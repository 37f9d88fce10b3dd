//! What a Whisper file in ggml's format holds: the mel filters, the vocabulary, and the weights
//! as numbers, for an engine that does not read such files itself.

use std::collections::HashMap;
use std::io::{Error, ErrorKind};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::error::ModelError;
use super::ggml::{Hparams, inspect};
use super::tensor::{TensorType, count};

/// A Whisper model in memory, as it lies in its file.
pub struct WhisperWeights {
    /// The shape.
    pub hparams: Hparams,
    /// Mel bands times 201 frequencies, band by band.
    pub filters: Vec<f32>,
    /// The spelt-out tokens in UTF-8; one may end within a character. The special ones follow them.
    pub tokens: Vec<Vec<u8>>,
    file: Vec<u8>,
    tensors: HashMap<String, Tensor>,
}

struct Tensor {
    kind: TensorType,
    /// Row length first.
    dims: Vec<usize>,
    place: Range<usize>,
}

/// The weights of a file can't be had.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The file is not what it should be.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// They are stored in a way that is not read here.
    #[error(
        "{}: its weights are {kind}, of which only whisper.cpp can make words; choose a model in f32, \
         f16 or q8_0",
        path.display()
    )]
    Type {
        /// The file.
        path: PathBuf,
        /// How they are stored.
        kind: TensorType,
    },
}

impl WhisperWeights {
    /// Reads a file, having looked through it.
    pub fn read(path: &Path) -> Result<WhisperWeights, WeightsError> {
        let header = inspect(path)?;
        let kind = header.weights;
        if !matches!(kind, TensorType::F32 | TensorType::F16 | TensorType::Q8_0) {
            return Err(WeightsError::Type { path: path.to_owned(), kind });
        }
        let unreadable = |why| ModelError::unreadable(path, why);
        let file = std::fs::read(path).map_err(unreadable)?;
        // It was whole a moment ago.
        let changed = || unreadable(Error::new(ErrorKind::UnexpectedEof, "it has just changed"));
        Ok(WhisperWeights::parse(file, header.hparams).ok_or_else(changed)?)
    }

    /// `None` where the bytes are no such file.
    fn parse(file: Vec<u8>, hparams: Hparams) -> Option<WhisperWeights> {
        // The magic number and the shape are known.
        let mut cursor = Cursor { file: &file, at: 4 * 12 };
        let filters = (cursor.number()? * cursor.number()?) as usize;
        let filters = floats(cursor.take(4 * filters)?, TensorType::F32);
        let spelt = cursor.number()?;
        let mut tokens = Vec::with_capacity(spelt as usize);
        for _ in 0..spelt {
            let length = cursor.number()? as usize;
            tokens.push(cursor.take(length)?.to_vec());
        }
        let mut tensors = HashMap::new();
        for _ in 0..count(&hparams) {
            let (rank, name, kind) = (cursor.number()?, cursor.number()?, cursor.number()?);
            let dims = (0..rank).map(|_| cursor.number().map(|dim| dim as usize));
            let dims: Vec<usize> = dims.collect::<Option<_>>()?;
            let name = String::from_utf8(cursor.take(name as usize)?.to_vec()).ok()?;
            let kind = TensorType::from_id(kind)?;
            let mut sides = [1; 3];
            sides.iter_mut().zip(&dims).for_each(|(side, dim)| *side = *dim as u64);
            let start = cursor.at;
            cursor.take(kind.bytes(sides)? as usize)?;
            tensors.insert(name, Tensor { kind, dims, place: start..cursor.at });
        }
        Some(WhisperWeights { hparams, filters, tokens, tensors, file })
    }

    /// The numbers of a tensor, rows first to last, and how many a row has.
    ///
    /// # Panics
    /// When a model of this shape has no tensor of that name: the file was looked through.
    pub fn tensor(&self, name: &str) -> (Vec<f32>, usize) {
        let tensor = &self.tensors[name];
        (floats(&self.file[tensor.place.clone()], tensor.kind), tensor.dims[0])
    }
}

/// A way through the file.
struct Cursor<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let taken = self.file.get(self.at..self.at.checked_add(bytes)?)?;
        self.at += bytes;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }
}

/// The numbers that are stored so.
fn floats(bytes: &[u8], kind: TensorType) -> Vec<f32> {
    match kind {
        TensorType::F16 => {
            bytes.as_chunks().0.iter().map(|half| from_half(u16::from_le_bytes(*half))).collect()
        }
        TensorType::Q8_0 => {
            // ggml's `block_q8_0`: a scale, and 32 numbers of it.
            let blocks = bytes.as_chunks::<34>().0;
            let mut out = Vec::with_capacity(32 * blocks.len());
            for block in blocks {
                let scale = from_half(u16::from_le_bytes([block[0], block[1]]));
                out.extend(block[2..].iter().map(|&q| scale * f32::from(q as i8)));
            }
            out
        }
        _ => bytes.as_chunks().0.iter().map(|whole| f32::from_le_bytes(*whole)).collect(),
    }
}

/// A number of 16 bits (IEEE 754 binary16).
fn from_half(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let (exponent, fraction) = (u32::from(bits >> 10 & 0x1f), u32::from(bits & 0x3ff));
    match exponent {
        // Below the least normal number, 2^-14: fractions of 2^-24.
        0 => f32::from_bits(sign | (fraction as f32 * 2.0_f32.powi(-24)).to_bits()),
        0x1f => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 127 - 15) << 23 | fraction << 13),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::small_whisper;
    use super::*;

    #[test]
    fn halves_are_read_as_the_standard_has_them() {
        let cases: [(u16, f32); 8] = [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65_504.0),
            (0x0400, 2.0_f32.powi(-14)),
            (0x0001, 2.0_f32.powi(-24)),
            (0x3555, 0.333_251_95),
            (0x7c00, f32::INFINITY),
        ];
        for (bits, number) in cases {
            assert_eq!(from_half(bits), number, "{bits:#x}");
        }
        assert!(from_half(0x7e00).is_nan());
    }

    #[test]
    fn a_block_is_a_scale_and_what_it_scales() {
        let mut block = vec![0x00, 0x38]; // a half
        block.extend((0..32_i8).map(|n| (n - 16) as u8));
        let numbers = floats(&block, TensorType::Q8_0);
        assert_eq!((numbers[0], numbers[16], numbers[31]), (-8.0, 0.0, 7.5));
    }

    #[test]
    fn a_file_gives_its_tokens_and_tensors() {
        let dir = tempfile::tempdir().unwrap();
        for quantised in [false, true] {
            let path = dir.path().join("small.bin");
            std::fs::write(&path, small_whisper(true, quantised, 0)).unwrap();
            let weights = WhisperWeights::read(&path).unwrap();
            assert_eq!(weights.tokens, [&b"!"[..], b"", b" the"]);
            assert_eq!(weights.filters.len(), 80 * 201);
            let (numbers, row) = weights.tensor("decoder.token_embedding.weight");
            assert_eq!((numbers.len(), row), (32 * 51_864, 32));
            assert_eq!(weights.tensor("encoder.conv2.weight").1, 3);
        }
    }
}
