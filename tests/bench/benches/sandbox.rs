//! Calls through a plugin with a transport that answers from memory: what the
//! sandbox, the egress chain and the plugin cost, without a network's noise.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use jackfield_runtime::api::llm::{ChatRequest, Message, Role};
use jackfield_runtime::api::passthrough::{Dialect, ForwardRequest};
use jackfield_runtime::catalog::Catalog;
use jackfield_runtime::egress::resolve::Dial;
use jackfield_runtime::egress::transport::{
    Client, ClientSettings, IncomingResponse, OutgoingRequest, Transport, TransportError,
};
use jackfield_runtime::settings::Settings;
use jackfield_runtime::{CallContext, Host, Provider};

/// Events of a stream.
const EVENTS: usize = 50;

/// Answers every request from memory: a stream where the request asks for one.
#[derive(Debug)]
struct Memory {
    /// Events that come at once.
    together: usize,
}

impl Transport for Memory {
    fn connect(&self, _: Dial, _: ClientSettings) -> Result<Arc<dyn Client>, TransportError> {
        Ok(Arc::new(Self { together: self.together }))
    }
}

impl Client for Memory {
    fn send(&self, request: OutgoingRequest) -> BoxFuture<'_, Result<IncomingResponse, TransportError>> {
        let streamed = request.body.windows(13).any(|window| window == b"\"stream\":true");
        let mut headers = http::HeaderMap::new();
        let (kind, pieces) = match streamed {
            true => ("text/event-stream", events(self.together)),
            false => ("application/json", vec![answer()]),
        };
        headers.insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(kind));
        let body = stream::iter(pieces.into_iter().map(Ok)).boxed();
        async move { Ok(IncomingResponse { status: http::StatusCode::OK, headers, body }) }.boxed()
    }
}

fn answer() -> Bytes {
    Bytes::from_static(
        br#"{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"It connects what the operator wants connected, and nothing else."},"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":14,"total_tokens":26}}"#,
    )
}

fn events(together: usize) -> Vec<Bytes> {
    let mut lines: Vec<String> = (0..EVENTS)
        .map(|index| {
            format!(
                "data: {{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"m\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"word {index}\"}},\"finish_reason\":null}}]}}\n\n"
            )
        })
        .collect();
    lines.push("data: [DONE]\n\n".to_owned());
    lines.chunks(together).map(|lines| Bytes::from(lines.concat())).collect()
}

async fn provider(isolation: &str, together: usize) -> anyhow::Result<(Host, Provider)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target");
    let host = Host::builder()
        .code_cache(folder.join("bench-code"))
        .transport(Arc::new(Memory { together }))
        .build()?;
    host.load_file(folder.join("plugins/openai.wasm"))?;
    let text = format!(
        "[providers.openai]\nisolation = \"{isolation}\"\nsecrets.api-key = {{ file = \"{}/bench-key\" }}\n\
         config.stream-usage = false\n",
        folder.display()
    );
    std::fs::write(folder.join("bench-key"), "sk-0123456789abcdefghijklmnopqrstuvwxyz")?;
    let settings = Settings::parse(&text, "bench", &[])?;
    let written = settings.providers.into_iter().next().ok_or_else(|| anyhow::anyhow!("one provider"))?;
    let provider = host.bind("openai", &Catalog::shipped()?.complete(&written.0, written.1)?).await?;
    Ok((host, provider))
}

fn request() -> ChatRequest {
    ChatRequest::new("m", vec![Message::text(Role::User, "What does a patch panel do?")])
}

async fn chat(provider: &Provider) -> anyhow::Result<()> {
    provider.chat(&CallContext::default(), request()).await?;
    Ok(())
}

async fn forward(provider: &Provider) -> anyhow::Result<()> {
    let body = br#"{"model":"x","messages":[{"role":"user","content":"What does a patch panel do?"}],"stream":false}"#;
    let forward = ForwardRequest {
        dialect: Dialect::OpenaiChat,
        model: "m".to_owned(),
        stream: false,
        headers: Vec::new(),
    };
    let answer = provider.forward(&CallContext::default(), forward, Bytes::from_static(body)).await?;
    answer.body.read_all(1 << 20).await?;
    Ok(())
}

async fn streamed(provider: &Provider) -> anyhow::Result<()> {
    let mut stream = provider.stream_chat(&CallContext::default(), request()).await?;
    while let Some(batch) = stream.next_batch().await {
        batch?;
    }
    Ok(())
}

fn calls(c: &mut Criterion) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    let mut run = || -> anyhow::Result<()> {
        let (_warm_host, warm) = runtime.block_on(provider("provider", 1))?;
        let (_fresh_host, fresh) = runtime.block_on(provider("call", 1))?;
        let (_batch_host, batch) = runtime.block_on(provider("provider", EVENTS))?;
        for (name, provider) in [("warm", &warm), ("fresh", &fresh)] {
            runtime.block_on(chat(provider))?;
            runtime.block_on(forward(provider))?;
            let mut group = c.benchmark_group(name);
            group.bench_function("chat", |b| b.iter(|| runtime.block_on(chat(provider)).is_ok()));
            group.bench_function("forward", |b| b.iter(|| runtime.block_on(forward(provider)).is_ok()));
            group.finish();
        }
        for (name, provider) in [("one by one", &warm), ("all at once", &batch)] {
            runtime.block_on(streamed(provider))?;
            c.bench_function(&format!("stream of {EVENTS} events/{name}"), |b| {
                b.iter(|| runtime.block_on(streamed(provider)).is_ok());
            });
        }
        Ok(())
    };
    if let Err(error) = run() {
        eprintln!("skipped: {error:#}; run `make guests` first");
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(50);
    targets = calls
}
criterion_main!(benches);
