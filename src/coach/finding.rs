//! Holds a rule against what is known: whether it finds something, and how that is said.

use super::memory::{Memory, Time};
use super::{Situation, round};
use crate::config::rules::Rule;
use crate::config::rules::condition::{Condition, Op};
use crate::config::rules::fact::{Fact, Happening, Measured};
use crate::config::rules::file::{placeholders, whose};
use crate::event::Evidence;
use crate::language::redact::Redaction;

/// A quote is cut to so many words.
const QUOTE_WORDS: usize = 14;
/// A complaint is said back for so long.
const SUGGESTED_SECS: f64 = 45.0;

/// All that a rule can look at.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// What is measured now.
    pub now: &'a Situation,
    /// What has happened before.
    pub memory: &'a Memory,
    /// Whether the customer has come back from trouble.
    pub recovered: bool,
}

impl Known<'_> {
    /// The number of a fact; `None` where it is not known.
    pub fn value(&self, fact: &Fact, min_score: f32) -> Option<f64> {
        match fact {
            Fact::Measured(Measured::Recovered) => Some(f64::from(u8::from(self.recovered))),
            Fact::Measured(measured) => self.now.measured(*measured),
            Fact::Since(_) | Fact::Count(..) | Fact::Open(..) | Fact::Replies(..) => {
                self.memory.value(fact, self.now.now, min_score)
            }
        }
    }

    /// The number of the fact of one of a rule's conditions.
    fn number(&self, rule: &Rule, condition: &Condition) -> Option<f64> {
        let min_score = if condition.is_of_absence() { 0.0 } else { rule.min_score };
        self.value(&condition.fact, min_score)
    }

    /// Whether the rule finds something; `was_on` is whether it did a moment ago, which makes it
    /// slower to let go. A fact that is not known meets no condition.
    pub fn meets(&self, rule: &Rule, was_on: bool) -> bool {
        let lets_go = if was_on { rule.lets_go } else { 1.0 };
        rule.when.iter().all(|condition| {
            let value = self.number(rule, condition);
            value.is_some_and(|value| condition.holds(value, lets_go))
        })
    }

    /// Whether what the rule found goes on. A rise ends by itself: what has risen counts.
    pub fn goes_on(&self, rule: &Rule) -> bool {
        let rises = |condition: &Condition| condition.fact == Fact::Measured(Measured::HeatRise);
        rule.when.iter().filter(|condition| !rises(condition)).all(|condition| {
            let value = self.number(rule, condition);
            value.is_some_and(|value| condition.holds(value, rule.lets_go))
        })
    }

    /// The numbers on which the rule stands, each with its threshold.
    pub fn evidence(&self, rule: &Rule) -> Evidence {
        let mut evidence = Evidence::new();
        for condition in &rule.when {
            let value = self.number(rule, condition).filter(|v| v.is_finite());
            let Some(value) = value else { continue };
            let name = condition.fact.to_string().replace(" | ", "|").replace(['-', ' '], "_");
            let side = if condition.op == Op::AtLeast { "threshold" } else { "limit" };
            let bound = (format!("{name}_{side}").into(), round(condition.threshold));
            // One number can be held against two thresholds.
            if !evidence.iter().any(|(known, _)| *known == name) {
                evidence.push((name.into(), round(value)));
            }
            evidence.push(bound);
        }
        evidence
    }

    /// Why, with the numbers and quotes in it.
    pub fn why(&self, rule: &Rule, redaction: &Redaction) -> String {
        let mut why = String::new();
        let mut from = 0;
        for (name, place) in placeholders(&rule.why) {
            why += &rule.why[from..place.start];
            from = place.end;
            match name.strip_prefix("quote ") {
                Some(of) => why += &self.quote(of, rule, redaction),
                None => {
                    let condition = rule.when.iter().find(|c| c.fact.to_string() == name);
                    let value = condition.and_then(|condition| self.number(rule, condition));
                    why += &value.map_or("?".into(), rounded);
                }
            }
        }
        why + &rule.why[from..]
    }

    /// What a rule quotes, shortened and without numbers and names.
    fn quote(&self, of: &str, rule: &Rule, redaction: &Redaction) -> String {
        let quoted = self.suggested(rule).or_else(|| self.quoted(of, rule));
        let Some(quoted) = quoted else { return "…".into() };
        let masked = redaction.masked(&quoted.quote);
        let words: Vec<&str> = masked.split_whitespace().collect();
        match words.len() {
            0 => "…".into(),
            n if n > QUOTE_WORDS => format!("{} …", words[..QUOTE_WORDS].join(" ")),
            _ => words.join(" "),
        }
    }

    /// What a rule's quote stands for: of what the rule counts the seconds of, that; else what was said last of these, or,
    /// where somebody else said that, what the party that is to be quoted said before it.
    fn quoted(&self, of: &str, rule: &Rule) -> Option<&Time> {
        let (party, of) = whose(of);
        let of: Vec<Happening> =
            of.split('|').filter_map(|name| Happening::parse(name.trim())).collect();
        let counted = rule.when.iter().find_map(|condition| match &condition.fact {
            Fact::Open(open, until) if *open == of && condition.threshold > 0.0 => Some(until),
            _ => None,
        });
        if let Some(until) = counted {
            return self.memory.open(&of, until, rule.min_score);
        }
        let last = self.memory.last_of(&of, rule.min_score)?;
        match party {
            Some(party) if last.party != Some(party) => self.memory.said_before(party, last),
            _ => Some(last),
        }
    }

    /// A sentence to say: a complaint said back.
    pub fn suggestion(&self, rule: &Rule) -> Option<String> {
        self.suggested(rule)?.suggestion.clone()
    }

    /// A complaint of a moment ago that nothing has met of what the rule asks for and that can be said back, where the
    /// rule does that; of several the last.
    fn suggested(&self, rule: &Rule) -> Option<&Time> {
        if !rule.suggests {
            return None;
        }
        let complaint = [Happening::said("complaint")?];
        let practice = Happening::kept(rule.practice);
        let until: Vec<Happening> = practice.into_iter().chain(rule.heeded_by.clone()).collect();
        let open = self.memory.open(&complaint, &until, 0.0)?;
        let times = self.memory.since(&complaint, open.span.start, 0.0);
        let last = times.filter(|time| time.suggestion.is_some()).last()?;
        (self.now.now.secs_since(last.span.end) <= SUGGESTED_SECS).then_some(last)
    }
}

/// One decimal below ten, none above.
fn rounded(value: f64) -> String {
    if value.abs() < 9.95 { format!("{value:.1}") } else { format!("{value:.0}") }
}
