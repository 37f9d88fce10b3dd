//! What telephones, rooms and microphones do to a voice.

use std::f32::consts::{PI, TAU};

use evenkeel::audio::g711::through_mu_law;
use evenkeel::units::{ENGINE_RATE, SampleRate};
use fastrand::Rng;
use opusic_c::{Application, Bitrate, Channels, Decoder, Encoder};
use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

use crate::recordings::{TELEPHONE, convert};

/// Samples in a packet of 20 ms at 8 kHz.
const PACKET: usize = 160;

/// One way from a mouth to the program: who speaks how, in which room, into which microphone,
/// over which line. It stays the same for a whole call.
#[derive(Clone, Debug)]
pub struct Way {
    /// Faster and higher than it was.
    speed: f32,
    /// Reverberation time in seconds, and the tail's level below the direct sound in dB.
    room: Option<(f32, f32)>,
    /// The microphone's colour: tilt in dB an octave, and waves of (height in dB, phase).
    colour: Option<(f32, [(f32, f32); 4])>,
    /// Level of the whole; as it is where none is given.
    level_dbfs: Option<f32>,
    /// Automatic gain within so many seconds.
    gain_secs: Option<f32>,
    noise: Option<(Noise, f32)>,
    /// Clipped at this share of the peak.
    clipped: Option<f32>,
    code: Code,
    /// Share of the packets that are lost.
    loss: f32,
}

#[derive(Clone, Copy, Debug)]
enum Noise {
    White,
    Brown,
    Babble,
}

#[derive(Clone, Copy, Debug)]
enum Code {
    None,
    MuLaw,
    /// Opus at 8 kHz with so many bits a second.
    Opus(u32),
}

impl Way {
    /// From the mouth to the program as it is.
    pub fn plain() -> Way {
        Way {
            speed: 1.0,
            room: None,
            colour: None,
            level_dbfs: None,
            gain_secs: None,
            noise: None,
            clipped: None,
            code: Code::None,
            loss: 0.0,
        }
    }

    /// Over a good telephone line.
    pub fn telephone() -> Way {
        Way { code: Code::MuLaw, ..Way::plain() }
    }

    /// A way drawn at random.
    pub fn draw(rng: &mut Rng) -> Way {
        let code = match rng.usize(..10) {
            0 | 1 => Code::None,
            8 | 9 => Code::Opus(rng.u32(8..=16) * 1_000),
            _ => Code::MuLaw,
        };
        let packets = !matches!(code, Code::None);
        let speed = maybe(rng, 0.5, |rng| between(rng, 0.92, 1.08)).unwrap_or(1.0);
        Way {
            speed,
            room: maybe(rng, 0.4, |rng| (between(rng, 0.1, 0.5), between(rng, 0.0, 12.0))),
            colour: maybe(rng, 0.7, |rng| {
                let wave = |rng: &mut Rng| (between(rng, -1.5, 1.5), between(rng, 0.0, TAU));
                (between(rng, -3.0, 3.0), [wave(rng), wave(rng), wave(rng), wave(rng)])
            }),
            level_dbfs: Some(between(rng, -50.0, -14.0)),
            gain_secs: maybe(rng, 0.3, |rng| between(rng, 0.2, 1.5)),
            noise: maybe(rng, 0.6, |rng| {
                let kinds = [Noise::White, Noise::Brown, Noise::Babble];
                (kinds[rng.usize(..3)], between(rng, 5.0, 30.0))
            }),
            clipped: maybe(rng, 0.1, |rng| between(rng, 0.3, 0.8)),
            code,
            loss: maybe(rng, 0.2, |rng| between(rng, 0.005, 0.04))
                .filter(|_| packets)
                .unwrap_or(0.0),
        }
    }

    /// `samples` at the end of the way; `others` are voices for the babble. Mono, 16 kHz.
    pub fn take(
        &self,
        samples: &[f32],
        others: &[&[f32]],
        rng: &mut Rng,
    ) -> anyhow::Result<Vec<f32>> {
        let mut sound = samples.to_vec();
        if self.speed != 1.0 {
            sound = at_speed(&sound, self.speed);
        }
        if let Some((rt60_secs, direct_db)) = self.room {
            sound = in_a_room(&sound, rt60_secs, direct_db, rng);
        }
        if let Some((tilt, waves)) = self.colour {
            sound = coloured(&sound, tilt, &waves);
        }
        if let Some(dbfs) = self.level_dbfs {
            set_level(&mut sound, dbfs);
        }
        if let Some(secs) = self.gain_secs {
            gain_controlled(&mut sound, secs);
        }
        match self.noise {
            Some((Noise::White, snr_db)) => add_noise(&mut sound, snr_db, 0.0, rng),
            Some((Noise::Brown, snr_db)) => add_noise(&mut sound, snr_db, 0.95, rng),
            Some((Noise::Babble, snr_db)) => add_babble(&mut sound, snr_db, others, rng),
            None => {}
        }
        if let Some(share) = self.clipped {
            let limit = peak(&sound) * share;
            sound.iter_mut().for_each(|x| *x = x.clamp(-limit, limit));
        }
        sound.iter_mut().for_each(|x| *x = x.clamp(-1.0, 1.0));
        if matches!(self.code, Code::None) {
            return Ok(sound);
        }
        let mut narrow = convert(ENGINE_RATE, TELEPHONE, &sound);
        match self.code {
            Code::Opus(bits) => narrow = through_opus(&narrow, bits)?,
            Code::MuLaw | Code::None => narrow.iter_mut().for_each(|x| *x = through_mu_law(*x)),
        }
        lose_packets(&mut narrow, self.loss, rng);
        Ok(convert(TELEPHONE, ENGINE_RATE, &narrow))
    }
}

/// Something with the probability `share`.
fn maybe<T>(rng: &mut Rng, share: f32, make: impl FnOnce(&mut Rng) -> T) -> Option<T> {
    (rng.f32() < share).then(|| make(rng))
}

pub fn between(rng: &mut Rng, low: f32, high: f32) -> f32 {
    low + (high - low) * rng.f32()
}

/// Faster and higher, or slower and lower, as a record at another speed.
pub fn at_speed(samples: &[f32], speed: f32) -> Vec<f32> {
    let rate = (16_000.0 * speed / 100.0).round() as u32 * 100;
    convert(SampleRate(rate), ENGINE_RATE, samples)
}

/// Filters by an impulse response.
fn filtered(samples: &[f32], response: &[f32]) -> Vec<f32> {
    let length = (samples.len() + response.len()).next_power_of_two();
    let mut planner = RealFftPlanner::<f32>::new();
    let (forward, inverse) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
    let transform = |x: &[f32]| {
        let mut input = forward.make_input_vec();
        input[..x.len()].copy_from_slice(x);
        let mut output = forward.make_output_vec();
        forward.process(&mut input, &mut output).expect("buffers made for it");
        output
    };
    let mut product: Vec<Complex<f32>> =
        transform(samples).iter().zip(transform(response)).map(|(a, b)| a * b).collect();
    let mut out = inverse.make_output_vec();
    // Where both are real the product is, but for rounding.
    product[0].im = 0.0;
    product[length / 2].im = 0.0;
    inverse.process(&mut product, &mut out).expect("buffers made for it");
    out.truncate(samples.len());
    out.iter_mut().for_each(|x| *x /= length as f32);
    out
}

/// A room as noise that dies away by 60 dB in `rt60_secs`, `direct_db` below the direct sound
/// (Polack's model, 1988).
fn in_a_room(samples: &[f32], rt60_secs: f32, direct_db: f32, rng: &mut Rng) -> Vec<f32> {
    let length = (rt60_secs * 16_000.0) as usize;
    let mut tail: Vec<f32> =
        (0..length).map(|i| gauss(rng) * 10f32.powf(-3.0 * i as f32 / length as f32)).collect();
    let energy: f32 = tail.iter().map(|x| x * x).sum();
    let gain = (10f32.powf(-direct_db / 10.0) / energy).sqrt();
    tail.iter_mut().for_each(|x| *x *= gain);
    tail[0] += 1.0;
    filtered(samples, &tail)
}

/// A microphone's and line's colour: waves along the octaves, on a tilt in dB an octave.
fn coloured(samples: &[f32], tilt: f32, waves: &[(f32, f32)]) -> Vec<f32> {
    const TAPS: usize = 256;
    let gain = |hz: f32| {
        let octaves = (hz.max(100.0) / 1_000.0).log2();
        let ripple = waves.iter().enumerate().map(|(i, (height, phase))| {
            height * ((i + 1) as f32 * PI * octaves / 3.0 + phase).sin()
        });
        10f32.powf((tilt * octaves + ripple.sum::<f32>()).clamp(-12.0, 12.0) / 20.0)
    };
    let mut planner = RealFftPlanner::<f32>::new();
    let inverse = planner.plan_fft_inverse(TAPS);
    // Linear phase: the response in the middle.
    let mut lines: Vec<Complex<f32>> = (0..=TAPS / 2)
        .map(|line| {
            let sign = if line % 2 == 0 { 1.0 } else { -1.0 };
            Complex::new(sign * gain(line as f32 * 16_000.0 / TAPS as f32) / TAPS as f32, 0.0)
        })
        .collect();
    let mut response = inverse.make_output_vec();
    inverse.process(&mut lines, &mut response).expect("buffers made for it");
    for (i, x) in response.iter_mut().enumerate() {
        *x *= 0.5 - 0.5 * (TAU * (i as f32 + 0.5) / TAPS as f32).cos();
    }
    filtered(samples, &response)
}

/// Sets the level of the whole in dBFS.
fn set_level(samples: &mut [f32], dbfs: f32) {
    let gain = 10f32.powf(dbfs / 20.0) / energy(samples).sqrt().max(1e-6);
    samples.iter_mut().for_each(|x| *x *= gain);
}

fn energy(samples: &[f32]) -> f32 {
    samples.iter().map(|x| x * x).sum::<f32>() / samples.len().max(1) as f32
}

fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak, x| peak.max(x.abs()))
}

/// A gain that follows the level within `secs`, so that loud and soft come out nearly alike.
fn gain_controlled(samples: &mut [f32], secs: f32) {
    let target = energy(samples);
    let step = 1.0 / (secs * 16_000.0);
    let mut follow = target;
    for x in samples {
        follow += step * (*x * *x - follow);
        *x *= (target / follow.max(target * 0.01)).sqrt().min(4.0);
    }
}

/// Noise; `memory` 0 is white, near 1 brown.
fn add_noise(samples: &mut [f32], snr_db: f32, memory: f32, rng: &mut Rng) {
    let mut last = 0.0;
    let noise: Vec<f32> = samples
        .iter()
        .map(|_| {
            last = memory * last + gauss(rng);
            last
        })
        .collect();
    mix(samples, &noise, snr_db);
}

/// Five other voices at once, each from somewhere in its clip.
fn add_babble(samples: &mut [f32], snr_db: f32, others: &[&[f32]], rng: &mut Rng) {
    let mut babble = vec![0.0; samples.len()];
    for _ in 0..5 {
        let other = others[rng.usize(..others.len())];
        let gain = 1.0 / energy(other).sqrt().max(1e-6);
        let from = rng.usize(..other.len());
        for (x, y) in babble.iter_mut().zip(other.iter().cycle().skip(from)) {
            *x += gain * y;
        }
    }
    mix(samples, &babble, snr_db);
}

fn mix(samples: &mut [f32], noise: &[f32], snr_db: f32) {
    let wanted = energy(samples) * 10f32.powf(-snr_db / 10.0);
    let gain = (wanted / energy(noise).max(1e-12)).sqrt();
    samples.iter_mut().zip(noise).for_each(|(x, n)| *x += gain * n);
}

/// A number from the normal distribution (Box and Muller, 1958).
pub fn gauss(rng: &mut Rng) -> f32 {
    (-2.0 * rng.f32().max(1e-7).ln()).sqrt() * (TAU * rng.f32()).cos()
}

/// Coded and decoded by Opus, in packets of 20 ms at 8 kHz.
fn through_opus(samples: &[f32], bits_a_second: u32) -> anyhow::Result<Vec<f32>> {
    let wrong = |error| anyhow::anyhow!("Opus: {error:?}");
    let rate = opusic_c::SampleRate::Hz8000;
    let mut encoder = Encoder::new(Channels::Mono, rate, Application::Voip).map_err(wrong)?;
    encoder.set_bitrate(Bitrate::Value(bits_a_second)).map_err(wrong)?;
    let mut decoder = Decoder::new(Channels::Mono, rate).map_err(wrong)?;
    let mut out = Vec::with_capacity(samples.len());
    let mut packet = [0u8; 400];
    for chunk in samples.chunks_exact(PACKET) {
        let length = encoder.encode_float_to_slice(chunk, &mut packet).map_err(wrong)?;
        let mut decoded = [0.0; PACKET];
        decoder.decode_float_to_slice(&packet[..length], &mut decoded, false).map_err(wrong)?;
        out.extend_from_slice(&decoded);
    }
    Ok(out)
}

/// Packets that never came: the last one again, softer, as cheap concealment does.
fn lose_packets(samples: &mut [f32], share: f32, rng: &mut Rng) {
    for start in (PACKET..samples.len().saturating_sub(PACKET)).step_by(PACKET) {
        if rng.f32() < share {
            samples.copy_within(start - PACKET..start, start);
            samples[start..start + PACKET].iter_mut().for_each(|x| *x *= 0.6);
        }
    }
}
