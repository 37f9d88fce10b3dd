//! The folders of models.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::config::folders::UserFolders;

/// Names a folder of models that is searched before all others.
pub const FOLDER_VARIABLE: &str = "EVENKEEL_MODELS";
/// How many folders above the program's own are searched for `models/`: a program in
/// `target/release/deps` finds the models of its checkout.
const LEVELS_UP: usize = 3;
/// Where `make install` puts them, from where it puts `bin`.
const INSTALLED: &str = "lib/evenkeel/models";

/// The folders in which models are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelDirs {
    /// What `$EVENKEEL_MODELS` says; it must be there, and is searched first.
    pub chosen: Option<PathBuf>,
    /// The user's own models, searched next, and where new ones go.
    pub user: Option<PathBuf>,
    /// Further folders, in order; those that don't exist are passed over.
    pub shipped: Vec<PathBuf>,
}

impl ModelDirs {
    /// The folders of this machine: `$EVENKEEL_MODELS`; `models` in the user's data folder
    /// ([`UserFolders::data`]); where they are installed with the program; `models` beside it and up to
    /// three folders above it; `models` in the current folder; the source's `models`.
    pub fn from_env() -> Self {
        ModelDirs::from_surroundings(
            &|name| std::env::var_os(name),
            std::env::consts::OS,
            std::env::current_exe().and_then(std::fs::canonicalize).ok().as_deref(),
            std::env::current_dir().ok().as_deref(),
        )
    }

    /// The same from given surroundings: environment, system, program and current folder.
    fn from_surroundings(
        env: &dyn Fn(&str) -> Option<OsString>,
        system: &str,
        program: Option<&Path>,
        current: Option<&Path>,
    ) -> Self {
        let data = UserFolders::from_surroundings(env, system).data;
        let beside = program.into_iter().flat_map(|p| p.ancestors().skip(1).take(1 + LEVELS_UP));
        let installed = program.and_then(|p| p.ancestors().nth(2)).map(|p| p.join(INSTALLED));
        let source = Path::new(env!("CARGO_MANIFEST_DIR"));
        ModelDirs {
            chosen: env(FOLDER_VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from),
            user: data.map(|data| data.join("models")),
            shipped: installed
                .into_iter()
                .chain(beside.chain(current).chain([source]).map(|folder| folder.join("models")))
                .collect(),
        }
    }

    /// All of them, in the order in which they are searched.
    pub fn all(&self) -> impl Iterator<Item = &Path> {
        self.chosen.iter().chain(&self.user).chain(&self.shipped).map(PathBuf::as_path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn models_are_looked_for_in_order() {
        let dirs = |variables: &'static [(&str, &str)], system: &str| {
            let env = move |name: &str| {
                variables.iter().find(|(n, _)| *n == name).map(|(_, value)| value.into())
            };
            let program = Some(Path::new("/x/a/b/c/d/evenkeel"));
            ModelDirs::from_surroundings(&env, system, program, Some(Path::new("/here")))
        };
        let is = |path: &str| Some(PathBuf::from(path));
        let user = dirs(&[("HOME", "/h")], "linux").user;
        assert_eq!(user, is("/h/.local/share/evenkeel/models"));
        assert_eq!(dirs(&[], "linux").user, None);

        assert_eq!(dirs(&[("EVENKEEL_MODELS", "m")], "linux").chosen, is("m"));
        assert_eq!(dirs(&[("EVENKEEL_MODELS", "")], "linux").chosen, None);
        let shipped = dirs(&[], "linux").shipped;
        let beside: Vec<_> = ["/x/a/b/c/d", "/x/a/b/c", "/x/a/b", "/x/a", "/here"]
            .map(|d| Path::new(d).join("models"))
            .into();
        assert_eq!(shipped[0], Path::new("/x/a/b/c/lib/evenkeel/models"));
        assert_eq!(shipped[1..6], beside);
        assert_eq!(shipped.len(), 7);
    }
}
