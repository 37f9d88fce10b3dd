//! `evenkeel batch`: a night's recordings, analysed into an archive.

mod cluster;
mod fetch;
mod hq;
mod order;
mod part;
mod progress;
mod share;
mod tally;
mod worker;

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::bail;
use clap::{Args, ValueEnum};

use super::analysis::AnalysisArgs;
use super::stop_on_ctrl_c;
use crate::archive::lock::any_locked;
use crate::archive::{Archive, Intake, Job};
use crate::call::file::is_call;
use crate::cloud::ObjectUrl;
use crate::session::batch::each;
use crate::session::replay::SessionError;
use share::Share;
use tally::Tally;
use worker::{Came, Made, Shared};

/// Exit code when all was tried and some calls could not be analysed.
pub const SOME_FAILED: u8 = 3;

/// Analyse many recordings into an archive, one call a core. Stopped at any moment, the same
/// command goes on where it was: a call is in the archive whole, or not at all.
#[derive(Args)]
pub struct BatchArgs {
    /// Recordings, folders of them, patterns as "calls/*.wav", a manifest (.csv or .jsonl) with
    /// the columns path (or agent_path and customer_path), agent, customer, queue, started and
    /// layout; or - for a list on standard input. Recordings, what lies below a name, and manifests may be on
    /// object storage: s3://bucket/night, gs://… (Google Cloud), az://… (Azure)
    #[arg(required_unless_present = "part_of", value_name = "SOURCE")]
    sources: Vec<PathBuf>,

    /// The archive's folder; made where it isn't there. `evenkeel archive send` copies it to object storage
    #[arg(long, value_name = "ARCHIVE")]
    out: PathBuf,

    #[command(flatten)]
    analysis: AnalysisArgs,

    /// Calls analysed at once on this machine [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    workers: Option<u16>,

    /// Where the work is done
    #[arg(long, value_enum, value_name = "WHERE", default_value = "here")]
    engine: Engine,

    /// Calls that a task of --engine hq analyses, one after the other
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..))]
    calls_per_task: u16,

    /// Only the K-th of N shares of the recordings, as 3/20: for job arrays, a share a program
    #[arg(long, value_name = "K/N")]
    share: Option<Share>,

    /// Copy the audio into the calls' folders (16 kHz stereo, agent left)
    #[arg(long)]
    keep_audio: bool,

    /// Analyse calls again that are in the archive: with other settings, say
    #[arg(long)]
    again: bool,

    /// Write nothing but errors and what failed
    #[arg(long, short)]
    quiet: bool,

    /// What `--engine hq` has its tasks do: the part of the work in this folder that
    /// `$HQ_TASK_ID` names
    #[arg(long, value_name = "FOLDER", hide = true, conflicts_with = "sources")]
    part_of: Option<PathBuf>,
}

/// Where calls are analysed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// On this machine
    Here,
    /// On the workers of a running HyperQueue server, as tasks; see docs/cluster.md
    Hq,
}

/// Runs the command; returns the exit code: 0 when all calls are in the archive, 3 when some
/// could not be analysed, 130 when it was stopped.
pub fn run(args: BatchArgs) -> anyhow::Result<u8> {
    if let Some(folder) = &args.part_of {
        return part::work(&args, folder);
    }
    if let Some(url) = ObjectUrl::of(&args.out)? {
        bail!(
            "{url}: calls are analysed into a folder: give one as --out DIR, and \
             `evenkeel archive send DIR {url}` copies it there"
        );
    }
    if is_call(&args.out) {
        bail!("{}: is a call's folder; give an archive with --out", args.out.display());
    }
    let config = args.analysis.config()?;
    let mut intake = Intake::beside(&args.out);
    for source in &args.sources {
        intake.add(source, &mut io::stdin().lock())?;
    }
    for note in &intake.notes {
        anstream::eprintln!("evenkeel: {note}");
    }
    if intake.jobs.is_empty() {
        let sources: Vec<String> =
            args.sources.iter().map(|source| source.display().to_string()).collect();
        bail!(
            "{}: no recordings there: files that end in .wav, .flac, .mp3, .ogg, .opus, .m4a or .webm, or a \
             manifest's rows",
            sources.join(", ")
        );
    }
    let jobs = match args.share {
        Some(share) => share.of(intake.jobs),
        None => intake.jobs,
    };
    let models = args.analysis.models(&config, None)?;
    // After all else that may be wrong: what was mistyped leaves no empty archive behind.
    let archive = Archive::open(&args.out)?;
    if any_locked(&args.out.join("calls")) {
        anstream::eprintln!(
            "evenkeel: {}: its calls are locked, and new ones are not yet: `evenkeel archive lock` locks them",
            args.out.display()
        );
    }
    if args.engine == Engine::Hq {
        // They were loaded so that what is wrong with them is told here and now.
        drop(models);
        return cluster::run(&args, &archive, &jobs);
    }
    let stop = stop_on_ctrl_c()?;
    let shared = Shared::new(&args, &config, &archive, &models, &stop);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = args.workers.map_or(cores, usize::from).min(jobs.len().max(1));
    let mut tally = Tally::new(&archive, &args.out, &jobs, args.quiet);
    let worked = analyse(&shared, jobs.iter(), workers, &stop, |job, came| tally.take(job, came));
    if let Err(why) = worked {
        return Err(tally.broken_off(&why));
    }
    tally.close(stop.load(Ordering::Relaxed), args.share.is_none())
}

/// Analyses `jobs` on this machine, until it is to `stop`; `done` gets what came of each.
fn analyse<'a>(
    shared: &Shared,
    jobs: impl Iterator<Item = &'a Job> + Send,
    workers: usize,
    stop: &AtomicBool,
    mut done: impl FnMut(&'a Job, Came) -> anyhow::Result<()>,
) -> Result<(), SessionError> {
    each(
        jobs.take_while(|_| !stop.load(Ordering::Relaxed)),
        workers,
        || shared.bench(),
        |bench, job| shared.work(job, bench),
        |job, result| {
            let came = result.unwrap_or_else(|broke| Came { secs: 0.0, made: Made::Failed(broke) });
            done(job, came).map_err(|why| SessionError::Sink(format!("{why:#}").into()))
        },
    )
}
