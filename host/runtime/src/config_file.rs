//! Values that the operator keeps in files of their own, as
//! `config.description = { file = "weather.toml" }`: texts too long to stand in
//! the settings. Read by the host whenever a provider is bound, so the plugin
//! needs no folder for them and sees the text only.
//!
//! The path is the operator's alone: nothing that a plugin or a caller says
//! leads here. What is read reaches a plugin, so it is a text of a bounded
//! length out of a plain file, never a device or a pipe that has no end.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::manifest::name::ProviderName;
use crate::manifest::value::{ConfigType, ConfigValue};
use crate::manifest::{BindError, BindProblem, BoundConfig, Manifest};
use crate::settings::ProviderSettings;

/// The longest text, in bytes: room for an API's whole OpenAPI document.
const MOST: u64 = 8 << 20;

/// Why a file doesn't give a value. Never has the file's text in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigFileError {
    /// The value isn't a text.
    #[error("only a string can come from a file, and this is {kind}: write the value itself")]
    Type {
        /// What the value is, with its article.
        kind: &'static str,
    },
    /// The file can't be read.
    #[error("the file can't be read ({reason}): correct its path or its rights")]
    Read {
        /// Why not.
        reason: String,
    },
    /// It is a folder, a device or a pipe.
    #[error("this is no plain file: name one")]
    NoFile,
    /// It is too long.
    #[error("the file is longer than the {} MiB that a value may have: shorten it", MOST >> 20)]
    TooLong,
    /// It isn't a text.
    #[error("the file isn't a UTF-8 text without control characters: save it as one")]
    NoText,
}

impl Manifest {
    /// The same as [`bind`](Manifest::bind) for a provider's values and those
    /// that its files hold, which are read now. Blocks while it reads.
    ///
    /// # Errors
    /// Everything that is wrong with the files, or else with the values.
    pub fn bind_settings(
        &self,
        provider: &ProviderName,
        settings: &ProviderSettings,
    ) -> Result<BoundConfig, BindError> {
        let mut values = settings.config.clone();
        let mut problems = Vec::new();
        for (name, path) in &settings.config_files {
            // One that the manifest doesn't declare is reported as such below, and its file isn't looked at.
            let value = match self.config.get(name).map(|field| &field.kind) {
                None => Ok(ConfigValue::Text(String::new())),
                Some(ConfigType::String) => read(path).map(ConfigValue::Text),
                Some(other) => Err(ConfigFileError::Type { kind: other.noun() }),
            };
            match value {
                Ok(value) => drop(values.insert(name.clone(), value)),
                Err(source) => {
                    let (name, path) = (name.clone(), path.clone());
                    problems.push(BindProblem::File { name, path, source });
                }
            }
        }
        if problems.is_empty() {
            self.bind(provider, &values)
        } else {
            Err(BindError { provider: provider.clone(), problems })
        }
    }
}

/// The text of a file, with line feeds at its line ends and without the mark
/// that some editors begin a UTF-8 file with.
fn read(path: &Path) -> Result<String, ConfigFileError> {
    let unreadable = |error: std::io::Error| ConfigFileError::Read { reason: error.to_string() };
    // Looked at before it is opened: to open a pipe that nobody writes to is to wait.
    if !path.metadata().map_err(unreadable)?.is_file() {
        return Err(ConfigFileError::NoFile);
    }
    let mut bytes = Vec::new();
    File::open(path).map_err(unreadable)?.take(MOST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MOST {
        return Err(ConfigFileError::TooLong);
    }
    let text = String::from_utf8(bytes).map_err(|_| ConfigFileError::NoText)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n");
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(ConfigFileError::NoText);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    const MANIFEST: &str = r#"
        [plugin]
        name = "p"
        version = "1.0.0"
        description = "p"
        [config.text]
        type = "string"
        default = "usual"
        [config.count]
        type = "integer"
    "#;

    fn bound(lines: &str) -> Result<BoundConfig, String> {
        let manifest = Manifest::parse(MANIFEST, "plugin.toml").unwrap();
        let text = format!("[providers.mine]\nplugin = \"p\"\n{lines}");
        let settings = Settings::parse(&text, "jackfield.toml", &[]).unwrap();
        let (name, written) = settings.providers.into_iter().next().unwrap();
        let plugin = written.plugin.clone().unwrap();
        let settings = ProviderSettings::from_written(plugin, written);
        manifest.bind_settings(&name, &settings).map_err(|error| error.to_string())
    }

    fn of_file(name: &str, path: &Path) -> Result<BoundConfig, String> {
        bound(&format!("config.{name} = {{ file = {:?} }}", path.display().to_string()))
    }

    #[test]
    fn a_text_is_that_of_its_file_each_time_it_is_bound() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (written, read) in
            [("[tools]\n\tü = 1\n", "[tools]\n\tü = 1\n"), ("\u{feff}a\r\nb", "a\nb"), ("", "")]
        {
            std::fs::write(file.path(), written).unwrap();
            let bound = of_file("text", file.path()).unwrap();
            assert_eq!(bound.get("text"), Some(&read.into()), "{written:?}");
        }
    }

    #[test]
    fn what_is_no_text_of_bearable_length_is_refused_without_being_shown() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let long = vec![b'x'; MOST as usize + 1];
        for (content, reason) in [
            (&b"hunter2 \xff"[..], "isn't a UTF-8 text"),
            (b"hunter2 \x1b[0m", "isn't a UTF-8 text"),
            (b"hunter2 \0", "isn't a UTF-8 text"),
            (&long, "longer than the 8 MiB"),
        ] {
            std::fs::write(file.path(), content).unwrap();
            let error = of_file("text", file.path()).unwrap_err();
            assert!(error.contains(reason) && error.contains("under [providers.mine]"), "{error}");
            assert!(!error.contains("hunter2") && error.len() < 500, "{error}");
        }
        std::fs::write(file.path(), &long[..MOST as usize]).unwrap();
        assert!(of_file("text", file.path()).is_ok());
    }

    #[test]
    fn what_is_no_file_is_refused() {
        let folder = tempfile::TempDir::new().unwrap();
        let error = of_file("text", folder.path()).unwrap_err();
        assert!(error.contains("no plain file"), "{error}");
        let error = of_file("text", &folder.path().join("missing")).unwrap_err();
        assert!(error.contains("config.text = { file = ") && error.contains("can't be read"), "{error}");
        #[cfg(unix)]
        assert!(of_file("text", Path::new("/dev/zero")).unwrap_err().contains("no plain file"));
    }

    #[test]
    fn only_a_string_comes_from_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "1").unwrap();
        let error = of_file("count", file.path()).unwrap_err();
        assert!(error.contains("this is a whole number: write the value itself"), "{error}");
        let error = of_file("txet", file.path()).unwrap_err();
        assert!(error.contains("no config value txet; did you mean `text`?"), "{error}");
    }
}
