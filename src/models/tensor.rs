//! How ggml stores numbers, and which tensors a Whisper model has.

use std::fmt;

use super::ggml::Hparams;

/// How the numbers of a tensor are stored. Sizes from ggml's `ggml-common.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are ggml's own")]
pub enum TensorType {
    F32,
    F16,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q2K,
    Q3K,
    Q4K,
    Q5K,
    Q6K,
}

/// One row of what ggml's format says.
struct Row {
    kind: TensorType,
    /// `ggml_type`, in each tensor's header.
    id: u32,
    /// `ggml_ftype`, in the file's header, for a model mostly of this type.
    ftype: u32,
    name: &'static str,
    /// Numbers in a block.
    block: u64,
    /// Bytes of a block.
    bytes: u64,
}

#[rustfmt::skip]
const ROWS: [Row; 12] = [
    Row { kind: TensorType::F32,  id: 0,  ftype: 0,  name: "f32",  block: 1,   bytes: 4 },
    Row { kind: TensorType::F16,  id: 1,  ftype: 1,  name: "f16",  block: 1,   bytes: 2 },
    Row { kind: TensorType::Q4_0, id: 2,  ftype: 2,  name: "q4_0", block: 32,  bytes: 18 },
    Row { kind: TensorType::Q4_1, id: 3,  ftype: 3,  name: "q4_1", block: 32,  bytes: 20 },
    Row { kind: TensorType::Q5_0, id: 6,  ftype: 8,  name: "q5_0", block: 32,  bytes: 22 },
    Row { kind: TensorType::Q5_1, id: 7,  ftype: 9,  name: "q5_1", block: 32,  bytes: 24 },
    Row { kind: TensorType::Q8_0, id: 8,  ftype: 7,  name: "q8_0", block: 32,  bytes: 34 },
    Row { kind: TensorType::Q2K,  id: 10, ftype: 10, name: "q2_K", block: 256, bytes: 84 },
    Row { kind: TensorType::Q3K,  id: 11, ftype: 11, name: "q3_K", block: 256, bytes: 110 },
    Row { kind: TensorType::Q4K,  id: 12, ftype: 12, name: "q4_K", block: 256, bytes: 144 },
    Row { kind: TensorType::Q5K,  id: 13, ftype: 13, name: "q5_K", block: 256, bytes: 176 },
    Row { kind: TensorType::Q6K,  id: 14, ftype: 14, name: "q6_K", block: 256, bytes: 210 },
];

impl TensorType {
    /// The type with this number in a tensor's header.
    pub fn from_id(id: u32) -> Option<TensorType> {
        ROWS.iter().find(|row| row.id == id).map(|row| row.kind)
    }

    /// The type of the matrices in a file whose header has this `ftype`. From 1000 on, the
    /// thousands are the version of the quantisation and say nothing about sizes.
    pub fn from_ftype(ftype: u32) -> Option<TensorType> {
        ROWS.iter().find(|row| row.ftype == ftype % 1000).map(|row| row.kind)
    }

    /// ggml's name, such as `q8_0`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Numbers in a block; a row of a matrix is a whole number of blocks.
    pub fn block(self) -> u64 {
        self.row().block
    }

    /// Bytes that a tensor of these dimensions takes, the first dimension running along rows;
    /// `None` when rows are no whole blocks, or the size is beyond any file.
    pub fn bytes(self, dims: [u64; 3]) -> Option<u64> {
        let row = self.row();
        let blocks = dims[0].is_multiple_of(row.block).then_some(dims[0] / row.block)?;
        blocks.checked_mul(dims[1])?.checked_mul(dims[2])?.checked_mul(row.bytes)
    }

    fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }
}

impl fmt::Display for TensorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What whisper.cpp expects of one tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Its dimensions, unused ones 1.
    pub dims: [u64; 3],
    /// Its type.
    pub kind: TensorType,
}

/// How many tensors a model of this shape has.
pub fn count(hparams: &Hparams) -> usize {
    11 + 15 * hparams.n_audio_layer as usize + 24 * hparams.n_text_layer as usize
}

/// What the tensor `name` looks like in a model of this shape whose matrices are of type
/// `matrices`; `None` when such a model has no tensor of that name.
///
/// As whisper.cpp's loader lays them out: biases, norms and positions are f32, the two
/// convolutions f16 (f32 in an f32 file), all other weights of the file's own type.
pub fn expected(name: &str, hparams: &Hparams, matrices: TensorType) -> Option<Expected> {
    let state = u64::from(hparams.n_audio_state);
    let small = |dims| Some(Expected { dims, kind: TensorType::F32 });
    let matrix = |dims| Some(Expected { dims, kind: matrices });
    let conv = |dims| {
        let kind = if matrices == TensorType::F32 { TensorType::F32 } else { TensorType::F16 };
        Some(Expected { dims, kind })
    };
    match name {
        "encoder.positional_embedding" => return small([state, hparams.n_audio_ctx.into(), 1]),
        "encoder.conv1.weight" => return conv([3, hparams.n_mels.into(), state]),
        "encoder.conv2.weight" => return conv([3, state, state]),
        "encoder.conv1.bias" | "encoder.conv2.bias" => return small([1, state, 1]),
        "encoder.ln_post.weight" | "encoder.ln_post.bias" => return small([state, 1, 1]),
        "decoder.positional_embedding" => return small([state, hparams.n_text_ctx.into(), 1]),
        "decoder.token_embedding.weight" => return matrix([state, hparams.n_vocab.into(), 1]),
        "decoder.ln.weight" | "decoder.ln.bias" => return small([state, 1, 1]),
        _ => {}
    }
    let (decoder, rest) = match name.strip_prefix("encoder.blocks.") {
        Some(rest) => (false, rest),
        None => (true, name.strip_prefix("decoder.blocks.")?),
    };
    let (layer, part) = rest.split_once('.')?;
    let layers = if decoder { hparams.n_text_layer } else { hparams.n_audio_layer };
    let number: u32 = layer.parse().ok()?;
    // "00" or "+0" would count as another layer 0.
    if number >= layers || number.to_string() != layer {
        return None;
    }
    match part.strip_prefix("cross_") {
        Some(attention) if decoder && attention.starts_with("attn") => block_part(attention, state),
        Some(_) => None,
        None => block_part(part, state),
    }
    .and_then(|(dims, is_matrix)| if is_matrix { matrix(dims) } else { small(dims) })
}

/// Dimensions of one part of a transformer block, and whether it is a matrix.
fn block_part(part: &str, state: u64) -> Option<([u64; 3], bool)> {
    let row = |n| Some(([n, 1, 1], false));
    match part {
        "attn_ln.weight" | "attn_ln.bias" | "mlp_ln.weight" | "mlp_ln.bias" => row(state),
        "attn.query.bias" | "attn.value.bias" | "attn.out.bias" | "mlp.2.bias" => row(state),
        "mlp.0.bias" => row(4 * state),
        "attn.query.weight" | "attn.key.weight" | "attn.value.weight" | "attn.out.weight" => {
            Some(([state, state, 1], true))
        }
        "mlp.0.weight" => Some(([state, 4 * state, 1], true)),
        "mlp.2.weight" => Some(([4 * state, state, 1], true)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiny_en() -> Hparams {
        Hparams {
            n_vocab: 51864,
            n_audio_ctx: 1500,
            n_audio_state: 384,
            n_audio_head: 6,
            n_audio_layer: 4,
            n_text_ctx: 448,
            n_text_state: 384,
            n_text_head: 6,
            n_text_layer: 4,
            n_mels: 80,
            ftype: 2007,
        }
    }

    #[test]
    fn the_table_is_in_the_order_of_the_types() {
        for (place, row) in ROWS.iter().enumerate() {
            assert_eq!(row.kind as usize, place);
            assert_eq!(TensorType::from_id(row.id), Some(row.kind));
            assert_eq!(TensorType::from_ftype(2000 + row.ftype), Some(row.kind));
        }
        assert_eq!(TensorType::from_id(4), None);
        assert_eq!(TensorType::from_ftype(4), None);
    }

    #[test]
    fn sizes_are_whole_blocks() {
        // 384 numbers are 12 blocks of 34 bytes, 1536 rows of them.
        assert_eq!(TensorType::Q8_0.bytes([384, 1536, 1]), Some(12 * 34 * 1536));
        assert_eq!(TensorType::F16.bytes([3, 80, 384]), Some(3 * 80 * 384 * 2));
        assert_eq!(TensorType::Q6K.bytes([384, 1, 1]), None);
        assert_eq!(TensorType::F32.bytes([u64::MAX, 2, 1]), None);
    }

    #[test]
    fn tensors_are_known_by_name() {
        let look = |name| expected(name, &tiny_en(), TensorType::Q8_0);
        let some = |dims, kind| Some(Expected { dims, kind });
        assert_eq!(look("encoder.conv1.weight"), some([3, 80, 384], TensorType::F16));
        assert_eq!(look("encoder.blocks.3.mlp.0.weight"), some([384, 1536, 1], TensorType::Q8_0));
        assert_eq!(look("decoder.blocks.0.cross_attn_ln.bias"), some([384, 1, 1], TensorType::F32));
        for absent in [
            "encoder.blocks.4.mlp.0.weight",
            "encoder.blocks.00.mlp.0.weight",
            "encoder.blocks.0.cross_attn.out.bias",
            "decoder.blocks.0.attn.key.bias",
            "decoder.blocks.0.cross_mlp.0.bias",
            "model.norm.weight",
            "",
        ] {
            assert_eq!(look(absent), None, "{absent}");
        }
        assert_eq!(count(&tiny_en()), 167);
    }
}
