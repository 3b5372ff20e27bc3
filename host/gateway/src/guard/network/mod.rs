//! Checks that ask other services.
//!
//! Against: a config, which any client may send, that makes its gateway call
//! an address of the client's choice, or one inside the operator's network.
//! What isn't granted under `[server.hooks]` isn't called, and a config that
//! asks for it is refused before any request. What is granted goes the way of
//! every plugin's request: strict URL, exact origin, addresses that are public
//! unless the grant names them, no redirects, no proxy, limits of size and
//! time. The gateway's own credentials aren't in it.

mod token;
mod urls;
mod webhook;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::{HeaderMap, Method, StatusCode};
use jackfield_router::guard::{CheckError, Remote};
use jackfield_runtime::egress::address::AddressRule;
use jackfield_runtime::egress::hyper_transport::HyperTransport;
use jackfield_runtime::egress::methods::Methods;
use jackfield_runtime::egress::origin::Origin;
use jackfield_runtime::egress::policy::{Asked, Granted, Policy, PolicyError};
use jackfield_runtime::egress::resolve::{Dial, Resolver, SystemResolver};
use jackfield_runtime::egress::transport::{Client, ClientSettings, OutgoingRequest, Transport};
use jackfield_runtime::egress::url as strict;
use url::Url;

use crate::settings::HookSettings;

/// The most bytes of an answer.
const LARGEST: usize = 1 << 20;

/// The most origins with open connections.
const MOST: usize = 32;

const CLIENT: ClientSettings = ClientSettings {
    connect_timeout: Duration::from_secs(5),
    max_header_bytes: 64 << 10,
    max_headers: 128,
    max_connections: 64,
};

/// A client, and what it may connect to.
type Open = (Origin, AddressRule, Arc<dyn Client>);

/// The way to other services.
pub(crate) struct Network {
    policy: Policy,
    granted: bool,
    dns: bool,
    transport: HyperTransport,
    resolver: Arc<dyn Resolver>,
    clients: Mutex<Vec<Open>>,
    keys: token::Kept,
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("granted", &self.granted)
            .field("dns", &self.dns)
            .finish_non_exhaustive()
    }
}

impl Network {
    /// What these settings open.
    ///
    /// # Errors
    /// A grant that opens what can't be opened, such as a metadata service.
    pub(crate) fn new(settings: &HookSettings) -> Result<Self, PolicyError> {
        let asked = settings.origins.iter().map(|origin| Asked {
            origin: origin.clone(),
            methods: Methods::ALL,
            path: None,
            auth: None,
        });
        let granted = settings.origins.iter().cloned().map(Granted::origin).collect();
        Ok(Self {
            policy: Policy::new("hooks", asked.collect(), granted, Vec::new())?,
            granted: !settings.origins.is_empty(),
            dns: settings.dns,
            transport: HyperTransport::new(),
            resolver: Arc::new(SystemResolver),
            clients: Mutex::default(),
            keys: token::Kept::default(),
        })
    }

    /// Whether a check may ask what it wants to.
    ///
    /// # Errors
    /// Why not, and the line that would allow it.
    pub(crate) fn permits(&self, remote: &Remote) -> Result<(), String> {
        match remote {
            Remote::Urls(urls) if urls.only_dns && !self.dns => Err(
                "names are looked up only where the operator says so: write `dns = true` under [server.hooks]".to_owned(),
            ),
            Remote::Urls(urls) if !urls.only_dns && !self.granted => Err(
                "no URL may be called by guardrails: write the `origins` that may under [server.hooks], or \
                 `\"onlyDNS\": true`"
                    .to_owned(),
            ),
            remote => remote.url().map_or(Ok(()), |url| self.permitted(&Method::POST, url).map(drop)),
        }
    }

    fn permitted(&self, method: &Method, url: &Url) -> Result<(Url, Origin, AddressRule), String> {
        let strict = strict::parse(url.as_str()).map_err(|error| error.to_string())?;
        let permit = self.policy.check(method, &strict, None).map_err(|_| {
            format!(
                "guardrails may not call {origin}: write `origins = [\"{origin}\"]` under [server.hooks]",
                origin = strict.origin().ascii_serialization()
            )
        })?;
        Ok((strict, permit.origin, permit.addresses))
    }

    fn client(&self, origin: Origin, addresses: AddressRule) -> Result<Arc<dyn Client>, CheckError> {
        let open = |clients: &[Open]| {
            let known = clients.iter().find(|(known, rule, _)| *known == origin && *rule == addresses);
            known.map(|(_, _, client)| Arc::clone(client))
        };
        if let Some(client) = open(&self.clients.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(client);
        }
        let unreachable = |error: &dyn fmt::Display| CheckError::new("Unreachable", error.to_string());
        let dial = Dial::new(origin.clone(), addresses.clone(), Arc::clone(&self.resolver))
            .map_err(|error| unreachable(&error))?;
        let client = self.transport.connect(dial, CLIENT).map_err(|error| unreachable(&error))?;
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        clients.truncate(MOST - 1);
        clients.insert(0, (origin, addresses, Arc::clone(&client)));
        Ok(client)
    }

    /// Sends a request and reads all of its answer, within the time.
    async fn call(
        &self,
        method: Method,
        url: &Url,
        headers: HeaderMap,
        body: Bytes,
        timeout: Duration,
    ) -> Result<(StatusCode, Bytes), CheckError> {
        let refused = |why: String| CheckError::new("NotGranted", why);
        let (url, origin, addresses) = self.permitted(&method, url).map_err(refused)?;
        let client = self.client(origin, addresses)?;
        let head_only = method == Method::HEAD;
        let exchange = async {
            let request = OutgoingRequest { method, url, headers, body };
            let answer = client.send(request).await;
            let mut answer = answer.map_err(|error| CheckError::new("Unreachable", error.to_string()))?;
            let mut bytes = BytesMut::new();
            while !head_only && let Some(piece) = answer.body.next().await {
                let piece = piece.map_err(|error| CheckError::new("Unreachable", error.to_string()))?;
                if bytes.len() + piece.len() > LARGEST {
                    return Err(CheckError::new(
                        "TooLarge",
                        format!("the answer has more than {LARGEST} bytes"),
                    ));
                }
                bytes.extend_from_slice(&piece);
            }
            Ok((answer.status, bytes.freeze()))
        };
        let late = |_| CheckError::new("Timeout", format!("no answer within {} ms", timeout.as_millis()));
        tokio::time::timeout(timeout, exchange).await.map_err(late)?
    }
}

/// What is said of the request and the answer, to services that are asked.
pub(super) struct Context<'c> {
    pub(super) scene: &'c super::Scene,
    pub(super) stage: jackfield_router::guard::Stage,
    /// The request's body as it is by now.
    pub(super) request: &'c [u8],
    /// The answer's body, where it is one JSON.
    pub(super) answer: Option<&'c [u8]>,
    pub(super) text: &'c str,
    pub(super) metadata: &'c BTreeMap<String, String>,
}
