//! `evenkeel share` and `evenkeel practice-set`: clips of calls for others.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::{ArgGroup, Args};

use super::calls::calls_at;
use super::keys::KeyArgs;
use super::place::{name, place, secs, stretch};
use crate::audio::source::{CallFiles, Side};
use crate::call::shared::Shares;
use crate::report::share::{
    MARGIN_SECS, Moment, Release, Request, Shared, Wanted, practice_set, share,
};
use crate::report::wording::counted;
use crate::units::CallTime;

/// Share a moment of a call: a clip as WAV, and a page with its words and why it was flagged.
/// Nothing else leaves; what was shared stands in shared.jsonl in the call's folder
#[derive(Args)]
#[command(group = ArgGroup::new("what").required(true).args(["at", "cue", "flag", "list"]))]
pub struct ShareArgs {
    /// The call's folder; with --list also folders that calls are in
    #[arg(value_name = "CALL", default_value = "calls")]
    call: PathBuf,

    /// The moment, or stretch: 1:15 or 1:15-1:30, or in seconds
    #[arg(long, value_name = "TIME", value_parser = stretch)]
    at: Option<(f64, f64)>,

    /// Where the prompt of this number came (`id` in the log)
    #[arg(long, value_name = "NUMBER")]
    cue: Option<u32>,

    /// The moment for the coach of this number, as the call's page has it
    #[arg(long, value_name = "NUMBER")]
    flag: Option<usize>,

    /// List what was shared, of which call, when, by whom
    #[arg(long)]
    list: bool,

    #[command(flatten)]
    cut: CutArgs,

    /// The folder for the clip
    #[arg(long, value_name = "FOLDER", required_unless_present = "list")]
    out: Option<PathBuf>,

    /// The call's recording, where it is neither in its folder nor beside it; for two files the
    /// agent's first
    #[arg(long, value_name = "FILE", num_args = 1..=2)]
    recording: Vec<PathBuf>,

    #[command(flatten)]
    key: KeyArgs,
}

/// How clips are cut.
#[derive(Args)]
struct CutArgs {
    /// Seconds before it
    #[arg(long, value_name = "SECONDS", default_value = "15", value_parser = secs)]
    before: f64,

    /// Seconds after it
    #[arg(long, value_name = "SECONDS", default_value = "15", value_parser = secs)]
    after: f64,

    /// Mask numbers, addresses and names in the text, and silence them in the sound
    #[arg(long)]
    redact: bool,

    /// A folder of recordings: a call without sound of its own is heard from the recording that its log
    /// names, if it is the same
    #[arg(long, value_name = "FOLDER")]
    recordings: Option<PathBuf>,

    /// Who shares it, as they call themselves; usually your name on this computer
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// Share several moments of calls as one sheet for training: a page with the clips beside it
#[derive(Args)]
pub struct PracticeSetArgs {
    /// What the sheet is called
    name: String,

    /// The moments: CALL@1:15, CALL@1:15-1:30, CALL@cue:2 or CALL@flag:1
    #[arg(value_name = "CALL@PLACE", required = true, value_parser = place)]
    moments: Vec<(PathBuf, Moment)>,

    #[command(flatten)]
    cut: CutArgs,

    /// The folder for the sheet
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,

    #[command(flatten)]
    key: KeyArgs,
}

impl CutArgs {
    fn around(&self, moment: Moment) -> Wanted {
        let CutArgs { before, after, redact, .. } = self;
        Wanted { moment, before_secs: *before, after_secs: *after, redact: *redact }
    }
}

/// Runs `evenkeel share`; returns the exit code.
pub fn run(args: ShareArgs) -> anyhow::Result<u8> {
    let key = args.key.load()?;
    if args.list {
        list(&args.call, key.as_ref())?;
        return Ok(0);
    }
    let moment = match (args.at, args.cue, args.flag) {
        (Some((start, end)), ..) => Moment::At(start, end),
        (_, Some(id), _) => Moment::Cue(id),
        (_, _, Some(number)) => Moment::Flag(number),
        (None, None, None) => bail!("give a moment with --at, --cue or --flag"),
    };
    let Some(out) = &args.out else { bail!("give a folder for the clip with --out") };
    let call = one_call(&args.call)?;
    let recording = match &args.recording[..] {
        [] => None,
        [one] => Some(CallFiles::One { path: one.clone(), agent: Side::default() }),
        [agent, customer, ..] => {
            Some(CallFiles::Two { agent: agent.clone(), customer: customer.clone() })
        }
    };
    let wanted = args.cut.around(moment);
    let recordings = args.cut.recordings.as_deref();
    let request = Request { call: &call, wanted, recording: recording.as_ref(), recordings };
    let by = name(args.cut.by.clone())?;
    let shared = share(&request, &Release { by: &by, out, key: key.as_ref() })?;
    tell(&shared, wanted.redact);
    anstream::println!("The page is {}", shared.page.display());
    Ok(0)
}

/// Runs `evenkeel practice-set`; returns the exit code.
pub fn run_set(args: PracticeSetArgs) -> anyhow::Result<u8> {
    let key = args.key.load()?;
    let mut calls = Vec::new();
    for (call, moment) in &args.moments {
        calls.push((one_call(call)?, args.cut.around(*moment)));
    }
    let recordings = args.cut.recordings.as_deref();
    let requests: Vec<Request> = calls
        .iter()
        .map(|(call, wanted)| Request { call, wanted: *wanted, recording: None, recordings })
        .collect();
    let by = name(args.cut.by.clone())?;
    let release = Release { by: &by, out: &args.out, key: key.as_ref() };
    let shared = practice_set(&args.name, &requests, &release)?;
    for one in &shared {
        tell(one, args.cut.redact);
    }
    if let Some(one) = shared.first() {
        anstream::println!(
            "The sheet of {} is {}",
            counted(shared.len(), "moment"),
            one.page.display()
        );
    }
    Ok(0)
}

fn tell(shared: &Shared, redacted: bool) {
    let span = shared.share.span;
    let clock = |secs: f64| CallTime::from_secs(secs).to_string();
    anstream::println!(
        "{}: {} to {}{}",
        shared.share.id,
        clock(span.start.0),
        clock(span.end.0),
        if shared.sound.is_some() { "" } else { ", without sound" }
    );
    if redacted {
        anstream::println!("  {}", hidden(shared));
    }
    if let Some(why) = &shared.no_sound {
        anstream::eprintln!("evenkeel: {why}");
    }
}

/// What is hidden in a redacted clip, and what is to be thought of it.
pub(super) fn hidden(shared: &Shared) -> String {
    format!(
        "{} words are masked, {:.1} s of the sound are silent ({MARGIN_SECS} s around what was found); a \
         program did it: listen before you send it on",
        shared.masked, shared.hushed_secs
    )
}

fn one_call(path: &Path) -> anyhow::Result<PathBuf> {
    let mut calls = calls_at(path)?;
    match calls.len() {
        1 => Ok(calls.swap_remove(0)),
        count => bail!("{}: {count} calls are in it; name one", path.display()),
    }
}

fn list(path: &Path, key: Option<&crate::call::key::Key>) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    let mut nothing = true;
    for call in calls_at(path)? {
        let shares = match Shares::read(&call, key) {
            Ok(shares) => shares,
            Err(why) => {
                anstream::eprintln!("evenkeel: {why}");
                continue;
            }
        };
        if shares.unread > 0 {
            let unread = shares.unread;
            anstream::eprintln!("evenkeel: {}: {unread} lines can't be read", call.display());
        }
        if shares.all.is_empty() {
            continue;
        }
        nothing = false;
        writeln!(out, "{}", call.display())?;
        for share in shares.all {
            let clock = |secs: f64| CallTime::from_secs(secs).to_string();
            let day = share.at.strftime("%Y-%m-%d %H:%M");
            let how = if share.redacted { "redacted" } else { "as it is" };
            let sound = if share.sound { "" } else { ", without sound" };
            let set = share.set.map_or(String::new(), |set| format!(" in “{set}”"));
            let (start, end) = (clock(share.span.start.0), clock(share.span.end.0));
            let line = format!(
                "{}  {day}  {}  {start} to {end}, {how}{sound}{set}, to {}",
                share.id, share.by, share.to
            );
            writeln!(out, "  {}", line.replace(char::is_control, " "))?;
        }
    }
    if nothing {
        writeln!(out, "Nothing was shared.")?;
    }
    Ok(())
}
