//! Answers as clients get them: the body, and headers that say where it is from
//! and how it was come by.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use jackfield_router::{Failed, Routed};

use crate::call::{Answer, Reply};
use crate::endpoint::ChatDialect;
use crate::fault;
use crate::wire::body::Body;

/// A whole answer that is JSON.
pub(super) fn json(body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Headers of answers; Portkey's names, so that its clients find what they look
/// for, beside this gateway's own.
fn told(headers: &mut HeaderMap, path: &str, retries: i32, attempts: usize) {
    let mut put = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    put("x-portkey-last-used-option-index", path);
    put("x-portkey-retry-attempt-count", &retries.to_string());
    put("x-portkey-cache-status", "DISABLED");
    put("x-jackfield-target", path);
    put("x-jackfield-attempts", &attempts.to_string());
}

/// What a target answered.
pub(super) fn answered(routed: Routed<Answer>) -> Response<Body> {
    let Routed { answer, path, retries, attempts, hold, .. } = routed;
    let body = match answer.body {
        Reply::Whole(bytes) => bytes.into(),
        Reply::Stream(begin) => begin(hold),
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
    told(headers, &path, retries, attempts.len());
    for (name, value) in [
        ("x-portkey-provider", &*answer.provider),
        ("x-jackfield-provider", &*answer.provider),
        ("x-jackfield-model", answer.model.as_str()),
        ("x-jackfield-mode", if answer.passed { "passthrough" } else { "decoded" }),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
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
    let mut response = fault::response(dialect, &failed.failure);
    let path = failed.leaf.as_ref().map_or("", |leaf| &*leaf.path);
    let headers = response.headers_mut();
    told(headers, path, failed.retries, failed.attempts.len());
    if let Some(provider) = failed.failure.provider.as_deref()
        && let Ok(value) = HeaderValue::from_str(provider)
    {
        headers.insert("x-portkey-provider", value.clone());
        headers.insert("x-jackfield-provider", value);
    }
    response
}
