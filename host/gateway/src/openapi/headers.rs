//! Headers that steer the gateway.
//!
//! <https://portkey.ai/docs/api-reference/inference-api/headers>,
//! <https://www.w3.org/TR/trace-context/>

use jackfield_router::config::OptionName;
use serde_json::{Value, json};

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
    let never = || json!({ "type": "string", "enum": ["false"] });
    let label =
        || json!({ "type": "string", "pattern": "^[!-~]([ -~]*[!-~])?$", "maxLength": LONGEST_TRACE });
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
            names.clone(),
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
        (
            "x-portkey-cache",
            json!({ "type": "string", "enum": ["simple", "semantic"] }),
            "Whether answers are kept, and what counts as the same question.",
        ),
        (
            "x-portkey-cache-ttl",
            json!({ "type": "integer", "minimum": 60, "maximum": 7_776_000 }),
            "How many seconds they are kept, where they are.",
        ),
        ("x-portkey-debug", truth(), "`false` keeps the request and its answer out of the log."),
        ("x-portkey-span-id", label(), "The client's id for its step of the trace, for the log."),
        ("x-portkey-span-name", label(), "Its name for it."),
        ("x-portkey-parent-span-id", label(), "Its id for the step above."),
        ("x-portkey-sensitive-headers", names.clone(), "Headers that aren't to be logged. None is."),
        ("x-portkey-nitro-mode", never(), "Of Portkey's own service."),
        ("x-portkey-fetch-integrated-models", never(), "Of Portkey's own service."),
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
}
