//! Answers as clients get them: the body, and headers that say where it is from
//! and how it was come by.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use jackfield_router::cache::Status;
use jackfield_router::{Failed, Routed};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::call::delivery::Delivery;
use crate::call::meter::Bill;
use crate::call::{Answer, Reply};
use crate::endpoint::ChatDialect;
use crate::fault;
use crate::own;
use crate::wire::body::Body;

/// A whole answer that is JSON.
pub(super) fn json(body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// What isn't sent as it is in headers; `%` neither, so that it can be undone.
const HIDDEN: &AsciiSet = &CONTROLS.add(b'%');

/// A name as a header's value, whatever is in it. Names of models are the
/// client's own words.
fn visible(name: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(&Cow::from(utf8_percent_encode(name, HIDDEN))).ok()
}

/// Headers of answers; Portkey's names, so that its clients find what they look
/// for, beside this gateway's own.
fn told(headers: &mut HeaderMap, path: &str, retries: i32, attempts: usize, cache: Status) {
    let mut put = |name: &'static str, value: &str| {
        if let Some(value) = visible(value) {
            headers.insert(name, value);
        }
    };
    put("x-portkey-last-used-option-index", path);
    put("x-portkey-retry-attempt-count", &retries.to_string());
    put("x-portkey-cache-status", cache.name());
    put("x-jackfield-cache-status", cache.name());
    put("x-jackfield-target", path);
    put("x-jackfield-attempts", &attempts.to_string());
}

/// What a whole answer came to. Of a stream nobody knows it before its end; it
/// is in the log, the metrics and the stream's own usage.
fn billed(headers: &mut HeaderMap, bill: &Bill) {
    let mut put = |name: &'static str, value: Option<String>| {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            headers.insert(name, value);
        }
    };
    put("x-jackfield-input-tokens", bill.input_tokens.map(|tokens| tokens.to_string()));
    put("x-jackfield-output-tokens", bill.output_tokens.map(|tokens| tokens.to_string()));
    put("x-jackfield-cost", bill.cost.map(|cost| cost.to_string()));
}

/// What a target answered.
pub(super) fn answered(routed: Routed<Answer>) -> Response<Body> {
    let Routed { answer, path, retries, attempts, hold, .. } = routed;
    let body = match answer.body {
        Reply::Whole(bytes) => bytes.into(),
        Reply::Stream(begin) => begin(Delivery::new(hold, answer.account)),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.append(name, value);
        }
    }
    headers.insert(header::CONTENT_TYPE, answer.content_type);
    told(headers, &path, retries, attempts.len(), answer.cache);
    if let Some(bill) = answer.bill {
        billed(headers, &bill);
    }
    for (name, value) in [
        ("x-portkey-provider", &*answer.provider),
        ("x-jackfield-provider", &*answer.provider),
        ("x-jackfield-model", &*answer.model),
        ("x-jackfield-mode", if answer.passed { "passthrough" } else { "decoded" }),
    ] {
        if let Some(value) = visible(value) {
            headers.insert(name, value);
        }
    }
    // Nothing is left out in silence.
    for warning in &answer.warnings {
        tracing::info!(provider = &*answer.provider, "{warning}");
        let visible: String = warning.chars().filter(|c| matches!(c, ' '..='~')).collect();
        if let Ok(value) = HeaderValue::try_from(visible) {
            headers.append("x-jackfield-warning", value);
        }
    }
    response
}

/// What is said when no target answered.
pub(super) fn refused(dialect: ChatDialect, failed: &Failed) -> Response<Body> {
    let mut response = fault::response(dialect, &own::told(failed));
    let path = failed.leaf.as_ref().map_or("", |leaf| &*leaf.path);
    let headers = response.headers_mut();
    told(headers, path, failed.retries, failed.attempts.len(), Status::Disabled);
    if let Some(provider) = failed.failure.provider.as_deref()
        && let Some(value) = visible(provider)
    {
        headers.insert("x-portkey-provider", value.clone());
        headers.insert("x-jackfield-provider", value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_can_be_told_in_a_header() {
        for (name, told) in [
            ("meta-llama/Llama-3 8B", "meta-llama/Llama-3 8B"),
            ("g\u{e4}nse", "g%C3%A4nse"),
            ("a\r\nx: y\u{7f}", "a%0D%0Ax: y%7F"),
            ("100%", "100%25"),
        ] {
            assert_eq!(visible(name).unwrap(), told);
        }
    }
}
