//! What is signed of a request: one text that client and service make of it,
//! each by itself.

use std::fmt::Write;

use http::HeaderMap;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use sha2::{Digest, Sha256};

use super::{ALGORITHM, PathForm, Received, Scope, SignatureError};

/// All but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The same for a path, whose slashes stay.
const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');

/// The canonical request, but for what stands for the body in its last line.
pub(super) fn request(
    received: &Received<'_>,
    signed: &[String],
    form: PathForm,
) -> Result<Vec<u8>, SignatureError> {
    let mut text = format!(
        "{}\n{}\n{}\n",
        received.method,
        path(received.path, form),
        query(received.query.unwrap_or_default())
    )
    .into_bytes();
    for name in signed {
        text.extend_from_slice(name.as_bytes());
        text.push(b':');
        if !values(received.headers, name, &mut text) {
            // Only HTTP/2 has it elsewhere.
            let authority = received.authority.filter(|_| name == "host");
            let Some(authority) = authority else { return Err(SignatureError::Absent(name.clone())) };
            text.extend_from_slice(authority.as_bytes());
        }
        text.push(b'\n');
    }
    text.push(b'\n');
    text.extend_from_slice(signed.join(";").as_bytes());
    text.push(b'\n');
    Ok(text)
}

/// What the key is applied to.
pub(super) fn string_to_sign(at: &str, scope: &Scope, request: &[u8], payload: &str) -> String {
    let digest = Sha256::new().chain_update(request).chain_update(payload).finalize();
    format!("{ALGORITHM}\n{at}\n{scope}\n{}", hex(&digest))
}

/// The path as it came, encoded once more.
fn path(received: &str, form: PathForm) -> String {
    let normal = match form {
        PathForm::AsSent => received.to_owned(),
        PathForm::Normalized => normalized(received),
    };
    let path = if normal.is_empty() { "/" } else { &normal };
    percent_encode(path.as_bytes(), RESERVED_IN_PATH).to_string()
}

/// Without empty segments and without those that climb.
fn normalized(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            name => kept.push(name),
        }
    }
    let mut normal = format!("/{}", kept.join("/"));
    let last = path.rsplit('/').next().unwrap_or_default();
    if !normal.ends_with('/') && matches!(last, "" | "." | "..") {
        normal.push('/');
    }
    normal
}

/// The parameters in order, each encoded in the one way that is canonical.
fn query(received: &str) -> String {
    let encoded =
        |text: &str| percent_encode(&percent_decode_str(text).collect::<Vec<u8>>(), RESERVED).to_string();
    let mut pairs: Vec<(String, String)> = received
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (encoded(name), encoded(value))
        })
        .collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// Writes all values of a header, each with its white space made single. False
/// if there is none.
fn values(headers: &HeaderMap, name: &str, text: &mut Vec<u8>) -> bool {
    let mut first = true;
    for value in headers.get_all(name) {
        if !first {
            text.push(b',');
        }
        first = false;
        let words = value.as_bytes().split(|byte| matches!(byte, b' ' | b'\t'));
        for (place, word) in words.filter(|word| !word.is_empty()).enumerate() {
            if place > 0 {
                text.push(b' ');
            }
            text.extend_from_slice(word);
        }
    }
    !first
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
