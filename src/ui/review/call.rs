//! The call that is gone through: where one is in it, what is chosen, what is said of it.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::axis::Axis;
use super::deck::{Deck, Opener, Record};
use super::library::{Library, Teller};
use super::memory::Layout;
use super::opened::{OpenedCall, Wave, stamp};
use super::transcript::Transcript;
use crate::call::notes::{About, Note, Notes, NotesError, Said, Verdict, add_with};
use crate::call::sound::CallSound;
use crate::report::content::Moment;

/// Of a call that goes on the sound is read anew once so much more of it is known. Seconds.
const MORE_SECS: f64 = 10.0;
/// A folder in which a call goes on is looked at so often.
const LOOK_EVERY: Duration = Duration::from_millis(1_000);

/// What is looked for in the words of the call.
#[derive(Default)]
pub struct Finder {
    /// Whether it is shown.
    pub open: bool,
    /// The words.
    pub text: String,
    /// Whether the field is to have the keys.
    pub wants_keys: bool,
    /// Whether nothing was found.
    pub nothing: bool,
}

/// The call.
pub struct Call {
    /// What was read of it.
    pub opened: OpenedCall,
    /// Its waveform.
    pub wave: Wave,
    /// A newer one that is still being read, and the length of the call when that began.
    next_wave: Option<Wave>,
    wave_secs: f64,
    /// What plays it.
    pub deck: Deck,
    /// What is shown of its time.
    pub axis: Axis,
    /// The chosen moment, by its place in the list.
    pub moment: Option<usize>,
    /// Whether the chosen moment is to be shown where it may be far down.
    pub reveal_moment: bool,
    /// A stretch that somebody chose, in seconds.
    pub selection: Option<(f64, f64)>,
    /// What is being written.
    pub draft: String,
    /// Whether the field for notes is to have the keys.
    pub wants_note: bool,
    /// What is looked for in its words.
    pub finder: Finder,
    pub(super) transcript: Transcript,
    looked: Instant,
}

impl Call {
    /// The call as it was read; its sound is read from now on.
    pub fn new(opened: OpenedCall, opener: Opener, layout: &Layout, library: &Library) -> Call {
        let secs = opened.content.secs;
        let call = Call {
            wave: Wave::default(),
            next_wave: None,
            wave_secs: secs,
            deck: Deck::new(opener, secs, layout),
            axis: Axis::whole(secs),
            moment: None,
            reveal_moment: false,
            selection: None,
            draft: String::new(),
            wants_note: false,
            finder: Finder::default(),
            transcript: Transcript::default(),
            looked: Instant::now(),
            opened,
        };
        call.read_sound(call.wave.clone(), library);
        call
    }

    fn read_sound(&self, wave: Wave, library: &Library) {
        let teller: Teller = library.teller.clone();
        let OpenedCall { sound, key, course, .. } = &self.opened;
        let (sound, key, speech) = (sound.clone(), key.clone(), course.speech.clone());
        library.errands.run(move || wave.read(&sound, key.as_ref(), &speech, &teller));
    }

    /// Whether something in the folder has changed since it was read; asked once in a while.
    pub fn is_stale(&mut self) -> bool {
        if self.looked.elapsed() < LOOK_EVERY {
            return false;
        }
        self.looked = Instant::now();
        stamp(&self.opened.folder) != self.opened.stamp
    }

    /// When to look again by itself, if at all.
    pub fn look_again(&self) -> Option<Duration> {
        self.opened.goes_on.then_some(LOOK_EVERY)
    }

    /// Takes what was read anew; one stays where one is.
    pub fn renew(&mut self, opened: OpenedCall, library: &Library) {
        let secs = opened.content.secs;
        let ended = self.opened.goes_on && !opened.goes_on;
        let other = opened.sound != self.opened.sound;
        self.opened = opened;
        self.axis.grow(secs);
        self.deck.grow(secs);
        self.transcript.forget();
        self.moment = self.moment.filter(|at| *at < self.opened.content.moments.len());
        if other || ended || secs - self.wave_secs >= MORE_SECS && self.next_wave.is_none() {
            self.next_wave.iter().for_each(Wave::leave);
            let wave = Wave::default();
            self.read_sound(wave.clone(), library);
            (self.next_wave, self.wave_secs) = (Some(wave), secs);
        }
        self.look();
    }

    /// Looks what has happened since.
    pub fn look(&mut self) {
        self.deck.look();
        if let Some(wave) = self.next_wave.take_if(|wave| wave.is_whole()) {
            self.wave.leave();
            self.wave = wave;
        }
    }

    /// What is to be played, once that is known.
    pub fn record(&self) -> Option<Record> {
        let OpenedCall { sound, key, course, .. } = &self.opened;
        let agent = match sound {
            CallSound::Missing => return None,
            CallSound::Kept(_) | CallSound::Two(_) => 0,
            CallSound::Recording(_) => self.wave.agent()?,
        };
        let (sound, key, quiet) = (sound.clone(), key.clone(), course.quiet.clone());
        Some(Record { sound, key, agent, quiet })
    }

    /// The chosen moment.
    pub fn chosen(&self) -> Option<&Moment> {
        self.opened.content.moments.get(self.moment?)
    }

    /// Chooses a moment and goes there, a little before it begins.
    pub fn choose(&mut self, at: usize) {
        let Some(moment) = self.opened.content.moments.get(at) else { return };
        let (start, end) = (moment.start, moment.end);
        self.moment = Some(at);
        self.reveal_moment = true;
        self.selection = None;
        self.go(start);
        if start < self.axis.from || end > self.axis.to {
            self.axis.show(start, end);
        }
    }

    /// Goes to a time; transcript and picture go there too.
    pub fn go(&mut self, secs: f64) {
        self.deck.seek(secs);
        self.axis.follow(secs);
        let rows = &self.opened.content.rows;
        self.transcript.reveal =
            rows.partition_point(|row| row.at <= secs + 0.02).checked_sub(1).or(Some(0));
        if rows.is_empty() {
            self.transcript.reveal = None;
        }
    }

    /// The moment after, or before, where one is.
    pub fn step_moment(&mut self, on: bool) {
        let moments = &self.opened.content.moments;
        let now = self.deck.position();
        let next = match (self.moment, on) {
            (Some(at), true) => Some(at + 1),
            (Some(at), false) => at.checked_sub(1),
            (None, true) => moments.iter().position(|moment| moment.start > now + 0.05),
            (None, false) => moments.iter().rposition(|moment| moment.start < now - 0.05),
        };
        if let Some(next) = next.filter(|next| *next < moments.len()) {
            self.choose(next);
        }
    }

    /// What the stretch or moment that is chosen is; else the call.
    pub fn about(&self) -> About {
        if let Some((start, end)) = self.selection {
            let thousandth = |secs: f64| (secs * 1_000.0).round() / 1_000.0;
            return About::Moment { start: thousandth(start), end: thousandth(end) };
        }
        self.chosen().map_or(About::Call, about)
    }

    /// The stretch that is chosen: by hand, or the moment's.
    pub fn stretch(&self) -> Option<(f64, f64)> {
        self.selection.or(self.chosen().map(|moment| (moment.start, moment.end)))
    }

    /// Goes round in what is chosen, or no longer.
    pub fn toggle_loop(&mut self) {
        let around = match self.deck.around {
            Some(_) => None,
            // A moment without its beginning and end is hard to follow.
            None => self.stretch().map(|(from, to)| ((from - 1.0).max(0.0), to + 1.0)),
        };
        self.deck.set_loop(around);
    }

    /// Says of `about` whether the program was right, with what was written. The same again takes it back.
    ///
    /// # Errors
    /// Where it can't be written; then what was written is still there.
    pub fn judge(&mut self, about: About, verdict: Verdict, by: &str) -> Result<(), NotesError> {
        let standing = self.opened.notes.standing();
        let own = standing.into_iter().rev().find(|note| {
            note.about == about && note.by == by && matches!(note.said, Said::Judged { .. })
        });
        let said = match own {
            Some(Note { id, said: Said::Judged { verdict: known, .. }, .. })
                if *known == verdict =>
            {
                Said::Undone { undoes: id.clone() }
            }
            _ => Said::Judged { verdict, text: self.draft.trim().to_owned() },
        };
        let judged = matches!(said, Said::Judged { .. });
        self.say(about, said, by)?;
        if judged {
            self.draft.clear();
        }
        Ok(())
    }

    /// Notes what was written.
    ///
    /// # Errors
    /// Where it can't be written; then it is still there to be tried again.
    pub fn note(&mut self, about: About, by: &str) -> Result<(), NotesError> {
        let text = self.draft.trim().to_owned();
        if text.is_empty() {
            return Ok(());
        }
        self.say(about, Said::Noted { text }, by)?;
        self.draft.clear();
        Ok(())
    }

    /// Takes back the last that this person said; whether there was anything.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn undo(&mut self, by: &str) -> Result<bool, NotesError> {
        let standing = self.opened.notes.standing();
        let last = standing.into_iter().rev().find(|note| note.by == by);
        let Some((id, about)) = last.map(|note| (note.id.clone(), note.about)) else {
            return Ok(false);
        };
        self.say(about, Said::Undone { undoes: id }, by)?;
        Ok(true)
    }

    /// Takes back a note.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn take_back(&mut self, note: &Note, by: &str) -> Result<(), NotesError> {
        self.say(note.about, Said::Undone { undoes: note.id.clone() }, by)
    }

    fn say(&mut self, about: About, said: Said, by: &str) -> Result<(), NotesError> {
        let OpenedCall { folder, key, .. } = &self.opened;
        add_with(folder, &Note::new(Timestamp::now(), by, about, said), key.as_ref())?;
        self.opened.notes = Notes::read_with(folder, key.as_ref())?;
        self.opened.stamp = stamp(&self.opened.folder);
        Ok(())
    }

    /// Goes to where the words that are looked for come next, or came last.
    pub fn find(&mut self, on: bool) {
        let wanted = self.finder.text.trim().to_lowercase();
        if wanted.is_empty() {
            return;
        }
        let now = self.deck.position();
        let mut places: Vec<f64> = Vec::new();
        for row in &self.opened.content.rows {
            for piece in &row.pieces {
                let text = piece.text.to_lowercase();
                for (at, _) in text.match_indices(&wanted) {
                    let word = text[..at].matches(' ').count();
                    places.push(piece.times.get(word).map_or(row.at, |times| times.0));
                }
            }
        }
        places.sort_by(f64::total_cmp);
        self.finder.nothing = places.is_empty();
        let (first, last) = (places.first().copied(), places.last().copied());
        let next = match on {
            true => places.iter().copied().find(|at| *at > now + 0.01).or(first),
            false => places.iter().rev().copied().find(|at| *at < now - 0.01).or(last),
        };
        if let Some(at) = next {
            self.go(at);
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.wave.leave();
        self.next_wave.iter().for_each(Wave::leave);
    }
}

/// What a moment is in the notes.
pub fn about(moment: &Moment) -> About {
    About::Moment { start: moment.start, end: moment.end }
}
