//! From a description's schema to one of draft 2020-12 that stands alone.
//!
//! Descriptions are written in several dialects at once, so only words that say
//! something about a value are kept, and these are brought to one meaning:
//! * `nullable` and a boolean `exclusiveMinimum` (OpenAPI 3.0) in either version;
//! * `oneOf` is read as `anyOf`: descriptions say it where several members fit,
//!   and their owners' servers take that;
//! * a `discriminator` with a mapping ties each member to its names; without one
//!   the members' own enumerations say it;
//! * whatever a reference points to moves to `$defs`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::SpecError;

/// What a member that the description doesn't name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// Fine, as JSON schema has it.
    Allowed,
    /// A flaw, unless the object is described as open. Finds what was misspelt.
    Refused,
}

/// Words whose value is taken over as it is.
const PLAIN: [&str; 17] = [
    "type",
    "enum",
    "const",
    "required",
    "pattern",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
];

/// Words whose presence says more about an object than that it is one.
const DESCRIBING: [&str; 9] = [
    "properties",
    "required",
    "additionalProperties",
    "patternProperties",
    "$ref",
    "allOf",
    "anyOf",
    "oneOf",
    "enum",
];

pub(crate) struct Rewriter<'d> {
    file: &'d str,
    document: &'d Value,
    unknown: Unknown,
    /// By pointer: what references led to, rewritten or (`null`) being rewritten.
    found: BTreeMap<String, Value>,
}

impl<'d> Rewriter<'d> {
    pub(crate) fn new(file: &'d str, document: &'d Value, unknown: Unknown) -> Self {
        Self { file, document, unknown, found: BTreeMap::new() }
    }

    /// The schema at a pointer with all that it refers to.
    pub(crate) fn whole(mut self, place: &str) -> Result<Value, SpecError> {
        let schema = self.pointed(place)?;
        let mut whole = self.position(schema)?;
        let definitions: Map<String, Value> =
            self.found.into_iter().map(|(pointer, schema)| (key(&pointer), schema)).collect();
        if let Value::Object(whole) = &mut whole {
            whole.insert("$defs".to_owned(), Value::Object(definitions));
        }
        Ok(whole)
    }

    fn pointed(&self, place: &str) -> Result<&'d Value, SpecError> {
        let missing = || SpecError::Missing { file: self.file.to_owned(), place: place.to_owned() };
        self.document.pointer(place).ok_or_else(missing)
    }

    fn pointer<'r>(&self, reference: &'r str) -> Result<&'r str, SpecError> {
        reference.strip_prefix('#').ok_or_else(|| SpecError::Reference {
            file: self.file.to_owned(),
            reference: reference.to_owned(),
        })
    }

    /// A schema where a value of its own begins: there, and not in the parts of a
    /// union or an intersection, unknown members can be told.
    fn position(&mut self, schema: &Value) -> Result<Value, SpecError> {
        // A base type stands for its kinds wherever a value of it is meant; the
        // kinds themselves refer to it as one of their parts.
        if let Some(kinds) = self.kinds(schema) {
            return self.position(&kinds);
        }
        let mut rewritten = self.rewrite(schema)?;
        let closed = self.unknown == Unknown::Refused && self.names_members(schema, &mut BTreeSet::new());
        if let (true, Value::Object(rewritten)) = (closed, &mut rewritten) {
            rewritten.insert("unevaluatedProperties".to_owned(), Value::Bool(false));
        }
        Ok(rewritten)
    }

    /// The union that a reference to a base type means: one whose discriminator
    /// maps to its kinds without a `oneOf` of them.
    fn kinds(&self, schema: &Value) -> Option<Value> {
        let base = self.document.pointer(schema["$ref"].as_str()?.strip_prefix('#')?)?;
        if base.get("oneOf").is_some() || base.get("anyOf").is_some() {
            return None;
        }
        let discriminator = &base["discriminator"];
        let kinds: Vec<Value> =
            discriminator["mapping"].as_object()?.values().map(|kind| json!({ "$ref": kind })).collect();
        Some(json!({ "oneOf": kinds, "discriminator": discriminator }))
    }

    /// Whether members are named here, or in whatever part describes the same value.
    fn names_members(&self, schema: &Value, seen: &mut BTreeSet<String>) -> bool {
        if schema["properties"].is_object() {
            return true;
        }
        if let Some(reference) = schema["$ref"].as_str()
            && seen.insert(reference.to_owned())
            && let Some(pointed) = reference.strip_prefix('#').and_then(|at| self.document.pointer(at))
            && self.names_members(pointed, seen)
        {
            return true;
        }
        let parts = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|word| schema[word].as_array());
        parts.flatten().any(|part| self.names_members(part, seen))
    }

    fn rewrite(&mut self, schema: &Value) -> Result<Value, SpecError> {
        let Value::Object(words) = schema else { return Ok(schema.clone()) };
        let mut out = Map::new();
        for (word, value) in words {
            let rewritten = match word.as_str() {
                "$ref" => self.reference(value)?,
                "properties" | "patternProperties" => self.each(value)?,
                "items" | "additionalProperties" | "propertyNames" | "contains" => self.position(value)?,
                "prefixItems" => self.list(value, true)?,
                "allOf" | "anyOf" => self.list(value, false)?,
                "not" => self.rewrite(value)?,
                plain if PLAIN.contains(&plain) => value.clone(),
                _ => continue,
            };
            out.insert(word.clone(), rewritten);
        }
        if let Some(members) = words.get("oneOf") {
            let union = self.union(members, words.get("discriminator"))?;
            // Beside an `anyOf` of its own both have to hold.
            out.insert("allOf".to_owned(), both(out.get("allOf"), json!({ "anyOf": union })));
        }
        for (word, limit) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
            exclusive(&mut out, word, limit);
        }
        if self.unknown == Unknown::Refused && is_free(words) {
            out.insert("additionalProperties".to_owned(), Value::Bool(true));
        }
        Ok(if words.get("nullable") == Some(&Value::Bool(true)) { nullable(out) } else { Value::Object(out) })
    }

    fn reference(&mut self, value: &Value) -> Result<Value, SpecError> {
        let reference = value.as_str().unwrap_or_default();
        let pointer = self.pointer(reference)?;
        if !self.found.contains_key(pointer) {
            self.found.insert(pointer.to_owned(), Value::Null);
            let rewritten = self.rewrite(self.pointed(pointer)?)?;
            self.found.insert(pointer.to_owned(), rewritten);
        }
        Ok(Value::String(format!("#/$defs/{}", key(pointer))))
    }

    fn each(&mut self, value: &Value) -> Result<Value, SpecError> {
        let members = value.as_object().into_iter().flatten();
        let rewritten = members.map(|(name, schema)| Ok((name.clone(), self.position(schema)?)));
        Ok(Value::Object(rewritten.collect::<Result<_, SpecError>>()?))
    }

    fn list(&mut self, value: &Value, positions: bool) -> Result<Value, SpecError> {
        let schemas = value.as_array().into_iter().flatten();
        let rewritten = schemas.map(|one| if positions { self.position(one) } else { self.rewrite(one) });
        Ok(Value::Array(rewritten.collect::<Result<_, _>>()?))
    }

    /// The members of a `oneOf`, each tied to the names that a discriminator's
    /// mapping gives it.
    fn union(&mut self, members: &Value, discriminator: Option<&Value>) -> Result<Value, SpecError> {
        let mut union = self.list(members, false)?;
        let Some((by, mapping)) =
            discriminator.and_then(|one| Some((one["propertyName"].as_str()?, one["mapping"].as_object()?)))
        else {
            return Ok(union);
        };
        let rewritten = union.as_array_mut().into_iter().flatten();
        for (member, original) in rewritten.zip(members.as_array().into_iter().flatten()) {
            let names: Vec<&String> = mapping
                .iter()
                .filter(|(_, target)| original["$ref"].is_string() && **target == original["$ref"])
                .map(|(name, _)| name)
                .collect();
            if !names.is_empty() {
                *member = json!({ "allOf": [member.take(), { "properties": { by: { "enum": names } } }] });
            }
        }
        Ok(union)
    }
}

/// A pointer as a name without steps.
fn key(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace(['/', '~', '{', '}'], ".")
}

fn both(all: Option<&Value>, one: Value) -> Value {
    let mut all = all.and_then(Value::as_array).cloned().unwrap_or_default();
    all.push(one);
    Value::Array(all)
}

/// Any object at all, or any value: nothing in it is unknown.
fn is_free(words: &Map<String, Value>) -> bool {
    let may_be_object = match words.get("type") {
        None => true,
        Some(Value::Array(types)) => types.iter().any(|one| one == "object"),
        Some(one) => one == "object",
    };
    may_be_object && !DESCRIBING.iter().any(|word| words.contains_key(*word))
}

/// OpenAPI 3.0: a flag that changes the meaning of the limit beside it.
fn exclusive(words: &mut Map<String, Value>, word: &str, limit: &str) {
    match words.get(word) {
        Some(Value::Bool(true)) => {
            if let Some(limit) = words.remove(limit) {
                words.insert(word.to_owned(), limit);
            }
        }
        Some(Value::Bool(false)) => {
            words.remove(word);
        }
        _ => {}
    }
}

fn nullable(schema: Map<String, Value>) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}
