//! What the engine tells of a call that lies in memory.

use std::sync::Arc;

use evenkeel::config::Config;
use evenkeel::engine::{Engine, Input, Words};
use evenkeel::event::{About, Body, CallHead, Event, Layout};
use evenkeel::speech::silero::{Silero, SileroWeights};
use evenkeel::speech::transcript::Transcriber;
use evenkeel::units::PerParty;

/// Without words.
pub fn to(audio: &PerParty<Vec<f32>>, config: &Config, weights: &Arc<SileroWeights>) -> Vec<Event> {
    let (_, events) = heard(audio, config, weights, Words::Never);
    events
}

/// With the words that `transcriber` makes of it.
pub fn to_words(
    audio: &PerParty<Vec<f32>>,
    config: &Config,
    weights: &Arc<SileroWeights>,
    transcriber: &mut dyn Transcriber,
) -> anyhow::Result<Vec<Event>> {
    // The ears run ahead of the words: all are asked for by then.
    let (mut engine, mut events) = heard(audio, config, weights, Words::OnTime);
    let asked = |event: &Event| match &event.body {
        Body::Transcribe(request) => Some(request.clone()),
        _ => None,
    };
    for request in events.iter().filter_map(asked).collect::<Vec<_>>() {
        let transcript = Some(transcriber.transcribe(&request)?);
        engine.step(Input::Transcript { id: request.id, transcript }, &mut events);
    }
    Ok(events)
}

fn heard(
    audio: &PerParty<Vec<f32>>,
    config: &Config,
    weights: &Arc<SileroWeights>,
    words: Words,
) -> (Engine, Vec<Event>) {
    let head = CallHead {
        id: "evaluate".into(),
        started: None,
        about: About::default(),
        source: Vec::new(),
        layout: Layout::Stereo,
        config_sha256: String::new(),
        models: Vec::new(),
    };
    let vad = |_| Box::new(Silero::new(Arc::clone(weights))) as Box<_>;
    let mut engine = Engine::new(config, head, words, vad);
    let mut events = Vec::new();
    for (party, samples) in audio.iter() {
        engine.step(Input::Audio { party, samples }, &mut events);
    }
    engine.step(Input::End, &mut events);
    (engine, events)
}
