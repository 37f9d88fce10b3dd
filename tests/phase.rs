//! What is told hardly depends on where the frames fall on the audio: a live call begins anywhere,
//! and equals its replay all the same.

mod playback;

use std::sync::Arc;

use evenkeel::call::names::Name as _;
use evenkeel::engine::Words;
use evenkeel::event::{Body, Event, Layout};
use evenkeel::speech::activity::{FRAME, VoiceActivity as _};
use evenkeel::speech::silero::Silero;
use evenkeel::speech::span::{HOP, HOPS};
use playback::{DEMO, SILERO, at, play};

/// `samples` after so many of silence.
fn after(silence: usize, samples: &[f32]) -> Vec<f32> {
    [&vec![0.0; silence][..], samples].concat()
}

#[test]
fn voice_activity_is_the_same_wherever_its_frames_begin() {
    // Half a minute, with pauses of both kinds: too quiet to ask, and long enough to forget.
    let audible = |hop: &[f32]| hop.iter().map(|x| x * x).sum::<f32>() > 1e-5 * HOP as f32;
    let heard = |silence: usize| {
        let mut silero = Silero::new(Arc::clone(&SILERO));
        let samples = after(silence * HOP, &DEMO.agent[..at(30.0)]);
        let frames = samples.as_chunks::<FRAME>().0.iter();
        let said = frames.flat_map(|frame| {
            let hops = frame.as_chunks::<HOP>().0;
            silero.probability(frame, std::array::from_fn(|hop| audible(&hops[hop])))
        });
        said.skip(silence).collect::<Vec<f32>>()
    };
    let plain = heard(0);
    assert!(plain.iter().any(|p| *p > 0.9) && plain.contains(&0.0));
    for silence in 1..HOPS {
        let later = heard(silence);
        let same = later.iter().zip(&plain).take_while(|(a, b)| a == b).count();
        assert!(same > plain.len() - HOPS, "hop {same} differs after {silence} hops of silence");
    }
}

/// Name, start and end in seconds of what happened.
fn happenings(events: &[Event]) -> Vec<(String, f64, f64)> {
    let happening = |event: &Event| match &event.body {
        Body::Overlap { span, by, kind, yielded } => {
            let name = format!("{} by the {by}, {yielded}", kind.name());
            Some((name, span.start.secs(), span.end.secs()))
        }
        Body::Silence { span } => Some(("silence".into(), span.start.secs(), span.end.secs())),
        Body::Cue(cue) => Some((format!("cue {}", cue.rule), event.at.secs(), event.at.secs())),
        _ => None,
    };
    events.iter().filter_map(happening).collect()
}

#[test]
fn where_the_frames_fall_hardly_matters() {
    let plain = happenings(&play(&DEMO, Layout::Stereo, Words::Never, FRAME));
    for ms in (2..32).step_by(2) {
        let secs = f64::from(ms) / 1_000.0;
        let call = DEMO.map(|samples| after(at(secs), samples));
        let later = happenings(&play(&call, Layout::Stereo, Words::Never, FRAME));
        let names =
            |all: &[(String, f64, f64)]| all.iter().map(|h| h.0.clone()).collect::<Vec<_>>();
        assert_eq!(names(&plain), names(&later), "after {ms} ms");
        for (a, b) in plain.iter().zip(&later) {
            let far = (b.1 - secs - a.1).abs().max((b.2 - secs - a.2).abs());
            assert!(far <= 0.06, "{a:?} and, after {ms} ms, {b:?}");
        }
    }
}
