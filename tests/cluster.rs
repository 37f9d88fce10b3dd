//! A batch on several machines' workers: HyperQueue's server, two of its workers, one of which is
//! killed in the midst.
//!
//! Left out, which is said, where HyperQueue is not installed: neither `hq` is on the PATH nor
//! has a Python (`$EVENKEEL_TEST_PYTHON`, else `python3`) the package `hyperqueue`, out of which
//! `tests/hq/hq` makes as much of `hq` as is needed here.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const DEMO: &str = "assets/demo-call.wav";
/// How long the calls are, in bytes of their samples: two seconds each more than the one before.
const SHORTEST: usize = 160_000;

/// A folder of recordings, a server, and what is needed to talk to it.
struct Cluster {
    dir: tempfile::TempDir,
    path: OsString,
    running: BTreeMap<&'static str, Child>,
}

impl Cluster {
    /// Starts a server; `None`, said aloud, where HyperQueue is not installed.
    fn start() -> Option<Cluster> {
        let dir = tempfile::tempdir().unwrap();
        let Some(path) = path_with_hq(dir.path()) else {
            eprintln!("left out: neither `hq` nor the Python package `hyperqueue` is installed");
            return None;
        };
        fs::create_dir(dir.path().join("recordings")).unwrap();
        let mut cluster = Cluster { dir, path, running: BTreeMap::new() };
        cluster.keep("server", &["server", "start"]);
        let began = Instant::now();
        while !cluster.hq(&["server", "info"]).output().unwrap().status.success() {
            assert!(began.elapsed() < Duration::from_secs(30), "the server did not start");
            sleep(Duration::from_millis(100));
        }
        Some(cluster)
    }

    fn hq(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("hq");
        command.args(arguments).env("PATH", &self.path);
        command.env("HQ_SERVER_DIR", self.dir.path().join("server"));
        // Where the stand-in puts what it needs, which `kill -9` would leave behind.
        command.env("TMPDIR", self.dir.path());
        command
    }

    /// Starts a part of the cluster that runs until it is killed.
    fn keep(&mut self, name: &'static str, arguments: &[&str]) {
        let mut command = self.hq(arguments);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        self.running.insert(name, child);
    }

    /// `kill -9`.
    fn kill(&mut self, name: &str) {
        let mut child = self.running.remove(name).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// `count` recordings, each another part of the demo call.
    fn add_calls(&self, count: usize) {
        let demo = fs::read(DEMO).unwrap();
        let data = demo.windows(4).position(|bytes| bytes == b"data").unwrap() + 8;
        let mut head = demo[..data].to_vec();
        for number in 0..count {
            let length = SHORTEST + 32_000 * (number % 5);
            head[data - 4..].copy_from_slice(&(length as u32).to_le_bytes());
            let samples = &demo[data + 16_000 * number..][..length];
            let path = self.recordings().join(format!("call {number:02}.wav"));
            fs::write(path, [&head[..], samples].concat()).unwrap();
        }
    }

    fn recordings(&self) -> PathBuf {
        self.dir.path().join("recordings")
    }

    fn archive(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn batch(&self, archive: &str, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
        command.args(["batch", "--no-words", "--out"]).arg(self.archive(archive)).args(more);
        command.env("PATH", &self.path).env("HQ_SERVER_DIR", self.dir.path().join("server"));
        command
    }

    /// Each call's name and log.
    fn logs(&self, archive: &str) -> BTreeMap<String, Vec<u8>> {
        let calls = fs::read_dir(self.archive(archive).join("calls"));
        let log = |call: fs::DirEntry| {
            let name = call.file_name().into_string().unwrap();
            (name, fs::read(call.path().join("events.jsonl")).unwrap())
        };
        calls.into_iter().flatten().map(|call| log(call.unwrap())).collect()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for child in self.running.values_mut() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The PATH, with an `hq` on it.
fn path_with_hq(dir: &Path) -> Option<OsString> {
    let path = env::var_os("PATH")?;
    let answers = |command: &mut Command| command.output().is_ok_and(|said| said.status.success());
    if answers(Command::new("hq").arg("--version")) {
        return Some(path);
    }
    let python = env::var("EVENKEEL_TEST_PYTHON").unwrap_or_else(|_| "python3".into());
    if !answers(Command::new(&python).args(["-c", "import hyperqueue"])) {
        return None;
    }
    let folder = dir.join("bin");
    fs::create_dir(&folder).unwrap();
    let stand_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hq/hq");
    let script = format!("#!/bin/sh\nexec '{python}' '{}' \"$@\"\n", stand_in.display());
    fs::write(folder.join("hq"), script).unwrap();
    fs::set_permissions(folder.join("hq"), fs::Permissions::from_mode(0o755)).unwrap();
    env::join_paths(std::iter::once(folder).chain(env::split_paths(&path))).ok()
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

#[test]
fn a_worker_is_killed_and_no_call_is_lost_or_made_twice() {
    let Some(mut cluster) = Cluster::start() else { return };
    cluster.add_calls(24);
    fs::write(cluster.recordings().join("broken.wav"), "Dear diary").unwrap();
    let at = |name| cluster.recordings().join(name);
    fs::copy(at("call 11.wav"), at("copy of 11.wav")).unwrap();
    let manifest = cluster.archive("calls.csv");
    fs::write(&manifest, "path,agent,queue\nrecordings/call 03.wav,Ana,returns\n").unwrap();
    let recordings = cluster.recordings();
    // The manifest's line of a recording is the first, and counts.
    let sources = |command: &mut Command| command.arg(&manifest).arg(&recordings).output().unwrap();
    let output = sources(&mut cluster.batch("whole", &[]));
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));

    cluster.keep("first worker", &["worker", "start", "--cpus", "1"]);
    cluster.keep("second worker", &["worker", "start", "--cpus", "1"]);
    let mut command = cluster.batch("archive", &["--engine", "hq", "--calls-per-task", "3"]);
    command.arg(&manifest).arg(cluster.recordings());
    let batch = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    while cluster.logs("archive").len() < 4 {
        assert!(began.elapsed() < Duration::from_secs(120), "the tasks did not start");
        sleep(Duration::from_millis(20));
    }
    cluster.kill("first worker");
    assert!(cluster.logs("archive").len() < 24, "it was killed too late to matter");
    let output = batch.wait_with_output().unwrap();
    let report = said(&output);
    assert_eq!(output.status.code(), Some(3), "{report}");
    assert!(report.contains("26 recordings: ") && report.contains(", 1 failed."), "{report}");

    let (whole, logs) = (cluster.logs("whole"), cluster.logs("archive"));
    assert_eq!(logs.len(), 24);
    assert!(logs == whole, "{:?}", logs.keys());
    let ana = logs.values().filter(|log| String::from_utf8_lossy(log).contains("\"Ana\"")).count();
    assert_eq!(ana, 1);
    let listed = |archive| fs::read_to_string(cluster.archive(archive).join("failures.csv"));
    assert_eq!(listed("archive").unwrap(), listed("whole").unwrap());
    // The index knows them, and nothing unfinished is left behind.
    let found = Command::new(env!("CARGO_BIN_EXE_evenkeel"))
        .args(["find", "--agent", "Ana", "--archive"])
        .arg(cluster.archive("archive"))
        .output()
        .unwrap();
    assert!(said(&found).contains("call_03-"), "{}", said(&found));

    // The same again finds all done.
    let output = sources(&mut cluster.batch("archive", &["--engine", "hq"]));
    let report = said(&output);
    assert!(report.contains("24 there already, 1 a copy of another, 1 failed."), "{report}");
    assert!(cluster.logs("archive") == whole);
}

#[test]
fn what_is_missing_is_said_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let batch = |path: &Path| {
        let output = Command::new(env!("CARGO_BIN_EXE_evenkeel"))
            .args(["batch", "--no-words", "--engine", "hq", DEMO, "--out"])
            .arg(dir.path().join("archive"))
            .env("PATH", path)
            .env("HQ_SERVER_DIR", dir.path().join("nowhere"))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        said(&output)
    };
    let text = batch(dir.path());
    assert!(text.contains("no `hq` on the PATH") && text.contains("docs/cluster.md"), "{text}");
    if let Some(path) = path_with_hq(dir.path()) {
        let text = batch(Path::new(&path));
        assert!(text.contains("no HyperQueue server answers"), "{text}");
        assert!(text.contains("hq server start"), "{text}");
    }
}

#[test]
fn shares_of_several_programs_are_all_there_is() {
    let dir = tempfile::tempdir().unwrap();
    let cluster = Cluster { dir, path: env::var_os("PATH").unwrap(), running: BTreeMap::new() };
    fs::create_dir(cluster.recordings()).unwrap();
    cluster.add_calls(7);
    for name in ["broken.wav", "x broken.wav", "y broken.wav"] {
        fs::write(cluster.recordings().join(name), "Dear diary").unwrap();
    }
    let shares = ["1/3", "2/3", "3/3"].map(|share| {
        let mut command = cluster.batch("archive", &["--workers", "1", "--share", share]);
        command.arg(cluster.recordings()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    });
    for mut share in shares {
        assert!(matches!(share.wait().unwrap().code(), Some(0 | 3)));
    }
    assert!(!cluster.archive("archive").join("index.sqlite").exists());
    cluster.batch("whole", &[]).arg(cluster.recordings()).output().unwrap();
    assert!(cluster.logs("archive") == cluster.logs("whole"));
    assert_eq!(cluster.logs("archive").len(), 7);
    let list = fs::read_to_string(cluster.archive("archive").join("failures.csv")).unwrap();
    assert_eq!(list.lines().count(), 4, "{list}");
}
