//! What must hold of any call, made up of pieces of the demo call: the engine with the real
//! voice-activity model and scripted words.

mod playback;

use evenkeel::audio::g711::through_mu_law;
use evenkeel::call::record::{Line, Record};
use evenkeel::engine::{Input, Words};
use evenkeel::event::{Body, Event, GapCause, Layout, TranscribeRequest};
use evenkeel::speech::activity::FRAME;
use evenkeel::units::{CallSpan, CallTime, Party};
use playback::{Call, DEMO, at, demo_cut, engine, lines, play, requests, step};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// A stretch of the demo call at some place of a call made up of such.
#[derive(Clone, Debug)]
struct Piece {
    from: Party,
    to: Party,
    start: f64,
    length: f64,
    place: f64,
    volume: f32,
}

fn party() -> impl Strategy<Value = Party> {
    prop::sample::select(&Party::BOTH[..])
}

/// Pieces with anything in them, speech of 12 s without a pause included.
fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    let piece = (party(), party(), 0.0..86.0, 0.05..14.0, 0.0..30.0, 0.02f32..1.5).prop_map(
        |(from, to, start, length, place, volume)| Piece { from, to, start, length, place, volume },
    );
    prop::collection::vec(piece, 0..14)
}

/// The call that the pieces make, so many frames long for each party.
fn put_together(pieces: &[Piece], lengths: (usize, usize)) -> Call {
    let mut call = Call { agent: vec![0.0; lengths.0], customer: vec![0.0; lengths.1] };
    for piece in pieces {
        let heard = DEMO[piece.from][at(piece.start)..].iter().take(at(piece.length));
        for (slot, sample) in call[piece.to].iter_mut().skip(at(piece.place)).zip(heard) {
            // Not added to what is there: hard edges are a trial as well.
            *slot = through_mu_law(piece.volume * sample);
        }
    }
    call
}

/// Speech without the pauses that would end an utterance, 25 s of it.
fn breathless(start: f64, longest_pause: f64) -> Vec<f32> {
    let samples = DEMO.agent[at(12.5)..at(22.0)].iter().chain(&DEMO.agent[at(47.2)..at(59.0)]);
    let (mut speech, mut pause) = (vec![0.0; at(start)], 0);
    for sample in samples.clone().chain(samples) {
        pause = if sample.abs() < 0.004 { pause + 1 } else { 0 };
        if pause < at(longest_pause) {
            speech.push(*sample);
        }
    }
    speech.resize(speech.len() + at(1.0), 0.0);
    speech
}

/// What must hold of the events of any call.
fn check_laws(call: &Call, events: &[Event]) -> Result<(), TestCaseError> {
    let end = CallTime::from_frames(call.agent.len().max(call.customer.len()) as u64);
    let logged = || events.iter().filter(|event| !matches!(event.body, Body::Transcribe(_)));
    prop_assert!(matches!(logged().next().unwrap().body, Body::Call(_)));
    prop_assert!(matches!(logged().next_back().unwrap().body, Body::Summary(_)));
    for (earlier, later) in logged().zip(logged().skip(1)) {
        prop_assert!(earlier.at <= later.at, "{earlier:?} before {later:?}");
    }
    for event in events {
        prop_assert!(event.at <= end, "{event:?} after the end");
        let spans = match &event.body {
            Body::Speech { span, .. }
            | Body::Overlap { span, .. }
            | Body::Silence { span }
            | Body::Partial { span, .. }
            | Body::Pause { span }
            | Body::Issue { span, .. }
            | Body::Promise { span, .. }
            | Body::Gap { span, .. } => vec![*span],
            Body::Measure(measure) => vec![measure.span],
            Body::Tone(tone) => vec![tone.span],
            Body::Practice(practice) => vec![practice.span],
            Body::Remark(remark) => vec![remark.span],
            Body::Flag(flag) => vec![flag.span],
            Body::Utterance(utterance) => {
                let words = utterance.words.iter().map(|word| word.span);
                words.chain([utterance.span]).collect()
            }
            Body::Transcribe(request) => {
                let length = request.samples.len() as u64;
                vec![request.span, CallSpan::new(request.audio_start, request.audio_start + length)]
            }
            Body::Call(_)
            | Body::Cue(_)
            | Body::CueOutcome { .. }
            | Body::Warning { .. }
            | Body::Summary(_) => Vec::new(),
        };
        for span in spans {
            prop_assert!(span.start <= span.end && span.end <= end, "{event:?} beyond {end}");
        }
    }
    Ok(())
}

/// What must hold of the requests for words of one party: all speech is in them, once.
fn check_requests(party: Party, call: &Call, events: &[Event]) -> Result<(), TestCaseError> {
    let requests = requests(events, Some(party));
    for request in &requests {
        let heard = &call[party][request.audio_start.frames() as usize..];
        let own = &heard[..request.samples.len().min(heard.len())];
        prop_assert!(own == request.samples, "the audio of {:?} is another", request.span);
        let audio_end = request.audio_start + request.samples.len() as u64;
        prop_assert!(request.audio_start <= request.span.start, "{:?}", request.span);
        prop_assert!(request.span.end <= audio_end, "{:?}", request.span);
    }
    for pair in requests.windows(2) {
        let audio_end = pair[0].audio_start + pair[0].samples.len() as u64;
        prop_assert!(pair[0].span.end <= pair[1].span.start, "{:?} twice", pair[1].span);
        prop_assert!(audio_end <= pair[1].audio_start, "{:?} heard twice", pair[1].span);
    }
    for event in events {
        let Body::Speech { party: Some(of), span } = event.body else { continue };
        let mut heard_to = span.start;
        for request in &requests {
            if request.audio_start <= heard_to {
                heard_to = heard_to.max(request.audio_start + request.samples.len() as u64);
            }
        }
        prop_assert!(of != party || heard_to >= span.end, "lost {heard_to} to {}", span.end);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        rng_seed: RngSeed::Fixed(24),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_told_of_any_call_can_be_true(
        pieces in pieces(),
        lengths in (at(20.0)..at(32.0), at(20.0)..at(32.0)),
    ) {
        let call = put_together(&pieces, lengths);
        let events = play(&call, Layout::Stereo, Words::OnTime, 4_000);
        check_laws(&call, &events)?;
        for party in Party::BOTH {
            check_requests(party, &call, &events)?;
        }
    }

    #[test]
    fn speech_without_end_is_cut_and_nothing_is_lost(
        start in 0.0..1.0,
        longest in 0.02..0.29,
        // About where the first cut is made.
        pause in (11.0..12.2, 0.0..0.28),
    ) {
        let mut speech = breathless(start, longest);
        let at_pause = at(start + pause.0);
        speech.splice(at_pause..at_pause, vec![0.0; at(pause.1)]);
        let call = Call { agent: speech, customer: Vec::new() };
        let events = play(&call, Layout::Stereo, Words::OnTime, 4_000);
        check_laws(&call, &events)?;
        check_requests(Party::Agent, &call, &events)?;
        let requests = requests(&events, Some(Party::Agent));
        prop_assert!(requests.iter().all(|r| r.samples.len() <= at(12.0) + FRAME));
        let abut = |pair: &[&TranscribeRequest]| {
            pair[0].audio_start + pair[0].samples.len() as u64 == pair[1].audio_start
        };
        prop_assert!(requests.windows(2).any(abut), "no cut in 40 s of speech");
    }

    #[test]
    fn time_does_not_shift_in_a_gap(
        party in party(),
        start in 0usize..at(26.0),
        length in 1usize..at(3.0),
        block in 1usize..9_000,
    ) {
        let mut call = demo_cut(20.0, 50.0);
        call[party][start..start + length].fill(0.0);
        let expected = play(&call, Layout::Stereo, Words::OnTime, FRAME);

        let mut engine = engine(Layout::Stereo, Words::OnTime);
        let mut events = Vec::new();
        for (of, samples) in call.iter() {
            let lost = if of == party { start..start + length } else { 0..0 };
            for part in [&samples[..lost.start], &samples[lost.end..]] {
                if part.as_ptr() == samples[lost.end..].as_ptr() && !lost.is_empty() {
                    // In two parts, as a ring would tell it.
                    for frames in [length / 3, length - length / 3] {
                        let (frames, cause) = (frames as u64, GapCause::Overrun);
                        step(&mut engine, Input::Gap { party, frames, cause }, &mut events);
                    }
                }
                for samples in part.chunks(block) {
                    step(&mut engine, Input::Audio { party: of, samples }, &mut events);
                }
            }
        }
        step(&mut engine, Input::End, &mut events);

        let missing = CallSpan::new(
            CallTime::from_frames(start as u64),
            CallTime::from_frames((start + length) as u64),
        );
        // Told as one, or as two that abut.
        let mut told = missing.start;
        for event in &events {
            if let Body::Gap { party: of, span, cause } = event.body {
                prop_assert_eq!((of, span.start, cause), (Some(party), told, GapCause::Overrun));
                told = span.end;
            }
        }
        prop_assert_eq!(told, missing.end);
        // What the coach makes of it may differ: nobody can say who was silent.
        let rest = |events: &[Event]| -> Vec<Line> {
            let left_out = |record: &Record| match record {
                Record::Gap { .. } | Record::Cue(_) | Record::CueOutcome { .. } => true,
                Record::Flag { .. } => true,
                Record::Practice { name, .. } if name == "respond-promptly" => true,
                record => matches!(record, Record::Summary(_)),
            };
            let kept = |line: &Line| !left_out(&line.record);
            lines(events).into_iter().filter(kept).collect()
        };
        prop_assert_eq!(rest(&expected), rest(&events));
    }
}
