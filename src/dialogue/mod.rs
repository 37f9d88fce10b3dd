//! What the two parties do to each other: turns, overlaps, interruptions, silences.
//!
//! The terms are those of conversation analysis as used in contact centres: the *floor* is
//! the right to speak, a *turn* is one party's hold of it, a *backchannel* is the listener's
//! signal that leaves the floor where it is.

pub mod channels;
pub mod floor;
pub mod overlap;
pub mod silence;
pub mod summary;
