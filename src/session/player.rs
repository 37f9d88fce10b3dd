//! What plays a call: where it is, how fast, whose voice how loud. It knows no device and no clock,
//! but fills blocks of samples and tells what lies in them.

use std::collections::VecDeque;

use crate::audio::decode::DecodeError;
use crate::audio::resample::RateConverter;
use crate::audio::seekable::Seekable;
use crate::audio::tempo::Tempo;
use crate::units::{Party, PerParty, SampleRate};

/// Sound is made in pieces of this length, before conversion.
const PIECE_SECS: f64 = 0.02;
/// Where sound begins, ends or jumps it takes so long to come and go: without, it clicks.
const RAMP_SECS: f64 = 0.004;
/// So much of a silence is left at either end when it is skipped.
const KEEP_SECS: f64 = 0.25;
/// The tempo can be changed at this rate and above; slower devices play through this one.
const LEAST_RATE: SampleRate = SampleRate(32_000);

/// The slowest and the fastest that is offered.
pub const SPEEDS: (f64, f64) = (0.5, 2.0);

/// What plays a call reads it from this.
pub trait Sound: Send {
    /// Frames a second.
    fn rate(&self) -> SampleRate;
    /// Channels: of two, the agent's is the first unless [`Player::new`] is told otherwise.
    fn channels(&self) -> usize;
    /// Goes to a frame.
    ///
    /// # Errors
    /// What is the matter, in words for people.
    fn seek(&mut self, frame: u64) -> Result<(), String>;
    /// Appends up to so many interleaved frames; returns how many, 0 at the end.
    ///
    /// # Errors
    /// What is the matter, in words for people.
    fn read(&mut self, frames: usize, out: &mut Vec<f32>) -> Result<usize, String>;
}

impl Sound for Seekable {
    fn rate(&self) -> SampleRate {
        self.rate()
    }

    fn channels(&self) -> usize {
        self.channels()
    }

    fn seek(&mut self, frame: u64) -> Result<(), String> {
        self.seek(frame).map_err(|error: DecodeError| error.to_string())
    }

    fn read(&mut self, frames: usize, out: &mut Vec<f32>) -> Result<usize, String> {
        self.read(frames, out).map_err(|error: DecodeError| error.to_string())
    }
}

/// What a player is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Order {
    /// Plays on.
    Play,
    /// Stops, and stays where it is.
    Pause,
    /// Goes to a time of the call, in seconds.
    Seek(f64),
    /// Plays so many times as fast, within [`SPEEDS`].
    Speed(f64),
    /// How loud a party is: 1 as recorded, 0 not at all.
    Volume(Party, f32),
    /// Whether a party is silent.
    Mute(Party, bool),
    /// Plays only between two times, again and again; or no longer.
    Loop(Option<(f64, f64)>),
    /// Whether silences are passed over.
    SkipSilence(bool),
}

/// Plays a call.
pub struct Player {
    sound: Box<dyn Sound>,
    /// The party of each channel; none: of both.
    parties: Vec<Option<Party>>,
    silences: Vec<(f64, f64)>,
    rate: SampleRate,
    playing: bool,
    speed: f64,
    volume: PerParty<f32>,
    mute: PerParty<bool>,
    around: Option<(f64, f64)>,
    skip: bool,
    /// The next frame of the recording to read.
    next: u64,
    over: bool,
    chain: Chain,
    /// Output frames that were given, ever.
    given: u64,
    marks: VecDeque<Mark>,
    fault: Option<String>,
    piece: Vec<f32>,
    mono: Vec<f32>,
}

/// From this output frame on, the call goes on from there.
#[derive(Clone, Copy, Debug)]
struct Mark {
    out: f64,
    secs: f64,
    /// Seconds of the call in an output frame; 0 where it stands still.
    pace: f64,
}

/// From the recording's samples to those of the output.
struct Chain {
    convert: RateConverter,
    tempo: Option<Tempo>,
    /// Frames of the recording that went in.
    taken: u64,
    /// Output frames that had been given when it was new.
    began: u64,
    converted: Vec<f32>,
    ready: Vec<f32>,
    used: usize,
    /// Whether the next samples are to come softly.
    soft: bool,
}

impl Player {
    /// A player of `sound` for an output of `rate`, paused at the beginning. `agent` is the agent's
    /// channel of two; `silences` are those that may be skipped, in order, in seconds.
    pub fn new(
        sound: Box<dyn Sound>,
        agent: usize,
        silences: Vec<(f64, f64)>,
        rate: SampleRate,
    ) -> Player {
        let parties = match (sound.channels(), agent) {
            (2, 0) => vec![Some(Party::Agent), Some(Party::Customer)],
            (2, _) => vec![Some(Party::Customer), Some(Party::Agent)],
            (channels, _) => vec![None; channels],
        };
        let from = sound.rate();
        Player {
            sound,
            parties,
            silences,
            rate,
            playing: false,
            speed: 1.0,
            volume: PerParty { agent: 1.0, customer: 1.0 },
            mute: PerParty::default(),
            around: None,
            skip: false,
            next: 0,
            over: false,
            chain: Chain::new(from, rate, 1.0, 0),
            given: 0,
            marks: VecDeque::from([Mark { out: 0.0, secs: 0.0, pace: 0.0 }]),
            fault: None,
            piece: Vec::new(),
            mono: Vec::new(),
        }
    }

    /// Whether it plays: neither paused, nor at the end.
    pub fn is_playing(&self) -> bool {
        self.playing
    }

    /// What has gone wrong with the recording since it was last asked.
    pub fn take_fault(&mut self) -> Option<String> {
        self.fault.take()
    }

    /// Follows an order, when `heard` of the output frames given so far have been heard. Returns
    /// whether those that have not are to be thrown away.
    pub fn follow(&mut self, order: Order, heard: u64) -> bool {
        let now = self.position(heard);
        match order {
            Order::Play => {
                let ended = self.over && self.ready() == 0 && heard >= self.given;
                if self.playing && !ended {
                    return false;
                }
                self.playing = true;
                self.restart(if ended { 0.0 } else { now });
            }
            Order::Pause => {
                self.playing = false;
                self.restart(now);
            }
            Order::Seek(to) => {
                // Who goes elsewhere wants to hear what is there.
                let outside = |(from, end): (f64, f64)| to < from || to >= end;
                self.around = self.around.filter(|around| !outside(*around));
                self.restart(to);
            }
            Order::Speed(times) => {
                let times = times.clamp(SPEEDS.0, SPEEDS.1);
                if times == self.speed {
                    return false;
                }
                self.speed = times;
                self.restart(now);
            }
            Order::Volume(party, volume) => {
                self.volume[party] = volume.clamp(0.0, 2.0);
                return false;
            }
            Order::Mute(party, mute) => {
                self.mute[party] = mute;
                return false;
            }
            Order::Loop(around) => {
                self.around = around.filter(|(from, to)| to - from >= 0.1);
                let inside = self.around.is_none_or(|(from, to)| from <= now && now < to);
                self.restart(if inside { now } else { self.around.map_or(now, |(from, _)| from) });
            }
            Order::SkipSilence(skip) => {
                self.skip = skip;
                self.restart(now);
            }
        }
        true
    }

    /// Where the call stands when `heard` of the output frames given so far have been heard, in
    /// seconds.
    pub fn position(&self, heard: u64) -> f64 {
        let heard = heard as f64;
        let at = self.marks.iter().rposition(|mark| mark.out <= heard).unwrap_or(0);
        let mark = self.marks[at];
        let until = self.marks.get(at + 1).map_or(self.given as f64, |next| next.out);
        mark.secs + (heard.min(until) - mark.out).max(0.0) * mark.pace
    }

    /// Appends up to `frames` samples of one channel to `out`; fewer where it is paused or over.
    pub fn fill(&mut self, frames: usize, out: &mut Vec<f32>) {
        if !self.playing {
            return;
        }
        while self.ready() < frames && !self.over {
            self.make();
        }
        let count = frames.min(self.ready());
        let from = self.chain.used;
        out.extend_from_slice(&self.chain.ready[from..from + count]);
        self.chain.used += count;
        self.given += count as u64;
        if self.chain.used == self.chain.ready.len() {
            self.chain.ready.clear();
            self.chain.used = 0;
        }
        while self.marks.len() > 64 {
            self.marks.pop_front();
        }
    }

    /// Notes what has been heard: at the end of the call the player stops.
    pub fn heard(&mut self, heard: u64) {
        if self.playing && self.over && self.ready() == 0 && heard >= self.given {
            let end = self.position(heard);
            self.playing = false;
            self.marks.clear();
            self.marks.push_back(Mark { out: self.given as f64, secs: end, pace: 0.0 });
        }
    }

    fn ready(&self) -> usize {
        self.chain.ready.len() - self.chain.used
    }

    /// Makes what follows begin at a time of the call.
    fn restart(&mut self, secs: f64) {
        let secs = secs.max(0.0);
        let from = self.sound.rate();
        let speed = if self.speed == 1.0 { 1.0 } else { self.speed };
        self.chain = Chain::new(from, self.rate, speed, self.given);
        self.over = false;
        self.marks.clear();
        let pace = if self.playing { self.chain.pace(self.rate) } else { 0.0 };
        self.marks.push_back(Mark { out: self.given as f64, secs, pace });
        self.go(secs);
    }

    /// Has the recording read on from a time.
    fn go(&mut self, secs: f64) {
        self.next = (secs * f64::from(self.sound.rate().hz())).round() as u64;
        if let Err(fault) = self.sound.seek(self.next) {
            (self.fault, self.over) = (Some(fault), true);
        }
        self.chain.soft = true;
    }

    /// Makes one more piece.
    fn make(&mut self) {
        let rate_hz = f64::from(self.sound.rate().hz());
        let secs = self.next as f64 / rate_hz;
        let kept = |(from, to): (f64, f64)| (from + KEEP_SECS, to - KEEP_SECS);
        let silences = self.silences.iter().copied().map(kept);
        // A stretch that is played on and on and has nothing but silence is played, silence or not.
        let is_all = |from, to| self.around.is_some_and(|(a, b)| from <= a && b <= to);
        let mut silences = silences
            .filter(|(from, to)| self.skip && to > from && *to > secs && !is_all(*from, *to));
        let silence = silences.next();
        if let Some((_, to)) = silence.filter(|(from, _)| *from <= secs + 1e-9) {
            return self.jump(to);
        }
        if let Some((from, to)) = self.around
            && secs >= to - 1e-9
        {
            return self.jump(from);
        }
        let ends = [silence.map(|(from, _)| from), self.around.map(|(_, to)| to)];
        let end = ends.into_iter().flatten().fold(f64::INFINITY, f64::min);
        let left = ((end - secs) * rate_hz).round().max(1.0);
        let piece = (PIECE_SECS * rate_hz).round();
        let wanted = left.min(piece) as usize;
        self.piece.clear();
        let got = match self.sound.read(wanted, &mut self.piece) {
            Ok(got) => got,
            Err(fault) => {
                self.fault = Some(fault);
                0
            }
        };
        if got == 0 {
            if let Some((from, _)) = self.around.filter(|(from, _)| secs > from + 0.1) {
                return self.jump(from);
            }
            self.over = true;
            return self.chain.finish();
        }
        self.next += got as u64;
        self.mix();
        let ramp = ((RAMP_SECS * rate_hz) as usize).min(self.mono.len());
        if std::mem::take(&mut self.chain.soft) {
            for (i, sample) in self.mono[..ramp].iter_mut().enumerate() {
                *sample *= i as f32 / ramp as f32;
            }
        }
        if (got as f64) >= left {
            for (i, sample) in self.mono.iter_mut().rev().take(ramp).enumerate() {
                *sample *= i as f32 / ramp as f32;
            }
        }
        self.chain.push(&self.mono);
    }

    /// What follows is from another time.
    fn jump(&mut self, to: f64) {
        let out = self.chain.out_of(self.sound.rate(), self.rate);
        self.go(to);
        self.marks.push_back(Mark { out, secs: to, pace: self.chain.pace(self.rate) });
    }

    /// Mixes the piece to one channel.
    fn mix(&mut self) {
        let channels = self.parties.len().max(1);
        let gain = |party: Option<Party>| match party {
            Some(party) if self.mute[party] => 0.0,
            Some(party) => self.volume[party],
            // Of both: as loud as the louder one may be.
            None if self.mute.agent && self.mute.customer => 0.0,
            None => self.volume.agent.max(self.volume.customer) / channels as f32,
        };
        let gains: Vec<f32> = self.parties.iter().map(|party| gain(*party)).collect();
        self.mono.clear();
        let mixed = self.piece.chunks_exact(channels).map(|frame| {
            let sum: f32 = frame.iter().zip(&gains).map(|(sample, gain)| sample * gain).sum();
            sum.clamp(-1.0, 1.0)
        });
        self.mono.extend(mixed);
    }
}

impl Chain {
    fn new(from: SampleRate, to: SampleRate, speed: f64, began: u64) -> Chain {
        let tempo = if speed == 1.0 || to < LEAST_RATE { None } else { Tempo::new(to, speed).ok() };
        Chain {
            convert: RateConverter::new(from, to),
            tempo,
            taken: 0,
            began,
            converted: Vec::new(),
            ready: Vec::new(),
            used: 0,
            soft: true,
        }
    }

    /// How many times as fast it plays.
    fn times(&self) -> f64 {
        self.tempo.as_ref().map_or(1.0, Tempo::times)
    }

    /// Seconds of the call in an output frame.
    fn pace(&self, rate: SampleRate) -> f64 {
        self.times() / f64::from(rate.hz())
    }

    /// The output frame that what goes in next will be.
    fn out_of(&self, from: SampleRate, to: SampleRate) -> f64 {
        let frames = self.taken as f64 * f64::from(to.hz()) / f64::from(from.hz());
        self.began as f64 + frames / self.times()
    }

    fn push(&mut self, samples: &[f32]) {
        self.taken += samples.len() as u64;
        self.converted.clear();
        self.convert.push(samples, &mut self.converted);
        match &mut self.tempo {
            Some(tempo) => tempo.push(&self.converted, &mut self.ready),
            None => self.ready.extend_from_slice(&self.converted),
        }
    }

    fn finish(&mut self) {
        self.converted.clear();
        self.convert.finish(&mut self.converted);
        match &mut self.tempo {
            Some(tempo) => {
                tempo.push(&self.converted, &mut self.ready);
                tempo.finish(&mut self.ready);
            }
            None => self.ready.extend_from_slice(&self.converted),
        }
    }
}
