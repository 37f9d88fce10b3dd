//! Words that were asked for and are on their way.

use std::collections::{BTreeMap, VecDeque};

use super::Words;
use crate::config::WordsConfig;
use crate::speech::partial::PartialText;
use crate::speech::transcript::Transcript;
use crate::units::{CallSpan, CallTime, Party, PerParty};

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

/// Final words whose time has come.
pub struct Final {
    pub party: Party,
    pub span: CallSpan,
    /// `None` where they could not be had.
    pub transcript: Option<Transcript>,
}

/// Words of speech that goes on.
pub struct Partial {
    pub party: Party,
    pub span: CallSpan,
    pub text: String,
    /// Characters that will not change.
    pub stable: usize,
}

/// Requests and their answers.
pub struct Pending {
    words: Words,
    lateness_secs: f64,
    asked: VecDeque<Asked>,
    previews: Vec<Preview>,
    answers: BTreeMap<u64, Option<Transcript>>,
    partial: PerParty<PartialText>,
}

impl Pending {
    pub fn new(words: Words, config: &WordsConfig) -> Self {
        Pending {
            words,
            lateness_secs: config.lateness_secs,
            asked: VecDeque::new(),
            previews: Vec::new(),
            answers: BTreeMap::new(),
            partial: PerParty::default(),
        }
    }

    /// Whether words of a party's last speech are on their way.
    pub fn awaits(&self, party: Party) -> bool {
        self.asked.iter().any(|asked| asked.party == party)
    }

    /// Words were asked for before their utterance was over.
    pub fn preview(&mut self, id: u64, party: Party, span: CallSpan) {
        self.forget_previews(party, |preview| !preview.told);
        self.previews.push(Preview { id, party, span, told: false });
    }

    /// The words of an utterance were asked for, which was over at `now`.
    pub fn ask(&mut self, id: u64, party: Party, span: CallSpan, now: CallTime) {
        let due = now.shifted(self.lateness_secs);
        self.asked.push_back(Asked { id, party, span, due });
        self.forget_previews(party, |_| false);
    }

    /// Takes the answer to a request.
    pub fn answer(&mut self, id: u64, transcript: Option<Transcript>) {
        // Where the engine waits, its ears run ahead, and words come before they are missed.
        let known = self.words == Words::OnTime
            || self.asked.iter().any(|asked| asked.id == id)
            || self.previews.iter().any(|preview| preview.id == id);
        if known {
            self.answers.insert(id, transcript);
        }
    }

    /// Whether the engine can go on to `next`: words that are due by then must be there.
    pub fn may_go_on(&self, next: CallTime) -> bool {
        self.words != Words::OnTime
            || self
                .asked
                .iter()
                .all(|asked| asked.due > next || self.answers.contains_key(&asked.id))
    }

    pub fn has_all(&self) -> bool {
        self.asked.iter().all(|asked| self.answers.contains_key(&asked.id))
    }

    /// The next final words that have come and whose time it is at `now`, or all when the call is
    /// `over`, in the order of speech: words that are late hold up those after them.
    pub fn next_final(&mut self, now: CallTime, over: bool) -> Option<Final> {
        let ready = |asked: &Asked, answers: &BTreeMap<u64, Option<Transcript>>| {
            (over || asked.due <= now) && answers.contains_key(&asked.id)
        };
        let asked = self.asked.pop_front_if(|asked| ready(asked, &self.answers))?;
        let Asked { id, party, span, .. } = asked;
        let partial = std::mem::take(&mut self.partial[party]);
        let mut transcript = self.answers.remove(&id).flatten();
        if let Some(transcript) = &mut transcript {
            partial.keep_promise(transcript);
        }
        Some(Final { party, span, transcript })
    }

    /// What is new in a party's utterance that goes on.
    pub fn partial(&mut self, party: Party) -> Option<Partial> {
        let Words::AsTheyCome { partials: true } = self.words else { return None };
        // What is about to be final is not told as partial.
        let pending = self.asked.iter().any(|asked| asked.party == party);
        let news = |preview: &Preview| {
            preview.party == party && !preview.told && self.answers.contains_key(&preview.id)
        };
        let newest = self.previews.iter().rposition(news).filter(|_| !pending)?;
        // What was asked for before it has nothing new to say.
        let of_party = self.previews[..=newest].iter_mut().filter(|p| p.party == party);
        of_party.for_each(|preview| preview.told = true);
        let Preview { id, span, .. } = self.previews[newest];
        let transcript = self.answers.get(&id)?.as_ref()?;
        let partial = &mut self.partial[party];
        partial.update(&transcript.words, span.end);
        let (text, stable) = partial.text();
        (!text.is_empty()).then_some(Partial { party, span, text, stable })
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
}
