//! Where the descriptions lie, and reading one.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// The folder of the descriptions: what `JACKFIELD_SPECS` says, else `shared/specs`
/// beside the repository. Whether it is there is another question.
#[must_use]
pub fn folder() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs");
    std::env::var_os("JACKFIELD_SPECS").map_or_else(beside, PathBuf::from)
}

/// One file of that folder, such as `openai/openapi.yaml`: JSON or YAML.
///
/// `None` where it isn't there, and a line on stderr that says so.
///
/// # Panics
/// When the file is there and can't be read as what its name says.
#[must_use]
pub fn read(file: &str) -> Option<Value> {
    let Ok(text) = std::fs::read_to_string(folder().join(file)) else {
        eprintln!("skipped: no {file} in ../shared/specs, nor where JACKFIELD_SPECS says");
        return None;
    };
    let parsed: Result<Value, String> = if file.ends_with(".json") {
        serde_json::from_str(&text).map_err(|error| error.to_string())
    } else {
        // YAML 1.2: a member called `y` isn't `true`.
        let options = serde_saphyr::options! { strict_booleans: true };
        serde_saphyr::from_str_with_options(&text, options).map_err(|error| error.to_string())
    };
    match parsed {
        Ok(value) => Some(value),
        Err(why) => panic!("{file} can't be read: {why}"),
    }
}
