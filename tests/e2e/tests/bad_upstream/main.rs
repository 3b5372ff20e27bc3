//! Bad upstreams behind the real plugins: whatever comes back over a real
//! socket, the caller gets an error of the right kind that says what happened,
//! where, and whether the request had gone out; nothing crashes, nothing hangs
//! and no connection stays.

mod bodies;
mod connection;
mod good;
mod size;
mod status;
mod streams;
mod wait;

use std::time::Duration;

use jackfield_e2e::{Reply, Script, Step, bind, chat, host, plugin, text_of};
use jackfield_runtime::api::llm::ChatEvent;
use jackfield_runtime::api::types::{Error, ErrorKind};
use jackfield_runtime::{CallContext, CallError, Host, Provider};

/// The plugins that speak to real upstreams.
const PLUGINS: [&str; 2] = ["openai", "anthropic"];

/// No trial takes this long: one that does hangs.
const HANGS: Duration = Duration::from_secs(30);

/// A plugin bound to an upstream that answers by script.
struct Trial {
    plugin: &'static str,
    upstream: Script,
    provider: Provider,
    _host: Host,
}

/// How a call failed.
#[derive(Debug)]
struct Failure {
    /// The plugin, and how it was called.
    place: String,
    /// The events that came before.
    events: Vec<ChatEvent>,
    error: CallError,
}

impl Trial {
    async fn new(plugin: &'static str, replies: Vec<Reply>, lines: &str) -> Self {
        let upstream = Script::start(replies).await;
        let (host, provider) = bound(plugin, &upstream.origin(), lines).await;
        Self { plugin, upstream, provider, _host: host }
    }

    async fn whole(&self) -> Failure {
        whole(self.plugin, &self.provider).await
    }

    async fn stream(&self) -> Failure {
        stream(self.plugin, &self.provider).await
    }

    /// A plain call, then a streamed one.
    async fn both(&self) -> [Failure; 2] {
        [self.whole().await, self.stream().await]
    }

    /// That the plugin goes on serving: what failed was the upstream.
    async fn answers(&self) {
        let context = CallContext::default();
        let call = self.provider.chat(&context, chat("m", "hello"));
        let answer = tokio::time::timeout(HANGS, call).await.expect("it hangs").unwrap();
        assert_eq!(text_of(&answer), good::TEXT, "{}", self.plugin);
    }

    async fn nothing_stays_open(&self) {
        self.upstream.until("no connection is left", |upstream| upstream.open() == 0).await;
    }
}

async fn bound(name: &str, origin: &str, lines: &str) -> (Host, Provider) {
    let host = host();
    host.load_file(plugin(name)).unwrap();
    let settings = format!(
        "plugin = \"{name}\"\nconfig.base-url = \"{origin}/v1\"\ngrant.origins = [\"{origin}\"]\n{lines}"
    );
    let provider = bind(&host, "bad", &settings).await;
    (host, provider)
}

async fn whole(plugin: &str, provider: &Provider) -> Failure {
    let context = CallContext::default();
    let call = provider.chat(&context, chat("m", "hello"));
    let answer = tokio::time::timeout(HANGS, call).await.expect("it hangs");
    let error = answer.expect_err("the upstream is bad");
    Failure { place: format!("{plugin}, whole"), events: Vec::new(), error }
}

async fn stream(plugin: &str, provider: &Provider) -> Failure {
    let mut events = Vec::new();
    let reading = async {
        let mut stream = match provider.stream_chat(&CallContext::default(), chat("m", "hello")).await {
            Ok(stream) => stream,
            Err(error) => return error,
        };
        let error = loop {
            match stream.next_batch().await {
                Some(Ok(batch)) => events.extend(batch),
                Some(Err(error)) => break error,
                None => panic!("{plugin}: the stream ended as if all were well"),
            }
        };
        assert!(stream.next_batch().await.is_none(), "{plugin}: an error is the last item");
        error
    };
    let error = tokio::time::timeout(HANGS, reading).await.expect("it hangs");
    Failure { place: format!("{plugin}, streamed"), events, error }
}

impl Failure {
    /// Of this kind, after the request was sent, with all this in its message.
    fn is(&self, kind: ErrorKind, says: &[&str]) -> &Self {
        assert!(self.error.sent(), "{self:?}");
        self.says(kind, says)
    }

    /// The same, before anything was sent.
    fn unsent(&self, kind: ErrorKind, says: &[&str]) -> &Self {
        assert!(!self.error.sent(), "{self:?}");
        self.says(kind, says)
    }

    fn says(&self, kind: ErrorKind, says: &[&str]) -> &Self {
        let message = self.error.to_string();
        assert_eq!(self.error.kind(), kind, "{}: {message}", self.place);
        assert!(message.starts_with("provider bad: "), "{}: {message}", self.place);
        assert!(message.len() < 1_000, "{}: {message}", self.place);
        for part in says {
            assert!(message.contains(part), "{}: {part:?} is missing in: {message}", self.place);
        }
        self
    }

    fn record(&self) -> Error {
        self.error.to_record()
    }

    /// The text that came before the failure.
    fn text(&self) -> String {
        let texts = self.events.iter().filter_map(|event| match event {
            ChatEvent::Text(delta) => Some(delta.text.as_str()),
            _ => None,
        });
        texts.collect()
    }
}
