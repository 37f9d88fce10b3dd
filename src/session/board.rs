//! What passes between a live session and what shows it: a latest-value [`Pulse`] one way, the
//! agent's [`Wish`]es the other. Events go by a queue of their own.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender};

use crate::event::Event;
use crate::units::{CallTime, Party, PerParty};

/// What the agent asks of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Stop listening and keeping, as for a card number.
    Pause,
    /// Listen again.
    Resume,
    /// No prompts for a while.
    Snooze,
    /// The prompt on screen was wrong.
    Wrong,
    /// The call is over.
    End,
}

/// How a live call stands at this moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pulse {
    /// The clock of the call.
    pub now: CallTime,
    /// Who speaks.
    pub speaking: PerParty<bool>,
    /// Level of what was heard last, in dBFS; −120 is digital silence.
    pub level_dbfs: PerParty<f32>,
    /// Whether the agent has paused it.
    pub paused: bool,
    /// Until when prompts are held back.
    pub snoozed_until: Option<CallTime>,
    /// What is being kept.
    pub keeping: Keeping,
    /// The prompt that belongs on the screen: shown, not yet heeded, its time not over.
    pub cue: Option<u32>,
    /// What is wrong just now, the worst first.
    pub troubles: Vec<Trouble>,
}

/// A prompt has been painted.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// Its number.
    pub cue: u32,
    /// When its frame was ready for the screen.
    pub at: Instant,
}

/// The session's ends of what passes between it and its window.
pub struct Board {
    /// What the engine says. Where the window does not take it, it is not told.
    pub events: Sender<Event>,
    /// How the call stands.
    pub pulse: Arc<Mutex<Pulse>>,
    /// What the agent asks for.
    pub wishes: Receiver<Wish>,
    /// What has been painted.
    pub shown: Receiver<Shown>,
    /// Tells the window that there is something new.
    pub wake: Box<dyn Fn() + Send>,
}

/// What is kept of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keeping {
    /// Nothing: the call leaves no file.
    Nothing,
    /// The event log, with the words.
    #[default]
    Log,
    /// The log and the sound.
    LogAndAudio,
}

/// Something that is wrong just now, and that the agent should know.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// A device went away; it is waited for.
    Lost {
        /// Whose side it carried.
        party: Party,
        /// Its name.
        device: String,
    },
    /// Both sides carry the same sound: the server has moved one to the other's source.
    Moved,
    /// A device gives nothing but exact zeros: muted, or without permission.
    Silent {
        /// Whose side it should carry.
        party: Party,
    },
    /// The customer's voice is so loud in the microphone that the two can't be told apart.
    Bleed,
    /// Words are late; some are left out.
    Behind,
    /// Something is not being kept.
    NotKept {
        /// What and why, as `The sound is not kept: the disk is full`.
        what: String,
    },
}

impl fmt::Display for Trouble {
    /// In the agent's words, short enough for a line of the overlay.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Lost { party: Party::Agent, .. } => {
                f.write_str("Your microphone is gone. Waiting for it.")
            }
            Trouble::Lost { party: Party::Customer, .. } => {
                f.write_str("The customer's sound is gone. Waiting for it.")
            }
            Trouble::Moved => {
                f.write_str("Both sides carry the same sound. Looking for them anew.")
            }
            Trouble::Silent { party: Party::Agent } => {
                f.write_str("Your microphone is silent. Muted?")
            }
            Trouble::Silent { party: Party::Customer } => {
                f.write_str("Nothing comes from the customer's side.")
            }
            Trouble::Bleed => {
                f.write_str("Your microphone hears the customer. Some prompts are off.")
            }
            Trouble::Behind => f.write_str("Words are late. Some are left out."),
            Trouble::NotKept { what } => f.write_str(what),
        }
    }
}
