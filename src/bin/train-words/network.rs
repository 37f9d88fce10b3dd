//! The layers that are trained: forward and backward, in 32-bit floating point.
//!
//! The same arithmetic as `language::encoder`, whose layers these become. The pieces of all texts
//! of a batch lie one below the other in one matrix; only the attention and the head keep to the
//! bounds of a text. Derivatives are written out by hand, and a test compares them with
//! differences.

use std::ops::Range;

use evenkeel::exponential::exp;
use evenkeel::language::encoder::{HEAD, WIDTH, erf, gelu, softmax};

use super::chance::Chance;

/// Keeps a vector without any spread from being divided by zero.
const EPSILON: f32 = 1e-12;

/// Numbers that are learnt, with what the last batch says of them.
pub struct Learnt {
    pub values: Vec<f32>,
    pub slope: Vec<f32>,
    /// Running mean of the slope and of its square (AdamW).
    mean: Vec<f32>,
    square: Vec<f32>,
    decays: bool,
}

impl Learnt {
    fn new(values: Vec<f32>, decays: bool) -> Self {
        let zeros = vec![0.0; values.len()];
        Learnt { slope: zeros.clone(), mean: zeros.clone(), square: zeros, values, decays }
    }
}

/// AdamW (Loshchilov and Hutter, 2019).
pub struct Step {
    pub number: i32,
    pub rate: f32,
    pub decay: f32,
    /// What slopes are multiplied with first.
    pub clip: f32,
}

impl Step {
    const MEAN: f32 = 0.9;
    const SQUARE: f32 = 0.999;

    fn take(&self, learnt: &mut Learnt) {
        let mean_share = 1.0 - Step::MEAN.powi(self.number);
        let square_share = 1.0 - Step::SQUARE.powi(self.number);
        let decay = if learnt.decays { self.decay } else { 0.0 };
        let all = learnt.values.iter_mut().zip(&mut learnt.slope);
        for ((value, slope), (mean, square)) in
            all.zip(learnt.mean.iter_mut().zip(&mut learnt.square))
        {
            let s = *slope * self.clip;
            *slope = 0.0;
            *mean = Step::MEAN * *mean + (1.0 - Step::MEAN) * s;
            *square = Step::SQUARE * *square + (1.0 - Step::SQUARE) * s * s;
            let step = *mean / mean_share / ((*square / square_share).sqrt() + 1e-8);
            *value -= self.rate * (step + decay * *value);
        }
    }
}

/// `c (m × n) += a (m × k) · b (k × n)`, or `=` without `add`. Each matrix with its strides by
/// row and by column.
#[allow(clippy::too_many_arguments, reason = "the three sizes and matrices of every such call")]
fn multiply(
    (m, n, k): (usize, usize, usize),
    a: &[f32],
    (a_row, a_column): (usize, usize),
    b: &[f32],
    (b_row, b_column): (usize, usize),
    c: &mut [f32],
    c_row: usize,
    add: bool,
    factor: f32,
) {
    if m == 0 || n == 0 || k == 0 {
        return;
    }
    assert!((m - 1) * a_row + (k - 1) * a_column < a.len());
    assert!((k - 1) * b_row + (n - 1) * b_column < b.len());
    assert!((m - 1) * c_row + n <= c.len());
    // SAFETY: the furthest element of each matrix lies within its slice.
    unsafe {
        matrixmultiply::sgemm(
            m,
            k,
            n,
            factor,
            a.as_ptr(),
            a_row as isize,
            a_column as isize,
            b.as_ptr(),
            b_row as isize,
            b_column as isize,
            if add { 1.0 } else { 0.0 },
            c.as_mut_ptr(),
            c_row as isize,
            1,
        );
    }
}

/// A matrix with a bias.
pub struct Linear {
    pub weight: Learnt,
    pub bias: Learnt,
}

impl Linear {
    pub fn new(weight: Vec<f32>, bias: Vec<f32>) -> Self {
        Linear { weight: Learnt::new(weight, true), bias: Learnt::new(bias, false) }
    }

    fn sizes(&self) -> (usize, usize) {
        let outputs = self.bias.values.len();
        (outputs, self.weight.values.len() / outputs)
    }

    fn forward(&self, x: &[f32]) -> Vec<f32> {
        let (outputs, inputs) = self.sizes();
        let rows = x.len() / inputs;
        let mut y = self.bias.values.repeat(rows);
        let w = &self.weight.values;
        multiply(
            (rows, outputs, inputs),
            x,
            (inputs, 1),
            w,
            (1, inputs),
            &mut y,
            outputs,
            true,
            1.0,
        );
        y
    }

    fn backward(&mut self, x: &[f32], dy: &[f32]) -> Vec<f32> {
        let (outputs, inputs) = self.sizes();
        let rows = x.len() / inputs;
        let dw = &mut self.weight.slope;
        multiply((outputs, inputs, rows), dy, (1, outputs), x, (inputs, 1), dw, inputs, true, 1.0);
        for row in dy.chunks_exact(outputs) {
            add(&mut self.bias.slope, row);
        }
        let mut dx = vec![0.0; x.len()];
        let w = &self.weight.values;
        multiply(
            (rows, inputs, outputs),
            dy,
            (outputs, 1),
            w,
            (inputs, 1),
            &mut dx,
            inputs,
            false,
            1.0,
        );
        dx
    }
}

fn add(to: &mut [f32], what: &[f32]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += what);
}

/// Normalisation of each vector.
pub struct Norm {
    pub weight: Learnt,
    pub bias: Learnt,
}

/// What the normalisation made before scale and mean, and the inverse of the spread.
struct Normed {
    values: Vec<f32>,
    inverse: Vec<f32>,
}

impl Norm {
    pub fn new(weight: Vec<f32>, bias: Vec<f32>) -> Self {
        Norm { weight: Learnt::new(weight, false), bias: Learnt::new(bias, false) }
    }

    fn forward(&self, mut x: Vec<f32>) -> (Vec<f32>, Normed) {
        let mut inverse = Vec::with_capacity(x.len() / WIDTH);
        for row in x.chunks_exact_mut(WIDTH) {
            let mean = row.iter().sum::<f32>() / WIDTH as f32;
            row.iter_mut().for_each(|x| *x -= mean);
            let variance = row.iter().map(|x| x * x).sum::<f32>() / WIDTH as f32;
            let one = 1.0 / (variance + EPSILON).sqrt();
            row.iter_mut().for_each(|x| *x *= one);
            inverse.push(one);
        }
        let (weight, bias) = (&self.weight.values, &self.bias.values);
        let y = x
            .chunks_exact(WIDTH)
            .flat_map(|row| row.iter().zip(weight).zip(bias).map(|((x, w), b)| x * w + b))
            .collect();
        (y, Normed { values: x, inverse })
    }

    fn backward(&mut self, normed: &Normed, mut dy: Vec<f32>) -> Vec<f32> {
        let rows = dy.chunks_exact_mut(WIDTH).zip(normed.values.chunks_exact(WIDTH));
        for ((dy, x), inverse) in rows.zip(&normed.inverse) {
            add(&mut self.bias.slope, dy);
            let (mut sum, mut along) = (0.0, 0.0);
            for i in 0..WIDTH {
                self.weight.slope[i] += dy[i] * x[i];
                dy[i] *= self.weight.values[i];
                sum += dy[i];
                along += dy[i] * x[i];
            }
            let (mean, along) = (sum / WIDTH as f32, along / WIDTH as f32);
            for i in 0..WIDTH {
                dy[i] = (dy[i] - mean - x[i] * along) * inverse;
            }
        }
        dy
    }
}

/// One layer.
pub struct Layer {
    pub attention: Linear,
    pub attention_out: Linear,
    pub attention_norm: Norm,
    pub up: Linear,
    pub down: Linear,
    pub norm: Norm,
}

/// What backward needs of forward.
struct Trace {
    x: Vec<f32>,
    heads: Vec<f32>,
    /// The weights of each text's heads, one after the other.
    weights: Vec<f32>,
    seen: Vec<f32>,
    kept_attention: Vec<f32>,
    attention_normed: Normed,
    middle: Vec<f32>,
    inner: Vec<f32>,
    inner_gelu: Vec<f32>,
    kept: Vec<f32>,
    normed: Normed,
}

/// Leaves out a share of the numbers and scales the others up (Srivastava et al., 2014);
/// returns the factors.
fn drop_out(x: &mut [f32], share: f32, chance: &mut Chance) -> Vec<f32> {
    if share == 0.0 {
        return Vec::new();
    }
    let factor = 1.0 / (1.0 - share);
    let kept: Vec<f32> =
        x.iter().map(|_| if chance.unit() < share { 0.0 } else { factor }).collect();
    x.iter_mut().zip(&kept).for_each(|(x, kept)| *x *= kept);
    kept
}

fn through(kept: &[f32], slope: &[f32]) -> Vec<f32> {
    match kept.is_empty() {
        true => slope.to_vec(),
        false => slope.iter().zip(kept).map(|(s, kept)| s * kept).collect(),
    }
}

impl Layer {
    fn forward(
        &self,
        x: Vec<f32>,
        texts: &[Range<usize>],
        drop: f32,
        chance: &mut Chance,
    ) -> (Vec<f32>, Trace) {
        let heads = self.attention.forward(&x);
        let mut seen = vec![0.0; x.len()];
        let mut weights = Vec::new();
        for text in texts {
            attend(&heads, text, &mut seen, &mut weights);
        }
        let mut step = self.attention_out.forward(&seen);
        let kept_attention = drop_out(&mut step, drop, chance);
        add(&mut step, &x);
        let (middle, attention_normed) = self.attention_norm.forward(step);
        let inner = self.up.forward(&middle);
        let inner_gelu: Vec<f32> = inner.iter().map(|x| gelu(*x)).collect();
        let mut step = self.down.forward(&inner_gelu);
        let kept = drop_out(&mut step, drop, chance);
        add(&mut step, &middle);
        let (y, normed) = self.norm.forward(step);
        let trace = Trace {
            x,
            heads,
            weights,
            seen,
            kept_attention,
            attention_normed,
            middle,
            inner,
            inner_gelu,
            kept,
            normed,
        };
        (y, trace)
    }

    fn backward(&mut self, trace: &Trace, dy: Vec<f32>, texts: &[Range<usize>]) -> Vec<f32> {
        let d_sum = self.norm.backward(&trace.normed, dy);
        let mut d_inner = self.down.backward(&trace.inner_gelu, &through(&trace.kept, &d_sum));
        for (d, x) in d_inner.iter_mut().zip(&trace.inner) {
            let below = 0.5 * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2));
            let density = 0.398_942_3 * exp(-0.5 * x * x);
            *d *= below + x * density;
        }
        let mut d_middle = self.up.backward(&trace.middle, &d_inner);
        add(&mut d_middle, &d_sum);
        let d_sum = self.attention_norm.backward(&trace.attention_normed, d_middle);
        let d_seen =
            self.attention_out.backward(&trace.seen, &through(&trace.kept_attention, &d_sum));
        let mut d_heads = vec![0.0; trace.heads.len()];
        let mut at = 0;
        for text in texts {
            attend_backward(&trace.heads, text, &trace.weights, &mut at, &d_seen, &mut d_heads);
        }
        let mut dx = self.attention.backward(&trace.x, &d_heads);
        add(&mut dx, &d_sum);
        dx
    }

    fn learnt(&mut self) -> [&mut Learnt; 12] {
        let Layer { attention, attention_out, attention_norm, up, down, norm } = self;
        [
            &mut attention.weight,
            &mut attention.bias,
            &mut attention_out.weight,
            &mut attention_out.bias,
            &mut attention_norm.weight,
            &mut attention_norm.bias,
            &mut up.weight,
            &mut up.bias,
            &mut down.weight,
            &mut down.bias,
            &mut norm.weight,
            &mut norm.bias,
        ]
    }
}

/// A query, key or value in `heads`: where its numbers begin.
fn part(piece: usize, which: usize, head: usize) -> usize {
    piece * 3 * WIDTH + which * WIDTH + head
}

fn attend(heads: &[f32], text: &Range<usize>, seen: &mut [f32], weights: &mut Vec<f32>) {
    let n = text.len();
    let scale = 1.0 / (HEAD as f32).sqrt();
    let row = 3 * WIDTH;
    for head in (0..WIDTH).step_by(HEAD) {
        let at = weights.len();
        weights.resize(at + n * n, 0.0);
        let scores = &mut weights[at..];
        let (query, key) =
            (&heads[part(text.start, 0, head)..], &heads[part(text.start, 1, head)..]);
        multiply((n, n, HEAD), query, (row, 1), key, (1, row), scores, n, false, scale);
        scores.chunks_exact_mut(n).for_each(softmax);
        let value = &heads[part(text.start, 2, head)..];
        let out = &mut seen[text.start * WIDTH + head..];
        multiply((n, HEAD, n), scores, (n, 1), value, (row, 1), out, WIDTH, false, 1.0);
    }
}

fn attend_backward(
    heads: &[f32],
    text: &Range<usize>,
    weights: &[f32],
    at: &mut usize,
    d_seen: &[f32],
    d_heads: &mut [f32],
) {
    let n = text.len();
    let scale = 1.0 / (HEAD as f32).sqrt();
    let row = 3 * WIDTH;
    for head in (0..WIDTH).step_by(HEAD) {
        let weights = &weights[*at..*at + n * n];
        *at += n * n;
        let d_out = &d_seen[text.start * WIDTH + head..];
        let place = |which| part(text.start, which, head);
        let d_value = &mut d_heads[place(2)..];
        multiply((n, HEAD, n), weights, (1, n), d_out, (WIDTH, 1), d_value, row, false, 1.0);
        let mut d_scores = vec![0.0; n * n];
        let value = &heads[place(2)..];
        multiply((n, n, HEAD), d_out, (WIDTH, 1), value, (1, row), &mut d_scores, n, false, 1.0);
        for (d, w) in d_scores.chunks_exact_mut(n).zip(weights.chunks_exact(n)) {
            let along: f32 = d.iter().zip(w).map(|(d, w)| d * w).sum();
            d.iter_mut().zip(w).for_each(|(d, w)| *d = w * (*d - along));
        }
        let d_query = &mut d_heads[place(0)..];
        multiply(
            (n, HEAD, n),
            &d_scores,
            (n, 1),
            &heads[place(1)..],
            (row, 1),
            d_query,
            row,
            false,
            scale,
        );
        let d_key = &mut d_heads[place(1)..];
        multiply(
            (n, HEAD, n),
            &d_scores,
            (1, n),
            &heads[place(0)..],
            (row, 1),
            d_key,
            row,
            false,
            scale,
        );
    }
}

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
