//! The overlay as a window of the system, by eframe.
//!
//! It draws when something changed: at most 30 times a second while somebody speaks, else when
//! the session wakes it, when a prompt comes or goes, and once a second for the clock.
//!
//! What the system decides: on Wayland, a program can neither place its window nor keep it on
//! top, and on X11 it is the window manager that gives a new window the focus or not (the
//! overlay asks for none by being a utility window).

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TryRecvError};
use eframe::egui::{
    Context, Pos2, ThemePreference, Ui, Vec2, ViewportBuilder, ViewportCommand, WindowLevel,
    X11WindowType,
};
use eframe::{CreationContext, Frame, NativeOptions};

use super::end::{self, CallEnd, EndAction, show_end};
use super::overlay::{Action, show_overlay};
use super::place::Place;
use super::state::OverlayState;
use super::theme;
use crate::event::Event;
use crate::session::board::{Pulse, Shown, Wish};

/// The name by which the system knows the program's windows.
pub(super) const APP_ID: &str = "evenkeel";
/// At most 30 frames a second.
const FRAME: Duration = Duration::from_millis(33);
/// After the call the window only looks whether it is to close.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// In so many first frames the window is put on top again: X11 forgets it while it is hidden.
const FIRST_FRAMES: u8 = 5;
/// How much is seen through the overlay while clicks go through it.
const SEE_THROUGH: f32 = 0.75;

/// A window can't be opened.
#[derive(Debug, thiserror::Error)]
#[error(
    "the window can't be opened: {0}. It needs a desktop session, with OpenGL; without one, `evenkeel live --no-window` and `evenkeel page` work"
)]
pub struct UiError(String);

impl From<eframe::Error> for UiError {
    /// What eframe says; the error itself can't leave the main thread.
    fn from(error: eframe::Error) -> Self {
        UiError(without_place(&error.to_string()).to_owned())
    }
}

/// An error's text without the place in a library's source that some begin with.
fn without_place(text: &str) -> &str {
    let place = text.find(".rs:").map(|at| at + ".rs:".len());
    let told = place.and_then(|at| text[at..].split_once(": ").map(|(_, told)| told));
    told.unwrap_or(text).trim_end_matches('.')
}

/// The session's end of the window: what is shown, and what the agent wishes.
pub struct LiveLink {
    /// What the engine finds out. When the sender is gone, the call is over.
    pub events: Receiver<Event>,
    /// How the call stands.
    pub pulse: Arc<Mutex<Pulse>>,
    /// What the agent wishes.
    pub wishes: Sender<Wish>,
    /// Which prompt was painted when.
    pub shown: Sender<Shown>,
}

/// Wakes the window from another thread: after an event, and when somebody begins or ends to
/// speak. Not for every level: while somebody speaks the window looks by itself.
#[derive(Clone, Default)]
pub struct Waker(Arc<OnceLock<Context>>);

impl Waker {
    /// Has the window look at what is new. Before it is open, nothing happens.
    pub fn wake(&self) {
        if let Some(ctx) = self.0.get() {
            // One frame; a request without delay gives two.
            ctx.request_repaint_after(Duration::from_micros(1));
        }
    }

    /// From now on it is this window that looks.
    pub(super) fn listen(&self, ctx: &Context) {
        let _ = self.0.set(ctx.clone());
    }

    /// The same for who must not know of windows.
    pub fn into_fn(self) -> Box<dyn Fn() + Send + Sync> {
        Box::new(move || self.wake())
    }
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// As the system has it; dark where it doesn't say.
    #[default]
    System,
    /// Dark letters on light.
    Light,
    /// Light letters on dark.
    Dark,
}

impl Look {
    pub(super) fn preference(self) -> ThemePreference {
        match self {
            Look::System => ThemePreference::System,
            Look::Light => ThemePreference::Light,
            Look::Dark => ThemePreference::Dark,
        }
    }
}

/// How the overlay is shown.
#[derive(Default)]
pub struct LiveOptions {
    /// Where the window's place is kept; without it, it is forgotten.
    pub place: Option<PathBuf>,
    /// Light or dark.
    pub look: Look,
    /// The call ends by itself after so much silence on both sides, in seconds.
    pub end_after_secs: Option<f64>,
    /// Whether the desktop shows what is behind a window that can be seen through.
    pub transparent: bool,
    /// When set, the call ends and the window closes: Ctrl-C in the terminal.
    pub quit: Arc<AtomicBool>,
    /// Shows the agent the folder of the call; without it there is no button for it.
    pub open_folder: Option<Box<dyn Fn()>>,
}

/// How the window was closed after the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// The agent has done.
    Done,
    /// The agent goes on to the next call.
    NewCall,
}

/// Shows a live call until it is over and the agent has closed the window. On the main thread.
pub fn run_live(link: LiveLink, waker: Waker, options: LiveOptions) -> Result<Closed, UiError> {
    let place = options.place.as_deref().map(Place::load).unwrap_or_default();
    let (width, height) = place.size.points();
    let viewport = ViewportBuilder::default()
        .with_title("Evenkeel")
        .with_app_id(APP_ID)
        .with_inner_size([width, height])
        .with_decorations(false)
        .with_resizable(false)
        .with_always_on_top()
        .with_active(false)
        .with_window_type(X11WindowType::Utility)
        .with_transparent(options.transparent);
    let closed = Arc::new(Mutex::new(Closed::Done));
    let at_close = Arc::clone(&closed);
    let native = NativeOptions { viewport, ..NativeOptions::default() };
    eframe::run_native(
        APP_ID,
        native,
        Box::new(move |cc| Ok(Box::new(Overlay::new(cc, link, &waker, options, place, at_close)))),
    )?;
    Ok(*closed.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The application.
struct Overlay {
    link: LiveLink,
    options: LiveOptions,
    state: OverlayState,
    end: Option<CallEnd>,
    place: Place,
    began: Instant,
    frames: u8,
    last_shown: Option<u32>,
    end_sent: bool,
    closed: Arc<Mutex<Closed>>,
}

impl Overlay {
    fn new(
        cc: &CreationContext<'_>,
        link: LiveLink,
        waker: &Waker,
        options: LiveOptions,
        place: Place,
        closed: Arc<Mutex<Closed>>,
    ) -> Self {
        let ctx = &cc.egui_ctx;
        theme::install(ctx);
        ctx.set_theme(options.look.preference());
        let place = place.on_screen(place.size.points().0, &screens(cc));
        if let (Some(x), Some(y)) = (place.x, place.y) {
            ctx.send_viewport_cmd(ViewportCommand::OuterPosition(Pos2::new(x, y)));
        }
        // The first call's window; a later one brings a waker of its own.
        waker.listen(ctx);
        Overlay {
            state: OverlayState::new(options.end_after_secs),
            link,
            options,
            end: None,
            place,
            began: Instant::now(),
            frames: 0,
            last_shown: None,
            end_sent: false,
            closed,
        }
    }

    /// Takes what is new.
    fn take(&mut self) {
        self.state.tick(self.began.elapsed().as_secs_f64());
        loop {
            match self.link.events.try_recv() {
                Ok(event) => self.state.event(&event),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    self.state.end();
                    break;
                }
            }
        }
        let pulse = self.link.pulse.lock().unwrap_or_else(PoisonError::into_inner);
        self.state.pulse(&pulse);
    }

    /// When to look again, if nobody asks for it before.
    fn rest(&self) -> Option<Duration> {
        if self.state.is_over() {
            return Some(LOOK_EVERY);
        }
        let pulse = self.state.now();
        if pulse.speaking.agent || pulse.speaking.customer {
            return Some(FRAME);
        }
        let next = self.state.next_change_secs().map(Duration::from_secs_f64);
        let next = next.map(|next| next.max(FRAME));
        let part = pulse.now.secs().fract();
        let tick = (!pulse.paused).then(|| Duration::from_secs_f64(1.02 - part));
        next.into_iter().chain(tick).min()
    }

    fn act(&mut self, action: Action, ctx: &Context) {
        self.state.acted(action);
        match action {
            Action::Wish(wish) => self.wish(wish),
            Action::Size(size) => {
                self.place.size = size;
                resize(ctx, size.points());
                self.save_place();
            }
            Action::Drag => ctx.send_viewport_cmd(ViewportCommand::StartDrag),
            Action::ClickThrough => {
                let through = ViewportCommand::MousePassthrough(self.state.click_through());
                ctx.send_viewport_cmd(through);
            }
            Action::AskEnd | Action::KeepGoing => {}
        }
    }

    fn wish(&mut self, wish: Wish) {
        if wish == Wish::End {
            self.end_sent = true;
        }
        // A session that no longer listens has ended the call: its events say so.
        let _ = self.link.wishes.try_send(wish);
    }

    fn finish(&mut self, action: EndAction, ctx: &Context) {
        match action {
            EndAction::OpenFolder => {
                if let Some(open) = &self.options.open_folder {
                    open();
                }
            }
            EndAction::NewCall | EndAction::Close => {
                if action == EndAction::NewCall {
                    *self.closed.lock().unwrap_or_else(PoisonError::into_inner) = Closed::NewCall;
                }
                ctx.send_viewport_cmd(ViewportCommand::Close);
            }
        }
    }

    fn save_place(&self) {
        if let Some(path) = &self.options.place {
            // Not worth a word during a call: the window opens elsewhere next time.
            let _ = self.place.save(path);
        }
    }
}

impl eframe::App for Overlay {
    fn logic(&mut self, ctx: &Context, _: &mut Frame) {
        self.take();
        if self.state.ends_in_secs() == Some(0) && !self.end_sent {
            self.wish(Wish::End);
        }
        if self.options.quit.load(Ordering::Relaxed) {
            if self.state.is_over() {
                ctx.send_viewport_cmd(ViewportCommand::Close);
            } else if !self.end_sent {
                self.wish(Wish::End);
            }
        }
        if ctx.input(|input| input.viewport().close_requested()) && !self.state.is_over() {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.state.acted(Action::AskEnd);
        }
        if let Some(rest) = self.rest() {
            ctx.request_repaint_after(rest);
        }
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut Frame) {
        let ctx = ui.ctx().clone();
        if self.frames < FIRST_FRAMES {
            self.frames += 1;
            ctx.send_viewport_cmd(ViewportCommand::WindowLevel(WindowLevel::AlwaysOnTop));
            ctx.request_repaint_after(FRAME);
        }
        if self.state.is_over() {
            if self.end.is_none() {
                resize(&ctx, end::POINTS);
                ctx.send_viewport_cmd(ViewportCommand::MousePassthrough(false));
            }
            let call = self.end.get_or_insert_with(|| CallEnd::of(self.state.lines()));
            if let Some(action) = show_end(ui, call, self.options.open_folder.is_some()) {
                self.finish(action, &ctx);
            }
            return;
        }
        if let Some(at) = ctx.input(|input| input.viewport().outer_rect) {
            (self.place.x, self.place.y) = (Some(at.left()), Some(at.top()));
        }
        if self.state.click_through() && self.options.transparent {
            ui.set_opacity(SEE_THROUGH);
        }
        if let Some(action) = show_overlay(ui, &self.state, self.place.size) {
            self.act(action, &ctx);
            ctx.request_repaint();
        }
        let shown = self.state.cue().map(|shown| shown.cue.id);
        if shown != self.last_shown {
            self.last_shown = shown;
            if let Some(cue) = shown {
                // For statistics: where nobody counts, nobody listens.
                let _ = self.link.shown.try_send(Shown { cue, at: Instant::now() });
            }
        }
    }

    fn clear_color(&self, visuals: &eframe::egui::Visuals) -> [f32; 4] {
        if self.options.transparent {
            [0.0; 4]
        } else {
            visuals.panel_fill.to_normalized_gamma_f32()
        }
    }

    fn on_exit(&mut self, _: Option<&eframe::glow::Context>) {
        self.save_place();
    }
}

/// Gives the window another size, and moves it where it would hang over the lower or right
/// edge of the screen.
fn resize(ctx: &Context, (width, height): (f32, f32)) {
    ctx.send_viewport_cmd(ViewportCommand::InnerSize(Vec2::new(width, height)));
    let (at, screen) = ctx.input(|input| {
        let viewport = input.viewport();
        (viewport.outer_rect, viewport.monitor_size)
    });
    let (Some(at), Some(screen)) = (at, screen) else { return };
    // On a second screen, whose edges are not known, it stays where it is.
    if at.left() < screen.x && at.top() < screen.y {
        let most = (screen - Vec2::new(width, height)).max(Vec2::ZERO);
        let to = at.min.min(most.to_pos2());
        if to != at.min {
            ctx.send_viewport_cmd(ViewportCommand::OuterPosition(to));
        }
    }
}

/// The screens in points: left, top, width and height.
fn screens(cc: &CreationContext<'_>) -> Vec<[f32; 4]> {
    let Some(window) = cc.winit_window() else { return Vec::new() };
    window
        .available_monitors()
        .map(|monitor| {
            let scale = monitor.scale_factor() as f32;
            let (at, size) = (monitor.position(), monitor.size());
            [at.x as f32, at.y as f32, size.width as f32, size.height as f32]
                .map(|pixels| pixels / scale)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_library_is_not_told() {
        let told =
            "winit EventLoopError: os error at /somewhere/src/mod.rs:765: DISPLAY is not set.";
        assert_eq!(without_place(told), "DISPLAY is not set");
        assert_eq!(without_place("no OpenGL"), "no OpenGL");
    }
}
