//! Days as people say them, and the dates that they come to: arithmetic only.

use jiff::Span;
use jiff::civil::{Date, Weekday};

/// A day, as it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// So many days after the call's.
    Days(u32),
    /// So many working days after the call's; with 0, the first from the call's on.
    WorkingDays(u32),
    /// So many months after the call's day.
    Months(u32),
    /// The next such weekday after the call's day, and so many weeks.
    Coming(Weekday, u32),
    /// This weekday of the week after the call's.
    NextWeek(Weekday),
    /// The first such weekday from the call's day on.
    This(Weekday),
    /// The last day of the month that is so many months on.
    MonthEnd(u32),
    /// The first such day of a month from the call's day on.
    Of(u32),
    /// The first such date, month and day, from the call's day on.
    On(u32, u32),
    /// The last day of the first such month from the call's on.
    EndOf(u32),
}

impl Day {
    /// The date, for a call on `call_day`; `None` where there is none such, as the 30th of
    /// February, or the calendar ends.
    pub fn date(self, call_day: Date) -> Option<Date> {
        let day = call_day;
        match self {
            Day::Days(n) => days_on(day, n),
            Day::WorkingDays(n) => working_days(day, n),
            Day::Months(n) => months_on(day, n),
            Day::Coming(weekday, weeks) => {
                days_on(day.nth_weekday(1, weekday).ok()?, weeks.saturating_mul(7))
            }
            Day::NextWeek(weekday) => {
                let monday = day.nth_weekday(1, Weekday::Monday).ok()?;
                days_on(monday, weekday.to_monday_zero_offset().unsigned_abs().into())
            }
            Day::This(weekday) => day.yesterday().ok()?.nth_weekday(1, weekday).ok(),
            Day::MonthEnd(n) => months_on(day.first_of_month(), n).map(Date::last_of_month),
            Day::Of(n) => (0..12).find_map(|months| {
                let month = months_on(day.first_of_month(), months)?;
                let date = Date::new(month.year(), month.month(), n as i8).ok()?;
                (date >= day).then_some(date)
            }),
            // Leap days are up to eight years apart.
            Day::On(month, n) => (0..=8).find_map(|years| {
                let date = Date::new(day.year() + years, month as i8, n as i8).ok()?;
                (date >= day).then_some(date)
            }),
            Day::EndOf(month) => (0..=1).find_map(|years| {
                let date = Date::new(day.year() + years, month as i8, 1).ok()?.last_of_month();
                (date >= day).then_some(date)
            }),
        }
    }
}

fn days_on(day: Date, n: u32) -> Option<Date> {
    day.checked_add(Span::new().try_days(n).ok()?).ok()
}

fn months_on(day: Date, n: u32) -> Option<Date> {
    day.checked_add(Span::new().try_months(n).ok()?).ok()
}

fn working_days(day: Date, n: u32) -> Option<Date> {
    let works = |day: Date| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    let mut day = day;
    let mut left = n;
    while left > 0 || (n == 0 && !works(day)) {
        day = day.tomorrow().ok()?;
        left = left.saturating_sub(u32::from(works(day)));
    }
    Some(day)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// A Wednesday.
    const DAY: Date = date(2026, 11, 25);

    #[track_caller]
    fn check(day: Day, on: Date, expected: Option<Date>) {
        assert_eq!(day.date(on), expected, "{day:?} on {on}");
    }

    #[test]
    fn days_weeks_and_months_are_counted_on() {
        check(Day::Days(0), DAY, Some(DAY));
        check(Day::Days(7), DAY, Some(date(2026, 12, 2)));
        check(Day::Months(1), date(2027, 1, 31), Some(date(2027, 2, 28)));
        check(Day::MonthEnd(0), DAY, Some(date(2026, 11, 30)));
        check(Day::MonthEnd(1), date(2027, 1, 31), Some(date(2027, 2, 28)));
        check(Day::Days(1), Date::MAX, None);
        check(Day::Days(u32::MAX), DAY, None);
        check(Day::Months(u32::MAX), DAY, None);
    }

    #[test]
    fn weekends_do_not_work() {
        let saturday = date(2026, 11, 28);
        check(Day::WorkingDays(2), DAY, Some(date(2026, 11, 27)));
        check(Day::WorkingDays(3), DAY, Some(date(2026, 11, 30)));
        check(Day::WorkingDays(1), saturday, Some(date(2026, 11, 30)));
        check(Day::WorkingDays(0), saturday, Some(date(2026, 11, 30)));
        check(Day::WorkingDays(0), DAY, Some(DAY));
    }

    #[test]
    fn weekdays_come_after_the_day_of_the_call() {
        let sunday = date(2026, 11, 29);
        check(Day::Coming(Weekday::Wednesday, 0), DAY, Some(date(2026, 12, 2)));
        check(Day::Coming(Weekday::Friday, 0), DAY, Some(date(2026, 11, 27)));
        check(Day::Coming(Weekday::Friday, 1), DAY, Some(date(2026, 12, 4)));
        check(Day::Coming(Weekday::Friday, u32::MAX), DAY, None);
        check(Day::NextWeek(Weekday::Friday), DAY, Some(date(2026, 12, 4)));
        check(Day::NextWeek(Weekday::Friday), sunday, Some(date(2026, 12, 4)));
        check(Day::NextWeek(Weekday::Monday), date(2026, 11, 30), Some(date(2026, 12, 7)));
        check(Day::This(Weekday::Friday), date(2026, 11, 27), Some(date(2026, 11, 27)));
        check(Day::This(Weekday::Friday), sunday, Some(date(2026, 12, 4)));
    }

    #[test]
    fn dates_are_the_next_such() {
        check(Day::Of(25), DAY, Some(DAY));
        check(Day::Of(24), DAY, Some(date(2026, 12, 24)));
        check(Day::Of(31), DAY, Some(date(2026, 12, 31)));
        check(Day::Of(30), date(2027, 1, 31), Some(date(2027, 3, 30)));
        check(Day::On(6, 3), DAY, Some(date(2027, 6, 3)));
        check(Day::On(2, 29), DAY, Some(date(2028, 2, 29)));
        check(Day::On(2, 30), DAY, None);
        check(Day::EndOf(11), DAY, Some(date(2026, 11, 30)));
        check(Day::EndOf(6), DAY, Some(date(2027, 6, 30)));
    }
}
