//! The engine: a pure state machine from audio and words to events.
//!
//! No threads, clocks, files or randomness. Time is the audio's own. The same inputs give the
//! same events, whatever the size of the blocks they come in.
//!
//! Inside, an `ear` a party turns samples into frames, both in step, since what leaks from one
//! channel into the other can only be told beside it; and the `mind` follows both ears,
//! frame by frame, in the order of the audio. In a replay the mind waits for the words of an
//! utterance where a live call would have had them; the ears run on meanwhile.

pub mod doubt;
pub mod ear;
mod mind;
mod pending;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::coach::Reaction;
use crate::config::Config;
use crate::config::rules::Need;
use crate::event::{CallHead, Event, GapCause, Layout};
use crate::language::listener::Listener;
use crate::language::sentiment::Sentiment;
use crate::speech::activity::{FRAME, VoiceActivity};
use crate::speech::leak::{Leak, LeakGate};
use crate::speech::transcript::Transcript;
use crate::tone::voice::VoiceModel;
use crate::units::{CallTime, Party, PerParty};

use ear::{Ear, Heard};
use mind::Mind;

/// What the engine takes.
#[allow(missing_docs, reason = "the fields are named as their units and types are")]
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// The next samples of a party: mono, 16 kHz, −1 to 1. In a mono mix the customer's
    /// channel carries both voices.
    Audio { party: Party, samples: &'a [f32] },
    /// The next `frames` frames (16 kHz) of a party are missing.
    Gap { party: Party, frames: u64, cause: GapCause },
    /// The words of a request; `None` where they could not be had.
    Transcript { id: u64, transcript: Option<Transcript> },
    /// Something about the source that the log should tell.
    Device(SourceNote),
    /// The agent did something about a prompt.
    Reaction(Reaction),
    /// The call is over.
    End,
}

/// Something about the source that can't be trusted, or that happened to it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourceNote {
    /// A short name for it.
    pub code: &'static str,
    /// What it means, in a sentence.
    pub text: String,
    /// What rules need that can't be trusted because of it.
    pub doubts: Vec<Need>,
    /// What can be trusted again.
    pub trusts: Vec<Need>,
}

/// When words come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// Never: calls are measured only.
    Never,
    /// As they are ready; the engine never waits. Words are asked for as soon as speech has
    /// ended, before it is sure that the utterance is over.
    AsTheyCome {
        /// Whether to ask for words while somebody speaks as well.
        partials: bool,
    },
    /// `words.lateness_secs` after their utterance; the engine waits. Makes the log
    /// independent of how fast the machine is.
    OnTime,
}

/// The engine for one call.
pub struct Engine {
    mono: bool,
    ears: PerParty<Ear>,
    leak: LeakGate,
    heard: PerParty<VecDeque<Heard>>,
    mind: Mind,
    ended: Option<CallTime>,
    finished: bool,
}

impl Engine {
    /// An engine at the beginning of the call that `head` describes; `vad` gives each party
    /// its voice-activity model.
    pub fn new(
        config: &Config,
        head: CallHead,
        words: Words,
        mut vad: impl FnMut(Party) -> Box<dyn VoiceActivity>,
    ) -> Self {
        let mono = head.layout == Layout::MonoMix;
        Engine {
            mono,
            ears: PerParty::from_fn(|party| {
                Ear::new(party, (!mono).then_some(party), config, vad(party), words)
            }),
            leak: LeakGate::new(&config.leak),
            heard: PerParty::default(),
            mind: Mind::new(config, head, words),
            ended: None,
            finished: false,
        }
    }

    /// Follows the customer's tone as well, by `model`.
    pub fn with_tone(mut self, model: Arc<VoiceModel>) -> Self {
        self.mind.follow_tone(model);
        self
    }

    /// Judges how words feel as well.
    pub fn with_sentiment(mut self, sentiment: Option<Sentiment>) -> Self {
        self.mind.judge_words(sentiment);
        self
    }

    /// Hears what is done by words as well: practices, complaints, promises.
    pub fn with_listener(mut self, listener: Option<Listener>) -> Self {
        self.mind.listen(listener);
        self
    }

    /// Takes one input and appends what follows from it to `out`.
    ///
    /// Everything but [`crate::event::Body::Transcribe`] comes in order of `at`; the requests for words may
    /// run ahead of it. Nothing fails: doubtful input becomes a warning event, and input after
    /// the end is ignored.
    pub fn step(&mut self, input: Input<'_>, out: &mut Vec<Event>) {
        self.mind.begin(out);
        match input {
            _ if self.finished => return,
            Input::Audio { party, .. } | Input::Gap { party, .. }
                if !self.parties().contains(&party) => {}
            Input::Audio { party, samples } if self.ended.is_none() => {
                self.ears[party].take(samples);
                self.listen(out);
            }
            Input::Gap { party, frames, cause } if self.ended.is_none() => {
                self.ears[party].miss(frames, cause);
                self.listen(out);
            }
            Input::End if self.ended.is_none() => self.end(out),
            Input::Audio { .. } | Input::Gap { .. } | Input::End => {}
            Input::Transcript { id, transcript } => self.mind.words(id, transcript),
            Input::Device(note) => {
                let heard_to = self.ears.agent.now().max(self.ears.customer.now());
                self.mind.note(heard_to, note);
            }
            Input::Reaction(reaction) => self.mind.react(reaction, out),
        }
        self.think(out);
    }

    /// The cue that belongs on the screen now: shown, not yet heeded, its time not over.
    pub fn cue_on_screen(&self) -> Option<u32> {
        self.mind.cue_on_screen()
    }

    /// Whether [`Input::End`] has been taken.
    pub fn has_ended(&self) -> bool {
        self.ended.is_some()
    }

    /// Who is speaking, as far as has been heard.
    pub fn speaking(&self) -> PerParty<bool> {
        self.mind.speaking()
    }

    /// Until when the agent wants no prompts.
    pub fn snoozed_until(&self) -> Option<CallTime> {
        self.mind.snoozed_until()
    }

    /// Whether the last event of the call has been told. After [`Input::End`] it may still
    /// wait for words.
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// Seconds of audio that have been heard but not yet thought about, for the want of words.
    pub fn backlog_secs(&self) -> f64 {
        let frames = self.heard.agent.len().max(self.heard.customer.len());
        CallTime::from_frames((frames * FRAME) as u64).secs()
    }

    /// Whether the customer's voice leaks into the agent's microphone so loudly that the rules
    /// that need the voices apart are off.
    pub fn bleeds(&self) -> bool {
        self.mind.bleeds()
    }

    /// Whether both channels carry the same audio, and the same rules are off for it.
    pub fn same_audio(&self) -> bool {
        self.mind.same_audio()
    }

    /// The parties that have a channel; a mono mix has but one.
    fn parties(&self) -> &'static [Party] {
        if self.mono { &[Party::Customer] } else { &Party::BOTH }
    }

    /// Hears the frames that have come for all.
    fn listen(&mut self, out: &mut Vec<Event>) {
        while self.parties().iter().all(|&party| self.ears[party].waiting() >= FRAME) {
            self.hear(out);
        }
    }

    /// Hears the next frame with both ears, in step: what of the agent's is leak is known
    /// beside the customer's only. A channel that is over is silent and not heard.
    fn hear(&mut self, out: &mut Vec<Event>) {
        let waits = PerParty::from_fn(|party| self.ears[party].waiting() > 0);
        let frames = PerParty::from_fn(|party| self.ears[party].next_frame());
        let agents = if self.mono {
            Leak::default()
        } else {
            self.leak.step(&frames.agent, &frames.customer)
        };
        let leak = PerParty { agent: agents, customer: Leak::default() };
        for &party in self.parties().iter().filter(|&&party| waits[party]) {
            let heard = self.ears[party].hear(&frames[party], &leak[party], out);
            self.heard[party].push_back(heard);
        }
    }

    fn end(&mut self, out: &mut Vec<Event>) {
        let ends = PerParty::from_fn(|party| self.ears[party].now());
        let partial = PerParty::from_fn(|party| !self.ears[party].waiting().is_multiple_of(FRAME));
        self.ended = Some(ends.agent.max(ends.customer));
        while self.parties().iter().any(|&party| self.ears[party].waiting() > 0) {
            self.hear(out);
        }
        for &party in self.parties() {
            let last = if partial[party] { self.heard[party].pop_back() } else { None };
            let last = last.unwrap_or_else(Heard::silent);
            let last = self.ears[party].finish(last, ends[party], out);
            self.heard[party].push_back(last);
        }
    }

    fn think(&mut self, out: &mut Vec<Event>) {
        loop {
            let ready = match (self.mono, self.ended) {
                (_, Some(_)) => !(self.heard.agent.is_empty() && self.heard.customer.is_empty()),
                (true, None) => !self.heard.customer.is_empty(),
                (false, None) => !self.heard.agent.is_empty() && !self.heard.customer.is_empty(),
            };
            if !ready || !self.mind.may_go_on(self.ended) {
                break;
            }
            // A party whose channel is over is silent from then on.
            let mut next = |party: Party| self.heard[party].pop_front().unwrap_or(Heard::silent());
            let frame = PerParty { agent: next(Party::Agent), customer: next(Party::Customer) };
            self.mind.frame(frame, self.ended, out);
        }
        if let Some(end) = self.ended {
            let all_heard = self.heard.agent.is_empty() && self.heard.customer.is_empty();
            if all_heard && self.mind.has_all_words() {
                self.mind.finish(end, out);
                self.finished = true;
            }
        }
    }
}
