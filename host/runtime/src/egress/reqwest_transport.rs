//! Sends with reqwest.
//!
//! Against a client that is more helpful than the policy: each of redirects,
//! proxies from the environment, cookies, the system's own name look-up and
//! automatic decompression would send or fetch something that nobody checked
//! (decompression also turns a small answer into a large one). All are off,
//! and every connection goes to an address that its [`Dial`] has vetted.

use std::{
    error::Error,
    fmt, io,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::future::BoxFuture;
use http::{HeaderValue, Method, header::CONTENT_LENGTH};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::ClientConfig;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::lane;

use super::{
    resolve::{Dial, DialError},
    tls::Tls,
    transport::{
        Client, ClientSettings, IncomingResponse, OutgoingRequest, ResponseBody, Transport, TransportError,
    },
};

/// Makes one `reqwest::Client`, with its own connections, for each [`Dial`].
#[derive(Debug, Default)]
pub struct ReqwestTransport {
    tls: Tls,
}

impl ReqwestTransport {
    /// Trusts what the machine trusts. Reads its root certificates when the
    /// first client is made.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts the certificates of this PEM text as well: a company's own
    /// authority.
    ///
    /// # Errors
    /// When the text has no certificates in it.
    pub fn with_roots(mut self, pem: &[u8]) -> Result<Self, TransportError> {
        match self.tls.trust(pem) {
            Ok(()) => Ok(self),
            Err(reason) => Err(TransportError::Internal { peer: "any host".to_owned(), reason }),
        }
    }
}

impl Transport for ReqwestTransport {
    fn connect(&self, dial: Dial, settings: ClientSettings) -> Result<Arc<dyn Client>, TransportError> {
        let peer: Arc<str> = format!("{}:{}", dial.origin().host(), dial.origin().port()).into();
        let internal = |reason| TransportError::Internal { peer: peer.to_string(), reason };
        let tls = self.tls.config().map_err(internal)?;
        let turns = Arc::new(Semaphore::new(settings.max_connections.min(Semaphore::MAX_PERMITS)));
        let lanes = std::array::from_fn(|_| OnceLock::new());
        let client = ReqwestClient { lanes, tls, dial, peer, turns, settings };
        // What can't be set up is to be known now.
        client.lane()?;
        Ok(Arc::new(client))
    }
}

impl ReqwestClient {
    /// This thread's client: one for each lane.
    fn lane(&self) -> Result<&reqwest::Client, TransportError> {
        let lane = &self.lanes[lane::current()];
        if let Some(client) = lane.get() {
            return Ok(client);
        }
        let client = self.open()?;
        Ok(lane.get_or_init(|| client))
    }

    fn open(&self) -> Result<reqwest::Client, TransportError> {
        let settings = self.settings;
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .tcp_nodelay(true)
            .connect_timeout(settings.connect_timeout)
            .pool_max_idle_per_host(settings.max_connections)
            .http1_max_headers(settings.max_headers)
            .http2_max_header_list_size(u32::try_from(settings.max_header_bytes).unwrap_or(u32::MAX))
            .http2_adaptive_window(true)
            .dns_resolver(Vetted(self.dial.clone()));
        builder.build().map_err(|error| TransportError::Internal {
            peer: self.peer.to_string(),
            reason: innermost(&error.without_url()).to_string(),
        })
    }
}

/// A [`Dial`] in the place of the system's resolver. Its origin is fixed, so
/// the name that reqwest asks for doesn't matter.
struct Vetted(Dial);

impl Resolve for Vetted {
    fn resolve(&self, _: Name) -> Resolving {
        let dial = self.0.clone();
        Box::pin(async move { Ok(Box::new(dial.addresses().await?.into_iter()) as Addrs) })
    }
}

struct ReqwestClient {
    lanes: [OnceLock<reqwest::Client>; lane::MOST],
    tls: ClientConfig,
    dial: Dial,
    peer: Arc<str>,
    turns: Arc<Semaphore>,
    settings: ClientSettings,
}

impl fmt::Debug for ReqwestClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestClient").field("peer", &self.peer).finish_non_exhaustive()
    }
}

impl Client for ReqwestClient {
    fn send(&self, request: OutgoingRequest) -> BoxFuture<'_, Result<IncomingResponse, TransportError>> {
        Box::pin(async move {
            // The semaphore is never closed.
            let turn = Arc::clone(&self.turns).acquire_owned().await.ok();
            let mut outgoing = reqwest::Request::new(request.method, request.url);
            *outgoing.headers_mut() = request.headers;
            // hyper leaves the length of an empty body out; servers answer 411 to that.
            if request.body.is_empty()
                && matches!(*outgoing.method(), Method::POST | Method::PUT | Method::PATCH)
            {
                outgoing.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
            }
            *outgoing.body_mut() = Some(request.body.into());
            let limit = self.settings.max_header_bytes;
            let mut answer =
                self.lane()?.execute(outgoing).await.map_err(|error| failed(error, &self.peer, limit))?;
            let status = answer.status();
            let headers = std::mem::take(answer.headers_mut());
            let body: ResponseBody = Box::pin(Body {
                bytes: Box::pin(answer.bytes_stream()),
                peer: Arc::clone(&self.peer),
                _turn: turn,
            });
            Ok(IncomingResponse { status, headers, body })
        })
    }
}

/// Keeps the exchange's turn until the body is dropped.
struct Body<S> {
    bytes: Pin<Box<S>>,
    peer: Arc<str>,
    _turn: Option<OwnedSemaphorePermit>,
}

impl<S: Stream<Item = Result<Bytes, reqwest::Error>>> Stream for Body<S> {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.bytes.as_mut().poll_next(cx);
        next.map(|item| item.map(|chunk| chunk.map_err(|error| broken(error, &self.peer))))
    }
}

/// Says what went wrong before an answer's head was there.
fn failed(error: reqwest::Error, peer: &str, limit: usize) -> TransportError {
    // A URL may carry a credential.
    let error = error.without_url();
    let peer = peer.to_owned();
    if let Some(dial) = causes(&error).find_map(|cause| cause.downcast_ref::<DialError>()) {
        return TransportError::Refused(dial.clone());
    }
    let reason = innermost(&error).to_string();
    if error.is_builder() {
        return TransportError::Internal { peer, reason };
    }
    if error.is_connect() {
        return match io_kind(&error) {
            _ if error.is_timeout() => TransportError::ConnectTimeout { peer },
            // rustls reports through these two; sockets don't while they connect.
            Some(io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) => {
                TransportError::Tls { peer, reason, source: error.into() }
            }
            _ => TransportError::Unreachable { peer, reason: without_number(&reason), source: error.into() },
        };
    }
    // hyper's types aren't public here; its text for a head beyond its buffer or count is.
    if causes(&error).any(|cause| cause.to_string().contains("message head is too large")) {
        return TransportError::HeadersTooLarge { peer, limit };
    }
    TransportError::Broken { peer, reason: without_number(&reason), source: error.into() }
}

fn broken(error: reqwest::Error, peer: &str) -> TransportError {
    let error = error.without_url();
    let reason = without_number(&innermost(&error).to_string());
    TransportError::Broken { peer: peer.to_owned(), reason, source: error.into() }
}

fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'e (dyn Error + 'static)| (*error).source())
}

/// An `io::Error` hides another one that it wraps from `source`.
fn io_kind(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    let outer = causes(error).find_map(|cause| cause.downcast_ref::<io::Error>())?;
    let mut error = outer;
    while let Some(wrapped) = error.get_ref().and_then(|inner| inner.downcast_ref::<io::Error>()) {
        error = wrapped;
    }
    Some(error.kind())
}

fn innermost<'e>(error: &'e (dyn Error + 'static)) -> &'e (dyn Error + 'static) {
    causes(error).last().unwrap_or(error)
}

/// `Connection refused (os error 111)` is for programmers.
fn without_number(reason: &str) -> String {
    let bare = reason.split(" (os error").next().unwrap_or(reason);
    let mut chars = bare.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => "no reason given".to_owned(),
    }
}

#[cfg(test)]
mod tests;
