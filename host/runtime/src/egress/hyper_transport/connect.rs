//! Opens connections, to where a [`Dial`] says, in time.

use std::{
    error::Error,
    fmt,
    net::SocketAddr,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::future::BoxFuture;
use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::{
    client::legacy::connect::{HttpConnector, dns::Name},
    rt::TokioIo,
};
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tower_service::Service;

use crate::egress::resolve::{Dial, DialError};

/// How long a connection is silent before the other side is asked whether it
/// is still there, how long between questions, and how many stay unanswered.
/// Networks forget a connection that is silent for minutes, and models think
/// for minutes.
const KEEPALIVE: (Duration, Duration, u32) = (Duration::from_secs(15), Duration::from_secs(15), 3);

/// How long what was sent may stay unacknowledged.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

/// Name look-up, TCP and TLS together within a limit.
#[derive(Clone)]
pub(super) struct Connector {
    inner: HttpsConnector<HttpConnector<Vetted>>,
    limit: Duration,
}

impl Connector {
    pub(super) fn new(dial: Dial, tls: Arc<ClientConfig>, limit: Duration) -> Self {
        let mut http = HttpConnector::new_with_resolver(Vetted(dial));
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(limit));
        http.set_keepalive(Some(KEEPALIVE.0));
        http.set_keepalive_interval(Some(KEEPALIVE.1));
        http.set_keepalive_retries(Some(KEEPALIVE.2));
        #[cfg(target_os = "linux")]
        http.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
        Self { inner: HttpsConnector::from((http, tls)), limit }
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = Box<dyn Error + Send + Sync>;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connection = tokio::time::timeout(self.limit, self.inner.call(uri));
        Box::pin(async move { connection.await.unwrap_or_else(|_| Err(TookTooLong.into())) })
    }
}

/// There was no connection within the limit.
#[derive(Debug)]
pub(super) struct TookTooLong;

impl fmt::Display for TookTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no connection in time")
    }
}

impl Error for TookTooLong {}

/// A [`Dial`] in the place of the system's resolver. Its origin is fixed, so
/// the name that is asked for doesn't matter.
#[derive(Clone)]
pub(super) struct Vetted(Dial);

impl Service<Name> for Vetted {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = DialError;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Name) -> Self::Future {
        let dial = self.0.clone();
        Box::pin(async move { Ok(dial.addresses().await?.into_iter()) })
    }
}
