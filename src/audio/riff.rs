//! The chunks of a RIFF WAVE file: where its sound is, how it is written, how long it is.
//!
//! Sources: Microsoft's *Multimedia Programming Interface and Data Specifications 1.0* (RIFF, RIFX,
//! WAVE), *Multiple Channel Audio Data and WAVE Files* (WAVE_FORMAT_EXTENSIBLE), EBU Tech 3306
//! (RF64), ITU-R BS.2088 (BW64). Real recorders break these in known ways, so lengths in headers
//! are compared with the length of the file and never trusted.

use std::io::{self, SeekFrom};

use super::decode::{DecodeError, Media};
use super::defect::{Defect, Defects};

/// More chunks than this before the sound are no WAV file any more.
const MOST_CHUNKS: usize = 1000;
/// The `data` length of a header that is written before the length is known.
const LENGTH_UNKNOWN: u32 = u32::MAX;
/// Lengths from here on that the file doesn't have are place-holders of streaming writers (sox
/// leaves 0x7FFFF000 and more), not recordings cut short.
const PLACE_HOLDER: u64 = 0x7FFF_0000;
/// The tail of the GUIDs that stand for format tags in WAVE_FORMAT_EXTENSIBLE.
const TAG_GUID_TAIL: [u8; 8] = [0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71];

/// How a sample is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    U8,
    S16,
    S24,
    S32,
    F32,
    F64,
    ALaw,
    MuLaw,
}

impl Coding {
    pub(super) fn bytes(self) -> u16 {
        match self {
            Coding::U8 | Coding::ALaw | Coding::MuLaw => 1,
            Coding::S16 => 2,
            Coding::S24 => 3,
            Coding::S32 | Coding::F32 => 4,
            Coding::F64 => 8,
        }
    }

    /// The name that ffmpeg and sox users know.
    pub(super) fn name(self, big_endian: bool) -> String {
        let stem = match self {
            Coding::U8 => return "pcm_u8".into(),
            Coding::ALaw => return "pcm_alaw".into(),
            Coding::MuLaw => return "pcm_mulaw".into(),
            Coding::S16 => "pcm_s16",
            Coding::S24 => "pcm_s24",
            Coding::S32 => "pcm_s32",
            Coding::F32 => "pcm_f32",
            Coding::F64 => "pcm_f64",
        };
        format!("{stem}{}", if big_endian { "be" } else { "le" })
    }
}

/// The `fmt ` chunk, checked.
#[derive(Clone, Copy)]
pub(super) struct Format {
    pub(super) coding: Coding,
    pub(super) channels: u16,
    pub(super) rate_hz: u32,
}

impl Format {
    pub(super) fn frame_bytes(self) -> u64 {
        u64::from(self.channels) * u64::from(self.coding.bytes())
    }
}

/// What the header says about the length.
#[derive(Clone, Copy)]
pub(super) enum Length {
    Frames(u64),
    NeverFilledIn,
}

/// Where the `data` chunk lies.
pub(super) struct Data {
    /// The first byte of its body.
    pub(super) start: u64,
    /// Its length by its own header.
    declared: u32,
    /// Its length by the `ds64` chunk of an RF64 file.
    declared_64: Option<u64>,
}

/// A walk over the chunks of a file.
pub(super) struct Walk<'a> {
    name: &'a str,
    len: u64,
    pub(super) source: Box<dyn Media>,
    pub(super) big_endian: bool,
}

impl<'a> Walk<'a> {
    /// Over `source`, `len` bytes long, called `name` in errors.
    ///
    /// # Errors
    /// `Io` when its first bytes can't be read.
    pub(super) fn new(
        name: &'a str,
        source: Box<dyn Media>,
        len: u64,
    ) -> Result<Self, DecodeError> {
        let mut walk = Walk { name, len, source, big_endian: false };
        walk.big_endian = walk.bytes::<4>(0)?.as_ref() == Some(b"RIFX");
        Ok(walk)
    }

    /// The `N` bytes at `position`, or nothing when the file ends before.
    fn bytes<const N: usize>(&mut self, position: u64) -> Result<Option<[u8; N]>, DecodeError> {
        let mut bytes = [0; N];
        let read = self
            .source
            .seek(SeekFrom::Start(position))
            .and_then(|_| read_full(&mut self.source, &mut bytes))
            .map_err(|error| DecodeError::io(self.name, error))?;
        Ok((read == N).then_some(bytes))
    }

    fn u16(&self, bytes: [u8; 2]) -> u16 {
        if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }
    }

    fn u32(&self, bytes: [u8; 4]) -> u32 {
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }

    fn damaged(&self, at_byte: u64, what: impl Into<String>) -> DecodeError {
        DecodeError::Damaged { name: self.name.into(), at_byte, what: what.into() }
    }

    /// The name and length of the chunk at `position`, if the file goes on that far.
    fn chunk(&mut self, position: u64) -> Result<Option<([u8; 4], u32)>, DecodeError> {
        let Some([a, b, c, d, size @ ..]) = self.bytes::<8>(position)? else { return Ok(None) };
        Ok(Some(([a, b, c, d], self.u32(size))))
    }

    /// Where the chunk after one that ends at `end` begins. A body of odd length is followed by a
    /// pad byte, which some writers leave out: then a chunk name stands in its place.
    fn after(&mut self, end: u64, size: u64) -> Result<u64, DecodeError> {
        if size.is_multiple_of(2) {
            return Ok(end);
        }
        let Some(next) = self.bytes::<5>(end)? else { return Ok(end.saturating_add(1)) };
        let unpadded = is_chunk_name(&next[..4]) && !is_known_chunk(&next[1..]);
        Ok(end.saturating_add(u64::from(!unpadded)))
    }

    /// Walks to the `data` chunk, reading `fmt ` and `ds64` on the way.
    pub(super) fn find_data(&mut self) -> Result<(Format, Data), DecodeError> {
        let (mut position, mut format, mut declared_64) = (12, None, None);
        for _ in 0..MOST_CHUNKS {
            let Some((id, size)) = self.chunk(position)? else {
                return Err(match format {
                    None => self.damaged(position, "there is no `fmt ` chunk, only a header"),
                    Some(_) => self.damaged(position, "there is a header, but no `data` chunk"),
                });
            };
            let start = position + 8;
            match &id {
                b"data" => {
                    let Some(format) = format else {
                        let what = "the `data` chunk stands before any `fmt ` chunk";
                        return Err(self.damaged(position, what));
                    };
                    return Ok((format, Data { start, declared: size, declared_64 }));
                }
                b"fmt " => format = Some(self.format(start, size)?),
                b"ds64" if size >= 28 => {
                    // RIFF size, data size and sample count, 64 bits each, then a table.
                    if let Some([_, data, ..]) = self.bytes::<24>(start)?.map(|b| split_u64(&b)) {
                        declared_64 = Some(data);
                    }
                }
                _ => {}
            }
            let end = start.saturating_add(u64::from(size));
            if end > self.len {
                let id = String::from_utf8_lossy(&id).escape_debug().to_string();
                let what = format!(
                    "chunk `{id}` claims {size} bytes, {} are left in the file",
                    self.len.saturating_sub(start)
                );
                return Err(self.damaged(position, what));
            }
            position = self.after(end, size.into())?;
        }
        Err(self.damaged(position, format!("there are {MOST_CHUNKS} chunks and no sound yet")))
    }

    /// Reads and checks the `fmt ` chunk whose body of `size` bytes is at `start`.
    fn format(&mut self, start: u64, size: u32) -> Result<Format, DecodeError> {
        let body = match size {
            0..16 => None,
            _ => self.bytes::<16>(start)?,
        };
        let Some([t0, t1, c0, c1, r0, r1, r2, r3, _, _, _, _, a0, a1, b0, b1]) = body else {
            return Err(self.damaged(start, format!("the `fmt ` chunk has {size} bytes, not 16")));
        };
        let mut tag = self.u16([t0, t1]);
        let (channels, rate_hz) = (self.u16([c0, c1]), self.u32([r0, r1, r2, r3]));
        let (block_align, bits) = (self.u16([a0, a1]), self.u16([b0, b1]));
        if tag == 0xFFFE {
            tag = self.extensible_tag(start, size)?;
        }
        let coding = match (tag, bits) {
            (1, 8) => Coding::U8,
            (1, 16) => Coding::S16,
            (1, 24) => Coding::S24,
            (1, 32) => Coding::S32,
            (3, 32) => Coding::F32,
            (3, 64) => Coding::F64,
            (6, 8) => Coding::ALaw,
            (7, 8) => Coding::MuLaw,
            (1 | 3 | 6 | 7, _) => {
                let what = format!("{bits} bits a sample don't go with {}", codec_name(tag));
                return Err(self.damaged(start, what));
            }
            _ => {
                return Err(DecodeError::Unsupported {
                    name: self.name.into(),
                    what: format!("a WAV file with {} (format tag {tag:#06x})", codec_name(tag)),
                });
            }
        };
        let format = Format { coding, channels, rate_hz };
        if channels > 0 && u64::from(block_align) != format.frame_bytes() {
            let what = format!(
                "frames of {block_align} bytes don't go with {channels} channels of {bits} bits"
            );
            return Err(self.damaged(start, what));
        }
        Ok(format)
    }

    /// The format tag inside the GUID of WAVE_FORMAT_EXTENSIBLE.
    fn extensible_tag(&mut self, start: u64, size: u32) -> Result<u16, DecodeError> {
        let guid = if size < 40 { None } else { self.bytes::<16>(start.saturating_add(24))? };
        let Some([a, b, c, d, e, f, g, h, tail @ ..]) = guid else {
            let what = format!("the extensible `fmt ` chunk has {size} bytes, not 40");
            return Err(self.damaged(start, what));
        };
        let (tag, middle) = (self.u32([a, b, c, d]), (self.u16([e, f]), self.u16([g, h])));
        match u16::try_from(tag) {
            Ok(tag) if middle == (0, 0x10) && tail == TAG_GUID_TAIL => Ok(tag),
            _ => Err(DecodeError::Unsupported {
                name: self.name.into(),
                what: "a WAV file with a codec that has no format tag".into(),
            }),
        }
    }

    /// How long the sound is: what the header says, and the bytes to read (perhaps more than
    /// there are).
    pub(super) fn data_length(
        &mut self,
        data: &Data,
        format: Format,
        defects: &mut Defects,
    ) -> Result<(Length, u64), DecodeError> {
        let available = self.len.saturating_sub(data.start);
        let declared = match (data.declared, data.declared_64) {
            (LENGTH_UNKNOWN, Some(declared)) => declared,
            (declared, _) => u64::from(declared),
        };
        let nothing_written = declared == 0 && available > 0 && !self.is_chunks(data.start)?;
        if nothing_written || (declared > available && declared >= PLACE_HOLDER) {
            return Ok((Length::NeverFilledIn, available));
        }
        if declared < available {
            let end = self.after(data.start + declared, declared)?;
            let left_over = self.len.saturating_sub(end);
            if left_over > 0 && !self.is_chunks(end)? {
                defects.push(Defect::BytesAfterData { bytes: left_over });
            }
        }
        Ok((Length::Frames(declared / format.frame_bytes().max(1)), declared))
    }

    /// Whether the file from `position` on is chunk after chunk to its end.
    fn is_chunks(&mut self, mut position: u64) -> Result<bool, DecodeError> {
        for _ in 0..MOST_CHUNKS {
            if position >= self.len {
                return Ok(true);
            }
            let Some((id, size)) = self.chunk(position)? else { return Ok(false) };
            let end = position + 8 + u64::from(size);
            if !is_chunk_name(&id) || end > self.len {
                return Ok(false);
            }
            position = self.after(end, size.into())?;
        }
        Ok(false)
    }
}

/// Whether four bytes may name a chunk: printable ASCII.
fn is_chunk_name(name: &[u8]) -> bool {
    name.iter().all(|byte| (0x20..0x7F).contains(byte))
}

/// Whether four bytes name a chunk that recorders do write.
fn is_known_chunk(name: &[u8]) -> bool {
    const KNOWN: [&[u8]; 12] = [
        b"data", b"fmt ", b"LIST", b"fact", b"bext", b"cue ", b"iXML", b"JUNK", b"PEAK", b"smpl",
        b"id3 ", b"_PMX",
    ];
    KNOWN.contains(&name)
}

/// Little-endian 64-bit numbers: RF64 has no big-endian form.
fn split_u64(bytes: &[u8; 24]) -> [u64; 3] {
    let mut numbers = [0; 3];
    for (number, chunk) in numbers.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *number = u64::from_le_bytes(*chunk);
    }
    numbers
}

/// What a format tag stands for (the list of RFC 2361, as far as phone recorders use it).
fn codec_name(tag: u16) -> &'static str {
    match tag {
        1 => "PCM",
        2 => "Microsoft ADPCM",
        3 => "floating point",
        6 => "A-law",
        7 => "mu-law",
        0x10 => "OKI ADPCM",
        0x11 => "IMA ADPCM",
        0x16 => "G.723 ADPCM",
        0x22 => "TrueSpeech",
        0x31 => "GSM 6.10",
        0x40 | 0x45 | 0x64 => "G.726 ADPCM",
        0x42 => "G.723.1",
        0x50 => "MPEG audio",
        0x55 => "MP3",
        0x83 => "G.729",
        0x160..=0x162 => "Windows Media audio",
        _ => "an unknown codec",
    }
}

/// Fills `buffer` as far as the source goes; returns the bytes read.
pub(super) fn read_full(source: &mut Box<dyn Media>, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
