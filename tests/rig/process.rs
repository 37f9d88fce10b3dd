//! Programs that a test starts: stopped with the test, their words kept for when it fails.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Asks until `done` says yes; false once `limit` has passed.
pub fn wait_until(limit: Duration, mut done: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + limit;
    loop {
        if done() {
            return true;
        }
        if Instant::now() >= deadline {
            return false;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// A running program. It is killed when this is dropped, so also when a test panics.
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts it; what it writes to either stream goes to the file `log`.
    pub fn start(command: &mut Command, log: &Path) -> io::Result<Self> {
        Process::start_reading(command, Stdio::null(), log)
    }

    /// The same, for one that can be [typed](Process::type_line) to.
    pub fn start_typed(command: &mut Command, log: &Path) -> io::Result<Self> {
        Process::start_reading(command, Stdio::piped(), log)
    }

    fn start_reading(command: &mut Command, stdin: Stdio, log: &Path) -> io::Result<Self> {
        let file = File::options().create(true).append(true).open(log)?;
        let child = command
            .stdin(stdin)
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", program(command))))?;
        Ok(Process { child, log: log.to_owned() })
    }

    /// What it has written so far.
    pub fn log(&self) -> String {
        fs::read(&self.log).map_or_else(|e| e.to_string(), |b| String::from_utf8_lossy(&b).into())
    }

    /// Types a line to it.
    #[track_caller]
    pub fn type_line(&mut self, line: &str) {
        let stdin = self.child.stdin.as_mut().expect("it was started to be typed to");
        writeln!(stdin, "{line}").unwrap_or_else(|e| panic!("{line:?} can't be typed: {e}"));
    }

    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends a signal, as `libc::SIGINT`.
    pub fn signal(&self, signal: i32) {
        // SAFETY: a plain system call; the child has not been waited for, so its number is its own.
        unsafe { libc::kill(self.child.id() as i32, signal) };
    }

    /// Holds up the thread of this name for a while, as a starved machine does; all others go on.
    /// Why not, where that is not allowed.
    pub fn hold_thread(&self, name: &str, time: Duration) -> Result<(), String> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id()));
        let of_name = |task: &fs::DirEntry| {
            fs::read_to_string(task.path().join("comm")).is_ok_and(|comm| comm.trim() == name)
        };
        let task = tasks.map_err(|e| e.to_string())?.flatten().find(of_name);
        let task = task.ok_or_else(|| format!("it has no thread {name}"))?;
        let task: libc::pid_t = task.file_name().to_string_lossy().parse().expect("a number");
        let none = std::ptr::null_mut::<libc::c_void>();
        let ask = |request| {
            // SAFETY: these requests take no memory of ours.
            match unsafe { libc::ptrace(request, task, none, none) } {
                -1 => Err(format!("a thread can't be held: {}", io::Error::last_os_error())),
                _ => Ok(()),
            }
        };
        ask(libc::PTRACE_SEIZE)?;
        ask(libc::PTRACE_INTERRUPT)?;
        // SAFETY: nothing is written where no place is given.
        unsafe { libc::waitpid(task, std::ptr::null_mut(), libc::__WALL) };
        thread::sleep(time);
        ask(libc::PTRACE_DETACH)
    }

    /// Waits until it ends by itself.
    #[track_caller]
    pub fn end(&mut self, limit: Duration) -> ExitStatus {
        let mut status = None;
        wait_until(limit, || {
            status = self.child.try_wait().expect("it can be waited for");
            status.is_some()
        });
        status.unwrap_or_else(|| panic!("still running after {limit:?}; it said:\n{}", self.log()))
    }

    /// Ends it at once, as a crash does.
    pub fn kill(&mut self) {
        // Either fails only where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs a program to its end; what it wrote to standard output, or why that went wrong.
pub fn output_of(command: &mut Command) -> Result<String, String> {
    let name = program(command);
    let output = command.stdin(Stdio::null()).output().map_err(|e| format!("{name}: {e}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(format!("{name} ended with {}: {words}", output.status))
}

fn program(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}
