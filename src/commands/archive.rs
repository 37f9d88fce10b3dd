//! `evenkeel archive`: care of an archive.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::archive::Index;
use crate::archive::index::Refreshed;

/// Take care of an archive
#[derive(Args)]
pub struct ArchiveArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make the index anew from the call folders, which are the truth
    Rebuild {
        /// The archive's folder
        #[arg(default_value = "archive")]
        archive: PathBuf,
    },
}

/// Runs the command; returns the exit code: 1 when a log could not be read.
pub fn run(args: ArchiveArgs) -> anyhow::Result<u8> {
    let Action::Rebuild { archive } = args.action;
    if archive.join("calls").is_dir() {
        Index::remove(&archive)?;
    }
    let (_, Refreshed { read, damaged, .. }) = Index::open(&archive)?;
    for why in &damaged {
        anstream::eprintln!("evenkeel: {why}; the call is left out");
    }
    anstream::println!("{read} calls are in the index of {}.", archive.display());
    Ok(if damaged.is_empty() { 0 } else { 1 })
}
