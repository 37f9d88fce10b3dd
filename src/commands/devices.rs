//! `evenkeel devices`: the sound devices of this machine, and what each is good for.

use std::io::Write;

use clap::Args;

use crate::audio::capture::{Hears, SoundServer, devices};
use crate::audio::choice::{choose, heard};
use crate::units::{Party, PerParty};

/// List the sound devices, what each is good for, and which pair a call would use
#[derive(Args)]
pub struct DevicesArgs {}

/// Runs the command.
pub fn run(_: DevicesArgs) -> anyhow::Result<()> {
    let mut out = anstream::stdout();
    let server = SoundServer::in_use();
    let found = devices()?;
    for party in Party::BOTH {
        let fits = heard(party);
        let title = match fits {
            Hears::Playback => "What you hear (the customer's side)",
            Hears::Microphone | Hears::Nothing => "Microphones (your side)",
        };
        writeln!(out, "{title}")?;
        let mut none = true;
        for device in found.iter().filter(|device| device.hears == fits) {
            none = false;
            let default = if device.default { ", the system's default" } else { "" };
            writeln!(out, "  {}{default}\n      {}", device.name, device.id)?;
        }
        if none {
            writeln!(out, "  none")?;
        }
        writeln!(out)?;
    }
    let PerParty { agent, customer } = choose(&found);
    match (&agent, &customer) {
        (Some(agent), Some(customer)) => {
            writeln!(out, "A call would use")?;
            writeln!(out, "  {} for you: {}", agent.id, agent.why)?;
            writeln!(out, "  {} for the customer: {}", customer.id, customer.why)?;
        }
        (None, _) => writeln!(out, "There is no microphone: plug in the headset.")?,
        (_, None) => writeln!(out, "{}", no_loopback(server))?,
    }
    if let Some(caveat) = server.caveat() {
        writeln!(out, "\nThese come from {server}: {caveat}.")?;
    }
    Ok(())
}

/// How one gets to hear what is being played, where one can't.
pub fn no_loopback(server: SoundServer) -> &'static str {
    match server {
        SoundServer::Alsa => {
            "Nothing lets this program hear what you hear. Install a sound server that does: on \
             Debian, `sudo apt install pipewire wireplumber pipewire-pulse`, then log in again."
        }
        SoundServer::CoreAudio => {
            "Nothing lets this program hear what you hear. macOS 14.6 or newer offers it for a \
             device without a microphone; else install a virtual device such as BlackHole, and \
             let the softphone play on it."
        }
        SoundServer::PipeWire
        | SoundServer::PulseAudio
        | SoundServer::Wasapi
        | SoundServer::Other => {
            "Nothing lets this program hear what you hear: no device to play on was found. Plug \
             in the headset."
        }
    }
}
