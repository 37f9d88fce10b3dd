//! A call from its lines alone, without sound: what the engine makes of words and their timing.
//!
//! Somebody who speaks is noise of even level, voice activity is whether there is any, and the words
//! come from the lines, spread evenly over them. Nothing is misheard, and no voice has a tone, so this
//! is for trying out rules on many calls; what prompts are worth is measured on calls that were spoken.

use std::sync::Arc;

use anyhow::Result;
use evenkeel::config::Config;
use evenkeel::engine::{Engine, Words};
use evenkeel::event::{Event, Layout, TranscribeRequest, Word};
use evenkeel::language::listener::{Listener, Understanding};
use evenkeel::language::sentiment::Sentiment;
use evenkeel::speech::activity::{FRAME, VoiceActivity};
use evenkeel::speech::transcript::Transcript;
use evenkeel::tone::voice::VoiceModel;
use evenkeel::units::{CallSpan, CallTime, HOPS, Party, PerParty};
use serde::Deserialize;

use crate::{listen, models};

/// The samples of speech are at most so large: about −25 dBFS.
const LOUD: f32 = 0.1;

/// What is said in a call: times in seconds.
#[derive(Clone, Debug, Deserialize)]
pub struct Line {
    pub party: Party,
    pub start: f64,
    pub end: f64,
    pub text: String,
}

/// What is needed to judge words.
pub struct Ears {
    config: Config,
    tone: Arc<VoiceModel>,
    sentiment: Sentiment,
    understanding: Arc<Understanding>,
}

impl Ears {
    pub fn new(config: Config) -> Result<Self> {
        let model = models::language()?;
        let sentiment = Sentiment::new(Arc::clone(&model));
        let (detector, reflection) = (models::practices()?, Some(models::reflection(None)?));
        let understanding = Arc::new(Understanding { model, detector, reflection });
        Ok(Ears { config, tone: models::voice_tone()?, sentiment, understanding })
    }

    /// What the engine tells of a call with these lines.
    pub fn listen(&self, lines: &[Line], layout: Layout) -> Result<Vec<Event>> {
        let listener = Listener::new(Arc::clone(&self.understanding), None);
        let vad = |_| Box::new(AnySound) as Box<dyn VoiceActivity>;
        let mut engine = Engine::new(&self.config, listen::head(layout), Words::OnTime, vad)
            .with_tone(Arc::clone(&self.tone))
            .with_sentiment(Some(self.sentiment.clone()))
            .with_listener(Some(listener));
        let sound = sound(lines, layout == Layout::MonoMix);
        listen::with_words(&mut engine, &sound, |request| Ok(words(lines, request)))
    }
}

/// Whatever can be heard is speech.
struct AnySound;

impl VoiceActivity for AnySound {
    fn probability(&mut self, _: &[f32; FRAME], audible: [bool; HOPS]) -> [f32; HOPS] {
        audible.map(|audible| f32::from(u8::from(audible)))
    }
}

/// Noise where somebody speaks; in a mono mix all of it in the customer's channel.
fn sound(lines: &[Line], mono: bool) -> PerParty<Vec<f32>> {
    let secs = lines.iter().map(|line| line.end).fold(0.0, f64::max) + 1.0;
    let length = CallTime::from_secs(secs).frames() as usize;
    let mut sound = PerParty::from_fn(|_| vec![0.0; length]);
    let mut state = 1u32;
    for line in lines {
        let party = if mono { Party::Customer } else { line.party };
        let frames = [line.start, line.end].map(|secs| CallTime::from_secs(secs).frames() as usize);
        for sample in &mut sound[party][frames[0]..frames[1]] {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *sample = LOUD * ((state >> 8) as f32 / (1u32 << 23) as f32 - 1.0);
        }
    }
    sound
}

/// The words that lie within what is asked for.
fn words(lines: &[Line], request: &TranscribeRequest) -> Transcript {
    let mut words = Vec::new();
    for line in lines.iter().filter(|line| request.party.is_none_or(|party| party == line.party)) {
        let letters = line.text.chars().count().max(1) as f64;
        let mut at = 0.0;
        for text in line.text.split_inclusive(' ') {
            let until = at + text.chars().count() as f64;
            let time = |place: f64| line.start + (line.end - line.start) * place / letters;
            let span =
                CallSpan::new(CallTime::from_secs(time(at)), CallTime::from_secs(time(until)));
            at = until;
            if request
                .span
                .contains(CallTime::from_secs((span.start.secs() + span.end.secs()) / 2.0))
            {
                words.push(Word { text: text.trim().to_owned(), span, p: 0.9 });
            }
        }
    }
    words.sort_by_key(|word| word.span.start);
    let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    Transcript { text, words, confidence: 0.9, redo: false }
}
