//! How somebody speaks: level, pitch and pace, each against the speaker's own baseline.

pub mod level;
pub mod pace;
pub mod pitch;
pub mod speaker;
