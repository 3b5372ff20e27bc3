//! The provider's configuration, parsed once into exact types. `plugin.toml`
//! says what each value is for.

use jackfield_sdk::config;
use jackfield_sdk::settings::{pairs, word, wrong};
use jackfield_sdk::types::Error;
use serde_json::{Map, Value};

use crate::address::Target;
use crate::convert::queue::Queue;

/// What `plugin.toml` declares under `[config]`.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) base_url: String,
    pub(crate) deployment_url: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) target: Target,
    pub(crate) mode: Mode,
    pub(crate) input: InputForm,
    /// Other names of parameters; an empty one leaves the parameter out.
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) output_pointer: String,
    pub(crate) stream_pointer: String,
    pub(crate) framing: Framing,
    pub(crate) queue: Queue,
}

/// Whether a chat waits for its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Predict,
    Async,
}

impl Mode {
    pub(crate) const WORDS: &'static [(&'static str, Mode)] =
        &[("predict", Mode::Predict), ("async", Mode::Async)];
}

/// How a model takes a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InputForm {
    Messages,
    Prompt,
}

/// How a model's stream is framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    Auto,
    Text,
    Events,
    Lines,
}

const FORMS: &[(&str, InputForm)] = &[("messages", InputForm::Messages), ("prompt", InputForm::Prompt)];

const FRAMINGS: &[(&str, Framing)] = &[
    ("auto", Framing::Auto),
    ("text", Framing::Text),
    ("events", Framing::Events),
    ("lines", Framing::Lines),
];

impl Settings {
    /// Reads the bound provider's values. Only inside the sandbox.
    pub(crate) fn read() -> Result<Settings, Error> {
        let target = config::required("target")?;
        let retries = [
            ("max_attempts", config::integer("retry-max-attempts")),
            ("initial_delay_ms", config::integer("retry-initial-delay-ms")),
            ("max_delay_ms", config::integer("retry-max-delay-ms")),
        ];
        Ok(Settings {
            base_url: config::url("base-url")?,
            deployment_url: config::text("deployment-url"),
            model: config::text("model").filter(|model| !model.is_empty()),
            target: Target::parse(&target).map_err(|expected| wrong("target", &target, expected))?,
            mode: word("mode", &config::required("mode")?, Mode::WORDS)?,
            input: word("input", &config::required("input")?, FORMS)?,
            parameters: pairs("parameters", &config::texts("parameters").unwrap_or_default(), '=')?,
            output_pointer: pointer("output-pointer", config::text("output-pointer"))?,
            stream_pointer: pointer("stream-pointer", config::text("stream-pointer"))?,
            framing: word("stream-framing", &config::required("stream-framing")?, FRAMINGS)?,
            queue: Queue {
                webhook: config::text("webhook-endpoint").map(Value::from),
                priority: config::integer("priority").map(Value::from),
                max_time: config::integer("max-time-in-queue-seconds").map(Value::from),
                retry: retry(&retries),
            },
        })
    }
}

fn retry(values: &[(&str, Option<i64>)]) -> Option<Value> {
    let members: Map<String, Value> =
        values.iter().filter_map(|(name, value)| Some(((*name).to_owned(), (*value)?.into()))).collect();
    (!members.is_empty()).then_some(Value::Object(members))
}

fn pointer(name: &str, value: Option<String>) -> Result<String, Error> {
    let pointer = value.unwrap_or_default();
    match pointer.is_empty() || pointer.starts_with('/') {
        true => Ok(pointer),
        false => Err(wrong(name, &pointer, "a JSON pointer, as in `/choices/0/text`")),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use jackfield_sdk::settings::unmatched;

    use super::*;

    /// The defaults of `plugin.toml`.
    pub(crate) fn settings() -> Settings {
        Settings {
            base_url: "https://api.baseten.co".to_owned(),
            deployment_url: None,
            model: None,
            target: Target::Production,
            mode: Mode::Predict,
            input: InputForm::Messages,
            parameters: Vec::new(),
            output_pointer: String::new(),
            stream_pointer: String::new(),
            framing: Framing::Auto,
            queue: Queue::default(),
        }
    }

    #[test]
    fn a_pointer_begins_with_a_slash_or_is_empty() {
        assert_eq!(pointer("p", Some("/a/0".to_owned())).unwrap(), "/a/0");
        assert_eq!(pointer("p", None).unwrap(), "");
        assert!(pointer("p", Some("a.b".to_owned())).unwrap_err().message.contains("config.p"));
    }

    #[test]
    fn retries_are_an_object_of_what_is_set() {
        assert_eq!(retry(&[("a", None)]), None);
        assert_eq!(retry(&[("a", None), ("b", Some(2))]), Some(serde_json::json!({ "b": 2 })));
    }

    #[test]
    fn every_value_that_is_read_is_declared_and_the_other_way_round() {
        let unmatched = unmatched(include_str!("../plugin.toml"), include_str!("settings.rs"));
        assert!(unmatched.is_empty(), "{unmatched:?}");
    }
}
