//! Hears sound as the program does, up to what a stretch of speech sounds like.

use std::sync::Arc;

use evenkeel::config::Config;
use evenkeel::engine::Words;
use evenkeel::engine::ear::Ear;
use evenkeel::speech::activity::FRAME;
use evenkeel::speech::leak::Leak;
use evenkeel::speech::silero::{Silero, SileroWeights};
use evenkeel::tone::speaker::Sounds;
use evenkeel::units::{CallSpan, CallTime, Party};

/// Calls `each` for each frame of a customer's channel (mono, 16 kHz), which begins at `start`,
/// with what was heard, and the speech under way after it.
pub fn listen(
    samples: &[f32],
    start: CallTime,
    vad: &Arc<SileroWeights>,
    mut each: impl FnMut(&Sounds, CallSpan, Option<CallSpan>),
) {
    let customer = Party::Customer;
    let vad = Box::new(Silero::new(Arc::clone(vad)));
    let mut ear = Ear::new(customer, Some(customer), &Config::default(), vad, Words::Never);
    ear.take(samples);
    let shifted = |at: CallTime| start + (at - CallTime::ZERO);
    let mut at = CallTime::ZERO;
    let mut ignored = Vec::new();
    while ear.waiting() > 0 {
        let frame = ear.next_frame();
        let span = CallSpan::new(at, at + FRAME as u64);
        at = span.end;
        let heard = ear.hear(&frame, &Leak::default(), &mut ignored);
        let later = |span: CallSpan| CallSpan::new(shifted(span.start), shifted(span.end));
        each(&heard.sounds, later(span), heard.under_way.map(later));
    }
}
