//! Headers that a guest may write, and headers that it gets to see.
//!
//! Against: a guest that brings a credential of its own (and so sends the
//! caller's prompts to somebody else's account), that desynchronises a
//! connection it shares with others (`content-length`, `transfer-encoding`),
//! that gets around the method and path rules by a header which the upstream
//! obeys instead (`x-http-method-override`, `x-original-url`), or that has its
//! answer compressed, so that no secret is found in it (`accept-encoding`).

use std::borrow::Cow;

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{ACCEPT_ENCODING, CONNECTION, SET_COOKIE},
};

use super::refusal::{Refusal, Rule};

/// Headers that are the host's or the connection's.
const HOST_HEADERS: [&str; 18] = [
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "cookie2",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-url",
    "x-rewrite-url",
];

/// Headers that commonly carry a credential. The manifest's auth schemes write
/// them where an upstream wants them.
const CREDENTIAL_HEADERS: [&str; 6] = [
    "api-key",
    "ocp-apim-subscription-key",
    "x-amz-security-token",
    "x-api-key",
    "x-auth-token",
    "x-goog-api-key",
];

/// Of an answer: what belongs to the connection, or would make the guest a
/// session.
const HIDDEN: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "set-cookie",
    "set-cookie2",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// How many headers, and how many bytes of them, go one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderLimits {
    /// How many.
    pub count: usize,
    /// Names and values together.
    pub bytes: usize,
}

/// Checks what a guest wrote and turns it into a map.
///
/// # Errors
/// With the first header that may not be sent, or when there are too many.
pub fn check_request(
    headers: &[(String, String)],
    written_by_auth: &[HeaderName],
    limits: HeaderLimits,
) -> Result<HeaderMap, Refusal> {
    let size: usize = headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    if headers.len() > limits.count || size > limits.bytes {
        return Err(refusal(format!(
            "the request has {} headers of {size} bytes; at most {} of {} bytes are sent",
            headers.len(),
            limits.count,
            limits.bytes
        )));
    }
    let mut map = HeaderMap::with_capacity(headers.len() + 4);
    for (name, value) in headers {
        let parsed = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| refusal(format!("header name {name:?} has characters that HTTP doesn't allow")))?;
        let read_as = as_variable(parsed.as_str());
        if belongs_to_host(&read_as) || written_by_auth.iter().any(|own| as_variable(own.as_str()) == read_as)
        {
            return Err(refusal(format!("header `{parsed}` is the host's to write, not a plugin's")));
        }
        // Not only visible ASCII: obs-text is legal and some upstreams take UTF-8.
        let value = HeaderValue::from_bytes(value.as_bytes())
            .map_err(|_| refusal(format!("the value of header `{parsed}` has a control character")))?;
        // What language runtimes write by themselves: replaced, not refused.
        if parsed == ACCEPT_ENCODING {
            map.insert(parsed, HeaderValue::from_static("identity"));
            continue;
        }
        map.append(parsed, value);
    }
    Ok(map)
}

/// The name as upstreams read it that hand headers to programs as variables
/// (CGI, WSGI): `x_api_key` and `x-api-key` are the same there.
fn as_variable(name: &str) -> Cow<'_, str> {
    if name.contains('_') { name.replace('_', "-").into() } else { name.into() }
}

fn belongs_to_host(name: &str) -> bool {
    name.starts_with("proxy-")
        || name.starts_with(':')
        || HOST_HEADERS.contains(&name)
        || CREDENTIAL_HEADERS.contains(&name)
}

fn refusal(what: String) -> Refusal {
    Refusal {
        rule: Rule::HostHeader,
        what,
        allow_with:
            "nothing allows it; change the plugin, and declare credentials as `[auth.*]` in plugin.toml"
                .to_owned(),
    }
}

/// The headers of an answer that a guest gets to see, in the order in which
/// they came as far as the map keeps it. A value that isn't UTF-8 is shown
/// with replacement characters.
pub fn visible(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut named: Vec<String> = Vec::new();
    for value in headers.get_all(CONNECTION) {
        let list = value.to_str().unwrap_or_default();
        named.extend(list.split(',').map(|name| name.trim().to_ascii_lowercase()));
    }
    headers
        .iter()
        .filter(|(name, _)| {
            *name != SET_COOKIE
                && !HIDDEN.contains(&name.as_str())
                && !named.iter().any(|hidden| hidden == name.as_str())
        })
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect()
}

/// Names and values of a map, in bytes.
pub fn size_of(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}

#[cfg(test)]
mod tests;
