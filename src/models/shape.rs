//! The shape of a Whisper model: the numbers at the beginning of its file.

use std::fmt;

use super::ggml::Flaw;
use super::tensor::TensorType;

/// The model's shape, as the file has it. Names are whisper.cpp's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hparams {
    /// Tokens, special ones included.
    pub n_vocab: u32,
    /// Frames of 20 ms that the encoder sees at once.
    pub n_audio_ctx: u32,
    /// Width of the encoder.
    pub n_audio_state: u32,
    /// Attention heads of an encoder layer.
    pub n_audio_head: u32,
    /// Layers of the encoder.
    pub n_audio_layer: u32,
    /// Tokens that the decoder sees at once.
    pub n_text_ctx: u32,
    /// Width of the decoder.
    pub n_text_state: u32,
    /// Attention heads of a decoder layer.
    pub n_text_head: u32,
    /// Layers of the decoder.
    pub n_text_layer: u32,
    /// Mel bands.
    pub n_mels: u32,
    /// `ggml_ftype` of the matrices, and 1000 times the version of the quantisation.
    pub ftype: u32,
}

/// The sizes in which Whisper is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are Whisper's own")]
pub enum ModelSize {
    Tiny,
    Base,
    Small,
    Medium,
    /// large-v3 with 4 of its 32 decoder layers.
    LargeTurbo,
    Large,
}

impl fmt::Display for ModelSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ModelSize::Tiny => "tiny",
            ModelSize::Base => "base",
            ModelSize::Small => "small",
            ModelSize::Medium => "medium",
            ModelSize::LargeTurbo => "large turbo",
            ModelSize::Large => "large",
        })
    }
}

/// What a model understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Languages {
    /// English only; the names of such models end in `.en`.
    English,
    /// As many languages.
    Many(u32),
}

impl fmt::Display for Languages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Languages::English => f.write_str("English"),
            Languages::Many(n) => write!(f, "{n} languages"),
        }
    }
}

/// Checks the shape, and says what model has it.
pub(super) fn understand(h: &Hparams) -> Result<(ModelSize, Languages, TensorType), Flaw> {
    let languages = match h.n_vocab {
        51864 => Languages::English,
        // whisper.cpp counts the languages from the size of the vocabulary.
        51865 | 51866 => Languages::Many(h.n_vocab - 51766),
        found => {
            return Err(Flaw::Header { name: "n_vocab", found, expected: "51864 to 51866" });
        }
    };
    header("n_audio_ctx", h.n_audio_ctx, h.n_audio_ctx == 1500, "1500")?;
    header("n_text_ctx", h.n_text_ctx, h.n_text_ctx == 448, "448")?;
    let state = h.n_audio_state;
    header("n_audio_state", state, (32..=2048).contains(&state), "32 to 2048")?;
    header("n_text_state", h.n_text_state, h.n_text_state == state, "the same as n_audio_state")?;
    let divides = |heads: u32| (1..=64).contains(&heads) && state.is_multiple_of(heads);
    header("n_audio_head", h.n_audio_head, divides(h.n_audio_head), "a divisor of the state")?;
    header("n_text_head", h.n_text_head, divides(h.n_text_head), "a divisor of the state")?;
    header("n_mels", h.n_mels, matches!(h.n_mels, 80 | 128), "80 or 128")?;
    let layers = (1..=h.n_audio_layer).contains(&h.n_text_layer);
    let size = match (h.n_audio_layer, h.n_text_layer) {
        (4, _) => Some(ModelSize::Tiny),
        (6, _) => Some(ModelSize::Base),
        (12, _) => Some(ModelSize::Small),
        (24, _) => Some(ModelSize::Medium),
        (32, 4) => Some(ModelSize::LargeTurbo),
        (32, _) => Some(ModelSize::Large),
        _ => None,
    };
    let Some(size) = size else {
        return Err(Flaw::Header {
            name: "n_audio_layer",
            found: h.n_audio_layer,
            expected: "4, 6, 12, 24 or 32",
        });
    };
    header("n_text_layer", h.n_text_layer, layers, "at most n_audio_layer")?;
    let Some(weights) = TensorType::from_ftype(h.ftype).filter(|_| h.ftype < 3000) else {
        return Err(Flaw::Header {
            name: "ftype",
            found: h.ftype,
            expected: "f32, f16, q4_0 to q8_0, or q2_K to q6_K",
        });
    };
    let whole = u64::from(state).is_multiple_of(weights.block());
    header("n_audio_state", state, whole, "a multiple of the quantisation's block")?;
    Ok((size, languages, weights))
}

/// One number of the header, right or wrong.
pub(super) fn header(
    name: &'static str,
    found: u32,
    right: bool,
    expected: &'static str,
) -> Result<(), Flaw> {
    if right { Ok(()) } else { Err(Flaw::Header { name, found, expected }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_shapes_are_told_apart() {
        let shape = |n_vocab, n_audio_layer, n_text_layer, state, n_mels| Hparams {
            n_vocab,
            n_audio_ctx: 1500,
            n_audio_state: state,
            n_audio_head: state / 64,
            n_audio_layer,
            n_text_ctx: 448,
            n_text_state: state,
            n_text_head: state / 64,
            n_text_layer,
            n_mels,
            ftype: 1,
        };
        let cases = [
            (shape(51864, 6, 6, 512, 80), ModelSize::Base, Languages::English),
            (shape(51865, 12, 12, 768, 80), ModelSize::Small, Languages::Many(99)),
            (shape(51865, 24, 24, 1024, 80), ModelSize::Medium, Languages::Many(99)),
            (shape(51866, 32, 32, 1280, 128), ModelSize::Large, Languages::Many(100)),
            (shape(51866, 32, 4, 1280, 128), ModelSize::LargeTurbo, Languages::Many(100)),
            (shape(51866, 32, 2, 1280, 128), ModelSize::Large, Languages::Many(100)),
        ];
        for (shape, size, languages) in cases {
            assert_eq!(understand(&shape), Ok((size, languages, TensorType::F16)));
        }
    }
}
