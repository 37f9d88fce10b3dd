//! The layers of a small BERT: MiniLM-L6-H384 (Wang et al., 2020), in plain Rust.
//!
//! Each layer lets every piece look at all others (12 heads of 32 numbers), then changes each on
//! its own through 1536 numbers; after both the old vector is added and the sum normalised
//! (Vaswani et al., 2017, as in BERT). Multiplications are done by [`Matrix`]; what is left is
//! plain arithmetic without library functions, whose last bit may differ between systems.

use super::matrix::{Matrix, Rounded};
use crate::exponential::exp;

/// Numbers of a piece's vector.
pub const WIDTH: usize = 384;
/// Heads of the attention.
pub const HEADS: usize = 12;
/// Numbers of a head.
pub const HEAD: usize = WIDTH / HEADS;
/// Numbers between the two halves of a layer's second step.
pub const INNER: usize = 4 * WIDTH;
/// Keeps a vector without any spread from being divided by zero.
const EPSILON: f32 = 1e-12;

/// Brings a vector to mean 0 and spread 1, then to the scale and mean that were learnt.
#[derive(Clone, Debug, PartialEq)]
pub struct Norm {
    /// Scale of each number.
    pub weight: Vec<f32>,
    /// Mean of each number.
    pub bias: Vec<f32>,
}

impl Norm {
    /// Normalises each [`WIDTH`] numbers of `vectors`.
    #[inline(always)]
    pub fn apply(&self, vectors: &mut [f32]) {
        for vector in vectors.chunks_exact_mut(WIDTH) {
            let mean = sum(vector) / WIDTH as f32;
            vector.iter_mut().for_each(|x| *x -= mean);
            let variance = sum_of_products(vector, vector) / WIDTH as f32;
            let inverse = 1.0 / (variance + EPSILON).sqrt();
            for ((x, weight), bias) in vector.iter_mut().zip(&self.weight).zip(&self.bias) {
                *x = *x * inverse * weight + bias;
            }
        }
    }
}

/// One layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Query, key and value of each piece, one below the other: 3 · [`WIDTH`] rows.
    pub attention: Matrix,
    /// From what the heads saw back to a vector.
    pub attention_out: Matrix,
    /// After the attention.
    pub attention_norm: Norm,
    /// To [`INNER`] numbers.
    pub up: Matrix,
    /// And back.
    pub down: Matrix,
    /// After both.
    pub norm: Norm,
}

/// Room for a layer's work, kept between layers.
#[derive(Default)]
pub struct Scratch {
    rounded: Rounded,
    wide: Vec<f32>,
    seen: Vec<f32>,
    step: Vec<f32>,
    weights: Vec<f32>,
}

impl Layer {
    /// Passes the vectors of one text's pieces, [`WIDTH`] numbers each, through the layer.
    pub fn apply(&self, pieces: &mut [f32], scratch: &mut Scratch) {
        self.apply_beside(pieces, &[], scratch);
    }

    /// The same, where the pieces look at `others` as well, which stay as they are. With AVX2 where that is:
    /// the same operations, so the same result.
    pub fn apply_beside(&self, pieces: &mut [f32], others: &[f32], scratch: &mut Scratch) {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has just been asked for it.
            unsafe { self.apply_avx2(pieces, others, scratch) };
            return;
        }
        self.apply_any(pieces, others, scratch);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn apply_avx2(&self, pieces: &mut [f32], others: &[f32], scratch: &mut Scratch) {
        self.apply_any(pieces, others, scratch);
    }

    #[inline(always)]
    fn apply_any(&self, pieces: &mut [f32], others: &[f32], scratch: &mut Scratch) {
        let Scratch { rounded, wide, seen, step, weights } = scratch;
        let count = pieces.len() / WIDTH;
        let room = |buffer: &mut Vec<f32>, width: usize| {
            buffer.clear();
            buffer.resize(count * width, 0.0);
        };
        rounded.set(pieces, WIDTH);
        room(wide, 3 * WIDTH);
        self.attention.apply(rounded, wide);
        if !others.is_empty() {
            rounded.set(others, WIDTH);
            let own = wide.len();
            wide.resize(own + 3 * others.len(), 0.0);
            self.attention.apply(rounded, &mut wide[own..]);
        }
        room(seen, WIDTH);
        attend(wide, seen, weights);
        rounded.set(seen, WIDTH);
        room(step, WIDTH);
        self.attention_out.apply(rounded, step);
        add(pieces, step);
        self.attention_norm.apply(pieces);

        rounded.set(pieces, WIDTH);
        room(wide, INNER);
        self.up.apply(rounded, wide);
        wide.iter_mut().for_each(|x| *x = gelu(*x));
        rounded.set(wide, INNER);
        room(step, WIDTH);
        self.down.apply(rounded, step);
        add(pieces, step);
        self.norm.apply(pieces);
    }
}

/// What the first pieces, as many as `seen` has room for, see of the values of all: `heads` has query, key
/// and value of each.
#[inline(always)]
fn attend(heads: &[f32], seen: &mut [f32], weights: &mut Vec<f32>) {
    let scale = 1.0 / (HEAD as f32).sqrt();
    for head in (0..WIDTH).step_by(HEAD) {
        let part = |piece: &[f32], which: usize| -> [f32; HEAD] {
            let from = which * WIDTH + head;
            piece[from..from + HEAD].try_into().expect("a head's numbers")
        };
        for (piece, seen) in heads.chunks_exact(3 * WIDTH).zip(seen.chunks_exact_mut(WIDTH)) {
            let query = part(piece, 0);
            weights.clear();
            // A loop, since what a closure does can't be inlined into functions of the library that lack AVX2.
            for other in heads.chunks_exact(3 * WIDTH) {
                weights.push(sum_of_products(&query, &part(other, 1)) * scale);
            }
            softmax(weights);
            let mut sum = [0.0; HEAD];
            for (other, weight) in heads.chunks_exact(3 * WIDTH).zip(weights.iter()) {
                for (sum, value) in sum.iter_mut().zip(part(other, 2)) {
                    *sum += weight * value;
                }
            }
            seen[head..head + HEAD].copy_from_slice(&sum);
        }
    }
}

#[inline(always)]
fn add(to: &mut [f32], what: &[f32]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += what);
}

/// Sum in eight lanes, so that it vectorises in a fixed order.
#[inline(always)]
fn sum(values: &[f32]) -> f32 {
    let mut lanes = [0.0; 8];
    for eight in values.chunks_exact(8) {
        lanes.iter_mut().zip(eight).for_each(|(lane, x)| *lane += x);
    }
    lanes.iter().chain(values.chunks_exact(8).remainder()).sum()
}

/// Sum of products in eight lanes.
#[inline(always)]
pub fn sum_of_products(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0; 8];
    for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        lanes.iter_mut().zip(a.iter().zip(b)).for_each(|(lane, (a, b))| *lane += a * b);
    }
    let rest = a.chunks_exact(8).remainder().iter().zip(b.chunks_exact(8).remainder());
    lanes.iter().sum::<f32>() + rest.map(|(a, b)| a * b).sum::<f32>()
}

/// The sum of products of `row` with each of the `vectors`, which have as many numbers. With AVX2 where that is.
pub fn products(row: &[f32], vectors: &[f32]) -> Vec<f32> {
    #[inline(always)]
    fn all(row: &[f32], vectors: &[f32]) -> Vec<f32> {
        let mut sums = Vec::with_capacity(vectors.len() / row.len());
        // A loop, as in `attend`.
        for vector in vectors.chunks_exact(row.len()) {
            sums.push(sum_of_products(row, vector));
        }
        sums
    }
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[target_feature(enable = "avx2")]
        fn wide(row: &[f32], vectors: &[f32]) -> Vec<f32> {
            all(row, vectors)
        }
        // SAFETY: the processor has just been asked for it.
        return unsafe { wide(row, vectors) };
    }
    all(row, vectors)
}

/// Makes weights that sum to 1 of scores.
#[inline(always)]
pub fn softmax(scores: &mut [f32]) {
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    scores.iter_mut().for_each(|x| *x = exp(*x - largest));
    let total: f32 = scores.iter().sum();
    scores.iter_mut().for_each(|x| *x /= total);
}

/// `x` times the share of a normal distribution below it (Hendrycks and Gimpel, 2016).
#[inline(always)]
pub fn gelu(x: f32) -> f32 {
    x * 0.5 * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// The error function, within 5e-7: formula 7.1.26 of Abramowitz and Stegun (1964).
#[inline(always)]
pub fn erf(x: f32) -> f32 {
    let size = x.abs();
    let t = 1.0 / (1.0 + 0.327_591_1 * size);
    let mut series = 1.061_405_4;
    for term in [-1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6] {
        series = series * t + term;
    }
    (1.0 - series * t * exp(-size * size)).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::super::matrix::round_rows;
    use super::*;

    #[test]
    fn the_error_function_is_exact_enough() {
        // Values from Abramowitz and Stegun, table 7.1.
        for (x, expected) in [
            (0.0, 0.0),
            (0.1, 0.112_462_92),
            (0.5, 0.520_499_9),
            (1.0, 0.842_700_8),
            (2.0, 0.995_322_3),
        ] {
            assert!((erf(x) - expected).abs() < 1e-6, "erf({x})");
            assert!((erf(-x) + expected).abs() < 1e-6, "erf(-{x})");
        }
        assert_eq!(erf(30.0), 1.0);
        assert!((gelu(1.0) - 0.841_344_7).abs() < 1e-6);
    }

    #[test]
    fn wide_instructions_change_no_bit() {
        let numbers = |count: usize, step: f32| -> Vec<f32> {
            (0..count).map(|i| (i as f32 * step).sin()).collect()
        };
        let matrix = |rows: usize, columns: usize| {
            let (weights, scale) = round_rows(&numbers(rows * columns, 0.37), columns);
            Matrix::new(columns, &weights, scale, numbers(rows, 0.11)).unwrap()
        };
        let norm = Norm { weight: numbers(WIDTH, 0.7), bias: numbers(WIDTH, 0.3) };
        let layer = Layer {
            attention: matrix(3 * WIDTH, WIDTH),
            attention_out: matrix(WIDTH, WIDTH),
            attention_norm: norm.clone(),
            up: matrix(INNER, WIDTH),
            down: matrix(WIDTH, INNER),
            norm,
        };
        let (mut wide, others) = (numbers(5 * WIDTH, 0.05), numbers(3 * WIDTH, 0.09));
        let mut plain = wide.clone();
        layer.apply_beside(&mut wide, &others, &mut Scratch::default());
        layer.apply_any(&mut plain, &others, &mut Scratch::default());
        assert_eq!(wide, plain);
    }

    #[test]
    fn softmax_sums_to_one_whatever_the_size() {
        let mut scores = [1000.0, 1000.0 + 3.0f32.ln(), -1000.0];
        softmax(&mut scores);
        assert!((scores[0] - 0.25).abs() < 1e-4 && (scores[1] - 0.75).abs() < 1e-4, "{scores:?}");
        assert!(scores[2] < 1e-30);
    }

    #[test]
    fn a_norm_brings_to_mean_and_spread() {
        let norm = Norm { weight: vec![2.0; WIDTH], bias: vec![1.0; WIDTH] };
        let mut vector: Vec<f32> = (0..WIDTH).map(|i| if i % 2 == 0 { 5.0 } else { 9.0 }).collect();
        norm.apply(&mut vector);
        assert!((vector[0] + 1.0).abs() < 1e-5 && (vector[1] - 3.0).abs() < 1e-5);
        let mut flat = vec![7.0; WIDTH];
        norm.apply(&mut flat);
        assert_eq!(flat[0], 1.0);
    }

    #[test]
    fn a_piece_sees_what_its_query_asks_for() {
        // Two pieces; in every head the query of both meets the second key far better.
        let mut heads = vec![0.0; 2 * 3 * WIDTH];
        for head in 0..HEADS {
            for piece in 0..2 {
                heads[piece * 3 * WIDTH + head * HEAD] = 100.0;
                heads[piece * 3 * WIDTH + WIDTH + head * HEAD] = piece as f32 * 10.0;
                heads[piece * 3 * WIDTH + 2 * WIDTH + head * HEAD] = 1.0 + piece as f32;
            }
        }
        let mut seen = vec![0.0; 2 * WIDTH];
        attend(&heads, &mut seen, &mut Vec::new());
        for piece in 0..2 {
            for head in 0..HEADS {
                assert!((seen[piece * WIDTH + head * HEAD] - 2.0).abs() < 1e-5);
                assert_eq!(seen[piece * WIDTH + head * HEAD + 1], 0.0);
            }
        }
    }
}
