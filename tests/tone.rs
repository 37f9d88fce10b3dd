//! The customer's heat through the engine, with the shipped models.

mod playback;

use std::path::Path;

use evenkeel::engine::{Input, Words};
use evenkeel::event::{Body, Event, Layout, Tone};
use evenkeel::language::model::LanguageModel;
use evenkeel::language::sentiment::Sentiment;
use evenkeel::speech::transcript::Transcript;
use evenkeel::units::{CallSpan, Party, PerParty};
use playback::{DEMO, demo_cut, engine, play, requests};

fn tones(events: &[Event]) -> Vec<&Tone> {
    events
        .iter()
        .filter_map(|event| match &event.body {
            Body::Tone(tone) => Some(tone),
            _ => None,
        })
        .collect()
}

fn heat_between(events: &[Event], from: f64, to: f64) -> Vec<f32> {
    let inside = |tone: &&&Tone| (from..to).contains(&tone.span.end.secs());
    tones(events).iter().filter(inside).map(|tone| tone.heat).collect()
}

#[test]
fn the_customer_is_followed_each_second_of_speech() {
    let events = play(&DEMO, Layout::Stereo, Words::Never, 16_000);
    let tones = tones(&events);
    // The customer speaks for 34 s, some of it in pieces of less than a second.
    assert!((24..=34).contains(&tones.len()), "{}", tones.len());
    let speech: Vec<CallSpan> = events
        .iter()
        .filter_map(|event| match event.body {
            Body::Speech { party: Some(Party::Customer), span } => Some(span),
            _ => None,
        })
        .collect();
    for tone in &tones {
        assert!(speech.iter().any(|span| span.intersection(tone.span).is_some()), "{tone:?}");
        for share in [tone.heat, tone.voice, tone.confidence] {
            assert!((0.0..=1.0).contains(&share), "{tone:?}");
        }
        assert!(tone.words.is_none() && tone.why.len() <= 3);
    }
    let first = speech[0].start;
    assert!(
        tones[0].span.end.secs_since(first) < 1.5 && tones[0].confidence >= 0.5,
        "{:?}",
        tones[0]
    );
    let Some(Event { body: Body::Summary(summary), .. }) = events.last() else { panic!() };
    let peak = tones.iter().map(|tone| tone.heat).fold(0.0, f32::max);
    assert!((summary.heat.unwrap().peak - f64::from(peak)).abs() < 1e-6);
}

#[test]
fn nobody_is_followed_in_a_mono_mix_and_the_agent_never() {
    let mixed = DEMO.agent.iter().zip(&DEMO.customer).map(|(a, b)| a + b).collect();
    let mono = PerParty { agent: Vec::new(), customer: mixed };
    let events = play(&mono, Layout::MonoMix, Words::Never, 16_000);
    assert_eq!(tones(&events).len(), 0);
    // The customer is silent, and the agent has the customer's voice.
    let call = demo_cut(0.0, 30.0);
    let silent = vec![0.0; call.agent.len()];
    let swapped = PerParty { agent: call.customer, customer: silent };
    let events = play(&swapped, Layout::Stereo, Words::Never, 16_000);
    assert_eq!(tones(&events).len(), 0);
}

#[test]
fn real_model_words_turn_the_heat() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/minilm-words.safetensors");
    let language = LanguageModel::from_safetensors(&std::fs::read(path).unwrap()).unwrap();
    let heard = |words: &str| {
        let mut engine = engine(Layout::Stereo, Words::OnTime)
            .with_sentiment(Some(Sentiment::new(language.clone())));
        let mut events = Vec::new();
        let call = demo_cut(0.0, 70.0);
        for (party, samples) in call.iter() {
            engine.step(Input::Audio { party, samples }, &mut events);
        }
        engine.step(Input::End, &mut events);
        let asked: Vec<_> = Party::BOTH
            .into_iter()
            .flat_map(|party| requests(&events, Some(party)))
            .cloned()
            .collect();
        for request in asked {
            let said = if request.party == Some(Party::Customer) { words } else { "one moment" };
            let word = |text: &str| evenkeel::event::Word {
                text: text.to_owned(),
                span: request.span,
                p: 0.9,
            };
            let transcript = Transcript {
                text: said.into(),
                words: said.split(' ').map(word).collect(),
                confidence: 0.9,
                redo: false,
            };
            let transcript = Some(transcript);
            engine.step(Input::Transcript { id: request.id, transcript }, &mut events);
        }
        assert!(engine.is_finished());
        events
    };
    let angry = heard("this is unacceptable i want to cancel");
    let glad = heard("that is wonderful thank you so much");
    let peak = |events: &[Event]| heat_between(events, 25.0, 35.0).into_iter().fold(0.0, f32::max);
    assert!(peak(&angry) > peak(&glad) + 0.3, "{} and {}", peak(&angry), peak(&glad));
    let worded: Vec<&Tone> = tones(&angry).into_iter().filter(|t| t.words.is_some()).collect();
    assert!(worded.iter().all(|tone| tone.words.unwrap() < -0.5), "{worded:?}");
    assert!(worded.iter().any(|tone| tone.why.iter().any(|why| why.what.contains("cancel"))));
    let Some(Event { body: Body::Summary(summary), .. }) = glad.last() else { panic!() };
    assert!(summary.sentiment.customer.unwrap().overall > 2.5);
    assert!(summary.sentiment.agent.is_some());
}
