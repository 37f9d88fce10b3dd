//! Voice activity: a probability for each frame, and the trait behind which models stand.

/// Samples in one frame: 32 ms at 16 kHz.
pub const FRAME: usize = 512;

/// Says how likely it is that somebody speaks, frame after frame of one party.
pub trait VoiceActivity: Send {
    /// Probability of speech, 0 to 1, in the next 512 samples (mono, 16 kHz, −1 to 1).
    fn probability(&mut self, frame: &[f32; FRAME]) -> f32;

    /// Forgets what was heard, as after a gap.
    fn reset(&mut self);
}
