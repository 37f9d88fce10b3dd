//! Keys with which calls are locked, and the format of what is locked: that of age
//! (age-encryption.org/v1), so that its own tools open it as well.
//!
//! A key is an X25519 identity in a file. The file may itself be locked with a passphrase (scrypt):
//! then that is asked for once a command, not once a file, and can be changed without locking
//! the calls anew.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::iter::once;
use std::path::{Path, PathBuf};

use age::secrecy::{ExposeSecret as _, SecretString};
use age::stream::{StreamReader, StreamWriter};
use age::x25519::Identity;
use age::{DecryptError, Decryptor, Encryptor, scrypt};

/// The environment variable that names a key file where `--key` does not.
pub const KEY_FILE_VARIABLE: &str = "EVENKEEL_KEY_FILE";
/// What a locked file begins with.
const FORMAT: &[u8] = b"age-encryption.org/v1";
/// What a secret key begins with.
const SECRET: &str = "AGE-SECRET-KEY-1";
/// More is no key file. Bytes.
const LONGEST_KEY_FILE: u64 = 64 * 1024;

/// A key.
#[derive(Clone)]
pub struct Key(Identity);

/// A key file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It can't be read.
    #[error("{}: can't be read: {source}; give the key's file with --key", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It can't be written.
    #[error("{}: can't be written: {source}; choose another place", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is a file already: what was locked with it could never be opened again.
    #[error("{}: is there already, and a key is never written over; choose another name", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// There is no key in it.
    #[error("{}: holds no key: a line with {SECRET}… is missing; `evenkeel archive key new` makes one", path.display())]
    NotAKey {
        /// The file.
        path: PathBuf,
    },
    /// The passphrase is not the one with which the key was locked, or the file is damaged.
    #[error("{}: not the passphrase of this key, or the file was changed; nothing was done", path.display())]
    WrongPassphrase {
        /// The file.
        path: PathBuf,
    },
    /// A passphrase would protect nothing.
    #[error("the passphrase is empty; give one of several words")]
    EmptyPassphrase,
}

/// Why something locked can't be opened.
#[derive(Debug)]
pub(super) enum Unopened {
    /// By another key.
    WrongKey,
    /// Changed or cut short.
    Damaged,
    Read(io::Error),
}

impl Key {
    /// A new key.
    pub fn generate() -> Key {
        Key(Identity::generate())
    }

    /// Reads the key in the file at `path`; `ask` is called for its passphrase where it has one.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn load(path: &Path, ask: impl FnOnce() -> io::Result<String>) -> Result<Key, KeyError> {
        let failed = |source| KeyError::Read { path: path.to_owned(), source };
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(failed)?;
        file.take(LONGEST_KEY_FILE).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.starts_with(FORMAT) {
            let passphrase = SecretString::from(ask().map_err(failed)?);
            let identity = scrypt::Identity::new(passphrase);
            let wrong = || KeyError::WrongPassphrase { path: path.to_owned() };
            let opened = Decryptor::new(&bytes[..]).map_err(|_| wrong())?;
            let opened = opened.decrypt(once(&identity as &dyn age::Identity));
            let mut plain = Vec::new();
            opened.map_err(|_| wrong())?.read_to_end(&mut plain).map_err(|_| wrong())?;
            bytes = plain;
        }
        let text = String::from_utf8_lossy(&bytes);
        let secret = text.lines().map(str::trim).find(|line| line.starts_with(SECRET));
        let identity = secret.and_then(|secret| secret.parse().ok());
        identity.map(Key).ok_or_else(|| KeyError::NotAKey { path: path.to_owned() })
    }

    /// Writes the key to a new file that only its owner can read, locked with `passphrase` where
    /// one is given.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn write_new(&self, path: &Path, passphrase: Option<&str>) -> Result<(), KeyError> {
        if passphrase.is_some_and(|passphrase| passphrase.trim().is_empty()) {
            return Err(KeyError::EmptyPassphrase);
        }
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::AlreadyExists => KeyError::Exists { path: path.to_owned() },
            _ => KeyError::Write { path: path.to_owned(), source },
        };
        let text = format!(
            "# A key of Evenkeel, in the format of age. Who has this file can read what is locked with\n\
             # it; without it nobody can: keep a copy elsewhere.\n# public key: {}\n{}\n",
            self.0.to_public(),
            self.0.to_string().expose_secret()
        );
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(failed)?;
        let written = match passphrase {
            None => file.write_all(text.as_bytes()),
            Some(passphrase) => {
                let passphrase = SecretString::from(passphrase.to_owned());
                Encryptor::with_user_passphrase(passphrase).wrap_output(&mut file).and_then(
                    |mut out| {
                        out.write_all(text.as_bytes())?;
                        out.finish().map(drop)
                    },
                )
            }
        };
        written.and_then(|()| file.sync_all()).map_err(|source| {
            // Half a key is of no use, and would be in the way of the next try.
            let _ = std::fs::remove_file(path);
            failed(source)
        })
    }

    /// The part of it that may be known to all, and tells one key from another.
    pub fn public(&self) -> String {
        self.0.to_public().to_string()
    }

    /// What is written into it is locked on its way to `out`, and whole after
    /// [`StreamWriter::finish`].
    pub(super) fn lock<W: Write>(&self, out: W) -> io::Result<StreamWriter<BufWriter<W>>> {
        let recipient = self.0.to_public();
        let encryptor = Encryptor::with_recipients(once(&recipient as &dyn age::Recipient));
        encryptor.expect("one recipient is enough").wrap_output(BufWriter::new(out))
    }

    /// Opens what is locked in `file`: its header is whole and its key is this one.
    pub(super) fn open(&self, file: File) -> Result<Opened, Unopened> {
        let decryptor = Decryptor::new_buffered(BufReader::new(file)).map_err(Unopened::from)?;
        let opened = decryptor.decrypt(once(&self.0 as &dyn age::Identity));
        Ok(Opened(Box::new(opened.map_err(Unopened::from)?)))
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Key").field(&self.public()).finish()
    }
}

impl From<DecryptError> for Unopened {
    fn from(error: DecryptError) -> Unopened {
        match error {
            DecryptError::NoMatchingKeys => Unopened::WrongKey,
            DecryptError::Io(source) if source.kind() != io::ErrorKind::UnexpectedEof => {
                Unopened::Read(source)
            }
            _ => Unopened::Damaged,
        }
    }
}

/// What was locked, to read and seek in. What was changed or cut short is an error of the kind
/// `InvalidData` or `UnexpectedEof` when one comes to it.
pub struct Opened(Box<StreamReader<BufReader<File>>>);

impl Read for Opened {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl io::Seek for Opened {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

/// Whether the file begins as something locked does.
pub fn looks_locked(path: &Path) -> bool {
    let mut head = [0; FORMAT.len()];
    File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok() && head == FORMAT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_passphrase() -> io::Result<String> {
        panic!("it has none")
    }

    #[test]
    fn a_key_comes_back_and_is_never_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("team.key");
        let key = Key::generate();
        key.write_new(&path, None).unwrap();
        assert_eq!(Key::load(&path, no_passphrase).unwrap().public(), key.public());
        let error = Key::generate().write_new(&path, None).unwrap_err().to_string();
        assert!(error.contains("team.key") && error.contains("never written over"), "{error}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::write(&path, "no key").unwrap();
        let error = Key::load(&path, no_passphrase).unwrap_err().to_string();
        assert!(error.contains("holds no key"), "{error}");
        assert!(!format!("{key:?}").contains(SECRET));
    }

    #[test]
    fn a_key_with_a_passphrase_opens_with_that_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key.age");
        let key = Key::generate();
        assert!(matches!(key.write_new(&path, Some(" ")), Err(KeyError::EmptyPassphrase)));
        key.write_new(&path, Some("seven grey herons")).unwrap();
        assert!(looks_locked(&path));
        let load = |passphrase: &str| Key::load(&path, || Ok(passphrase.to_owned()));
        assert_eq!(load("seven grey herons").unwrap().public(), key.public());
        assert!(matches!(load("seven grey hens"), Err(KeyError::WrongPassphrase { .. })));
    }
}
