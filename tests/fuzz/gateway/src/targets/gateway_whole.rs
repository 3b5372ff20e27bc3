//! Requests through the whole gateway, with the real plugins in their sandbox and
//! an upstream in memory that does as it likes: nothing panics, no answer is a
//! 500, and every answer is one that a client can read.

use std::path::PathBuf;
use std::sync::LazyLock;

use bytes::Bytes;
use http::{HeaderValue, Request, header};
use http_body_util::{BodyExt, Full};
use jackfield_gateway::Gateway;
use jackfield_runtime::catalog::Catalog;
use jackfield_runtime::settings::Settings;
use jackfield_runtime::{Host, PoolSizes};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::choices::Choices;
use crate::shape::{Shape, write_bytes};
use crate::upstream::Upstream;
use crate::{framing, gateways, shapes};

const SETTINGS: &str = "\
[providers.a]
plugin = \"openai\"
config.base-url = \"https://upstream.example/v1\"
grant.origins = [\"https://upstream.example\"]
[providers.b]
plugin = \"anthropic\"
config.base-url = \"https://upstream.example\"
grant.origins = [\"https://upstream.example\"]
secrets.api-key = { file = \"KEY\" }
";

struct Scene {
    runtime: Runtime,
    gateway: Gateway,
    upstream: Upstream,
}

/// Each thread has its own, so that the upstream answers by the thread's input.
fn scene() -> Scene {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.unwrap_or_else(|error| panic!("{error}"));
    let upstream = Upstream::default();
    let host = runtime.block_on(host(&upstream)).unwrap_or_else(|error| panic!("{error}"));
    Scene { gateway: gateways::gateway(Some(host)), runtime, upstream }
}

async fn host(upstream: &Upstream) -> Result<Host, Box<dyn std::error::Error>> {
    let built = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../target");
    let host = Host::builder()
        .code_cache(built.join("test-code"))
        .pool(PoolSizes { instances: 8, ..PoolSizes::default() })
        .transport(std::sync::Arc::new(upstream.clone()))
        .build()?;
    for plugin in ["openai", "anthropic"] {
        host.load_file(built.join(format!("plugins/{plugin}.wasm")))
            .map_err(|error| format!("{error}: run `make guests` first"))?;
    }
    let key = std::env::temp_dir().join(format!("jackfield-fuzz-{}", std::process::id()));
    std::fs::write(&key, "sk-never-sent-anywhere")?;
    let text = SETTINGS.replace("KEY", &key.display().to_string());
    for (name, written) in
        Settings::parse(&text, "jackfield.toml", &[]).map_err(|error| error.to_string())?.providers
    {
        let settings = Catalog::default().complete(&name, written)?;
        host.bind(name.as_str(), &settings).await?;
    }
    std::fs::remove_file(&key)?;
    Ok(host)
}

const ENDPOINTS: [(&str, &Shape); 20] = [
    ("/v1/chat/completions", &shapes::CHAT),
    ("/v1/chat/completions", &shapes::CHAT),
    ("/v1/chat/completions", &shapes::CHAT),
    ("/v1/messages", &shapes::MESSAGES),
    ("/v1/messages", &shapes::MESSAGES),
    ("/v1/responses", &shapes::RESPONSES),
    ("/v1/responses", &shapes::RESPONSES),
    ("/v1/completions", &shapes::COMPLETIONS),
    ("/v1/messages/count_tokens", &shapes::MESSAGES),
    ("/v1/embeddings", &shapes::EMBEDDINGS),
    ("/v1/rerank", &shapes::RERANK),
    ("/v1/audio/speech", &shapes::SPEECH),
    ("/v1/feedback", &shapes::FEEDBACK),
    ("/v1/moderations", &shapes::MODERATIONS),
    ("/v1beta/models/a/m:generateContent", &shapes::GENERATE),
    ("/v1beta/models/b/m:streamGenerateContent?alt=sse", &shapes::GENERATE),
    ("/v1beta/models/a/m:streamGenerateContent", &shapes::GENERATE),
    ("/v2/chat", &shapes::COHERE),
    ("/model/b%2Fm/converse", &shapes::CONVERSE),
    ("/model/a%2Fm/converse-stream", &shapes::CONVERSE),
];

/// Panics where the property doesn't hold.
pub fn run(data: &[u8]) {
    thread_local! {
        static SCENE: LazyLock<Scene> = LazyLock::new(scene);
    }
    SCENE.with(|scene| {
        let mut choices = Choices::new(data);
        let request = request(&mut choices);
        scene.upstream.follow((0..8).map(|_| choices.byte()).collect());
        let shown = format!("{request:?}");
        scene.runtime.block_on(asked(&scene.gateway, request, &shown));
    });
}

fn request(choices: &mut Choices<'_>) -> Request<Full<Bytes>> {
    let (path, shape) = choices.one(&ENDPOINTS);
    let body = Bytes::from(write_bytes(choices, shape));
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = match choices.chance(2) {
        true => choices.one(&[http::Method::GET, http::Method::PUT, http::Method::OPTIONS]),
        false => http::Method::POST,
    };
    *request.uri_mut() = http::Uri::from_static(path);
    let headers = request.headers_mut();
    if choices.chance(90) {
        *headers = super::portkey_headers::headers(choices);
    }
    let kinds =
        ["application/json", "application/json; charset=utf-8", "text/plain", "multipart/form-data", ""];
    let kind = if choices.chance(20) { choices.one(&kinds) } else { kinds[0] };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    request
}

async fn asked(gateway: &Gateway, request: Request<Full<Bytes>>, shown: &str) {
    let response = gateway.handle(request).await;
    let (head, body) = response.into_parts();
    assert_ne!(head.status, 500, "{shown}: {head:?} {:?}", body.collect().await.map(|body| body.to_bytes()));
    let streamed = head.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
    let passed = head.headers.get("x-jackfield-mode").is_some_and(|mode| mode == "passthrough");
    let is_json = head.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    let body = match body.collect().await {
        Ok(body) => body.to_bytes(),
        // A stream that breaks off ends with an event that says so. A sound can't.
        Err(_) if head.status.is_success() && !is_json && !streamed => return,
        Err(error) => panic!("{shown}: {head:?} {error}"),
    };
    let text = || format!("{shown}: {head:?} {:?}", String::from_utf8_lossy(&body));
    if !head.status.is_success() {
        if head.status != 204 {
            // An upstream's own message may be empty.
            framing::error(&body);
        }
        return;
    }
    match (streamed, passed) {
        // What an upstream sends is passed on as it is, with an end of the gateway's own.
        (true, true) => assert!(
            body.ends_with(b"\n\n") || body.ends_with(b"\n\r\n") || body.ends_with(b"\r\r"),
            "{}",
            text()
        ),
        (true, false) => {
            let events = framing::events(&body);
            assert!(!events.is_empty() || body.starts_with(b"data: [DONE]"), "{}", text());
        }
        (false, true) => assert!(body.trim_ascii().starts_with(b"{"), "{}", text()),
        (false, false) if is_json => drop::<Value>(framing::json(&body)),
        (false, false) => {}
    }
}
