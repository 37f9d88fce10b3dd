//! Where the results of a replay go: the folder, and the terminal.

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Shown;
use crate::audio::write::CallWriter;
use crate::call::folder::{CallFolder, Journal};
use crate::call::record::Line;
use crate::event::Event;
use crate::report::{LiveLines, account_width, write_account, write_plot};
use crate::session::replay::{Ended, Sink};
use crate::units::{CallTime, PerParty};

/// A call shorter than this is done before a progress bar could be read. Seconds.
const LONG_CALL_SECS: f64 = 60.0;

pub struct Output {
    journal: Journal,
    audio: Option<CallWriter>,
    shown: Shown,
    progress: ProgressBar,
    live: LiveLines,
    plot: Option<PathBuf>,
    lines: Vec<Line>,
    /// Whoever read the standard output does so no more; the log in the folder goes on.
    unread: bool,
}

impl Output {
    pub fn new(
        folder: &CallFolder,
        audio: Option<PathBuf>,
        expected_secs: Option<f64>,
        plot: Option<PathBuf>,
        shown: Shown,
    ) -> anyhow::Result<Self> {
        let audio = audio.map(|path| CallWriter::create(&path)).transpose()?;
        let progress = match (shown, expected_secs) {
            (Shown::Account { progress: true }, Some(secs)) if secs > LONG_CALL_SECS => {
                let style = "{wide_bar} {msg} of {prefix}, {eta} left";
                let bar = ProgressBar::with_draw_target(
                    Some(secs.ceil() as u64),
                    ProgressDrawTarget::stderr(),
                );
                bar.set_style(ProgressStyle::with_template(style)?);
                bar.with_prefix(CallTime::from_secs(secs).to_string())
            }
            _ => ProgressBar::hidden(),
        };
        Ok(Output {
            journal: folder.journal()?,
            audio,
            shown,
            progress,
            live: LiveLines::default(),
            plot,
            lines: Vec::new(),
            unread: false,
        })
    }

    fn tell(&mut self, text: &str) -> io::Result<()> {
        let mut out = anstream::stdout().lock();
        match writeln!(out, "{text}").and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.unread = true,
            told => told?,
        }
        Ok(())
    }

    /// Completes the files and shows what there is to show.
    pub fn finish(self, folder: &CallFolder, ended: Ended) -> anyhow::Result<()> {
        self.progress.finish_and_clear();
        if let Some(audio) = self.audio {
            audio.finish()?;
        }
        if let Some(path) = &self.plot {
            write_plot(&self.lines, path)
                .with_context(|| format!("{}: the plot can't be written", path.display()))?;
        }
        let mut out = anstream::stdout().lock();
        match self.shown {
            Shown::Nothing | Shown::Log => {}
            Shown::Account { .. } => write_account(&self.lines, account_width(), &mut out)?,
            Shown::AsItGoes => {
                writeln!(out)?;
                write_account(&self.lines, account_width(), &mut out)?;
            }
        }
        if matches!(self.shown, Shown::Account { .. } | Shown::AsItGoes) {
            if let Some(path) = &self.plot {
                writeln!(out, "\nThe plot is {}", path.display())?;
            }
            writeln!(out, "\nThe event log is {}", folder.log_path().display())?;
        }
        if ended == Ended::Stopped {
            anstream::eprintln!(
                "evenkeel: stopped; the log is whole up to here: {}",
                folder.log_path().display()
            );
        }
        Ok(())
    }
}

impl Sink for Output {
    fn events(&mut self, events: &[Event]) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.journal.write(events)?;
        if self.shown == Shown::Nothing && self.plot.is_none() {
            return Ok(());
        }
        for line in events.iter().filter_map(Line::of) {
            let told = match self.shown {
                _ if self.unread => None,
                Shown::Log => Some(serde_json::to_string(&line)?),
                Shown::AsItGoes => self.live.tell(&line),
                Shown::Account { .. } | Shown::Nothing => None,
            };
            if let Some(told) = told {
                self.tell(&told)?;
            }
            if self.shown != Shown::Log || self.plot.is_some() {
                self.lines.push(line);
            }
        }
        Ok(())
    }

    fn audio(&mut self, audio: &PerParty<Vec<f32>>) -> Result<(), Box<dyn Error + Send + Sync>> {
        if let Some(writer) = &mut self.audio {
            writer.write(audio)?;
        }
        Ok(())
    }

    fn progress(&mut self, now: CallTime) {
        self.progress.set_position(now.secs() as u64);
        self.progress.set_message(now.to_string());
    }
}
