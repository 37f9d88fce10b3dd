//! The mind: follows both ears in the audio's time and says what the log says.

mod words;

use std::collections::VecDeque;
use std::sync::Arc;

use super::doubt::{Doubt, Finding};
use super::ear::Heard;
use super::pending::Pending;
use super::{SourceNote, Words};
use crate::coach::discipline::Coach;
use crate::coach::scene::Scene;
use crate::coach::{Reaction, Situation, round};
use crate::config::Config;
use crate::config::rules::Need;
use crate::dialogue::overlap::Overlap;
use crate::dialogue::summary::Tally;
use crate::event::{
    Bearing, Body, CallHead, Event, GapCause, Layout, Measure, OverlapKind, Practice, evidence,
};
use crate::language::listener::Listener;
use crate::language::sentiment::Sentiment;
use crate::speech::activity::FRAME;
use crate::speech::span::SpanEvent;
use crate::speech::transcript::Transcript;
use crate::tone::heat::CustomerTone;
use crate::tone::speaker::Speaker;
use crate::tone::voice::VoiceModel;
use crate::units::{CallSpan, CallTime, Party, PerParty};

/// A listener's signal is credited in a turn that has lasted this long. Seconds.
const LONG_TURN_SECS: f64 = 5.0;

/// Follows a call.
pub struct Mind {
    config: Config,
    head: Option<CallHead>,
    mono: bool,
    now: CallTime,
    pending: Pending,
    notes: VecDeque<(CallTime, SourceNote)>,
    speakers: PerParty<Speaker>,
    /// Of the customer only; `None` in a mono mix, and without a model.
    tone: Option<CustomerTone>,
    /// `None` where nothing can judge words.
    sentiment: Option<Sentiment>,
    /// `None` where nothing can tell practices by words, and in a mono mix.
    listener: Option<Listener>,
    scene: Scene,
    doubt: Doubt,
    coach: Coach,
    tally: Tally,
    /// The last listener's signal of the agent.
    last_signal: Option<CallSpan>,
    /// When audio was last missing.
    last_gap: CallTime,
    /// Since when audio is missing.
    deaf_since: Option<CallTime>,
}

impl Mind {
    pub fn new(config: &Config, head: CallHead, words: Words) -> Self {
        Mind {
            config: config.clone(),
            mono: head.layout == Layout::MonoMix,
            head: Some(head),
            now: CallTime::ZERO,
            pending: Pending::new(words, &config.words),
            notes: VecDeque::new(),
            speakers: PerParty::from_fn(|_| Speaker::new(&config.measure)),
            tone: None,
            sentiment: None,
            listener: None,
            scene: Scene::new(&config.dialogue, words != Words::Never),
            doubt: Doubt::default(),
            coach: Coach::new(config),
            tally: Tally::new(&config.dialogue),
            last_signal: None,
            last_gap: CallTime::ZERO,
            deaf_since: None,
        }
    }

    /// Follows the customer's tone by `model`.
    pub fn follow_tone(&mut self, model: Arc<VoiceModel>) {
        if !self.mono {
            self.tone = Some(CustomerTone::new(model));
        }
    }

    /// Judges how words feel.
    pub fn judge_words(&mut self, sentiment: Option<Sentiment>) {
        self.sentiment = sentiment;
    }

    /// Hears what is done by words.
    pub fn listen(&mut self, listener: Option<Listener>) {
        self.listener = listener.filter(|_| !self.mono);
    }

    /// Tells the head of the log, once.
    pub fn begin(&mut self, out: &mut Vec<Event>) {
        let Some(head) = self.head.take() else { return };
        self.tell(Body::Call(Box::new(head)), out);
        if self.mono {
            let text = "Both voices are in one channel: who speaks can't be told. Words and \
                        silences are right; everything that needs to know who speaks is off.";
            self.warn("mono-mix", text.into(), &[Need::Parties], out);
        }
    }

    /// Something about the source that belongs at `at`.
    pub fn note(&mut self, at: CallTime, note: SourceNote) {
        self.notes.push_back((at, note));
    }

    /// Tells the notes whose time has come.
    fn take_notes(&mut self, out: &mut Vec<Event>) {
        while let Some((_, note)) = self.notes.pop_front_if(|(at, _)| *at <= self.now) {
            self.coach.trust(&note.trusts);
            self.warn(note.code, note.text, &note.doubts, out);
        }
    }

    pub fn words(&mut self, id: u64, transcript: Option<Transcript>) {
        self.pending.answer(id, transcript);
    }

    pub fn react(&mut self, reaction: Reaction, out: &mut Vec<Event>) {
        let mut told = Vec::new();
        self.coach.react(reaction, self.now, |body| told.push(body));
        for body in told {
            self.tell(body, out);
        }
    }

    pub fn cue_on_screen(&self) -> Option<u32> {
        self.coach.on_screen(self.now)
    }

    pub fn speaking(&self) -> PerParty<bool> {
        self.scene.under_way.map(Option::is_some)
    }

    pub fn snoozed_until(&self) -> Option<CallTime> {
        self.coach.snoozed_until().filter(|until| *until > self.now)
    }

    /// Whether the next frame can be thought about: words that are due must be there.
    pub fn may_go_on(&self, ended: Option<CallTime>) -> bool {
        self.pending.may_go_on(self.next(ended))
    }

    pub fn has_all_words(&self) -> bool {
        self.pending.has_all()
    }

    /// Whether so much of the customer leaks into the agent's channel that it was warned of.
    pub fn bleeds(&self) -> bool {
        self.doubt.bleeds()
    }

    /// Whether both channels were found to carry the same audio.
    pub fn same_audio(&self) -> bool {
        self.doubt.same_audio()
    }

    fn next(&self, ended: Option<CallTime>) -> CallTime {
        let next = self.now + FRAME as u64;
        ended.map_or(next, |end| next.min(end))
    }

    pub fn frame(&mut self, heard: PerParty<Heard>, ended: Option<CallTime>, out: &mut Vec<Event>) {
        let frame = CallSpan::new(self.now, self.next(ended));
        self.now = frame.end;
        self.take_notes(out);
        self.take_words(false, out);
        for party in Party::BOTH {
            for &(span, cause) in &heard[party].gaps {
                let body = match cause {
                    // Both parties pause at once.
                    GapCause::Paused if party == Party::Agent => continue,
                    GapCause::Paused => {
                        if let Some(span) = self.scene.silence.started(span.start, None) {
                            self.tell(Body::Silence { span }, out);
                        }
                        self.scene.silence.ended(span.end);
                        Body::Pause { span }
                    }
                    GapCause::Overrun | GapCause::DeviceLost | GapCause::File => {
                        Body::Gap { party: self.named(party), span, cause }
                    }
                };
                self.tell(body, out);
            }
        }
        self.follow_spans(&heard, out);
        for party in Party::BOTH {
            let Heard { sounds, under_way, .. } = &heard[party];
            if let Some(measure) = self.speakers[party].hear(sounds, frame, *under_way) {
                // Pitch against the median of two voices would mean nothing.
                let pitch_st = measure.pitch_st.filter(|_| !self.mono);
                let now = (party == Party::Agent && !self.mono).then(|| self.bearing());
                let party = self.named(party);
                self.tell(Body::Measure(Measure { party, pitch_st, now, ..measure }), out);
            }
            for &(id, span) in &heard[party].previewed {
                self.pending.preview(id, party, span);
            }
            for &(id, span) in &heard[party].requested {
                self.pending.ask(id, party, span, self.now);
            }
        }
        self.follow_tone_of(&heard.customer, frame, out);
        self.doubt(&heard, out);
        self.coach(&heard, out);
    }

    pub fn finish(&mut self, end: CallTime, out: &mut Vec<Event>) {
        self.now = end;
        self.take_notes(out);
        self.take_words(true, out);
        let mut found = Vec::new();
        self.scene.overlaps.finish(end, |overlap| found.push(overlap));
        for overlap in found {
            self.tell_overlap(overlap, out);
        }
        if let Some(span) = self.scene.silence.finish(end) {
            self.tell(Body::Silence { span }, out);
        }
        let situation = self.situation(false);
        let mut told = Vec::new();
        self.coach.finish(&situation, |body| told.push(body));
        for body in told {
            self.tell(body, out);
        }
        let mut summary = self.tally.summary(end);
        self.coach.close(&situation, &mut summary);
        self.tell(Body::Summary(Box::new(summary)), out);
    }

    /// The party as the log names it.
    fn named(&self, party: Party) -> Option<Party> {
        (!self.mono).then_some(party)
    }

    fn tell(&mut self, body: Body, out: &mut Vec<Event>) {
        self.tally.observe(&body);
        let event = Event { at: self.now, body };
        let moments = self.coach.observe(&event);
        out.push(event);
        out.extend(moments.into_iter().map(|body| Event { at: self.now, body }));
    }

    fn warn(&mut self, code: &'static str, text: String, needs: &[Need], out: &mut Vec<Event>) {
        self.coach.doubt(needs);
        let disables = self.coach.that_need(needs);
        self.tell(Body::Warning { code, text, disables }, out);
    }

    fn follow_spans(&mut self, heard: &PerParty<Heard>, out: &mut Vec<Event>) {
        for party in Party::BOTH {
            for &event in &heard[party].told {
                match event {
                    SpanEvent::Started(start) => {
                        self.time_answer(party, start, out);
                        if let Some(span) = self.scene.began(party, start) {
                            self.tell(Body::Silence { span }, out);
                        }
                    }
                    SpanEvent::Ended(span) => {
                        self.tell(Body::Speech { party: self.named(party), span }, out);
                        self.scene.ended(party, span);
                    }
                }
            }
            self.scene.under_way[party] = heard[party].under_way;
        }
        self.scene.step(self.now);
        let mut found = Vec::new();
        self.scene.overlaps.step(self.now, |overlap| found.push(overlap));
        for overlap in found {
            self.tell_overlap(overlap, out);
        }
    }

    /// An agent who lets the customer wait for long for an answer, without having said why, is slow.
    fn time_answer(&mut self, party: Party, start: CallTime, out: &mut Vec<Event>) {
        let answers = party == Party::Agent && !self.mono;
        let Some(since) = self.scene.waits_since().filter(|_| answers) else { return };
        let secs = start.secs_since(since);
        let deaf = self.last_gap > since;
        if secs < self.config.dialogue.slow_answer_secs || deaf || self.coach.kept_posted(since) {
            return;
        }
        let limit = self.config.dialogue.slow_answer_secs;
        self.tell(
            Body::Practice(Practice {
                name: "respond-promptly",
                party,
                span: CallSpan::new(since, start),
                quote: String::new(),
                score: 0.0,
                evidence: evidence([("gap_secs", round(secs)), ("limit_secs", limit)]),
            }),
            out,
        );
    }

    /// Whether a listener's signal in `span` was credited already: both ears and words tell of it.
    fn is_credited(&mut self, span: CallSpan) -> bool {
        let last = self.last_signal.replace(span);
        last.is_some_and(|last| last.intersection(span).is_some())
    }

    fn tell_overlap(&mut self, overlap: Overlap, out: &mut Vec<Event>) {
        let Overlap { span, by, kind, yielded, .. } = overlap;
        self.tell(Body::Overlap { span, by, kind, yielded }, out);
        let turn_secs = self.scene.floor.turn().map_or(0.0, |turn| turn.span.secs());
        let practice = match (by, kind) {
            _ if !self.apart() => None,
            (Party::Agent, OverlapKind::Interruption) => Some(("let-them-finish", 0.0)),
            (Party::Agent, OverlapKind::Backchannel) if turn_secs >= LONG_TURN_SECS => {
                Some(("show-listening", 1.0))
            }
            _ => None,
        };
        if let Some((name, score)) = practice
            && !(name == "show-listening" && self.is_credited(span))
        {
            let evidence = evidence([
                ("overlap_secs", round(span.secs())),
                ("yielded", f64::from(u8::from(yielded))),
            ]);
            let practice =
                Practice { name, party: by, span, quote: String::new(), score, evidence };
            self.tell(Body::Practice(practice), out);
        }
    }

    /// Hears how the customer sounds; not where audio is missing, or both channels are one.
    fn follow_tone_of(&mut self, heard: &Heard, frame: CallSpan, out: &mut Vec<Event>) {
        let Some(tone) = self.tone.as_mut().filter(|_| !heard.in_gap && !self.doubt.same_audio())
        else {
            return;
        };
        if let Some(told) = tone.hear(&heard.sounds, frame, heard.under_way) {
            self.tell(Body::Tone(told), out);
        }
    }

    /// Finds what can't be trusted in the channels themselves.
    fn doubt(&mut self, heard: &PerParty<Heard>, out: &mut Vec<Event>) {
        if self.mono {
            return;
        }
        let mut found = Vec::new();
        self.doubt.step(heard, &self.speakers, |finding| found.push(finding));
        for finding in found {
            self.tell_doubt(finding, out);
        }
    }

    fn tell_doubt(&mut self, finding: Finding, out: &mut Vec<Event>) {
        match finding {
            Finding::Doubted { code, text, needs } => self.warn(code, text, needs, out),
            Finding::Restored { code, text, needs } => {
                self.coach.trust(needs);
                self.warn(code, text.into(), &[], out);
            }
        }
    }

    fn coach(&mut self, heard: &PerParty<Heard>, out: &mut Vec<Event>) {
        let deaf = heard.agent.in_gap || heard.customer.in_gap;
        if deaf {
            self.last_gap = self.now;
            let since = *self.deaf_since.get_or_insert(self.now);
            self.scene.missed(CallSpan::new(since, self.now));
        } else {
            self.deaf_since = None;
        }
        let situation = self.situation(deaf);
        let mut told = Vec::new();
        self.coach.step(&situation, |body| told.push(body));
        for body in told {
            self.tell(body, out);
        }
    }

    /// How the agent speaks, as the coach may know it.
    fn bearing(&self) -> Bearing {
        let measure = &self.config.measure;
        let agent = &self.speakers.agent;
        let turn = self.scene.floor.turn().filter(|turn| turn.party == Party::Agent);
        let pace = turn.and_then(|turn| agent.pace_since(turn.span.start, measure.turn_pace_secs));
        let own = agent.baseline_wpm(measure.own_pace_min_secs).unwrap_or(measure.typical_wpm);
        Bearing {
            turn_pace_wpm: pace.map(|wpm| wpm as f32),
            own_pace_wpm: own as f32,
            level_lu: agent.recent_level_lu(self.now),
            pitch_st: agent.recent_pitch_st(self.now),
        }
    }

    /// What the coach may know; where audio is missing (`deaf`), nobody can say who was silent.
    fn situation(&self, deaf: bool) -> Situation {
        Situation {
            bearing: self.bearing(),
            heat: self.tone.as_ref().and_then(|tone| tone.heat_now(self.now)),
            agent_words_awaited: self.pending.awaits(Party::Agent),
            ..self.scene.situation(self.now, deaf)
        }
    }
}
