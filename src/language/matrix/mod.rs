//! Matrices of 8-bit weights, multiplied in whole numbers.
//!
//! Each row of weights has a scale, and so has each vector it meets; vectors are rounded to 14
//! bits, finely enough that what is lost lies in the weights alone. Sums of whole numbers don't
//! depend on their order, so the result is the same on every processor, however wide its
//! instructions are: those of AVX2 (`avx2`) and AVX-512 with VNNI (`avx512`) are used where they are.
//!
//! All lies as the sums are made: `ROWS` rows of weights side by side, two columns of each at a time, and a
//! few vectors in the same way. A pair of a vector's numbers meets all these rows in one instruction, and no
//! sum is ever taken across.

/// Calls a function that is made for a number of vectors with as many as there are sums.
#[cfg(target_arch = "x86_64")]
macro_rules! of_as_many {
    ($of:ident, $rows:expr, $values:expr, $sums:expr) => {
        match $sums.len() {
            1 => $of::<1>($rows, $values, $sums),
            2 => $of::<2>($rows, $values, $sums),
            3 => $of::<3>($rows, $values, $sums),
            4 => $of::<4>($rows, $values, $sums),
            5 => $of::<5>($rows, $values, $sums),
            6 => $of::<6>($rows, $values, $sums),
            7 => $of::<7>($rows, $values, $sums),
            _ => $of::<VECTORS>($rows, $values, $sums),
        }
    };
}

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

/// Rows that lie side by side.
const ROWS: usize = 16;
/// Vectors that meet them at once, at most: each has its sums in a register.
const VECTORS: usize = 8;

/// A matrix and what is added after it.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    columns: usize,
    /// For each [`ROWS`] rows, for each two columns, for each row two weights; zeros fill it up.
    weights: Vec<i8>,
    scale: Vec<f32>,
    bias: Vec<f32>,
}

/// Vectors, rounded.
#[derive(Default)]
pub struct Rounded {
    columns: usize,
    /// Vectors that lie side by side.
    at_once: usize,
    /// For each of these groups, for each two columns, for each of its vectors two numbers; an odd number of columns
    /// is filled up with zeros.
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
    #[inline(always)]
    pub fn set(&mut self, values: &[f32], columns: usize) {
        assert!((1..=LONGEST).contains(&columns));
        let pairs = columns.div_ceil(2);
        let vectors = values.len() / columns;
        self.columns = columns;
        // Nearly even: nine are five and four, since one alone makes little use of what is loaded.
        self.at_once = vectors.div_ceil(vectors.div_ceil(VECTORS).max(1)).max(1);
        self.values.clear();
        self.values.resize(vectors * 2 * pairs, 0);
        self.scale.clear();
        let mut rounded = [0; LONGEST];
        let groups = self.values.chunks_mut(self.at_once * 2 * pairs);
        for (group, values) in groups.zip(values.chunks(self.at_once * columns)) {
            let beside = values.len() / columns;
            for (vector, values) in values.chunks_exact(columns).enumerate() {
                let scale = scale(values);
                let inverse = 1.0 / scale;
                // Adding 1.5 · 2^23 rounds, and the whole number stands in the lowest bits.
                for (rounded, x) in rounded.iter_mut().zip(values) {
                    *rounded = (x * inverse + 12_582_912.0).to_bits() as i16;
                }
                rounded[columns..2 * pairs].fill(0);
                let places = group.chunks_exact_mut(2 * beside);
                for (place, pair) in places.zip(rounded.chunks_exact(2)) {
                    place[2 * vector..2 * vector + 2].copy_from_slice(pair);
                }
                self.scale.push(scale);
            }
        }
    }
}

/// What a vector's numbers are divided by.
#[inline(always)]
fn scale(values: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 8];
    for eight in values.chunks_exact(8) {
        for (lane, x) in lanes.iter_mut().zip(eight) {
            *lane = lane.max(x.abs());
        }
    }
    let rest = values.chunks_exact(8).remainder();
    let largest = lanes.iter().chain(rest).fold(0.0, |a: f32, x| a.max(x.abs()));
    if largest > 0.0 { largest / VECTOR } else { 1.0 }
}

impl Matrix {
    /// From weights in rows of `columns`, a scale and a bias for each row. `None` when the lengths
    /// don't fit.
    pub fn new(columns: usize, weights: &[i8], scale: Vec<f32>, bias: Vec<f32>) -> Option<Matrix> {
        let fits = (1..=LONGEST).contains(&columns)
            && scale.len() == bias.len()
            && weights.len() == columns * scale.len();
        fits.then(|| Matrix { columns, weights: side_by_side(weights, columns), scale, bias })
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
            if avx512::is_there() {
                // SAFETY: the processor has just been asked for it.
                unsafe { self.apply_avx512(input, output) };
                return;
            }
            if avx2::is_there() {
                // SAFETY: the processor has just been asked for it.
                unsafe { self.apply_avx2(input, output) };
                return;
            }
        }
        self.apply_any(input, output);
    }

    fn apply_any(&self, input: &Rounded, output: &mut [f32]) {
        self.apply_blocks(input, output, dots);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn apply_avx2(&self, input: &Rounded, output: &mut [f32]) {
        self.apply_blocks(input, output, |rows, values, sums| avx2::dots(rows, values, sums));
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    fn apply_avx512(&self, input: &Rounded, output: &mut [f32]) {
        self.apply_blocks(input, output, |rows, values, sums| avx512::dots(rows, values, sums));
    }

    /// All sums, those of [`ROWS`] rows and a few vectors at a time: `dots` makes them of the rows' weights and
    /// the vectors' numbers.
    #[inline(always)]
    fn apply_blocks(
        &self,
        input: &Rounded,
        output: &mut [f32],
        dots: impl Fn(&[i8], &[i16], &mut [[i32; ROWS]]),
    ) {
        let columns = self.columns.next_multiple_of(2);
        let mut sums = [[0; ROWS]; VECTORS];
        for (block, weights) in self.weights.chunks_exact(columns * ROWS).enumerate() {
            let rows = block * ROWS..self.rows().min((block + 1) * ROWS);
            let groups = input.values.chunks(input.at_once * columns);
            let scales = input.scale.chunks(input.at_once);
            let outputs = output.chunks_mut(input.at_once * self.rows());
            for ((values, scales), outputs) in groups.zip(scales).zip(outputs) {
                let sums = &mut sums[..scales.len()];
                dots(weights, values, sums);
                let outputs = outputs.chunks_exact_mut(self.rows());
                for ((sums, scale), output) in sums.iter().zip(scales).zip(outputs) {
                    let rows = self.scale[rows.clone()].iter().zip(&self.bias[rows.clone()]);
                    let output = output[block * ROWS..].iter_mut();
                    for ((output, sum), (row, bias)) in output.zip(sums).zip(rows) {
                        *output = *sum as f32 * (row * scale) + bias;
                    }
                }
            }
        }
    }
}

/// Rows of weights as [`Matrix`] holds them.
fn side_by_side(weights: &[i8], columns: usize) -> Vec<i8> {
    let even = columns.next_multiple_of(2);
    let rows = weights.len() / columns;
    let mut packed = vec![0; rows.next_multiple_of(ROWS) * even];
    for (row, weights) in weights.chunks_exact(columns).enumerate() {
        let block = &mut packed[row / ROWS * ROWS * even..];
        for (column, weight) in weights.iter().enumerate() {
            block[(column / 2 * ROWS + row % ROWS) * 2 + column % 2] = *weight;
        }
    }
    packed
}

/// The sums of the products of [`ROWS`] rows with some vectors, of at most [`LONGEST`] products each, which 32
/// bits hold.
#[inline(always)]
fn dots(rows: &[i8], values: &[i16], sums: &mut [[i32; ROWS]]) {
    sums.fill([0; ROWS]);
    for (weights, pairs) in rows.chunks_exact(2 * ROWS).zip(values.chunks_exact(2 * sums.len())) {
        for (sums, x) in sums.iter_mut().zip(pairs.chunks_exact(2)) {
            for (sum, weight) in sums.iter_mut().zip(weights.chunks_exact(2)) {
                let products = [
                    i32::from(weight[0]) * i32::from(x[0]),
                    i32::from(weight[1]) * i32::from(x[1]),
                ];
                *sum += products[0] + products[1];
            }
        }
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
        let matrix = Matrix::new(3, &weights, scale, vec![10.0, 20.0]).unwrap();
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
        let matrix = Matrix::new(LONGEST, &weights, scale, vec![0.0]).unwrap();
        let mut input = Rounded::default();
        input.set(&[-3.0; LONGEST], LONGEST);
        let mut output = [0.0];
        matrix.apply(&input, &mut output);
        assert!((output[0] + 3.0 * LONGEST as f32).abs() < 0.5, "{output:?}");
    }

    #[test]
    fn wide_instructions_change_no_bit() {
        let values: Vec<f32> = (0..64 * 384).map(|i| ((i * 37 % 1001) as f32).sin()).collect();
        for (rows, columns) in [(64, 384), (63, 384), (17, 383), (1, 1)] {
            let (weights, scale) = round_rows(&values[..rows * columns], columns);
            let bias = vec![0.5; rows];
            let matrix = Matrix::new(columns, &weights, scale.clone(), bias).unwrap();
            let mut input = Rounded::default();
            for vectors in 0..=2 * VECTORS + 1 {
                input.set(&values[..vectors * columns], columns);
                // Row by row, number by number.
                let sum = |row: usize, vector: usize| -> i32 {
                    let row = &weights[row * columns..][..columns];
                    let values = &values[vector * columns..][..columns];
                    let round =
                        |x: f32| (x * (1.0 / super::scale(values))).round_ties_even() as i32;
                    row.iter().zip(values).map(|(w, x)| i32::from(*w) * round(*x)).sum()
                };
                let by_hand: Vec<f32> = (0..vectors * rows)
                    .map(|at| (at % rows, at / rows))
                    .map(|(row, vector)| {
                        sum(row, vector) as f32 * (scale[row] * input.scale[vector]) + 0.5
                    })
                    .collect();
                let mut found = vec![0.0; vectors * rows];
                matrix.apply(&input, &mut found);
                assert_eq!(found, by_hand);
                found.fill(0.0);
                matrix.apply_any(&input, &mut found);
                assert_eq!(found, by_hand);
                #[cfg(target_arch = "x86_64")]
                if avx2::is_there() {
                    found.fill(0.0);
                    // SAFETY: the processor has just been asked for it.
                    unsafe { matrix.apply_avx2(&input, &mut found) };
                    assert_eq!(found, by_hand);
                }
            }
        }
    }

    #[test]
    fn a_matrix_without_columns_is_none() {
        assert_eq!(Matrix::new(0, &[], vec![1.0], vec![0.0]), None);
    }

    #[test]
    fn zeros_stay_zeros() {
        let (weights, scale) = round_rows(&[0.0; 8], 8);
        let matrix = Matrix::new(8, &weights, scale, vec![1.5]).unwrap();
        let mut input = Rounded::default();
        input.set(&[0.0; 8], 8);
        let mut output = [0.0];
        matrix.apply(&input, &mut output);
        assert_eq!(output, [1.5]);
    }
}
