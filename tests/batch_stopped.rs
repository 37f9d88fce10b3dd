//! Batches that end too early: killed at any moment, or out of room. The same command goes on.

#![cfg(unix)]

mod night;
mod recordings;

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Stdio};
use std::time::Instant;

use night::{Night, said};
use recordings::Numbers;

/// Ends a child when the test does.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // SIGKILL: nothing of it can be cleared up by the program itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Kills the analysis of `calls` recordings `times` times, each within the first half of the time that
/// the whole takes, and compares what there is in the end with what an undisturbed run makes.
fn kill_again_and_again(night: fn() -> Night, more: &[&str], calls: usize, times: usize) {
    let whole = night();
    whole.add_calls(calls);
    let two_workers = [more, &["--workers", "2"]].concat();
    let began = Instant::now();
    assert!(whole.run(&two_workers).status.success());
    let took = began.elapsed();
    let expected = whole.logs();
    assert_eq!(expected.len(), calls);

    let night = night();
    night.add_calls(calls);
    let mut numbers = Numbers(2_026);
    let mut in_the_midst = 0;
    for _ in 0..times {
        let mut command = night.command(&two_workers);
        command.arg(night.source("")).stdout(Stdio::null()).stderr(Stdio::null());
        let child = Killed(command.spawn().unwrap());
        std::thread::sleep(took.mul_f64(numbers.below(1_000) as f64 / 2_000.0));
        drop(child);
        let there = night.logs();
        in_the_midst += usize::from((1..calls).contains(&there.len()));
        // What is there is whole, and as it should be.
        for call in there {
            assert!(expected.contains(&call), "{}", call.0);
        }
    }
    assert!(in_the_midst > 0, "no kill came while calls were being analysed");
    let last = night.run(&[more, &["--workers", "1"]].concat());
    assert!(last.status.success(), "{}", said(&last));
    assert!(night.logs() == expected);
    assert_eq!(fs::read_dir(night.archive().join(".unfinished")).unwrap().count(), 0);
    assert!(!night.archive().join("failures.csv").exists());
}

#[test]
fn killed_twenty_times_it_loses_no_call_and_makes_none_twice() {
    kill_again_and_again(Night::new, &[], 40, 20);
}

#[cfg(feature = "whisper")]
#[test]
fn killed_while_the_real_model_makes_words_it_loses_none() {
    kill_again_and_again(Night::with_words, &[], 8, 6);
}

#[cfg(feature = "ctranslate2")]
#[test]
fn killed_while_ctranslate2_makes_words_it_loses_none() {
    kill_again_and_again(Night::with_words, &["--words-by", "ctranslate2"], 8, 6);
}

#[test]
fn without_room_it_stops_and_blames_no_recording() {
    let night = Night::new();
    night.add_calls(6);
    // Its log is longer than is allowed here, all others are shorter.
    fs::copy(night::DEMO, night.source("call 02 and more.wav")).unwrap();
    let mut command = night.command(&["--workers", "1"]);
    command.arg(night.source(""));
    // SAFETY: both calls are async-signal-safe, and touch nothing but the child.
    unsafe {
        command.pre_exec(|| {
            // Writing beyond the limit is an error then, as it is on a full disk, and no signal.
            libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
            let limit = libc::rlimit { rlim_cur: 16_000, rlim_max: 16_000 };
            match libc::setrlimit(libc::RLIMIT_FSIZE, &limit) {
                0 => Ok(()),
                _ => Err(std::io::Error::last_os_error()),
            }
        });
    }
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let report = said(&output);
    assert!(report.contains("events.jsonl: can't be written"), "{report}");
    assert!(report.contains("5 of 7 recordings are undone"), "{report}");
    assert_eq!(night.logs().len(), 2, "{report}");
    assert!(!night.archive().join("failures.csv").exists(), "{report}");
    // With room again, the rest is done.
    let report = said(&night.run(&[]));
    assert!(report.contains("7 recordings: 5 analysed, 2 there already."), "{report}");
    assert_eq!(night.logs().len(), 7);
}
