//! Which recordings are meant: files, folders, patterns, lists and manifests; on this machine, or on
//! object storage by URL.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::manifest::{self, ManifestError};
use crate::audio::source::{CallFiles, Side};
use crate::call::began::Began;
use crate::cloud::{Bucket, CloudError, ObjectUrl};
use crate::event::About;

/// Endings of what is taken for a recording in a folder.
const RECORDINGS: [&str; 11] =
    ["wav", "wave", "flac", "mp3", "ogg", "oga", "opus", "m4a", "mp4", "webm", "mka"];

/// A call to be analysed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its recording.
    pub files: CallFiles,
    /// When it began, where that is known.
    pub began: Option<Began>,
    /// What else is known of it.
    pub about: About,
    /// Why it can't be analysed, where its line of a list says nothing that makes sense.
    pub refused: Option<String>,
    /// Size of its files in bytes, where object storage has told it.
    pub listed_bytes: Option<u64>,
}

impl Job {
    /// A recording of which nothing is known.
    pub fn of(files: CallFiles) -> Job {
        Job { files, began: None, about: About::default(), refused: None, listed_bytes: None }
    }

    /// Its files, or their URLs: one, or the agent's and the customer's.
    pub fn paths(&self) -> Vec<&Path> {
        self.files.paths()
    }

    /// Size of its files in bytes; 0 for what can't be looked at.
    pub fn bytes(&self) -> u64 {
        let size = |path: &&Path| fs::metadata(path).map_or(0, |data| data.len());
        self.listed_bytes.unwrap_or_else(|| self.paths().iter().map(size).sum())
    }
}

/// All that is to be analysed, in order, each recording once.
#[derive(Debug, Default)]
pub struct Intake {
    /// The calls.
    pub jobs: Vec<Job>,
    /// What was passed over, for the user to know.
    pub notes: Vec<String>,
    known: BTreeSet<Vec<PathBuf>>,
    /// A folder that is passed over wherever it lies.
    without: Option<PathBuf>,
}

/// Why a source can't be taken in.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// There is nothing of that name.
    #[error("{0}: there is no such file or folder, and no recording that fits it as a pattern")]
    Nothing(String),
    /// It can't be read.
    #[error("{}: can't be read: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A pattern that is none.
    #[error("{pattern}: not a pattern: {source}")]
    Pattern {
        /// What was given.
        pattern: String,
        /// What is wrong with it.
        source: glob::PatternError,
    },
    /// A manifest that can't be used.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// There is no object of that name, and no recording below it.
    #[error("{0}: there is no such object, and no recording below it; patterns are for files only")]
    NothingThere(ObjectUrl),
    /// Object storage can't be used.
    #[error(transparent)]
    Cloud(#[from] CloudError),
}

impl Intake {
    /// Nothing yet; the folder `archive` will be passed over, should it lie within a source: what is
    /// in it was made from recordings.
    pub fn beside(archive: &Path) -> Intake {
        Intake { without: archive.canonicalize().ok(), ..Intake::default() }
    }

    /// Takes in what `source` means: a recording; a folder, with all recordings in it and below;
    /// a pattern such as `calls/2026-11-*/*.wav`; a manifest (`.csv` or `.jsonl`); or `-`, a list of
    /// these but the last on `input`, one a line (or each ended by a NUL, as `find -print0` does). A URL
    /// may mean a recording, a manifest, or all recordings below it.
    ///
    /// # Errors
    /// Where it can't be read, or there is nothing of that name.
    pub fn add(&mut self, source: &Path, input: &mut dyn Read) -> Result<(), IntakeError> {
        if source == Path::new("-") {
            return self.add_list(input);
        }
        if let Some(url) = ObjectUrl::of(source)? {
            return self.add_url(&url);
        }
        let Ok(kind) = fs::metadata(source) else { return self.add_pattern(source) };
        if kind.is_dir() {
            return self.add_folder(source);
        }
        let ending = ending_of(source);
        if ending == "csv" || ending == "jsonl" {
            let (jobs, notes) = manifest::read(source)?;
            self.notes.extend(notes);
            jobs.into_iter().for_each(|job| self.push(job));
            return Ok(());
        }
        self.push(Job::of(CallFiles::One { path: source.to_owned(), agent: Side::default() }));
        Ok(())
    }

    fn push(&mut self, job: Job) {
        let own = job.paths().iter().map(|path| (*path).to_owned()).collect();
        if self.known.insert(own) {
            self.jobs.push(job);
        }
    }

    fn add_list(&mut self, input: &mut dyn Read) -> Result<(), IntakeError> {
        let mut bytes = Vec::new();
        let read = input.read_to_end(&mut bytes);
        read.map_err(|source| IntakeError::Read { path: "standard input".into(), source })?;
        let end = if bytes.contains(&0) { 0 } else { b'\n' };
        for line in bytes.split(|byte| *byte == end) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                continue;
            }
            let path = path_of(line);
            if is_recording(&path) && matches!(ObjectUrl::of(&path), Ok(Some(_))) {
                // Each would be asked for by itself; whether it is there is seen when it is fetched.
                self.push(Job::of(CallFiles::One { path, agent: Side::default() }));
                continue;
            }
            match self.add(&path, &mut io::empty()) {
                Ok(()) => {}
                // One wrong line of thousands is told with the failures, and stops nothing.
                Err(why) => {
                    let files = CallFiles::One { path, agent: Side::default() };
                    self.push(Job { refused: Some(why.to_string()), ..Job::of(files) });
                }
            }
        }
        Ok(())
    }

    fn add_url(&mut self, url: &ObjectUrl) -> Result<(), IntakeError> {
        let bucket = Bucket::open(url)?;
        let path = PathBuf::from(url.to_string());
        if let Some(object) = bucket.look(url)? {
            if !["csv", "jsonl"].contains(&ending_of(&path).as_str()) {
                self.add_files(
                    vec![path],
                    &BTreeMap::from([(url.to_string().into(), object.bytes)]),
                );
                return Ok(());
            }
            let content = bucket.get(url)?.map_or_else(Vec::new, |(content, _)| content);
            let (jobs, notes) = manifest::read_content(&path, &content)?;
            self.notes.extend(notes);
            jobs.into_iter().for_each(|job| self.push(job));
            return Ok(());
        }
        let listed = bucket.list(url)?.into_iter();
        let sizes: BTreeMap<PathBuf, u64> = listed
            .map(|object| (PathBuf::from(object.url.to_string()), object.bytes))
            .filter(|(path, _)| is_recording(path))
            .collect();
        if sizes.is_empty() {
            return Err(IntakeError::NothingThere(url.clone()));
        }
        let mut paths: Vec<PathBuf> = sizes.keys().cloned().collect();
        paths.sort_by_key(|path| as_folders(path));
        self.add_files(paths, &sizes);
        Ok(())
    }

    fn add_pattern(&mut self, source: &Path) -> Result<(), IntakeError> {
        let nothing = || IntakeError::Nothing(source.display().to_string());
        let Some(pattern) = source.to_str().filter(|text| text.contains(['*', '?', '['])) else {
            return Err(nothing());
        };
        let fits = glob::glob(pattern)
            .map_err(|source| IntakeError::Pattern { pattern: pattern.into(), source })?;
        let mut paths: Vec<PathBuf> = fits.flatten().collect();
        if paths.is_empty() {
            return Err(nothing());
        }
        paths.sort();
        let (folders, files): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.is_dir());
        self.add_files(files, &BTreeMap::new());
        folders.iter().try_for_each(|folder| self.add_folder(folder))
    }

    /// All recordings of a folder and below. Links to folders are not followed.
    fn add_folder(&mut self, folder: &Path) -> Result<(), IntakeError> {
        if self.without.is_some() && folder.canonicalize().ok() == self.without {
            return Ok(());
        }
        let failed = |source| IntakeError::Read { path: folder.to_owned(), source };
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            let path = entry.path();
            if kind.is_dir() {
                folders.push(path);
            } else if is_recording(&path) {
                files.push(path);
            }
        }
        files.sort();
        folders.sort();
        self.add_files(files, &BTreeMap::new());
        for folder in folders {
            // One that can't be read is told with the failures, and stops nothing.
            if let Err(why) = self.add_folder(&folder) {
                let files = CallFiles::One { path: folder, agent: Side::default() };
                self.push(Job { refused: Some(why.to_string()), ..Job::of(files) });
            }
        }
        Ok(())
    }

    /// Recordings, of which an `…agent.wav` and a `…customer.wav` are one call's; with the sizes of those
    /// that can't be looked at here.
    fn add_files(&mut self, files: Vec<PathBuf>, sizes: &BTreeMap<PathBuf, u64>) {
        let job = |files: CallFiles| {
            let job = Job::of(files);
            let bytes = job.paths().into_iter().map(|path| sizes.get(path).copied()).sum();
            Job { listed_bytes: bytes, ..job }
        };
        let all: BTreeSet<&PathBuf> = files.iter().collect();
        for path in &files {
            if let Some(customer) = partner(path, "agent", "customer")
                && all.contains(&customer)
            {
                self.push(job(CallFiles::Two { agent: path.clone(), customer }));
                continue;
            }
            let agent = partner(path, "customer", "agent");
            if agent.is_none_or(|agent| !all.contains(&agent)) {
                self.push(job(CallFiles::One { path: path.clone(), agent: Side::default() }));
            }
        }
    }
}

/// The name of a file whose own ends with `own`, with `other` in its place.
fn partner(path: &Path, own: &str, other: &str) -> Option<PathBuf> {
    let stem = path.file_stem()?.to_str()?;
    let start = stem.strip_suffix(own)?;
    // `agent` or `0042-agent`, but not `reagent`.
    if !start.is_empty() && !start.ends_with(['-', '_', '.', ' ']) {
        return None;
    }
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    Some(path.with_file_name(format!("{start}{other}.{ending}")))
}

/// By what names of objects come in the order of a folder: its files, then what is in its folders.
fn as_folders(path: &Path) -> Vec<(bool, std::ffi::OsString)> {
    let mut parts: Vec<_> = path.iter().map(|part| (true, part.to_owned())).collect();
    if let Some(last) = parts.last_mut() {
        last.0 = false;
    }
    parts
}

fn is_recording(path: &Path) -> bool {
    RECORDINGS.contains(&ending_of(path).as_str())
}

fn ending_of(path: &Path) -> String {
    path.extension().map_or_else(String::new, |end| end.to_string_lossy().to_lowercase())
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(names: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for name in names {
            fs::create_dir_all(dir.path().join(name).parent().unwrap()).unwrap();
            fs::write(dir.path().join(name), "").unwrap();
        }
        dir
    }

    /// The recordings below `dir` that `sources` mean; the two of a pair joined by `+`.
    fn taken(dir: &Path, sources: &[&str], input: &str) -> Vec<String> {
        let mut intake = Intake::default();
        for source in sources {
            let source = if *source == "-" { PathBuf::from("-") } else { dir.join(source) };
            intake.add(&source, &mut input.as_bytes()).unwrap();
        }
        let name = |path: &Path| path.strip_prefix(dir).unwrap_or(path).display().to_string();
        let names = |job: &Job| -> String {
            job.paths().iter().map(|path| name(path)).collect::<Vec<_>>().join("+")
        };
        intake.jobs.iter().map(names).collect()
    }

    #[test]
    fn a_folder_gives_its_recordings_and_pairs() {
        let dir = folder_with(&[
            "b.wav",
            "a.FLAC",
            "notes.txt",
            "two/7-agent.wav",
            "two/7-customer.wav",
            "two/agent.wav",
            "two/reagent.wav",
            "two/customer.mp3",
        ]);
        let expected = [
            "a.FLAC",
            "b.wav",
            "two/7-agent.wav+two/7-customer.wav",
            "two/agent.wav",
            "two/customer.mp3",
            "two/reagent.wav",
        ];
        assert_eq!(taken(dir.path(), &[""], ""), expected);
        // Whatever is named twice is one call.
        assert_eq!(taken(dir.path(), &["", "b.wav", "two"], ""), expected);
    }

    #[test]
    fn the_archive_is_no_source_of_its_own() {
        let dir = folder_with(&["a.wav", "archive/calls/x/audio.wav"]);
        let mut intake = Intake::beside(&dir.path().join("archive"));
        intake.add(dir.path(), &mut io::empty()).unwrap();
        assert_eq!(intake.jobs.len(), 1);
    }

    #[test]
    fn urls_of_a_list_are_taken_as_they_are_and_pairs_found_among_them() {
        let mut intake = Intake::default();
        let list = "s3://calls/a/1.wav\nhttps://h/2.wav\n";
        intake.add(Path::new("-"), &mut list.as_bytes()).unwrap();
        let named = |job: &Job| -> Vec<String> {
            job.paths().iter().map(|path| path.display().to_string()).collect()
        };
        assert_eq!(named(&intake.jobs[0]), ["s3://calls/a/1.wav"]);
        assert!(intake.jobs[1].refused.as_ref().unwrap().contains("no URL of object storage"));

        let mut intake = Intake::default();
        let files = ["gs://c/x/7-agent.wav", "gs://c/x/7-customer.wav", "gs://c/y/7-customer.wav"];
        let sizes = files.iter().map(|url| (PathBuf::from(url), 5)).collect();
        intake.add_files(files.map(PathBuf::from).to_vec(), &sizes);
        assert_eq!(named(&intake.jobs[0]), files[..2]);
        assert_eq!(named(&intake.jobs[1]), files[2..]);
        assert_eq!((intake.jobs[0].bytes(), intake.jobs[1].bytes()), (10, 5));
    }

    #[test]
    fn a_pattern_gives_what_fits_it() {
        let dir = folder_with(&["1/a.wav", "1/b.wav", "2/a.wav"]);
        assert_eq!(taken(dir.path(), &["*/a.wav"], ""), ["1/a.wav", "2/a.wav"]);
        assert_eq!(taken(dir.path(), &["[2]"], ""), ["2/a.wav"]);
        let mut intake = Intake::default();
        let error = intake.add(&dir.path().join("x*.wav"), &mut io::empty()).unwrap_err();
        assert!(error.to_string().contains("x*.wav: there is no such file"), "{error}");
    }

    #[test]
    fn a_list_may_hold_any_name_and_a_wrong_line_stops_nothing() {
        let dir = folder_with(&["a.wav", "b\n\"c\".wav"]);
        let at = |name: &str| dir.path().join(name).display().to_string();
        let lines = format!("{}\r\n\nnowhere.wav\n", at("a.wav"));
        assert_eq!(taken(dir.path(), &["-"], &lines), ["a.wav", "nowhere.wav"]);
        let nuls = format!("{}\0{}\0", at("a.wav"), at("b\n\"c\".wav"));
        assert_eq!(taken(dir.path(), &["-"], &nuls), ["a.wav", "b\n\"c\".wav"]);
        let mut intake = Intake::default();
        intake.add(Path::new("-"), &mut "nowhere.wav".as_bytes()).unwrap();
        assert!(intake.jobs[0].refused.as_ref().unwrap().contains("no such file"));
    }
}
