//! Speech spans: voice activity of one party, with short pauses bridged and blips dropped.
//!
//! The model says about when somebody speaks; the level says from when to when, to 8 ms.
//! A span is known to have begun once it has lasted `min_secs`, and to have ended once
//! `bridge_secs` of pause have passed; both are dated back to where they happened. Time of which
//! the model is half sure counts half.

use std::collections::VecDeque;

use crate::config::SpeechConfig;
use crate::units::{CallSpan, CallTime, ENGINE_RATE};
pub use crate::units::{HOP, HOPS};

/// So far may speech have begun before the model noticed: 12 hops, 96 ms. Silero reports an
/// onset one or two frames late when it starts with an unvoiced sound.
const LOOK_BACK: usize = 12;
/// Speech stands out from the noise of the line by at least this much.
const ABOVE_NOISE_DB: f32 = 6.0;
/// What lies further than this below the loudest of the span is its echo, not speech.
const BELOW_PEAK_DB: f32 = 36.0;

/// What the tracker has to tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SpanEvent {
    /// Somebody has been speaking since this moment.
    Started(CallTime),
    /// A span is complete.
    Ended(CallSpan),
}

/// Follows one party's voice activity.
pub struct SpanTracker {
    /// Up to where it has heard.
    now: CallTime,
    onset: f32,
    offset: f32,
    bridge_hops: u64,
    min_hops: f32,
    noise_db: f32,
    recent_db: VecDeque<f32>,
    open: Option<OpenSpan>,
}

struct OpenSpan {
    start: CallTime,
    /// After the last hop that was speech.
    end: CallTime,
    peak_db: f32,
    /// Hops of speech, each as much as the model is sure of it.
    sure_hops: f32,
    confirmed: bool,
}

impl SpanTracker {
    /// A tracker at the beginning of a call.
    pub fn new(config: &SpeechConfig) -> Self {
        let hops = |secs: f64| (secs * f64::from(ENGINE_RATE.0) / HOP as f64).round() as u64;
        SpanTracker {
            now: CallTime::ZERO,
            onset: config.onset_probability,
            offset: config.offset_probability,
            bridge_hops: hops(config.bridge_secs),
            min_hops: hops(config.min_secs) as f32,
            noise_db: -60.0,
            recent_db: VecDeque::with_capacity(LOOK_BACK + 1),
            open: None,
        }
    }

    /// Takes the next hop: the probability of speech in it and its level in dBFS. Calls `tell` for
    /// what is now known.
    pub fn step(&mut self, probability: f32, level_db: f32, mut tell: impl FnMut(SpanEvent)) {
        let hop_start = self.now;
        let hop_end = hop_start + HOP as u64;
        self.now = hop_end;
        let speaks = probability >= if self.open.is_some() { self.offset } else { self.onset };
        if speaks && level_db > self.threshold_db() {
            let recent_db = &self.recent_db;
            let threshold_db = self.noise_db + ABOVE_NOISE_DB;
            let open = self.open.get_or_insert_with(|| {
                let earlier = recent_db.iter().rev().take_while(|&&db| db > threshold_db).count();
                OpenSpan {
                    start: hop_start.shifted(-((earlier * HOP) as f64) / f64::from(ENGINE_RATE.0)),
                    end: hop_end,
                    peak_db: level_db,
                    sure_hops: earlier as f32 * probability,
                    confirmed: false,
                }
            });
            open.end = hop_end;
            open.sure_hops += probability;
            // Forgets a loud word over about two seconds: 15 dB/s.
            open.peak_db = level_db.max(open.peak_db - 0.12);
        }
        if !speaks {
            // Falls at once to a quieter line, rises slowly to a noisier one.
            let rate = if level_db < self.noise_db { 0.2 } else { 0.01 };
            self.noise_db += rate * (level_db - self.noise_db);
        }
        if self.recent_db.len() == LOOK_BACK {
            self.recent_db.pop_front();
        }
        self.recent_db.push_back(level_db);

        if let Some(open) = &mut self.open {
            if !open.confirmed && open.sure_hops >= self.min_hops {
                open.confirmed = true;
                tell(SpanEvent::Started(open.start));
            }
            if (hop_end - open.end) / HOP as u64 >= self.bridge_hops {
                let span = CallSpan::new(open.start, open.end);
                if open.confirmed {
                    tell(SpanEvent::Ended(span));
                }
                self.open = None;
                // What preceded is spoken for: the next span can't reach back into it.
                self.recent_db.clear();
            }
        }
    }

    /// Ends the span under way, as at the end of the call.
    pub fn finish(&mut self) -> Option<SpanEvent> {
        let open = self.open.take().filter(|open| open.confirmed)?;
        Some(SpanEvent::Ended(CallSpan::new(open.start, open.end)))
    }

    /// The span under way as far as it is known, once it counts as one; pauses that may yet
    /// be bridged are left out.
    pub fn open(&self) -> Option<CallSpan> {
        let open = self.open.as_ref().filter(|open| open.confirmed)?;
        Some(CallSpan::new(open.start, open.end))
    }

    fn threshold_db(&self) -> f32 {
        let above_noise = self.noise_db + ABOVE_NOISE_DB;
        match &self.open {
            Some(open) => above_noise.max(open.peak_db - BELOW_PEAK_DB),
            None => above_noise,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::FRAME;

    /// Runs frames of (probability, level) and returns what was told.
    fn track(frames: &[(f32, f32)]) -> Vec<SpanEvent> {
        let mut tracker = SpanTracker::new(&SpeechConfig::default());
        let mut told = Vec::new();
        for &(probability, level_db) in frames {
            for _ in 0..HOPS {
                tracker.step(probability, level_db, |event| told.push(event));
            }
        }
        told.extend(tracker.finish());
        told
    }

    fn frames(counts: &[(usize, f32, f32)]) -> Vec<(f32, f32)> {
        counts.iter().flat_map(|&(n, p, db)| std::iter::repeat_n((p, db), n)).collect()
    }

    fn at(frame: u64) -> CallTime {
        CallTime::from_frames(frame * FRAME as u64)
    }

    const QUIET: (f32, f32) = (0.01, -70.0);

    #[test]
    fn a_word_is_a_span_with_its_edges() {
        let told = track(&frames(&[(20, QUIET.0, QUIET.1), (10, 0.9, -20.0), (20, 0.0, -70.0)]));
        let span = CallSpan::new(at(20), at(30));
        assert_eq!(told, [SpanEvent::Started(at(20)), SpanEvent::Ended(span)]);
    }

    #[test]
    fn short_pauses_are_bridged_and_long_ones_not() {
        // 9 frames are 0.288 s, 10 are 0.32 s.
        let bridged =
            frames(&[(10, 0.0, -70.0), (9, 0.9, -20.0), (9, 0.0, -70.0), (9, 0.9, -20.0)]);
        assert_eq!(track(&bridged).last(), Some(&SpanEvent::Ended(CallSpan::new(at(10), at(37)))));
        let apart = frames(&[(10, 0.0, -70.0), (9, 0.9, -20.0), (10, 0.0, -70.0), (9, 0.9, -20.0)]);
        let ends = track(&apart).into_iter().filter(|e| matches!(e, SpanEvent::Ended(_))).count();
        assert_eq!(ends, 2);
    }

    #[test]
    fn blips_are_dropped() {
        // 3 frames are 0.096 s, 4 are 0.128 s.
        assert_eq!(track(&frames(&[(10, 0.0, -70.0), (3, 0.9, -20.0), (20, 0.0, -70.0)])), []);
        let with =
            |n, p| track(&frames(&[(10, 0.0, -70.0), (n, p, -20.0), (20, 0.0, -70.0)])).len();
        assert_eq!(with(4, 1.0), 2);
        // Half sure for 0.19 s is sure for 0.1 s.
        assert_eq!(with(6, 0.5), 0);
    }

    #[test]
    fn the_model_decides_what_is_speech_and_the_level_where() {
        // Loud noise that is no speech.
        assert_eq!(track(&frames(&[(50, 0.1, -20.0)])), []);
        // The model goes on for three frames after the sound has gone.
        let told =
            track(&frames(&[(10, 0.0, -70.0), (9, 0.9, -20.0), (3, 0.6, -69.0), (20, 0.0, -70.0)]));
        assert_eq!(told.last(), Some(&SpanEvent::Ended(CallSpan::new(at(10), at(19)))));
        // It notices two frames late.
        let told = track(&frames(&[(10, 0.0, -70.0), (2, 0.2, -30.0), (9, 0.9, -20.0)]));
        assert_eq!(told[0], SpanEvent::Started(at(10)));
    }
}
