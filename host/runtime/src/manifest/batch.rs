//! How many inputs an upstream takes in one embedding request, by model and,
//! where a plugin speaks to several upstreams, by the values it is bound with.
//! The host splits requests to these sizes before the plugin sees them.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::Declared;
use super::name::Name;
use super::value::{ConfigValue, read_value};
use crate::settings::document::Node;

/// An `[[embedding.batch]]` of a manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// The models it is about.
    pub models: Vec<Glob>,
    /// The config values that it is about; all of them, where there are several.
    pub when: BTreeMap<Name, ConfigValue>,
    /// How large a request for one of them may be.
    pub limits: BatchLimits,
}

/// How large one request may be. Nothing means no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BatchLimits {
    /// The most inputs.
    pub inputs: Option<u32>,
    /// The most tokens of all inputs together.
    pub tokens: Option<u32>,
}

impl Batch {
    /// Whether it is about this model of a provider that is bound with these
    /// values.
    pub fn covers(&self, model: &str, config: &BTreeMap<Name, ConfigValue>) -> bool {
        self.models.iter().any(|glob| glob.matches(model))
            && self.when.iter().all(|(name, value)| config.get(name) == Some(value))
    }

    pub(super) fn read(node: &Node<'_>, declared: &Declared) -> Option<Self> {
        let mut fields = node.fields()?;
        let models = match fields.take("models") {
            Some(node) => node.list(|model| model.parse::<Glob>()).unwrap_or_default(),
            None => vec![Glob("*".into())],
        };
        if models.is_empty() {
            fields.reject("`models` is empty: name models, or leave it out to mean all");
        }
        let when = fields.take("when").map_or(Some(BTreeMap::new()), |node| conditions(&node, declared));
        let (inputs, tokens) = (fields.take("inputs"), fields.take("tokens"));
        if inputs.is_none() && tokens.is_none() {
            fields.reject("this batch limits nothing: write `inputs`, `tokens` or both");
        }
        let count = |node: Option<Node<'_>>| node.and_then(|node| node.count(1, u32::MAX));
        let limits = BatchLimits { inputs: count(inputs), tokens: count(tokens) };
        fields.finish();
        Some(Self { models, when: when?, limits })
    }
}

/// Values that a provider must be bound with, each as it is declared.
fn conditions(node: &Node<'_>, declared: &Declared) -> Option<BTreeMap<Name, ConfigValue>> {
    let mut fields = node.fields()?;
    let mut read = BTreeMap::new();
    for (name, node) in fields.take_all() {
        let Some((name, kind)) = declared.config.get_key_value(name) else {
            node.reject_name(format!(
                "no [config.{name}] is declared here: add it with its type, or correct the name"
            ));
            continue;
        };
        let Some(value) = read_value(&node) else { continue };
        match kind.check(&value) {
            Ok(value) => drop(read.insert(name.clone(), value)),
            Err(error) => node.reject(format!("{error}, so this batch would never count")),
        }
    }
    fields.finish();
    Some(read)
}

/// A pattern for model ids: `*` stands for any characters, also none; all
/// others stand for themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(Box<str>);

/// A pattern is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a model's pattern can't be empty: write \"*\" for all models")]
pub struct GlobError;

impl Glob {
    /// Whether the pattern stands for this text.
    pub fn matches(&self, text: &str) -> bool {
        let Some((first, rest)) = self.0.split_once('*') else {
            return *self.0 == *text;
        };
        let Some(mut text) = text.strip_prefix(first) else { return false };
        let mut parts = rest.split('*');
        // `split` yields at least one part; the last must end the text.
        let last = parts.next_back().unwrap_or_default();
        for part in parts {
            let Some(place) = text.find(part) else { return false };
            text = &text[place + part.len()..];
        }
        text.ends_with(last)
    }
}

impl FromStr for Glob {
    type Err = GlobError;

    fn from_str(text: &str) -> Result<Self, GlobError> {
        if text.is_empty() { Err(GlobError) } else { Ok(Self(text.into())) }
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (glob, text) in [
            ("*", ""),
            ("*", "text-embedding-3-small"),
            ("text-*", "text-embedding"),
            ("text-*", "text-"),
            ("*-small", "text-embedding-3-small"),
            ("a*b*c", "abc"),
            ("a*b*c", "aXbYbZc"),
            ("a**c", "ac"),
            ("exact", "exact"),
        ] {
            assert!(glob.parse::<Glob>().unwrap().matches(text), "{glob} {text}");
        }
    }

    #[test]
    fn everything_else_stands_for_itself() {
        for (glob, text) in [
            ("exact", "exactly"),
            ("text-*", "my-text-x"),
            ("*-small", "small"),
            ("a*b*c", "acb"),
            ("ab*b", "ab"),
            ("a?c", "abc"),
            ("A", "a"),
        ] {
            assert!(!glob.parse::<Glob>().unwrap().matches(text), "{glob} {text}");
        }
        assert_eq!("".parse::<Glob>(), Err(GlobError));
    }
}
