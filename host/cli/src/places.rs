//! Where this machine and this user keep things: the XDG base directories, with
//! their defaults. Read from the process once and handed on, so that a test or an
//! embedding program can set its own.

use std::path::{Path, PathBuf};

/// Folders to look in. None of them need exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// Where the program was started.
    pub working: PathBuf,
    /// The user's configuration: `$XDG_CONFIG_HOME`, or `~/.config`.
    pub config: Option<PathBuf>,
    /// The user's cache: `$XDG_CACHE_HOME`, or `~/.cache`.
    pub cache: Option<PathBuf>,
    /// The folder of the executable.
    pub executable: Option<PathBuf>,
}

impl Places {
    /// Those of this process.
    pub fn of_process() -> Self {
        let home = std::env::home_dir();
        let base = |variable: &str, below_home: &str| {
            // The specification tells programs to ignore relative paths here.
            let set = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
            set.or_else(|| home.as_ref().filter(|home| home.is_absolute()).map(|home| home.join(below_home)))
        };
        let executable = std::env::current_exe().and_then(std::fs::canonicalize).ok();
        Self {
            working: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            config: base("XDG_CONFIG_HOME", ".config"),
            cache: base("XDG_CACHE_HOME", ".cache"),
            executable: executable.as_deref().and_then(Path::parent).map(Path::to_owned),
        }
    }

    /// Configuration files, the first of which that exists counts.
    pub fn config_files(&self) -> Vec<PathBuf> {
        let user = self.config.as_ref().map(|folder| folder.join("jackfield/jackfield.toml"));
        [Some(self.working.join("jackfield.toml")), user].into_iter().flatten().collect()
    }

    /// Folders of plugins beside those that a configuration names, the first of
    /// which that exists counts: of a source tree, then of an installation.
    pub fn plugin_folders(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.working.join("plugins"), self.working.join("target/plugins")];
        if let Some(executable) = &self.executable {
            folders.push(executable.join("../share/jackfield/plugins"));
            folders.push(executable.join("plugins"));
        }
        folders
    }

    /// The folder for compiled code.
    pub fn code_cache(&self) -> Option<PathBuf> {
        self.cache.as_ref().map(|folder| folder.join("jackfield/code"))
    }
}
