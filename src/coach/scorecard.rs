//! How each practice stands at the end of the call.

use super::MIN_CONFIDENCE;
use super::finding::Known;
use super::memory::Memory;
use crate::config::rules::fact::Happening;
use crate::config::rules::{Doubted, Need, Rule, RuleSet};
use crate::event::{Body, Mark, Outcome, OverlapKind, PRACTICES};
use crate::tone::heat::Mood;
use crate::units::Party;

/// A customer who speaks for less in the whole call can't be cut off. Seconds.
const ENOUGH_TO_INTERRUPT_SECS: f64 = 10.0;
/// Replies from which an agent has had the chance to argue, or to use jargon.
const ENOUGH_REPLIES: usize = 2;
/// One slow answer is nothing; from so many on it is a habit.
const SLOW_ANSWERS: usize = 2;
/// The practices that are judged by ear, without words.
const BY_EAR: [&str; 5] =
    ["stay-calm", "let-them-finish", "show-listening", "keep-them-posted", "respond-promptly"];

/// What the scorecard counts that the memory does not.
#[derive(Default)]
pub struct Scorecard {
    cues: Vec<(u32, &'static str, String)>,
    outcomes: Vec<(u32, Outcome)>,
    /// Practices of which a prompt was ignored, and which have not been kept since.
    still_missing: Vec<&'static str>,
    customer_secs: f64,
    agent_spans: usize,
    interruptions: usize,
    signals: usize,
    words: bool,
    /// Whether some words are missing.
    words_lost: bool,
    mood: Mood,
    was_heated: bool,
}

impl Scorecard {
    /// Takes the next event of the log.
    pub fn observe(&mut self, body: &Body) {
        if let Body::Cue(cue) = body {
            self.cues.push((cue.id, cue.name, cue.rule.clone()));
        } else if let Body::CueOutcome { id, outcome, .. } = body {
            self.outcomes.push((*id, *outcome));
            let cue = self.cues.iter().find(|(cue, ..)| cue == id);
            self.still_missing
                .extend(cue.filter(|_| *outcome == Outcome::Ignored).map(|(_, name, _)| name));
        } else if let Body::Practice(practice) = body {
            self.keep(practice.name, practice.score >= 0.5);
        } else if let Body::Speech { party: Some(party), span } = body {
            match party {
                Party::Customer => self.customer_secs += span.secs(),
                Party::Agent => self.agent_spans += 1,
            }
        } else if let Body::Overlap { by: Party::Agent, kind, .. } = body {
            self.interruptions += usize::from(*kind == OverlapKind::Interruption);
            self.signals += usize::from(*kind == OverlapKind::Backchannel);
            self.keep("show-listening", *kind == OverlapKind::Backchannel);
        } else if let Body::Utterance(_) = body {
            self.words = true;
        } else if let Body::Warning { code: "words-lost", .. } = body {
            self.words_lost = true;
        } else if let Body::Tone(tone) = body
            && tone.confidence >= MIN_CONFIDENCE
        {
            self.mood = self.mood.then(tone.heat);
            self.was_heated |= self.mood == Mood::Heated;
        }
    }

    fn keep(&mut self, practice: &str, kept: bool) {
        self.still_missing.retain(|missing| !kept || *missing != practice);
    }

    /// The marks, in the order of the design; without words only of what is judged by ear. Of what can't be
    /// trusted at the end (`doubted`) there are none, but for words that were heard while they could be; where
    /// words are missing, nothing that is done in words counts as missed.
    pub fn marks(
        &self,
        known: Known<'_>,
        rules: &RuleSet,
        doubted: &Doubted,
    ) -> Vec<(&'static str, Mark)> {
        if doubted.has(Need::Heard) {
            return Vec::new();
        }
        let apart = !doubted.has(Need::Parties);
        let clear = apart && !doubted.has(Need::Words);
        let judged = PRACTICES.into_iter().filter(|name| self.words || BY_EAR.contains(name));
        let marks = judged.map(|name| (name, self.mark(name, known, rules)));
        let is_known = |(name, mark): &(&str, Mark)| match BY_EAR.contains(name) {
            true => apart,
            false if *mark == Mark::Missed => clear && !self.words_lost,
            false => clear || known.memory.practised(name) != (0, 0),
        };
        marks.filter(is_known).collect()
    }

    fn mark(&self, name: &'static str, known: Known<'_>, rules: &RuleSet) -> Mark {
        let memory = known.memory;
        let (kept, broken) = memory.practised(name);
        let ignored = self.came_of(name, Outcome::Ignored);
        let heeded = self.came_of(name, Outcome::Heeded);
        let after_prompt = match (ignored.is_empty(), heeded.is_empty()) {
            (false, _) => Mark::Missed,
            (true, false) => Mark::Done,
            // Not prompted, or the moment passed by itself.
            (true, true) => Mark::NotNeeded,
        };
        let chances = memory.count(Happening::REPLY) >= ENOUGH_REPLIES;
        match name {
            // Missing the customer's heat is one thing, running away oneself another.
            "stay-calm" if ignored.iter().any(|rule| !is_about_heat(rule, rules)) => Mark::Broken,
            "stay-calm" => match after_prompt {
                Mark::NotNeeded if self.was_heated => Mark::Done,
                mark => mark,
            },
            "let-them-finish" => match self.interruptions {
                0 if self.customer_secs < ENOUGH_TO_INTERRUPT_SECS => Mark::NotNeeded,
                0 => Mark::Done,
                _ => Mark::Broken,
            },
            "show-listening" | "keep-them-posted" => match after_prompt {
                Mark::NotNeeded if kept > 0 || (name == "show-listening" && self.signals > 0) => {
                    Mark::Done
                }
                // Forgotten once, and done from then on.
                Mark::Missed if !self.still_missing.contains(&name) => Mark::Done,
                mark => mark,
            },
            "respond-promptly" => match (broken, after_prompt) {
                (SLOW_ANSWERS.., _) => Mark::Broken,
                (_, Mark::Missed) | (1, _) => Mark::Missed,
                _ if self.agent_spans < ENOUGH_REPLIES => Mark::NotNeeded,
                _ => Mark::Done,
            },
            "not-defensive" if broken > 0 => Mark::Broken,
            "not-defensive" if chances && was_challenged(memory) => Mark::Done,
            "plain-words" if broken > 0 => Mark::Broken,
            _ if broken > kept => Mark::Broken,
            _ if kept > 0 || (!heeded.is_empty() && is_left_undone(name)) => Mark::Done,
            // What was done instead served as well.
            _ if !heeded.is_empty() => Mark::NotNeeded,
            _ if !ignored.is_empty() || is_needed(name, known, rules) => Mark::Missed,
            _ => Mark::NotNeeded,
        }
    }

    /// The rules whose prompts for a practice came to this.
    fn came_of(&self, name: &str, wanted: Outcome) -> Vec<&str> {
        let came =
            |id: &u32| self.outcomes.iter().any(|(of, outcome)| of == id && *outcome == wanted);
        let cues = self.cues.iter().filter(|(id, practice, _)| *practice == name && came(id));
        cues.map(|(.., rule)| rule.as_str()).collect()
    }
}

/// Whether a rule waits for the customer's heat.
fn is_about_heat(rule: &str, rules: &RuleSet) -> bool {
    rules.get(rule).is_some_and(Rule::is_about_heat)
}

/// Whether it is done by leaving something undone, which no words show.
fn is_left_undone(practice: &str) -> bool {
    ["not-defensive", "plain-words"].contains(&practice)
}

/// Whether there was something to argue against.
fn was_challenged(memory: &Memory) -> bool {
    let said = ["complaint", "refuses", "threatens-to-leave", "asks-for-manager"];
    said.iter().filter_map(|name| Happening::said(name)).any(|of| memory.count(of) > 0)
}

fn is_needed(name: &str, known: Known<'_>, rules: &RuleSet) -> bool {
    let needed = rules.needed.iter().find(|(practice, _)| *practice == name);
    needed.is_some_and(|(_, conditions)| {
        conditions.iter().all(|condition| {
            let value = known.value(&condition.fact, 0.5);
            value.is_some_and(|value| condition.holds(value, 1.0))
        })
    })
}
