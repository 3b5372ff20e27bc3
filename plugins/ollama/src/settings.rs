//! The provider's configuration, parsed once into exact types. `plugin.toml`
//! says what each value is for.

use jackfield_sdk::config;
use jackfield_sdk::passthrough::Dialect;
use jackfield_sdk::settings::{pairs, word, wrong};
use jackfield_sdk::types::Error;
use serde_json::{Map, Value};

/// What `plugin.toml` declares under `[config]`.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) base_url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) options: Map<String, Value>,
    /// As the API takes it: a duration as text, or seconds.
    pub(crate) keep_alive: Option<Value>,
    /// As the API takes it: a level, or a truth value.
    pub(crate) think: Option<Value>,
    pub(crate) pull: Pull,
    /// Dialects and their paths.
    dialects: Vec<(Dialect, &'static str)>,
    pub(crate) passthrough_usage: bool,
}

/// What to do about a model that isn't there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pull {
    Never,
    Missing,
}

const PULL: &[(&str, Pull)] = &[("never", Pull::Never), ("missing", Pull::Missing)];

const DIALECTS: &[(&str, (Dialect, &str))] = &[
    ("openai-chat", (Dialect::OpenaiChat, "v1/chat/completions")),
    ("openai-embeddings", (Dialect::OpenaiEmbeddings, "v1/embeddings")),
    ("openai-completions", (Dialect::OpenaiCompletions, "v1/completions")),
    ("openai-responses", (Dialect::OpenaiResponses, "v1/responses")),
    ("anthropic-messages", (Dialect::AnthropicMessages, "v1/messages")),
];

impl Settings {
    /// Reads the bound provider's values. Only inside the sandbox.
    pub(crate) fn read() -> Result<Settings, Error> {
        let text = |name: &str| config::text(name).filter(|text| !text.is_empty());
        Self::of(text, |name| config::texts(name).unwrap_or_default(), config::boolean)
    }

    fn of(
        text: impl Fn(&str) -> Option<String>,
        texts: impl Fn(&str) -> Vec<String>,
        flag: impl Fn(&str) -> Option<bool>,
    ) -> Result<Settings, Error> {
        let base_url = text("base-url").ok_or_else(|| wrong("base-url", "", "a URL"))?;
        let dialects = texts("dialects");
        let dialects = dialects.iter().map(|name| word("dialects", name, DIALECTS));
        Ok(Settings {
            base_url,
            headers: pairs("headers", &texts("headers"), ':')?,
            options: options(&texts("options"))?,
            keep_alive: text("keep-alive").map(keep_alive),
            think: think(&text("think").unwrap_or_else(|| "auto".to_owned()))?,
            pull: word("pull", &text("pull").unwrap_or_else(|| "never".to_owned()), PULL)?,
            dialects: dialects.collect::<Result<_, Error>>()?,
            passthrough_usage: flag("passthrough-usage").unwrap_or(true),
        })
    }

    /// The address of an endpoint, given with its side of the API, as `api/chat`.
    pub(crate) fn endpoint(&self, path: &str) -> String {
        let base = self.base_url.trim_end_matches('/');
        let base = base.strip_suffix("/v1").or_else(|| base.strip_suffix("/api")).unwrap_or(base);
        format!("{base}/{path}")
    }

    /// All dialects that are passed through.
    pub(crate) fn dialects(&self) -> Vec<Dialect> {
        self.dialects.iter().map(|(dialect, _)| *dialect).collect()
    }

    /// Where requests of a dialect go.
    pub(crate) fn path(&self, dialect: Dialect) -> Result<&'static str, Error> {
        let found = self.dialects.iter().find(|(known, _)| *known == dialect);
        found.map(|(_, path)| *path).ok_or_else(|| {
            Error::unsupported(format!(
                "this provider doesn't pass {dialect:?} through; see its `config.dialects`"
            ))
        })
    }
}

fn think(text: &str) -> Result<Option<Value>, Error> {
    match text {
        "auto" => Ok(None),
        "off" => Ok(Some(Value::Bool(false))),
        "on" => Ok(Some(Value::Bool(true))),
        "low" | "medium" | "high" | "max" => Ok(Some(Value::from(text))),
        other => Err(wrong("think", other, "one of `auto`, `off`, `on`, `low`, `medium`, `high`, `max`")),
    }
}

/// A number means seconds, which the API doesn't take as text.
fn keep_alive(text: String) -> Value {
    text.parse::<i64>().map_or_else(|_| Value::from(text.as_str()), Value::from)
}

/// Values are JSON where they read as such, and otherwise texts.
fn options(lines: &[String]) -> Result<Map<String, Value>, Error> {
    let pairs = pairs("options", lines, '=')?;
    let value = |text: String| serde_json::from_str(&text).unwrap_or(Value::String(text));
    Ok(pairs.into_iter().map(|(name, text)| (name, value(text))).collect())
}

#[cfg(test)]
pub(crate) mod tests;
