//! Puts a gateway on a socket.
//!
//! Against clients that cost more than they should: connections are counted and
//! more wait to be accepted, a head must come in time, a client that doesn't take
//! its answer loses it. Told to end, the gateway takes no new requests and lets
//! answers in progress go on for a while.

mod lanes;
mod opening;
mod stalled;
mod tls;

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use crate::gateway::Gateway;
use crate::settings::ServerSettings;
use crate::wire::peer::Peer;
use opening::Opening;
use stalled::Stalling;

pub use lanes::Lanes;
pub use tls::TlsError;

/// Why the gateway can't be put on a socket.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Its certificate can't be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// Finds out whether a gateway with these settings can be put on a socket.
///
/// # Errors
/// The certificate can't be used.
pub fn check(settings: &ServerSettings) -> Result<(), ServeError> {
    settings.tls.as_ref().map(tls::acceptor).transpose()?;
    Ok(())
}

/// Serves until `stop` is done, and then until the answers in progress are
/// through or `timeouts.shutdown` has passed. Dropping the future cuts them off.
///
/// # Errors
/// The certificate can't be used. What happens to single connections is logged.
pub async fn serve(
    gateway: Gateway,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    serve_on(None, gateway, listener, stop).await
}

/// The same, with each connection on one of these lanes from its beginning to
/// its end: a third less work for the processor. Without lanes it is served on
/// the runtime of whoever calls.
///
/// # Errors
/// As [`serve`].
pub async fn serve_on(
    lanes: Option<&Lanes>,
    gateway: Gateway,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let settings = gateway.settings().clone();
    let tls = settings.tls.as_ref().map(tls::acceptor).transpose()?;
    let places = Arc::new(Semaphore::new(settings.connections.min(Semaphore::MAX_PERMITS)));
    let graceful = GracefulShutdown::new();
    // Nothing is ever sent: when the sender is gone, so are the connections.
    let (cut, connected) = watch::channel(());
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(settings.header_timeout)
        .pipeline_flush(true);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(Some(Duration::from_secs(20)));
    let mut stop = std::pin::pin!(stop);
    loop {
        let accept = async {
            // The semaphore is never closed.
            let place = Arc::clone(&places).acquire_owned().await.ok();
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            accepted = accept => accepted,
            () = &mut stop => break,
        };
        // A socket belongs to the runtime that it is first used on.
        let accepted =
            accepted.and_then(|(stream, address)| Ok((stream.into_std()?, Peer::at(address.ip()))));
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, for one: the next try comes when some are back.
                tracing::warn!(%error, "a connection can't be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let watcher = graceful.watcher();
        let mut connected = connected.clone();
        let (gateway, builder, tls) = (gateway.clone(), builder.clone(), tls.clone());
        let (handshake, pause) = (settings.header_timeout, settings.body_timeout);
        let lane = lanes.map_or_else(Handle::current, |lanes| lanes.next().clone());
        lane.spawn(async move {
            let _place = place;
            let Some(stream) = secured(stream, tls, handshake).await else { return };
            let service = service_fn(|mut request: hyper::Request<Incoming>| {
                let gateway = gateway.clone();
                request.extensions_mut().insert(peer);
                async move { Ok::<_, Infallible>(gateway.handle(request).await) }
            });
            let io = TokioIo::new(Stalling::new(Opening::new(stream, handshake), pause));
            let connection = watcher.watch(builder.serve_connection(io, service).into_owned());
            tokio::select! {
                ended = connection => if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended");
                },
                _ = connected.changed() => {}
            }
        });
    }
    drop((listener, connected));
    gateway.leave();
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(settings.shutdown_timeout) => {
            tracing::warn!("answers in progress were cut off, {:?} after the end", settings.shutdown_timeout);
        }
    }
    drop(cut);
    Ok(())
}

/// A connection, encrypted or not.
trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Socket for S {}

async fn secured(
    stream: std::net::TcpStream,
    tls: Option<TlsAcceptor>,
    patience: Duration,
) -> Option<Box<dyn Socket>> {
    // Each piece of a stream goes out at once.
    let stream = stream.set_nodelay(true).and_then(|()| TcpStream::from_std(stream));
    let stream = match stream {
        Ok(stream) => stream,
        Err(error) => {
            tracing::debug!(%error, "a connection ended at once");
            return None;
        }
    };
    let Some(tls) = tls else { return Some(Box::new(stream)) };
    match tokio::time::timeout(patience, tls.accept(stream)).await {
        Ok(Ok(stream)) => Some(Box::new(stream)),
        Ok(Err(error)) => {
            tracing::debug!(%error, "no TLS with a client");
            None
        }
        Err(_) => {
            tracing::debug!("no TLS with a client in time");
            None
        }
    }
}
