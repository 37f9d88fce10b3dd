//! Audio in: from files (and later devices) to 16 kHz mono per party, and to WAV.

mod byte_order;
#[cfg(feature = "live")]
pub mod capture;
#[cfg(feature = "live")]
pub mod choice;
mod codec;
mod compressed;
pub mod decode;
mod defect;
pub mod g711;
pub mod outline;
mod pair;
pub mod peaks;
#[cfg(feature = "live")]
pub mod playback;
#[cfg(all(feature = "live", target_os = "linux"))]
mod priority;
pub mod resample;
mod riff;
pub mod ring;
pub mod seekable;
pub mod source;
#[cfg(feature = "live")]
pub mod tempo;
pub mod timeline;
mod track;
mod wav;
pub mod write;
