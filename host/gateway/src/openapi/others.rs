//! Further dialects of chat, each a subset of what its provider documents:
//! Gemini's, Cohere's and Bedrock's.
//!
//! <https://ai.google.dev/api/generate-content>,
//! <https://docs.cohere.com/reference/chat>,
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>

use serde_json::{Value, json};

use super::chat::model;
use super::part::{About, Errors, Part, json_body, json_of, or_stream};
use super::schema::{amount, anything, flag, list, may, named, need, object, text};

const READ: &str = "Passed on unread to a provider that speaks the dialect; decoded and encoded again for the others. \
                    Members that aren't listed here are passed on as they are.";

/// Paths and schemas.
pub(super) fn part() -> Part {
    let mut part = Part::default();
    gemini(&mut part);
    cohere(&mut part);
    bedrock(&mut part);
    part
}

fn about(id: &'static str, tag: &'static str, summary: &'static str, events: Option<&'static str>) -> About {
    About { id, tag, summary, description: READ, events }
}

/// The model in the path.
pub(super) fn model_in_path() -> Value {
    json!({
        "name": "model", "in": "path", "required": true,
        "description": "A route, `provider/model`, or the bare id of a model. Slashes need not be encoded.",
        "schema": { "type": "string", "minLength": 1 },
    })
}

/// Tells of a parameter of a path.
fn parameter(part: &mut Part, path: &str, parameter: Value) {
    if let Some(parameters) = part.paths[path]["post"]["parameters"].as_array_mut() {
        parameters.push(parameter);
    }
}

/// Tells of the model in the path.
pub(super) fn of_model(part: &mut Part, path: &str) {
    parameter(part, path, model_in_path());
}

/// Tells of the parameter that asks for events.
fn as_events(part: &mut Part, path: &str) {
    let alt = json!({
        "name": "alt", "in": "query", "description": "In which form the chunks come.",
        "schema": { "type": "string", "enum": ["json", "sse"], "default": "json" },
    });
    parameter(part, path, alt);
}

fn gemini(part: &mut Part) {
    const EVENTS: &str = "With `?alt=sse`: an event a chunk, each in the shape of the whole answer; without it one \
                          JSON list of them that grows. A stream that breaks off ends with an `error`.";
    const COUNT: &str = "How many tokens a chat has, in Gemini's dialect";
    let (generate, stream) = ("Chat in Gemini's dialect", "Chat in Gemini's dialect, streamed");
    for (path, ids) in [
        ("/v1beta/models/{model}", ["generateContent", "streamGenerateContent", "countContentTokens"]),
        ("/v1/models/{model}", ["generateContentV1", "streamGenerateContentV1", "countContentTokensV1"]),
    ] {
        let [whole, streamed, counted] = ids;
        for (method, about, body, good) in [
            (
                "generateContent",
                about(whole, "Gemini", generate, None),
                "GenerateContentRequest",
                json_of("GenerateContentResponse"),
            ),
            (
                "streamGenerateContent",
                about(streamed, "Gemini", stream, Some(EVENTS)),
                "GenerateContentRequest",
                json!({
                    "application/json": { "schema": list(named("GenerateContentResponse"), "The chunks.") },
                    "text/event-stream": {},
                }),
            ),
            (
                "countTokens",
                About {
                    description: "Counted by the first target that the chat would go to.",
                    ..about(counted, "Gemini", COUNT, None)
                },
                "ContentCountRequest",
                json_of("ContentCount"),
            ),
        ] {
            let path = format!("{path}:{method}");
            part.routed(&path, about, json_body(body), good, Errors::Gemini);
            of_model(part, &path);
            if method == "streamGenerateContent" {
                as_events(part, &path);
            }
            if method == "countTokens" {
                // It says only what it counted.
                part.paths[&path]["post"]["responses"]["200"]["headers"] = super::told::of_traces();
            }
        }
    }
    let contents = || list(anything("A content: its `role` and its `parts`."), "The conversation so far.");
    part.schema(
        "GenerateContentRequest",
        object([
            need("contents", contents()),
            may("systemInstruction", anything("What the operator says, a content.")),
            may("tools", list(anything("A tool."), "What the model may call.")),
            may("toolConfig", anything("Whether it must.")),
            may("generationConfig", anything("How the answer is to be made.")),
        ]),
    );
    part.schema(
        "GenerateContentResponse",
        object([
            may("candidates", list(anything("A candidate."), "The answers.")),
            may("usageMetadata", anything("What it cost, in tokens.")),
            may("modelVersion", text("The model, in the provider's own words.")),
            may("responseId", text("Its id.")),
        ]),
    );
    part.schema(
        "ContentCountRequest",
        object([
            may("contents", contents()),
            may("generateContentRequest", anything("The whole request, instead of its contents.")),
        ]),
    );
    part.schema("ContentCount", object([need("totalTokens", amount("Tokens of the request."))]));
}

fn cohere(part: &mut Part) {
    const EVENTS: &str = "With `stream`: events from `message-start` to `message-end`.";
    let about = about("cohereChat", "Cohere", "Chat in Cohere's dialect", Some(EVENTS));
    part.routed("/v2/chat", about, json_body("CohereChatRequest"), or_stream("CohereChat"), Errors::Cohere);
    part.schema(
        "CohereChatRequest",
        object([
            may("model", model()),
            need("messages", list(anything("A message."), "The conversation so far.")),
            may("stream", flag("Whether the answer comes as it is made.")),
            may("tools", list(anything("A tool."), "What the model may call.")),
        ]),
    );
    part.schema(
        "CohereChat",
        object([
            may("id", text("Its id.")),
            may("finish_reason", text("Why it ended.")),
            may("message", anything("What the model says.")),
            may("usage", anything("What it cost.")),
        ]),
    );
}

fn bedrock(part: &mut Part) {
    let stream: Value = json!({ "application/vnd.amazon.eventstream": {} });
    for (path, id, good) in [
        ("/model/{model}/converse", "converse", json_of("Converse")),
        ("/model/{model}/converse-stream", "converseStream", stream),
    ] {
        let about = about(id, "Bedrock", "Chat in Bedrock's dialect", None);
        part.routed(path, about, json_body("ConverseRequest"), good, Errors::Bedrock);
        of_model(part, path);
    }
    part.schema(
        "ConverseRequest",
        object([
            need("messages", list(anything("A message."), "The conversation so far.")),
            may("system", list(anything("A block."), "What the operator says.")),
            may("inferenceConfig", anything("How the answer is to be made.")),
            may("toolConfig", anything("What the model may call.")),
        ]),
    );
    part.schema(
        "Converse",
        object([
            need("output", anything("What the model says.")),
            need("stopReason", text("Why it ended.")),
            may("usage", anything("What it cost.")),
            may("metrics", anything("How long it took.")),
        ]),
    );
}
