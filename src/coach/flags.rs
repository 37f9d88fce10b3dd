//! Moments for the coach: where the call went wrong, and where it was done so well that others can
//! learn from it.

use std::collections::VecDeque;

use super::{MIN_CONFIDENCE, round};
use crate::event::{Body, Cue, Event, Flag, Outcome, OverlapKind, Practice, Tone, evidence};
use crate::tone::heat::Mood;
use crate::units::{CallSpan, CallTime, Party};

/// A customer who does not give way has been talked over for long from here on. Seconds.
const LONG_OVERLAP_SECS: f64 = 2.0;
/// A breach counts in full from this certainty on.
const CERTAIN: f32 = 0.85;
/// Heat from which a peak comes before everything else.
const FIERCE: f32 = 0.9;
/// What makes a moment teach: so many different practices within so many seconds …
const TEACHES_PRACTICES: usize = 3;
const TEACHES_WITHIN_SECS: f64 = 30.0;
/// … after which the customer shows within so many seconds that it helped, …
const HELPED_WITHIN_SECS: f64 = 60.0;
/// … by words, or by heat that falls so far.
const HELPED_HEAT: f32 = 0.2;
/// The practices that turn a customer around.
const TURN_AROUND: [&str; 8] = [
    "reflect-back",
    "check-understanding",
    "acknowledge",
    "empathise",
    "apologise",
    "offer-solution",
    "offer-options",
    "say-next-step",
];

/// Looks for moments.
#[derive(Default)]
pub struct Flags {
    mood: Mood,
    /// The hottest second of the heated stretch under way.
    peak: Option<(CallSpan, f32)>,
    cues: Vec<(u32, &'static str, CallTime)>,
    /// What the agent did well lately.
    well: VecDeque<(CallSpan, &'static str)>,
    /// A stretch that may teach, and how hot the customer was in it.
    teaches: Option<(CallSpan, usize, f32)>,
    heat: f32,
}

impl Flags {
    /// Takes the next event of the log; returns the moments that are now clear.
    pub fn observe(&mut self, event: &Event) -> Vec<Flag> {
        let mut flags = Vec::new();
        match &event.body {
            Body::Overlap { span, by: Party::Agent, kind: OverlapKind::Interruption, yielded } => {
                let numbers = evidence([("overlap_secs", round(span.secs()))]);
                // The floor was taken from a customer who gave way, or they were talked over for long.
                let reason = if *yielded { "took-the-floor" } else { "talked-over" };
                let severity = if *yielded || span.secs() >= LONG_OVERLAP_SECS { 2 } else { 1 };
                let cue = self.prompted(*span);
                flags.push(Flag { span: *span, reason, severity, cue, evidence: numbers });
            }
            Body::Tone(tone) if tone.confidence >= MIN_CONFIDENCE => {
                flags.extend(self.feel(tone, event.at));
            }
            Body::Practice(practice) => flags.extend(self.practised(practice)),
            Body::Remark(remark) => match remark.name {
                "threatens-to-leave" | "asks-for-manager" => flags.push(Flag {
                    span: remark.span,
                    reason: remark.name,
                    severity: 2,
                    cue: None,
                    evidence: evidence([("score", round(remark.score.into()))]),
                }),
                "relief" | "thanks" => flags.extend(self.helped(event.at, 0.0)),
                _ => {}
            },
            Body::Cue(Cue { id, name, .. }) => self.cues.push((*id, name, event.at)),
            Body::CueOutcome { id, outcome: Outcome::Ignored, .. } => {
                let cue = self.cues.iter().find(|(cue, ..)| cue == id);
                flags.extend(cue.map(|&(id, name, at)| Flag {
                    span: CallSpan::new(at, event.at),
                    reason: "ignored-cue",
                    severity: if is_grave(name) { 2 } else { 1 },
                    cue: Some(id),
                    evidence: evidence([("watched_secs", round(event.at.secs_since(at)))]),
                }));
            }
            Body::Call(_)
            | Body::Speech { .. }
            | Body::Utterance(_)
            | Body::Partial { .. }
            | Body::Overlap { .. }
            | Body::Silence { .. }
            | Body::Gap { .. }
            | Body::Pause { .. }
            | Body::Measure(_)
            | Body::Tone(_)
            | Body::Issue { .. }
            | Body::Promise { .. }
            | Body::CueOutcome { .. }
            | Body::Flag(_)
            | Body::Warning { .. }
            | Body::Summary(_)
            | Body::Transcribe(_) => {}
        }
        flags
    }

    /// The call is over: the peak that is still open.
    pub fn finish(&mut self) -> Option<Flag> {
        let (span, heat) = self.peak.take()?;
        Some(Flag {
            span,
            reason: "heat-peak",
            severity: if heat >= FIERCE { 3 } else { 2 },
            cue: None,
            evidence: evidence([("heat", round(heat.into()))]),
        })
    }

    fn feel(&mut self, tone: &Tone, at: CallTime) -> Vec<Flag> {
        let mut flags = Vec::new();
        self.mood = self.mood.then(tone.heat);
        self.heat = tone.heat;
        if self.mood == Mood::Heated {
            if self.peak.is_none_or(|(_, heat)| tone.heat > heat) {
                self.peak = Some((tone.span, tone.heat));
            }
        } else {
            flags.extend(self.finish());
        }
        if let Some((_, _, before)) = self.teaches
            && before - tone.heat >= HELPED_HEAT
        {
            flags.extend(self.helped(at, before - tone.heat));
        }
        flags
    }

    fn practised(&mut self, practice: &Practice) -> Option<Flag> {
        if practice.score < 0.5 {
            let certainty = 1.0 - practice.score;
            let severity = match practice.name {
                "not-defensive" if certainty >= CERTAIN => 3,
                "not-defensive" => 2,
                "positive-words" if certainty >= CERTAIN => 2,
                // These have moments and cues of their own.
                "let-them-finish" | "respond-promptly" => return None,
                _ => 1,
            };
            return Some(Flag {
                span: practice.span,
                reason: "breach",
                severity,
                cue: None,
                evidence: evidence([("certainty", round(certainty.into()))]),
            });
        }
        let name = TURN_AROUND.into_iter().find(|name| *name == practice.name)?;
        self.well.push_back((practice.span, name));
        let recent =
            |span: &CallSpan| practice.span.end.secs_since(span.start) <= TEACHES_WITHIN_SECS;
        self.well.retain(|(span, _)| recent(span));
        let mut names: Vec<&str> = self.well.iter().map(|(_, name)| *name).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() >= TEACHES_PRACTICES {
            // Words of one breath are told in any order.
            let starts = self.well.iter().map(|(span, _)| span.start);
            let start = starts.min().unwrap_or(practice.span.start);
            let heat = self.teaches.map_or(self.heat, |(.., heat)| heat.max(self.heat));
            self.teaches = Some((CallSpan::new(start, practice.span.end), names.len(), heat));
        }
        None
    }

    /// The prompt to let them finish that came in `span`.
    fn prompted(&self, span: CallSpan) -> Option<u32> {
        let mut cues = self.cues.iter().rev();
        let cue = cues.find(|(_, name, at)| *name == "let-them-finish" && span.contains(*at));
        cue.map(|(id, ..)| *id)
    }

    /// The customer shows that something helped: what was done well shortly before teaches.
    fn helped(&mut self, at: CallTime, fell: f32) -> Option<Flag> {
        let (span, practices, _) = self.teaches.take()?;
        self.well.clear();
        (at.secs_since(span.end) <= HELPED_WITHIN_SECS).then(|| Flag {
            span,
            reason: "done-well",
            severity: 1,
            cue: None,
            evidence: evidence([
                ("practices", practices as f64),
                ("heat_fell", round(fell.into())),
            ]),
        })
    }
}

/// Whether a coach would talk about it first.
fn is_grave(practice: &str) -> bool {
    ["let-them-finish", "stay-calm", "not-defensive"].contains(&practice)
}
