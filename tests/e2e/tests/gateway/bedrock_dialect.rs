//! Clients that speak Bedrock's Converse: passed on to Bedrock byte for byte,
//! decoded for everybody else.

mod crossed;
mod signed;

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

/// Bedrock would refuse a hidden thought that it never made.
#[tokio::test]
async fn what_another_provider_signed_does_not_reach_bedrock_as_it_is() {
    let bench = Bench::new("bedrock", vec![Reply::json(200, &answer())], "").await;
    let mut body = request();
    // Base64 of `jackfield-redacted:jackfield-call-signature:sig`.
    let hidden = "amFja2ZpZWxkLXJlZGFjdGVkOmphY2tmaWVsZC1jYWxsLXNpZ25hdHVyZTpzaWc=";
    let call = json!({ "toolUse": { "toolUseId": "t1", "name": "f", "input": {} } });
    let result = json!({ "toolResult": { "toolUseId": "t1", "content": [{ "text": "ok" }] } });
    body["messages"] = json!([
        { "role": "user", "content": [{ "text": "hello" }] },
        { "role": "assistant", "content": [{ "reasoningContent": { "redactedContent": hidden } }, call] },
        { "role": "user", "content": [result] },
    ]);
    let response = bench.ask(false, &body).await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "x-jackfield-mode"), "decoded");
    let sent = bench.upstream.requests().remove(0);
    assert!(sent.contains("toolUse") && !sent.contains("redactedContent"), "{sent}");
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
