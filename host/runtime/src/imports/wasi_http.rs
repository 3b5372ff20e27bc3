//! The second door: `wasi:http@0.2`, for languages whose own `fetch` uses it.
//! It leads into the same egress chain as the contract's `http`, so that there
//! is one policy, whichever way a guest goes out. A guest can't name an auth
//! scheme here; the one of the matching egress entry applies.
//!
//! Against, beside what the chain stops: a guest that has the host keep bodies
//! for it, outside of the memory that it is allowed.

use std::fmt::Display;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::{Either, select};
use http_body_util::{BodyExt, LengthLimitError, Limited, StreamBody};
use wasmtime::component::Linker;
use wasmtime_wasi_http::p2::bindings::http::{outgoing_handler, types};
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttp, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

use crate::bound::Bound;
use crate::egress::error::{EgressError, EgressErrorKind};
use crate::egress::limits::CallBudget;
use crate::egress::refusal::{Refusal, Rule};
use crate::egress::request::GuestRequest;
use crate::state::State;

/// The most bytes of a request's body that a guest writes at once, and that the
/// host keeps for it while nobody takes them.
const WRITTEN_AT_ONCE: usize = 64 << 10;

/// The hook that `wasi:http` calls for each request.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) bound: Arc<Bound>,
    pub(crate) call: Arc<CallBudget>,
    exchanges: Exchanges,
}

/// Counts exchanges, from the request until the body of its answer is dropped:
/// each of them holds a clone.
#[derive(Debug, Clone, Default)]
struct Exchanges(Arc<()>);

impl Door {
    pub(crate) fn new(bound: Arc<Bound>, call: Arc<CallBudget>) -> Self {
        Self { bound, call, exchanges: Exchanges::default() }
    }

    /// Exchanges that the guest still holds.
    pub(crate) fn open(&self) -> usize {
        Arc::strong_count(&self.exchanges.0) - 1
    }

    /// The egress chain counts what it sends; a body that the guest is still
    /// writing hasn't come to it yet.
    fn take_exchange(&self) -> Result<Exchanges, Error> {
        let most = self.bound.egress.limits().connections_per_call;
        if self.open() < most as usize {
            return Ok(self.exchanges.clone());
        }
        let refusal = Refusal {
            rule: Rule::CallBudget,
            what: format!("this call has {most} requests or answers open"),
            allow_with: "to allow more, raise `limits.connections` of the provider in jackfield.toml"
                .to_owned(),
        };
        log(&self.bound, &self.call, &refusal);
        Err(Error::HttpRequestDenied)
    }
}

type Exchange = (http::Response<WasiBody>, Box<dyn Future<Output = Result<(), Error>> + Send>);

impl WasiHttpHooks for Door {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<Exchange, Error>> + Send> {
        let bound = Arc::clone(&self.bound);
        let call = Arc::clone(&self.call);
        let exchange = self.take_exchange();
        Box::new(async move {
            let exchange = exchange?;
            let timeout = options.and_then(|options| options.first_byte_timeout);
            let sending = send(bound.as_ref(), call.as_ref(), request, exchange);
            let response = match timeout {
                None => sending.await?,
                Some(timeout) => {
                    let clock = bound.clock();
                    let at = clock.now().checked_add(timeout).ok_or(Error::ConnectionReadTimeout)?;
                    let sending = std::pin::pin!(sending);
                    match select(sending, clock.sleep_until(at)).await {
                        Either::Left((response, _)) => response?,
                        Either::Right(_) => return Err(Error::ConnectionReadTimeout),
                    }
                }
            };
            let done: Box<dyn Future<Output = Result<(), Error>> + Send> = Box::new(async { Ok(()) });
            Ok((response, done))
        })
    }

    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        WRITTEN_AT_ONCE
    }
}

async fn send(
    bound: &Bound,
    call: &CallBudget,
    request: http::Request<WasiBody>,
    exchange: Exchanges,
) -> Result<http::Response<WasiBody>, Error> {
    let (head, body) = request.into_parts();
    let limit = bound.request_limit();
    let body =
        Limited::new(body, limit).collect().await.map_err(|error| unsent(error, bound, call))?.to_bytes();
    let mut headers = Vec::with_capacity(head.headers.len());
    for (name, value) in &head.headers {
        // wasi:http adds the host header by itself; the chain writes its own.
        if name == http::header::HOST || name == http::header::CONTENT_LENGTH {
            continue;
        }
        let value = std::str::from_utf8(value.as_bytes()).map_err(|_| {
            log(bound, call, &format_args!("the value of header `{name}` isn't UTF-8"));
            Error::HttpRequestDenied
        })?;
        headers.push((name.as_str().to_owned(), value.to_owned()));
    }
    let request = GuestRequest { method: head.method, url: head.uri.to_string(), headers, body, auth: None };
    let answer = bound.egress.send(request, call).await.map_err(|error| {
        log(bound, call, &error);
        code(&error)
    })?;
    let mut response = http::Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    let name = Arc::clone(&bound.name);
    let frames = futures_util::StreamExt::map(answer.body, move |piece| {
        // Held until the body is dropped.
        let _ = &exchange;
        piece.map(http_body::Frame::<Bytes>::data).map_err(|error| {
            tracing::warn!(target: "jackfield::plugin", provider = &*name, %error, "an answer through wasi:http broke");
            code(&error)
        })
    });
    response.body(StreamBody::new(frames).boxed_unsync()).map_err(|_| Error::HttpProtocolError)
}

/// Why the guest's body didn't come to its end.
fn unsent(error: Box<dyn std::error::Error + Send + Sync>, bound: &Bound, call: &CallBudget) -> Error {
    let limit = bound.request_limit() as u64;
    if error.is::<LengthLimitError>() {
        let what = format!(
            "the request's body has more than {limit} bytes; raise `limits.request` of the provider in jackfield.toml, or send less"
        );
        log(bound, call, &what);
        return Error::HttpRequestBodySize(Some(limit));
    }
    log(bound, call, &format_args!("its body broke off: {error}"));
    error.downcast::<Error>().map_or(Error::InternalError(None), |error| *error)
}

/// `wasi:http` has codes, not messages: the message goes to the log.
fn log(bound: &Bound, call: &CallBudget, error: &dyn Display) {
    let error = error.to_string();
    if !call.take_line(&bound.name, error.len()) {
        return;
    }
    tracing::warn!(target: "jackfield::plugin", provider = &*bound.name, %error, "a request through wasi:http failed");
}

/// The code that comes nearest.
fn code(error: &EgressError) -> Error {
    match error.kind {
        EgressErrorKind::Refused => Error::HttpRequestDenied,
        EgressErrorKind::InvalidRequest => Error::HttpRequestUriInvalid,
        EgressErrorKind::Authentication => Error::ConfigurationError,
        EgressErrorKind::Timeout => Error::ConnectionTimeout,
        EgressErrorKind::TooLarge => Error::HttpResponseBodySize(None),
        EgressErrorKind::Internal => Error::InternalError(None),
        EgressErrorKind::Broken | EgressErrorKind::Unreachable if error.sent => Error::HttpResponseIncomplete,
        EgressErrorKind::Broken | EgressErrorKind::Unreachable => Error::DestinationUnavailable,
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.door, table: &mut self.table, ctx: &mut self.wasi_http }
    }
}

pub(super) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let options = types::LinkOptions::default();
    outgoing_handler::add_to_linker::<_, WasiHttp>(linker, <State as WasiHttpView>::http)?;
    types::add_to_linker::<_, WasiHttp>(linker, &options, <State as WasiHttpView>::http)
}
