//! How quick a live call was: from a sound to what the agent sees of it, measured in the call
//! itself.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::time::Instant;

use crate::dialogue::summary::quantile;
use crate::event::{Body, Event, Outcome, Speed};
use crate::speech::activity::{FRAME, LATE};
use crate::speech::span::HOP;
use crate::units::{CallTime, Party, PerParty};

/// Words come a few utterances after their speech at most.
const SPEECH_ENDS: usize = 256;

/// Collects while a call goes on. Its times are call time and the host's steady clock, which run
/// together in a live call.
#[derive(Debug, Default)]
pub struct Stats {
    /// When call time was 0.
    start: Option<Instant>,
    waiting: BTreeMap<u32, (Speed, CallTime)>,
    /// The last ends of speech, newest last.
    speech_ends: VecDeque<(Option<Party>, CallTime)>,
    /// The rule of each cue.
    rules: BTreeMap<u32, String>,
    report: LiveReport,
}

/// The figures of one live call. Latencies are in seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LiveReport {
    /// Length of the call.
    pub duration_secs: f64,
    /// From the end of speech to its final words, for each utterance.
    pub text_secs: Vec<f64>,
    /// From the audio that completed its criterion to the frame on the screen, for each cue of
    /// the fast path. Counted from the beginning of the 32 ms in which it was completed.
    pub fast_cue_secs: Vec<f64>,
    /// From the words to the frame on the screen, for each cue of the slow path.
    pub text_cue_secs: Vec<f64>,
    /// Partial texts told.
    pub partials: u32,
    /// Utterances whose words were left out.
    pub left_out: u32,
    /// Frames for which a ring had no room, at the device's rate.
    pub dropped_frames: PerParty<u64>,
    /// Audio that is missing.
    pub gap_secs: PerParty<f64>,
    /// Processor time of the whole program, in seconds of one core.
    pub cpu_secs: f64,
    /// Cores of the machine.
    pub cores: usize,
    /// The rule of each prompt that the agent called wrong.
    pub wrong: Vec<String>,
}

impl Stats {
    /// Counting begins; call time 0 is now.
    pub fn begin(&mut self, start: Instant) {
        self.start = Some(start);
    }

    /// Takes what the engine said at `now`.
    pub fn observe(&mut self, event: &Event, now: Instant) {
        let Some(start) = self.start else { return };
        let now_secs = now.duration_since(start).as_secs_f64();
        let report = &mut self.report;
        match &event.body {
            Body::Utterance(utterance) => {
                // What was cut for its length ends where speech goes on.
                if self.speech_ends.contains(&(utterance.party, utterance.span.end)) {
                    report.text_secs.push(now_secs - utterance.span.end.secs());
                }
            }
            Body::Speech { party, span } => {
                self.speech_ends.push_back((*party, span.end));
                if self.speech_ends.len() > SPEECH_ENDS {
                    self.speech_ends.pop_front();
                }
            }
            Body::Partial { .. } => report.partials += 1,
            Body::Cue(cue) => {
                self.rules.insert(cue.id, cue.rule.clone());
                let completed = match cue.speed {
                    Speed::Fast => CallTime::from_frames(event.at - FRAME_TIME),
                    Speed::Slow => event.at,
                };
                self.waiting.insert(cue.id, (cue.speed, completed));
            }
            Body::CueOutcome { id, outcome: Outcome::Wrong, .. } => {
                report.wrong.extend(self.rules.get(id).cloned());
            }
            Body::Gap { party: Some(party), span, .. } => report.gap_secs[*party] += span.secs(),
            Body::Warning { code: "words-lost", .. } => report.left_out += 1,
            Body::Gap { party: None, .. }
            | Body::Warning { .. }
            | Body::Call(_)
            | Body::Overlap { .. }
            | Body::Silence { .. }
            | Body::Pause { .. }
            | Body::Measure(_)
            | Body::Tone(_)
            | Body::Practice(_)
            | Body::Remark(_)
            | Body::Issue { .. }
            | Body::Promise { .. }
            | Body::Flag(_)
            | Body::CueOutcome { .. }
            | Body::Summary(_)
            | Body::Transcribe(_) => {}
        }
    }

    /// A cue was on the screen at `at`.
    pub fn shown(&mut self, cue: u32, at: Instant) {
        let (Some(start), Some((speed, completed))) = (self.start, self.waiting.remove(&cue))
        else {
            return;
        };
        let secs = at.duration_since(start).as_secs_f64() - completed.secs();
        match speed {
            Speed::Fast => self.report.fast_cue_secs.push(secs),
            Speed::Slow => self.report.text_cue_secs.push(secs),
        }
    }

    /// The figures so far.
    pub fn report(&mut self) -> &mut LiveReport {
        &mut self.report
    }
}

/// How long before its `at` the earliest sound of a finding may lie that the engine was still
/// waiting for: one frame, and the hops by which voice activity is late.
const FRAME_TIME: CallTime = CallTime::from_frames((FRAME + LATE * HOP) as u64);

impl fmt::Display for LiveReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |label: &str, text: String| writeln!(f, "{label:<22} {text}");
        line("Length", format!("{:.1} s", self.duration_secs))?;
        line("Speech to final words", latency(&self.text_secs))?;
        line("Fast prompt on screen", latency(&self.fast_cue_secs))?;
        line("Text prompt on screen", latency(&self.text_cue_secs))?;
        line("Partial texts", self.partials.to_string())?;
        line("Utterances left out", self.left_out.to_string())?;
        let of_both =
            |values: (String, String)| format!("agent {}, customer {}", values.0, values.1);
        let dropped = &self.dropped_frames;
        let dropped = (dropped.agent.to_string(), dropped.customer.to_string());
        line("Frames dropped", of_both(dropped))?;
        let gap = |secs: f64| format!("{secs:.3} s");
        let gaps = (gap(self.gap_secs.agent), gap(self.gap_secs.customer));
        line("Audio missing", of_both(gaps))?;
        let of_one = self.cpu_secs / self.duration_secs.max(1e-9) * 100.0;
        let share = of_one / self.cores.max(1) as f64;
        line("Processor", format!("{share:.1} % of the machine ({of_one:.1} % of one core)"))
    }
}

fn latency(secs: &[f64]) -> String {
    let mut sorted = secs.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| quantile(&sorted, share).unwrap_or_default() * 1_000.0;
    match sorted.last() {
        None => "none".to_owned(),
        Some(worst) => format!(
            "median {:.0} ms, p95 {:.0} ms, worst {:.0} ms, of {}",
            at(0.5),
            at(0.95),
            worst * 1_000.0,
            sorted.len()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Cue;
    use std::time::Duration;

    #[test]
    fn a_prompt_is_timed_from_the_frame_that_completed_it() {
        let start = Instant::now();
        let mut stats = Stats::default();
        stats.begin(start);
        let cue = Cue {
            id: 3,
            name: "let-them-finish",
            text: "Let them finish".into(),
            suggestion: None,
            why: String::new(),
            rule: "let-them-finish".into(),
            evidence: Vec::new(),
            speed: Speed::Fast,
            until: CallTime::from_secs(8.2),
        };
        let event = Event { at: CallTime::from_secs(3.2), body: Body::Cue(cue) };
        let at = |secs: f64| start + Duration::from_secs_f64(secs);
        stats.observe(&event, at(3.23));
        stats.shown(3, at(3.25));
        stats.shown(3, at(9.0));
        let report = stats.report();
        assert_eq!(report.fast_cue_secs.len(), 1);
        assert!((report.fast_cue_secs[0] - 0.098).abs() < 1e-6);
        assert!(report.to_string().contains("p95 98 ms"), "{report}");
        assert!(report.to_string().contains("Speech to final words  none"), "{report}");
    }
}
