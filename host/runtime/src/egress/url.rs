//! What a guest wrote as a URL, parsed strictly.
//!
//! Against: two readers of one text. WHATWG parsing forgives tabs,
//! backslashes, missing slashes and user names, so that a check on the text
//! and the request that goes out may disagree about the host; and an upstream
//! may decode `%2e%2e` after a path check has passed it. Whatever needs
//! forgiving is refused here, and only the parsed value is used from then on.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::Url;

use super::origin::{Origin, OriginError};

mod memo;

pub(super) use memo::Memo;

/// The longest URL that is sent, in bytes. Servers commonly stop at 8 KiB.
pub const MAX_LENGTH: usize = 16 * 1024;

/// Why a URL isn't sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Longer than [`MAX_LENGTH`].
    #[error("the URL has {0} bytes; at most {MAX_LENGTH} are sent")]
    TooLong(usize),
    /// White space, control characters, backslashes.
    #[error("the URL has {0:?} in it; percent-encode it")]
    Character(char),
    /// Not `scheme://host...`.
    #[error("the URL isn't absolute; it must begin with `https://` or `http://`")]
    NotAbsolute,
    /// `user@host`, which reads like another host than it means.
    #[error("the URL has a user name before its host; a credential is named by `auth`")]
    UserInfo,
    /// `#...`, which is never sent.
    #[error("the URL has a fragment, which is never sent; leave out `#` and what follows")]
    Fragment,
    /// An encoded character in the host.
    #[error("the URL has a percent sign in its host")]
    EncodedHost,
    /// The parser refuses it.
    #[error("the URL can't be parsed: {0}")]
    Parse(#[from] url::ParseError),
    /// Its origin is not one.
    #[error("the URL can't be used: {0}")]
    Origin(#[from] OriginError),
}

/// Parses an absolute http or https URL without forgiving anything.
///
/// The result has no user name, no fragment and a host without trailing dot.
///
/// # Errors
/// For whatever a lenient parser would repair.
pub fn parse(text: &str) -> Result<Url, UrlError> {
    if text.len() > MAX_LENGTH {
        return Err(UrlError::TooLong(text.len()));
    }
    check_characters(text)?;
    let (scheme, rest) = text.split_once("://").ok_or(UrlError::NotAbsolute)?;
    if !(scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")) {
        return Err(UrlError::NotAbsolute);
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    if authority.is_empty() {
        return Err(UrlError::NotAbsolute);
    }
    if authority.contains('@') {
        return Err(UrlError::UserInfo);
    }
    if authority.contains('%') {
        return Err(UrlError::EncodedHost);
    }
    if rest.contains('#') {
        return Err(UrlError::Fragment);
    }
    let mut url = Url::parse(text)?;
    Origin::of(&url)?;
    // TLS, virtual hosts and connection pools each treat `host.` their own way.
    if let Some(bare) = url.host_str().and_then(|host| host.strip_suffix('.')).map(str::to_owned) {
        url.set_host(Some(&bare))?;
    }
    Ok(url)
}

/// Refuses what a lenient parser drops or turns into something else.
///
/// # Errors
/// [`UrlError::Character`] for the first such character.
pub fn check_characters(text: &str) -> Result<(), UrlError> {
    let bad = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
    match text.chars().find(|c| bad(*c)) {
        Some(c) => Err(UrlError::Character(c)),
        None => Ok(()),
    }
}

/// The beginning of a path, by whole segments: `/v1` is the beginning of
/// `/v1` and `/v1/x`, not of `/v10`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PathPrefix(String);

/// Why a path can't be a prefix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("path `{text}`: {reason}; write it like `/v1/chat`")]
pub struct PathError {
    text: String,
    reason: &'static str,
}

impl PathPrefix {
    /// Whether the URL's path begins with it, however the upstream reads the
    /// path: dot segments that only appear after decoding never match.
    pub fn covers(&self, url: &Url) -> bool {
        let Some(rest) = url.path().strip_prefix(self.0.as_str()) else {
            return false;
        };
        (rest.is_empty() || rest.starts_with('/')) && !may_climb(rest)
    }

    /// Whether every path that `other` covers is covered by this too.
    pub fn covers_prefix(&self, other: &Self) -> bool {
        other.0.strip_prefix(self.0.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// How often a path is decoded before it counts as an attack.
const DECODING_ROUNDS: usize = 6;

/// Whether some reader of this path might find `.` or `..` in it: after
/// decoding once or several times, with encoded or back slashes as
/// separators, or with `;parameters` cut off.
fn may_climb(path: &str) -> bool {
    let mut bytes = path.as_bytes().to_vec();
    for _ in 0..DECODING_ROUNDS {
        let climbs = bytes.split(|b| matches!(b, b'/' | b'\\')).any(|segment| {
            let name = segment.split(|b| *b == b';').next().unwrap_or(segment);
            matches!(name, b"." | b"..")
        });
        if climbs {
            return true;
        }
        let decoded = percent_decode(&bytes);
        if decoded.len() == bytes.len() {
            return false;
        }
        bytes = decoded;
    }
    true
}

/// Decodes `%XX` once and leaves everything else as it is.
pub(super) fn percent_decode(bytes: &[u8]) -> Vec<u8> {
    let digit =
        |b: Option<&u8>| b.and_then(|b| char::from(*b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte, digit(bytes.get(at + 1)), digit(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

impl FromStr for PathPrefix {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let error = |reason| PathError { text: text.to_owned(), reason };
        if !text.starts_with('/') {
            return Err(error("it must begin with `/`"));
        }
        if text.contains(['?', '#', '*', '%', ';']) || check_characters(text).is_err() || !text.is_ascii() {
            return Err(error(
                "it may have no query, fragment, `*`, `;`, encoded or other than ASCII characters",
            ));
        }
        // Before the last slash is dropped: `/x//` isn't another spelling of `/x`.
        if text.contains("//") || may_climb(text) {
            return Err(error("it may have no empty and no dot segments"));
        }
        let bare = text.strip_suffix('/').unwrap_or(text);
        Ok(Self(bare.to_owned()))
    }
}

impl fmt::Display for PathPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "/" } else { &self.0 })
    }
}

impl Serialize for PathPrefix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PathPrefix {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
