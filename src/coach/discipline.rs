//! The alarm discipline: one prompt at a time, not too many, not too soon again.

use std::collections::VecDeque;

use super::flags::Flags;
use super::ledger::Ledger;
use super::outcome::Watch;
use super::{Reaction, Situation};
use crate::config::rules::fact::Happening;
use crate::config::rules::{MOST_RAISES, Need, Rule, RuleSet};
use crate::config::{Config, CuesConfig};
use crate::event::{Body, Cue, Event, Outcome, Speed, Summary};
use crate::language::redact::Redaction;
use crate::units::CallTime;

/// Who has said what they are doing has an answer owed for so long. Seconds.
const POSTED_SECS: f64 = 60.0;

/// Decides which findings become cues, and follows what comes of them.
pub struct Coach {
    cues: CuesConfig,
    rules: RuleSet,
    states: Vec<RuleState>,
    /// What can't be trusted just now; as often as somebody says so.
    doubted: Vec<Need>,
    ledger: Ledger,
    flags: Flags,
    agent_silent_since: CallTime,
    shown_at: VecDeque<CallTime>,
    shown_until: CallTime,
    /// Whether the last prompt came from words.
    shown_slow: bool,
    snoozed_until: Option<CallTime>,
    next_id: u32,
    watches: Vec<Watch>,
    redaction: Redaction,
}

#[derive(Clone, Default)]
struct RuleState {
    needs: Vec<Need>,
    slow: bool,
    /// Since when the rule has found something without a break.
    on_since: Option<CallTime>,
    /// Whether that has been prompted already: one prompt a finding.
    prompted: bool,
    last_cue: Option<CallTime>,
    cues: usize,
    /// Until when it rests, since the agent found it wrong, and how often they did.
    wrong_until: Option<CallTime>,
    wrong: u32,
}

impl Coach {
    /// A coach at the beginning of a call.
    pub fn new(config: &Config) -> Self {
        let state = |rule: &Rule| RuleState {
            needs: rule.needs(),
            slow: rule.is_slow(),
            ..RuleState::default()
        };
        Coach {
            cues: config.cues.clone(),
            rules: config.rules.clone(),
            states: config.rules.rules.iter().map(state).collect(),
            doubted: Vec::new(),
            ledger: Ledger::default(),
            flags: Flags::default(),
            agent_silent_since: CallTime::ZERO,
            shown_at: VecDeque::new(),
            shown_until: CallTime::ZERO,
            shown_slow: false,
            snoozed_until: None,
            next_id: 1,
            watches: Vec::new(),
            redaction: Redaction::default(),
        }
    }

    /// Switches the rules off that need what can't be trusted.
    pub fn doubt(&mut self, needs: &[Need]) {
        self.doubted.extend(needs);
    }

    /// Takes back a [`Self::doubt`].
    pub fn trust(&mut self, needs: &[Need]) {
        for need in needs {
            if let Some(i) = self.doubted.iter().position(|doubted| doubted == need) {
                self.doubted.remove(i);
            }
        }
    }

    /// The names of the rules that need any of these.
    pub fn that_need(&self, needs: &[Need]) -> Vec<String> {
        self.rules.that_need(needs)
    }

    /// Takes the next event of the log; returns the moments for the human coach that are now clear.
    pub fn observe(&mut self, event: &Event) -> Vec<Body> {
        self.ledger.observe(&event.body);
        self.flags.observe(event).into_iter().map(Body::Flag).collect()
    }

    /// Takes the situation; tells cues and outcomes.
    pub fn step(&mut self, now: &Situation, mut tell: impl FnMut(Body)) {
        if now.agent_speaks() {
            self.agent_silent_since = now.now;
        }
        let mut watches = std::mem::take(&mut self.watches);
        watches.retain_mut(|watch| {
            let rule = &self.rules.rules[watch.rule()];
            let over = watch.step(self.ledger.known(now), rule);
            if let Some((outcome, evidence)) = over.clone() {
                let outcome = self.as_far_as_known(outcome);
                tell(Body::CueOutcome { id: watch.id(), outcome, evidence });
            }
            over.is_none()
        });
        self.watches = watches;
        for i in 0..self.rules.rules.len() {
            let known = self.ledger.known(now);
            let (rule, state) = (&self.rules.rules[i], &mut self.states[i]);
            if !rule.enabled || !known.meets(rule, state.on_since.is_some()) {
                (state.on_since, state.prompted) = (None, false);
                continue;
            }
            let since = *state.on_since.get_or_insert(now.now);
            let ripe = now.now.secs_since(since) >= rule.delay_secs;
            if ripe && !state.prompted && self.may_show(i, now) {
                tell(Body::Cue(self.show(i, now)));
            }
        }
    }

    /// The agent reacts at `now`, to the last prompt if it is still being watched: a snooze
    /// holds all prompts back for a while. "Wrong" holds those of that rule back, and makes the
    /// rule harder to fire afterwards.
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
        // The last prompt only: one from before it is none that the agent means.
        let Some(watch) = self.watches.pop_if(|watch| watch.id() + 1 == self.next_id) else {
            return;
        };
        self.shown_until = now;
        let (_, evidence) = watch.finish(now, &self.rules.rules[watch.rule()]);
        if reaction == Reaction::Wrong {
            let state = &mut self.states[watch.rule()];
            state.wrong_until = Some(rest);
            state.wrong += 1;
            if state.wrong <= MOST_RAISES {
                let name = self.rules.rules[watch.rule()].name.clone();
                self.rules.raise(&name, 1);
            }
        }
        tell(Body::CueOutcome { id: watch.id(), outcome, evidence });
    }

    /// The rule of the last prompt, while it is being watched.
    pub fn last_rule(&self) -> Option<&str> {
        let last = self.watches.last().filter(|watch| watch.id() + 1 == self.next_id)?;
        Some(self.rules.rules[last.rule()].name.as_str())
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

    /// Whether the agent has said, in this silence or shortly before it began at `since`, that there
    /// will be one, and why.
    pub fn kept_posted(&self, since: CallTime) -> bool {
        let from = CallTime::from_secs((since.secs() - POSTED_SECS).max(0.0));
        let posted = Happening::kept("keep-them-posted");
        posted
            .is_some_and(|posted| self.ledger.memory().since(&[posted], from, 0.0).next().is_some())
    }

    /// Where nobody can tell who speaks, nobody can tell that a prompt was ignored either.
    fn as_far_as_known(&self, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Ignored if self.doubted.contains(&Need::Parties) => Outcome::Expired,
            outcome => outcome,
        }
    }

    /// The call is over: tells the outcomes that are still open, as far as they are known, and
    /// the last moment for the human coach.
    pub fn finish(&mut self, now: &Situation, mut tell: impl FnMut(Body)) {
        for mut watch in std::mem::take(&mut self.watches) {
            let rule = &self.rules.rules[watch.rule()];
            // What was said last may have been the answer.
            let over = watch.step(self.ledger.known(now), rule);
            let (outcome, evidence) = over.unwrap_or_else(|| watch.finish(now.now, rule));
            let outcome = self.as_far_as_known(outcome);
            tell(Body::CueOutcome { id: watch.id(), outcome, evidence });
        }
        if let Some(flag) = self.flags.finish() {
            tell(Body::Flag(flag));
        }
    }

    /// Completes the numbers of the call. To be asked after [`Self::finish`].
    pub fn close(&self, now: &Situation, summary: &mut Summary) {
        self.ledger.close(now, &self.rules, summary);
    }

    fn may_show(&self, i: usize, now: &Situation) -> bool {
        let (rule, state) = (&self.rules.rules[i], &self.states[i]);
        let rested = |last: Option<&CallTime>, secs: f64| {
            last.is_none_or(|last| now.now.secs_since(*last) >= secs)
        };
        let over = |until: Option<CallTime>| until.is_none_or(|until| now.now >= until);
        let recent = |at: &&CallTime| now.now.secs_since(**at) < self.cues.max_window_secs;
        // Prompts for the same practice, by whichever rule.
        let same = self.rules.rules.iter().zip(&self.states);
        let same = same.filter(|(other, _)| other.practice == rule.practice);
        let last_of_practice = same.filter_map(|(_, state)| state.last_cue).max();
        // What another prompt still waits for is not asked for again under another name.
        let practice = Happening::kept(rule.practice);
        let asked = self.watches.iter().filter(|watch| !watch.is_settled()).any(|watch| {
            let serves = &self.rules.rules[watch.rule()].heeded_by;
            practice.is_some_and(|practice| serves.contains(&practice))
        });
        // What the agent said last must be known before their words can be judged.
        let silent_secs = now.now.secs_since(self.agent_silent_since);
        let ended = !now.agent_speaks()
            && (!state.slow || (silent_secs >= self.cues.quiet_secs && !now.agent_words_awaited));
        // What is happening at this moment does not rest after a prompt from words, and what the
        // agent is doing at this moment does not even wait until that has left.
        let by_ear = !state.slow && self.shown_slow;
        let urgent = by_ear && rule.about_speech;
        !state.needs.iter().any(|need| self.doubted.contains(need))
            && over(self.snoozed_until)
            && over(state.wrong_until)
            && (rule.about_speech || ended)
            && !asked
            && rested(last_of_practice.as_ref(), rule.cooldown_secs)
            && (urgent || now.now >= self.shown_until)
            && (by_ear || rested(self.shown_at.back(), self.cues.cooldown_secs))
            && (self.shown_at.iter().filter(recent).count() as u32) < self.cues.max_count
    }

    fn show(&mut self, i: usize, now: &Situation) -> Cue {
        let known = self.ledger.known(now);
        let (rule, state) = (&self.rules.rules[i], &mut self.states[i]);
        (state.prompted, state.last_cue) = (true, Some(now.now));
        self.shown_at.push_back(now.now);
        if self.shown_at.len() > self.cues.max_count as usize {
            self.shown_at.pop_front();
        }
        self.shown_until = now.now.shifted(self.cues.shown_secs);
        self.shown_slow = state.slow;
        let id = self.next_id;
        self.next_id += 1;
        self.watches.push(Watch::new(id, i, now.now, self.cues.outcome_secs));
        let text = rule.text[state.cues % rule.text.len()].clone();
        state.cues += 1;
        Cue {
            id,
            name: rule.practice,
            text,
            suggestion: known.suggestion(rule),
            why: known.why(rule, &self.redaction),
            rule: rule.name.clone(),
            evidence: known.evidence(rule),
            speed: if state.slow { Speed::Slow } else { Speed::Fast },
            until: self.shown_until,
        }
    }
}
#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::floor::UnderWay;
    use crate::event::Bearing;
    use crate::units::CallSpan;

    fn quiet(now: f64) -> Situation {
        let now = CallTime::from_secs(now);
        let bearing = Bearing { own_pace_wpm: 150.0, ..Bearing::default() };
        Situation { now, bearing, ..Situation::default() }
    }

    /// Steps at tenths of seconds up to `secs`; returns (seconds, rule) of the cues, and the
    /// outcomes.
    fn run(
        config: &Config,
        secs: f64,
        situation: impl Fn(f64) -> Situation,
    ) -> (Vec<(f64, &'static str)>, Vec<Outcome>) {
        let mut coach = Coach::new(config);
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
        config.rules.get_mut("keep-them-posted").unwrap().cooldown_secs = 0.0;
        config.rules.get_mut("show-listening").unwrap().cooldown_secs = 0.0;
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
                bearing: Bearing {
                    turn_pace_wpm: Some(if (from..to).contains(&now) { 240.0 } else { 150.0 }),
                    own_pace_wpm: 150.0,
                    ..Bearing::default()
                },
                ..quiet(now)
            }
        };
        let (cues, _) = run(&Config::default(), 30.0, |now| fast(now, 5.0, 6.8));
        assert_eq!(cues, []);
        let (cues, outcomes) = run(&Config::default(), 30.0, |now| fast(now, 5.0, 9.0));
        assert_eq!(cues, [(7.0, "stay-calm")]);
        assert_eq!(outcomes, [Outcome::Heeded]);
    }

    #[test]
    fn a_wrong_prompt_and_its_rule_rest() {
        let config = Config::default();
        let mut coach = Coach::new(&config);
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
        let state = |name: &str| {
            let at = coach.rules.rules.iter().position(|rule| rule.name == name).unwrap();
            (&coach.rules.rules[at], coach.states[at].wrong_until)
        };
        let before = config.rules.get("keep-them-posted").unwrap();
        assert!(state("keep-them-posted").0.when[0].threshold > before.when[0].threshold);
        assert!(state("keep-them-posted").1.is_some());
        assert_eq!(state("show-listening").1, None);
        assert_eq!(step(&mut coach, 12, 60), []);
        // Nothing is left to be wrong.
        coach.react(Reaction::Wrong, CallTime::from_secs(60.0), |body| panic!("{body:?}"));
    }

    #[test]
    fn wrong_is_of_the_last_prompt_only() {
        let mut coach = Coach::new(&Config::default());
        for i in 0..=24 {
            let now = f64::from(i);
            let unanswered_secs = if i > 12 { now } else { 0.0 };
            let situation = Situation { unanswered_secs, ..dead_air_from(0.0, now.min(12.0)) };
            let now = CallTime::from_secs(now);
            coach.step(&Situation { now, ..situation }, |_| ());
        }
        let mut wrong = Vec::new();
        for _ in 0..2 {
            coach.react(Reaction::Wrong, CallTime::from_secs(24.0), |body| wrong.push(body));
        }
        assert!(matches!(wrong[..], [Body::CueOutcome { id: 2, .. }]), "{wrong:?}");
    }

    #[test]
    fn who_pauses_has_not_slowed_down() {
        let (cues, outcomes) = run(&Config::default(), 30.0, |now| {
            let speaks = now % 6.0 < 5.0;
            let span = CallSpan::new(CallTime::ZERO, CallTime::from_secs(now));
            let bearing =
                Bearing { turn_pace_wpm: Some(240.0), own_pace_wpm: 150.0, ..Bearing::default() };
            let under_way = UnderWay { agent: speaks.then_some(span), customer: None };
            Situation { under_way, bearing, ..quiet(now) }
        });
        assert_eq!(cues, [(2.0, "stay-calm")]);
        assert_eq!(outcomes, [Outcome::Ignored]);
    }

    #[test]
    fn a_snooze_holds_all_prompts_back() {
        let config = Config::default();
        let mut coach = Coach::new(&config);
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
        let mut coach = Coach::new(&config);
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
        let mut coach = Coach::new(&Config::default());
        coach.doubt(&[Need::Agent]);
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
