//! A gateway whose operator has keys, for clients who bring something of their
//! own along.

use std::fmt::Write;

use jackfield_e2e::gateway::provider;
use jackfield_e2e::guests::builder;
use jackfield_e2e::{Reply, Script, Served};
use jackfield_runtime::HostBuilder;
use reqwest::Response;
use serde_json::Value;

use crate::wire::{ANTHROPIC, OPENAI, Wire};

/// The operator's keys for the providers `a` and `b`.
pub(crate) const OPERATORS: [&str; 2] = ["sk-operator-a-0001", "sk-operator-b-0001"];

/// The gateway's own keys: one for everything, and one that may use `a/small*`.
pub(crate) const ALL: &str = "gateway-all-0123456789";
pub(crate) const FEW: &str = "gateway-few-0123456789";

/// A client's key.
pub(crate) const CLIENT: &str = "sk-client-0123456789";

/// `a` speaks OpenAI's protocol and `b` Anthropic's, each bound with a key.
pub(crate) struct Own {
    pub(crate) a: Script,
    pub(crate) b: Script,
    pub(crate) served: Served,
}

/// Lines for `[server.keys]`: their files are in the gateway's folder.
pub(crate) const KEYS: &str = "[server.keys.all]\nkey = { file = \"all\" }\n\
     [server.keys.few]\nkey = { file = \"few\" }\nmodels = [\"a/small*\"]\n";

impl Own {
    /// One that asks for no key of the gateway's.
    pub(crate) async fn open() -> Self {
        Self::with("").await
    }

    /// With these lines behind the providers'.
    pub(crate) async fn with(lines: &str) -> Self {
        Self::answering(vec![OPENAI.reply("a")], vec![ANTHROPIC.reply("b")], lines).await
    }

    pub(crate) async fn answering(a: Vec<Reply>, b: Vec<Reply>, lines: &str) -> Self {
        let (a, b) = (Script::start(a).await, Script::start(b).await);
        Self::over(a, b, lines, builder(64)).await
    }

    /// `HOST_A` in the lines is the origin of `a`.
    pub(crate) async fn over(a: Script, b: Script, lines: &str, host: HostBuilder) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = [("a", OPERATORS[0]), ("b", OPERATORS[1]), ("all", ALL), ("few", FEW)];
        for (name, key) in files {
            std::fs::write(folder.path().join(name), key).unwrap();
        }
        let mut config = String::new();
        for (name, plugin, upstream) in [("a", "openai", &a), ("b", "anthropic", &b)] {
            let secret = format!("secrets.api-key = {{ file = \"{name}\" }}");
            write!(config, "{}", provider(name, plugin, &upstream.origin(), &secret)).unwrap();
        }
        config.push_str(&lines.replace("HOST_A", &a.origin()));
        Self { served: Served::hosted(folder, &config, host).await, a, b }
    }

    /// A chat in a wire format with these headers.
    pub(crate) async fn ask(&self, wire: Wire, model: &str, headers: &[(&str, &str)]) -> Response {
        self.send(wire.path, &wire.request(model), headers).await
    }

    pub(crate) async fn send(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> Response {
        let mut ask = self.served.ask(path, body);
        for (name, value) in headers {
            ask = ask.header(*name, *value);
        }
        ask.send().await.unwrap()
    }

    /// The last request that came to one of the upstreams, with its head in
    /// lower case.
    pub(crate) fn last(upstream: &Script) -> String {
        let request = upstream.requests().pop().expect("a request");
        let (head, body) = request.split_once("\r\n\r\n").expect("head and body");
        format!("{}\r\n\r\n{body}", head.to_lowercase())
    }

    /// All that came upstream.
    pub(crate) fn all(&self) -> String {
        [self.a.requests(), self.b.requests()].concat().concat()
    }
}

/// What a refusal says, for whom, with its status.
pub(crate) async fn refusal(response: Response, status: u16) -> String {
    assert_eq!(response.status(), status, "{:?}", response.headers());
    let told = response.text().await.unwrap();
    assert!(!told.contains(CLIENT), "{told}");
    for key in OPERATORS {
        assert!(!told.contains(key), "{told}");
    }
    told
}
