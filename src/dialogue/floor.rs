//! The floor: whose turn it is.

use crate::config::DialogueConfig;
use crate::units::{CallSpan, CallTime, Party, PerParty};

/// Speech under way of each party.
pub type UnderWay = PerParty<Option<CallSpan>>;

/// One party's hold of the floor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    /// Whose it is.
    pub party: Party,
    /// From its first to its last speech.
    pub span: CallSpan,
}

/// Follows who has the floor.
pub struct Floor {
    turn_pause_secs: f64,
    backchannel_max_secs: f64,
    turn: Option<Turn>,
}

impl Floor {
    /// Nobody's turn yet.
    pub fn new(config: &DialogueConfig) -> Self {
        Floor {
            turn_pause_secs: config.turn_pause_secs,
            backchannel_max_secs: config.backchannel_max_secs,
            turn: None,
        }
    }

    /// Whose turn it is.
    pub fn turn(&self) -> Option<Turn> {
        self.turn
    }

    /// A span of `party` began at `start`; `other` is the other party's speech under way.
    pub fn started(&mut self, party: Party, start: CallTime, other: Option<CallSpan>) {
        if other.is_none_or(|other| other.start > start) {
            self.take(party, start);
        }
    }

    /// A span of `party` has ended.
    pub fn ended(&mut self, party: Party, span: CallSpan) {
        if let Some(turn) = self.turn.as_mut().filter(|turn| turn.party == party) {
            turn.span.end = turn.span.end.max(span.end);
        }
    }

    /// Time has come to `now`.
    pub fn step(&mut self, now: CallTime, under_way: &UnderWay) {
        let Some(turn) = &mut self.turn else { return };
        if let Some(span) = under_way[turn.party] {
            turn.span.end = turn.span.end.max(span.end);
            return;
        }
        let other = turn.party.other();
        match under_way[other] {
            // Whoever goes on alone for longer than a backchannel has taken the floor.
            Some(span) if span.secs() > self.backchannel_max_secs => self.take(other, span.start),
            Some(_) => {}
            None if now.secs_since(turn.span.end) >= self.turn_pause_secs => self.turn = None,
            None => {}
        }
    }

    fn take(&mut self, party: Party, start: CallTime) {
        if self.turn.is_none_or(|turn| turn.party != party) {
            self.turn = Some(Turn { party, span: CallSpan::new(start, start) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(secs: f64) -> CallTime {
        CallTime::from_secs(secs)
    }

    fn span(start: f64, end: f64) -> CallSpan {
        CallSpan::new(t(start), t(end))
    }

    #[test]
    fn the_floor_changes_hands() {
        let mut floor = Floor::new(&DialogueConfig::default());
        floor.started(Party::Customer, t(1.0), None);
        floor.ended(Party::Customer, span(1.0, 4.0));
        floor.started(Party::Customer, t(4.5), None);
        floor.ended(Party::Customer, span(4.5, 6.0));
        assert_eq!(floor.turn().unwrap().span, span(1.0, 6.0));
        floor.started(Party::Agent, t(6.7), None);
        assert_eq!(floor.turn().unwrap().party, Party::Agent);
    }

    #[test]
    fn a_backchannel_leaves_the_floor_and_a_pause_ends_it() {
        let mut floor = Floor::new(&DialogueConfig::default());
        floor.started(Party::Customer, t(1.0), None);
        let customer = Some(span(1.0, 3.4));
        floor.started(Party::Agent, t(3.0), customer);
        floor.step(t(3.4), &UnderWay { agent: Some(span(3.0, 3.4)), customer });
        assert_eq!(floor.turn().unwrap().party, Party::Customer);
        floor.ended(Party::Customer, span(1.0, 5.0));
        floor.step(t(7.9), &UnderWay::default());
        assert!(floor.turn().is_some());
        floor.step(t(8.1), &UnderWay::default());
        assert_eq!(floor.turn(), None);
    }

    #[test]
    fn who_goes_on_alone_has_taken_the_floor() {
        let mut floor = Floor::new(&DialogueConfig::default());
        floor.started(Party::Customer, t(1.0), None);
        floor.started(Party::Agent, t(3.0), Some(span(1.0, 3.1)));
        floor.ended(Party::Customer, span(1.0, 3.5));
        floor.step(t(4.2), &UnderWay { agent: Some(span(3.0, 4.2)), customer: None });
        assert_eq!(floor.turn().unwrap().party, Party::Agent);
    }
}
