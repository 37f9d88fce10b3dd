//! A call is a folder: `events.jsonl`, and where asked for `audio.wav`; [`notes`] that people add, and
//! what was [`shared`] of it. Each file may be locked with a [`key`]; all are read by way of [`mod@file`].

pub mod began;
pub mod exposure;
pub mod file;
pub mod folder;
pub mod keeper;
pub mod key;
pub mod line;
pub mod lock;
pub mod names;
pub mod notes;
pub mod rebuild;
pub mod record;
pub mod rescore;
pub mod search;
pub mod shared;
pub mod sound;
pub mod summary;
