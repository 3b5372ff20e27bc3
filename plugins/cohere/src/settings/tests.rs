use jackfield_sdk::testing::Defaults;
use serde_json::Value;

use super::*;

const MANIFEST: &str = include_str!("../../plugin.toml");

fn read(values: &Defaults) -> Result<Settings, Error> {
    Settings::of(|name| Ok(values.text(name).unwrap()), |name| values.texts(name).unwrap())
}

/// The defaults of `plugin.toml`.
pub(crate) fn settings() -> Settings {
    read(&Defaults::of(MANIFEST)).unwrap()
}

/// The same with other values.
pub(crate) fn settings_with(changes: &[(&str, Value)]) -> Settings {
    read(&changed(changes)).unwrap()
}

fn changed(changes: &[(&str, Value)]) -> Defaults {
    let change = |values: Defaults, (name, value): &(&str, Value)| values.with(name, value.clone());
    changes.iter().fold(Defaults::of(MANIFEST), change)
}

#[test]
fn everything_declared_is_read_and_everything_read_declared() {
    let values = Defaults::of(MANIFEST);
    read(&values).unwrap();
    assert!(values.unmatched().is_empty(), "{:?}", values.unmatched());
}

#[test]
fn every_word_of_every_enum_is_known() {
    let words = Defaults::of(MANIFEST).words();
    assert!(!words.is_empty());
    for (name, word) in words {
        assert!(read(&changed(&[(&name, word.as_str().into())])).is_ok(), "{name} = {word}");
    }
}

#[test]
fn a_value_that_cannot_be_used_is_named() {
    for (name, value) in [
        ("safety-mode", Value::from("LOOSE")),
        ("citations", Value::from("some")),
        ("token-counts", Value::from("none")),
        ("headers", Value::from(vec!["no colon"])),
        ("effort-budgets", Value::from(vec!["low=many"])),
        ("effort-budgets", Value::from(vec!["low=0"])),
    ] {
        let error = read(&changed(&[(name, value)])).unwrap_err();
        assert!(error.message.contains(&format!("config.{name}")), "{}", error.message);
    }
}

#[test]
fn a_version_that_is_already_in_the_base_url_does_not_come_twice() {
    for base in ["https://a.example", "https://a.example/", "https://a.example/v1", "https://a.example/v2/"] {
        let settings = settings_with(&[("base-url", Value::from(base))]);
        assert_eq!(settings.endpoint("v2/chat"), "https://a.example/v2/chat", "{base}");
    }
    let proxied = settings_with(&[("base-url", Value::from("https://a.example/cohere"))]);
    assert_eq!(proxied.endpoint("v1/models"), "https://a.example/cohere/v1/models");
}
