//! When a promise falls due: times as they are said, by the day on which they are said.
//!
//! Only what comes down to a day is a time here; "soon", "shortly", "straight away" and "in a
//! moment" are none. Where speech leaves room, the later day is taken, so that nothing counts as
//! overdue before it is, but never a later one than the words allow:
//!
//! | said | due |
//! | --- | --- |
//! | today, tonight, later today, this morning, in or within minutes or the hour | the day of the call |
//! | tomorrow (morning), overnight | the day after |
//! | within N hours | the same day up to 11, then a day for each 24 begun |
//! | in N days, a day or two, the next few days | so many days on; of a range its later end; "a couple" is 2, "a few" 3, "several" 5 |
//! | N working or business days, N working hours | the same, Saturdays and Sundays not counted |
//! | N weeks, a fortnight, N months | 7 N days, 14 days, N months on |
//! | Friday, on or by Friday, this Friday | the next one after the day of the call |
//! | next Friday, Friday next week | that of the following week; weeks begin on Monday |
//! | Friday week, a week on Friday | the next one, and seven days |
//! | this week, the end of the week, before the weekend | Friday, the next one on a Saturday or Sunday |
//! | over the weekend | Sunday |
//! | next week | its Friday; its Monday for "the beginning of", its Tuesday for "early", Wednesday for "the middle of" |
//! | this month, the end of the month; next month | its last day |
//! | the 3rd; the third of June, June 3 | the next such day, the day of the call included |
//! | in June, by the end of June; by June | its last day; its first |
//! | at five o'clock, by 5 pm, by noon, the end of the day | the day of the call, unless another day is said |
//! | in the morning, first thing | the day after, unless another day is said |
//!
//! "For three days", "every Friday", "last Friday", "since Monday", "until Monday", "from the 3rd"
//! and "two days ago" are no due dates.

mod day;
mod number;

use std::ops::Range;

use jiff::civil::Weekday;

pub use self::day::Day;
use self::number::{number, ordinal};
use super::spoken::{begins, listed, word};

/// A time in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Which of the text's words, "by" and the like included.
    pub words: Range<usize>,
    /// The day.
    pub day: Day,
    /// Whether it is a time of the day rather than a day, so that a day beside it decides.
    pub of_day: bool,
}

/// What may stand before a time and belongs to it.
const PREPOSITIONS: &str =
    "by on before at in within for over during early late later sometime no the";

/// Words before a time that make it one that is past, or lasts.
const NOT_DUE: &str = "last since from until till every each previous";

/// The times in `words`, as [`spoken::words`](super::spoken::words) gives them, that can be due
/// dates, from left to right. Days in what is told of the past are left out.
///
/// ```
/// use evenkeel::language::{due::times, spoken::words};
/// use jiff::civil::date;
/// let said = times(&words("You'll have it in three to five working days."));
/// assert_eq!(said[0].day.date(date(2026, 11, 25)), Some(date(2026, 12, 2)));
/// ```
pub fn times(words: &[String]) -> Vec<Said> {
    let mut times: Vec<Said> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let Some((mut day, mut end, of_day)) = time_at(words, at) else {
            at += 1;
            continue;
        };
        // "Monday or Tuesday": the later.
        while let Some((later, end_of_later)) = alternative(words, at, end) {
            (day, end) = (later, end_of_later);
        }
        let floor = times.last().map_or(0, |said| said.words.end);
        let mut start = at;
        while start > floor && listed(PREPOSITIONS, &words[start - 1]) {
            start -= 1;
        }
        let lasts = words[floor..start].last().is_some_and(|w| listed(NOT_DUE, w));
        if !lasts && !tells_of_the_past(&words[floor..start]) && !ago(words, end) {
            while let Some(tail) = tail(&words[end..]) {
                end += tail;
            }
            times.push(Said { words: start..end, day, of_day });
        }
        at = end;
    }
    times
}

/// The time that begins with word `at`: the day, the end of its words, and whether it is one of
/// the day. Prepositions are not looked at, save where a time is none without.
fn time_at(words: &[String], at: usize) -> Option<(Day, usize, bool)> {
    let rest = &words[at..];
    let before = &words[..at];
    weekday_said(rest)
        .or_else(|| named(rest))
        .or_else(|| weeks_on(rest))
        .or_else(|| date_said(before, rest))
        .or_else(|| duration(before, rest))
        .map(|(day, len)| (day, at + len, false))
        .or_else(|| of_day(before, rest).map(|len| (len.0, at + len.1, true)))
}

/// Days and weeks with names of their own, and how many words they take.
fn named(words: &[String]) -> Option<(Day, usize)> {
    use Weekday::{Friday, Monday, Sunday, Tuesday, Wednesday};
    const NAMED: [(&str, Day); 38] = [
        ("the day after tomorrow", Day::Days(2)),
        ("day after tomorrow", Day::Days(2)),
        ("tomorrow or the day after", Day::Days(2)),
        ("tomorrow", Day::Days(1)),
        ("overnight", Day::Days(1)),
        ("today", Day::Days(0)),
        ("tonight", Day::Days(0)),
        ("this morning", Day::Days(0)),
        ("this afternoon", Day::Days(0)),
        ("this evening", Day::Days(0)),
        ("the next working day", Day::WorkingDays(1)),
        ("next working day", Day::WorkingDays(1)),
        ("next business day", Day::WorkingDays(1)),
        ("within the hour", Day::Days(0)),
        ("beginning of next week", Day::NextWeek(Monday)),
        ("start of next week", Day::NextWeek(Monday)),
        ("first thing next week", Day::NextWeek(Monday)),
        ("early next week", Day::NextWeek(Tuesday)),
        ("middle of next week", Day::NextWeek(Wednesday)),
        ("mid next week", Day::NextWeek(Wednesday)),
        ("end of next week", Day::NextWeek(Friday)),
        ("next weekend", Day::NextWeek(Sunday)),
        ("next week", Day::NextWeek(Friday)),
        ("end of the week", Day::This(Friday)),
        ("end of this week", Day::This(Friday)),
        ("end of the working week", Day::This(Friday)),
        ("end of week", Day::This(Friday)),
        ("before the weekend", Day::This(Friday)),
        ("by the weekend", Day::This(Friday)),
        ("this weekend", Day::This(Sunday)),
        ("the weekend", Day::This(Sunday)),
        ("this week", Day::This(Friday)),
        ("end of the month", Day::MonthEnd(0)),
        ("end of this month", Day::MonthEnd(0)),
        ("end of month", Day::MonthEnd(0)),
        ("this month", Day::MonthEnd(0)),
        ("end of next month", Day::MonthEnd(1)),
        ("next month", Day::MonthEnd(1)),
    ];
    NAMED.iter().find_map(|(name, day)| Some((*day, begins(words, name)?)))
}

/// "A week on Friday", "two weeks today".
fn weeks_on(words: &[String]) -> Option<(Day, usize)> {
    let (n, len) = number(words)?;
    words.get(len).filter(|w| matches!(w.as_str(), "week" | "weeks"))?;
    let on = usize::from(matches!(word(words, len + 1), "on" | "from"));
    let (at, weeks) = (len + 1 + on, n.min(520));
    match word(words, at) {
        "today" => Some((Day::Days(7 * weeks), at + 1)),
        "tomorrow" => Some((Day::Days(7 * weeks + 1), at + 1)),
        name => Some((Day::Coming(weekday(name)?, weeks), at + 1)),
    }
}

/// "Friday", "next Friday", "Friday week", "Friday next week", "next week on Friday"; a date
/// after it decides.
fn weekday_said(words: &[String]) -> Option<(Day, usize)> {
    let next_week = |at| word(words, at) == "next" && word(words, at + 1) == "week";
    if next_week(0) {
        let on = usize::from(word(words, 2) == "on");
        return Some((Day::NextWeek(weekday(word(words, 2 + on))?), 3 + on));
    }
    let lead = usize::from(matches!(word(words, 0), "next" | "this" | "coming"));
    let lead = lead + usize::from(lead > 0 && word(words, lead) == "coming");
    let day = weekday(word(words, lead))?;
    let end = lead + 1;
    let the = usize::from(matches!(word(words, end), "the" | "on"));
    let after = &words[(end + the).min(words.len())..];
    if let Some((date, len)) = day_of_month(after) {
        // "Friday first thing" is no first of the month; "Friday the first" is.
        let bare = matches!(date, Day::Of(_));
        let ends = the > 0 && ENDS.contains(&word(after, len));
        if !bare || ends || word(after, 0).starts_with(|c: char| c.is_ascii_digit()) {
            return Some((date, end + the + len));
        }
    }
    let of = usize::from(matches!(word(words, end), "of" | "in"));
    Some(if next_week(end + of) {
        (Day::NextWeek(day), end + of + 2)
    } else if word(words, end) == "week" {
        (Day::Coming(day, 1), end + 1)
    } else if word(words, end) == "after" && word(words, end + 1) == "next" {
        (Day::Coming(day, 1), end + 2)
    } else if word(words, 0) == "next" {
        (Day::NextWeek(day), end)
    } else {
        (Day::Coming(day, 0), end)
    })
}

/// "The 3rd", "the third of June", "June 3", "the end of June", "in June".
fn date_said(before: &[String], words: &[String]) -> Option<(Day, usize)> {
    let previous = before.last().map_or("", String::as_str);
    if word(words, 0) == "end" && word(words, 1) == "of" {
        return Some((Day::EndOf(month(word(words, 2))?), 3));
    }
    let after_the = previous == "the";
    let preposition = before.len().checked_sub(2).map_or("", |at| before[at].as_str());
    if let Some((day, len)) = day_of_month(words) {
        // "The third" of what? Without a month only "on the third" is a day, and no more words.
        let with_month = !matches!(day, Day::Of(_));
        let bare = after_the
            && matches!(preposition, "on" | "by" | "before" | "for" | "or" | "to")
            && (word(words, 0).starts_with(|c: char| c.is_ascii_digit())
                || ENDS.contains(&word(words, len)));
        return (with_month || bare).then_some((day, len));
    }
    let month = month(word(words, 0)).filter(|_| matches!(previous, "in" | "during" | "by"))?;
    Some((if previous == "by" { Day::On(month, 1) } else { Day::EndOf(month) }, 1))
}

/// What may follow "the third" where that is a day.
const ENDS: [&str; 16] = [
    "", "and", "at", "or", "so", "to", "with", "when", "if", "but", "in", "is", "okay", "latest",
    "i'll", "we'll",
];

/// "3rd", "third of June", "3 June", "June 3", "June the third", "third of next month".
fn day_of_month(words: &[String]) -> Option<(Day, usize)> {
    let day = |at: usize| {
        let words = &words[at.min(words.len())..];
        let cardinal = || number(words).filter(|(n, _)| *n <= 31 && word(words, 0) != "a");
        ordinal(words).or_else(cardinal).filter(|(n, _)| *n > 0)
    };
    if let Some(month) = month(word(words, 0)) {
        let the = usize::from(word(words, 1) == "the");
        return day(1 + the).map(|(n, len)| (Day::On(month, n), 1 + the + len));
    }
    let (n, len) = day(0)?;
    let of = usize::from(word(words, len) == "of");
    if let Some(month) = month(word(words, len + of)) {
        return Some((Day::On(month, n), len + of + 1));
    }
    ordinal(words).map(|_| (Day::Of(n), len))
}

/// Words that say that a number of days lies ahead.
const OPENERS: &str = "in within inside under over after take takes taking allow be another \
    next";
/// Words between those and the number.
const ROUGHLY: &str = "the next coming following about around approximately roughly another up \
    to of maximum less more no than between most least at say only";

/// "In three to five working days", "24 to 48 hours", "the next day or two", "two weeks from now".
fn duration(before: &[String], words: &[String]) -> Option<(Day, usize)> {
    let (mut n, mut len) = match number(words) {
        Some(found) => found,
        None if before.last().is_some_and(|w| w == "next") => (1, 0),
        None => half(words)?,
    };
    // The later end of a range; "24/48" has lost its stroke.
    if len > 0 {
        let joined = usize::from(matches!(word(words, len), "to" | "or" | "and" | "maybe"));
        let second = number(&words[(len + joined).min(words.len())..]);
        if let Some((m, len_of)) = second.filter(|(m, _)| *m >= n && word(words, len) != "a") {
            (n, len) = (m, len + joined + len_of);
        }
    }
    let kind = word(words, len);
    let working = matches!(kind, "working" | "business")
        || kind == "week" && matches!(word(words, len + 1), "day" | "days");
    let kind_len =
        usize::from(working || matches!(kind, "full" | "whole" | "calendar" | "clear" | "more"));
    let unit = word(words, len + kind_len);
    // "A week's time".
    let unit = unit.strip_suffix("'s").unwrap_or(unit);
    let mut end = len + kind_len + 1;
    if word(words, end) == "or" && word(words, end + 1) == "so" {
        end += 2;
    } else if word(words, end) == "or"
        && let Some((m, len)) = number(&words[(end + 1).min(words.len())..])
    {
        (n, end) = (m.max(n), end + 1 + len);
    } else if word(words, end) == "and"
        && word(words, end + 1) == "a"
        && word(words, end + 2) == "half"
    {
        end += 3;
    }
    let day = match unit {
        "minute" | "minutes" | "mins" => Day::Days(0),
        "hour" | "hours" | "hrs" if n < 12 && !working => Day::Days(0),
        "hour" | "hours" | "hrs" if working => {
            Day::WorkingDays(if n < 12 { 0 } else { n.div_ceil(24) })
        }
        "hour" | "hours" | "hrs" => Day::Days(n.div_ceil(24)),
        "day" | "days" if working => Day::WorkingDays(n),
        "day" | "days" => Day::Days(n),
        "weekdays" => Day::WorkingDays(n),
        "week" | "weeks" => Day::Days(7 * n),
        "fortnight" => Day::Days(14 * n),
        "month" | "months" => Day::Months(n),
        _ => return None,
    };
    let ahead = match (word(words, end), word(words, end + 1)) {
        ("from", "now" | "today") => 2,
        ("time", _) => 1,
        ("tops" | "max" | "maximum" | "later", _) => 1,
        _ => 0,
    };
    let opened = before.iter().rposition(|w| !listed(ROUGHLY, w));
    let opener = opened.map_or("", |at| before[at].as_str());
    // "For over two weeks".
    let before_opener = opened.and_then(|at| before[..at].last()).map_or("", String::as_str);
    let lasts = [opener, before_opener].iter().any(|w| *w == "for" || listed(NOT_DUE, w));
    let between = &before[opened.map_or(0, |at| at + 1)..];
    // "In a minute" is no more than "soon".
    let soon = unit == "minute" && n == 1;
    let open = ahead > 0
        || listed(OPENERS, opener)
        || between.iter().any(|w| matches!(w.as_str(), "next" | "another" | "up" | "than"));
    let delivery = word(words, end) == "delivery";
    (open && !lasts && !soon && !delivery).then_some((day, end + ahead))
}

/// "Half an hour", "half a day", "quarter of an hour": less than one, in words up to its unit.
fn half(words: &[String]) -> Option<(u32, usize)> {
    match (word(words, 0), word(words, 1), word(words, 2)) {
        ("half", "a" | "an", "day" | "hour") => Some((0, 2)),
        ("quarter", "of", "an") => Some((0, 3)),
        _ => None,
    }
}

/// Times of the day: "five o'clock", "5 pm", "noon", "the end of the day", "in the morning".
fn of_day(before: &[String], words: &[String]) -> Option<(Day, usize)> {
    let tomorrow = ["first thing in the morning", "first thing", "in the morning"];
    if let Some(len) = tomorrow.iter().find_map(|text| begins(words, text)) {
        return Some((Day::Days(1), len));
    }
    let today = [
        "end of the day",
        "end of day",
        "end of play",
        "end of today",
        "close of business",
        "close of play",
        "before we close",
        "in the afternoon",
        "in the evening",
    ];
    if let Some(len) = today.iter().find_map(|text| begins(words, text)) {
        return Some((Day::Days(0), len));
    }
    let at = before.last().is_some_and(|w| matches!(w.as_str(), "at" | "by" | "before" | "about"));
    if at && matches!(word(words, 0), "noon" | "midday" | "midnight" | "lunchtime") {
        return Some((Day::Days(0), 1));
    }
    // "5pm" is one word; in the morning of which day, nobody knows.
    if word(words, 0).strip_suffix("pm").is_some_and(|n| n.parse::<u32>().is_ok()) {
        return Some((Day::Days(0), 1));
    }
    let (hour, len) = number(words).filter(|(n, _)| (1..=12).contains(n))?;
    let minutes = number(&words[len..]).filter(|(n, _)| *n < 60).map_or(0, |(_, len)| len);
    let end = len + minutes;
    let pm = word(words, end) == "pm" || (word(words, end) == "p" && word(words, end + 1) == "m");
    let clock = word(words, end) == "o'clock" && hour > 0;
    let pm_len = if word(words, end) == "p" { 2 } else { 1 };
    (pm || clock).then_some((Day::Days(0), end + pm_len))
}

/// The time that a time ending at `end` leaves open: "… or Tuesday", "between … and Tuesday".
fn alternative(words: &[String], start: usize, end: usize) -> Option<(Day, usize)> {
    let between = start > 0 && words[start - 1] == "between";
    let joins = matches!(word(words, end), "or" | "to") || (between && word(words, end) == "and");
    if !joins {
        return None;
    }
    let mut at = end + 1;
    while listed(PREPOSITIONS, word(words, at)) {
        at += 1;
    }
    let (day, end, of_day) = time_at(words, at.min(words.len()))?;
    (!of_day).then_some((day, end))
}

/// How many words a time goes on for: the part of the day, "at the latest".
fn tail(words: &[String]) -> Option<usize> {
    const TAILS: [&str; 12] = [
        "in the morning",
        "in the afternoon",
        "in the evening",
        "morning",
        "afternoon",
        "evening",
        "night",
        "lunchtime",
        "at the very latest",
        "at the latest",
        "latest",
        "sometime",
    ];
    TAILS.iter().find_map(|tail| begins(words, tail))
}

fn ago(words: &[String], end: usize) -> bool {
    matches!(word(words, end), "ago" | "before")
}

/// Whether the words that lead up to a time tell of what was: "what happened on", "that you sent
/// on".
fn tells_of_the_past(before: &[String]) -> bool {
    const WAS: &str = "was were wasn't weren't did didn't happened had hadn't";
    const DID: &str = "came went sent called rang ordered bought paid said told spoke got \
        received returned";
    const WHO: &str = "i you he she it we they who that which";
    let from = before.len().saturating_sub(5);
    (from..before.len()).any(|at| {
        let word = before[at].as_str();
        listed(WAS, word) || listed(DID, word) && at > 0 && listed(WHO, &before[at - 1])
    })
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        "sunday" => Weekday::Sunday,
        _ => return None,
    })
}

fn month(word: &str) -> Option<u32> {
    const MONTHS: &str = "january february march april may june july august september october \
        november december";
    MONTHS.split(' ').position(|month| month == word).map(|n| n as u32 + 1)
}
