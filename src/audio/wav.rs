//! WAV files: PCM, floating point and G.711, from the bytes that `riff` finds.

use std::io::SeekFrom;

use super::byte_order::ByteOrder;
use super::decode::{DecodeError, Media, StreamInfo, check_shape};
use super::defect::{Defect, Defects};
use super::g711;
use super::riff::{Coding, Format, Length, Walk, read_full};
use crate::units::SampleRate;

/// Frames read at once.
const BLOCK_FRAMES: u64 = 8192;

/// The sound of one WAV file.
pub(super) struct WavReader {
    name: String,
    source: Box<dyn Media>,
    format: Format,
    big_endian: bool,
    /// Where the sound begins in the file, and its bytes of whole frames.
    data: (u64, u64),
    /// Bytes of whole frames still to read.
    bytes_left: u64,
    frames_read: u64,
    length: Length,
    partial_bytes: u64,
    byte_order: Option<ByteOrder>,
    block: Vec<u8>,
    ended: bool,
}

impl WavReader {
    /// Finds the sound in `source`, `len` bytes that begin with a RIFF, RIFX, RF64 or BW64 header.
    ///
    /// # Errors
    /// `Damaged` when a chunk is missing or contradicts itself, `Unsupported` for other codecs,
    /// `Io` when reading fails.
    pub(super) fn open(
        name: &str,
        source: Box<dyn Media>,
        len: u64,
        defects: &mut Defects,
    ) -> Result<(WavReader, StreamInfo), DecodeError> {
        let mut walk = Walk::new(name, source, len)?;
        let (format, data) = walk.find_data()?;
        let (length, bytes) = walk.data_length(&data, format, defects)?;
        let frame_bytes = format.frame_bytes();
        let found_bytes = bytes.min(len.saturating_sub(data.start));
        let cut_short = found_bytes < bytes;
        let info = StreamInfo {
            sample_rate: SampleRate(format.rate_hz),
            channels: usize::from(format.channels),
            encoding: format.coding.name(walk.big_endian),
            frames: match length {
                Length::Frames(frames) => Some(frames),
                Length::NeverFilledIn => None,
            },
        };
        check_shape(name, &info)?;
        let Walk { mut source, big_endian, .. } = walk;
        source.seek(SeekFrom::Start(data.start)).map_err(|error| DecodeError::io(name, error))?;
        let reader = WavReader {
            name: name.into(),
            source,
            format,
            big_endian,
            data: (data.start, found_bytes - found_bytes % frame_bytes),
            bytes_left: found_bytes - found_bytes % frame_bytes,
            frames_read: 0,
            length,
            partial_bytes: if cut_short { 0 } else { found_bytes % frame_bytes },
            byte_order: (format.coding == Coding::S16)
                .then(|| ByteOrder::new(info.channels, format.rate_hz)),
            block: Vec::new(),
            ended: false,
        };
        Ok((reader, info))
    }

    /// Goes to a frame, or to the end where it lies beyond.
    pub(super) fn seek(&mut self, frame: u64) -> Result<(), DecodeError> {
        let (start, length) = self.data;
        let frame_bytes = self.format.frame_bytes();
        let place = frame.saturating_mul(frame_bytes).min(length);
        let sought = self.source.seek(SeekFrom::Start(start + place));
        sought.map_err(|error| DecodeError::io(&self.name, error))?;
        self.bytes_left = length - place;
        self.frames_read = place / frame_bytes;
        self.ended = false;
        Ok(())
    }

    /// Appends up to 8192 frames to `out`; returns how many, 0 at the end.
    pub(super) fn read(
        &mut self,
        out: &mut Vec<f32>,
        defects: &mut Defects,
    ) -> Result<usize, DecodeError> {
        if self.ended {
            return Ok(0);
        }
        let frame_bytes = self.format.frame_bytes();
        let wanted = self.bytes_left.min(BLOCK_FRAMES * frame_bytes) as usize;
        self.block.resize(wanted, 0);
        let found = read_full(&mut self.source, &mut self.block)
            .map_err(|error| DecodeError::io(&self.name, error))?;
        let whole = found - found % frame_bytes as usize;
        self.block.truncate(whole);
        self.bytes_left = if found < wanted { 0 } else { self.bytes_left - whole as u64 };
        let frames = whole as u64 / frame_bytes;
        self.frames_read += frames;
        if frames == 0 {
            self.end(defects);
            return Ok(0);
        }
        self.decode(out);
        Ok(frames as usize)
    }

    /// Decodes the block.
    fn decode(&mut self, out: &mut Vec<f32>) {
        let (block, big) = (&self.block[..], self.big_endian);
        match self.format.coding {
            Coding::U8 => {
                out.extend(block.iter().map(|&byte| (f32::from(byte) - 128.0) / 128.0));
            }
            Coding::ALaw => out.extend(block.iter().map(|&code| g711::A_LAW[usize::from(code)])),
            Coding::MuLaw => out.extend(block.iter().map(|&code| g711::MU_LAW[usize::from(code)])),
            Coding::S16 => {
                let sample = |bytes: &[u8; 2]| {
                    if big { i16::from_be_bytes(*bytes) } else { i16::from_le_bytes(*bytes) }
                };
                let samples = block.as_chunks::<2>().0;
                if let Some(byte_order) = &mut self.byte_order {
                    for frame in samples.chunks_exact(usize::from(self.format.channels)) {
                        byte_order.push(frame.iter().map(sample));
                    }
                }
                out.extend(samples.iter().map(|bytes| f32::from(sample(bytes)) / 32_768.0));
            }
            Coding::S24 => out.extend(block.as_chunks::<3>().0.iter().map(|&[a, b, c]| {
                let bytes = if big { [a, b, c, 0] } else { [c, b, a, 0] };
                (i32::from_be_bytes(bytes) >> 8) as f32 / 8_388_608.0
            })),
            Coding::S32 => out.extend(block.as_chunks::<4>().0.iter().map(|bytes| {
                let sample =
                    if big { i32::from_be_bytes(*bytes) } else { i32::from_le_bytes(*bytes) };
                (f64::from(sample) / 2_147_483_648.0) as f32
            })),
            Coding::F32 => out.extend(block.as_chunks::<4>().0.iter().map(|bytes| {
                if big { f32::from_be_bytes(*bytes) } else { f32::from_le_bytes(*bytes) }
            })),
            Coding::F64 => out.extend(block.as_chunks::<8>().0.iter().map(|bytes| {
                let sample =
                    if big { f64::from_be_bytes(*bytes) } else { f64::from_le_bytes(*bytes) };
                sample as f32
            })),
        }
    }

    /// Says at the end what the whole recording showed.
    fn end(&mut self, defects: &mut Defects) {
        self.ended = true;
        let found_frames = self.frames_read;
        match self.length {
            Length::Frames(expected) if found_frames < expected => {
                defects.push(Defect::Truncated { expected_frames: Some(expected), found_frames });
            }
            Length::Frames(_) => {}
            Length::NeverFilledIn => {
                defects.push(Defect::HeaderLengthWrong { header_frames: None, found_frames });
            }
        }
        if self.partial_bytes > 0 {
            defects.push(Defect::PartialFrame { bytes: self.partial_bytes });
        }
        if self.byte_order.as_ref().is_some_and(ByteOrder::looks_swapped) {
            defects.push(Defect::LooksByteSwapped);
        }
    }
}
