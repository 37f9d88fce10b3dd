//! The windows: the overlay beside the softphone, the summary after a call, the set-up, and the review
//! of calls.
//!
//! What is shown is a pure function of a state ([`OverlayState`], [`SetupState`]) that knows no
//! window; the views only paint it and say what the agent did. [`window`](self) glue to the
//! system is in one file. Only this room names egui.

mod end;
mod icon;
mod message;
mod overlay;
mod parts;
mod place;
mod reading;
mod review;
mod setup;
mod state;
mod theme;
mod voices;
mod window;

pub use end::{CallEnd, EndAction, show_end};
pub use overlay::{Action, OverlaySize, show_overlay};
pub use reading::{Bearing, HeatReading, PaceReading, Trend};
pub use review::{
    Clip, Keeping, Place, PurgeItem, Review, ReviewOptions, ReviewSetup, run_review, show_review,
};
pub use setup::{
    Answers, Choice, Choices, LanguageChoice, ModelChoice, SetupAction, SetupHost, SetupState,
    TestStep, run_setup, show_setup,
};
pub use state::{CUE_SECS, Heard, OverlayState, ShownCue};
pub use theme::install as install_theme;
pub use window::{Closed, LiveLink, LiveOptions, Look, UiError, Waker, run_live};
