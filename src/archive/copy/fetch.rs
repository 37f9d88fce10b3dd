//! From a copy on object storage to an archive.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};

use super::list::{Entry, FileList, LIST_NAME, Summed, is_plain, print};
use super::memory::Memory;
use super::rows::merged;
use super::{AT_ONCE, ATTEMPTS, Came, Change, CopyError, Done, Listing, There, Wish, content};
use crate::archive::failures::{self, FAILURES_NAME, Failure};
use crate::archive::lock::KEY_NAME;
use crate::archive::purge::{self, PURGED_NAME, removed};
use crate::archive::store::{Archive, ArchiveError};
use crate::call::file::{LOCKED_ENDING, is_call};
use crate::call::folder::{LOG_NAME, private_file};
use crate::cloud::CloudError;
use crate::session::batch::each;

/// A call to be fetched.
struct Task {
    id: String,
    /// Its files' sum when both were the same.
    met: Option<String>,
    /// Whether it was here once, and was purged.
    purged: bool,
}

/// What came of one, and its files' sum where both have the same now.
type Fetched = (Came, Option<String>);

/// Brings the archive up to its copy; `told` gets how many calls are done, and of how many.
///
/// # Errors
/// Where none can be fetched. What is wrong with one is told, and the others go on.
pub fn fetch(wish: Wish, mut told: impl FnMut(usize, usize)) -> Result<Done, CopyError> {
    let there = There::open(wish.url)?;
    let listing = Listing::of(&there)?;
    if listing.is_empty() {
        return Err(CopyError::NoCopy { url: wish.url.clone() });
    }
    let archive = Archive::open(wish.root)?;
    let mut memory = Memory::open(wish.root, wish.url)?;
    let mut done = Done::default();
    done.troubles.extend(fetch_key(wish, &there, &listing)?);
    let record = wish.own_file(PURGED_NAME)?;
    let purged: BTreeSet<String> =
        removed(&String::from_utf8_lossy(&record)).into_iter().map(|(_, call)| call).collect();
    let here = names_by_content(&archive);
    let mut tasks = Vec::new();
    for (id, objects) in &listing.calls {
        let whole = there.call(id).join(LIST_NAME);
        if !objects.iter().any(|object| object.url == whole) {
            // Somebody is sending it, or was killed while they did.
            continue;
        }
        let otherwise = here.get(content(id)).is_some_and(|name| name != id);
        if !is_plain(id) {
            done.troubles.push(format!("{whole}: {id:?} is no name of a call"));
        } else if otherwise || listing.has_otherwise(id) {
            done.take(id, Came::Twice);
        } else {
            let met = memory.call(id).map(str::to_owned);
            tasks.push(Task { id: id.clone(), met, purged: purged.contains(id) });
        }
    }
    let (mut count, all) = (0, tasks.len());
    each(
        tasks.into_iter(),
        AT_ONCE.min(all.max(1)),
        || There::open(wish.url),
        |there, task| fetch_call(wish, &archive, there, task),
        |task, result| {
            match result.map_err(|broke| format!("{}: {broke}", task.id)) {
                Ok(Ok((came, met))) => {
                    if let Some(sum) = met {
                        memory.meet(&task.id, Some(&sum))?;
                    }
                    done.take(&task.id, came);
                }
                Ok(Err(why)) if why.holds_for_all() => return Err(why),
                Ok(Err(why)) => done.troubles.push(why.to_string()),
                Err(broke) => done.troubles.push(broke),
            }
            count += 1;
            told(count, all);
            Ok(())
        },
    )?;
    fetch_failures(wish, &archive, &there, &mut memory)?;
    fetch_purged(wish, &there)?;
    Ok(done)
}

fn names_by_content(archive: &Archive) -> BTreeMap<String, String> {
    let names = fs::read_dir(archive.root().join("calls")).into_iter().flatten().flatten();
    let names = names.filter_map(|entry| entry.file_name().into_string().ok());
    names.map(|id| (content(&id).to_owned(), id)).collect()
}

fn fetch_call(
    wish: Wish,
    archive: &Archive,
    there: &There,
    task: &Task,
) -> Result<Fetched, CopyError> {
    let mut last = None;
    for _ in 0..ATTEMPTS {
        let came = try_to_fetch(wish, archive, there, task);
        if came.is_err() {
            archive.discard(&task.id);
        }
        match came {
            // Another was sent in its place just then: its list says where its files are.
            Err(
                why @ (CopyError::Changing { .. }
                | CopyError::Damaged { .. }
                | CopyError::Cloud(CloudError::Nothing { .. })),
            ) => last = Some(why),
            other => return other,
        }
    }
    Err(match last {
        Some(CopyError::Cloud(CloudError::Nothing { url })) => {
            CopyError::Damaged { url, why: "is missing".into() }
        }
        Some(why) => why,
        None => CopyError::Changing { path: archive.call(&task.id) },
    })
}

fn try_to_fetch(
    wish: Wish,
    archive: &Archive,
    there: &There,
    Task { id, met, purged }: &Task,
) -> Result<Fetched, CopyError> {
    let folder = archive.call(id);
    let here = if is_call(&folder) { Some(FileList::of(&folder)?) } else { None };
    let Some((list, _)) = there.list(id)? else { return Ok((Came::Gone, None)) };
    let is_log =
        |entry: &Entry| entry.name.strip_suffix(LOCKED_ENDING).unwrap_or(&entry.name) == LOG_NAME;
    if !list.files.iter().any(is_log) {
        let url = there.call(id).join(LIST_NAME);
        return Err(CopyError::Damaged { url, why: format!("names no {LOG_NAME}") });
    }
    let sum = list.sum();
    let here_sum = here.as_ref().map(|(list, _)| list.sum());
    match Change::of(here_sum.as_deref(), Some(&sum), met.as_deref()) {
        Change::None => return Ok((Came::Same, Some(sum))),
        Change::Here | Change::There | Change::Both if wish.over => {}
        // Purged it stays; lost by a mishap it comes back.
        Change::Here | Change::There | Change::Both if here.is_none() => {
            if *purged {
                return Ok((Came::Gone, None));
            }
        }
        Change::There => {}
        Change::Here => return Ok((Came::Newer, None)),
        Change::Both => return Ok((Came::Both, None)),
    }
    let made = archive.begin(id)?;
    let mut fetched = 0;
    for entry in &list.files {
        let path = made.path().join(&entry.name);
        let failed = |source| ArchiveError::Write { path: path.clone(), source };
        if here.as_ref().is_some_and(|(here, _)| here.files.contains(entry)) {
            fs::copy(folder.join(&entry.name), &path).map_err(failed)?;
            continue;
        }
        let url = there.call(id).join(&entry.object());
        let mut file = Summed::new(private_file(&path).map_err(failed)?);
        match there.bucket.fetch(&url, &mut file) {
            Err(CloudError::Here { source, .. }) => return Err(failed(source).into()),
            other => fetched += other?,
        }
        file.flush().map_err(failed)?;
        if !file.is(entry) {
            return Err(CopyError::Damaged { url, why: "is not what its list says it is".into() });
        }
    }
    if let Some((_, before)) = &here
        && print(&folder)? != *before
    {
        return Err(CopyError::Changing { path: folder });
    }
    archive.put(id)?;
    Ok((Came::Copied(fetched), Some(sum)))
}

fn fetch_key(wish: Wish, there: &There, listing: &Listing) -> Result<Option<String>, CopyError> {
    if !listing.own.contains(KEY_NAME) {
        return Ok(None);
    }
    let url = there.url.join(KEY_NAME);
    let Some((key, _)) = there.bucket.get(&url)? else { return Ok(None) };
    let path = wish.root.join(KEY_NAME);
    let failed = |source| CopyError::File { path: path.clone(), source };
    match fs::read(&path) {
        Ok(own) if own == key => Ok(None),
        Ok(_) => Ok(Some(format!(
            "{}: is another key than {url}, and is left here; calls locked with the one can't be read \
             with the other",
            path.display()
        ))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let beside = path.with_extension("age.new");
            let written = private_file(&beside).and_then(|mut file| {
                file.write_all(&key)?;
                file.sync_data()
            });
            written.and_then(|()| fs::rename(&beside, &path)).map_err(failed)?;
            Ok(None)
        }
        Err(error) => Err(failed(error)),
    }
}

fn fetch_failures(
    wish: Wish,
    archive: &Archive,
    there: &There,
    memory: &mut Memory,
) -> Result<(), CopyError> {
    let content = there.bucket.get(&wish.url.join(FAILURES_NAME))?;
    let listed = failures::parse(&content.map(|(content, _)| content).unwrap_or_default());
    let met = memory.failures(&listed);
    let mut both: Vec<Failure> = Vec::new();
    let path = archive.failures();
    let changed = failures::change(&path, |here| {
        let rows = merged(&met, &here, &listed);
        let there: BTreeSet<&Failure> = listed.iter().collect();
        both = rows.iter().filter(|row| there.contains(row)).cloned().collect();
        rows
    });
    changed.map_err(|source| CopyError::File { path, source })?;
    memory.meet_failures(&both)
}

fn fetch_purged(wish: Wish, there: &There) -> Result<(), CopyError> {
    let Some((record, _)) = there.bucket.get(&wish.url.join(PURGED_NAME))? else { return Ok(()) };
    let path = wish.root.join(PURGED_NAME);
    let own = wish.own_file(PURGED_NAME)?;
    let lines = |record: &[u8]| removed(&String::from_utf8_lossy(record));
    let own: BTreeSet<String> = lines(&own).into_iter().map(|(line, _)| line).collect();
    for (line, _) in lines(&record) {
        if !own.contains(&line) {
            let added = purge::add(&path, &line);
            added.map_err(|source| CopyError::File { path: path.clone(), source })?;
        }
    }
    Ok(())
}
