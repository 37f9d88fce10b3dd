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

/// How loud each hundredth of a second is.
fn course(samples: &[f32], rate: usize) -> Vec<f32> {
    let loud = |part: &[f32]| (part.iter().map(|s| s * s).sum::<f32>() / part.len() as f32).sqrt();
    samples.chunks(rate / 100).map(loud).collect()
}

/// How alike two courses are, −1 to 1.
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
    // Ten seconds on, and play.
    for name in ["Right", "Right", "space"] {
        key(name).unwrap();
        std::thread::sleep(Duration::from_millis(300));
    }
    std::thread::sleep(Duration::from_secs(8));
    screen.screenshot(&std::env::temp_dir().join("evenkeel-review-plays.png"));
    recorder.signal(libc::SIGINT);
    assert!(wait_until(Duration::from_secs(5), || !recorder.is_running()));
    let mut file = Seekable::open(&heard).unwrap();
    let mut sound = Vec::new();
    while file.read(8_192, &mut sound).unwrap() > 0 {}
    let heard = course(&sound, 16_000);
    let call = &*playback::DEMO;
    let both: Vec<f32> = call.agent.iter().zip(&call.customer).map(|(a, b)| a + b).collect();
    // The call from ten seconds on.
    let call = &course(&both, 16_000)[1_000..];
    let begins = heard.iter().position(|loud| *loud > 0.003);
    let begins = begins.unwrap_or_else(|| panic!("nothing is heard: {}", review.log()));
    let count = 500.min(heard.len() - begins - 20);
    // Wherever the first sound of it lies.
    let shifts = (0..60).map(|shift| alike(&heard[begins..begins + count], &call[shift..]));
    let best = shifts.fold(f32::MIN, f32::max);
    assert!(best > 0.95, "what is heard is like the call to {best}");
}
