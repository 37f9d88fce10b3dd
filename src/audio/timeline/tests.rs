use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;

/// The sound of the test devices counts its own frames of 16 kHz, up to here.
const TURN: f64 = 65_536.0;

/// A device whose sound tells when it was captured, and whose callbacks can come late.
struct Device {
    nominal: SampleRate,
    /// What it really captures in a second.
    hz: f64,
    /// Frames a callback.
    period: u64,
    opened_secs: f64,
    stamp: Stamp,
}

impl Device {
    fn new(rate: u32, ppm: f64, period: u64, opened_secs: f64) -> Self {
        Device {
            nominal: SampleRate(rate),
            hz: f64::from(rate) * (1.0 + ppm / 1e6),
            period,
            opened_secs,
            stamp: Stamp::default(),
        }
    }

    fn captured_at(&self, frame: u64) -> f64 {
        self.opened_secs + frame as f64 / self.hz
    }

    /// When the next callback is due.
    fn due_secs(&self) -> f64 {
        self.captured_at(self.stamp.frames + self.period)
    }

    /// The next block, whose callback comes `late_secs` late.
    fn block(&mut self, late_secs: f64) -> (Stamp, Vec<f32>) {
        let start = self.captured_at(self.stamp.frames) * 16_000.0;
        let value = |i: u64| start.rem_euclid(TURN) + i as f64 * 16_000.0 / self.hz;
        let samples = (0..self.period).map(|i| value(i) as f32).collect();
        // Callbacks keep their order.
        let at_secs = (self.due_secs() + late_secs).max(self.stamp.at_secs);
        self.stamp = Stamp { frames: self.stamp.frames + self.period, at_secs, ..self.stamp };
        (self.stamp, samples)
    }

    /// The next block, lost for want of room.
    fn dropped_block(&mut self) -> Stamp {
        let (stamp, _) = self.block(0.0);
        self.stamp.dropped += self.period;
        Stamp { dropped: self.stamp.dropped, ..stamp }
    }
}

/// A timeline and what it told.
struct Listener {
    timeline: Timeline,
    out: Vec<Piece>,
}

impl Listener {
    fn new(rate: u32) -> Self {
        Listener { timeline: Timeline::new(SampleRate(rate)), out: Vec::new() }
    }

    /// Everything that the device has to say up to `to_secs`, on time, and a call every 10 ms.
    fn listen(&mut self, device: &mut Device, to_secs: f64) {
        while device.due_secs() <= to_secs {
            let (stamp, samples) = device.block(0.0);
            self.push(stamp, &samples);
            self.timeline.advance(stamp.at_secs, &mut self.out);
        }
        self.wait(to_secs);
    }

    fn push(&mut self, stamp: Stamp, samples: &[f32]) {
        self.timeline.push(stamp, samples, &mut self.out);
    }

    /// Nothing comes until `to_secs`.
    fn wait(&mut self, to_secs: f64) {
        let from_secs = self.timeline.now_secs;
        let ticks = ((to_secs - from_secs) / 0.01).ceil();
        for tick in 1..=ticks as u32 {
            let now_secs = (from_secs + f64::from(tick) * 0.01).min(to_secs);
            self.timeline.advance(now_secs, &mut self.out);
        }
    }

    /// All gaps: where they begin, their length and cause.
    fn gaps(&self) -> Vec<(u64, u64, GapCause)> {
        let mut at = 0;
        let mut gaps = Vec::new();
        for piece in &self.out {
            if let Piece::Gap { frames, cause } = piece {
                gaps.push((at, *frames, *cause));
            }
            at += piece.frames();
        }
        gaps
    }

    /// How far the samples in a span of seconds are from their place at most, in milliseconds.
    fn worst_ms(&self, from_secs: f64, to_secs: f64) -> f64 {
        let (mut at, mut worst_ms) = (0, 0.0_f64);
        for piece in &self.out {
            if let Piece::Audio(samples) = piece {
                for (i, sample) in samples.iter().enumerate() {
                    let moment = CallTime::from_frames(at + i as u64);
                    if moment.secs() >= from_secs && moment.secs() < to_secs {
                        worst_ms = worst_ms.max(error_ms(moment, *sample).abs());
                    }
                }
            }
            at += piece.frames();
        }
        worst_ms
    }
}

/// How much later a sample of a [`Device`] was told than captured; 0 near the turn of its count,
/// where neighbours may have been mixed.
fn error_ms(told: CallTime, sample: f32) -> f64 {
    let told = (told.frames() as f64).rem_euclid(TURN);
    if !(1_500.0..TURN - 1_500.0).contains(&told) {
        return 0.0;
    }
    (told - f64::from(sample)) / 16.0
}

/// Numbers that look random, from 0 to 1.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 40) as f64 / (1_u64 << 24) as f64
    }

    /// Exponential, with this mean.
    fn wait(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.roll()).ln()
    }
}

/// What an hour of a device came to.
#[derive(Debug)]
struct Account {
    worst_ms: f64,
    last_ms: f64,
    gap_frames: u64,
}

/// Listens to a device on a busy machine: callbacks are late by a millisecond or two, every 20 s
/// or so none comes for up to 300 ms, and in the worse half of these the listener is held up too.
fn listen_on_a_busy_machine(device: &mut Device, secs: f64, seed: u64) -> Account {
    let mut dice = Dice(seed);
    let mut listener = Listener::new(device.nominal.hz());
    let mut waiting = VecDeque::new();
    let (mut stall_at, mut stall_to) = (5.0, 5.0);
    let mut account = Account { worst_ms: 0.0, last_ms: 0.0, gap_frames: 0 };
    let mut heard = CallTime::ZERO;
    for tick in 1..=(secs * 100.0) as u32 {
        let now_secs = f64::from(tick) * 0.01;
        if now_secs > stall_to {
            stall_at = now_secs + dice.wait(20.0);
            stall_to = stall_at + 0.3 * dice.roll();
        }
        while device.due_secs() <= now_secs {
            let mut late_secs = dice.wait(0.0015).min(0.02);
            let callback_secs = device.due_secs() + late_secs;
            if (stall_at..stall_to).contains(&callback_secs) {
                late_secs += stall_to - callback_secs;
            }
            waiting.push_back(device.block(late_secs));
        }
        let held_up = (stall_at..stall_to).contains(&now_secs) && stall_to - stall_at > 0.1;
        if held_up {
            continue;
        }
        while waiting.front().is_some_and(|(stamp, _)| stamp.at_secs <= now_secs) {
            let (stamp, samples) = waiting.pop_front().expect("one is in front");
            listener.push(stamp, &samples);
        }
        listener.timeline.advance(now_secs, &mut listener.out);
        for piece in listener.out.drain(..) {
            match &piece {
                Piece::Gap { frames, .. } => account.gap_frames += frames,
                Piece::Audio(samples) if heard.secs() > 1.0 => {
                    for i in (0..samples.len()).step_by(16) {
                        account.last_ms = error_ms(heard + i as u64, samples[i]);
                        account.worst_ms = account.worst_ms.max(account.last_ms.abs());
                    }
                }
                Piece::Audio(_) => {}
            }
            heard = heard + piece.frames();
        }
        assert!(heard <= CallTime::from_secs(now_secs));
        assert_eq!(heard, listener.timeline.heard_to());
    }
    account
}

#[test]
fn a_stream_begins_where_it_was_opened() {
    let mut listener = Listener::new(16_000);
    listener.listen(&mut Device::new(16_000, 0.0, 160, 0.03), 1.0);
    assert_eq!(listener.timeline.heard_to(), CallTime::from_secs(1.0));
    let [Piece::Audio(samples)] = &listener.out[..] else { panic!("{:?}", listener.gaps()) };
    assert_eq!(samples[..480], [0.0; 480]);
    assert_eq!(samples[480..484], [480.0, 481.0, 482.0, 483.0]);
    assert!(listener.worst_ms(0.03, 1.0) < 0.01);
}

#[test]
fn before_a_stream_that_comes_late_the_device_was_not_there() {
    let mut listener = Listener::new(16_000);
    listener.wait(0.25);
    assert_eq!(listener.timeline.heard_to(), CallTime::from_secs(0.21));
    listener.listen(&mut Device::new(16_000, 0.0, 160, 0.25), 1.0);
    assert_eq!(listener.gaps(), [(0, 4_000, GapCause::DeviceLost)]);
    assert!(listener.worst_ms(0.25, 1.0) < 0.01);
}

#[test]
fn what_was_captured_before_the_call_is_not_heard() {
    let mut listener = Listener::new(16_000);
    listener.listen(&mut Device::new(16_000, 0.0, 160, -0.505), 1.0);
    assert_eq!(listener.gaps(), []);
    assert!(listener.worst_ms(0.0, 1.0) < 0.01);
    assert!(listener.timeline.heard_to() >= CallTime::from_secs(0.98));
}

#[test]
fn a_burst_at_the_start_misplaces_nothing() {
    let mut listener = Listener::new(16_000);
    let mut device = Device::new(16_000, 0.0, 1_440, 0.0);
    for _ in 0..3 {
        let late_secs = 0.3 - device.due_secs();
        let (stamp, samples) = device.block(late_secs);
        listener.push(stamp, &samples);
    }
    listener.listen(&mut device, 1.0);
    assert_eq!(listener.gaps(), []);
    assert!(listener.worst_ms(0.0, 1.0) < 0.01);
}

#[test]
fn an_hour_of_drift_and_jitter_moves_nothing() {
    let hour = |ppm, seed| {
        let mut device = Device::new(16_000, ppm, 320, 0.0);
        listen_on_a_busy_machine(&mut device, 3_600.0, seed)
    };
    let (fast, slow) = std::thread::scope(|scope| {
        let fast = scope.spawn(|| hour(200.0, 1));
        let slow = hour(-200.0, 2);
        (fast.join().unwrap(), slow)
    });
    for account in [&fast, &slow] {
        assert_eq!(account.gap_frames, 0);
        assert!(account.worst_ms < 2.0, "{account:?}");
    }
    let apart_ms = (fast.last_ms - slow.last_ms).abs();
    assert!(apart_ms < 3.0, "two parties are {apart_ms} ms apart");
}

#[test]
fn blocks_of_any_length_keep_their_place_at_500_ppm() {
    for period in [80, 160, 512, 1_440] {
        for ppm in [500.0, -500.0] {
            let mut device = Device::new(16_000, ppm, period, 0.02);
            let account = listen_on_a_busy_machine(&mut device, 120.0, period);
            assert_eq!(account.gap_frames, 0, "{period} frames at {ppm} ppm");
            assert!(account.worst_ms < 5.0, "{period} frames at {ppm} ppm: {account:?}");
        }
    }
}

#[test]
fn clicks_from_48_khz_stay_where_they_were() {
    let mut listener = Listener::new(48_000);
    let mut device = Device::new(48_000, -200.0, 512, 0.05);
    while device.due_secs() < 30.0 {
        let start = device.stamp.frames;
        let (stamp, mut samples) = device.block(0.0);
        for (frame, sample) in (start..).zip(&mut samples) {
            let second = |frame| device.captured_at(frame).floor();
            *sample = if second(frame) < second(frame + 1) { 1.0 } else { 0.0 };
        }
        listener.push(stamp, &samples);
    }
    let [Piece::Audio(samples)] = &listener.out[..] else { panic!("{:?}", listener.gaps()) };
    for second in 1..29 {
        let around = second * 16_000 - 8_000..second * 16_000 + 8_000;
        let click = around.max_by(|&a, &b| samples[a].abs().total_cmp(&samples[b].abs()));
        let error_ms = (click.unwrap() as f64 / 16.0 - second as f64 * 1_000.0).abs();
        assert!(error_ms < 2.0, "the click at {second} s is {error_ms} ms off");
    }
}

#[test]
fn dropped_frames_are_a_gap_of_their_length() {
    for (rate, period) in [(16_000, 160), (48_000, 480)] {
        let mut listener = Listener::new(rate);
        let mut device = Device::new(rate, 0.0, period, 0.0);
        listener.listen(&mut device, 2.0);
        for _ in 0..5 {
            let stamp = device.dropped_block();
            listener.push(stamp, &[]);
        }
        assert_eq!(listener.timeline.heard_to(), CallTime::from_secs(2.05), "{rate} Hz");
        listener.listen(&mut device, 3.0);
        let (stamp, samples) = device.block(0.0);
        let lost = samples.len() / 4;
        listener.push(Stamp { dropped: stamp.dropped + lost as u64, ..stamp }, &samples[lost..]);
        listener.listen(&mut device, 3.5);
        let gaps = [(32_000, 800, GapCause::Overrun), (48_000, 40, GapCause::Overrun)];
        assert_eq!(listener.gaps(), gaps, "{rate} Hz");
        // Next to a cut the filter rings.
        for (from_secs, to_secs) in [(0.0, 1.98), (2.07, 2.98), (3.02, 3.5)] {
            let worst_ms = listener.worst_ms(from_secs, to_secs);
            assert!(worst_ms < 0.05, "{rate} Hz from {from_secs} s: {worst_ms} ms off");
        }
    }
}

#[test]
fn a_stamp_says_how_much_lies_in_the_ring() {
    let earlier = Stamp { frames: 1_000, dropped: 10, at_secs: 0.1 };
    let later = Stamp { frames: 1_480, dropped: 130, at_secs: 0.11 };
    assert_eq!(later.delivered_since(&earlier), 360);
    assert_eq!(earlier.delivered_since(&later), 0);
}

#[test]
fn a_loopback_that_falls_silent_is_told_as_missing_meanwhile() {
    let mut listener = Listener::new(16_000);
    let mut device = Device::new(16_000, 0.0, 160, 0.0);
    listener.listen(&mut device, 2.0);
    listener.wait(2.12);
    assert_eq!(listener.timeline.heard_to(), CallTime::from_secs(2.0));
    for now_secs in [2.2, 2.5, 3.0, 5.0] {
        listener.wait(now_secs);
        assert_eq!(listener.timeline.heard_to(), CallTime::from_secs(now_secs - 0.04));
    }
    device.opened_secs += 3.0;
    listener.listen(&mut device, 7.0);
    assert_eq!(listener.gaps(), [(32_000, 48_000, GapCause::Overrun)]);
    assert!(listener.worst_ms(5.0, 7.0) < 0.01);
}

#[test]
fn blocks_that_come_late_in_a_burst_lose_nothing() {
    let mut listener = Listener::new(16_000);
    let mut device = Device::new(16_000, 0.0, 160, 0.0);
    listener.listen(&mut device, 2.0);
    listener.wait(2.1);
    for _ in 0..10 {
        let late_secs = 2.1 - device.due_secs();
        let (stamp, samples) = device.block(late_secs);
        listener.push(stamp, &samples);
    }
    listener.listen(&mut device, 3.0);
    let [Piece::Audio(samples)] = &listener.out[..] else { panic!("{:?}", listener.gaps()) };
    assert!(samples.iter().enumerate().all(|(i, sample)| *sample == i as f32));
    assert_eq!(samples.len(), 48_000);
}

#[test]
fn what_comes_after_its_time_was_told_is_discarded() {
    let mut listener = Listener::new(16_000);
    let mut device = Device::new(16_000, 0.0, 160, 0.0);
    listener.listen(&mut device, 2.0);
    listener.wait(2.5);
    while device.due_secs() < 2.5 {
        let late_secs = 2.5 - device.due_secs();
        let (stamp, samples) = device.block(late_secs);
        listener.push(stamp, &samples);
    }
    listener.listen(&mut device, 3.5);
    assert_eq!(listener.gaps(), [(32_000, 7_360, GapCause::Overrun)]);
    assert!(listener.worst_ms(0.0, 3.5) < 0.01);
    assert_eq!(listener.timeline.heard_to(), CallTime::from_secs(3.5));
}

#[test]
fn a_listener_that_was_held_up_itself_does_not_blame_the_stream() {
    let mut listener = Listener::new(16_000);
    let mut device = Device::new(16_000, 0.0, 160, 0.0);
    listener.listen(&mut device, 2.0);
    listener.timeline.advance(2.4, &mut listener.out);
    listener.listen(&mut device, 3.0);
    assert_eq!(listener.gaps(), []);
    assert!(listener.worst_ms(0.0, 3.0) < 0.01);
}

#[test]
fn frames_that_vanish_without_a_word_are_noticed() {
    let mut listener = Listener::new(16_000);
    let mut device = Device::new(16_000, 0.0, 160, 0.0);
    listener.listen(&mut device, 2.0);
    device.opened_secs += 0.05;
    listener.listen(&mut device, 8.0);
    let [(at, 800, GapCause::Overrun)] = listener.gaps()[..] else {
        panic!("{:?}", listener.gaps())
    };
    assert!(CallTime::from_frames(at).secs() < 5.1);
    assert!(listener.worst_ms(5.1, 8.0) < 0.01);
}

#[test]
fn a_device_that_runs_away_is_reined_in() {
    let mut listener = Listener::new(16_000);
    let mut device = Device::new(16_000, 20_000.0, 160, 0.0);
    while device.due_secs() < 20.0 {
        let to_secs = device.due_secs();
        listener.listen(&mut device, to_secs);
        assert!(listener.timeline.heard_to() <= CallTime::from_secs(to_secs));
        assert!(listener.timeline.heard_to().secs() > to_secs - 0.2);
    }
    assert_eq!(listener.gaps(), []);
    assert!(listener.worst_ms(0.0, 20.0) < 20.0, "{}", listener.worst_ms(0.0, 20.0));
}

#[test]
fn a_lost_device_comes_back_with_another_rate() {
    let mut listener = Listener::new(48_000);
    listener.listen(&mut Device::new(48_000, 0.0, 512, 0.0), 2.0);
    listener.timeline.lose(&mut listener.out);
    listener.wait(2.6);
    assert_eq!(listener.timeline.heard_to(), CallTime::from_secs(2.56));
    listener.timeline.reopen(SampleRate(16_000), &mut listener.out);
    listener.listen(&mut Device::new(16_000, 0.0, 160, 2.8), 4.0);
    // 187 blocks of 512 frames came before.
    assert_eq!(listener.gaps(), [(31_915, 44_800 - 31_915, GapCause::DeviceLost)]);
    assert!(listener.worst_ms(0.1, 1.9) < 0.05);
    assert!(listener.worst_ms(2.8, 4.0) < 0.01);
}

#[derive(Clone, Debug)]
enum Act {
    Push { captured: u64, dropped: u64, after_ms: u64 },
    Advance { after_ms: u64 },
    Lose,
    Reopen { rate: u32 },
    Flush,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        10 => (0..2_000_u64, 0..2_000_u64, 0..60_u64).prop_map(|(captured, dropped, after_ms)| {
            // Most blocks lose nothing.
            let dropped = if dropped < 200 { dropped.min(captured) } else { 0 };
            Act::Push { captured, dropped, after_ms }
        }),
        10 => (0..60_u64).prop_map(|after_ms| Act::Advance { after_ms }),
        1 => (60..1_000_u64).prop_map(|after_ms| Act::Advance { after_ms }),
        1 => Just(Act::Lose),
        1 => prop_oneof![Just(8_000), Just(16_000), Just(44_100), Just(48_000)]
            .prop_map(|rate| Act::Reopen { rate }),
        1 => Just(Act::Flush),
    ];
    prop::collection::vec(act, 0..200)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]
    #[test]
    fn time_never_runs_back_nor_ahead(acts in acts(), begins_ms in -300_i64..300) {
        let mut timeline = Timeline::new(SampleRate(16_000));
        let mut out = Vec::new();
        let mut stamp = Stamp::default();
        let mut now_ms = begins_ms;
        for act in acts {
            let before = timeline.heard_to();
            match act {
                Act::Push { captured, dropped, after_ms } => {
                    now_ms += after_ms as i64;
                    stamp.frames += captured;
                    stamp.dropped += dropped;
                    stamp.at_secs = now_ms as f64 / 1_000.0;
                    timeline.push(stamp, &vec![0.1; (captured - dropped) as usize], &mut out);
                }
                Act::Advance { after_ms } => {
                    now_ms += after_ms as i64;
                    timeline.advance(now_ms as f64 / 1_000.0, &mut out);
                }
                Act::Lose => timeline.lose(&mut out),
                Act::Reopen { rate } => {
                    stamp = Stamp::default();
                    timeline.reopen(SampleRate(rate), &mut out);
                }
                Act::Flush => timeline.flush(&mut out),
            }
            prop_assert!(timeline.heard_to() >= before);
            prop_assert!(timeline.heard_to() <= CallTime::from_secs(now_ms as f64 / 1_000.0));
            let told: u64 = out.iter().map(Piece::frames).sum();
            prop_assert_eq!(told, timeline.heard_to().frames());
        }
    }
}
