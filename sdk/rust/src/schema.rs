//! Schemas of answers, for upstreams that take a subset of JSON schema, or none
//! and are made to answer by the input of a tool.

use serde_json::{Map, Value};

use crate::llm::Tool;

/// Closes every object of a schema that doesn't say whether it is open, as
/// strict upstreams demand. Whether there was one.
pub fn close(schema: &mut Map<String, Value>) -> bool {
    let is_object = schema.get("type").map_or(schema.contains_key("properties"), |kind| kind == "object");
    let mut changed = is_object && !schema.contains_key("additionalProperties");
    if changed {
        schema.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    for (keyword, value) in schema.iter_mut() {
        changed |= match (keyword.as_str(), value) {
            // Names of members, not keywords, are what these map from.
            ("properties" | "$defs" | "definitions" | "patternProperties", Value::Object(named)) => named
                .values_mut()
                .filter_map(Value::as_object_mut)
                .fold(false, |any, schema| close(schema) | any),
            ("items" | "not" | "if" | "then" | "else" | "contains", Value::Object(schema)) => close(schema),
            ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(schemas)) => schemas
                .iter_mut()
                .filter_map(Value::as_object_mut)
                .fold(false, |any, schema| close(schema) | any),
            _ => false,
        };
    }
    changed
}

/// A name for a tool whose input is the answer: `wanted`, or with as many
/// underscores behind it as it takes to be none of the caller's tools.
pub fn free_name(wanted: &str, tools: &[Tool]) -> String {
    let mut name = wanted.to_owned();
    while tools.iter().any(|tool| matches!(tool, Tool::Function(function) if function.name == name)) {
        name.push('_');
    }
    name
}

/// The schema of a tool's input, which must be an object: one that says no type
/// becomes that of an object, and nothing is returned for another type.
pub fn as_input(mut schema: Map<String, Value>) -> Option<Map<String, Value>> {
    match schema.get("type") {
        None => {
            schema.insert("type".to_owned(), Value::from("object"));
            Some(schema)
        }
        Some(kind) => (kind == "object").then_some(schema),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::llm::FunctionTool;

    fn map(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            other => panic!("{other} is no object"),
        }
    }

    #[test]
    fn every_object_that_is_left_open_is_closed() {
        let mut schema = map(json!({
            "type": "object",
            "properties": {
                "items": {"type": "array", "items": {"properties": {"a": {"type": "string"}}}},
                "open": {"type": "object", "additionalProperties": {"type": "string"}},
            },
            "anyOf": [{"type": "object"}],
        }));
        assert!(close(&mut schema));
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["properties"]["items"]["items"]["additionalProperties"], false);
        assert_eq!(schema["properties"]["open"]["additionalProperties"], json!({"type": "string"}));
        assert_eq!(schema["anyOf"][0]["additionalProperties"], false);
        assert!(!close(&mut schema), "there is nothing left to close");
    }

    #[test]
    fn a_name_is_none_of_the_callers() {
        let tool = |name: &str| {
            let (name, parameters) = (name.to_owned(), "{}".to_owned());
            Tool::Function(FunctionTool { name, description: None, parameters, strict: None, cache: None })
        };
        assert_eq!(free_name("answer", &[tool("other")]), "answer");
        assert_eq!(free_name("answer", &[tool("answer"), tool("answer_")]), "answer__");
    }

    #[test]
    fn only_an_object_can_be_an_input() {
        assert_eq!(as_input(Map::new()).unwrap()["type"], "object");
        assert!(as_input(map(json!({"type": "object"}))).is_some());
        assert!(as_input(map(json!({"type": "array"}))).is_none());
    }
}
