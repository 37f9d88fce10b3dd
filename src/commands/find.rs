//! `evenkeel find`: calls of an archive.

use std::io::{self, Write};
use std::path::PathBuf;

use anstyle::Style;
use anyhow::bail;
use clap::{Args, ValueEnum};

use super::keys::KeyArgs;
use super::scope::ScopeArgs;
use crate::archive::Index;
use crate::archive::find::{Found, Order, Wanted, find};
use crate::archive::index::Refreshed;
use crate::call::key::Key;
use crate::config::file::nearest;
use crate::event::PRACTICES;
use crate::language::practices::ISSUES;
use crate::units::CallTime;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Find calls in an archive: all that is asked for must hold
#[derive(Args)]
pub struct FindArgs {
    /// Words that were said in one utterance, in any form; "in quotes" as a phrase
    words: Vec<String>,

    /// The archive's folder
    #[arg(long, value_name = "ARCHIVE", default_value = "archive")]
    archive: PathBuf,

    #[command(flatten)]
    scope: ScopeArgs,

    /// The customer's heat rose at least to this, 0 to 1 (tense from 0.4, heated from 0.72)
    #[arg(long, value_name = "HEAT")]
    heat: Option<f64>,

    /// The customer's words fell by at least this over the call, 0 to 10
    #[arg(long, value_name = "BY")]
    fell: Option<f64>,

    /// The agent cut in at least so often
    #[arg(long, value_name = "N")]
    interruptions: Option<u32>,

    /// Nobody spoke in at least this share of the call, in per cent
    #[arg(long, value_name = "PERCENT")]
    silence: Option<f64>,

    /// This practice was missed; may be given several times
    #[arg(long, value_name = "PRACTICE", value_parser = practice)]
    missed: Vec<String>,

    /// This practice was broken; may be given several times
    #[arg(long, value_name = "PRACTICE", value_parser = practice)]
    broken: Vec<String>,

    /// This practice was done; may be given several times
    #[arg(long, value_name = "PRACTICE", value_parser = practice)]
    done: Vec<String>,

    /// The customer's problem was of this kind: product, service, billing, delivery…
    #[arg(long, value_name = "KIND", value_parser = issue)]
    issue: Option<String>,

    /// There are moments for the coach of at least this severity, 1 to 3
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=3))]
    moments: Option<u8>,

    /// In what order
    #[arg(long, value_enum, default_value_t = OrderArg::Latest)]
    order: OrderArg,

    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,

    /// As a table to read, as CSV, as JSON lines, or as the folders' paths for other commands
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    #[command(flatten)]
    key: KeyArgs,
}

#[derive(Clone, Copy, ValueEnum)]
enum OrderArg {
    /// The latest first
    Latest,
    /// The hottest first
    Heat,
    /// Those whose customer's words fell most first
    Fell,
    /// Those in which the agent cut in most first
    Interruptions,
    /// Those with the largest share of silence first
    Silence,
    /// Those with the most, and the gravest, moments for the coach first
    Moments,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// A table to read
    Text,
    /// Comma-separated values, with a heading
    Csv,
    /// A JSON object a line
    Json,
    /// The folder of each call, one a line
    Paths,
}

fn practice(text: &str) -> Result<String, String> {
    known(text, &PRACTICES, "practice")
}

fn issue(text: &str) -> Result<String, String> {
    known(text, &ISSUES, "kind of problem")
}

fn known(text: &str, names: &[&str], what: &str) -> Result<String, String> {
    if names.contains(&text) {
        return Ok(text.to_owned());
    }
    Err(match nearest(text, names) {
        Some(near) => format!("there is no {what} `{text}`; did you mean `{near}`?"),
        None => format!("there is no {what} `{text}`; there are: {}", names.join(", ")),
    })
}

/// Opens the index, and says what could not be read.
pub(super) fn open(archive: &std::path::Path, key: Option<&Key>) -> anyhow::Result<Index> {
    let (index, Refreshed { damaged, locked, .. }) = Index::open_with(archive, key)?;
    if locked > 0 {
        anstream::eprintln!("evenkeel: locked and left out: {locked}; --key reads them");
    }
    for why in damaged {
        anstream::eprintln!("evenkeel: {why}; the call is left out");
    }
    Ok(index)
}

/// The words as the index is asked for them: the shell has taken away the quotes of a phrase.
fn query(words: &[String]) -> String {
    let quoted = |word: &String| match word.contains(char::is_whitespace) && !word.contains('"') {
        true => format!("\"{word}\""),
        false => word.clone(),
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// Runs the command.
pub fn run(args: FindArgs) -> anyhow::Result<()> {
    let key = args.key.load()?;
    let wanted = Wanted {
        words: (!args.words.is_empty()).then(|| query(&args.words)),
        scope: args.scope.into(),
        min_heat: args.heat,
        min_fall: args.fell,
        min_interruptions: args.interruptions,
        min_silence_share: args.silence.map(|percent| percent / 100.0),
        missed: args.missed,
        broken: args.broken,
        done: args.done,
        issue: args.issue,
        min_severity: args.moments,
    };
    if wanted.min_heat.is_some_and(|heat| !(0.0..=1.0).contains(&heat)) {
        bail!("--heat goes from 0 to 1");
    }
    let order = match args.order {
        OrderArg::Latest => Order::Latest,
        OrderArg::Heat => Order::Heat,
        OrderArg::Fell => Order::Fall,
        OrderArg::Interruptions => Order::Interruptions,
        OrderArg::Silence => Order::Silence,
        OrderArg::Moments => Order::Moments,
    };
    let index = open(&args.archive, key.as_ref())?;
    let (found, all) = find(&index, &wanted, order, args.limit)?;
    let mut out = anstream::stdout().lock();
    match args.format {
        Format::Text => write_table(&found, all, &mut out)?,
        Format::Csv => write_csv(&found, &mut out)?,
        Format::Json => {
            for call in &found {
                serde_json::to_writer(&mut out, call)?;
                writeln!(out)?;
            }
        }
        Format::Paths => {
            let calls = args.archive.join("calls");
            found
                .iter()
                .try_for_each(|call| writeln!(out, "{}", calls.join(&call.id).display()))?;
        }
    }
    Ok(())
}

fn write_table(found: &[Found], all: usize, out: &mut dyn Write) -> io::Result<()> {
    if found.is_empty() {
        return writeln!(out, "No call is like that.");
    }
    writeln!(
        out,
        "{BOLD}{:<16}  {:<12}  {:<12}  {:>6}  {:>4}  {:>5}  {:>6}  {:>6}  {:>7}  {:>7}  call{BOLD:#}",
        "began",
        "agent",
        "queue",
        "length",
        "heat",
        "words",
        "change",
        "cut in",
        "silence",
        "moments"
    )?;
    let text = |text: &Option<String>, width: usize| -> String {
        text.as_deref().unwrap_or("–").chars().take(width).collect()
    };
    let signed = |value: Option<f64>| {
        value.map_or("–".to_owned(), |value| format!("{value:+.1}").replace('-', "\u{2212}"))
    };
    for call in found {
        let began = text(&call.started, 16).replace('T', " ");
        let length = format!("{}:{:02}", call.duration as u64 / 60, call.duration as u64 % 60);
        let heat = call.heat_peak.map_or("–".into(), |heat| format!("{heat:.2}"));
        let cut_in = call.agent_interruptions.map_or("–".into(), |count| count.to_string());
        writeln!(
            out,
            "{began:<16}  {:<12}  {:<12}  {length:>6}  {heat:>4}  {:>5}  {:>6}  {cut_in:>6}  {:>6.0}%  {:>7}  {}",
            text(&call.agent, 12),
            text(&call.queue, 12),
            signed(call.customer_sentiment),
            signed(call.sentiment_shift),
            call.silence_share * 100.0,
            call.moments,
            call.id,
        )?;
        if let Some((at, words)) = &call.said {
            writeln!(out, "    {DIM}{} “{words}”{DIM:#}", CallTime::from_secs(*at))?;
        }
    }
    match all - found.len() {
        0 => Ok(()),
        more => writeln!(out, "{DIM}{more} more; --limit shows them{DIM:#}"),
    }
}

fn write_csv(found: &[Found], out: &mut dyn Write) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record([
        "id",
        "started",
        "agent",
        "queue",
        "duration",
        "heat_peak",
        "customer_sentiment",
        "sentiment_shift",
        "agent_interruptions",
        "silence_share",
        "moments",
        "said_at",
        "said",
    ])?;
    for call in found {
        let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let (at, words) = call.said.clone().unzip();
        writer.write_record([
            call.id.clone(),
            text(&call.started),
            text(&call.agent),
            text(&call.queue),
            call.duration.to_string(),
            number(call.heat_peak),
            number(call.customer_sentiment),
            number(call.sentiment_shift),
            number(call.agent_interruptions.map(f64::from)),
            call.silence_share.to_string(),
            call.moments.to_string(),
            number(at),
            text(&words),
        ])?;
    }
    Ok(writer.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_shell_was_given_in_quotes_is_a_phrase() {
        let query = |words: &[&str]| query(&words.iter().map(|&w| w.into()).collect::<Vec<_>>());
        assert_eq!(query(&["broken", "door"]), "broken door");
        assert_eq!(query(&["still waiting", "door"]), "\"still waiting\" door");
        assert_eq!(query(&["\"still waiting\""]), "\"still waiting\"");
    }
}
