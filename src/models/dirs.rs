//! The folders of models.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Names a folder of models that is searched before all others.
pub const FOLDER_VARIABLE: &str = "EVENKEEL_MODELS";
/// How many folders above the program's own are searched for `models/`: a program in
/// `target/release/deps` finds the models of its checkout.
const LEVELS_UP: usize = 3;

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
    /// The folders of this machine: `$EVENKEEL_MODELS`; the user's data folder
    /// (`$XDG_DATA_HOME/evenkeel/models` or `~/.local/share/evenkeel/models`,
    /// `~/Library/Application Support/evenkeel/models` on macOS,
    /// `%LOCALAPPDATA%\evenkeel\models` on Windows); `models` beside the program and up to
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
        // An empty or relative path is as good as none (XDG Base Directory Specification).
        let absolute = |name| env(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let data = match system {
            "macos" => absolute("HOME").map(|home| home.join("Library/Application Support")),
            "windows" => absolute("LOCALAPPDATA"),
            _ => absolute("XDG_DATA_HOME")
                .or_else(|| absolute("HOME").map(|home| home.join(".local/share"))),
        };
        let beside = program.into_iter().flat_map(|p| p.ancestors().skip(1).take(1 + LEVELS_UP));
        let source = Path::new(env!("CARGO_MANIFEST_DIR"));
        ModelDirs {
            chosen: env(FOLDER_VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from),
            user: data.map(|data| data.join("evenkeel").join("models")),
            shipped: beside
                .chain(current)
                .chain([source])
                .map(|folder| folder.join("models"))
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
    fn each_system_keeps_the_users_models_in_its_own_place() {
        let dirs = |variables: &'static [(&str, &str)], system: &str| {
            let env = move |name: &str| {
                variables.iter().find(|(n, _)| *n == name).map(|(_, value)| value.into())
            };
            let program = Some(Path::new("/x/a/b/c/d/evenkeel"));
            ModelDirs::from_surroundings(&env, system, program, Some(Path::new("/here")))
        };
        let user = |variables, system| dirs(variables, system).user;
        let is = |path: &str| Some(PathBuf::from(path));
        let home: &[(&str, &str)] = &[("HOME", "/h"), ("XDG_DATA_HOME", "relative")];
        assert_eq!(user(home, "linux"), is("/h/.local/share/evenkeel/models"));
        assert_eq!(user(&[("XDG_DATA_HOME", "/d")], "linux"), is("/d/evenkeel/models"));
        assert_eq!(user(home, "macos"), is("/h/Library/Application Support/evenkeel/models"));
        assert_eq!(user(&[("LOCALAPPDATA", "/l")], "windows"), is("/l/evenkeel/models"));
        assert_eq!(user(&[], "linux"), None);

        assert_eq!(dirs(&[("EVENKEEL_MODELS", "m")], "linux").chosen, is("m"));
        assert_eq!(dirs(&[("EVENKEEL_MODELS", "")], "linux").chosen, None);
        let shipped = dirs(&[], "linux").shipped;
        let beside: Vec<_> = ["/x/a/b/c/d", "/x/a/b/c", "/x/a/b", "/x/a", "/here"]
            .map(|d| Path::new(d).join("models"))
            .into();
        assert_eq!(shipped[..5], beside);
        assert_eq!(shipped.len(), 6);
    }
}
