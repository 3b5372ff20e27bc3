//! The provider's configuration, parsed once into exact types. `plugin.toml`
//! says what each value is for.

use jackfield_sdk::config;
use jackfield_sdk::settings::word;
use jackfield_sdk::types::Error;
use jackfield_sdk::vectors::Pooling;

/// What `plugin.toml` declares under `[config]`.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) base_url: String,
    pub(crate) path: String,
    pub(crate) one_by_one: bool,
    pub(crate) normalize: Option<i64>,
    pub(crate) pooling: Pooling,
}

impl Settings {
    /// Reads the bound provider's values. Only inside the sandbox.
    pub(crate) fn read() -> Result<Settings, Error> {
        Ok(Settings {
            base_url: config::url("base-url")?,
            path: config::required("path")?,
            one_by_one: config::boolean("one-by-one").unwrap_or_default(),
            normalize: config::integer("normalize"),
            pooling: word("pooling", &config::required("pooling")?, Pooling::WORDS)?,
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use jackfield_sdk::settings::unmatched;

    use super::*;

    /// The defaults of `plugin.toml`.
    pub(crate) fn settings() -> Settings {
        Settings {
            base_url: "http://localhost:8080".to_owned(),
            path: "/embedding".to_owned(),
            one_by_one: false,
            normalize: None,
            pooling: Pooling::Mean,
        }
    }

    #[test]
    fn every_value_that_is_read_is_declared_and_the_other_way_round() {
        let unmatched = unmatched(include_str!("../plugin.toml"), include_str!("settings.rs"));
        assert!(unmatched.is_empty(), "{unmatched:?}");
    }
}
