//! `/v1/embeddings`.
//!
//! <https://platform.openai.com/docs/api-reference/embeddings>

use serde_json::{Value, json};

use super::chat::model;
use super::part::{About, Errors, Part, json_body, json_of};
use super::schema::{amount, any, count, list, may, need, number, object, only, text, with, word};

/// Path and schemas.
pub(super) fn part() -> Part {
    let mut part = Part::default();
    let about = About {
        id: "createEmbedding",
        tag: "Embeddings",
        summary: "Vectors of texts in OpenAI's dialect",
        description: "Passed on unread to a provider that speaks the dialect; decoded and encoded again for the \
                      others, which may also give vectors of bytes: `int8`, `uint8`, `binary` and `ubinary`.",
        events: None,
    };
    let good = json_of("Embeddings");
    part.routed("/v1/embeddings", about, json_body("EmbeddingRequest"), good, Errors::Openai);
    part.schema("EmbeddingRequest", request());
    part.schema("Embeddings", answer());
    part
}

fn request() -> Value {
    let token = json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX });
    let tokens = || with(list(token.clone(), "Tokens."), "minItems", 1);
    let line = || with(text("A text."), "minLength", 1);
    let input = any(
        [
            line(),
            with(list(line(), "Several texts."), "minItems", 1),
            tokens(),
            with(list(tokens(), "Several lists of tokens."), "minItems", 1),
        ],
        "What to embed.",
    );
    object([
        may("model", model()),
        need("input", input),
        may("dimensions", count(1, "How long the vectors are to be.")),
        may("encoding_format", word(&["float", "base64"], "How vectors are written.")),
        may("user", text("An id of the client's user.")),
    ])
}

fn answer() -> Value {
    let vector = any(
        [list(number(""), "Numbers."), text("The bytes of 32-bit floats, little-endian, in base64.")],
        "The vector.",
    );
    let one = object([
        need("object", only("embedding")),
        need("index", amount("Which of the inputs it is of.")),
        need("embedding", vector),
    ]);
    let usage = object([
        need("prompt_tokens", amount("Tokens of the inputs.")),
        need("total_tokens", amount("The same.")),
    ]);
    object([
        need("object", only("list")),
        need("data", list(one, "A vector an input.")),
        need("model", text("The model, in the provider's own words.")),
        // Upstreams that look like OpenAI's leave it out.
        may("usage", usage),
    ])
}
