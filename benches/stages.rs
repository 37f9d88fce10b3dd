//! How long each stage takes: for a second of audio where the name says nothing else, so that
//! 10 ms are a hundredth of real time.

#[path = "../tests/playback/mod.rs"]
mod playback;
#[path = "../tests/recordings/mod.rs"]
mod recordings;

use std::hint::black_box;
use std::io::Cursor;
use std::sync::Arc;

use divan::Bencher;
use evenkeel::audio::decode::Recording;
use evenkeel::audio::resample::RateConverter;
use evenkeel::call::record::Line;
use evenkeel::config::Config;
use evenkeel::engine::{Input, Words};
use evenkeel::event::{Body, Event, Layout, TranscribeRequest, Urgency, Utterance};
use evenkeel::speech::activity::{FRAME, VoiceActivity as _};
use evenkeel::speech::silero::Silero;
use evenkeel::speech::span::HOPS;
use evenkeel::tone::heat::CustomerTone;
use evenkeel::tone::level::Loudness;
use evenkeel::tone::pitch::{Pitch, PitchTracker};
use evenkeel::tone::speaker::Sounds;
use evenkeel::tone::spectrum::SpectrumMeter;
use evenkeel::tone::voice::VoiceModel;
use evenkeel::units::{CallSpan, CallTime, ENGINE_RATE, Party, SampleRate};
use playback::{DEMO, SILERO, at, demo_cut, engine, scripted};
use recordings::Wav;

/// The weights that are shipped.
const VOICE: &[u8] = include_bytes!("../models/tone-voice.json");

fn main() {
    divan::main();
}

/// A second in which the customer speaks.
fn second() -> Vec<f32> {
    demo_cut(4.0, 5.0).customer
}

#[divan::bench(sample_count = 50)]
fn decode_mu_law(bencher: Bencher) {
    let bytes = Wav::new(7, 1, 8_000, 8, (0..8_000).map(|i| (i * 37) as u8).collect()).bytes();
    bencher.with_inputs(|| (bytes.clone(), Vec::with_capacity(8_000))).bench_values(
        |(bytes, mut samples)| {
            let mut recording =
                Recording::from_reader("call.wav", Box::new(Cursor::new(bytes))).unwrap();
            while recording.read(&mut samples).unwrap() > 0 {}
            samples
        },
    );
}

#[divan::bench(sample_count = 50, args = [8_000, 48_000])]
fn resample_to_16_khz(bencher: Bencher, hz: u32) {
    let mut samples = Vec::new();
    RateConverter::new(ENGINE_RATE, SampleRate(hz)).push(&second(), &mut samples);
    samples.resize(hz as usize, 0.0);
    let mut converter = RateConverter::to_engine(SampleRate(hz));
    let mut out = Vec::with_capacity(2 * at(1.0));
    bencher.bench_local(|| {
        out.clear();
        converter.push(black_box(&samples), &mut out);
    });
}

#[divan::bench(sample_count = 50)]
fn voice_activity_of_one_frame(bencher: Bencher) {
    let mut silero = Silero::new(Arc::clone(&SILERO));
    let frame: [f32; FRAME] = second()[..FRAME].try_into().unwrap();
    bencher.bench_local(|| silero.probability(black_box(&frame), [true; HOPS]));
}

/// All that the tone of a voice takes for a second of speech beyond what is heard anyway.
#[divan::bench(sample_count = 50)]
fn tone_of_the_voice(bencher: Bencher) {
    let mut meter = SpectrumMeter::default();
    let mut tone = CustomerTone::new(VoiceModel::from_json(VOICE).unwrap());
    let second = second();
    let mut now = CallTime::ZERO;
    bencher.bench_local(|| {
        for frame in second.chunks_exact(FRAME) {
            let mut sounds = Sounds::default();
            for (i, hop) in black_box(frame).chunks(FRAME / 4).enumerate() {
                meter.add(hop);
                sounds.pitch[i] = Pitch { f0_hz: Some(180.0), likeness: 0.9 };
                if i % 2 == 1 {
                    sounds.shapes[i / 2] = meter.read();
                }
            }
            let span = CallSpan::new(now, now + FRAME as u64);
            black_box(tone.hear(&sounds, span, Some(CallSpan::new(CallTime::ZERO, span.end))));
            now = span.end;
        }
    });
}

#[divan::bench(sample_count = 50)]
fn loudness(bencher: Bencher) {
    let mut loudness = Loudness::default();
    let second = second();
    bencher.bench_local(|| {
        for frame in second.chunks(FRAME) {
            loudness.add(black_box(frame));
            black_box(loudness.momentary_lufs());
        }
    });
}

#[divan::bench(sample_count = 50)]
fn pitch(bencher: Bencher) {
    let mut pitch = PitchTracker::new(&Config::default().measure);
    let second = second();
    bencher.bench_local(|| {
        for hop in second.chunks(FRAME / 4) {
            pitch.add(black_box(hop));
            black_box(pitch.read());
        }
    });
}

/// Both parties, no words, the call running on and on.
#[divan::bench(sample_count = 50)]
fn engine_without_words(bencher: Bencher) {
    // Something is known of both voices by then.
    let mut engine = engine(Layout::Stereo, Words::Never);
    let mut events = Vec::new();
    let call = demo_cut(0.0, 30.0);
    for (party, samples) in call.iter() {
        engine.step(Input::Audio { party, samples }, &mut events);
    }
    // From one interruption to the next, a second at a time.
    let seconds: Vec<_> = (12..30).map(|s| demo_cut(f64::from(s), f64::from(s + 1))).collect();
    let mut next = seconds.iter().cycle();
    bencher.bench_local(|| {
        events.clear();
        for (party, samples) in next.next().unwrap().iter() {
            engine.step(Input::Audio { party, samples }, &mut events);
        }
    });
}

/// One utterance of 25 words, the longest kind of line.
#[divan::bench(sample_count = 50)]
fn write_a_line_of_the_log(bencher: Bencher) {
    let request = request(Party::Customer, 2.77, 11.1);
    let said = scripted(&request).unwrap();
    let utterance = Utterance {
        party: Some(Party::Customer),
        span: request.span,
        text: said.text,
        words: said.words,
        confidence: said.confidence,
        redo: said.redo,
        sentiment: None,
    };
    let event = Event { at: request.span.end, body: Body::Utterance(utterance) };
    let mut out = Vec::new();
    bencher.bench_local(|| {
        out.clear();
        serde_json::to_writer(&mut out, &Line::of(black_box(&event)).unwrap()).unwrap();
    });
}

/// Sentiment and meaning of one utterance, the shared layers included.
mod language {
    use std::path::Path;
    use std::sync::LazyLock;

    use super::*;
    use divan::counter::ItemsCount;
    use evenkeel::language::embedding::Embedding;
    use evenkeel::language::listener::{Listener, Said, Understanding};
    use evenkeel::language::model::LanguageModel;
    use evenkeel::language::practices::{Detector, PracticeWeights};
    use evenkeel::language::reflection::Reflection;
    use evenkeel::language::reflection::pointer::PointerWeights;
    use evenkeel::language::sentiment::Sentiment;

    static MODEL: LazyLock<Arc<LanguageModel>> = LazyLock::new(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/minilm-words.safetensors");
        LanguageModel::from_safetensors(&std::fs::read(path).unwrap()).unwrap()
    });

    /// So many words: one breath is about 12, a long utterance 40.
    fn utterance(words: usize) -> String {
        let said = "i have been waiting for three weeks now and nobody called me back";
        said.split(' ').cycle().take(words).collect::<Vec<_>>().join(" ")
    }

    #[divan::bench(sample_count = 50, args = [6, 12, 25, 40])]
    fn sentiment(bencher: Bencher, words: usize) {
        let sentiment = Sentiment::new(Arc::clone(&MODEL));
        let text = utterance(words);
        bencher.bench_local(|| sentiment.score(black_box(&text)));
    }

    static DETECTOR: LazyLock<Detector> = LazyLock::new(|| {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("models/minilm-practices.safetensors");
        let weights = PracticeWeights::from_safetensors(&std::fs::read(path).unwrap()).unwrap();
        Detector::new(Arc::clone(&MODEL), Arc::new(weights)).unwrap()
    });

    #[divan::bench(sample_count = 50, args = [10, 20, 40])]
    fn practices(bencher: Bencher, words: usize) {
        let (text, before) =
            (utterance(words), DETECTOR.before([(Party::Customer, utterance(25).as_str())]));
        bencher.bench_local(|| DETECTOR.hear(Party::Agent, black_box(&text), &before));
    }

    /// All that is told from words, the shared layers once.
    #[divan::bench(sample_count = 50, args = [10, 20, 40])]
    fn sentiment_and_practices(bencher: Bencher, words: usize) {
        let sentiment = Sentiment::new(Arc::clone(&MODEL));
        let (text, before) =
            (utterance(words), DETECTOR.before([(Party::Customer, utterance(25).as_str())]));
        bencher.bench_local(|| {
            let reading = MODEL.read(black_box(&text));
            let scored = sentiment.score_reading(&reading);
            (scored, DETECTOR.hear_reading(Party::Customer, &reading, &before))
        });
    }

    fn reflection() -> Reflection {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("models/minilm-reflections.safetensors");
        let weights = PointerWeights::from_safetensors(&std::fs::read(path).unwrap()).unwrap();
        Reflection::new(Arc::clone(&MODEL), weights).unwrap()
    }

    /// The sentence to say back, which only complaints are asked for.
    #[divan::bench(sample_count = 50, args = [10, 20, 40])]
    fn saying_back(bencher: Bencher, words: usize) {
        let reflection = reflection();
        let text = utterance(words);
        bencher.bench_local(|| reflection.suggestion(black_box(&text)));
    }

    /// All that is told from the words of the eight scripted calls, utterance by utterance: items are utterances.
    #[divan::bench(sample_count = 10)]
    fn calls(bencher: Bencher) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/calls");
        let mut calls = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if !path.to_string_lossy().ends_with(".truth.jsonl") {
                continue;
            }
            let lines = std::fs::read_to_string(path).unwrap();
            let lines = lines.lines().map(|line| serde_json::from_str(line).unwrap());
            let said =
                lines.filter(|line: &serde_json::Value| line["kind"] == "line").map(|line| {
                    let agent = line["party"] == "agent";
                    let party = if agent { Party::Agent } else { Party::Customer };
                    (party, line["text"].as_str().unwrap().to_owned())
                });
            calls.push(said.collect::<Vec<_>>());
        }
        let utterances: usize = calls.iter().map(Vec::len).sum();
        let sentiment = Sentiment::new(Arc::clone(&MODEL));
        let understanding = Arc::new(Understanding {
            model: Arc::clone(&MODEL),
            detector: DETECTOR.clone(),
            reflection: Some(reflection()),
        });
        bencher.counter(ItemsCount::new(utterances)).bench_local(|| {
            for call in &calls {
                let mut listener = Listener::new(Arc::clone(&understanding), None);
                let mut now = CallTime::ZERO;
                for (party, text) in call {
                    let span = CallSpan::new(now, now + 16_000);
                    now = span.end + 16_000;
                    let said = Said { party: *party, span, text, words: &[], confidence: 1.0 };
                    let reading = MODEL.read(text);
                    black_box(sentiment.score_reading(&reading));
                    black_box(listener.hear(&said, &reading));
                }
            }
        });
    }

    #[divan::bench(sample_count = 50, args = [12, 25])]
    fn meaning(bencher: Bencher, words: usize) {
        let text = utterance(words);
        bencher.bench_local(|| Embedding::of(&MODEL, &MODEL.read(black_box(&text))));
    }
}

/// A request for the words of a stretch of the demo call, in seconds.
fn request(party: Party, from: f64, to: f64) -> TranscribeRequest {
    let (start, end) = (CallTime::from_secs(from), CallTime::from_secs(to));
    TranscribeRequest {
        urgency: Urgency::Final,
        id: 0,
        party: Some(party),
        span: CallSpan::new(start, end),
        audio_start: start,
        samples: DEMO[party][at(from)..at(to)].to_vec(),
    }
}

/// Speech to text of an utterance of 4 s.
#[cfg(feature = "whisper")]
mod words {
    use std::path::Path;

    use super::*;
    use evenkeel::speech::transcript::Transcriber as _;
    use evenkeel::speech::whisper::WhisperModel;

    fn decode(bencher: Bencher, full_context: bool) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/ggml-tiny.en-q8_0.bin");
        let model = WhisperModel::load(&path, &Config::default().words).unwrap();
        let model = if full_context { model.with_full_context() } else { model };
        let mut whisper = model.transcriber().unwrap();
        // "It sounds like your washing machine came with a broken door, …".
        let request = request(Party::Agent, 50.3, 54.3);
        let said = whisper.transcribe(&request).unwrap();
        assert!(said.text.contains("washing machine") && !said.redo, "{said:?}");
        bencher.bench_local(|| whisper.transcribe(&request).unwrap());
    }

    #[divan::bench(sample_count = 5, sample_size = 1)]
    fn with_a_cut_context(bencher: Bencher) {
        decode(bencher, false);
    }

    #[divan::bench(sample_count = 5, sample_size = 1)]
    fn with_the_full_context(bencher: Bencher) {
        decode(bencher, true);
    }
}
