//! A recorded call: one file or two, as 16 kHz audio of each party.

use std::path::{Path, PathBuf};

use super::decode::{DecodeError, Defect, Recording};
use super::resample::RateConverter;
use crate::event::{Layout, Source};
use crate::units::{CallTime, Party, PerParty};

/// Where the parties are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallFiles {
    /// One file: stereo with a party in each channel, or a mono mix.
    One {
        /// The file.
        path: PathBuf,
        /// The agent's channel in it.
        agent: Side,
    },
    /// A file for each party.
    Two {
        /// The agent's.
        agent: PathBuf,
        /// The customer's.
        customer: PathBuf,
    },
}

impl CallFiles {
    /// The files: one, or the agent's and the customer's.
    pub fn paths(&self) -> Vec<&Path> {
        match self {
            CallFiles::One { path, .. } => vec![path],
            CallFiles::Two { agent, customer } => vec![agent, customer],
        }
    }
}

/// A channel of a stereo file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// The first channel.
    #[default]
    Left,
    /// The second channel.
    Right,
}

/// Why a call can't be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// One of its files can't be.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// A file with more than two channels.
    #[error("{name}: {channels} channels; give --agent and --customer, or a stereo file")]
    Channels {
        /// The file.
        name: String,
        /// Its channels.
        channels: usize,
    },
    /// A mono file for which `--agent right` was given.
    #[error("{name}: one channel has no right side; leave out `--agent right`")]
    NoSides {
        /// The file.
        name: String,
    },
}

/// A call, open for reading.
pub struct CallSource {
    layout: Layout,
    files: Vec<OpenFile>,
    read: PerParty<u64>,
}

struct OpenFile {
    name: String,
    recording: Recording,
    /// The party in each channel; several channels of one party are mixed.
    channels: Vec<(Party, RateConverter)>,
    mixed: bool,
    over: bool,
    interleaved: Vec<f32>,
    channel: Vec<f32>,
}

impl CallSource {
    /// Opens the files and reads their headers.
    pub fn open(files: &CallFiles) -> Result<CallSource, SourceError> {
        let (layout, files) = match files {
            CallFiles::One { path, agent } => {
                let recording = Recording::open(path)?;
                let name = path.display().to_string();
                let (layout, parties) = match (recording.info().channels, agent) {
                    (1, Side::Left) => (Layout::MonoMix, vec![Party::Customer]),
                    (1, Side::Right) => return Err(SourceError::NoSides { name }),
                    (2, Side::Left) => (Layout::Stereo, vec![Party::Agent, Party::Customer]),
                    (2, Side::Right) => (Layout::Stereo, vec![Party::Customer, Party::Agent]),
                    (channels, _) => return Err(SourceError::Channels { name, channels }),
                };
                (layout, vec![OpenFile::new(path, recording, &parties)])
            }
            CallFiles::Two { agent, customer } => {
                let open = |path: &Path, party| -> Result<OpenFile, SourceError> {
                    Ok(OpenFile::new(path, Recording::open(path)?, &[party]))
                };
                let files = vec![open(agent, Party::Agent)?, open(customer, Party::Customer)?];
                (Layout::TwoFiles, files)
            }
        };
        Ok(CallSource { layout, files, read: PerParty::default() })
    }

    /// Says `names` in the place of the files' own: they are copies of what is known by these.
    pub fn named(mut self, names: impl IntoIterator<Item = String>) -> CallSource {
        for (file, name) in self.files.iter_mut().zip(names) {
            file.name = name;
        }
        self
    }

    /// How the parties lie in the files.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// What the log says of the files.
    pub fn sources(&self) -> Vec<Source> {
        let source = |file: &OpenFile| Source {
            name: Path::new(&file.name)
                .file_name()
                .map_or_else(|| file.name.clone(), |name| name.to_string_lossy().into_owned()),
            sample_rate: file.recording.info().sample_rate.hz(),
            encoding: file.recording.info().encoding.clone(),
            sha256: None,
        };
        self.files.iter().map(source).collect()
    }

    /// Length of the longer file in seconds by its header, when it says.
    pub fn expected_secs(&self) -> Option<f64> {
        let secs = |file: &OpenFile| {
            let info = file.recording.info();
            info.frames.map(|frames| frames as f64 / f64::from(info.sample_rate.hz()))
        };
        self.files.iter().filter_map(secs).reduce(f64::max)
    }

    /// Appends the next block of each party to `out` (mono, 16 kHz, −1 to 1; about a second
    /// at most); `false` when the call is over. Two files are kept in step.
    pub fn read(&mut self, out: &mut PerParty<Vec<f32>>) -> Result<bool, SourceError> {
        let before = out.map(Vec::len);
        let read = self.read;
        let at = |file: &OpenFile| read[file.channels[0].0];
        let Some(file) = self.files.iter_mut().filter(|file| !file.over).min_by_key(|f| at(f))
        else {
            return Ok(false);
        };
        file.read(out)?;
        for party in Party::BOTH {
            self.read[party] += (out[party].len() - before[party]) as u64;
        }
        Ok(true)
    }

    /// After the end: how many frames at 16 kHz each party's audio is shorter than the other's.
    pub fn missing(&self) -> PerParty<u64> {
        let longest = self.read.agent.max(self.read.customer);
        match self.layout {
            Layout::MonoMix => PerParty::default(),
            Layout::Stereo | Layout::TwoFiles | Layout::Live => self.read.map(|own| longest - own),
        }
    }

    /// What was wrong with the files but could be lived with, each with its file's name.
    /// Complete once the call is over.
    pub fn defects(&self) -> Vec<(String, Defect)> {
        let of = |file: &OpenFile| {
            let name = file.name.clone();
            file.recording
                .defects()
                .iter()
                .map(move |defect| (name.clone(), defect.clone()))
                .collect::<Vec<_>>()
        };
        self.files.iter().flat_map(of).collect()
    }

    /// Files of one party that have several channels, which are mixed.
    pub fn mixed(&self) -> impl Iterator<Item = &str> {
        self.files.iter().filter(|file| file.mixed).map(|file| file.name.as_str())
    }

    /// How far the call has been read.
    pub fn now(&self) -> CallTime {
        CallTime::from_frames(self.read.agent.max(self.read.customer))
    }
}

impl OpenFile {
    fn new(path: &Path, recording: Recording, parties: &[Party]) -> Self {
        let rate = recording.info().sample_rate;
        let channels =
            parties.iter().map(|&party| (party, RateConverter::to_engine(rate))).collect();
        OpenFile {
            name: path.display().to_string(),
            mixed: parties.len() < recording.info().channels,
            recording,
            channels,
            over: false,
            interleaved: Vec::new(),
            channel: Vec::new(),
        }
    }

    fn read(&mut self, out: &mut PerParty<Vec<f32>>) -> Result<(), DecodeError> {
        self.interleaved.clear();
        let width = self.recording.info().channels;
        self.over = self.recording.read(&mut self.interleaved)? == 0;
        for (i, (party, converter)) in self.channels.iter_mut().enumerate() {
            self.channel.clear();
            if self.mixed {
                let mix = |frame: &[f32]| frame.iter().sum::<f32>() / width as f32;
                self.channel.extend(self.interleaved.chunks_exact(width).map(mix));
            } else {
                self.channel.extend(self.interleaved.chunks_exact(width).map(|frame| frame[i]));
            }
            converter.push(&self.channel, &mut out[*party]);
            if self.over {
                converter.finish(&mut out[*party]);
            }
        }
        Ok(())
    }
}
