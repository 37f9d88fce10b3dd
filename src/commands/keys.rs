//! The key of locked calls, as it is typed or named in the environment.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::call::exposure::exposed;
use crate::call::key::{KEY_FILE_VARIABLE, Key, KeyError};

#[derive(Args)]
pub(super) struct KeyArgs {
    /// The key of locked calls (see `evenkeel archive lock`); else the file that the environment
    /// variable EVENKEEL_KEY_FILE names
    #[arg(long, value_name = "FILE", global = true)]
    key: Option<PathBuf>,
}

impl KeyArgs {
    /// Where the key is; `None` where none is named.
    pub fn path(&self) -> Option<PathBuf> {
        let named = || std::env::var_os(KEY_FILE_VARIABLE).filter(|path| !path.is_empty());
        self.key.clone().or_else(|| named().map(PathBuf::from))
    }

    /// The key, where one is named; its passphrase is asked for where it has one.
    pub fn load(&self) -> Result<Option<Key>, KeyError> {
        self.path().map(|path| load(&path)).transpose()
    }
}

/// Reads a key, and warns where others can.
pub(super) fn load(path: &Path) -> Result<Key, KeyError> {
    if let Some(exposed) = exposed(path) {
        anstream::eprintln!("evenkeel: {exposed}");
    }
    Key::load(path, || ask("Passphrase of the key: "))
}

/// Asks for a passphrase: at the terminal, unseen, or, where the standard input is none, as its
/// next line.
pub(super) fn ask(prompt: &str) -> io::Result<String> {
    if io::stdin().is_terminal() {
        return rpassword::prompt_password(prompt);
    }
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Asks for a new passphrase, at a terminal twice.
pub(super) fn ask_new() -> anyhow::Result<String> {
    let first = ask("New passphrase, several words: ")?;
    if io::stdin().is_terminal() && ask("Once more: ")? != first {
        anyhow::bail!("the two are not the same; nothing was done");
    }
    Ok(first)
}
