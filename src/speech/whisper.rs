//! Whisper by whisper.cpp: one context for all, one state and one thread a worker.
//!
//! The encoder's context is cut to the utterance (`cut`).

use std::path::Path;
use std::sync::{Arc, Once};

use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperState,
};

use super::cut::{FULL_CONTEXT, MOST_RESTS, WIDER, audio_secs, context_for, most_tokens, rest};
use super::guard::{Decoded, TextToken};
use super::transcript::{MakeTranscriber, TranscribeError, Transcriber, Transcript};
use crate::config::WordsConfig;
use crate::event::TranscribeRequest;
use crate::units::{CallTime, ENGINE_RATE};

/// whisper.cpp gives no words for less than a second.
const LEAST_SECS: f64 = 1.2;

/// The place of a language in Whisper's list, by its code (`en`) or English name.
pub fn language_place(name: &str) -> Option<usize> {
    whisper_rs::get_lang_id(name).and_then(|place| place.try_into().ok())
}

/// A loaded Whisper model, to be shared by all workers.
pub struct WhisperModel {
    context: Arc<WhisperContext>,
    config: WordsConfig,
    /// Kept for good: the parameters that point to it have no owner.
    language: &'static str,
    full_context_only: bool,
}

impl WhisperModel {
    /// Loads a ggml file that [`crate::models`] has found whole.
    pub fn load(path: &Path, config: &WordsConfig) -> Result<Self, TranscribeError> {
        static QUIET: Once = Once::new();
        // whisper.cpp would print to the terminal.
        QUIET.call_once(whisper_rs::install_logging_hooks);
        let path = path.to_str().ok_or_else(|| {
            TranscribeError(format!("{}: the path is not UTF-8; move the file", path.display()))
        })?;
        // Flash attention attends to stale memory when the context is cut: it stays off.
        let context = WhisperContext::new_with_params(path, WhisperContextParameters::default())
            .map_err(|error| TranscribeError(format!("{path}: {error}")))?;
        let context = Arc::new(context);
        let language = config.language.clone().leak();
        Ok(WhisperModel { context, config: config.clone(), language, full_context_only: false })
    }

    /// Always decodes with the full context: slow, for comparison.
    pub fn with_full_context(mut self) -> Self {
        self.full_context_only = true;
        self
    }

    /// What makes a worker's transcriber.
    pub fn workers(self) -> Box<MakeTranscriber> {
        Box::new(move || Ok(Box::new(self.transcriber()?)))
    }

    /// A transcriber with a state of its own.
    pub fn transcriber(&self) -> Result<Whisper, TranscribeError> {
        let state = self.context.create_state().map_err(|e| TranscribeError(e.to_string()))?;
        // Made once and cloned, since each leaks what it points to.
        let mut params = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
        // ggml's threads spin while they wait for each other: two of them on a busy machine
        // are many times slower than one.
        params.set_n_threads(1);
        params.set_language(Some(self.language));
        params.set_no_context(true);
        params.set_single_segment(true);
        // Without timestamp tokens a cut context loops.
        params.set_no_timestamps(false);
        params.set_suppress_blank(true);
        params.set_suppress_nst(true);
        params.set_temperature(0.0);
        params.set_temperature_inc(0.0);
        params.set_print_progress(false);
        params.set_print_realtime(false);
        params.set_print_special(false);
        params.set_print_timestamps(false);
        Ok(Whisper {
            end_of_text: self.context.token_eot(),
            first_timestamp: self.context.token_beg(),
            state,
            params,
            config: self.config.clone(),
            full_context_only: self.full_context_only,
            padded: Vec::new(),
        })
    }
}

/// One worker's Whisper.
pub struct Whisper {
    state: WhisperState,
    params: FullParams<'static, 'static>,
    end_of_text: i32,
    first_timestamp: i32,
    config: WordsConfig,
    full_context_only: bool,
    padded: Vec<f32>,
}

impl Transcriber for Whisper {
    fn transcribe(&mut self, request: &TranscribeRequest) -> Result<Transcript, TranscribeError> {
        let (mut whole, mut heard_to) = self.attempt(request)?;
        for _ in 0..MOST_RESTS {
            let Some(rest) = rest(request, heard_to) else { break };
            let (transcript, next) = self.attempt(&rest)?;
            whole.append(transcript);
            heard_to = next;
        }
        Ok(whole)
    }
}

impl Whisper {
    /// The words of `request`, and where Whisper stopped if that is well before the end.
    fn attempt(
        &mut self,
        request: &TranscribeRequest,
    ) -> Result<(Transcript, Option<CallTime>), TranscribeError> {
        let secs = audio_secs(request);
        let narrowest = if self.full_context_only { FULL_CONTEXT } else { context_for(secs) };
        let mut decoded = self.decode(request, secs, narrowest)?;
        let mut redo = false;
        for wider in WIDER {
            if wider > narrowest && decoded.looks_wrong(&self.config, request) {
                decoded = self.decode(request, secs, wider)?;
                redo = true;
            }
        }
        let heard_to = decoded.stopped_early(request);
        Ok((decoded.into_transcript(request, &self.config, redo), heard_to))
    }
}

impl Whisper {
    fn decode(
        &mut self,
        request: &TranscribeRequest,
        secs: f64,
        context: u32,
    ) -> Result<Decoded, TranscribeError> {
        let failed = |error: whisper_rs::WhisperError| TranscribeError(error.to_string());
        let most_tokens = most_tokens(secs) as i32;
        let mut params = self.params.clone();
        params.set_audio_ctx(context as i32);
        params.set_max_tokens(most_tokens);
        let least = (LEAST_SECS * f64::from(ENGINE_RATE.hz())) as usize;
        self.padded.clear();
        self.padded.extend_from_slice(&request.samples);
        self.padded.resize(request.samples.len().max(least), 0.0);
        self.state.full(params, &self.padded).map_err(failed)?;

        let mut decoded = Decoded::default();
        let (mut tokens, mut text) = (0, Vec::new());
        for segment in self.state.as_iter() {
            decoded.no_speech = decoded.no_speech.max(segment.no_speech_probability());
            for i in 0..segment.n_tokens() {
                let Some(token) = segment.get_token(i) else { continue };
                let data = token.token_data();
                tokens += 1;
                // Marks come after all text in the vocabulary, timestamps (each 20 ms) last.
                if data.id >= self.end_of_text {
                    if data.id > self.first_timestamp {
                        decoded.last_mark_cs = Some(i64::from(data.id - self.first_timestamp) * 2);
                    }
                    continue;
                }
                decoded.last_mark_cs = None;
                let bytes = token.to_bytes().map_err(failed)?.to_vec();
                text.push(TextToken { bytes, p: data.p, logprob: data.plog });
            }
        }
        decoded.put_text(&text);
        decoded.capped = tokens >= most_tokens;
        Ok(decoded)
    }
}
