//! `.fetched.jsonl`: which recordings of object storage have become which calls, by what storage tells
//! their content by, so that they need not be fetched again only to be known again.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::call::folder::private_file;
use crate::cloud::Object;

/// Its name in an archive.
pub const SEEN_NAME: &str = ".fetched.jsonl";

/// The recordings that were fetched before. A cache: without it they are fetched again, and known by
/// their content.
#[derive(Debug, Default)]
pub struct Seen {
    calls: BTreeMap<Vec<Mark>, String>,
    /// Opened when there is something to write.
    file: Mutex<Option<File>>,
}

/// One file of a recording.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Mark {
    url: String,
    e_tag: String,
    bytes: u64,
}

#[derive(Serialize, Deserialize)]
struct Line {
    files: Vec<Mark>,
    call: String,
}

impl Seen {
    /// What the archive at `root` has of it. Lines that were cut short by a kill are passed over.
    pub fn of(root: &Path) -> Seen {
        let text = fs::read(root.join(SEEN_NAME)).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
        let calls = lines.map(|line| (line.files, line.call)).collect();
        Seen { calls, file: Mutex::default() }
    }

    /// The call that the recording of these `objects` has become.
    pub fn call(&self, objects: &[Object]) -> Option<&str> {
        self.calls.get(&marks(objects)?).map(String::as_str)
    }

    /// Notes that it has become this `call` of the archive at `root`.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn add(&self, root: &Path, objects: &[Object], call: &str) -> io::Result<()> {
        let Some(files) = marks(objects) else { return Ok(()) };
        if self.calls.get(&files).is_some_and(|known| known == call) {
            return Ok(());
        }
        let mut text = serde_json::to_string(&Line { files, call: call.to_owned() })?;
        text.push('\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if file.is_none() {
            let path = root.join(SEEN_NAME);
            if !path.exists() {
                drop(private_file(&path)?);
            }
            let mut opened = OpenOptions::new().append(true).open(&path)?;
            // Behind a line that was cut short.
            opened.write_all(b"\n")?;
            *file = Some(opened);
        }
        // In one piece: other programs may add to it at the same time.
        file.as_mut().map_or(Ok(()), |file| file.write_all(text.as_bytes()))
    }
}

/// `None` where storage does not tell content apart.
fn marks(objects: &[Object]) -> Option<Vec<Mark>> {
    let mark = |object: &Object| {
        let e_tag = object.e_tag.clone()?;
        Some(Mark { url: object.url.to_string(), e_tag, bytes: object.bytes })
    };
    objects.iter().map(mark).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_fetched_is_known_again_until_its_content_changes() {
        let dir = tempfile::tempdir().unwrap();
        let object = |e_tag: Option<&str>| Object {
            url: "s3://calls/a.wav".parse().unwrap(),
            bytes: 7,
            e_tag: e_tag.map(str::to_owned),
            written_secs: 0,
        };
        let first = [object(Some("\"1\""))];
        Seen::of(dir.path()).add(dir.path(), &first, "a-01").unwrap();
        // Killed while it wrote.
        let path = dir.path().join(SEEN_NAME);
        let half = fs::read_to_string(&path).unwrap() + "{\"files\":[{\"url\":\"s3";
        fs::write(&path, half).unwrap();
        let two = [object(Some("\"2\"")), object(Some("\"3\""))];
        Seen::of(dir.path()).add(dir.path(), &two, "b-02").unwrap();
        let seen = Seen::of(dir.path());
        assert_eq!((seen.call(&first), seen.call(&two)), (Some("a-01"), Some("b-02")));
        assert_eq!(seen.call(&two[..1]), None);
        assert_eq!(seen.call(&[object(None)]), None);
    }
}
