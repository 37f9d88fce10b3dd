//! The alarm discipline: one prompt at a time, not too many, not too soon again.

use std::collections::VecDeque;

use super::outcome::Watch;
use super::rules::{Finding, Rule};
use super::{Reaction, Situation};
use crate::config::{CuesConfig, RulesConfig};
use crate::event::{Body, Cue, Outcome, Speed};
use crate::units::CallTime;

/// Decides which findings become cues, and follows what comes of them.
pub struct Coach {
    cues: CuesConfig,
    rules: RulesConfig,
    states: [RuleState; Rule::ALL.len()],
    disabled: Vec<&'static str>,
    shown_at: VecDeque<CallTime>,
    shown_until: CallTime,
    snoozed_until: Option<CallTime>,
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
    /// Until when it rests, since the agent found it wrong.
    wrong_until: Option<CallTime>,
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
            snoozed_until: None,
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

    /// The agent reacts at `now`, to the last prompt if it is still being watched: a snooze
    /// holds all prompts back for a while, and so does "wrong" those of that rule.
    pub fn react(&mut self, reaction: Reaction, now: CallTime, mut tell: impl FnMut(Body)) {
        let rest = now.shifted(self.cues.snooze_secs);
        let on_screen = now < self.shown_until;
        let outcome = match reaction {
            Reaction::Snooze => {
                self.snoozed_until = Some(rest);
                Outcome::Snoozed
            }
            Reaction::Wrong => Outcome::Wrong,
        };
        if reaction == Reaction::Snooze && !on_screen {
            return;
        }
        let Some(watch) = self.watches.pop() else { return };
        self.shown_until = now;
        if reaction == Reaction::Wrong {
            self.states[watch.rule() as usize].wrong_until = Some(rest);
        }
        let (_, evidence) = watch.finish(now);
        tell(Body::CueOutcome { id: watch.id(), outcome, evidence });
    }

    /// Until when the agent wants no prompts, as last said.
    pub fn snoozed_until(&self) -> Option<CallTime> {
        self.snoozed_until
    }

    /// The cue whose time on the screen is not over, and that has not been heeded.
    pub fn on_screen(&self, now: CallTime) -> Option<u32> {
        let last = self.watches.last().filter(|_| now < self.shown_until)?;
        (!last.is_settled()).then(|| last.id())
    }

    /// The call is over: tells the outcomes that are still open, as far as they are known.
    pub fn finish(&mut self, now: &Situation, mut tell: impl FnMut(Body)) {
        for watch in self.watches.drain(..) {
            let (outcome, evidence) = watch.finish(now.now);
            tell(Body::CueOutcome { id: watch.id(), outcome, evidence });
        }
    }

    fn may_show(&self, rule: Rule, now: &Situation) -> bool {
        let settings = rule.settings(&self.rules);
        let rested = |last: Option<&CallTime>, secs: f64| {
            last.is_none_or(|last| now.now.secs_since(*last) >= secs)
        };
        let state = &self.states[rule as usize];
        let over = |until: Option<CallTime>| until.is_none_or(|until| now.now >= until);
        let recent = |at: &&CallTime| now.now.secs_since(**at) < self.cues.max_window_secs;
        settings.enabled
            && !self.disabled.contains(&rule.name())
            && now.now >= self.shown_until
            && over(self.snoozed_until)
            && over(state.wrong_until)
            && (rule.about_agents_speech() || !now.agent_speaks())
            && rested(state.last_cue.as_ref(), settings.cooldown_secs)
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
            text: finding.text.unwrap_or_else(|| rule.settings(&self.rules).text.clone()),
            suggestion: None,
            why: finding.why,
            rule: rule.name().to_owned(),
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
            agent_level_lu: None,
            agent_pitch_st: None,
            heat: None,
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
            Body::Cue(cue) => cues.push((at, cue.name)),
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
    fn a_wrong_prompt_and_its_rule_rest() {
        let config = Config::default();
        let mut coach = Coach::new(&config.cues, &config.rules);
        let mut told = Vec::new();
        let mut step = |coach: &mut Coach, from: u32, to: u32| {
            for i in from..to {
                coach.step(&dead_air_from(0.0, f64::from(i)), |body| told.push(body));
            }
            std::mem::take(&mut told)
        };
        assert_eq!(step(&mut coach, 0, 12).len(), 1);
        assert_eq!(coach.on_screen(CallTime::from_secs(12.0)), Some(1));
        let mut outcomes = Vec::new();
        coach.react(Reaction::Wrong, CallTime::from_secs(12.0), |body| outcomes.push(body));
        assert!(matches!(outcomes[..], [Body::CueOutcome { id: 1, outcome: Outcome::Wrong, .. }]));
        assert_eq!(coach.on_screen(CallTime::from_secs(12.0)), None);
        assert!(coach.states[Rule::KeepThemPosted as usize].wrong_until.is_some());
        assert_eq!(coach.states[Rule::ShowListening as usize].wrong_until, None);
        assert_eq!(step(&mut coach, 12, 60), []);
        // Nothing is left to be wrong.
        coach.react(Reaction::Wrong, CallTime::from_secs(60.0), |body| panic!("{body:?}"));
    }

    #[test]
    fn a_snooze_holds_all_prompts_back() {
        let config = Config::default();
        let mut coach = Coach::new(&config.cues, &config.rules);
        coach.react(Reaction::Snooze, CallTime::ZERO, |body| panic!("{body:?}"));
        let snooze = config.cues.snooze_secs as u32;
        for i in 0..snooze {
            coach.step(&dead_air_from(0.0, f64::from(i)), |body| panic!("{body:?}"));
        }
        let mut cues = 0;
        coach.step(&dead_air_from(0.0, f64::from(snooze)), |_| cues += 1);
        assert_eq!(cues, 1);
    }

    #[test]
    fn a_heeded_prompt_leaves_the_screen() {
        let config = Config::default();
        let mut coach = Coach::new(&config.cues, &config.rules);
        for i in 0..=10 {
            coach.step(&dead_air_from(0.0, f64::from(i)), |_| ());
        }
        let at = |secs: f64| CallTime::from_secs(secs);
        assert_eq!(coach.on_screen(at(10.0)), Some(1));
        let mut speaks = quiet(11.0);
        speaks.under_way.agent = Some(CallSpan::new(at(10.5), at(11.0)));
        coach.step(&speaks, |_| ());
        assert_eq!(coach.on_screen(at(11.0)), None);
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
