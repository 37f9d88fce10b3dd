//! How far the work is, while it goes on.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::archive::Job;

/// Where nobody watches a bar, a line is written so often.
const LINE_EVERY: Duration = Duration::from_secs(60);

/// The display. Bytes stand for the work: lengths are not known before a recording is read.
pub struct Progress {
    bar: ProgressBar,
    quiet: bool,
    began: Instant,
    told: Instant,
    calls: (usize, usize),
    bytes: (u64, u64),
    secs: f64,
}

impl Progress {
    pub fn new(jobs: &[Job], quiet: bool) -> Progress {
        let bytes = jobs.iter().map(Job::bytes).sum();
        let bar = if quiet || !std::io::stderr().is_terminal() {
            ProgressBar::hidden()
        } else {
            let bar = ProgressBar::with_draw_target(
                Some(jobs.len() as u64),
                ProgressDrawTarget::stderr(),
            );
            let style = ProgressStyle::with_template("{wide_bar} {pos} of {len} calls{msg}");
            bar.set_style(style.expect("a template that is tested"));
            bar.enable_steady_tick(Duration::from_millis(500));
            bar
        };
        let began = Instant::now();
        Progress {
            bar,
            quiet,
            began,
            told: began,
            calls: (0, jobs.len()),
            bytes: (0, bytes),
            secs: 0.0,
        }
    }

    /// A recording is dealt with: `secs` of it were analysed, and so many have `failed` by now.
    pub fn done(&mut self, job: &Job, secs: f64, failed: usize) {
        self.calls.0 += 1;
        self.bytes.0 += job.bytes();
        self.secs += secs;
        let text = self.text(failed);
        self.bar.set_message(text.clone());
        self.bar.set_position(self.calls.0 as u64);
        let due = self.told.elapsed() >= LINE_EVERY;
        if due && !self.quiet && self.bar.is_hidden() {
            self.told = Instant::now();
            let (done, all) = self.calls;
            anstream::eprintln!("{done} of {all} calls{text}");
        }
    }

    /// How many recordings are not dealt with yet.
    pub fn undone(&self) -> usize {
        self.calls.1 - self.calls.0
    }

    fn text(&self, failed: usize) -> String {
        let wall = self.began.elapsed();
        let mut text =
            format!(", {:.0} times real time", self.secs / wall.as_secs_f64().max(0.001));
        let (done, all) = self.bytes;
        if done > 0 && all > done {
            let left = wall.mul_f64((all - done) as f64 / done as f64);
            text += &format!(", {} left", HumanDuration(left));
        }
        if failed > 0 {
            text += &format!(", {failed} failed");
        }
        text
    }

    /// Says something without disturbing the display.
    pub fn say(&self, text: &str) {
        self.bar.suspend(|| anstream::eprintln!("evenkeel: {text}"));
    }

    /// Ends the display with the closing report.
    pub fn close(self, report: &str) {
        self.bar.finish_and_clear();
        if !self.quiet {
            anstream::println!("{report}");
            if self.secs > 0.0 {
                let wall = self.began.elapsed();
                let rate = self.secs / wall.as_secs_f64().max(0.001);
                anstream::println!(
                    "{} of audio in {}: {rate:.0} times real time.",
                    HumanDuration(Duration::from_secs_f64(self.secs)),
                    HumanDuration(wall)
                );
            }
        }
    }
}
