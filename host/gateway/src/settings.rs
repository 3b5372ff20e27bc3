//! `[server]` of `jackfield.toml`: where the gateway listens, who may call it,
//! and what a client may cost it.

mod cache;
mod guardrails;
mod keys;
mod own;
mod receivers;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use jackfield_router::limits::LimitRules;
use jackfield_runtime::egress::origin::Origin;
use jackfield_runtime::settings::document::{Fields, Node};
use jackfield_runtime::settings::{ByteSize, Period};

pub use cache::CacheSettings;
pub use guardrails::HookSettings;
pub use keys::KeySettings;
pub use own::ClientKeys;
pub use receivers::{Places, ReceiverName, ReceiverNameError, ReceiverSettings};

/// `[server]`.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerSettings {
    /// `listen`: address and port.
    pub listen: SocketAddr,
    /// `tls`: certificate chain and key, as PEM files.
    pub tls: Option<TlsFiles>,
    /// `[server.keys.NAME]`: who may call. Without any, everybody who reaches
    /// the port may, which therefore must be a loopback one.
    pub keys: BTreeMap<String, KeySettings>,
    /// `[server.configs]`: saved Portkey configs by name.
    pub configs: BTreeMap<String, String>,
    /// `[server.guardrails]`: guardrails that configs name, each as the JSON
    /// that a client would send.
    pub guardrails: BTreeMap<String, String>,
    /// `input-guardrails`: guardrails that every request passes, whatever its
    /// config says; as the JSON list that a client would send in a header.
    pub input_guardrails: Option<String>,
    /// `output-guardrails`: the same, of answers.
    pub output_guardrails: Option<String>,
    /// `[server.hooks]`: what guardrails may ask of the network.
    pub hooks: HookSettings,
    /// `[server.cache]`: how many answers are kept for configs that ask for it.
    pub cache: CacheSettings,
    /// `[server.receivers.NAME]`: where providers deliver the results of queued
    /// requests.
    pub receivers: BTreeMap<ReceiverName, ReceiverSettings>,
    /// `[server.limits]`: what all clients together, or groups of them, may use.
    pub limits: LimitRules,
    /// `client-keys`: for which providers clients may bring keys of their own.
    /// Unless it is written: for all where nobody needs a key of the gateway's,
    /// for none where everybody does.
    pub client_keys: Option<ClientKeys>,
    /// `custom-hosts`: where a request may send a provider's protocol to, in the
    /// place of that provider's own host; nowhere by default.
    pub custom_hosts: Vec<Origin>,
    /// `body`: the most bytes of a request's body.
    pub body: usize,
    /// `answer`: the most bytes of an answer that isn't a stream.
    pub answer: usize,
    /// `threads`: how many threads serve, each connection on one of them; one for
    /// each processor by default.
    pub threads: Option<usize>,
    /// `connections`: the most clients at once; more wait to be accepted.
    pub connections: usize,
    /// `timeouts.header`: the most time for a request's head.
    pub header_timeout: Duration,
    /// `timeouts.body`: the most time between two pieces of a request's body,
    /// and between two pieces of an answer that a client takes.
    pub body_timeout: Duration,
    /// `timeouts.shutdown`: how long answers in progress may go on once the
    /// gateway is told to end.
    pub shutdown_timeout: Duration,
    /// `cors`: web origins whose pages may call; none by default.
    pub cors: Vec<String>,
    /// `log-bodies`: whether requests and whole answers are logged, prompts and
    /// all. Never by default.
    pub log_bodies: bool,
    /// `metrics`: whether `/metrics` is there.
    pub metrics: bool,
}

/// `tls = { cert = "...", key = "..." }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate and those that vouch for it.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8787)),
            tls: None,
            keys: BTreeMap::new(),
            configs: BTreeMap::new(),
            guardrails: BTreeMap::new(),
            input_guardrails: None,
            output_guardrails: None,
            hooks: HookSettings::default(),
            cache: CacheSettings::default(),
            receivers: BTreeMap::new(),
            limits: LimitRules::default(),
            client_keys: None,
            custom_hosts: Vec::new(),
            body: 64 << 20,
            answer: 64 << 20,
            threads: None,
            connections: 10_000,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            shutdown_timeout: Duration::from_secs(30),
            cors: Vec::new(),
            log_bodies: false,
            metrics: true,
        }
    }
}

impl ServerSettings {
    /// Reads `[server]`. What is wrong with it was reported where there is
    /// nothing.
    pub fn read(node: &Node<'_>) -> Option<Self> {
        let mut settings = Self::default();
        let mut fields = node.fields()?;
        set(&mut settings.listen, fields.take("listen").and_then(|node| address(&node)));
        settings.tls = fields.take("tls").and_then(|node| TlsFiles::read(&node));
        set(
            &mut settings.keys,
            fields.take("keys").and_then(|node| node.map(|node| KeySettings::read(&node))),
        );
        set(&mut settings.configs, fields.take("configs").and_then(|node| node.map(|node| config(&node))));
        let guardrails = fields.take("guardrails");
        set(
            &mut settings.guardrails,
            guardrails.and_then(|node| node.map(|node| guardrails::guardrail(&node))),
        );
        let mut always = |name| fields.take(name).and_then(|node| guardrails::always(&node, name));
        settings.input_guardrails = always("input-guardrails");
        settings.output_guardrails = always("output-guardrails");
        set(&mut settings.hooks, fields.take("hooks").and_then(|node| HookSettings::read(&node)));
        set(&mut settings.cache, fields.take("cache").and_then(|node| CacheSettings::read(&node)));
        set(&mut settings.receivers, fields.take("receivers").and_then(|node| receivers::read(&node)));
        set(&mut settings.limits, fields.take("limits").and_then(|node| node.deserialize()));
        settings.client_keys = fields.take("client-keys").and_then(|node| ClientKeys::read(&node));
        let hosts = fields.take("custom-hosts").and_then(|node| node.list(|node| own::host(&node)));
        set(&mut settings.custom_hosts, hosts);
        set(&mut settings.body, size(&mut fields, "body"));
        set(&mut settings.answer, size(&mut fields, "answer"));
        let threads = fields.take("threads").and_then(|node| node.count(1, 64));
        settings.threads = threads.map(|count| count as usize);
        let connections = fields.take("connections").and_then(|node| node.count(1, 1_000_000));
        set(&mut settings.connections, connections.map(|count| count as usize));
        set(&mut settings.cors, fields.take("cors").and_then(|node| node.list(|node| web_origin(&node))));
        set(&mut settings.log_bodies, fields.take("log-bodies").and_then(|node| node.boolean()));
        set(&mut settings.metrics, fields.take("metrics").and_then(|node| node.boolean()));
        if let Some(mut timeouts) = fields.take("timeouts").and_then(|node| node.fields()) {
            set(&mut settings.header_timeout, period(&mut timeouts, "header"));
            set(&mut settings.body_timeout, period(&mut timeouts, "body"));
            set(&mut settings.shutdown_timeout, period(&mut timeouts, "shutdown"));
            timeouts.finish();
        }
        if settings.keys.is_empty() && !settings.listen.ip().is_loopback() {
            fields.reject(
                "everybody who reaches this address could use your providers: write [server.keys.NAME] with \
                 `key = { env = \"VARIABLE\" }`, or listen on 127.0.0.1",
            );
        }
        fields.finish();
        Some(settings)
    }
}

impl TlsFiles {
    fn read(node: &Node<'_>) -> Option<Self> {
        let mut fields = node.fields()?;
        let mut file =
            |name| fields.require(name, "\"server.pem\"").and_then(|node| node.string()).map(PathBuf::from);
        let (cert, key) = (file("cert"), file("key"));
        fields.finish();
        Some(Self { cert: cert?, key: key? })
    }
}

fn address(node: &Node<'_>) -> Option<SocketAddr> {
    let text = node.string()?;
    let address = text.parse();
    if address.is_err() {
        node.reject(format!(
            "{text:?} can't be listened on: write an IP address and a port, as in \"127.0.0.1:8787\""
        ));
    }
    address.ok()
}

/// A saved config is the JSON text that a client would send.
fn config(node: &Node<'_>) -> Option<String> {
    if node.is_table() {
        node.reject("this is a table: write JSON as a client would send it, in quotes: '{\"cache\": {\"mode\": \"simple\"}}'");
        return None;
    }
    let text = node.string()?;
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        node.reject(format!("this isn't JSON: {error}; write the config as a client would send it"));
        return None;
    }
    Some(text.to_owned())
}

fn web_origin(node: &Node<'_>) -> Option<String> {
    let text = node.string()?;
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match rest {
        Some(host) if !host.is_empty() && !host.contains(['/', '*', ' ']) => Some(text.to_owned()),
        _ => {
            node.reject("this isn't a web origin: write one such as \"https://app.example\"");
            None
        }
    }
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

fn size<'d>(fields: &mut Fields<'d>, name: &'d str) -> Option<usize> {
    fields.take(name).and_then(|node| node.parse::<ByteSize>()).map(ByteSize::bytes_usize)
}

fn period<'d>(fields: &mut Fields<'d>, name: &'d str) -> Option<Duration> {
    fields.take(name).and_then(|node| node.parse::<Period>()).map(Period::duration)
}

#[cfg(test)]
mod tests;
