//! The provider's configuration, parsed once into exact types: what a call of
//! the tool gets where it doesn't say.

use jackfield_sdk::config;
use jackfield_sdk::settings::{word, wrong};
use jackfield_sdk::types::Error;

/// What `plugin.toml` declares under `[config]`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settings {
    pub(crate) base_url: String,
    pub(crate) wait_for: f64,
    pub(crate) scroll_to_bottom: bool,
    pub(crate) mode: &'static str,
    pub(crate) screenshot: bool,
    pub(crate) browser_profile: Option<&'static str>,
    pub(crate) stealth_mode: bool,
}

/// How thoroughly a page is read.
pub(crate) const MODES: [&str; 2] = ["fast", "standard"];

/// The browsers that can read it.
pub(crate) const PROFILES: [&str; 2] = ["light", "stealth"];

impl Settings {
    /// Reads the bound provider's values. Only inside the sandbox.
    pub(crate) fn read() -> Result<Settings, Error> {
        let profile = config::text("browser-profile");
        Ok(Settings {
            base_url: config::url("base-url")?,
            wait_for: seconds(config::number("wait-for").unwrap_or_default())?,
            scroll_to_bottom: config::boolean("scroll-to-bottom").unwrap_or_default(),
            mode: one_of("mode", &config::required("mode")?, MODES)?,
            screenshot: config::boolean("screenshot").unwrap_or_default(),
            browser_profile: profile.map(|word| one_of("browser-profile", &word, PROFILES)).transpose()?,
            stealth_mode: config::boolean("stealth-mode").unwrap_or_default(),
        })
    }
}

fn one_of(name: &str, value: &str, words: [&'static str; 2]) -> Result<&'static str, Error> {
    word(name, value, &words.map(|word| (word, word)))
}

fn seconds(number: f64) -> Result<f64, Error> {
    if number >= 0.0 && number.is_finite() {
        return Ok(number);
    }
    Err(wrong("wait-for", &number.to_string(), "a number of seconds, not below zero"))
}

#[cfg(test)]
pub(crate) mod tests {
    use jackfield_sdk::settings::unmatched;

    use super::*;

    /// The defaults of `plugin.toml`.
    pub(crate) fn settings() -> Settings {
        Settings {
            base_url: "https://api.agentql.com/v1".to_owned(),
            wait_for: 0.0,
            scroll_to_bottom: false,
            mode: "fast",
            screenshot: false,
            browser_profile: None,
            stealth_mode: false,
        }
    }

    #[test]
    fn values_that_mean_nothing_are_named_in_the_error() {
        assert_eq!(seconds(0.5).unwrap(), 0.5);
        for number in [-1.0, f64::INFINITY, f64::NAN] {
            assert!(seconds(number).unwrap_err().message.contains("config.wait-for"));
        }
        assert!(one_of("mode", "slow", MODES).unwrap_err().message.contains("`fast`, `standard`"));
    }

    #[test]
    fn every_value_that_is_read_is_declared_and_the_other_way_round() {
        let unmatched = unmatched(include_str!("../plugin.toml"), include_str!("settings.rs"));
        assert!(unmatched.is_empty(), "{unmatched:?}");
    }
}
