//! Sound out: the device that plays, by cpal, and the ring from which its callback takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cpal::traits::{DeviceTrait as _, HostTrait as _, StreamTrait as _};
use cpal::{
    BufferSize, Data, ErrorKind, FromSample, I24, OutputCallbackInfo, SampleFormat, SizedSample,
    StreamConfig, U24,
};
use ringbuf::HeapRb;
use ringbuf::traits::{Consumer as _, Observer as _, Producer as _, Split as _};

use crate::units::SampleRate;

/// So much may be queued: enough for a thread that is late, little enough for a volume that changes.
const QUEUE_SECS: f64 = 0.2;
/// Callbacks come about this often where the server lets one choose: who listens back does not mind
/// when sound begins, but a machine that is busy misses short periods.
const PERIOD_MS: u32 = 40;
/// How long a server may take to open a stream.
const OPENS_WITHIN: Duration = Duration::from_secs(2);

/// Sound can't be played.
#[derive(Debug, thiserror::Error)]
pub enum PlaybackError {
    /// There is nothing to play on. Headphones may be plugged in later.
    #[error("no headphones and no loudspeaker was found; plug one in and press play again")]
    NoDevice,
    /// The device is there but can't be played on.
    #[error("{device} can't be played on: {why}; close what uses it and press play again")]
    Refused {
        /// Its name for people.
        device: String,
        /// What the system said.
        why: String,
    },
}

/// A stream to the system's output. Dropping it closes the stream.
pub struct Playback {
    // Kept for its Drop.
    _stream: cpal::Stream,
    rate: SampleRate,
    broken: Arc<AtomicBool>,
}

impl Playback {
    /// Opens the system's output; what it is to play goes into the [`Feed`].
    ///
    /// # Errors
    /// [`PlaybackError`].
    pub fn open() -> Result<(Playback, Feed), PlaybackError> {
        let host = cpal::default_host();
        let device = host.default_output_device().ok_or(PlaybackError::NoDevice)?;
        let name = device.description().map(|told| told.name().to_owned());
        let name = name.unwrap_or_else(|_| "The output".into());
        let refused = |why: cpal::Error| match why.kind() {
            ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable => PlaybackError::NoDevice,
            _ => PlaybackError::Refused { device: name.clone(), why: why.to_string() },
        };
        let config = device.default_output_config().map_err(refused)?;
        let (rate, channels) = (SampleRate(config.sample_rate()), config.channels());
        let format = config.sample_format();
        let buffer_size = match host.id().name() {
            "PipeWire" => BufferSize::Fixed(rate.hz() * PERIOD_MS / 1_000),
            _ => BufferSize::Default,
        };
        let (feed, mut callback) = feed(rate, channels);
        let broken = Arc::new(AtomicBool::new(false));
        let config = StreamConfig { channels, sample_rate: rate.hz(), buffer_size };
        let stream = device
            .build_output_stream_raw(
                config,
                format,
                move |data, info| {
                    callback.give(data);
                    callback.note_delay(info);
                },
                {
                    let broken = Arc::clone(&broken);
                    move |error| match error.kind() {
                        ErrorKind::Xrun
                        | ErrorKind::DeviceChanged
                        | ErrorKind::RealtimeDenied
                        | ErrorKind::DeviceBusy => {}
                        _ => broken.store(true, Ordering::Relaxed),
                    }
                },
                Some(OPENS_WITHIN),
            )
            .map_err(refused)?;
        stream.play().map_err(refused)?;
        Ok((Playback { _stream: stream, rate, broken }, feed))
    }

    /// Frames a second.
    pub fn rate(&self) -> SampleRate {
        self.rate
    }

    /// Whether the stream must be opened anew: the device has gone, or the server.
    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }
}

/// What passes between the feeding thread and the callback beside the samples.
#[derive(Debug)]
struct Flow {
    /// Times count from here.
    epoch: Instant,
    /// Frames that the callback has taken, thrown away or not.
    taken: AtomicU64,
    /// How many it had taken before the last block that was not empty.
    before: AtomicU64,
    /// When that block was given, in nanoseconds.
    at: AtomicU64,
    /// Frames before this one are to be thrown away.
    discard_to: AtomicU64,
    /// Frames from when the callback gives them until they are heard.
    delay: AtomicU64,
}

/// A ring of one channel, and the callback of a stream of so many that takes from it.
pub fn feed(rate: SampleRate, channels: u16) -> (Feed, OutCallback) {
    let room = (f64::from(rate.hz()) * QUEUE_SECS).ceil() as usize;
    let (into, out) = HeapRb::<f32>::new(room.max(1)).split();
    let flow = Arc::new(Flow {
        epoch: Instant::now(),
        taken: AtomicU64::new(0),
        before: AtomicU64::new(0),
        at: AtomicU64::new(0),
        discard_to: AtomicU64::new(0),
        delay: AtomicU64::new(0),
    });
    let callback = OutCallback {
        out,
        flow: Arc::clone(&flow),
        channels: usize::from(channels).max(1),
        rate_hz: f64::from(rate.hz()),
        taken: 0,
    };
    (Feed { into, flow, pushed: 0, rate_hz: f64::from(rate.hz()) }, callback)
}

/// The feeding thread's end.
pub struct Feed {
    into: ringbuf::HeapProd<f32>,
    flow: Arc<Flow>,
    pushed: u64,
    rate_hz: f64,
}

impl Feed {
    /// For how many frames there is room.
    pub fn room(&self) -> usize {
        self.into.vacant_len()
    }

    /// Queues samples; returns how many there was room for.
    pub fn push(&mut self, samples: &[f32]) -> usize {
        let count = self.into.push_slice(samples);
        self.pushed += count as u64;
        count
    }

    /// How many of the frames that were pushed have been heard by now, or thrown away.
    pub fn heard(&self) -> u64 {
        self.heard_at(Instant::now())
    }

    /// The same at a time: a block is heard from when it was given on, as fast as it goes.
    fn heard_at(&self, now: Instant) -> u64 {
        let flow = &self.flow;
        let taken = flow.taken.load(Ordering::Acquire);
        let before = flow.before.load(Ordering::Acquire).min(taken);
        let at = Duration::from_nanos(flow.at.load(Ordering::Acquire));
        let since = now.saturating_duration_since(flow.epoch + at);
        let since = (since.as_secs_f64() * self.rate_hz) as u64;
        let delay = flow.delay.load(Ordering::Relaxed);
        (before + since).saturating_sub(delay).min(taken)
    }

    /// How many frames were pushed.
    pub fn pushed(&self) -> u64 {
        self.pushed
    }

    /// Has what is queued thrown away: it is not what is to be heard any more.
    pub fn discard(&mut self) {
        self.flow.discard_to.store(self.pushed, Ordering::Release);
    }
}

/// The audio callback: takes, converts, counts. Public, so that a test can hold it to that.
pub struct OutCallback {
    out: ringbuf::HeapCons<f32>,
    flow: Arc<Flow>,
    channels: usize,
    rate_hz: f64,
    taken: u64,
}

impl OutCallback {
    /// Fills a block of interleaved samples; where nothing is queued, with silence. No lock, no
    /// allocation, no system call.
    pub fn fill<T: Copy>(&mut self, block: &mut [T], sample: impl Fn(f32) -> T) {
        let discard = self.flow.discard_to.load(Ordering::Acquire).saturating_sub(self.taken);
        if discard > 0 {
            self.taken += self.out.skip(discard as usize) as u64;
        }
        let before = self.taken;
        for frame in block.chunks_mut(self.channels) {
            let value = match self.out.try_pop() {
                Some(value) => {
                    self.taken += 1;
                    value
                }
                None => 0.0,
            };
            frame.fill(sample(value));
        }
        if self.taken > before {
            // Reads the clock without entering the system.
            let at = self.flow.epoch.elapsed().as_nanos() as u64;
            self.flow.at.store(at, Ordering::Release);
            self.flow.before.store(before, Ordering::Release);
        }
        self.flow.taken.store(self.taken, Ordering::Release);
    }

    fn give(&mut self, data: &mut Data) {
        match data.sample_format() {
            SampleFormat::I8 => self.give_as::<i8>(data),
            SampleFormat::I16 => self.give_as::<i16>(data),
            SampleFormat::I24 => self.give_as::<I24>(data),
            SampleFormat::I32 => self.give_as::<i32>(data),
            SampleFormat::I64 => self.give_as::<i64>(data),
            SampleFormat::U8 => self.give_as::<u8>(data),
            SampleFormat::U16 => self.give_as::<u16>(data),
            SampleFormat::U24 => self.give_as::<U24>(data),
            SampleFormat::U32 => self.give_as::<u32>(data),
            SampleFormat::U64 => self.give_as::<u64>(data),
            SampleFormat::F32 => self.give_as::<f32>(data),
            SampleFormat::F64 => self.give_as::<f64>(data),
            // One-bit formats of music players: silence is what the system has put in.
            _ => {}
        }
    }

    fn give_as<T: SizedSample + FromSample<f32>>(&mut self, data: &mut Data) {
        if let Some(block) = data.as_slice_mut::<T>() {
            self.fill(block, T::from_sample);
        }
    }

    fn note_delay(&self, info: &OutputCallbackInfo) {
        let stamp = info.timestamp();
        // Some systems don't know it and say nothing, or nonsense.
        let delay = stamp.playback.duration_since(stamp.callback);
        let delay = delay.as_secs_f64().min(QUEUE_SECS);
        self.flow.delay.store((delay * self.rate_hz) as u64, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pushed_comes_out_on_all_channels_and_is_counted() {
        let (mut feed, mut callback) = feed(SampleRate(1_000), 2);
        assert_eq!(feed.room(), 200);
        assert_eq!(feed.push(&[0.5, 0.25, -1.0]), 3);
        let mut block = [9.0_f32; 8];
        callback.fill(&mut block, |value| value);
        assert_eq!(block, [0.5, 0.5, 0.25, 0.25, -1.0, -1.0, 0.0, 0.0]);
        // The silence of an empty ring is not counted; what was given takes its time to be heard.
        let given = feed.flow.epoch + Duration::from_nanos(feed.flow.at.load(Ordering::Relaxed));
        let heard = |ms| feed.heard_at(given + Duration::from_millis(ms));
        assert_eq!([heard(0), heard(2), heard(9)], [0, 2, 3]);
        assert_eq!(feed.pushed(), 3);
        assert_eq!(feed.push(&[0.1; 500]), 200);
        assert_eq!(feed.room(), 0);
    }

    #[test]
    fn what_is_discarded_is_not_heard() {
        let (mut feed, mut callback) = feed(SampleRate(1_000), 1);
        feed.push(&[0.1; 100]);
        let mut block = [0.0_f32; 10];
        callback.fill(&mut block, |value| value);
        feed.discard();
        feed.push(&[0.7; 10]);
        callback.fill(&mut block, |value| value);
        assert_eq!(block, [0.7; 10]);
        assert_eq!(feed.heard_at(Instant::now() + Duration::from_secs(1)), 110);
        callback.fill(&mut block, |value| value);
        assert_eq!(block, [0.0; 10]);
    }
}
