//! A call as it is seen: its picture above, what was said and what is to say of it below.

use eframe::egui::{
    CursorIcon, Key, Label, Margin, Rect, RichText, Role, Sense, Stroke, TextEdit, Ui, UiBuilder,
    WidgetInfo, pos2, vec2,
};

use super::call::Call;
use super::memory::Memory;
use super::widgets::{Look, button, faint, icon_button};
use super::{notes, panel, timeline, transcript, transport};
use crate::call::notes::About;
use crate::ui::icon::{self, Icon};
use crate::ui::theme::{Palette, normal, strong};

/// The transcript and what stands beside it take at least so much of the width.
const LEAST_SHARE: f32 = 0.3;
/// Warnings that are shown above the picture; the others are among the numbers.
const MAX_TROUBLES: usize = 3;

/// What somebody did.
#[derive(Clone, Debug, PartialEq)]
pub enum Did {
    /// Back to the list.
    Back,
    /// Show the keys.
    Keys,
    /// Light or dark.
    Look,
    /// With the picture.
    Picture(timeline::Did),
    /// With the controls.
    Transport(transport::Did),
    /// In the panel.
    Panel(panel::Did),
    /// Go to a word.
    Word(f64),
    /// Find the next, or the one before.
    Find(bool),
    /// Close the search.
    CloseFind,
}

/// Shows the call in all of `ui`.
pub fn show(
    ui: &mut Ui,
    call: &mut Call,
    memory: &mut Memory,
    by: &str,
    shares: bool,
) -> Option<Did> {
    let mut did = head(ui, call);
    troubles(ui, call);
    ui.add_space(4.0);
    did = timeline::show(ui, call).map(Did::Picture).or(did);
    ui.add_space(4.0);
    did = transport::show(ui, call, &memory.layout).map(Did::Transport).or(did);
    ui.add_space(6.0);
    let area = ui.available_rect_before_wrap();
    let share = memory.layout.split.clamp(LEAST_SHARE, 1.0 - LEAST_SHARE);
    let middle = area.left() + area.width() * share;
    divider(ui, area, middle, memory);
    let left = area.with_max_x(middle - 10.0);
    let right = area.with_min_x(middle + 14.0);
    ui.painter().hline(area.x_range(), area.top(), Stroke::new(1.0, Palette::here(ui).line));
    let follow = memory.layout.follow;
    ui.scope_builder(UiBuilder::new().max_rect(left.with_min_y(area.top() + 2.0)), |ui| {
        if call.finder.open {
            did = find(ui, call).or(did.take());
        }
        did = transcript::show(ui, call, follow).map(Did::Word).or(did.take());
    });
    ui.scope_builder(UiBuilder::new().max_rect(right.with_min_y(area.top() + 8.0)), |ui| {
        let tab = memory.layout.tab;
        did = panel::show(ui, call, tab, by, shares).map(Did::Panel).or(did.take());
    });
    ui.allocate_rect(area, Sense::hover());
    did
}

fn head(ui: &mut Ui, call: &Call) -> Option<Did> {
    let colours = Palette::here(ui);
    let mut did = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 10.0;
        if button(ui, Some(Icon::Back), "Calls", "Esc", Look::Bare) {
            did = Some(Did::Back);
        }
        let content = &call.opened.content;
        let right = eframe::egui::Layout::right_to_left(eframe::egui::Align::Center);
        let title = RichText::new(&content.title).font(strong(18.0)).color(colours.text);
        ui.add(Label::new(title).truncate());
        faint(ui, content.facts.join("  ·  "));
        ui.with_layout(right, |ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            if icon_button(ui, Icon::Question, "Keys", "?", Look::Bare) {
                did = Some(Did::Keys);
            }
            if icon_button(ui, Icon::Look, "Light or dark", "D", Look::Bare) {
                did = Some(Did::Look);
            }
            let verdicts = notes::verdicts(call, About::Call);
            if !verdicts.is_empty() {
                faint(ui, format!("Call judged {verdicts}"));
            }
        });
    });
    did
}

/// What is the matter with the call, kindly.
fn troubles(ui: &mut Ui, call: &Call) {
    let opened = &call.opened;
    let content = &opened.content;
    let mut lines: Vec<String> = Vec::new();
    if let Some(ends) = &content.cut_short {
        lines.push(format!(
            "This call goes on, or was cut short: what is known ends at {ends}. When more comes, it is \
             shown by itself."
        ));
    }
    lines.extend(opened.troubles.iter().cloned());
    if opened.sound.is_missing() {
        lines.push(
            "The sound of this call was not kept, so it can't be played. What is drawn is where each \
             spoke. Where its recording is elsewhere, start with --recordings FOLDER; to keep sound, use \
             --keep-audio, or choose it in the set-up."
                .into(),
        );
    }
    lines.extend(call.wave.fault().map(|why| format!("The sound can't be read: {why}.")));
    lines.extend(call.deck.fault.clone().map(|why| format!("It can't be played: {why}.")));
    lines.extend(content.warnings.iter().map(|warning| warning.text.clone()));
    let more = lines.len().saturating_sub(MAX_TROUBLES);
    lines.truncate(MAX_TROUBLES);
    if more > 0 {
        lines.push(format!("{more} more under Numbers."));
    }
    let colours = Palette::here(ui);
    for line in lines {
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = 18.0;
            let (place, _) = ui.allocate_exact_size(vec2(18.0, 18.0), Sense::hover());
            icon::paint(ui.painter(), place.shrink(2.0), Icon::Caution, colours.caution);
            let text = RichText::new(line).font(normal(13.0)).color(colours.text);
            ui.add(Label::new(text).wrap());
        });
    }
}

/// The line between transcript and panel, which can be moved.
fn divider(ui: &Ui, area: Rect, middle: f32, memory: &mut Memory) {
    let colours = Palette::here(ui);
    let handle =
        Rect::from_min_max(pos2(middle - 4.0, area.top()), pos2(middle + 6.0, area.bottom()));
    let response = ui.interact(handle, ui.scope_id().with("divider"), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, "Width of the transcript"));
    if response.dragged() {
        memory.layout.split += response.drag_delta().x / area.width();
    }
    if response.has_focus() {
        let by = ui.input(|input| {
            f32::from(i8::from(input.key_pressed(Key::ArrowDown)))
                - f32::from(i8::from(input.key_pressed(Key::ArrowUp)))
        });
        memory.layout.split += by * 0.02;
    }
    if response.double_clicked() {
        memory.layout.split = super::memory::Layout::default().split;
    }
    memory.layout.split = memory.layout.split.clamp(LEAST_SHARE, 1.0 - LEAST_SHARE);
    let lit = response.hovered() || response.dragged() || response.has_focus();
    let colour = if lit { colours.accent } else { colours.line };
    ui.painter().vline(middle + 1.0, area.y_range(), Stroke::new(1.0, colour));
    response.on_hover_cursor(CursorIcon::ResizeHorizontal);
}

/// The field in which words of the call are looked for.
fn find(ui: &mut Ui, call: &mut Call) -> Option<Did> {
    let mut did = None;
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        let width = ui.available_width() - 190.0;
        let field = TextEdit::singleline(&mut call.finder.text)
            .id_salt("find")
            .hint_text("Find in this call")
            .font(normal(14.0))
            .desired_width(width)
            .margin(Margin::symmetric(10, 6));
        let response = ui.add(field);
        response.widget_info(|| WidgetInfo::labeled(Role::SearchInput, true, "Find in this call"));
        if std::mem::take(&mut call.finder.wants_keys) {
            response.request_focus();
        }
        if response.changed() {
            call.finder.nothing = false;
        }
        if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
            let back = ui.input(|input| input.modifiers.shift);
            did = Some(Did::Find(!back));
            response.request_focus();
        }
        if icon_button(ui, Icon::Raised, "Find the one before", "Shift+Enter", Look::Plain) {
            did = Some(Did::Find(false));
        }
        if icon_button(ui, Icon::Lowered, "Find the next", "Enter", Look::Plain) {
            did = Some(Did::Find(true));
        }
        if icon_button(ui, Icon::Wrong, "Close the search", "Esc", Look::Bare) {
            did = Some(Did::CloseFind);
        }
        if call.finder.nothing {
            faint(ui, "not said");
        }
    });
    did
}
