//! Colours, type and spacing.
//!
//! Two palettes, light and dark, in which each text has the contrast of WCAG 2.2 level AA on
//! each ground that it stands on (4.5), and each sign that of a graphic (3); a test computes
//! them. Colour is never the only sign of anything.

use std::sync::Arc;

use eframe::egui::{
    self, Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Stroke,
    TextStyle, Theme, Ui, Vec2,
};

/// The name of the family of heavy letters.
const STRONG: &str = "strong";

/// The colours of one theme.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    /// Behind everything.
    pub ground: Color32,
    /// Raised parts: buttons, fields, the track of a meter.
    pub raised: Color32,
    /// A raised part under the pointer.
    pub lifted: Color32,
    /// Hairlines around raised parts.
    pub line: Color32,
    /// What is to be read.
    pub text: Color32,
    /// What may be read.
    pub faint: Color32,
    /// The agent's side.
    pub agent: Color32,
    /// The customer's side.
    pub customer: Color32,
    /// A prompt's ground.
    pub prompt: Color32,
    /// A prompt's sign and edge, and the main button.
    pub accent: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// Something went well.
    pub good: Color32,
    /// Something is wrong.
    pub caution: Color32,
    /// Recording.
    pub record: Color32,
}

const DARK: Palette = Palette {
    ground: rgb(0x17_1b_21),
    raised: rgb(0x25_2b_34),
    lifted: rgb(0x32_3a_46),
    line: rgb(0x3b_44_51),
    text: rgb(0xf2_f5_f8),
    faint: rgb(0xa9_b4_c2),
    agent: rgb(0x6f_b7_ff),
    customer: rgb(0xd9_a6_ff),
    prompt: rgb(0x12_3a_3a),
    accent: rgb(0x4f_d6_c1),
    on_accent: rgb(0x06_22_1e),
    good: rgb(0x6c_d6_8c),
    caution: rgb(0xff_c1_57),
    record: rgb(0xff_7b_72),
};

const LIGHT: Palette = Palette {
    ground: rgb(0xfb_fc_fd),
    raised: rgb(0xea_ee_f2),
    lifted: rgb(0xdb_e1_e8),
    line: rgb(0xc3_cc_d6),
    text: rgb(0x14_1a_21),
    faint: rgb(0x4c_58_66),
    agent: rgb(0x0b_5f_b8),
    customer: rgb(0x7a_35_b4),
    prompt: rgb(0xd9_f3_ee),
    accent: rgb(0x00_6b_5e),
    on_accent: rgb(0xff_ff_ff),
    good: rgb(0x16_6b_34),
    caution: rgb(0x8a_4b_00),
    record: rgb(0xb4_23_18),
};

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

impl Palette {
    /// The palette of a theme.
    pub fn of(theme: Theme) -> Palette {
        match theme {
            Theme::Dark => DARK,
            Theme::Light => LIGHT,
        }
    }

    /// The palette in use.
    pub fn here(ui: &Ui) -> Palette {
        Palette::of(if ui.visuals().dark_mode { Theme::Dark } else { Theme::Light })
    }
}

/// Letters of normal weight.
pub fn normal(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// Heavy letters.
pub fn strong(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(STRONG.into()))
}

/// Gives a window its letters, colours and spacing. Before its first frame.
pub fn install(ctx: &Context) {
    ctx.set_fonts(fonts());
    for theme in [Theme::Dark, Theme::Light] {
        ctx.style_mut_of(theme, |style| dress(style, &Palette::of(theme)));
    }
}

/// Inter, whose letters stay apart when small, and egui's own for what it lacks.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let files: [(&str, &'static [u8], FontFamily); 2] = [
        ("Inter", include_bytes!("../../assets/fonts/Inter-Regular.otf"), FontFamily::Proportional),
        (
            "Inter SemiBold",
            include_bytes!("../../assets/fonts/Inter-SemiBold.otf"),
            FontFamily::Name(STRONG.into()),
        ),
    ];
    let fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    for (name, file, family) in files {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(file)));
        let names = [name.to_owned()].into_iter().chain(fallback.iter().cloned());
        fonts.families.insert(family, names.collect());
    }
    fonts
}

fn dress(style: &mut egui::Style, colours: &Palette) {
    style.text_styles = [
        (TextStyle::Small, normal(12.0)),
        (TextStyle::Body, normal(14.0)),
        (TextStyle::Button, normal(13.0)),
        (TextStyle::Heading, strong(19.0)),
        (TextStyle::Monospace, normal(13.0)),
    ]
    .into();
    style.spacing.item_spacing = Vec2::new(8.0, 6.0);
    style.spacing.button_padding = Vec2::new(10.0, 5.0);
    style.spacing.interact_size.y = 26.0;
    style.interaction.selectable_labels = false;

    let visuals = &mut style.visuals;
    visuals.panel_fill = colours.ground;
    visuals.window_fill = colours.ground;
    visuals.window_stroke = Stroke::new(1.0, colours.line);
    visuals.extreme_bg_color = colours.raised;
    visuals.faint_bg_color = colours.raised;
    visuals.weak_text_color = Some(colours.faint);
    visuals.hyperlink_color = colours.accent;
    visuals.warn_fg_color = colours.caution;
    visuals.error_fg_color = colours.record;
    visuals.selection.bg_fill = colours.accent;
    visuals.selection.stroke = Stroke::new(1.0, colours.on_accent);
    visuals.text_cursor.stroke.color = colours.text;
    let widgets = &mut visuals.widgets;
    let states = [
        (&mut widgets.noninteractive, colours.ground, colours.line),
        (&mut widgets.inactive, colours.raised, colours.line),
        (&mut widgets.hovered, colours.lifted, colours.faint),
        (&mut widgets.active, colours.lifted, colours.accent),
        (&mut widgets.open, colours.lifted, colours.faint),
    ];
    for (state, fill, edge) in states {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.bg_stroke = Stroke::new(1.0, edge);
        state.fg_stroke = Stroke::new(1.4, colours.text);
        state.corner_radius = CornerRadius::same(6);
        state.expansion = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance, WCAG 2.2.
    fn luminance(colour: Color32) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
    }

    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn contrast_is_computed_as_wcag_says() {
        assert!((contrast(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 1e-9);
        assert!((contrast(rgb(0x77_77_77), Color32::WHITE) - 4.48).abs() < 0.01);
    }

    #[test]
    fn everything_can_be_read_in_both_themes() {
        for (name, p) in [("dark", DARK), ("light", LIGHT)] {
            let grounds = [p.ground, p.raised, p.lifted, p.prompt];
            let mut pairs = vec![("button", p.on_accent, p.accent)];
            for ground in grounds {
                pairs.extend([("text", p.text, ground), ("faint", p.faint, ground)]);
            }
            for ground in [p.ground, p.raised] {
                pairs.extend([
                    ("agent", p.agent, ground),
                    ("customer", p.customer, ground),
                    ("accent", p.accent, ground),
                    ("good", p.good, ground),
                    ("caution", p.caution, ground),
                    ("record", p.record, ground),
                ]);
            }
            pairs.push(("accent", p.accent, p.prompt));
            for (what, colour, ground) in pairs {
                let found = contrast(colour, ground);
                assert!(found >= 4.5, "{name}: {what} on {ground:?} has {found:.2}");
            }
        }
    }
}
