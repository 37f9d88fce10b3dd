//! `evenkeel config`: the settings with their defaults, or a check of a file.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use crate::config::{Config, DEFAULTS};

/// Print the settings with their defaults, as a file to start from
#[derive(Args)]
pub struct ConfigArgs {
    /// Check this file instead, and say what is wrong with it
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: ConfigArgs) -> anyhow::Result<()> {
    let mut out = anstream::stdout();
    match args.check {
        Some(path) => {
            Config::load(&path)?;
            writeln!(out, "{}: fine", path.display())?;
        }
        None => out.write_all(DEFAULTS.as_bytes())?,
    }
    Ok(())
}
