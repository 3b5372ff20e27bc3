use jackfield_sdk::llm::FinishReason;
use jackfield_sdk::types::ErrorKind;

use super::*;

mod ends;

/// Feeds the data of events, and then the end of the upstream's bytes.
fn decode(frames: &[&str]) -> Result<Vec<ChatEvent>, Error> {
    let mut decoder = ChatDecoder::new(vec!["w".to_owned()]);
    let mut out = Vec::new();
    for data in frames {
        if decoder.push("", data, &mut out)?.is_break() {
            decoder.end(true, &mut out)?;
            return Ok(out);
        }
    }
    decoder.end(false, &mut out)?;
    Ok(out)
}

/// The events, each in a few words.
fn told(frames: &[&str]) -> Vec<String> {
    decode(frames).unwrap().iter().map(spelled).collect()
}

fn spelled(event: &ChatEvent) -> String {
    match event {
        ChatEvent::Start(start) => {
            format!("start {}/{}", start.id.as_deref().unwrap_or("-"), start.model.as_deref().unwrap_or("-"))
        }
        ChatEvent::Text(delta) => format!("text{} {}", delta.choice, delta.text),
        ChatEvent::Reasoning(delta) => format!("thought{} {}", delta.index, delta.text),
        ChatEvent::Refusal(delta) => format!("refusal {}", delta.text),
        ChatEvent::ToolCallStart(start) => format!("call{} {} {}", start.index, start.id, start.name),
        ChatEvent::ToolCallDelta(delta) => format!("arguments{} {}", delta.index, delta.arguments),
        ChatEvent::Audio(delta) => format!("audio {:?} {}", delta.data, delta.transcript),
        ChatEvent::Part(part) => format!("part {:?}", part.part),
        ChatEvent::Citation(delta) => format!("citation {}", delta.citation.url.as_deref().unwrap_or("-")),
        ChatEvent::Logprobs(delta) => format!("logprobs {}", delta.tokens.len()),
        ChatEvent::Finish(finish) => {
            format!("finish{} {:?}", finish.choice, finish.reason).replace("FinishReason::", "")
        }
        ChatEvent::Usage(usage) => {
            format!("usage {:?}/{:?}", usage.input_tokens.unwrap_or(0), usage.output_tokens.unwrap_or(0))
        }
        ChatEvent::Extra(json) => format!("extra {json}"),
    }
}

fn chunk(delta: &str) -> String {
    format!(r#"{{"id":"c","model":"m","choices":[{{"index":0,"delta":{delta},"finish_reason":null}}]}}"#)
}

const STOP: &str = r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;

#[test]
fn an_ordinary_stream_is_told_step_by_step() {
    assert_eq!(
        told(&[
            r#"{"id":"c","object":"chat.completion.chunk","created":5,"model":"m","system_fingerprint":"fp","choices":[{"index":0,"delta":{"role":"assistant","content":null,"refusal":null},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"xx"}"#,
            r#"{"id":"c","object":"chat.completion.chunk","created":5,"model":"m","system_fingerprint":"fp","choices":[{"index":0,"delta":{"content":"Hé\n"},"finish_reason":null}],"p":"abc"}"#,
            r#"{"id":"c","model":"m","system_fingerprint":"fp","choices":[{"index":0,"delta":{"content":"y"},"finish_reason":null}]}"#,
            STOP,
            r#"{"id":"c","model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#,
            "[DONE]",
            "anything",
        ]),
        [
            "start c/m",
            r#"extra {"system_fingerprint":"fp"}"#,
            "text0 Hé\n",
            "text0 y",
            "finish0 Stop",
            "usage 3/2"
        ]
    );
}

#[test]
fn the_head_carries_the_warnings() {
    let events = decode(&[STOP]).unwrap();
    assert!(matches!(&events[0], ChatEvent::Start(start) if start.warnings == ["w"]));
}

#[test]
fn usage_is_taken_from_wherever_it_comes() {
    let last = r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#;
    assert_eq!(told(&[last, "[DONE]"]), ["start c/m", "text0 a", "finish0 Stop", "usage 1/2"]);
    let groq = r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"x_groq":{"id":"r","usage":{"prompt_tokens":1,"completion_tokens":2}}}"#;
    let events = told(&[groq, "[DONE]"]);
    assert!(events.contains(&"usage 1/2".to_owned()), "{events:?}");
    assert_eq!(told(&[STOP, "[DONE]"]), ["start c/m", "finish0 Stop"]);
}

#[test]
fn azures_verdict_on_the_prompt_comes_after_the_head() {
    let verdict = r#"{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0}]}"#;
    let text = r#"{"choices":[{"content_filter_results":{},"delta":{"content":"a"},"finish_reason":null,"index":0}],"id":"c","model":"m"}"#;
    assert_eq!(
        told(&[verdict, text, STOP, "[DONE]"]),
        ["start c/m", r#"extra {"prompt_filter_results":[{"prompt_index":0}]}"#, "text0 a", "finish0 Stop"]
    );
}

#[test]
fn a_choices_further_members_are_told_at_its_end() {
    let end = r#"{"choices":[{"content_filter_results":{"hate":1},"delta":{},"finish_reason":"content_filter","index":2}],"id":"c"}"#;
    assert_eq!(
        told(&[end]),
        [
            "start c/-",
            r#"extra {"choices":[{"index":2,"content_filter_results":{"hate":1}}]}"#,
            "finish2 ContentFilter"
        ]
    );
}

#[test]
fn a_deltas_further_members_are_told_at_once() {
    let events = told(&[&chunk(r#"{"content":"a","executed_tools":[1],"tool_calls":null}"#), STOP]);
    assert!(
        events.contains(&r#"extra {"choices":[{"index":0,"delta":{"executed_tools":[1]}}]}"#.to_owned()),
        "{events:?}"
    );
}

#[test]
fn calls_are_told_as_they_come_and_decide_the_end() {
    assert_eq!(
        told(&[
            &chunk(
                r#"{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]}"#
            ),
            &chunk(r#"{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}"#),
            &chunk(r#"{"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":{"x":1}}}]}"#),
            STOP,
        ]),
        [
            "start c/m",
            "call0 a f",
            "arguments0 {}",
            "call1 b g",
            r#"arguments1 {"x":1}"#,
            "finish0 ToolCalls"
        ]
    );
    let full = r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"length"}]}"#;
    let events = told(&[
        &chunk(r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}]}"#),
        full,
    ]);
    assert_eq!(events.last().unwrap(), "finish0 Length");
}

#[test]
fn thoughts_are_told_apart_by_what_stands_between_them() {
    assert_eq!(
        told(&[
            &chunk(r#"{"reasoning_content":"a"}"#),
            &chunk(r#"{"reasoning":"b","reasoning_content":null,"content":""}"#),
            &chunk(r#"{"content":"c","reasoning_content":null}"#),
            &chunk(r#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"d"}]}]}"#),
            STOP,
        ]),
        ["start c/m", "thought0 a", "thought0 b", "text0 c", "thought1 d", "finish0 Stop"]
    );
}

#[test]
fn refusals_citations_and_log_probabilities_are_told() {
    let logprobs = r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{"refusal":"no"},"logprobs":{"content":[{"token":"a","logprob":-1}]}}]}"#;
    assert_eq!(
        told(&[
            logprobs,
            &chunk(r#"{"annotations":[{"type":"url_citation","url_citation":{"url":"https://e.example"}}]}"#),
            STOP,
        ]),
        ["start c/m", "refusal no", "logprobs 1", "citation https://e.example", "finish0 Refusal"]
    );
}

#[test]
fn sound_may_be_cut_between_any_two_characters() {
    let whole = "AQIDBAUGBw==";
    for cut in 0..=whole.len() {
        let piece = |data: &str| chunk(&format!(r#"{{"audio":{{"data":"{data}"}}}}"#));
        let (a, b) = (piece(&whole[..cut]), piece(&whole[cut..]));
        let mut bytes = Vec::new();
        for event in decode(&[&chunk(r#"{"audio":{"id":"x","transcript":"hi"}}"#), &a, &b, STOP]).unwrap() {
            if let ChatEvent::Audio(delta) = event {
                bytes.extend(delta.data);
            }
        }
        assert_eq!(bytes, [1, 2, 3, 4, 5, 6, 7], "{cut}");
    }
}

#[test]
fn several_answers_keep_apart() {
    assert_eq!(
        told(&[
            r#"{"id":"c","choices":[{"index":1,"delta":{"content":"b"}},{"index":0,"delta":{"content":"a"}}]}"#,
            r#"{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
            r#"{"id":"c","choices":[{"index":1,"delta":{},"finish_reason":"length"}]}"#,
            "[DONE]",
        ]),
        ["start c/-", "text1 b", "text0 a", "finish0 Stop", "finish1 Length"]
    );
}

#[test]
fn empty_and_keep_alive_events_are_skipped() {
    let mut decoder = ChatDecoder::new(Vec::new());
    let mut out = Vec::new();
    assert!(decoder.push("", " ", &mut out).unwrap().is_continue());
    assert!(decoder.push("ping", "x", &mut out).unwrap().is_continue());
    assert!(out.is_empty());
}

#[test]
fn a_whole_message_in_a_chunk_is_a_delta_too() {
    let whole =
        r#"{"id":"c","choices":[{"message":{"role":"assistant","content":"a"},"finish_reason":"eos"}]}"#;
    assert_eq!(told(&[whole]), ["start c/-", "text0 a", "finish0 Stop"]);
    let events = decode(&[whole]).unwrap();
    assert!(matches!(events.last(), Some(ChatEvent::Finish(finish)) if finish.reason == FinishReason::Stop));
}

#[test]
fn texts_of_chunks_without_escapes_are_borrowed() {
    let data = chunk(r#"{"content":"plain"}"#);
    let chunk: Answer<'_> = serde_json::from_str(&data).unwrap();
    let content = chunk.choices.unwrap().remove(0).delta.unwrap().content;
    assert!(
        matches!(content, crate::wire::value::Content::Text(std::borrow::Cow::Borrowed("plain"))),
        "{content:?}"
    );
}
