//! The alarm discipline: one prompt at a time, not too many, not too soon again.

use std::collections::VecDeque;

use super::Situation;
use super::outcome::Watch;
use super::rules::{Finding, Rule};
use crate::config::{CuesConfig, RulesConfig};
use crate::event::{Body, Cue, Speed};
use crate::units::CallTime;

/// Decides which findings become cues, and follows what comes of them.
pub struct Coach {
    cues: CuesConfig,
    rules: RulesConfig,
    states: [RuleState; Rule::ALL.len()],
    disabled: Vec<&'static str>,
    shown_at: VecDeque<CallTime>,
    shown_until: CallTime,
    next_id: u32,
    watches: Vec<Watch>,
}

#[derive(Clone, Copy, Default)]
struct RuleState {
    /// Since when the rule has found something without a break.
    on_since: Option<CallTime>,
    /// Whether that has been prompted already: one prompt a finding.
    prompted: bool,
    last_cue: Option<CallTime>,
}

impl Coach {
    /// A coach at the beginning of a call.
    pub fn new(cues: &CuesConfig, rules: &RulesConfig) -> Self {
        Coach {
            cues: cues.clone(),
            rules: rules.clone(),
            states: Default::default(),
            disabled: Vec::new(),
            shown_at: VecDeque::new(),
            shown_until: CallTime::ZERO,
            next_id: 1,
            watches: Vec::new(),
        }
    }

    /// Switches rules off, since what they rely on can't be trusted.
    pub fn disable(&mut self, rules: &[&'static str]) {
        self.disabled.extend(rules);
    }

    /// Takes back a [`Self::disable`].
    pub fn enable(&mut self, rules: &[&'static str]) {
        for rule in rules {
            if let Some(i) = self.disabled.iter().position(|off| off == rule) {
                self.disabled.remove(i);
            }
        }
    }

    /// Takes the situation; tells cues and outcomes.
    pub fn step(&mut self, now: &Situation, mut tell: impl FnMut(Body)) {
        self.watches.retain_mut(|watch| match watch.step(now, &self.rules) {
            Some((outcome, evidence)) => {
                tell(Body::CueOutcome { id: watch.id(), outcome, evidence });
                false
            }
            None => true,
        });
        for (i, rule) in Rule::ALL.into_iter().enumerate() {
            let was_on = self.states[i].on_since.is_some();
            let finding = rule.find(now, &self.rules, was_on);
            let state = &mut self.states[i];
            let Some(finding) = finding else {
                (state.on_since, state.prompted) = (None, false);
                continue;
            };
            let since = *state.on_since.get_or_insert(now.now);
            let ripe = now.now.secs_since(since) >= rule.on_delay_secs(&self.rules);
            if ripe && !state.prompted && self.may_show(rule, now) {
                let cue = self.show(rule, finding, now);
                tell(Body::Cue(cue));
            }
        }
    }

    /// The call is over: tells the outcomes that are still open, as far as they are known.
    pub fn finish(&mut self, now: &Situation, mut tell: impl FnMut(Body)) {
        for watch in self.watches.drain(..) {
            let (outcome, evidence) = watch.finish(now);
            tell(Body::CueOutcome { id: watch.id(), outcome, evidence });
        }
    }

    fn may_show(&self, rule: Rule, now: &Situation) -> bool {
        let settings = rule.settings(&self.rules);
        let rested = |last: Option<&CallTime>, secs: f64| {
            last.is_none_or(|last| now.now.secs_since(*last) >= secs)
        };
        let last = &self.states[rule as usize].last_cue;
        let recent = |at: &&CallTime| now.now.secs_since(**at) < self.cues.max_window_secs;
        settings.enabled
            && !self.disabled.contains(&rule.name())
            && now.now >= self.shown_until
            && (rule.about_agents_speech() || !now.agent_speaks())
            && rested(last.as_ref(), settings.cooldown_secs)
            && rested(self.shown_at.back(), self.cues.cooldown_secs)
            && (self.shown_at.iter().filter(recent).count() as u32) < self.cues.max_count
    }

    fn show(&mut self, rule: Rule, finding: Finding, now: &Situation) -> Cue {
        let state = &mut self.states[rule as usize];
        (state.prompted, state.last_cue) = (true, Some(now.now));
        self.shown_at.push_back(now.now);
        if self.shown_at.len() > self.cues.max_count as usize {
            self.shown_at.pop_front();
        }
        self.shown_until = now.now.shifted(self.cues.shown_secs);
        let id = self.next_id;
        self.next_id += 1;
        self.watches.push(Watch::new(id, rule, now, self.cues.outcome_secs));
        Cue {
            id,
            name: rule.name(),
            text: rule.settings(&self.rules).text.clone(),
            suggestion: None,
            why: finding.why,
            rule: rule.name(),
            evidence: finding.evidence,
            speed: Speed::Fast,
            until: self.shown_until,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::dialogue::floor::UnderWay;
    use crate::event::Outcome;
    use crate::units::CallSpan;

    fn quiet(now: f64) -> Situation {
        Situation {
            now: CallTime::from_secs(now),
            under_way: UnderWay::default(),
            overlap: None,
            turn: None,
            dead_air_secs: 0.0,
            unanswered_secs: 0.0,
            agent_pace_wpm: None,
            agent_baseline_wpm: None,
        }
    }

    /// Steps at tenths of seconds up to `secs`; returns (seconds, rule) of the cues, and the
    /// outcomes.
    fn run(
        config: &Config,
        secs: f64,
        situation: impl Fn(f64) -> Situation,
    ) -> (Vec<(f64, &'static str)>, Vec<Outcome>) {
        let mut coach = Coach::new(&config.cues, &config.rules);
        let (mut cues, mut outcomes) = (Vec::new(), Vec::new());
        let mut tell = |at: f64, body| match body {
            Body::Cue(cue) => cues.push((at, cue.rule)),
            Body::CueOutcome { outcome, .. } => outcomes.push(outcome),
            _ => unreachable!("a coach tells cues and outcomes"),
        };
        let steps = (secs * 10.0) as u32;
        for i in 0..=steps {
            let now = f64::from(i) / 10.0;
            coach.step(&situation(now), |body| tell(now, body));
        }
        coach.finish(&situation(secs), |body| tell(secs, body));
        (cues, outcomes)
    }

    fn dead_air_from(start: f64, now: f64) -> Situation {
        Situation { dead_air_secs: (now - start).max(0.0), ..quiet(now) }
    }

    #[test]
    fn dead_air_is_prompted_once() {
        let (cues, outcomes) = run(&Config::default(), 60.0, |now| dead_air_from(5.0, now));
        assert_eq!(cues, [(15.0, "keep-them-posted")]);
        assert_eq!(outcomes, [Outcome::Ignored]);
    }

    #[test]
    fn speaking_up_heeds_it() {
        let (_, outcomes) = run(&Config::default(), 40.0, |now| {
            let mut situation = dead_air_from(0.0, now.min(12.0));
            situation.now = CallTime::from_secs(now);
            if now > 12.0 {
                situation.dead_air_secs = 0.0;
                situation.under_way.agent =
                    Some(CallSpan::new(CallTime::from_secs(12.0), CallTime::from_secs(now)));
            }
            situation
        });
        assert_eq!(outcomes, [Outcome::Heeded]);
    }

    #[test]
    fn a_long_finding_waits_its_turn_and_a_flood_is_held_back() {
        // The customer talks on, and every 20 s a new silence begins: cues stay within the
        // count, and no two are closer than the cool-down.
        let mut config = Config::default();
        config.rules.keep_them_posted.cue.cooldown_secs = 0.0;
        config.rules.show_listening.cue.cooldown_secs = 0.0;
        let (cues, _) = run(&config, 590.0, |now| Situation {
            dead_air_secs: now % 20.0,
            unanswered_secs: (now + 1.0) % 20.0,
            ..quiet(now)
        });
        assert_eq!(cues.len(), 6);
        assert!(cues.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 6.0));
    }

    #[test]
    fn the_pace_must_stay_fast_for_a_while() {
        let fast = |now: f64, from: f64, to: f64| {
            let span = CallSpan::new(CallTime::ZERO, CallTime::from_secs(now));
            Situation {
                under_way: UnderWay { agent: Some(span), customer: None },
                agent_pace_wpm: Some(if (from..to).contains(&now) { 240.0 } else { 150.0 }),
                agent_baseline_wpm: Some(150.0),
                ..quiet(now)
            }
        };
        let (cues, _) = run(&Config::default(), 30.0, |now| fast(now, 5.0, 5.8));
        assert_eq!(cues, []);
        let (cues, outcomes) = run(&Config::default(), 30.0, |now| fast(now, 5.0, 8.0));
        assert_eq!(cues, [(6.0, "stay-calm")]);
        assert_eq!(outcomes, [Outcome::Heeded]);
    }

    #[test]
    fn a_disabled_rule_is_silent() {
        let mut coach = Coach::new(&Config::default().cues, &Config::default().rules);
        coach.disable(&["keep-them-posted"]);
        for i in 0..60 {
            coach.step(&dead_air_from(0.0, f64::from(i)), |body| panic!("{body:?}"));
        }
    }

    #[test]
    fn what_is_not_about_the_agents_speech_waits_for_its_end() {
        let (cues, _) = run(&Config::default(), 30.0, |now| {
            let mut situation = Situation { unanswered_secs: now, ..quiet(now) };
            if now < 20.0 {
                let span = CallSpan::new(CallTime::ZERO, CallTime::from_secs(now));
                situation.under_way.agent = Some(span);
            }
            situation
        });
        assert_eq!(cues, [(20.0, "show-listening")]);
    }
}
