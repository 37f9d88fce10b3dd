//! Where a call stands, and what plays it: with a sound device once play is pressed, and without one
//! all the same.

use std::sync::Arc;

use super::library::{Library, News};
use super::memory::Layout;
use crate::call::key::Key;
use crate::call::sound::CallSound;
use crate::session::player::{Order, SPEEDS, Sound};
use crate::session::playing::Playing;
use crate::units::{Party, PerParty};

/// How a call is put on a sound device: its sound, the agent's channel, and what may be skipped.
pub type Opener =
    Arc<dyn Fn(Box<dyn Sound>, usize, Vec<(f64, f64)>) -> Result<Playing, String> + Send + Sync>;

/// How fast a call can be played.
pub const TEMPI: [f64; 6] = [0.5, 0.75, 1.0, 1.25, 1.5, 2.0];

/// Where the sound is that is to be played, and how it is laid out.
#[derive(Clone)]
pub struct Record {
    /// The files.
    pub sound: CallSound,
    /// Their key, where they are locked.
    pub key: Option<Key>,
    /// The agent's channel.
    pub agent: usize,
    /// What may be skipped.
    pub quiet: Vec<(f64, f64)>,
}

/// Plays one call.
pub struct Deck {
    playing: Option<Playing>,
    opener: Opener,
    /// Whether the device is being opened.
    pub opens: bool,
    /// Where it stands as long as nothing plays.
    cursor: f64,
    secs: f64,
    /// How fast.
    pub speed: f64,
    /// How loud each party is.
    pub volume: PerParty<f32>,
    /// Who is silent.
    pub mute: PerParty<bool>,
    /// Between which times it goes round.
    pub around: Option<(f64, f64)>,
    /// Whether silences are passed over.
    pub skip_silence: bool,
    /// What is the matter.
    pub fault: Option<String>,
}

impl Deck {
    /// For a call of `secs` seconds, at its beginning, with what was set the last time.
    pub fn new(opener: Opener, secs: f64, layout: &Layout) -> Deck {
        let (agent, customer) = layout.volume;
        Deck {
            playing: None,
            opener,
            opens: false,
            cursor: 0.0,
            secs,
            speed: layout.speed.clamp(SPEEDS.0, SPEEDS.1),
            volume: PerParty { agent, customer },
            mute: PerParty::default(),
            around: None,
            skip_silence: layout.skip_silence,
            fault: None,
        }
    }

    /// Where the call stands, in seconds.
    pub fn position(&self) -> f64 {
        match &self.playing {
            Some(playing) if playing.is_settled() => playing.position(),
            Some(_) | None => self.cursor,
        }
    }

    /// Whether it plays.
    pub fn is_playing(&self) -> bool {
        self.playing.as_ref().is_some_and(Playing::is_playing)
    }

    /// Looks what has happened since.
    pub fn look(&mut self) {
        let Some(playing) = &self.playing else { return };
        if playing.is_settled() {
            self.cursor = playing.position();
        }
        if let Some(fault) = playing.take_fault() {
            self.fault = Some(fault);
        }
        if playing.is_over() {
            self.playing = None;
        }
    }

    /// Plays, or pauses. The device is opened with the first play.
    pub fn toggle(&mut self, record: Option<Record>, library: &Library) {
        if self.playing.is_some() {
            let order = if self.is_playing() { Order::Pause } else { Order::Play };
            return self.order(order);
        }
        let Some(record) = record.filter(|_| !self.opens) else { return };
        self.opens = true;
        self.fault = None;
        let (opener, teller) = (Arc::clone(&self.opener), library.teller.clone());
        library.errands.run(move || {
            let open = || {
                let sound = record.sound.open(record.key.as_ref());
                let sound = sound.map_err(|error| error.to_string())?;
                let sound = sound.ok_or("the sound of this call was not kept")?;
                opener(Box::new(sound), record.agent, record.quiet)
            };
            let playing = open();
            teller.tell(News::Playing { sound: record.sound, playing });
        });
    }

    /// The device is open, or can't be: plays on from where the call stands.
    pub fn opened(&mut self, playing: Result<Playing, String>) {
        // Asked for by an earlier deck of the same call, perhaps.
        if !std::mem::take(&mut self.opens) {
            return;
        }
        match playing {
            Ok(playing) => {
                self.playing = Some(playing);
                for (party, volume) in
                    [(Party::Agent, self.volume.agent), (Party::Customer, self.volume.customer)]
                {
                    self.order(Order::Volume(party, volume));
                    self.order(Order::Mute(party, self.mute[party]));
                }
                self.order(Order::Speed(self.speed));
                self.order(Order::SkipSilence(self.skip_silence));
                self.order(Order::Seek(self.cursor));
                if self.around.is_some() {
                    self.order(Order::Loop(self.around));
                }
                self.order(Order::Play);
            }
            Err(why) => self.fault = Some(why),
        }
    }

    /// Goes to a time.
    pub fn seek(&mut self, secs: f64) {
        let secs = secs.clamp(0.0, self.secs);
        let outside = |(from, to): (f64, f64)| secs < from || secs >= to;
        self.around = self.around.filter(|around| !outside(*around));
        self.cursor = secs;
        self.order(Order::Seek(secs));
    }

    /// Plays so much faster or slower.
    pub fn step_speed(&mut self, by: isize) {
        let at = TEMPI.iter().position(|tempo| *tempo >= self.speed).unwrap_or(2);
        self.set_speed(TEMPI[at.saturating_add_signed(by).min(TEMPI.len() - 1)]);
    }

    /// Plays so fast.
    pub fn set_speed(&mut self, speed: f64) {
        self.speed = speed;
        self.order(Order::Speed(speed));
    }

    /// Makes a party so loud.
    pub fn set_volume(&mut self, party: Party, volume: f32) {
        self.volume[party] = volume;
        self.order(Order::Volume(party, volume));
    }

    /// Makes a party silent, or heard again.
    pub fn toggle_mute(&mut self, party: Party) {
        self.mute[party] = !self.mute[party];
        self.order(Order::Mute(party, self.mute[party]));
    }

    /// Goes round between two times, or no longer.
    pub fn set_loop(&mut self, around: Option<(f64, f64)>) {
        self.around = around;
        if let Some((from, _)) = around {
            self.cursor = from;
            self.order(Order::Seek(from));
        }
        self.order(Order::Loop(around));
    }

    /// Passes over silences, or no longer.
    pub fn toggle_skip(&mut self) {
        self.skip_silence = !self.skip_silence;
        self.order(Order::SkipSilence(self.skip_silence));
    }

    /// The call has grown longer.
    pub fn grow(&mut self, secs: f64) {
        self.secs = secs;
    }

    fn order(&mut self, order: Order) {
        if let Some(playing) = &mut self.playing {
            playing.order(order);
        }
    }
}
