//! What the gateway has beside chats, over real sockets: embeddings, reranking,
//! sound in both directions, and feedback. The upstream is one that behaves, or
//! one that answers by script; the plugins are `openai`, and the guest
//! `everything` for what `openai` hasn't.

mod embeddings;
mod feedback;
mod gemini_embeddings;
mod params;
mod recording;
mod rerank;
mod speech;
mod transcription;

use jackfield::upstream::UpstreamOptions;
use jackfield_e2e::gateway::{provider, upstream};
use jackfield_e2e::{Reply, Script, Served, guest, plugin};
use jackfield_runtime::component_section;
use reqwest::Response;
use serde_json::Value;

const MANIFEST: &str = include_str!("../../../guests/worlds/everything/plugin.toml");

/// A gateway with these providers: `up`, whose upstream behaves; `typed`, the
/// same where nothing is passed through; `script`, whose upstream answers by
/// script; and `every`, the guest that needs no upstream for most.
struct Bench {
    served: Served,
    /// Where the upstream is that behaves.
    origin: String,
    script: Script,
}

impl Bench {
    async fn new() -> Self {
        Self::with(vec![], "").await
    }

    /// With replies for `script`, and further lines of configuration.
    async fn with(replies: Vec<Reply>, config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let plugins = folder.path().join("plugins");
        std::fs::create_dir(&plugins).unwrap();
        for name in ["openai", "anthropic"] {
            std::fs::copy(plugin(name), plugins.join(format!("{name}.wasm"))).unwrap();
        }
        let everything =
            component_section::write(&std::fs::read(guest("everything")).unwrap(), MANIFEST).unwrap();
        std::fs::write(plugins.join("everything.wasm"), everything).unwrap();
        let key = folder.path().join("key");
        std::fs::write(&key, "everything-key-0123456789").unwrap();
        let key = format!("secrets.api-key = {{ file = \"{}\" }}", key.display());
        let origin = upstream(UpstreamOptions::default()).await;
        let script = Script::start(replies).await;
        let config = [
            provider("up", "openai", &origin, "config.translations-path = \"/audio/transcriptions\""),
            provider("typed", "openai", &origin, "config.dialects = [\"openai-chat\"]"),
            provider("script", "openai", &script.origin(), ""),
            provider("every", "everything", &script.origin(), &key),
            config.to_owned(),
        ]
        .concat();
        let served = Served::within(folder, &config, 16).await;
        Self { served, origin, script }
    }

    /// The last request that the upstream got which behaves.
    async fn last(&self) -> Value {
        let answer = self.served.client().get(format!("{}/last", self.origin)).send().await.unwrap();
        read(answer).await
    }

    /// What that upstream itself answers.
    async fn direct(&self, path: &str, body: &Value) -> Response {
        let request = self.served.client().post(format!("{}{path}", self.origin));
        request.header("content-type", "application/json").body(body.to_string()).send().await.unwrap()
    }
}

/// A header of an answer.
fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// The JSON of an answer.
async fn read(answer: Response) -> Value {
    let text = answer.text().await.unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The status, the message and the place of an error in OpenAI's shape.
async fn error(answer: Response) -> (u16, String, Value) {
    let status = answer.status().as_u16();
    let body = read(answer).await;
    let message = body["error"]["message"].as_str().unwrap_or_else(|| panic!("no error: {body}"));
    (status, message.to_owned(), body["error"]["param"].clone())
}
