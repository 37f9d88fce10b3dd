//! A recording's waveform at every scale: the lowest and the highest sample of ever longer stretches.
//!
//! What is drawn at any width takes about one value a pixel, however long the stretch is: of two
//! hours as of two seconds. It grows while the recording is read, and can be drawn as far as it goes.

/// Length of the shortest stretches. Seconds.
const STEP_SECS: f64 = 0.002;
/// Stretches of one level that make one of the next.
const GROUP: usize = 4;
/// Levels: the longest stretches are of about half a minute.
const LEVELS: usize = 8;
const FULL: f32 = i16::MAX as f32;

/// The waveform.
#[derive(Clone, Debug, Default)]
pub struct Peaks {
    step_frames: usize,
    step_secs: f64,
    channels: Vec<Channel>,
    /// The stretch that is not full yet, and how many frames are in it.
    open: Vec<(f32, f32)>,
    open_frames: usize,
}

/// A channel: for each level its stretches, each with its lowest and highest sample.
#[derive(Clone, Debug, Default)]
struct Channel {
    levels: [Vec<(i16, i16)>; LEVELS],
    loudest: f32,
}

impl Peaks {
    /// That of a recording of so many channels, of which nothing is read yet.
    pub fn new(channels: usize, rate_hz: f64) -> Peaks {
        let step_frames = (rate_hz * STEP_SECS).round().max(1.0) as usize;
        Peaks {
            step_frames,
            step_secs: step_frames as f64 / rate_hz.max(1.0),
            channels: vec![Channel::default(); channels],
            open: vec![NOTHING; channels],
            open_frames: 0,
        }
    }

    /// Takes interleaved samples, −1 to 1.
    pub fn push(&mut self, samples: &[f32]) {
        let channels = self.channels.len().max(1);
        for frame in samples.chunks_exact(channels) {
            for ((low, high), sample) in self.open.iter_mut().zip(frame) {
                *low = low.min(*sample);
                *high = high.max(*sample);
            }
            self.open_frames += 1;
            if self.open_frames == self.step_frames {
                self.close();
            }
        }
    }

    /// The recording is over: what is left becomes a stretch, though it is shorter.
    pub fn finish(&mut self) {
        if self.open_frames > 0 {
            self.close();
        }
    }

    fn close(&mut self) {
        self.open_frames = 0;
        for (channel, open) in self.channels.iter_mut().zip(&mut self.open) {
            channel.push(*open);
            *open = NOTHING;
        }
    }

    /// How many channels there are.
    pub fn channels(&self) -> usize {
        self.channels.len()
    }

    /// How much has been read, in seconds.
    pub fn secs(&self) -> f64 {
        let steps = self.channels.first().map_or(0, |channel| channel.levels[0].len());
        steps as f64 * self.step_secs
    }

    /// The largest absolute sample of a channel, 0 to 1.
    pub fn loudest(&self, channel: usize) -> f32 {
        self.channels.get(channel).map_or(0.0, |channel| channel.loudest)
    }

    /// The lowest and highest sample of a channel between two times in seconds; `None` where nothing
    /// was read. Exact to the stretches of the level that suits the distance.
    pub fn between(&self, channel: usize, from: f64, to: f64) -> Option<(f32, f32)> {
        let channel = self.channels.get(channel)?;
        let wanted = ((to - from) / self.step_secs).max(1.0);
        let level = (wanted.ln() / (GROUP as f64).ln()).floor().clamp(0.0, LEVELS as f64 - 1.0);
        let mut level = level as usize;
        // The last stretches have not made their way up yet.
        loop {
            let length = self.step_secs * GROUP.pow(level as u32) as f64;
            let stretches = &channel.levels[level];
            let first = (from.max(0.0) / length) as usize;
            let last = ((to.max(0.0) / length).ceil() as usize).max(first + 1);
            if last <= stretches.len() || level == 0 {
                let some = stretches.get(first..last.min(stretches.len()))?;
                let (low, high) = some.iter().fold((i16::MAX, i16::MIN), |(low, high), one| {
                    (low.min(one.0), high.max(one.1))
                });
                return (low <= high).then(|| (f32::from(low) / FULL, f32::from(high) / FULL));
            }
            level -= 1;
        }
    }
}

const NOTHING: (f32, f32) = (f32::INFINITY, f32::NEG_INFINITY);

impl Channel {
    fn push(&mut self, (low, high): (f32, f32)) {
        self.loudest = self.loudest.max(low.abs()).max(high.abs()).min(1.0);
        let [low, high] = [low, high].map(|value| (value.clamp(-1.0, 1.0) * FULL) as i16);
        self.levels[0].push((low, high));
        for level in 1..LEVELS {
            let below = &self.levels[level - 1];
            if !below.len().is_multiple_of(GROUP) {
                return;
            }
            let group = &below[below.len() - GROUP..];
            let low = group.iter().map(|one| one.0).min().unwrap_or_default();
            let high = group.iter().map(|one| one.1).max().unwrap_or_default();
            self.levels[level].push((low, high));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stretch_has_its_lowest_and_highest_sample_at_every_scale() {
        let mut peaks = Peaks::new(2, 8_000.0);
        // Ten seconds of silence with one click in each channel.
        let mut samples = vec![0.0; 2 * 80_000];
        samples[2 * 24_000] = 0.5;
        samples[2 * 56_000 + 1] = -0.25;
        for block in samples.chunks(2 * 777) {
            peaks.push(block);
        }
        peaks.finish();
        assert!((peaks.secs() - 10.0).abs() < 0.003);
        let near = |found: Option<(f32, f32)>, low: f32, high: f32| {
            let (a, b) = found.unwrap();
            assert!((a - low).abs() < 1e-3 && (b - high).abs() < 1e-3, "{a} {b}");
        };
        for (from, to) in [(0.0, 10.0), (2.9, 3.1), (3.0, 3.001), (1.0, 9.99)] {
            near(peaks.between(0, from, to), 0.0, 0.5);
        }
        for (from, to) in [(0.0, 10.0), (6.5, 7.5), (7.0, 7.001)] {
            near(peaks.between(1, from, to), -0.25, 0.0);
        }
        near(peaks.between(0, 3.2, 9.0), 0.0, 0.0);
        assert_eq!(peaks.between(0, 10.1, 11.0), None);
        assert_eq!(peaks.between(2, 0.0, 1.0), None);
        assert!((peaks.loudest(1) - 0.25).abs() < 1e-3);
    }

    #[test]
    fn it_can_be_drawn_as_far_as_it_was_read() {
        let mut peaks = Peaks::new(1, 16_000.0);
        peaks.push(&vec![0.5; 16_000 + 5]);
        assert_eq!(peaks.secs(), 1.0);
        assert!(peaks.between(0, 0.9, 1.5).is_some());
        assert!(peaks.between(0, 1.1, 1.5).is_none());
    }
}
