//! Queued requests: submitted as chats, their results delivered by the provider
//! to a receiver, signed, and fetched by who submitted them.

mod bounds;
mod guardrails;
mod results;
mod trust;

use std::time::{Duration, SystemTime};

use aws_lc_rs::hmac;
use jackfield_e2e::guests::builder;
use jackfield_e2e::{Reply, Script, Served};
use jackfield_runtime::HostBuilder;
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
        Self::over(replies, lines, "", builder(64)).await
    }

    /// With further lines for the whole file, and a host of the test's own.
    async fn over(replies: Vec<Reply>, lines: &str, file: &str, host: HostBuilder) -> Self {
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
             [server.receivers.hook]\nprovider = \"up\"\nsecret = [{{ file = \"secret\" }}, {{ file = \"older\" }}]\n{lines}\n{file}"
        );
        Self { upstream, served: Served::hosted(folder, &config, host).await }
    }

    /// Submits a chat. The id of the queued request.
    async fn submit(&self) -> String {
        self.submit_to("up/ab12").await
    }

    async fn submit_to(&self, model: &str) -> String {
        let chat = json!({ "model": model, "messages": [{ "role": "user", "content": "hello" }] });
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
