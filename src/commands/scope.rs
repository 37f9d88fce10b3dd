//! Which calls of an archive a command looks at, as it is typed.

use clap::Args;
use jiff::civil::Date;

use crate::archive::scope::Scope;

#[derive(Args)]
pub(super) struct ScopeArgs {
    /// Calls of this agent
    #[arg(long)]
    agent: Option<String>,

    /// Calls of this queue
    #[arg(long)]
    queue: Option<String>,

    /// From this day on, as 2026-11-25
    #[arg(long, value_name = "DATE", value_parser = day)]
    since: Option<Date>,

    /// To this day
    #[arg(long, value_name = "DATE", value_parser = day)]
    until: Option<Date>,
}

impl ScopeArgs {
    /// In words: whose calls, and when.
    pub(super) fn told(&self) -> String {
        let day = |day: &Option<Date>| day.map(|day| day.to_string());
        let parts = [
            ("agent", self.agent.clone()),
            ("queue", self.queue.clone()),
            ("from", day(&self.since)),
            ("to", day(&self.until)),
        ];
        let told = parts.into_iter().filter_map(|(what, value)| Some(format!("{what} {}", value?)));
        told.collect::<Vec<_>>().join(", ")
    }
}

impl From<ScopeArgs> for Scope {
    fn from(ScopeArgs { agent, queue, since, until }: ScopeArgs) -> Scope {
        Scope { agent, queue, since, until }
    }
}

/// Reads a day.
pub(super) fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "not a day; write it as 2026-12-04".to_owned())
}
