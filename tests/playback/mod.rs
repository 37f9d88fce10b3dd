//! Calls for the tests and benches: the demo call, a scripted transcriber, and what an engine
//! tells of them.

#![allow(dead_code)] // Each test program uses its own part.

use std::error::Error;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use evenkeel::audio::source::{CallFiles, CallSource, Side};
use evenkeel::call::record::Line;
use evenkeel::config::Config;
use evenkeel::engine::{Engine, Input, Words};
use evenkeel::event::{About, Body, CallHead, Event, Layout, TranscribeRequest, Word};
use evenkeel::session::replay::Sink;
use evenkeel::speech::silero::{Silero, SileroWeights};
use evenkeel::speech::transcript::Transcript;
use evenkeel::tone::voice::VoiceModel;
use evenkeel::units::{CallSpan, CallTime, Party, PerParty};

/// A call's audio: mono, 16 kHz, each party.
pub type Call = PerParty<Vec<f32>>;

/// The shipped voice-activity model.
pub static SILERO: LazyLock<Arc<SileroWeights>> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/silero_vad_16k_v6.2.safetensors");
    SileroWeights::from_safetensors(&std::fs::read(path).unwrap()).unwrap()
});

/// The shipped model of how tense a voice sounds.
pub static VOICE: LazyLock<Arc<VoiceModel>> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/tone-voice.json");
    VoiceModel::from_json(&std::fs::read(path).unwrap()).unwrap()
});

/// The demo call as the engine hears it.
pub static DEMO: LazyLock<Call> = LazyLock::new(|| {
    let mut source = demo_source();
    let mut call = Call::default();
    while source.read(&mut call).unwrap() {}
    call
});

/// The demo call's file.
pub fn demo_source() -> CallSource {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo-call.wav");
    CallSource::open(&CallFiles::One { path, agent: Side::Left }).unwrap()
}

/// The demo call between two moments, in seconds.
pub fn demo_cut(from: f64, to: f64) -> Call {
    DEMO.map(|samples| samples[at(from)..at(to).min(samples.len())].to_vec())
}

/// What a session tells.
#[derive(Default)]
pub struct Collected(pub Vec<Event>);

impl Sink for Collected {
    fn events(&mut self, events: &[Event]) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.0.extend_from_slice(events);
        Ok(())
    }
}

/// Frames at 16 kHz in `secs`.
pub fn at(secs: f64) -> usize {
    CallTime::from_secs(secs).frames() as usize
}

/// The head of a call from nowhere.
pub fn head(layout: Layout) -> CallHead {
    CallHead {
        id: "test".into(),
        started: None,
        about: About::default(),
        source: Vec::new(),
        layout,
        config_sha256: Config::default().sha256(),
        models: Vec::new(),
    }
}

/// An engine with the default settings and the real models of the voice.
pub fn engine(layout: Layout, words: Words) -> Engine {
    let vad = |_| Box::new(Silero::new(Arc::clone(&SILERO))) as Box<_>;
    Engine::new(&Config::default(), head(layout), words, vad).with_tone(Arc::clone(&VOICE))
}

/// Words for any request, from its number and times alone: three a second, or a listener's
/// signal where it is short. Every seventh has none, every eleventh gets lost.
pub fn scripted(request: &TranscribeRequest) -> Option<Transcript> {
    if request.id % 11 == 10 {
        return None;
    }
    let count = match request.span.secs() {
        _ if request.id % 7 == 6 => 0,
        secs if secs < 1.0 => 1,
        secs => (secs * 3.0) as u64,
    };
    let length = request.span.end - request.span.start;
    let word = |i: u64| Word {
        text: if count == 1 { "Okay.".into() } else { format!("word{}-{i}", request.id) },
        span: CallSpan::new(
            request.span.start + length * i / count,
            request.span.start + length * (i + 1) / count,
        ),
        p: 0.5 + 0.4 / (i + 1) as f32,
    };
    let words: Vec<Word> = (0..count).map(word).collect();
    let text: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    Some(Transcript { text: text.join(" "), words, confidence: 0.8, redo: request.id % 5 == 4 })
}

/// Plays a call to a new engine in blocks of `block` samples and answers each request at once.
pub fn play(call: &Call, layout: Layout, words: Words, block: usize) -> Vec<Event> {
    let mut engine = engine(layout, words);
    let mut events = Vec::new();
    let length = call.agent.len().max(call.customer.len());
    for from in (0..length).step_by(block) {
        for (party, samples) in call.iter().filter(|(_, samples)| from < samples.len()) {
            let samples = &samples[from..(from + block).min(samples.len())];
            step(&mut engine, Input::Audio { party, samples }, &mut events);
        }
    }
    step(&mut engine, Input::End, &mut events);
    assert!(engine.is_finished());
    events
}

/// One step, and the scripted words for what it asks.
pub fn step(engine: &mut Engine, input: Input<'_>, events: &mut Vec<Event>) {
    let mut seen = events.len();
    engine.step(input, events);
    while let Some(event) = events.get(seen) {
        seen += 1;
        if let Body::Transcribe(request) = &event.body {
            let (id, transcript) = (request.id, scripted(request));
            engine.step(Input::Transcript { id, transcript }, events);
        }
    }
}

/// The lines of the log.
pub fn lines(events: &[Event]) -> Vec<Line> {
    events.iter().filter_map(Line::of).collect()
}

/// The log as it stands in the file.
pub fn log(events: &[Event]) -> String {
    let line = |line: Line| serde_json::to_string(&line).unwrap() + "\n";
    events.iter().filter_map(Line::of).map(line).collect()
}

/// Fails with the first line in which two logs differ.
#[track_caller]
pub fn assert_same_log(expected: &str, found: &str, what: &str) {
    for (number, (expected, found)) in expected.lines().zip(found.lines()).enumerate() {
        assert_eq!(expected, found, "{what}: line {}", number + 1);
    }
    assert_eq!(expected.lines().count(), found.lines().count(), "{what}: lines");
}

/// The requests for words of `party`, in order.
pub fn requests(events: &[Event], party: Option<Party>) -> Vec<&TranscribeRequest> {
    let asked = events.iter().filter_map(|event| match &event.body {
        Body::Transcribe(request) => Some(request),
        _ => None,
    });
    asked.filter(|request| request.party == party).collect()
}

/// The codes of the warnings, in order.
pub fn warnings(events: &[Event]) -> Vec<&'static str> {
    let code = |event: &Event| match event.body {
        Body::Warning { code, .. } => Some(code),
        _ => None,
    };
    events.iter().filter_map(code).collect()
}
