//! From what a sound device delivers to 16 kHz audio in which time never shifts.
//!
//! A device counts time in its own frames, up to a few hundred ppm fast or slow, and its
//! callbacks come late, never early. So of the differences between the time of a callback and
//! the time that the device had counted by then, the lowest of the last seconds is the true one,
//! a little more at most. It says where in the call each sample lies.
//!
//! Where the audio told so far ends elsewhere, the difference is worked off unheard, a frame at
//! a time, while it is small ([`DriftCorrector`]), and at once when it is large: with a gap where
//! frames are missing, by discarding where the device delivered more than time has passed.
//!
//! When frames begin to come, or come again, they are collected for a tenth of a second first, so
//! that one late callback or a burst of them doesn't decide where all that follows will lie.
//!
//! No clocks, no threads, no device: time is what the stamps and [`Timeline::advance`] say.

mod stream;
#[cfg(test)]
mod tests;

use super::resample::DriftCorrector;
use crate::event::GapCause;
use crate::units::{CallTime, SampleRate};

use stream::Stream;

/// How long frames are collected before the first is told. The longest period in use is 90 ms,
/// so that even after a burst one callback of these is on time.
const SETTLE_SECS: f64 = 0.1;
/// The time in which a difference falls to a third. At 500 ppm 1 ms remains for good.
const LOOP_SECS: f64 = 2.0;
/// A difference above this is no drift: it is mended at once.
const JUMP_SECS: f64 = 0.015;
/// How long a block may be overdue before the stream counts as silent.
const PATIENCE_SECS: f64 = 0.12;
/// No block is longer than this, as far as patience is concerned.
const LONGEST_BLOCK_SECS: f64 = 0.1;
/// The most that one call of [`Timeline::advance`] adds to the time waited: when the caller was
/// itself held up, the callbacks may have been too, and their frames may come yet.
const ATTENDED_SECS: f64 = 0.03;
/// How far behind the present a silent stream is told as missing.
const LAG_SECS: f64 = 0.04;
/// A stream that begins this early in the call has silence before it, not a gap.
const PROMPT_SECS: f64 = 0.1;

/// What is known when a callback of the device ends.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stamp {
    /// Frames that the device has captured since it was opened, dropped ones included.
    pub frames: u64,
    /// How many of these had no room in the ring.
    pub dropped: u64,
    /// The host's steady clock: seconds since the call began, negative before it.
    pub at_secs: f64,
}

impl Stamp {
    /// Frames that got through between `earlier` and this: as many lie in the ring for it.
    pub fn delivered_since(&self, earlier: &Stamp) -> u64 {
        let captured = self.frames.saturating_sub(earlier.frames);
        captured.saturating_sub(self.dropped.saturating_sub(earlier.dropped))
    }
}

#[allow(missing_docs, reason = "the fields are named as their units and types are")]
/// The next stretch of a party's call.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Mono, 16 kHz, −1 to 1.
    Audio(Vec<f32>),
    /// `frames` frames of 16 kHz are missing.
    Gap { frames: u64, cause: GapCause },
}

impl Piece {
    /// Length in frames of 16 kHz.
    pub fn frames(&self) -> u64 {
        match self {
            Piece::Audio(samples) => samples.len() as u64,
            Piece::Gap { frames, .. } => *frames,
        }
    }
}

/// One party's time: what the streams opened for it deliver, each sample at its place in the
/// call.
///
/// All methods append pieces to `out`. They follow one another without a seam from the beginning
/// of the call, never beyond the latest moment that was passed in; alike neighbours are one piece.
pub struct Timeline {
    /// What has been told ends here.
    heard_to: CallTime,
    /// The latest moment known.
    now_secs: f64,
    flow: Flow,
    /// Why nothing is where nothing is.
    cause: GapCause,
    /// Time waited since the last block, and the length of that block.
    waited_secs: f64,
    block_secs: f64,
    stream: Stream,
    corrector: DriftCorrector,
}

/// How the stream flows.
#[derive(Clone, Copy)]
enum Flow {
    /// The first frame of the call is still to come.
    Awaited,
    /// Frames come, since that moment; none of them has been told.
    Settling { since_secs: f64 },
    /// Frames come and are told.
    Steady,
    /// Nothing comes, and that is told.
    Away,
}

impl Timeline {
    /// The time of a party at the beginning of the call, whose stream has `rate` (at least
    /// 100 Hz).
    pub fn new(rate: SampleRate) -> Self {
        Timeline {
            heard_to: CallTime::ZERO,
            now_secs: 0.0,
            flow: Flow::Awaited,
            cause: GapCause::DeviceLost,
            waited_secs: 0.0,
            block_secs: 0.0,
            stream: Stream::new(rate),
            corrector: DriftCorrector::new(),
        }
    }

    /// How far the party has been heard: the length of all pieces so far.
    pub fn heard_to(&self) -> CallTime {
        self.heard_to
    }

    /// Takes what got through up to `stamp`: mono samples at the stream's rate, −1 to 1. Frames
    /// captured since the last stamp that are not among them are missing before them.
    pub fn push(&mut self, stamp: Stamp, samples: &[f32], out: &mut Vec<Piece>) {
        let captured = stamp.frames.saturating_sub(self.stream.stamped);
        let missing = captured.saturating_sub(samples.len() as u64);
        self.stream.stamped = stamp.frames;
        if samples.is_empty() && missing == 0 {
            return;
        }
        self.now_secs = self.now_secs.max(stamp.at_secs);
        self.waited_secs = 0.0;
        self.block_secs = self.stream.secs(samples.len() as u64);
        match self.flow {
            Flow::Awaited | Flow::Away => {
                self.stream.begin_anew(missing);
                self.flow = Flow::Settling { since_secs: self.now_secs };
            }
            Flow::Settling { .. } | Flow::Steady if missing > 0 => {
                self.flush(out);
                let frames = CallTime::from_secs(self.stream.secs(missing)).frames();
                self.miss(frames, GapCause::Overrun, out);
                self.stream.skip(missing);
            }
            Flow::Settling { .. } | Flow::Steady => {}
        }
        self.stream.take(samples, stamp.at_secs);
        self.tell(out);
    }

    /// Nothing more has come by `now_secs` (the clock of [`Stamp::at_secs`]). To be called about
    /// every 10 ms, after all that has come was pushed.
    ///
    /// A stream whose next block is overdue by 120 ms is silent: what is missing is told up to
    /// 40 ms before `now_secs`, here and at each call until frames come again.
    pub fn advance(&mut self, now_secs: f64, out: &mut Vec<Piece>) {
        self.waited_secs += (now_secs - self.now_secs).clamp(0.0, ATTENDED_SECS);
        self.now_secs = self.now_secs.max(now_secs);
        let due_secs = self.block_secs.min(LONGEST_BLOCK_SECS);
        if self.waited_secs > due_secs + PATIENCE_SECS {
            self.flush(out);
            self.flow = Flow::Away;
        }
        self.tell(out);
    }

    /// The device is gone: what is missing from now on is told as [`GapCause::DeviceLost`], and
    /// without patience, until frames come again.
    pub fn lose(&mut self, out: &mut Vec<Piece>) {
        self.flush(out);
        self.flow = Flow::Away;
        self.cause = GapCause::DeviceLost;
    }

    /// A new stream has been opened for the party; its stamps count from 0. Until its first frame
    /// comes the device counts as lost.
    pub fn reopen(&mut self, rate: SampleRate, out: &mut Vec<Piece>) {
        self.lose(out);
        self.stream = Stream::new(rate);
    }

    /// Tells all that is held back, the audio being interrupted or over here.
    pub fn flush(&mut self, out: &mut Vec<Piece>) {
        self.stream.finish();
        if let Flow::Settling { .. } = self.flow {
            self.settle(out);
        }
        self.release(out);
        let mut rest = self.stream.take_rest();
        rest.truncate(self.room() as usize);
        self.append(Piece::Audio(rest), out);
    }

    /// Tells all that can be told by now.
    fn tell(&mut self, out: &mut Vec<Piece>) {
        match self.flow {
            Flow::Awaited => {}
            Flow::Settling { since_secs } => {
                if self.now_secs >= since_secs + SETTLE_SECS {
                    self.settle(out);
                    self.release(out);
                }
            }
            Flow::Steady => {
                self.align(JUMP_SECS, out);
                self.release(out);
            }
            Flow::Away => {
                let due = CallTime::from_secs(self.now_secs - LAG_SECS);
                self.miss(due - self.heard_to, self.cause, out);
            }
        }
    }

    /// Places what has been collected where the clock now says.
    fn settle(&mut self, out: &mut Vec<Piece>) {
        self.align(0.0, out);
        self.flow = Flow::Steady;
        self.cause = GapCause::Overrun;
    }

    /// Mends at once what is further off than `limit_secs`.
    fn align(&mut self, limit_secs: f64, out: &mut Vec<Piece>) {
        let late_secs = self.late_secs();
        if late_secs > limit_secs {
            self.stream.discard(CallTime::from_secs(late_secs).frames() as usize);
        } else if late_secs < -limit_secs {
            let frames = CallTime::from_secs(-late_secs).frames();
            if self.heard_to == CallTime::ZERO && -late_secs < PROMPT_SECS {
                self.append(Piece::Audio(vec![0.0; frames as usize]), out);
            } else {
                self.miss(frames, self.cause, out);
            }
        }
    }

    /// Tells the pending samples in whole blocks, as far as the present allows, and works off
    /// a little of what they are off their place.
    fn release(&mut self, out: &mut Vec<Piece>) {
        while self.room() >= DriftCorrector::BLOCK as u64 {
            let mut ratio = 1.0 - self.late_secs() / LOOP_SECS;
            if self.room() == DriftCorrector::BLOCK as u64 {
                // No room for a frame more.
                ratio = ratio.min(1.0);
            }
            let Some(block) = self.stream.next_block() else { return };
            let mut samples = Vec::with_capacity(block.len() + 1);
            self.corrector.push(&block, ratio, &mut samples);
            self.append(Piece::Audio(samples), out);
        }
    }

    /// How much later than it was captured the next pending sample would be told; negative when
    /// it would be earlier.
    fn late_secs(&self) -> f64 {
        self.heard_to.secs() - self.stream.head_at_secs()
    }

    /// Frames that can be told before the present is reached.
    fn room(&self) -> u64 {
        CallTime::from_secs(self.now_secs) - self.heard_to
    }

    fn miss(&mut self, frames: u64, cause: GapCause, out: &mut Vec<Piece>) {
        self.append(Piece::Gap { frames: frames.min(self.room()), cause }, out);
    }

    fn append(&mut self, piece: Piece, out: &mut Vec<Piece>) {
        if piece.frames() == 0 {
            return;
        }
        self.heard_to = self.heard_to + piece.frames();
        match (out.last_mut(), piece) {
            (Some(Piece::Audio(samples)), Piece::Audio(more)) => samples.extend(more),
            (Some(Piece::Gap { frames, cause }), Piece::Gap { frames: more, cause: same })
                if *cause == same =>
            {
                *frames += more;
            }
            (_, piece) => out.push(piece),
        }
    }
}
