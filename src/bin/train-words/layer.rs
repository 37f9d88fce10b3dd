//! One layer of the network: attention and the step after it, forward and backward.
//!
//! The pieces of all texts of a batch lie one below the other in one matrix; only the attention keeps
//! to the bounds of a text.

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

/// Where the pieces of a text lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// The first.
    pub start: usize,
    /// How many it has, and so many come out.
    pub own: usize,
    /// With those behind them that they look at, and of which nothing comes out.
    pub all: usize,
}

impl Text {
    /// One below the other: texts of so many pieces, and so many beside each.
    pub fn below(sizes: impl Iterator<Item = (usize, usize)>) -> Vec<Text> {
        let texts = sizes.scan(0, |end, (own, beside)| {
            let start = *end;
            *end += own + beside;
            Some(Text { start, own, all: own + beside })
        });
        texts.collect()
    }

    /// Where its own pieces lie among those that come out, if so many came out before.
    fn out(self, before: usize) -> Text {
        Text { start: before, own: self.own, all: self.own }
    }

    /// Their numbers.
    pub fn numbers(self) -> std::ops::Range<usize> {
        self.start * WIDTH..(self.start + self.own) * WIDTH
    }
}

/// Each text with where it lies among what comes out.
fn with_out(texts: &[Text]) -> impl Iterator<Item = (Text, Text)> {
    texts.iter().scan(0, |before, text| {
        let out = text.out(*before);
        *before += text.own;
        Some((*text, out))
    })
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
    /// What comes out of the texts' own pieces, one below the other.
    pub fn forward(
        &self,
        x: Vec<f32>,
        texts: &[Text],
        drop: f32,
        chance: &mut Chance,
    ) -> (Vec<f32>, Trace) {
        let heads = self.attention.forward(&x);
        let own: Vec<f32> = texts.iter().flat_map(|text| &x[text.numbers()]).copied().collect();
        let mut seen = vec![0.0; own.len()];
        let mut weights = Vec::new();
        for (text, out) in with_out(texts) {
            attend(&heads, text, &mut seen[out.numbers()], &mut weights);
        }
        let mut step = self.attention_out.forward(&seen);
        let kept_attention = drop_out(&mut step, drop, chance);
        add(&mut step, &own);
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

    /// The slope by all that went in.
    pub fn backward(&mut self, trace: &Trace, dy: Vec<f32>, texts: &[Text]) -> Vec<f32> {
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
        for (text, out) in with_out(texts) {
            let d_seen = &d_seen[out.numbers()];
            attend_backward(&trace.heads, text, &trace.weights, &mut at, d_seen, &mut d_heads);
        }
        let mut dx = self.attention.backward(&trace.x, &d_heads);
        for (text, out) in with_out(texts) {
            add(&mut dx[text.numbers()], &d_sum[out.numbers()]);
        }
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

fn attend(heads: &[f32], text: Text, seen: &mut [f32], weights: &mut Vec<f32>) {
    let (own, all) = (text.own, text.all);
    let scale = 1.0 / (HEAD as f32).sqrt();
    let row = 3 * WIDTH;
    for head in (0..WIDTH).step_by(HEAD) {
        let at = weights.len();
        weights.resize(at + own * all, 0.0);
        let scores = &mut weights[at..];
        let (query, key) =
            (&heads[part(text.start, 0, head)..], &heads[part(text.start, 1, head)..]);
        multiply((own, all, HEAD), query, (row, 1), key, (1, row), scores, all, false, scale);
        scores.chunks_exact_mut(all).for_each(softmax);
        let value = &heads[part(text.start, 2, head)..];
        let out = &mut seen[head..];
        multiply((own, HEAD, all), scores, (all, 1), value, (row, 1), out, WIDTH, false, 1.0);
    }
}

fn attend_backward(
    heads: &[f32],
    text: Text,
    weights: &[f32],
    at: &mut usize,
    d_seen: &[f32],
    d_heads: &mut [f32],
) {
    let (own, all) = (text.own, text.all);
    let scale = 1.0 / (HEAD as f32).sqrt();
    let row = 3 * WIDTH;
    for head in (0..WIDTH).step_by(HEAD) {
        let weights = &weights[*at..*at + own * all];
        *at += own * all;
        let d_out = &d_seen[head..];
        let place = |which| part(text.start, which, head);
        let d_value = &mut d_heads[place(2)..];
        multiply((all, HEAD, own), weights, (1, all), d_out, (WIDTH, 1), d_value, row, false, 1.0);
        let mut d_scores = vec![0.0; own * all];
        let value = &heads[place(2)..];
        let size = (own, all, HEAD);
        multiply(size, d_out, (WIDTH, 1), value, (1, row), &mut d_scores, all, false, 1.0);
        for (d, w) in d_scores.chunks_exact_mut(all).zip(weights.chunks_exact(all)) {
            let along: f32 = d.iter().zip(w).map(|(d, w)| d * w).sum();
            d.iter_mut().zip(w).for_each(|(d, w)| *d = w * (*d - along));
        }
        let d_query = &mut d_heads[place(0)..];
        let key = &heads[place(1)..];
        let size = (own, HEAD, all);
        multiply(size, &d_scores, (all, 1), key, (row, 1), d_query, row, false, scale);
        let d_key = &mut d_heads[place(1)..];
        let query = &heads[place(0)..];
        let size = (all, HEAD, own);
        multiply(size, &d_scores, (1, all), query, (row, 1), d_key, row, false, scale);
    }
}
