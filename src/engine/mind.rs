//! The mind: follows both ears in the audio's time and says what the log says.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::ear::Heard;
use super::{SourceNote, Words};
use crate::coach::discipline::Coach;
use crate::coach::{Reaction, Situation};
use crate::config::Config;
use crate::dialogue::channels::ChannelCheck;
use crate::dialogue::floor::{Floor, UnderWay};
use crate::dialogue::overlap::{Overlap, OverlapTracker};
use crate::dialogue::silence::Silence;
use crate::dialogue::summary::Tally;
use crate::event::{
    Body, CallHead, Event, GapCause, Layout, Measure, OverlapKind, Practice, Utterance,
};
use crate::language::sentiment::{Scored, Sentiment};
use crate::speech::activity::FRAME;
use crate::speech::partial::PartialText;
use crate::speech::span::SpanEvent;
use crate::speech::transcript::Transcript;
use crate::tone::heat::{CustomerTone, Said};
use crate::tone::speaker::Speaker;
use crate::tone::voice::VoiceModel;
use crate::units::{CallSpan, CallTime, Party, PerParty};

/// Rules that need to know who speaks.
const NEED_PARTIES: [&str; 3] = ["let-them-finish", "show-listening", "stay-calm"];
/// Rules that need to hear the agent.
const NEED_AGENT: [&str; 2] = ["show-listening", "keep-them-posted"];
/// A channel that has never been louder than this has carried nothing.
const NOTHING_DBFS: f32 = -80.0;
/// The other party must have spoken this long before a silent channel is worth a warning.
const SILENT_AFTER_SECS: f64 = 5.0;
/// A listener's signal is credited in a turn that has lasted this long. Seconds.
const LONG_TURN_SECS: f64 = 5.0;
/// The agent's voice is judged by so many seconds of speech, none older than …
const RECENT_SECONDS: usize = 3;
/// … this. Seconds.
const RECENT_SECS: f64 = 8.0;
/// From this share of speech at the converter's limit on, a channel is clipped.
const CLIPPED_SHARE: f64 = 0.05;

/// A request for words that is on its way.
struct Asked {
    id: u64,
    party: Party,
    span: CallSpan,
    due: CallTime,
}

/// A request for words that was made before its utterance was over.
struct Preview {
    id: u64,
    party: Party,
    span: CallSpan,
    told: bool,
}

pub struct Mind {
    config: Config,
    head: Option<CallHead>,
    mono: bool,
    words: Words,
    now: CallTime,
    asked: VecDeque<Asked>,
    previews: Vec<Preview>,
    answers: BTreeMap<u64, Option<Transcript>>,
    partial: PerParty<PartialText>,
    notes: VecDeque<(CallTime, SourceNote)>,
    speakers: PerParty<Speaker>,
    /// Of the customer only; `None` in a mono mix, and without a model.
    tone: Option<CustomerTone>,
    /// `None` where nothing can judge words.
    sentiment: Option<Sentiment>,
    floor: Floor,
    overlaps: OverlapTracker,
    silence: Silence,
    channels: ChannelCheck,
    coach: Coach,
    tally: Tally,
    under_way: UnderWay,
    /// The agent's last seconds of speech, measured.
    agent_measures: VecDeque<Measure>,
    /// When the agent was last heard.
    agent_heard: CallTime,
    /// Whether the customer can be heard in the agent's channel too loudly.
    bleeds: bool,
    carried: PerParty<bool>,
    warned_silent: PerParty<bool>,
    warned_clipped: PerParty<bool>,
}

impl Mind {
    pub fn new(config: &Config, head: CallHead, words: Words) -> Self {
        Mind {
            config: config.clone(),
            mono: head.layout == Layout::MonoMix,
            head: Some(head),
            words,
            now: CallTime::ZERO,
            asked: VecDeque::new(),
            previews: Vec::new(),
            answers: BTreeMap::new(),
            partial: PerParty::default(),
            notes: VecDeque::new(),
            speakers: PerParty::from_fn(|_| Speaker::new(&config.measure)),
            tone: None,
            sentiment: None,
            floor: Floor::new(&config.dialogue),
            overlaps: OverlapTracker::new(&config.dialogue, words != Words::Never),
            silence: Silence::new(config.dialogue.silence_min_secs),
            channels: ChannelCheck::default(),
            coach: Coach::new(&config.cues, &config.rules),
            tally: Tally::new(&config.dialogue),
            under_way: UnderWay::default(),
            agent_measures: VecDeque::new(),
            agent_heard: CallTime::ZERO,
            bleeds: false,
            carried: PerParty::default(),
            warned_silent: PerParty::default(),
            warned_clipped: PerParty::default(),
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
        // Where the engine waits, its ears run ahead, and words come before they are missed.
        let known = self.words == Words::OnTime
            || self.asked.iter().any(|asked| asked.id == id)
            || self.previews.iter().any(|preview| preview.id == id);
        if known {
            self.answers.insert(id, transcript);
        }
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
        let next = self.next(ended);
        self.words != Words::OnTime
            || self
                .asked
                .iter()
                .all(|asked| asked.due > next || self.answers.contains_key(&asked.id))
    }

    pub fn has_all_words(&self) -> bool {
        self.asked.iter().all(|asked| self.answers.contains_key(&asked.id))
    }

    /// Whether so much of the customer leaks into the agent's channel that it was warned of.
    pub fn bleeds(&self) -> bool {
        self.bleeds
    }

    /// Whether both channels were found to carry the same audio.
    pub fn same_audio(&self) -> bool {
        self.channels.same()
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
                let measure = Measure { party: self.named(party), pitch_st, ..measure };
                if party == Party::Agent {
                    self.agent_measures.truncate(RECENT_SECONDS - 1);
                    self.agent_measures.push_front(measure.clone());
                }
                self.tell(Body::Measure(measure), out);
            }
            for &(id, span) in &heard[party].previewed {
                self.forget_previews(party, |preview| !preview.told);
                self.previews.push(Preview { id, party, span, told: false });
            }
            for &(id, span) in &heard[party].requested {
                let due = self.now.shifted(self.config.words.lateness_secs);
                self.asked.push_back(Asked { id, party, span, due });
                self.forget_previews(party, |_| false);
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

    /// What took the parties apart from each other is over.
    fn all_clear(&mut self, code: &'static str, text: &str, out: &mut Vec<Event>) {
        self.coach.enable(&NEED_PARTIES);
        self.warn(code, text.into(), &[], out);
    }

    /// Takes the words that have come and whose time it is, or all when the call is `over`, in
    /// the order of speech: words that are late hold up those after them.
    fn take_words(&mut self, over: bool, out: &mut Vec<Event>) {
        let now = self.now;
        let ready = |asked: &Asked, answers: &BTreeMap<u64, Option<Transcript>>| {
            (over || asked.due <= now) && answers.contains_key(&asked.id)
        };
        while let Some(asked) = self.asked.pop_front_if(|asked| ready(asked, &self.answers)) {
            let Asked { id, party, span, .. } = asked;
            let partial = std::mem::take(&mut self.partial[party]);
            match self.answers.remove(&id).flatten() {
                Some(mut transcript) => {
                    partial.keep_promise(&mut transcript);
                    self.take_transcript(party, span, transcript, out);
                }
                None => {
                    let text =
                        format!("The words from {} to {} are missing.", span.start, span.end);
                    self.warn("words-lost", text, &[], out);
                }
            }
        }
        self.take_previews(out);
    }

    /// Tells the words of utterances that go on.
    fn take_previews(&mut self, out: &mut Vec<Event>) {
        let Words::AsTheyCome { partials: true } = self.words else { return };
        for party in Party::BOTH {
            // What is about to be final is not told as partial.
            let pending = self.asked.iter().any(|asked| asked.party == party);
            let news = |preview: &Preview| {
                preview.party == party && !preview.told && self.answers.contains_key(&preview.id)
            };
            let newest = self.previews.iter().rposition(news).filter(|_| !pending);
            let Some(newest) = newest else { continue };
            // What was asked for before it has nothing new to say.
            let of_party = self.previews[..=newest].iter_mut().filter(|p| p.party == party);
            of_party.for_each(|preview| preview.told = true);
            let Preview { id, span, .. } = self.previews[newest];
            let Some(Some(transcript)) = self.answers.get(&id) else { continue };
            let partial = &mut self.partial[party];
            partial.update(&transcript.words, span.end);
            let (text, stable) = partial.text();
            if !text.is_empty() {
                let party = self.named(party);
                self.tell(Body::Partial { party, span, text, stable }, out);
            }
        }
    }

    /// Drops the requests of `party` that are of no use any more, and what came of them, but
    /// not what was asked for as final.
    fn forget_previews(&mut self, party: Party, keep: impl Fn(&Preview) -> bool) {
        let (asked, answers) = (&self.asked, &mut self.answers);
        self.previews.retain(|preview| {
            let stays = preview.party != party || keep(preview);
            if !stays && !asked.iter().any(|asked| asked.id == preview.id) {
                answers.remove(&preview.id);
            }
            stays
        });
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
        let Some(tone) = self.tone.as_mut().filter(|_| !self.channels.same()) else { return };
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
                ("overlap_secs", crate::coach::rules::round(span.secs())),
                ("yielded", f64::from(u8::from(yielded))),
            ];
            let practice =
                Practice { name, party: by, span, quote: String::new(), score, evidence };
            self.tell(Body::Practice(practice), out);
        }
    }

    /// Hears how the customer sounds; not where audio is missing, or both channels are one.
    fn follow_tone_of(&mut self, heard: &Heard, frame: CallSpan, out: &mut Vec<Event>) {
        let Some(tone) = self.tone.as_mut().filter(|_| !heard.in_gap && !self.channels.same())
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
        match self.channels.step(&heard.agent.hop_db, &heard.customer.hop_db) {
            Some(true) => {
                let text = "Both channels carry the same audio: who speaks can't be told. \
                            Everything that needs to know is off.";
                self.warn("same-audio", text.into(), &NEED_PARTIES, out);
            }
            Some(false) => {
                let text = "The channels carry two voices again.";
                self.all_clear("same-audio-over", text, out);
            }
            None => {}
        }
        // The same audio in both is worse than a leak, and looks like one.
        if heard.agent.bleeds != self.bleeds && !self.channels.same() {
            self.bleeds = heard.agent.bleeds;
            if self.bleeds {
                let text = "The agent's microphone hears the customer too loudly to tell the \
                            voices apart. Everything that needs to know who speaks is off.";
                self.warn("bleed", text.into(), &NEED_PARTIES, out);
            } else {
                let text = "The agent's microphone no longer hears the customer so loudly.";
                self.all_clear("bleed-over", text, out);
            }
        }
        for party in Party::BOTH {
            let frame = &heard[party];
            if frame.hop_db.iter().any(|&db| db > NOTHING_DBFS) && !self.carried[party] {
                self.carried[party] = true;
                if self.warned_silent[party] && party == Party::Agent {
                    self.coach.enable(&NEED_AGENT);
                }
            }
            let other_secs = self.speakers[party.other()].speech_secs();
            if !self.carried[party] && !self.warned_silent[party] && other_secs > SILENT_AFTER_SECS
            {
                self.warned_silent[party] = true;
                let text = format!("The {party}'s channel has been silent so far.");
                let rules: &[&'static str] = if party == Party::Agent { &NEED_AGENT } else { &[] };
                self.warn("silent-channel", text, rules, out);
            }
            let share = self.speakers[party].clipped_share();
            if share > CLIPPED_SHARE && !self.warned_clipped[party] {
                self.warned_clipped[party] = true;
                let text = format!(
                    "The {party}'s channel is clipped in {:.0} % of the speech: its level can't \
                     be trusted.",
                    share * 100.0
                );
                self.warn("clipping", text, &[], out);
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

    /// The mean of a measure over the agent's last seconds of speech; `None` where one of them
    /// is not known.
    fn agent_recently(&self, value: impl Fn(&Measure) -> Option<f32>) -> Option<f32> {
        let recent = |m: &&Measure| self.now.secs_since(m.span.end) <= RECENT_SECS;
        let values: Option<Vec<f32>> =
            self.agent_measures.iter().filter(recent).map(value).collect();
        let values = values.filter(|values| values.len() == RECENT_SECONDS)?;
        Some(values.iter().sum::<f32>() / values.len() as f32)
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
            agent_level_lu: self.agent_recently(|measure| measure.level_lu),
            agent_pitch_st: self.agent_recently(|measure| measure.pitch_st),
            heat: self.tone.as_ref().and_then(|tone| tone.heat_now(self.now)),
        }
    }
}
