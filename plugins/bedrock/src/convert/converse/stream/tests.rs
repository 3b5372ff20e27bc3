use jackfield_sdk::llm::{Part, TextDelta};

use super::*;

fn event(kind: &str, payload: &str) -> EventStreamMessage {
    let headers = [(":message-type", "event"), (":event-type", kind)];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    EventStreamMessage { headers, payload: payload.as_bytes().to_vec() }
}

fn told(events: &[(&str, &str)], answer_tool: Option<&str>) -> Result<Vec<ChatEvent>, Error> {
    let asked = Asked {
        model: "m".to_owned(),
        answer_tool: answer_tool.map(str::to_owned),
        stop: Some("END".to_owned()),
        warnings: vec!["w".to_owned()],
    };
    let mut reader = Reader::new(Some("r".to_owned()), asked);
    let mut out = Vec::new();
    for (kind, payload) in events {
        if reader.frame(event(kind, payload), &mut out)?.is_break() {
            break;
        }
    }
    reader.end(true, &mut out)?;
    Ok(out)
}

const STOP: (&str, &str) = ("messageStop", r#"{"stopReason":"end_turn","p":"ab"}"#);

#[test]
fn a_text_needs_no_block_that_begins_and_padding_is_no_news() {
    let events = told(
        &[
            ("messageStart", r#"{"role":"assistant","p":"abc"}"#),
            ("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"hel"},"p":"a"}"#),
            ("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"lo"}}"#),
            ("contentBlockStop", r#"{"contentBlockIndex":0}"#),
            STOP,
            ("metadata", r#"{"usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3},"metrics":{"latencyMs":5},"p":"x"}"#),
        ],
        None,
    )
    .unwrap();
    assert!(
        matches!(&events[0], ChatEvent::Start(start) if start.id.as_deref() == Some("r") && start.warnings == ["w"])
    );
    assert!(matches!(&events[1], ChatEvent::Text(TextDelta { text, .. }) if text == "hel"));
    assert!(matches!(&events[3], ChatEvent::Finish(finish) if matches!(finish.reason, FinishReason::Stop)));
    assert!(matches!(&events[4], ChatEvent::Usage(usage) if usage.output_tokens == Some(2)));
    assert!(matches!(&events[5], ChatEvent::Extra(json) if json == r#"{"metrics":{"latencyMs":5}}"#));
    assert_eq!(events.len(), 6);
}

#[test]
fn a_call_comes_in_pieces_and_one_without_arguments_is_an_empty_object() {
    let start = |at: u32, name: &str| {
        format!(
            r#"{{"contentBlockIndex":{at},"start":{{"toolUse":{{"toolUseId":"t{at}","name":"{name}"}}}}}}"#
        )
    };
    let events = told(
        &[
            ("contentBlockStart", &start(0, "f")),
            ("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"toolUse":{"input":""}}}"#),
            ("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"toolUse":{"input":"{\"a\""}}}"#),
            ("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"toolUse":{"input":":1}"}}}"#),
            ("contentBlockStop", r#"{"contentBlockIndex":0}"#),
            ("contentBlockStart", &start(1, "g")),
            ("contentBlockStop", r#"{"contentBlockIndex":1}"#),
            ("messageStop", r#"{"stopReason":"tool_use"}"#),
        ],
        None,
    )
    .unwrap();
    let pieces: Vec<String> = events
        .iter()
        .filter_map(|event| match event {
            ChatEvent::ToolCallStart(start) => Some(format!("{} {} {}", start.index, start.id, start.name)),
            ChatEvent::ToolCallDelta(delta) => Some(format!("{} {}", delta.index, delta.arguments)),
            ChatEvent::Finish(finish) => Some(format!("{:?}", finish.reason)),
            _ => None,
        })
        .collect();
    assert_eq!(pieces, ["0 t0 f", "0 {\"a\"", "0 :1}", "1 t1 g", "1 {}", "FinishReason::ToolCalls"]);
}

#[test]
fn the_input_of_the_answers_tool_is_the_answer() {
    let events = told(
        &[
            (
                "contentBlockStart",
                r#"{"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"t","name":"answer"}}}"#,
            ),
            ("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"toolUse":{"input":"{}"}}}"#),
            ("messageStop", r#"{"stopReason":"tool_use"}"#),
        ],
        Some("answer"),
    )
    .unwrap();
    assert!(matches!(&events[1], ChatEvent::Text(delta) if delta.text == "{}"));
    assert!(matches!(&events[2], ChatEvent::Finish(finish) if matches!(finish.reason, FinishReason::Stop)));
}

#[test]
fn thoughts_keep_their_signature_and_the_hidden_ones_their_bytes() {
    let events = told(
        &[
            ("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"hm"}}}"#),
            (
                "contentBlockDelta",
                r#"{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"s"}}}"#,
            ),
            ("contentBlockStop", r#"{"contentBlockIndex":0}"#),
            (
                "contentBlockDelta",
                r#"{"contentBlockIndex":1,"delta":{"reasoningContent":{"redactedContent":"QUI="}}}"#,
            ),
            STOP,
        ],
        None,
    )
    .unwrap();
    let thoughts: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            ChatEvent::Reasoning(delta) => Some((
                delta.index,
                delta.text.as_str(),
                delta.signature.as_deref(),
                delta.redacted.as_deref(),
            )),
            _ => None,
        })
        .collect();
    assert_eq!(thoughts, [(0, "hm", None, None), (0, "", Some("s"), None), (1, "", None, Some("QUI="))]);
}

#[test]
fn what_the_provider_runs_itself_passes_in_its_own_form() {
    let events = told(
        &[
            ("contentBlockStart", r#"{"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"t","name":"code","type":"server_tool_use"}}}"#),
            ("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"toolUse":{"input":"{\"x\":1}"}}}"#),
            ("contentBlockStop", r#"{"contentBlockIndex":0}"#),
            ("contentBlockStart", r#"{"contentBlockIndex":1,"start":{"toolResult":{"toolUseId":"t","status":"success"}}}"#),
            ("contentBlockDelta", r#"{"contentBlockIndex":1,"delta":{"toolResult":[{"json":{"out":7}}]}}"#),
            ("contentBlockStop", r#"{"contentBlockIndex":1}"#),
            ("contentBlockDelta", r#"{"contentBlockIndex":2,"delta":{"citation":{"title":"T","sourceContent":[{"text":"q"}]}}}"#),
            STOP,
        ],
        None,
    )
    .unwrap();
    let natives: Vec<Value> = events
        .iter()
        .filter_map(|event| match event {
            ChatEvent::Part(part) => match &part.part {
                Part::Native(raw) => Some(serde_json::from_str(raw).unwrap()),
                _ => None,
            },
            _ => None,
        })
        .collect();
    assert_eq!(natives[0]["toolUse"]["input"]["x"], 1);
    assert_eq!(natives[1]["toolResult"]["content"][0]["json"]["out"], 7);
    assert!(events.iter().any(|event| matches!(event, ChatEvent::Citation(delta)
        if delta.citation.title.as_deref() == Some("T") && delta.citation.quote.as_deref() == Some("q"))));
    assert!(events.iter().any(
        |event| matches!(event, ChatEvent::Finish(finish) if matches!(finish.reason, FinishReason::Stop))
    ));
}

#[test]
fn a_guardrails_intervention_and_its_trace_reach_the_caller() {
    let events = told(
        &[
            ("messageStop", r#"{"stopReason":"guardrail_intervened"}"#),
            ("metadata", r#"{"usage":{"inputTokens":0},"trace":{"guardrail":{"actionReason":"blocked"}}}"#),
        ],
        None,
    )
    .unwrap();
    assert!(
        matches!(&events[1], ChatEvent::Finish(finish) if matches!(finish.reason, FinishReason::ContentFilter))
    );
    assert!(events.iter().any(|event| matches!(event, ChatEvent::Extra(json) if json.contains("blocked"))));
}

#[test]
fn a_stream_that_is_cut_off_or_strange_is_a_bad_answer() {
    for events in [
        &[("messageStart", "{}")][..],
        &[("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"toolUse":{"input":"x"}}}"#)],
        &[("contentBlockDelta", "[1"), STOP],
    ] {
        let error = told(events, None).unwrap_err();
        assert_eq!(error.kind, jackfield_sdk::types::ErrorKind::BadUpstreamAnswer, "{events:?}");
    }
    let unknown = told(&[("brandNew", r#"{"x":1}"#), STOP], None).unwrap();
    assert!(matches!(&unknown[1], ChatEvent::Extra(json) if json == r#"{"brandNew":{"x":1}}"#));
}

#[test]
fn the_only_stop_text_is_the_one_that_was_run_into() {
    for (word, stopped) in
        [("stop_sequence", Some("END")), ("end_turn", None), ("guardrail_intervened", None)]
    {
        let payload = format!(r#"{{"stopReason":"{word}"}}"#);
        let events = told(&[("messageStop", &payload)], None).unwrap();
        let told = events.iter().find_map(|event| match event {
            ChatEvent::Finish(finish) => Some(finish.stop_sequence.as_deref()),
            _ => None,
        });
        assert_eq!(told, Some(stopped), "{word}");
    }
}
