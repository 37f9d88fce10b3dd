//! `evenkeel archive`: care of an archive.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::{Args, Subcommand};

use super::copy::{self, FetchArgs, SendArgs};
use super::keys::{KeyArgs, ask_new, load};
use super::place::name;
use crate::archive::Index;
use crate::archive::index::Refreshed;
use crate::archive::lock::{Done, KEY_NAME, Way, locked_otherwise, turn};
use crate::archive::purge::{PURGED_NAME, Plan, Told, last_day, plan, purge, today};
use crate::archive::store::is_archive;
use crate::call::exposure::{exposed, exposed_in};
use crate::call::key::{KEY_FILE_VARIABLE, Key};
use crate::report::page::{INDEX_PAGE, TRENDS_PAGE, write_index_page};
use crate::report::wording::counted;

/// Take care of an archive
#[derive(Args)]
pub struct ArchiveArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make the index anew from the call folders, which are the truth
    Rebuild {
        /// The archive's folder
        #[arg(default_value = "archive")]
        archive: PathBuf,
    },
    /// Bring a copy on object storage up to the archive
    Send(SendArgs),
    /// Bring the archive up to its copy on object storage
    Fetch(FetchArgs),
    /// Remove calls that have been kept long enough; lists them first, --yes does it
    Purge(PurgeArgs),
    /// Lock all calls, so that they can be read with a key only
    Lock(LockArgs),
    /// Unlock all calls
    Unlock(LockArgs),
    /// Keys of locked calls
    Key {
        #[command(subcommand)]
        action: KeyAction,
    },
}

#[derive(Args)]
struct PurgeArgs {
    /// The archive's folder
    archive: PathBuf,

    /// Calls that began longer ago than this: 90d, 12w, 6m or 7y. Where a log does not tell, the time
    /// of its file counts. A call with a note "keep", or "keep: …", stays
    #[arg(long, value_name = "TIME")]
    older_than: String,

    /// Do it
    #[arg(long)]
    yes: bool,

    /// Who does it, as they call themselves; usually your name on this computer
    #[arg(long, value_name = "NAME")]
    by: Option<String>,

    #[command(flatten)]
    key: KeyArgs,
}

#[derive(Args)]
struct LockArgs {
    /// The archive's folder
    archive: PathBuf,

    #[command(flatten)]
    key: KeyArgs,

    /// With a passphrase, which is asked for (or read from standard input): the key is then key.age in
    /// the archive, locked with it
    #[arg(long, conflicts_with = "key")]
    passphrase: bool,
}

#[derive(Subcommand)]
enum KeyAction {
    /// Make a key, in a file that only you can read
    New {
        /// The file; outside the archive, and with a copy elsewhere: without it nobody can read what
        /// is locked
        file: PathBuf,

        /// Lock the key itself with a passphrase
        #[arg(long)]
        passphrase: bool,
    },
}

/// Runs the command; returns the exit code: 1 when something could not be done.
pub fn run(args: ArchiveArgs) -> anyhow::Result<u8> {
    match args.action {
        Action::Rebuild { archive } => rebuild(&archive),
        Action::Send(args) => copy::send(&args),
        Action::Fetch(args) => copy::fetch(&args),
        Action::Purge(args) => remove_old(&args),
        Action::Lock(args) => lock(&args, Way::Lock),
        Action::Unlock(args) => lock(&args, Way::Unlock),
        Action::Key { action: KeyAction::New { file, passphrase } } => new_key(&file, passphrase),
    }
}

fn rebuild(archive: &Path) -> anyhow::Result<u8> {
    warn_of_readers(archive);
    if archive.join("calls").is_dir() {
        Index::remove(archive)?;
    }
    let (_, Refreshed { read, damaged, locked, .. }) = Index::open(archive)?;
    for why in &damaged {
        anstream::eprintln!("evenkeel: {why}; the call is left out");
    }
    anstream::println!("Calls in the index of {}: {read}.", archive.display());
    if locked > 0 {
        anstream::println!("Locked, and so not in it: {locked}.");
    }
    Ok(if damaged.is_empty() { 0 } else { 1 })
}

/// Says where others on this computer can read an archive.
fn warn_of_readers(archive: &Path) {
    // A closed archive closes all that is in it.
    let calls = archive.join("calls");
    if exposed(archive).is_some()
        && let Some(exposed) = exposed_in(&calls)
    {
        anstream::eprintln!("evenkeel: {exposed}");
    }
}

fn remove_old(args: &PurgeArgs) -> anyhow::Result<u8> {
    warn_of_readers(&args.archive);
    let key = args.key.load()?;
    let until = last_day(&args.older_than, today()).map_err(anyhow::Error::msg)?;
    let plan = plan(&args.archive, until, key.as_ref())?;
    list(&plan)?;
    let megabytes = plan.bytes() as f64 / 1e6;
    let all = plan.old.len() + plan.young + plan.kept.len();
    if !args.yes {
        anstream::println!(
            "Would be removed for good: {} of {} ({megabytes:.1} MB), from {until} or before. Nothing was: \
             --yes does it.",
            plan.old.len(),
            counted(all, "call")
        );
        return Ok(0);
    }
    if plan.old.is_empty() {
        anstream::println!("No call is from {until} or before. Nothing was removed.");
        return Ok(0);
    }
    let by = name(args.by.clone())?;
    let (gone, troubles) = purge(&args.archive, &plan, until, &by, key.as_ref())?;
    for trouble in &troubles {
        anstream::eprintln!("evenkeel: {trouble}");
    }
    if sweep(&args.archive)? {
        anstream::println!(
            "{TRENDS_PAGE} quoted them and was removed too; `trends --page` makes it."
        );
    }
    anstream::println!(
        "Removed: {gone} of {} ({megabytes:.1} MB); {PURGED_NAME} in the archive says which.",
        counted(all, "call")
    );
    Ok(u8::from(!troubles.is_empty()))
}

/// Takes what the index and the pages of an archive have of calls that are gone out of them; whether the
/// page of trends, which quotes them, was removed: it is quickly made again.
pub(super) fn sweep(archive: &Path) -> anyhow::Result<bool> {
    let (index, _) = Index::open(archive)?;
    index.scrub()?;
    if archive.join(INDEX_PAGE).is_file() {
        write_index_page(archive, &index)?;
    }
    Ok(std::fs::remove_file(archive.join(TRENDS_PAGE)).is_ok())
}

fn list(plan: &Plan) -> std::io::Result<()> {
    let mut out = anstream::stdout().lock();
    for call in &plan.old {
        let told = if call.told == Told::FileTime { " by its file" } else { "" };
        let shared =
            if call.shared { "; clips of it were shared, and stay where they are" } else { "" };
        let megabytes = call.bytes as f64 / 1e6;
        writeln!(out, "{}{told}  {megabytes:>7.1} MB  {}{shared}", call.day, call.id)?;
    }
    for id in &plan.kept {
        writeln!(out, "stays, by a note: {id}")?;
    }
    for why in &plan.left {
        writeln!(out, "left alone: {why}")?;
    }
    Ok(())
}

fn lock(args: &LockArgs, way: Way) -> anyhow::Result<u8> {
    warn_of_readers(&args.archive);
    let own = args.archive.join(KEY_NAME);
    let key = match (args.passphrase, args.key.path()) {
        (false, Some(path)) => load(&path)?,
        (true, _) if own.is_file() => load(&own)?,
        (true, _) if way == Way::Lock && args.archive.join("calls").is_dir() => {
            let key = Key::generate();
            // The test of the key below comes too late for one that is made here.
            refuse_other(&args.archive, &key)?;
            key.write_new(&own, Some(&ask_new()?))?;
            anstream::println!("The key is {}; keep a copy elsewhere.", own.display());
            key
        }
        (true, _) if args.archive.join("calls").is_dir() => {
            bail!("{}: is not there; give the key's file with --key", own.display())
        }
        (true, _) => bail!("{}: no archive there", args.archive.display()),
        (false, None) => {
            let made = match way {
                Way::Lock => "; `evenkeel archive key new FILE` makes one",
                Way::Unlock => "",
            };
            bail!("give the key's file with --key or {KEY_FILE_VARIABLE}, or --passphrase{made}")
        }
    };
    if way == Way::Lock {
        refuse_other(&args.archive, &key)?;
        if !args.passphrase
            && let Some(path) = args.key.path()
        {
            refuse_within(&path, &args.archive)?;
        }
    }
    // Both have words of calls on them.
    let done = turn(&args.archive, way, &key, &[INDEX_PAGE, TRENDS_PAGE])?;
    let Done { calls, files, already, troubles } = done;
    for trouble in &troubles {
        anstream::eprintln!("evenkeel: {trouble}");
    }
    let (did, were) = match way {
        Way::Lock => ("Locked", "locked before"),
        Way::Unlock => ("Unlocked", "open before"),
    };
    let removed = way == Way::Lock && calls > 0;
    let (calls, files) = (counted(calls, "call"), counted(files, "file"));
    anstream::println!("{did}: {calls} ({files}); {were}: {already}.");
    if removed {
        anstream::println!(
            "The index and the pages of the archive had words of calls and are removed; with the key, \
             `find` and `trends` read the calls themselves."
        );
    }
    Ok(u8::from(!troubles.is_empty()))
}

/// Two keys for one archive would be one too many.
fn refuse_other(archive: &Path, key: &Key) -> anyhow::Result<()> {
    if let Some(call) = locked_otherwise(archive, key)? {
        bail!(
            "{}: is locked with another key; use that one for all of the archive",
            call.display()
        );
    }
    Ok(())
}

/// A key that lies with what it locks keeps nobody out.
fn refuse_within(key: &Path, archive: &Path) -> anyhow::Result<()> {
    let (Ok(within), Ok(root)) = (key.canonicalize(), archive.canonicalize()) else {
        return Ok(());
    };
    // The one that has a passphrase belongs there.
    if within.starts_with(&root) && within != root.join(KEY_NAME) {
        bail!(
            "{}: the key lies within the archive that it locks; move it elsewhere",
            key.display()
        );
    }
    Ok(())
}

fn new_key(file: &Path, passphrase: bool) -> anyhow::Result<u8> {
    let folder = std::path::absolute(file)?;
    if let Some(archive) = folder.ancestors().skip(1).find(|folder| is_archive(folder)) {
        bail!(
            "{}: lies within the archive {}; a key must not lie with what it locks",
            file.display(),
            archive.display()
        );
    }
    if file.exists() {
        // Before the passphrase is asked for.
        Key::generate().write_new(file, None)?;
    }
    let passphrase = if passphrase { Some(ask_new()?) } else { None };
    let key = Key::generate();
    key.write_new(file, passphrase.as_deref())?;
    anstream::println!(
        "The key is {}, of {}. Keep a copy elsewhere: without it nobody can read what is locked.",
        file.display(),
        key.public()
    );
    Ok(0)
}
