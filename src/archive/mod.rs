//! An archive: the calls of a team, analysed overnight, and what can be asked of them.
//!
//! ```text
//! ARCHIVE/
//!   calls/ID/events.jsonl …    a folder a call: the truth
//!   failures.csv               recordings that could not be analysed, and why
//!   index.sqlite               what `find` and `trends` look into: a cache of the folders
//!   .unfinished/               calls under way; a call is moved to `calls` when it is whole
//! ```
//!
//! [`intake`] says which recordings are meant, [`Archive`] where their calls go, [`failures`] what
//! could not be done.

pub mod failures;
pub mod intake;
pub mod manifest;
pub mod store;

pub use intake::{Intake, IntakeError, Job};
pub use store::{Archive, ArchiveError};
