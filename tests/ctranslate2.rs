//! Words by CTranslate2, with the model that is shipped: `make test-ctranslate2`.

#![cfg(feature = "ctranslate2")]

mod night;
mod playback;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use evenkeel::config::Config;
use evenkeel::engine::{Input, Words};
use evenkeel::event::{Body, Layout, TranscribeRequest};
use evenkeel::speech::ctranslate2::CTranslate2Model;
use evenkeel::speech::transcript::{Transcriber as _, Transcript};
use evenkeel::speech::whisper::WhisperModel;
use night::{DEMO, Night, said};
use playback::engine;

const MODEL: &str = "models/ggml-tiny.en-q8_0.bin";

/// The demo call's utterances.
static ASKED: LazyLock<Vec<TranscribeRequest>> = LazyLock::new(|| {
    let mut engine = engine(Layout::Stereo, Words::OnTime);
    let mut events = Vec::new();
    for (party, samples) in playback::DEMO.iter() {
        engine.step(Input::Audio { party, samples }, &mut events);
    }
    engine.step(Input::End, &mut events);
    let asked = events.into_iter().filter_map(|event| match event.body {
        Body::Transcribe(request) => Some(request),
        _ => None,
    });
    asked.collect()
});

static MODEL_READ: LazyLock<CTranslate2Model> = LazyLock::new(|| {
    CTranslate2Model::open(Path::new(MODEL), 0, &Config::default().words).unwrap()
});

fn at_once(requests: &[TranscribeRequest]) -> Vec<Transcript> {
    let mut transcriber = MODEL_READ.transcriber().unwrap();
    transcriber.transcribe_all(requests).into_iter().map(Result::unwrap).collect()
}

/// Lower case, without what is no letter.
fn bare(text: &str) -> Vec<String> {
    let letters = |word: &str| word.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "");
    text.split_whitespace().map(letters).collect()
}

#[test]
fn it_hears_what_whisper_cpp_hears() {
    let whisper = WhisperModel::load(Path::new(MODEL), &Config::default().words).unwrap();
    let mut whisper = whisper.transcriber().unwrap();
    let (mut all, mut other, mut words, mut far) = (0, 0, 0, 0);
    for (request, by_it) in ASKED.iter().zip(at_once(&ASKED)) {
        let expected = whisper.transcribe(request).unwrap();
        all += 1;
        if bare(&expected.text) != bare(&by_it.text) {
            other += 1;
            eprintln!("{:?} instead of {:?}", by_it.text, expected.text);
            continue;
        }
        words += expected.words.len();
        // Their ways to tell when a word is said differ: by 0.2 s in the middle.
        let apart =
            expected.words.iter().zip(&by_it.words).filter(|(one, other)| {
                (one.span.start.secs() - other.span.start.secs()).abs() > 0.5
            });
        far += apart.count();
    }
    assert!(all > 10 && other * 8 <= all, "{other} of {all}");
    assert!(far * 3 <= words, "{far} of {words} words more than half a second apart");
}

#[test]
fn words_have_probabilities_and_times_within_the_speech() {
    for (request, transcript) in ASKED.iter().zip(at_once(&ASKED)) {
        let words = &transcript.words;
        assert!((0.0..=1.0).contains(&transcript.confidence));
        assert!(words.iter().all(|word| word.p > 0.0 && word.p <= 1.0), "{words:?}");
        assert!(words.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start), "{words:?}");
        let within = |moment| moment >= request.span.start && moment <= request.span.end;
        assert!(words.iter().all(|word| within(word.span.start) && within(word.span.end)));
    }
}

#[test]
fn who_is_beside_it_changes_no_word() {
    let together = at_once(&ASKED);
    for (request, among) in ASKED.iter().zip(together) {
        let alone = at_once(std::slice::from_ref(request)).remove(0);
        assert_eq!((alone.text, alone.redo), (among.text, among.redo));
    }
}

#[test]
fn a_batch_tells_the_same_with_any_number_of_workers_and_as_a_replay() {
    let night = |workers: &str| {
        let night = Night::with_words();
        night.add_calls(3);
        fs::copy(DEMO, night.source("demo-call.wav")).unwrap();
        let output = night.run(&["--words-by", "ctranslate2", "--workers", workers]);
        assert!(output.status.success(), "{}", said(&output));
        let report = said(&night.run(&["--words-by", "ctranslate2"]));
        assert!(report.contains("4 there already") && !report.contains("of those"), "{report}");
        // What another engine made is told apart.
        let report = said(&night.run(&[]));
        assert!(report.contains("4 of those that were there"), "{report}");
        night.logs()
    };
    let (one, two) = (night("1"), night("2"));
    assert!(one == two);
    let demo = one.iter().find(|(id, _)| id.starts_with("demo-call-")).unwrap();
    assert!(demo.1.contains(r#","engine":"ctranslate2"}"#), "{}", demo.1);

    let dir = tempfile::tempdir().unwrap();
    let replay = Command::new(env!("CARGO_BIN_EXE_evenkeel"))
        .args(["replay", "--words-by", "ctranslate2", "--quiet", DEMO, "--out"])
        .arg(dir.path().join("replayed"))
        .status();
    assert!(replay.unwrap().success());
    let replayed = fs::read_to_string(dir.path().join("replayed/events.jsonl")).unwrap();
    let rest = |log: &str| log.split_once('\n').unwrap().1.to_owned();
    assert!(rest(&replayed) == rest(&demo.1));
}
