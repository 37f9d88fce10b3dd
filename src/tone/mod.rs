//! How somebody speaks: level, pitch and pace, each against the speaker's own baseline; and how
//! tense the customer sounds.

pub mod baseline;
pub mod features;
pub mod head;
pub mod heat;
pub mod level;
pub mod pace;
pub mod pitch;
pub mod speaker;
pub mod spectrum;
pub mod stretch;
pub mod voice;
