use super::*;

const CHAT: Form = Form::Chat(ChatDialect::OpenaiChat);
const COMPLETIONS: Form = Form::Chat(ChatDialect::OpenaiCompletions);
const RESPONSES: Form = Form::Chat(ChatDialect::OpenaiResponses);
const MESSAGES: Form = Form::Chat(ChatDialect::AnthropicMessages);
const COHERE: Form = Form::Chat(ChatDialect::CohereChat);
const GENERATE: Form = Form::Chat(ChatDialect::GeminiGenerate);

#[test]
fn the_text_of_a_request_is_that_of_its_last_message() {
    for (form, body, expected) in [
        (CHAT, r#"{"messages":[{"role":"system","content":"s"},{"role":"user","content":"u"}]}"#, "u"),
        (
            CHAT,
            r#"{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"x"}},{"type":"text","text":"b"}]}]}"#,
            "a\nb",
        ),
        (CHAT, r#"{"messages":[{"role":"assistant","content":null,"tool_calls":[]}]}"#, ""),
        (CHAT, r#"{"messages":[]}"#, ""),
        (COMPLETIONS, r#"{"prompt":"p"}"#, "p"),
        (COMPLETIONS, r#"{"prompt":["p","q"]}"#, "p\nq"),
        (COMPLETIONS, r#"{"prompt":[1,2]}"#, ""),
        (RESPONSES, r#"{"input":"i"}"#, "i"),
        (
            RESPONSES,
            r#"{"input":[{"role":"user","content":"no"},{"role":"user","content":[{"type":"input_text","text":"i"}]}]}"#,
            "i",
        ),
        (RESPONSES, r#"{"input":[{"type":"function_call_output","call_id":"c","output":"o"}]}"#, "o"),
        (
            MESSAGES,
            r#"{"messages":[{"role":"user","content":[{"type":"tool_result","content":[{"type":"text","text":"r"}]},{"type":"text","text":"t"}]}]}"#,
            "r\nt",
        ),
        (
            COHERE,
            r#"{"messages":[{"role":"user","content":"no"},{"role":"tool","content":[{"type":"text","text":"r"}]}]}"#,
            "r",
        ),
        (Form::Embeddings, r#"{"input":["a","b"]}"#, "a\nb"),
    ] {
        assert_eq!(joined(&of_request(form, body.as_bytes()).unwrap()), expected, "{body}");
    }
}

#[test]
fn each_choice_of_an_answer_is_a_part_of_its_own() {
    let texts = |form, body: &str| -> Vec<String> {
        of_answer(form, body.as_bytes()).unwrap().iter().map(joined).collect()
    };
    assert_eq!(
        texts(CHAT, r#"{"choices":[{"message":{"content":"a"}},{"message":{"content":null}}]}"#),
        ["a", ""]
    );
    assert_eq!(texts(COMPLETIONS, r#"{"choices":[{"text":"a"},{"text":"b"}]}"#), ["a", "b"]);
    assert_eq!(
        texts(MESSAGES, r#"{"content":[{"type":"text","text":"a"},{"type":"tool_use","input":{}}]}"#),
        ["a"]
    );
    let cohere = r#"{"message":{"content":[{"type":"thinking","thinking":"t"},{"type":"text","text":"a"},{"type":"text","text":"b"}]}}"#;
    assert_eq!(texts(COHERE, cohere), ["a\nb"]);
    assert_eq!(texts(COHERE, r#"{"message":{"tool_calls":[]}}"#), [""]);
    assert!(of_answer(COHERE, br#"{"no":"message"}"#).is_err());
    let output = r#"{"output":[{"type":"reasoning","summary":[]},{"type":"message","content":[{"type":"output_text","text":"a"}]}]}"#;
    assert_eq!(texts(RESPONSES, output), ["a"]);
}

#[test]
fn what_is_there_twice_or_is_something_else_is_an_error() {
    for body in [
        r#"{"messages":[{"content":"a"}],"messages":[{"content":"b"}]}"#,
        r#"{"messages":[{"content":"a","content":"b"}]}"#,
        r#"{"messages":[["content"]]}"#,
        "[[]]",
    ] {
        assert!(of_request(CHAT, body.as_bytes()).is_err(), "{body}");
    }
    assert!(of_answer(CHAT, br#"{"choices":[{"message":{"content":"a","content":"b"}}]}"#).is_err());
    assert!(of_answer(CHAT, br#"{"no":"choices"}"#).is_err());
}

#[test]
fn a_text_is_replaced_and_every_other_byte_stays() {
    let body = r#"{ "x": 1.10, "messages":[{"content":[{"text":"a\u00e9","y" : 1},{"text":"b"}]}], "z":{} }"#;
    let part = of_request(CHAT, body.as_bytes()).unwrap();
    assert_eq!(part[0].text, "aé");
    let edits = part.iter().map(|piece| (&piece.span, format!("<\"{}\">", piece.text)));
    let out = replaced(body.as_bytes(), edits);
    let expected =
        r#"{ "x": 1.10, "messages":[{"content":[{"text":"<\"aé\">","y" : 1},{"text":"<\"b\">"}]}], "z":{} }"#;
    assert_eq!(std::str::from_utf8(&out).unwrap(), expected);
}

#[test]
fn events_are_put_together_again() {
    let chat = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}},{\"index\":1,\"delta\":{\"content\":\"x\"}}]}\r\n\r\n\
        data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"b\"}}]}\n\ndata: [DONE]\n\n";
    let told = of_events(CHAT, chat.as_bytes());
    assert_eq!(told.parts.iter().map(joined).collect::<Vec<_>>(), ["ab", "x"]);
    assert!(!told.failed);
    let messages = "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"hi\"}}\n\n";
    assert_eq!(joined(&of_events(MESSAGES, messages.as_bytes()).parts[0]), "hi");
    let cohere = "event: content-delta\ndata: {\"type\":\"content-delta\",\"delta\":{\"message\":{\"content\":{\"text\":\"hi\"}}}}\n\n\
        event: message-end\ndata: {\"type\":\"message-end\",\"delta\":{\"finish_reason\":\"COMPLETE\"}}\n\n";
    let told = of_events(COHERE, cohere.as_bytes());
    assert_eq!((joined(&told.parts[0]).as_str(), told.failed), ("hi", false));
    let response = "event: x\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"hi\"}\n\n";
    assert_eq!(joined(&of_events(RESPONSES, response.as_bytes()).parts[0]), "hi");
    assert_eq!(of_events(CHAT, b"data: [DONE]\n\n").parts, [Part::new()]);
}

#[test]
fn a_stream_that_tells_of_an_error_has_failed() {
    for (form, event) in [
        (CHAT, r#"{"error":{"message":"m"}}"#),
        (MESSAGES, r#"{"type":"error","error":{}}"#),
        (RESPONSES, r#"{"type":"response.failed","response":{}}"#),
        (COHERE, r#"{"type":"message-end","delta":{"finish_reason":"ERROR"}}"#),
    ] {
        assert!(of_events(form, format!("data: {event}\n\n").as_bytes()).failed, "{event}");
    }
    let fine = r#"{"type":"response.completed","response":{"error":null}}"#;
    assert!(!of_events(RESPONSES, format!("data: {fine}\n\n").as_bytes()).failed);
}

#[test]
fn texts_are_replaced_in_whatever_order_their_members_stand() {
    let replace = |form, body: &str| {
        let part = of_request(form, body.as_bytes()).unwrap();
        let edits = part.iter().map(|piece| (&piece.span, piece.text.replace("secret", "***")));
        String::from_utf8(replaced(body.as_bytes(), edits).to_vec()).unwrap()
    };
    for (form, body) in [
        (RESPONSES, r#"{"input":[{"output":"secret 1","content":"secret 2"}]}"#),
        (CHAT, r#"{"messages":[{"content":[{"content":"secret 1","text":"secret 2"}]}]}"#),
        (
            Form::ContentEmbeddings,
            r#"{"requests":[{"content":{"parts":[{"text":"secret 1"}]}}],"content":{"parts":[{"text":"secret 2"}]}}"#,
        ),
        (
            GENERATE,
            r#"{"contents":[{"parts":[{"functionResponse":{"response":{"a":"secret 1"}},"text":"secret 2"}]}]}"#,
        ),
    ] {
        assert_eq!(replace(form, body), body.replace("secret", "***"), "{body}");
    }
}

#[test]
fn one_content_and_one_part_are_read_where_a_list_is_meant() {
    let one = r#"{"contents":{"parts":{"text":"a"}}}"#;
    assert_eq!(joined(&of_request(GENERATE, one.as_bytes()).unwrap()), "a");
    let one = r#"{"content":{"parts":{"text":"a"}}}"#;
    assert_eq!(joined(&of_request(Form::ContentEmbeddings, one.as_bytes()).unwrap()), "a");
    assert!(of_request(GENERATE, br#"{"contents":"a"}"#).is_err());
}
