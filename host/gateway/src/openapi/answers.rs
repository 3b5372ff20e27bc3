//! Answers: the statuses that there are, and the shapes of errors.
//!
//! <https://platform.openai.com/docs/guides/error-codes>,
//! <https://docs.anthropic.com/en/api/errors>

use serde_json::{Map, Value, json};

use super::part::{Errors, Part};
use super::schema::{amount, may, need, nullable, object, only, text};
use super::told;

/// The shapes of errors.
pub(super) fn part() -> Part {
    let mut part = Part::default();
    let inner = object([
        need("message", text("What happened, to what, and what to do about it.")),
        may("type", nullable(text("The kind of error, as `invalid_request_error`."))),
        may("param", nullable(text("The place in the request that is wrong, as `messages[0].role`."))),
        may(
            "code",
            // Servers that look like OpenAI's put the status here.
            json!({
                "type": ["string", "integer", "null"],
                "description": "A word for it that doesn't change, as `model_not_found`; or the upstream's own.",
            }),
        ),
    ]);
    part.schema("Error", object([need("error", inner)]));
    let inner = object([
        need("type", text("The kind of error, as `not_found_error`.")),
        need("message", text("What happened, to what, and what to do about it.")),
    ]);
    part.schema("MessagesError", object([need("type", only("error")), need("error", inner)]));
    let inner = object([
        need("code", amount("The status.")),
        need("message", text("What happened, to what, and what to do about it.")),
        may("status", text("The name of Google's code, as `INVALID_ARGUMENT`.")),
    ]);
    part.schema("GenerateContentError", object([need("error", inner)]));
    let said = text("What happened, to what, and what to do about it.");
    part.schema("PlainError", object([need("message", said)]));
    part
}

/// Statuses by which this gateway itself says no, and what they mean.
const REFUSALS: [(&str, &str); 6] = [
    ("400", "The request can't be read, has a value that is refused, or asks for what the target can't do."),
    ("401", "The API key is missing or isn't one of this gateway's; or the provider refused its own."),
    ("404", "Nothing has the name that the request gives as its model, config or provider."),
    ("408", "The body didn't come, or the time that the request gave itself ran out."),
    ("413", "The body is longer than `body` under `[server]` allows."),
    ("415", "The body is compressed, or no form where one is needed."),
];

/// Further ones where a request goes to a provider.
const ROUTED: [(&str, &str); 10] = [
    ("403", "The API key, or the provider's, may not do this."),
    ("412", "A budget of this gateway's has too little left for the request."),
    ("429", "Too many requests or tokens, or no money left: the provider's limits or this gateway's."),
    ("446", "A guardrail denied the request or the answer; `hook_results` tells which."),
    ("500", "A fault of this gateway or of a plugin."),
    ("502", "The upstream answered something that isn't its protocol."),
    ("503", "The upstream can't be reached, is overloaded, or its circuit breaker is open."),
    ("504", "The upstream didn't answer in time."),
    ("4XX", "The upstream's own refusal, with its own status."),
    ("5XX", "The upstream's own failure, with its own status."),
];

/// Answers of an endpoint whose requests go to a provider.
pub(super) fn routed(content: Value, errors: Errors) -> Value {
    let mut all = Map::new();
    let marked = "The answer, which a guardrail marked and let pass; `hook_results` tells which.";
    for (status, meaning) in [("200", "The answer."), ("246", marked)] {
        all.insert(
            status.to_owned(),
            json!({ "description": meaning, "headers": told::of_answers(), "content": content }),
        );
    }
    for (status, meaning) in REFUSALS.iter().chain(&ROUTED) {
        all.insert((*status).to_owned(), failure(status, meaning, errors));
    }
    if matches!(errors, Errors::Anthropic) {
        all.insert("529".to_owned(), failure("529", "The upstream is overloaded.", errors));
    }
    Value::Object(all)
}

/// Answers of an endpoint of the gateway's own, with those of these statuses by
/// which it says no.
pub(super) fn own(content: Value, refusals: &[&str]) -> Value {
    own_in(content, refusals, Errors::Openai)
}

/// The same with errors of this shape.
pub(super) fn own_in(content: Value, refusals: &[&str], errors: Errors) -> Value {
    let mut all = Map::new();
    all.insert(
        "200".to_owned(),
        json!({ "description": "The answer.", "headers": told::of_traces(), "content": content }),
    );
    for (status, meaning) in REFUSALS.iter().filter(|(status, _)| refusals.contains(status)) {
        all.insert((*status).to_owned(), failure(status, meaning, errors));
    }
    Value::Object(all)
}

fn failure(status: &str, meaning: &str, errors: Errors) -> Value {
    let schema = match errors {
        Errors::Openai => "Error",
        Errors::Anthropic => "MessagesError",
        Errors::Gemini => "GenerateContentError",
        Errors::Cohere | Errors::Bedrock => "PlainError",
    };
    let mut told = told::of_traces();
    if matches!(status, "429" | "503" | "529") {
        told["retry-after"] = told::shared("retry-after");
        told["retry-after-ms"] = told::shared("retry-after-ms");
    }
    json!({
        "description": meaning,
        "headers": told,
        "content": { "application/json": { "schema": super::schema::named(schema) } },
    })
}
