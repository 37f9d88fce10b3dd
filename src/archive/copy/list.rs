//! Which files a call has, and what is in them.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::CopyError;
use crate::models::{Sha256Sum, sha256_of_file};

/// Its name beside the call's files on object storage.
pub const LIST_NAME: &str = "files.json";
/// What the list says that it is.
const SCHEMA: &str = "evenkeel.copy/1";
/// Hexadecimal digits of a file's hash in the name of its object: of the contents that one file of one call ever
/// had, no two share them.
const DIGITS: usize = 32;

/// The list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileList {
    schema: String,
    /// In the order of their names.
    pub files: Vec<Entry>,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name in the call's folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Hash of its content.
    pub sha256: String,
}

impl Entry {
    /// Its object's name below the call's.
    pub fn object(&self) -> String {
        format!("{}/{}", &self.sha256[..DIGITS], self.name)
    }
}

/// By what a folder is seen to have changed: its files' names, sizes and times.
pub type Print = Vec<(String, u64, Option<SystemTime>)>;

impl FileList {
    /// What is in the call's folder: files, no folders and no links, and none that begins with a dot, as
    /// unfinished ones do.
    pub fn of(folder: &Path) -> Result<(FileList, Print), CopyError> {
        let print = print(folder)?;
        let entry = |(name, bytes, _): &(String, u64, Option<SystemTime>)| {
            let path = folder.join(name);
            let sum = sha256_of_file(&path).map_err(|source| CopyError::File { path, source })?;
            Ok(Entry { name: name.clone(), bytes: *bytes, sha256: sum.to_string() })
        };
        let files = print.iter().map(entry).collect::<Result<_, CopyError>>()?;
        Ok((FileList { schema: SCHEMA.into(), files }, print))
    }

    /// Reads one that comes from anywhere: nothing in it leads out of a call's folder.
    pub fn parse(text: &[u8]) -> Result<FileList, String> {
        let list: FileList = serde_json::from_slice(text).map_err(|why| why.to_string())?;
        if list.schema != SCHEMA {
            return Err(format!("is `{}`, not {SCHEMA}: of a newer version?", list.schema));
        }
        for Entry { name, sha256, .. } in &list.files {
            if !is_plain(name) {
                return Err(format!("names a file {name:?}, which is no name in a call's folder"));
            }
            if sha256.parse::<Sha256Sum>().is_err() || sha256.contains(char::is_uppercase) {
                return Err(format!("has no hash for {name}"));
            }
        }
        let names = list.files.windows(2).all(|two| two[0].name < two[1].name);
        if names { Ok(list) } else { Err("names a file twice, or not in order".into()) }
    }

    /// Its text.
    pub fn text(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("a list is JSON")
    }

    /// What tells it from all others.
    pub fn sum(&self) -> String {
        hex(Sha256::new_with_prefix(self.text()))
    }
}

/// What a folder looks like now.
pub fn print(folder: &Path) -> Result<Print, CopyError> {
    let failed = |source| CopyError::File { path: folder.to_owned(), source };
    let mut print = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        // Of the entry, not of what a link leads to.
        let about = entry.metadata().map_err(failed)?;
        let name = entry.file_name();
        if let Some(name) = name.to_str().filter(|name| is_plain(name))
            && about.is_file()
        {
            print.push((name.to_owned(), about.len(), about.modified().ok()));
        }
    }
    print.sort();
    Ok(print)
}

/// Whether `name` is that of a file of a call, or of a call: no way to anywhere else.
pub fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', ':', '\0'])
}

/// A file that is read as it was when its hash was taken; if it is not, its end can't be read.
pub struct Checked {
    file: File,
    sum: Option<Sha256>,
    expected: String,
}

impl Checked {
    /// The file of `entry` in `folder`.
    pub fn open(folder: &Path, entry: &Entry) -> io::Result<Checked> {
        let file = File::open(folder.join(&entry.name))?;
        Ok(Checked { file, sum: Some(Sha256::new()), expected: entry.sha256.clone() })
    }
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        if read > 0 {
            if let Some(sum) = &mut self.sum {
                sum.update(&buffer[..read]);
            }
        } else if !buffer.is_empty()
            && let Some(sum) = self.sum.take()
            && hex(sum) != self.expected
        {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "was changed while it was sent",
            ));
        }
        Ok(read)
    }
}

/// A file that is written with its hash taken.
pub struct Summed {
    file: File,
    sum: Sha256,
    bytes: u64,
}

impl Summed {
    /// Writes to `file`.
    pub fn new(file: File) -> Summed {
        Summed { file, sum: Sha256::new(), bytes: 0 }
    }

    /// Whether what was written is what `entry` says.
    pub fn is(self, entry: &Entry) -> bool {
        self.bytes == entry.bytes && hex(self.sum) == entry.sha256
    }
}

impl io::Write for Summed {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.file.write(buffer)?;
        self.sum.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn hex(sum: Sha256) -> String {
    Sha256Sum::from(sum).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_of_the_files_of_a_folder_and_reads_back() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("events.jsonl"), "abc").unwrap();
        fs::write(dir.path().join(".notes.jsonl.part"), "half").unwrap();
        fs::create_dir(dir.path().join("more")).unwrap();
        let (list, before) = FileList::of(dir.path()).unwrap();
        // SHA-256 of "abc": FIPS 180-2, appendix B.1.
        let object = "ba7816bf8f01cfea414140de5dae2223/events.jsonl";
        assert_eq!(list.files.iter().map(Entry::object).collect::<Vec<_>>(), [object]);
        assert_eq!(FileList::parse(&list.text()).as_ref(), Ok(&list));
        assert_eq!(print(dir.path()).unwrap(), before);

        let entry = list.files[0].clone();
        let mut text = String::new();
        Checked::open(dir.path(), &entry).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "abc");
        fs::write(dir.path().join("events.jsonl"), "abd").unwrap();
        let changed = Checked::open(dir.path(), &entry).unwrap().read_to_string(&mut text);
        assert!(changed.unwrap_err().to_string().contains("was changed"));
        assert_ne!(FileList::of(dir.path()).unwrap().0.sum(), list.sum());
    }

    #[test]
    fn a_list_that_leads_elsewhere_is_none() {
        let sum = "0".repeat(64);
        let list = |name: &str, sum: &str| {
            let file = format!("{{\"name\":{name:?},\"bytes\":1,\"sha256\":{sum:?}}}");
            FileList::parse(format!("{{\"schema\":{SCHEMA:?},\"files\":[{file}]}}").as_bytes())
        };
        assert!(list("a.html", &sum).is_ok());
        for name in ["", "..", "../a", "/etc/passwd", "a\\b", "C:a", ".a"] {
            assert!(list(name, &sum).unwrap_err().contains("no name in a call's folder"), "{name}");
        }
        assert!(list("a", "00").unwrap_err().contains("no hash"));
        assert!(
            FileList::parse(b"{\"schema\":\"x/9\",\"files\":[]}").unwrap_err().contains("newer")
        );
    }
}
