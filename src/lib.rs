//! Evenkeel listens to both sides of a phone call, and helps the agent keep it on an even keel.
//!
//! ```text
//!  WAV file ──► audio ──► 16 kHz per party ──► ENGINE ──► events ──► call (log), report
//!              decode                           │  ▲
//!              resample              Transcribe │  │ Transcript
//!                                               ▼  │
//!                                           whisper workers
//! ```
//!
//! The modules below stand in the order in which data flows. Imports run one way, from `units`,
//! `config` and `event` at the bottom to `commands` at the top; `tests/layering.rs` holds that.
//!
//! # Invariants
//!
//! - [`engine::Engine::step`] is pure: no threads, clocks, files or randomness. Time is the
//!   audio's own ([`units::CallTime`]).
//! - The same audio and configuration give the same log, byte for byte, whatever the block
//!   size, the load of the machine or the number of workers.
//! - [`session`] owns every thread and queue; queues are bounded.
//! - The event log is the single source of truth: the account in the terminal and every later
//!   view are functions of the log.
//! - Doubtful input is an error that names file, place and remedy, or a `warning` event; never
//!   a panic, and never a silently wrong score.
//! - Call files are readable by their owner only.
//!
//! # What is deliberately absent
//!
//! Network code, but for [`cloud`], which is built on demand and does nothing that a command does not name
//! by URL: models and calls are files, checked by hash. Emotion labels about the agent:
//! only measurements against their own baseline. A global state of any kind.

pub mod exponential;
pub mod units;

pub mod config;
pub mod event;

pub mod audio;
pub mod cloud;
pub mod coach;
pub mod dialogue;
pub mod language;
pub mod models;
pub mod speech;
pub mod tone;

pub mod engine;

pub mod session;

pub mod call;

pub mod archive;
pub mod report;
#[cfg(feature = "gui")]
pub mod ui;

pub mod commands;
