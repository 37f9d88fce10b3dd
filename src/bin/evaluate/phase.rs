//! `phase`: how much of what the engine tells depends on where its frames fall on the audio.
//!
//! A live call begins at any moment of a frame. So a recording is replayed with some milliseconds
//! of silence before it, and what is told, earlier by as much, held against what is told of the
//! recording itself.

use std::path::PathBuf;

use evenkeel::call::names::Name as _;
use evenkeel::config::Config;
use evenkeel::event::{Body, Event};
use evenkeel::units::{CallTime, Party};
use serde::Serialize;

use crate::{listen, models, recordings};

/// Stretches of a name that begin or end this near to each other are one and the same. Seconds.
const SAME_SECS: f64 = 0.5;
/// How far live and replay may be apart. Seconds.
const WITHIN_SECS: f64 = 0.06;

#[derive(clap::Args)]
pub struct Args {
    /// Two-channel recordings, or folders with agent.wav and customer.wav
    #[arg(required = true)]
    calls: Vec<PathBuf>,
    /// The silence before a call grows by so many milliseconds …
    #[arg(long, default_value_t = 2.0)]
    step_ms: f64,
    /// … so many times
    #[arg(long, default_value_t = 16)]
    offsets: usize,
    /// Without words, which is many times faster
    #[cfg(feature = "whisper")]
    #[arg(long)]
    no_words: bool,
    /// Print every stretch of speech as well
    #[arg(long)]
    details: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Something that was told in some of the replays.
#[derive(Serialize)]
struct Happening {
    kind: &'static str,
    name: String,
    /// Start and end in seconds of the recording, replay by replay; the first is the plain one.
    found: Vec<Option<(f64, f64)>>,
}

/// All that was told of a call.
#[derive(Serialize)]
struct Told {
    call: String,
    offsets: usize,
    happenings: Vec<Happening>,
    /// The words, replay by replay.
    said: Vec<Vec<String>>,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    let weights = models::voice_activity()?;
    let config = Config::default();
    #[cfg(feature = "whisper")]
    let model = match args.no_words {
        true => None,
        false => {
            let entry = models::whisper(None)?;
            Some(evenkeel::speech::whisper::WhisperModel::load(&entry.path, &config.words)?)
        }
    };
    let mut results = Vec::new();
    for path in &args.calls {
        let audio = recordings::load_call(path)?;
        let mut told = Told::new(path.display().to_string(), args.offsets);
        for offset in 0..args.offsets {
            let before = CallTime::from_secs(args.step_ms * offset as f64 / 1_000.0);
            let silence = vec![0.0; before.frames() as usize];
            let audio = audio.map(|samples| [&silence[..], &samples[..]].concat());
            #[cfg(feature = "whisper")]
            let events = match &model {
                Some(model) => {
                    let mut transcriber = model.transcriber()?;
                    let events = listen::to_words(&audio, &config, &weights, &mut transcriber)?;
                    told.said.push(said(&events));
                    events
                }
                None => listen::to(&audio, &config, &weights),
            };
            #[cfg(not(feature = "whisper"))]
            let events = listen::to(&audio, &config, &weights);
            told.add(offset, before, &events);
        }
        told.happenings.sort_by(|a, b| a.kind.cmp(b.kind).then(a.start().total_cmp(&b.start())));
        results.push(told);
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&results)?);
    } else {
        results.iter().for_each(|told| told.print(args.details));
    }
    Ok(())
}

impl Told {
    fn new(call: String, offsets: usize) -> Self {
        Told { call, offsets, happenings: Vec::new(), said: Vec::new() }
    }

    /// Takes what was told in the replay after the silence of `before`.
    fn add(&mut self, replay: usize, before: CallTime, events: &[Event]) {
        let known = self.happenings.len();
        for (kind, name, start, end) in events.iter().filter_map(happening) {
            let (start, end) = (start - before.secs(), end - before.secs());
            let far = |one: &Happening| {
                let nearest = |&(s, e): &(f64, f64)| (s - start).abs().min((e - end).abs());
                one.found.iter().flatten().map(nearest).fold(f64::INFINITY, f64::min)
            };
            // None of this replay takes the place of another one.
            let like = |one: &&mut Happening| {
                one.name == name && one.found[replay].is_none() && far(one) < SAME_SECS
            };
            let nearest = self.happenings[..known].iter_mut().filter(like);
            match nearest.min_by(|a, b| far(a).total_cmp(&far(b))) {
                Some(one) => one.found[replay] = Some((start, end)),
                None => {
                    let mut found = vec![None; self.offsets];
                    found[replay] = Some((start, end));
                    self.happenings.push(Happening { kind, name, found });
                }
            }
        }
    }

    fn print(&self, details: bool) {
        println!("{}, {} replays", self.call, self.offsets);
        println!(
            "  {:<44} {:>9}  {:>7}  {:>6}  {:>6}  {:>14}",
            "what", "at s", "in", "start", "end", "within 60 ms"
        );
        for one in self.happenings.iter().filter(|one| details || one.kind != "speech") {
            let (starts, ends) = one.spreads_ms();
            let (same, of) = one.same_as_plain();
            println!(
                "  {:<44} {:>9.3}  {:>3}/{:<3}  {starts:>6.0}  {ends:>6.0}  {same:>11}/{of:<2}",
                one.name,
                one.start(),
                one.count(),
                self.offsets,
            );
        }
        for kind in ["speech", "overlap", "silence", "cue"] {
            let of_kind = || self.happenings.iter().filter(|one| one.kind == kind);
            let always = of_kind().filter(|one| one.count() == self.offsets).count();
            let (same, of) = of_kind()
                .map(Happening::same_as_plain)
                .fold((0, 0), |(same, of), (s, o)| (same + s, of + o));
            println!(
                "  {kind:<8} {:>4} told, {always:>4} in all replays; {:.1} % within 60 ms of the plain replay",
                of_kind().count(),
                100.0 * f64::from(same) / f64::from(of.max(1))
            );
        }
        let decided = || self.happenings.iter().filter(|one| one.kind != "speech");
        let pairs = (0..self.offsets).flat_map(|a| (0..a).map(move |b| (a, b)));
        let equal = pairs.clone().filter(|&(a, b)| decided().all(|one| one.alike(a, b))).count();
        println!(
            "  {equal} of {} pairs of replays tell the same overlaps, silences and cues within 60 ms",
            pairs.count()
        );
        #[cfg(feature = "whisper")]
        if let Some(plain) = self.said.first() {
            let edits = |said: &Vec<_>| crate::wer::WordErrors::between(plain, said).edits();
            let differ: Vec<usize> = self.said.iter().map(edits).collect();
            println!(
                "  words that differ from the {} of the plain replay: {differ:?}",
                plain.len()
            );
        }
        println!();
    }
}

impl Happening {
    /// Where it was told first.
    fn start(&self) -> f64 {
        self.found.iter().flatten().next().map_or(f64::NAN, |found| found.0)
    }

    fn count(&self) -> usize {
        self.found.iter().flatten().count()
    }

    /// Greatest less least, of starts and ends.
    fn spreads_ms(&self) -> (f64, f64) {
        let spread = |of: fn(&(f64, f64)) -> f64| {
            let all = || self.found.iter().flatten().map(of);
            1_000.0 * (all().fold(f64::MIN, f64::max) - all().fold(f64::MAX, f64::min))
        };
        (spread(|found| found.0), spread(|found| found.1))
    }

    /// Whether two replays agree on it.
    fn alike(&self, a: usize, b: usize) -> bool {
        match (self.found[a], self.found[b]) {
            (Some(a), Some(b)) => (a.0 - b.0).abs().max((a.1 - b.1).abs()) <= WITHIN_SECS,
            (a, b) => a == b,
        }
    }

    /// In how many replays it is as in the plain one, of those where either has it.
    fn same_as_plain(&self) -> (u32, u32) {
        let told = (1..self.found.len()).filter(|&i| self.found[i].or(self.found[0]).is_some());
        told.fold((0, 0), |(same, of), i| (same + u32::from(self.alike(0, i)), of + 1))
    }
}

/// Kind, name, start and end in seconds.
fn happening(event: &Event) -> Option<(&'static str, String, f64, f64)> {
    let (kind, name, span) = match &event.body {
        Body::Speech { party, span } => {
            ("speech", format!("speech of the {}", party.map_or("", Party::name)), *span)
        }
        Body::Overlap { span, by, kind, yielded } => {
            let yielded = if *yielded { ", yielded" } else { "" };
            ("overlap", format!("{} by the {by}{yielded}", kind.name()), *span)
        }
        Body::Silence { span } => ("silence", "silence".into(), *span),
        Body::Cue(cue) => {
            return Some(("cue", format!("cue {}", cue.rule), event.at.secs(), event.at.secs()));
        }
        _ => return None,
    };
    Some((kind, name, span.start.secs(), span.end.secs()))
}

/// What was said, the agent's before the customer's.
#[cfg(feature = "whisper")]
fn said(events: &[Event]) -> Vec<String> {
    let of = |wanted: Party| {
        events.iter().filter_map(move |event| match &event.body {
            Body::Utterance(said) if said.party == Some(wanted) => Some(said.text.as_str()),
            _ => None,
        })
    };
    let texts: Vec<&str> = Party::BOTH.into_iter().flat_map(of).collect();
    crate::normalise::words(&texts.join(" "))
}
