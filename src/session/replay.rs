//! Replaying: a recording is read, the engine stepped, and the words waited for.
//!
//! The calling thread reads the source and steps the engine; workers named `words-1`,
//! `words-2`… turn utterances into words. Requests and answers go through bounded queues:
//! when the workers are behind, a replay stops reading until an answer comes, so its memory
//! does not grow with the call. Where many calls are analysed at once, each has one thread only,
//! which makes its words as well ([`analyse`]); an engine for words that takes less time for many
//! utterances at once is then given all of some minutes together.

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{
    Receiver, RecvTimeoutError, SendTimeoutError, Sender, TryRecvError, bounded,
};

use crate::audio::decode::Defect;
use crate::audio::source::{CallSource, SourceError};
use crate::config::rules::Need;
use crate::engine::{Engine, Input, SourceNote};
use crate::event::{Body, Event, GapCause, TranscribeRequest};
use crate::speech::transcript::{MakeTranscriber, TranscribeError, Transcriber, Transcript};
use crate::units::{CallTime, ENGINE_RATE, PerParty};

/// Requests that may wait for words at once; beyond that a replay stops reading.
const IN_FLIGHT: usize = 16;
/// How long to wait for an answer before looking at the stop sign again.
const PATIENCE: Duration = Duration::from_millis(50);
/// Utterances are gathered for so long, from the first of them on: what they take in memory is bounded,
/// and which of them go together depends on the audio alone. Seconds.
const GATHERED_SECS: f64 = 300.0;
/// By then the last of them has been asked for: no utterance is longer than half of it, nor the wait
/// for its end. Seconds.
const GATHERED_BY_SECS: f64 = 360.0;
/// A replay at its own pace is fed in steps of this length: what a sound card would give.
const PACED_FRAMES: usize = ENGINE_RATE.0 as usize / 50;

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The call is complete.
    Complete,
    /// It was stopped; the log is whole up to there.
    Stopped,
}

/// Why a session ended early. What was told before is good.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The source can't be read on.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// No worker could turn speech into words.
    #[error(transparent)]
    Words(#[from] TranscribeError),
    /// A worker broke down.
    #[error("a worker thread broke down; what was written is good, please report it")]
    Worker,
    /// What takes the events failed.
    #[error("{0}")]
    Sink(#[source] Box<dyn Error + Send + Sync>),
}

/// What takes the results of a session.
pub trait Sink {
    /// Takes the next events.
    fn events(&mut self, events: &[Event]) -> Result<(), Box<dyn Error + Send + Sync>>;

    /// Takes the audio that the engine is about to hear (mono, 16 kHz, −1 to 1).
    fn audio(&mut self, _: &PerParty<Vec<f32>>) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(())
    }

    /// The call has been analysed up to `now`.
    fn progress(&mut self, _now: CallTime) {}
}

/// How a recording is played to the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As fast as the machine can.
    Fast,
    /// As fast as it was spoken.
    Real,
}

/// Words on order: the workers that make them.
pub struct WordWorkers<'a> {
    /// What makes a worker's transcriber.
    pub make: &'a MakeTranscriber,
    /// How many workers.
    pub count: usize,
}

/// Plays a recorded call to `engine` until it is over or `stop` is set.
pub fn replay(
    source: &mut CallSource,
    engine: Engine,
    workers: Option<WordWorkers<'_>>,
    pace: Pace,
    stop: &AtomicBool,
    sink: &mut dyn Sink,
) -> Result<Ended, SessionError> {
    thread::scope(|scope| {
        let (ask, asked) = bounded::<TranscribeRequest>(IN_FLIGHT);
        let (answer, answers) = bounded::<Answer>(IN_FLIGHT + 1);
        if let Some(workers) = workers {
            for number in 1..=workers.count.max(1) {
                let (asked, answer, make) = (asked.clone(), answer.clone(), workers.make);
                thread::Builder::new()
                    .name(format!("words-{number}"))
                    .spawn_scoped(scope, move || work(make, &asked, &answer))
                    .map_err(|_| SessionError::Worker)?;
            }
        }
        // The workers hold the only other ends: when all have gone, the queues say so.
        drop((asked, answer));
        let desk = Desk::Workers { ask, answers, in_flight: 0 };
        Session::new(engine, desk, sink, stop).run(source, pace)
    })
}

/// Analyses a recorded call on this thread alone, its words made by `transcriber`, until it is over
/// or `stop` is set. The log is that of [`replay()`].
pub fn analyse<'a>(
    source: &mut CallSource,
    engine: Engine,
    transcriber: Option<&'a mut dyn Transcriber>,
    stop: &'a AtomicBool,
    sink: &'a mut dyn Sink,
) -> Result<Ended, SessionError> {
    let desk = match transcriber {
        Some(transcriber) if transcriber.gathers() => {
            Desk::Gathering { transcriber, waiting: Vec::new() }
        }
        transcriber => Desk::Own(transcriber),
    };
    Session::new(engine, desk, sink, stop).run(source, Pace::Fast)
}

enum Answer {
    Words { id: u64, words: Result<Transcript, TranscribeError> },
    CannotStart(TranscribeError),
}

/// One worker: words for each request until there are no more.
fn work(make: &MakeTranscriber, asked: &Receiver<TranscribeRequest>, answer: &Sender<Answer>) {
    let mut transcriber = match make() {
        Ok(transcriber) => transcriber,
        Err(error) => {
            let _ = answer.send(Answer::CannotStart(error));
            return;
        }
    };
    while let Ok(request) = asked.recv() {
        let words = transcriber.transcribe(&request);
        if answer.send(Answer::Words { id: request.id, words }).is_err() {
            return;
        }
    }
}

/// Who makes the words.
enum Desk<'a> {
    /// Threads of their own.
    Workers { ask: Sender<TranscribeRequest>, answers: Receiver<Answer>, in_flight: usize },
    /// This thread, as they are asked for.
    Own(Option<&'a mut dyn Transcriber>),
    /// This thread, for many utterances at once.
    Gathering { transcriber: &'a mut dyn Transcriber, waiting: Vec<TranscribeRequest> },
}

struct Session<'a> {
    engine: Engine,
    desk: Desk<'a>,
    events: Vec<Event>,
    sink: &'a mut dyn Sink,
    stop: &'a AtomicBool,
}

impl<'a> Session<'a> {
    fn new(
        engine: Engine,
        desk: Desk<'a>,
        sink: &'a mut dyn Sink,
        stop: &'a AtomicBool,
    ) -> Session<'a> {
        Session { engine, desk, events: Vec::new(), sink, stop }
    }

    fn run(&mut self, source: &mut CallSource, pace: Pace) -> Result<Ended, SessionError> {
        for name in source.mixed().map(str::to_owned).collect::<Vec<_>>() {
            let text = format!("{name}: its channels are mixed, since all are of one party.");
            self.note("mixed-channels", text, Vec::new())?;
        }
        let started = Instant::now();
        let mut audio = PerParty::<Vec<f32>>::default();
        let mut defects = 0;
        while source.read(&mut audio)? {
            self.sink.audio(&audio).map_err(SessionError::Sink)?;
            let fed = match pace {
                Pace::Fast => self.feed(&audio, source.now())?,
                Pace::Real => self.feed_slowly(&audio, source.now(), started)?,
            };
            if !fed {
                return Ok(Ended::Stopped);
            }
            audio.agent.clear();
            audio.customer.clear();
            defects = self.tell_defects(source, defects)?;
            self.sink.progress(source.now().shifted(-self.engine.backlog_secs()));
        }
        self.tell_defects(source, defects)?;
        for (party, frames) in source.missing().iter().filter(|(_, frames)| **frames > 0) {
            self.step(Input::Gap { party, frames: *frames, cause: GapCause::File })?;
        }
        self.step(Input::End)?;
        self.make_gathered(None)?;
        while !self.engine.is_finished() {
            if self.stopped() {
                return Ok(Ended::Stopped);
            }
            self.wait_for_words()?;
            self.sink.progress(source.now().shifted(-self.engine.backlog_secs()));
        }
        Ok(Ended::Complete)
    }

    /// Feeds a block that ends at `now` at once; `false` when stopped.
    fn feed(&mut self, audio: &PerParty<Vec<f32>>, now: CallTime) -> Result<bool, SessionError> {
        for (party, samples) in audio.iter() {
            self.step(Input::Audio { party, samples })?;
        }
        self.take_words()?;
        self.make_gathered(Some(now))?;
        while self.in_flight() >= IN_FLIGHT {
            if self.stopped() {
                return Ok(false);
            }
            self.wait_for_words()?;
        }
        Ok(!self.stopped())
    }

    /// Feeds a block that ends at `end` as it would have come from a sound card, the call
    /// having begun at `started`; `false` when stopped.
    fn feed_slowly(
        &mut self,
        audio: &PerParty<Vec<f32>>,
        end: CallTime,
        started: Instant,
    ) -> Result<bool, SessionError> {
        let length = audio.agent.len().max(audio.customer.len());
        for from in (0..length).step_by(PACED_FRAMES) {
            let to = (from + PACED_FRAMES).min(length);
            let at = end.shifted(-((length - to) as f64) / f64::from(ENGINE_RATE.0));
            thread::sleep(Duration::from_secs_f64(at.secs()).saturating_sub(started.elapsed()));
            for (party, samples) in audio.iter() {
                let samples = &samples[from.min(samples.len())..to.min(samples.len())];
                self.step(Input::Audio { party, samples })?;
            }
            self.take_words()?;
            if self.stopped() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn step(&mut self, input: Input<'_>) -> Result<(), SessionError> {
        self.engine.step(input, &mut self.events);
        // Most steps tell nothing.
        if self.events.is_empty() {
            return Ok(());
        }
        let mut events = std::mem::take(&mut self.events);
        self.sink.events(&events).map_err(SessionError::Sink)?;
        for event in events.drain(..) {
            if let Body::Transcribe(request) = event.body {
                self.order(request)?;
            }
        }
        self.events = events;
        Ok(())
    }

    fn in_flight(&self) -> usize {
        match self.desk {
            Desk::Workers { in_flight, .. } => in_flight,
            Desk::Own(_) | Desk::Gathering { .. } => 0,
        }
    }

    /// Puts a request in the queue, waiting for room in it; or makes the words at once, or those of many
    /// as soon as they are gathered.
    fn order(&mut self, request: TranscribeRequest) -> Result<(), SessionError> {
        if let Desk::Gathering { waiting, .. } = &self.desk {
            let spans = |first: &TranscribeRequest| request.span.end.secs_since(first.span.start);
            if waiting.first().is_some_and(|first| spans(first) > GATHERED_SECS) {
                self.make_gathered(None)?;
            }
            if let Desk::Gathering { waiting, .. } = &mut self.desk {
                waiting.push(request);
            }
            return Ok(());
        }
        if let Desk::Own(transcriber) = &mut self.desk {
            let Some(transcriber) = transcriber else { return Ok(()) };
            let words = transcriber.transcribe(&request);
            return self.take(Answer::Words { id: request.id, words });
        }
        let mut request = Some(request);
        while let Some(next) = request.take() {
            let Desk::Workers { ask, in_flight, .. } = &mut self.desk else { return Ok(()) };
            match ask.send_timeout(next, PATIENCE) {
                Ok(()) => *in_flight += 1,
                Err(SendTimeoutError::Timeout(next)) => {
                    // Full: an answer must be on its way.
                    request = Some(next);
                    if self.stopped() {
                        return Ok(());
                    }
                    self.take_words()?;
                }
                Err(SendTimeoutError::Disconnected(_)) => {
                    return Err(self.why_workers_have_gone());
                }
            }
        }
        Ok(())
    }

    /// Makes the words of all utterances that were gathered, once it is `now` so late that no other
    /// goes with them.
    fn make_gathered(&mut self, now: Option<CallTime>) -> Result<(), SessionError> {
        let Desk::Gathering { transcriber, waiting } = &mut self.desk else { return Ok(()) };
        let Some(first) = waiting.first() else { return Ok(()) };
        if now.is_some_and(|now| now.secs_since(first.span.start) < GATHERED_BY_SECS) {
            return Ok(());
        }
        let requests = std::mem::take(waiting);
        let made = transcriber.transcribe_all(&requests);
        for (request, words) in requests.iter().zip(made) {
            self.take(Answer::Words { id: request.id, words })?;
        }
        Ok(())
    }

    /// Takes the answers that are there.
    fn take_words(&mut self) -> Result<(), SessionError> {
        while let Desk::Workers { answers, in_flight: 1.., .. } = &self.desk {
            match answers.try_recv() {
                Ok(answer) => self.take(answer)?,
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return Err(SessionError::Worker),
            }
        }
        Ok(())
    }

    /// Takes the next answer, waiting a little for it.
    fn wait_for_words(&mut self) -> Result<(), SessionError> {
        // Words made by this thread are there as soon as they are asked for.
        let Desk::Workers { answers, .. } = &self.desk else { return Err(SessionError::Worker) };
        match answers.recv_timeout(PATIENCE) {
            Ok(answer) => self.take(answer),
            Err(RecvTimeoutError::Timeout) => Ok(()),
            Err(RecvTimeoutError::Disconnected) => Err(SessionError::Worker),
        }
    }

    fn take(&mut self, answer: Answer) -> Result<(), SessionError> {
        match answer {
            Answer::Words { id, words } => {
                if let Desk::Workers { in_flight, .. } = &mut self.desk {
                    *in_flight -= 1;
                }
                // A failed utterance is told by the engine: its words are missing.
                self.step(Input::Transcript { id, transcript: words.ok() })
            }
            Answer::CannotStart(error) => Err(error.into()),
        }
    }

    fn why_workers_have_gone(&self) -> SessionError {
        let Desk::Workers { answers, .. } = &self.desk else { return SessionError::Worker };
        let reason = answers.try_iter().find_map(|answer| match answer {
            Answer::CannotStart(error) => Some(error.into()),
            Answer::Words { .. } => None,
        });
        reason.unwrap_or(SessionError::Worker)
    }

    /// Tells the defects of the files beyond the first `told`; returns how many there are.
    fn tell_defects(&mut self, source: &CallSource, told: usize) -> Result<usize, SessionError> {
        let defects = source.defects();
        for (name, defect) in defects.iter().skip(told) {
            let doubts = match defect {
                // What is heard is noise: nothing said of it would be right.
                Defect::LooksByteSwapped => vec![Need::Parties, Need::Heard, Need::Words],
                _ => Vec::new(),
            };
            self.note("recording", format!("{name}: {defect}"), doubts)?;
        }
        Ok(defects.len())
    }

    fn note(
        &mut self,
        code: &'static str,
        text: String,
        doubts: Vec<Need>,
    ) -> Result<(), SessionError> {
        self.step(Input::Device(SourceNote { code, text, doubts, trusts: Vec::new() }))
    }
}
