//! A screen that nobody sees, for tests of windows.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::process::{Process, output_of, wait_until};
use super::skipped;

/// An X server without a monitor (Xvfb), on a display number that it found free itself.
pub struct Screen {
    _server: Process,
    display: String,
    _dir: TempDir,
}

impl Screen {
    /// Starts one of 1280 by 800 pixels; none, with a line on standard error, where that can't be.
    pub fn start() -> Option<Screen> {
        skipped("a screen can't be had", Screen::try_start())
    }

    fn try_start() -> Result<Screen, String> {
        output_of(Command::new("import").arg("-version"))?;
        let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
        let log = dir.path().join("xvfb.log");
        // It writes the number of its display to the descriptor named, here standard output.
        let args = ["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"];
        let mut command = Command::new("Xvfb");
        command.args(args).arg("-noreset");
        let mut server = Process::start(&mut command, &log).map_err(|e| e.to_string())?;
        let mut display = None;
        let number = |line: &str| line.trim().parse::<u32>().ok();
        wait_until(Duration::from_secs(10), || {
            display = server.log().lines().find_map(number);
            display.is_some() || !server.is_running()
        });
        let number = display.ok_or_else(|| format!("Xvfb doesn't come up: {}", server.log()))?;
        let screen = Screen { _server: server, display: format!(":{number}"), _dir: dir };
        // It can't even say its version without a screen.
        output_of(screen.show(Command::new("xdotool").arg("version")))?;
        Ok(screen)
    }

    /// Makes a program show its windows here, drawn without a graphics card.
    pub fn show<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env_remove("WAYLAND_DISPLAY").env("DISPLAY", &self.display);
        command.env("LIBGL_ALWAYS_SOFTWARE", "1")
    }

    /// Waits for a window whose title contains `title`.
    pub fn wait_for_window(&self, title: &str, limit: Duration) -> bool {
        wait_until(limit, || {
            let mut command = Command::new("xdotool");
            output_of(self.show(command.args(["search", "--onlyvisible", "--name", title]))).is_ok()
        })
    }

    /// Keeps all that is to be seen now in an image file of the kind that its name says.
    #[track_caller]
    pub fn screenshot(&self, path: &Path) {
        let mut command = Command::new("import");
        command.args(["-window", "root", "-depth", "8"]).arg(path);
        output_of(self.show(&mut command)).unwrap();
        assert!(fs::metadata(path).unwrap().len() > 0, "{} is empty", path.display());
    }
}
