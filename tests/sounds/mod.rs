//! Sounds of telephone lines that are no speech, made up here: noise, tones, music, breath, and
//! what is as high and as lively as a shout.

#![allow(dead_code)] // Each test program uses its own part.

use std::f64::consts::TAU;

use evenkeel::audio::g711::through_mu_law;
use evenkeel::audio::resample::RateConverter;
use evenkeel::units::SampleRate;

use crate::recordings::Numbers;

/// Length of each sound in seconds.
pub const SECS: f64 = 24.0;

/// Name, and the samples (−1 to 1) at a rate in Hz.
pub type Sound = (&'static str, fn(f64) -> Vec<f32>);

/// Sounds of the line and its signals.
pub const LINE: [Sound; 8] = [
    ("silence", |hz| sampled(hz, |_| 0.0)),
    ("noise at -60 dBFS", |hz| noise(hz, 0.001)),
    ("noise at -40 dBFS", |hz| noise(hz, 0.01)),
    ("noise at -20 dBFS", |hz| noise(hz, 0.1)),
    ("mains hum", |hz| {
        sampled(hz, |t| (1..20).map(|k| sine(50.0 * f64::from(k), t) / f64::from(k * k)).sum())
    }),
    ("buzz of a mobile phone", |hz| {
        // TDMA bursts: 217 a second, in groups.
        sampled(hz, |t| if t % 0.9 < 0.35 && t * 217.0 % 1.0 < 0.125 { 0.2 } else { 0.0 })
    }),
    ("clicks", |hz| sampled(hz, |t| if t % 0.73 < 0.001 || t % 1.9 < 0.0004 { 0.7 } else { 0.0 })),
    ("typing", |hz| {
        let mut numbers = Numbers(3);
        let mut stroke = (0.0, 0.0);
        sampled(hz, move |t| {
            if t > stroke.0 + stroke.1 {
                stroke = (t, 0.08 + 0.25 * share(&mut numbers));
            }
            0.3 * (2.0 * share(&mut numbers) - 1.0) * (-(t - stroke.0) / 0.004).exp()
        })
    }),
];

/// Tones by which a network or a device tells something (ITU-T E.180, Q.23, T.30).
pub const TONES: [Sound; 8] = [
    ("440 Hz", |hz| sampled(hz, |t| 0.3 * sine(440.0, t))),
    ("1000 Hz", |hz| sampled(hz, |t| 0.3 * sine(1_000.0, t))),
    ("DTMF digits", |hz| {
        const ROWS: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
        const COLUMNS: [f64; 4] = [1_209.0, 1_336.0, 1_477.0, 1_633.0];
        sampled(hz, |t| {
            let digit = (t / 0.2) as usize * 7 % 16;
            let on = if t % 0.2 < 0.1 { 0.25 } else { 0.0 };
            on * (sine(ROWS[digit / 4], t) + sine(COLUMNS[digit % 4], t))
        })
    }),
    ("ringback", |hz| sampled(hz, |t| gate(t, 2.0, 4.0) * 0.2 * (sine(440.0, t) + sine(480.0, t)))),
    ("European ringback", |hz| sampled(hz, |t| gate(t, 1.0, 4.0) * 0.3 * sine(425.0, t))),
    ("busy", |hz| sampled(hz, |t| gate(t, 0.5, 0.5) * 0.2 * (sine(480.0, t) + sine(620.0, t)))),
    ("special information", |hz| {
        const PITCHES: [f64; 3] = [950.0, 1_400.0, 1_800.0];
        sampled(hz, |t| match (t % 2.0 / 0.33) as usize {
            part @ 0..3 => 0.3 * sine(PITCHES[part], t),
            _ => 0.0,
        })
    }),
    ("fax calling", |hz| {
        sampled(hz, |t| gate(t, 0.5, 3.0) * 0.3 * sine(if t < 12.0 { 1_100.0 } else { 2_100.0 }, t))
    }),
];

/// Music on hold: chords, a bass and a melody by instruments with harmonics.
pub const MUSIC: [Sound; 4] = [
    ("piano", |hz| {
        music(hz, |pitch, t, _| {
            let body = |k: f64| sine(pitch * k * (1.0 + 0.0004 * k * k), t) / k * (-t * k).exp();
            (1..9).map(|k| body(f64::from(k))).sum::<f64>() * attack(t, 0.005)
        })
    }),
    ("strings", |hz| {
        music(hz, |pitch, t, left| {
            let vibrato = t + 0.0008 * sine(5.5, t) * attack(t, 0.3);
            let bow = |k: f64| sine(pitch * k, vibrato) / k;
            0.6 * (1..14).map(|k| bow(f64::from(k))).sum::<f64>()
                * attack(t, 0.08)
                * attack(left, 0.1)
        })
    }),
    ("flute", |hz| {
        music(hz, |pitch, t, left| {
            let vibrato = t + 0.0005 * sine(5.0, t) * attack(t, 0.2);
            let tone = sine(pitch, vibrato) + 0.35 * sine(2.0 * pitch, vibrato);
            (tone + 0.1 * sine(3.0 * pitch, vibrato)) * attack(t, 0.05) * attack(left, 0.05)
        })
    }),
    ("music box over a beat", |hz| {
        let tune = music(hz, |pitch, t, _| {
            (sine(2.0 * pitch, t) + 0.4 * sine(5.4 * pitch, t)) * (-4.0 * t).exp()
        });
        let mut numbers = Numbers(5);
        let mut at = 0.0;
        let beat = |sample: f32| {
            at += 1.0 / hz;
            let hit = (-(at % 0.5) / 0.02).exp() * (2.0 * share(&mut numbers) - 1.0);
            let drum = (-(at % 1.0) / 0.08).exp() * sine(65.0, at % 1.0);
            sample + 0.05 * hit as f32 + 0.2 * drum as f32
        };
        tune.into_iter().map(beat).collect()
    }),
];

/// Breath in the microphone: noise as the mouth shapes it, swelling and fading.
pub const BREATH: [Sound; 3] = [
    ("breathing", |hz| breath(hz, 1.1, 3.6, 0.06)),
    ("heavy breathing", |hz| breath(hz, 0.7, 1.6, 0.25)),
    ("puffs", |hz| breath(hz, 0.18, 1.3, 0.5)),
];

/// As high as a shout, with harmonics, in motion: alarms, horns, animals, singing tones.
pub const HIGH: [Sound; 12] = [
    ("tone with vibrato", |hz| glide(hz, 1, 0.0, |t| 600.0 * semitones(0.6 * sine(5.5, t)))),
    ("reed with vibrato", |hz| glide(hz, 12, 0.7, |t| 520.0 * semitones(0.8 * sine(6.0, t)))),
    ("reed with vibrato, note by note", |hz| {
        let tone = glide(hz, 10, 0.7, |t| 480.0 * semitones(0.7 * sine(5.0, t)));
        shaped(hz, tone, |t| gate(t, 0.3, 0.15))
    }),
    ("siren", |hz| glide(hz, 8, 0.7, |t| 700.0 + 300.0 * sine(0.25, t))),
    ("yelping siren", |hz| {
        glide(hz, 8, 0.7, |t| 500.0 + 700.0 * (t / 0.33 % 1.0 - 0.5).abs() * 2.0)
    }),
    ("two-tone horn", |hz| glide(hz, 16, 0.7, |t| if t % 1.0 < 0.5 { 440.0 } else { 585.0 })),
    ("alarm clock", |hz| {
        let square = sampled(hz, |t| 0.3 * sine(520.0, t).signum());
        shaped(hz, square, |t| if t % 1.0 < 0.6 { gate(t % 1.0, 0.1, 0.1) } else { 0.0 })
    }),
    ("car horn", |hz| {
        let horn = |pitch: f64| glide(hz, 14, 0.8, move |_| pitch);
        let both = horn(420.0).iter().zip(horn(505.0)).map(|(a, b)| (a + b) / 2.0).collect();
        shaped(hz, both, |t| gate(t, 0.6, 0.5))
    }),
    ("chords in rhythm", |hz| {
        shaped(
            hz,
            music(hz, |pitch, t, left| {
                let bow = |k: f64| sine(2.0 * pitch * k, t + 0.0004 * sine(6.0, t)) / k;
                (1..8).map(|k| bow(f64::from(k))).sum::<f64>()
                    * attack(t, 0.03)
                    * attack(left, 0.05)
            }),
            |t| gate(t, 0.15, 0.1),
        )
    }),
    ("barking", |hz| bark(hz, 500.0, 0.45)),
    ("barking of a small dog", |hz| bark(hz, 700.0, 0.3)),
    ("howling", |hz| {
        let howl = |t: f64| (TAU / 2.0 * (t % 2.2 / 1.6).min(1.0)).sin();
        let tone = glide(hz, 10, 0.9, |t| 400.0 * semitones(9.0 * howl(t)));
        shaped(hz, tone, howl)
    }),
];

/// What a telephone line makes of samples at 8 kHz: μ-law, at 16 kHz.
pub fn telephone(samples: &[f32]) -> Vec<f32> {
    let coded: Vec<f32> = samples.iter().copied().map(through_mu_law).collect();
    let (mut converter, mut out) = (RateConverter::to_engine(SampleRate(8_000)), Vec::new());
    converter.push(&coded, &mut out);
    converter.finish(&mut out);
    out
}

fn sampled(hz: f64, mut at: impl FnMut(f64) -> f64) -> Vec<f32> {
    (0..(SECS * hz) as usize).map(|i| at(i as f64 / hz).clamp(-1.0, 1.0) as f32).collect()
}

fn sine(hz: f64, t: f64) -> f64 {
    (TAU * hz * t).sin()
}

/// 1 for `on` seconds, then 0 for `off`, and so on, with edges of 5 ms.
fn gate(t: f64, on: f64, off: f64) -> f64 {
    let t = t % (on + off);
    attack(t, 0.005) * attack(on - t, 0.005)
}

/// So many semitones as a ratio.
fn semitones(count: f64) -> f64 {
    2f64.powf(count / 12.0)
}

/// A tone of a moving pitch with so many harmonics (below 7 kHz), each weaker by its number to the
/// power of `fall`.
fn glide(hz: f64, harmonics: u32, fall: f64, pitch: impl Fn(f64) -> f64) -> Vec<f32> {
    let mut turns = 0.0;
    sampled(hz, |t| {
        turns += pitch(t) / hz;
        let heard =
            (1..=harmonics).map(f64::from).filter(|k| k * pitch(t) < 7_000f64.min(hz / 2.0));
        0.25 * heard.map(|k| (TAU * k * turns).sin() / k.powf(fall)).sum::<f64>()
    })
}

/// `samples` times what `level` is at each moment.
fn shaped(hz: f64, samples: Vec<f32>, level: impl Fn(f64) -> f64) -> Vec<f32> {
    let loud = |(i, sample): (usize, f32)| sample * level(i as f64 / hz) as f32;
    samples.into_iter().enumerate().map(loud).collect()
}

/// A dog, from `pitch` Hz downwards, a bark each `every` seconds: harmonics and noise.
fn bark(hz: f64, pitch: f64, every: f64) -> Vec<f32> {
    let mut numbers = Numbers(31);
    let falls = |t: f64| 1.3 * pitch * semitones(-60.0 * (t % every).min(0.3));
    let rough = |sample: f32| sample + 0.2 * (2.0 * share(&mut numbers) - 1.0) as f32;
    let tone = glide(hz, 15, 0.6, falls).into_iter().map(rough).collect();
    shaped(hz, tone, |t| attack(t % every, 0.01) * (-(t % every) / 0.07).exp())
}

/// Rises from 0 to 1 within `secs`.
fn attack(t: f64, secs: f64) -> f64 {
    (t / secs).clamp(0.0, 1.0)
}

/// A number from 0 to 1.
fn share(numbers: &mut Numbers) -> f64 {
    (numbers.next() >> 11) as f64 / (1u64 << 53) as f64
}

/// White noise of this root mean square.
fn noise(hz: f64, rms: f64) -> Vec<f32> {
    let mut numbers = Numbers(11);
    // A number from −1 to 1 has a mean square of a third.
    sampled(hz, |_| 3f64.sqrt() * rms * (2.0 * share(&mut numbers) - 1.0))
}

/// Noise through the resonances of an open mouth, for `on` seconds of each `every`.
fn breath(hz: f64, on: f64, every: f64, peak: f64) -> Vec<f32> {
    let mut numbers = Numbers(23);
    let mut resonances = [(700.0, 300.0), (1_500.0, 500.0), (2_600.0, 700.0)].map(|(at, width)| {
        let r = (-TAU * width / 2.0 / hz).exp();
        (2.0 * r * (TAU * at / hz).cos(), -r * r, 1.0 - r, 0.0, 0.0)
    });
    sampled(hz, |t| {
        let phase = (t % every / on).min(1.0);
        let swell = (TAU / 2.0 * phase).sin().powi(2);
        let x = 2.0 * share(&mut numbers) - 1.0;
        let mut sum = 0.0;
        for (a, b, gain, y1, y2) in &mut resonances {
            let y = *gain * x + *a * *y1 + *b * *y2;
            (*y2, *y1) = (*y1, y);
            sum += y;
        }
        4.0 * peak * swell * sum
    })
}

/// A piece in C: four chords, a bass and a melody, played by one instrument, which gives the
/// sound of a pitch in Hz `t` seconds after its beginning and so long before its end.
fn music(hz: f64, instrument: impl Fn(f64, f64, f64) -> f64) -> Vec<f32> {
    const CHORDS: [[i32; 3]; 4] = [[0, 4, 7], [-3, 0, 4], [-7, -3, 0], [-5, -1, 2]];
    const MELODY: [i32; 16] = [12, 16, 19, 16, 12, 9, 12, 16, 17, 16, 14, 12, 11, 14, 12, 7];
    const BEAT: f64 = 0.5;
    let pitch = |semitones: i32| 261.63 * 2f64.powf(f64::from(semitones) / 12.0);
    sampled(hz, |t| {
        let (beat, bar) = ((t / BEAT) as usize, (t / (4.0 * BEAT)) as usize);
        let (in_beat, in_bar) = (t % BEAT, t % (4.0 * BEAT));
        let chord = CHORDS[bar % 4];
        let voice = |semitones, t: f64, length: f64| instrument(pitch(semitones), t, length - t);
        let chord_sum: f64 = chord.iter().map(|&s| voice(s, in_bar, 4.0 * BEAT)).sum();
        0.05 * chord_sum
            + 0.08 * voice(chord[0] - 12, in_bar, 4.0 * BEAT)
            + 0.12 * voice(MELODY[beat % 16], in_beat, BEAT)
    })
}
