//! Texts of a manifest with `{name}` where a config value belongs.
//!
//! What is put into an origin or a path decides where a secret may go, so a
//! value can't bring a `/`, an `@` or a `.` segment into a place where the
//! manifest's author meant one word.

use std::fmt;
use std::str::FromStr;

use super::name::Name;
use super::value::ConfigValue;

/// A text with places for config values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

/// A stretch of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text as it is.
    Text(String),
    /// A config value's place.
    Value(Name),
}

/// Why a text isn't a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A `{` without its `}`, or the other way round.
    #[error("{0:?} has a brace without its partner: write {{name}} for a config value")]
    Brace(String),
    /// What is between the braces isn't a name.
    #[error("{0:?} has {{{1}}} in it, and {1:?} isn't the name of a config value")]
    Name(String, String),
}

impl Template {
    /// Its pieces, in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// The names of the values it wants.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Value(name) => Some(name),
            Piece::Text(_) => None,
        })
    }

    /// The one name, where the template is nothing but that.
    pub fn sole_name(&self) -> Option<&Name> {
        match &*self.0 {
            [Piece::Value(name)] => Some(name),
            _ => None,
        }
    }

    /// The text with the values that `value` finds; nothing where one is missing.
    pub fn fill<'v>(&self, value: impl Fn(&Name) -> Option<&'v ConfigValue>) -> Option<String> {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(literal) => text.push_str(literal),
                Piece::Value(name) => match value(name)? {
                    ConfigValue::Text(value) => text.push_str(value),
                    ConfigValue::Integer(value) => text.push_str(&value.to_string()),
                    other => text.push_str(&other.to_string()),
                },
            }
        }
        Some(text)
    }
}

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        let brace = || TemplateError::Brace(text.to_owned());
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find(['{', '}']) {
            let (literal, from_brace) = rest.split_at(open);
            let inside = from_brace.strip_prefix('{').ok_or_else(brace)?;
            let (name, after) = inside.split_once('}').ok_or_else(brace)?;
            if !literal.is_empty() {
                pieces.push(Piece::Text(literal.to_owned()));
            }
            let wrong = |_| TemplateError::Name(text.to_owned(), name.to_owned());
            pieces.push(Piece::Value(name.parse().map_err(wrong)?));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self(pieces))
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => f.write_str(text),
            Piece::Value(name) => write!(f, "{{{name}}}"),
        })
    }
}

/// Whether a value may stand within a host name: letters, digits, hyphens and
/// inner dots.
pub(crate) fn fits_host(value: &str) -> bool {
    let label =
        |label: &str| !label.is_empty() && label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-');
    value.split('.').all(label)
}

/// Whether a value may stand within one segment of a path, where it is neither
/// decoded nor resolved by anyone on the way.
pub(crate) fn fits_path(value: &str) -> bool {
    let unreserved = |c: u8| c.is_ascii_alphanumeric() || b"-_~.".contains(&c);
    !value.is_empty() && value.bytes().all(unreserved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for text in ["", "plain", "{a}", "https://{a}.example.com/{b-c}", "{a}{b}"] {
            assert_eq!(text.parse::<Template>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn stray_braces_and_odd_names_are_refused() {
        for text in ["{", "}", "a}b", "{a", "{a}}"] {
            assert!(matches!(text.parse::<Template>(), Err(TemplateError::Brace(_))), "{text}");
        }
        for text in ["{}", "{A}", "{a b}", "{{a}}"] {
            let error = text.parse::<Template>().unwrap_err();
            assert!(matches!(error, TemplateError::Name(..)), "{text}");
        }
        let message = "x{B}".parse::<Template>().unwrap_err().to_string();
        assert_eq!(message, "\"x{B}\" has {B} in it, and \"B\" isn't the name of a config value");
    }

    #[test]
    fn values_are_filled_in_and_a_missing_one_leaves_nothing() {
        let template: Template = "https://{host}:{port}".parse().unwrap();
        let host = ConfigValue::from("localhost");
        let port = ConfigValue::Integer(80);
        let both = |name: &Name| Some(if name.as_str() == "host" { &host } else { &port });
        assert_eq!(template.fill(both).unwrap(), "https://localhost:80");
        let one = |name: &Name| (name.as_str() == "host").then_some(&host);
        assert_eq!(template.fill(one), None);
    }

    #[test]
    fn values_cannot_change_the_shape_of_a_host_or_path() {
        for value in ["a", "my-resource", "eu.west", "127"] {
            assert!(fits_host(value), "{value}");
        }
        for value in ["", ".", "a.", "a..b", "*", "a/b", "a@b", "a:1", "a?b", "a#b", "a%2e", "é"] {
            assert!(!fits_host(value), "{value}");
        }
        for value in ["", "a/b", "a%2fb", "a?b", "a\\b", "a b", "a;b"] {
            assert!(!fits_path(value), "{value}");
        }
    }
}
