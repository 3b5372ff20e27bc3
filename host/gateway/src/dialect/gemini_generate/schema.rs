//! Google's own `Schema`, a subset of OpenAPI's, as a JSON schema: types in
//! small letters, `nullable` as a type of its own, numbers that came as texts.
//!
//! <https://ai.google.dev/api/caching#Schema>

use serde_json::{Map, Value};

use crate::dialect::error::DecodeError;

/// Counts, which Google's JSON writes as texts.
const COUNTS: [&str; 6] =
    ["minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"];

/// How deep schemas may lie in each other.
const DEPTH: usize = 64;

/// Converts.
///
/// # Errors
/// It is no schema.
pub(super) fn convert(path: &str, schema: Value) -> Result<Value, DecodeError> {
    at(path, schema, 0)
}

fn at(path: &str, schema: Value, depth: usize) -> Result<Value, DecodeError> {
    let Value::Object(members) = schema else {
        return Err(DecodeError::invalid(path, "must be a schema, an object"));
    };
    if depth > DEPTH {
        return Err(DecodeError::invalid(path, "is nested too deeply"));
    }
    let mut out = Map::new();
    let mut nullable = false;
    for (name, value) in members {
        let inner = || format!("{path}.{name}");
        match (camel(&name), value) {
            (_, Value::Null) => {}
            ("type", Value::String(kind)) => {
                if kind != "TYPE_UNSPECIFIED" {
                    out.insert("type".to_owned(), kind.to_ascii_lowercase().into());
                }
            }
            ("nullable", value) => nullable = value == Value::Bool(true),
            // Nobody but Google takes this hint.
            ("propertyOrdering", _) => {}
            ("example", value) => {
                out.insert("examples".to_owned(), Value::Array(vec![value]));
            }
            ("properties", Value::Object(all)) => {
                let all = all.into_iter().map(|(key, value)| {
                    let value = at(&format!("{path}.properties.{key}"), value, depth + 1)?;
                    Ok((key, value))
                });
                out.insert("properties".to_owned(), all.collect::<Result<Map<_, _>, DecodeError>>()?.into());
            }
            (name @ ("anyOf" | "prefixItems"), Value::Array(all)) => {
                let each = all.into_iter().map(|value| at(&inner(), value, depth + 1));
                out.insert(name.to_owned(), each.collect::<Result<Vec<_>, _>>()?.into());
            }
            ("items", value) => {
                out.insert("items".to_owned(), at(&inner(), value, depth + 1)?);
            }
            (name, Value::String(text)) if COUNTS.contains(&name) => {
                let count: u64 =
                    text.parse().map_err(|_| DecodeError::invalid(inner(), "must be a whole number"))?;
                out.insert(name.to_owned(), count.into());
            }
            (name, value) => {
                out.insert(name.to_owned(), value);
            }
        }
    }
    if nullable {
        allow_null(&mut out);
    }
    Ok(Value::Object(out))
}

fn camel(name: &str) -> &str {
    match name {
        "any_of" => "anyOf",
        "prefix_items" => "prefixItems",
        "property_ordering" => "propertyOrdering",
        "min_items" => "minItems",
        "max_items" => "maxItems",
        "min_length" => "minLength",
        "max_length" => "maxLength",
        "min_properties" => "minProperties",
        "max_properties" => "maxProperties",
        "additional_properties" => "additionalProperties",
        name => name,
    }
}

fn allow_null(schema: &mut Map<String, Value>) {
    if let Some(kind) = schema.get_mut("type") {
        *kind = Value::Array(vec![kind.take(), "null".into()]);
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.push(Value::Null);
    }
    if let Some(Value::Array(forms)) = schema.get_mut("anyOf") {
        forms.push(serde_json::json!({ "type": "null" }));
    }
}

/// Makes a schema of an answer one that can be followed exactly: Google's have
/// no members beside those that they name. Says whether all of them are
/// required, which others demand of such schemas.
pub(super) fn close(schema: &mut Value) -> bool {
    let Value::Object(members) = schema else { return true };
    let mut strict = true;
    if let Some(Value::Object(properties)) = members.get("properties") {
        let required = |name: &String| {
            let names = members.get("required").and_then(Value::as_array);
            names.is_some_and(|names| names.iter().any(|required| required == name))
        };
        strict = properties.keys().all(required);
        members.entry("additionalProperties").or_insert(Value::Bool(false));
    } else if members.get("type").is_some_and(|kind| kind == "object") {
        strict = false;
    }
    for (name, value) in members.iter_mut() {
        match (name.as_str(), value) {
            ("properties", Value::Object(all)) => {
                all.iter_mut().for_each(|(_, value)| strict &= close(value));
            }
            ("anyOf" | "prefixItems", Value::Array(all)) => {
                all.iter_mut().for_each(|value| strict &= close(value));
            }
            ("items", value) => strict &= close(value),
            _ => {}
        }
    }
    strict
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn types_become_those_of_json_schema() {
        let google = json!({
            "type": "OBJECT", "propertyOrdering": ["b", "a"], "required": ["a"], "description": null,
            "properties": {
                "a": { "type": "STRING", "nullable": true, "enum": ["x"], "format": "enum" },
                "type": { "type": "ARRAY", "minItems": "2", "items": { "type": "INTEGER" } },
                "b": { "any_of": [{ "type": "NUMBER" }, { "type": "TYPE_UNSPECIFIED" }], "nullable": true },
                "c": { "type": "BOOLEAN", "example": false },
            },
        });
        let expected = json!({
            "type": "object", "required": ["a"],
            "properties": {
                "a": { "type": ["string", "null"], "enum": ["x", null], "format": "enum" },
                "type": { "type": "array", "minItems": 2, "items": { "type": "integer" } },
                "b": { "anyOf": [{ "type": "number" }, {}, { "type": "null" }] },
                "c": { "type": "boolean", "examples": [false] },
            },
        });
        assert_eq!(convert("p", google).unwrap(), expected);
    }

    #[test]
    fn what_is_no_schema_is_refused_with_its_place() {
        let error = convert("p", json!({ "properties": { "a": { "items": 5 } } })).unwrap_err();
        assert_eq!(error.path, "p.properties.a.items");
        assert_eq!(convert("p", json!({ "minItems": "x" })).unwrap_err().path, "p.minItems");
        let deep = (0..100).fold(json!({}), |inner, _| json!({ "items": inner }));
        assert!(convert("p", deep).is_err());
    }

    #[test]
    fn a_schema_is_strict_where_all_members_are_required() {
        let mut all = json!({ "type": "object", "properties": { "a": { "type": "array", "items": {
            "type": "object", "properties": { "b": {} }, "required": ["b"] } } }, "required": ["a"] });
        assert!(close(&mut all));
        assert_eq!(all["additionalProperties"], false);
        assert_eq!(all["properties"]["a"]["items"]["additionalProperties"], false);
        let mut some = json!({ "type": "object", "properties": { "a": {}, "b": {} }, "required": ["a"] });
        assert!(!close(&mut some));
        assert!(!close(&mut json!({ "type": "object" })));
    }
}
