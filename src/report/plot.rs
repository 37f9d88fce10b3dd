//! The call as a picture: heat, the level of both voices, and who spoke when.

use std::error::Error;
use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::call::folder::write_whole;
use crate::call::record::{Line, Record};
use crate::event::OverlapKind;
use crate::units::{CallTime, Party};

/// Size of the picture.
const SIZE: (u32, u32) = (1200, 640);
const AGENT: RGBColor = RGBColor(0x0b, 0x7a, 0x8f);
const CUSTOMER: RGBColor = RGBColor(0x9c, 0x3f, 0x8f);
const HEAT: RGBColor = RGBColor(0xc0, 0x4a, 0x1c);
const CUE: RGBColor = RGBColor(0x2e, 0x7d, 0x32);
const QUIET: RGBColor = RGBColor(0x66, 0x66, 0x66);
/// Levels further from the speaker's own than this are drawn at the edge. LU.
const LEVEL_LU: f64 = 12.0;
/// Values further apart are not joined: nobody spoke between. Seconds.
const APART_SECS: f64 = 3.0;

/// Why a picture could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct PlotError(String);

/// Draws the call in `lines` to an SVG file.
pub fn write_plot(lines: &[Line], path: &Path) -> Result<(), PlotError> {
    let mut picture = String::new();
    let area = SVGBackend::with_string(&mut picture, SIZE).into_drawing_area();
    draw(lines, &area).map_err(|error| PlotError(error.to_string()))?;
    drop(area);
    write_whole(path, &picture).map_err(|error| PlotError(error.to_string()))
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn Error>>;

fn draw(lines: &[Line], area: &Area) -> Drawn {
    area.fill(&WHITE)?;
    let end = lines.last().map_or(0.0, |line| line.at.0).max(1.0);
    let (heat, rest) = area.split_vertically(260);
    let (level, speech) = rest.split_vertically(220);
    draw_heat(lines, end, &heat)?;
    draw_levels(lines, end, &level)?;
    draw_speech(lines, end, &speech)?;
    area.present()?;
    Ok(())
}

fn clock(secs: &f64) -> String {
    CallTime::from_secs(*secs).to_string().trim_end_matches(".0").to_owned()
}

/// Neighbouring values in runs without a break.
fn runs(values: &[(f64, f64)]) -> impl Iterator<Item = &[(f64, f64)]> {
    values.chunk_by(|a, b| b.0 - a.0 <= APART_SECS)
}

fn draw_heat(lines: &[Line], end: f64, area: &Area) -> Drawn {
    let mut chart = ChartBuilder::on(area)
        .margin(10)
        .caption("Heat of the customer; the agent's prompts", ("sans-serif", 16))
        .x_label_area_size(24)
        .y_label_area_size(80)
        .build_cartesian_2d(0.0..end, 0.0..1.0)?;
    let word = |value: &f64| match (value * 10.0).round() as i32 {
        0 => "calm".into(),
        4 => "tense".into(),
        7 => "heated".into(),
        10 => "1".into(),
        _ => String::new(),
    };
    chart
        .configure_mesh()
        .x_label_formatter(&clock)
        .y_labels(11)
        .y_label_formatter(&word)
        .light_line_style(WHITE)
        .draw()?;
    let heat: Vec<(f64, f64)> = lines
        .iter()
        .filter_map(|line| match &line.record {
            Record::Tone { span, heat, .. } => Some((span.end.0, *heat)),
            _ => None,
        })
        .collect();
    let mut heat = heat;
    heat.sort_by(|a, b| a.0.total_cmp(&b.0));
    for run in runs(&heat) {
        chart.draw_series(LineSeries::new(run.iter().copied(), HEAT.stroke_width(2)))?;
    }
    chart.draw_series(heat.iter().map(|at| Circle::new(*at, 2, HEAT.filled())))?;
    for line in lines {
        let Record::Cue(cue) = &line.record else { continue };
        let at = line.at.0;
        chart.draw_series([PathElement::new([(at, 0.0), (at, 0.9)], CUE.stroke_width(1))])?;
        let style = ("sans-serif", 12).into_font().color(&CUE);
        chart.draw_series([Text::new(cue.text.clone(), (at, 0.97), style)])?;
    }
    Ok(())
}

fn draw_levels(lines: &[Line], end: f64, area: &Area) -> Drawn {
    let mut chart = ChartBuilder::on(area)
        .margin(10)
        .caption("Level against each speaker's own (LU)", ("sans-serif", 16))
        .x_label_area_size(24)
        .y_label_area_size(80)
        .build_cartesian_2d(0.0..end, -LEVEL_LU..LEVEL_LU)?;
    chart.configure_mesh().x_label_formatter(&clock).y_labels(5).light_line_style(WHITE).draw()?;
    for (party, colour) in [(Party::Agent, AGENT), (Party::Customer, CUSTOMER)] {
        let levels: Vec<(f64, f64)> = lines
            .iter()
            .filter_map(|line| match &line.record {
                Record::Measure { party: Some(of), span, level_lu: Some(level), .. }
                    if *of == party =>
                {
                    Some((span.end.0, level.clamp(-LEVEL_LU, LEVEL_LU)))
                }
                _ => None,
            })
            .collect();
        for run in runs(&levels) {
            chart.draw_series(LineSeries::new(run.iter().copied(), colour.stroke_width(2)))?;
        }
        chart.draw_series(levels.iter().map(|at| Circle::new(*at, 2, colour.filled())))?;
    }
    Ok(())
}

/// Rows from the bottom: customer, both, agent.
fn draw_speech(lines: &[Line], end: f64, area: &Area) -> Drawn {
    let mut chart = ChartBuilder::on(area)
        .margin(10)
        .caption("Who spoke; both at once", ("sans-serif", 16))
        .x_label_area_size(24)
        .y_label_area_size(80)
        .build_cartesian_2d(0.0..end, 0.0..3.0)?;
    let name = |value: &f64| match (value * 2.0).round() as i32 {
        1 => "Customer".into(),
        3 => "Both".into(),
        5 => "Agent".into(),
        _ => String::new(),
    };
    chart
        .configure_mesh()
        .x_label_formatter(&clock)
        .y_labels(7)
        .y_label_formatter(&name)
        .disable_y_mesh()
        .light_line_style(WHITE)
        .draw()?;
    let bars = lines.iter().filter_map(|line| {
        let (span, row, colour) = match &line.record {
            Record::Speech { party: Some(Party::Agent), span } => (span, 2.0, AGENT),
            Record::Speech { party: Some(Party::Customer), span } => (span, 0.0, CUSTOMER),
            Record::Speech { party: None, span } => (span, 1.0, QUIET),
            Record::Overlap { span, kind: OverlapKind::Interruption, .. } => (span, 1.0, HEAT),
            Record::Overlap { span, .. } => (span, 1.0, QUIET),
            _ => return None,
        };
        let corners = [(span.start.0, row + 0.15), (span.end.0, row + 0.85)];
        Some(Rectangle::new(corners, colour.filled()))
    });
    chart.draw_series(bars)?;
    Ok(())
}
