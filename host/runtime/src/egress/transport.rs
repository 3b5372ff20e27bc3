//! The seam between deciding and sending: what a request is once it may go
//! out, and who sends it.

use std::{error::Error, fmt, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::future::BoxFuture;

use super::resolve::{Dial, DialError};

/// A request as it goes out: checked, authenticated, complete.
pub struct OutgoingRequest {
    /// The method.
    pub method: http::Method,
    /// Where to. May carry a credential.
    pub url: url::Url,
    /// Without `host` and `content-length`, which the transport adds. May
    /// carry a credential.
    pub headers: http::HeaderMap,
    /// All of the body.
    pub body: Bytes,
}

/// Without what may be secret or long.
impl fmt::Debug for OutgoingRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutgoingRequest")
            .field("method", &self.method)
            .field("origin", &self.url.origin().ascii_serialization())
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// An answer whose head has come.
pub struct IncomingResponse {
    /// Its status.
    pub status: http::StatusCode,
    /// Its headers.
    pub headers: http::HeaderMap,
    /// Its body. Dropping it ends the exchange.
    pub body: ResponseBody,
}

impl fmt::Debug for IncomingResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IncomingResponse").field("status", &self.status).finish_non_exhaustive()
    }
}

/// The bytes of a body, as they come in.
pub type ResponseBody = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// What a client is made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientSettings {
    /// The most time for name look-up, TCP and TLS together.
    pub connect_timeout: Duration,
    /// The most bytes of an answer's headers. A client may let through more;
    /// the egress chain checks again.
    pub max_header_bytes: usize,
    /// The most headers of an answer, likewise.
    pub max_headers: usize,
    /// The most exchanges under way at once; more wait for their turn. Over
    /// HTTP/1.1 each has a connection of its own.
    pub max_connections: usize,
}

/// Makes clients. One for the whole host.
pub trait Transport: Send + Sync + fmt::Debug {
    /// A client for one origin and one credential. Doesn't connect yet;
    /// whenever the client does, it asks `dial` for the addresses, and
    /// connects to nothing else.
    ///
    /// # Errors
    /// When the machine has no usable TLS.
    fn connect(&self, dial: Dial, settings: ClientSettings) -> Result<Arc<dyn Client>, TransportError>;
}

/// Sends requests to one origin. Follows no redirects, uses no proxy, keeps no
/// cookies, decodes no content encoding.
pub trait Client: Send + Sync + fmt::Debug {
    /// Sends a request and waits for the head of its answer. Dropping the
    /// future, or the answer's body, ends the exchange.
    ///
    /// # Errors
    /// Any status is an answer; an error is that there was none.
    fn send(&self, request: OutgoingRequest) -> BoxFuture<'_, Result<IncomingResponse, TransportError>>;
}

/// What lies under an error.
pub type Cause = Box<dyn Error + Send + Sync>;

/// Why there is no answer, or no more of it.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// There is no address that may be connected to.
    #[error(transparent)]
    Refused(#[from] DialError),
    /// No connection. Nothing was sent.
    #[error("can't connect to {peer}: {reason}; check that it runs and that this machine may reach it")]
    Unreachable {
        /// Host and port.
        peer: String,
        /// In words.
        reason: String,
        /// What lies under it.
        source: Cause,
    },
    /// A connection, but no TLS. Nothing was sent.
    #[error(
        "no TLS with {peer}: {reason}; check its certificate and this machine's root certificates and clock"
    )]
    Tls {
        /// Host and port.
        peer: String,
        /// In words.
        reason: String,
        /// What lies under it.
        source: Cause,
    },
    /// The head of the answer is larger than allowed.
    #[error(
        "answer headers too large: {peer} sent more than {limit} bytes or too many of them; \
         if that is expected, raise `limits.header` of the provider in jackfield.toml"
    )]
    HeadersTooLarge {
        /// Host and port.
        peer: String,
        /// The most bytes.
        limit: usize,
    },
    /// No connection in time. Nothing was sent.
    #[error("can't connect to {peer} in time; check that this machine may reach it, or raise the timeout")]
    ConnectTimeout {
        /// Host and port.
        peer: String,
    },
    /// The exchange broke after the request had gone out, in part or whole.
    #[error("the exchange with {peer} broke: {reason}")]
    Broken {
        /// Host and port.
        peer: String,
        /// In words.
        reason: String,
        /// What lies under it.
        source: Cause,
    },
    /// The request or the client can't be made; a fault of this host.
    #[error("can't prepare the exchange with {peer}: {reason}")]
    Internal {
        /// Host and port.
        peer: String,
        /// In words.
        reason: String,
    },
}

impl TransportError {
    /// Whether anything of the request may have reached the upstream. When
    /// not, trying again is always safe.
    pub fn sent(&self) -> bool {
        match self {
            Self::HeadersTooLarge { .. } | Self::Broken { .. } => true,
            Self::Refused(_)
            | Self::Unreachable { .. }
            | Self::Tls { .. }
            | Self::ConnectTimeout { .. }
            | Self::Internal { .. } => false,
        }
    }
}
