//! Where a request goes: scheme, host and port, and patterns over them.
//!
//! Against: a grant that says less than it lets through. `evil-example.com`
//! ends with `example.com`, `EXAMPLE.com.` is the same host, `0x7f.1` is
//! `127.0.0.1`, `user@host` names another host than it seems to. Everything
//! is therefore normalised by the parser that also makes the request, and
//! compared label by label, never as text.

use std::fmt;

use url::{Host, Url};

mod pattern;

pub use pattern::OriginPattern;

/// The two schemes that can leave this host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// Plain text. Only towards origins that a grant names exactly.
    Http,
    /// TLS.
    Https,
}

impl Scheme {
    /// As it stands in a URL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port that a URL of this scheme means when it names none.
    pub fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }

    fn of(url: &Url) -> Result<Self, OriginError> {
        match url.scheme() {
            "http" => Ok(Self::Http),
            "https" => Ok(Self::Https),
            other => Err(OriginError::Scheme(other.to_owned())),
        }
    }
}

/// Why a text or a URL has no origin that can be granted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// Not a URL at all.
    #[error("`{text}` is not an origin ({source}); write it like `https://api.example.com`")]
    Parse {
        /// What was written.
        text: String,
        /// What the parser says.
        source: url::ParseError,
    },
    /// Neither http nor https.
    #[error("scheme `{0}` can't be used; only `https` and `http` can")]
    Scheme(String),
    /// More or less than `scheme://host:port`.
    #[error("`{text}` is not an origin: {reason}; write it like `https://api.example.com`")]
    Shape {
        /// What was written.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A host name that DNS can't have.
    #[error("host `{0}` is not a name that DNS can hold")]
    Host(String),
    /// A `*` where it would let through more than one owner's names.
    #[error("pattern `{text}`: {reason}")]
    Wildcard {
        /// What was written.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// Scheme, host and port of one request, normalised: lower case, punycode, no
/// trailing dot, IP literals in their one canonical spelling.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: Scheme,
    host: Host<String>,
    port: u16,
}

impl Origin {
    /// The origin of a URL.
    ///
    /// # Errors
    /// For schemes other than http and https, port 0, and hosts that aren't
    /// names or IP literals.
    pub fn of(url: &Url) -> Result<Self, OriginError> {
        let scheme = Scheme::of(url)?;
        let host = match url.host() {
            Some(Host::Domain(name)) => Host::Domain(checked_name(name)?.to_owned()),
            Some(Host::Ipv4(ip)) => Host::Ipv4(ip),
            Some(Host::Ipv6(ip)) => Host::Ipv6(ip),
            None => return Err(OriginError::Host(String::new())),
        };
        let port = url.port().unwrap_or(scheme.default_port());
        if port == 0 {
            return Err(OriginError::Shape {
                text: url.origin().ascii_serialization(),
                reason: "port 0 can't be connected to",
            });
        }
        Ok(Self { scheme, host, port })
    }

    /// Its scheme.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Its host.
    pub fn host(&self) -> &Host<String> {
        &self.host
    }

    /// Its port, named or not.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_origin(f, self.scheme, "", &self.host, self.port)
    }
}

fn write_origin(
    f: &mut fmt::Formatter<'_>,
    scheme: Scheme,
    prefix: &str,
    host: &impl fmt::Display,
    port: u16,
) -> fmt::Result {
    write!(f, "{}://{prefix}{host}", scheme.as_str())?;
    if port != scheme.default_port() {
        write!(f, ":{port}")?;
    }
    Ok(())
}

/// The name without its trailing dot, if DNS could hold it. The url crate lets
/// through empty labels, `*` and more; none of them belongs in a request.
fn checked_name(name: &str) -> Result<&str, OriginError> {
    let bare = name.strip_suffix('.').unwrap_or(name);
    let label_ok = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
    };
    if bare.len() <= 253 && bare.split('.').all(label_ok) {
        Ok(bare)
    } else {
        Err(OriginError::Host(name.to_owned()))
    }
}

#[cfg(test)]
mod tests;
