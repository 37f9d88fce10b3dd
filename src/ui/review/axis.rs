//! The stretch of a call that the picture shows: from all of it to two seconds.

/// The shortest stretch that is shown. Seconds.
const LEAST_SECS: f64 = 2.0;
/// Lengths between two times on the axis. Seconds.
const TICK_SECS: [f64; 16] = [
    0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0,
    3_600.0,
];

/// What is shown of a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// The length of the call in seconds.
    secs: f64,
    /// The first time that is shown.
    pub from: f64,
    /// The last.
    pub to: f64,
}

impl Axis {
    /// All of a call of `secs` seconds.
    pub fn whole(secs: f64) -> Axis {
        let secs = secs.max(0.001);
        Axis { secs, from: 0.0, to: secs }
    }

    /// How much is shown, in seconds.
    pub fn span(&self) -> f64 {
        self.to - self.from
    }

    /// Whether all of the call is shown.
    pub fn is_whole(&self) -> bool {
        self.span() >= self.secs - 1e-9
    }

    /// Whether some of a stretch is shown.
    pub fn shows(&self, from: f64, to: f64) -> bool {
        to >= self.from && from <= self.to
    }

    /// The call is so long now: where all of it was shown, all of it still is.
    pub fn grow(&mut self, secs: f64) {
        *self = if self.is_whole() { Axis::whole(secs) } else { Axis { secs, ..*self } };
    }

    /// The place of a time between 0 and 1; outside where it is not shown.
    pub fn place(&self, secs: f64) -> f64 {
        (secs - self.from) / self.span()
    }

    /// The time at a place between 0 and 1.
    pub fn time(&self, place: f64) -> f64 {
        self.from + place * self.span()
    }

    /// Shows `factor` times as much, and the time `around` where it was.
    pub fn zoom(&mut self, factor: f64, around: f64) {
        let least = LEAST_SECS.min(self.secs);
        let span = (self.span() * factor).clamp(least, self.secs);
        let place = self.place(around).clamp(0.0, 1.0);
        self.show_from(around - place * span, span);
    }

    /// Moves on by so many seconds, or back.
    pub fn pan(&mut self, by: f64) {
        self.show_from(self.from + by, self.span());
    }

    /// Shows a stretch, with some of what is around it.
    pub fn show(&mut self, start: f64, end: f64) {
        let least = LEAST_SECS.min(self.secs);
        let span = ((end - start) * 1.6).max(8.0).clamp(least, self.secs);
        self.show_from((start + end - span) / 2.0, span);
    }

    /// Moves on, or back, so far that a time is shown: a page on where it plays on.
    pub fn follow(&mut self, secs: f64) {
        if secs < self.from || secs > self.to {
            self.show_from(secs - self.span() * 0.05, self.span());
        }
    }

    fn show_from(&mut self, from: f64, span: f64) {
        self.from = from.clamp(0.0, (self.secs - span).max(0.0));
        self.to = self.from + span;
    }

    /// The times to write on an axis with room for so many, and how they are written.
    pub fn ticks(&self, room: f64) -> Vec<(f64, String)> {
        let step = TICK_SECS.into_iter().find(|step| self.span() / step <= room.max(1.0));
        let step = step.unwrap_or_else(|| (self.span() / room / 3_600.0).ceil() * 3_600.0);
        let (first, last) = ((self.from / step).ceil() as i64, (self.to / step).floor() as i64);
        (first..=last).map(|n| n as f64 * step).map(|at| (at, clock(at, step < 1.0))).collect()
    }
}

/// A time as a clock has it: minutes and seconds, with hours from one on, with tenths where they count.
pub fn clock(secs: f64, tenths: bool) -> String {
    let count = (secs.max(0.0) * 10.0).round() as u64;
    let (hours, minutes, seconds) = (count / 36_000, count / 600 % 60, count / 10 % 60);
    let hours = if hours > 0 { format!("{hours}:") } else { String::new() };
    let tenths = if tenths { format!(".{}", count % 10) } else { String::new() };
    format!("{hours}{minutes:02}:{seconds:02}{tenths}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_zooms_in_on_what_is_under_the_pointer_and_stays_in_the_call() {
        let mut axis = Axis::whole(100.0);
        axis.zoom(0.5, 80.0);
        assert_eq!((axis.from, axis.to), (40.0, 90.0));
        assert!((axis.place(80.0) - 0.8).abs() < 1e-9 && (axis.time(0.8) - 80.0).abs() < 1e-9);
        axis.pan(50.0);
        assert_eq!((axis.from, axis.to), (50.0, 100.0));
        axis.zoom(0.0001, 70.0);
        assert!((axis.span() - 2.0).abs() < 1e-9);
        axis.follow(75.0);
        assert!(axis.from <= 75.0 && axis.to >= 75.0);
        axis.zoom(1e9, 70.0);
        assert!(axis.is_whole());
        axis.grow(120.0);
        assert_eq!(axis, Axis::whole(120.0));
        axis.show(50.0, 60.0);
        assert_eq!((axis.from, axis.to), (47.0, 63.0));
        axis.grow(130.0);
        assert_eq!((axis.from, axis.to), (47.0, 63.0));
        // Shorter than the shortest stretch.
        let mut short = Axis::whole(1.5);
        short.zoom(0.1, 1.0);
        assert_eq!((short.from, short.to), (0.0, 1.5));
    }

    #[test]
    fn times_on_the_axis_are_even() {
        let texts = |axis: Axis| axis.ticks(6.0).into_iter().map(|tick| tick.1).collect::<Vec<_>>();
        assert_eq!(texts(Axis::whole(30.0))[..3], ["00:00", "00:05", "00:10"]);
        let mut axis = Axis::whole(4_000.0);
        assert_eq!(texts(axis), ["00:00", "15:00", "30:00", "45:00", "1:00:00"]);
        axis.show(61.0, 61.0);
        axis.zoom(0.25, 61.0);
        assert_eq!(texts(axis)[0], "01:00.0");
    }
}
