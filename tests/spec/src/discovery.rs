//! Google's discovery documents: schemas that refer to each other by name,
//! numbers of 64 bits written as texts, bytes in base64.
//!
//! <https://developers.google.com/discovery/v1/reference/apis>

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::{Check, SpecError, Unknown, read};

/// What base64 looks like, in either alphabet.
const BASE64: &str = "^[A-Za-z0-9+/_-]*={0,2}$";
const WHOLE: &str = "^-?[0-9]+$";

/// One document, read.
#[derive(Debug)]
pub struct Discovery {
    file: String,
    document: Value,
}

impl Discovery {
    /// From the folder of descriptions; `None`, said on stderr, when it isn't there.
    #[must_use]
    pub fn load(file: &str) -> Option<Self> {
        read(file).map(|document| Self::new(file, document))
    }

    /// A document that is at hand; `file` is for messages.
    #[must_use]
    pub fn new(file: &str, document: Value) -> Self {
        Self { file: file.to_owned(), document }
    }

    /// A schema by its name.
    ///
    /// # Errors
    /// When there is none, or one that it refers to is missing.
    pub fn schema(&self, name: &str, unknown: Unknown) -> Result<Check, SpecError> {
        let mut definitions = Map::new();
        let mut waiting = vec![name.to_owned()];
        let mut seen = BTreeSet::from([name.to_owned()]);
        while let Some(name) = waiting.pop() {
            let place = format!("/schemas/{name}");
            let schema = self.document.pointer(&place);
            let schema = schema.ok_or_else(|| SpecError::Missing { file: self.file.clone(), place })?;
            let mut rewriter = Rewriter { unknown, names: Vec::new() };
            definitions.insert(name, rewriter.schema(schema));
            waiting.extend(rewriter.names.into_iter().filter(|name| seen.insert(name.clone())));
        }
        let whole = json!({ "$ref": format!("#/$defs/{name}"), "$defs": definitions });
        Check::new(&whole, &self.file, &format!("/schemas/{name}"))
    }
}

struct Rewriter {
    unknown: Unknown,
    /// Schemas that were referred to.
    names: Vec<String>,
}

impl Rewriter {
    fn schema(&mut self, schema: &Value) -> Value {
        if let Some(name) = schema["$ref"].as_str() {
            self.names.push(name.to_owned());
            return json!({ "$ref": format!("#/$defs/{name}") });
        }
        match schema["type"].as_str() {
            Some("object") => self.object(schema),
            Some("array") => json!({ "type": "array", "items": self.schema(&schema["items"]) }),
            Some("string") => text(schema),
            Some(kind @ ("integer" | "number" | "boolean")) => json!({ "type": kind }),
            // `any`, and what has no type at all.
            _ => json!({}),
        }
    }

    fn object(&mut self, schema: &Value) -> Value {
        let mut object = Map::from_iter([("type".to_owned(), json!("object"))]);
        if let Some(properties) = schema["properties"].as_object() {
            let properties: Map<String, Value> =
                properties.iter().map(|(name, schema)| (name.clone(), self.schema(schema))).collect();
            object.insert("properties".to_owned(), Value::Object(properties));
        }
        match (schema.get("additionalProperties"), self.unknown) {
            (Some(additional), _) => {
                object.insert("additionalProperties".to_owned(), self.schema(additional));
            }
            (None, Unknown::Refused) => {
                object.insert("additionalProperties".to_owned(), json!(false));
            }
            (None, Unknown::Allowed) => {}
        }
        Value::Object(object)
    }
}

fn text(schema: &Value) -> Value {
    match (schema.get("enum"), schema["format"].as_str()) {
        (Some(names), _) => json!({ "type": "string", "enum": names }),
        (None, Some("byte")) => json!({ "type": "string", "pattern": BASE64 }),
        (None, Some("int64" | "uint64")) => json!({ "type": "string", "pattern": WHOLE }),
        (None, _) => json!({ "type": "string" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(unknown: Unknown) -> Check {
        let document = json!({ "schemas": {
            "Tree": { "id": "Tree", "type": "object", "properties": {
                "leaves": { "type": "array", "items": { "$ref": "Leaf" } },
                "below": { "$ref": "Tree" },
                "labels": { "type": "object", "additionalProperties": { "type": "string" } },
                "anything": { "type": "any" },
            } },
            "Leaf": { "id": "Leaf", "type": "object", "properties": {
                "count": { "type": "string", "format": "int64" },
                "data": { "type": "string", "format": "byte" },
                "color": { "type": "string", "enum": ["GREEN", "RED"] },
                "size": { "type": "number", "format": "double" },
            } },
        } });
        Discovery::new("here.json", document).schema("Tree", unknown).unwrap()
    }

    #[test]
    fn references_by_name_are_followed_even_in_a_circle() {
        let check = check(Unknown::Refused);
        let good = json!({ "below": { "leaves": [{ "count": "-7", "data": "ab-_+/==", "color": "RED", "size": 1 }] },
            "labels": { "a": "b" }, "anything": [1, { "x": null }] });
        assert!(check.flaws(&good).is_empty(), "{:?}", check.flaws(&good));
        for bad in [
            json!({ "below": { "leaves": [{ "count": 7 }] } }),
            json!({ "leaves": [{ "count": "seven" }] }),
            json!({ "leaves": [{ "data": "*" }] }),
            json!({ "leaves": [{ "color": "BLUE" }] }),
            json!({ "leaves": [{ "size": "1" }] }),
            json!({ "labels": { "a": 1 } }),
            json!([]),
        ] {
            assert!(!check.flaws(&bad).is_empty(), "{bad}");
        }
    }

    #[test]
    fn an_unknown_member_is_a_flaw_only_where_asked() {
        let body = json!({ "below": { "leafs": [] } });
        assert!(check(Unknown::Allowed).flaws(&body).is_empty());
        assert!(!check(Unknown::Refused).flaws(&body).is_empty());
    }

    #[test]
    fn what_is_not_there_is_told_with_its_place() {
        let document =
            json!({ "schemas": { "A": { "type": "object", "properties": { "b": { "$ref": "B" } } } } });
        let error = Discovery::new("here.json", document).schema("A", Unknown::Refused).unwrap_err();
        assert!(error.to_string().starts_with("here.json has nothing at /schemas/B"), "{error}");
    }

    #[test]
    fn the_official_document_can_be_used() {
        let Some(vertex) = Discovery::load("google/aiplatform.v1.discovery.json") else { return };
        let name = "GoogleCloudAiplatformV1GenerateContentRequest";
        let check = vertex.schema(name, Unknown::Refused).unwrap_or_else(|error| panic!("{error}"));
        assert!(!check.flaws(&json!({ "zzz": 1 })).is_empty());
        assert!(check.flaws(&json!({ "contents": [{ "parts": [{ "text": "hello" }] }] })).is_empty());
    }
}
