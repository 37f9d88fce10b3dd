//! Two recordings of a call, a party in each, side by side.

use std::path::PathBuf;

use super::decode::DecodeError;
use super::resample::RateConverter;
use super::track::Track;
use crate::units::{Party, PerParty, SampleRate};

/// Frames of a recording that are read at once.
const BLOCK_FRAMES: usize = 8_192;

/// Two recordings as the two channels of one: the agent's first.
pub(super) struct Pair {
    /// The higher of the two rates: nothing is lost of either.
    rate: SampleRate,
    sides: PerParty<Half>,
}

struct Half {
    track: Track,
    /// To the rate of the pair, where it is another.
    convert: Option<RateConverter>,
    /// What was read and not taken yet.
    ready: Vec<f32>,
    over: bool,
    block: Vec<f32>,
}

impl Pair {
    /// Opens both, at their beginning.
    ///
    /// # Errors
    /// Any [`DecodeError`] of either.
    pub fn open(files: &PerParty<PathBuf>) -> Result<Pair, DecodeError> {
        let (agent, customer) = (Track::open(&files.agent)?, Track::open(&files.customer)?);
        let rate = agent.rate().max(customer.rate());
        let sides = PerParty { agent: Half::new(agent, rate), customer: Half::new(customer, rate) };
        Ok(Pair { rate, sides })
    }

    /// Frames a second.
    pub fn rate(&self) -> SampleRate {
        self.rate
    }

    /// Goes to a frame in both.
    ///
    /// # Errors
    /// [`DecodeError`], where one can't be read any more.
    pub fn seek(&mut self, frame: u64) -> Result<(), DecodeError> {
        Party::BOTH.iter().try_for_each(|party| self.sides[*party].seek(frame, self.rate))
    }

    /// Appends up to `frames` interleaved frames to `out`; returns how many, 0 at the end of the longer
    /// one.
    ///
    /// # Errors
    /// [`DecodeError`], where one can't be read any more.
    pub fn read(&mut self, frames: usize, out: &mut Vec<f32>) -> Result<usize, DecodeError> {
        for party in Party::BOTH {
            self.sides[party].fill(frames)?;
        }
        let PerParty { agent, customer } = &mut self.sides;
        let count = frames.min(agent.ready.len().max(customer.ready.len()));
        let at = |half: &Half, i: usize| half.ready.get(i).copied().unwrap_or(0.0);
        out.extend((0..count).flat_map(|i| [at(agent, i), at(customer, i)]));
        for half in [agent, customer] {
            half.ready.drain(..count.min(half.ready.len()));
        }
        Ok(count)
    }
}

impl Half {
    fn new(track: Track, rate: SampleRate) -> Half {
        let convert = converter(&track, rate);
        Half { track, convert, ready: Vec::new(), over: false, block: Vec::new() }
    }

    fn seek(&mut self, frame: u64, rate: SampleRate) -> Result<(), DecodeError> {
        let secs = frame as f64 / f64::from(rate.hz());
        self.track.seek((secs * f64::from(self.track.rate().hz())).round() as u64)?;
        self.convert = converter(&self.track, rate);
        self.ready.clear();
        self.over = false;
        Ok(())
    }

    /// Reads until so many frames are ready, or it is over.
    fn fill(&mut self, frames: usize) -> Result<(), DecodeError> {
        let channels = self.track.channels();
        while self.ready.len() < frames && !self.over {
            self.block.clear();
            self.over = self.track.read(BLOCK_FRAMES, &mut self.block)? == 0;
            // Of one party: several channels are mixed, as when the call was analysed.
            let frames = self.block.chunks_exact(channels);
            let mono: Vec<f32> =
                frames.map(|frame| frame.iter().sum::<f32>() / channels as f32).collect();
            match &mut self.convert {
                Some(convert) => {
                    convert.push(&mono, &mut self.ready);
                    if self.over {
                        convert.finish(&mut self.ready);
                    }
                }
                None => self.ready.extend_from_slice(&mono),
            }
        }
        Ok(())
    }
}

fn converter(track: &Track, rate: SampleRate) -> Option<RateConverter> {
    (track.rate() != rate).then(|| RateConverter::new(track.rate(), rate))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// A mono WAV file of 16-bit samples.
    fn wav(path: &Path, rate_hz: u32, samples: &[f32]) {
        let mut bytes = Vec::new();
        let data = samples.len() as u32 * 2;
        bytes.extend_from_slice(b"RIFF");
        bytes.extend_from_slice(&(36 + data).to_le_bytes());
        bytes.extend_from_slice(b"WAVEfmt ");
        bytes.extend_from_slice(&16_u32.to_le_bytes());
        bytes.extend_from_slice(&[1, 0, 1, 0]);
        bytes.extend_from_slice(&rate_hz.to_le_bytes());
        bytes.extend_from_slice(&(rate_hz * 2).to_le_bytes());
        bytes.extend_from_slice(&[2, 0, 16, 0]);
        bytes.extend_from_slice(b"data");
        bytes.extend_from_slice(&data.to_le_bytes());
        let sample = |sample: &f32| ((sample * 32_767.0).round() as i16).to_le_bytes();
        bytes.extend(samples.iter().flat_map(sample));
        std::fs::write(path, bytes).unwrap();
    }

    /// Four seconds of a slow tone at one rate, three of another at the other.
    fn pair(dir: &Path, rates: [u32; 2]) -> Pair {
        let files = PerParty { agent: dir.join("agent.wav"), customer: dir.join("customer.wav") };
        let [own, other] = rates;
        let tone = |rate: u32, secs: u32, hz: f64| -> Vec<f32> {
            let at = |i: u32| tone_at(hz, f64::from(i) / f64::from(rate));
            (0..rate * secs).map(at).collect()
        };
        wav(&files.agent, own, &tone(own, 4, 50.0));
        wav(&files.customer, other, &tone(other, 3, 70.0));
        Pair::open(&files).unwrap()
    }

    fn tone_at(hz: f64, secs: f64) -> f32 {
        0.5 * (std::f64::consts::TAU * hz * secs).sin() as f32
    }

    #[test]
    fn both_are_heard_at_their_time_wherever_it_goes_on_and_the_longer_one_to_its_end() {
        for rates in [[16_000, 16_000], [8_000, 16_000], [44_100, 8_000]] {
            let dir = tempfile::tempdir().unwrap();
            let mut pair = pair(dir.path(), rates);
            let rate = *rates.iter().max().unwrap() as usize;
            assert_eq!(pair.rate(), SampleRate(rate as u32));
            for from_secs in [0.0, 1.5, 2.8, 0.25] {
                let first = (from_secs * rate as f64).round() as usize;
                pair.seek(first as u64).unwrap();
                let mut out = Vec::new();
                while pair.read(777, &mut out).unwrap() > 0 {}
                assert_eq!(out.len() / 2, 4 * rate - first, "{rates:?} from {from_secs}");
                for (i, frame) in out.chunks_exact(2).enumerate() {
                    let secs = (first + i) as f64 / rate as f64;
                    // At a cut the filter has nothing before or after it to go by.
                    let edge = |at: f64| (secs - at).abs() < 0.02;
                    let customer = if secs < 3.0 { tone_at(70.0, secs) } else { 0.0 };
                    let own = (frame[0] - tone_at(50.0, secs)).abs();
                    let other = (frame[1] - customer).abs();
                    if !edge(from_secs) && !edge(3.0) && !edge(4.0) {
                        assert!(own < 0.01 && other < 0.01, "{rates:?} at {secs}: {own} {other}");
                    }
                }
            }
        }
    }
}
