//! What keeps a live call, on a thread of its own: a slow disk holds nothing up.

use std::time::Instant;

use crate::event::Event;
use crate::units::PerParty;

/// Keeps a call as it goes. Nothing in it may fail: what goes wrong is told by
/// [`Keep::trouble`].
pub trait Keep: Send {
    /// Takes the next events.
    fn events(&mut self, events: &[Event]);

    /// Takes the next audio of both parties, of any lengths (mono, 16 kHz, −1 to 1).
    fn audio(&mut self, audio: &PerParty<Vec<f32>>);

    /// Called several times a second.
    fn tick(&mut self, now: Instant);

    /// What is not being kept and why, in the agent's words.
    fn trouble(&self) -> Option<String>;

    /// The call is over.
    fn finish(&mut self);
}
