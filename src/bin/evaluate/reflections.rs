//! What is suggested to say back of customers' statements.

use std::path::PathBuf;

use anyhow::Context as _;

use super::models;

#[derive(clap::Args)]
pub struct Args {
    /// Statements, one a line; what follows a tab is left away, as are lines that begin with #
    file: PathBuf,
    /// Other weights than the shipped ones
    #[arg(long)]
    weights: Option<PathBuf>,
}

/// Prints each statement, a tab, and the suggestion or "-".
pub fn run(args: Args) -> anyhow::Result<()> {
    let reflection = models::reflection(args.weights.as_deref())?;
    let lines =
        std::fs::read_to_string(&args.file).with_context(|| args.file.display().to_string())?;
    for line in lines.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let statement = line.split('\t').next().unwrap_or_default();
        let suggestion = reflection.suggestion(statement);
        println!("{statement}\t{}", suggestion.as_deref().unwrap_or("-"));
    }
    Ok(())
}
