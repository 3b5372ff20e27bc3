//! Requests by `wasi:http`, and reports of what became of them: either
//! `{"status", "headers", "body"}` or `{"error", "step"}`, the error as
//! `wasi:http` spells it and the step at which it came.

use std::fmt::Debug;
use std::io::Write;

use serde_json::{Value, json};
use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{
    Fields, FutureIncomingResponse, IncomingBody, IncomingResponse, Method, OutgoingBody, OutgoingRequest,
    RequestOptions, Scheme, http_error_code,
};
use wasip2::io::streams::StreamError;

use crate::order::{self, Body, Order, Read, Target};

/// Bytes that are written and read at once.
const CHUNK: usize = 64 << 10;

pub(crate) fn all(order: &Order) -> Value {
    (0..order.times).map(|_| one(order).unwrap_or_else(|failure| failure)).collect()
}

fn one(order: &Order) -> Result<Value, Value> {
    let request = request(order)?;
    let body = request.body().map_err(|()| failed("request", "it has no body"))?;
    let future = handle(request, options(order)?).map_err(|code| failed("handle", code))?;
    // The host takes the body while it is written, so `handle` comes first.
    let written = write(body, &order.body);
    if order.read == Read::LeakUnanswered {
        std::mem::forget(future);
        return Ok(json!({ "leaked": true }));
    }
    let response = wait(&future)?;
    // A host that has stopped taking the body says why in its answer.
    written?;
    let status = response.status();
    let headers: Vec<(String, String)> = response
        .headers()
        .entries()
        .into_iter()
        .map(|(name, value)| (name, String::from_utf8_lossy(&value).into_owned()))
        .collect();
    let body = response.consume().map_err(|()| failed("body", "it is taken"))?;
    if order.read == Read::Leak {
        std::mem::forget((body, response));
        return Ok(json!({ "status": status, "leaked": true }));
    }
    let body = read(&body)?;
    Ok(json!({ "status": status, "headers": headers, "body": body }))
}

/// A request that is ready but for its body.
pub(crate) fn request(order: &Order) -> Result<OutgoingRequest, Value> {
    let headers = Fields::new();
    for (name, value) in &order.headers {
        headers.append(name, value.as_bytes()).map_err(|error| failed("header", error))?;
    }
    let request = OutgoingRequest::new(headers);
    let method = match order.method {
        order::Method::Get => Method::Get,
        order::Method::Post => Method::Post,
        order::Method::Delete => Method::Delete,
        order::Method::Connect => Method::Connect,
    };
    request.set_method(&method).map_err(|()| failed("method", "refused"))?;
    let target = Target::of(&order.url);
    let scheme = target.scheme.map(|scheme| match scheme {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        other => Scheme::Other(other.to_owned()),
    });
    request.set_scheme(scheme.as_ref()).map_err(|()| failed("scheme", "refused"))?;
    request.set_authority(Some(target.authority)).map_err(|()| failed("authority", "refused"))?;
    request.set_path_with_query(target.path).map_err(|()| failed("path", "refused"))?;
    Ok(request)
}

fn options(order: &Order) -> Result<Option<RequestOptions>, Value> {
    let Some(milliseconds) = order.first_byte_ms else { return Ok(None) };
    let options = RequestOptions::new();
    options
        .set_first_byte_timeout(Some(milliseconds.saturating_mul(1_000_000)))
        .map_err(|()| failed("options", "refused"))?;
    Ok(Some(options))
}

fn write(body: OutgoingBody, what: &Body) -> Result<(), Value> {
    {
        let mut out = body.write().map_err(|()| failed("write", "the body is taken"))?;
        match what {
            Body::Empty => {}
            Body::Text(text) => out.write_all(text.as_bytes()).map_err(|error| failed("write", error))?,
            Body::Endless => loop {
                out.write_all(&[b'x'; CHUNK]).map_err(|error| failed("write", error))?;
            },
        }
    }
    OutgoingBody::finish(body, None).map_err(|code| failed("finish", code))
}

fn wait(future: &FutureIncomingResponse) -> Result<IncomingResponse, Value> {
    future.subscribe().block();
    match future.get() {
        Some(Ok(Ok(response))) => Ok(response),
        Some(Ok(Err(code))) => Err(failed("response", code)),
        Some(Err(())) | None => Err(failed("response", "there is none")),
    }
}

fn read(body: &IncomingBody) -> Result<String, Value> {
    let stream = body.stream().map_err(|()| failed("read", "the body is taken"))?;
    let mut bytes = Vec::new();
    loop {
        match stream.blocking_read(CHUNK as u64) {
            Ok(piece) => bytes.extend(piece),
            Err(StreamError::Closed) => return Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(StreamError::LastOperationFailed(error)) => {
                return Err(match http_error_code(&error) {
                    Some(code) => failed("read", code),
                    None => failed("read", error.to_debug_string()),
                });
            }
        }
    }
}

pub(crate) fn failed(step: &str, error: impl Debug) -> Value {
    json!({ "error": format!("{error:?}"), "step": step })
}
