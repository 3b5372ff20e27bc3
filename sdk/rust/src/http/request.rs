//! Building a request and sending it.

use serde::Serialize;

use super::{ClientBody, Edit, ErrorAnswer, Method, Multipart, Response};
use crate::bindings::imports::jackfield::plugin::http::{self, Request, RequestBody};
use crate::types::Error;

/// A request in the making. What goes wrong on the way, as a value that can't
/// be written as JSON, is reported by [`send`](RequestBuilder::send).
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct RequestBuilder {
    request: Request,
    failed: Option<Error>,
}

impl RequestBuilder {
    /// A request without headers and body.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        RequestBuilder {
            request: Request {
                method,
                url: url.into(),
                headers: Vec::new(),
                body: RequestBody::Empty,
                auth: None,
                timeout_ms: None,
            },
            failed: None,
        }
    }

    /// Adds a header. The host refuses `authorization` and whatever else
    /// belongs to it.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.request.headers.push((name.into(), value.into()));
        self
    }

    /// Adds a parameter to the URL, encoded as needed.
    pub fn query(mut self, name: &str, value: impl AsRef<str>) -> Self {
        let url = &mut self.request.url;
        url.push(if url.contains('?') { '&' } else { '?' });
        encode_into(url, name);
        url.push('=');
        encode_into(url, value.as_ref());
        self
    }

    /// Sends this value as JSON.
    pub fn json(mut self, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(bytes) => self.body("application/json", bytes),
            Err(error) => {
                self.failed = Some(Error::internal(format!(
                    "the request to {} can't be written as JSON: {error}",
                    self.request.url
                )));
                self
            }
        }
    }

    /// Sends these bytes. A `content-type` set before is replaced.
    pub fn body(mut self, content_type: impl Into<String>, bytes: Vec<u8>) -> Self {
        self.request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
        self.request.headers.push(("content-type".to_owned(), content_type.into()));
        self.request.body = RequestBody::Bytes(bytes);
        self
    }

    /// Sends a form of fields and files.
    pub fn multipart(self, form: Multipart) -> Self {
        let (content_type, bytes) = form.encode();
        self.body(content_type, bytes)
    }

    /// Sends a client's JSON body on with these changes, without taking it
    /// into the plugin's memory.
    pub fn forward(mut self, body: ClientBody, edits: Vec<Edit>) -> Self {
        if !self.request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            self.request.headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        self.request.body = RequestBody::Forwarded((body, edits));
        self
    }

    /// Names the auth scheme of the manifest to apply, where it isn't the one
    /// of the matching `[[egress]]` entry.
    pub fn auth(mut self, name: impl Into<String>) -> Self {
        self.request.auth = Some(name.into());
        self
    }

    /// Shortens the time that the exchange may take, body included.
    pub fn timeout_ms(mut self, milliseconds: u64) -> Self {
        self.request.timeout_ms = Some(milliseconds);
        self
    }

    /// The URL so far.
    pub fn url(&self) -> &str {
        &self.request.url
    }

    /// Sends it and waits for the head of the answer. Any status is an answer;
    /// an error means that there was none.
    pub fn send(self) -> Result<Response, Error> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        http::send(self.request).map(Response::from)
    }

    /// The same, where a status of 400 or more is an error. Its body is read,
    /// up to 64 KiB, and handed to `parse_error`, which reads the upstream's
    /// own way of saying what went wrong; `|answer| answer.to_error()` does
    /// for most. A redirect that the host didn't follow and a content encoding
    /// that nobody asked for are errors of kind `bad-upstream-answer`.
    pub fn send_ok(self, parse_error: impl FnOnce(&ErrorAnswer<'_>) -> Error) -> Result<Response, Error> {
        self.send()?.ok_or_else(parse_error)
    }
}

/// Puts a path behind a base URL, with one slash between them. A query of the
/// base stays at the end.
pub fn join(base_url: &str, path: &str) -> String {
    let (base, query) = match base_url.split_once('?') {
        Some((base, query)) => (base, Some(query)),
        None => (base_url, None),
    };
    let (base, path) = (base.trim_end_matches('/'), path.trim_start_matches('/'));
    let mut url = String::with_capacity(base_url.len() + path.len() + 1);
    url.push_str(base);
    if !path.is_empty() {
        url.push('/');
        url.push_str(path);
    }
    if let Some(query) = query {
        url.push(if path.contains('?') { '&' } else { '?' });
        url.push_str(query);
    }
    url
}

/// A text as one segment of a path or one value of a query: everything but
/// letters, digits and `-._~` percent-encoded (RFC 3986, section 2.3).
pub fn encode(text: &str) -> String {
    let mut url = String::with_capacity(text.len());
    encode_into(&mut url, text);
    url
}

fn encode_into(url: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push('%');
            url.push(char::from(HEX[usize::from(byte >> 4)]));
            url.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}
