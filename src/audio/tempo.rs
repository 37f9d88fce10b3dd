//! Faster and slower without another pitch.

use timestretch::{
    Backend, Parameters, PreparedSession, ProcessStatus, SessionConfig, SessionError,
    StreamSession, TempoRate,
};

use crate::units::SampleRate;

/// Stages of work between two looks at what is needed.
const QUOTA: usize = 16;
/// Frames that are fetched at once.
const BLOCK: usize = 512;

/// The tempo can't be changed so.
#[derive(Debug, thiserror::Error)]
#[error("the tempo can't be {times} times that of the recording at {rate}: {why}")]
pub struct TempoError {
    times: f64,
    rate: SampleRate,
    why: SessionError,
}

/// Changes the tempo of one channel.
///
/// What goes in at t seconds comes out at t / [`Self::times`] seconds; the first sample that comes
/// out is that of the beginning.
pub struct Tempo {
    session: StreamSession,
    pending: Vec<f32>,
    block: Vec<f32>,
    ends: bool,
}

impl Tempo {
    /// Sound that is to play `times` as fast, at a rate of 32,000 or more.
    ///
    /// # Errors
    /// [`TempoError`], where the rate or the factor is out of bounds.
    pub fn new(rate: SampleRate, times: f64) -> Result<Tempo, TempoError> {
        let prepare = || {
            let config = SessionConfig {
                source_sample_rate: rate.hz(),
                output_sample_rate: rate.hz(),
                channels: 1,
                // The same on every machine.
                backend: Backend::Portable,
                parameters: Parameters::keylock(TempoRate::new(times)?),
                ..SessionConfig::default()
            };
            Ok(PreparedSession::new(config)?.activate())
        };
        match prepare() {
            Ok(session) => {
                Ok(Tempo { session, pending: Vec::new(), block: vec![0.0; BLOCK], ends: false })
            }
            Err(why) => Err(TempoError { times, rate, why }),
        }
    }

    /// How much faster it really is: steps are of whole samples.
    pub fn times(&self) -> f64 {
        self.session.applied_parameters().tempo()
    }

    /// Takes samples and appends what they complete to `out`.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        self.pending.extend(samples.iter().map(|sample| sample.clamp(-4.0, 4.0)));
        self.work(out);
    }

    /// Appends what is still to come: the sound is over.
    pub fn finish(&mut self, out: &mut Vec<f32>) {
        self.ends = true;
        self.work(out);
    }

    fn work(&mut self, out: &mut Vec<f32>) {
        let mut supplied = 0;
        loop {
            let status = self.session.advance(QUOTA).status;
            self.fetch(out);
            match status {
                ProcessStatus::NeedSource => {
                    let left = &self.pending[supplied..];
                    let request = self.session.source_request();
                    let (Some(request), false) = (request, left.is_empty()) else {
                        let finishes = self.ends && left.is_empty();
                        if finishes && self.session.finish_input().is_ok() {
                            self.ends = false;
                            continue;
                        }
                        break;
                    };
                    let count = left.len().min(request.frames);
                    match self.session.supply(request, &left[..count]) {
                        Ok(taken) => supplied += taken,
                        Err(_) => break,
                    }
                }
                ProcessStatus::Priming
                | ProcessStatus::Progress
                | ProcessStatus::NeedOutput
                | ProcessStatus::NeedAcknowledgement => {
                    while self.session.next_applied().is_some() {}
                }
                ProcessStatus::Paused
                | ProcessStatus::Rendered
                | ProcessStatus::Finished
                | ProcessStatus::Fault => break,
            }
        }
        self.fetch(out);
        self.pending.drain(..supplied);
    }

    fn fetch(&mut self, out: &mut Vec<f32>) {
        while let Ok(stamp) = self.session.read_output(&mut self.block) {
            if stamp.frames == 0 {
                return;
            }
            out.extend_from_slice(&self.block[..stamp.frames]);
            if let Ok(consumed) = stamp.consumed(stamp.frames) {
                // Only its own count of the place, which is not used here.
                let _ = self.session.acknowledge(consumed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: SampleRate = SampleRate(48_000);

    fn played(times: f64, sound: &[f32]) -> (Vec<f32>, f64) {
        let mut tempo = Tempo::new(RATE, times).unwrap();
        let mut out = Vec::new();
        for block in sound.chunks(960) {
            tempo.push(block, &mut out);
        }
        tempo.finish(&mut out);
        (out, tempo.times())
    }

    /// Crossings of zero from below, a second.
    fn crossings(sound: &[f32]) -> f64 {
        let count = sound.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
        count as f64 * f64::from(RATE.0) / sound.len() as f64
    }

    #[test]
    fn the_pitch_stays_and_the_length_changes() {
        let tone = |i: u32| (f64::from(i) * 220.0 * std::f64::consts::TAU / 48_000.0).sin() as f32;
        let sound: Vec<f32> = (0..48_000 * 4).map(tone).collect();
        for times in [0.5, 0.75, 1.25, 1.5, 2.0] {
            let (out, really) = played(times, &sound);
            assert!((really - times).abs() / times < 0.02, "{times}: {really}");
            let expected = sound.len() as f64 / really;
            assert!((out.len() as f64 - expected).abs() < 480.0, "{times}: {}", out.len());
            let middle = &out[out.len() / 4..out.len() * 3 / 4];
            let pitch = crossings(middle);
            assert!((pitch - 220.0).abs() < 2.2, "{times}: {pitch} Hz");
        }
    }

    #[test]
    fn what_sounds_at_a_time_comes_at_that_time_by_the_factor() {
        // Half a second of tone in silence, twice.
        let sound: Vec<f32> = (0..48_000 * 6)
            .map(|i| {
                let secs = f64::from(i) / 48_000.0;
                let on = (1.0..1.5).contains(&secs) || (4.0..4.5).contains(&secs);
                if on { (secs * 300.0 * std::f64::consts::TAU).sin() as f32 * 0.5 } else { 0.0 }
            })
            .collect();
        for times in [0.5, 1.5, 2.0] {
            let (out, really) = played(times, &sound);
            for onset in [1.0, 4.0] {
                let from = ((onset - 0.5) / really * 48_000.0) as usize;
                let found = from + out[from..].iter().position(|s| s.abs() > 0.1).unwrap();
                let secs = found as f64 / 48_000.0 * really;
                assert!((secs - onset).abs() < 0.02, "{times}: {onset} is at {secs}");
            }
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert!(Tempo::new(RATE, 9.0).is_err());
        let refused = Tempo::new(SampleRate(8_000), 1.5).err().unwrap().to_string();
        assert!(refused.contains("8000"), "{refused}");
    }
}
