//! The sound of a clip: where it comes from, and how it is cut.

use std::path::{Path, PathBuf};

use super::{Request, ShareError};
use crate::audio::decode::Recording;
use crate::audio::source::{CallFiles, CallSource, Side, SourceError};
use crate::audio::write::CallWriter;
use crate::call::file::{is_there, on_disk, open};
use crate::call::folder::AUDIO_NAME;
use crate::call::key::Key;
use crate::call::rebuild;
use crate::call::record::{Line, Record, SourceRecord};
use crate::event::Layout;
use crate::models::sha256_of_file;
use crate::units::{CallSpan, ENGINE_RATE, Party, PerParty};

/// A recording that is so much longer or shorter than the call is another. Seconds.
const SAME_SECS: f64 = 1.0;

/// Where a call's sound is.
pub(super) enum Found {
    Source(Source),
    /// Nowhere, and why.
    Nowhere(String),
}

/// A call's sound, from its beginning.
pub(super) enum Source {
    /// The call's own: stereo, agent left, 16 kHz.
    Kept(Box<Recording>),
    /// What it was analysed from.
    Recording { source: Box<CallSource>, mono: bool },
}

/// Finds the sound of the call: the one in its folder, or the recording that is given, or a file of the
/// name that the log gives, in the call's folder or up to two above it, among the recordings, or
/// here, if it is certainly the same.
pub(super) fn find(request: &Request<'_>, lines: &[Line], key: Option<&Key>) -> Found {
    let path = request.call.join(AUDIO_NAME);
    let (summary, rebuilt) = rebuild::logged_or_rebuilt(lines);
    let secs = summary.duration;
    if let Some(files) = request.recording {
        return match secs_of(files) {
            // A header may promise more than there is, and a log that was cut short tells no length.
            Some(long) if !rebuilt && secs - long > SAME_SECS => Found::Nowhere(format!(
                "the recording that was given is {long:.1} s long and the call {secs:.1} s, so it is another's"
            )),
            _ => opened(files),
        };
    }
    if is_there(&path) {
        let name = on_disk(&path).display().to_string();
        let file = match open(&path, key) {
            Ok(file) => file,
            Err(error) => return Found::Nowhere(error.to_string()),
        };
        return match Recording::from_reader(&name, Box::new(file)) {
            Ok(kept) if kept.info().sample_rate == ENGINE_RATE && kept.info().channels == 2 => {
                Found::Source(Source::Kept(Box::new(kept)))
            }
            Ok(_) => Found::Nowhere(format!("{name} is not the sound that this program keeps")),
            Err(error) => Found::Nowhere(error.to_string()),
        };
    }
    match named(request, lines, secs) {
        Some(files) => opened(&files),
        None => Found::Nowhere(
            "the sound was not kept in the call's folder, and its recording is not found; give it with \
             --recording FILE"
                .into(),
        ),
    }
}

fn opened(files: &CallFiles) -> Found {
    match CallSource::open(files) {
        Ok(source) => {
            let mono = source.layout() == Layout::MonoMix;
            Found::Source(Source::Recording { source: Box::new(source), mono })
        }
        Err(error) => Found::Nowhere(error.to_string()),
    }
}

/// How long a recording is, where its file tells.
fn secs_of(files: &CallFiles) -> Option<f64> {
    CallSource::open(files).ok().and_then(|source| source.expected_secs())
}

/// The recording that the log names, where it is still there.
fn named(request: &Request<'_>, lines: &[Line], secs: f64) -> Option<CallFiles> {
    let (source, layout) = lines.iter().find_map(|line| match &line.record {
        Record::Call { source, layout, .. } => Some((source, *layout)),
        _ => None,
    })?;
    if layout == Layout::Live {
        return None;
    }
    let folder = request.call.canonicalize().ok()?;
    let above = folder.ancestors().take(4).map(Path::to_owned);
    let given = request.recordings.map(Path::to_owned);
    let places: Vec<PathBuf> = above.chain(given).chain(std::env::current_dir()).collect();
    for place in places {
        let paths: Vec<PathBuf> = source.iter().map(|source| place.join(&source.name)).collect();
        let same = paths.iter().zip(source).all(|(path, source)| is_same(path, source));
        // Which side the agent was on the log does not say where it was not the usual one.
        let files = match &paths[..] {
            [one] => CallFiles::One { path: one.clone(), agent: agent_side(one, lines) },
            [agent, customer] => {
                CallFiles::Two { agent: agent.clone(), customer: customer.clone() }
            }
            _ => return None,
        };
        if same && secs_of(&files).is_none_or(|long| (long - secs).abs() <= SAME_SECS) {
            return Some(files);
        }
    }
    None
}

/// Whether the file is the one that was analysed: by its hash where that is known, or by its form.
fn is_same(path: &Path, source: &SourceRecord) -> bool {
    if !path.is_file() {
        return false;
    }
    match &source.sha256 {
        Some(sha256) => sha256_of_file(path).is_ok_and(|sum| sum.to_string() == *sha256),
        None => Recording::open(path).is_ok_and(|recording| {
            let info = recording.info();
            info.sample_rate.hz() == source.sample_rate && info.encoding == source.encoding
        }),
    }
}

/// The side on which the agent is louder while the log says that only the agent speaks.
fn agent_side(path: &Path, lines: &[Line]) -> Side {
    let loudness = |side: Side| -> Option<f64> {
        let files = CallFiles::One { path: path.to_owned(), agent: side };
        let mut source = CallSource::open(&files).ok()?;
        let mut audio = PerParty::<Vec<f32>>::default();
        while source.read(&mut audio).ok()? {}
        let mut energy = 0.0;
        for line in lines {
            let Record::Speech { party: Some(party), span } = &line.record else { continue };
            let frame = |secs: f64| (secs * f64::from(ENGINE_RATE.hz())) as usize;
            let heard = audio[*party].get(frame(span.start.0)..frame(span.end.0));
            let heard = heard.unwrap_or_default();
            energy += heard.iter().map(|sample| f64::from(sample * sample)).sum::<f64>();
        }
        Some(energy)
    };
    match (loudness(Side::Left), loudness(Side::Right)) {
        (Some(left), Some(right)) if right > left => Side::Right,
        _ => Side::Left,
    }
}

impl Source {
    /// Appends the next stretch; `false` at the end.
    fn read(&mut self, out: &mut PerParty<Vec<f32>>) -> Result<bool, SourceError> {
        match self {
            Source::Kept(recording) => {
                let mut block = Vec::new();
                let more = recording.read(&mut block)? > 0;
                for frame in block.chunks_exact(2) {
                    out.agent.push(frame[0]);
                    out.customer.push(frame[1]);
                }
                Ok(more)
            }
            Source::Recording { source, mono } => {
                let more = source.read(out)?;
                if *mono {
                    // Both voices are in the one channel: it is heard on both sides.
                    out.agent.clone_from(&out.customer);
                }
                Ok(more)
            }
        }
    }
}

/// Writes `span` of the sound to the file `to`, silent where it is `hushed`.
pub(super) fn cut(
    source: &mut Source,
    span: CallSpan,
    hushed: &[CallSpan],
    to: &Path,
) -> Result<(), ShareError> {
    let frame = |secs: f64| (secs * f64::from(ENGINE_RATE.hz())).round() as usize;
    let (start, end) = (frame(span.start.secs()), frame(span.end.secs()));
    let mut writer = CallWriter::create(to)?;
    let mut audio = PerParty::<Vec<f32>>::default();
    // Frames that came before those in `audio`.
    let mut before = PerParty { agent: 0, customer: 0 };
    loop {
        let more = source.read(&mut audio)?;
        let mut kept = PerParty::<Vec<f32>>::default();
        for party in Party::BOTH {
            let first = before[party];
            let samples = std::mem::take(&mut audio[party]);
            before[party] += samples.len();
            let from = start.clamp(first, before[party]);
            let until = end.clamp(first, before[party]);
            let mut part = samples[from - first..until.max(from) - first].to_vec();
            for hush in hushed {
                let quiet = |secs: f64| frame(secs).clamp(from, from + part.len()) - from;
                let quiet = quiet(hush.start.secs())..quiet(hush.end.secs());
                part[quiet].fill(0.0);
            }
            kept[party] = part;
        }
        writer.write(&kept)?;
        if !more || before.agent >= end && before.customer >= end {
            break;
        }
    }
    Ok(writer.finish()?)
}
