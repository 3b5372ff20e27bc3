//! Patterns over origins, as manifests and grants write them: one origin, or
//! all that lie below a name. Parsed strictly, so that a pattern never means
//! more than it seems to.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::{Host, Url};

use super::{Origin, OriginError, Scheme, write_origin};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum HostPattern {
    Exact(Host<String>),
    /// One or more labels in front of this name; not the name itself.
    Below(String),
}

/// An origin, or all origins whose host lies below a name (`https://*.example.com`).
///
/// Written `scheme://host[:port]`; a final `/` is tolerated. `*.` may only
/// lead, only with https, and only before a name that has an owner: not before
/// a single label, nor before a registry's `co.uk`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OriginPattern {
    scheme: Scheme,
    host: HostPattern,
    port: u16,
}

impl OriginPattern {
    /// Whether a request to `origin` is meant.
    pub fn matches(&self, origin: &Origin) -> bool {
        self.scheme == origin.scheme
            && self.port == origin.port
            && match (&self.host, &origin.host) {
                (HostPattern::Exact(own), host) => own == host,
                (HostPattern::Below(parent), Host::Domain(name)) => is_below(name, parent),
                (HostPattern::Below(_), Host::Ipv4(_) | Host::Ipv6(_)) => false,
            }
    }

    /// Whether every origin that `other` matches is matched by this too.
    pub fn covers(&self, other: &Self) -> bool {
        self.scheme == other.scheme
            && self.port == other.port
            && match (&self.host, &other.host) {
                (HostPattern::Exact(own), HostPattern::Exact(theirs)) => own == theirs,
                (HostPattern::Below(parent), HostPattern::Exact(Host::Domain(name))) => {
                    is_below(name, parent)
                }
                (HostPattern::Below(parent), HostPattern::Below(theirs)) => {
                    parent == theirs || is_below(theirs, parent)
                }
                (HostPattern::Below(_), HostPattern::Exact(_))
                | (HostPattern::Exact(_), HostPattern::Below(_)) => false,
            }
    }

    /// Its scheme.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The one origin it means, unless it has a `*`.
    pub fn exact(&self) -> Option<Origin> {
        match &self.host {
            HostPattern::Exact(host) => {
                Some(Origin { scheme: self.scheme, host: host.clone(), port: self.port })
            }
            HostPattern::Below(_) => None,
        }
    }
}

impl From<Origin> for OriginPattern {
    fn from(origin: Origin) -> Self {
        Self { scheme: origin.scheme, host: HostPattern::Exact(origin.host), port: origin.port }
    }
}

/// Whole labels only: `evil-example.com` isn't below `example.com`.
fn is_below(name: &str, parent: &str) -> bool {
    name.strip_suffix(parent).and_then(|rest| rest.strip_suffix('.')).is_some_and(|rest| !rest.is_empty())
}

/// Second-level labels under which country registries sell names. Without the
/// whole public suffix list this is what keeps `*.co.uk` out.
const REGISTRY_LABELS: [&str; 13] =
    ["ac", "co", "com", "ed", "edu", "go", "gob", "gov", "mil", "ne", "net", "or", "org"];

fn check_parent(text: &str, host: &Host<String>) -> Result<String, OriginError> {
    let wildcard = |reason| OriginError::Wildcard { text: text.to_owned(), reason };
    let Host::Domain(name) = host else {
        return Err(wildcard("`*.` needs a name behind it, not an IP address"));
    };
    let labels: Vec<&str> = name.split('.').collect();
    match labels.as_slice() {
        [] | [_] => Err(wildcard("`*.` before a single label would mean everybody's names")),
        [second, top] if top.len() == 2 && REGISTRY_LABELS.contains(second) => {
            Err(wildcard("`*.` before a registry's suffix would mean everybody's names"))
        }
        _ => Ok(name.clone()),
    }
}

impl FromStr for OriginPattern {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let shape = |reason| OriginError::Shape { text: text.to_owned(), reason };
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(shape("it needs `https://` or `http://` in front"));
        };
        if text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
            return Err(shape("it has white space, a control character or a backslash"));
        }
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains(['/', '?', '#']) {
            return Err(shape("it has a path, a query or a fragment; a path goes into `path = \"...\"`"));
        }
        if authority.contains(['@', '%']) {
            return Err(shape("it has a user name or a percent sign"));
        }
        let (below, authority) = match authority.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, authority),
        };
        if authority.contains('*') {
            return Err(OriginError::Wildcard {
                text: text.to_owned(),
                reason: "`*` may only stand as the whole first label, as in `https://*.example.com`",
            });
        }
        if authority.is_empty() || authority.starts_with(':') {
            return Err(shape("it has no host"));
        }
        let url = Url::parse(&format!("{scheme}://{authority}"))
            .map_err(|source| OriginError::Parse { text: text.to_owned(), source })?;
        let Origin { scheme, host, port } = Origin::of(&url)?;
        let host = if below {
            if scheme == Scheme::Http {
                return Err(OriginError::Wildcard {
                    text: text.to_owned(),
                    reason: "plain http needs the exact host",
                });
            }
            HostPattern::Below(check_parent(text, &host)?)
        } else {
            HostPattern::Exact(host)
        };
        Ok(Self { scheme, host, port })
    }
}

impl fmt::Display for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            HostPattern::Exact(host) => write_origin(f, self.scheme, "", host, self.port),
            HostPattern::Below(parent) => write_origin(f, self.scheme, "*.", parent, self.port),
        }
    }
}

impl Serialize for OriginPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OriginPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
