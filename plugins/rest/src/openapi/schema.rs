//! Schemas of a document as JSON Schemas that stand alone: references are
//! replaced by what they refer to, and what OpenAPI 3.0 says in its own way is
//! said in JSON Schema's.
//!
//! Schemas refer to themselves and to each other without end. Where one comes
//! round to itself, and where it gets deeper or larger than any model reads,
//! anything is allowed.

use serde_json::{Map, Value, json};

use super::document::Document;

/// The most schemas of one parameter.
const NODES: usize = 3_000;

/// The deepest nestings that are tried: the first with which that is enough
/// counts, so that a large schema is shortened everywhere alike.
const DEPTHS: [usize; 6] = [16, 9, 6, 4, 3, 2];

/// Members that nobody needs to call an operation.
const DROPPED: [&str; 5] = ["xml", "externalDocs", "discriminator", "example", "examples"];

/// A schema that stands alone. `sent` are those of requests: what the server
/// alone writes is left out of them.
pub(super) fn alone(schema: &Value, document: &Document<'_>, sent: bool) -> Result<Value, String> {
    for deepest in DEPTHS {
        let mut inliner = Inliner { document, sent, deepest, nodes: 0, within: Vec::new() };
        let alone = inliner.schema(schema, 0)?;
        if inliner.nodes <= NODES {
            return Ok(alone);
        }
    }
    Ok(json!({}))
}

struct Inliner<'i, 'd> {
    document: &'i Document<'d>,
    sent: bool,
    deepest: usize,
    nodes: usize,
    /// References that are being followed.
    within: Vec<String>,
}

impl Inliner<'_, '_> {
    fn schema(&mut self, schema: &Value, depth: usize) -> Result<Value, String> {
        self.nodes += 1;
        if depth > self.deepest || self.nodes > NODES {
            return Ok(json!({}));
        }
        let members = match schema {
            Value::Object(members) => members,
            Value::Bool(_) => return Ok(schema.clone()),
            other => return Err(format!("a schema is {}", jackfield_sdk::json::kind(other))),
        };
        let Some(reference) = members.get("$ref").and_then(Value::as_str) else {
            return self.members(members, depth);
        };
        if self.within.iter().any(|followed| followed == reference) {
            return Ok(json!({}));
        }
        self.within.push(reference.to_owned());
        let target = self.schema(self.document.target(reference)?, depth);
        self.within.pop();
        let mut target = target?;
        // What stands beside a reference counts from 3.1 on.
        if let (false, Value::Object(target)) = (self.document.is_old, &mut target) {
            let beside: Map<String, Value> = members
                .iter()
                .filter(|(name, _)| *name != "$ref")
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            if let Value::Object(beside) = self.members(&beside, depth)? {
                target.extend(beside);
            }
        }
        Ok(target)
    }

    fn members(&mut self, members: &Map<String, Value>, depth: usize) -> Result<Value, String> {
        let mut alone = Map::new();
        for (name, value) in members {
            let value = match name.as_str() {
                dropped if DROPPED.contains(&dropped) || dropped.starts_with("x-") => continue,
                "nullable" | "$defs" | "definitions" | "$ref" => continue,
                "items"
                | "additionalProperties"
                | "not"
                | "contains"
                | "propertyNames"
                | "if"
                | "then"
                | "else" => self.schema(value, depth + 1)?,
                "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
                    let list = value.as_array().ok_or_else(|| format!("`{name}` isn't a list"))?;
                    list.iter().map(|schema| self.schema(schema, depth + 1)).collect::<Result<_, _>>()?
                }
                "properties" | "patternProperties" => {
                    let all = value.as_object().ok_or_else(|| format!("`{name}` isn't an object"))?;
                    let all = all.iter().filter(|(_, schema)| !self.is_servers(schema));
                    let all: Vec<_> = all.collect();
                    let all = all
                        .into_iter()
                        .map(|(name, schema)| Ok((name.clone(), self.schema(schema, depth + 1)?)));
                    Value::Object(all.collect::<Result<_, String>>()?)
                }
                "required" => {
                    let properties = members.get("properties");
                    let sent = |name: &&Value| {
                        let schema = name.as_str().and_then(|name| properties?.get(name));
                        !schema.is_some_and(|schema| self.is_servers(schema))
                    };
                    let names = value.as_array().ok_or("`required` isn't a list")?;
                    names.iter().filter(sent).cloned().collect()
                }
                _ => value.clone(),
            };
            alone.insert(name.clone(), value);
        }
        if self.document.is_old {
            renew(&mut alone, members.get("nullable") == Some(&Value::Bool(true)));
        }
        Ok(Value::Object(alone))
    }

    /// Whether a member is for the server alone to write.
    fn is_servers(&self, schema: &Value) -> bool {
        self.sent && schema.get("readOnly") == Some(&Value::Bool(true))
    }
}

/// From the schema of 3.0 to JSON Schema.
fn renew(schema: &mut Map<String, Value>, nullable: bool) {
    for (limit, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        match schema.get(exclusive) {
            Some(Value::Bool(true)) => {
                let value = schema.remove(limit);
                schema.remove(exclusive);
                schema.extend(value.map(|value| (exclusive.to_owned(), value)));
            }
            Some(Value::Bool(false)) => drop(schema.remove(exclusive)),
            _ => {}
        }
    }
    if !nullable {
        return;
    }
    if let Some(kind @ Value::String(_)) = schema.get("type").cloned() {
        schema.insert("type".to_owned(), json!([kind, "null"]));
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
}
