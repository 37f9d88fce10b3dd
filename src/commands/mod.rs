//! What the user types, one file a command.

mod analysis;
pub mod archive;
pub mod batch;
mod calls;
pub mod config;
mod copy;
#[cfg(feature = "live")]
pub mod devices;
#[cfg(feature = "live")]
pub mod doctor;
pub mod export;
pub mod find;
#[cfg(feature = "gui")]
mod keeping;
mod keys;
#[cfg(feature = "live")]
pub mod live;
mod loaded;
pub mod models;
pub mod notes;
pub mod page;
mod place;
pub mod promises;
pub mod replay;
pub mod rescore;
#[cfg(feature = "gui")]
pub mod review;
pub mod rules;
mod scope;
pub mod share;
pub mod trends;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Parser, Subcommand};

/// Exit code after Ctrl-C, as shells have it: 128 + SIGINT.
pub const INTERRUPTED: u8 = 130;

/// Listens to both sides of a phone call and helps the agent keep it on an even keel.
/// Nothing leaves this machine unless you send it.
#[derive(Parser)]
#[command(name = "evenkeel", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Listen to a call as it goes, and prompt
    #[cfg(feature = "live")]
    Live(live::LiveArgs),
    /// Analyse a recorded call: who said what, who cut in, where it went silent, what to try
    Replay(replay::ReplayArgs),
    /// Analyse many recordings into an archive, one call a core; goes on where it was stopped
    Batch(batch::BatchArgs),
    /// Find calls in an archive: by agent, heat, practice, words…
    Find(find::FindArgs),
    /// What comes back across calls: problems, practices of each agent, promises, prompts
    Trends(trends::TrendsArgs),
    /// Write calls as pages for a browser, and an archive's calls as one
    Page(page::PageArgs),
    /// Go through calls in a window: hear them, read along, see why, judge and note
    #[cfg(feature = "gui")]
    Review(review::ReviewArgs),
    /// Take care of an archive: its index, calls kept long enough, locking it with a key
    Archive(archive::ArchiveArgs),
    /// List what was promised in calls, the first due first: to read, as CSV or for a calendar
    Promises(promises::PromisesArgs),
    /// Verdicts and notes on calls: add, take back, list, bring two copies together
    Notes(notes::NotesArgs),
    /// Share a moment of a call: a clip with its words and why, names and numbers masked if wanted
    Share(share::ShareArgs),
    /// Share several moments of calls as one sheet for training
    PracticeSet(share::PracticeSetArgs),
    /// Write calls in formats that other programs read: subtitles, labels, tables, Contact Lens
    Export(export::ExportArgs),
    /// Print the settings with their defaults, as a file to start from
    Config(config::ConfigArgs),
    /// List the coach's rules and what they mean, or check changed ones
    Rules(rules::RulesArgs),
    /// Hold changed rules against calls that are kept, and print the difference
    Rescore(rescore::RescoreArgs),
    /// List the models, check them, or add one
    Models(models::ModelsArgs),
    /// List the sound devices
    #[cfg(feature = "live")]
    Devices(devices::DevicesArgs),
    /// Look whether this machine is ready for live calls, and say what to mend
    #[cfg(feature = "live")]
    Doctor(doctor::DoctorArgs),
}

/// Runs what was typed; returns the exit code.
pub fn run(cli: Cli) -> anyhow::Result<u8> {
    match cli.command {
        #[cfg(feature = "live")]
        Command::Live(args) => live::run(args),
        Command::Replay(args) => replay::run(args),
        Command::Batch(args) => batch::run(args),
        Command::Find(args) => find::run(args).map(|()| 0),
        Command::Trends(args) => trends::run(args).map(|()| 0),
        Command::Page(args) => page::run(args),
        #[cfg(feature = "gui")]
        Command::Review(args) => review::run(args),
        Command::Archive(args) => archive::run(args),
        Command::Promises(args) => promises::run(args),
        Command::Notes(args) => notes::run(args),
        Command::Share(args) => share::run(args),
        Command::PracticeSet(args) => share::run_set(args),
        Command::Export(args) => export::run(args),
        Command::Config(args) => config::run(args).map(|()| 0),
        Command::Rules(args) => rules::run(args).map(|()| 0),
        Command::Rescore(args) => rescore::run(args),
        Command::Models(args) => models::run(args).map(|()| 0),
        #[cfg(feature = "live")]
        Command::Devices(args) => devices::run(args).map(|()| 0),
        #[cfg(feature = "live")]
        Command::Doctor(args) => doctor::run(args),
    }
}

/// A sign that Ctrl-C sets; the second one ends the program at once.
fn stop_on_ctrl_c() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let sign = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if sign.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED.into());
        }
    })?;
    Ok(stop)
}
