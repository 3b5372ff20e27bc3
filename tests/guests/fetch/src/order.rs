//! What a test tells the guest to send.

use jackfield_sdk::types::Error;
use serde::Deserialize;

/// One request, sent so many times.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    #[serde(default)]
    pub(crate) method: Method,
    pub(crate) url: String,
    #[serde(default)]
    pub(crate) headers: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) body: Body,
    /// How long to wait for the head of the answer.
    #[serde(default)]
    pub(crate) first_byte_ms: Option<u64>,
    #[serde(default)]
    pub(crate) read: Read,
    #[serde(default = "once")]
    pub(crate) times: u32,
}

fn once() -> u32 {
    1
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Method {
    #[default]
    Get,
    Post,
    Delete,
    Connect,
}

/// What goes out with the request.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Body {
    #[default]
    Empty,
    Text(String),
    /// Bytes until the host takes no more.
    Endless,
}

/// What to do with the answer.
#[derive(Debug, Default, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Read {
    /// Read it to its end.
    #[default]
    Whole,
    /// Keep its body open and forget about it.
    Leak,
    /// Don't even wait for it, and forget about it.
    LeakUnanswered,
}

pub(crate) fn parse(text: &str) -> Result<Order, Error> {
    serde_json::from_str(text).map_err(|error| Error::invalid_request(error.to_string()))
}

/// A URL in the three parts that `wasi:http` wants it in.
#[derive(Debug, PartialEq)]
pub(crate) struct Target<'a> {
    pub(crate) scheme: Option<&'a str>,
    pub(crate) authority: &'a str,
    pub(crate) path: Option<&'a str>,
}

impl<'a> Target<'a> {
    pub(crate) fn of(url: &'a str) -> Self {
        let (scheme, rest) = match url.split_once("://") {
            Some((scheme, rest)) => (Some(scheme), rest),
            None => (None, url),
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        Self { scheme, authority, path: (!path.is_empty()).then_some(path) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_three_parts() {
        let target = Target { scheme: Some("http"), authority: "a:1", path: Some("/b?c=/") };
        assert_eq!(Target::of("http://a:1/b?c=/"), target);
        assert_eq!(Target::of("a"), Target { scheme: None, authority: "a", path: None });
    }
}
