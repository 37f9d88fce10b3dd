//! What the review window does with calls beyond looking at them: clips of moments, and taking old
//! calls away.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;

use crate::archive::purge::{Told, last_day, plan, purge, today};
use crate::report::share::{Moment, Release, Request, Wanted, share};
use crate::ui::{Keeping, PurgeItem};
use crate::units::CallSpan;

/// The folder that clips come into, beside or among the calls.
const CLIPS: &str = "shared";

/// Keeps the calls that the window shows.
pub(super) struct Keeper {
    archive: Option<PathBuf>,
    clips: PathBuf,
    by: String,
    /// Up to which day calls are old, as last asked.
    until: Mutex<Option<Date>>,
}

impl Keeper {
    /// Of the archive at `root`, or of calls that are in none; clips come into a folder in `home`. `by`
    /// is who uses the window.
    pub fn new(root: Option<&Path>, home: &Path, by: &str) -> Keeper {
        let archive = root.map(Path::to_owned);
        Keeper { archive, clips: home.join(CLIPS), by: by.to_owned(), until: Mutex::new(None) }
    }

    fn archive(&self) -> Result<&Path, String> {
        let none = "Only an archive's calls can be removed by age; these are in a plain folder.";
        self.archive.as_deref().ok_or_else(|| none.to_owned())
    }
}

impl Keeping for Keeper {
    fn share(&self, folder: &Path, span: CallSpan, redacted: bool) -> Result<PathBuf, String> {
        let moment = Moment::At(span.start.secs(), span.end.secs());
        let wanted = Wanted { moment, before_secs: 0.0, after_secs: 0.0, redact: redacted };
        let request = Request { call: folder, wanted, recording: None };
        let release = Release { by: &self.by, out: &self.clips, key: None };
        share(&request, &release).map(|shared| shared.page).map_err(|why| why.to_string())
    }

    fn purge_plan(&self, older_than_days: u32) -> Result<Vec<PurgeItem>, String> {
        let root = self.archive()?;
        let until = last_day(&format!("{older_than_days}d"), today())?;
        let plan = plan(root, until, None).map_err(|why| why.to_string())?;
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
        let item = |old: crate::archive::purge::Old| PurgeItem {
            folder: root.join("calls").join(&old.id),
            began: match old.told {
                Told::Began => old.day.to_string(),
                Told::FileTime => format!("{}, by its file", old.day),
            },
            id: old.id,
            bytes: old.bytes,
        };
        Ok(plan.old.into_iter().map(item).collect())
    }

    fn purge(&self, items: &[PurgeItem]) -> Result<usize, String> {
        let root = self.archive()?;
        let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
        let until = until.ok_or_else(|| "Nothing was listed to be removed.".to_owned())?;
        let mut plan = plan(root, until, None).map_err(|why| why.to_string())?;
        // What was listed, no more.
        plan.old.retain(|old| items.iter().any(|item| item.id == old.id));
        let (gone, troubles) =
            purge(root, &plan, until, &self.by, None).map_err(|why| why.to_string())?;
        match troubles.first() {
            None => Ok(gone),
            Some(first) => Err(format!("{gone} are removed; {} are not: {first}", troubles.len())),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::call::folder::LOG_NAME;

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
        call(root.path(), "new", &jiff::Timestamp::now().to_string());
        let keeper = Keeper::new(Some(root.path()), root.path(), "Sam");
        assert!(keeper.purge(&[]).is_err(), "nothing was listed");
        let listed = keeper.purge_plan(90).unwrap();
        let ids: Vec<&str> = listed.iter().map(|item| item.id.as_str()).collect();
        assert_eq!(ids, ["older", "old"]);
        assert_eq!(listed[1].began, "2019-03-01");
        assert_eq!(keeper.purge(&listed[1..]), Ok(1));
        let left = |id: &str| root.path().join("calls").join(id).exists();
        assert!(left("older") && left("new") && !left("old"));
    }

    #[test]
    fn plain_folders_are_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let keeper = Keeper::new(None, root.path(), "Sam");
        assert!(keeper.purge_plan(90).unwrap_err().contains("archive"));
    }

    #[test]
    fn a_clip_is_made_of_a_call_in_the_window() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a-call");
        std::fs::create_dir(&folder).unwrap();
        let log = include_str!("../../tests/fixtures/demo-call-log.jsonl");
        std::fs::write(folder.join(LOG_NAME), log).unwrap();
        let keeper = Keeper::new(None, root.path(), "Sam");
        let span = CallSpan::new(
            crate::units::CallTime::from_secs(20.0),
            crate::units::CallTime::from_secs(40.0),
        );
        let page = keeper.share(&folder, span, true).unwrap();
        assert!(page.starts_with(root.path().join("shared")) && page.is_file());
    }
}
