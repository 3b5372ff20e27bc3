//! An answer, and the ways to read it.

use serde::de::DeserializeOwned;

use super::answer::{ErrorAnswer, is_html, snippet};
use super::{Events, Frames, IncomingBody, Lines, Messages};
use crate::bindings::imports::jackfield::plugin::http;
use crate::types::Error;

/// The most of an error's body that is read.
const ERROR_LIMIT: u64 = 64 * 1024;

/// The head of an answer, with its body not read yet. Dropping it closes the
/// exchange. Whatever reads the body consumes the answer, so take what you
/// need of the headers first.
#[derive(Debug)]
pub struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    body: IncomingBody,
}

impl From<http::Response> for Response {
    fn from(response: http::Response) -> Self {
        Response { status: response.status, headers: response.headers, body: response.body }
    }
}

impl Response {
    /// HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// All headers, names in lower case.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// Reads as an error what isn't an answer to the request, as
    /// [`send_ok`](super::RequestBuilder::send_ok) does.
    pub fn ok_or_else(self, parse_error: impl FnOnce(&ErrorAnswer<'_>) -> Error) -> Result<Response, Error> {
        if self.status < 400 {
            return match no_answer(self.status, &self.headers) {
                None => Ok(self),
                Some(error) => Err(error),
            };
        }
        // What can't be read of an error mustn't hide the error.
        let body = read_up_to(&self.body, ERROR_LIMIT);
        Err(parse_error(&ErrorAnswer { status: self.status, headers: &self.headers, body: &body }))
    }

    /// The whole body, as JSON of this shape. Where it isn't, an error of kind
    /// `bad-upstream-answer` that says what came instead.
    pub fn json<T: DeserializeOwned>(self) -> Result<T, Error> {
        let (status, headers) = (self.status, self.headers);
        let bytes = self.body.read_all(u64::MAX)?;
        parse_json(status, find(&headers, "content-type"), &bytes)
    }

    /// The whole body. The operator's limit on the size of answers holds.
    pub fn bytes(self) -> Result<Vec<u8>, Error> {
        self.body.read_all(u64::MAX)
    }

    /// The whole body, as UTF-8.
    pub fn text(self) -> Result<String, Error> {
        let status = self.status;
        String::from_utf8(self.body.read_all(u64::MAX)?).map_err(|error| {
            Error::bad_answer(format!(
                "the upstream answered a text that isn't UTF-8: {}",
                error.utf8_error()
            ))
            .with_status(status)
        })
    }

    /// The body as server-sent events.
    pub fn events(self) -> Events {
        Frames::new(self.body, IncomingBody::next_events)
    }

    /// The body as lines of newline-delimited JSON.
    pub fn lines(self) -> Lines {
        Frames::new(self.body, IncomingBody::next_lines)
    }

    /// The body as messages of an AWS event stream.
    pub fn messages(self) -> Messages {
        Frames::new(self.body, IncomingBody::next_messages)
    }

    /// The body itself, as `passthrough` and `speech` hand it on.
    pub fn into_body(self) -> IncomingBody {
        self.body
    }

    /// Headers and body, to hand both on.
    pub fn into_parts(self) -> (Vec<(String, String)>, IncomingBody) {
        (self.headers, self.body)
    }
}

/// Why an answer of a status below 400 is none to the request, if it isn't. The
/// host has followed the redirects that the operator lets it follow, and asks
/// for no content encoding.
pub(super) fn no_answer(status: u16, headers: &[(String, String)]) -> Option<Error> {
    if (300..400).contains(&status) {
        let place = find(headers, "location").unwrap_or("nowhere");
        return Some(
            Error::bad_answer(format!(
                "the upstream answered {status} and points to {place}; set the base URL to where the API lives"
            ))
            .with_status(status),
        );
    }
    let coding =
        find(headers, "content-encoding").filter(|coding| !coding.trim().eq_ignore_ascii_case("identity"))?;
    Some(
        Error::bad_answer(format!(
            "the upstream's answer is compressed (content-encoding: {coding}), which nobody asked for; \
             have the upstream, or the proxy before it, leave its answers as they are"
        ))
        .with_status(status),
    )
}

/// The beginning of a body, as far as it can be read.
fn read_up_to(body: &IncomingBody, limit: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(left) = limit.checked_sub(bytes.len() as u64).filter(|left| *left > 0) {
        match body.read(u32::try_from(left).unwrap_or(u32::MAX)) {
            Ok(more) if !more.is_empty() => bytes.extend(more),
            _ => break,
        }
    }
    bytes
}

pub(super) fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// JSON out of bytes. Checking the whole for UTF-8 first is faster than doing
/// so string by string, and a component that reads JSON from texts only has
/// one copy of each type's reader in it, not two.
pub(super) fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, serde_json::Error> {
    let text = std::str::from_utf8(bytes).map_err(<serde_json::Error as serde::de::Error>::custom)?;
    serde_json::from_str(text)
}

pub(super) fn parse_json<T: DeserializeOwned>(
    status: u16,
    content_type: Option<&str>,
    bytes: &[u8],
) -> Result<T, Error> {
    read_json(bytes).map_err(|error| {
        unexpected(&format!("JSON of the upstream's API ({error})"), status, content_type, bytes)
    })
}

/// The error for an answer that is something else than what was expected, in
/// words: it says what came instead.
pub fn unexpected(expected: &str, status: u16, content_type: Option<&str>, body: &[u8]) -> Error {
    let what = if body.is_empty() {
        "an empty body".to_owned()
    } else if is_html(content_type, body) {
        format!("an HTML page ({}); does the base URL point at the API?", snippet(content_type, body))
    } else {
        format!("`{}`", snippet(content_type, body))
    };
    let content_type = content_type.unwrap_or("no content type");
    Error::bad_answer(format!("expected {expected}, but the answer ({status}, {content_type}) is {what}"))
        .with_status(status)
}
