//! Files that are no Whisper model, told by their first bytes.

use std::fmt;

/// How many first bytes [`Foreign::recognise`] wants to see.
pub const HEAD: usize = 512;

/// What a file seems to be instead of a Whisper model. Its text says so, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// Nothing in it.
    Empty,
    /// The newer format of the ggml family, which whisper.cpp does not read.
    Gguf,
    /// A ggml file of a big-endian machine.
    BigEndian,
    /// An old ggml file of a language model.
    LanguageModel,
    /// whisper.cpp's own voice-activity model.
    VoiceActivity,
    /// Tensors as Hugging Face keeps them.
    Safetensors,
    /// A zip archive: PyTorch checkpoints are such.
    Zip,
    /// A Python pickle: old PyTorch checkpoints are such.
    Pickle,
    /// CTranslate2, as faster-whisper reads it.
    CTranslate2,
    /// A gzip, xz, zstd, bzip2 or 7-Zip archive.
    Archive,
    /// A web page.
    WebPage,
    /// What a web server says when it does not give the file.
    ServerMessage,
    /// The note that Git LFS leaves in place of a file.
    LfsPointer,
    /// None of these, and no ggml file either.
    Unknown,
}

impl Foreign {
    /// What a file that begins with `head` (some 500 bytes) seems to be; `None` when
    /// nothing speaks against a Whisper model, or nothing is known about it.
    pub fn recognise(head: &[u8]) -> Option<Foreign> {
        if head.is_empty() {
            return Some(Foreign::Empty);
        }
        // ggml writes its magic as a number, least byte first: `ggml` is on disk `lmgg`.
        let binary: [(&[u8], Foreign); 15] = [
            (b"GGUF", Foreign::Gguf),
            (b"FUGG", Foreign::Gguf),
            (b"ggml", Foreign::BigEndian),
            (b"tjgg", Foreign::LanguageModel),
            (b"fmgg", Foreign::LanguageModel),
            (b"lmgg\x0a\0\0\0silero-16k", Foreign::VoiceActivity),
            (b"PK\x03\x04", Foreign::Zip),
            (b"\x80\x02", Foreign::Pickle),
            (b"\x06\0\0\0\x0c\0WhisperSpec", Foreign::CTranslate2),
            (b"\x1f\x8b", Foreign::Archive),
            (b"\xfd7zXZ\0", Foreign::Archive),
            (b"\x28\xb5\x2f\xfd", Foreign::Archive),
            (b"BZh", Foreign::Archive),
            (b"7z\xbc\xaf\x27\x1c", Foreign::Archive),
            (b"version https://git-lfs", Foreign::LfsPointer),
        ];
        if let Some((_, foreign)) = binary.iter().find(|(start, _)| head.starts_with(start)) {
            return Some(*foreign);
        }
        // A safetensors file begins with the length of its JSON header (8 bytes), then the
        // header; the format itself limits that to 100 MB.
        if let Some((length, json)) = head.split_first_chunk::<8>()
            && u64::from_le_bytes(*length) <= 100_000_000
            && json.starts_with(b"{\"")
        {
            return Some(Foreign::Safetensors);
        }
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        let begins =
            |with: &[u8]| text.get(..with.len()).is_some_and(|t| t.eq_ignore_ascii_case(with));
        if begins(b"<!doctype html") || begins(b"<html") || begins(b"<head") || begins(b"<!--") {
            Some(Foreign::WebPage)
        } else if begins(b"<?xml")
            || begins(b"<error")
            || begins(b"{\"")
            || begins(b"not found")
            || begins(b"entry not found")
            || begins(b"access")
            || begins(b"invalid username")
        {
            Some(Foreign::ServerMessage)
        } else {
            None
        }
    }
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Foreign::Empty => "the file is empty; get it again",
            Foreign::Gguf => {
                "this is a GGUF file, and Whisper needs the older ggml format; take the model's \
                 `ggml-….bin` file"
            }
            Foreign::BigEndian => {
                "this is a ggml file for big-endian machines; take the usual `ggml-….bin` file"
            }
            Foreign::LanguageModel => {
                "this is a ggml file of a language model, not of Whisper; take a `ggml-….bin` \
                 file of Whisper"
            }
            Foreign::VoiceActivity => {
                "this is whisper.cpp's voice-activity model, not speech to text; Evenkeel brings \
                 its own, so there is nothing to add"
            }
            Foreign::Safetensors => {
                "this is a safetensors file; convert it with whisper.cpp's \
                 `convert-h5-to-ggml.py`, or take the model's `ggml-….bin` file"
            }
            Foreign::Zip => {
                "this is a PyTorch checkpoint or another zip archive; convert a checkpoint with \
                 whisper.cpp's `convert-pt-to-ggml.py`, or unpack the archive"
            }
            Foreign::Pickle => {
                "this is an old PyTorch checkpoint; convert it with whisper.cpp's \
                 `convert-pt-to-ggml.py`, or take the model's `ggml-….bin` file"
            }
            Foreign::CTranslate2 => {
                "this is a CTranslate2 model, as faster-whisper uses; take the model's \
                 `ggml-….bin` file, or convert it as `models/README.md` describes"
            }
            Foreign::Archive => "this is a compressed archive; unpack it and give the file inside",
            Foreign::WebPage => {
                "this is a web page that was saved in place of the file; use the page's download \
                 link"
            }
            Foreign::ServerMessage => {
                "this is a web server's message that was saved in place of the file; open it in \
                 an editor to see why, and get the file again"
            }
            Foreign::LfsPointer => {
                "this is a Git LFS pointer, a note of where the file is kept; run `git lfs pull` \
                 in its repository"
            }
            Foreign::Unknown => {
                "this is no ggml file, nor any other that Evenkeel knows; take a Whisper model's \
                 `ggml-….bin` file"
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_first_bytes() {
        let vad = [&b"lmgg"[..], &10_i32.to_le_bytes(), b"silero-16k\x06\0\0\0"].concat();
        let safetensors = [&200_u64.to_le_bytes()[..], b"{\"conv1.weight\":{}}"].concat();
        let ct2 = b"\x06\0\0\0\x0c\0WhisperSpec\0\x03\0\0\0";
        let cases: [(&[u8], Foreign); 14] = [
            (b"", Foreign::Empty),
            (b"GGUF\x03\0\0\0", Foreign::Gguf),
            (b"ggml\0\0\xca\x98", Foreign::BigEndian),
            (b"tjgg\x03\0\0\0", Foreign::LanguageModel),
            (&vad, Foreign::VoiceActivity),
            (&safetensors, Foreign::Safetensors),
            (b"PK\x03\x04\x14\0", Foreign::Zip),
            (b"\x80\x02}q\0", Foreign::Pickle),
            (ct2, Foreign::CTranslate2),
            (b"\x1f\x8b\x08\0", Foreign::Archive),
            (b"\xef\xbb\xbf\n <!DOCTYPE HTML><html>", Foreign::WebPage),
            (b"<html lang=\"en\">", Foreign::WebPage),
            (b"<?xml version=\"1.0\"?><Error>", Foreign::ServerMessage),
            (b"version https://git-lfs.github.com/spec/v1\noid sha256:", Foreign::LfsPointer),
        ];
        for (head, expected) in cases {
            assert_eq!(Foreign::recognise(head), Some(expected), "{head:?}");
        }
    }

    #[test]
    fn a_whisper_model_and_plain_noise_are_not_recognised() {
        assert_eq!(Foreign::recognise(b"lmgg\x98\xca\0\0\xdc\x05\0\0"), None);
        assert_eq!(Foreign::recognise(&[0xff; 64]), None);
        assert_eq!(Foreign::recognise(b"l"), None);
    }
}
