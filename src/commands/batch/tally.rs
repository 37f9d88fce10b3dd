//! What comes of the calls of a batch, wherever they are analysed: counted, shown and listed.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};

use super::SOME_FAILED;
use super::progress::Progress;
use super::worker::{Came, Made};
use crate::archive::failures::{Failure, Failures};
use crate::archive::{Archive, Index, Job};
use crate::commands::INTERRUPTED;
use crate::report::page::write_index_page;
use crate::report::wording::counted;
use crate::session::replay::SessionError;

/// The account of a batch.
pub struct Tally {
    archive: PathBuf,
    list: PathBuf,
    failures: Failures,
    pub progress: Progress,
    counts: Counts,
    calls: usize,
}

/// How many calls came to what.
#[derive(Default)]
struct Counts {
    analysed: usize,
    harmed: usize,
    known: usize,
    same: usize,
    failed: usize,
    other_settings: usize,
}

impl Tally {
    /// Nothing has come of `jobs` yet.
    pub fn new(archive: &Archive, root: &Path, jobs: &[Job], quiet: bool) -> Tally {
        Tally {
            archive: root.to_owned(),
            list: archive.failures(),
            failures: Failures::of(&archive.failures(), jobs),
            progress: Progress::new(jobs, quiet),
            counts: Counts::default(),
            calls: jobs.len(),
        }
    }

    /// Takes what came of a call.
    ///
    /// # Errors
    /// Where a failure can't be listed, or the archive not be written.
    pub fn take(&mut self, job: &Job, came: Came) -> anyhow::Result<()> {
        self.counts.add(&came.made);
        match came.made {
            Made::Failed(reason) => {
                let failure = Failure::of(job, &reason);
                self.progress.say(&format!("{}: {}", failure.recording, failure.reason));
                self.failures.add(failure).with_context(|| self.listed())?;
            }
            Made::Unwritable(reason) => bail!("{reason}"),
            Made::Stopped => return Ok(()),
            Made::Analysed { harm, no_page } => {
                if let Some(what) = harm {
                    self.progress.say(&format!("{what}. It was analysed as it is"));
                }
                if let Some(why) = no_page {
                    self.progress.say(&format!(
                        "{why}; the call is kept, and `evenkeel page` writes its page"
                    ));
                }
            }
            Made::Known { .. } | Made::Same => {}
        }
        self.progress.done(job, came.secs, self.failures.count());
        Ok(())
    }

    /// Ends with the closing report; with the index and its page brought up to date, unless other programs work
    /// on the archive as well, and a network's file system keeps no database of several. Returns
    /// the exit code.
    ///
    /// # Errors
    /// Where the failures can't be listed.
    pub fn close(self, stopped: bool, alone: bool) -> anyhow::Result<u8> {
        self.failures.finish().with_context(|| self.listed())?;
        if alone {
            // A cache: what goes wrong with it costs no call.
            match Index::open(&self.archive) {
                Ok((index, refreshed)) => {
                    refreshed.damaged.iter().for_each(|why| self.progress.say(why));
                    if let Err(why) = write_index_page(&self.archive, &index) {
                        self.progress.say(&why.to_string());
                    }
                }
                Err(why) => self.progress.say(&why.to_string()),
            }
        }
        let report = self.report(stopped);
        self.progress.close(&report);
        let failed = self.failures.count();
        if failed > 0 {
            let list = self.list.display();
            anstream::eprintln!("evenkeel: {failed} failed; the reasons are in {list}");
        }
        Ok(match (stopped, failed) {
            (true, _) => INTERRUPTED,
            (false, 0) => 0,
            (false, _) => SOME_FAILED,
        })
    }

    /// Ends where the work can't go on: the archive can't be written, say.
    pub fn broken_off(self, why: &SessionError) -> anyhow::Error {
        // As good as it can be where nothing can be written: the list was kept as it grew.
        let _ = self.failures.finish();
        let (left, calls) = (self.progress.undone(), self.calls);
        drop(self.progress);
        anyhow!(
            "{why}\n{left} of {calls} recordings are undone; the same command goes on with them"
        )
    }

    fn listed(&self) -> String {
        format!("{}: can't be written", self.list.display())
    }

    fn report(&self, stopped: bool) -> String {
        let Counts { analysed, harmed, known, same, failed, other_settings } = self.counts;
        let mut parts = vec![match harmed {
            0 => format!("{analysed} analysed"),
            _ => format!("{analysed} analysed ({harmed} from damaged recordings)"),
        }];
        let copies = if same == 1 { "a copy of another" } else { "copies of others" };
        let more = [(known, "there already"), (same, copies), (failed, "failed")];
        parts.extend(more.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")));
        let mut text = format!("{}: {}.", counted(self.calls, "recording"), parts.join(", "));
        if other_settings > 0 {
            text += &format!(
                "\n{other_settings} of those that were there were analysed with other settings or models; \
                 --again analyses them anew."
            );
        }
        if stopped {
            text += "\nStopped before the end; the same command goes on from here.";
        }
        text + &format!("\nThe archive is {}", self.archive.display())
    }
}

impl Counts {
    fn add(&mut self, made: &Made) {
        match made {
            Made::Analysed { harm, .. } => {
                self.analysed += 1;
                self.harmed += usize::from(harm.is_some());
            }
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
