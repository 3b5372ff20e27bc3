//! `/v1/completions`.
//!
//! <https://platform.openai.com/docs/api-reference/completions>

use serde_json::{Value, json};

use super::chat::{model, stop, stream_options};
use super::part::{About, Errors, Part, json_body, or_stream};
use super::schema::{
    amount, any, anything, count, flag, list, may, named, need, nullable, number, object, only, text, with,
};

const EVENTS: &str =
    "With `stream`: an event a chunk, each in the shape of the whole answer, and `[DONE]` at the end.";

/// Path and schemas.
pub(super) fn part() -> Part {
    let mut part = Part::default();
    let about = About {
        id: "createCompletion",
        tag: "Chat",
        summary: "A text gone on with, in OpenAI's older dialect",
        description: "Passed on unread to a provider that speaks the dialect; asked as a chat of the others, which \
                      can't do `suffix`, `echo`, and several prompts in one request.",
        events: Some(EVENTS),
    };
    let good = or_stream("Completion");
    part.routed("/v1/completions", about, json_body("CompletionRequest"), good, Errors::Openai);
    part.schema("CompletionRequest", request());
    part.schema("Completion", answer());
    part
}

fn request() -> Value {
    let tokens = || with(list(json!({ "type": "integer", "minimum": 0 }), "Tokens."), "minItems", 1);
    let prompt = any(
        [
            text("One prompt."),
            with(list(text("A prompt."), "Several."), "minItems", 1),
            tokens(),
            with(list(tokens(), "Several, as tokens."), "minItems", 1),
        ],
        "What to go on with.",
    );
    let penalty = || with(with(number("-2 to 2; above 0 against repetition."), "minimum", -2), "maximum", 2);
    object([
        may("model", model()),
        need("prompt", prompt),
        may("suffix", text("What comes after the completion.")),
        may("echo", flag("Whether the prompt is repeated.")),
        may("best_of", count(1, "How many are made, of which the best are told.")),
        may("stream", flag("Whether the answer comes as it is made.")),
        may("stream_options", stream_options()),
        may("max_tokens", count(1, "The most tokens of the answer.")),
        may("temperature", with(with(number("0 to 2."), "minimum", 0), "maximum", 2)),
        may("top_p", with(with(number("0 to 1."), "minimum", 0), "maximum", 1)),
        may("n", with(count(1, "How many answers."), "maximum", 128)),
        may("logprobs", with(count(0, "Of how many tokens to tell how likely they were."), "maximum", 5)),
        may("stop", stop()),
        may("frequency_penalty", penalty()),
        may("presence_penalty", penalty()),
        may("seed", json!({ "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX })),
        may("user", text("An id of the client's user.")),
    ])
}

fn answer() -> Value {
    let choice = object([
        need("text", text("The completion.")),
        need("index", amount("Which of the answers it is.")),
        need(
            "finish_reason",
            nullable(text("`stop`, `length`, `content_filter`, or the upstream's own word.")),
        ),
        may("logprobs", nullable(anything("How likely each token was."))),
    ]);
    object([
        need("id", text("Its id.")),
        need("object", only("text_completion")),
        need("created", amount("When it was made, in seconds since 1970.")),
        need("model", text("The model, in the provider's own words.")),
        need("choices", list(choice, "The answers.")),
        may("usage", nullable(named("Usage"))),
        may("system_fingerprint", nullable(text("The upstream's configuration."))),
    ])
}
