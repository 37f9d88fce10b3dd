//! Looking through a Whisper model in whisper.cpp's ggml format, without loading it.
//!
//! The file is a number that spells "ggml", 11 numbers that give the model's shape, the mel
//! filters, the vocabulary, and then tensors up to the end of the file, each with its own small
//! header; all numbers are little-endian. Only headers are read: the numbers inside a tensor
//! are skipped, so a large model takes milliseconds. Everything whisper.cpp's loader takes on
//! trust is checked here.

use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use super::error::ModelError;
use super::foreign::{Foreign, HEAD};
pub use super::shape::{Hparams, Languages, ModelSize};
use super::shape::{header, understand};
use super::tensor::{self, TensorType};

/// "ggml" as a number.
const MAGIC: u32 = 0x6767_6d6c;
/// Frequencies of one mel filter: half of Whisper's 400-sample window, and one.
const MEL_BINS: u32 = 201;
/// More bytes than any token of Whisper's vocabularies has.
const LONGEST_TOKEN: u32 = 1024;
/// More bytes than any tensor's name has.
const LONGEST_NAME: usize = 64;

/// What [`inspect`] found in a whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WhisperHeader {
    /// The published size that this is, or is a variety of.
    pub size: ModelSize,
    /// What it understands.
    pub languages: Languages,
    /// How the matrices are stored.
    pub weights: TensorType,
    /// The shape.
    pub hparams: Hparams,
    /// Number of tensors.
    pub tensors: usize,
    /// Length of the file.
    pub bytes: u64,
}

/// What is wrong with a file that begins as a ggml file does.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// The first four bytes are something else.
    #[error("it does not begin as a ggml file does")]
    Magic,
    /// A number of the header that no Whisper model has: it is another model, or damaged.
    #[error("its header says {name} = {found}, which no Whisper model has ({expected})")]
    Header {
        /// whisper.cpp's name of the number.
        name: &'static str,
        /// What the file says.
        found: u32,
        /// What it may say.
        expected: &'static str,
    },
    /// The file ends too early.
    #[error("it ends inside {inside}, after {found} bytes where at least {needed} are needed")]
    Ends {
        /// What was being read.
        inside: String,
        /// Length of the file.
        found: u64,
        /// Length up to which something was announced.
        needed: u64,
    },
    /// The file ends between two tensors.
    #[error("it ends after {found} of {expected} tensors")]
    TensorsMissing {
        /// Tensors found.
        found: usize,
        /// Tensors that a model of this shape has.
        expected: usize,
    },
    /// There is something behind the last tensor.
    #[error("there are {bytes} bytes too many at its end")]
    Trailing {
        /// How many.
        bytes: u64,
    },
    /// A token of the vocabulary is too long to be one.
    #[error("token {index} of its vocabulary claims {length} bytes")]
    Token {
        /// Its place, from 0.
        index: u32,
        /// The length in its header.
        length: u32,
    },
    /// A tensor's header is wrong.
    #[error("tensor {index} (from 0) at byte {at} {reason}")]
    Tensor {
        /// Its place, from 0.
        index: usize,
        /// Where its header begins.
        at: u64,
        /// What is wrong with it.
        reason: String,
    },
}

/// Looks through the file from end to end, reading only its headers.
///
/// # Errors
/// [`ModelError::Missing`] and [`ModelError::Unreadable`] as the file system has it,
/// [`ModelError::Foreign`] for files of other formats, [`ModelError::Damaged`] for what looks
/// like a Whisper model and is not whole.
pub fn inspect(path: &Path) -> Result<WhisperHeader, ModelError> {
    let (file, bytes, head) = open(path)?;
    if let Some(what) = Foreign::recognise(&head) {
        return Err(ModelError::Foreign { path: path.to_owned(), what });
    }
    let mut walk = Walk { reader: BufReader::new(file), at: 0, len: bytes };
    match walk.whole_file() {
        Ok(header) => Ok(header),
        Err(Stop::Flaw(Flaw::Magic)) => {
            Err(ModelError::Foreign { path: path.to_owned(), what: Foreign::Unknown })
        }
        Err(Stop::Flaw(flaw)) => Err(ModelError::Damaged { path: path.to_owned(), flaw }),
        Err(Stop::Io(e)) => Err(ModelError::unreadable(path, e)),
    }
}

/// What the file seems to be, if it is something else than a Whisper model; `None` as well
/// when it can't be read.
pub(super) fn recognise(path: &Path) -> Option<Foreign> {
    open(path).ok().and_then(|(_, _, head)| Foreign::recognise(&head))
}

/// The file at its beginning, its length, and its first bytes.
fn open(path: &Path) -> Result<(File, u64, Vec<u8>), ModelError> {
    let unreadable = |e| ModelError::unreadable(path, e);
    // Asked before opening: to open a pipe is to wait for its other end.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(ModelError::NoFile { path: path.to_owned() });
    }
    let mut file = File::open(path).map_err(unreadable)?;
    let bytes = file.metadata().map_err(unreadable)?.len();
    let mut head = Vec::with_capacity(HEAD);
    file.by_ref().take(HEAD as u64).read_to_end(&mut head).map_err(unreadable)?;
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    Ok((file, bytes, head))
}

/// Why a walk through a file stops.
enum Stop {
    Flaw(Flaw),
    Io(std::io::Error),
}

impl From<Flaw> for Stop {
    fn from(flaw: Flaw) -> Self {
        Stop::Flaw(flaw)
    }
}

/// A walk through a file, from its beginning.
struct Walk<R: Read + Seek> {
    reader: BufReader<R>,
    /// Bytes behind us.
    at: u64,
    /// Length of the file.
    len: u64,
}

impl<R: Read + Seek> Walk<R> {
    fn whole_file(&mut self) -> Result<WhisperHeader, Stop> {
        if self.number(&"the magic number")? != MAGIC {
            return Err(Flaw::Magic.into());
        }
        let hparams = self.hparams()?;
        let (size, languages, weights) = understand(&hparams)?;
        self.mel_filters(&hparams)?;
        self.vocabulary(&hparams)?;
        let tensors = self.tensors(&hparams, weights)?;
        Ok(WhisperHeader { size, languages, weights, hparams, tensors, bytes: self.len })
    }

    fn hparams(&mut self) -> Result<Hparams, Stop> {
        let mut next = || self.number(&"the header");
        Ok(Hparams {
            n_vocab: next()?,
            n_audio_ctx: next()?,
            n_audio_state: next()?,
            n_audio_head: next()?,
            n_audio_layer: next()?,
            n_text_ctx: next()?,
            n_text_state: next()?,
            n_text_head: next()?,
            n_text_layer: next()?,
            n_mels: next()?,
            ftype: next()?,
        })
    }

    fn mel_filters(&mut self, hparams: &Hparams) -> Result<(), Stop> {
        let (bands, bins) = (self.number(&"the header")?, self.number(&"the header")?);
        header("mel bands", bands, bands == hparams.n_mels, "as many as n_mels")?;
        header("mel bins", bins, bins == MEL_BINS, "201")?;
        self.skip(4 * u64::from(bands) * u64::from(bins), &"the mel filters")
    }

    fn vocabulary(&mut self, hparams: &Hparams) -> Result<(), Stop> {
        let tokens = self.number(&"the header")?;
        // The special tokens at the end of n_vocab are not spelt out.
        let fits = (1..=hparams.n_vocab).contains(&tokens);
        header("tokens", tokens, fits, "at most n_vocab")?;
        for index in 0..tokens {
            let length = self.number(&"the vocabulary")?;
            if length > LONGEST_TOKEN {
                return Err(Flaw::Token { index, length }.into());
            }
            self.skip(length.into(), &"the vocabulary")?;
        }
        Ok(())
    }

    fn tensors(&mut self, hparams: &Hparams, weights: TensorType) -> Result<usize, Stop> {
        let expected = tensor::count(hparams);
        let mut seen = HashSet::new();
        while seen.len() < expected {
            if self.at == self.len {
                return Err(Flaw::TensorsMissing { found: seen.len(), expected }.into());
            }
            let name = self.tensor(seen.len(), hparams, weights, &seen)?;
            seen.insert(name);
        }
        match self.len - self.at {
            0 => Ok(expected),
            bytes => Err(Flaw::Trailing { bytes }.into()),
        }
    }

    /// Passes one tensor and returns its name.
    fn tensor(
        &mut self,
        index: usize,
        hparams: &Hparams,
        weights: TensorType,
        seen: &HashSet<String>,
    ) -> Result<String, Stop> {
        let (at, place) = (self.at, format!("the header of tensor {index}"));
        let wrong = |reason| Flaw::Tensor { index, at, reason };
        let rank = self.number(&place)?;
        let name_bytes = self.number(&place)? as usize;
        let kind = self.number(&place)?;
        if !(1..=3).contains(&rank) {
            return Err(wrong(format!("claims {rank} dimensions")).into());
        }
        if !(1..=LONGEST_NAME).contains(&name_bytes) {
            return Err(wrong(format!("claims a name of {name_bytes} bytes")).into());
        }
        let mut dims = [1_u64; 3];
        for dim in &mut dims[..rank as usize] {
            *dim = self.number(&place)?.into();
        }
        let mut name = [0; LONGEST_NAME];
        let name = &mut name[..name_bytes];
        self.bytes(name, &place)?;
        let name = String::from_utf8_lossy(name).into_owned();

        let Some(should) = tensor::expected(&name, hparams, weights) else {
            return Err(wrong(format!("has the unknown name {name:?}")).into());
        };
        if seen.contains(&name) {
            return Err(wrong(format!("is `{name}` again")).into());
        }
        if TensorType::from_id(kind) != Some(should.kind) {
            let found = TensorType::from_id(kind)
                .map_or_else(|| format!("type {kind}"), |kind| kind.to_string());
            return Err(wrong(format!("`{name}` is {found} instead of {}", should.kind)).into());
        }
        if dims != should.dims {
            let reason = format!("`{name}` has dimensions {dims:?} instead of {:?}", should.dims);
            return Err(wrong(reason).into());
        }
        let Some(bytes) = should.kind.bytes(dims) else {
            let reason = format!("`{name}`: {} does not divide into {}", dims[0], should.kind);
            return Err(wrong(reason).into());
        };
        self.skip(bytes, &format_args!("tensor `{name}`"))?;
        Ok(name)
    }

    /// Reads the next number.
    fn number(&mut self, inside: &dyn fmt::Display) -> Result<u32, Stop> {
        let mut bytes = [0; 4];
        self.bytes(&mut bytes, inside)?;
        Ok(u32::from_le_bytes(bytes))
    }

    /// Reads the next bytes.
    fn bytes(&mut self, into: &mut [u8], inside: &dyn fmt::Display) -> Result<(), Stop> {
        let end = self.end_of(into.len() as u64, inside)?;
        match self.reader.read_exact(into) {
            Ok(()) => self.at = end,
            // The file became shorter while we read it.
            Err(e) if e.kind() == ErrorKind::UnexpectedEof => {
                let (inside, found) = (inside.to_string(), self.at);
                return Err(Flaw::Ends { inside, found, needed: end }.into());
            }
            Err(e) => return Err(Stop::Io(e)),
        }
        Ok(())
    }

    /// Passes over the next bytes.
    fn skip(&mut self, bytes: u64, inside: &dyn fmt::Display) -> Result<(), Stop> {
        let end = self.end_of(bytes, inside)?;
        // `end` lies within a file, so the step fits.
        self.reader.seek_relative(bytes as i64).map_err(Stop::Io)?;
        self.at = end;
        Ok(())
    }

    /// Where the next `bytes` bytes end, if the file holds them.
    fn end_of(&self, bytes: u64, inside: &dyn fmt::Display) -> Result<u64, Flaw> {
        let needed = self.at.saturating_add(bytes);
        if needed > self.len {
            return Err(Flaw::Ends { inside: inside.to_string(), found: self.len, needed });
        }
        Ok(needed)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::super::fixture::small_whisper;
    use super::*;

    fn look(bytes: &[u8]) -> Result<WhisperHeader, Flaw> {
        let len = bytes.len() as u64;
        let mut walk = Walk { reader: BufReader::new(Cursor::new(bytes)), at: 0, len };
        walk.whole_file().map_err(|stop| match stop {
            Stop::Flaw(flaw) => flaw,
            Stop::Io(e) => panic!("bytes in memory can be read: {e}"),
        })
    }

    /// Made once: properties ask for it many times.
    static MODEL: LazyLock<Vec<u8>> = LazyLock::new(|| small_whisper(true, true, 0));

    /// `model` with the header's number at `place` (the magic is 0) changed.
    fn with_number(model: &[u8], place: usize, number: u32) -> Vec<u8> {
        let mut model = model.to_vec();
        model[4 * place..4 * place + 4].copy_from_slice(&number.to_le_bytes());
        model
    }

    #[test]
    fn a_whole_file_says_what_it_is() {
        let found = look(&MODEL).unwrap();
        assert_eq!(found.size, ModelSize::Tiny);
        assert_eq!(found.languages, Languages::English);
        assert_eq!(found.weights, TensorType::Q8_0);
        assert_eq!(found.tensors, 167);

        let found = look(&small_whisper(false, false, 7)).unwrap();
        assert_eq!(found.languages, Languages::Many(99));
        assert_eq!(found.weights, TensorType::F16);
    }

    #[test]
    fn numbers_that_no_whisper_model_has_are_named() {
        let model = MODEL.clone();
        let cases = [
            (1, 0, "n_vocab"),
            (1, 50_257, "n_vocab"),
            (2, 1024, "n_audio_ctx"),
            (3, u32::MAX, "n_audio_state"),
            (4, 0, "n_audio_head"),
            (4, 3, "n_audio_head"),
            (5, 5, "n_audio_layer"),
            (6, 449, "n_text_ctx"),
            (7, 64, "n_text_state"),
            (8, 33, "n_text_head"),
            (9, 0, "n_text_layer"),
            (9, u32::MAX, "n_text_layer"),
            (10, 81, "n_mels"),
            (11, 4, "ftype"),
            (11, 4_000_000_007, "ftype"),
            (12, 81, "mel bands"),
            (13, u32::MAX, "mel bins"),
        ];
        for (place, number, expected) in cases {
            match look(&with_number(&model, place, number)) {
                Err(Flaw::Header { name, found, .. }) => {
                    assert_eq!((name, found), (expected, number));
                }
                other => panic!("{expected} = {number}: {other:?}"),
            }
        }
        // q6_K needs rows of 256 numbers.
        assert!(matches!(
            look(&with_number(&model, 11, 2014)),
            Err(Flaw::Header { name: "n_audio_state", found: 32, .. })
        ));
    }

    #[test]
    fn a_file_cut_short_or_padded_says_so() {
        let model = MODEL.clone();
        for cut in [1, 3, 4, 20, 47, 48, 55, 56, 1000, 64_376, 64_380, 64_390, 64_400, 70_000] {
            assert!(matches!(look(&model[..cut]), Err(Flaw::Ends { .. })), "{cut}");
        }
        for cut in (0..model.len()).step_by(997).chain([model.len() - 1]) {
            let flaw = look(&model[..cut]).unwrap_err();
            assert!(
                matches!(flaw, Flaw::Ends { .. } | Flaw::TensorsMissing { .. }),
                "{cut}: {flaw}"
            );
        }
        // The last tensor is a bias of 32 numbers: 16 bytes of header, 28 of name.
        let without_last = model.len() - (16 + "decoder.blocks.3.mlp.2.bias".len() + 128);
        assert_eq!(
            look(&model[..without_last]),
            Err(Flaw::TensorsMissing { found: 166, expected: 167 })
        );
        let padded = [&model[..], &[0; 5]].concat();
        assert_eq!(look(&padded), Err(Flaw::Trailing { bytes: 5 }));
    }

    #[test]
    fn tensors_that_whisper_cpp_would_trip_over_are_found() {
        let model = MODEL.clone();
        let reason = |model: &[u8]| match look(model) {
            Err(Flaw::Tensor { reason, .. }) => reason,
            other => panic!("{other:?}"),
        };
        let rename = |from: &str, to: &str| {
            let mut model = model.clone();
            let at = model.windows(from.len()).position(|w| w == from.as_bytes()).unwrap();
            model[at..at + to.len()].copy_from_slice(to.as_bytes());
            (model, at)
        };
        let (unknown, at) = rename("encoder.ln_post.bias", "encoder.ln_post.bi\x1b[");
        assert_eq!(reason(&unknown), "has the unknown name \"encoder.ln_post.bi\\u{1b}[\"");
        let (twice, _) = rename("encoder.conv2.bias", "encoder.conv1.bias");
        assert_eq!(reason(&twice), "is `encoder.conv1.bias` again");

        // Before the name: rank, length of the name, type, one dimension.
        let header_number = |back: usize, number: u32| {
            let mut model = model.clone();
            model[at - back..at - back + 4].copy_from_slice(&number.to_le_bytes());
            reason(&model)
        };
        assert_eq!(header_number(16, 4), "claims 4 dimensions");
        assert_eq!(header_number(12, u32::MAX), "claims a name of 4294967295 bytes");
        assert_eq!(header_number(8, 99), "`encoder.ln_post.bias` is type 99 instead of f32");
        assert_eq!(header_number(8, 1), "`encoder.ln_post.bias` is f16 instead of f32");
        assert_eq!(
            header_number(4, u32::MAX),
            "`encoder.ln_post.bias` has dimensions [4294967295, 1, 1] instead of [32, 1, 1]"
        );
    }

    #[test]
    fn a_token_too_long_is_no_token() {
        let mut model = MODEL.clone();
        let first = 4 * 14 + 4 * 80 * 201 + 4;
        model[first..first + 4].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
        assert_eq!(look(&model), Err(Flaw::Token { index: 0, length: 0x7fff_ffff }));
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(look(&bytes).is_err());
            let _ = Foreign::recognise(&bytes);
            let after_magic = [&b"lmgg"[..], &bytes].concat();
            prop_assert!(look(&after_magic).is_err());
        }

        #[test]
        fn changed_headers_never_panic(
            changes in prop::collection::vec((0_usize..14, any::<u32>()), 1..4),
            odd in prop::sample::select(vec![0_u32, 1, 4, 32, 51_865, 1 << 31, u32::MAX]),
            spot in 56_usize..200_000,
        ) {
            let mut model = MODEL.clone();
            model[spot..spot + 4].copy_from_slice(&odd.to_le_bytes());
            let _ = look(&model);
            for (place, number) in changes {
                model[4 * place..4 * place + 4].copy_from_slice(&number.to_le_bytes());
            }
            let _ = look(&model);
        }

        #[test]
        fn any_cut_is_noticed(part in 0.0_f64..1.0) {
            let cut = (part * MODEL.len() as f64) as usize;
            prop_assert!(look(&MODEL[..cut]).is_err());
        }
    }
}
