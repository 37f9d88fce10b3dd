//! `evenkeel trends`: what comes back across the calls of an archive.

use std::io::{self, Write};
use std::path::PathBuf;

use anstyle::Style;
use clap::{Args, ValueEnum};
use jiff::Zoned;

use super::find::open;
use super::keys::KeyArgs;
use super::page::refuse_beside_locked;
use super::scope::ScopeArgs;
use crate::archive::offer::{Offer, offer};
use crate::archive::scope::Scope;
use crate::archive::trends::{Period, PracticeTrend, Trends, trends};
use crate::archive::verdicts::{MIN_VERDICTS, Precision, Standing, calls_in, judged, precisions};
use crate::config::{Config, RuleSet};
use crate::report::page::{TRENDS_PAGE, write_trends_page};
use crate::report::wording;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
/// So many promises are told to a person.
const MAX_PROMISES: usize = 15;
/// With fewer prompts nothing can be said of a rule.
const MIN_PROMPTS: u32 = 5;

/// What comes back across calls: problems, practices of each agent, promises, prompts that don't help
#[derive(Args)]
pub struct TrendsArgs {
    /// The archive's folder
    #[arg(default_value = "archive")]
    archive: PathBuf,

    #[command(flatten)]
    scope: ScopeArgs,

    /// Into what practices over time are put
    #[arg(long, value_enum, default_value_t = By::Week)]
    by: By,

    /// As tables to read, or one of the tables as CSV
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Write a page for a browser instead: trends.html in the archive, or another file
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, conflicts_with = "format")]
    page: Option<Option<PathBuf>>,

    /// The rules that are in force, if not the shipped ones: what is offered for a rule that was judged
    /// poorly changes these
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,

    #[command(flatten)]
    key: KeyArgs,
}

#[derive(Clone, Copy, ValueEnum)]
enum By {
    /// From Monday to Sunday
    Week,
    /// A month of the calendar
    Month,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// Tables to read
    Text,
    /// Kinds of problem, as CSV
    IssuesCsv,
    /// Practices of each agent over time, as CSV
    PracticesCsv,
    /// Promises, as CSV
    PromisesCsv,
    /// What came of the prompts of each rule, as CSV
    RulesCsv,
    /// How people judged the prompts of each rule (`evenkeel notes`), as CSV
    VerdictsCsv,
}

/// Runs the command.
pub fn run(args: TrendsArgs) -> anyhow::Result<()> {
    let told = args.scope.told();
    let scope: Scope = args.scope.into();
    let period = match args.by {
        By::Week => Period::Week,
        By::Month => Period::Month,
    };
    let key = args.key.load()?;
    let page = args.page.map(|path| path.unwrap_or_else(|| args.archive.join(TRENDS_PAGE)));
    if let Some(path) = &page {
        refuse_beside_locked(&args.archive, path, key.as_ref())?;
    }
    let index = open(&args.archive, key.as_ref())?;
    let found = trends(&index, &scope, period, Zoned::now().date())?;
    if let Some(path) = page {
        let path = write_trends_page(&args.archive, &found, &told, &path)?;
        anstream::println!("The page is {}", path.display());
        return Ok(());
    }
    let calls = calls_in(&index, &scope)?;
    let (judged, troubles) = judged(&args.archive, &calls, key.as_ref());
    for trouble in &troubles {
        anstream::eprintln!("evenkeel: {trouble}; its verdicts are left out");
    }
    let precisions = precisions(&judged);
    let mut out = anstream::stdout().lock();
    match args.format {
        Format::Text => {
            write_tables(&found, &mut out)?;
            write_precisions(&precisions, &mut out)?;
        }
        Format::VerdictsCsv => return write_verdicts_csv(&precisions, &mut out),
        format => return write_csv(&found, format, &mut out),
    }
    let poor = precisions.iter().filter(|one| one.standing() == Standing::Poor);
    let mut config = Config::default();
    if let Some(path) = &args.rules {
        config.rules = RuleSet::load(path)?;
    }
    for rule in poor {
        let offer = offer(&args.archive, &calls, &rule.rule, &judged, &config, key.as_ref())?;
        write_offer(rule, offer.as_ref(), &mut out)?;
    }
    Ok(())
}

/// How right each rule is by what people said of its prompts.
fn write_precisions(precisions: &[Precision], out: &mut dyn Write) -> io::Result<()> {
    if precisions.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\n{BOLD}{:<26}{:>8}{:>8}{:>8}  precision as judged{BOLD:#}",
        "rule", "right", "wrong", "unsure"
    )?;
    for one in precisions {
        let told = match (one.share(), one.interval()) {
            (Some(share), Some((least, most))) if one.standing() != Standing::TooFew => {
                let percent = |share: f64| format!("{:.0}", share * 100.0);
                let poor = if one.standing() == Standing::Poor { ", poor" } else { "" };
                let (least, most) = (percent(least), percent(most));
                format!("{}% (95% certain: {least} to {most}%){poor}", percent(share))
            }
            _ => format!("too few to tell: {} of {MIN_VERDICTS}", one.told()),
        };
        let Precision { rule, right, wrong, unsure } = one;
        writeln!(out, "{rule:<26}{right:>8}{wrong:>8}{unsure:>8}  {told}")?;
    }
    Ok(())
}

/// What could be changed of a rule that was judged poorly.
fn write_offer(rule: &Precision, offer: Option<&Offer>, out: &mut dyn Write) -> io::Result<()> {
    let Some(offer) = offer else {
        return writeln!(
            out,
            "\n{}: no threshold of it parts the wrong prompts from the right ones; `enabled = false` \
             switches it off.",
            rule.rule
        );
    };
    let Offer { right, wrong, gone, calls, come, others_gone, others_come, .. } = offer;
    writeln!(out, "\n{BOLD}{}{BOLD:#}: {}", rule.rule, offer.change)?;
    writeln!(
        out,
        "  of those judged, {} of {} wrong ones go, and {} of {} right ones stay",
        wrong.0, wrong.1, right.0, right.1
    )?;
    writeln!(
        out,
        "  over {calls} calls, {} of its {} prompts go and {come} come; of other rules {others_gone} go \
         and {others_come} come",
        gone.0, gone.1
    )?;
    writeln!(out, "  To try it, as a file for --rules:")?;
    offer.toml.lines().try_for_each(|line| writeln!(out, "    {line}"))
}

fn write_verdicts_csv(precisions: &[Precision], out: &mut dyn Write) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["rule", "right", "wrong", "unsure", "precision", "least", "most"])?;
    for one in precisions {
        let counts = [one.right, one.wrong, one.unsure].map(|count| count.to_string());
        let [right, wrong, unsure] = counts;
        let share = |share: Option<f64>| share.map_or(String::new(), |share| format!("{share:.3}"));
        let (least, most) = one.interval().unzip();
        let [precision, least, most] = [one.share(), least, most].map(share);
        writer.write_record([&one.rule, &right, &wrong, &unsure, &precision, &least, &most])?;
    }
    Ok(writer.flush()?)
}

fn write_tables(trends: &Trends, out: &mut dyn Write) -> io::Result<()> {
    let calls = match trends.calls {
        0 => return writeln!(out, "No call is like that."),
        1 => "1 call".to_owned(),
        calls => format!("{calls} calls"),
    };
    writeln!(out, "{BOLD}{calls}{BOLD:#}")?;
    if !trends.issues.is_empty() {
        writeln!(
            out,
            "\n{BOLD}{:<18}{:>6}{:>6}  said, in the hottest call{BOLD:#}",
            "problem", "calls", "heat"
        )?;
    }
    for issue in &trends.issues {
        let heat = issue.heat.map_or("–".into(), |heat| format!("{heat:.2}"));
        writeln!(
            out,
            "{:<18}{:>6}{heat:>6}  “{}” {DIM}{}{DIM:#}",
            issue.kind, issue.calls, issue.quote, issue.call
        )?;
    }
    write_practices(trends, out)?;
    if !trends.promises.is_empty() {
        writeln!(out, "\n{BOLD}{:<12}{:<14}promised{BOLD:#}", "due", "agent")?;
    }
    for due in trends.promises.iter().take(MAX_PROMISES) {
        let agent = due.agent.as_deref().unwrap_or("–");
        writeln!(out, "{:<12}{agent:<14}“{}” {DIM}{}{DIM:#}", due.due, due.quote, due.call)?;
    }
    if trends.promises.len() > MAX_PROMISES {
        writeln!(out, "{DIM}{} more{DIM:#}", trends.promises.len() - MAX_PROMISES)?;
    }
    let told: Vec<_> = trends.rules.iter().filter(|rule| rule.prompts >= MIN_PROMPTS).collect();
    if !told.is_empty() {
        writeln!(
            out,
            "\n{BOLD}{:<26}{:>8}{:>8}{:>8}{:>8}{:>8}{BOLD:#}",
            "rule", "prompts", "heeded", "ignored", "wrong", "help"
        )?;
    }
    for rule in told {
        let share = rule.share().map_or("–".into(), |share| format!("{:.0}%", share * 100.0));
        writeln!(
            out,
            "{:<26}{:>8}{:>8}{:>8}{:>8}{share:>8}",
            rule.rule, rule.prompts, rule.heeded, rule.ignored, rule.wrong
        )?;
    }
    Ok(())
}

/// Each agent's practices: the share of the calls that asked for one in which it was done, period by
/// period.
fn write_practices(trends: &Trends, out: &mut dyn Write) -> io::Result<()> {
    let mut periods: Vec<&str> =
        trends.practices.iter().map(|trend| trend.period.as_deref().unwrap_or("no date")).collect();
    periods.sort_unstable();
    periods.dedup();
    // The latest fit on a page.
    let periods = &periods[periods.len().saturating_sub(6)..];
    for agent in trends.practices.chunk_by(|a, b| a.agent == b.agent) {
        let name = agent[0].agent.as_deref().unwrap_or("calls without an agent");
        write!(out, "\n{BOLD}{:<30}", name.chars().take(29).collect::<String>())?;
        for period in periods {
            write!(out, "{period:>12}")?;
        }
        writeln!(out, "{BOLD:#}")?;
        for practice in agent.chunk_by(|a, b| a.practice == b.practice) {
            write!(out, "{:<30}", wording::practice(&practice[0].practice))?;
            for period in periods {
                let of = |trend: &&PracticeTrend| {
                    trend.period.as_deref().unwrap_or("no date") == *period
                };
                let told = practice.iter().find(of).map_or(String::new(), |trend| {
                    let asked = trend.done + trend.missed + trend.broken;
                    format!("{:.0}% of {asked}", trend.share() * 100.0)
                });
                write!(out, "{told:>12}")?;
            }
            writeln!(out)?;
        }
    }
    Ok(())
}

fn write_csv(trends: &Trends, format: Format, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    match format {
        Format::Text | Format::VerdictsCsv => {}
        Format::IssuesCsv => {
            writer.write_record(["kind", "calls", "mean_heat_peak", "quote", "call"])?;
            for issue in &trends.issues {
                let heat = issue.heat.map_or(String::new(), |heat| format!("{heat:.3}"));
                let calls = issue.calls.to_string();
                writer.write_record([&issue.kind, &calls, &heat, &issue.quote, &issue.call])?;
            }
        }
        Format::PracticesCsv => {
            writer.write_record(["agent", "practice", "period", "done", "missed", "broken"])?;
            for trend in &trends.practices {
                let counts = [trend.done, trend.missed, trend.broken].map(|n| n.to_string());
                let [done, missed, broken] = counts;
                let (agent, period) = (text(&trend.agent), text(&trend.period));
                writer.write_record([
                    agent,
                    trend.practice.clone(),
                    period,
                    done,
                    missed,
                    broken,
                ])?;
            }
        }
        Format::PromisesCsv => {
            writer.write_record(["due", "agent", "call", "quote"])?;
            for due in &trends.promises {
                writer.write_record([&due.due, &text(&due.agent), &due.call, &due.quote])?;
            }
        }
        Format::RulesCsv => {
            writer.write_record(["rule", "prompts", "heeded", "ignored", "wrong"])?;
            for rule in &trends.rules {
                let counts = [rule.prompts, rule.heeded, rule.ignored, rule.wrong];
                let [prompts, heeded, ignored, wrong] = counts.map(|n| n.to_string());
                writer.write_record([&rule.rule, &prompts, &heeded, &ignored, &wrong])?;
            }
        }
    }
    Ok(writer.flush()?)
}
