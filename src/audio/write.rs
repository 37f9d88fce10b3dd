//! A call's audio as a WAV file: stereo, agent left, customer right, 16 kHz, 16 bits.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use hound::{SampleFormat, WavSpec, WavWriter};

use crate::units::{ENGINE_RATE, PerParty};

/// Bytes before the first sample, and of one frame of two samples.
const HEADER_BYTES: u64 = 44;
const FRAME_BYTES: u64 = 4;

/// The file could not be written; what was written before is kept.
#[derive(Debug, thiserror::Error)]
#[error("{}: can't be written: {source}; is the disk full, or the folder read-only?", path.display())]
pub struct WriteError {
    path: PathBuf,
    source: hound::Error,
}

impl WriteError {
    /// What kind of trouble it is.
    pub fn kind(&self) -> io::ErrorKind {
        match &self.source {
            hound::Error::IoError(error) => error.kind(),
            _ => io::ErrorKind::InvalidData,
        }
    }
}

/// Writes the audio of a call as it goes.
pub struct CallWriter {
    path: PathBuf,
    writer: WavWriter<BufWriter<File>>,
    /// The same file, to hand it to the disk.
    file: File,
    /// Frames that the file's header counts.
    flushed: u32,
    /// What one party has and the other has not yet.
    pending: PerParty<Vec<f32>>,
}

impl CallWriter {
    /// Creates the file, readable by its owner only, over one that is there.
    pub fn create(path: &Path) -> Result<Self, WriteError> {
        let spec = WavSpec {
            channels: 2,
            sample_rate: ENGINE_RATE.hz(),
            bits_per_sample: 16,
            sample_format: SampleFormat::Int,
        };
        let mut options = File::options();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let failed = |source| WriteError { path: path.to_owned(), source };
        let file = options.open(path).map_err(hound::Error::IoError).map_err(failed)?;
        let twin = file.try_clone().map_err(hound::Error::IoError).map_err(failed)?;
        let writer = WavWriter::new(BufWriter::new(file), spec).map_err(failed)?;
        let mut writer = CallWriter::over(path, writer, twin);
        // Playable from the first moment on.
        writer.flush()?;
        Ok(writer)
    }

    /// Goes on with a file of which `frames` frames are good, as [`Self::flushed`] said before
    /// a write failed.
    pub fn resume(path: &Path, frames: u32) -> Result<Self, WriteError> {
        let failed = |source| WriteError { path: path.to_owned(), source };
        let file = File::options().read(true).write(true).open(path);
        let file = file.map_err(hound::Error::IoError).map_err(failed)?;
        let length = HEADER_BYTES + u64::from(frames) * FRAME_BYTES;
        file.set_len(length).map_err(hound::Error::IoError).map_err(failed)?;
        let writer = WavWriter::append(path).map_err(failed)?;
        Ok(CallWriter::over(path, writer, file))
    }

    fn over(path: &Path, writer: WavWriter<BufWriter<File>>, file: File) -> Self {
        let flushed = writer.duration();
        CallWriter { path: path.to_owned(), writer, file, flushed, pending: PerParty::default() }
    }

    /// Frames that are safe from a crash of the program.
    pub fn flushed(&self) -> u32 {
        self.flushed
    }

    /// Makes what was written so far a whole, playable file.
    pub fn flush(&mut self) -> Result<(), WriteError> {
        self.writer.flush().map_err(|source| self.failed(source))?;
        self.flushed = self.writer.duration();
        Ok(())
    }

    /// Hands what was flushed to the disk, so that a power cut does not lose it.
    pub fn sync(&self) -> Result<(), WriteError> {
        self.file.sync_data().map_err(|error| self.failed(hound::Error::IoError(error)))
    }

    fn failed(&self, source: hound::Error) -> WriteError {
        WriteError { path: self.path.clone(), source }
    }

    /// Takes the next samples of both parties (mono, 16 kHz, −1 to 1), of any lengths.
    pub fn write(&mut self, audio: &PerParty<Vec<f32>>) -> Result<(), WriteError> {
        self.pending.agent.extend_from_slice(&audio.agent);
        self.pending.customer.extend_from_slice(&audio.customer);
        let ready = self.pending.agent.len().min(self.pending.customer.len());
        self.put(ready)
    }

    /// Fills the shorter party up with silence and completes the file.
    pub fn finish(mut self) -> Result<(), WriteError> {
        let length = self.pending.agent.len().max(self.pending.customer.len());
        self.pending.agent.resize(length, 0.0);
        self.pending.customer.resize(length, 0.0);
        self.put(length)?;
        let path = self.path;
        self.writer.finalize().map_err(|source| WriteError { path, source })
    }

    fn put(&mut self, frames: usize) -> Result<(), WriteError> {
        let to_i16 = |sample: f32| (sample.clamp(-1.0, 1.0) * 32_767.0).round() as i16;
        let agent = self.pending.agent.drain(..frames);
        let customer = self.pending.customer.drain(..frames);
        for (agent, customer) in agent.zip(customer) {
            for sample in [agent, customer] {
                self.writer
                    .write_sample(to_i16(sample))
                    .map_err(|source| WriteError { path: self.path.clone(), source })?;
            }
        }
        Ok(())
    }
}
