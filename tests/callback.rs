//! The audio callback converts, pushes and counts, and does nothing else: no allocation, no
//! lock, no system call.

#![cfg(feature = "live")]

use std::process::Command;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use cpal::{Data, SampleFormat};
use evenkeel::audio::capture::Callback;
use evenkeel::audio::ring::{Outlet, ring};
use evenkeel::units::SampleRate;

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

const RATE: SampleRate = SampleRate(48_000);
/// Names the part that the child process plays.
const PART: &str = "EVENKEEL_CALLBACK_TEST";

fn callback(channels: u16) -> (Callback, Outlet) {
    let (inlet, outlet) = ring(RATE, 1.0, Instant::now());
    (Callback::new(inlet, channels), outlet)
}

/// `samples` as a device gives them.
fn data<T>(samples: &mut [T], format: SampleFormat) -> Data {
    assert_eq!(size_of::<T>(), format.sample_size());
    // SAFETY: pointer, length and format are those of the slice, which outlives the data in
    // every test.
    unsafe { Data::from_parts(samples.as_mut_ptr().cast(), samples.len(), format) }
}

fn heard(outlet: &mut Outlet) -> Vec<f32> {
    let mut all = Vec::new();
    outlet.drain(|_, samples| all.extend_from_slice(samples));
    all
}

#[test]
fn every_format_comes_out_as_the_same_sound() {
    // Silence, half up, half down.
    fn check<T: Copy>(format: SampleFormat, samples: [T; 3]) {
        let (mut callback, mut outlet) = callback(1);
        callback.take(&data(&mut samples.to_vec(), format));
        for (found, expected) in heard(&mut outlet).into_iter().zip([0.0f32, 0.5, -0.5]) {
            assert!((found - expected).abs() < 0.01, "{format}: {found} for {expected}");
        }
        assert_eq!(outlet.flow().frames(), 3, "{format}");
    }
    check::<i8>(SampleFormat::I8, [0, 64, -64]);
    check::<u8>(SampleFormat::U8, [128, 192, 64]);
    check::<i16>(SampleFormat::I16, [0, 1 << 14, -(1 << 14)]);
    check::<u16>(SampleFormat::U16, [1 << 15, 3 << 14, 1 << 14]);
    check::<i32>(SampleFormat::I24, [0, 1 << 22, -(1 << 22)]);
    check::<i32>(SampleFormat::U24, [1 << 23, 3 << 22, 1 << 22]);
    check::<i32>(SampleFormat::I32, [0, 1 << 30, -(1 << 30)]);
    check::<u32>(SampleFormat::U32, [1 << 31, 3 << 30, 1 << 30]);
    check::<i64>(SampleFormat::I64, [0, 1 << 62, -(1 << 62)]);
    check::<u64>(SampleFormat::U64, [1 << 63, 3 << 62, 1 << 62]);
    check::<f32>(SampleFormat::F32, [0.0, 0.5, -0.5]);
    check::<f64>(SampleFormat::F64, [0.0, 0.5, -0.5]);
}

#[test]
fn it_allocates_nothing_even_when_the_ring_is_full() {
    let (mut callback, mut outlet) = callback(2);
    let mut samples = vec![0.25f32; 2 * 480];
    let data = data(&mut samples, SampleFormat::F32);
    // Three times as much as there is room for.
    assert_no_alloc(|| (0..300).for_each(|_| callback.take(&data)));
    assert_eq!(heard(&mut outlet).len(), 48_000);
    assert_eq!(outlet.flow().dropped(), 96_000);
}

#[test]
fn it_waits_for_nobody() {
    let (mut callback, mut outlet) = callback(1);
    let mut samples = vec![0.25f32; 480];
    let data = data(&mut samples, SampleFormat::F32);
    callback.take(&data);
    let (inside, is_inside) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let listener = std::thread::spawn(move || {
        // Stands still in the middle of taking sound out of the ring.
        outlet.drain(|_, _| {
            inside.send(()).unwrap();
            may_go_on.recv().unwrap();
        });
    });
    is_inside.recv_timeout(Duration::from_secs(10)).unwrap();
    // A lock that the listener held would hold this up for ever.
    (0..50).for_each(|_| callback.take(&data));
    go_on.send(()).unwrap();
    drop(go_on);
    let _ = listener.join();
}

#[cfg(target_os = "linux")]
#[test]
fn it_makes_no_system_call() {
    let program = std::env::current_exe().unwrap();
    let child = |part: &str| {
        let arguments = ["a_child_without_system_calls", "--exact", "--ignored", "--nocapture"];
        Command::new(&program).args(arguments).env(PART, part).output().unwrap().status
    };
    assert!(!child("a system call").success(), "the child is not held to anything");
    if !child("the clock").success() {
        eprintln!("SKIPPED: on this machine even the clock needs a system call");
        return;
    }
    let status = child("the callback");
    assert!(status.success(), "{status}");
}

/// The child process: from the filter on, any system call but the one that ends it kills it.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "run by another test, as a process of its own"]
fn a_child_without_system_calls() {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};
    let Ok(part) = std::env::var(PART) else { return };
    let (mut callback, _outlet) = callback(2);
    let mut samples = vec![0.25f32; 2 * 480];
    let data = data(&mut samples, SampleFormat::F32);
    let filter = SeccompFilter::new(
        [(libc::SYS_exit_group, Vec::new())].into(),
        SeccompAction::KillProcess,
        SeccompAction::Allow,
        std::env::consts::ARCH.try_into().unwrap(),
    );
    let program: BpfProgram = filter.unwrap().try_into().unwrap();
    apply_filter(&program).unwrap();
    match part.as_str() {
        "a system call" => std::thread::yield_now(),
        "the clock" => assert!(Instant::now().elapsed() < Duration::from_secs(60)),
        _ => (0..1_000).for_each(|_| callback.take(&data)),
    }
    // SAFETY: ends the process without running anything more of it.
    unsafe { libc::_exit(0) }
}
