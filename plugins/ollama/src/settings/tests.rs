use jackfield_sdk::testing::Defaults;
use serde_json::{Value, json};

use super::*;

const MANIFEST: &str = include_str!("../../plugin.toml");

fn read(values: &Defaults) -> Result<Settings, Error> {
    Settings::of(|name| values.text(name), |name| values.texts(name).unwrap(), |name| values.boolean(name))
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
        ("think", json!("hard")),
        ("pull", json!("always")),
        ("headers", json!(["no colon"])),
        ("options", json!(["no value"])),
        ("dialects", json!(["openai"])),
    ] {
        let error = read(&changed(&[(name, value)])).unwrap_err();
        assert!(error.message.contains(&format!("config.{name}")), "{}", error.message);
    }
}

#[test]
fn a_side_of_the_api_that_is_already_in_the_base_url_does_not_come_twice() {
    for base in ["http://h:11434", "http://h:11434/", "http://h:11434/v1", "http://h:11434/api/"] {
        let settings = settings_with(&[("base-url", json!(base))]);
        assert_eq!(settings.endpoint("api/chat"), "http://h:11434/api/chat", "{base}");
    }
}

#[test]
fn values_become_what_the_api_takes() {
    for (text, expected) in [("10m", json!("10m")), ("-1", json!(-1)), ("0", json!(0))] {
        assert_eq!(settings_with(&[("keep-alive", json!(text))]).keep_alive, Some(expected));
    }
    assert_eq!(settings().keep_alive, None);
    let options = json!(["num_ctx=16384", "min_p=0.05", "use_mmap=false", "stop=[\"a\"]", "name=x y"]);
    assert_eq!(
        Value::Object(settings_with(&[("options", options)]).options),
        json!({"num_ctx": 16384, "min_p": 0.05, "use_mmap": false, "stop": ["a"], "name": "x y"})
    );
}

#[test]
fn a_dialect_that_is_off_is_refused() {
    let settings = settings();
    assert_eq!(settings.dialects(), [Dialect::OpenaiChat, Dialect::OpenaiEmbeddings]);
    assert_eq!(settings.path(Dialect::OpenaiChat).unwrap(), "v1/chat/completions");
    assert!(settings.path(Dialect::AnthropicMessages).is_err());
    let more = settings_with(&[("dialects", json!(["anthropic-messages"]))]);
    assert_eq!(more.path(Dialect::AnthropicMessages).unwrap(), "v1/messages");
}
