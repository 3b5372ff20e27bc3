//! `cohere`: chats with what they cite, vectors, ranks, models and tokens.

use jackfield_e2e::{Reply, chat, text_of};
use jackfield_runtime::api::embedding::{EmbedRequest, Encoding, Input, Purpose, Vector};
use jackfield_runtime::api::llm::{ChatEvent, FinishReason, Part};
use jackfield_runtime::api::passthrough::{Dialect, Framing};
use jackfield_runtime::api::rerank::RerankRequest;
use jackfield_runtime::api::types::ErrorKind;
use serde_json::{Value, json};

use crate::bench::{Bench, KEY, byte_by_byte, passed, streamed_text};

async fn bench(replies: Vec<Reply>) -> Bench {
    Bench::new("cohere", "secrets.api-key = KEY", replies).await
}

fn reply(body: &Value) -> Reply {
    Reply::json(200, &body.to_string())
}

fn events(events: &[Value]) -> String {
    let body: String = events.iter().map(|event| format!("event: x\ndata: {event}\n\n")).collect();
    body + "data: [DONE]\n\n"
}

#[tokio::test]
async fn a_whole_answer_brings_its_citations_and_warnings() {
    let answer = json!({"id": "a", "finish_reason": "COMPLETE", "usage": {"tokens": {"input_tokens": 5, "output_tokens": 2}},
        "message": {"role": "assistant", "content": [{"type": "text", "text": "It is so."}],
            "citations": [{"start": 6, "end": 8, "text": "so", "sources": [{"type": "document", "id": "d", "document": {"title": "T"}}]}]}});
    let head = "content-type: application/json\r\nx-api-warning: old model\r\nconnection: close\r\n";
    let bench = bench(vec![Reply::head(200, head).send(answer.to_string())]).await;
    let told = bench.provider.chat(&bench.context, chat("command-a", "is it?")).await.unwrap();
    assert_eq!(
        (text_of(&told).as_str(), told.warnings.as_slice()),
        ("It is so.", &["old model".to_owned()][..])
    );
    let Part::Text(text) = &told.choices[0].content[0] else { panic!("{told:?}") };
    assert_eq!((text.citations[0].start, text.citations[0].title.as_deref()), (Some(6), Some("T")));
    let (head, body) = bench.sent(0);
    assert!(head.starts_with("post /v2/chat http/1.1"), "{head}");
    assert!(head.contains(&format!("authorization: bearer {KEY}")), "{head}");
    let expected =
        json!({"model": "command-a", "messages": [{"role": "user", "content": "is it?"}], "stream": false});
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_stream_is_the_same_however_the_network_cuts_it() {
    let piece = |kind: &str, message: Value| json!({"type": kind, "index": 0, "delta": {"message": message}});
    let body = events(&[
        json!({"type": "message-start", "id": "a", "delta": {"message": {"role": "assistant"}}}),
        piece("tool-plan-delta", json!({"tool_plan": "I löök"})),
        piece(
            "tool-call-start",
            json!({"tool_calls": {"id": "c", "type": "function", "function": {"name": "look", "arguments": ""}}}),
        ),
        piece("tool-call-delta", json!({"tool_calls": {"function": {"arguments": "{\"q\":\"é\"}"}}})),
        json!({"type": "tool-call-end", "index": 0}),
        json!({"type": "message-end", "delta": {"finish_reason": "TOOL_CALL", "usage": {"tokens": {"input_tokens": 5, "output_tokens": 2}}}}),
    ]);
    let bench = bench(vec![Reply::events().send(body.clone()), byte_by_byte(Reply::events(), &body)]).await;
    let at_once = bench.stream(chat("command-a", "look")).await.unwrap();
    let cut = bench.stream(chat("command-a", "look")).await.unwrap();
    assert_eq!(format!("{at_once:?}"), format!("{cut:?}"));
    assert!(matches!(&at_once[1], ChatEvent::Reasoning(delta) if delta.text == "I löök"), "{at_once:?}");
    assert!(
        matches!(at_once.last(), Some(ChatEvent::Finish(finish)) if finish.reason == FinishReason::ToolCalls)
    );
}

#[tokio::test]
async fn errors_come_typed_before_and_within_a_stream() {
    let limited =
        Reply::head(429, "retry-after: 3\r\ncontent-type: application/json\r\nconnection: close\r\n");
    let failed = events(&[
        json!({"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "half"}}}}),
        json!({"type": "message-end", "delta": {"finish_reason": "ERROR", "error": "broke"}}),
    ]);
    let bench =
        bench(vec![limited.send(r#"{"id":"r","message":"wait"}"#), Reply::events().send(failed)]).await;
    let error = bench.stream(chat("m", "hi")).await.unwrap_err().to_record();
    assert_eq!(
        (error.kind, error.status, error.retry_after_ms),
        (ErrorKind::RateLimited, Some(429), Some(3000))
    );
    assert!(error.message.contains("wait (request r)"), "{}", error.message);
    let error = bench.stream(chat("m", "hi")).await.unwrap_err().to_record();
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::Unavailable, Some("ERROR")));
}

#[tokio::test]
async fn more_texts_than_a_request_takes_are_several_requests() {
    // The two are sent at once, in whatever order.
    let answer =
        json!({"embeddings": {"int8": vec![[1, -2]; 96]}, "meta": {"billed_units": {"input_tokens": 96}}});
    let bench = bench(vec![reply(&answer)]).await;
    let inputs = (0..192).map(|n| Input::Text(n.to_string())).collect();
    let request = EmbedRequest {
        encoding: Some(Encoding::Int8),
        purpose: Some(Purpose::Query),
        ..EmbedRequest::new("embed-v4.0", inputs)
    };
    let told = bench.provider.embed(&bench.context, request).await.unwrap();
    assert_eq!((told.vectors.len(), &told.vectors[191]), (192, &Vector::Int8(vec![1, -2])));
    assert_eq!(told.usage.unwrap().input_tokens, Some(192));
    assert_eq!(bench.upstream.requests().len(), 2);
    for place in 0..2 {
        let (head, body) = bench.sent(place);
        assert!(head.starts_with("post /v2/embed http/1.1"), "{head}");
        assert_eq!(
            (&body["input_type"], body["texts"].as_array().unwrap().len()),
            (&json!("search_query"), 96)
        );
    }
}

#[tokio::test]
async fn documents_are_ranked_models_listed_and_tokens_counted() {
    let bench = bench(vec![
        reply(&json!({"id": "r", "results": [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.1}],
            "meta": {"billed_units": {"search_units": 1}}})),
        reply(&json!({"models": [{"name": "command-a", "endpoints": ["chat"], "context_length": 256000}], "next_page_token": "n/2"})),
        reply(&json!({"models": [{"name": "rerank-x", "endpoints": ["rerank"]}]})),
        reply(&json!({"tokens": [1, 2, 3], "token_strings": ["a", "b", "c"]})),
    ])
    .await;
    let request = RerankRequest {
        model: "rerank-x".to_owned(),
        query: "q".to_owned(),
        documents: vec!["a".to_owned(), "b".to_owned()],
        top_n: Some(1),
        max_tokens_per_document: None,
        extra: None,
    };
    let told = bench.provider.rerank(&bench.context, request).await.unwrap();
    assert_eq!((told.results.len(), told.results[0].index), (1, 1));
    let models = bench.provider.list_models(&bench.context).await.unwrap();
    assert_eq!(
        models.iter().map(|model| model.interfaces[0].as_str()).collect::<Vec<_>>(),
        ["llm", "rerank"]
    );
    assert!(
        bench.sent(2).0.starts_with("get /v1/models?page_size=1000&page_token=n%2f2 "),
        "{}",
        bench.sent(2).0
    );
    assert_eq!(bench.provider.count_tokens(&bench.context, chat("command-a", "a b c")).await.unwrap(), 3);
    assert_eq!(bench.sent(3).1, json!({"model": "command-a", "text": "a b c"}));
}

#[tokio::test]
async fn a_clients_bytes_go_up_and_the_upstreams_come_down_unread() {
    let came = "event: future\ndata: {\"unheard\": 1.50}\n\n";
    let bench = bench(vec![Reply::events().send(came)]).await;
    assert_eq!(bench.provider.dialects(&bench.context).await.unwrap(), [Dialect::CohereChat]);
    let body = r#"{"model": "theirs", "stream": true, "invented": {"deep": [1.50, null]}}"#;
    let told =
        bench.provider.forward(&bench.context, passed(Dialect::CohereChat, true), body.into()).await.unwrap();
    assert_eq!((told.status, told.framing), (200, Framing::ServerSentEvents));
    assert_eq!(told.body.read_all(1 << 20).await.unwrap(), came);
    let request = bench.upstream.requests().remove(0);
    assert!(request.starts_with("POST /v2/chat HTTP/1.1"), "{request}");
    assert!(request.ends_with(&body.replace("theirs", "up/stream")), "{request}");
}

#[tokio::test]
async fn text_comes_as_it_is_made() {
    let text = |text: &str| json!({"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": text}}}});
    let end = json!({"type": "message-end", "delta": {"finish_reason": "MAX_TOKENS"}});
    let bench = bench(vec![Reply::events().send(events(&[text("hel"), text("lo"), end]))]).await;
    let told = bench.stream(chat("m", "hi")).await.unwrap();
    assert_eq!(streamed_text(&told), "hello");
    assert!(matches!(told.last(), Some(ChatEvent::Finish(finish)) if finish.reason == FinishReason::Length));
}
