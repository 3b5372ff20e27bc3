//! A whole answer told as a stream: for upstreams, or models of theirs, that
//! answer whole although a stream was asked for.

use crate::llm::{
    AudioDelta, ChatEvent, ChatResponse, Choice, CitationDelta, Finish, LogprobsDelta, Part, ReasoningDelta,
    StreamStart, TextDelta, ToolCallDelta, ToolCallStart, WholePart,
};
use crate::types::{Media, Source};

/// The events that tell of this answer.
pub fn events(answer: ChatResponse) -> Vec<ChatEvent> {
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
                    part: Part::Audio(Media { source, ..media }),
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
    use crate::llm::{FinishReason, ReasoningPart, TextPart, ToolCall};
    use crate::types::Usage;

    fn whole(content: Vec<Part>) -> ChatResponse {
        ChatResponse {
            id: Some("i".to_owned()),
            model: "m".to_owned(),
            created: None,
            choices: vec![Choice {
                index: 0,
                content,
                finish_reason: FinishReason::Stop,
                stop_sequence: None,
                logprobs: Vec::new(),
            }],
            usage: Some(Usage { input_tokens: Some(1), ..Usage::default() }),
            warnings: vec!["w".to_owned()],
            extra: Some("{}".to_owned()),
        }
    }

    #[test]
    fn nothing_of_an_answer_is_lost_and_it_ends_once() {
        let thought =
            ReasoningPart { text: "r".to_owned(), signature: Some("s".to_owned()), redacted: None, id: None };
        let call = ToolCall {
            id: "a".to_owned(),
            name: "f".to_owned(),
            arguments: "{}".to_owned(),
            signature: None,
        };
        let text = TextPart { text: "t".to_owned(), citations: Vec::new() };
        let parts = vec![
            Part::Reasoning(thought),
            Part::Text(text),
            Part::ToolCall(call),
            Part::Native("{}".to_owned()),
        ];
        let told = events(whole(parts));
        assert!(matches!(&told[0], ChatEvent::Start(start) if start.warnings == ["w"]));
        assert!(matches!(&told[1], ChatEvent::Extra(_)));
        assert!(matches!(&told[2], ChatEvent::Reasoning(delta) if delta.signature.as_deref() == Some("s")));
        assert!(matches!(&told[3], ChatEvent::Text(delta) if delta.text == "t"));
        assert!(matches!(&told[4], ChatEvent::ToolCallStart(start) if start.name == "f"));
        assert!(matches!(&told[5], ChatEvent::ToolCallDelta(delta) if delta.arguments == "{}"));
        assert!(matches!(&told[6], ChatEvent::Part(_)));
        assert!(matches!(&told[7], ChatEvent::Finish(_)));
        assert!(matches!(&told[8], ChatEvent::Usage(_)));
        assert_eq!(told.len(), 9);
    }
}
