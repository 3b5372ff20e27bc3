//! `google`: Gemini and Vertex AI from one plugin.

use jackfield_e2e::{Reply, chat, text_of};
use jackfield_runtime::api::embedding::{EmbedRequest, Input, Vector};
use jackfield_runtime::api::llm::{ChatEvent, FinishReason, Message, Part, ResultPart, Role, ToolResult};
use jackfield_runtime::api::passthrough::{Dialect, ForwardRequest, Framing};
use jackfield_runtime::api::types::ErrorKind;
use serde_json::{Value, json};

use crate::bench::{Bench, KEY, byte_by_byte, passed, streamed_text};

const SIGNATURE: &str = "c2lnbmVkIGJ5IGEgc2NyaXB0";

async fn gemini(replies: Vec<Reply>) -> Bench {
    Bench::preset("gemini", "", "", replies).await
}

fn answer(parts: Value) -> Value {
    json!({"candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 2, "thoughtsTokenCount": 3},
        "modelVersion": "gemini-told", "responseId": "r-1"})
}

fn reply(body: &Value) -> Reply {
    Reply::json(200, &body.to_string())
}

#[tokio::test]
async fn a_tool_is_called_and_its_result_goes_up_with_the_signature_of_the_call() {
    let call = json!([{"functionCall": {"name": "look", "args": {"q": 1}}, "thoughtSignature": SIGNATURE}]);
    let bench = gemini(vec![reply(&answer(call)), reply(&answer(json!([{"text": "done"}])))]).await;
    let mut request = chat("gemini-3-flash", "hello");
    let told = bench.provider.chat(&bench.context, request.clone()).await.unwrap();
    assert_eq!(
        (told.model.as_str(), &told.choices[0].finish_reason),
        ("gemini-told", &FinishReason::ToolCalls)
    );
    assert_eq!(told.usage.as_ref().unwrap().output_tokens, Some(5));
    let Part::ToolCall(made) = &told.choices[0].content[0] else { panic!("{told:?}") };
    let result = ToolResult {
        call_id: made.id.clone(),
        name: None,
        content: vec![ResultPart::Text("found".to_owned())],
        is_error: false,
    };
    request.messages.push(Message {
        role: Role::Assistant,
        name: None,
        content: told.choices[0].content.clone(),
    });
    request.messages.push(Message { role: Role::Tool, name: None, content: vec![Part::ToolResult(result)] });
    let told = bench.provider.chat(&bench.context, request).await.unwrap();
    assert_eq!(text_of(&told), "done");

    let (head, body) = bench.sent(0);
    assert!(head.starts_with("post /v1beta/models/gemini-3-flash:generatecontent http/1.1"), "{head}");
    assert!(head.contains(&format!("x-goog-api-key: {KEY}")) && !head.contains("authorization"), "{head}");
    assert_eq!(body, json!({"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}));
    let (_, body) = bench.sent(1);
    let expected = json!([
        {"role": "user", "parts": [{"text": "hello"}]},
        {"role": "model", "parts": [{"functionCall": {"name": "look", "args": {"q": 1}}, "thoughtSignature": SIGNATURE}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "look", "response": {"output": "found"}}}]},
    ]);
    assert_eq!(body["contents"], expected);
}

#[tokio::test]
async fn a_stream_ends_where_its_bytes_do() {
    let event = |parts: Value| format!("data: {}\r\n\r\n", answer(parts));
    let whole = [event(json!([{"text": "hé"}])), event(json!([{"text": "llo"}]))].concat();
    let cut = format!("data: {}\n\n", json!({"candidates": [{"content": {"parts": [{"text": "hel"}]}}]}));
    let failed =
        format!("data: {}\n\n", json!({"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}}));
    let bench = gemini(vec![
        Reply::events().send(whole.clone()),
        byte_by_byte(Reply::events(), &whole),
        Reply::events().send(cut.clone()),
        Reply::events().send(cut + &failed),
    ])
    .await;
    for _ in 0..2 {
        let events = bench.stream(chat("m", "hello")).await.unwrap();
        assert_eq!(streamed_text(&events), "héllo");
        let end =
            |event: &ChatEvent| matches!(event, ChatEvent::Finish(end) if end.reason == FinishReason::Stop);
        assert_eq!(events.iter().filter(|event| end(event)).count(), 1);
    }
    assert!(bench.sent(0).0.starts_with("post /v1beta/models/m:streamgeneratecontent?alt=sse http/1.1"));
    for expected in [ErrorKind::BadUpstreamAnswer, ErrorKind::Overloaded] {
        assert_eq!(bench.stream(chat("m", "hello")).await.unwrap_err().kind(), expected);
    }
}

#[tokio::test]
async fn a_hundred_texts_are_one_batch_of_the_gemini_api() {
    let embeddings = vec![json!({"values": [1.0]}); 100];
    let bench =
        Bench::new("google", "config.auth = \"none\"", vec![reply(&json!({"embeddings": embeddings}))]).await;
    let inputs = vec![Input::Text("a".to_owned()); 100];
    let told = bench.provider.embed(&bench.context, EmbedRequest::new("gemini-embedding-001", inputs)).await;
    assert_eq!(told.unwrap().vectors.len(), 100);
    assert_eq!(bench.upstream.requests().len(), 1);
}

#[tokio::test]
async fn vertex_has_its_own_paths_and_embeds_as_each_model_wants() {
    let prediction = |number: u32| {
        let embeddings = json!({"values": [number], "statistics": {"token_count": 2, "truncated": false}});
        reply(&json!({"predictions": [{"embeddings": embeddings}]}))
    };
    let lines = "config.platform = \"vertex\"\nconfig.project = \"p-1\"\nconfig.auth = \"token\"\nsecrets.access-token = KEY";
    let bench = Bench::new("google", lines, vec![
        reply(&answer(json!([{"text": "hi"}]))),
        prediction(1),
        prediction(2),
        reply(&json!({"embedding": {"values": [7]}})),
        reply(&json!({"publisherModels": [{"name": "publishers/google/models/gemini-x"}], "nextPageToken": "n/2"})),
        reply(&json!({"publisherModels": [{"name": "publishers/google/models/gemini-y"}]})),
    ])
    .await;
    let root = "/v1/projects/p-1/locations/global/publishers/google/models";
    assert_eq!(
        text_of(&bench.provider.chat(&bench.context, chat("gemini-2.5-pro", "hello")).await.unwrap()),
        "hi"
    );
    let (head, _) = bench.sent(0);
    assert!(head.starts_with(&format!("post {root}/gemini-2.5-pro:generatecontent ")), "{head}");
    assert!(head.contains(&format!("authorization: bearer {KEY}")), "{head}");

    let texts = |texts: &[&str]| texts.iter().map(|text| Input::Text((*text).to_owned())).collect();
    let request = EmbedRequest::new("gemini-embedding-001", texts(&["a", "b"]));
    let told = bench.provider.embed(&bench.context, request).await.unwrap();
    assert_eq!(told.vectors, [1.0, 2.0].map(|number| Vector::Float32(vec![number])));
    assert_eq!(told.usage.unwrap().input_tokens, Some(4));
    let (head, body) = bench.sent(2);
    assert!(head.starts_with(&format!("post {root}/gemini-embedding-001:predict ")), "{head}");
    assert_eq!(body, json!({"instances": [{"content": "b"}]}));
    let request = EmbedRequest::new("gemini-embedding-2", texts(&["a"]));
    assert_eq!(
        bench.provider.embed(&bench.context, request).await.unwrap().vectors,
        [Vector::Float32(vec![7.0])]
    );
    assert!(bench.sent(3).0.starts_with(&format!("post {root}/gemini-embedding-2:embedcontent ")));

    let models = bench.provider.list_models(&bench.context).await.unwrap();
    assert_eq!(models.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(), ["gemini-x", "gemini-y"]);
    let (head, _) = bench.sent(5);
    assert!(
        head.starts_with("get /v1beta1/publishers/google/models?pagesize=100&pagetoken=n%2f2 "),
        "{head}"
    );
    assert!(head.contains("x-goog-user-project: p-1"), "{head}");
}

#[tokio::test]
async fn a_clients_bytes_go_up_and_the_upstreams_come_down_unread() {
    let whole = r#"{"candidates":[{"finishReason":"STOP"}],"unheard":[1.50]}"#;
    let events = Reply::events().send("data: {\"unheard\": 1.50}\n\n");
    let bench = gemini(vec![Reply::json(200, whole), events]).await;
    let request =
        |stream| ForwardRequest { model: "gemini-x".to_owned(), ..passed(Dialect::GeminiGenerate, stream) };
    let body = r#"{"contents": [], "invented": {"deep": [1.50, null]}}"#;
    let told = bench.provider.forward(&bench.context, request(false), body.into()).await.unwrap();
    assert_eq!((told.status, told.framing), (200, Framing::Whole));
    let requests = bench.upstream.requests();
    assert!(requests[0].starts_with("POST /v1beta/models/gemini-x:generateContent HTTP/1.1"));
    assert!(requests[0].ends_with(body), "{}", requests[0]);
    let told = bench.provider.forward(&bench.context, request(true), body.into()).await.unwrap();
    assert_eq!(told.framing, Framing::ServerSentEvents);
    assert!(bench.sent(1).0.starts_with("post /v1beta/models/gemini-x:streamgeneratecontent?alt=sse "));
}

#[tokio::test]
async fn the_wait_of_a_limit_reaches_the_caller_and_a_refused_prompt_is_no_answer() {
    let limited = json!({"error": {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED",
        "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.4s"}]}});
    let blocked =
        json!({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 3}});
    let count = json!({"totalTokens": 7});
    let replies = vec![Reply::json(429, &limited.to_string()), reply(&blocked), reply(&count)];
    let bench = gemini(replies).await;
    let error = bench.provider.chat(&bench.context, chat("m", "hello")).await.unwrap_err().to_record();
    assert_eq!((error.kind, error.retry_after_ms), (ErrorKind::RateLimited, Some(34_400)));
    assert_eq!(error.code.as_deref(), Some("RESOURCE_EXHAUSTED"));
    let error = bench.provider.chat(&bench.context, chat("m", "hello")).await.unwrap_err().to_record();
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::ContentFilter, Some("SAFETY")));
    assert_eq!(bench.provider.count_tokens(&bench.context, chat("m", "hello")).await.unwrap(), 7);
    assert!(bench.sent(2).0.starts_with("post /v1beta/models/m:counttokens "));
}
