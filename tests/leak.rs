//! The customer's voice in the agent's microphone, with the real voice-activity model: nobody
//! is told to let the customer finish who says nothing, and who does cut in is still told.

mod playback;

use evenkeel::engine::{Input, Words};
use evenkeel::event::{Body, Event, Layout, OverlapKind};
use evenkeel::speech::activity::FRAME;
use evenkeel::units::{CallSpan, Party};
use playback::{Call, DEMO, assert_same_log, at, engine, log, play, step, warnings};

/// The demo call with the customer's voice, so many dB down and ms late, in the agent's channel.
fn leaking(gain_db: f32, delay_ms: f64) -> Call {
    let mut call = DEMO.clone();
    let gain = 10f32.powf(gain_db / 20.0);
    for (slot, leak) in call.agent[at(delay_ms / 1_000.0)..].iter_mut().zip(&DEMO.customer) {
        *slot += gain * leak;
    }
    call
}

fn by_agent(events: &[Event], wanted: OverlapKind) -> Vec<CallSpan> {
    let span = |event: &Event| match event.body {
        Body::Overlap { span, by: Party::Agent, kind, .. } if kind == wanted => Some(span),
        _ => None,
    };
    events.iter().filter_map(span).collect()
}

fn cues(events: &[Event]) -> Vec<&'static str> {
    let name = |event: &Event| match &event.body {
        Body::Cue(cue) => Some(cue.name),
        _ => None,
    };
    events.iter().filter_map(name).collect()
}

#[test]
fn a_leak_is_no_interruption_and_hides_none() {
    let clean = play(&DEMO, Layout::Stereo, Words::Never, FRAME);
    for gain_db in [-10.0, -20.0, -30.0] {
        for delay_ms in [8.0, 40.0, 150.0] {
            let what = format!("{gain_db} dB after {delay_ms} ms");
            let events = play(&leaking(gain_db, delay_ms), Layout::Stereo, Words::Never, FRAME);
            assert_eq!(warnings(&events), [""; 0], "{what}");
            assert_eq!(cues(&clean), cues(&events), "{what}");
            for kind in [OverlapKind::Interruption, OverlapKind::Backchannel] {
                let (expected, found) = (by_agent(&clean, kind), by_agent(&events, kind));
                assert_eq!(expected.len(), found.len(), "{what}: {found:?}");
                for (expected, found) in expected.iter().zip(&found) {
                    assert!(expected.intersection(*found).is_some(), "{what}: {found:?}");
                }
            }
        }
    }
}

#[test]
fn the_size_of_the_blocks_does_not_change_what_leaks() {
    let call = leaking(-10.0, 40.0);
    let expected = log(&play(&call, Layout::Stereo, Words::OnTime, FRAME));
    for block in [77, 160, usize::MAX] {
        let found = log(&play(&call, Layout::Stereo, Words::OnTime, block));
        assert_same_log(&expected, &found, &format!("blocks of {block}"));
    }
}

#[test]
fn what_can_no_longer_be_told_apart_is_said_and_switches_rules_off() {
    let events = play(&leaking(-3.0, 40.0), Layout::Stereo, Words::Never, FRAME);
    assert_eq!(warnings(&events), ["bleed"]);
    let off = events.iter().find_map(|event| match &event.body {
        Body::Warning { disables, .. } => Some((event.at, disables.clone())),
        _ => None,
    });
    let (since, disables) = off.unwrap();
    assert!(disables.iter().any(|rule| rule == "let-them-finish"));
    assert!(since.secs() < 8.0, "{since}");
    let later = |event: &&Event| event.at > since;
    let late: Vec<Event> = events.iter().filter(later).cloned().collect();
    assert!(cues(&late).iter().all(|name| *name == "keep-them-posted"));
}

#[test]
fn a_stream_that_moves_to_the_agents_microphone_is_noticed_and_its_return_too() {
    // From 14 s the customer's side carries the agent, until 35 s.
    let mut call = DEMO.clone();
    call.customer[at(14.0)..at(35.0)].copy_from_slice(&DEMO.agent[at(14.0)..at(35.0)]);
    let mut engine = engine(Layout::Stereo, Words::Never);
    let mut events = Vec::new();
    let mut same = Vec::new();
    for from in (0..call.agent.len()).step_by(at(0.1)) {
        for (party, samples) in call.iter() {
            let samples = &samples[from..(from + at(0.1)).min(samples.len())];
            step(&mut engine, Input::Audio { party, samples }, &mut events);
        }
        if engine.same_audio() != same.last().is_some_and(|(same, _)| *same) {
            same.push((engine.same_audio(), from as f64 / 16_000.0));
        }
    }
    step(&mut engine, Input::End, &mut events);
    let [(true, found), (false, over)] = same[..] else { panic!("{same:?}") };
    assert!((14.0..16.5).contains(&found), "{found}");
    assert!((45.0..60.0).contains(&over), "{over}");
    let told = warnings(&events);
    assert!(told.starts_with(&["same-audio"]) && told.contains(&"same-audio-over"), "{told:?}");
}
