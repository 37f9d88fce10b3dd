//! The window in which coaches and agents go through calls: a list, and a call in it.
//!
//! [`Review`] is all that it knows; it is shown by [`show_review`], in a window of the system by
//! [`run_review`]. Nothing waits for a disk: lists, searches, calls, waveforms come as [`News`] from
//! threads of [`Errands`](crate::session::errands::Errands), and the sound is played by
//! [`Playing`]. What a call tells is the same as on its page
//! ([`content`](crate::report::content)).

mod acts;
mod axis;
mod call;
mod call_view;
mod deck;
mod dialogs;
mod filters;
mod keeping;
mod keys;
mod library;
mod list;
mod list_row;
mod list_view;
mod memory;
mod notes;
mod opened;
mod panel;
mod query;
mod run;
mod timeline;
mod transcript;
mod transport;
mod widgets;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, unbounded};
use eframe::egui::{self, Context, Frame, Margin, Ui};

use self::call::Call;
use self::deck::Opener;
use self::dialogs::Dialog;
pub use self::keeping::{Clip, Keeping, PurgeItem};
pub use self::library::Place;
use self::library::{Library, News, Teller};
use self::list::CallList;
use self::memory::Memory;
pub use self::run::{ReviewOptions, run_review};
use super::theme::Palette;
use super::window::Waker;
use crate::call::key::Key;
use crate::session::playing::Playing;

/// While it plays the window moves so often.
const FRAME: Duration = Duration::from_millis(33);
/// What was said of a mishap is shown for so long. Seconds.
const SAID_SECS: f64 = 8.0;

/// What a review needs of whoever opens it.
pub struct ReviewSetup {
    /// Where the calls are.
    pub place: Place,
    /// The key of those that are locked.
    pub key: Option<Key>,
    /// A folder in which recordings are that calls were made from.
    pub recordings: Option<PathBuf>,
    /// A call to open at once.
    pub call: Option<String>,
    /// Who goes through them, as they call themselves.
    pub by: String,
    /// Where the window's layout, and which calls were opened, is kept; without it, it is forgotten.
    pub memory: Option<PathBuf>,
    /// How clips are made and old calls taken away; without it, that is not offered.
    pub keeping: Option<Arc<dyn Keeping>>,
    /// Threads for work that the window does not wait for; with none it waits.
    pub threads: usize,
    /// How a call is put on a sound device; without it, on the system's.
    pub opener: Option<Opener>,
}

/// The review window.
pub struct Review {
    library: Library,
    news: Receiver<News>,
    list: CallList,
    call: Option<Call>,
    /// A call that is being opened.
    opens: Option<String>,
    /// What was being written on calls when they were closed.
    drafts: HashMap<String, String>,
    memory: Memory,
    by: String,
    keeping: Option<Arc<dyn Keeping>>,
    opener: Opener,
    sheet: bool,
    dialog: Option<Dialog>,
    /// Something went wrong, and since when that is said.
    said: Option<(String, f64)>,
    /// Whether the list must be put together anew.
    stale: bool,
    /// Whether something had the focus in the last frame: `Esc` takes it away first.
    focused: bool,
}

impl Review {
    /// A review, which begins to look for calls.
    pub fn new(setup: ReviewSetup, waker: Waker) -> Review {
        let ReviewSetup { place, key, recordings, call, by, memory, keeping, threads, opener } =
            setup;
        let memory = Memory::load(memory.as_deref(), place.path());
        let (tell, news) = unbounded();
        let teller = Teller { news: tell, waker };
        let library = Library::new(place, key, recordings, threads, teller);
        let opener = opener.unwrap_or_else(|| Arc::new(Playing::open));
        let mut review = Review {
            library,
            news,
            list: CallList::default(),
            call: None,
            opens: None,
            drafts: HashMap::new(),
            memory,
            by,
            keeping,
            opener,
            sheet: false,
            dialog: None,
            said: None,
            stale: true,
            focused: false,
        };
        if let Some(id) = call {
            review.open(&id);
        }
        review.library.list();
        review
    }

    /// Where the open call stands, in seconds.
    pub fn position_secs(&self) -> Option<f64> {
        self.call.as_ref().map(|call| call.deck.position())
    }

    /// The name of the open call.
    pub fn open_call(&self) -> Option<&str> {
        self.call.as_ref().map(|call| call.opened.id.as_str())
    }

    /// The names of the calls in the list, in their order.
    pub fn listed(&self) -> Vec<&str> {
        let ids = (0..self.list.shown.len()).filter_map(|row| self.list.at(row));
        ids.map(|call| call.id.as_str()).collect()
    }

    /// Whether something is still being looked up.
    pub fn is_busy(&self) -> bool {
        let reads = self.call.as_ref().is_some_and(|call| !call.wave.is_whole());
        !self.list.complete || self.opens.is_some() || self.list.is_searching() || reads
    }

    /// The first and last moment that the picture shows, in seconds.
    pub fn shown_secs(&self) -> Option<(f64, f64)> {
        self.call.as_ref().map(|call| (call.axis.from, call.axis.to))
    }

    /// Shows a stretch of the open call, goes to a moment in it and chooses it: for pictures.
    pub fn look_at(&mut self, from: f64, to: f64, moment: Option<usize>) {
        if let Some(call) = &mut self.call {
            if let Some(moment) = moment {
                call.choose(moment);
            }
            call.axis.show(from, to);
        }
    }

    /// Opens a call.
    pub fn open(&mut self, id: &str) {
        self.opens = Some(id.to_owned());
        self.library.open(id);
    }

    /// Keeps the layout.
    pub fn save(&self) {
        // Not worth a word: it opens as before next time.
        let _ = self.memory.save();
    }

    /// Takes what is new.
    fn take(&mut self, ctx: &Context) {
        while let Ok(news) = self.news.try_recv() {
            match news {
                News::Listed { calls, complete, damaged, locked } => {
                    self.list.take(calls, complete);
                    (self.list.damaged, self.list.locked) = (damaged, locked);
                    self.stale = true;
                    self.search();
                }
                News::Noted(noted) => {
                    self.list.noted = noted;
                    self.stale = true;
                }
                News::Matched { search, found } => {
                    self.list.matched(search, found);
                    self.stale = true;
                }
                News::Quoted { search, said } => self.list.quoted(search, said),
                News::Opened(opened) => {
                    let own = self.call.as_ref().is_some_and(|call| call.opened.id == opened.id);
                    if self.opens.as_deref() == Some(&opened.id) {
                        self.opens = None;
                        self.memory.open(&opened.id);
                        self.list.chosen = Some(opened.id.clone());
                        self.keep_draft();
                        let opener = Arc::clone(&self.opener);
                        let layout = &self.memory.layout;
                        let mut call = Call::new(*opened, opener, layout, &self.library);
                        call.draft = self.drafts.remove(&call.opened.id).unwrap_or_default();
                        // Whoever looked for words wants to hear them.
                        if let Some(at) = self.list.said_at(&call.opened.id) {
                            call.go(at);
                        }
                        self.call = Some(call);
                        self.stale = true;
                    } else if own && let Some(call) = &mut self.call {
                        call.renew(*opened, &self.library);
                    }
                }
                // What was asked for may be open no more, or have been changed since.
                News::Playing { sound, playing } => {
                    let own = self.call.as_mut().filter(|call| call.opened.sound == sound);
                    if let Some(call) = own {
                        call.deck.opened(playing);
                    }
                }
                News::Shared { folder, moment, came } => {
                    if let Some(Dialog::Share(share)) = &mut self.dialog
                        && (&share.folder, share.moment) == (&folder, moment)
                    {
                        share.came = Some(Some(came));
                    }
                }
                News::Planned { days, plan } => {
                    if let Some(Dialog::Purge(purge)) = &mut self.dialog
                        && purge.days == days
                    {
                        (purge.plan, purge.waits) = (Some(plan), false);
                    }
                }
                News::Purged(came) => {
                    if let Some(Dialog::Purge(purge)) = &mut self.dialog {
                        (purge.plan, purge.came, purge.waits) = (None, Some(came), false);
                    }
                    self.library.list();
                }
                News::Failed(why) => {
                    self.list.loaded = true;
                    self.list.complete = true;
                    self.say(ctx, why);
                }
            }
        }
        if std::mem::take(&mut self.stale) {
            self.list.arrange(&self.memory);
        }
        if let Some(call) = &mut self.call {
            call.look();
            if call.deck.is_playing() && self.memory.layout.follow {
                call.axis.follow(call.deck.position());
            }
            if call.opened.goes_on && call.is_stale() {
                let id = call.opened.id.clone();
                self.library.open(&id);
            }
        }
    }

    fn say(&mut self, ctx: &Context, what: String) {
        self.said = Some((what, ctx.input(|input| input.time)));
    }

    fn search(&mut self) {
        let search = self.list.begin_search();
        if let Some(wanted) = self.list.query.wanted() {
            self.library.search(search, wanted);
        }
        self.stale = true;
    }

    /// Keeps what is being written on the open call; whether there is anything.
    fn keep_draft(&mut self) -> bool {
        let Some(call) = self.call.as_mut().filter(|call| !call.draft.trim().is_empty()) else {
            return false;
        };
        self.drafts.insert(call.opened.id.clone(), std::mem::take(&mut call.draft));
        true
    }

    /// Goes back to the list.
    fn leave(&mut self, ctx: &Context) {
        if self.keep_draft() {
            let what = "What you wrote is not noted yet: it is there when you open the call again.";
            self.say(ctx, what.into());
        }
        self.close();
    }

    fn close(&mut self) {
        if let Some(call) = self.call.take() {
            self.memory.layout.speed = call.deck.speed;
            self.memory.layout.skip_silence = call.deck.skip_silence;
            self.memory.layout.volume = (call.deck.volume.agent, call.deck.volume.customer);
            if !call.opened.notes.standing().is_empty() {
                self.list.noted.insert(call.opened.id.clone());
            }
        }
        self.list.reveal = true;
        self.stale = true;
        self.save();
    }
}

/// Shows the review over the whole of `ui`.
pub fn show_review(ui: &mut Ui, review: &mut Review) {
    let ctx = ui.ctx().clone();
    review.take(&ctx);
    if !(review.sheet || review.dialog.is_some()) {
        let typing = ctx.text_edit_focused();
        for wish in keys::wishes(&ctx, review.call.is_some(), typing) {
            review.wish(wish, &ctx);
        }
    }
    if std::mem::take(&mut review.stale) {
        review.list.arrange(&review.memory);
    }
    let colours = Palette::here(ui);
    ui.painter().rect_filled(ui.max_rect(), 0.0, colours.ground);
    let margin = Margin { left: 16, right: 16, top: 10, bottom: 6 };
    Frame::new().inner_margin(margin).show(ui, |ui| {
        let shares = review.keeping.is_some();
        if let Some(call) = &mut review.call {
            let by = review.by.clone();
            if let Some(did) = call_view::show(ui, call, &mut review.memory, &by, shares) {
                review.in_call(did, &ctx);
            }
        } else {
            let path = review.library.place().path();
            let title = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
            list_view::left_out(ui, &review.list);
            let did = list_view::show(ui, &mut review.list, &review.memory, &title, shares);
            if let Some(did) = did {
                review.in_list(did, &ctx);
            }
            if let Some((search, words, numbers)) = review.list.unquoted() {
                review.library.quote(search, words, numbers);
            }
        }
    });
    if review.sheet && keys::sheet(&ctx) {
        review.sheet = false;
    }
    if let Some(dialog) = &mut review.dialog
        && let Some(did) = dialogs::show(&ctx, dialog)
    {
        review.in_dialog(did);
    }
    review.focused = ctx.memory(|memory| memory.focused()).is_some();
    message(&ctx, review, &colours);
    rest(&ctx, review);
}

/// What went wrong, for a while.
fn message(ctx: &Context, review: &mut Review, colours: &Palette) {
    let Some((what, since)) = &review.said else { return };
    if ctx.input(|input| input.time) - since > SAID_SECS {
        review.said = None;
        return;
    }
    egui::Area::new(egui::Id::unique("said"))
        .anchor(egui::Align2::CENTER_BOTTOM, egui::vec2(0.0, -18.0))
        .show(ctx, |ui| {
            let frame = Frame::new()
                .inner_margin(Margin::symmetric(14, 10))
                .corner_radius(8)
                .fill(colours.raised)
                .stroke(egui::Stroke::new(1.0, colours.caution));
            frame.show(ui, |ui| {
                ui.set_max_width(ctx.content_rect().width() * 0.7);
                ui.label(egui::RichText::new(what).color(colours.text));
            });
        });
    ctx.request_repaint_after(Duration::from_millis(500));
}

/// When to look again, if nobody asks for it before.
fn rest(ctx: &Context, review: &Review) {
    let Some(call) = &review.call else { return };
    if call.deck.is_playing() || call.deck.opens {
        ctx.request_repaint_after(FRAME);
    } else if let Some(after) = call.look_again() {
        ctx.request_repaint_after(after);
    }
}
