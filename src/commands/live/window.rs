//! A live call in its window: the set-up the first time, then call after call.

use std::path::Path;
use std::process::{Command, Stdio};

use std::sync::atomic::Ordering;

use cpu_time::ProcessTime;

use super::setup::{Host, answers_of, settings_of};
use super::{LiveArgs, Plan, Stop, finish, terminal};
use crate::config::settings::Settings;
use crate::session::board::Wish;
use crate::ui::{Closed, LiveLink, LiveOptions, Look, Waker, run_live, run_setup};

/// Sets up where that has not been done, and shows calls until the agent has done.
pub fn run(
    args: &LiveArgs,
    settings: Option<Settings>,
    settings_path: Option<&Path>,
    stop: &Stop,
) -> anyhow::Result<u8> {
    let mut settings = settings.unwrap_or_default();
    let asks = args.setup || settings.is_unset() && args.agent_device.is_none();
    if asks {
        let before = answers_of(&settings);
        let Some(answers) = run_setup(Box::<Host>::default(), before, Look::System)? else {
            return Ok(0);
        };
        settings = settings_of(answers, settings);
        if let Some(path) = settings_path {
            settings.save(path)?;
        }
    }
    loop {
        let closed = one_call(args, &settings, settings_path, stop)?;
        if closed == Closed::Done || args.out.is_some() || stop.load(Ordering::Relaxed) {
            return Ok(0);
        }
        // What the agent called wrong counts in the next call.
        if let Some(path) = settings_path {
            settings = Settings::load(path)?.unwrap_or(settings);
        }
    }
}

fn one_call(
    args: &LiveArgs,
    settings: &Settings,
    settings_path: Option<&Path>,
    stop: &Stop,
) -> anyhow::Result<Closed> {
    let mut plan = Plan::of(args, settings)?;
    // The window counts down before it ends a silent call.
    let end_after_secs = plan.end_after_secs.take();
    let kept = plan.kept();
    let cpu = ProcessTime::now();
    let waker = Waker::default();
    let (call, link) = plan.begin(waker.clone().into_fn())?;
    let folder = kept.clone();
    let options = LiveOptions {
        place: settings_path.and_then(Path::parent).map(|folder| folder.join("window.json")),
        end_after_secs,
        quit: Stop::clone(stop),
        open_folder: folder.map(|folder| Box::new(move || open(&folder)) as Box<dyn Fn()>),
        ..LiveOptions::default()
    };
    let wishes = link.wishes.clone();
    let link =
        LiveLink { events: link.events, pulse: link.pulse, wishes: link.wishes, shown: link.shown };
    let closed = run_live(link, waker, options);
    // However the window went, the call is over and kept.
    let _ = wishes.send(Wish::End);
    let report = finish(call, cpu)?;
    terminal::finish(kept.as_deref(), args.stats.then_some(&report))?;
    Ok(closed?)
}

/// Shows a folder in the system's own way.
fn open(folder: &Path) {
    let program = match std::env::consts::OS {
        "macos" => "open",
        "windows" => "explorer",
        _ => "xdg-open",
    };
    // Without such a program nothing happens: the folder's name is on the terminal as well.
    let _ = Command::new(program).arg(folder).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
}
