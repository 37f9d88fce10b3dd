//! all-MiniLM-L6-v2 as published: 32-bit numbers under BERT's names.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context as _, ensure};
use evenkeel::language::encoder::{INNER, WIDTH};
use evenkeel::language::model::MOST_PIECES;
use safetensors::{Dtype, SafeTensors};

/// Layers of the published model.
pub const LAYERS: usize = 6;

/// The published model's numbers, by our names without the stack: `words`, `3.up.weight`…
pub struct Base {
    /// The pieces, one a line.
    pub vocabulary: String,
    pub tensors: HashMap<String, Vec<f32>>,
}

/// Our name of a layer's part, theirs, and its rows and columns.
const PARTS: [(&str, &str, usize, usize); 5] = [
    ("attention_out", "attention.output.dense", WIDTH, WIDTH),
    ("attention_norm", "attention.output.LayerNorm", WIDTH, 1),
    ("up", "intermediate.dense", INNER, WIDTH),
    ("down", "output.dense", WIDTH, INNER),
    ("norm", "output.LayerNorm", WIDTH, 1),
];

/// Whether words as `language::spoken` gives them can have this piece.
fn is_heard(piece: &str) -> bool {
    let bare = piece.strip_prefix("##").unwrap_or(piece);
    ["[UNK]", "[CLS]", "[SEP]"].contains(&piece)
        || !bare.is_empty()
            && bare.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'\'')
}

impl Base {
    /// Reads `model.safetensors` and `vocab.txt` in `folder`.
    pub fn read(folder: &Path) -> anyhow::Result<Base> {
        let path = folder.join("vocab.txt");
        let vocabulary =
            std::fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
        let pieces = vocabulary.lines().count();
        let path = folder.join("model.safetensors");
        let bytes = std::fs::read(&path).with_context(|| format!("{}", path.display()))?;
        let file = SafeTensors::deserialize(&bytes)
            .with_context(|| format!("{}: not a safetensors file", path.display()))?;
        let get = |name: &str, count: usize| -> anyhow::Result<Vec<f32>> {
            let tensor = file.tensor(name).with_context(|| format!("{}", path.display()))?;
            ensure!(
                tensor.dtype() == Dtype::F32 && tensor.data().len() == 4 * count,
                "{}: `{name}` is not {count} numbers of 32 bits: not all-MiniLM-L6-v2",
                path.display()
            );
            let numbers = tensor.data().chunks_exact(4);
            Ok(numbers.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
        };
        let mut tensors = HashMap::new();
        // Of the pieces those that words without marks and symbols are made of.
        let words = get("embeddings.word_embeddings.weight", pieces * WIDTH)?;
        let (mut kept, mut kept_words) = (String::new(), Vec::new());
        for (piece, numbers) in vocabulary.lines().zip(words.chunks_exact(WIDTH)) {
            if is_heard(piece) {
                kept.push_str(piece);
                kept.push('\n');
                kept_words.extend_from_slice(numbers);
            }
        }
        tensors.insert("words".into(), kept_words);
        let mut positions = get("embeddings.position_embeddings.weight", 512 * WIDTH)?;
        positions.truncate(MOST_PIECES * WIDTH);
        // Every text is of the first kind, so its mark goes into the positions.
        let kind = get("embeddings.token_type_embeddings.weight", 2 * WIDTH)?;
        for position in positions.chunks_exact_mut(WIDTH) {
            position.iter_mut().zip(&kind).for_each(|(p, k)| *p += k);
        }
        tensors.insert("positions".into(), positions);
        for part in ["weight", "bias"] {
            tensors.insert(
                format!("words.norm.{part}"),
                get(&format!("embeddings.LayerNorm.{part}"), WIDTH)?,
            );
        }
        for layer in 0..LAYERS {
            for part in ["weight", "bias"] {
                let width = if part == "weight" { WIDTH } else { 1 };
                let mut attention = Vec::new();
                for name in ["query", "key", "value"] {
                    let name = format!("encoder.layer.{layer}.attention.self.{name}.{part}");
                    attention.extend(get(&name, WIDTH * width)?);
                }
                tensors.insert(format!("{layer}.attention.{part}"), attention);
                for (ours, theirs, rows, columns) in PARTS {
                    let columns = if part == "weight" { columns } else { 1 };
                    tensors.insert(
                        format!("{layer}.{ours}.{part}"),
                        get(&format!("encoder.layer.{layer}.{theirs}.{part}"), rows * columns)?,
                    );
                }
            }
        }
        Ok(Base { vocabulary: kept, tensors })
    }

    /// One tensor, by our name.
    pub fn get(&self, name: &str) -> Vec<f32> {
        self.tensors[name].clone()
    }
}
