//! Where the results of a replay go: the folder, and the terminal.

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Shown;
use crate::audio::write::CallWriter;
use crate::call::folder::{CallFolder, Journal};
use crate::call::record::Line;
use crate::event::Event;
use crate::report::{account_width, live_line, write_account};
use crate::session::replay::{Ended, Sink};
use crate::units::{CallTime, PerParty};

/// A call shorter than this is done before a progress bar could be read. Seconds.
const LONG_CALL_SECS: f64 = 60.0;

pub struct Output {
    journal: Journal,
    audio: Option<CallWriter>,
    shown: Shown,
    progress: ProgressBar,
    lines: Vec<Line>,
}

impl Output {
    pub fn new(
        folder: &CallFolder,
        audio: Option<PathBuf>,
        expected_secs: Option<f64>,
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
        Ok(Output { journal: folder.journal()?, audio, shown, progress, lines: Vec::new() })
    }

    /// Completes the files and shows what there is to show.
    pub fn finish(self, folder: &CallFolder, ended: Ended) -> anyhow::Result<()> {
        self.progress.finish_and_clear();
        if let Some(audio) = self.audio {
            audio.finish()?;
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
        if self.shown == Shown::Nothing {
            return Ok(());
        }
        let mut out = anstream::stdout().lock();
        for line in events.iter().filter_map(Line::of) {
            match self.shown {
                Shown::Log => {
                    serde_json::to_writer(&mut out, &line).map_err(io::Error::from)?;
                    writeln!(out)?;
                }
                Shown::AsItGoes => {
                    if let Some(text) = live_line(&line) {
                        writeln!(out, "{text}")?;
                        out.flush()?;
                    }
                    self.lines.push(line);
                }
                Shown::Account { .. } => self.lines.push(line),
                Shown::Nothing => {}
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
