//! Answers against the official description, where a checkout has it beside the
//! repository. It is that of Vertex AI, whose messages Gemini's are a part of.

use bytes::BytesMut;
use jackfield_runtime::api::llm::{
    ChatEvent, ChatResponse, Choice, Citation, FinishReason, Part, ReasoningPart, StreamStart, TextDelta,
    TextPart, TokenAlternative, TokenLogprob, ToolCall,
};
use jackfield_runtime::api::types::{Media, Source, Usage};
use jackfield_spec::{Check, Discovery, Unknown};
use serde_json::Value;

use super::super::{ASKED, Encoder};
use super::identity;
use crate::dialect::{Answer, StreamEncoder};

fn check() -> Option<Check> {
    let document = Discovery::load("google/aiplatform.v1.discovery.json")?;
    Some(document.schema("GoogleCloudAiplatformV1GenerateContentResponse", Unknown::Refused).unwrap())
}

fn usage() -> Usage {
    Usage {
        input_tokens: Some(10),
        output_tokens: Some(7),
        cache_read_tokens: Some(4),
        cache_write_tokens: Some(1),
        reasoning_tokens: Some(5),
        audio_input_tokens: Some(3),
        audio_output_tokens: Some(2),
        units: Vec::new(),
        raw: None,
    }
}

fn everything() -> Vec<Part> {
    let citation = Citation {
        title: Some("t".to_owned()),
        url: Some("https://e.x".to_owned()),
        quote: None,
        start: Some(0),
        end: Some(2),
        raw: None,
    };
    let quoted = Citation { quote: Some("q".to_owned()), ..citation.clone() };
    let media =
        |source| Media { source, mime_type: None, detail: None, transcript: Some("t".to_owned()), id: None };
    let thought = ReasoningPart {
        text: "hm".to_owned(),
        signature: Some("s".to_owned()),
        redacted: None,
        id: Some("i".to_owned()),
    };
    let call = ToolCall {
        id: "c".to_owned(),
        name: "f".to_owned(),
        arguments: "{\"a\":[1]}".to_owned(),
        signature: Some("s".to_owned()),
    };
    vec![
        Part::Reasoning(thought),
        Part::Text(TextPart { text: "said".to_owned(), citations: vec![citation, quoted] }),
        Part::ToolCall(call),
        Part::Image(media(Source::Data(vec![1, 2, 3]))),
        Part::Image(media(Source::Url("https://e.x/a.png".to_owned()))),
        Part::Audio(media(Source::Data(vec![4]))),
        Part::Refusal("no".to_owned()),
        Part::Native("{\"type\":\"x\"}".to_owned()),
    ]
}

fn tokens() -> Vec<TokenLogprob> {
    let top = TokenAlternative { token: "b".to_owned(), logprob: -2.0, bytes: None };
    vec![TokenLogprob { token: "a".to_owned(), logprob: -0.5, bytes: None, top: vec![top] }]
}

#[test]
fn whole_answers_are_what_the_description_says() {
    let Some(check) = check() else { return };
    for (content, reason) in [
        (everything(), FinishReason::Stop),
        (Vec::new(), FinishReason::Length),
        (Vec::new(), FinishReason::Refusal),
        (Vec::new(), FinishReason::Other("eos".to_owned())),
        (Vec::new(), FinishReason::Other("MALFORMED_FUNCTION_CALL".to_owned())),
    ] {
        let choice =
            Choice { index: 0, content, finish_reason: reason, stop_sequence: None, logprobs: tokens() };
        let answer = ChatResponse {
            id: None,
            model: "m".to_owned(),
            created: None,
            choices: vec![choice],
            usage: Some(usage()),
            warnings: Vec::new(),
            extra: None,
        };
        let body: Value = serde_json::from_slice(&ASKED.encode(&answer, &identity())).unwrap();
        check.assert("a whole answer", &body);
    }
}

#[test]
fn chunks_are_what_the_description_says() {
    use jackfield_runtime::api::llm::{CitationDelta, Finish, LogprobsDelta, WholePart};
    let Some(check) = check() else { return };
    let start = StreamStart { id: None, model: None, created: None, warnings: Vec::new() };
    let mut events = vec![
        ChatEvent::Start(start),
        ChatEvent::Text(TextDelta { choice: 0, text: "said".to_owned() }),
        ChatEvent::Logprobs(LogprobsDelta { choice: 0, tokens: tokens() }),
    ];
    for part in everything() {
        if let Part::Text(text) = &part {
            let cited = text.citations.iter().cloned();
            events.extend(cited.map(|citation| ChatEvent::Citation(CitationDelta { choice: 0, citation })));
        }
        events.push(ChatEvent::Part(WholePart { choice: 0, part }));
    }
    let reason = FinishReason::ToolCalls;
    events.push(ChatEvent::Finish(Finish { choice: 0, reason, stop_sequence: None }));
    events.push(ChatEvent::Usage(usage()));
    let (mut encoder, mut out) = (Encoder::new(identity()), BytesMut::new());
    encoder.events(&events, &mut out);
    encoder.finish(&mut out);
    let text = String::from_utf8(out.to_vec()).unwrap();
    for data in text.lines().filter_map(|line| line.strip_prefix("data: ")) {
        check.assert("a chunk", &serde_json::from_str(data).unwrap());
    }
}
