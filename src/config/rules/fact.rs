//! What a rule's condition can name: what is measured at a moment, and what has happened in the
//! call so far.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use crate::event::{PRACTICES, REMARKS};

/// Something that is measured at each moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measured {
    /// Seconds for which the agent, who cut in, has talked over the customer; 0 while not.
    OverlapSecs,
    /// Seconds for which nobody has spoken.
    DeadAirSecs,
    /// Seconds for which the customer has held the floor without a sound from the agent.
    UnansweredSecs,
    /// Seconds since the customer's turn ended, while the agent has not answered.
    AnswerGapSecs,
    /// The agent's pace in the turn under way, in words a minute.
    PaceWpm,
    /// The same against the agent's own pace in the call so far.
    PaceRatio,
    /// How much louder the agent speaks than in the call so far, in LU.
    LevelLu,
    /// How much higher, in semitones.
    PitchSt,
    /// The customer's heat, 0 to 1, as far as it can be trusted.
    Heat,
    /// By how much it has risen within a few seconds.
    HeatRise,
    /// Whether the customer has come back from trouble: 1 or 0.
    Recovered,
}

impl Measured {
    /// All, with their names and what they are.
    pub const ALL: [(Measured, &'static str, &'static str); 11] = [
        (
            Measured::OverlapSecs,
            "overlap-secs",
            "seconds the agent, who cut in, has talked over the customer",
        ),
        (Measured::DeadAirSecs, "dead-air-secs", "seconds nobody has spoken"),
        (
            Measured::UnansweredSecs,
            "unanswered-secs",
            "seconds the customer has talked without a sound from the agent",
        ),
        (
            Measured::AnswerGapSecs,
            "answer-gap-secs",
            "seconds since the customer's turn ended, unanswered",
        ),
        (Measured::PaceWpm, "pace-wpm", "the agent's pace in this turn, words a minute"),
        (Measured::PaceRatio, "pace-ratio", "the same against the agent's own pace in this call"),
        (Measured::LevelLu, "level-lu", "how much louder the agent speaks than before, LU"),
        (Measured::PitchSt, "pitch-st", "how much higher, semitones"),
        (Measured::Heat, "heat", "the customer's heat, 0 calm to 1 angry"),
        (Measured::HeatRise, "heat-rise", "how much the heat has risen within a few seconds"),
        (Measured::Recovered, "recovered", "1 once the customer has come back from trouble"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Measured::ALL.iter().find(|(fact, ..)| *fact == self).map_or("", |(_, name, _)| name)
    }
}

/// Something that happens in a call: a practice kept (`apologise`) or broken (`no-apologise`), a
/// remark, and some more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Happening(u8);

/// What else can happen.
const OTHERS: [(&str, &str); 5] = [
    ("negative", "the customer's words feel bad"),
    ("issue", "the kind of the customer's problem became clear"),
    ("promise", "the agent undertook to do something"),
    ("reply", "the agent said more than a listener's signal"),
    ("statement", "the customer said more than a few words"),
];
/// What the remarks are, in their order.
const SAID_MEANS: [(&str, &str); REMARKS.len()] = [
    ("complaint", "the customer says that something is wrong"),
    ("question", "the customer asks something"),
    ("asks-for-manager", "the customer wants somebody above the agent"),
    ("threatens-to-leave", "the customer says that they will cancel or go elsewhere"),
    ("refuses", "the customer turns an offer down"),
    ("accepts", "the customer takes an offer up"),
    ("thanks", "the customer thanks"),
    ("relief", "a load is off the customer"),
    ("asks-meaning", "the customer asks what something means"),
    ("hardship", "the customer says what the trouble does to them"),
    ("asks-next-step", "the customer asks what happens now"),
    ("closing", "the customer takes their leave"),
    ("closed-question", "the agent asks for a fact, or yes or no"),
    ("wraps-up", "the agent brings the call to its end"),
    ("due-acknowledge", "a coach would ask now: say that the customer is right to be put out"),
    ("due-empathise", "a coach would ask now: name how the customer feels"),
    ("due-apologise", "a coach would ask now: say sorry"),
    ("due-reflect-back", "a coach would ask now: say back what was heard"),
    ("due-check-understanding", "a coach would ask now: ask whether it was understood"),
    ("due-find-the-source", "a coach would ask now: find what is wrong first"),
    ("due-offer-solution", "a coach would ask now: offer something concrete"),
    ("due-offer-options", "a coach would ask now: offer another way"),
    ("due-positive-words", "a coach would ask now: say what can be done"),
    ("due-say-next-step", "a coach would ask now: say who does what, and when"),
    ("due-plain-words", "a coach would ask now: say it in plain words"),
    ("due-not-defensive", "a coach would ask now: stop arguing or blaming"),
    ("due-thank", "a coach would ask now: thank the customer"),
    ("due-stay-calm", "a coach would ask now: keep calm"),
    ("due-lighten", "a coach would ask now: say a light word"),
    ("due-invite-review", "a coach would ask now: ask for a review"),
];
const BROKEN: usize = PRACTICES.len();
const SAID: usize = 2 * PRACTICES.len();
const OTHER: usize = SAID + REMARKS.len();

impl Happening {
    /// How many there are.
    pub const COUNT: usize = OTHER + OTHERS.len();
    /// The customer's words feel bad.
    pub const NEGATIVE: Happening = Happening(OTHER as u8);
    /// The kind of the customer's problem became clear.
    pub const ISSUE: Happening = Happening(OTHER as u8 + 1);
    /// The agent undertook to do something.
    pub const PROMISE: Happening = Happening(OTHER as u8 + 2);
    /// The agent said more than a listener's signal.
    pub const REPLY: Happening = Happening(OTHER as u8 + 3);
    /// The customer said more than a few words.
    pub const STATEMENT: Happening = Happening(OTHER as u8 + 4);

    /// All.
    pub fn all() -> impl Iterator<Item = Happening> {
        (0..Happening::COUNT as u8).map(Happening)
    }

    /// Of a practice that was kept; `None` for a name that is none.
    pub fn kept(practice: &str) -> Option<Happening> {
        place(&PRACTICES, practice, 0)
    }

    /// Of a practice that was broken.
    pub fn broken(practice: &str) -> Option<Happening> {
        place(&PRACTICES, practice, BROKEN)
    }

    /// Of a remark.
    pub fn said(remark: &str) -> Option<Happening> {
        place(&REMARKS, remark, SAID)
    }

    /// By its name in a rule.
    pub fn parse(name: &str) -> Option<Happening> {
        let other = OTHERS.iter().position(|(other, _)| *other == name);
        Happening::kept(name)
            .or_else(|| Happening::said(name))
            .or_else(|| name.strip_prefix("no-").and_then(Happening::broken))
            .or_else(|| other.map(|at| Happening((OTHER + at) as u8)))
    }

    /// Its name in a rule.
    pub fn name(self) -> Cow<'static, str> {
        match usize::from(self.0) {
            at if at < BROKEN => PRACTICES[at].into(),
            at if at < SAID => format!("no-{}", PRACTICES[at - BROKEN]).into(),
            at if at < OTHER => REMARKS[at - SAID].into(),
            at => OTHERS[at - OTHER].0.into(),
        }
    }

    /// Whether it is told without words.
    pub fn is_told_by_ear(self) -> bool {
        let by_ear = ["let-them-finish", "respond-promptly"].map(Happening::broken);
        by_ear.contains(&Some(self))
    }

    /// Whether it is a practice that was kept.
    pub fn is_practice(self) -> bool {
        usize::from(self.0) < BROKEN
    }

    /// Its place among [`Self::all`].
    pub fn index(self) -> usize {
        self.0.into()
    }

    /// The happenings that are no practice, with their meaning.
    pub fn others() -> impl Iterator<Item = (&'static str, &'static str)> {
        SAID_MEANS.into_iter().chain(OTHERS)
    }
}

impl Serialize for Happening {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.name())
    }
}

fn place(names: &[&str], name: &str, from: usize) -> Option<Happening> {
    names.iter().position(|known| *known == name).map(|at| Happening((from + at) as u8))
}

/// What a condition compares with a number.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// What is measured now.
    Measured(Measured),
    /// `since A | B`: seconds since the last of them ended; endless while none has.
    Since(Vec<Happening>),
    /// `count A | B`, `count A in 90`: how often, in all or in so many seconds.
    Count(Vec<Happening>, Option<f64>),
    /// `open A until B | C`: seconds since the first A after which no B or C has come.
    Open(Vec<Happening>, Vec<Happening>),
    /// `replies A until B`: how often the agent has replied since that A, `replies A`: since the last A; itself
    /// included where it is the agent's.
    Replies(Vec<Happening>, Vec<Happening>),
}

impl Fact {
    /// The least and the most that it can be.
    pub fn range(&self) -> (f64, f64) {
        match self {
            Fact::Measured(Measured::LevelLu | Measured::PitchSt) => {
                (f64::NEG_INFINITY, f64::INFINITY)
            }
            Fact::Measured(Measured::Heat | Measured::Recovered) => (0.0, 1.0),
            Fact::Measured(Measured::HeatRise) => (-1.0, 1.0),
            _ => (0.0, f64::INFINITY),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_happen_is_explained() {
        assert_eq!(SAID_MEANS.map(|(name, _)| name), REMARKS);
        for (name, means) in Happening::others() {
            assert!(!means.is_empty(), "{name}");
        }
    }

    #[test]
    fn every_happening_has_its_own_name() {
        for happening in Happening::all() {
            assert_eq!(Happening::parse(&happening.name()), Some(happening));
        }
        assert_eq!(Happening::parse("no-such"), None);
        assert_eq!(Happening::parse("no-apologise"), Happening::broken("apologise"));
        assert_eq!(Happening::REPLY.name(), "reply");
        assert_eq!(Happening::NEGATIVE.name(), "negative");
        assert_eq!(Happening::STATEMENT.name(), "statement");
    }
}
