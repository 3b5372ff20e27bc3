//! The upstream as its clients see it: over real connections.

mod anthropic;
mod faults;
mod openai;
mod plumbing;

use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::{UpstreamOptions, serve};

/// Longer than any answer takes that comes at all.
const SOON: Duration = Duration::from_secs(20);

/// A running upstream; it ends with this.
struct Upstream {
    base: String,
    client: reqwest::Client,
    _running: oneshot::Sender<()>,
}

/// An answer that has been read to its end.
struct Answer {
    status: u16,
    headers: reqwest::header::HeaderMap,
    body: Vec<u8>,
}

impl Upstream {
    async fn start() -> Self {
        Self::with(UpstreamOptions::default()).await
    }

    async fn with(options: UpstreamOptions) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (running, ended) = oneshot::channel::<()>();
        let shutdown = async move {
            let _ = ended.await;
        };
        tokio::spawn(async move { serve(listener, options, shutdown).await.unwrap() });
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self { base, client, _running: running }
    }

    fn request(&self, path: &str, body: &Value) -> reqwest::RequestBuilder {
        let anthropic = path.starts_with("/v1/messages");
        let request = self.client.post(format!("{}{path}", self.base)).body(body.to_string());
        if anthropic { request.header("anthropic-version", "2023-06-01") } else { request }
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        finish(self.request(path, &body).send().await.unwrap()).await.unwrap()
    }

    async fn get(&self, path: &str) -> Answer {
        finish(self.client.get(format!("{}{path}", self.base)).send().await.unwrap()).await.unwrap()
    }

    async fn stats(&self, name: &str) -> u64 {
        self.get("/stats").await.json()[name].as_u64().unwrap()
    }

    /// Waits until a counter has this value.
    async fn until(&self, name: &str, value: u64) {
        let reached = async {
            while self.stats(name).await != value {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(SOON, reached).await.unwrap_or_else(|_| panic!("{name} never becomes {value}"));
    }
}

/// Reads an answer to its end. Fails where the connection breaks.
async fn finish(response: reqwest::Response) -> Result<Answer, reqwest::Error> {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok(Answer { status, headers, body: response.bytes().await?.to_vec() })
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// The data of the events of a stream; `[DONE]` as a text.
    fn events(&self) -> Vec<Value> {
        let data = self.text().lines().filter_map(|line| line.strip_prefix("data: "));
        data.map(|data| serde_json::from_str(data).unwrap_or_else(|_| data.into())).collect()
    }
}

/// A chat of one message.
fn chat(model: &str, said: &str) -> Value {
    json!({ "model": model, "messages": [{ "role": "user", "content": said }] })
}

/// The same as a stream.
fn chat_stream(model: &str) -> Value {
    json!({ "model": model, "messages": [{ "role": "user", "content": "hi" }], "stream": true })
}

/// The texts at a pointer, put together.
fn joined(events: &[Value], pointer: &str) -> String {
    events.iter().filter_map(|event| event.pointer(pointer)?.as_str()).collect()
}
