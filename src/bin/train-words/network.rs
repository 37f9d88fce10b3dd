//! The layers that are trained with their head, in 32-bit floating point.
//!
//! The same arithmetic as `language::encoder`, whose layers these become.

use evenkeel::language::encoder::{WIDTH, softmax};

use super::chance::Chance;
use super::layer::{Layer, drop_out, through};
use super::linear::{Learnt, Step, add};

/// Votes of pieces for classes, weighted by what each counts.
pub struct Head {
    /// Rows: negative, neutral, positive, and how much a piece counts.
    pub weight: Learnt,
    pub bias: Learnt,
}

impl Head {
    pub fn new(chance: &mut Chance) -> Self {
        // Classes begin near nothing, the counts all equal.
        let weights =
            (0..4 * WIDTH).map(|i| if i < 3 * WIDTH { (chance.unit() - 0.5) * 0.04 } else { 0.0 });
        Head {
            weight: Learnt::new(weights.collect(), true),
            bias: Learnt::new(vec![0.0; 3], false),
        }
    }

    /// The loss of one text (its cross-entropy), its probabilities, and the slope by its vectors,
    /// which is added to `d_vectors`; slopes are multiplied with `factor`.
    fn learn(
        &mut self,
        vectors: &[f32],
        target: &[f32; 3],
        factor: f32,
        d_vectors: &mut [f32],
    ) -> (f32, [f32; 3]) {
        let n = vectors.len() / WIDTH;
        // The marks at both ends don't vote.
        let pieces = 1..n - 1;
        let weight = &self.weight.values;
        let row = |r: usize| &weight[r * WIDTH..(r + 1) * WIDTH];
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let mut counts: Vec<f32> =
            pieces.clone().map(|p| dot(&vectors[p * WIDTH..(p + 1) * WIDTH], row(3))).collect();
        softmax(&mut counts);
        let votes: Vec<[f32; 3]> = pieces
            .clone()
            .map(|p| [0, 1, 2].map(|c| dot(&vectors[p * WIDTH..(p + 1) * WIDTH], row(c))))
            .collect();
        let mut logits: [f32; 3] = std::array::from_fn(|c| {
            self.bias.values[c]
                + votes.iter().zip(&counts).map(|(v, count)| v[c] * count).sum::<f32>()
        });
        softmax(&mut logits);
        let probabilities = logits;
        let loss =
            -target.iter().zip(&probabilities).map(|(t, p)| t * p.max(1e-9).ln()).sum::<f32>();
        let d_logits: [f32; 3] = std::array::from_fn(|c| (probabilities[c] - target[c]) * factor);
        // What a piece's count changes, less what all change on average.
        let gains: Vec<f32> = votes.iter().map(|v| dot(v, &d_logits)).collect();
        let mean = dot(&gains, &counts);
        add(&mut self.bias.slope, &d_logits);
        for (i, p) in pieces.enumerate() {
            let vector = &vectors[p * WIDTH..(p + 1) * WIDTH];
            let d_vector = &mut d_vectors[p * WIDTH..(p + 1) * WIDTH];
            let by_row = [d_logits[0], d_logits[1], d_logits[2], gains[i] - mean];
            for (r, d) in by_row.iter().enumerate() {
                let d = d * counts[i];
                for j in 0..WIDTH {
                    self.weight.slope[r * WIDTH + j] += d * vector[j];
                    d_vector[j] += d * self.weight.values[r * WIDTH + j];
                }
            }
        }
        (loss, probabilities)
    }
}

/// The layers that are trained, and their head.
pub struct Network {
    pub layers: Vec<Layer>,
    pub head: Head,
}

/// A text to learn from.
pub struct Sample<'a> {
    /// The vectors of its pieces.
    pub vectors: &'a [f32],
    /// Probabilities of negative, neutral, positive.
    pub target: [f32; 3],
    /// How much it counts.
    pub weight: f32,
}

impl Network {
    /// The mean loss over a batch; its slopes are added to those of all that is learnt.
    pub fn learn(&mut self, batch: &[Sample<'_>], drop: f32, chance: &mut Chance) -> f32 {
        let mut texts = Vec::new();
        let mut x = Vec::new();
        for sample in batch {
            texts.push(x.len() / WIDTH..(x.len() + sample.vectors.len()) / WIDTH);
            x.extend_from_slice(sample.vectors);
        }
        let mut traces = Vec::new();
        for layer in &self.layers {
            let (y, trace) = layer.forward(x, &texts, drop, chance);
            x = y;
            traces.push(trace);
        }
        let kept = drop_out(&mut x, drop, chance);
        let mut dx = vec![0.0; x.len()];
        let mut loss = 0.0;
        let total: f32 = batch.iter().map(|sample| sample.weight).sum();
        for (sample, text) in batch.iter().zip(&texts) {
            let numbers = text.start * WIDTH..text.end * WIDTH;
            let factor = sample.weight / total;
            let (one, _) =
                self.head.learn(&x[numbers.clone()], &sample.target, factor, &mut dx[numbers]);
            loss += one * factor;
        }
        dx = through(&kept, &dx);
        for (layer, trace) in self.layers.iter_mut().zip(&traces).rev() {
            dx = layer.backward(trace, dx, &texts);
        }
        loss
    }

    fn learnt(&mut self) -> Vec<&mut Learnt> {
        let head = [&mut self.head.weight, &mut self.head.bias];
        head.into_iter().chain(self.layers.iter_mut().flat_map(Layer::learnt)).collect()
    }

    /// Goes a step against the slopes, the head `head_rate` times as far; clips slopes whose
    /// length is above 1.
    pub fn step(&mut self, mut step: Step, head_rate: f32) {
        let length = self
            .learnt()
            .iter()
            .map(|learnt| learnt.slope.iter().map(|s| f64::from(s * s)).sum::<f64>())
            .sum::<f64>()
            .sqrt();
        step.clip = (1.0 / length.max(1.0)) as f32;
        let rate = step.rate;
        for (i, learnt) in self.learnt().into_iter().enumerate() {
            step.rate = if i < 2 { rate * head_rate } else { rate };
            step.take(learnt);
        }
    }
}

#[cfg(test)]
mod tests {
    use evenkeel::language::encoder::INNER;

    use super::*;
    use crate::linear::{Linear, Norm};

    fn random(count: usize, size: f32, chance: &mut Chance) -> Vec<f32> {
        (0..count).map(|_| (chance.unit() - 0.5) * size).collect()
    }

    fn network(chance: &mut Chance) -> Network {
        let mut linear = |outputs: usize, inputs: usize| {
            Linear::new(random(outputs * inputs, 0.2, chance), random(outputs, 0.2, chance))
        };
        let norm = || Norm::new(vec![1.0; WIDTH], vec![0.1; WIDTH]);
        let layer = Layer {
            attention: linear(3 * WIDTH, WIDTH),
            attention_out: linear(WIDTH, WIDTH),
            attention_norm: norm(),
            up: linear(INNER, WIDTH),
            down: linear(WIDTH, INNER),
            norm: norm(),
        };
        let mut head = Head::new(chance);
        head.weight.values = random(4 * WIDTH, 0.3, chance);
        Network { layers: vec![layer], head }
    }

    /// Slopes against what a small change of a number does to the loss, for one number of each
    /// kind.
    #[test]
    fn slopes_are_differences() {
        let mut chance = Chance::new(1);
        let mut network = network(&mut chance);
        let texts = [random(5 * WIDTH, 2.0, &mut chance), random(3 * WIDTH, 2.0, &mut chance)];
        let batch: Vec<Sample<'_>> = texts
            .iter()
            .zip([[1.0, 0.0, 0.0], [0.2, 0.3, 0.5]])
            .map(|(vectors, target)| Sample { vectors, target, weight: 1.0 })
            .collect();
        network.learn(&batch, 0.0, &mut chance);
        let slopes: Vec<Vec<f32>> =
            network.learnt().iter().map(|learnt| learnt.slope.clone()).collect();
        for (kind, slopes) in slopes.iter().enumerate() {
            // The steepest, where rounding hides least.
            let at = (0..slopes.len())
                .max_by(|&a, &b| slopes[a].abs().total_cmp(&slopes[b].abs()))
                .unwrap();
            let mut loss_at = |by: f32| {
                network.learnt()[kind].values[at] += by;
                let loss = network.learn(&batch, 0.0, &mut Chance::new(0));
                network.learnt()[kind].values[at] -= by;
                f64::from(loss)
            };
            let by = 1e-2;
            let difference = (loss_at(by) - loss_at(-by)) / (2.0 * f64::from(by));
            let slope = f64::from(slopes[at]);
            assert!(
                (difference - slope).abs() < 2e-4 + 0.03 * slope.abs(),
                "kind {kind}: slope {slope}, difference {difference}"
            );
        }
    }

    #[test]
    fn a_batch_is_learnt() {
        let mut chance = Chance::new(2);
        let mut network = network(&mut chance);
        let texts: Vec<Vec<f32>> = (0..6).map(|_| random(4 * WIDTH, 2.0, &mut chance)).collect();
        let mut losses = Vec::new();
        for number in 1..=30 {
            let batch: Vec<Sample<'_>> = texts
                .iter()
                .enumerate()
                .map(|(i, vectors)| {
                    let mut target = [0.0; 3];
                    target[i % 3] = 1.0;
                    Sample { vectors, target, weight: 1.0 }
                })
                .collect();
            losses.push(network.learn(&batch, 0.0, &mut chance));
            network.step(Step { number, rate: 1e-3, decay: 0.0, clip: 1.0 }, 1.0);
        }
        assert!(losses[29] < 0.1 * losses[0], "{losses:?}");
    }
}
