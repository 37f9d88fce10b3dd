//! Sessions: every thread and queue of a call, and nothing else.
//!
//! [`replay`](mod@replay) plays a recording to the engine. [`live`] will feed it from devices; what passes
//! between a live session and its window is in [`board`].

pub mod board;
pub mod replay;
