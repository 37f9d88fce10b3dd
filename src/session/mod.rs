//! Sessions: every thread and queue of a call, and nothing else.
//!
//! [`replay`](mod@replay) plays a recording to the engine, [`batch`] analyses many at once; [`live`]
//! feeds it from two devices, which [`devices`] watches over. [`words`] says which utterance is
//! transcribed next, [`keep`] is what writes a call down, and [`board`] what passes between a live
//! session and its window. [`player`] plays a call, and [`errands`] is the work that a window must not wait
//! for.

pub mod batch;
pub mod board;
#[cfg(feature = "live")]
pub mod devices;
pub mod errands;
pub mod keep;
#[cfg(feature = "live")]
mod listen;
#[cfg(feature = "live")]
pub mod live;
#[cfg(feature = "live")]
pub mod player;
#[cfg(feature = "live")]
pub mod playing;
pub mod replay;
#[cfg(feature = "live")]
mod side;
pub mod stats;
pub mod words;
