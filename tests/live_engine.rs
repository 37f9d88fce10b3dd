//! The engine as a live call uses it: words that come early, words while somebody speaks, what
//! the agent does about prompts, and pauses.

mod playback;

use evenkeel::coach::Reaction;
use evenkeel::engine::{Engine, Input, Words};
use evenkeel::event::{Body, Event, GapCause, Layout, Outcome, TranscribeRequest, Urgency, Word};
use evenkeel::speech::transcript::Transcript;
use evenkeel::units::{CallSpan, CallTime, Party};
use playback::{Call, DEMO, assert_same_log, at, demo_cut, engine, log};

const LIVE: Words = Words::AsTheyCome { partials: true };
/// A block of a sound card.
const BLOCK: usize = 480;

/// Words by the clock alone, a new one every 0.4 s: whoever hears the same stretch hears the
/// same words.
fn by_the_clock(request: &TranscribeRequest) -> Transcript {
    const LENGTH: u64 = 6_400;
    let first = request.span.start.frames().div_ceil(LENGTH);
    let last = request.span.end.frames() / LENGTH;
    let word = |number: u64| Word {
        text: format!("word{number}"),
        span: CallSpan::new(
            CallTime::from_frames(number * LENGTH),
            CallTime::from_frames((number + 1) * LENGTH),
        ),
        p: 0.9,
    };
    let words: Vec<Word> = (first..last).map(word).collect();
    let text: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    Transcript { text: text.join(" "), words, confidence: 0.9, redo: false }
}

/// Plays `call`, each request answered `delay` blocks after it was made.
fn play(call: &Call, words: Words, delay: usize) -> Vec<Event> {
    let mut engine = engine(Layout::Stereo, words);
    let mut events = Vec::new();
    let mut open = std::collections::VecDeque::new();
    let length = call.agent.len();
    for (number, from) in (0..length).step_by(BLOCK).enumerate() {
        for (party, samples) in call.iter() {
            let samples = &samples[from..(from + BLOCK).min(length)];
            let seen = events.len();
            engine.step(Input::Audio { party, samples }, &mut events);
            collect(&events[seen..], number, &mut open);
        }
        while let Some((_, request)) = open.pop_front_if(|(asked, _)| number >= *asked + delay) {
            answer(&mut engine, &request, &mut events);
        }
    }
    engine.step(Input::End, &mut events);
    collect(&events.split_off(events.len()), 0, &mut open);
    let left: Vec<TranscribeRequest> = events
        .iter()
        .rev()
        .take(2)
        .filter_map(|event| match &event.body {
            Body::Transcribe(request) => Some(request.clone()),
            _ => None,
        })
        .collect();
    for request in open.iter().map(|(_, request)| request).chain(&left) {
        answer(&mut engine, request, &mut events);
    }
    assert!(engine.is_finished());
    events
}

fn collect(
    events: &[Event],
    number: usize,
    open: &mut std::collections::VecDeque<(usize, TranscribeRequest)>,
) {
    open.extend(events.iter().filter_map(|event| match &event.body {
        Body::Transcribe(request) => Some((number, request.clone())),
        _ => None,
    }));
}

fn answer(engine: &mut Engine, request: &TranscribeRequest, events: &mut Vec<Event>) {
    let transcript = Some(by_the_clock(request));
    engine.step(Input::Transcript { id: request.id, transcript }, events);
}

fn without_partials(events: &[Event]) -> Vec<Event> {
    let stays = |event: &&Event| !matches!(event.body, Body::Partial { .. });
    events.iter().filter(stays).cloned().collect()
}

#[test]
fn a_live_call_on_time_tells_what_a_replay_tells() {
    let replayed = log(&play(&DEMO, Words::OnTime, 0));
    assert!(replayed.contains(r#""type":"cue""#));
    // 0.24 s to make words of an utterance is in time, since they are asked for early.
    for delay in [0, 8] {
        let live = play(&DEMO, LIVE, delay);
        assert_same_log(&replayed, &log(&without_partials(&live)), &format!("{delay} blocks"));
    }
}

#[test]
fn words_are_asked_for_before_it_is_sure_that_the_utterance_is_over() {
    let mut spans = Vec::new();
    let mut early = 0;
    for event in play(&demo_cut(0.0, 30.0), LIVE, 0) {
        match event.body {
            Body::Transcribe(request) if request.urgency == Urgency::Final => {
                spans.push((request.party, request.span, event.at));
            }
            Body::Utterance(utterance) => {
                let asked = spans
                    .iter()
                    .rfind(|(party, span, _)| *party == utterance.party && *span == utterance.span);
                let (.., asked) = asked.expect("every utterance was asked for");
                let wait = event.at.secs_since(*asked);
                early += usize::from(wait > 0.2);
            }
            _ => {}
        }
    }
    assert!(early >= 4, "{early}");
}

#[test]
fn what_is_stable_of_partial_words_stays_and_begins_the_final_text() {
    for delay in [0, 8, 40] {
        let mut shown: [Option<String>; 2] = [None, None];
        let (mut partials, mut kept) = (0, 0);
        for event in play(&DEMO, LIVE, delay) {
            let (party, text, stable) = match &event.body {
                Body::Partial { party, text, stable, .. } => (party, text, Some(*stable)),
                Body::Utterance(utterance) => (&utterance.party, &utterance.text, None),
                _ => continue,
            };
            let shown = &mut shown[usize::from(*party == Some(Party::Customer))];
            if let Some(promised) = shown.take() {
                assert!(text.starts_with(&promised), "{promised:?}, then {text:?}");
                kept += usize::from(stable.is_none() && !promised.is_empty());
            }
            if let Some(stable) = stable {
                partials += 1;
                assert!(stable <= text.chars().count());
                *shown = Some(text.chars().take(stable).collect());
            }
        }
        assert!(partials > 20 && kept >= 5, "{partials} partial texts, {kept} kept, {delay}");
    }
}

#[test]
fn a_pause_is_marked_once_and_is_no_silence_and_no_dead_air() {
    let mut engine = engine(Layout::Live, Words::Never);
    let mut events = Vec::new();
    let call = demo_cut(0.0, 12.0);
    for from in (0..at(12.0)).step_by(BLOCK) {
        for (party, samples) in call.iter() {
            let samples = &samples[from..(from + BLOCK).min(samples.len())];
            engine.step(Input::Audio { party, samples }, &mut events);
        }
    }
    for _ in 0..200 {
        for party in Party::BOTH {
            let (frames, cause) = (1_600, GapCause::Paused);
            engine.step(Input::Gap { party, frames, cause }, &mut events);
        }
    }
    for (party, samples) in demo_cut(12.0, 24.0).iter() {
        engine.step(Input::Audio { party, samples }, &mut events);
    }
    engine.step(Input::End, &mut events);
    let pauses: Vec<CallSpan> = events
        .iter()
        .filter_map(|event| match event.body {
            Body::Pause { span } => Some(span),
            _ => None,
        })
        .collect();
    assert_eq!(pauses, [CallSpan::new(CallTime::from_secs(12.0), CallTime::from_secs(32.0))]);
    for event in &events {
        match &event.body {
            Body::Silence { span } => assert_eq!(span.intersection(pauses[0]), None),
            Body::Cue(cue) => assert_ne!(cue.rule, "keep-them-posted"),
            Body::Gap { .. } => panic!("{event:?}"),
            _ => {}
        }
    }
}

#[test]
fn a_wrong_prompt_leaves_the_screen_and_is_marked() {
    let mut engine = engine(Layout::Live, Words::Never);
    let mut events = Vec::new();
    let mut shown = None;
    for from in (0..at(30.0)).step_by(BLOCK) {
        for (party, samples) in DEMO.iter() {
            engine.step(Input::Audio { party, samples: &samples[from..from + BLOCK] }, &mut events);
        }
        if shown.is_none() && engine.cue_on_screen().is_some() {
            shown = engine.cue_on_screen();
            engine.step(Input::Reaction(Reaction::Wrong), &mut events);
            assert_eq!(engine.cue_on_screen(), None);
        }
    }
    let outcome = events.iter().find_map(|event| match event.body {
        Body::CueOutcome { id, outcome, .. } => Some((id, outcome)),
        _ => None,
    });
    assert_eq!(outcome, Some((shown.expect("the agent cuts in"), Outcome::Wrong)));
}
