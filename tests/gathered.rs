//! Words that are made for many utterances at once are told as those made one by one.

mod playback;

use std::fs;
use std::sync::atomic::AtomicBool;

use evenkeel::audio::source::{CallFiles, CallSource, Side};
use evenkeel::engine::Words;
use evenkeel::event::{Layout, TranscribeRequest};
use evenkeel::session::replay::{Ended, analyse};
use evenkeel::speech::transcript::{TranscribeError, Transcriber, Transcript};
use playback::{Collected, assert_same_log, engine, log, scripted};

/// Scripted words, and how many utterances were given at once.
struct Scripted {
    gathers: bool,
    given: Vec<usize>,
}

impl Transcriber for Scripted {
    fn transcribe(&mut self, request: &TranscribeRequest) -> Result<Transcript, TranscribeError> {
        scripted(request).ok_or_else(|| TranscribeError("lost".into()))
    }

    fn gathers(&self) -> bool {
        self.gathers
    }

    fn transcribe_all(
        &mut self,
        requests: &[TranscribeRequest],
    ) -> Vec<Result<Transcript, TranscribeError>> {
        self.given.push(requests.len());
        requests.iter().map(|request| self.transcribe(request)).collect()
    }
}

/// The log of the demo call, `times` times on end, and how many utterances were given at once.
fn told(times: usize, gathers: bool) -> (String, Vec<usize>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("call.wav");
    let demo = fs::read("assets/demo-call.wav").unwrap();
    let data = demo.windows(4).position(|bytes| bytes == b"data").unwrap() + 8;
    let sound = demo[data..].repeat(times);
    let size = (sound.len() as u32).to_le_bytes();
    fs::write(&path, [&demo[..data - 4], &size, &sound].concat()).unwrap();
    let mut source = CallSource::open(&CallFiles::One { path, agent: Side::Left }).unwrap();

    let mut transcriber = Scripted { gathers, given: Vec::new() };
    let (engine, mut found) = (engine(Layout::Stereo, Words::OnTime), Collected::default());
    let stop = AtomicBool::new(false);
    let ended = analyse(&mut source, engine, Some(&mut transcriber), &stop, &mut found);
    assert_eq!(ended.unwrap(), Ended::Complete);
    (log(&found.0), transcriber.given)
}

#[test]
fn the_log_is_the_same_and_a_long_call_is_taken_in_parts() {
    let (one_by_one, none) = told(8, false);
    let (gathered, given) = told(8, true);
    assert_same_log(&one_by_one, &gathered, "gathered");
    assert!(none.is_empty() && given.len() > 1 && given[0] > 20, "{given:?}");
    // Some have no words, and are not told of.
    let told = gathered.matches(r#""type":"utterance""#).count();
    assert!(given.iter().sum::<usize>() >= told && told > 100, "{told} of {given:?}");
}
