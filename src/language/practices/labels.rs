//! The names of what an utterance can do.

use crate::event::DUE;
use crate::units::Party;

/// One of the things that are listened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// The practice or remark.
    pub name: &'static str,
    /// Whether it is the practice done badly.
    pub broken: bool,
    /// Whose utterances can have it.
    pub party: Party,
}

impl Label {
    /// As it is written in tables: the name, with `!` before it when done badly.
    pub fn tag(&self) -> String {
        format!("{}{}", if self.broken { "!" } else { "" }, self.name)
    }

    /// Whether it tells that a practice is due, which is no matter of what the utterance does.
    pub fn is_due(&self) -> bool {
        DUE.contains(&self.name)
    }

    /// The number of this party's label with this tag.
    pub fn find(party: Party, tag: &str) -> Option<usize> {
        let (name, broken) = match tag.strip_prefix('!') {
            Some(name) => (name, true),
            None => (tag, false),
        };
        let is_it = |l: &Label| (l.name, l.broken, l.party) == (name, broken, party);
        LABELS.iter().position(is_it)
    }
}

const fn well(name: &'static str) -> Label {
    Label { name, broken: false, party: Party::Agent }
}

const fn badly(name: &'static str) -> Label {
    Label { name, broken: true, party: Party::Agent }
}

const fn customer(name: &'static str) -> Label {
    Label { name, broken: false, party: Party::Customer }
}

/// All of them, in the order of the weights: the agent's practices, those done badly, the agent's
/// remarks, the customer's, then what is due after an utterance of the agent, and of the customer.
pub const LABELS: [Label; SAID.len() + 2 * DUE.len()] = {
    let mut labels = [SAID[0]; SAID.len() + 2 * DUE.len()];
    let mut at = 0;
    while at < SAID.len() {
        labels[at] = SAID[at];
        at += 1;
    }
    while at < labels.len() {
        let due = at - SAID.len();
        labels[at] = match due < DUE.len() {
            true => well(DUE[due]),
            false => customer(DUE[due - DUE.len()]),
        };
        at += 1;
    }
    labels
};

const SAID: [Label; 35] = [
    well("show-listening"),
    well("reflect-back"),
    well("check-understanding"),
    well("acknowledge"),
    well("empathise"),
    well("apologise"),
    well("thank"),
    well("ask-open-question"),
    well("find-the-source"),
    well("offer-solution"),
    well("offer-options"),
    well("say-next-step"),
    well("promise-follow-up"),
    well("keep-them-posted"),
    well("positive-words"),
    well("lighten"),
    well("invite-review"),
    badly("not-defensive"),
    badly("positive-words"),
    badly("plain-words"),
    badly("say-next-step"),
    well("closed-question"),
    well("wraps-up"),
    customer("complaint"),
    customer("question"),
    customer("asks-for-manager"),
    customer("threatens-to-leave"),
    customer("refuses"),
    customer("accepts"),
    customer("thanks"),
    customer("relief"),
    customer("asks-meaning"),
    customer("hardship"),
    customer("asks-next-step"),
    customer("closing"),
];

/// The kinds of problem that a complaint may be about, in the order of the weights.
pub const ISSUES: [&str; 6] =
    ["product", "service", "billing", "delivery", "expectation", "misunderstanding"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{PRACTICES, REMARKS};

    #[test]
    fn every_label_is_a_practice_or_a_remark() {
        for (i, label) in LABELS.iter().enumerate() {
            assert!(PRACTICES.contains(&label.name) || REMARKS.contains(&label.name), "{label:?}");
            assert!(!label.broken || PRACTICES.contains(&label.name), "{label:?}");
            assert_eq!(Label::find(label.party, &label.tag()), Some(i));
        }
        assert_eq!(Label::find(Party::Customer, "thank"), None);
    }

    #[test]
    fn every_practice_and_remark_that_words_can_show_is_a_label() {
        let not_in_words = ["stay-calm", "let-them-finish", "respond-promptly"];
        for name in PRACTICES.iter().chain(&REMARKS) {
            let is_label = LABELS.iter().any(|label| label.name == *name);
            assert_eq!(is_label, !not_in_words.contains(name), "{name}");
        }
    }
}
