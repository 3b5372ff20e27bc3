//! `bedrock`: Converse and models' own bodies, signed and by a Bedrock API key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use jackfield_e2e::{Reply, chat, text_of};
use jackfield_runtime::CallError;
use jackfield_runtime::api::embedding::{EmbedRequest, Input, Vector};
use jackfield_runtime::api::llm::{ChatEvent, FinishReason};
use jackfield_runtime::api::passthrough::{Dialect, ForwardRequest, Framing};
use jackfield_runtime::api::rerank::RerankRequest;
use jackfield_runtime::api::types::ErrorKind;
use serde_json::json;

use crate::aws_frames::{event, exception};
use crate::bench::{Bench, KEY, streamed_text};

const TOKEN: &str = "config.region = \"eu-west-1\"\nconfig.auth = \"token\"\nsecrets.bearer-token = KEY";
const SIGNED: &str =
    "config.region = \"eu-west-1\"\nsecrets.access-key-id = KEY\nsecrets.secret-access-key = KEY";
const ARN: &str = "arn:aws:bedrock:eu-west-1:012345678901:inference-profile/eu.amazon.nova-micro-v1:0";

fn converse(text: &str) -> Reply {
    let body = json!({
        "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
        "stopReason": "guardrail_intervened",
        "usage": {"inputTokens": 3, "outputTokens": 2, "totalTokens": 9, "cacheReadInputTokens": 4},
        "metrics": {"latencyMs": 1},
        "trace": {"guardrail": {"actionReason": "blocked"}},
    });
    Reply::json(200, &body.to_string())
}

fn frames(frames: &[Vec<u8>]) -> Reply {
    let head = "content-type: application/vnd.amazon.eventstream\r\nconnection: close\r\n";
    frames.iter().fold(Reply::head(200, head), |reply, frame| reply.send(frame.clone()))
}

fn reported<T>(result: Result<T, CallError>) -> jackfield_runtime::api::types::Error {
    match result {
        Err(CallError::Failed { error, .. }) => error,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it succeeded"),
    }
}

#[tokio::test]
async fn a_chat_passes_its_guardrail_whose_trace_comes_back() {
    let lines =
        format!("{TOKEN}\nconfig.guardrail-identifier = \"abc\"\nconfig.guardrail-trace = \"enabled\"");
    let bench = Bench::new("bedrock", &lines, vec![converse("no")]).await;
    let told = bench.provider.chat(&bench.context, chat(ARN, "hello")).await.unwrap();
    assert_eq!(
        (text_of(&told).as_str(), &told.choices[0].finish_reason),
        ("no", &FinishReason::ContentFilter)
    );
    let usage = told.usage.unwrap();
    assert_eq!((usage.input_tokens, usage.cache_read_tokens), (Some(7), Some(4)));
    assert!(told.extra.unwrap().contains("blocked"));
    let (head, body) = bench.sent(0);
    let path = "post /model/arn%3aaws%3abedrock%3aeu-west-1%3a012345678901%3ainference-profile%2feu.amazon.nova-micro-v1%3a0/converse http";
    assert!(head.starts_with(path), "{head}");
    assert!(head.contains(&format!("authorization: bearer {}", KEY.to_lowercase())), "{head}");
    let guardrail = json!({"guardrailIdentifier": "abc", "guardrailVersion": "DRAFT", "trace": "enabled"});
    let expected =
        json!({"messages": [{"role": "user", "content": [{"text": "hello"}]}], "guardrailConfig": guardrail});
    assert_eq!(body, expected);
}

#[tokio::test]
async fn requests_are_signed_for_the_region_and_the_service() {
    let bench = Bench::new("bedrock", SIGNED, vec![converse("yes")]).await;
    bench.provider.chat(&bench.context, chat("amazon.nova-micro-v1:0", "hello")).await.unwrap();
    let (head, _) = bench.sent(0);
    assert!(head.contains("authorization: aws4-hmac-sha256 credential="), "{head}");
    assert!(head.contains("/eu-west-1/bedrock/aws4_request"), "{head}");
}

#[tokio::test]
async fn a_stream_is_told_and_an_exception_in_it_is_an_error() {
    let begin = [
        event("messageStart", r#"{"role":"assistant","p":"abc"}"#),
        event("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"hel"}}"#),
    ];
    let mut good = begin.to_vec();
    good.extend([
        event("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"lo"}}"#),
        event("messageStop", r#"{"stopReason":"end_turn"}"#),
        event("metadata", r#"{"usage":{"inputTokens":1,"outputTokens":2},"metrics":{"latencyMs":1}}"#),
    ]);
    let mut broken = begin.to_vec();
    broken.push(exception("modelStreamErrorException", "boom"));
    let replies = vec![frames(&good), frames(&broken), frames(&begin)];
    let bench = Bench::new("bedrock", TOKEN, replies).await;
    let request = || chat("amazon.nova-micro-v1:0", "hello");
    let events = bench.stream(request()).await.unwrap();
    assert_eq!(streamed_text(&events), "hello");
    assert!(
        events.iter().any(|event| matches!(event, ChatEvent::Usage(usage) if usage.output_tokens == Some(2)))
    );
    assert!(bench.sent(0).0.starts_with("post /model/amazon.nova-micro-v1%3a0/converse-stream http"));
    let error = reported(bench.stream(request()).await);
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Unavailable, "boom"));
    assert_eq!(error.code.as_deref(), Some("modelStreamErrorException"));
    assert_eq!(reported(bench.stream(request()).await).kind, ErrorKind::BadUpstreamAnswer, "it is cut off");
}

#[tokio::test]
async fn a_throttled_request_says_when_to_come_back() {
    let body = r#"{"message":"Too many requests"}"#;
    let head = format!(
        "content-type: application/json\r\nx-amzn-errortype: ThrottlingException:http://internal.amazon.com/\r\nretry-after: 2\r\ncontent-length: {}\r\n",
        body.len()
    );
    let bench = Bench::new("bedrock", TOKEN, vec![Reply::head(429, &head).send(body)]).await;
    let error = reported(bench.provider.chat(&bench.context, chat("amazon.nova-micro-v1:0", "hello")).await);
    assert_eq!((error.kind, error.retry_after_ms), (ErrorKind::RateLimited, Some(2000)));
    assert_eq!(error.code.as_deref(), Some("ThrottlingException"));
}

#[tokio::test]
async fn a_models_own_body_is_invoked_and_one_that_can_not_stream_is_replayed() {
    let jurassic = r#"{"completions":[{"data":{"text":"hi"},"finishReason":{"reason":"endoftext"}}]}"#;
    let whole = |body: &str| {
        let counts = "x-amzn-bedrock-input-token-count: 5\r\nx-amzn-bedrock-output-token-count: 1\r\n";
        let head = format!("content-type: application/json\r\n{counts}content-length: {}\r\n", body.len());
        Reply::head(200, &head).send(body)
    };
    let chunk = |json: &str| event("chunk", &format!(r#"{{"bytes":"{}"}}"#, STANDARD.encode(json)));
    let llama = frames(&[
        chunk(r#"{"generation":"hi","stop_reason":null}"#),
        chunk(
            r#"{"generation":"","stop_reason":"stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":5,"outputTokenCount":1}}"#,
        ),
    ]);
    let bench = Bench::new("bedrock", TOKEN, vec![whole(jurassic), llama]).await;
    let events = bench.stream(chat("ai21.j2-mid-v1", "hello")).await.unwrap();
    assert_eq!(streamed_text(&events), "hi");
    assert!(
        events.iter().any(|event| matches!(event, ChatEvent::Usage(usage) if usage.input_tokens == Some(5)))
    );
    let (head, body) = bench.sent(0);
    assert!(head.starts_with("post /model/ai21.j2-mid-v1/invoke http"), "{head}");
    assert_eq!(body, json!({"prompt": "hello"}));

    let mut request = chat("arn:aws:bedrock:eu-west-1:012345678901:imported-model/abc", "hello");
    request.extra = Some(r#"{"api":"invoke","modelFamily":"llama3"}"#.to_owned());
    assert_eq!(streamed_text(&bench.stream(request).await.unwrap()), "hi");
    let (head, body) = bench.sent(1);
    assert!(head.contains("imported-model%2fabc/invoke-with-response-stream"), "{head}");
    assert!(body["prompt"].as_str().unwrap().starts_with("<|begin_of_text|>"));
}

#[tokio::test]
async fn texts_are_embedded_one_by_one_and_documents_ranked() {
    let vector =
        |number: u32| Reply::json(200, &format!(r#"{{"embedding":[{number}.0],"inputTextTokenCount":2}}"#));
    let ranked = r#"{"results":[{"index":1,"relevance_score":0.9},{"index":0,"relevance_score":0.1}]}"#;
    let bench = Bench::new("bedrock", TOKEN, vec![vector(1), vector(2), Reply::json(200, ranked)]).await;
    let inputs = ["a", "b"].map(|text| Input::Text(text.to_owned())).to_vec();
    let request = EmbedRequest::new("amazon.titan-embed-text-v2:0", inputs);
    let told = bench.provider.embed(&bench.context, request).await.unwrap();
    // They are asked for at once, so that the script's replies may change places.
    let number = |vector: &Vector| matches!(vector, Vector::Float32(numbers) if numbers == &[1.0] || numbers == &[2.0]);
    assert!(told.vectors.len() == 2 && told.vectors.iter().all(number), "{:?}", told.vectors);
    assert_ne!(told.vectors[0], told.vectors[1]);
    assert_eq!(told.usage.unwrap().input_tokens, Some(4));
    let request = RerankRequest {
        model: "cohere.rerank-v3-5:0".to_owned(),
        query: "q".to_owned(),
        documents: vec!["a".to_owned(), "b".to_owned()],
        top_n: None,
        max_tokens_per_document: None,
        extra: None,
    };
    let told = bench.provider.rerank(&bench.context, request).await.unwrap();
    assert_eq!(told.results[0].index, 1);
    assert_eq!(bench.sent(2).1["api_version"], 2);
}

#[tokio::test]
async fn a_model_named_by_an_arn_ranks_at_the_agent_runtime_page_by_page() {
    let page = |index: u32, more: &str| {
        let results = format!(r#"{{"results":[{{"index":{index},"relevanceScore":0.{index}}}]{more}}}"#);
        Reply::json(200, &results)
    };
    let lines = format!("{TOKEN}\nconfig.agent-url = \"ORIGIN\"");
    let replies = vec![page(1, r#","nextToken":"more""#), page(3, "")];
    let bench = Bench::new("bedrock", &lines, replies).await;
    let arn = "arn:aws:bedrock:us-east-1::foundation-model/amazon.rerank-v1:0";
    let request = RerankRequest {
        model: arn.to_owned(),
        query: "q".to_owned(),
        documents: ["a", "b", "c", "d"].map(str::to_owned).to_vec(),
        top_n: None,
        max_tokens_per_document: None,
        extra: None,
    };
    let told = bench.provider.rerank(&bench.context, request).await.unwrap();
    assert_eq!(told.results.iter().map(|ranked| ranked.index).collect::<Vec<_>>(), [3, 1]);
    let ((head, first), (_, second)) = (bench.sent(0), bench.sent(1));
    assert!(head.starts_with("post /rerank http"), "{head}");
    let model = "/rerankingConfiguration/bedrockRerankingConfiguration/modelConfiguration/modelArn";
    assert_eq!(first.pointer(model).unwrap(), arn);
    assert_eq!((first.get("nextToken"), &second["nextToken"]), (None, &"more".into()));
}

#[tokio::test]
async fn a_client_of_converse_is_passed_on_byte_for_byte() {
    let stream = [event("messageStart", r#"{"role":"assistant","brandNew":1}"#)];
    let bench = Bench::new("bedrock", TOKEN, vec![frames(&stream)]).await;
    let body = br#"{"messages" : [{"role":"user","content":[{"text":"hi"}]}], "unknown": {"x":1.0}}"#;
    let request = ForwardRequest {
        dialect: Dialect::BedrockConverse,
        model: "us.a.b-v1:0".to_owned(),
        stream: true,
        headers: Vec::new(),
    };
    let answer = bench.provider.forward(&bench.context, request, Bytes::from_static(body)).await.unwrap();
    assert_eq!((answer.status, answer.framing), (200, Framing::EventStream));
    let requests = bench.upstream.requests();
    assert!(requests[0].ends_with(std::str::from_utf8(body).unwrap()), "{}", requests[0]);
    assert!(bench.sent(0).0.starts_with("post /model/us.a.b-v1%3a0/converse-stream http"));
}

#[tokio::test]
async fn models_are_listed_where_the_control_plane_is_known() {
    let bench = Bench::new("bedrock", TOKEN, vec![]).await;
    let error = reported(bench.provider.list_models(&bench.context).await);
    assert!(error.message.contains("config.control-url"), "{}", error.message);
}
