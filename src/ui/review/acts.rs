//! What the review does when it is asked to: by a key, or by a press.

use eframe::egui::{Context, Theme};

use super::dialogs::{self, Dialog, Purge, Share};
use super::keys::Wish;
use super::library::News;
use super::list::Column;
use super::{Review, call_view, list_view, notes, panel, timeline, transport};
use crate::call::notes::{About, NotesError};
use crate::units::Party;

impl Review {
    pub(super) fn wish(&mut self, wish: Wish, ctx: &Context) {
        match wish {
            Wish::Sheet => self.sheet = !self.sheet,
            Wish::Look => self.turn_look(ctx),
            Wish::Close => self.escape(ctx),
            Wish::Step(by) => self.list.step(by),
            Wish::First => self.list.choose(0),
            Wish::Last => self.list.choose(self.list.shown.len().saturating_sub(1)),
            Wish::Open => {
                if let Some(id) = self.list.chosen.clone().filter(|_| !self.list.shown.is_empty()) {
                    self.open(&id);
                }
            }
            Wish::Search => self.list.wants_search = true,
            Wish::Filters => self.memory.layout.filters = !self.memory.layout.filters,
            Wish::Unread => self.turn_unread(),
            Wish::Again => match &self.call {
                Some(call) => {
                    let id = call.opened.id.clone();
                    self.library.open(&id);
                }
                None => {
                    self.list.complete = false;
                    self.library.list();
                }
            },
            Wish::Purge if self.keeping.is_some() => {
                self.dialog = Some(Dialog::Purge(Purge::default()));
            }
            Wish::Purge => {}
            _ => self.wish_in_call(wish, ctx),
        }
    }

    fn wish_in_call(&mut self, wish: Wish, ctx: &Context) {
        let Some(call) = &mut self.call else { return };
        let now = call.deck.position();
        let mut failed: Result<(), NotesError> = Ok(());
        match wish {
            Wish::Play => {
                let record = call.record();
                call.deck.toggle(record, &self.library);
            }
            Wish::Back(by) => call.go(now + by),
            Wish::Start => call.go(0.0),
            Wish::End => call.go(call.opened.content.secs),
            Wish::Moment(on) => {
                call.step_moment(on);
                self.memory.layout.tab = panel::Tab::Moments;
            }
            Wish::Zoom(factor) => call.axis.zoom(factor, now),
            Wish::Whole => call.axis.zoom(f64::INFINITY, now),
            Wish::Speed(by) => call.deck.step_speed(by),
            Wish::Loop => call.toggle_loop(),
            Wish::Skip => call.deck.toggle_skip(),
            Wish::MuteAgent => call.deck.toggle_mute(Party::Agent),
            Wish::MuteCustomer => call.deck.toggle_mute(Party::Customer),
            Wish::Follow => self.memory.layout.follow = !self.memory.layout.follow,
            Wish::Right | Wish::Wrong | Wish::Unsure => {
                let verdict = match wish {
                    Wish::Right => notes::VERDICTS[0].0,
                    Wish::Wrong => notes::VERDICTS[1].0,
                    _ => notes::VERDICTS[2].0,
                };
                failed = call.judge(call.about(), verdict, &self.by);
            }
            Wish::Note => {
                call.wants_note = true;
                let about = call.about();
                self.memory.layout.tab =
                    if about == About::Call { panel::Tab::Notes } else { panel::Tab::Moments };
            }
            Wish::Undo => failed = call.undo(&self.by).map(drop),
            Wish::Find => (call.finder.open, call.finder.wants_keys) = (true, true),
            Wish::FindNext(on) => call.find(on),
            Wish::Show(tab) => self.memory.layout.tab = tab,
            Wish::Share => {
                if let Some(stretch) = call.stretch().filter(|_| self.keeping.is_some()) {
                    let folder = call.opened.folder.clone();
                    self.dialog = Some(Dialog::Share(Share::new(folder, stretch)));
                }
            }
            _ => {}
        }
        if let Err(why) = failed {
            self.say(ctx, why.to_string());
        }
    }

    /// Closes what is uppermost.
    fn escape(&mut self, ctx: &Context) {
        if self.sheet {
            self.sheet = false;
        } else if self.dialog.is_some() {
            self.dialog = None;
        } else if self.focused {
            let focused = ctx.memory(|memory| memory.focused());
            focused.iter().for_each(|id| ctx.memory_mut(|memory| memory.surrender_focus(*id)));
            if let Some(call) = &mut self.call {
                call.finder.open = false;
            }
        } else if let Some(call) = self.call.as_mut().filter(|call| call.finder.open) {
            call.finder.open = false;
        } else if let Some(call) = self.call.as_mut().filter(|call| call.selection.is_some()) {
            call.selection = None;
        } else if self.call.is_some() {
            self.leave(ctx);
        }
    }

    fn turn_look(&mut self, ctx: &Context) {
        let dark = ctx.theme() == Theme::Dark;
        self.memory.layout.dark = Some(!dark);
        ctx.set_theme(if dark { Theme::Light } else { Theme::Dark });
    }

    fn turn_unread(&mut self) {
        let chosen = self.list.chosen_row().and_then(|row| self.list.at(row));
        if let Some(call) = chosen {
            let (id, unread) = (call.id.clone(), self.list.is_unread(call, &self.memory));
            if unread {
                self.memory.open(&id);
            } else {
                self.memory.unopen(&id);
                // Noted on by somebody, but to be looked at again.
                self.list.noted.remove(&id);
            }
            self.stale = self.list.query.unread;
        }
    }

    pub(super) fn in_list(&mut self, did: list_view::Did, ctx: &Context) {
        match did {
            list_view::Did::Open(id) => self.open(&id),
            list_view::Did::Search => self.search(),
            list_view::Did::Sort(column) => self.sort(column),
            list_view::Did::Filters => self.wish(Wish::Filters, ctx),
            list_view::Did::Keys => self.wish(Wish::Sheet, ctx),
            list_view::Did::Look => self.wish(Wish::Look, ctx),
            list_view::Did::Again => self.wish(Wish::Again, ctx),
            list_view::Did::Purge => self.wish(Wish::Purge, ctx),
        }
    }

    fn sort(&mut self, column: Column) {
        let layout = &mut self.memory.layout;
        layout.reversed = layout.sort == column && !layout.reversed;
        layout.sort = column;
        self.list.reveal = true;
        self.stale = true;
    }

    pub(super) fn in_call(&mut self, did: call_view::Did, ctx: &Context) {
        match did {
            call_view::Did::Back => return self.leave(ctx),
            call_view::Did::Keys => return self.wish(Wish::Sheet, ctx),
            call_view::Did::Look => return self.wish(Wish::Look, ctx),
            call_view::Did::Transport(did) => return self.with_transport(did, ctx),
            call_view::Did::Panel(did) => return self.in_panel(did, ctx),
            _ => {}
        }
        let Some(call) = &mut self.call else { return };
        match did {
            call_view::Did::Picture(timeline::Did::Seek(secs)) => {
                call.selection = None;
                call.go(secs);
            }
            call_view::Did::Word(secs) => call.go(secs),
            call_view::Did::Picture(timeline::Did::Moment(at)) => {
                call.choose(at);
                self.memory.layout.tab = panel::Tab::Moments;
            }
            call_view::Did::Picture(timeline::Did::Select(from, to)) => {
                call.selection = (to - from >= 0.1).then_some((from, to));
                self.memory.layout.tab = panel::Tab::Moments;
            }
            call_view::Did::Find(on) => call.find(on),
            call_view::Did::CloseFind => call.finder.open = false,
            _ => {}
        }
    }

    fn with_transport(&mut self, did: transport::Did, ctx: &Context) {
        let wish = match did {
            transport::Did::Play => Wish::Play,
            transport::Did::StepMoment(on) => Wish::Moment(on),
            transport::Did::Skip => Wish::Skip,
            transport::Did::Loop => Wish::Loop,
            transport::Did::Mute(Party::Agent) => Wish::MuteAgent,
            transport::Did::Mute(Party::Customer) => Wish::MuteCustomer,
            transport::Did::Follow => Wish::Follow,
            transport::Did::Zoom(factor) => Wish::Zoom(factor),
            transport::Did::Whole => Wish::Whole,
            transport::Did::Speed(times) => {
                return self.call.iter_mut().for_each(|call| call.deck.set_speed(times));
            }
            transport::Did::Volume(party, volume) => {
                return self.call.iter_mut().for_each(|call| call.deck.set_volume(party, volume));
            }
        };
        self.wish(wish, ctx);
    }

    fn in_panel(&mut self, did: panel::Did, ctx: &Context) {
        let by = self.by.clone();
        let Some(call) = &mut self.call else { return };
        let came = match did {
            panel::Did::Tab(tab) => return self.memory.layout.tab = tab,
            panel::Did::Moment(at) => return call.choose(at),
            panel::Did::Seek(secs) | panel::Did::Note(notes::Did::Go(secs)) => {
                return call.go(secs);
            }
            panel::Did::Loop => return self.wish(Wish::Loop, ctx),
            panel::Did::Share => return self.wish(Wish::Share, ctx),
            panel::Did::Note(notes::Did::Judge(about, verdict)) => call.judge(about, verdict, &by),
            panel::Did::Note(notes::Did::Note(about)) => call.note(about, &by),
            panel::Did::Note(notes::Did::TakeBack(note)) => call.take_back(&note, &by),
        };
        if let Err(why) = came {
            self.say(ctx, why.to_string());
        }
    }

    pub(super) fn in_dialog(&mut self, did: dialogs::Did) {
        let Some(keeping) = self.keeping.clone() else { return self.dialog = None };
        let teller = self.library.teller.clone();
        match (did, &mut self.dialog) {
            (dialogs::Did::Share, Some(Dialog::Share(share))) => {
                share.came = Some(None);
                let (folder, moment) = (share.folder.clone(), share.moment);
                let (span, redacted) = (share.span(), share.redacted);
                self.library.errands.run(move || {
                    let came = keeping.share(&folder, span, redacted);
                    teller.tell(News::Shared { folder, moment, came });
                });
            }
            (dialogs::Did::Plan, Some(Dialog::Purge(purge))) => {
                (purge.waits, purge.plan, purge.came) = (true, None, None);
                let days = purge.days;
                self.library.errands.run(move || {
                    let plan = keeping.purge_plan(days);
                    teller.tell(News::Planned { days, plan });
                });
            }
            (dialogs::Did::Purge, Some(Dialog::Purge(purge))) => {
                let Some(Ok(items)) = purge.plan.clone() else { return };
                purge.waits = true;
                self.library.errands.run(move || teller.tell(News::Purged(keeping.purge(&items))));
            }
            _ => self.dialog = None,
        }
    }
}
