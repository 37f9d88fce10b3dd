//! What is asked before a clip leaves the archive, or an old call goes.

use std::path::PathBuf;

use eframe::egui::{Context, DragValue, Id, Label, Modal, RichText, ScrollArea, Ui};

use super::axis::clock;
use super::keeping::{Clip, PurgeItem};
use super::widgets::{Look, button, faint};
use crate::ui::theme::{Palette, normal, strong};
use crate::units::{CallSpan, CallTime};

/// A dialog that is open.
pub enum Dialog {
    /// A moment is to be shared.
    Share(Share),
    /// Old calls are to go.
    Purge(Purge),
}

/// A clip to be made.
pub struct Share {
    /// The call's folder.
    pub folder: PathBuf,
    /// The moment in seconds.
    pub moment: (f64, f64),
    /// Seconds before it.
    pub before: f64,
    /// Seconds after it.
    pub after: f64,
    /// Whether numbers, names and addresses are silenced and masked.
    pub redacted: bool,
    /// What has come of it, once it is under way: nothing yet, or where the clip is, or why not.
    pub came: Option<Option<Result<Clip, String>>>,
}

impl Share {
    /// Of a moment, as one most likely wants it.
    pub fn new(folder: PathBuf, moment: (f64, f64)) -> Share {
        Share { folder, moment, before: 15.0, after: 15.0, redacted: true, came: None }
    }

    /// What goes into the clip.
    pub fn span(&self) -> CallSpan {
        let (from, to) = (self.moment.0 - self.before, self.moment.1 + self.after);
        CallSpan::new(CallTime::from_secs(from), CallTime::from_secs(to))
    }
}

/// Old calls to go.
pub struct Purge {
    /// Those older than so many days.
    pub days: u32,
    /// Which those are, once they have been looked for.
    pub plan: Option<Result<Vec<PurgeItem>, String>>,
    /// Whether something is under way.
    pub waits: bool,
    /// What has come of it.
    pub came: Option<Result<usize, String>>,
}

impl Default for Purge {
    fn default() -> Purge {
        Purge { days: 90, plan: None, waits: false, came: None }
    }
}

/// What somebody decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Did {
    /// Leave it.
    Close,
    /// Make the clip.
    Share,
    /// Look which calls would go.
    Plan,
    /// Take them away.
    Purge,
}

/// Shows the dialog.
pub fn show(ctx: &Context, dialog: &mut Dialog) -> Option<Did> {
    let response =
        Modal::new(Id::unique("dialog")).frame(super::keys::frame(ctx)).show(ctx, |ui| {
            ui.set_width(460.0);
            ui.spacing_mut().item_spacing.y = 8.0;
            match dialog {
                Dialog::Share(share) => of_share(ui, share),
                Dialog::Purge(purge) => of_purge(ui, purge),
            }
        });
    let closes = response.should_close();
    response.inner.or(closes.then_some(Did::Close))
}

fn title(ui: &mut Ui, text: &str) {
    let colours = Palette::here(ui);
    ui.label(RichText::new(text).font(strong(18.0)).color(colours.text));
}

fn said(ui: &mut Ui, text: &str, good: bool) {
    let colours = Palette::here(ui);
    let ink = if good { colours.good } else { colours.caution };
    ui.add(Label::new(RichText::new(text).font(normal(13.5)).color(ink)).wrap());
}

fn seconds(ui: &mut Ui, name: &str, secs: &mut f64) {
    ui.horizontal(|ui| {
        let label = ui.label(name);
        let field = DragValue::new(secs).range(0.0..=600.0).speed(0.5).suffix(" s");
        ui.add(field).labelled_by(label.id);
    });
}

fn of_share(ui: &mut Ui, share: &mut Share) -> Option<Did> {
    let mut did = None;
    title(ui, "Share this moment");
    seconds(ui, "Seconds before it", &mut share.before);
    seconds(ui, "Seconds after it", &mut share.after);
    ui.checkbox(&mut share.redacted, "Silence and mask numbers, names and addresses");
    let span = share.span();
    let [from, to] = [span.start, span.end].map(|at| clock(at.secs(), false));
    faint(
        ui,
        format!("The clip goes from {from} to {to}. It leaves this computer only if you send it."),
    );
    let running = matches!(share.came, Some(None));
    match &share.came {
        Some(Some(Ok(clip))) => {
            said(ui, &format!("The clip is {}", clip.page.display()), true);
            clip.remarks.iter().for_each(|remark| said(ui, remark, false));
        }
        Some(Some(Err(why))) => said(ui, why, false),
        Some(None) => _ = faint(ui, "Making the clip…"),
        None => {}
    }
    ui.horizontal(|ui| {
        let made = matches!(share.came, Some(Some(Ok(_))));
        let (make, close) = match (running, made) {
            (true, _) => (Look::Off, Look::Plain),
            (_, true) => (Look::Plain, Look::Main),
            _ => (Look::Main, Look::Plain),
        };
        let name = if made { "Make another" } else { "Make the clip" };
        if button(ui, None, name, "", make) {
            did = Some(Did::Share);
        }
        if button(ui, None, "Close", "Esc", close) {
            did = Some(Did::Close);
        }
    });
    did
}

fn of_purge(ui: &mut Ui, purge: &mut Purge) -> Option<Did> {
    let mut did = None;
    title(ui, "Remove old calls");
    ui.horizontal(|ui| {
        let label = ui.label("Calls older than this, in days");
        let field = DragValue::new(&mut purge.days).range(1..=36_500).suffix(" days");
        if ui.add(field).labelled_by(label.id).changed() {
            // What is looked for still is no longer wanted.
            (purge.plan, purge.came, purge.waits) = (None, None, false);
        }
        let look = if purge.waits { Look::Off } else { Look::Plain };
        if button(ui, None, "Show which", "", look) {
            did = Some(Did::Plan);
        }
    });
    let mut sure = false;
    match (&purge.plan, &purge.came) {
        (_, Some(Ok(1))) => said(ui, "One call is gone.", true),
        (_, Some(Ok(count))) => said(ui, &format!("{count} calls are gone."), true),
        (_, Some(Err(why))) | (Some(Err(why)), _) => said(ui, why, false),
        (Some(Ok(items)), _) if items.is_empty() => _ = faint(ui, "No call is so old."),
        (Some(Ok(items)), _) => {
            let goes = items.iter().filter(|item| !item.stays);
            let (count, bytes) =
                goes.fold((0, 0), |(count, bytes), item| (count + 1, bytes + item.bytes));
            let size = bytes as f64 / 1e6;
            let what = match count {
                0 => "No call would go:".to_owned(),
                1 => format!("One call would go for good ({size:.1} MB):"),
                many => format!("{many} calls would go for good ({size:.1} MB):"),
            };
            ui.label(what);
            ScrollArea::vertical().max_height(220.0).show_rows(
                ui,
                18.0,
                items.len(),
                |ui, rows| {
                    for item in &items[rows] {
                        let remark = if item.remark.is_empty() { "" } else { "  ·  " };
                        let text = format!("{}  {}{remark}{}", item.began, item.id, item.remark);
                        ui.add(Label::new(text.trim()).truncate());
                    }
                },
            );
            sure = count > 0;
        }
        (None, None) if purge.waits => _ = faint(ui, "Looking…"),
        (None, None) => _ = faint(ui, "Nothing goes before you have seen the list."),
    }
    ui.horizontal(|ui| {
        if sure && !purge.waits && button(ui, None, "Remove them for good", "", Look::Main) {
            did = Some(Did::Purge);
        }
        if button(ui, None, "Close", "Esc", Look::Plain) {
            did = Some(Did::Close);
        }
    });
    did
}
