//! What a person reads of a call. All of it is made from the lines of the log.

mod conversation;
mod plot;
pub(crate) mod summary;
pub mod terminal;
#[cfg(test)]
mod tests;
pub(crate) mod wording;
mod wrap;

pub use plot::write_plot;
pub use terminal::{LiveLines, account_width, write_account};
