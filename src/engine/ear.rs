//! One party's hearing: from samples to frames that say all that the dialogue needs.
//!
//! An ear depends on audio alone, so it may run ahead of the words: in a replay both
//! ears listen on while Whisper works, and the `mind` follows in the audio's time.

use std::collections::VecDeque;

use crate::config::Config;
use crate::event::{Body, Event, GapCause, TranscribeRequest, Urgency};
use crate::speech::activity::{FRAME, LATE, VoiceActivity};
use crate::speech::leak::Leak;
use crate::speech::span::{HOP, HOPS, SpanEvent, SpanTracker};
use crate::speech::utterance::{CutUtterance, Endpointer};
use crate::tone::level::Loudness;
use crate::tone::pace::NucleusCounter;
use crate::tone::pitch::{Pitch, PitchTracker};
use crate::tone::speaker::Sounds;
use crate::tone::spectrum::SpectrumMeter;
use crate::units::{CallSpan, CallTime, Dbfs, Party};

use super::Words;

/// Frames between two readings of the integrated loudness: about a second.
const INTEGRATED_EVERY: u64 = 32;
/// Samples at or above this are at the converter's limit.
const CLIPPED: f32 = 0.989;

/// One frame of 32 ms, heard.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// Level of each hop in dBFS.
    pub hop_db: [f32; HOPS],
    /// What it sounded like.
    pub sounds: Sounds,
    /// Spans that began or ended.
    pub told: Vec<SpanEvent>,
    /// The span under way after this frame.
    pub under_way: Option<CallSpan>,
    /// Utterances that are over and whose words were asked for: number and span.
    pub requested: Vec<(u64, CallSpan)>,
    /// Words asked for before the utterance was over: number and span.
    pub previewed: Vec<(u64, CallSpan)>,
    /// Whether audio is missing here.
    pub in_gap: bool,
    /// Gaps that ended here.
    pub gaps: Vec<(CallSpan, GapCause)>,
    /// Whether so much of the other party leaks in that they can't be told apart.
    pub bleeds: bool,
}

impl Heard {
    /// A frame of nothing.
    pub fn silent() -> Self {
        Heard { hop_db: [Dbfs::SILENCE.0; HOPS], ..Heard::default() }
    }
}

/// What one party's channel is put through.
pub struct Ear {
    party: Party,
    /// As the log names the party: `None` in a mono mix.
    named: Option<Party>,
    words: Words,
    partial_secs: f64,
    quiet_db: f32,
    offset_probability: f32,
    vad: Box<dyn VoiceActivity>,
    /// The last hops, whose probability of speech is not known yet: the level without the leak in
    /// dBFS, and whether they are the party's own.
    late: VecDeque<(f32, bool)>,
    spans: SpanTracker,
    endpointer: Endpointer,
    loudness: Loudness,
    integrated_lufs: Option<f32>,
    pitch: PitchTracker,
    /// Of the customer only: nobody's tone but theirs is judged.
    spectrum: Option<SpectrumMeter>,
    nuclei: NucleusCounter,
    /// Samples that have come and not been heard yet.
    waiting: VecDeque<f32>,
    frames: u64,
    requests: u64,
    /// The last request that was made before its utterance was over.
    preview: Option<Preview>,
    gaps: VecDeque<(CallSpan, GapCause)>,
}

/// Words that were asked for early.
#[derive(Clone, Copy)]
struct Preview {
    id: u64,
    urgency: Urgency,
    span: CallSpan,
    at: CallTime,
}

impl Ear {
    /// An ear at the beginning of a call.
    pub fn new(
        party: Party,
        named: Option<Party>,
        config: &Config,
        vad: Box<dyn VoiceActivity>,
        words: Words,
    ) -> Self {
        Ear {
            party,
            named,
            words,
            partial_secs: config.words.partial_secs,
            quiet_db: config.speech.quiet_dbfs,
            offset_probability: config.speech.offset_probability,
            vad,
            late: VecDeque::with_capacity(LATE + 1),
            spans: SpanTracker::new(&config.speech),
            endpointer: Endpointer::new(&config.utterance),
            loudness: Loudness::default(),
            integrated_lufs: None,
            pitch: PitchTracker::new(&config.measure),
            spectrum: (named == Some(Party::Customer)).then(SpectrumMeter::default),
            nuclei: NucleusCounter::default(),
            waiting: VecDeque::with_capacity(FRAME),
            frames: 0,
            requests: 0,
            preview: None,
            gaps: VecDeque::new(),
        }
    }

    /// Up to where this party's audio has come.
    pub fn now(&self) -> CallTime {
        CallTime::from_frames(self.frames * FRAME as u64 + self.waiting.len() as u64)
    }

    /// Takes samples of any number; they wait to be heard.
    pub fn take(&mut self, samples: &[f32]) {
        self.waiting.extend(samples);
    }

    /// `length` frames of 16 kHz are missing.
    pub fn miss(&mut self, length: u64, cause: GapCause) {
        let start = self.now();
        match self.gaps.back_mut() {
            Some((span, last)) if span.end == start && *last == cause => span.end = start + length,
            _ => self.gaps.push_back((CallSpan::new(start, start + length), cause)),
        }
        self.waiting.extend(std::iter::repeat_n(0.0, length as usize));
    }

    /// How many samples wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The next frame that waits, filled up with silence.
    pub fn next_frame(&mut self) -> [f32; FRAME] {
        let mut frame = [0.0; FRAME];
        let count = self.waiting.len().min(FRAME);
        for (slot, sample) in frame.iter_mut().zip(self.waiting.drain(..count)) {
            *slot = sample;
        }
        frame
    }

    /// The channel is over: what is left, on top of the `last` frame, which ended at `end`.
    pub fn finish(&mut self, mut last: Heard, end: CallTime, out: &mut Vec<Event>) -> Heard {
        let said = self.vad.probability(&[0.0; FRAME], [false; HOPS]);
        for said in &said[..LATE] {
            self.late.push_back((Dbfs::SILENCE.0, true));
            self.follow_span(*said, &mut last.told);
        }
        last.told.extend(self.spans.finish());
        // The last frame was filled up with silence.
        for told in &mut last.told {
            if let SpanEvent::Ended(span) = told {
                span.end = span.end.min(end);
            }
        }
        last.under_way = None;
        if let Some(mut cut) = self.endpointer.finish() {
            let true_length = (end - cut.audio_start) as usize;
            cut.samples.truncate(true_length);
            cut.span.end = cut.span.end.min(end);
            self.request(cut, end, &mut last, out);
        }
        last.gaps.extend(self.gaps.drain(..));
        last
    }

    /// Hears a frame, of which some is `leak`.
    pub fn hear(&mut self, frame: &[f32; FRAME], leak: &Leak, out: &mut Vec<Event>) -> Heard {
        let start = CallTime::from_frames(self.frames * FRAME as u64);
        let end = start + FRAME as u64;
        self.frames += 1;
        let mut heard = Heard { bleeds: leak.bleeds, ..Heard::silent() };
        for (db, hop) in heard.hop_db.iter_mut().zip(frame.chunks_exact(HOP)) {
            let energy: f32 = hop.iter().map(|x| x * x).sum();
            *db = Dbfs::from_mean_square(energy / HOP as f32).0;
            if hop.iter().filter(|x| x.abs() >= CLIPPED).count() >= 3 {
                heard.sounds.clipped_hops += 1;
            }
        }
        // One that ends with the frame may go on with the next.
        let here = CallSpan::new(start, end);
        heard.in_gap = self.gaps.iter().any(|(gap, _)| gap.intersection(here).is_some());
        while let Some(gap) = self.gaps.front().filter(|(gap, _)| gap.end < end) {
            heard.gaps.push(*gap);
            self.gaps.pop_front();
        }

        let audible = heard.hop_db.map(|db| db >= self.quiet_db);
        let said = self.vad.probability(frame, audible);
        let mut probability = 0.0f32;
        for (said, (db, leak)) in said.into_iter().zip(heard.hop_db.into_iter().zip(leak.hops)) {
            self.late.push_back((db + leak.unwrap_or(0.0), leak.is_none()));
            probability = probability.max(self.follow_span(said, &mut heard.told));
        }
        self.loudness.add(frame);
        if self.frames.is_multiple_of(INTEGRATED_EVERY) {
            self.integrated_lufs = self.loudness.integrated_lufs();
        }
        heard.sounds.integrated_lufs = self.integrated_lufs;

        heard.under_way = self.spans.open();
        let speaks = heard.under_way.is_some() || probability >= self.offset_probability;
        if speaks {
            heard.sounds.momentary_lufs = self.loudness.momentary_lufs();
        }
        for (i, hop) in frame.chunks_exact(HOP).enumerate() {
            self.pitch.add(hop);
            if let Some(spectrum) = &mut self.spectrum {
                spectrum.add(hop);
                if speaks && i % 2 == 1 {
                    heard.sounds.shapes[i / 2] = spectrum.read();
                }
            }
            let pitch = if speaks { self.pitch.read() } else { Pitch::default() };
            heard.sounds.pitch[i] = pitch;
            if self.nuclei.step(heard.hop_db[i], pitch.f0_hz.is_some()) && speaks {
                heard.sounds.nuclei += 1;
            }
        }

        if let Some(cut) = self.endpointer.step(frame, &heard.hop_db, &heard.told, heard.under_way)
        {
            self.request(cut, end, &mut heard, out);
        } else if let Words::AsTheyCome { partials } = self.words {
            self.look_ahead(partials, end, &mut heard, out);
        }
        heard
    }

    /// The span tracker takes the hop whose probability of speech has just been `said`; returns
    /// that of the party's own.
    fn follow_span(&mut self, said: f32, told: &mut Vec<SpanEvent>) -> f32 {
        // The first ones are from before the call.
        if self.late.len() <= LATE {
            return 0.0;
        }
        let (level_db, own) = self.late.pop_front().expect("more than `LATE`");
        let probability = if own { said } else { 0.0 };
        self.spans.step(probability, level_db, |event| told.push(event));
        probability
    }

    fn request(
        &mut self,
        cut: CutUtterance,
        now: CallTime,
        heard: &mut Heard,
        out: &mut Vec<Event>,
    ) {
        if self.words == Words::Never || cut.samples.is_empty() {
            return;
        }
        let span = cut.span;
        let same = |asked: &Preview| asked.urgency == Urgency::Final && asked.span == span;
        let id = match self.preview.take().filter(same) {
            // Asked for already, when the speech had ended.
            Some(asked) => asked.id,
            None => self.ask(cut, Urgency::Final, now, out),
        };
        heard.requested.push((id, span));
    }

    /// Asks for words before the utterance is over: as soon as its speech has ended, since
    /// nobody will speak on more often than not; and while it goes on, where `partials` are
    /// wanted.
    fn look_ahead(
        &mut self,
        partials: bool,
        now: CallTime,
        heard: &mut Heard,
        out: &mut Vec<Event>,
    ) {
        let ended = heard.told.iter().any(|told| matches!(told, SpanEvent::Ended(_)));
        let (cut, urgency) = if ended && heard.under_way.is_none() {
            (self.endpointer.if_over(), Urgency::Final)
        } else if partials && heard.under_way.is_some() {
            let last = self.preview.map_or(CallTime::ZERO, |last| last.at);
            let since = self.endpointer.open_since().map(|start| start.max(last));
            let due = since.is_some_and(|since| now.secs_since(since) >= self.partial_secs);
            (due.then(|| self.endpointer.so_far()).flatten(), Urgency::Partial)
        } else {
            return;
        };
        let Some(cut) = cut.filter(|cut| !cut.samples.is_empty()) else { return };
        let span = cut.span;
        let id = self.ask(cut, urgency, now, out);
        self.preview = Some(Preview { id, urgency, span, at: now });
        heard.previewed.push((id, span));
    }

    fn ask(
        &mut self,
        cut: CutUtterance,
        urgency: Urgency,
        now: CallTime,
        out: &mut Vec<Event>,
    ) -> u64 {
        // Numbered per party, so that the numbers do not depend on whose audio came first.
        let id = self.requests * 2 + u64::from(self.party == Party::Customer);
        self.requests += 1;
        let CutUtterance { span, audio_start, samples } = cut;
        let party = self.named;
        let request = TranscribeRequest { id, urgency, party, span, audio_start, samples };
        out.push(Event { at: now, body: Body::Transcribe(request) });
        id
    }
}
