//! The provider's configuration, as `plugin.toml` declares it.

use std::collections::BTreeMap;

use jackfield_sdk::config;
use jackfield_sdk::types::Error;

use crate::template::Values;

/// What `plugin.toml` declares under `[config]`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    pub(crate) base_url: Option<String>,
    /// The text of a description.
    pub(crate) description: Option<String>,
    /// The text of an OpenAPI document.
    pub(crate) openapi: Option<String>,
    pub(crate) include: Vec<String>,
    pub(crate) exclude: Vec<String>,
    pub(crate) deprecated: bool,
    pub(crate) check_responses: bool,
    pub(crate) values: Values,
    pub(crate) headers: Vec<String>,
    pub(crate) auth: Auth,
}

/// How requests are authenticated.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Auth {
    /// Not at all.
    #[default]
    None,
    /// By this scheme of `plugin.toml`.
    Scheme(String),
}

impl Auth {
    fn of(word: String) -> Auth {
        if word == "none" { Auth::None } else { Auth::Scheme(word) }
    }

    /// The scheme's name in `plugin.toml`.
    pub(crate) fn scheme(&self) -> &str {
        match self {
            Auth::None => "none",
            Auth::Scheme(name) => name,
        }
    }

    /// The parameter of the query that the host writes.
    pub(crate) fn parameter(&self) -> Option<String> {
        Some(self.scheme().strip_prefix("query-")?.replace('-', "_"))
    }
}

impl Settings {
    /// Reads the bound provider's values. Only inside the sandbox.
    pub(crate) fn read() -> Result<Settings, Error> {
        Ok(Settings {
            base_url: config::text("base-url"),
            description: config::text("description"),
            openapi: config::text("openapi"),
            include: config::texts("include").unwrap_or_default(),
            exclude: config::texts("exclude").unwrap_or_default(),
            deprecated: config::boolean("deprecated").unwrap_or(false),
            check_responses: config::boolean("check-responses").unwrap_or(false),
            values: values(&config::texts("values").unwrap_or_default())?,
            headers: config::texts("headers").unwrap_or_default(),
            auth: Auth::of(config::required("auth")?),
        })
    }
}

/// `name=value` each.
fn values(entries: &[String]) -> Result<Values, Error> {
    let mut values = BTreeMap::new();
    for entry in entries {
        let (name, value) = entry.split_once('=').unwrap_or((entry, ""));
        let name = name.trim();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if !entry.contains('=') || name.is_empty() || !name.chars().all(plain) {
            return Err(Error::invalid_request(format!(
                "config.values has `{entry}`, which isn't `name=value`: correct it under [providers.NAME]"
            )));
        }
        if values.insert(name.to_owned(), value.trim().to_owned()).is_some() {
            return Err(Error::invalid_request(format!("config.values has `{name}` twice: remove one")));
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = include_str!("../plugin.toml");

    fn sections(begin: &str) -> Vec<&'static str> {
        let mut names: Vec<&str> =
            MANIFEST.lines().filter_map(|line| line.strip_prefix(begin)?.strip_suffix(']')).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn every_value_that_is_read_is_declared_and_the_other_way_round() {
        let (code, _) = include_str!("settings.rs").split_once("#[cfg(test)]").unwrap();
        let read = code.split(['\n', ' ', '(']).zip(code.split(['\n', ' ', '(']).skip(1));
        let mut read: Vec<&str> = read
            .filter(|(before, _)| before.contains("config::"))
            .filter_map(|(_, word)| word.split('"').nth(1))
            .collect();
        // Only the manifest's own schemes read these.
        read.extend(["user", "token-url", "client-id", "scope", "audience"]);
        read.sort_unstable();
        assert_eq!(read, sections("[config."));
    }

    #[test]
    fn every_way_to_authenticate_is_a_scheme_that_some_egress_names() {
        let manifest: toml::Table = MANIFEST.parse().unwrap();
        let words = manifest["config"]["auth"]["values"].as_array().unwrap();
        let mut words: Vec<&str> = words.iter().map(|word| word.as_str().unwrap()).collect();
        words.sort_unstable();
        assert_eq!(words, sections("[auth."));
        let egress = manifest["egress"].as_array().unwrap();
        let mut named: Vec<&str> = egress.iter().map(|entry| entry["auth"].as_str().unwrap()).collect();
        named.sort_unstable();
        assert_eq!(words, named);
        for (name, scheme) in manifest["auth"].as_table().unwrap() {
            let parameter =
                scheme.get("parameter").and_then(|parameter| parameter.as_str()).map(str::to_owned);
            assert_eq!(Auth::of(name.clone()).parameter(), parameter, "{name}");
        }
    }

    #[test]
    fn values_are_read_by_name() {
        let read = values(&["region=eu".to_owned(), "key = a=b".to_owned()]).unwrap();
        assert_eq!((read["region"].as_str(), read["key"].as_str()), ("eu", "a=b"));
        for wrong in [&["region"][..], &["=x"], &["a b=x"], &["a=1", "a=2"]] {
            let wrong: Vec<String> = wrong.iter().map(|text| (*text).to_owned()).collect();
            assert!(values(&wrong).unwrap_err().message.contains("config.values"), "{wrong:?}");
        }
    }
}
