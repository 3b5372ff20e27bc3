//! Headers that the gateway's answers tell.
//!
//! <https://portkey.ai/docs/api-reference/inference-api/response-schema>

use jackfield_router::cache::Status;
use serde_json::{Map, Value, json};

/// Headers of answers: name, schema, what it tells, whether every answer of a
/// provider has it.
fn told() -> Vec<(&'static str, Value, &'static str, bool)> {
    let text = json!({ "type": "string" });
    let count = json!({ "type": "integer", "minimum": 0 });
    let words = [
        Status::Hit,
        Status::Miss,
        Status::SemanticHit,
        Status::SemanticMiss,
        Status::Refresh,
        Status::Disabled,
    ];
    let cache = json!({ "type": "string", "enum": words.map(Status::name) });
    vec![
        ("x-portkey-trace-id", text.clone(), "The name of the trace.", true),
        ("x-jackfield-trace-id", text.clone(), "The name of the trace.", true),
        ("traceparent", text.clone(), "Where the trace goes on (W3C Trace Context).", true),
        ("x-portkey-provider", text.clone(), "The provider that answered.", true),
        ("x-jackfield-provider", text.clone(), "The provider that answered.", true),
        (
            "x-jackfield-model",
            text.clone(),
            "The provider's own id of the model that answered. What isn't visible ASCII is percent-encoded, as in \
             all headers with names in them.",
            true,
        ),
        (
            "x-jackfield-mode",
            json!({ "type": "string", "enum": ["passthrough", "decoded"] }),
            "Whether the upstream's own bytes came through, or the answer was written here.",
            true,
        ),
        ("x-portkey-last-used-option-index", text.clone(), "Which target of the route answered.", true),
        ("x-jackfield-target", text.clone(), "Which target of the route answered.", true),
        (
            "x-portkey-retry-attempt-count",
            json!({ "type": "integer", "minimum": -1 }),
            "How often that target was tried again; -1 where it failed to the last.",
            true,
        ),
        ("x-jackfield-attempts", count.clone(), "How many tries there were at all targets.", true),
        ("x-portkey-cache-status", cache.clone(), "Whether the answer is from the cache.", true),
        ("x-jackfield-cache-status", cache, "Whether the answer is from the cache.", true),
        ("x-jackfield-input-tokens", count.clone(), "Tokens of the request; not told of a stream.", false),
        ("x-jackfield-output-tokens", count.clone(), "Tokens of the answer; not told of a stream.", false),
        (
            "x-jackfield-cost",
            text.clone(),
            "US dollars, by the catalog's prices; not told of a stream.",
            false,
        ),
        (
            "x-jackfield-warning",
            text,
            "Something of the request that the target can't express and that was left out.",
            false,
        ),
        ("retry-after", count.clone(), "Seconds to wait before another try.", false),
        ("retry-after-ms", count, "The same in milliseconds.", false),
    ]
}

/// All of them, as components.
pub(super) fn components() -> Value {
    let all = told().into_iter().map(|(name, schema, about, always)| {
        (name.to_owned(), json!({ "description": about, "schema": schema, "required": always }))
    });
    Value::Object(all.collect())
}

/// The header of this name.
pub(super) fn shared(name: &str) -> Value {
    json!({ "$ref": format!("#/components/headers/{name}") })
}

/// Headers of every answer.
pub(super) fn of_traces() -> Value {
    listed(|name| name == "traceparent" || name.ends_with("-trace-id"))
}

/// Headers of answers that come from providers.
pub(super) fn of_answers() -> Value {
    listed(|name| !name.starts_with("retry-after"))
}

fn listed(wanted: impl Fn(&str) -> bool) -> Value {
    let names = told().into_iter().map(|(name, ..)| name).filter(|name| wanted(name));
    Value::Object(names.map(|name| (name.to_owned(), shared(name))).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_header_that_answers_tell_is_in_the_document() {
        let mut names = BTreeSet::new();
        for source in [include_str!("../gateway/answers.rs"), include_str!("../gateway.rs")] {
            let source = source.split("#[cfg(test)]").next().unwrap();
            let texts = source.split('"').skip(1).step_by(2);
            names.extend(
                texts.filter(|text| text.starts_with("x-jackfield-") || text.starts_with("x-portkey-")),
            );
        }
        assert!(names.len() > 10, "{names:?}");
        for name in names {
            assert!(told().iter().any(|(known, ..)| *known == name), "{name} isn't in the document");
        }
    }
}
