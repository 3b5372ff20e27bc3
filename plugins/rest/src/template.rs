//! Texts and JSON with arguments in them: `{city}` stands for the argument
//! `city`, `{config.region}` for a value of the operator's.
//!
//! What an argument becomes is decided by where it stands, never by what is in
//! it: a placeholder is found when the description is read, and what replaces it
//! is not looked at for placeholders again. A brace that isn't part of a
//! placeholder is a brace, as GraphQL and JSON texts have many; `{{name}}` is
//! the text `{name}`.

mod json;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

pub(crate) use self::json::Json;

/// The operator's values, by name.
pub(crate) type Values = BTreeMap<String, String>;

/// A text with arguments in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template(Vec<Piece>);

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// As it is.
    Text(String),
    /// The argument of this name.
    Argument(String),
}

/// What begins the name of a value of the operator's.
const CONFIG: &str = "config.";

impl Template {
    /// Parses a template. The operator's values are filled in at once.
    pub(crate) fn parse(text: &str, values: &Values) -> Result<Template, String> {
        let (mut pieces, mut plain, mut rest) = (Vec::new(), String::new(), text);
        while let Some(at) = rest.find('{') {
            plain.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some((name, after)) = rest.strip_prefix("{{").and_then(name)
                && let Some(after) = after.strip_prefix('}')
            {
                plain.push_str(&format!("{{{name}}}"));
                rest = after;
            } else if let Some((name, after)) = name(&rest[1..]) {
                match name.strip_prefix(CONFIG) {
                    Some(name) => match values.get(name) {
                        Some(value) => plain.push_str(value),
                        None => {
                            return Err(format!(
                                "`{{config.{name}}}` has no value: add \"{name}=...\" to config.values of the provider"
                            ));
                        }
                    },
                    None => {
                        if !plain.is_empty() {
                            pieces.push(Piece::Text(std::mem::take(&mut plain)));
                        }
                        pieces.push(Piece::Argument(name.to_owned()));
                    }
                }
                rest = after;
            } else {
                plain.push('{');
                rest = &rest[1..];
            }
        }
        plain.push_str(rest);
        if !plain.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Template(pieces))
    }

    /// These pieces.
    pub(crate) fn of(pieces: Vec<Piece>) -> Template {
        Template(pieces)
    }

    /// The argument alone, with nothing around it.
    pub(crate) fn argument(name: &str) -> Template {
        Template(vec![Piece::Argument(name.to_owned())])
    }

    /// A text without anything in it.
    pub(crate) fn literal(text: &str) -> Template {
        Template(vec![Piece::Text(text.to_owned())])
    }

    /// Its pieces.
    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// The arguments in it.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Argument(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The argument that is all of it.
    fn whole(&self) -> Option<&str> {
        match &self.0[..] {
            [Piece::Argument(name)] => Some(name),
            _ => None,
        }
    }

    /// The value with these arguments: of the argument's own type where it is
    /// all of the template, a text otherwise. Nothing where an argument in it
    /// isn't there.
    pub(crate) fn render(&self, arguments: &Map<String, Value>) -> Result<Option<Value>, String> {
        if let Some(name) = self.whole() {
            return Ok(arguments.get(name).cloned());
        }
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Argument(name) => match arguments.get(name) {
                    Some(value) => text.push_str(&scalar(name, value)?),
                    None => return Ok(None),
                },
            }
        }
        Ok(Some(Value::String(text)))
    }
}

/// A name and the `}` behind it, with what follows.
fn name(text: &str) -> Option<(&str, &str)> {
    let (name, after) = text.split_once('}')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (starts && name.chars().all(plain)).then_some((name, after))
}

/// An argument as a piece of a text.
pub(crate) fn scalar(name: &str, value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(truth) => Ok(truth.to_string()),
        other => Err(format!(
            "`{name}` is {}, which can't stand in a text: give a string, a number, true or false",
            jackfield_sdk::json::kind(other)
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    pub(super) fn arguments(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    pub(super) fn values() -> Values {
        [("region".to_owned(), "eu".to_owned())].into()
    }

    #[test]
    fn an_argument_alone_keeps_its_type_and_among_text_becomes_text() {
        let given = arguments(json!({"n": 3, "b": true, "o": {"x": 1}, "s": "{n}", "config.region": "us"}));
        for (text, rendered) in [
            ("{n}", Some(json!(3))),
            ("{o}", Some(json!({"x": 1}))),
            ("n={n} b={b} s={s}", Some(json!("n=3 b=true s={n}"))),
            ("{missing}", None),
            ("x{missing}", None),
            ("{config.region}/{n}", Some(json!("eu/3"))),
            ("{config.region}", Some(json!("eu"))),
            ("", Some(json!(""))),
            ("{{n}} {n}", Some(json!("{n} 3"))),
            ("query { user { id }} {", Some(json!("query { user { id }} {"))),
            ("{ } {} {1} {ä}", Some(json!("{ } {} {1} {ä}"))),
        ] {
            let template = Template::parse(text, &values()).unwrap();
            assert_eq!(template.render(&given).unwrap(), rendered, "{text}");
        }
        let message = Template::parse("x{o}", &values()).unwrap().render(&given).unwrap_err();
        assert!(message.contains("`o` is an object"), "{message}");
        let message = Template::parse("{config.zone}", &values()).unwrap_err();
        assert!(message.contains("\"zone=...\" to config.values"), "{message}");
    }
}
