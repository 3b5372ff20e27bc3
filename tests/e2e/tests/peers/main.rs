//! The plugins against servers that nobody here wrote: llama.cpp's server and
//! the LiteLLM proxy, each behind a provider bound as an operator would bind it.
//!
//! `make test-peers` starts the servers and runs this. Their models say noise,
//! so what is asserted is what the protocol promises: that a stream says what
//! the whole answer says, what is counted, why it ended, how it fails.

mod anthropic;
mod anthropic_errors;
mod anthropic_passthrough;
mod anthropic_tools;
mod bedrock;
mod openai;
mod openai_embedding;
mod openai_errors;
mod openai_litellm;
mod openai_passthrough;
mod openai_rerank;
mod openai_stream;
mod openai_tools;
mod server;
mod sigv4;

use futures_util::StreamExt;
use jackfield_e2e::recorded::collect::Collected;
use jackfield_e2e::{bind, guests::builder, plugin};
use jackfield_runtime::api::llm::{ChatRequest, ChatResponse, FunctionTool, Part, Tool, ToolCall};
use jackfield_runtime::api::types;
use jackfield_runtime::{CallContext, CallError, Host, Provider};

use crate::server::Server;

/// A plugin bound to a server.
struct Bench {
    provider: Provider,
    context: CallContext,
    _host: Host,
    _secret: tempfile::NamedTempFile,
}

impl Bench {
    /// Through the plugin `openai`.
    async fn openai(server: Server) -> Self {
        Self::with(server, "openai", &server.key()).await
    }

    /// Through the plugin `anthropic`.
    async fn anthropic(server: Server) -> Self {
        Self::with(server, "anthropic", &server.key()).await
    }

    async fn with(server: Server, name: &str, key: &str) -> Self {
        Self::bound(server, name, "api-key", key, "").await
    }

    /// With the key in this secret, and further lines of configuration.
    async fn bound(server: Server, name: &str, secret_name: &str, key: &str, lines: &str) -> Self {
        let host = builder(16).build().unwrap();
        host.load_file(plugin(name)).unwrap();
        let secret = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(secret.path(), key).unwrap();
        let origin = server.origin();
        let path = if name == "openai" { "/v1" } else { "" };
        let settings = format!(
            "plugin = \"{name}\"\nconfig.base-url = \"{origin}{path}\"\ngrant.origins = [\"{origin}\"]\n\
             secrets.{secret_name} = {{ file = \"{}\" }}\n{lines}",
            secret.path().display()
        );
        let provider = bind(&host, "peer", &settings).await;
        Self { provider, context: CallContext::default(), _host: host, _secret: secret }
    }

    async fn chat(&self, request: ChatRequest) -> ChatResponse {
        let answer = in_two_tries(async || self.provider.chat(&self.context, request.clone()).await).await;
        answer.unwrap_or_else(|error| panic!("{error:?}"))
    }

    /// A streamed answer, put together and held to the contract, with the
    /// number of batches that it came in.
    async fn stream(&self, request: ChatRequest) -> (ChatResponse, usize) {
        let begin = async || self.provider.stream_chat(&self.context, request.clone()).await;
        let mut stream = in_two_tries(begin).await.unwrap_or_else(|error| panic!("{error:?}"));
        let (mut collected, mut batches) = (Collected::default(), 0);
        while let Some(batch) = stream.next_batch().await {
            batches += 1;
            for event in batch.unwrap_or_else(|error| panic!("{error:?}")) {
                collected.add(event).unwrap();
            }
        }
        (collected.finish().unwrap(), batches)
    }

    /// The error that a request is refused with: the same whole and streamed.
    async fn refusal(&self, request: ChatRequest) -> types::Error {
        let whole = reported(self.provider.chat(&self.context, request.clone()).await);
        let streamed = match self.provider.stream_chat(&self.context, request).await {
            Err(error) => reported::<()>(Err(error)),
            Ok(mut stream) => panic!("the stream began: {:?}", stream.next().await),
        };
        assert_eq!((streamed.kind, streamed.status), (whole.kind, whole.status), "{streamed:?} {whole:?}");
        whole
    }
}

/// llama.cpp's server closes the connection after each stream, with nothing in
/// the stream's head that says so. The next request may go out on it before
/// that is seen; clients try again then.
async fn in_two_tries<T>(call: impl AsyncFn() -> Result<T, CallError>) -> Result<T, CallError> {
    match call().await {
        Err(CallError::Failed { error, .. }) if error.message.contains("connection closed before") => {
            call().await
        }
        first => first,
    }
}

/// What the plugin reported, if it was the plugin that failed.
fn reported<T: std::fmt::Debug>(answer: Result<T, CallError>) -> types::Error {
    match answer {
        Err(CallError::Failed { error, .. }) => error,
        other => panic!("the plugin should have failed: {other:?}"),
    }
}

/// A request whose answer is the same each time.
fn hello(server: Server, tokens: u32) -> ChatRequest {
    ChatRequest {
        max_output_tokens: Some(tokens),
        temperature: Some(0.0),
        ..jackfield_e2e::chat(server.model(), "hello")
    }
}

/// A tool with arguments that can be said in one way only.
fn weather() -> Tool {
    let parameters = serde_json::json!({
        "type": "object",
        "properties": {
            "city": { "type": "string", "enum": ["Oslo"] },
            "days": { "type": "integer", "enum": [3] },
        },
        "required": ["city", "days"],
        "additionalProperties": false,
    });
    Tool::Function(FunctionTool {
        name: "weather".to_owned(),
        description: Some("Tells the weather of the days to come".to_owned()),
        parameters: parameters.to_string(),
        strict: None,
        cache: None,
    })
}

/// The only call of an answer, checked to be the one that [`weather`] allows.
fn weather_call(answer: &ChatResponse) -> ToolCall {
    let [choice] = &answer.choices[..] else { panic!("{answer:?}") };
    let mut calls = choice.content.iter().filter_map(|part| match part {
        Part::ToolCall(call) => Some(call),
        _ => None,
    });
    let call = calls.next().unwrap_or_else(|| panic!("no call: {answer:?}"));
    assert!(calls.next().is_none(), "more than one call: {answer:?}");
    assert_eq!(call.name, "weather");
    assert!(!call.id.is_empty());
    let arguments: serde_json::Value = serde_json::from_str(&call.arguments).unwrap();
    assert_eq!(arguments, serde_json::json!({ "city": "Oslo", "days": 3 }));
    call.clone()
}
