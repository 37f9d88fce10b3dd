//! Which pair of devices to listen to.

use super::capture::{Hears, SoundDevice, devices};
use crate::units::{Party, PerParty};

/// A device, and why it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Stable id.
    pub id: String,
    /// In a few words, for `because …`.
    pub why: &'static str,
}

/// The pair that one would choose among `devices`: a headset where there is one, both sides of
/// it; else what the system uses.
pub fn choose(devices: &[SoundDevice]) -> PerParty<Option<Choice>> {
    let of = |party: Party| devices.iter().filter(move |device| device.hears == heard(party));
    let choice = |device: &SoundDevice, why| Choice { id: device.id.clone(), why };
    let usual = |party: Party| {
        let default = of(party).find(|device| device.default);
        let default = default.map(|device| choice(device, "it is what the system uses"));
        default.or_else(|| of(party).next().map(|device| choice(device, "there is no other")))
    };
    let microphone = of(Party::Agent).find(|device| device.headset);
    let ears = of(Party::Customer).find(|device| match microphone {
        Some(microphone) if microphone.port.is_some() => device.port == microphone.port,
        _ => device.headset,
    });
    PerParty {
        agent: microphone
            .map(|device| choice(device, "it is a headset's microphone"))
            .or_else(|| usual(Party::Agent)),
        customer: ears
            .map(|device| choice(device, "it is what you hear in the headset"))
            .or_else(|| usual(Party::Customer)),
    }
}

/// The device that one would choose for `party` on this machine now.
pub fn default_device(party: Party) -> Option<String> {
    choose(&devices().ok()?)[party].clone().map(|choice| choice.id)
}

/// What must be heard to hear `party`.
pub fn heard(party: Party) -> Hears {
    match party {
        Party::Agent => Hears::Microphone,
        Party::Customer => Hears::Playback,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(id: &str, hears: Hears, default: bool) -> SoundDevice {
        let name = id.to_owned();
        SoundDevice { id: id.to_owned(), name, hears, default, headset: false, port: None }
    }

    fn ids(devices: &[SoundDevice]) -> [Option<String>; 2] {
        let PerParty { agent, customer } = choose(devices);
        [agent, customer].map(|choice| choice.map(|choice| choice.id))
    }

    #[test]
    fn without_a_headset_it_is_what_the_system_uses() {
        let devices = [
            device("webcam", Hears::Microphone, false),
            device("mic", Hears::Microphone, true),
            device("screen", Hears::Playback, false),
            device("speakers", Hears::Playback, true),
        ];
        assert_eq!(ids(&devices), [Some("mic".into()), Some("speakers".into())]);
        assert_eq!(ids(&devices[..1]), [Some("webcam".into()), None]);
        assert_eq!(ids(&[]), [None, None]);
    }

    #[test]
    fn both_sides_of_a_headset_go_together() {
        let headset = |id, hears, port: &str| SoundDevice {
            headset: true,
            port: Some(port.into()),
            ..device(id, hears, false)
        };
        let devices = [
            device("mic", Hears::Microphone, true),
            device("speakers", Hears::Playback, true),
            headset("other-ears", Hears::Playback, "hw:3"),
            headset("headset-mic", Hears::Microphone, "hw:2"),
            headset("headset-ears", Hears::Playback, "hw:2"),
        ];
        assert_eq!(ids(&devices), [Some("headset-mic".into()), Some("headset-ears".into())]);
    }
}
