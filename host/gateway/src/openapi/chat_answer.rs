//! `/v1/chat/completions`: the answer.
//!
//! <https://platform.openai.com/docs/api-reference/chat/object>

use serde_json::Value;

use super::part::Part;
use super::schema::{amount, list, map, may, named, need, nullable, number, object, only, text};

pub(super) fn add(part: &mut Part) {
    part.schema("ChatCompletion", answer());
    part.schema("Usage", usage());
    part.schema("TokenLogprob", logprob());
}

fn answer() -> Value {
    object([
        need("id", text("Its id.")),
        need("object", only("chat.completion")),
        need("created", amount("When it was made, in seconds since 1970.")),
        need("model", text("The model, in the provider's own words.")),
        need("choices", list(choice(), "The answers.")),
        may("usage", nullable(named("Usage"))),
        may("service_tier", nullable(text("The tier that served it."))),
        may("system_fingerprint", nullable(text("The upstream's configuration."))),
    ])
}

fn choice() -> Value {
    let logprobs = object([
        may("content", nullable(list(named("TokenLogprob"), "Of the text."))),
        may("refusal", nullable(list(named("TokenLogprob"), "Of the refusal."))),
    ]);
    object([
        need("index", amount("Which of the answers it is.")),
        need("message", message()),
        need(
            "finish_reason",
            nullable(text(
                "`stop`, `length`, `tool_calls`, `content_filter`, `function_call`, or the upstream's own word.",
            )),
        ),
        may("logprobs", nullable(logprobs)),
    ])
}

fn message() -> Value {
    let audio = object([
        need("id", text("Its id, for the next request.")),
        may("data", text("The sound in base64.")),
        may("transcript", text("What is said in it.")),
    ]);
    let called = object([need("name", text("What is called.")), need("arguments", text("Its arguments."))]);
    object([
        need("role", text("`assistant`.")),
        may("content", nullable(text("The text."))),
        may("refusal", nullable(text("How the model refused."))),
        may("tool_calls", nullable(list(named("ToolCall"), "What is to be called."))),
        may("function_call", nullable(called)),
        may("annotations", nullable(list(super::schema::anything("A source."), "Sources of the text."))),
        may("audio", nullable(audio)),
    ])
}

fn usage() -> Value {
    let details = |about| nullable(map(nullable(number("Tokens.")), about));
    object([
        need("prompt_tokens", amount("Tokens of the request.")),
        need("completion_tokens", amount("Tokens of the answer.")),
        need("total_tokens", amount("Both.")),
        may("prompt_tokens_details", details("Of which read from a cache, of sound, ...")),
        may("completion_tokens_details", details("Of which thought, of sound, ...")),
    ])
}

fn logprob() -> Value {
    let bytes = || nullable(list(amount("A byte."), "Its bytes."));
    let other = object([
        need("token", text("The token.")),
        need("logprob", number("How likely it was.")),
        may("bytes", bytes()),
    ]);
    object([
        need("token", text("The token.")),
        need("logprob", number("The logarithm of how likely it was.")),
        may("bytes", bytes()),
        may("top_logprobs", list(other, "What else could have stood there.")),
    ])
}
