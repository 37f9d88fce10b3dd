//! Voice activity by Silero VAD v6.2 (16 kHz), in plain Rust.
//!
//! The network (Silero Team, MIT licence, weights in `models/`) is small: a short-time
//! Fourier transform of 512 new samples after 64 old ones, four convolutions with ReLU, one
//! LSTM cell of 128 units, and one output with a sigmoid. Its state runs on from frame to
//! frame, so each party has an instance of its own; the weights are shared.
//!
//! What it says depends on where its frames fall: by more than a tenth of a second at some onsets
//! (`docs/measurements.md`), and a live call falls anywhere. So four states run on four series of
//! frames, each 8 ms after the one before, and each 8 ms are judged by the two frames in whose
//! middle they lie. The windows of the transform are 8 ms apart as well: all but the last of a
//! frame are shared with the other series, and so is what the first convolution makes of them.
//!
//! Voices higher than it knows are lowered before the first convolution (`high.rs`).
//!
//! Every layer after the transform is a matrix times a few columns, so one kernel serves
//! them all; with fused AVX2 instructions where the processor has them.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use safetensors::SafeTensors;

use super::activity::{FRAME, VoiceActivity};
use super::dense::{AT_ONCE, Dense, relu, sigmoid, tanh};
use super::high::{High, squeeze};
use super::span::{HOP, HOPS};

/// Samples of the previous frame that the network sees before the new ones.
const CONTEXT: usize = 64;
/// Samples before a hop that the frame sees which ends with it.
const PAST: usize = CONTEXT + FRAME - HOP;
/// Length of one window of the transform; the next begins a [`HOP`] later.
const WINDOW: usize = 256;
/// Frequencies of one window.
const BINS: usize = WINDOW / 2 + 1;
/// The same, filled up with zeros as [`Dense`] wants it.
const PADDED_BINS: usize = BINS.next_multiple_of(AT_ONCE);
/// Windows of a frame before the last, which is mirrored at the frame's end.
const INNER: usize = 3;
/// Outputs of the first convolution, and those for each of its taps.
const FIRST: usize = 128;
const TAPS: usize = 3 * FIRST;
/// Units of the LSTM cell.
const UNITS: usize = 128;
/// After so many quiet hops the network starts afresh: a second.
const RESET_AFTER: usize = 125;

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
        // The first is kept tap by tap: a window meets each of them, in frames of several series. The
        // bias goes with the middle tap, which every column has.
        let weight = tensor("conv1.weight", FIRST * BINS * 3)?;
        let conv1 = (0..3).flat_map(|tap| weight.iter().skip(tap).step_by(3).copied()).collect();
        let mut conv1_bias = vec![0.0; TAPS];
        conv1_bias[FIRST..2 * FIRST].copy_from_slice(&tensor("conv1.bias", FIRST)?);
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
            conv1: Dense::new(conv1, conv1_bias, BINS),
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

impl SileroWeights {
    fn magnitude(&self, mut window: [f32; WINDOW], out: &mut [f32; PADDED_BINS]) {
        for (sample, weight) in window.iter_mut().zip(&self.window) {
            *sample *= weight;
        }
        let mut scratch = [Complex::default(); WINDOW];
        let mut spectrum = [Complex::default(); BINS];
        self.fft
            .process_with_scratch(&mut window, &mut spectrum, &mut scratch)
            .expect("all buffers have the plan's lengths");
        for (out, value) in out.iter_mut().zip(spectrum) {
            *out = value.norm_sqr().sqrt();
        }
    }

    /// What the first convolution makes of a window of silence.
    fn silence(&self) -> [f32; TAPS] {
        std::array::from_fn(|i| self.conv1.bias[i])
    }
}

/// Silero's state for one party.
pub struct Silero {
    weights: Arc<SileroWeights>,
    past: [f32; PAST],
    high: High,
    /// What the first convolution makes of the last two windows.
    seen: [[f32; TAPS]; INNER - 1],
    cells: [Cell; HOPS],
    /// What the network said of the last frame.
    said: f32,
    /// And of each hop of the last 512 samples.
    last: [f32; HOPS],
    quiet_hops: usize,
}

/// The LSTM cell's state for one series of frames.
#[derive(Clone, Copy)]
struct Cell {
    hidden: [f32; UNITS],
    state: [f32; UNITS],
}

impl Cell {
    const FRESH: Cell = Cell { hidden: [0.0; UNITS], state: [0.0; UNITS] };
}

impl Silero {
    /// A fresh state over shared weights.
    pub fn new(weights: Arc<SileroWeights>) -> Self {
        let silence = weights.silence();
        Silero {
            weights,
            past: [0.0; PAST],
            high: High::new(),
            seen: [silence; INNER - 1],
            cells: [Cell::FRESH; HOPS],
            said: 0.0,
            last: [0.0; HOPS],
            quiet_hops: FRAME / HOP,
        }
    }

    /// What the network says of the frames that end with each of the new hops, where `asked`, with
    /// frequencies multiplied by `factors`.
    #[inline(always)]
    fn forward<const FUSED: bool>(
        &mut self,
        samples: &[f32; PAST + FRAME],
        asked: [bool; HOPS],
        factors: [f32; HOPS],
    ) -> [f32; HOPS] {
        let weights = Arc::clone(&self.weights);
        // The last inner window of each frame, and its mirrored one.
        let mut whole = [[0.0; PADDED_BINS]; HOPS];
        let mut ended = [[0.0; PADDED_BINS]; HOPS];
        for (hop, (whole, ended)) in whole.iter_mut().zip(&mut ended).enumerate() {
            let end = PAST + (hop + 1) * HOP;
            let mut window = [0.0; WINDOW];
            window.copy_from_slice(&samples[end - CONTEXT - WINDOW..end - CONTEXT]);
            weights.magnitude(window, whole);
            let (new, mirrored) = window.split_at_mut(WINDOW - CONTEXT);
            new.copy_from_slice(&samples[end - new.len()..end]);
            for (i, mirrored) in mirrored.iter_mut().enumerate() {
                *mirrored = samples[end - 2 - i];
            }
            weights.magnitude(window, ended);
            squeeze(whole, BINS, factors[hop]);
            squeeze(ended, BINS, factors[hop]);
        }
        let (mut new, mut mirrored) = ([[0.0; TAPS]; HOPS], [[0.0; TAPS]; HOPS]);
        weights.conv1.apply::<FUSED, _, _, _>(&whole, &mut new);
        weights.conv1.apply::<FUSED, _, _, _>(&ended, &mut mirrored);
        for (product, _) in new.iter_mut().zip(asked).filter(|(_, asked)| !asked) {
            *product = weights.silence();
        }
        let mut inner = [[0.0; TAPS]; INNER - 1 + HOPS];
        inner[..INNER - 1].copy_from_slice(&self.seen);
        inner[INNER - 1..].copy_from_slice(&new);
        self.seen.copy_from_slice(&inner[HOPS..]);

        // The second convolution strides by two: of each frame the columns 0 and 2 remain.
        let mut taps = [[0.0; 3 * FIRST]; 2 * HOPS];
        for hop in 0..HOPS {
            // Three taps around each column, nothing beyond the edges.
            let (a, b, c, d) = (&inner[hop], &inner[hop + 1], &inner[hop + 2], &mirrored[hop]);
            let (even, odd) = taps[2 * hop..2 * hop + 2].split_at_mut(1);
            let pairs =
                even[0].as_chunks_mut::<3>().0.iter_mut().zip(odd[0].as_chunks_mut::<3>().0);
            for (i, (even, odd)) in pairs.enumerate() {
                let (before, at, after) = (i, FIRST + i, 2 * FIRST + i);
                let first = [
                    a[at] + b[after],
                    a[before] + b[at] + c[after],
                    b[before] + c[at] + d[after],
                    c[before] + d[at],
                ];
                let first = first.map(|x| x.max(0.0));
                *even = [0.0, first[0], first[1]];
                *odd = [first[1], first[2], first[3]];
            }
        }
        let mut second = [[0.0; 64]; 2 * HOPS];
        weights.conv2.apply::<FUSED, _, _, _>(&taps, &mut second);
        relu(&mut second);

        let mut taps = [[0.0; 2 * 64]; HOPS];
        for (taps, second) in taps.iter_mut().zip(second.chunks_exact(2)) {
            for i in 0..64 {
                taps[2 * i..2 * i + 2].copy_from_slice(&[second[0][i], second[1][i]]);
            }
        }
        let mut third = [[0.0; 64]; HOPS];
        weights.conv3.apply::<FUSED, _, _, _>(&taps, &mut third);
        relu(&mut third);
        let mut fourth = [[0.0; UNITS]; HOPS];
        weights.conv4.apply::<FUSED, _, _, _>(&third, &mut fourth);
        relu(&mut fourth);

        let mut recurrent = [[0.0; 2 * UNITS]; HOPS];
        for (recurrent, (fourth, cell)) in recurrent.iter_mut().zip(fourth.iter().zip(&self.cells))
        {
            recurrent[..UNITS].copy_from_slice(fourth);
            recurrent[UNITS..].copy_from_slice(&cell.hidden);
        }
        let mut gates = [[0.0; 4 * UNITS]; HOPS];
        weights.lstm.apply::<FUSED, _, _, _>(&recurrent, &mut gates);
        let mut said = [0.0; HOPS];
        for (hop, gates) in gates.iter_mut().enumerate().filter(|(hop, _)| asked[*hop]) {
            // In loops of their own, so that the compiler can take eight units at a time.
            let (kept, shown) = gates.split_at_mut(2 * UNITS);
            let (candidate, output) = shown.split_at_mut(UNITS);
            for gate in kept.iter_mut().chain(output.iter_mut()) {
                *gate = sigmoid(*gate);
            }
            let (input, forget) = kept.split_at(UNITS);
            let Cell { hidden, state } = &mut self.cells[hop];
            for unit in 0..UNITS {
                state[unit] = forget[unit] * state[unit] + input[unit] * tanh(candidate[unit]);
                hidden[unit] = output[unit] * tanh(state[unit]);
            }
            let shown = weights.output.iter().zip(hidden);
            let sum = shown.map(|(w, h)| w * h.max(0.0)).sum::<f32>();
            said[hop] = sigmoid(sum + weights.output_bias);
        }
        said
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn forward_fused(
        &mut self,
        samples: &[f32; PAST + FRAME],
        asked: [bool; HOPS],
        factors: [f32; HOPS],
    ) -> [f32; HOPS] {
        self.forward::<true>(samples, asked, factors)
    }

    fn say(
        &mut self,
        samples: &[f32; PAST + FRAME],
        asked: [bool; HOPS],
        factors: [f32; HOPS],
    ) -> [f32; HOPS] {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
        {
            // SAFETY: the processor has just been asked for both.
            return unsafe { self.forward_fused(samples, asked, factors) };
        }
        self.forward::<{ cfg!(target_arch = "aarch64") }>(samples, asked, factors)
    }
}

impl VoiceActivity for Silero {
    fn probability(&mut self, frame: &[f32; FRAME], audible: [bool; HOPS]) -> [f32; HOPS] {
        let mut samples = [0.0; PAST + FRAME];
        samples[..PAST].copy_from_slice(&self.past);
        samples[PAST..].copy_from_slice(frame);
        self.past.copy_from_slice(&samples[FRAME..]);

        let asked = audible.map(|audible| {
            if audible {
                if self.quiet_hops > RESET_AFTER {
                    self.cells = [Cell::FRESH; HOPS];
                }
                self.quiet_hops = 0;
            } else {
                self.quiet_hops += 1;
            }
            self.quiet_hops < FRAME / HOP
        });
        let mut factors = [1.0; HOPS];
        for (hop, factor) in factors.iter_mut().enumerate() {
            *factor =
                self.high.step(&frame[hop * HOP..(hop + 1) * HOP], asked[hop], self.last[hop]);
        }
        let new = if asked.contains(&true) {
            self.say(&samples, asked, factors)
        } else {
            self.seen = [self.weights.silence(); INNER - 1];
            [0.0; HOPS]
        };
        self.last = new;
        // A hop lies in the middle of the frame that ends a hop after it, and of the next.
        new.map(|new| (std::mem::replace(&mut self.said, new) + new) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_weights_are_refused() {
        assert!(SileroWeights::from_safetensors(b"no weights").is_err());
    }
}
