//! What the gateway answers by itself: models, feedback, and how it is.

use serde_json::{Value, json};

use super::answers;
use super::part::{About, Part, json_body, json_of, plain};
use super::schema::{
    amount, any, anything, closed, list, may, named, need, number, object, only, text, with,
};

/// Paths and schemas.
pub(super) fn part() -> Part {
    let mut part = Part::default();
    models(&mut part);
    feedback(&mut part);
    service(&mut part);
    part
}

fn models(part: &mut Part) {
    let about = About {
        id: "listModels",
        tag: "Models",
        summary: "The names that requests can give as their model",
        description: "Routes, and the models that the catalog knows of, as far as the API key may use them. \
                      Clients that send `anthropic-version`, `x-goog-api-key`, `x-goog-api-client` or `?key=` get \
                      the shape of that protocol.",
        events: None,
    };
    let mut operation = plain(&about);
    operation["responses"] = answers::own(json_of("Models"), &["401"]);
    part.operation("/v1/models", "get", operation);
    let about = About {
        id: "retrieveModel",
        tag: "Models",
        summary: "One of these names",
        description: "Names have slashes in them, which may stand in the path as they are.",
        events: None,
    };
    let mut operation = plain(&about);
    operation["parameters"] = json!([
        { "name": "model", "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 } },
    ]);
    operation["responses"] = answers::own(json_of("Model"), &["401", "404"]);
    part.operation("/v1/models/{model}", "get", operation);
    part.schema(
        "Model",
        object([
            need("id", text("The name.")),
            need("object", only("model")),
            need("created", amount("Not known: 0.")),
            need("owned_by", text("The provider, or `jackfield` for a route.")),
        ]),
    );
    part.schema("Models", object([need("object", only("list")), need("data", list(named("Model"), ""))]));
}

fn feedback(part: &mut Part) {
    let description =
        "By the trace that the answers belong to. It is logged, counted, and kept as long as there is room.";
    for (method, id) in [("post", "createFeedback"), ("put", "putFeedback")] {
        let about =
            About { id, tag: "Feedback", summary: "What people think of answers", description, events: None };
        let mut operation = plain(&about);
        operation["requestBody"] = json_body("FeedbackRequest");
        operation["responses"] = answers::own(json_of("FeedbackReceived"), &WITH_BODY);
        part.operation("/v1/feedback", method, operation);
    }
    let about = About {
        id: "updateFeedback",
        tag: "Feedback",
        summary: "What people think by now",
        description,
        events: None,
    };
    let mut operation = plain(&about);
    operation["parameters"] = json!([
        { "name": "id", "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 } },
    ]);
    operation["requestBody"] = json_body("FeedbackChange");
    let mut wrong = WITH_BODY.to_vec();
    wrong.push("404");
    operation["responses"] = answers::own(json_of("FeedbackReceived"), &wrong);
    part.operation("/v1/feedback/{id}", "put", operation);

    let trace =
        with(with(text("The trace, as `x-portkey-trace-id` names it."), "minLength", 1), "maxLength", 256);
    let value = || json!({ "type": "integer", "minimum": -10, "maximum": 10 });
    let weight = || with(with(number("How much it counts."), "minimum", 0), "maximum", 1);
    let one = closed([
        need("trace_id", trace),
        need("value", value()),
        may("weight", weight()),
        may("metadata", anything("Anything else.")),
    ]);
    let several = with(with(list(one.clone(), "Several."), "minItems", 1), "maxItems", 1000);
    part.schema("FeedbackRequest", any([one, several], "One, or a list."));
    let change =
        closed([may("value", value()), may("weight", weight()), may("metadata", anything("Anything else."))]);
    part.schema("FeedbackChange", with(change, "minProperties", 1));
    part.schema(
        "FeedbackReceived",
        object([
            need("status", only("success")),
            need("message", text("A word for people.")),
            need("feedback_ids", list(text("An id."), "In the order of the request.")),
        ]),
    );
}

const WITH_BODY: [&str; 5] = ["400", "401", "408", "413", "415"];

fn service(part: &mut Part) {
    let words = || json!({ "text/plain": { "schema": { "type": "string" } } });
    let open = |id, summary, description, answers: Value| {
        let mut operation = plain(&About { id, tag: "Service", summary, description, events: None });
        operation["security"] = json!([]);
        operation["responses"] = answers;
        operation
    };
    let good = answers::own(words(), &[]);
    part.operation("/health", "get", open("health", "Whether it runs", "Needs no API key.", good.clone()));
    let mut ready = good.clone();
    ready["503"] = json!({ "description": "It is about to end: send nothing more.", "content": words() });
    part.operation("/ready", "get", open("ready", "Whether to send requests", "Needs no API key.", ready));
    let metrics = answers::own(words(), &["404"]);
    let told = "In Prometheus' text format. Needs no API key; 404 where they are switched off.";
    part.operation("/metrics", "get", open("metrics", "Metrics", told, metrics));
    let document = json!({ "application/json": { "schema": anything("An OpenAPI 3.1 document.") } });
    let told = "Needs no API key: it says nothing of this gateway's configuration.";
    let document = answers::own(document, &[]);
    part.operation("/openapi.json", "get", open("openapi", "This document", told, document));
}
