//! A whole answer told as a stream: for servers that answer whole although a
//! stream was asked for.

pub(crate) use jackfield_sdk::replay::events;

#[cfg(test)]
mod tests {
    use jackfield_sdk::llm::ChatEvent;

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
