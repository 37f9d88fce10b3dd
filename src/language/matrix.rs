//! Matrices of 8-bit weights, multiplied in whole numbers.
//!
//! Each row of weights has a scale, and so has each vector it meets; vectors are rounded to 14
//! bits, finely enough that what is lost lies in the weights alone. Sums of whole numbers don't
//! depend on their order, so the result is the same on every processor, however wide its
//! instructions are.

/// What the largest weight of a row becomes.
const WEIGHT: f32 = 127.0;
/// What the largest number of a vector becomes. `WEIGHT` · `VECTOR` · [`LONGEST`] fits 32 bits.
const VECTOR: f32 = 8191.0;
/// Longest row.
pub const LONGEST: usize = 2048;

/// A matrix and what is added after it.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    columns: usize,
    weights: Vec<i8>,
    scale: Vec<f32>,
    bias: Vec<f32>,
}

/// Vectors, rounded.
#[derive(Default)]
pub struct Rounded {
    columns: usize,
    values: Vec<i16>,
    scale: Vec<f32>,
}

/// Rounds each row of `values` to 8 bits: the weights, and the scale of each row.
pub fn round_rows(values: &[f32], columns: usize) -> (Vec<i8>, Vec<f32>) {
    let (mut weights, mut scales) = (Vec::with_capacity(values.len()), Vec::new());
    for row in values.chunks_exact(columns) {
        let largest = row.iter().fold(0.0, |largest: f32, w| largest.max(w.abs()));
        let scale = if largest > 0.0 { largest / WEIGHT } else { 1.0 };
        weights.extend(row.iter().map(|w| (w / scale).round() as i8));
        scales.push(scale);
    }
    (weights, scales)
}

impl Rounded {
    /// Rounds each `columns` numbers of `values`, in place of what was here.
    pub fn set(&mut self, values: &[f32], columns: usize) {
        self.columns = columns;
        self.values.clear();
        self.scale.clear();
        for row in values.chunks_exact(columns) {
            let mut lanes = [0.0f32; 8];
            for eight in row.chunks_exact(8) {
                for (lane, x) in lanes.iter_mut().zip(eight) {
                    *lane = lane.max(x.abs());
                }
            }
            let rest = row.chunks_exact(8).remainder();
            let largest = lanes.iter().chain(rest).fold(0.0, |a: f32, x| a.max(x.abs()));
            let scale = if largest > 0.0 { largest / VECTOR } else { 1.0 };
            let inverse = 1.0 / scale;
            // Adding and taking away 1.5 · 2^23 rounds, and vectorises.
            const ROUND: f32 = 12_582_912.0;
            self.values.extend(row.iter().map(|x| ((x * inverse + ROUND) - ROUND) as i32 as i16));
            self.scale.push(scale);
        }
    }
}

impl Matrix {
    /// From weights in rows of `columns`, a scale and a bias for each row. `None` when the lengths
    /// don't fit.
    pub fn new(
        columns: usize,
        weights: Vec<i8>,
        scale: Vec<f32>,
        bias: Vec<f32>,
    ) -> Option<Matrix> {
        let fits = columns <= LONGEST
            && scale.len() == bias.len()
            && weights.len() == columns * scale.len();
        fits.then_some(Matrix { columns, weights, scale, bias })
    }

    /// How many numbers come out.
    pub fn rows(&self) -> usize {
        self.bias.len()
    }

    /// How many numbers go in.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// `output = matrix · input + bias` for each of the input's vectors; `output` holds as many
    /// vectors of [`Matrix::rows`] numbers.
    pub fn apply(&self, input: &Rounded, output: &mut [f32]) {
        assert_eq!(self.columns, input.columns);
        assert_eq!(output.len(), input.scale.len() * self.rows());
        #[cfg(target_arch = "x86_64")]
        if self.rows().is_multiple_of(2)
            && self.columns.is_multiple_of(wide::AT_ONCE)
            && std::arch::is_x86_feature_detected!("avx2")
        {
            // SAFETY: the processor has just been asked for it.
            unsafe { self.apply_wide(input, output) };
            return;
        }
        self.apply_any(input, output);
    }

    fn apply_any(&self, input: &Rounded, output: &mut [f32]) {
        for (row, weights) in self.weights.chunks_exact(self.columns).enumerate() {
            for (vector, values) in input.values.chunks_exact(self.columns).enumerate() {
                self.put(row, vector, dot(weights, values), input, output);
            }
        }
    }

    /// Two rows of weights against four vectors at a time, so that what is loaded is used often.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn apply_wide(&self, input: &Rounded, output: &mut [f32]) {
        let vectors = input.scale.len();
        for pair in 0..self.rows() / 2 {
            for first in (0..vectors / 4).map(|four| 4 * four) {
                self.block::<4>(pair, first, input, output);
            }
            let first = vectors / 4 * 4;
            match vectors % 4 {
                1 => self.block::<1>(pair, first, input, output),
                2 => self.block::<2>(pair, first, input, output),
                3 => self.block::<3>(pair, first, input, output),
                _ => {}
            }
        }
    }

    /// A pair of rows against the `N` vectors from `first` on.
    #[cfg(target_arch = "x86_64")]
    #[inline]
    #[target_feature(enable = "avx2")]
    fn block<const N: usize>(
        &self,
        pair: usize,
        first: usize,
        input: &Rounded,
        output: &mut [f32],
    ) {
        let (upper, lower) =
            self.weights[2 * pair * self.columns..][..2 * self.columns].split_at(self.columns);
        let values = &input.values[first * self.columns..][..N * self.columns];
        let sums = wide::dots::<N>([upper, lower], values);
        for (row, sums) in (2 * pair..).zip(sums) {
            for (vector, sum) in (first..).zip(sums) {
                self.put(row, vector, sum, input, output);
            }
        }
    }

    /// Writes the number of a row and a vector, whose products have this sum.
    #[inline(always)]
    fn put(&self, row: usize, vector: usize, sum: i32, input: &Rounded, output: &mut [f32]) {
        output[vector * self.rows() + row] =
            sum as f32 * (self.scale[row] * input.scale[vector]) + self.bias[row];
    }
}

/// The sum of the products: at most [`LONGEST`] of them, which 32 bits hold.
#[inline(always)]
fn dot(weights: &[i8], values: &[i16]) -> i32 {
    weights.iter().zip(values).map(|(w, x)| i32::from(*w) * i32::from(*x)).sum()
}

/// The same with AVX2.
#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::x86_64::*;

    /// Products made by one instruction.
    pub const AT_ONCE: usize = 16;

    /// The sums of the products of two rows of weights with `N` vectors that lie one behind the
    /// other.
    #[allow(clippy::needless_range_loop, reason = "both sums of a vector are taken at once")]
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn dots<const N: usize>(weights: [&[i8]; 2], values: &[i16]) -> [[i32; N]; 2] {
        let columns = weights[0].len();
        assert!(weights[1].len() == columns && values.len() == N * columns);
        let mut sums = [[_mm256_setzero_si256(); N]; 2];
        for at in (0..columns / AT_ONCE).map(|block| block * AT_ONCE) {
            // SAFETY: 16 bytes from `at` on lie within each row.
            let (upper, lower) = unsafe {
                let upper = _mm_loadu_si128(weights[0].as_ptr().add(at).cast());
                let lower = _mm_loadu_si128(weights[1].as_ptr().add(at).cast());
                (_mm256_cvtepi8_epi16(upper), _mm256_cvtepi8_epi16(lower))
            };
            for vector in 0..N {
                // SAFETY: 16 numbers from `at` on lie within the vector.
                let x = unsafe {
                    _mm256_loadu_si256(values.as_ptr().add(vector * columns + at).cast())
                };
                sums[0][vector] = _mm256_add_epi32(sums[0][vector], _mm256_madd_epi16(upper, x));
                sums[1][vector] = _mm256_add_epi32(sums[1][vector], _mm256_madd_epi16(lower, x));
            }
        }
        let mut totals = [[0; N]; 2];
        for (totals, sums) in totals.iter_mut().zip(sums) {
            for (sum_of, sum) in totals.iter_mut().zip(sums) {
                *sum_of = total(sum);
            }
        }
        totals
    }

    /// The sum of the eight lanes.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn total(lanes: __m256i) -> i32 {
        let four =
            _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256::<1>(lanes));
        let two = _mm_add_epi32(four, _mm_shuffle_epi32::<0b01_00_11_10>(four));
        _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32::<0b00_00_00_01>(two)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_multiplies() {
        // Rows (1, 2, 3) and (-4, 0, 4), bias (10, 20); vectors (1, 1, 1) and (2, 0, -1).
        let (weights, scale) = round_rows(&[1.0, 2.0, 3.0, -4.0, 0.0, 4.0], 3);
        assert_eq!(weights, [42, 85, 127, -127, 0, 127]);
        let matrix = Matrix::new(3, weights, scale, vec![10.0, 20.0]).unwrap();
        let mut input = Rounded::default();
        input.set(&[1.0, 1.0, 1.0, 2.0, 0.0, -1.0], 3);
        let mut output = [0.0; 4];
        matrix.apply(&input, &mut output);
        for (found, expected) in output.iter().zip([16.0, 20.0, 9.0, 8.0]) {
            assert!((found - expected).abs() < 0.03, "{output:?}");
        }
    }

    #[test]
    fn the_largest_sum_fits() {
        let (weights, scale) = round_rows(&[1.0; LONGEST], LONGEST);
        let matrix = Matrix::new(LONGEST, weights, scale, vec![0.0]).unwrap();
        let mut input = Rounded::default();
        input.set(&[-3.0; LONGEST], LONGEST);
        let mut output = [0.0];
        matrix.apply(&input, &mut output);
        assert!((output[0] + 3.0 * LONGEST as f32).abs() < 0.5, "{output:?}");
    }

    #[test]
    fn wide_instructions_change_no_bit() {
        let values: Vec<f32> = (0..64 * 384).map(|i| ((i * 37 % 1001) as f32).sin()).collect();
        let (weights, scale) = round_rows(&values, 384);
        let matrix = Matrix::new(384, weights, scale, vec![0.5; 64]).unwrap();
        let mut input = Rounded::default();
        for vectors in 1..=7 {
            input.set(&values[..vectors * 384], 384);
            let (mut wide, mut plain) = (vec![0.0; vectors * 64], vec![0.0; vectors * 64]);
            matrix.apply(&input, &mut wide);
            matrix.apply_any(&input, &mut plain);
            assert_ne!(plain[vectors * 64 - 1], 0.5);
            assert_eq!(wide, plain);
        }
    }

    #[test]
    fn zeros_stay_zeros() {
        let (weights, scale) = round_rows(&[0.0; 8], 8);
        let matrix = Matrix::new(8, weights, scale, vec![1.5]).unwrap();
        let mut input = Rounded::default();
        input.set(&[0.0; 8], 8);
        let mut output = [0.0];
        matrix.apply(&input, &mut output);
        assert_eq!(output, [1.5]);
    }
}
