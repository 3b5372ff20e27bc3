//! `/v1/chat/completions`: the request.
//!
//! <https://platform.openai.com/docs/api-reference/chat/create>

use serde_json::{Value, json};

use super::part::{About, Errors, Part, json_body, or_stream};
use super::schema::{
    Member, any, anything, closed, count, flag, list, map, may, named, need, nullable, number, object, only,
    text, with, word,
};

const EVENTS: &str = "With `stream`: an event a chunk, `chat.completion.chunk`, and `[DONE]` at the end. A stream \
                      that breaks off ends with an event that has `error`.";

/// The model's name, as every endpoint takes it.
pub(super) fn model() -> Value {
    with(
        text(
            "`provider/model`, the name of a route, or the id of a model that exactly one provider has. Where a \
             config names the target, it may be left out.",
        ),
        "minLength",
        1,
    )
}

/// Path and schemas.
pub(super) fn part() -> Part {
    let mut part = Part::default();
    let about = About {
        id: "createChatCompletion",
        tag: "Chat",
        summary: "Chat in OpenAI's dialect",
        description: "Passed on unread to a provider that speaks the dialect; decoded and encoded again for the \
                      others. Members that aren't listed here are passed on as they are.",
        events: Some(EVENTS),
    };
    let good = or_stream("ChatCompletion");
    part.routed("/v1/chat/completions", about, json_body("ChatRequest"), good, Errors::Openai);
    part.schema("ChatRequest", request());
    part.schema("ChatMessage", message());
    part.schema("ChatPart", content());
    part.schema("ChatTool", tool());
    part.schema("ToolCall", call());
    part.schema("ResponseFormat", format());
    super::chat_answer::add(&mut part);
    part
}

fn request() -> Value {
    let penalty = || with(with(number("-2 to 2; above 0 against repetition."), "minimum", -2), "maximum", 2);
    object([
        may("model", model()),
        need("messages", with(list(named("ChatMessage"), "The conversation so far."), "minItems", 1)),
        may("stream", flag("Whether the answer comes as it is made.")),
        may("stream_options", stream_options()),
        may("tools", list(named("ChatTool"), "What the model may call.")),
        may("tool_choice", choice()),
        may("parallel_tool_calls", flag("Whether several tools may be called at once.")),
        may("functions", with(list(function(None), "The older form of `tools`."), "deprecated", true)),
        may("function_call", with(older_choice(), "deprecated", true)),
        may("response_format", named("ResponseFormat")),
        may("max_tokens", with(count(1, "The older name of `max_completion_tokens`."), "deprecated", true)),
        may("max_completion_tokens", count(1, "The most tokens of the answer.")),
        may("temperature", with(with(number("0 to 2."), "minimum", 0), "maximum", 2)),
        may("top_p", with(with(number("0 to 1."), "minimum", 0), "maximum", 1)),
        may("frequency_penalty", penalty()),
        may("presence_penalty", penalty()),
        may("seed", json!({ "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX })),
        may("stop", stop()),
        may("n", with(count(1, "How many answers."), "maximum", 128)),
        may("logprobs", flag("Whether to tell how likely each token was.")),
        may("top_logprobs", with(count(0, "Of how many other tokens as well."), "maximum", 20)),
        may("reasoning_effort", text("How much to think, as `low`.")),
        may("modalities", list(text("`text` or `audio`."), "What the answer is made of.")),
        may("audio", object([need("voice", text("A voice.")), need("format", text("As `mp3`."))])),
        may("user", text("An id of the client's user.")),
        may("metadata", map(text(""), "Labels.")),
        may("service_tier", text("As `default`.")),
    ])
}

/// What a stream tells besides.
pub(super) fn stream_options() -> Value {
    object([may("include_usage", flag("Whether the last chunk tells the usage."))])
}

/// Where to stop.
pub(super) fn stop() -> Value {
    any([text("Up to here."), list(text("Up to here."), "Up to any of these.")], "What ends the answer.")
}

fn message() -> Value {
    let said = || any([text("A text."), list(named("ChatPart"), "Parts.")], "What is said.");
    let name = || may("name", text("A name of who speaks."));
    any(
        [
            object([
                need("role", word(&["system", "developer", "user"], "Who speaks.")),
                need("content", said()),
                name(),
            ]),
            object([
                need("role", only("assistant")),
                may("content", nullable(said())),
                may("refusal", nullable(text("How the model refused."))),
                may("tool_calls", list(named("ToolCall"), "What it called.")),
                may("function_call", with(called(), "deprecated", true)),
                name(),
            ]),
            object([
                need("role", only("tool")),
                need("content", said()),
                need("tool_call_id", text("The call that this is the result of.")),
            ]),
            with(
                object([
                    need("role", only("function")),
                    need("content", nullable(text("What came of the call."))),
                    need("name", text("The function, which a message before it calls.")),
                ]),
                "deprecated",
                true,
            ),
        ],
        "A turn of the conversation.",
    )
}

fn content() -> Value {
    let url = with(text("An address or a `data:` URL."), "format", "uri");
    let image = object([need("url", url), may("detail", text("`auto`, `low` or `high`."))]);
    let sound = object([need("data", base64()), need("format", text("As `wav`."))]);
    let file = object([
        may("file_id", text("A file that the provider has.")),
        may("file_data", text("The file in base64.")),
        may("filename", text("Its name.")),
    ]);
    any(
        [
            object([need("type", only("text")), need("text", text("What is said."))]),
            object([need("type", only("image_url")), need("image_url", image)]),
            object([need("type", only("input_audio")), need("input_audio", sound)]),
            object([need("type", only("file")), need("file", file)]),
            object([need("type", only("refusal")), need("refusal", text("How it was refused."))]),
        ],
        "A part of a message.",
    )
}

fn base64() -> Value {
    json!({ "type": "string", "pattern": "^([A-Za-z0-9+/]{4})*$" })
}

fn function(further: Option<Member>) -> Value {
    let members = [
        need("name", text("Its name.")),
        may("description", text("What it is for.")),
        may("parameters", anything("The JSON schema of its arguments.")),
    ];
    object(members.into_iter().chain(further))
}

fn tool() -> Value {
    let strict = may("strict", nullable(flag("Whether arguments keep to the schema exactly.")));
    any(
        [object([need("type", only("function")), need("function", function(Some(strict)))]), other()],
        "A function, or a tool that the provider itself knows.",
    )
}

/// A thing of a kind that is the provider's own business.
pub(super) fn other() -> Value {
    object([need("type", text("Another kind, for providers that know it."))])
}

fn choice() -> Value {
    let one = object([need("name", text("Its name."))]);
    any(
        [
            word(&["none", "auto", "required"], "None, whatever the model wants, or one at least."),
            object([need("type", only("function")), need("function", one)]),
            other(),
        ],
        "Whether tools are called.",
    )
}

fn older_choice() -> Value {
    any(
        [
            word(&["none", "auto"], "None, or whatever the model wants."),
            object([need("name", text("Its name."))]),
        ],
        "The older form of `tool_choice`.",
    )
}

fn called() -> Value {
    object([need("name", text("What is called.")), need("arguments", text("Its arguments as JSON."))])
}

fn call() -> Value {
    let custom = object([need("name", text("What is called.")), need("input", text("Its free text."))]);
    any(
        [
            object([need("id", text("Its id.")), need("type", only("function")), need("function", called())]),
            object([need("id", text("Its id.")), need("type", only("custom")), need("custom", custom)]),
        ],
        "A call of a tool.",
    )
}

fn format() -> Value {
    let schema = closed([
        need("name", text("A name for it.")),
        may("description", text("What it is for.")),
        may("schema", anything("The JSON schema.")),
        may("strict", nullable(flag("Whether the answer keeps to it exactly."))),
    ]);
    any(
        [
            object([need("type", only("text"))]),
            object([need("type", only("json_object"))]),
            object([need("type", only("json_schema")), need("json_schema", schema)]),
        ],
        "The form of the answer.",
    )
}
