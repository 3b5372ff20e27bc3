//! The gateway's own OpenAPI document, published at `/openapi.json`: every
//! endpoint, the headers that steer it and those that its answers tell, and the
//! shapes of errors.
//!
//! It is the same for every gateway of a version and says nothing of the
//! configuration, so that it can be open to everybody.
//!
//! <https://spec.openapis.org/oas/v3.1.1.html>

mod answers;
mod audio;
mod chat;
mod chat_answer;
mod completions;
mod embeddings;
mod gemini;
mod headers;
mod messages;
mod moderations;
mod others;
mod own;
mod part;
mod queued;
mod rerank;
mod responses;
mod schema;
mod told;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use self::part::Part;

/// The document.
pub(crate) fn document() -> Value {
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    let parts = [
        answers::part(),
        chat::part(),
        completions::part(),
        responses::part(),
        messages::part(),
        others::part(),
        gemini::part(),
        embeddings::part(),
        moderations::part(),
        rerank::part(),
        audio::part(),
        own::part(),
        queued::part(),
    ];
    for Part { paths: more, schemas: further } in parts {
        paths.extend(more);
        schemas.extend(further);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Jackfield",
            "version": env!("CARGO_PKG_VERSION"),
            "description": format!(
                "One endpoint over every provider. Paths may be asked with `/v1` or without.\n\n{}",
                headers::options()
            ),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        // The empty one: a gateway without keys in its configuration asks for none.
        "security": [
            { "bearer": [] }, { "x-api-key": [] }, { "x-goog-api-key": [] }, { "x-portkey-api-key": [] }, {},
        ],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": headers::components(),
            "headers": told::components(),
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer", "description": "As OpenAI's clients send it." },
                "x-api-key": {
                    "type": "apiKey", "in": "header", "name": "x-api-key",
                    "description": "As Anthropic's clients send it.",
                },
                "x-goog-api-key": {
                    "type": "apiKey", "in": "header", "name": "x-goog-api-key",
                    "description": "As Google's clients send it; for their paths, `?key=` too.",
                },
                "signature": {
                    "type": "apiKey", "in": "header", "name": "x-baseten-signature",
                    "description": "HMAC-SHA256 of the body, as `v1=HEX`; of receivers alone.",
                },
                "x-portkey-api-key": {
                    "type": "apiKey", "in": "header", "name": "x-portkey-api-key",
                    "description": "As Portkey's clients send it; it comes before the others.",
                },
            },
        },
    })
}
