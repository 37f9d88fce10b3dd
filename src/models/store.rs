//! Finding models: the folders, their manifests, and names that people give.

use std::path::{Path, PathBuf};

use super::dirs::ModelDirs;
use super::entry::{ModelEntry, from_manifest, from_path};
use super::error::ModelError;
use super::manifest::{self, Found, MANIFEST, ModelKind};
use super::published;

/// How alike (Jaro-Winkler, 0 to 1) a name must be to be suggested.
const ALIKE: f64 = 0.8;

/// The models of all folders.
#[derive(Clone, Debug)]
pub struct ModelStore {
    dirs: ModelDirs,
    entries: Vec<ModelEntry>,
    /// Every file that a manifest names, those of models that don't count included.
    listed: Vec<PathBuf>,
}

impl ModelStore {
    /// Reads the manifests in `dirs`. Of two models with one name the first counts, unless its
    /// file is missing and the other's is not.
    ///
    /// # Errors
    /// [`ModelError::NoFolder`] when the chosen folder is missing, [`ModelError::Manifest`] for
    /// a manifest that makes no sense, [`ModelError::Unreadable`].
    pub fn open(mut dirs: ModelDirs) -> Result<Self, ModelError> {
        if let Some(chosen) = dirs.chosen.take_if(|chosen| !chosen.is_dir()) {
            return Err(ModelError::NoFolder { path: chosen });
        }
        // The user's own folder under another name would be two folders with the same files.
        let real = |dir: &Option<PathBuf>| dir.as_ref().and_then(|dir| dir.canonicalize().ok());
        if real(&dirs.chosen) == real(&dirs.user) {
            dirs.chosen = None;
        }
        let (mut entries, mut visited, mut listed) = (Vec::new(), Vec::new(), Vec::new());
        for dir in dirs.all() {
            let Ok(real) = dir.canonicalize() else { continue };
            if visited.contains(&real) {
                continue;
            }
            visited.push(real);
            let own = [&dirs.chosen, &dirs.user].iter().any(|d| d.as_deref() == Some(dir));
            match manifest::read(dir)? {
                Found::Models(models) => {
                    for (model, sum) in models {
                        let entry = from_manifest(dir, model, sum);
                        listed.push(entry.path.clone());
                        take(&mut entries, entry);
                    }
                }
                Found::Others if own => {
                    return Err(ModelError::Manifest {
                        path: dir.join(MANIFEST),
                        reason: "it has no line `schema = \"evenkeel.models/1\"`; write one at \
                                 its beginning, or move the file elsewhere"
                            .into(),
                    });
                }
                Found::Others | Found::Nothing => {}
            }
        }
        let mut defaults = Vec::new();
        for entry in &mut entries {
            entry.is_default &= !defaults.contains(&entry.kind);
            if entry.is_default {
                defaults.push(entry.kind);
            }
        }
        Ok(ModelStore { dirs, entries, listed })
    }

    /// All models, in the order of the folders and their manifests.
    pub fn list(&self) -> &[ModelEntry] {
        &self.entries
    }

    /// The folders in which was looked.
    pub fn dirs(&self) -> &ModelDirs {
        &self.dirs
    }

    /// The model of this kind that is called `name`, or whose file is, or whose path `name` is;
    /// without a name the default one, or else the first. Its file is there; whether it is the
    /// right one, [`verify`](super::verify) says.
    ///
    /// # Errors
    /// [`ModelError::UnknownName`] with the known names, [`ModelError::NoneOfKind`],
    /// [`ModelError::Missing`] when the file is not there; for a path, what
    /// [`inspect`](super::ggml::inspect) says.
    pub fn find(&self, kind: ModelKind, name: Option<&str>) -> Result<ModelEntry, ModelError> {
        let Some(name) = name else {
            let mut of_kind = self.entries.iter().filter(|entry| entry.kind == kind);
            let default = of_kind.clone().find(|entry| entry.is_default);
            let Some(entry) = default.or_else(|| of_kind.next()) else {
                let folders = self.dirs.all().map(Path::to_owned).collect();
                return Err(ModelError::NoneOfKind { kind, folders });
            };
            return present(entry);
        };
        self.named(Some(kind), name)
    }

    /// The model of any kind that is called `name`.
    ///
    /// # Errors
    /// As [`ModelStore::find`].
    pub fn find_any(&self, name: &str) -> Result<ModelEntry, ModelError> {
        self.named(None, name)
    }

    fn named(&self, kind: Option<ModelKind>, name: &str) -> Result<ModelEntry, ModelError> {
        let fits = |entry: &&ModelEntry| kind.is_none_or(|kind| entry.kind == kind);
        let of_kind = || self.entries.iter().filter(fits);
        let by_file = |entry: &ModelEntry| entry.path.file_name().is_some_and(|file| file == name);
        let called = of_kind().find(|entry| entry.name == name);
        if let Some(entry) = called.or_else(|| of_kind().find(|entry| by_file(entry))) {
            return present(entry);
        }
        let path = Path::new(name);
        if path.is_file() || name.contains(['/', '\\']) {
            // The same file by another name: a link, or a path relative to here.
            let real = path.canonicalize().map_err(|e| ModelError::unreadable(path, e))?;
            let same = |entry: &&ModelEntry| entry.path.canonicalize().is_ok_and(|p| p == real);
            return match of_kind().find(same) {
                Some(entry) => Ok(entry.clone()),
                None => from_path(kind.unwrap_or(ModelKind::Whisper), path),
            };
        }
        let known: Vec<String> = of_kind().map(|entry| entry.name.clone()).collect();
        let alike =
            |known: &String| strsim::jaro_winkler(&known.to_lowercase(), &name.to_lowercase());
        let nearest = known.iter().max_by(|a, b| alike(a).total_cmp(&alike(b)));
        let mut hints = Vec::new();
        if let Some(nearest) = nearest.filter(|known| alike(known) >= ALIKE) {
            hints.push(format!("did you mean `{nearest}`?"));
        }
        if published::is_published(name) && kind.is_none_or(|kind| kind == ModelKind::Whisper) {
            hints.push(format!(
                "whisper.cpp publishes it: get its file and run `evenkeel models add \
                 ggml-{name}.bin`"
            ));
        }
        let hint = if hints.is_empty() { String::new() } else { format!(" ({})", hints.join(" ")) };
        Err(ModelError::UnknownName { name: name.to_owned(), kind, known, hint })
    }

    /// Files that look like models, in folders whose manifest (if any) does not list them:
    /// someone put them there without `evenkeel models add`.
    pub fn unlisted(&self) -> Vec<PathBuf> {
        let mut dirs: Vec<&Path> = [&self.dirs.chosen, &self.dirs.user]
            .into_iter()
            .filter_map(Option::as_deref)
            .chain(self.entries.iter().map(|entry| entry.dir.as_path()))
            .collect();
        dirs.sort();
        dirs.dedup();
        let files = dirs.iter().filter_map(|dir| dir.read_dir().ok()).flatten().flatten();
        let mut found: Vec<PathBuf> = files
            .map(|file| file.path())
            .filter(|path| path.extension().is_some_and(|e| e == "bin" || e == "gguf"))
            .filter(|path| !self.listed.contains(path))
            .collect();
        found.sort();
        found
    }
}

/// Adds `entry` to `entries`, unless its name is there already with a file.
fn take(entries: &mut Vec<ModelEntry>, entry: ModelEntry) {
    match entries.iter_mut().find(|known| known.name == entry.name) {
        None => entries.push(entry),
        Some(known) if !known.path.exists() && entry.path.exists() => *known = entry,
        Some(_) => {}
    }
}

/// The model, if its file is there.
fn present(entry: &ModelEntry) -> Result<ModelEntry, ModelError> {
    if entry.path.exists() {
        Ok(entry.clone())
    } else {
        Err(ModelError::Missing { path: entry.path.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::small_whisper;
    use super::super::manifest::{ManifestModel, with_model};
    use super::super::{Foreign, hash, verify};
    use super::*;

    /// Writes a folder with Whisper models of these names and contents; their sums are right.
    fn folder(dir: &Path, models: &[(&str, &[u8])]) {
        std::fs::create_dir_all(dir).unwrap();
        let mut text = None;
        for (name, bytes) in models {
            let file = format!("ggml-{name}.bin");
            std::fs::write(dir.join(&file), bytes).unwrap();
            let model = ManifestModel {
                name: (*name).into(),
                kind: ModelKind::Whisper,
                bytes: bytes.len() as u64,
                sha256: hash::of_file(&dir.join(&file)).unwrap().to_string(),
                file,
                licence: "MIT".into(),
                origin: "the test".into(),
                default: true,
            };
            text = Some(with_model(text.as_deref(), &model));
        }
        std::fs::write(dir.join(MANIFEST), text.unwrap()).unwrap();
    }

    fn store(user: &Path, shipped: &Path) -> ModelStore {
        ModelStore::open(ModelDirs {
            chosen: None,
            user: Some(user.into()),
            shipped: vec![shipped.into(), shipped.into()],
        })
        .unwrap()
    }

    #[test]
    fn the_first_folder_with_the_file_wins() {
        let temp = tempfile::tempdir().unwrap();
        let (user, shipped) = (temp.path().join("user"), temp.path().join("shipped"));
        folder(&user, &[("base", b"users"), ("gone", b"users")]);
        folder(&shipped, &[("tiny", b"shipped"), ("base", b"shipped"), ("gone", b"shipped")]);
        std::fs::remove_file(user.join("ggml-gone.bin")).unwrap();

        let store = store(&user, &shipped);
        let names: Vec<_> = store.list().iter().map(|e| (e.name.as_str(), &e.dir)).collect();
        assert_eq!(names, [("base", &user), ("gone", &shipped), ("tiny", &shipped)]);
        let defaults: Vec<_> = store.list().iter().filter(|e| e.is_default).collect();
        assert_eq!(defaults.len(), 1);
        assert_eq!(store.find(ModelKind::Whisper, None).unwrap().name, "base");
        assert_eq!(store.find_any("tiny").unwrap().path, shipped.join("ggml-tiny.bin"));
    }

    #[test]
    fn a_model_whose_file_is_gone_is_missing() {
        let temp = tempfile::tempdir().unwrap();
        folder(temp.path(), &[("base", b"x")]);
        std::fs::remove_file(temp.path().join("ggml-base.bin")).unwrap();
        let store = store(Path::new("nowhere"), temp.path());
        for found in [store.find(ModelKind::Whisper, None), store.find_any("base")] {
            assert!(matches!(found, Err(ModelError::Missing { .. })), "{found:?}");
        }
        assert!(matches!(verify(&store.list()[0]), Err(ModelError::Missing { .. })));
    }

    #[test]
    fn an_unknown_name_names_the_nearest() {
        let temp = tempfile::tempdir().unwrap();
        folder(temp.path(), &[("tiny.en", b"x"), ("silver", b"x")]);
        let store = store(Path::new("nowhere"), temp.path());
        let message = |kind, name| match store.find(kind, Some(name)) {
            Err(e @ ModelError::UnknownName { .. }) => e.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            message(ModelKind::Whisper, "Tiny_en"),
            "no whisper model is called `Tiny_en` (did you mean `tiny.en`?); there are: tiny.en, \
             silver"
        );
        assert_eq!(
            message(ModelKind::Whisper, "xyz"),
            "no whisper model is called `xyz`; there are: tiny.en, silver"
        );
        assert!(
            message(ModelKind::Whisper, "tiny").contains("did you mean `tiny.en`? whisper.cpp")
        );
        assert!(message(ModelKind::Whisper, "base.en").contains("add ggml-base.en.bin"));
        assert!(message(ModelKind::VoiceActivity, "tiny.en").ends_with("there are: none"));
    }

    #[test]
    fn without_any_model_the_folders_are_named() {
        let store = store(Path::new("nowhere/a"), Path::new("nowhere/b"));
        let error = store.find(ModelKind::VoiceActivity, None).unwrap_err().to_string();
        assert!(error.starts_with("no voice-activity model in any of these folders: nowhere"));
    }

    #[test]
    fn a_path_is_a_name_as_well() {
        let temp = tempfile::tempdir().unwrap();
        let listed = temp.path().join("listed");
        folder(&listed, &[("base", &small_whisper(false, true, 0))]);
        let apart = temp.path().join("ggml-apart.en.bin");
        std::fs::write(&apart, small_whisper(true, true, 0)).unwrap();
        let store = store(Path::new("nowhere"), &listed);

        let found = store.find(ModelKind::Whisper, apart.to_str()).unwrap();
        assert_eq!((found.name.as_str(), found.sha256), ("apart.en", None));
        assert_eq!(verify(&found).unwrap(), hash::of_file(&apart).unwrap());

        assert_eq!(store.find_any("ggml-base.bin").unwrap().name, "base");
        let round_about = listed.join("../listed/ggml-base.bin");
        assert_eq!(store.find(ModelKind::Whisper, round_about.to_str()).unwrap().name, "base");

        let absent = temp.path().join("absent.bin");
        let found = store.find(ModelKind::Whisper, absent.to_str());
        assert!(matches!(found, Err(ModelError::Missing { .. })));
        let found = store.find(ModelKind::Whisper, temp.path().to_str());
        assert!(matches!(found, Err(ModelError::NoFile { .. })));
        let found = store.find(ModelKind::VoiceActivity, apart.to_str());
        assert!(matches!(found, Err(ModelError::NotVoiceActivity { .. })));
    }

    #[test]
    fn truncated_altered_and_replaced_files_are_told_apart() {
        let temp = tempfile::tempdir().unwrap();
        let bytes = small_whisper(true, true, 0);
        folder(temp.path(), &[("base", &bytes)]);
        let entry = store(Path::new("nowhere"), temp.path()).list()[0].clone();
        assert_eq!(verify(&entry).unwrap(), entry.sha256.unwrap());
        let verify_with = |contents: &[u8]| {
            std::fs::write(&entry.path, contents).unwrap();
            verify(&entry).unwrap_err()
        };

        let error = verify_with(&bytes[..1000]);
        assert!(matches!(error, ModelError::Size { found: 1000, .. }));
        let expected = format!("truncated (1000 bytes instead of {})", bytes.len());
        assert!(error.to_string().contains(&expected), "{error}");
        let error = verify_with(&[&bytes[..], b"x"].concat());
        assert!(error.to_string().contains("longer than it should be"), "{error}");
        let mut changed = bytes.clone();
        *changed.last_mut().unwrap() ^= 1;
        let error = verify_with(&changed);
        assert!(matches!(error, ModelError::Altered { .. }), "{error}");
        let error = verify_with(b"version https://git-lfs.github.com/spec/v1\n");
        assert!(matches!(error, ModelError::Foreign { what: Foreign::LfsPointer, .. }));
    }

    #[test]
    fn files_put_in_the_folder_by_hand_are_noticed() {
        let temp = tempfile::tempdir().unwrap();
        let (user, shipped) = (temp.path().join("user"), temp.path().join("shipped"));
        folder(&user, &[("base", b"users")]);
        folder(&shipped, &[("base", b"does not count"), ("tiny", b"x")]);
        let by_hand = user.join("ggml-small.bin");
        std::fs::write(&by_hand, b"x").unwrap();
        assert_eq!(store(&user, &shipped).unlisted(), [by_hand]);
    }

    #[test]
    fn the_users_folder_may_be_the_chosen_one_too() {
        let temp = tempfile::tempdir().unwrap();
        let user = temp.path().join("user");
        folder(&user, &[("base", b"x")]);
        let chosen = Some(temp.path().join("user/../user"));
        let dirs = ModelDirs { chosen, user: Some(user.clone()), shipped: Vec::new() };
        let store = ModelStore::open(dirs).unwrap();
        assert_eq!(store.list()[0].dir, user);
        assert!(store.unlisted().is_empty());
    }

    #[test]
    fn a_chosen_folder_must_be_there_and_own_manifests_must_be_ours() {
        let temp = tempfile::tempdir().unwrap();
        let chosen = Some(temp.path().join("absent"));
        let dirs = ModelDirs { chosen, ..ModelDirs::default() };
        assert!(matches!(ModelStore::open(dirs), Err(ModelError::NoFolder { .. })));

        std::fs::write(temp.path().join(MANIFEST), "[other]").unwrap();
        let path = temp.path().to_owned();
        let user = ModelDirs { user: Some(path.clone()), ..ModelDirs::default() };
        assert!(matches!(ModelStore::open(user), Err(ModelError::Manifest { .. })));
        let shipped = ModelDirs { shipped: vec![path], ..ModelDirs::default() };
        assert_eq!(ModelStore::open(shipped).unwrap().list(), []);
    }
}
