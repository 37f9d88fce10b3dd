//! An archive: the calls of a team, analysed overnight, and what can be asked of them.
//!
//! ```text
//! ARCHIVE/
//!   calls/ID/events.jsonl …    a folder a call: the truth
//!   failures.csv               recordings that could not be analysed, and why (`.failures.lock`
//!                              beside it: of several programs one writes at a time)
//!   index.sqlite               what `find` and `trends` look into: a cache of the folders
//!   index.html                 all calls on a page, those worth hearing on top
//!   purged.jsonl               which calls were removed for their age, when and by whom
//!   key.age                    the key of locked calls, where it has a passphrase: see `lock`
//!   .fetched.jsonl             which recordings of object storage have become which calls
//!   .copies/                   what this archive and its copies on object storage have in common
//!   .unfinished/               calls under way; a call is moved to `calls` when it is whole
//! ```
//!
//! [`intake`] says which recordings are meant, [`Archive`] where their calls go, [`failures`] what
//! could not be done. [`Index`] keeps the [`facts`] of all calls, in which [`find`](mod@find),
//! [`trends`](mod@trends) and [`overview`](mod@overview) look. [`mod@purge`] removes calls that have been
//! kept long enough, [`lock`] makes all unreadable without a key, [`copy`] keeps a copy on object storage.
//! [`verdicts`] tells how right each rule is by what people said of its prompts, and [`mod@offer`] what a
//! changed threshold would change.

pub mod copy;
pub mod facts;
pub mod failures;
pub mod find;
pub mod index;
pub mod intake;
pub mod lock;
pub mod manifest;
pub mod offer;
pub mod overview;
pub mod purge;
pub mod scope;
pub mod seen;
pub mod store;
pub mod trends;
pub mod verdicts;

pub use index::{Index, IndexError};
pub use intake::{Intake, IntakeError, Job};
pub use store::{Archive, ArchiveError};
