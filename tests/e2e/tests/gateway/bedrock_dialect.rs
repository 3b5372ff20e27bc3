//! Clients that speak Bedrock's Converse: passed on to Bedrock byte for byte,
//! decoded for everybody else.

use aws_lc_rs::{digest, hmac};
use bytes::Bytes;
use jackfield_e2e::gateway::provider;
use jackfield_e2e::{Reply, Script, Served};
use jackfield_gateway::dialect::bedrock_converse::{encode_event, encode_exception};
use jackfield_runtime::api::types::{Error, ErrorKind};
use jackfield_runtime::frame::{Cutter, EventStreamCutter};
use serde_json::{Value, json};

use crate::wire::{ANTHROPIC, OPENAI, sse};
use crate::{Json, body_of, header};

const STREAM: &str = "application/vnd.amazon.eventstream";
const SECRET: &str = "team-key-0123456789";

/// A gateway with one provider, `up`, and what keeps its files.
struct Bench {
    upstream: Script,
    served: Served,
    _folder: tempfile::TempDir,
}

impl Bench {
    async fn new(plugin: &str, replies: Vec<Reply>, config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let upstream = Script::start(replies).await;
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            format!("{{ file = \"{}\" }}", path.display())
        };
        let lines = match plugin {
            "bedrock" => format!(
                "config.region = \"eu-west-1\"\nconfig.auth = \"token\"\nsecrets.bearer-token = {}",
                file("token", "provider-key-0123456789")
            ),
            _ => String::new(),
        };
        let config = config.replace("SECRET", &file("secret", SECRET));
        let provider = provider("up", plugin, &upstream.origin(), &lines);
        Self { served: Served::start(&format!("{provider}{config}")).await, upstream, _folder: folder }
    }

    async fn ask(&self, stream: bool, body: &Value) -> reqwest::Response {
        self.served.post(path(stream), body).await
    }
}

const fn path(stream: bool) -> &'static str {
    if stream {
        "/model/up%2Fsome.model-v1%3A0/converse-stream"
    } else {
        "/model/up%2Fsome.model-v1%3A0/converse"
    }
}

fn request() -> Value {
    json!({ "messages": [{ "role": "user", "content": [{ "text": "hello" }] }] })
}

fn answer() -> String {
    "{ \"odd\" :\t1.00e+02, \"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":\"a\"}]}},\
     \"stopReason\":\"end_turn\",\"usage\":{\"inputTokens\":1,\"outputTokens\":2,\"totalTokens\":3},\
     \"metrics\":{\"latencyMs\":1}}"
        .to_owned()
}

fn delta(text: &str) -> Bytes {
    encode_event(
        "contentBlockDelta",
        &json!({ "contentBlockIndex": 0, "delta": { "text": text }, "p": "abc" }).to_string(),
    )
}

/// A good stream, with an event that nobody has heard of.
fn events() -> Vec<Bytes> {
    vec![
        encode_event("messageStart", r#"{"role":"assistant","p":"ab"}"#),
        delta("one "),
        encode_event("invented", r#"{"x":1.50}"#),
        delta("two"),
        encode_event("contentBlockStop", r#"{"contentBlockIndex":0}"#),
        encode_event("messageStop", r#"{"stopReason":"end_turn"}"#),
        encode_event(
            "metadata",
            r#"{"usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3},"metrics":{"latencyMs":1}}"#,
        ),
    ]
}

fn frames(body: &[u8], size: usize) -> Reply {
    let reply = Reply::head(200, &format!("content-type: {STREAM}\r\nconnection: close\r\n"));
    body.chunks(size).fold(reply, |reply, piece| reply.send(piece))
}

/// Each message's name and payload.
fn messages(body: &[u8]) -> Vec<(String, Value)> {
    let mut cutter = EventStreamCutter::new(1 << 20);
    cutter.push(Bytes::copy_from_slice(body)).unwrap();
    let messages = cutter.drain();
    assert!(cutter.finish().unwrap().is_none());
    let named = |name: &str| name == ":event-type" || name == ":exception-type";
    messages
        .into_iter()
        .map(|message| {
            let name = message.headers.into_iter().find(|(header, _)| named(header)).unwrap().1;
            (name, serde_json::from_slice(&message.payload).unwrap())
        })
        .collect()
}

fn text_of(messages: &[(String, Value)]) -> String {
    messages.iter().filter_map(|(_, payload)| payload.pointer("/delta/text")?.as_str()).collect()
}

#[tokio::test]
async fn bedrock_is_asked_with_the_clients_own_bytes_and_answers_with_its_own() {
    let bench = Bench::new("bedrock", vec![Reply::json(200, &answer())], "").await;
    let mut body = request();
    body["invented"] = json!({ "by": ["a", "client"], "deep": { "n": null } });
    body["messages"][0]["content"][0]["weather"] = json!("fair");
    let response = bench.ask(false, &body).await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "x-jackfield-mode"), "passthrough");
    assert_eq!(response.text().await.unwrap(), answer());
    let sent = bench.upstream.requests().remove(0);
    assert!(sent.to_lowercase().starts_with("post /v1/model/some.model-v1%3a0/converse http"), "{sent}");
    assert!(sent.ends_with(&body.to_string()), "{sent}");
}

#[tokio::test]
async fn a_stream_comes_down_byte_for_byte() {
    let whole = events().concat();
    for size in [1, 7, 100, whole.len()] {
        let bench = Bench::new("bedrock", vec![frames(&whole, size)], "").await;
        let response = bench.ask(true, &request()).await;
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "content-type"), STREAM);
        assert_eq!(header(&response, "x-jackfield-mode"), "passthrough");
        assert_eq!(response.bytes().await.unwrap(), whole, "by {size}");
        let sent = bench.upstream.requests().remove(0);
        assert!(sent.contains("/converse-stream HTTP"), "{sent}");
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_or_is_damaged_ends_with_an_exception() {
    let good = events()[..4].concat();
    let half = [&good[..], &events()[5][..30]].concat();
    let mut damaged = events().concat();
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    for (body, name) in [(good.clone(), "cut"), (half, "half"), (damaged, "damaged")] {
        let bench = Bench::new("bedrock", vec![frames(&body, 64)], "").await;
        let told = messages(&bench.ask(true, &request()).await.bytes().await.unwrap());
        assert_eq!(text_of(&told), "one two", "{name}");
        let (last, payload) = told.last().unwrap();
        assert_eq!(last, "modelStreamErrorException", "{name}");
        assert!(payload["message"].is_string(), "{name}: {payload}");
        assert_eq!(told.iter().filter(|(name, _)| name == "modelStreamErrorException").count(), 1);
    }
    // The upstream's own exception is the last that is said.
    let own = encode_exception(&Error::new(ErrorKind::RateLimited, "slow down"));
    let body = [&good[..], &own[..]].concat();
    let bench = Bench::new("bedrock", vec![frames(&body, body.len())], "").await;
    assert_eq!(bench.ask(true, &request()).await.bytes().await.unwrap(), body);
}

#[tokio::test]
async fn an_exception_before_anything_is_said_is_an_error_with_its_name() {
    let own = encode_exception(&Error::new(ErrorKind::RateLimited, "slow down"));
    let body = [&events()[0][..], &own[..]].concat();
    let bench = Bench::new("bedrock", vec![frames(&body, 20)], "").await;
    let response = bench.ask(true, &request()).await;
    assert_eq!(response.status(), 429);
    assert!(header(&response, "x-amzn-errortype").eq_ignore_ascii_case("ThrottlingException"));
    assert!(response.json().await.unwrap()["message"].as_str().unwrap().contains("slow down"));
}

#[tokio::test]
async fn the_upstreams_own_error_reaches_the_client_as_it_is() {
    let body = r#"{"message":"The model is odd", "more":1}"#;
    let head = format!(
        "content-type: application/json\r\nx-amzn-errortype: ModelErrorException\r\ncontent-length: {}\r\n",
        body.len()
    );
    let bench = Bench::new("bedrock", vec![Reply::head(424, &head).send(body)], "").await;
    let response = bench.ask(false, &request()).await;
    assert_eq!(
        (response.status().as_u16(), header(&response, "x-amzn-errortype")),
        (424, "ModelErrorException")
    );
    assert_eq!(response.text().await.unwrap(), body);
    let wrong = bench.ask(false, &json!({ "messages": 1 })).await;
    assert_eq!(wrong.status(), 424, "it is Bedrock's to refuse");
    let bench = Bench::new("openai", vec![], "").await;
    let wrong = bench.ask(false, &json!({ "messages": 1 })).await;
    assert_eq!((wrong.status().as_u16(), header(&wrong, "x-amzn-errortype")), (400, "ValidationException"));
    assert!(wrong.json().await.unwrap()["message"].as_str().unwrap().contains("messages"));
}

#[tokio::test]
async fn another_provider_is_asked_in_its_own_words() {
    let mut body = request();
    body["system"] = json!([{ "text": "be short" }]);
    body["messages"][0]["content"] = json!([
        { "text": "what is it?" },
        { "image": { "format": "png", "source": { "bytes": "AAEC" } } },
    ]);
    body["inferenceConfig"] = json!({ "maxTokens": 9, "temperature": 0.5 });
    body["toolConfig"] = json!({
        "tools": [{ "toolSpec": { "name": "f", "inputSchema": { "json": { "type": "object" } } } }],
        "toolChoice": { "any": {} },
    });
    let mut calls = OPENAI.answer("a");
    calls["choices"][0]["message"] = json!({ "role": "assistant", "content": null, "tool_calls": [
        { "id": "t1", "type": "function", "function": { "name": "f", "arguments": "{\"a\":1}" } }] });
    calls["choices"][0]["finish_reason"] = json!("tool_calls");
    let bench = Bench::new("openai", vec![Reply::json(200, &calls.to_string())], "").await;
    let response = bench.ask(false, &body).await;
    assert_eq!(header(&response, "x-jackfield-mode"), "decoded");
    let told = response.json().await.unwrap();
    let call = json!({ "toolUse": { "toolUseId": "t1", "name": "f", "input": { "a": 1 } } });
    assert_eq!(told["output"]["message"]["content"], json!([call]));
    assert_eq!((&told["stopReason"], &told["usage"]["totalTokens"]), (&json!("tool_use"), &json!(3)));
    let sent = body_of(&bench.upstream.requests()[0]);
    assert_eq!(sent["model"], "some.model-v1:0");
    assert_eq!(sent["messages"][0]["content"], "be short");
    assert_eq!(sent["messages"][1]["content"][1]["image_url"]["url"], "data:image/png;base64,AAEC");
    assert_eq!(
        (&sent["tools"][0]["function"]["name"], &sent["tool_choice"]),
        (&json!("f"), &json!("required"))
    );
}

#[tokio::test]
async fn what_a_tool_gave_goes_back_to_another_provider() {
    let mut body = request();
    body["messages"] = json!([
        { "role": "user", "content": [{ "text": "q" }] },
        { "role": "assistant", "content": [
            { "reasoningContent": { "reasoningText": { "text": "hm", "signature": "sig" } } },
            { "toolUse": { "toolUseId": "t1", "name": "f", "input": { "a": 1 } } },
        ] },
        { "role": "user", "content": [{ "toolResult": { "toolUseId": "t1", "content": [{ "text": "5" }] } }] },
    ]);
    body["toolConfig"] = json!({ "tools": [{ "toolSpec": { "name": "f", "inputSchema": { "json": { "type": "object" } } } }] });
    body["inferenceConfig"] = json!({ "maxTokens": 9 });
    let bench = Bench::new("anthropic", vec![ANTHROPIC.reply("a")], "").await;
    let told = bench.ask(false, &body).await.json().await.unwrap();
    assert_eq!(told["output"]["message"]["content"], json!([{ "text": "a" }]));
    let sent = body_of(&bench.upstream.requests()[0]);
    let thought = &sent["messages"][1]["content"][0];
    assert_eq!((&thought["thinking"], &thought["signature"]), (&json!("hm"), &json!("sig")));
    assert_eq!(sent["messages"][1]["content"][1]["id"], "t1");
    assert_eq!(sent["messages"][2]["content"][0]["tool_use_id"], "t1");
}

#[tokio::test]
async fn another_providers_stream_comes_as_messages() {
    for wire in [OPENAI, ANTHROPIC] {
        let bench = Bench::new(wire.plugin, vec![sse(&wire.events(&["one ", "two"]))], "").await;
        let mut body = request();
        body["inferenceConfig"] = json!({ "maxTokens": 9 });
        let response = bench.ask(true, &body).await;
        assert_eq!(header(&response, "content-type"), STREAM);
        let told = messages(&response.bytes().await.unwrap());
        let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names.first(), Some(&"messageStart"), "{wire:?}");
        assert_eq!(names[names.len() - 3..], ["contentBlockStop", "messageStop", "metadata"], "{wire:?}");
        assert_eq!(text_of(&told), "one two", "{wire:?}");
        let broken = wire.events(&["one "]);
        let broken = sse(&broken[..broken.len() - 2]);
        let bench = Bench::new(wire.plugin, vec![broken], "").await;
        let told = messages(&bench.ask(true, &body).await.bytes().await.unwrap());
        assert!(told.last().unwrap().0.ends_with("Exception"), "{wire:?}: {told:?}");
    }
}

#[tokio::test]
async fn a_caller_shows_its_key_or_signs_with_it() {
    let config = "[server.keys.team]\nkey = SECRET\naws-signatures = true\n";
    let bench = Bench::new("bedrock", vec![Reply::json(200, &answer()); 4], config).await;
    assert_eq!(bench.ask(false, &request()).await.status(), 401, "neither");
    let ask = || bench.served.ask(path(false), &request());
    assert_eq!(ask().bearer_auth(SECRET).send().await.unwrap().status(), 200);
    let host = bench.served.url("");
    let host = host.trim_start_matches("http://");
    let body = request().to_string();
    for (name, secret, body, status) in [
        ("team", SECRET, body.as_str(), 200),
        ("team", "another", &body, 401),
        ("nobody", SECRET, &body, 401),
        ("team", SECRET, "{}", 401),
    ] {
        let (date, authorization) = signature(host, path(false), name, secret, body.as_bytes());
        let signed = ask().header("x-amz-date", date).header("authorization", authorization);
        let response = signed.send().await.unwrap();
        assert_eq!(response.status(), status, "{name} {secret}");
        if status == 401 {
            assert_eq!(header(&response, "x-amzn-errortype"), "UnrecognizedClientException");
        }
    }
    let sent = bench.upstream.requests();
    assert_eq!(sent.len(), 2);
    assert!(sent.iter().all(|request| !request.contains(SECRET) && !request.contains("AWS4")), "{sent:?}");
    let config = "[server.keys.team]\nkey = SECRET\n";
    let bench = Bench::new("bedrock", vec![], config).await;
    let host = bench.served.url("");
    let (date, authorization) =
        signature(host.trim_start_matches("http://"), path(false), "team", SECRET, body.as_bytes());
    let ask = bench.served.ask(path(false), &request());
    let ask = ask.header("x-amz-date", date).header("authorization", authorization);
    assert_eq!(ask.send().await.unwrap().status(), 401, "this key can't sign");
}

/// `x-amz-date` and `Authorization`, by the algorithm's description.
fn signature(host: &str, path: &str, name: &str, secret: &str, body: &[u8]) -> (String, String) {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let sha = |bytes: &[u8]| hex(digest::digest(&digest::SHA256, bytes).as_ref());
    let now = time::OffsetDateTime::now_utc();
    let day = format!("{:04}{:02}{:02}", now.year(), u8::from(now.month()), now.day());
    let date = format!("{day}T{:02}{:02}{:02}Z", now.hour(), now.minute(), now.second());
    let signed = "content-type;host;x-amz-date";
    let canonical = format!(
        "POST\n{}\n\ncontent-type:application/json\nhost:{host}\nx-amz-date:{date}\n\n{signed}\n{}",
        path.replace('%', "%25"),
        sha(body)
    );
    let scope = format!("{day}/eu-west-1/bedrock/aws4_request");
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", sha(canonical.as_bytes()));
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in scope.split('/').chain([text.as_str()]) {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), part.as_bytes());
        key = tag.as_ref().to_vec();
    }
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={name}/{scope}, SignedHeaders={signed}, Signature={}",
        hex(&key)
    );
    (date, authorization)
}
