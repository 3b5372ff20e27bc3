//! Queued requests: submitted as chats, their results delivered by the provider
//! to a receiver, signed, and fetched by who submitted them.

use std::time::{Duration, SystemTime};

use aws_lc_rs::hmac;
use jackfield_e2e::{Reply, Script, Served};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::{Json, body_of};

const SECRET: &str = "whsec_0123456789abcdef";
const OLDER: &str = "whsec_fedcba9876543210";
const KEY: &str = "key-of-acme-0123456789";
const MATE: &str = "key-of-acmes-mate-0123456789";
const FEW: &str = "key-of-acme-for-little-0123456789";
const OTHER: &str = "key-of-another-0123456789";
const HOOK: &str = "https://gateway.example/v1/receivers/hook";

/// A gateway with the provider `up`, which queues, its receiver `hook`, and keys
/// of two tenants.
struct Bench {
    upstream: Script,
    served: Served,
}

fn queued(id: &str) -> Reply {
    Reply::json(200, &json!({ "request_id": id }).to_string())
}

impl Bench {
    async fn new(replies: Vec<Reply>) -> Self {
        Self::with(replies, "").await
    }

    /// With further lines for the receiver.
    async fn with(replies: Vec<Reply>, lines: &str) -> Self {
        let upstream = Script::start(replies).await;
        let (origin, folder) = (upstream.origin(), tempfile::tempdir().unwrap());
        let secrets = [
            ("secret", SECRET),
            ("older", OLDER),
            ("acme", KEY),
            ("mate", MATE),
            ("few", FEW),
            ("other", OTHER),
            ("baseten", "api-key-0123456789"),
        ];
        for (name, secret) in secrets {
            std::fs::write(folder.path().join(name), secret).unwrap();
        }
        let config = format!(
            "[providers.up]\npreset = \"baseten-dedicated\"\nconfig.base-url = \"{origin}\"\nconfig.deployment-url = \"{origin}\"\n\
             config.mode = \"async\"\nconfig.webhook-endpoint = \"{HOOK}\"\ngrant.origins = [\"{origin}\"]\n\
             secrets.api-key = {{ file = \"baseten\" }}\n\
             [server.keys.acme]\nkey = {{ file = \"acme\" }}\ntenant = \"acme\"\n\
             [server.keys.mate]\nkey = {{ file = \"mate\" }}\ntenant = \"acme\"\n\
             [server.keys.few]\nkey = {{ file = \"few\" }}\ntenant = \"acme\"\nmodels = [\"up/other\"]\n\
             [server.keys.other]\nkey = {{ file = \"other\" }}\n\
             [server.receivers.hook]\nprovider = \"up\"\nsecret = [{{ file = \"secret\" }}, {{ file = \"older\" }}]\n{lines}\n"
        );
        Self { upstream, served: Served::within(folder, &config, 64).await }
    }

    /// Submits a chat. The id of the queued request.
    async fn submit(&self) -> String {
        let chat = json!({ "model": "up/ab12", "messages": [{ "role": "user", "content": "hello" }] });
        let response = self.served.ask("/v1/chat/completions", &chat).bearer_auth(KEY).send().await.unwrap();
        assert_eq!(response.status(), 200);
        response.json().await.unwrap()["id"].as_str().unwrap().to_owned()
    }

    async fn deliver(&self, body: &Value) -> Response {
        self.deliver_as("hook", body, &signature(&[SECRET], body)).await
    }

    async fn deliver_as(&self, name: &str, body: &Value, signature: &str) -> Response {
        let ask = self.served.ask(&format!("/v1/receivers/{name}"), body);
        ask.header("X-BASETEN-SIGNATURE", signature).send().await.unwrap()
    }

    async fn ask(&self, method: Method, key: &str, rest: &str) -> (StatusCode, Value) {
        let url = self.served.url(&format!("/v1/async/{rest}"));
        let response = self.served.client().request(method, url).bearer_auth(key).send().await.unwrap();
        if response.status() == 202 {
            assert_eq!(response.headers()["retry-after"], "2");
        }
        (response.status(), response.json().await.unwrap())
    }

    async fn fetch(&self, rest: &str) -> (StatusCode, Value) {
        self.ask(Method::GET, KEY, rest).await
    }

    async fn counted(&self, outcome: &str) -> u64 {
        let text = self.served.get("/metrics").await.text().await.unwrap();
        let line = format!("outcome=\"{outcome}\"}} ");
        let counts = text.lines().filter_map(|text| text.split_once(&line)?.1.parse::<u64>().ok());
        counts.sum()
    }
}

fn delivery(id: &str, time: SystemTime, data: Value) -> Value {
    let time = OffsetDateTime::from(time);
    let time = format!(
        "{}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second(),
        time.microsecond()
    );
    json!({
        "request_id": id, "model_id": "ab12", "deployment_id": "d1", "type": "async_request_completed",
        "time": time, "data": data, "errors": [],
    })
}

fn result(id: &str) -> Value {
    delivery(id, SystemTime::now(), json!({ "output": "Hello there" }))
}

fn signature(secrets: &[&str], body: &Value) -> String {
    let sign = |secret: &&str| {
        let tag =
            hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), body.to_string().as_bytes());
        let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("v1={hex}")
    };
    secrets.iter().map(sign).collect::<Vec<_>>().join(",")
}

#[tokio::test]
async fn a_result_is_delivered_to_who_waits_for_it() {
    let status = Reply::json(200, r#"{"request_id":"r1","status":"IN_PROGRESS"}"#);
    let bench = Bench::with(vec![queued("r1"), status], "text = \"/output\"").await;
    assert_eq!(bench.submit().await, "r1");
    assert_eq!(body_of(&bench.upstream.requests()[0])["webhook_endpoint"], HOOK);

    let (code, told) = bench.fetch("up/r1").await;
    assert_eq!(code, 202);
    assert_eq!((&told["status"], &told["upstream"]["status"]), (&json!("pending"), &json!("IN_PROGRESS")));
    let (_, told) = bench.fetch("up/r1").await;
    assert_eq!(told["upstream"]["status"], "IN_PROGRESS");
    assert_eq!(bench.upstream.requests().len(), 2, "the upstream isn't asked each time");
    assert!(bench.upstream.requests()[1].starts_with("GET /async_request/r1 "));

    let body = result("r1");
    let (fetched, ()) = tokio::join!(bench.fetch("up/r1?wait=20s"), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let response = bench.deliver(&body).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.json().await.unwrap(), json!({ "status": "received" }));
    });
    let (code, told) = fetched;
    assert_eq!(code, 200);
    let expected = json!({
        "object": "async.result", "id": "r1", "provider": "up", "status": "succeeded", "text": "Hello there",
        "errors": [], "result": body,
    });
    assert_eq!(told, expected);
    assert_eq!(bench.fetch("up/r1").await.1, expected, "it can be fetched again");

    // A program around the gateway asks without a socket.
    let caller =
        jackfield::gateway::router::access::Caller { tenant: Some("acme".into()), ..Default::default() };
    let collected = bench.served.gateway().collect(&caller, "up", "r1", Duration::ZERO).await.unwrap();
    assert!(
        matches!(&collected, jackfield_gateway::Collected::Result(bytes) if serde_json::from_slice::<Value>(bytes).unwrap() == expected)
    );
}

#[tokio::test]
async fn one_request_of_many_is_queued_by_its_own_word() {
    let bench = Bench::new(vec![Reply::json(200, "\"at once\""), queued("r1")]).await;
    let mut chat = json!({ "model": "up/ab12", "messages": [{ "role": "user", "content": "hello" }], "mode": "predict" });
    let ask = |chat: &Value| bench.served.ask("/v1/chat/completions", chat).bearer_auth(KEY).send();
    let told = ask(&chat).await.unwrap().json().await.unwrap();
    assert_eq!(told["choices"][0]["message"]["content"], "at once");
    chat["mode"] = json!("async");
    let told = ask(&chat).await.unwrap().json().await.unwrap();
    assert_eq!(told["id"], "r1");
    assert_eq!(bench.deliver(&result("r1")).await.status(), 200);
    assert_eq!(bench.fetch("up/r1").await.0, 200);
}

#[tokio::test]
async fn nothing_is_taken_that_is_not_signed_with_a_secret() {
    let bench = Bench::new(vec![queued("r1"), Reply::json(500, "{}")]).await;
    bench.submit().await;
    let body = result("r1");
    for (name, signature, status) in [
        ("hook", String::new(), 401),
        ("hook", "v1=".to_owned() + &"0".repeat(64), 401),
        ("hook", signature(&["whsec_wrong"], &body), 401),
        ("hook", signature(&[SECRET], &result("r2")), 401),
        ("hook", signature(&[SECRET], &body).replace("v1=", "v2="), 401),
        ("hooks", signature(&[SECRET], &body), 404),
        ("hooks", String::new(), 404),
    ] {
        let response = bench.deliver_as(name, &body, &signature).await;
        assert_eq!(response.status(), status, "{name} {signature}");
        let told = response.text().await.unwrap();
        assert!(!told.contains("whsec") && !told.contains("Hello"), "{told}");
    }
    // The gateway's key is no signature.
    let ask = bench.served.ask("/v1/receivers/hook", &body).bearer_auth(KEY).send().await.unwrap();
    assert_eq!(ask.status(), 401);
    let (code, told) = bench.fetch("up/r1").await;
    assert_eq!(code, 202, "{told}");
    assert!(told["upstream"]["error"].is_string(), "a status that can't be had is no failure: {told}");
    assert_eq!((bench.counted("unsigned").await, bench.counted("forged").await), (4, 4));
    assert_eq!(bench.counted("received").await, 0);
}

#[tokio::test]
async fn while_secrets_are_rotated_both_are_good() {
    let bench = Bench::new(["r1", "r2", "r3"].map(queued).to_vec()).await;
    for (id, secrets) in [("r1", &[SECRET][..]), ("r2", &[OLDER]), ("r3", &["whsec_newest", OLDER])] {
        assert_eq!(bench.submit().await, id);
        let body = result(id);
        assert_eq!(bench.deliver_as("hook", &body, &signature(secrets, &body)).await.status(), 200, "{id}");
        assert_eq!(bench.fetch(&format!("up/{id}")).await.0, 200, "{id}");
    }
}

#[tokio::test]
async fn a_delivery_is_of_this_time() {
    let bench = Bench::new(vec![queued("r1"), Reply::json(200, "{}")]).await;
    bench.submit().await;
    let (now, data) = (SystemTime::now(), json!("Hi"));
    for time in [now - Duration::from_secs(310), now + Duration::from_secs(120)] {
        assert_eq!(bench.deliver(&delivery("r1", time, data.clone())).await.status(), 401);
    }
    let mut timeless = result("r1");
    timeless.as_object_mut().unwrap().remove("time");
    assert_eq!(bench.deliver(&timeless).await.status(), 400);
    assert_eq!(bench.fetch("up/r1").await.0, 202);
    assert_eq!((bench.counted("untimely").await, bench.counted("malformed").await), (2, 1));
    assert_eq!(bench.deliver(&delivery("r1", now - Duration::from_secs(290), data)).await.status(), 200);
    assert_eq!(bench.fetch("up/r1").await.1["text"], "Hi");
}

#[tokio::test]
async fn the_same_delivery_counts_once() {
    let bench = Bench::new(vec![queued("r1")]).await;
    bench.submit().await;
    let body = result("r1");
    for _ in 0..3 {
        assert_eq!(bench.deliver(&body).await.status(), 200);
    }
    let another = delivery("r1", SystemTime::now(), json!("something else"));
    assert_eq!(bench.deliver(&another).await.status(), 200);
    assert_eq!(bench.fetch("up/r1").await.1["result"], body);
    assert_eq!((bench.counted("received").await, bench.counted("repeated").await), (1, 3));
}

#[tokio::test]
async fn only_who_submitted_it_gets_the_result() {
    let bench = Bench::new(vec![queued("r1")]).await;
    bench.submit().await;
    bench.deliver(&result("r1")).await;
    for (method, key) in [(Method::GET, OTHER), (Method::DELETE, OTHER), (Method::GET, FEW)] {
        assert_eq!(bench.ask(method.clone(), key, "up/r1").await.0, 404, "{method} {key}");
    }
    assert_eq!(bench.ask(Method::GET, "wrong-key-0123456789", "up/r1").await.0, 401);
    assert_eq!(bench.ask(Method::GET, MATE, "up/r1").await.0, 200, "of the same tenant");
    assert_eq!(bench.fetch("up/r2").await.0, 404);
    assert_eq!(bench.fetch("down/r1").await.0, 404);
    assert_eq!(bench.fetch("up/r1?wait=9h").await.0, 400);
    let (unknown, others) =
        (bench.ask(Method::GET, OTHER, "up/r0").await.1, bench.ask(Method::GET, OTHER, "up/r1").await.1);
    assert_eq!(unknown.to_string().replace("r0", "r1"), others.to_string(), "as if there were none");
}

#[tokio::test]
async fn a_result_that_comes_before_the_answer_is_not_lost() {
    let bench = Bench::new(vec![queued("r1").after(Duration::from_millis(300))]).await;
    let (id, ()) = tokio::join!(bench.submit(), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(bench.deliver(&result("r1")).await.status(), 200);
        assert_eq!(bench.fetch("up/r1").await.0, 404, "nobody has asked for it yet");
    });
    assert_eq!(bench.fetch(&format!("up/{id}")).await.0, 200);
}

#[tokio::test]
async fn a_failed_request_is_a_result_as_well() {
    let bench = Bench::new(vec![queued("r1")]).await;
    bench.submit().await;
    let mut body = result("r1");
    body["data"] = Value::Null;
    body["errors"] = json!([{ "code": "MODEL_PREDICT_ERROR", "message": "out of memory" }]);
    bench.deliver(&body).await;
    let (code, told) = bench.fetch("up/r1").await;
    assert_eq!((code.as_u16(), &told["status"], &told["errors"]), (200, &json!("failed"), &body["errors"]));
}

#[tokio::test]
async fn a_request_is_taken_back() {
    let replies = vec![
        queued("r1"),
        Reply::json(200, r#"{"request_id":"r1","canceled":false,"message":"it is running"}"#),
        Reply::json(500, r#"{"error":"no"}"#),
        Reply::json(200, r#"{"request_id":"r1","canceled":true}"#),
    ];
    let bench = Bench::new(replies).await;
    bench.submit().await;
    let cancel = || bench.ask(Method::DELETE, KEY, "up/r1");
    let (code, told) = cancel().await;
    assert_eq!(code, 409);
    assert!(told["error"]["message"].as_str().unwrap().contains("it is running"), "{told}");
    assert_eq!(cancel().await.0, 500);
    let (waited, (code, told)) = tokio::join!(bench.fetch("up/r1?wait=20s"), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        cancel().await
    });
    assert_eq!(
        (code.as_u16(), &told["status"], &told["upstream"]["canceled"]),
        (200, &json!("canceled"), &json!(true))
    );
    assert_eq!(waited.0, 410, "who waits is told at once");
    assert!(bench.upstream.requests()[3].starts_with("DELETE /async_request/r1 "));
    assert_eq!(cancel().await.0, 410);
    // It ran all the same.
    bench.deliver(&result("r1")).await;
    assert_eq!(bench.fetch("up/r1").await.0, 200);
    assert_eq!(cancel().await.0, 409);
}

#[tokio::test]
async fn what_is_kept_has_an_end_in_bytes_and_time() {
    let ids: Vec<String> = (0..6).map(|number| format!("r{number}")).collect();
    let replies: Vec<Reply> = ids.iter().map(|id| queued(id)).collect();
    let lines = "bytes = \"64 KiB\"\nbody = \"32 KiB\"\nkeep = \"2s\"\nage = \"2s\"";
    let bench = Bench::with(replies, lines).await;
    let large = || json!("x".repeat(10 << 10));
    for id in &ids {
        bench.submit().await;
        assert_eq!(bench.deliver(&delivery(id, SystemTime::now(), large())).await.status(), 200);
    }
    // Each takes twice its length: once as it was delivered, once as text.
    let (code, told) = bench.fetch("up/r0").await;
    assert_eq!(code, 410);
    assert!(told.to_string().contains("made room"), "{told}");
    assert_eq!(bench.fetch("up/r5").await.0, 200);
    assert_eq!(bench.counted("crowded").await, 3);

    let long = delivery("r9", SystemTime::now(), json!("x".repeat(40 << 10)));
    assert_eq!(bench.deliver(&long).await.status(), 413);
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let (code, told) = bench.fetch("up/r5").await;
    assert_eq!(code, 410);
    assert!(told.to_string().contains("isn't kept any more"), "{told}");
    assert_eq!(bench.counted("unfetched").await, 2, "r5 was fetched, r3 and r4 weren't");
}

#[tokio::test]
async fn a_hundred_wait_for_one_result_and_all_get_it() {
    let bench = Bench::new(vec![queued("r1")]).await;
    bench.submit().await;
    let waiting: Vec<_> = (0..100)
        .map(|_| {
            let url = bench.served.url("/v1/async/up/r1?wait=30s");
            let ask = bench.served.client().get(url).bearer_auth(KEY);
            tokio::spawn(async move { ask.send().await.unwrap().bytes().await.unwrap() })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let body = result("r1");
    bench.deliver(&body).await;
    for waiting in waiting {
        let bytes = tokio::time::timeout(crate::HANGS, waiting).await.expect("it hangs").unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap()["result"], body);
    }
    assert_eq!(bench.upstream.requests().len(), 1, "nobody had to ask the upstream");
}

/// Bodies that aren't trusted yet have a bounded share of memory.
#[tokio::test]
async fn strangers_cannot_fill_memory_with_what_they_announce() {
    let bench = Bench::with(vec![queued("r1")], "bytes = \"64 KiB\"\nbody = \"32 KiB\"").await;
    let head = format!(
        "POST /v1/receivers/hook HTTP/1.1\r\nhost: g\r\nx-baseten-signature: v1={}\r\ncontent-length: {}\r\n\r\nx",
        "0".repeat(64),
        32 << 10
    );
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = bench.served.connect().await;
        assert!(crate::raw::send(&mut stream, head.as_bytes()).await);
        held.push(stream);
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let response = bench.deliver(&result("r1")).await;
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "1");
    drop(held);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(bench.deliver(&result("r1")).await.status(), 200);
    // Without a signature no body is taken in at all.
    let mut stream = bench.served.connect().await;
    let bare = "POST /v1/receivers/hook HTTP/1.1\r\nhost: g\r\ncontent-length: 30000\r\n\r\n";
    assert!(crate::raw::send(&mut stream, bare.as_bytes()).await);
    crate::raw::until(&mut stream, "HTTP/1.1 401").await;
}

#[tokio::test]
async fn a_receiver_for_nobody_or_without_its_secret_stops_the_gateway() {
    let plugins = jackfield_e2e::plugin("baseten");
    let plugins = plugins.parent().unwrap().display().to_string();
    for (receiver, part) in [
        (
            "provider = \"upp\"\nsecret = { file = \"secret\" }",
            "no provider is named \"upp\"; did you mean \"up\"?",
        ),
        ("provider = \"up\"\nsecret = { file = \"nothing\" }", "[server.receivers.hook] secret"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), SECRET).unwrap();
        let file = folder.path().join("jackfield.toml");
        let up = "[providers.up]\npreset = \"baseten-dedicated\"";
        let config = format!("[plugins]\ndir = \"{plugins}\"\n\n{up}\n[server.receivers.hook]\n{receiver}\n");
        std::fs::write(&file, config).unwrap();
        let config = jackfield::Config::read(&jackfield::Places::of_process(), &file).unwrap();
        let host = jackfield_e2e::guests::builder(4).build().unwrap();
        let jackfield = jackfield::Jackfield::builder(config).host(host).open().unwrap();
        let error = jackfield::gateway::gateway(&jackfield).await.map(|_| ()).unwrap_err();
        let told = jackfield_e2e::guests::chain(&error);
        assert!(told.contains(part), "{told}");
    }
}

/// Else one client's request would be answered with the id of another's, whose
/// result is fetched once.
#[tokio::test]
async fn the_id_of_a_queued_request_is_in_no_cache() {
    let bench = Bench::new(vec![queued("r1"), queued("r2")]).await;
    let chat = json!({ "model": "up/ab12", "messages": [{ "role": "user", "content": "hello" }] });
    for id in ["r1", "r2"] {
        let ask = bench.served.ask("/v1/chat/completions", &chat).bearer_auth(KEY);
        let ask = ask.header("x-portkey-config", r#"{"cache":{"mode":"simple"}}"#);
        let response = ask.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.json().await.unwrap()["id"], id);
    }
}
