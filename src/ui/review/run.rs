//! The review as a window of the system, by eframe.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use eframe::egui::{Context, Theme, Ui, ViewportBuilder, ViewportCommand};
use eframe::{Frame, NativeOptions};

use super::{Review, ReviewSetup, show_review};
use crate::ui::theme;
use crate::ui::window::{APP_ID, Look, UiError, Waker};

/// The window looks so often whether it is to close.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How far one may shrink or enlarge everything.
const ZOOMS: (f32, f32) = (0.6, 3.0);

/// How the review is shown.
#[derive(Default)]
pub struct ReviewOptions {
    /// Light or dark, where the person has not chosen.
    pub look: Look,
    /// When set, the window closes: Ctrl-C in the terminal.
    pub quit: Arc<AtomicBool>,
}

/// Shows a review until the window is closed. On the main thread.
///
/// # Errors
/// [`UiError`], where no window can be opened.
pub fn run_review(setup: ReviewSetup, options: ReviewOptions) -> Result<(), UiError> {
    let waker = Waker::default();
    let own = waker.clone();
    let review = Review::new(setup, waker);
    let layout = review.memory.layout.clone();
    let mut viewport = ViewportBuilder::default()
        .with_title("Evenkeel: review")
        .with_app_id(APP_ID)
        .with_inner_size(layout.size.unwrap_or((1_280.0, 800.0)))
        .with_min_inner_size([900.0, 560.0]);
    if let Some((x, y)) = layout.at.filter(|(x, y)| *x >= 0.0 && *y >= 0.0) {
        viewport = viewport.with_position([x, y]);
    }
    let native = NativeOptions { viewport, ..NativeOptions::default() };
    eframe::run_native(
        APP_ID,
        native,
        Box::new(move |cc| {
            let ctx = &cc.egui_ctx;
            theme::install(ctx);
            match layout.dark {
                Some(true) => ctx.set_theme(Theme::Dark),
                Some(false) => ctx.set_theme(Theme::Light),
                None => ctx.set_theme(options.look.preference()),
            }
            ctx.set_zoom_factor(layout.zoom.clamp(ZOOMS.0, ZOOMS.1));
            own.listen(ctx);
            Ok(Box::new(Window { review, quit: options.quit }))
        }),
    )?;
    Ok(())
}

struct Window {
    review: Review,
    quit: Arc<AtomicBool>,
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &Context, _: &mut Frame) {
        if self.quit.load(Ordering::Relaxed) {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
        let layout = &mut self.review.memory.layout;
        layout.zoom = ctx.zoom_factor();
        ctx.input(|input| {
            let viewport = input.viewport();
            if viewport.maximized != Some(true)
                && let (Some(inner), Some(outer)) = (viewport.inner_rect, viewport.outer_rect)
            {
                layout.size = Some(inner.size().into());
                layout.at = Some((outer.left(), outer.top()));
            }
        });
        ctx.request_repaint_after(LOOK_EVERY);
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut Frame) {
        show_review(ui, &mut self.review);
    }

    fn on_exit(&mut self, _: Option<&eframe::glow::Context>) {
        self.review.close();
    }
}
