//! What Gemini's dialect has beside chats: embeddings and the list of models.
//!
//! <https://ai.google.dev/api/embeddings>, <https://ai.google.dev/api/models>

use serde_json::{Value, json};

use super::answers;
use super::others::{model_in_path, of_model};
use super::part::{About, Errors, Part, json_body, json_of, plain};
use super::schema::{amount, anything, count, list, may, named, need, number, object, text, with, word};

/// Paths and schemas.
pub(super) fn part() -> Part {
    let mut part = Part::default();
    embeddings(&mut part);
    models(&mut part);
    part
}

fn embeddings(part: &mut Part) {
    const ONE: &str = "The vector of a content in Gemini's dialect";
    const SEVERAL: &str = "Vectors of contents in Gemini's dialect";
    const DESCRIPTION: &str = "Decoded and encoded again for every provider.";
    for (path, [one, batch]) in [
        ("/v1beta/models/{model}", ["embedContent", "batchEmbedContents"]),
        ("/v1/models/{model}", ["embedContentV1", "batchEmbedContentsV1"]),
    ] {
        for (method, id, summary, body, good) in [
            ("embedContent", one, ONE, "EmbedContentRequest", "EmbedContentResponse"),
            ("batchEmbedContents", batch, SEVERAL, "BatchEmbedContentsRequest", "BatchEmbedContentsResponse"),
        ] {
            let path = format!("{path}:{method}");
            let about = About { id, tag: "Gemini", summary, description: DESCRIPTION, events: None };
            part.routed(&path, about, json_body(body), json_of(good), Errors::Gemini);
            of_model(part, &path);
        }
    }
    let tasks = [
        "TASK_TYPE_UNSPECIFIED",
        "RETRIEVAL_QUERY",
        "RETRIEVAL_DOCUMENT",
        "SEMANTIC_SIMILARITY",
        "CLASSIFICATION",
        "CLUSTERING",
        "QUESTION_ANSWERING",
        "FACT_VERIFICATION",
        "CODE_RETRIEVAL_QUERY",
    ];
    let one = || {
        [
            may("model", text("The model in the path, as `models/MODEL`.")),
            need("content", named("EmbeddedContent")),
            may("taskType", word(&tasks, "What the vector is for.")),
            may("outputDimensionality", count(1, "How long it is to be.")),
        ]
    };
    part.schema(
        "EmbeddedContent",
        object([need("parts", with(list(anything("A text or an image."), "Its parts."), "minItems", 1))]),
    );
    part.schema("EmbedContentRequest", object(one()));
    let items = with(list(object(one()), "Contents of which the same is said."), "minItems", 1);
    part.schema("BatchEmbedContentsRequest", object([need("requests", items)]));
    let vector = || object([need("values", list(number(""), "The vector."))]);
    let usage = || {
        let tokens = amount("Tokens of the contents.");
        may(
            "usageMetadata",
            object([need("promptTokenCount", tokens.clone()), need("totalTokenCount", tokens)]),
        )
    };
    part.schema("EmbedContentResponse", object([need("embedding", vector()), usage()]));
    let vectors = list(vector(), "A vector a content, in their order.");
    part.schema("BatchEmbedContentsResponse", object([need("embeddings", vectors), usage()]));
}

fn models(part: &mut Part) {
    let about = About {
        id: "listGeminiModels",
        tag: "Gemini",
        summary: "The names that requests can give as their model, in Gemini's shape",
        description: "What `/v1/models` lists, page by page, with what the catalog knows of each.",
        events: None,
    };
    let mut operation = plain(&about);
    operation["parameters"] = json!([
        {
            "name": "pageSize", "in": "query", "description": "The most models of a page, which are 1000 without it.",
            "schema": { "type": "integer", "minimum": 0, "maximum": i32::MAX },
        },
        {
            "name": "pageToken", "in": "query", "description": "The `nextPageToken` of the page before.",
            "schema": { "type": "string" },
        },
    ]);
    operation["responses"] = own("GeminiModels", &["400", "401"]);
    part.operation("/v1beta/models", "get", operation);
    let about = About {
        id: "getGeminiModel",
        tag: "Gemini",
        summary: "One of these names",
        description: "Names have slashes in them, which may stand in the path as they are.",
        events: None,
    };
    let mut operation = plain(&about);
    operation["parameters"] = json!([model_in_path()]);
    operation["responses"] = own("GeminiModel", &["401", "404"]);
    part.operation("/v1beta/models/{model}", "get", operation);
    part.schema(
        "GeminiModel",
        object([
            need("name", text("`models/` and the name.")),
            need("displayName", text("The name.")),
            may("inputTokenLimit", amount("The most tokens of a prompt.")),
            may("outputTokenLimit", amount("The most tokens of an answer.")),
            may("supportedGenerationMethods", list(text("A method."), "What of this dialect it serves.")),
        ]),
    );
    part.schema(
        "GeminiModels",
        object([
            need("models", list(named("GeminiModel"), "In the order of their names.")),
            may("nextPageToken", text("Where the next page begins, if there is one.")),
        ]),
    );
}

fn own(schema: &str, refusals: &[&str]) -> Value {
    answers::own_in(json_of(schema), refusals, Errors::Gemini)
}
