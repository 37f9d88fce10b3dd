//! The way from a sound card's callback to the listening thread: lock-free rings, and a few
//! numbers that anybody may read.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use ringbuf::HeapRb;
use ringbuf::traits::{Consumer as _, Observer as _, Producer as _, Split as _};

use super::timeline::Stamp;
use crate::units::SampleRate;

/// Stamps that fit into a ring: callbacks come every 3 ms or more slowly.
const STAMPS: usize = 1_024;
/// Samples that are converted before they are pushed together.
const CHUNK: usize = 256;

/// A ring with room for `secs` seconds at `rate`. Stamps count from `epoch`.
pub fn ring(rate: SampleRate, secs: f64, epoch: Instant) -> (Inlet, Outlet) {
    let room = (f64::from(rate.hz()) * secs).ceil() as usize;
    let (samples_in, samples_out) = HeapRb::<f32>::new(room.max(1)).split();
    let (stamps_in, stamps_out) = HeapRb::<Stamp>::new(STAMPS).split();
    let flow = Arc::new(Flow::default());
    let inlet = Inlet {
        samples: samples_in,
        stamps: stamps_in,
        flow: Arc::clone(&flow),
        epoch,
        frames: 0,
        dropped: 0,
    };
    (inlet, Outlet { samples: samples_out, stamps: stamps_out, flow, taken: 0, block: Vec::new() })
}

/// What flows through a ring, for those who watch over it.
#[derive(Debug, Default)]
pub struct Flow {
    frames: AtomicU64,
    dropped: AtomicU64,
    sounding: AtomicU64,
    callbacks: AtomicU64,
}

impl Flow {
    /// Frames that the device has given.
    pub fn frames(&self) -> u64 {
        self.frames.load(Ordering::Relaxed)
    }

    /// Frames for which the ring had no room.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// How many frames had been given when the last one came that was not exactly zero.
    pub fn sounding(&self) -> u64 {
        self.sounding.load(Ordering::Relaxed)
    }

    /// How often the device has called.
    pub fn callbacks(&self) -> u64 {
        self.callbacks.load(Ordering::Relaxed)
    }
}

/// The callback's end.
pub struct Inlet {
    samples: ringbuf::HeapProd<f32>,
    stamps: ringbuf::HeapProd<Stamp>,
    flow: Arc<Flow>,
    epoch: Instant,
    frames: u64,
    dropped: u64,
}

impl Inlet {
    /// Takes a block of `length` interleaved samples of `channels` channels; `sample` gives each,
    /// −1 to 1. The channels are mixed. A block for which there is no room is dropped whole.
    ///
    /// This is all that runs in the audio callback: no lock, no allocation, no system call.
    pub fn take(&mut self, length: usize, channels: usize, sample: impl Fn(usize) -> f32) {
        let frames = length / channels.max(1);
        let gain = 1.0 / channels.max(1) as f32;
        self.frames += frames as u64;
        // What is dropped is not looked at.
        let mut sounds = true;
        if self.samples.vacant_len() < frames || self.stamps.is_full() {
            self.dropped += frames as u64;
        } else {
            sounds = false;
            let mut chunk = [0.0; CHUNK];
            for first in (0..frames).step_by(CHUNK) {
                let count = CHUNK.min(frames - first);
                for (i, mono) in chunk[..count].iter_mut().enumerate() {
                    let at = (first + i) * channels;
                    *mono = (at..at + channels).map(&sample).sum::<f32>() * gain;
                    sounds |= *mono != 0.0;
                }
                self.samples.push_slice(&chunk[..count]);
            }
        }
        if sounds {
            self.flow.sounding.store(self.frames, Ordering::Relaxed);
        }
        // Reads the clock without entering the system.
        let at_secs = self.epoch.elapsed().as_secs_f64();
        let stamp = Stamp { frames: self.frames, dropped: self.dropped, at_secs };
        // Where even the stamp has no room, the next one counts for both.
        let _ = self.stamps.try_push(stamp);
        self.flow.frames.store(self.frames, Ordering::Relaxed);
        self.flow.dropped.store(self.dropped, Ordering::Relaxed);
        self.flow.callbacks.fetch_add(1, Ordering::Relaxed);
    }
}

/// The listening thread's end.
pub struct Outlet {
    samples: ringbuf::HeapCons<f32>,
    stamps: ringbuf::HeapCons<Stamp>,
    flow: Arc<Flow>,
    /// Frames that came through so far.
    taken: u64,
    block: Vec<f32>,
}

impl Outlet {
    /// Gives each block that has come: its stamp, and what got through of it since the last one.
    pub fn drain(&mut self, mut give: impl FnMut(Stamp, &[f32])) {
        while let Some(stamp) = self.stamps.try_pop() {
            let count = (stamp.frames - stamp.dropped - self.taken) as usize;
            self.block.resize(count, 0.0);
            let got = self.samples.pop_slice(&mut self.block);
            debug_assert_eq!(got, count, "a stamp is pushed after its samples");
            self.taken += count as u64;
            give(stamp, &self.block[..got]);
        }
    }

    /// What flows through.
    pub fn flow(&self) -> &Arc<Flow> {
        &self.flow
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: SampleRate = SampleRate(48_000);

    fn drained(outlet: &mut Outlet) -> Vec<(u64, u64, Vec<f32>)> {
        let mut blocks = Vec::new();
        outlet.drain(|stamp, samples| blocks.push((stamp.frames, stamp.dropped, samples.to_vec())));
        blocks
    }

    #[test]
    fn channels_are_mixed_and_blocks_come_out_as_they_went_in() {
        let (mut inlet, mut outlet) = ring(RATE, 0.1, Instant::now());
        let stereo = [0.5, 0.25, -1.0, 1.0, 0.0, 0.5];
        inlet.take(6, 2, |i| stereo[i]);
        inlet.take(1, 1, |_| 0.125);
        assert_eq!(drained(&mut outlet), [(3, 0, vec![0.375, 0.0, 0.25]), (4, 0, vec![0.125])]);
        assert_eq!((outlet.flow().frames(), outlet.flow().sounding()), (4, 4));
        inlet.take(600, 2, |_| 0.0);
        assert_eq!(drained(&mut outlet)[0].2.len(), 300);
        assert_eq!((outlet.flow().frames(), outlet.flow().sounding()), (304, 4));
        assert_eq!(outlet.flow().callbacks(), 3);
    }

    #[test]
    fn a_block_without_room_is_dropped_whole_and_counted() {
        // Room for 480 frames.
        let (mut inlet, mut outlet) = ring(RATE, 0.01, Instant::now());
        inlet.take(300, 1, |i| i as f32);
        inlet.take(300, 1, |_| 7.0);
        inlet.take(100, 1, |_| 8.0);
        let blocks = drained(&mut outlet);
        let shape: Vec<_> = blocks.iter().map(|(f, d, s)| (*f, *d, s.len())).collect();
        assert_eq!(shape, [(300, 0, 300), (600, 300, 0), (700, 300, 100)]);
        assert_eq!(blocks[0].2[299], 299.0);
        assert_eq!(blocks[2].2[0], 8.0);
        assert_eq!(outlet.flow().dropped(), 300);
        inlet.take(480, 1, |_| 9.0);
        assert_eq!(drained(&mut outlet)[0].2.len(), 480);
    }

    #[test]
    fn when_nobody_drains_nothing_is_lost_count_of() {
        let (mut inlet, mut outlet) = ring(RATE, 1.0, Instant::now());
        for _ in 0..2_000 {
            inlet.take(24, 1, |_| 1.0);
        }
        let got: usize = drained(&mut outlet).iter().map(|(_, _, samples)| samples.len()).sum();
        let flow = Arc::clone(outlet.flow());
        assert_eq!(got as u64 + flow.dropped(), 48_000);
        inlet.take(24, 1, |_| 1.0);
        let last = drained(&mut outlet);
        assert_eq!((last.len(), last[0].0, last[0].1), (1, 48_024, flow.dropped()));
    }
}
