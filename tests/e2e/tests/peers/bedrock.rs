//! The plugin `bedrock` before a server that checks signatures with botocore and
//! answers in AWS's own frames.

use jackfield_e2e::guests::builder;
use jackfield_e2e::{bind, chat, plugin, text_of};
use jackfield_runtime::api::llm::{ChatEvent, FinishReason};
use jackfield_runtime::api::types::ErrorKind;
use jackfield_runtime::{CallContext, CallError, Host, Provider};

const KEY: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// The plugin at the server; nothing outside of `make test-peers`.
struct Bedrock {
    provider: Provider,
    _host: Host,
    _files: Vec<tempfile::NamedTempFile>,
}

impl Bedrock {
    async fn with(key: &str, secret: &str, lines: &str) -> Option<Self> {
        let Ok(origin) = std::env::var("JACKFIELD_PEER_BEDROCK") else {
            eprintln!("skipped: JACKFIELD_PEER_BEDROCK names no server; `make test-peers` may start one");
            return None;
        };
        let host = builder(4).build().unwrap();
        host.load_file(plugin("bedrock")).unwrap();
        let mut settings = format!(
            "plugin = \"bedrock\"\nconfig.base-url = \"{origin}\"\nconfig.region = \"eu-central-1\"\n\
             grant.origins = [\"{origin}\"]\n{lines}\n"
        );
        let mut files = Vec::new();
        for (name, text) in [("access-key-id", key), ("secret-access-key", secret)] {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), text).unwrap();
            settings.push_str(&format!("secrets.{name} = {{ file = \"{}\" }}\n", file.path().display()));
            files.push(file);
        }
        let provider = bind(&host, "bedrock", &settings).await;
        Some(Self { provider, _host: host, _files: files })
    }

    async fn open() -> Option<Self> {
        Self::with(KEY, SECRET, "").await
    }

    async fn stream(&self, model: &str) -> Result<Vec<ChatEvent>, CallError> {
        let mut stream = self.provider.stream_chat(&CallContext::default(), chat(model, "hello")).await?;
        let mut events = Vec::new();
        while let Some(batch) = stream.next_batch().await {
            events.extend(batch?);
        }
        Ok(events)
    }
}

/// With a version and with a profile's ARN: both are signed as they are sent.
const MODELS: [&str; 2] = [
    "anthropic.claude-3-haiku-20240307-v1:0",
    "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.amazon.nova-lite-v1:0",
];

#[tokio::test]
#[ignore = "needs a server that stands for Bedrock: make test-peers"]
async fn a_chat_is_signed_and_answered_whole_and_streamed() {
    let Some(bedrock) = Bedrock::open().await else { return };
    for model in MODELS {
        let answer = bedrock.provider.chat(&CallContext::default(), chat(model, "hello")).await.unwrap();
        assert_eq!(text_of(&answer), "hello", "{model}");
        let events = bedrock.stream(model).await.unwrap();
        let text: String = events
            .iter()
            .filter_map(|event| match event {
                ChatEvent::Text(delta) => Some(delta.text.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(text, "hello", "{model}");
        let usage = events.iter().find_map(|event| match event {
            ChatEvent::Usage(usage) => usage.output_tokens,
            _ => None,
        });
        assert_eq!(usage, Some(2), "{model}");
    }
}

#[tokio::test]
#[ignore = "needs a server that stands for Bedrock: make test-peers"]
async fn a_wrong_key_does_not_get_in() {
    for (key, secret) in [("AKIDNOBODY", SECRET), (KEY, "another-secret-0123456789abcdefghijklmn")] {
        let Some(bedrock) = Bedrock::with(key, secret, "").await else { return };
        let error =
            bedrock.provider.chat(&CallContext::default(), chat(MODELS[0], "hello")).await.unwrap_err();
        let CallError::Failed { error, .. } = error else { panic!("{error}") };
        assert!(
            matches!(error.kind, ErrorKind::Authentication | ErrorKind::Permission)
                && error.status == Some(403),
            "{error:?}"
        );
    }
}

#[tokio::test]
#[ignore = "needs a server that stands for Bedrock: make test-peers"]
async fn an_exception_within_a_stream_and_a_throttled_request_are_errors() {
    let Some(bedrock) = Bedrock::open().await else { return };
    let error = bedrock.stream("amazon.midfail-v1:0").await.unwrap_err();
    assert!(error.to_string().contains("boom"), "{error}");
    let error = bedrock.stream("amazon.throttle-v1:0").await.unwrap_err();
    let CallError::Failed { error, .. } = error else { panic!("{error}") };
    assert_eq!((error.kind, error.status), (ErrorKind::RateLimited, Some(429)));
}

#[tokio::test]
#[ignore = "needs a server that stands for Bedrock: make test-peers"]
async fn a_guardrail_that_intervenes_is_told_with_its_trace() {
    let lines = "config.guardrail-identifier = \"g-1\"\nconfig.guardrail-version = \"1\"\nconfig.guardrail-trace = \"enabled\"";
    let Some(bedrock) = Bedrock::with(KEY, SECRET, lines).await else { return };
    let answer = bedrock.provider.chat(&CallContext::default(), chat(MODELS[0], "hello")).await.unwrap();
    assert!(
        matches!(answer.choices[0].finish_reason, FinishReason::ContentFilter),
        "{:?}",
        answer.choices[0].finish_reason
    );
    assert!(format!("{answer:?}").contains("inputAssessment"), "{answer:?}");
}
