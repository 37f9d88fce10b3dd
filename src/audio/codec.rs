//! The door to symphonia and libopus: packets of a compressed file, decoded one by one.
//!
//! The decoders' own code is not ours to trust with damaged bytes: should one panic, that is an
//! error like others, after which the stream must not be used any more.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatOptions, FormatReader, Track};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::packet::Packet;
use symphonia::core::units::TimeBase;
use symphonia::default::formats::{
    AdtsReader, FlacReader, IsoMp4Reader, MkvReader, MpaReader, OggReader,
};

use super::decode::Media;

static CODECS: LazyLock<CodecRegistry> = LazyLock::new(|| {
    let mut codecs = CodecRegistry::new();
    symphonia::default::register_enabled_codecs(&mut codecs);
    codecs.register_audio_decoder::<symphonia_adapter_libopus::OpusDecoder>();
    codecs
});

/// The kinds of file, each known by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    Flac,
    Mp3,
    Adts,
    Ogg,
    Mp4,
    Matroska,
}

impl Container {
    /// With its article, for messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Container::Flac => "a FLAC",
            Container::Mp3 => "an MP3",
            Container::Adts => "an AAC",
            Container::Ogg => "an Ogg",
            Container::Mp4 => "an M4A (MP4)",
            Container::Matroska => "a WebM (Matroska)",
        }
    }

    /// Whether the header's length is exact to the frame; MP4's counts the encoder's delay.
    pub(super) fn counts_frames(self) -> bool {
        matches!(self, Container::Flac | Container::Mp3 | Container::Ogg)
    }

    /// Whether the end of the file tells nothing: live Matroska just stops.
    pub(super) fn just_stops(self) -> bool {
        self == Container::Matroska
    }

    fn reader(self, stream: MediaSourceStream<'static>) -> Result<Box<dyn FormatReader>, Error> {
        let options = FormatOptions::default();
        Ok(match self {
            Container::Flac => Box::new(FlacReader::try_new(stream, options)?),
            Container::Mp3 => Box::new(MpaReader::try_new(stream, options)?),
            Container::Adts => Box::new(AdtsReader::try_new(stream, options)?),
            Container::Ogg => Box::new(OggReader::try_new(stream, options)?),
            Container::Mp4 => Box::new(IsoMp4Reader::try_new(stream, options)?),
            Container::Matroska => Box::new(MkvReader::try_new(stream, options)?),
        })
    }
}

/// Rate and channels of decoded sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) rate_hz: u32,
    pub(super) channels: usize,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.channels == 1 { "" } else { "s" };
        write!(f, "{} Hz with {} channel{plural}", self.rate_hz, self.channels)
    }
}

/// Why a stream gives no sound.
#[derive(Debug)]
pub(super) enum Failure {
    /// The system can't read on.
    Io(io::Error),
    /// The file ends in the middle of something.
    BrokenOff,
    /// These bytes make no sense; later ones may.
    Damaged(String),
    /// A codec or layout that is not known, or a part without which nothing can be read.
    Unsupported(String),
    /// The decoder panicked or can't go on for another reason.
    Fatal(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Failure::BrokenOff
            }
            Error::IoError(error) => Failure::Io(error),
            Error::DecodeError(_) => Failure::Damaged(error.to_string()),
            Error::Unsupported(what) => Failure::Unsupported(what.into()),
            _ => Failure::Fatal(error.to_string()),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Io(error) => error.fmt(f),
            Failure::BrokenOff => f.write_str("it breaks off"),
            Failure::Damaged(what) | Failure::Unsupported(what) | Failure::Fatal(what) => {
                f.write_str(what)
            }
        }
    }
}

/// What comes next in a stream.
pub(super) enum Next {
    /// A packet; its times are in frames at the rate that was asked for.
    Packet {
        /// When it begins by the file's timestamps.
        starts: i128,
        /// How long it says it is, with what the decoder trims.
        lasts: i128,
        /// How long it says it is without that.
        kept: i128,
        /// Its sound, none when it only prepares the next.
        sound: Result<Option<Shape>, Failure>,
    },
    /// Something that is no sound.
    Other,
    /// Another stream of the same codec begins (a chained Ogg file).
    Renewed,
    /// Another stream begins that is this instead.
    Changed(String),
    /// The end.
    End,
}

/// One audio track of a compressed file.
pub(super) struct Stream {
    container: Container,
    format: Box<dyn FormatReader>,
    track: OneTrack,
}

/// The track that is read, and its decoder.
struct OneTrack {
    id: u32,
    time_base: Option<TimeBase>,
    decoder: Box<dyn AudioDecoder>,
    params: AudioCodecParameters,
    skip: u64,
    frames: Option<u64>,
}

impl Stream {
    /// Opens `source`, `len` bytes long, whose contents begin at byte `start`.
    pub(super) fn open(
        container: Container,
        source: Box<dyn Media>,
        start: u64,
        len: u64,
    ) -> Result<Stream, Failure> {
        let format = guarded(|| {
            // Read from front to back, a Matroska file that was cut short can be read, too.
            let len = (container != Container::Matroska).then_some(len);
            let source = Box::new(SymphoniaSource { source, len });
            let mut stream = MediaSourceStream::new(source, Default::default());
            stream.seek(SeekFrom::Start(start))?;
            container.reader(stream)
        })?;
        let track = OneTrack::first(container, &*format)?;
        Ok(Stream { container, format, track })
    }

    /// The codec by its common name.
    pub(super) fn codec(&self) -> &'static str {
        self.track.decoder.codec_info().short_name
    }

    /// Rate and channels by the header.
    pub(super) fn said_shape(&self) -> Option<Shape> {
        let params = &self.track.params;
        let (rate_hz, channels) = params.sample_rate.zip(params.channels.as_ref())?;
        Some(Shape { rate_hz, channels: channels.count() })
    }

    /// Length in frames by the header, without those to skip.
    pub(super) fn said_frames(&self) -> Option<u64> {
        self.track.frames
    }

    /// Frames at the beginning that only warm the decoder up and must be dropped.
    pub(super) fn skip(&self) -> u64 {
        self.track.skip
    }

    /// Audio tracks beside the one that is read.
    pub(super) fn other_tracks(&self) -> usize {
        self.format.tracks().iter().filter_map(audio_params).count().saturating_sub(1)
    }

    /// Decodes the next packet into `samples`, interleaved, instead of what they held, and tells
    /// its times in frames at `rate_hz`.
    pub(super) fn next(&mut self, rate_hz: u32, samples: &mut Vec<f32>) -> Result<Next, Failure> {
        samples.clear();
        let format = &mut self.format;
        let packet = match guarded(|| match format.next_packet() {
            Err(Error::ResetRequired) => Ok(None),
            other => other.map(Some),
        })? {
            None => return Ok(self.renew()),
            Some(None) => return Ok(Next::End),
            Some(Some(packet)) if packet.track_id != self.track.id => return Ok(Next::Other),
            Some(Some(packet)) => packet,
        };
        let in_frames = |ticks| in_frames(ticks, self.track.time_base, rate_hz);
        let with_trims =
            packet.dur.saturating_add(packet.trim_start).saturating_add(packet.trim_end);
        Ok(Next::Packet {
            starts: in_frames(i128::from(packet.pts.get())),
            lasts: in_frames(i128::from(with_trims.get())),
            kept: in_frames(i128::from(packet.dur.get())),
            sound: self.track.decode(&packet, samples),
        })
    }

    /// Takes up the stream that has begun in the file.
    fn renew(&mut self) -> Next {
        match OneTrack::first(self.container, &*self.format) {
            Ok(track) if track.params.codec == self.track.params.codec => {
                self.track = track;
                Next::Renewed
            }
            Ok(track) => Next::Changed(track.decoder.codec_info().short_name.into()),
            Err(failure) => Next::Changed(failure.to_string()),
        }
    }
}

impl OneTrack {
    /// The first audio track, with a decoder for it.
    fn first(container: Container, format: &dyn FormatReader) -> Result<OneTrack, Failure> {
        let tracks = format.tracks().iter();
        let Some((track, params)) =
            tracks.filter_map(|track| Some((track, audio_params(track)?))).next()
        else {
            return Err(Failure::Damaged("there is no audio track in it".into()));
        };
        let mut params = params.clone();
        let (mut skip, mut frames) = (0, track.num_frames);
        if params.codec == CODEC_ID_OPUS {
            // RFC 7845 §5.1: "OpusHead", version, channels, then the frames at 48 kHz to drop.
            // The decoder would drop them from the first packet only, which may be shorter.
            if let Some([_, _, _, _, _, _, _, _, _, _, low, high, ..]) =
                params.extra_data.as_deref_mut()
            {
                skip = u64::from(u16::from_le_bytes([*low, *high]));
                (*low, *high) = (0, 0);
            }
            frames = frames.map(|frames| frames.saturating_sub(skip));
        }
        if container == Container::Matroska {
            let media = format.media_info();
            let ticks = media.duration.map(|duration| i128::from(duration.get()));
            frames = ticks.zip(params.sample_rate).and_then(|(ticks, rate_hz)| {
                u64::try_from(in_frames(ticks, media.time_base, rate_hz)).ok()
            });
        }
        // Without the encoder's tag, symphonia guesses an MP3's length from its first packets, and
        // would cut the sound off there.
        let guessed = container == Container::Mp3 && track.delay.is_none();
        if guessed {
            frames = None;
        }
        let options = AudioDecoderOptions::default().gapless(!guessed);
        let decoder = guarded(|| CODECS.make_audio_decoder(&params, &options))?;
        Ok(OneTrack { id: track.id, time_base: track.time_base, decoder, params, skip, frames })
    }

    fn decode(
        &mut self,
        packet: &Packet,
        samples: &mut Vec<f32>,
    ) -> Result<Option<Shape>, Failure> {
        let decoder = &mut self.decoder;
        let shape = guarded(|| {
            let sound = decoder.decode(packet)?;
            sound.copy_to_vec_interleaved(samples);
            let spec = sound.spec();
            Ok(Shape { rate_hz: spec.rate(), channels: spec.channels().count() })
        });
        match shape {
            Ok(shape) if shape.channels > 0 && !samples.is_empty() => Ok(Some(shape)),
            Ok(_) => Ok(None),
            Err(failure) => {
                samples.clear();
                Err(failure)
            }
        }
    }
}

/// Ticks of `base` as frames at `rate_hz`.
fn in_frames(ticks: i128, base: Option<TimeBase>, rate_hz: u32) -> i128 {
    match base {
        Some(base) => {
            ticks * i128::from(base.numer.get()) * i128::from(rate_hz)
                / i128::from(base.denom.get())
        }
        None => ticks,
    }
}

fn audio_params(track: &Track) -> Option<&AudioCodecParameters> {
    track.codec_params.as_ref()?.audio()
}

/// Runs foreign code, making a failure of a panic.
fn guarded<T>(run: impl FnOnce() -> Result<T, Error>) -> Result<T, Failure> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(result) => Ok(result?),
        Err(_) => Err(Failure::Fatal("the decoder stumbled over it".into())),
    }
}

/// A source as symphonia wants it.
struct SymphoniaSource {
    source: Box<dyn Media>,
    /// Its length in bytes; none to have it read from front to back only.
    len: Option<u64>,
}

impl Read for SymphoniaSource {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.source.read(buffer)
    }
}

impl Seek for SymphoniaSource {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.source.seek(to)
    }
}

impl MediaSource for SymphoniaSource {
    fn is_seekable(&self) -> bool {
        self.len.is_some()
    }

    fn byte_len(&self) -> Option<u64> {
        self.len
    }
}
