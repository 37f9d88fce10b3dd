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

    /// A span began at `start`: returns the silence that it ended, if it was long enough.
    pub fn started(&mut self, start: CallTime) -> Option<CallSpan> {
        let silence = CallSpan::new(self.since, start);
        self.since = self.since.max(start);
        (silence.secs() >= self.min_secs).then_some(silence)
    }

    /// A span ended at `end`.
    pub fn ended(&mut self, end: CallTime) {
        self.since = self.since.max(end);
    }

    /// Seconds for which nobody has spoken at `now`; 0 while somebody does.
    pub fn dead_air_secs(&self, now: CallTime, under_way: &UnderWay) -> f64 {
        match under_way {
            UnderWay { agent: None, customer: None } => now.secs_since(self.since),
            _ => 0.0,
        }
    }

    /// The call is over at `end`: returns the silence in which it ended.
    pub fn finish(&mut self, end: CallTime) -> Option<CallSpan> {
        self.started(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silences_lie_between_the_speech_of_anybody() {
        let t = CallTime::from_secs;
        let mut silence = Silence::new(3.0);
        assert_eq!(silence.started(t(1.0)), None);
        silence.ended(t(4.0));
        silence.ended(t(3.5));
        assert_eq!(silence.started(t(7.0)), Some(CallSpan::new(t(4.0), t(7.0))));
        silence.ended(t(9.0));
        assert_eq!(silence.dead_air_secs(t(10.0), &UnderWay::default()), 1.0);
        assert_eq!(silence.finish(t(11.9)), None);
    }
}
