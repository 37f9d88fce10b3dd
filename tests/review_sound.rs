//! The review in a real window, with a real sound system: what one hears is the call, from where it
//! was begun.

#![cfg(all(target_os = "linux", feature = "pipewire", feature = "gui"))]

mod playback;
mod reviewed;
mod rig;

use std::process::Command;
use std::time::Duration;

use evenkeel::audio::seekable::Seekable;
use rig::Rig;
use rig::process::{output_of, wait_until};
use rig::screen::Screen;

/// How alike two sounds are, −1 to 1.
fn alike(a: &[f32], b: &[f32]) -> f32 {
    let mean = |of: &[f32]| of.iter().sum::<f32>() / of.len() as f32;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let pairs = || a.iter().zip(b).map(|(a, b)| (a - mean_a, b - mean_b));
    let both: f32 = pairs().map(|(a, b)| a * b).sum();
    let own = pairs().fold((0.0, 0.0), |sum, (a, b)| (sum.0 + a * a, sum.1 + b * b));
    both / (own.0 * own.1).sqrt().max(1e-9)
}

#[test]
fn what_is_heard_is_the_call_from_where_it_was_begun() {
    let (Some(rig), Some(screen)) = (Rig::start(), Screen::start()) else { return };
    let ears = rig.sink("ears", 48_000);
    rig.set_default_sink(&ears.name);
    let archive = reviewed::archive(&rig.path("calls-of-a-day"));
    let call = archive.join("calls").join(reviewed::HEARD);
    let mut command = rig.command(env!("CARGO_BIN_EXE_evenkeel"));
    let review = rig.run(screen.show(command.arg("review").arg(&call).args(["--by", "Kim"])));
    assert!(screen.wait_for_window("Evenkeel", Duration::from_secs(30)), "{}", review.log());
    let heard = rig.path("heard.wav");
    let mut command = rig.command("parecord");
    command.args(["--device", "ears.monitor", "--file-format=wav", "--rate", "16000"]);
    let mut recorder = rig.run(command.args(["--channels", "1"]).arg(&heard));
    let records = || !rig.listeners().is_empty();
    assert!(wait_until(Duration::from_secs(10), records), "{}", recorder.log());
    let key = |key: &str| output_of(screen.show(Command::new("xdotool").args(["key", key])));
    // Without a window manager nobody gives it the keys.
    let focus =
        ["search", "--sync", "--onlyvisible", "--name", "Evenkeel", "windowfocus", "--sync"];
    output_of(screen.show(Command::new("xdotool").args(focus))).unwrap();
    // Ten seconds on, and play.
    for name in ["Right", "Right", "space"] {
        key(name).unwrap();
        std::thread::sleep(Duration::from_millis(300));
    }
    std::thread::sleep(Duration::from_secs(8));
    if let Some(path) = std::env::var_os("EVENKEEL_REVIEW_PLAYS") {
        screen.screenshot(path.as_ref());
    }
    recorder.signal(libc::SIGINT);
    assert!(wait_until(Duration::from_secs(5), || !recorder.is_running()));
    let mut file = Seekable::open(&heard).unwrap();
    let mut sound = Vec::new();
    while file.read(8_192, &mut sound).unwrap() > 0 {}
    let call = &*playback::DEMO;
    let mixed = call.agent.iter().zip(&call.customer).map(|(a, b)| (a + b).clamp(-1.0, 1.0));
    let mixed: Vec<f32> = mixed.collect();
    let begins = sound.iter().position(|sample| sample.abs() > 0.01);
    let begins = begins.unwrap_or_else(|| panic!("nothing is heard: {}", review.log()));
    // Where half a second of it lies in the call: it was begun at ten seconds.
    let first = &sound[begins..begins + 8_000];
    let from = 160_000 - 1_600;
    let likeness = |at: usize| alike(first, &mixed[at..at + 8_000]);
    let at = (from..from + 12_800).max_by(|a, b| likeness(*a).total_cmp(&likeness(*b))).unwrap();
    assert!(likeness(at) > 0.9, "what is heard first is like the call to {}", likeness(at));
    assert!(at >= 160_000 - 160, "it begins {} s early", 10.0 - at as f64 / 16_000.0);
    // And from there on it is the call, with nothing left out: each second lies where it must.
    for second in 1..5 {
        let [heard, told] = [begins, at].map(|first| first + second * 16_000);
        let shifts = (0..33).map(|shift| {
            alike(&sound[heard..heard + 16_000], &mixed[told + shift - 16..told + shift + 15_984])
        });
        let best = shifts.fold(f32::MIN, f32::max);
        assert!(best > 0.9, "in second {second} what is heard is like the call to {best}");
    }
}
