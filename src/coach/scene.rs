//! The dialogue as the coach sees it, whether it is heard or read from a log: who speaks, who has
//! the floor, who waits for whom.

use super::Situation;
use crate::config::DialogueConfig;
use crate::dialogue::floor::{Floor, UnderWay};
use crate::dialogue::overlap::OverlapTracker;
use crate::dialogue::silence::Silence;
use crate::units::{CallSpan, CallTime, Party};

/// A gap shorter than this hides nothing that anybody says. Seconds.
const HIDES_NOTHING_SECS: f64 = 0.5;

/// Follows the speech of both parties.
pub struct Scene {
    /// Whose turn it is.
    pub floor: Floor,
    /// Two voices at once.
    pub overlaps: OverlapTracker,
    /// Nobody speaks.
    pub silence: Silence,
    /// Speech under way of each party, as far as it has been heard.
    pub under_way: UnderWay,
    agent_heard: CallTime,
    /// The end of the last audio that is missing.
    missed_to: CallTime,
    spoke_last: Option<Party>,
}

impl Scene {
    /// Nobody has spoken yet; `expect_words` says whether words will come.
    pub fn new(config: &DialogueConfig, expect_words: bool) -> Self {
        Scene {
            floor: Floor::new(config),
            overlaps: OverlapTracker::new(config, expect_words),
            silence: Silence::new(config.silence_min_secs),
            under_way: UnderWay::default(),
            agent_heard: CallTime::ZERO,
            missed_to: CallTime::ZERO,
            spoke_last: None,
        }
    }

    /// A span of `party` began at `start`; returns the silence that it ended, if it was long enough.
    pub fn began(&mut self, party: Party, start: CallTime) -> Option<CallSpan> {
        let other = self.under_way[party.other()];
        let silence = self.silence.started(start, other);
        let floor = self.floor.turn().map(|turn| turn.party);
        self.overlaps.started(party, start, other, floor);
        self.floor.started(party, start, other);
        self.under_way[party] = Some(CallSpan::new(start, start));
        self.spoke_last = Some(party);
        silence
    }

    /// A span of `party` has ended.
    pub fn ended(&mut self, party: Party, span: CallSpan) {
        self.silence.ended(span.end);
        self.overlaps.ended(party, span);
        self.floor.ended(party, span);
        self.under_way[party] = None;
    }

    /// Time has come to `now`, up to which `under_way` is told.
    pub fn step(&mut self, now: CallTime) {
        if self.under_way.agent.is_some() {
            self.agent_heard = now;
        }
        self.floor.step(now, &self.under_way);
    }

    /// Audio is missing in `span`, or has been so far: who was silent then nobody knows.
    pub fn missed(&mut self, span: CallSpan) {
        if span.secs() >= HIDES_NOTHING_SECS {
            self.missed_to = self.missed_to.max(span.end);
        }
    }

    /// Since when the customer waits for an answer; `None` while somebody speaks, or after the
    /// agent has.
    pub fn waits_since(&self) -> Option<CallTime> {
        let UnderWay { agent: None, customer: None } = self.under_way else { return None };
        self.silence.since().filter(|_| self.spoke_last == Some(Party::Customer))
    }

    /// What there is to see at `now`; where audio is missing (`deaf`), nobody can say who was
    /// silent. How the agent speaks, the heat and the words are left open.
    pub fn situation(&self, now: CallTime, deaf: bool) -> Situation {
        let turn = self.floor.turn();
        let customers = turn.filter(|turn| {
            turn.party == Party::Customer && self.under_way.customer.is_some() && !deaf
        });
        let heard_secs = now.secs_since(self.missed_to).max(0.0);
        let dead_air_secs = if deaf {
            0.0
        } else {
            self.silence.dead_air_secs(now, &self.under_way).min(heard_secs)
        };
        Situation {
            now,
            under_way: self.under_way,
            overlap: self.overlaps.running(&self.under_way),
            turn,
            dead_air_secs,
            unanswered_secs: customers.map_or(0.0, |turn| {
                let secs = now.secs_since(turn.span.start.max(self.agent_heard));
                secs.max(0.0).min(heard_secs)
            }),
            answer_gap_secs: match self.spoke_last {
                Some(Party::Customer) => dead_air_secs,
                Some(Party::Agent) | None => 0.0,
            },
            ..Situation::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn who_was_silent_in_a_gap_nobody_knows() {
        let span = |start, end| CallSpan::new(CallTime::from_secs(start), CallTime::from_secs(end));
        let mut scene = Scene::new(&Config::default().dialogue, false);
        scene.began(Party::Customer, CallTime::from_secs(1.0));
        scene.ended(Party::Customer, span(1.0, 4.0));
        let dead_air_secs =
            |scene: &Scene, now| scene.situation(CallTime::from_secs(now), false).dead_air_secs;
        assert_eq!(dead_air_secs(&scene, 20.0), 16.0);
        scene.missed(span(8.0, 8.3));
        assert_eq!(dead_air_secs(&scene, 20.0), 16.0, "a moment hides nothing");
        scene.missed(span(9.0, 15.0));
        assert_eq!(dead_air_secs(&scene, 20.0), 5.0);
    }
}
