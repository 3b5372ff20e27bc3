//! Sends with hyper's pooling client.
//!
//! It does what it is told and no more: no redirects, proxies from the
//! environment, cookies or decompression, each of which would send or fetch
//! something that nobody checked (decompression also turns a small answer into
//! a large one). Every connection goes to an address that its [`Dial`] has
//! vetted.
//!
//! A client with such comforts, reqwest, was here before. With all of them off
//! it still parses each URL twice more and copies the headers twice, a tenth of
//! what a chat through the gateway costs.

use std::{
    error::Error,
    fmt, io,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::future::BoxFuture;
use http::{
    HeaderMap, HeaderValue, Method, Request, Response, Uri,
    header::{ACCEPT, CONTENT_LENGTH},
};
use http_body::Body as _;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::{
    client::legacy,
    rt::{TokioExecutor, TokioTimer},
};
use rustls::ClientConfig;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::lane;

use self::connect::{Connector, TookTooLong};
use super::{
    resolve::{Dial, DialError},
    tls::Tls,
    transport::{
        Client, ClientSettings, IncomingResponse, OutgoingRequest, ResponseBody, Transport, TransportError,
    },
};

mod connect;

/// How often a request is sent that a server says it hasn't looked at.
const MOST_TRIES: usize = 3;

type Pool = legacy::Client<Connector, Full<Bytes>>;

/// Makes a client, with its own connections, for each [`Dial`].
#[derive(Debug, Default)]
pub struct HyperTransport {
    tls: Tls,
}

impl HyperTransport {
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

impl Transport for HyperTransport {
    fn connect(&self, dial: Dial, settings: ClientSettings) -> Result<Arc<dyn Client>, TransportError> {
        let peer: Arc<str> = format!("{}:{}", dial.origin().host(), dial.origin().port()).into();
        let internal = |reason| TransportError::Internal { peer: peer.to_string(), reason };
        let tls = self.tls.config().map_err(internal)?;
        let turns = Arc::new(Semaphore::new(settings.max_connections.min(Semaphore::MAX_PERMITS)));
        let lanes = std::array::from_fn(|_| OnceLock::new());
        Ok(Arc::new(HyperClient { lanes, tls: Arc::new(tls), dial, peer, turns, settings }))
    }
}

struct HyperClient {
    lanes: [OnceLock<Pool>; lane::MOST],
    tls: Arc<ClientConfig>,
    dial: Dial,
    peer: Arc<str>,
    turns: Arc<Semaphore>,
    settings: ClientSettings,
}

impl HyperClient {
    /// This thread's connections.
    fn pool(&self) -> &Pool {
        self.lanes[lane::current()].get_or_init(|| {
            let settings = &self.settings;
            legacy::Client::builder(TokioExecutor::new())
                .timer(TokioTimer::new())
                .pool_timer(TokioTimer::new())
                .pool_max_idle_per_host(settings.max_connections)
                .http1_max_headers(settings.max_headers)
                .http2_max_header_list_size(u32::try_from(settings.max_header_bytes).unwrap_or(u32::MAX))
                .http2_adaptive_window(true)
                .build(Connector::new(self.dial.clone(), Arc::clone(&self.tls), settings.connect_timeout))
        })
    }

    /// The answer's head. A request that the server says it hasn't looked at
    /// goes out again; HTTP/1.1 has no word for that.
    async fn exchange(&self, head: Head, body: Bytes) -> Result<Response<Incoming>, TransportError> {
        let limit = self.settings.max_header_bytes;
        let spare = (head.uri.scheme_str() == Some("https")).then(|| head.clone());
        let mut sent = self.pool().request(head.with(body.clone())).await;
        for _ in 1..MOST_TRIES {
            match (&sent, &spare) {
                (Err(error), Some(spare)) if unseen(error) => {
                    sent = self.pool().request(spare.clone().with(body.clone())).await;
                }
                _ => break,
            }
        }
        sent.map_err(|error| failed(error, &self.peer, limit))
    }
}

impl fmt::Debug for HyperClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperClient").field("peer", &self.peer).finish_non_exhaustive()
    }
}

impl Client for HyperClient {
    fn send(&self, request: OutgoingRequest) -> BoxFuture<'_, Result<IncomingResponse, TransportError>> {
        Box::pin(async move {
            // The semaphore is never closed.
            let turn = Arc::clone(&self.turns).acquire_owned().await.ok();
            let head = Head::of(request.method, request.url, request.headers, request.body.is_empty());
            let head = head.map_err(|error| TransportError::Internal {
                peer: self.peer.to_string(),
                reason: error.to_string(),
            })?;
            let (head, body) = self.exchange(head, request.body).await?.into_parts();
            let body: ResponseBody = Box::pin(Body { body, peer: Arc::clone(&self.peer), _turn: turn });
            Ok(IncomingResponse { status: head.status, headers: head.headers, body })
        })
    }
}

/// A request but for its body.
#[derive(Clone)]
struct Head {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

impl Head {
    fn of(
        method: Method,
        url: url::Url,
        mut headers: HeaderMap,
        empty: bool,
    ) -> Result<Self, http::uri::InvalidUri> {
        let uri = Uri::from_maybe_shared(Bytes::from(String::from(url)))?;
        // hyper leaves the length of an empty body out; servers answer 411 to that.
        if empty && matches!(method, Method::POST | Method::PUT | Method::PATCH) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        Ok(Self { method, uri, headers })
    }

    fn with(self, body: Bytes) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(body));
        (*request.method_mut(), *request.uri_mut(), *request.headers_mut()) =
            (self.method, self.uri, self.headers);
        request
    }
}

/// Keeps the exchange's turn until the body is dropped.
struct Body {
    body: Incoming,
    peer: Arc<str>,
    _turn: Option<OwnedSemaphorePermit>,
}

impl Stream for Body {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            return Poll::Ready(match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                None => None,
                Some(Err(error)) => Some(Err(broken(error.into(), &self.peer))),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => Some(Ok(data)),
                    // Trailers, which no provider uses.
                    Err(_) => continue,
                },
            });
        }
    }
}

/// Whether the server says that it has done nothing with the request: it is
/// about to go, or [refused the stream][].
///
/// [refused the stream]: https://www.rfc-editor.org/rfc/rfc9113.html#section-8.7
fn unseen(error: &legacy::Error) -> bool {
    let Some(error) = causes(error).find_map(|cause| cause.downcast_ref::<h2::Error>()) else {
        return false;
    };
    let reason = error.reason();
    error.is_remote()
        && (error.is_go_away() && reason == Some(h2::Reason::NO_ERROR)
            || error.is_reset() && reason == Some(h2::Reason::REFUSED_STREAM))
}

/// Says what went wrong before an answer's head was there.
fn failed(error: legacy::Error, peer: &str, limit: usize) -> TransportError {
    let peer = peer.to_owned();
    if let Some(dial) = causes(&error).find_map(|cause| cause.downcast_ref::<DialError>()) {
        return TransportError::Refused(dial.clone());
    }
    if error.is_connect() {
        let reason = innermost(&error).to_string();
        return match io_kind(&error) {
            Some(io::ErrorKind::TimedOut) => TransportError::ConnectTimeout { peer },
            _ if causes(&error).any(<dyn Error>::is::<TookTooLong>) => {
                TransportError::ConnectTimeout { peer }
            }
            // rustls reports through these two; sockets don't while they connect.
            Some(io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) => {
                TransportError::Tls { peer, reason, source: error.into() }
            }
            _ => TransportError::Unreachable { peer, reason: without_number(&reason), source: error.into() },
        };
    }
    let hyper = causes(&error).find_map(|cause| cause.downcast_ref::<hyper::Error>());
    if hyper.is_some_and(hyper::Error::is_parse_too_large) {
        return TransportError::HeadersTooLarge { peer, limit };
    }
    broken(error.into(), &peer)
}

fn broken(error: Box<dyn Error + Send + Sync>, peer: &str) -> TransportError {
    let reason = without_number(&innermost(error.as_ref()).to_string());
    TransportError::Broken { peer: peer.to_owned(), reason, source: error }
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
#[cfg(test)]
mod unseen_tests;
