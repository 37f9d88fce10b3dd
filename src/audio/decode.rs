//! Recordings: a file, whatever its kind, as blocks of samples.
//!
//! What a file is, its first bytes say, never its name. WAV goes to `wav`, everything
//! else to `compressed`. A file that can be read but has something wrong with it is read,
//! and [`Recording::defects`] says what is wrong; one that can't be read is a [`DecodeError`].

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::codec::Container;
use super::compressed::CompressedReader;
use super::defect::Defects;
pub use super::defect::{Defect, Place};
use super::riff::read_full;
use super::wav::WavReader;
use crate::units::SampleRate;

/// The slowest rate that is read: the telephone's.
const LOWEST_RATE_HZ: u32 = 8_000;
/// The fastest rate that is read.
const HIGHEST_RATE_HZ: u32 = 48_000;
/// The most channels that are read.
const MOST_CHANNELS: usize = 8;

/// Where a recording's bytes come from: a file, or `std::io::Cursor` over bytes in memory.
pub trait Media: Read + Seek + Send + Sync {}

impl<T: Read + Seek + Send + Sync> Media for T {}

/// What a recording says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamInfo {
    /// Frames a second, 8,000 to 48,000.
    pub sample_rate: SampleRate,
    /// Channels, 1 to 8.
    pub channels: usize,
    /// The codec by its common name: `pcm_s16le`, `pcm_mulaw`, `flac`, `mp3`, `opus`, `vorbis`…
    pub encoding: String,
    /// Length in frames by the header, when it says; what is there may differ.
    pub frames: Option<u64>,
}

/// Why a recording can't be read. Each message names the file and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The file can't be opened: it is missing, or its permissions forbid it.
    #[error("{name}: can't be opened: {source}; check the path and that you may read the file")]
    Open {
        /// The file.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// The path leads to a folder, a pipe or a device.
    #[error("{name}: is {what}, not a file; give the path of a recording")]
    NotAFile {
        /// The path.
        name: String,
        /// What it is instead.
        what: &'static str,
    },
    /// Reading failed half-way; what was read before is good.
    #[error("{name}: reading failed: {source}; copy the file to a sound disk and try again")]
    Io {
        /// The file.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// The file has no bytes.
    #[error("{name}: the file is empty (0 bytes); copy it again from where it was recorded")]
    Empty {
        /// The file.
        name: String,
    },
    /// The first bytes are of no kind of recording that is read.
    #[error(
        "{name}: its first bytes are {looks_like}; give WAV, FLAC, MP3, Ogg, M4A or WebM, or \
         convert it with sox or ffmpeg"
    )]
    NotARecording {
        /// The file.
        name: String,
        /// What the bytes look like.
        looks_like: String,
    },
    /// A WAV header that contradicts itself or lacks a part.
    #[error(
        "{name}: damaged WAV header at byte {at_byte}: {what}; copy the file again, or save it \
         anew with the program that plays it"
    )]
    Damaged {
        /// The file.
        name: String,
        /// Where in the file.
        at_byte: u64,
        /// What is wrong there.
        what: String,
    },
    /// A compressed file of which nothing can be decoded.
    #[error(
        "{name}: {container} file from which nothing can be decoded ({reason}); copy it again, \
         or convert it to WAV with the program that plays it"
    )]
    Undecodable {
        /// The file.
        name: String,
        /// The kind of file.
        container: &'static str,
        /// What the decoder said.
        reason: String,
    },
    /// A known kind of file with a codec or layout that is not read.
    #[error("{name}: {what} is not read; convert it, say with `sox IN -e signed -b 16 OUT.wav`")]
    Unsupported {
        /// The file.
        name: String,
        /// What it is.
        what: String,
    },
    /// A rate outside 8 to 48 kHz.
    #[error(
        "{name}: {rate} is outside 8000 to 48000 Hz; convert it, say with \
         `sox IN -r 16000 OUT.wav`"
    )]
    Rate {
        /// The file.
        name: String,
        /// Its rate.
        rate: SampleRate,
    },
    /// No channels, or more than 8.
    #[error("{name}: {channels} channels; give a recording with 1 to 8")]
    Channels {
        /// The file.
        name: String,
        /// Its channels.
        channels: usize,
    },
}

impl DecodeError {
    pub(super) fn io(name: &str, source: io::Error) -> Self {
        DecodeError::Io { name: name.into(), source }
    }
}

/// Refuses rates and numbers of channels that nobody records calls with.
pub(super) fn check_shape(name: &str, info: &StreamInfo) -> Result<(), DecodeError> {
    if info.channels == 0 || info.channels > MOST_CHANNELS {
        return Err(DecodeError::Channels { name: name.into(), channels: info.channels });
    }
    if !(LOWEST_RATE_HZ..=HIGHEST_RATE_HZ).contains(&info.sample_rate.hz()) {
        return Err(DecodeError::Rate { name: name.into(), rate: info.sample_rate });
    }
    Ok(())
}

/// One recording, open for reading, block by block.
pub struct Recording {
    info: StreamInfo,
    reader: Reader,
    defects: Defects,
}

enum Reader {
    Wav(Box<WavReader>),
    Compressed(Box<CompressedReader>),
}

impl Recording {
    /// Opens the file at `path` and reads its header.
    ///
    /// # Errors
    /// Any [`DecodeError`]; its message calls the file by `path` as given.
    pub fn open(path: &Path) -> Result<Recording, DecodeError> {
        let name = path.display().to_string();
        let open_error = |source| DecodeError::Open { name: name.clone(), source };
        // Asked before opening: opening a pipe would wait for its writer.
        let kind = std::fs::metadata(path).map_err(open_error)?.file_type();
        if !kind.is_file() {
            let what = if kind.is_dir() { "a folder" } else { "a pipe or device" };
            return Err(DecodeError::NotAFile { name, what });
        }
        let file = File::open(path).map_err(open_error)?;
        Recording::from_reader(&name, Box::new(file))
    }

    /// Opens a recording that is already in hand, say `std::io::Cursor` over its bytes; `name`
    /// stands for it in errors.
    ///
    /// # Errors
    /// Any [`DecodeError`] but `Open` and `NotAFile`.
    pub fn from_reader(name: &str, mut source: Box<dyn Media>) -> Result<Recording, DecodeError> {
        let mut defects = Defects::default();
        let io_error = |error| DecodeError::io(name, error);
        let len = source.seek(SeekFrom::End(0)).map_err(io_error)?;
        if len == 0 {
            return Err(DecodeError::Empty { name: name.into() });
        }
        let (start, kind) = find_kind(&mut source).map_err(io_error)?;
        let (reader, info) = match kind {
            Kind::Wav => {
                let (reader, info) = WavReader::open(name, source, len, &mut defects)?;
                (Reader::Wav(Box::new(reader)), info)
            }
            Kind::Compressed(container) => {
                let (reader, info) =
                    CompressedReader::open(name, container, source, start, len, &mut defects)?;
                (Reader::Compressed(Box::new(reader)), info)
            }
            Kind::Other(looks_like) => {
                return Err(DecodeError::NotARecording { name: name.into(), looks_like });
            }
        };
        Ok(Recording { info, reader, defects })
    }

    /// What the recording says about itself.
    pub fn info(&self) -> &StreamInfo {
        &self.info
    }

    /// Appends the next block, at most 8,192 frames, to `out`: interleaved samples, −1 to 1 at full
    /// scale (floating-point files may go beyond), never NaN or infinite. Returns the frames
    /// appended, 0 at the end.
    ///
    /// # Errors
    /// [`DecodeError::Io`] when the system can't read on. Damage in the file is no error but a
    /// [`Defect`].
    pub fn read(&mut self, out: &mut Vec<f32>) -> Result<usize, DecodeError> {
        let before = out.len();
        let frames = match &mut self.reader {
            Reader::Wav(reader) => reader.read(out, &mut self.defects),
            Reader::Compressed(reader) => reader.read(out, &mut self.defects),
        }?;
        let mut not_finite = 0;
        for sample in &mut out[before..] {
            if !sample.is_finite() {
                *sample = 0.0;
                not_finite += 1;
            }
        }
        self.defects.push_non_finite(not_finite);
        Ok(frames)
    }

    /// Goes to a frame, or to the end where it lies beyond; `false` where that can't be done at once
    /// and nothing has changed. What is passed over is not looked at for defects.
    ///
    /// # Errors
    /// [`DecodeError::Io`].
    pub fn seek(&mut self, frame: u64) -> Result<bool, DecodeError> {
        match &mut self.reader {
            Reader::Wav(reader) => reader.seek(frame).map(|()| true),
            Reader::Compressed(_) => Ok(false),
        }
    }

    /// What was found wrong so far; complete once [`Recording::read`] has returned 0.
    pub fn defects(&self) -> &[Defect] {
        self.defects.list()
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording").field("info", &self.info).finish_non_exhaustive()
    }
}

/// What the first bytes of a file say it is.
enum Kind {
    Wav,
    Compressed(Container),
    /// Something else; how to name it.
    Other(String),
}

/// What the file is and where that begins: ID3 tags may stand in front of MP3 and FLAC.
fn find_kind(source: &mut Box<dyn Media>) -> io::Result<(u64, Kind)> {
    let mut start = 0u64;
    let mut head = [0; 64];
    loop {
        source.seek(SeekFrom::Start(start))?;
        let filled = read_full(source, &mut head)?;
        let head = &head[..filled];
        match head {
            // ID3v2.4 §3.1: "ID3", version, flags, and a length of 4 × 7 bits without the header.
            [b'I', b'D', b'3', _, _, flags, a, b, c, d, ..] if (a | b | c | d) & 0x80 == 0 => {
                let body = [a, b, c, d].iter().fold(0, |sum, &&part| sum << 7 | u64::from(part));
                let footer = if flags & 0x10 != 0 { 10 } else { 0 };
                start += 10 + body + footer;
            }
            _ => return Ok((start, kind_of(head))),
        }
    }
}

fn kind_of(head: &[u8]) -> Kind {
    match head {
        [b'R', b'I', b'F', b'F' | b'X', _, _, _, _, b'W', b'A', b'V', b'E', ..]
        | [b'R', b'F', b'6', b'4', _, _, _, _, b'W', b'A', b'V', b'E', ..]
        | [b'B', b'W', b'6', b'4', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Kind::Wav,
        [b'f', b'L', b'a', b'C', ..] => Kind::Compressed(Container::Flac),
        [b'O', b'g', b'g', b'S', ..] => Kind::Compressed(Container::Ogg),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Kind::Compressed(Container::Mp4),
        [0x1A, 0x45, 0xDF, 0xA3, ..] => Kind::Compressed(Container::Matroska),
        [0xFF, second, third, ..] if second & 0xE0 == 0xE0 => match mpeg_kind(*second, *third) {
            Some(container) => Kind::Compressed(container),
            None => Kind::Other(describe(head)),
        },
        _ => Kind::Other(describe(head)),
    }
}

/// MP3 or AAC by the first bytes after the sync pattern (ISO 11172-3 §2.4.1.3, 13818-7 §6.2).
fn mpeg_kind(second: u8, third: u8) -> Option<Container> {
    let (version, layer) = (second >> 3 & 3, second >> 1 & 3);
    let (bit_rate, rate) = (third >> 4, third >> 2 & 3);
    match layer {
        0 if second & 0xF6 == 0xF0 => Some(Container::Adts),
        1 if version != 1 && bit_rate != 15 && rate != 3 => Some(Container::Mp3),
        _ => None,
    }
}

/// Names what is no recording by its first bytes.
fn describe(head: &[u8]) -> String {
    const KNOWN: [(&[u8], &str); 17] = [
        (b"\xFF\xD8\xFF", "a JPEG picture's"),
        (b"\x89PNG", "a PNG picture's"),
        (b"GIF8", "a GIF picture's"),
        (b"%PDF", "a PDF document's"),
        (b"PK\x03\x04", "a ZIP archive's"),
        (b"\x1F\x8B", "a gzip archive's"),
        (b"\x7FELF", "a program's"),
        (b"FORM", "those of an AIFF or other IFF file"),
        (b".snd", "a Sun/NeXT AU recording's"),
        (b"#!AMR", "an AMR recording's"),
        (b"caff", "a Core Audio recording's"),
        (b"\x30\x26\xB2\x75", "a Windows Media file's"),
        (b"riff\x2E\x91", "a Sony Wave64 recording's"),
        (b"NIST_1A", "a NIST SPHERE recording's"),
        (b"RIFF", "those of a RIFF file without sound"),
        (b"ID3", "a broken ID3 tag's"),
        (b"FLV", "a Flash video's"),
    ];
    if let Some((_, name)) = KNOWN.iter().find(|(magic, _)| head.starts_with(magic)) {
        return (*name).into();
    }
    let text = |&byte: &u8| (0x20..0x7F).contains(&byte) || byte.is_ascii_whitespace();
    match head {
        [] => "missing: only a tag is there".into(),
        _ if head.iter().all(|&byte| byte == 0) => {
            "all zero, as a recorder leaves them that died".into()
        }
        _ if head.iter().all(text) => "text".into(),
        _ => {
            let shown: Vec<_> = head.iter().take(4).map(|byte| format!("{byte:02X}")).collect();
            format!("those of no known recording ({})", shown.join(" "))
        }
    }
}
