//! What a person reads of a call. All of it is made from the lines of the log.

mod conversation;
pub(crate) mod summary;
pub mod terminal;
#[cfg(test)]
mod tests;
pub(crate) mod wording;
mod wrap;

pub use terminal::{account_width, live_line, write_account};
