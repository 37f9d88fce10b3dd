//! `evenkeel doctor`: is this machine ready for live calls?

#[cfg(feature = "whisper")]
pub mod speed;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use clap::Args;

use super::devices::no_loopback;
use super::live::calls_folder;
use crate::audio::capture::{Capture, SoundServer, devices};
use crate::audio::choice::choose;
use crate::call::exposure::{exposed, exposed_in};
use crate::call::key::KEY_FILE_VARIABLE;
use crate::config::settings::{Settings, settings_path};
use crate::models::{ModelDirs, ModelKind, ModelStore, verify};
use crate::units::Party;

/// A device is listened to for so long.
const LISTENS: Duration = Duration::from_millis(1_500);
/// An hour of sound: 16 kHz, two channels, 16 bits.
const BYTES_AN_HOUR: u64 = 16_000 * 2 * 2 * 3_600;
/// Less room than this on the disk is worth a word. Hours of sound.
const FEW_HOURS: f64 = 10.0;

/// Look whether this machine is ready for live calls, and say what to mend
#[derive(Args)]
pub struct DoctorArgs {
    /// Leave the measuring of the machine's speed out
    #[arg(long)]
    quick: bool,
}

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Good,
    /// Calls work, but not as well as they could.
    Fair,
    /// Calls don't work until it is mended.
    Bad,
}

struct Report<'a> {
    out: &'a mut dyn Write,
    worst: State,
}

impl Report<'_> {
    fn say(&mut self, state: State, what: &str, text: &str) -> io::Result<()> {
        let (mark, style) = match state {
            State::Good => ("ok  ", AnsiColor::Green.on_default()),
            State::Fair => ("look", AnsiColor::Yellow.on_default()),
            State::Bad => ("mend", Style::new().bold()),
        };
        if state == State::Bad || state == State::Fair && self.worst == State::Good {
            self.worst = state;
        }
        writeln!(self.out, "{style}{mark}{style:#}  {what:<14} {text}")
    }
}

/// Runs the command; the exit code is 1 where something must be mended.
pub fn run(args: DoctorArgs) -> anyhow::Result<u8> {
    let mut out = anstream::stdout();
    let mut report = Report { out: &mut out, worst: State::Good };
    let settings = match settings_path().as_deref().map(Settings::load) {
        None => Settings::default(),
        Some(Ok(settings)) => settings.unwrap_or_default(),
        Some(Err(error)) => {
            report.say(State::Bad, "settings", &error.to_string())?;
            Settings::default()
        }
    };
    look_at_sound(&mut report, &settings)?;
    look_at_disk(&mut report, &calls_folder(&settings))?;
    look_at_readers(&mut report, &calls_folder(&settings))?;
    let store = look_at_models(&mut report)?;
    if let Some(store) = store.filter(|_| !args.quick) {
        look_at_speed(&mut report, &store, &settings)?;
    }
    let worst = report.worst;
    let end = match worst {
        State::Good => "This machine is ready for live calls.",
        State::Fair => "Live calls work here; what stands above would make them better.",
        State::Bad => "Live calls need what is marked `mend` above.",
    };
    writeln!(out, "\n{end}")?;
    Ok(u8::from(worst == State::Bad))
}

fn look_at_sound(report: &mut Report<'_>, settings: &Settings) -> io::Result<()> {
    let server = SoundServer::in_use();
    match server.caveat() {
        None => report.say(State::Good, "sound", &server.to_string())?,
        Some(caveat) => report.say(State::Fair, "sound", &format!("{server}: {caveat}"))?,
    }
    let found = match devices() {
        Ok(found) => found,
        Err(error) => return report.say(State::Bad, "sound", &error.to_string()),
    };
    let usual = choose(&found);
    for party in Party::BOTH {
        let what = match party {
            Party::Agent => "microphone",
            Party::Customer => "what you hear",
        };
        let chosen = settings.devices[party].clone();
        match chosen.or_else(|| usual[party].clone().map(|choice| choice.id)) {
            Some(id) => look_at_device(report, party, what, &id)?,
            None if party == Party::Agent => {
                report.say(State::Bad, what, "none was found: plug in the headset")?;
            }
            None => report.say(State::Bad, what, no_loopback(server))?,
        }
    }
    Ok(())
}

fn look_at_device(report: &mut Report<'_>, party: Party, what: &str, id: &str) -> io::Result<()> {
    let (capture, mut outlet) = match Capture::open(id, Instant::now()) {
        Ok(opened) => opened,
        Err(error) => return report.say(State::Bad, what, &error.to_string()),
    };
    thread::sleep(LISTENS);
    outlet.drain(|_, _| ());
    let (info, flow) = (capture.info(), outlet.flow());
    let name = format!("{} ({id}, {})", info.device, info.rate);
    let expected = f64::from(info.rate.hz()) * LISTENS.as_secs_f64();
    if flow.frames() == 0 && !info.may_pause {
        let text = format!("{name} gives nothing: may this program use it? (privacy settings)");
        return report.say(State::Bad, what, &text);
    }
    if flow.sounding() == 0 && party == Party::Agent {
        let text = format!("{name} gives exact silence: is it muted, or not allowed?");
        return report.say(State::Fair, what, &text);
    }
    if (flow.frames() as f64) < expected * 0.8 && !info.may_pause {
        let text = format!("{name} gives less sound than it should: the machine is very busy");
        return report.say(State::Fair, what, &text);
    }
    report.say(State::Good, what, &name)
}

fn look_at_disk(report: &mut Report<'_>, folder: &Path) -> io::Result<()> {
    // The folder may not be there yet; its disk is.
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(folder);
    let probe = there.join(format!(".evenkeel-{}", std::process::id()));
    let written = std::fs::write(&probe, b"x").and_then(|()| std::fs::remove_file(&probe));
    if let Err(error) = written {
        let text = format!("{}: can't be written to: {error}", there.display());
        return report.say(State::Bad, "calls", &text);
    }
    match fs4::available_space(there) {
        Ok(bytes) => {
            let hours = bytes as f64 / BYTES_AN_HOUR as f64;
            let state = if hours < FEW_HOURS { State::Fair } else { State::Good };
            let text = format!("{}: room for {hours:.0} hours of sound", folder.display());
            report.say(state, "calls", &text)
        }
        Err(error) => report.say(State::Fair, "calls", &format!("{}: {error}", there.display())),
    }
}

/// Who else can read calls, settings and the key.
fn look_at_readers(report: &mut Report<'_>, calls: &Path) -> io::Result<()> {
    let key = std::env::var_os(KEY_FILE_VARIABLE).filter(|path| !path.is_empty());
    let files = settings_path().into_iter().chain(key.map(PathBuf::from));
    let mut found: Vec<_> = files.filter_map(|path| exposed(&path)).collect();
    found.extend(exposed_in(calls));
    for exposed in &found {
        report.say(State::Fair, "privacy", &exposed.to_string())?;
    }
    if found.is_empty() {
        let text = "calls and settings can be read by you only";
        report.say(State::Good, "privacy", text)?;
    }
    Ok(())
}

fn look_at_models(report: &mut Report<'_>) -> io::Result<Option<ModelStore>> {
    let store = match ModelStore::open(ModelDirs::from_env()) {
        Ok(store) => store,
        Err(error) => {
            report.say(State::Bad, "models", &error.to_string())?;
            return Ok(None);
        }
    };
    let mut whole = Vec::new();
    for entry in store.list() {
        match verify(entry) {
            Ok(_) => whole.push(entry.name.as_str()),
            // The default one is what calls use.
            Err(error) => {
                let needed = entry.is_default || entry.kind != ModelKind::Whisper;
                let state = if needed { State::Bad } else { State::Fair };
                report.say(state, "models", &error.to_string())?;
            }
        }
    }
    for kind in ModelKind::ALL {
        if !store.list().iter().any(|entry| entry.kind == kind)
            && let Err(error) = store.find(kind, None)
        {
            report.say(State::Bad, "models", &error.to_string())?;
        }
    }
    if !whole.is_empty() {
        report.say(State::Good, "models", &format!("{}: as they should be", whole.join(", ")))?;
    }
    Ok(Some(store))
}

#[cfg(feature = "whisper")]
fn look_at_speed(
    report: &mut Report<'_>,
    store: &ModelStore,
    settings: &Settings,
) -> io::Result<()> {
    let measured = speed::measure_all(store);
    let default = store.find(ModelKind::Whisper, None).ok().map(|entry| entry.name);
    let used = settings.model.clone().or(default);
    for model in &measured {
        match &model.secs {
            Ok(secs) => {
                let text = format!(
                    "{}: words of {:.0} s of speech take {:.2} s{}",
                    model.name,
                    speed::SAMPLE_SECS,
                    secs,
                    if model.keeps_up() { "" } else { ", too long for live calls" }
                );
                let is_used = used.as_ref() == Some(&model.name);
                let state = if is_used && !model.keeps_up() { State::Fair } else { State::Good };
                report.say(state, "speed", &text)?;
            }
            Err(error) => report.say(State::Fair, "speed", &error.to_string())?,
        }
    }
    match speed::best(&measured) {
        Some(best) => report.say(
            State::Good,
            "advice",
            &format!("{best} is the best model with which this machine keeps up"),
        ),
        None => report.say(
            State::Fair,
            "advice",
            "no model keeps up on this machine: words will be late and some left out; the prompts \
             that need no words are not affected",
        ),
    }
}

#[cfg(not(feature = "whisper"))]
fn look_at_speed(report: &mut Report<'_>, _: &ModelStore, _: &Settings) -> io::Result<()> {
    report.say(State::Fair, "speed", "this program was built without speech to text")
}
