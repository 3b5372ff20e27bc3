//! What providers may say: answers and events, in the order of the contract or
//! in none at all. Members that the contract calls JSON are JSON, since the host
//! holds plugins to that.

mod stream;

use jackfield_runtime::api::embedding::{EmbedResponse, Vector};
use jackfield_runtime::api::llm::{
    ChatResponse, Choice, Citation, FinishReason, Part, ReasoningPart, ResultPart, TextPart,
    TokenAlternative, TokenLogprob, ToolCall, ToolResult,
};
use jackfield_runtime::api::rerank::{Ranked, RerankResponse};
use jackfield_runtime::api::types::{Document, Error, ErrorKind, Media, Source, Usage};

pub use stream::events;

use crate::choices::Choices;

const TEXTS: [&str; 18] = [
    "",
    "hello",
    " world",
    "\n\n",
    "\r",
    "data: [DONE]\n\n",
    "\u{0}",
    "\u{2028}",
    "é漢🦀",
    "\"",
    "\\",
    "</script>",
    "{\"a\":1}",
    "{",
    "null",
    "event: message_stop",
    "\u{feff}",
    "\u{1b}[2J",
];

const OBJECTS: [&str; 10] = [
    "{\n\"a\":\n1}",
    "{\r\n\"type\":\n\"x\"}",
    "{}",
    "{\"a\":1}",
    "{\"id\":\"x\",\"model\":null}",
    "{\"choices\":[]}",
    "{\"usage\":{\"a\":1}}",
    "{\"type\":\"x\"}",
    "{\"object\":5,\"object\":6}",
    "{ \"new\" : [ 1 ] }",
];

fn text(choices: &mut Choices<'_>) -> String {
    choices.one(&TEXTS).to_owned()
}

fn object(choices: &mut Choices<'_>) -> String {
    choices.one(&OBJECTS).to_owned()
}

fn any_json(choices: &mut Choices<'_>) -> String {
    (choices.one(&["null", "1", "\"x\"", "[]", "[1,{}]", "{\"type\":\"server_tool_use\"}", "{}"])).to_owned()
}

fn count(choices: &mut Choices<'_>) -> u64 {
    choices.one(&[0, 1, 17, 4_000, u64::from(u32::MAX), u64::MAX])
}

fn number(choices: &mut Choices<'_>) -> f64 {
    choices.one(&[0.0, -0.1, -1e-9, 0.5, 1e300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY])
}

fn bytes(choices: &mut Choices<'_>) -> Vec<u8> {
    choices.list(40, Choices::byte)
}

fn source(choices: &mut Choices<'_>) -> Source {
    match choices.below(3) {
        0 => Source::Data(bytes(choices)),
        1 => Source::Url(text(choices)),
        _ => Source::FileId(text(choices)),
    }
}

fn media(choices: &mut Choices<'_>) -> Media {
    Media {
        source: source(choices),
        mime_type: choices.option(|choices| choices.one(&["image/png", "audio/wav", "", "x\ny"]).to_owned()),
        detail: choices.option(text),
        transcript: choices.option(text),
        id: choices.option(text),
    }
}

fn document(choices: &mut Choices<'_>) -> Document {
    Document {
        source: source(choices),
        mime_type: choices.option(text),
        name: choices.option(text),
        context: choices.option(text),
        citations: choices.chance(128),
    }
}

fn citation(choices: &mut Choices<'_>) -> Citation {
    Citation {
        title: choices.option(text),
        url: choices.option(text),
        quote: choices.option(text),
        start: choices.option(|choices| choices.one(&[0, 1, 9, u32::MAX])),
        end: choices.option(|choices| choices.one(&[0, 1, 9, u32::MAX])),
        raw: choices.option(object),
    }
}

fn part(choices: &mut Choices<'_>) -> Part {
    match choices.below(11) {
        0..=2 => Part::Text(TextPart { text: text(choices), citations: choices.list(3, citation) }),
        3 => Part::Image(media(choices)),
        4 => Part::Audio(media(choices)),
        5 => Part::Document(document(choices)),
        6 => Part::Reasoning(ReasoningPart {
            text: text(choices),
            signature: choices.option(text),
            redacted: choices.option(text),
            id: choices.option(text),
        }),
        7 => Part::ToolCall(ToolCall {
            id: text(choices),
            name: text(choices),
            arguments: text(choices),
            signature: choices.option(text),
        }),
        8 => Part::ToolResult(ToolResult {
            call_id: text(choices),
            name: choices.option(text),
            content: choices.list(2, |choices| match choices.below(4) {
                0 => ResultPart::Text(text(choices)),
                1 => ResultPart::Image(media(choices)),
                2 => ResultPart::Document(document(choices)),
                _ => ResultPart::Json(any_json(choices)),
            }),
            is_error: choices.chance(128),
        }),
        9 => Part::Refusal(text(choices)),
        _ => Part::Native(object(choices)),
    }
}

fn logprob(choices: &mut Choices<'_>) -> TokenLogprob {
    TokenLogprob {
        token: text(choices),
        logprob: number(choices),
        bytes: choices.option(bytes),
        top: choices.list(3, |choices| TokenAlternative {
            token: text(choices),
            logprob: number(choices),
            bytes: choices.option(bytes),
        }),
    }
}

fn reason(choices: &mut Choices<'_>) -> FinishReason {
    match choices.below(8) {
        0 => FinishReason::Stop,
        1 => FinishReason::Length,
        2 => FinishReason::ToolCalls,
        3 => FinishReason::ContentFilter,
        4 => FinishReason::Refusal,
        5 => FinishReason::Pause,
        6 => FinishReason::ContextLength,
        _ => FinishReason::Other(text(choices)),
    }
}

fn usage(choices: &mut Choices<'_>) -> Usage {
    Usage {
        input_tokens: choices.option(count),
        output_tokens: choices.option(count),
        cache_read_tokens: choices.option(count),
        cache_write_tokens: choices.option(count),
        reasoning_tokens: choices.option(count),
        audio_input_tokens: choices.option(count),
        audio_output_tokens: choices.option(count),
        units: choices.list(2, |choices| (text(choices), number(choices))),
        raw: choices.option(object),
    }
}

/// A whole answer.
pub fn answer(choices: &mut Choices<'_>) -> ChatResponse {
    ChatResponse {
        id: choices.option(text),
        model: text(choices),
        created: choices.option(count),
        choices: choices.list(4, |choices| Choice {
            index: choices.one(&[0, 0, 1, 7, u32::MAX]),
            content: choices.list(6, part),
            finish_reason: reason(choices),
            stop_sequence: choices.option(text),
            logprobs: choices.list(3, logprob),
        }),
        usage: choices.option(usage),
        warnings: choices.list(2, text),
        extra: choices.option(object),
    }
}

/// A failure.
pub fn error(choices: &mut Choices<'_>) -> Error {
    let kind = choices.one(&[
        ErrorKind::Authentication,
        ErrorKind::RateLimited,
        ErrorKind::InvalidRequest,
        ErrorKind::Overloaded,
        ErrorKind::Timeout,
        ErrorKind::BadUpstreamAnswer,
        ErrorKind::Internal,
    ]);
    let mut error = Error::new(kind, text(choices));
    error.status = choices.option(|choices| choices.one(&[0, 200, 404, 429, 529, 599, 999, u16::MAX]));
    error.retry_after_ms = choices.option(count);
    error.code = choices.option(text);
    let bodies = [
        "",
        "x",
        "{}",
        "null",
        "{\"error\":{\"message\":\"m\"}}",
        "{\"type\":\"error\",\"error\":{\"type\":\"t\",\"message\":\"m\"}}",
        "{\"error\":\"m\"}",
        "[{\"error\":{}}]",
    ];
    error.body = choices.option(|choices| choices.one(&bodies).to_owned());
    error.sent = choices.chance(128);
    error
}

/// Vectors.
pub fn vectors(choices: &mut Choices<'_>) -> EmbedResponse {
    let float = |choices: &mut Choices<'_>| number(choices) as f32;
    EmbedResponse {
        model: text(choices),
        vectors: choices.list(5, |choices| match choices.below(8) {
            0..=3 => Vector::Float32(choices.list(5, float)),
            4 => Vector::Int8(choices.list(5, |choices| choices.byte() as i8)),
            5 => Vector::Uint8(choices.list(5, Choices::byte)),
            6 => Vector::PerToken(choices.list(3, |choices| choices.list(3, float))),
            _ => Vector::Sparse(choices.list(3, |choices| (u32::from(choices.byte()), float(choices)))),
        }),
        usage: choices.option(usage),
        warnings: choices.list(2, text),
    }
}

/// An order of documents; places that are there and places that aren't.
pub fn ranking(choices: &mut Choices<'_>) -> RerankResponse {
    RerankResponse {
        id: choices.option(text),
        model: text(choices),
        results: choices.list(5, |choices| Ranked {
            index: choices.one(&[0, 1, 2, 9, u32::MAX]),
            score: number(choices),
        }),
        usage: choices.option(usage),
        warnings: choices.list(2, text),
    }
}
