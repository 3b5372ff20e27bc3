//! `/v1/responses`.
//!
//! <https://platform.openai.com/docs/api-reference/responses>

use serde_json::Value;

use super::chat::{model, other};
use super::part::{About, Errors, Part, json_body, or_stream};
use super::schema::{
    amount, any, anything, count, flag, list, may, named, need, nullable, number, object, only, text, with,
    word,
};

const EVENTS: &str = "With `stream`: events named by their `type`, from `response.created` to `response.completed`, \
                      `response.incomplete` or `response.failed`.";

/// Path and schemas.
pub(super) fn part() -> Part {
    let mut part = Part::default();
    let about = About {
        id: "createResponse",
        tag: "Chat",
        summary: "A response in OpenAI's dialect",
        description: "Passed on unread to a provider that speaks the dialect; asked as a chat of the others. Those \
                      keep no conversations and prompts, run no tools and answer nothing in the background: a \
                      request that needs it is refused.",
        events: Some(EVENTS),
    };
    let good = or_stream("Response");
    part.routed("/v1/responses", about, json_body("ResponseRequest"), good, Errors::Openai);
    part.schema("ResponseRequest", request());
    part.schema("ResponseItem", item());
    part.schema("Response", answer());
    part
}

fn request() -> Value {
    let items = with(list(named("ResponseItem"), "The conversation so far."), "minItems", 1);
    object([
        may("model", model()),
        may("input", any([text("What the user says."), items], "What is asked.")),
        may("instructions", nullable(text("What the operator says."))),
        may("stream", nullable(flag("Whether the answer comes as it is made."))),
        may("tools", list(tool(), "What the model may call.")),
        may("tool_choice", choice()),
        may("parallel_tool_calls", nullable(flag("Whether several tools may be called at once."))),
        may("text", object([may("format", format()), may("verbosity", nullable(text("As `low`.")))])),
        may("reasoning", nullable(thinking())),
        may("max_output_tokens", nullable(count(1, "The most tokens of the answer."))),
        may("temperature", nullable(with(with(number("0 to 2."), "minimum", 0), "maximum", 2))),
        may("top_p", nullable(with(with(number("0 to 1."), "minimum", 0), "maximum", 1))),
        may("top_logprobs", nullable(with(count(0, "Of how many other tokens."), "maximum", 20))),
        may("include", nullable(list(text("As `reasoning.encrypted_content`."), "What else to tell."))),
        may("max_tool_calls", nullable(count(1, "How often tools of the provider's may be called."))),
        may("metadata", nullable(super::schema::map(text(""), "Labels."))),
        may("user", text("An id of the client's user.")),
        may("service_tier", nullable(text("As `default`."))),
        may("truncation", nullable(word(&["auto", "disabled"], "Whether a long conversation is cut."))),
        may("store", nullable(flag("Whether the provider keeps the answer."))),
        may("background", nullable(flag("Whether it answers in the background."))),
        may("previous_response_id", nullable(text("The response that this goes on with."))),
    ])
}

fn item() -> Value {
    let part = object([need("type", text("As `input_text`.")), may("text", text("What is said."))]);
    let said = any([text("A text."), list(part, "Parts.")], "What is said.");
    let roles = ["user", "system", "developer", "assistant"];
    any(
        [
            object([
                may("type", only("message")),
                need("role", word(&roles, "Who speaks.")),
                need("content", said),
            ]),
            object([
                need("type", only("function_call")),
                need("call_id", text("The call's id.")),
                need("name", text("What was called.")),
                need("arguments", text("Its arguments as JSON.")),
            ]),
            object([
                need("type", only("function_call_output")),
                need("call_id", text("The call's id.")),
                need("output", text("What came of it.")),
            ]),
        ],
        "A thing that was said, called or found.",
    )
}

fn tool() -> Value {
    let function = object([
        need("type", only("function")),
        need("name", text("Its name.")),
        may("description", nullable(text("What it is for."))),
        may("parameters", nullable(anything("The JSON schema of its arguments."))),
        may("strict", nullable(flag("Whether arguments keep to the schema exactly."))),
    ]);
    any([function, other()], "A function, or a tool that the provider itself runs.")
}

fn choice() -> Value {
    any(
        [
            word(&["none", "auto", "required"], "None, whatever the model wants, or one at least."),
            object([need("type", only("function")), need("name", text("Its name."))]),
            other(),
        ],
        "Whether tools are called.",
    )
}

fn format() -> Value {
    any(
        [
            object([need("type", only("text"))]),
            object([need("type", only("json_object"))]),
            object([
                need("type", only("json_schema")),
                need("name", text("A name for it.")),
                need("schema", anything("The JSON schema.")),
                may("description", text("What it is for.")),
                may("strict", nullable(flag("Whether the answer keeps to it exactly."))),
            ]),
        ],
        "The form of the answer.",
    )
}

fn thinking() -> Value {
    object([
        may("effort", nullable(text("How much to think, as `low`."))),
        may("summary", nullable(text("How much of it to tell, as `auto`."))),
    ])
}

fn answer() -> Value {
    let usage = object([
        need("input_tokens", amount("Tokens of the request.")),
        need("output_tokens", amount("Tokens of the answer.")),
        need("total_tokens", amount("Both.")),
        may("input_tokens_details", anything("Of which read from a cache.")),
        may("output_tokens_details", anything("Of which thought.")),
    ]);
    object([
        need("id", text("Its id.")),
        need("object", only("response")),
        need("created_at", number("When it was made, in seconds since 1970.")),
        need("model", text("The model, in the provider's own words.")),
        need("output", list(anything("A message, a call, a thought."), "What came of it.")),
        may("status", text("`completed`, `incomplete`, `failed` or `in_progress`.")),
        may("error", nullable(anything("Why it failed."))),
        may("incomplete_details", nullable(anything("Why it isn't whole."))),
        may("usage", nullable(usage)),
        may("instructions", nullable(any([text(""), list(anything(""), "")], "As the request has it."))),
        may("metadata", nullable(anything("As the request has it."))),
        may("parallel_tool_calls", flag("As the request has it.")),
        may("temperature", nullable(number("As the request has it."))),
        may("tool_choice", any([text(""), anything("")], "As the request has it.")),
        may("tools", list(anything("A tool."), "As the request has them.")),
        may("top_p", nullable(number("As the request has it."))),
    ])
}
