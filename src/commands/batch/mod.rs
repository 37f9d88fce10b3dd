//! `evenkeel batch`: a night's recordings, analysed into an archive.

mod progress;
mod worker;

use std::io;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use anyhow::bail;
use clap::Args;

use super::analysis::AnalysisArgs;
use super::stop_on_ctrl_c;
use crate::archive::failures::{Failure, Failures};
use crate::archive::{Archive, Index, Intake};
use crate::session::batch::each;
use crate::session::replay::SessionError;
use progress::Progress;
use worker::{Came, Made, Shared};

/// Exit code when all was tried and some calls could not be analysed.
pub const SOME_FAILED: u8 = 3;

/// Analyse many recordings into an archive, one call a core. Stopped at any moment, the same
/// command goes on where it was: a call is in the archive whole, or not at all.
#[derive(Args)]
pub struct BatchArgs {
    /// Recordings, folders of them, patterns as "calls/*.wav", a manifest (.csv or .jsonl) with
    /// the columns path (or agent_path and customer_path), agent, customer, queue, started and
    /// layout; or - for a list on standard input
    #[arg(required = true, value_name = "SOURCE")]
    sources: Vec<PathBuf>,

    /// The archive's folder; made where it isn't there
    #[arg(long, value_name = "ARCHIVE")]
    out: PathBuf,

    #[command(flatten)]
    analysis: AnalysisArgs,

    /// Calls analysed at once [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    workers: Option<u16>,

    /// Copy the audio into the calls' folders (16 kHz stereo, agent left)
    #[arg(long)]
    keep_audio: bool,

    /// Analyse calls again that are in the archive: with other settings, say
    #[arg(long)]
    again: bool,

    /// Write nothing but errors and what failed
    #[arg(long, short)]
    quiet: bool,
}

/// Runs the command; returns the exit code: 0 when all calls are in the archive, 3 when some
/// could not be analysed, 130 when it was stopped.
pub fn run(args: BatchArgs) -> anyhow::Result<u8> {
    let config = args.analysis.config()?;
    let mut intake = Intake::beside(&args.out);
    for source in &args.sources {
        intake.add(source, &mut io::stdin().lock())?;
    }
    for note in &intake.notes {
        anstream::eprintln!("evenkeel: {note}");
    }
    if intake.jobs.is_empty() {
        bail!("no recordings there: WAV, FLAC, MP3, Ogg, M4A or WebM files are looked for");
    }

    let models = args.analysis.models(&config, None)?;
    // After all else that may be wrong: what was mistyped leaves no empty archive behind.
    let archive = Archive::open(&args.out)?;
    let stop = stop_on_ctrl_c()?;
    let shared = Shared {
        config: &config,
        archive: &archive,
        models: &models,
        keep_audio: args.keep_audio,
        again: args.again,
        stop: &stop,
        begun: Default::default(),
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = args.workers.map_or(cores, usize::from).min(intake.jobs.len());

    let failures_path = archive.failures();
    let listed = |error| format!("{}: can't be written: {error}", failures_path.display());
    let mut failures =
        Failures::open(&failures_path, &intake.jobs).map_err(|e| anyhow::anyhow!(listed(e)))?;
    let mut progress = Progress::new(&intake.jobs, args.quiet);
    let mut counts = Counts::default();
    let not_stopped = intake.jobs.iter().take_while(|_| !stop.load(Ordering::Relaxed));
    let worked = each(
        not_stopped,
        workers,
        || shared.transcriber(),
        |transcriber, job| shared.work(job, transcriber),
        |job, result| {
            let came = result.unwrap_or_else(|broke| Came { secs: 0.0, made: Made::Failed(broke) });
            counts.add(&came.made);
            match came.made {
                Made::Failed(reason) => {
                    let failure = Failure::of(job, &reason);
                    progress.say(&format!("{}: {}", failure.recording, failure.reason));
                    failures.add(failure).map_err(|e| SessionError::Sink(listed(e).into()))?;
                }
                Made::Unwritable(reason) => return Err(SessionError::Sink(reason.into())),
                Made::Stopped => return Ok(()),
                Made::Analysed | Made::Known { .. } | Made::Same => {}
            }
            progress.done(job, came.secs, failures.count());
            Ok(())
        },
    );
    let finished = failures.finish();
    if let Err(why) = worked {
        let (left, calls) = (progress.undone(), intake.jobs.len());
        drop(progress);
        bail!("{why}\n{left} of {calls} recordings are undone; the same command goes on with them");
    }
    finished.map_err(|error| anyhow::anyhow!(listed(error)))?;
    // A cache: what goes wrong with it costs no call.
    match Index::open(&args.out) {
        Ok((_, refreshed)) => refreshed.damaged.iter().for_each(|why| progress.say(why)),
        Err(why) => progress.say(&why.to_string()),
    }
    let stopped = stop.load(Ordering::Relaxed);
    progress.close(&report(&args, &intake, &counts, stopped));
    if failures.count() > 0 {
        let list = failures_path.display();
        anstream::eprintln!("evenkeel: {} failed; the reasons are in {list}", failures.count());
    }
    Ok(match (stopped, failures.count()) {
        (true, _) => super::INTERRUPTED,
        (false, 0) => 0,
        (false, _) => SOME_FAILED,
    })
}

/// What has come of the calls.
#[derive(Default)]
struct Counts {
    analysed: usize,
    known: usize,
    same: usize,
    failed: usize,
    other_settings: usize,
}

impl Counts {
    fn add(&mut self, made: &Made) {
        match made {
            Made::Analysed => self.analysed += 1,
            Made::Known { same_settings } => {
                self.known += 1;
                self.other_settings += usize::from(!same_settings);
            }
            Made::Same => self.same += 1,
            Made::Failed(_) => self.failed += 1,
            Made::Unwritable(_) | Made::Stopped => {}
        }
    }
}

fn report(args: &BatchArgs, intake: &Intake, counts: &Counts, stopped: bool) -> String {
    let Counts { analysed, known, same, failed, other_settings } = counts;
    let mut parts = vec![format!("{analysed} analysed")];
    let more =
        [(*known, "were there already"), (*same, "are copies of others"), (*failed, "failed")];
    parts.extend(more.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")));
    let calls = intake.jobs.len();
    let mut text = format!("{calls} recordings: {}.", parts.join(", "));
    if *other_settings > 0 {
        text += &format!(
            "\n{other_settings} of those that were there were analysed with other settings or models; \
             --again analyses them anew."
        );
    }
    if stopped {
        text += "\nStopped before the end; the same command goes on from here.";
    }
    text + &format!("\nThe archive is {}", args.out.display())
}
