//! What can't be trusted about a call, and what that switches off.

use std::collections::BTreeMap;

use super::wording;
use crate::call::record::{Line, Record};
use crate::config::RuleSet;
use crate::event::PRACTICES;

/// So many practices that are not watched are named.
const MAX_NOT_WATCHED: usize = 8;

/// Warnings of one kind.
pub struct Warned<'a> {
    /// The text of the first.
    pub text: &'a str,
    /// How many more there are.
    pub more: usize,
    /// The practices that are not watched because of it.
    pub not_watched: Option<String>,
}

/// Each kind of warning once, in the order in which they came.
pub fn warnings(lines: &[Line]) -> Vec<Warned<'_>> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let all: Vec<(&str, &str, &[String])> = lines
        .iter()
        .filter_map(|line| match &line.record {
            Record::Warning { code, text, disables } => {
                Some((code.as_str(), text.as_str(), disables.as_slice()))
            }
            _ => None,
        })
        .inspect(|(code, ..)| *counts.entry(code).or_default() += 1)
        .collect();
    let mut first = Vec::new();
    for (code, text, disables) in all {
        // The first of a kind stands for all.
        let Some(count) = counts.remove(code) else { continue };
        let not_watched = not_watched(disables);
        first.push(Warned { text, more: count - 1, not_watched });
    }
    first
}

/// The practices that these rules ask for, and no other; `None` where there are none.
fn not_watched(rules: &[String]) -> Option<String> {
    let shipped = RuleSet::shipped();
    // How loud somebody is may be left out, while pace still tells of an even one.
    let is_left_out = |rule: &&String| {
        shipped.get(rule).is_none_or(|off| {
            let same = shipped.rules.iter().filter(|rule| rule.practice == off.practice);
            same.filter(|rule| rule.enabled).all(|rule| rules.contains(&rule.name))
        })
    };
    let practice = |rule: &String| {
        let known = shipped.get(rule).map(|rule| rule.practice);
        wording::practice(known.unwrap_or(rule))
    };
    let mut names: Vec<String> = Vec::new();
    for name in rules.iter().filter(is_left_out).map(practice) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match names.len() {
        0 => None,
        1..=MAX_NOT_WATCHED => Some(names.join(", ")),
        more => Some(format!("{more} of the {} practices", PRACTICES.len())),
    }
}
