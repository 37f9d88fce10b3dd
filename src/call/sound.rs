//! Where the sound of a call is.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::folder::AUDIO_NAME;
use super::record::{Line, Record, SourceRecord};
use crate::audio::decode::Recording;

/// A recording without a hash in the log is the call's where its length is, to so much. Seconds.
const SAME_LENGTH_SECS: f64 = 1.0;
/// The recording is looked for in so many folders above the call's.
const FOLDERS_ABOVE: usize = 3;

/// The sound of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallSound {
    /// In its folder: the agent's channel is the first.
    Kept(PathBuf),
    /// The recording that it was made from: nobody noted which channel is whose.
    Recording(PathBuf),
    /// Nowhere.
    Missing,
}

impl CallSound {
    /// That of the call in `folder`, whose log has these lines and is `secs` long. A recording that
    /// the log names is looked for in the folder, in those above it, and where the program was
    /// started; its hash must be the one in the log.
    pub fn of(folder: &Path, lines: &[Line], secs: f64) -> CallSound {
        let kept = folder.join(AUDIO_NAME);
        if kept.is_file() {
            return CallSound::Kept(kept);
        }
        let source = lines.iter().find_map(|line| match &line.record {
            // Of two files neither is the call.
            Record::Call { source, .. } if source.len() == 1 => source.first(),
            _ => None,
        });
        // A name is a name: the log of another must not lead anywhere else.
        let named = source.filter(|source| {
            Path::new(&source.name).file_name().is_some_and(|name| name == source.name.as_str())
        });
        let Some(source) = named else { return CallSound::Missing };
        let above = folder.ancestors().take(FOLDERS_ABOVE + 1).map(Path::to_owned);
        let here = std::env::current_dir().ok();
        let places = above.chain(here).map(|place| place.join(&source.name));
        let found = places.into_iter().find(|path| path.is_file() && is_it(path, source, secs));
        found.map_or(CallSound::Missing, CallSound::Recording)
    }

    /// Where it is.
    pub fn path(&self) -> Option<&Path> {
        match self {
            CallSound::Kept(path) | CallSound::Recording(path) => Some(path),
            CallSound::Missing => None,
        }
    }
}

fn is_it(path: &Path, source: &SourceRecord, secs: f64) -> bool {
    let Some(expected) = &source.sha256 else {
        let Ok(recording) = Recording::open(path) else { return false };
        let info = recording.info();
        let length = info.frames.map(|frames| frames as f64 / f64::from(info.sample_rate.hz()));
        return info.sample_rate.hz() == source.sample_rate
            && length.is_some_and(|length| (length - secs).abs() <= SAME_LENGTH_SECS);
    };
    sha256(path).is_some_and(|found| found == *expected)
}

fn sha256(path: &Path) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let (mut hash, mut block) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut block).ok()? {
            0 => break,
            count => hash.update(&block[..count]),
        }
    }
    Some(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::write::CallWriter;
    use crate::units::PerParty;

    fn call(name: &str, sha256: &str) -> Vec<Line> {
        let text = format!(
            r#"{{"at":0,"type":"call","schema":"evenkeel.call/1","id":"a","started":null,
                "source":[{{"name":"{name}","sample_rate":16000,"encoding":"pcm_s16le"{sha256}}}],
                "layout":"stereo","config_sha256":"","models":[],"version":"1"}}"#
        );
        vec![serde_json::from_str(&text).unwrap()]
    }

    #[test]
    fn the_sound_is_in_the_folder_or_where_the_recording_is() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("calls/a");
        std::fs::create_dir_all(&folder).unwrap();
        let of = |lines: &[Line]| CallSound::of(&folder, lines, 1.0);
        let lines = call("day.wav", "");
        assert_eq!(of(&lines), CallSound::Missing);
        let recording = dir.path().join("day.wav");
        let mut writer = CallWriter::create(&recording).unwrap();
        writer.write(&PerParty { agent: vec![0.0; 16_000], customer: vec![0.1; 16_000] }).unwrap();
        writer.finish().unwrap();
        assert_eq!(of(&lines), CallSound::Recording(recording.clone()));
        assert_eq!(CallSound::of(&folder, &lines, 9.0), CallSound::Missing);
        // Another recording of the same name.
        let other = call("day.wav", &format!(r#","sha256":"{}""#, "0".repeat(64)));
        assert_eq!(of(&other), CallSound::Missing);
        let hash = sha256(&recording).unwrap();
        let same = call("day.wav", &format!(r#","sha256":"{hash}""#));
        assert_eq!(of(&same), CallSound::Recording(recording.clone()));
        assert_eq!(of(&call("../../day.wav", "")), CallSound::Missing);
        std::fs::copy(&recording, folder.join(AUDIO_NAME)).unwrap();
        assert_eq!(of(&lines), CallSound::Kept(folder.join(AUDIO_NAME)));
    }
}
