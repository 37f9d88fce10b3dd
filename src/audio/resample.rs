//! Conversion between sampling rates, in streaming form and with the filter's delay taken out;
//! and the correction of a clock that runs a little fast or slow.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Adjustable as _, Fft, FixedAsync, FixedSync, Resampler as _, Slip};

use crate::units::{ENGINE_RATE, SampleRate};

/// The filter works on blocks of this length; longer ones have a sharper edge. Milliseconds.
const BLOCK_MS: usize = 20;
/// The same in a live call, where each block is time to wait.
const LIVE_BLOCK_MS: usize = 10;

/// Converts one channel from one rate to another.
///
/// What goes in at t seconds comes out at t seconds: the output has `round(frames · to / from)`
/// frames in all, none of them delay.
pub struct RateConverter {
    from: SampleRate,
    to: SampleRate,
    filter: Option<Filter>,
    taken: u64,
    given: u64,
}

struct Filter {
    fft: Fft<f32>,
    /// Input that does not fill a block yet.
    pending: Vec<f32>,
    block: Vec<f32>,
    /// Output frames still to be dropped: the filter's delay.
    delay: usize,
}

impl RateConverter {
    /// A converter to [`ENGINE_RATE`].
    pub fn to_engine(from: SampleRate) -> Self {
        RateConverter::new(from, ENGINE_RATE)
    }

    /// A converter to [`ENGINE_RATE`] that holds back half as much, for a live call; from a rate
    /// of at least 100 Hz.
    pub fn live(from: SampleRate) -> Self {
        RateConverter::with_blocks(from, ENGINE_RATE, LIVE_BLOCK_MS)
    }

    /// A converter between two rates, both of at least 50 Hz.
    pub fn new(from: SampleRate, to: SampleRate) -> Self {
        RateConverter::with_blocks(from, to, BLOCK_MS)
    }

    fn with_blocks(from: SampleRate, to: SampleRate, block_ms: usize) -> Self {
        let filter = (from != to).then(|| {
            let (from, to) = (from.hz() as usize, to.hz() as usize);
            let chunk = from * block_ms / 1_000;
            let fft = Fft::new(from, to, chunk, 1, FixedSync::Both)
                .expect("both rates and the block are above 0");
            Filter {
                delay: fft.output_delay(),
                pending: Vec::with_capacity(fft.input_frames_max()),
                block: vec![0.0; fft.output_frames_max()],
                fft,
            }
        });
        RateConverter { from, to, filter, taken: 0, given: 0 }
    }

    /// Takes samples of any number and appends what they complete to `out`.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        self.taken += samples.len() as u64;
        let before = out.len();
        match &mut self.filter {
            Some(filter) => filter.push(samples, out),
            None => out.extend_from_slice(samples),
        }
        self.given += (out.len() - before) as u64;
    }

    /// Appends what is still in the filter: the channel is over. The converter is then as new.
    pub fn finish(&mut self, out: &mut Vec<f32>) {
        let (from, to) = (u64::from(self.from.hz()), u64::from(self.to.hz()));
        let total = (self.taken * to + from / 2) / from;
        let left = total.saturating_sub(self.given) as usize;
        (self.taken, self.given) = (0, 0);
        let Some(filter) = &mut self.filter else { return };
        let before = out.len();
        while out.len() - before < left {
            let zeros = filter.fft.input_frames_next() - filter.pending.len();
            filter.push(&vec![0.0; zeros], out);
        }
        out.truncate(before + left);
        filter.restart();
    }
}

impl Filter {
    fn push(&mut self, mut samples: &[f32], out: &mut Vec<f32>) {
        loop {
            let needed = self.fft.input_frames_next();
            let (head, tail) = samples.split_at(samples.len().min(needed - self.pending.len()));
            self.pending.extend_from_slice(head);
            samples = tail;
            if self.pending.len() < needed {
                return;
            }
            let input = InterleavedSlice::new(&self.pending, 1, needed);
            let length = self.block.len();
            let output = InterleavedSlice::new_mut(&mut self.block, 1, length);
            let (_, given) = self
                .fft
                .process_into_buffer(
                    &input.expect("the block is full"),
                    &mut output.expect("the block has the filter's length"),
                    None,
                )
                .expect("both blocks have the filter's lengths");
            self.pending.clear();
            let dropped = self.delay.min(given);
            self.delay -= dropped;
            out.extend_from_slice(&self.block[dropped..given]);
        }
    }

    fn restart(&mut self) {
        self.fft.reset();
        self.pending.clear();
        self.delay = self.fft.output_delay();
    }
}

/// Makes 16 kHz audio of a clock that is a little wrong longer or shorter, a frame at a time,
/// each hidden in a cross-fade of 5 ms. Adds no delay.
pub struct DriftCorrector {
    slip: Slip<f32>,
    block: [f32; DriftCorrector::BLOCK + 1],
}

impl DriftCorrector {
    /// Frames that it takes at a time: 10 ms of 16 kHz. One frame more or less comes out at most.
    pub const BLOCK: usize = 160;

    /// The furthest that it goes from 1, short of a frame in each block.
    const MOST: f64 = 0.006;

    /// A corrector that changes nothing yet.
    pub fn new() -> Self {
        let slip = Slip::new(Self::BLOCK, 1, FixedAsync::Input)
            .expect("the block has room for a cross-fade");
        DriftCorrector { slip, block: [0.0; Self::BLOCK + 1] }
    }

    /// Appends `samples` at `ratio`, the frames to come out for each that goes in; what is
    /// further from 1 than 0.6% is taken for that.
    pub fn push(&mut self, samples: &[f32; Self::BLOCK], ratio: f64, out: &mut Vec<f32>) {
        let ratio = ratio.clamp(1.0 - Self::MOST, 1.0 + Self::MOST);
        self.slip.set_resample_ratio(ratio, false).expect("a frame a block is within its reach");
        let length = self.block.len();
        let input = InterleavedSlice::new(samples, 1, Self::BLOCK);
        let output = InterleavedSlice::new_mut(&mut self.block, 1, length);
        let (_, given) = self
            .slip
            .process_into_buffer(
                &input.expect("the block is full"),
                &mut output.expect("the block has a frame to spare"),
                None,
            )
            .expect("both blocks are as long as can be needed");
        out.extend_from_slice(&self.block[..given]);
    }
}

impl Default for DriftCorrector {
    fn default() -> Self {
        DriftCorrector::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(rate: u32, samples: &[f32], block: usize) -> Vec<f32> {
        let mut converter = RateConverter::to_engine(SampleRate(rate));
        let mut out = Vec::new();
        for samples in samples.chunks(block) {
            converter.push(samples, &mut out);
        }
        converter.finish(&mut out);
        out
    }

    #[test]
    fn a_click_stays_where_it_was() {
        for rate in [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 47_999, 48_000]
        {
            let mut samples = vec![0.0; 2 * rate as usize];
            samples[rate as usize] = 1.0;
            let out = convert(rate, &samples, 1_000);
            assert_eq!(out.len(), 32_000, "{rate} Hz");
            let loudest = (0..out.len()).max_by(|&a, &b| out[a].abs().total_cmp(&out[b].abs()));
            let error_ms = (loudest.unwrap() as f64 / 16.0 - 1_000.0).abs();
            assert!(error_ms < 0.1, "{rate} Hz: {error_ms} ms off");
        }
    }

    #[test]
    fn a_tone_keeps_its_height_and_the_block_size_changes_nothing() {
        let tone: Vec<f32> = (0..44_100)
            .map(|i| 0.5 * (i as f32 * 1_000.0 * std::f32::consts::TAU / 44_100.0).sin())
            .collect();
        let out = convert(44_100, &tone, 44_100);
        for (i, sample) in out.iter().enumerate().skip(1_000).take(14_000) {
            let expected = 0.5 * (i as f32 * 1_000.0 * std::f32::consts::TAU / 16_000.0).sin();
            assert!((sample - expected).abs() < 2e-3, "{i}: {sample} for {expected}");
        }
        assert_eq!(convert(44_100, &tone, 1), out);
        assert_eq!(convert(44_100, &tone, 777), out);
    }

    #[test]
    fn a_live_converter_leaves_a_click_where_it_was_and_can_begin_again() {
        for rate in [8_000, 16_000, 32_000, 44_100, 48_000, 96_000] {
            let mut converter = RateConverter::live(SampleRate(rate));
            let mut samples = vec![0.0; rate as usize];
            samples[rate as usize / 2] = 1.0;
            let (mut first, mut second) = (Vec::new(), Vec::new());
            for out in [&mut first, &mut second] {
                converter.push(&samples, out);
                assert!(out.len() >= 16_000 - 320, "{rate} Hz: {} in time", out.len());
                converter.finish(out);
            }
            assert_eq!(first.len(), 16_000, "{rate} Hz");
            let loudest = (0..16_000).max_by(|&a, &b| first[a].abs().total_cmp(&first[b].abs()));
            assert!(loudest.unwrap().abs_diff(8_000) <= 1, "{rate} Hz: {loudest:?}");
            assert_eq!(first, second, "{rate} Hz");
        }
    }

    #[test]
    fn drift_is_taken_out_a_frame_at_a_time() {
        for (ratio, length) in [(1.0, 160_000), (1.0005, 160_080), (0.9995, 159_920)] {
            let mut corrector = DriftCorrector::new();
            let mut out = Vec::new();
            for block in 0..1_000 {
                let ramp = std::array::from_fn(|i| (160 * block + i) as f32);
                corrector.push(&ramp, ratio, &mut out);
            }
            assert!(out.len().abs_diff(length) <= 1, "{ratio}: {}", out.len());
            for (i, sample) in out.iter().enumerate() {
                let expected = i as f64 / ratio;
                assert!((f64::from(*sample) - expected).abs() < 2.0, "{ratio}: {sample} at {i}");
            }
        }
    }

    #[test]
    fn short_and_empty_channels_work() {
        assert!(convert(8_000, &[], 1).is_empty());
        assert_eq!(convert(8_000, &[0.5], 1).len(), 2);
        assert_eq!(convert(16_000, &[0.5, 0.25], 1), [0.5, 0.25]);
    }
}
