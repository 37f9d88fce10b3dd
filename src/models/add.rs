//! Taking a file into the user's own models.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::entry::{ModelEntry, name_from, verify};
use super::error::ModelError;
use super::ggml;
use super::hash::{self, Copied, CopyError};
use super::manifest::{self, MANIFEST, ModelKind};
use super::published;
use super::store::ModelStore;

/// Held while the user's folder is changed, so that two programs don't do so at once.
const LOCK: &str = ".lock";

/// What [`add`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddOutcome {
    /// The model was copied and listed.
    Added {
        /// The new model.
        entry: ModelEntry,
        /// Whether whisper.cpp publishes this very file; if not, its origin is unknown.
        official: bool,
    },
    /// The model was listed, but its file missing or damaged; now it is whole again.
    Restored(ModelEntry),
    /// The same file is there, perhaps under another name; nothing was changed.
    AlreadyThere(ModelEntry),
}

/// Copies a Whisper model into the user's folder and lists it in the manifest there.
///
/// It is called `name`, or else as whisper.cpp publishes it, or else after its file. The copy
/// appears under its name only when it is whole and on the disk, and in the manifest after that.
///
/// # Errors
/// What [`ggml::inspect`] says of the file; [`ModelError::NameTaken`], [`ModelError::BadName`],
/// [`ModelError::InTheWay`], [`ModelError::Changing`]; [`ModelError::NoUserFolder`],
/// [`ModelError::Unwritable`]. The folder is as before then, but for an empty one made.
pub fn add(
    path: &Path,
    name: Option<&str>,
    store: &mut ModelStore,
) -> Result<AddOutcome, ModelError> {
    let header = ggml::inspect(path)?;
    if let Some(name) = name.filter(|name| !manifest::is_name(name)) {
        return Err(ModelError::BadName { name: name.into() });
    }
    let folder = store.dirs().user.clone().ok_or(ModelError::NoUserFolder)?;
    std::fs::create_dir_all(&folder).map_err(|e| ModelError::unwritable(&folder, e))?;
    let _lock = lock(&folder)?;
    // Another program may have added something since the store was opened.
    *store = ModelStore::open(store.dirs().clone())?;

    let (mut copy, copied) = Copy::of(path, &folder)?;
    if copied.bytes != header.bytes {
        return Err(ModelError::Changing { path: path.to_owned() });
    }
    let known = store.list().iter().find(|entry| entry.sha256 == Some(copied.sha256)).cloned();
    match known.clone() {
        Some(entry) if verify(&entry).is_ok() => return Ok(AddOutcome::AlreadyThere(entry)),
        Some(entry) if entry.dir == folder => {
            copy.rename(&entry.path)?;
            return Ok(AddOutcome::Restored(entry));
        }
        // New, or whole nowhere but here: the user's folder comes before the shipped ones.
        Some(_) | None => {}
    }
    let published = published::name_of(&copied.sha1);
    let name = name
        .or(known.as_ref().map(|entry| entry.name.as_str()))
        .or(published)
        .map_or_else(|| name_from(path), str::to_owned);
    if !manifest::is_name(&name) {
        return Err(ModelError::BadName { name });
    }
    // The user's copy stands in for a damaged one, unless that is in the folder searched first.
    let other = |entry: &&ModelEntry| {
        let stands_in =
            entry.sha256 == Some(copied.sha256) && Some(&entry.dir) != store.dirs().chosen.as_ref();
        entry.name == name && !stands_in
    };
    if let Some(other) = store.list().iter().find(other) {
        let (path, taken_by) = (path.to_owned(), other.path.clone());
        return Err(ModelError::NameTaken { path, name, taken_by });
    }
    let file = format!("ggml-{name}.bin");
    copy.keep_as(&folder.join(&file), &copied)?;
    let known_origin = known.map(|entry| (entry.licence, entry.origin));
    let (licence, origin) = known_origin.unwrap_or_else(|| match published {
        Some(name) => {
            ("MIT".into(), format!("whisper.cpp's published `{name}` (SHA-1 {})", copied.sha1))
        }
        None => ("unknown".into(), "not an official file: origin unknown".into()),
    });
    let model = manifest::ManifestModel {
        name: name.clone(),
        file,
        kind: ModelKind::Whisper,
        bytes: copied.bytes,
        sha256: copied.sha256.to_string(),
        licence,
        origin,
        default: false,
    };
    list(&folder, &model)?;
    *store = ModelStore::open(store.dirs().clone())?;
    let entry = store.find(ModelKind::Whisper, Some(&name))?;
    Ok(AddOutcome::Added { entry, official: published.is_some() })
}

/// Waits until nobody else changes `folder`, and keeps others away while the result lives.
fn lock(folder: &Path) -> Result<File, ModelError> {
    let path = folder.join(LOCK);
    let open = || OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let lock = open().map_err(|e| ModelError::unwritable(&path, e))?;
    match lock.lock() {
        // Some network file systems know no locks.
        Err(e) if e.kind() != std::io::ErrorKind::Unsupported => {
            Err(ModelError::unwritable(&path, e))
        }
        _ => Ok(lock),
    }
}

/// Adds `model` to the manifest of `folder`.
fn list(folder: &Path, model: &manifest::ManifestModel) -> Result<(), ModelError> {
    let path = folder.join(MANIFEST);
    let before = match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
        Err(e) => return Err(ModelError::unreadable(&path, e)),
    };
    let text = manifest::with_model(before.as_deref(), model);
    let (mut copy, mut file) = Copy::begin(folder)?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|e| ModelError::unwritable(&copy.path, e))?;
    copy.rename(&path)
}

/// A file being written under a passing name; removed again unless it is renamed.
struct Copy {
    path: PathBuf,
    renamed: bool,
}

impl Copy {
    /// An empty file in `folder`.
    fn begin(folder: &Path) -> Result<(Copy, File), ModelError> {
        let path = folder.join(format!(".adding-{}", std::process::id()));
        // A file of this name was left by a program that died: the folder is locked.
        let file = File::create(&path).map_err(|e| ModelError::unwritable(&path, e))?;
        Ok((Copy { path, renamed: false }, file))
    }

    /// A copy of the file `from`, on the disk when this returns.
    fn of(from: &Path, folder: &Path) -> Result<(Copy, Copied), ModelError> {
        let mut source = File::open(from).map_err(|e| ModelError::unreadable(from, e))?;
        let (copy, mut file) = Copy::begin(folder)?;
        let copied = hash::copy(&mut source, &mut file).map_err(|e| match e {
            CopyError::Read(e) => ModelError::unreadable(from, e),
            CopyError::Write(e) => ModelError::unwritable(&copy.path, e),
        })?;
        file.sync_all().map_err(|e| ModelError::unwritable(&copy.path, e))?;
        Ok((copy, copied))
    }

    /// Gives it its lasting name. A file that is there may stay if it is the same: a program
    /// died after renaming, before listing.
    fn keep_as(mut self, path: &Path, copied: &Copied) -> Result<(), ModelError> {
        if path.exists() {
            let there = hash::of_file(path).map_err(|e| ModelError::unreadable(path, e))?;
            return match there == copied.sha256 {
                true => Ok(()),
                false => Err(ModelError::InTheWay { path: path.to_owned() }),
            };
        }
        self.rename(path)
    }

    fn rename(&mut self, path: &Path) -> Result<(), ModelError> {
        std::fs::rename(&self.path, path).map_err(|e| ModelError::unwritable(path, e))?;
        self.renamed = true;
        // The rename lasts through a power cut only when the folder is on the disk too.
        #[cfg(unix)]
        if let Some(folder) = path.parent() {
            File::open(folder)
                .and_then(|folder| folder.sync_all())
                .map_err(|e| ModelError::unwritable(folder, e))?;
        }
        Ok(())
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        if !self.renamed {
            // What can't be removed is overwritten by the next attempt.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::small_whisper;
    use super::super::{Foreign, ModelDirs};
    use super::*;

    struct Place {
        temp: tempfile::TempDir,
        store: ModelStore,
    }

    impl Place {
        fn new() -> Self {
            let temp = tempfile::tempdir().unwrap();
            let user = Some(temp.path().join("data").join("models"));
            let store = ModelStore::open(ModelDirs { user, ..ModelDirs::default() }).unwrap();
            Place { temp, store }
        }

        fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
            let path = self.temp.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        }

        fn add(&mut self, path: &Path, name: Option<&str>) -> Result<AddOutcome, ModelError> {
            add(path, name, &mut self.store)
        }

        /// What lies in the user's folder.
        fn files(&self) -> Vec<String> {
            let folder = self.store.dirs().user.as_ref().unwrap();
            let mut names: Vec<_> = std::fs::read_dir(folder)
                .map(|files| files.map(|f| f.unwrap().file_name().into_string().unwrap()).collect())
                .unwrap_or_default();
            names.sort();
            names
        }
    }

    #[test]
    fn an_added_model_is_found_and_verified_by_a_new_store() {
        let mut place = Place::new();
        let file = place.file("ggml-base.en-mine.bin", &small_whisper(true, true, 1));
        let AddOutcome::Added { entry, official } = place.add(&file, None).unwrap() else {
            panic!("it is new");
        };
        assert!(!official);
        assert_eq!(entry.name, "base.en-mine");
        assert_eq!(entry.origin, "not an official file: origin unknown");
        assert_eq!(place.files(), [".lock", "ggml-base.en-mine.bin", "manifest.toml"]);

        let again = ModelStore::open(place.store.dirs().clone()).unwrap();
        assert_eq!(again.list(), place.store.list());
        let found = again.find(ModelKind::Whisper, Some("base.en-mine")).unwrap();
        assert_eq!(found, entry);
        assert_eq!(Some(verify(&found).unwrap()), entry.sha256);
    }

    #[test]
    fn the_same_file_twice_is_already_there() {
        let mut place = Place::new();
        let file = place.file("ggml-a.bin", &small_whisper(true, true, 1));
        let AddOutcome::Added { entry, .. } = place.add(&file, None).unwrap() else {
            panic!("it is new");
        };
        for name in [None, Some("a"), Some("b")] {
            let outcome = place.add(&file, name).unwrap();
            assert_eq!(outcome, AddOutcome::AlreadyThere(entry.clone()));
        }
        // The copy itself, where it lies.
        assert_eq!(place.add(&entry.path, None).unwrap(), AddOutcome::AlreadyThere(entry));
        assert_eq!(place.files(), [".lock", "ggml-a.bin", "manifest.toml"]);
    }

    #[test]
    fn a_taken_name_needs_another() {
        let mut place = Place::new();
        let first = place.file("ggml-a.bin", &small_whisper(true, true, 1));
        place.add(&first, None).unwrap();
        let second = place.file("ggml-a.bin", &small_whisper(true, true, 2));
        let error = place.add(&second, None).unwrap_err();
        assert!(matches!(error, ModelError::NameTaken { .. }));
        assert!(error.to_string().contains("choose another name with --name"), "{error}");
        assert!(matches!(place.add(&second, Some("../a")), Err(ModelError::BadName { .. })));
        place.add(&second, Some("b")).unwrap();
        let names: Vec<_> = place.store.list().iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
    }

    #[test]
    fn a_second_program_sees_what_the_first_added() {
        let mut place = Place::new();
        let mut other = ModelStore::open(place.store.dirs().clone()).unwrap();
        let first = place.file("ggml-a.bin", &small_whisper(true, true, 1));
        place.add(&first, None).unwrap();
        let second = place.file("ggml-b.bin", &small_whisper(true, true, 2));
        add(&second, None, &mut other).unwrap();
        assert_eq!(other.list().len(), 2);
    }

    #[test]
    fn what_is_no_whole_model_leaves_the_folder_alone() {
        let mut place = Place::new();
        let whole = small_whisper(true, true, 0);
        let cut = place.file("ggml-cut.bin", &whole[..whole.len() - 7]);
        assert!(matches!(place.add(&cut, None), Err(ModelError::Damaged { .. })));
        let page = place.file("ggml-page.bin", b"<!DOCTYPE html>");
        let error = place.add(&page, None).unwrap_err();
        assert!(matches!(error, ModelError::Foreign { what: Foreign::WebPage, .. }));
        let absent = place.temp.path().join("absent.bin");
        assert!(matches!(place.add(&absent, None), Err(ModelError::Missing { .. })));
        assert!(place.files().is_empty());
    }

    #[test]
    fn a_copy_left_by_a_program_that_died_is_taken_up() {
        let mut place = Place::new();
        let model = small_whisper(true, true, 1);
        let file = place.file("ggml-a.bin", &model);
        let folder = place.store.dirs().user.clone().unwrap();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("ggml-a.bin"), &model).unwrap();
        assert!(matches!(place.add(&file, None), Ok(AddOutcome::Added { .. })));

        std::fs::write(folder.join("ggml-b.bin"), b"something else").unwrap();
        let other = place.file("ggml-b.bin", &small_whisper(true, true, 2));
        assert!(matches!(place.add(&other, None), Err(ModelError::InTheWay { .. })));
        assert_eq!(place.files(), [".lock", "ggml-a.bin", "ggml-b.bin", "manifest.toml"]);
    }

    #[test]
    fn adding_again_mends_a_model_that_is_missing_or_damaged() {
        let mut place = Place::new();
        let file = place.file("ggml-a.bin", &small_whisper(true, true, 1));
        place.add(&file, None).unwrap();
        let entry = place.store.list()[0].clone();
        std::fs::remove_file(&entry.path).unwrap();
        assert_eq!(place.add(&file, None).unwrap(), AddOutcome::Restored(entry.clone()));
        std::fs::write(&entry.path, b"cut").unwrap();
        assert_eq!(place.add(&file, None).unwrap(), AddOutcome::Restored(entry.clone()));
        std::fs::write(&entry.path, small_whisper(true, true, 2)).unwrap();
        assert_eq!(place.add(&file, None).unwrap(), AddOutcome::Restored(entry.clone()));
        assert!(verify(&entry).is_ok());
        assert_eq!(place.store.list().len(), 1);
    }

    #[test]
    fn a_damaged_shipped_model_is_replaced_by_the_users_copy() {
        let mut place = Place::new();
        let file = place.file("ggml-a.bin", &small_whisper(true, true, 1));
        place.add(&file, Some("shipped.en")).unwrap();
        let shipped = place.temp.path().join("shipped");
        std::fs::rename(place.store.dirs().user.as_ref().unwrap(), &shipped).unwrap();
        std::fs::write(shipped.join("ggml-shipped.en.bin"), b"cut").unwrap();
        let dirs = ModelDirs { shipped: vec![shipped], ..place.store.dirs().clone() };
        place.store = ModelStore::open(dirs).unwrap();

        place.add(&file, None).unwrap();
        let found = place.store.find(ModelKind::Whisper, Some("shipped.en")).unwrap();
        assert_eq!(Some(found.dir.as_path()), place.store.dirs().user.as_deref());
        assert!(verify(&found).is_ok());
    }

    #[test]
    fn without_a_folder_for_the_users_data_nothing_can_be_added() {
        let place = Place::new();
        let file = place.file("ggml-a.bin", &small_whisper(true, true, 1));
        let mut store = ModelStore::open(ModelDirs::default()).unwrap();
        assert!(matches!(add(&file, None, &mut store), Err(ModelError::NoUserFolder)));
    }
}
