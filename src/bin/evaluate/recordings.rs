//! Reading the recordings that are measured on.

use std::path::Path;

use anyhow::Context as _;
use evenkeel::audio::decode::Recording;
use evenkeel::audio::g711::through_mu_law;
use evenkeel::audio::resample::RateConverter;
use evenkeel::audio::source::{CallFiles, CallSource, Side};
use evenkeel::event::Layout;
use evenkeel::units::{ENGINE_RATE, PerParty, SampleRate};

/// The telephone's rate.
pub const TELEPHONE: SampleRate = SampleRate(8_000);

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

/// Both channels of a call, equally long, 16 kHz: of a two-channel recording with the agent on
/// the left, or of a folder with `agent.wav` and `customer.wav`.
pub fn load_call(path: &Path) -> anyhow::Result<PerParty<Vec<f32>>> {
    let files = if path.is_dir() {
        let (agent, customer) = (path.join("agent.wav"), path.join("customer.wav"));
        CallFiles::Two { agent, customer }
    } else {
        CallFiles::One { path: path.to_owned(), agent: Side::Left }
    };
    let mut source = CallSource::open(&files)?;
    anyhow::ensure!(source.layout() != Layout::MonoMix, "{}: one channel", path.display());
    let mut audio = PerParty::<Vec<f32>>::default();
    while source.read(&mut audio)? {}
    let length = audio.agent.len().max(audio.customer.len());
    audio.agent.resize(length, 0.0);
    audio.customer.resize(length, 0.0);
    Ok(audio)
}

/// `samples` (16 kHz) as a telephone line gives them: 8 kHz, μ-law; at 16 kHz again.
pub fn through_telephone(samples: &[f32]) -> Vec<f32> {
    let mut narrow = convert(ENGINE_RATE, TELEPHONE, samples);
    for sample in &mut narrow {
        *sample = through_mu_law(*sample);
    }
    convert(TELEPHONE, ENGINE_RATE, &narrow)
}

/// `samples` at another rate.
pub fn convert(from: SampleRate, to: SampleRate, samples: &[f32]) -> Vec<f32> {
    let mut converter = RateConverter::new(from, to);
    let mut out = Vec::new();
    converter.push(samples, &mut out);
    converter.finish(&mut out);
    out
}

/// `samples` with pink noise `snr_db` below the whole; the same noise each time.
pub fn with_noise(samples: &[f32], snr_db: f32) -> Vec<f32> {
    let mut state = 0x2545_f491_u32;
    let mut slow = [0.0f32; 3];
    let noise: Vec<f32> = samples
        .iter()
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            let white = state as f32 / u32::MAX as f32 - 0.5;
            // Three poles that together fall by 3 dB an octave (Kellet's filter).
            slow[0] = 0.997_65 * slow[0] + 0.099_046 * white;
            slow[1] = 0.963 * slow[1] + 0.296_516_4 * white;
            slow[2] = 0.57 * slow[2] + 1.052_691_3 * white;
            slow.iter().sum::<f32>() + 0.184_8 * white
        })
        .collect();
    let energy = |x: &[f32]| x.iter().map(|x| x * x).sum::<f32>() / x.len().max(1) as f32;
    let gain = (energy(samples) * 10f32.powf(-snr_db / 10.0) / energy(&noise).max(1e-12)).sqrt();
    samples.iter().zip(&noise).map(|(x, n)| x + gain * n).collect()
}
