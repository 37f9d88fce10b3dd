//! The promises of calls as a list: for a person, and as CSV.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use jiff::civil::Date;
use unicode_width::UnicodeWidthStr as _;

use super::wrap::{Page, run};
use crate::call::record::{Line, Record, Secs};
use crate::units::Party;

const PLAIN: Style = Style::new();
const DIM: Style = Style::new().dimmed();
const OVERDUE: Style = AnsiColor::Red.on_default().bold();

/// Call ids wider than this are cut in the list for a person.
const ID_WIDTH: usize = 32;

/// A promise that was given in a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Promised {
    /// Id of the call.
    pub call: String,
    /// When the call began (RFC 3339), where that is known.
    pub started: Option<String>,
    /// Who promised: the agent, as far as logs tell.
    pub party: Party,
    /// When in the call it was said.
    pub at: Secs,
    /// How many promises of the call begin at the same moment and stand before it in the log.
    pub nth: u32,
    /// What was said.
    pub quote: String,
    /// The day on which it falls due.
    pub due: Option<Date>,
}

impl Promised {
    /// Whether its day has passed on `today`.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.due.is_some_and(|due| due < today)
    }

    /// When in the call it was said, in minutes and seconds: `03:07`, from an hour on `1:03:07`.
    pub fn clock(&self) -> String {
        let secs = self.at.0.max(0.0) as u64;
        let (hours, minutes, secs) = (secs / 3600, secs / 60 % 60, secs % 60);
        let hours = if hours > 0 { format!("{hours}:") } else { String::new() };
        format!("{hours}{minutes:02}:{secs:02}")
    }
}

/// A promise in a log has a due date that is none.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the promise at {at} is due on `{due}`, which is no date such as 2026-12-04")]
pub struct NoDate {
    /// When in the call, in seconds.
    at: String,
    /// What stands there.
    due: String,
}

/// The promises in a log; `name` is the call's where the log does not say it.
pub fn promised(lines: &[Line], name: &str) -> Result<Vec<Promised>, NoDate> {
    let head = lines.iter().find_map(|line| match &line.record {
        Record::Call { id, started, .. } => Some((id.clone(), started.clone())),
        _ => None,
    });
    let (call, started) = head.unwrap_or_else(|| (name.to_owned(), None));
    let mut all: Vec<Promised> = Vec::new();
    for line in lines {
        let Record::Promise { span, quote, due } = &line.record else { continue };
        let date = due.as_ref().map(|due| {
            let at = format!("{:.1} s", span.start.0);
            due.parse().map_err(|_| NoDate { at, due: due.clone() })
        });
        let same = all.iter().filter(|promised| promised.at == span.start).count();
        all.push(Promised {
            call: call.clone(),
            started: started.clone(),
            party: Party::Agent,
            at: span.start,
            nth: same as u32,
            quote: quote.clone(),
            due: date.transpose()?,
        });
    }
    Ok(all)
}

/// Sorts by due date, those without one last; then by call and time.
pub fn sort(promises: &mut [Promised]) {
    promises.sort_by(|a, b| {
        let key = |p: &Promised| (p.due.is_none(), p.due, p.started.clone(), p.call.clone());
        key(a).cmp(&key(b)).then(a.at.0.total_cmp(&b.at.0))
    });
}

/// Writes the list for a person, to a page of `width` columns.
pub fn write_promises(
    promises: &[Promised],
    today: Date,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    if promises.is_empty() {
        return writeln!(out, "Nothing was promised.");
    }
    let page = &mut Page::new(out, width);
    let ids: Vec<String> = promises.iter().map(|promised| cut(&promised.call)).collect();
    let id_width = ids.iter().map(|id| id.width()).chain([4]).max().unwrap_or(0);
    let at_width = promises.iter().map(|promised| promised.clock().len()).max().unwrap_or(0);
    let hang = 9 + 16 + id_width + 2 + 7 + at_width + 2;
    let head = format!(
        "{:9}{:16}{:id_width$}  {:7}{:>at_width$}  Promised",
        "", "Due", "Call", "Who", "At"
    );
    // A heading has words of its own widths, which wrapping would take away.
    page.row(&[run(DIM, head.replace(' ', "\u{a0}"))], hang, &[])?;
    for (promised, id) in promises.iter().zip(&ids) {
        let due = promised
            .due
            .map_or("day not known".to_owned(), |due| due.strftime("%a %d %b %Y").to_string());
        let overdue = promised.is_overdue(today);
        let mark = if overdue { "overdue" } else { "" };
        let who = match promised.party {
            Party::Agent => "Agent",
            Party::Customer => "Customer",
        };
        let padding = " ".repeat(id_width.saturating_sub(id.width()));
        let rest = format!("{due:15} {id}{padding}  {who:6} {:>at_width$}", promised.clock());
        let style = if overdue { OVERDUE } else { PLAIN };
        let margin = [run(style, format!("{mark:8}")), run(PLAIN, rest)];
        page.row(&margin, hang, &[run(PLAIN, format!("“{}”", promised.quote))])?;
    }
    let overdue = promises.iter().filter(|promised| promised.is_overdue(today)).count();
    page.blank()?;
    let count = match promises.len() {
        1 => "1 promise".to_owned(),
        n => format!("{n} promises"),
    };
    let late = match overdue {
        0 => "none overdue".to_owned(),
        n => format!("{n} overdue"),
    };
    page.row(
        &[],
        0,
        &[run(PLAIN, format!("{count}, {late}. Whether they were kept, the logs do not say."))],
    )
}

/// A call's id, cut where it is too wide.
fn cut(id: &str) -> String {
    if id.width() <= ID_WIDTH {
        return id.to_owned();
    }
    let mut cut = String::new();
    for c in id.chars() {
        if cut.width() + 2 > ID_WIDTH {
            break;
        }
        cut.push(c);
    }
    cut + "…"
}

/// Writes the list as CSV (RFC 4180), with a heading: `due` (ISO 8601, empty without a date),
/// `overdue` (`yes` or `no`), `call`, `party`, `at` (`mm:ss`), `at_secs`, `promise`.
pub fn write_promises_csv(
    promises: &[Promised],
    today: Date,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut rows = csv::Writer::from_writer(out);
    rows.write_record(["due", "overdue", "call", "party", "at", "at_secs", "promise"])?;
    for promised in promises {
        rows.write_record([
            promised.due.map_or(String::new(), |due| due.to_string()).as_str(),
            if promised.is_overdue(today) { "yes" } else { "no" },
            &promised.call,
            promised.party.name(),
            &promised.clock(),
            &format!("{:.3}", promised.at.0),
            &promised.quote,
        ])?;
    }
    rows.flush()
}
