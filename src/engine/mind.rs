//! The mind: follows both ears in the audio's time and says what the log says.

use std::collections::VecDeque;
use std::sync::Arc;

use super::doubt::{Doubt, Finding, NEED_PARTIES};
use super::ear::Heard;
use super::pending::{Final, Partial, Pending};
use super::{SourceNote, Words};
use crate::coach::discipline::Coach;
use crate::coach::{Reaction, Situation};
use crate::config::Config;
use crate::dialogue::floor::{Floor, UnderWay};
use crate::dialogue::overlap::{Overlap, OverlapTracker};
use crate::dialogue::silence::Silence;
use crate::dialogue::summary::Tally;
use crate::event::{
    Body, CallHead, Event, GapCause, Layout, Measure, OverlapKind, Practice, Utterance,
};
use crate::language::sentiment::{Scored, Sentiment};
use crate::speech::activity::FRAME;
use crate::speech::span::SpanEvent;
use crate::speech::transcript::Transcript;
use crate::tone::heat::{CustomerTone, Said};
use crate::tone::speaker::Speaker;
use crate::tone::voice::VoiceModel;
use crate::units::{CallSpan, CallTime, Party, PerParty};

/// A listener's signal is credited in a turn that has lasted this long. Seconds.
const LONG_TURN_SECS: f64 = 5.0;
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
    floor: Floor,
    overlaps: OverlapTracker,
    silence: Silence,
    doubt: Doubt,
    coach: Coach,
    tally: Tally,
    under_way: UnderWay,
    /// When the agent was last heard.
    agent_heard: CallTime,
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
            floor: Floor::new(&config.dialogue),
            overlaps: OverlapTracker::new(&config.dialogue, words != Words::Never),
            silence: Silence::new(config.dialogue.silence_min_secs),
            doubt: Doubt::default(),
            coach: Coach::new(&config.cues, &config.rules),
            tally: Tally::new(&config.dialogue),
            under_way: UnderWay::default(),
            agent_heard: CallTime::ZERO,
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

    /// Tells the head of the log, once.
    pub fn begin(&mut self, out: &mut Vec<Event>) {
        let Some(head) = self.head.take() else { return };
        self.tell(Body::Call(Box::new(head)), out);
        if self.mono {
            let text = "Both voices are in one channel: who speaks can't be told. Words and \
                        silences are right; everything that needs to know who speaks is off.";
            self.warn("mono-mix", text.into(), &NEED_PARTIES, out);
        }
    }

    /// Something about the source that belongs at `at`.
    pub fn note(&mut self, at: CallTime, note: SourceNote) {
        self.notes.push_back((at, note));
    }

    /// Tells the notes whose time has come.
    fn take_notes(&mut self, out: &mut Vec<Event>) {
        while let Some((_, note)) = self.notes.pop_front_if(|(at, _)| *at <= self.now) {
            self.warn(note.code, note.text, &note.disables, out);
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
        self.under_way.map(Option::is_some)
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
                        if let Some(span) = self.silence.started(span.start, None) {
                            self.tell(Body::Silence { span }, out);
                        }
                        self.silence.ended(span.end);
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
                let party = self.named(party);
                self.tell(Body::Measure(Measure { party, pitch_st, ..measure }), out);
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
        self.overlaps.finish(end, |overlap| found.push(overlap));
        for overlap in found {
            self.tell_overlap(overlap, out);
        }
        if let Some(span) = self.silence.finish(end) {
            self.tell(Body::Silence { span }, out);
        }
        let situation = self.situation(false);
        let mut told = Vec::new();
        self.coach.finish(&situation, |body| told.push(body));
        for body in told {
            self.tell(body, out);
        }
        let summary = self.tally.summary(end);
        self.tell(Body::Summary(Box::new(summary)), out);
    }

    /// The party as the log names it.
    fn named(&self, party: Party) -> Option<Party> {
        (!self.mono).then_some(party)
    }

    fn tell(&mut self, body: Body, out: &mut Vec<Event>) {
        self.tally.observe(&body);
        out.push(Event { at: self.now, body });
    }

    fn warn(
        &mut self,
        code: &'static str,
        text: String,
        rules: &[&'static str],
        out: &mut Vec<Event>,
    ) {
        self.coach.disable(rules);
        let disables = rules.iter().map(|&rule| rule.to_owned()).collect();
        self.tell(Body::Warning { code, text, disables }, out);
    }

    /// Takes the final words whose time it is, or all when the call is `over`, and tells those of
    /// utterances that go on.
    fn take_words(&mut self, over: bool, out: &mut Vec<Event>) {
        while let Some(Final { party, span, transcript }) = self.pending.next_final(self.now, over)
        {
            match transcript {
                Some(transcript) => self.take_transcript(party, span, transcript, out),
                None => {
                    let text =
                        format!("The words from {} to {} are missing.", span.start, span.end);
                    self.warn("words-lost", text, &[], out);
                }
            }
        }
        for party in Party::BOTH {
            if let Some(Partial { party, span, text, stable }) = self.pending.partial(party) {
                let party = self.named(party);
                self.tell(Body::Partial { party, span, text, stable }, out);
            }
        }
    }

    fn take_transcript(
        &mut self,
        party: Party,
        span: CallSpan,
        transcript: Transcript,
        out: &mut Vec<Event>,
    ) {
        let bare = |word: &str| {
            let kept = |c: char| c.is_alphanumeric() || c == '-' || c == '\'';
            word.chars().filter(|&c| kept(c)).collect::<String>().to_lowercase()
        };
        let plain: Vec<String> = transcript.words.iter().map(|word| bare(&word.text)).collect();
        let spoken = plain.iter().map(String::as_str).filter(|word| !word.is_empty());
        self.overlaps.words(party, span, spoken);
        self.speakers[party].words(span, &transcript.words);
        if !transcript.words.is_empty() {
            let party = self.named(party);
            let Transcript { text, words, confidence, redo } = transcript;
            let scored = self.sentiment.as_ref().map(|sentiment| sentiment.score(&text));
            let sentiment = scored.as_ref().map(|scored| scored.value);
            let utterance = Utterance { party, span, text, words, confidence, redo, sentiment };
            self.tell(Body::Utterance(utterance), out);
            if let (Some(Party::Customer), Some(scored)) = (party, scored) {
                self.feel(span, confidence, scored, out);
            }
        }
    }

    /// Lets what the customer said count in their heat; not where both channels are one.
    fn feel(&mut self, span: CallSpan, confidence: f32, scored: Scored, out: &mut Vec<Event>) {
        let Some(tone) = self.tone.as_mut().filter(|_| !self.doubt.same_audio()) else { return };
        let phrases = scored.phrases.into_iter().map(|phrase| (phrase.text, phrase.weight));
        let said = Said { value: scored.value, confidence, phrases: phrases.collect() };
        if let Some(told) = tone.said(span, self.now, said) {
            self.tell(Body::Tone(told), out);
        }
    }

    fn follow_spans(&mut self, heard: &PerParty<Heard>, out: &mut Vec<Event>) {
        for party in Party::BOTH {
            for &event in &heard[party].told {
                match event {
                    SpanEvent::Started(start) => {
                        let other = self.under_way[party.other()];
                        if let Some(span) = self.silence.started(start, other) {
                            self.tell(Body::Silence { span }, out);
                        }
                        let floor = self.floor.turn().map(|turn| turn.party);
                        self.overlaps.started(party, start, other, floor);
                        self.floor.started(party, start, other);
                        self.under_way[party] = Some(CallSpan::new(start, start));
                    }
                    SpanEvent::Ended(span) => {
                        self.tell(Body::Speech { party: self.named(party), span }, out);
                        self.silence.ended(span.end);
                        self.overlaps.ended(party, span);
                        self.floor.ended(party, span);
                        self.under_way[party] = None;
                    }
                }
            }
            self.under_way[party] = heard[party].under_way;
            if party == Party::Agent && self.under_way.agent.is_some() {
                self.agent_heard = self.now;
            }
        }
        self.floor.step(self.now, &self.under_way);
        let mut found = Vec::new();
        self.overlaps.step(self.now, |overlap| found.push(overlap));
        for overlap in found {
            self.tell_overlap(overlap, out);
        }
    }

    fn tell_overlap(&mut self, overlap: Overlap, out: &mut Vec<Event>) {
        let Overlap { span, by, kind, yielded, .. } = overlap;
        self.tell(Body::Overlap { span, by, kind, yielded }, out);
        let turn_secs = self.floor.turn().map_or(0.0, |turn| turn.span.secs());
        let practice = match (by, kind) {
            (Party::Agent, OverlapKind::Interruption) => Some(("let-them-finish", 0.0)),
            (Party::Agent, OverlapKind::Backchannel) if turn_secs >= LONG_TURN_SECS => {
                Some(("show-listening", 1.0))
            }
            _ => None,
        };
        if let Some((name, score)) = practice {
            let evidence = vec![
                ("overlap_secs".into(), crate::coach::rules::round(span.secs())),
                ("yielded".into(), f64::from(u8::from(yielded))),
            ];
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
            match finding {
                Finding::Doubted { code, text, rules } => self.warn(code, text, rules, out),
                Finding::Restored { code, text, rules } => {
                    self.coach.enable(rules);
                    self.warn(code, text.into(), &[], out);
                }
                Finding::Heard { rules } => self.coach.enable(rules),
            }
        }
    }

    fn coach(&mut self, heard: &PerParty<Heard>, out: &mut Vec<Event>) {
        let situation = self.situation(heard.agent.in_gap || heard.customer.in_gap);
        let mut told = Vec::new();
        self.coach.step(&situation, |body| told.push(body));
        for body in told {
            self.tell(body, out);
        }
    }

    /// What the coach may know; where audio is missing (`deaf`), nobody can say who was silent.
    fn situation(&self, deaf: bool) -> Situation {
        let turn = self.floor.turn();
        let customers = turn.filter(|turn| {
            turn.party == Party::Customer && self.under_way.customer.is_some() && !deaf
        });
        let rule = &self.config.rules.stay_calm;
        let agent = &self.speakers.agent;
        Situation {
            now: self.now,
            under_way: self.under_way,
            overlap: self.overlaps.running(&self.under_way),
            turn,
            dead_air_secs: if deaf {
                0.0
            } else {
                self.silence.dead_air_secs(self.now, &self.under_way)
            },
            unanswered_secs: customers.map_or(0.0, |turn| {
                self.now.secs_since(turn.span.start.max(self.agent_heard)).max(0.0)
            }),
            agent_pace_wpm: turn
                .filter(|turn| turn.party == Party::Agent)
                .and_then(|turn| agent.pace_since(turn.span.start, rule.window_secs)),
            agent_baseline_wpm: agent.baseline_wpm(rule.baseline_secs),
            agent_level_lu: agent.recent_level_lu(self.now),
            agent_pitch_st: agent.recent_pitch_st(self.now),
            heat: self.tone.as_ref().and_then(|tone| tone.heat_now(self.now)),
        }
    }
}
