//! Holds rules against a log, without audio: which prompts they would have given.
//!
//! The coach sees the log's own lines at the times at which the engine knew them, and between
//! them the moments of the call, ten a second, as far as the log tells them: who speaks, who has
//! the floor, how long nobody has spoken. In the engine it sees thirty a second, and the onset of
//! speech a little more exactly; so a prompt that is decided by ear may come up to some tenths of a
//! second earlier or later here, and two sets of rules are fairly compared only when both are held
//! against the log.

use super::record::{Line, Record};
use crate::coach::discipline::Coach;
use crate::coach::scene::Scene;
use crate::coach::{Reaction, Situation};
use crate::config::Config;
use crate::config::rules::Need;
use crate::engine::doubt;
use crate::event::{Bearing, Body, Cue, Event, Layout, Outcome, Summary};
use crate::tone::heat::HeatNow;
use crate::units::{CallSpan, CallTime, Party, PerParty};

/// Time between two looks at the call.
const TICK_SECS: f64 = 0.1;
/// Speech is known so long after its beginning.
const ONSET_SECS: f64 = 0.16;
/// A prompt of the same rule within so many seconds is the same.
const SAME_SECS: f64 = 2.0;
/// A rise of heat that was told longer ago is over, and so is what was measured.
const FRESH_SECS: f64 = 3.0;

/// What the rules of `config` say about a call: its cues, what came of them, and its moments for
/// the coach, in order; and its scorecard and recovery.
pub fn rescore(lines: &[Line], config: &Config) -> (Vec<Event>, Summary) {
    let mut call = Call::new(config);
    let mut pending = steps(lines);
    pending.sort_by_key(|(at, _)| *at);
    let end = pending.last().map_or(CallTime::ZERO, |(at, _)| *at);
    let mut pending = pending.into_iter().peekable();
    let ticks = (end.secs() / TICK_SECS).ceil() as u64;
    for tick in 1..=ticks {
        let now = CallTime::from_secs(tick as f64 * TICK_SECS).min(end);
        while let Some((at, step)) = pending.next_if(|(at, _)| *at <= now) {
            call.take(at, step);
        }
        call.look(now);
    }
    call.finish(end)
}

/// A prompt and its time.
pub type Prompt = (CallTime, Cue);

/// What changes in one call from one set of prompts to another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// Those of the first that stay.
    pub kept: Vec<Prompt>,
    /// Those of the first that go.
    pub gone: Vec<Prompt>,
    /// Those that come.
    pub come: Vec<Prompt>,
}

/// The prompts that the rules of `config` give.
pub fn prompts(lines: &[Line], config: &Config) -> Vec<Prompt> {
    rescore(lines, config).0.into_iter().filter_map(|event| prompt(event.at, event.body)).collect()
}

/// The prompts that were shown.
pub fn shown(lines: &[Line]) -> Vec<Prompt> {
    let told = lines.iter().filter_map(|line| Some((line.at.into(), line.body()?)));
    told.filter_map(|(at, body)| prompt(at, body)).collect()
}

fn prompt(at: CallTime, body: Body) -> Option<Prompt> {
    if let Body::Cue(cue) = body { Some((at, cue)) } else { None }
}

/// The prompts that stay, those that go and those that come; each matches one at most, of the same
/// rule and at about the same time.
pub fn compare(old: Vec<Prompt>, new: Vec<Prompt>) -> Difference {
    let mut come: Vec<Option<Prompt>> = new.into_iter().map(Some).collect();
    let (mut kept, mut gone) = (Vec::new(), Vec::new());
    for prompt in old {
        let same = come.iter_mut().find(|new| {
            new.as_ref().is_some_and(|(at, cue)| {
                let apart = (at.secs() - prompt.0.secs()).abs();
                cue.rule == prompt.1.rule && apart <= SAME_SECS
            })
        });
        match same {
            Some(new) => {
                *new = None;
                kept.push(prompt);
            }
            None => gone.push(prompt),
        }
    }
    Difference { kept, gone, come: come.into_iter().flatten().collect() }
}

/// Something that the log tells.
enum Step<'a> {
    /// A party's speech; when it ends is told by the log.
    Begins(Party, CallSpan),
    Told(Box<Body>),
    Doubted(&'a str),
    /// Audio is missing here.
    Misses(CallSpan),
    Snoozed,
    /// The agent called a prompt of this rule wrong.
    Wrong(&'a str),
}

fn steps(lines: &[Line]) -> Vec<(CallTime, Step<'_>)> {
    let mut steps = Vec::new();
    for line in lines {
        let at = CallTime::from(line.at);
        match &line.record {
            // In a mono mix the one channel stands for the customer's, as in the engine.
            Record::Speech { party, span } => {
                let (party, span) = (party.unwrap_or(Party::Customer), CallSpan::from(*span));
                let known = span.start.shifted(ONSET_SECS).min(at);
                steps.push((known, Step::Begins(party, span)));
            }
            Record::Warning { code, disables, .. } => {
                let doubts = doubt::means(code).is_some_and(|(_, doubted)| doubted);
                if !(doubts && disables.is_empty()) {
                    steps.push((at, Step::Doubted(code)));
                }
            }
            Record::Gap { span, .. } => {
                let span = CallSpan::from(*span);
                steps.push((span.start, Step::Misses(span)));
            }
            Record::CueOutcome { outcome: Outcome::Snoozed, .. } => {
                steps.push((at, Step::Snoozed));
            }
            Record::CueOutcome { id, outcome: Outcome::Wrong, .. } => {
                let rule = lines.iter().find_map(|line| match &line.record {
                    Record::Cue(cue) if cue.id == *id => Some(cue.rule.as_str()),
                    _ => None,
                });
                steps.extend(rule.map(|rule| (at, Step::Wrong(rule))));
            }
            _ => {}
        }
        let body =
            line.body().filter(|body| !matches!(body, Body::Cue(_) | Body::CueOutcome { .. }));
        steps.extend(body.map(|body| (at, Step::Told(Box::new(body)))));
    }
    steps
}

/// The call as the coach sees it.
struct Call {
    coach: Coach,
    scene: Scene,
    /// When the speech under way, or the last, ends.
    speech_end: PerParty<CallTime>,
    bearing: (CallTime, Bearing),
    heat: Option<(CallTime, HeatNow)>,
    /// Where audio is missing.
    gap_end: CallTime,
    mono: bool,
    events: Vec<Event>,
}

impl Call {
    fn new(config: &Config) -> Call {
        let own_pace_wpm = config.measure.typical_wpm as f32;
        Call {
            coach: Coach::new(config),
            scene: Scene::new(&config.dialogue, false),
            speech_end: PerParty { agent: CallTime::ZERO, customer: CallTime::ZERO },
            bearing: (CallTime::ZERO, Bearing { own_pace_wpm, ..Bearing::default() }),
            heat: None,
            gap_end: CallTime::ZERO,
            mono: false,
            events: Vec::new(),
        }
    }

    fn take(&mut self, at: CallTime, step: Step<'_>) {
        match step {
            Step::Begins(party, span) => {
                self.scene.began(party, span.start);
                self.speech_end[party] = span.end;
            }
            Step::Doubted(code) => match doubt::means(code) {
                Some((needs, true)) => self.coach.doubt(needs),
                Some((needs, false)) => self.coach.trust(needs),
                None => {}
            },
            Step::Misses(span) => {
                self.gap_end = self.gap_end.max(span.end);
                self.scene.missed(span);
            }
            Step::Snoozed => self.react(Reaction::Snooze, at),
            // Of a prompt that these rules would not have shown nothing is known.
            Step::Wrong(rule) if self.coach.last_rule() == Some(rule) => {
                self.react(Reaction::Wrong, at);
            }
            Step::Wrong(_) => {}
            Step::Told(body) => self.told(Event { at, body: *body }),
        }
    }

    fn react(&mut self, reaction: Reaction, at: CallTime) {
        let mut told = Vec::new();
        self.coach.react(reaction, at, |body| told.push(Event { at, body }));
        told.into_iter().for_each(|event| self.say(event));
    }

    /// Takes what the coach says.
    fn say(&mut self, event: Event) {
        let at = event.at;
        let moments = self.coach.observe(&event);
        self.events.push(event);
        self.events.extend(moments.into_iter().map(|body| Event { at, body }));
    }

    fn told(&mut self, event: Event) {
        if let Body::Speech { party, span } = event.body {
            let party = party.unwrap_or(Party::Customer);
            self.scene.ended(party, span);
        } else if let Body::Pause { span } = event.body {
            self.gap_end = self.gap_end.max(span.end);
            self.scene.silence.ended(span.end);
        } else if let Body::Measure(measure) = &event.body {
            self.bearing = measure.now.map_or(self.bearing, |now| (event.at, now));
        } else if let Body::Tone(tone) = &event.body {
            let (value, rise, confidence) = (tone.heat, tone.rise, tone.confidence);
            self.heat = Some((event.at, HeatNow { value, rise, confidence }));
        } else if let Body::Call(head) = &event.body
            && head.layout == Layout::MonoMix
        {
            self.mono = true;
            self.coach.doubt(&[Need::Parties]);
        }
        let at = event.at;
        let moments = self.coach.observe(&event);
        self.events.extend(moments.into_iter().map(|body| Event { at, body }));
    }

    fn look(&mut self, now: CallTime) {
        for party in Party::BOTH {
            if let Some(span) = &mut self.scene.under_way[party] {
                span.end = now.min(self.speech_end[party]);
            }
        }
        self.scene.step(now);
        let situation = self.situation(now);
        let mut told = Vec::new();
        self.coach.step(&situation, |body| told.push(Event { at: now, body }));
        told.into_iter().for_each(|event| self.say(event));
    }

    fn situation(&self, now: CallTime) -> Situation {
        let (measured, bearing) = self.bearing;
        let fresh = |at: CallTime| now.secs_since(at) <= FRESH_SECS;
        let stale = Bearing { own_pace_wpm: bearing.own_pace_wpm, ..Bearing::default() };
        Situation {
            bearing: if fresh(measured) { bearing } else { stale },
            heat: self.heat.map(|(at, heat)| match fresh(at) {
                true => heat,
                false => HeatNow { rise: heat.rise.min(0.0), ..heat },
            }),
            ..self.scene.situation(now, now <= self.gap_end)
        }
    }

    fn finish(mut self, end: CallTime) -> (Vec<Event>, Summary) {
        let situation = self.situation(end);
        let mut last = Vec::new();
        self.coach.finish(&situation, |body| last.push(Event { at: end, body }));
        last.into_iter().for_each(|event| self.say(event));
        let mut summary = Summary { mono: self.mono, ..Summary::default() };
        self.coach.close(&situation, &mut summary);
        (self.events, summary)
    }
}
