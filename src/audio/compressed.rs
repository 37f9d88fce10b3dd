//! FLAC, MP3, AAC, Opus and Vorbis in their usual files, packet by packet.
//!
//! A packet that can't be decoded, or that is missing by its timestamps, becomes silence of the
//! same length, so that all that follows stays at its time.

use super::codec::{Container, Failure, Next, Shape, Stream};
use super::decode::{DecodeError, Media, StreamInfo, check_shape};
use super::defect::{Defect, Defects, Place};
use crate::units::SampleRate;

/// Most frames handed out at once.
const BLOCK_FRAMES: u64 = 8192;
/// Packets in a row without sound after which the rest is given up.
const MOST_BAD_IN_A_ROW: u32 = 50;
/// Most silence put in for one undecodable packet: the longest there is, FLAC's 65,535 frames at
/// 8 kHz, lasts 8 s.
const LONGEST_PACKET_SECS: u64 = 10;
/// Most silence put into one recording. Timestamps that ask for more are not believed.
const MOST_SILENCE_SECS: u64 = 600;
/// Parts of a second that timestamps may run ahead before sound counts as missing: Matroska
/// rounds to milliseconds.
const GAP_TOLERANCE: u64 = 100;

/// The sound of one compressed file.
pub(super) struct CompressedReader {
    name: String,
    container: Container,
    stream: Stream,
    /// Rate and channels of the decoded sound, once some is decoded.
    shape: Option<Shape>,
    expected_frames: Option<u64>,
    /// Frames decoded or made silent so far.
    frames: u64,
    /// Where the next packet should begin by the file's timestamps, in frames.
    position: Option<i128>,
    /// Decoded samples not yet handed out, from `pending_from` on.
    pending: Vec<f32>,
    pending_from: usize,
    /// Frames of silence to hand out before them.
    silence: u64,
    silence_used: u64,
    /// Frames at the beginning still to be dropped.
    skip: u64,
    bad_in_a_row: u32,
    ended: bool,
}

impl CompressedReader {
    /// Opens `source`, `len` bytes long, whose contents begin at byte `start`.
    ///
    /// # Errors
    /// `Undecodable` when no sound can be had from it, `Io` when reading fails.
    pub(super) fn open(
        name: &str,
        container: Container,
        source: Box<dyn Media>,
        start: u64,
        len: u64,
        defects: &mut Defects,
    ) -> Result<(CompressedReader, StreamInfo), DecodeError> {
        let stream =
            Stream::open(container, source, start, len).map_err(|failure| match failure {
                Failure::Io(error) => DecodeError::io(name, error),
                failure => undecodable(name, container, failure.to_string()),
            })?;
        if stream.other_tracks() > 0 {
            defects.push(Defect::OtherTracks { count: stream.other_tracks() });
        }
        let (expected_frames, skip) = (stream.said_frames(), stream.skip());
        let mut reader = CompressedReader {
            name: name.into(),
            container,
            stream,
            shape: None,
            expected_frames,
            frames: 0,
            position: None,
            pending: Vec::new(),
            pending_from: 0,
            silence: 0,
            silence_used: 0,
            skip,
            bad_in_a_row: 0,
            ended: false,
        };
        let shape = reader.first_shape(defects)?;
        let info = StreamInfo {
            sample_rate: SampleRate(shape.rate_hz),
            channels: shape.channels,
            encoding: reader.stream.codec().into(),
            frames: expected_frames,
        };
        check_shape(name, &info)?;
        Ok((reader, info))
    }

    /// Reads on to the first sound and returns its shape: headers may be wrong about it (those of
    /// AAC are by design). Of a recording without any sound the header is believed.
    fn first_shape(&mut self, defects: &mut Defects) -> Result<Shape, DecodeError> {
        while self.shape.is_none() && !self.ended {
            self.step(defects)?;
        }
        let given_up = defects.list().iter().find_map(|defect| match defect {
            Defect::GaveUp { reason, .. } => Some(reason.clone()),
            _ => None,
        });
        let reason = match (self.shape, given_up, self.stream.said_shape()) {
            (Some(shape), _, _) | (None, None, Some(shape)) => {
                self.shape = Some(shape);
                return Ok(shape);
            }
            (None, Some(reason), _) => reason,
            (None, None, None) => "there is no sound in it".into(),
        };
        Err(undecodable(&self.name, self.container, reason))
    }

    /// Appends up to 8192 frames to `out`; returns how many, 0 at the end.
    pub(super) fn read(
        &mut self,
        out: &mut Vec<f32>,
        defects: &mut Defects,
    ) -> Result<usize, DecodeError> {
        loop {
            let channels = self.shape.map_or(1, |shape| shape.channels).max(1);
            if self.silence > 0 {
                let frames = self.silence.min(BLOCK_FRAMES) as usize;
                self.silence -= frames as u64;
                out.resize(out.len() + frames * channels, 0.0);
                return Ok(frames);
            }
            let samples = &self.pending[self.pending_from..];
            if !samples.is_empty() {
                let samples = &samples[..samples.len().min(BLOCK_FRAMES as usize * channels)];
                out.extend_from_slice(samples);
                self.pending_from += samples.len();
                return Ok(samples.len() / channels);
            }
            if self.ended {
                return Ok(0);
            }
            self.step(defects)?;
        }
    }

    /// Takes one packet. What comes of it is left in `silence` and `pending`, which are empty
    /// before, or `ended` is set.
    fn step(&mut self, defects: &mut Defects) -> Result<(), DecodeError> {
        self.pending_from = 0;
        match self.stream.next(self.rate_hz(), &mut self.pending) {
            Ok(Next::Packet { starts, lasts, kept, sound }) => {
                self.follow_time(starts, defects);
                let frames = match sound {
                    Ok(Some(shape)) => self.take(shape, defects),
                    Ok(None) => 0,
                    Err(Failure::Fatal(reason)) => {
                        self.give_up(reason, defects);
                        0
                    }
                    Err(failure) => {
                        let longest = u64::from(self.rate_hz()) * LONGEST_PACKET_SECS;
                        let silent_frames = u64::try_from(kept).unwrap_or(0).min(longest);
                        self.bad(silent_frames, failure.to_string(), defects);
                        0
                    }
                };
                self.position = self.position.map(|position| position + lasts.max(frames.into()));
            }
            Ok(Next::Other) => {}
            Ok(Next::Renewed) => {
                let frames = self.expected_frames.zip(self.stream.said_frames());
                self.expected_frames = frames.and_then(|(one, next)| one.checked_add(next));
                self.skip = self.stream.skip();
                self.position = None;
            }
            Ok(Next::Changed(to)) => self.change(&to, defects),
            Ok(Next::End) => self.end(false, defects),
            Err(Failure::BrokenOff) => self.end(true, defects),
            Err(Failure::Io(error)) => {
                self.ended = true;
                return Err(DecodeError::io(&self.name, error));
            }
            Err(Failure::Damaged(reason)) => self.bad(0, reason, defects),
            Err(Failure::Unsupported(reason) | Failure::Fatal(reason)) => {
                self.give_up(reason, defects);
            }
        }
        Ok(())
    }

    /// Compares the time at which a packet `starts` with the sound so far, and puts silence in for
    /// what is missing.
    fn follow_time(&mut self, starts: i128, defects: &mut Defects) {
        let missing = starts - *self.position.get_or_insert(starts);
        if missing > i128::from(u64::from(self.rate_hz()) / GAP_TOLERANCE) {
            let missing_frames = u64::try_from(missing).unwrap_or(u64::MAX);
            let at = self.place();
            let silent_frames = self.add_silence(missing_frames);
            defects.push(Defect::Gap { at, missing_frames, silent_frames });
            self.position = Some(starts);
        }
    }

    /// Takes the sound that lies in `pending`; returns its frames, with those dropped.
    fn take(&mut self, shape: Shape, defects: &mut Defects) -> u64 {
        if self.shape.is_some_and(|before| before != shape) {
            self.pending.clear();
            self.change(&shape.to_string(), defects);
            return 0;
        }
        self.shape = Some(shape);
        self.bad_in_a_row = 0;
        let frames = (self.pending.len() / shape.channels) as u64;
        let dropped = self.skip.min(frames);
        self.skip -= dropped;
        self.pending_from = dropped as usize * shape.channels;
        self.frames += frames - dropped;
        frames
    }

    fn rate_hz(&self) -> u32 {
        self.shape.or(self.stream.said_shape()).map_or(1, |shape| shape.rate_hz)
    }

    fn place(&self) -> Place {
        Place { frame: self.frames, rate: SampleRate(self.rate_hz()) }
    }

    /// Puts silence in, unless it is more than can be believed; returns the frames put in.
    fn add_silence(&mut self, frames: u64) -> u64 {
        let most = u64::from(self.rate_hz()) * MOST_SILENCE_SECS;
        if frames > most.saturating_sub(self.silence_used) {
            return 0;
        }
        self.silence_used += frames;
        self.silence += frames;
        self.frames += frames;
        frames
    }

    /// Notes a packet that gave nothing, `frames` long if that is known.
    fn bad(&mut self, frames: u64, reason: String, defects: &mut Defects) {
        self.bad_in_a_row += 1;
        if self.bad_in_a_row > MOST_BAD_IN_A_ROW {
            return self.give_up(reason, defects);
        }
        let at = self.place();
        let silent_frames = self.add_silence(frames);
        defects.push(Defect::UndecodablePacket { at, silent_frames, packets: 1, reason });
    }

    fn give_up(&mut self, reason: String, defects: &mut Defects) {
        defects.push(Defect::GaveUp { at: self.place(), reason });
        self.end(false, defects);
    }

    fn change(&mut self, to: &str, defects: &mut Defects) {
        let from = match self.shape {
            Some(shape) => format!("{} at {shape}", self.stream.codec()),
            None => self.stream.codec().into(),
        };
        let change = format!("{from} to {to}");
        defects.push(Defect::ParametersChanged { at: self.place(), change });
        self.ended = true;
    }

    /// Ends the recording and compares its length with what the header promised.
    fn end(&mut self, broken_off: bool, defects: &mut Defects) {
        self.ended = true;
        let found_frames = self.frames;
        let tolerance =
            if self.container.counts_frames() { 0 } else { u64::from(self.rate_hz()) / 10 };
        match self.expected_frames {
            Some(expected) if found_frames.saturating_add(tolerance) < expected => {
                defects.push(Defect::Truncated { expected_frames: Some(expected), found_frames });
            }
            Some(expected) if found_frames > expected.saturating_add(tolerance) => {
                let header_frames = Some(expected);
                defects.push(Defect::HeaderLengthWrong { header_frames, found_frames });
            }
            Some(_) => {}
            None if broken_off && !self.container.just_stops() => {
                defects.push(Defect::Truncated { expected_frames: None, found_frames });
            }
            None => {}
        }
    }
}

fn undecodable(name: &str, container: Container, reason: String) -> DecodeError {
    DecodeError::Undecodable { name: name.into(), container: container.name(), reason }
}
