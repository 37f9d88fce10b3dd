//! The player of calls, without a device: where it is by the samples that were heard, at every speed,
//! over jumps, and what is in them.

#![cfg(feature = "live")]

use std::f64::consts::TAU;

use evenkeel::session::player::{Order, Player, Sound};
use evenkeel::units::{Party, SampleRate};

const OUT: SampleRate = SampleRate(48_000);
/// As a device's callback takes it.
const BLOCK: usize = 480;

/// A recording made as it is read: what each channel has at a time.
struct MadeUp {
    rate: u32,
    secs: f64,
    at: u64,
    make: fn(f64) -> [f32; 2],
}

impl Sound for MadeUp {
    fn rate(&self) -> SampleRate {
        SampleRate(self.rate)
    }

    fn channels(&self) -> usize {
        2
    }

    fn seek(&mut self, frame: u64) -> Result<(), String> {
        self.at = frame;
        Ok(())
    }

    fn read(&mut self, frames: usize, out: &mut Vec<f32>) -> Result<usize, String> {
        let end = (self.secs * f64::from(self.rate)) as u64;
        let count = (frames as u64).min(end.saturating_sub(self.at)).min(1_000);
        for frame in self.at..self.at + count {
            out.extend((self.make)(frame as f64 / f64::from(self.rate)));
        }
        self.at += count;
        Ok(count as usize)
    }
}

fn player(rate: u32, secs: f64, silences: &[(f64, f64)], make: fn(f64) -> [f32; 2]) -> Player {
    Player::new(Box::new(MadeUp { rate, secs, at: 0, make }), 0, silences.to_vec(), OUT)
}

/// Plays `secs` seconds of output; `see` gets each block, with the position at its first sample.
fn play(player: &mut Player, heard: &mut u64, secs: f64, mut see: impl FnMut(f64, &[f32])) {
    let mut block = Vec::new();
    for _ in 0..(secs * f64::from(OUT.0) / BLOCK as f64).round() as usize {
        block.clear();
        player.fill(BLOCK, &mut block);
        see(player.position(*heard), &block);
        *heard += block.len() as u64;
        player.heard(*heard);
    }
}

/// A click at each whole second, that of each tenth second twice as high.
fn clicks(secs: f64) -> [f32; 2] {
    let into = secs.fract();
    let height = if (secs as u64).is_multiple_of(10) { 0.8 } else { 0.4 };
    let click = if into < 0.002 { height } else { 0.0 };
    [click, 0.0]
}

#[test]
fn over_ten_minutes_the_position_is_that_of_the_samples_heard() {
    for rate in [8_000, 16_000, 44_100] {
        let mut player = player(rate, 700.0, &[], clicks);
        let mut heard = 0;
        player.follow(Order::Play, 0);
        let (mut worst, mut found, mut loud_before) = (0.0_f64, 0, false);
        play(&mut player, &mut heard, 600.0, |position, block| {
            for (i, sample) in block.iter().enumerate() {
                let loud = *sample > 0.2;
                if loud && !loud_before {
                    let at = position + i as f64 / 48_000.0;
                    worst = worst.max((at - at.round()).abs());
                    found += 1;
                }
                loud_before = loud;
            }
        });
        // The first second's is softened, as every beginning is.
        assert!((598..=601).contains(&found), "{rate} Hz: {found} clicks");
        assert!(worst <= 0.002, "{rate} Hz: {worst} s off");
        assert!((player.position(heard) - 600.0).abs() < 0.001);
    }
}

fn tone(secs: f64) -> [f32; 2] {
    [(secs * 200.0 * TAU).sin() as f32 * 0.5, 0.0]
}

/// Hertz by crossings of zero from below.
fn pitch(sound: &[f32]) -> f64 {
    let up = |i: &usize| sound[*i - 1] < 0.0 && sound[*i] >= 0.0;
    let crossings: Vec<usize> = (1..sound.len()).filter(up).collect();
    let (Some(first), Some(last)) = (crossings.first(), crossings.last()) else { return 0.0 };
    (crossings.len() - 1) as f64 * 48_000.0 / (last - first) as f64
}

#[test]
fn faster_and_slower_the_pitch_stays_and_the_position_is_right() {
    for times in [0.5, 0.75, 1.25, 1.5, 2.0] {
        let mut player = player(16_000, 120.0, &[], tone);
        let mut heard = 0;
        player.follow(Order::Speed(times), heard);
        player.follow(Order::Play, heard);
        let mut sound = Vec::new();
        play(&mut player, &mut heard, 20.0, |_, block| sound.extend_from_slice(block));
        let found = pitch(&sound[48_000..]);
        assert!((found - 200.0).abs() <= 2.0, "{times}: {found} Hz");
        let at = player.position(heard);
        assert!((at - 20.0 * times).abs() / at < 0.02, "{times}: at {at}");
    }
}

/// Half a second of tone at every fourth second.
fn calls_out(secs: f64) -> [f32; 2] {
    if secs % 4.0 < 0.5 { tone(secs) } else { [0.0, 0.0] }
}

#[test]
fn at_every_speed_what_sounds_is_what_lies_at_the_position() {
    for times in [0.5, 1.0, 1.5, 2.0] {
        let mut player = player(16_000, 700.0, &[], calls_out);
        let mut heard = 0;
        player.follow(Order::Speed(times), heard);
        player.follow(Order::Play, heard);
        let (mut worst, mut found, mut silent) = (0.0_f64, 0, 48_000);
        play(&mut player, &mut heard, 160.0 / times, |position, block| {
            for (i, sample) in block.iter().enumerate() {
                if sample.abs() > 0.1 {
                    // From silence to sound: an onset, at a multiple of four seconds.
                    if silent > 24_000 {
                        let at = position + i as f64 / 48_000.0 * times;
                        worst = worst.max((at - (at / 4.0).round() * 4.0).abs());
                        found += 1;
                    }
                    silent = 0;
                } else {
                    silent += 1;
                }
            }
        });
        assert!((38..=41).contains(&found), "{times}: {found} onsets");
        assert!(worst <= 0.02, "{times}: {worst} s off");
    }
}

/// Each party its own pitch.
fn both(secs: f64) -> [f32; 2] {
    [(secs * 200.0 * TAU).sin() as f32 * 0.4, (secs * 330.0 * TAU).sin() as f32 * 0.4]
}

fn loudness(sound: &[f32]) -> f32 {
    (sound.iter().map(|sample| sample * sample).sum::<f32>() / sound.len().max(1) as f32).sqrt()
}

#[test]
fn each_party_has_a_volume_of_its_own() {
    let mut player = player(16_000, 60.0, &[], both);
    let mut heard = 0;
    player.follow(Order::Play, heard);
    let mut one_second = |player: &mut Player| {
        let mut sound = Vec::new();
        play(player, &mut heard, 1.0, |_, block| sound.extend_from_slice(block));
        sound.split_off(24_000)
    };
    one_second(&mut player);
    player.follow(Order::Mute(Party::Agent, true), 0);
    let customer = one_second(&mut player);
    assert!((pitch(&customer) - 330.0).abs() < 3.0);
    player.follow(Order::Mute(Party::Agent, false), 0);
    player.follow(Order::Volume(Party::Customer, 0.0), 0);
    let agent = one_second(&mut player);
    assert!((pitch(&agent) - 200.0).abs() < 2.0);
    player.follow(Order::Volume(Party::Agent, 0.5), 0);
    let half = loudness(&one_second(&mut player)) / loudness(&agent);
    assert!((half - 0.5).abs() < 0.01, "{half}");
    player.follow(Order::Mute(Party::Agent, true), 0);
    assert!(loudness(&one_second(&mut player)) < 1e-4);
}

#[test]
fn a_moment_is_played_again_and_again_until_one_goes_elsewhere() {
    let mut player = player(8_000, 60.0, &[], tone);
    let mut heard = 0;
    player.follow(Order::Play, heard);
    player.follow(Order::Loop(Some((10.0, 12.5))), heard);
    let (mut positions, mut samples) = (Vec::new(), 0);
    play(&mut player, &mut heard, 9.0, |position, block| {
        positions.push(position);
        samples += block.len();
    });
    assert_eq!(samples, 9 * 48_000);
    assert!(positions.iter().all(|at| (10.0..12.5).contains(at)), "{positions:?}");
    let back = positions.windows(2).filter(|pair| pair[1] < pair[0]).count();
    assert_eq!(back, 3);
    assert!((positions[800] - 10.5).abs() < 0.02, "{}", positions[800]);
    player.follow(Order::Seek(30.0), heard);
    play(&mut player, &mut heard, 5.0, |_, _| {});
    assert!((player.position(heard) - 35.0).abs() < 0.001);
}

#[test]
fn silences_are_passed_over_and_the_position_jumps_with_them() {
    let silences = [(4.5, 8.0), (12.5, 16.0)];
    let mut player = player(16_000, 30.0, &silences, calls_out);
    let mut heard = 0;
    player.follow(Order::SkipSilence(true), heard);
    player.follow(Order::Play, heard);
    let mut positions = Vec::new();
    play(&mut player, &mut heard, 12.0, |position, _| positions.push(position));
    for (from, to) in silences {
        let inside = |at: &&f64| **at > from + 0.27 && **at < to - 0.27;
        assert_eq!(positions.iter().find(inside), None);
    }
    // Twice three seconds are left out: a quarter of a second stays at either end.
    assert!((player.position(heard) - 18.0).abs() < 0.02, "{}", player.position(heard));
}

#[test]
fn pausing_stops_at_what_was_heard_and_the_end_is_the_end() {
    let mut player = player(16_000, 3.0, &[], tone);
    let mut heard = 0;
    player.follow(Order::Play, heard);
    let mut block = Vec::new();
    player.fill(48_000, &mut block);
    // Half of what was given has been heard: the rest is thrown away.
    assert!(player.follow(Order::Pause, 24_000));
    heard += 48_000;
    assert!((player.position(heard) - 0.5).abs() < 1e-6);
    block.clear();
    player.fill(480, &mut block);
    assert!(block.is_empty() && !player.is_playing());
    player.follow(Order::Play, heard);
    play(&mut player, &mut heard, 5.0, |_, _| {});
    assert!(!player.is_playing());
    assert!((player.position(heard) - 3.0).abs() < 0.001, "{}", player.position(heard));
    // Play at the end begins anew.
    player.follow(Order::Play, heard);
    play(&mut player, &mut heard, 1.0, |_, _| {});
    assert!((player.position(heard) - 1.0).abs() < 0.001, "{}", player.position(heard));
}

#[test]
fn a_moment_within_a_skipped_silence_is_played_all_the_same() {
    let mut player = player(16_000, 60.0, &[(10.0, 50.0)], tone);
    let mut heard = 0;
    player.follow(Order::SkipSilence(true), 0);
    player.follow(Order::Loop(Some((20.0, 21.0))), 0);
    player.follow(Order::Play, 0);
    play(&mut player, &mut heard, 3.0, |position, _| {
        assert!((19.9..21.1).contains(&position), "{position}");
    });
    assert_eq!(heard, 3 * u64::from(OUT.0));
}
