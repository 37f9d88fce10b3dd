//! Whether this machine keeps up: how long the words of a known sentence take while both
//! parties' workers are busy.

use std::thread;
use std::time::Instant;

use crate::audio::g711::from_mu_law;
use crate::audio::resample::RateConverter;
use crate::config::Config;
use crate::event::{TranscribeRequest, Urgency};
use crate::models::{ModelKind, ModelStore};
use crate::speech::transcript::{TranscribeError, Transcriber as _};
use crate::speech::whisper::WhisperModel;
use crate::units::{CallSpan, CallTime, SampleRate};

/// A sentence of the demo call: μ-law, 8 kHz.
const SAMPLE: &[u8] = include_bytes!("../../../assets/doctor-sample.ulaw");
/// Its length.
pub const SAMPLE_SECS: f64 = SAMPLE.len() as f64 / 8_000.0;
/// Words are asked for 0.3 s after speech and due 0.6 s after it: a model that takes longer than
/// this is late on every utterance.
const KEEPS_UP_SECS: f64 = 0.5;
/// The first decode warms up; of the others the middle one counts.
const ROUNDS: usize = 4;

/// How a model did.
pub struct Measured {
    /// Its name.
    pub name: String,
    /// Size of its file.
    pub bytes: u64,
    /// Seconds from the request to the words.
    pub secs: Result<f64, TranscribeError>,
}

impl Measured {
    /// Whether live calls can use it on this machine.
    pub fn keeps_up(&self) -> bool {
        self.secs.as_ref().is_ok_and(|secs| *secs <= KEEPS_UP_SECS)
    }
}

/// Measures all Whisper models that are there.
pub fn measure_all(store: &ModelStore) -> Vec<Measured> {
    let whispers = store.list().iter().filter(|entry| entry.kind == ModelKind::Whisper);
    let there = whispers.filter(|entry| entry.check().is_ok());
    there
        .map(|entry| Measured {
            name: entry.name.clone(),
            bytes: entry.bytes,
            secs: WhisperModel::load(&entry.path, &Config::default().words)
                .and_then(|model| measure(&model)),
        })
        .collect()
}

/// The largest model that keeps up: larger ones hear better.
pub fn best(measured: &[Measured]) -> Option<&str> {
    let fit = measured.iter().filter(|model| model.keeps_up());
    fit.max_by_key(|model| model.bytes).map(|model| model.name.as_str())
}

fn measure(model: &WhisperModel) -> Result<f64, TranscribeError> {
    let request = request();
    let rounds = || -> Result<Vec<f64>, TranscribeError> {
        let mut transcriber = model.transcriber()?;
        (0..ROUNDS)
            .map(|_| {
                let start = Instant::now();
                transcriber.transcribe(&request)?;
                Ok(start.elapsed().as_secs_f64())
            })
            .collect()
    };
    let both = thread::scope(|scope| {
        let other = scope.spawn(rounds);
        let own = rounds();
        let broke = |_| TranscribeError("a worker broke down".into());
        Ok((own?, other.join().map_err(broke)??))
    });
    let (own, other) = both?;
    let mut secs: Vec<f64> = own.into_iter().skip(1).chain(other.into_iter().skip(1)).collect();
    secs.sort_by(f64::total_cmp);
    Ok(secs[secs.len() / 2])
}

fn request() -> TranscribeRequest {
    let mut samples = Vec::new();
    let mut converter = RateConverter::to_engine(SampleRate(8_000));
    converter.push(&from_mu_law(SAMPLE), &mut samples);
    converter.finish(&mut samples);
    TranscribeRequest {
        id: 0,
        urgency: Urgency::Final,
        party: None,
        span: CallSpan::new(CallTime::ZERO, CallTime::from_secs(SAMPLE_SECS)),
        audio_start: CallTime::ZERO,
        samples,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_model_that_keeps_up_is_the_best() {
        let model = |name: &str, bytes, secs| Measured { name: name.into(), bytes, secs };
        let failed = Err(TranscribeError("damaged".into()));
        let models = [
            model("tiny", 40, Ok(0.2)),
            model("base", 80, Ok(0.4)),
            model("small", 250, Ok(1.4)),
            model("other", 500, failed),
        ];
        assert_eq!(best(&models), Some("base"));
        assert_eq!(best(&models[2..]), None);
    }

    #[test]
    fn the_sample_is_about_four_seconds_of_speech() {
        let request = request();
        assert_eq!(request.samples.len(), (SAMPLE_SECS * 16_000.0) as usize);
        assert!((3.5..5.0).contains(&SAMPLE_SECS));
        let loud = request.samples.iter().filter(|x| x.abs() > 0.02).count();
        assert!(loud > request.samples.len() / 10);
    }
}
