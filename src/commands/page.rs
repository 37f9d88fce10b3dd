//! `evenkeel page`: calls, and the whole of an archive, as pages for a browser.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Args;

use super::calls::{calls_at, free_name};
use super::find::open;
use super::keys::KeyArgs;
use crate::archive::lock::any_locked;
use crate::call::file::{is_call, is_locked};
use crate::call::folder::{CallFolder, LOG_NAME};
use crate::call::key::Key;
use crate::call::search::call_folders;
use crate::report::page::{
    INDEX_PAGE, PageError, is_up_to_date, write_call_page, write_call_page_with,
    write_index_page_to,
};
use crate::session::batch::each;
use crate::session::replay::SessionError;

/// Write calls as pages for a browser: sound, picture, moments, words, numbers. Each is one file,
/// report.html in the call's folder; an archive also gets index.html, those worth hearing on top
#[derive(Args)]
pub struct PageArgs {
    /// Folders of calls, folders that they are in, or archives
    #[arg(value_name = "CALL|ARCHIVE", required = true)]
    places: Vec<PathBuf>,

    /// Write a single call's page to this file instead, or the pages of several to this folder,
    /// each with the call's name; an archive's page of all calls goes there as well
    #[arg(long, value_name = "FILE|FOLDER")]
    out: Option<PathBuf>,

    /// Also write pages anew that are up to date
    #[arg(long)]
    all: bool,

    /// Write nothing but errors
    #[arg(long, short)]
    quiet: bool,

    #[command(flatten)]
    key: KeyArgs,
}

/// Runs the command; returns the exit code: 1 when a page could not be written, though the others
/// are.
pub fn run(args: PageArgs) -> anyhow::Result<u8> {
    let key = args.key.load()?;
    let mut folders = BTreeSet::new();
    let mut archives = Vec::new();
    for place in &args.places {
        let calls = place.join("calls");
        if calls.is_dir() && !is_call(place) {
            archives.push(place.as_path());
            // An archive may have no call yet.
            if !call_folders(&calls)?.is_empty() {
                folders.extend(calls_at(&calls)?);
            }
        } else {
            folders.extend(calls_at(place)?);
        }
    }
    let target = match &args.out {
        None => Target::Beside { all: args.all },
        Some(out) if folders.len() == 1 && archives.is_empty() && !out.is_dir() => {
            Target::File(out.clone())
        }
        Some(out) if archives.len() > 1 => bail!(
            "{}: the pages of {} archives can't be in one folder; write them one by one",
            out.display(),
            archives.len()
        ),
        Some(out) => Target::Folder(CallFolder::create(out)?.path().to_owned()),
    };
    let mut counts = Counts::default();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    // Calls of different folders can have one name.
    let mut taken = HashSet::new();
    let named: Vec<(&PathBuf, String)> = folders
        .iter()
        .map(|folder| {
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            (folder, free_name(&name, &mut taken))
        })
        .collect();
    each(
        named.iter(),
        cores.min(folders.len().max(1)),
        || Ok(()),
        |(), (folder, name)| target.write(folder, name, key.as_ref()),
        |_, came| {
            match came {
                Ok(Ok(Some(path))) => counts.written(path),
                Ok(Ok(None)) => counts.up_to_date += 1,
                Ok(Err(trouble)) => counts.failed(&trouble.to_string()),
                Err(broke) => counts.failed(&broke),
            }
            Ok::<(), SessionError>(())
        },
    )?;
    for archive in archives {
        let path = match &target {
            Target::Folder(out) => out.join(INDEX_PAGE),
            Target::Beside { .. } | Target::File(_) => archive.join(INDEX_PAGE),
        };
        if let Err(why) = refuse_beside_locked(archive, &path, key.as_ref()) {
            counts.failed(&why.to_string());
            continue;
        }
        let index = open(archive, key.as_ref())?;
        counts.index.push(write_index_page_to(archive, &index, &path)?);
    }
    if !args.quiet {
        counts.tell();
    }
    Ok(u8::from(counts.failed > 0))
}

/// With a key, a page may have words of locked calls, and must not lie in their archive.
pub(super) fn refuse_beside_locked(
    archive: &Path,
    page: &Path,
    key: Option<&Key>,
) -> Result<(), PageError> {
    let calls = archive.join("calls");
    match key.is_some() && is_within(page, archive) && any_locked(&calls) {
        true => Err(PageError::BesideLocked { folder: archive.to_owned() }),
        false => Ok(()),
    }
}

/// Whether a file would lie in the folder, or below it.
fn is_within(file: &Path, folder: &Path) -> bool {
    let (Ok(file), Ok(folder)) = (std::path::absolute(file), folder.canonicalize()) else {
        return false;
    };
    // Of a folder that is not there yet, those above it are.
    let above = file.ancestors().skip(1).find_map(|above| above.canonicalize().ok());
    above.is_some_and(|above| above.starts_with(folder))
}

/// Where pages go.
enum Target {
    /// Into the calls' folders.
    Beside {
        /// Those too that are up to date.
        all: bool,
    },
    File(PathBuf),
    Folder(PathBuf),
}

impl Target {
    /// Writes the page of a call, in a folder by this name; `None` where it was there.
    fn write(
        &self,
        folder: &Path,
        name: &str,
        key: Option<&Key>,
    ) -> Result<Option<PathBuf>, PageError> {
        match self {
            // A page in the clear beside what is locked would tell it all.
            Target::Beside { .. } if key.is_some() && is_locked(&folder.join(LOG_NAME)) => {
                Err(PageError::BesideLocked { folder: folder.to_owned() })
            }
            Target::Beside { all: false } if is_up_to_date(folder) => Ok(None),
            Target::Beside { .. } => write_call_page(folder).map(Some),
            Target::File(path) => Target::write_to(folder, path, key),
            Target::Folder(out) => Target::write_to(folder, &out.join(format!("{name}.html")), key),
        }
    }

    fn write_to(
        folder: &Path,
        path: &Path,
        key: Option<&Key>,
    ) -> Result<Option<PathBuf>, PageError> {
        // Locked calls are an archive's.
        let calls = folder.parent().filter(|calls| calls.ends_with("calls"));
        let archive = calls.and_then(Path::parent).unwrap_or(folder);
        if is_locked(&folder.join(LOG_NAME)) && is_within(path, archive) {
            return Err(PageError::BesideLocked { folder: folder.to_owned() });
        }
        write_call_page_with(folder, path, key).map(Some)
    }
}

/// What has come of it.
#[derive(Default)]
struct Counts {
    written: usize,
    last: Option<PathBuf>,
    up_to_date: usize,
    failed: usize,
    index: Vec<PathBuf>,
}

impl Counts {
    fn written(&mut self, path: PathBuf) {
        self.written += 1;
        self.last = Some(path);
    }

    fn failed(&mut self, why: &str) {
        self.failed += 1;
        anstream::eprintln!("evenkeel: {why}");
    }

    fn tell(&self) {
        match (self.written, &self.last) {
            (1, Some(path)) => anstream::println!("The page is {}", path.display()),
            (0, _) if self.up_to_date > 0 => {
                anstream::println!("All pages were up to date; --all writes them anew.");
            }
            (0, _) => {}
            (many, _) => anstream::println!("{many} pages are written."),
        }
        for path in &self.index {
            anstream::println!("All calls are in {}", path.display());
        }
    }
}
