//! The second door: `wasi:http@0.2`, for languages whose own `fetch` uses it.
//! It leads into the same egress chain as the contract's `http`, so that there
//! is one policy, whichever way a guest goes out. A guest can't name an auth
//! scheme here; the one of the matching egress entry applies.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::{Either, select};
use http_body_util::{BodyExt, Limited, StreamBody};
use wasmtime::component::Linker;
use wasmtime_wasi_http::p2::bindings::http::{outgoing_handler, types};
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttp, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

use crate::bound::Bound;
use crate::egress::request::GuestRequest;
use crate::egress::error::{EgressError, EgressErrorKind};
use crate::egress::limits::CallBudget;
use crate::state::State;

/// The hook that `wasi:http` calls for each request.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) bound: Arc<Bound>,
    pub(crate) call: Arc<CallBudget>,
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
        Box::new(async move {
            let timeout = options.and_then(|options| options.first_byte_timeout);
            let sending = send(bound.as_ref(), call.as_ref(), request);
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
}

async fn send(
    bound: &Bound,
    call: &CallBudget,
    request: http::Request<WasiBody>,
) -> Result<http::Response<WasiBody>, Error> {
    let (head, body) = request.into_parts();
    let limit = bound.request_limit();
    let body = Limited::new(body, limit)
        .collect()
        .await
        .map_err(|_| Error::HttpRequestBodySize(Some(limit as u64)))?
        .to_bytes();
    let mut headers = Vec::with_capacity(head.headers.len());
    for (name, value) in &head.headers {
        // wasi:http adds the host header by itself; the chain writes its own.
        if name == http::header::HOST || name == http::header::CONTENT_LENGTH {
            continue;
        }
        let value = value.to_str().map_err(|_| Error::HttpRequestDenied)?;
        headers.push((name.as_str().to_owned(), value.to_owned()));
    }
    let request = GuestRequest {
        method: head.method,
        url: head.uri.to_string(),
        headers,
        body,
        auth: None,
    };
    let answer = bound.egress.send(request, call).await.map_err(|error| refusal(&error, bound))?;
    let mut response = http::Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    let name = Arc::clone(&bound.name);
    let frames = futures_util::StreamExt::map(answer.body, move |piece| match piece {
        Ok(bytes) => Ok(http_body::Frame::<Bytes>::data(bytes)),
        Err(error) => {
            tracing::warn!(target: "jackfield::plugin", provider = &*name, %error, "an answer through wasi:http broke");
            Err(Error::HttpResponseIncomplete)
        }
    });
    response
        .body(StreamBody::new(frames).boxed_unsync())
        .map_err(|_| Error::HttpProtocolError)
}

/// `wasi:http` has codes, not messages: the message goes to the log.
fn refusal(error: &EgressError, bound: &Bound) -> Error {
    tracing::warn!(target: "jackfield::plugin", provider = &*bound.name, %error, "a request through wasi:http failed");
    if error.kind == EgressErrorKind::Refused {
        Error::HttpRequestDenied
    } else if error.sent {
        Error::HttpResponseIncomplete
    } else {
        Error::DestinationUnavailable
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            hooks: &mut self.door,
            table: &mut self.table,
            ctx: &mut self.wasi_http,
        }
    }
}

pub(super) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let options = types::LinkOptions::default();
    outgoing_handler::add_to_linker::<_, WasiHttp>(linker, <State as WasiHttpView>::http)?;
    types::add_to_linker::<_, WasiHttp>(linker, &options, <State as WasiHttpView>::http)
}
