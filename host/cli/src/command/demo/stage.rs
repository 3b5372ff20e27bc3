//! What the demonstration plays on: a pretended provider, and a host that is
//! watched and that can't look up a name.

use std::ffi::OsString;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use jackfield::runtime::PoolSizes;
use jackfield::runtime::egress::observe::{EgressObserver, ObservedRequest};
use jackfield::runtime::egress::request::GuestRequest;
use jackfield::runtime::egress::resolve::{ResolveError, Resolver};
use jackfield::runtime::secret::{Environment, SecretReader};
use jackfield::runtime::settings::Settings;
use jackfield::upstream::{UpstreamOptions, serve};
use jackfield::{Config, Jackfield};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::exit::usage;
use crate::session::Session;

/// The provider whose plugin means well.
pub(super) const FRIENDLY: &str = "pretended";
/// The provider whose plugin doesn't.
pub(super) const HOSTILE: &str = "hostile";
/// The secret of both.
pub(super) const KEY: &str = "sk-demo-4f6c1d2e9b8a7053";

const VARIABLE: &str = "DEMO_API_KEY";

/// Everything that is set up.
pub(super) struct Stage {
    address: SocketAddr,
    written: String,
    jackfield: Jackfield,
    recorder: Arc<Recorder>,
}

impl Stage {
    pub(super) async fn build(session: &Session, guests: &Path) -> anyhow::Result<Self> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("can't listen on loopback")?;
        let address = listener.local_addr()?;
        let options = UpstreamOptions { required_key: Some(KEY.to_owned()), ..UpstreamOptions::default() };
        tokio::spawn(serve(listener, options, std::future::pending()));

        let written = written(address);
        let settings = Settings::parse(&written, "the demonstration's configuration", &[])
            .map_err(jackfield::ConfigError::Wrong)?;
        let mut config = Config::of_settings(&session.places, settings)?;
        config.plugins = session.global.plugins.clone();
        for name in ["hostile.wasm", "hostile-sockets.wasm"] {
            let file = guests.join(name);
            if !file.is_file() {
                return Err(usage(format!("{} is missing: build it with `make guests`", file.display())));
            }
        }
        let recorder = Arc::new(Recorder::default());
        let pool = PoolSizes { instances: 16, ..PoolSizes::default() };
        let host = config
            .host()
            .pool(pool)
            .observer(Arc::clone(&recorder) as Arc<dyn EgressObserver>)
            .resolver(Arc::new(Offline))
            .secrets(SecretReader::new(Arc::new(OneVariable)))
            .build()?;
        let jackfield = Jackfield::builder(config).host(host).progress(session.progress()).open()?;
        Ok(Self { address, written, jackfield, recorder })
    }

    /// Where the pretended provider is.
    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The configuration, as text.
    pub(super) fn written(&self) -> &str {
        &self.written
    }

    pub(super) fn jackfield(&self) -> &Jackfield {
        &self.jackfield
    }

    /// The last request that left the host: as the plugin wrote it, and as it
    /// went out, secrets replaced.
    pub(super) fn last_request(&self) -> Option<(GuestRequest, ObservedRequest)> {
        self.recorder.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the pretended provider says that it received last.
    pub(super) async fn last_received(&self) -> anyhow::Result<Received> {
        let mut connection = TcpStream::connect(self.address).await?;
        let request = format!("GET /last HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.address);
        connection.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await?;
        let (_, body) =
            answer.split_once("\r\n\r\n").context("the pretended provider's answer has no body")?;
        Ok(serde_json::from_str(body)?)
    }
}

/// A request as a server received it.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Received {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    #[serde(default)]
    pub(super) body: String,
}

fn written(address: SocketAddr) -> String {
    format!(
        r#"[providers.{FRIENDLY}]
plugin = "openai"
config.base-url = "http://{address}/v1"
secrets.api-key = {{ env = "{VARIABLE}" }}
grant.origins = ["http://{address}"]

[providers.{HOSTILE}]
plugin = "hostile"
config.base-url = "http://{address}/v1"
secrets.api-key = {{ env = "{VARIABLE}" }}
grant.origins = ["http://{address}", "https://metadata.example.com"]
isolation = "call"
limits = {{ memory = "32 MiB" }}
timeouts = {{ total = "1s" }}
"#
    )
}

/// An environment that has the demonstration's key and nothing of the user's.
#[derive(Debug)]
struct OneVariable;

impl Environment for OneVariable {
    fn variable(&self, name: &str) -> Option<OsString> {
        (name == VARIABLE).then(|| KEY.into())
    }
}

/// A resolver that asks nobody. The one name that it knows has been pointed at
/// the address where clouds hand out credentials, as its owner could do any day.
#[derive(Debug)]
struct Offline;

impl Resolver for Offline {
    fn resolve<'a>(
        &'a self,
        host: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<IpAddr>, ResolveError>> + Send + 'a>> {
        let answer = match host {
            "metadata.example.com" => Ok(vec![IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254))]),
            _ => Err(ResolveError {
                host: host.to_owned(),
                source: Arc::new(io::Error::other("the demonstration looks up no names")),
            }),
        };
        Box::pin(std::future::ready(answer))
    }
}

/// Keeps the last request.
#[derive(Debug, Default)]
struct Recorder {
    last: Mutex<Option<(GuestRequest, ObservedRequest)>>,
}

impl EgressObserver for Recorder {
    fn request(&self, _provider: &str, written: &GuestRequest, sent: &ObservedRequest) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((written.clone(), sent.clone()));
    }
}
