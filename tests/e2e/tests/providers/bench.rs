//! A plugin bound to an upstream that answers by script.

use jackfield_e2e::guests::chain;
use jackfield_e2e::{Reply, Script, bind, host, plugin};
use jackfield_runtime::api::llm::{ChatEvent, ChatRequest};
use jackfield_runtime::api::passthrough::{Dialect, ForwardRequest};
use jackfield_runtime::catalog::Catalog;
use jackfield_runtime::settings::Settings;
use jackfield_runtime::{CallContext, CallError, Host, Provider};
use serde_json::Value;

/// What every provider's key is here.
pub(crate) const KEY: &str = "provider-key-0123456789abcdef";

/// The plugin, its upstream and what keeps them.
pub(crate) struct Bench {
    pub(crate) upstream: Script,
    pub(crate) provider: Provider,
    pub(crate) context: CallContext,
    _host: Host,
    _key: tempfile::NamedTempFile,
}

impl Bench {
    /// With further lines of configuration, in which `KEY` stands for the
    /// source of a secret, and `ORIGIN` for where the upstream is.
    pub(crate) async fn new(name: &str, lines: &str, replies: Vec<Reply>) -> Self {
        let upstream = Script::start(replies).await;
        let key = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(key.path(), KEY).unwrap();
        let host = host();
        host.load_file(plugin(name)).unwrap();
        let (origin, source) = (upstream.origin(), format!("{{ file = \"{}\" }}", key.path().display()));
        let settings = format!(
            "plugin = \"{name}\"\nconfig.base-url = \"{origin}\"\ngrant.origins = [\"{origin}\"]\n{}",
            lines.replace("KEY", &source).replace("ORIGIN", &origin)
        );
        let provider = bind(&host, name, &settings).await;
        Self { upstream, provider, context: CallContext::default(), _host: host, _key: key }
    }

    /// As a preset of the shipped catalog has it, but at the script's address:
    /// `path` is what its base URL has behind the origin, in further lines
    /// `ORIGIN` stands for the origin and `KEY` for the source of a secret.
    pub(crate) async fn preset(preset: &str, path: &str, lines: &str, replies: Vec<Reply>) -> Self {
        let upstream = Script::start(replies).await;
        let key = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(key.path(), KEY).unwrap();
        let (origin, file) = (upstream.origin(), key.path().display());
        let text = format!(
            "[providers.it]\npreset = \"{preset}\"\nconfig.base-url = \"{origin}{path}\"\n\
             grant.origins = [\"{origin}\"]\nsecrets.api-key = {{ file = \"{file}\" }}\n{}\n",
            lines.replace("ORIGIN", &origin).replace("KEY", &format!("{{ file = \"{file}\" }}"))
        );
        let settings =
            Settings::parse(&text, "jackfield.toml", &[]).unwrap_or_else(|error| panic!("{error}"));
        let (name, written) = settings.providers.into_iter().next().unwrap();
        let settings = Catalog::shipped().unwrap().complete(&name, written);
        let settings = settings.unwrap_or_else(|error| panic!("{error}"));
        let host = host();
        host.load_file(plugin(settings.plugin.name.as_str())).unwrap();
        let provider = host.bind("it", &settings).await.unwrap_or_else(|error| panic!("{}", chain(&error)));
        Self { upstream, provider, context: CallContext::default(), _host: host, _key: key }
    }

    /// Line and headers of a request that came up, in lower case, and its body.
    pub(crate) fn sent(&self, place: usize) -> (String, Value) {
        let requests = self.upstream.requests();
        let (head, body) = requests[place].split_once("\r\n\r\n").unwrap();
        (head.to_lowercase(), serde_json::from_str(body).unwrap_or(Value::Null))
    }

    /// The events of a streamed answer, or the error that it ends with.
    pub(crate) async fn stream(&self, request: ChatRequest) -> Result<Vec<ChatEvent>, CallError> {
        let mut stream = self.provider.stream_chat(&self.context, request).await?;
        let mut events = Vec::new();
        while let Some(batch) = stream.next_batch().await {
            events.extend(batch?);
        }
        Ok(events)
    }
}

/// A client's request, to be passed on.
pub(crate) fn passed(dialect: Dialect, stream: bool) -> ForwardRequest {
    ForwardRequest { dialect, model: "up/stream".to_owned(), stream, headers: Vec::new() }
}

/// The same bytes as they come over a slow line.
pub(crate) fn byte_by_byte(reply: Reply, body: &str) -> Reply {
    body.bytes().fold(reply, |reply, byte| reply.send(vec![byte]))
}

/// The text of a stream.
pub(crate) fn streamed_text(events: &[ChatEvent]) -> String {
    let texts = events.iter().filter_map(|event| match event {
        ChatEvent::Text(delta) => Some(delta.text.as_str()),
        _ => None,
    });
    texts.collect()
}
