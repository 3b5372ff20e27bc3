//! What providers may say: answers and events, in the order of the contract or
//! in none at all. Members that the contract calls JSON are JSON, since the host
//! holds plugins to that.

use jackfield_runtime::api::embedding::{EmbedResponse, Vector};
use jackfield_runtime::api::llm::{
    AudioDelta, ChatEvent, ChatResponse, Choice, Citation, CitationDelta, Finish, FinishReason,
    LogprobsDelta, Part, ReasoningDelta, ReasoningPart, ResultPart, StreamStart, TextDelta, TextPart,
    TokenAlternative, TokenLogprob, ToolCall, ToolCallDelta, ToolCallStart, ToolResult, WholePart,
};
use jackfield_runtime::api::rerank::{Ranked, RerankResponse};
use jackfield_runtime::api::types::{Document, Error, ErrorKind, Media, Source, Usage};

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

/// The events of a stream, in batches. True where they keep to the contract's
/// order.
pub fn events(choices: &mut Choices<'_>) -> (Vec<Vec<ChatEvent>>, bool) {
    let orderly = choices.chance(150);
    let mut events = Vec::new();
    let mut order = Order::default();
    for _ in 0..choices.below(24) {
        let event = event(choices);
        if orderly {
            order.push(event, &mut events);
        } else {
            events.push(event);
        }
    }
    if orderly {
        order.finish(choices, &mut events);
    }
    let mut batches = Vec::new();
    while !events.is_empty() {
        let count = (1 + choices.below(6)).min(events.len());
        batches.push(events.drain(..count).collect());
    }
    (batches, orderly)
}

/// How far a stream has come: as much of the contract as is needed to keep to it.
#[derive(Debug, Default)]
struct Order {
    started: bool,
    open: Vec<u32>,
    over: Vec<u32>,
    calls: Vec<(u32, u32)>,
}

impl Order {
    fn push(&mut self, event: ChatEvent, events: &mut Vec<ChatEvent>) {
        if !self.started {
            self.started = true;
            let start = match event {
                ChatEvent::Start(start) => return events.push(ChatEvent::Start(start)),
                _ => StreamStart { id: None, model: None, created: None, warnings: Vec::new() },
            };
            events.push(ChatEvent::Start(start));
        }
        let choice = match &event {
            ChatEvent::Start(_) => return,
            ChatEvent::Usage(_) | ChatEvent::Extra(_) => return events.push(event),
            ChatEvent::Text(delta) | ChatEvent::Refusal(delta) => delta.choice,
            ChatEvent::Reasoning(delta) => delta.choice,
            ChatEvent::Audio(delta) => delta.choice,
            ChatEvent::Part(whole) => whole.choice,
            ChatEvent::Citation(delta) => delta.choice,
            ChatEvent::Logprobs(delta) => delta.choice,
            ChatEvent::ToolCallStart(start) => start.choice,
            ChatEvent::ToolCallDelta(delta) => delta.choice,
            ChatEvent::Finish(finish) => finish.choice,
        };
        if self.over.contains(&choice) {
            return;
        }
        match &event {
            ChatEvent::ToolCallStart(start) if self.calls.contains(&(choice, start.index)) => return,
            ChatEvent::ToolCallStart(start) => self.calls.push((choice, start.index)),
            ChatEvent::ToolCallDelta(delta) if !self.calls.contains(&(choice, delta.index)) => return,
            ChatEvent::Finish(_) => self.over.push(choice),
            _ => {}
        }
        if !self.open.contains(&choice) {
            self.open.push(choice);
        }
        events.push(event);
    }

    fn finish(self, choices: &mut Choices<'_>, events: &mut Vec<ChatEvent>) {
        if !self.started {
            let start =
                StreamStart { id: choices.option(text), model: None, created: None, warnings: Vec::new() };
            events.push(ChatEvent::Start(start));
        }
        for choice in self.open.into_iter().filter(|choice| !self.over.contains(choice)) {
            events.push(ChatEvent::Finish(Finish { choice, reason: reason(choices), stop_sequence: None }));
        }
    }
}

fn event(choices: &mut Choices<'_>) -> ChatEvent {
    let choice = choices.one(&[0, 0, 0, 0, 0, 1, 2, u32::MAX]);
    let index = choices.one(&[0, 0, 1, 2, u32::MAX]);
    match choices.below(16) {
        0 => ChatEvent::Start(StreamStart {
            id: choices.option(text),
            model: choices.option(text),
            created: choices.option(count),
            warnings: choices.list(2, text),
        }),
        1..=3 => ChatEvent::Text(TextDelta { choice, text: text(choices) }),
        4 => ChatEvent::Reasoning(ReasoningDelta {
            choice,
            index,
            text: text(choices),
            signature: choices.option(text),
            redacted: choices.option(text),
            id: choices.option(text),
        }),
        5 => ChatEvent::Refusal(TextDelta { choice, text: text(choices) }),
        6 | 7 => ChatEvent::ToolCallStart(ToolCallStart {
            choice,
            index,
            id: text(choices),
            name: text(choices),
            signature: choices.option(text),
        }),
        8 | 9 => ChatEvent::ToolCallDelta(ToolCallDelta { choice, index, arguments: text(choices) }),
        10 => ChatEvent::Audio(AudioDelta {
            choice,
            id: choices.option(text),
            data: bytes(choices),
            transcript: text(choices),
            expires: choices.option(count),
        }),
        11 => ChatEvent::Part(WholePart { choice, part: part(choices) }),
        12 => ChatEvent::Citation(CitationDelta { choice, citation: citation(choices) }),
        13 => ChatEvent::Logprobs(LogprobsDelta { choice, tokens: choices.list(2, logprob) }),
        14 => {
            ChatEvent::Finish(Finish { choice, reason: reason(choices), stop_sequence: choices.option(text) })
        }
        _ if choices.chance(128) => ChatEvent::Usage(usage(choices)),
        _ => ChatEvent::Extra(object(choices)),
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
