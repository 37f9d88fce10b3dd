//! `evenkeel rules`: the coach's rules, what they mean, a check of changed ones, and those that the
//! agent called wrong.

use std::io::Write;
use std::path::PathBuf;

use anstyle::Style;
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};

use crate::config::rules::fact::{Happening, Measured};
use crate::config::rules::file::SHIPPED;
use crate::config::rules::{MOST_RAISES, Need, Rule, RuleSet};
use crate::config::settings::{Settings, settings_path};
use crate::event::PRACTICES;
use crate::report::wording::{self, counted};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// List the coach's rules and what they mean, or check changed ones
#[derive(Args)]
pub struct RulesArgs {
    #[command(subcommand)]
    command: Option<RulesCommand>,

    /// The rules with the changes of this file, instead of those of your own settings
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,

    /// Print the shipped rules as a file to start from
    #[arg(long, conflicts_with_all = ["rules", "facts"])]
    toml: bool,

    /// List what a rule's conditions can name
    #[arg(long, conflicts_with = "rules")]
    facts: bool,
}

#[derive(Subcommand)]
enum RulesCommand {
    /// Check a file of changed rules, and say what is wrong with it and where
    Check {
        /// The file
        file: PathBuf,
    },
    /// Let rules that you called wrong fire as before
    Forgive {
        /// The rule; all if none is given
        rule: Option<String>,
    },
}

/// Runs the command.
pub fn run(args: RulesArgs) -> anyhow::Result<()> {
    let mut out = anstream::stdout();
    match args.command {
        Some(RulesCommand::Check { file }) => {
            let (changed, shipped) = (RuleSet::load(&file)?, RuleSet::shipped());
            let rules = changed.rules.iter().filter(|rule| !shipped.rules.contains(rule)).count();
            let needed = changed.needed.iter().filter(|one| !shipped.needed.contains(one)).count();
            writeln!(
                out,
                "{}: fine; differs from what is shipped in {} and {}",
                file.display(),
                counted(rules, "rule"),
                counted(needed, "practice")
            )?;
        }
        Some(RulesCommand::Forgive { rule }) => forgive(&mut out, rule.as_deref())?,
        None if args.toml => out.write_all(SHIPPED.as_bytes())?,
        None if args.facts => list_facts(&mut out)?,
        None => {
            let settings = settings_path().as_deref().map(Settings::load).transpose()?.flatten();
            let mut settings = settings.unwrap_or_default();
            settings.rules = args.rules.or(settings.rules);
            list(&mut out, &settings.rules()?, &settings)?;
        }
    }
    Ok(())
}

fn list(out: &mut impl Write, set: &RuleSet, settings: &Settings) -> anyhow::Result<()> {
    writeln!(out, "The more urgent first. A prompt comes when all of a rule's conditions hold.")?;
    for rule in &set.rules {
        let off = if rule.enabled { "" } else { "  (off)" };
        writeln!(out, "\n{BOLD}{}{BOLD:#}{off}  {}", rule.name, rule.means)?;
        let texts: Vec<String> = rule.text.iter().map(|text| format!("\"{text}\"")).collect();
        writeln!(out, "    says     {}", texts.join(" or "))?;
        for (i, condition) in rule.when.iter().enumerate() {
            writeln!(out, "    {}  {condition}", if i == 0 { "when   " } else { "and    " })?;
        }
        writeln!(out, "    {DIM}{}{DIM:#}", manner(rule))?;
        if let Some(times) = settings.wrong.get(&rule.name) {
            let times = wording::times((*times).min(MOST_RAISES));
            writeln!(out, "    called wrong {times}, which is in the numbers above")?;
        }
    }
    writeln!(out, "\nA practice that was not done counts as missed when, at the end of the call:")?;
    for (name, needed) in &set.needed {
        let needed: Vec<String> = needed.iter().map(ToString::to_string).collect();
        writeln!(out, "    {name:<20} {}", needed.join(", and "))?;
    }
    Ok(())
}

/// How a rule behaves, in a line.
fn manner(rule: &Rule) -> String {
    let mut parts = Vec::new();
    if rule.delay_secs > 0.0 {
        parts.push(format!("for {} s", rule.delay_secs));
    }
    parts.push(format!("at most every {} s", rule.cooldown_secs));
    if rule.about_speech {
        parts.push("also while the agent speaks".into());
    }
    let needs = rule.needs();
    for (need, what) in [
        (Need::Parties, "one can tell who speaks"),
        (Need::Heard, "both are heard"),
        (Need::Level, "the agent's channel is not clipped"),
        (Need::Words, "words come in time"),
    ] {
        if needs.contains(&need) {
            parts.push(format!("only while {what}"));
        }
    }
    parts.join("; ")
}

fn list_facts(out: &mut impl Write) -> anyhow::Result<()> {
    writeln!(out, "Measured at each moment:")?;
    for (_, name, means) in Measured::ALL {
        writeln!(out, "    {name:<17} {means}")?;
    }
    writeln!(
        out,
        "\nOf what has happened (A, B and C stand for happenings):\n    \
         since A | B          seconds since the last of them; endless while none has come\n    \
         count A | B          how often; `count A in 90` in so many seconds\n    \
         open A until B | C   seconds since the first A after which no B or C has come\n    \
         replies A until B    how often the agent has replied since that A\n    \
         replies A            how often since the last A\n\
         An A of the agent's is a reply itself."
    )?;
    writeln!(out, "\nPractices: {}", PRACTICES.join(", "))?;
    writeln!(
        out,
        "\nHappenings: a practice's name when it was kept, `no-` and its name when it was"
    )?;
    writeln!(out, "broken, and:")?;
    for (name, means) in Happening::others() {
        writeln!(out, "    {name:<20} {means}")?;
    }
    Ok(())
}

fn forgive(out: &mut impl Write, rule: Option<&str>) -> anyhow::Result<()> {
    let path = settings_path().context("this system has no place for settings")?;
    let mut settings = Settings::load(&path)?.unwrap_or_default();
    let forgiven = match rule {
        Some(rule)
            if settings.rules()?.get(rule).is_none() && !settings.wrong.contains_key(rule) =>
        {
            bail!("{rule}: there is no such rule; `evenkeel rules` lists them")
        }
        Some(rule) if !settings.wrong.contains_key(rule) => {
            let known: Vec<&str> = settings.wrong.keys().map(String::as_str).collect();
            match known.as_slice() {
                [] => bail!("{rule}: no rule was called wrong"),
                known => bail!("{rule}: was not called wrong; these were: {}", known.join(", ")),
            }
        }
        Some(rule) => settings.wrong.remove(rule).map_or(0, |_| 1),
        None => std::mem::take(&mut settings.wrong).len(),
    };
    settings.save(&path)?;
    match forgiven {
        0 => writeln!(out, "No rule was called wrong.")?,
        1 => writeln!(out, "1 rule fires as before.")?,
        more => writeln!(out, "{more} rules fire as before.")?,
    }
    Ok(())
}
