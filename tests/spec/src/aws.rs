//! Service models of AWS, as botocore keeps them (`service-2.json`): shapes
//! that refer to each other by name.
//!
//! An object may have no other members than its shape names, a union exactly
//! one. A `document` is any JSON. Members that go as headers, in the path or in
//! the query are no part of a body.

use serde_json::{Map, Value, json};

use crate::{Check, SpecError, read};

/// One service model, read.
#[derive(Debug)]
pub struct AwsService {
    file: String,
    model: Value,
}

impl AwsService {
    /// From the folder of descriptions; `None`, said on stderr, when it isn't there.
    #[must_use]
    pub fn load(file: &str) -> Option<Self> {
        read(file).map(|model| Self::new(file, model))
    }

    /// A model that is at hand; `file` is for messages.
    #[must_use]
    pub fn new(file: &str, model: Value) -> Self {
        Self { file: file.to_owned(), model }
    }

    /// What an operation, as `Converse`, takes as its JSON body.
    ///
    /// # Errors
    /// When there is no such operation, or its shape can't be used.
    pub fn request(&self, operation: &str) -> Result<Check, SpecError> {
        self.shape(self.shape_of(operation, "input")?)
    }

    /// What an operation answers as JSON.
    ///
    /// # Errors
    /// When there is no such operation, or its shape can't be used.
    pub fn response(&self, operation: &str) -> Result<Check, SpecError> {
        self.shape(self.shape_of(operation, "output")?)
    }

    /// A shape by its name, as `ContentBlockDeltaEvent`.
    ///
    /// # Errors
    /// When there is none, or it can't be used.
    pub fn shape(&self, name: &str) -> Result<Check, SpecError> {
        let mut definitions = Map::new();
        self.define(name, &mut definitions)?;
        let schema = json!({ "$ref": reference(name), "$defs": definitions });
        Check::new(&schema, &self.file, &format!("/shapes/{name}"))
    }

    fn shape_of(&self, operation: &str, side: &str) -> Result<&str, SpecError> {
        let place = format!("/operations/{operation}/{side}/shape");
        let found = self.model.pointer(&place).and_then(Value::as_str);
        found.ok_or_else(|| SpecError::Missing { file: self.file.clone(), place })
    }

    /// Adds a shape, and those that it refers to, to the definitions.
    fn define(&self, name: &str, definitions: &mut Map<String, Value>) -> Result<(), SpecError> {
        if definitions.contains_key(name) {
            return Ok(());
        }
        let place = format!("/shapes/{name}");
        let missing = || SpecError::Missing { file: self.file.clone(), place: place.clone() };
        let shape = self.model.pointer(&place).ok_or_else(missing)?;
        // Known before its members are: shapes refer back to themselves.
        definitions.insert(name.to_owned(), Value::Bool(true));
        let schema = self.schema(shape, definitions)?;
        definitions.insert(name.to_owned(), schema);
        Ok(())
    }

    fn schema(&self, shape: &Value, definitions: &mut Map<String, Value>) -> Result<Value, SpecError> {
        let mut refer = |part: &Value| -> Result<Value, SpecError> {
            let name = part["shape"].as_str().unwrap_or_default();
            self.define(name, definitions)?;
            Ok(json!({ "$ref": reference(name) }))
        };
        Ok(match shape["type"].as_str().unwrap_or_default() {
            "structure" if shape["document"] == true => json!({}),
            "structure" => {
                let mut members = Map::new();
                for (name, member) in shape["members"].as_object().into_iter().flatten() {
                    if member.get("location").is_none() {
                        members.insert(name.clone(), refer(member)?);
                    }
                }
                let required = shape["required"].as_array().into_iter().flatten();
                let required: Vec<&Value> = required
                    .filter(|name| name.as_str().is_some_and(|name| members.contains_key(name)))
                    .collect();
                let mut schema = json!({
                    "type": "object",
                    "properties": members,
                    "required": required,
                    "additionalProperties": false,
                });
                if shape["union"] == true {
                    schema["minProperties"] = json!(1);
                    schema["maxProperties"] = json!(1);
                }
                schema
            }
            "list" => {
                let mut schema = json!({ "type": "array", "items": refer(&shape["member"])? });
                limits(shape, &mut schema, ["minItems", "maxItems"]);
                schema
            }
            "map" => {
                let (names, values) = (refer(&shape["key"])?, refer(&shape["value"])?);
                let mut schema =
                    json!({ "type": "object", "propertyNames": names, "additionalProperties": values });
                limits(shape, &mut schema, ["minProperties", "maxProperties"]);
                schema
            }
            "string" => {
                let mut schema = json!({ "type": "string" });
                limits(shape, &mut schema, ["minLength", "maxLength"]);
                if let Some(words) = shape.get("enum") {
                    schema["enum"] = words.clone();
                }
                if let Some(pattern) = shape["pattern"].as_str() {
                    schema["pattern"] = json!(format!("^(?:{pattern})$"));
                }
                schema
            }
            // As base64, so its limits in bytes aren't those of the text.
            "blob" => json!({ "type": "string", "pattern": "^[A-Za-z0-9+/]*={0,2}$" }),
            "boolean" => json!({ "type": "boolean" }),
            kind @ ("integer" | "long" | "float" | "double") => {
                let whole = matches!(kind, "integer" | "long");
                let mut schema = json!({ "type": if whole { "integer" } else { "number" } });
                limits(shape, &mut schema, ["minimum", "maximum"]);
                schema
            }
            "timestamp" => json!({ "type": ["number", "string"] }),
            _ => json!({}),
        })
    }
}

fn reference(name: &str) -> String {
    format!("#/$defs/{name}")
}

/// Takes `min` and `max` of a shape over under a schema's names for them.
fn limits(shape: &Value, schema: &mut Value, names: [&str; 2]) {
    for (limit, name) in ["min", "max"].into_iter().zip(names) {
        if let Some(value) = shape.get(limit) {
            schema[name] = value.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service() -> AwsService {
        let shape = |name: &str| json!({ "shape": name });
        AwsService::new(
            "sample",
            json!({
                "operations": { "Ask": { "input": shape("Ask") } },
                "shapes": {
                    "Ask": { "type": "structure", "required": ["id", "parts"], "members": {
                        "id": { "shape": "Word", "location": "uri" },
                        "parts": shape("Parts"), "fields": shape("Any"), "labels": shape("Labels"),
                    }},
                    "Parts": { "type": "list", "member": shape("Part"), "min": 1 },
                    "Part": { "type": "structure", "union": true, "members": {
                        "text": shape("Word"), "bytes": shape("Bytes"), "parts": shape("Parts"),
                    }},
                    "Word": { "type": "string", "max": 3, "pattern": "[a-z]+" },
                    "Bytes": { "type": "blob", "min": 1 },
                    "Any": { "type": "structure", "document": true, "members": {} },
                    "Labels": { "type": "map", "key": shape("Word"), "value": shape("Number"), "max": 1 },
                    "Number": { "type": "float", "max": 1 },
                },
            }),
        )
    }

    #[test]
    fn what_fits_has_no_flaws() {
        let check = service().request("Ask").unwrap();
        for body in [
            json!({"parts": [{"text": "abc"}, {"parts": [{"bytes": "AA=="}]}]}),
            json!({"parts": [{"text": "a"}], "fields": {"any": [1]}, "labels": {"a": 0.5}}),
        ] {
            assert_eq!(check.flaws(&body), Vec::<String>::new());
        }
    }

    #[test]
    fn each_rule_of_a_shape_is_kept() {
        let check = service().request("Ask").unwrap();
        for body in [
            json!({}),
            json!({"parts": []}),
            json!({"parts": [{}]}),
            json!({"parts": [{"text": "a", "bytes": "AA=="}]}),
            json!({"parts": [{"txt": "a"}]}),
            json!({"parts": [{"text": "abcd"}]}),
            json!({"parts": [{"text": "A"}]}),
            json!({"parts": [{"bytes": "not base64!"}]}),
            json!({"parts": [{"text": "a"}], "id": "x"}),
            json!({"parts": [{"text": "a"}], "labels": {"a": 2.0}}),
            json!({"parts": [{"text": "a"}], "labels": {"a": 0, "b": 0}}),
        ] {
            assert!(!check.flaws(&body).is_empty(), "{body}");
        }
    }

    #[test]
    fn what_is_not_there_is_named() {
        let error = service().request("Tell").unwrap_err().to_string();
        assert!(error.contains("/operations/Tell/input/shape"), "{error}");
        assert!(service().shape("Nothing").is_err());
    }
}
