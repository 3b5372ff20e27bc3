//! Heads of answers.

use std::time::Duration;

use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use hyper::{HeaderMap, Response, StatusCode};

use super::super::error::Dialect;
use super::super::play::Playing;

/// Bytes of the header that is too big.
const BIG: usize = 256 << 10;

/// A head in the making.
pub(super) struct Head {
    status: StatusCode,
    headers: HeaderMap,
}

impl Head {
    pub(super) fn new(status: u16, content_type: &'static str) -> Self {
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self { status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), headers }
    }

    /// The number that the request has, and how many more there may be.
    pub(super) fn request_id(mut self, dialect: Dialect, number: u64) -> Self {
        let (id, remaining) = match dialect {
            Dialect::OpenAi => ("x-request-id", "x-ratelimit-remaining-requests"),
            Dialect::Anthropic => ("request-id", "anthropic-ratelimit-requests-remaining"),
        };
        self.set(id, &format!("req_{number}"));
        self.headers.insert(HeaderName::from_static(remaining), HeaderValue::from_static("9999"));
        self
    }

    pub(super) fn retry_after(mut self, wait: Duration) -> Self {
        self.headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs_f64().ceil() as u64));
        if wait.subsec_millis() != 0 {
            self.set("retry-after-ms", &wait.as_millis().to_string());
        }
        self
    }

    pub(super) fn location(mut self, url: &str) -> Self {
        if let Ok(url) = HeaderValue::from_str(url) {
            self.headers.insert(LOCATION, url);
        }
        self
    }

    /// Adds a header larger than clients take.
    pub(super) fn big(mut self) -> Self {
        self.set("x-big", &"x".repeat(BIG));
        self
    }

    pub(super) fn finish(self, body: Playing) -> Response<Playing> {
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }

    fn set(&mut self, name: &'static str, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
    }
}
