//! What is no speech gives no words: the sounds of telephone lines through the engine and the
//! real models.

#![cfg(feature = "whisper")]

mod playback;
mod recordings;
mod sounds;

use std::path::Path;
use std::sync::LazyLock;

use evenkeel::config::Config;
use evenkeel::engine::{Input, Words};
use evenkeel::event::{Body, Event, Layout};
use evenkeel::speech::transcript::Transcriber;
use evenkeel::speech::whisper::WhisperModel;
use evenkeel::units::Party;
use playback::{Call, at, engine};
use sounds::{BREATH, HIGH, LINE, MUSIC, SECS, Sound, TONES, telephone};

static WHISPER: LazyLock<WhisperModel> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/ggml-tiny.en-q8_0.bin");
    WhisperModel::load(&path, &Config::default().words).unwrap()
});

#[cfg(feature = "ctranslate2")]
static CTRANSLATE2: LazyLock<evenkeel::speech::ctranslate2::CTranslate2Model> =
    LazyLock::new(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/ggml-tiny.en-q8_0.bin");
        let words = &Config::default().words;
        evenkeel::speech::ctranslate2::CTranslate2Model::open(&path, 0, words).unwrap()
    });

/// All that make words.
fn transcribers() -> Vec<Box<dyn Transcriber>> {
    vec![
        Box::new(WHISPER.transcriber().unwrap()),
        #[cfg(feature = "ctranslate2")]
        Box::new(CTRANSLATE2.transcriber().unwrap()),
    ]
}

/// What each hears.
fn said(samples: &[f32]) -> Vec<Vec<String>> {
    transcribers().iter_mut().map(|transcriber| said_by(&mut **transcriber, samples)).collect()
}

/// What is said in the customer's channel, with its times, beside a silent agent.
fn said_by(transcriber: &mut dyn Transcriber, samples: &[f32]) -> Vec<String> {
    let call = Call { agent: vec![0.0; samples.len()], customer: samples.to_vec() };
    let mut engine = engine(Layout::Stereo, Words::OnTime);
    let mut events = Vec::new();
    for (party, samples) in call.iter() {
        engine.step(Input::Audio { party, samples }, &mut events);
    }
    engine.step(Input::End, &mut events);
    let asked: Vec<_> =
        playback::requests(&events, Some(Party::Customer)).into_iter().cloned().collect();
    for request in asked {
        let transcript = Some(transcriber.transcribe(&request).unwrap());
        engine.step(Input::Transcript { id: request.id, transcript }, &mut events);
    }
    assert!(engine.is_finished());
    let utterance = |event: &Event| match &event.body {
        Body::Utterance(u) => Some(format!("{} to {}: {:?}", u.span.start, u.span.end, u.text)),
        _ => None,
    };
    events.iter().filter_map(utterance).collect()
}

#[track_caller]
fn assert_nothing_is_said(sounds: &[Sound]) {
    let mut heard = Vec::new();
    for (name, make) in sounds {
        let lines = [("wide band", make(16_000.0)), ("8 kHz mu-law", telephone(&make(8_000.0)))];
        for (line, samples) in lines {
            assert_eq!(samples.len(), at(SECS));
            let words = said(&samples).into_iter().flatten();
            heard.extend(words.map(|words| format!("{name}, {line}: {words}")));
        }
    }
    assert!(heard.is_empty(), "words in what is no speech:\n{}", heard.join("\n"));
}

#[test]
fn real_model_hears_no_words_in_a_quiet_or_noisy_line() {
    assert_nothing_is_said(&LINE);
}

#[test]
fn real_model_hears_no_words_in_tones() {
    assert_nothing_is_said(&TONES);
}

#[test]
fn real_model_hears_no_words_in_music() {
    assert_nothing_is_said(&MUSIC);
}

#[test]
fn real_model_hears_no_words_in_what_is_as_high_as_a_shout() {
    assert_nothing_is_said(&HIGH);
}

#[test]
fn real_model_hears_no_words_in_breath() {
    assert_nothing_is_said(&BREATH);
}

#[test]
fn real_model_hears_words_where_there_are_some() {
    for said in said(&playback::demo_cut(0.0, 14.0).customer) {
        assert!(said.len() == 1 && said[0].contains("washing machine"), "{said:?}");
    }
}
