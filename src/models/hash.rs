//! The hashes of files.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::str::FromStr;

use sha1::Sha1;
use sha2::{Digest, Sha256};

/// Bytes read at a time.
const CHUNK: usize = 256 * 1024;

/// A SHA-256 sum, written as 64 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sha256Sum([u8; 32]);

impl fmt::Display for Sha256Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Sha256> for Sha256Sum {
    fn from(sum: Sha256) -> Self {
        Sha256Sum(sum.finalize().into())
    }
}

/// The text is not 64 hexadecimal digits; copy the sum again.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 sum has 64 hexadecimal digits")]
pub struct NotASum;

impl FromStr for Sha256Sum {
    type Err = NotASum;
    fn from_str(text: &str) -> Result<Self, NotASum> {
        let mut sum = [0; 32];
        if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(NotASum);
        }
        for (byte, pair) in sum.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| NotASum)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| NotASum)?;
        }
        Ok(Sha256Sum(sum))
    }
}

/// The SHA-256 sum of a whole file.
///
/// # Errors
/// Whatever the file system says.
pub fn of_file(path: &Path) -> io::Result<Sha256Sum> {
    let mut sha256 = Sha256::new();
    read_through(&mut File::open(path)?, |chunk| {
        sha256.update(chunk);
        Ok(())
    })?;
    Ok(sha256.into())
}

/// What [`copy`] saw go by.
#[derive(Debug)]
pub struct Copied {
    /// Bytes copied.
    pub bytes: u64,
    /// Their SHA-256 sum.
    pub sha256: Sha256Sum,
    /// Their SHA-1 sum, in lowercase hexadecimal digits: whisper.cpp publishes its files by it.
    pub sha1: String,
}

/// Which side of a copy failed.
#[derive(Debug)]
pub enum CopyError {
    /// What is copied can't be read.
    Read(io::Error),
    /// The copy can't be written.
    Write(io::Error),
}

/// Copies everything from `from` to `to`, taking both sums of what was written.
///
/// # Errors
/// What the file system says of either side.
pub fn copy(from: &mut impl Read, to: &mut impl Write) -> Result<Copied, CopyError> {
    let (mut sha256, mut sha1) = (Sha256::new(), Sha1::new());
    let mut writes = true;
    let bytes = read_through(from, |chunk| {
        sha256.update(chunk);
        sha1.update(chunk);
        to.write_all(chunk).inspect_err(|_| writes = false)
    })
    .map_err(|e| if writes { CopyError::Read(e) } else { CopyError::Write(e) })?;
    let sha1 = sha1.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Copied { bytes, sha256: Sha256Sum(sha256.finalize().into()), sha1 })
}

/// Hands everything from `from` to `take`, chunk by chunk; returns the number of bytes.
fn read_through(
    from: &mut impl Read,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<u64> {
    let mut buffer = vec![0; CHUNK];
    let mut bytes = 0;
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(bytes),
            Ok(n) => {
                take(&buffer[..n])?;
                bytes += n as u64;
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-2, the examples for "abc".
    const ABC_SHA256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const ABC_SHA1: &str = "a9993e364706816aba3e25717850c26c9cd0d89d";

    #[test]
    fn a_copy_takes_the_sums_of_the_standards_example() {
        let mut to = Vec::new();
        let copied = copy(&mut &b"abc"[..], &mut to).unwrap();
        assert_eq!((copied.bytes, to.as_slice()), (3, &b"abc"[..]));
        assert_eq!(copied.sha256.to_string(), ABC_SHA256);
        assert_eq!(copied.sha1, ABC_SHA1);
    }

    #[test]
    fn a_full_disk_is_the_writers_fault() {
        let mut two_bytes = [0; 2];
        let failed = copy(&mut &b"abc"[..], &mut two_bytes.as_mut_slice());
        assert!(matches!(failed, Err(CopyError::Write(_))), "{failed:?}");
    }

    #[test]
    fn a_sum_is_read_as_it_is_written() {
        let sum: Sha256Sum = ABC_SHA256.parse().unwrap();
        assert_eq!(sum.to_string(), ABC_SHA256);
        assert_eq!(ABC_SHA256.to_uppercase().parse(), Ok(sum));
        for wrong in ["", "ba78", &ABC_SHA256.replace('b', "x"), &"é".repeat(32)] {
            assert_eq!(wrong.parse::<Sha256Sum>(), Err(NotASum), "{wrong}");
        }
    }
}
