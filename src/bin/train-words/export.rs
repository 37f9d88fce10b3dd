//! Models' files as `language` reads them.

use evenkeel::language::encoder::{INNER, WIDTH};
use evenkeel::language::matrix::round_rows;
use safetensors::Dtype;
use safetensors::tensor::TensorView;

use super::base::{Base, LAYERS};
use super::layer::Layer;
use super::linear::{Learnt, Linear, Norm};
use super::network::Network;

/// The parts of a layer that are matrices, with how many numbers go in, and those that are norms.
const MATRICES: [(&str, usize); 4] =
    [("attention", WIDTH), ("attention_out", WIDTH), ("up", WIDTH), ("down", INNER)];
const NORMS: [&str; 2] = ["attention_norm", "norm"];

/// A file that is being written.
#[derive(Default)]
pub struct File {
    tensors: Vec<(String, Dtype, usize, Vec<u8>)>,
}

impl File {
    pub fn numbers(&mut self, name: String, numbers: &[f32]) {
        let bytes = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.tensors.push((name, Dtype::F32, numbers.len(), bytes));
    }

    /// A matrix, of 8 bits with a scale for each row of so many columns.
    pub fn rounded(&mut self, name: &str, numbers: &[f32], columns: usize) {
        let (weights, scale) = round_rows(numbers, columns);
        let bytes: Vec<u8> = weights.iter().map(|w| w.cast_unsigned()).collect();
        self.tensors.push((format!("{name}.weight"), Dtype::I8, bytes.len(), bytes));
        self.numbers(format!("{name}.scale"), &scale);
    }

    fn layer(&mut self, name: &str, get: impl Fn(&str) -> Vec<f32>) {
        for (part, columns) in MATRICES {
            self.rounded(&format!("{name}.{part}"), &get(&format!("{part}.weight")), columns);
            self.numbers(format!("{name}.{part}.bias"), &get(&format!("{part}.bias")));
        }
        for part in NORMS {
            for half in ["weight", "bias"] {
                self.numbers(format!("{name}.{part}.{half}"), &get(&format!("{part}.{half}")));
            }
        }
    }

    /// Trained layers.
    pub fn layers(&mut self, name: &str, layers: &[Layer]) {
        for (i, layer) in layers.iter().enumerate() {
            self.layer(&format!("{name}.{i}"), |part| trained(layer, part));
        }
    }

    /// The layers and the head of a network.
    pub fn network(&mut self, name: &str, network: &Network) {
        self.layers(name, &network.layers);
        self.numbers(format!("{name}.head.weight"), &network.head.weight.values);
        self.numbers(format!("{name}.head.bias"), &network.head.bias.values);
    }

    pub fn bytes(&self) -> anyhow::Result<Vec<u8>> {
        let views = self.tensors.iter().map(|(name, dtype, count, bytes)| {
            Ok((name.as_str(), TensorView::new(*dtype, vec![*count], bytes)?))
        });
        Ok(safetensors::serialize(views.collect::<anyhow::Result<Vec<_>>>()?, None)?)
    }
}

/// The language model: the lower `shared` layers and the published ones above them from `base`, the trained
/// ones from `network`.
pub fn file(base: &Base, shared: usize, network: &Network) -> anyhow::Result<Vec<u8>> {
    let mut file = File::default();
    let vocabulary = base.vocabulary.as_bytes().to_vec();
    file.tensors.push(("vocabulary".into(), Dtype::U8, vocabulary.len(), vocabulary));
    file.rounded("words", &base.get("words"), WIDTH);
    file.numbers("positions".into(), &base.get("positions"));
    for half in ["weight", "bias"] {
        file.numbers(format!("words.norm.{half}"), &base.get(&format!("words.norm.{half}")));
    }
    for layer in 0..LAYERS {
        let name = match layer.checked_sub(shared) {
            None => format!("shared.{layer}"),
            Some(above) => format!("meaning.{above}"),
        };
        file.layer(&name, |part| base.get(&format!("{layer}.{part}")));
    }
    file.network("sentiment", network);
    file.bytes()
}

fn trained(layer: &Layer, part: &str) -> Vec<f32> {
    let (name, half) = part.split_once('.').expect("a part and a half");
    let pick = |weight: &Learnt, bias: &Learnt| match half {
        "weight" => weight.values.clone(),
        _ => bias.values.clone(),
    };
    let linear = |of: &Linear| pick(&of.weight, &of.bias);
    let norm = |of: &Norm| pick(&of.weight, &of.bias);
    match name {
        "attention" => linear(&layer.attention),
        "attention_out" => linear(&layer.attention_out),
        "attention_norm" => norm(&layer.attention_norm),
        "up" => linear(&layer.up),
        "down" => linear(&layer.down),
        "norm" => norm(&layer.norm),
        other => unreachable!("{other}"),
    }
}

/// A layer of `base` to begin the training from.
pub fn layer(base: &Base, number: usize) -> Layer {
    let get = |part: &str| base.get(&format!("{number}.{part}"));
    let linear =
        |part: &str| Linear::new(get(&format!("{part}.weight")), get(&format!("{part}.bias")));
    let norm = |part: &str| Norm::new(get(&format!("{part}.weight")), get(&format!("{part}.bias")));
    Layer {
        attention: linear("attention"),
        attention_out: linear("attention_out"),
        attention_norm: norm("attention_norm"),
        up: linear("up"),
        down: linear("down"),
        norm: norm("norm"),
    }
}
