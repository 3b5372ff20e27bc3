//! What requests look like, endpoint by endpoint.

mod anthropic;
mod cohere;
mod converse;
mod gemini;
mod openai;
mod others;
mod responses;

pub use anthropic::MESSAGES;
pub use cohere::COHERE;
pub use converse::CONVERSE;
pub use gemini::GENERATE;
pub use openai::{CHAT, COMPLETIONS};
pub use others::{EMBEDDINGS, FEEDBACK, MODERATIONS, RERANK, SPEECH};
pub use responses::RESPONSES;

use crate::shape::Shape;

/// Names that models go by here: `a` and `b` are providers.
const MODEL: Shape =
    Shape::Text(&["a/m", "a/m", "b/m", "c/m", "m", "known", "route", "@a/m", "a/", "nobody/m"]);

/// Any text.
const ANY_TEXT: Shape = Shape::Text(&[]);

/// A JSON schema.
const SCHEMA: Shape = Shape::OneOf(&[
    Shape::Literal(r#"{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}"#),
    Shape::Literal("{}"),
    Shape::Any,
]);

/// Where a picture is.
const IMAGE_URL: Shape = Shape::Text(&[
    "data:image/png;base64,iVBORw0KGgo=",
    "https://x.example/a.png",
    "data:image/svg+xml;charset=utf-8,%3Csvg%3E",
]);

/// Bytes as Base64.
const BASE64: Shape = Shape::Text(&["AAEC", "", "AA==", "A", "****"]);
