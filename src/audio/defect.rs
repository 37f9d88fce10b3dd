//! What can be wrong with a recording that is still worth reading.

use std::fmt;

use crate::units::SampleRate;

/// More entries than this are counted, not listed.
const MOST_LISTED: usize = 64;

/// A place in a recording, counted in frames as they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Frames before it.
    pub frame: u64,
    /// Frames a second.
    pub rate: SampleRate,
}

impl fmt::Display for Place {
    /// Seconds from the beginning: `12.500 s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} s", self.frame as f64 / f64::from(self.rate.hz().max(1)))
    }
}

/// Something wrong with a recording that did not keep it from being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Defect {
    /// The recording ends, or loses sound on the way, before the length in its header.
    Truncated {
        /// Frames by the header, when it says.
        expected_frames: Option<u64>,
        /// Frames read.
        found_frames: u64,
    },
    /// The header's length is missing or too small; all that is there was read.
    HeaderLengthWrong {
        /// Frames by the header; none when the recorder never filled it in.
        header_frames: Option<u64>,
        /// Frames read.
        found_frames: u64,
    },
    /// The last frame lacks some channel or byte; it was left out.
    PartialFrame {
        /// Bytes of the frame that are there.
        bytes: u64,
    },
    /// Bytes behind the sound that belong to no chunk; they were left out.
    BytesAfterData {
        /// How many.
        bytes: u64,
    },
    /// A stretch that can't be decoded.
    UndecodablePacket {
        /// Where it begins.
        at: Place,
        /// Frames of silence that stand for it; 0 when its length is not known.
        silent_frames: u64,
        /// Packets in a row.
        packets: u64,
        /// What the decoder said of the first.
        reason: String,
    },
    /// A stretch that is missing by the file's own timestamps.
    Gap {
        /// Where it begins.
        at: Place,
        /// Frames missing.
        missing_frames: u64,
        /// Frames of silence that stand for it: all, unless the timestamps can't be believed.
        silent_frames: u64,
    },
    /// The rate, the channels or the codec change in the middle; the rest was not read.
    ParametersChanged {
        /// Where.
        at: Place,
        /// From what to what.
        change: String,
    },
    /// Too much in a row could not be decoded; the rest was not read.
    GaveUp {
        /// Where.
        at: Place,
        /// The last thing the decoder said.
        reason: String,
    },
    /// The file holds more than one audio track; the first was read.
    OtherTracks {
        /// Audio tracks beside the one that was read.
        count: usize,
    },
    /// 16-bit samples whose bytes seem to be the wrong way round; they are passed on as they are.
    LooksByteSwapped,
    /// Samples that are no numbers (NaN or infinite), read as 0.
    NonFiniteSamples {
        /// How many.
        count: u64,
    },
    /// Defects beyond those listed.
    More {
        /// How many.
        count: u64,
    },
}

impl Defect {
    /// Whether sound is missing for it, or is not what was recorded.
    pub fn harms(&self) -> bool {
        !matches!(
            self,
            Defect::HeaderLengthWrong { .. }
                | Defect::PartialFrame { .. }
                | Defect::BytesAfterData { .. }
                | Defect::OtherTracks { .. }
        )
    }
}

impl fmt::Display for Defect {
    /// One plain sentence without a full stop, to stand behind the file's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Defect::Truncated { expected_frames: Some(expected), found_frames } => write!(
                f,
                "shorter than its header says: {expected} frames promised, {found_frames} found"
            ),
            Defect::Truncated { expected_frames: None, found_frames } => {
                write!(f, "cut short: it breaks off after {found_frames} frames")
            }
            Defect::HeaderLengthWrong { header_frames: Some(header), found_frames } => {
                write!(f, "the header promises {header} frames, but {found_frames} are there")
            }
            Defect::HeaderLengthWrong { header_frames: None, found_frames } => write!(
                f,
                "the recorder never wrote the length into the header; all {found_frames} frames \
                 up to the end of the file were read"
            ),
            Defect::PartialFrame { bytes } => {
                write!(f, "the last frame is incomplete ({bytes} bytes); it was left out")
            }
            Defect::BytesAfterData { bytes } => {
                write!(f, "{bytes} bytes behind the sound belong to nothing and were left out")
            }
            Defect::UndecodablePacket { at, silent_frames, packets, reason } => write!(
                f,
                "{packets} packet{} at {at} can't be decoded ({reason}); {} put in",
                if *packets == 1 { "" } else { "s" },
                Silence(*silent_frames, at.rate),
            ),
            Defect::Gap { at, missing_frames, silent_frames } => write!(
                f,
                "{} of sound is missing at {at}; {} put in",
                Place { frame: *missing_frames, rate: at.rate },
                Silence(*silent_frames, at.rate),
            ),
            Defect::ParametersChanged { at, change } => {
                write!(f, "at {at} it changes from {change}; the rest was not read")
            }
            Defect::GaveUp { at, reason } => {
                write!(f, "nothing can be decoded from {at} on ({reason}); the rest was not read")
            }
            Defect::OtherTracks { count } => write!(
                f,
                "{count} more audio track{} in the file; only the first was read",
                if *count == 1 { "" } else { "s" }
            ),
            Defect::LooksByteSwapped => f.write_str(
                "the two bytes of each sample seem to be swapped, so it sounds like noise; \
                 swap them with `sox -x` if it does",
            ),
            Defect::NonFiniteSamples { count } => {
                write!(f, "{count} samples are no numbers (NaN or infinite); they were read as 0")
            }
            Defect::More { count } => write!(f, "{count} more defects like these"),
        }
    }
}

/// Frames of silence and their rate, in words.
struct Silence(u64, SampleRate);

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("no silence was"),
            frame => write!(f, "{} of silence was", Place { frame, rate: self.1 }),
        }
    }
}

/// The defects of one recording, in the order found; bounded, whatever the file.
#[derive(Debug, Default)]
pub(super) struct Defects(Vec<Defect>);

impl Defects {
    /// All so far.
    pub(super) fn list(&self) -> &[Defect] {
        &self.0
    }

    /// Adds one. Undecodable packets that follow one another become one entry, and of the defects
    /// that a file can have without end only the first are listed.
    pub(super) fn push(&mut self, defect: Defect) {
        if let (
            Some(Defect::UndecodablePacket { at, silent_frames, packets, .. }),
            Defect::UndecodablePacket { at: next, silent_frames: more, .. },
        ) = (self.0.last_mut(), &defect)
            && at.frame.saturating_add(*silent_frames) == next.frame
        {
            *silent_frames += more;
            *packets += 1;
            return;
        }
        if let (
            Some(Defect::UndecodablePacket { at, silent_frames: 0, .. }),
            Defect::GaveUp { at: end, .. },
        ) = (self.0.last(), &defect)
            && at == end
        {
            self.0.pop();
        }
        let endless = matches!(defect, Defect::UndecodablePacket { .. } | Defect::Gap { .. });
        if !endless || self.0.len() < MOST_LISTED {
            self.0.push(defect);
            return;
        }
        for listed in &mut self.0 {
            if let Defect::More { count } = listed {
                *count += 1;
                return;
            }
        }
        self.0.push(Defect::More { count: 1 });
    }

    /// Adds to the count of samples that are no numbers.
    pub(super) fn push_non_finite(&mut self, more: u64) {
        if more == 0 {
            return;
        }
        for defect in &mut self.0 {
            if let Defect::NonFiniteSamples { count } = defect {
                *count += more;
                return;
            }
        }
        self.0.push(Defect::NonFiniteSamples { count: more });
    }
}
