//! What a caller may give: one JSON schema for all arguments, which a model is
//! shown and its arguments are checked against.

use serde_json::{Map, Value, json};

use crate::flaw::Flaw;
use crate::schema::{Schema, Unknown, told};
use crate::tool::Parameters;

/// Collects parameters.
pub(crate) struct Builder {
    unknown: Unknown,
    properties: Map<String, Value>,
    required: Vec<Value>,
    defaults: Map<String, Value>,
}

impl Builder {
    pub(crate) fn new(unknown: Unknown) -> Builder {
        Builder { unknown, properties: Map::new(), required: Vec::new(), defaults: Map::new() }
    }

    /// The parameters of a description.
    pub(super) fn read(entries: Vec<(String, &String, &Value)>) -> Result<Builder, Flaw> {
        let mut builder = Builder::new(Unknown::Refuse);
        for (place, name, value) in entries {
            let Value::Object(members) = value else {
                return Err(Flaw::new(
                    place,
                    "write a table such as { type = \"string\", description = \"...\" }",
                ));
            };
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
            let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            if !starts || !name.chars().all(plain) || name.len() > 64 || name.starts_with("config.") {
                return Err(Flaw::new(
                    place,
                    "a parameter's name has letters, digits, `_`, `-` and `.`, at most 64 of them",
                ));
            }
            let (schema, required) = split(members, &place)?;
            builder.add(name, schema, required, &place)?;
        }
        Ok(builder)
    }

    /// Adds a parameter. `place` is what flaws call it.
    pub(crate) fn add(&mut self, name: &str, schema: Value, required: bool, place: &str) -> Result<(), Flaw> {
        let compiled = Schema::compile(&schema, place, self.unknown)?;
        if let Some(default) = schema.get("default").filter(|default| !default.is_null()) {
            let violations = compiled.check(default);
            match self.unknown {
                Unknown::Refuse if !violations.is_empty() => {
                    return Err(Flaw::new(format!("{place}.default"), told(&violations)));
                }
                Unknown::Refuse if required => {
                    return Err(Flaw::new(
                        format!("{place}.default"),
                        "a required parameter is always given: remove `required`, or the default",
                    ));
                }
                Unknown::Refuse => drop(self.defaults.insert(name.to_owned(), default.clone())),
                // What an OpenAPI document calls a default, its server assumes by itself.
                Unknown::Ignore => {}
            }
        }
        self.properties.insert(name.to_owned(), schema);
        if required {
            self.required.push(name.into());
        }
        Ok(())
    }

    /// Whether there is a parameter of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.properties.contains_key(name)
    }

    /// All names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.properties.keys().map(String::as_str)
    }

    /// Whether a parameter is always there.
    pub(crate) fn is_certain(&self, name: &str) -> bool {
        self.defaults.contains_key(name) || self.required.iter().any(|required| required == name)
    }

    /// All of them. `place` is what flaws call them.
    pub(crate) fn finish(self, place: &str) -> Result<Parameters, Flaw> {
        let mut shown =
            json!({ "type": "object", "properties": self.properties, "additionalProperties": false });
        if !self.required.is_empty() {
            shown["required"] = Value::Array(self.required);
        }
        let schema = Schema::compile(&shown, place, self.unknown)?;
        Ok(Parameters { shown, schema, defaults: self.defaults })
    }
}

/// A parameter's schema, and whether it must be given. Its table is the schema
/// with `required` beside it; `schema = { ... }` is the schema where that would
/// be in the way.
fn split(members: &Map<String, Value>, place: &str) -> Result<(Value, bool), Flaw> {
    let mut members = members.clone();
    let required = match members.get("required") {
        Some(Value::Bool(required)) => {
            let required = *required;
            members.remove("required");
            required
        }
        _ => false,
    };
    match members.remove("schema") {
        None => Ok((Value::Object(members), required)),
        Some(schema) if members.is_empty() => Ok((schema, required)),
        Some(_) => {
            Err(Flaw::new(place, "beside `schema` there is room for `required` only: write the rest into it"))
        }
    }
}
