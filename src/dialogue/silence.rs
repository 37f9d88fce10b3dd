//! Silence: nobody speaks.

use super::floor::UnderWay;
use crate::units::{CallSpan, CallTime};

/// Follows how long nobody has spoken.
pub struct Silence {
    min_secs: f64,
    /// The end of the last speech of anybody.
    since: CallTime,
}

impl Silence {
    /// At the beginning of a call, in which nobody has spoken yet.
    pub fn new(min_secs: f64) -> Self {
        Silence { min_secs, since: CallTime::ZERO }
    }

    /// A span began at `start`, the `other` party's speech being under way: returns the
    /// silence that it ended, if it was long enough.
    pub fn started(&mut self, start: CallTime, other: Option<CallSpan>) -> Option<CallSpan> {
        let start = other.map_or(start, |other| start.min(other.start));
        let silence = CallSpan::new(self.since, start);
        self.since = self.since.max(start);
        (other.is_none() && silence.secs() >= self.min_secs).then_some(silence)
    }

    /// Since when nobody has spoken, unless somebody does; `None` before anybody has.
    pub fn since(&self) -> Option<CallTime> {
        (self.since > CallTime::ZERO).then_some(self.since)
    }

    /// A span ended at `end`.
    pub fn ended(&mut self, end: CallTime) {
        self.since = self.since.max(end);
    }

    /// Seconds for which nobody has spoken at `now`; 0 while somebody does, and before anybody has:
    /// a line that rings is not silent.
    pub fn dead_air_secs(&self, now: CallTime, under_way: &UnderWay) -> f64 {
        match under_way {
            UnderWay { agent: None, customer: None } => {
                self.since().map_or(0.0, |since| now.secs_since(since))
            }
            _ => 0.0,
        }
    }

    /// The call is over at `end`: returns the silence in which it ended.
    pub fn finish(&mut self, end: CallTime) -> Option<CallSpan> {
        self.started(end, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silences_lie_between_the_speech_of_anybody() {
        let t = CallTime::from_secs;
        let mut silence = Silence::new(3.0);
        assert_eq!(silence.dead_air_secs(t(0.9), &UnderWay::default()), 0.0);
        assert_eq!(silence.started(t(1.0), None), None);
        // The other speaks up while the first goes on.
        assert_eq!(silence.started(t(6.0), Some(CallSpan::new(t(1.0), t(6.0)))), None);
        silence.ended(t(7.0));
        silence.ended(t(6.5));
        assert_eq!(silence.started(t(10.0), None), Some(CallSpan::new(t(7.0), t(10.0))));
        silence.ended(t(12.0));
        assert_eq!(silence.dead_air_secs(t(13.0), &UnderWay::default()), 1.0);
        assert_eq!(silence.finish(t(14.9)), None);
    }
}
