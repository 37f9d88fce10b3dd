//! When a call began, as somebody tells it.

use jiff::civil::{Date, DateTime};

/// When a call began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Began {
    /// A date, or a date and time with or without an offset, as it was told; with hyphens and colons.
    pub text: String,
    /// The day, where the call was taken.
    pub day: Date,
}

/// The text is no date and no time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no date: write it as 2026-11-25 or 2026-11-25T14:30:00+01:00")]
pub struct NoTime(String);

impl std::str::FromStr for Began {
    type Err = NoTime;

    fn from_str(text: &str) -> Result<Began, NoTime> {
        let text = text.trim();
        // A "Z" says nothing about the day; the parser of times without a zone refuses it.
        let plain = text.strip_suffix(['Z', 'z']).unwrap_or(text);
        let has_time = plain.contains(['T', 't', ' ']);
        let told = match has_time {
            true => plain.parse::<DateTime>().map(|time| {
                let written = format!("{time}{}", offset(text));
                (time.date(), written)
            }),
            false => plain.parse::<Date>().map(|day| (day, day.to_string())),
        };
        let (day, written) = told.map_err(|_| NoTime(text.to_owned()))?;
        // Without hyphens it is as good a date, which logs are not read by.
        let is_written_out = text.starts_with(&day.to_string());
        Ok(Began { text: if is_written_out { text.to_owned() } else { written }, day })
    }
}

/// The offset with which a time ends that has no hyphens in its date, as `+01:00`; empty where it has
/// none.
fn offset(text: &str) -> String {
    if text.ends_with(['Z', 'z']) {
        return "Z".to_owned();
    }
    let Some(at) = text.rfind(['+', '-']) else { return String::new() };
    let digits = text[at + 1..].replace(':', "");
    let (hours, minutes) = digits.split_at(digits.len().min(2));
    format!("{}{hours}:{minutes:0<2}", &text[at..=at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_that_of_the_place_of_the_call() {
        // Still the 25th where it was taken, though the 26th in Greenwich.
        for text in
            ["2026-11-25", " 2026-11-25T23:30:00-05:00", "2026-11-25 14:30", "2026-11-25T23:30:00Z"]
        {
            assert_eq!(text.parse::<Began>().unwrap().day, jiff::civil::date(2026, 11, 25));
        }
        for (told, text) in [
            ("20261125", "2026-11-25"),
            ("20261125T143000Z", "2026-11-25T14:30:00Z"),
            ("20261125T143000-0530", "2026-11-25T14:30:00-05:30"),
            ("20261125T143000", "2026-11-25T14:30:00"),
        ] {
            assert_eq!(told.parse::<Began>().unwrap().text, text);
        }
        let refused = "last Tuesday".parse::<Began>().unwrap_err().to_string();
        assert!(refused.contains("`last Tuesday` is no date"), "{refused}");
    }
}
