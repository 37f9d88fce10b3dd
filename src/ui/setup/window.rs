//! The set-up as a window of the system.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use eframe::egui::{Context, Ui, ViewportBuilder, ViewportCommand};
use eframe::{Frame, NativeOptions};

use super::form::{SetupAction, show_setup};
use super::{Answers, Choices, SetupState};
use crate::ui::theme;
use crate::ui::window::{APP_ID, Look, UiError};
use crate::units::PerParty;

/// The meters move so often: enough to see that a voice moves them.
const FRAME: Duration = Duration::from_millis(50);
/// Devices are looked for anew so often.
const LOOK_AGAIN: Duration = Duration::from_secs(3);

/// What the set-up needs of the machine.
pub trait SetupHost {
    /// What there is to choose from just now.
    fn choices(&mut self) -> Choices;

    /// Listens to these devices from now on, and to no others.
    fn listen(&mut self, devices: PerParty<Option<&str>>);

    /// The levels since the last time, in dBFS; `None` where nothing is open, or it can't be.
    fn levels(&mut self) -> PerParty<Option<f32>>;
}

/// Shows the set-up until all is chosen, or the window closed; then `None`. Begins with what
/// was chosen the last time. On the main thread.
pub fn run_setup(
    host: Box<dyn SetupHost>,
    before: Answers,
    look: Look,
) -> Result<Option<Answers>, UiError> {
    let viewport = ViewportBuilder::default()
        .with_title("Evenkeel: set-up")
        .with_app_id(APP_ID)
        .with_inner_size([600.0, 760.0])
        .with_min_inner_size([520.0, 420.0]);
    let chosen = Arc::new(Mutex::new(None));
    let at_start = Arc::clone(&chosen);
    let native = NativeOptions { viewport, centered: true, ..NativeOptions::default() };
    eframe::run_native(
        APP_ID,
        native,
        Box::new(move |cc| {
            theme::install(&cc.egui_ctx);
            cc.egui_ctx.set_theme(look.preference());
            Ok(Box::new(Setup::new(host, before, at_start)))
        }),
    )?;
    Ok(chosen.lock().unwrap_or_else(PoisonError::into_inner).take())
}

struct Setup {
    host: Box<dyn SetupHost>,
    state: SetupState,
    began: Instant,
    looked: Instant,
    chosen: Arc<Mutex<Option<Answers>>>,
}

impl Setup {
    fn new(
        mut host: Box<dyn SetupHost>,
        before: Answers,
        chosen: Arc<Mutex<Option<Answers>>>,
    ) -> Self {
        let state = SetupState::new(host.choices(), before);
        host.listen(state.chosen());
        let began = Instant::now();
        Setup { host, state, began, looked: began, chosen }
    }
}

impl eframe::App for Setup {
    fn logic(&mut self, ctx: &Context, _: &mut Frame) {
        if self.looked.elapsed() >= LOOK_AGAIN {
            self.looked = Instant::now();
            let before = self.state.chosen().map(|id| id.map(str::to_owned));
            self.state.set_choices(self.host.choices());
            let after = self.state.chosen();
            if before != after.map(|id| id.map(str::to_owned)) {
                self.host.listen(after);
            }
        }
        self.state.levels(self.host.levels(), self.began.elapsed().as_secs_f64());
        ctx.request_repaint_after(FRAME);
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut Frame) {
        match show_setup(ui, &mut self.state) {
            Some(SetupAction::Listen) => self.host.listen(self.state.chosen()),
            Some(SetupAction::Start(answers)) => {
                *self.chosen.lock().unwrap_or_else(PoisonError::into_inner) = Some(answers);
                ui.ctx().send_viewport_cmd(ViewportCommand::Close);
            }
            None => {}
        }
    }

    fn on_exit(&mut self, _: Option<&eframe::glow::Context>) {
        self.host.listen(PerParty::default());
    }
}
