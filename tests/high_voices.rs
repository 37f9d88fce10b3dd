//! Voices higher than the voice-activity model knows are heard; what is as high and no voice is not.

mod playback;
mod recordings;
mod sounds;

use std::path::Path;

use evenkeel::audio::source::{CallFiles, CallSource, Side};
use evenkeel::engine::Words;
use evenkeel::event::{Body, Layout};
use evenkeel::units::Party;
use playback::{Call, play};
use sounds::{HIGH, LINE, MUSIC, TONES, telephone};

#[test]
fn no_speech_is_heard_in_lines_tones_music_and_alarms() {
    let mut heard = Vec::new();
    for (name, make) in [&LINE[..], &TONES, &MUSIC, &HIGH].concat() {
        let lines = [("wide band", make(16_000.0)), ("8 kHz mu-law", telephone(&make(8_000.0)))];
        for (line, customer) in lines {
            let call = Call { agent: vec![0.0; customer.len()], customer };
            for event in play(&call, Layout::Stereo, Words::Never, 16_000) {
                if let Body::Speech { span, .. } = event.body {
                    heard.push(format!("{name}, {line}: {} to {}", span.start, span.end));
                }
            }
        }
    }
    assert!(heard.is_empty(), "speech in what is none:\n{}", heard.join("\n"));
}

#[test]
fn a_shout_is_heard() {
    // Without the lowering the network hears none of it.
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/audio/shout.wav");
    let mut source = CallSource::open(&CallFiles::One { path, agent: Side::Left }).unwrap();
    let mut audio = Call::default();
    while source.read(&mut audio).unwrap() {}
    let customer = audio.customer;
    let call = Call { agent: vec![0.0; customer.len()], customer };
    let mut spoken = 0.0;
    for event in play(&call, Layout::Stereo, Words::Never, 16_000) {
        if let Body::Speech { party: Some(Party::Customer), span } = event.body {
            spoken += span.secs();
        }
    }
    // It lasts from 0.6 to 2.2 s, with a pause.
    assert!(spoken > 0.9, "{spoken} s");
}
