use std::collections::HashMap;

use super::lists::Pattern;
use super::*;

/// A table in place of the host.
#[derive(Debug, Default)]
pub(crate) struct Table(HashMap<&'static str, Entry>);

#[derive(Debug, Clone)]
enum Entry {
    Text(String),
    Texts(Vec<String>),
    Flag(bool),
    Integer(i64),
}

impl Table {
    /// With the address that every provider has.
    pub(crate) fn new() -> Self {
        Table::default()
            .text("base-url", "https://api.example.com/v1")
            .texts("reasoning-models", &["o1*", "o3*"])
    }

    pub(crate) fn text(mut self, name: &'static str, value: &str) -> Self {
        self.0.insert(name, Entry::Text(value.to_owned()));
        self
    }

    pub(crate) fn texts(mut self, name: &'static str, values: &[&str]) -> Self {
        self.0.insert(name, Entry::Texts(values.iter().map(|value| (*value).to_owned()).collect()));
        self
    }

    pub(crate) fn flag(mut self, name: &'static str, value: bool) -> Self {
        self.0.insert(name, Entry::Flag(value));
        self
    }

    pub(crate) fn integer(mut self, name: &'static str, value: i64) -> Self {
        self.0.insert(name, Entry::Integer(value));
        self
    }

    pub(crate) fn chat(&self) -> ChatSettings {
        ChatSettings::read(self).unwrap()
    }
}

impl Values for Table {
    fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Entry::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    fn texts(&self, name: &str) -> Option<Vec<String>> {
        match self.0.get(name)? {
            Entry::Texts(texts) => Some(texts.clone()),
            _ => None,
        }
    }

    fn flag(&self, name: &str) -> Option<bool> {
        match self.0.get(name)? {
            Entry::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    fn integer(&self, name: &str) -> Option<i64> {
        match self.0.get(name)? {
            Entry::Integer(number) => Some(*number),
            _ => None,
        }
    }
}

#[test]
fn a_star_in_a_pattern_stands_for_any_text() {
    for (pattern, model, expected) in [
        ("o3*", "o3-mini", true),
        ("o3*", "o3", true),
        ("o3*", "go3", false),
        ("*-diarize", "gpt-4o-transcribe-diarize", true),
        ("*diarize*", "x-diarize-2", true),
        ("a*b*c", "a-b-b-c", true),
        ("a*b*c", "a-c", false),
        ("ab*b", "ab", false),
        ("whisper-1", "whisper-1", true),
        ("whisper-1", "whisper-10", false),
        ("*", "", true),
    ] {
        assert_eq!(Pattern::new(pattern).matches(model), expected, "{pattern} {model}");
    }
}

#[test]
fn an_azure_deployment_is_a_path_and_a_query() {
    let table = Table::new()
        .text("base-url", "https://res.openai.azure.com/openai")
        .texts("query", &["api-version=2024-10-21"]);
    let endpoint = Endpoint::read(&table).unwrap();
    assert_eq!(
        endpoint.url("/deployments/{model}/chat/completions", "my gpt", false),
        "https://res.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21"
    );
}

#[test]
fn organization_and_project_travel_as_headers_beside_the_operators_own() {
    let table = Table::new()
        .text("organization", "org-1")
        .text("project", "proj-1")
        .texts("headers", &["X-Title: A: B"]);
    let endpoint = Endpoint::read(&table).unwrap();
    let headers: Vec<_> =
        endpoint.headers().iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(
        headers,
        [("X-Title", "A: B"), ("OpenAI-Organization", "org-1"), ("OpenAI-Project", "proj-1")]
    );
}

#[test]
fn a_prefix_is_put_before_models_and_taken_off_again() {
    let endpoint = Endpoint::read(&Table::new().text("model-prefix", "openai/")).unwrap();
    assert_eq!(endpoint.model("gpt-4o"), "openai/gpt-4o");
    assert_eq!(endpoint.strip_prefix("openai/gpt-4o"), Some("gpt-4o"));
    assert_eq!(endpoint.strip_prefix("mistral/x"), None);
}

#[test]
fn wrong_values_are_named() {
    for (table, name) in [
        (Table::new().text("max-tokens-field", "max"), "max-tokens-field"),
        (Table::new().texts("rename", &["seed"]), "rename"),
        (Table::new().integer("tool-id-length", 0), "tool-id-length"),
    ] {
        let error = ChatSettings::read(&table).unwrap_err();
        assert!(error.message.contains(&format!("config.{name}")), "{}", error.message);
    }
    let error = Endpoint::read(&Table::default()).unwrap_err();
    assert!(error.message.contains("base-url"));
}

#[test]
fn the_limit_of_tokens_has_the_name_that_the_model_takes() {
    let auto = Table::new().chat();
    assert_eq!(auto.max_tokens_field("o3-mini"), "max_completion_tokens");
    assert_eq!(auto.max_tokens_field("llama"), "max_tokens");
    let always = Table::new().text("max-tokens-field", "max_completion_tokens").chat();
    assert_eq!(always.max_tokens_field("llama"), "max_completion_tokens");
}

#[test]
fn a_member_can_be_dropped_for_some_models_only() {
    let edits = Edits::read(&Table::new().texts("drop", &["user", "temperature@o3*"])).unwrap();
    assert_eq!(edits.dropped("o3-mini").collect::<Vec<_>>(), ["user", "temperature"]);
    assert_eq!(edits.dropped("gpt-4o").collect::<Vec<_>>(), ["user"]);
}

#[test]
fn a_gateway_of_one_path_gets_the_apis_path_in_a_header() {
    let table = Table::new()
        .text("base-url", "https://gateway.example/deployment")
        .text("route-header", "route")
        .text("route-path", "/predict")
        .text("route-stream-path", "/predictWithResponseStream")
        .texts("stream-headers", &["enable-streaming: true"]);
    let endpoint = Endpoint::read(&table).unwrap();
    let headers = |streamed| endpoint.headers_for("/v1/chat/completions", "m", streamed);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        endpoint.url("/v1/chat/completions", "m", false),
        "https://gateway.example/deployment/predict"
    );
    assert_eq!(headers(false), [pair("route", "/v1/chat/completions")]);
    assert!(
        endpoint.url("/v1/chat/completions", "m", true).ends_with("/deployment/predictWithResponseStream")
    );
    assert_eq!(headers(true), [pair("route", "/v1/chat/completions"), pair("enable-streaming", "true")]);
    let plain = Endpoint::read(&Table::new().text("base-url", "https://api.example")).unwrap();
    assert!(plain.headers_for("/x", "m", true).is_empty());
}
