//! Words to write schemas with (JSON Schema 2020-12, as OpenAPI 3.1 takes them).
//!
//! Objects stay open: members that nobody here has heard of are passed on.

use serde_json::{Map, Value, json};

/// A member of an object.
pub(super) struct Member {
    name: &'static str,
    required: bool,
    schema: Value,
}

/// A member that must be there.
pub(super) fn need(name: &'static str, schema: Value) -> Member {
    Member { name, required: true, schema }
}

/// A member that may be left out.
pub(super) fn may(name: &'static str, schema: Value) -> Member {
    Member { name, required: false, schema }
}

/// An object with these members, and any others.
pub(super) fn object(members: impl IntoIterator<Item = Member>) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for member in members {
        if member.required {
            required.push(member.name);
        }
        properties.insert(member.name.to_owned(), member.schema);
    }
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    schema
}

/// An object with these members and no others.
pub(super) fn closed(members: impl IntoIterator<Item = Member>) -> Value {
    with(object(members), "additionalProperties", false)
}

/// An object of anything.
pub(super) fn anything(about: &str) -> Value {
    json!({ "type": "object", "description": about })
}

/// An object whose members all are like this.
pub(super) fn map(values: Value, about: &str) -> Value {
    json!({ "type": "object", "additionalProperties": values, "description": about })
}

/// A text.
pub(super) fn text(about: &str) -> Value {
    json!({ "type": "string", "description": about })
}

/// One of these words.
pub(super) fn word(words: &[&str], about: &str) -> Value {
    json!({ "type": "string", "enum": words, "description": about })
}

/// Always this word.
pub(super) fn only(word: &str) -> Value {
    json!({ "type": "string", "const": word })
}

/// A number.
pub(super) fn number(about: &str) -> Value {
    json!({ "type": "number", "description": about })
}

/// A whole number, of at least this.
pub(super) fn count(least: u32, about: &str) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": u32::MAX, "description": about })
}

/// A whole number of tokens, bytes or seconds in an answer.
pub(super) fn amount(about: &str) -> Value {
    json!({ "type": "integer", "minimum": 0, "description": about })
}

/// Yes or no.
pub(super) fn flag(about: &str) -> Value {
    json!({ "type": "boolean", "description": about })
}

/// A list.
pub(super) fn list(items: Value, about: &str) -> Value {
    json!({ "type": "array", "items": items, "description": about })
}

/// One of several forms.
pub(super) fn any<const N: usize>(forms: [Value; N], about: &str) -> Value {
    json!({ "anyOf": Vec::from(forms), "description": about })
}

/// A value, or null.
pub(super) fn nullable(schema: Value) -> Value {
    let about = schema["description"].clone();
    let mut schema = json!({ "anyOf": [schema, { "type": "null" }] });
    if about.is_string() {
        schema["description"] = about;
    }
    schema
}

/// The schema of this name.
pub(super) fn named(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// The schema with a further keyword.
pub(super) fn with(mut schema: Value, keyword: &str, value: impl Into<Value>) -> Value {
    schema[keyword] = value.into();
    schema
}

/// The schema with what it is for.
pub(super) fn about(schema: Value, about: &str) -> Value {
    with(schema, "description", about)
}
