//! `evenkeel live`: a call as it goes.

#[cfg(feature = "gui")]
mod setup;
mod terminal;
#[cfg(feature = "gui")]
mod window;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use cpu_time::ProcessTime;
use crossbeam_channel::{Receiver, Sender, bounded};

use super::analysis::AnalysisArgs;
use super::loaded::LoadedModels;
use super::stop_on_ctrl_c;
use crate::audio::capture::StreamInfo;
use crate::audio::choice::default_device;
use crate::call::keeper::CallKeeper;
use crate::config::Config;
use crate::config::folders::UserFolders;
use crate::config::settings::{KeepChoice, Settings, settings_path};
use crate::engine::{Engine, Words};
use crate::event::{About, CallHead, Event, Layout, Source};
use crate::language::listener::Listener;
use crate::session::board::{Board, Keeping, Pulse, Shown, Wish};
use crate::session::live::{LiveCall, LiveSetup};
use crate::session::stats::LiveReport;
use crate::units::{Party, PerParty};

/// Events that may wait for whoever shows them.
const EVENTS: usize = 4_096;
/// Workers for words: one for each party.
const WORKERS: usize = 2;

/// Listen to a call as it goes, and prompt
///
/// The first time, a window asks which devices to use and what to keep. After that a small
/// overlay opens beside your softphone.
#[derive(Args)]
pub struct LiveArgs {
    /// Device that hears you, by its id (see `evenkeel devices`)
    #[arg(long, value_name = "ID")]
    agent_device: Option<String>,

    /// Device that plays the customer's voice, by its id
    #[arg(long, value_name = "ID")]
    customer_device: Option<String>,

    /// Folder for this call [default: one named by the time, where calls are kept]
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,

    /// What is kept of the call
    #[arg(long, value_enum)]
    keep: Option<KeepArg>,

    /// End the call when nobody has spoken for so many seconds
    #[arg(long, value_name = "SECS", value_parser = positive_secs)]
    end_after: Option<f64>,

    #[command(flatten)]
    analysis: AnalysisArgs,

    /// Tell what is found in the terminal instead of a window
    #[arg(long)]
    no_window: bool,

    /// Choose devices, and what is kept, anew
    #[arg(long, conflicts_with = "no_window")]
    setup: bool,

    /// At the end, say how quick it was and what it cost
    #[arg(long)]
    stats: bool,
}

/// What is kept of a call.
#[derive(Clone, Copy, ValueEnum)]
enum KeepArg {
    /// No file at all
    Nothing,
    /// The event log, with the words
    Log,
    /// The log and the sound
    Audio,
}

fn positive_secs(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(secs) if secs.is_finite() && secs > 0.0 => Ok(secs),
        _ => Err("give a number of seconds above 0".into()),
    }
}

/// A call, decided on but not begun.
struct Plan {
    devices: PerParty<String>,
    keeping: Keeping,
    folder: PathBuf,
    end_after_secs: Option<f64>,
    config: Config,
    models: LoadedModels,
}

/// The ends of what passes between the session and whoever shows it.
struct Link {
    events: Receiver<Event>,
    pulse: Arc<Mutex<Pulse>>,
    wishes: Sender<Wish>,
    shown: Sender<Shown>,
}

/// Runs the command; returns the exit code.
pub fn run(args: LiveArgs) -> anyhow::Result<u8> {
    let place = settings_path();
    let settings = place.as_deref().map(Settings::load).transpose()?.flatten();
    let stop = stop_on_ctrl_c()?;
    #[cfg(feature = "gui")]
    if !args.no_window {
        return window::run(&args, settings, place.as_deref(), &stop);
    }
    let plan = Plan::of(&args, &settings.unwrap_or_default())?;
    let kept = plan.kept();
    let cpu = ProcessTime::now();
    let (call, link) = plan.begin(Box::new(|| {}))?;
    let told = terminal::follow(&call, &link, &stop);
    let report = finish(call, cpu)?;
    told?;
    terminal::finish(kept.as_deref(), args.stats.then_some(&report))?;
    Ok(0)
}

/// Waits until all of the call is kept; the figures, with what it cost since `cpu`.
fn finish(call: LiveCall, cpu: ProcessTime) -> anyhow::Result<LiveReport> {
    let mut report = call.wait()?;
    report.cpu_secs = cpu.elapsed().as_secs_f64();
    report.cores = std::thread::available_parallelism().map_or(1, usize::from);
    remember_wrong(&report.wrong)?;
    Ok(report)
}

/// Keeps in mind which rules the agent called wrong.
fn remember_wrong(rules: &[String]) -> anyhow::Result<()> {
    let Some(path) = settings_path().filter(|_| !rules.is_empty()) else { return Ok(()) };
    let mut settings = Settings::load(&path)?.unwrap_or_default();
    for rule in rules {
        *settings.wrong.entry(rule.clone()).or_default() += 1;
    }
    settings.save(&path)?;
    Ok(())
}

impl Plan {
    /// What the command line asks for, and where it says nothing, the settings.
    fn of(args: &LiveArgs, settings: &Settings) -> anyhow::Result<Plan> {
        let mut config = args.analysis.settings()?;
        config.rules = match &args.analysis.rules {
            Some(path) => Settings { rules: Some(path.clone()), ..settings.clone() }.rules()?,
            None => settings.rules()?,
        };
        // A file that is named says more than what set-up once wrote.
        if let Some(language) =
            settings.language.as_ref().filter(|_| args.analysis.config.is_none())
        {
            config.words.language.clone_from(language);
        }
        let device = |given: &Option<String>, party: Party| {
            let chosen = given.clone().or_else(|| settings.devices[party].clone());
            chosen.or_else(|| default_device(party)).with_context(|| match party {
                Party::Agent => "no microphone was found; plug in the headset (`evenkeel doctor` says more)",
                Party::Customer => {
                    "nothing was found that lets this program hear what you hear (`evenkeel doctor` \
                     says how to get it)"
                }
            })
        };
        let devices = PerParty {
            agent: device(&args.agent_device, Party::Agent)?,
            customer: device(&args.customer_device, Party::Customer)?,
        };
        if devices.agent == devices.customer {
            bail!(
                "{}: one device can't be both your microphone and what you hear; choose two \
                 (`evenkeel devices` lists them)",
                devices.agent
            );
        }
        let keeping = match (args.keep, settings.keep) {
            (Some(KeepArg::Nothing), _) | (None, KeepChoice::Nothing) => Keeping::Nothing,
            (Some(KeepArg::Log), _) | (None, KeepChoice::Log) => Keeping::Log,
            (Some(KeepArg::Audio), _) | (None, KeepChoice::LogAndAudio) => Keeping::LogAndAudio,
        };
        let folder = match &args.out {
            Some(folder) => folder.clone(),
            None => calls_folder(settings).join(name_by_time(&calls_folder(settings))),
        };
        if keeping != Keeping::Nothing && folder.join(crate::call::folder::LOG_NAME).exists() {
            bail!("{}: there is a call already; give another folder with --out", folder.display());
        }
        let models = args.analysis.models_at_hand(&config, settings.model.as_deref())?;
        let end_after_secs = args.end_after.or(settings.end_after_secs);
        Ok(Plan { devices, keeping, folder, end_after_secs, config, models })
    }

    /// The folder of the call, where anything is kept of it.
    fn kept(&self) -> Option<PathBuf> {
        (self.keeping != Keeping::Nothing).then(|| self.folder.clone())
    }

    /// Begins the call; `wake` tells whoever shows it that there is something new.
    fn begin(self, wake: Box<dyn Fn() + Send>) -> anyhow::Result<(LiveCall, Link)> {
        let Plan { devices, keeping, folder, end_after_secs, config, models } = self;
        let (event, events) = bounded(EVENTS);
        let (wish, wishes) = bounded(16);
        let (show, shown) = bounded(64);
        let pulse = Arc::new(Mutex::new(Pulse { keeping, ..Pulse::default() }));
        let board = Board { events: event, pulse: Arc::clone(&pulse), wishes, shown, wake };
        let link = Link { events, pulse, wishes: wish, shown: show };
        let LoadedModels {
            voice_activity,
            voice_tone,
            sentiment,
            understanding,
            transcriber,
            used,
        } = models;
        let day = jiff::Zoned::now().date();
        let words = match transcriber {
            Some(_) => Words::AsTheyCome { partials: true },
            None => Words::Never,
        };
        let setup = LiveSetup {
            devices,
            keeping,
            keeper: Box::new(CallKeeper::new(folder.clone(), keeping, Instant::now())),
            words: transcriber.map(|make| (make, WORKERS)),
            end_after_secs,
            board,
        };
        let call = LiveCall::begin(setup, |streams| {
            let head = CallHead {
                id: id_of(&folder),
                started: Some(now_rfc3339()),
                about: About::default(),
                source: streams.iter().map(|(_, stream)| source(stream)).collect(),
                layout: Layout::Live,
                config_sha256: config.sha256(),
                models: used,
            };
            Engine::new(&config, head, words, |_| voice_activity())
                .with_tone(voice_tone)
                .with_sentiment(sentiment)
                .with_listener(understanding.map(|with| Listener::new(with, Some(day))))
        })?;
        Ok((call, link))
    }
}

fn source(stream: &StreamInfo) -> Source {
    Source {
        name: stream.device.clone(),
        sample_rate: stream.rate.hz(),
        encoding: format!("pcm_{}", stream.format),
        sha256: None,
    }
}

/// Where calls are kept unless the agent chose another place.
pub(super) fn calls_folder(settings: &Settings) -> PathBuf {
    let own = || UserFolders::from_env().data.map(|data| data.join("calls"));
    settings.calls.clone().or_else(own).unwrap_or_else(|| PathBuf::from("calls"))
}

/// A name that no call in `folder` has: the local time.
fn name_by_time(folder: &Path) -> String {
    let name = jiff::Zoned::now().strftime("%Y-%m-%d-%H%M%S").to_string();
    let free = |name: &String| !folder.join(name).exists();
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    std::iter::once(name.clone()).chain(numbered).find(free).unwrap_or(name)
}

fn id_of(folder: &Path) -> String {
    folder.file_name().map_or_else(|| "call".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn now_rfc3339() -> String {
    jiff::Zoned::now().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// Whether Ctrl-C was pressed.
type Stop = Arc<AtomicBool>;
/// The figures, where they are asked for.
type Figures<'a> = Option<&'a LiveReport>;
