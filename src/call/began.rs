//! When a call began, as somebody tells it.

use jiff::civil::{Date, DateTime};

/// When a call began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Began {
    /// As it was told: a date, or a date and time with or without an offset.
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
        let day = plain.parse::<Date>().or_else(|_| plain.parse::<DateTime>().map(DateTime::date));
        match day {
            Ok(day) => Ok(Began { text: text.to_owned(), day }),
            Err(_) => Err(NoTime(text.to_owned())),
        }
    }
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
        let refused = "last Tuesday".parse::<Began>().unwrap_err().to_string();
        assert!(refused.contains("`last Tuesday` is no date"), "{refused}");
    }
}
