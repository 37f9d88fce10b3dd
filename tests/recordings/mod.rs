//! Recordings made byte by byte, for the tests of reading.

#![allow(dead_code)] // Each test program uses its own part.

use std::io::Cursor;

use evenkeel::audio::decode::{DecodeError, Defect, Recording, StreamInfo};

/// A WAV file in the making; each field may be set wrong on purpose.
#[derive(Clone)]
pub struct Wav {
    /// The first four bytes; `RIFX` makes all numbers big-endian.
    pub riff: [u8; 4],
    pub tag: u16,
    pub channels: u16,
    pub rate_hz: u32,
    pub bits: u16,
    pub block_align: Option<u16>,
    /// Stands behind the 16 bytes of the `fmt ` chunk.
    pub fmt_more: Vec<u8>,
    /// Whole chunks before the sound.
    pub before: Vec<u8>,
    /// The length that the `data` chunk claims; none for the truth.
    pub data_length: Option<u32>,
    pub data: Vec<u8>,
    /// Bytes behind the sound.
    pub after: Vec<u8>,
}

impl Wav {
    pub fn new(tag: u16, channels: u16, rate_hz: u32, bits: u16, data: Vec<u8>) -> Self {
        Wav {
            riff: *b"RIFF",
            tag,
            channels,
            rate_hz,
            bits,
            block_align: None,
            fmt_more: Vec::new(),
            before: Vec::new(),
            data_length: None,
            data,
            after: Vec::new(),
        }
    }

    /// 16-bit PCM at 8 kHz.
    pub fn pcm16(channels: u16, samples: &[i16]) -> Self {
        let data = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        Wav::new(1, channels, 8_000, 16, data)
    }

    /// The same with WAVE_FORMAT_EXTENSIBLE around the format tag.
    pub fn extensible(mut self) -> Self {
        let valid_bits = self.bits;
        let mut more = self.u16(22).to_vec();
        more.extend(self.u16(valid_bits));
        more.extend(self.u32(3));
        more.extend(self.u32(self.tag.into()));
        more.extend([self.u16(0), self.u16(0x10)].concat());
        more.extend([0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71]);
        (self.tag, self.fmt_more) = (0xFFFE, more);
        self
    }

    pub fn u16(&self, number: u16) -> [u8; 2] {
        if &self.riff == b"RIFX" { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    pub fn u32(&self, number: u32) -> [u8; 4] {
        if &self.riff == b"RIFX" { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    pub fn chunk(&self, id: &[u8; 4], body: &[u8]) -> Vec<u8> {
        [id, &self.u32(body.len() as u32)[..], body].concat()
    }

    pub fn bytes(&self) -> Vec<u8> {
        let frame_bytes = (u32::from(self.channels) * u32::from(self.bits) / 8) as u16;
        let align = self.block_align.unwrap_or(frame_bytes);
        let fmt = [
            &self.u16(self.tag)[..],
            &self.u16(self.channels),
            &self.u32(self.rate_hz),
            &self.u32(self.rate_hz.wrapping_mul(align.into())),
            &self.u16(align),
            &self.u16(self.bits),
            &self.fmt_more,
        ]
        .concat();
        let data_length = self.data_length.unwrap_or(self.data.len() as u32);
        let body = [
            &b"WAVE"[..],
            &self.chunk(b"fmt ", &fmt),
            &self.before,
            b"data",
            &self.u32(data_length),
            &self.data,
            &self.after,
        ]
        .concat();
        [&self.riff[..], &self.u32(body.len() as u32), &body].concat()
    }
}

/// A recording read to its end.
pub struct Heard {
    pub info: StreamInfo,
    pub samples: Vec<f32>,
    pub defects: Vec<Defect>,
}

impl Heard {
    pub fn frames(&self) -> usize {
        self.samples.len() / self.info.channels
    }
}

/// Reads a recording from memory to its end.
pub fn hear(bytes: Vec<u8>) -> Result<Heard, DecodeError> {
    let mut recording = Recording::from_reader("call.wav", Box::new(Cursor::new(bytes)))?;
    let mut samples = Vec::new();
    loop {
        let before = samples.len();
        let frames = recording.read(&mut samples)?;
        assert_eq!(samples.len() - before, frames * recording.info().channels);
        assert!(frames <= 8192, "a block of {frames} frames");
        if frames == 0 {
            break;
        }
    }
    assert_eq!(recording.read(&mut samples).ok(), Some(0), "it stays at its end");
    Ok(Heard { info: recording.info().clone(), samples, defects: recording.defects().to_vec() })
}

/// The message of a recording that can't be opened.
pub fn refusal(bytes: Vec<u8>) -> String {
    match hear(bytes) {
        Ok(_) => panic!("it was read"),
        Err(error) => error.to_string(),
    }
}

/// Small recordings in each compressed format: name and bytes.
pub fn compressed() -> [(&'static str, &'static [u8]); 6] {
    [
        ("flac", include_bytes!("../fixtures/audio/sweep.flac")),
        ("mp3", include_bytes!("../fixtures/audio/sweep.mp3")),
        ("vorbis", include_bytes!("../fixtures/audio/sweep.ogg")),
        ("opus", include_bytes!("../fixtures/audio/sweep.opus")),
        ("aac", include_bytes!("../fixtures/audio/sweep.m4a")),
        ("opus", include_bytes!("../fixtures/audio/sweep.webm")),
    ]
}

/// Makes the checksums of the pages of an Ogg file right again, so that changed bytes get as far
/// as the decoder (RFC 3533 §6: CRC-32, polynomial 0x04C11DB7, the field itself as zeros).
pub fn repair_ogg(bytes: &mut [u8]) {
    let mut start = 0;
    while bytes.len() >= start + 27 && &bytes[start..start + 4] == b"OggS" {
        let segments = usize::from(bytes[start + 26]);
        let Some(table) = bytes.get(start + 27..start + 27 + segments) else { return };
        let body: usize = table.iter().map(|&length| usize::from(length)).sum();
        let end = start + 27 + segments + body;
        let Some(page) = bytes.get_mut(start..end) else { return };
        page[22..26].fill(0);
        let crc = page.iter().fold(0u32, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte) << 24, |crc, _| {
                if crc >> 31 == 1 { crc << 1 ^ 0x04C1_1DB7 } else { crc << 1 }
            })
        });
        page[22..26].copy_from_slice(&crc.to_le_bytes());
        start = end;
    }
}

/// A small generator of numbers (xorshift64*, Vigna 2016), the same on every run.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// One to eight changes to `bytes`: a byte, a bit, a number of 4 bytes, a stretch removed,
/// doubled, emptied, or the end cut off.
pub fn damage(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    for _ in 0..1 + numbers.below(8) {
        if bytes.is_empty() {
            return;
        }
        // Half the changes go to the header, where they do most.
        let reach = if numbers.below(2) == 0 { bytes.len().min(128) } else { bytes.len() };
        let at = numbers.below(reach);
        let end = (at + 1 + numbers.below(200)).min(bytes.len());
        match numbers.below(12) {
            0..=3 => bytes[at] = numbers.next() as u8,
            4..=6 => bytes[at] ^= 1 << numbers.below(8),
            7 => {
                let extreme = [0u32, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0xFFFF];
                let number = extreme[numbers.below(extreme.len())].to_le_bytes();
                for (byte, new) in bytes[at..].iter_mut().zip(number) {
                    *byte = new;
                }
            }
            8 => drop(bytes.drain(at..end)),
            9 => {
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            10 => bytes[at..end].fill(0),
            _ => bytes.truncate(at + numbers.below(bytes.len() - at)),
        }
    }
}
