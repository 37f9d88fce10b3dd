//! From an archive to its copy on object storage.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::list::{Checked, Entry, FileList, LIST_NAME, is_plain, print};
use super::memory::Memory;
use super::rows::merged;
use super::{AT_ONCE, ATTEMPTS, Came, Change, CopyError, Done, Listing, There, Wish};
use crate::archive::failures::{self, FAILURES_NAME};
use crate::archive::lock::{KEY_NAME, calls_of, is_under_way};
use crate::archive::purge::{PURGED_NAME, removed};
use crate::cloud::{CloudError, Object, ObjectUrl, Over};
use crate::session::batch::each;

/// Objects that no list names are of a send that is under way or was killed; after so long the latter.
/// Seconds.
const LEFT_OVER: i64 = 24 * 3_600;

/// A call to be sent.
struct Task {
    id: String,
    /// Its files' sum when both were the same.
    met: Option<String>,
}

/// What came of one.
struct Sent {
    came: Came,
    /// Its files' sum where both have the same now.
    met: Option<String>,
    /// What is needed no more could not be removed.
    trouble: Option<String>,
}

/// Brings the copy up to the archive; `told` gets how many calls are done, and of how many.
///
/// # Errors
/// Where none can be sent. What is wrong with one is told, and the others go on.
pub fn send(wish: Wish, mut told: impl FnMut(usize, usize)) -> Result<Done, CopyError> {
    let mut done = Done::default();
    let mut ids = Vec::new();
    for path in calls_of(wish.root)? {
        match path.file_name().and_then(|name| name.to_str()).filter(|name| is_plain(name)) {
            Some(id) => ids.push(id.to_owned()),
            None => done.troubles.push(format!("{}: no name of a call", path.display())),
        }
    }
    let there = There::open(wish.url)?;
    let listing = Listing::of(&there)?;
    let mut memory = Memory::open(wish.root, wish.url)?;
    // Before the calls that need it.
    done.troubles.extend(send_key(wish, &there)?);
    let task = |id: &String| Task { id: id.clone(), met: memory.call(id).map(str::to_owned) };
    let tasks: Vec<Task> = ids.iter().map(task).collect();
    let mut count = 0;
    each(
        tasks.into_iter(),
        AT_ONCE.min(ids.len().max(1)),
        || There::open(wish.url),
        |there, task| {
            if listing.has_otherwise(&task.id) {
                return Ok(Sent { came: Came::Twice, met: None, trouble: None });
            }
            let objects = listing.calls.get(&task.id).map_or(&[][..], Vec::as_slice);
            send_call(wish, there, task, objects)
        },
        |task, result| {
            match result.map_err(|broke| format!("{}: {broke}", task.id)) {
                Ok(Ok(Sent { came, met, trouble })) => {
                    if let Some(sum) = met {
                        memory.meet(&task.id, Some(&sum))?;
                    }
                    done.take(&task.id, came);
                    done.troubles.extend(trouble);
                }
                Ok(Err(why)) if why.holds_for_all() => return Err(why),
                Ok(Err(why)) => done.troubles.push(why.to_string()),
                Err(broke) => done.troubles.push(broke),
            }
            count += 1;
            told(count, ids.len());
            Ok(())
        },
    )?;
    remove_purged(wish, &there, &listing, &ids, &mut memory, &mut done)?;
    send_failures(wish, &there, &mut memory)?;
    send_purged(wish, &there)?;
    Ok(done)
}

fn send_call(
    wish: Wish,
    there: &There,
    task: &Task,
    objects: &[Object],
) -> Result<Sent, CopyError> {
    let folder = wish.root.join("calls").join(&task.id);
    let changing = || CopyError::Changing { path: folder.clone() };
    if is_under_way(&folder) {
        return Err(changing());
    }
    let mut objects = objects.to_vec();
    for _ in 0..ATTEMPTS {
        match try_to_send(wish, there, task, &folder, &objects) {
            Err(CopyError::Changing { .. } | CopyError::Cloud(CloudError::Changed { .. })) => {}
            // Its folder was replaced by another just then.
            Err(CopyError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            other => return other,
        }
        objects = there.bucket.list(&there.call(&task.id))?;
    }
    Err(changing())
}

fn try_to_send(
    wish: Wish,
    there: &There,
    Task { id, met }: &Task,
    folder: &Path,
    objects: &[Object],
) -> Result<Sent, CopyError> {
    let (list, before) = FileList::of(folder)?;
    let sum = list.sum();
    let top = there.call(id);
    let list_url = top.join(LIST_NAME);
    // Without a list the call is new, and nothing need be asked.
    let listed = objects.iter().any(|object| object.url == list_url);
    let (old, over) = match if listed { there.list(id) } else { Ok(None) } {
        Ok(Some((old, version))) => (Some(old), Over::Seen(version)),
        Ok(None) => (None, Over::Nothing),
        Err(CopyError::Damaged { .. }) if wish.over => (None, Over::Anything),
        Err(why) => return Err(why),
    };
    let old_sum = old.as_ref().map(FileList::sum);
    let change = Change::of(Some(&sum), old_sum.as_deref(), met.as_deref());
    let left = |came| Ok(Sent { came, met: None, trouble: None });
    match change {
        Change::None | Change::Here => {}
        Change::There | Change::Both if wish.over => {}
        Change::There if old.is_none() => return left(Came::Gone),
        Change::There => return left(Came::Newer),
        Change::Both => return left(Came::Both),
    }
    let needed: BTreeMap<ObjectUrl, &Entry> =
        list.files.iter().map(|entry| (top.join(&entry.object()), entry)).collect();
    let mut sent = 0;
    for (url, entry) in &needed {
        if !objects.iter().any(|object| object.url == *url && object.bytes == entry.bytes) {
            send_file(there, folder, url, entry)?;
            sent += entry.bytes;
        }
    }
    let same = change == Change::None;
    if !same {
        if print(folder)? != before {
            return Err(CopyError::Changing { path: folder.to_owned() });
        }
        there.bucket.put(&list_url, list.text(), over)?;
    }
    let trouble = remove_rest(there, &top, old.as_ref(), &needed, objects).err();
    let came = if same && sent == 0 { Came::Same } else { Came::Copied(sent) };
    Ok(Sent { came, met: Some(sum), trouble: trouble.map(|why| why.to_string()) })
}

fn send_file(
    there: &There,
    folder: &Path,
    url: &ObjectUrl,
    entry: &Entry,
) -> Result<(), CopyError> {
    let path = folder.join(&entry.name);
    let opened = Checked::open(folder, entry);
    let mut file = opened.map_err(|source| CopyError::File { path: path.clone(), source })?;
    match there.bucket.send(url, &mut file) {
        Err(CloudError::Here { source, .. }) if source.kind() == io::ErrorKind::InvalidData => {
            Err(CopyError::Changing { path: folder.to_owned() })
        }
        Err(CloudError::Here { source, .. }) => Err(CopyError::File { path, source }),
        other => Ok(other?),
    }
}

/// Removes what the call has no more: what its old list named, and what was left by those who were
/// killed.
fn remove_rest(
    there: &There,
    top: &ObjectUrl,
    old: Option<&FileList>,
    needed: &BTreeMap<ObjectUrl, &Entry>,
    objects: &[Object],
) -> Result<(), CloudError> {
    let old: BTreeSet<ObjectUrl> =
        old.iter().flat_map(|old| &old.files).map(|entry| top.join(&entry.object())).collect();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs() as i64);
    let list_url = top.join(LIST_NAME);
    for Object { url, written_secs, .. } in objects {
        let is_old = old.contains(url) || now - written_secs > LEFT_OVER;
        if is_old && !needed.contains_key(url) && *url != list_url {
            there.bucket.remove(url)?;
        }
    }
    Ok(())
}

/// Removes the calls that were purged here: their lists first, so that none is there by half.
fn remove_purged(
    wish: Wish,
    there: &There,
    listing: &Listing,
    ids: &[String],
    memory: &mut Memory,
    done: &mut Done,
) -> Result<(), CopyError> {
    let here: BTreeSet<&String> = ids.iter().collect();
    let record = wish.own_file(PURGED_NAME)?;
    let purged: BTreeSet<String> =
        removed(&String::from_utf8_lossy(&record)).into_iter().map(|(_, call)| call).collect();
    for id in purged.iter().filter(|id| !here.contains(id)) {
        let Some(objects) = listing.calls.get(id) else { continue };
        there.bucket.remove(&there.call(id).join(LIST_NAME))?;
        objects.iter().try_for_each(|object| there.bucket.remove(&object.url))?;
        memory.meet(id, None)?;
        done.removed += 1;
    }
    Ok(())
}

/// Sends the key of locked calls, which is itself locked with a passphrase; never over another, which
/// is that of calls that are there.
fn send_key(wish: Wish, there: &There) -> Result<Option<String>, CopyError> {
    let own = wish.own_file(KEY_NAME)?;
    if own.is_empty() {
        return Ok(None);
    }
    let url = there.url.join(KEY_NAME);
    match there.bucket.get(&url)? {
        Some((other, _)) if other != own => Ok(Some(format!(
            "{url}: is another key than that of this archive, and is left there; calls locked with \
             the one can't be read with the other"
        ))),
        Some(_) => Ok(None),
        None => Ok(there.bucket.put(&url, own, Over::Nothing).map(|()| None)?),
    }
}

fn send_failures(wish: Wish, there: &There, memory: &mut Memory) -> Result<(), CopyError> {
    let here = failures::parse(&wish.own_file(FAILURES_NAME)?);
    let url = there.url.join(FAILURES_NAME);
    change(there, &url, |content| {
        let listed = failures::parse(content);
        let rows = merged(&memory.failures(&listed), &here, &listed);
        memory.list_failures(&here)?;
        let failed = |source| CopyError::File { path: wish.root.join(FAILURES_NAME), source };
        if rows == listed { Ok(None) } else { failures::text(&rows).map(Some).map_err(failed) }
    })?;
    memory.meet_failures(&here)
}

fn send_purged(wish: Wish, there: &There) -> Result<(), CopyError> {
    let lines = |record: &[u8]| -> Vec<String> {
        removed(&String::from_utf8_lossy(record)).into_iter().map(|(line, _)| line).collect()
    };
    let here = lines(&wish.own_file(PURGED_NAME)?);
    change(there, &there.url.join(PURGED_NAME), |content| {
        let listed = lines(content);
        let all = merged(&[], &here, &listed);
        Ok((all != listed).then(|| (all.join("\n") + "\n").into_bytes()))
    })
}

/// Writes an object that several may write: what `make` makes of it, where that is anything else, and again
/// where another was faster.
fn change(
    there: &There,
    url: &ObjectUrl,
    mut make: impl FnMut(&[u8]) -> Result<Option<Vec<u8>>, CopyError>,
) -> Result<(), CopyError> {
    let mut attempt = 0;
    loop {
        let (content, over) = match there.bucket.get(url)? {
            Some((content, version)) => (content, Over::Seen(version)),
            None => (Vec::new(), Over::Nothing),
        };
        let Some(content) = make(&content)? else { return Ok(()) };
        attempt += 1;
        match there.bucket.put(url, content, over) {
            Err(CloudError::Changed { .. }) if attempt < 10 * ATTEMPTS => {}
            other => return Ok(other?),
        }
    }
}
