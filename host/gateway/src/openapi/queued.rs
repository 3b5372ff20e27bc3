//! Queued requests: where their results are delivered, and where they are
//! fetched.

use serde_json::{Value, json};

use super::answers;
use super::part::{About, Part, json_of, plain};
use super::schema::{anything, may, need, nullable, object, only, text, word};
use super::told;

/// Paths and schemas.
pub(super) fn part() -> Part {
    let mut part = Part::default();
    result(&mut part);
    receiver(&mut part);
    part
}

fn result(part: &mut Part) {
    let about =
        |id, summary, description| About { id, tag: "Queued requests", summary, description, events: None };
    let request = json!({
        "name": "request", "in": "path", "required": true,
        "description": "The provider, a slash, and the request's id, as the answer to it has it.",
        "schema": { "type": "string", "pattern": "^[^/]+/.+$" },
    });
    let mut fetch = plain(&about(
        "getQueuedResult",
        "The result of a queued request",
        "For the tenant that submitted it. It can be fetched as often as one likes while it is kept.",
    ));
    fetch["parameters"] = json!([
        request,
        {
            "name": "wait", "in": "query",
            "description": "How long to wait for it, as in `30s`; five minutes at most.",
            "schema": { "type": "string", "pattern": "^([0-9]+(h|m|s|ms))+$" },
        },
    ]);
    fetch["responses"] = answers::own(json_of("QueuedResult"), &["400", "401", "404"]);
    fetch["responses"]["202"] = json!({
        "description": "It isn't there yet; `upstream` says what the provider tells of it.",
        "headers": { "retry-after": told::shared("retry-after") },
        "content": json_of("QueuedState"),
    });
    fetch["responses"]["246"] = fetch["responses"]["200"].clone();
    fetch["responses"]["246"]["description"] =
        "The result, which a guardrail marked and let pass; `hook_results` tells which.".into();
    refuse(&mut fetch, "446", "A guardrail denied the result; `hook_results` tells which.");
    let gone = "It was taken back, isn't kept any more, or isn't waited for any longer.";
    refuse(&mut fetch, "410", gone);
    part.operation("/v1/async/{request}", "get", fetch);

    let mut cancel = plain(&about(
        "cancelQueuedRequest",
        "Takes a queued request back",
        "Most providers can only do so while it isn't running yet.",
    ));
    cancel["parameters"] = json!([request]);
    cancel["responses"] = answers::own(json_of("QueuedState"), &["400", "401", "404"]);
    refuse(&mut cancel, "409", "It is running, or its result is there.");
    refuse(&mut cancel, "410", gone);
    part.operation("/v1/async/{request}", "delete", cancel);

    let identity = || {
        [
            need("object", only("async.result")),
            need("id", text("The request's id.")),
            need("provider", text("The provider that has it.")),
        ]
    };
    part.schema(
        "QueuedResult",
        object(identity().into_iter().chain([
            need("status", word(&["succeeded", "failed"], "Whether the provider tells of errors.")),
            need("text", nullable(text("The text in the result, where the receiver's `text` says it is."))),
            need("errors", json!({ "description": "What the provider tells of errors; a list, empty where it tells none." })),
            need("result", json!({ "description": "What was delivered, byte for byte, unless a guardrail rewrote it." })),
            may("hook_results", anything("What guardrails came to that judged it; left out where none did.")),
        ])),
    );
    part.schema(
        "QueuedState",
        object(identity().into_iter().chain([
            need("status", word(&["pending", "canceled"], "How it stands here.")),
            need(
                "upstream",
                json!({ "description": "What the provider says, as its plugin's tool gives it, or null." }),
            ),
        ])),
    );
}

fn receiver(part: &mut Part) {
    let about = About {
        id: "receive",
        tag: "Queued requests",
        summary: "Delivers the result of a queued request",
        description: "For providers, which sign the body in the place of an API key: with the header and the secret \
                      of `[server.receivers.NAME]`. A delivery that comes again changes nothing.",
        events: None,
    };
    let mut operation = plain(&about);
    operation["security"] = json!([{ "signature": [] }]);
    operation["parameters"] = json!([
        { "name": "receiver", "in": "path", "required": true, "schema": { "type": "string", "pattern": "^[a-z0-9-]+$" } },
    ]);
    let body = anything("What the provider delivers.");
    operation["requestBody"] =
        json!({ "required": true, "content": { "application/json": { "schema": body } } });
    let refusals = ["400", "401", "404", "408", "413", "415"];
    operation["responses"] = answers::own(json_of("Received"), &refusals);
    refuse(&mut operation, "503", "Too many deliveries come at once: send it again.");
    part.operation("/v1/receivers/{receiver}", "post", operation);
    part.schema("Received", object([need("status", only("received"))]));
}

/// Adds a status by which an operation says no.
fn refuse(operation: &mut Value, status: &str, meaning: &str) {
    let mut refusal = operation["responses"]["401"].clone();
    refusal["description"] = meaning.into();
    operation["responses"][status] = refusal;
}
