//! The sound of a call, to be played from anywhere: one recording, or two, a party in each.

use std::fmt;
use std::path::{Path, PathBuf};

use super::decode::{DecodeError, Recording};
use super::pair::Pair;
use super::track::Track;
use crate::units::{PerParty, SampleRate};

/// Sound with a place in it.
pub struct Seekable(Kind);

enum Kind {
    One(Box<Track>),
    Two(Box<Pair>),
}

impl Seekable {
    /// Opens the recording at `path`, at its beginning.
    ///
    /// # Errors
    /// Any [`DecodeError`].
    pub fn open(path: &Path) -> Result<Seekable, DecodeError> {
        Ok(Seekable(Kind::One(Box::new(Track::open(path)?))))
    }

    /// A recording that is open already, at its beginning. A compressed one is opened anew at `path` to
    /// go back in it.
    pub fn of(recording: Recording, path: &Path) -> Seekable {
        Seekable(Kind::One(Box::new(Track::of(recording, path))))
    }

    /// Opens two recordings that began together: the agent's is the first of the two channels, the
    /// customer's the second. Their rates and lengths may differ; where one is over, it is silent.
    ///
    /// # Errors
    /// Any [`DecodeError`] of either.
    pub fn open_two(files: &PerParty<PathBuf>) -> Result<Seekable, DecodeError> {
        Ok(Seekable(Kind::Two(Box::new(Pair::open(files)?))))
    }

    /// Frames a second.
    pub fn rate(&self) -> SampleRate {
        match &self.0 {
            Kind::One(track) => track.rate(),
            Kind::Two(pair) => pair.rate(),
        }
    }

    /// Channels.
    pub fn channels(&self) -> usize {
        match &self.0 {
            Kind::One(track) => track.channels(),
            Kind::Two(_) => 2,
        }
    }

    /// Goes to a frame. In a WAV file at once; a compressed one is decoded up to there.
    ///
    /// # Errors
    /// [`DecodeError`], where the file can't be read any more.
    pub fn seek(&mut self, frame: u64) -> Result<(), DecodeError> {
        match &mut self.0 {
            Kind::One(track) => track.seek(frame),
            Kind::Two(pair) => pair.seek(frame),
        }
    }

    /// Appends up to `frames` interleaved frames to `out`; returns how many, 0 at the end.
    ///
    /// # Errors
    /// [`DecodeError`], where the file can't be read any more.
    pub fn read(&mut self, frames: usize, out: &mut Vec<f32>) -> Result<usize, DecodeError> {
        match &mut self.0 {
            Kind::One(track) => track.read(frames, out),
            Kind::Two(pair) => pair.read(frames, out),
        }
    }
}

impl fmt::Debug for Seekable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rate, channels) = (self.rate(), self.channels());
        let mut told = f.debug_struct("Seekable");
        told.field("rate", &rate).field("channels", &channels).finish_non_exhaustive()
    }
}
