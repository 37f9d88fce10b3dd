//! Voice activity: a probability for every 8 ms, and the trait behind which models stand.

pub use crate::units::FRAME;
use crate::units::HOPS;

/// So many hops later is the probability of one known: 16 ms.
pub const LATE: usize = 2;

/// Says how likely it is that somebody speaks, frame after frame of one party.
pub trait VoiceActivity: Send {
    /// Probability of speech, 0 to 1, in hops of 8 ms: of as many as the next 512 samples (mono,
    /// 16 kHz, −1 to 1) have, but each [`LATE`] hops before, so that what follows it is known too.
    /// Hops that are not `audible` are too quiet to be speech.
    fn probability(&mut self, frame: &[f32; FRAME], audible: [bool; HOPS]) -> [f32; HOPS];
}
