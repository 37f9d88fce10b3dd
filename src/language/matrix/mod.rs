//! Matrices of 8-bit weights, multiplied in whole numbers.
//!
//! Each row of weights has a scale, and so has each vector it meets; vectors are rounded to 14
//! bits, finely enough that what is lost lies in the weights alone. Sums of whole numbers don't
//! depend on their order, so the result is the same on every processor, however wide its
//! instructions are: those of AVX2 (`avx2`) and AVX-512 with VNNI (`avx512`) are used where they are.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

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
        #[cfg(target_arch = "x86_64")]
        if avx2::is_there() {
            // SAFETY: the processor has just been asked for it.
            unsafe { self.set_avx2(values, columns) };
            return;
        }
        self.set_any(values, columns);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn set_avx2(&mut self, values: &[f32], columns: usize) {
        self.set_any(values, columns);
    }

    #[inline(always)]
    fn set_any(&mut self, values: &[f32], columns: usize) {
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
        {
            let fits = |rows: usize, columns: usize| {
                self.rows().is_multiple_of(rows) && self.columns.is_multiple_of(columns)
            };
            if fits(avx512::ROWS, avx512::COLUMNS) && avx512::is_there() {
                // SAFETY: the processor has just been asked for it.
                unsafe { self.apply_avx512(input, output) };
                return;
            }
            if fits(avx2::ROWS, avx2::COLUMNS) && avx2::is_there() {
                // SAFETY: the processor has just been asked for it.
                unsafe { self.apply_avx2(input, output) };
                return;
            }
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

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn apply_avx2(&self, input: &Rounded, output: &mut [f32]) {
        self.apply_blocks(
            input,
            output,
            |rows, values| avx2::dots::<4>(rows, values),
            |rows, values| avx2::dots::<1>(rows, values),
        );
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    fn apply_avx512(&self, input: &Rounded, output: &mut [f32]) {
        self.apply_blocks(
            input,
            output,
            |rows, values| avx512::dots::<4>(rows, values),
            |rows, values| avx512::dots::<1>(rows, values),
        );
    }

    /// `ROWS` rows of weights against four vectors at a time, so that what is loaded is used often, and against
    /// those that are left, one by one.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn apply_blocks<const ROWS: usize>(
        &self,
        input: &Rounded,
        output: &mut [f32],
        four: impl Fn([&[i8]; ROWS], &[i16]) -> [[i32; 4]; ROWS],
        one: impl Fn([&[i8]; ROWS], &[i16]) -> [[i32; 1]; ROWS],
    ) {
        let (columns, vectors) = (self.columns, input.scale.len());
        let fours = vectors / 4 * 4;
        for first_row in (0..self.rows()).step_by(ROWS) {
            let mut rows = [&self.weights[..0]; ROWS];
            for (at, row) in rows.iter_mut().enumerate() {
                *row = &self.weights[(first_row + at) * columns..][..columns];
            }
            for first in (0..fours).step_by(4) {
                let sums = four(rows, &input.values[first * columns..][..4 * columns]);
                self.put_all(first_row, first, &sums, input, output);
            }
            for first in fours..vectors {
                let sums = one(rows, &input.values[first * columns..][..columns]);
                self.put_all(first_row, first, &sums, input, output);
            }
        }
    }

    /// Writes the numbers of some rows and vectors.
    #[inline(always)]
    #[cfg(target_arch = "x86_64")]
    fn put_all<const N: usize>(
        &self,
        first_row: usize,
        first: usize,
        sums: &[[i32; N]],
        input: &Rounded,
        output: &mut [f32],
    ) {
        for (row, sums) in (first_row..).zip(sums) {
            for (vector, sum) in (first..).zip(sums) {
                self.put(row, vector, *sum, input, output);
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
        // With 62 rows only AVX2 fits, with 63 neither.
        for rows in [64, 62, 63] {
            let (weights, scale) = round_rows(&values[..rows * 384], 384);
            let matrix = Matrix::new(384, weights, scale, vec![0.5; rows]).unwrap();
            let mut input = Rounded::default();
            for vectors in 1..=7 {
                input.set(&values[..vectors * 384], 384);
                let mut plain = Rounded::default();
                plain.set_any(&values[..vectors * 384], 384);
                assert!(input.values == plain.values && input.scale == plain.scale);
                let (mut wide, mut plain) = (vec![0.0; vectors * rows], vec![0.0; vectors * rows]);
                matrix.apply(&input, &mut wide);
                matrix.apply_any(&input, &mut plain);
                assert_ne!(plain[vectors * rows - 1], 0.5);
                assert_eq!(wide, plain);
            }
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
