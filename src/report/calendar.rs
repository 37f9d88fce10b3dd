//! Promises as to-dos of a calendar (iCalendar, RFC 5545).

use std::io::{self, Write};

use icalendar::{Calendar, Component as _, Property, Todo, TodoStatus};
use jiff::{Timestamp, ToSpan as _};

use super::promised::Promised;
use super::wrap::clean;

/// Writes a calendar with a to-do for each promise. Its UID is made of the call's id and
/// beginning and of where in it the promise was given, so that a calendar into which the same
/// call comes twice has it once. `now` stands as its time stamp where the call's beginning is
/// unknown.
pub fn write_calendar(
    promises: &[Promised],
    now: Timestamp,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut calendar = Calendar::empty();
    for (name, value) in [("VERSION", "2.0"), ("PRODID", "-//Evenkeel//Promises//EN")] {
        calendar.append_property(Property::new(name, value));
    }
    calendar.name("Promises from calls");
    for promised in promises {
        let begun = promised.started.as_ref().and_then(|began| began.parse::<Timestamp>().ok());
        let ms = (promised.at.0.clamp(0.0, 1e9) * 1000.0).round() as i64;
        let said = begun.and_then(|began| began.checked_add(ms.milliseconds()).ok());
        let day =
            begun.map_or(String::new(), |began| began.strftime("-%Y%m%dT%H%M%SZ").to_string());
        let again = match promised.nth {
            0 => String::new(),
            n => format!("-{}", n + 1),
        };
        let uid = format!("{}{day}-{ms}{again}@evenkeel", clean(&promised.call));
        let quote = clean(&promised.quote);
        let description = format!(
            "Promised by the {} in call {} at {}: “{quote}”",
            promised.party.name(),
            clean(&promised.call),
            promised.clock(),
        );
        let mut todo = Todo::with_uid(&uid);
        todo.add_property("DTSTAMP", said.unwrap_or(now).strftime("%Y%m%dT%H%M%SZ").to_string());
        todo.summary(&quote).description(&description).status(TodoStatus::NeedsAction);
        if let Some(due) = promised.due {
            let mut property = Property::new("DUE", due.strftime("%Y%m%d").to_string());
            property.add_parameter("VALUE", "DATE");
            todo.append_property(property);
        }
        calendar.push(todo);
    }
    write!(out, "{calendar}")
}
