//! The sound system that the program sees: its devices, and what cpal makes of them. Needs
//! PipeWire; without it each test says so and passes.

#![cfg(all(target_os = "linux", feature = "pipewire"))]

mod recordings;
mod rig;

use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{env, fs};

use cpal::traits::{DeviceTrait as _, HostTrait as _, StreamTrait as _};
use recordings::Wav;
use rig::Rig;
use rig::faults::SmallDisk;
use rig::process::{Process, output_of, wait_until};
use rig::screen::Screen;

const RATE_HZ: u32 = 48_000;

/// Frames asked for at once: about 21 ms, which a busy machine without real-time priority keeps up
/// with. Smaller ones lose frames there, and nobody is told.
const BLOCK: u32 = 1024;

fn evenkeel(rig: &Rig, args: &[&str]) -> String {
    output_of(rig.command(env!("CARGO_BIN_EXE_evenkeel")).args(args)).unwrap()
}

/// Runs one of the ignored tests below as a program in the rig: cpal keeps the place of the
/// sound system for the life of a process.
fn helper(rig: &Rig, name: &str) -> Command {
    let mut command = rig.command(env::current_exe().unwrap());
    command.args([name, "--exact", "--ignored", "--nocapture", "--test-threads=1"]);
    command
}

/// A stereo recording: a counter on the left that counts up by one step a frame and wraps, none
/// on the right, with half a second of silence on either side: `pw-cat` stops within its last block.
fn counter(path: &Path, secs: f64) {
    let quiet = || [0i16].repeat(RATE_HZ as usize);
    let frames = (secs * f64::from(RATE_HZ)) as u32;
    let sound = (0..frames).flat_map(|i| [count(i), 0]);
    let samples: Vec<i16> = quiet().into_iter().chain(sound).chain(quiet()).collect();
    let mut wav = Wav::pcm16(2, &samples);
    wav.rate_hz = RATE_HZ;
    fs::write(path, wav.bytes()).unwrap();
}

/// The counter at a frame: 1 to 20,000, so that silence is never taken for a number.
fn count(frame: u32) -> i16 {
    (frame % 20_000 + 1) as i16
}

#[test]
fn the_program_lists_the_sinks() {
    let Some(rig) = Rig::start() else { return };
    rig.sink("agent", RATE_HZ);
    rig.sink("customer", RATE_HZ);
    let told = evenkeel(&rig, &["devices"]);
    for id in [" pipewire:agent\n", " pipewire:customer\n"] {
        assert!(told.contains(id), "{told}");
    }
}

#[test]
fn two_sound_systems_know_nothing_of_each_other() {
    let (Some(one), Some(other)) = (Rig::start(), Rig::start()) else { return };
    one.sink("one", RATE_HZ);
    other.sink("other", RATE_HZ);
    let (in_one, in_other) = (evenkeel(&one, &["devices"]), evenkeel(&other, &["devices"]));
    assert!(in_one.contains("pipewire:one\n") && !in_one.contains("pipewire:other"), "{in_one}");
    assert!(in_other.contains("pipewire:other\n"), "{in_other}");
}

#[test]
fn sinks_vanish_with_their_server_and_can_be_made_again() {
    let Some(mut rig) = Rig::start() else { return };
    let agent = rig.sink("agent", RATE_HZ);
    let agent = rig.set_rate(agent, 16_000);
    rig.sink("customer", RATE_HZ);
    rig.remove(agent);
    let told = evenkeel(&rig, &["devices"]);
    assert!(!told.contains("pipewire:agent") && told.contains("pipewire:customer"), "{told}");
    rig.kill_server();
    let refused = output_of(rig.command("pactl").arg("info"));
    assert!(refused.is_err(), "{refused:?}");
    rig.restart_pipewire();
    rig.sink("agent", RATE_HZ);
    let told = evenkeel(&rig, &["devices"]);
    assert!(told.contains("pipewire:agent") && !told.contains("pipewire:customer"), "{told}");
}

#[test]
fn the_pulseaudio_host_finds_the_monitors() {
    let Some(rig) = Rig::start() else { return };
    rig.sink("agent", RATE_HZ);
    let told = rig.path("found.txt");
    let mut looking = rig.run(helper(&rig, "helper_looks_by_pulseaudio").env("TOLD", &told));
    assert!(looking.end(Duration::from_secs(20)).success(), "{}", looking.log());
    assert_eq!(fs::read_to_string(told).unwrap(), "pulseaudio:agent\npulseaudio:agent.monitor\n");
}

#[test]
#[ignore = "a part of another test"]
fn helper_looks_by_pulseaudio() {
    let Some(told) = env::var_os("TOLD") else { return };
    let host = cpal::host_from_id(cpal::HostId::PulseAudio).unwrap();
    let ids = host.devices().unwrap().map(|device| format!("{}\n", device.id().unwrap()));
    fs::write(told, ids.collect::<String>()).unwrap();
}

/// What a capture told in its one line.
#[derive(Debug, serde::Deserialize)]
struct Heard {
    /// Frames of the counter, from its first to its last.
    frames: u32,
    /// Places where the counter did not go on by one.
    jumps: u32,
    block_min: u32,
    block_max: u32,
    /// The largest sample.
    peak: f32,
}

#[test]
fn sound_played_into_a_sink_comes_out_of_its_monitor() {
    const SECS: f64 = 5.0;
    let Some(rig) = Rig::start() else { return };
    rig.sink("agent", RATE_HZ);
    rig.sink("customer", RATE_HZ);
    let wav = rig.path("counter.wav");
    counter(&wav, SECS);
    let told = rig.path("heard.json");
    let mut listening =
        rig.run(helper(&rig, "helper_listens").env("DEVICE", "pipewire:agent").env("TOLD", &told));
    let heard = || rig.listeners();
    assert!(wait_until(Duration::from_secs(10), || heard().len() == 1));
    assert_eq!(Some(heard()[0].1), rig.source("agent.monitor"));
    let mut player = rig.play_call("agent", "customer", &wav);
    assert!(player.end(Duration::from_secs(20)).success(), "{}", player.log());
    let status = listening.end(Duration::from_secs(20));
    assert!(status.success(), "{}", listening.log());
    let heard: Heard = serde_json::from_str(&fs::read_to_string(told).unwrap()).unwrap();
    assert_eq!(heard.jumps, 0, "{heard:?}");
    assert_eq!(heard.frames, (SECS * f64::from(RATE_HZ)) as u32, "{heard:?}");
    assert!((heard.peak - 20_000.0 / 32_768.0).abs() < 1e-4, "{heard:?}");
    assert_eq!((heard.block_min, heard.block_max), (BLOCK, BLOCK), "{heard:?}");
}

#[test]
fn a_stream_is_moved_by_its_links() {
    let Some(rig) = Rig::start() else { return };
    for name in ["agent", "customer"] {
        rig.sink(name, RATE_HZ);
    }
    let told = rig.path("heard.json");
    let mut listening = helper(&rig, "helper_listens");
    let _listening = rig.run(listening.env("DEVICE", "pipewire:agent").env("TOLD", told));
    let hears = |sink: &str| {
        let source = rig.source(&format!("{sink}.monitor"));
        move |rig: &Rig| rig.listeners().iter().any(|(_, from)| Some(*from) == source)
    };
    let (hears_agent, hears_customer) = (hears("agent"), hears("customer"));
    let patience = Duration::from_secs(10);
    assert!(wait_until(patience, || hears_agent(&rig)));
    rig.relink("agent", "customer");
    assert!(wait_until(patience, || hears_customer(&rig)));
    assert!(!hears_agent(&rig));
}

#[test]
fn a_stream_is_moved_in_the_mixer_and_defaults_are_set() {
    let Some(rig) = Rig::start() else { return };
    for name in ["agent", "customer"] {
        rig.sink(name, RATE_HZ);
    }
    rig.set_default_sink("customer");
    rig.set_default_source("customer.monitor");
    rig.force_graph_rate(44_100);
    let info = || output_of(rig.command("pactl").arg("info")).unwrap();
    let set = "Default Sink: customer\nDefault Source: customer.monitor\n";
    assert!(wait_until(Duration::from_secs(10), || info().contains(set)), "{}", info());
    let mut recorder = rig.command("parec");
    let _recorder = rig.run(recorder.args(["--device", "agent.monitor", "--raw", "/dev/null"]));
    assert!(wait_until(Duration::from_secs(10), || rig.listeners().len() == 1));
    rig.move_stream(rig.listeners()[0].0, "customer.monitor");
}

/// Listens to `DEVICE` until it has heard the counter and 0.2 s of silence after it, and says how
/// whole it was in the file `TOLD`.
#[test]
#[ignore = "a part of another test"]
fn helper_listens() {
    let Some(told) = env::var_os("TOLD") else { return };
    let host = cpal::host_from_id(cpal::HostId::PipeWire).unwrap();
    let device = host.device_by_id(&env::var("DEVICE").unwrap().parse().unwrap()).unwrap();
    let config = cpal::StreamConfig {
        channels: 2,
        sample_rate: RATE_HZ,
        buffer_size: cpal::BufferSize::Fixed(BLOCK),
    };
    let (sender, blocks) = mpsc::channel();
    let on_data = move |data: &[f32], _: &cpal::InputCallbackInfo| {
        let _ = sender.send(data.to_vec());
    };
    let on_error = |error: cpal::Error| eprintln!("{:?} {error}", error.kind());
    let stream = device.build_input_stream::<f32, _, _>(config, on_data, on_error, None).unwrap();
    stream.play().unwrap();

    let deadline = Instant::now() + Duration::from_secs(20);
    let (mut left, mut sizes, mut quiet) = (Vec::new(), Vec::new(), 0);
    while quiet < RATE_HZ / 5 {
        assert!(Instant::now() < deadline, "heard {} frames of the counter", left.len());
        let block = blocks.recv_timeout(Duration::from_secs(2)).unwrap();
        sizes.push(block.len() as u32 / 2);
        for frame in block.chunks_exact(2) {
            if frame[0] != 0.0 {
                left.extend(std::iter::repeat_n(
                    0.0,
                    if left.is_empty() { 0 } else { quiet as usize },
                ));
                left.push(frame[0]);
                quiet = 0;
            } else if !left.is_empty() {
                quiet += 1;
            }
        }
    }
    let number = |x: f32| (x * 32_768.0).round() as u32;
    let next = |x: f32| number(x) % 20_000 + 1;
    let jumps = left.windows(2).filter(|pair| next(pair[0]) != number(pair[1])).count();
    let heard = serde_json::json!({
        "frames": left.len(),
        "jumps": jumps,
        "block_min": sizes.iter().min(),
        "block_max": sizes.iter().max(),
        "peak": left.iter().fold(0.0f32, |peak, x| peak.max(*x)),
    });
    fs::write(told, heard.to_string()).unwrap();
}

#[test]
fn a_screen_shows_a_window() {
    let Some(screen) = Screen::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let red = |name: &str| {
        let picture = folder.path().join(name);
        screen.screenshot(&picture);
        let bytes = fs::read(picture).unwrap();
        assert!(bytes.starts_with(b"P6\n1280 800\n255\n"), "{:?}", &bytes[..20]);
        bytes[16..].chunks_exact(3).filter(|pixel| *pixel == [255, 0, 0]).count()
    };
    assert_eq!(red("before.ppm"), 0);
    assert!(!screen.wait_for_window("a red window", Duration::ZERO));
    let mut show = Command::new("display");
    screen.show(show.args(["-title", "a red window", "-size", "100x100", "xc:red"]));
    let window = Process::start(&mut show, &folder.path().join("log")).unwrap();
    assert!(screen.wait_for_window("a red window", Duration::from_secs(10)), "{}", window.log());
    let drawn = || (9_000..=11_000).contains(&red("after.ppm"));
    assert!(wait_until(Duration::from_secs(10), drawn), "{}", window.log());
}

#[test]
fn a_small_disk_fills_up() {
    let folder = tempfile::tempdir().unwrap();
    let Some(_disk) = SmallDisk::mount(folder.path(), 64) else { return };
    let full = fs::write(folder.path().join("file"), vec![1; 128 * 1024]);
    assert_eq!(full.unwrap_err().kind(), std::io::ErrorKind::StorageFull);
}
