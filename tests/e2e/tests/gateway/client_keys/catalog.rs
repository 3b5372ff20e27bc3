//! Providers of the catalog that nobody bound: a client with a key of its own
//! needs nothing of the operator.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream;
use http::{HeaderMap, StatusCode};
use jackfield_e2e::Served;
use jackfield_e2e::guests::builder;
use jackfield_runtime::egress::resolve::Dial;
use jackfield_runtime::egress::transport::{
    Client, ClientSettings, IncomingResponse, OutgoingRequest, Transport, TransportError,
};
use serde_json::{Value, json};

use super::BEARER;
use crate::own::{CLIENT, refusal};
use crate::wire::{OPENAI, WIRES};

/// Sends nothing: keeps where requests would have gone, and as whom.
#[derive(Debug, Clone, Default)]
struct Wire(Arc<Mutex<Vec<(String, HeaderMap)>>>);

impl Transport for Wire {
    fn connect(&self, _dial: Dial, _settings: ClientSettings) -> Result<Arc<dyn Client>, TransportError> {
        Ok(Arc::new(self.clone()))
    }
}

impl Client for Wire {
    fn send(&self, request: OutgoingRequest) -> BoxFuture<'_, Result<IncomingResponse, TransportError>> {
        let anthropic = request.url.path().ends_with("/messages");
        let wire = WIRES[usize::from(anthropic)];
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sent.push((request.url.to_string(), request.headers));
        let body = Bytes::from(wire.answer("hello").to_string());
        let headers = [(http::header::CONTENT_TYPE, "application/json".parse().unwrap())];
        Box::pin(async move {
            Ok(IncomingResponse {
                status: StatusCode::OK,
                headers: headers.into_iter().collect(),
                body: Box::pin(stream::iter([Ok(body)])),
            })
        })
    }
}

async fn served(lines: &str) -> (Served, Wire) {
    let wire = Wire::default();
    let host = builder(16).transport(Arc::new(wire.clone()));
    (Served::hosted(tempfile::tempdir().unwrap(), lines, host).await, wire)
}

/// As Portkey's own clients and LlamaIndex ask a gateway that was just started.
#[tokio::test]
async fn a_stranger_with_a_key_needs_nothing_but_the_url() {
    let (served, wire) = served("").await;
    let known: [(&str, &str, &str, String); 5] = [
        ("openai", "https://api.openai.com/v1/chat/completions", "authorization", format!("Bearer {CLIENT}")),
        (
            "groq",
            "https://api.groq.com/openai/v1/chat/completions",
            "authorization",
            format!("Bearer {CLIENT}"),
        ),
        (
            "mistral",
            "https://api.mistral.ai/v1/chat/completions",
            "authorization",
            format!("Bearer {CLIENT}"),
        ),
        // As Portkey calls it.
        ("x-ai", "https://api.x.ai/v1/chat/completions", "authorization", format!("Bearer {CLIENT}")),
        ("anthropic", "https://api.anthropic.com/v1/messages", "x-api-key", CLIENT.to_owned()),
    ];
    for (name, url, form, value) in known {
        let config = json!({ "provider": name, "api_key": CLIENT }).to_string();
        for (header, text) in [("x-portkey-provider", name), ("x-portkey-config", &config)] {
            let ask = served.ask(OPENAI.path, &OPENAI.request("m")).header(header, text);
            let response = ask.header("authorization", BEARER).send().await.unwrap();
            let status = response.status();
            let told: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
            assert_eq!(status, 200, "{name}: {told}");
            assert_eq!(OPENAI.text(&told), "hello");
            let (sent, headers) = wire.0.lock().unwrap().pop().unwrap();
            assert_eq!(sent, url);
            assert_eq!(headers[form].to_str().unwrap(), value, "{name}");
        }
    }
}

#[tokio::test]
async fn without_a_key_or_the_grant_it_is_told_what_to_do() {
    let (served, wire) = served("").await;
    let ask = |name: &str, key: &str| {
        let ask = served.ask(OPENAI.path, &OPENAI.request("m")).header("x-portkey-provider", name);
        ask.header("authorization", key).send()
    };
    for (name, key) in [("groq", "Bearer dummy"), ("@groq", BEARER)] {
        let told = refusal(ask(name, key).await.unwrap(), 400).await;
        assert!(told.contains("no key for groq") && told.contains("Authorization"), "{told}");
    }
    let told = refusal(ask("grok", BEARER).await.unwrap(), 400).await;
    assert!(told.contains("no provider is named"), "{told}");
    assert!(wire.0.lock().unwrap().is_empty());
    drop(served);
    let (served, wire) = self::served("[server]\nclient-keys = [\"openai\"]\n").await;
    let ask = served.ask(OPENAI.path, &OPENAI.request("m")).header("x-portkey-provider", "groq");
    let told = refusal(ask.header("authorization", BEARER).send().await.unwrap(), 400).await;
    assert!(told.contains("no key for groq"), "{told}");
    assert!(wire.0.lock().unwrap().is_empty());
}

/// Choosing a preset grants its hosts. Those of the operator's own machine or
/// network aren't for a client to grant, and neither is a name to be filled in.
#[tokio::test]
async fn no_client_opens_the_operators_own_network_by_a_preset() {
    let (served, wire) = served("").await;
    for name in ["ollama", "vllm", "azure"] {
        let ask = served.ask(OPENAI.path, &OPENAI.request("m")).header("x-portkey-provider", name);
        let told = refusal(ask.header("authorization", BEARER).send().await.unwrap(), 400).await;
        assert!(told.contains(&format!("[providers.{name}]")), "{told}");
    }
    assert!(wire.0.lock().unwrap().is_empty());
}
