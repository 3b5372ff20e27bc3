//! A whole answer told as a stream: for servers that answer whole although a
//! stream was asked for.

use jackfield_sdk::llm::{
    AudioDelta, ChatEvent, ChatResponse, Choice, CitationDelta, Finish, LogprobsDelta, Part, ReasoningDelta,
    StreamStart, TextDelta, ToolCallDelta, ToolCallStart, WholePart,
};
use jackfield_sdk::types::Source;

/// The events that tell of this answer.
pub(crate) fn events(answer: ChatResponse) -> Vec<ChatEvent> {
    let mut out = vec![ChatEvent::Start(StreamStart {
        id: answer.id,
        model: Some(answer.model),
        created: answer.created,
        warnings: answer.warnings,
    })];
    out.extend(answer.extra.map(ChatEvent::Extra));
    for choice in answer.choices {
        tell(choice, &mut out);
    }
    out.extend(answer.usage.map(ChatEvent::Usage));
    out
}

fn tell(answer: Choice, out: &mut Vec<ChatEvent>) {
    let choice = answer.index;
    let (mut thoughts, mut calls) = (0, 0);
    for part in answer.content {
        match part {
            Part::Text(part) => {
                if !part.text.is_empty() {
                    out.push(ChatEvent::Text(TextDelta { choice, text: part.text }));
                }
                out.extend(
                    part.citations
                        .into_iter()
                        .map(|citation| ChatEvent::Citation(CitationDelta { choice, citation })),
                );
            }
            Part::Reasoning(part) => {
                out.push(ChatEvent::Reasoning(ReasoningDelta {
                    choice,
                    index: thoughts,
                    text: part.text,
                    signature: part.signature,
                    redacted: part.redacted,
                    id: part.id,
                }));
                thoughts += 1;
            }
            Part::ToolCall(call) => {
                let index = calls;
                out.push(ChatEvent::ToolCallStart(ToolCallStart {
                    choice,
                    index,
                    id: call.id,
                    name: call.name,
                    signature: call.signature,
                }));
                if !call.arguments.is_empty() {
                    out.push(ChatEvent::ToolCallDelta(ToolCallDelta {
                        choice,
                        index,
                        arguments: call.arguments,
                    }));
                }
                calls += 1;
            }
            Part::Refusal(text) => out.push(ChatEvent::Refusal(TextDelta { choice, text })),
            Part::Audio(media) => match media.source {
                Source::Data(data) => out.push(ChatEvent::Audio(AudioDelta {
                    choice,
                    id: media.id,
                    data,
                    transcript: media.transcript.unwrap_or_default(),
                    expires: None,
                })),
                source => out.push(ChatEvent::Part(WholePart {
                    choice,
                    part: Part::Audio(jackfield_sdk::types::Media { source, ..media }),
                })),
            },
            part => out.push(ChatEvent::Part(WholePart { choice, part })),
        }
    }
    if !answer.logprobs.is_empty() {
        out.push(ChatEvent::Logprobs(LogprobsDelta { choice, tokens: answer.logprobs }));
    }
    out.push(ChatEvent::Finish(Finish {
        choice,
        reason: answer.finish_reason,
        stop_sequence: answer.stop_sequence,
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::Whole;
    use crate::convert::answer::{Asked, convert};

    #[test]
    fn nothing_of_an_answer_is_lost() {
        let body = br#"{"id":"c","model":"m","x":1,"usage":{"prompt_tokens":1},"choices":[{"index":0,"finish_reason":"tool_calls",
            "message":{"reasoning_content":"r","content":"t","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]}}]}"#;
        let answer =
            convert(Whole { status: 200, headers: &[], body }, Asked::default(), vec!["w".to_owned()])
                .unwrap();
        let names: Vec<_> = events(answer)
            .iter()
            .map(|event| match event {
                ChatEvent::Start(start) => format!("start {:?} {:?}", start.id, start.warnings),
                ChatEvent::Extra(json) => format!("extra {json}"),
                ChatEvent::Reasoning(delta) => format!("reasoning {}", delta.text),
                ChatEvent::Text(delta) => format!("text {}", delta.text),
                ChatEvent::ToolCallStart(start) => format!("call {}", start.name),
                ChatEvent::ToolCallDelta(delta) => format!("arguments {}", delta.arguments),
                ChatEvent::Finish(finish) => format!("finish {:?}", finish.reason),
                ChatEvent::Usage(usage) => format!("usage {:?}", usage.input_tokens),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(
            names,
            [
                "start Some(\"c\") [\"w\"]",
                "extra {\"x\":1}",
                "reasoning r",
                "text t",
                "call f",
                "arguments {}",
                "finish FinishReason::ToolCalls",
                "usage Some(1)",
            ]
        );
    }
}
