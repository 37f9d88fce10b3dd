//! What the overlay shows, as a function of what the session told it.
//!
//! No window and no clock in here: the caller gives the seconds of its own steady clock, by
//! which prompts ease in and leave.

use crate::call::record::Line;
use crate::event::{Body, Cue, Event};
use crate::session::board::{Pulse, Trouble, Wish};
use crate::units::{CallTime, Party, PerParty};

use super::overlay::Action;
use super::reading::{AgentVoice, Bearing, CustomerHeat, HeatReading, PaceReading};

/// A prompt leaves after this at the latest: what has not been read by then is a distraction.
pub const CUE_SECS: f64 = 5.0;
/// A prompt is fully there after this, and gone after it when it leaves.
const EASE_SECS: f64 = 0.16;
/// How visible a prompt is in its first frame: legible at once, since that is what counts.
const FIRST_OPACITY: f32 = 0.45;
/// Before an automatic end, the agent is told for so long.
const END_NOTICE_SECS: f64 = 15.0;

/// Everything that the overlay shows.
#[derive(Default)]
pub struct OverlayState {
    now_secs: f64,
    pulse: Pulse,
    prompt: Option<Prompt>,
    agent: AgentVoice,
    customer: CustomerHeat,
    heard: PerParty<Heard>,
    lines: Vec<Line>,
    over: bool,
    asking_end: bool,
    click_through: bool,
    /// The call ends by itself after so much silence on both sides.
    end_after_secs: Option<f64>,
    /// When anybody was last heard, or the agent said that the call goes on.
    last_sound: CallTime,
}

/// A prompt on its way in, there, or on its way out.
struct Prompt {
    cue: Cue,
    since_secs: f64,
    leaving_since_secs: Option<f64>,
}

/// The last words of one party.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// The words.
    pub text: String,
    /// How many characters of them will not change.
    pub stable: usize,
}

/// The prompt as it is to be painted now.
#[derive(Clone, Copy, Debug)]
pub struct ShownCue<'a> {
    /// The prompt.
    pub cue: &'a Cue,
    /// 0 to 1.
    pub opacity: f32,
}

impl OverlayState {
    /// The state at the beginning of a call, which ends by itself after `end_after_secs` of
    /// silence on both sides.
    pub fn new(end_after_secs: Option<f64>) -> Self {
        OverlayState { end_after_secs, ..OverlayState::default() }
    }

    /// Takes what the engine found out.
    pub fn event(&mut self, event: &Event) {
        self.lines.extend(Line::of(event));
        match &event.body {
            Body::Cue(cue) => {
                let since_secs = self.now_secs;
                self.prompt =
                    Some(Prompt { cue: cue.clone(), since_secs, leaving_since_secs: None });
            }
            Body::CueOutcome { id, .. } => self.leave(Some(*id)),
            Body::Measure(measure) if measure.party == Some(Party::Agent) => {
                self.agent.take(measure);
            }
            Body::Tone(tone) => self.customer.take(tone),
            Body::Utterance(utterance) => {
                if let Some(party) = utterance.party {
                    let text = utterance.text.clone();
                    self.heard[party] = Heard { stable: text.chars().count(), text };
                }
            }
            Body::Partial { party: Some(party), text, stable, .. } => {
                self.partial(*party, text, *stable);
            }
            Body::Summary(_) => self.end(),
            Body::Measure(_)
            | Body::Call(_)
            | Body::Speech { .. }
            | Body::Overlap { .. }
            | Body::Silence { .. }
            | Body::Gap { .. }
            | Body::Partial { party: None, .. }
            | Body::Pause { .. }
            | Body::Practice(_)
            | Body::Remark(_)
            | Body::Issue { .. }
            | Body::Promise { .. }
            | Body::Flag(_)
            | Body::Warning { .. }
            | Body::Transcribe(_) => {}
        }
    }

    /// Takes the words of an utterance that is still going on; the first `stable` characters
    /// will not change.
    pub fn partial(&mut self, party: Party, text: &str, stable: usize) {
        self.heard[party] = Heard { text: text.to_owned(), stable };
    }

    /// Takes how the call stands; returns whether anything that is shown has changed.
    pub fn pulse(&mut self, pulse: &Pulse) -> bool {
        if pulse.paused || pulse.speaking.agent || pulse.speaking.customer {
            self.last_sound = pulse.now;
        }
        let heeded = self.pulse.cue.is_some() && pulse.cue != self.pulse.cue;
        if heeded {
            self.leave(self.pulse.cue);
        }
        let changed = self.pulse != *pulse;
        if changed {
            self.pulse.clone_from(pulse);
        }
        if self.prompt.as_ref().is_some_and(|prompt| prompt.cue.until <= self.pulse.now) {
            self.leave(None);
        }
        changed
    }

    /// Lets time pass up to `secs` on the caller's clock.
    pub fn tick(&mut self, secs: f64) {
        self.now_secs = self.now_secs.max(secs);
        let Some(prompt) = &self.prompt else { return };
        if prompt.since_secs + CUE_SECS <= self.now_secs {
            self.leave(None);
        }
        let gone = |prompt: &Prompt| {
            prompt.leaving_since_secs.is_some_and(|since| since + EASE_SECS <= self.now_secs)
        };
        if self.prompt.as_ref().is_some_and(gone) {
            self.prompt = None;
        }
    }

    /// Takes what the agent did, as far as it shows before the session answers.
    pub fn acted(&mut self, action: Action) {
        match action {
            Action::AskEnd => self.asking_end = true,
            Action::KeepGoing => {
                self.asking_end = false;
                self.last_sound = self.pulse.now;
            }
            Action::Wish(Wish::Wrong | Wish::Snooze) => self.leave(None),
            Action::Wish(Wish::End) => self.asking_end = false,
            Action::ClickThrough => self.click_through = !self.click_through,
            Action::Wish(Wish::Pause | Wish::Resume) | Action::Size(_) | Action::Drag => {}
        }
    }

    /// The call is over: all that is to come has come.
    pub fn end(&mut self) {
        self.over = true;
        self.asking_end = false;
    }

    /// How the call stands.
    pub fn now(&self) -> &Pulse {
        &self.pulse
    }

    /// Whether the call is over.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Whether the agent is being asked whether to end the call.
    pub fn asks_end(&self) -> bool {
        self.asking_end
    }

    /// Whether clicks go to what is behind the window.
    pub fn click_through(&self) -> bool {
        self.click_through
    }

    /// The lines of the call so far.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The prompt to paint, if there is one.
    pub fn cue(&self) -> Option<ShownCue<'_>> {
        let prompt = self.prompt.as_ref()?;
        let part = |since: f64| ((self.now_secs - since) / EASE_SECS).clamp(0.0, 1.0) as f32;
        let arriving = FIRST_OPACITY + (1.0 - FIRST_OPACITY) * part(prompt.since_secs);
        let leaving = prompt.leaving_since_secs.map_or(1.0, |since| 1.0 - part(since));
        Some(ShownCue { cue: &prompt.cue, opacity: arriving * leaving })
    }

    /// Seconds until the picture changes by itself; `None` while nothing moves.
    pub fn next_change_secs(&self) -> Option<f64> {
        let prompt = self.prompt.as_ref()?;
        let arriving = self.now_secs - prompt.since_secs < EASE_SECS;
        if arriving || prompt.leaving_since_secs.is_some() {
            return Some(0.0);
        }
        Some((prompt.since_secs + CUE_SECS - self.now_secs).max(0.0))
    }

    /// The worst of what is wrong just now, and how much more there is.
    pub fn trouble(&self) -> Option<(&Trouble, usize)> {
        let (worst, more) = self.pulse.troubles.split_first()?;
        Some((worst, more.len()))
    }

    /// The last words of a party.
    pub fn heard(&self, party: Party) -> &Heard {
        &self.heard[party]
    }

    /// The agent's pace, where known.
    pub fn pace(&self) -> Option<PaceReading> {
        self.agent.pace()
    }

    /// How the agent sounds against before, once there is a before.
    pub fn bearing(&self) -> Option<Bearing> {
        self.agent.bearing()
    }

    /// The customer's heat, once something can be told.
    pub fn heat(&self) -> Option<HeatReading> {
        self.customer.reading()
    }

    /// Whole seconds until the call ends by itself, when that is near.
    pub fn ends_in_secs(&self) -> Option<u32> {
        let left = self.end_after_secs? - self.pulse.now.secs_since(self.last_sound);
        (left <= END_NOTICE_SECS && !self.over).then(|| left.max(0.0).ceil() as u32)
    }

    /// Sends the prompt with this number, or whichever there is, on its way out.
    fn leave(&mut self, id: Option<u32>) {
        let now_secs = self.now_secs;
        if let Some(prompt) = &mut self.prompt
            && id.is_none_or(|id| id == prompt.cue.id)
        {
            prompt.leaving_since_secs.get_or_insert(now_secs);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Outcome, Speed};
    use crate::units::CallSpan;

    fn event(body: Body) -> Event {
        Event { at: CallTime::ZERO, body }
    }

    fn cue(id: u32, until: f64) -> Event {
        event(Body::Cue(Cue {
            id,
            name: "stay-calm",
            text: "Slow down a little".into(),
            suggestion: None,
            why: String::new(),
            rule: "stay-calm".into(),
            evidence: Vec::new(),
            speed: Speed::Fast,
            until: CallTime::from_secs(until),
        }))
    }

    fn opacity(state: &OverlayState) -> f32 {
        state.cue().map_or(0.0, |cue| cue.opacity)
    }

    #[test]
    fn a_prompt_eases_in_stays_five_seconds_and_leaves() {
        let mut state = OverlayState::new(None);
        state.tick(10.0);
        state.event(&cue(1, 100.0));
        assert_eq!(opacity(&state), FIRST_OPACITY);
        assert_eq!(state.next_change_secs(), Some(0.0));
        state.tick(10.5);
        assert_eq!(opacity(&state), 1.0);
        assert_eq!(state.next_change_secs(), Some(4.5));
        state.tick(14.9);
        assert_eq!(opacity(&state), 1.0);
        state.tick(15.0);
        state.tick(15.08);
        assert!((opacity(&state) - 0.5).abs() < 0.01);
        state.tick(15.2);
        assert!(state.cue().is_none() && state.next_change_secs().is_none());
    }

    #[test]
    fn a_prompt_leaves_when_heeded_wrong_or_past_its_time() {
        let heeded = |state: &mut OverlayState| {
            let outcome =
                |id| Body::CueOutcome { id, outcome: Outcome::Heeded, evidence: Vec::new() };
            // That of another changes nothing.
            state.event(&event(outcome(7)));
            assert!(state.next_change_secs().is_some_and(|secs| secs > 0.0));
            state.event(&event(outcome(1)));
        };
        let wrong = |state: &mut OverlayState| state.acted(Action::Wish(Wish::Wrong));
        let late = |state: &mut OverlayState| {
            state.pulse(&Pulse { now: CallTime::from_secs(3.0), ..Pulse::default() });
        };
        let leaves: [&dyn Fn(&mut OverlayState); 3] = [&heeded, &wrong, &late];
        for leave in leaves {
            let mut state = OverlayState::new(None);
            state.event(&cue(1, 3.0));
            state.tick(1.0);
            leave(&mut state);
            state.tick(1.2);
            assert!(state.cue().is_none());
        }
    }

    #[test]
    fn the_next_prompt_takes_the_place_of_the_last() {
        let mut state = OverlayState::new(None);
        state.event(&cue(1, 100.0));
        state.tick(4.0);
        state.event(&cue(2, 100.0));
        state.tick(6.0);
        assert_eq!(state.cue().map(|shown| shown.cue.id), Some(2));
    }

    #[test]
    fn a_silent_call_says_that_it_will_end() {
        let mut state = OverlayState::new(Some(60.0));
        let mut at = |secs: f64, speaking: bool| {
            let speaking = PerParty { agent: speaking, customer: false };
            let now = CallTime::from_secs(secs);
            state.pulse(&Pulse { now, speaking, ..Pulse::default() });
            state.ends_in_secs()
        };
        assert_eq!(at(10.0, true), None);
        assert_eq!(at(50.0, false), None);
        assert_eq!(at(55.0, false), Some(15));
        assert_eq!(at(71.0, false), Some(0));
        state.acted(Action::KeepGoing);
        assert_eq!(state.ends_in_secs(), None);
    }

    #[test]
    fn words_under_way_give_way_to_the_final_ones() {
        let mut state = OverlayState::new(None);
        state.partial(Party::Customer, "my washing mash", 10);
        assert_eq!(state.heard(Party::Customer).stable, 10);
        let utterance = crate::event::Utterance {
            party: Some(Party::Customer),
            span: CallSpan::default(),
            text: "My washing machine".into(),
            words: Vec::new(),
            confidence: 1.0,
            redo: false,
            sentiment: None,
        };
        state.event(&event(Body::Utterance(utterance)));
        let heard = Heard { text: "My washing machine".into(), stable: 18 };
        assert_eq!(*state.heard(Party::Customer), heard);
    }
}
