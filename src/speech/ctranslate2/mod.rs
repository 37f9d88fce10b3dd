//! Whisper by CTranslate2: many utterances at once, for recordings in numbers.
//!
//! Its kernels take half of whisper.cpp's time for an utterance, and less where several are decoded side
//! by side. It reads the ggml file that whisper.cpp reads, and hears, doubts and tries again as
//! [`super::whisper`] does: the context cut to the utterance, the same guard.
//!
//! Where whisper.cpp needs a good deal of silence behind a cut utterance, which costs as much as speech, or the
//! decoder goes on and on, here it is told that the audio is over: behind what the encoder makes of
//! the utterance comes the end of what it makes of 30 s of silence, which is the same for all.

mod encoded;
mod file;
mod memory;
mod vocabulary;

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ct2rs::sys::{
    ComputeType, Config, Device, ModelMemoryReader, StorageView, Whisper, WhisperOptions,
};

use super::cut::{
    FULL_CONTEXT, MOST_RESTS, POSITIONS_PER_SEC, WIDER, audio_secs, most_tokens, rest,
};
use super::guard::{Decoded, TextToken};
use super::mel::{Mel, Spectrum};
use super::transcript::{MakeTranscriber, TranscribeError, Transcriber, Transcript};
use crate::config::WordsConfig;
use crate::event::TranscribeRequest;
use crate::models::{WeightsError, WhisperWeights};
use encoded::Encoded;
use vocabulary::Vocabulary;

/// Utterances decoded side by side, and encoder positions of all of them, which bound the memory of a
/// worker. A step takes little longer for some than for one, since most of it is the packing of weights;
/// with more, what is copied whenever one of them has ended outweighs that.
const AT_ONCE: usize = 8;
const POSITIONS_AT_ONCE: u32 = 3_072;
/// Positions beyond the audio that the encoder hears, of which it takes a multiple of these; and at
/// least so many of the end of a silent window behind them (`docs/measurements.md`).
const MARGIN: u32 = 64;
const HEARD_STEP: u32 = 32;
const LEAST_END: u32 = 64;
/// What an utterance is decoded from is a multiple of this up to the first of [`WIDE`], then one of
/// those: few utterances are so long, and those few are decoded side by side then.
const CONTEXT_STEP: u32 = 64;
const WIDE: [u32; 4] = [512, 768, 1_024, FULL_CONTEXT];
/// Tokens after which most utterances of up to so many seconds have ended; those that have not are decoded
/// again, side by side, up to what they may become.
const FIRST_TOKENS: f64 = 6.0;
const FIRST_TOKENS_PER_SEC: f64 = 4.0;
const FIRST_SECS: f64 = 5.0;
/// Tokens of text whose probabilities are looked for at once: for each of them, CTranslate2 keeps a number
/// for every token that there is.
const TEXT_AT_ONCE: usize = 48;
/// Frames of the spectrum a position of the encoder.
const FRAMES: usize = 2;
/// A mark so close to the end of the audio, or later, ends it: what follows is made up. As whisper.cpp
/// has it.
const END_CS: i64 = 10;

/// A Whisper model as CTranslate2 reads it, of which each worker loads a copy. What it loads is made
/// from the ggml file anew for each, so that it need not be kept.
pub struct CTranslate2Model {
    shared: Arc<Shared>,
    path: PathBuf,
    settings: String,
    names: String,
    /// Held while a worker loads: two at once would hold twice as much for a moment.
    loads: Mutex<()>,
}

/// What all workers share.
struct Shared {
    config: WordsConfig,
    vocabulary: Vocabulary,
    filters: Vec<f32>,
    prompt: Vec<usize>,
    /// What the encoder makes of a whole window in which nothing is heard.
    silence: OnceLock<Encoded>,
}

impl CTranslate2Model {
    /// From a ggml file. `language` is the place of the configured one in Whisper's list.
    ///
    /// # Errors
    /// Where the file can't be read, or has weights of a type that is not supported.
    pub fn open(path: &Path, language: usize, config: &WordsConfig) -> Result<Self, WeightsError> {
        memory::keep();
        let weights = WhisperWeights::read(path)?;
        let vocabulary = Vocabulary::of(&weights);
        let settings = file::config(&vocabulary);
        let names = file::names(&vocabulary, &weights);
        let prompt = vocabulary.prompt(language);
        let filters = weights.filters;
        let (config, silence) = (config.clone(), OnceLock::new());
        let shared = Arc::new(Shared { config, vocabulary, filters, prompt, silence });
        let (path, loads) = (path.to_owned(), Mutex::new(()));
        Ok(CTranslate2Model { shared, path, settings, names, loads })
    }

    /// What makes a worker's transcriber.
    pub fn workers(self) -> Box<MakeTranscriber> {
        Box::new(move || Ok(Box::new(self.transcriber()?)))
    }

    /// A transcriber with a model of its own.
    pub fn transcriber(&self) -> Result<CTranslate2, TranscribeError> {
        let loads = self.loads.lock().unwrap_or_else(PoisonError::into_inner);
        let mut files = ModelMemoryReader::new("whisper").map_err(failed)?;
        let weights = WhisperWeights::read(&self.path).map_err(failed)?;
        let model = file::model(&weights);
        drop(weights);
        files.register_file("model.bin", &model);
        drop(model);
        files.register_file("config.json", self.settings.as_bytes());
        files.register_file("vocabulary.txt", self.names.as_bytes());
        let config = Config {
            compute_type: ComputeType::INT8,
            // A worker a thread; two threads would wait for each other.
            num_threads_per_replica: 1,
            ..Config::default()
        };
        let whisper = Whisper::new_from_memory(&mut files, config).map_err(failed)?;
        drop(files);
        drop(loads);
        let prompt: Vec<String> =
            self.shared.prompt.iter().map(|id| self.shared.vocabulary.name(*id)).collect();
        let mel = Mel::new(&self.shared.filters);
        let shared = Arc::clone(&self.shared);
        let mut transcriber = CTranslate2 { whisper, mel, prompt, shared };
        if self.shared.silence.get().is_none() {
            let nothing = transcriber.mel.spectrum(&[]);
            let silence = transcriber.encoded(&nothing, FULL_CONTEXT)?;
            // Another worker has just found the same, if it is there now.
            let _ = self.shared.silence.set(silence);
        }
        Ok(transcriber)
    }
}

/// Encoder positions for `secs` of audio.
fn heard_for(secs: f64) -> u32 {
    let needed = (secs * POSITIONS_PER_SEC).ceil() as u32 + MARGIN;
    needed.next_multiple_of(HEARD_STEP).min(FULL_CONTEXT)
}

/// Positions that the decoder is given, of which the encoder has made `heard` from the audio.
fn context_for(heard: u32) -> u32 {
    let needed = (heard + LEAST_END).next_multiple_of(CONTEXT_STEP);
    match WIDE.into_iter().find(|wide| *wide >= needed) {
        Some(wide) if needed > WIDE[0] => wide,
        Some(_) => needed,
        None => FULL_CONTEXT,
    }
}

fn failed(error: impl std::fmt::Display) -> TranscribeError {
    TranscribeError(error.to_string())
}

/// One worker's CTranslate2.
pub struct CTranslate2 {
    whisper: Whisper,
    mel: Mel,
    prompt: Vec<String>,
    shared: Arc<Shared>,
}

impl Transcriber for CTranslate2 {
    fn transcribe(&mut self, request: &TranscribeRequest) -> Result<Transcript, TranscribeError> {
        self.transcribe_all(std::slice::from_ref(request)).swap_remove(0)
    }

    fn gathers(&self) -> bool {
        true
    }

    fn transcribe_all(
        &mut self,
        requests: &[TranscribeRequest],
    ) -> Vec<Result<Transcript, TranscribeError>> {
        match self.all(requests) {
            Ok(transcripts) => transcripts.into_iter().map(Ok).collect(),
            Err(why) if requests.len() < 2 => vec![Err(why)],
            // One of them, or that they are so many, must not cost the words of all.
            Err(_) => requests.iter().map(|request| self.transcribe(request)).collect(),
        }
    }
}

/// A piece of an utterance, on the way to words.
struct Piece<'a> {
    /// Which of the utterances.
    of: usize,
    request: Cow<'a, TranscribeRequest>,
    secs: f64,
    /// What was last made of it, and with how many positions: heard, and in all.
    decoded: Decoded,
    heard: u32,
    context: u32,
    redo: bool,
}

impl<'a> Piece<'a> {
    fn new(of: usize, request: Cow<'a, TranscribeRequest>) -> Piece<'a> {
        let secs = audio_secs(&request);
        let heard = heard_for(secs);
        let (decoded, context) = (Decoded::default(), context_for(heard));
        Piece { of, request, secs, decoded, heard, context, redo: false }
    }
}

impl CTranslate2 {
    fn all(&mut self, requests: &[TranscribeRequest]) -> Result<Vec<Transcript>, TranscribeError> {
        let mut whole: Vec<Option<Transcript>> = requests.iter().map(|_| None).collect();
        let mut pieces: Vec<Piece> = Vec::new();
        for (of, request) in requests.iter().enumerate() {
            pieces.push(Piece::new(of, Cow::Borrowed(request)));
        }
        for _ in 0..=MOST_RESTS {
            self.decode_all(&mut pieces)?;
            let mut rests = Vec::new();
            for piece in pieces {
                let Piece { of, request, decoded, redo, .. } = piece;
                let rest = rest(&request, decoded.stopped_early(&request));
                let words = decoded.into_transcript(&request, &self.shared.config, redo);
                match &mut whole[of] {
                    Some(transcript) => transcript.append(words),
                    none => *none = Some(words),
                }
                rests.extend(rest.map(|rest| Piece::new(of, Cow::Owned(rest))));
            }
            pieces = rests;
        }
        Ok(whole.into_iter().map(Option::unwrap_or_default).collect())
    }

    /// Decodes all, those that look wrong again.
    fn decode_all(&mut self, pieces: &mut [Piece]) -> Result<(), TranscribeError> {
        let mut todo: Vec<usize> = (0..pieces.len()).collect();
        for wider in [0].into_iter().chain(WIDER) {
            if wider > 0 {
                todo.retain(|&i| {
                    let piece = &pieces[i];
                    wider > piece.heard
                        && piece.decoded.looks_wrong(&self.shared.config, &piece.request)
                });
                for &i in &todo {
                    let piece = &mut pieces[i];
                    (piece.heard, piece.context, piece.redo) = (wider, wider, true);
                }
            }
            // Side by side go those of one length.
            todo.sort_by_key(|&i| (pieces[i].context, pieces[i].request.samples.len(), i));
            let mut left = &todo[..];
            while let Some(&first) = left.first() {
                let context = pieces[first].context;
                let count = left.iter().take_while(|&&i| pieces[i].context == context).count();
                let (same, others) = left.split_at(count);
                self.decode(pieces, same)?;
                left = others;
            }
        }
        Ok(())
    }

    /// Decodes the pieces `same`, which have one context.
    fn decode(&mut self, pieces: &mut [Piece], same: &[usize]) -> Result<(), TranscribeError> {
        let context = pieces[same[0]].context;
        let at_once = AT_ONCE.min((POSITIONS_AT_ONCE / context) as usize);
        let mut long = Vec::new();
        for batch in same.chunks(at_once) {
            let encoded = batch.iter().map(|&i| Ok((i, self.encode(&pieces[i])?)));
            let encoded = encoded.collect::<Result<Vec<_>, TranscribeError>>()?;
            let first = |secs: f64| match secs < FIRST_SECS {
                true => (FIRST_TOKENS + FIRST_TOKENS_PER_SEC * secs).ceil() as usize,
                false => most_tokens(secs),
            };
            long.extend(self.words(pieces, encoded, first)?);
        }
        while !long.is_empty() {
            let rest = long.split_off(at_once.min(long.len()));
            self.words(pieces, long, most_tokens)?;
            long = rest;
        }
        Ok(())
    }

    /// What the encoder makes of a piece, and the end of silence behind it.
    fn encode(&mut self, piece: &Piece) -> Result<Encoded, TranscribeError> {
        let spectrum = self.mel.spectrum(&piece.request.samples);
        let mut encoded = self.encoded(&spectrum, piece.heard)?;
        if let Some(silence) = self.shared.silence.get() {
            encoded.end_with(silence, (piece.context - piece.heard) as usize);
        }
        Ok(encoded)
    }

    /// What the encoder makes of the first `positions`.
    fn encoded(&self, spectrum: &Spectrum, positions: u32) -> Result<Encoded, TranscribeError> {
        let (bands, frames) = (self.whisper.n_mels(), FRAMES * positions as usize);
        let mut features = Vec::with_capacity(bands * frames);
        spectrum.write(frames, &mut features);
        let features = StorageView::new(&[1, bands, frames], &mut features, Device::CPU);
        let encoded = self.whisper.encode(&features.map_err(failed)?, true).map_err(failed)?;
        Ok(Encoded::of(&encoded))
    }

    /// Puts the words into the pieces of a batch, as many tokens as `most` gives for the length of each;
    /// returns those that go on beyond that, where they may.
    fn words(
        &self,
        pieces: &mut [Piece],
        batch: Vec<(usize, Encoded)>,
        most: impl Fn(f64) -> usize,
    ) -> Result<Vec<(usize, Encoded)>, TranscribeError> {
        let context = pieces[batch[0].0].context as usize;
        let most_of = |piece: &Piece| most(piece.secs);
        let options = WhisperOptions {
            beam_size: 1,
            // Half of it is for what was said before.
            max_length: 2 * batch.iter().map(|(i, _)| most_of(&pieces[*i])).max().unwrap_or(0),
            return_no_speech_prob: true,
            ..WhisperOptions::default()
        };
        let prompts = vec![self.prompt.clone(); batch.len()];
        let mut together = encoded::joined(batch.iter().map(|(_, encoded)| encoded));
        let together = together.view(context)?;
        let found = self.whisper.generate(&together, &prompts, &options).map_err(failed)?;
        drop(together);

        let (mut spoken, mut long) = (Vec::new(), Vec::new());
        for ((of, encoded), found) in batch.into_iter().zip(&found) {
            let piece = &mut pieces[of];
            let (most, cap) = (most_of(piece), most_tokens(piece.secs));
            let tokens = found.sequences_ids.first().map_or(&[][..], Vec::as_slice);
            let tokens = &tokens[..tokens.len().min(most)];
            let tokens = match self.shared.end(tokens, piece.secs) {
                Some(end) => &tokens[..end],
                None if tokens.len() == most && most < cap => {
                    long.push((of, encoded));
                    continue;
                }
                None => tokens,
            };
            let mark = tokens.last().and_then(|last| self.shared.vocabulary.mark_cs(*last));
            piece.decoded = Decoded {
                no_speech: found.no_speech_prob,
                last_mark_cs: mark.filter(|cs| *cs > 0),
                capped: tokens.len() >= cap,
                ..Decoded::default()
            };
            let text = self.shared.text(tokens);
            if !text.is_empty() {
                spoken.push(Spoken { of, encoded, text });
            }
        }
        while !spoken.is_empty() {
            let mut longest = 0;
            let fits = |(place, spoken): &(usize, &Spoken)| {
                longest = longest.max(spoken.text.len());
                *place == 0 || (place + 1) * longest <= TEXT_AT_ONCE
            };
            let rest = spoken.split_off(spoken.iter().enumerate().take_while(fits).count());
            self.put_words(pieces, &spoken, context)?;
            spoken = rest;
        }
        Ok(long)
    }

    /// Puts the words of a few pieces of one context into them, with how likely each is: CTranslate2 says
    /// that only where it is asked for times, of which none are.
    fn put_words(
        &self,
        pieces: &mut [Piece],
        spoken: &[Spoken],
        context: usize,
    ) -> Result<(), TranscribeError> {
        let texts: Vec<Vec<usize>> = spoken.iter().map(|spoken| spoken.text.clone()).collect();
        let mut together = encoded::joined(spoken.iter().map(|spoken| &spoken.encoded));
        let together = together.view(context)?;
        let (prompt, timed) = (&self.shared.prompt, vec![0; spoken.len()]);
        let found = self.whisper.align(&together, prompt, &texts, &timed, 1).map_err(failed)?;
        for (Spoken { of, text, .. }, found) in spoken.iter().zip(found) {
            let token = |(&token, &p): (&usize, &f32)| TextToken {
                bytes: self.shared.vocabulary.text(token).to_vec(),
                p,
                logprob: p.max(f32::MIN_POSITIVE).ln(),
            };
            let tokens: Vec<TextToken> =
                text.iter().zip(&found.text_token_probs).map(token).collect();
            pieces[*of].decoded.put_text(&tokens);
        }
        Ok(())
    }
}

/// The text of a piece, of which it is not known yet how likely it is.
struct Spoken {
    of: usize,
    encoded: Encoded,
    text: Vec<usize>,
}

impl Shared {
    /// How many of `tokens` there are up to the end of the audio, if they come to it: what follows is
    /// made up.
    fn end(&self, tokens: &[usize], secs: f64) -> Option<usize> {
        let end_cs = ((secs * 100.0) as i64 - END_CS).max(0);
        let ends = |token: &usize| self.vocabulary.mark_cs(*token).is_some_and(|cs| cs >= end_cs);
        // The first is where it begins.
        tokens.iter().skip(1).position(ends).map(|at| at + 2)
    }

    /// The text among `tokens`.
    fn text(&self, tokens: &[usize]) -> Vec<usize> {
        tokens.iter().copied().filter(|token| *token < self.vocabulary.end_of_text()).collect()
    }
}
