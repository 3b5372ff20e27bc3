//! A JSON schema as the subset of OpenAPI 3.0's that the API had first, for
//! models and servers that know no other: types in capitals, no references, no
//! unions of types but with null.
//!
//! <https://ai.google.dev/api/caching#Schema>

use jackfield_sdk::json;
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::Error;
use serde_json::{Map, Value};

/// References within references that are followed. A schema that contains
/// itself ends there, as an object of any form.
const DEEPEST: usize = 8;

/// Keywords that both know.
const KEPT: [&str; 11] = [
    "title",
    "description",
    "format",
    "required",
    "minimum",
    "maximum",
    "pattern",
    "default",
    "example",
    "nullable",
    "propertyOrdering",
];

/// Keywords with numbers that the API writes as texts.
const COUNTS: [&str; 6] =
    ["minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"];

/// Translates a schema. What has no counterpart is left out with a warning.
pub(super) fn openapi(what: &str, text: &str, notes: &mut Notes) -> Result<Value, Error> {
    let schema = json::parse_object(what, text)?;
    let root = Value::Object(schema);
    Ok(Translator { what, root: &root, notes }.schema(&root, 0))
}

struct Translator<'t> {
    what: &'t str,
    root: &'t Value,
    notes: &'t mut Notes,
}

impl Translator<'_> {
    fn schema(&mut self, schema: &Value, depth: usize) -> Value {
        let Some(members) = schema.as_object() else { return Value::Object(Map::new()) };
        if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
            return self.reference(reference, depth);
        }
        let mut out = Map::new();
        for (keyword, value) in members {
            match keyword.as_str() {
                "type" => kind(value, &mut out),
                "const" => drop(out.insert("enum".to_owned(), Value::Array(vec![as_text(value)]))),
                "enum" => enumeration(value, &mut out),
                "properties" => {
                    let named = value.as_object().into_iter().flatten();
                    let named = named.map(|(name, schema)| (name.clone(), self.schema(schema, depth))).collect();
                    out.insert("properties".to_owned(), Value::Object(named));
                }
                "items" => drop(out.insert("items".to_owned(), self.schema(value, depth))),
                "anyOf" | "oneOf" => self.union(value, depth, &mut out),
                "examples" => {
                    out.extend(value.get(0).map(|first| ("example".to_owned(), first.clone())));
                }
                counted if COUNTS.contains(&counted) => drop(out.insert(keyword.clone(), as_text(value))),
                kept if KEPT.contains(&kept) => drop(out.insert(keyword.clone(), value.clone())),
                "$defs" | "definitions" | "$schema" | "$id" | "$comment" | "additionalProperties" => {}
                other => self.notes.warn(format!(
                    "`{other}` was left out of the {}: the form of schemas that this provider is set to hasn't it",
                    self.what
                )),
            }
        }
        Value::Object(out)
    }

    fn reference(&mut self, reference: &str, depth: usize) -> Value {
        let target = reference.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer)).cloned();
        match target {
            Some(target) if depth < DEEPEST => self.schema(&target, depth + 1),
            _ => {
                self.notes.warn(format!("`{reference}` in the {} became an object of any form", self.what));
                Value::Object(Map::from_iter([("type".to_owned(), Value::from("OBJECT"))]))
            }
        }
    }

    /// A union; null as one of its kinds is a property of the rest.
    fn union(&mut self, value: &Value, depth: usize, out: &mut Map<String, Value>) {
        let schemas = value.as_array().into_iter().flatten();
        let (nulls, rest): (Vec<&Value>, Vec<&Value>) = schemas.partition(|schema| schema["type"] == "null");
        if !nulls.is_empty() {
            out.insert("nullable".to_owned(), Value::Bool(true));
        }
        let mut rest: Vec<Value> = rest.into_iter().map(|schema| self.schema(schema, depth)).collect();
        match (rest.len(), rest.pop()) {
            (1, Some(Value::Object(only))) => out.extend(only),
            (_, Some(last)) => {
                rest.push(last);
                out.insert("anyOf".to_owned(), Value::Array(rest));
            }
            (_, None) => {}
        }
    }
}

fn kind(value: &Value, out: &mut Map<String, Value>) {
    let name = |kind: &Value| Value::from(kind.as_str().unwrap_or_default().to_uppercase());
    let Some(kinds) = value.as_array() else {
        out.insert("type".to_owned(), name(value));
        return;
    };
    let (nulls, rest): (Vec<&Value>, Vec<&Value>) = kinds.iter().partition(|kind| *kind == "null");
    if !nulls.is_empty() {
        out.insert("nullable".to_owned(), Value::Bool(true));
    }
    match rest.as_slice() {
        [] => {}
        [only] => drop(out.insert("type".to_owned(), name(only))),
        several => {
            let schemas = several.iter().map(|kind| serde_json::json!({ "type": name(kind) })).collect();
            out.insert("anyOf".to_owned(), Value::Array(schemas));
        }
    }
}

/// The API takes texts only, and null as a property.
fn enumeration(value: &Value, out: &mut Map<String, Value>) {
    let values = value.as_array().into_iter().flatten();
    let (nulls, rest): (Vec<&Value>, Vec<&Value>) = values.partition(|value| value.is_null());
    if !nulls.is_empty() {
        out.insert("nullable".to_owned(), Value::Bool(true));
    }
    out.insert("enum".to_owned(), rest.into_iter().map(as_text).collect());
}

fn as_text(value: &Value) -> Value {
    match value {
        Value::String(_) => value.clone(),
        other => Value::from(other.to_string()),
    }
}
