//! The test of the devices: say something; now play something.

use crate::units::{Party, PerParty};

/// Louder than this is sound, in dBFS; a quiet voice into a headset is about −35.
const SOUND_DBFS: f32 = -45.0;
/// So much sound is no click.
const ENOUGH_SECS: f64 = 0.5;
/// After so long without it something is amiss.
const PATIENCE_SECS: f64 = 12.0;

/// How far the test is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TestStep {
    /// It has not begun.
    #[default]
    Idle,
    /// The agent is to say something.
    Say,
    /// Something is to be played.
    Play,
    /// Both were heard, each on its side.
    Passed,
    /// Both were heard, but the microphone hears what is played as well.
    PassedWithBleed,
    /// Nothing was heard on this side.
    Silent(Party),
    /// What the agent said came in on the customer's side.
    Crossed,
}

/// The test under way.
#[derive(Default)]
pub(super) struct Test {
    step: TestStep,
    waited_secs: f64,
    heard_secs: PerParty<f64>,
}

impl Test {
    pub fn step(&self) -> TestStep {
        self.step
    }

    pub fn start(&mut self) {
        *self = Test { step: TestStep::Say, ..Test::default() };
    }

    /// Takes the levels of the last `secs`.
    pub fn hear(&mut self, levels: PerParty<Option<f32>>, secs: f64) {
        if !matches!(self.step, TestStep::Say | TestStep::Play) {
            return;
        }
        self.waited_secs += secs;
        for party in Party::BOTH {
            if levels[party].is_some_and(|level| level > SOUND_DBFS) {
                self.heard_secs[party] += secs;
            }
        }
        let heard = self.heard_secs.map(|secs| *secs >= ENOUGH_SECS);
        let late = self.waited_secs >= PATIENCE_SECS;
        let next = match self.step {
            TestStep::Say if heard.agent => TestStep::Play,
            TestStep::Say if late && heard.customer => TestStep::Crossed,
            TestStep::Say if late => TestStep::Silent(Party::Agent),
            TestStep::Play if heard.customer && heard.agent => TestStep::PassedWithBleed,
            TestStep::Play if heard.customer => TestStep::Passed,
            TestStep::Play if late => TestStep::Silent(Party::Customer),
            _ => return,
        };
        *self = Test { step: next, ..Test::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hear(test: &mut Test, agent: f32, customer: f32, secs: f64) {
        for _ in 0..(secs / 0.1).round() as usize {
            test.hear(PerParty { agent: Some(agent), customer: Some(customer) }, 0.1);
        }
    }

    #[test]
    fn both_sides_are_heard_one_after_the_other() {
        let mut test = Test::default();
        hear(&mut test, -20.0, -20.0, 1.0);
        assert_eq!(test.step(), TestStep::Idle);
        test.start();
        hear(&mut test, -60.0, -70.0, 3.0);
        assert_eq!(test.step(), TestStep::Say);
        hear(&mut test, -30.0, -70.0, 0.6);
        assert_eq!(test.step(), TestStep::Play);
        hear(&mut test, -60.0, -20.0, 0.6);
        assert_eq!(test.step(), TestStep::Passed);
    }

    #[test]
    fn what_is_amiss_is_told() {
        let after = |agent, customer, say: bool| {
            let mut test = Test::default();
            test.start();
            if say {
                hear(&mut test, -20.0, -80.0, 0.6);
            }
            hear(&mut test, agent, customer, 13.0);
            test.step()
        };
        assert_eq!(after(-80.0, -80.0, false), TestStep::Silent(Party::Agent));
        assert_eq!(after(-80.0, -20.0, false), TestStep::Crossed);
        assert_eq!(after(-80.0, -80.0, true), TestStep::Silent(Party::Customer));
        assert_eq!(after(-20.0, -20.0, true), TestStep::PassedWithBleed);
    }
}
