//! A transport that answers each request with a recorded answer and keeps what
//! was asked. Everything before it is the real egress chain.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use jackfield_runtime::egress::resolve::{Dial, ResolveError, Resolver};
use jackfield_runtime::egress::transport::{
    Client, ClientSettings, IncomingResponse, OutgoingRequest, Transport, TransportError,
};

use super::{Exchange, Split};

/// The transport. One answer is laid in at a time.
#[derive(Debug, Clone, Default)]
pub struct Tape {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    laid_in: Option<Answer>,
    asked: Vec<Asked>,
}

#[derive(Debug)]
struct Answer {
    status: http::StatusCode,
    headers: http::HeaderMap,
    pieces: Vec<Bytes>,
    pauses: bool,
}

/// A request as it would have gone out.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The method.
    pub method: http::Method,
    /// Where to.
    pub url: url::Url,
    /// Its headers, with the credential.
    pub headers: http::HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Tape {
    /// The next request gets this answer, its body in these pieces.
    pub fn lay_in(&self, exchange: &Exchange, split: Split) {
        let headers = exchange.headers.iter().map(|(name, value)| {
            let name: http::HeaderName = name.parse().expect("a header's name");
            (name, value.parse().expect("a header's value"))
        });
        let answer = Answer {
            status: exchange.status.try_into().expect("a status"),
            headers: headers.collect(),
            pieces: split.pieces(exchange.body.clone()),
            pauses: split.pauses(),
        };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.laid_in = Some(answer);
        state.asked.clear();
    }

    /// The one request since the answer was laid in; an error if there was none
    /// or more than one.
    pub fn asked(&self) -> Result<Asked, String> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.asked.as_slice() {
            [asked] => Ok(asked.clone()),
            several => Err(format!("the plugin made {} requests instead of one", several.len())),
        }
    }
}

impl Transport for Tape {
    fn connect(&self, dial: Dial, _: ClientSettings) -> Result<Arc<dyn Client>, TransportError> {
        Ok(Arc::new(Player { tape: self.clone(), dial }))
    }
}

/// All names lead to one public address.
impl Resolver for Tape {
    fn resolve<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>> {
        Box::pin(async { Ok(vec![IpAddr::V4(Ipv4Addr::new(1, 1, 1, 1))]) })
    }
}

#[derive(Debug)]
struct Player {
    tape: Tape,
    dial: Dial,
}

impl Player {
    fn play(&self, request: OutgoingRequest) -> Result<IncomingResponse, TransportError> {
        let mut state = self.tape.state.lock().unwrap_or_else(PoisonError::into_inner);
        let OutgoingRequest { method, url, headers, body } = request;
        state.asked.push(Asked { method, url, headers, body });
        let answer = state.laid_in.take().ok_or_else(|| TransportError::Internal {
            peer: self.dial.origin().to_string(),
            reason: "no answer is laid in".to_owned(),
        })?;
        let pauses = answer.pauses;
        let body = futures_util::stream::iter(answer.pieces).then(move |piece| async move {
            if pauses {
                tokio::task::yield_now().await;
            }
            Ok(piece)
        });
        Ok(IncomingResponse { status: answer.status, headers: answer.headers, body: Box::pin(body) })
    }
}

impl Client for Player {
    fn send(&self, request: OutgoingRequest) -> BoxFuture<'_, Result<IncomingResponse, TransportError>> {
        Box::pin(async move {
            self.dial.addresses().await?;
            self.play(request)
        })
    }
}
