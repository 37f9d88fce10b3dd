//! Evenkeel.
pub mod audio;
pub mod call;
pub mod coach;
pub mod config;
pub mod dialogue;
pub mod engine;
pub mod event;
pub mod models;
pub mod speech;
pub mod tone;
pub mod units;
