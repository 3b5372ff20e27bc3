//! The two sides of a policy, as manifest and grant state them, and why they
//! may not fit together.

use std::fmt;

use ipnet::IpNet;

use crate::egress::{methods::Methods, origin::OriginPattern, refusal::Refusal, url::PathPrefix};

/// One `[[egress]]` entry of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Where to.
    pub origin: OriginPattern,
    /// With which methods.
    pub methods: Methods,
    /// Below which path; everywhere without one.
    pub path: Option<PathPrefix>,
    /// The `[auth.NAME]` that applies, if any.
    pub auth: Option<String>,
}

/// One entry of the operator's `grant.origins`, or of a catalog preset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// Where to.
    pub origin: OriginPattern,
    /// With which methods; every one that the manifest asks for without it.
    pub methods: Option<Methods>,
    /// Below which path; everywhere without one.
    pub path: Option<PathPrefix>,
    /// Networks that are not public and may be connected to all the same.
    pub addresses: Vec<IpNet>,
    /// Whether credentials may name a token endpoint of this origin themselves,
    /// as a key file does with one that isn't its vendor's own. And the one way
    /// to grant EC2's metadata service: for the credentials of the machine's role.
    pub tokens: bool,
}

impl Granted {
    /// Grants an origin, and nothing beyond it.
    pub fn origin(origin: OriginPattern) -> Self {
        Self { origin, methods: None, path: None, addresses: Vec::new(), tokens: false }
    }
}

/// As an element of `grant.origins` in `jackfield.toml`.
impl fmt::Display for Granted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::origin(self.origin.clone()) {
            return write!(f, "\"{}\"", self.origin);
        }
        write!(f, "{{ origin = \"{}\"", self.origin)?;
        if let Some(methods) = self.methods {
            write!(f, ", methods = {methods}")?;
        }
        if let Some(path) = &self.path {
            write!(f, ", path = \"{path}\"")?;
        }
        if !self.addresses.is_empty() {
            let list: Vec<String> = self.addresses.iter().map(|net| format!("\"{net}\"")).collect();
            write!(f, ", addresses = [{}]", list.join(", "))?;
        }
        if self.tokens {
            f.write_str(", tokens = true")?;
        }
        f.write_str(" }")
    }
}

/// Why a provider can't be bound.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// An `[[egress]]` entry names an auth scheme that the manifest hasn't.
    #[error(
        "provider `{provider}`: the `[[egress]]` entry for {origin} names auth `{auth}`, but the manifest has no `[auth.{auth}]`"
    )]
    UndeclaredAuth {
        /// The provider.
        provider: String,
        /// The entry's origin.
        origin: OriginPattern,
        /// The name.
        auth: String,
    },
    /// A credential would be meant for an origin that isn't granted.
    #[error(
        "provider `{provider}`: credential `{auth}` is meant for {origin}, which is not granted; {allow_with}, or use another plugin"
    )]
    AudienceOutsideGrant {
        /// The provider.
        provider: String,
        /// The auth scheme's name.
        auth: String,
        /// The origin.
        origin: OriginPattern,
        /// The line that would grant it.
        allow_with: String,
    },
    /// A credential would be exchanged for a token where nobody granted it.
    #[error(
        "provider `{provider}`: credential `{auth}` is exchanged for a token at an endpoint of its own: {refusal}"
    )]
    EndpointOutsideGrant {
        /// The provider.
        provider: String,
        /// The auth scheme's name.
        auth: String,
        /// What is refused, and the line that would allow it.
        refusal: Refusal,
    },
    /// A grant names a cloud's metadata service.
    #[error(
        "provider `{provider}`: {origin} is a cloud metadata service, which can't be granted; remove it from `grant.origins`, or grant EC2's for the credentials of the machine's role: {{ origin = \"http://169.254.169.254\", tokens = true }}"
    )]
    Metadata {
        /// The provider.
        provider: String,
        /// The origin.
        origin: OriginPattern,
    },
}
