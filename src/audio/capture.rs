//! Sound devices, by cpal.

use cpal::traits::{DeviceTrait as _, HostTrait as _};

/// A sound device of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoundDevice {
    /// Stable name, to choose the device by.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Whether it can be listened to.
    pub input: bool,
    /// Whether it can be played on.
    pub output: bool,
    /// Whether the system records from it when nothing is chosen.
    pub default_input: bool,
    /// Whether the system plays on it when nothing is chosen.
    pub default_output: bool,
}

/// The sound system can't be asked. Is its service running?
#[derive(Debug, thiserror::Error)]
#[error("the sound system can't be asked for its devices: {0}; is its service running?")]
pub struct DevicesError(#[from] cpal::Error);

/// The devices of the system's own sound host, in its order.
pub fn devices() -> Result<Vec<SoundDevice>, DevicesError> {
    let host = cpal::default_host();
    let id = |device: &cpal::Device| device.id().ok().map(|id| id.to_string());
    let default_input = host.default_input_device().as_ref().and_then(id);
    let default_output = host.default_output_device().as_ref().and_then(id);
    let mut found = Vec::new();
    for device in host.devices()? {
        // A device that vanishes while it is asked is no device.
        let (Some(id), Ok(description)) = (id(&device), device.description()) else { continue };
        found.push(SoundDevice {
            name: description.name().to_owned(),
            input: device.supports_input(),
            output: device.supports_output(),
            default_input: default_input.as_ref() == Some(&id),
            default_output: default_output.as_ref() == Some(&id),
            id,
        });
    }
    Ok(found)
}
