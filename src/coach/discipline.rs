//! The alarm discipline: one prompt at a time, not too many, not too soon again.

use std::collections::VecDeque;

use super::flags::Flags;
use super::ledger::Ledger;
use super::outcome::Watch;
use super::{Reaction, Situation};
use crate::config::rules::fact::Happening;
use crate::config::rules::{Doubted, MOST_RAISES, Need, Rule, RuleSet};
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
    doubted: Doubted,
    ledger: Ledger,
    flags: Flags,
    agent_silent_since: CallTime,
    shown: VecDeque<Shown>,
    shown_until: CallTime,
    snoozed_until: Option<CallTime>,
    next_id: u32,
    watches: Vec<Watch>,
    redaction: Redaction,
}

/// A prompt of the last minutes.
struct Shown {
    at: CallTime,
    slow: bool,
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
            doubted: Doubted::default(),
            ledger: Ledger::default(),
            flags: Flags::default(),
            agent_silent_since: CallTime::ZERO,
            shown: VecDeque::new(),
            shown_until: CallTime::ZERO,
            snoozed_until: None,
            next_id: 1,
            watches: Vec::new(),
            redaction: Redaction::default(),
        }
    }

    /// Switches the rules off that need what can't be trusted.
    pub fn doubt(&mut self, needs: &[Need]) {
        self.doubted.add(needs);
    }

    /// Takes back a [`Self::doubt`].
    pub fn trust(&mut self, needs: &[Need]) {
        self.doubted.take_back(needs);
    }

    /// The names of the rules that need any of these.
    pub fn that_need(&self, needs: &[Need]) -> Vec<String> {
        self.rules.that_need(needs)
    }

    /// Takes the next event of the log; returns the moments for the human coach that are now clear.
    pub fn observe(&mut self, event: &Event) -> Vec<Body> {
        // Who cut in can't be told where nobody can tell who speaks.
        if matches!(event.body, Body::Overlap { .. }) && self.doubted.has(Need::Parties) {
            return Vec::new();
        }
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
            // What holds a finding for longer does not make one.
            if ripe && !state.prompted && known.meets(rule, false) && self.may_show(i, now) {
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
            Outcome::Ignored if self.doubted.has(Need::Parties) => Outcome::Expired,
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
        self.ledger.close(now, &self.rules, &self.doubted, summary);
    }

    fn may_show(&self, i: usize, now: &Situation) -> bool {
        let (rule, state) = (&self.rules.rules[i], &self.states[i]);
        let rested = |last: Option<&CallTime>, secs: f64| {
            last.is_none_or(|last| now.now.secs_since(*last) >= secs)
        };
        let over = |until: Option<CallTime>| until.is_none_or(|until| now.now >= until);
        let recent = |shown: &&Shown| now.now.secs_since(shown.at) < self.cues.max_window_secs;
        let recent = || self.shown.iter().filter(recent);
        let last = self.shown.back();
        // Prompts for the same practice, by whichever rule, and those that it would have served as
        // well: that is not asked for again under another name.
        let practice = Happening::kept(rule.practice);
        let serves = |other: &Rule| practice.is_some_and(|it| other.heeded_by.contains(&it));
        let same = self.rules.rules.iter().zip(&self.states);
        let same = same.filter(|(other, _)| other.practice == rule.practice || serves(other));
        let last_of_practice = same.filter_map(|(_, state)| state.last_cue).max();
        // What the agent said last must be known before their words can be judged.
        let silent_secs = now.now.secs_since(self.agent_silent_since);
        let ended = !now.agent_speaks()
            && (!state.slow || (silent_secs >= self.cues.quiet_secs && !now.agent_words_awaited));
        // What is happening at this moment does not rest after a prompt from words, and what the
        // agent is doing at this moment does not even wait until that has left.
        let by_ear = !state.slow && last.is_some_and(|last| last.slow);
        let urgent = by_ear && rule.about_speech;
        let rest = match state.slow && !rule.about_speech {
            true => self.cues.cooldown_secs.max(self.cues.cooldown_words_secs),
            false => self.cues.cooldown_secs,
        };
        !state.needs.iter().any(|need| self.doubted.has(*need))
            && over(self.snoozed_until)
            && over(state.wrong_until)
            && (rule.about_speech || ended)
            && rested(last_of_practice.as_ref(), rule.cooldown_secs)
            && (urgent || now.now >= self.shown_until)
            && (by_ear || rested(last.map(|last| &last.at), rest))
            && (recent().count() as u32) < self.cues.max_count
            && (!state.slow
                || (recent().filter(|shown| shown.slow).count() as u32) < self.cues.max_count_words)
    }

    fn show(&mut self, i: usize, now: &Situation) -> Cue {
        let known = self.ledger.known(now);
        let (rule, state) = (&self.rules.rules[i], &mut self.states[i]);
        (state.prompted, state.last_cue) = (true, Some(now.now));
        self.shown.push_back(Shown { at: now.now, slow: state.slow });
        if self.shown.len() > self.cues.max_count as usize {
            self.shown.pop_front();
        }
        self.shown_until = now.now.shifted(self.cues.shown_secs);
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
mod tests;
