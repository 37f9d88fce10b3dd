//! A call in the terminal: its head, the conversation, and the call in numbers.
//!
//! Styles are always written; the writer strips them where they are not wanted (`anstream`).
//! Colour is never the only sign of anything. Times stand in the margin.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::conversation::{self, Moods, Part, Practised, Said, Told, What};
use super::summary::write_summary;
use super::warnings::warnings;
use super::wording;
use super::wrap::{Page, Run, columns, run};
use crate::call::rebuild;
use crate::call::record::{Line, Record};
use crate::units::{CallTime, Party};

const PLAIN: Style = Style::new();
const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const AGENT: Style = AnsiColor::Cyan.on_default();
const CUSTOMER: Style = AnsiColor::Magenta.on_default();
const CUE: Style = AnsiColor::Green.on_default();
const DOUBT: Style = AnsiColor::Yellow.on_default();

/// Narrower pages have no room for the account.
const MIN_WIDTH: usize = 40;
/// Longer lines are hard to read.
const MAX_WIDTH: usize = 100;
/// Narrower pages have no column for names: they stand before the words.
const NAMES_WIDTH: usize = 60;
/// Width of the column of names, and of the labels in the head.
const NAME: usize = 10;
/// Length of the bar of the longest turn, where the log has no words.
const BAR: f64 = 24.0;

/// Columns of an account where the terminal does not say.
const USUAL_WIDTH: usize = 80;
/// Lines longer than this are hard to read.
const WIDEST: usize = 110;

/// Columns for an account on this terminal.
pub fn account_width() -> usize {
    let columns = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    columns.unwrap_or(USUAL_WIDTH).min(WIDEST)
}

/// Writes the account of a call, from the lines of its log, to a page of `width` columns (at
/// least 40 are taken, at most 100). A log without a summary is said to be cut short, and
/// summed up with the default configuration.
pub fn write_account(lines: &[Line], width: usize, out: &mut dyn Write) -> io::Result<()> {
    let page = &mut Page::new(out, width.clamp(MIN_WIDTH, MAX_WIDTH));
    if lines.is_empty() {
        return page.row(&[], 0, &[run(PLAIN, "There is nothing in the log of this call.")]);
    }
    let (summary, partial) = rebuild::logged_or_rebuilt(lines);
    write_head(page, lines, summary.duration, partial)?;
    write_conversation(page, &conversation::conversation(lines))?;
    if summary.duration > 0.0 {
        page.blank()?;
        write_summary(page, lines, &summary, partial)?;
    }
    Ok(())
}

/// Tells events as they happen.
#[derive(Default)]
pub struct LiveLines {
    moods: Moods,
}

impl LiveLines {
    /// What the next event looks like, in one line without a line break; `None` for those that
    /// are not shown.
    pub fn tell(&mut self, line: &Line) -> Option<String> {
        live_line(conversation::told(line).or_else(|| self.moods.told(line))?)
    }
}

fn live_line(told: Told) -> Option<String> {
    let gutter = gutter(std::slice::from_ref(&told));
    let (mark, hang, rows) = match &told.what {
        What::Practice { .. } => return None,
        What::Said(said) => {
            (speaker(said.party), gutter + NAME, vec![words(said, told.span.secs(), 1.0)])
        }
        what => (mark(what), gutter + 2, rows(what, told.span.secs())),
    };
    let mut out = Vec::new();
    let margin = margin(&told, gutter, Some(mark));
    Page::new(&mut out, usize::MAX).row(&margin, hang, &rows.join(&run(DIM, "–"))).ok()?;
    Some(String::from_utf8_lossy(&out).trim_end().to_owned())
}

fn write_head(page: &mut Page, lines: &[Line], secs: f64, partial: bool) -> io::Result<()> {
    let mut entry =
        |label: &'static str, text: String| page.row(&[run(DIM, label)], NAME, &[run(PLAIN, text)]);
    let head = lines.iter().find_map(|line| match &line.record {
        Record::Call { id, started, source, layout, models, .. } => {
            Some((id, started, source, layout, models))
        }
        _ => None,
    });
    if let Some((id, started, source, layout, models)) = head {
        entry("Call", id.clone())?;
        if let Some(started) = started {
            entry("Began", started.clone())?;
        }
        entry("Length", wording::length(secs))?;
        entry("Layout", wording::layout(*layout).into())?;
        for source in source {
            let rate = format!("{}\u{a0}Hz", source.sample_rate);
            entry("Source", format!("{} ({rate}, {})", source.name, source.encoding))?;
        }
        for model in models {
            // As much of the hash as tells one model from another.
            let hash: String = model.sha256.chars().take(8).collect();
            let by = model.engine.as_ref().map(|by| format!(", by {by}")).unwrap_or_default();
            entry("Model", format!("{} ({hash}){by}", model.name))?;
        }
    } else {
        entry("Call", "unknown, the log has no beginning".into())?;
        entry("Length", wording::length(secs))?;
    }
    if partial {
        let text = format!(
            "This log was cut short; what can be told ends at {}.",
            CallTime::from_secs(secs)
        );
        page.row(&[run(DOUBT, "!")], 2, &[run(BOLD, text)])?;
    }
    write_warnings(page, lines)
}

/// Each kind of warning once, with the practices that are not watched because of it.
fn write_warnings(page: &mut Page, lines: &[Line]) -> io::Result<()> {
    for warning in warnings(lines) {
        let mut runs = vec![run(PLAIN, warning.text)];
        if warning.more > 0 {
            runs.push(run(PLAIN, format!("(and {} more like it)", warning.more)));
        }
        if let Some(names) = warning.not_watched {
            runs.push(run(DIM, format!("Not watched: {names}.")));
        }
        page.row(&[run(DOUBT, "!")], 2, &runs)?;
    }
    Ok(())
}

fn write_conversation(page: &mut Page, all: &[Told]) -> io::Result<()> {
    // What was wrong from the beginning is in the head.
    let at_first =
        |told: &Told| matches!(told.what, What::Warning(_)) && told.span.start == CallTime::ZERO;
    if all.iter().all(at_first) {
        page.blank()?;
        return page.row(&[], 0, &[run(PLAIN, "Nobody has spoken.")]);
    }
    page.blank()?;
    let gutter = gutter(all);
    let bar_secs = longest_bar(all);
    let mut last: Option<Option<Party>> = None;
    for told in all.iter().filter(|told| !at_first(told)) {
        let secs = told.span.secs();
        let What::Said(said) = &told.what else {
            let rows = rows(&told.what, secs);
            for (i, runs) in rows.iter().enumerate() {
                let margin =
                    if i == 0 { margin(told, gutter, Some(mark(&told.what))) } else { vec![] };
                page.row(&margin, gutter + 2, runs)?;
            }
            last = None;
            continue;
        };
        let goes_on = last == Some(said.party);
        let mut runs = words(said, secs, BAR / bar_secs);
        if page.width() >= NAMES_WIDTH {
            let name = (!goes_on).then(|| speaker(said.party));
            page.row(&margin(told, gutter, name), gutter + NAME, &runs)?;
        } else {
            if !goes_on {
                let name = format!("{}:", wording::name(said.party));
                runs.insert(0, run(style(said.party).bold(), name));
            }
            page.row(&margin(told, gutter, None), gutter, &runs)?;
        }
        last = Some(said.party);
    }
    Ok(())
}

/// Columns for the times, which are wider in calls of an hour and more.
fn gutter(all: &[Told]) -> usize {
    let widths = all.iter().map(|told| columns(&told.span.start.to_string()));
    widths.max().unwrap_or_default() + 2
}

/// Seconds of the longest turn without words.
fn longest_bar(all: &[Told]) -> f64 {
    let wordless = |told: &&Told| matches!(&told.what, What::Said(said) if said.text.is_none());
    all.iter().filter(wordless).map(|told| told.span.secs()).fold(1.0, f64::max)
}

fn margin<'a>(told: &Told, gutter: usize, mark: Option<Run<'a>>) -> Vec<Run<'a>> {
    let time = format!("{:>1$}", told.span.start.to_string(), gutter - 2);
    // With the space between runs, the mark begins at the end of the gutter.
    let mut margin = vec![run(DIM, format!("{time} "))];
    margin.extend(mark);
    margin
}

fn style(party: Option<Party>) -> Style {
    match party {
        Some(Party::Agent) => AGENT,
        Some(Party::Customer) => CUSTOMER,
        None => PLAIN,
    }
}

fn speaker(party: Option<Party>) -> Run<'static> {
    run(style(party).bold(), wording::name(party))
}

/// The words with the listener's signals in them; a bar and the length where there are none.
fn words<'a>(said: &Said<'a>, secs: f64, columns_per_sec: f64) -> Vec<Run<'a>> {
    let own = style(said.party);
    let mut runs = Vec::new();
    if said.text.is_none() {
        let bar = "━".repeat((secs * columns_per_sec).round().max(1.0) as usize);
        runs.extend([run(own, bar), run(own, wording::length(secs))]);
    }
    runs.extend(said.parts().into_iter().map(|part| match part {
        Part::Text { text, .. } => run(own, text),
        Part::Aside(aside) => {
            let credit = if aside.credited { "+\u{a0}" } else { "" };
            let name = wording::name(Some(aside.by));
            let text = match aside.text {
                Some(text) => format!("“{text}”"),
                None => "a short signal".into(),
            };
            run(style(Some(aside.by)), format!("({credit}{name}: {text})"))
        }
    }));
    runs
}

fn mark(what: &What) -> Run<'static> {
    match what {
        What::Warning(_) => run(DOUBT, "!"),
        What::Silence => run(DIM, "·"),
        What::Gap { .. } => run(DOUBT, "~"),
        What::Overlap { .. } => run(BOLD, "↔"),
        What::Said(said) => speaker(said.party),
        What::Practice { practice, .. } => run(kept_style(practice), kept_sign(practice)),
        What::Mood { from, to, .. } => run(CUSTOMER, if to > from { "▲" } else { "▼" }),
        What::Cue { .. } => run(CUE.bold(), "▸"),
    }
}

fn kept_sign(practice: &Practised) -> &'static str {
    if practice.kept { "+" } else { "×" }
}

fn kept_style(practice: &Practised) -> Style {
    if practice.kept { CUE } else { DOUBT }
}

/// What is told beside the mark, row by row.
fn rows<'a>(what: &What<'a>, secs: f64) -> Vec<Vec<Run<'a>>> {
    match what {
        What::Warning(text) => vec![vec![run(PLAIN, *text)]],
        What::Silence => vec![vec![run(DIM, format!("{} silence", wording::length(secs)))]],
        What::Gap { party, cause } => {
            vec![vec![run(PLAIN, wording::gap(*party, *cause, secs))]]
        }
        What::Overlap { by, kind, yielded, practice } => {
            let mut runs = vec![run(PLAIN, wording::overlap(*by, *kind, *yielded, secs))];
            if let Some(practice) = practice {
                let name = wording::practice(practice.name);
                let text = format!("{} {name}", kept_sign(practice)).replace(' ', "\u{a0}");
                runs.push(run(kept_style(practice), text));
            }
            vec![runs]
        }
        What::Said(said) => vec![words(said, secs, 1.0)],
        What::Practice { party, quote, practice, also } => {
            let who = match party {
                Party::Agent => "",
                Party::Customer => "Customer: ",
            };
            let names = std::iter::once(&practice.name).chain(also);
            let names: Vec<String> = names.map(|name| wording::practice(name)).collect();
            let mut runs = vec![run(PLAIN, format!("{who}{}", names.join(" · ")))];
            if !quote.is_empty() {
                runs.push(run(DIM, format!("“{quote}”")));
            }
            vec![runs]
        }
        What::Mood { from, to, why } => {
            let mut runs = vec![run(PLAIN, wording::mood(*from, *to))];
            // What made it fall is of no use to anybody.
            let reasons: Vec<&str> =
                why.iter().filter(|why| why.by > 0.0).map(|why| why.what.as_str()).collect();
            if to > from && !reasons.is_empty() {
                runs.push(run(DIM, format!("({})", reasons.join(", "))));
            }
            vec![runs]
        }
        What::Cue { cue, outcome } => {
            let mut runs = vec![run(CUE.bold(), cue.text.as_str())];
            if let Some(outcome) = outcome {
                runs.push(run(PLAIN, format!("({})", wording::outcome(*outcome))));
            }
            let mut rows = vec![runs];
            if let Some(suggestion) = &cue.suggestion {
                rows.push(vec![run(CUE, format!("“{suggestion}”"))]);
            }
            rows.push(vec![run(DIM, cue.why.as_str())]);
            rows
        }
    }
}
