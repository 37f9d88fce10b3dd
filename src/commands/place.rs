//! A place in a call, and who says or shares something, as they are typed.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::report::share::Moment;

/// Reads `1:23`, `1:02:03` or `83.5`, or two of them with a hyphen between.
pub(super) fn stretch(text: &str) -> Result<(f64, f64), String> {
    let wrong = || "not a time; write it as 1:23 or 1:23-1:40, or in seconds".to_owned();
    let time = |text: &str| {
        let mut secs = 0.0;
        for part in text.split(':') {
            let part: f64 = part.trim().parse().ok().filter(|part: &f64| *part >= 0.0)?;
            secs = secs * 60.0 + part;
        }
        Some(secs).filter(|secs| secs.is_finite())
    };
    let (start, end) = text.split_once('-').unwrap_or((text, text));
    let (start, end) = time(start).zip(time(end)).ok_or_else(wrong)?;
    if end < start { Err("it ends before it starts".to_owned()) } else { Ok((start, end)) }
}

/// Reads `CALL@1:15`, `CALL@1:15-1:30`, `CALL@cue:2` or `CALL@flag:1`.
pub(super) fn place(text: &str) -> Result<(PathBuf, Moment), String> {
    let form = "write it as CALL@1:15, CALL@1:15-1:30, CALL@cue:2 or CALL@flag:1";
    let (call, place) = text.rsplit_once('@').ok_or_else(|| format!("no place in it; {form}"))?;
    let number = |text: &str| text.trim().parse::<u32>().map_err(|_| format!("no number; {form}"));
    let moment = if let Some(id) = place.strip_prefix("cue:") {
        Moment::Cue(number(id)?)
    } else if let Some(count) = place.strip_prefix("flag:") {
        Moment::Flag(number(count)? as usize)
    } else {
        let (start, end) = stretch(place).map_err(|why| format!("{why}; {form}"))?;
        Moment::At(start, end)
    };
    Ok((PathBuf::from(call), moment))
}

/// Reads a length of time in seconds.
pub(super) fn secs(text: &str) -> Result<f64, String> {
    let secs = text.trim().parse().ok();
    secs.filter(|secs: &f64| (0.0..=3600.0).contains(secs))
        .ok_or_else(|| "not a length of time; give seconds, from 0 to 3600".to_owned())
}

/// Who says or does it: as given, or their name on this computer.
pub(super) fn name(given: Option<String>) -> anyhow::Result<String> {
    let system =
        || ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|key| std::env::var(key).ok());
    let name = given.or_else(system).filter(|name| !name.trim().is_empty());
    name.context("your name on this computer is not known; give one with --by")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        assert_eq!(stretch("1:23"), Ok((83.0, 83.0)));
        assert_eq!(stretch("83.5-1:02:03"), Ok((83.5, 3723.0)));
        for wrong in ["", "1:-2", "soon", "2:00-1:00", "inf"] {
            assert!(stretch(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_place_names_its_call() {
        let call = PathBuf::from("calls/a@b");
        assert_eq!(place("calls/a@b@1:15"), Ok((call.clone(), Moment::At(75.0, 75.0))));
        assert_eq!(place("calls/a@b@cue:2"), Ok((call.clone(), Moment::Cue(2))));
        assert_eq!(place("calls/a@b@flag:1"), Ok((call, Moment::Flag(1))));
        for wrong in ["calls/a", "calls/a@", "calls/a@cue:x", "calls/a@flag:-1"] {
            assert!(place(wrong).is_err(), "{wrong}");
        }
    }
}
