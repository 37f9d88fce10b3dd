//! What comes back across the calls of an archive, as a page.

use std::path::Path;

use askama::Template;

use super::frame::Frame;
use super::{CALL_PAGE, INDEX_PAGE, link};
use crate::archive::trends::{PracticeTrend, Trends};
use crate::report::wording;
use crate::report::wrap::clean;

/// The latest periods that are told.
const PERIODS: usize = 12;
/// So many promises are told.
const MAX_PROMISES: usize = 200;
/// With fewer prompts nothing can be said of a rule.
const MIN_PROMPTS: u32 = 5;

/// What the page says.
#[derive(Template)]
#[template(path = "trends.html")]
pub struct TrendsPage {
    frame: Frame,
    calls: u32,
    scope: String,
    index: Option<String>,
    issues: Vec<Issue>,
    /// The heads of the practices' columns.
    periods: Vec<String>,
    agents: Vec<Agent>,
    promises: Vec<Promise>,
    more_promises: usize,
    rules: Vec<Rule>,
}

struct Issue {
    kind: String,
    calls: u32,
    /// Of 100, against the most frequent.
    width: u32,
    heat: String,
    quote: String,
    call: Call,
}

/// A call, with the way to its page where it has one.
struct Call {
    id: String,
    link: Option<String>,
}

struct Agent {
    name: String,
    practices: Vec<Practice>,
}

struct Practice {
    name: String,
    /// How it went over the periods: points in a box of 100 by 20, where there are two and more.
    line: String,
    cells: Vec<Cell>,
}

/// A practice in a period.
struct Cell {
    text: String,
    title: String,
    /// Its shade, from 0 to 4; empty where nothing called for it.
    class: &'static str,
}

struct Promise {
    due: String,
    agent: String,
    quote: String,
    call: Call,
}

struct Rule {
    rule: String,
    prompts: u32,
    heeded: u32,
    ignored: u32,
    wrong: u32,
    share: String,
}

impl TrendsPage {
    /// The page at `path` of the archive at `root`.
    pub fn of(root: &Path, trends: &Trends, scope: &str, path: &Path) -> TrendsPage {
        let folder = root.join("calls");
        let base = link::between(path, &folder);
        let call = |id: &str| {
            let has_page = folder.join(id).join(CALL_PAGE).is_file();
            let link = has_page.then(|| format!("{base}/{}/{CALL_PAGE}", link::encoded(id)));
            Call { id: clean(id), link }
        };
        let most = trends.issues.iter().map(|issue| issue.calls).max().unwrap_or(1).max(1);
        let issues = trends.issues.iter().map(|issue| Issue {
            kind: clean(&issue.kind),
            calls: issue.calls,
            width: issue.calls * 100 / most,
            heat: issue.heat.map_or("–".into(), |heat| format!("{heat:.2}")),
            quote: clean(&issue.quote),
            call: call(&issue.call),
        });
        let promises = trends.promises.iter().take(MAX_PROMISES).map(|due| Promise {
            due: clean(&due.due),
            agent: clean(due.agent.as_deref().unwrap_or("–")),
            quote: clean(&due.quote),
            call: call(&due.call),
        });
        let rules = trends.rules.iter().filter(|rule| rule.prompts >= MIN_PROMPTS);
        let rules = rules.map(|rule| Rule {
            rule: clean(&rule.rule),
            prompts: rule.prompts,
            heeded: rule.heeded,
            ignored: rule.ignored,
            wrong: rule.wrong,
            share: rule.share().map_or("–".into(), |share| format!("{:.0} %", share * 100.0)),
        });
        let periods = periods(trends);
        let index = root.join(INDEX_PAGE);
        TrendsPage {
            frame: Frame::new(""),
            calls: trends.calls,
            scope: clean(scope),
            index: index.exists().then(|| link::between(path, &index)),
            issues: issues.collect(),
            agents: agents(trends, &periods),
            periods: periods.iter().map(|period| clean(period)).collect(),
            promises: promises.collect(),
            more_promises: trends.promises.len().saturating_sub(MAX_PROMISES),
            rules: rules.collect(),
        }
    }
}

fn period_of(trend: &PracticeTrend) -> &str {
    trend.period.as_deref().unwrap_or("no date")
}

/// The latest periods, in their order.
fn periods(trends: &Trends) -> Vec<String> {
    let mut periods: Vec<&str> = trends.practices.iter().map(period_of).collect();
    periods.sort_unstable();
    periods.dedup();
    let first = periods.len().saturating_sub(PERIODS);
    periods[first..].iter().map(|period| (*period).to_owned()).collect()
}

fn agents(trends: &Trends, periods: &[String]) -> Vec<Agent> {
    let practice = |all: &[PracticeTrend]| {
        let of = |period: &String| all.iter().find(|trend| period_of(trend) == period);
        let found: Vec<Option<&PracticeTrend>> = periods.iter().map(of).collect();
        Practice {
            name: wording::practice(&clean(&all[0].practice)),
            line: line(&found),
            cells: found.into_iter().map(cell).collect(),
        }
    };
    let by_agent = trends.practices.chunk_by(|a, b| a.agent == b.agent);
    by_agent
        .map(|all| Agent {
            name: clean(all[0].agent.as_deref().unwrap_or("Calls without an agent")),
            practices: all.chunk_by(|a, b| a.practice == b.practice).map(practice).collect(),
        })
        .collect()
}

fn asked(trend: &PracticeTrend) -> u32 {
    trend.done + trend.missed + trend.broken
}

fn cell(trend: Option<&PracticeTrend>) -> Cell {
    let Some(trend) = trend.filter(|trend| asked(trend) > 0) else {
        return Cell { text: String::new(), title: "not called for".into(), class: "" };
    };
    let class = match (trend.share() * 5.0) as u32 {
        0 => "share-0",
        1 => "share-1",
        2 => "share-2",
        3 => "share-3",
        _ => "share-4",
    };
    Cell {
        text: format!("{:.0} %", trend.share() * 100.0),
        title: format!(
            "done in {} of {} calls that asked for it, missed in {}, broken in {}",
            trend.done,
            asked(trend),
            trend.missed,
            trend.broken
        ),
        class,
    }
}

/// The shares as a line; empty where there are less than two.
fn line(found: &[Option<&PracticeTrend>]) -> String {
    let step = 96.0 / (found.len().max(2) - 1) as f64;
    let point = |(i, trend): (usize, &Option<&PracticeTrend>)| {
        let trend = trend.filter(|trend| asked(trend) > 0)?;
        Some(format!("{:.0},{:.1}", 2.0 + i as f64 * step, 18.0 - trend.share() * 16.0))
    };
    let points: Vec<String> = found.iter().enumerate().filter_map(point).collect();
    if points.len() < 2 { String::new() } else { points.join(" ") }
}
