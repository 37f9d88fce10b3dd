//! What the user types, one file a command.

pub mod config;
#[cfg(feature = "live")]
pub mod devices;
pub mod models;
pub mod replay;

use clap::{Parser, Subcommand};

/// Exit code after Ctrl-C, as shells have it: 128 + SIGINT.
pub const INTERRUPTED: u8 = 130;

/// Listens to both sides of a phone call and helps the agent keep it on an even keel.
/// Nothing leaves this machine.
#[derive(Parser)]
#[command(name = "evenkeel", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Analyse a recorded call: who said what, who cut in, where it went silent, what to try
    Replay(replay::ReplayArgs),
    /// Print the settings with their defaults, as a file to start from
    Config(config::ConfigArgs),
    /// List the models, check them, or add one
    Models(models::ModelsArgs),
    /// List the sound devices
    #[cfg(feature = "live")]
    Devices(devices::DevicesArgs),
}

/// Runs what was typed; returns the exit code.
pub fn run(cli: Cli) -> anyhow::Result<u8> {
    match cli.command {
        Command::Replay(args) => replay::run(args),
        Command::Config(args) => config::run(args).map(|()| 0),
        Command::Models(args) => models::run(args).map(|()| 0),
        #[cfg(feature = "live")]
        Command::Devices(args) => devices::run(args).map(|()| 0),
    }
}
