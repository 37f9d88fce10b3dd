//! Sound devices, by cpal: which there are, what each is good for, and streams from them.
//!
//! What an agent hears is captured from the device that plays it: the monitor of a sink under
//! PipeWire and PulseAudio, loopback on Windows, a process tap on macOS.

use std::fmt;
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use cpal::traits::{DeviceTrait as _, HostTrait as _, StreamTrait as _};
use cpal::{
    BufferSize, Data, Device, DeviceId, DeviceType, ErrorKind, FromSample, HostId, I24, Sample,
    SampleFormat, SizedSample, StreamConfig, U24,
};

use super::ring::{Inlet, Outlet, ring};
use crate::units::SampleRate;

/// The ring holds so much: a listening thread that stands still for longer loses sound.
const RING_SECS: f64 = 2.0;
/// Callbacks come this often where the server lets one choose.
const PERIOD_MS: u32 = 10;
/// How long a server may take to open a stream.
const OPENS_WITHIN: Duration = Duration::from_secs(2);

/// A sound device of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoundDevice {
    /// Stable name, to choose the device by.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// What can be heard from it.
    pub hears: Hears,
    /// Whether it is the system's choice for what it is good for.
    pub default: bool,
    /// Whether it is a headset, as far as the system knows.
    pub headset: bool,
    /// Where it is plugged in; a headset's microphone and ears have the same.
    pub port: Option<String>,
}

/// Devices of PipeWire that stand for whichever is the system's default.
const FOLLOWS_DEFAULT: [(&str, &str); 2] = [
    ("input_default", "The system's microphone, whichever it is"),
    ("sink_default", "Whatever you hear, on any device"),
];

/// The name for people of a device that stands for the system's default.
fn follows_default(id: &str) -> Option<&'static str> {
    let of = id.strip_prefix("pipewire:")?;
    FOLLOWS_DEFAULT.iter().find(|(own, _)| *own == of).map(|(_, name)| *name)
}

/// What can be heard from a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hears {
    /// A voice in the room: the agent's side.
    Microphone,
    /// What is being played on it: the customer's side.
    Playback,
    /// Nothing: it only plays.
    Nothing,
}

/// What talks to the sound hardware, and how well live calls work with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SoundServer {
    /// PipeWire.
    PipeWire,
    /// PulseAudio, or PipeWire in its place.
    PulseAudio,
    /// ALSA, without a server.
    Alsa,
    /// Windows.
    Wasapi,
    /// macOS.
    CoreAudio,
    /// Something else that cpal knows.
    Other,
}

impl SoundServer {
    /// The server that devices are looked for at: the best that runs.
    pub fn in_use() -> SoundServer {
        SoundServer::of(cpal::default_host().id())
    }

    fn of(host: HostId) -> SoundServer {
        match host.name() {
            "PipeWire" => SoundServer::PipeWire,
            "PulseAudio" => SoundServer::PulseAudio,
            "ALSA" => SoundServer::Alsa,
            "WASAPI" => SoundServer::Wasapi,
            "CoreAudio" => SoundServer::CoreAudio,
            _ => SoundServer::Other,
        }
    }

    /// What one should know who relies on it; `None` where all is well.
    pub fn caveat(self) -> Option<&'static str> {
        match self {
            SoundServer::PipeWire | SoundServer::Wasapi => None,
            SoundServer::PulseAudio => Some(
                "through PulseAudio sound comes later, and a device that is pulled is noticed \
                 only by what is heard; PipeWire does better",
            ),
            SoundServer::Alsa => Some(
                "ALSA alone can't capture what is being played: install PipeWire (Debian: \
                 pipewire, wireplumber, pipewire-pulse)",
            ),
            SoundServer::CoreAudio => Some(
                "what a headset with a microphone plays can't be captured on macOS: play the \
                 call on a device without one, or on a virtual device such as BlackHole",
            ),
            SoundServer::Other => Some("nobody has tried Evenkeel with this sound system"),
        }
    }
}

impl fmt::Display for SoundServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SoundServer::PipeWire => "PipeWire",
            SoundServer::PulseAudio => "PulseAudio",
            SoundServer::Alsa => "ALSA",
            SoundServer::Wasapi => "WASAPI",
            SoundServer::CoreAudio => "CoreAudio",
            SoundServer::Other => "another sound system",
        })
    }
}

/// Sound can't be captured.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The sound system can't be asked. Is its service running?
    #[error("the sound system can't be asked for its devices: {0}; is its service running?")]
    Devices(cpal::Error),
    /// There is no such device now. It may come back.
    #[error(
        "{id}: no such sound device now; plug it in, or choose another (`evenkeel devices` lists them)"
    )]
    NotThere {
        /// The device asked for.
        id: String,
    },
    /// The device is there but can't be listened to.
    #[error(
        "{id}: can't be listened to: {why}; close what uses it, or choose another (`evenkeel devices` lists them)"
    )]
    Refused {
        /// The device asked for.
        id: String,
        /// What the system said.
        why: String,
    },
}

/// The devices that can be listened to, in the order of the system's sound server.
pub fn devices() -> Result<Vec<SoundDevice>, CaptureError> {
    let host = cpal::default_host();
    let server = SoundServer::of(host.id());
    let id = |device: &Device| device.id().ok().map(|id| id.to_string());
    let defaults = [host.default_input_device(), host.default_output_device()];
    let defaults: Vec<String> = defaults.iter().flatten().filter_map(id).collect();
    let mut found: Vec<SoundDevice> = Vec::new();
    for device in host.devices().map_err(CaptureError::Devices)? {
        // A device that vanishes while it is asked is no device.
        let (Some(id), Ok(description)) = (id(&device), device.description()) else { continue };
        let hears = match description.name() {
            // Another program's stream (PipeWire lists them among the devices), or our own.
            "unknown" => Hears::Nothing,
            _ => hears(&device, server, &id),
        };
        let follows = follows_default(&id);
        let name = follows.unwrap_or(description.name()).to_owned();
        let default = defaults.contains(&id) || follows.is_some();
        let headset = matches!(description.device_type(), DeviceType::Headset)
            || name.to_lowercase().contains("headset");
        let port = description.address().map(|port| {
            // A sub-device of a card, as in `hw:1,0`.
            port.split(',').next().unwrap_or(port).to_owned()
        });
        if hears != Hears::Nothing && found.iter().all(|other| other.id != id) {
            found.push(SoundDevice { id, name, hears, default, headset, port });
        }
    }
    Ok(found)
}

fn hears(device: &Device, server: SoundServer, id: &str) -> Hears {
    let (input, output) = (device.supports_input(), device.supports_output());
    match server {
        // A sink opens as an input: its monitor.
        SoundServer::PipeWire if input && output => Hears::Playback,
        SoundServer::PulseAudio if input && id.ends_with(".monitor") => Hears::Playback,
        // It takes all and gives silence.
        SoundServer::Alsa if id.starts_with("alsa:null") => Hears::Nothing,
        // An input stream on an output is a loopback.
        SoundServer::Wasapi | SoundServer::CoreAudio if output && !input => Hears::Playback,
        _ if input => Hears::Microphone,
        _ => Hears::Nothing,
    }
}

/// A stream from a device. Dropping it closes the stream.
pub struct Capture {
    // Kept for its Drop.
    _stream: cpal::Stream,
    fault: Arc<AtomicU8>,
    info: StreamInfo,
}

/// What a stream carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamInfo {
    /// The device's name for people.
    pub device: String,
    /// Frames a second.
    pub rate: SampleRate,
    /// Its channels, which are mixed.
    pub channels: u16,
    /// Sample format, as `f32`.
    pub format: String,
    /// Whether it stands still while nothing is played (loopback on Windows).
    pub may_pause: bool,
}

/// What a stream's error callback said last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Sound was lost; the stream goes on.
    Xrun,
    /// The stream follows the system's new default device, and goes on.
    Rerouted,
    /// The device has gone.
    DeviceGone,
    /// The stream must be opened anew: the server went away, or the device changed its rate.
    StreamBroken,
    /// The system does not let us listen.
    Denied,
}

impl Fault {
    const ALL: [Fault; 5] =
        [Fault::Xrun, Fault::Rerouted, Fault::DeviceGone, Fault::StreamBroken, Fault::Denied];

    fn of(kind: ErrorKind) -> Option<Fault> {
        match kind {
            ErrorKind::Xrun => Some(Fault::Xrun),
            ErrorKind::DeviceChanged => Some(Fault::Rerouted),
            ErrorKind::DeviceNotAvailable => Some(Fault::DeviceGone),
            ErrorKind::PermissionDenied => Some(Fault::Denied),
            // Sound comes all the same.
            ErrorKind::RealtimeDenied | ErrorKind::DeviceBusy => None,
            _ => Some(Fault::StreamBroken),
        }
    }

    /// Whether the stream must be opened anew.
    pub fn ends_stream(self) -> bool {
        match self {
            Fault::Xrun | Fault::Rerouted => false,
            Fault::DeviceGone | Fault::StreamBroken | Fault::Denied => true,
        }
    }
}

impl Capture {
    /// Listens to the device called `id`; the sound comes out of the [`Outlet`], its stamps
    /// counted from `epoch`.
    pub fn open(id: &str, epoch: Instant) -> Result<(Capture, Outlet), CaptureError> {
        let refused = |why: cpal::Error| match why.kind() {
            ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable => {
                CaptureError::NotThere { id: id.to_owned() }
            }
            _ => CaptureError::Refused { id: id.to_owned(), why: why.to_string() },
        };
        let not_there = || CaptureError::NotThere { id: id.to_owned() };
        let device_id = DeviceId::from_str(id).map_err(|_| not_there())?;
        // A host knows the devices that were there when it was made.
        let host = cpal::host_from_id(device_id.host()).map_err(refused)?;
        let device = host.device_by_id(&device_id).ok_or_else(not_there)?;
        let (config, loopback) = match device.default_input_config() {
            Ok(config) => (config, false),
            // Loopback: an output is listened to as it plays.
            Err(_) => (device.default_output_config().map_err(refused)?, true),
        };
        let (rate, channels) = (SampleRate(config.sample_rate()), config.channels());
        let format = config.sample_format();
        let (inlet, outlet) = ring(rate, RING_SECS, epoch);
        let buffer_size = match SoundServer::of(device_id.host()) {
            SoundServer::PipeWire => BufferSize::Fixed(rate.hz() * PERIOD_MS / 1_000),
            // A fixed size loses sound with some PulseAudio servers.
            _ => BufferSize::Default,
        };
        let config = StreamConfig { channels, sample_rate: rate.hz(), buffer_size };
        let fault = Arc::new(AtomicU8::new(0));
        let mut callback = Callback::new(inlet, channels);
        let stream = device
            .build_input_stream_raw(
                config,
                format,
                move |data, _| callback.take(data),
                {
                    let fault = Arc::clone(&fault);
                    move |error| note(&fault, error.kind())
                },
                Some(OPENS_WITHIN),
            )
            .map_err(refused)?;
        stream.play().map_err(refused)?;
        #[cfg(target_os = "linux")]
        super::priority::promote_callbacks();
        let device = match follows_default(id) {
            Some(name) => name.to_owned(),
            None => device.description().map_err(refused)?.name().to_owned(),
        };
        let may_pause = SoundServer::of(device_id.host()) == SoundServer::Wasapi && loopback;
        let info = StreamInfo { device, rate, channels, format: format.to_string(), may_pause };
        Ok((Capture { _stream: stream, fault, info }, outlet))
    }

    /// What the stream carries.
    pub fn info(&self) -> &StreamInfo {
        &self.info
    }

    /// What has gone wrong since the last time it was asked.
    pub fn take_fault(&self) -> Option<Fault> {
        let number = self.fault.swap(0, Ordering::Relaxed);
        Fault::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }
}

/// Keeps the worst fault until somebody asks.
fn note(last: &AtomicU8, kind: ErrorKind) {
    if let Some(fault) = Fault::of(kind) {
        last.fetch_max(fault as u8 + 1, Ordering::Relaxed);
    }
}

/// The audio callback: converts, pushes, counts. Public, so that a test can hold it to that.
pub struct Callback {
    inlet: Inlet,
    channels: usize,
}

impl Callback {
    /// A callback of a stream of so many channels.
    pub fn new(inlet: Inlet, channels: u16) -> Self {
        Callback { inlet, channels: usize::from(channels) }
    }

    /// Takes what the device gives, in whatever format.
    pub fn take(&mut self, data: &Data) {
        match data.sample_format() {
            SampleFormat::I8 => self.take_as::<i8>(data),
            SampleFormat::I16 => self.take_as::<i16>(data),
            SampleFormat::I24 => self.take_as::<I24>(data),
            SampleFormat::I32 => self.take_as::<i32>(data),
            SampleFormat::I64 => self.take_as::<i64>(data),
            SampleFormat::U8 => self.take_as::<u8>(data),
            SampleFormat::U16 => self.take_as::<u16>(data),
            SampleFormat::U24 => self.take_as::<U24>(data),
            SampleFormat::U32 => self.take_as::<u32>(data),
            SampleFormat::U64 => self.take_as::<u64>(data),
            SampleFormat::F32 => self.take_as::<f32>(data),
            SampleFormat::F64 => self.take_as::<f64>(data),
            // One-bit formats of music players: no microphone has them.
            _ => {}
        }
    }

    fn take_as<T: SizedSample>(&mut self, data: &Data)
    where
        f32: FromSample<T>,
    {
        if let Some(samples) = data.as_slice::<T>() {
            self.inlet.take(samples.len(), self.channels, |i| f32::from_sample(samples[i]));
        }
    }
}
