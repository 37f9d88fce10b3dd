//! The listening thread of a live call: from the rings to the engine, and from there to all who
//! want to know.

use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};

use super::board::{Board, Keeping, Pulse, Trouble, Wish};
use super::live::{Answer, Outstanding, ToKeep, taken};
use super::side::{DeviceChange, Side};
use super::stats::{LiveReport, Stats};
use super::words::WordDesk;
use crate::audio::timeline::Piece;
use crate::coach::Reaction;
use crate::config::rules::Need;
use crate::engine::{Engine, Input, SourceNote};
use crate::event::{Body, Event, GapCause};
use crate::units::{CallTime, Party, PerParty};

/// Levels change on the board so often: 30 times a second.
const METERS_EVERY: Duration = Duration::from_millis(33);
/// The window is woken so often at least, for the clock.
const CLOCK_EVERY: Duration = Duration::from_secs(1);
/// Two streams that carry the same sound are opened anew at most so often.
const REOPEN_EVERY: Duration = Duration::from_secs(10);

/// Words on order.
pub(super) struct Orders {
    desk: Arc<WordDesk>,
    answers: Receiver<Answer>,
    outstanding: Outstanding,
    behind: bool,
}

impl Orders {
    /// No orders yet.
    pub fn new(desk: Arc<WordDesk>, answers: Receiver<Answer>) -> Self {
        Orders { desk, answers, outstanding: Outstanding::new(), behind: false }
    }
}

/// Where a pause lies, in frames of 16 kHz.
#[derive(Clone, Copy)]
struct Paused {
    from: u64,
    to: Option<u64>,
}

/// The listening thread.
pub(super) struct Listener {
    engine: Engine,
    sides: PerParty<Side>,
    orders: Orders,
    to_keep: Sender<ToKeep>,
    /// Events that found no room in the queue.
    unkept: Vec<Event>,
    /// Sound that found none, as silence to be put in its place.
    unkept_frames: PerParty<usize>,
    troubles: Receiver<Option<String>>,
    not_kept: Option<String>,
    board: Board,
    keeping: Keeping,
    end_after_secs: Option<f64>,
    /// When call time was 0, and that on the clock of the stamps.
    start: Instant,
    start_secs: f64,
    paused: Option<Paused>,
    last_voice: Instant,
    stats: Stats,
    events: Vec<Event>,
    pulse: Pulse,
    woken: Instant,
    metered: Instant,
    reopened: Option<Instant>,
    over: bool,
}

impl Listener {
    /// Call time 0 is now; stamps count from `epoch`.
    pub fn new(
        engine: Engine,
        sides: PerParty<Side>,
        orders: Orders,
        (to_keep, troubles): (Sender<ToKeep>, Receiver<Option<String>>),
        board: Board,
        (keeping, end_after_secs): (Keeping, Option<f64>),
        epoch: Instant,
    ) -> Self {
        let start = Instant::now();
        let mut stats = Stats::default();
        stats.begin(start);
        Listener {
            engine,
            sides,
            orders,
            to_keep,
            unkept: Vec::new(),
            unkept_frames: PerParty::default(),
            troubles,
            not_kept: None,
            board,
            keeping,
            end_after_secs,
            start,
            start_secs: start.duration_since(epoch).as_secs_f64(),
            paused: None,
            last_voice: start,
            stats,
            events: Vec::new(),
            pulse: Pulse::default(),
            woken: start,
            metered: start,
            reopened: None,
            over: false,
        }
    }

    /// One turn; `false` when the call is over.
    pub fn step(&mut self, now: Instant) -> bool {
        self.take_wishes();
        let now_secs = now.duration_since(self.start).as_secs_f64();
        for party in Party::BOTH {
            self.sides[party].hear(now_secs, self.start_secs);
        }
        // After the last of what a device gave before it went.
        self.take_device_news();
        self.feed(now);
        self.take_words(now);
        self.watch_sound(now);
        self.take_shown();
        if let Some(trouble) = taken(&self.troubles) {
            self.not_kept = trouble;
        }
        self.show(now);
        if self.engine.speaking() != PerParty::default() || self.paused.is_some() {
            self.last_voice = now;
        }
        let silent_secs = now.duration_since(self.last_voice).as_secs_f64();
        self.over |= self.end_after_secs.is_some_and(|limit| silent_secs >= limit);
        !self.over
    }

    /// After the call: takes words that are still to come; `true` when all are there. Those that
    /// are not there when it is `late` are left out.
    pub fn last_words(&mut self, late: bool) -> bool {
        let now = Instant::now();
        if !self.engine.has_ended() {
            for party in Party::BOTH {
                let side = &mut self.sides[party];
                side.timeline.flush(&mut side.pieces);
            }
            self.feed(now);
            self.orders.desk.close();
            self.step_engine(Input::End, now);
        }
        self.take_words(now);
        if late {
            for id in std::mem::take(&mut self.orders.outstanding) {
                self.step_engine(Input::Transcript { id, transcript: None }, now);
            }
        }
        self.show(now);
        self.engine.is_finished()
    }

    /// The figures of the call, once the last event is told and what a slow disk has held up
    /// is on its way; what a disk that hangs has held up until `deadline` is given up.
    pub fn finish(mut self, deadline: Instant) -> LiveReport {
        let held_up =
            |own: &Self| !own.unkept.is_empty() || own.unkept_frames != PerParty::default();
        while held_up(&self) && Instant::now() < deadline {
            self.keep(Vec::new(), PerParty::default());
            std::thread::sleep(Duration::from_millis(5));
        }
        let dropped_frames = self.sides.map(Side::dropped);
        let report = self.stats.report();
        report.duration_secs = self.start.elapsed().as_secs_f64();
        report.dropped_frames = dropped_frames;
        std::mem::take(report)
    }

    fn take_shown(&mut self) {
        while let Some(shown) = taken(&self.board.shown) {
            self.stats.shown(shown.cue, shown.at);
        }
    }

    fn take_wishes(&mut self) {
        while let Some(wish) = taken(&self.board.wishes) {
            let now = Instant::now();
            let heard = Party::BOTH.map(|party| self.sides[party].timeline.heard_to().frames());
            let heard = heard[0].max(heard[1]);
            match wish {
                Wish::Pause => {
                    self.paused.get_or_insert(Paused { from: heard, to: None }).to = None;
                }
                Wish::Resume => {
                    if let Some(paused) = &mut self.paused {
                        paused.to = Some(heard);
                    }
                }
                Wish::Snooze => self.step_engine(Input::Reaction(Reaction::Snooze), now),
                Wish::Wrong => self.step_engine(Input::Reaction(Reaction::Wrong), now),
                Wish::End => self.over = true,
            }
        }
    }

    fn take_device_news(&mut self) {
        for party in Party::BOTH {
            while let Some(change) = self.sides[party].take_news() {
                let (code, text) = match change {
                    DeviceChange::Gone(device) => {
                        ("device-lost", format!("{device} is gone: the {party} is not heard."))
                    }
                    DeviceChange::Back(device) => {
                        ("device-back", format!("The {party} is heard again, by {device}."))
                    }
                };
                self.note(code, text);
            }
        }
    }

    fn note(&mut self, code: &'static str, text: String) {
        let note = SourceNote { code, text, ..SourceNote::default() };
        self.step_engine(Input::Device(note), Instant::now());
    }

    /// Notes that words can't be relied on, or can again.
    fn note_about_words(&mut self, code: &'static str, text: String, late: bool) {
        let mut note = SourceNote { code, text, ..SourceNote::default() };
        if late { &mut note.doubts } else { &mut note.trusts }.push(Need::Words);
        self.step_engine(Input::Device(note), Instant::now());
    }

    /// Gives the engine what has been heard, but for what lies in a pause.
    fn feed(&mut self, now: Instant) {
        let mut heard = PerParty::<Vec<f32>>::default();
        for party in Party::BOTH {
            for piece in std::mem::take(&mut self.sides[party].pieces) {
                self.feed_piece(party, piece, &mut heard[party], now);
            }
        }
        let to = self.paused.and_then(|paused| paused.to);
        if to.is_some_and(|to| self.sides.iter().all(|(_, side)| side.fed >= to)) {
            self.paused = None;
        }
        if !(heard.agent.is_empty() && heard.customer.is_empty()) {
            self.keep(Vec::new(), heard);
        }
    }

    fn feed_piece(&mut self, party: Party, piece: Piece, heard: &mut Vec<f32>, now: Instant) {
        let (from, length) = (self.sides[party].fed, piece.frames());
        self.sides[party].fed += length;
        let paused = self.paused.map_or(0..0, |paused| {
            let within = |frame: u64| frame.clamp(from, from + length) - from;
            within(paused.from)..paused.to.map_or(length, within)
        });
        // Before, in and after the pause.
        let parts = [(0..paused.start, false), (paused.clone(), true), (paused.end..length, false)];
        for (part, paused) in parts.into_iter().filter(|(part, _)| !part.is_empty()) {
            let frames = part.end - part.start;
            match &piece {
                Piece::Audio(samples) if !paused => {
                    let samples = &samples[part.start as usize..part.end as usize];
                    heard.extend_from_slice(samples);
                    self.sides[party].measure(samples);
                    self.step_engine(Input::Audio { party, samples }, now);
                }
                Piece::Audio(_) | Piece::Gap { .. } => {
                    let cause = match piece {
                        Piece::Gap { cause, .. } if !paused => cause,
                        Piece::Gap { .. } | Piece::Audio(_) => GapCause::Paused,
                    };
                    heard.resize(heard.len() + frames as usize, 0.0);
                    self.sides[party].recent.clear();
                    self.step_engine(Input::Gap { party, frames, cause }, now);
                }
            }
        }
    }

    fn take_words(&mut self, now: Instant) {
        while let Some(answer) = taken(&self.orders.answers) {
            match answer {
                Answer::Words { id, words } => self.answer(id, words.ok(), now),
                Answer::CannotStart(error) => self.note("words-off", format!("{error}.")),
            }
        }
        for id in self.orders.desk.look(now) {
            self.answer(id, None, now);
        }
        let behind = self.orders.desk.is_behind();
        if behind != self.orders.behind {
            self.orders.behind = behind;
            if behind {
                let text = "Words are late: some are left out. What needs them is off.".into();
                self.note_about_words("words-late", text, true);
            } else {
                self.note_about_words("words-on-time", "Words are on time again.".into(), false);
            }
        }
    }

    fn answer(
        &mut self,
        id: u64,
        transcript: Option<crate::speech::transcript::Transcript>,
        now: Instant,
    ) {
        if self.orders.outstanding.remove(&id) {
            self.step_engine(Input::Transcript { id, transcript }, now);
        }
    }

    /// Where both sides carry the same sound, one of the streams was moved to another source.
    fn watch_sound(&mut self, now: Instant) {
        let rested = self.reopened.is_none_or(|last| now.duration_since(last) >= REOPEN_EVERY);
        if self.engine.same_audio() && rested {
            self.reopened = Some(now);
            for (_, side) in self.sides.iter() {
                side.suspect.store(true, Ordering::Relaxed);
            }
        }
    }

    fn step_engine(&mut self, input: Input<'_>, now: Instant) {
        self.engine.step(input, &mut self.events);
        if self.events.is_empty() {
            return;
        }
        let mut left_out = Vec::new();
        let mut told = Vec::with_capacity(self.events.len());
        for event in std::mem::take(&mut self.events) {
            self.stats.observe(&event, now);
            if let Body::Transcribe(request) = event.body {
                self.orders.outstanding.insert(request.id);
                left_out.extend(self.orders.desk.order(request, now));
                continue;
            }
            // Where the window does not keep up, it misses something; the log does not.
            let _ = self.board.events.try_send(event.clone());
            told.push(event);
        }
        if !told.is_empty() {
            self.keep(told, PerParty::default());
            self.woken = now;
            (self.board.wake)();
        }
        for id in left_out {
            self.answer(id, None, now);
        }
    }

    /// Sends events and sound to the disk, or holds them where the disk is too slow: events as
    /// they are, sound as silence of the same length.
    fn keep(&mut self, events: Vec<Event>, audio: PerParty<Vec<f32>>) {
        self.unkept.extend(events);
        if !self.unkept.is_empty() && !self.to_keep.is_full() {
            let _ = self.to_keep.try_send(ToKeep::Events(std::mem::take(&mut self.unkept)));
        }
        let lost = self.unkept_frames != PerParty::default();
        if !lost && audio == PerParty::default() {
            return;
        }
        if self.to_keep.is_full() {
            for (party, samples) in audio.iter() {
                self.unkept_frames[party] += samples.len();
            }
            return;
        }
        let lost = std::mem::take(&mut self.unkept_frames);
        let mut all = lost.map(|frames| vec![0.0; *frames]);
        for (party, samples) in audio.iter() {
            all[party].extend_from_slice(samples);
        }
        let _ = self.to_keep.try_send(ToKeep::Audio(all));
    }

    /// Brings the pulse up to date and wakes the window where there is something to see.
    fn show(&mut self, now: Instant) {
        let heard = Party::BOTH.map(|party| self.sides[party].fed);
        let pulse = Pulse {
            now: CallTime::from_frames(heard[0].min(heard[1])),
            speaking: self.engine.speaking(),
            level_dbfs: self.sides.map(Side::level_dbfs),
            paused: self.paused.is_some_and(|paused| paused.to.is_none()),
            snoozed_until: self.engine.snoozed_until(),
            keeping: self.keeping,
            cue: self.engine.cue_on_screen(),
            troubles: self.troubles_now(),
        };
        let steady = |pulse: &Pulse| Pulse {
            now: CallTime::ZERO,
            level_dbfs: PerParty::default(),
            ..pulse.clone()
        };
        let since = now.duration_since(self.woken);
        let wake = steady(&pulse) != steady(&self.pulse) || since >= CLOCK_EVERY;
        self.pulse = pulse;
        if wake || now.duration_since(self.metered) >= METERS_EVERY {
            let cell = &self.board.pulse;
            *cell.lock().unwrap_or_else(PoisonError::into_inner) = self.pulse.clone();
            self.metered = now;
        }
        if wake {
            self.woken = now;
            (self.board.wake)();
        }
    }

    /// The worst first.
    fn troubles_now(&self) -> Vec<Trouble> {
        let mut troubles = Vec::new();
        for (party, side) in self.sides.iter() {
            if let Some(device) = &side.lost {
                troubles.push(Trouble::Lost { party, device: device.clone() });
            }
        }
        if self.engine.same_audio() {
            troubles.push(Trouble::Moved);
        }
        troubles.extend(self.not_kept.clone().map(|what| Trouble::NotKept { what }));
        for (party, side) in self.sides.iter() {
            if side.silent && self.paused.is_none() {
                troubles.push(Trouble::Silent { party });
            }
        }
        if self.engine.bleeds() {
            troubles.push(Trouble::Bleed);
        }
        if self.orders.behind {
            troubles.push(Trouble::Behind);
        }
        troubles
    }
}
