//! One comparison of a fact with a number, as a rule's file has it:
//! `open complaint until apologise >= 60`.

use std::fmt;

use serde::{Serialize, Serializer};

use super::Need;
use super::fact::{Fact, Happening, Measured};
use crate::config::file::nearest;

/// How a fact is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
}

/// One comparison; all of a rule's must hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// What is compared.
    pub fact: Fact,
    /// How.
    pub op: Op,
    /// With what.
    pub threshold: f64,
}

impl Condition {
    /// Reads one; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Condition, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let [fact @ .., op, number] = words.as_slice() else {
            return Err(format!("`{text}`: write a fact, >= or <=, and a number"));
        };
        let op = match *op {
            ">=" => Op::AtLeast,
            "<=" => Op::AtMost,
            other => return Err(format!("`{other}` in `{text}`: must be >= or <=")),
        };
        let threshold = number
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .ok_or_else(|| format!("`{number}` in `{text}`: must be a number"))?;
        let condition = Condition { fact: fact_of(fact)?, op, threshold };
        let (least, most) = condition.fact.range();
        match op {
            Op::AtLeast if threshold > most => {
                Err(format!("`{text}` never holds: {} is {most} at most", condition.fact))
            }
            Op::AtMost if threshold < least => {
                Err(format!("`{text}` never holds: {} is {least} at least", condition.fact))
            }
            _ => Ok(condition),
        }
    }

    /// Whether it and `other` can't both hold.
    pub fn excludes(&self, other: &Condition) -> bool {
        let above = |a: &Condition, b: &Condition| {
            (a.op, b.op) == (Op::AtLeast, Op::AtMost) && a.threshold > b.threshold
        };
        self.fact == other.fact && (above(self, other) || above(other, self))
    }

    /// Whether `value` meets it; `lets_go` makes a threshold from below easier to hold.
    pub fn holds(&self, value: f64, lets_go: f64) -> bool {
        match self.op {
            Op::AtLeast => value >= self.threshold * lets_go,
            Op::AtMost => value <= self.threshold,
        }
    }

    /// Whether it asks that something has not happened: it holds where nothing is heard, and what
    /// is heard with little certainty counts against it as well.
    pub fn is_of_absence(&self) -> bool {
        let facts = (&self.fact, self.op);
        matches!(facts, (Fact::Since(_), Op::AtLeast) | (Fact::Count(..), Op::AtMost))
    }

    /// What must be trustworthy for it.
    pub fn needs(&self) -> Vec<Need> {
        let mut needs = self.needs_of_fact();
        // Who is not heard has not left anything undone.
        let undone = match &self.fact {
            Fact::Since(of) | Fact::Count(of, _) if self.is_of_absence() => &of[..],
            Fact::Open(_, until) | Fact::Replies(_, until) => until,
            _ => &[],
        };
        if undone.iter().any(|of| of.is_practice()) {
            needs.push(Need::Heard);
        }
        needs
    }

    fn needs_of_fact(&self) -> Vec<Need> {
        if self.is_of_absence() {
            return Vec::new();
        }
        match &self.fact {
            Fact::Measured(measured) => match measured {
                Measured::DeadAirSecs => vec![Need::Heard],
                Measured::UnansweredSecs => vec![Need::Parties, Need::Heard],
                Measured::Recovered => vec![Need::Parties, Need::Words],
                Measured::LevelLu => vec![Need::Parties, Need::Level],
                Measured::OverlapSecs
                | Measured::AnswerGapSecs
                | Measured::PaceWpm
                | Measured::PaceRatio
                | Measured::PitchSt
                | Measured::Heat
                | Measured::HeatRise => vec![Need::Parties],
            },
            Fact::Since(of) | Fact::Count(of, _) if of.iter().all(|of| of.is_told_by_ear()) => {
                vec![Need::Parties]
            }
            Fact::Since(_) | Fact::Count(..) | Fact::Open(..) | Fact::Replies(..) => {
                vec![Need::Parties, Need::Words]
            }
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let op = if self.op == Op::AtLeast { ">=" } else { "<=" };
        write!(f, "{} {op} {}", self.fact, self.threshold)
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let any = |names: &[Happening]| {
            names.iter().map(|name| name.name()).collect::<Vec<_>>().join(" | ")
        };
        match self {
            Fact::Measured(measured) => f.write_str(measured.name()),
            Fact::Since(of) => write!(f, "since {}", any(of)),
            Fact::Count(of, None) => write!(f, "count {}", any(of)),
            Fact::Count(of, Some(secs)) => write!(f, "count {} in {secs}", any(of)),
            Fact::Open(of, until) => write!(f, "open {} until {}", any(of), any(until)),
            Fact::Replies(of, until) if until.is_empty() => write!(f, "replies {}", any(of)),
            Fact::Replies(of, until) => write!(f, "replies {} until {}", any(of), any(until)),
        }
    }
}

fn fact_of(words: &[&str]) -> Result<Fact, String> {
    match words {
        [] => Err("a condition begins with a fact".into()),
        ["since", of @ ..] => Ok(Fact::Since(names(of)?)),
        ["count", of @ .., "in", secs] => match secs.parse() {
            Ok(secs) => Ok(Fact::Count(names(of)?, Some(secs))),
            Err(_) => Err(format!("`in {secs}`: must be seconds")),
        },
        ["count", of @ ..] => Ok(Fact::Count(names(of)?, None)),
        ["replies", of @ ..] if !of.contains(&"until") => Ok(Fact::Replies(names(of)?, Vec::new())),
        [kind @ ("open" | "replies"), rest @ ..] => {
            let Some(at) = rest.iter().position(|word| *word == "until") else {
                return Err(format!("`{}` lacks `until` and what ends it", words.join(" ")));
            };
            let (of, until) = (names(&rest[..at])?, names(&rest[at + 1..])?);
            Ok(if *kind == "open" { Fact::Open(of, until) } else { Fact::Replies(of, until) })
        }
        [name] => match Measured::ALL.iter().find(|(_, known, _)| known == name) {
            Some((measured, ..)) => Ok(Fact::Measured(*measured)),
            None => {
                let known = Measured::ALL.iter().map(|(_, known, _)| (*known).to_owned());
                Err(unknown("fact", name, known))
            }
        },
        more => Err(format!(
            "`{}`: a fact is one word, or since, count, open or replies with what they are of",
            more.join(" ")
        )),
    }
}

fn names(words: &[&str]) -> Result<Vec<Happening>, String> {
    let text = words.join(" ");
    text.split('|')
        .map(|name| {
            let name = name.trim();
            Happening::parse(name).ok_or_else(|| {
                unknown("happening", name, Happening::all().map(|known| known.name().into_owned()))
            })
        })
        .collect()
}

/// Says that nothing has this name, and which known name looks most like it.
pub(super) fn unknown(kind: &str, name: &str, known: impl Iterator<Item = String>) -> String {
    match nearest(name, known) {
        Some(nearest) => format!("there is no {kind} `{name}`; did you mean `{nearest}`?"),
        None => format!("there is no {kind} `{name}`; `evenkeel rules --facts` lists them"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_reads_back_as_it_was_written() {
        for text in [
            "overlap-secs >= 0.8",
            "since closing | wraps-up <= 20",
            "count no-positive-words in 90 >= 2",
            "count complaint >= 1",
            "open complaint until reflect-back | acknowledge >= 1.5",
            "replies complaint until reflect-back >= 2",
            "replies due-empathise | hardship >= 1",
        ] {
            assert_eq!(Condition::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, error) in [
            ("heat", "`heat`: write a fact, >= or <=, and a number"),
            ("heat > 1", "`>` in `heat > 1`: must be >= or <="),
            ("heat >= hot", "`hot` in `heat >= hot`: must be a number"),
            ("heet >= 1", "there is no fact `heet`; did you mean `heat`?"),
            ("zzz >= 1", "there is no fact `zzz`; `evenkeel rules --facts` lists them"),
            (
                "since apologize >= 1",
                "there is no happening `apologize`; did you mean `apologise`?",
            ),
            ("open complaint >= 1", "`open complaint` lacks `until` and what ends it"),
        ] {
            assert_eq!(Condition::parse(text).unwrap_err(), error);
        }
    }

    #[test]
    fn what_is_told_by_ear_and_what_holds_in_silence_needs_no_words() {
        let needs = |text| Condition::parse(text).unwrap().needs();
        assert_eq!(needs("count closing in 90 <= 0"), []);
        assert_eq!(needs("since keep-them-posted >= 20"), [Need::Heard]);
        assert_eq!(needs("since keep-them-posted <= 20"), [Need::Parties, Need::Words]);
        assert_eq!(needs("dead-air-secs >= 10"), [Need::Heard]);
        assert_eq!(needs("level-lu >= 5"), [Need::Parties, Need::Level]);
        assert_eq!(needs("count no-respond-promptly >= 2"), [Need::Parties]);
    }
}
