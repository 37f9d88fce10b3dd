//! Where the sound of a call is.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::file::{self, is_there, on_disk};
use super::folder::{AUDIO_NAME, FolderError};
use super::key::Key;
use super::record::{Line, Record, SourceRecord};
use crate::audio::decode::{DecodeError, Recording};
use crate::audio::seekable::Seekable;
use crate::units::PerParty;

/// A recording without a hash in the log is the call's where its length is, to so much. Seconds.
const SAME_LENGTH_SECS: f64 = 1.0;
/// The recording is looked for in so many folders above the call's.
const FOLDERS_ABOVE: usize = 3;

/// The sound of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallSound {
    /// In its folder, locked or not: the agent's channel is the first.
    Kept(PathBuf),
    /// The recording that it was made from: nobody noted which channel is whose.
    Recording(PathBuf),
    /// The two recordings that it was made from, a party in each.
    Two(PerParty<PathBuf>),
    /// Nowhere.
    Missing,
}

/// The sound can't be opened.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub enum SoundError {
    /// Its file is locked, or damaged.
    Folder(#[from] FolderError),
    /// It is no recording that can be read.
    Decode(#[from] DecodeError),
}

impl CallSound {
    /// That of the call in `folder`, whose log has these lines and is `secs` long. A recording that
    /// the log names is looked for in the folder, in those above it, among the `recordings`, and where
    /// the program was started; its hash must be the one in the log.
    pub fn of(folder: &Path, lines: &[Line], secs: f64, recordings: Option<&Path>) -> CallSound {
        let kept = folder.join(AUDIO_NAME);
        if is_there(&kept) {
            return CallSound::Kept(kept);
        }
        let sources: &[SourceRecord] = lines
            .iter()
            .find_map(|line| match &line.record {
                Record::Call { source, .. } => Some(&source[..]),
                _ => None,
            })
            .unwrap_or_default();
        // A name is a name: the log of another must not lead anywhere else.
        let plain = |source: &SourceRecord| {
            Path::new(&source.name).file_name().is_some_and(|name| name == source.name.as_str())
        };
        if !sources.iter().all(plain) {
            return CallSound::Missing;
        }
        let above = folder.ancestors().take(FOLDERS_ABOVE + 1).map(Path::to_owned);
        let here = std::env::current_dir().ok();
        let mut places = above.chain(recordings.map(Path::to_owned)).chain(here);
        let found = match sources {
            [one] => places
                .map(|place| place.join(&one.name))
                .find(|path| is_it(path, one, |found| (found - secs).abs() <= SAME_LENGTH_SECS))
                .map(CallSound::Recording),
            [agent, customer] => places.find_map(|place| {
                let files = PerParty {
                    agent: place.join(&agent.name),
                    customer: place.join(&customer.name),
                };
                // The call is as long as the longer one.
                let fits = |found: f64| found <= secs + SAME_LENGTH_SECS;
                let same =
                    is_it(&files.agent, agent, fits) && is_it(&files.customer, customer, fits);
                same.then_some(CallSound::Two(files))
            }),
            _ => None,
        };
        found.unwrap_or(CallSound::Missing)
    }

    /// Whether there is none.
    pub fn is_missing(&self) -> bool {
        *self == CallSound::Missing
    }

    /// Opens it, with the `key` of a locked call; `None` where there is none. Of a locked file nothing is
    /// written anywhere: it is unlocked piece by piece, as it is read.
    ///
    /// # Errors
    /// [`SoundError`].
    pub fn open(&self, key: Option<&Key>) -> Result<Option<Seekable>, SoundError> {
        Ok(Some(match self {
            CallSound::Kept(path) => {
                let file = file::open(path, key)?;
                let there = on_disk(path);
                let name = there.display().to_string();
                Seekable::of(Recording::from_reader(&name, Box::new(file))?, &there)
            }
            CallSound::Recording(path) => Seekable::open(path)?,
            CallSound::Two(files) => Seekable::open_two(files)?,
            CallSound::Missing => return Ok(None),
        }))
    }
}

/// Whether the file is the one that the log tells of: by its hash, or where that is not known by its
/// rate and its length in seconds.
fn is_it(path: &Path, source: &SourceRecord, fits: impl Fn(f64) -> bool) -> bool {
    if !path.is_file() {
        return false;
    }
    let Some(expected) = &source.sha256 else {
        let Ok(recording) = Recording::open(path) else { return false };
        let info = recording.info();
        let length = info.frames.map(|frames| frames as f64 / f64::from(info.sample_rate.hz()));
        return info.sample_rate.hz() == source.sample_rate && length.is_some_and(fits);
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
    use crate::call::lock::lock;

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
        let of = |lines: &[Line]| CallSound::of(&folder, lines, 1.0, None);
        let lines = call("day.wav", "");
        assert_eq!(of(&lines), CallSound::Missing);
        let recording = dir.path().join("day.wav");
        let mut writer = CallWriter::create(&recording).unwrap();
        writer.write(&PerParty { agent: vec![0.0; 16_000], customer: vec![0.1; 16_000] }).unwrap();
        writer.finish().unwrap();
        assert_eq!(of(&lines), CallSound::Recording(recording.clone()));
        assert_eq!(CallSound::of(&folder, &lines, 9.0, None), CallSound::Missing);
        // Somewhere else, and told where.
        let elsewhere = tempfile::tempdir().unwrap();
        let apart = elsewhere.path().join("calls/a");
        let found = |recordings| CallSound::of(&apart, &lines, 1.0, recordings);
        assert_eq!(found(None), CallSound::Missing);
        assert_eq!(found(Some(dir.path())), CallSound::Recording(recording.clone()));
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

    #[test]
    fn of_two_recordings_both_must_be_there() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("calls/a");
        std::fs::create_dir_all(&folder).unwrap();
        let mut lines = call("agent.wav", "");
        let Record::Call { source, .. } = &mut lines[0].record else { panic!() };
        let other = SourceRecord { name: "customer.wav".into(), ..source[0].clone() };
        source.push(other);
        let of = |secs: f64| CallSound::of(&folder, &lines, secs, None);
        let [agent, customer] = ["agent.wav", "customer.wav"].map(|name| dir.path().join(name));
        for (path, frames) in [(&agent, 16_000), (&customer, 48_000)] {
            assert_eq!(of(3.0), CallSound::Missing);
            let mut writer = CallWriter::create(path).unwrap();
            let voice = vec![0.25; frames];
            writer.write(&PerParty { agent: voice.clone(), customer: voice }).unwrap();
            writer.finish().unwrap();
        }
        assert_eq!(of(1.0), CallSound::Missing);
        let found = of(3.0);
        assert_eq!(found, CallSound::Two(PerParty { agent, customer }));
        let mut sound = found.open(None).unwrap().unwrap();
        sound.seek(15_999).unwrap();
        let mut out = Vec::new();
        assert_eq!((sound.channels(), sound.read(2, &mut out).unwrap()), (2, 2));
        let heard: Vec<bool> = out.iter().map(|sample| *sample > 0.2).collect();
        assert_eq!(heard, [true, true, false, true]);
    }

    #[test]
    fn locked_sound_is_heard_with_its_key_only_and_nothing_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("a");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join(super::super::folder::LOG_NAME), "").unwrap();
        let mut writer = CallWriter::create(&folder.join(AUDIO_NAME)).unwrap();
        let ramp: Vec<f32> = (0..200_000).map(|i| i as f32 / 200_000.0).collect();
        writer.write(&PerParty { agent: ramp.clone(), customer: ramp }).unwrap();
        writer.finish().unwrap();
        let key = Key::generate();
        lock(&folder, &key).unwrap();
        let names = || {
            let names = std::fs::read_dir(&folder).unwrap();
            let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        let before = names();
        let sound = CallSound::of(&folder, &[], 0.0, None);
        assert!(matches!(sound, CallSound::Kept(_)));
        let mut open = sound.open(Some(&key)).unwrap().unwrap();
        for frame in [150_000, 3, 199_999] {
            open.seek(frame).unwrap();
            let mut out = Vec::new();
            open.read(1, &mut out).unwrap();
            assert!((out[0] - frame as f32 / 200_000.0).abs() < 1e-4, "{frame}: {out:?}");
        }
        assert_eq!(names(), before);
        let why = |key: Option<&Key>| sound.open(key).unwrap_err().to_string();
        assert!(why(None).contains("is locked; give its key"), "{}", why(None));
        let other = why(Some(&Key::generate()));
        assert!(other.contains("another key"), "{other}");
        // A flipped byte, far in.
        let path = folder.join("audio.wav.age");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[400_000] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let mut open = sound.open(Some(&key)).unwrap().unwrap();
        let mut out = Vec::new();
        let why = loop {
            match open.read(8_192, &mut out) {
                Ok(0) => panic!("nobody noticed"),
                Ok(_) => {}
                Err(why) => break why.to_string(),
            }
        };
        assert!(why.contains("changed or cut short after it was locked"), "{why}");
    }
}
