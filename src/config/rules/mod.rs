//! The rules of the coach, as data: when a prompt would be right, what it says, and how one sees
//! that it was heeded.
//!
//! The shipped ones are `assets/rules.toml`; [`mod@file`] reads them and changes to them. A rule's
//! [`condition`]s compare [`fact`]s with numbers.

pub mod condition;
pub mod fact;
pub mod file;

use serde::Serialize;

use condition::{Condition, Op};
use fact::{Fact, Happening, Measured};

/// What a rule can rely on, and what can't always be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// That one can tell who speaks.
    Parties,
    /// That both channels carry sound: the agent is heard, and so is the customer.
    Heard,
    /// That how loud the agent speaks is measured right: their channel is not clipped.
    Level,
    /// That words are there, in time and not doubtful.
    Words,
}

/// What can't be trusted at the moment. What was doubted for two reasons is trusted once both are gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doubted(Vec<Need>);

impl Doubted {
    /// These can't be trusted.
    pub fn add(&mut self, needs: &[Need]) {
        self.0.extend(needs);
    }

    /// Takes back an [`Self::add`].
    pub fn take_back(&mut self, needs: &[Need]) {
        for need in needs {
            if let Some(i) = self.0.iter().position(|doubted| doubted == need) {
                self.0.remove(i);
            }
        }
    }

    /// Whether this is among them.
    pub fn has(&self, need: Need) -> bool {
        self.0.contains(&need)
    }
}

/// How one sees that a prompt was heeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Heeded {
    /// The agent stops talking, and does not cut in again.
    Stops,
    /// After some speech the rule finds nothing any more; one that waits for the customer's heat: the
    /// agent keeps near their own pace and level.
    Settles,
    /// The agent speaks, before the customer has to.
    Speaks,
    /// The agent makes a sound while the customer has the floor.
    Signals,
    /// The agent does what was asked, or something else that serves.
    Does,
    /// The agent says something, and does not do it again.
    Refrains,
}

/// When a prompt would be right, and what it says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rule {
    /// Its own name.
    pub name: String,
    /// The practice that it asks for.
    pub practice: &'static str,
    /// What it waits for, in a sentence.
    pub means: String,
    /// Whether it is used.
    pub enabled: bool,
    /// All must hold.
    pub when: Vec<Condition>,
    /// For so long, in seconds, before it prompts.
    pub delay_secs: f64,
    /// A rule that has found something lets go at so much of its thresholds, 0 to 1.
    pub lets_go: f64,
    /// No prompt for the same practice sooner than this after the last. Seconds.
    pub cooldown_secs: f64,
    /// Whether it is about what the agent is saying, and so may come while they speak.
    pub about_speech: bool,
    /// Remarks and breaches less sure than this do not count. 0 to 1.
    pub min_score: f32,
    /// What the agent reads, at most seven words; several take turns.
    pub text: Vec<String>,
    /// Why, in a sentence; `{fact}` stands for its number, `{quote complaint}` for what was said,
    /// `{quote customer due-empathise}` for what that party said, there or before it.
    pub why: String,
    /// Whether a sentence that says the complaint back is shown below.
    pub suggests: bool,
    /// How one sees that it was heeded.
    pub heeded: Heeded,
    /// What serves as well as the practice itself.
    pub heeded_by: Vec<Happening>,
}

impl Rule {
    /// What must be trustworthy for it.
    pub fn needs(&self) -> Vec<Need> {
        let mut needs: Vec<Need> = self.when.iter().flat_map(Condition::needs).collect();
        needs.sort();
        needs.dedup();
        needs
    }

    /// Whether it waits for the customer's heat.
    pub fn is_about_heat(&self) -> bool {
        let heat = Fact::Measured(Measured::Heat);
        self.when.iter().any(|condition| condition.fact == heat)
    }

    /// Whether it is decided by words.
    pub fn is_slow(&self) -> bool {
        self.needs().contains(&Need::Words)
    }

    /// Makes it harder to fire, as an agent who calls it wrong asks for: what is measured must be
    /// further from normal by a tenth, what was said must be surer, and it rests for longer.
    fn raise(&mut self) {
        if self.is_slow() {
            let raised = (self.min_score + RAISE_SCORE).min(SUREST);
            self.min_score = self.min_score.max(raised);
        }
        for condition in &mut self.when {
            let most = match condition.fact {
                Fact::Measured(Measured::Heat | Measured::HeatRise) => MOST_HEAT,
                // Yes or no.
                Fact::Measured(Measured::Recovered) => continue,
                Fact::Measured(_) | Fact::Open(..) => f64::INFINITY,
                Fact::Since(_) | Fact::Count(..) | Fact::Replies(..) => continue,
            };
            if condition.op == Op::AtLeast && condition.threshold > 0.0 {
                let raised = (condition.threshold * RAISE_THRESHOLD).min(most);
                condition.threshold = condition.threshold.max(raised);
            }
        }
        self.cooldown_secs *= RAISE_COOLDOWN;
    }
}

/// What "wrong" adds to the score from which words count, and how much further what is measured
/// must be.
const RAISE_SCORE: f32 = 0.08;
const RAISE_THRESHOLD: f64 = 1.1;
/// The surest that is asked for: more is hardly ever told.
pub const SUREST: f32 = 0.99;
/// How many times as long the rule rests after a prompt.
const RAISE_COOLDOWN: f64 = 1.5;
/// Heat that can still be reached.
pub const MOST_HEAT: f64 = 0.95;
/// So many times "wrong" count; more change nothing.
pub const MOST_RAISES: u32 = 5;

/// All rules, the more urgent first, and when each practice is called for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleSet {
    /// The rules, the more urgent first.
    pub rules: Vec<Rule>,
    /// When a practice that was not done counts as missed; all must hold at the end of the call.
    pub needed: Vec<(&'static str, Vec<Condition>)>,
}

impl Default for RuleSet {
    /// The shipped rules.
    fn default() -> Self {
        RuleSet::shipped()
    }
}

impl RuleSet {
    /// The rule of this name.
    pub fn get(&self, name: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.name == name)
    }

    /// The same, to change.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Rule> {
        self.rules.iter_mut().find(|rule| rule.name == name)
    }

    /// The names of the rules that need any of these.
    pub fn that_need(&self, needs: &[Need]) -> Vec<String> {
        let off = |rule: &&Rule| rule.needs().iter().any(|need| needs.contains(need));
        self.rules.iter().filter(off).map(|rule| rule.name.clone()).collect()
    }

    /// Raises the threshold of a rule that the agent called wrong so many times.
    pub fn raise(&mut self, name: &str, times: u32) {
        if let Some(rule) = self.get_mut(name) {
            (0..times.min(MOST_RAISES)).for_each(|_| rule.raise());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_makes_a_rule_harder_to_fire() {
        let mut set = RuleSet::default();
        let before = set.clone();
        set.raise("let-them-finish", 2);
        let overlap = |set: &RuleSet| set.get("let-them-finish").unwrap().when[0].threshold;
        assert!((overlap(&set) - overlap(&before) * 1.21).abs() < 1e-9);
        set.raise("not-defensive", 1);
        let score = |set: &RuleSet| set.get("not-defensive").unwrap().min_score;
        assert!(score(&set) > score(&before));
        let mut most = before.clone();
        most.raise("let-them-finish", 1_000);
        assert!(overlap(&most) < 2.0 * overlap(&before));
        set.raise("no-such-rule", 1);
        // What is yes or no stays so, and heat within reach.
        set.raise("invite-review", 5);
        assert!(
            set.get("invite-review")
                .unwrap()
                .when
                .iter()
                .any(|c| c.to_string() == "recovered >= 1")
        );
        set.raise("stay-calm-heat", 5);
        assert!(set.get("stay-calm-heat").unwrap().when[0].threshold <= 0.95);
    }

    #[test]
    fn who_needs_what_follows_from_the_conditions() {
        let set = RuleSet::default();
        let needs = |need, rule: &str| set.that_need(&[need]).iter().any(|name| name == rule);
        assert!(needs(Need::Words, "reflect-back") && !needs(Need::Words, "keep-them-posted"));
        assert!(needs(Need::Heard, "keep-them-posted"));
        assert!(!needs(Need::Parties, "keep-them-posted"));
        assert!(needs(Need::Parties, "let-them-finish"));
        assert!(!needs(Need::Words, "respond-promptly"));
    }
}
