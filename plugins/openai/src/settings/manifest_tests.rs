//! `plugin.toml` and the code agree on names, words and defaults.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::*;

const MANIFEST: &str = include_str!("../../plugin.toml");

/// The `[config.NAME]` tables. What they hold (texts, numbers, lists of texts
/// on one line) is spelled alike in TOML and JSON.
fn declared() -> BTreeMap<String, BTreeMap<String, Value>> {
    let mut tables = BTreeMap::new();
    let mut current: Option<String> = None;
    for line in MANIFEST.lines() {
        if line.starts_with('[') {
            current =
                line.strip_prefix("[config.").and_then(|rest| rest.strip_suffix(']')).map(str::to_owned);
            tables.extend(current.clone().map(|name| (name, BTreeMap::new())));
        } else if let (Some(name), Some((key, value))) = (&current, line.split_once(" = ")) {
            let value = serde_json::from_str(value).unwrap();
            tables.get_mut(name).unwrap().insert(key.to_owned(), value);
        }
    }
    tables
}

/// The manifest's defaults, or other values in their place; notes what is read.
struct Defaults {
    values: BTreeMap<String, Value>,
    read: RefCell<BTreeSet<String>>,
}

impl Defaults {
    fn new() -> Self {
        let tables = declared().into_iter();
        let values = tables.filter_map(|(name, mut table)| Some((name, table.remove("default")?))).collect();
        Defaults { values, read: RefCell::default() }
    }

    fn value(&self, name: &str) -> Option<&Value> {
        self.read.borrow_mut().insert(name.to_owned());
        self.values.get(name)
    }

    fn read_all(&self) -> Result<(), Error> {
        Endpoint::read(self)?;
        ChatSettings::read(self)?;
        Apis::read(self)?;
        EmbeddingSettings::read(self)?;
        RerankSettings::read(self)?;
        AudioSettings::read(self)?;
        ForwardSettings::read(self)?;
        Paths::Models.read(self);
        Ok(())
    }
}

impl Values for Defaults {
    fn text(&self, name: &str) -> Option<String> {
        self.value(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
    }

    fn texts(&self, name: &str) -> Option<Vec<String>> {
        self.value(name).map(|value| serde_json::from_value(value.clone()).unwrap())
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.value(name)?.as_bool()
    }

    fn integer(&self, name: &str) -> Option<i64> {
        self.value(name)?.as_i64()
    }
}

#[test]
fn everything_declared_is_read_and_everything_read_declared() {
    let mut defaults = Defaults::new();
    let dialects =
        ["openai-chat", "openai-embeddings", "openai-moderations", "openai-completions", "openai-responses"];
    defaults.values.insert("dialects".to_owned(), dialects.into());
    defaults.read_all().unwrap();
    // What the host alone reads, in the manifest's own places.
    let of_auth =
        MANIFEST.lines().filter(|line| ["token-url = ", "scope = "].iter().any(|key| line.starts_with(key)));
    let of_auth: String = of_auth.collect();
    let names: BTreeSet<_> =
        declared().into_keys().filter(|name| !of_auth.contains(&format!("{{{name}}}"))).collect();
    assert_eq!(names, defaults.read.into_inner());
}

#[test]
fn the_defaults_are_what_the_code_takes_for_missing() {
    let (defaults, empty) = (Defaults::new(), Defaults { values: BTreeMap::new(), read: RefCell::default() });
    for path in [
        Paths::Chat,
        Paths::Completions,
        Paths::Responses,
        Paths::Embeddings,
        Paths::Rerank,
        Paths::Moderations,
        Paths::Transcriptions,
        Paths::Translations,
        Paths::Speech,
        Paths::Models,
    ] {
        assert_eq!(path.read(&defaults), path.read(&empty));
    }
    let (with, without) = (ChatSettings::read(&defaults).unwrap(), ChatSettings::read(&empty).unwrap());
    let without = ChatSettings { reasoning_models: with.reasoning_models.clone(), ..without };
    assert_eq!(format!("{with:?}"), format!("{without:?}"));
}

#[test]
fn every_word_of_every_enum_is_known() {
    for (name, table) in declared() {
        for word in table.get("values").and_then(Value::as_array).into_iter().flatten() {
            let mut defaults = Defaults::new();
            defaults.values.insert(name.clone(), word.clone());
            assert!(defaults.read_all().is_ok(), "{name} = {word}");
        }
    }
}

#[test]
fn every_auth_scheme_that_config_can_name_exists() {
    let schemes = declared().remove("auth").unwrap().remove("values").unwrap();
    for scheme in schemes.as_array().unwrap() {
        let scheme = scheme.as_str().unwrap();
        assert!(
            MANIFEST.contains(&format!("[auth.{scheme}]"))
                && MANIFEST.contains(&format!("auth = \"{scheme}\"")),
            "{scheme}"
        );
    }
}

#[test]
fn a_dialect_that_is_unknown_or_off_is_refused() {
    let mut defaults = Defaults::new();
    let settings = ForwardSettings::read(&defaults).unwrap();
    assert_eq!(settings.path(jackfield_sdk::passthrough::Dialect::OpenaiChat).unwrap(), "/chat/completions");
    assert!(settings.path(jackfield_sdk::passthrough::Dialect::OpenaiResponses).is_err());
    defaults.values.insert("dialects".to_owned(), ["openai"].into());
    assert!(ForwardSettings::read(&defaults).unwrap_err().message.contains("`openai`"));
}
