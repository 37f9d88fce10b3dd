//! `notes.jsonl`: what people say of a call and of its moments, one JSON object a line.
//!
//! The file only grows. Taking something back is a line as well, and so is taking that back. Each
//! line has a name of its own, so that two copies of a folder, written on by two people, come
//! together by adding to each the lines that it lacks, in whatever order that is done.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::file;
use super::folder::FolderError;
use super::key::Key;

/// Name of the notes in a call's folder.
pub const NOTES_NAME: &str = "notes.jsonl";
/// Hexadecimal digits of a note's name: a call would need 10^9 notes for two of a name.
const DIGITS: usize = 16;

/// Something that somebody said of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// Its name: digits of a hash over the rest.
    pub id: String,
    /// When it was said.
    pub at: Timestamp,
    /// Who said it, as they call themselves.
    pub by: String,
    /// What of the call it is about.
    #[serde(default, skip_serializing_if = "About::is_call")]
    pub about: About,
    /// What was said.
    #[serde(flatten)]
    pub said: Said,
}

/// What of a call a note is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// All of it.
    #[default]
    Call,
    /// The prompt with this `id` in the log.
    Cue(u32),
    /// What lies between two times, in seconds from the start of the call: a flagged moment, or
    /// one that somebody chose.
    Moment {
        /// Its start.
        start: f64,
        /// Its end, not before `start`.
        end: f64,
    },
}

impl About {
    fn is_call(&self) -> bool {
        *self == About::Call
    }
}

/// What is said in a note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Said {
    /// Whether the program was right, and why.
    Judged {
        /// Whether it was.
        verdict: Verdict,
        /// Why, in the words of whoever judges; may be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
    /// A remark.
    Noted {
        /// The remark; not empty.
        text: String,
    },
    /// An earlier note is taken back.
    Undone {
        /// The name of that note.
        undoes: String,
    },
}

/// Whether the program was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It was.
    Right,
    /// It was not.
    Wrong,
    /// Whoever judged could not tell.
    Unsure,
}

impl Verdict {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Right => "right",
            Verdict::Wrong => "wrong",
            Verdict::Unsure => "unsure",
        }
    }
}

/// The notes can't be read or written; nothing that was in them is lost.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct NotesError(#[from] FolderError);

/// The notes of a call, as they are on disk.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notes {
    /// All that could be read, by time.
    all: Vec<Note>,
    /// Lines that are no notes this program knows: of a newer version, or damaged.
    pub unread: usize,
}

impl Note {
    /// A note said at `at`.
    pub fn new(at: Timestamp, by: &str, about: About, said: Said) -> Note {
        let mut note = Note { id: String::new(), at, by: by.to_owned(), about, said };
        let text = serde_json::to_vec(&note).expect("a note is JSON");
        let hash: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        note.id = hash[..DIGITS].to_owned();
        note
    }
}

impl Notes {
    /// Reads the notes in the call's `folder`; there are none where there is no file.
    ///
    /// # Errors
    /// [`NotesError`], where the file can't be read; a damaged line is none, but counted.
    pub fn read(folder: &Path) -> Result<Notes, NotesError> {
        Notes::read_with(folder, None)
    }

    /// The same of a call that may be locked.
    ///
    /// # Errors
    /// [`NotesError`].
    pub fn read_with(folder: &Path, key: Option<&Key>) -> Result<Notes, NotesError> {
        let path = folder.join(NOTES_NAME);
        if !file::is_there(&path) {
            return Ok(Notes::default());
        }
        let bytes = file::read(&path, key)?;
        let mut notes = Notes::default();
        for line in lines(&bytes) {
            match serde_json::from_slice::<Note>(line) {
                Ok(note) => notes.all.push(note),
                Err(_) => notes.unread += 1,
            }
        }
        notes.all.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        notes.all.dedup_by(|a, b| a.id == b.id);
        Ok(notes)
    }

    /// The notes that stand, the earliest first: what was taken back is left out, and so is the
    /// taking back.
    pub fn standing(&self) -> Vec<&Note> {
        let mut undone: BTreeSet<&str> = BTreeSet::new();
        // The latest first: who takes back a taking back lets the first note stand again.
        for note in self.all.iter().rev().filter(|note| !matches!(note.said, Said::Noted { .. })) {
            if let Said::Undone { undoes } = &note.said
                && !undone.contains(note.id.as_str())
            {
                undone.insert(undoes);
            }
        }
        let stands = |note: &&Note| {
            !matches!(note.said, Said::Undone { .. }) && !undone.contains(note.id.as_str())
        };
        self.all.iter().filter(stands).collect()
    }

    /// Whether there is a note of this name, taken back or not.
    pub fn has(&self, id: &str) -> bool {
        self.all.iter().any(|note| note.id == id)
    }

    /// What is said of `about` in the end: the latest verdict that stands.
    pub fn verdict(&self, about: About) -> Option<Verdict> {
        self.standing().into_iter().rev().find_map(|note| match note.said {
            Said::Judged { verdict, .. } if note.about == about => Some(verdict),
            _ => None,
        })
    }
}

/// Adds a note to the call's `folder`. When this returns, the note is on the disk.
///
/// # Errors
/// [`NotesError`], where it can't be written.
pub fn add(folder: &Path, note: &Note) -> Result<(), NotesError> {
    add_with(folder, note, None)
}

/// The same of a call that may be locked.
///
/// # Errors
/// [`NotesError`].
pub fn add_with(folder: &Path, note: &Note, key: Option<&Key>) -> Result<(), NotesError> {
    let mut line = serde_json::to_vec(note).expect("a note is JSON");
    line.push(b'\n');
    Ok(file::append(&folder.join(NOTES_NAME), key, |_| line.clone())?)
}

/// Adds to the notes of the folder `into` those of `from` that it lacks, whoever wrote them and
/// whatever version; returns how many.
///
/// # Errors
/// [`NotesError`], where one can't be read or the other not be written.
pub fn merge(from: &Path, into: &Path) -> Result<usize, NotesError> {
    merge_with(from, into, None)
}

/// The same of calls that may be locked.
///
/// # Errors
/// [`NotesError`].
pub fn merge_with(from: &Path, into: &Path, key: Option<&Key>) -> Result<usize, NotesError> {
    let path = from.join(NOTES_NAME);
    if !file::is_there(&path) {
        return Ok(0);
    }
    let theirs = file::read(&path, key)?;
    let mut added = 0;
    let lacking = |ours: &[u8]| {
        let mut known: BTreeSet<&[u8]> = lines(ours).collect();
        let mut lacking = Vec::new();
        added = 0;
        // A line without an end may be one that is being written: it comes with the next merge.
        let whole = theirs.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        for line in lines(&theirs[..whole]).filter(|line| known.insert(line)) {
            lacking.extend_from_slice(line);
            lacking.push(b'\n');
            added += 1;
        }
        lacking
    };
    file::append(&into.join(NOTES_NAME), key, lacking)?;
    Ok(added)
}

/// Lines that are not blank.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::Write as _;

    use super::*;

    fn note(second: i64, by: &str, said: Said) -> Note {
        let at = Timestamp::from_second(second).unwrap();
        Note::new(at, by, About::Cue(3), said)
    }

    fn remark(second: i64, by: &str) -> Note {
        note(second, by, Said::Noted { text: format!("{by} at {second}") })
    }

    fn judged(second: i64, verdict: Verdict) -> Note {
        note(second, "Kim", Said::Judged { verdict, text: String::new() })
    }

    #[test]
    fn a_line_is_as_documented_and_reads_back() {
        let dir = tempfile::tempdir().unwrap();
        let at = Timestamp::from_second(1_764_000_000).unwrap();
        let about = About::Moment { start: 12.5, end: 20.0 };
        let said = Said::Judged { verdict: Verdict::Wrong, text: "she was done".into() };
        let note = Note::new(at, "Kim", about, said);
        add(dir.path(), &note).unwrap();
        let text = std::fs::read_to_string(dir.path().join(NOTES_NAME)).unwrap();
        let expected = format!(
            r#"{{"id":"{}","at":"2025-11-24T16:00:00Z","by":"Kim","about":{{"moment":{{"start":12.5,"end":20.0}}}},"type":"judged","verdict":"wrong","text":"she was done"}}"#,
            note.id
        );
        assert_eq!(text, expected + "\n");
        assert_eq!(note.id.len(), DIGITS);
        let notes = Notes::read(dir.path()).unwrap();
        assert_eq!((notes.standing(), notes.unread), (vec![&note], 0));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let file = std::fs::metadata(dir.path().join(NOTES_NAME)).unwrap();
            assert_eq!(file.permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn what_is_taken_back_may_come_again() {
        let dir = tempfile::tempdir().unwrap();
        let first = judged(1, Verdict::Wrong);
        let second = judged(2, Verdict::Right);
        let undo = note(3, "Kim", Said::Undone { undoes: second.id.clone() });
        let redo = note(4, "Kim", Said::Undone { undoes: undo.id.clone() });
        let mut verdicts = Vec::new();
        for note in [&first, &second, &undo, &redo] {
            add(dir.path(), note).unwrap();
            verdicts.push(Notes::read(dir.path()).unwrap().verdict(About::Cue(3)).unwrap());
        }
        use Verdict::{Right, Wrong};
        assert_eq!(verdicts, [Wrong, Right, Wrong, Right]);
        let notes = Notes::read(dir.path()).unwrap();
        assert_eq!(notes.standing(), [&first, &second]);
        assert_eq!(notes.verdict(About::Call), None);
    }

    #[test]
    fn copies_that_were_written_on_apart_come_together_in_any_order() {
        let [one, two] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let shared = remark(1, "Kim");
        for copy in [&one, &two] {
            add(copy.path(), &shared).unwrap();
        }
        for second in [2, 5] {
            add(one.path(), &remark(second, "Kim")).unwrap();
        }
        add(two.path(), &remark(3, "Sam")).unwrap();
        // Of a version that this program doesn't know.
        let newer = r#"{"id":"0","at":"2031-01-01T00:00:00Z","by":"Sam","type":"sung"}"#;
        let path = two.path().join(NOTES_NAME);
        let mut file = OpenOptions::new().append(true).open(path).unwrap();
        writeln!(file, "{newer}").unwrap();
        assert_eq!(merge(one.path(), two.path()).unwrap(), 2);
        assert_eq!(merge(two.path(), one.path()).unwrap(), 2);
        assert_eq!(merge(one.path(), two.path()).unwrap(), 0);
        let [one, two] = [one, two].map(|copy| Notes::read(copy.path()).unwrap());
        assert_eq!(one, two);
        let said: Vec<i64> = one.standing().iter().map(|note| note.at.as_second()).collect();
        assert_eq!((said, one.unread), (vec![1, 2, 3, 5], 1));
    }

    #[test]
    fn half_a_line_costs_no_other() {
        let dir = tempfile::tempdir().unwrap();
        add(dir.path(), &remark(1, "Kim")).unwrap();
        add(dir.path(), &remark(2, "Kim")).unwrap();
        let path = dir.path().join(NOTES_NAME);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 9]).unwrap();
        add(dir.path(), &remark(3, "Kim")).unwrap();
        let notes = Notes::read(dir.path()).unwrap();
        let said: Vec<i64> = notes.standing().iter().map(|note| note.at.as_second()).collect();
        assert_eq!((said, notes.unread), (vec![1, 3], 1));
    }
}
