//! Utterances: stretches of speech that go to Whisper as one.
//!
//! An utterance ends at a pause; when none comes for long it is cut at the quietest point of
//! its last seconds. The pieces of a cut abut, so nothing is lost or heard twice.

use super::span::{HOP, HOPS, SpanEvent};
use crate::config::UtteranceConfig;
use crate::units::{CallSpan, CallTime, ENGINE_RATE};

/// Hops over which the level is averaged when the quietest point is looked for: 40 ms.
const SMOOTH: usize = 5;

/// One utterance, cut and ready.
#[derive(Clone, Debug, PartialEq)]
pub struct CutUtterance {
    /// From the first to the last speech.
    pub span: CallSpan,
    /// Where `samples` begins.
    pub audio_start: CallTime,
    /// The audio with some context before and after. Mono, 16 kHz, −1 to 1.
    pub samples: Vec<f32>,
}

/// Cuts one party's audio into utterances.
pub struct Endpointer {
    wait: u64,
    pad: u64,
    max: u64,
    search_hops: usize,
    keep: usize,
    /// The audio that may still be needed, from `kept_from` on.
    samples: Vec<f32>,
    /// Its level, hop by hop.
    hop_db: Vec<f32>,
    kept_from: CallTime,
    /// After the last audio that went into an utterance.
    used_to: CallTime,
    open: Option<OpenUtterance>,
}

struct OpenUtterance {
    audio_start: CallTime,
    speech_start: CallTime,
    speech_end: CallTime,
}

impl Endpointer {
    /// An endpointer at the beginning of a call.
    pub fn new(config: &UtteranceConfig) -> Self {
        let frames = |secs: f64| (secs * f64::from(ENGINE_RATE.0)) as u64;
        Endpointer {
            wait: frames(config.wait_secs),
            pad: frames(config.pad_secs),
            max: frames(config.max_secs),
            search_hops: frames(config.search_secs) as usize / HOP,
            // A span is known 0.12 s and its reach back late; a second covers it well.
            keep: (frames(config.pad_secs + 1.0) as usize).next_multiple_of(HOP),
            samples: Vec::new(),
            hop_db: Vec::new(),
            kept_from: CallTime::ZERO,
            used_to: CallTime::ZERO,
            open: None,
        }
    }

    /// Takes a frame with the levels of its hops, what the span tracker told of it, and the
    /// span under way after it; returns the utterance that is complete, if any.
    pub fn step(
        &mut self,
        frame: &[f32],
        hop_db: &[f32; HOPS],
        told: &[SpanEvent],
        under_way: Option<CallSpan>,
    ) -> Option<CutUtterance> {
        self.samples.extend_from_slice(frame);
        self.hop_db.extend_from_slice(hop_db);
        for event in told {
            match *event {
                SpanEvent::Started(start) => self.open_at(start),
                SpanEvent::Ended(span) => self.reaches(span.end),
            }
        }
        if let Some(span) = under_way {
            // A long utterance that was cut in a pause which was then bridged goes on.
            if span.end > self.used_to {
                self.open_at(span.start.max(self.used_to));
            }
            self.reaches(span.end);
        }
        self.forget();
        let now = self.now();
        let open = self.open.as_ref()?;
        if under_way.is_none() && now - open.speech_end >= self.wait {
            self.cut_at((open.speech_end + self.pad).min(now))
        } else if now - open.audio_start >= self.max {
            self.cut_long()
        } else {
            None
        }
    }

    /// Cuts what is left, as at the end of the call.
    pub fn finish(&mut self) -> Option<CutUtterance> {
        let end = (self.open.as_ref()?.speech_end + self.pad).min(self.now());
        self.cut_at(end)
    }

    /// The open utterance as it will be cut if nobody speaks on, once all its audio is there.
    pub fn if_over(&self) -> Option<CutUtterance> {
        let open = self.open.as_ref()?;
        let end = open.speech_end + self.pad;
        (end <= self.now()).then(|| self.piece(open, end))
    }

    /// Since when an utterance has been open.
    pub fn open_since(&self) -> Option<CallTime> {
        self.open.as_ref().map(|open| open.speech_start)
    }

    /// The open utterance as far as it has been heard.
    pub fn so_far(&self) -> Option<CutUtterance> {
        self.open.as_ref().map(|open| self.piece(open, self.now()))
    }

    fn now(&self) -> CallTime {
        self.kept_from + self.samples.len() as u64
    }

    fn open_at(&mut self, speech_start: CallTime) {
        if self.open.is_none() {
            let padded = CallTime::from_frames(speech_start.frames().saturating_sub(self.pad));
            let audio_start = padded.max(self.kept_from).max(self.used_to);
            self.open = Some(OpenUtterance { audio_start, speech_start, speech_end: speech_start });
        }
    }

    fn reaches(&mut self, end: CallTime) {
        if let Some(open) = &mut self.open {
            open.speech_end = open.speech_end.max(end);
        }
    }

    /// Closes the open utterance, its audio ending at `end`.
    fn cut_at(&mut self, end: CallTime) -> Option<CutUtterance> {
        let open = self.open.take()?;
        self.used_to = end;
        Some(self.piece(&open, end))
    }

    fn piece(&self, open: &OpenUtterance, end: CallTime) -> CutUtterance {
        let from = (open.audio_start - self.kept_from) as usize;
        let to = (end - self.kept_from) as usize;
        CutUtterance {
            span: CallSpan::new(open.speech_start, open.speech_end.min(end)),
            audio_start: open.audio_start,
            samples: self.samples[from..to].to_vec(),
        }
    }

    /// Cuts at the quietest point of the last seconds and goes on from there.
    fn cut_long(&mut self) -> Option<CutUtterance> {
        let last = self.hop_db.len();
        let first = last.saturating_sub(self.search_hops);
        let smooth = |hop: usize| {
            let around = hop.saturating_sub(SMOOTH / 2)..(hop + SMOOTH / 2 + 1).min(last);
            let count = around.len() as f32;
            self.hop_db[around].iter().sum::<f32>() / count
        };
        let quietest = (first..last).min_by(|&a, &b| smooth(a).total_cmp(&smooth(b)))?;
        let cut = self.kept_from + (quietest * HOP + HOP / 2) as u64;
        let speech_end = self.open.as_ref()?.speech_end;
        let utterance = self.cut_at(cut);
        if speech_end > cut {
            self.open = Some(OpenUtterance { audio_start: cut, speech_start: cut, speech_end });
        }
        utterance
    }

    /// Drops the audio that nothing can need any more.
    fn forget(&mut self) {
        let needed = self.open.as_ref().map_or(self.now(), |open| open.audio_start);
        let needed = needed.frames().saturating_sub(self.keep as u64);
        let spare = needed.saturating_sub(self.kept_from.frames()) as usize / HOP * HOP;
        // In large steps: each moves what is kept.
        if spare >= 2 * self.keep {
            self.samples.drain(..spare);
            self.hop_db.drain(..spare / HOP);
            self.kept_from = self.kept_from + spare as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speech::activity::FRAME;

    /// Feeds `pattern`, one entry a frame (speech or not), the level rising with `db`.
    fn cut(pattern: &[bool], db: impl Fn(usize) -> f32) -> Vec<CutUtterance> {
        let mut endpointer = Endpointer::new(&UtteranceConfig::default());
        let mut cuts = Vec::new();
        let mut open: Option<CallSpan> = None;
        for (i, &speaks) in pattern.iter().enumerate() {
            let start = CallTime::from_frames((i * FRAME) as u64);
            let end = start + FRAME as u64;
            let mut told = Vec::new();
            match (&mut open, speaks) {
                (Some(span), true) => span.end = end,
                (None, true) => {
                    open = Some(CallSpan::new(start, end));
                    told.push(SpanEvent::Started(start));
                }
                (Some(span), false) if start - span.end >= 4_800 => {
                    told.push(SpanEvent::Ended(*span));
                    open = None;
                }
                (_, false) => {}
            }
            // Samples count up, so that each can be told from the others.
            let samples: Vec<f32> = (0..FRAME).map(|k| (i * FRAME + k) as f32).collect();
            cuts.extend(endpointer.step(&samples, &[db(i); HOPS], &told, open));
        }
        cuts.extend(endpointer.finish());
        cuts
    }

    fn pattern(counts: &[(usize, bool)]) -> Vec<bool> {
        counts.iter().flat_map(|&(n, speaks)| std::iter::repeat_n(speaks, n)).collect()
    }

    #[test]
    fn a_pause_ends_an_utterance_with_context_around_it() {
        let cuts = cut(&pattern(&[(50, false), (50, true), (50, false)]), |_| -20.0);
        assert_eq!(cuts.len(), 1);
        assert_eq!(cuts[0].span.start, CallTime::from_frames(50 * 512));
        assert_eq!(cuts[0].span.end, CallTime::from_frames(100 * 512));
        assert_eq!(cuts[0].audio_start, cuts[0].span.start.shifted(-0.25));
        assert_eq!(cuts[0].samples.len(), 50 * 512 + 2 * 4_000);
        assert_eq!(cuts[0].samples[0], 50.0 * 512.0 - 4_000.0);
    }

    #[test]
    fn a_short_pause_does_not() {
        // 12 frames are 0.38 s: under the half second that is waited.
        let cuts = cut(&pattern(&[(30, true), (12, false), (30, true), (30, false)]), |_| -20.0);
        assert_eq!(cuts.len(), 1);
        assert_eq!(cuts[0].span.end, CallTime::from_frames(72 * 512));
    }

    #[test]
    fn long_speech_is_cut_at_its_quietest_and_nothing_is_lost_or_doubled() {
        // 30 s of speech, quietest in frame 300 (9.6 s).
        let quiet_at_300 = |i: usize| if i == 300 { -50.0 } else { -20.0 };
        let cuts = cut(&pattern(&[(940, true), (40, false)]), quiet_at_300);
        assert_eq!(cuts.len(), 4);
        assert!((cuts[0].span.end.secs() - 300.5 * 0.032).abs() < 0.03);
        for pair in cuts.windows(2) {
            assert_eq!(pair[0].samples.last().unwrap() + 1.0, pair[1].samples[0]);
            assert_eq!(pair[0].span.end, pair[1].span.start);
        }
        assert_eq!(cuts[0].samples[0], 0.0);
        assert_eq!(cuts[3].span.end, CallTime::from_frames(940 * 512));
        assert!(cuts.iter().all(|cut| cut.samples.len() <= 12 * 16_000 + 512));
    }

    #[test]
    fn speech_that_goes_on_after_a_cut_in_a_short_pause_is_kept() {
        // Speech to 11.84 s, a pause of 0.26 s that does not end it, speech to 18.5 s.
        let speaks = pattern(&[(370, true), (8, false), (200, true), (40, false)]);
        let cuts = cut(&speaks, |i| if (370..378).contains(&i) { -90.0 } else { -20.0 });
        assert_eq!(cuts.len(), 2);
        assert_eq!(cuts[0].samples.last().unwrap() + 1.0, cuts[1].samples[0]);
        assert_eq!(cuts[1].span.end, CallTime::from_frames(578 * 512));
    }

    #[test]
    fn what_is_kept_stays_bounded() {
        let config = UtteranceConfig::default();
        let mut endpointer = Endpointer::new(&config);
        for _ in 0..20_000 {
            endpointer.step(&[0.0; FRAME], &[-90.0; HOPS], &[], None);
            assert!(endpointer.samples.len() < 5 * 16_000);
        }
    }
}
