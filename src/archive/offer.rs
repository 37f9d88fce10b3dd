//! For a rule that people judge poorly: a changed threshold, and what it would change.
//!
//! Changes of one kind at a time are held against the calls in which prompts of the rule were judged;
//! of those that let go of wrong prompts and keep the right ones the best is held against all
//! calls. Nothing is changed by it: whoever agrees puts it into a file of rules.

use std::collections::BTreeSet;
use std::path::Path;

use super::verdicts::JudgedCue;
use crate::call::folder::read_log_with;
use crate::call::key::Key;
use crate::call::notes::Verdict;
use crate::call::record::Line;
use crate::call::rescore::{Prompt, compare, prompts};
use crate::config::Config;
use crate::config::rules::condition::Op;
use crate::config::rules::fact::{Fact, Measured};
use crate::config::rules::{MOST_HEAT, Rule, SUREST};
use crate::session::batch::each;
use crate::session::replay::SessionError;

/// By how much thresholds are tried. What is counted goes up by whole numbers.
const FACTORS: [f64; 4] = [1.15, 1.3, 1.5, 2.0];
/// By how much the certainty is tried from which words count.
const SURER: [f32; 3] = [0.08, 0.16, 0.24];
/// By how many seconds the wait before a prompt is tried.
const LATER_SECS: [f64; 3] = [0.5, 1.0, 2.0];
/// A prompt that comes so much later is the same, with a higher threshold. Seconds.
const LATER: f64 = 6.0;
/// And so much earlier. Seconds.
const EARLIER: f64 = 2.0;
/// So large a share of the right prompts must stay.
const RIGHT_STAYS: f64 = 0.75;

/// A change, and the difference it would make.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// What is changed, in words: `overlap-secs >= 1.2 instead of 0.8`.
    pub change: String,
    /// As a file of rules has it.
    pub toml: String,
    /// Right prompts that were judged: how many would stay, of how many.
    pub right: (usize, usize),
    /// Wrong prompts that were judged: how many would go, of how many.
    pub wrong: (usize, usize),
    /// Calls that were looked at.
    pub calls: usize,
    /// Of the rule's prompts in them, how many go, of how many.
    pub gone: (usize, usize),
    /// Of its prompts, how many come instead at another time.
    pub come: usize,
    /// Of other rules' prompts, how many go …
    pub others_gone: usize,
    /// … and come, as there is room for them.
    pub others_come: usize,
}

/// A rule with one change.
struct Candidate {
    change: String,
    rule: Rule,
}

/// Looks for a change of `rule` in the rules of `config`; `Ok(None)` where none parts the wrong
/// prompts from the right ones. `calls` are those over which the difference is told.
///
/// # Errors
/// [`SessionError`], where a worker broke down.
pub fn offer(
    root: &Path,
    calls: &[String],
    rule: &str,
    judged: &[JudgedCue],
    config: &Config,
    key: Option<&Key>,
) -> Result<Option<Offer>, SessionError> {
    let Some(now) = config.rules.get(rule) else { return Ok(None) };
    let own: Vec<&JudgedCue> = judged.iter().filter(|cue| cue.rule == rule).collect();
    let looked: BTreeSet<&str> = own.iter().map(|cue| cue.call.as_str()).collect();
    let mut logs: Vec<(&str, Vec<Line>)> = Vec::new();
    for call in looked {
        if let Ok(lines) = read_log_with(&root.join("calls").join(call), key) {
            logs.push((call, lines));
        }
    }
    let stay = |config: &Config| -> Vec<bool> {
        let found: Vec<(&str, Vec<Prompt>)> =
            logs.iter().map(|(call, lines)| (*call, prompts(lines, config))).collect();
        let comes = |cue: &&JudgedCue| {
            found.iter().filter(|(call, _)| *call == cue.call).any(|(_, prompts)| {
                prompts.iter().any(|(at, prompt)| {
                    let after = at.secs() - cue.at.secs();
                    prompt.rule == cue.rule && (-EARLIER..=LATER).contains(&after)
                })
            })
        };
        own.iter().map(comes).collect()
    };
    // What the rules as they are don't say again can't be compared.
    let before = stay(config);
    let count = |verdict: Verdict, stays: &[bool]| {
        let told = own.iter().zip(&before).zip(stays);
        told.filter(|((cue, was), is)| cue.verdict == verdict && **was && **is).count()
    };
    let (all_right, all_wrong) = (count(Verdict::Right, &before), count(Verdict::Wrong, &before));
    let mut best: Option<(i64, Candidate, usize, usize)> = None;
    for candidate in candidates(now) {
        let changed = with(config, &candidate.rule);
        let stays = stay(&changed);
        let right = count(Verdict::Right, &stays);
        let wrong_gone = all_wrong - count(Verdict::Wrong, &stays);
        let gain = wrong_gone as i64 - 2 * (all_right - right) as i64;
        let keeps = right as f64 >= RIGHT_STAYS * all_right as f64;
        // The smaller change where two do as much.
        if keeps && gain > 0 && best.as_ref().is_none_or(|(most, ..)| gain > *most) {
            best = Some((gain, candidate, right, wrong_gone));
        }
    }
    let Some((_, candidate, right, wrong_gone)) = best else { return Ok(None) };
    let mut offer = Offer {
        toml: toml(now, &candidate.rule),
        change: candidate.change,
        right: (right, all_right),
        wrong: (wrong_gone, all_wrong),
        calls: 0,
        gone: (0, 0),
        come: 0,
        others_gone: 0,
        others_come: 0,
    };
    let changed = with(config, &candidate.rule);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    each(
        calls.iter(),
        cores,
        || Ok(()),
        |(), call| {
            let lines = read_log_with(&root.join("calls").join(call), key).ok()?;
            Some(compare(prompts(&lines, config), prompts(&lines, &changed)))
        },
        |_, difference| {
            let Some(difference) = difference.ok().flatten() else {
                return Ok::<(), SessionError>(());
            };
            let own =
                |prompts: &[Prompt]| prompts.iter().filter(|(_, cue)| cue.rule == rule).count();
            let (kept, gone, come) =
                (own(&difference.kept), own(&difference.gone), own(&difference.come));
            offer.calls += 1;
            offer.gone = (offer.gone.0 + gone, offer.gone.1 + kept + gone);
            offer.come += come;
            offer.others_gone += difference.gone.len() - gone;
            offer.others_come += difference.come.len() - come;
            Ok(())
        },
    )?;
    Ok(Some(offer))
}

/// The configuration with one rule changed.
fn with(config: &Config, rule: &Rule) -> Config {
    let mut changed = config.clone();
    if let Some(known) = changed.rules.get_mut(&rule.name) {
        *known = rule.clone();
    }
    changed
}

/// Changes of one kind each, the smaller ones first.
fn candidates(rule: &Rule) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for (at, condition) in rule.when.iter().enumerate() {
        if condition.op != Op::AtLeast || condition.threshold <= 0.0 {
            continue;
        }
        let most = match condition.fact {
            Fact::Measured(Measured::Heat | Measured::HeatRise) => MOST_HEAT,
            // Yes or no.
            Fact::Measured(Measured::Recovered) => continue,
            _ => f64::INFINITY,
        };
        let whole = matches!(condition.fact, Fact::Count(..) | Fact::Replies(..));
        for (step, factor) in (1_u32..).zip(FACTORS) {
            let threshold = match whole {
                true => condition.threshold + f64::from(step),
                false => rounded(condition.threshold * factor),
            };
            if threshold > most || threshold <= condition.threshold {
                continue;
            }
            let mut changed = rule.clone();
            changed.when[at].threshold = threshold;
            // Not a rule that never finds anything.
            if changed.when.iter().any(|other| other.excludes(&changed.when[at])) {
                continue;
            }
            let change = format!("{} instead of {}", changed.when[at], condition.threshold);
            candidates.push(Candidate { change, rule: changed });
        }
    }
    for more in SURER.into_iter().filter(|_| rule.is_slow()) {
        let min_score = ((rule.min_score + more) * 100.0).round() / 100.0;
        if min_score <= SUREST {
            let change = format!("min_score = {min_score} instead of {}", rule.min_score);
            candidates.push(Candidate { change, rule: Rule { min_score, ..rule.clone() } });
        }
    }
    for more in LATER_SECS {
        let delay_secs = rounded(rule.delay_secs + more);
        let change = format!("delay_secs = {delay_secs} instead of {}", rule.delay_secs);
        candidates.push(Candidate { change, rule: Rule { delay_secs, ..rule.clone() } });
    }
    candidates
}

/// To two decimals below ten, to one below a hundred, else whole: as people write thresholds.
fn rounded(value: f64) -> f64 {
    let places = if value < 10.0 {
        100.0
    } else if value < 100.0 {
        10.0
    } else {
        1.0
    };
    (value * places).round() / places
}

/// What differs, as a file of rules has it.
fn toml(now: &Rule, changed: &Rule) -> String {
    let mut text = format!("[[rule]]\nname = {:?}\n", now.name);
    if changed.when != now.when {
        let when: Vec<String> =
            changed.when.iter().map(|one| format!("{:?}", one.to_string())).collect();
        text += &format!("when = [{}]\n", when.join(", "));
    }
    if changed.min_score != now.min_score {
        text += &format!("min_score = {}\n", changed.min_score);
    }
    if changed.delay_secs != now.delay_secs {
        text += &format!("delay_secs = {:?}\n", changed.delay_secs);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RuleSet;

    #[test]
    fn every_change_of_every_rule_is_one_that_its_file_takes() {
        let shipped = RuleSet::shipped();
        for rule in &shipped.rules {
            let candidates = candidates(rule);
            assert!(!candidates.is_empty(), "{}", rule.name);
            for candidate in candidates {
                let text = toml(rule, &candidate.rule);
                let read = shipped.clone().changed(&text, "offer").unwrap();
                let read = read.get(&rule.name).unwrap();
                assert_eq!(*read, candidate.rule, "{text}");
                assert_ne!(read, rule, "{text}");
            }
        }
    }
}
