//! `evenkeel replay`: a recorded call, analysed.

mod output;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::{Args, ValueEnum};

use crate::archive::store::is_archive;
use crate::audio::source::{CallFiles, CallSource, Side};
use crate::call::began::Began;
use crate::call::file::is_locked;
use crate::call::folder::{CallFolder, read_log};
use crate::call::record::{Record, SourceRecord};
use crate::engine::{Engine, Words};
use crate::event::{About, CallHead, Layout, Source};
use crate::language::listener::Listener;
use crate::models::sha256_of_file;
use crate::session::replay::{Ended, Pace, WordWorkers, analyse, replay};

use super::analysis::AnalysisArgs;
use super::loaded::LoadedModels;
use super::stop_on_ctrl_c;
use output::Output;

/// Analyse a recorded call: who said what, who cut in, where it went silent, what to try
#[derive(Args)]
pub struct ReplayArgs {
    /// The recording: stereo with a party in each channel, or one mixed channel
    /// (WAV, FLAC, MP3, Ogg, M4A or WebM; 8 to 48 kHz)
    #[arg(required_unless_present_any = ["agent_file", "customer"])]
    call: Option<PathBuf>,

    /// The agent's channel in a stereo recording (left or right), or the agent's own file
    #[arg(long, value_name = "SIDE|FILE", id = "agent_file")]
    agent: Option<PathBuf>,

    /// The customer's own file; goes with --agent FILE
    #[arg(long, value_name = "FILE", requires = "agent_file", conflicts_with = "call")]
    customer: Option<PathBuf>,

    /// When the call began, as 2026-11-25 or 2026-11-25T14:30:00+01:00: tells on which day falls
    /// due what the agent promises
    #[arg(long, value_name = "TIME")]
    began: Option<Began>,

    /// Folder for the results [default: calls/ and the recording's name]
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,

    #[command(flatten)]
    analysis: AnalysisArgs,

    /// Threads for speech to text [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    workers: Option<u16>,

    /// Play the call at its own pace, and tell what is found as it is found
    #[arg(long)]
    realtime: bool,

    /// With --realtime, put words of speech that goes on into the log as well
    #[arg(long, requires = "realtime")]
    partials: bool,

    /// Draw heat, level and overlap over the call, as an SVG picture
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,

    /// Copy the audio into the folder (16 kHz stereo, agent left)
    #[arg(long)]
    keep_audio: bool,

    /// Write the event log to standard output instead of the account
    #[arg(long, conflicts_with = "quiet")]
    json: bool,

    /// Write nothing but errors
    #[arg(long, short)]
    quiet: bool,

    /// Colours in the account; NO_COLOR is heeded as well
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    color: Colour,
}

/// When to use colours.
#[derive(Clone, Copy, ValueEnum)]
enum Colour {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Runs the command; returns the exit code.
pub fn run(args: ReplayArgs) -> anyhow::Result<u8> {
    match args.color {
        Colour::Auto => {}
        Colour::Always => anstream::ColorChoice::Always.write_global(),
        Colour::Never => anstream::ColorChoice::Never.write_global(),
    }
    let files = files(&args)?;
    let config = args.analysis.config()?;
    let mut source = CallSource::open(&files)?;
    let id = name_of(&files);
    let path = args.out.clone().unwrap_or_else(|| Path::new("calls").join(&id));

    let LoadedModels { voice_activity, voice_tone, sentiment, understanding, transcriber, used } =
        args.analysis.models(&config, None)?;

    let mut sources = source.sources();
    for (source, path) in sources.iter_mut().zip(files.paths()) {
        // A pipe can be read but once.
        if path.is_file() {
            source.sha256 = Some(sha256_of_file(path)?.to_string());
        }
    }
    let head = CallHead {
        id,
        started: args.began.as_ref().map(|began| began.text.clone()),
        about: About::default(),
        source: sources,
        layout: source.layout(),
        config_sha256: config.sha256(),
        models: used,
    };
    if is_archive(&path) {
        bail!("{}: is an archive; give a folder for this call with --out", path.display());
    }
    let folder = CallFolder::create(&path)?;
    may_replace(&folder, &head)?;

    let (words, pace) = match (&transcriber, args.realtime) {
        (None, false) => (Words::Never, Pace::Fast),
        (None, true) => (Words::Never, Pace::Real),
        (Some(_), false) => (Words::OnTime, Pace::Fast),
        (Some(_), true) => (Words::AsTheyCome { partials: args.partials }, Pace::Real),
    };
    let day = args.began.as_ref().map(|began| began.day);
    let engine = Engine::new(&config, head, words, |_| voice_activity())
        .with_tone(voice_tone)
        .with_sentiment(sentiment)
        .with_listener(understanding.map(|with| Listener::new(with, day)));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let count = args.workers.map_or(cores, usize::from);

    let stop = stop_on_ctrl_c()?;
    let audio = args.keep_audio.then(|| folder.audio_path());
    let mut output =
        Output::new(&folder, audio, source.expected_secs(), args.plot.clone(), shown(&args))?;
    let ended = match transcriber.as_deref() {
        // The log depends on which utterances go together: it is to be that of a batch.
        Some(make) if args.analysis.gathers() && pace == Pace::Fast => {
            analyse(&mut source, engine, Some(&mut *make()?), &stop, &mut output)?
        }
        make => {
            let workers = make.map(|make| WordWorkers { make, count });
            replay(&mut source, engine, workers, pace, &stop, &mut output)?
        }
    };
    output.finish(&folder, ended)?;
    Ok(if ended == Ended::Stopped { super::INTERRUPTED } else { 0 })
}

/// What the user wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Nothing,
    Log,
    /// The account, at the end.
    Account {
        progress: bool,
    },
    /// What is found, as it is found, and the account of it at the end.
    AsItGoes,
}

fn shown(args: &ReplayArgs) -> Shown {
    match (args.quiet, args.json, args.realtime) {
        (true, ..) => Shown::Nothing,
        (_, true, _) => Shown::Log,
        (_, _, true) => Shown::AsItGoes,
        _ => Shown::Account { progress: std::io::stderr().is_terminal() },
    }
}

fn files(args: &ReplayArgs) -> anyhow::Result<CallFiles> {
    let side = |name: &Path| match name.to_str() {
        Some("left") => Some(Side::Left),
        Some("right") => Some(Side::Right),
        _ => None,
    };
    match (&args.call, &args.agent, &args.customer) {
        (Some(call), None, None) => {
            Ok(CallFiles::One { path: call.clone(), agent: Side::default() })
        }
        (Some(call), Some(agent), None) => match side(agent) {
            Some(agent) => Ok(CallFiles::One { path: call.clone(), agent }),
            None => bail!(
                "--agent {}: with one recording, say which side the agent is on: left or right",
                agent.display()
            ),
        },
        (None, Some(agent), Some(customer)) => {
            if side(agent).is_some() && !agent.exists() {
                bail!("--agent {}: give the agent's file with --customer", agent.display());
            }
            Ok(CallFiles::Two { agent: agent.clone(), customer: customer.clone() })
        }
        (None, Some(agent), None) if side(agent).is_some() => {
            bail!("--agent {}: in which recording? give it as well", agent.display())
        }
        (None, Some(agent), None) => {
            bail!("--agent {}: give the customer's file with --customer", agent.display())
        }
        _ => bail!("give a recording, or --agent FILE and --customer FILE"),
    }
}

/// The call's name: that of its recording, the customer's where there are two.
fn name_of(files: &CallFiles) -> String {
    let stem = |path: &Path| {
        path.file_stem().map_or_else(|| "call".to_owned(), |stem| stem.to_string_lossy().into())
    };
    match files {
        CallFiles::One { path, .. } => stem(path),
        CallFiles::Two { agent, customer } => match (stem(agent), stem(customer)) {
            // Often agent.wav and customer.wav in a folder of the call's name.
            (a, c) if a == "agent" && c == "customer" => {
                let parent = customer.canonicalize().ok();
                let folder = parent.as_deref().and_then(Path::parent).and_then(Path::file_name);
                folder.map_or(c, |folder| folder.to_string_lossy().into())
            }
            (_, c) => c,
        },
    }
}

/// The log of an earlier replay of the same recording may be replaced; nothing else.
fn may_replace(folder: &CallFolder, head: &CallHead) -> anyhow::Result<()> {
    if is_locked(&folder.log_path()) {
        bail!(
            "{}: is a locked call; give another folder with --out, or unlock it",
            folder.path().display()
        );
    }
    if !folder.log_path().exists() {
        return Ok(());
    }
    let lines = read_log(folder.path()).unwrap_or_default();
    if let Some(Record::Call { source, layout, .. }) = lines.first().map(|line| &line.record) {
        // Many folders have a 1.wav; the hash tells them apart, where the earlier log has one.
        let is_same = |(was, is): (&SourceRecord, &Source)| {
            was.name == is.name && (was.sha256.is_none() || was.sha256 == is.sha256)
        };
        let same =
            source.len() == head.source.len() && source.iter().zip(&head.source).all(is_same);
        if *layout != Layout::Live && same {
            return Ok(());
        }
    }
    bail!(
        "{}: there is the log of another call; give another folder with --out",
        folder.log_path().display()
    )
}
