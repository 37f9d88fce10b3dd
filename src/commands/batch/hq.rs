//! HyperQueue, as far as a batch needs it: a job of many tasks on a server that is running.
//!
//! Only what its documentation promises to programs is used: the exit codes, and the number that
//! `submit` prints in the output mode `quiet`.

use std::ffi::OsString;
use std::io;
use std::ops::RangeInclusive;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use anyhow::{Context as _, bail};

/// Characters of what `hq` says that are told on.
const LONGEST: usize = 300;

/// A job that was submitted.
pub struct HqJob {
    number: u32,
    /// `hq job wait`, which ends when the job does.
    wait: Child,
}

/// Looks whether a server answers.
pub fn check() -> anyhow::Result<()> {
    let said = run(["server".into(), "info".into()])?;
    if !said.status.success() {
        bail!(
            "no HyperQueue server answers (hq says: {}); start one with `hq server start`, and on \
             each machine `hq worker start`, or leave out --engine hq to work on this machine",
            words(&said)
        );
    }
    Ok(())
}

/// Submits `command` as a job with a task for each number of `tasks`, in the folder `cwd`; what a
/// task says of errors goes to `log/NUMBER` there.
pub fn submit(
    command: &[OsString],
    tasks: &RangeInclusive<usize>,
    cwd: &Path,
) -> anyhow::Result<HqJob> {
    let mut arguments: Vec<OsString> =
        ["--output-mode", "quiet", "submit", "--name", "evenkeel"].map(OsString::from).to_vec();
    arguments.extend(["--array".into(), format!("{}-{}", tasks.start(), tasks.end()).into()]);
    arguments.extend(["--cwd".into(), cwd.into()]);
    arguments.extend(["--stdout", "none", "--stderr", "%{CWD}/log/%{TASK_ID}"].map(Into::into));
    // The workers may have been started with other models in mind.
    let variable = crate::models::FOLDER_VARIABLE;
    if let Some(models) = std::env::var_os(variable).filter(|models| !models.is_empty()) {
        let mut pair = OsString::from(format!("{variable}="));
        pair.push(std::path::absolute(models)?);
        arguments.extend(["--env".into(), pair]);
    }
    arguments.push("--".into());
    arguments.extend(command.iter().cloned());
    let said = run(arguments)?;
    let number = String::from_utf8_lossy(&said.stdout).trim().parse();
    let Ok(number) =
        number.map_err(drop).and_then(|n| said.status.success().then_some(n).ok_or(()))
    else {
        bail!("hq did not take the job: {}", words(&said));
    };
    let wait = Command::new("hq")
        .args(["job", "wait", &format!("{number}")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    Ok(HqJob { number, wait: wait.context("hq can't be started")? })
}

impl HqJob {
    /// The number by which `hq` knows it.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Whether it has ended, well or not, or the server is gone.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.wait.try_wait(), Ok(None))
    }

    /// Ends its tasks, those under way as well.
    pub fn cancel(&mut self) -> anyhow::Result<()> {
        let said = run(["job".into(), "cancel".into(), self.number.to_string().into()])?;
        if !said.status.success() {
            let number = self.number;
            bail!("job {number} of HyperQueue can't be cancelled: {}", words(&said));
        }
        Ok(())
    }
}

impl Drop for HqJob {
    fn drop(&mut self) {
        let _ = self.wait.kill();
        let _ = self.wait.wait();
    }
}

fn run(arguments: impl IntoIterator<Item = OsString>) -> anyhow::Result<Output> {
    // Its errors are for people here.
    let mut hq = Command::new("hq");
    match hq.args(arguments).env("RUST_BACKTRACE", "0").stdin(Stdio::null()).output() {
        Err(why) if why.kind() == io::ErrorKind::NotFound => bail!(
            "there is no `hq` on the PATH; HyperQueue, which does the work on other machines, is \
             one file from https://github.com/It4innovations/hyperqueue/releases: see \
             docs/cluster.md, or leave out --engine hq to work on this machine"
        ),
        said => said.context("hq can't be started"),
    }
}

/// What it said, on one line.
fn words(said: &Output) -> String {
    let all = [&said.stdout[..], &said.stderr].concat();
    let text = String::from_utf8_lossy(&all).split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() { "nothing".into() } else { text.chars().take(LONGEST).collect() }
}
