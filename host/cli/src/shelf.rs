//! The plugin files of a folder, with what their manifests say. Finding out costs
//! a read of each file and no compilation, so that a program compiles only the
//! plugins that it uses.

use std::path::{Path, PathBuf};

use jackfield_runtime::component_section::{self, SectionError};
use jackfield_runtime::digest::Digest;
use jackfield_runtime::manifest::{Manifest, ManifestError};
use jackfield_runtime::settings::PluginRef;

/// A plugin file can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShelfError {
    /// The folder can't be read.
    #[error("the plugin folder {} can't be read: name another with --plugins, or with `dir` under [plugins]", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file can't be read.
    #[error("{} can't be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file isn't a component.
    #[error("{}: {source}", path.display())]
    Section {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: SectionError,
    },
    /// A file's manifest is wrong.
    #[error("{0}")]
    Manifest(ManifestError),
    /// No file has what is asked for.
    #[error("no plugin fits {wanted}: {have}")]
    NotFound {
        /// What was asked for.
        wanted: String,
        /// What there is instead, and what to do.
        have: String,
    },
    /// Two files claim to be the same plugin.
    #[error(
        "{} and {} are both {name} {version} and differ: remove one, or pin the other by its digest",
        first.display(), second.display()
    )]
    Conflict {
        /// The name of both.
        name: String,
        /// The version of both.
        version: String,
        /// One of them.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
}

/// A plugin file as far as it is known without compiling it.
#[derive(Debug, Clone)]
pub struct PluginFile {
    /// The file.
    pub path: PathBuf,
    /// What it asks for.
    pub manifest: Manifest,
    /// Whether it carries that manifest. One that doesn't is named after its
    /// file and asks for nothing.
    pub has_manifest: bool,
    /// Digest of its bytes.
    pub digest: Digest,
    /// Its length in bytes.
    pub size: u64,
}

impl PluginFile {
    /// Reads a file's manifest.
    pub fn read(path: &Path) -> Result<Self, ShelfError> {
        let bytes =
            std::fs::read(path).map_err(|source| ShelfError::Read { path: path.to_owned(), source })?;
        Self::of_bytes(path, &bytes)
    }

    /// The same for bytes that were read before.
    pub fn of_bytes(path: &Path, bytes: &[u8]) -> Result<Self, ShelfError> {
        let written = component_section::read(bytes)
            .map_err(|source| ShelfError::Section { path: path.to_owned(), source })?;
        let manifest = match written {
            Some(text) => Manifest::parse(text, &format!("{} (plugin.toml)", path.display())),
            None => {
                let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
                Manifest::without_capabilities(&stem.unwrap_or_default())
            }
        };
        Ok(Self {
            path: path.to_owned(),
            manifest: manifest.map_err(ShelfError::Manifest)?,
            has_manifest: written.is_some(),
            digest: Digest::of(bytes),
            size: bytes.len() as u64,
        })
    }

    /// Name and version.
    pub fn label(&self) -> String {
        format!("{} {}", self.manifest.name, self.manifest.version)
    }
}

/// The plugin files of a folder.
#[derive(Debug)]
pub struct Shelf {
    folder: PathBuf,
    files: Vec<PluginFile>,
    unusable: Vec<ShelfError>,
}

impl Shelf {
    /// Reads every `*.wasm` of a folder. A file that is no plugin doesn't keep
    /// the others from being used: see [`unusable`](Self::unusable).
    pub fn scan(folder: &Path) -> Result<Self, ShelfError> {
        let failed = |source| ShelfError::Folder { path: folder.to_owned(), source };
        let mut shelf = Self { folder: folder.to_owned(), files: Vec::new(), unusable: Vec::new() };
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|extension| extension == "wasm") && path.is_file() {
                match PluginFile::read(&path) {
                    Ok(file) => shelf.files.push(file),
                    Err(error) => shelf.unusable.push(error),
                }
            }
        }
        let order = |file: &PluginFile| {
            (file.manifest.name.clone(), file.manifest.version.clone(), file.path.clone())
        };
        shelf.files.sort_by_key(order);
        Ok(shelf)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its plugins, by name, then version.
    pub fn files(&self) -> &[PluginFile] {
        &self.files
    }

    /// Why other `*.wasm` files in it aren't plugins.
    pub fn unusable(&self) -> &[ShelfError] {
        &self.unusable
    }

    /// The file with the highest version that fits.
    pub fn find(&self, wanted: &PluginRef) -> Result<&PluginFile, ShelfError> {
        let fits = |file: &&PluginFile| {
            wanted.accepts(&file.manifest.name, &file.manifest.version)
                && wanted.digest.is_none_or(|digest| digest == file.digest)
        };
        let Some(best) = self.files.iter().rev().find(fits) else {
            return Err(ShelfError::NotFound { wanted: wanted.to_string(), have: self.describe(wanted) });
        };
        let twin = self.files.iter().filter(fits).find(|file| {
            file.manifest.name == best.manifest.name
                && file.manifest.version == best.manifest.version
                && file.digest != best.digest
        });
        match twin {
            None => Ok(best),
            Some(twin) => Err(ShelfError::Conflict {
                name: best.manifest.name.to_string(),
                version: best.manifest.version.to_string(),
                first: twin.path.clone(),
                second: best.path.clone(),
            }),
        }
    }

    /// What there is instead of what was asked for.
    fn describe(&self, wanted: &PluginRef) -> String {
        let folder = self.folder.display();
        let named = self.files.iter().filter(|file| file.manifest.name == wanted.name);
        let versions: Vec<String> =
            named.map(|file| format!("{} ({})", file.manifest.version, file.digest)).collect();
        if !versions.is_empty() {
            return format!("{folder} has {} {}", wanted.name, versions.join(", "));
        }
        let names: Vec<String> = self.files.iter().map(PluginFile::label).collect();
        let mut have = match names.len() {
            0 => format!("{folder} has no plugin"),
            _ => format!("{folder} has only {}", names.join(", ")),
        };
        for error in &self.unusable {
            have.push_str(&format!("; unusable: {error}"));
        }
        have.push_str(
            "; name another folder with --plugins, or put the file there with `jackfield plugin add`",
        );
        have
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY_COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

    fn shelf(files: &[(&str, &str, &str)]) -> (tempfile::TempDir, Shelf) {
        let folder = tempfile::tempdir().unwrap();
        for (file, name, version) in files {
            let manifest = format!(
                "[plugin]\nname = \"{name}\"\nversion = \"{version}\"\ndescription = \"In {file}\"\n"
            );
            let bytes = component_section::write(EMPTY_COMPONENT, &manifest).unwrap();
            std::fs::write(folder.path().join(file), bytes).unwrap();
        }
        let shelf = Shelf::scan(folder.path()).unwrap();
        (folder, shelf)
    }

    fn found(shelf: &Shelf, wanted: &str) -> Result<String, String> {
        shelf.find(&wanted.parse().unwrap()).map(PluginFile::label).map_err(|error| error.to_string())
    }

    #[test]
    fn the_highest_version_that_fits_is_taken() {
        let (_folder, shelf) = shelf(&[
            ("a.wasm", "openai", "0.9.0"),
            ("b.wasm", "openai", "0.10.0"),
            ("c.wasm", "openai", "1.0.0"),
        ]);
        assert_eq!(found(&shelf, "openai").unwrap(), "openai 1.0.0");
        assert_eq!(found(&shelf, "openai@>=0.9, <1").unwrap(), "openai 0.10.0");
        assert_eq!(found(&shelf, "openai@^0.9").unwrap(), "openai 0.9.0");
    }

    #[test]
    fn what_is_there_is_named_when_nothing_fits() {
        let (_folder, shelf) = shelf(&[("a.wasm", "openai", "0.9.0")]);
        assert!(found(&shelf, "openai@^2").unwrap_err().contains("has openai 0.9.0"));
        assert!(found(&shelf, "mistral").unwrap_err().contains("has only openai 0.9.0"));
    }

    #[test]
    fn two_files_that_claim_to_be_the_same_are_refused() {
        let (_folder, shelf) = shelf(&[("a.wasm", "openai", "1.0.0"), ("b.wasm", "openai", "1.0.0")]);
        let error = found(&shelf, "openai").unwrap_err();
        assert!(error.contains("a.wasm") && error.contains("b.wasm"), "{error}");
    }

    #[test]
    fn a_pin_chooses_between_them() {
        let (_folder, shelf) = shelf(&[("a.wasm", "openai", "1.0.0"), ("b.wasm", "openai", "1.0.0")]);
        for file in shelf.files() {
            let pinned =
                PluginRef { digest: Some(file.digest), ..PluginRef::any(file.manifest.name.clone()) };
            assert_eq!(shelf.find(&pinned).unwrap().path, file.path);
        }
    }

    #[test]
    fn a_file_that_is_no_plugin_is_told_of_and_left_aside() {
        let (folder, _) = shelf(&[("a.wasm", "openai", "1.0.0")]);
        std::fs::write(folder.path().join("b.wasm"), b"nonsense").unwrap();
        let shelf = Shelf::scan(folder.path()).unwrap();
        assert_eq!(shelf.files().len(), 1);
        assert!(shelf.unusable()[0].to_string().contains("b.wasm"));
    }
}
