//! Clients of Cohere's chats: passed on to Cohere, decoded for everybody else.

mod crossed;

use jackfield_e2e::Reply;
use serde_json::{Value, json};

use crate::wire::{Wire, event, payloads, sse};
use crate::{Bench, Json, header};

pub(crate) const PATH: &str = "/v2/chat";
const COHERE: Wire = Wire { plugin: "cohere", path: PATH };
const PROVIDERS_KEY: &str = "provider-key-0123456789";

/// A gateway over an upstream of Cohere's own dialect.
struct Own {
    bench: Bench,
    _folder: tempfile::TempDir,
}

impl Own {
    async fn new(replies: Vec<Reply>) -> Self {
        Self::with(replies, |_| String::new()).await
    }

    /// With further lines of configuration, which are given the source of a
    /// secret that the function names and tells.
    async fn with(replies: Vec<Reply>, config: impl FnOnce(&dyn Fn(&str, &str) -> String) -> String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            format!("{{ file = \"{}\" }}", path.display())
        };
        let key = format!("secrets.api-key = {}", file("key", PROVIDERS_KEY));
        let config = config(&file);
        Own { bench: Bench::with(COHERE, replies, &key, &config).await, _folder: folder }
    }

    async fn post(&self, request: &Value) -> reqwest::Response {
        self.bench.served.post(PATH, request).await
    }
}

pub(crate) fn request(stream: bool) -> Value {
    json!({ "model": "up/m", "messages": [{ "role": "user", "content": "hello" }], "stream": stream })
}

fn answer(text: &str) -> Value {
    json!({
        "id": "i-1", "finish_reason": "COMPLETE",
        "message": { "role": "assistant", "content": [{ "type": "text", "text": text }] },
        "usage": { "billed_units": { "input_tokens": 1, "output_tokens": 2 },
            "tokens": { "input_tokens": 60, "output_tokens": 4 } },
    })
}

fn message(kind: &str, index: u32, message: &Value) -> String {
    event(&json!({ "type": kind, "index": index, "delta": { "message": message } }))
}

fn end(delta: &Value) -> String {
    event(&json!({ "type": "message-end", "delta": delta }))
}

/// A stream that says these texts.
fn events(texts: &[&str]) -> Vec<String> {
    let start =
        json!({ "type": "message-start", "id": "i-1", "delta": { "message": { "role": "assistant" } } });
    let text = |text: &str| json!({ "content": { "text": text } });
    let mut events = vec![
        event(&start),
        message("content-start", 0, &json!({ "content": { "type": "text", "text": "" } })),
    ];
    events.extend(texts.iter().map(|said| message("content-delta", 0, &text(said))));
    events.extend([
        event(&json!({ "type": "content-end", "index": 0 })),
        end(&json!({ "finish_reason": "COMPLETE", "usage": { "tokens": { "input_tokens": 60, "output_tokens": 4 } } })),
        "data: [DONE]\n\n".to_owned(),
    ]);
    events
}

#[tokio::test]
async fn what_nobody_has_heard_of_arrives_upstream_and_only_the_model_changes() {
    for stream in [false, true] {
        let reply = if stream { sse(&events(&["a"])) } else { Reply::json(200, &answer("a").to_string()) };
        let own = Own::new(vec![reply]).await;
        let mut request = request(stream);
        request["invented"] = json!({ "by": ["a", "client"], "n": null });
        request["messages"][0]["weather"] = json!("fair");
        let response = own.post(&request).await;
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "x-jackfield-mode"), "passthrough");
        request["model"] = json!("m");
        assert_eq!(own.bench.arrived(), request);
        let sent = own.bench.upstream.requests().remove(0).to_lowercase();
        assert!(sent.starts_with("post /v2/chat http/1.1\r\n"), "{sent}");
        assert!(sent.contains(&format!("authorization: bearer {PROVIDERS_KEY}\r\n")), "{sent}");
    }
}

#[tokio::test]
async fn a_whole_answer_comes_down_byte_for_byte() {
    let odd = answer("a").to_string().replacen('{', "{ \"odd\" :\t1.00e+02 ,\n \"esc\":\"\\u00e9\\/\",", 1);
    let own = Own::new(vec![Reply::json(200, &odd)]).await;
    let response = own.post(&request(false)).await;
    assert_eq!(header(&response, "content-type"), "application/json");
    assert_eq!(response.text().await.unwrap(), odd);
    assert_eq!(booked(&own.bench).await, (60, 4));
}

#[tokio::test]
async fn a_stream_comes_down_byte_for_byte() {
    let mut events = events(&["one ", "two"]);
    events.insert(0, ": hello\n\n".to_owned());
    events.insert(3, event(&json!({ "type": "invented", "x": 1.5 })));
    let whole = events.concat();
    for size in [1, 7, 50, whole.len()] {
        let mut reply = Reply::events();
        for piece in whole.as_bytes().chunks(size) {
            reply = reply.send(piece);
        }
        let own = Own::new(vec![reply]).await;
        let response = own.post(&request(true)).await;
        assert!(header(&response, "content-type").starts_with("text/event-stream"));
        assert_eq!(response.text().await.unwrap(), whole, "by {size}");
        assert_eq!(booked(&own.bench).await, (60, 4), "by {size}");
    }
}

/// The tokens, in and out, that the gateway's metrics tell of.
async fn booked(bench: &Bench) -> (u64, u64) {
    for _ in 0..100 {
        let text = bench.served.get("/metrics").await.text().await.unwrap();
        let of = |direction: &str| {
            let of = format!("kind=\"{direction}\"");
            let mut lines = text.lines().filter(|line| line.starts_with("jackfield_tokens_total{"));
            let line = lines.find(|line| line.contains(&of))?;
            line.rsplit(' ').next()?.parse::<f64>().ok().map(|count| count as u64)
        };
        if let (Some(input), Some(output)) = (of("input"), of("output")) {
            return (input, output);
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("nothing was booked: {}", bench.served.get("/metrics").await.text().await.unwrap())
}

#[tokio::test]
async fn a_stream_that_breaks_off_ends_as_an_error_and_one_that_fails_at_once_is_none() {
    let half = events(&["one "])[..3].concat();
    let own = Own::new(vec![Reply::events().send(half.clone())]).await;
    let body = own.post(&request(true)).await.text().await.unwrap();
    let rest = body.strip_prefix(&half).expect("what was said");
    let [last] = &payloads(rest)[..] else { panic!("{rest}") };
    assert_eq!((&last["type"], &last["delta"]["finish_reason"]), (&json!("message-end"), &json!("ERROR")));
    assert!(last["delta"]["error"].as_str().unwrap().contains("broke off"), "{last}");

    let failed = [events(&[])[0].clone(), end(&json!({ "finish_reason": "ERROR", "error": "it is full" }))];
    let own = Own::new(vec![sse(&failed)]).await;
    let response = own.post(&request(true)).await;
    assert_eq!(response.status(), 503);
    let told = response.json().await.unwrap();
    assert!(told["message"].as_str().unwrap().contains("it is full"), "{told}");
}

#[tokio::test]
async fn errors_are_told_as_the_dialects_clients_read_them() {
    let body = r#"{"id":"e-1","message":"no such model"}"#;
    let own = Own::new(vec![Reply::json(404, body)]).await;
    let response = own.post(&request(false)).await;
    assert_eq!((response.status().as_u16(), response.text().await.unwrap().as_str()), (404, body));
    for (broken, said) in [("{", "EOF"), ("{\"messages\":[]}", "model"), ("[]", "object")] {
        let ask = own.bench.served.client().post(own.bench.served.url(PATH)).body(broken);
        let response = ask.header("content-type", "application/json").send().await.unwrap();
        assert_eq!(response.status(), 400, "{broken}");
        let told = response.json().await.unwrap();
        assert!(told["message"].as_str().unwrap().contains(said), "{told}");
        assert!(told.get("error").is_none(), "{told}");
    }
}

#[tokio::test]
async fn only_who_shows_a_key_gets_in() {
    const KEY: &str = "gateway-key-0123456789";
    let reply = Reply::json(200, &answer("a").to_string());
    let own = Own::with(vec![reply], |file| format!("[server.keys.all]\nkey = {}\n", file("all", KEY))).await;
    for (shown, status) in [("", 401), ("Bearer wrong-key-0123", 401), (&*format!("Bearer {KEY}"), 200)] {
        let ask = own.bench.served.ask(PATH, &request(false)).header("authorization", shown);
        let response = ask.send().await.unwrap();
        assert_eq!(response.status(), status, "{shown}");
        let told = response.json().await.unwrap();
        assert_eq!(told["message"].is_string(), status == 401, "{told}");
    }
    let sent = own.bench.upstream.requests().concat();
    assert!(!sent.contains(KEY) && sent.contains(PROVIDERS_KEY), "{sent}");
}

#[tokio::test]
async fn guardrails_read_both_ways() {
    let no =
        |word: &str| json!({ "default.contains": { "words": [word], "operator": "none" }, "deny": true });
    for (config, asked, stream) in [
        (json!({ "provider": "up", "input_guardrails": [no("hello")] }), 0, false),
        (json!({ "provider": "up", "output_guardrails": [no("swordfish")] }), 1, false),
        (json!({ "provider": "up", "output_guardrails": [no("swordfish")] }), 1, true),
    ] {
        let reply = match stream {
            true => sse(&events(&["it is sword", "fish"])),
            false => Reply::json(200, &answer("it is swordfish").to_string()),
        };
        let own = Own::new(vec![reply]).await;
        let mut request = request(stream);
        request["model"] = json!("m");
        let ask = own.bench.served.ask(PATH, &request).header("x-portkey-config", config.to_string());
        let response = ask.send().await.unwrap();
        assert_eq!(response.status(), 446, "{config}");
        let told = response.json().await.unwrap();
        assert!(told["message"].is_string() && told["hook_results"].is_object(), "{told}");
        assert!(!told["message"].as_str().unwrap().contains("swordfish"), "{told}");
        assert_eq!(own.bench.upstream.requests().len(), asked, "{config}");
    }
}
