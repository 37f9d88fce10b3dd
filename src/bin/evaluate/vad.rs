//! `vad`: how well voice activity tells speech from the rest, 8 ms by 8 ms, and how late
//! its spans begin and end.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, bail};
use evenkeel::config::SpeechConfig;
use evenkeel::speech::activity::{FRAME, LATE, VoiceActivity as _};
use evenkeel::speech::silero::Silero;
use evenkeel::speech::span::{HOP, HOPS, SpanEvent, SpanTracker};
use evenkeel::units::{CallSpan, CallTime, Dbfs};
use serde::Serialize;

use crate::auc::roc_auc;
use crate::{models, recordings};

/// An edge further from every true one than this is another edge. Seconds.
const SAME_EDGE_SECS: f64 = 0.5;

#[derive(clap::Args)]
pub struct Args {
    /// Folder of recordings with a .scv beside each: name, then start, end and 1 or 0 for
    /// each stretch, separated by commas
    dir: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Result {
    audio: &'static str,
    files: usize,
    hops: usize,
    auc: Option<f64>,
    /// Milliseconds by which spans begin late (median), and end late; early is negative.
    onset_lag_ms: f64,
    offset_lag_ms: f64,
    /// Share of the true edges of speech that a span's edge lies near.
    edges_found: f64,
    /// Microseconds for one frame of 32 ms.
    frame_us: f64,
}

struct Clip {
    samples: Vec<f32>,
    speech: Vec<CallSpan>,
    end: CallTime,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    let clips = read_dir(&args.dir)?;
    let narrow: Vec<Clip> = clips
        .iter()
        .map(|clip| Clip {
            samples: recordings::through_telephone(&clip.samples),
            speech: clip.speech.clone(),
            end: clip.end,
        })
        .collect();
    let results = [measure("16 kHz", &clips)?, measure("8 kHz mu-law", &narrow)?];
    if args.json {
        println!("{}", serde_json::to_string_pretty(&results)?);
        return Ok(());
    }
    println!("audio         files    hops  AUC    onset ms  offset ms  edges found  us a frame");
    for r in &results {
        println!(
            "{:<12}  {:>5}  {:>6}  {:.3}  {:>8.0}  {:>9.0}  {:>10.0}%  {:>10.1}",
            r.audio,
            r.files,
            r.hops,
            r.auc.unwrap_or(f64::NAN),
            r.onset_lag_ms,
            r.offset_lag_ms,
            r.edges_found * 100.0,
            r.frame_us
        );
    }
    Ok(())
}

fn measure(audio: &'static str, clips: &[Clip]) -> anyhow::Result<Result> {
    let weights = models::voice_activity()?;
    let config = SpeechConfig::default();
    let mut scores = Vec::new();
    let (mut onsets, mut offsets, mut edges) = (Vec::new(), Vec::new(), 0);
    let mut model_secs = 0.0;
    for clip in clips {
        let mut model = Silero::new(weights.clone());
        let mut tracker = SpanTracker::new(&config);
        let mut late = VecDeque::new();
        let mut spans = Vec::new();
        let mut keep = |event| {
            if let SpanEvent::Ended(span) = event {
                spans.push(span);
            }
        };
        for (i, frame) in clip.samples.chunks_exact(FRAME).enumerate() {
            let frame: &[f32; FRAME] = frame.try_into().expect("a full frame");
            let began = Instant::now();
            let probability = model.probability(frame, [true; HOPS]);
            model_secs += began.elapsed().as_secs_f64();
            let levels = frame.as_chunks::<HOP>().0.iter().map(|hop| {
                Dbfs::from_mean_square(hop.iter().map(|x| x * x).sum::<f32>() / HOP as f32).0
            });
            late.extend(levels);
            for (hop, probability) in probability.into_iter().enumerate() {
                // The first ones are from before the clip.
                let Some(hop) = (i * HOPS + hop).checked_sub(LATE) else { continue };
                let level_db = late.pop_front().expect("more than `LATE`");
                tracker.step(probability, level_db, &mut keep);
                let middle = CallTime::from_frames((hop * HOP + HOP / 2) as u64);
                if middle < clip.end {
                    let speech = clip.speech.iter().any(|span| span.contains(middle));
                    scores.push((f64::from(probability), speech));
                }
            }
        }
        if let Some(event) = tracker.finish() {
            keep(event);
        }
        // Edges at the ends of a clip are cuts, not speech beginning or ending; spans bridge
        // pauses under 0.3 s, so true speech is joined in the same way.
        let truth = bridged(&clip.speech, config.bridge_secs);
        let inside =
            |moment: CallTime| moment > CallTime::ZERO && moment.secs() < clip.end.secs() - 0.05;
        let mut compare = |truth: Vec<CallTime>, found: Vec<CallTime>, lags: &mut Vec<f64>| {
            for edge in truth.into_iter().filter(|edge| inside(*edge)) {
                edges += 1;
                let lag = found
                    .iter()
                    .map(|found| found.secs_since(edge))
                    .min_by(|a, b| a.abs().total_cmp(&b.abs()));
                lags.extend(lag.filter(|lag| lag.abs() < SAME_EDGE_SECS));
            }
        };
        let starts = |spans: &[CallSpan]| spans.iter().map(|span| span.start).collect();
        let ends = |spans: &[CallSpan]| spans.iter().map(|span| span.end).collect();
        compare(starts(&truth), starts(&spans), &mut onsets);
        compare(ends(&truth), ends(&spans), &mut offsets);
    }
    Ok(Result {
        audio,
        files: clips.len(),
        hops: scores.len(),
        auc: roc_auc(&scores),
        edges_found: (onsets.len() + offsets.len()) as f64 / f64::from(edges.max(1)),
        onset_lag_ms: median(onsets) * 1_000.0,
        offset_lag_ms: median(offsets) * 1_000.0,
        frame_us: model_secs * 1e6
            / clips.iter().map(|c| c.samples.len() / FRAME).sum::<usize>() as f64,
    })
}

fn bridged(speech: &[CallSpan], pause_secs: f64) -> Vec<CallSpan> {
    let mut joined: Vec<CallSpan> = Vec::new();
    for span in speech {
        match joined.last_mut() {
            Some(last) if span.start.secs_since(last.end) < pause_secs => last.end = span.end,
            _ => joined.push(*span),
        }
    }
    joined
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn read_dir(dir: &Path) -> anyhow::Result<Vec<Clip>> {
    let entries = fs::read_dir(dir).with_context(|| {
        format!("{}: there is no such folder; give that of the recordings", dir.display())
    })?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|ext| ext == "wav"));
    paths.sort();
    if paths.is_empty() {
        bail!("{}: no .wav in it", dir.display());
    }
    paths.iter().map(|path| read_clip(path)).collect()
}

fn read_clip(wav: &Path) -> anyhow::Result<Clip> {
    let scv = wav.with_extension("scv");
    let name = scv.display();
    let text = fs::read_to_string(&scv).with_context(|| format!("{name}: can't be read"))?;
    let fields: Vec<&str> = text.trim().trim_end_matches(',').split(',').skip(1).collect();
    let mut speech = Vec::new();
    let mut last = CallTime::ZERO;
    for stretch in fields.chunks(3) {
        let [start, end, kind] = stretch else {
            bail!("{name}: its numbers do not come in threes: start, end, 1 or 0");
        };
        let time = |field: &str| -> anyhow::Result<CallTime> {
            let secs: f64 = field.trim().parse().with_context(|| format!("{name}: {field:?}"))?;
            Ok(CallTime::from_secs(secs))
        };
        last = time(end)?;
        if kind.trim() == "1" {
            speech.push(CallSpan::new(time(start)?, last));
        }
    }
    Ok(Clip { samples: recordings::load(wav)?, speech, end: last })
}
