//! `evenkeel devices`: the sound devices of this machine.

use std::io::Write;

use clap::Args;

use crate::audio::capture::devices;

/// List the sound devices
#[derive(Args)]
pub struct DevicesArgs {}

/// Runs the command.
pub fn run(_: DevicesArgs) -> anyhow::Result<()> {
    let mut out = anstream::stdout();
    let found = devices()?;
    if found.is_empty() {
        writeln!(out, "No sound devices were found.")?;
    }
    for device in found {
        let uses = match (device.input, device.output) {
            (true, true) => "input, output",
            (true, false) => "input",
            (false, true) => "output",
            (false, false) => "neither input nor output",
        };
        let default = match (device.default_input, device.default_output) {
            (true, true) => " (default for both)",
            (true, false) => " (default input)",
            (false, true) => " (default output)",
            (false, false) => "",
        };
        writeln!(out, "{}: {uses}{default}\n    id {}", device.name, device.id)?;
    }
    Ok(())
}
