//! Time, parties and levels: the newtypes that keep like-looking numbers apart.

use std::fmt;
use std::ops::{Add, Index, IndexMut, Sub};

use serde::{Deserialize, Serialize};

/// The rate at which the engine hears: 16,000 frames a second, what Whisper and Silero expect.
pub const ENGINE_RATE: SampleRate = SampleRate(16_000);

/// Samples in one frame: 32 ms at [`ENGINE_RATE`].
pub const FRAME: usize = 512;
/// Samples between two readings of level, pitch and voice activity: 8 ms.
pub const HOP: usize = 128;
/// Readings in one frame.
pub const HOPS: usize = FRAME / HOP;

/// A sampling rate in frames a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SampleRate(pub u32);

impl SampleRate {
    /// Frames a second.
    pub fn hz(self) -> u32 {
        self.0
    }
}

impl fmt::Display for SampleRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} Hz", self.0)
    }
}

/// A moment of the call: frames at [`ENGINE_RATE`] since the call began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallTime(u64);

impl CallTime {
    /// The beginning of the call.
    pub const ZERO: CallTime = CallTime(0);

    /// The moment `frames` frames of 16 kHz into the call.
    pub const fn from_frames(frames: u64) -> Self {
        CallTime(frames)
    }

    /// The moment nearest to `secs` seconds into the call; negative times are the beginning.
    pub fn from_secs(secs: f64) -> Self {
        CallTime((secs.max(0.0) * f64::from(ENGINE_RATE.0)).round() as u64)
    }

    /// Frames of 16 kHz since the beginning.
    pub const fn frames(self) -> u64 {
        self.0
    }

    /// Seconds since the beginning.
    pub fn secs(self) -> f64 {
        self.0 as f64 / f64::from(ENGINE_RATE.0)
    }

    /// Seconds from `earlier` to this moment; negative when this moment is the earlier one.
    pub fn secs_since(self, earlier: CallTime) -> f64 {
        self.secs() - earlier.secs()
    }

    /// This moment, `secs` later (or earlier when negative, but never before the beginning).
    pub fn shifted(self, secs: f64) -> Self {
        CallTime::from_secs(self.secs() + secs)
    }
}

impl Add<u64> for CallTime {
    type Output = CallTime;
    fn add(self, frames: u64) -> CallTime {
        CallTime(self.0 + frames)
    }
}

impl Sub<CallTime> for CallTime {
    type Output = u64;
    /// Frames from `earlier` to this moment, 0 when it is not earlier.
    fn sub(self, earlier: CallTime) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for CallTime {
    /// Minutes, seconds and tenths: `03:07.5`; with hours from one hour on.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.secs() * 10.0).round() as u64;
        let (hours, minutes) = (tenths / 36_000, tenths / 600 % 60);
        if hours > 0 {
            write!(f, "{hours}:")?;
        }
        write!(f, "{minutes:02}:{:02}.{}", tenths / 10 % 60, tenths % 10)
    }
}

/// A stretch of the call, from `start` up to but not including `end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CallSpan {
    /// The first moment inside.
    pub start: CallTime,
    /// The first moment after.
    pub end: CallTime,
}

impl CallSpan {
    /// The stretch from `start` to `end`; empty when `end` is not later.
    pub fn new(start: CallTime, end: CallTime) -> Self {
        CallSpan { start, end: end.max(start) }
    }

    /// Length in seconds.
    pub fn secs(self) -> f64 {
        self.end.secs_since(self.start)
    }

    /// The stretch that both share, if it is not empty.
    pub fn intersection(self, other: CallSpan) -> Option<CallSpan> {
        let (start, end) = (self.start.max(other.start), self.end.min(other.end));
        (start < end).then_some(CallSpan { start, end })
    }

    /// Whether `moment` lies inside.
    pub fn contains(self, moment: CallTime) -> bool {
        self.start <= moment && moment < self.end
    }
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Party {
    /// The person whom Evenkeel helps.
    Agent,
    /// The person at the other end.
    Customer,
}

impl Party {
    /// Both parties, the agent first: the order in which ties are settled.
    pub const BOTH: [Party; 2] = [Party::Agent, Party::Customer];

    /// The party at the other end.
    pub fn other(self) -> Party {
        match self {
            Party::Agent => Party::Customer,
            Party::Customer => Party::Agent,
        }
    }

    /// The name as the event log has it.
    pub fn name(self) -> &'static str {
        match self {
            Party::Agent => "agent",
            Party::Customer => "customer",
        }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One value for each party.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PerParty<T> {
    /// The agent's.
    pub agent: T,
    /// The customer's.
    pub customer: T,
}

impl<T> PerParty<T> {
    /// One value for each party, made by `make`, the agent's first.
    pub fn from_fn(mut make: impl FnMut(Party) -> T) -> Self {
        PerParty { agent: make(Party::Agent), customer: make(Party::Customer) }
    }

    /// Both values with their parties, the agent's first.
    pub fn iter(&self) -> impl Iterator<Item = (Party, &T)> {
        Party::BOTH.into_iter().map(move |party| (party, &self[party]))
    }

    /// Each value turned into another, the agent's first.
    pub fn map<U>(&self, mut f: impl FnMut(&T) -> U) -> PerParty<U> {
        PerParty { agent: f(&self.agent), customer: f(&self.customer) }
    }
}

impl<T> Index<Party> for PerParty<T> {
    type Output = T;
    fn index(&self, party: Party) -> &T {
        match party {
            Party::Agent => &self.agent,
            Party::Customer => &self.customer,
        }
    }
}

impl<T> IndexMut<Party> for PerParty<T> {
    fn index_mut(&mut self, party: Party) -> &mut T {
        match party {
            Party::Agent => &mut self.agent,
            Party::Customer => &mut self.customer,
        }
    }
}

/// A level in decibels relative to digital full scale (a full-scale square wave is 0).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Dbfs(pub f32);

impl Dbfs {
    /// What digital silence reads.
    pub const SILENCE: Dbfs = Dbfs(-120.0);

    /// The level of a mean square (samples in −1 to 1).
    pub fn from_mean_square(mean_square: f32) -> Self {
        Dbfs((10.0 * mean_square.max(1e-12).log10()).max(Self::SILENCE.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_as_a_clock() {
        assert_eq!(CallTime::from_secs(0.04).to_string(), "00:00.0");
        assert_eq!(CallTime::from_secs(187.46).to_string(), "03:07.5");
        assert_eq!(CallTime::from_secs(59.96).to_string(), "01:00.0");
        assert_eq!(CallTime::from_secs(3_723.0).to_string(), "1:02:03.0");
    }

    #[test]
    fn spans_share_what_lies_in_both() {
        let span = |a, b| CallSpan::new(CallTime::from_secs(a), CallTime::from_secs(b));
        assert_eq!(span(1.0, 3.0).intersection(span(2.0, 5.0)), Some(span(2.0, 3.0)));
        assert_eq!(span(1.0, 2.0).intersection(span(2.0, 5.0)), None);
        assert_eq!(span(2.0, 1.0).secs(), 0.0);
    }

    #[test]
    fn levels_have_a_floor() {
        assert_eq!(Dbfs::from_mean_square(1.0), Dbfs(0.0));
        assert_eq!(Dbfs::from_mean_square(0.0), Dbfs::SILENCE);
    }
}
