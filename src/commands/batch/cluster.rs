//! `--engine hq`: the calls as tasks of HyperQueue, on whatever machines its workers are.
//!
//! HyperQueue itself begins a task again when its worker is lost. Beyond that, calls of which a
//! task told nothing are submitted again, each as a task of its own: one call that kills its task
//! must not take others with it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::bail;

use super::hq::{self, HqJob};
use super::order::tasks;
use super::part::Desk;
use super::tally::Tally;
use super::worker::{Came, Made};
use super::{BatchArgs, stop_on_ctrl_c};
use crate::archive::{Archive, Job, manifest};

/// How often the calls that nothing was told of are submitted, with the first.
const ROUNDS: usize = 3;
/// How often it is looked what the tasks have told: at least so long apart…
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// …and at most. In between it is so much that looking takes a twentieth of the time: with a
/// hundred thousand tasks the shared folder has other things to do.
const LOOK_AT_LEAST_EVERY: Duration = Duration::from_secs(10);

/// Analyses `jobs` on the cluster; returns the exit code.
pub fn run(args: &BatchArgs, archive: &Archive, jobs: &[Job]) -> anyhow::Result<u8> {
    if args.workers.is_some() {
        bail!("--workers is for this machine; with --engine hq say `hq worker start --cpus N`");
    }
    hq::check()?;
    let stop = stop_on_ctrl_c()?;
    let mut work = Work {
        desk: Desk::new(&std::path::absolute(archive.workshop())?.join("tasks"))?,
        tally: Tally::new(archive, &args.out, jobs, args.quiet),
        jobs,
        left: BTreeMap::new(),
        tasks: BTreeMap::new(),
        quiet: args.quiet,
    };
    work.take_in()?;
    let command = command(args, &work.desk)?;
    for round in 0..ROUNDS {
        if work.left.is_empty() || stop.load(Ordering::Relaxed) {
            break;
        }
        let size = if round == 0 { args.calls_per_task.into() } else { 1 };
        work.submit(&command, size, &stop)?;
    }
    let stopped = stop.load(Ordering::Relaxed);
    if !stopped {
        work.give_up()?;
    }
    work.tally.close(stopped, true)
}

/// The program that tasks run, which finds out by itself which of them it is.
fn command(args: &BatchArgs, desk: &Desk) -> anyhow::Result<Vec<OsString>> {
    let mut command = vec![std::env::current_exe()?.into(), "batch".into()];
    command.extend(["--part-of".into(), desk.folder().into()]);
    command.extend(["--out".into(), std::path::absolute(&args.out)?.into()]);
    command.extend(args.analysis.as_options()?);
    command.extend(args.keep_audio.then(|| "--keep-audio".into()));
    command.extend(args.again.then(|| "--again".into()));
    Ok(command)
}

/// The work, as far as it has come.
struct Work<'a> {
    desk: Desk,
    tally: Tally,
    jobs: &'a [Job],
    /// The calls of which nothing was told yet, with their lines for a manifest.
    left: BTreeMap<usize, String>,
    /// The calls of each task that was submitted.
    tasks: BTreeMap<usize, Vec<usize>>,
    quiet: bool,
}

impl Work<'_> {
    /// Takes in what tasks can be told of.
    fn take_in(&mut self) -> anyhow::Result<()> {
        for (number, job) in self.jobs.iter().enumerate() {
            let why = match (manifest::line(job), &job.refused) {
                (Some(line), _) => {
                    self.left.insert(number, line);
                    continue;
                }
                (None, Some(why)) => why.clone(),
                (None, None) => "its name is not UTF-8, so that no task can be told of it; \
                                 rename it, or analyse it without --engine hq"
                    .to_owned(),
            };
            self.tally.take(job, Came { secs: 0.0, made: Made::Failed(why) })?;
        }
        Ok(())
    }

    /// Submits what is left, `size` calls a task, and takes what comes of it, until the job ends
    /// or is to stop.
    fn submit(
        &mut self,
        command: &[OsString],
        size: usize,
        stop: &AtomicBool,
    ) -> anyhow::Result<()> {
        let first = self.tasks.last_key_value().map_or(1, |(last, _)| last + 1);
        let mut last = first;
        for (task, part) in (first..).zip(tasks(self.jobs, self.left.keys().copied(), size)) {
            self.desk.give(task, part.iter().map(|number| self.left[number].as_str()))?;
            self.tasks.insert(task, part);
            last = task;
        }
        let before = self.left.len();
        let mut job = hq::submit(command, &(first..=last), self.desk.folder())?;
        if !self.quiet {
            let (number, tasks) = (job.number(), last + 1 - first);
            self.tally.progress.say(&format!(
                "job {number} of HyperQueue, {tasks} tasks (`hq job progress {number}` shows them, \
                 `hq worker list` who works)"
            ));
        }
        self.follow(&mut job, stop)?;
        if first == 1 && self.left.len() == before && !stop.load(Ordering::Relaxed) {
            let said = Some(self.desk.last_words(first)).filter(|said| !said.is_empty());
            bail!(
                "no task came to anything: {}; each machine must see {}, the recordings and the \
                 archive under the same names",
                said.as_deref().unwrap_or("and none said why"),
                command[0].display()
            );
        }
        Ok(())
    }

    /// Takes what the tasks tell, until the job ends or is cancelled.
    fn follow(&mut self, job: &mut HqJob, stop: &AtomicBool) -> anyhow::Result<()> {
        loop {
            // Asked first: what was told before the end is then read.
            let ended = job.has_ended();
            let began = Instant::now();
            for (task, call, came) in self.desk.told()? {
                let number = self.tasks.get(&task).and_then(|calls| calls.get(call)).copied();
                if let Some(number) = number.filter(|number| self.left.remove(number).is_some()) {
                    self.tally.take(&self.jobs[number], came)?;
                }
            }
            if ended || self.left.is_empty() {
                return Ok(());
            }
            if stop.load(Ordering::Relaxed) {
                return job.cancel();
            }
            sleep((began.elapsed() * 20).clamp(LOOK_EVERY, LOOK_AT_LEAST_EVERY));
        }
    }

    /// Lists the calls of which no task ever told anything.
    fn give_up(&mut self) -> anyhow::Result<()> {
        for number in std::mem::take(&mut self.left).into_keys() {
            let tasks = self.tasks.iter().rev();
            let last = tasks.filter(|(_, calls)| calls.contains(&number)).map(|(task, _)| *task);
            let said = last.map(|task| self.desk.last_words(task)).next().unwrap_or_default();
            let said = if said.is_empty() { "and it did not say why" } else { &said };
            let why = format!(
                "its task ended {ROUNDS} times before the call was done: {said}; try it without \
                 --engine hq"
            );
            self.tally.take(&self.jobs[number], Came { secs: 0.0, made: Made::Failed(why) })?;
        }
        Ok(())
    }
}
