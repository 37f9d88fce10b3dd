//! What a person reads of a call, and what other programs do. All of it is made from the lines of
//! the log.

mod calendar;
pub mod content;
mod conversation;
pub mod export;
pub mod page;
mod plot;
mod promised;
pub mod share;
pub(crate) mod summary;
pub mod terminal;
#[cfg(test)]
mod tests;
mod warnings;
pub(crate) mod wording;
pub(crate) mod wrap;

pub use calendar::write_calendar;
pub use plot::write_plot;
pub use promised::{
    NoDate, Promised, promised, sort as sort_promises, write_promises, write_promises_csv,
};
pub use terminal::{LiveLines, account_width, write_account};
