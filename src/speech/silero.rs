//! Voice activity by Silero VAD v6.2 (16 kHz), in plain Rust.
//!
//! The network (Silero Team, MIT licence, weights in `models/`) is small: a short-time
//! Fourier transform of 512 new samples after 64 old ones, four convolutions with ReLU, one
//! LSTM cell of 128 units, and one output with a sigmoid. Its state runs on from frame to
//! frame, so each party has an instance of its own; the weights are shared.
//!
//! Every layer after the transform is a matrix times a few columns, so one kernel serves
//! them all; with fused AVX2 instructions where the processor has them.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use safetensors::SafeTensors;

use super::activity::{FRAME, VoiceActivity};

/// Samples of the previous frame that the network sees before the new ones.
const CONTEXT: usize = 64;
/// Length of one window of the transform.
const WINDOW: usize = 256;
/// Frequencies of one window.
const BINS: usize = WINDOW / 2 + 1;
/// Windows in one frame.
const STEPS: usize = 4;
/// Samples between windows.
const HOP: usize = 128;
/// Units of the LSTM cell.
const UNITS: usize = 128;

/// The weights, read once and shared by both parties.
pub struct SileroWeights {
    window: Vec<f32>,
    fft: Arc<dyn RealToComplex<f32>>,
    conv1: Dense,
    conv2: Dense,
    conv3: Dense,
    conv4: Dense,
    lstm: Dense,
    output: Vec<f32>,
    output_bias: f32,
}

/// Why the weights can't be used. Fetch the file again: `models/README.md` says where from.
#[derive(Debug, thiserror::Error)]
pub enum SileroError {
    /// Not a safetensors file.
    #[error("the voice-activity model is not a safetensors file: {0}")]
    Format(#[from] safetensors::SafeTensorError),
    /// A safetensors file of something else.
    #[error("the voice-activity model's `{tensor}` has {found} numbers instead of {expected}")]
    Shape {
        /// The tensor.
        tensor: &'static str,
        /// How many numbers it has.
        found: usize,
        /// How many it should have.
        expected: usize,
    },
}

impl SileroWeights {
    /// Reads `silero_vad_16k_v6.2.safetensors`.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Arc<Self>, SileroError> {
        let file = SafeTensors::deserialize(bytes)?;
        let tensor = |name: &'static str, expected: usize| -> Result<Vec<f32>, SileroError> {
            let values: Vec<f32> = file
                .tensor(name)?
                .data()
                .chunks_exact(4)
                .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                .collect();
            match values.len() {
                found if found == expected => Ok(values),
                found => Err(SileroError::Shape { tensor: name, found, expected }),
            }
        };
        let mut lstm = Vec::with_capacity(4 * UNITS * 2 * UNITS);
        let from_input = tensor("lstm_cell.weight_ih", 4 * UNITS * UNITS)?;
        let from_state = tensor("lstm_cell.weight_hh", 4 * UNITS * UNITS)?;
        for (input, state) in from_input.chunks(UNITS).zip(from_state.chunks(UNITS)) {
            lstm.extend_from_slice(input);
            lstm.extend_from_slice(state);
        }
        let bias = tensor("lstm_cell.bias_ih", 4 * UNITS)?
            .iter()
            .zip(tensor("lstm_cell.bias_hh", 4 * UNITS)?)
            .map(|(a, b)| a + b)
            .collect();
        // A convolution's rows are the outputs; its columns the inputs, each with three taps,
        // of which `taps` can ever meet anything but padding.
        let conv = |weight, outputs: usize, inputs: usize, taps: &[usize]| {
            let all = tensor(weight, outputs * inputs * 3)?;
            let used = all.chunks_exact(3).flat_map(|w| taps.iter().map(|&tap| w[tap]));
            Ok::<Vec<f32>, SileroError>(used.collect())
        };
        // The transform is kept as a convolution whose first row is the window, times a
        // cosine of frequency 0; the other rows are the same window times the others.
        let mut window = tensor("stft_conv.weight", 2 * BINS * WINDOW)?;
        window.truncate(WINDOW);
        Ok(Arc::new(SileroWeights {
            window,
            fft: RealFftPlanner::new().plan_fft_forward(WINDOW),
            conv1: Dense::new(
                conv("conv1.weight", 128, BINS, &[0, 1, 2])?,
                tensor("conv1.bias", 128)?,
                3 * BINS,
            ),
            conv2: Dense::new(
                conv("conv2.weight", 64, 128, &[0, 1, 2])?,
                tensor("conv2.bias", 64)?,
                3 * 128,
            ),
            // Of two columns one is left: its tap before the first is padding.
            conv3: Dense::new(
                conv("conv3.weight", 64, 64, &[1, 2])?,
                tensor("conv3.bias", 64)?,
                2 * 64,
            ),
            // One column is left: both taps beside it are padding.
            conv4: Dense::new(conv("conv4.weight", 128, 64, &[1])?, tensor("conv4.bias", 128)?, 64),
            lstm: Dense::new(lstm, bias, 2 * UNITS),
            output: tensor("final_conv.weight", UNITS)?,
            output_bias: tensor("final_conv.bias", 1)?[0],
        }))
    }
}

/// Silero's state for one party.
pub struct Silero {
    weights: Arc<SileroWeights>,
    context: [f32; CONTEXT],
    hidden: [f32; UNITS],
    cell: [f32; UNITS],
}

impl Silero {
    /// A fresh state over shared weights.
    pub fn new(weights: Arc<SileroWeights>) -> Self {
        Silero { weights, context: [0.0; CONTEXT], hidden: [0.0; UNITS], cell: [0.0; UNITS] }
    }

    #[inline(always)]
    fn forward<const FUSED: bool>(&mut self, frame: &[f32; FRAME]) -> f32 {
        let weights = Arc::clone(&self.weights);
        // 64 old samples, 512 new ones, and the last 64 mirrored.
        let mut samples = [0.0; CONTEXT + FRAME + CONTEXT];
        samples[..CONTEXT].copy_from_slice(&self.context);
        samples[CONTEXT..CONTEXT + FRAME].copy_from_slice(frame);
        for i in 0..CONTEXT {
            samples[CONTEXT + FRAME + i] = samples[CONTEXT + FRAME - 2 - i];
        }
        self.context.copy_from_slice(&frame[FRAME - CONTEXT..]);

        let mut magnitude = [[0.0; BINS]; STEPS];
        for (step, magnitude) in magnitude.iter_mut().enumerate() {
            let mut windowed: [f32; WINDOW] =
                std::array::from_fn(|i| samples[step * HOP + i] * weights.window[i]);
            let mut scratch = [Complex::default(); WINDOW];
            let mut spectrum = [Complex::default(); BINS];
            weights
                .fft
                .process_with_scratch(&mut windowed, &mut spectrum, &mut scratch)
                .expect("all buffers have the plan's lengths");
            for (magnitude, value) in magnitude.iter_mut().zip(spectrum) {
                *magnitude = value.norm_sqr().sqrt();
            }
        }

        // Three taps around each column, nothing beyond the edges; 0 as the 388th input.
        let mut taps = [[0.0; 3 * BINS + 1]; STEPS];
        for (step, taps) in taps.iter_mut().enumerate() {
            for bin in 0..BINS {
                for tap in 0..3 {
                    if (1..=STEPS).contains(&(step + tap)) {
                        taps[3 * bin + tap] = magnitude[step + tap - 1][bin];
                    }
                }
            }
        }
        let mut first = [[0.0; 128]; STEPS];
        weights.conv1.apply::<FUSED, _, _, _>(&taps, &mut first);
        relu(&mut first);

        // The second convolution strides by two: columns 0 and 2 remain.
        let mut taps = [[0.0; 3 * 128]; 2];
        for i in 0..128 {
            taps[0][3 * i + 1..3 * i + 3].copy_from_slice(&[first[0][i], first[1][i]]);
            taps[1][3 * i..3 * i + 3].copy_from_slice(&[first[1][i], first[2][i], first[3][i]]);
        }
        let mut second = [[0.0; 64]; 2];
        weights.conv2.apply::<FUSED, _, _, _>(&taps, &mut second);
        relu(&mut second);

        let mut taps = [[0.0; 2 * 64]];
        for i in 0..64 {
            taps[0][2 * i..2 * i + 2].copy_from_slice(&[second[0][i], second[1][i]]);
        }
        let mut third = [[0.0; 64]];
        weights.conv3.apply::<FUSED, _, _, _>(&taps, &mut third);
        relu(&mut third);
        let mut fourth = [[0.0; UNITS]];
        weights.conv4.apply::<FUSED, _, _, _>(&third, &mut fourth);
        relu(&mut fourth);

        let mut recurrent = [[0.0; 2 * UNITS]];
        recurrent[0][..UNITS].copy_from_slice(&fourth[0]);
        recurrent[0][UNITS..].copy_from_slice(&self.hidden);
        let mut gates = [[0.0; 4 * UNITS]];
        weights.lstm.apply::<FUSED, _, _, _>(&recurrent, &mut gates);
        let gates = &mut gates[0];
        // In loops of their own, so that the compiler can take eight units at a time.
        let (kept, shown) = gates.split_at_mut(2 * UNITS);
        let (candidate, output) = shown.split_at_mut(UNITS);
        for gate in kept.iter_mut().chain(output.iter_mut()) {
            *gate = sigmoid(*gate);
        }
        let (input, forget) = kept.split_at(UNITS);
        for unit in 0..UNITS {
            self.cell[unit] = forget[unit] * self.cell[unit] + input[unit] * tanh(candidate[unit]);
            self.hidden[unit] = output[unit] * tanh(self.cell[unit]);
        }
        let shown = weights.output.iter().zip(&self.hidden);
        sigmoid(shown.map(|(w, h)| w * h.max(0.0)).sum::<f32>() + weights.output_bias)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn forward_fused(&mut self, frame: &[f32; FRAME]) -> f32 {
        self.forward::<true>(frame)
    }
}

impl VoiceActivity for Silero {
    fn probability(&mut self, frame: &[f32; FRAME]) -> f32 {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
        {
            // SAFETY: the processor has just been asked for both.
            return unsafe { self.forward_fused(frame) };
        }
        self.forward::<{ cfg!(target_arch = "aarch64") }>(frame)
    }

    fn reset(&mut self) {
        *self = Silero::new(Arc::clone(&self.weights));
    }
}

/// A matrix, packed so that the kernel streams it: blocks of [`LANES`] outputs, in each the
/// weights of one input side by side.
struct Dense {
    packed: Vec<[f32; LANES]>,
    bias: Vec<f32>,
    inputs: usize,
}

/// Outputs packed side by side: two AVX registers of sums.
const LANES: usize = 16;

/// Inputs taken at a time: so many sums are under way at once, and none waits for another.
const AT_ONCE: usize = 4;

impl Dense {
    /// From `weights` in rows of `inputs`, a row for each number of `bias`, whose count is a
    /// multiple of [`LANES`]. The inputs are filled up with zeros to a multiple of
    /// [`AT_ONCE`].
    fn new(weights: Vec<f32>, bias: Vec<f32>, inputs: usize) -> Self {
        let padded = inputs.next_multiple_of(AT_ONCE);
        let mut packed = vec![[0.0; LANES]; bias.len() / LANES * padded];
        for (row, weights) in weights.chunks_exact(inputs).enumerate() {
            for (column, weight) in weights.iter().enumerate() {
                packed[row / LANES * padded + column][row % LANES] = *weight;
            }
        }
        Dense { packed, bias, inputs: padded }
    }

    /// `output = weights · input + bias` for each of `T` columns. A block of weights is used
    /// for all columns before the next, so that it is read from memory once.
    #[inline(always)]
    fn apply<const FUSED: bool, const I: usize, const O: usize, const T: usize>(
        &self,
        input: &[[f32; I]; T],
        output: &mut [[f32; O]; T],
    ) {
        assert!(I == self.inputs && O == self.bias.len());
        for (block, packed) in self.packed.chunks_exact(I).enumerate() {
            let outputs = block * LANES..(block + 1) * LANES;
            for (input, output) in input.iter().zip(output.iter_mut()) {
                let mut sums = [[0.0f32; LANES]; AT_ONCE];
                for (weights, x) in packed.chunks_exact(AT_ONCE).zip(input.chunks_exact(AT_ONCE)) {
                    for (sum, (weights, x)) in sums.iter_mut().zip(weights.iter().zip(x)) {
                        for (sum, weight) in sum.iter_mut().zip(weights) {
                            *sum = if FUSED { weight.mul_add(*x, *sum) } else { *sum + weight * x };
                        }
                    }
                }
                let bias = &self.bias[outputs.clone()];
                for (lane, output) in output[outputs.clone()].iter_mut().enumerate() {
                    *output = sums.iter().map(|sum| sum[lane]).sum::<f32>() + bias[lane];
                }
            }
        }
    }
}

#[inline(always)]
fn relu<const O: usize, const T: usize>(values: &mut [[f32; O]; T]) {
    for value in values.iter_mut().flatten() {
        *value = value.max(0.0);
    }
}

#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

#[inline(always)]
fn tanh(x: f32) -> f32 {
    2.0 * sigmoid(2.0 * x) - 1.0
}

/// The exponential function without a branch or a call, so that loops over it vectorise:
/// a power of two times the Taylor series on the rest, within 2e-7 of the true value.
#[inline(always)]
fn exp(x: f32) -> f32 {
    /// Adding it drops the digits after the point.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 87.0);
    let power = (x * std::f32::consts::LOG2_E + ROUND) - ROUND;
    // ln 2 in two parts, so that the difference keeps its digits.
    let rest = (x - power * 0.693_359_4) + power * 2.121_944_4e-4;
    let mut series = 1.0 / 720.0;
    for term in [1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        series = series * rest + term;
    }
    series * f32::from_bits(((power as i32 + 127) << 23) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_exact_enough() {
        for i in -8700..8700 {
            let x = i as f32 / 100.0;
            assert!((f64::from(exp(x)) / f64::from(x).exp() - 1.0).abs() < 5e-7, "exp({x})");
        }
    }

    #[test]
    fn the_kernel_multiplies() {
        // 16 outputs of 3 inputs: output i = (i, 2 i, 3 i) · (1, 10, 100) + i = 322 i.
        let weights = (0..16).flat_map(|i| [i as f32, 2.0 * i as f32, 3.0 * i as f32]).collect();
        let dense = Dense::new(weights, (0..16).map(|i| i as f32).collect(), 3);
        let mut output = [[0.0; 16]; 2];
        dense.apply::<false, _, _, _>(&[[1.0, 10.0, 100.0, 0.0], [0.0; 4]], &mut output);
        assert_eq!(output[0], std::array::from_fn(|i| 322.0 * i as f32));
        assert_eq!(output[1], std::array::from_fn(|i| i as f32));
    }

    #[test]
    fn foreign_weights_are_refused() {
        assert!(SileroWeights::from_safetensors(b"no weights").is_err());
    }
}
