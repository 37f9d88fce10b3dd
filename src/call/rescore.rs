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
use crate::coach::{Reaction, Situation};
use crate::config::Config;
use crate::config::rules::Need;
use crate::dialogue::floor::{Floor, UnderWay};
use crate::dialogue::overlap::OverlapTracker;
use crate::dialogue::silence::Silence;
use crate::engine::doubt;
use crate::event::{Bearing, Body, Event, Layout, Outcome, Summary};
use crate::tone::heat::HeatNow;
use crate::units::{CallSpan, CallTime, Party, PerParty};

/// Time between two looks at the call.
const TICK_SECS: f64 = 0.1;
/// Speech is known so long after its beginning.
const ONSET_SECS: f64 = 0.16;
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

/// Something that the log tells.
enum Step<'a> {
    /// A party's speech; when it ends is told by the log.
    Begins(Party, CallSpan),
    Told(Box<Body>),
    Doubted(&'a str),
    Reacted(Reaction),
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
            Record::Warning { code, .. } => steps.push((at, Step::Doubted(code))),
            Record::CueOutcome { outcome: Outcome::Snoozed, .. } => {
                steps.push((at, Step::Reacted(Reaction::Snooze)));
            }
            Record::CueOutcome { outcome: Outcome::Wrong, .. } => {
                steps.push((at, Step::Reacted(Reaction::Wrong)));
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
    floor: Floor,
    overlaps: OverlapTracker,
    silence: Silence,
    under_way: UnderWay,
    speech_end: PerParty<CallTime>,
    spoke_last: Option<Party>,
    agent_heard: CallTime,
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
            floor: Floor::new(&config.dialogue),
            overlaps: OverlapTracker::new(&config.dialogue, false),
            silence: Silence::new(config.dialogue.silence_min_secs),
            under_way: UnderWay::default(),
            speech_end: PerParty { agent: CallTime::ZERO, customer: CallTime::ZERO },
            spoke_last: None,
            agent_heard: CallTime::ZERO,
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
                let start = span.start;
                let other = self.under_way[party.other()];
                self.silence.started(start, other);
                let floor = self.floor.turn().map(|turn| turn.party);
                self.overlaps.started(party, start, other, floor);
                self.floor.started(party, start, other);
                self.under_way[party] = Some(CallSpan::new(start, start));
                self.spoke_last = Some(party);
                self.speech_end[party] = span.end;
            }
            Step::Doubted(code) => match doubt::means(code) {
                Some((needs, true)) => self.coach.doubt(needs),
                Some((needs, false)) => self.coach.trust(needs),
                None => {}
            },
            Step::Reacted(reaction) => {
                let events = &mut self.events;
                self.coach.react(reaction, at, |body| events.push(Event { at, body }));
            }
            Step::Told(body) => self.told(Event { at, body: *body }),
        }
    }

    fn told(&mut self, event: Event) {
        if let Body::Speech { party, span } = event.body {
            let party = party.unwrap_or(Party::Customer);
            self.silence.ended(span.end);
            self.overlaps.ended(party, span);
            self.floor.ended(party, span);
            self.under_way[party] = None;
        } else if let Body::Gap { span, .. } | Body::Pause { span } = event.body {
            self.gap_end = self.gap_end.max(span.end);
            self.silence.ended(span.end);
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
            if let Some(span) = &mut self.under_way[party] {
                span.end = now.min(self.speech_end[party]);
            }
        }
        if self.under_way.agent.is_some() {
            self.agent_heard = now;
        }
        self.floor.step(now, &self.under_way);
        let situation = self.situation(now);
        let events = &mut self.events;
        let mut cues = Vec::new();
        self.coach.step(&situation, |body| cues.push(Event { at: now, body }));
        for cue in cues {
            let moments = self.coach.observe(&cue);
            events.push(cue);
            events.extend(moments.into_iter().map(|body| Event { at: now, body }));
        }
    }

    fn situation(&self, now: CallTime) -> Situation {
        let deaf = now <= self.gap_end;
        let turn = self.floor.turn();
        let customers = turn.filter(|turn| {
            turn.party == Party::Customer && self.under_way.customer.is_some() && !deaf
        });
        let dead_air_secs =
            if deaf { 0.0 } else { self.silence.dead_air_secs(now, &self.under_way) };
        let (measured, bearing) = self.bearing;
        let fresh = |at: CallTime| now.secs_since(at) <= FRESH_SECS;
        let stale = Bearing { own_pace_wpm: bearing.own_pace_wpm, ..Bearing::default() };
        Situation {
            now,
            under_way: self.under_way,
            overlap: self.overlaps.running(&self.under_way),
            turn,
            dead_air_secs,
            unanswered_secs: customers
                .map_or(0.0, |turn| now.secs_since(turn.span.start.max(self.agent_heard)).max(0.0)),
            answer_gap_secs: match self.spoke_last {
                Some(Party::Customer) => dead_air_secs,
                Some(Party::Agent) | None => 0.0,
            },
            bearing: if fresh(measured) { bearing } else { stale },
            heat: self.heat.map(|(at, heat)| match fresh(at) {
                true => heat,
                false => HeatNow { rise: heat.rise.min(0.0), ..heat },
            }),
            agent_words_awaited: false,
        }
    }

    fn finish(mut self, end: CallTime) -> (Vec<Event>, Summary) {
        let situation = self.situation(end);
        let mut last = Vec::new();
        self.coach.finish(&situation, |body| last.push(Event { at: end, body }));
        for event in last {
            self.coach.observe(&event);
            self.events.push(event);
        }
        let mut summary = Summary { mono: self.mono, ..Summary::default() };
        self.coach.close(&situation, &mut summary);
        (self.events, summary)
    }
}
