//! `/v1/messages`, and the counting of its tokens.
//!
//! <https://docs.anthropic.com/en/api/messages>

use serde_json::Value;

use super::chat::model;
use super::part::{About, Errors, Part, json_body, json_of, or_stream};
use super::schema::{
    Member, amount, any, anything, count, flag, list, may, named, need, nullable, number, object, only, text,
    with, word,
};

const EVENTS: &str = "With `stream`: events from `message_start` to `message_stop`. A stream that breaks off ends \
                      with the event `error`.";

/// Paths and schemas.
pub(super) fn part() -> Part {
    let mut part = Part::default();
    let about = About {
        id: "createMessage",
        tag: "Messages",
        summary: "Chat in Anthropic's dialect",
        description: "Passed on unread to a provider that speaks the dialect; decoded and encoded again for the \
                      others. Members that aren't listed here are passed on as they are.",
        events: Some(EVENTS),
    };
    let good = or_stream("Message");
    part.routed("/v1/messages", about, json_body("MessageRequest"), good, Errors::Anthropic);
    let about = About {
        id: "countTokens",
        tag: "Messages",
        summary: "How many tokens a chat has, in Anthropic's dialect",
        description: "Counted by the first target that the chat would go to.",
        events: None,
    };
    let good = json_of("TokenCount");
    part.routed("/v1/messages/count_tokens", about, json_body("CountRequest"), good, Errors::Anthropic);
    // It says only what it counted.
    part.paths["/v1/messages/count_tokens"]["post"]["responses"]["200"]["headers"] = super::told::of_traces();
    part.schema("MessageRequest", request());
    part.schema("CountRequest", object(asked()));
    part.schema("MessageTurn", turn());
    part.schema("MessageTool", tool());
    part.schema("Message", answer());
    part.schema("TokenCount", object([need("input_tokens", amount("Tokens of the request."))]));
    part
}

fn asked() -> Vec<Member> {
    let block = object([need("type", only("text")), need("text", text("What is said."))]);
    vec![
        may("model", model()),
        need("messages", with(list(named("MessageTurn"), "The conversation so far."), "minItems", 1)),
        may("system", any([text("A text."), list(block, "Blocks.")], "What the operator says.")),
        may("tools", list(named("MessageTool"), "What the model may call.")),
        may("tool_choice", choice()),
        may("thinking", thinking()),
    ]
}

fn request() -> Value {
    let mut members = asked();
    members.extend([
        need("max_tokens", count(1, "The most tokens of the answer.")),
        may("stream", flag("Whether the answer comes as it is made.")),
        may("stop_sequences", list(text("Up to here."), "What ends the answer.")),
        may("temperature", with(with(number("0 to 1."), "minimum", 0), "maximum", 1)),
        may("top_p", with(with(number("0 to 1."), "minimum", 0), "maximum", 1)),
        may("top_k", count(0, "Of how many tokens one is picked.")),
        may("metadata", object([may("user_id", nullable(text("An id of the client's user.")))])),
        may("service_tier", word(&["auto", "standard_only"], "Which tier may serve it.")),
    ]);
    object(members)
}

fn turn() -> Value {
    let source = any(
        [
            object([need("type", only("url")), need("url", with(text("An address."), "minLength", 1))]),
            object([
                need("type", only("base64")),
                need("media_type", text("As `image/png`.")),
                need("data", with(text("Its bytes."), "pattern", "^([A-Za-z0-9+/]{4})*$")),
            ]),
        ],
        "Where it is.",
    );
    let block = any(
        [
            object([need("type", only("text")), need("text", text("What is said."))]),
            object([need("type", only("image")), need("source", source)]),
            object([
                need("type", only("tool_use")),
                need("id", text("The call's id.")),
                need("name", text("What is called.")),
                need("input", anything("Its arguments.")),
            ]),
            object([
                need("type", only("tool_result")),
                need("tool_use_id", text("The call's id.")),
                may("content", text("What came of it.")),
                may("is_error", flag("Whether it failed.")),
            ]),
        ],
        "A part of a turn.",
    );
    object([
        need("role", word(&["user", "assistant"], "Who speaks.")),
        need("content", any([text("A text."), list(block, "Blocks.")], "What is said.")),
    ])
}

fn tool() -> Value {
    object([
        need("name", text("Its name.")),
        may("description", text("What it is for.")),
        need("input_schema", anything("The JSON schema of its arguments.")),
    ])
}

fn choice() -> Value {
    any(
        [
            object([need(
                "type",
                word(&["auto", "any", "none"], "Whatever the model wants, one at least, or none."),
            )]),
            object([need("type", only("tool")), need("name", text("Its name."))]),
        ],
        "Whether tools are called.",
    )
}

fn thinking() -> Value {
    any(
        [
            object([
                need("type", only("enabled")),
                need("budget_tokens", count(1024, "The most tokens of thought.")),
            ]),
            object([need("type", word(&["disabled", "adaptive"], "Not at all, or as the model wants."))]),
        ],
        "Whether the model thinks first.",
    )
}

fn answer() -> Value {
    let usage = object([
        need("input_tokens", amount("Tokens of the request that no cache had.")),
        need("output_tokens", amount("Tokens of the answer.")),
        may("cache_read_input_tokens", nullable(amount("Tokens read from a cache."))),
        may("cache_creation_input_tokens", nullable(amount("Tokens written to a cache."))),
    ]);
    let block = object([need("type", text("`text`, `thinking`, `tool_use`, ..."))]);
    object([
        need("id", text("Its id.")),
        need("type", only("message")),
        need("role", only("assistant")),
        need("model", text("The model, in the provider's own words.")),
        need("content", list(block, "What the model said and called.")),
        need("stop_reason", nullable(text("`end_turn`, `max_tokens`, `tool_use`, ..."))),
        may("stop_sequence", nullable(text("The text that ended it."))),
        need("usage", usage),
    ])
}
