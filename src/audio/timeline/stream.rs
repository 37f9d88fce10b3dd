//! One stream of a device: its clock, and its frames on their way to 16 kHz.

use std::collections::VecDeque;

use crate::audio::resample::{DriftCorrector, RateConverter};
use crate::units::{CallTime, SampleRate};

/// The clock is the lowest difference of this time. Machines starve for less; and at 500 ppm a
/// slow device falls behind by 1.5 ms in it.
const WINDOW_SECS: f64 = 3.0;

/// One stream: frames of a device, converted and waiting to be told.
pub(super) struct Stream {
    rate: SampleRate,
    clock: Clock,
    /// Frames captured by the last stamp.
    pub(super) stamped: u64,
    /// Frames taken, with the missing ones among them.
    taken: u64,
    converter: RateConverter,
    /// Converted samples; the first `told` of them are done with.
    pending: Vec<f32>,
    told: usize,
    /// When the device captured the first that is not, by its own time.
    head_secs: f64,
}

impl Stream {
    pub(super) fn new(rate: SampleRate) -> Self {
        Stream {
            rate,
            clock: Clock::default(),
            stamped: 0,
            taken: 0,
            converter: RateConverter::live(rate),
            pending: Vec::new(),
            told: 0,
            head_secs: 0.0,
        }
    }

    /// What the device takes `frames` frames for.
    pub(super) fn secs(&self, frames: u64) -> f64 {
        frames as f64 / f64::from(self.rate.hz())
    }

    /// When the next pending sample was captured, in the call.
    pub(super) fn head_at_secs(&self) -> f64 {
        self.head_secs + self.clock.lead_secs()
    }

    pub(super) fn take(&mut self, samples: &[f32], at_secs: f64) {
        self.pending.drain(..self.told);
        self.told = 0;
        self.converter.push(samples, &mut self.pending);
        self.taken += samples.len() as u64;
        self.clock.see(at_secs, self.secs(self.taken));
    }

    pub(super) fn discard(&mut self, frames: usize) {
        let frames = frames.min(self.pending.len() - self.told);
        self.told += frames;
        self.head_secs += CallTime::from_frames(frames as u64).secs();
    }

    pub(super) fn next_block(&mut self) -> Option<[f32; DriftCorrector::BLOCK]> {
        let block = *self.pending[self.told..].first_chunk()?;
        self.discard(block.len());
        Some(block)
    }

    /// Nothing follows what was taken: brings all of it out of the converter.
    pub(super) fn finish(&mut self) {
        self.converter.finish(&mut self.pending);
    }

    /// All that is pending after [`Stream::finish`].
    pub(super) fn take_rest(&mut self) -> Vec<f32> {
        let rest = self.pending.split_off(self.told);
        self.pending.clear();
        self.told = 0;
        self.skip(0);
        rest
    }

    /// `frames` frames are missing here; nothing is pending.
    pub(super) fn skip(&mut self, frames: u64) {
        self.taken += frames;
        self.head_secs = self.secs(self.taken);
    }

    /// Frames come after a time without, so that the device's time says nothing of the host's
    /// any more; `frames` more are missing. Nothing is pending.
    pub(super) fn begin_anew(&mut self, frames: u64) {
        self.clock = Clock::default();
        self.skip(frames);
    }
}

/// A device's clock, read through its callbacks.
#[derive(Default)]
struct Clock {
    /// When each callback came and by how much the host's clock led the device's then; both
    /// grow from one to the next, as a callback is forgotten once a lower lead was seen.
    leads: VecDeque<(f64, f64)>,
}

impl Clock {
    /// A callback came at `at_secs` (host), when the device had captured `device_secs` in all.
    fn see(&mut self, at_secs: f64, device_secs: f64) {
        let lead_secs = at_secs - device_secs;
        while self.leads.pop_back_if(|(_, lead)| *lead >= lead_secs).is_some() {}
        self.leads.push_back((at_secs, lead_secs));
        while self.leads.pop_front_if(|(at, _)| *at < at_secs - WINDOW_SECS).is_some() {}
    }

    /// By how much the host's clock leads the device's.
    fn lead_secs(&self) -> f64 {
        self.leads.front().map_or(0.0, |(_, lead)| *lead)
    }
}
