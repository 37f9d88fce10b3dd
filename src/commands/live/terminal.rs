//! A live call in the terminal, for those who have no window.

use std::io::{self, BufRead as _, Write};
use std::path::Path;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{RecvTimeoutError, Sender};

use super::{Figures, Link, Stop};
use crate::call::folder::{LOG_NAME, read_log};
use crate::call::record::Line;
use crate::event::{Body, Event};
use crate::report::{LiveLines, account_width, write_account};
use crate::session::board::{Shown, Trouble, Wish};
use crate::session::live::LiveCall;

/// How often troubles are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What is told while a call goes on: who stops reading it does not end the call.
struct Telling<W> {
    out: W,
    failed: io::Result<()>,
}

impl<W: Write> Telling<W> {
    fn try_to(&mut self, write: impl FnOnce(&mut W) -> io::Result<()>) {
        if self.failed.is_ok() {
            self.failed = write(&mut self.out);
        }
    }
}

impl<W: Write> Write for Telling<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.try_to(|out| out.write_all(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.try_to(Write::flush);
        Ok(())
    }
}

/// Tells what is found as it is found, until the call is over or `stop` is set.
///
/// # Errors
/// Where it could not be told, once the call is over.
pub fn follow(call: &LiveCall, link: &Link, stop: &Stop) -> io::Result<()> {
    let mut out = Telling { out: anstream::stdout(), failed: Ok(()) };
    writeln!(
        out,
        "Listening. Type p to pause, r to go on, s for no prompts for a while, w for a wrong \
         prompt, e to end, each with Enter; Ctrl-C ends as well."
    )?;
    out.flush()?;
    take_keys(link.wishes.clone());
    let mut lines = LiveLines::default();
    let mut troubles: Vec<Trouble> = Vec::new();
    while !call.is_over() {
        if stop.swap(false, Ordering::Relaxed) {
            let _ = link.wishes.send(Wish::End);
        }
        match link.events.recv_timeout(LOOK_EVERY) {
            Ok(event) => tell(&event, &mut lines, link, &mut out)?,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        let pulse = link.pulse.lock().unwrap_or_else(PoisonError::into_inner);
        if pulse.troubles != troubles {
            troubles.clone_from(&pulse.troubles);
            drop(pulse);
            for trouble in &troubles {
                writeln!(out, "! {trouble}")?;
            }
            if troubles.is_empty() {
                writeln!(out, "! All is well again.")?;
            }
            out.flush()?;
        }
    }
    for event in link.events.try_iter() {
        tell(&event, &mut lines, link, &mut out)?;
    }
    out.failed
}

/// The account of the call from its log in `folder`, and how quick it was.
pub fn finish(folder: Option<&Path>, figures: Figures<'_>) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    if let Some(folder) = folder.filter(|folder| folder.join(LOG_NAME).exists()) {
        writeln!(out)?;
        write_account(&read_log(folder)?, account_width(), &mut out)?;
        writeln!(out, "\nThe call is in {}", folder.display())?;
    }
    if let Some(figures) = figures {
        write!(out, "\n{figures}")?;
    }
    Ok(())
}

fn tell(event: &Event, lines: &mut LiveLines, link: &Link, out: &mut impl Write) -> io::Result<()> {
    let line = Line::of(event);
    let Some(text) = line.as_ref().and_then(|line| lines.tell(line)) else { return Ok(()) };
    writeln!(out, "{text}")?;
    out.flush()?;
    if let Body::Cue(cue) = &event.body {
        let _ = link.shown.try_send(Shown { cue: cue.id, at: Instant::now() });
    }
    Ok(())
}

/// Takes what is typed, on a thread that ends with the program: a terminal can't be asked to
/// stop waiting.
fn take_keys(wishes: Sender<Wish>) {
    let read = move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            let wish = match line.trim() {
                "p" => Wish::Pause,
                "r" => Wish::Resume,
                "s" => Wish::Snooze,
                "w" => Wish::Wrong,
                "e" => Wish::End,
                _ => continue,
            };
            if wishes.send(wish).is_err() {
                return;
            }
        }
    };
    // Without it nothing can be typed, and Ctrl-C still ends the call.
    let _ = thread::Builder::new().name("keys".into()).spawn(read);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that goes away after the first line.
    struct Gone(Vec<u8>);

    impl Write for Gone {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match self.0.is_empty() {
                true => self.0.write(bytes),
                false => Err(io::ErrorKind::BrokenPipe.into()),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_goes_away_ends_nothing_and_is_told_at_the_end() {
        let mut out = Telling { out: Gone(Vec::new()), failed: Ok(()) };
        for line in ["one", "two", "three"] {
            out.write_all(line.as_bytes()).unwrap();
            out.flush().unwrap();
        }
        assert_eq!(out.out.0, b"one");
        assert_eq!(out.failed.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
