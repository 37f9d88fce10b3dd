//! One recording with a place in it.

use std::path::{Path, PathBuf};

use super::decode::{DecodeError, Recording};
use crate::units::SampleRate;

/// A recording with a place in it.
#[derive(Debug)]
pub(super) struct Track {
    path: PathBuf,
    recording: Recording,
    /// The frame after the last one that was taken.
    at: u64,
    /// What was decoded and not taken yet.
    block: Vec<f32>,
    taken: usize,
}

impl Track {
    /// Opens the recording at `path`, at its beginning.
    ///
    /// # Errors
    /// Any [`DecodeError`].
    pub fn open(path: &Path) -> Result<Track, DecodeError> {
        Ok(Track::of(Recording::open(path)?, path))
    }

    /// One that is open, at its beginning. A compressed one is opened anew at `path` to go back in it.
    pub fn of(recording: Recording, path: &Path) -> Track {
        Track { path: path.to_owned(), recording, at: 0, block: Vec::new(), taken: 0 }
    }

    /// Frames a second.
    pub fn rate(&self) -> SampleRate {
        self.recording.info().sample_rate
    }

    /// Channels.
    pub fn channels(&self) -> usize {
        self.recording.info().channels
    }

    /// Goes to a frame. In a WAV file at once; a compressed one is decoded up to there.
    ///
    /// # Errors
    /// [`DecodeError`], where the file can't be read any more.
    pub fn seek(&mut self, frame: u64) -> Result<(), DecodeError> {
        if self.recording.seek(frame)? {
            self.block.clear();
            (self.taken, self.at) = (0, frame);
            return Ok(());
        }
        if frame < self.at {
            *self = Track::open(&self.path)?;
        }
        let mut passed = Vec::new();
        while self.at < frame {
            passed.clear();
            if self.read((frame - self.at) as usize, &mut passed)? == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Appends up to `frames` interleaved frames to `out`; returns how many, 0 at the end.
    ///
    /// # Errors
    /// [`DecodeError`], where the file can't be read any more.
    pub fn read(&mut self, frames: usize, out: &mut Vec<f32>) -> Result<usize, DecodeError> {
        let channels = self.channels();
        if self.taken == self.block.len() {
            self.block.clear();
            self.taken = 0;
            if self.recording.read(&mut self.block)? == 0 {
                return Ok(0);
            }
        }
        let left = (self.block.len() - self.taken) / channels;
        let count = frames.min(left);
        out.extend_from_slice(&self.block[self.taken..self.taken + count * channels]);
        self.taken += count * channels;
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::write::CallWriter;
    use crate::units::PerParty;

    #[test]
    fn it_reads_on_from_wherever_it_was_put() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.wav");
        let mut writer = CallWriter::create(&path).unwrap();
        let ramp: Vec<f32> = (0..30_000).map(|i| i as f32 / 32_768.0).collect();
        writer.write(&PerParty { agent: ramp.clone(), customer: vec![0.0; 30_000] }).unwrap();
        writer.finish().unwrap();
        let mut sound = Track::open(&path).unwrap();
        assert_eq!((sound.rate(), sound.channels()), (SampleRate(16_000), 2));
        let mut first_at = |frame: u64| {
            sound.seek(frame).unwrap();
            let mut out = Vec::new();
            let got = sound.read(10, &mut out).unwrap();
            // The writer takes full scale for 32,767.
            (got, out.first().map(|sample| (sample * 32_768.0 * 32_768.0 / 32_767.0).round()))
        };
        assert_eq!(first_at(20_000), (10, Some(20_000.0)));
        assert_eq!(first_at(5), (10, Some(5.0)));
        assert_eq!(first_at(29_995), (5, Some(29_995.0)));
        assert_eq!(first_at(40_000), (0, None));
    }
}
