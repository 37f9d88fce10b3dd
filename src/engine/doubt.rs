//! What can't be trusted in the channels themselves.

use super::ear::Heard;
use crate::config::rules::Need;
use crate::dialogue::channels::ChannelCheck;
use crate::tone::speaker::Speaker;
use crate::units::{Party, PerParty};

/// A channel that has never been louder than this has carried nothing.
const NOTHING_DBFS: f32 = -80.0;
/// The other party must have spoken this long before a silent channel is worth a warning.
const SILENT_AFTER_SECS: f64 = 5.0;
/// From this share of speech at the converter's limit on, a channel is clipped.
const CLIPPED_SHARE: f64 = 0.05;
/// Below this share it is no more.
const CLEAN_SHARE: f64 = 0.025;

/// Words count for how sure the recogniser is over about so many.
const SURE_WORDS: usize = 40;
/// Below this mean confidence words are doubtful, above that clear again: most words of a good line
/// have 0.8 to 0.95; on a bad one about 0.65 was measured, with half of the words right.
const DOUBTFUL: f32 = 0.5;
const CLEAR: f32 = 0.6;

/// What a warning of this code says about what can be trusted: the needs, and whether they are
/// doubted, if the warning switches rules off at all, or restored; `None` where it says nothing.
pub fn means(code: &str) -> Option<(&'static [Need], bool)> {
    Some(match code {
        "recording" => (&[Need::Parties, Need::Heard, Need::Words], true),
        "same-audio" | "bleed" => (&[Need::Parties], true),
        "same-audio-over" | "bleed-over" => (&[Need::Parties], false),
        "silent-channel" => (&[Need::Heard], true),
        "agent-heard" | "customer-heard" => (&[Need::Heard], false),
        "agent-clipping" => (&[Need::Level], true),
        "agent-clipping-over" => (&[Need::Level], false),
        "words-late" | "words-doubtful" => (&[Need::Words], true),
        "words-on-time" | "words-clear" => (&[Need::Words], false),
        _ => return None,
    })
}

/// Something that was found out, with what the rules need that hang on it.
#[allow(missing_docs, reason = "the fields are named as those of the warning are")]
pub enum Finding {
    /// Something can't be trusted.
    Doubted { code: &'static str, text: String, needs: &'static [Need] },
    /// It can be trusted again.
    Restored { code: &'static str, text: &'static str, needs: &'static [Need] },
}

/// Watches both channels.
#[derive(Default)]
pub struct Doubt {
    channels: ChannelCheck,
    bleeds: bool,
    carried: PerParty<bool>,
    warned_silent: PerParty<bool>,
    clipped: PerParty<bool>,
    /// How sure the recogniser was of the last words, and of how many that is told.
    sure: (f32, usize),
    doubtful: bool,
}

impl Doubt {
    /// Whether so much of the customer leaks into the agent's channel that it was warned of.
    pub fn bleeds(&self) -> bool {
        self.bleeds
    }

    /// Whether the words are too uncertain to go by.
    pub fn words_are_doubtful(&self) -> bool {
        self.doubtful
    }

    /// Whether both channels were found to carry the same audio.
    pub fn same_audio(&self) -> bool {
        self.channels.same()
    }

    /// Takes how sure the recogniser was of an utterance of so many words.
    pub fn words(&mut self, confidence: f32, count: usize) -> Option<Finding> {
        let (mean, of) = self.sure;
        let of = of.min(SURE_WORDS);
        let all = (of + count).max(1) as f32;
        self.sure = ((mean * of as f32 + confidence * count as f32) / all, of + count);
        let (mean, of) = self.sure;
        let needs = &[Need::Words];
        if !self.doubtful && of >= SURE_WORDS && mean < DOUBTFUL {
            self.doubtful = true;
            let text = "The words are too uncertain to go by. Everything that needs them is off.";
            return Some(Finding::Doubted { code: "words-doubtful", text: text.into(), needs });
        }
        if self.doubtful && mean > CLEAR {
            self.doubtful = false;
            let text = "The words are clear again.";
            return Some(Finding::Restored { code: "words-clear", text, needs });
        }
        None
    }

    /// Takes a frame of both channels, and what is known of the speakers after it.
    pub fn step(
        &mut self,
        heard: &PerParty<Heard>,
        speakers: &PerParty<Speaker>,
        mut tell: impl FnMut(Finding),
    ) {
        match self.channels.step(&heard.agent.hop_db, &heard.customer.hop_db) {
            Some(true) => {
                let text = "Both channels carry the same audio: who speaks can't be told. \
                            What needs to know that is off.";
                let text = text.to_owned();
                tell(Finding::Doubted { code: "same-audio", text, needs: &[Need::Parties] });
            }
            Some(false) => {
                let text = "The channels carry two voices again.";
                tell(Finding::Restored { code: "same-audio-over", text, needs: &[Need::Parties] });
            }
            None => {}
        }
        // The same audio in both is worse than a leak, and looks like one.
        if heard.agent.bleeds != self.bleeds && !self.channels.same() {
            self.bleeds = heard.agent.bleeds;
            tell(if self.bleeds {
                let text = "The agent's microphone hears the customer too loudly to tell the \
                            voices apart. Everything that needs to know who speaks is off.";
                Finding::Doubted { code: "bleed", text: text.to_owned(), needs: &[Need::Parties] }
            } else {
                let text = "The agent's microphone no longer hears the customer so loudly.";
                Finding::Restored { code: "bleed-over", text, needs: &[Need::Parties] }
            });
        }
        for party in Party::BOTH {
            let loud = heard[party].hop_db.iter().any(|&db| db > NOTHING_DBFS);
            if loud && !self.carried[party] {
                self.carried[party] = true;
                if self.warned_silent[party] {
                    let (code, text) = match party {
                        Party::Agent => ("agent-heard", "The agent is heard."),
                        Party::Customer => ("customer-heard", "The customer is heard."),
                    };
                    tell(Finding::Restored { code, text, needs: &[Need::Heard] });
                }
            }
            let other_secs = speakers[party.other()].speech_secs();
            if !self.carried[party] && !self.warned_silent[party] && other_secs > SILENT_AFTER_SECS
            {
                self.warned_silent[party] = true;
                let text = format!("The {party}'s channel has been silent so far.");
                tell(Finding::Doubted { code: "silent-channel", text, needs: &[Need::Heard] });
            }
            let share = speakers[party].clipped_share();
            if share > CLIPPED_SHARE && !self.clipped[party] {
                self.clipped[party] = true;
                // The customer's level counts in their heat only, whose model has learnt with clipping.
                let (code, off, needs): (_, _, &[Need]) = match party {
                    Party::Agent => ("agent-clipping", ", and is not watched", &[Need::Level]),
                    Party::Customer => ("customer-clipping", "", &[]),
                };
                let text = format!(
                    "The {party}'s channel is clipped in {:.0} % of the speech: its level can't \
                     be trusted{off}.",
                    share * 100.0
                );
                tell(Finding::Doubted { code, text, needs });
            } else if share < CLEAN_SHARE && self.clipped[party] {
                self.clipped[party] = false;
                let (code, text, needs): (_, _, &[Need]) = match party {
                    Party::Agent => (
                        "agent-clipping-over",
                        "The agent's channel is hardly clipped any more.",
                        &[Need::Level],
                    ),
                    Party::Customer => (
                        "customer-clipping-over",
                        "The customer's channel is hardly clipped any more.",
                        &[],
                    ),
                };
                tell(Finding::Restored { code, text, needs });
            }
        }
    }
}
