//! The values that a plugin is configured with: their types, as a manifest
//! declares them, and the check of a value against its type.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::settings::document::Node;

/// A value as the operator wrote it, or as a manifest defaults it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ConfigValue {
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// A text, a URL or a word of an enum.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
}

impl From<&str> for ConfigValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl fmt::Display for ConfigValue {
    /// As TOML, so that a message can show the line to write.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Number(value) => write!(f, "{value:?}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::List(texts) => write!(f, "{texts:?}"),
        }
    }
}

/// The type of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigType {
    /// Any text without control characters.
    String,
    /// An http or https URL of scheme, host, port and path: the address of an
    /// API. Credentials, a query and a fragment are refused, so that no secret
    /// reaches the plugin in it.
    Url,
    /// A whole number of 64 bits.
    Integer,
    /// A finite number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A list of texts.
    List,
    /// One of these words.
    Enum(Vec<String>),
}

/// Why a value isn't of its type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// It has another type.
    #[error("{found} isn't {expected}")]
    Type {
        /// The value, as TOML.
        found: String,
        /// What is wanted, with its article.
        expected: &'static str,
    },
    /// It isn't one of the words.
    #[error("{found:?} is none of its values; write one of: {}", .values.join(", "))]
    Enum {
        /// The word.
        found: String,
        /// The ones there are.
        values: Vec<String>,
    },
    /// It isn't a URL that can be used.
    #[error("{found:?} can't be used as a URL: {reason}")]
    Url {
        /// The text.
        found: String,
        /// Why not, and what to write.
        reason: String,
    },
    /// It has a control character.
    #[error("{found:?} has a control character: remove it")]
    Control {
        /// The text.
        found: String,
    },
}

impl ConfigType {
    /// The value in its exact form: a URL without its trailing slash, a number
    /// as a number even where it was written as a whole one.
    pub fn check(&self, value: &ConfigValue) -> Result<ConfigValue, ValueError> {
        match (self, value) {
            (Self::String, ConfigValue::Text(text)) => text_of(text),
            (Self::Url, ConfigValue::Text(text)) => url(text),
            (Self::Enum(values), ConfigValue::Text(text)) if values.contains(text) => Ok(value.clone()),
            (Self::Enum(values), ConfigValue::Text(text)) => {
                Err(ValueError::Enum { found: text.clone(), values: values.clone() })
            }
            (Self::Integer, ConfigValue::Integer(_)) | (Self::Boolean, ConfigValue::Boolean(_)) => {
                Ok(value.clone())
            }
            (Self::Number, ConfigValue::Number(number)) if number.is_finite() => Ok(value.clone()),
            (Self::Number, ConfigValue::Integer(number)) => Ok(ConfigValue::Number(*number as f64)),
            (Self::List, ConfigValue::List(texts)) => {
                texts.iter().try_for_each(|text| text_of(text).map(drop))?;
                Ok(value.clone())
            }
            _ => Err(ValueError::Type { found: value.to_string(), expected: self.noun() }),
        }
    }

    /// The type with its article, for messages.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Url => "a URL in quotes",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::List => "a list of strings",
            Self::Enum(_) => "one of its words in quotes",
        }
    }

    /// What a value of this type can look like, as TOML.
    pub fn example(&self) -> String {
        match self {
            Self::String => "\"...\"".to_owned(),
            Self::Url => "\"https://api.example.com/v1\"".to_owned(),
            Self::Integer => "1".to_owned(),
            Self::Number => "1.0".to_owned(),
            Self::Boolean => "true".to_owned(),
            Self::List => "[\"...\"]".to_owned(),
            Self::Enum(values) => format!("{:?}", values.first().map_or("...", |word| word)),
        }
    }
}

/// Reads a value of any of the types from a document.
pub fn read_value(node: &Node<'_>) -> Option<ConfigValue> {
    use toml::de::DeValue;
    match node.value() {
        DeValue::String(text) => Some(ConfigValue::Text(text.to_string())),
        DeValue::Integer(_) => node.integer().map(ConfigValue::Integer),
        DeValue::Float(_) => node.number().map(ConfigValue::Number),
        DeValue::Boolean(value) => Some(ConfigValue::Boolean(*value)),
        DeValue::Array(_) => {
            let texts = node.list(|element| element.string().map(str::to_owned));
            texts.map(ConfigValue::List)
        }
        DeValue::Table(_) | DeValue::Datetime(_) => {
            node.mismatch("a string, a number, true, false or a list of strings")
        }
    }
}

fn text_of(text: &str) -> Result<ConfigValue, ValueError> {
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(ValueError::Control { found: text.to_owned() });
    }
    Ok(ConfigValue::Text(text.to_owned()))
}

fn url(text: &str) -> Result<ConfigValue, ValueError> {
    let refuse = |reason: &str| ValueError::Url { found: shown(text), reason: reason.to_owned() };
    let url = Url::parse(text)
        .map_err(|error| refuse(&format!("{error}; write it whole, as in \"https://api.example.com/v1\"")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refuse("write an https or http one"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("take out the user name and password; a plugin declares secrets for them"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("take out what follows its path (`?` or `#`)"));
    }
    Ok(ConfigValue::Text(url.as_str().trim_end_matches('/').to_owned()))
}

/// A URL for a message, without the password that it may have.
fn shown(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((_, rest)) => format!("...@{rest}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> ConfigValue {
        text.into()
    }

    #[test]
    fn a_value_of_its_type_passes_unchanged() {
        let words = ConfigType::Enum(vec!["a".to_owned(), "b".to_owned()]);
        for (kind, value) in [
            (ConfigType::String, text("x y")),
            (ConfigType::String, text("")),
            (ConfigType::Url, text("https://api.example.com/v1")),
            (ConfigType::Integer, ConfigValue::Integer(-3)),
            (ConfigType::Number, ConfigValue::Number(0.5)),
            (ConfigType::Boolean, ConfigValue::Boolean(true)),
            (ConfigType::List, ConfigValue::List(vec!["x".to_owned()])),
            (words, text("b")),
        ] {
            assert_eq!(kind.check(&value), Ok(value.clone()), "{kind:?}");
        }
    }

    #[test]
    fn a_whole_number_is_a_number_but_not_the_other_way() {
        let three = ConfigType::Number.check(&ConfigValue::Integer(3));
        assert_eq!(three, Ok(ConfigValue::Number(3.0)));
        let error = ConfigType::Integer.check(&ConfigValue::Number(3.0)).unwrap_err();
        assert_eq!(error.to_string(), "3.0 isn't a whole number");
    }

    #[test]
    fn urls_lose_their_trailing_slash() {
        for (written, kept) in [
            ("https://api.example.com/v1/", "https://api.example.com/v1"),
            ("https://api.example.com/", "https://api.example.com"),
            ("https://API.example.com:443", "https://api.example.com"),
            ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1"),
        ] {
            assert_eq!(ConfigType::Url.check(&text(written)), Ok(text(kept)));
        }
    }

    #[test]
    fn urls_that_carry_more_than_an_address_are_refused_without_showing_a_password() {
        for (written, advice) in [
            ("api.example.com", "write it whole"),
            ("ftp://example.com", "https or http"),
            ("https://u:hunter2@example.com", "take out the user name"),
            ("https://example.com/?key=1", "take out what follows its path"),
            ("https://example.com/#x", "take out what follows its path"),
        ] {
            let error = ConfigType::Url.check(&text(written)).unwrap_err().to_string();
            assert!(error.contains(advice), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn every_mismatch_says_what_is_wanted() {
        let words = ConfigType::Enum(vec!["low".to_owned(), "high".to_owned()]);
        for (kind, value, message) in [
            (&ConfigType::String, ConfigValue::Integer(1), "1 isn't a string"),
            (&ConfigType::Url, ConfigValue::Boolean(true), "true isn't a URL in quotes"),
            (&ConfigType::List, text("x"), "\"x\" isn't a list of strings"),
            (&ConfigType::Boolean, text("true"), "\"true\" isn't true or false"),
            (&words, text("mid"), "\"mid\" is none of its values; write one of: low, high"),
            (&words, ConfigValue::Integer(1), "1 isn't one of its words in quotes"),
            (&ConfigType::String, text("a\u{7}"), "\"a\\u{7}\" has a control character: remove it"),
        ] {
            assert_eq!(kind.check(&value).unwrap_err().to_string(), message);
        }
    }
}
