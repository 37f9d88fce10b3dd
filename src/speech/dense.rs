//! The arithmetic of a network's layers: a matrix times a few columns, and what comes after.

use crate::exponential::exp;

/// A matrix, packed so that the kernel streams it: blocks of [`LANES`] outputs, in each the
/// weights of one input side by side.
pub(super) struct Dense {
    packed: Vec<[f32; LANES]>,
    pub bias: Vec<f32>,
    inputs: usize,
}

/// Outputs packed side by side: two AVX registers of sums.
const LANES: usize = 16;

/// Columns and inputs taken at a time: each weight is loaded once for all columns, and so many
/// sums are under way that none waits for another.
pub(super) const AT_ONCE: usize = 2;

impl Dense {
    /// From `weights` in rows of `inputs`, a row for each number of `bias`, whose count is a
    /// multiple of [`LANES`]. The inputs are filled up with zeros to a multiple of
    /// [`AT_ONCE`].
    pub fn new(weights: Vec<f32>, bias: Vec<f32>, inputs: usize) -> Self {
        let padded = inputs.next_multiple_of(AT_ONCE);
        let mut packed = vec![[0.0; LANES]; bias.len() / LANES * padded];
        for (row, weights) in weights.chunks_exact(inputs).enumerate() {
            for (column, weight) in weights.iter().enumerate() {
                packed[row / LANES * padded + column][row % LANES] = *weight;
            }
        }
        Dense { packed, bias, inputs: padded }
    }

    /// `output = weights · input + bias` for each of `T` columns, a multiple of [`AT_ONCE`]. A
    /// block of weights is used for all columns before the next, so that it is read from
    /// memory once.
    #[inline(always)]
    pub fn apply<const FUSED: bool, const I: usize, const O: usize, const T: usize>(
        &self,
        input: &[[f32; I]; T],
        output: &mut [[f32; O]; T],
    ) {
        #[cfg(target_arch = "x86_64")]
        if FUSED {
            type Apply<const I: usize, const O: usize, const T: usize> =
                unsafe fn(&Dense, &[[f32; I]; T], &mut [[f32; O]; T]);
            // Not inlined, which makes the compiler take one sum at a time for some shapes.
            let apply: Apply<I, O, T> = std::hint::black_box(Dense::apply_fused::<I, O, T>);
            // SAFETY: who asks for it has asked the processor.
            return unsafe { apply(self, input, output) };
        }
        self.multiply::<FUSED, I, O, T>(input, output);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn apply_fused<const I: usize, const O: usize, const T: usize>(
        &self,
        input: &[[f32; I]; T],
        output: &mut [[f32; O]; T],
    ) {
        self.multiply::<true, I, O, T>(input, output);
    }

    #[inline(always)]
    fn multiply<const FUSED: bool, const I: usize, const O: usize, const T: usize>(
        &self,
        input: &[[f32; I]; T],
        output: &mut [[f32; O]; T],
    ) {
        assert!(I == self.inputs && O == self.bias.len() && T.is_multiple_of(AT_ONCE));
        let (input, _) = input.as_chunks::<AT_ONCE>();
        let (output, _) = output.as_chunks_mut::<AT_ONCE>();
        for (block, packed) in self.packed.chunks_exact(I).enumerate() {
            let (packed, _) = packed.as_chunks::<AT_ONCE>();
            let bias = &self.bias[block * LANES..(block + 1) * LANES];
            for ([a, b], columns) in input.iter().zip(output.iter_mut()) {
                let mut sums = [[[0.0f32; LANES]; AT_ONCE]; AT_ONCE];
                let inputs = a.as_chunks::<AT_ONCE>().0.iter().zip(b.as_chunks::<AT_ONCE>().0);
                for (weights, (a, b)) in packed.iter().zip(inputs) {
                    // By index: in this form the compiler keeps the sums in registers.
                    for i in 0..AT_ONCE {
                        for (column, x) in [a[i], b[i]].into_iter().enumerate() {
                            for lane in 0..LANES {
                                let (sum, weight) = (&mut sums[i][column][lane], weights[i][lane]);
                                *sum =
                                    if FUSED { weight.mul_add(x, *sum) } else { *sum + weight * x };
                            }
                        }
                    }
                }
                for (column, output) in columns.iter_mut().enumerate() {
                    for lane in 0..LANES {
                        let sum = sums[0][column][lane] + sums[1][column][lane];
                        output[block * LANES + lane] = sum + bias[lane];
                    }
                }
            }
        }
    }
}

#[inline(always)]
pub(super) fn relu<const O: usize, const T: usize>(values: &mut [[f32; O]; T]) {
    for value in values.iter_mut().flatten() {
        *value = value.max(0.0);
    }
}

#[inline(always)]
pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

#[inline(always)]
pub(super) fn tanh(x: f32) -> f32 {
    2.0 * sigmoid(2.0 * x) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_multiplies() {
        // 16 outputs of 3 inputs: output i = (i, 2 i, 3 i) · (1, 10, 100) + i = 322 i. A fourth input
        // is filled up.
        let weights = (0..16).flat_map(|i| [i as f32, 2.0 * i as f32, 3.0 * i as f32]).collect();
        let dense = Dense::new(weights, (0..16).map(|i| i as f32).collect(), 3);
        let mut output = [[0.0; 16]; 4];
        let input = [[1.0, 10.0, 100.0, 0.0], [0.0; 4], [0.0; 4], [1.0, 0.0, 0.0, 0.0]];
        dense.apply::<false, _, _, _>(&input, &mut output);
        assert_eq!(output[0], std::array::from_fn(|i| 322.0 * i as f32));
        assert_eq!(output[1], std::array::from_fn(|i| i as f32));
        assert_eq!(output[3], std::array::from_fn(|i| 2.0 * i as f32));
    }
}
