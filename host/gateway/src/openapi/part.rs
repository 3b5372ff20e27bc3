//! What one concern adds to the document: paths and schemas.

use serde_json::{Map, Value, json};

use super::answers;
use super::schema::named;

/// Paths and schemas.
#[derive(Default)]
pub(super) struct Part {
    pub(super) paths: Map<String, Value>,
    pub(super) schemas: Map<String, Value>,
}

/// Whose shape errors have.
#[derive(Clone, Copy)]
pub(super) enum Errors {
    Openai,
    Anthropic,
    Gemini,
    Cohere,
    Bedrock,
}

/// What an endpoint is: everything but its request and its answer.
pub(super) struct About {
    /// `operationId`.
    pub(super) id: &'static str,
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    pub(super) description: &'static str,
    /// What a stream has in it, where there can be one.
    pub(super) events: Option<&'static str>,
}

impl Part {
    /// Adds a schema.
    pub(super) fn schema(&mut self, name: &str, schema: Value) {
        self.schemas.insert(name.to_owned(), schema);
    }

    /// Adds what a method of a path does.
    pub(super) fn operation(&mut self, path: &str, method: &str, operation: Value) {
        let item = self.paths.entry(path).or_insert_with(|| json!({}));
        item[method] = operation;
    }

    /// Adds an endpoint whose requests are routed to providers.
    pub(super) fn routed(&mut self, path: &str, about: About, body: Value, good: Value, errors: Errors) {
        let mut operation = plain(&about);
        operation["parameters"] = super::headers::parameters(errors);
        operation["requestBody"] = body;
        operation["responses"] = answers::routed(good, errors);
        self.operation(path, "post", operation);
    }
}

/// An operation without parameters, body and answers.
pub(super) fn plain(about: &About) -> Value {
    let description = match about.events {
        Some(events) => format!("{}\n\n{events}", about.description),
        None => about.description.to_owned(),
    };
    json!({
        "operationId": about.id,
        "tags": [about.tag],
        "summary": about.summary,
        "description": description,
    })
}

/// A JSON body of the schema of this name.
pub(super) fn json_body(schema: &str) -> Value {
    json!({ "required": true, "content": { "application/json": { "schema": named(schema) } } })
}

/// JSON of the schema of this name, or a stream. OpenAPI 3.1 has no schemas for
/// events.
pub(super) fn or_stream(schema: &str) -> Value {
    json!({ "application/json": { "schema": named(schema) }, "text/event-stream": {} })
}

/// JSON of the schema of this name.
pub(super) fn json_of(schema: &str) -> Value {
    json!({ "application/json": { "schema": named(schema) } })
}
