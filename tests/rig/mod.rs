//! A sound system for one test: PipeWire with its own folder, bus and settings, in which nothing
//! is the user's. Tests play into its sinks and run the program beside them. Several can run at
//! once.

#![allow(dead_code)] // Each test program uses its own part.

pub mod faults;
pub mod process;
pub mod screen;

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use process::{Process, output_of, wait_until};
use tempfile::TempDir;

/// How long a part of the sound system may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// A bus that starts no services, unlike the session's usual one.
const BUS: &str = r#"<busconfig>
  <type>session</type>
  <listen>unix:path=SOCKET</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>"#;

/// WirePlumber leaves the machine's own devices alone: by Lua up to 0.4, by JSON since 0.5.
const NO_DEVICES: [(&str, &str); 3] = [
    (
        "main.lua.d/90-rig.lua",
        "alsa_monitor.enabled = false\nv4l2_monitor.enabled = false\n\
         libcamera_monitor.enabled = false\n",
    ),
    ("bluetooth.lua.d/90-rig.lua", "bluez_monitor.enabled = false\n"),
    (
        "wireplumber.conf.d/90-rig.conf",
        "wireplumber.profiles = { main = { hardware.audio = disabled, \
         hardware.bluetooth = disabled, hardware.video-capture = disabled } }\n",
    ),
];

/// A running sound system.
pub struct Rig {
    /// Empty while the server is down.
    server: Vec<Process>,
    _bus: Process,
    /// Last, so that it goes after what runs in it.
    dir: TempDir,
}

/// An output device that exists in software only. What is played on it comes out of its monitor.
pub struct Sink {
    pub name: String,
    module: String,
}

impl Rig {
    /// Starts one; none, with a line on standard error, where PipeWire can't be had.
    pub fn start() -> Option<Rig> {
        skipped("PipeWire can't be had", Rig::try_start())
    }

    fn try_start() -> Result<Rig, String> {
        for program in ["pactl", "paplay", "pw-cat", "pw-cli", "pw-link", "pw-metadata"] {
            output_of(Command::new(program).arg("--version"))?;
        }
        let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
        let at = |name: &str| dir.path().join(name);
        let prepared = || -> io::Result<Process> {
            // The sound server and its clients would race to make the last.
            for folder in ["run", "home", "logs", "run/pulse"] {
                fs::create_dir(at(folder))?;
            }
            // The libraries refuse a folder that others can look into.
            for folder in ["run", "run/pulse"] {
                fs::set_permissions(at(folder), fs::Permissions::from_mode(0o700))?;
            }
            for (name, text) in NO_DEVICES {
                let path = at("home/config/wireplumber").join(name);
                fs::create_dir_all(path.parent().expect("it lies in a folder"))?;
                fs::write(path, text)?;
            }
            // Any will do, but without one cpal's PulseAudio host is refused.
            fs::write(at("cookie"), [1; 256])?;
            let socket = at("run/bus");
            fs::write(at("bus.conf"), BUS.replace("SOCKET", &socket.to_string_lossy()))?;
            let mut bus = command_in(dir.path(), "dbus-daemon");
            bus.args(["--nofork", "--nopidfile", "--config-file"]).arg(at("bus.conf"));
            Process::start(&mut bus, &at("logs/dbus-daemon"))
        };
        let bus = prepared().map_err(|e| e.to_string())?;
        if !wait_until(PATIENCE, || dir.path().join("run/bus").exists()) {
            return Err(format!("the bus doesn't come up: {}", bus.log()));
        }
        let mut rig = Rig { server: Vec::new(), _bus: bus, dir };
        rig.try_start_server()?;
        Ok(rig)
    }

    fn try_start_server(&mut self) -> Result<(), String> {
        for program in ["pipewire", "wireplumber", "pipewire-pulse"] {
            let log = self.dir.path().join("logs").join(program);
            let started = Process::start(&mut self.command(program), &log);
            self.server.push(started.map_err(|e| e.to_string())?);
            let answers = wait_until(PATIENCE, || {
                let asked = match program {
                    "pipewire" => output_of(self.command("pw-cli").args(["info", "0"])),
                    // It makes the list of default devices when it is ready.
                    "wireplumber" => output_of(self.command("pw-cli").args(["ls", "Metadata"]))
                        .and_then(|all| {
                            all.contains("\"default\"").then_some(all).ok_or_else(String::new)
                        }),
                    _ => output_of(self.command("pactl").arg("info")),
                };
                asked.is_ok()
            });
            if !answers {
                return Err(format!("{program} doesn't come up\n{}", self.logs()));
            }
        }
        Ok(())
    }

    /// A program in this sound system, with nothing of the user's around it.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        command_in(self.dir.path(), program)
    }

    /// A folder for the test's files, gone with the rig.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Starts the program under test, its words in a log of its own.
    pub fn run(&self, command: &mut Command) -> Process {
        Process::start(command, &self.new_log()).unwrap()
    }

    /// The same, for one that can be typed to.
    pub fn run_typed(&self, command: &mut Command) -> Process {
        Process::start_typed(command, &self.new_log()).unwrap()
    }

    fn new_log(&self) -> PathBuf {
        tempfile::NamedTempFile::new_in(self.path("logs")).unwrap().keep().unwrap().1
    }

    /// Adds a sink of two channels.
    #[track_caller]
    pub fn sink(&self, name: &str, rate_hz: u32) -> Sink {
        let (name_is, rate) = (format!("sink_name={name}"), format!("rate={rate_hz}"));
        let module = self.pactl(&["load-module", "module-null-sink", &name_is, &rate]);
        let there = || self.pactl(&["list", "short", "sinks"]).contains(&format!("\t{name}\t"));
        assert!(wait_until(PATIENCE, there), "no sink {name}\n{}", self.logs());
        Sink { name: name.to_owned(), module: module.trim().to_owned() }
    }

    /// Takes a sink away, as when a headset is unplugged.
    #[track_caller]
    pub fn remove(&self, sink: Sink) {
        self.pactl(&["unload-module", &sink.module]);
    }

    /// A sink vanishes and comes back under its name with another rate, as a Bluetooth headset
    /// does when it changes its profile.
    #[track_caller]
    pub fn set_rate(&self, sink: Sink, rate_hz: u32) -> Sink {
        let name = sink.name.clone();
        self.remove(sink);
        self.sink(&name, rate_hz)
    }

    /// Makes the whole graph run at a rate; 0 leaves it to the server again.
    #[track_caller]
    pub fn force_graph_rate(&self, rate_hz: u32) {
        let rate = rate_hz.to_string();
        let args = ["-n", "settings", "0", "clock.force-rate", &rate];
        output_of(self.command("pw-metadata").args(args)).unwrap();
    }

    #[track_caller]
    pub fn set_default_sink(&self, name: &str) {
        self.pactl(&["set-default-sink", name]);
    }

    /// A sink's monitor is a source, called `NAME.monitor`.
    #[track_caller]
    pub fn set_default_source(&self, name: &str) {
        self.pactl(&["set-default-source", name]);
    }

    /// Plays a recording on a sink.
    pub fn play(&self, sink: &str, wav: &Path) -> Process {
        self.run(self.command("paplay").args(["--device", sink]).arg(wav))
    }

    /// Plays the left channel of a recording on one sink and the right on the other, in step: it
    /// is one stream, so load can't part them. The links are made one by one while it plays: the
    /// first 0.1 s should be silent.
    #[track_caller]
    pub fn play_call(&self, left: &str, right: &str, wav: &Path) -> Process {
        let player = self.run(self.command("pw-cat").args(["-p", "--target", "0"]).arg(wav));
        let link = |out: &str, sink: &str, side: &str| {
            let (from, to) = (format!("pw-cat:output_{out}"), format!("{sink}:playback_{side}"));
            output_of(self.command("pw-link").args([from, to])).is_ok()
        };
        let linked = wait_until(PATIENCE, || link("FL", left, "FL"));
        let all =
            linked && link("FR", right, "FL") && link("FL", left, "FR") && link("FR", right, "FR");
        assert!(all, "{wav:?} can't be played\n{}{}", player.log(), self.logs());
        player
    }

    /// The numbers of the streams that listen, with those of the sources they listen to.
    pub fn listeners(&self) -> Vec<(u32, u32)> {
        let list = self.pactl(&["list", "short", "source-outputs"]);
        let numbers = |line: &str| {
            let mut fields = line.split('\t').map(str::parse);
            Some((fields.next()?.ok()?, fields.next()?.ok()?))
        };
        list.lines().filter_map(numbers).collect()
    }

    /// The number of a source, as [`Rig::listeners`] gives it.
    pub fn source(&self, name: &str) -> Option<u32> {
        let list = self.pactl(&["list", "short", "sources"]);
        let line = list.lines().find(|line| line.split('\t').nth(1) == Some(name))?;
        line.split('\t').next()?.parse().ok()
    }

    /// Makes a listening stream hear another source, as a person can in the mixer. Refused for
    /// streams that cpal's PipeWire host opened on a named device: they are for [`Rig::relink`].
    #[track_caller]
    pub fn move_stream(&self, listener: u32, source: &str) {
        let moved = (listener, self.source(source).unwrap_or_else(|| panic!("no source {source}")));
        // A stream whose first links are still being made stays where it is: it is asked again.
        let asked = || {
            self.pactl(&["move-source-output", &listener.to_string(), source]);
            wait_until(Duration::from_secs(1), || self.listeners().contains(&moved))
        };
        assert!(wait_until(PATIENCE, asked), "{listener} stays\n{}", self.logs());
    }

    /// Makes all that listens to one sink hear another instead, link by link, as a person can in
    /// a patch bay. The streams themselves are not told.
    #[track_caller]
    pub fn relink(&self, from: &str, to: &str) {
        let pw_link = |args: &[&str]| {
            output_of(self.command("pw-link").args(args)).unwrap_or_else(|e| panic!("{e}"))
        };
        let mut port = None;
        // A line for each port, and below it one for each of its links: their numbers and names.
        for line in pw_link(&["--links", "--id"]).lines() {
            match *line.split_whitespace().collect::<Vec<_>>() {
                [_, name] => port = name.strip_prefix(from).filter(|p| p.starts_with(":monitor_")),
                [link, "|->", listener, _] => {
                    let Some(port) = port else { continue };
                    pw_link(&["--disconnect", link]);
                    pw_link(&[&format!("{to}{port}"), listener]);
                }
                _ => {}
            }
        }
    }

    /// Ends the sound system as a crash does. Its sinks are gone for good.
    pub fn kill_server(&mut self) {
        // The first is PipeWire itself.
        self.server.iter_mut().for_each(Process::kill);
        self.server.clear();
    }

    /// Starts the sound system anew, without sinks.
    #[track_caller]
    pub fn restart_pipewire(&mut self) {
        self.kill_server();
        self.try_start_server().unwrap();
    }

    #[track_caller]
    fn pactl(&self, args: &[&str]) -> String {
        let told = output_of(self.command("pactl").args(args));
        told.unwrap_or_else(|e| panic!("{}: {e}\n{}", args.join(" "), self.logs()))
    }

    /// What the parts of the sound system, and what ran in it, have to say.
    pub fn logs(&self) -> String {
        let mut files: Vec<PathBuf> = fs::read_dir(self.path("logs"))
            .map_or_else(|_| Vec::new(), |all| all.flatten().map(|file| file.path()).collect());
        files.sort();
        let text = |path: &PathBuf| fs::read(path).unwrap_or_default();
        let told = |path: &PathBuf| {
            format!("-- {}\n{}", path.display(), String::from_utf8_lossy(&text(path)))
        };
        files.iter().filter(|path| !text(path).is_empty()).map(told).collect()
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("{}", self.logs());
        }
        // PipeWire after its clients.
        while let Some(last) = self.server.pop() {
            drop(last);
        }
    }
}

fn command_in(dir: &Path, program: impl AsRef<OsStr>) -> Command {
    const KEPT: [&str; 5] = ["PATH", "LD_LIBRARY_PATH", "TMPDIR", "LANG", "RUST_BACKTRACE"];
    let mut command = Command::new(program);
    command.env_clear();
    command.envs(KEPT.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    let bus = format!("unix:path={}", dir.join("run/bus").display());
    command.env("DBUS_SESSION_BUS_ADDRESS", bus).env("XDG_RUNTIME_DIR", dir.join("run"));
    for (name, path) in [
        ("PULSE_COOKIE", "cookie"),
        ("HOME", "home"),
        ("XDG_CONFIG_HOME", "home/config"),
        ("XDG_DATA_HOME", "home/data"),
        ("XDG_STATE_HOME", "home/state"),
        ("XDG_CACHE_HOME", "home/cache"),
    ] {
        command.env(name, dir.join(path));
    }
    command
}

/// None, and a line past the test harness's nets, where something can't be had.
pub fn skipped<T>(what: &str, had: Result<T, String>) -> Option<T> {
    let reason = match had {
        Ok(had) => return Some(had),
        Err(reason) => reason,
    };
    let thread = thread::current();
    let test = thread.name().unwrap_or("a test");
    // `eprintln!` would be caught, and a test that passes shows nothing.
    let _ = writeln!(io::stderr(), "SKIPPED: {test}: {what}: {}", reason.trim());
    None
}
