//! Presets of the operator's own: a folder of files `NAME.toml`, as the shipped
//! ones are. One with a shipped preset's name takes its place.
//!
//! A preset grants origins and names the variables that secrets are read from.
//! So a folder counts only where the operator names it; none is looked for.

use std::path::{Path, PathBuf};

use super::{Catalog, Preset};
use crate::settings::document::Problems;

/// A folder of presets can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// The folder or a file of it can't be read.
    #[error("the preset {} can't be read; name a folder of presets with `dir` under [catalog]", path.display())]
    Read {
        /// The folder or the file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Presets are wrong.
    #[error("presets are wrong:\n{0}")]
    Wrong(Problems),
}

impl Catalog {
    /// Adds every `NAME.toml` of a folder as the preset NAME, in place of one
    /// that has its name. `shown` is what problems call the folder.
    ///
    /// # Errors
    /// Where the folder or a file can't be read, and with everything that is
    /// wrong with its files. The catalog is as it was, then.
    pub fn add_folder(&mut self, folder: &Path, shown: &Path) -> Result<(), FolderError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| FolderError::Read { path, source }
        };
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(failed(folder))? {
            let path = entry.map_err(failed(folder))?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                files.push(path);
            }
        }
        files.sort();
        let (mut presets, mut wrong) = (Vec::new(), None::<Problems>);
        for path in files {
            let text = std::fs::read_to_string(&path).map_err(failed(&path))?;
            let file = shown.join(path.file_name().unwrap_or_default()).display().to_string();
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let name = stem.parse().map_err(|error| Problems::of_file(&file, error));
            match name.and_then(|name| Ok((name, Preset::parse(&text, &file)?))) {
                Ok(preset) => presets.push(preset),
                Err(problems) => {
                    wrong = Some(match wrong {
                        Some(others) => others.and(problems),
                        None => problems,
                    });
                }
            }
        }
        if let Some(problems) = wrong {
            return Err(FolderError::Wrong(problems));
        }
        for (name, preset) in presets {
            self.add(name, preset);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRESET: &str = "title = 'T'\nplugin = 'openai'\ndocumentation = 'https://x.example'\n\
                          origins = ['https://x.example']\nconfig.base-url = 'https://x.example/v1'\n";

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn files_become_presets_and_take_the_place_of_shipped_ones() {
        let folder = folder(&[("acme.toml", PRESET), ("groq.toml", PRESET), ("notes.txt", "not TOML")]);
        let mut catalog = Catalog::shipped().unwrap();
        let shipped = catalog.iter().count();
        catalog.add_folder(folder.path(), Path::new("presets")).unwrap();
        assert_eq!(catalog.iter().count(), shipped + 1);
        assert_eq!(catalog.get("acme"), catalog.get("groq"));
    }

    #[test]
    fn every_wrong_file_is_told_and_nothing_of_the_folder_counts() {
        let files = [("a.toml", "title = 1"), ("B c.toml", PRESET), ("good.toml", PRESET)];
        let folder = folder(&files);
        let mut catalog = Catalog::default();
        let error = catalog.add_folder(folder.path(), Path::new("presets")).unwrap_err().to_string();
        assert!(
            error.contains("presets/a.toml:1:9: title") && error.contains("presets/B c.toml: "),
            "{error}"
        );
        assert_eq!(catalog, Catalog::default());
        assert!(catalog.add_folder(&folder.path().join("none"), Path::new("none")).is_err());
    }
}
