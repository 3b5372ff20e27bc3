//! The schemes that put a secret into a request as it is: nothing, a bearer
//! token, a header, a query parameter, a user with a password.

use http::HeaderName;

use super::{AuthScheme, read_identity};
use crate::settings::document::{Fields, Node};

/// Headers that belong to the host or to the connection; a secret in one of
/// them would reframe the request.
const RESERVED_HEADERS: &[&str] = &[
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

pub(super) fn none(_: &mut Fields<'_>) -> Option<AuthScheme> {
    Some(AuthScheme::None)
}

pub(super) fn bearer(fields: &mut Fields<'_>) -> Option<AuthScheme> {
    let secret = fields.require("secret", "\"api-key\"");
    secret.and_then(|node| node.parse()).map(|secret| AuthScheme::Bearer { secret })
}

pub(super) fn header(fields: &mut Fields<'_>) -> Option<AuthScheme> {
    let secret = fields.require("secret", "\"api-key\"").and_then(|node| node.parse());
    let header = fields.require("header", "\"x-api-key\"").and_then(|node| header_name(&node));
    let prefix = match fields.take("prefix") {
        Some(node) => prefix(&node),
        None => Some(String::new()),
    };
    Some(AuthScheme::Header { secret: secret?, header: header?, prefix: prefix? })
}

pub(super) fn query(fields: &mut Fields<'_>) -> Option<AuthScheme> {
    let secret = fields.require("secret", "\"api-key\"").and_then(|node| node.parse());
    let parameter = fields.require("parameter", "\"key\"").and_then(|node| parameter(&node));
    Some(AuthScheme::Query { secret: secret?, parameter: parameter? })
}

pub(super) fn basic(fields: &mut Fields<'_>) -> Option<AuthScheme> {
    let user = read_identity(fields, "user", "user-secret");
    let password = fields.require("password", "\"api-key\"").and_then(|node| node.parse());
    Some(AuthScheme::Basic { user: user?, password: password? })
}

fn header_name(node: &Node<'_>) -> Option<HeaderName> {
    let text = node.string()?;
    let Ok(name) = HeaderName::try_from(text) else {
        node.reject(format!("{text:?} isn't the name of a header: write one such as \"x-api-key\""));
        return None;
    };
    if RESERVED_HEADERS.contains(&name.as_str()) {
        node.reject(format!("the header `{name}` belongs to the host: name another one"));
        return None;
    }
    Some(name)
}

fn prefix(node: &Node<'_>) -> Option<String> {
    let text = node.string()?;
    if text.bytes().all(|c| (b' '..=b'~').contains(&c)) {
        return Some(text.to_owned());
    }
    node.reject("a prefix has only printable ASCII characters: remove the others");
    None
}

fn parameter(node: &Node<'_>) -> Option<String> {
    let text = node.string()?;
    let plain = |c: u8| c.is_ascii_alphanumeric() || b"-_.~".contains(&c);
    if !text.is_empty() && text.bytes().all(plain) {
        return Some(text.to_owned());
    }
    node.reject(format!("{text:?} isn't the name of a query parameter: write letters, digits, - _ . ~"));
    None
}
