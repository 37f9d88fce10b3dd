//! Times as they are said, and the days that they come to.

use evenkeel::language::due::{Said, times};
use evenkeel::language::spoken::words;
use jiff::civil::{Date, date};

/// A Wednesday.
const CALL_DAY: Date = date(2026, 11, 25);

fn said(text: &str) -> Vec<Said> {
    times(&words(text))
}

fn day(text: &str) -> Option<Date> {
    let times = said(text);
    let day = times.iter().find(|said| !said.of_day).or(times.first());
    day.and_then(|said| said.day.date(CALL_DAY))
}

#[test]
fn times_come_to_days() {
    let table = [
        ("today", date(2026, 11, 25)),
        ("later tonight", date(2026, 11, 25)),
        ("this evening", date(2026, 11, 25)),
        ("in ten minutes", date(2026, 11, 25)),
        ("within the hour", date(2026, 11, 25)),
        ("in half an hour", date(2026, 11, 25)),
        ("in an hour and a half", date(2026, 11, 25)),
        ("within the next two or three hours", date(2026, 11, 25)),
        ("tomorrow afternoon", date(2026, 11, 26)),
        ("the day after tomorrow", date(2026, 11, 27)),
        ("today or tomorrow", date(2026, 11, 26)),
        ("within 24 hours", date(2026, 11, 26)),
        ("within twenty-four hours", date(2026, 11, 26)),
        ("in 24/48 hours", date(2026, 11, 27)),
        ("within forty eight working hours", date(2026, 11, 27)),
        ("in the next 72 hours", date(2026, 11, 28)),
        ("in a day or two", date(2026, 11, 27)),
        ("in the next few days", date(2026, 11, 28)),
        ("in a couple of days", date(2026, 11, 27)),
        ("in up to 5 days", date(2026, 11, 30)),
        ("in 3-5 days", date(2026, 11, 30)),
        ("in between three and five days", date(2026, 11, 30)),
        ("it takes three to five working days", date(2026, 12, 2)),
        ("in 3 to 5 business days", date(2026, 12, 2)),
        ("three days from now", date(2026, 11, 28)),
        ("the next working day", date(2026, 11, 26)),
        ("within a week", date(2026, 12, 2)),
        ("in two weeks' time", date(2026, 12, 9)),
        ("in a fortnight", date(2026, 12, 9)),
        ("in a month", date(2026, 12, 25)),
        ("on Friday", date(2026, 11, 27)),
        ("on Wednesday", date(2026, 12, 2)),
        ("this Friday", date(2026, 11, 27)),
        ("next Friday", date(2026, 12, 4)),
        ("Friday week", date(2026, 12, 4)),
        ("a week on Friday", date(2026, 12, 4)),
        ("two weeks today", date(2026, 12, 9)),
        ("Friday next week", date(2026, 12, 4)),
        ("next week on Tuesday", date(2026, 12, 1)),
        ("Monday or Tuesday", date(2026, 12, 1)),
        ("between Thursday and Saturday", date(2026, 11, 28)),
        ("Friday the 4th of December", date(2026, 12, 4)),
        ("by the end of the week", date(2026, 11, 27)),
        ("before the weekend", date(2026, 11, 27)),
        ("over the weekend", date(2026, 11, 29)),
        ("next week", date(2026, 12, 4)),
        ("early next week", date(2026, 12, 1)),
        ("at the beginning of next week", date(2026, 11, 30)),
        ("by the end of the month", date(2026, 11, 30)),
        ("next month", date(2026, 12, 31)),
        ("by the end of January", date(2027, 1, 31)),
        ("in June", date(2027, 6, 30)),
        ("by June", date(2027, 6, 1)),
        ("on the 3rd", date(2026, 12, 3)),
        ("by the twenty-fifth", date(2026, 11, 25)),
        ("on the third of June", date(2027, 6, 3)),
        ("June 3", date(2027, 6, 3)),
        ("3rd June", date(2027, 6, 3)),
        ("June the third", date(2027, 6, 3)),
        ("May 2nd", date(2027, 5, 2)),
        ("by five o'clock", date(2026, 11, 25)),
        ("by 5pm tomorrow", date(2026, 11, 26)),
        ("at half past 5 p.m.", date(2026, 11, 25)),
        ("at 5:30 pm on Monday", date(2026, 11, 30)),
        ("by the end of the day on Friday", date(2026, 11, 27)),
        ("by close of business", date(2026, 11, 25)),
        ("first thing in the morning", date(2026, 11, 26)),
        ("first thing on Monday", date(2026, 11, 30)),
        ("Monday first thing", date(2026, 11, 30)),
        ("Friday first thing in the morning", date(2026, 11, 27)),
        ("on the 3rd or the 4th", date(2026, 12, 4)),
        ("by Friday at the latest", date(2026, 11, 27)),
    ];
    let wrong: Vec<String> = table
        .iter()
        .filter(|(text, expected)| day(text) != Some(*expected))
        .map(|(text, expected)| format!("{text}: {:?}, not {expected}", day(text)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_has_no_day_or_is_past_is_no_due_date() {
    let none = [
        "",
        "soon",
        "shortly",
        "as soon as possible",
        "straight away",
        "in a moment",
        "in a minute",
        "later",
        "for three days",
        "for the next two weeks",
        "every Friday",
        "last Friday",
        "since Monday",
        "for over two weeks",
        "for about another week",
        "until Monday",
        "from the 3rd",
        "two days ago",
        "the parcel that you sent on Monday",
        "what happened on Friday",
        "tomorrow's appointment",
        "a three day pass",
        "on the third floor",
        "the third time",
        "the second one",
        "you may march",
        "one of 24 items",
        "the 30th of February",
    ];
    let wrong: Vec<&str> = none.into_iter().filter(|text| day(text).is_some()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_time_says_where_it_stands() {
    let times = said("I'll ring by Friday at the latest, or on the 3rd of June in the morning.");
    let heard = words("I'll ring by Friday at the latest, or on the 3rd of June in the morning.");
    let of: Vec<String> = times.iter().map(|said| heard[said.words.clone()].join(" ")).collect();
    assert_eq!(of, ["by friday at the latest", "on the 3rd of june in the morning"]);
}
