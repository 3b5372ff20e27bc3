//! A value that fits a JSON schema: the arguments of a tool call, and answers
//! in JSON. Always the same for the same schema.

#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

/// Schemas refer to themselves; deeper than this nothing optional is filled in.
const DEPTH: usize = 8;
/// Where even what is required never ends.
const BOTTOM: usize = 64;
/// The most values in one sample, however a schema multiplies itself.
const MOST: usize = 10_000;

/// A value for a schema. Understands types, `properties`, `required`, `items`,
/// `enum`, `const`, `default`, the alternatives, `$ref` into the same schema,
/// and the bounds of numbers, texts and lists.
pub(super) fn sample(schema: &Value) -> Value {
    Sampler { root: schema, left: MOST }.value(schema, 0)
}

struct Sampler<'a> {
    root: &'a Value,
    left: usize,
}

impl<'a> Sampler<'a> {
    fn value(&mut self, schema: &'a Value, depth: usize) -> Value {
        if depth > BOTTOM || self.left == 0 {
            return Value::Null;
        }
        self.left -= 1;
        if let Some(target) = schema["$ref"].as_str().and_then(|target| target.strip_prefix('#')) {
            return self.root.pointer(target).map_or(Value::Null, |target| self.value(target, depth + 1));
        }
        let fixed = [schema.get("const"), schema.get("default"), schema["enum"].get(0)];
        if let Some(fixed) = fixed.into_iter().flatten().next() {
            return fixed.clone();
        }
        for alternatives in ["anyOf", "oneOf"] {
            if let Some(choice) = schema[alternatives].as_array().and_then(|all| pick(all, depth)) {
                return self.value(choice, depth + 1);
            }
        }
        if let Some(parts) = schema["allOf"].as_array() {
            return merged(parts.iter().map(|part| self.value(part, depth + 1)));
        }
        match kind(schema, depth) {
            Some("object") => self.object(schema, depth),
            Some("array") => self.array(schema, depth),
            Some("string") => Value::String(text(schema)),
            Some("integer") => json!(lowest(schema).ceil() as i64),
            Some("number") => json!(lowest(schema)),
            Some("boolean") => Value::Bool(true),
            _ => Value::Null,
        }
    }

    fn object(&mut self, schema: &'a Value, depth: usize) -> Value {
        let required = |name: &str| {
            schema["required"].as_array().is_some_and(|names| names.iter().any(|required| required == name))
        };
        let properties = schema["properties"].as_object().into_iter().flatten();
        let chosen = properties.filter(|(name, _)| depth <= DEPTH || required(name));
        chosen
            .map(|(name, schema)| (name.clone(), self.value(schema, depth + 1)))
            .collect::<Map<_, _>>()
            .into()
    }

    fn array(&mut self, schema: &'a Value, depth: usize) -> Value {
        let least = schema["minItems"].as_u64().unwrap_or(u64::from(depth <= DEPTH)).min(16);
        let items = schema.get("items").unwrap_or(&Value::Null);
        (0..least).map(|_| self.value(items, depth + 1)).collect()
    }
}

/// The first alternative; one that is null where it has gone deep enough.
fn pick(alternatives: &[Value], depth: usize) -> Option<&Value> {
    let null = alternatives.iter().find(|one| one["type"] == "null").filter(|_| depth > DEPTH);
    null.or_else(|| alternatives.first())
}

fn kind(schema: &Value, depth: usize) -> Option<&str> {
    let kind = &schema["type"];
    if let Some(kinds) = kind.as_array() {
        let null = kinds.iter().find(|kind| *kind == "null").filter(|_| depth > DEPTH);
        return null.or_else(|| kinds.first()).and_then(Value::as_str);
    }
    kind.as_str().or_else(|| schema.get("properties").is_some().then_some("object"))
}

fn text(schema: &Value) -> String {
    let text = match schema["format"].as_str() {
        Some("date-time") => "2025-01-01T00:00:00Z",
        Some("date") => "2025-01-01",
        Some("time") => "00:00:00Z",
        Some("email") => "someone@example.com",
        Some("uri" | "url") => "https://example.com/",
        Some("uuid") => "00000000-0000-4000-8000-000000000000",
        _ => "sample",
    };
    let least = schema["minLength"].as_u64().unwrap_or(0).min(1 << 12) as usize;
    let most = schema["maxLength"].as_u64().map_or(usize::MAX, |most| most as usize);
    format!("{text:x<least$}").chars().take(most).collect()
}

fn lowest(schema: &Value) -> f64 {
    let bound = |name: &str| schema[name].as_f64();
    let low = bound("minimum").or_else(|| Some(bound("exclusiveMinimum")? + 1.0));
    let high = bound("maximum").or_else(|| Some(bound("exclusiveMaximum")? - 1.0));
    low.unwrap_or_else(|| high.map_or(1.0, |high| high.min(1.0)))
}

fn merged(parts: impl Iterator<Item = Value>) -> Value {
    let mut whole = Value::Null;
    for part in parts {
        match (&mut whole, part) {
            (Value::Object(all), Value::Object(some)) => all.extend(some),
            (whole, part) if whole.is_null() => *whole = part,
            _ => {}
        }
    }
    whole
}
