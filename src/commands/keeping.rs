//! What the review window does with calls beyond looking at them: clips of moments, and taking old
//! calls away.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;

use super::archive::sweep;
use super::share::hidden;
use crate::archive::purge::{Told, last_day, plan, purge, today};
use crate::call::key::Key;
use crate::report::share::{Moment, Release, Request, Wanted, share};
use crate::ui::{Clip, Keeping, PurgeItem};
use crate::units::CallSpan;

/// The folder that clips come into, beside or among the calls.
const CLIPS: &str = "shared";
/// What is said of a call that goes.
const SHARED: &str = "clips of it were shared, and stay where they are";

/// Keeps the calls that the window shows.
pub(super) struct Keeper {
    archive: Option<PathBuf>,
    clips: PathBuf,
    by: String,
    /// The key of locked calls.
    key: Option<Key>,
    /// Where recordings are that calls were made from.
    recordings: Option<PathBuf>,
    /// Up to which day calls are old, as last asked.
    until: Mutex<Option<Date>>,
}

impl Keeper {
    /// Of the archive at `root`, or of calls that are in none; clips come into a folder in `home`. `by`
    /// is who uses the window, `key` that of locked calls.
    pub fn new(
        root: Option<&Path>,
        home: &Path,
        by: &str,
        key: Option<Key>,
        recordings: Option<PathBuf>,
    ) -> Keeper {
        let (archive, clips, by) = (root.map(Path::to_owned), home.join(CLIPS), by.to_owned());
        Keeper { archive, clips, by, key, recordings, until: Mutex::new(None) }
    }

    fn archive(&self) -> Result<&Path, String> {
        let none = "Only an archive's calls can be removed by age; these are in a plain folder.";
        self.archive.as_deref().ok_or_else(|| none.to_owned())
    }
}

impl Keeping for Keeper {
    fn share(&self, folder: &Path, span: CallSpan, redacted: bool) -> Result<Clip, String> {
        let moment = Moment::At(span.start.secs(), span.end.secs());
        let wanted = Wanted { moment, before_secs: 0.0, after_secs: 0.0, redact: redacted };
        let request = Request {
            call: folder,
            wanted,
            recording: None,
            recordings: self.recordings.as_deref(),
        };
        let release = Release { by: &self.by, out: &self.clips, key: self.key.as_ref() };
        let shared = share(&request, &release).map_err(|why| why.to_string())?;
        let mut remarks = Vec::new();
        if redacted {
            remarks.push(hidden(&shared));
        }
        remarks.extend(shared.no_sound.map(|why| format!("It has no sound: {why}.")));
        Ok(Clip { page: shared.page, remarks })
    }

    fn purge_plan(&self, older_than_days: u32) -> Result<Vec<PurgeItem>, String> {
        let root = self.archive()?;
        let until = last_day(&format!("{older_than_days}d"), today())?;
        let plan = plan(root, until, self.key.as_ref()).map_err(|why| why.to_string())?;
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
        let item = |old: crate::archive::purge::Old| PurgeItem {
            folder: root.join("calls").join(&old.id),
            began: match old.told {
                Told::Began => old.day.to_string(),
                Told::FileTime => format!("{}, by its file", old.day),
            },
            id: old.id,
            bytes: old.bytes,
            remark: if old.shared { SHARED.into() } else { String::new() },
            stays: false,
        };
        let stays = |id: String, remark: &str| PurgeItem {
            folder: root.join("calls").join(&id),
            began: String::new(),
            id,
            bytes: 0,
            remark: remark.into(),
            stays: true,
        };
        let goes = plan.old.into_iter().map(item);
        let kept = plan.kept.into_iter().map(|id| stays(id, "stays, by a note"));
        let left = plan.left.into_iter().map(|why| stays(why, "left alone"));
        Ok(goes.chain(kept).chain(left).collect())
    }

    fn purge(&self, items: &[PurgeItem]) -> Result<usize, String> {
        let root = self.archive()?;
        let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
        let until = until.ok_or_else(|| "Nothing was listed to be removed.".to_owned())?;
        let mut plan = plan(root, until, self.key.as_ref()).map_err(|why| why.to_string())?;
        // What was listed, no more.
        plan.old.retain(|old| items.iter().any(|item| item.id == old.id && !item.stays));
        let purged = purge(root, &plan, until, &self.by, self.key.as_ref());
        let (gone, troubles) = purged.map_err(|why| why.to_string())?;
        sweep(root).map_err(|why| format!("{gone} are removed; of them stays: {why:#}"))?;
        match troubles.first() {
            None => Ok(gone),
            Some(first) => Err(format!("{gone} are removed; {} are not: {first}", troubles.len())),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::archive::Index;
    use crate::call::folder::LOG_NAME;
    use crate::call::lock::lock;
    use crate::call::notes::{About, Note, Said, add};
    use crate::report::page::{INDEX_PAGE, TRENDS_PAGE, write_index_page};

    use super::*;

    fn call(root: &Path, id: &str, started: &str) {
        let folder = root.join("calls").join(id);
        std::fs::create_dir_all(&folder).unwrap();
        let head = include_str!("../../tests/fixtures/demo-call-log.jsonl").lines().next().unwrap();
        let head = head.replace("\"started\":null", &format!("\"started\":\"{started}\""));
        std::fs::write(folder.join(LOG_NAME), head + "\n").unwrap();
    }

    #[test]
    fn old_calls_are_listed_and_only_those_are_removed() {
        let root = tempfile::tempdir().unwrap();
        call(root.path(), "old", "2019-03-01T09:00:00Z");
        call(root.path(), "older", "2018-03-01T09:00:00Z");
        call(root.path(), "kept", "2017-03-01T09:00:00Z");
        let text = "keep: a good one".to_owned();
        let note = Note::new(jiff::Timestamp::now(), "Kim", About::Call, Said::Noted { text });
        add(&root.path().join("calls/kept"), &note).unwrap();
        call(root.path(), "new", &jiff::Timestamp::now().to_string());
        let (index, _) = Index::open(root.path()).unwrap();
        write_index_page(root.path(), &index).unwrap();
        std::fs::write(root.path().join(TRENDS_PAGE), "a quote").unwrap();
        let keeper = Keeper::new(Some(root.path()), root.path(), "Sam", None, None);
        assert!(keeper.purge(&[]).is_err(), "nothing was listed");
        let listed = keeper.purge_plan(90).unwrap();
        let ids: Vec<&str> = listed.iter().map(|item| item.id.as_str()).collect();
        assert_eq!(ids, ["older", "old", "kept"]);
        assert_eq!(listed[1].began, "2019-03-01");
        assert_eq!((listed[2].stays, listed[2].remark.as_str()), (true, "stays, by a note"));
        assert_eq!(keeper.purge(&listed[1..]), Ok(1));
        let left = |id: &str| root.path().join("calls").join(id).exists();
        assert!(left("older") && left("new") && left("kept") && !left("old"));
        // Neither does a page or the index tell of it.
        let index = std::fs::read_to_string(root.path().join(INDEX_PAGE)).unwrap();
        assert!(index.contains("older") && !index.contains("calls/old/"), "{index}");
        assert!(!root.path().join(TRENDS_PAGE).exists());
        let (_, found) = Index::open(root.path()).unwrap();
        assert_eq!((found.read, found.gone), (0, 0), "it was looked through already");
    }

    #[test]
    fn plain_folders_are_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let keeper = Keeper::new(None, root.path(), "Sam", None, None);
        assert!(keeper.purge_plan(90).unwrap_err().contains("archive"));
    }

    #[test]
    fn a_clip_is_made_of_a_call_in_the_window() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a-call");
        std::fs::create_dir(&folder).unwrap();
        let log = include_str!("../../tests/fixtures/demo-call-log.jsonl");
        std::fs::write(folder.join(LOG_NAME), log).unwrap();
        let keeper = Keeper::new(None, root.path(), "Sam", None, None);
        let span = CallSpan::new(
            crate::units::CallTime::from_secs(20.0),
            crate::units::CallTime::from_secs(40.0),
        );
        let Clip { page, remarks } = keeper.share(&folder, span, true).unwrap();
        assert!(page.starts_with(root.path().join("shared")) && page.is_file());
        assert!(remarks[0].contains("listen before you send it"), "{remarks:?}");
        assert!(remarks[1].starts_with("It has no sound"), "{remarks:?}");
    }

    #[test]
    fn of_a_locked_call_a_clip_is_made_with_its_key() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a-call");
        std::fs::create_dir(&folder).unwrap();
        let log = include_str!("../../tests/fixtures/demo-call-log.jsonl");
        std::fs::write(folder.join(LOG_NAME), log).unwrap();
        let key = Key::generate();
        lock(&folder, &key).unwrap();
        let at = crate::units::CallTime::from_secs;
        let share = |key: Option<Key>| {
            let keeper = Keeper::new(None, root.path(), "Sam", key, None);
            keeper.share(&folder, CallSpan::new(at(20.0), at(40.0)), true)
        };
        assert!(share(None).unwrap_err().contains("is locked"));
        assert!(share(Some(Key::generate())).unwrap_err().contains("another key"));
        assert!(share(Some(key)).unwrap().page.is_file());
        // That it left is locked as well.
        let named = |name: &str| folder.join(name).exists();
        assert!(named("shared.jsonl.age") && !named("shared.jsonl"));
    }
}
