//! How much of Whisper's 30 s an utterance is given, and how many tokens it may become.
//!
//! Whisper always hears 30 s; most utterances are a tenth of that. The encoder's context is
//! cut to the utterance, which makes a decode several times faster, and now and then makes it
//! loop or lose its way. So each fast decode is looked at, and done again with a wider context,
//! in the end the full one, while it looks wrong ([`super::guard`]).

use crate::event::TranscribeRequest;
use crate::units::{CallSpan, CallTime, ENGINE_RATE};

/// Encoder positions a second of audio.
pub(super) const POSITIONS_PER_SEC: f64 = 50.0;
/// Positions of Whisper's own 30 s.
pub(super) const FULL_CONTEXT: u32 = 1_500;
/// Tried before the full one: a third of its cost, and seldom wrong.
const HALF_CONTEXT: u32 = 768;
/// What is tried, in this order, where a narrower context looks wrong.
pub(super) const WIDER: [u32; 2] = [HALF_CONTEXT, FULL_CONTEXT];
/// Positions beyond the audio, and the least of all: less than this makes Whisper loop
/// (measured on 100 telephone prompts: see `docs/measurements.md`).
const MARGIN: u32 = 128;
const LEAST_CONTEXT: u32 = 320;
/// Fast speech has about 7 tokens a second; what goes on beyond that is a loop.
const TOKENS_PER_SEC: f64 = 7.0;
const TOKENS_AT_LEAST: f64 = 8.0;

/// An utterance is heard in at most so many pieces more.
pub(super) const MOST_RESTS: usize = 3;

/// Length of the audio of `request`.
pub(super) fn audio_secs(request: &TranscribeRequest) -> f64 {
    request.samples.len() as f64 / f64::from(ENGINE_RATE.hz())
}

/// Encoder positions for `secs` of audio.
pub(super) fn context_for(secs: f64) -> u32 {
    let needed = (secs * POSITIONS_PER_SEC).ceil() as u32 + MARGIN;
    needed.max(LEAST_CONTEXT).next_multiple_of(64).min(FULL_CONTEXT)
}

/// Tokens, marks included, that `secs` of audio may become.
pub(super) fn most_tokens(secs: f64) -> usize {
    (TOKENS_AT_LEAST + TOKENS_PER_SEC * secs).ceil() as usize
}

/// What of `request` is left from `heard_to` on, where Whisper stopped: it may mean to hear the rest
/// once more is there. `None` where that is its end.
pub(super) fn rest(
    request: &TranscribeRequest,
    heard_to: Option<CallTime>,
) -> Option<TranscribeRequest> {
    let from = heard_to.filter(|from| *from < request.span.end)?;
    let skipped = (from - request.audio_start) as usize;
    Some(TranscribeRequest {
        span: CallSpan::new(from, request.span.end),
        audio_start: from,
        samples: request.samples[skipped.min(request.samples.len())..].to_vec(),
        ..*request
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_context_fits_the_utterance() {
        assert_eq!(context_for(0.5), 320);
        assert_eq!(context_for(4.0), 384);
        assert_eq!(context_for(12.5), 768);
        assert_eq!(context_for(30.0), 1_500);
    }
}
