//! `evenkeel review`: the window in which calls are gone through.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::bail;
use clap::{Args, ValueEnum};

use super::keeping::Keeper;
use super::keys::{self, KeyArgs};
use super::live::calls_folder;
use super::place::name;
use super::stop_on_ctrl_c;
use crate::archive::lock::{KEY_NAME, any_locked, unopened};
use crate::call::key::Key;
use crate::config::settings::{Settings, settings_path};
use crate::ui::{Look, Place, ReviewOptions, ReviewSetup, run_review};

/// Threads that look things up while the window goes on.
const THREADS: usize = 2;

/// Go through calls in a window: hear them, read along, see why a moment is one, judge and note
///
/// Those worth the time stand on top. A call opens at its picture: both voices, who cut in, silences,
/// heat, prompts, moments. The key `?` shows all keys. Locked calls are opened with --key: what is
/// unlocked is held in memory only.
#[derive(Args)]
pub struct ReviewArgs {
    /// An archive, a folder of calls, or a call [default: `archive` here, or else your own calls]
    archive: Option<PathBuf>,

    /// Who you are, as your notes say; usually your name on this computer
    #[arg(long, value_name = "NAME")]
    by: Option<String>,

    /// Light or dark; the window remembers what you choose in it
    #[arg(long, value_enum)]
    look: Option<LookArg>,

    /// A folder of recordings: a call without sound of its own is heard from the recording that its log
    /// names, if it is the same
    #[arg(long, value_name = "FOLDER")]
    recordings: Option<PathBuf>,

    #[command(flatten)]
    key: KeyArgs,
}

#[derive(Clone, Copy, ValueEnum)]
enum LookArg {
    /// Dark letters on light
    Light,
    /// Light letters on dark
    Dark,
}

/// Runs the command; returns the exit code.
pub fn run(args: ReviewArgs) -> anyhow::Result<u8> {
    let settings = settings_path();
    let path = match args.archive {
        Some(path) if !path.exists() => bail!(
            "{}: there is no such folder; give an archive, a folder of calls, or a call",
            path.display()
        ),
        Some(path) => path,
        None => {
            let here = PathBuf::from("archive");
            let known = settings.as_deref().map(Settings::load).transpose()?.flatten();
            let own = calls_folder(&known.unwrap_or_default());
            match [here, own].into_iter().find(|path| path.is_dir()) {
                Some(path) => path,
                None => bail!(
                    "there are no calls yet: neither a folder `archive` here nor calls of your own; \
                     make some with `evenkeel live` or `evenkeel batch`, or give their folder"
                ),
            }
        }
    };
    let (place, call) = Place::at(&path);
    let by = name(args.by)?;
    let (root, home) = match &place {
        Place::Archive(root) => (Some(root.as_path()), root.as_path()),
        Place::Folder(calls) => (None, calls.as_path()),
    };
    let own = root.map(|root| root.join(KEY_NAME));
    let key = key_for(&args.key, own.as_deref(), &place.calls())?;
    let recordings = args.recordings;
    if let Some(folder) = recordings.as_ref().filter(|folder| !folder.is_dir()) {
        bail!("{}: there is no such folder; give the one that recordings are in", folder.display());
    }
    let keeper = Keeper::new(root, home, &by, key.clone(), recordings.clone());
    let setup = ReviewSetup {
        place,
        key,
        recordings,
        call,
        by,
        memory: settings.and_then(|path| Some(path.parent()?.join("review"))),
        keeping: Some(Arc::new(keeper)),
        threads: THREADS,
        opener: None,
    };
    let look = match args.look {
        None => Look::System,
        Some(LookArg::Light) => Look::Light,
        Some(LookArg::Dark) => Look::Dark,
    };
    run_review(setup, ReviewOptions { look, quit: stop_on_ctrl_c()? })?;
    Ok(0)
}

/// The key for the archive, or the folder of calls, of which `calls` are the calls: the one that is
/// named, or else, where calls are locked and somebody can be asked for its passphrase, the
/// archive's `own`.
fn key_for(args: &KeyArgs, own: Option<&Path>, calls: &Path) -> anyhow::Result<Option<Key>> {
    let asks = |own: &&Path| std::io::stdin().is_terminal() && own.is_file() && any_locked(calls);
    let own = || own.filter(asks).map(Path::to_owned);
    let Some(path) = args.path().or_else(own) else { return Ok(None) };
    let key = keys::load(&path)?;
    match unopened(calls, &key) {
        0 => Ok(Some(key)),
        count => bail!(
            "{}: is the key of none of the {count} locked calls in {}: they were locked with \
             another; nothing was changed",
            path.display(),
            calls.display()
        ),
    }
}
