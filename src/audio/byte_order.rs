//! Whether 16-bit samples were written with their two bytes the wrong way round.
//!
//! Speech is smooth: neighbouring samples are alike, so the mean square of their differences is
//! well below the variance. Swapped, the former low byte decides, and it is as good as random:
//! the ratio of the two nears 2, that of white noise. Noise has ratio 2 in either order and
//! decides nothing, nor does silence. Steady tones can have any ratio when swapped; what gives
//! them away is that speech is mostly small and their swapped samples are spread evenly.

/// Seconds in which the variance is taken: short against drifts of the level, long against pitch.
const SEGMENT_SECS: f32 = 0.05;
/// Least variance (16-bit steps, squared; 64² is −54 dBFS) of a segment that counts, in the order
/// opposite to the file's: what is quieter than this when swapped is no speech.
const LEAST_VARIANCE: f64 = 64.0 * 64.0;
/// Segments that must count before anything is said (half a second).
const LEAST_SEGMENTS: u32 = 10;
/// Segments after which the matter is settled (five seconds).
const ENOUGH_SEGMENTS: u32 = 100;
/// The file's order must be at least this rough (differences against variance: noise is 2,
/// quiet speech whose high byte hardly moves comes out near 1 when swapped) …
const ROUGH: f64 = 1.0;
/// … the other order at most this …
const SMOOTH: f64 = 0.9;
/// … and the two this many times apart.
const CONTRAST: f64 = 2.5;
/// A sample within this is small (an eighth of full scale).
const SMALL: i16 = 4096;
/// Share of small samples in the other order, at least; of samples spread evenly it is 0.125.
const SMALL_SHARE: f64 = 0.3;

/// Listens to 16-bit samples until it has heard about five seconds with signal.
pub(super) struct ByteOrder {
    channels: Vec<Channel>,
    segment_frames: u32,
    frames_in_segment: u32,
    segments: u32,
    as_written: Roughness,
    swapped: Roughness,
}

#[derive(Default)]
struct Channel {
    as_written: Segment,
    swapped: Segment,
}

/// Sums over all segments that counted.
#[derive(Default)]
struct Roughness {
    differences: f64,
    variance: f64,
    samples: f64,
    small: f64,
}

/// Sums over one segment of one channel in one byte order.
#[derive(Default)]
struct Segment {
    last: Option<f64>,
    sum: f64,
    squares: f64,
    differences: f64,
    small: f64,
}

impl Segment {
    fn push(&mut self, sample: i16) {
        if (-SMALL..SMALL).contains(&sample) {
            self.small += 1.0;
        }
        let sample = f64::from(sample);
        if let Some(last) = self.last {
            self.differences += (sample - last) * (sample - last);
        }
        self.last = Some(sample);
        self.sum += sample;
        self.squares += sample * sample;
    }

    /// Sum of squares about the mean, over `frames` samples.
    fn variance(&self, frames: f64) -> f64 {
        self.squares - self.sum * self.sum / frames
    }
}

impl Roughness {
    fn ratio(&self) -> f64 {
        self.differences / self.variance.max(1.0)
    }
}

impl ByteOrder {
    /// For `channels` interleaved channels at `rate_hz`.
    pub(super) fn new(channels: usize, rate_hz: u32) -> Self {
        ByteOrder {
            channels: (0..channels).map(|_| Channel::default()).collect(),
            segment_frames: ((rate_hz as f32 * SEGMENT_SECS) as u32).max(2),
            frames_in_segment: 0,
            segments: 0,
            as_written: Roughness::default(),
            swapped: Roughness::default(),
        }
    }

    /// Hears one frame, one sample a channel, as the file's byte order gives it.
    pub(super) fn push(&mut self, frame: impl Iterator<Item = i16>) {
        if self.segments >= ENOUGH_SEGMENTS {
            return;
        }
        for (channel, sample) in self.channels.iter_mut().zip(frame) {
            channel.as_written.push(sample);
            channel.swapped.push(sample.swap_bytes());
        }
        self.frames_in_segment += 1;
        if self.frames_in_segment == self.segment_frames {
            self.end_segment();
        }
    }

    fn end_segment(&mut self) {
        let frames = f64::from(self.frames_in_segment);
        self.frames_in_segment = 0;
        let mut counted = false;
        for channel in &mut self.channels {
            let Channel { as_written, swapped } = std::mem::take(channel);
            if swapped.variance(frames) < LEAST_VARIANCE * frames {
                continue;
            }
            for (total, segment) in
                [(&mut self.as_written, as_written), (&mut self.swapped, swapped)]
            {
                total.differences += segment.differences;
                total.variance += segment.variance(frames);
                total.samples += frames;
                total.small += segment.small;
            }
            counted = true;
        }
        self.segments += u32::from(counted);
    }

    /// Whether what was heard so far is speech in the other byte order and noise in this one.
    pub(super) fn looks_swapped(&self) -> bool {
        let (as_written, swapped) = (self.as_written.ratio(), self.swapped.ratio());
        self.segments >= LEAST_SEGMENTS
            && as_written > ROUGH
            && swapped < SMOOTH
            && as_written > CONTRAST * swapped
            && self.swapped.small >= SMALL_SHARE * self.swapped.samples
    }
}
