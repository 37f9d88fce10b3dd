//! Reading the recordings that are measured on.

use std::path::Path;

use anyhow::Context as _;
use evenkeel::audio::decode::Recording;
use evenkeel::audio::g711::through_mu_law;
use evenkeel::audio::resample::RateConverter;
use evenkeel::units::{ENGINE_RATE, SampleRate};

/// The telephone's rate.
const TELEPHONE: SampleRate = SampleRate(8_000);

/// All of the first channel of `path`, mono, 16 kHz.
pub fn load(path: &Path) -> anyhow::Result<Vec<f32>> {
    let mut recording =
        Recording::open(path).context("is the data set there? Give its place as the argument")?;
    let (rate, channels) = (recording.info().sample_rate, recording.info().channels);
    let mut interleaved = Vec::new();
    while recording.read(&mut interleaved)? > 0 {}
    let mono: Vec<f32> = interleaved.iter().step_by(channels).copied().collect();
    Ok(convert(rate, ENGINE_RATE, &mono))
}

/// `samples` (16 kHz) as a telephone line gives them: 8 kHz, μ-law; at 16 kHz again.
pub fn through_telephone(samples: &[f32]) -> Vec<f32> {
    let mut narrow = convert(ENGINE_RATE, TELEPHONE, samples);
    for sample in &mut narrow {
        *sample = through_mu_law(*sample);
    }
    convert(TELEPHONE, ENGINE_RATE, &narrow)
}

fn convert(from: SampleRate, to: SampleRate, samples: &[f32]) -> Vec<f32> {
    let mut converter = RateConverter::new(from, to);
    let mut out = Vec::new();
    converter.push(samples, &mut out);
    converter.finish(&mut out);
    out
}
