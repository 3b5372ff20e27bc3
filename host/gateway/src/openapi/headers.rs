//! Headers that steer the gateway, and those that its answers tell.
//!
//! <https://portkey.ai/docs/api-reference/inference-api/headers>,
//! <https://www.w3.org/TR/trace-context/>

use jackfield_router::cache::Status;
use jackfield_router::config::OptionName;
use serde_json::{Map, Value, json};

use super::part::Errors;
use crate::portkey::LONGEST_TRACE;

/// A header of requests: name, schema, what it is for.
type Asked = (&'static str, Value, String);

/// Headers whose values are JSON.
const METADATA: &str = "x-portkey-metadata";
const GUARDRAILS: [&str; 2] = ["x-portkey-default-input-guardrails", "x-portkey-default-output-guardrails"];

fn asked() -> Vec<Asked> {
    // What can't stand in a header isn't worth trying.
    let visible = || json!({ "type": "string", "pattern": "^[!-~]([ -~]*[!-~])?$" });
    let name = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    let names = json!({ "type": "string", "pattern": format!("^{name}( *, *{name})*$") });
    let truth = || json!({ "type": "string", "enum": ["true", "false"] });
    let texts = json!({
        "type": "object",
        "additionalProperties": { "type": "string", "maxLength": 128, "pattern": "^[ -~]*$" },
    });
    let checks = || json!({ "type": "array", "items": { "type": ["object", "string"] } });
    let all = [
        (
            "x-portkey-config",
            visible(),
            "How the request is routed: a Portkey Config as JSON, or the name of one that is saved under \
             `[server.configs]`. A field that isn't followed is refused by name.",
        ),
        (
            "x-portkey-provider",
            visible(),
            "The provider to ask, by its name under `[providers]`, or a brand by which a client that brings its \
             own key is routed.",
        ),
        ("x-portkey-virtual-key", visible(), "The same by the name of the provider's credential."),
        (METADATA, texts, "Labels of the request, for conditions of routes, limits and logs."),
        (
            "x-portkey-trace-id",
            json!({ "type": "string", "pattern": "^[!-~]+$", "maxLength": LONGEST_TRACE }),
            "The client's own name for the trace; every answer repeats it.",
        ),
        (
            "x-portkey-request-timeout",
            json!({ "type": "integer", "minimum": 1, "maximum": u64::MAX }),
            "Milliseconds that one try may take.",
        ),
        ("x-portkey-strict-open-ai-compliance", truth(), "Whether answers keep to OpenAI's own fields."),
        (
            "x-portkey-forward-headers",
            names,
            "Names of headers, with commas between them, that go on to the upstream. Those that carry \
             credentials can't.",
        ),
        (
            "x-portkey-custom-host",
            json!({ "type": "string", "format": "uri" }),
            "Another base URL for the provider, where the operator lets requests name one.",
        ),
        (
            "x-portkey-cache-force-refresh",
            truth(),
            "Whether a fresh answer is wanted, whatever is in the cache.",
        ),
        ("x-portkey-cache-namespace", visible(), "What keeps these answers apart from others in the cache."),
        (GUARDRAILS[0], checks(), "Checks of every request, as a config has them."),
        (GUARDRAILS[1], checks(), "Checks of every answer, as a config has them."),
        (
            "traceparent",
            json!({ "type": "string", "pattern": "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$" }),
            "The trace that the request belongs to (W3C Trace Context).",
        ),
        ("tracestate", visible(), "What others noted of the trace (W3C Trace Context)."),
    ];
    all.into_iter().map(|(name, schema, about)| (name, schema, about.to_owned())).collect()
}

/// What is said of the fields that belong to one kind of provider.
pub(super) fn options() -> String {
    let names: Vec<_> = OptionName::ALL
        .iter()
        .map(|name| format!("`x-portkey-{}`", name.field().replace('_', "-")))
        .collect();
    format!(
        "What a config says of one kind of provider can be said in headers too, where the operator lets clients \
         say it: {}.",
        names.join(", ")
    )
}

/// The headers that go on to an upstream of the dialect, with what they are for.
const OPENAI: [(&str, &str); 2] = [
    ("openai-beta", "Passed on to upstreams that speak the dialect."),
    ("idempotency-key", "Passed on to upstreams that speak the dialect."),
];
const ANTHROPIC: [(&str, &str); 2] = [
    ("anthropic-version", "Passed on to upstreams that speak the dialect."),
    ("anthropic-beta", "Passed on to upstreams that speak the dialect."),
];

/// All of them, as components.
pub(super) fn components() -> Value {
    let own = OPENAI.iter().chain(&ANTHROPIC);
    let own = own.map(|(name, about)| {
        (*name, json!({ "type": "string", "pattern": "^[!-~]+$" }), (*about).to_owned())
    });
    let all = asked().into_iter().chain(own).map(|(name, schema, about)| {
        let mut parameter = json!({ "name": name, "in": "header", "required": false, "description": about });
        match name {
            _ if name == METADATA || GUARDRAILS.contains(&name) => {
                parameter["content"] = json!({ "application/json": { "schema": schema } })
            }
            _ => parameter["schema"] = schema,
        }
        (name.to_owned(), parameter)
    });
    Value::Object(all.collect())
}

/// The headers that a request of the dialect may have.
pub(super) fn parameters(errors: Errors) -> Value {
    let own = match errors {
        Errors::Openai => &OPENAI[..],
        Errors::Anthropic => &ANTHROPIC,
        Errors::Gemini | Errors::Cohere | Errors::Bedrock => &[],
    };
    let all = asked().into_iter().map(|(name, ..)| name).chain(own.iter().map(|(name, _)| *name));
    all.map(|name| json!({ "$ref": format!("#/components/parameters/{name}") })).collect()
}

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
pub(super) fn told_components() -> Value {
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

    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::*;
    use crate::portkey::Wishes;

    fn refused(name: &str, value: &str) -> Option<String> {
        let headers: HeaderMap =
            [(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap())]
                .into_iter()
                .collect();
        Wishes::read(&headers).err().map(|failure| failure.message)
    }

    #[test]
    fn every_header_in_the_document_is_followed() {
        for (name, ..) in asked() {
            let message = refused(name, "?").unwrap_or_default();
            assert!(!message.contains("isn't followed"), "{name}: {message}");
        }
        assert!(refused("x-portkey-invented", "?").unwrap().contains("isn't followed"));
    }

    /// The names are spelled out where they are read; whichever is added there
    /// is to be added here.
    #[test]
    fn every_header_that_is_followed_is_in_the_document() {
        let source = include_str!("../portkey.rs");
        let (_, arms) = source.split_once("match field {").unwrap();
        let (arms, _) = arms.split_once("_ if field").unwrap();
        let mut names = BTreeSet::new();
        for line in arms.lines().map(str::trim).filter(|line| line.starts_with('"')) {
            let (pattern, _) = line.split_once("=>").unwrap();
            names.extend(pattern.split('"').skip(1).step_by(2).map(|field| format!("x-portkey-{field}")));
        }
        assert!(names.len() > 8, "{names:?}");
        names.remove("x-portkey-api-key");
        for name in names {
            assert!(asked().iter().any(|(known, ..)| *known == name), "{name} isn't in the document");
        }
    }

    #[test]
    fn every_option_of_a_provider_is_in_the_document_by_a_name_that_is_followed() {
        let text = options();
        let names: Vec<_> = text.split('`').skip(1).step_by(2).collect();
        assert_eq!(names.len(), OptionName::ALL.len());
        for name in names {
            assert!(OptionName::of_header(name.strip_prefix("x-portkey-").unwrap()).is_some(), "{name}");
        }
    }

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
