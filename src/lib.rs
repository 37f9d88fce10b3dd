//! Evenkeel.
pub mod audio;
pub mod call;
pub mod coach;
pub mod commands;
pub mod config;
pub mod dialogue;
pub mod engine;
pub mod event;
pub mod models;
pub mod report;
pub mod session;
pub mod speech;
pub mod tone;
pub mod units;
