//! What the engine tells of a call that lies in memory.

use std::sync::Arc;

use evenkeel::config::Config;
use evenkeel::engine::{Engine, Input, Words};
use evenkeel::event::{About, Body, CallHead, Event, Layout, TranscribeRequest};
use evenkeel::speech::silero::{Silero, SileroWeights};
use evenkeel::speech::transcript::{Transcriber, Transcript};
use evenkeel::units::PerParty;

/// Without words.
pub fn to(audio: &PerParty<Vec<f32>>, config: &Config, weights: &Arc<SileroWeights>) -> Vec<Event> {
    hear(&mut engine(config, weights, Words::Never), audio)
}

/// With the words that `transcriber` makes of it.
pub fn to_words(
    audio: &PerParty<Vec<f32>>,
    config: &Config,
    weights: &Arc<SileroWeights>,
    transcriber: &mut dyn Transcriber,
) -> anyhow::Result<Vec<Event>> {
    let mut engine = engine(config, weights, Words::OnTime);
    with_words(&mut engine, audio, |request| Ok(transcriber.transcribe(request)?))
}

/// What `engine`, which waits for words, tells with those that are made of each request.
pub fn with_words(
    engine: &mut Engine,
    audio: &PerParty<Vec<f32>>,
    mut make: impl FnMut(&TranscribeRequest) -> anyhow::Result<Transcript>,
) -> anyhow::Result<Vec<Event>> {
    // The ears run ahead of the words: all are asked for by then.
    let mut events = hear(engine, audio);
    let asked = |event: &Event| match &event.body {
        Body::Transcribe(request) => Some(request.clone()),
        _ => None,
    };
    for request in events.iter().filter_map(asked).collect::<Vec<_>>() {
        let transcript = Some(make(&request)?);
        engine.step(Input::Transcript { id: request.id, transcript }, &mut events);
    }
    Ok(events)
}

/// The head of a call from nowhere.
pub fn head(layout: Layout) -> CallHead {
    CallHead {
        id: "evaluate".into(),
        started: None,
        about: About::default(),
        source: Vec::new(),
        layout,
        config_sha256: String::new(),
        models: Vec::new(),
    }
}

fn engine(config: &Config, weights: &Arc<SileroWeights>, words: Words) -> Engine {
    let vad = |_| Box::new(Silero::new(Arc::clone(weights))) as Box<_>;
    Engine::new(config, head(Layout::Stereo), words, vad)
}

fn hear(engine: &mut Engine, audio: &PerParty<Vec<f32>>) -> Vec<Event> {
    let mut events = Vec::new();
    for (party, samples) in audio.iter() {
        engine.step(Input::Audio { party, samples }, &mut events);
    }
    engine.step(Input::End, &mut events);
    events
}
