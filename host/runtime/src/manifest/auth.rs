//! How a plugin asks its requests to be authenticated. The plugin names a
//! scheme; the host holds the secret and applies it after the plugin has built
//! the request, and only towards origins that the manifest lists with it.
//!
//! A scheme that this host can't apply is a load error: a plugin that believes
//! its requests to be signed must not find out from its upstream.

use http::HeaderName;

use super::name::Name;
use super::template::Template;
use crate::settings::document::Node;

/// An `[auth.NAME]` of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthScheme {
    /// No credential, said out loud.
    None,
    /// `Authorization: Bearer SECRET` (RFC 6750).
    Bearer {
        /// The token.
        secret: Name,
    },
    /// A header of its own.
    Header {
        /// What goes into it.
        secret: Name,
        /// Its name.
        header: HeaderName,
        /// What stands before the secret, as in `Api-Key ` with its space;
        /// often empty.
        prefix: String,
    },
    /// A parameter of the URL's query.
    Query {
        /// Its value.
        secret: Name,
        /// Its name.
        parameter: String,
    },
    /// `Authorization: Basic USER:PASSWORD` (RFC 7617).
    Basic {
        /// The user.
        user: BasicUser,
        /// The password.
        password: Name,
    },
}

/// The user of basic authentication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BasicUser {
    /// `user = "..."`: as it is, or with config values in it.
    Text(Template),
    /// `user-secret = "..."`: a secret too.
    Secret(Name),
}

/// The schemes this host applies.
const APPLIED: &[&str] = &["none", "bearer", "header", "query", "basic"];

/// The schemes of the format that this version doesn't apply yet.
const NOT_APPLIED: &[&str] =
    &["aws-sigv4", "oauth2-client-credentials", "google-service-account", "oci-signature"];

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

impl AuthScheme {
    /// The secrets that it uses.
    pub fn secrets(&self) -> Vec<&Name> {
        match self {
            Self::None => Vec::new(),
            Self::Bearer { secret } | Self::Header { secret, .. } | Self::Query { secret, .. } => {
                vec![secret]
            }
            Self::Basic { user: BasicUser::Secret(user), password } => vec![user, password],
            Self::Basic { user: BasicUser::Text(_), password } => vec![password],
        }
    }

    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let mut fields = node.fields()?;
        let scheme = fields.require("scheme", "\"bearer\"");
        let word = scheme.as_ref().and_then(Node::string).unwrap_or_default();
        let read = match word {
            "none" => Some(Self::None),
            "bearer" => {
                let secret = fields.require("secret", "\"api-key\"");
                secret.and_then(|node| node.parse()).map(|secret| Self::Bearer { secret })
            }
            "header" => {
                let secret = fields.require("secret", "\"api-key\"").and_then(|node| node.parse());
                let header = fields.require("header", "\"x-api-key\"").and_then(|node| header(&node));
                let prefix = match fields.take("prefix") {
                    Some(node) => prefix(&node),
                    None => Some(String::new()),
                };
                secret.zip(header).zip(prefix).map(|((secret, header), prefix)| Self::Header {
                    secret,
                    header,
                    prefix,
                })
            }
            "query" => {
                let secret = fields.require("secret", "\"api-key\"").and_then(|node| node.parse());
                let parameter = fields.require("parameter", "\"key\"").and_then(|node| parameter(&node));
                secret.zip(parameter).map(|(secret, parameter)| Self::Query { secret, parameter })
            }
            "basic" => {
                let user = fields.take("user");
                let user_secret = fields.take("user-secret");
                let user = match (user, user_secret) {
                    (Some(user), None) => user.parse().map(BasicUser::Text),
                    (None, Some(secret)) => secret.parse().map(BasicUser::Secret),
                    (None, None) => {
                        fields.reject("`user` is missing: write `user = \"...\"`, or `user-secret = \"NAME\"` where it is a secret");
                        None
                    }
                    (Some(_), Some(secret)) => {
                        secret.reject_name("`user` and `user-secret` exclude each other: keep one");
                        None
                    }
                };
                let password = fields.require("password", "\"api-key\"");
                let password = password.and_then(|node| node.parse());
                user.zip(password).map(|(user, password)| Self::Basic { user, password })
            }
            other => {
                if let Some(scheme) = scheme.filter(|_| !other.is_empty()) {
                    refuse_scheme(&scheme, other);
                }
                // Which fields another scheme has isn't known here.
                let _ = fields.take_all();
                None
            }
        };
        fields.finish();
        read
    }
}

fn refuse_scheme(node: &Node<'_>, word: &str) {
    if NOT_APPLIED.contains(&word) {
        node.reject(format!(
            "this host doesn't implement the scheme {word:?}; it has {}: use a newer host, or authenticate in one of these ways",
            APPLIED.join(", ")
        ));
    } else {
        let words: Vec<(&str, ())> = APPLIED.iter().map(|word| (*word, ())).collect();
        node.word(&words);
    }
}

fn header(node: &Node<'_>) -> Option<HeaderName> {
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
