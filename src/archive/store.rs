//! Where an archive's calls lie, and how a call gets there: whole, or not at all.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use super::failures::FAILURES_NAME;
use super::intake::Job;
use crate::call::file::is_call;
use crate::call::folder::{AUDIO_NAME, CallFolder, FolderError, private_file};
use crate::call::shared::SHARED_NAME;
use crate::models::{Sha256Sum, sha256_of_file};

/// Bytes of a recording's name that a call's name takes over at most: file systems allow 255 for the
/// whole of it.
const LONGEST_STEM: usize = 60;
/// Hexadecimal digits of the content's hash in a call's name: with 10,000,000 calls the
/// chance that two share them is below 1 in 20,000.
pub(super) const DIGITS: usize = 16;
/// Where calls under way are.
const UNFINISHED: &str = ".unfinished";
/// The file that its maker holds locked while it works.
const LOCK_NAME: &str = "lock";
/// What the name of a call's folder ends with while another takes its place.
const REPLACED: &str = ".replaced";
/// What it ends with once the call was taken out of the archive.
const REMOVED: &str = ".removed";

/// An archive's folder.
#[derive(Debug)]
pub struct Archive {
    root: PathBuf,
    /// The calls that are there or under way, by their digits.
    known: Mutex<BTreeMap<String, String>>,
    /// Where this program's unfinished calls are.
    workshop: PathBuf,
    /// Held as long as this program works on the archive.
    _lock: File,
}

/// An archive can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Something can't be written there.
    #[error("{}: can't be written: {source}; choose another place with --out, or make room", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A call's folder can't be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A recording can't be read.
    #[error("{}: can't be read: {source}", path.display())]
    Recording {
        /// The recording.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Which call a recording is, by its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The call's name: its recording's and some digits of the hash, which alone tell it from
    /// others.
    pub id: String,
    /// Hash of each file.
    pub sha256: Vec<Sha256Sum>,
}

impl Content {
    /// Reads the files of `job` through.
    ///
    /// # Errors
    /// [`ArchiveError::Recording`], where one can't be read.
    pub fn of(job: &Job) -> Result<Content, ArchiveError> {
        Content::at(job, job)
    }

    /// The content of the files of `here`, which are those of `job`, fetched from elsewhere.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn at(job: &Job, here: &Job) -> Result<Content, ArchiveError> {
        let sum = |path: &Path| {
            sha256_of_file(path)
                .map_err(|source| ArchiveError::Recording { path: path.to_owned(), source })
        };
        let sha256: Vec<Sha256Sum> = here.paths().into_iter().map(sum).collect::<Result<_, _>>()?;
        Ok(Content { id: id_of(job, &sha256), sha256 })
    }
}

/// The digits tell the call, the name is for people: letters, digits, `-`, `_` and `.` of the
/// recording's, so that it is a good folder name everywhere.
fn id_of(job: &Job, sums: &[Sha256Sum]) -> String {
    let digits = match sums {
        [one] => one.to_string(),
        all => {
            let mut both = Sha256::new();
            all.iter().for_each(|sum| both.update(sum.to_string()));
            both.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
        }
    };
    let paths = job.paths();
    let stem = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut name = stem(paths[paths.len() - 1]);
    if name == "customer" {
        // Often agent.wav and customer.wav in a folder of the call's name.
        let folder = paths[paths.len() - 1].parent().and_then(Path::file_name);
        name = folder.map_or(name, |folder| folder.to_string_lossy().into_owned());
    }
    let good = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let name: String = name.chars().map(good).collect();
    let name = name[..name.floor_char_boundary(LONGEST_STEM)].trim_start_matches('.');
    format!("{}-{}", if name.is_empty() { "call" } else { name }, &digits[..DIGITS])
}

/// Whether an archive was made at `root`.
pub fn is_archive(root: &Path) -> bool {
    ["calls", UNFINISHED].into_iter().all(|folder| root.join(folder).is_dir())
}

impl Archive {
    /// Opens the archive at `root`, which is made where it isn't there, readable by its owner only.
    /// What programs that were killed have left unfinished is cleared away.
    ///
    /// # Errors
    /// [`ArchiveError::Write`], [`ArchiveError::Folder`].
    pub fn open(root: &Path) -> Result<Archive, ArchiveError> {
        CallFolder::create(&root.join("calls"))?;
        let unfinished = root.join(UNFINISHED);
        CallFolder::create(&unfinished)?;
        clear(&unfinished, &root.join("calls"));
        for number in 0.. {
            let workshop = unfinished.join(format!("{}-{number}", std::process::id()));
            let path = workshop.join(LOCK_NAME);
            // Another machine may have a program of this number: `number` tells them apart.
            if path.exists() {
                continue;
            }
            CallFolder::create(&workshop)?;
            let failed = |source| ArchiveError::Write { path: path.clone(), source };
            let lock = private_file(&path).map_err(failed)?;
            match lock.try_lock() {
                Ok(()) => {}
                // In containers most programs have the same number, and these two came together.
                Err(TryLockError::WouldBlock) => continue,
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
            // Whoever cleared up before it was locked has taken it away.
            if path.exists() {
                let known = Mutex::new(known(&root.join("calls")));
                return Ok(Archive { root: root.to_owned(), known, workshop, _lock: lock });
            }
        }
        unreachable!("one of so many numbers is free")
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of the call `id`, whether it is there or not.
    pub fn call(&self, id: &str) -> PathBuf {
        self.root.join("calls").join(id)
    }

    /// Whether the call `id` has been analysed.
    pub fn has(&self, id: &str) -> bool {
        is_call(&self.call(id))
    }

    /// The call that is there or under way with the content of the call `id`, whatever its
    /// recording's name was. Where there is none, `id` is under way from now on.
    pub fn claim(&self, id: &str) -> Option<String> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let earlier = known.get(digits(id)).cloned();
        known.entry(digits(id).to_owned()).or_insert_with(|| id.to_owned());
        earlier
    }

    /// A folder of this program's own, which lasts as long as it works on the archive.
    pub fn workshop(&self) -> &Path {
        &self.workshop
    }

    /// Takes a call out of the archive in one step; what it held is deleted after that, by the next
    /// who opens the archive should this program end in between.
    ///
    /// # Errors
    /// [`ArchiveError::Write`]; then the call is there as before.
    pub fn remove(&self, id: &str) -> Result<(), ArchiveError> {
        let (kept, aside) = (self.call(id), self.workshop.join(format!("{id}{REMOVED}")));
        fs::rename(&kept, &aside).map_err(|source| ArchiveError::Write { path: kept, source })?;
        // It is gone from the archive: what can't be deleted now is cleared away later.
        let _ = fs::remove_dir_all(aside);
        Ok(())
    }

    /// Where failures are listed.
    pub fn failures(&self) -> PathBuf {
        self.root.join(FAILURES_NAME)
    }

    /// A folder to make the call `id` in. It is not part of the archive until [`Self::keep`].
    ///
    /// # Errors
    /// [`ArchiveError::Folder`].
    pub fn begin(&self, id: &str) -> Result<CallFolder, ArchiveError> {
        let path = self.workshop.join(id);
        // What a first attempt has left.
        let _ = fs::remove_dir_all(&path);
        Ok(CallFolder::create(&path)?)
    }

    /// Takes a call that is whole into the archive: in one step, or in place of an earlier one, which
    /// is put back by the next who opens the archive should this program end in between.
    ///
    /// # Errors
    /// [`ArchiveError::Write`].
    pub fn keep(&self, id: &str) -> Result<(), ArchiveError> {
        let (made, kept) = (self.workshop.join(id), self.call(id));
        let failed = |source| ArchiveError::Write { path: kept.clone(), source };
        if kept.exists() {
            // Notes that people have added since stay with the call, and so do its sound and the
            // record of what was shared of it.
            for entry in fs::read_dir(&kept).map_err(failed)?.flatten() {
                let name = entry.file_name();
                let anew = made.join(&name);
                let stays = ["notes.", SHARED_NAME];
                if stays.iter().any(|start| name.to_string_lossy().starts_with(start)) {
                    fs::copy(entry.path(), anew).map_err(failed)?;
                } else if name == AUDIO_NAME && !anew.exists() {
                    // It is large: a second name costs nothing, where the file system has them.
                    fs::hard_link(entry.path(), &anew)
                        .or_else(|_| fs::copy(entry.path(), &anew).map(drop))
                        .map_err(failed)?;
                }
            }
        }
        self.put(id)
    }

    /// As [`Self::keep`], but of an earlier one nothing is kept: what was made has all that is to be there.
    ///
    /// # Errors
    /// [`ArchiveError::Write`].
    pub fn put(&self, id: &str) -> Result<(), ArchiveError> {
        let (made, kept) = (self.workshop.join(id), self.call(id));
        let failed = |source| ArchiveError::Write { path: kept.clone(), source };
        // A power cut must not leave a folder whose files never reached the disk.
        sync(&made).map_err(failed)?;
        if kept.exists() {
            let old = self.workshop.join(format!("{id}{REPLACED}"));
            fs::rename(&kept, &old).map_err(failed)?;
            if let Err(why) = fs::rename(&made, &kept) {
                // Not left where this program clears up in the end.
                let _ = fs::rename(&old, &kept);
                return Err(failed(why));
            }
            let _ = fs::remove_dir_all(old);
        } else if let Err(source) = fs::rename(&made, &kept) {
            // Another program had the same recording, and was faster: its call is as good.
            if !self.has(id) {
                return Err(failed(source));
            }
            self.discard(id);
        }
        Ok(())
    }

    /// Gives up on a call that was begun.
    pub fn discard(&self, id: &str) {
        // What can't be removed now is cleared away by the next who opens the archive.
        let _ = fs::remove_dir_all(self.workshop.join(id));
    }
}

impl Drop for Archive {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.workshop);
    }
}

/// The digits of a call's content at the end of its name.
fn digits(id: &str) -> &str {
    id.get(id.len().saturating_sub(DIGITS)..).unwrap_or(id)
}

/// The calls in a folder, by their digits.
fn known(calls: &Path) -> BTreeMap<String, String> {
    let names = fs::read_dir(calls).into_iter().flatten().flatten();
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.map(|id| (digits(&id).to_owned(), id)).collect()
}

/// Removes the workshops whose makers are gone: nobody holds their lock. A call that was to be
/// replaced goes back to `calls` where nothing has taken its place.
fn clear(unfinished: &Path, calls: &Path) {
    for entry in fs::read_dir(unfinished).into_iter().flatten().flatten() {
        let lock = File::open(entry.path().join(LOCK_NAME));
        let held = lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)));
        if held {
            continue;
        }
        let put_back = |made: fs::DirEntry| {
            let name = made.file_name().to_string_lossy().into_owned();
            let kept = name.strip_suffix(REPLACED).map(|id| calls.join(id));
            let kept = kept.filter(|kept| !kept.exists());
            kept.is_none_or(|kept| fs::rename(made.path(), kept).is_ok())
        };
        // What can't be put back is not thrown away either.
        let safe = fs::read_dir(entry.path()).into_iter().flatten().flatten().all(put_back);
        if safe {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Hands the files of a folder to the disk.
fn sync(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        File::open(entry?.path())?.sync_data()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::source::{CallFiles, Side};
    use crate::call::folder::LOG_NAME;

    fn job(path: &Path) -> Job {
        Job::of(CallFiles::One { path: path.to_owned(), agent: Side::Left })
    }

    #[test]
    fn a_call_is_told_by_its_content() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str, content: &str| {
            let path = dir.path().join(name);
            fs::write(&path, content).unwrap();
            job(&path)
        };
        let id = |job: &Job| Content::of(job).unwrap().id;
        let first = id(&at("Ana's <b>\n\"1\".wav", "abc"));
        // SHA-256 of "abc": FIPS 180-2, appendix B.1.
        assert_eq!(first, "Ana_s__b___1_-ba7816bf8f01cfea");
        assert_ne!(id(&at("Ana's <b>\n\"1\".wav", "abd")), first);
        assert!(id(&at("...wav", "abc")).starts_with("call-ba78"));
        // The longest name that a file may have, of letters of four bytes.
        assert!(id(&at(&format!("{}.wav", "\u{20000}".repeat(62)), "abc")).len() < 100);
        let two = CallFiles::Two {
            agent: dir.path().join("...wav"),
            customer: dir.path().join("Ana's <b>\n\"1\".wav"),
        };
        assert!(!id(&Job::of(two)).ends_with("ba7816bf8f01cfea"));
        let error = Content::of(&job(&dir.path().join("none.wav"))).unwrap_err().to_string();
        assert!(error.contains("none.wav"), "{error}");
    }

    #[test]
    fn a_call_is_there_when_it_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let archive = Archive::open(dir.path()).unwrap();
        let folder = archive.begin("a").unwrap();
        fs::write(folder.log_path(), "half").unwrap();
        assert!(!archive.has("a"));
        archive.discard("a");
        fs::write(archive.begin("a").unwrap().log_path(), "whole").unwrap();
        archive.keep("a").unwrap();
        assert!(archive.has("a"));
        // Under another name, but the same content.
        let twice = ["a-0123456789abcdef", "b-0123456789abcdef"];
        assert_eq!(archive.claim(twice[0]), None);
        assert_eq!(archive.claim(twice[1]).as_deref(), Some(twice[0]));
        // Analysed again: the log is replaced, what people wrote of it and its sound stay.
        fs::write(archive.call("a").join("notes.jsonl"), "a note").unwrap();
        fs::write(archive.call("a").join(AUDIO_NAME), "a sound").unwrap();
        fs::write(archive.begin("a").unwrap().log_path(), "anew").unwrap();
        archive.keep("a").unwrap();
        let text = |name: &str| fs::read_to_string(archive.call("a").join(name)).unwrap();
        assert_eq!([LOG_NAME, "notes.jsonl", AUDIO_NAME].map(text), ["anew", "a note", "a sound"]);
        // Unless it was copied again.
        let again = archive.begin("a").unwrap();
        fs::write(again.log_path(), "anew").unwrap();
        fs::write(again.audio_path(), "the sound").unwrap();
        archive.keep("a").unwrap();
        assert_eq!(text(AUDIO_NAME), "the sound");
    }

    #[test]
    fn two_programs_that_made_the_same_call_keep_one() {
        let dir = tempfile::tempdir().unwrap();
        let archives = [Archive::open(dir.path()).unwrap(), Archive::open(dir.path()).unwrap()];
        assert_ne!(archives[0].workshop(), archives[1].workshop());
        let made = |archive: &Archive| {
            fs::write(archive.begin("a").unwrap().log_path(), "whole").unwrap();
        };
        archives.iter().for_each(made);
        archives[0].keep("a").unwrap();
        // As if it had looked before the first was there.
        fs::rename(archives[1].call("a"), dir.path().join("a")).unwrap();
        archives[1].keep("a").unwrap();
        assert_eq!(fs::read_to_string(archives[0].call("a").join(LOG_NAME)).unwrap(), "whole");
    }

    #[test]
    fn only_what_nobody_works_on_is_cleared_away() {
        let dir = tempfile::tempdir().unwrap();
        let unfinished = dir.path().join(".unfinished");
        fs::create_dir_all(unfinished.join("4711/a")).unwrap();
        fs::write(unfinished.join("4711").join(LOCK_NAME), "").unwrap();
        fs::create_dir_all(unfinished.join("4712")).unwrap();
        let held = File::create(unfinished.join("4712").join(LOCK_NAME)).unwrap();
        held.lock().unwrap();
        // A program ended between taking a call away and putting another in its place.
        fs::create_dir_all(unfinished.join("4711/b.replaced")).unwrap();
        fs::write(unfinished.join("4711/b.replaced").join(LOG_NAME), "earlier").unwrap();
        let archive = Archive::open(dir.path()).unwrap();
        assert!(!unfinished.join("4711").exists() && unfinished.join("4712").exists());
        assert!(archive.has("b") && !archive.has("a"));
        drop(archive);
        let left: Vec<_> = fs::read_dir(&unfinished).unwrap().flatten().collect();
        assert_eq!(left.len(), 1);
    }
}
