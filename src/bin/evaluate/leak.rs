//! `leak`: what the customer's voice in the agent's microphone does to the overlaps and cues.
//!
//! The customer's channel of a call is mixed into the agent's, through a small room and with a
//! delay, and what the engine then tells is held against what it tells of the clean call.

use std::path::{Path, PathBuf};

use evenkeel::config::Config;
use evenkeel::event::{Body, Event, OverlapKind};
use evenkeel::units::{CallTime, ENGINE_RATE, Party, PerParty};
use serde::Serialize;

use crate::overlaps::{self, Kind, Stretch, compare};
use crate::{listen, models, recordings};

/// Cues this near to each other are the same. Seconds.
const SAME_CUE_SECS: f64 = 0.5;
/// The leaking sound dies away by 60 dB in this time: a small room, or a headset on a desk.
const ROOM_SECS: f64 = 0.2;
/// Power of the echoes beside the direct sound.
const ECHOES: f32 = 0.25;
/// The agent's line hums at this level. dBFS.
const NOISE_DBFS: f32 = -60.0;

#[derive(clap::Args)]
pub struct Args {
    /// Two-channel recordings, or folders with agent.wav and customer.wav. The true overlaps
    /// of `call.wav` are read from `call.truth.jsonl` beside it, where there is one (a folder's
    /// from `truth.jsonl` in it), in the form that `overlaps` reads
    #[arg(required = true)]
    calls: Vec<PathBuf>,
    /// Levels of the leak beside the customer's own channel, in dB
    #[arg(long, value_delimiter = ',', allow_hyphen_values = true, default_values_t = [-10.0, -20.0, -30.0])]
    levels: Vec<f32>,
    /// Delays of the leak, in milliseconds
    #[arg(long, value_delimiter = ',', default_values_t = [8.0, 40.0, 150.0])]
    delays: Vec<f64>,
    /// Both channels come through a telephone: 8 kHz, mu-law
    #[arg(long)]
    telephone: bool,
    /// The engine takes the leak for the agent's voice
    #[arg(long)]
    ungated: bool,
    /// Seed of the room and the noise
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print what was false or lost
    #[arg(long)]
    details: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A call and the overlaps that are in it.
struct Case {
    name: String,
    audio: PerParty<Vec<f32>>,
    truth: Vec<Stretch>,
}

/// What the engine tells of a call: the agent's doings only.
struct Told {
    overlaps: Vec<Stretch>,
    cues: Vec<f64>,
    warnings: Vec<&'static str>,
}

/// The result for one leak, over all calls.
#[derive(Default, Serialize)]
struct Result {
    level_db: f32,
    delay_ms: f64,
    minutes: f64,
    /// `let-them-finish` cues that neither the clean call nor the truth has.
    false_cues: usize,
    /// Interruptions, and overlaps of any kind, by the agent that neither has.
    false_interruptions: usize,
    false_overlaps: usize,
    /// True interruptions by the agent, those found in the clean call, and with the leak.
    truth: usize,
    found_clean: usize,
    found: usize,
    /// Cues of the clean call, and those that are there with the leak.
    cues_clean: usize,
    cues: usize,
    /// Calls in which the voices were said not to be told apart.
    bleeds: usize,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    let weights = models::voice_activity()?;
    let cases: Vec<Case> =
        args.calls.iter().map(|path| read(path)).collect::<anyhow::Result<_>>()?;
    let config = config(!args.ungated);
    let heard = |audio: &PerParty<Vec<f32>>| {
        let line = |samples: &Vec<f32>| {
            if args.telephone { recordings::through_telephone(samples) } else { samples.clone() }
        };
        told(&listen::to(&audio.map(line), &config, &weights))
    };
    let clean: Vec<Told> = cases.iter().map(|case| heard(&leaking(case, None, &args))).collect();
    let mut results = Vec::new();
    for &level_db in &args.levels {
        for &delay_ms in &args.delays {
            let mut result = Result { level_db, delay_ms, ..Result::default() };
            for (case, clean) in cases.iter().zip(&clean) {
                let told = heard(&leaking(case, Some((level_db, delay_ms)), &args));
                result.add(case, clean, &told, args.details);
            }
            results.push(result);
        }
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&results)?);
        return Ok(());
    }
    println!(
        "leak dB  delay ms  minutes  false cues  interruptions  overlaps  recall clean  recall  cues kept  bleeds"
    );
    for r in &results {
        let share = |found: usize| 100.0 * found as f64 / r.truth as f64;
        println!(
            "{:>7}  {:>8}  {:>7.1}  {:>10}  {:>13}  {:>8}  {:>11.1}%  {:>5.1}%  {:>4}/{:<4}  {:>6}",
            r.level_db,
            r.delay_ms,
            r.minutes,
            r.false_cues,
            r.false_interruptions,
            r.false_overlaps,
            share(r.found_clean),
            share(r.found),
            r.cues,
            r.cues_clean,
            r.bleeds
        );
    }
    Ok(())
}

impl Result {
    fn add(&mut self, case: &Case, clean: &Told, told: &Told, details: bool) {
        let end = CallTime::from_frames(case.audio.agent.len() as u64);
        self.minutes += end.secs() / 60.0;
        let near = |cues: &[f64], cue: f64| cues.iter().any(|c| (c - cue).abs() <= SAME_CUE_SECS);
        // What the leak has only shifted across a threshold is true all the same.
        let is_true = |start: f64, end: f64| {
            case.truth.iter().any(|one| one.start < end && start < one.end + SAME_CUE_SECS)
        };
        let is_false = |&cue: &f64| !near(&clean.cues, cue) && !is_true(cue, cue);
        let extra: Vec<f64> = told.cues.iter().copied().filter(is_false).collect();
        self.false_cues += extra.len();
        self.cues_clean += clean.cues.len();
        self.cues += clean.cues.iter().filter(|&&cue| near(&told.cues, cue)).count();
        let mut against_clean = compare(&clean.overlaps, &told.overlaps, f64::INFINITY);
        against_clean.extras.retain(|one| !is_true(one.start, one.end));
        self.false_overlaps += against_clean.extras.len();
        let interruption = |s: &&Stretch| s.kind == Kind::Interruption;
        self.false_interruptions += against_clean.extras.iter().filter(interruption).count();
        let matched = |found: &[Stretch]| compare(&case.truth, found, f64::INFINITY).matches.len();
        self.truth += case.truth.len();
        self.found_clean += matched(&clean.overlaps);
        self.found += matched(&told.overlaps);
        self.bleeds += usize::from(told.warnings.contains(&"bleed"));
        if details {
            let name = format!("{} {} dB {} ms", case.name, self.level_db, self.delay_ms);
            for cue in extra {
                println!("{name}: false cue at {cue:.2} s");
            }
            for (what, those) in [("extra", &against_clean.extras), ("lost", &against_clean.misses)]
            {
                for one in those {
                    println!("{name}: {what} {:?} {:.2} to {:.2} s", one.kind, one.start, one.end);
                }
            }
            if !told.warnings.is_empty() {
                println!("{name}: {:?}", told.warnings);
            }
        }
    }
}

/// The defaults, but every finding becomes a cue.
fn config(gated: bool) -> Config {
    let mut config = Config::default();
    config.leak.enabled = gated;
    config.cues.shown_secs = 1.0;
    config.cues.cooldown_secs = 0.0;
    config.cues.cooldown_words_secs = 0.0;
    config.cues.max_count = 1_000;
    for rule in &mut config.rules.rules {
        rule.enabled = rule.practice == "let-them-finish";
        rule.cooldown_secs = 0.0;
    }
    config
}

fn read(path: &Path) -> anyhow::Result<Case> {
    let audio = recordings::load_call(path)?;
    let truth = match path.is_dir() {
        true => path.join("truth.jsonl"),
        false => path.with_extension("truth.jsonl"),
    };
    let mut truth = if truth.exists() { overlaps::read_truth(&truth)? } else { Vec::new() };
    truth.retain(|one| one.kind == Kind::Interruption && one.by == Some(Party::Agent));
    Ok(Case { name: path.display().to_string(), audio, truth })
}

/// The call with the noise of the line, and with a leak of a level (dB) and delay (ms).
fn leaking(case: &Case, leak: Option<(f32, f64)>, args: &Args) -> PerParty<Vec<f32>> {
    let mut audio = case.audio.clone();
    let mut noise = Noise(args.seed);
    let noise_gain = 10f32.powf(NOISE_DBFS / 20.0);
    for sample in &mut audio.agent {
        *sample += noise_gain * noise.next();
    }
    if let Some((level_db, delay_ms)) = leak {
        let echo = through(&case.audio.customer, &room(&mut noise));
        let power = |samples: &[f32]| samples.iter().map(|x| f64::from(x * x)).sum::<f64>();
        let gain = (power(&case.audio.customer) / power(&echo).max(1e-12)).sqrt() as f32
            * 10f32.powf(level_db / 20.0);
        let delay = CallTime::from_secs(delay_ms / 1_000.0).frames() as usize;
        for (sample, echo) in audio.agent.iter_mut().skip(delay).zip(&echo) {
            *sample += gain * echo;
        }
    }
    audio
}

/// White noise of power 1.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f32 {
        // Knuth's MMIX generator; its upper bits are good. A sum of uniform numbers.
        let mut uniform = || {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 40) as f32 / (1u32 << 24) as f32 - 0.5
        };
        (uniform() + uniform() + uniform() + uniform()) * 3f32.sqrt()
    }
}

/// An impulse response: the direct sound, then noise that dies away.
fn room(noise: &mut Noise) -> Vec<f32> {
    let length = (ROOM_SECS * f64::from(ENGINE_RATE.0)) as usize;
    let fall = 10f32.powf(-3.0 / length as f32);
    let mut echoes: Vec<f32> = (1..length).map(|i| noise.next() * fall.powi(i as i32)).collect();
    let power: f32 = echoes.iter().map(|x| x * x).sum();
    for echo in &mut echoes {
        *echo *= (ECHOES / power).sqrt();
    }
    [vec![1.0], echoes].concat()
}

fn through(samples: &[f32], response: &[f32]) -> Vec<f32> {
    let mut out = vec![0.0; samples.len() + response.len()];
    for (i, &sample) in samples.iter().enumerate().filter(|(_, sample)| **sample != 0.0) {
        for (slot, tap) in out[i..].iter_mut().zip(response) {
            *slot += sample * tap;
        }
    }
    out.truncate(samples.len());
    out
}

fn told(events: &[Event]) -> Told {
    let mut told = Told { overlaps: Vec::new(), cues: Vec::new(), warnings: Vec::new() };
    for event in events {
        match &event.body {
            Body::Overlap { span, by: by @ Party::Agent, kind, .. } => {
                let kind = match kind {
                    OverlapKind::Interruption => Kind::Interruption,
                    OverlapKind::Backchannel => Kind::Backchannel,
                    OverlapKind::Shared => Kind::Shared,
                };
                let (start, end) = (span.start.secs(), span.end.secs());
                told.overlaps.push(Stretch { kind, by: Some(*by), start, end });
            }
            Body::Cue(cue) if cue.name == "let-them-finish" => told.cues.push(event.at.secs()),
            Body::Warning { code, .. } => told.warnings.push(code),
            _ => {}
        }
    }
    told
}
