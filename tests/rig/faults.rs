//! What the tests of broken calls share: reading a log while it grows, and things that fail.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::process::{Process, output_of, wait_until};
use super::{Rig, skipped};

/// A call under way: `evenkeel live` between the sinks `agent` and `customer`.
pub struct LiveCall {
    pub program: Process,
    pub folder: PathBuf,
}

impl LiveCall {
    /// Starts it, its log in `folder`.
    pub fn start(rig: &Rig, folder: &Path, more: &[&str]) -> LiveCall {
        let mut command = rig.command(env!("CARGO_BIN_EXE_evenkeel"));
        command.args(["live", "--no-window", "--agent-device", "pipewire:agent"]);
        command.args(["--customer-device", "pipewire:customer", "--out"]).arg(folder).args(more);
        LiveCall { program: rig.run_typed(&mut command), folder: folder.to_owned() }
    }

    /// The lines of the log so far. One that is being written, without its end, is not counted.
    #[track_caller]
    pub fn events(&self) -> Vec<Value> {
        let log = fs::read(self.folder.join("events.jsonl")).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let whole = log.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        whole
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
            .collect()
    }

    /// Waits for a line of the log.
    #[track_caller]
    pub fn wait_for(&mut self, limit: Duration, is: impl Fn(&Value) -> bool) -> Value {
        let mut found = None;
        wait_until(limit, || {
            found = self.events().into_iter().find(&is);
            found.is_some() || !self.program.is_running()
        });
        found.unwrap_or_else(|| {
            panic!("not in the log of {} lines: {}", self.events().len(), self.program.log())
        })
    }

    /// Ends it by Ctrl-C.
    #[track_caller]
    pub fn interrupt(&mut self, limit: Duration) -> std::process::ExitStatus {
        self.program.signal(libc::SIGINT);
        self.program.end(limit)
    }

    /// Ends it at some moment within `limit`, as `kill -9` does, and says after how long.
    pub fn kill_within(&mut self, limit: Duration) -> Duration {
        // A different one on each run is what is wanted; the message of a failure names it.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.subsec_nanos());
        let after = limit.mul_f64(f64::from(now % 1000) / 1000.0);
        std::thread::sleep(after);
        self.program.kill();
        after
    }
}

/// Length in seconds of a WAV file, read by another reader than the program's own.
#[track_caller]
pub fn wav_secs(path: &Path) -> f64 {
    let read = hound::WavReader::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let rate = f64::from(read.spec().sample_rate);
    let frames = read.duration();
    let samples = read.into_samples::<i32>().map(Result::unwrap).count();
    assert!(samples >= frames as usize, "{} ends early", path.display());
    f64::from(frames) / rate
}

/// A disk that is soon full, in memory; unmounted at the end.
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts one of `kibibytes` on a new folder; none, with a line on standard error, where that
    /// is not allowed.
    pub fn mount(folder: &Path, kibibytes: u32) -> Option<SmallDisk> {
        let mounted = || {
            fs::create_dir_all(folder).map_err(|e| e.to_string())?;
            let size = format!("size={kibibytes}k");
            let args = ["-t", "tmpfs", "-o", &size, "evenkeel-test"];
            output_of(Command::new("mount").args(args).arg(folder))?;
            Ok(SmallDisk(folder.to_owned()))
        };
        skipped("a small disk can't be mounted", mounted())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if let Err(error) = output_of(Command::new("umount").arg("-l").arg(&self.0)) {
            eprintln!("{}: {error}", self.0.display());
        }
    }
}
