//! Where a user's own files are on this system.

use std::ffi::OsString;
use std::path::PathBuf;

/// The user's folders for this program; `None` where the system has no such place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFolders {
    /// Models and calls: `$XDG_DATA_HOME/evenkeel` or `~/.local/share/evenkeel`;
    /// `~/Library/Application Support/evenkeel` on macOS, `%LOCALAPPDATA%\evenkeel` on Windows.
    pub data: Option<PathBuf>,
    /// Settings: `$XDG_CONFIG_HOME/evenkeel` or `~/.config/evenkeel`; elsewhere as `data`.
    pub config: Option<PathBuf>,
}

impl UserFolders {
    /// The folders of whoever runs the program.
    pub fn from_env() -> Self {
        UserFolders::from_surroundings(&|name| std::env::var_os(name), std::env::consts::OS)
    }

    /// The same from a given environment and system.
    pub fn from_surroundings(env: &dyn Fn(&str) -> Option<OsString>, system: &str) -> Self {
        // An empty or relative path is as good as none (XDG Base Directory Specification).
        let absolute = |name| env(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let home = |below: &str| absolute("HOME").map(|home| home.join(below));
        let own = |folder: PathBuf| folder.join("evenkeel");
        let (data, config) = match system {
            "macos" => {
                let support = home("Library/Application Support");
                (support.clone(), support)
            }
            "windows" => (absolute("LOCALAPPDATA"), absolute("LOCALAPPDATA")),
            _ => (
                absolute("XDG_DATA_HOME").or_else(|| home(".local/share")),
                absolute("XDG_CONFIG_HOME").or_else(|| home(".config")),
            ),
        };
        UserFolders { data: data.map(own), config: config.map(own) }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn each_system_keeps_the_users_files_in_its_own_place() {
        let folders = |variables: &'static [(&str, &str)], system: &str| {
            let env = move |name: &str| {
                variables.iter().find(|(n, _)| *n == name).map(|(_, value)| value.into())
            };
            UserFolders::from_surroundings(&env, system)
        };
        let is = |path: &str| Some(PathBuf::from(path));
        let home: &[(&str, &str)] = &[("HOME", "/h"), ("XDG_DATA_HOME", "relative")];
        assert_eq!(folders(home, "linux").data, is("/h/.local/share/evenkeel"));
        assert_eq!(folders(home, "linux").config, is("/h/.config/evenkeel"));
        assert_eq!(folders(&[("XDG_DATA_HOME", "/d")], "linux").data, is("/d/evenkeel"));
        assert_eq!(folders(&[("XDG_CONFIG_HOME", "/c")], "linux").config, is("/c/evenkeel"));
        let support = is("/h/Library/Application Support/evenkeel");
        assert_eq!(folders(home, "macos"), UserFolders { data: support.clone(), config: support });
        assert_eq!(folders(&[("LOCALAPPDATA", "/l")], "windows").config, is("/l/evenkeel"));
        assert_eq!(folders(&[], "linux"), UserFolders::default());
    }
}
