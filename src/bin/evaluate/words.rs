//! `words`: word error rate and time to text over a list of recordings, with the encoder's
//! context cut to the utterance and with the full one.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, bail};
use cpu_time::ProcessTime;
use evenkeel::config::WordsConfig;
use evenkeel::event::{TranscribeRequest, Urgency};
use evenkeel::speech::transcript::Transcriber;
#[cfg(feature = "ctranslate2")]
use evenkeel::speech::transcript::{TranscribeError, Transcript};
use evenkeel::speech::whisper::WhisperModel;
use evenkeel::units::{CallSpan, CallTime};
use serde::Serialize;

use crate::normalise::words;
use crate::wer::{WordErrors, is_looping};
use crate::{models, recordings};

/// Utterances of this length are those that time to text is told of. Seconds.
const TYPICAL_SECS: std::ops::Range<f64> = 3.0..5.0;

#[derive(clap::Args)]
pub struct Args {
    /// Tab-separated: path of a recording, what is said in it; one a line
    manifest: PathBuf,
    /// Whisper model, by name or file
    #[arg(long)]
    model: Option<String>,
    /// Only the cut context
    #[arg(long)]
    cut_only: bool,
    /// By CTranslate2 as well: one after the other, and all at once
    #[cfg(feature = "ctranslate2")]
    #[arg(long)]
    ctranslate2: bool,
    /// Write each recording's result here, tab-separated
    #[arg(long, value_name = "FILE")]
    details: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What one way of decoding gave.
#[derive(Serialize)]
struct Result {
    context: &'static str,
    utterances: usize,
    audio_secs: f64,
    wer: Option<f64>,
    errors: WordErrors,
    loops: usize,
    redone: usize,
    cpu_secs: f64,
    /// CPU seconds a second of audio.
    rtf: f64,
    /// Milliseconds from samples to text, median and 95th percentile.
    text_ms: [f64; 2],
    /// The same over utterances of 3 to 5 s.
    typical_text_ms: [f64; 2],
    typical: usize,
}

/// One line of the manifest.
struct Item {
    path: PathBuf,
    reference: String,
    samples: Vec<f32>,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    let items = read_manifest(&args.manifest)?;
    let entry = models::whisper(args.model.as_deref())?;
    let load = || WhisperModel::load(&entry.path, &WordsConfig::default());
    let mut details = String::from("context\tms\tredo\tpath\treference\theard\n");
    let mut results = vec![measure("cut", &mut load()?.transcriber()?, &items, &mut details)?];
    if !args.cut_only {
        let mut full = load()?.with_full_context().transcriber()?;
        results.push(measure("full", &mut full, &items, &mut details)?);
    }
    #[cfg(feature = "ctranslate2")]
    if args.ctranslate2 {
        let config = WordsConfig::default();
        let model = evenkeel::speech::ctranslate2::CTranslate2Model::open(&entry.path, 0, &config)?;
        let mut transcriber = model.transcriber()?;
        results.push(measure("ct2", &mut transcriber, &items, &mut details)?);
        let mut gathered = Gathered::new(&mut transcriber, &items)?;
        results.push(measure("ct2 all", &mut gathered, &items, &mut details)?);
        let result = results.last_mut().expect("it has just been put there");
        result.cpu_secs = gathered.cpu_secs;
        result.rtf = result.cpu_secs / result.audio_secs;
    }
    if let Some(path) = &args.details {
        fs::write(path, details).with_context(|| path.display().to_string())?;
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&results)?);
        return Ok(());
    }
    println!("{} on {}, one thread", entry.name, args.manifest.display());
    println!(
        "context  utterances  audio s  WER     loops  redone  CPU s   RTF     text ms p50/p95  of {TYPICAL_SECS:?} s"
    );
    for r in &results {
        println!(
            "{:<7}  {:>10}  {:>7.1}  {:>5.2}%  {:>5}  {:>6}  {:>5.1}  {:>6.4}  {:>7.0} / {:<6.0} {:>7.0} / {:<6.0} ({})",
            r.context,
            r.utterances,
            r.audio_secs,
            100.0 * r.wer.unwrap_or(f64::NAN),
            r.loops,
            r.redone,
            r.cpu_secs,
            r.rtf,
            r.text_ms[0],
            r.text_ms[1],
            r.typical_text_ms[0],
            r.typical_text_ms[1],
            r.typical
        );
    }
    if let [cut, full] = &results[..] {
        println!("CPU of the cut context: {:.3} of the full one's", cut.cpu_secs / full.cpu_secs);
    }
    Ok(())
}

fn measure(
    context: &'static str,
    transcriber: &mut dyn Transcriber,
    items: &[Item],
    details: &mut String,
) -> anyhow::Result<Result> {
    // The first decode pays for memory that is then kept.
    transcriber.transcribe(&request(&items[0].samples))?;
    let mut errors = WordErrors::default();
    let (mut loops, mut redone) = (0, 0);
    let (mut all_ms, mut typical_ms) = (Vec::new(), Vec::new());
    let (mut audio_secs, mut cpu_secs) = (0.0, 0.0);
    for item in items {
        let request = request(&item.samples);
        let secs = request.span.secs();
        let (cpu, wall) = (ProcessTime::now(), Instant::now());
        let transcript = transcriber.transcribe(&request)?;
        let ms = wall.elapsed().as_secs_f64() * 1_000.0;
        cpu_secs += cpu.elapsed().as_secs_f64();
        audio_secs += secs;
        all_ms.push(ms);
        if TYPICAL_SECS.contains(&secs) {
            typical_ms.push(ms);
        }
        let (reference, heard) = (words(&item.reference), words(&transcript.text));
        errors += WordErrors::between(&reference, &heard);
        loops += usize::from(is_looping(&reference, &heard));
        redone += usize::from(transcript.redo);
        details.push_str(&format!(
            "{context}\t{ms:.0}\t{}\t{}\t{}\t{}\n",
            transcript.redo,
            item.path.display(),
            reference.join(" "),
            heard.join(" ")
        ));
    }
    Ok(Result {
        context,
        utterances: items.len(),
        audio_secs,
        wer: errors.rate(),
        errors,
        loops,
        redone,
        cpu_secs,
        rtf: cpu_secs / audio_secs,
        typical: typical_ms.len(),
        text_ms: percentiles(all_ms),
        typical_text_ms: percentiles(typical_ms),
    })
}

/// Words that were made of all at once.
#[cfg(feature = "ctranslate2")]
struct Gathered {
    /// With the audio of each.
    made: Vec<(Vec<f32>, Transcript)>,
    cpu_secs: f64,
}

#[cfg(feature = "ctranslate2")]
impl Gathered {
    fn new(transcriber: &mut dyn Transcriber, items: &[Item]) -> anyhow::Result<Gathered> {
        let requests: Vec<_> = items.iter().map(|item| request(&item.samples)).collect();
        let cpu = ProcessTime::now();
        let made = transcriber.transcribe_all(&requests);
        let cpu_secs = cpu.elapsed().as_secs_f64();
        let made =
            requests.into_iter().zip(made).map(|(request, made)| Ok((request.samples, made?)));
        Ok(Gathered { made: made.collect::<anyhow::Result<_>>()?, cpu_secs })
    }
}

#[cfg(feature = "ctranslate2")]
impl Transcriber for Gathered {
    fn transcribe(
        &mut self,
        request: &TranscribeRequest,
    ) -> std::result::Result<Transcript, TranscribeError> {
        let found = self.made.iter().find(|(samples, _)| *samples == request.samples);
        let (_, transcript) = found.ok_or_else(|| TranscribeError("not asked for".into()))?;
        Ok(transcript.clone())
    }
}

/// The whole recording as one utterance.
fn request(samples: &[f32]) -> TranscribeRequest {
    TranscribeRequest {
        urgency: Urgency::Final,
        id: 0,
        party: None,
        span: CallSpan::new(CallTime::ZERO, CallTime::from_frames(samples.len() as u64)),
        audio_start: CallTime::ZERO,
        samples: [&[0.0; 4_000], samples, &[0.0; 4_000]].concat(),
    }
}

fn percentiles(mut ms: Vec<f64>) -> [f64; 2] {
    ms.sort_by(f64::total_cmp);
    let at = |q: f64| match ms.len() {
        0 => f64::NAN,
        n => ms[((n - 1) as f64 * q).round() as usize],
    };
    [at(0.5), at(0.95)]
}

fn read_manifest(path: &Path) -> anyhow::Result<Vec<Item>> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("{}: the manifest can't be read", path.display()))?;
    let base = path.parent().unwrap_or(Path::new("."));
    let mut items = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let Some((wav, reference)) = line.split_once('\t') else {
            bail!("{}, line {}: needs a path, a tab and the words", path.display(), i + 1);
        };
        if i == 0 && wav == "wav" {
            continue;
        }
        let path = base.join(wav);
        let samples = recordings::load(&path)?;
        items.push(Item { path, reference: reference.to_owned(), samples });
    }
    if items.is_empty() {
        bail!("{}: no recordings in it", path.display());
    }
    Ok(items)
}
