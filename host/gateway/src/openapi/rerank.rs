//! `/v1/rerank`, and `/v2/rerank` for Cohere's newer clients.
//!
//! <https://docs.cohere.com/reference/rerank>, <https://jina.ai/reranker>

use serde_json::Value;

use super::chat::model;
use super::part::{About, Errors, Part, json_body, json_of};
use super::schema::{
    amount, any, anything, count, flag, list, map, may, need, number, object, only, text, with,
};

/// Paths and schemas.
pub(super) fn part() -> Part {
    let mut part = Part::default();
    for (path, id) in [("/v1/rerank", "rerank"), ("/v2/rerank", "rerankV2")] {
        let about = About {
            id,
            tag: "Rerank",
            summary: "Documents in the order in which they answer a query",
            description: "In a shape that clients of Cohere's and of Jina's take.",
            events: None,
        };
        part.routed(path, about, json_body("RerankRequest"), json_of("Reranking"), Errors::Openai);
    }
    part.schema("RerankRequest", request());
    part.schema("Reranking", answer());
    part
}

fn request() -> Value {
    let document =
        any([text("A text."), anything("An object: its `text`, or all of it as JSON.")], "A document.");
    object([
        may("model", model()),
        need("query", text("What is looked for.")),
        need("documents", with(list(document, "Where it is looked for."), "minItems", 1)),
        may("top_n", count(1, "How many to tell, the best first.")),
        may("max_tokens_per_doc", count(1, "How much of each is read.")),
        may("return_documents", flag("Whether the answer has the texts.")),
    ])
}

fn answer() -> Value {
    let one = object([
        need("index", amount("Which of the documents it is.")),
        need("relevance_score", number("How well it answers the query.")),
        may("document", object([need("text", text("Its text."))])),
    ]);
    let usage = object([
        need("prompt_tokens", amount("Tokens that were read.")),
        need("total_tokens", amount("All tokens.")),
    ]);
    let meta = object([
        may("billed_units", map(number(""), "What is billed.")),
        may("tokens", map(number(""), "Tokens that were read.")),
    ]);
    object([
        need("id", text("Its id.")),
        need("object", only("list")),
        need("model", text("The model, in the provider's own words.")),
        need("results", list(one, "The best first.")),
        may("usage", usage),
        may("meta", meta),
    ])
}
