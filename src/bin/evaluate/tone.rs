//! `tone`: how well a customer's anger is told from the sound of the voice.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use evenkeel::speech::silero::SileroWeights;
use evenkeel::tone::heat::CustomerTone;
use evenkeel::tone::voice::VoiceModel;
use evenkeel::units::CallTime;
use serde::Serialize;

use crate::auc::roc_auc;
use crate::clips::{self, Clip, Emotion};
use crate::ear::listen;
use crate::{models, recordings};

/// Silence after each clip, so that the next is a stretch of its own. Samples at 16 kHz.
const BETWEEN: usize = 24_000;
/// Steps of the calibration error.
const BINS: usize = 10;
/// Level of the noise below the voice. dB.
const SNR_DB: f32 = 10.0;

#[derive(clap::Args)]
pub struct Args {
    /// CSV file with the columns path, corpus, speaker, emotion; WAV, FLAC or what else is read
    manifest: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What is done to the sound of a clip.
type Change = fn(&[f32]) -> Vec<f32>;

/// One line of the table.
#[derive(Serialize)]
struct Row {
    corpus: String,
    sound: &'static str,
    baseline: &'static str,
    clips: usize,
    /// Clips in which no speech was heard, or too little was voiced to say anything; they count as
    /// not angry.
    unheard: usize,
    /// Anger against neutral, calm, sadness and boredom.
    auc_low: Option<f64>,
    /// The same, of the clips that were heard.
    auc_low_heard: Option<f64>,
    /// Anger against all others.
    auc_rest: Option<f64>,
    /// Anger against joy.
    auc_joy: Option<f64>,
    /// Mean of the recalls of anger and of the low ones, at the shipped threshold.
    uar_low: Option<f64>,
    /// Mean of the recalls of anger and of all others, at the shipped threshold.
    uar_rest: Option<f64>,
    /// Mean distance of the value from the share of anger, anger and the rest weighing the same.
    calibration_error: f64,
    /// Median seconds from the onset of speech to the first value.
    first_secs: Option<f64>,
    /// Correlation of the first value with that at the end of the clip.
    first_agrees: Option<f64>,
}

/// What was found in one clip.
struct Found {
    emotion: Emotion,
    /// At the end of the clip.
    value: Option<f64>,
    /// The first value, and how long after the onset it came.
    first: Option<(f64, f64)>,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    let clips = clips::read(&args.manifest)?;
    let vad = models::voice_activity()?;
    let model = models::voice_tone()?;
    let mut by_corpus: BTreeMap<&str, Vec<(&Clip, Vec<f32>)>> = BTreeMap::new();
    for clip in &clips {
        by_corpus.entry(&clip.corpus).or_default().push((clip, recordings::load(&clip.path)?));
    }
    let mut rows = Vec::new();
    for (corpus, clips) in by_corpus {
        let sounds: [(&'static str, Change); 3] = [
            ("clean", |samples| samples.to_vec()),
            ("8 kHz mu-law", recordings::through_telephone),
            ("noise 10 dB", |samples| recordings::with_noise(samples, SNR_DB)),
        ];
        for (sound, change) in sounds {
            let clips: Vec<(&Clip, Vec<f32>)> =
                clips.iter().map(|(clip, samples)| (*clip, change(samples))).collect();
            for (baseline, warm) in [("cold", false), ("warm", true)] {
                let found = hear_all(&clips, warm, &vad, &model);
                rows.push(row(corpus.to_owned(), sound, baseline, &found));
            }
        }
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&rows)?);
        return Ok(());
    }
    println!(
        "Anger against low arousal (neutral, calm, sadness, boredom), against all others, and \
         against joy.\nWarm: the speaker's neutral clips were heard first, and are left out.\n"
    );
    println!(
        "corpus        sound         baseline  clips  unheard  AUC low  if heard  AUC rest  AUC joy  UAR low  \
         UAR rest  calib.  first s  agrees"
    );
    let number = |value: Option<f64>| value.map_or("-".into(), |value| format!("{value:.3}"));
    for r in &rows {
        println!(
            "{:<12}  {:<12}  {:<8}  {:>5}  {:>7}  {:>7}  {:>8}  {:>8}  {:>7}  {:>7}  {:>8}  {:>6.3}  {:>7}  {:>6}",
            r.corpus,
            r.sound,
            r.baseline,
            r.clips,
            r.unheard,
            number(r.auc_low),
            number(r.auc_low_heard),
            number(r.auc_rest),
            number(r.auc_joy),
            number(r.uar_low),
            number(r.uar_rest),
            r.calibration_error,
            number(r.first_secs),
            number(r.first_agrees)
        );
    }
    Ok(())
}

/// Hears each clip as a call of its own, or as the end of one in which the speaker's neutral
/// clips came before.
fn hear_all(
    clips: &[(&Clip, Vec<f32>)],
    warm: bool,
    vad: &Arc<SileroWeights>,
    model: &Arc<VoiceModel>,
) -> Vec<Found> {
    let fresh = || Call { tone: CustomerTone::new(Arc::clone(model)), now: CallTime::ZERO };
    let mut before: BTreeMap<&str, Call> = BTreeMap::new();
    if warm {
        for (clip, samples) in clips.iter().filter(|(clip, _)| clip.emotion == Emotion::Neutral) {
            before.entry(&clip.speaker).or_insert_with(fresh).hear(samples, vad);
        }
    }
    let mut found = Vec::new();
    for (clip, samples) in clips {
        let mut call = match (warm, before.get(clip.speaker.as_str())) {
            (true, _) if clip.emotion == Emotion::Neutral => continue,
            // Nothing neutral of this speaker is known.
            (true, None) => continue,
            (true, Some(call)) => call.clone(),
            (false, _) => fresh(),
        };
        let (first, value) = call.hear(samples, vad);
        found.push(Found { emotion: clip.emotion, value, first });
    }
    found
}

/// One speaker's speech so far.
#[derive(Clone)]
struct Call {
    tone: CustomerTone,
    now: CallTime,
}

impl Call {
    /// Hears a clip; returns its first value and how long after the onset that came, and the
    /// value at its end.
    fn hear(
        &mut self,
        samples: &[f32],
        vad: &Arc<SileroWeights>,
    ) -> (Option<(f64, f64)>, Option<f64>) {
        let mut onset = None;
        let mut first = None;
        let before = self.tone.judged().cloned();
        let padded = [samples, &[0.0; BETWEEN]].concat();
        listen(&padded, self.now, vad, |sounds, frame, under_way| {
            onset = onset.or(under_way.map(|span| span.start));
            if let Some(told) = self.tone.hear(sounds, frame, under_way)
                && let Some(onset) = onset
            {
                first.get_or_insert((f64::from(told.voice), frame.end.secs_since(onset)));
            }
        });
        self.now = self.now + padded.len() as u64;
        // What was said of an earlier clip says nothing of this one.
        let judged = self.tone.judged().filter(|judged| before.as_ref() != Some(*judged));
        (first, judged.map(|judged| f64::from(judged.value)))
    }
}

fn row(corpus: String, sound: &'static str, baseline: &'static str, found: &[Found]) -> Row {
    let scored = |against: &dyn Fn(Emotion) -> bool| -> Vec<(f64, bool)> {
        found
            .iter()
            .filter(|f| f.emotion == Emotion::Anger || against(f.emotion))
            .map(|f| (f.value.unwrap_or(0.0), f.emotion == Emotion::Anger))
            .collect()
    };
    let low = scored(&Emotion::is_low);
    let low_heard: Vec<(f64, bool)> = found
        .iter()
        .filter(|f| f.emotion == Emotion::Anger || f.emotion.is_low())
        .filter_map(|f| Some((f.value?, f.emotion == Emotion::Anger)))
        .collect();
    let rest = scored(&|_| true);
    let pairs: Vec<(f64, f64)> =
        found.iter().filter_map(|f| Some((f.first?.0, f.value?))).collect();
    let mut firsts: Vec<f64> = found.iter().filter_map(|f| Some(f.first?.1)).collect();
    firsts.sort_by(f64::total_cmp);
    Row {
        corpus,
        sound,
        baseline,
        clips: found.len(),
        unheard: found.iter().filter(|f| f.value.is_none()).count(),
        auc_low: roc_auc(&low),
        auc_low_heard: roc_auc(&low_heard),
        auc_rest: roc_auc(&rest),
        auc_joy: roc_auc(&scored(&|emotion| emotion == Emotion::Joy)),
        uar_low: uar(&low),
        uar_rest: uar(&rest),
        calibration_error: calibration_error(&rest),
        first_secs: firsts.get(firsts.len() / 2).copied(),
        first_agrees: correlation(&pairs),
    }
}

/// Mean of the recalls of both classes at the shipped threshold, 0.5.
fn uar(scored: &[(f64, bool)]) -> Option<f64> {
    let recall = |class: bool| {
        let of: Vec<bool> =
            scored.iter().filter(|(_, is)| *is == class).map(|(value, _)| *value >= 0.5).collect();
        let right = of.iter().filter(|said| **said == class).count();
        (!of.is_empty()).then(|| right as f64 / of.len() as f64)
    };
    Some((recall(true)? + recall(false)?) / 2.0)
}

/// Expected calibration error in ten equal steps (Naeini and others, 2015). Anger and the rest
/// weigh the same, since how often customers are angry is not for a corpus of actors to say.
fn calibration_error(scored: &[(f64, bool)]) -> f64 {
    let count = |class: bool| scored.iter().filter(|(_, is)| *is == class).count().max(1) as f64;
    let (angry, others) = (count(true), count(false));
    let mut bins = [(0.0, 0.0, 0.0); BINS];
    for (value, is) in scored {
        let weight = 0.5 / if *is { angry } else { others };
        let bin = &mut bins[((value * BINS as f64) as usize).min(BINS - 1)];
        bin.0 += weight;
        bin.1 += weight * value;
        bin.2 += if *is { weight } else { 0.0 };
    }
    bins.iter().map(|(_, values, angry)| (values - angry).abs()).sum()
}

/// Pearson's correlation; nothing for fewer than three pairs.
fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let n = pairs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for pair in pairs {
        let (dx, dy) = (pair.0 - x, pair.1 - y);
        xy += dx * dy;
        xx += dx * dx;
        yy += dy * dy;
    }
    (pairs.len() >= 3 && xx > 0.0 && yy > 0.0).then(|| xy / (xx * yy).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recalls_weigh_the_same() {
        // Anger 1 of 2, the rest 3 of 4.
        let scored =
            [(0.9, true), (0.1, true), (0.2, false), (0.3, false), (0.4, false), (0.5, false)];
        assert_eq!(uar(&scored), Some((0.5 + 0.75) / 2.0));
        assert_eq!(uar(&scored[2..]), None);
    }

    #[test]
    fn calibration_compares_values_with_shares() {
        // All at 0.75, of which by weight half are angry.
        let scored = [(0.75, true), (0.75, false), (0.75, false)];
        assert!((calibration_error(&scored) - 0.25).abs() < 1e-9);
        assert!(calibration_error(&[(1.0, true), (0.0, false)]) < 1e-9);
    }

    #[test]
    fn correlation_is_of_changes() {
        assert_eq!(correlation(&[(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)]), Some(1.0));
        assert_eq!(correlation(&[(0.0, 1.0), (1.0, 1.0), (2.0, 1.0)]), None);
    }
}
