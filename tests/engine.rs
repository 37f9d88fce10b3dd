//! The engine with the real voice-activity model and scripted words: the same call gives the
//! same log however it is fed, and what can't be trusted is said.

mod playback;
mod recordings;

use std::collections::VecDeque;

use evenkeel::call::record::Record;
use evenkeel::engine::{Input, Words};
use evenkeel::event::{Body, Event, GapCause, Layout, TranscribeRequest};
use evenkeel::speech::activity::FRAME;
use evenkeel::units::{Party, PerParty};
use playback::{Call, DEMO, assert_same_log, at, demo_cut, engine, lines, log, play};
use playback::{requests, scripted, step, warnings};
use recordings::Numbers;

/// When the requests for words are answered.
#[derive(Clone, Copy, Debug)]
enum Answers {
    /// Each before the next sample.
    AtOnce,
    /// After the end of the call, the last first.
    Last,
    /// After so many more steps of the engine.
    After(usize),
    /// Any of those open, at any time.
    Anyhow,
}

/// Plays a call whose blocks are chosen by `next`: a party and a number of samples, for what
/// each has left.
fn play_fed(
    call: &Call,
    answers: Answers,
    numbers: &mut Numbers,
    mut next: impl FnMut(&mut Numbers, PerParty<usize>) -> (Party, usize),
) -> Vec<Event> {
    let mut engine = engine(Layout::Stereo, Words::OnTime);
    let mut events = Vec::new();
    let mut open = VecDeque::<(usize, TranscribeRequest)>::new();
    let mut fed = PerParty::<usize>::default();
    let mut steps = 0;
    loop {
        let left = PerParty::from_fn(|party| call[party].len() - fed[party]);
        let over = left == PerParty::default();
        let seen = events.len();
        if over {
            engine.step(Input::End, &mut events);
        } else {
            let (party, count) = next(numbers, left);
            // Whoever has nothing left gives way.
            let party = if left[party] == 0 { party.other() } else { party };
            let samples = &call[party][fed[party]..][..count.clamp(1, left[party])];
            fed[party] += samples.len();
            engine.step(Input::Audio { party, samples }, &mut events);
        }
        steps += 1;
        for event in &events[seen..] {
            if let Body::Transcribe(request) = &event.body {
                open.push_back((steps, request.clone()));
            }
        }
        loop {
            let chosen = match answers {
                Answers::AtOnce => open.pop_front(),
                Answers::Last => over.then(|| open.pop_back()).flatten(),
                Answers::After(wait) => {
                    open.pop_front_if(|(asked, _)| over || steps >= *asked + wait)
                }
                Answers::Anyhow if over || numbers.below(4) == 0 => {
                    let chosen = numbers.below(open.len());
                    open.remove(chosen)
                }
                Answers::Anyhow => None,
            };
            let Some((_, request)) = chosen else { break };
            assert!(!engine.is_finished(), "it did not wait for {request:?}");
            let (id, transcript) = (request.id, scripted(&request));
            engine.step(Input::Transcript { id, transcript }, &mut events);
        }
        if over {
            assert!(engine.is_finished());
            return events;
        }
    }
}

/// Alternating blocks of the same size.
fn in_turn(size: usize) -> impl FnMut(&mut Numbers, PerParty<usize>) -> (Party, usize) {
    move |_, left| (if left.agent >= left.customer { Party::Agent } else { Party::Customer }, size)
}

#[test]
fn the_size_of_the_blocks_does_not_change_the_log() {
    let call = demo_cut(10.0, 40.0);
    let expected = log(&play(&call, Layout::Stereo, Words::OnTime, FRAME));
    assert!(expected.contains(r#""type":"utterance""#) && expected.contains(r#""type":"overlap""#));
    for size in [7, 160, 512, 4096, usize::MAX] {
        let events = play_fed(&call, Answers::AtOnce, &mut Numbers(1), in_turn(size));
        assert_same_log(&expected, &log(&events), &format!("blocks of {size}"));
    }
}

#[test]
fn frame_by_frame_it_is_the_same_log() {
    let call = demo_cut(12.0, 18.0);
    let expected = log(&play(&call, Layout::Stereo, Words::OnTime, FRAME));
    let events = play_fed(&call, Answers::AtOnce, &mut Numbers(1), in_turn(1));
    assert_same_log(&expected, &log(&events), "one frame at a time");
}

#[test]
fn one_party_far_ahead_of_the_other_does_not_change_the_log() {
    let call = demo_cut(10.0, 40.0);
    let expected = log(&play(&call, Layout::Stereo, Words::OnTime, FRAME));
    for first in Party::BOTH {
        for answers in [Answers::AtOnce, Answers::Last, Answers::After(3)] {
            let events = play_fed(&call, answers, &mut Numbers(1), |_, _| (first, 1_600));
            assert_same_log(&expected, &log(&events), &format!("the {first} first, {answers:?}"));
        }
    }
}

#[test]
fn words_in_any_order_and_however_late_make_the_same_log() {
    let expected = log(&play(&DEMO, Layout::Stereo, Words::OnTime, FRAME));
    for answers in [Answers::Last, Answers::After(1), Answers::After(40), Answers::Anyhow] {
        let events = play_fed(&DEMO, answers, &mut Numbers(7), in_turn(320));
        assert_same_log(&expected, &log(&events), &format!("{answers:?}"));
    }
}

#[test]
fn random_blocks_and_random_answers_make_the_same_log() {
    let call = demo_cut(25.0, 50.0);
    let expected = log(&play(&call, Layout::Stereo, Words::OnTime, FRAME));
    for seed in 1..=8 {
        let feed = |numbers: &mut Numbers, _| {
            let party = Party::BOTH[numbers.below(2)];
            let most = [10, 600, 20_000][numbers.below(3)];
            (party, 1 + numbers.below(most))
        };
        let events = play_fed(&call, Answers::Anyhow, &mut Numbers(seed), feed);
        assert_same_log(&expected, &log(&events), &format!("seed {seed}"));
    }
}

#[test]
fn a_call_without_words_is_measured_all_the_same() {
    let events = play(&DEMO, Layout::Stereo, Words::Never, FRAME);
    let asked = events.iter().any(|event| matches!(event.body, Body::Transcribe(_)));
    assert!(!asked, "it asks for words that never come");
    let lines = lines(&events);
    assert!(matches!(lines.last().unwrap().record, Record::Summary(_)));
    let count = |wanted: fn(&Record) -> bool| lines.iter().filter(|l| wanted(&l.record)).count();
    assert_eq!(count(|record| matches!(record, Record::Utterance { .. })), 0);
    assert_eq!(count(|record| matches!(record, Record::Silence { .. })), 1);
    assert!(count(|record| matches!(record, Record::Speech { .. })) > 20);
}

#[test]
fn input_after_the_end_is_ignored() {
    let call = demo_cut(0.0, 5.0);
    let mut engine = engine(Layout::Stereo, Words::OnTime);
    let mut events = Vec::new();
    for (party, samples) in call.iter() {
        step(&mut engine, Input::Audio { party, samples }, &mut events);
    }
    step(&mut engine, Input::End, &mut events);
    let before = log(&events);
    assert_same_log(&log(&play(&call, Layout::Stereo, Words::OnTime, FRAME)), &before, "at once");
    step(&mut engine, Input::End, &mut events);
    step(&mut engine, Input::Audio { party: Party::Agent, samples: &call.agent }, &mut events);
    let gap = Input::Gap { party: Party::Customer, frames: 99, cause: GapCause::Overrun };
    step(&mut engine, gap, &mut events);
    step(&mut engine, Input::Transcript { id: 0, transcript: None }, &mut events);
    step(&mut engine, Input::End, &mut events);
    assert_eq!(before, log(&events));
    assert!(engine.is_finished());
}

#[test]
fn audio_between_the_end_and_the_last_words_is_ignored() {
    let call = demo_cut(0.0, 3.0);
    let mut engine = engine(Layout::Stereo, Words::OnTime);
    let mut events = Vec::new();
    for (party, samples) in call.iter() {
        engine.step(Input::Audio { party, samples }, &mut events);
    }
    engine.step(Input::End, &mut events);
    assert!(!engine.is_finished(), "words are still to come");
    engine.step(Input::Audio { party: Party::Agent, samples: &call.agent }, &mut events);
    engine.step(Input::End, &mut events);
    let asked: Vec<TranscribeRequest> =
        Party::BOTH.iter().flat_map(|p| requests(&events, Some(*p))).cloned().collect();
    assert!(!asked.is_empty());
    for request in asked {
        let (id, transcript) = (request.id, scripted(&request));
        engine.step(Input::Transcript { id, transcript }, &mut events);
    }
    assert!(engine.is_finished());
    let expected = log(&play(&call, Layout::Stereo, Words::OnTime, FRAME));
    assert_same_log(&expected, &log(&events), "audio after the end");
}

#[test]
fn an_empty_call_has_a_head_and_a_summary() {
    for layout in [Layout::Stereo, Layout::TwoFiles, Layout::Live] {
        let lines = lines(&play(&Call::default(), layout, Words::OnTime, FRAME));
        assert!(matches!(lines[0].record, Record::Call { .. }), "{lines:?}");
        let Record::Summary(summary) = &lines[1].record else { panic!("{lines:?}") };
        assert_eq!((lines.len(), summary.duration), (2, 0.0));
    }
}

#[test]
fn a_mono_mix_tells_what_can_be_told_and_says_so() {
    let mix = DEMO.agent.iter().zip(&DEMO.customer).map(|(a, c)| a + c).collect();
    let call = Call { agent: Vec::new(), customer: mix };
    let events = play(&call, Layout::MonoMix, Words::OnTime, FRAME);
    let lines = lines(&events);
    let Record::Warning { code, disables, .. } = &lines[1].record else { panic!("{lines:?}") };
    assert_eq!(code, "mono-mix");
    for rule in ["let-them-finish", "stay-calm-pace", "show-listening", "reflect-back"] {
        assert!(disables.iter().any(|off| off == rule), "{rule}");
    }
    let (mut utterances, mut silences) = (0, 0);
    for line in &lines {
        match &line.record {
            Record::Speech { party, .. } | Record::Measure { party, .. } => {
                assert_eq!(*party, None, "{line:?}");
            }
            Record::Utterance { party, .. } => {
                assert_eq!(*party, None);
                utterances += 1;
            }
            Record::Silence { .. } => silences += 1,
            Record::Cue(cue) => assert_eq!(cue.name, "keep-them-posted"),
            Record::Overlap { .. } | Record::Practice { .. } => panic!("who? {line:?}"),
            _ => {}
        }
    }
    assert!(utterances > 5 && silences == 1, "{utterances} utterances, {silences} silences");
    assert!(requests(&events, None).len() >= utterances);
}

#[test]
fn the_same_audio_in_both_channels_is_noticed_at_any_volume() {
    for volume in [1.0, 0.3] {
        let copy = DEMO.customer.iter().map(|sample| volume * sample).collect();
        let call = Call { agent: copy, customer: DEMO.customer.clone() };
        let events = play(&call, Layout::Stereo, Words::Never, FRAME);
        assert_eq!(warnings(&events), ["same-audio"], "at {volume}");
        let cue = |event: &&Event| matches!(&event.body, Body::Cue(cue) if cue.name != "keep-them-posted");
        assert_eq!(events.iter().find(cue), None);
    }
    assert_eq!(warnings(&play(&DEMO, Layout::Stereo, Words::Never, FRAME)), [""; 0]);
}

#[test]
fn a_clipped_channel_switches_off_what_hangs_on_its_level() {
    for clipped in Party::BOTH {
        let mut call = DEMO.clone();
        call[clipped].iter_mut().for_each(|x| *x = (50.0 * *x).clamp(-1.0, 1.0));
        let events = play(&call, Layout::Stereo, Words::Never, FRAME);
        let off = lines(&events).into_iter().find_map(|line| match line.record {
            Record::Warning { code, disables, .. } => Some((code, disables)),
            _ => None,
        });
        let (code, disables) = off.unwrap();
        assert_eq!(code, format!("{clipped}-clipping"));
        match clipped {
            Party::Agent => assert_eq!(disables, ["stay-calm-louder", "stay-calm-higher"]),
            Party::Customer => assert_eq!(disables, [""; 0]),
        }
    }
}

#[test]
fn a_silent_channel_is_noticed() {
    for silent in Party::BOTH {
        let mut call = DEMO.clone();
        call[silent].fill(0.0);
        let events = play(&call, Layout::Stereo, Words::Never, FRAME);
        assert_eq!(warnings(&events), ["silent-channel"], "{silent}");
        let warning = lines(&events).into_iter().find_map(|line| match line.record {
            Record::Warning { text, disables, .. } => Some((text, disables)),
            _ => None,
        });
        let (text, disables) = warning.unwrap();
        assert!(text.contains(silent.name()), "{text}");
        // Whether the agent listens or says what they do can't be heard, nor whether anybody answers.
        for rule in ["show-listening", "keep-them-posted", "apologise"] {
            assert!(disables.iter().any(|off| off == rule), "{rule}: {disables:?}");
        }
    }
    // Audio that is late is no warning.
    let mut call = demo_cut(0.0, 20.0);
    call.agent[..at(4.0)].fill(0.0);
    assert_eq!(warnings(&play(&call, Layout::Stereo, Words::Never, FRAME)), [""; 0]);
}
