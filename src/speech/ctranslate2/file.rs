//! CTranslate2's own files of a Whisper model, made in memory from the ggml file's weights.
//!
//! As `python/ctranslate2/specs/model_spec.py` of CTranslate2 writes them: `model.bin` is a list of
//! named arrays, `config.json` what must not be said, `vocabulary.txt` a token a line. The
//! matrices are 8-bit numbers with a scale for each row.

use super::vocabulary::Vocabulary;
use crate::models::WhisperWeights;

/// Versions of the file and of what a Whisper model has in it, as CTranslate2 4 reads them.
const BINARY_VERSION: u32 = 6;
const REVISION: u32 = 3;
/// CTranslate2's number for the exact GELU.
const GELU: i8 = 3;
/// The largest number of 8 bits.
const LARGEST: f32 = 127.0;

/// CTranslate2's numbers for types.
const FLOAT32: u8 = 0;
const INT8: u8 = 1;
const INT16: u8 = 2;

/// `model.bin`.
pub fn model(weights: &WhisperWeights) -> Vec<u8> {
    let mut file = File { bytes: Vec::new(), arrays: 0, weights };
    file.whole();
    let mut head = Vec::new();
    head.extend(BINARY_VERSION.to_le_bytes());
    put_name(&mut head, "WhisperSpec");
    head.extend(REVISION.to_le_bytes());
    head.extend(file.arrays.to_le_bytes());
    let mut bytes = file.bytes;
    bytes.splice(0..0, head);
    // What is told of a token is told by the same numbers by which it is read.
    bytes.extend(1_u32.to_le_bytes());
    put_name(&mut bytes, "decoder/projection/weight");
    put_name(&mut bytes, "decoder/embeddings/weight");
    bytes
}

/// `config.json`.
pub fn config(vocabulary: &Vocabulary) -> String {
    serde_json::json!({
        "suppress_ids": vocabulary.never(),
        "suppress_ids_begin": vocabulary.not_first(),
        "lang_ids": vocabulary.languages().collect::<Vec<_>>(),
        // Some must be named where probabilities are asked for; no time is.
        "alignment_heads": [[0, 0]],
    })
    .to_string()
}

/// `vocabulary.txt`, which needs no more than the names of the special tokens: all else is told by
/// its number.
pub fn names(vocabulary: &Vocabulary, weights: &WhisperWeights) -> String {
    (0..weights.hparams.n_vocab as usize).map(|id| vocabulary.name(id) + "\n").collect()
}

struct File<'a> {
    bytes: Vec<u8>,
    arrays: u32,
    weights: &'a WhisperWeights,
}

impl File<'_> {
    fn whole(&mut self) {
        let shape = self.weights.hparams;
        let mels = shape.n_mels as usize;
        let state = shape.n_audio_state as usize;
        for (half, heads, layers) in [
            ("encoder", shape.n_audio_head, shape.n_audio_layer),
            ("decoder", shape.n_text_head, shape.n_text_layer),
        ] {
            self.array(&format!("{half}/num_heads"), &[], INT16, &(heads as i16).to_le_bytes());
            let (positions, row) = self.weights.tensor(&format!("{half}.positional_embedding"));
            let rows = positions.len() / row;
            self.floats(&format!("{half}/position_encodings/encodings"), &[rows, row], &positions);
            for layer in 0..layers {
                self.layer(&format!("{half}.blocks.{layer}"), &format!("{half}/layer_{layer}"));
            }
        }
        self.norm("encoder.ln_post", "encoder/layer_norm");
        self.norm("decoder.ln", "decoder/layer_norm");
        for (conv, inputs) in [("conv1", mels), ("conv2", state)] {
            let (weight, width) = self.weights.tensor(&format!("encoder.{conv}.weight"));
            self.floats(&format!("encoder/{conv}/weight"), &[state, inputs, width], &weight);
            let (bias, _) = self.weights.tensor(&format!("encoder.{conv}.bias"));
            self.floats(&format!("encoder/{conv}/bias"), &[state], &bias);
        }
        let flags = [("activation", GELU), ("pre_norm", 1), ("scale_embeddings", 0)];
        for (flag, value) in flags {
            self.array(&format!("decoder/{flag}"), &[], INT8, &value.to_le_bytes());
        }
        let (tokens, row) = self.weights.tensor("decoder.token_embedding.weight");
        self.matrix("decoder/embeddings", &tokens, row);
    }

    fn layer(&mut self, from: &str, to: &str) {
        self.norm(&format!("{from}.attn_ln"), &format!("{to}/self_attention/layer_norm"));
        let own = format!("{from}.attn");
        self.linear(&own, &["query", "key", "value"], &format!("{to}/self_attention/linear_0"));
        self.linear(&own, &["out"], &format!("{to}/self_attention/linear_1"));
        if from.starts_with("decoder") {
            let cross = format!("{from}.cross_attn");
            self.norm(&format!("{cross}_ln"), &format!("{to}/attention/layer_norm"));
            self.linear(&cross, &["query"], &format!("{to}/attention/linear_0"));
            self.linear(&cross, &["key", "value"], &format!("{to}/attention/linear_1"));
            self.linear(&cross, &["out"], &format!("{to}/attention/linear_2"));
        }
        self.norm(&format!("{from}.mlp_ln"), &format!("{to}/ffn/layer_norm"));
        self.linear(&format!("{from}.mlp"), &["0"], &format!("{to}/ffn/linear_0"));
        self.linear(&format!("{from}.mlp"), &["2"], &format!("{to}/ffn/linear_1"));
    }

    fn norm(&mut self, from: &str, to: &str) {
        for (part, name) in [("weight", "gamma"), ("bias", "beta")] {
            let (numbers, _) = self.weights.tensor(&format!("{from}.{part}"));
            self.floats(&format!("{to}/{name}"), &[numbers.len()], &numbers);
        }
    }

    /// The matrices `parts` of `from` on top of each other. That of keys has no bias.
    fn linear(&mut self, from: &str, parts: &[&str], to: &str) {
        let (mut weight, mut bias, mut columns) = (Vec::new(), Vec::new(), 0);
        for part in parts {
            let (numbers, row) = self.weights.tensor(&format!("{from}.{part}.weight"));
            match *part {
                "key" => bias.resize(bias.len() + numbers.len() / row, 0.0),
                _ => bias.extend(self.weights.tensor(&format!("{from}.{part}.bias")).0),
            }
            weight.extend(numbers);
            columns = row;
        }
        self.matrix(to, &weight, columns);
        self.floats(&format!("{to}/bias"), &[bias.len()], &bias);
    }

    /// A matrix in 8 bits.
    fn matrix(&mut self, to: &str, numbers: &[f32], columns: usize) {
        let (mut rounded, mut scales) = (Vec::with_capacity(numbers.len()), Vec::new());
        for row in numbers.chunks_exact(columns) {
            let largest = row.iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
            let scale = if largest == 0.0 { 1.0 } else { LARGEST / largest };
            rounded.extend(row.iter().map(|n| (n * scale).round_ties_even() as i8 as u8));
            scales.push(scale);
        }
        self.array(&format!("{to}/weight"), &[scales.len(), columns], INT8, &rounded);
        self.floats(&format!("{to}/weight_scale"), &[scales.len()], &scales);
    }

    fn floats(&mut self, name: &str, shape: &[usize], numbers: &[f32]) {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.array(name, shape, FLOAT32, &bytes);
    }

    fn array(&mut self, name: &str, shape: &[usize], kind: u8, content: &[u8]) {
        put_name(&mut self.bytes, name);
        self.bytes.push(shape.len() as u8);
        self.bytes.extend(shape.iter().flat_map(|side| (*side as u32).to_le_bytes()));
        self.bytes.push(kind);
        self.bytes.extend((content.len() as u32).to_le_bytes());
        self.bytes.extend_from_slice(content);
        self.arrays += 1;
    }
}

/// A text with its length before it and a zero behind, which the length counts.
fn put_name(bytes: &mut Vec<u8>, name: &str) {
    bytes.extend((name.len() as u16 + 1).to_le_bytes());
    bytes.extend_from_slice(name.as_bytes());
    bytes.push(0);
}
