//! One layer of the network: attention and the step after it, forward and backward.
//!
//! The pieces of all texts of a batch lie one below the other in one matrix; only the attention keeps
//! to the bounds of a text.

use std::ops::Range;

use evenkeel::exponential::exp;
use evenkeel::language::encoder::{HEAD, WIDTH, erf, gelu, softmax};

use super::chance::Chance;
use super::linear::{Learnt, Linear, Norm, Normed, add, multiply};

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
pub struct Trace {
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
pub fn drop_out(x: &mut [f32], share: f32, chance: &mut Chance) -> Vec<f32> {
    if share == 0.0 {
        return Vec::new();
    }
    let factor = 1.0 / (1.0 - share);
    let kept: Vec<f32> =
        x.iter().map(|_| if chance.unit() < share { 0.0 } else { factor }).collect();
    x.iter_mut().zip(&kept).for_each(|(x, kept)| *x *= kept);
    kept
}

pub fn through(kept: &[f32], slope: &[f32]) -> Vec<f32> {
    match kept.is_empty() {
        true => slope.to_vec(),
        false => slope.iter().zip(kept).map(|(s, kept)| s * kept).collect(),
    }
}

impl Layer {
    pub fn forward(
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

    pub fn backward(&mut self, trace: &Trace, dy: Vec<f32>, texts: &[Range<usize>]) -> Vec<f32> {
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

    pub fn learnt(&mut self) -> [&mut Learnt; 12] {
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
