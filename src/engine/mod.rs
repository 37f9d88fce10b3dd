//! The engine: a pure state machine from audio and words to events.
//!
//! No threads, clocks, files or randomness. Time is the audio's own. The same inputs give the
//! same events, whatever the size of the blocks they come in.
//!
//! Inside, an `ear` a party turns samples into frames, and the `mind` follows both ears,
//! frame by frame, in the order of the audio. In a replay the mind waits for the words of an
//! utterance where a live call would have had them; the ears run on meanwhile.

mod ear;
mod mind;

use std::collections::VecDeque;

use crate::coach::Reaction;
use crate::config::Config;
use crate::event::{CallHead, Event, GapCause, Layout};
use crate::speech::activity::{FRAME, VoiceActivity};
use crate::speech::transcript::Transcript;
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
#[derive(Clone, Debug, PartialEq)]
pub struct SourceNote {
    /// A short name for it.
    pub code: &'static str,
    /// What it means, in a sentence.
    pub text: String,
    /// The rules that it switches off.
    pub disables: Vec<&'static str>,
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
            heard: PerParty::default(),
            mind: Mind::new(config, head, words),
            ended: None,
            finished: false,
        }
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
            Input::Audio { party, samples } if self.ended.is_none() => {
                self.ears[party].listen(samples, &mut self.heard[party], out);
            }
            Input::Gap { party, frames, cause } if self.ended.is_none() => {
                self.ears[party].miss(frames, cause, &mut self.heard[party], out);
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

    pub fn same_audio(&self) -> bool {
        false
    }
    pub fn bleeds(&self) -> bool {
        false
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

    fn end(&mut self, out: &mut Vec<Event>) {
        let end = self.ears.agent.now().max(self.ears.customer.now());
        self.ended = Some(end);
        for party in Party::BOTH {
            if !self.mono || party == Party::Customer {
                self.ears[party].finish(&mut self.heard[party], out);
            }
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
